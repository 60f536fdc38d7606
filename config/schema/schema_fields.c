/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that a mapping has and its schema does not, and fields that it lacks. Of this
 * program's own files one mistake has one finding, the one that helps (S6.5): a misspelt key is
 * answered with the name that was meant, a misplaced one with its place, any other with those
 * that exist; a required field that is there under such a key is not missing as well.
 */
#include "config/schema/schema_report.h"

#include "base/nearest.h"
#include "base/text.h"
#include "config/schema/old_words.h"

static struct arena *field_arena(struct binder *b)
{
	return b->sink->arena;
}

/* The names of the fields that are choices, or of those that are not: "disable, failOn". */
static const char *schema_field_names(struct binder *b, const struct schema *schema,
				      bool choices)
{
	struct text t = { 0 };

	for (uint32_t i = 0; i < schema->count; i++) {
		if (schema->fields[i].is_choice == choices)
			text_printf(&t, "%s%s", t.len > 0 ? ", " : "", schema->fields[i].name);
	}

	char *copy = arena_strdup(field_arena(b), text_str(&t));

	text_release(&t);
	return copy;
}

/* What stands beside a key is looked at for a hint: not in a mapping that has very many, where
 * each of them may want one. */
static bool schema_has_neighbors(const struct path *path)
{
	enum { NEIGHBORS_MAX = 1000 };

	return path->map->u.map.count <= NEIGHBORS_MAX;
}

static bool schema_nests(const struct schema_field *f)
{
	return f != NULL && (f->type == FIELD_OBJECT || f->type == FIELD_INLINE);
}

/* The mapping beside an unknown key in which it would be known. NULL: none. */
static const struct tree_entry *schema_home(const struct path *path, const char *key)
{
	if (!schema_has_neighbors(path))
		return NULL;
	ARRAY_FOREACH (const struct tree_entry, e, &path->map->u.map) {
		const struct schema_field *f = schema_find(path->schema, e->key);

		if (schema_nests(f) && schema_find(f->schema, key) != NULL)
			return e;
	}
	return NULL;
}

/* Few enough to look at each for each of them. */
static bool schema_has_few_keys(const struct path *path)
{
	enum { KEYS_MAX = 20 };

	return path->map->u.map.count <= KEYS_MAX;
}

/* "`key` and `effect`": all unknown keys that belong into the mapping, with that one. */
static const char *schema_strays(struct binder *b, const struct path *path,
				 const struct tree_entry *home, const char *key)
{
	const char *names = NULL;

	if (!schema_has_few_keys(path))
		return arena_printf(field_arena(b), "`%s`", key);
	ARRAY_FOREACH (const struct tree_entry, e, &path->map->u.map) {
		if (schema_find(path->schema, e->key) != NULL ||
		    schema_home(path, e->key) != home)
			continue;
		names = names == NULL
				? arena_printf(field_arena(b), "`%s`", e->key)
				: arena_printf(field_arena(b), "%s and `%s`", names, e->key);
	}
	return names;
}

/* Whether a key before it belongs into the same mapping: then that is told with it. */
static bool schema_is_told(const struct path *path, const struct tree_entry *entry)
{
	const struct tree_entry *home = schema_home(path, entry->key);

	if (home == NULL || !schema_has_few_keys(path))
		return false;
	ARRAY_FOREACH (const struct tree_entry, e, &path->map->u.map) {
		if (e == entry)
			return false;
		if (schema_find(path->schema, e->key) == NULL &&
		    schema_home(path, e->key) == home)
			return true;
	}
	return false;
}

/* A mapping beside or around the unknown key in which it would be known. NULL: none. */
static const char *schema_misplaced_hint(struct binder *b, const char *key,
					 const struct path *path)
{
	const struct tree_entry *home = schema_home(path, key);

	if (home != NULL)
		return arena_printf(field_arena(b), "move %s into `%s: {...}`",
				    schema_strays(b, path, home, key), home->key);
	if (path->parent != NULL && path->parent->schema != NULL &&
	    schema_find(path->parent->schema, key) != NULL)
		return arena_printf(field_arena(b), "move `%s` out of `%s`, next to it", key,
				    path->parent->name);
	return NULL;
}

/* Whether one of the fields that are choices was given. */
static bool schema_has_choice(const struct path *path)
{
	if (!schema_has_neighbors(path))
		return true;
	ARRAY_FOREACH (const struct tree_entry, e, &path->map->u.map) {
		const struct schema_field *f = schema_find(path->schema, e->key);

		if (f != NULL && f->is_choice)
			return true;
	}
	return false;
}

/* Files that never reach an API server have few enough fields to list. `beside_choice`: what
 * the mapping is about is known, or another key stands for it. */
static void schema_hint_unknown_field(struct binder *b, struct finding *f, const char *key,
				      bool beside_choice, const struct path *path)
{
	const struct schema *schema = path->schema;
	struct nearest near = { .word = key };
	const char *misplaced = b->applied
					? old_words_hint(schema_path_text(path, field_arena(b)),
							 key, path->map, field_arena(b))
					: schema_misplaced_hint(b, key, path);

	for (uint32_t i = 0; i < schema->count; i++)
		nearest_offer(&near, schema->fields[i].name);
	/* A key must not come twice. */
	near.tie |= near.best != NULL &&
		    (!schema_has_neighbors(path) || tree_get(path->map, near.best) != NULL);
	if (misplaced != NULL) {
		f->hint = misplaced;
		return;
	}
	if (finding_suggest(b->sink, f, FIX_KEY, &near))
		return;
	if (b->applied) {
		f->hint = "remove it: the API server rejects it or drops it silently";
		finding_fix_remove(b->sink, f, FIX_REMOVE, key);
		finding_fix_is_unsafe(f);
	} else if (schema->choices == NULL)
		f->hint = arena_printf(field_arena(b), "known fields are %s",
				       schema_field_names(b, schema, false));
	else if (beside_choice)
		f->hint = arena_printf(field_arena(b),
				       "write only `%s` and one %s in each entry of the list",
				       schema_field_names(b, schema, false), schema->choices);
	else
		f->hint = arena_printf(field_arena(b), "write one of %s",
				       schema_field_names(b, schema, true));
}

