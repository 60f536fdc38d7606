/* SPDX-License-Identifier: Apache-2.0 */
/* Section 5: candidates by subnet, and their order by hash. */
#include "purelb/election/election.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest_lanes.h"
#include "base/text.h"
#include "purelb/election/endpoints.h"

/* ---- candidates, one by one ---- */

/* What is left of the nodes of one subnet. */
struct cursor {
	const struct cluster_node *const *at;
	const struct cluster_node *const *end;
	const char *const *name; /* of the node at `at` */
};

/* The candidates of a VIP by name, each once, and what their hashes end with. */
struct walk {
	const struct cluster_node *nodes; /* all of them, sorted by name */
	const bool *down;
	const bool *preferred;
	struct cursor cursors[CONTAINING_MAX];
	unsigned count;
	char suffix[1 + IP_TEXT_MAX]; /* "#192.168.1.100" */
	size_t suffix_len;
	bool preferred_only; /* the others need not be hashed any more */
	/* Some are hashed at a time; these are the ones that wait for their turn. */
	unsigned lanes, held, at;
	const struct cluster_node *batch[DIGEST_LANES_MAX];
	uint8_t hashes[DIGEST_LANES_MAX][SHA256_BYTES];
};

/* Returns how many candidates there are at most. */
static size_t election_walk_start(struct walk *walk, const struct election *election,
				  struct ip vip, const bool *preferred)
{
	const struct subnet_entry *entries[CONTAINING_MAX];
	size_t total = 0;

	walk->nodes = election->cluster->nodes.items;
	walk->down = election->down;
	walk->preferred = preferred;
	walk->preferred_only = false;
	walk->lanes = digest_lanes();
	walk->held = walk->at = 0;
	walk->count = cluster_containing(election->cluster, vip, entries);
	for (unsigned i = 0; i < walk->count; i++) {
		walk->cursors[i].at = entries[i]->nodes.items;
		walk->cursors[i].end = entries[i]->nodes.items + entries[i]->nodes.count;
		walk->cursors[i].name = entries[i]->names.items;
		total += entries[i]->nodes.count;
	}
	walk->suffix[0] = '#';
	walk->suffix_len = 1 + strlen(ip_format(vip, walk->suffix + 1));
	return total;
}

/* The lists are in the order of the nodes. A node that has two of the subnets counts once. */
static const struct cluster_node *election_merge_next(struct walk *walk, const char **name)
{
	const struct cluster_node *first = NULL;

	for (unsigned i = 0; i < walk->count; i++) {
		const struct cursor *cursor = &walk->cursors[i];

		if (cursor->at < cursor->end && (first == NULL || *cursor->at < first)) {
			first = *cursor->at;
			*name = *cursor->name;
		}
	}
	for (unsigned i = 0; i < walk->count; i++) {
		struct cursor *cursor = &walk->cursors[i];

		if (cursor->at < cursor->end && *cursor->at == first) {
			cursor->at++;
			cursor->name++;
		}
	}
	return first;
}

/* The only list there is, as it mostly is. Nothing is read of the nodes themselves: memory is
 * slower than the hash. */
static const struct cluster_node *election_single_next(struct cursor *cursor, const char **name)
{
	if (cursor->at == cursor->end)
		return NULL;
	*name = *cursor->name++;
	return *cursor->at++;
}

/* The next node that is not down, and its name. */
static const struct cluster_node *election_walk_next(struct walk *walk, const char **name)
{
	while (true) {
		const struct cluster_node *node = NULL;

		if (walk->count == 1)
			node = election_single_next(&walk->cursors[0], name);
		else if (walk->count > 1)
			node = election_merge_next(walk, name);
		if (node == NULL || walk->down == NULL || !walk->down[node - walk->nodes])
			return node;
	}
}

static bool election_is_preferred(const struct walk *walk, const struct cluster_node *node)
{
	return walk->preferred != NULL && walk->preferred[node - walk->nodes];
}

