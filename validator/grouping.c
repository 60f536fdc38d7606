/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Like findings are one finding with a count and the list (A3): those of one check whose texts
 * are equal but for the name of the node or object that they are about and, of Services, for
 * addresses. Reports show them so; what judges findings, such as silencing and fixes, has each.
 * And one fault is one finding (A5.4): of two checks that see it, the one that knows more
 * speaks.
 */
#include "validator/grouping.h"

#include <ctype.h>
#include <string.h>

#include "base/ip.h"
#include "base/text.h"
#include "config/objects/objects.h"
#include "validator/consequences.h"

enum {
	NAMES_SHOWN = 5,
	NAME_BYTES_MAX = 512, /* of a namespace and a name */
	RELATED_MOST = 100,
	OBJECTS_LEAST = 4, /* fewer are told one by one, each at its place */
};

/* ---- what a finding is about ---- */

/* Of like findings each is about another one of these. */
struct subject {
	const char *kind; /* "node", "Service"; NULL: the finding is about none */
	const char *name; /* "node-a", "shop/web" */
};

static const char grouping_entry[] = "entry"; /* of a baseline */

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

/* The entry of a baseline that a message says is no longer reported (IN011); NULL: none. */
static const char *grouping_entry_of(struct arena *arena, const struct finding *f)
{
	static const char mark[] = " has the entry ", end[] = ", but it is no longer reported";
	const char *at = f->code == CHECK_IN011 ? strstr(f->message, mark) : NULL;

	if (at == NULL || !str_has_suffix(at, end))
		return NULL;
	at += strlen(mark);
	return arena_strndup(arena, at, strlen(at) - strlen(end));
}

static bool grouping_is_of_service(const struct finding *f)
{
	return f->place.object != NULL && f->place.object->kind == KIND_SERVICE;
}

/* A finding about a Service is about that, whatever node it names; of other objects one can
 * speak of many nodes. */
static struct subject grouping_subject(struct arena *arena, const struct finding *f)
{
	const struct object *object = f->place.object;
	const char *node =
		grouping_is_of_service(f) ? NULL : grouping_node_of(arena, f->message);
	const char *entry = grouping_entry_of(arena, f);

	if (node != NULL)
		return (struct subject){ "node", node };
	if (entry != NULL)
		return (struct subject){ grouping_entry, entry };
	if (object == NULL || object->kind_name == NULL || object->name.s == NULL)
		return (struct subject){ NULL, NULL };
	return (struct subject){ object->kind_name,
				 object->namespace != NULL && *object->namespace != '\0'
					 ? arena_printf(arena, "%s/%s", object->namespace,
							object->name.s)
					 : object->name.s };
}

/* ---- what like findings have in common ---- */

static bool grouping_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.' || c == ':';
}

/* Whether `p` comes after the kind, "Service " or `node "`; the last word of a kind will do:
 * `group "` for a ServiceGroup. */
static bool grouping_follows_kind(const char *text, const char *p, const char *kind)
{
	size_t left = strlen(kind);

	p -= p > text && p[-1] == '"';
	if (p == text || *--p != ' ')
		return false;
	while (p > text && left > 0 &&
	       tolower((unsigned char)p[-1]) == tolower((unsigned char)kind[left - 1])) {
		p--;
		left--;
	}
	return (left == 0 || isupper((unsigned char)kind[left])) && kind[left] != '\0' &&
	       (p == text || !grouping_is_word(p[-1]));
}

/* The length of the name of the subject at `p`, a word of its own after the subject's kind; 0:
 * it is not there, or something else has the same name. A name without its namespace counts in
 * quotes only: it may be a word. */
static size_t grouping_name_at(const char *text, const char *p, const struct subject *subject)
{
	const char *slash = strchr(subject->name, '/');
	const char *const names[] = {
		slash != NULL || strchr(subject->name, ' ') != NULL ? subject->name : NULL,
		p > text && p[-1] == '"' ? (slash != NULL ? slash + 1 : subject->name) : NULL,
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const size_t len = names[i] != NULL ? strlen(names[i]) : 0;

		if (len > 0 && strncmp(p, names[i], len) == 0 && !grouping_is_word(p[len]))
			return len;
	}
	return 0;
}

/* The length of the address at `p`, a word of its own; 0: there is none. */
static size_t grouping_address_at(const char *text, const char *p)
{
	struct ip ip;
	size_t len;

	if (p > text && grouping_is_word(p[-1]))
		return 0;
	len = strspn(p, "0123456789abcdefABCDEF.:");
	return len > 2 && len < IP_TEXT_MAX && !grouping_is_word(p[len]) &&
			       ip_parse_bytes(p, len, &ip)
		       ? len
		       : 0;
}

/* `text` with a star for each place where the subject's name or, of a Service, an address is.
 */
