/* SPDX-License-Identifier: Apache-2.0 */
/* P3.11.2, P3.11.9: the Services one by one, and what is done with each. */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "base/text.h"

/* ---- families that come and go (P3.11.2) ---- */

/* The Service counts as asking for the family: an empty list asks for v4. */
static bool allocation_asks_for(const struct claim *claim, unsigned side)
{
	const struct allocation *result = claim->result;

	if (result->family_count == 0 && !claim->odd_family)
		return side == SIDE_V4;
	for (unsigned i = 0; i < result->family_count; i++) {
		if (side_of_family(result->families[i]) == side)
			return true;
	}
	return false;
}

static bool allocation_family_missing(const struct claim *claim)
{
	if (claim->odd_family)
		return true;
	for (unsigned side = 0; side < SIDES; side++) {
		if (allocation_asks_for(claim, side) && !assign_has(claim, side))
			return true;
	}
	return false;
}

/* An address of a family that is not asked for any more goes back to the pool that it is of,
 * and with it every entry of the status that is not an address. */
static void allocation_release_excess(struct run *run, struct claim *claim)
{
	struct held *items = claim->held.items;
	uint32_t kept = 0, excess = 0;

	for (uint32_t i = 0; i < claim->held.count; i++)
		excess += items[i].valid && !allocation_asks_for(claim, side_of(items[i].ip));
	if (excess == 0)
		return;
	for (uint32_t i = 0; i < claim->held.count; i++) {
		struct held held = items[i];

		if (held.valid && allocation_asks_for(claim, side_of(held.ip))) {
			items[kept++] = held;
			continue;
		}
		if (!held.valid)
			continue;
		ARRAY_ADD(run->arena, &claim->result->released, held.ip);
		if (held.pool != NULL)
			use_release_one(run, run_pool(run, held.pool), claim, held.ip);
	}
	claim->held.count = kept;
	run->turn++;
}

/* ---- one Service ---- */

static void allocation_allocate(struct run *run, struct claim *claim,
				const struct request *request, const struct pool_choice *choice)
{
	const struct pool_state *pool = choice->pool;

	if (request->text != NULL) {
		request_assign(run, claim, request);
		return;
	}
	if (pool == NULL) {
		reason_fail(claim, choice->reason,
			    reason_cause_at(claim->service, KEY_GROUP, PATH_OF(KEY_GROUP)),
			    choice->detail);
		return;
	}
	if (!assign_is_multi(claim, pool)) {
		assign_plain(run, claim, choice->pool);
		return;
	}
	if (pool->pool->spec != NULL && pool->pool->spec->balance_pools.v)
		reason_fail(claim, REASON_MULTI_WITH_BALANCE,
			    reason_cause_at(claim->service, KEY_MULTI, PATH_OF(KEY_MULTI)),
			    arena_printf(run->arena,
					 "one address from each range is incompatible with "
					 "balancePools, which ServiceGroup \"%s\" sets",
					 pool->pool->name));
	else
		assign_multi(run, claim, choice->pool);
}

static void allocation_serve(struct run *run, struct claim *claim)
{
	struct request request;
	struct pool_choice choice;
	bool holds = claim->held.count > 0;
	bool multi;

	request_find(claim, &request);
	/* Whether it takes one address of each range is asked of this pool, even if it asks for
	 * addresses. */
	choice_make(run, claim, &choice);
	multi = assign_is_multi(claim, choice.pool);
	if (request.text == NULL) {
		claim->result->pool = choice.pool != NULL ? choice.pool->pool : NULL;
		claim->result->wanted_pool = choice.wanted;
		claim->result->ambiguous_default = choice.ambiguous;
		claim->result->choice_reason = choice.reason;
		claim->result->choice_detail = choice.detail;
		claim->result->choice_unknown = (choice.reason == REASON_UNKNOWN_POOL ||
						 choice.reason == REASON_NO_DEFAULT_POOL) &&
						!choice_absence_is_known(run, choice.wanted);
	} else if (holds) {
		claim->result->pool = claim->held.items[0].pool;
	}
	if (holds && claim->branded)
		use_note_existing(run, claim);
	if (multi && holds && claim->branded) {
		claim->extended = true;
		assign_more(run, claim);
		return;
	}
	if (!multi && holds) {
		allocation_release_excess(run, claim);
		if (!allocation_family_missing(claim))
			return;
	}
	allocation_allocate(run, claim, &request, &choice);
}

