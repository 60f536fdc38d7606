/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converted objects as YAML with comments. (I9.2)
 *
 * Block style, two columns for each level, keys in the order they were set. A text is plain
 * only where every decoder takes it for a string; else it is in double quotes, with escapes for
 * what a terminal obeys. Comments come from the input too, so that nothing in one ends its
 * line.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "reports/convert/convert_parts.h"
#include "reports/formats/screen.h"

enum { WRITE_INDENT = 2, WRITE_COMMENT_WIDTH = 78 };

/* ---- scalars ---- */

static bool write_is_plain(const char *s)
{
	static const char *const words[] = { "y",    "n",     "yes",  "no",  "on",  "off",
					     "true", "false", "null", "inf", "nan", NULL };

	if (!isalpha((unsigned char)*s) && *s != '/')
		return false;
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcasecmp(words[i], s) == 0)
			return false;
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			   "-_./")] == '\0';
}

static void write_escaped(FILE *out, const char *s)
{
	const size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		size_t bytes;
		const uint32_t point = screen_point(s + i, len - i, &bytes);

		if (point == '"' || point == '\\')
			fprintf(out, "\\%c", (int)point);
		else if (point == '\n')
			fputs("\\n", out);
		else if (point > 0xFFFF && screen_is_hidden(point))
			fprintf(out, "\\U%08x", (unsigned)point);
		else if (point < 0x20 || screen_is_hidden(point) ||
			 utf8_sequence((const unsigned char *)s + i, len - i) == 0)
			fprintf(out, "\\u%04x", (unsigned)point);
		else
			fwrite(s + i, 1, bytes, out);
		i += bytes;
	}
}

static void write_string(FILE *out, const char *s)
{
	if (write_is_plain(s)) {
		fputs(s, out);
		return;
	}
	fputc('"', out);
	write_escaped(out, s);
	fputc('"', out);
}

static void write_scalar(FILE *out, const struct tree_node *node)
{
	switch (node->type) {
	case TREE_BOOL:
		fputs(node->u.boolean ? "true" : "false", out);
		break;
	case TREE_INT:
		fprintf(out, "%lld", (long long)node->u.integer);
		break;
	case TREE_FLOAT:
		fputs(node->text, out);
		break;
	case TREE_STRING:
		write_string(out, node->text);
		break;
	case TREE_LIST:
		fputs("[]", out);
		break;
	case TREE_MAP:
		fputs("{}", out);
		break;
	case TREE_NULL:
	case TREE_UNREAD:
		fputs("null", out);
		break;
	}
}

/* ---- comments ---- */

/* A line of a comment is as long as fits; its words are not broken. */
static void write_comment(FILE *out, const char *text, unsigned indent)
{
	struct text shown = { 0 };
	const unsigned most = WRITE_COMMENT_WIDTH - indent;
	const char *at;

	screen_add(&shown, text);
	for (at = text_str(&shown); *at != '\0';) {
		size_t len = strcspn(at, "\n");

		for (size_t i = len; len > most && i > 0; i--)
			if ((i <= most || strcspn(at, " ") >= i) && at[i] == ' ') {
				len = i;
				break;
			}
		fprintf(out, "%*s# %.*s\n", (int)indent, "", (int)len, at);
		at += len;
		at += strspn(at, " \n");
	}
	text_release(&shown);
}

/* The comments that a mapping begins with; where its first key is. */
static uint32_t write_first_comments(FILE *out, const struct tree_node *map, unsigned indent)
{
	uint32_t first = 0;

	while (map->type == TREE_MAP && first < map->u.map.count &&
	       convert_is_comment(&map->u.map.items[first]))
		write_comment(out, map->u.map.items[first++].value->text, indent);
	return first;
}

/* ---- values ---- */

static bool write_is_leaf(const struct tree_node *node)
{
	return (node->type != TREE_MAP || node->u.map.count == 0) &&
	       (node->type != TREE_LIST || node->u.list.count == 0);
}

static void write_value(FILE *out, const struct tree_node *node, unsigned indent);

/* The entries of a mapping from `first`; `here`: the cursor is where the first key goes. */
static void write_entries(FILE *out, const struct tree_node *map, uint32_t first,
			  unsigned indent, bool here)
{
	for (uint32_t i = first; i < map->u.map.count; i++) {
		const struct tree_entry *entry = &map->u.map.items[i];

		if (entry->shadowed)
			continue;
		if (convert_is_comment(entry)) {
			write_comment(out, entry->value->text, indent);
			continue;
		}
		fprintf(out, "%*s", here ? 0 : (int)indent, "");
		here = false;
		write_string(out, entry->key);
		fputc(':', out);
		write_value(out, entry->value, indent);
	}
}

static void write_items(FILE *out, const struct tree_node *list, unsigned indent)
{
	for (uint32_t i = 0; i < list->u.list.count; i++) {
		const struct tree_node *item = list->u.list.items[i];
		const uint32_t first = write_first_comments(out, item, indent);

		fprintf(out, "%*s-", (int)indent, "");
		if (item->type == TREE_MAP && !write_is_leaf(item)) {
			fputc(' ', out);
			write_entries(out, item, first, indent + WRITE_INDENT, true);
		} else {
			write_value(out, item, indent);
		}
	}
}

/* What comes after "key:" or "-" of a line that is indented so. */
static void write_value(FILE *out, const struct tree_node *node, unsigned indent)
{
	if (write_is_leaf(node)) {
		fputc(' ', out);
		write_scalar(out, node);
		fputc('\n', out);
		return;
	}
	fputc('\n', out);
	if (node->type == TREE_MAP)
		write_entries(out, node, 0, indent + WRITE_INDENT, false);
	else
		write_items(out, node, indent);
}

void conversion_write(FILE *out, const struct conversion *conversion)
{
	ARRAY_FOREACH (const struct converted, object, &conversion->objects) {
		if (object->dropped)
			continue;
		fputs("---\n", out);
		write_entries(out, object->tree, 0, 0, false);
	}
}
