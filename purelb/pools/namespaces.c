/* SPDX-License-Identifier: Apache-2.0 */
/* P3.6: the index of namespaces. */
#include "purelb/pools/namespaces.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "purelb/pools/order.h"

/* A namespace while the index is built. */
struct entry {
	struct namespace_binding binding;
	const struct pool *last; /* the group that was added last */
	UT_hash_handle hh;
};

struct index {
	struct entry *by_name; /* hash table; its entries are in the arena */
	struct arena *arena;
};

static struct entry *namespaces_find_or_add(struct index *index, const char *name)
{
	size_t len = strlen(name);
	struct entry *entry;

	HASH_FIND(hh, index->by_name, name, len, entry);
	if (entry != NULL)
		return entry;
	entry = arena_zalloc(index->arena, 1, sizeof(*entry));
	entry->binding.name = name;
	HASH_ADD_KEYPTR(hh, index->by_name, entry->binding.name, len, entry);
	return entry;
}

/* P3.6: groups come in the order of their names, so the lists are sorted by name. */
static void namespaces_add_group(struct index *index, const struct pool *pool)
{
	const struct service_group *group = pool->group;

	ARRAY_FOREACH (const struct str_value, name, &group->namespaces.list) {
		struct entry *entry =
			name->s != NULL ? namespaces_find_or_add(index, name->s) : NULL;

		/* P3.6: the same name again in one list counts once. */
		if (entry == NULL || entry->last == pool)
			continue;
		entry->last = pool;
		ARRAY_ADD(index->arena, &entry->binding.eligible, pool);
		if (group->namespace_default.v)
			ARRAY_ADD(index->arena, &entry->binding.marked, pool);
		entry->binding.enforced |= group->enforce_namespaces.v;
	}
}

/* P3.6: in the fail-open case a group counts although another one has its name. */
static bool namespaces_shares_a_name(const struct pools *pools, const struct pool *pool)
{
	if (!pools->fail_open)
		return false;

	const struct pool *holder = pools_find(pools, pool->name);

	return holder != NULL &&
	       !str_equal(holder->group->object.namespace, pool->group->object.namespace);
}

static int namespaces_compare_pools(const void *pa, const void *pb)
{
	const struct pool *const *a = pa;
	const struct pool *const *b = pb;
	int order = str_compare((*a)->name, (*b)->name);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* The groups that count, by name; the caller frees the list. */
static const struct pool **namespaces_list_groups(const struct pools *pools, uint32_t *count)
{
	const struct pool **groups = mem_resize(NULL, pools->list.count, sizeof(*groups));

	*count = 0;
	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		if (pool->reject == POOL_ACCEPTED || namespaces_shares_a_name(pools, pool))
			groups[(*count)++] = pool;
	}
	order_sort(groups, *count, sizeof(*groups), namespaces_compare_pools);
	return groups;
}

/* P3.6: the only eligible group, else the only one that is marked. PureLB looks the pool up by
 * name, so what counts is the accepted group of that name. */
static const struct pool *namespaces_choose_default(const struct pools *pools,
						    const struct namespace_binding *binding)
{
	if (binding->eligible.count == 1)
		return pools_find(pools, binding->eligible.items[0]->name);
	if (binding->marked.count == 1)
		return pools_find(pools, binding->marked.items[0]->name);
	return NULL;
}

static int namespaces_compare_bindings(const void *pa, const void *pb)
{
	const struct namespace_binding *a = pa;
	const struct namespace_binding *b = pb;

	return str_compare(a->name, b->name);
}

/* P3.6: confined is every group, by name, that is eligible for an enforced namespace. */
static void namespaces_mark_confined(struct pools *pools,
				     const struct namespace_binding *binding)
{
	if (!binding->enforced)
		return;
	ARRAY_FOREACH (const struct pool *, eligible, &binding->eligible) {
		const struct pool *holder = pools_find(pools, (*eligible)->name);

		pools->list.items[*eligible - pools->list.items].confined = true;
		pools->list.items[holder - pools->list.items].confined = true;
	}
}

void namespaces_index(struct pools *pools, struct arena *arena)
{
	struct index index = { .arena = arena };
	uint32_t count;
	const struct pool **groups = namespaces_list_groups(pools, &count);

	for (uint32_t i = 0; i < count; i++)
		namespaces_add_group(&index, groups[i]);
	free(groups);

	for (struct entry *entry = index.by_name; entry != NULL; entry = entry->hh.next) {
		entry->binding.default_pool = namespaces_choose_default(pools, &entry->binding);
		namespaces_mark_confined(pools, &entry->binding);
		ARRAY_ADD(arena, &pools->namespaces, entry->binding);
	}
	HASH_CLEAR(hh, index.by_name);
	order_sort(pools->namespaces.items, pools->namespaces.count,
		   sizeof(*pools->namespaces.items), namespaces_compare_bindings);
}
