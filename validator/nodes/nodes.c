/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of nodes: what they share; ND005, an address or a MAC on two nodes; ND006 and
 * ND007, leases against the nodes (P4).
 *
 * For ND005, interfaces that stay inside a node (docker0, the dummy interface, pod interfaces)
 * have the same address everywhere and do no harm. One with the default route counts all the
 * same, and so does a bridge that the node announces on: "br-ex" can be the uplink.
 */
#include "validator/nodes/nodes.h"

#include <stdlib.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/agents/interfaces.h"
#include "validator/consequences.h"

static uint32_t node_interface_index(const struct cluster_node *node,
				     const struct inventory_interface *interface)
{
	return (uint32_t)(interface - node->inventory->interfaces.list.items);
}

const char *node_interface_path(struct checker *ck, const struct cluster_node *node,
				const struct inventory_interface *interface)
{
	return arena_printf(ck->arena, "%s.interfaces[%u]", node->inventory_path,
			    node_interface_index(node, interface));
}

const char *node_address_path(struct checker *ck, const struct cluster_node *node,
			      const struct inventory_interface *interface,
			      const struct inventory_address *address)
{
	const bool bare = address->at.pos.line == address->address.pos.line &&
			  address->at.pos.column == address->address.pos.column;

	return arena_printf(ck->arena, "%s.interfaces[%u].addresses[%u]%s",
			    node->inventory_path, node_interface_index(node, interface),
			    (uint32_t)(address - interface->addresses.list.items),
			    bare ? "" : ".address");
}

bool node_interface_has(const struct node_interface *interface, enum ip_family family)
{
	ARRAY_FOREACH (const struct node_net, net, &interface->nets)
		if (ip_family(net->net.address) == family && node_net_counts(net))
			return true;
	return false;
}

enum ip_family node_route_family(const struct default_route *route)
{
	struct ip via;

	if (route->via.s != NULL)
		return ip_parse(route->via.s, &via) ? ip_family(via) : IP_NONE;
	return str_equal(route->family.s, "v6") ? IP_V6 : IP_V4;
}

static int node_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool node_mac_parse(const char *text, uint64_t *out)
{
	uint64_t mac = 0;

	for (int pair = 0; pair < 6; pair++) {
		for (int i = 0; i < 2; i++) {
			int digit = node_hex_digit(*text);

			if (digit < 0)
				return false;
			mac = mac << 4 | (uint64_t)digit;
			text++;
		}
		if (*text++ != (pair < 5 ? ':' : '\0'))
			return false;
	}
	*out = mac;
	return true;
}

static void node_use_family(struct family_use *use, const struct pool *pool, struct ip address)
{
	if (ip_family(address) == IP_V4 && use->v4 == NULL)
		use->v4 = pool;
	if (ip_family(address) == IP_V6 && use->v6 == NULL)
		use->v6 = pool;
}

/* The family of the addresses counts here, not that of the list: they are what is announced. */
static void node_use_ranges(struct node_checks *nodes, const struct pool *pool,
			    const struct pool_range *ranges, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (ranges[i].range_error != RANGE_OK)
			continue;
		node_use_family(&nodes->any, pool, ranges[i].range.from);
		if (pool->type == POOL_TYPE_LOCAL)
			node_use_family(&nodes->local, pool, ranges[i].range.from);
	}
}

/* Groups that are rejected only for an overlap are counted: it will be fixed. */
static void node_find_families(struct node_checks *nodes)
{
	ARRAY_FOREACH (const struct pool, pool, &nodes->ck->cluster->pools.list) {
		if (!pool->in_scope)
			continue;
		nodes->groups = true;
		if (pool->reject != POOL_ACCEPTED && pool->reject != POOL_OVERLAPS)
			continue;
		node_use_ranges(nodes, pool, pool->v4.items, pool->v4.count);
		node_use_ranges(nodes, pool, pool->v6.items, pool->v6.count);
	}
}

