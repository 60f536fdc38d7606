/* SPDX-License-Identifier: Apache-2.0 */
/* P5.2 for whole ranges: which live nodes can announce the addresses of a range. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "purelb/agents/cluster.h"

/* The entries of the index that share addresses with a range. */
struct covering {
	const struct subnet_entry **entries; /* owned */
	uint32_t count;
};

/* Goes on from `next`, the first address not seen yet. False when the range is at its end. */
static bool coverage_cover(struct ip *next, struct ip to, const struct subnet_entry *entry,
			   struct coverage *out)
{
	struct ip first = entry->net.address;
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

static void coverage_add_entry(struct covering *covering, const struct subnet_entry *entry,
			       struct coverage *out)
{
	out->inferred |= entry->inferred;
	covering->entries[covering->count++] = entry;
}

/* P5.2: a subnet counts for an address that it contains; families must agree. The entries are
 * sorted by first address, so what lies before `next` is settled: those that contain the first
 * address come before all that begin behind it. */
static void coverage_find(const struct cluster *cluster, struct ip_range range,
			  struct covering *covering, struct coverage *out)
{
	const enum ip_family family = ip_family(range.from);
	const uint32_t end = cluster_subnets_until(cluster, range.to);
	const uint32_t begin = cluster_subnets_until(cluster, range.from);
	const struct subnet_entry *around[CONTAINING_MAX];
	const unsigned count = cluster_containing(cluster, range.from, around);
	struct ip next = range.from;
	bool more = true;

	out->complete = true;
	covering->entries =
		mem_resize(NULL, count + (size_t)(end - begin), sizeof(*covering->entries));
	for (unsigned i = count; i > 0; i--) {
		more = more && coverage_cover(&next, range.to, around[i - 1], out);
		coverage_add_entry(covering, around[i - 1], out);
	}
	for (uint32_t i = begin; i < end; i++) {
		const struct subnet_entry *entry = &cluster->subnets.items[i];

		if (entry->net.family != family)
			continue;
		more = more && coverage_cover(&next, range.to, entry, out);
		coverage_add_entry(covering, entry, out);
	}
	if (more && out->complete) {
		out->complete = false;
		out->uncovered = (struct ip_range){ next, range.to };
	}
}

/* One entry's list is borrowed: a push would copy it, because it is full. */
static void coverage_borrow(const struct subnet_entry *entry, struct coverage *out)
{
	out->candidates.items = entry->nodes.items;
	out->candidates.count = entry->nodes.count;
	out->candidates.capacity = entry->nodes.count;
}

/* Writes those nodes, by name, that are marked. */
static void coverage_copy(const struct cluster *cluster, const uint64_t *marks, uint32_t count,
			  struct coverage *out)
{
	const struct cluster_node **items = arena_alloc(cluster->arena, count * sizeof(*items));

	out->candidates.items = items;
	out->candidates.count = count;
	out->candidates.capacity = count;
	for (uint32_t i = 0; i < cluster->nodes.count; i += 64)
		for (uint64_t left = marks[i / 64]; left != 0; left &= left - 1)
			*items++ = &cluster->nodes.items[i + (uint32_t)__builtin_ctzll(left)];
}

/* Marks the node; returns 1 when it was not yet, else 0. */
static uint32_t coverage_mark(const struct cluster *cluster, uint64_t *marks,
			      const struct cluster_node *node)
{
	const size_t index = (size_t)(node - cluster->nodes.items);
	const uint64_t bit = (uint64_t)1 << (index % 64);
	const bool fresh = (marks[index / 64] & bit) == 0;

	marks[index / 64] |= bit;
	return fresh;
}

/* The nodes of several entries: no sort of them, so that many wide ranges cost less. */
static void coverage_merge(const struct cluster *cluster, const struct covering *covering,
			   struct coverage *out)
{
	const size_t words = cluster->nodes.count / 64 + 1;
	uint64_t *marks = mem_resize(NULL, words, sizeof(*marks));
	const struct subnet_entry *with_all = NULL;
	uint32_t count = 0;

	memset(marks, 0, words * sizeof(*marks));
	for (uint32_t i = 0; i < covering->count; i++) {
		ARRAY_FOREACH (const struct cluster_node *, node, &covering->entries[i]->nodes)
			count += coverage_mark(cluster, marks, *node);
	}
	for (uint32_t i = 0; i < covering->count; i++) {
		if (covering->entries[i]->nodes.count == count)
			with_all = covering->entries[i];
	}
	/* Many ranges may share one wide subnet of many nodes. */
	if (with_all != NULL)
		coverage_borrow(with_all, out);
	else
		coverage_copy(cluster, marks, count, out);
	free(marks);
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
	coverage_find(cluster, range, &covering, out);
	if (covering.count == 1)
		coverage_borrow(covering.entries[0], out);
	else if (covering.count > 1)
		coverage_merge(cluster, &covering, out);
	free(covering.entries);
	out->single = out->candidates.count == 1;
	out->text_matches = out->inferred || cluster_advertises(cluster, subnet_text);
}
