/* SPDX-License-Identifier: Apache-2.0 */
/* What checks mean: the texts of the table of checks, as text or as a document. */
#ifndef REPORTS_FINDINGS_EXPLAIN_H
#define REPORTS_FINDINGS_EXPLAIN_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>

#include "validator/check.h"

/* Writes all that the table says of each of the `count` checks, wrapped at 80 columns. */
void explain_text(FILE *out, const enum check_code *codes, uint32_t count);

/* Writes a line for every check: code, slug, severity, title. */
void explain_list(FILE *out);

/* {"checks":[{"code","slug","severity","needs","title","why","fix","bad","good"}]}, for the
 * `count` codes. The caller frees it with cJSON_Delete(). */
cJSON *explain_json(const enum check_code *codes, uint32_t count);

#endif
