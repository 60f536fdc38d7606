/* SPDX-License-Identifier: Apache-2.0 */
/* The report of settings: which values are in force, and where each comes from. (A3.4) */
#ifndef REPORTS_SETTINGS_SETTINGS_H
#define REPORTS_SETTINGS_SETTINGS_H

#include <stdio.h>

#include "reports/model/report.h"

struct setting_line {
	const char *path;   /* "severity.SG006" */
	const char *value;  /* as it is written; NULL: an option without a value */
	const char *from;   /* "default", "option" or "file" */
	const char *option; /* its long name; NULL: it is from no option */
	const char *file;   /* NULL: it is from no file */
	uint32_t line, column;
};

struct settings_report {
	const char *file; /* the file that was read; NULL: none */
	ARRAY_OF(struct setting_line) settings;
};

extern const struct record settings_document;

/* {"file":…,"settings":[{"path","value","from",…}]}. The caller frees it with cJSON_Delete().
 */
cJSON *settings_json(const struct settings_report *report, struct arena *scratch);

/* Writes a line for each value. Errors of `out` stay in it. */
void settings_table_write(FILE *out, struct screen screen, const struct settings_report *report,
			  struct arena *scratch);

#endif
