/* SPDX-License-Identifier: Apache-2.0 */
/* VIPs before and after a change: who announces them, and how long nobody does. */
#include <stdlib.h>

#include "base/text.h"
#include "purelb/pools/order.h"
#include "sim/whatif/diff_parts.h"

/* ---- which is which ---- */

static int compare_keys(const struct vip *a, const struct vip *b)
{
	const struct object *x = &a->service->object;
	const struct object *y = &b->service->object;
	int order = str_compare(x->namespace, y->namespace);

	if (order == 0)
		order = str_compare(x->name.s, y->name.s);
	return order != 0 ? order : ip_compare(a->ip, b->ip);
}

static int compare_vips(const void *pa, const void *pb)
{
	const struct vip *const *a = pa;
	const struct vip *const *b = pb;

	return compare_keys(*a, *b);
}

struct vip_index {
	const struct vip **sorted;
	uint32_t count;
};

static void index_vips(struct vip_index *out, const struct vips *vips, struct arena *scratch)
{
	out->count = vips->list.count;
	out->sorted = arena_alloc(scratch, out->count * sizeof(struct vip *));
	for (uint32_t i = 0; i < out->count; i++)
		out->sorted[i] = &vips->list.items[i];
	order_sort(out->sorted, out->count, sizeof(struct vip *), compare_vips);
}

static const struct vip *find_vip(const struct vip_index *index, const struct vip *like)
{
	const struct vip **found;

	if (index->count == 0)
		return NULL;
	found = bsearch(&like, index->sorted, index->count, sizeof(struct vip *), compare_vips);
	return found != NULL ? *found : NULL;
}

/* ---- who announces it ---- */

const struct cluster_node *diff_holder(const struct vip *vip)
{
	if (vip == NULL || vip->winner == NULL || vip->how.act != ANNOUNCING_LOCAL)
		return NULL;
	return vip->winner;
}

static bool same_node(const struct cluster_node *a, const struct cluster_node *b)
{
	return a != NULL && b != NULL ? str_equal(a->name, b->name) : a == b;
}

/* The lists are by name. */
static bool same_announcers(const struct vip *a, const struct vip *b)
{
	if (a->announcers.count != b->announcers.count)
		return false;
	for (uint32_t i = 0; i < a->announcers.count; i++) {
		if (!same_node(a->announcers.items[i], b->announcers.items[i]))
			return false;
	}
	return true;
}

static enum vip_change_kind kind_of(const struct vip_change *vip)
{
	const bool was = vip->announcers_before > 0, is = vip->announcers_after > 0;

	if (vip->after == NULL)
		return VIP_WITHDRAWN;
	if (!was)
		return is ? VIP_APPEARS : VIP_STILL_DARK;
	if (!is)
		return VIP_UNREACHABLE;
	if (vip->from != NULL && vip->to != NULL && !same_node(vip->from, vip->to))
		return VIP_MOVES;
	return same_announcers(vip->before, vip->after) ? VIP_STAYS : VIP_SPREADS;
}

/* ---- how long it is off ---- */

static bool is_candidate(const struct cluster_node *node, struct ip ip)
{
	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		if (ip_net_contains(subnet->net, ip))
			return true;
	}
	return false;
}

static enum gap_cause cause_of(const struct diff *diff, const struct vip_change *vip)
{
	const struct cluster_node *old =
		cluster_find_node(&diff->after.cluster, vip->from->name);

	if (old == NULL || !old->live)
		return GAP_CRASH;
	/* P9.2: what cannot be applied makes nobody withdraw before the others know. */
	if (old->config.state == NODE_INVALID)
		return GAP_HANDOVER;
	if (old->config.state != NODE_CONFIGURED || !is_candidate(old, vip->before->ip))
		return GAP_RENEWAL;
	return GAP_HANDOVER;
}

static uint32_t live_count(const struct cluster *cluster)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		count += node->live;
	return count;
}

