/* SPDX-License-Identifier: Apache-2.0 */
/* The program: sets the process up, finds the command and runs it. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "reports/formats/screen.h"

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

enum { COMMAND_INDENT = 14, OPTION_INDENT = 17 };

static void main_write_row(const struct cli *cli, unsigned indent, const char *name,
			   const char *text)
{
	fprintf(cli->out, "  %-*s", (int)indent - 2, name);
	screen_wrap(cli->out, text, indent, indent, cli->width);
}

static void main_write_help(const struct cli *cli)
{
	const struct screen screen = { false, cli->width };

	fputs("usage: purelbtool COMMAND [OPTION]... [ARGUMENT]...\n\n", cli->out);
	screen_printf(cli->out, screen, 0,
		      "Shows what is wrong with a PureLB configuration, and where, and what it "
		      "will do: who announces which address, and what failures do. It needs no "
		      "cluster.");
	fputs("\nCommands:\n", cli->out);
	for (const struct command_spec *const *c = commands; *c != NULL; c++)
		main_write_row(cli, COMMAND_INDENT, (*c)->name, (*c)->summary);
	fputs("\nOptions:\n", cli->out);
	main_write_row(
		cli, OPTION_INDENT, "-h, --help",
		"show this help; after a COMMAND: its options, exit status and examples");
	main_write_row(cli, OPTION_INDENT, "-V, --version", "show the version");
	fputs("\nTry it:\n  purelbtool validate manifests/\n", cli->out);
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
		options_help(cli->out, cli->width, spec);
	else
		main_write_help(cli);
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

/* The columns that $COLUMNS, or the terminal that the stream is, has, within the bounds. */
static unsigned main_width(int stream)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	uint64_t width = 0;

	if ((columns == NULL || !parse_u64(columns, 1, UINT32_MAX, &width)) &&
	    ioctl(stream, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width == 0)
		return SCREEN_WIDTH;
	return (unsigned)(width < SCREEN_WIDTH_MIN   ? SCREEN_WIDTH_MIN
			  : width > SCREEN_WIDTH_MAX ? SCREEN_WIDTH_MAX
						     : width);
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
		.err_tty = isatty(STDERR_FILENO) != 0,
		.in_tty = isatty(STDIN_FILENO) != 0,
		.commands = commands,
		.width = main_width(STDOUT_FILENO),
		.err_width = main_width(STDERR_FILENO),
		.no_color = (no_color != NULL && *no_color != '\0') || str_equal(term, "dumb"),
	};
	uint32_t count = argc > 1 ? (uint32_t)argc - 1 : 0;

	return main_dispatch(&cli, count, (const char *const *)argv + 1);
}
