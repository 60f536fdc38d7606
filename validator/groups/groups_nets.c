/* SPDX-License-Identifier: Apache-2.0 */
/* Networks that can be asked quickly which of them share an address with a range. */
#include "validator/groups/groups_nets.h"

#include <stdlib.h>

struct net_entry *net_index_add(struct net_index *index, struct arena *arena, struct ip_net net)
{
	struct net_entry *entry = ARRAY_PUSH(arena, &index->list);

	entry->from = ip_net_first(net);
	entry->to = ip_net_last(net);
	entry->order = index->list.count;
	return entry;
}

/* By first address, the larger network first. */
static int groups_compare_nets(const struct net_entry *a, const struct net_entry *b)
{
	const int order = ip_compare(a->from, b->from);

	return order != 0 ? order : ip_compare(b->to, a->to);
}

static int groups_compare_entries(const void *a, const void *b)
{
	const struct net_entry *x = a;
	const struct net_entry *y = b;
	const int order = groups_compare_nets(x, y);

	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void groups_drop_equal(struct net_index *index)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < index->list.count; i++) {
		const struct net_entry *entry = &index->list.items[i];

		if (kept == 0 || groups_compare_nets(&index->list.items[kept - 1], entry) != 0)
			index->list.items[kept++] = *entry;
	}
	index->list.count = kept;
}

void net_index_build(struct net_index *index)
{
	struct net_entry *items = index->list.items;

	if (index->list.count == 0)
		return;
	qsort(items, index->list.count, sizeof(items[0]), groups_compare_entries);
	groups_drop_equal(index);
	for (uint32_t i = 1; i < index->list.count; i++) {
		uint32_t parent = i;

		while (parent != 0 && ip_compare(items[parent - 1].to, items[i].from) < 0)
			parent = items[parent - 1].parent;
		items[i].parent = parent;
	}
}

const struct net_entry *net_index_equal(const struct net_index *index, struct ip_net net)
{
	const struct net_entry key = { .from = ip_net_first(net), .to = ip_net_last(net) };
	uint32_t low = 0;
	uint32_t high = index->list.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const struct net_entry *entry = &index->list.items[middle];
		const int order = groups_compare_nets(entry, &key);

		if (order == 0)
			return entry;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The index of the first entry that starts at or after `ip`. */
static uint32_t groups_first_from(const struct net_index *index, struct ip ip)
{
	uint32_t low = 0;
	uint32_t high = index->list.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(index->list.items[middle].from, ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t net_index_find(const struct net_index *index, struct ip_range range,
			const struct net_entry **out, uint32_t max)
{
	const struct net_entry *items = index->list.items;
	const uint32_t inside = groups_first_from(index, range.from);
	uint32_t count = 0;

	if (ip_compare(range.from, range.to) > 0)
		return 0;
	for (uint32_t i = inside; i != 0; i = items[i - 1].parent) {
		if (ip_compare(items[i - 1].to, range.from) < 0)
			continue;
		if (count < max)
			out[count] = &items[i - 1];
		count++;
	}

	uint32_t behind = inside;

	for (; behind < index->list.count && count < max; behind++, count++) {
		if (ip_compare(items[behind].from, range.to) > 0)
			return count;
		out[count] = &items[behind];
	}
	if (range.to.v == ~(u128)0)
		return count + index->list.count - behind;
	return count + groups_first_from(index, (struct ip){ range.to.v + 1 }) - behind;
}
