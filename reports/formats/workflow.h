/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workflow commands of GitHub Actions, "::error file=F,line=1::text": annotations of a run.
 * What comes from an input can neither end a command nor begin another.
 */
#ifndef REPORTS_FORMATS_WORKFLOW_H
#define REPORTS_FORMATS_WORKFLOW_H

#include <stdio.h>

/* Writes the text of a command, with what the runner reserves as %XX. */
void workflow_write_data(FILE *out, const char *s);

/* Writes "name=value", in which colons and commas are reserved as well. */
void workflow_write_property(FILE *out, const char *name, const char *s);

/* Writes a further line of the text: "label: s". */
void workflow_write_line(FILE *out, const char *label, const char *s);

/*
 * Writes a whole command: `level` is error, warning or notice. `file` NULL: it is about no
 * file; line 0: about no line of it. `fix` NULL: there is none.
 */
void workflow_annotate(FILE *out, const char *level, const char *file, unsigned line,
		       unsigned column, const char *title, const char *text, const char *fix);

#endif
