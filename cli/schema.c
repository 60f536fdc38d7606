/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool schema: JSON Schemas for editors. */
#include "cli/cli.h"

#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "reports/model/json_yaml.h"
#include "reports/model/schema_json.h"

enum { OPT_LIST, OPT_OUTPUT, OPT_HELP, OPT_COUNT };

/* A schema is a tree: there is no table of it. */
static const char *const formats[] = { "json", "yaml", NULL };

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_LIST] = { "list", 'l', NULL, NULL, "list what there are schemas of" },
	[OPT_OUTPUT] = { "output", 'o', "FORMAT[=FILE]", formats,
			 "write it as json (the default) or yaml, to FILE if one is named; may "
			 "be repeated" },
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "written" },
	{ "2", "usage error, such as an unknown KIND, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool schema NodeInventory >inventory.schema.json",
	  "then write in the first line of an inventory: # yaml-language-server: "
	  "$schema=inventory.schema.json" },
	{ "purelbtool schema config -o json=purelbtool.schema.json",
	  "the same for .purelbtool.yaml" },
	{ NULL, NULL },
};

const struct command_spec schema_spec = {
	.name = "schema",
	.operands = "KIND",
	.summary = "JSON Schemas, with which editors complete and check files",
	.description =
		"Prints the JSON Schema (draft 2020-12) of a KIND of object or file that "
		"purelbtool reads: NodeInventory, Scenario, config (.purelbtool.yaml) and the "
		"others that --list names. It tells an editor the fields, their types and "
		"their bounds; what concerns several fields or objects only purelbtool "
		"validate sees.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

struct settings {
	struct arena *arena;
	struct outputs outputs;
	bool list;
	const struct schema_document *document;
};

/* ---- which ---- */

/* In any case; the file's own name is as good. */
static bool is_named(const struct schema_document *d, const char *name)
{
	return strcasecmp(d->name, name) == 0 || strcmp(d->example_file, name) == 0;
}

static const char *unknown_kind(const struct settings *s, const char *name)
{
	struct nearest nearest = { .word = name };
	struct text names = { 0 };

	for (const struct schema_document *d = schema_documents; d->name != NULL; d++) {
		nearest_offer(&nearest, d->name);
		text_printf(&names, "%s%s", d > schema_documents ? ", " : "", d->name);
	}

	const char *error =
		nearest.best != NULL
			? arena_printf(s->arena, "no schema of \"%s\"; did you mean %s?", name,
				       nearest.best)
			: arena_printf(s->arena, "no schema of \"%s\"; there are %s", name,
				       text_str(&names));

	text_release(&names);
	return error;
}

static const char *choose(struct settings *s, const struct arguments *arguments)
{
	if (s->list)
		return arguments->operands.count > 0 ? "either a KIND or --list, not both"
						     : NULL;
	if (arguments->operands.count != 1)
		return arguments->operands.count == 0
			       ? "no KIND: name one, such as NodeInventory, or use --list"
			       : "one KIND at a time";
	for (const struct schema_document *d = schema_documents; d->name != NULL; d++) {
		if (is_named(d, arguments->operands.items[0])) {
			s->document = d;
			return NULL;
		}
	}
	return unknown_kind(s, arguments->operands.items[0]);
}

/* Takes over the arguments; NULL, or a sentence about a mistake in them. */
static const char *apply(struct settings *s, const struct arguments *arguments)
{
	const char *error = NULL;

	ARRAY_FOREACH (const struct given_option, given, &arguments->options) {
		if (given->option == OPT_LIST)
			s->list = true;
		else if (error == NULL)
			error = outputs_add(&s->outputs, given->value);
	}
	if (error == NULL)
		error = choose(s, arguments);
	if (error == NULL && s->list && s->outputs.list.count > 0)
		return "--list is for reading: it has no --output";
	if (error == NULL && s->outputs.list.count == 0)
		return outputs_add(&s->outputs, "json");
	return error;
}

/* ---- the output ---- */

static void write_list(FILE *out)
{
	for (const struct schema_document *d = schema_documents; d->name != NULL; d++)
		fprintf(out, "%-18s%s\n", d->name, d->title);
}

static int run(const struct cli *cli, struct settings *s, const struct arguments *arguments)
{
	const char *error = apply(s, arguments);

	if (error != NULL)
		return cli_usage_error(cli, &schema_spec, "%s", error);
	if (!outputs_open(&s->outputs, cli))
		return STATUS_TROUBLE;
	ARRAY_FOREACH (const struct output, output, &s->outputs.list) {
		if (s->list)
			write_list(output->file);
		else
			common_write_tree(output, schema_json(s->document));
	}
	return outputs_finish(&s->outputs, cli) ? STATUS_FINE : STATUS_TROUBLE;
}

int schema_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	struct arena arena;
	struct settings s = { .arena = &arena, .outputs.formats = formats };
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&arena);
	if (cli_begin(cli, &schema_spec, OPT_HELP, argc, argv, &arena, &arguments, &status))
		status = run(cli, &s, &arguments);
	outputs_release(&s.outputs);
	arena_release(&arena);
	return status;
}
