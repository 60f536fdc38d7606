/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for zsh. */
#include "cli/completion.h"

static const char head[] =
	"#compdef purelbtool\n"
	"# zsh completion for purelbtool, written by: purelbtool completion zsh\n"
	"\n"
	"# One of the words, and a file behind \"=\".\n"
	"_purelbtool_format() {\n"
	"	if compset -P '*='; then\n"
	"		_files\n"
	"	else\n"
	"		compadd -- \"$@\"\n"
	"	fi\n"
	"}\n"
	"\n"
	"_purelbtool_codes() {\n"
	"	compset -P '*,'\n"
	"	compadd -S '' -- ";

/* Inside of single quotes, where _arguments reads brackets and colons. */
static void write_quoted(FILE *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			fputs("'\\''", out);
		else if (*s == '[' || *s == ']' || *s == ':' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else
			fputc(*s, out);
	}
}

static void write_action(FILE *out, enum completes completes, const char *const *choices)
{
	switch (completes) {
	case COMPLETES_CHOICES:
		fputc('(', out);
		completion_words(out, choices, " ");
		fputc(')', out);
		break;
	case COMPLETES_FORMATS:
		fputs("_purelbtool_format", out);
		completion_words(out, choices, " ");
		break;
	case COMPLETES_CODES:
		fputs("_purelbtool_codes", out);
		break;
	case COMPLETES_KINDS:
		fputc('(', out);
		completion_kinds(out, " ");
		fputc(')', out);
		break;
	case COMPLETES_FILES:
		fputs("_files", out);
		break;
	case COMPLETES_FOLDERS:
		fputs("_files -/", out);
		break;
	case COMPLETES_NOTHING:
		fputc(' ', out);
		break;
	}
}

/* One spelling of an option: '*-n+[help]:NS:action'. */
static void write_spelling(FILE *out, const struct option_spec *o, const char *dashes,
			   const char *name, const char *joint)
{
	fprintf(out, "			'*%s%s%s[", dashes, name,
		o->argument != NULL ? joint : "");
	write_quoted(out, o->help);
	fputc(']', out);
	if (o->argument != NULL) {
		fputc(':', out);
		write_quoted(out, o->argument);
		fputc(':', out);
		write_action(out, completes_option(o), o->choices);
	}
	fputs("' \\\n", out);
}

static void write_command(FILE *out, const struct command_spec *spec)
{
	fprintf(out, "		%s)\n			_arguments -s -S \\\n", spec->name);
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		const char letter[] = { o->letter, '\0' };

		write_spelling(out, o, "--", o->name, "=");
		if (o->letter != 0)
			write_spelling(out, o, "-", letter, "+");
	}
	fputs("			'*:", out);
	write_quoted(out, spec->operands);
	fputc(':', out);
	write_action(out, completes_operands(spec), spec->operand_choices);
	fputs("'\n			;;\n", out);
}

static void write_commands(FILE *out, const struct command_spec *const *commands)
{
	fputs("	local -a commands\n	commands=(\n", out);
	for (; *commands != NULL; commands++) {
		fprintf(out, "		'%s:", (*commands)->name);
		write_quoted(out, (*commands)->summary);
		fputs("'\n", out);
	}
	fputs("		'help:show the options of a command'\n	)\n", out);
}

void completion_zsh(FILE *out, const struct command_spec *const *commands)
{
	fputs(head, out);
	completion_codes(out, " ");
	fputs("\n}\n\n_purelbtool() {\n"
	      "	local curcontext=$curcontext state line\n"
	      "	typeset -A opt_args\n",
	      out);
	write_commands(out, commands);
	fputs("	_arguments -C \\\n"
	      "		'(- *)--help[show the list of commands]' \\\n"
	      "		'(- *)--version[show the version]' \\\n"
	      "		'1: :->command' \\\n"
	      "		'*:: :->arguments'\n"
	      "	case $state in\n"
	      "	command)\n"
	      "		_describe -t commands 'purelbtool command' commands\n"
	      "		;;\n"
	      "	arguments)\n"
	      "		case $words[1] in\n"
	      "		help) _describe -t commands 'purelbtool command' commands ;;\n",
	      out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		write_command(out, *c);
	/* Loaded by its name, the file is the function; sourced, it registers it. */
	fputs("		esac\n"
	      "		;;\n"
	      "	esac\n"
	      "}\n"
	      "\n"
	      "if [[ $funcstack[1] == _purelbtool ]]; then\n"
	      "	_purelbtool \"$@\"\n"
	      "else\n"
	      "	compdef _purelbtool purelbtool\n"
	      "fi\n",
	      out);
}
