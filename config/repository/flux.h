/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Kustomizations of Flux change: values that they put in for variables (postBuild), the
 * namespace of their objects (targetNamespace), and what kustomize does for them: patches,
 * images, prefixes. (I6.3)
 *
 * A Kustomization of kustomize.toolkit.fluxcd.io gives values to the objects below its
 * spec.path: those of the ConfigMaps and Secrets that substituteFrom names, as far as the input
 * has them, and above those what `substitute` says.
 *
 * An Application of Argo CD does the same to the path of each of its sources, but puts no
 * values in. (I6.3d)
 */
#ifndef CONFIG_REPOSITORY_FLUX_H
#define CONFIG_REPOSITORY_FLUX_H

#include "config/objects/snapshot.h"
#include "config/yaml/tree.h"

enum { FLUX_KUSTOMIZATIONS_MAX = 1000 };

struct flux_kustomization {
	const char *path;   /* without "./" and slashes at the ends; "": everything */
	bool builds;        /* it puts values in */
	const char *target; /* the namespace that all objects go to; NULL: where they say */
	bool target_varies; /* there is one, if it is of this repository */
	const char *usual;  /* that of objects that name none; NULL: not known */
	bool whole;         /* all that it puts in is known */
	const char *title;  /* its name; NULL: an Application */
	bool usual_varies;  /* a generator decides it, */
	bool usual_by_path; /* or it is the name of the folder below the path */
	bool direct; /* files of subfolders are not meant, unless a kustomization names them */
	/* Of files, by their path in the folder; NULL: all are meant, or none is left out. */
	const char *include, *exclude;
	struct argo_memo *memo; /* what these said last; equal ones of a folder share it */
	bool generated;         /* of those of a generator, which may leave others to others */
	bool dropped;           /* others leave its file out */
	struct substitutions values;
	const struct substitutions *agreed; /* of all with this path; NULL: not asked for yet */
	bool own;                           /* it is of this repository */
	const char *where;                  /* the file that it is in */
	const char *repository;             /* of its source; NULL: none, or it is not known */
	const char *file; /* the same, if it patches or renames objects; else NULL */
	const char *kind, *name, *namespace; /* to find it there; the namespace may be NULL */
	uint32_t part;                       /* which source of an Application */
	const struct tree_node
		*change;         /* what a kustomization would say; NULL: it is not known */
	uint64_t change_content; /* a hash of it */
};

/* A folder of a repository that an Application or a Kustomization names. */
struct flux_place {
	const char *repository; /* its URL, as flux_repository() has it, or what it is called */
	const char *path;
	bool applied; /* by Flux */
	bool clear;   /* it is not by chance that there is a folder of this name */
	bool found;   /* the input has files in a folder of this name */
};

/* Begins the name of a source of Flux whose URL is not known. */
#define FLUX_SOURCE_NAMED "name:"

struct flux {
	struct arena *arena;               /* for all that is kept */
	size_t root_bytes;                 /* of paths, before what is below the named folder */
	const struct substitutions *given; /* by the user, who has the last word; or NULL */
	ARRAY_OF(struct flux_kustomization) list;
	const struct substitutions *agreed; /* of all; NULL: not asked for yet */
	bool full;                          /* there are more that are not in the list */
	size_t pattern_bytes;               /* of patterns of files, once for each folder */
	bool patched;    /* what Kustomizations put in is not all that they say themselves */
	uint32_t values; /* how many there are */
	ARRAY_OF(struct flux_place) places;
	const char *repository;    /* that the input is known to be of, as Applications name it;
				    * NULL: not known */
	struct snapshot *snapshot; /* that objects are read into */
	ARRAY_OF(struct flux_change *) changes; /* one for each path that was asked about */
};

/*
 * Collects the Kustomizations with a postBuild or a targetNamespace in what was read into
 * `snapshot`, which is of no other use afterwards: its list of sources grows.
 */
void flux_collect(struct flux *flux, struct snapshot *snapshot);

/* Reads again what the collected Kustomizations do to objects, into the snapshot that their
 * objects are read into. */
void flux_open(struct flux *flux, struct snapshot *snapshot);

/* What the Kustomizations with the longest path above the file or folder do to objects; NULL:
 * nothing. */
const struct object_change *flux_change(struct flux *flux, const char *path);

/* A new one in the list, which is to be set; NULL: there are too many. */
struct flux_kustomization *flux_add(struct flux *flux);

/* A path as Kustomizations name it, in the arena: without "./" and slashes at the ends. */
const char *flux_path(struct flux *flux, const char *path);

/* Adds what an Application or ApplicationSet in `file` does. (argo.c) */
void argo_take(struct flux *flux, const struct tree_node *tree, const char *file);

/* What one of its sources has kustomize do, as a kustomization would say it; NULL: nothing
 * that is known. */
const struct tree_node *argo_change_tree(struct arena *arena, const struct tree_node *tree,
					 uint32_t part);

/* True when an Application that means the files of a folder takes this one, by its path there.
 */
bool argo_takes_file(const struct flux_kustomization *k, const char *rest);

/* What all forms of the URL of a repository have in common; NULL: it is not known. */
const char *flux_repository(struct flux *flux, const char *url);

/* Notes the folder that it names; it is in `file`. */
void flux_note_place(struct flux *flux, const struct flux_kustomization *k, const char *file);

/* Finds the repository that the input is of, once all are there, and leaves out what is of
 * another one. (I6.3d, I6.3e) */
void flux_find_repository(struct flux *flux, const struct sources *sources);

/* The file of an Application of this repository that leaves a file out of its folder
 * (directory.exclude, directory.include), where none takes it; else NULL. `flux` may be NULL.
 */
const char *flux_leaves_out(const struct flux *flux, const char *path);

/* What the path of a file is in a folder with this path from the top of its repository; NULL:
 * it is elsewhere. */
const char *flux_rest(const struct flux *flux, const char *folder, const char *path);

/* The Kustomization applies the file or folder at this path. */
bool flux_is_for(const struct flux *flux, const struct flux_kustomization *k, const char *path);

/*
 * The values for the file or folder with this path, in the arena: those of the Kustomizations
 * with the longest path that it is below; if it is below none, of all. Where Kustomizations
 * differ the variable stays unknown, and the namespace is what objects say.
 */
const struct substitutions *flux_substitutions(struct flux *flux, const char *path);

/* A copy of the tree, in `arena`, with these values put in for what is unknown in it; the
 * snapshot notes from where. */
const struct tree_node *flux_expand(struct snapshot *snapshot, const struct tree_node *node,
				    const struct substitutions *values, struct arena *arena);

#endif
