/* SPDX-License-Identifier: Apache-2.0 */
/* Events to values: scalars, lists, mappings, anchors and aliases, within bounds. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/objects/parse.h"

#define TOO_DEEP      "nested deeper than 100 levels"
#define TOO_DEEP_HINT "check for an extra bracket; no Kubernetes object nests this deeply"

static const struct guide build_all = { 0 };

/* ---- events and places ---- */

struct pos parse_pos(const struct parse *p)
{
	if (p->inside != NULL && !p->inside->literal)
		return p->inside->pos;
	return (struct pos){
		.source = p->source,
		.line = (uint32_t)p->event.start_mark.line + p->first_line,
		.column = (uint32_t)p->event.start_mark.column + 1 +
			  (p->inside != NULL ? p->inside->indent : 0),
	};
}

/* Moves to the next event; false when the parser failed. */
bool parse_next(struct parse *p)
{
	if (p->have_event)
		yaml_event_delete(&p->event);
	p->have_event = false;
	p->reader.pending_bytes = 0;
	if (p->failed || yaml_parser_parse(&p->parser, &p->event) == 0) {
		p->failed = true;
		return false;
	}
	p->have_event = true;
	return true;
}

/* Reports a fault that ends this parser's text, and ends it. */
static void parse_give_up(struct parse *p, struct pos pos, const char *message,
			  const char *hint)
{
	struct finding *problem =
		problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, pos, NULL, "%s", message);

	problem->hint = hint;
	p->failed = true;
	p->gave_up = true;
	p->fail_line = pos.line;
}

static bool parse_is_collection(const struct parse *p)
{
	return p->event.type == YAML_SEQUENCE_START_EVENT ||
	       p->event.type == YAML_MAPPING_START_EVENT;
}

const char *parse_anchor(const struct parse *p)
{
	const yaml_char_t *anchor = NULL;

	if (p->event.type == YAML_SCALAR_EVENT)
		anchor = p->event.data.scalar.anchor;
	else if (p->event.type == YAML_SEQUENCE_START_EVENT)
		anchor = p->event.data.sequence_start.anchor;
	else if (p->event.type == YAML_MAPPING_START_EVENT)
		anchor = p->event.data.mapping_start.anchor;
	return (const char *)anchor;
}

/* ---- nodes and anchors ---- */

static struct tree_node *parse_node_new(struct parse *p, enum tree_type type)
{
	struct tree_node *node = arena_zalloc(p->scratch, 1, sizeof(*node));

	node->type = type;
	node->weight = 1;
	node->pos = parse_pos(p);
	if (++p->node_count > PARSE_NODES_MAX && !p->failed)
		parse_give_up(p, node->pos, "the document has more than 4,000,000 values",
			      "split it into several documents");
	return node;
}

static void parse_set_anchor(struct parse *p, const char *name, struct tree_node *node)
{
	struct anchor *a = NULL;

	HASH_FIND_STR(p->anchors, name, a);
	if (a == NULL) {
		a = mem_alloc(sizeof(*a));
		a->name = arena_strdup(p->scratch, name);
		HASH_ADD_KEYPTR(hh, p->anchors, a->name, strlen(a->name), a);
	}
	a->node = node;
	p->anchor_count++;
}

/* The node that an alias stands for; a null where there is none. */
static struct tree_node *parse_alias(struct parse *p)
{
	const char *name = (const char *)p->event.data.alias.anchor;
	struct anchor *a = NULL;

	HASH_FIND_STR(p->anchors, name, a);
	if (a != NULL && !a->node->open) {
		p->aliased_count += a->node->weight;
		if (p->aliased_count > PARSE_ALIASED_MAX && !p->failed)
			parse_give_up(p, parse_pos(p),
				      "the aliases of this document expand to more than "
				      "200,000 values",
				      "use fewer or smaller aliases");
		return a->node;
	}

	struct finding *problem =
		problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, parse_pos(p), NULL,
			    a == NULL ? "alias *%s has no anchor &%s before it in this document"
				      : "alias *%s is inside its own anchor &%s",
			    name, name);

	problem->hint = a == NULL ? "define the anchor before its first use, in the same "
				    "document"
				  : "move the alias out of the value it refers to";
	return parse_node_new(p, TREE_NULL);
}

