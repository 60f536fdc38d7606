/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands and their options, as data. A row of a command's table says all there is to say
 * about an option: what it takes, where the value goes, the bounds that it must keep, what
 * completes it and its help text. The parser, errors, `COMMAND --help`, the manual and the
 * completions all read the same rows.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/array.h"

struct cli;
struct option_spec;
struct snapshot;

/* What a shell completes as the value of an option, or as an operand. */
enum completes {
	COMPLETES_NOTHING,
	COMPLETES_CHOICES, /* one of `choices` */
	COMPLETES_FORMATS, /* one of them, and a file after "=" */
	COMPLETES_CODES,   /* codes of checks, separated by commas */
	COMPLETES_KINDS,   /* the names of schemas */
	COMPLETES_FILES,
	COMPLETES_FOLDERS,
};

/* How a value is read, and what the field of the settings at `offset` is. */
enum option_kind {
	OPTION_FLAG,   /* takes no value; bool */
	OPTION_NUMBER, /* from `min` to `max`; struct option_number */
	OPTION_CHOICE, /* one of `choices`, in any case; struct option_number: its index */
	OPTION_TEXT,   /* const char *, not empty */
	OPTION_NAMES,  /* may be repeated; struct name_list */
	OPTION_TIME,   /* RFC 3339; struct option_time */
	OPTION_VALUE,  /* whatever `set` makes of it */
	OPTION_LIST,   /* as OPTION_VALUE, each part between commas by itself */
	OPTION_HELP,   /* shows help and ends the command */
};

struct option_number {
	bool given;
	uint64_t value;
};

struct option_time {
	bool given;
	int64_t ns; /* since the epoch */
};

struct name_list {
	ARRAY_OF(const char *) list;
};

/*
 * Takes over a value. The settings are those of the command, which begin with a struct common.
 * Returns NULL, or a sentence about what is wrong with the value, in the arena of the settings.
 */
typedef const char *option_setter(void *settings, const struct option_spec *option,
				  const char *value);

struct option_spec {
	const char *name;     /* long name without the dashes; NULL ends a table */
	char letter;          /* short name, or 0 */
	const char *argument; /* what it takes: "NS"; NULL: nothing */
	enum option_kind kind;
	enum completes completes;
	const char *bare; /* no argument: its value where none is given after "="; or NULL */
	size_t offset;    /* in the settings */
	uint64_t min, max;
	const char *const *choices; /* NULL-terminated */
	option_setter *set;
	const char *help;   /* one sentence that begins with a verb */
	bool runs_programs; /* with it the command starts other programs */
};

/* clang-format off */
/* Rows of a command's table; `field_` is a member of its struct settings. */
#define OPT_FLAG(name_, field_, help_)                                                         \
	{ .name = name_, .kind = OPTION_FLAG, .offset = offsetof(struct settings, field_),     \
	  .help = help_ }
#define OPT_NUMBER(name_, letter_, argument_, field_, min_, max_, help_)                       \
	{ .name = name_, .letter = letter_, .argument = argument_, .kind = OPTION_NUMBER,      \
	  .offset = offsetof(struct settings, field_), .min = min_, .max = max_, .help = help_ }
#define OPT_CHOICE(name_, argument_, field_, choices_, help_)                                  \
	{ .name = name_, .argument = argument_, .kind = OPTION_CHOICE,                         \
	  .completes = COMPLETES_CHOICES, .offset = offsetof(struct settings, field_),         \
	  .choices = choices_, .help = help_ }
#define OPT_TEXT(name_, argument_, completes_, field_, help_)                                  \
	{ .name = name_, .argument = argument_, .kind = OPTION_TEXT, .completes = completes_,  \
	  .offset = offsetof(struct settings, field_), .help = help_ }
#define OPT_FILE(name_, field_, help_) OPT_TEXT(name_, "FILE", COMPLETES_FILES, field_, help_)
#define OPT_FOLDER(name_, field_, help_)                                                       \
	OPT_TEXT(name_, "FOLDER", COMPLETES_FOLDERS, field_, help_)
