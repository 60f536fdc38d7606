/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kustomizations of a folder, built without running anything. (I4)
 *
 * Built are resources, bases and components inside of the folder, namespace, namePrefix and
 * nameSuffix, labels and annotations, and patches in their three forms. What else a
 * kustomization uses is named once, and makes the objects that it touches unknown.
 *
 * Files that a kustomization names are read for the roots: the kustomizations that no other one
 * names. Where several roots make an object of one name, which is one object of several
 * clusters, the first one counts.
 */
#ifndef CONFIG_REPOSITORY_KUSTOMIZE_H
#define CONFIG_REPOSITORY_KUSTOMIZE_H

#include "base/hash.h"
#include "config/objects/parse.h"
#include "config/objects/snapshot.h"

enum {
	KUSTOMIZE_VISITS_MAX = 2000,   /* kustomizations that one root is made of */
	KUSTOMIZE_OBJECTS_MAX = 50000, /* objects of one root */
	KUSTOMIZE_TAKEN_MAX = 100000, /* objects of the roots so far that mean something here */
	KUSTOMIZE_BYTES_MAX = 256 << 20, /* of the trees that all roots of a folder make */
};

/* A file that may be named by a kustomization, by its path below the folder. */
struct kustomize_file {
	const char *path;
	bool is_kustomization;
	bool patch;             /* some kustomization names it as a patch */
	bool used;              /* some kustomization names it as a resource */
	bool named;             /* a kustomization that another one names */
	bool active;            /* a kustomization that is being built */
	bool built;             /* one that is part of some root */
	bool refused;           /* a patch in brackets that is not JSON: kustomize refuses it */
	bool elsewhere;         /* of a tree of clusters: any kustomization in it names it */
	uint32_t source;        /* number plus 1; 0: it is not read */
	struct tree_list trees; /* its documents */
};

/* The name of an object that a root makes. */
struct kustomize_made {
	const char *key; /* kind, namespace and name, a line each */
	UT_hash_handle hh;
};

struct kustomizations {
	struct snapshot *snapshot;
	struct arena *arena;                       /* of all trees */
	ARRAY_OF(struct kustomize_file) files;     /* sorted by path */
	struct kustomize_made *made;               /* objects of earlier roots: a hash table */
	ARRAY_OF(struct kustomize_file *) reached; /* those that kustomize_mark() found named */
	bool alone;          /* only one is asked about: what it lacks is worth a word */
	const char *prefix;  /* of the folder: before a path */
	uint32_t taken;      /* objects of earlier roots, of kinds that mean something here */
	size_t bytes_before; /* that the arena had given out when the first root was built */
	bool full; /* a bound is reached: a root is not complete, and the errors say so */
	/* Of the present root: */
	uint32_t visits, objects;
	bool charts;          /* it has charts in it, which the tools render only on demand */
	bool missing;         /* resources are not there at all */
	bool patches_ours;    /* it has patches for objects of PureLB */
	bool incomplete;      /* resources are not shown: remote, or outside of the folder */
	const char *left_out; /* what is not built, a sentence; NULL: nothing */
	struct pos left_out_pos;
};

/* The file at this path below the folder, or NULL. */
struct kustomize_file *kustomize_find(const struct kustomizations *k, const char *path);

/* Sorts the files, once all are there. */
void kustomize_sort(struct kustomizations *k);

/* Marks what a kustomization names, once its trees are read. */
void kustomize_mark(struct kustomizations *k, const struct kustomize_file *file);

/* True for a kustomization that is for the resources of others. */
bool kustomize_is_component(const struct kustomize_file *file);

/* An object of a root, as it would be applied. */
struct kustomize_object {
	const struct tree_node *tree;
	const char *name; /* before prefixes and suffixes */
	bool unknown;     /* something that is not computed touches it */
};

struct kustomize_set {
	ARRAY_OF(struct kustomize_object) list;
};

/* What a kustomization without resources does to objects: that is all in `tree`, which has no
 * file of its own. */
void kustomize_apply(struct kustomizations *k, const struct tree_node *tree,
		     struct kustomize_set *set);

/* Builds a root: its objects are added to `out`. What is wrong is in the snapshot's problems.
 */
void kustomize_build(struct kustomizations *k, struct kustomize_file *root,
		     struct kustomize_set *out);

#endif
