/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes and VIPs before and after a change: which subnets each node advertises, which lease it
 * writes at its next renewal (P4.4), which node announces each VIP, and for how long nobody
 * does while it moves (P8.5, P8.11, P9.2, P9.4). Where a node's interfaces are unknown it is
 * taken to advertise what it did, and that is marked as a guess.
 */
#include "sim/whatif/diff_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"

#define SUBNETS_ANNOTATION "purelb.io/subnets"

/* ---- what a node selects ---- */

/* What P4.4 starts from. */
struct selection {
	const char *local_interface;
	const char *dummy_interface;
	const struct str_list *interfaces;
};

static bool node_advertises_nothing(const struct node_config *config)
{
	return !config->lease_by_default &&
	       (config->state == NODE_DESELECTED || config->state == NODE_INVALID);
}

/* P4.3: nodes that announce nothing for want of a configuration take the default routes. */
static struct selection node_selection(const struct node_config *config)
{
	static const struct str_list none = { .at = { .set = false } };
	struct selection out = { "default", "kube-lb0", &none };
	const struct agent_local *local;

	if (config->lease_by_default || config->state != NODE_CONFIGURED ||
	    config->governing == NULL)
		return out;
	local = &config->governing->agent->local;
	if (local->local_interface.s != NULL && local->local_interface.s[0] != '\0')
		out.local_interface = local->local_interface.s;
	out.dummy_interface = config->governing->dummy_interface;
	out.interfaces = &local->interfaces;
	return out;
}

static bool node_same_selection(const struct node_config *a, const struct node_config *b)
{
	const struct selection x = node_selection(a);
	const struct selection y = node_selection(b);

	if (node_advertises_nothing(a) != node_advertises_nothing(b))
		return false;
	if (!str_equal(x.local_interface, y.local_interface) ||
	    !str_equal(x.dummy_interface, y.dummy_interface) ||
	    x.interfaces->list.count != y.interfaces->list.count)
		return false;
	for (uint32_t i = 0; i < x.interfaces->list.count; i++) {
		if (!str_equal(x.interfaces->list.items[i].s, y.interfaces->list.items[i].s))
			return false;
	}
	return true;
}

static bool node_interfaces_known(const struct cluster_node *node)
{
	return node->inventory != NULL && node->inventory->interfaces.at.set;
}

/* ---- leases ---- */

static const char *lease_annotation(const struct cluster_node *node)
{
	return label_map_text(&node->lease->object.annotations, SUBNETS_ANNOTATION);
}

/* Nobody has renewed it in between. */
static bool lease_is_same(const struct cluster_node *before, const struct cluster_node *after)
{
	return before->lease != NULL && after->lease != NULL &&
	       str_equal(before->lease->renew_time.s, after->lease->renew_time.s) &&
	       str_equal(lease_annotation(before), lease_annotation(after));
}

/* True when the subnets of the node after the change are taken over, as nothing tells them. */
static bool node_is_guess(const struct cluster_node *before, const struct cluster_node *after)
{
	return before != NULL && after != NULL && lease_is_same(before, after) &&
	       !node_interfaces_known(after) && !node_advertises_nothing(&after->config) &&
	       !node_same_selection(&before->config, &after->config);
}

/* The annotation that the node writes at its next renewal; NULL: the one that is there. */
static const char *lease_renewed(const struct cluster_node *before,
				 const struct cluster_node *after, struct arena *arena)
{
	const char *was, *is;

	if (!lease_is_same(before, after))
		return NULL;
	if (node_advertises_nothing(&after->config))
		return node_advertises_nothing(&before->config) ? NULL : "";
	if (!node_interfaces_known(after))
		return NULL;
	is = subnets_annotation_text(&after->from_inventory, arena);
	was = subnets_annotation_text(&before->from_inventory, arena);
	return node_interfaces_known(before) && str_equal(was, is) ? NULL : is;
}

static struct lease *lease_copy(const struct lease *lease, const char *annotation,
				struct arena *arena)
{
	struct lease *copy = arena_alloc(arena, sizeof(*copy));
	struct label_map *map = &copy->object.annotations;
	struct label label = { .key = { .s = SUBNETS_ANNOTATION },
			       .value = { .s = annotation } };

