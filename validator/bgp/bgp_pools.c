/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG071 to BG080: remote pools, and the prefixes that BGP makes of them (BG5.1, BG5.4).
 *
 * What a pool gets wrong whoever announces it is said by SG001 to SG029. These checks run only
 * where there is a BGPConfiguration, and say what becomes of the routes.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "validator/consequences.h"
#include "purelb/announcing/announcing.h"
#include "validator/groups/groups.h"
#include "validator/groups/groups_nets.h"

enum {
	HOST_BITS = 128,
	NAMES_MAX = 3, /* owners that a message names */
};

/* ---- BG071 ---- */

static void prefixes_check_external(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		const struct str_value *announce = &pool->group->external.announce;
		struct finding *f;

		if (!pool->in_scope || pool->type != POOL_TYPE_EXTERNAL ||
		    !str_equal(announce->s, "remote"))
			continue;
		f = report(
			c->ck, CHECK_BG071, &pool->group->object, announce->pos,
			"addresses of external group \"%s\" are put on no dummy interface, so "
			"no router learns them, whatever netlinkImport lists",
			pool->name);
		finding_path(c->ck, f, "spec.external.announce");
		finding_hint(c->ck, f,
			     "use a remote group with ranges for addresses that BGP should "
			     "advertise");
	}
}

/* ---- BG072 ---- */

static void prefixes_check_on_link(const struct bgp_checks *c, const struct bgp_remote *remote)
{
	struct finding *f;

	if (remote->link == NULL)
		return;
	f = bgp_report_range(
		c, CHECK_BG072, remote, &remote->range->entry->pool, "pool",
		arena_printf(
			c->ck->arena,
			"remote range %s of group \"%s\" is in %s, a subnet of %s: BGP "
			"advertises none of these addresses from there, because one node wins "
			"each of them and answers for it on the link",
			remote->range->entry->pool.s, remote->pool->name,
			bgp_net_text(c, remote->link->net),
			bgp_nodes_text(c, &remote->on_link)));
	f->inferred = remote->link_inferred;
	finding_hint(c->ck, f, "choose a subnet that no node is in");
}

/* ---- BG073 ---- */

/* The range hands out the address, and agents look its mask up in another one. (P6.7) */
static void prefixes_check_shadow(const struct bgp_checks *c, const struct agent_pools *agents,
				  const struct pool *pool, const struct pool_range *range,
				  const struct ip shared)
{
	const struct agent_range *found = agent_pools_find(agents, shared);
	const struct bgp_remote remote = { .pool = pool, .range = range };
	unsigned own;
	unsigned theirs;
	struct finding *f;

	if (pool->type != POOL_TYPE_REMOTE || pool->reject != POOL_ACCEPTED || found == NULL ||
	    found->range == range || !announcing_dummy_prefix(range, shared, &own) ||
	    (announcing_dummy_prefix(found->range, shared, &theirs) && own == theirs))
		return;
	f = bgp_report_range(
		c, CHECK_BG073, &remote, &range->entry->pool, "pool",
		arena_printf(
			c->ck->arena,
			"addresses of group \"%s\" from %s on are advertised with the mask of "
			"group \"%s\", which also contains them%s",
			pool->name, bgp_ip_text(c, shared), found->pool->name,
			found->pool->type == POOL_TYPE_LOCAL
				? " and is local: local groups are searched first"
				: " and comes first by name"));
	finding_hint(c->ck, f, "put every address into one group only");
	finding_related(c->ck, f, found->range->entry->pool.pos, "the other range is here");
}

static void prefixes_check_shadows(const struct bgp_checks *c)
{
	const struct pools *pools = &c->bgp->cluster->pools;
	struct agent_pools agents;

	if (pools->overlaps.count == 0)
		return;
	agent_pools_prepare(&agents, pools, c->ck->arena);
	ARRAY_FOREACH (const struct overlap, overlap, &pools->overlaps) {
		prefixes_check_shadow(c, &agents, overlap->keeper, overlap->keeper_range,
				      overlap->first_shared);
		prefixes_check_shadow(c, &agents, overlap->loser, overlap->loser_range,
				      overlap->first_shared);
	}
}