static void grouping_add_template(struct text *out, const char *text,
				  const struct subject *subject, bool addresses)
{
	/* What is longer is no name, and costs its length at each place. */
	const bool named = strlen(subject->name) <= NAME_BYTES_MAX;

	for (const char *p = text; p != NULL && *p != '\0';) {
		size_t len = 0;

		if (named && grouping_follows_kind(text, p, subject->kind))
			len = grouping_name_at(text, p, subject);
		if (len == 0 && addresses)
			len = grouping_address_at(text, p);
		text_add_char(out, len > 0 ? '*' : *p);
		p += len > 0 ? len : 1;
	}
}

/* " (192.0.2.7)": what the message of a Service has of its own; else "". */
static const char *grouping_addresses(struct arena *arena, const struct finding *f)
{
	struct text t = { 0 };
	const char *all;

	for (const char *p = f->message; grouping_is_of_service(f) && *p != '\0';) {
		const size_t len = grouping_address_at(f->message, p);

		if (len > 0)
			text_printf(&t, "%s%.*s", t.len > 0 ? ", " : " (", (int)len, p);
		p += len > 0 ? len : 1;
	}
	if (t.len > 0)
		text_add_char(&t, ')');
	all = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return all;
}

struct alike {
	struct subject subject;
	const char *text;      /* all that must be equal */
	const char *addresses; /* in what differs */
	uint32_t index;        /* of the finding */
};

struct alike_list {
	ARRAY_OF(struct alike) list;
};

static int grouping_compare(const void *left, const void *right)
{
	const struct alike *a = left, *b = right;
	const int order = strcmp(a->text, b->text);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void grouping_collect(const struct finding_sink *findings, struct arena *scratch,
			     struct alike_list *out)
{
	struct text template = { 0 };

	for (uint32_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];
		const struct subject subject = grouping_subject(scratch, f);

		if (f->severity == SEVERITY_PASS || subject.kind == NULL)
			continue;
		text_clear(&template);
		text_printf(&template, "%u %d %d %d %s %s\n", (unsigned)f->code,
			    (int)f->severity, f->inferred, f->confidential, subject.kind,
			    f->cluster != NULL ? f->cluster : "");
		grouping_add_template(&template, f->message, &subject,
				      grouping_is_of_service(f));
		text_add_char(&template, '\n');
		grouping_add_template(&template, f->hint, &subject, false);
		ARRAY_ADD(scratch, &out->list,
			  ((struct alike){ subject, arena_strdup(scratch, text_str(&template)),
					   grouping_addresses(scratch, f), i }));
	}
	text_release(&template);
}

/* ---- merging ---- */

/* Of how many something is said. */
struct totals {
	bool known;
	uint32_t nodes;
	uint32_t objects[KIND_COUNT + 1];
	uint32_t load_balancers; /* of the Services, those that PureLB looks at */
};

static bool grouping_is_load_balancer(const struct object *object)
{
	return object->kind == KIND_SERVICE &&
	       str_equal(((const struct service *)object)->type.s, "LoadBalancer");
}

static void grouping_count(struct totals *totals, const struct grouping_whole *whole)
{
	*totals = (struct totals){ .known = whole != NULL };
	if (whole == NULL)
		return;
	totals->nodes = whole->nodes;
	ARRAY_FOREACH (struct object *const, object, &whole->snapshot->objects) {
		if ((*object)->replaced_by != NULL)
			continue;
		totals->objects[(*object)->kind]++;
		totals->load_balancers += grouping_is_load_balancer(*object);
	}
}

/* What is said of like findings. */
struct group {
	const struct finding *first;
	const struct subject *subject; /* of the first */
	const char *names[NAMES_SHOWN];
	uint32_t subjects;
	bool likewise;           /* their addresses differ */
	bool all_load_balancers; /* they are Services of this type */
	bool partial;            /* some are not known well enough to be counted */
};

static void grouping_describe(const struct finding_sink *findings, const struct alike *items,
			      uint32_t count, struct group *out)
{
	*out = (struct group){
		.first = &findings->items[items[0].index],
		.subject = &items[0].subject,
		.all_load_balancers = true,
	};
	for (uint32_t i = 0; i < count; i++) {
		const struct finding *f = &findings->items[items[i].index];

		out->likewise =
			out->likewise || strcmp(items[i].addresses, items[0].addresses) != 0;
		out->all_load_balancers = out->all_load_balancers && f->place.object != NULL &&
					  grouping_is_load_balancer(f->place.object);
		out->partial = out->partial ||
			       (f->place.object != NULL && f->place.object->unknown != NULL);
		if (i > 0 && strcmp(items[i - 1].subject.name, items[i].subject.name) == 0)
			continue;
		if (out->subjects < NAMES_SHOWN)
			out->names[out->subjects] = items[i].subject.name;
		out->subjects++;
	}
}

