/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as one HTML page: figures first, then what was found, to be filtered. */
#ifndef REPORTS_FINDINGS_FINDINGS_HTML_H
#define REPORTS_FINDINGS_FINDINGS_HTML_H

#include <stdio.h>

#include "config/objects/snapshot.h"
#include "validator/validate.h"

/* Writes the page. Errors of `out` are left in it for ferror(). */
void findings_html(FILE *out, const struct validation *v, const struct snapshot *snapshot);

#endif
