/* SPDX-License-Identifier: Apache-2.0 */
/* ND006 and ND007: what the leases say, against the nodes. */
#include <stdlib.h>

#include "base/duration.h"
#include "base/text.h"
#include "validator/nodes/nodes.h"

enum { SUBNETS_SHOWN_MAX = 4 }; /* in one message */

struct texts {
	ARRAY_OF(const char *) list;
};

static int by_text(const void *a, const void *b)
{
	return str_compare(*(const char *const *)a, *(const char *const *)b);
}

/* The texts of the subnets, sorted. */
static struct texts sorted_texts(struct arena *arena, const struct subnet_list *subnets)
{
	struct texts out = { 0 };

	ARRAY_FOREACH (const struct advertised, it, &subnets->list)
		ARRAY_ADD(arena, &out.list, it->text);
	if (out.list.count > 1)
		qsort(out.list.items, out.list.count, sizeof(*out.list.items), by_text);
	return out;
}

/* What is in `a` and not in `b`; both are sorted. */
static struct texts difference(struct arena *arena, const struct texts *a,
			       const struct texts *b)
{
	struct texts out = { 0 };
	uint32_t j = 0;

	for (uint32_t i = 0; i < a->list.count; i++) {
		while (j < b->list.count && str_compare(b->list.items[j], a->list.items[i]) < 0)
			j++;
		if (j == b->list.count || !str_equal(a->list.items[i], b->list.items[j]))
			ARRAY_ADD(arena, &out.list, a->list.items[i]);
	}
	return out;
}

static const char *texts_shown(struct arena *arena, const struct texts *texts)
{
	return name_list(arena, texts->list.items, texts->list.count, SUBNETS_SHOWN_MAX);
}

static void report_differing(struct checker *ck, const struct cluster_node *node,
			     const struct texts *extra, const struct texts *missing)
{
	const struct object *lease = &node->lease->object;
	const struct str_value *value = label_map_get(&lease->annotations, "purelb.io/subnets");
	const char *own = "its interfaces and LBNodeAgent";
	const char *what;
	struct finding *f;

	if (missing->list.count == 0)
		what = arena_printf(ck->arena, "%s, which %s do not give",
				    texts_shown(ck->arena, extra), own);
	else if (extra->list.count == 0)
		what = arena_printf(ck->arena, "nothing of %s, which %s give",
				    texts_shown(ck->arena, missing), own);
	else
		what = arena_printf(ck->arena, "%s where %s give %s",
				    texts_shown(ck->arena, extra), own,
				    texts_shown(ck->arena, missing));
	f = report(ck, CHECK_ND006, lease, value != NULL ? value->pos : lease->name.pos,
		   "the lease of node \"%s\" advertises %s: elections go by the lease",
		   node->name, what);
	finding_path(ck, f,
		     value != NULL ? "metadata.annotations[\"purelb.io/subnets\"]"
				   : "metadata.name");
	finding_hint(ck, f,
		     "capture leases and inventory anew; a lease follows a change of "
		     "the configuration within half its duration");
	finding_related(ck, f, node->inventory->name.pos, "node \"%s\" in the inventory",
			node->name);
}

/* ND006: a lease that has expired is old, and ND007 says so. */
static void check_subnets(struct checker *ck, const struct cluster_node *node)
{
	struct subnet_list from_lease = { 0 };
	struct texts lease, own, extra, missing;
	const char *text;

	if (node->lease == NULL || node->inventory == NULL || !node->live ||
	    node->inventory->interfaces.list.count == 0)
		return;
	text = label_map_text(&node->lease->object.annotations, "purelb.io/subnets");
	if (text != NULL)
		subnets_annotation_parse(text, ck->arena, &from_lease);
	lease = sorted_texts(ck->arena, &from_lease);
	own = sorted_texts(ck->arena, &node->from_inventory);
	extra = difference(ck->arena, &lease, &own);
	missing = difference(ck->arena, &own, &lease);
	if (extra.list.count > 0 || missing.list.count > 0)
		report_differing(ck, node, &extra, &missing);
}

static void report_no_lease(struct checker *ck, const struct cluster_node *node)
{
	const bool by_inventory = node->node == NULL;
	struct finding *f = report(
		ck, CHECK_ND007, by_inventory ? node->inventory_object : &node->node->object,
		by_inventory ? node->inventory->name.pos : node->node->object.name.pos,
		"node \"%s\" has no lease: it takes part in no election and announces no "
		"local address",
		node->name);

	if (by_inventory)
		finding_path(ck, f, "%s.name", node->inventory_path);
	else
		finding_path(ck, f, "metadata.name");
	finding_hint(ck, f,
		     "see whether the lbnodeagent pod runs on it; a lease that was "
		     "deleted comes back only when that pod restarts");
}

/* "12s before the capture", or why the lease is not live. */
static const char *expiry(struct checker *ck, const struct lease *lease)
{
	char age[DURATION_TEXT_MAX];
	int64_t renewed, over;

	if (lease->renew_time.s == NULL)
		return "was never renewed";
	if (!rfc3339_parse(lease->renew_time.s, &renewed))
		return "has a renewTime that is no time";
	if (!lease->duration_seconds.set || lease->duration_seconds.v <= 0)
		return "has no duration";
	if (__builtin_mul_overflow(lease->duration_seconds.v, NS_PER_SEC, &over) ||
	    __builtin_add_overflow(over, renewed, &over) ||
	    __builtin_sub_overflow(ck->cluster->now_ns, over, &over) || over < 0)
		return "has expired";
	if (over < NS_PER_SEC)
		return "expired just before the input was captured";
	return arena_printf(ck->arena, "expired %s before the input was captured",
			    duration_format(over - over % NS_PER_SEC, age));
}

static void report_expired(struct checker *ck, const struct cluster_node *node)
{
	const struct lease *lease = node->lease;
	const bool renewed = lease->renew_time.s != NULL;
	struct finding *f = report(ck, CHECK_ND007, &lease->object,
				   renewed ? lease->renew_time.pos : lease->object.name.pos,
				   "the lease of node \"%s\" %s: the node takes part in no "
				   "election until it is renewed",
				   node->name, expiry(ck, lease));

	finding_path(ck, f, renewed ? "spec.renewTime" : "metadata.name");
	finding_hint(ck, f,
		     "see whether the node is up and its lbnodeagent reaches the API "
		     "server; delete the lease of a node that is gone");
}

void node_check_leases(const struct node_checks *nodes)
{
	struct checker *ck = nodes->ck;

	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		if (check_can_run(ck, CHECK_ND006))
			check_subnets(ck, node);
		if (!check_can_run(ck, CHECK_ND007))
			continue;
		if (node->lease == NULL && node->labels_known)
			report_no_lease(ck, node);
		if (node->lease != NULL && !lease_is_live(node->lease, ck->cluster->now_ns))
			report_expired(ck, node);
	}
}
