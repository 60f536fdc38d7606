/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema walker: a tree in, a typed struct and findings out.
 *
 * What is said about a single value is in schema_report.c.
 */
#include "config/schema/schema.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/schema/schema_report.h"

enum { BIND_DEPTH_MAX = 64 };
static struct arena *binder_arena(struct binder *b)
{
	return b->sink->arena;
}

const struct schema_field *schema_find(const struct schema *schema, const char *name)
{
	for (uint32_t i = 0; i < schema->count; i++)
		if (strcmp(schema->fields[i].name, name) == 0)
			return &schema->fields[i];
	return NULL;
}

/* ---- values that are not known (I6) ---- */

/* Takes a value that is not known: it satisfies every type, and stays absent. */
static bool schema_take_unknown(struct binder *b, const struct schema_field *f,
				const struct tree_node *n, const struct path *path)
{
	struct unknown_value unknown = { .pos = n->pos, .encrypted = n->encrypted };

	if (!n->unknown || b->unknown == NULL ||
	    (f->templates != NULL && str_in(n->text, f->templates)) ||
	    (b->expands && strstr(n->text, "$(") != NULL))
		return false;
	unknown.path = schema_path_text(path, binder_arena(b));
	unknown.text = n->text != NULL ? arena_strdup(binder_arena(b), n->text) : NULL;
	ARRAY_ADD(binder_arena(b), &b->unknown->list, unknown);
	return !f->keeps_unknown;
}

/* ---- scalars ---- */

static bool bind_string(struct binder *b, const struct tree_node *n, struct str_value *out)
{
	if (n->type != TREE_STRING)
		return false;
	out->s = arena_strdup(binder_arena(b), n->text);
	out->pos = n->pos;
	return true;
}

/* A float without a fraction is an integer to the API server: it travels as JSON. */
static bool bind_int(const struct tree_node *n, struct int_value *out)
{
	const double limit = 9007199254740992.0; /* 2^53: beyond it a double is not exact */

	if (n->type == TREE_INT)
		out->v = n->u.integer;
	else if (n->type == TREE_FLOAT && fabs(n->u.real) <= limit &&
		 !(n->u.real < floor(n->u.real)) && !(n->u.real > floor(n->u.real)))
		out->v = (int64_t)n->u.real;
	else
		return false;
	out->set = true;
	out->pos = n->pos;
	return true;
}

static bool bind_bool(const struct tree_node *n, struct bool_value *out)
{
	if (n->type != TREE_BOOL)
		return false;
	*out = (struct bool_value){ .v = n->u.boolean, .set = true, .pos = n->pos };
	return true;
}

/* ---- containers ---- */

struct binding {
	struct binder *binder;
	const struct schema_field *field;
	const struct tree_node *node;
	struct pos key_pos;
	void *base; /* of the struct that has the field */
	const struct path *path;
};

static void bind_map(struct binder *b, const struct schema *schema, const struct tree_node *map,
		     void *base, const struct path *parent);

static void *binding_member(const struct binding *p)
{
	return (char *)p->base + p->field->offset;
}

static void binding_set_section(const struct binding *p, struct section *at)
{
	*at = (struct section){ .set = true, .key = p->key_pos, .pos = p->node->pos };
}

static bool bind_strings(const struct binding *p)
{
	struct str_list *out = binding_member(p);
	const enum field_type item =
		p->field->type == FIELD_DURATIONS ? FIELD_DURATION : FIELD_STRING;

	if (p->node->type != TREE_LIST)
		return false;
	binding_set_section(p, &out->at);
	ARRAY_RESERVE(binder_arena(p->binder), &out->list, p->node->u.list.count);
	for (uint32_t i = 0; i < p->node->u.list.count; i++) {
		const struct tree_node *n = p->node->u.list.items[i];
		struct path path = { p->path, NULL, i, p->path->depth + 1, NULL, NULL };
		struct str_value v = { 0 };

		if (schema_take_unknown(p->binder, p->field, n, &path))
			continue;
		if (!bind_string(p->binder, n, &v)) {
			schema_report_type(p->binder, item, n, &path);
			if (item == FIELD_DURATION)
				break; /* units that are left out are one mistake */
			continue;
		}
		ARRAY_ADD(binder_arena(p->binder), &out->list, v);
		schema_check_string(p->binder, p->field, &v, &path);
	}
	schema_check_items(p->binder, p->field, p->node->u.list.count, p->node->pos, p->path);
	return true;
}

