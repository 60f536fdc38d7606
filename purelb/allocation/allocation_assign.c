/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.11.1 to P3.11.5 and P3.11.7: the addresses that a Service gets from a pool, one for each
 * family, from the emptiest range (balancePools), or one for each range (multiPool).
 *
 * The first address of a walk that is available to a Service is found without going over the
 * walk. Available can only be: the address that its sharing key is bound to; if there is none,
 * the first free address and those in use under the same key; and what it uses itself. Of these
 * few the one that comes first in the walk is taken.
 *
 * What an external IPAM system would answer is not predicted.
 */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "base/text.h"

struct pick {
	struct run *run;
	struct pool_state *pool;
	struct walk *walk;
	const struct claim *claim;
	struct walk_place place; /* the best so far */
	bool found;
};

static void pick_offer_place(struct pick *pick, struct walk_place place)
{
	if (pick->found && !walk_place_before(place, pick->place))
		return;
	pick->place = place;
	pick->found = true;
}

/* Offers an address if it is in the walk and available. */
static void pick_offer(struct pick *pick, struct ip ip)
{
	struct obstacle why;
	struct walk_place place;

	if (!walk_find_place(pick->walk, ip, &place) ||
	    (pick->found && !walk_place_before(place, pick->place)))
		return;
	if (!walk_skips(pick->run, pick->pool, pick->walk, place) &&
	    use_available(pick->run, pick->pool, ip, pick->claim, &why))
		pick_offer_place(pick, place);
}

static struct ip assign_ip_of(const struct address *address)
{
	return (struct ip){ (u128)address->key.high << 64 | address->key.low };
}

static void pick_offer_side(struct pick *pick, unsigned side)
{
	const struct binding *binding = NULL;
	struct walk_place place;

	if (pick->claim->key != 0)
		binding = use_binding(pick->run, pick->pool, side, pick->claim->key);
	if (binding != NULL && binding->bound) {
		pick_offer(pick, binding->ip);
		return;
	}
	if (walk_first_free(pick->run, pick->pool, pick->walk, side, &place))
		pick_offer_place(pick, place);
	if (binding == NULL)
		return;
	for (const struct address *a = binding->addresses; a != NULL; a = a->next) {
		if (a->key.text == 0)
			pick_offer(pick, assign_ip_of(a));
	}
}

static void pick_offer_own(struct pick *pick, const struct use *last_own)
{
	const struct use *use = last_own != NULL ? pick->claim->uses : NULL;

	for (; use != NULL; use = use->next_of_claim) {
		if (use->address->key.pool == pick->pool->index && use->address->key.text == 0)
			pick_offer(pick, assign_ip_of(use->address));
		if (use == last_own)
			return;
	}
}

/*
 * The first address in the walk that is available to the Service. (P3.11.6) Of addresses that
 * it uses itself only those up to `last_own` are looked at; NULL: none.
 */
static bool pick_first(struct run *run, struct pool_state *pool, struct walk *walk,
		       const struct claim *claim, const struct use *last_own, struct ip *out)
{
	struct pick pick = { .run = run, .pool = pool, .walk = walk, .claim = claim };

	for (unsigned side = 0; side < SIDES; side++)
		pick_offer_side(&pick, side);
	pick_offer_own(&pick, last_own);
	*out = pick.place.ip;
	return pick.found;
}

bool assign_has(const struct claim *claim, unsigned side)
{
	ARRAY_FOREACH (const struct held, held, &claim->held) {
		if (held->valid && side_of(held->ip) == side)
			return true;
	}
	return false;
}

bool assign_is_multi(const struct claim *claim, const struct pool_state *pool)
{
	if (claim->multi != NULL)
		return str_equal(claim->multi, "true");
	return pool != NULL && pool->pool->spec != NULL && pool->pool->spec->multi_pool.v;
}

void assign_add(struct run *run, struct claim *claim, struct pool_state *pool, struct ip ip)
{
	struct held *held = ARRAY_PUSH(&run->scratch, &claim->held);

	held->ip = ip;
	held->valid = true;
	held->added = true;
	held->pool = pool->pool;
	use_note(run, pool, claim);
}

/* An external system is asked: nothing is known of its answer. */
static void assign_external(struct run *run, struct claim *claim, const struct pool_state *pool)
{
	const char *provider = pool->pool->group->external.provider.s;

	claim->external = true;
	reason_say(claim, REASON_EXTERNAL,
		   reason_cause_at(claim->service, KEY_GROUP, PATH_OF(KEY_GROUP)),
		   arena_printf(run->arena,
				"ServiceGroup \"%s\" gets its addresses from \"%s\"",
				pool->pool->name, provider != NULL ? provider : ""));
}