/* An address or a MAC that a node has. */
struct claim {
	u128 value;
	const struct cluster_node *node;
	const struct object *object;
	const struct str_value *text;
	const struct inventory_interface *interface; /* NULL: of the Node object */
	const struct inventory_address *address;     /* NULL: the interface's MAC */
	uint32_t index;                              /* in the Node object's list */
};

struct claims {
	ARRAY_OF(struct claim) list;
};

static bool node_stays_inside(const char *name)
{
	return interface_name_is_internal(name) || str_has_prefix(name, "virbr");
}

static bool node_is_selected(const struct cluster_node *node,
			     const struct node_interface *interface)
{
	for (uint32_t i = 0; i < node->selected.list.count; i++)
		if (node->selected.list.items[i] == interface)
			return true;
	return false;
}

static bool node_has_default_route(const struct cluster_node *node,
				   const struct node_interface *interface)
{
	ARRAY_FOREACH (const struct default_route, route, &node->inventory->default_routes.list)
		if (str_equal(route->interface.s, interface->name))
			return true;
	return false;
}

/* True when other nodes can meet the interface's addresses. */
static bool node_is_outward(const struct cluster_node *node,
			    const struct node_interface *interface)
{
	const struct agent_rule *rule = node->config.governing;

	if (interface->loopback || interface->name == NULL)
		return false;
	if (node_has_default_route(node, interface))
		return true;
	if (rule != NULL && str_equal(interface->name, rule->dummy_interface))
		return false;
	if (str_has_prefix(interface->name, "br-"))
		return node_is_selected(node, interface);
	return !node_stays_inside(interface->name);
}

static bool node_address_is_special(struct ip ip)
{
	return ip_is_loopback(ip) || ip_is_link_local(ip) || ip_is_unspecified(ip);
}

static void node_claim_interface(struct checker *ck, const struct cluster_node *node,
				 const struct node_interface *interface,
				 struct claims *addresses, struct claims *macs)
{
	struct claim claim = { .node = node,
			       .object = node->inventory_object,
			       .interface = interface->entry };
	uint64_t mac;

	if (interface->entry->mac.s != NULL && node_mac_parse(interface->entry->mac.s, &mac) &&
	    mac != 0) {
		claim.value = mac;
		claim.text = &interface->entry->mac;
		ARRAY_ADD(ck->scratch, &macs->list, claim);
	}
	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		if (node_address_is_special(net->net.address))
			continue;
		claim.value = net->net.address.v;
		claim.address = net->entry;
		claim.text = &net->entry->address;
		ARRAY_ADD(ck->scratch, &addresses->list, claim);
	}
}

static void node_claim_node(const struct node_checks *nodes, const struct cluster_node *node,
			    struct claims *addresses)
{
	struct checker *ck = nodes->ck;
	const struct node_addresses *list = &node->node->addresses;

	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct node_address *it = &list->list.items[i];
		struct claim claim = { .node = node,
				       .object = &node->node->object,
				       .text = &it->address,
				       .index = i };
		struct ip ip;

		if (!str_equal(it->type.s, "InternalIP") || it->address.s == NULL ||
		    !ip_parse(it->address.s, &ip) || node_address_is_special(ip) ||
		    node_vip_holder(nodes, ip) != NULL) /* ND012 reports it */
			continue;
		claim.value = ip.v;
		ARRAY_ADD(ck->scratch, &addresses->list, claim);
	}
}

static int node_compare_places(struct pos a, struct pos b)
{
	if (a.source != b.source)
		return a.source < b.source ? -1 : 1;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	if (a.column != b.column)
		return a.column < b.column ? -1 : 1;
	return 0;
}

/* By value, then by node; what a node claims twice in the order of the input. */
static int node_compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	order = str_compare(x->node->name, y->node->name);
	return order != 0 ? order : node_compare_places(x->text->pos, y->text->pos);
}

static const char *node_claim_path(struct checker *ck, const struct claim *claim)
{
	if (claim->interface == NULL)
		return arena_printf(ck->arena, "status.addresses[%u].address", claim->index);
	if (claim->address != NULL)
		return node_address_path(ck, claim->node, claim->interface, claim->address);
	return arena_printf(ck->arena, "%s.mac",
			    node_interface_path(ck, claim->node, claim->interface));
}

