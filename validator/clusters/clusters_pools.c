/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XC001, XC002 and XC005: pools of one cluster against the pools, nodes and routers of the
 * others. (I7.3)
 *
 * Ranges of all clusters are walked by their first address. Of each cluster the range that
 * reaches furthest so far is kept, so that every range meets at most one range of every other
 * cluster: which is enough to name each pair of a range and a cluster once.
 */
#include "validator/clusters/clusters.h"

#include <string.h>

#include "base/text.h"
#include "validator/groups/groups.h"

/* A range of a pool that PureLB reads. */
struct offered {
	struct ip_range range;
	uint32_t member;
	const struct pool *pool;
	const struct pool_range *entry;
	struct pos pos;                /* in the snapshot of all */
	uint32_t head;                 /* the first range with the same addresses, of XC005 */
	ARRAY_OF(const char *) others; /* of a head: clusters that offer them as well */
};

struct offers {
	const struct cluster_members *members;
	struct cluster_ties ties;
	ARRAY_OF(struct offered) list; /* by first address */
	uint32_t *starts;              /* of each member, and one more: its ranges in `own` */
	struct offered *own;           /* by member, then by first address */
	uint32_t *furthest;            /* of its ranges up to this one, which ends last */
};

static int clusters_compare_offered(const void *left, const void *right)
{
	const struct offered *a = left;
	const struct offered *b = right;
	int order = ip_compare(a->range.from, b->range.from);

	if (order == 0)
		order = ip_compare(a->range.to, b->range.to);
	if (order == 0)
		order = (a->member > b->member) - (a->member < b->member);
	return order != 0 ? order : pos_compare(a->pos, b->pos);
}

static void clusters_offer(struct checker *ck, struct offers *offers, uint32_t number,
			   const struct pool *pool, const struct pool_range *entry)
{
	const struct cluster_member *member = &offers->members->list.items[number];
	const struct offered offered = { .range = entry->range,
					 .member = number,
					 .pool = pool,
					 .entry = entry,
					 .pos = member_pos(member, entry->entry->pool.pos) };

	if (entry->range_error == RANGE_OK && !entry->reversed)
		ARRAY_ADD(ck->scratch, &offers->list, offered);
}

static void clusters_gather_offers(struct checker *ck, const struct cluster_members *members,
				   struct offers *offers)
{
	*offers = (struct offers){ .members = members };
	clusters_tie(ck, members, &offers->ties);
	offers->starts =
		arena_zalloc(ck->scratch, members->list.count + 1, sizeof(*offers->starts));
	for (uint32_t i = 0; i < members->list.count; i++) {
		const struct cluster *cluster = members->list.items[i].cluster;

		offers->starts[i] = offers->list.count;
		ARRAY_FOREACH (const struct pool, pool, &cluster->pools.list) {
			if (!pool->in_scope)
				continue;
			ARRAY_FOREACH (const struct pool_range, range, &pool->v4)
				clusters_offer(ck, offers, i, pool, range);
			ARRAY_FOREACH (const struct pool_range, range, &pool->v6)
				clusters_offer(ck, offers, i, pool, range);
		}
	}
	offers->starts[members->list.count] = offers->list.count;
	if (offers->list.count == 0)
		return;
	offers->own = arena_alloc(ck->scratch, offers->list.count * sizeof(*offers->own));
	memcpy(offers->own, offers->list.items, offers->list.count * sizeof(*offers->own));
	offers->furthest =
		arena_zalloc(ck->scratch, offers->list.count, sizeof(*offers->furthest));
	for (uint32_t i = 0; i < members->list.count; i++) {
		const uint32_t start = offers->starts[i], end = offers->starts[i + 1];

		array_sort(offers->own + start, end - start, sizeof(*offers->own),
			   clusters_compare_offered);
		for (uint32_t at = start; at < end; at++) {
			const uint32_t best = at > start ? offers->furthest[at - 1] : at;

			offers->furthest[at] = ip_compare(offers->own[best].range.to,
							  offers->own[at].range.to) >= 0
						       ? best
						       : at;
		}
	}
	array_sort(offers->list.items, offers->list.count, sizeof(*offers->list.items),
		   clusters_compare_offered);
}

/* The range of a cluster that has this address, or NULL. */
static const struct offered *clusters_offering(const struct offers *offers, uint32_t member,
					       struct ip ip)
{
	const uint32_t start = offers->starts[member];
	uint32_t low = start, high = offers->starts[member + 1];

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(offers->own[middle].range.from, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == start)
		return NULL;
	high = offers->furthest[low - 1];
	return ip_compare(offers->own[high].range.to, ip) >= 0 ? &offers->own[high] : NULL;
}

