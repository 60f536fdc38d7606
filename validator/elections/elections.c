/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL001 and EL002: how evenly the elections spread the addresses, and what the loss of a node
 * costs. Only addresses that are announced by election count.
 */
#include <stdlib.h>

#include "base/duration.h"
#include "purelb/agents/limits.h"
#include "purelb/election/election.h"
#include "purelb/election/endpoints.h"
#include "validator/check.h"

enum {
	VIPS_MIN = 20, /* with fewer VIPs chance explains any spread */
	WON_MIN = 5,   /* likewise for a node */
	MOVED_MAX = 10,
};

/* More than this many times its share; a little more, as shares are sums of fractions. */
static const double uneven = 2.0 + 1e-9;

/* What the nodes win, by index in cluster->nodes. */
struct spread {
	double *share; /* of each VIP one part in as many as it has candidates */
	uint32_t *won;
	uint32_t vips;
	bool inferred;
};

static uint32_t elections_index_of(const struct checker *ck, const struct cluster_node *node)
{
	return (uint32_t)(node - ck->cluster->nodes.items);
}

/* Whom the Service prefers is known. */
static bool elections_is_settled(const struct checker *ck, const struct vip *vip)
{
	return vip->winner != NULL && (capture_knows_endpoints(ck->snapshot) ||
				       !endpoints_affinity(ck->cluster, vip->service));
}

/* P5.2: a node that has several of the subnets is still one candidate. */
static void elections_add_shares(const struct checker *ck, struct spread *spread, struct ip ip,
				 uint32_t *seen, uint32_t turn)
{
	const struct subnet_entry *entries[CONTAINING_MAX];
	const unsigned count = cluster_containing(ck->cluster, ip, entries);
	uint32_t candidates = 0;

	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < count; i++) {
			ARRAY_FOREACH (const struct cluster_node *, node, &entries[i]->nodes) {
				const uint32_t index = elections_index_of(ck, *node);
				const uint32_t mark = 2 * turn + pass;

				if (seen[index] == mark)
					continue;
				seen[index] = mark;
				if (pass == 0)
					candidates++;
				else
					spread->share[index] += 1.0 / candidates;
			}
		}
	}
}

static int elections_compare_vips(const void *pa, const void *pb)
{
	const struct vip *const *a = pa;
	const struct vip *const *b = pb;

	return ip_compare((*a)->ip, (*b)->ip);
}

struct won_list {
	ARRAY_OF(const struct vip *) list;
};

/* By address: those that Services share are won once. */
static void elections_measure_spread(struct checker *ck, struct spread *spread)
{
	const uint32_t nodes = ck->cluster->nodes.count;
	uint32_t *seen = arena_zalloc(ck->scratch, nodes, sizeof(*seen));
	struct won_list won = { { 0 } };

	spread->share = arena_zalloc(ck->scratch, nodes, sizeof(*spread->share));
	spread->won = arena_zalloc(ck->scratch, nodes, sizeof(*spread->won));
	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list) {
		if (elections_is_settled(ck, vip))
			ARRAY_ADD(ck->scratch, &won.list, vip);
	}
	if (won.list.count > 0)
		qsort(won.list.items, won.list.count, sizeof(*won.list.items),
		      elections_compare_vips);
	for (uint32_t i = 0; i < won.list.count; i++) {
		const struct vip *vip = won.list.items[i];

		if (i > 0 && ip_compare(won.list.items[i - 1]->ip, vip->ip) == 0)
			continue;
		spread->vips++;
		spread->won[elections_index_of(ck, vip->winner)]++;
		spread->inferred |= vip->inferred;
		elections_add_shares(ck, spread, vip->ip, seen, i + 1);
	}
}

static struct finding *elections_report_node(struct checker *ck, enum check_code code,
					     const struct cluster_node *node,
					     const char *message)
{
	const struct object *object = NULL;
	struct pos pos = { 0 };

	if (node->node != NULL) {
		object = &node->node->object;
		pos = object->name.pos;
	} else if (node->inventory != NULL) {
		object = node->inventory_object;
		pos = node->inventory->name.pos;
	} else if (node->lease != NULL) {
		object = &node->lease->object;
		pos = object->name.pos;
	}
	return report(ck, code, object, pos, "%s", message);
}