static void node_report_conflict(struct checker *ck, const struct claim *first,
				 const struct claim *other, const char *what)
{
	char text[IP_TEXT_MAX];
	const char *value = first->text->s;
	struct finding *f;

	if (first->interface == NULL || first->address != NULL)
		value = ip_format((struct ip){ first->value }, text);
	f = report(
		ck, CHECK_ND005, other->object, other->text->pos,
		"nodes \"%s\" and \"%s\" have the same %s %s: traffic for one of them goes to "
		"either of them, unpredictably",
		first->node->name, other->node->name, what, value);
	finding_path(ck, f, "%s", node_claim_path(ck, other));
	finding_hint(ck, f, "give each node its own %s, or correct the inventory", what);
	finding_related(ck, f, first->text->pos, "node \"%s\" has it here", first->node->name);
}

/*
 * A VIP on several nodes is not a wrong address: one of them has to give it up. (P6.11)
 * The claims are those of one value, by node.
 */
static void node_report_vip(struct checker *ck, const struct claim *claims, uint32_t count,
			    const struct service *holder)
{
	const struct ip ip = { claims[0].value };
	const struct cluster_node *winner = node_vip_winner(ck, holder, ip);
	char text[IP_TEXT_MAX];

	for (uint32_t i = 0; i < count; i++) {
		const struct claim *claim = &claims[i];
		const struct claim *other =
			&claims[claim->node == claims[0].node ? count - 1 : 0];
		struct finding *f;

		if (claim->node == other->node ||
		    claim->node == (winner != NULL ? winner : claims[0].node) ||
		    (i > 0 && claim->node == claims[i - 1].node))
			continue;
		f = report(
			ck, CHECK_ND005, claim->object, claim->text->pos,
			"%s, the VIP of Service \"%s\", is on node \"%s\" and on node \"%s\": "
			"only one of them may have it",
			ip_format(ip, text), node_service_title(ck, holder), claim->node->name,
			other->node->name);
		finding_path(ck, f, "%s", node_claim_path(ck, claim));
		if (winner != NULL)
			finding_hint(
				ck, f,
				"remove it from node \"%s\" and check its lbnodeagent; node "
				"\"%s\" wins the election for it",
				claim->node->name, winner->name);
		else
			finding_hint(ck, f,
				     "remove it from the node that does not announce it");
		finding_related(ck, f, other->text->pos, "node \"%s\" has it here",
				other->node->name);
	}
}

/* One value with all its claims: each node but the first in the input gets a finding. */
static void node_check_equal_claims(const struct node_checks *nodes, const struct claim *claims,
				    uint32_t count, const char *what)
{
	struct checker *ck = nodes->ck;
	const struct claim *first = &claims[0];
	const struct service *holder =
		first->address != NULL && count > 1
			? node_vip_holder(nodes, (struct ip){ first->value })
			: NULL;

	if (holder != NULL) {
		node_report_vip(ck, claims, count, holder);
		return;
	}
	for (uint32_t i = 1; i < count; i++)
		if (node_compare_places(claims[i].text->pos, first->text->pos) < 0)
			first = &claims[i];
	for (uint32_t i = 0; i < count; i++) {
		if (claims[i].node == first->node ||
		    (i > 0 && claims[i].node == claims[i - 1].node))
			continue;
		node_report_conflict(ck, first, &claims[i], what);
	}
}

static void node_check_claims(const struct node_checks *nodes, struct claims *claims,
			      const char *what)
{
	uint32_t end;

	if (claims->list.count < 2)
		return;
	qsort(claims->list.items, claims->list.count, sizeof(struct claim),
	      node_compare_claims);
	for (uint32_t i = 0; i < claims->list.count; i = end) {
		for (end = i + 1; end < claims->list.count; end++)
			if (claims->list.items[end].value != claims->list.items[i].value)
				break;
		node_check_equal_claims(nodes, &claims->list.items[i], end - i, what);
	}
}