/* ---- BG074 ---- */

static bool prefixes_rejected_for_ranges(const struct pool *pool)
{
	return pool->reject_range != NULL &&
	       (pool->reject == POOL_BAD_RANGE || pool->reject == POOL_BAD_SUBNET ||
		pool->reject == POOL_NOT_CONTAINED);
}

static void prefixes_check_rejected(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		const struct bgp_remote remote = { .pool = pool, .range = pool->reject_range };
		const uint32_t others = groups_range_count(pool) - 1;
		const char *lost = "";
		const bool subnet = pool->reject == POOL_BAD_SUBNET;
		struct finding *f;

		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE ||
		    !prefixes_rejected_for_ranges(pool))
			continue;
		if (others > 0)
			lost = arena_printf(c->ck->arena,
					    ", and its %" PRIu32 " other range%s with it",
					    others, others == 1 ? "" : "s");
		f = bgp_report_range(
			c, CHECK_BG074, &remote,
			subnet ? &pool->reject_range->entry->subnet
			       : &pool->reject_range->entry->pool,
			subnet ? "subnet" : "pool",
			arena_printf(
				c->ck->arena,
				"PureLB rejects remote group \"%s\" because of this range: it "
				"is never advertised%s",
				pool->name, lost));
		finding_hint(c->ck, f, "change the range so that it lies in its subnet");
	}
}

/* ---- BG075, BG076 ---- */

static void prefixes_check_mask(const struct bgp_checks *c, const struct bgp_remote *remote)
{
	const struct pool_range *range = remote->range;
	const struct str_value *aggregation = &range->entry->aggregation;
	const enum ip_family family = ip_family(range->range.from);
	struct finding *f;
	unsigned length;

	if (aggregation->s == NULL || !range->subnet_ok ||
	    ip_family(ip_net_first(range->subnet)) != family)
		return;
	if (!remote->has_prefix) {
		f = bgp_report_range(
			c, CHECK_BG075, remote, aggregation, "aggregation",
			arena_printf(
				c->ck->arena,
				"no node can put an %s address with mask %s on its dummy "
				"interface: there is no prefix to advertise for group \"%s\", "
				"and its Services get the event AnnouncementFailed",
				ip_family_name(family), aggregation->s, remote->pool->name));
		if (aggregation_prefix(arena_printf(c->ck->arena, "/%s", aggregation->s),
				       range->subnet, family, &length))
			finding_set_fix(&c->ck->findings, f, FIX_VALUE, aggregation->s,
					arena_printf(c->ck->arena, "/%s", aggregation->s),
					"write \"", "\"");
		else
			finding_hint(c->ck, f,
				     "set it to %s for a route of each address, or to default",
				     family == IP_V4 ? "/32" : "/128");
		finding_follows(c->ck, f, &remote->pool->group->object, range->path);
		return;
	}
	if (remote->length >= ip_net_prefix(range->subnet))
		return;
	f = bgp_report_range(
		c, CHECK_BG076, remote, aggregation, "aggregation",
		arena_printf(
			c->ck->arena,
			"BGP advertises %s for addresses of group \"%s\", whose subnet is only "
			"%s: routers send the nodes traffic of other networks",
			bgp_prefix_text(c, remote), remote->pool->name,
			range->entry->subnet.s));
	finding_hint(c->ck, f,
		     "set it to default for the length of the subnet, or to a longer one");
}

/* ---- BG077 ---- */

/* The configured prefix that a VIP is in, or NULL when nobody originates it. */
static const struct bgp_prefix *prefixes_of(const struct bgp_checks *c,
					    const struct bgp_vip *vip)
{
	const struct ip_net net = bgp_masked(vip->ip, vip->prefix);

	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		ARRAY_FOREACH (const struct bgp_prefix, prefix, &config->prefixes) {
			if (ip_net_equal(prefix->net, net))
				return prefix;
		}
	}
	return NULL;
}

