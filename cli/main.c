/* SPDX-License-Identifier: Apache-2.0 */
/* The program: finds the command and runs it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/cli.h"

/* clang-format off */
static const struct command {
	const struct command_spec *spec;
	int (*run)(const struct cli *cli, uint32_t argc, const char *const *argv);
} commands[] = {
	{ &validate_spec, validate_command },
	{ &allocate_spec, allocate_command },
	{ &elect_spec, elect_command },
	{ &bgp_spec, bgp_command },
	{ &simulate_spec, simulate_command },
	{ &sweep_spec, sweep_command },
	{ &plan_spec, plan_command },
	{ &inventory_spec, inventory_command },
	{ &explain_spec, explain_command },
	{ &schema_spec, schema_command },
	{ &completion_spec, completion_command },
	{ &man_spec, man_command },
};
/* clang-format on */

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const char *const help_names[] = { "--help", "-h", "help", NULL };
static const char *const version_names[] = { "--version", "-V", "version", NULL };

static void write_help(FILE *out)
{
	fputs("usage: purelbtool COMMAND [OPTION]... [ARGUMENT]...\n"
	      "\n"
	      "Tells what is wrong with a PureLB configuration, and where, and what will happen\n"
	      "in it: who announces which address, and what failures do. It needs no cluster.\n"
	      "\n"
	      "Commands:\n",
	      out);
	for (int i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-12s%s\n", commands[i].spec->name, commands[i].spec->summary);
	fputs("\n"
	      "Options:\n"
	      "  -h, --help     show this help; behind a COMMAND: its options, exit status and\n"
	      "                 examples\n"
	      "  -V, --version  show the version\n"
	      "\n"
	      "Try it:\n"
	      "  purelbtool validate manifests/\n",
	      out);
}

/*
 * Gives the three standard streams a file when they have none: the next file that is opened
 * would become standard output, and a report would land in it. What stands in refuses to be
 * used in the way that its number is for, except that messages may get lost.
 */
static void fill_standard_streams(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", modes[fd]) != fd)
			_exit(STATUS_TROUBLE);
	}
}

/* A reader that has gone shows as a write error and not as a signal. */
static void ignore_broken_pipes(void)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	sigemptyset(&action.sa_mask);
	sigaction(SIGPIPE, &action, NULL);
}

static int finish(const struct cli *cli)
{
	return cli_finish_output(cli) ? STATUS_FINE : STATUS_TROUBLE;
}

static int unknown_command(const struct cli *cli, const char *word)
{
	struct nearest nearest = { .word = word };
	const char *what = word[0] == '-' ? "option" : "command";

	for (int i = 0; i < COMMANDS; i++)
		nearest_offer(&nearest, commands[i].spec->name);
	nearest_offer(&nearest, help_names[0]);
	nearest_offer(&nearest, version_names[0]);
	if (nearest.best != NULL)
		cli_error(cli, "unknown %s %s; did you mean %s?", what, word, nearest.best);
	else
		cli_error(cli, "unknown %s %s", what, word);
	fputs("see purelbtool --help\n", cli->err);
	return STATUS_TROUBLE;
}

static const struct command *find_command(const char *name)
{
	for (int i = 0; i < COMMANDS; i++) {
		if (str_equal(commands[i].spec->name, name))
			return &commands[i];
	}
	return NULL;
}

/* `purelbtool help validate` is `purelbtool validate --help`. */
static int help(const struct cli *cli, const char *about)
{
	const struct command *command = about != NULL ? find_command(about) : NULL;

	if (about != NULL && command == NULL)
		return unknown_command(cli, about);
	if (command != NULL)
		options_help(cli->out, command->spec);
	else
		write_help(cli->out);
	return finish(cli);
}

static int dispatch(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	if (argc == 0)
		return help(cli, NULL);
	if (str_in(argv[0], help_names))
		return help(cli, argc > 1 ? argv[1] : NULL);
	if (str_in(argv[0], version_names)) {
		fprintf(cli->out, "purelbtool %s\n", PURELBTOOL_VERSION);
		return finish(cli);
	}

	const struct command *command = find_command(argv[0]);

	if (command == NULL)
		return unknown_command(cli, argv[0]);
	return command->run(cli, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	fill_standard_streams();
	ignore_broken_pipes();

	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	struct cli cli = {
		.out = stdout,
		.err = stderr,
		.out_tty = isatty(STDOUT_FILENO) != 0,
		.in_tty = isatty(STDIN_FILENO) != 0,
		.no_colour = (no_color != NULL && *no_color != '\0') || str_equal(term, "dumb"),
	};
	const struct command_spec *specs[COMMANDS + 1] = { NULL };
	uint32_t count = argc > 1 ? (uint32_t)argc - 1 : 0;

	for (int i = 0; i < COMMANDS; i++)
		specs[i] = commands[i].spec;
	cli.commands = specs;

	return dispatch(&cli, count, (const char *const *)argv + 1);
}
