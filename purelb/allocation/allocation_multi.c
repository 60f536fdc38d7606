/* SPDX-License-Identifier: Apache-2.0 */
/* P3.11.5: one address for each range and family. */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "base/text.h"

/* What became of the ranges of one family. */
struct tally {
	uint32_t ranges;
	uint32_t active; /* some live node has its subnet, or the pool is remote */
	uint32_t got;    /* the Service has an address of it */
};

static int compare_text(const void *text, const void *element)
{
	const char *const *known = element;

	return str_compare(text, *known);
}

/* P3.7. Where the input says nothing of nodes, every subnet is taken to be active. */
static bool is_active(const struct run *run, const struct pool_state *pool,
		      const struct pool_range *range)
{
	const struct cluster *cluster = run->cluster;

	if (pool->pool->type != POOL_TYPE_LOCAL || !cluster->has_nodes)
		return true;
	return cluster->subnet_texts.count > 0 &&
	       bsearch(range->entry->subnet.s, cluster->subnet_texts.items,
		       cluster->subnet_texts.count, sizeof(*cluster->subnet_texts.items),
		       compare_text) != NULL;
}

static bool holds_of(const struct tenant *tenant, struct ip_range range)
{
	ARRAY_FOREACH (const struct held, held, &tenant->held) {
		if (held->valid && ip_range_contains(range, held->ip))
			return true;
	}
	return false;
}

static void one_list(struct run *run, struct tenant *tenant, struct pool_state *pool,
		     unsigned side, struct tally *tally)
{
	const struct range_list *list = &pool->lists[side];
	/* What it gets here is in ranges that are then passed over. */
	const struct use *last_own = use_last(tenant);

	tally->ranges = list->count;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct pool_range *range = &list->ranges[i];
		struct ip ip;

		if (!is_active(run, pool, range))
			continue;
		tally->active++;
		if (holds_of(tenant, range->range)) {
			tally->got++;
			continue;
		}
		/* A reversed range contains nothing, not even what it hands out. */
		if (range->reversed)
			last_own = use_last(tenant);
		if (!pick_first(run, pool, walk_single(run, pool, side, i), tenant, last_own,
				&ip))
			continue;
		assign_add(run, tenant, pool, ip);
		tally->got++;
	}
}

/* ---- reasons ---- */

static enum allocation_reason reason_of(const struct tally *tally)
{
	if (tally->ranges == 0)
		return REASON_NO_RANGE;
	return tally->active == 0 ? REASON_NO_ACTIVE_SUBNET : REASON_EXHAUSTED;
}

static const char *tell(struct run *run, const struct pool_state *pool, unsigned side,
			const struct tally *tally)
{
	const char *name = pool->pool->name;
	const char *family = side == SIDE_V4 ? "IPv4" : "IPv6";

	if (tally->ranges == 0)
		return arena_printf(run->arena, "ServiceGroup \"%s\" has no %s range", name,
				    family);
	if (tally->active == 0)
		return arena_printf(run->arena,
				    "no %s range of ServiceGroup \"%s\" has a subnet that a "
				    "live node advertises, as text",
				    family, name);
	if (tally->got == 0)
		return arena_printf(run->arena, "ServiceGroup \"%s\" has no free %s address",
				    name, family);
	return arena_printf(run->arena,
			    "%u of %u %s ranges of ServiceGroup \"%s\" have no free address",
			    tally->active - tally->got, tally->active, family, name);
}

/* ---- the whole ---- */

/* The families in order; none means v4 only. */
static unsigned list_sides(const struct tenant *tenant, unsigned sides[static SIDES])
{
	const struct allocation *result = tenant->result;

	sides[0] = SIDE_V4;
	for (unsigned i = 0; i < result->family_count; i++)
		sides[i] = side_of_family(result->families[i]);
	return result->family_count > 0 ? result->family_count : 1;
}

/* What is to be said of one family; `got` counts the addresses of all. */
static void judge(struct run *run, struct tenant *tenant, struct pool_state *pool,
		  unsigned side, const struct tally *tally, uint32_t got)
{
	struct cause cause = cause_at(tenant->service, KEY_GROUP, PATH_OF(KEY_GROUP));
	bool missing = got == 0 || !assign_has(tenant, side);

	if (missing && tally->got > 0)
		reason_other_family(run, tenant, pool, side == SIDE_V4 ? IP_V4 : IP_V6);
	else if (missing)
		reason_fail(tenant, reason_of(tally), cause, tell(run, pool, side, tally));
	else if (tally->got < tally->active)
		reason_say(tenant, REASON_EXHAUSTED, cause, tell(run, pool, side, tally));
}

static void each_range(struct run *run, struct tenant *tenant, struct pool_state *pool)
{
	struct tally tallies[SIDES] = { { 0 } };
	unsigned sides[SIDES];
	unsigned count = list_sides(tenant, sides);
	uint32_t got = 0;

	for (unsigned i = 0; i < count; i++) {
		one_list(run, tenant, pool, sides[i], &tallies[i]);
		got += tallies[i].got;
	}
	/* That a family has no range at all is said last: of two reasons the first is kept. */
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < count; i++) {
			if ((tallies[i].ranges == 0) == (pass == 1))
				judge(run, tenant, pool, sides[i], &tallies[i], got);
		}
	}
}

void assign_multi(struct run *run, struct tenant *tenant, struct pool_state *pool)
{
	if (tenant->key != 0) {
		reason_fail(tenant, REASON_MULTI_WITH_SHARING,
			    cause_at(tenant->service, KEY_SHARING, PATH_OF(KEY_SHARING)),
			    arena_printf(run->arena,
					 "one address of each range and sharing key \"%s\" "
					 "exclude each other",
					 tenant->result->sharing_key));
		return;
	}
	use_release(run, tenant);
	ARRAY_FOREACH (const struct held, held, &tenant->held) {
		if (held->valid)
			ARRAY_ADD(run->arena, &tenant->result->released, held->ip);
	}
	tenant->held.count = 0;
	if (pool->pool->type == POOL_TYPE_EXTERNAL)
		assign_external(run, tenant, pool);
	else
		each_range(run, tenant, pool);
}

/* ---- further addresses ---- */

static void fail_spans(struct tenant *tenant, const char *detail)
{
	struct cause cause = { tenant->service->ingress.at.pos, "status.loadBalancer.ingress" };

	reason_fail(tenant, REASON_SPANS_POOLS, cause, detail);
}

/* The pool that contains all of its addresses; NULL: there is none, and that was said. */
static struct pool_state *pool_of_all(struct run *run, struct tenant *tenant)
{
	const struct pool *pool = NULL;
	char text[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct held, held, &tenant->held) {
		if (!held->valid) {
			fail_spans(tenant, "an entry of its status is not an address");
			return NULL;
		}
		if (held->pool == NULL) {
			fail_spans(tenant, arena_printf(run->arena,
							"its address %s is in no ServiceGroup",
							ip_format(held->ip, text)));
			return NULL;
		}
		if (pool != NULL && pool != held->pool) {
			fail_spans(tenant, arena_printf(run->arena,
							"its addresses are of ServiceGroups "
							"\"%s\" and \"%s\"",
							pool->name, held->pool->name));
			return NULL;
		}
		pool = held->pool;
	}
	return run_pool(run, pool);
}

void assign_more(struct run *run, struct tenant *tenant)
{
	struct pool_state *pool = pool_of_all(run, tenant);

	if (pool == NULL)
		return;
	tenant->result->pool = pool->pool;
	each_range(run, tenant, pool);
}
