/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for bash. */
#include "cli/completion.h"

/*
 * Bash splits words at "=" before a completion sees them: "--output=json=x" comes as
 * "--output", "=", "json", "=", "x". So the word before is looked for behind such marks.
 */
static const char head[] =
	"# bash completion for purelbtool, written by: purelbtool completion bash\n"
	"\n"
	"# Completes the last of several words that are joined by commas.\n"
	"_purelbtool_list()\n"
	"{\n"
	"	local before=\n"
	"	case $1 in *,*) before=${1%,*}, ;; esac\n"
	"	mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$2\" -- \"${1##*,}\")\n"
	"}\n"
	"\n"
	"_purelbtool_words()\n"
	"{\n"
	"	mapfile -t COMPREPLY < <(compgen -W \"$2\" -- \"$1\")\n"
	"}\n"
	"\n"
	"_purelbtool_files()\n"
	"{\n"
	"	compopt -o filenames 2>/dev/null\n"
	"	mapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n"
	"}\n"
	"\n"
	"_purelbtool_folders()\n"
	"{\n"
	"	compopt -o filenames 2>/dev/null\n"
	"	mapfile -t COMPREPLY < <(compgen -d -- \"$1\")\n"
	"}\n"
	"\n";

static const char begin[] =
	"_purelbtool()\n"
	"{\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	"	local command= i\n"
	"	COMPREPLY=()\n"
	"	for ((i = 1; i < COMP_CWORD; i++)); do\n"
	"		case ${COMP_WORDS[i]} in\n"
	"		-*) ;;\n"
	"		*) command=${COMP_WORDS[i]}; break ;;\n"
	"		esac\n"
	"	done\n"
	"	if [[ $cur == '=' ]]; then\n"
	"		cur=\n"
	"	elif [[ $prev == '=' ]]; then\n"
	"		prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	"	elif [[ $prev != -* || $cur == -* ]]; then\n"
	"		prev=\n"
	"	fi\n"
	"	# Behind the \"=\" of FORMAT=FILE.\n"
	"	if [[ -n $prev && $prev != -* ]]; then\n"
	"		_purelbtool_files \"$cur\"\n"
	"		return\n"
	"	fi\n";

static void write_action(FILE *out, enum completes completes, const char *const *choices)
{
	switch (completes) {
	case COMPLETES_CHOICES:
	case COMPLETES_FORMATS:
		fputs("_purelbtool_words \"$cur\" \"", out);
		completion_words(out, choices, " ");
		fputc('"', out);
		break;
	case COMPLETES_CODES:
		fputs("_purelbtool_list \"$cur\" \"$codes\"", out);
		break;
	case COMPLETES_KINDS:
		fputs("_purelbtool_words \"$cur\" \"", out);
		completion_kinds(out, " ");
		fputc('"', out);
		break;
	case COMPLETES_FILES:
		fputs("_purelbtool_files \"$cur\"", out);
		break;
	case COMPLETES_FOLDERS:
		fputs("_purelbtool_folders \"$cur\"", out);
		break;
	case COMPLETES_NOTHING:
		fputc(':', out);
		break;
	}
}

/* What is behind an option that takes a value. */
static void write_values(FILE *out, const struct command_spec *spec)
{
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		if (o->argument == NULL)
			continue;
		fprintf(out, "	%s:--%s", spec->name, o->name);
		if (o->letter != 0)
			fprintf(out, " | %s:-%c", spec->name, o->letter);
		fputs(") ", out);
		write_action(out, completes_option(o), o->choices);
		fputs("; return ;;\n", out);
	}
}

static void write_command(FILE *out, const struct command_spec *spec)
{
	fprintf(out,
		"	%s)\n		if [[ $cur == -* ]]; then\n"
		"			_purelbtool_words \"$cur\" \"",
		spec->name);
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		fprintf(out, " --%s", o->name);
		if (o->letter != 0)
			fprintf(out, " -%c", o->letter);
	}
	fputs("\"\n		else\n			", out);
	write_action(out, completes_operands(spec), spec->operand_choices);
	fputs("\n		fi\n		;;\n", out);
}

static void write_names(FILE *out, const struct command_spec *const *commands)
{
	for (; *commands != NULL; commands++)
		fprintf(out, " %s", (*commands)->name);
}

void completion_bash(FILE *out, const struct command_spec *const *commands)
{
	fputs(head, out);
	fputs(begin, out);
	fputs("	local codes=\"", out);
	completion_codes(out, " ");
	fputs("\"\n	case $command:$prev in\n", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		write_values(out, *c);
	fputs("	esac\n	case $command in\n	'') _purelbtool_words \"$cur\" \"", out);
	write_names(out, commands);
	fputs(" help --help --version\" ;;\n	help) _purelbtool_words \"$cur\" \"", out);
	write_names(out, commands);
	fputs("\" ;;\n", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		write_command(out, *c);
	fputs("	esac\n}\n\ncomplete -F _purelbtool purelbtool\n", out);
}