/* "... (the same on 3 of 5 nodes: a, b and c)", "... (likewise for 2 of 3 Services: a and b)"
 */
static const char *grouping_message(const struct finding_sink *findings,
				    const struct totals *totals, const struct group *group)
{
	const bool node = strcmp(group->subject->kind, "node") == 0;
	struct text t = { 0 };
	const char *message;

	text_printf(&t, "%s (%s %s %u ", group->first->message,
		    group->likewise ? "likewise" : "the same", node ? "on" : "for",
		    group->subjects);
	if (totals->known && (node || (group->first->place.object != NULL && !group->partial)))
		text_printf(&t, "of %u ",
			    node ? totals->nodes
			    : group->all_load_balancers
				    ? totals->load_balancers
				    : totals->objects[group->first->place.object->kind]);
	text_add_plural(&t, group->subject->kind);
	/* An entry is a sentence of its own, and is at its related place. */
	if (strcmp(group->subject->kind, grouping_entry) != 0)
		text_printf(
			&t, ": %s",
			name_list(findings->arena, group->names, group->subjects, NAMES_SHOWN));
	text_add_char(&t, ')');
	message = arena_strdup(findings->arena, text_str(&t));
	text_release(&t);
	return message;
}

/* The first of `count` like findings takes the others; their message in the list becomes NULL.
 */
static void grouping_merge(struct finding_sink *findings, const struct totals *totals,
			   const struct alike *items, uint32_t count)
{
	struct finding *first = &findings->items[items[0].index];
	struct group group;

	grouping_describe(findings, items, count, &group);
	if (group.subjects < (strcmp(group.subject->kind, "node") == 0 ? 2 : OBJECTS_LEAST))
		return;
	for (uint32_t i = 1; i < count; i++) {
		struct finding *f = &findings->items[items[i].index];

		finding_add_related(findings, first, f->place.pos, "%s \"%s\"%s is here",
				    items[i].subject.kind, items[i].subject.name,
				    items[i].addresses);
		ARRAY_FOREACH (const struct related, related, &f->related)
			if (str_has_prefix(related->message, CONSEQUENCE_PREFIX) &&
			    first->related.count < RELATED_MOST)
				ARRAY_ADD(findings->arena, &first->related, *related);
		ARRAY_ADD(findings->arena, &first->also, *f);
		f->message = NULL;
	}
	first->own_message = first->message;
	first->message = grouping_message(findings, totals, &group);
}

void grouping_gather(struct finding_sink *findings, const struct grouping_whole *whole)
{
	struct alike_list all = { 0 };
	struct totals totals;
	struct arena scratch;
	uint32_t kept = 0;

	arena_init(&scratch);
	grouping_count(&totals, whole);
	grouping_collect(findings, &scratch, &all);
	array_sort(all.list.items, all.list.count, sizeof(*all.list.items), grouping_compare);
	for (uint32_t i = 0, end; i < all.list.count; i = end) {
		for (end = i + 1; end < all.list.count; end++)
			if (strcmp(all.list.items[end].text, all.list.items[i].text) != 0)
				break;
		if (end - i > 1)
			grouping_merge(findings, &totals, &all.list.items[i], end - i);
	}
	for (uint32_t i = 0; i < findings->count; i++)
		if (findings->items[i].message != NULL)
			findings->items[kept++] = findings->items[i];
	findings->count = kept;
	arena_release(&scratch);
}

const struct finding *grouping_about(const struct finding *finding, const struct object *object)
{
	if (object == NULL || finding->place.object == object)
		return finding;
	ARRAY_FOREACH (const struct finding, also, &finding->also)
		if (also->place.object == object)
			return also;
	return NULL;
}

/* ---- one fault, one finding ---- */

/* At one place the second knows more. */
static const struct {
	enum check_code echo, of;
} echoes[] = {
	{ CHECK_SG016, CHECK_BG075 },
	{ CHECK_SG021, CHECK_BG072 },
	{ CHECK_SG022, CHECK_BG080 },
};

static bool grouping_is_echo(uint32_t code, uint32_t of)
{
	for (size_t i = 0; i < ARRAY_LEN(echoes); i++)
		if (code == (uint32_t)echoes[i].echo && of == (uint32_t)echoes[i].of)
			return true;
	return false;
}

static bool grouping_may_echo(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(echoes); i++)
		if (code == (uint32_t)echoes[i].echo)
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

		if (!grouping_may_echo(f.code)) {
			findings->items[kept++] = f;
			continue;
		}
		for (uint32_t k = i + 1;
		     k < findings->count && grouping_same_place(&f, &findings->items[k]); k++)
			echo = echo || grouping_is_echo(f.code, findings->items[k].code);
		if (!echo)
			findings->items[kept++] = f;
	}
	findings->count = kept;
}
