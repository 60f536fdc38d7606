/* SPDX-License-Identifier: Apache-2.0 */
/* Section 6: what one node does with one VIP of one Service. */
#include "purelb/announcing/announcing.h"

#include <stdlib.h>

#include "base/regex.h"
#include "base/text.h"
#include "purelb/announcing/lifetimes.h"

#define BRAND_ANNOTATION "purelb.io/allocated-by"
#define BRAND            "PureLB"

/* ---- P6.3: interfaces ---- */

/* What is needed while the interfaces of a node are put in order. */
struct placing {
	const struct agent_rule *rule;
	const struct inventory_node *node;
	const struct node_interface *interfaces;
	uint32_t count;
	const struct node_interface **by_name; /* of each name the first; sorted */
	uint32_t names;
	struct arena *arena;
};

static int announcing_compare_interfaces(const void *pa, const void *pb)
{
	const struct node_interface *const *a = pa;
	const struct node_interface *const *b = pb;
	const int order = str_compare((*a)->name, (*b)->name);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static void announcing_index_names(struct placing *p)
{
	if (p->count == 0)
		return;
	p->by_name = arena_alloc(p->arena, p->count * sizeof(*p->by_name));
	for (uint32_t i = 0; i < p->count; i++)
		p->by_name[i] = &p->interfaces[i];
	qsort(p->by_name, p->count, sizeof(*p->by_name), announcing_compare_interfaces);
	for (uint32_t i = 0; i < p->count; i++) {
		if (i == 0 || !str_equal(p->by_name[i]->name, p->by_name[p->names - 1]->name))
			p->by_name[p->names++] = p->by_name[i];
	}
}

static int announcing_compare_name(const void *name, const void *element)
{
	const struct node_interface *const *interface = element;

	return str_compare(name, (*interface)->name);
}

static const struct node_interface *announcing_find_interface(const struct placing *p,
							      const char *name)
{
	const struct node_interface *const *found;

	if (p->names == 0)
		return NULL;
	found = bsearch(name, p->by_name, p->names, sizeof(*p->by_name),
			announcing_compare_name);
	return found != NULL ? *found : NULL;
}

/* Matches by name; the dummy is left out, loopback is not. */
static void announcing_place_matching(const struct placing *p, struct announcing_places *out)
{
	for (uint32_t i = 0; i < p->names; i++) {
		const struct node_interface *it = p->by_name[i];

		if (!str_equal(it->name, p->rule->dummy_interface) &&
		    regex_match(p->rule->regex, it->name))
			ARRAY_ADD(p->arena, &out->interfaces.list, it);
	}
}

static void announcing_place_default(const struct placing *p, enum ip_family family,
				     struct announcing_places *out)
{
	const struct node_interface *it =
		default_interface(p->node, p->interfaces, p->count, family);

	if (it != NULL)
		ARRAY_ADD(p->arena, &out->interfaces.list, it);
	else
		out->no_route = p->rule->agent->local.interfaces.list.count == 0;
}

/* `interfaces` in the order written, without empty names and the dummy. */
static void announcing_place_listed(const struct placing *p, struct announcing_places *out)
{
	bool *placed = arena_zalloc(p->arena, p->count, sizeof(*placed));

	ARRAY_FOREACH (const struct str_value, name, &p->rule->agent->local.interfaces.list) {
		const struct node_interface *it;

		if (name->s == NULL || name->s[0] == '\0' ||
		    str_equal(name->s, p->rule->dummy_interface))
			continue;
		it = announcing_find_interface(p, name->s);
		if (it == NULL || placed[it - p->interfaces])
			continue;
		placed[it - p->interfaces] = true;
		ARRAY_ADD(p->arena, &out->interfaces.list, it);
	}
}

static void announcing_place(const struct placing *p, enum ip_family family,
			     struct announcing_places *out)
{
	*out = (struct announcing_places){ 0 };
	if (p->rule->regex != NULL)
		announcing_place_matching(p, out);
	else
		announcing_place_default(p, family, out);
	announcing_place_listed(p, out);
}

/* The last address of the interface whose network holds the VIP; NULL: none. (P6.3) */
static const struct node_net *announcing_net_for(const struct node_interface *interface,
						 struct ip vip)
{
	const unsigned bad = ADDRESS_DEPRECATED | ADDRESS_TENTATIVE | ADDRESS_DADFAILED;
	const bool v6 = ip_family(vip) == IP_V6;
	const struct node_net *last = NULL;

	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		if (v6 && (net->flags & bad) != 0)
			continue;
		if (ip_net_contains(net->net, vip))
			last = net;
	}
	return last;
}

/* The first interface that carries the VIP, and the address that does. */
static const struct node_interface *announcing_choose(const struct announcing_places *places,
						      struct ip vip,
						      const struct node_net **net)
{
	ARRAY_FOREACH (const struct node_interface *, it, &places->interfaces.list) {
		*net = announcing_net_for(*it, vip);
		if (*net != NULL)
			return *it;
	}
	return NULL;
}

