/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a simulated run, for programs and for people (T12). */
#ifndef REPORTS_RUN_RUN_BGP_H
#define REPORTS_RUN_RUN_BGP_H

#include <stdio.h>

#include "reports/formats/screen.h"
#include "reports/model/report.h"
#include "sim/engine/result.h"
#include "sim/engine/setup_bgp.h"

/* Items of run_result.sessions, routes and clients; the report is about the setup. */
extern const struct record session_record, route_record, client_record;

/* What clients lost and how sessions stood; nothing without clients. */
void run_put_bgp(FILE *out, enum report_form form, struct screen screen,
		 const struct setup *setup, const struct run_result *result);

/* A figure for the top of a page: the largest share of its flows that any client lost. */
void run_page_bgp_tile(FILE *out, const struct run_result *result);

/* The same as sections of a page, with next hops and sessions in the course of time. */
void run_page_bgp(FILE *out, const struct setup *setup, const struct run_result *result);

#endif