/* Nodes that originate the prefix for other VIPs and have no endpoint of this one. */
static void prefixes_find_black_holes(const struct bgp_checks *c, const struct bgp_vip *vip,
				      struct bgp_names *out)
{
	const struct bgp_prefix *prefix = prefixes_of(c, vip);

	for (uint32_t i = 0; prefix != NULL && i < c->bgp->cluster->nodes.count; i++)
		if (bgp_carriers_has(prefix->carriers, i) && !bgp_carriers_has(vip->dummies, i))
			bgp_names_add(c, out, c->bgp->cluster->nodes.items[i].name);
}

static bool prefixes_is_host(const struct bgp_vip *vip)
{
	return vip->prefix == (ip_family(vip->ip) == IP_V4 ? 32 : 128);
}

static void prefixes_check_vip(const struct bgp_checks *c, const struct bgp_vip *vip)
{
	const struct bgp_remote remote = { .pool = vip->pool, .range = vip->range };
	struct bgp_names lost = { 0 };
	const char *prefix;
	const char *effect;
	const char *field;
	struct finding *f;

	if (!vip->etp_local || vip->service == NULL || !vip->aggregation_ok ||
	    prefixes_is_host(vip))
		return;
	prefixes_find_black_holes(c, vip, &lost);
	prefix = bgp_net_text(c, bgp_masked(vip->ip, vip->prefix));
	effect = lost.list.count > 0
			 ? arena_printf(c->ck->arena,
					"%s advertise%s it for other Services, and drop%s the "
					"traffic of this one",
					bgp_nodes_text(c, &lost),
					lost.list.count == 1 ? "s" : "",
					lost.list.count == 1 ? "s" : "")
			 : "a node that advertises it for another Service gets, and drops, the "
			   "traffic of this one";
	f = report(c->ck, CHECK_BG077, &vip->service->object,
		   vip->service->external_traffic_policy.pos,
		   "Service \"%s\" should be reached only on nodes with endpoints, but its "
		   "address %s is advertised as part of %s: %s",
		   vip->service->object.name.s != NULL ? vip->service->object.name.s : "",
		   bgp_ip_text(c, vip->ip), prefix, effect);
	f->place.path = "spec.externalTrafficPolicy";
	finding_hint(c->ck, f,
		     "use a group with aggregation %s, or externalTrafficPolicy: Cluster",
		     ip_family(vip->ip) == IP_V4 ? "/32" : "/128");
	finding_related(c->ck, f, bgp_mask_value(&remote, &field)->pos,
			"the mask of group \"%s\" is set here", vip->pool->name);
}

/* Without Services: what such a group is not good for; once for each group. */
static void prefixes_check_aggregated(const struct bgp_checks *c,
				      const struct bgp_remotes *remotes)
{
	const struct bgp_remote *last = NULL;

	ARRAY_FOREACH (const struct bgp_remote, remote, &remotes->list) {
		const struct str_value *value;
		const char *field;
		struct finding *f;

		if (!remote->has_prefix || remote->host ||
		    (last != NULL && last->pool == remote->pool))
			continue;
		last = remote;
		value = bgp_mask_value(remote, &field);
		f = bgp_report_range(
			c, CHECK_BG077, remote, value, field,
			arena_printf(c->ck->arena,
				     "group \"%s\" is advertised in prefixes like %s: "
				     "externalTrafficPolicy Local does not keep traffic "
				     "away from nodes without endpoints there",
				     remote->pool->name, bgp_prefix_text(c, remote)));
		f->severity = SEVERITY_INFO;
		finding_hint(c->ck, f, "use a group of host routes for such Services");
	}
}

/* ---- BG078 ---- */