/* Adds a child's weight; gives up when aliases make the object explode. */
static void parse_add_weight(struct parse *p, struct tree_node *node,
			     const struct tree_node *child)
{
	uint64_t sum = (uint64_t)node->weight + child->weight;

	node->weight = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
	if (node->weight > PARSE_WEIGHT_MAX && !p->failed)
		parse_give_up(p, node->pos, "this expands to more than 1,000,000 values",
			      "use fewer or smaller aliases");
}

/* ---- scalars ---- */

/* Puts values in for variables, and marks what is not known. A tag of an application, such as
 * `!vault`, makes the value what that application knows. */
static void parse_placeholder(struct parse *p, struct tree_node *node, const char *tag)
{
	const char *written = node->text;
	const enum placeholder found = placeholder_read(node->text, p->snapshot->substitutions,
							p->scratch, &node->text);

	if (found == PLACEHOLDER_REPLACED)
		snapshot_note_filled(p->snapshot, p->snapshot->substitutions, written,
				     node->pos);
	node->encrypted = found == PLACEHOLDER_ENCRYPTED;
	node->unknown = node->encrypted || found == PLACEHOLDER_UNKNOWN ||
			(tag != NULL && tag[0] == '!' && tag[1] != '\0');
}

static struct tree_node *parse_scalar(struct parse *p)
{
	struct tree_node *node = parse_node_new(p, TREE_STRING);
	const char *text = (const char *)p->event.data.scalar.value;
	const char *tag = (const char *)p->event.data.scalar.tag;
	size_t len = p->event.data.scalar.length;

	if (strlen(text) < len)
		problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, node->pos, NULL,
			    "the value contains a NUL character, which ends it");
	node->text = arena_strndup(p->scratch, text, len);
	parse_placeholder(p, node, tag);
	if (tag != NULL)
		scalar_resolve_tagged(node, tag, node->text);
	else if (p->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		scalar_resolve(node, node->text);
	return node;
}

/* ---- skipping ---- */

/* Skips the collection that begins with the present event, up to its end event. What has an
 * anchor is built after all: an alias elsewhere may need it. */
static void parse_skip_collection(struct parse *p, unsigned depth)
{
	unsigned open = 1;

	while (open > 0 && parse_next(p)) {
		if (parse_anchor(p) != NULL && p->event.type != YAML_ALIAS_EVENT)
			parse_value(p, build_all, depth + open);
		else if (parse_is_collection(p))
			open++;
		else if (p->event.type == YAML_SEQUENCE_END_EVENT ||
			 p->event.type == YAML_MAPPING_END_EVENT)
			open--;
		if (depth + open > PARSE_DEPTH_MAX && !p->failed)
			parse_give_up(p, parse_pos(p), TOO_DEEP, TOO_DEEP_HINT);
	}
}

/* ---- lists ---- */

static struct tree_node *parse_list(struct parse *p, struct guide guide, unsigned depth)
{
	struct tree_node *list = parse_node_new(p, TREE_LIST);
	const char *anchor = parse_anchor(p);

	if (anchor != NULL)
		parse_set_anchor(p, anchor, list);
	list->open = true;
	while (parse_next(p) && p->event.type != YAML_SEQUENCE_END_EVENT) {
		struct tree_node *item = parse_value(p, guide, depth);

		if (p->failed)
			break;
		ARRAY_ADD(p->scratch, &list->u.list, item);
		parse_add_weight(p, list, item);
	}
	list->open = false;
	return list;
}

/* ---- mappings ---- */

/* Reports an invalid key, once per document. */
static void parse_bad_key_found(struct parse *p, struct pos pos)
{
	if (p->bad_key)
		return;
	p->bad_key = true;

	struct finding *problem = problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, pos, NULL,
					      "a key must be a scalar, not a "
					      "mapping, a list or nothing");

	problem->hint = "if this is a template ({{ ... }}), render it first: "
			"helm template . | purelbtool validate";
}

