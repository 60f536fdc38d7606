/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many independent runs of one setup, on several threads: how outages, gaps and duplicates
 * spread (S4). What comes out does not depend on the number of threads.
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
	METRICS,                /* how many there are */
};

/* "outageTotal", ...: the names of S4. */
const char *metric_name(enum metric metric);

struct many_options {
	uint64_t seed;
	uint32_t runs; /* at least 1 */
	uint32_t jobs; /* threads, at least 1; more than MANY_JOBS_MAX are not started */
	bool debug_checks;
	const atomic_bool *interrupted; /* may be NULL: when true, no run is begun any more
					 * and those under way do not count */
	/* Called now and then, from the caller's thread; may be NULL. */
	void (*progress)(void *context, uint32_t done);
	void *context;
};

/* A metric of one class of VIPs, as one observer saw it. */
struct many_distribution {
	enum metric metric;
	uint32_t observer;      /* number in the setup; SETUP_NONE where no observer measures */
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

enum { MANY_WORST = 3, MANY_JOBS_MAX = 1024 };

/*
 * Runs the setup `runs` times with the seeds of sim_run_seed(). All results live in the arena.
 * Needs no lock of the caller's; the setup is only read.
 */
void many_run(const struct setup *setup, const struct many_options *options,
	      struct arena *arena, struct many_result *result);

#endif
