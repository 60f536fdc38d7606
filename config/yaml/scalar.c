/* SPDX-License-Identifier: Apache-2.0 */
/* Types of plain scalars, as Kubernetes' YAML decoder resolves them (YAML 1.1). */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/yaml/tree.h"

/* Kubernetes has no use for longer numbers. */
enum { NUMBER_TEXT_MAX = 64 };
/* The longest of the words below. */
enum { WORD_MAX = 5 };

static const char *const true_words[] = { "y",    "Y",    "yes", "Yes", "YES", "true",
					  "True", "TRUE", "on",  "On",  "ON",  NULL };
static const char *const false_words[] = { "n",     "N",     "no",  "No",  "NO",  "false",
					   "False", "FALSE", "off", "Off", "OFF", NULL };
static const char *const null_words[] = { "", "~", "null", "Null", "NULL", NULL };
static const char *const special_floats[] = { ".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",
					      ".INF",  "+.inf", "+.Inf", "+.INF", "-.inf",
					      "-.Inf", "-.INF", NULL };

static int scalar_digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* All of `s` in one base; false when it has another character, is empty or too large. */
static bool scalar_parse_digits(const char *s, unsigned base, uint64_t *out)
{
	uint64_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		unsigned d = (unsigned)scalar_digit_value(*s);

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

/* The base that a prefix names, as Go's ParseInt with base 0; moves *s past it. */
static unsigned scalar_number_base(const char **s)
{
	const char *p = *s;

	if (p[0] != '0' || p[1] == '\0')
		return 10;
	*s += 2;
	switch (p[1]) {
	case 'x':
	case 'X':
		return 16;
	case 'b':
	case 'B':
		return 2;
	case 'o':
	case 'O':
		return 8;
	default:
		*s -= 1;
		return 8;
	}
}

/* Integer text without underscores. Values beyond int64 become floats, as JSON has them. */
static bool scalar_resolve_integer(struct tree_node *node, const char *s)
{
	bool negative = *s == '-';
	uint64_t v;

	if (*s == '-' || *s == '+')
		s++;

	unsigned base = scalar_number_base(&s);

	if (!scalar_parse_digits(s, base, &v))
		return false;
	if (negative && v > (uint64_t)INT64_MAX + 1)
		return false;
	if (!negative && v > (uint64_t)INT64_MAX) {
		node->type = TREE_FLOAT;
		node->u.real = (double)v;
		return true;
	}
	node->type = TREE_INT;
	node->u.integer = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

static const char *scalar_skip_digits(const char *s)
{
	while (*s >= '0' && *s <= '9')
		s++;
	return s;
}

/* [-+]? ( "." digits | digits [ "." digits? ] ) ( [eE] [-+]? digits )? */
static bool scalar_looks_like_float(const char *s)
{
	if (*s == '-' || *s == '+')
		s++;

	const char *whole = s;

	s = scalar_skip_digits(s);

	bool has_whole = s > whole;

	if (*s == '.') {
		const char *fraction = ++s;

		s = scalar_skip_digits(s);
		if (!has_whole && s == fraction)
			return false;
	} else if (!has_whole) {
		return false;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '-' || *s == '+')
			s++;

		const char *exponent = s;

		s = scalar_skip_digits(s);
		if (s == exponent)
			return false;
	}
	return *s == '\0';
}

static bool scalar_resolve_float(struct tree_node *node, const char *s)
{
	if (!scalar_looks_like_float(s))
		return false;
	node->type = TREE_FLOAT;
	node->u.real = strtod(s, NULL);
	return true;
}

/* Copies without underscores; false when it does not fit. */
static bool scalar_without_underscores(const char *s, char buf[static NUMBER_TEXT_MAX])
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s == '_')
			continue;
		if (n + 1 >= NUMBER_TEXT_MAX)
			return false;
		buf[n++] = *s;
	}
	buf[n] = '\0';
	return true;
}

static bool scalar_resolve_number(struct tree_node *node, const char *text)
{
	char digits[NUMBER_TEXT_MAX];

	if (strchr("+-.0123456789", text[0]) == NULL)
		return false;
	if (strchr("+-.", text[0]) != NULL && str_in(text, special_floats)) {
		node->type = TREE_FLOAT;
		node->u.real = text[1] == 'n' || text[1] == 'N' ? NAN : INFINITY;
		return true;
	}
	if (!scalar_without_underscores(text, digits))
		return false;
	return (text[0] != '.' && scalar_resolve_integer(node, digits)) ||
	       scalar_resolve_float(node, digits);
}

void scalar_resolve(struct tree_node *node, const char *text)
{
	node->type = TREE_STRING;
	/* Most scalars begin with a character that no other type begins with. */
	if (text[0] != '\0' && strchr("~yYnNtTfFoO+-.0123456789", text[0]) == NULL)
		return;
	if (text[0] != '\0' && strchr("+-.0123456789", text[0]) != NULL) {
		scalar_resolve_number(node, text);
		return;
	}
	if (strnlen(text, WORD_MAX + 1) > WORD_MAX)
		return;
	if (str_in(text, null_words)) {
		node->type = TREE_NULL;
		return;
	}

	bool is_true = str_in(text, true_words);

	if (is_true || str_in(text, false_words)) {
		node->type = TREE_BOOL;
		node->u.boolean = is_true;
	}
}

void scalar_resolve_tagged(struct tree_node *node, const char *tag, const char *text)
{
	static const char *const resolved[] = { "tag:yaml.org,2002:int",
						"tag:yaml.org,2002:bool",
						"tag:yaml.org,2002:float",
						"tag:yaml.org,2002:null", NULL };

	node->type = TREE_STRING;
	if (str_in(tag, resolved))
		scalar_resolve(node, text);
}

const char *scalar_key_text(const struct tree_node *node, char buf[static SCALAR_KEY_MAX])
{
	switch (node->type) {
	case TREE_STRING:
		return node->text;
	case TREE_BOOL:
		return node->u.boolean ? "true" : "false";
	case TREE_INT:
		snprintf(buf, SCALAR_KEY_MAX, "%" PRId64, node->u.integer);
		return buf;
	case TREE_FLOAT:
		snprintf(buf, SCALAR_KEY_MAX, "%.17g", node->u.real);
		return buf;
	case TREE_NULL:
	case TREE_LIST:
	case TREE_MAP:
	case TREE_UNREAD:
		break;
	}
	return NULL;
}

const struct tree_node *tree_get(const struct tree_node *map, const char *key)
{
	if (map == NULL || map->type != TREE_MAP)
		return NULL;
	for (uint32_t i = map->u.map.count; i > 0; i--)
		if (strcmp(map->u.map.items[i - 1].key, key) == 0)
			return map->u.map.items[i - 1].value;
	return NULL;
}

const char *tree_type_name(enum tree_type type)
{
	static const char *const names[] = {
		[TREE_NULL] = "nothing",   [TREE_BOOL] = "a boolean",  [TREE_INT] = "a number",
		[TREE_FLOAT] = "a number", [TREE_STRING] = "a string", [TREE_LIST] = "a list",
		[TREE_MAP] = "a mapping",  [TREE_UNREAD] = "a value",
	};

	return names[type];
}
