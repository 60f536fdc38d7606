/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timeline of a run as people read it (S6.4): what happens to many VIPs, or to many nodes,
 * becomes one line. Four folds, each coarser than the one before it; whoever prints takes the
 * finest that fits. None leaves anything out: a chapter, from one event to the next, always has
 * a line for everything that followed from it.
 */
#include "reports/run/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "reports/model/report.h"
#include "sim/engine/trace.h"

enum { NAMED_MAX = 3, CAUSES_MAX = 3 };

/* Entries that make one line. */
struct group {
	const struct timeline_entry *first, *last;
	uint32_t count; /* entries */
	bool places;    /* on several interfaces */
	bool shares;    /* several shares of flows */
	bool together;  /* each subject did all of it; `count` is that of one */
	bool merged;    /* another group tells it */
	uint32_t vip_count;
	uint32_t vips[NAMED_MAX]; /* the first of them, by address */
	uint64_t *seen;           /* bits by VIP */
	uint32_t subject_count;   /* nodes, or observers, that it is about */
	const char *subjects[NAMED_MAX];
	uint64_t *seen_nodes;     /* bits by node: those counted */
	sim_ns shortest, longest; /* of outages that ended */
	const char *causes[CAUSES_MAX];
	uint32_t cause_count;
};

struct teller {
	const struct setup *setup;
	struct arena *arena;
	enum story_fold fold;
	ARRAY_OF(struct group) groups;
	uint32_t open_from; /* groups before this one take no more */
	uint32_t recent;    /* the group that took an entry last */
};

/* ---- notes about nodes: what many of a kind become ---- */

struct story_note {
	const char *kind, *words; /* "agents of %s start" */
};

static const struct story_note story_notes[] = {
	{ "agent-crashed", "agents of %s crashed; the kubelet starts them again" },
	{ "agent-evicted", "agents of %s are evicted" },
	{ "agent-failed", "agents of %s end, and start again later" },
	{ "agent-healthy", "agents of %s take part again" },
	{ "agent-killed", "agents of %s were killed" },
	{ "agent-scheduled", "%s get an agent" },
	{ "agent-started", "agents of %s start" },
	{ "agent-stopped", "agents of %s are gone" },
	{ "agent-stopping", "agents of %s begin to stop" },
	{ "agent-unhealthy", "agents of %s name no winner in any election" },
	{ "api-cut", "%s are cut off from the API server" },
	{ "api-healed", "%s reach the API server again" },
	{ "bgp-stopped", "the BGP daemons of %s stop" },
	{ "connection-lost", "agents of %s gave up their connections to the API server" },
	{ "flows-moved", "%s moved flows to other nodes" },
	{ "lease-deleted", "leases of %s are gone" },
	{ "lease-expired", "the first agents drop %s" },
	{ "lease-written", "leases of %s exist" },
	{ "link-down", "interfaces of %s lost their link" },
	{ "link-up", "interfaces of %s have link" },
	{ "node-down", "%s went down" },
	{ "node-up", "%s came up" },
	{ "session-down", "routers dropped %s" },
	{ "session-up", "%s have their BGP sessions" },
};

/* Of one node, several times: where the first of its entries names another party as well. */
static const struct story_note story_ones[] = {
	{ "lease-expired", "the first agents drop %s" },
	{ "session-down", "routers dropped %s" },
	{ "session-up", "%s has its BGP sessions" },
};

static const char *story_find_words(const struct story_note *notes, size_t count,
				    const char *kind)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equal(notes[i].kind, kind))
			return notes[i].words;
	}
	return NULL;
}

/* NULL: each of the kind is told for itself. */
static const char *story_many(const char *kind)
{
	return story_find_words(story_notes, ARRAY_LEN(story_notes), kind);
}

/* NULL: the first entry tells it. */
static const char *story_one(const char *kind)
{
	return story_find_words(story_ones, ARRAY_LEN(story_ones), kind);
}

