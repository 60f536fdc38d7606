/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several clusters in one tree: which they are, and what of the tree is whose. (I7.1)
 *
 * They are declared by the user, or found: the folders below `clusters/`, as Flux has them, of
 * which several hold or refer to objects of PureLB, or kustomize roots that make a ServiceGroup
 * of one name, which no single cluster can have twice. Where that is not certain, nothing is
 * found, and all that was read is one cluster.
 */
#ifndef CONFIG_REPOSITORY_CLUSTERS_H
#define CONFIG_REPOSITORY_CLUSTERS_H

#include "config/objects/snapshot.h"

enum { CLUSTERS_MAX = 256 };

/* One cluster. Its paths are below the tree, without "./", ".." or a slash at the end; "" is
 * all of it. */
struct tree_cluster {
	const char *name;
	const char *site; /* NULL: not given */
	ARRAY_OF(const char *) paths;
};

struct tree_clusters {
	const char *tree; /* the folder, as the user would name it */
	ARRAY_OF(struct tree_cluster) list;
	bool declared; /* by the user; else found */
	bool shared;   /* what is in none of them is read for each */
};

/* Whose a path below the tree is. */
enum path_owner {
	PATH_OWN,
	PATH_SHARED,  /* in no cluster */
	PATH_FOREIGN, /* another cluster's */
};

enum path_owner clusters_owner(const struct tree_clusters *clusters, uint32_t cluster,
			       const char *path);

/* Where objects of PureLB are: a file, or the folder of a kustomize root that makes them. */
struct tree_holder {
	const char *path;  /* as the user would name it */
	const char *group; /* "namespace/name" of a ServiceGroup that a root makes, or NULL */
	bool root;         /* a kustomize root */
};

struct tree_holders {
	ARRAY_OF(struct tree_holder) list;
};

/*
 * Finds the clusters in a folder that was read into the snapshot, with what kustomize roots and
 * releases of the chart in it make. False, and *out is undefined, when it is not certain that
 * there are several. Works in the snapshot's arena and copies what it gives into `arena`.
 */
bool clusters_find(struct snapshot *snapshot, const char *folder,
		   const struct tree_holders *holders, struct arena *arena,
		   struct tree_clusters *out);

/* The path below a folder without "./", doubled slashes and "..", or NULL: it leads out. */
const char *clusters_path(struct arena *arena, const char *path);

#endif
