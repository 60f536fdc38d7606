/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the scenario of a file that names no inputs: simulate FILE. Prints the processor time
 * of reading and setting up and that of the run in seconds, the events of the run, the
 * simulated seconds, and the peak of memory in KiB.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "config/repository/repository.h"
#include "sim/run/run.h"

static double processor_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run(struct snapshot *snapshot, struct cluster *cluster, struct setup *setup)
{
	const double begun = processor_seconds();
	struct run_result result;
	struct rusage usage;
	struct arena arena;

	arena_init(&arena);
	sim_run(setup, setup->seed, NULL, NULL, false, &arena, &result);
	const double ended = processor_seconds();

	getrusage(RUSAGE_SELF, &usage);
	printf("%.6f %.6f %" PRIu64 " %.0f %ld\n", begun, ended - begun, result.events,
	       (double)(setup->warmup + setup->duration) / 1e9, usage.ru_maxrss);
	arena_release(&arena);
	setup_release(setup);
	cluster_release(cluster);
	snapshot_release(snapshot);
}

int main(int argc, char **argv)
{
	const char *inputs[] = { argc == 2 ? argv[1] : "-" };
	struct snapshot *snapshot = config_load(inputs, 1, "purelb-system");
	struct cluster cluster = { 0 };
	struct setup setup;

	purelb_resolve(&cluster, snapshot);
	if (snapshot->scenarios.count != 1 ||
	    !setup_build(&setup, snapshot, &cluster, snapshot->scenarios.items[0],
			 &snapshot->arena)) {
		fputs("simulate: the scenario cannot be run\n", stderr);
		return 2;
	}
	run(snapshot, &cluster, &setup);
	return 0;
}
