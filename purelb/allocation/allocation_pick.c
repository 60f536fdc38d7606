/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first address in a walk that is available to a Service, without going over the walk.
 *
 * Available can only be: the address that its sharing key is bound to; if there is none, the
 * first free address and those in use under the same key; and what it uses itself. Of these
 * few the one that comes first in the walk is taken.
 */
#include "purelb/allocation/allocation_run.h"

struct pick {
	struct run *run;
	struct pool_state *pool;
	struct walk *walk;
	const struct tenant *tenant;
	struct place place; /* the best so far */
	bool found;
};

static void offer_place(struct pick *pick, struct place place)
{
	if (pick->found && !place_before(place, pick->place))
		return;
	pick->place = place;
	pick->found = true;
}

/* Offers an address if it is in the walk and available. */
static void offer(struct pick *pick, struct ip ip)
{
	struct obstacle why;
	struct place place;

	if (!walk_place(pick->walk, ip, &place) ||
	    (pick->found && !place_before(place, pick->place)))
		return;
	if (!walk_skips(pick->run, pick->pool, pick->walk, place) &&
	    use_available(pick->run, pick->pool, ip, pick->tenant, &why))
		offer_place(pick, place);
}

static struct ip ip_of(const struct address *address)
{
	return (struct ip){ (u128)address->key.high << 64 | address->key.low };
}

static void offer_side(struct pick *pick, unsigned side)
{
	const struct binding *binding = NULL;
	struct place place;

	if (pick->tenant->key != 0)
		binding = use_binding(pick->run, pick->pool, side, pick->tenant->key);
	if (binding != NULL && binding->bound) {
		offer(pick, binding->ip);
		return;
	}
	if (walk_first_free(pick->run, pick->pool, pick->walk, side, &place))
		offer_place(pick, place);
	if (binding == NULL)
		return;
	for (const struct address *a = binding->addresses; a != NULL; a = a->next) {
		if (a->key.text == 0)
			offer(pick, ip_of(a));
	}
}

static void offer_own(struct pick *pick, const struct use *last_own)
{
	const struct use *use = last_own != NULL ? pick->tenant->uses : NULL;

	for (; use != NULL; use = use->next_of_tenant) {
		if (use->address->key.pool == pick->pool->index && use->address->key.text == 0)
			offer(pick, ip_of(use->address));
		if (use == last_own)
			return;
	}
}

bool pick_first(struct run *run, struct pool_state *pool, struct walk *walk,
		const struct tenant *tenant, const struct use *last_own, struct ip *out)
{
	struct pick pick = { .run = run, .pool = pool, .walk = walk, .tenant = tenant };

	for (unsigned side = 0; side < SIDES; side++)
		offer_side(&pick, side);
	offer_own(&pick, last_own);
	*out = pick.place.ip;
	return pick.found;
}
