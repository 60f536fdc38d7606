/* SPDX-License-Identifier: Apache-2.0 */
/* Views: shared, counted, and derived from one another. */
#include "sim/agent/views.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest_lanes.h"
#include "base/mem.h"
#include "purelb/election/election.h"

enum {
	BUCKETS = 1024,
	/* With more nodes than this that came, all VIPs are looked at from scratch. */
	FEW_NODES = 4,
};

void views_init(struct views *views, const struct setup *setup, const struct subnet_sets *sets)
{
	*views = (struct views){ .setup = setup, .sets = sets, .bucket_count = BUCKETS };
	views->buckets = mem_resize(NULL, BUCKETS, sizeof(*views->buckets));
	for (uint32_t i = 0; i < BUCKETS; i++)
		views->buckets[i] = NULL;
}

static void view_free(struct view *view)
{
	free(view->members);
	free(view);
}

void views_release(struct views *views)
{
	for (uint32_t i = 0; i < views->bucket_count; i++) {
		while (views->buckets[i] != NULL) {
			struct view *view = views->buckets[i];

			views->buckets[i] = view->next;
			view_free(view);
		}
	}
	free(views->buckets);
	*views = (struct views){ .setup = NULL };
}

/* ---- who wins ---- */

static bool view_has_candidate(const struct views *views, const struct view *view,
			       uint32_t node, uint32_t vip)
{
	const uint32_t set = view->members[node];

	return set != VIEW_OUT && subnet_set_covers(views->sets, set, vip);
}

/* A node and its hash. */
struct standing {
	uint32_t node; /* SETUP_NONE: nobody yet */
	uint8_t hash[SHA256_BYTES];
};

/* Nodes come by ascending number, which decides where hashes are equal. (P5.3) */
static void view_offer(const struct views *views, uint32_t vip, const uint32_t *nodes,
		       uint32_t count, struct standing *best)
{
	const char *names[DIGEST_LANES_MAX] = { NULL };
	uint8_t hashes[DIGEST_LANES_MAX][SHA256_BYTES];

	for (uint32_t i = 0; i < count; i++)
		names[i] = views->setup->nodes.items[nodes[i]].name;
	election_hashes(names, count, views->setup->vips.items[vip].text, hashes);
	for (uint32_t i = 0; i < count; i++) {
		if (best->node != SETUP_NONE &&
		    memcmp(hashes[i], best->hash, SHA256_BYTES) >= 0)
			continue;
		best->node = nodes[i];
		memcpy(best->hash, hashes[i], SHA256_BYTES);
	}
}

/* The winner where the rank does not say: all candidates are hashed; with `only`, those of its
 * flags. */
static uint32_t view_hash_all(const struct views *views, const struct view *view, uint32_t vip,
			      const bool *only)
{
	struct standing best = { .node = SETUP_NONE };
	uint32_t nodes[DIGEST_LANES_MAX];
	uint32_t count = 0;

	for (uint32_t n = 0; n < views->setup->nodes.count; n++) {
		if ((only != NULL && !only[n]) || !view_has_candidate(views, view, n, vip))
			continue;
		nodes[count++] = n;
		if (count < DIGEST_LANES_MAX)
			continue;
		view_offer(views, vip, nodes, count, &best);
		count = 0;
	}
	view_offer(views, vip, nodes, count, &best);
	return best.node;
}

/* The first in rank that is a candidate, with `only` one of its flags; SETUP_NONE: nobody.
 * (P5.3) */
static uint32_t view_first_candidate(const struct views *views, const struct view *view,
				     uint32_t vip, const bool *only)
{
	const struct setup_vip *it = &views->setup->vips.items[vip];

	for (uint32_t i = 0; i < it->rank_count; i++) {
		const uint32_t node = it->rank[i];

		if ((only == NULL || only[node]) && view_has_candidate(views, view, node, vip))
			return node;
	}
	return it->rank_count < SETUP_RANK_DEPTH ? SETUP_NONE
						 : view_hash_all(views, view, vip, only);
}

/* P5.4 */
uint32_t view_winner(const struct views *views, const struct view *view, uint32_t vip,
		     const bool *preferred)
{
	const uint32_t first = preferred != NULL
				       ? view_first_candidate(views, view, vip, preferred)
				       : SETUP_NONE;

	return first != SETUP_NONE ? first : view->winner[vip];
}

/* ---- making one ---- */

static struct view *view_new(const struct views *views, const uint32_t *members, uint64_t hash)
{
	const uint32_t nodes = views->setup->nodes.count;
	const uint32_t vips = views->setup->vips.count;
	struct view *view = mem_alloc(sizeof(*view));

	*view = (struct view){ .references = 1, .hash = hash };
	view->members = mem_resize(NULL, 2 * ((size_t)nodes + vips) + 1, sizeof(uint32_t));
	view->winner = view->members + nodes;
	view->won = view->winner + vips;
	view->won_at = view->won + vips;
	for (uint32_t n = 0; n < nodes; n++) {
		view->members[n] = members[n];
		view->live += members[n] != VIEW_OUT;
	}
	return view;
}

