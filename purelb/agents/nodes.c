/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of a cluster: who there is, their labels, interfaces, state and subnets. */
#include "purelb/agents/nodes.h"

#include <stdlib.h>

#include "base/text.h"
#include "config/evidence/captured_nodes.h"
#include "purelb/pools/order.h"

#define SUBNETS_ANNOTATION "purelb.io/subnets"

/* ---- who there is ---- */

/* A place where a node's name stands; one of the pointers is set. */
struct mention {
	const char *name;
	uint32_t order;
	const struct node *node;
	const struct lease *lease;
	const struct inventory_node *inventory;
	const struct node_inventory *inventory_object;
};

struct mentions {
	ARRAY_OF(struct mention) list;
	struct arena *arena;
};

static void nodes_mention(struct mentions *m, const struct mention *what)
{
	struct mention *added;

	if (what->name == NULL || what->name[0] == '\0')
		return;
	added = ARRAY_PUSH(m->arena, &m->list);
	*added = *what;
	added->order = m->list.count;
}

static void nodes_mention_inventory(struct mentions *m, const struct node_inventory *inventory)
{
	ARRAY_FOREACH (const struct inventory_node, node, &inventory->nodes.list) {
		nodes_mention(m, &(struct mention){ .name = node->name.s,
						    .inventory = node,
						    .inventory_object = inventory });
	}
}

static int nodes_compare_mentions(const void *pa, const void *pb)
{
	const struct mention *a = pa;
	const struct mention *b = pb;
	int order = str_compare(a->name, b->name);

	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

/* ---- what was captured on them ---- */

/* The node that a Pod of PureLB of that name is on; NULL: none. */
static const char *nodes_of_pod(const struct snapshot *snapshot, const char *pod)
{
	ARRAY_FOREACH (struct pod *, it, &snapshot->pods)
		if (str_equal((*it)->object.name.s, pod) &&
		    str_equal((*it)->object.namespace, snapshot->install_namespace))
			return (*it)->node_name.s;
	return NULL;
}

static int nodes_compare_names(const void *name, const void *element)
{
	const struct mention *mention = element;

	return str_compare(name, mention->name);
}

/* The only node whose name is `place` and a domain; NULL: none, or several. The mentions are
 * sorted. */
static const char *nodes_of_short_name(const struct mentions *m, const char *place,
				       struct arena *arena)
{
	const char *prefix = arena_printf(arena, "%s.", place);
	uint32_t low = 0, high = m->list.count;
	const char *name;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (str_compare(m->list.items[middle].name, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == m->list.count || !str_has_prefix(m->list.items[low].name, prefix))
		return NULL;
	name = m->list.items[low].name;
	for (; low < m->list.count && str_has_prefix(m->list.items[low].name, prefix); low++)
		if (!str_equal(m->list.items[low].name, name))
			return NULL;
	return name;
}

static bool nodes_is_mentioned(const struct mentions *m, const char *name)
{
	return bsearch(name, m->list.items, m->list.count, sizeof(*m->list.items),
		       nodes_compare_names) != NULL;
}

/* Files of a place that is the short name of a node are of that node: a host may call itself
 * node1 where its Node is node1.example.com. */
static void nodes_complete_places(struct mentions *m, const struct snapshot *snapshot,
				  struct arena *arena)
{
	ARRAY_FOREACH (struct evidence_file *, file, &snapshot->evidence->files) {
		const char *place = (*file)->place;
		const char *name =
			place != NULL && *place != '\0' && !nodes_is_mentioned(m, place)
				? nodes_of_short_name(m, place, arena)
				: NULL;

		if (name != NULL && nodes_of_pod(snapshot, place) == NULL)
			(*file)->place = name;
	}
}

/* O1.4: of nodes that other objects name; those of an inventory come first. The mentions are
 * sorted; a place of evidence may be a client or a router as well. */
static void nodes_mention_captured(struct mentions *m, struct cluster *cluster)
{
	const struct snapshot *snapshot = cluster->snapshot;
	const uint32_t count = m->list.count;
	struct captured_nodes captured;

	if (snapshot->evidence == NULL || count == 0)
		return;
	nodes_complete_places(m, snapshot, cluster->arena);
	captured_nodes_build(&captured, snapshot->evidence,
			     cluster->moment != MOMENT_NONE ? &cluster->now_ns : NULL,
			     cluster->arena);
	ARRAY_FOREACH (struct captured_node, it, &captured.list) {
		const char *name = it->place;
		struct inventory_node *node = it->inventory.nodes.list.items;

		if (bsearch(name, m->list.items, count, sizeof(*m->list.items),
			    nodes_compare_names) == NULL)
			name = nodes_of_pod(snapshot, name);
		if (name == NULL || bsearch(name, m->list.items, count, sizeof(*m->list.items),
					    nodes_compare_names) == NULL)
			continue;
		node->name.s = name;
		nodes_mention(m, &(struct mention){ .name = name,
						    .inventory = node,
						    .inventory_object = &it->inventory });
	}
}

static void nodes_collect_mentions(struct mentions *m, struct cluster *cluster)
{
	const struct snapshot *snapshot = cluster->snapshot;

	ARRAY_FOREACH (struct node *, node, &snapshot->nodes)
		nodes_mention(
			m, &(struct mention){ .name = (*node)->object.name.s, .node = *node });
	ARRAY_FOREACH (struct node_inventory *, inventory, &snapshot->inventories)
		nodes_mention_inventory(m, *inventory);
	ARRAY_FOREACH (struct lease *, lease, &snapshot->leases) {
		const char *name = lease_node_name(*lease, snapshot->install_namespace);

		nodes_mention(m, &(struct mention){ .name = name, .lease = *lease });
	}
	order_sort(m->list.items, m->list.count, sizeof(*m->list.items),
		   nodes_compare_mentions);
	nodes_mention_captured(m, cluster);
	order_sort(m->list.items, m->list.count, sizeof(*m->list.items),
		   nodes_compare_mentions);
}

/* Of each kind the first one with a name counts. */
static void nodes_add_mention(struct cluster_node *node, const struct mention *what,
			      struct arena *arena)
{
	if (node->node == NULL)
		node->node = what->node;
	if (node->lease == NULL)
		node->lease = what->lease;
	if (node->inventory != NULL || what->inventory == NULL)
		return;

	const struct inventory_node *first = what->inventory_object->nodes.list.items;

	node->inventory = what->inventory;
	node->inventory_object = &what->inventory_object->object;
	node->inventory_path =
		arena_printf(arena, "spec.nodes[%u]", (uint32_t)(what->inventory - first));
}

/* How many names the sorted mentions have. */
static uint32_t nodes_count_names(const struct mentions *mentions)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < mentions->list.count; i++)
		count += i == 0 || !str_equal(mentions->list.items[i].name,
					      mentions->list.items[i - 1].name);
	return count;
}

