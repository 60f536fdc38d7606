/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for fish. */
#include "cli/completion.h"

static const char head[] =
	"# fish completion for purelbtool, written by: purelbtool completion fish\n"
	"\n"
	"# The words, behind what stands before the last comma.\n"
	"function __purelbtool_list\n"
	"	set -l before (commandline -ct | string replace -rf "
	"'^(--[a-z-]+=)?(.*,)?[^,]*$' '$2')\n"
	"	for word in $argv\n"
	"		echo $before$word\n"
	"	end\n"
	"end\n"
	"\n"
	"# The words, and files behind \"=\".\n"
	"function __purelbtool_format\n"
	"	set -l token (commandline -ct | string replace -r '^--[a-z-]+=' '')\n"
	"	if string match -q '*=*' -- $token\n"
	"		set -l parts (string split -m 1 = -- $token)\n"
	"		for file in (__fish_complete_path $parts[2])\n"
	"			echo $parts[1]=$file\n"
	"		end\n"
	"	else\n"
	"		printf '%s\\n' $argv\n"
	"	end\n"
	"end\n"
	"\n"
	"complete -c purelbtool -f\n"
	"complete -c purelbtool -n __fish_use_subcommand -l help -d 'show the list of commands'\n"
	"complete -c purelbtool -n __fish_use_subcommand -l version -d 'show the version'\n"
	"complete -c purelbtool -n __fish_use_subcommand -a help -d 'show the options of a "
	"command'\n";

static void write_quoted(FILE *out, const char *s)
{
	fputc('\'', out);
	for (; *s != '\0'; s++) {
		if (*s == '\'' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('\'', out);
}

/* The rest of a line: what is completed. */
static void write_action(FILE *out, enum completes completes, const char *const *choices)
{
	switch (completes) {
	case COMPLETES_CHOICES:
		fputs(" -f -a '", out);
		completion_words(out, choices, " ");
		fputc('\'', out);
		break;
	case COMPLETES_FORMATS:
		fputs(" -f -a '(__purelbtool_format", out);
		completion_words(out, choices, " ");
		fputs(")'", out);
		break;
	case COMPLETES_CODES:
		fputs(" -f -a '(__purelbtool_list $__purelbtool_codes)'", out);
		break;
	case COMPLETES_KINDS:
		fputs(" -f -a '", out);
		completion_kinds(out, " ");
		fputc('\'', out);
		break;
	case COMPLETES_FILES:
		fputs(" -F", out);
		break;
	case COMPLETES_FOLDERS:
		fputs(" -f -a '(__fish_complete_directories (commandline -ct) \"\")'", out);
		break;
	case COMPLETES_NOTHING:
		fputs(" -f", out);
		break;
	}
}

static void write_condition(FILE *out, const struct command_spec *spec)
{
	fprintf(out, "complete -c purelbtool -n '__fish_seen_subcommand_from %s'", spec->name);
}

static void write_command(FILE *out, const struct command_spec *spec)
{
	fprintf(out, "complete -c purelbtool -n __fish_use_subcommand -a %s -d ", spec->name);
	write_quoted(out, spec->summary);
	fputc('\n', out);
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		write_condition(out, spec);
		fprintf(out, " -l %s", o->name);
		if (o->letter != 0)
			fprintf(out, " -s %c", o->letter);
		if (o->argument != NULL) {
			fputs(" -r", out);
			write_action(out, completes_option(o), o->choices);
		}
		fputs(" -d ", out);
		write_quoted(out, o->help);
		fputc('\n', out);
	}
	write_condition(out, spec);
	write_action(out, completes_operands(spec), spec->operand_choices);
	fputc('\n', out);
}

void completion_fish(FILE *out, const struct command_spec *const *commands)
{
	fputs("set -g __purelbtool_codes", out);
	completion_codes(out, " ");
	fputs("\n", out);
	fputs(head, out);
	fputs("complete -c purelbtool -n '__fish_seen_subcommand_from help' -a '", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		fprintf(out, " %s", (*c)->name);
	fputs("'\n", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		write_command(out, *c);
}