static bool bind_ints(const struct binding *p)
{
	struct int_list *out = binding_member(p);

	if (p->node->type != TREE_LIST)
		return false;
	binding_set_section(p, &out->at);
	for (uint32_t i = 0; i < p->node->u.list.count; i++) {
		const struct tree_node *n = p->node->u.list.items[i];
		struct path path = { p->path, NULL, i, p->path->depth + 1, NULL, NULL };
		struct int_value v = { 0 };

		if (schema_take_unknown(p->binder, p->field, n, &path))
			continue;
		if (!bind_int(n, &v)) {
			schema_report_type(p->binder, FIELD_INT, n, &path);
			continue;
		}
		ARRAY_ADD(binder_arena(p->binder), &out->list, v);
		schema_check_int(p->binder, p->field, &v, &path);
		schema_note_number(p->binder, p->field, &v, &path);
	}
	schema_check_items(p->binder, p->field, p->node->u.list.count, p->node->pos, p->path);
	return true;
}

/* A value of a map: a null is the empty string, as the API server's JSON decoder has it. */
static bool bind_map_value(const struct binding *p, const struct tree_node *n,
			   struct str_value *out)
{
	bool any = p->field->type == FIELD_SCALAR_MAP && schema_is_scalar(n);

	if (n->type != TREE_NULL && !any)
		return bind_string(p->binder, n, out);
	out->s = n->type == TREE_NULL ? "" : arena_strdup(binder_arena(p->binder), n->text);
	out->pos = n->pos;
	return true;
}

static bool bind_labels(const struct binding *p)
{
	struct label_map *out = binding_member(p);

	if (p->node->type != TREE_MAP)
		return false;
	binding_set_section(p, &out->at);
	ARRAY_RESERVE(binder_arena(p->binder), &out->list, p->node->u.map.count);
	for (uint32_t i = 0; i < p->node->u.map.count; i++) {
		const struct tree_entry *e = &p->node->u.map.items[i];
		struct path path = { p->path, e->key, 0, p->path->depth + 1, NULL, NULL };
		struct label label = { 0 };

		if (e->shadowed || e->value->type == TREE_UNREAD)
			continue;
		if (schema_take_unknown(p->binder, p->field, e->value, &path)) {
			const struct str_value key = {
				arena_strdup(binder_arena(p->binder), e->key), e->key_pos
			};

			out->partial = true;
			ARRAY_ADD(binder_arena(p->binder), &out->unknown, key);
			continue;
		}
		if (!bind_map_value(p, e->value, &label.value)) {
			schema_report_type(p->binder, FIELD_STRING, e->value, &path);
			continue;
		}
		label.key.s = arena_strdup(binder_arena(p->binder), e->key);
		label.key.pos = e->key_pos;
		ARRAY_ADD(binder_arena(p->binder), &out->list, label);
		schema_check_string(p->binder, p->field, &label.value, &path);
	}
	return true;
}

/* Names: one, a list of them, or labels. */
static bool bind_names(const struct binding *p)
{
	struct names_value *out = binding_member(p);
	struct schema_field labels = *p->field;
	struct binding below = *p;
	struct str_value one = { 0 };

	if (p->node->type == TREE_LIST)
		return bind_strings(p);
	if (p->node->type == TREE_MAP) {
		labels.type = FIELD_SCALAR_MAP;
		labels.min_bytes = 0; /* of the values of labels */
		labels.offset += offsetof(struct names_value, labels);
		below.field = &labels;
		binding_set_section(p, &out->list.at);
		return bind_labels(&below);
	}
	if (!bind_string(p->binder, p->node, &one))
		return false;
	binding_set_section(p, &out->list.at);
	ARRAY_ADD(binder_arena(p->binder), &out->list.list, one);
	schema_check_string(p->binder, p->field, &one, p->path);
	return true;
}

/* A scalar in place of a mapping, where the schema allows it for one of its fields. */
static bool bind_shorthand(const struct binding *p, const struct schema *schema, void *base)
{
	if (schema->shorthand == NULL ||
	    (p->node->type != TREE_STRING && p->node->type != TREE_LIST))
		return false;

	const struct schema_field *f = schema_find(schema, schema->shorthand);

	if (f->type == FIELD_NAMES) {
		struct binding names = *p;

		names.field = f;
		names.base = base;
		return bind_names(&names);
	}
	if (p->node->type != TREE_STRING)
		return false;

	struct str_value *value = (struct str_value *)(void *)((char *)base + f->offset);

	if (!bind_string(p->binder, p->node, value))
		return false;
	schema_check_string(p->binder, f, value, p->path);
	return true;
}

