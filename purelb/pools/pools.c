/* SPDX-License-Identifier: Apache-2.0 */
/* P1.3 and P3.1 to P3.4 of the model: scope, order, parsing, acceptance. */
#include "purelb/pools/pools.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/namespaces.h"
#include "purelb/pools/order.h"
#include "purelb/pools/overlap.h"

/* ---- scope and order ---- */

static int pools_compare_groups(const void *pa, const void *pb)
{
	const struct pool *a = pa;
	const struct pool *b = pb;
	int order = str_compare(a->group->object.namespace, b->group->object.namespace);

	if (order == 0)
		order = str_compare(a->name, b->name);
	if (order != 0)
		return order;
	return (a->group->object.order > b->group->object.order) -
	       (a->group->object.order < b->group->object.order);
}

/* 1.3.2 */
static void pools_list_groups(struct pools *pools, struct arena *arena,
			      const struct snapshot *snapshot)
{
	uint32_t count = snapshot->groups.count;

	pools->list.items = arena_zalloc(arena, count, sizeof(*pools->list.items));
	pools->list.count = count;
	pools->list.capacity = count;
	for (uint32_t i = 0; i < count; i++) {
		const struct service_group *group = snapshot->groups.items[i];

		pools->list.items[i].group = group;
		pools->list.items[i].name =
			group->object.name.s != NULL ? group->object.name.s : "";
	}
	order_sort(pools->list.items, count, sizeof(*pools->list.items), pools_compare_groups);
}

/* 1.3.1 */
static void pools_set_scope(struct pools *pools, const char *install_namespace,
			    struct release release)
{
	const bool everywhere = !release_has(release, RELEASE_SCOPES_GROUPS);
	uint32_t kept = 0;

	ARRAY_FOREACH (struct pool, pool, &pools->list) {
		pool->in_scope = everywhere ||
				 str_equal(pool->group->object.namespace, install_namespace);
		kept += pool->in_scope;
	}
	pools->fail_open = pools->list.count > 0 && kept == 0;
	ARRAY_FOREACH (struct pool, pool, &pools->list) {
		pool->in_scope |= pools->fail_open;
		if (!pool->in_scope)
			pool->reject = POOL_OUT_OF_SCOPE;
	}
}

/* ---- spec.netbox ---- */

static int pools_compare_orders(const void *pa, const void *pb)
{
	const uint32_t a = *(const uint32_t *)pa;
	const uint32_t b = *(const uint32_t *)pb;

	return (a > b) - (a < b);
}

/* P10.1: no field is read of it, so it is where reading met a key that it does not know. */
static void pools_find_netbox(struct pools *pools, const struct snapshot *snapshot,
			      struct arena *scratch)
{
	struct {
		ARRAY_OF(uint32_t) list;
	} orders = { { 0 } };

	ARRAY_FOREACH (const struct finding, problem, &snapshot->problems) {
		if (problem->kind == PROBLEM_UNKNOWN_FIELD && problem->place.object != NULL &&
		    str_equal(problem->place.path, NETBOX_PATH))
			ARRAY_ADD(scratch, &orders.list, problem->place.object->order);
	}
	if (orders.list.count == 0)
		return;
	order_sort(orders.list.items, orders.list.count, sizeof(*orders.list.items),
		   pools_compare_orders);
	ARRAY_FOREACH (struct pool, pool, &pools->list)
		pool->netbox = bsearch(&pool->group->object.order, orders.list.items,
				       orders.list.count, sizeof(*orders.list.items),
				       pools_compare_orders) != NULL;
}

/* ---- reading a group ---- */

static const char *const list_names[] = {
	[POOL_V4POOLS] = "v4pools",
	[POOL_V6POOLS] = "v6pools",
	[POOL_V4POOL] = "v4pool",
	[POOL_V6POOL] = "v6pool",
};

enum { PATH_MAX_BYTES = 48 };

static char *pools_append(char *p, const char *s)
{
	while (*s != '\0')
		*p++ = *s++;
	return p;
}

static char *pools_append_number(char *p, uint32_t number)
{
	char digits[10];
	int count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (count > 0)
		*p++ = digits[--count];
	return p;
}