	*copy = *lease;
	*map = (struct label_map){ .at = lease->object.annotations.at };
	ARRAY_FOREACH (const struct label, old, &lease->object.annotations.list) {
		if (!str_equal(old->key.s, SUBNETS_ANNOTATION))
			ARRAY_ADD(arena, &map->list, *old);
		else
			label.key.pos = old->key.pos, label.value.pos = old->value.pos;
	}
	ARRAY_ADD(arena, &map->list, label);
	return copy;
}

/* The lists of a snapshot are in one order. */
static void lease_replace_objects(struct snapshot *snapshot)
{
	uint32_t next = 0;

	ARRAY_FOREACH (struct object *, object, &snapshot->objects) {
		if ((*object)->kind == KIND_LEASE)
			*object = &snapshot->leases.items[next++]->object;
	}
}

bool diff_renew_leases(struct diff *diff)
{
	struct snapshot *snapshot = diff->after.snapshot;
	bool any = false;

	ARRAY_FOREACH (struct lease *, lease, &snapshot->leases) {
		const char *name = lease_node_name(*lease, snapshot->install_namespace);
		const struct cluster_node *before = NULL, *after = NULL;
		const char *annotation;

		if (name != NULL) {
			before = cluster_find_node(&diff->before.cluster, name);
			after = cluster_find_node(&diff->after.cluster, name);
		}
		/* Of several leases of a node the first counts. */
		if (before == NULL || after == NULL || after->lease != *lease)
			continue;
		annotation = lease_renewed(before, after, &snapshot->arena);
		if (annotation == NULL)
			continue;
		*lease = lease_copy(*lease, annotation, &snapshot->arena);
		any = true;
	}
	if (any)
		lease_replace_objects(snapshot);
	return any;
}

/* ---- the comparison ---- */

static bool node_advertises(const struct cluster_node *node, const char *text)
{
	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		if (str_equal(subnet->text, text))
			return true;
	}
	return false;
}

struct texts {
	ARRAY_OF(const char *) list;
};

/* Subnets of `of` that `against` does not have. Dead nodes advertise nothing. */
static void node_lost_subnets(const struct cluster_node *of, const struct cluster_node *against,
			      struct arena *arena, struct texts *out)
{
	if (of == NULL || !of->live)
		return;
	ARRAY_FOREACH (const struct advertised, subnet, &of->subnets.list) {
		if (against == NULL || !against->live ||
		    !node_advertises(against, subnet->text))
			ARRAY_ADD(arena, &out->list, subnet->text);
	}
}

static const char *node_agent_name(const struct cluster_node *node)
{
	const struct agent_rule *rule = node->config.governing;

	return rule != NULL ? rule->agent->object.name.s : NULL;
}

/* One of the two may be NULL. */
static void node_compare(struct diff *diff, const char *name, const struct cluster_node *before,
			 const struct cluster_node *after)
{
	struct node_change *out = ARRAY_PUSH(&diff->arena, &diff->nodes);
	struct texts gained = { { 0 } };
	struct texts lost = { { 0 } };

	out->name = name;
	out->before = before;
	out->after = after;
	node_lost_subnets(after, before, &diff->arena, &gained);
	node_lost_subnets(before, after, &diff->arena, &lost);
	out->gained.items = gained.list.items;
	out->gained.count = gained.list.count;
	out->lost.items = lost.list.items;
	out->lost.count = lost.list.count;
	out->guessed = node_is_guess(before, after);
	out->changed = before == NULL || after == NULL || before->live != after->live ||
		       before->config.state != after->config.state ||
		       out->gained.count + out->lost.count > 0 || out->guessed ||
		       !str_equal(node_agent_name(before), node_agent_name(after));
	diff->totals.nodes += out->changed;
}

/* VIPs by node, each address once for each node. */
static void node_count_vips(struct diff *diff)
{
	ARRAY_FOREACH (struct node_change, node, &diff->nodes) {
		if (node->before != NULL)
			node->vips_before =
				diff->before.vips
					.won[node->before - diff->before.cluster.nodes.items];
		if (node->after != NULL)
			node->vips_after =
				diff->after.vips
					.won[node->after - diff->after.cluster.nodes.items];
	}
}

