/* SPDX-License-Identifier: Apache-2.0 */
/* Values to objects: documents, and lists whose items are handed on one by one. */
#include <string.h>

#include "base/text.h"
#include "config/objects/parse_state.h"

/* What is known of an object while its keys come in. */
struct object_state {
	const char *kind;
	const char *api_version;
	bool has_items;
	ARRAY_OF(const struct tree_node *) pending; /* items that do not say their kind */
};

static bool is_list_kind(const char *kind)
{
	return kind == NULL || str_has_suffix(kind, "List");
}

/* What the kind, as far as it is known, says of the value of a top-level key. */
static struct guide object_guide(const struct object_state *state, const struct map_reader *m)
{
	const struct guide skip = { .skip = true };
	const struct guide all = { 0 };

	if (m->key == NULL)
		return skip;
	if (m->merge || state->kind == NULL || state->api_version == NULL)
		return all;

	const struct kind_info *info = kind_find(state->kind, state->api_version);

	if (info != NULL)
		return parse_guide(info->schema, m->key);
	if (strcmp(m->key, "items") == 0 && is_list_kind(state->kind))
		return all;
	/* Of a foreign kind only the identity may matter: it may be a misspelt one of ours. */
	return strcmp(m->key, "metadata") == 0 ? all : skip;
}

static struct tree_node *parse_object(struct parse *p, struct object_state *state,
				      unsigned depth);

static bool says_kind(const struct tree_node *map)
{
	const struct tree_node *kind = tree_get(map, "kind");

	return kind != NULL && kind->type == TREE_STRING;
}

/* Reads one item of a list of objects and hands it on, or keeps it until the list's kind is
 * known. Its memory goes at once when nothing can refer to it. */
static void parse_item(struct parse *p, struct object_state *list, unsigned depth)
{
	struct arena_mark mark = arena_mark(p->scratch);
	uint32_t anchors_before = p->anchor_count;
	uint32_t nodes_before = p->node_count;
	uint32_t first_problem = p->snapshot->problems.count;
	struct object_state state = { 0 };

	if (p->event.type != YAML_MAPPING_START_EVENT) {
		struct tree_node *other = parse_value(p, (struct guide){ 0 }, depth);

		if (!p->failed && other->type == TREE_MAP)
			object_read(p->snapshot, other, NULL, NULL, first_problem);
		else if (!p->failed)
			problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, other->pos, NULL,
				    "an item of a list of objects must be a mapping");
		return;
	}

	struct tree_node *item = parse_object(p, &state, depth);

	if (p->failed)
		return;
	if (!says_kind(item) && !state.has_items) {
		ARRAY_ADD(p->scratch, &list->pending, item);
		return;
	}
	if (!state.has_items)
		object_read(p->snapshot, item, NULL, NULL, first_problem);
	if (p->anchor_count == anchors_before && list->pending.count == 0) {
		arena_reset(p->scratch, mark);
		p->node_count = nodes_before;
	}
}

static void parse_items(struct parse *p, struct object_state *list, unsigned depth)
{
	list->has_items = true;
	while (parse_next(p) && p->event.type != YAML_SEQUENCE_END_EVENT) {
		parse_item(p, list, depth + 1);
		if (p->failed)
			return;
	}
}

/* Hands on the items that left their kind to the list. */
static void deliver_pending(struct parse *p, const struct object_state *list)
{
	const char *kind = NULL;

	if (list->kind != NULL && str_has_suffix(list->kind, "List") &&
	    strcmp(list->kind, "List") != 0)
		kind = arena_strndup(p->scratch, list->kind, strlen(list->kind) - 4);
	for (uint32_t i = 0; i < list->pending.count; i++)
		object_read(p->snapshot, list->pending.items[i], kind, list->api_version,
			    p->snapshot->problems.count);
}

static void note_identity(struct object_state *state, const struct map_reader *m,
			  const struct tree_node *value)
{
	if (m->key == NULL || value->type != TREE_STRING)
		return;
	if (strcmp(m->key, "kind") == 0)
		state->kind = value->text;
	else if (strcmp(m->key, "apiVersion") == 0)
		state->api_version = value->text;
}

/* True when the value of the present key is a list of objects to be handed on one by one. */
static bool is_item_list(const struct parse *p, const struct object_state *state,
			 const struct map_reader *m, unsigned depth)
{
	return m->key != NULL && !m->merge && strcmp(m->key, "items") == 0 &&
	       p->event.type == YAML_SEQUENCE_START_EVENT && is_list_kind(state->kind) &&
	       parse_anchor(p) == NULL && depth < PARSE_DEPTH_MAX;
}

/* Reads the value of one top-level key. */
static void parse_member(struct parse *p, struct object_state *state, struct map_reader *m,
			 unsigned depth)
{
	if (is_item_list(p, state, m, depth)) {
		parse_items(p, state, depth);
		return;
	}

	const struct tree_node *value = parse_value(p, object_guide(state, m), depth);

	parse_map_add(p, m, value);
	if (!p->failed)
		note_identity(state, m, value);
}

/* Reports the items of a list kind when they are something else than a list. */
static void check_items(struct parse *p, struct object_state *state,
			const struct tree_node *map)
{
	const struct tree_node *items = tree_get(map, "items");

	if (state->has_items || state->kind == NULL || !is_list_kind(state->kind) ||
	    items == NULL || items->type == TREE_NULL || items->type == TREE_LIST)
		return;
	problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, items->pos, NULL,
		    "items of a %s must be a list, but this is %s", state->kind,
		    tree_type_name(items->type))
		->diag.hint = "write each object behind a dash of its own";
	state->has_items = true;
}

/* Reads a mapping that is an object or a list of objects. */
static struct tree_node *parse_object(struct parse *p, struct object_state *state,
				      unsigned depth)
{
	struct map_reader m;

	parse_map_begin(p, &m);
	while (parse_map_key(p, &m))
		parse_member(p, state, &m, depth + 1);
	parse_map_end(p, &m);
	if (!p->failed)
		check_items(p, state, m.map);
	if (!p->failed && state->has_items)
		deliver_pending(p, state);
	return m.map;
}

void parse_root(struct parse *p)
{
	uint32_t first_problem = p->snapshot->problems.count;
	struct object_state state = { 0 };

	if (p->event.type == YAML_MAPPING_START_EVENT) {
		p->flow_root = p->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;

		struct tree_node *map = parse_object(p, &state, 1);

		if (!p->failed && !state.has_items)
			object_read(p->snapshot, map, NULL, NULL, first_problem);
		return;
	}

	struct tree_node *other = parse_value(p, (struct guide){ .skip = true }, 1);

	/* What is cut short by something unreadable has that finding and needs no other. */
	if (p->failed || other->type == TREE_NULL || reader_fault_is_final(p->reader.fault))
		return;

	struct problem *problem = problem_add(
		p->snapshot, PROBLEM_SYNTAX, NULL, other->pos, NULL,
		"a document must be a mapping with apiVersion and kind, but this is %s",
		other->type == TREE_UNREAD ? "a list" : tree_type_name(other->type));

	problem->diag.hint = other->type == TREE_UNREAD
				     ? "write the objects as documents of their own, or as a "
				       "`kind: List` with `items`"
				     : "is this a Kubernetes manifest?";
}