/* Each node once, sorted by name. */
static void nodes_list(struct cluster *cluster, struct arena *scratch)
{
	struct mentions mentions = { .arena = scratch };
	struct cluster_node *node = NULL;

	nodes_collect_mentions(&mentions, cluster);
	ARRAY_RESERVE(cluster->arena, &cluster->nodes, nodes_count_names(&mentions));
	ARRAY_FOREACH (const struct mention, what, &mentions.list) {
		if (node == NULL || !str_equal(node->name, what->name)) {
			node = ARRAY_PUSH(cluster->arena, &cluster->nodes);
			node->name = what->name;
		}
		nodes_add_mention(node, what, cluster->arena);
		cluster->has_leases |= what->lease != NULL;
	}
}

/* ---- labels ---- */

/* The inventory's labels come last: of a key that is there twice the last one counts. */
static void nodes_merge_labels(struct label_map *out, struct arena *arena,
			       const struct label_map *own, const struct label_map *added)
{
	*out = (struct label_map){ .at = own->at.set ? own->at : added->at };
	ARRAY_FOREACH (const struct label, label, &own->list)
		ARRAY_ADD(arena, &out->list, *label);
	ARRAY_FOREACH (const struct label, label, &added->list)
		ARRAY_ADD(arena, &out->list, *label);
}

static void nodes_set_labels(struct cluster_node *node, struct arena *arena)
{
	const struct label_map *own = node->node != NULL ? &node->node->object.labels : NULL;
	const struct label_map *added = node->inventory != NULL && !node->inventory->captured
						? &node->inventory->labels
						: NULL;

	node->labels_known = own != NULL || added != NULL;
	if (own != NULL && added != NULL)
		nodes_merge_labels(&node->labels, arena, own, added);
	else if (node->labels_known)
		node->labels = own != NULL ? *own : *added;
}

/* ---- interfaces ---- */

static unsigned nodes_address_flag(const char *name)
{
	static const struct {
		const char *name;
		unsigned flag;
	} flags[] = {
		{ "deprecated", ADDRESS_DEPRECATED },
		{ "tentative", ADDRESS_TENTATIVE },
		{ "dadfailed", ADDRESS_DADFAILED },
		{ "permanent", ADDRESS_PERMANENT },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (str_equal(name, flags[i].name))
			return flags[i].flag;
	}
	return 0;
}

static void nodes_read_address(struct node_interface *interface, struct arena *arena,
			       const struct inventory_address *entry)
{
	struct node_net net = { .entry = entry };

	if (entry->address.s == NULL || !ip_net_parse(entry->address.s, &net.net))
		return;
	ARRAY_FOREACH (const struct str_value, flag, &entry->flags.list)
		net.flags |= nodes_address_flag(flag->s);
	ARRAY_ADD(arena, &interface->nets, net);
}

