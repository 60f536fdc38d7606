/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) as other programs print it, as the trees of config/yaml/tree.h.
 *
 * All or nothing: what ends early gives no tree, so that half a list is never taken for a whole
 * one. Bounded in depth and number of values. Numbers without fraction that fit are TREE_INT,
 * others TREE_FLOAT; each keeps its text. Of a key that comes twice the last one counts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

struct json {
	const char *at, *end;
	uint32_t line, source, nodes;
	struct arena *arena;
	const char *fault; /* NULL: none so far */
};

static struct tree_node *json_value(struct json *j, unsigned depth);

static void *json_fail(struct json *j, const char *fault)
{
	if (j->fault == NULL)
		j->fault = j->at >= j->end ? "ends in the middle of a value" : fault;
	return NULL;
}

static void json_skip_space(struct json *j)
{
	for (; j->at < j->end &&
	       (*j->at == ' ' || *j->at == '\n' || *j->at == '\t' || *j->at == '\r');
	     j->at++)
		j->line += *j->at == '\n';
}

/* Skips blanks; true, and past it, when `c` is next. */
static bool json_takes(struct json *j, char c)
{
	json_skip_space(j);
	if (j->at >= j->end || *j->at != c)
		return false;
	j->at++;
	return true;
}

static struct tree_node *json_node(struct json *j, enum tree_type type)
{
	struct tree_node *node = arena_zalloc(j->arena, 1, sizeof(*node));

	node->type = type;
	node->pos = (struct pos){ j->source + 1, j->line, 1 };
	if (++j->nodes > EVIDENCE_JSON_NODES_MAX)
		json_fail(j, "has too many values (the limit is 4000000)");
	return node;
}

/* ---- strings ---- */

static bool json_hex4(struct json *j, unsigned *out)
{
	enum { DIGITS = 4, HEX = 16 };
	char digits[DIGITS + 1] = { 0 };
	char *end;

	if (j->end - j->at < DIGITS)
		return false;
	memcpy(digits, j->at, DIGITS);
	*out = (unsigned)strtoul(digits, &end, HEX);
	j->at += DIGITS;
	return end == digits + DIGITS && isxdigit((unsigned char)digits[0]);
}

static size_t json_put_utf8(char *out, unsigned c)
{
	enum { TWO = 0x80, THREE = 0x800, FOUR = 0x10000, LOW = 0x3F };

	if (c < TWO) {
		/* A NUL would end the text. */
		out[0] = c == 0 ? '?' : (char)c;
		return 1;
	}
	if (c < THREE) {
		out[0] = (char)(0xC0U | c >> 6U);
		out[1] = (char)(TWO | (c & LOW));
		return 2;
	}
	if (c < FOUR) {
		out[0] = (char)(0xE0U | c >> 12U);
		out[1] = (char)(TWO | (c >> 6U & LOW));
		out[2] = (char)(TWO | (c & LOW));
		return 3;
	}
	out[0] = (char)(0xF0U | c >> 18U);
	out[1] = (char)(TWO | (c >> 12U & LOW));
	out[2] = (char)(TWO | (c >> 6U & LOW));
	out[3] = (char)(TWO | (c & LOW));
	return 4;
}

/* After "\u": the character, of two halves where it is one of a pair. */
static bool json_unicode(struct json *j, unsigned *out)
{
	enum { HIGH = 0xD800, LOW = 0xDC00, AFTER = 0xE000, BASE = 0x10000 };
	unsigned low;

	if (!json_hex4(j, out))
		return false;
	if (*out < HIGH || *out >= AFTER)
		return true;
	if (*out < LOW && j->end - j->at > 2 && j->at[0] == '\\' && j->at[1] == 'u') {
		j->at += 2;
		if (!json_hex4(j, &low))
			return false;
		if (low >= LOW && low < AFTER) {
			*out = BASE + ((*out - HIGH) << 10U) + (low - LOW);
			return true;
		}
	}
	*out = '?';
	return true;
}

/* The text of a string, after its opening quote; NULL after a fault. */
static const char *json_read_string(struct json *j)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *close = j->at;
	size_t len = 0;
	char *text;

	while (close < j->end && *close != '"' && *close != '\n')
		close += *close == '\\' && close + 1 < j->end ? 2 : 1;
	if (close >= j->end || *close != '"') {
		j->at = close;
		return json_fail(j, "has a string that does not end");
	}
	text = arena_alloc(j->arena, (size_t)(close - j->at) + 1);
	while (j->at < close) {
		unsigned c = (unsigned char)*j->at++;
		const char *escape;

		if (c != '\\') {
			text[len++] = c == 0 ? '?' : (char)c;
			continue;
		}
		c = (unsigned char)*j->at++;
		escape = c == 0 ? NULL : strchr(from, (int)c);
		if (escape != NULL)
			text[len++] = to[escape - from];
		else if (c == 'u' && json_unicode(j, &c))
			len += json_put_utf8(text + len, c);
		else
			return json_fail(j, "has a string with an invalid escape");
	}
	j->at = close + 1;
	text[len] = '\0';
	return text;
}

/* ---- values ---- */

static struct tree_node *json_read_map(struct json *j, unsigned depth)
{
	struct tree_node *map = json_node(j, TREE_MAP);

