/* SPDX-License-Identifier: Apache-2.0 */
/* validate --fix: fixes of findings, written into the files they are in. (A1) */
#ifndef CLI_FIX_H
#define CLI_FIX_H

#include "cli/common.h"
#include "validator/validate.h"

/* One state of the input, with what is found in it. */
struct fix_state {
	struct loaded_inputs loaded; /* owned by the fixing but for the first state */
	struct snapshot *snapshot;
	struct cluster *cluster;
	struct validation found;
};

/* Validates state->snapshot into the other fields. */
typedef void fix_validator(void *about, struct fix_state *state);

struct fix_request {
	bool unsafe; /* also fixes that change what happens */
	bool diff;   /* print what would change, and write nothing */
	fix_validator *validate;
	void *about;
};

/*
 * Applies what can be fixed of `state`, each step validated again, and writes the files; what
 * is fixed of standard input, and differences, go to standard output. On return `state` is that
 * of the fixed input, or as it was with --diff and when it is false: after messages, a file
 * could not be written, and is as it was.
 */
bool fix_run(const struct cli *cli, struct common *common, const struct fix_request *request,
	     struct fix_state *state);

/* Frees a state that fix_run() has put in the place of the first one. */
void fix_state_release(struct fix_state *state);

/* True when the input comes from standard input alone, so that its fixed text is printed. */
bool fix_prints_text(const struct common *common);

#endif
