/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges against the networks of the nodes and the cluster: SG021, SG022 and SG025. */
#include "validator/groups/groups.h"

#include "validator/groups/groups_nets.h"

/* The networks that ranges are held against. */
struct against {
	struct net_index local; /* what: a subnet; data: a cluster_node that is on it (SG021) */
	struct net_index
		cluster; /* what: a network of the cluster, name: which one it is (SG022) */
	struct net_index known; /* what: a subnet as the nodes write it (SG025) */
};

/* A live node that has the subnet on an interface it announces on (P6.3), or NULL. The subnets
 * of nodes known by their lease only are taken as such. */
static const struct cluster_node *groups_node_on(const struct subnet_entry *subnet)
{
	const struct cluster_node *guess = NULL;

	for (uint32_t i = 0; i < subnet->nodes.count; i++) {
		const struct cluster_node *node = subnet->nodes.items[i];

		if (node->labels_known && !node_state_announces(node->config.state))
			continue;
		if (node->origin != SUBNETS_INFERRED)
			return node;
		if (guess == NULL)
			guess = node;
	}
	return guess;
}

static void groups_add_local(struct against *against, struct checker *ck)
{
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct subnet_entry, subnet, &ck->cluster->subnets) {
		const struct cluster_node *node = groups_node_on(subnet);

		if (node == NULL)
			continue;

		struct net_entry *entry =
			net_index_add(&against->local, ck->scratch, subnet->net);

		entry->data = node;
		entry->what = arena_strdup(ck->scratch, ip_net_format(subnet->net, text));
	}
	net_index_build(&against->local);
}

/* SG021 */
static void groups_check_local(struct checker *ck, const struct against *against,
			       const struct pool *pool, const struct pool_range *range)
{
	const struct net_entry *found;

	if (pool->type != POOL_TYPE_REMOTE ||
	    net_index_find(&against->local, range->range, &found, 1) == 0)
		return;

	const struct cluster_node *node = found->data;
	struct finding *f =
		report(ck, CHECK_SG021, &pool->group->object, range->entry->pool.pos,
		       "remote range %s of group \"%s\" has addresses in %s, a subnet "
		       "of node \"%s\": they are announced there by election, like "
		       "local ones, and not by BGP",
		       range->entry->pool.s, pool->name, found->what, node->name);

	f->inferred = node->origin == SUBNETS_INFERRED;
	finding_path(ck, f, "%s.pool", range->path);
	finding_hint(ck, f, "choose addresses outside %s, or make it a local group",
		     found->what);
}

/* `owner`: "the service CIDR", "the podCIDR of node ..." */
static void groups_add_cluster_net(struct against *against, struct arena *arena,
				   const struct str_value *text, const char *owner)
{
	struct ip_net net;

	if (text->s == NULL || !ip_net_parse(text->s, &net))
		return;

	struct net_entry *entry = net_index_add(&against->cluster, arena, net);

	entry->what = text->s;
	entry->name = owner;
	entry->pos = text->pos;
}

/* What k3s, RKE2, Talos or kubeadm gives the cluster. */
static void groups_add_machine_nets(struct against *against, struct checker *ck)
{
	ARRAY_FOREACH (struct machine_config *, machine, &ck->snapshot->machines) {
		ARRAY_FOREACH (const struct str_value, text, &(*machine)->service_nets.list)
			groups_add_cluster_net(against, ck->scratch, text, "the service CIDR");
		ARRAY_FOREACH (const struct str_value, text, &(*machine)->pod_nets.list)
			groups_add_cluster_net(against, ck->scratch, text,
					       "the pod network of the cluster");
	}
}