/* Each range has a path, so this is done by hand: printf would take most of the time. */
static const char *pools_range_path(struct arena *arena, enum pool_type type,
				    enum pool_list list, uint32_t index)
{
	char path[PATH_MAX_BYTES];
	char *p = pools_append(path, type == POOL_TYPE_LOCAL ? "spec.local." : "spec.remote.");

	p = pools_append(p, list_names[list]);
	if (list == POOL_V4POOLS || list == POOL_V6POOLS) {
		p = pools_append(p, "[");
		p = pools_append_number(p, index);
		p = pools_append(p, "]");
	}
	return arena_strndup(arena, path, (size_t)(p - path));
}

/* What is not written is the empty text, as it is for PureLB. */
static const char *pools_text(const struct str_value *value)
{
	return value->s != NULL ? value->s : "";
}

static void pools_read_range(struct pool_range *out, const struct address_pool *entry)
{
	out->entry = entry;
	out->range_error = range_parse(pools_text(&entry->pool), &out->range);
	out->subnet_ok = ip_net_parse(pools_text(&entry->subnet), &out->subnet);
	if (out->range_error != RANGE_OK)
		return;
	out->reversed = range_is_reversed(out->range);
	out->contained = entry->subnet_unknown ||
			 (out->subnet_ok && range_in_subnet(out->range, out->subnet));
}

/* The two places where ranges of one family are written. */
struct family_source {
	enum ip_family family;
	const struct address_pools *plural;
	enum pool_list plural_list;
	const struct address_pool *single;
	enum pool_list single_list;
};

/* P3.2: the plural list in order, then the singular entry. Returns how many there are. */
static uint32_t pools_read_family(struct pool *pool, struct arena *arena,
				  const struct family_source *source, struct pool_range **items)
{
	uint32_t plural_count = source->plural->list.count;
	uint32_t count = plural_count + source->single->at.set;
	uint32_t known = 0;

	*items = arena_zalloc(arena, count, sizeof(**items));
	for (uint32_t i = 0; i < count; i++) {
		struct pool_range *range = &(*items)[known];
		bool single = i == plural_count;
		const struct address_pool *entry =
			single ? source->single : &source->plural->list.items[i];

		if (entry->pool_unknown && entry->subnet_unknown) /* (I6.1a) */
			continue;
		known++;
		range->list = single ? source->single_list : source->plural_list;
		range->list_family = source->family;
		range->path = pools_range_path(arena, pool->type, range->list, i);
		pools_read_range(range, entry);
	}
	return known;
}

static void pools_read_ranges(struct pool *pool, struct arena *arena)
{
	const struct pool_spec *spec = pool->spec;
	const struct family_source v4 = { IP_V4, &spec->v4pools, POOL_V4POOLS, &spec->v4pool,
					  POOL_V4POOL };
	const struct family_source v6 = { IP_V6, &spec->v6pools, POOL_V6POOLS, &spec->v6pool,
					  POOL_V6POOL };

	pool->v4.count = pools_read_family(pool, arena, &v4, &pool->v4.items);
	pool->v4.capacity = pool->v4.count;
	pool->v6.count = pools_read_family(pool, arena, &v6, &pool->v6.items);
	pool->v6.capacity = pool->v6.count;
}

static enum pool_reject pools_range_reject(const struct pool_range *range)
{
	if (range->range_error != RANGE_OK && !range->entry->pool_unknown)
		return POOL_BAD_RANGE;
	if (!range->subnet_ok && !range->entry->subnet_unknown)
		return POOL_BAD_SUBNET;
	return range->entry->pool_unknown || range->contained ? POOL_ACCEPTED
							      : POOL_NOT_CONTAINED;
}

/* P3.1: the first error in a list rejects the group. False when there is none. */
static bool pools_reject_by_range(struct pool *pool, const struct pool_range *ranges,
				  uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		enum pool_reject reject = pools_range_reject(&ranges[i]);

		if (reject == POOL_ACCEPTED)
			continue;
		pool->reject = reject;
		pool->reject_range = &ranges[i];
		return true;
	}
	return false;
}

