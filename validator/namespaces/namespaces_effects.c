/* SPDX-License-Identifier: Apache-2.0 */
/* NS002, NS004 to NS006: what the bindings of namespaces bring about, or do not. */
#include <stdlib.h>

#include "base/nearest.h"
#include "base/text.h"
#include "validator/namespaces/namespaces.h"

/* Each suggestion compares a name with those of all namespaces. */
enum { SUGGESTIONS_MAX = 200 };

/* The group that enforces the namespace: `first` if it does, else the first by name. */
static const struct pool *namespaces_enforcing_group(const struct namespace_binding *binding,
						     const struct pool *first)
{
	if (group_enforces(first))
		return first;
	for (uint32_t i = 0; i < binding->eligible.count; i++)
		if (group_enforces(binding->eligible.items[i]))
			return binding->eligible.items[i];
	return NULL;
}

/* The first of the group's entries whose namespace is enforced, or NULL. */
static const struct listing *namespaces_confining_entry(const struct checker *ck,
							const struct pool *pool,
							const struct listings *all)
{
	const struct listing *found = NULL;

	ARRAY_FOREACH (const struct listing, it, &all->list) {
		const struct namespace_binding *binding;

		if (it->pool != pool || (found != NULL && found->index < it->index))
			continue;
		binding = pools_namespace(&ck->cluster->pools, it->name);
		if (binding != NULL && binding->enforced)
			found = it;
	}
	return found;
}

/* NS002 */
void check_default_confined(struct checker *ck, const struct listings *all)
{
	const struct pool *pool = pools_find(&ck->cluster->pools, "default");
	const struct listing *entry;
	const struct pool *by;
	struct finding *f;

	if (pool == NULL || !pool->confined)
		return;
	entry = namespaces_confining_entry(ck, pool, all);
	if (entry == NULL)
		return;
	by = namespaces_enforcing_group(pools_namespace(&ck->cluster->pools, entry->name),
					pool);
	f = report(ck, CHECK_NS002, &pool->group->object,
		   by == pool ? pool->group->enforce_namespaces.pos : entry->entry->pos,
		   "group \"default\" is confined to the namespaces that it lists: Services "
		   "that name no group are denied an address in all other namespaces without "
		   "a group of their own");
	if (by == pool) {
		finding_path(ck, f, "spec.enforceNamespaces");
		finding_hint(ck, f,
			     "give this group another name, and create a \"default\" without "
			     "`namespaces` for all others");
		return;
	}
	finding_path(ck, f, "spec.namespaces[%u]", entry->index);
	finding_hint(ck, f, "take \"%s\" out of the list of \"default\"", entry->name);
	finding_fix_remove(&ck->findings, f, FIX_REMOVE_ITEM, entry->name);
	finding_fix_is_unsafe(f);
	if (by != NULL)
		finding_related(ck, f, by->group->enforce_namespaces.pos,
				"group \"%s\" enforces namespace \"%s\" here", by->name,
				entry->name);
}

/* Groups by the family of their lists: that is where PureLB looks when one is asked for. */
struct families {
	const struct pool *v4, *v6; /* the first with the family; NULL: none */
	bool external;              /* nobody knows what an external group hands out */
};

static void namespaces_add_families(struct families *f, const struct pool *pool)
{
	if (f->v4 == NULL && pool->v4.count > 0)
		f->v4 = pool;
	if (f->v6 == NULL && pool->v6.count > 0)
		f->v6 = pool;
	f->external = f->external || pool->type == POOL_TYPE_EXTERNAL;
}

static const char *namespaces_eligible_names(struct checker *ck,
					     const struct namespace_binding *binding)
{
	const char **names = arena_zalloc(ck->arena, binding->eligible.count, sizeof(*names));

	for (uint32_t i = 0; i < binding->eligible.count; i++)
		names[i] = binding->eligible.items[i]->name;
	return name_list(ck->arena, names, binding->eligible.count, GROUPS_SHOWN_MAX);
}

static void namespaces_report_lacking(struct checker *ck, const struct served *ns,
				      const struct pool *example, enum ip_family family)
{
	const struct listing *at = served_first(ns);
	const bool one = ns->binding->eligible.count == 1;
	const char *name = ip_family_name(family);
	struct finding *f =
		report(ck, CHECK_NS004, &at->pool->group->object, at->entry->pos,
		       "namespace \"%s\" may use only the group%s [%s], and %s has "
		       "an %s range: Services there never get an %s address",
		       ns->name, one ? "" : "s", namespaces_eligible_names(ck, ns->binding),
		       one ? "that one never" : "none of them", name, name);

	finding_path(ck, f, "spec.namespaces[%u]", at->index);
	finding_hint(ck, f, "add an %s range to the group \"%s\"", name, at->pool->name);
	finding_related(ck, f, example->group->object.name.pos, "group \"%s\" has %s ranges",
			example->name, name);
}

/* NS004 */
void check_families(struct checker *ck, const struct served *ns, uint32_t count)
{
	struct families all = { 0 };

	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list)
		if (pool->reject == POOL_ACCEPTED)
			namespaces_add_families(&all, pool);
	for (uint32_t i = 0; i < count; i++) {
		const struct namespace_binding *binding = ns[i].binding;
		struct families own = { 0 };

		if (binding == NULL || !binding->enforced)
			continue;
		for (uint32_t j = 0; j < binding->eligible.count; j++)
			namespaces_add_families(&own, binding->eligible.items[j]);
		if (own.external)
			continue;
		if (own.v4 == NULL && all.v4 != NULL)
			namespaces_report_lacking(ck, &ns[i], all.v4, IP_V4);
		if (own.v6 == NULL && all.v6 != NULL)
			namespaces_report_lacking(ck, &ns[i], all.v6, IP_V6);
	}
}

