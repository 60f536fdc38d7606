/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated times as text. */
#ifndef REPORTS_MODEL_SECONDS_H
#define REPORTS_MODEL_SECONDS_H

#include "sim/engine/engine.h"

enum { SECONDS_TEXT_MAX = 32 };

/* Seconds with as many of nine decimals as the time has: "12.402", "0", "-0.5". Returns buf. */
const char *seconds_format(sim_ns time, char buf[static SECONDS_TEXT_MAX]);

/* For people: "12.402s", three decimals, or more when that would show 0. Returns buf. */
const char *seconds_short(sim_ns time, char buf[static SECONDS_TEXT_MAX]);

#endif
