/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change does to BGP, in words: rows of sessions and of routes, those of nodes and
 * prefixes that the same is said about folded into one.
 */
#include "reports/diff/change.h"

#include "base/text.h"
#include "reports/diff/change_bgp.h"

enum { NAMED_MAX = 4, LOOK_BACK = 16 };

/* Appends "a, b and c", or "a, b, c, d and 12 more". */
static void change_add_names(struct text *text, const char *const *names, uint32_t count)
{
	const uint32_t named = count < NAMED_MAX ? count : (uint32_t)NAMED_MAX;

	for (uint32_t i = 0; i < named; i++) {
		const char *between = i == 0 ? "" : i + 1 == count ? " and " : ", ";

		text_printf(text, "%s%s", between, names[i]);
	}
	if (count > named)
		text_printf(text, " and %u more", count - named);
}

/* ---- sessions ---- */

struct session_group {
	const struct session_change *first;
	const char *detail; /* what is said of all */
	ARRAY_OF(const char *) nodes;
};

struct session_groups {
	ARRAY_OF(struct session_group) list;
};

static bool change_is_down(const struct session_change *change)
{
	return change->after != NULL && change->after->verdict == BGP_DOWN;
}

static const char *change_reason(const struct bgp_session *session)
{
	return session->reasons.count > 0 ? session->reasons.items[0].text
					  : "it cannot come up";
}

static const char *change_session_detail(const struct session_change *change,
					 struct arena *arena)
{
	struct text text = { 0 };
	const char *copy;

	if (change->kind == SESSION_FAILS)
		text_printf(&text, "cannot come up any more: %s", change_reason(change->after));
	else if (change->kind == SESSION_REMOVED)
		text_add(&text, "removed");
	else if (change->kind == SESSION_ADDED && change_is_down(change))
		text_printf(&text, "new, and cannot come up: %s", change_reason(change->after));
	else if (change->kind == SESSION_ADDED)
		text_add(&text, change->after->verdict == BGP_UP
					? "new"
					: "new; whether it comes up is not known");
	else if (change->kind == SESSION_RECOVERS)
		text_add(&text, change->after->verdict == BGP_UP ? "can come up now"
								 : "may come up now");
	for (uint32_t i = 0; i < change->settings.count; i++)
		text_printf(&text, "%s%s",
			    text.len > 0 ? "; " : "changes: ", change->settings.items[i]);
	copy = arena_strdup(arena, text_str(&text));
	text_release(&text);
	return copy;
}

static struct session_group *change_session_group(struct session_groups *groups,
						  const struct session_change *change,
						  const char *detail, struct arena *arena)
{
	struct session_group *group;

	for (uint32_t i = groups->list.count, n = 0; i > 0 && n < LOOK_BACK; i--, n++) {
		group = &groups->list.items[i - 1];
		if (group->first->kind == change->kind &&
		    str_equal(group->first->router, change->router) &&
		    str_equal(group->first->address, change->address) &&
		    str_equal(group->detail, detail))
			return group;
	}
	group = ARRAY_PUSH(arena, &groups->list);
	group->first = change;
	group->detail = detail;
	return group;
}

static char change_session_sign(const struct session_change *change)
{
	if (change->kind == SESSION_FAILS ||
	    (change->kind == SESSION_ADDED && change_is_down(change)))
		return '!';
	if (change->kind == SESSION_REMOVED)
		return '-';
	return change->kind == SESSION_CHANGES ? '~' : '+';
}

void change_session_rows(const struct diff *diff, struct arena *arena, struct change_rows *out)
{
	static const char signs[] = { '!', '-', '~', '+' };
	struct session_groups groups = { { 0 } };
	struct text text = { 0 };

	*out = (struct change_rows){ { 0 } };
	ARRAY_FOREACH (const struct session_change, change, &diff->sessions) {
		struct session_group *group;

		if (change->kind == SESSION_SAME)
			continue;
		group = change_session_group(&groups, change,
					     change_session_detail(change, arena), arena);
		ARRAY_ADD(arena, &group->nodes, change->node);
	}
	for (size_t i = 0; i < sizeof(signs); i++) {
		ARRAY_FOREACH (const struct session_group, group, &groups.list) {
			struct change_row *row;

			if (change_session_sign(group->first) != signs[i])
				continue;
			row = ARRAY_PUSH(arena, &out->list);
			text_clear(&text);
			text_printf(&text, "session%s with ",
				    group->nodes.count == 1 ? "" : "s");
			change_add_names(&text, group->nodes.items, group->nodes.count);
			text_printf(&text, ": %s", group->detail);
			row->sign = signs[i];
			row->what =
				str_equal(group->first->router, group->first->address)
					? group->first->router
					: arena_printf(arena, "%s (%s)", group->first->router,
						       group->first->address);
			row->text = arena_strdup(arena, text_str(&text));
		}
	}
	text_release(&text);
}

