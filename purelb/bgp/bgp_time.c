/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of BGP timers: what both ends agree on, when a dead node is noticed, when a
 * node dials again (T3.2, T3.3, T6.1 to T6.4). The speaker is GoBGP 4.0. Left out: routers that
 * shorten the hold timer at random, as BIRD does, and what goes on in TCP below.
 */
#include "purelb/bgp/bgp_time.h"

#include "base/array.h"
#include "base/duration.h"
#include "purelb/bgp/bgp.h"

enum {
	RETRY_MIN_S = 2, /* T3.2, T3.3: a shorter connectRetry counts as this */
	/* T5.1, `oldKernel`: the last SYN goes out at 63 s and is waited for for 64 s. */
	SYN_GIVE_UP_S = 127,
};

int64_t bgp_time_seconds(uint64_t seconds)
{
	const uint64_t most = INT64_MAX / NS_PER_SEC;

	return (int64_t)(seconds < most ? seconds : most) * NS_PER_SEC;
}

uint32_t bgp_time_hold(uint32_t ours, uint32_t theirs)
{
	return ours < theirs ? ours : theirs;
}

uint64_t bgp_time_third(uint64_t hold_seconds)
{
	return hold_seconds / BGP_KEEPALIVES_PER_HOLD;
}

uint32_t bgp_time_keepalive(uint64_t configured, uint32_t ours, uint32_t hold)
{
	const uint64_t seconds = hold == ours ? configured : bgp_time_third(hold);

	if (seconds == 0)
		return 1;
	return seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX;
}

enum bgp_keepalive_risk bgp_time_judge_keepalive(uint64_t keepalive_seconds,
						 uint64_t hold_seconds)
{
	if (keepalive_seconds >= hold_seconds)
		return BGP_KEEPALIVE_FLAPS;
	return keepalive_seconds > bgp_time_third(hold_seconds) ? BGP_KEEPALIVE_FRAGILE
								: BGP_KEEPALIVE_SAFE;
}

/* The last keepalive is between 0 and a whole interval old. */
struct bgp_span bgp_time_until_noticed(uint32_t hold_seconds, uint32_t keepalive_seconds)
{
	const uint32_t least =
		hold_seconds > keepalive_seconds ? hold_seconds - keepalive_seconds : 0;

	return (struct bgp_span){ bgp_time_seconds(least), bgp_time_seconds(hold_seconds) };
}

struct bgp_span bgp_time_until_redial(uint64_t retry_seconds)
{
	const int64_t most =
		bgp_time_seconds(retry_seconds < RETRY_MIN_S ? RETRY_MIN_S : retry_seconds);

	return (struct bgp_span){ most - most / 4, most };
}

bool bgp_time_unanswered_dial(uint64_t retry_seconds, int64_t *out_ns)
{
	const uint64_t seconds = retry_seconds > RETRY_MIN_S ? retry_seconds - 1 : RETRY_MIN_S;

	if (seconds >= SYN_GIVE_UP_S)
		return false;
	*out_ns = bgp_time_seconds(seconds);
	return true;
}

bool bgp_time_syn(bool old_kernel, uint32_t number, int64_t *out_ns)
{
	static const int64_t now_ms[] = { 0,    1000,  2050,  3100,  4100, 5100,
					  7100, 11300, 19500, 35700, 69000 };
	static const int64_t old_ms[] = { 0, 1000, 3000, 7000, 15000, 31000, 63000 };

	if (number >= (old_kernel ? ARRAY_LEN(old_ms) : ARRAY_LEN(now_ms)))
		return false;
	*out_ns = (old_kernel ? old_ms : now_ms)[number] * NS_PER_MS;
	return true;
}

int64_t bgp_span_sample(const struct bgp_span *span, struct random *random)
{
	if (span->max_ns <= span->min_ns)
		return span->min_ns;
	return span->min_ns +
	       (int64_t)random_below(random, (uint64_t)(span->max_ns - span->min_ns) + 1);
}
