/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read inputs share: the state of reading, and kustomizations. */
#ifndef CONFIG_REPOSITORY_LOADING_H
#define CONFIG_REPOSITORY_LOADING_H

#include "config/repository/charts.h"
#include "config/repository/clusters.h"
#include "config/repository/flux.h"
#include "config/repository/kustomize.h"
#include "config/repository/renderer.h"
#include "config/repository/reuse.h"
#include "config/repository/walk.h"

/* What inputs are read with. */
struct loading {
	struct snapshot *snapshot;
	struct arena scratch;
	struct arena trees; /* of charts and kustomizations */
	struct charts charts;
	size_t root_bytes;        /* of the folder, before what is relative to it */
	bool post_build;          /* a file has a Kustomization of Flux that changes objects */
	struct flux *flux;        /* which values those are; NULL: none are put in */
	struct snapshot *earlier; /* what was read before they were known, or NULL */
	/* While the tree of several clusters is read: only this one's part; else NULL. */
	const struct tree_clusters *clusters;
	uint32_t cluster;
	struct reuse *reuse;          /* what earlier loads read; NULL: nothing is kept */
	struct tree_holders *holders; /* takes what roots and releases make; or NULL */
	struct renderer *renderer;    /* --render; NULL: kustomizations and values are read */
	ARRAY_OF(const char *) charts_to_render; /* folders, in the present folder */
};

/* Takes an object, as Flux applies it, for an installation of PureLB's chart, if it is one. */
bool loading_take_chart(struct loading *loading, const struct tree_node *tree);

/* Notes a file that is not read as objects. */
void load_unread(struct snapshot *snapshot, const char *path, enum file_class class);

/* The words of a file; false, and an error is noted, when it cannot be read. */
bool load_words(struct loading *loading, const char *path, struct file_words *words);

/* ---- what a file that was read turns out to be ---- */

/* True when reading a source found something that is not YAML or JSON. */
bool load_found_syntax_errors(const struct snapshot *snapshot, uint32_t first_problem);

/* Drops the problems of documents that are no objects: in a folder they may be there. */
void load_drop_foreign_problems(struct snapshot *snapshot, uint32_t first_problem);

/* True when the source after `before` is a template with PureLB's objects: it fails at a mark
 * of a template language, and nothing that is judged could be read from it as it is. */
bool load_is_template(struct snapshot *snapshot, const struct snapshot *before, uint32_t source,
		      struct arena *scratch);

/* What a file is that was read after `before` and has objects, or not, and problems, or not. */
enum file_class load_class_of(struct snapshot *snapshot, const struct snapshot *before,
			      const struct file_words *words, struct arena *scratch);

/* True when the first thing that could not be read of a source is at a mark of a template. */
bool load_fails_at_template_mark(struct snapshot *snapshot, uint32_t source,
				 uint32_t first_problem, struct arena *scratch);

/* Drops the errors that are on lines with a mark of a template, in a file of which other
 * documents are read, and tells where the first one was; false: there is none. */
bool load_drop_template_problems(struct snapshot *snapshot, uint32_t source,
				 uint32_t first_problem, struct arena *scratch,
				 struct pos *first);

/* Notes that objects of PureLB may be in what could not be read of a file. */
void load_note_hidden(struct snapshot *snapshot, const struct snapshot *before,
		      const struct file_words *words);

/* Says that PureLB's objects are in a file that an Application of Argo CD, which is in `by`,
 * leaves out. (I6.3e) */
void load_report_left_out(struct snapshot *snapshot, const char *path, const char *by);

/* Takes back everything that reading the source after `before` has brought. */
void load_take_back(struct snapshot *snapshot, const struct snapshot *before);

/* ---- what other programs render (I1.6) ---- */

/* Notes the charts of a walk that have PureLB's objects or values in them; without a renderer
 * there are none. */
void load_find_rendered_charts(struct loading *loading, const struct folder_walk *walk);

/* True for a file of one of them. */
bool load_chart_is_rendered(const struct loading *loading, const char *path);

/* Reads what they render to. */
void load_rendered_charts(struct loading *loading);

/* Adds what the tool makes of a root. */
void load_rendered_root(struct loading *loading, struct kustomizations *k, const char *folder,
			struct kustomize_set *out);

/* ---- kustomizations ---- */

/* Puts in what Flux puts into this file or folder from here on. */
void loading_substitute(struct loading *loading, const char *path);

/* True for a kustomization of kustomize; Flux has a kind of that name and other files. */
bool load_is_kustomization(const struct tree_list *trees);

/* The files of a walk as kustomizations see them. `only`: a path that is taken for one whatever
 * its name is, and the only one that is asked about; or NULL. */
void load_kustomizations(struct loading *loading, const struct folder_walk *walk,
			 const char *only, struct kustomizations *k);

/* True when a file of a tree of clusters is read for the present one: its own, one that its
 * kustomizations name, or one of no cluster that nothing names. `named` may be NULL. */
bool load_is_in_scope(const struct loading *loading, const char *path,
		      const struct kustomize_file *named);

/* The same for a kustomization that may be a root. */
bool load_is_root_in_scope(const struct loading *loading, const struct kustomize_file *file);

/* Notes of the objects from the number `first` on, which are at this path below the folder,
 * whether the tree shows which cluster they are of. */
void load_note_owner(const struct loading *loading, const char *path, uint32_t first);

/* Reads a patch, which is no object by itself, as far as it may be for what is judged. */
void load_patch(struct loading *loading, const char *path, struct kustomize_file *patch);

/* Notes the files of values and releases among the holders. */
void load_hold_releases(struct loading *loading);

/* Builds a root, and reads its objects. */
void load_root(struct loading *loading, struct kustomizations *k, struct kustomize_file *root);

#endif
