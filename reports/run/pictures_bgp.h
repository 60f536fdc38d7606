/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of BGP in a run (T12.4), for files and for pages. */
#ifndef REPORTS_RUN_PICTURES_BGP_H
#define REPORTS_RUN_PICTURES_BGP_H

#include "reports/run/run.h"

/* ---- pictures: for struct plot; `about` is a struct run_plots ---- */

/* False: BGP was not simulated, and the others must not be called. */
bool picture_bgp_wanted(const void *about);

/* The share of the flows that clients lose over time. */
void picture_lost(FILE *out, const void *about);
void picture_lost_data(FILE *out, const void *about);
void picture_lost_commands(FILE *out, const void *about);

/* The next hops of routes that work. */
void picture_widths(FILE *out, const void *about);
void picture_widths_data(FILE *out, const void *about);
void picture_widths_commands(FILE *out, const void *about);

/* When sessions were up. */
void picture_sessions(FILE *out, const void *about);
void picture_sessions_data(FILE *out, const void *about);
void picture_sessions_commands(FILE *out, const void *about);
unsigned picture_sessions_height(const void *about);

/* ---- the same; `inside`: as parts of a page ---- */

void picture_lost_in(FILE *out, const struct run_plots *p, bool inside);
void picture_widths_in(FILE *out, const struct run_plots *p, bool inside);
void picture_sessions_in(FILE *out, const struct run_plots *p, bool inside);

#endif