/* What begins a chapter. */
static bool story_is_event(const struct teller *t, const struct timeline_entry *e)
{
	if (e->before != NULL)
		return false;
	return str_equal(e->cause, CAUSE_SCENARIO) ||
	       (t->fold < STORY_BY_EVENT &&
		(str_equal(e->kind, "node-down") || str_equal(e->kind, "node-up")));
}

/* The number of the node with this name; SETUP_NONE: none has it. */
static uint32_t story_find_node(const struct setup *setup, const char *name, size_t length)
{
	uint32_t low = 0;
	uint32_t high = setup->nodes.count; /* sorted by name */

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const char *other = setup->nodes.items[middle].name;
		const int order = strncmp(name, other, length);

		if (order == 0 && other[length] == '\0')
			return middle;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SETUP_NONE;
}

/* The node that a note is about: the last that it names ("... is the first to drop node-a"). */
static uint32_t story_node_of(const struct setup *setup, const char *what)
{
	uint32_t found = SETUP_NONE;

	while (*what != '\0') {
		const size_t length = strcspn(what, " ;,");
		const uint32_t node = story_find_node(setup, what, length);

		if (node != SETUP_NONE)
			found = node;
		what += length;
		what += strspn(what, " ;,");
	}
	return found;
}

/* What observers and clients see: their name comes first. */
static bool story_is_seen(const struct timeline_entry *e)
{
	static const char *const flows[] = { "flows-lost", "flows-kept", "flows-still-lost",
					     NULL };

	return str_has_prefix(e->kind, "outage") || str_in(e->kind, flows);
}

static const char *const story_moved = " moved ";

/* What routers do by themselves: the router's name comes first. */
static bool story_is_of_router(const struct timeline_entry *e)
{
	return str_equal(e->kind, "flows-moved") && strstr(e->what, story_moved) != NULL;
}

/* The same cause, however long ago: "lease of node-a expired 2.1s ago". */
static bool story_same_cause(const char *a, const char *b)
{
	static const char *const number = "0123456789.";
	size_t same = 0;

	if (a == NULL || b == NULL)
		return a == b;
	while (a[same] != '\0' && a[same] == b[same])
		same++;
	if (a[same] == '\0' && b[same] == '\0')
		return true;
	while (same > 0 && strchr(number, a[same - 1]) != NULL)
		same--;
	a += same;
	b += same;
	a += strspn(a, number);
	b += strspn(b, number);
	return str_has_prefix(a, "s ago") && str_equal(a, b);
}

/* What observers and clients do, and several of them: names of theirs may have blanks. */
static const struct {
	const char *one, *many;
} story_verbs[] = {
	{ " does not reach", " do not reach" },
	{ " still does not reach", " still do not reach" },
	{ " reaches", " reach" },
	{ " no longer needs", " no longer need" },
	{ " loses", " lose" },
	{ " still loses", " still lose" },
};

/* " took" of "node-c took". */
static const char *story_verb(const struct timeline_entry *e)
{
	const char *verb = NULL;

	for (size_t i = 0; story_is_seen(e) && i < ARRAY_LEN(story_verbs); i++) {
		const char *found = strstr(e->before, story_verbs[i].one);

		if (found != NULL && (verb == NULL || found < verb))
			verb = found;
	}
	return verb != NULL ? verb : e->before + strcspn(e->before, " ");
}

/* ---- grouping ---- */

static bool story_has_bit(const uint64_t *bits, uint32_t i)
{
	return (bits[i / 64] >> (i % 64) & 1) != 0;
}

/* False: it was set already. */
static bool story_set_bit(uint64_t *bits, uint32_t i)
{
	if (story_has_bit(bits, i))
		return false;
	bits[i / 64] |= UINT64_C(1) << (i % 64);
	return true;
}

static void story_add_cause(struct group *g, const char *cause)
{
	for (uint32_t i = 0; i < g->cause_count && i < CAUSES_MAX; i++) {
		if (story_same_cause(g->causes[i], cause))
			return;
	}
	if (cause == NULL)
		return;
	if (g->cause_count < CAUSES_MAX)
		g->causes[g->cause_count] = cause;
	g->cause_count++;
}

