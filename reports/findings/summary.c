/* SPDX-License-Identifier: Apache-2.0 */
/* What a validation read and what it could not check, in words. */
#include "reports/findings/summary.h"

#include <string.h>

#include "reports/findings/needs.h"
#include "reports/formats/screen.h"

enum { RUN_MIN = 3 }; /* so many codes in a row become "CV001-CV003" */

/* "3 ServiceGroups" */
static void add_kind(struct text *t, const char *separator, const char *kind, uint32_t count)
{
	size_t len = strlen(kind);

	text_add(t, separator);
	text_printf(t, "%u ", (unsigned)count);
	if (count == 1)
		text_add(t, kind);
	else if (kind[len - 1] == 'y')
		text_printf(t, "%.*sies", (int)len - 1, kind);
	else
		text_printf(t, "%ss", kind);
}

static void add_sources(struct text *t, const struct sources *sources)
{
	const struct source *first = NULL;
	uint32_t count = 0;

	ARRAY_FOREACH (const struct source, source, &sources->list) {
		if (source->aside)
			continue;
		first = first != NULL ? first : source;
		count++;
	}
	if (count == 1) {
		text_add(t, " from ");
		screen_add(t, first->name);
	} else if (count > 1) {
		text_printf(t, " from %u files", (unsigned)count);
	}
}

void summary_add_read(struct text *t, const struct snapshot *s)
{
	uint32_t counts[KIND_COUNT] = { 0 };
	const char *names[KIND_COUNT] = { 0 };
	const size_t before = t->len;

	ARRAY_FOREACH (struct object *, object, &s->objects) {
		if ((*object)->kind >= KIND_COUNT)
			continue;
		counts[(*object)->kind]++;
		names[(*object)->kind] = (*object)->kind_name;
	}
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		if (counts[kind] > 0)
			add_kind(t, t->len > before ? ", " : "", names[kind], counts[kind]);
	}
	if (t->len == before)
		text_add(t, "nothing that matters here");
	add_sources(t, &s->sources);
	if (s->skipped > 0)
		text_printf(t, "; %u other object%s skipped", (unsigned)s->skipped,
			    s->skipped == 1 ? "" : "s");
}

/* ---- what was not checked ---- */

/* True when check `b` stands right behind `a`: "SG001", "SG002". */
static bool codes_follow(enum check_code a, enum check_code b)
{
	const char *x = check_table[a].code;
	const char *y = check_table[b].code;
	size_t letters = strcspn(x, "0123456789");
	uint64_t m;
	uint64_t n;

	return strncmp(x, y, letters) == 0 && parse_u64(x + letters, 0, UINT32_MAX, &m) &&
	       parse_u64(y + letters, 0, UINT32_MAX, &n) && n == m + 1;
}

/* The skipped checks of one set of needs, as "AG002, CV001-CV005". */
static void add_codes(struct text *t, const enum check_code *codes, uint32_t count)
{
	const char *separator = "";

	for (uint32_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && codes_follow(codes[end - 1], codes[end]);)
			end++;
		if (end - i < RUN_MIN)
			end = i + 1;
		text_printf(t, "%s%s", separator, check_table[codes[i]].code);
		if (end - i > 1)
			text_printf(t, "-%s", check_table[codes[end - 1]].code);
		separator = ", ";
	}
}

/*
 * What most inputs bring along, and what a capture was not allowed to read: checks that lack
 * these are listed by code. All others share one line, so that a new check with a rare need
 * changes no report on an input without it.
 */
enum {
	LISTED_NEEDS = NEED_NODES | NEED_LABELS | NEED_INTERFACES | NEED_LEASES |
		       NEED_SERVICES | NEED_NAMESPACES | NEED_ALL_GROUPS | NEED_ALL_AGENTS |
		       NEED_ALL_BGP,
	RARE_NEEDS = 1 << 30, /* stands for everything else */
};

/* What a skipped check lacks; 0 when it would only say that all is fine. */
static unsigned lacks(const struct skipped_check *s)
{
	if (check_table[s->code].severity == SEVERITY_PASS)
		return 0;
	return (s->needs & ~(unsigned)LISTED_NEEDS) != 0 ? RARE_NEEDS : needs_reduce(s->needs);
}

static void add_need(struct text *t, const struct validation *v, unsigned needs)
{
	enum check_code codes[CHECK_COUNT];
	uint32_t count = 0;

	if (needs == RARE_NEEDS) {
		text_add(t, "without rarer inputs: see \"skipped\" in the output of -o json");
		return;
	}
	for (uint32_t i = 0; i < v->skipped.count && count < CHECK_COUNT; i++) {
		if (lacks(&v->skipped.items[i]) == needs)
			codes[count++] = v->skipped.items[i].code;
	}
	text_add(t, "without ");
	needs_add_names(t, needs, " and ");
	text_add(t, ": ");
	add_codes(t, codes, count);
	text_add(t, "; add ");
	needs_add_advice(t, needs);
}

static bool lacked_before(const struct validation *v, uint32_t end, unsigned needs)
{
	for (uint32_t i = 0; i < end; i++) {
		if (lacks(&v->skipped.items[i]) == needs)
			return true;
	}
	return false;
}

static bool lacks_rare(const struct validation *v)
{
	ARRAY_FOREACH (const struct skipped_check, skipped, &v->skipped)
		if (lacks(skipped) == RARE_NEEDS)
			return true;
	return false;
}

bool summary_add_skipped(struct text *t, const struct validation *v, uint32_t *at)
{
	while (*at < v->skipped.count) {
		const uint32_t i = (*at)++;
		const unsigned needs = lacks(&v->skipped.items[i]);

		if (needs == 0 || needs == RARE_NEEDS || lacked_before(v, i, needs))
			continue;
		add_need(t, v, needs);
		return true;
	}
	if (*at > v->skipped.count || !lacks_rare(v))
		return false;
	(*at)++;
	add_need(t, v, RARE_NEEDS);
	return true;
}

bool summary_add_inferred(struct text *t, const struct validation *v)
{
	bool inferred = false;

	ARRAY_FOREACH (const struct finding, f, &v->findings)
		inferred |= f->inferred;
	if (inferred)
		text_add(t, "rests on a guess about the nodes' subnets or on defaults; a "
			    "NodeInventory or Leases tell for certain");
	return inferred;
}