static struct span crash_gap(const struct diff *diff, uint32_t gained)
{
	const uint32_t survivors = live_count(&diff->after.cluster);
	const int64_t queue = failover_handover(gained).latest - failover_handover(0).latest;
	struct span span =
		failover_detection(diff->before.cluster.lease_duration.ns, 1, survivors);

	span.mean += queue / 2;
	span.latest += queue;
	return span;
}

static struct span gap_of(const struct diff *diff, enum gap_cause cause, uint32_t gained)
{
	if (cause == GAP_HANDOVER)
		return failover_handover(gained);
	if (cause == GAP_RENEWAL)
		return failover_reconfigured(diff->before.cluster.lease_duration.ns, gained);
	return crash_gap(diff, gained);
}

/* The VIPs that each node gains, once for each Service, make its queue. (P9.4) */
static void find_gaps(struct diff *diff)
{
	const struct cluster_node *nodes = diff->after.cluster.nodes.items;
	struct arena scratch;
	uint32_t *gained;

	arena_init(&scratch);
	gained = arena_zalloc(&scratch, diff->after.cluster.nodes.count, sizeof(*gained));
	ARRAY_FOREACH (const struct vip_change, vip, &diff->vips) {
		if (vip->to != NULL && !same_node(vip->from, vip->to))
			gained[vip->to - nodes]++;
	}
	ARRAY_FOREACH (struct vip_change, vip, &diff->vips) {
		if (vip->kind != VIP_MOVES)
			continue;
		vip->cause = cause_of(diff, vip);
		vip->gap = gap_of(diff, vip->cause, gained[vip->to - nodes]);
		if (vip->gap.latest > diff->totals.longest_gap.latest)
			diff->totals.longest_gap = vip->gap;
	}
	arena_release(&scratch);
}

/* ---- one VIP ---- */

/* P6.11: an address that leaves the status of its Service is never withdrawn. */
static const char *tell_withdrawn(struct diff *diff, const struct vip_change *vip)
{
	const struct object *object = &vip->before->service->object;

	if (vip->from == NULL ||
	    allocation_find(&diff->after.all, object->namespace, object->name.s) == NULL)
		return NULL;
	return arena_printf(&diff->arena,
			    "%s keeps it on its interface until its agent restarts",
			    vip->from->name);
}

static void count(struct diff *diff, const struct vip_change *vip)
{
	struct diff_totals *totals = &diff->totals;

	totals->moved += vip->kind == VIP_MOVES;
	totals->spread += vip->kind == VIP_SPREADS;
	totals->unreachable += vip->kind == VIP_UNREACHABLE;
	totals->withdrawn += vip->kind == VIP_WITHDRAWN && vip->announcers_before > 0;
	totals->appearing += vip->kind == VIP_APPEARS;
}

static void compare(struct diff *diff, const struct vip *before, const struct vip *after)
{
	struct vip_change *out = ARRAY_PUSH(&diff->arena, &diff->vips);

	out->before = before;
	out->after = after;
	out->from = diff_holder(before);
	out->to = diff_holder(after);
	out->announcers_before = before != NULL ? before->announcers.count : 0;
	out->announcers_after = after != NULL ? after->announcers.count : 0;
	out->kind = kind_of(out);
	if (after != NULL)
		out->reason = after->reason;
	else
		out->reason = tell_withdrawn(diff, out);
	count(diff, out);
}

void diff_vips(struct diff *diff)
{
	struct vip_index old, new;
	struct arena scratch;

	arena_init(&scratch);
	index_vips(&old, &diff->before.vips, &scratch);
	index_vips(&new, &diff->after.vips, &scratch);
	ARRAY_FOREACH (const struct vip, vip, &diff->before.vips.list)
		compare(diff, vip, find_vip(&new, vip));
	ARRAY_FOREACH (const struct vip, vip, &diff->after.vips.list) {
		if (find_vip(&old, vip) == NULL)
			compare(diff, NULL, vip);
	}
	find_gaps(diff);
	arena_release(&scratch);
}