static void view_elect_all(const struct views *views, struct view *view)
{
	for (uint32_t v = 0; v < views->setup->vips.count; v++)
		view->winner[v] = view_first_candidate(views, view, v, NULL);
}

/* The VIPs of a node that left or changed go to others, or stay. */
static void view_elect_again(const struct views *views, struct view *view,
			     const struct view *from, uint32_t node)
{
	for (uint32_t i = from->won_at[node]; i < from->won_at[node + 1]; i++)
		view->winner[from->won[i]] =
			view_first_candidate(views, view, from->won[i], NULL);
}

/* True when the node stands before the winner of the VIP. */
static bool view_stands_before(const struct views *views, uint32_t vip, uint32_t node,
			       uint32_t winner)
{
	const struct setup_vip *it = &views->setup->vips.items[vip];
	struct standing best = { .node = SETUP_NONE };
	const uint32_t both[] = { node < winner ? node : winner,
				  node < winner ? winner : node };

	if (winner == SETUP_NONE)
		return true;
	for (uint32_t i = 0; i < it->rank_count; i++) {
		if (it->rank[i] == node || it->rank[i] == winner)
			return it->rank[i] == node;
	}
	view_offer(views, vip, both, 2, &best);
	return best.node == node;
}

/* A node that came or changed takes the VIPs for which it stands before their winners. */
static void view_elect_newcomer(const struct views *views, struct view *view, uint32_t node)
{
	for (uint32_t v = 0; v < views->setup->vips.count; v++) {
		const uint32_t winner = view->winner[v];

		if (winner != node && view_has_candidate(views, view, node, v) &&
		    view_stands_before(views, v, node, winner))
			view->winner[v] = node;
	}
}

static void view_elect_changes(const struct views *views, struct view *view,
			       const struct view *from)
{
	const uint32_t nodes = views->setup->nodes.count;
	const uint32_t vips = views->setup->vips.count;
	uint32_t came = 0;

	for (uint32_t n = 0; n < nodes; n++)
		came += view->members[n] != from->members[n] && view->members[n] != VIEW_OUT;
	if (came > FEW_NODES) {
		view_elect_all(views, view);
		return;
	}
	memcpy(view->winner, from->winner, vips * sizeof(*view->winner));
	for (uint32_t n = 0; n < nodes; n++) {
		if (view->members[n] != from->members[n])
			view_elect_again(views, view, from, n);
	}
	for (uint32_t n = 0; n < nodes && came > 0; n++) {
		if (view->members[n] != from->members[n] && view->members[n] != VIEW_OUT)
			view_elect_newcomer(views, view, n);
	}
}

/* Lists the VIPs by winner: counts, then places them. */
static void view_list_won(const struct views *views, struct view *view)
{
	const uint32_t nodes = views->setup->nodes.count;
	const uint32_t vips = views->setup->vips.count;
	uint32_t at = 0;

	memset(view->won_at, 0, ((size_t)nodes + 1) * sizeof(*view->won_at));
	for (uint32_t v = 0; v < vips; v++) {
		if (view->winner[v] != SETUP_NONE)
			view->won_at[view->winner[v]]++;
	}
	for (uint32_t n = 0; n <= nodes; n++) {
		at += n < nodes ? view->won_at[n] : 0;
		view->won_at[n] = at;
	}
	/* From the last to the first: each node's place goes down to where its VIPs begin. */
	for (uint32_t v = vips; v > 0; v--) {
		const uint32_t winner = view->winner[v - 1];

		if (winner != SETUP_NONE)
			view->won[--view->won_at[winner]] = v - 1;
	}
}

/* ---- sharing ---- */

static uint64_t view_hash_members(const uint32_t *members, uint32_t count)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < count; i++) {
		hash = (hash ^ members[i]) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	return hash;
}

struct view *views_take(struct views *views, const uint32_t *members, const struct view *from)
{
	const uint32_t nodes = views->setup->nodes.count;
	const uint64_t hash = view_hash_members(members, nodes);
	struct view **bucket = &views->buckets[hash % views->bucket_count];
	struct view *view;

	for (view = *bucket; view != NULL; view = view->next) {
		if (view->hash == hash &&
		    memcmp(view->members, members, nodes * sizeof(*members)) == 0) {
			view->references++;
			return view;
		}
	}
	view = view_new(views, members, hash);
	if (from != NULL)
		view_elect_changes(views, view, from);
	else
		view_elect_all(views, view);
	view_list_won(views, view);
	view->next = *bucket;
	*bucket = view;
	views->count++;
	views->made++;
	return view;
}

void views_drop(struct views *views, struct view *view)
{
	struct view **at;

	if (view == NULL || --view->references > 0)
		return;
	at = &views->buckets[view->hash % views->bucket_count];
	while (*at != view)
		at = &(*at)->next;
	*at = view->next;
	views->count--;
	view_free(view);
}
