/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses lie in subnets of live nodes, and which would if every lease were valid. It
 * is worked out once, so that a range costs no walk over all nodes.
 */
#include "validator/coverage/coverage.h"

#include "purelb/pools/order.h"

static int coverage_compare_ranges(const void *pa, const void *pb)
{
	const struct ip_range *a = pa;
	const struct ip_range *b = pb;
	const int order = ip_compare(a->from, b->from);

	return order != 0 ? order : ip_compare(a->to, b->to);
}

/* The next range begins in this span, or right behind it. */
static bool coverage_touches(struct ip_range span, struct ip_range next)
{
	return ip_compare(next.from, span.to) <= 0 || next.from.v - 1 == span.to.v;
}

static void coverage_join(struct address_spans *spans)
{
	struct ip_range *items = spans->list.items;
	uint32_t kept = 0;

	if (spans->list.count < 2)
		return;
	order_sort(items, spans->list.count, sizeof(*items), coverage_compare_ranges);
	for (uint32_t i = 1; i < spans->list.count; i++) {
		if (!coverage_touches(items[kept], items[i]))
			items[++kept] = items[i];
		else if (ip_compare(items[i].to, items[kept].to) > 0)
			items[kept].to = items[i].to;
	}
	spans->list.count = kept + 1;
}

static void coverage_add(struct covered_addresses *covered, struct ip_net net,
			 struct arena *arena)
{
	const struct ip_range range = ip_net_range(net);
	struct address_spans *spans =
		ip_family(range.from) == IP_V4 ? &covered->v4 : &covered->v6;

	ARRAY_ADD(arena, &spans->list, range);
}

static void coverage_settle(struct covered_addresses *covered)
{
	coverage_join(&covered->v4);
	coverage_join(&covered->v6);
}

static bool coverage_node_lapsed(const struct cluster *cluster, const struct cluster_node *node)
{
	return !node->live && node->labels_known && cluster_node_lacks_lease(cluster, node);
}

static void coverage_survey_lapsed(const struct checker *ck, struct coverage_ground *ground)
{
	const struct cluster *cluster = ck->cluster;

	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		const struct cluster_node *node = &cluster->nodes.items[i];

		for (uint32_t k = 0;
		     coverage_node_lapsed(cluster, node) && k < node->subnets.list.count; k++) {
			const struct ip_net net = node->subnets.list.items[k].net;
			const struct ranked_range ranked = { ip_net_range(net), i };

			coverage_add(&ground->lapsed, net, ck->scratch);
			coverage_add(&ground->either, net, ck->scratch);
			ARRAY_ADD(ck->scratch, &ground->subnets.list, ranked);
		}
	}
	if (ground->subnets.list.count > 0)
		address_map_build(&ground->subnets.map, ck->scratch, ground->subnets.list.items,
				  ground->subnets.list.count, cluster->nodes.count);
}

void coverage_survey(const struct checker *ck, struct coverage_ground *ground)
{
	*ground = (struct coverage_ground){ 0 };
	ARRAY_FOREACH (const struct subnet_entry, entry, &ck->cluster->subnets) {
		coverage_add(&ground->advertised, entry->net, ck->scratch);
		coverage_add(&ground->either, entry->net, ck->scratch);
	}
	coverage_survey_lapsed(ck, ground);
	coverage_settle(&ground->advertised);
	coverage_settle(&ground->lapsed);
	coverage_settle(&ground->either);
}

static const struct address_spans *coverage_spans_for(const struct covered_addresses *covered,
						      struct ip_range range)
{
	return ip_family(range.from) == IP_V4 ? &covered->v4 : &covered->v6;
}

/* The first span that ends at or behind `ip`; the number of spans: none. */
static uint32_t coverage_span_at(const struct address_spans *spans, struct ip ip)
{
	uint32_t low = 0, high = spans->list.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(spans->list.items[middle].to, ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool coverage_holds(const struct covered_addresses *covered, struct ip_range range)
{
	const struct address_spans *spans = coverage_spans_for(covered, range);
	const uint32_t at = coverage_span_at(spans, range.from);

	return at < spans->list.count && ip_range_contains(spans->list.items[at], range.from) &&
	       ip_range_contains(spans->list.items[at], range.to);
}

/* What the span and the range have in common; false: nothing. */
static bool coverage_part_of(struct ip_range span, struct ip_range range, struct ip_range *part)
{
	part->from = ip_compare(span.from, range.from) > 0 ? span.from : range.from;
	part->to = ip_compare(span.to, range.to) < 0 ? span.to : range.to;
	return ip_compare(part->from, part->to) <= 0;
}

bool coverage_first_part(const struct coverage_ground *ground, struct ip_range range,
			 struct ip_range *part)
{
	const struct address_spans *spans = coverage_spans_for(&ground->advertised, range);
	const uint32_t at = coverage_span_at(spans, range.from);

	return at < spans->list.count && coverage_part_of(spans->list.items[at], range, part);
}

uint32_t coverage_holes(const struct coverage_ground *ground, struct ip_range range,
			struct ip_range parts[static COVERAGE_PARTS_MAX])
{
	const struct address_spans *spans = coverage_spans_for(&ground->advertised, range);
	struct ip_range rest = range, part;
	uint32_t count = 0;
	bool more = true;

	for (uint32_t i = coverage_span_at(spans, range.from);
	     more && i < spans->list.count &&
	     coverage_part_of(spans->list.items[i], rest, &part);
	     i++) {
		if (ip_compare(part.from, rest.from) > 0 && count++ < COVERAGE_PARTS_MAX)
			parts[count - 1] = (struct ip_range){ rest.from, { part.from.v - 1 } };
		more = ip_compare(part.to, rest.to) < 0;
		if (more)
			rest.from.v = part.to.v + 1;
	}
	if (more && count++ < COVERAGE_PARTS_MAX)
		parts[count - 1] = rest;
	return count;
}

/* The first lapsed node, by name, that is on the address. */
static const struct cluster_node *
coverage_lapsed_at(const struct checker *ck, const struct coverage_ground *ground, struct ip ip)
{
	const struct address_piece *piece = address_map_find(&ground->subnets.map, ip);

	return piece != NULL ? &ck->cluster->nodes
					.items[ground->subnets.list.items[piece->first].group]
			     : NULL;
}

const struct cluster_node *coverage_lapsed_cover(const struct checker *ck,
						 const struct coverage_ground *ground,
						 struct ip_range range)
{
	struct ip_range holes[COVERAGE_PARTS_MAX];

	if (ground->subnets.list.count == 0 || !coverage_holds(&ground->either, range) ||
	    coverage_holes(ground, range, holes) == 0)
		return NULL;
	return coverage_lapsed_at(ck, ground, holes[0].from);
}

const struct cluster_node *coverage_lapsed_second(const struct checker *ck,
						  const struct coverage_ground *ground,
						  struct ip_range range)
{
	const struct address_spans *spans = coverage_spans_for(&ground->advertised, range);
	struct ip_range part, first;

	if (ground->subnets.list.count == 0 || !coverage_first_part(ground, range, &first))
		return NULL;
	for (uint32_t i = coverage_span_at(spans, range.from);
	     i < spans->list.count && coverage_part_of(spans->list.items[i], range, &part); i++)
		if (!coverage_holds(&ground->lapsed, part))
			return NULL;
	return coverage_lapsed_at(ck, ground, first.from);
}