/* ---- one family ---- */

/* Why a family gets no address. */
struct shortfall {
	enum allocation_reason reason;
	unsigned side;
	struct ip ip; /* for obstacles: the address with the obstacle */
	struct obstacle why;
};

/* P3.11.4: the first available address of the range with the fewest addresses in use that has
 * one. */
static bool assign_balanced(struct run *run, struct claim *claim, struct pool_state *pool,
			    struct shortfall *out)
{
	const struct range_list *list = &pool->lists[out->side];
	uint32_t best = list->count;
	struct ip chosen = { 0 };

	run_prepare_pool(run, pool);
	for (uint32_t i = 0; i < list->count; i++) {
		struct ip ip;

		if (best < list->count && list->used[i] >= list->used[best])
			continue;
		if (pick_first(run, pool, walk_single(run, pool, out->side, i), claim,
			       use_last(claim), &ip)) {
			best = i;
			chosen = ip;
		}
	}
	if (best < list->count) {
		assign_add(run, claim, pool, chosen);
		return true;
	}
	out->reason = list->count == 0 ? REASON_NO_RANGE : REASON_EXHAUSTED;
	return false;
}

/* Why the walk had nothing. */
static void assign_explain(struct run *run, struct claim *claim, struct pool_state *pool,
			   const struct walk *walk, struct shortfall *out)
{
	const struct binding *binding;
	struct walk_place place;

	out->reason = REASON_EXHAUSTED;
	if (walk->way.segments.count == 0)
		out->reason = REASON_NO_RANGE;
	else if (walk->way.cyclic)
		out->reason = REASON_HANGS;
	if (out->reason != REASON_EXHAUSTED || claim->key == 0)
		return;
	binding = use_binding(run, pool, side_of(walk->way.segments.items[0].range.from),
			      claim->key);
	if (binding == NULL || !binding->bound)
		return;
	out->ip = binding->ip;
	out->reason = REASON_KEY_BOUND;
	if (walk_find_place(walk, binding->ip, &place) &&
	    !use_available(run, pool, binding->ip, claim, &out->why))
		out->reason = out->why.reason;
}

/* P3.11.2, P3.11.3 */
static bool assign_family(struct run *run, struct claim *claim, struct pool_state *pool,
			  enum ip_family family, struct shortfall *out)
{
	bool balance = pool->pool->spec->balance_pools.v && claim->key == 0;
	struct walk *walk;
	struct ip ip;

	*out = (struct shortfall){ .side = side_of_family(family) };
	if (assign_has(claim, out->side))
		return true;
	if (balance)
		return assign_balanced(run, claim, pool, out);
	walk = walk_plain(run, pool, out->side);
	if (pick_first(run, pool, walk, claim, use_last(claim), &ip)) {
		assign_add(run, claim, pool, ip);
		return true;
	}
	assign_explain(run, claim, pool, walk, out);
	return false;
}

/* ---- reasons ---- */

static const char *assign_shortfall_text(struct run *run, const struct claim *claim,
					 const struct pool_state *pool,
					 const struct shortfall *s)
{
	const char *name = pool->pool->name;
	const char *family = s->side == SIDE_V4 ? "IPv4" : "IPv6";
	char bound[IP_TEXT_MAX];

	if (s->reason == REASON_NO_RANGE)
		return arena_printf(run->arena, "ServiceGroup \"%s\" has no %s range", name,
				    family);
	if (s->reason == REASON_HANGS)
		return arena_printf(run->arena,
				    "ranges of ServiceGroup \"%s\" share addresses, so the "
				    "search for a free %s address never ends: PureLB's "
				    "allocator hangs",
				    name, family);
	if (s->reason == REASON_KEY_BOUND)
		return arena_printf(run->arena,
				    "sharing key \"%s\" is bound to %s, which ServiceGroup "
				    "\"%s\" does not hand out",
				    claim->result->sharing_key, ip_format(s->ip, bound), name);
	return arena_printf(run->arena, "ServiceGroup \"%s\" has no free %s address", name,
			    family);
}

static void assign_fail(struct run *run, struct claim *claim, struct pool_state *pool,
			const struct shortfall *s)
{
	if (s->why.reason != REASON_NONE)
		reason_obstacle(
			run, claim, pool, s->ip, &s->why,
			reason_cause_at(claim->service, KEY_SHARING, PATH_OF(KEY_SHARING)));
	else
		reason_fail(claim, s->reason,
			    reason_cause_at(claim->service, KEY_GROUP, PATH_OF(KEY_GROUP)),
			    assign_shortfall_text(run, claim, pool, s));
}

