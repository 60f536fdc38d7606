/* SPDX-License-Identifier: Apache-2.0 */
/* P3.11.6: which addresses are in use, by whom, under which sharing key, on which ports. */
#include "purelb/allocation/allocation_run.h"

#include <string.h>
#include <utlist.h>

/* ---- the tables ---- */

static struct address_key use_address_key(const struct pool_state *pool, struct ip ip,
					  uint32_t text)
{
	return (struct address_key){
		.high = (uint64_t)(ip.v >> 64),
		.low = (uint64_t)ip.v,
		.pool = pool->index,
		.text = text,
	};
}

static struct ip use_ip(const struct address *address)
{
	return (struct ip){ (u128)address->key.high << 64 | address->key.low };
}

/* Spreads the bits of a number over all of it. */
static uint64_t use_hash(uint64_t v)
{
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

static struct address **use_bucket(const struct address_table *table,
				   const struct address_key *key)
{
	const uint64_t other = (uint64_t)key->pool << 32 | key->text;

	return &table->buckets[use_hash(key->low ^ use_hash(key->high ^ use_hash(other))) &
			       table->mask];
}

static bool use_same_key(const struct address_key *a, const struct address_key *b)
{
	return a->low == b->low && a->high == b->high && a->pool == b->pool &&
	       a->text == b->text;
}

/* Deals all addresses out again to so many buckets, a power of two. */
static void use_set_buckets(struct address_table *table, uint64_t count)
{
	table->buckets = mem_resize(table->buckets, count, sizeof(*table->buckets));
	memset(table->buckets, 0, count * sizeof(*table->buckets));
	table->mask = count - 1;
	for (struct address *a = table->newest; a != NULL; a = a->before) {
		struct address **bucket = use_bucket(table, &a->key);

		a->behind = *bucket;
		*bucket = a;
	}
}

void use_reserve(struct run *run, uint32_t addresses)
{
	uint64_t count = 64;

	while (count < addresses)
		count *= 2;
	use_set_buckets(&run->addresses, count);
}

static struct address *use_look_up(const struct address_table *table,
				   const struct address_key *key)
{
	struct address *address = *use_bucket(table, key);

	while (address != NULL && !use_same_key(&address->key, key))
		address = address->behind;
	return address;
}

/* The address as looked up, by its canonical text; NULL when nobody ever used it. */
static struct address *use_find_address(const struct run *run, const struct pool_state *pool,
					struct ip ip)
{
	const struct address_key key = use_address_key(pool, ip, 0);

	return use_look_up(&run->addresses, &key);
}

static struct address *use_make_address(struct run *run, const struct pool_state *pool,
					const struct held *held)
{
	const struct address_key key = use_address_key(pool, held->ip, held->text);
	struct address_table *table = &run->addresses;
	struct address *address = use_look_up(table, &key);
	struct address **bucket;

	if (address != NULL)
		return address;
	if (table->count++ > table->mask)
		use_set_buckets(table, (table->mask + 1) * 2);
	bucket = use_bucket(table, &key);
	address = arena_zalloc(&run->scratch, 1, sizeof(*address));
	address->key = key;
	address->behind = *bucket;
	address->before = table->newest;
	table->newest = address;
	*bucket = address;
	return address;
}

/* Looked for where there are fewer. */
static struct use *use_find(const struct address *address, const struct claim *claim)
{
	struct use *use;

	if (claim->use_count < address->user_count) {
		use = claim->uses;
		while (use != NULL && use->address != address)
			use = use->next_of_claim;
		return use;
	}
	use = address->users;
	while (use != NULL && use->claim != claim)
		use = use->next;
	return use;
}

static struct port_owner *use_find_port(struct run *run, const struct address *address,
					const struct port *port)
{
	const struct port_key key = { address, { port->protocol, port->number } };
	struct port_owner *found;

	/* The key has no padding.
	 * NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, run->ports, &key, sizeof(key), found);
	return found;
}

struct binding *use_binding(struct run *run, const struct pool_state *pool, unsigned side,
			    uint32_t key)
{
	struct binding_key wanted = { pool->index, side, key };
	struct binding *found;

	/* Nor has this. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, run->bindings, &wanted, sizeof(wanted), found);
	return found;
}

static struct binding *use_make_binding(struct run *run, const struct pool_state *pool,
					unsigned side, uint32_t key)
{
	struct binding *found = use_binding(run, pool, side, key);

	if (found != NULL)
		return found;
	found = arena_zalloc(&run->scratch, 1, sizeof(*found));
	found->key = (struct binding_key){ pool->index, side, key };
	HASH_ADD(hh, run->bindings, key, sizeof(found->key), found);
	return found;
}

/* ---- questions ---- */

bool use_taken(struct run *run, const struct pool_state *pool, struct ip ip)
{
	const struct address *address = use_find_address(run, pool, ip);

	return address != NULL && address->users != NULL;
}

/* The first user that is not this one, or NULL. */
static struct claim *use_other_user(const struct address *address, const struct claim *claim)
{
	struct use *use = address->users;

	if (use != NULL && use->claim == claim)
		use = use->next;
	return use != NULL ? use->claim : NULL;
}

/* The Service may not share the address with those who use it. */
static bool use_keys_differ(const struct address *address, const struct claim *claim)
{
	return address->sharing_key == 0 || address->sharing_key != claim->key;
}

static void use_own_port(struct run *run, struct address *address, const struct port *port,
			 struct claim *claim)
{
	struct port_owner *owner = use_find_port(run, address, port);

	if (owner == NULL) {
		owner = arena_zalloc(&run->scratch, 1, sizeof(*owner));
		owner->key = (struct port_key){ address, *port };
		HASH_ADD(hh, run->ports, key, sizeof(owner->key), owner);
	}
	owner->owner = claim;
}

/* Writes down who has which port of an address that had one user up to now. */
static void use_list_ports(struct run *run, struct address *address)
{
	struct claim *claim = address->users->claim;

	if (address->ports_listed)
		return;
	address->ports_listed = true;
	ARRAY_FOREACH (const struct port, port, &claim->ports)
		use_own_port(run, address, port, claim);
}

/* A port of the Service that another one has, or NULL. */
static const struct port *use_taken_port(struct run *run, struct address *address,
					 const struct claim *claim, struct claim **holder)
{
	if (!address->ports_listed && address->users->claim == claim)
		return NULL;
	use_list_ports(run, address);
	ARRAY_FOREACH (const struct port, port, &claim->ports) {
		const struct port_owner *owner = use_find_port(run, address, port);

		if (owner == NULL || owner->owner == claim)
			continue;
		*holder = owner->owner;
		return port;
	}
	return NULL;
}

/* P3.11.6 */
bool use_available(struct run *run, struct pool_state *pool, struct ip ip,
		   const struct claim *claim, struct obstacle *why)
{
	const struct binding *binding =
		claim->key != 0 ? use_binding(run, pool, side_of(ip), claim->key) : NULL;
	struct address *address;

	*why = (struct obstacle){ .reason = REASON_NONE };
	if (binding != NULL && binding->bound && ip_compare(binding->ip, ip) != 0) {
		why->reason = REASON_KEY_BOUND;
		why->bound = binding->ip;
		return false;
	}
	address = use_find_address(run, pool, ip);
	if (address == NULL || address->users == NULL)
		return true;
	if (use_keys_differ(address, claim)) {
		why->holder = use_other_user(address, claim);
		if (why->holder != NULL) {
			why->reason = REASON_KEY_CONFLICT;
			return false;
		}
	}
	why->port = use_taken_port(run, address, claim, &why->holder);
	if (why->port != NULL)
		why->reason = REASON_PORT_CONFLICT;
	return why->port == NULL;
}

const struct use *use_last(const struct claim *claim)
{
	/* The list's head knows its tail. */
	return claim->uses != NULL ? claim->uses->prev_of_claim : NULL;
}

/* ---- noting ---- */

/* balancePools: an address counts in the first range of each list that contains it. (P3.11.4)
 */
static void use_count_in_range(struct pool_state *pool, struct ip ip, bool in_use)
{
	for (unsigned side = 0; side < SIDES && pool->pool->spec->balance_pools.v; side++) {
		struct range_list *list = &pool->lists[side];
		const struct address_piece *piece = address_map_find(&list->map, ip);

		if (piece == NULL)
			continue;
		if (in_use)
			list->used[piece->first]++;
		else
			list->used[piece->first]--;
	}
}

static void use_set_key(struct run *run, struct pool_state *pool, struct address *address,
			uint32_t key)
{
	unsigned side = side_of(use_ip(address));
	struct binding *binding;

	if (address->sharing_key == key)
		return;
	if (address->sharing_key != 0) {
		binding = use_binding(run, pool, side, address->sharing_key);
		DL_DELETE(binding->addresses, address);
	}
	address->sharing_key = key;
	if (key != 0) {
		binding = use_make_binding(run, pool, side, key);
		DL_APPEND(binding->addresses, address);
	}
}

static void use_bind_key(struct run *run, struct pool_state *pool, struct ip ip, uint32_t key)
{
	struct binding *binding;

	if (key == 0)
		return;
	binding = use_make_binding(run, pool, side_of(ip), key);
	binding->bound = true;
	binding->ip = ip;
}

static void use_add(struct run *run, struct pool_state *pool, struct address *address,
		    struct claim *claim)
{
	struct use *use;

	if (use_find(address, claim) != NULL)
		return;
	if (address->users == NULL)
		use_count_in_range(pool, use_ip(address), true);
	else
		use_list_ports(run, address);
	use = arena_zalloc(&run->scratch, 1, sizeof(*use));
	use->address = address;
	use->claim = claim;
	DL_APPEND(address->users, use);
	address->user_count++;
	DL_APPEND2(claim->uses, use, prev_of_claim, next_of_claim);
	claim->use_count++;
}

static void use_note_address(struct run *run, struct pool_state *pool, struct claim *claim,
			     const struct held *held)
{
	struct address *address = use_make_address(run, pool, held);

	use_set_key(run, pool, address, claim->key);
	use_add(run, pool, address, claim);
	if (address->ports_listed) {
		ARRAY_FOREACH (const struct port, port, &claim->ports)
			use_own_port(run, address, port, claim);
	}
	use_bind_key(run, pool, held->ip, claim->key);
}

void use_note(struct run *run, struct pool_state *pool, struct claim *claim)
{
	run_prepare_pool(run, pool);
	/* Nobody else comes between, so what was noted in this turn still is. */
	if (pool->noted_turn != run->turn)
		pool->noted = 0;
	pool->noted_turn = run->turn;
	for (; pool->noted < claim->held.count; pool->noted++) {
		const struct held *held = &claim->held.items[pool->noted];

		if (held->valid)
			use_note_address(run, pool, claim, held);
	}
}

void use_note_existing(struct run *run, struct claim *claim)
{
	for (uint32_t i = 0; i < claim->held.count; i++) {
		struct pool_state *pool = NULL;
		bool ambiguous;

		if (claim->held.items[i].valid)
			pool = run_pool_for(run, claim->held.items[i].ip, &ambiguous);
		if (pool != NULL)
			use_note(run, pool, claim);
	}
}

/* ---- giving back ---- */

/* Nobody uses the address any more. The key of the address is free for another one, even if
 * it was bound elsewhere: PureLB forgets it by its name. */
static void use_free_address(struct run *run, struct pool_state *pool, struct address *address)
{
	struct ip ip = use_ip(address);

	if (address->sharing_key != 0)
		use_binding(run, pool, side_of(ip), address->sharing_key)->bound = false;
	use_set_key(run, pool, address, 0);
	address->ports_listed = false;
	use_count_in_range(pool, ip, false);
	if (address->key.text == 0)
		walk_freed(run, pool, ip);
}

/* A port that another Service took since stays with that one. */
static void use_drop_ports(struct run *run, const struct address *address,
			   const struct claim *claim)
{
	if (!address->ports_listed)
		return;
	ARRAY_FOREACH (const struct port, port, &claim->ports) {
		struct port_owner *owner = use_find_port(run, address, port);

		if (owner != NULL && owner->owner == claim)
			HASH_DEL(run->ports, owner);
	}
}

static void use_drop(struct run *run, struct use *use)
{
	struct address *address = use->address;
	struct claim *claim = use->claim;

	use_drop_ports(run, address, claim);
	DL_DELETE(address->users, use);
	address->user_count--;
	DL_DELETE2(claim->uses, use, prev_of_claim, next_of_claim);
	claim->use_count--;
	if (address->users == NULL)
		use_free_address(run, &run->pools[address->key.pool], address);
}

void use_release(struct run *run, struct claim *claim)
{
	run->turn++;
	while (claim->uses != NULL)
		use_drop(run, claim->uses);
}

void use_release_one(struct run *run, struct pool_state *pool, struct claim *claim,
		     struct ip ip)
{
	const struct address *address = use_find_address(run, pool, ip);
	struct use *use = address != NULL ? use_find(address, claim) : NULL;

	run->turn++;
	if (use != NULL)
		use_drop(run, use);
}