static void groups_add_cluster_nets(struct against *against, struct checker *ck)
{
	for (uint32_t i = 0; i < ck->options->service_cidrs.count; i++) {
		const struct str_value text = { .s = ck->options->service_cidrs.items[i] };

		groups_add_cluster_net(against, ck->scratch, &text, "the service CIDR");
	}
	for (uint32_t i = 0; i < ck->snapshot->nodes.count; i++) {
		const struct node *node = ck->snapshot->nodes.items[i];
		const char *owner = arena_printf(ck->arena, "the podCIDR of node \"%s\"",
						 node->object.name.s);

		groups_add_cluster_net(against, ck->scratch, &node->pod_cidr, owner);
		ARRAY_FOREACH (const struct str_value, text, &node->pod_cidrs.list)
			groups_add_cluster_net(against, ck->scratch, text, owner);
	}
	groups_add_machine_nets(against, ck);
	net_index_build(&against->cluster);
}

/* SG022 */
static void groups_networks_check_cluster_nets(struct checker *ck,
					       const struct against *against,
					       const struct pool *pool,
					       const struct pool_range *range)
{
	const struct net_entry *found;

	if (net_index_find(&against->cluster, range->range, &found, 1) == 0)
		return;

	struct finding *f =
		report(ck, CHECK_SG022, &pool->group->object, range->entry->pool.pos,
		       "range %s of group \"%s\" overlaps %s, %s: the cluster routes "
		       "those addresses to itself",
		       range->entry->pool.s, pool->name, found->what, found->name);

	finding_path(ck, f, "%s.pool", range->path);
	finding_hint(ck, f, "choose addresses outside %s", found->what);
	if (found->pos.source != 0)
		finding_related(ck, f, found->pos, "%s is here", found->name);
}

static void groups_add_known(struct against *against, struct checker *ck)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		if (!node->live || node->origin == SUBNETS_INFERRED)
			continue;
		ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list)
			net_index_add(&against->known, ck->scratch, subnet->net)->what =
				subnet->text;
	}
	net_index_build(&against->known);
}

/* The text under which nodes advertise exactly this network, or NULL. */
static const char *groups_known_text(const struct against *against, struct ip_net net)
{
	const struct net_entry *entry = net_index_equal(&against->known, net);

	return entry != NULL ? entry->what : NULL;
}

/* SG025 */
static void groups_networks_check_subnet_text(struct checker *ck, const struct against *against,
					      const struct pool *pool,
					      const struct pool_range *range)
{
	if (pool->type != POOL_TYPE_LOCAL || !pool->spec->multi_pool.v || !range->subnet_ok)
		return;

	const struct str_value *subnet = &range->entry->subnet;
	const char *text = groups_known_text(against, range->subnet);

	if (text == NULL || cluster_advertises(ck->cluster, subnet->s))
		return;

	struct finding *f =
		report(ck, CHECK_SG025, &pool->group->object, subnet->pos,
		       "subnet \"%s\" of multiPool group \"%s\" is not written as "
		       "the nodes advertise it, \"%s\": PureLB compares the text, so "
		       "range %s is never used",
		       subnet->s, pool->name, text, range->entry->pool.s);

	finding_path(ck, f, "%s.subnet", range->path);
	finding_set_fix(&ck->findings, f, FIX_VALUE, subnet->s, text, "write ", "");
}

/* Calls a function for each range that parses, of the groups that PureLB reads. */
static void groups_check_ranges(struct checker *ck, const struct against *against,
				void (*check)(struct checker *ck, const struct against *against,
					      const struct pool *pool,
					      const struct pool_range *range))
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		for (uint32_t i = 0; pool->in_scope && i < groups_range_count(pool); i++) {
			const struct pool_range *range = groups_range(pool, i);

			if (groups_range_usable(range))
				check(ck, against, pool, range);
		}
	}
}

void groups_check_local_nets(struct checker *ck)
{
	struct against against = { 0 };

	groups_add_local(&against, ck);
	groups_check_ranges(ck, &against, groups_check_local);
}

void groups_check_cluster_nets(struct checker *ck)
{
	struct against against = { 0 };

	groups_add_cluster_nets(&against, ck);
	groups_check_ranges(ck, &against, groups_networks_check_cluster_nets);
}

void groups_check_subnet_spelling(struct checker *ck)
{
	struct against against = { 0 };

	groups_add_known(&against, ck);
	groups_check_ranges(ck, &against, groups_networks_check_subnet_text);
}