/* P5.3 */
static bool election_walk_hash(struct walk *walk)
{
	const char *names[DIGEST_LANES_MAX] = { NULL };
	const struct cluster_node *node;
	unsigned count = 0;

	while (count < DIGEST_LANES_MAX &&
	       (node = election_walk_next(walk, &names[count])) != NULL) {
		if (walk->preferred_only && !election_is_preferred(walk, node))
			continue;
		walk->batch[count++] = node;
	}
	digest_lanes_joined(walk->lanes, names, count, walk->suffix, walk->suffix_len,
			    walk->hashes);
	walk->held = count;
	walk->at = 0;
	return count > 0;
}

/* The hash of the next candidate, which election_walk_take() takes; NULL: there are no more. */
static const uint8_t *election_walk_peek(struct walk *walk)
{
	if (walk->at == walk->held && !election_walk_hash(walk))
		return NULL;
	return walk->hashes[walk->at];
}

static void election_walk_take(struct walk *walk, struct candidate *out)
{
	out->node = walk->batch[walk->at];
	out->preferred = election_is_preferred(walk, out->node);
	memcpy(out->hash, walk->hashes[walk->at++], SHA256_BYTES);
}

void election_hash(const char *node, const char *vip_text, uint8_t out[static SHA256_BYTES])
{
	uint8_t hash[1][SHA256_BYTES];

	election_hashes(&node, 1, vip_text, hash);
	memcpy(out, hash[0], SHA256_BYTES);
}

void election_hashes(const char *const *nodes, size_t count, const char *vip_text,
		     uint8_t (*out)[SHA256_BYTES])
{
	struct text suffix = { 0 };

	text_printf(&suffix, "#%s", vip_text);
	digest_lanes_joined(digest_lanes(), nodes, count, text_str(&suffix), suffix.len, out);
	text_release(&suffix);
}

/* ---- the order ---- */

/* The first bytes of a hash as a number, which orders nearly all of them. */
static inline uint64_t election_first_bytes(const uint8_t hash[static SHA256_BYTES])
{
	uint64_t big_endian;

	memcpy(&big_endian, hash, sizeof(big_endian));
	return be64toh(big_endian);
}

/* P5.3, P5.4: preferred ones first, then by hash as 32-byte strings, then by name. */
static bool election_comes_before(const struct candidate *a, const struct candidate *b)
{
	const uint64_t first_a = election_first_bytes(a->hash);
	const uint64_t first_b = election_first_bytes(b->hash);
	int order;

	if (a->preferred != b->preferred)
		return a->preferred;
	if (first_a != first_b)
		return first_a < first_b;
	order = memcmp(a->hash, b->hash, SHA256_BYTES);
	/* The nodes are in name order. */
	return order != 0 ? order < 0 : a->node < b->node;
}

/* The best candidates found so far, of different groups, in order. */
struct leaders {
	const uint32_t *groups; /* NULL: each node is one */
	const struct cluster_node *nodes;
	unsigned wanted;
	unsigned count;
	struct candidate best[ELECTION_LEADERS_MAX];
};

static bool election_same_group(const struct leaders *leaders, const struct candidate *a,
				const struct candidate *b)
{
	const uint32_t *groups = leaders->groups;

	return groups != NULL &&
	       groups[a->node - leaders->nodes] == groups[b->node - leaders->nodes];
}

/* The place that the candidate would have to be better than to be let in: that of its own
 * group, else a free one, else the last. */
static unsigned election_place(const struct leaders *leaders, const struct candidate *next)
{
	for (unsigned i = 0; i < leaders->count; i++) {
		if (election_same_group(leaders, &leaders->best[i], next))
			return i;
	}
	return leaders->count < leaders->wanted ? leaders->count : leaders->wanted - 1;
}

static void election_leaders_offer(struct leaders *leaders, const struct candidate *next)
{
	unsigned at = election_place(leaders, next);

	if (at == leaders->count)
		leaders->count++;
	else if (!election_comes_before(next, &leaders->best[at]))
		return;
	for (; at > 0 && election_comes_before(next, &leaders->best[at - 1]); at--)
		leaders->best[at] = leaders->best[at - 1];
	leaders->best[at] = *next;
}

