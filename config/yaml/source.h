/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: the files, folders and standard input that were named, in the order they are read.
 *
 * A source is read as a stream and never held in memory. What cannot be read twice (a pipe,
 * standard input) is first copied into an unlinked temporary file, so that a document after
 * a syntax error can be found again and a report can show the line that a finding is on.
 */
#ifndef CONFIG_YAML_SOURCE_H
#define CONFIG_YAML_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/array.h"

/* What a file is to be taken to hold, such as the text of an editor that was not saved. */
struct source_text {
	const char *path; /* absolute, without "." and ".." */
	const char *text;
	size_t bytes;
};

struct source_texts {
	ARRAY_OF(struct source_text) list;
};

struct source {
	const char *name; /* as the user would name it; standard input is "<stdin>" */
	FILE *spool;      /* the copy of what cannot be read twice, else NULL */
	const struct source_text *text; /* what counts in place of the file; NULL: nothing */
	bool aside;  /* no input: a file of settings that findings may point into */
	bool built;  /* a kustomization that was built, which is aside as well */
	bool layer;  /* a kustomization or a patch of one, aside as well: it has values */
	bool found;  /* found below a named folder: it may be anything */
	bool failed; /* it could not be read: `errors` says why */
	/* Where source_next_lines() was: so many lines and bytes are before that. */
	uint32_t lines_before;
	int64_t lines_bytes;
	/* A member of a bundle: where in the bundle its bytes are. */
	uint32_t bundle; /* number of the bundle's source plus 1; 0: it is a file of its own */
	int64_t offset;
	int64_t bytes;
};

/* What a file is that was found below a named folder and is not read as objects. (I1) */
enum file_class {
	FILE_OBJECTS,       /* Kubernetes objects: read */
	FILE_EVIDENCE,      /* by its name it may be what another program printed */
	FILE_FOREIGN,       /* Kubernetes objects, none of a kind that means something here */
	FILE_HELM_TEMPLATE, /* below the templates/ of a chart */
	FILE_CHART_VALUES,  /* values*.yaml beside a Chart.yaml, and Chart.yaml itself */
	FILE_TEMPLATE,      /* another template language: it does not parse and has its marks */
	FILE_KUSTOMIZATION,
	FILE_PATCH,     /* named as a patch by a kustomization */
	FILE_LEFT_OUT,  /* Argo CD applies it nowhere: directory.include and exclude */
	FILE_ENCRYPTED, /* SOPS, age or PGP: its values are not readable */
	FILE_OTHER,     /* YAML or JSON that is not Kubernetes objects */
	FILE_BROKEN,    /* neither, and it does not parse */
	FILE_EXCLUDED,  /* --exclude */
	FILE_OUTSIDE,   /* a symbolic link that leads out of the named folder */
	FILE_DANGLING,  /* a symbolic link to nothing */
	FILE_SPECIAL,   /* a pipe, a socket, a device */
	FILE_CLASSES,   /* how many there are */
};

struct unread_file {
	const char *path;
	enum file_class class;
};

/* Patterns of paths that are left out, in the order they were given; borrowed. */
struct exclude_patterns {
	const char *const *items;
	uint32_t count;
};

struct sources {
	ARRAY_OF(struct source) list;
	/* Inputs that could not be read: one sentence each, in order. */
	ARRAY_OF(const char *) errors;
	/* Files below named folders that were not read as objects, in the order of the walk. */
	ARRAY_OF(struct unread_file) unread;
	uint32_t charts; /* folders with a Chart.yaml among them */
	struct exclude_patterns exclude;
	const struct source_texts *texts; /* borrowed; NULL: every file is as it is */
};

enum {
	SOURCE_BYTES_MAX = 1 << 30, /* of one source; more is a finding */
};

/* Adds an error, "cannot read NAME: WHY". */
void source_add_error(struct sources *sources, struct arena *arena, const char *name,
		      const char *why);

/* The same of source number `index`, once for each source. `error` is an errno. */
void source_fail(struct sources *sources, struct arena *arena, uint32_t index, int error);

/*
 * Adds one file as the user wrote it, or "-" for standard input. What cannot be read becomes an
 * entry of `errors`; nothing is read yet but what must be copied. Names are kept in the arena.
 */
void sources_add(struct sources *sources, struct arena *arena, const char *input);

/* The text that counts in place of the file of this name, or NULL. */
const struct source_text *source_text_find(const struct sources *sources, const char *name);

/* Adds a file that a walk found; `known`: without looking at it, since it was read before. */
void sources_add_walked(struct sources *sources, struct arena *arena, const char *path,
			bool known);

/* The first bytes are those of a tar archive (POSIX.1-1988 on) or of a packet capture. */
bool source_is_tar(const char *head, size_t len);
bool source_is_packets(const char *head, size_t len);

/* Adds a text under this name, as if a file had it. */
void sources_add_text(struct sources *sources, struct arena *arena, const char *name,
		      const char *text);

/*
 * Opens source number `index` (from 0) for reading from its start; NULL with errno set. The
 * caller closes it with source_close(), which takes NULL, too, and adds an error for a source
 * that could not be read, unless it has one: whoever read it may take a short file for a whole
 * one.
 */
FILE *source_open(const struct sources *sources, uint32_t index);
void source_close(struct sources *sources, struct arena *arena, uint32_t index, FILE *file);

/* Closes the copies. */
void sources_release(struct sources *sources);

/*
 * Reads the text of some lines of one source: `lines` is sorted ascending and has `count`
 * entries; texts[i] becomes the line without its line end (at most SOURCE_LINE_BYTES_MAX of it,
 * cut at a character), or NULL when the source has no such line any more. False when the source
 * could not be read; then missing lines are a note that says so.
 */
enum { SOURCE_LINE_BYTES_MAX = 4096 };
extern const char source_unreadable_line[]; /* that note */

bool source_lines(const struct sources *sources, uint32_t index, const uint32_t *lines,
		  uint32_t count, struct arena *arena, const char **texts);

/* The same for who asks for lines of a source again and again, further down each time: what is
 * above the first one of the last time is not read again. */
bool source_next_lines(struct sources *sources, uint32_t index, const uint32_t *lines,
		       uint32_t count, struct arena *arena, const char **texts);

#endif
