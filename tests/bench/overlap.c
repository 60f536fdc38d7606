/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to resolve 100,000 pool ranges, parsing and overlaps included, as a multiple
 * of one qsort() of as many 40-byte records. Both are timed here, by turns; the medians are
 * printed: "RATIO RESOLVE_MS QSORT_MS".
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "config/repository/repository.h"
#include "purelb/pools/pools.h"
#include "tests/bench/times.h"

enum { GROUPS = 500, RANGES_PER_GROUP = 200, RANGES = GROUPS * RANGES_PER_GROUP, TURNS = 7 };

struct record {
	uint64_t key[2];
	uint64_t rest[3];
};
_Static_assert(sizeof(struct record) == 40, "the yardstick is a sort of 40-byte records");

static int compare_records(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->key[0] != y->key[0])
		return x->key[0] < y->key[0] ? -1 : 1;
	return (x->key[1] > y->key[1]) - (x->key[1] < y->key[1]);
}

/* Groups with ranges of 8 addresses, dealt out in random order; no two overlap. */
static void write_groups(FILE *out, struct random *random)
{
	uint32_t *place = mem_resize(NULL, RANGES, sizeof(*place));

	for (uint32_t i = 0; i < RANGES; i++) {
		uint32_t j = (uint32_t)random_below(random, i + 1);
		place[i] = place[j];
		place[j] = i;
	}
	for (uint32_t i = 0; i < RANGES; i++) {
		uint32_t address = UINT32_C(10) << 24 | place[i] * 16;

		if (i % RANGES_PER_GROUP == 0)
			fprintf(out,
				"---\napiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata:\n"
				"  name: group-%u\n  namespace: purelb-system\n"
				"spec:\n  local:\n    v4pools:\n",
				i / RANGES_PER_GROUP);
		fprintf(out, "    - {subnet: 10.0.0.0/8, pool: 10.%u.%u.%u-10.%u.%u.%u}\n",
			address >> 16 & 255, address >> 8 & 255, address & 255,
			address >> 16 & 255, address >> 8 & 255, (address & 255) + 7);
	}
	free(place);
}

/* A snapshot with those groups, read from a file that is gone again. */
static struct snapshot *load_groups(struct random *random)
{
	char path[] = "/tmp/overlap-XXXXXX";
	int fd = mkstemp(path);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (out == NULL) {
		perror(path);
		exit(2);
	}
	write_groups(out, random);
	fclose(out);
	const char *input = path;
	struct snapshot *snapshot = config_load(&input, 1, "purelb-system");
	unlink(path);
	return snapshot;
}

static double time_resolve(const struct snapshot *snapshot)
{
	struct arena arena;
	struct pools pools;

	arena_init(&arena);
	memset(&pools, 0, sizeof(pools));
	double start = clock_ms(CLOCK_MONOTONIC);
	pools_resolve(&pools, &arena, snapshot, RELEASE_0_17);
	double ms = clock_ms(CLOCK_MONOTONIC) - start;
	if (pools.list.count != GROUPS || pools.overlaps.count != 0) {
		fprintf(stderr, "overlap: %u groups, %u overlaps\n", pools.list.count,
			pools.overlaps.count);
		exit(1);
	}
	arena_release(&arena);
	return ms;
}

static double time_qsort(struct random *random)
{
	struct record *records = mem_resize(NULL, RANGES, sizeof(*records));

	memset(records, 0, RANGES * sizeof(*records));
	for (uint32_t i = 0; i < RANGES; i++) {
		records[i].key[0] = random_u64(random);
		records[i].key[1] = random_u64(random);
	}
	double start = clock_ms(CLOCK_MONOTONIC);
	qsort(records, RANGES, sizeof(*records), compare_records);
	double ms = clock_ms(CLOCK_MONOTONIC) - start;
	free(records);
	return ms;
}

int main(void)
{
	struct random random = random_new(1);
	struct snapshot *snapshot = load_groups(&random);
	double resolve_ms[TURNS], qsort_ms[TURNS];

	for (int i = 0; i < TURNS; i++) {
		resolve_ms[i] = time_resolve(snapshot);
		qsort_ms[i] = time_qsort(&random);
	}
	snapshot_release(snapshot);

	const double resolve = times_median(resolve_ms, TURNS);
	const double sorted = times_median(qsort_ms, TURNS);

	printf("%.2f %.1f %.1f\n", resolve / sorted, resolve, sorted);
	return 0;
}
