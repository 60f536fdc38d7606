/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that somebody else hands out or holds (I7.4). MetalLB, Cilium, kube-vip and Talos
 * are read as far as they say which addresses they use; a text that is not a range is their own
 * affair, while one that an inventory reserves is an error. k3s ServiceLB has no pool: it hands
 * out the addresses of the nodes, which are no pool of PureLB's anyway (SG014).
 */
#include "purelb/pools/rivals.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/ranges.h"

struct rival_search {
	struct rivals *out;
	struct arena *arena;
};

static const char *rival_trim(const struct rival_search *search, const char *text)
{
	size_t len;

	text += strspn(text, " \t\n");
	len = strlen(text);
	while (len > 0 && strchr(" \t\n", text[len - 1]) != NULL)
		len--;
	return arena_strndup(search->arena, text, len);
}

/* An address, a CIDR with all of its addresses, or from-to. */
static bool rival_parse(const char *text, struct ip_range *out)
{
	struct ip_net net;

	if (ip_parse(text, &out->from)) {
		out->to = out->from;
		return true;
	}
	if (ip_net_parse(text, &net)) {
		*out = ip_net_range(net);
		return true;
	}
	return range_parse(text, out) == RANGE_OK && ip_compare(out->from, out->to) <= 0;
}

static void rival_add_text(const struct rival_search *search, const char *text,
			   struct rival_range rival)
{
	if (text == NULL)
		return;
	rival.text = rival_trim(search, text);
	if (rival_parse(rival.text, &rival.range))
		ARRAY_ADD(search->arena, &search->out->list, rival);
}

static void rival_add(const struct rival_search *search, const char *text, const char *owner,
		      const char *by, struct place place)
{
	rival_add_text(search, text,
		       (struct rival_range){ .owner = owner, .by = by, .place = place });
}

/* The address of the control plane, which moves between its nodes. */
static void rival_add_held(const struct rival_search *search, const char *text, const char *by,
			   struct place place)
{
	rival_add_text(search, text,
		       (struct rival_range){ .owner = "the address of the control plane",
					     .by = by,
					     .holds = true,
					     .place = place });
}

/* ---- reserved ranges ---- */

static void rival_add_reserved(const struct rival_search *search,
			       const struct reserved_ranges *reserved,
			       const struct object *object, const char *prefix)
{
	for (uint32_t i = 0; i < reserved->list.count; i++) {
		const struct reserved_range *range = &reserved->list.items[i];
		const struct place place = {
			object,
			arena_printf(search->arena, "%sreserved[%u].range", prefix, i),
			range->range.pos,
		};
		const char *owner = "a reserved range";
		struct rival_error error = { range->range.s, NULL, place };
		struct ip_range parsed;

		if (range->range.s == NULL)
			continue;
		if (range->name.s != NULL)
			owner = arena_printf(search->arena, "the reserved range \"%s\"",
					     range->name.s);
		if (rival_parse(rival_trim(search, range->range.s), &parsed)) {
			rival_add(search, range->range.s, owner, NULL, place);
			continue;
		}
		error.why = range_parse(range->range.s, &parsed) == RANGE_OK
				    ? "ends before it begins"
				    : "is not an address, a CIDR or a from-to range";
		ARRAY_ADD(search->arena, &search->out->errors, error);
	}
}

/* ---- MetalLB ---- */

static void rival_add_metallb_list(const struct rival_search *search,
				   const struct str_list *addresses, const char *owner,
				   const struct place *in)
{
	for (uint32_t i = 0; i < addresses->list.count; i++) {
		const struct str_value *text = &addresses->list.items[i];
		struct place place = *in;

		/* What is inside a text has the place of the text. */
		if (place.pos.source == 0) {
			place.path = arena_printf(search->arena, "%s[%u]", in->path, i);
			place.pos = text->pos;
		}
		rival_add(search, text->s, owner, "MetalLB", place);
	}
}