/* ---- routes ---- */

struct route_group {
	const struct route_change *first;
	ARRAY_OF(const char *) prefixes;
};

struct route_groups {
	ARRAY_OF(struct route_group) list;
};

static struct route_group *change_route_group(struct route_groups *groups,
					      const struct route_change *change,
					      struct arena *arena)
{
	struct route_group *group;

	for (uint32_t i = groups->list.count, n = 0; i > 0 && n < LOOK_BACK; i--, n++) {
		group = &groups->list.items[i - 1];
		if (group->first->kind == change->kind &&
		    group->first->before == change->before &&
		    group->first->after == change->after &&
		    str_equal(group->first->router, change->router))
			return group;
	}
	group = ARRAY_PUSH(arena, &groups->list);
	group->first = change;
	return group;
}

/* "r1-n1 (10.1.0.11) and r1-n2 (10.1.0.12)": the installed paths. */
static void change_add_paths(struct text *text, const struct bgp_route *route,
			     struct arena *arena)
{
	ARRAY_OF(const char *) names = { 0 };
	char address[IP_TEXT_MAX];

	for (uint32_t i = 0; i < route->width; i++) {
		const struct bgp_hop *hop = &route->hops.items[i];
		const char *node = hop->session->node->node->name;

		ARRAY_ADD(arena, &names,
			  hop->known ? arena_printf(arena, "%s (%s)", node,
						    ip_format(hop->next_hop, address))
				     : node);
	}
	change_add_names(text, names.items, names.count);
}

static void change_describe_route(struct text *text, const struct route_group *group,
				  struct arena *arena)
{
	const struct route_change *change = group->first;

	if (change->kind == ROUTE_LOST)
		text_add(text, "loses ");
	else if (change->kind == ROUTE_ADDED)
		text_add(text, "gets ");
	if (group->prefixes.count > 1)
		text_printf(text, "%u prefixes: ", group->prefixes.count);
	change_add_names(text, group->prefixes.items, group->prefixes.count);
	if (change->kind == ROUTE_LOST) {
		text_add(text, "; it was by ");
		change_add_paths(text, change->before, arena);
	} else if (change->kind == ROUTE_ADDED) {
		text_add(text, ", by ");
		change_add_paths(text, change->after, arena);
	} else {
		text_add(text, ": next hops ");
		change_add_paths(text, change->before, arena);
		text_add(text, " -> ");
		change_add_paths(text, change->after, arena);
	}
}

void change_route_rows(const struct diff *diff, struct arena *arena, struct change_rows *out)
{
	static const struct {
		enum route_change_kind kind;
		char sign;
	} order[] = { { ROUTE_LOST, '-' }, { ROUTE_CHANGES, '~' }, { ROUTE_ADDED, '+' } };
	struct route_groups groups = { { 0 } };
	struct text text = { 0 };

	*out = (struct change_rows){ { 0 } };
	ARRAY_FOREACH (const struct route_change, change, &diff->routes) {
		struct route_group *group;

		if (change->kind == ROUTE_SAME)
			continue;
		group = change_route_group(&groups, change, arena);
		ARRAY_ADD(arena, &group->prefixes, change->prefix);
	}
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		ARRAY_FOREACH (const struct route_group, group, &groups.list) {
			struct change_row *row;

			if (group->first->kind != order[i].kind)
				continue;
			row = ARRAY_PUSH(arena, &out->list);
			text_clear(&text);
			change_describe_route(&text, group, arena);
			row->sign = order[i].sign;
			row->what = group->first->router;
			row->text = arena_strdup(arena, text_str(&text));
		}
	}
	text_release(&text);
}