/* Whether a key that nobody knows may be a misspelt field. */
static bool schema_is_misspelt(const struct path *path, const char *key)
{
	struct nearest near = { .word = key };

	for (uint32_t i = 0; i < path->schema->count; i++)
		nearest_offer(&near, path->schema->fields[i].name);
	return near.best != NULL;
}

/* Whether the key is a field of some choice. */
static bool schema_belongs_to_choice(const struct schema *schema, const char *key)
{
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct schema_field *f = &schema->fields[i];

		if (f->is_choice && schema_nests(f) && schema_find(f->schema, key) != NULL)
			return true;
	}
	return false;
}

/* What a key that nobody knows is where no choice was given. */
enum unknown_key {
	UNKNOWN_CHOICE, /* it stands for the choice: it is misspelt, else the first */
	UNKNOWN_FIELD,
	UNKNOWN_UNTOLD, /* it is about the choice, and cannot be judged before that is known */
};

static enum unknown_key schema_unknown_key(const struct path *path,
					   const struct tree_entry *entry)
{
	const struct tree_entry *first = NULL;
	bool misspelt = false;

	if (!schema_has_few_keys(path))
		return UNKNOWN_CHOICE;
	ARRAY_FOREACH (const struct tree_entry, e, &path->map->u.map) {
		if (schema_find(path->schema, e->key) != NULL)
			continue;
		first = first == NULL ? e : first;
		misspelt |= schema_is_misspelt(path, e->key);
	}
	if (misspelt ? schema_is_misspelt(path, entry->key) : entry == first)
		return UNKNOWN_CHOICE;
	return schema_belongs_to_choice(path->schema, entry->key) ? UNKNOWN_UNTOLD
								  : UNKNOWN_FIELD;
}

void schema_unknown_field(struct binder *b, const struct tree_entry *e, const struct path *path)
{
	const char *whole = b->object != NULL ? "the object" : "the file";
	const char *text = schema_path_text(path, field_arena(b));
	enum unknown_key which = UNKNOWN_FIELD;
	struct finding *p;

	if (path->schema->choices != NULL && !schema_has_choice(path))
		which = schema_unknown_key(path, e);
	if (which == UNKNOWN_UNTOLD || (!b->applied && schema_is_told(path, e)))
		return;
	p = finding_add(
		b->sink, PROBLEM_UNKNOWN_FIELD, (struct place){ b->object, text, e->key_pos },
		"unknown %s \"%s\" in %s",
		which == UNKNOWN_CHOICE ? path->schema->choices : "field", e->key,
		path->parent != NULL ? schema_path_text(path->parent, field_arena(b)) : whole);

	schema_hint_unknown_field(b, p, e->key, which != UNKNOWN_CHOICE, path);
}

static bool schema_has_key(const struct tree_node *map, const char *key)
{
	const struct tree_node *n = tree_get(map, key);

	return n != NULL && n->type != TREE_NULL;
}

static void schema_missing_field(struct binder *b, const struct schema_field *f, struct pos pos,
				 const struct path *path)
{
	struct finding *p = schema_report_rule(b, f, pos, path, "is required but missing");

	p->missing = true;
	p->hint = arena_printf(field_arena(b), "add `%s:` with %s", f->name,
			       schema_type_wanted(f->type));
}

/* Whether the missing field is there under a misspelt name, or in a mapping around its own: the
 * unknown field is reported, and one mistake has one finding. */
static bool schema_is_misnamed(const struct schema_field *f, const struct path *path)
{
	ARRAY_FOREACH (const struct tree_entry, e, &path->map->u.map) {
		struct nearest near = { .word = e->key };

		if (schema_find(path->schema, e->key) != NULL)
			continue;
		for (uint32_t i = 0; i < path->schema->count; i++)
			nearest_offer(&near, path->schema->fields[i].name);
		if (near.best == f->name)
			return true;
	}
	for (const struct path *p = path->parent; p != NULL; p = p->parent)
		if (p->map != NULL && schema_find(p->schema, f->name) == NULL &&
		    schema_has_key(p->map, f->name))
			return true;
	return false;
}

void schema_check_required(struct binder *b, const struct schema *schema,
			   const struct tree_node *map, const struct path *parent)
{
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct schema_field *f = &schema->fields[i];
		struct path path = { parent, f->name, 0, 0, schema, map };

		if (f->required && !schema_has_key(map, f->name) &&
		    (b->applied || !schema_is_misnamed(f, &path)))
			schema_missing_field(b, f, map->pos, &path);
	}
}

bool schema_has_all(const struct schema *schema, const struct tree_node *map)
{
	if (map->type == TREE_UNREAD)
		return false;
	if (map->type == TREE_LIST)
		ARRAY_FOREACH (const struct tree_node *, item, &map->u.list)
			if (!schema_has_all(schema, *item))
				return false;
	if (map->type != TREE_MAP || schema == NULL || schema->others != 0)
		return true;
	ARRAY_FOREACH (const struct tree_entry, entry, &map->u.map) {
		const struct schema_field *field = schema_find(schema, entry->key);

		if (field == NULL)
			return false;
		if (field->type != FIELD_IGNORED && field->type != FIELD_PRESENCE &&
		    !schema_has_all(field->schema, entry->value))
			return false;
	}
	return true;
}