static void rival_add_metallb(const struct rival_search *search,
			      const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct metallb_pool *, pool, &snapshot->metallb_pools) {
		const struct place in = { .object = &(*pool)->object,
					  .path = "spec.addresses" };

		rival_add_metallb_list(search, &(*pool)->addresses,
				       arena_printf(search->arena, "MetalLB's %s \"%s\"",
						    (*pool)->object.kind_name,
						    (*pool)->object.name.s),
				       &in);
	}
	ARRAY_FOREACH (struct config_map *, map, &snapshot->config_maps) {
		ARRAY_FOREACH (const struct metallb_entry, entry, &(*map)->metallb.pools.list) {
			const struct place in = { &(*map)->object, "data.config",
						  (*map)->metallb_text->value.pos };

			rival_add_metallb_list(
				search, &entry->addresses,
				arena_printf(search->arena, "MetalLB's address pool \"%s\"",
					     entry->name.s != NULL ? entry->name.s : ""),
				&in);
		}
	}
}

/* ---- Cilium ---- */

static void rival_add_cilium_blocks(const struct rival_search *search,
				    const struct cilium_blocks *blocks,
				    const struct cilium_pool *pool, const char *list)
{
	const char *owner = arena_printf(
		search->arena, "Cilium's CiliumLoadBalancerIPPool \"%s\"", pool->object.name.s);

	for (uint32_t i = 0; i < blocks->list.count; i++) {
		const struct cilium_block *block = &blocks->list.items[i];
		const char *text = block->cidr.s;
		struct place place = { &pool->object,
				       arena_printf(search->arena, "spec.%s[%u]", list, i),
				       block->at.pos };

		if (text == NULL && block->start.s != NULL && block->stop.s != NULL)
			text = arena_printf(search->arena, "%s-%s", block->start.s,
					    block->stop.s);
		else if (text == NULL)
			text = block->start.s;
		rival_add(search, text, owner, "Cilium", place);
	}
}

static void rival_add_cilium(const struct rival_search *search, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct cilium_pool *, pool, &snapshot->cilium_pools) {
		if ((*pool)->disabled.set && (*pool)->disabled.v)
			continue;
		rival_add_cilium_blocks(search, &(*pool)->blocks, *pool, "blocks");
		rival_add_cilium_blocks(search, &(*pool)->cidrs, *pool, "cidrs");
	}
}

/* ---- kube-vip ---- */

/* The values of cidr-NAMESPACE and range-NAMESPACE: ranges with commas between them. */
static void rival_add_kube_vip_map(const struct rival_search *search,
				   const struct config_map *map)
{
	ARRAY_FOREACH (const struct label, entry, &map->data.list) {
		const struct place place = {
			&map->object,
			arena_printf(search->arena, "data.%s", entry->key.s),
			entry->value.pos,
		};
		const char *at = entry->value.s;

		if (!str_has_prefix(entry->key.s, "cidr-") &&
		    !str_has_prefix(entry->key.s, "range-"))
			continue;
		while (at != NULL && *at != '\0') {
			const size_t len = strcspn(at, ",");

			rival_add(search, arena_strndup(search->arena, at, len),
				  arena_printf(search->arena, "kube-vip's ConfigMap entry %s",
					       entry->key.s),
				  "kube-vip", place);
			at += len + (at[len] == ',' ? 1 : 0);
		}
	}
}

/* The address of the control plane that kube-vip itself holds. */
static void rival_add_kube_vip_env(const struct rival_search *search,
				   const struct object *object, const char *image,
				   const struct env_vars *env)
{
	if (image == NULL || strstr(image, "kube-vip") == NULL)
		return;
	ARRAY_FOREACH (const struct env_var, variable, &env->list) {
		const struct place place = { object, "spec", variable->value.pos };

		if (str_equal(variable->name.s, "address") ||
		    str_equal(variable->name.s, "vip_address"))
			rival_add_held(search, variable->value.s, "kube-vip", place);
	}
}

static void rival_add_kube_vip(const struct rival_search *search,
			       const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct config_map *, map, &snapshot->config_maps) {
		if (str_equal((*map)->object.name.s, "kubevip"))
			rival_add_kube_vip_map(search, *map);
	}
	ARRAY_FOREACH (struct workload *, workload, &snapshot->daemon_sets) {
		ARRAY_FOREACH (const struct container, container, &(*workload)->containers.list)
			rival_add_kube_vip_env(search, &(*workload)->object, container->image.s,
					       &container->env);
	}
	ARRAY_FOREACH (struct pod *, pod, &snapshot->pods) {
		ARRAY_FOREACH (const struct pod_container, container, &(*pod)->containers.list)
			rival_add_kube_vip_env(search, &(*pod)->object, container->image.s,
					       &container->env);
	}
}

