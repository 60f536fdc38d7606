/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster as PureLB sees it: brings the parts of the model together. */
#include "purelb/agents/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/agents/known.h"
#include "purelb/agents/nodes.h"
#include "purelb/agents/possible.h"
#include "purelb/pools/order.h"

/* ---- the index of subnets ---- */

/* A subnet of one live node. */
struct offer {
	struct ip first;
	uint8_t bits;
	const struct cluster_node *node;
};

struct offers {
	ARRAY_OF(struct offer) list;
	ARRAY_OF(const char *) texts;
};

static int cluster_compare_offers(const void *pa, const void *pb)
{
	const struct offer *a = pa;
	const struct offer *b = pb;
	int order = ip_compare(a->first, b->first);

	if (order == 0)
		order = (a->bits > b->bits) - (a->bits < b->bits);
	/* The nodes are in name order. */
	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static int cluster_compare_texts(const void *pa, const void *pb)
{
	const char *const *a = pa;
	const char *const *b = pb;

	return str_compare(*a, *b);
}

static void cluster_collect_offers(struct offers *offers, const struct cluster *cluster,
				   struct arena *scratch)
{
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (!node->live)
			continue;
		ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
			struct offer *offer = ARRAY_PUSH(scratch, &offers->list);

			offer->first = ip_net_first(subnet->net);
			offer->bits = subnet->net.bits;
			offer->node = node;
			ARRAY_ADD(scratch, &offers->texts, subnet->text);
		}
	}
}

static bool cluster_same_subnet(const struct offer *a, const struct offer *b)
{
	return ip_compare(a->first, b->first) == 0 && a->bits == b->bits;
}

static struct subnet_entry *cluster_add_entry(struct cluster *cluster,
					      const struct offer *offer)
{
	struct subnet_entry *entry = ARRAY_PUSH(cluster->arena, &cluster->subnets);

	entry->net = (struct ip_net){
		.address = offer->first,
		.bits = offer->bits,
		.family = (uint8_t)ip_family(offer->first),
	};
	return entry;
}

/* The names of all nodes, one after the other; the list itself is in `scratch`. */
static const char **cluster_pack_names(const struct cluster *cluster, struct arena *scratch)
{
	const char **names = arena_zalloc(scratch, cluster->nodes.count, sizeof(*names));
	size_t size = 0;
	char *at;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		size += strlen(node->name) + 1;
	at = arena_alloc(cluster->arena, size);
	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		const size_t bytes = strlen(cluster->nodes.items[i].name) + 1;

		names[i] = memcpy(at, cluster->nodes.items[i].name, bytes);
		at += bytes;
	}
	return names;
}

static void cluster_index_offers(struct cluster *cluster, const struct offers *offers,
				 struct arena *scratch)
{
	const char **names = cluster_pack_names(cluster, scratch);
	struct subnet_entry *entry = NULL;

	for (uint32_t i = 0; i < offers->list.count; i++) {
		const struct offer *offer = &offers->list.items[i];
		const struct offer *before = i > 0 ? offer - 1 : NULL;
		bool known = before != NULL && cluster_same_subnet(before, offer);

		if (!known)
			entry = cluster_add_entry(cluster, offer);
		if (known && before->node == offer->node)
			continue; /* spelled in two ways */
		ARRAY_ADD(cluster->arena, &entry->nodes, offer->node);
		ARRAY_ADD(cluster->arena, &entry->names,
			  names[offer->node - cluster->nodes.items]);
		entry->inferred |= offer->node->origin == SUBNETS_INFERRED;
	}
}

static void cluster_index_texts(struct cluster *cluster, const struct offers *offers)
{
	for (uint32_t i = 0; i < offers->texts.count; i++) {
		const char *text = offers->texts.items[i];

		if (i == 0 || !str_equal(text, offers->texts.items[i - 1]))
			ARRAY_ADD(cluster->arena, &cluster->subnet_texts, text);
	}
}

static void cluster_index_subnets(struct cluster *cluster)
{
	struct offers offers = { 0 };
	struct arena scratch;

	arena_init(&scratch);
	cluster_collect_offers(&offers, cluster, &scratch);
	if (offers.list.count > 0) {
		order_sort(offers.list.items, offers.list.count, sizeof(*offers.list.items),
			   cluster_compare_offers);
		order_sort(offers.texts.items, offers.texts.count, sizeof(*offers.texts.items),
			   cluster_compare_texts);
	}
	cluster_index_offers(cluster, &offers, &scratch);
	cluster_index_texts(cluster, &offers);
	arena_release(&scratch);
}