/* In the order of the addresses. */
static void story_add_vip(struct group *g, uint32_t vip)
{
	uint32_t i = g->vip_count;

	if (!story_set_bit(g->seen, vip))
		return;
	if (g->vip_count++ >= NAMED_MAX)
		return;
	for (; i > 0 && g->vips[i - 1] > vip; i--)
		g->vips[i] = g->vips[i - 1];
	g->vips[i] = vip;
}

static void story_add_subject(const struct teller *t, struct group *g, const char *name,
			      size_t length)
{
	const uint32_t node = story_find_node(t->setup, name, length);

	if (node != SETUP_NONE ? !story_set_bit(g->seen_nodes, node) : false)
		return;
	for (uint32_t i = 0; i < g->subject_count && i < NAMED_MAX; i++) {
		if (strncmp(g->subjects[i], name, length) == 0 &&
		    g->subjects[i][length] == '\0')
			return;
	}
	if (g->subject_count < NAMED_MAX)
		g->subjects[g->subject_count] =
			arena_printf(t->arena, "%.*s", (int)length, name);
	g->subject_count++;
}

static void story_add_entry(const struct teller *t, struct group *g,
			    const struct timeline_entry *e)
{
	if (e->before != NULL) {
		story_add_vip(g, e->vip);
		story_add_subject(t, g, e->before, (size_t)(story_verb(e) - e->before));
	} else if (story_is_of_router(e)) {
		story_add_subject(t, g, e->what,
				  (size_t)(strstr(e->what, story_moved) - e->what));
	} else {
		const char *name = t->setup->nodes.items[story_node_of(t->setup, e->what)].name;

		story_add_subject(t, g, name, strlen(name));
	}
	g->count++;
	g->places |= !str_equal(e->after, g->first->after);
	g->shares |= str_equal(e->kind, "flows-lost") &&
		     !str_equal(story_verb(e), story_verb(g->first));
	g->last = e;
	if (g->count == 1 || e->length < g->shortest)
		g->shortest = e->length;
	if (e->length > g->longest)
		g->longest = e->length;
	story_add_cause(g, e->cause);
}

static struct group *story_new_group(struct teller *t, const struct timeline_entry *e)
{
	struct group *g = ARRAY_PUSH(t->arena, &t->groups);

	g->first = e;
	g->last = e;
	return g;
}

/* Both are a loss of flows; the table has the shares. */
static bool story_is_loss(const struct timeline_entry *a, const struct timeline_entry *b)
{
	return str_equal(a->kind, "flows-lost") && str_equal(b->kind, "flows-lost");
}

static bool story_same_subject(const struct timeline_entry *a, const struct timeline_entry *b)
{
	const size_t length = (size_t)(story_verb(a) - a->before);

	return length == (size_t)(story_verb(b) - b->before) &&
	       strncmp(a->before, b->before, length) == 0;
}

static bool story_is_same(const struct teller *t, const struct timeline_entry *a,
			  const struct timeline_entry *b)
{
	if (a->before == NULL || b->before == NULL)
		return a->before == b->before && str_equal(a->kind, b->kind) &&
		       (!str_equal(a->kind, "session-down") ||
			story_same_cause(a->cause, b->cause));
	if (!str_equal(a->after, b->after) &&
	    (t->fold < STORY_BY_EVENT || !str_equal(a->kind, b->kind)))
		return false;
	/* Each has its own cause where there is room for it. What ends an outage is told of
	 * all together. */
	if (t->fold == STORY_CLOSE && !story_same_cause(a->cause, b->cause) &&
	    !str_equal(a->kind, "outage-ended"))
		return false;
	if (t->fold == STORY_BY_EVENT)
		return story_is_loss(a, b) || str_equal(story_verb(a), story_verb(b));
	return str_equal(a->before, b->before) ||
	       (t->fold == STORY_BY_NODE && story_is_loss(a, b) && story_same_subject(a, b));
}

static bool story_takes(const struct teller *t, uint32_t group, const struct timeline_entry *e)
{
	return group >= t->open_from && group < t->groups.count &&
	       story_is_same(t, t->groups.items[group].first, e);
}

