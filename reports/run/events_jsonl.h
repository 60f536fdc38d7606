/* SPDX-License-Identifier: Apache-2.0 */
/* Every state change of a run as a line of JSON. */
#ifndef REPORTS_RUN_EVENTS_JSONL_H
#define REPORTS_RUN_EVENTS_JSONL_H

#include <stdio.h>

#include "sim/engine/engine.h"

/* Writes {"at":…,"kind":…,"what":…,"cause":…} and a newline; fits struct sim_sinks. `out` is
 * the FILE. Errors stay in it for ferror(). */
void events_jsonl(void *out, sim_ns at, const char *kind, const char *what, const char *cause);

#endif