static int prefixes_compare(const void *pa, const void *pb)
{
	const struct bgp_remote *const *a = pa;
	const struct bgp_remote *const *b = pb;
	int order;

	if ((*a)->length != (*b)->length)
		return (*a)->length < (*b)->length ? -1 : 1;
	order = ip_compare((*a)->span.from, (*b)->span.from);
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static void prefixes_report_shared(const struct bgp_checks *c, const struct bgp_remote *before,
				   const struct bgp_remote *after)
{
	const struct ip_net net = bgp_masked(after->span.from, after->length);
	struct finding *f = bgp_report_range(
		c, CHECK_BG078, after, &after->range->entry->pool, "pool",
		arena_printf(
			c->ck->arena,
			"groups \"%s\" and \"%s\" share the prefix %s: a node advertises it as "
			"long as it has an address of either group",
			before->pool->name, after->pool->name, bgp_net_text(c, net)));

	finding_hint(c->ck, f, "use host routes, or a separate subnet for each group");
	finding_related(c->ck, f, before->range->entry->pool.pos, "the other range");
}

/* Ranges of one group belong together anyway; host routes are equal only where ranges overlap.
 */
static void prefixes_check_shared(const struct bgp_checks *c, const struct bgp_remotes *remotes)
{
	const struct bgp_remote **sorted =
		arena_zalloc(c->ck->arena, remotes->list.count, sizeof(*sorted));
	const struct bgp_remote *widest = NULL;
	uint32_t count = 0;

	ARRAY_FOREACH (const struct bgp_remote, remote, &remotes->list) {
		if (remote->has_prefix && !remote->host &&
		    remote->pool->reject == POOL_ACCEPTED)
			sorted[count++] = remote;
	}
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), prefixes_compare);
	for (uint32_t i = 0; i < count; i++) {
		if (widest != NULL && widest->length == sorted[i]->length &&
		    widest->pool != sorted[i]->pool &&
		    ip_range_overlaps(widest->span, sorted[i]->span))
			prefixes_report_shared(c, widest, sorted[i]);
		if (widest == NULL || widest->length != sorted[i]->length ||
		    ip_compare(widest->span.to, sorted[i]->span.to) <= 0)
			widest = sorted[i];
	}
}

/* ---- BG079 ---- */

static bool prefixes_reports_status(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		const struct bool_value *enabled = &config->object->global.node_status.enabled;

		if (!enabled->set || enabled->v)
			return true;
	}
	return false;
}

/* The aggregation has a finding of its own, and the group is not applied with it. */
static bool prefixes_is_refused(const struct bgp_checks *c, const struct bgp_remote *remote)
{
	const char *text = remote->range->entry->aggregation.s;
	const char *path = arena_printf(c->ck->scratch, "%s.aggregation", remote->range->path);

	if (type_errors_at(&c->ck->type_errors, &remote->pool->group->object, path))
		return true;
	return text != NULL && *text == '\0' &&
	       release_has(c->ck->cluster->release.release, RELEASE_CHECKS_AGGREGATION);
}

static void prefixes_check_health(const struct bgp_checks *c, const struct bgp_remotes *remotes)
{
	const struct bgp_remote *first = NULL;
	const struct bgp_remote *last = NULL;
	const struct str_value *value;
	const char *others = "";
	const char *field;
	uint32_t groups = 0;
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_remote, remote, &remotes->list) {
		if (!remote->has_prefix || remote->host || prefixes_is_refused(c, remote))
			continue;
		if (first == NULL)
			first = remote;
		groups += last == NULL || last->pool != remote->pool;
		last = remote;
	}
	if (first == NULL || !prefixes_reports_status(c))
		return;
	if (groups > 1)
		others = arena_printf(c->ck->arena, " and %" PRIu32 " more", groups - 1);
	value = bgp_mask_value(first, &field);
	f = bgp_report_range(
		c, CHECK_BG079, first, value, field,
		arena_printf(
			c->ck->arena,
			"BGPNodeStatus reports healthy: false while addresses of group "
			"\"%s\"%s are advertised: it looks for host routes, but theirs are "
			"wider",
			first->pool->name, others));
	finding_hint(c->ck, f, "do not alert on healthy or importFailures, or use host routes");
}

/* ---- BG080 ---- */

static void prefixes_add_net(const struct bgp_checks *c, struct net_index *index,
			     struct ip_net net, const char *what, struct pos pos)
{
	struct net_entry *entry = net_index_add(index, c->ck->arena, net);

	entry->what = what;
	entry->pos = pos;
}

