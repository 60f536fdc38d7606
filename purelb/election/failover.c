/* SPDX-License-Identifier: Apache-2.0 */
/* P8.5, P8.11 and P9.2 in closed form. */
#include "purelb/election/failover.h"

#include <math.h>

#include "base/duration.h"
#include "purelb/agents/limits.h"

/* To whole milliseconds. A lease of centuries is as good as one of a hundred years. */
static int64_t failover_ms(double ns)
{
	const double most = 100.0 * 366 * 24 * 3600 * NS_PER_SEC;

	return (int64_t)(fmin(ns, most) / NS_PER_MS + 0.5) * NS_PER_MS;
}

struct span failover_detection(int64_t lease_duration_ns, uint32_t lost, uint32_t survivors)
{
	const double half = (double)lease_duration_ns / 2;
	const double missed = 0.01; /* share of the cases beyond `latest` */
	double wait = half;         /* for the next lease event */

	if (lost == 0 || survivors == 0)
		return (struct span){ 0, 0, 0 };
	/* The least of several uniform waits; a single survivor's is never more than D/2. */
	if (survivors > 1)
		wait = half * (1 - pow(missed, 1.0 / survivors));
	return (struct span){
		.earliest = failover_ms(half),
		/* The largest of several uniform expiries, then the least of several waits. */
		.mean = failover_ms(half + half * lost / (lost + 1.0) +
				    half / (survivors + 1.0)),
		.latest = failover_ms(2 * half + wait),
	};
}

enum { HANDOVER_MS = 200 };

struct span failover_handover(uint32_t gained)
{
	const int64_t least = HANDOVER_MS * NS_PER_MS;
	const int64_t queue = limits_takeover_ns(gained, false);

	return (struct span){ least, least + queue / 2, least + queue };
}

struct span failover_reconfigured(int64_t lease_duration_ns, uint32_t gained)
{
	struct span span = failover_handover(gained);

	span.mean += failover_ms((double)lease_duration_ns / 4);
	span.latest += failover_ms((double)lease_duration_ns / 2);
	return span;
}