/* P3.1 */
static void pools_check_group(struct pool *pool)
{
	static const char *const announcers[] = { "local", "remote", NULL };
	const char *announce = pool->group->external.announce.s;

	if (pool->type == POOL_TYPE_EXTERNAL) {
		if (!pool->netbox && (announce == NULL || !str_in(announce, announcers)))
			pool->reject = POOL_BAD_EXTERNAL;
		return;
	}
	/* v6 ranges come before v4 ones. */
	if (pools_reject_by_range(pool, pool->v6.items, pool->v6.count) ||
	    pools_reject_by_range(pool, pool->v4.items, pool->v4.count))
		return;
	if (pool->v4.count + pool->v6.count == 0)
		pool->reject = POOL_EMPTY;
}

/* The API server refuses more than one of them; PureLB itself would take the first. */
static void pools_read_group(struct pool *pool, struct arena *arena)
{
	const struct service_group *group = pool->group;

	if (group->local.at.set) {
		pool->type = POOL_TYPE_LOCAL;
		pool->spec = &group->local;
	} else if (group->remote.at.set) {
		pool->type = POOL_TYPE_REMOTE;
		pool->spec = &group->remote;
	} else if (group->external.at.set || pool->netbox) {
		pool->type = POOL_TYPE_EXTERNAL;
	}
	if (pool->spec != NULL)
		pools_read_ranges(pool, arena);
	if (pool->in_scope)
		pools_check_group(pool);
}

/* ---- acceptance ---- */

static int pools_compare_names(const void *pa, const void *pb)
{
	const struct pool *const *a = pa;
	const struct pool *const *b = pb;
	int order = str_compare((*a)->name, (*b)->name);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* The pools that hold a name. */
struct holders {
	const struct pool **by_name; /* those in scope, sorted by name */
	uint32_t count;
	uint32_t *name_of;          /* of each pool: where its name begins in by_name */
	const struct pool **holder; /* of each name, at that place: the accepted one, or NULL */
};

static void pools_prepare_holders(struct holders *holders, const struct pools *pools,
				  struct arena *scratch)
{
	const struct pool *items = pools->list.items;
	size_t count = pools->list.count;

	holders->by_name = arena_alloc(scratch, count * sizeof(*holders->by_name));
	holders->name_of = arena_zalloc(scratch, count, sizeof(*holders->name_of));
	holders->holder = arena_zalloc(scratch, count, sizeof(*holders->holder));
	holders->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (items[i].in_scope)
			holders->by_name[holders->count++] = &items[i];
	}
	order_sort(holders->by_name, holders->count, sizeof(*holders->by_name),
		   pools_compare_names);
	for (uint32_t i = 1; i < holders->count; i++) {
		const struct pool *before = holders->by_name[i - 1];
		const struct pool *here = holders->by_name[i];
		bool same = str_equal(before->name, here->name);

		holders->name_of[here - items] = same ? holders->name_of[before - items] : i;
	}
}

/* P3.3, P3.4: in the order of the groups, so that each meets those accepted before it. */
static void pools_accept_in_order(struct pools *pools, struct arena *arena,
				  struct arena *scratch)
{
	struct overlap_index index;
	struct holders holders;

	overlap_index_build(&index, pools, scratch);
	pools_prepare_holders(&holders, pools, scratch);
	for (uint32_t i = 0; i < pools->list.count; i++) {
		struct pool *pool = &pools->list.items[i];
		const struct pool **holder = &holders.holder[holders.name_of[i]];
		struct overlap noticed;

		if (!pool->in_scope)
			continue;

		/* Also of groups that fail for another reason, so that all is said at once. */
		bool overlaps = overlap_check(pools, &index, pool, arena, &noticed);

		if (pool->reject != POOL_ACCEPTED)
			continue;
		if (*holder != NULL) { /* P3.3 */
			pool->reject = POOL_NAME_TAKEN;
			pool->reject_by = *holder;
		} else if (overlaps) { /* P3.4 */
			pool->reject = POOL_OVERLAPS;
			pool->reject_range = noticed.loser_range;
			pool->reject_by = noticed.keeper;
		} else {
			*holder = pool;
			overlap_index_accept(&index, pool);
		}
		if (pools->unordered && pool->reject_by != NULL) {
			pool->either = pool->reject_by;
			pools->list.items[pool->reject_by - pools->list.items].either = pool;
		}
	}
	overlap_check_inside(pools, &index, arena);

