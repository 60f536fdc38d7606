/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking a folder, and what its files are by their place and by the words in them. (I1)
 *
 * The walk is sorted by bytes. Hidden entries, `node_modules` and `vendor` are skipped. A
 * symbolic link is followed only where it stays below the named folder; the target of one that
 * is walked anyway is not read twice. Nothing outside the named folder is opened.
 */
#ifndef CONFIG_REPOSITORY_WALK_H
#define CONFIG_REPOSITORY_WALK_H

#include "config/repository/exclude.h"

enum {
	WALK_DEPTH_MAX = 64,     /* folders inside folders */
	WALK_FILES_MAX = 100000, /* files with a name that manifests have */
	WALK_LINKS_MAX = 1000,   /* links to hidden folders that are followed */
};

struct walked_file {
	const char *path;
	enum file_class class; /* FILE_OBJECTS: its content decides */
	const char *chart;     /* the folder of the chart that it is a template of, or NULL */
};

/* False for what is never opened, whoever names it: links that lead out of the folder or to
 * nothing, pipes and devices, and what is excluded. */
bool walked_is_open(const struct walked_file *file);

/* The identity of a folder. */
struct walked_link {
	uint64_t device;
	uint64_t inode;
};

struct folder_walk {
	struct arena *arena;
	struct sources *sources; /* errors and the number of charts go here */
	ARRAY_OF(struct walked_file) files;
	/* ---- of the walk itself ---- */
	const char *root;      /* the real path of the named folder */
	uint32_t prefix_bytes; /* of a path before what is relative to the named folder */
	ARRAY_OF(struct walked_link) links; /* folders that were entered through a link */
	bool full;
};

/* Walks `folder`; the files are in walk->files, what cannot be read in sources->errors. */
void folder_walk_run(struct folder_walk *walk, const char *folder);

/* Words of a file that tell what it is. */
struct file_words {
	bool api_version;    /* "apiVersion" */
	bool known_kind;     /* a kind that means something here, or one that is hard to tell */
	bool purelb;         /* "purelb": its objects, its chart, or its image */
	bool purelb_group;   /* "purelb.io": its objects or annotations */
	bool group;          /* "ServiceGroup" or "LBNodeAgent" beside it */
	bool template_marks; /* `{{`, `{%`, `<%`, `#@` */
	bool ytt;            /* values that ytt puts in: it is YAML, and says nothing */
	bool values;         /* the values of PureLB's chart */
	bool releases;       /* what may install it */
	bool kustomization;  /* the API group of kustomize */
	bool flux;           /* the API group of Kustomizations of Flux, or of Argo CD */
	bool post_build;     /* one of them changes what it applies */
	bool encrypted;      /* SOPS metadata, armored age or PGP text */
	bool machine;        /* k3s, RKE2 or Talos may be set up with it */
};

/* Looks for the words from the file's offset on; false with errno set when it cannot be read.
 */
bool file_words_find(FILE *file, struct file_words *words);

/* The same of a text. */
void file_words_of_text(const char *text, size_t len, struct file_words *words);

/* The same of an open file, from its offset on, without stdio: most files of a repository are
 * only looked at. */
bool file_words_read(int fd, struct file_words *words);

/* True when the line, which may be NULL, has a mark of a template language in it. */
bool line_has_template_mark(const char *line);

/* True for the name of a file that may have objects in it: *.yaml, *.yml, *.json. */
bool walk_is_manifest_name(const char *name);

/* True for the name that a kustomization has in its folder. */
bool walk_is_kustomization(const char *name);

/* What a file is by its words alone; FILE_OBJECTS: it has to be read. */
enum file_class file_class_by_words(const struct file_words *words);

#endif
