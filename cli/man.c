/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool man: the manual, from the tables that --help and explain use. A new command or
 * option needs nothing here.
 */
#include "cli/cli.h"

#include "base/text.h"
#include "cli/common.h"
#include "config/repository/project.h"
#include "reports/findings/findings.h"
#include "reports/formats/roff.h"

struct settings {
	struct common common;
};

static const struct option_spec man_options[] = { COMMON_HELP, OPT_END };

static const struct help_row man_statuses[] = {
	{ "0", "written" },
	{ "2", "usage error, such as an unknown page, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row man_examples[] = {
	{ "purelbtool man validate | man -l -", "read the page of a command" },
	{ "purelbtool man checks > purelbtool-checks.7", "the page of all checks, to install" },
	{ NULL, NULL },
};

/* ---- parts of a page ---- */

static void man_write_name(FILE *out, const char *page, const char *summary)
{
	struct text line = { 0 };

	fputs(".SH NAME\n", out);
	text_printf(&line, "%s - %s", page, summary);
	roff_prose(out, text_str(&line));
	text_release(&line);
}

/* ".TP", and what the paragraph is about, in bold, its argument in italics. */
static void man_write_option(FILE *out, const struct option_spec *o)
{
	fputs(".TP\n", out);
	if (o->letter != 0)
		fprintf(out, "\\fB\\-%c\\fP, ", o->letter);
	fputs("\\fB\\-\\-", out);
	roff_word(out, o->name);
	fputs("\\fP", out);
	if (o->argument != NULL) {
		fputs(" \\fI", out);
		roff_word(out, o->argument);
		fputs("\\fP", out);
	}
	fputc('\n', out);
	roff_prose(out, o->help);
}

static void man_write_rows(FILE *out, const char *heading, const struct help_row *rows)
{
	fprintf(out, ".SH %s\n", heading);
	for (; rows->left != NULL; rows++) {
		fputs(".TP\n\\fB", out);
		roff_word(out, rows->left);
		fputs("\\fP\n", out);
		roff_prose(out, rows->right);
	}
}

/* "PURELBTOOL-VALIDATE(1)" and its like, but the one that they are named on. */
static void man_write_see_also(FILE *out, const struct cli *cli, const struct command_spec *of)
{
	const char *after = "";

	fputs(".SH SEE ALSO\n", out);
	if (of != NULL) {
		fputs(".BR purelbtool (1)", out);
		after = ",\n";
	}
	for (const struct command_spec *const *c = cli->commands; *c != NULL; c++) {
		if (*c == of)
			continue;
		fprintf(out, "%s.BR purelbtool\\-%s (1)", after, (*c)->name);
		after = ",\n";
	}
	fprintf(out,
		"%s.BR kubectl\\-purelb\\-validate (1),\n"
		".BR purelbtool\\-capture\\-nodes (1),\n"
		".BR purelbtool\\-checks (7)\n",
		after);
}

static void man_write_command(const struct cli *cli, const struct command_spec *spec)
{
	FILE *out = cli->out;
	struct text page = { 0 };

	text_printf(&page, "purelbtool-%s", spec->name);
	roff_title(out, text_str(&page), "1");
	man_write_name(out, text_str(&page), spec->summary);
	text_release(&page);
	fprintf(out, ".SH SYNOPSIS\n.B purelbtool %s\n[\\fIOPTION\\fP]...\\&%s", spec->name,
		*spec->operands != '\0' ? " " : "");
	roff_word(out, spec->operands);
	fputc('\n', out);
	fputs(".SH DESCRIPTION\n", out);
	roff_prose(out, spec->description);
	fputs(".SH OPTIONS\n", out);
	for (const struct option_spec *o = spec->options; o->name != NULL; o++)
		man_write_option(out, o);
	man_write_rows(out, "EXIT STATUS", spec->statuses);
	man_write_rows(out, "EXAMPLES", spec->examples);
	man_write_see_also(out, cli, spec);
}

/* ---- the page of the program ---- */

static const struct help_row inputs[] = {
	{ "FILE", "a YAML file of any number of documents, or JSON" },
	{ "FOLDER", "every *.yaml, *.yml and *.json below it; hidden entries are skipped" },
	{ "-", "standard input, which is also read when no INPUT is named and it is not a "
	       "terminal" },
	{ NULL, NULL },
};

static const struct help_row all_statuses[] = {
	{ "0", "fine" },
	{ "1", "findings at or above the threshold, or an assertion that does not hold" },
	COMMON_TROUBLE,
	{ NULL, NULL },
};

static const struct help_row environment[] = {
	{ "NO_COLOR", "when it is set and not empty, tables have no color unless "
		      "`--color always` asks for them" },
	{ "COLUMNS",
	  "how wide reports and help on standard output are, between 60 and 120 "
	  "columns; without it as wide as the terminal, and 80 columns when there is "
	  "none" },
	{ "TERM", "when it is dumb, the same applies" },
	{ NULL, NULL },
};

static const struct help_row files[] = {
	{ PROJECT_FILE_NAME,
	  "settings of a project: silenced checks, severities, the threshold, "
	  "the namespace; found in the working folder or above it, or named "
	  "by `--config`" },
	{ NULL, NULL },
};

static void man_write_program(const struct cli *cli)
{
	FILE *out = cli->out;

	roff_title(out, "purelbtool", "1");
	man_write_name(out, "purelbtool", "offline validator and simulator for PureLB");
	fputs(".SH SYNOPSIS\n.B purelbtool\n\\fICOMMAND\\fP [\\fIOPTION\\fP]... "
	      "[\\fIARGUMENT\\fP]...\n.SH DESCRIPTION\n",
	      out);
	roff_prose(out,
		   "Reads the Kubernetes objects that configure PureLB and a description of "
		   "the nodes, reports what is wrong and where, and shows what will happen: "
		   "which node wins each address, what a failure does, how long clients are "
		   "cut off. It needs no cluster and no network.");
	fputs(".SH COMMANDS\n", out);
	for (const struct command_spec *const *c = cli->commands; *c != NULL; c++) {
		fprintf(out, ".TP\n.BR purelbtool\\-%s (1)\n", (*c)->name);
		roff_prose(out, (*c)->summary);
	}
	fputs(".SH OPTIONS\n.TP\n\\fB\\-\\-help\\fP\n"
	      "Show the list of commands; after a command, its options.\n"
	      ".TP\n\\fB\\-\\-version\\fP\nShow the version.\n",
	      out);
	man_write_rows(out, "INPUTS", inputs);
	man_write_rows(out, "EXIT STATUS", all_statuses);
	man_write_rows(out, "ENVIRONMENT", environment);
	man_write_rows(out, "FILES", files);
	man_write_see_also(out, cli, NULL);
}

/* ---- the command ---- */

static int man_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	const char *page = arguments->operands.count > 0 ? arguments->operands.items[0] : NULL;
	struct arena *arena = &((struct settings *)settings)->common.arena;
	const struct command_spec *spec = NULL;
	ARRAY_OF(const char *) pages = { 0 };

	if (arguments->operands.count > 1)
		return cli_usage_error(cli, &man_command, "one PAGE, not %s as well",
				       arguments->operands.items[1]);
	for (const struct command_spec *const *c = cli->commands; *c != NULL; c++) {
		ARRAY_ADD(arena, &pages, (*c)->name);
		if (str_equal((*c)->name, page))
			spec = *c;
	}
	ARRAY_ADD(arena, &pages, "checks");
	ARRAY_ADD(arena, &pages, NULL);
	if (page == NULL || str_equal(page, "purelbtool"))
		man_write_program(cli);
	else if (str_equal(page, "checks"))
		roff_checks(cli->out);
	else if (spec != NULL)
		man_write_command(cli, spec);
	else
		return cli_usage_error(cli, &man_command, "%s",
				       options_unknown(arena, "page", page, pages.items));
	return cli_finish_output(cli) ? STATUS_FINE : STATUS_TROUBLE;
}

const struct command_spec man_command = {
	.name = "man",
	.operands = "[PAGE]",
	.summary = "write a page of the manual, for man and mandoc",
	.description =
		"Writes the source of a man page to standard output. PAGE is the name of a "
		"command, or checks for the page that explains every check; without it, the "
		"page of purelbtool itself. `make install` installs them all.",
	.options = man_options,
	.statuses = man_statuses,
	.examples = man_examples,
	.settings_size = sizeof(struct settings),
	.run = man_run,
};