static const char *clusters_pool_name(struct checker *ck, const struct offered *offered)
{
	return arena_printf(ck->arena, "%s/%s", offered->pool->name,
			    offered->entry->entry->pool.s);
}

static const struct cluster_member *clusters_member(const struct offers *offers,
						    const struct offered *offered)
{
	return &offers->members->list.items[offered->member];
}

/* ---- XC001 and XC005: ranges that share addresses ---- */

/* True when one address of both can be given out twice: on one network, or into the routes of
 * one router. */
static bool clusters_collide(const struct offers *offers, const struct offered *a,
			     const struct offered *b)
{
	const unsigned ties = clusters_tied(&offers->ties, a->member, b->member);

	if ((ties & TIE_NETWORK) != 0)
		return true;
	return (ties & TIE_ROUTER) != 0 && a->pool->type != POOL_TYPE_LOCAL &&
	       b->pool->type != POOL_TYPE_LOCAL;
}

static void clusters_report_shared(struct checker *ck, const struct offers *offers,
				   const struct offered *later, const struct offered *earlier)
{
	const struct cluster_member *one = clusters_member(offers, earlier);
	const struct cluster_member *two = clusters_member(offers, later);
	const struct ip first = ip_range_first_shared(later->range, earlier->range);
	struct finding *f = clusters_report(
		ck, CHECK_XC001, two, &later->pool->group->object, later->pos,
		"Overlapping ranges: %s of cluster %s and %s of cluster %s share %s, and both "
		"clusters hand %s out",
		clusters_pool_name(ck, earlier), one->name, clusters_pool_name(ck, later),
		two->name, groups_shared_text(ck->arena, first, later->range, earlier->range),
		ip_compare(later->range.to, first) == 0 ||
				ip_compare(earlier->range.to, first) == 0
			? "it"
			: "them");

	finding_path(ck, f, "%s.pool", later->entry->path);
	finding_hint(ck, f,
		     "give each cluster its own ranges; if the clusters are on separate "
		     "networks, give each a site: under clusters: in .purelbtool.yaml");
	finding_related(ck, f, earlier->pos, "cluster %s has %s here", one->name,
			clusters_pool_name(ck, earlier));
}

/* Notes that a range has the addresses of an earlier one, where that may be as it should. */
static void clusters_note_equal(struct checker *ck, struct offers *offers, uint32_t later,
				uint32_t earlier)
{
	struct offered *list = offers->list.items;
	struct offered *head = &list[list[earlier].head];
	const char *name = clusters_member(offers, &list[later])->name;

	list[later].head = list[earlier].head;
	if (head->others.count == 0 ||
	    !str_equal(head->others.items[head->others.count - 1], name))
		ARRAY_ADD(ck->scratch, &head->others, name);
}

static void clusters_report_equal(struct checker *ck, const struct offers *offers,
				  const struct offered *head)
{
	enum { NAMED_MAX = 4 };
	struct finding *f;

	if (head->others.count == 0)
		return;
	f = clusters_report(
		ck, CHECK_XC005, clusters_member(offers, head), &head->pool->group->object,
		head->pos,
		"%s has addresses that cluster%s %s also hand%s out, on another network as "
		"far as is known",
		clusters_pool_name(ck, head), head->others.count > 1 ? "s" : "",
		name_list(ck->arena, head->others.items, head->others.count, NAMED_MAX),
		head->others.count > 1 ? "" : "s");
	finding_path(ck, f, "%s.pool", head->entry->path);
	finding_hint(ck, f,
		     "leave it, unless the addresses are routed between them; clusters on one "
		     "network need separate ranges, and the same site: in .purelbtool.yaml");
}

void clusters_check_pools(struct checker *ck, const struct cluster_members *members)
{
	const uint32_t count = members->list.count;
	uint32_t *furthest = arena_zalloc(ck->scratch, count, sizeof(*furthest));
	uint32_t reported = 0;
	struct offers offers;

	clusters_gather_offers(ck, members, &offers);
	for (uint32_t i = 0; i < count; i++)
		furthest[i] = UINT32_MAX;
	for (uint32_t i = 0; i < offers.list.count; i++) {
		struct offered *later = &offers.list.items[i];
		bool equal = false;

		later->head = i;
		for (uint32_t other = 0; other < count; other++) {
			const struct offered *earlier =
				furthest[other] != UINT32_MAX
					? &offers.list.items[furthest[other]]
					: NULL;

			if (other == later->member || earlier == NULL ||
			    !ip_range_overlaps(earlier->range, later->range))
				continue;
			if (clusters_collide(&offers, later, earlier)) {
				if (reported++ < CLUSTER_FINDINGS_MAX)
					clusters_report_shared(ck, &offers, later, earlier);
			} else if (!equal) {
				equal = true;
				clusters_note_equal(ck, &offers, i, furthest[other]);
			}
		}
		if (furthest[later->member] == UINT32_MAX ||
		    ip_compare(offers.list.items[furthest[later->member]].range.to,
			       later->range.to) < 0)
			furthest[later->member] = i;
	}
	reported = 0;
	ARRAY_FOREACH (const struct offered, head, &offers.list)
		if (reported < CLUSTER_FINDINGS_MAX) {
			clusters_report_equal(ck, &offers, head);
			reported += head->others.count > 0 ? 1 : 0;
		}
}

