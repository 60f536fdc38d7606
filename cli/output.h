/* SPDX-License-Identifier: Apache-2.0 */
/* Where reports go: -o FORMAT[=FILE], repeatable. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli/cli.h"

enum output_format {
	OUTPUT_TABLE,
	OUTPUT_JSON,
	OUTPUT_YAML,
	OUTPUT_JUNIT,
	OUTPUT_HTML,
	OUTPUT_SARIF,
	OUTPUT_GITHUB,
	OUTPUT_GCC,
	OUTPUT_MARKDOWN,
	OUTPUT_CODECLIMATE,
	OUTPUT_PART,     /* of many runs; see cli/simulate_parts.h */
	OUTPUT_BASELINE, /* no report: only outputs_add_baseline() makes one */
	OUTPUT_PRUNED,   /* likewise outputs_add_pruned() */
	OUTPUT_FORMATS,
};

/* The formats that every command has, NULL-terminated, for its table of options. */
extern const char *const output_formats[];
/* Those, html and markdown. */
extern const char *const output_formats_markdown[];
/* The first, junit and html. */
extern const char *const output_formats_junit[];
/* Those and part. */
extern const char *const output_formats_sweep[];
/* Of plan. */
extern const char *const output_formats_plan[];
/* Of all that merge may make. */
extern const char *const output_formats_merge[];
/* Of simulate. */
extern const char *const output_formats_run[];
/* Those of findings: sarif, github, gcc, markdown and codeclimate as well. */
extern const char *const output_formats_findings[];

struct output {
	enum output_format format;
	const char *path;      /* as the user named it; NULL: standard output */
	FILE *file;            /* open: where the report goes */
	const char *target;    /* the file at `path`, links followed; NULL: no regular file */
	bool nameless;         /* it is written without a name: see output.c */
	const char *temporary; /* what is written and then renamed; NULL: written in place */
};

struct outputs {
	struct arena arena;
	ARRAY_OF(struct output) list;
};

/*
 * Adds an output as it is written after -o, in one of the formats of the command. Returns NULL,
 * or a sentence about the mistake: an unknown format, or a second report into the same place.
 */
const char *outputs_add(struct outputs *outputs, const char *const *formats, const char *value);

/* A format of the outputs that is not among these; NULL: there is none. */
const char *outputs_beyond(const struct outputs *outputs, const char *const *formats);

/* Adds a file that is not a report: a baseline to be written. Returns as outputs_add(). */
const char *outputs_add_baseline(struct outputs *outputs, const char *path);

/* Adds a baseline that is read and written anew. Returns as outputs_add(). */
const char *outputs_add_pruned(struct outputs *outputs, const char *path);

/* True for a baseline, which is no report. */
bool output_is_baseline(const struct output *output);

/* Leaves out an output that was opened: what is at its place stays as it is. */
void outputs_cancel(struct output *output);

/*
 * Opens all; a table to standard output when no report was asked for. A regular file is written
 * beside its final place and gets its name in outputs_finish(), so that no half report stands
 * there. Returns false after a message; then nothing is left behind.
 */
bool outputs_open(struct outputs *outputs, const struct cli *cli);

/* False after a message when an output of one is the same file as another one of the other. */
bool outputs_apart(const struct outputs *a, const struct outputs *b, const struct cli *cli);

/* False after a message when an output would replace a file that the snapshot was read from. */
bool outputs_spare_inputs(const struct outputs *outputs, const struct snapshot *snapshot,
			  const struct cli *cli);

/* Why writing to the stream has failed, as an errno. */
int output_error(FILE *file);

/*
 * Ends all reports and gives files their names. Returns false after messages about those that
 * could not be written completely, which are removed.
 */
bool outputs_finish(struct outputs *outputs, const struct cli *cli);

/* Makes a folder for several outputs unless it is there. False after a message: "cannot make
 * the folder FOLDER for WHAT". */
bool output_folder(const struct cli *cli, const char *folder, const char *what);

/*
 * Puts a text in the place of a file, at once and with the mode of the file, if it still holds
 * what was read (`old`), is still a link or none (`was_link`), and has no other name that would
 * keep the old text. Returns NULL, or why not, in the arena; then the file is as it was.
 */
const char *output_replace(const char *path, bool was_link, const char *old, size_t old_len,
			   const char *new, size_t new_len, struct arena *arena);

void outputs_release(struct outputs *outputs);

#endif
