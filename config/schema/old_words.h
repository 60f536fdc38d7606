/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of PureLB's v1 API, of MetalLB and of Pods that people write into objects of v2, and
 * where each of them belongs. (I9.1)
 */
#ifndef CONFIG_SCHEMA_OLD_WORDS_H
#define CONFIG_SCHEMA_OLD_WORDS_H

#include "config/yaml/tree.h"

/*
 * What to write in place of the unknown field `key` at `path` ("spec.local.localint"), with its
 * value and those of its neighbors in `map`; in the arena. NULL: the field never had a meaning
 * that is known here.
 */
const char *old_words_hint(const char *path, const char *key, const struct tree_node *map,
			   struct arena *arena);

/* The path of what such a field stands for ("spec.local.v4pools"), or NULL: what is said of
 * that one's absence only follows from the old word. */
const char *old_words_counterpart(const char *path);

/* What a kind of MetalLB is in PureLB, as a hint in the arena; NULL: it is none of its kinds.
 */
const char *old_words_kind(const char *kind, struct arena *arena);

#endif
