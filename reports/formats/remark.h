/* SPDX-License-Identifier: Apache-2.0 */
/* The lines below a table: a label, and what there is to know, wrapped beside it. */
#ifndef REPORTS_FORMATS_REMARK_H
#define REPORTS_FORMATS_REMARK_H

#include <stdio.h>

enum { REMARK_INDENT = 13 }; /* where the text begins; labels are at most two shorter */

/* "label:       text that goes on\n             below itself"; `s` is made harmless. */
void remark_write(FILE *out, const char *label, const char *s);

/* The same as a paragraph of an HTML page. */
void remark_html(FILE *out, const char *label, const char *s);

#endif
