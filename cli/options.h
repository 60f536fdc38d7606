/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of commands, as data: the parser, `COMMAND --help`, the man page and the completions
 * all read the same tables.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/array.h"

struct option_spec {
	const char *name;           /* long name without the dashes; NULL ends a table */
	char letter;                /* short name, or 0 */
	const char *argument;       /* what it takes: "NS"; NULL: nothing */
	const char *const *choices; /* the values it takes, NULL-terminated; NULL: any */
	const char *help;           /* one sentence */
};

/* Two columns of help: an exit status or an example, and what it means. */
struct help_row {
	const char *left; /* NULL ends a table */
	const char *right;
};

struct command_spec {
	const char *name;
	const char *operands;               /* "[INPUT]..." */
	const char *const *operand_choices; /* what an operand can be; NULL: anything */
	const char *summary;                /* a few words */
	const char *description;
	const struct option_spec *options;
	const struct help_row *statuses;
	const struct help_row *examples;
};

/* An option as it was given. */
struct given_option {
	uint32_t option;   /* index in the command's table */
	const char *value; /* NULL when it takes none */
};

struct arguments {
	ARRAY_OF(struct given_option) options; /* in order */
	ARRAY_OF(const char *) operands;       /* what is no option, in order */
};

/*
 * Parses `argv` (without the command's name): `--name value`, `--name=value`, `-n value`,
 * `-nvalue`, `-n=value`, letters without a value joined (`-ab`), options behind operands,
 * `--` before operands only. `-` is an operand. Returns NULL, or a sentence about the first
 * mistake, in the arena; it names the nearest option where one is near.
 */
const char *options_parse(const struct command_spec *spec, uint32_t argc,
			  const char *const *argv, struct arena *arena, struct arguments *out);

/*
 * The index of `value` (its first `len` bytes, in any case) in a NULL-terminated list, or -1.
 */
int options_choose(const char *const *choices, const char *value, size_t len);

/* "unknown LEVEL wran; did you mean WARN?" or the list of what there is; in the arena. */
const char *options_unknown(struct arena *arena, const char *what, const char *value,
			    const char *const *choices);

/* Writes what `purelbtool COMMAND --help` says, at most 80 columns wide. */
void options_help(FILE *out, const struct command_spec *spec);

#endif
