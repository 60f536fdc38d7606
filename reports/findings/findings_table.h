/* SPDX-License-Identifier: Apache-2.0 */
/* Findings for people: one block each, with the line they are on, and a summary. */
#ifndef REPORTS_FINDINGS_FINDINGS_TABLE_H
#define REPORTS_FINDINGS_FINDINGS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "config/objects/snapshot.h"
#include "validator/validate.h"

struct table_options {
	bool colour;
	unsigned width; /* columns of the screen; 0: 80 */
};

/*
 * Writes the findings of `v` in their order (those that say PASS last), then what was read,
 * which checks were not run, and the counts. Reads the lines that findings are on from the
 * snapshot's sources. Errors of `out` are left in it for ferror().
 */
void findings_table(FILE *out, const struct validation *v, const struct snapshot *snapshot,
		    const struct table_options *options);

#endif