static void prefixes_add_text(const struct bgp_checks *c, struct net_index *index,
			      const struct str_value *text, const char *what)
{
	struct ip_net net = { .bits = HOST_BITS, .family = IP_V6 };

	if (text->s == NULL)
		return;
	if (ip_parse(text->s, &net.address)) {
		if (!ip_is_link_local(net.address) && !ip_is_loopback(net.address))
			prefixes_add_net(c, index, net, what, text->pos);
	} else if (ip_net_parse(text->s, &net)) {
		prefixes_add_net(c, index, net, what, text->pos);
	}
}

/* Networks of the cluster: nothing else may claim any of their addresses. */
static void prefixes_add_cluster_nets(const struct bgp_checks *c, struct net_index *index)
{
	struct arena *arena = c->ck->arena;

	for (uint32_t i = 0; i < c->ck->options->service_cidrs.count; i++) {
		const struct str_value text = { .s = c->ck->options->service_cidrs.items[i] };

		prefixes_add_text(c, index, &text,
				  arena_printf(arena, "%s, the service CIDR", text.s));
	}
	ARRAY_FOREACH (struct machine_config *, machine, &c->ck->snapshot->machines) {
		ARRAY_FOREACH (const struct str_value, text, &(*machine)->service_nets.list)
			prefixes_add_text(c, index, text,
					  arena_printf(arena, "%s, the service CIDR", text->s));
		ARRAY_FOREACH (const struct str_value, text, &(*machine)->pod_nets.list)
			prefixes_add_text(c, index, text,
					  arena_printf(arena, "%s, the pod network", text->s));
	}
	ARRAY_FOREACH (struct node *, node, &c->ck->snapshot->nodes) {
		const char *name = (*node)->object.name.s != NULL ? (*node)->object.name.s : "";

		if ((*node)->pod_cidr.s != NULL)
			prefixes_add_text(c, index, &(*node)->pod_cidr,
					  arena_printf(arena, "%s, the pods of node \"%s\"",
						       (*node)->pod_cidr.s, name));
		ARRAY_FOREACH (const struct str_value, text, &(*node)->pod_cidrs.list)
			prefixes_add_text(c, index, text,
					  arena_printf(arena, "%s, the pods of node \"%s\"",
						       text->s, name));
	}
	net_index_build(index);
}

static void prefixes_add_node_addresses(const struct bgp_checks *c, struct net_index *index,
					const struct cluster_node *node)
{
	struct arena *arena = c->ck->arena;

	if (node->node != NULL) {
		ARRAY_FOREACH (const struct node_address, address,
			       &node->node->addresses.list) {
			if (str_equal(address->type.s, "InternalIP") &&
			    address->address.s != NULL)
				prefixes_add_text(c, index, &address->address,
						  arena_printf(arena, "%s of node \"%s\"",
							       address->address.s, node->name));
		}
	}
	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		const char *dummy = node->config.governing != NULL
					    ? node->config.governing->dummy_interface
					    : "kube-lb0";

		ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
			const struct ip_net host = { net->net.address, HOST_BITS, IP_V6 };

			if (!str_equal(interface->name, dummy) &&
			    !ip_is_link_local(host.address) && !ip_is_loopback(host.address))
				prefixes_add_net(c, index, host,
						 arena_printf(arena, "%s of node \"%s\"",
							      bgp_ip_text(c, host.address),
							      node->name),
						 net->entry->address.pos);
		}
	}
}

static void prefixes_add_routers(const struct bgp_checks *c, struct net_index *index)
{
	struct arena *arena = c->ck->arena;

	ARRAY_FOREACH (const struct bgp_router, router, &c->bgp->routers) {
		ARRAY_FOREACH (const struct str_value, text, &router->router->addresses.list) {
			struct ip_net net;

			if (!ip_net_parse(text->s, &net) || ip_is_link_local(net.address))
				continue;
			net = (struct ip_net){ net.address, HOST_BITS, IP_V6 };
			prefixes_add_net(c, index, net,
					 arena_printf(arena, "%s of router \"%s\"",
						      bgp_ip_text(c, net.address),
						      router->name),
					 text->pos);
		}
	}
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		ARRAY_FOREACH (const struct bgp_neighbor, neighbor,
			       &config->object->neighbors.list) {
			const struct str_value *address = &neighbor->config.neighbor_address;

			if (address->s != NULL)
				prefixes_add_text(
					c, index, address,
					arena_printf(arena, "neighbor %s", address->s));
		}
	}
}

