/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that patches and replacements of a kustomization name. */
#ifndef CONFIG_REPOSITORY_KUSTOMIZE_TARGET_H
#define CONFIG_REPOSITORY_KUSTOMIZE_TARGET_H

#include "config/yaml/tree.h"

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

/* Takes the target apart once for all objects; NULL: it names nothing. */
void kustomize_target_begin(struct kustomize_target *target, const struct tree_node *tree,
			    struct arena *arena);

/* True when the target names the object, by its name or by the one that it had first. */
bool kustomize_target_is(const struct kustomize_target *target, const struct tree_node *object,
			 const char *first_name);

void kustomize_target_end(struct kustomize_target *target);

#endif
