/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values for the hints about a range. One value is right for all checks that look at it, so
 * that hints never send a reader from one finding to the next (A1.5): it stays in the subnet,
 * without the subnet's ends (SG013), and leaves out what ranges before it (SG006 to SG008),
 * hosts (SG014) and others who hand addresses out (SG030) have.
 */
#include "validator/groups/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "validator/groups/groups_nets.h"

enum {
	CUTS_MAX = 64,
	PIECES_MAX = 4,
	OVERLAPS_LOOKED_AT = 1000, /* beyond, a hint would cost too much */
	/* Prefix lengths in 128 bits from which a subnet's ends are addresses like others. */
	PLAIN_BITS = 127,
};

/* What a range may not have. */
struct cuts {
	struct ip_range items[CUTS_MAX];
	uint32_t count;
	bool overflow;
};

static void groups_add_cut(struct cuts *cuts, struct ip from, struct ip to)
{
	if (cuts->count == CUTS_MAX)
		cuts->overflow = true;
	else
		cuts->items[cuts->count++] = (struct ip_range){ from, to };
}

static int groups_compare_cuts(const void *a, const void *b)
{
	return ip_compare(((const struct ip_range *)a)->from,
			  ((const struct ip_range *)b)->from);
}

static void groups_cut_subnet_ends(struct cuts *cuts, const struct pool_range *range)
{
	const struct ip first = ip_net_first(range->subnet);
	const struct ip last = ip_net_last(range->subnet);

	if (range->subnet.bits >= PLAIN_BITS)
		return;
	groups_add_cut(cuts, first, first);
	if (ip_family(first) == IP_V4)
		groups_add_cut(cuts, last, last);
}

static void groups_cut_overlaps(struct cuts *cuts, const struct checker *ck,
				const struct pool_range *range)
{
	const struct pools *pools = &ck->cluster->pools;

	if (pools->overlaps.count + pools->self_overlaps.count > OVERLAPS_LOOKED_AT)
		return;
	ARRAY_FOREACH (const struct overlap, overlap, &pools->overlaps)
		if (overlap->loser_range == range)
			groups_add_cut(cuts, overlap->keeper_range->range.from,
				       overlap->keeper_range->range.to);
	ARRAY_FOREACH (const struct self_overlap, overlap, &pools->self_overlaps)
		if (overlap->second == range)
			groups_add_cut(cuts, overlap->first->range.from,
				       overlap->first->range.to);
}

/* What a range that is moved or turned round would newly meet. */
static void groups_cut_met(struct cuts *cuts, const struct checker *ck,
			   const struct pool_range *range, struct ip_range wanted)
{
	const bool v4 = ip_family(wanted.from) == IP_V4;
	uint32_t seen = 0;

	if (ip_range_contains(range->range, wanted.from) &&
	    ip_range_contains(range->range, wanted.to))
		return;
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		const struct pool_range *others = v4 ? pool->v4.items : pool->v6.items;
		const uint32_t count = v4 ? pool->v4.count : pool->v6.count;

		for (uint32_t i = 0; i < count; i++) {
			if (seen++ == OVERLAPS_LOOKED_AT) {
				cuts->overflow = true;
				return;
			}
			if (&others[i] != range && others[i].range_error == RANGE_OK &&
			    ip_range_overlaps(others[i].range, wanted) &&
			    !ip_range_overlaps(others[i].range, range->range))
				groups_add_cut(cuts, others[i].range.from, others[i].range.to);
		}
	}
}

static void groups_cut_owners(struct cuts *cuts, struct checker *ck, struct ip_range wanted)
{
	const struct net_entry *found[CUTS_MAX];
	uint32_t count;

	if (ck->owners == NULL) {
		struct net_index *owners = arena_zalloc(ck->arena, 1, sizeof(*owners));

		groups_collect_owners(owners, ck);
		ck->owners = owners;
	}
	count = net_index_find(ck->owners, wanted, found, CUTS_MAX);
	if (count > CUTS_MAX)
		cuts->overflow = true;
	for (uint32_t i = 0; i < count && i < CUTS_MAX; i++)
		groups_add_cut(cuts, found[i]->from, found[i]->to);
}

/* What other load balancers and reserved ranges have of it; on both sides of one that is met,
 * there may be more. */
static void groups_cut_rivals(struct cuts *cuts, const struct checker *ck, struct ip_range rest)
{
	const struct rival_range *rival;

	if (ip_compare(rest.from, rest.to) > 0 || cuts->overflow)
		return;
	rival = rivals_meet(ck->rivals, rest);
	if (rival == NULL)
		return;
	groups_add_cut(cuts, rival->range.from, rival->range.to);
	if (ip_compare(rest.from, rival->range.from) < 0)
		groups_cut_rivals(cuts, ck,
				  (struct ip_range){ rest.from, { rival->range.from.v - 1 } });
	if (ip_compare(rival->range.to, rest.to) < 0)
		groups_cut_rivals(cuts, ck,
				  (struct ip_range){ { rival->range.to.v + 1 }, rest.to });
}