const struct node_interface *announcing_interface(const struct node_config *config,
						  const struct inventory_node *node,
						  const struct node_interface *interfaces,
						  uint32_t count, struct ip vip,
						  const struct node_net **net)
{
	const struct node_interface *chosen;
	const struct node_net *chosen_net;
	struct announcing_places places;
	struct arena scratch;

	if (!node_state_announces(config->state) || config->governing == NULL)
		return NULL;
	arena_init(&scratch);

	struct placing placing = {
		.rule = config->governing,
		.node = node,
		.interfaces = interfaces,
		.count = count,
		.arena = &scratch,
	};

	announcing_index_names(&placing);
	announcing_place(&placing, ip_family(vip), &places);
	chosen = announcing_choose(&places, vip, &chosen_net);
	arena_release(&scratch);
	if (chosen != NULL && net != NULL)
		*net = chosen_net;
	return chosen;
}

/* ---- a node ---- */

/*
 * Without labels no selector matches, so the node looks like one that nobody governs. But one
 * that nobody selects advertises nothing (P4.3).
 */
static bool announcing_may_be_selected(const struct cluster *cluster,
				       const struct cluster_node *node)
{
	if (node->labels_known || node->subnets.list.count == 0)
		return false;
	ARRAY_FOREACH (const struct agent_rule, rule, &cluster->agents.list) {
		if (!rule->catch_all && rule->selector_error == NULL &&
		    rule->agent->local.at.set)
			return true;
	}
	return false;
}

void announcer_prepare(struct announcer *out, const struct cluster *cluster,
		       const struct cluster_node *node, struct arena *arena)
{
	*out = (struct announcer){ .node = node };
	if (node_state_announces(node->config.state))
		out->rule = node->config.governing;
	out->known = node->inventory != NULL && node->inventory->interfaces.at.set;
	out->configured = out->rule != NULL || announcing_may_be_selected(cluster, node);
	if (out->rule == NULL || !out->known)
		return;

	struct placing placing = {
		.rule = out->rule,
		.node = node->inventory,
		.interfaces = node->interfaces.items,
		.count = node->interfaces.count,
		.arena = arena,
	};

	announcing_index_names(&placing);
	announcing_place(&placing, IP_V4, &out->v4);
	announcing_place(&placing, IP_V6, &out->v6);
}

static const struct announcing_places *announcing_places(const struct announcer *announcer,
							 struct ip vip)
{
	return ip_family(vip) == IP_V4 ? &announcer->v4 : &announcer->v6;
}

/* The narrowest subnet with the VIP that the node advertises, or NULL. */
static const struct advertised *announcing_advertised_with(const struct cluster_node *node,
							   struct ip vip)
{
	const struct advertised *best = NULL;

	ARRAY_FOREACH (const struct advertised, it, &node->subnets.list) {
		if (ip_net_contains(it->net, vip) &&
		    (best == NULL || it->net.bits > best->net.bits))
			best = it;
	}
	return best;
}

/* ---- P6.6: the address on the interface ---- */

static bool announcing_option(const struct bool_value *value, bool otherwise)
{
	return value->set ? value->v : otherwise;
}

/* What follows from the lifetimes. */
static void announcing_finish_address(struct announced_address *address)
{
	enum { RENEW_MIN_S = 30 };

	address->permanent = address->valid_s <= 0;
	if (address->permanent)
		return;
	address->deprecated = address->preferred_s <= 0;
	address->renew_s = address->valid_s / 2;
	if (address->renew_s < RENEW_MIN_S)
		address->renew_s = RENEW_MIN_S;
}

static const struct agent_local no_config = { .at = { .set = false } };

struct announced_address announced_locally(const struct agent_local *local,
					   enum ip_family family, bool skip_dad)
{
	const struct agent_local *from = local != NULL ? local : &no_config;
	const struct lifetimes lifetimes = lifetimes_local(from);
	struct announced_address out = {
		.valid_s = lifetimes.valid_s,
		/* So that no CNI plugin takes a v6 VIP for the node's own address. */
		.preferred_s = family == IP_V6 ? 0 : lifetimes.preferred_s,
		.no_prefix_route = announcing_option(
			&from->address_config.local_interface.no_prefix_route, true),
		.nodad = skip_dad,
	};

	announcing_finish_address(&out);
	return out;
}

struct announced_address announced_on_dummy(const struct agent_local *local)
{
	const struct agent_local *from = local != NULL ? local : &no_config;
	const struct lifetimes lifetimes = lifetimes_dummy(from);
	struct announced_address out = {
		.valid_s = lifetimes.valid_s,
		.preferred_s = lifetimes.preferred_s,
		.no_prefix_route = announcing_option(
			&from->address_config.dummy_interface.no_prefix_route, false),
	};

	announcing_finish_address(&out);
	return out;
}

/* ---- the decision ---- */

static const struct agent_local *announcing_local_entry(const struct announcer *announcer)
{
	return announcer->rule != NULL ? &announcer->rule->agent->local : NULL;
}

/* A length in the 128-bit space as one of the address's own family. */
static unsigned announcing_prefix_in(struct ip_net net, enum ip_family family)
{
	if (family == IP_V6)
		return net.bits;
	return net.bits > 96 ? net.bits - 96U : 0;
}

