/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is lost with routers and sessions, for people and for programs:
 *
 *	LOST          NO PATH  FEWER PATHS
 *	one router
 *	  tor1              1            1
 *	      no path: 198.51.100.17/32
 *	      keeps 2 of 4 paths: 198.51.100.16/32
 */
#include "reports/sweep/sweep_routers.h"

#include "base/text.h"
#include "reports/formats/screen.h"

enum { PREFIXES_MAX = 3, LOSSES_INDENT = 2 };

static const char *router_loss_prefix_text(const struct bgp_prefix *prefix, struct arena *arena)
{
	char text[IP_NET_TEXT_MAX];

	return arena_strdup(arena, ip_net_format(prefix->net, text));
}

static const struct bgp_router *router_loss_end(const struct router_loss *loss)
{
	return loss->session->router != NULL ? loss->session->router : loss->session->stranger;
}

/* ---- for people ---- */

static const char *router_loss_name(const struct router_loss *loss, struct arena *arena)
{
	struct text text = { 0 };
	const char *copy;

	if (loss->session != NULL) {
		screen_add(&text, loss->session->node->node->name);
		text_add(&text, " to ");
		screen_add(&text, router_loss_end(loss)->name);
	} else {
		screen_add(&text, loss->routers[0]->name);
		if (loss->routers[1] != NULL) {
			text_add(&text, ", ");
			screen_add(&text, loss->routers[1]->name);
		}
	}
	copy = arena_strdup(arena, text_str(&text));
	text_release(&text);
	return copy;
}

/* One note for prefixes that keep as many of as many paths; returns where the next begin. */
static uint32_t router_loss_add_note(struct columns *c, const struct router_loss *loss,
				     uint32_t from, struct arena *arena)
{
	const struct router_loss_prefix *first = &loss->prefixes.items[from];
	struct text text = { 0 };
	uint32_t at = from;

	if (first->kept == 0)
		text_add(&text, "no path");
	else
		text_printf(&text, "%s %u of %u path%s",
			    first->unknown ? "unknown whether any path is left; at most"
					   : "keeps",
			    first->kept, first->of, first->of == 1 ? "" : "s");
	for (; at < loss->prefixes.count; at++) {
		const struct router_loss_prefix *it = &loss->prefixes.items[at];

		if (it->kept != first->kept || it->unknown != first->unknown ||
		    (it->kept > 0 && it->of != first->of))
			break;
		if (at - from < PREFIXES_MAX)
			text_printf(&text, "%s%s", at == from ? ": " : ", ",
				    router_loss_prefix_text(it->prefix, arena));
	}
	if (at - from > PREFIXES_MAX)
		text_printf(&text, " and %u more", at - from - PREFIXES_MAX);
	columns_note(c, arena_strdup(arena, text_str(&text)));
	text_release(&text);
	return at;
}

static void router_loss_add(struct columns *c, const struct router_loss *loss,
			    struct arena *arena)
{
	struct cell *cells = columns_row(c);

	cells[0] = (struct cell){ router_loss_name(loss, arena), SCREEN_STRONG };
	cells[1].s = arena_printf(arena, "%u%s", loss->dark, loss->unknown > 0 ? "?" : "");
	cells[1].role = loss->dark > 0      ? SCREEN_FAIL
			: loss->unknown > 0 ? SCREEN_WARN
					    : SCREEN_PASS;
	cells[2].s = arena_printf(arena, "%u", loss->prefixes.count - loss->dark);
	for (uint32_t i = 0, notes = 0; i < loss->prefixes.count && notes < PREFIXES_MAX;
	     notes++)
		i = router_loss_add_note(c, loss, i, arena);
}

/* `count` losses, the worst first. */
static void router_losses_add(struct columns *c, const char *heading,
			      const struct router_loss *items, uint32_t count, uint32_t most,
			      struct arena *arena)
{
	const uint32_t shown = count < most ? count : most;

	if (count == 0)
		return;
	columns_heading(c, heading);
	for (uint32_t i = 0; i < shown; i++)
		router_loss_add(c, &items[i], arena);
	if (count > shown)
		columns_note(c, arena_printf(arena,
					     "... and %u more, none of them worse; --top N "
					     "shows them",
					     count - shown));
}