/* `apiUp:` and `apiUp: true` in place of `apiUp: {}`, where the schema allows it. */
static bool binding_is_empty_mapping(const struct binding *p)
{
	return p->field->null_counts && (p->node->type == TREE_NULL ||
					 (p->node->type == TREE_BOOL && p->node->u.boolean));
}

static bool bind_object(const struct binding *p, const struct schema *schema, void *base)
{
	if (binding_is_empty_mapping(p)) {
		binding_set_section(p, base);
		return true;
	}
	if (bind_shorthand(p, schema, base)) {
		binding_set_section(p, base);
		return true;
	}
	if (p->node->type != TREE_MAP)
		return false;
	binding_set_section(p, base);
	bind_map(p->binder, schema, p->node, base, p->path);
	return true;
}

/* Every list of structs has this shape. */
struct any_list {
	struct section at;
	ARRAY_OF(void) list;
};

static bool bind_objects(const struct binding *p)
{
	struct any_list *out = binding_member(p);
	const struct schema *schema = p->field->schema;

	if (p->field->or_bool > 0 &&
	    bind_bool(p->node, (void *)((char *)p->base + p->field->or_bool)))
		return true;
	if (p->node->type != TREE_LIST)
		return false;
	binding_set_section(p, &out->at);
	array_reserve(binder_arena(p->binder), (void *)&out->list.items, 0, &out->list.capacity,
		      schema->size, p->node->u.list.count);
	schema_check_items(p->binder, p->field, p->node->u.list.count, p->node->pos, p->path);
	for (uint32_t i = 0; i < p->node->u.list.count; i++) {
		const struct tree_node *n = p->node->u.list.items[i];
		struct path path = { p->path, NULL, i, p->path->depth + 1, NULL, NULL };
		struct binding item = { p->binder, p->field, n, n->pos, NULL, &path };
		void *base = array_push(binder_arena(p->binder), (void *)&out->list.items,
					&out->list.count, &out->list.capacity, schema->size);

		/* An item of a wrong type keeps its place, empty, so that paths stay right. */
		if (!bind_object(&item, schema, base)) {
			schema_report_type(p->binder,
					   schema_type_asked(schema, FIELD_OBJECT, n), n,
					   &path);
			binding_set_section(&item, base);
		}
	}
	return true;
}

/* What the structs of a FIELD_NAMED begin with. */
struct named_item {
	struct section at;
	struct str_value name;
};

static bool bind_named(const struct binding *p)
{
	struct any_list *out = binding_member(p);
	const struct schema *schema = p->field->schema;

	if (p->node->type != TREE_MAP)
		return false;
	binding_set_section(p, &out->at);
	array_reserve(binder_arena(p->binder), (void *)&out->list.items, 0, &out->list.capacity,
		      schema->size, p->node->u.map.count);
	ARRAY_FOREACH (const struct tree_entry, e, &p->node->u.map) {
		struct path path = { p->path, e->key, 0, p->path->depth + 1, NULL, NULL };
		struct binding item = {
			p->binder, p->field, e->value, e->key_pos, NULL, &path
		};
		struct named_item *base;

		if (e->shadowed)
			continue;
		base = array_push(binder_arena(p->binder), (void *)&out->list.items,
				  &out->list.count, &out->list.capacity, schema->size);
		base->name.s = arena_strdup(binder_arena(p->binder), e->key);
		base->name.pos = e->key_pos;
		/* A null is an empty entry, but where text can stand for it. */
		if (!bind_object(&item, schema, base) &&
		    (e->value->type != TREE_NULL || schema->shorthand != NULL))
			schema_report_type(p->binder, FIELD_OBJECT, e->value, &path);
	}
	return true;
}

static bool bind_inline(const struct binding *p)
{
	if (p->node->type != TREE_MAP)
		return false;
	if (p->field->offset != NO_OFFSET)
		binding_set_section(p, binding_member(p));
	bind_map(p->binder, p->field->schema, p->node, p->base, p->path);
	return true;
}

static bool bind_checked_string(const struct binding *p)
{
	struct str_value *v = binding_member(p);

	if (!bind_string(p->binder, p->node, v))
		return false;
	schema_check_string(p->binder, p->field, v, p->path);
	return true;
}

static bool bind_scalar(const struct binding *p)
{
	struct str_value *v = binding_member(p);

	if (!schema_is_scalar(p->node) || p->node->type == TREE_NULL)
		return false;
	v->s = arena_strdup(binder_arena(p->binder), p->node->text);
	v->pos = p->node->pos;
	return true;
}