static void node_check_conflicts(const struct node_checks *nodes)
{
	struct checker *ck = nodes->ck;
	struct claims addresses = { 0 }, macs = { 0 };

	if (!check_can_run(ck, CHECK_ND005))
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		uint32_t count;
		const struct node_interface *shown = node_shown_interfaces(node, &count);

		for (uint32_t i = 0; i < count; i++)
			if (node_is_outward(node, &shown[i]))
				node_claim_interface(ck, node, &shown[i], &addresses, &macs);
		if (node->node != NULL)
			node_claim_node(nodes, node, &addresses);
	}
	node_check_claims(nodes, &addresses, "address");
	node_check_claims(nodes, &macs, "MAC");
}

enum { SUBNETS_SHOWN_MAX = 4 }; /* in one message */

struct texts {
	ARRAY_OF(const char *) list;
};

static int node_compare_texts(const void *a, const void *b)
{
	return str_compare(*(const char *const *)a, *(const char *const *)b);
}

/* The texts of the subnets, sorted. */
static struct texts node_sorted_texts(struct arena *arena, const struct subnet_list *subnets)
{
	struct texts out = { 0 };

	ARRAY_FOREACH (const struct advertised, it, &subnets->list)
		ARRAY_ADD(arena, &out.list, it->text);
	if (out.list.count > 1)
		qsort(out.list.items, out.list.count, sizeof(*out.list.items),
		      node_compare_texts);
	return out;
}

/* What is in `a` and not in `b`; both are sorted. */
static struct texts node_subnets_difference(struct arena *arena, const struct texts *a,
					    const struct texts *b)
{
	struct texts out = { 0 };
	uint32_t j = 0;

	for (uint32_t i = 0; i < a->list.count; i++) {
		while (j < b->list.count && str_compare(b->list.items[j], a->list.items[i]) < 0)
			j++;
		if (j == b->list.count || !str_equal(a->list.items[i], b->list.items[j]))
			ARRAY_ADD(arena, &out.list, a->list.items[i]);
	}
	return out;
}

static const char *node_texts_shown(struct arena *arena, const struct texts *texts)
{
	return name_list(arena, texts->list.items, texts->list.count, SUBNETS_SHOWN_MAX);
}

static void node_report_differing(struct checker *ck, const struct cluster_node *node,
				  const struct texts *extra, const struct texts *missing)
{
	const struct object *lease = &node->lease->object;
	const struct str_value *value = label_map_get(&lease->annotations, "purelb.io/subnets");
	const char *own = "its interfaces and LBNodeAgent";
	const char *what;
	struct finding *f;

	if (missing->list.count == 0)
		what = arena_printf(ck->arena, "%s, which %s do not have",
				    node_texts_shown(ck->arena, extra), own);
	else if (extra->list.count == 0)
		what = arena_printf(ck->arena, "none of %s, which %s have",
				    node_texts_shown(ck->arena, missing), own);
	else
		what = arena_printf(ck->arena, "%s where %s have %s",
				    node_texts_shown(ck->arena, extra), own,
				    node_texts_shown(ck->arena, missing));
	f = report(ck, CHECK_ND006, lease, value != NULL ? value->pos : lease->name.pos,
		   "the lease of node \"%s\" advertises %s: elections use the lease",
		   node->name, what);
	finding_path(ck, f,
		     value != NULL ? "metadata.annotations[\"purelb.io/subnets\"]"
				   : "metadata.name");
	finding_hint(ck, f,
		     "capture leases and inventory again; a lease follows a change of the "
		     "configuration within half its duration");
	finding_related(ck, f, node->inventory->name.pos, "node \"%s\" in the inventory",
			node->name);
	/* The interface that the lease knows is not there (AG011). */
	if (node->selected.list.count == 0 && node->config.governing != NULL)
		finding_follows(ck, f, &node->config.governing->agent->object, NULL);
}

