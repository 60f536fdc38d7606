/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of building a kustomization share. (I4) */
#ifndef CONFIG_REPOSITORY_KUSTOMIZE_PARTS_H
#define CONFIG_REPOSITORY_KUSTOMIZE_PARTS_H

#include "config/repository/kustomize.h"
#include "config/yaml/tree.h"

/* One kustomization that is being built, and the objects so far. */
struct kustomize_step {
	struct kustomizations *k;
	struct kustomize_file *file; /* NULL: what Flux adds to what it builds */
	const struct tree_node *tree;
	struct kustomize_set *set;
};

/* The list below a key; NULL when it has none. */
const struct tree_node *kustomize_list(const struct tree_node *tree, const char *key);

/* The file below the folder that a kustomization names; NULL: none, or it leads out. */
struct kustomize_file *kustomize_named_file(const struct kustomize_step *step,
					    const struct tree_node *name);

/* Ends the building with an error, once. */
void kustomize_stop(const struct kustomize_step *step, const char *why);

/* Whether one more object may be made or changed: copies add up where many things are done to
 * many objects. */
bool kustomize_goes_on(const struct kustomize_step *step);

/* What is wrong with a kustomization, once, however many roots have it in them; NULL: it is
 * told already. */
struct finding *kustomize_report(const struct kustomize_step *step, struct pos pos,
				 const char *path, const char *message, const char *hint);

/* Notes what is not computed: it is named once for each root. */
void kustomize_leave_out(const struct kustomize_step *step, struct pos pos, const char *what,
			 const char *why);

/* ---- which objects (kustomize_targets.c) ---- */

/* A text that is an anchored regular expression. */
struct kustomize_pattern {
	const char *text;    /* NULL or "": anything */
	struct regex *regex; /* NULL: it matches no other text */
};

struct kustomize_target {
	const struct tree_node *tree;
	struct arena *arena;
	struct kustomize_pattern kind, name, namespace;
};

/* Takes a target of a patch or a replacement apart once for all objects, until
 * kustomize_target_end(); NULL: it names every object. */
void kustomize_target_begin(struct kustomize_target *target, const struct tree_node *tree,
			    struct arena *arena);
void kustomize_target_end(struct kustomize_target *target);

/* True when the target names the object, by its name or by the one that it had first. */
bool kustomize_target_is(const struct kustomize_target *target,
			 const struct kustomize_object *of);

/* Reports a target by name that no object is: kustomize then does nothing, without a word. */
void kustomize_report_idle(const struct kustomize_step *step, const struct tree_node *target);

/* True for the target of a patch that is of a kind of PureLB; it may be NULL. */
bool kustomize_names_ours(const struct tree_node *target);

/* True when `source` of a replacement names the object: by whole words, not expressions. */
bool kustomize_is_source(const struct tree_node *source, const struct kustomize_object *object);

/* True when a merge patch without a target is for the object: same group, kind and name. */
bool kustomize_is_for(const struct tree_node *patch, const struct kustomize_object *object);

/* ---- what is done to them besides patches (kustomize_change.c, kustomize_replace.c) ---- */

void kustomize_set_namespace(const struct kustomize_step *step);
void kustomize_set_names(const struct kustomize_step *step);
void kustomize_add_labels(const struct kustomize_step *step);
void kustomize_set_replicas(const struct kustomize_step *step);
void kustomize_set_images(const struct kustomize_step *step);
void kustomize_replace(const struct kustomize_step *step);

#endif
