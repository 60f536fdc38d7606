/* SPDX-License-Identifier: Apache-2.0 */
/* Why a selector matches no node: what checks of several kinds say about it. */
#include "validator/selectors.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/objects/object.h"

enum { VALUES_MAX = 8 }; /* values that a hint lists before it says "and N more" */

struct names {
	ARRAY_OF(const char *) list;
};

static bool any_node_matches(const struct checker *ck, const struct label_selector *selector)
{
	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		if (node->labels_known && selector_matches(selector, &node->labels))
			return true;
	}
	return false;
}

/* The first key of the selector whose requirement no node meets by itself, or NULL. */
static const char *unmet_key(const struct checker *ck, const struct label_selector *selector)
{
	for (uint32_t i = 0; i < selector->match_labels.list.count; i++) {
		struct label_selector one = { .at = selector->at };

		one.match_labels.at = selector->match_labels.at;
		one.match_labels.list.items = &selector->match_labels.list.items[i];
		one.match_labels.list.count = 1;
		if (!any_node_matches(ck, &one))
			return one.match_labels.list.items->key.s;
	}
	for (uint32_t i = 0; i < selector->match_expressions.list.count; i++) {
		struct label_selector one = { .at = selector->at };

		one.match_expressions.at = selector->match_expressions.at;
		one.match_expressions.list.items = &selector->match_expressions.list.items[i];
		one.match_expressions.list.count = 1;
		if (!any_node_matches(ck, &one))
			return one.match_expressions.list.items->key.s;
	}
	return NULL;
}

static bool has_name(const struct names *names, const char *name)
{
	ARRAY_FOREACH (const char *, other, &names->list) {
		if (str_equal(*other, name))
			return true;
	}
	return false;
}

/* The values that the nodes have for a label; no more than a message shows, and one. */
static struct names label_values(struct checker *ck, const char *key)
{
	struct names values = { 0 };

	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		const char *value = label_map_text(&node->labels, key);

		if (values.list.count > VALUES_MAX)
			break;
		if (value != NULL && !has_name(&values, value))
			ARRAY_ADD(ck->arena, &values.list, value);
	}
	return values;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts them and drops repeated ones. */
static void unique(struct label_keys *keys)
{
	uint32_t kept = 0;

	if (keys->list.count == 0)
		return;
	qsort(keys->list.items, keys->list.count, sizeof(*keys->list.items), compare_keys);
	for (uint32_t i = 1; i < keys->list.count; i++) {
		if (strcmp(keys->list.items[i], keys->list.items[kept]) != 0)
			keys->list.items[++kept] = keys->list.items[i];
	}
	keys->list.count = kept + 1;
}

/* The distinct label keys of the nodes. */
static void collect_keys(struct checker *ck, struct label_keys *keys)
{
	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		ARRAY_FOREACH (struct label, label, &node->labels.list)
			ARRAY_ADD(ck->arena, &keys->list, label->key.s);
	}
	unique(keys);
}

/* The nearest of the keys, or NULL; nothing is looked for where they are very many. */
static const char *nearest_key(const struct label_keys *keys, const char *key)
{
	enum { SEARCHED_MAX = 1024 };
	struct nearest nearest = { .word = key };

	if (keys->list.count > SEARCHED_MAX)
		return NULL;
	ARRAY_FOREACH (const char *, other, &keys->list)
		nearest_offer(&nearest, *other);
	return nearest.best;
}

void selector_hint_unmet(struct checker *ck, struct finding *f,
			 const struct label_selector *selector, struct label_keys *keys)
{
	const char *key = unmet_key(ck, selector);

	if (key == NULL) {
		finding_hint(ck, f, "no node meets all of its requirements together: drop one");
		return;
	}

	struct names values = label_values(ck, key);

	if (values.list.count > 0) {
		finding_hint(
			ck, f, "the nodes have label %s with the values: %s", key,
			name_list(ck->arena, values.list.items, values.list.count, VALUES_MAX));
		return;
	}

	if (keys->list.count == 0)
		collect_keys(ck, keys);

	const char *near = nearest_key(keys, key);

	if (near != NULL)
		finding_hint(ck, f, "no node has label %s: did you mean %s?", key, near);
	else
		finding_hint(ck, f,
			     "no node has label %s: label the nodes, or select by "
			     "another label",
			     key);
}