static struct group *story_find_group(struct teller *t, const struct timeline_entry *e)
{
	/* What a node does with all its VIPs comes in a row, and only one group is the same:
	 * except by event, where what two groups would take can have one verb. */
	if (t->fold < STORY_BY_EVENT && story_takes(t, t->recent, e))
		return &t->groups.items[t->recent];
	for (uint32_t i = t->open_from; i < t->groups.count; i++) {
		if (story_takes(t, i, e)) {
			t->recent = i;
			return &t->groups.items[i];
		}
	}
	return NULL;
}

/* Whether it can be one of many in a line. */
static bool story_folds(const struct teller *t, const struct timeline_entry *e)
{
	if (t->fold == STORY_WHOLE || story_is_event(t, e))
		return false;
	if (e->before != NULL)
		return true;
	return t->fold >= STORY_BY_NODE && story_many(e->kind) != NULL &&
	       (story_is_of_router(e) || story_node_of(t->setup, e->what) != SETUP_NONE);
}

static void story_add_entry_of(struct teller *t, const struct timeline_entry *e)
{
	struct group *g;

	if (!story_folds(t, e)) {
		(void)story_new_group(t, e);
		if (t->fold < STORY_BY_NODE || story_is_event(t, e))
			t->open_from = t->groups.count;
		return;
	}
	g = story_find_group(t, e);
	/* What comes a second time is another chapter. */
	if (t->fold < STORY_BY_NODE && g != NULL && story_has_bit(g->seen, e->vip)) {
		t->open_from = t->groups.count;
		g = NULL;
	}
	if (g == NULL) {
		g = story_new_group(t, e);
		t->recent = t->groups.count - 1;
		g->seen =
			arena_zalloc(t->arena, t->setup->vips.count / 64 + 1, sizeof(*g->seen));
		g->seen_nodes = arena_zalloc(t->arena, t->setup->nodes.count / 64 + 1,
					     sizeof(*g->seen_nodes));
	}
	story_add_entry(t, g, e);
}

/* ---- words ---- */

