/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors and the syntax of names, by the rules of Kubernetes' API machinery. */
#include "config/objects/object.h"

#include <string.h>

#include "base/text.h"

enum { NAME_MAX_BYTES = 63, SUBDOMAIN_MAX_BYTES = 253 };

static bool label_is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool label_is_alnum(char c)
{
	return label_is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* A DNS label: lower case letters, digits and inner dashes. */
static bool dns_label_bytes(const char *s, size_t len)
{
	if (len == 0 || !label_is_lower_alnum(s[0]) || !label_is_lower_alnum(s[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!label_is_lower_alnum(s[i]) && s[i] != '-')
			return false;
	return true;
}

static bool dns_subdomain_bytes(const char *s, size_t len)
{
	if (len == 0 || len > SUBDOMAIN_MAX_BYTES)
		return false;
	while (true) {
		const char *dot = memchr(s, '.', len);
		size_t part = dot != NULL ? (size_t)(dot - s) : len;

		if (!dns_label_bytes(s, part))
			return false;
		if (dot == NULL)
			return true;
		s += part + 1;
		len -= part + 1;
	}
}

/* The name part of a key, or a value that is not empty. */
static bool label_name_valid(const char *s, size_t len)
{
	if (len == 0 || len > NAME_MAX_BYTES || !label_is_alnum(s[0]) ||
	    !label_is_alnum(s[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!label_is_alnum(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != '.')
			return false;
	return true;
}

bool dns_label_valid(const char *s)
{
	size_t len = strlen(s);

	return len <= NAME_MAX_BYTES && dns_label_bytes(s, len);
}

bool dns_subdomain_valid(const char *s)
{
	return dns_subdomain_bytes(s, strlen(s));
}

bool label_key_valid(const char *s)
{
	const char *slash = strchr(s, '/');

	if (slash == NULL)
		return label_name_valid(s, strlen(s));
	return dns_subdomain_bytes(s, (size_t)(slash - s)) &&
	       label_name_valid(slash + 1, strlen(slash + 1));
}

bool label_value_valid(const char *s)
{
	return s[0] == '\0' || label_name_valid(s, strlen(s));
}

enum operator_kind { OP_IN, OP_NOT_IN, OP_EXISTS, OP_DOES_NOT_EXIST, OP_UNKNOWN };

static enum operator_kind selector_operator_parse(const char *s)
{
	static const char *const names[] = {
		[OP_IN] = "In",
		[OP_NOT_IN] = "NotIn",
		[OP_EXISTS] = "Exists",
		[OP_DOES_NOT_EXIST] = "DoesNotExist",
	};

	for (int i = 0; i < OP_UNKNOWN; i++)
		if (str_equal(s, names[i]))
			return (enum operator_kind)i;
	return OP_UNKNOWN;
}

/* Where a selector is wrong. */
struct selector_fault {
	struct arena *arena;
	struct pos *pos;
	const char **path;
};

static const char *selector_set_fault(struct selector_fault *f, struct pos pos,
				      const char *path, const char *message)
{
	*f->pos = pos;
	*f->path = path;
	return message;
}

static const char *selector_labels_error(const struct label_map *labels,
					 struct selector_fault *f)
{
	ARRAY_FOREACH (const struct label, label, &labels->list) {
		const char *path = arena_printf(f->arena, "matchLabels.%s", label->key.s);

		if (!label_key_valid(label->key.s))
			return selector_set_fault(
				f, label->key.pos, path,
				arena_printf(f->arena, "\"%s\" is not a valid label key",
					     label->key.s));
		if (!label_value_valid(label->value.s))
			return selector_set_fault(
				f, label->value.pos, path,
				arena_printf(f->arena, "\"%s\" is not a valid label value",
					     label->value.s));
	}
	return NULL;
}

static const char *selector_values_error(const struct match_expression *e, uint32_t index,
					 enum operator_kind op, struct selector_fault *f)
{
	bool wants_values = op == OP_IN || op == OP_NOT_IN;
	const char *path = arena_printf(f->arena, "matchExpressions[%u].values", index);

	if (wants_values && e->values.list.count == 0)
		return selector_set_fault(
			f, e->values.at.set ? e->values.at.pos : e->at.pos, path,
			arena_printf(f->arena, "operator %s needs at least one value",
				     e->operator.s));
	if (!wants_values && e->values.list.count > 0)
		return selector_set_fault(
			f, e->values.at.pos, path,
			arena_printf(f->arena, "operator %s takes no values", e->operator.s));
	for (uint32_t i = 0; i < e->values.list.count; i++) {
		const struct str_value *v = &e->values.list.items[i];

		if (!label_value_valid(v->s))
			return selector_set_fault(
				f, v->pos, arena_printf(f->arena, "%s[%u]", path, i),
				arena_printf(f->arena, "\"%s\" is not a valid label value",
					     v->s));
	}
	return NULL;
}

static const char *selector_expression_error(const struct match_expression *e, uint32_t index,
					     struct selector_fault *f)
{
	struct pos at = e->at.pos;

	if (e->key.s == NULL || !label_key_valid(e->key.s))
		return selector_set_fault(
			f, e->key.s != NULL ? e->key.pos : at,
			arena_printf(f->arena, "matchExpressions[%u].key", index),
			arena_printf(f->arena, "\"%s\" is not a valid label key",
				     e->key.s != NULL ? e->key.s : ""));

	enum operator_kind op = selector_operator_parse(e->operator.s);

	if (op == OP_UNKNOWN)
		return selector_set_fault(f, e->operator.s != NULL ? e->operator.pos : at,
			     arena_printf(f->arena, "matchExpressions[%u].operator", index),
			     arena_printf(f->arena,
					  "\"%s\" is not one of In, NotIn, Exists, DoesNotExist",
					  e->operator.s != NULL ? e->operator.s : ""));
	return selector_values_error(e, index, op, f);
}

const char *selector_error(const struct label_selector *selector, struct arena *arena,
			   struct pos *pos, const char **path)
{
	struct selector_fault f = { arena, pos, path };
	const char *error = selector_labels_error(&selector->match_labels, &f);

	for (uint32_t i = 0; error == NULL && i < selector->match_expressions.list.count; i++)
		error = selector_expression_error(&selector->match_expressions.list.items[i], i,
						  &f);
	return error;
}

bool selector_is_catch_all(const struct label_selector *selector)
{
	return selector->match_labels.list.count == 0 &&
	       selector->match_expressions.list.count == 0;
}

static bool selector_list_has(const struct str_list *values, const char *s)
{
	ARRAY_FOREACH (const struct str_value, v, &values->list) {
		if (strcmp(v->s, s) == 0)
			return true;
	}
	return false;
}

static bool selector_expression_matches(const struct match_expression *e,
					const struct label_map *labels)
{
	const char *value = label_map_text(labels, e->key.s);

	switch (selector_operator_parse(e->operator.s)) {
	case OP_IN:
		return value != NULL && selector_list_has(&e->values, value);
	case OP_NOT_IN:
		return value == NULL || !selector_list_has(&e->values, value);
	case OP_EXISTS:
		return value != NULL;
	case OP_DOES_NOT_EXIST:
		return value == NULL;
	case OP_UNKNOWN:
		break;
	}
	return false;
}

bool selector_matches(const struct label_selector *selector, const struct label_map *labels)
{
	ARRAY_FOREACH (const struct label, want, &selector->match_labels.list) {
		if (!str_equal(label_map_text(labels, want->key.s), want->value.s))
			return false;
	}
	ARRAY_FOREACH (const struct match_expression, e, &selector->match_expressions.list) {
		if (!selector_expression_matches(e, labels))
			return false;
	}
	return true;
}

const struct str_value *label_map_get(const struct label_map *map, const char *key)
{
	/* Backwards: of a key written twice the last one counts, as for kubectl. */
	for (uint32_t i = map->list.count; i > 0; i--) {
		const struct label *label = &map->list.items[i - 1];

		if (strcmp(label->key.s, key) == 0)
			return &label->value;
	}
	return NULL;
}

const char *label_map_text(const struct label_map *map, const char *key)
{
	const struct str_value *value = label_map_get(map, key);

	return value != NULL ? value->s : NULL;
}
