/* SPDX-License-Identifier: Apache-2.0 */
/* P9.4: how fast an agent takes VIPs over, given the limit on its API requests. */
#ifndef PURELB_AGENTS_LIMITS_H
#define PURELB_AGENTS_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/* 5 requests per second, 10 at once, for each API group-version. */
	LIMITS_REQUESTS_PER_S = 5,
	LIMITS_BURST = 10,
	/* So many VIPs go up at once; the others follow one by one. */
	LIMITS_AT_ONCE = 6,
	LIMITS_AT_ONCE_QUIET = 11, /* with Events suppressed */
	LIMITS_STEP_MS = 400,
	LIMITS_STEP_QUIET_MS = 200,
};

/*
 * How long after the first the last of `gained` VIPs is up on a node that gains them all at
 * once, in ns: about 6 at once and then one each 0.4 s, because Service updates and Events
 * share the limiter; when Events are suppressed (dropped beyond 25 per Service) about 11 at
 * once and then one each 0.2 s. A VIP counts once for each Service that has it. (P9.4)
 */
int64_t limits_takeover_ns(uint32_t gained, bool events_suppressed);

#endif
