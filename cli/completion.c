/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool completion: what shells need to complete its commands and options. */
#include "cli/completion.h"

#include <string.h>

#include "base/text.h"
#include "cli/common.h"
#include "reports/model/schema_json.h"
#include "validator/check.h"

enum { OPT_HELP, OPT_COUNT };

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "written" },
	{ "2", "usage error, such as an unknown shell, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "source <(purelbtool completion bash)", "complete in this shell" },
	{ "purelbtool completion fish > ~/.config/fish/completions/purelbtool.fish",
	  "complete in every shell to come" },
	{ NULL, NULL },
};

const struct command_spec completion_spec = {
	.name = "completion",
	.operands = "SHELL",
	.operand_choices = shells,
	.summary = "write the script that makes a shell complete purelbtool",
	.description =
		"Writes a script to standard output that teaches a SHELL (bash, zsh or fish) to "
		"complete commands, options, their values and the codes of checks. `make "
		"install` puts them where the shells look.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- what can be completed ---- */

static enum completes completes_argument(const char *argument, const char *const *choices)
{
	if (choices != NULL)
		return strstr(argument, "[=FILE]") != NULL ? COMPLETES_FORMATS
							   : COMPLETES_CHOICES;
	if (strstr(argument, "CODE") != NULL)
		return COMPLETES_CODES;
	if (strstr(argument, "KIND") != NULL)
		return COMPLETES_KINDS;
	if (strstr(argument, "DIR") != NULL || strstr(argument, "FOLDER") != NULL)
		return COMPLETES_FOLDERS;
	/* The words that tables use for what is in a file. */
	for (const char *const *word =
		     (const char *const[]){ "FILE", "INPUT", "SCENARIO", "OLD", NULL };
	     *word != NULL; word++) {
		if (strstr(argument, *word) != NULL)
			return COMPLETES_FILES;
	}
	return COMPLETES_NOTHING;
}

enum completes completes_option(const struct option_spec *option)
{
	return option->argument == NULL ? COMPLETES_NOTHING
					: completes_argument(option->argument, option->choices);
}

enum completes completes_operands(const struct command_spec *spec)
{
	return completes_argument(spec->operands, spec->operand_choices);
}

void completion_words(FILE *out, const char *const *words, const char *before)
{
	for (; *words != NULL; words++)
		fprintf(out, "%s%s", before, *words);
}

void completion_codes(FILE *out, const char *before)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		fprintf(out, "%s%s", before, check_table[i].code);
}

void completion_kinds(FILE *out, const char *before)
{
	for (const struct schema_document *d = schema_documents; d->name != NULL; d++)
		fprintf(out, "%s%s", before, d->name);
}

/* ---- the command ---- */

static int run(const struct cli *cli, const struct arguments *arguments, struct arena *arena)
{
	static void (*const writers[])(FILE * out,
				       const struct command_spec *const *commands) = {
		completion_bash, completion_zsh, completion_fish
	};
	const char *name;
	int shell;

	if (arguments->operands.count != 1)
		return cli_usage_error(cli, &completion_spec,
				       "name one SHELL: bash, zsh or fish");
	name = arguments->operands.items[0];
	shell = options_choose(shells, name, strlen(name));
	if (shell < 0)
		return cli_usage_error(cli, &completion_spec, "%s",
				       options_unknown(arena, "SHELL", name, shells));
	writers[shell](cli->out, cli->commands);
	return cli_finish_output(cli) ? STATUS_FINE : STATUS_TROUBLE;
}

int completion_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	struct arena arena;
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&arena);
	if (cli_begin(cli, &completion_spec, OPT_HELP, argc, argv, &arena, &arguments, &status))
		status = run(cli, &arguments, &arena);
	arena_release(&arena);
	return status;
}
