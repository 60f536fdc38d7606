/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CV and OK003: can the nodes of the input announce the addresses of the local pools?
 *
 * Each range of a local group is laid over the subnets that live nodes advertise. Groups that
 * PureLB rejects only for an overlap are looked at too, so that mending the overlap brings no
 * new surprise. Other rejected groups stay silent here: they have findings of their own.
 */
#include "base/text.h"
#include "validator/check.h"

/* A range of a local group, and what is said about it. */
struct local_range {
	const struct pool *pool;
	const struct pool_range *range;
	struct ip_range addresses; /* what PureLB hands out of it */
};

/* What cluster_coverage() found, without its list of nodes. */
struct verdict {
	uint32_t candidates;
	const struct cluster_node *first; /* by name; NULL: no candidate */
	bool complete;
	bool single;
	bool inferred;
	bool text_matches;
	bool black_hole; /* every candidate has no configuration to announce with */
	struct ip_range uncovered;
};

/* Looking for the interface that was left out takes a walk over all nodes. */
enum { INTERFACE_HINTS_MAX = 100 };

struct tally {
	bool unknown; /* the subnets of some live node are not known */
	uint32_t ranges;
	uint32_t nowhere; /* CV001 */
	uint32_t partial; /* CV003 */
};

static bool node_is_black_hole(const struct cluster_node *node)
{
	return node->labels_known &&
	       (node->config.state == NODE_NO_LOCAL || node->config.state == NODE_NO_CONFIG);
}

/* Asks for the candidates and keeps what is needed: a list for each of 100,000 ranges would
 * fill the memory. */
static struct verdict judge(const struct checker *ck, const struct local_range *it)
{
	const struct cluster *cluster = ck->cluster;
	const struct arena_mark mark = arena_mark(cluster->arena);
	struct coverage coverage = { 0 };
	struct verdict v;

	cluster_coverage(cluster, it->addresses, it->range->entry->subnet.s, &coverage);
	v = (struct verdict){
		.candidates = coverage.candidates.count,
		.complete = coverage.complete,
		.single = coverage.single,
		.inferred = coverage.inferred,
		.text_matches = coverage.text_matches,
		.black_hole = coverage.candidates.count > 0,
		.uncovered = coverage.uncovered,
	};
	if (v.candidates > 0)
		v.first = coverage.candidates.items[0];
	for (uint32_t i = 0; i < v.candidates && v.black_hole; i++)
		v.black_hole = node_is_black_hole(coverage.candidates.items[i]);
	arena_reset(cluster->arena, mark);
	return v;
}

static struct finding *report_range(struct checker *ck, enum check_code code,
				    const struct local_range *it, const struct verdict *v,
				    const char *message)
{
	struct finding *f = report(ck, code, &it->pool->group->object,
				   it->range->entry->pool.pos, "%s", message);

	finding_path(ck, f, "%s.pool", it->range->path);
	f->diag.inferred = v->inferred;
	return f;
}

static const char *range_text(const struct local_range *it)
{
	return it->range->entry->pool.s;
}

/* An interface that holds the whole range and that the node's configuration leaves out. */
static const struct node_interface *left_out_interface(const struct cluster_node *node,
						       struct ip_range range)
{
	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		ARRAY_FOREACH (const struct node_net, net, &interface->nets)
			if (node_net_counts(net) && ip_net_contains(net->net, range.from) &&
			    ip_net_contains(net->net, range.to))
				return interface;
	}
	return NULL;
}

/* Names the first node that has the subnet on an interface which is not selected. */
static bool hint_left_out(struct checker *ck, struct finding *f, const struct local_range *it)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const struct node_interface *interface =
			left_out_interface(node, it->addresses);
		const struct agent_rule *rule = node->config.governing;

		if (interface == NULL || !node->live || rule == NULL)
			continue;
		finding_hint(ck, f,
			     "node \"%s\" has that subnet on \"%s\": make localInterface of "
			     "LBNodeAgent \"%s\" match it, or add it to `interfaces`",
			     node->name, interface->name, rule->agent->object.name.s);
		finding_related(ck, f, interface->entry->name.pos,
				"this interface carries the subnet and is not selected");
		return true;
	}
	return false;
}

/* CV001 */
static void report_uncovered(struct checker *ck, const struct local_range *it,
			     const struct verdict *v, bool look_for_interface)
{
	struct finding *f = report_range(
		ck, CHECK_CV001, it, v,
		arena_printf(ck->arena,
			     "range %s (subnet %s) is not covered by any node: nobody would "
			     "announce its addresses",
			     range_text(it), it->range->entry->subnet.s));

	if (look_for_interface && hint_left_out(ck, f, it))
		return;
	finding_hint(ck, f,
		     "take the range from a subnet that the nodes are on, or select the "
		     "interfaces that carry %s in the LBNodeAgent",
		     it->range->entry->subnet.s);
}