/* The names of the Namespace objects and of those that every cluster has, sorted. */
struct known {
	const char **names;
	uint32_t count;
	uint32_t suggestions; /* how many were looked for */
};

static int namespaces_by_text(const void *a, const void *b)
{
	return str_compare(*(const char *const *)a, *(const char *const *)b);
}

static struct known namespaces_known_namespaces(const struct checker *ck)
{
	static const char *const always[] = { "default", "kube-node-lease", "kube-public",
					      "kube-system" };
	const uint32_t fixed = sizeof(always) / sizeof(always[0]);
	const struct snapshot *snapshot = ck->snapshot;
	struct known k = { 0 };

	k.names = arena_zalloc(ck->arena, snapshot->namespaces.count + fixed + 1,
			       sizeof(*k.names));
	for (uint32_t i = 0; i < snapshot->namespaces.count; i++)
		if (snapshot->namespaces.items[i]->object.name.s != NULL)
			k.names[k.count++] = snapshot->namespaces.items[i]->object.name.s;
	for (uint32_t i = 0; i < fixed; i++)
		k.names[k.count++] = always[i];
	k.names[k.count++] = snapshot->install_namespace;
	qsort(k.names, k.count, sizeof(*k.names), namespaces_by_text);
	return k;
}

static const char *namespaces_suggest(struct known *known, const char *name)
{
	struct nearest nearest = { .word = name };

	if (known->suggestions++ >= SUGGESTIONS_MAX)
		return NULL;
	for (uint32_t i = 0; i < known->count; i++)
		nearest_offer(&nearest, known->names[i]);
	return nearest.best;
}

static void namespaces_report_unknown(struct checker *ck, const struct served *ns,
				      const char *near)
{
	for (uint32_t i = 0; i < ns->count; i++) {
		const struct listing *it = &ns->listings[i];
		struct finding *f =
			report(ck, CHECK_NS005, &it->pool->group->object, it->entry->pos,
			       "group \"%s\" lists namespace \"%s\", which is not "
			       "among the Namespaces of the input",
			       it->pool->name, ns->name);

		finding_path(ck, f, "spec.namespaces[%u]", it->index);
		if (near != NULL) {
			finding_hint(ck, f, "write \"%s\", if that is the one meant", near);
			finding_fix_value(&ck->findings, f, FIX_VALUE, it->name, near);
			finding_fix_is_unsafe(f);
		} else
			finding_hint(ck, f, "correct the name, or create the namespace");
	}
}

static bool namespaces_are_known(const struct known *known, const char *name)
{
	return bsearch(&name, known->names, known->count, sizeof(*known->names),
		       namespaces_by_text) != NULL;
}

/* The input has all Namespaces, or another one that a group lists: those that groups speak of
 * are in it. (I3) */
static bool namespaces_are_managed(const struct checker *ck, const struct served *ns,
				   uint32_t count, const struct known *known)
{
	if (snapshot_is_complete(ck->snapshot, KIND_NAMESPACE))
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (!str_equal(ns[i].name, ck->snapshot->install_namespace) &&
		    !str_has_prefix(ns[i].name, "kube-") && !str_equal(ns[i].name, "default") &&
		    namespaces_are_known(known, ns[i].name))
			return true;
	}
	return false;
}

/* NS005: of partial input only a name that is nearly that of a Namespace is a mistake. */
void check_exist(struct checker *ck, const struct served *ns, uint32_t count)
{
	struct known known = namespaces_known_namespaces(ck);
	const bool managed = namespaces_are_managed(ck, ns, count, &known);

	for (uint32_t i = 0; i < count; i++) {
		const char *near;

		if (namespaces_are_known(&known, ns[i].name))
			continue;
		near = namespaces_suggest(&known, ns[i].name);
		if (managed || near != NULL)
			namespaces_report_unknown(ck, &ns[i], near);
	}
}

static void namespaces_report_redundant(struct checker *ck, const struct pool *pool)
{
	const bool one = pool->group->namespaces.list.count == 1;
	struct finding *f = report(ck, CHECK_NS006, &pool->group->object,
				   pool->group->namespace_default.pos,
				   "namespaceDefault of group \"%s\" has no effect: no other "
				   "group lists %s",
				   pool->name, one ? "its namespace" : "any of its namespaces");

	finding_path(ck, f, "spec.namespaceDefault");
	finding_hint(ck, f, "remove it, or keep it in case a second group is added");
}

/* NS006: a rejected group counts as another one, as the flag matters once it is fixed. */
void check_redundant(struct checker *ck, const struct served *ns, uint32_t count)
{
	const struct pools *pools = &ck->cluster->pools;
	bool *shares = arena_zalloc(ck->arena, pools->list.count + 1, sizeof(*shares));

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < ns[i].count && ns[i].eligible > 1; j++)
			shares[ns[i].listings[j].pool - pools->list.items] = true;
	for (uint32_t i = 0; i < pools->list.count; i++) {
		const struct pool *pool = &pools->list.items[i];

		if (pool->reject == POOL_ACCEPTED && !shares[i] && group_marks_default(pool) &&
		    pool->group->namespaces.list.count > 0)
			namespaces_report_redundant(ck, pool);
	}
}