static bool bind_checked_int(const struct binding *p)
{
	struct int_value *v = binding_member(p);

	if (!bind_int(p->node, v))
		return false;
	schema_check_int(p->binder, p->field, v, p->path);
	schema_note_number(p->binder, p->field, v, p->path);
	return true;
}

static bool bind_int_or_string(const struct binding *p)
{
	struct int_or_string *v = binding_member(p);

	return bind_int(p->node, &v->number) || bind_string(p->binder, p->node, &v->text);
}

/* Binds one value; false when its type is wrong. */
static bool bind_value(const struct binding *p)
{
	if (p->field->type != FIELD_IGNORED &&
	    schema_take_unknown(p->binder, p->field, p->node, p->path))
		return true;
	switch (p->field->type) {
	case FIELD_STRING:
	case FIELD_DURATION:
		return bind_checked_string(p);
	case FIELD_SCALAR:
		return bind_scalar(p);
	case FIELD_INT:
		return bind_checked_int(p);
	case FIELD_BOOL:
		return bind_bool(p->node, binding_member(p));
	case FIELD_INT_OR_STRING:
		return bind_int_or_string(p);
	case FIELD_STRINGS:
	case FIELD_DURATIONS:
		return bind_strings(p);
	case FIELD_INTS:
		return bind_ints(p);
	case FIELD_NAMES:
		return bind_names(p);
	case FIELD_STRING_MAP:
	case FIELD_SCALAR_MAP:
		return bind_labels(p);
	case FIELD_OBJECT:
		return bind_object(p, p->field->schema, binding_member(p));
	case FIELD_OBJECTS:
		return bind_objects(p);
	case FIELD_NAMED:
		return bind_named(p);
	case FIELD_INLINE:
		return bind_inline(p);
	case FIELD_PRESENCE:
		binding_set_section(p, binding_member(p));
		return true;
	case FIELD_IGNORED:
		return true;
	}
	return true;
}

/* ---- mappings ---- */

/* A key that no field has, where the schema has a place for such. */
static void bind_other(struct binder *b, const struct schema *schema,
		       const struct tree_entry *e, void *base, const struct path *path)
{
	struct label_map *out = (void *)((char *)base + schema->others);
	struct label label = { .key.pos = e->key_pos };

	if (e->shadowed)
		return;
	if (!bind_string(b, e->value, &label.value)) {
		schema_report_type(b, FIELD_STRING, e->value, path);
		return;
	}
	label.key.s = arena_strdup(binder_arena(b), e->key);
	ARRAY_ADD(binder_arena(b), &out->list, label);
}

static void schema_note_choice(const struct binding *p)
{
	struct key_choice *choice;

	if (!p->field->is_choice)
		return;
	choice = (void *)((char *)p->base + p->field->choice_offset);
	choice->which = p->field->choice;
	choice->given++;
	choice->pos = p->key_pos;
}

/* What SOPS adds to an object that it has encrypted is removed before it is applied. */
static bool schema_is_encryption(const struct tree_entry *e, const struct path *parent)
{
	return parent == NULL && str_equal(e->key, "sops") && e->value->type != TREE_NULL;
}

static void bind_map(struct binder *b, const struct schema *schema, const struct tree_node *map,
		     void *base, const struct path *parent)
{
	unsigned depth = parent != NULL ? parent->depth + 1 : 1;

	if (depth > BIND_DEPTH_MAX)
		return;
	for (uint32_t i = 0; i < map->u.map.count; i++) {
		const struct tree_entry *e = &map->u.map.items[i];
		const struct schema_field *f = schema_find(schema, e->key);
		struct path path = { parent, e->key, 0, depth, schema, map };
		struct binding binding = { b, f, e->value, e->key_pos, base, &path };

		if (f == NULL && schema->others != 0)
			bind_other(b, schema, e, base, &path);
		else if (f == NULL && b->strict && !schema->lenient &&
			 !schema_is_encryption(e, parent))
			schema_unknown_field(b, e, &path);
		if (f == NULL || e->shadowed ||
		    (e->value->type == TREE_NULL && !f->null_counts && !schema->no_nulls) ||
		    (e->value->type == TREE_UNREAD && f->type != FIELD_PRESENCE))
			continue;
		schema_note_choice(&binding);
		schema_note_field(b, f, e->value, &path);
		if (!bind_value(&binding))
			schema_report_type(b, schema_type_asked(f->schema, f->type, e->value),
					   e->value, &path);
	}
	schema_check_required(b, schema, map, parent);
}

void schema_bind(struct binder *binder, const struct schema *schema,
		 const struct tree_node *map, void *base)
{
	bind_map(binder, schema, map, base, NULL);
}
