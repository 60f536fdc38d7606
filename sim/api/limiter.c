/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bucket as one moment: when it was last empty, had tokens come without end. What lies
 * further back than it takes to fill the bucket is lost.
 */
#include "sim/api/limiter.h"

void limiter_init(struct limiter *limiter, sim_ns interval, uint32_t burst, sim_ns now)
{
	limiter->interval = interval;
	limiter->depth = interval * (sim_ns)burst;
	limiter->empty_at = now - limiter->depth;
}

sim_ns limiter_interval(uint32_t per_second)
{
	return per_second > 0 ? NS_PER_SEC / (sim_ns)per_second : 0;
}

bool limiter_reserve(struct limiter *limiter, sim_ns now, sim_ns patience, sim_ns *at)
{
	sim_ns empty_at = limiter->empty_at;

	*at = now;
	if (limiter->interval == 0)
		return true;
	if (empty_at < now - limiter->depth)
		empty_at = now - limiter->depth;
	empty_at += limiter->interval;
	if (empty_at > now && empty_at - now > patience)
		return false;
	limiter->empty_at = empty_at;
	if (empty_at > now)
		*at = empty_at;
	return true;
}

bool limiter_try(struct limiter *limiter, sim_ns now)
{
	sim_ns at;

	return limiter_reserve(limiter, now, 0, &at);
}
