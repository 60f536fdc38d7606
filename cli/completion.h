/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that teach shells to complete purelbtool, from the tables of the commands. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/cli.h"

/* What can be completed behind an option, or as an operand. */
enum completes {
	COMPLETES_NOTHING,
	COMPLETES_CHOICES, /* one of option_spec.choices */
	COMPLETES_FORMATS, /* one of them, and a file behind "=" */
	COMPLETES_CODES,   /* codes of checks, separated by commas */
	COMPLETES_KINDS,   /* what there are schemas of */
	COMPLETES_FILES,
	COMPLETES_FOLDERS,
};

enum completes completes_option(const struct option_spec *option);
enum completes completes_operands(const struct command_spec *spec);

/* Writes the words of a NULL-terminated list, or the codes of all checks, each behind
 * `before`. */
void completion_words(FILE *out, const char *const *words, const char *before);
void completion_codes(FILE *out, const char *before);
/* The same of what there are schemas of. */
void completion_kinds(FILE *out, const char *before);

/* Each writes the script of one shell. */
void completion_bash(FILE *out, const struct command_spec *const *commands);
void completion_zsh(FILE *out, const struct command_spec *const *commands);
void completion_fish(FILE *out, const struct command_spec *const *commands);

#endif