/* A folder into which another program writes as well. */
#define OPT_FOLDER_RUN(name_, field_, help_)                                                   \
	{ .name = name_, .argument = "FOLDER", .kind = OPTION_TEXT,                            \
	  .completes = COMPLETES_FOLDERS, .offset = offsetof(struct settings, field_),         \
	  .help = help_, .runs_programs = true }
#define OPT_NAMES(name_, argument_, field_, help_)                                             \
	{ .name = name_, .argument = argument_, .kind = OPTION_NAMES,                          \
	  .offset = offsetof(struct settings, field_), .help = help_ }
#define OPT_VALUE(name_, argument_, completes_, set_, help_)                                   \
	{ .name = name_, .argument = argument_, .kind = OPTION_VALUE, .completes = completes_, \
	  .set = set_, .help = help_ }
#define OPT_LIST(name_, argument_, completes_, set_, help_)                                    \
	{ .name = name_, .argument = argument_, .kind = OPTION_LIST, .completes = completes_,  \
	  .set = set_, .help = help_ }
#define OPT_END { .name = NULL }
/* clang-format on */

/* Two columns of help: an exit status or an example, and what it means. */
struct help_row {
	const char *left; /* NULL ends a table */
	const char *right;
};

/* An option as it was given. */
struct given_option {
	const struct option_spec *option;
	const char *value; /* NULL when it takes none */
};

struct arguments {
	ARRAY_OF(struct given_option) options; /* in order */
	ARRAY_OF(const char *) operands;       /* everything else, in order */
};

struct command_spec {
	const char *name;
	const char *operands; /* "[INPUT]..." */
	enum completes operand_completes;
	const char *const *operand_choices; /* what an operand can be; NULL: anything */
	const char *summary;                /* a few words */
	const char *description;
	const struct option_spec *options;
	const struct help_row *statuses;
	const struct help_row *examples;
	size_t settings_size; /* of its struct settings, which begins with a struct common */
	/* Runs it with its operands; NULL: they are inputs, which are loaded for `answer`. */
	int (*run)(const struct cli *cli, void *settings, const struct arguments *arguments);
	bool own_settings;     /* `run` reads the settings of the project itself */
	bool several_clusters; /* `answer` takes all of common->loaded, not only the first */
	/* Answers from what was loaded and writes the reports. Both return the exit status. */
	int (*answer)(const struct cli *cli, void *settings, struct snapshot *snapshot);
	/* Before anything is loaded or written: a sentence about options that do not go
	 * together, or NULL. The hook may be NULL. */
	const char *(*mistake)(const struct cli *cli, void *settings);
};

/*
 * Parses `argv` (without the command's name): `--name value`, `--name=value`, `-n value`,
 * `-nvalue`, `-n=value`, letters without a value joined (`-ab`), options after operands,
 * `--` before operands only. `-` is an operand. Returns NULL, or a sentence about the first
 * mistake, in the arena; it names the nearest option where one is near.
 */
const char *options_parse(const struct command_spec *spec, uint32_t argc,
			  const char *const *argv, struct arena *arena, struct arguments *out);

/* Sets one value of an option; NULL for one that takes none. Returns as options_parse(). */
const char *options_set(const struct option_spec *option, const char *value, void *settings,
			struct arena *arena);

/* Sets what was given in the settings, in order. Returns as options_parse(). */
const char *options_apply(const struct arguments *arguments, void *settings,
			  struct arena *arena);

/* True when an option was given with which the command starts other programs. */
bool options_run_programs(const struct arguments *arguments);

/*
 * The index of `value` (its first `len` bytes, in any case) in a NULL-terminated list, or -1.
 */
int options_choose(const char *const *choices, const char *value, size_t len);

/* "unknown LEVEL wran; did you mean WARN?" or the list of what there is; in the arena. */
const char *options_unknown(struct arena *arena, const char *what, const char *value,
			    const char *const *choices);

/* Writes what `purelbtool COMMAND --help` says, in `width` columns. */
void options_help(FILE *out, unsigned width, const struct command_spec *spec);

#endif