/* ---- all families ---- */

/* P3.11.1: v6, and if that fails v4. A search that never ends does not come to v4. */
static bool assign_any_family(struct run *run, struct claim *claim, struct pool_state *pool,
			      struct shortfall *out)
{
	struct shortfall v6;

	if (assign_family(run, claim, pool, IP_V6, &v6))
		return true;
	if (v6.reason != REASON_HANGS && assign_family(run, claim, pool, IP_V4, out))
		return true;
	/* Of a pool without v4 the v6 addresses are what matters. */
	if (v6.reason == REASON_HANGS ||
	    (out->reason == REASON_NO_RANGE && v6.reason != REASON_NO_RANGE))
		*out = v6;
	return false;
}

static bool assign_each_family(struct run *run, struct claim *claim, struct pool_state *pool,
			       struct shortfall *out)
{
	const struct allocation *result = claim->result;

	for (unsigned i = 0; i < result->family_count; i++) {
		if (!assign_family(run, claim, pool, result->families[i], out))
			return false;
	}
	return true;
}

/* P3.11.7: what was added goes back. */
static void assign_roll_back(struct run *run, struct claim *claim, struct pool_state *pool,
			     uint32_t keep)
{
	for (uint32_t i = keep; i < claim->held.count; i++)
		use_release_one(run, pool, claim, claim->held.items[i].ip);
	claim->held.count = keep;
}

/* P2.5: a list can hand out addresses of the other family. */
static void assign_check_families(struct run *run, struct claim *claim,
				  const struct pool_state *pool)
{
	const struct allocation *result = claim->result;

	for (unsigned i = 0; i < result->family_count; i++) {
		if (!assign_has(claim, side_of_family(result->families[i])))
			reason_other_family(run, claim, pool, result->families[i]);
	}
}

void assign_plain(struct run *run, struct claim *claim, struct pool_state *pool)
{
	struct shortfall shortfall;
	uint32_t keep;
	bool all;

	/* Without a status, whatever it is still noted for is stale. */
	if (claim->held.count == 0)
		use_release(run, claim);
	if (pool->pool->type == POOL_TYPE_EXTERNAL) {
		assign_external(run, claim, pool);
		return;
	}
	keep = claim->held.count;
	all = claim->result->family_count == 0
		      ? assign_any_family(run, claim, pool, &shortfall)
		      : assign_each_family(run, claim, pool, &shortfall);
	if (all) {
		assign_check_families(run, claim, pool);
		return;
	}
	assign_roll_back(run, claim, pool, keep);
	assign_fail(run, claim, pool, &shortfall);
}

/* What became of the ranges of one family. */
struct multi_tally {
	uint32_t ranges;
	uint32_t active; /* some live node has its subnet, or the pool is remote */
	uint32_t got;    /* the Service has an address of it */
};

static int assign_compare_text(const void *text, const void *element)
{
	const char *const *known = element;

	return str_compare(text, *known);
}

bool assign_range_active(const struct run *run, const struct pool_state *pool,
			 const struct pool_range *range)
{
	const struct cluster *cluster = run->cluster;

	if (pool->pool->type != POOL_TYPE_LOCAL || !cluster->has_nodes)
		return true;
	return cluster->subnet_texts.count > 0 &&
	       bsearch(range->entry->subnet.s, cluster->subnet_texts.items,
		       cluster->subnet_texts.count, sizeof(*cluster->subnet_texts.items),
		       assign_compare_text) != NULL;
}

static bool assign_holds_of(const struct claim *claim, struct ip_range range)
{
	ARRAY_FOREACH (const struct held, held, &claim->held) {
		if (held->valid && ip_range_contains(range, held->ip))
			return true;
	}
	return false;
}

static void assign_list(struct run *run, struct claim *claim, struct pool_state *pool,
			unsigned side, struct multi_tally *tally)
{
	const struct range_list *list = &pool->lists[side];
	/* What it gets here is in ranges that are then passed over. */
	const struct use *last_own = use_last(claim);

	tally->ranges = list->count;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct pool_range *range = &list->ranges[i];
		struct ip ip;

		if (!assign_range_active(run, pool, range))
			continue;
		tally->active++;
		if (assign_holds_of(claim, range->range)) {
			tally->got++;
			continue;
		}
		/* A reversed range contains nothing, not even what it hands out. */
		if (range->reversed)
			last_own = use_last(claim);
		if (!pick_first(run, pool, walk_single(run, pool, side, i), claim, last_own,
				&ip))
			continue;
		assign_add(run, claim, pool, ip);
		tally->got++;
	}
}

/* ---- reasons ---- */

