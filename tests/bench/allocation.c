/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to allocate for 100,000 Services as a multiple of 10,000: plain, balanced and
 * shared addresses, single-stack and dual-stack, some that hold an address already. Each turn
 * times one cluster of 100,000 and, one after the other, ten of 10,000, so that neither finds
 * its input in the cache. It is processor time, and the best of the turns counts, so that it
 * hardly matters what else the machine does; memory goes back to the system after the last turn
 * only, so that neither is billed for fresh pages. Printed is "RATIO LARGE_MS SMALL_MS".
 */
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "config/repository/repository.h"
#include "purelb/allocation/allocation.h"
#include "tests/bench/times.h"

enum {
	SMALL = 10000,
	LARGE = 100000,
	SMALL_ONES = LARGE / SMALL,
	TURNS = 15,
	BALANCED_RANGES = 16,
	SHARERS = 50,
};

static void write_groups(FILE *out)
{
	fprintf(out, "apiVersion: purelb.io/v2\nkind: ServiceGroup\n"
		     "metadata: {name: default, namespace: purelb-system}\n"
		     "spec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.0.0.0/10}],\n"
		     "  v6pools: [{subnet: 'fd00::/64', pool: 'fd00::/64'}]}}\n"
		     "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
		     "metadata: {name: balanced, namespace: purelb-system}\n"
		     "spec: {local: {balancePools: true, v4pools: [\n");
	for (unsigned i = 0; i < BALANCED_RANGES; i++)
		fprintf(out, "  {subnet: 10.0.0.0/8, pool: 10.%u.0.0/16},\n", 128 + i);
	fprintf(out, "  ]}}\n");
}

/* An address that it holds is taken from far behind those that are handed out anew. */
static void write_service(FILE *out, struct random *random, unsigned number)
{
	static const char *const kinds[] = { "", "", "purelb.io/service-group: balanced",
					     "purelb.io/allow-shared-ip: key-" };
	unsigned kind = number % 4;
	bool holds = kind == 0;

	fprintf(out,
		"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s%u\n"
		"  namespace: n%u\n  annotations: {",
		number, (unsigned)random_below(random, 100));
	if (holds)
		fprintf(out, "purelb.io/allocated-by: PureLB");
	fputs(kinds[kind], out);
	if (kind == 3)
		fprintf(out, "%u", number / 4 / SHARERS);
	fprintf(out,
		"}\nspec: {type: LoadBalancer, clusterIP: 172.16.0.1, ipFamilies: %s, "
		"ports: [{port: %u}]}\n",
		kind == 1 ? "[IPv4, IPv6]" : "[IPv4]", 1 + number % (4 * SHARERS));
	if (holds)
		fprintf(out, "status: {loadBalancer: {ingress: [{ip: 10.%u.%u.%u}]}}\n",
			32 + (number >> 16), number >> 8 & 255, number & 255);
}

/* A cluster with so many Services, read from a file that is gone again. */
static void load(struct cluster *cluster, unsigned services)
{
	struct random random = random_new(1);
	char path[] = "/tmp/allocation-XXXXXX";
	int fd = mkstemp(path);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	const char *input = path;

	if (out == NULL) {
		perror(path);
		exit(2);
	}
	write_groups(out);
	for (unsigned i = 0; i < services; i++)
		write_service(out, &random, i);
	fclose(out);
	purelb_resolve(cluster, config_load(&input, 1, "purelb-system"));
	unlink(path);
}

static double time_run(const struct cluster *cluster, unsigned services)
{
	struct allocation_options options = { .late_count = 0 };
	struct allocations out;
	struct arena arena;
	double start;
	double ms;

	arena_init(&arena);
	start = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
	allocation_run(&out, cluster, &options, &arena);
	ms = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
	if (out.list.count != services) {
		fprintf(stderr, "allocation: %u Services\n", out.list.count);
		exit(1);
	}
	ARRAY_FOREACH (const struct allocation, a, &out.list) {
		if (a->state != SERVICE_ASSIGNED && a->state != SERVICE_KEPT) {
			fprintf(stderr, "allocation: %s: %s\n", a->service->object.name.s,
				a->detail);
			exit(1);
		}
	}
	arena_release(&arena);
	return ms;
}

int main(void)
{
	double best_small = INFINITY, best_large = INFINITY;
	struct cluster small[SMALL_ONES], large;

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	for (int i = 0; i < SMALL_ONES; i++)
		load(&small[i], SMALL);
	load(&large, LARGE);
	for (int turn = 0; turn < TURNS; turn++) {
		double small_ms = 0;

		for (int i = 0; i < SMALL_ONES; i++)
			small_ms += time_run(&small[i], SMALL) / SMALL_ONES;
		best_small = fmin(best_small, small_ms);
		best_large = fmin(best_large, time_run(&large, LARGE));
	}
	printf("%.2f %.1f %.1f\n", best_large / best_small, best_large, best_small);
	return 0;
}
