/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of a project beside the options of a command: a setting that says what an option
 * says is put in its place unless the option is given; lists add to each other. (A3.4)
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli/common.h"

/* One value of the settings. */
struct setting_value {
	const char *key;  /* at the top of the file: "overrides" */
	const char *path; /* "overrides[0].severity.SG006" */
	const char *text;
	struct pos pos;
	const struct option_spec
		*option; /* given on the command line; NULL: it is in the file */
	bool standard;   /* neither: it is what counts without */
};

struct setting_values {
	ARRAY_OF(struct setting_value) list;
};

/*
 * Puts the settings of common->project in the place of options of the command that are not
 * given. False after messages about values that are not valid.
 */
bool settings_apply(const struct cli *cli, const struct command_spec *spec,
		    struct common *common);

/* Files and folders of `inputs:`, by paths from the working folder, into the arena of common;
 * none after a message when one leads out of the folder of the file. */
bool settings_inputs(const struct cli *cli, struct common *common, struct name_list *out);

/* What is in force, in the order of the schema; texts in the arena of common. */
void settings_in_force(const struct command_spec *spec, const struct common *common,
		       struct arena *arena, struct setting_values *out);

#endif
