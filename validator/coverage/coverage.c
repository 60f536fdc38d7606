/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CV and OK003: can the nodes of the input announce the addresses of the local pools?
 *
 * Each range of a local group is laid over the subnets that live nodes advertise. Groups that
 * PureLB rejects only for an overlap are looked at too, so that fixing the overlap brings no
 * new surprise. Other rejected groups stay silent here: they have findings of their own.
 */
#include "validator/coverage/coverage.h"

#include "base/text.h"

enum { INTERFACE_HINTS_MAX = 100 }; /* each takes a walk over all nodes */

struct tally {
	bool guessed; /* the subnets of some live node are not known, or inferred */
	uint32_t ranges;
	uint32_t nowhere; /* CV001 */
	uint32_t partial; /* CV003 */
	uint32_t unknown; /* nodes may cover them: nobody gave their prefix lengths (I3.6) */
	struct coverage_ground ground;
};

static bool coverage_node_is_black_hole(const struct cluster_node *node)
{
	return node->labels_known &&
	       (node->config.state == NODE_NO_LOCAL || node->config.state == NODE_NO_CONFIG);
}

/* Asks for the candidates and keeps what is needed: a list for each of 100,000 ranges would
 * fill the memory. */
static struct verdict coverage_judge(const struct checker *ck, const struct local_range *it)
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
	for (uint32_t i = 0; i < v.candidates && i < COVERAGE_NODES_MAX; i++)
		v.names[i] = coverage.candidates.items[i]->name;
	for (uint32_t i = 0; i < v.candidates && v.black_hole; i++)
		v.black_hole = coverage_node_is_black_hole(coverage.candidates.items[i]);
	arena_reset(cluster->arena, mark);
	return v;
}

/*
 * PureLB's own plugin looks only at the plural lists of groups in the install namespace. A
 * multi-pool range with another text is never used at all, which SG025 says.
 */
static bool coverage_plugin_compares(const struct checker *ck, const struct local_range *it)
{
	const enum pool_list list = it->range->list;

	return (list == POOL_V4POOLS || list == POOL_V6POOLS) &&
	       !it->pool->spec->multi_pool.v &&
	       str_equal(it->pool->group->object.namespace, ck->snapshot->install_namespace);
}

static void coverage_check_range(struct checker *ck, const struct local_range *it,
				 struct tally *tally)
{
	struct verdict v = coverage_judge(ck, it);

	v.ground = &tally->ground;
	v.inferred = v.inferred || tally->guessed;
	tally->ranges++;
	if (!v.complete && cluster_may_cover(ck->cluster, v.uncovered, NULL)) {
		tally->unknown++;
		return;
	}
	if (v.candidates == 0) {
		const bool look_further = tally->nowhere++ < INTERFACE_HINTS_MAX;

		if (!look_further || !coverage_report_agentless(ck, it, &v))
			coverage_report_uncovered(ck, it, &v, look_further);
		return;
	}
	if (!v.complete) {
		tally->partial++;
		coverage_report_partial(ck, it, &v);
	}
	if (v.black_hole)
		coverage_report_black_hole(ck, it, &v);
	else if (v.single && !cluster_may_cover(ck->cluster, it->addresses, v.first))
		coverage_report_single(ck, it, &v);
	if (v.complete && !v.inferred && !v.text_matches && coverage_plugin_compares(ck, it))
		coverage_report_text(ck, it, &v);
}

static void coverage_check_list(struct checker *ck, const struct pool *pool,
				const struct pool_range *ranges, uint32_t count,
				struct tally *tally)
{
	for (uint32_t i = 0; i < count; i++) {
		struct local_range it = { .pool = pool, .range = &ranges[i] };

		if (ranges[i].range_error != RANGE_OK || !ranges[i].subnet_ok)
			continue;
		it.addresses = ranges[i].range;
		if (ranges[i].reversed)
			it.addresses.to = it.addresses.from;
		coverage_check_range(ck, &it, tally);
	}
}

static bool coverage_pool_is_judged(const struct pool *pool)
{
	return pool->in_scope && pool->type == POOL_TYPE_LOCAL &&
	       (pool->reject == POOL_ACCEPTED || pool->reject == POOL_OVERLAPS);
}

