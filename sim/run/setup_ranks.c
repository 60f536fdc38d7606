/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For each VIP of a setup the nodes with the smallest hashes (P5.3), among all that may ever
 * advertise its subnet: under a version of the configuration, before they have one, or with an
 * address that an event adds. A view that needs more of them hashes (sim/agent/views.c).
 */
#include <string.h>

#include "base/digest_lanes.h"
#include "purelb/election/election.h"
#include "sim/agent/prepare.h"
#include "sim/run/setup_internal.h"

/* ---- who may be a candidate ---- */

/* A distinct subnet and the nodes that advertise it in some version. */
struct subnet_nodes {
	struct ip_net net;
	ARRAY_OF(uint32_t) nodes; /* may name one twice, side by side */
};

struct subnet_table {
	ARRAY_OF(struct subnet_nodes) list;
};

static struct subnet_nodes *rank_subnet(struct setup *setup, struct subnet_table *table,
					struct ip_net net)
{
	/* Nodes of one rack come one after another: look at the latest first. */
	for (uint32_t i = table->list.count; i > 0; i--)
		if (ip_net_equal(table->list.items[i - 1].net, net))
			return &table->list.items[i - 1];

	struct subnet_nodes *s = ARRAY_PUSH(setup->arena, &table->list);

	s->net = net;
	return s;
}

static void rank_note_subnets(struct setup *setup, struct subnet_table *table, uint32_t node,
			      const struct subnet_list *subnets)
{
	ARRAY_FOREACH (const struct advertised, a, &subnets->list) {
		struct subnet_nodes *s = rank_subnet(setup, table, a->net);

		if (s->nodes.count == 0 || s->nodes.items[s->nodes.count - 1] != node)
			ARRAY_ADD(setup->arena, &s->nodes, node);
	}
}

/* Lease subnets, and what the configuration of each version would advertise. */
static void rank_note_versions(struct setup *setup, struct subnet_table *table, uint32_t node)
{
	ARRAY_FOREACH (const struct setup_version, version, &setup->versions) {
		const struct cluster_node *it =
			cluster_find_node(version->cluster, setup->nodes.items[node].name);

		if (it == NULL)
			continue;
		rank_note_subnets(setup, table, node, &it->subnets);
		rank_note_subnets(setup, table, node, &it->from_inventory);
	}
}

/* The addresses that events add. Which node is meant may be known only when one happens. */
static void rank_list_added(const struct setup_builder *b, struct subnet_list *out)
{
	ARRAY_FOREACH (const struct scenario_event, e, &b->scenario->events.list) {
		struct advertised added = { 0 };

		if (e->kind.which == EVENT_ADDRESS_ADD && e->args.address.s != NULL &&
		    ip_net_parse(e->args.address.s, &added.net))
			ARRAY_ADD(b->setup->arena, &out->list, added);
	}
}

static void rank_subnets(const struct setup_builder *b, struct subnet_table *table)
{
	struct setup *setup = b->setup;
	struct subnet_list added = { 0 };

	rank_list_added(b, &added);
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		struct subnet_list first = { 0 };

		rank_note_versions(setup, table, n);
		prepare_first_subnets(setup->nodes.items[n].cluster_node, setup->arena, &first);
		rank_note_subnets(setup, table, n, &first);
		rank_note_subnets(setup, table, n, &added);
	}
}

/* ---- the best of them ---- */

/* A node and its hash for one VIP. */
struct ranked {
	uint8_t hash[SHA256_BYTES];
	uint32_t node;
};

/* The nodes of the smallest hashes so far, in order. */
struct best {
	struct ranked list[SETUP_RANK_DEPTH];
	uint32_t count;
};

/* Nodes come by ascending number, which decides where hashes are equal. */
static void rank_offer(struct best *best, uint32_t node,
		       const uint8_t hash[static SHA256_BYTES])
{
	uint32_t at = best->count;

	if (best->count == SETUP_RANK_DEPTH) {
		at--;
		if (memcmp(hash, best->list[at].hash, SHA256_BYTES) >= 0)
			return;
	} else {
		best->count++;
	}
	for (; at > 0 && memcmp(hash, best->list[at - 1].hash, SHA256_BYTES) < 0; at--)
		best->list[at] = best->list[at - 1];
	memcpy(best->list[at].hash, hash, SHA256_BYTES);
	best->list[at].node = node;
}

/* Nodes that wait to be hashed together. */
struct batch {
	uint32_t nodes[DIGEST_LANES_MAX];
	const char *names[DIGEST_LANES_MAX];
	uint32_t count;
};

static void rank_batch(struct batch *batch, const struct setup_vip *vip, struct best *best)
{
	uint8_t hashes[DIGEST_LANES_MAX][SHA256_BYTES];

	election_hashes(batch->names, batch->count, vip->text, hashes);
	for (uint32_t i = 0; i < batch->count; i++)
		rank_offer(best, batch->nodes[i], hashes[i]);
	batch->count = 0;
}

/* Flags the nodes of every subnet with the address; false: there are none. */
static bool rank_candidates(const struct subnet_table *table, struct ip ip, bool *flags)
{
	bool any = false;

	ARRAY_FOREACH (const struct subnet_nodes, s, &table->list) {
		if (!ip_net_contains(s->net, ip))
			continue;
		ARRAY_FOREACH (const uint32_t, node, &s->nodes)
			any = flags[*node] = true;
	}
	return any;
}

static void rank_vip(struct setup *setup, const struct subnet_table *table,
		     struct setup_vip *vip, bool *flags)
{
	struct best best = { .count = 0 };
	struct batch batch = { .count = 0 };
	uint32_t *rank;

	memset(flags, 0, setup->nodes.count * sizeof(*flags));
	if (!rank_candidates(table, vip->ip, flags))
		return;
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		if (!flags[n])
			continue;
		batch.names[batch.count] = setup->nodes.items[n].name;
		batch.nodes[batch.count++] = n;
		if (batch.count == DIGEST_LANES_MAX)
			rank_batch(&batch, vip, &best);
	}
	rank_batch(&batch, vip, &best);
	rank = arena_alloc(setup->arena, best.count * sizeof(*rank));
	for (uint32_t i = 0; i < best.count; i++)
		rank[i] = best.list[i].node;
	vip->rank = rank;
	vip->rank_count = best.count;
}

void setup_rank_all(const struct setup_builder *b)
{
	struct setup *setup = b->setup;
	struct subnet_table table = { 0 };
	struct arena scratch;
	bool *flags;

	rank_subnets(b, &table);
	arena_init(&scratch);
	flags = arena_zalloc(&scratch, setup->nodes.count + 1, sizeof(*flags));
	ARRAY_FOREACH (struct setup_vip, vip, &setup->vips)
		rank_vip(setup, &table, vip, flags);
	arena_release(&scratch);
}
