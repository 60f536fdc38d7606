/* SPDX-License-Identifier: Apache-2.0 */
/* The program: sets the process up, finds the command and runs it. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"

static const struct command_spec *const commands[] = {
	&validate_command,
	&allocate_command,
	&elect_command,
	&bgp_command,
	&inspect_command,
	&simulate_command,
	&merge_command,
	&sweep_command,
	&plan_command,
	&inventory_command,
	&evidence_command,
	&convert_command,
	&lsp_command,
	&config_command,
	&explain_command,
	&schema_command,
	&completion_command,
	&man_command,
	NULL,
};

static const char *const help_names[] = { "--help", "-h", "help", NULL };
static const char *const version_names[] = { "--version", "-V", "version", NULL };

static void main_write_help(FILE *out)
{
	fputs("usage: purelbtool COMMAND [OPTION]... [ARGUMENT]...\n"
	      "\n"
	      "Shows what is wrong with a PureLB configuration, and where, and what it will\n"
	      "do: who announces which address, and what failures do. It needs no cluster.\n"
	      "\n"
	      "Commands:\n",
	      out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		fprintf(out, "  %-12s%s\n", (*c)->name, (*c)->summary);
	fputs("\n"
	      "Options:\n"
	      "  -h, --help     show this help; after a COMMAND: its options, exit status and\n"
	      "                 examples\n"
	      "  -V, --version  show the version\n"
	      "\n"
	      "Try it:\n"
	      "  purelbtool validate manifests/\n",
	      out);
}

/*
 * Opens /dev/null in place of a standard stream that is closed: the next file that is opened
 * would become standard output, and a report would land in it. It is opened the wrong way
 * round, so that using it fails as a closed stream does, except that messages may get lost.
 */
static void main_fill_streams(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", modes[fd]) != fd)
			_exit(STATUS_TROUBLE);
	}
}

/* A reader that has gone shows as a write error and not as a signal. */
static void main_ignore_broken_pipes(void)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	sigemptyset(&action.sa_mask);
	sigaction(SIGPIPE, &action, NULL);
}

static int main_finish(const struct cli *cli)
{
	return cli_finish_output(cli) ? STATUS_FINE : STATUS_TROUBLE;
}

static int main_unknown_command(const struct cli *cli, const char *word)
{
	struct nearest nearest = { .word = word };
	const char *what = word[0] == '-' ? "option" : "command";

	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		nearest_offer(&nearest, (*c)->name);
	nearest_offer(&nearest, help_names[0]);
	nearest_offer(&nearest, version_names[0]);
	if (nearest.best != NULL)
		cli_error(cli, "unknown %s %s; did you mean %s?", what, word, nearest.best);
	else
		cli_error(cli, "unknown %s %s", what, word);
	fputs("see purelbtool --help\n", cli->err);
	return STATUS_TROUBLE;
}

static const struct command_spec *main_find_command(const char *name)
{
	for (const struct command_spec *const *c = commands; *c != NULL; c++) {
		if (str_equal((*c)->name, name))
			return *c;
	}
	return NULL;
}

/* `purelbtool help validate` is `purelbtool validate --help`. */
static int main_help(const struct cli *cli, const char *about)
{
	const struct command_spec *spec = about != NULL ? main_find_command(about) : NULL;

	if (about != NULL && spec == NULL)
		return main_unknown_command(cli, about);
	if (spec != NULL)
		options_help(cli->out, spec);
	else
		main_write_help(cli->out);
	return main_finish(cli);
}

static int main_dispatch(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	if (argc == 0)
		return main_help(cli, NULL);
	if (str_in(argv[0], help_names))
		return main_help(cli, argc > 1 ? argv[1] : NULL);
	if (str_in(argv[0], version_names)) {
		fprintf(cli->out, "purelbtool %s\n", PURELBTOOL_VERSION);
		return main_finish(cli);
	}

	const struct command_spec *spec = main_find_command(argv[0]);

	if (spec == NULL)
		return main_unknown_command(cli, argv[0]);
	return common_run(cli, spec, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	main_fill_streams();
	main_ignore_broken_pipes();
	/* Nothing asks whether cJSON had the memory for a value. */
	cJSON_InitHooks(&(cJSON_Hooks){ .malloc_fn = mem_alloc, .free_fn = free });

	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	const struct cli cli = {
		.out = stdout,
		.err = stderr,
		.out_tty = isatty(STDOUT_FILENO) != 0,
		.in_tty = isatty(STDIN_FILENO) != 0,
		.commands = commands,
		.no_color = (no_color != NULL && *no_color != '\0') || str_equal(term, "dumb"),
	};
	uint32_t count = argc > 1 ? (uint32_t)argc - 1 : 0;

	return main_dispatch(&cli, count, (const char *const *)argv + 1);
}