/* SG014 speaks of a host whose address is in the range itself. */
static bool prefixes_beyond_range(const struct bgp_remote *remote,
				  const struct net_entry *owner)
{
	return !ip_range_contains(remote->range->range, owner->from);
}

static void prefixes_report_overlap(const struct bgp_checks *c, const struct bgp_remote *remote,
				    const struct net_entry *const *owners, uint32_t total)
{
	const char *names[NAMES_MAX];
	const uint32_t shown = total < NAMES_MAX ? total : NAMES_MAX;
	struct finding *f;

	for (uint32_t i = 0; i < shown; i++)
		names[i] = owners[i]->what;
	f = bgp_report_range(
		c, CHECK_BG080, remote, &remote->range->entry->pool, "pool",
		arena_printf(
			c->ck->arena,
			"the prefixes of range %s of group \"%s\", such as %s, cover %s: the "
			"routers send the nodes traffic that belongs elsewhere",
			remote->range->entry->pool.s, remote->pool->name,
			bgp_prefix_text(c, remote),
			name_list(c->ck->arena, names, total, NAMES_MAX)));
	finding_hint(c->ck, f, "choose a subnet and an aggregation that cover nothing else");
	if (owners[0]->pos.source != 0)
		finding_related(c->ck, f, owners[0]->pos, "%s", owners[0]->what);
}

static void prefixes_check_overlap(const struct bgp_checks *c, const struct bgp_remote *remote,
				   const struct net_index *nets, const struct net_index *hosts)
{
	const struct net_entry *found[NAMES_MAX * 2];
	const struct net_entry *owners[NAMES_MAX];
	uint32_t total = net_index_find(nets, remote->span, owners, NAMES_MAX);
	uint32_t count;

	if (total == 0 && remote->link == NULL) {
		count = net_index_find(hosts, remote->span, found, NAMES_MAX * 2);
		for (uint32_t i = 0; i < count && i < NAMES_MAX * 2; i++) {
			if (prefixes_beyond_range(remote, found[i]) && total < NAMES_MAX)
				owners[total++] = found[i];
		}
	}
	if (total > 0)
		prefixes_report_overlap(c, remote, owners, total);
}

static void prefixes_check_overlaps(const struct bgp_checks *c,
				    const struct bgp_remotes *remotes)
{
	struct net_index nets = { 0 };
	struct net_index hosts = { 0 };

	prefixes_add_cluster_nets(c, &nets);
	prefixes_add_routers(c, &hosts);
	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes)
		prefixes_add_node_addresses(c, &hosts, node);
	net_index_build(&hosts);
	ARRAY_FOREACH (const struct bgp_remote, remote, &remotes->list) {
		if (remote->has_prefix)
			prefixes_check_overlap(c, remote, &nets, &hosts);
	}
}

/* ---- all of them ---- */

void bgp_check_pools(const struct bgp_checks *c)
{
	struct bgp_remotes remotes = { 0 };

	if (c->bgp->configs.count == 0)
		return;
	bgp_remotes_find(c, &remotes);
	prefixes_check_external(c);
	ARRAY_FOREACH (const struct bgp_remote, remote, &remotes.list) {
		prefixes_check_on_link(c, remote);
		prefixes_check_mask(c, remote);
	}
	prefixes_check_shadows(c);
	prefixes_check_rejected(c);
	ARRAY_FOREACH (const struct bgp_vip, vip, &c->bgp->vips)
		prefixes_check_vip(c, vip);
	if (!c->bgp->vips_known)
		prefixes_check_aggregated(c, &remotes);
	prefixes_check_shared(c, &remotes);
	prefixes_check_health(c, &remotes);
	prefixes_check_overlaps(c, &remotes);
}
