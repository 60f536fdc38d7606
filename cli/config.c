/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool config: the settings in force, and where each comes from. (A3.4) */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/common.h"
#include "cli/project.h"
#include "cli/settings.h"
#include "reports/settings/settings.h"

struct settings {
	struct common common;
};

static const struct option_spec config_options[] = {
	COMMON_NAMESPACE, COMMON_OUTPUT(output_formats, "table (the default), json or yaml"),
	COMMON_REQUIRE,   COMMON_JUDGING_ROWS,
	COMMON_ROWS,
};

static const struct help_row config_statuses[] = {
	{ "0", "written" },
	{ "2", "usage error, a mistake in the settings, or a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row config_examples[] = {
	{ "purelbtool config", "what applies in this folder" },
	{ "purelbtool config --disable AG013 -n lb", "what would apply with these options" },
	{ "purelbtool config -o json | jq -r '.settings[] | select(.path == \"failOn\").value'",
	  "one setting" },
	{ NULL, NULL },
};

/* Where the value comes from, as the report says it. */
static struct setting_line config_line(const struct common *common,
				       const struct setting_value *value)
{
	struct setting_line line = { .path = value->path, .value = value->text };

	if (value->standard) {
		line.from = "default";
	} else if (value->option != NULL) {
		line.from = "option";
		line.option = value->option->name;
	} else {
		line.from = "file";
		line.file = common->project.config_path;
		line.line = value->pos.line;
		line.column = value->pos.column;
	}
	return line;
}

static void config_write(const struct output *output, struct screen screen, void *about,
			 struct arena *scratch)
{
	const struct settings_report *report = about;

	if (output->format == OUTPUT_TABLE)
		settings_table_write(output->file, screen, report, scratch);
	else
		common_write_tree(output, settings_json(report, scratch));
}

/* False after a message when the name is not that of a check, as IN011 has it. */
static bool config_names_check(const struct cli *cli, struct common *common,
			       const struct silencing *of)
{
	const char *hint = NULL;
	const char *fault = silencing_fault(of, &common->arena, &hint);
	const char *place = of->pos.source == 0
				    ? ""
				    : arena_printf(&common->arena,
						   "%s:%u:%u: ", common->project.config_path,
						   of->pos.line, of->pos.column);

	if (fault != NULL)
		cli_error(cli, "%s%s; %s", place, fault, hint);
	return fault == NULL;
}

/* What only validate takes, and reads, of the settings; false after messages. */
static bool config_holds(const struct cli *cli, struct common *common)
{
	const struct silencings *silencings = &common->project.silencings;
	struct common *validating =
		arena_zalloc(&common->arena, 1, validate_command.settings_size);
	bool holds;

	arena_init(&validating->arena);
	validating->project = common->project;
	holds = settings_apply(cli, &validate_command, validating);
	outputs_release(&validating->outputs);
	arena_release(&validating->arena);
	ARRAY_FOREACH (const struct silencing, of, &silencings->codes)
		holds = config_names_check(cli, common, of) && holds;
	ARRAY_FOREACH (const struct severity_change, change, &silencings->severities)
		holds = config_names_check(cli, common, &change->of) && holds;
	return project_load_baseline(cli, &common->project, common->baseline, &common->arena) &&
	       holds;
}

/* False after a message when one of the inputs is not there. */
static bool config_inputs_are_there(const struct cli *cli, const struct name_list *inputs)
{
	struct stat st;
	bool all = true;

	ARRAY_FOREACH (const char *const, input, &inputs->list) {
		if (str_equal(*input, "-") || stat(*input, &st) == 0)
			continue;
		cli_error(cli, "cannot read %s: %s", *input, strerror(errno));
		all = false;
	}
	return all;
}

static int config_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	struct settings *s = settings;
	struct common *common = &s->common;
	struct settings_report report = { .file = common->project.config_path };
	struct setting_values values = { 0 };
	struct name_list inputs = { 0 };

	if (arguments->operands.count > 0)
		return cli_usage_error(cli, &config_command, "unexpected argument %s",
				       arguments->operands.items[0]);
	if (!config_holds(cli, common) || !settings_inputs(cli, common, &inputs) ||
	    !config_inputs_are_there(cli, &inputs) || !outputs_open(&common->outputs, cli))
		return STATUS_TROUBLE;
	settings_in_force(&config_command, common, &common->arena, &values);
	ARRAY_FOREACH (const struct setting_value, value, &values.list)
		ARRAY_ADD(&common->arena, &report.settings, config_line(common, value));
	common_write_reports(cli, common, config_write, &report);
	return outputs_finish(&common->outputs, cli) ? STATUS_FINE : STATUS_TROUBLE;
}

const struct command_spec config_command = {
	.name = "config",
	.operands = "",
	.operand_completes = COMPLETES_NOTHING,
	.summary = "the settings in force and where each comes from",
	.description =
		"Prints the settings that apply in this folder, one value on each line: from "
		"the options, from the .purelbtool.yaml of this folder or the nearest one "
		"above it, and the defaults. purelbtool schema config describes the file.",
	.options = config_options,
	.statuses = config_statuses,
	.examples = config_examples,
	.settings_size = sizeof(struct settings),
	.run = config_run,
};
