/* SPDX-License-Identifier: Apache-2.0 */
/* P3.11.1 to 3.11.4 and 3.11.7: one address for each family from a pool. */
#include "purelb/allocation/allocation_run.h"

#include "base/text.h"

bool assign_has(const struct tenant *tenant, unsigned side)
{
	ARRAY_FOREACH (const struct held, held, &tenant->held) {
		if (held->valid && side_of(held->ip) == side)
			return true;
	}
	return false;
}

bool assign_is_multi(const struct tenant *tenant, const struct pool_state *pool)
{
	if (tenant->multi != NULL)
		return str_equal(tenant->multi, "true");
	return pool != NULL && pool->pool->spec != NULL && pool->pool->spec->multi_pool.v;
}

void assign_add(struct run *run, struct tenant *tenant, struct pool_state *pool, struct ip ip)
{
	struct held *held = ARRAY_PUSH(&run->scratch, &tenant->held);

	held->ip = ip;
	held->valid = true;
	held->added = true;
	held->pool = pool->pool;
	use_note(run, pool, tenant);
}

void assign_external(struct run *run, struct tenant *tenant, const struct pool_state *pool)
{
	const char *provider = pool->pool->group->external.provider.s;

	tenant->external = true;
	reason_say(tenant, REASON_EXTERNAL,
		   cause_at(tenant->service, KEY_GROUP, PATH_OF(KEY_GROUP)),
		   arena_printf(run->arena,
				"ServiceGroup \"%s\" leaves the choice of addresses to \"%s\"",
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
static bool balanced_family(struct run *run, struct tenant *tenant, struct pool_state *pool,
			    struct shortfall *out)
{
	const struct range_list *list = &pool->lists[out->side];
	uint32_t best = list->count;
	struct ip chosen = { 0 };

	pool_prepare(run, pool);
	for (uint32_t i = 0; i < list->count; i++) {
		struct ip ip;

		if (best < list->count && list->used[i] >= list->used[best])
			continue;
		if (pick_first(run, pool, walk_single(run, pool, out->side, i), tenant,
			       use_last(tenant), &ip)) {
			best = i;
			chosen = ip;
		}
	}
	if (best < list->count) {
		assign_add(run, tenant, pool, chosen);
		return true;
	}
	out->reason = list->count == 0 ? REASON_NO_RANGE : REASON_EXHAUSTED;
	return false;
}

/* Why the walk had nothing. */
static void explain(struct run *run, struct tenant *tenant, struct pool_state *pool,
		    const struct walk *walk, struct shortfall *out)
{
	const struct binding *binding;
	struct place place;

	out->reason = REASON_EXHAUSTED;
	if (walk->segments.count == 0)
		out->reason = REASON_NO_RANGE;
	else if (walk->cyclic)
		out->reason = REASON_HANGS;
	if (out->reason != REASON_EXHAUSTED || tenant->key == 0)
		return;
	binding = use_binding(run, pool, side_of(walk->segments.items[0].range.from),
			      tenant->key);
	if (binding == NULL || !binding->bound)
		return;
	out->ip = binding->ip;
	out->reason = REASON_KEY_BOUND;
	if (walk_place(walk, binding->ip, &place) &&
	    !use_available(run, pool, binding->ip, tenant, &out->why))
		out->reason = out->why.reason;
}

/* P3.11.2, P3.11.3 */
static bool one_family(struct run *run, struct tenant *tenant, struct pool_state *pool,
		       enum ip_family family, struct shortfall *out)
{
	bool balance = pool->pool->spec->balance_pools.v && tenant->key == 0;
	struct walk *walk;
	struct ip ip;

	*out = (struct shortfall){ .side = side_of_family(family) };
	if (assign_has(tenant, out->side))
		return true;
	if (balance)
		return balanced_family(run, tenant, pool, out);
	walk = walk_plain(run, pool, out->side);
	if (pick_first(run, pool, walk, tenant, use_last(tenant), &ip)) {
		assign_add(run, tenant, pool, ip);
		return true;
	}
	explain(run, tenant, pool, walk, out);
	return false;
}

/* ---- reasons ---- */

static const char *tell(struct run *run, const struct tenant *tenant,
			const struct pool_state *pool, const struct shortfall *s)
{
	const char *name = pool->pool->name;
	const char *family = s->side == SIDE_V4 ? "IPv4" : "IPv6";
	char bound[IP_TEXT_MAX];

	if (s->reason == REASON_NO_RANGE)
		return arena_printf(run->arena, "ServiceGroup \"%s\" has no %s range", name,
				    family);
	if (s->reason == REASON_HANGS)
		return arena_printf(run->arena,
				    "ranges of ServiceGroup \"%s\" share addresses, so that "
				    "the search for a free %s address goes round for ever: "
				    "PureLB's allocator hangs",
				    name, family);
	if (s->reason == REASON_KEY_BOUND)
		return arena_printf(run->arena,
				    "sharing key \"%s\" is bound to %s, which ServiceGroup "
				    "\"%s\" does not hand out",
				    tenant->result->sharing_key, ip_format(s->ip, bound), name);
	return arena_printf(run->arena, "ServiceGroup \"%s\" has no free %s address", name,
			    family);
}

static void fail(struct run *run, struct tenant *tenant, struct pool_state *pool,
		 const struct shortfall *s)
{
	if (s->why.reason != REASON_NONE)
		reason_obstacle(run, tenant, pool, s->ip, &s->why,
				cause_at(tenant->service, KEY_SHARING, PATH_OF(KEY_SHARING)));
	else
		reason_fail(tenant, s->reason,
			    cause_at(tenant->service, KEY_GROUP, PATH_OF(KEY_GROUP)),
			    tell(run, tenant, pool, s));
}

/* ---- all families ---- */

/* P3.11.1: v6, and if that fails v4. A search that never ends does not come to v4. */
static bool any_family(struct run *run, struct tenant *tenant, struct pool_state *pool,
		       struct shortfall *out)
{
	struct shortfall v6;

	if (one_family(run, tenant, pool, IP_V6, &v6))
		return true;
	if (v6.reason != REASON_HANGS && one_family(run, tenant, pool, IP_V4, out))
		return true;
	/* Of a pool without v4 the v6 addresses are what matters. */
	if (v6.reason == REASON_HANGS ||
	    (out->reason == REASON_NO_RANGE && v6.reason != REASON_NO_RANGE))
		*out = v6;
	return false;
}

static bool each_family(struct run *run, struct tenant *tenant, struct pool_state *pool,
			struct shortfall *out)
{
	const struct allocation *result = tenant->result;

	for (unsigned i = 0; i < result->family_count; i++) {
		if (!one_family(run, tenant, pool, result->families[i], out))
			return false;
	}
	return true;
}

/* P3.11.7: what was added goes back. */
static void roll_back(struct run *run, struct tenant *tenant, struct pool_state *pool,
		      uint32_t keep)
{
	for (uint32_t i = keep; i < tenant->held.count; i++)
		use_release_one(run, pool, tenant, tenant->held.items[i].ip);
	tenant->held.count = keep;
}

/* P2.5: a list can hand out addresses of the other family. */
static void check_families(struct run *run, struct tenant *tenant,
			   const struct pool_state *pool)
{
	const struct allocation *result = tenant->result;

	for (unsigned i = 0; i < result->family_count; i++) {
		if (!assign_has(tenant, side_of_family(result->families[i])))
			reason_other_family(run, tenant, pool, result->families[i]);
	}
}

void assign_plain(struct run *run, struct tenant *tenant, struct pool_state *pool)
{
	struct shortfall shortfall;
	uint32_t keep;
	bool all;

	/* Without a status, whatever it is still noted for is stale. */
	if (tenant->held.count == 0)
		use_release(run, tenant);
	if (pool->pool->type == POOL_TYPE_EXTERNAL) {
		assign_external(run, tenant, pool);
		return;
	}
	keep = tenant->held.count;
	all = tenant->result->family_count == 0 ? any_family(run, tenant, pool, &shortfall)
						: each_family(run, tenant, pool, &shortfall);
	if (all) {
		check_families(run, tenant, pool);
		return;
	}
	roll_back(run, tenant, pool, keep);
	fail(run, tenant, pool, &shortfall);
}