unsigned election_leaders(const struct election *election, struct ip vip, const bool *preferred,
			  const uint32_t *groups, unsigned wanted,
			  const struct cluster_node *out[static ELECTION_LEADERS_MAX])
{
	struct leaders leaders = {
		.groups = groups,
		.nodes = election->cluster->nodes.items,
		.wanted = wanted,
	};
	const struct candidate *last = &leaders.best[wanted - 1];
	struct candidate next = { 0 };
	struct walk walk;
	const uint8_t *hash;
	/* What the last one's hash begins with, once there are all. */
	uint64_t bar = UINT64_MAX;

	(void)election_walk_start(&walk, election, vip, preferred);
	while ((hash = election_walk_peek(&walk)) != NULL) {
		/* Nearly all candidates end here. */
		if (election_first_bytes(hash) > bar &&
		    election_is_preferred(&walk, walk.batch[walk.at]) == last->preferred) {
			walk.at++;
			continue;
		}
		election_walk_take(&walk, &next);
		if (leaders.count == wanted && !election_comes_before(&next, last))
			continue;
		election_leaders_offer(&leaders, &next);
		if (leaders.count < wanted)
			continue;
		bar = election_first_bytes(last->hash);
		walk.preferred_only = last->preferred;
	}
	for (unsigned i = 0; i < leaders.count; i++)
		out[i] = leaders.best[i].node;
	return leaders.count;
}

void election_first_two(const struct election *election, struct ip vip, const bool *preferred,
			const struct cluster_node *out[static 2])
{
	const struct cluster_node *leaders[ELECTION_LEADERS_MAX] = { NULL };

	(void)election_leaders(election, vip, preferred, NULL, 2, leaders);
	out[0] = leaders[0];
	out[1] = leaders[1];
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
 * chose to share those bits only make a bucket that is sorted the ordinary way. What is dealt
 * out are keys, a third as large as the candidates.
 */
enum { BUCKET_SMALL = 16, KEY_BITS = 63 };

struct key {
	uint64_t first; /* the hash's first KEY_BITS bits; the topmost bit is 1 for candidates
			 * that come behind preferred ones */
	const struct candidate *candidate;
};

struct buckets {
	struct key *keys;   /* in the order of the names */
	struct key *sorted; /* dealt out */
	uint32_t *ends;     /* how many are in each; then where it begins; then where it ends */
	uint32_t count;     /* twice as many with preferred candidates */
	unsigned shift;
	bool split;
};

static void election_buckets_init(struct buckets *buckets, struct arena *arena,
				  size_t candidates, bool split)
{
	unsigned bits = 0;

	while (bits < 24 && (size_t)1 << bits < candidates)
		bits++;
	*buckets = (struct buckets){
		.count = UINT32_C(1) << (bits + split),
		.shift = KEY_BITS - bits,
		.split = split,
	};
	buckets->ends = arena_zalloc(arena, buckets->count, sizeof(*buckets->ends));
	buckets->keys = arena_alloc(arena, candidates * sizeof(*buckets->keys));
	buckets->sorted = arena_alloc(arena, candidates * sizeof(*buckets->sorted));
}

static uint32_t election_bucket(const struct buckets *buckets, const struct key *key)
{
	return (uint32_t)(key->first >> buckets->shift);
}

static void election_buckets_count(struct buckets *buckets, uint32_t number,
				   const struct candidate *candidate)
{
	const bool behind = buckets->split && !candidate->preferred;
	struct key *key = &buckets->keys[number];

	key->first = election_first_bytes(candidate->hash) >> 1 | (uint64_t)behind << KEY_BITS;
	key->candidate = candidate;
	buckets->ends[election_bucket(buckets, key)]++;
}

static bool election_key_before(const struct key *a, const struct key *b)
{
	if (a->first != b->first)
		return a->first < b->first;
	return election_comes_before(a->candidate, b->candidate);
}

static int election_compare_keys(const void *a, const void *b)
{
	return election_key_before(b, a) - election_key_before(a, b);
}

static void election_insertion_sort(struct key *keys, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		const struct key moving = keys[i];
		uint32_t at = i;

		for (; at > 0 && election_key_before(&moving, &keys[at - 1]); at--)
			keys[at] = keys[at - 1];
		keys[at] = moving;
	}
}

