/* SPDX-License-Identifier: Apache-2.0 */
/* What `purelbtool COMMAND --help` says, from the command's table. */
#include "cli/options.h"

#include "base/text.h"
#include "reports/formats/screen.h"

enum { OPTION_INDENT = 24, STATUS_INDENT = 5, EXAMPLE_INDENT = 6 };

/* "  -n, --namespace NS" */
static void add_option_head(struct text *t, const struct option_spec *o)
{
	if (o->letter != 0)
		text_printf(t, "  -%c, --%s", o->letter, o->name);
	else
		text_printf(t, "      --%s", o->name);
	if (o->argument != NULL)
		text_printf(t, " %s", o->argument);
}

static void write_option(FILE *out, const struct option_spec *o)
{
	struct text head = { 0 };

	add_option_head(&head, o);
	fputs(text_str(&head), out);
	if (head.len + 2 > OPTION_INDENT) {
		fputc('\n', out);
		text_clear(&head);
	}
	screen_spaces(out, OPTION_INDENT - (unsigned)head.len);
	screen_wrap(out, o->help, OPTION_INDENT, OPTION_INDENT, SCREEN_WIDTH);
	text_release(&head);
}

static void write_options(FILE *out, const struct option_spec *options)
{
	fputs("\nOptions:\n", out);
	for (; options->name != NULL; options++)
		write_option(out, options);
}

static void write_statuses(FILE *out, const struct help_row *rows)
{
	fputs("\nExit status:\n", out);
	for (; rows->left != NULL; rows++) {
		fprintf(out, "  %s  ", rows->left);
		screen_wrap(out, rows->right, STATUS_INDENT, STATUS_INDENT, SCREEN_WIDTH);
	}
}

static void write_examples(FILE *out, const struct help_row *rows)
{
	fputs("\nExamples:\n", out);
	for (; rows->left != NULL; rows++) {
		fprintf(out, "  %s\n", rows->left);
		screen_spaces(out, EXAMPLE_INDENT);
		screen_wrap(out, rows->right, EXAMPLE_INDENT, EXAMPLE_INDENT, SCREEN_WIDTH);
	}
}

void options_help(FILE *out, const struct command_spec *spec)
{
	fprintf(out, "usage: purelbtool %s [OPTION]... %s\n\n", spec->name, spec->operands);
	screen_wrap(out, spec->description, 0, 0, SCREEN_WIDTH);
	write_options(out, spec->options);
	write_statuses(out, spec->statuses);
	write_examples(out, spec->examples);
}
