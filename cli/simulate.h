/* SPDX-License-Identifier: Apache-2.0 */
/* What `purelbtool simulate` reads, and the files that it writes while it runs. */
#ifndef CLI_SIMULATE_H
#define CLI_SIMULATE_H

#include "cli/common.h"
#include "reports/formats/pcap.h"
#include "sim/run/run.h"

/* ---- inputs ---- */

/* A scenario with everything that it is about. */
struct simulation {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct setup setup;
	bool resolved;         /* the cluster holds memory */
	bool objects_readable; /* false: something in the inputs is broken; it has been named */
};

/* What stands on the command line in place of a scenario file; borrowed. */
struct simulation_words {
	ARRAY_OF(const char *) events, assertions; /* as they were given */
	const char *duration;                      /* NULL: beyond the last of them */
};

/* Writes them as a Scenario, in the arena. Returns NULL, or what is wrong with one of them. */
const char *simulation_words(const struct simulation_words *words, struct arena *arena,
			     const char **scenario);

/*
 * Reads the scenario (the first operand; or `text`, where that is not NULL), the inputs that it
 * names (relative to its file) and the other operands, and builds the setup. Returns true to go
 * on; false with an exit status in *status after messages. Release it in any case.
 */
bool simulation_load(struct simulation *s, const struct cli *cli, struct common *common,
		     const struct arguments *arguments, const char *text, int *status);
void simulation_release(struct simulation *s);

/* ---- files ---- */

/* Where the events and the frames of one run go. */
struct run_files {
	struct outputs outputs; /* of all of them */
	struct captures captures;
	FILE *events; /* NULL: nowhere */
	bool capturing;
	struct sim_sinks sinks; /* for sim_run() */
};

/*
 * Opens the file of events and a capture for each segment in the folder, which is made when it
 * is not there; either may be NULL. False after a message. Release it in any case.
 */
bool run_files_open(struct run_files *f, const struct cli *cli, const struct setup *setup,
		    const char *events, const char *folder);
/* Ends them and gives them their names. False after a message. */
bool run_files_finish(struct run_files *f, const struct cli *cli);
void run_files_release(struct run_files *f);

/* The file in the folder that a segment is captured to. */
const char *run_files_capture(const struct setup *setup, uint32_t segment, const char *folder,
			      struct arena *arena);

#endif
