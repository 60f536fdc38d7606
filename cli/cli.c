/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages and the beginning and end of a command. What a message quotes may come from an
 * input, so all of it is made harmless for a terminal.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli/output.h"
#include "reports/formats/screen.h"

/* Writes the message on one line of standard error. */
static void cli_write_error(const struct cli *cli, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void cli_write_error(const struct cli *cli, const char *format, va_list args)
{
	struct arena arena;
	struct text shown = { 0 };

	arena_init(&arena);
	screen_add(&shown, arena_vprintf(&arena, format, args));
	fprintf(cli->err, "purelbtool: %s\n", text_str(&shown));
	text_release(&shown);
	arena_release(&arena);
}

void cli_error(const struct cli *cli, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	cli_write_error(cli, format, args);
	va_end(args);
}

int cli_usage_error(const struct cli *cli, const struct command_spec *spec, const char *format,
		    ...)
{
	va_list args;

	va_start(args, format);
	cli_write_error(cli, format, args);
	va_end(args);
	fprintf(cli->err, "see purelbtool %s --help\n", spec->name);
	return STATUS_TROUBLE;
}

bool cli_finish_output(const struct cli *cli)
{
	int error = 0;

	if (ferror(cli->out) != 0)
		error = output_error(cli->out);
	else if (fflush(cli->out) != 0)
		error = errno;
	if (error == EBADF)
		cli_error(cli, "cannot write: standard output is closed");
	else if (error != 0 && error != EPIPE)
		cli_error(cli, "cannot write to standard output: %s", strerror(error));
	return error == 0;
}

bool cli_begin(const struct cli *cli, const struct command_spec *spec, uint32_t argc,
	       const char *const *argv, struct arena *arena, struct arguments *out, int *status)
{
	const char *error = options_parse(spec, argc, argv, arena, out);

	ARRAY_FOREACH (struct given_option, given, &out->options) {
		if (given->option->kind != OPTION_HELP)
			continue;
		options_help(cli->out, cli->width, spec);
		*status = cli_finish_output(cli) ? STATUS_FINE : STATUS_TROUBLE;
		return false;
	}
	if (error == NULL)
		return true;
	*status = cli_usage_error(cli, spec, "%s", error);
	return false;
}
