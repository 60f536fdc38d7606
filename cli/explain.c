/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool explain: what checks mean. */
#include "cli/cli.h"

#include "base/nearest.h"
#include "cli/common.h"
#include "reports/findings/explain.h"

enum { OPT_LIST, OPT_OUTPUT, OPT_HELP, OPT_COUNT };

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_LIST] = { "list", 'l', NULL, NULL, "list every check, a line each" },
	[OPT_OUTPUT] = { "output", 'o', "FORMAT[=FILE]", output_formats,
			 "write it as table (plain text, the default), json or yaml, to FILE if "
			 "one is named; may be repeated" },
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "explained" },
	{ "2", "usage error, such as an unknown code, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool explain SG006", "by code" },
	{ "purelbtool explain --list", "every check there is" },
	{ NULL, NULL },
};

const struct command_spec explain_spec = {
	.name = "explain",
	.operands = "[CODE]...",
	.summary = "what a check means, why it matters, an example and its fix",
	.description =
		"Says of each CODE what the check finds, why it matters, and what to do, "
		"with an example that fires it and the same example mended. CODE is a code "
		"such as SG006, or the slug beside it in --list.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

struct settings {
	struct arena *arena;
	struct outputs outputs;
	bool list;
	ARRAY_OF(enum check_code) codes;
};

/* ---- which checks ---- */

static const char *unknown_code(const struct settings *s, const char *name)
{
	struct nearest nearest = { .word = name };

	for (int i = 0; i < CHECK_COUNT; i++) {
		nearest_offer(&nearest, check_table[i].code);
		nearest_offer(&nearest, check_table[i].slug);
	}
	if (nearest.best == NULL)
		return arena_printf(s->arena, "unknown check %s; explain --list names them all",
				    name);
	return arena_printf(s->arena, "unknown check %s; did you mean %s?", name, nearest.best);
}

static void add_all(struct settings *s)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		ARRAY_ADD(s->arena, &s->codes, (enum check_code)i);
}

static const char *add_named(struct settings *s, const struct arguments *arguments)
{
	ARRAY_FOREACH (const char *, name, &arguments->operands) {
		enum check_code code = check_find(*name);

		if (code == CHECK_COUNT)
			return unknown_code(s, *name);
		ARRAY_ADD(s->arena, &s->codes, code);
	}
	return NULL;
}

/* Takes over the arguments; NULL, or a sentence about a mistake in them. */
static const char *apply(struct settings *s, const struct arguments *arguments)
{
	const char *error = NULL;

	ARRAY_FOREACH (struct given_option, given, &arguments->options) {
		if (given->option == OPT_LIST)
			s->list = true;
		else if (error == NULL)
			error = outputs_add(&s->outputs, given->value);
	}
	if (error != NULL)
		return error;
	if (!s->list && arguments->operands.count == 0)
		return "no CODE: name a check, such as SG006, or use --list";
	if (s->list && arguments->operands.count > 0)
		return "either a CODE or --list, not both";
	if (!s->list)
		return add_named(s, arguments);
	add_all(s);
	return NULL;
}

/* ---- the output ---- */

static void write_output(const struct settings *s, const struct output *output)
{
	if (output->format == OUTPUT_TABLE) {
		if (s->list)
			explain_list(output->file);
		else
			explain_text(output->file, s->codes.items, s->codes.count);
		return;
	}
	common_write_tree(output, explain_json(s->codes.items, s->codes.count));
}

static int run(const struct cli *cli, struct settings *s, const struct arguments *arguments)
{
	const char *error = apply(s, arguments);

	if (error != NULL)
		return cli_usage_error(cli, &explain_spec, "%s", error);
	if (!outputs_open(&s->outputs, cli))
		return STATUS_TROUBLE;
	ARRAY_FOREACH (struct output, output, &s->outputs.list)
		write_output(s, output);
	return outputs_finish(&s->outputs, cli) ? STATUS_FINE : STATUS_TROUBLE;
}

int explain_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	struct arena arena;
	struct settings s = { .arena = &arena };
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&arena);
	if (cli_begin(cli, &explain_spec, OPT_HELP, argc, argv, &arena, &arguments, &status))
		status = run(cli, &s, &arguments);
	outputs_release(&s.outputs);
	arena_release(&arena);
	return status;
}