	for (uint32_t i = 0; i < holders.count; i++) {
		if (holders.by_name[i]->reject == POOL_ACCEPTED)
			ARRAY_ADD(arena, &pools->by_name, holders.by_name[i]);
	}
}

void pools_resolve(struct pools *pools, struct arena *arena, const struct snapshot *snapshot,
		   struct release release)
{
	struct arena scratch;

	*pools = (struct pools){
		.unordered = !release_has(release, RELEASE_SCOPES_GROUPS),
		.partial = snapshot_is_partial(snapshot, KIND_SERVICE_GROUP),
	};
	arena_init(&scratch);
	pools_list_groups(pools, arena, snapshot);
	pools_set_scope(pools, snapshot->install_namespace, release);
	if (!release_has(release, RELEASE_HAS_EXTERNAL))
		pools_find_netbox(pools, snapshot, &scratch);
	ARRAY_FOREACH (struct pool, pool, &pools->list)
		pools_read_group(pool, arena);
	pools_accept_in_order(pools, arena, &scratch);
	namespaces_index(pools, arena);
	arena_release(&scratch);
}

/* ---- questions ---- */

static int pools_compare_name(const void *name, const void *element)
{
	const struct pool *const *pool = element;

	return str_compare(name, (*pool)->name);
}

const struct pool *pools_find(const struct pools *pools, const char *name)
{
	if (pools->by_name.count == 0)
		return NULL;

	const struct pool *const *found =
		bsearch(name, pools->by_name.items, pools->by_name.count,
			sizeof(*pools->by_name.items), pools_compare_name);

	return found != NULL ? *found : NULL;
}

static int pools_compare_namespace(const void *name, const void *element)
{
	const struct namespace_binding *binding = element;

	return str_compare(name, binding->name);
}

const struct namespace_binding *pools_namespace(const struct pools *pools, const char *name)
{
	if (pools->namespaces.count == 0)
		return NULL;
	return bsearch(name, pools->namespaces.items, pools->namespaces.count,
		       sizeof(*pools->namespaces.items), pools_compare_namespace);
}

static bool pools_ranges_have(const struct pool_range *ranges, uint32_t count, struct ip ip)
{
	for (uint32_t i = 0; i < count; i++) {
		if (ranges[i].range_error == RANGE_OK && ip_range_contains(ranges[i].range, ip))
			return true;
	}
	return false;
}

bool pool_has(const struct pool *pool, struct ip ip)
{
	return pools_ranges_have(pool->v4.items, pool->v4.count, ip) ||
	       pools_ranges_have(pool->v6.items, pool->v6.count, ip);
}

const char *pool_type_name(enum pool_type type)
{
	static const char *const names[] = {
		[POOL_TYPE_NONE] = "none",
		[POOL_TYPE_LOCAL] = "local",
		[POOL_TYPE_REMOTE] = "remote",
		[POOL_TYPE_EXTERNAL] = "external",
	};

	return names[type];
}

const char *pool_reject_text(const struct pool *pool, struct arena *arena)
{
	static const char *const why[] = {
		[POOL_BAD_RANGE] = "one of its ranges does not parse",
		[POOL_BAD_SUBNET] = "one of its subnets does not parse",
		[POOL_NOT_CONTAINED] = "one of its ranges is not inside its subnet",
		[POOL_EMPTY] = "it has no range",
		[POOL_BAD_EXTERNAL] = "its announce is neither local nor remote",
		[POOL_NAME_TAKEN] = "another group has its name",
	};

	if (pool->reject == POOL_ACCEPTED)
		return NULL;
	if (pool->reject == POOL_OUT_OF_SCOPE)
		return arena_printf(arena,
				    "ServiceGroup \"%s\" is in namespace \"%s\", which PureLB "
				    "does not read",
				    pool->name, pool->group->object.namespace);
	if (pool->reject == POOL_OVERLAPS)
		return arena_printf(arena,
				    "PureLB rejects ServiceGroup \"%s\": it overlaps "
				    "ServiceGroup \"%s\"",
				    pool->name, pool->reject_by->name);
	return arena_printf(arena, "PureLB rejects ServiceGroup \"%s\": %s", pool->name,
			    why[pool->reject]);
}
