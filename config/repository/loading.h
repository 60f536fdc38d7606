/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read inputs share: the state of reading, and kustomizations. */
#ifndef CONFIG_REPOSITORY_LOADING_H
#define CONFIG_REPOSITORY_LOADING_H

#include "config/repository/charts.h"
#include "config/repository/kustomize.h"
#include "config/repository/walk.h"

/* What inputs are read with. */
struct loading {
	struct snapshot *snapshot;
	struct arena scratch;
	struct charts charts;
	size_t root_bytes; /* of the folder, before what is relative to it */
};

/* True for a kustomization of kustomize; Flux has a kind of that name and other files. */
bool load_is_kustomization(const struct tree_list *trees);

/* The files of a walk as kustomizations see them. `only`: a path that is taken for one whatever
 * its name is, and the only one that is asked about; or NULL. */
void load_kustomizations(struct loading *loading, const struct folder_walk *walk,
			 const char *only, struct kustomizations *k);

/* Builds a root, and reads its objects. */
void load_root(struct loading *loading, struct kustomizations *k, struct kustomize_file *root);

#endif