/* The part of `wanted` that is in the subnet; false when there is none. */
static bool groups_clip_to_subnet(const struct pool_range *range, struct ip_range *wanted)
{
	const struct ip first = ip_net_first(range->subnet);
	const struct ip last = ip_net_last(range->subnet);

	if (!range->subnet_ok || ip_family(first) != ip_family(wanted->from))
		return true;
	if (ip_compare(wanted->from, first) < 0)
		wanted->from = first;
	if (ip_compare(wanted->to, last) > 0)
		wanted->to = last;
	return ip_compare(wanted->from, wanted->to) <= 0;
}

const char *groups_fitting_text(struct checker *ck, const struct pool_range *range,
				struct ip_range wanted)
{
	struct cuts cuts = { .count = 0 };
	const char *names[PIECES_MAX];
	uint32_t pieces = 0;

	if (ip_family(wanted.from) != ip_family(wanted.to) ||
	    !groups_clip_to_subnet(range, &wanted))
		return NULL;
	if (range->subnet_ok)
		groups_cut_subnet_ends(&cuts, range);
	groups_cut_overlaps(&cuts, ck, range);
	groups_cut_met(&cuts, ck, range, wanted);
	groups_cut_owners(&cuts, ck, wanted);
	groups_cut_rivals(&cuts, ck, wanted);
	if (cuts.overflow)
		return NULL;
	qsort(cuts.items, cuts.count, sizeof(cuts.items[0]), groups_compare_cuts);
	for (uint32_t i = 0; i <= cuts.count; i++) {
		struct ip_range piece = wanted;

		if (i < cuts.count && ip_compare(cuts.items[i].to, wanted.from) < 0)
			continue;
		if (i < cuts.count && ip_compare(cuts.items[i].from, wanted.from) <= 0) {
			wanted.from = (struct ip){ cuts.items[i].to.v + 1 };
		} else {
			if (i < cuts.count && ip_compare(cuts.items[i].from, wanted.to) <= 0)
				piece.to = (struct ip){ cuts.items[i].from.v - 1 };
			if (pieces == PIECES_MAX)
				return NULL;
			names[pieces++] = groups_range_text(ck->arena, piece);
			if (i == cuts.count || ip_compare(cuts.items[i].from, wanted.to) > 0)
				break;
			wanted.from = (struct ip){ cuts.items[i].to.v + 1 };
		}
		if (ip_compare(wanted.from, wanted.to) > 0)
			break;
	}
	return pieces > 0 ? name_list(ck->arena, names, pieces, PIECES_MAX) : NULL;
}

/* The ranges of a hint, "A, B and C", a line each. */
static const char *groups_pieces(struct arena *arena, const char *text)
{
	struct text t = { 0 };
	const char *pieces;

	while (*text != '\0') {
		const size_t len = strcspn(text, ", ");

		if (t.len > 0)
			text_add_char(&t, '\n');
		text_add_bytes(&t, text, len);
		text += len;
		text += strspn(text, ", ");
		if (str_has_prefix(text, "and "))
			text += strlen("and ");
	}
	pieces = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return pieces;
}

/* True when one of the ranges, a line each, has the address. */
static bool groups_pieces_have(struct arena *arena, const char *pieces, struct ip ip)
{
	struct ip_range with;

	while (*pieces != '\0') {
		const size_t len = strcspn(pieces, "\n");

		if (range_parse(arena_strndup(arena, pieces, len), &with) != RANGE_OK ||
		    ip_range_contains(with, ip))
			return true;
		pieces += len + (pieces[len] != '\0');
	}
	return false;
}

/* True when a Service holds an address of the range that the others do not have: who then
 * writes these takes the address away. */
static bool groups_loses_address(const struct checker *ck, const struct pool_range *range,
				 const char *pieces)
{
	if (range->range_error != RANGE_OK)
		return false;
	ARRAY_FOREACH (struct service *, service, &ck->snapshot->services)
		ARRAY_FOREACH (const struct ingress, held, &(*service)->ingress.list) {
			struct ip ip;

			if (held->ip.s != NULL && ip_parse(held->ip.s, &ip) &&
			    ip_range_contains(range->range, ip) &&
			    !groups_pieces_have(ck->arena, pieces, ip))
				return true;
		}
	return false;
}

void groups_fix_range(struct checker *ck, struct finding *f, const struct pool_range *range,
		      const char *before, const char *text)
{
	const char *pieces = groups_pieces(ck->arena, text);

	finding_hint(ck, f, "%s%s", before, text);
	if (groups_loses_address(ck, range, pieces))
		return;
	if (strchr(pieces, '\n') == NULL)
		finding_fix_value(&ck->findings, f, FIX_VALUE, range->entry->pool.s, text);
	else
		finding_fix_split(&ck->findings, f, range->entry->pool.s, pieces,
				  ip_family(range->range.from) == IP_V4 ? "v4pools"
									: "v6pools");
	finding_fix_is_unsafe(f);
}

void groups_hint_fitting(struct checker *ck, struct finding *f, const struct pool_range *range)
{
	const char *text = groups_fitting_text(ck, range, range->range);

	if (text != NULL)
		groups_fix_range(ck, f, range, "use ", text);
	else if (range->subnet_ok)
		finding_hint(ck, f,
			     "choose addresses of %s that no other range and no host has",
			     range->entry->subnet.s);
	else
		finding_hint(ck, f, "choose addresses that no other range and no host has");
}
