/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long `purelbtool sweep --pairs` takes for some nodes and 10,000 VIPs, against the bare
 * SHA-256 calls of hashing every pair of a node and a VIP once:
 *
 *	sweep PROGRAM NODES [TURNS]
 *
 * prints "RATIO COMMAND_MS BARE_MS", medians of turns in processor time. The command is timed
 * as a whole: start, reading the file, allocation, all pairs of nodes, the report.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/ip.h"
#include "base/text.h"
#include "tests/bench/times.h"

enum { NODES_MAX = 10000, VIPS = 10000, TURNS = 5, MESSAGE_MAX_BYTES = 64 };

static void vip_text(uint32_t number, char text[static IP_TEXT_MAX])
{
	snprintf(text, IP_TEXT_MAX, "10.0.%u.%u", number / 250, number % 250 + 1);
}

/* ---- the cluster ---- */

static void write_nodes(FILE *out, uint32_t nodes)
{
	for (uint32_t i = 0; i < nodes; i++) {
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
}

static void write_services(FILE *out)
{
	for (uint32_t i = 0; i < VIPS; i++) {
		char vip[IP_TEXT_MAX];

		vip_text(i, vip);
		fprintf(out,
			"---\napiVersion: v1\nkind: Service\n"
			"metadata: {name: app-%u, namespace: team-%u, annotations: "
			"{purelb.io/allocated-by: PureLB, purelb.io/allocated-from: default, "
			"purelb.io/pool-type: local}}\n"
			"spec: {type: LoadBalancer, clusterIP: 192.168.1.1, ipFamilies: [IPv4], "
			"ports: [{port: 80}]}\n"
			"status: {loadBalancer: {ingress: [{ip: %s}]}}\n",
			i, i % 20, vip);
	}
}

static void write_cluster(FILE *out, uint32_t nodes)
{
	write_nodes(out, nodes);
	fputs("---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\n"
	      "metadata: {name: default, namespace: purelb-system}\n"
	      "spec: {local: {localInterface: default}}\n"
	      "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
	      "metadata: {name: default, namespace: purelb-system}\n"
	      "spec: {local: {v4pools: [{subnet: 10.0.0.0/8, "
	      "pool: 10.0.0.1-10.0.255.255}]}}\n",
	      out);
	write_services(out);
}

/* ---- what is timed ---- */

static double timeval_ms(struct timeval time)
{
	return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static double time_command(const char *program, const char *path)
{
	struct rusage usage;
	pid_t child = fork();
	int status;

	if (child == 0) {
		const int nowhere = open("/dev/null", O_WRONLY);

		dup2(nowhere, STDOUT_FILENO);
		execl(program, program, "sweep", "--pairs", path, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
		fprintf(stderr, "sweep: %s sweep --pairs failed\n", program);
		exit(2);
	}
	return timeval_ms(usage.ru_utime) + timeval_ms(usage.ru_stime);
}

/* Messages that are there already, hashed one after the other. */
static double time_bare(uint32_t nodes)
{
	static char messages[NODES_MAX][MESSAGE_MAX_BYTES];
	static size_t lengths[NODES_MAX];
	uint8_t hash[SHA256_BYTES];
	unsigned sum = 0;
	double ms = 0;

	for (uint32_t vip = 0; vip < VIPS; vip++) {
		char text[IP_TEXT_MAX];

		vip_text(vip, text);
		for (uint32_t i = 0; i < nodes; i++) {
			char name[NAME_MAX_BYTES];

			worker_name(i, name);
			lengths[i] = (size_t)snprintf(messages[i], MESSAGE_MAX_BYTES, "%s#%s",
						      name, text);
		}
		double start = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
		for (uint32_t i = 0; i < nodes; i++) {
			sha256(messages[i], lengths[i], hash);
			sum += hash[0];
		}
		ms += clock_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
	}
	if (sum == 0)
		exit(1); /* so that nothing is left out as useless */
	return ms;
}

int main(int argc, char **argv)
{
	char path[] = "/tmp/sweep-XXXXXX";
	uint64_t wanted = 0, turns = TURNS;
	const bool fine = argc > 2 && parse_u64(argv[2], 1, NODES_MAX, &wanted) &&
			  (argc == 3 || parse_u64(argv[3], 1, TURNS, &turns));
	const uint32_t nodes = (uint32_t)wanted;
	int fd = fine ? mkstemp(path) : -1;
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	double command[TURNS], bare[TURNS], ratio[TURNS];

	if (out == NULL) {
		fprintf(stderr, "usage: sweep PROGRAM NODES [TURNS]\n");
		return 2;
	}
	write_cluster(out, nodes);
	fclose(out);
	for (uint64_t i = 0; i < turns; i++) {
		bare[i] = time_bare(nodes);
		command[i] = time_command(argv[1], path);
		ratio[i] = command[i] / bare[i];
	}
	unlink(path);
	printf("%.2f %.1f %.1f\n", times_median(ratio, turns), times_median(command, turns),
	       times_median(bare, turns));
	return 0;
}