static enum allocation_reason assign_multi_reason(const struct multi_tally *tally)
{
	if (tally->ranges == 0)
		return REASON_NO_RANGE;
	return tally->active == 0 ? REASON_NO_ACTIVE_SUBNET : REASON_EXHAUSTED;
}

static const char *assign_multi_text(struct run *run, const struct pool_state *pool,
				     unsigned side, const struct multi_tally *tally)
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
static unsigned assign_list_sides(const struct claim *claim, unsigned sides[static SIDES])
{
	const struct allocation *result = claim->result;

	sides[0] = SIDE_V4;
	for (unsigned i = 0; i < result->family_count; i++)
		sides[i] = side_of_family(result->families[i]);
	return result->family_count > 0 ? result->family_count : 1;
}

/* What is to be said of one family; `got` counts the addresses of all. */
static void assign_multi_explain(struct run *run, struct claim *claim, struct pool_state *pool,
				 unsigned side, const struct multi_tally *tally, uint32_t got)
{
	struct cause cause = reason_cause_at(claim->service, KEY_GROUP, PATH_OF(KEY_GROUP));
	bool missing = got == 0 || !assign_has(claim, side);

	if (missing && tally->got > 0)
		reason_other_family(run, claim, pool, side == SIDE_V4 ? IP_V4 : IP_V6);
	else if (missing)
		reason_fail(claim, assign_multi_reason(tally), cause,
			    assign_multi_text(run, pool, side, tally));
	else if (tally->got < tally->active)
		reason_say(claim, REASON_EXHAUSTED, cause,
			   assign_multi_text(run, pool, side, tally));
}

static void assign_each_range(struct run *run, struct claim *claim, struct pool_state *pool)
{
	struct multi_tally tallies[SIDES] = { { 0 } };
	unsigned sides[SIDES];
	unsigned count = assign_list_sides(claim, sides);
	uint32_t got = 0;

	for (unsigned i = 0; i < count; i++) {
		assign_list(run, claim, pool, sides[i], &tallies[i]);
		got += tallies[i].got;
	}
	/* That a family has no range at all is said last: of two reasons the first is kept. */
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < count; i++) {
			if ((tallies[i].ranges == 0) == (pass == 1))
				assign_multi_explain(run, claim, pool, sides[i], &tallies[i],
						     got);
		}
	}
}

void assign_multi(struct run *run, struct claim *claim, struct pool_state *pool)
{
	if (claim->key != 0) {
		reason_fail(claim, REASON_MULTI_WITH_SHARING,
			    reason_cause_at(claim->service, KEY_SHARING, PATH_OF(KEY_SHARING)),
			    arena_printf(run->arena,
					 "one address from each range is incompatible with "
					 "sharing key \"%s\"",
					 claim->result->sharing_key));
		return;
	}
	use_release(run, claim);
	ARRAY_FOREACH (const struct held, held, &claim->held) {
		if (held->valid)
			ARRAY_ADD(run->arena, &claim->result->released, held->ip);
	}
	claim->held.count = 0;
	if (pool->pool->type == POOL_TYPE_EXTERNAL)
		assign_external(run, claim, pool);
	else
		assign_each_range(run, claim, pool);
}

/* ---- further addresses ---- */

static void assign_fail_spans(struct claim *claim, const char *detail)
{
	struct cause cause = { claim->service->ingress.at.pos, "status.loadBalancer.ingress" };

	reason_fail(claim, REASON_SPANS_POOLS, cause, detail);
}

/* The pool that contains all of its addresses; NULL: there is none, and that was said. */
static struct pool_state *assign_common_pool(struct run *run, struct claim *claim)
{
	const struct pool *pool = NULL;
	char text[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct held, held, &claim->held) {
		if (!held->valid) {
			assign_fail_spans(claim, "an entry of its status is not an address");
			return NULL;
		}
		if (held->pool == NULL) {
			assign_fail_spans(claim,
					  arena_printf(run->arena,
						       "its address %s is in no ServiceGroup",
						       ip_format(held->ip, text)));
			return NULL;
		}
		if (pool != NULL && pool != held->pool) {
			assign_fail_spans(claim,
					  arena_printf(run->arena,
						       "its addresses are from ServiceGroups "
						       "\"%s\" and \"%s\"",
						       pool->name, held->pool->name));
			return NULL;
		}
		pool = held->pool;
	}
	return run_pool(run, pool);
}

void assign_more(struct run *run, struct claim *claim)
{
	struct pool_state *pool = assign_common_pool(run, claim);

	if (pool == NULL)
		return;
	claim->result->pool = pool->pool;
	assign_each_range(run, claim, pool);
}
