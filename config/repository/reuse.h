/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was read from the files of a folder, kept for the next time that it is read.
 *
 * An editor's language server reads its workspace again after every edit. What a file brought
 * (objects, problems, trees) is kept here and put into the next snapshot as it is, as long as
 * the file has the same number among the sources, its values for variables are the same, and
 * nobody said that it changed. One pass is one reading of inputs; a load may take several, and
 * no object is part of two snapshots that are used at the same time.
 *
 * Snapshots borrow from it: they are released before the next load begins.
 */
#ifndef CONFIG_REPOSITORY_REUSE_H
#define CONFIG_REPOSITORY_REUSE_H

#include "config/objects/parse.h"
#include "config/repository/walk.h"

struct reuse;

/* A new store, empty. The caller ends it with reuse_free(). */
struct reuse *reuse_new(void);
void reuse_free(struct reuse *reuse);

/* Begins a load: the next pass is its first one. */
void reuse_begin(struct reuse *reuse);

/* Begins the next pass of a load. `reuse` may be NULL. */
void reuse_next_pass(struct reuse *reuse);

/* The file of this path, as the walk names it, is read anew in the next load. */
void reuse_forget(struct reuse *reuse, const char *path);

/* All files are. */
void reuse_forget_all(struct reuse *reuse);

/* ---- for what reads folders; without a store (NULL) they read as ever ---- */

/* The words of the file at this path; false when they are not kept. */
bool reuse_words(const struct reuse *reuse, const char *path, struct file_words *words);
void reuse_keep_words(struct reuse *reuse, const char *path, const struct file_words *words);

/* True when the file was looked at and is not evidence. */
bool reuse_is_no_evidence(const struct reuse *reuse, const char *path);
void reuse_keep_no_evidence(struct reuse *reuse, const char *path);

/* As parse_source(), for a source that was just added. */
void reuse_parse_source(struct reuse *reuse, struct snapshot *snapshot, uint32_t source,
			struct arena *scratch);

/* As parse_source_trees(). */
void reuse_parse_trees(struct reuse *reuse, struct snapshot *snapshot, uint32_t source,
		       struct arena *arena, struct tree_list *out);

#endif
