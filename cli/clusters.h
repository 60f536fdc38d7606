/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs with several clusters in them, as commands load them. (I7.1)
 *
 * Clusters are those of --each, of the settings, or found in a folder that is named; in this
 * order. An input that is in no cluster and has none in it is read for each of them.
 */
#ifndef CLI_CLUSTERS_H
#define CLI_CLUSTERS_H

#include "cli/cli.h"
#include "config/repository/repository.h"

struct common;

/* What was loaded: one snapshot, or one for each cluster. */
struct loaded_inputs {
	struct tree_clusters clusters; /* of several: as `list`; else empty */
	ARRAY_OF(struct snapshot *) list;
	const char *error; /* what is wrong with the clusters, a sentence; NULL: nothing */
	bool unchosen;     /* --cluster is given, and the inputs have no clusters in them */
};

/*
 * Loads inputs as the common options say; without any, those of the settings' clusters. There
 * is always one snapshot at least; what is wrong with the clusters is among the errors of its
 * sources. Everything else lives in the arena of `common`.
 */
void clusters_load(struct common *common, const char *const *inputs, uint32_t count,
		   struct loaded_inputs *out);

void clusters_release(struct loaded_inputs *loaded);

/* True when the settings or --each name clusters, so that a command needs no input. */
bool clusters_are_declared(const struct common *common);

/*
 * What of the inputs is to be read into a snapshot that is there already: the one cluster that
 * --cluster names, where they have several; else all. Folders are read once to find that out.
 * Returns NULL, or a sentence about what is wrong; all lives in the arena of `common`.
 */
const char *clusters_part(struct common *common, const char *const *inputs, uint32_t count,
			  struct load_part *part);

/* Loads one input as it is, with whatever clusters are in it. */
struct snapshot *clusters_load_whole(struct common *common, const char *input);

/* What is wrong with --cluster when no input has clusters in it, in the arena. */
const char *clusters_unchosen(struct common *common);

/* What is wrong with inputs of several clusters when --cluster is not given, in the arena. */
const char *clusters_unnamed(struct common *common, const struct tree_clusters *clusters);

#endif