/* What it asks for may be in a ServiceGroup that is not in the input. */
static bool allocation_is_unknown(const struct run *run, const struct allocation *result)
{
	if (result->reason == REASON_NO_POOL_FOR_ADDRESS)
		return !choice_absence_is_known(run, NULL);
	return result->choice_unknown && result->reason == result->choice_reason;
}

static enum service_state allocation_state(const struct run *run, const struct claim *claim)
{
	if (claim->failed)
		return allocation_is_unknown(run, claim->result) ? SERVICE_UNKNOWN
								 : SERVICE_PENDING;
	if (claim->external)
		return SERVICE_ASSIGNED;
	ARRAY_FOREACH (const struct held, held, &claim->held) {
		if (held->added)
			return SERVICE_ASSIGNED;
	}
	return SERVICE_KEPT;
}

static void allocation_process(struct run *run, struct claim *claim)
{
	run->turn++;
	if (claim->result == NULL) {
		/* Of another type by now, it gives back what it has from PureLB. */
		if (claim->foreign == REASON_NONE && claim->from != NULL)
			use_release(run, claim);
	} else if (claim->foreign != REASON_NONE) {
		services_explain_foreign(run, claim);
		claim->result->state = SERVICE_IGNORED;
	} else {
		allocation_serve(run, claim);
		claim->result->state = allocation_state(run, claim);
	}
}

/* ---- the whole ---- */

/* Memory is slower than the work on one Service: what the next ones need is asked for in time.
 */
static void allocation_prefetch(const struct run *run, uint32_t i)
{
	enum { AHEAD = 8, LINE_BYTES = 64 };

	if (i + AHEAD < run->claims.count) {
		const char *at = (const char *)run->turns[i + AHEAD];

		for (size_t line = 0; line < sizeof(struct claim); line += LINE_BYTES)
			__builtin_prefetch(at + line, 1);
	}
	if (i + AHEAD / 2 < run->claims.count) {
		const struct claim *claim = run->turns[i + AHEAD / 2];
		const char *at = (const char *)claim->result;

		for (size_t line = 0; at != NULL && line < sizeof(struct allocation);
		     line += LINE_BYTES)
			__builtin_prefetch(at + line, 1);
	}
}

void allocation_run(struct allocations *out, const struct cluster *cluster,
		    const struct allocation_options *options, struct arena *arena)
{
	struct run run = {
		.cluster = cluster,
		.out = out,
		.arena = arena,
		.guards = release_has(cluster->release.release, RELEASE_GUARDS),
		.late = options != NULL ? options->late : NULL,
		.late_count = options != NULL ? options->late_count : 0,
		.requests_first = options != NULL && options->requests_first,
	};

	*out = (struct allocations){ 0 };
	out->default_announcer = services_default_announcer(cluster->snapshot);
	out->dual_stack = services_dual_stack(cluster->snapshot);
	run_prepare(&run);
	services_list(&run);
	/* P3.11.9: what is held comes before anything new, whosever it is. */
	for (uint32_t i = 0; i < run.claims.count; i++) {
		run.turn++;
		if (run.turns[i]->branded)
			use_note_existing(&run, run.turns[i]);
	}
	for (uint32_t i = 0; i < run.claims.count; i++) {
		allocation_prefetch(&run, i);
		allocation_process(&run, run.turns[i]);
	}
	results_addresses(&run);
	results_ranges(&run);
	results_conflicts(&run);
	results_hazards(&run);
	run_release(&run);
}

/* ---- questions ---- */

struct name {
	const char *namespace, *name;
};

static int allocation_compare_name(const void *pa, const void *element)
{
	const struct name *wanted = pa;
	const struct allocation *allocation = element;
	const struct object *object = &allocation->service->object;
	int order = str_compare(wanted->namespace, object->namespace);

	return order != 0 ? order
			  : str_compare(wanted->name,
					object->name.s != NULL ? object->name.s : "");
}

const struct allocation *allocation_find(const struct allocations *all, const char *namespace,
					 const char *name)
{
	struct name wanted = { namespace, name };

	if (all->list.count == 0)
		return NULL;
	return bsearch(&wanted, all->list.items, all->list.count, sizeof(*all->list.items),
		       allocation_compare_name);
}

const char *service_state_name(enum service_state state)
{
	static const char *const names[] = {
		[SERVICE_KEPT] = "kept",       [SERVICE_ASSIGNED] = "assigned",
		[SERVICE_PENDING] = "pending", [SERVICE_UNKNOWN] = "unknown",
		[SERVICE_IGNORED] = "ignored",
	};

	return names[state];
}