/* ND006: a lease that has expired is old, and ND007 says so. */
static void node_check_subnets(struct checker *ck, const struct cluster_node *node)
{
	struct subnet_list from_lease = { 0 };
	struct texts lease, own, extra, missing;
	const char *text;

	if (node->lease == NULL || node->inventory == NULL || !node->live ||
	    node->interfaces.count == 0)
		return;
	text = label_map_text(&node->lease->object.annotations, "purelb.io/subnets");
	if (text != NULL)
		subnets_annotation_parse(text, ck->arena, &from_lease);
	lease = node_sorted_texts(ck->arena, &from_lease);
	own = node_sorted_texts(ck->arena, &node->from_inventory);
	extra = node_subnets_difference(ck->arena, &lease, &own);
	missing = node_subnets_difference(ck->arena, &own, &lease);
	if (extra.list.count > 0 || missing.list.count > 0)
		node_report_differing(ck, node, &extra, &missing);
}

static void node_report_no_lease(struct checker *ck, const struct cluster_node *node)
{
	const struct place place = cluster_node_lease_place(node, ck->arena);
	struct finding *f =
		report(ck, CHECK_ND007, place.object, place.pos,
		       "node \"%s\" has no lease: it takes no part in elections and "
		       "announces no local address",
		       node->name);

	f->place.path = place.path;
	finding_hint(
		ck, f,
		"check whether the lbnodeagent pod is running on it; a deleted lease comes "
		"back only when that pod restarts");
}

/* "expired 12s before the input was captured", or why the lease is not live. */
static const char *node_expiry(struct checker *ck, const struct lease *lease)
{
	char age[DURATION_TEXT_MAX];
	int64_t renewed, over;

	if (lease->renew_time.s == NULL)
		return "was never renewed";
	if (!rfc3339_parse(lease->renew_time.s, &renewed))
		return "has an invalid renewTime";
	if (!lease->duration_seconds.set || lease->duration_seconds.v <= 0)
		return "has no duration";
	if (__builtin_mul_overflow(lease->duration_seconds.v, NS_PER_SEC, &over) ||
	    __builtin_add_overflow(over, renewed, &over) ||
	    __builtin_sub_overflow(ck->cluster->now_ns, over, &over) || over < 0)
		return "has expired";
	if (over < NS_PER_SEC)
		return arena_printf(ck->arena, "expired just before %s",
				    moment_text(ck->cluster->moment));
	return arena_printf(ck->arena, "expired %s before %s",
			    duration_format(over - over % NS_PER_SEC, age),
			    moment_text(ck->cluster->moment));
}

static void node_report_expired(struct checker *ck, const struct cluster_node *node)
{
	const struct place place = cluster_node_lease_place(node, ck->arena);
	struct finding *f = report(ck, CHECK_ND007, place.object, place.pos,
				   "the lease of node \"%s\" %s: the node takes no part in "
				   "elections until it is renewed",
				   node->name, node_expiry(ck, node->lease));

	f->place.path = place.path;
	finding_hint(ck, f,
		     "check whether the node is up and its lbnodeagent reaches the API server; "
		     "delete the lease of a node that is gone");
}

static void node_check_leases(const struct node_checks *nodes)
{
	struct checker *ck = nodes->ck;

	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		if (check_can_run(ck, CHECK_ND006))
			node_check_subnets(ck, node);
		if (!check_can_run(ck, CHECK_ND007))
			continue;
		if (!cluster_node_lacks_lease(ck->cluster, node))
			continue;
		if (node->lease == NULL)
			node_report_no_lease(ck, node);
		else
			node_report_expired(ck, node);
	}
}

void check_nodes(struct checker *ck)
{
	struct node_checks nodes = { .ck = ck };

	type_errors_collect(&nodes.type_errors, ck->snapshot, ck->arena);
	ARRAY_FOREACH (const struct finding, problem, &ck->snapshot->problems)
		if (problem->kind == PROBLEM_INVENTORY)
			report_problem(ck, CHECK_ND011, problem);
	node_find_families(&nodes);
	node_find_vips(&nodes);
	node_check_conflicts(&nodes);
	node_check_leases(&nodes);
	node_check_vips(&nodes);
	node_check_inventory(&nodes);
	if (!check_can_run(ck, CHECK_ND001))
		return;
	node_check_routes(&nodes);
	node_check_interfaces(&nodes);
	node_check_sysctls(&nodes);
}