/* EL001: the node that is furthest above its share. */
static void elections_check_spread(struct checker *ck)
{
	struct spread spread = { 0 };
	const struct cluster_node *worst = NULL;
	double worst_ratio = uneven;
	struct finding *f;

	elections_measure_spread(ck, &spread);
	if (spread.vips < VIPS_MIN)
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const uint32_t i = elections_index_of(ck, node);

		if (spread.won[i] < WON_MIN || spread.won[i] <= worst_ratio * spread.share[i])
			continue;
		worst = node;
		worst_ratio = spread.won[i] / spread.share[i];
	}
	if (worst == NULL)
		return;
	f = elections_report_node(
		ck, CHECK_EL001, worst,
		arena_printf(ck->arena,
			     "node \"%s\" wins %u of %u addresses, %.1f times its even "
			     "share of %.1f",
			     worst->name, spread.won[elections_index_of(ck, worst)],
			     spread.vips, worst_ratio,
			     spread.share[elections_index_of(ck, worst)]));
	f->inferred = spread.inferred;
	finding_hint(ck, f,
		     "leave it as long as the node can carry the load; hashes decide, so other "
		     "addresses spread differently: `purelbtool elect` shows who wins each");
}

/* ---- EL002 ---- */

/* A VIP that goes from one node to another when the first is lost. */
struct move {
	const struct cluster_node *from;
	const struct cluster_node *to;
	bool inferred;
};

struct moves {
	ARRAY_OF(struct move) list;
};

static int elections_compare_moves(const void *pa, const void *pb)
{
	const struct move *a = pa;
	const struct move *b = pb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* All that go from one node to another. */
struct load {
	const struct move *first;
	uint32_t count;
	bool inferred;
};

static void elections_report_load(struct checker *ck, const struct load *load)
{
	const int64_t gap_ns = limits_takeover_ns(load->count, false);
	struct finding *f = elections_report_node(
		ck, CHECK_EL002, load->first->from,
		arena_printf(
			ck->arena,
			"when node \"%s\" is lost, %u VIPs move to node \"%s\", which takes "
			"over the last of them %.1f s after the first",
			load->first->from->name, load->count, load->first->to->name,
			(double)gap_ns / NS_PER_SEC));

	f->inferred = load->inferred;
	finding_hint(
		ck, f,
		"spread the addresses over more nodes: an agent sends at most %d API requests "
		"per second, so each further VIP takes %.1f s",
		LIMITS_REQUESTS_PER_S, LIMITS_STEP_MS / 1000.0);
}

/* Of each node the survivor that gets most. */
static void elections_report_worst(struct checker *ck, const struct moves *moves)
{
	const struct move *items = moves->list.items;
	struct load worst = { 0 };

	for (uint32_t i = 0; i < moves->list.count;) {
		struct load load = { .first = &items[i] };

		for (; i < moves->list.count &&
		       elections_compare_moves(&items[i], load.first) == 0;
		     i++) {
			load.count++;
			load.inferred |= items[i].inferred;
		}
		if (worst.first != NULL && worst.first->from == load.first->from &&
		    worst.count >= load.count)
			continue;
		if (worst.first != NULL && worst.first->from != load.first->from &&
		    worst.count > MOVED_MAX)
			elections_report_load(ck, &worst);
		worst = load;
	}
	if (worst.count > MOVED_MAX)
		elections_report_load(ck, &worst);
}

static void elections_check_moves(struct checker *ck)
{
	struct moves moves = { { 0 } };

	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list) {
		if (elections_is_settled(ck, vip) && vip->runner_up != NULL)
			ARRAY_ADD(
				ck->arena, &moves.list,
				((struct move){ vip->winner, vip->runner_up, vip->inferred }));
	}
	if (moves.list.count > 0)
		qsort(moves.list.items, moves.list.count, sizeof(*moves.list.items),
		      elections_compare_moves);
	elections_report_worst(ck, &moves);
}

void check_elections(struct checker *ck)
{
	if (ck->vips == NULL)
		return;
	elections_check_spread(ck);
	elections_check_moves(ck);
}
