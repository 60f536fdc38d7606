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
#include "config/repository/clusters.h"

struct common;

/* What was loaded: one snapshot, or one for each cluster. */
struct loaded_inputs {
	struct tree_clusters clusters; /* of several: as `list`; else empty */
	ARRAY_OF(struct snapshot *) list;
	const char *error; /* what is wrong with the clusters, a sentence; NULL: nothing */
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

/* True when inputs have two or more clusters of the settings in them. */
bool clusters_hold_several(struct common *common, const char *const *inputs, uint32_t count);

/* "dev, live and 3 more", in the arena. */
const char *clusters_names(const struct tree_clusters *clusters, struct arena *arena);

#endif
