/* SPDX-License-Identifier: Apache-2.0 */
/* Patches of kustomize on trees of objects: merging and JSON6902. (I4.1) */
#ifndef CONFIG_REPOSITORY_KUSTOMIZE_PATCH_H
#define CONFIG_REPOSITORY_KUSTOMIZE_PATCH_H

#include "config/yaml/tree.h"

/*
 * The object with the patch merged in. Lists of objects that Kubernetes itself defines are
 * merged by their keys (ports, containers); all else as JSON merge patch does (RFC 7396). NULL:
 * the patch deletes the object.
 */
const struct tree_node *kustomize_merge(struct arena *arena, const struct tree_node *object,
					const struct tree_node *patch);

/*
 * The object after the operations of a JSON patch (RFC 6902). On a mistake *fault is its place
 * and *why a sentence, in the arena, and the object is given as it was before the operation.
 */
const struct tree_node *kustomize_edit(struct arena *arena, const struct tree_node *object,
				       const struct tree_node *operations, struct pos *fault,
				       const char **why);

/* False for the text of a patch that kustomize cannot read: one that begins with a bracket must
 * be JSON. */
bool kustomize_text_is_patch(struct arena *arena, const struct tree_node *text);

#endif
