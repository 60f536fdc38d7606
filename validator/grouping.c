/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Like findings on many nodes are one finding with a count and the list (K6, A3): those of one
 * check whose texts are equal but for the name of the node. And one fault is one finding
 * (A5.4): of two checks that see it, the one that knows more speaks.
 */
#include "validator/grouping.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NAMES_SHOWN = 5, PLACES_SHOWN = 100 };

/* ---- the node that a finding is about ---- */

/* The name in the first `node "NAME"` of a message, in the arena; NULL: none. */
static const char *grouping_node_of(struct arena *arena, const char *message)
{
	static const char mark[] = "node \"";
	const char *at = strstr(message, mark);
	const char *end;

	if (at == NULL)
		return NULL;
	at += strlen(mark);
	end = strchr(at, '"');
	return end != NULL && end > at ? arena_strndup(arena, at, (size_t)(end - at)) : NULL;
}

/* `text` with a star for each place where the name is in quotes. */
static void grouping_add_template(struct text *out, const char *text, const char *name)
{
	const size_t len = strlen(name);

	for (const char *p = text; p != NULL && *p != '\0'; p++) {
		if (*p == '"' && strncmp(p + 1, name, len) == 0 && p[len + 1] == '"') {
			text_add_char(out, '*');
			p += len + 1;
		} else {
			text_add_char(out, *p);
		}
	}
}

/* ---- merging ---- */

struct alike {
	const char *node;
	const char *text; /* message and hint, without the node */
	uint32_t code;
	uint32_t index; /* of the finding */
};

struct alike_list {
	ARRAY_OF(struct alike) list;
};

static int grouping_compare(const void *left, const void *right)
{
	const struct alike *a = left, *b = right;
	int order = (a->code > b->code) - (a->code < b->code);

	if (order == 0)
		order = strcmp(a->text, b->text);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void grouping_collect(struct checker *ck, struct alike_list *out)
{
	struct text template = { 0 };

	for (uint32_t i = 0; i < ck->findings.count; i++) {
		const struct finding *f = &ck->findings.items[i];
		struct alike alike = { .code = f->code, .index = i };

		if (f->severity == SEVERITY_PASS)
			continue;
		alike.node = grouping_node_of(ck->arena, f->message);
		if (alike.node == NULL)
			continue;
		text_clear(&template);
		text_printf(&template, "%d\n", (int)f->severity);
		grouping_add_template(&template, f->message, alike.node);
		text_add_char(&template, '\n');
		grouping_add_template(&template, f->hint, alike.node);
		alike.text = arena_strdup(ck->arena, text_str(&template));
		ARRAY_ADD(ck->arena, &out->list, alike);
	}
	text_release(&template);
}

/* The first of `count` like findings speaks for all; the message of the others becomes NULL. */
static void grouping_merge(struct checker *ck, const struct alike *items, uint32_t count)
{
	struct finding *first = &ck->findings.items[items[0].index];
	const char *names[NAMES_SHOWN];
	const char *last = NULL;
	uint32_t nodes = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct finding *f = &ck->findings.items[items[i].index];

		if (last == NULL || strcmp(last, items[i].node) != 0) {
			if (nodes < NAMES_SHOWN)
				names[nodes] = items[i].node;
			nodes++;
		}
		last = items[i].node;
		if (i > 0 && i < PLACES_SHOWN && f->place.pos.source != 0)
			finding_add_related(&ck->findings, first, f->place.pos,
					    "node \"%s\" is here", items[i].node);
	}
	if (nodes < 2)
		return;
	first->message = arena_printf(ck->arena, "%s (the same on %u of %u nodes: %s)",
				      first->message, nodes, ck->cluster->nodes.count,
				      name_list(ck->arena, names, nodes, NAMES_SHOWN));
	for (uint32_t i = 1; i < count; i++)
		ck->findings.items[items[i].index].message = NULL;
}

void grouping_merge_nodes(struct checker *ck)
{
	struct alike_list all = { 0 };
	uint32_t kept = 0, end;

	grouping_collect(ck, &all);
	if (all.list.count < 2)
		return;
	qsort(all.list.items, all.list.count, sizeof(*all.list.items), grouping_compare);
	for (uint32_t i = 0; i < all.list.count; i = end) {
		const struct alike *first = &all.list.items[i];

		for (end = i + 1; end < all.list.count; end++)
			if (all.list.items[end].code != first->code ||
			    strcmp(all.list.items[end].text, first->text) != 0)
				break;
		if (end - i > 1)
			grouping_merge(ck, first, end - i);
	}
	for (uint32_t i = 0; i < ck->findings.count; i++)
		if (ck->findings.items[i].message != NULL)
			ck->findings.items[kept++] = ck->findings.items[i];
	ck->findings.count = kept;
}

/* ---- one fault, one finding ---- */

static bool grouping_is_echo(const struct finding *f, const struct finding *other)
{
	static const struct {
		enum check_code echo, of;
	} pairs[] = {
		{ CHECK_SG021, CHECK_BG072 },
		{ CHECK_SG022, CHECK_BG080 },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (f->code == (uint32_t)pairs[i].echo && other->code == (uint32_t)pairs[i].of)
			return true;
	return false;
}

static bool grouping_same_place(const struct finding *a, const struct finding *b)
{
	return a->place.pos.source == b->place.pos.source &&
	       a->place.pos.line == b->place.pos.line &&
	       a->place.pos.column == b->place.pos.column && a->place.object == b->place.object;
}

void grouping_drop_echoes(struct finding_sink *findings)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < findings->count; i++) {
		const struct finding f = findings->items[i];
		bool echo = false;

		if (f.code != (uint32_t)CHECK_SG021 && f.code != (uint32_t)CHECK_SG022) {
			findings->items[kept++] = f;
			continue;
		}
		for (uint32_t k = i + 1;
		     k < findings->count && grouping_same_place(&f, &findings->items[k]); k++)
			echo = echo || grouping_is_echo(&f, &findings->items[k]);
		if (!echo)
			findings->items[kept++] = f;
	}
	findings->count = kept;
}
