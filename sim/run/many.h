/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many independent runs of one setup, on several threads: how outages, gaps and duplicates
 * spread (S4). What comes out does not depend on the number of threads, nor on whether the
 * runs are made at once or in parts, on several machines (S6.8).
 */
#ifndef SIM_RUN_MANY_H
#define SIM_RUN_MANY_H

#include "sim/run/run.h"
#include "sim/run/spread.h"

/* What is measured of every VIP in every run. */
enum metric {
	METRIC_OUTAGE_TOTAL,    /* per observer: time that it was cut off */
	METRIC_OUTAGE_LONGEST,  /* per observer: longest time without a break */
	METRIC_ANNOUNCE_GAP,    /* longest time without a powered and linked holder */
	METRIC_DUPLICATE_TOTAL, /* time with two or more of them */
	METRIC_LOST_FLOWS,      /* per client: share of flows that was lost, times its length */
	METRIC_LOST_LONGEST,    /* per client: longest time in which some were lost */
	METRIC_LOST_SHARE,      /* per client: the most that was lost; a share, see below */
	METRIC_FULL_WIDTH, /* per router: longest time that a route was not at its widest */
	METRIC_STALE,      /* per router: time that a route had a next hop that was dead */
	METRIC_RE_UP,      /* per router: from the loss of a session until it was back */
	METRICS,           /* how many there are */
};

/* A value of METRIC_LOST_SHARE is in billionths: 1 is a second. */
static inline bool metric_is_share(enum metric metric)
{
	return metric == METRIC_LOST_SHARE;
}

/* "outageTotal", ...: the names of S4 and T12. */
const char *metric_name(enum metric metric);

struct many_options {
	uint64_t seed;
	uint32_t runs;         /* at least 1 */
	uint32_t first, count; /* of a part: these of them */
	uint32_t jobs; /* threads, at least 1; more than MANY_JOBS_MAX are not started */
	bool debug_checks;
	const atomic_bool *interrupted; /* may be NULL: when true, no run is begun any more
					 * and those under way do not count */
	/* Called now and then, from the caller's thread; may be NULL. */
	void (*progress)(void *context, uint32_t done);
	void *context;
};

enum { MANY_WORST = 3, MANY_JOBS_MAX = 1024 };

/* What reports say of the runs. */
struct many_subject {
	const char *scenario;
	const char *description; /* NULL: none */
	sim_ns duration, warmup;
	bool vips; /* there are any */
	struct setup_unmeasured unmeasured;
	ARRAY_OF(const char *) observers; /* their names, then those of clients and routers */
};

/* The run in which a metric of some VIP was largest. */
struct many_extreme {
	sim_ns value; /* 0: there is none */
	bool ongoing; /* it had not ended: the value is at least this */
	uint32_t run; /* its number, from 0 */
};

/* What an assertion came to. */
struct many_held {
	const char *text; /* "maxOutage 16s, observer client" */
	uint32_t in;      /* runs */
	/* Of the first run that it did not hold in; NULL when it held in all. */
	const char *detail;
	uint32_t run;
};

/* What some of the runs leave behind. Parts of disjoint runs add up. */
struct many_part {
	struct many_subject subject;
	uint32_t done, cut_off; /* runs that went through; of these, stopped by the cap */
	uint64_t events;
	const char *broken; /* an invariant that did not hold; NULL: none */
	uint32_t broken_run;
	struct many_extreme worst[METRICS][MANY_WORST]; /* the worst first, then by run */
	ARRAY_OF(struct many_held) held;                /* by assertion */
	ARRAY_OF(struct samples) series; /* by observer and one more, class, metric */
};

/* A metric of one class of VIPs, as one observer saw it. */
struct many_distribution {
	enum metric metric;
	const char *observer;   /* its name; NULL where no observer measures */
	bool remote;            /* the class of the VIPs */
	struct spread all;      /* one sample for every VIP of the class in every run */
	struct spread affected; /* those above zero */
};

/* The run in which a metric of some VIP was largest, the worst first for each metric. */
struct many_worst {
	enum metric metric;
	sim_ns value;
	bool ongoing; /* it had not ended: the value is at least this */
	uint32_t run; /* its number, from 0 */
	uint64_t seed;
};

struct many_assertion {
	const char *text; /* "maxOutage 16s, observer client" */
	uint32_t held_in; /* runs */
	/* Of the first run that it did not hold in; NULL when it held in all. */
	const char *detail;
	uint64_t seed;
};

struct many_result {
	const struct many_subject *subject; /* borrowed from the part */
	uint64_t seed;
	uint32_t runs, done; /* wanted; that went through. Fewer: it was interrupted. */
	uint32_t cut_off;    /* of these, stopped by the cap on events: partial */
	uint64_t events;     /* fired in all */
	const char *broken;  /* an invariant that did not hold, and with which seed */
	uint64_t broken_seed;
	/* By observer, then class, then metric. Of remote VIPs only how long no node had one,
	 * if that ever was: what BGP does about it is not simulated. */
	ARRAY_OF(struct many_distribution) distributions;
	ARRAY_OF(struct many_worst) worst; /* at most MANY_WORST for each metric */
	ARRAY_OF(struct many_assertion) assertions;
};

/*
 * Runs the setup with the seeds of sim_run_seed(), `first` to `first` + `count` of the runs.
 * All that the part has lives in the arena. Needs no lock of the caller's; the setup is only
 * read.
 */
void many_run_part(const struct setup *setup, const struct many_options *options,
		   struct arena *arena, struct many_part *part);

/* Series that a part about so many observers has. */
uint32_t many_series(uint32_t observers);

/* Adds other runs of the same setup to a part, in any order. What `more` has is borrowed. */
void many_add_part(struct many_part *part, const struct many_part *more, struct arena *arena);

/* Sums up all runs. Sorts what the part holds; results in the arena, borrowing from it. */
void many_sum_up(struct many_part *part, uint64_t seed, uint32_t runs, struct arena *arena,
		 struct many_result *result);

/* Makes and sums up all runs; `first` and `count` are ignored. */
void many_run(const struct setup *setup, const struct many_options *options,
	      struct arena *arena, struct many_result *result);

#endif
