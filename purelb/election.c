/* SPDX-License-Identifier: Apache-2.0 */
/* Section 5: candidates by subnet, and their order by hash. */
#include "purelb/election.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/endpoints.h"

/* ---- subnets that contain a VIP ---- */

/* How many leading bits two addresses have in common. */
static unsigned common_bits(struct ip a, struct ip b)
{
	const u128 differing = a.v ^ b.v;
	const uint64_t high = (uint64_t)(differing >> 64);
	const uint64_t low = (uint64_t)differing;

	if (high != 0)
		return (unsigned)__builtin_clzll(high);
	return low != 0 ? 64 + (unsigned)__builtin_clzll(low) : 128;
}

/* True when the entry comes before the network or is it, in the order of the index. */
static bool not_behind(const struct subnet_entry *entry, struct ip first, unsigned bits)
{
	const int order = ip_compare(entry->net.address, first);

	return order != 0 ? order < 0 : entry->net.bits <= bits;
}

/* How many of the first `count` entries do not come behind the network. */
static uint32_t count_until(const struct cluster *cluster, uint32_t count, struct ip first,
			    unsigned bits)
{
	uint32_t low = 0;

	while (low < count) {
		const uint32_t middle = low + (count - low) / 2;

		if (not_behind(&cluster->subnets.items[middle], first, bits))
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/*
 * Networks are nested or apart. So when the nearest one before the VIP does not contain it,
 * whatever does contains that one too, and is no longer than what the two have in common.
 */
unsigned election_subnets(const struct cluster *cluster, struct ip vip,
			  const struct subnet_entry *out[static ELECTION_SUBNETS_MAX])
{
	uint32_t end = cluster->subnets.count;
	unsigned found = 0;
	unsigned bits = 128;

	while (true) {
		const struct ip_net net = { .address = vip, .bits = (uint8_t)bits };

		end = count_until(cluster, end, ip_net_first(net), bits);
		if (end == 0)
			return found;

		const struct subnet_entry *entry = &cluster->subnets.items[--end];
		const unsigned common = common_bits(vip, entry->net.address);

		if (common < entry->net.bits) {
			bits = common;
			continue;
		}
		/* P5.2; families must agree, so ::/0 is not for v4. */
		if (ip_net_contains(entry->net, vip))
			out[found++] = entry;
		if (entry->net.bits == 0)
			return found;
		bits = entry->net.bits - 1U;
	}
}

/* ---- candidates, one by one ---- */

/* What is left of the nodes of one subnet. */
struct cursor {
	const struct cluster_node *const *at;
	const struct cluster_node *const *end;
};

/* The candidates of a VIP by name, each once, and what their hashes begin and end with. */
struct walk {
	const struct cluster_node *nodes; /* all of them, sorted by name */
	const bool *down;
	const bool *preferred;
	struct cursor cursors[ELECTION_SUBNETS_MAX];
	unsigned count;
	char suffix[1 + IP_TEXT_MAX]; /* "#192.168.1.100" */
	size_t suffix_len;
};

/* Returns how many candidates there are at most. */
static size_t walk_start(struct walk *walk, const struct election *election, struct ip vip,
			 const bool *preferred)
{
	const struct subnet_entry *entries[ELECTION_SUBNETS_MAX];
	size_t total = 0;

	walk->nodes = election->cluster->nodes.items;
	walk->down = election->down;
	walk->preferred = preferred;
	walk->count = election_subnets(election->cluster, vip, entries);
	for (unsigned i = 0; i < walk->count; i++) {
		walk->cursors[i].at = entries[i]->nodes.items;
		walk->cursors[i].end = entries[i]->nodes.items + entries[i]->nodes.count;
		total += entries[i]->nodes.count;
	}
	walk->suffix[0] = '#';
	walk->suffix_len = 1 + strlen(ip_format(vip, walk->suffix + 1));
	return total;
}

/* The lists are in the order of the nodes. A node that has two of the subnets counts once. */
static const struct cluster_node *merge_next(struct walk *walk)
{
	const struct cluster_node *first = NULL;

	for (unsigned i = 0; i < walk->count; i++) {
		const struct cursor *cursor = &walk->cursors[i];

		if (cursor->at < cursor->end && (first == NULL || *cursor->at < first))
			first = *cursor->at;
	}
	for (unsigned i = 0; i < walk->count; i++) {
		struct cursor *cursor = &walk->cursors[i];

		if (cursor->at < cursor->end && *cursor->at == first)
			cursor->at++;
	}
	return first;
}

static const struct cluster_node *walk_next(struct walk *walk)
{
	while (true) {
		const struct cluster_node *node = NULL;

		if (walk->count == 1 && walk->cursors[0].at < walk->cursors[0].end)
			node = *walk->cursors[0].at++;
		else if (walk->count > 1)
			node = merge_next(walk);
		if (node == NULL || walk->down == NULL || !walk->down[node - walk->nodes])
			return node;
	}
}

static bool is_preferred(const struct walk *walk, const struct cluster_node *node)
{
	return walk->preferred != NULL && walk->preferred[node - walk->nodes];
}

/* P5.3 */
static void walk_hash(const struct walk *walk, struct candidate *candidate)
{
	const char *name = candidate->node->name;

	sha256_joined(name, strlen(name), walk->suffix, walk->suffix_len, candidate->hash);
}

void election_hash(const char *node, const char *vip_text, uint8_t out[static SHA256_BYTES])
{
	struct walk walk = { .suffix = "#" };
	const size_t len = strlen(vip_text);

	if (len < IP_TEXT_MAX) {
		memcpy(walk.suffix + 1, vip_text, len);
		sha256_joined(node, strlen(node), walk.suffix, 1 + len, out);
		return;
	}

	/* No address is that long; still what is asked for is answered. */
	struct text text = { 0 };

	text_add_char(&text, '#');
	text_add(&text, vip_text);
	sha256_joined(node, strlen(node), text_str(&text), text.len, out);
	text_release(&text);
}

/* ---- the order ---- */

/* P5.3, P5.4: preferred ones first, then by hash as 32-byte strings, then by name. */
static int compare_candidates(const void *pa, const void *pb)
{
	const struct candidate *a = pa;
	const struct candidate *b = pb;
	int order;

	if (a->preferred != b->preferred)
		return a->preferred ? -1 : 1;
	order = memcmp(a->hash, b->hash, SHA256_BYTES);
	/* The nodes are in name order. */
	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

void election_first_two(const struct election *election, struct ip vip, const bool *preferred,
			const struct cluster_node *out[static 2])
{
	struct candidate best[2] = { { 0 }, { 0 } };
	struct candidate next = { 0 };
	struct walk walk;

	(void)walk_start(&walk, election, vip, preferred);
	while ((next.node = walk_next(&walk)) != NULL) {
		next.preferred = is_preferred(&walk, next.node);
		if (best[1].preferred && !next.preferred)
			continue;
		walk_hash(&walk, &next);
		if (best[1].node != NULL && compare_candidates(&next, &best[1]) > 0)
			continue;
		best[1] = next;
		if (best[0].node == NULL || compare_candidates(&next, &best[0]) < 0) {
			best[1] = best[0];
			best[0] = next;
		}
	}
	out[0] = best[0].node;
	out[1] = best[1].node;
}

const struct cluster_node *election_winner(const struct election *election, struct ip vip,
					   const bool *preferred)
{
	const struct cluster_node *two[2];

	election_first_two(election, vip, preferred, two);
	return two[0];
}

/*
 * Sorting by hash. Hashes are spread evenly, so dealing them out by their first bits leaves
 * about one in each bucket, which is much cheaper than comparing. Node names that somebody
 * chose to share those bits only make a bucket that is sorted the ordinary way.
 */
enum { BUCKET_SMALL = 16 };

struct buckets {
	uint32_t *ends; /* where each one begins, and after dealing where it ends */
	uint32_t count; /* preferred candidates come first and have as many of their own */
	unsigned bits;
};

static uint32_t bucket_of(const struct buckets *buckets, const struct candidate *candidate)
{
	uint32_t first = 0;

	for (unsigned i = 0; i < sizeof(first); i++)
		first = first << 8 | candidate->hash[i];
	first = (uint32_t)((uint64_t)first >> (32 - buckets->bits));
	return candidate->preferred ? first : (UINT32_C(1) << buckets->bits) + first;
}

static void insertion_sort(struct candidate *items, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		const struct candidate moving = items[i];
		uint32_t at = i;

		while (at > 0 && compare_candidates(&moving, &items[at - 1]) < 0) {
			items[at] = items[at - 1];
			at--;
		}
		if (at != i)
			items[at] = moving;
	}
}

static void sort_bucket(struct candidate *items, uint32_t count)
{
	if (count > BUCKET_SMALL)
		qsort(items, count, sizeof(*items), compare_candidates);
	else
		insertion_sort(items, count);
}

static void deal(struct buckets *buckets, const struct candidate *from, uint32_t count,
		 struct candidate *to)
{
	uint32_t begin = 0;

	for (uint32_t i = 0; i < count; i++)
		buckets->ends[bucket_of(buckets, &from[i])]++;
	for (uint32_t i = 0; i < buckets->count; i++) {
		const uint32_t size = buckets->ends[i];

		buckets->ends[i] = begin;
		begin += size;
	}
	for (uint32_t i = 0; i < count; i++)
		to[buckets->ends[bucket_of(buckets, &from[i])]++] = from[i];
}

static void sort_candidates(struct arena *arena, const struct candidate *from, uint32_t count,
			    struct candidate *to)
{
	struct buckets buckets = { 0 };
	uint32_t begin = 0;

	while (buckets.bits < 24 && UINT32_C(1) << buckets.bits < count)
		buckets.bits++;
	buckets.count = UINT32_C(2) << buckets.bits;
	buckets.ends = arena_zalloc(arena, buckets.count, sizeof(*buckets.ends));
	deal(&buckets, from, count, to);
	for (uint32_t i = 0; i < buckets.count; i++) {
		if (buckets.ends[i] - begin > 1)
			sort_bucket(to + begin, buckets.ends[i] - begin);
		begin = buckets.ends[i];
	}
}

/* ---- the whole list ---- */

/* The candidates by name, with their hashes. */
static uint32_t list_candidates(struct walk *walk, struct candidate *out, bool *any_preferred)
{
	const struct cluster_node *node;
	uint32_t count = 0;

	while ((node = walk_next(walk)) != NULL) {
		out[count].node = node;
		out[count].preferred = is_preferred(walk, node);
		*any_preferred |= out[count].preferred;
		walk_hash(walk, &out[count++]);
	}
	return count;
}

void election_candidates(const struct election *election, struct ip vip, const bool *preferred,
			 struct election_result *out)
{
	const uint32_t all_nodes = election->cluster->nodes.count;
	struct arena *arena = election->arena;
	bool any_preferred = false;
	struct walk walk;
	size_t room = walk_start(&walk, election, vip, preferred);

	*out = (struct election_result){ .affinity = preferred != NULL };
	if (room == 0)
		return;
	if (room > all_nodes)
		room = all_nodes;
	out->candidates.items = arena_alloc(arena, room * sizeof(struct candidate));
	out->candidates.capacity = (uint32_t)room;

	const struct arena_mark mark = arena_mark(arena);
	struct candidate *by_name = arena_alloc(arena, room * sizeof(*by_name));
	const uint32_t count = list_candidates(&walk, by_name, &any_preferred);

	sort_candidates(arena, by_name, count, out->candidates.items);
	arena_reset(arena, mark);
	out->candidates.count = count;
	out->affinity_fallback =
		preferred != NULL && preferred[all_nodes] && count > 0 && !any_preferred;
}

/* ---- affinity ---- */

const bool *election_preferred(const struct cluster *cluster, const struct service *service,
			       struct arena *arena)
{
	struct slice_list slices = { 0 };

	if (!endpoints_affinity(service))
		return NULL;
	ARRAY_FOREACH (struct endpoint_slice *, slice, &cluster->snapshot->endpoint_slices) {
		if (endpoints_belongs(*slice, service))
			ARRAY_ADD(arena, &slices.list, *slice);
	}
	return endpoints_ready_nodes(cluster, &slices, arena);
}
