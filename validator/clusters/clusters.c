/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which clusters are on one network. (I7.3)
 *
 * Clusters of one site are; those of different sites are not. Without sites they are where both
 * have one subnet: in a local pool, or as their nodes'. A subnet that two found clusters have
 * only because they are made of one base says nothing: the base may be used anywhere. A value
 * that goes into the base is said where it comes from. Routers
 * tie clusters in the same way: by the address or the AS that both peer with.
 */
#include "validator/clusters/clusters.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/text.h"

/* True when both name sites, and these differ. */
static bool clusters_are_apart(const struct cluster_members *members, uint32_t a, uint32_t b)
{
	const char *x = members->list.items[a].site;
	const char *y = members->list.items[b].site;

	return x != NULL && y != NULL && !str_equal(x, y);
}

unsigned clusters_tied(const struct cluster_ties *ties, uint32_t a, uint32_t b)
{
	return ties->ties[a * ties->members->list.count + b];
}

struct finding *clusters_report(struct checker *ck, enum check_code code,
				const struct cluster_member *member,
				const struct object *object, struct pos pos, const char *format,
				...)
{
	va_list args;
	const char *message;
	struct finding *f;

	va_start(args, format);
	message = arena_vprintf(ck->arena, format, args);
	va_end(args);
	f = report(ck, code, object, pos, "%s", message);
	f->cluster = member->name;
	return f;
}

/* ---- evidence ---- */

/* Something that two clusters may have in common: a subnet, a router's address or its AS. */
struct tie_evidence {
	enum cluster_tie tie;
	uint32_t kind; /* bits of a subnet, or what else tells evidence apart */
	struct ip ip;
	uint32_t member;
	struct pos pos;     /* in the snapshot of all; zero: nobody wrote it */
	const char *origin; /* the file that says a value which goes in there, or NULL */
};

struct tie_list {
	ARRAY_OF(struct tie_evidence) list;
	struct filled_values filled; /* of the present cluster, by place */
};

enum { TIE_ADDRESS = 200, TIE_AS = 201 }; /* kinds above the bits of any subnet */

/* A place in a file is another one where another file says what goes in there. */
static int clusters_compare_places(const struct tie_evidence *a, const struct tie_evidence *b)
{
	const int order = pos_compare(a->pos, b->pos);

	return order != 0 ? order : str_compare(a->origin, b->origin);
}

static int clusters_compare_evidence(const void *left, const void *right)
{
	const struct tie_evidence *a = left;
	const struct tie_evidence *b = right;
	const int orders[] = {
		(a->kind > b->kind) - (a->kind < b->kind),
		ip_compare(a->ip, b->ip),
		(a->member > b->member) - (a->member < b->member),
		clusters_compare_places(a, b),
	};

	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		if (orders[i] != 0)
			return orders[i];
	return 0;
}

static int clusters_compare_filled(const void *left, const void *right)
{
	return pos_compare(((const struct filled_value *)left)->pos,
			   ((const struct filled_value *)right)->pos);
}

/* Sorts what files put into the values of a cluster. */
static void clusters_sort_filled(struct checker *ck, const struct cluster_member *member,
				 struct tie_list *all)
{
	all->filled.list.count = 0;
	ARRAY_FOREACH (const struct filled_value, value, &member->snapshot->filled.list)
		ARRAY_ADD(ck->scratch, &all->filled.list, *value);
	array_sort(all->filled.list.items, all->filled.list.count,
		   sizeof(*all->filled.list.items), clusters_compare_filled);
}

/* Adds evidence that is at `pos` of a cluster. */
static void clusters_add_evidence(struct checker *ck, const struct cluster_member *member,
				  struct tie_list *all, struct tie_evidence evidence,
				  struct pos pos)
{
	const struct filled_value key = { .pos = pos };
	const struct filled_value *filled =
		all->filled.list.count > 0
			? bsearch(&key, all->filled.list.items, all->filled.list.count,
				  sizeof(key), clusters_compare_filled)
			: NULL;

	evidence.pos = member_pos(member, pos);
	evidence.origin = filled != NULL ? filled->origin : NULL;
	ARRAY_ADD(ck->scratch, &all->list, evidence);
}

static void clusters_gather_subnets(struct checker *ck, const struct cluster_member *member,
				    uint32_t number, struct tie_list *all)
{
	ARRAY_FOREACH (const struct pool, pool, &member->cluster->pools.list) {
		if (pool->type != POOL_TYPE_LOCAL)
			continue;
		for (int family = 0; family < 2; family++) {
			const uint32_t count = family == 0 ? pool->v4.count : pool->v6.count;

			for (uint32_t i = 0; i < count; i++) {
				const struct pool_range *range =
					family == 0 ? &pool->v4.items[i] : &pool->v6.items[i];

				if (!range->subnet_ok)
					continue;
				clusters_add_evidence(ck, member, all,
						      (struct tie_evidence){
							      .tie = TIE_NETWORK,
							      .kind = range->subnet.bits,
							      .ip = ip_net_first(range->subnet),
							      .member = number },
						      range->entry->subnet.pos);
			}
		}
	}
	ARRAY_FOREACH (const struct cluster_node, node, &member->cluster->nodes) {
		struct pos pos = { 0 };

		if (node->origin == SUBNETS_INFERRED) /* from the pools, which are there */
			continue;
		if (node->lease != NULL)
			pos = node->lease->object.pos;
		else if (node->inventory != NULL)
			pos = node->inventory->at.pos;
		ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list)
			clusters_add_evidence(
				ck, member, all,
				(struct tie_evidence){ .tie = TIE_NETWORK,
						       .kind = subnet->net.bits,
						       .ip = ip_net_first(subnet->net),
						       .member = number },
				pos);
	}
}