/* "node-a, node-b and node-c", "12 nodes". */
static void story_add_list(struct text *text, const char *const *names, uint32_t count,
			   const char *many)
{
	if (count > NAMED_MAX) {
		text_printf(text, "%u %s", count, many);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		text_printf(text, "%s%s",
			    i == 0          ? ""
			    : i + 1 < count ? ", "
					    : " and ",
			    names[i]);
}

static void story_add_vips(const struct teller *t, const struct group *g, struct text *text)
{
	const char *names[NAMED_MAX] = { NULL };

	for (uint32_t i = 0; i < g->vip_count && i < NAMED_MAX; i++)
		names[i] = t->setup->vips.items[g->vips[i]].text;
	story_add_list(text, names, g->vip_count, "VIPs");
}

static void story_add_subjects(const struct group *g, struct text *text)
{
	story_add_list(text, g->subjects, g->subject_count,
		       str_has_prefix(g->first->kind, "outage") ? "observers"
		       : story_is_seen(g->first)                ? "clients"
		       : story_is_of_router(g->first)           ? "routers"
								: "nodes");
}

/* "client and tor1 do not reach", "3 nodes took". */
static void story_add_before(const struct group *g, struct text *text)
{
	const char *verb = g->shares ? " loses some of the flows to" : story_verb(g->first);

	story_add_subjects(g, text);
	for (size_t i = 0; g->subject_count > 1 && i < ARRAY_LEN(story_verbs); i++) {
		if (str_has_prefix(verb, story_verbs[i].one)) {
			text_add(text, story_verbs[i].many);
			verb += strlen(story_verbs[i].one);
			break;
		}
	}
	text_add(text, verb);
}

static void story_add_times(const struct group *g, struct text *text)
{
	char first[SECONDS_TEXT_MAX];
	char last[SECONDS_TEXT_MAX];

	if (g->longest > 0) {
		seconds_short(g->shortest, first);
		seconds_short(g->longest, last);
		text_printf(text, str_equal(first, last) ? ", after %s" : ", after %s to %s",
			    first, last);
		/* Those that end together are back with the first. */
		if (g->last->at - g->first->at < NS_PER_SEC)
			return;
	}
	seconds_short(g->first->at, first);
	seconds_short(g->last->at, last);
	if (!str_equal(first, last))
		text_printf(text, ", the last at %s", last);
}

/* "lease of node-a expired 2.1s ago, or lease of node-b expired 0.3s ago": not all have the
 * same. */
static const char *story_cause_of(const struct teller *t, const struct group *g)
{
	const char *causes[CAUSES_MAX];

	for (uint32_t i = 0; i < CAUSES_MAX; i++)
		causes[i] =
			g->vip_count > 1 ? outage_words_of_several(g->causes[i]) : g->causes[i];
	if (g->cause_count < 2)
		return causes[0];
	if (g->cause_count == 2)
		return arena_printf(t->arena, "%s, or %s", causes[0], causes[1]);
	return arena_printf(t->arena, "%s, %s, or %s", causes[0], causes[1],
			    g->cause_count == 3 ? causes[2] : "another cause");
}

/* The words have one place for the nodes. */
static void story_add_note(const struct group *g, const char *words, struct text *text)
{
	const char *place = words != NULL ? strstr(words, "%s") : NULL;

	if (place == NULL)
		return;
	text_printf(text, "%.*s", (int)(place - words), words);
	story_add_subjects(g, text);
	text_add(text, place + 2);
}

/* "15 times in all", where that is not what the counts of nodes and addresses say. */
static void story_add_count(const struct group *g, struct text *text)
{
	const bool note = g->first->before == NULL;

	if (g->count <= (note ? g->subject_count : g->vip_count))
		return;
	if (g->together)
		text_printf(text, ", %u times each", g->count);
	else if (note || g->subject_count < 2)
		text_printf(text, ", %u times in all", g->count);
}

/* What several entries become. */
static void story_add_several(const struct teller *t, const struct group *g, struct text *text)
{
	if (g->first->before != NULL) {
		story_add_before(g, text);
		text_add(text, " ");
		story_add_vips(t, g, text);
		if (!g->places)
			text_add(text, g->first->after);
	} else if (g->subject_count > 1 || story_is_of_router(g->first)) {
		story_add_note(g, story_many(g->first->kind), text);
	} else if (story_one(g->first->kind) != NULL) {
		story_add_note(g, story_one(g->first->kind), text);
	} else {
		text_add(text, g->first->what);
	}
	story_add_count(g, text);
	story_add_times(g, text);
}

static void story_add_line(const struct teller *t, const struct group *g, struct story *out)
{
	struct story_line *line = ARRAY_PUSH(t->arena, &out->list);
	struct text text = { 0 };

	line->at = g->first->at;
	line->text = trace_words(t->setup, g->first, t->arena);
	line->cause = g->first->cause;
	if (g->count < 2 && g->subject_count < 2)
		return;
	/* Each time it had another. */
	if (story_is_of_router(g->first))
		line->cause = NULL;
	story_add_several(t, g, &text);
	line->text = arena_strdup(t->arena, text_str(&text));
	if (line->cause != NULL)
		line->cause = story_cause_of(t, g);
	text_release(&text);
}

/* ---- several observers that see the same ---- */

static bool story_same_moment(const struct timeline_entry *a, const struct timeline_entry *b)
{
	char first[SECONDS_TEXT_MAX];
	char second[SECONDS_TEXT_MAX];

	return a->at == b->at ||
	       str_equal(seconds_short(a->at, first), seconds_short(b->at, second));
}

/* Whether the lines of both differ in nothing but who sees it. */
static bool story_see_same(const struct teller *t, const struct group *a, const struct group *b)
{
	bool same = story_is_seen(a->first) && a->subject_count > 0 && b->subject_count == 1 &&
		    str_equal(story_verb(a->first), story_verb(b->first)) &&
		    str_equal(a->first->after, b->first->after) && a->count == b->count &&
		    a->shares == b->shares && a->vip_count == b->vip_count &&
		    a->shortest == b->shortest && a->longest == b->longest &&
		    a->cause_count == b->cause_count && story_same_moment(a->first, b->first) &&
		    story_same_moment(a->last, b->last);

	for (uint32_t i = 0; same && i < a->cause_count && i < CAUSES_MAX; i++)
		same = story_same_cause(a->causes[i], b->causes[i]);
	for (uint32_t i = 0; same && i <= t->setup->vips.count / 64; i++)
		same = a->seen[i] == b->seen[i];
	return same;
}

/* What each of several observers sees comes close together: groups that far back are
 * looked at. */
enum { SEEN_BACK_MAX = 16 };

static void story_merge_seen(struct teller *t)
{
	for (uint32_t i = 1; t->fold != STORY_WHOLE && i < t->groups.count; i++) {
		struct group *g = &t->groups.items[i];
		const uint32_t from = i > SEEN_BACK_MAX ? i - SEEN_BACK_MAX : 0;

		for (uint32_t k = i; k-- > from && story_is_seen(g->first) && !g->merged;) {
			struct group *other = &t->groups.items[k];

			if (story_is_event(t, other->first))
				break;
			if (other->merged || !story_see_same(t, other, g))
				continue;
			story_add_subject(t, other, g->subjects[0], strlen(g->subjects[0]));
			other->together = g->merged = true;
		}
	}
}

/* ---- what happens again and again ---- */

enum { REPEATED_LINES = 2, REPEATS_MIN = 2 };

/* How often the lines before this one, so many of them, come again from here on; what the
 * scenario makes happen is told each time. */
static uint32_t story_repeats(const struct story *story, uint32_t from, uint32_t lines)
{
	uint32_t same = 0;

	for (uint32_t i = from; i < story->list.count; i++, same++) {
		const struct story_line *line = &story->list.items[i];
		const struct story_line *before = line - lines;

		if (!str_equal(line->text, before->text) ||
		    !str_equal(line->cause, before->cause) ||
		    str_equal(line->cause, CAUSE_SCENARIO))
			break;
	}
	return same / lines;
}

/* Lines that come again and again, with nothing else in between, become one that counts them,
 * as where an address is tried again and is always a duplicate. */
static void story_fold_repeats(struct story *story, struct arena *arena)
{
	const struct story all = *story;

	*story = (struct story){ 0 };
	for (uint32_t i = 0; i < all.list.count; i++) {
		uint32_t lines = 0, repeats = 0;
		struct story_line line = all.list.items[i];

		while (repeats < REPEATS_MIN && lines < REPEATED_LINES && lines < i)
			repeats = story_repeats(&all, i, ++lines);
		if (repeats >= REPEATS_MIN) {
			i += repeats * lines - 1;
			line.text = arena_printf(
				arena, "%s %u more times, the last at %.3fs",
				lines == 1 ? "the same happens" : "the last two happen",
				repeats, (double)all.list.items[i].at / (double)NS_PER_SEC);
			line.cause = NULL;
		}
		ARRAY_ADD(arena, &story->list, line);
	}
}

static void story_tell(struct story *out, const struct setup *setup,
		       const struct run_result *result, enum story_fold fold,
		       struct arena *arena)
{
	struct teller t = { .setup = setup, .arena = arena, .fold = fold };

	*out = (struct story){ 0 };
	ARRAY_FOREACH (const struct timeline_entry, e, &result->timeline)
		story_add_entry_of(&t, e);
	story_merge_seen(&t);
	ARRAY_FOREACH (const struct group, g, &t.groups) {
		if (!g->merged)
			story_add_line(&t, g, out);
	}
	if (fold != STORY_WHOLE)
		story_fold_repeats(out, arena);
}

void run_story(struct story *out, const struct setup *setup, const struct run_result *result,
	       uint32_t lines, struct arena *arena)
{
	if (lines == 0) {
		story_tell(out, setup, result, STORY_WHOLE, arena);
		return;
	}
	story_tell(out, setup, result, STORY_CLOSE, arena);
	if (out->list.count > lines)
		story_tell(out, setup, result, STORY_BY_NODE, arena);
	if (out->list.count > 2 * lines)
		story_tell(out, setup, result, STORY_BY_EVENT, arena);
}
