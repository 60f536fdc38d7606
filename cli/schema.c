/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool schema: JSON Schemas for editors. */
#include "cli/cli.h"

#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "reports/model/json_yaml.h"
#include "reports/schemas/schemas.h"

/* A schema is a tree: there is no table of it. */
static const char *const schema_formats[] = { "json", "yaml", NULL };

struct settings {
	struct common common;
	bool list;
};

static const struct option_spec schema_options[] = {
	{ .name = "list",
	  .letter = 'l',
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct settings, list),
	  .help = "list the schemas" },
	COMMON_OUTPUT(schema_formats, "json (the default) or yaml"),
	COMMON_HELP,
	OPT_END,
};

static const struct help_row schema_statuses[] = {
	{ "0", "written" },
	{ "2", "usage error, such as an unknown KIND, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row schema_examples[] = {
	{ "purelbtool schema NodeInventory >inventory.schema.json",
	  "then write in the first line of an inventory: # yaml-language-server: "
	  "$schema=inventory.schema.json" },
	{ "purelbtool schema config -o json=purelbtool.schema.json",
	  "the same for .purelbtool.yaml" },
	{ "purelbtool schema validate", "the schema of what validate -o json prints" },
	{ NULL, NULL },
};

static const char *schema_unknown(struct arena *arena, const char *name)
{
	struct nearest nearest = { .word = name };
	struct text names = { 0 };

	for (const struct schema_document *d = schema_documents; d->name != NULL; d++) {
		nearest_offer(&nearest, d->name);
		text_printf(&names, "%s%s", d > schema_documents ? ", " : "", d->name);
	}

	const char *error =
		nearest.best != NULL
			? arena_printf(arena, "there is no schema of \"%s\"; did you mean %s?",
				       name, nearest.best)
			: arena_printf(arena, "there is no schema of \"%s\", only of %s", name,
				       text_str(&names));

	text_release(&names);
	return error;
}

static int schema_write(const struct cli *cli, struct settings *s,
			const struct schema_document *document)
{
	if (s->common.outputs.list.count == 0)
		(void)outputs_add(&s->common.outputs, schema_formats, schema_formats[0]);
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list)
		common_write_tree(output, schema_json(document));
	return outputs_finish(&s->common.outputs, cli) ? STATUS_FINE : STATUS_TROUBLE;
}

static int schema_write_list(const struct cli *cli, const struct settings *s)
{
	if (s->common.outputs.list.count > 0)
		return cli_usage_error(cli, &schema_command,
				       "--list is for reading: it has no --output");
	for (const struct schema_document *d = schema_documents; d->name != NULL; d++)
		fprintf(cli->out, "%-18s%s\n", d->name, d->title);
	return cli_finish_output(cli) ? STATUS_FINE : STATUS_TROUBLE;
}

/* KIND in any case; the name of the file that it is about is as good. */
static int schema_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	struct settings *s = settings;
	const uint32_t count = arguments->operands.count;
	const char *name = count > 0 ? arguments->operands.items[0] : NULL;

	if (s->list && count == 0)
		return schema_write_list(cli, s);
	if (count != 1 || s->list)
		return cli_usage_error(cli, &schema_command, "%s",
				       s->list ? "either a KIND or --list, not both"
				       : count == 0
					       ? "no KIND: name one, such as NodeInventory, or "
						 "use --list"
					       : "one KIND at a time");
	for (const struct schema_document *d = schema_documents; d->name != NULL; d++) {
		if (strcasecmp(d->name, name) == 0 || strcmp(d->example_file, name) == 0)
			return schema_write(cli, s, d);
	}
	return cli_usage_error(cli, &schema_command, "%s",
			       schema_unknown(&s->common.arena, name));
}

const struct command_spec schema_command = {
	.name = "schema",
	.operands = "KIND",
	.operand_completes = COMPLETES_KINDS,
	.summary = "print JSON Schemas, which let editors complete and check files",
	.description =
		"Prints the JSON Schema (draft 2020-12) of a KIND of object or file that "
		"purelbtool reads, such as NodeInventory, Scenario or config "
		"(.purelbtool.yaml), or of a report that it writes, by the name of the "
		"command, such as validate; --list names them all. It gives an editor the "
		"fields, their types and their bounds; rules about several fields or objects "
		"are checked only by purelbtool validate.",
	.options = schema_options,
	.statuses = schema_statuses,
	.examples = schema_examples,
	.settings_size = sizeof(struct settings),
	.run = schema_run,
};
