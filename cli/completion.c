/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool completion: the scripts that make bash, zsh and fish complete its commands,
 * options and their values, written from the rows of the commands' tables. A new option needs
 * nothing here; a new thing to complete is a case of enum completes in each of the three.
 */
#include "cli/common.h"

#include <string.h>

#include "base/text.h"
#include "reports/schemas/schemas.h"
#include "validator/check.h"

/* Writes the words of a NULL-terminated list, each after `before`. */
static void completion_words(FILE *out, const char *const *words, const char *before)
{
	for (; *words != NULL; words++)
		fprintf(out, "%s%s", before, *words);
}

/* The same of the codes of all checks. */
static void completion_codes(FILE *out, const char *before)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		fprintf(out, "%s%s", before, check_table[i].code);
}

/* The same of what there are schemas of. */
static void completion_kinds(FILE *out, const char *before)
{
	for (const struct schema_document *d = schema_documents; d->name != NULL; d++)
		fprintf(out, "%s%s", before, d->name);
}

/* ---- bash ---- */

/*
 * Bash splits words at "=" before a completion sees them: "--output=json=x" comes as
 * "--output", "=", "json", "=", "x". So the word before is looked for after such marks.
 */
static const char bash_head[] =
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

static const char bash_begin[] =
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
	"	# After the \"=\" of FORMAT=FILE.\n"
	"	if [[ -n $prev && $prev != -* ]]; then\n"
	"		_purelbtool_files \"$cur\"\n"
	"		return\n"
	"	fi\n";

static void bash_action(FILE *out, enum completes completes, const char *const *choices)
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

/* What follows an option that takes a value. */
static void bash_values(FILE *out, const struct command_spec *spec)
{
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		if (o->argument == NULL)
			continue;
		fprintf(out, "	%s:--%s", spec->name, o->name);
		if (o->letter != 0)
			fprintf(out, " | %s:-%c", spec->name, o->letter);
		fputs(") ", out);
		bash_action(out, o->completes, o->choices);
		fputs("; return ;;\n", out);
	}
}

static void bash_command(FILE *out, const struct command_spec *spec)
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
	bash_action(out, spec->operand_completes, spec->operand_choices);
	fputs("\n		fi\n		;;\n", out);
}

static void bash_names(FILE *out, const struct command_spec *const *commands)
{
	for (; *commands != NULL; commands++)
		fprintf(out, " %s", (*commands)->name);
}

