/* SPDX-License-Identifier: Apache-2.0 */
/* Text as the source of a man page, for the man macros of groff and mandoc. */
#ifndef REPORTS_FORMATS_ROFF_H
#define REPORTS_FORMATS_ROFF_H

#include <stdio.h>

/* Writes words that stay as they are, in one piece; no newline. */
void roff_word(FILE *out, const char *s);

/*
 * Writes prose: filled by the reader's program, a sentence on a line of its own at the latest,
 * `words between such marks` in bold. Ends with a newline.
 */
void roff_prose(FILE *out, const char *s);

/* Writes lines that stay as they are, such as an example. */
void roff_lines(FILE *out, const char *s);

/* The head of a page: "PURELBTOOL", "1". */
void roff_title(FILE *out, const char *title, const char *section);

#endif