/* CV002 */
static void report_single(struct checker *ck, const struct local_range *it,
			  const struct verdict *v)
{
	const bool only_node = ck->cluster->nodes.count == 1;
	struct finding *f = report_range(
		ck, CHECK_CV002, it, v,
		arena_printf(ck->arena,
			     only_node ? "range %s can be announced by \"%s\" alone, the "
					 "only node of the cluster: there is no failover"
				       : "range %s can be announced by node \"%s\" alone: "
					 "when that node fails, its addresses go dark",
			     range_text(it), v->first->name));

	if (only_node)
		finding_hint(ck, f, "add a node, or silence CV002 where one node is enough");
	else
		finding_hint(ck, f,
			     "connect a second node to %s, or select its interface there",
			     it->range->entry->subnet.s);
}

static const char *ip_span(struct checker *ck, struct ip_range range)
{
	char from[IP_TEXT_MAX], to[IP_TEXT_MAX];

	ip_format(range.from, from);
	if (ip_compare(range.from, range.to) == 0)
		return arena_strdup(ck->arena, from);
	return arena_printf(ck->arena, "%s-%s", from, ip_format(range.to, to));
}

/* CV003 */
static void report_partial(struct checker *ck, const struct local_range *it,
			   const struct verdict *v)
{
	const struct ip_range hole = v->uncovered;
	struct ip_range rest = it->addresses;
	struct finding *f = report_range(
		ck, CHECK_CV003, it, v,
		arena_printf(ck->arena,
			     "range %s is covered in part only: no node can announce %s, and "
			     "PureLB hands those addresses out all the same",
			     range_text(it), ip_span(ck, hole)));

	if (ip_compare(hole.from, rest.from) > 0)
		rest.to.v = hole.from.v - 1;
	else
		rest.from.v = hole.to.v + 1;
	finding_hint(ck, f, "use %s, or connect nodes to the rest", ip_span(ck, rest));
}

/* The advertised subnet that holds the whole range, or NULL when it takes several. */
static const struct subnet_entry *advertised_for(const struct cluster *cluster,
						 struct ip_range range)
{
	ARRAY_FOREACH (const struct subnet_entry, entry, &cluster->subnets)
		if (ip_net_contains(entry->net, range.from) &&
		    ip_net_contains(entry->net, range.to))
			return entry;
	return NULL;
}

/* CV004 */
static void report_text(struct checker *ck, const struct local_range *it,
			const struct verdict *v)
{
	const struct subnet_entry *entry = advertised_for(ck->cluster, it->addresses);
	char net[IP_NET_TEXT_MAX];
	struct finding *f = report_range(
		ck, CHECK_CV004, it, v,
		arena_printf(ck->arena,
			     "range %s is covered, but no node advertises its subnet as %s: "
			     "PureLB's own kubectl plugin compares texts and will warn",
			     range_text(it), it->range->entry->subnet.s));

	if (entry != NULL)
		finding_hint(ck, f, "write the subnet as the nodes do: %s",
			     ip_net_format(entry->net, net));
	else
		finding_hint(ck, f, "split the range, one part for each subnet of the nodes");
}

/* CV005 */
static void report_black_hole(struct checker *ck, const struct local_range *it,
			      const struct verdict *v)
{
	const bool no_config = v->first->config.state == NODE_NO_CONFIG;
	const char *who = v->candidates == 1
				  ? arena_printf(ck->arena, "node \"%s\"", v->first->name)
				  : arena_printf(ck->arena, "all %u nodes that can win them",
						 v->candidates);
	struct finding *f = report_range(
		ck, CHECK_CV005, it, v,
		arena_printf(ck->arena,
			     "addresses of range %s go to a black hole: %s %s, so the winner "
			     "announces nothing",
			     range_text(it), who,
			     no_config            ? "without any LBNodeAgent"
			     : v->candidates == 1 ? "has no LBNodeAgent with spec.local"
						  : "have no LBNodeAgent with spec.local"));

	if (no_config || v->first->config.matching.count == 0) {
		finding_hint(ck, f,
			     "add an LBNodeAgent with `local: {localInterface: default}`");
		return;
	}
	const struct object *agent = &v->first->config.matching.items[0]->agent->object;

	finding_hint(ck, f, "give LBNodeAgent \"%s\" a `local: {localInterface: default}`",
		     agent->name.s);
	finding_related(ck, f, agent->name.pos, "LBNodeAgent \"%s\" selects the node \"%s\"",
			agent->name.s, v->first->name);
}