static void completion_bash(FILE *out, const struct command_spec *const *commands)
{
	fputs(bash_head, out);
	fputs(bash_begin, out);
	fputs("	local codes=\"", out);
	completion_codes(out, " ");
	fputs("\"\n	case $command:$prev in\n", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		bash_values(out, *c);
	fputs("	esac\n	case $command in\n	'') _purelbtool_words \"$cur\" \"", out);
	bash_names(out, commands);
	fputs(" help --help --version\" ;;\n	help) _purelbtool_words \"$cur\" \"", out);
	bash_names(out, commands);
	fputs("\" ;;\n", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		bash_command(out, *c);
	fputs("	esac\n}\n\ncomplete -F _purelbtool purelbtool\n", out);
}

/* ---- fish ---- */

static const char fish_head[] =
	"# fish completion for purelbtool, written by: purelbtool completion fish\n"
	"\n"
	"# The words, after everything up to the last comma.\n"
	"function __purelbtool_list\n"
	"	set -l before (commandline -ct | string replace -rf "
	"'^(--[a-z-]+=)?(.*,)?[^,]*$' '$2')\n"
	"	for word in $argv\n"
	"		echo $before$word\n"
	"	end\n"
	"end\n"
	"\n"
	"# The words, and files after \"=\".\n"
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

static void fish_quoted(FILE *out, const char *s)
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
static void fish_action(FILE *out, enum completes completes, const char *const *choices)
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

static void fish_condition(FILE *out, const struct command_spec *spec)
{
	fprintf(out, "complete -c purelbtool -n '__fish_seen_subcommand_from %s'", spec->name);
}

static void fish_command(FILE *out, const struct command_spec *spec)
{
	fprintf(out, "complete -c purelbtool -n __fish_use_subcommand -a %s -d ", spec->name);
	fish_quoted(out, spec->summary);
	fputc('\n', out);
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		fish_condition(out, spec);
		fprintf(out, " -l %s", o->name);
		if (o->letter != 0)
			fprintf(out, " -s %c", o->letter);
		if (o->argument != NULL) {
			fputs(" -r", out);
			fish_action(out, o->completes, o->choices);
		}
		fputs(" -d ", out);
		fish_quoted(out, o->help);
		fputc('\n', out);
	}
	fish_condition(out, spec);
	fish_action(out, spec->operand_completes, spec->operand_choices);
	fputc('\n', out);
}

static void completion_fish(FILE *out, const struct command_spec *const *commands)
{
	fputs("set -g __purelbtool_codes", out);
	completion_codes(out, " ");
	fputs("\n", out);
	fputs(fish_head, out);
	fputs("complete -c purelbtool -n '__fish_seen_subcommand_from help' -a '", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		fprintf(out, " %s", (*c)->name);
	fputs("'\n", out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		fish_command(out, *c);
}

/* ---- zsh ---- */

static const char zsh_head[] =
	"#compdef purelbtool\n"
	"# zsh completion for purelbtool, written by: purelbtool completion zsh\n"
	"\n"
	"# One of the words, and a file after \"=\".\n"
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
static void zsh_quoted(FILE *out, const char *s)
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

static void zsh_action(FILE *out, enum completes completes, const char *const *choices)
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
static void zsh_spelling(FILE *out, const struct option_spec *o, const char *dashes,
			 const char *name, const char *joint)
{
	fprintf(out, "			'*%s%s%s[", dashes, name,
		o->argument != NULL ? joint : "");
	zsh_quoted(out, o->help);
	fputc(']', out);
	if (o->argument != NULL) {
		fputc(':', out);
		zsh_quoted(out, o->argument);
		fputc(':', out);
		zsh_action(out, o->completes, o->choices);
	}
	fputs("' \\\n", out);
}

static void zsh_command(FILE *out, const struct command_spec *spec)
{
	fprintf(out, "		%s)\n			_arguments -s -S \\\n", spec->name);
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		const char letter[] = { o->letter, '\0' };

		zsh_spelling(out, o, "--", o->name, "=");
		if (o->letter != 0)
			zsh_spelling(out, o, "-", letter, "+");
	}
	fputs("			'*:", out);
	zsh_quoted(out, spec->operands);
	fputc(':', out);
	zsh_action(out, spec->operand_completes, spec->operand_choices);
	fputs("'\n			;;\n", out);
}

static void zsh_commands(FILE *out, const struct command_spec *const *commands)
{
	fputs("	local -a commands\n	commands=(\n", out);
	for (; *commands != NULL; commands++) {
		fprintf(out, "		'%s:", (*commands)->name);
		zsh_quoted(out, (*commands)->summary);
		fputs("'\n", out);
	}
	fputs("		'help:show the options of a command'\n	)\n", out);
}

static void completion_zsh(FILE *out, const struct command_spec *const *commands)
{
	fputs(zsh_head, out);
	completion_codes(out, " ");
	fputs("\n}\n\n_purelbtool() {\n"
	      "	local curcontext=$curcontext state line\n"
	      "	typeset -A opt_args\n",
	      out);
	zsh_commands(out, commands);
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
		zsh_command(out, *c);
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

/* ---- the command ---- */

static const char *const completion_shells[] = { "bash", "zsh", "fish", NULL };

struct settings {
	struct common common;
};

static int completion_run(const struct cli *cli, void *settings,
			  const struct arguments *arguments)
{
	static void (*const writers[])(FILE * out,
				       const struct command_spec *const *commands) = {
		completion_bash, completion_zsh, completion_fish
	};
	struct common *common = settings;
	const char *name;
	int shell;

	if (arguments->operands.count != 1)
		return cli_usage_error(cli, &completion_command,
				       "name one SHELL: bash, zsh or fish");
	name = arguments->operands.items[0];
	shell = options_choose(completion_shells, name, strlen(name));
	if (shell < 0)
		return cli_usage_error(
			cli, &completion_command, "%s",
			options_unknown(&common->arena, "SHELL", name, completion_shells));
	writers[shell](cli->out, cli->commands);
	return cli_finish_output(cli) ? STATUS_FINE : STATUS_TROUBLE;
}

static const struct option_spec completion_options[] = { COMMON_HELP, OPT_END };

static const struct help_row completion_statuses[] = {
	{ "0", "written" },
	{ "2", "usage error, such as an unknown shell, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row completion_examples[] = {
	{ "source <(purelbtool completion bash)", "complete in this shell" },
	{ "purelbtool completion fish > ~/.config/fish/completions/purelbtool.fish",
	  "complete in every new shell" },
	{ NULL, NULL },
};

const struct command_spec completion_command = {
	.name = "completion",
	.operands = "SHELL",
	.operand_completes = COMPLETES_CHOICES,
	.operand_choices = completion_shells,
	.summary = "write the script that makes a shell complete purelbtool commands",
	.description =
		"Writes a script to standard output that teaches a SHELL (bash, zsh or fish) to "
		"complete commands, options, their values and the codes of checks. `make "
		"install` puts them where the shells look.",
	.options = completion_options,
	.statuses = completion_statuses,
	.examples = completion_examples,
	.settings_size = sizeof(struct settings),
	.run = completion_run,
};