void router_losses_columns(struct columns *c, const struct router_losses *losses, uint32_t most,
			   struct arena *arena)
{
	static const struct column list[] = { { "LOST", false },
					      { "NO PATH", true },
					      { "FEWER PATHS", true } };

	columns_begin(c, arena, list, ARRAY_LEN(list), LOSSES_INDENT);
	router_losses_add(c, "one router", losses->single.items, losses->single.count, most,
			  arena);
	router_losses_add(c, "two routers", losses->pairs.items, losses->pairs.count, most,
			  arena);
	router_losses_add(c, "one BGP session", losses->sessions.items, losses->sessions.count,
			  most, arena);
}

/* ---- for programs ---- */

static void router_loss_fill_vip(struct report_row *row, const void *item)
{
	report_ip(row, NULL, ((const struct bgp_vip *)item)->ip);
}

static const struct member router_loss_text_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };
static const struct record router_loss_vip_record = { MEMBERS(router_loss_text_members),
						      router_loss_fill_vip };

static void router_loss_fill_name(struct report_row *row, const void *item)
{
	report_value(row, ((const struct bgp_router *)item)->name);
}

static const struct record router_loss_name_record = { MEMBERS(router_loss_text_members),
						       router_loss_fill_name };

static void router_loss_fill_prefix(struct report_row *row, const void *item)
{
	const struct router_loss_prefix *it = item;

	report_text(row, "prefix", router_loss_prefix_text(it->prefix, row->arena));
	report_pointers(row, "addresses", it->prefix->vips.items, it->prefix->vips.count);
}

static const struct member router_loss_prefix_members[] = {
	{ "prefix", "The prefix.", .type = MEMBER_TEXT },
	{ "addresses", "The VIPs in it.", .type = MEMBER_LIST,
	  .record = &router_loss_vip_record },
	{ "kept", "How many of its paths are left; 0: no router has a route.",
	  REPORT_FIELD(struct router_loss_prefix, kept) },
	{ "of", "How many it had before: next hops that routers use.",
	  REPORT_FIELD(struct router_loss_prefix, of) },
	{ "unknown", "The remaining paths all go through routers that are not described.",
	  REPORT_FIELD(struct router_loss_prefix, unknown) },
};
static const struct record router_loss_prefix_record = { MEMBERS(router_loss_prefix_members),
							 router_loss_fill_prefix };

static void router_loss_fill(struct report_row *row, const void *item)
{
	const struct router_loss *loss = item;
	const struct bgp_router **routers = arena_zalloc(row->arena, 2, sizeof(*routers));
	uint32_t count = 0;

	if (loss->session != NULL) {
		report_text(row, "node", loss->session->node->node->name);
		routers[count++] = router_loss_end(loss);
	}
	for (int i = 0; i < 2; i++)
		if (loss->routers[i] != NULL)
			routers[count++] = loss->routers[i];
	report_pointers(row, "routers", routers, count);
}

static const struct member router_loss_members[] = {
	{ "node", "For a session: its node.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "routers", "The routers that are lost; for a session, its router.",
	  .type = MEMBER_LIST, .record = &router_loss_name_record },
	{ "dark", "Prefixes left without any path.", REPORT_FIELD(struct router_loss, dark) },
	{ "unknown", "Prefixes for which that is unknown.",
	  REPORT_FIELD(struct router_loss, unknown) },
	{ "prefixes", "Prefixes with fewer paths, fewest first.",
	  REPORT_ARRAY(struct router_loss, prefixes, router_loss_prefix_record) },
};
static const struct record router_loss_record = { MEMBERS(router_loss_members),
						  router_loss_fill };

static const struct member router_losses_members[] = {
	{ "single", "The loss of one router, worst first.",
	  REPORT_ARRAY(struct router_losses, single, router_loss_record) },
	{ "pairs", "Two are.", REPORT_ARRAY(struct router_losses, pairs, router_loss_record) },
	{ "sessions", "The loss of one BGP session.",
	  REPORT_ARRAY(struct router_losses, sessions, router_loss_record) },
	{ "tooMany", "Some kinds of losses were too much work and are left out.",
	  REPORT_FIELD(struct router_losses, too_many) },
};
const struct record router_losses_record = { MEMBERS(router_losses_members), NULL };
