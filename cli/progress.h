/* SPDX-License-Identifier: Apache-2.0 */
/* Work that takes longer than a second: a line on the terminal that tells how far it is, and
 * a way to end it early. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

struct progress {
	const struct cli *cli;
	const char *what; /* "runs" */
	uint32_t total;
	bool terminal;
	int64_t began_ns, told_ns; /* monotonic; told_ns 0: nothing is on the screen */
};

/* Begins; `what` is borrowed. Nothing is shown unless standard error is a terminal. */
void progress_begin(struct progress *p, const struct cli *cli, const char *what,
		    uint32_t total);
/* Tells, not more often than people can read, that `done` are done. `context` is a progress. */
void progress_tell(void *context, uint32_t done);
/* Takes the line away. */
void progress_end(struct progress *p);

/*
 * From now on the first interrupt (Ctrl-C, SIGTERM) only sets what is returned; the second
 * ends the program as usual.
 */
const atomic_bool *interrupts_catch(void);

#endif
