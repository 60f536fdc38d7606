/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline of a run as a story: what happened to many VIPs alike is told as one. */
#ifndef REPORTS_RUN_RUN_STORY_H
#define REPORTS_RUN_RUN_STORY_H

#include "base/arena.h"
#include "sim/run/setup.h"
#include "sim/engine/result.h"

struct story_line {
	sim_ns at;         /* of the first entry that it stands for */
	const char *text;  /* "node-c took 63 VIPs on eth0, the last at 35.412s" */
	const char *cause; /* NULL: none */
};

struct story {
	ARRAY_OF(struct story_line) list;
};

/*
 * Tells the timeline, in the arena. Entries about VIPs with the same words come together as
 * long as nothing else happens in between and no VIP comes twice; with `whole` each entry
 * stands for itself.
 */
void run_story(struct story *out, const struct setup *setup, const struct run_result *result,
	       bool whole, struct arena *arena);

#endif