/* ---- XC002: addresses of others in a pool ---- */

/* An address of a node or a router of a cluster. */
struct foreign_address {
	struct ip ip;
	uint32_t member;
	struct pos pos;   /* in the snapshot of all */
	const char *what; /* "node node-a" */
};

struct address_search {
	struct checker *ck;
	const struct offers *offers;
	uint32_t reported;
};

/* Reports an address that pools of other clusters on the network contain. */
static void clusters_find_address(struct address_search *s,
				  const struct foreign_address *address)
{
	struct checker *ck = s->ck;
	const struct cluster_members *members = s->offers->members;

	for (uint32_t i = 0; i < members->list.count; i++) {
		const struct cluster_member *member = &members->list.items[i];
		const struct offered *offered;
		char text[IP_TEXT_MAX];
		struct finding *f;

		if (i == address->member ||
		    (clusters_tied(&s->offers->ties, i, address->member) & TIE_NETWORK) == 0)
			continue;
		offered = clusters_offering(s->offers, i, address->ip);
		if (offered == NULL || s->reported++ >= CLUSTER_FINDINGS_MAX)
			continue;
		f = clusters_report(
			ck, CHECK_XC002, member, &offered->pool->group->object, offered->pos,
			"%s of cluster %s contains %s, the address of %s of cluster %s",
			clusters_pool_name(ck, offered), member->name,
			ip_format(address->ip, text), address->what,
			members->list.items[address->member].name);
		finding_path(ck, f, "%s.pool", offered->entry->path);
		finding_hint(ck, f, "leave %s out of the range", text);
		finding_related(ck, f, address->pos, "%s has %s here", address->what, text);
	}
}

static void clusters_find_text(struct address_search *s, uint32_t member,
			       const struct str_value *text, const char *what)
{
	struct foreign_address address = { .member = member, .what = what };
	struct ip_net net;

	if (text->s == NULL)
		return;
	if (ip_net_parse(text->s, &net))
		address.ip = net.address;
	else if (!ip_parse(text->s, &address.ip))
		return;
	address.pos = member_pos(&s->offers->members->list.items[member], text->pos);
	clusters_find_address(s, &address);
}

static void clusters_find_nodes(struct address_search *s, uint32_t number)
{
	struct checker *ck = s->ck;
	const struct cluster *cluster = s->offers->members->list.items[number].cluster;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		const char *what = arena_printf(ck->arena, "node %s", node->name);
		bool listed = false;

		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces)
			ARRAY_FOREACH (const struct inventory_address, address,
				       &interface->entry->addresses.list) {
				listed = true;
				clusters_find_text(s, number, &address->address, what);
			}
		if (listed || node->node == NULL)
			continue;
		ARRAY_FOREACH (const struct node_address, address, &node->node->addresses.list)
			if (str_equal(address->type.s, "InternalIP"))
				clusters_find_text(s, number, &address->address, what);
	}
}

static void clusters_find_routers(struct address_search *s, uint32_t number)
{
	struct checker *ck = s->ck;
	const struct snapshot *snapshot = s->offers->members->list.items[number].snapshot;

	ARRAY_FOREACH (struct node_inventory *const, inventory, &snapshot->inventories)
		ARRAY_FOREACH (const struct router, router, &(*inventory)->routers.list)
			ARRAY_FOREACH (const struct str_value, address, &router->addresses.list)
				clusters_find_text(s, number, address,
						   arena_printf(ck->arena, "router %s",
								router->name.s != NULL
									? router->name.s
									: "without a name"));
	ARRAY_FOREACH (struct bgp_configuration *const, config, &snapshot->bgp_configurations)
		ARRAY_FOREACH (const struct bgp_neighbor, neighbor, &(*config)->neighbors.list)
			clusters_find_text(s, number, &neighbor->config.neighbor_address,
					   "a BGP neighbor");
}

void clusters_check_addresses(struct checker *ck, const struct cluster_members *members)
{
	struct offers offers;
	struct address_search search = { ck, &offers, 0 };

	clusters_gather_offers(ck, members, &offers);
	for (uint32_t i = 0; i < members->list.count; i++) {
		clusters_find_nodes(&search, i);
		clusters_find_routers(&search, i);
	}
}
