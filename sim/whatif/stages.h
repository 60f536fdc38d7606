/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in stages (S6.6): each stage is a comparison that begins where the one before it
 * ended, with what PureLB has given to Services until then.
 */
#ifndef SIM_WHATIF_STAGES_H
#define SIM_WHATIF_STAGES_H

#include "sim/whatif/reachable.h"

/* What a stage is read from: the objects, and where the problems of reading them end. */
struct stage_input {
	const char *name; /* as it was given */
	struct object_list objects;
	uint32_t problems_end; /* of the snapshot into which it was read */
};

enum stage_end {
	STAGE_END_NONE,      /* it stays down */
	STAGE_END_BACK,      /* clients reach it again */
	STAGE_END_SESSIONS,  /* they do if a router that no inventory describes has a path */
	STAGE_END_UNKNOWN,   /* the input does not say whether they do */
	STAGE_END_WITHDRAWN, /* its Service has it no more */
	STAGE_END_DELETED,   /* its Service is deleted */
};

/* A VIP that clients do not reach any more. */
struct stage_down {
	struct reachable_vip vip; /* as it is after the stage that ends it, or was before if it
				   * is not there then */
	uint32_t first;           /* that stage, from 1 */
	enum stage_end end;
	uint32_t back; /* the stage of that end; 0: none */
};

struct diff_stages {
	struct arena arena;
	const struct stage_input *inputs; /* borrowed */
	struct diff **list;               /* the stages, in order */
	uint32_t count;
	ARRAY_OF(struct stage_down) down; /* by stage, then as they are found there */
};

/*
 * Compares `count` stages, at least one, with what is there before the first: `old`, in which
 * `old_problems` problems were there before anything was read beside it. Borrows all of the
 * input; stages_release() ends it.
 */
void stages_run(struct diff_stages *out, struct snapshot *old, uint32_t old_problems,
		const struct stage_input *inputs, uint32_t count,
		const struct diff_options *options);
void stages_release(struct diff_stages *stages);

#endif
