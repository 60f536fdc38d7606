/* SPDX-License-Identifier: Apache-2.0 */
/* How long the speaker and its routers wait: pure functions of timers in seconds (T3, T6). */
#ifndef PURELB_BGP_BGP_TIME_H
#define PURELB_BGP_BGP_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

/* Something takes between min_ns and max_ns nanoseconds, both included. */
struct bgp_span {
	int64_t min_ns, max_ns;
};

/* The hold time in force, of the offers of both ends; 0: none. (T6.1) */
uint32_t bgp_time_hold(uint32_t ours, uint32_t theirs);

/* A third of a hold time: what a node sends keepalives at if it is told nothing else. */
uint64_t bgp_time_third(uint64_t hold_seconds);

/* What the node sends keepalives at: `configured` while its own offer `ours` is in force, else
 * a third of `hold`, at least 1 s. `hold` is what bgp_time_hold() gave, not 0. (T6.1) */
uint32_t bgp_time_keepalive(uint64_t configured, uint32_t ours, uint32_t hold);

enum bgp_keepalive_risk {
	BGP_KEEPALIVE_SAFE,    /* at most a third of the hold time */
	BGP_KEEPALIVE_FRAGILE, /* one that is lost or late can end the session */
	BGP_KEEPALIVE_FLAPS,   /* the hold time is over before the first one (T6.2, T6.3) */
};

/* What a keepalive interval means under a hold time, both in seconds and not 0. */
enum bgp_keepalive_risk bgp_time_judge_keepalive(uint64_t keepalive_seconds,
						 uint64_t hold_seconds);

/* From the silent death of a node to the end of the session at a router whose hold timer runs
 * for all of `hold_seconds`; not for 0. (T6.4) */
struct bgp_span bgp_time_until_noticed(uint32_t hold_seconds, uint32_t keepalive_seconds);

/* The wait between a dial of the node that failed and its next one. (T3.2) */
struct bgp_span bgp_time_until_redial(uint64_t retry_seconds);

/* How long a dial of the node lasts that nothing answers (T3.3). False, and *out_ns unchanged,
 * where its kernel may give up first, after a time that nobody has measured (T5.1). */
bool bgp_time_unanswered_dial(uint64_t retry_seconds, int64_t *out_ns);

/* When the SYN of this number, from 0, of a dial goes out, in nanoseconds after the first; of a
 * kernel since Linux 6.5, or an old one. False: there is none. (T5.1) */
bool bgp_time_syn(bool old_kernel, uint32_t number, int64_t *out_ns);

/* Seconds as nanoseconds; saturates, at 292 years. */
int64_t bgp_time_seconds(uint64_t seconds);

/* A time from the span, all of them equally likely. */
int64_t bgp_span_sample(const struct bgp_span *span, struct random *random);

#endif