/* OK003: the wording stays true where the nodes that carry the subnet announce nothing. */
static void coverage_report_all_covered(struct checker *ck, const struct tally *tally)
{
	struct finding *f;

	if (tally->ranges == 0 || tally->nowhere + tally->partial + tally->unknown > 0)
		return;
	f = report(ck, CHECK_OK003, NULL, (struct pos){ 0 },
		   "every address of %u local range%s lies in a subnet of a live node",
		   tally->ranges, tally->ranges == 1 ? "" : "s");
	f->inferred = tally->guessed;
}

/* CV006 */
static void coverage_report_unjudged(struct checker *ck, bool no_nodes)
{
	struct finding *f;

	if (ck->snapshot->groups.count == 0 && ck->snapshot->agents.count == 0)
		return;
	f = report(ck, CHECK_CV006, NULL, (struct pos){ 0 }, "%s",
		   no_nodes
			   ? "no nodes in the input: coverage, selectors and elections are not "
			     "checked"
			   : "the input has neither subnets nor addresses of any node: "
			     "coverage is not checked");
	finding_hint(ck, f,
		     "add the output of `kubectl get nodes,leases -A -o yaml`, or a "
		     "NodeInventory");
}

struct knowledge {
	uint32_t live;
	uint32_t unknown;  /* nothing tells their subnets */
	uint32_t inferred; /* their subnets are a guess */
};

static struct knowledge coverage_what_is_known(const struct cluster *cluster)
{
	struct knowledge k = { 0 };

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (!node->live)
			continue;
		k.live++;
		k.unknown += node->origin == SUBNETS_UNKNOWN;
		k.inferred += node->origin == SUBNETS_INFERRED;
	}
	return k;
}

/* Of no live node the subnets are known, or guessed. */
static bool coverage_nothing_known(const struct knowledge *known)
{
	return known->live > 0 && known->unknown == known->live;
}

/* The local ranges of a list that nodes may cover, and of which nothing more is known. */
static uint32_t coverage_count_unknown(const struct checker *ck,
				       const struct pool_range *ranges, uint32_t count)
{
	uint32_t unknown = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct local_range it = { .range = &ranges[i],
						.addresses = ranges[i].range };
		struct verdict v;

		if (ranges[i].range_error != RANGE_OK || !ranges[i].subnet_ok ||
		    ranges[i].reversed)
			continue;
		v = coverage_judge(ck, &it);
		unknown += !v.complete && cluster_may_cover(ck->cluster, v.uncovered, NULL);
	}
	return unknown;
}

/* CV006 */
static void coverage_report_unknown(struct checker *ck)
{
	uint32_t unknown = 0;
	struct finding *f;

	if (ck->cluster->lans.count == 0 || (ck->have & NEED_ALL_AGENTS) == 0)
		return;
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (!coverage_pool_is_judged(pool))
			continue;
		unknown += coverage_count_unknown(ck, pool->v4.items, pool->v4.count);
		unknown += coverage_count_unknown(ck, pool->v6.items, pool->v6.count);
	}
	if (unknown == 0)
		return;
	f = report(ck, CHECK_CV006, NULL, (struct pos){ 0 },
		   "Nodes do not give the prefix lengths of their addresses: whether a node "
		   "covers %u local range%s is not checked",
		   unknown, unknown == 1 ? "" : "s");
	finding_hint(ck, f,
		     "add the output of `kubectl get leases -A -o yaml`, or a NodeInventory");
}

void coverage_check_known(struct checker *ck)
{
	const struct knowledge known = coverage_what_is_known(ck->cluster);

	if (!ck->cluster->has_nodes || coverage_nothing_known(&known))
		coverage_report_unjudged(ck, !ck->cluster->has_nodes);
	else
		coverage_report_unknown(ck);
}

void coverage_check_ranges(struct checker *ck)
{
	const struct knowledge known = coverage_what_is_known(ck->cluster);
	struct tally tally = { .guessed = known.unknown + known.inferred > 0 };

	if (coverage_nothing_known(&known) || cluster_runs_no_agent(ck->cluster))
		return;
	coverage_survey(ck, &tally.ground);
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (!coverage_pool_is_judged(pool))
			continue;
		coverage_check_list(ck, pool, pool->v4.items, pool->v4.count, &tally);
		coverage_check_list(ck, pool, pool->v6.items, pool->v6.count, &tally);
	}
	coverage_report_all_covered(ck, &tally);
}