/* Reads the present event as a key; NULL when it is not a valid key (then it was skipped). */
static const char *parse_key(struct parse *p, struct pos *pos, bool *merge)
{
	char number[SCALAR_KEY_MAX];

	*pos = parse_pos(p);
	*merge = false;
	if (parse_is_collection(p)) {
		parse_skip_collection(p, 1);
		parse_bad_key_found(p, *pos);
		return NULL;
	}
	if (p->event.type == YAML_SCALAR_EVENT && parse_anchor(p) == NULL &&
	    p->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		*merge = strcmp((const char *)p->event.data.scalar.value, "<<") == 0;

	struct tree_node *node = parse_value(p, build_all, 1);
	const char *text = node != NULL ? scalar_key_text(node, number) : NULL;

	if (text == NULL)
		parse_bad_key_found(p, *pos);
	return text == number ? arena_strdup(p->scratch, number) : text;
}

/* What the schema says of the value of `key`. */
struct guide parse_guide(const struct schema *schema, const char *key)
{
	const struct guide skip = { .skip = true };

	if (schema == NULL)
		return strcmp(key, "kubectl.kubernetes.io/last-applied-configuration") == 0
			       ? skip
			       : build_all;

	const struct schema_field *f = schema_find(schema, key);

	if (f == NULL && schema->others != 0)
		return build_all;
	if (f == NULL || f->type == FIELD_IGNORED || f->type == FIELD_PRESENCE)
		return skip;
	return (struct guide){ .schema = f->schema, .named = f->type == FIELD_NAMED };
}

static void parse_add_entry(struct parse *p, struct tree_node *map, const char *key,
			    struct pos pos, const struct tree_node *value)
{
	struct tree_entry *e = ARRAY_PUSH(p->scratch, &map->u.map);

	e->key = key;
	e->key_pos = pos;
	e->value = value;
}

/* What to do about two entries with one key, without losing what was meant. */
static const char *parse_duplicate_hint(const struct tree_node *first,
					const struct tree_node *second)
{
	if (tree_hash(first) == tree_hash(second))
		return "remove one of them: they are the same";
	if (first->type == TREE_LIST && second->type == TREE_LIST)
		return "write the items of both in one list under one key";
	if (first->type == TREE_MAP && second->type == TREE_MAP)
		return "write the fields of both under one key";
	return "keep the one that is meant";
}

/* Marks and reports the earlier of two entries with one key. */
static void parse_duplicate_key(struct parse *p, struct tree_entry *first,
				const struct tree_entry *second)
{
	struct finding *problem;
	struct related related = { "the first one is here", first->key_pos };

	first->shadowed = true;
	problem = problem_add(p->snapshot, PROBLEM_DUPLICATE_KEY, NULL, second->key_pos, NULL,
			      "duplicate key \"%s\" in one mapping; the last one is used",
			      second->key);
	problem->hint = parse_duplicate_hint(first->value, second->value);
	if (tree_is_read(second->value) && tree_hash(first->value) == tree_hash(second->value))
		finding_fix_remove(&p->snapshot->problems, problem, FIX_REMOVE, second->key);
	ARRAY_ADD(&p->snapshot->arena, &problem->related, related);
}

static int parse_entry_order(const void *a, const void *b)
{
	const struct tree_entry *x = *(const struct tree_entry *const *)a;
	const struct tree_entry *y = *(const struct tree_entry *const *)b;
	int order = strcmp(x->key, y->key);

	return order != 0 ? order : (x > y) - (x < y);
}

static void parse_find_duplicates_sorted(struct parse *p, struct tree_node *map)
{
	uint32_t count = map->u.map.count;
	struct tree_entry **sorted =
		arena_alloc(p->scratch, count * sizeof(struct tree_entry *));

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &map->u.map.items[i];
	qsort(sorted, count, sizeof(*sorted), parse_entry_order);
	for (uint32_t i = 1; i < count; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
			parse_duplicate_key(p, sorted[i - 1], sorted[i]);
}

/* Reports keys that come twice; the last one counts, as for kubectl. */
static void parse_find_duplicates(struct parse *p, struct tree_node *map)
{
	enum { FEW = 16 }; /* so few that comparing all pairs beats sorting */

	if (map->u.map.count > FEW) {
		parse_find_duplicates_sorted(p, map);
		return;
	}
	for (uint32_t i = 1; i < map->u.map.count; i++) {
		for (uint32_t k = i; k > 0; k--) {
			if (strcmp(map->u.map.items[k - 1].key, map->u.map.items[i].key) != 0)
				continue;
			parse_duplicate_key(p, &map->u.map.items[k - 1], &map->u.map.items[i]);
			break;
		}
	}
}

static int parse_key_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * Adds the entries of a merged mapping (`<<`) that the mapping does not have itself. Its own
 * keys are sorted once; of a key that comes twice in what is merged the last one counts.
 */
static void parse_merge_map(struct parse *p, struct tree_node *map,
			    const struct tree_node *from)
{
	const uint32_t own = map->u.map.count;

	if (from->type != TREE_MAP)
		return;
	p->merged_count += (uint64_t)from->u.map.count + own;
	if (p->merged_count > PARSE_MERGED_MAX) {
		parse_give_up(p, map->pos,
			      "the `<<` of this document merge more than 4,000,000 keys",
			      "merge fewer or smaller mappings");
		return;
	}

	const char **keys = arena_alloc(p->scratch, (own + 1) * sizeof(*keys));

	for (uint32_t i = 0; i < own; i++)
		keys[i] = map->u.map.items[i].key;
	array_sort(keys, own, sizeof(*keys), parse_key_order);
	ARRAY_FOREACH (const struct tree_entry, e, &from->u.map) {
		const uint32_t at =
			array_lower_bound(&e->key, keys, own, sizeof(*keys), parse_key_order);

		if (e->shadowed || (at < own && strcmp(keys[at], e->key) == 0))
			continue;
		parse_add_entry(p, map, e->key, e->key_pos, e->value);
		parse_add_weight(p, map, e->value);
	}
}

static void parse_merge_all(struct parse *p, struct tree_node *map,
			    const struct tree_node *value)
{
	if (value->type != TREE_LIST) {
		parse_merge_map(p, map, value);
		return;
	}
	for (uint32_t i = 0; i < value->u.list.count && !p->failed; i++)
		parse_merge_map(p, map, value->u.list.items[i]);
}

void parse_map_begin(struct parse *p, struct map_reader *m)
{
	const char *anchor = parse_anchor(p);

	*m = (struct map_reader){ .map = parse_node_new(p, TREE_MAP) };
	if (anchor != NULL)
		parse_set_anchor(p, anchor, m->map);
	m->map->open = true;
}

bool parse_map_key(struct parse *p, struct map_reader *m)
{
	if (p->failed || !parse_next(p) || p->event.type == YAML_MAPPING_END_EVENT)
		return false;
	m->key = parse_key(p, &m->key_pos, &m->merge);
	return !p->failed && parse_next(p);
}

void parse_map_add(struct parse *p, struct map_reader *m, const struct tree_node *value)
{
	if (p->failed)
		return;
	if (m->merge)
		m->merged = value;
	else if (m->key != NULL)
		parse_add_entry(p, m->map, m->key, m->key_pos, value);
	parse_add_weight(p, m->map, value);
}

void parse_map_end(struct parse *p, struct map_reader *m)
{
	m->map->open = false;
	if (p->failed)
		return;
	parse_find_duplicates(p, m->map);
	if (m->merged != NULL)
		parse_merge_all(p, m->map, m->merged);
}

static struct guide parse_key_guide(const struct map_reader *m, struct guide guide)
{
	if (m->key == NULL)
		return (struct guide){ .skip = true };
	if (m->merge)
		return build_all;
	if (!guide.named)
		return parse_guide(guide.schema, m->key);
	return (struct guide){ .schema = guide.schema };
}

static struct tree_node *parse_map(struct parse *p, struct guide guide, unsigned depth)
{
	struct map_reader m;

	parse_map_begin(p, &m);
	while (parse_map_key(p, &m))
		parse_map_add(p, &m, parse_value(p, parse_key_guide(&m, guide), depth));
	parse_map_end(p, &m);
	return m.map;
}

/* ---- values ---- */

/* A collection that nothing reads: its place only. */
static struct tree_node *parse_unread(struct parse *p, unsigned depth)
{
	struct tree_node *node = parse_node_new(p, TREE_UNREAD);

	parse_skip_collection(p, depth);
	return node;
}

static struct tree_node *parse_collection(struct parse *p, struct guide guide, unsigned depth)
{
	if (parse_anchor(p) != NULL)
		guide = build_all; /* an alias may stand where other fields are read */
	if (guide.skip)
		return parse_unread(p, depth);
	if (depth > PARSE_DEPTH_MAX)
		parse_give_up(p, parse_pos(p), TOO_DEEP, TOO_DEEP_HINT);
	if (p->event.type == YAML_MAPPING_START_EVENT)
		return parse_map(p, guide, depth + 1);
	return parse_list(p, guide, depth + 1);
}

/* Builds the value that begins with the present event; never NULL, but p->failed may be set. */
struct tree_node *parse_value(struct parse *p, struct guide guide, unsigned depth)
{
	if (p->event.type == YAML_ALIAS_EVENT)
		return parse_alias(p);
	if (p->event.type != YAML_SCALAR_EVENT)
		return parse_collection(p, guide, depth);

	struct tree_node *node = parse_scalar(p);
	const char *anchor = parse_anchor(p);

	if (anchor != NULL)
		parse_set_anchor(p, anchor, node);
	return node;
}