static void clusters_gather_routers(struct checker *ck, const struct cluster_member *member,
				    uint32_t number, struct tie_list *all)
{
	ARRAY_FOREACH (struct bgp_configuration *const, config,
		       &member->snapshot->bgp_configurations) {
		const int64_t own = (*config)->global.asn.v;

		ARRAY_FOREACH (const struct bgp_neighbor, neighbor,
			       &(*config)->neighbors.list) {
			const struct bgp_neighbor_config *c = &neighbor->config;
			struct tie_evidence evidence = { .tie = TIE_ROUTER,
							 .kind = TIE_ADDRESS,
							 .member = number };

			if (c->neighbor_address.s != NULL &&
			    ip_parse(c->neighbor_address.s, &evidence.ip) &&
			    !ip_is_link_local(evidence.ip))
				clusters_add_evidence(ck, member, all, evidence,
						      c->neighbor_address.pos);
			if (!c->peer_asn.set || c->peer_asn.v <= 0 || c->peer_asn.v == own)
				continue;
			evidence.kind = TIE_AS;
			evidence.ip = (struct ip){ (u128)c->peer_asn.v };
			clusters_add_evidence(ck, member, all, evidence, c->peer_asn.pos);
		}
	}
}

/* ---- ties ---- */

static void clusters_set_tie(struct cluster_ties *ties, uint32_t a, uint32_t b,
			     enum cluster_tie tie)
{
	const uint32_t count = ties->members->list.count;

	ties->ties[a * count + b] |= (uint8_t)tie;
	ties->ties[b * count + a] |= (uint8_t)tie;
}

/* True when each of two clusters has a place of its own among theirs, which are sorted. */
static bool clusters_say_it_apart(const struct tie_evidence *a, uint32_t a_count,
				  const struct tie_evidence *b, uint32_t b_count)
{
	uint32_t own = 0, others = 0, i = 0, j = 0;

	while (i < a_count && j < b_count) {
		const int order = clusters_compare_places(&a[i], &b[j]);

		if (order == 0 && a[i].pos.source == 0) /* nobody wrote either */
			return true;
		own += order < 0;
		others += order > 0;
		i += order <= 0;
		j += order >= 0;
	}
	return own + (a_count - i) > 0 && others + (b_count - j) > 0;
}

/* Ties those that have evidence in common: a run of equal pieces, by cluster. What both have
 * from one place only one of them may have meant. */
static void clusters_tie_run(struct cluster_ties *ties, const struct tie_evidence *run,
			     uint32_t count)
{
	for (uint32_t a = 0, a_end; a < count; a = a_end) {
		for (a_end = a; a_end < count && run[a_end].member == run[a].member;)
			a_end++;
		for (uint32_t b = a_end, b_end; b < count; b = b_end) {
			for (b_end = b; b_end < count && run[b_end].member == run[b].member;)
				b_end++;
			if (!clusters_are_apart(ties->members, run[a].member, run[b].member) &&
			    (ties->members->declared ||
			     clusters_say_it_apart(&run[a], a_end - a, &run[b], b_end - b)))
				clusters_set_tie(ties, run[a].member, run[b].member,
						 run[a].tie);
		}
	}
}

void clusters_tie(struct checker *ck, const struct cluster_members *members,
		  struct cluster_ties *out)
{
	const uint32_t count = members->list.count;
	struct tie_list all = { 0 };

	*out = (struct cluster_ties){ members, arena_zalloc(ck->scratch, (size_t)count * count,
							    sizeof(*out->ties)) };
	for (uint32_t i = 0; i < count; i++) {
		const struct cluster_member *member = &members->list.items[i];

		clusters_sort_filled(ck, member, &all);
		clusters_gather_subnets(ck, member, i, &all);
		clusters_gather_routers(ck, member, i, &all);
		for (uint32_t j = 0; j < i; j++)
			if (member->site != NULL &&
			    str_equal(member->site, members->list.items[j].site))
				clusters_set_tie(out, i, j, TIE_NETWORK);
	}
	array_sort(all.list.items, all.list.count, sizeof(*all.list.items),
		   clusters_compare_evidence);
	for (uint32_t i = 0, end; i < all.list.count; i = end) {
		const struct tie_evidence *first = &all.list.items[i];

		for (end = i + 1; end < all.list.count; end++) {
			const struct tie_evidence *next = &all.list.items[end];

			if (next->kind != first->kind || ip_compare(next->ip, first->ip) != 0)
				break;
		}
		clusters_tie_run(out, first, end - i);
	}
}
