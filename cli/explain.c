/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool explain: what checks mean, from the texts of the table of checks. */
#include "cli/cli.h"

#include "base/nearest.h"
#include "cli/common.h"
#include "reports/findings/findings.h"

struct settings {
	struct common common;
	bool list;
	ARRAY_OF(enum check_code) codes;
};

static const struct option_spec explain_options[] = {
	{ .name = "list",
	  .letter = 'l',
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct settings, list),
	  .help = "list every check on one line" },
	COMMON_OUTPUT(output_formats, "table (plain text, the default), json or yaml"),
	COMMON_HELP,
	OPT_END,
};

static const struct help_row explain_statuses[] = {
	{ "0", "explained" },
	{ "2", "usage error, such as an unknown code, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row explain_examples[] = {
	{ "purelbtool explain SG006", "by code" },
	{ "purelbtool explain --list", "every check there is" },
	{ NULL, NULL },
};

static const char *explain_unknown(struct settings *s, const char *name)
{
	struct nearest nearest = { .word = name };

	for (int i = 0; i < CHECK_COUNT; i++) {
		nearest_offer(&nearest, check_table[i].code);
		nearest_offer(&nearest, check_table[i].slug);
	}
	if (nearest.best == NULL)
		return arena_printf(&s->common.arena,
				    "unknown check %s; explain --list shows them all", name);
	return arena_printf(&s->common.arena, "unknown check %s; did you mean %s?", name,
			    nearest.best);
}

/* NULL, or a sentence about a mistake in the operands. */
static const char *explain_choose(struct settings *s, const struct arguments *arguments)
{
	if (!s->list && arguments->operands.count == 0)
		return "no CODE: name a check, such as SG006, or use --list";
	if (s->list && arguments->operands.count > 0)
		return "either a CODE or --list, not both";
	for (int i = 0; s->list && i < CHECK_COUNT; i++)
		ARRAY_ADD(&s->common.arena, &s->codes, (enum check_code)i);
	ARRAY_FOREACH (const char *, name, &arguments->operands) {
		enum check_code code = check_find(*name);

		if (code == CHECK_COUNT)
			return explain_unknown(s, *name);
		ARRAY_ADD(&s->common.arena, &s->codes, code);
	}
	return NULL;
}

static void explain_write(const struct output *output, struct screen screen, void *about,
			  struct arena *scratch)
{
	const struct settings *s = about;

	(void)scratch;
	if (output->format != OUTPUT_TABLE)
		common_write_tree(output, explain_json(s->codes.items, s->codes.count));
	else if (s->list)
		explain_list(output->file, screen.width);
	else
		explain_text(output->file, screen.width, s->codes.items, s->codes.count);
}

static int explain_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	struct settings *s = settings;
	const char *error = explain_choose(s, arguments);

	if (error != NULL)
		return cli_usage_error(cli, &explain_command, "%s", error);
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	common_write_reports(cli, &s->common, explain_write, s);
	return outputs_finish(&s->common.outputs, cli) ? STATUS_FINE : STATUS_TROUBLE;
}

const struct command_spec explain_command = {
	.name = "explain",
	.operands = "[CODE]...",
	.operand_completes = COMPLETES_CODES,
	.summary = "what a check means, why it matters, an example and its fix",
	.description =
		"Explains what each CODE finds, why it matters, and what to do, "
		"with an example that triggers it and the same example fixed. CODE is a code "
		"such as SG006, or the slug next to it in --list.",
	.options = explain_options,
	.statuses = explain_statuses,
	.examples = explain_examples,
	.settings_size = sizeof(struct settings),
	.run = explain_run,
};
