/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files below a named folder are, before anything in them is judged. (I1)
 *
 * A file that was named itself, and standard input, is taken at its word: what cannot be read
 * there is a finding. A file that was found by walking a folder is classified first, and only
 * Kubernetes objects are read from it; all other files are counted, and listed on request.
 */
#ifndef CONFIG_REPOSITORY_REPOSITORY_H
#define CONFIG_REPOSITORY_REPOSITORY_H

#include "config/objects/snapshot.h"
#include "config/repository/clusters.h"
#include "config/repository/exclude.h"
#include "config/repository/renderer.h"
#include "config/repository/reuse.h"

/* What to read and how. */
struct load_options {
	const char *install_namespace;   /* borrowed; NULL: not given */
	struct exclude_patterns exclude; /* paths below named folders that are left out */
	const struct substitutions *substitutions; /* borrowed; values of variables; or NULL */
	/* One of several clusters, which is read beside the inputs; NULL: there are none.
	 * Borrowed for the life of the snapshot. (I7) */
	const struct tree_clusters *clusters;
	uint32_t cluster;
	struct tree_holders *holders;     /* takes what clusters_find() asks for; or NULL */
	const struct source_texts *texts; /* borrowed; what counts in place of files; or NULL */
	/* What earlier loads read, kept for this one and the next, see reuse.h; NULL: nothing.
	 * Borrowed for the life of the snapshot. */
	struct reuse *reuse;
	struct renderer *renderer; /* borrowed; renders kustomizations and charts; or NULL */
	bool complete[KIND_COUNT]; /* kinds of which the inputs have all objects (I3.1) */
};

/*
 * Reads `count` inputs (files, folders, "-") into a new snapshot. Without an install namespace
 * the inputs may say it (I8), else it is "purelb-system". Inputs that cannot be read are in
 * snapshot->sources.errors; mistakes inside them are problems; what could be read is there in
 * any case. The caller releases it with snapshot_release().
 */
struct snapshot *config_load_with(const char *const *inputs, uint32_t count,
				  const struct load_options *options);

/* As config_load_with(), with nothing left out. */
struct snapshot *config_load(const char *const *inputs, uint32_t count,
			     const char *install_namespace);

/* What is read into a snapshot that is there already. The clusters are borrowed for its life.
 */
struct load_part {
	const char *const *inputs;
	uint32_t count;
	const struct tree_clusters *clusters; /* as in load_options */
	uint32_t cluster;
	struct renderer *renderer; /* as in load_options */
};

/*
 * Reads more inputs into the snapshot, as config_load() reads its own. False when one cannot be
 * read: sources.errors has more entries then.
 */
bool config_load_more(struct snapshot *snapshot, const struct load_part *part);

/* Reads a text into the snapshot as a file of this name; as config_load_more(). */
bool config_load_text(struct snapshot *snapshot, const char *name, const char *text);

/*
 * Reads more inputs, such as the file that a scenario applies later. Their objects do not
 * become part of the snapshot but are given in `out`; their places and problems do. False when
 * one cannot be read: sources.errors has more entries then.
 */
bool config_load_apart(struct snapshot *snapshot, const struct load_part *part,
		       struct object_list *out);

#endif