void diff_nodes(struct diff *diff)
{
	const uint32_t a_count = diff->before.cluster.nodes.count;
	const uint32_t b_count = diff->after.cluster.nodes.count;
	const struct cluster_node *before = diff->before.cluster.nodes.items;
	const struct cluster_node *after = diff->after.cluster.nodes.items;

	for (uint32_t i = 0, k = 0; i < a_count || k < b_count;) {
		int order = i == a_count ? 1 : -1;

		if (i < a_count && k < b_count)
			order = str_compare(before[i].name, after[k].name);
		node_compare(diff, order <= 0 ? before[i].name : after[k].name,
			     order <= 0 ? &before[i] : NULL, order >= 0 ? &after[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	node_count_vips(diff);
}

/* ---- which is which ---- */

static int vip_order(const struct vip *a, const struct vip *b)
{
	const struct object *x = &a->service->object;
	const struct object *y = &b->service->object;
	int order = str_compare(x->namespace, y->namespace);

	if (order == 0)
		order = str_compare(x->name.s, y->name.s);
	return order != 0 ? order : ip_compare(a->ip, b->ip);
}

static int vip_pointer_order(const void *pa, const void *pb)
{
	const struct vip *const *a = pa;
	const struct vip *const *b = pb;

	return vip_order(*a, *b);
}

struct vip_index {
	const struct vip **sorted;
	uint32_t count;
};

static void vip_index_build(struct vip_index *out, const struct vips *vips,
			    struct arena *scratch)
{
	out->count = vips->list.count;
	out->sorted = arena_alloc(scratch, out->count * sizeof(struct vip *));
	for (uint32_t i = 0; i < out->count; i++)
		out->sorted[i] = &vips->list.items[i];
	order_sort(out->sorted, out->count, sizeof(struct vip *), vip_pointer_order);
}

static const struct vip *vip_index_find(const struct vip_index *index, const struct vip *like)
{
	const struct vip **found;

	if (index->count == 0)
		return NULL;
	found = bsearch(&like, index->sorted, index->count, sizeof(struct vip *),
			vip_pointer_order);
	return found != NULL ? *found : NULL;
}

/* ---- who announces it ---- */

static const struct cluster_node *vip_holder(const struct vip *vip)
{
	if (vip == NULL || vip->winner == NULL || vip->how.act != ANNOUNCING_LOCAL)
		return NULL;
	return vip->winner;
}

static bool node_is_same(const struct cluster_node *a, const struct cluster_node *b)
{
	return a != NULL && b != NULL ? str_equal(a->name, b->name) : a == b;
}

/* The lists are by name. */
static bool vip_same_announcers(const struct vip *a, const struct vip *b)
{
	if (a->announcers.count != b->announcers.count)
		return false;
	for (uint32_t i = 0; i < a->announcers.count; i++) {
		if (!node_is_same(a->announcers.items[i], b->announcers.items[i]))
			return false;
	}
	return true;
}

static enum vip_change_kind vip_change_kind_of(const struct vip_change *vip)
{
	const bool was = vip->announcers_before > 0, is = vip->announcers_after > 0;

	if (vip->after == NULL)
		return VIP_WITHDRAWN;
	if (!is && vip->after->unknown)
		return VIP_UNSEEN;
	if (!was)
		return is ? VIP_APPEARS : VIP_STILL_DARK;
	if (!is)
		return VIP_UNREACHABLE;
	if (vip->from != NULL && vip->to != NULL && !node_is_same(vip->from, vip->to))
		return VIP_MOVES;
	return vip_same_announcers(vip->before, vip->after) ? VIP_STAYS : VIP_SPREADS;
}

/* ---- how long it is off ---- */

static bool vip_is_candidate(const struct cluster_node *node, struct ip ip)
{
	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		if (ip_net_contains(subnet->net, ip))
			return true;
	}
	return false;
}

static enum gap_cause gap_cause_of(const struct diff *diff, const struct vip_change *vip)
{
	const struct cluster_node *old =
		cluster_find_node(&diff->after.cluster, vip->from->name);

	if (old == NULL || !old->live)
		return GAP_CRASH;
	/* P9.2: what cannot be applied makes nobody withdraw before the others know. */
	if (old->config.state == NODE_INVALID)
		return GAP_HANDOVER;
	if (old->config.state != NODE_CONFIGURED || !vip_is_candidate(old, vip->before->ip))
		return GAP_RENEWAL;
	return GAP_HANDOVER;
}

static uint32_t node_live_count(const struct cluster *cluster)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		count += node->live;
	return count;
}

static struct span gap_of_crash(const struct diff *diff, uint32_t gained)
{
	const uint32_t survivors = node_live_count(&diff->after.cluster);
	const int64_t queue = failover_handover(gained).latest - failover_handover(0).latest;
	struct span span =
		failover_detection(diff->before.cluster.lease_duration.ns, 1, survivors);

	span.mean += queue / 2;
	span.latest += queue;
	return span;
}

static struct span gap_of_cause(const struct diff *diff, enum gap_cause cause, uint32_t gained)
{
	if (cause == GAP_HANDOVER)
		return failover_handover(gained);
	if (cause == GAP_RENEWAL)
		return failover_reconfigured(diff->before.cluster.lease_duration.ns, gained);
	return gap_of_crash(diff, gained);
}

/* The VIPs that each node gains, once for each Service, make its queue. (P9.4) */
static void gap_find_all(struct diff *diff)
{
	const struct cluster_node *nodes = diff->after.cluster.nodes.items;
	struct arena scratch;
	uint32_t *gained;

	arena_init(&scratch);
	gained = arena_zalloc(&scratch, diff->after.cluster.nodes.count, sizeof(*gained));
	ARRAY_FOREACH (const struct vip_change, vip, &diff->vips) {
		if (vip->to != NULL && !node_is_same(vip->from, vip->to))
			gained[vip->to - nodes]++;
	}
	ARRAY_FOREACH (struct vip_change, vip, &diff->vips) {
		if (vip->kind != VIP_MOVES)
			continue;
		vip->cause = gap_cause_of(diff, vip);
		vip->gap = gap_of_cause(diff, vip->cause, gained[vip->to - nodes]);
		if (vip->gap.latest > diff->totals.longest_gap.latest)
			diff->totals.longest_gap = vip->gap;
	}
	arena_release(&scratch);
}

/* ---- one VIP ---- */

/* P6.11: an address that leaves the status of its Service is never withdrawn. */
static const char *vip_withdrawn_reason(struct diff *diff, const struct vip_change *vip)
{
	const struct object *object = &vip->before->service->object;

	if (vip->from == NULL ||
	    allocation_find(&diff->after.all, object->namespace, object->name.s) == NULL)
		return NULL;
	return arena_printf(&diff->arena,
			    "%s keeps it on its interface until its agent restarts",
			    vip->from->name);
}

bool vip_is_lost_from_sight(const struct vip_change *vip)
{
	return vip->kind == VIP_UNSEEN && (vip->before == NULL || !vip->before->unknown);
}

static void vip_count_change(struct diff *diff, const struct vip_change *vip)
{
	struct diff_totals *totals = &diff->totals;

	totals->moved += vip->kind == VIP_MOVES;
	totals->spread += vip->kind == VIP_SPREADS;
	totals->unreachable += vip->kind == VIP_UNREACHABLE;
	totals->unseen += vip_is_lost_from_sight(vip);
	totals->withdrawn += vip->kind == VIP_WITHDRAWN && vip->announcers_before > 0;
	totals->appearing += vip->kind == VIP_APPEARS;
}

static void vip_compare(struct diff *diff, const struct vip *before, const struct vip *after)
{
	struct vip_change *out = ARRAY_PUSH(&diff->arena, &diff->vips);

	out->before = before;
	out->after = after;
	out->from = vip_holder(before);
	out->to = vip_holder(after);
	out->announcers_before = before != NULL ? before->announcers.count : 0;
	out->announcers_after = after != NULL ? after->announcers.count : 0;
	out->kind = vip_change_kind_of(out);
	if (after != NULL)
		out->reason = after->reason;
	else
		out->reason = vip_withdrawn_reason(diff, out);
	vip_count_change(diff, out);
}

void diff_vips(struct diff *diff)
{
	struct vip_index old, new;
	struct arena scratch;

	arena_init(&scratch);
	vip_index_build(&old, &diff->before.vips, &scratch);
	vip_index_build(&new, &diff->after.vips, &scratch);
	ARRAY_FOREACH (const struct vip, vip, &diff->before.vips.list)
		vip_compare(diff, vip, vip_index_find(&new, vip));
	ARRAY_FOREACH (const struct vip, vip, &diff->after.vips.list) {
		if (vip_index_find(&old, vip) == NULL)
			vip_compare(diff, NULL, vip);
	}
	gap_find_all(diff);
	arena_release(&scratch);
}