/* ---- the whole ---- */

static void cluster_note_known(struct cluster *cluster)
{
	cluster->has_nodes = cluster->nodes.count > 0;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		cluster->has_labels |= node->labels_known;
		cluster->has_interfaces |=
			node->inventory != NULL && node->inventory->interfaces.at.set;
	}
}

void purelb_resolve_as(struct cluster *cluster, struct snapshot *snapshot,
		       const struct resolve_options *options)
{
	const char *beyond;

	*cluster = (struct cluster){
		.snapshot = snapshot,
		.arena = &snapshot->arena,
		.release = release_of_snapshot(snapshot),
		.now_ns = options->now_ns,
		.moment = MOMENT_GIVEN,
	};
	/* Without any renewTime no lease is live, whatever the time is. */
	if (!options->at)
		cluster->moment = leases_moment(snapshot, &cluster->now_ns);
	if (options->given) {
		cluster->release.release = options->release;
		cluster->release.origin = RELEASE_GIVEN;
	}
	release_drop_fields(snapshot, cluster->release.release, &cluster->lost);
	pools_resolve(&cluster->pools, cluster->arena, snapshot, cluster->release.release);
	agents_prepare(&cluster->agents, cluster->arena, snapshot, cluster->release.release);
	beyond = agents_apply_bounds(&cluster->agents, cluster->arena, snapshot);
	if (beyond != NULL)
		ARRAY_ADD(cluster->arena, &snapshot->sources.errors, beyond);
	cluster->lease_duration = lease_duration_resolve(snapshot, cluster->arena);
	cluster->knows_groups = known_groups(snapshot);
	cluster->knows_agents = known_agents(snapshot);
	cluster->knows_bgp = known_bgp(snapshot);
	nodes_resolve(cluster);
	possible_lans_collect(cluster);
	cluster_index_subnets(cluster);
	cluster_note_known(cluster);
}

void purelb_resolve(struct cluster *cluster, struct snapshot *snapshot)
{
	static const struct resolve_options options;

	purelb_resolve_as(cluster, snapshot, &options);
}

void cluster_release(struct cluster *cluster)
{
	agents_release(&cluster->agents);
}

static int cluster_compare_name(const void *name, const void *element)
{
	const struct cluster_node *node = element;

	return str_compare(name, node->name);
}

const struct cluster_node *cluster_find_node(const struct cluster *cluster, const char *name)
{
	if (cluster->nodes.count == 0)
		return NULL;
	return bsearch(name, cluster->nodes.items, cluster->nodes.count,
		       sizeof(*cluster->nodes.items), cluster_compare_name);
}

const struct lost_field *cluster_lost_field(const struct cluster *cluster,
					    const struct object *object, const char *path)
{
	ARRAY_FOREACH (const struct lost_field, lost, &cluster->lost.list) {
		if (lost->object->order == object->order && str_equal(lost->path, path))
			return lost;
	}
	return NULL;
}

bool cluster_node_is_guessed(const struct cluster_node *node)
{
	if (node->config.state == NODE_DESELECTED || node->config.state == NODE_INVALID)
		return false;
	return node->origin == SUBNETS_INFERRED || node->origin == SUBNETS_UNKNOWN;
}

bool cluster_runs_no_agent(const struct cluster *cluster)
{
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (node->placement.state != PLACEMENT_NEVER)
			return false;
	}
	return cluster->nodes.count > 0;
}

bool cluster_node_lacks_lease(const struct cluster *cluster, const struct cluster_node *node)
{
	if (node->lease != NULL)
		return !lease_is_live(node->lease, cluster->now_ns);
	return node->labels_known && capture_unread(cluster->snapshot, KIND_LEASE) == NULL &&
	       node->placement.state == PLACEMENT_RUNS;
}

struct place cluster_node_lease_place(const struct cluster_node *node, struct arena *arena)
{
	const struct lease *lease = node->lease;

	if (lease != NULL && lease->renew_time.s != NULL)
		return (struct place){ &lease->object, "spec.renewTime",
				       lease->renew_time.pos };
	if (lease != NULL)
		return (struct place){ &lease->object, "metadata.name",
				       lease->object.name.pos };
	if (node->node != NULL)
		return (struct place){ &node->node->object, "metadata.name",
				       node->node->object.name.pos };
	return (struct place){ node->inventory_object,
			       arena_printf(arena, "%s.name", node->inventory_path),
			       node->inventory->name.pos };
}
