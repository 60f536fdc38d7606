/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast 1,000 VIPs are elected among 1,000 nodes, against the bare SHA-256 calls that this
 * takes. All is timed here, by turns: "WINNER ORDER THREADS BARE_MS WINNER_MS ORDER_MS" is
 * printed, where WINNER and ORDER are the shares of the bare loop's rate that the winner alone
 * and the full order reach, medians of the turns in processor time, and THREADS is how many
 * times faster two threads are than one at the full order, the best turn of each by the clock
 * on the wall.
 */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/repository/repository.h"
#include "purelb/election/election.h"
#include "tests/bench/times.h"

enum { NODES = 1000, VIPS = 1000, TURNS = 9, MESSAGE_MAX_BYTES = 64 };

/* The time of this thread alone: what else the machine does hardly counts. */
static double cpu_ms(void)
{
	return clock_ms(CLOCK_THREAD_CPUTIME_ID);
}

static double wall_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static struct ip vip_number(uint32_t number)
{
	return (struct ip){ (u128)0xFFFF << 32 | (UINT32_C(10) << 24 | number) };
}

/* All nodes on one subnet; read from a file that is gone again. */
static struct snapshot *load_nodes(void)
{
	char path[] = "/tmp/election-XXXXXX";
	int fd = mkstemp(path);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (out == NULL) {
		perror(path);
		exit(2);
	}
	for (uint32_t i = 0; i < NODES; i++) {
		char name[NAME_MAX_BYTES];

		worker_name(i, name);
		fprintf(out,
			"---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"
			"metadata: {name: purelb-node-%s, namespace: purelb-system, "
			"annotations: {purelb.io/subnets: 10.0.0.0/8}}\n"
			"spec: {leaseDurationSeconds: 10, renewTime: "
			"'2026-01-01T00:00:00Z'}\n",
			name);
	}
	fclose(out);
	const char *input = path;
	struct snapshot *snapshot = config_load(&input, 1, "purelb-system");
	unlink(path);
	return snapshot;
}

/* ---- what is timed ---- */

/* Messages that are there already, hashed one after the other. */
static double time_bare(void)
{
	static char messages[NODES][MESSAGE_MAX_BYTES];
	static size_t lengths[NODES];
	uint8_t hash[SHA256_BYTES];
	unsigned sum = 0;
	double ms = 0;

	for (uint32_t vip = 0; vip < VIPS; vip++) {
		char text[IP_TEXT_MAX];

		ip_format(vip_number(vip), text);
		for (uint32_t i = 0; i < NODES; i++) {
			char name[NAME_MAX_BYTES];

			worker_name(i, name);
			lengths[i] = (size_t)snprintf(messages[i], MESSAGE_MAX_BYTES, "%s#%s",
						      name, text);
		}
		double start = cpu_ms();
		for (uint32_t i = 0; i < NODES; i++) {
			sha256(messages[i], lengths[i], hash);
			sum += hash[0];
		}
		ms += cpu_ms() - start;
	}
	if (sum == 0)
		exit(1); /* so that nothing is left out as useless */
	return ms;
}

static double time_winners(const struct cluster *cluster)
{
	const struct election election = { .cluster = cluster };
	uint32_t found = 0;
	double start = cpu_ms();

	for (uint32_t vip = 0; vip < VIPS; vip++)
		found += election_winner(&election, vip_number(vip), NULL) != NULL;
	double ms = cpu_ms() - start;
	if (found != VIPS)
		exit(1);
	return ms;
}

/* The share of the VIPs that one thread does. */
struct share {
	const struct cluster *cluster;
	uint32_t begin, end;
	uint64_t candidates;
};

static void *order_share(void *argument)
{
	struct share *share = argument;
	struct arena arena;

	arena_init(&arena);
	struct election election = { .cluster = share->cluster, .arena = &arena };
	for (uint32_t vip = share->begin; vip < share->end; vip++) {
		struct arena_mark mark = arena_mark(&arena);
		struct election_result result;

		election_candidates(&election, vip_number(vip), NULL, &result);
		share->candidates += result.candidates.count;
		arena_reset(&arena, mark);
	}
	arena_release(&arena);
	return NULL;
}

static double time_orders(const struct cluster *cluster, double (*now_ms)(void))
{
	struct share all = { cluster, 0, VIPS, 0 };
	double start = now_ms();

	order_share(&all);
	double ms = now_ms() - start;
	if (all.candidates != (uint64_t)NODES * VIPS)
		exit(1);
	return ms;
}

static double time_two_threads(const struct cluster *cluster)
{
	struct share shares[] = { { cluster, 0, VIPS / 2, 0 }, { cluster, VIPS / 2, VIPS, 0 } };
	pthread_t other;
	double start = wall_ms();

	if (pthread_create(&other, NULL, order_share, &shares[1]) != 0)
		exit(2);
	order_share(&shares[0]);
	pthread_join(other, NULL);
	double ms = wall_ms() - start;
	if (shares[0].candidates + shares[1].candidates != (uint64_t)NODES * VIPS)
		exit(1);
	return ms;
}

int main(void)
{
	struct snapshot *snapshot = load_nodes();
	struct cluster cluster;
	double bare[TURNS], winner[TURNS], order[TURNS];
	double winner_share[TURNS], order_share_of[TURNS];
	double one = INFINITY, two = INFINITY;

	purelb_resolve(&cluster, snapshot);
	for (int i = 0; i < TURNS; i++) {
		bare[i] = time_bare();
		winner[i] = time_winners(&cluster);
		order[i] = time_orders(&cluster, cpu_ms);
		winner_share[i] = bare[i] / winner[i];
		order_share_of[i] = bare[i] / order[i];
		one = fmin(one, time_orders(&cluster, wall_ms));
		two = fmin(two, time_two_threads(&cluster));
	}
	cluster_release(&cluster);
	snapshot_release(snapshot);
	printf("%.2f %.2f %.2f %.1f %.1f %.1f\n", times_median(winner_share, TURNS),
	       times_median(order_share_of, TURNS), one / two, times_median(bare, TURNS),
	       times_median(winner, TURNS), times_median(order, TURNS));
	return 0;
}