/* ---- Talos ---- */

static void rival_add_talos(const struct rival_search *search, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct machine_config *, machine, &snapshot->machines) {
		ARRAY_FOREACH (const struct str_value, vip, &(*machine)->vips.list) {
			const struct place place = { &(*machine)->object,
						     "machine.network.interfaces", vip->pos };

			rival_add_held(search, vip->s, "Talos", place);
		}
	}
}

/* ---- addresses of nodes ---- */

static int rival_compare_nodes(const void *left, const void *right)
{
	return ip_compare(((const struct rival_node *)left)->ip,
			  ((const struct rival_node *)right)->ip);
}

static void rival_add_nodes(const struct rival_search *search, const struct snapshot *snapshot)
{
	struct rivals *out = search->out;

	ARRAY_FOREACH (struct node *, node, &snapshot->nodes) {
		ARRAY_FOREACH (const struct node_address, address, &(*node)->addresses.list) {
			struct rival_node own = { .node = *node };

			if (address->address.s != NULL && ip_parse(address->address.s, &own.ip))
				ARRAY_ADD(search->arena, &out->nodes, own);
		}
	}
	if (out->nodes.count > 1)
		qsort(out->nodes.items, out->nodes.count, sizeof(*out->nodes.items),
		      rival_compare_nodes);
}

const struct node *rivals_node_with(const struct rivals *rivals, struct ip ip)
{
	const struct rival_node wanted = { .ip = ip };
	const struct rival_node *found =
		rivals->nodes.count > 0
			? bsearch(&wanted, rivals->nodes.items, rivals->nodes.count,
				  sizeof(wanted), rival_compare_nodes)
			: NULL;

	return found != NULL ? found->node : NULL;
}

/* ---- the whole ---- */

static int rival_compare(const void *left, const void *right)
{
	const struct rival_range *a = left;
	const struct rival_range *b = right;
	const int order = ip_compare(a->range.from, b->range.from);

	return order != 0 ? order : pos_compare(a->place.pos, b->place.pos);
}

void rivals_collect(struct rivals *rivals, const struct snapshot *snapshot,
		    const struct reserved_ranges *more, struct arena *arena)
{
	const struct rival_search search = { rivals, arena };

	*rivals = (struct rivals){ 0 };
	ARRAY_FOREACH (struct node_inventory *, inventory, &snapshot->inventories)
		rival_add_reserved(&search, &(*inventory)->reserved, &(*inventory)->object,
				   "spec.");
	if (more != NULL)
		rival_add_reserved(&search, more, NULL, "");
	rival_add_metallb(&search, snapshot);
	rival_add_cilium(&search, snapshot);
	rival_add_kube_vip(&search, snapshot);
	rival_add_talos(&search, snapshot);
	rival_add_nodes(&search, snapshot);
	if (rivals->list.count == 0)
		return;
	qsort(rivals->list.items, rivals->list.count, sizeof(*rivals->list.items),
	      rival_compare);
	for (uint32_t i = 0; i < rivals->list.count; i++) {
		uint32_t last = i;

		if (i > 0 &&
		    ip_compare(rivals->list.items[rivals->furthest.items[i - 1]].range.to,
			       rivals->list.items[i].range.to) >= 0)
			last = rivals->furthest.items[i - 1];
		ARRAY_ADD(arena, &rivals->furthest, last);
	}
}

const struct rival_range *rivals_meet(const struct rivals *rivals, struct ip_range range)
{
	uint32_t low = 0, high = rivals->list.count;
	const struct rival_range *found;

	/* Those before `low` begin in the range or before it. */
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(rivals->list.items[middle].range.from, range.to) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	found = &rivals->list.items[rivals->furthest.items[low - 1]];
	return ip_range_overlaps(found->range, range) ? found : NULL;
}
