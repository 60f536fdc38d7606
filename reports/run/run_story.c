/* SPDX-License-Identifier: Apache-2.0 */
/* From entries to lines. */
#include "reports/run/run_story.h"

#include "base/text.h"
#include "reports/model/seconds.h"

enum { NAMED_MAX = 3, CAUSES_MAX = 3 };

/* Entries that are told as one. */
struct group {
	const struct timeline_entry *first, *last;
	uint32_t count;
	uint32_t vips[NAMED_MAX]; /* the first of them */
	uint64_t *seen;           /* bits by VIP */
	sim_ns shortest, longest; /* of outages that ended */
	const char *causes[CAUSES_MAX];
	uint32_t cause_count;
};

struct teller {
	const struct setup *setup;
	struct arena *arena;
	ARRAY_OF(struct group) groups;
	uint32_t open_from; /* groups before this one take no more */
};

/* ---- grouping ---- */

static bool has_vip(const struct group *g, uint32_t vip)
{
	return (g->seen[vip / 64] >> (vip % 64) & 1) != 0;
}

static void add_cause(struct group *g, const char *cause)
{
	for (uint32_t i = 0; i < g->cause_count; i++) {
		if (str_equal(g->causes[i], cause))
			return;
	}
	if (cause != NULL && g->cause_count < CAUSES_MAX)
		g->causes[g->cause_count++] = cause;
}

/* In the order of the addresses. */
static void add_name(struct group *g, uint32_t vip)
{
	uint32_t i = g->count;

	for (; i > 0 && g->vips[i - 1] > vip; i--)
		g->vips[i] = g->vips[i - 1];
	g->vips[i] = vip;
}

static void add_entry(struct group *g, const struct timeline_entry *e)
{
	if (g->count < NAMED_MAX)
		add_name(g, e->vip);
	g->count++;
	g->last = e;
	g->seen[e->vip / 64] |= UINT64_C(1) << (e->vip % 64);
	if (g->count == 1 || e->length < g->shortest)
		g->shortest = e->length;
	if (e->length > g->longest)
		g->longest = e->length;
	add_cause(g, e->cause);
}

static struct group *new_group(struct teller *t, const struct timeline_entry *e)
{
	struct group *g = ARRAY_PUSH(t->arena, &t->groups);

	g->first = e;
	g->last = e;
	return g;
}

static struct group *find_group(struct teller *t, const struct timeline_entry *e)
{
	for (uint32_t i = t->open_from; i < t->groups.count; i++) {
		struct group *g = &t->groups.items[i];

		if (str_equal(g->first->before, e->before) &&
		    str_equal(g->first->after, e->after))
			return g;
	}
	return NULL;
}

static void take(struct teller *t, const struct timeline_entry *e, bool whole)
{
	struct group *g;

	if (e->before == NULL || whole) {
		(void)new_group(t, e);
		t->open_from = t->groups.count;
		return;
	}
	g = find_group(t, e);
	/* What comes a second time is another chapter. */
	if (g != NULL && has_vip(g, e->vip)) {
		t->open_from = t->groups.count;
		g = NULL;
	}
	if (g == NULL) {
		g = new_group(t, e);
		g->seen =
			arena_zalloc(t->arena, t->setup->vips.count / 64 + 1, sizeof(*g->seen));
	}
	add_entry(g, e);
}

/* ---- words ---- */

static const char *vip_text(const struct teller *t, const struct group *g, uint32_t i)
{
	return t->setup->vips.items[g->vips[i]].text;
}

static void add_vips(const struct teller *t, const struct group *g, struct text *text)
{
	if (g->count > NAMED_MAX) {
		text_printf(text, "%u VIPs", g->count);
		return;
	}
	for (uint32_t i = 0; i < g->count; i++) {
		if (i > 0)
			text_add(text, i + 1 < g->count ? ", " : " and ");
		text_add(text, vip_text(t, g, i));
	}
}

static void add_times(const struct group *g, struct text *text)
{
	char first[SECONDS_TEXT_MAX];
	char last[SECONDS_TEXT_MAX];

	if (g->longest > 0) {
		seconds_short(g->shortest, first);
		seconds_short(g->longest, last);
		text_printf(text, str_equal(first, last) ? ", after %s" : ", after %s to %s",
			    first, last);
		return;
	}
	seconds_short(g->first->at, first);
	seconds_short(g->last->at, last);
	if (!str_equal(first, last))
		text_printf(text, ", the last at %s", last);
}

/* Of addresses that come and go the first cause tells of all: only its "ago" changes. */
static const char *cause_of(const struct teller *t, const struct group *g)
{
	if (g->cause_count < 2 || g->longest == 0)
		return g->first->cause;
	return g->cause_count == 2
		       ? arena_printf(t->arena, "%s, or %s", g->causes[0], g->causes[1])
		       : arena_printf(t->arena, "%s, %s, or %s", g->causes[0], g->causes[1],
				      g->causes[2]);
}

static void tell(const struct teller *t, const struct group *g, struct story *out)
{
	struct story_line *line = ARRAY_PUSH(t->arena, &out->list);
	struct text text = { 0 };

	line->at = g->first->at;
	line->text = g->first->what;
	line->cause = g->first->cause;
	if (g->count < 2)
		return;
	text_printf(&text, "%s ", g->first->before);
	add_vips(t, g, &text);
	text_add(&text, g->first->after);
	add_times(g, &text);
	line->text = arena_strdup(t->arena, text_str(&text));
	line->cause = cause_of(t, g);
	text_release(&text);
}

void run_story(struct story *out, const struct setup *setup, const struct run_result *result,
	       bool whole, struct arena *arena)
{
	struct teller t = { .setup = setup, .arena = arena };

	*out = (struct story){ 0 };
	ARRAY_FOREACH (const struct timeline_entry, e, &result->timeline)
		take(&t, e, whole);
	ARRAY_FOREACH (const struct group, g, &t.groups)
		tell(&t, g, out);
}
