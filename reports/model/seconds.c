/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated times as text. */
#include "reports/model/seconds.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t magnitude(sim_ns time)
{
	return time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
}

const char *seconds_format(sim_ns time, char buf[static SECONDS_TEXT_MAX])
{
	uint64_t v = magnitude(time);
	int len =
		snprintf(buf, SECONDS_TEXT_MAX, "%s%" PRIu64 ".%09" PRIu64, time < 0 ? "-" : "",
			 v / (uint64_t)NS_PER_SEC, v % (uint64_t)NS_PER_SEC);

	while (len > 0 && buf[len - 1] == '0')
		buf[--len] = '\0';
	if (len > 0 && buf[len - 1] == '.')
		buf[--len] = '\0';
	return buf;
}

const char *seconds_short(sim_ns time, char buf[static SECONDS_TEXT_MAX])
{
	uint64_t v = magnitude(time);
	uint64_t ms = (v + 500000) / 1000000;

	if (ms == 0 && v != 0)
		snprintf(buf, SECONDS_TEXT_MAX, "%s0.%06" PRIu64 "s", time < 0 ? "-" : "",
			 v / 1000);
	else
		snprintf(buf, SECONDS_TEXT_MAX, "%s%" PRIu64 ".%03" PRIu64 "s",
			 time < 0 && ms > 0 ? "-" : "", ms / 1000, ms % 1000);
	return buf;
}
