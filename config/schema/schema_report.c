/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the schema walker has to say about one value: a wrong type, a broken rule of its field,
 * a field that later checks want to know of. The walk itself is in schema.c.
 */
#include "config/schema/schema_report.h"

#include <inttypes.h>
#include <ctype.h>
#include <string.h>

#include "base/duration.h"
#include "base/nearest.h"
#include "base/text.h"

/* A key as a path has it: those with a dot or a slash are in brackets. */
static void path_write_key(const char *key, struct text *out)
{
	static const char words[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-";

	if (out->len > 0 && (key[0] == '\0' || key[strspn(key, words)] != '\0'))
		text_printf(out, "[\"%s\"]", key);
	else
		text_printf(out, "%s%s", out->len > 0 ? "." : "", key);
}

static void path_write(const struct path *p, struct text *out)
{
	if (p == NULL)
		return;
	path_write(p->parent, out);
	if (p->name == NULL)
		text_printf(out, "[%u]", p->index);
	else
		path_write_key(p->name, out);
}

const char *schema_path_of_key(const char *map, const char *key, struct arena *arena)
{
	struct text t = { 0 };
	const char *copy;

	text_add(&t, map);
	path_write_key(key, &t);
	copy = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return copy;
}

const char *schema_path_text(const struct path *p, struct arena *arena)
{
	struct text t = { 0 };

	path_write(p, &t);

	char *copy = arena_strdup(arena, text_str(&t));

	text_release(&t);
	return copy;
}
/* ---- wrong types ---- */

const char *schema_type_wanted(enum field_type type)
{
	static const char *const names[] = {
		[FIELD_STRING] = "a string",
		[FIELD_DURATION] = "a duration",
		[FIELD_SCALAR] = "a value",
		[FIELD_INT] = "a whole number",
		[FIELD_BOOL] = "true or false",
		[FIELD_INT_OR_STRING] = "a whole number or a string",
		[FIELD_STRINGS] = "a list of strings",
		[FIELD_DURATIONS] = "a list of durations",
		[FIELD_INTS] = "a list of whole numbers",
		[FIELD_NAMES] = "a name, a list of names or labels",
		[FIELD_STRING_MAP] = "a mapping of strings",
		[FIELD_SCALAR_MAP] = "a mapping of values",
		[FIELD_OBJECT] = "a mapping",
		[FIELD_OBJECTS] = "a list of mappings",
		[FIELD_NAMED] = "a mapping",
		[FIELD_INLINE] = "a mapping",
		[FIELD_PRESENCE] = "a mapping",
		[FIELD_IGNORED] = "a value",
	};

	return names[type];
}

bool schema_is_scalar(const struct tree_node *n)
{
	return n->type <= TREE_STRING;
}

/* "the number 3": the value as the reader of the message knows it. */
static const char *schema_value_text(struct binder *b, const struct tree_node *n)
{
	if (!schema_is_scalar(n) || n->type == TREE_NULL)
		return tree_type_name(n->type);
	if (n->type == TREE_STRING)
		return arena_printf(b->sink->arena, "the string \"%s\"", n->text);
	if (n->type == TREE_BOOL)
		return arena_printf(b->sink->arena, "the boolean %s, as kubectl reads %s",
				    n->u.boolean ? "true" : "false", n->text);
	return arena_printf(b->sink->arena, "the number %s", n->text);
}

/* Sets the hint of a number that has one unit with which it is as long as the field usually is.
 */
static bool schema_fix_duration(struct binder *b, struct finding *f, const struct path *path,
				const struct tree_node *n)
{
	const struct schema_field *field = path->schema != NULL && path->name != NULL
						   ? schema_find(path->schema, path->name)
						   : NULL;
	int64_t usual = 0;
	const char *unit;

	if (field == NULL || field->standard == NULL || n->type != TREE_INT ||
	    !duration_parse(field->standard, &usual))
		return false;
	unit = duration_fitting_unit(n->text, usual);
	if (unit != NULL)
		finding_set_fix(b->sink, f, FIX_VALUE, n->text,
				arena_printf(b->sink->arena, "%s%s", n->text, unit),
				"add its unit: ", "");
	return unit != NULL;
}

/* Sets the hint of an aggregation that lacks its slash; with one, no IPv4 address could have a
 * length of 33 and above. (P6.7) */
static void schema_fix_slash(struct binder *b, struct finding *f, const struct path *path,
			     const char *text, const char *ending)
{
	const struct path *pool = path->parent;
	uint64_t bits;

	while (pool != NULL && pool->name == NULL)
		pool = pool->parent;
	if (pool != NULL && str_has_prefix(pool->name, "v4") && parse_u64(text, 33, 128, &bits))
		f->hint = "write \"/32\" for a route to each address, or \"default\" for the "
			  "subnet";
	else
		finding_set_fix(b->sink, f, FIX_VALUE, text,
				arena_printf(b->sink->arena, "/%s", text), "write \"", ending);
}

/* Sets the hint of a scalar that only its quotes, or a slash, keep from being right. */
static bool schema_fix_type(struct binder *b, struct finding *f, enum field_type type,
			    const struct path *path, const struct tree_node *n)
{
	const char *name = path->name;
	struct tree_node plain = { 0 };

	if (!schema_is_scalar(n) || n->type == TREE_NULL || n->text == NULL)
		return false;
	if (type == FIELD_STRING && n->type == TREE_INT && str_equal(name, "aggregation"))
		schema_fix_slash(b, f, path, n->text, "\", with the slash");
	else if ((type == FIELD_STRING || type == FIELD_NAMES) && n->type != TREE_STRING)
		finding_set_fix(b->sink, f, FIX_QUOTE, n->text, n->text, "put it in quotes: \"",
				"\"");
	else if (type == FIELD_DURATION)
		return schema_fix_duration(b, f, path, n);
	else if ((type == FIELD_INT || type == FIELD_BOOL) && n->type == TREE_STRING) {
		const char *digits = n->text + strspn(n->text, "+-");

		scalar_resolve(&plain, n->text);
		/* Without quotes 010 is 8, which may not be what was meant. */
		if (plain.type != (type == FIELD_INT ? TREE_INT : TREE_BOOL) ||
		    (digits[0] == '0' && digits[1] != '\0'))
			return false;
		finding_set_fix(b->sink, f, FIX_PLAIN, n->text, n->text, "write ",
				" without quotes");
	} else {
		return false;
	}
	return true;
}

/* The name of the field next to this one that takes a list of the same; NULL: there is none. */
static const char *schema_plural(struct binder *b, const struct path *path)
{
	const char *name =
		path->name != NULL ? arena_printf(b->sink->arena, "%ss", path->name) : NULL;
	const struct schema_field *field =
		name != NULL && path->schema != NULL ? schema_find(path->schema, name) : NULL;

	return field != NULL && field->type == FIELD_OBJECTS ? name : NULL;
}

/* "write {pool: 10.0.0.0/24, subnet: ...}" for a text in place of a mapping with required
 * fields, of which it may be the first; NULL: there are none. */
static const char *schema_mapping_hint(struct binder *b, const struct tree_node *n,
				       const struct path *path)
{
	const struct path *at = path->schema != NULL ? path : path->parent;
	const struct schema_field *field = at != NULL && at->schema != NULL && at->name != NULL
						   ? schema_find(at->schema, at->name)
						   : NULL;
	struct text t = { 0 };
	const char *copy;

	if (field == NULL || field->schema == NULL || n->text == NULL ||
	    strpbrk(n->text, "\n:{}[],#&*!|>'\"%@`") != NULL)
		return NULL;
	for (uint32_t i = 0; i < field->schema->count; i++) {
		const struct schema_field *inner = &field->schema->fields[i];

		if (!inner->required || (t.len == 0 && inner->type != FIELD_STRING))
			continue;
		if (t.len == 0)
			text_printf(&t, "write {%s: %s", inner->name, n->text);
		else
			text_printf(&t, ", %s: ...", inner->name);
	}
	if (t.len == 0)
		return NULL;
	text_add_char(&t, '}');
	copy = arena_strdup(b->sink->arena, text_str(&t));
	text_release(&t);
	return copy;
}

static const char *schema_type_hint(struct binder *b, enum field_type type,
				    const struct tree_node *n, const struct path *path)
{
	const char *mapping = type == FIELD_OBJECT && n->type == TREE_STRING
				      ? schema_mapping_hint(b, n, path)
				      : NULL;
	bool item = type == FIELD_STRINGS || type == FIELD_INTS || type == FIELD_OBJECTS;

	if (type == FIELD_DURATION && (n->type == TREE_INT || n->type == TREE_FLOAT))
		return arena_printf(b->sink->arena, "add its unit: %ss, or %sms", n->text,
				    n->text);
	if (type == FIELD_DURATION)
		return "write it like 500ms, 10s or 1m30s";
	if (type == FIELD_DURATIONS)
		return "write it like [1s, 2s]";
	if (type == FIELD_STRINGS && schema_is_scalar(n) && n->type != TREE_NULL)
		return arena_printf(b->sink->arena, "write a list: [%s]", n->text);
	if (item && n->type == TREE_MAP)
		return "write it as a list: put a dash and a space in front of it";
	if (type == FIELD_OBJECT && n->type == TREE_LIST && schema_plural(b, path) != NULL)
		return arena_printf(b->sink->arena,
				    "write it as %s, or one mapping here, without the dash",
				    schema_plural(b, path));
	if (type == FIELD_OBJECT && n->type == TREE_LIST)
		return "write one mapping here, without the dash";
	if (mapping != NULL)
		return mapping;
	return arena_printf(b->sink->arena, "write %s", schema_type_wanted(type));
}

/* What is asked for in place of `n`: of a scalar what may stand for the whole mapping. */
enum field_type schema_type_asked(const struct schema *schema, enum field_type type,
				  const struct tree_node *n)
{
	if (type != FIELD_OBJECT || schema->shorthand == NULL || !schema_is_scalar(n) ||
	    n->type == TREE_NULL)
		return type;
	return schema_find(schema, schema->shorthand)->type;
}

void schema_report_type(struct binder *b, enum field_type type, const struct tree_node *n,
			const struct path *path)
{
	const char *text = schema_path_text(path, b->sink->arena);
	const struct place place = { b->object, text, n->pos };
	struct finding *p =
		finding_add(b->sink, PROBLEM_WRONG_TYPE, place, "%s must be %s, but this is %s",
			    text, schema_type_wanted(type), schema_value_text(b, n));

	if (schema_fix_type(b, p, type, path, n))
		return;
	p->hint = schema_type_hint(b, type, n, path);
	if ((type == FIELD_STRINGS && schema_is_scalar(n) && n->type != TREE_NULL) ||
	    (type == FIELD_OBJECTS && n->type == TREE_MAP))
		finding_fix_wrap(b->sink, p);
}

/* ---- rules ---- */

struct finding *schema_report_rule(struct binder *b, const struct schema_field *f,
				   struct pos pos, const struct path *path, const char *what)
{
	const char *text = schema_path_text(path, b->sink->arena);
	enum problem_kind kind = f->rule_kind != PROBLEM_NONE ? f->rule_kind : PROBLEM_RULE;

	return finding_add(b->sink, kind, (struct place){ b->object, text, pos }, "%s %s", text,
			   what);
}

static const char *schema_words_text(struct binder *b, const char *const *words)
{
	struct text t = { 0 };

	for (size_t i = 0; words[i] != NULL; i++)
		if (words[i][0] != '\0')
			text_printf(&t, "%s%s", i > 0 ? ", " : "", words[i]);

	char *copy = arena_strdup(b->sink->arena, text_str(&t));

	text_release(&t);
	return copy;
}

static void schema_check_words(struct binder *b, const struct schema_field *f,
			       const struct str_value *v, const struct path *path)
{
	struct nearest near = { .word = v->s };
	const char *words = schema_words_text(b, f->words);
	struct finding *p = schema_report_rule(
		b, f, v->pos, path,
		arena_printf(b->sink->arena, "must be one of %s, but is \"%s\"", words, v->s));

	for (size_t i = 0; f->words[i] != NULL; i++)
		nearest_offer(&near, f->words[i]);
	if (!finding_suggest(b->sink, p, FIX_VALUE, &near))
		p->hint = arena_printf(b->sink->arena, "write one of %s", words);
}

/* A text that breaks a rule. A field with a usual value is given that where there is none, and
 * a missing slash is put before a number that would be right with it. */
static void schema_report_text_rule(struct binder *b, const struct schema_field *f,
				    const struct str_value *v, const struct path *path,
				    const char *why)
{
	const char *slashed = arena_printf(b->sink->arena, "/%s", v->s);
	struct finding *p = schema_report_rule(
		b, f, v->pos, path,
		arena_printf(b->sink->arena, "is \"%s\", which %s", v->s, why));

	p->later = f->rule_is_later;
	p->hint = b->applied ? "correct the value: the API server rejects it"
			     : "correct the value";
	if (v->s[0] == '\0' && f->standard != NULL)
		p->hint = arena_printf(b->sink->arena, "write \"%s\"", f->standard);
	else if (isdigit((unsigned char)v->s[0]) && f->rule(slashed) == NULL)
		schema_fix_slash(b, p, path, v->s, "\"");
}

void schema_check_string(struct binder *b, const struct schema_field *f,
			 const struct str_value *v, const struct path *path)
{
	const char *why = f->rule != NULL ? f->rule(v->s) : NULL;

	if (strlen(v->s) < f->min_bytes)
		schema_report_rule(b, f, v->pos, path, "must not be empty")->hint =
			"write a value";
	else if (f->words != NULL && !str_in(v->s, f->words))
		schema_check_words(b, f, v, path);
	else if (why != NULL)
		schema_report_text_rule(b, f, v, path, why);
}

void schema_check_int(struct binder *b, const struct schema_field *f, const struct int_value *v,
		      const struct path *path)
{
	if (!f->bounded || (v->v >= f->min && v->v <= f->max))
		return;

	const char *bounds =
		f->max == INT64_MAX
			? arena_printf(b->sink->arena, "at least %" PRId64, f->min)
			: arena_printf(b->sink->arena, "between %" PRId64 " and %" PRId64,
				       f->min, f->max);

	schema_report_rule(
		b, f, v->pos, path,
		arena_printf(b->sink->arena, "must be %s, but is %" PRId64, bounds, v->v))
		->hint = arena_printf(b->sink->arena, "write a number %s", bounds);
}

void schema_check_items(struct binder *b, const struct schema_field *f, uint32_t count,
			struct pos pos, const struct path *path)
{
	if (f->max_items > 0 && count > f->max_items)
		schema_report_rule(b, f, pos, path,
				   arena_printf(b->sink->arena,
						"has %u items; at most %u are allowed", count,
						f->max_items))
			->hint =
			arena_printf(b->sink->arena, "remove %u of them", count - f->max_items);
}

/* ---- notes ---- */

static void schema_add_note(struct binder *b, const struct schema_field *f,
			    struct noted_field noted, const struct path *path)
{
	noted.path = schema_path_text(path, b->sink->arena);
	noted.name = f->name;
	ARRAY_ADD(b->sink->arena, &b->noted->list, noted);
}

/* A uint32 that the schema declares as int32 (BG1.3). */
void schema_note_number(struct binder *b, const struct schema_field *f,
			const struct int_value *v, const struct path *path)
{
	const struct noted_field noted = {
		.note = NOTE_BEYOND_INT32,
		.pos = v->pos,
		.number = v->v,
	};

	if (b->noted != NULL && f->bounded && f->max == UINT32_MAX && v->v > INT32_MAX &&
	    v->v <= UINT32_MAX)
		schema_add_note(b, f, noted, path);
}

/* Nothing is asked for: false, 0, an empty text, list or mapping. */
static bool schema_is_neutral_alone(const struct tree_node *n)
{
	switch (n->type) {
	case TREE_BOOL:
		return !n->u.boolean;
	case TREE_INT:
		return n->u.integer == 0;
	case TREE_STRING:
		return n->text[0] == '\0';
	case TREE_LIST:
		return n->u.list.count == 0;
	case TREE_MAP:
		return n->u.map.count == 0;
	case TREE_NULL:
	case TREE_FLOAT:
	case TREE_UNREAD:
		break;
	}
	return false;
}

/* So it is with a mapping that is switched off, or of which no field asks for anything. */
static bool schema_is_neutral(const struct tree_node *n)
{
	const struct tree_node *enabled;

	if (n->type != TREE_MAP)
		return schema_is_neutral_alone(n);
	enabled = tree_get(n, "enabled");
	if (enabled != NULL && enabled->type == TREE_BOOL)
		return !enabled->u.boolean;
	ARRAY_FOREACH (const struct tree_entry, entry, &n->u.map) {
		if (!entry->shadowed && !schema_is_neutral_alone(entry->value))
			return false;
	}
	return true;
}

void schema_note_field(struct binder *b, const struct schema_field *f,
		       const struct tree_node *n, const struct path *path)
{
	const struct noted_field noted = {
		.note = f->note,
		.pos = n->pos,
		.neutral = schema_is_neutral(n),
	};

	if (b->noted != NULL && f->note != NOTE_NONE)
		schema_add_note(b, f, noted, path);
}
