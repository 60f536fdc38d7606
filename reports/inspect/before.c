/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs from an older input: states of links, and what the counters of agents counted in
 * between. (O3.4, O5.4)
 *
 * A counter that is smaller than before began anew with its Pod: what it has counted since is
 * its value. The zero of purelb_election_winner_changes_total is not looked at: it is never
 * incremented. (O3.2)
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"

static int before_compare_chain(const void *pa, const void *pb)
{
	const struct chain *const *a = pa;
	const struct chain *const *b = pb;
	const int order = str_compare((*a)->subject, (*b)->subject);

	return order != 0 ? order : str_compare((*a)->address, (*b)->address);
}

static const struct chain_link *before_link(const struct chain *chain, const char *name)
{
	ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
		if (str_equal(link->name, name))
			return link;
	}
	return NULL;
}

static void before_links(struct inspection *in, struct chain *chain, const struct chain *old)
{
	ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
		const struct chain_link *was = before_link(old, link->name);

		if (was != NULL && was->state != link->state)
			ARRAY_ADD(in->arena, &chain->changes,
				  arena_printf(in->arena, "%s was %s: %s", link->name,
					       link_state_name(was->state), was->text));
	}
	if (old->nodes.count > 0 && chain->nodes.count > 0 &&
	    !str_equal(old->nodes.items[0], chain->nodes.items[0]) &&
	    before_link(chain, "elected") != NULL)
		ARRAY_ADD(in->arena, &chain->changes,
			  arena_printf(in->arena, "%s won it, now %s does", old->nodes.items[0],
				       chain->nodes.items[0]));
}

/* What the agent of the node counted in between. */
static void before_rates(struct inspection *in, struct chain *chain,
			 const struct cluster_node *node)
{
	static const struct {
		const char *name;
		const char *text;
	} counters[] = {
		{ "purelb_lbnodeagent_garp_errors_total", "gratuitous ARPs could not be sent" },
		{ "purelb_lbnodeagent_na_errors_total",
		  "neighbor advertisements could not be sent" },
		{ "purelb_lbnodeagent_address_renewal_errors_total",
		  "renewals of addresses failed" },
		{ "purelb_election_lease_renewal_failures_total", "lease renewals failed" },
		{ "purelb_lbnodeagent_address_additions_total", "addresses were added" },
		{ "purelb_lbnodeagent_address_withdrawals_total", "addresses were withdrawn" },
		{ "purelb_lbnodeagent_election_wins_total", "elections were won" },
		{ "purelb_lbnodeagent_election_losses_total", "elections were lost" },
	};
	const struct cluster_node *then = cluster_find_node(in->before->cluster, node->name);

	for (uint32_t i = 0; then != NULL && i < ARRAY_LEN(counters); i++) {
		const struct seen_metric *now = seen_metric(&in->seen, node, counters[i].name);
		const struct seen_metric *old =
			seen_metric(&in->before->seen, then, counters[i].name);
		double count;

		if (now == NULL || old == NULL)
			continue;
		count = now->value >= old->value ? now->value - old->value : now->value;
		if (seen_count(count) == 0)
			continue;
		ARRAY_ADD(
			in->arena, &chain->changes,
			arena_printf(
				in->arena, "%s: %u %s%s%s%s", node->name, seen_count(count),
				counters[i].text, in->between != NULL ? " in " : "",
				in->between != NULL ? in->between : "",
				now->value >= old->value ? "" : " (its agent has restarted)"));
	}
}

static void before_chain(struct inspection *in, struct chain *chain, const struct chain *old)
{
	enum { NODES_MAX = 3 };

	if (old != NULL) {
		chain->before = link_state_name(old->state);
		before_links(in, chain, old);
	} else {
		ARRAY_ADD(in->arena, &chain->changes, "it is new");
	}
	for (uint32_t i = 0; i < chain->nodes.count && i < NODES_MAX; i++) {
		const struct cluster_node *node =
			cluster_find_node(in->cluster, chain->nodes.items[i]);

		if (node != NULL && !in->overview)
			before_rates(in, chain, node);
	}
	if (str_has_prefix(chain->subject, "node/")) {
		const struct cluster_node *node =
			cluster_find_node(in->cluster, chain->subject + strlen("node/"));

		if (node != NULL)
			before_rates(in, chain, node);
	}
}

void inspection_compare(struct inspection *in)
{
	ARRAY_OF(const struct chain *) old = { 0 };

	ARRAY_FOREACH (const struct chain, chain, &in->before->chains)
		ARRAY_ADD(in->arena, &old, chain);
	array_sort(old.items, old.count, sizeof(*old.items), before_compare_chain);
	ARRAY_FOREACH (struct chain, chain, &in->chains) {
		const struct chain *key = chain;
		const uint32_t i = array_lower_bound(&key, old.items, old.count,
						     sizeof(*old.items), before_compare_chain);

		before_chain(in, chain,
			     i < old.count && before_compare_chain(&key, &old.items[i]) == 0
				     ? old.items[i]
				     : NULL);
	}
}