/* The local interface of the VIP, as far as that is known; false: there is none. */
static bool announcing_find_local(const struct announcer *announcer, struct ip vip,
				  struct announcement *out)
{
	const struct advertised *advertised;
	const struct node_net *net;

	if (announcer->known) {
		out->interface =
			announcing_choose(announcing_places(announcer, vip), vip, &net);
		if (out->interface == NULL)
			return false;
		out->interface_name = out->interface->name;
		out->prefix = announcing_prefix_in(net->net, ip_family(vip));
		return true;
	}
	advertised = announcing_advertised_with(announcer->node, vip);
	if (advertised == NULL)
		return false;
	out->prefix = announcing_prefix_in(advertised->net, ip_family(vip));
	return true;
}

/* P6.5 */
static void announcing_decide_local(const struct announcer *announcer,
				    const struct announcing_question *question,
				    struct announcement *out)
{
	out->resets_policy = question->policy_local && !question->allow_local;
	out->options = announced_locally(announcing_local_entry(announcer),
					 ip_family(question->vip), question->skip_dad);
	if (question->winner == NULL)
		out->act = ANNOUNCING_NOBODY;
	else
		out->act = question->winner == announcer->node ? ANNOUNCING_LOCAL
							       : ANNOUNCING_LOST;
}

/*
 * P6.7. Without an aggregation the subnet's mask is put to the address as it is: to a v4
 * address the end of a v6 mask; the other way round they do not go together.
 */
bool announcing_dummy_prefix(const struct pool_range *range, struct ip vip, unsigned *prefix)
{
	const char *aggregation = range->entry->aggregation.s;
	const enum ip_family family = ip_family(vip);
	const bool own = aggregation == NULL || aggregation[0] == '\0' ||
			 str_equal(aggregation, "default");

	if (!own)
		return aggregation_prefix(aggregation, range->subnet, family, prefix);
	if (!range->subnet_ok)
		return false;
	if (family == IP_V6 && ip_family(ip_net_first(range->subnet)) == IP_V4)
		return false;
	*prefix = announcing_prefix_in(range->subnet, family);
	return true;
}

/* P6.7 */
static void announcing_decide_remote(const struct announcer *announcer,
				     const struct agent_pools *pools,
				     const struct announcing_question *question,
				     struct announcement *out)
{
	if (question->policy_local && !question->healthy_endpoint) {
		out->act = ANNOUNCING_NO_ENDPOINT;
		return;
	}
	out->range = agent_pools_find(pools, question->vip);
	out->options = announced_on_dummy(announcing_local_entry(announcer));
	if (announcer->rule != NULL)
		out->interface_name = announcer->rule->dummy_interface;
	out->act = announcing_dummy_prefix(out->range->range, question->vip, &out->prefix)
			   ? ANNOUNCING_DUMMY
			   : ANNOUNCING_BAD_PREFIX;
}

struct announcement announcing_decide(const struct announcer *announcer,
				      const struct agent_pools *pools,
				      const struct announcing_question *question)
{
	struct announcement out = { .act = ANNOUNCING_NOT_CONFIGURED };

	if (!announcer->configured)
		return out; /* P6.2 */
	out.guessed = !announcer->known;
	/* P6.3: whatever the type of the pool. */
	if (announcing_find_local(announcer, question->vip, &out))
		announcing_decide_local(announcer, question, &out);
	else if (announcing_places(announcer, question->vip)->no_route)
		out.act = ANNOUNCING_NO_ROUTE;
	else if (agent_pools_is_remote(pools, question->vip))
		announcing_decide_remote(announcer, pools, question, &out);
	else
		out.act = ANNOUNCING_NO_INTERFACE; /* P6.4 */
	return out;
}

bool announcing_holds(enum announcing_act act)
{
	return act == ANNOUNCING_LOCAL || act == ANNOUNCING_DUMMY;
}

bool announcing_fails(enum announcing_act act)
{
	return act == ANNOUNCING_NO_ROUTE || act == ANNOUNCING_BAD_PREFIX;
}

bool announcing_clears_slot(enum announcing_act act)
{
	return act == ANNOUNCING_NOT_CONFIGURED || act == ANNOUNCING_NO_INTERFACE;
}

/* ---- P6.1 ---- */

/* 3.8: skipped by name before anything else is looked at. */
static bool announcing_is_skipped(const struct object *object)
{
	static const char *const in_kube_system[] = { "kube-dns", "kube-controller-manager",
						      "kube-scheduler", NULL };

	if (object->name.s == NULL)
		return false;
	if (str_equal(object->namespace, "default"))
		return str_equal(object->name.s, "kubernetes");
	return str_equal(object->namespace, "kube-system") &&
	       str_in(object->name.s, in_kube_system);
}

bool announcing_considers(const struct service *service)
{
	const struct label_map *annotations = &service->object.annotations;

	if (!str_equal(service->type.s, "LoadBalancer") ||
	    announcing_is_skipped(&service->object))
		return false;
	return annotations->list.count == 0 ||
	       str_equal(label_map_text(annotations, BRAND_ANNOTATION), BRAND);
}
