/* SPDX-License-Identifier: Apache-2.0 */
/* P5.2 for whole ranges: which live nodes can announce the addresses of a range. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "purelb/agents/cluster.h"
#include "purelb/pools/order.h"

/* The entries of the index that share addresses with a range. */
struct covering {
	const struct subnet_entry **entries; /* owned */
	uint32_t count;
	size_t candidates; /* of all entries together */
};

/* Goes on from `next`, the first address not seen yet. False when the range is at its end. */
static bool coverage_cover(struct ip *next, struct ip to, const struct subnet_entry *entry,
			   struct coverage *out)
{
	struct ip first = ip_net_first(entry->net);
	struct ip last = ip_net_last(entry->net);

	if (ip_compare(first, *next) > 0 && out->complete) {
		out->complete = false;
		out->uncovered = (struct ip_range){ *next, { first.v - 1 } };
	}
	if (ip_compare(last, to) >= 0)
		return false;
	if (ip_compare(last, *next) >= 0)
		next->v = last.v + 1;
	return true;
}

/* P5.2: a subnet counts for an address that it contains; families must agree. The entries are
 * sorted by first address, so what lies before `next` is settled. */
static void coverage_find(const struct cluster *cluster, struct ip_range range,
			  struct covering *covering, struct coverage *out)
{
	enum ip_family family = ip_family(range.from);
	struct ip next = range.from;
	bool more = true;

	out->complete = true;
	ARRAY_FOREACH (const struct subnet_entry, entry, &cluster->subnets) {
		if (ip_compare(ip_net_first(entry->net), range.to) > 0)
			break;
		if (ip_family(ip_net_first(entry->net)) != family ||
		    ip_compare(ip_net_last(entry->net), range.from) < 0)
			continue;
		more = more && coverage_cover(&next, range.to, entry, out);
		out->inferred |= entry->inferred;
		covering->entries[covering->count++] = entry;
		covering->candidates += entry->nodes.count;
	}
	if (more && out->complete) {
		out->complete = false;
		out->uncovered = (struct ip_range){ next, range.to };
	}
}

static int coverage_compare_nodes(const void *pa, const void *pb)
{
	const struct cluster_node *const *a = pa;
	const struct cluster_node *const *b = pb;

	/* They lie in one array that is sorted by name. */
	return (*a > *b) - (*a < *b);
}

/* One entry's list is borrowed: a push would copy it, because it is full. */
static void coverage_borrow(const struct subnet_entry *entry, struct coverage *out)
{
	out->candidates.items = entry->nodes.items;
	out->candidates.count = entry->nodes.count;
	out->candidates.capacity = entry->nodes.count;
}

/* Sorts them and drops what is there twice. Returns how many there are. */
static uint32_t coverage_sort(const struct cluster_node **nodes, size_t count)
{
	uint32_t kept = 0;

	order_sort(nodes, count, sizeof(*nodes), coverage_compare_nodes);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || nodes[i] != nodes[kept - 1])
			nodes[kept++] = nodes[i];
	}
	return kept;
}

static void coverage_copy(const struct cluster_node *const *nodes, uint32_t count,
			  struct arena *arena, struct coverage *out)
{
	size_t size = count * sizeof(struct cluster_node *);

	out->candidates.items = memcpy(arena_alloc(arena, size), nodes, size);
	out->candidates.count = count;
	out->candidates.capacity = count;
}

static void coverage_merge(const struct covering *covering, struct arena *arena,
			   struct coverage *out)
{
	const struct cluster_node **all = mem_resize(NULL, covering->candidates, sizeof(*all));
	const struct subnet_entry *with_all = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < covering->count; i++) {
		ARRAY_FOREACH (const struct cluster_node *, node, &covering->entries[i]->nodes)
			all[count++] = *node;
	}
	count = coverage_sort(all, count);
	for (uint32_t i = 0; i < covering->count; i++) {
		if (covering->entries[i]->nodes.count == count)
			with_all = covering->entries[i];
	}
	/* Many ranges may share one wide subnet of many nodes. */
	if (with_all != NULL)
		coverage_borrow(with_all, out);
	else
		coverage_copy(all, count, arena, out);
	free(all);
}

static int coverage_compare_text(const void *text, const void *element)
{
	const char *const *other = element;

	return str_compare(text, *other);
}

/* P3.7: by text alone. */
bool cluster_advertises(const struct cluster *cluster, const char *subnet_text)
{
	return subnet_text != NULL && cluster->subnet_texts.count > 0 &&
	       bsearch(subnet_text, cluster->subnet_texts.items, cluster->subnet_texts.count,
		       sizeof(*cluster->subnet_texts.items), coverage_compare_text) != NULL;
}

void cluster_coverage(const struct cluster *cluster, struct ip_range range,
		      const char *subnet_text, struct coverage *out)
{
	struct covering covering = { 0 };

	*out = (struct coverage){ 0 };
	if (ip_compare(range.from, range.to) > 0)
		range.to = range.from; /* P2.3 */
	covering.entries = mem_resize(NULL, cluster->subnets.count, sizeof(*covering.entries));
	coverage_find(cluster, range, &covering, out);
	if (covering.count == 1)
		coverage_borrow(covering.entries[0], out);
	else if (covering.count > 1)
		coverage_merge(&covering, cluster->arena, out);
	free(covering.entries);
	out->single = out->candidates.count == 1;
	out->text_matches = out->inferred || cluster_advertises(cluster, subnet_text);
}
