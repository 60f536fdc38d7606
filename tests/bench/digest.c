/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many times faster than one after the other names are hashed side by side, as elections do
 * it: "CHOSEN SPEED_4 SPEED_8 SPEED_16 NETTLE_NS CHOSEN_NS" is printed. CHOSEN is the number of
 * lanes that the program uses here, 0 for none; a speed is 0 where the processor cannot do so
 * many; the times are for one name. All by turns, and the best turn counts. With the variable
 * NETTLE_FAT_OVERRIDE=none nettle does without the SHA instructions.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest_lanes.h"
#include "tests/bench/times.h"

enum { NAMES = 1000, TURNS = 200 };

static const char tail[] = "#192.168.100.100";

/* What one after the other means: prepared messages, given to nettle as they are. */
static double time_single(const char *const *names)
{
	static char messages[NAMES][NAME_MAX_BYTES + sizeof(tail)];
	static size_t lengths[NAMES];
	static uint8_t out[NAMES][SHA256_BYTES];
	double start;

	for (size_t i = 0; i < NAMES; i++)
		lengths[i] = (size_t)snprintf(messages[i], sizeof(messages[i]), "%s%s",
					      names[i], tail);
	start = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
	for (size_t i = 0; i < NAMES; i++)
		sha256_joined(messages[i], lengths[i], "", 0, out[i]);
	return clock_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
}

static double time_lanes(unsigned lanes, const char *const *names)
{
	static uint8_t out[NAMES][SHA256_BYTES];
	double start = clock_ms(CLOCK_PROCESS_CPUTIME_ID);

	digest_lanes_joined(lanes, names, NAMES, tail, sizeof(tail) - 1, out);
	return clock_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
}

int main(void)
{
	static const unsigned lanes[] = { 4, 8, 16 };
	static char texts[NAMES][NAME_MAX_BYTES];
	const char *names[NAMES];
	double single = INFINITY, best[] = { INFINITY, INFINITY, INFINITY }, chosen = INFINITY;

	for (unsigned i = 0; i < NAMES; i++) {
		worker_name(i, texts[i]);
		names[i] = texts[i];
	}
	for (int turn = 0; turn < TURNS; turn++) {
		single = fmin(single, time_single(names));
		for (size_t k = 0; k < sizeof(lanes) / sizeof(*lanes); k++) {
			if (digest_lanes_can(lanes[k]))
				best[k] = fmin(best[k], time_lanes(lanes[k], names));
		}
		chosen = fmin(chosen, time_lanes(digest_lanes(), names));
	}
	printf("%u %.2f %.2f %.2f %.1f %.1f\n", digest_lanes(), single / best[0],
	       single / best[1], single / best[2], single * 1e6 / NAMES, chosen * 1e6 / NAMES);
	return 0;
}