static void nodes_read_interfaces(struct cluster_node *node, struct arena *arena)
{
	ARRAY_FOREACH (const struct inventory_interface, entry,
		       &node->inventory->interfaces.list) {
		struct node_interface interface = {
			.name = entry->name.s,
			.entry = entry,
			.up = !entry->up.set || entry->up.v,
			.loopback = str_equal(entry->name.s, "lo"),
		};

		if (interface.name == NULL)
			continue;
		ARRAY_FOREACH (const struct inventory_address, address, &entry->addresses.list)
			nodes_read_address(&interface, arena, address);
		if (node->inventory->captured && !node->inventory->interfaces.at.set)
			ARRAY_ADD(arena, &node->listed, interface);
		else
			ARRAY_ADD(arena, &node->interfaces, interface);
	}
}

const struct node_interface *node_shown_interfaces(const struct cluster_node *node,
						   uint32_t *count)
{
	const bool listed = node->interfaces.count == 0;

	*count = listed ? node->listed.count : node->interfaces.count;
	return listed ? node->listed.items : node->interfaces.items;
}

/* ---- subnets ---- */

/* An inventory that lists no interfaces says nothing about them. */
static bool nodes_interfaces_known(const struct cluster_node *node)
{
	return node->inventory != NULL && node->inventory->interfaces.at.set;
}

static bool nodes_needs_guess(const struct cluster_node *node)
{
	return node->lease == NULL && !nodes_interfaces_known(node);
}

static void nodes_set_interfaces(struct cluster_node *node, struct arena *arena)
{
	if (node->inventory == NULL)
		return;
	/* Those that were captured without routes are there to be looked at, no more. */
	nodes_read_interfaces(node, arena);
	if (!nodes_interfaces_known(node))
		return;
	node_selected_interfaces(&node->config, node->inventory, node->interfaces.items,
				 node->interfaces.count, arena, &node->selected);
	node_lease_subnets(&node->config, node->inventory, node->interfaces.items,
			   node->interfaces.count, &node->selected, arena,
			   &node->from_inventory);
}

static void nodes_guess_subnets(struct cluster_node *node, const struct known_subnets *known,
				struct arena *arena)
{
	/* P4.3: these advertise nothing, whatever they carry. */
	if (!node->config.lease_by_default &&
	    (node->config.state == NODE_DESELECTED || node->config.state == NODE_INVALID)) {
		node->origin = SUBNETS_INFERRED;
		return;
	}
	if (node->node == NULL || !node_has_internal_ip(node->node))
		return;
	node->origin = SUBNETS_INFERRED;
	known_subnets_infer(known, node->node, arena, &node->subnets);
}

static void nodes_set_subnets(struct cluster_node *node, const struct known_subnets *known,
			      struct arena *arena)
{
	const char *annotation;

	node->origin = SUBNETS_UNKNOWN;
	if (nodes_needs_guess(node)) {
		nodes_guess_subnets(node, known, arena);
		return;
	}
	if (node->lease == NULL) {
		node->origin = SUBNETS_INVENTORY;
		node->subnets = node->from_inventory;
		return;
	}
	node->origin = SUBNETS_LEASE;
	annotation = label_map_text(&node->lease->object.annotations, SUBNETS_ANNOTATION);
	if (annotation != NULL)
		subnets_annotation_parse(annotation, arena, &node->subnets);
}

static bool nodes_any_needs_guess(const struct cluster *cluster)
{
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (nodes_needs_guess(node))
			return true;
	}
	return false;
}

void nodes_resolve(struct cluster *cluster)
{
	const struct workload *daemon_set = placement_daemon_set(cluster->snapshot);
	struct known_subnets known = { 0 };
	struct arena scratch;

	arena_init(&scratch);
	nodes_list(cluster, &scratch);
	if (nodes_any_needs_guess(cluster))
		known_subnets_collect(&known, &cluster->pools, &scratch);
	ARRAY_FOREACH (struct cluster_node, node, &cluster->nodes) {
		nodes_set_labels(node, cluster->arena);
		/* A lease proves that an agent runs, whatever came over the node since. */
		if (node->lease == NULL)
			node->placement =
				placement_on_node(daemon_set, node->node, &node->labels);
		/* P5.1; without leases in the input nobody is known to be dead. */
		node->live = cluster->has_leases
				     ? node->lease != NULL &&
					       lease_is_live(node->lease, cluster->now_ns)
				     : node->placement.state != PLACEMENT_NEVER;
		agents_resolve(&cluster->agents, &node->labels, cluster->arena, &node->config);
		nodes_set_interfaces(node, cluster->arena);
		nodes_set_subnets(node, &known, cluster->arena);
	}
	arena_release(&scratch);
}