/*
 * PureLB's own plugin looks only at the plural lists of groups in the install namespace. A
 * multi-pool range with another text is never used at all, which SG025 says.
 */
static bool plugin_compares(const struct checker *ck, const struct local_range *it)
{
	const enum pool_list list = it->range->list;

	return (list == POOL_V4POOLS || list == POOL_V6POOLS) &&
	       !it->pool->spec->multi_pool.v &&
	       str_equal(it->pool->group->object.namespace, ck->snapshot->install_namespace);
}

static void check_range(struct checker *ck, const struct local_range *it, struct tally *tally)
{
	struct verdict v = judge(ck, it);

	v.inferred = v.inferred || tally->unknown;
	tally->ranges++;
	if (v.candidates == 0) {
		report_uncovered(ck, it, &v, tally->nowhere++ < INTERFACE_HINTS_MAX);
		return;
	}
	if (!v.complete) {
		tally->partial++;
		report_partial(ck, it, &v);
	}
	if (v.black_hole)
		report_black_hole(ck, it, &v);
	else if (v.single)
		report_single(ck, it, &v);
	if (v.complete && !v.inferred && !v.text_matches && plugin_compares(ck, it))
		report_text(ck, it, &v);
}

static void check_list(struct checker *ck, const struct pool *pool,
		       const struct pool_range *ranges, uint32_t count, struct tally *tally)
{
	for (uint32_t i = 0; i < count; i++) {
		struct local_range it = { .pool = pool, .range = &ranges[i] };

		if (ranges[i].range_error != RANGE_OK || !ranges[i].subnet_ok)
			continue;
		it.addresses = ranges[i].range;
		if (ranges[i].reversed)
			it.addresses.to = it.addresses.from;
		check_range(ck, &it, tally);
	}
}

static bool pool_is_judged(const struct pool *pool)
{
	return pool->in_scope && pool->type == POOL_TYPE_LOCAL &&
	       (pool->reject == POOL_ACCEPTED || pool->reject == POOL_OVERLAPS);
}

/* OK003: the wording stays true where the nodes that carry the subnet announce nothing. */
static void report_all_covered(struct checker *ck, const struct tally *tally)
{
	struct finding *f;

	if (tally->ranges == 0 || tally->nowhere + tally->partial > 0)
		return;
	f = report(ck, CHECK_OK003, NULL, (struct pos){ 0 },
		   "every address of %u local range%s lies in a subnet of a live node",
		   tally->ranges, tally->ranges == 1 ? "" : "s");
	f->diag.inferred = tally->unknown;
}

/* CV006 */
static void report_unjudged(struct checker *ck, bool no_nodes)
{
	struct finding *f;

	if (ck->snapshot->groups.count == 0 && ck->snapshot->agents.count == 0)
		return;
	f = report(ck, CHECK_CV006, NULL, (struct pos){ 0 }, "%s",
		   no_nodes
			   ? "no nodes in the input: coverage, selectors and elections are not "
			     "checked"
			   : "no node of the input tells its subnets or addresses: coverage is "
			     "not checked");
	finding_hint(ck, f,
		     "add the output of `kubectl get nodes,leases -A -o yaml`, or a "
		     "NodeInventory");
}

/* Nodes of which nothing tells the subnets leave coverage open. */
static uint32_t count_unknown(const struct cluster *cluster, uint32_t *live)
{
	uint32_t unknown = 0;

	*live = 0;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (!node->live)
			continue;
		(*live)++;
		if (node->origin == SUBNETS_UNKNOWN)
			unknown++;
	}
	return unknown;
}

void check_coverage(struct checker *ck)
{
	struct tally tally = { 0 };
	uint32_t live = 0;
	const uint32_t unknown = count_unknown(ck->cluster, &live);

	if (!check_can_run(ck, CHECK_CV001) || (live > 0 && unknown == live)) {
		report_unjudged(ck, !check_can_run(ck, CHECK_CV001));
		return;
	}
	tally.unknown = unknown > 0;
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (!pool_is_judged(pool))
			continue;
		check_list(ck, pool, pool->v4.items, pool->v4.count, &tally);
		check_list(ck, pool, pool->v6.items, pool->v6.count, &tally);
	}
	report_all_covered(ck, &tally);
}
