/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change does in simulated time (S6.6): the old configuration runs, the new one is
 * applied to it as with `kubectl apply`, and every VIP is watched, in many runs. The stages of
 * a change are applied one after another in the same run.
 */
#ifndef SIM_WHATIF_DIFF_TIME_H
#define SIM_WHATIF_DIFF_TIME_H

#include <stdatomic.h>

#include "base/packed.h"
#include "sim/run/spread.h"
#include "sim/whatif/diff.h"
#include "sim/whatif/diff_asserted.h"

struct diff_time_options {
	uint64_t seed;
	uint32_t runs;         /* at least 1 */
	uint32_t first, count; /* of a part: these of them */
	sim_ns limit;          /* longest outage that is tolerated; SIM_NEVER: any */
	struct plan_assertions assertions; /* what has to hold */
	const atomic_bool *interrupted; /* may be NULL: when true, no run is begun any more */
	void (*progress)(void *context, uint32_t done); /* may be NULL */
	void *context;
	/* Of a part: takes what the runs leave behind, and nothing is summed up. NULL: of all.
	 */
	struct text *part;
	/* What was so taken of all runs, in their order, in place of making them; or NULL. */
	const struct timed_parts *parts;
};

/* What parts have of a change. (S6.8) */
struct timed_part {
	struct packed body;
	uint32_t runs; /* that it is about */
};

struct timed_parts {
	ARRAY_OF(struct timed_part) list;
};

/* A VIP while the change is applied. */
struct timed_vip {
	const char *ip, *service;
	bool remote;
	/* Who holds it at the beginning and at the end of the stage in the first run; NULL: no
	 * node. Of several how many: "3 nodes". */
	const char *before, *after;
	bool affected;         /* in any run: another holder, a gap, an outage, flows lost */
	bool measured;         /* an observer is on its segment, or clients are simulated */
	bool held;             /* it is remote, and a node always has it */
	struct spread gap;     /* longest time without a holder, over the runs */
	struct spread cut_off; /* longest time that an observer did not reach it, or a client
				* lost some of its flows */
	double lost_share;     /* the most that a client lost at one time, in any run */
	/* While they are collected: */
	struct samples gaps, outages;
};

/* A route of a router while the change is applied: next hops that work. */
struct timed_route {
	const char *router, *prefix;
	uint32_t before, least, after; /* of the stage; `least` in any run, the others in the
					* first */
	bool changes;
	double moved; /* most flows that had another next hop after it, in any run */
};

/* A session that is lost while the change is applied, in any run. */
struct timed_session {
	const char *node, *router;
	uint32_t before, after; /* whether it is up, in the first run */
	uint32_t losses;        /* most in one run */
};

struct diff_time {
	/* The run in which a VIP was cut off, or without a node, for longest; NULL: none went
	 * through. It is of all stages; the setup is its, and of the first stage's diff. */
	const struct run_result *worst;
	struct setup *setup;
	const char *problem; /* why it could not be simulated; NULL: it was */
	uint64_t seed;
	uint32_t runs;          /* that went through */
	sim_ns begin, duration; /* of the stage, from the first change on */
	uint32_t stages;        /* of the change that this is one of */
	/* What has to hold, over all stages; kept with the first. */
	struct timed_assertions asserted;
	/* What is wrong with them: nothing was simulated. Kept with the first. */
	ARRAY_OF(struct finding) mistakes;
	ARRAY_OF(struct timed_vip) vips; /* those cut off longest first */
	uint32_t affected;               /* of them */
	/* Where BGP is simulated, as by clients behind every router that has sessions: */
	bool bgp;
	const char *bgp_problem; /* why not, although there are remote VIPs; NULL: it is */
	ARRAY_OF(struct timed_route) routes; /* all of them */
	ARRAY_OF(struct timed_session) sessions;
	struct spread settled; /* from the change until the last VIP changed hands */
	/* While they are collected: the same of each run; how bad the worst one is, and its
	 * number, once there is one. */
	struct samples settle_times;
	sim_ns badness; /* -1: there is none */
	uint32_t worst_run;
	sim_ns limit;            /* as in the options */
	uint32_t over;           /* VIPs that were cut off for longer in some run, or still */
	bool over_at_end;        /* one of them was for no longer, but still at the end */
	uint32_t nodes_left_out; /* nodes that differ: the change does not make them */
	uint32_t routes_lost;    /* that the change takes away, where BGP is not simulated */
};

/* Simulates the stages of a change, at least one, each of which begins where the one before
 * ended. The results are in their `time` and live as long as they do. False when parts are not
 * of these stages. */
bool diff_simulate(struct diff *const *stages, uint32_t count,
		   const struct diff_time_options *options);

/* Releases what the results of the first stage keep for all. */
void diff_time_release(struct diff_time *time);

/* Whether the change or the stage may be made, as far as --max-outage says. */
static inline bool diff_time_goes(const struct diff_time *time)
{
	return time->problem == NULL && time->over == 0 &&
	       (time->limit == SIM_NEVER || time->routes_lost == 0);
}

/* Whether what was asserted of all stages holds in every run. */
static inline bool diff_time_holds(const struct diff_time *first)
{
	return first->problem == NULL && asserted_hold(&first->asserted, first->runs);
}

/* Whether a change without stages may be made. */
static inline bool diff_time_is_go(const struct diff_time *time)
{
	return diff_time_goes(time) && (time->stages > 1 || diff_time_holds(time));
}

#endif
