/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands are given: streams, exit statuses, messages. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/options.h"

/* The exit status of every command. */
enum {
	STATUS_FINE = 0,
	STATUS_FINDINGS = 1, /* findings at or above the threshold */
	STATUS_TROUBLE = 2,  /* usage error, unreadable input, internal failure */
	STATUS_CHANGES = 3,  /* plan --detailed-exitcode: something changes */
};

struct cli {
	FILE *out;                                  /* standard output */
	FILE *err;                                  /* standard error */
	bool out_tty;                               /* standard output is a terminal */
	bool err_tty;                               /* standard error is */
	bool in_tty;                                /* standard input is a terminal */
	bool no_color;                              /* the environment asks for plain text */
	unsigned width;                             /* columns of standard output */
	unsigned err_width;                         /* and of standard error */
	const struct command_spec *const *commands; /* all of them, NULL-terminated */
};

/* Writes "purelbtool: " and the message, made harmless for a terminal, to standard error. */
void cli_error(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As cli_error(), then says where help is. Returns STATUS_TROUBLE. */
int cli_usage_error(const struct cli *cli, const struct command_spec *spec, const char *format,
		    ...) __attribute__((format(printf, 3, 4)));

/*
 * Ends what went to standard output. Returns false, after a message, when it could not all be
 * written; without one when its reader has gone, as for `| head`.
 */
bool cli_finish_output(const struct cli *cli);

/*
 * Begins a command: parses its arguments. Returns true to go on; false when the command is over
 * (help was given, or a mistake was named) with its exit status in *status.
 */
bool cli_begin(const struct cli *cli, const struct command_spec *spec, uint32_t argc,
	       const char *const *argv, struct arena *arena, struct arguments *out,
	       int *status);

/* The commands, each in the file of its name. */
extern const struct command_spec validate_command, allocate_command, elect_command, bgp_command,
	simulate_command, sweep_command, plan_command, inventory_command, evidence_command,
	inspect_command, explain_command, schema_command, convert_command, completion_command,
	lsp_command, man_command, config_command, merge_command;

#endif