static void election_sort_bucket(struct key *keys, uint32_t count)
{
	if (count > BUCKET_SMALL)
		qsort(keys, count, sizeof(*keys), election_compare_keys);
	else
		election_insertion_sort(keys, count);
}

static void election_buckets_sort(struct buckets *buckets, uint32_t count)
{
	uint32_t begin = 0;

	for (uint32_t i = 0; i < buckets->count; i++) {
		const uint32_t size = buckets->ends[i];

		buckets->ends[i] = begin;
		begin += size;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct key *key = &buckets->keys[i];

		buckets->sorted[buckets->ends[election_bucket(buckets, key)]++] = *key;
	}
	begin = 0;
	for (uint32_t i = 0; i < buckets->count; i++) {
		if (buckets->ends[i] - begin > 1)
			election_sort_bucket(buckets->sorted + begin, buckets->ends[i] - begin);
		begin = buckets->ends[i];
	}
}

/* ---- the whole list ---- */

/* The candidates by name, with their hashes. */
static uint32_t election_list_candidates(struct walk *walk, struct candidate *out,
					 struct buckets *buckets)
{
	uint32_t count = 0;

	while (election_walk_peek(walk) != NULL) {
		election_walk_take(walk, &out[count]);
		election_buckets_count(buckets, count, &out[count]);
		count++;
	}
	return count;
}

/* Fills `out`, which has room for all. */
static uint32_t election_order_candidates(struct walk *walk, struct arena *arena, size_t room,
					  struct candidate *out)
{
	struct candidate *by_name = arena_alloc(arena, room * sizeof(*by_name));
	struct buckets buckets;
	uint32_t count;

	election_buckets_init(&buckets, arena, room, walk->preferred != NULL);
	count = election_list_candidates(walk, by_name, &buckets);
	election_buckets_sort(&buckets, count);
	for (uint32_t i = 0; i < count; i++)
		out[i] = *buckets.sorted[i].candidate;
	return count;
}

void election_candidates(const struct election *election, struct ip vip, const bool *preferred,
			 struct election_result *out)
{
	const uint32_t all_nodes = election->cluster->nodes.count;
	struct arena *arena = election->arena;
	struct arena_mark mark;
	struct walk walk;
	size_t room = election_walk_start(&walk, election, vip, preferred);

	*out = (struct election_result){ .affinity = preferred != NULL };
	if (room == 0)
		return;
	if (room > all_nodes)
		room = all_nodes;
	out->candidates.items = arena_alloc(arena, room * sizeof(struct candidate));
	out->candidates.capacity = (uint32_t)room;
	mark = arena_mark(arena);
	out->candidates.count =
		election_order_candidates(&walk, arena, room, out->candidates.items);
	arena_reset(arena, mark);
	out->affinity_fallback = preferred != NULL && preferred[all_nodes] &&
				 out->candidates.count > 0 &&
				 !out->candidates.items[0].preferred;
}

/* ---- affinity ---- */

const bool *election_preferred(const struct cluster *cluster, const struct service *service,
			       struct arena *arena)
{
	struct slice_list slices = { 0 };

	if (!endpoints_affinity(cluster, service))
		return NULL;
	ARRAY_FOREACH (struct endpoint_slice *, slice, &cluster->snapshot->endpoint_slices) {
		if (endpoints_belongs(*slice, service))
			ARRAY_ADD(arena, &slices.list, *slice);
	}
	return endpoints_ready_nodes(cluster, &slices, arena);
}