	if (json_takes(j, '}'))
		return map;
	do {
		struct tree_entry *entry = ARRAY_PUSH(j->arena, &map->u.map);

		if (!json_takes(j, '"'))
			return json_fail(j, "has a member without a name");
		entry->key_pos = (struct pos){ j->source + 1, j->line, 1 };
		entry->key = json_read_string(j);
		if (entry->key == NULL)
			return NULL;
		if (!json_takes(j, ':'))
			return json_fail(j, "has a name without a value");
		entry->value = json_value(j, depth - 1);
		if (entry->value == NULL)
			return NULL;
	} while (json_takes(j, ','));
	return json_takes(j, '}') ? map : json_fail(j, "has an object that does not end");
}

static struct tree_node *json_read_list(struct json *j, unsigned depth)
{
	struct tree_node *list = json_node(j, TREE_LIST);

	if (json_takes(j, ']'))
		return list;
	do {
		const struct tree_node *item = json_value(j, depth - 1);

		if (item == NULL)
			return NULL;
		ARRAY_ADD(j->arena, &list->u.list, item);
	} while (json_takes(j, ','));
	return json_takes(j, ']') ? list : json_fail(j, "has a list that does not end");
}

static struct tree_node *json_read_word(struct json *j)
{
	enum { DECIMAL = 10 };
	const char *start = j->at;
	struct tree_node *node = json_node(j, TREE_NULL);
	char *end;

	while (j->at < j->end && (isalnum((unsigned char)*j->at) || strchr("+-.", *j->at)) &&
	       *j->at != '\0')
		j->at++;
	node->text = arena_strndup(j->arena, start, (size_t)(j->at - start));
	if (str_equal(node->text, "null"))
		return node;
	if (str_equal(node->text, "true") || str_equal(node->text, "false")) {
		node->type = TREE_BOOL;
		node->u.boolean = *start == 't';
		return node;
	}
	node->u.integer = strtoll(node->text, &end, DECIMAL);
	node->type = TREE_INT;
	if (*end == '\0' && end != node->text && isdigit((unsigned char)end[-1]) &&
	    end - node->text < 19)
		return node;
	node->u.real = strtod(node->text, &end);
	node->type = TREE_FLOAT;
	if (*node->text != '\0' && *end == '\0' &&
	    (isdigit((unsigned char)*node->text) || *node->text == '-'))
		return node;
	return json_fail(j, "is not valid JSON");
}

static struct tree_node *json_value(struct json *j, unsigned depth)
{
	struct tree_node *node;

	if (depth == 0)
		return json_fail(j, "is nested too deep (the limit is 64)");
	if (j->fault != NULL)
		return NULL;
	if (json_takes(j, '{'))
		return json_read_map(j, depth);
	if (json_takes(j, '['))
		return json_read_list(j, depth);
	if (!json_takes(j, '"'))
		return json_read_word(j);
	node = json_node(j, TREE_STRING);
	node->text = json_read_string(j);
	return node->text != NULL ? node : NULL;
}

const struct tree_node *evidence_json_parse(const char *data, size_t len, uint32_t source,
					    struct arena *arena, size_t *used,
					    const char **fault, uint32_t *line)
{
	struct json j = { data, data + len, *line, source, 0, arena, NULL };
	const struct tree_node *root;

	*fault = NULL;
	while (j.at < j.end && *j.at != '{' && *j.at != '[') {
		const char *end = memchr(j.at, '\n', (size_t)(j.end - j.at));

		while (j.at < j.end && (*j.at == ' ' || *j.at == '\t'))
			j.at++;
		if (j.at < j.end && (*j.at == '{' || *j.at == '['))
			break;
		j.at = end == NULL ? j.end : end + 1;
		j.line++;
	}
	root = json_value(&j, EVIDENCE_JSON_DEPTH_MAX);
	*fault = j.fault;
	*line = j.line;
	*used = (size_t)(j.at - data);
	return j.fault == NULL ? root : NULL;
}

/* ---- members ---- */

const struct tree_node *json_at(const struct tree_node *map, const char *key)
{
	const struct tree_node *node =
		map != NULL && map->type == TREE_MAP ? tree_get(map, key) : NULL;

	return node != NULL && node->type != TREE_NULL ? node : NULL;
}

static const struct tree_node *json_of_type(const struct tree_node *map, const char *key,
					    enum tree_type type)
{
	const struct tree_node *node = json_at(map, key);

	return node != NULL && node->type == type ? node : NULL;
}

const struct tree_node *json_map(const struct tree_node *map, const char *key)
{
	return json_of_type(map, key, TREE_MAP);
}

const struct tree_node *json_list(const struct tree_node *map, const char *key)
{
	return json_of_type(map, key, TREE_LIST);
}

const char *json_text(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = json_at(map, key);

	return node != NULL && node->type != TREE_MAP && node->type != TREE_LIST ? node->text
										 : NULL;
}

int64_t json_int(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = json_of_type(map, key, TREE_INT);

	return node != NULL && node->u.integer >= 0 ? node->u.integer : -1;
}

bool json_true(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = json_of_type(map, key, TREE_BOOL);

	return node != NULL && node->u.boolean;
}

bool json_ip(const struct tree_node *map, const char *key, struct ip *out)
{
	const char *text = json_text(map, key);

	return text != NULL && ip_parse(text, out);
}

bool json_has(const struct tree_node *list, const char *text)
{
	if (list == NULL || list->type != TREE_LIST)
		return false;
	ARRAY_FOREACH (const struct tree_node *, item, &list->u.list)
		if ((*item)->type == TREE_STRING && str_equal((*item)->text, text))
			return true;
	return false;
}
