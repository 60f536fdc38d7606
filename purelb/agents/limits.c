/* SPDX-License-Identifier: Apache-2.0 */
/* P9.4: predicted times of the client-side limiter. */
#include "purelb/agents/limits.h"

#include "base/duration.h"

int64_t limits_takeover_ns(uint32_t gained, bool events_suppressed)
{
	/* A VIP is on the interface before its Service update waits for the limiter, so one
	 * more goes up at once than updates go out; Events take every other request. */
	const uint32_t at_once = events_suppressed ? LIMITS_AT_ONCE_QUIET : LIMITS_AT_ONCE;
	const int64_t step_ms = events_suppressed ? LIMITS_STEP_QUIET_MS : LIMITS_STEP_MS;

	if (gained <= at_once)
		return 0;
	return (int64_t)(gained - at_once) * step_ms * NS_PER_MS;
}
