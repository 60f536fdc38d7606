/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NS001 and NS003, and who lists which namespace for the checks in namespaces_effects.c.
 *
 * What a binding means is decided in purelb/, for the groups that it accepts. To find out
 * what happens once a rejected group is fixed, its entries are kept beside them here.
 */
#include "validator/namespaces/namespaces.h"

#include <stdlib.h>

#include "base/text.h"

bool group_marks_default(const struct pool *pool)
{
	return pool->group->namespace_default.set && pool->group->namespace_default.v;
}

bool group_enforces(const struct pool *pool)
{
	return pool->group->enforce_namespaces.set && pool->group->enforce_namespaces.v;
}

/* The listing of this group for the namespace, or NULL. */
static const struct listing *served_listing(const struct served *ns, const struct pool *pool)
{
	for (uint32_t i = 0; i < ns->count; i++)
		if (ns->listings[i].pool == pool)
			return &ns->listings[i];
	return NULL;
}

const struct listing *served_first(const struct served *ns)
{
	const struct listing *it = NULL;

	if (ns->binding != NULL && ns->binding->eligible.count > 0)
		it = served_listing(ns, ns->binding->eligible.items[0]);
	return it != NULL ? it : &ns->listings[0];
}

static int namespaces_by_name_and_group(const void *a, const void *b)
{
	const struct listing *x = a, *y = b;
	int order = str_compare(x->name, y->name);

	if (order == 0)
		order = str_compare(x->pool->name, y->pool->name);
	if (order == 0 && x->pool != y->pool)
		return x->pool < y->pool ? -1 : 1;
	if (order == 0)
		return x->index < y->index ? -1 : 1;
	return order;
}

/* NS003 */
static void namespaces_report_twice(struct checker *ck, const struct listing *it,
				    const struct listing *first)
{
	struct finding *f =
		report(ck, CHECK_NS003, &it->pool->group->object, it->entry->pos,
		       "group \"%s\" lists namespace \"%s\" twice: the second entry "
		       "has no effect",
		       it->pool->name, it->name);

	finding_path(ck, f, "spec.namespaces[%u]", it->index);
	finding_hint(ck, f, "remove it, or write the namespace that was meant");
	finding_fix_remove(&ck->findings, f, FIX_REMOVE_ITEM, it->name);
	finding_related(ck, f, first->entry->pos, "\"%s\" is already listed here", it->name);
}

/* Sorts the listings and takes repeated entries out. */
static void namespaces_settle(struct checker *ck, struct listings *all)
{
	uint32_t kept = 0;

	if (all->list.count == 0)
		return;
	qsort(all->list.items, all->list.count, sizeof(struct listing),
	      namespaces_by_name_and_group);
	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct listing *it = &all->list.items[i];
		const struct listing *last = kept > 0 ? &all->list.items[kept - 1] : NULL;

		if (last != NULL && last->pool == it->pool && str_equal(last->name, it->name))
			namespaces_report_twice(ck, it, last);
		else
			all->list.items[kept++] = *it;
	}
	all->list.count = kept;
}

static void namespaces_collect(struct checker *ck, struct listings *all)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		const struct str_list *names = &pool->group->namespaces;

		if (!pool->in_scope)
			continue;
		for (uint32_t i = 0; i < names->list.count; i++) {
			const struct listing it = {
				.name = names->list.items[i].s,
				.pool = pool,
				.entry = &names->list.items[i],
				.index = i,
			};

			if (it.name != NULL)
				ARRAY_ADD(ck->arena, &all->list, it);
		}
	}
	namespaces_settle(ck, all);
}

static bool namespaces_is_bound(const struct namespace_binding *binding,
				const struct pool *pool)
{
	for (uint32_t i = 0; binding != NULL && i < binding->eligible.count; i++)
		if (binding->eligible.items[i] == pool)
			return true;
	return false;
}

/* Reads the next namespace from the listings at *i and moves *i past it. */
static struct served namespaces_next_served(const struct checker *ck,
					    const struct listings *all, uint32_t *i)
{
	struct served ns = { .name = all->list.items[*i].name,
			     .listings = &all->list.items[*i] };

	ns.binding = pools_namespace(&ck->cluster->pools, ns.name);
	if (ns.binding != NULL) {
		ns.eligible = ns.binding->eligible.count;
		ns.marked = ns.binding->marked.count;
	}
	for (; *i < all->list.count && str_equal(all->list.items[*i].name, ns.name); (*i)++) {
		const struct pool *pool = all->list.items[*i].pool;

		ns.count++;
		/* A rejected group can be bound as well: when another has its name. (P3.6) */
		if (pool->reject == POOL_ACCEPTED || namespaces_is_bound(ns.binding, pool))
			continue;
		ns.eligible++;
		ns.marked += group_marks_default(pool);
	}
	return ns;
}

/* "a, b, c": the groups that list the namespace. */
static const char *namespaces_group_names(struct checker *ck, const struct served *ns)
{
	struct text t = { 0 };
	const char *last = NULL;
	const char *copy;
	uint32_t shown = 0;

	for (uint32_t i = 0; i < ns->count && shown < GROUPS_SHOWN_MAX; i++) {
		const char *name = ns->listings[i].pool->name;

		if (str_equal(name, last))
			continue;
		text_printf(&t, "%s%s", shown > 0 ? ", " : "", name);
		last = name;
		shown++;
	}
	if (ns->eligible > shown)
		text_add(&t, ", ...");
	copy = arena_strdup(ck->arena, text_str(&t));
	text_release(&t);
	return copy;
}

/* The first rejected group that lists the namespace, or NULL. */
static const struct pool *namespaces_rejected_group(const struct served *ns)
{
	for (uint32_t i = 0; i < ns->count; i++) {
		const struct pool *pool = ns->listings[i].pool;

		if (pool->reject != POOL_ACCEPTED && !namespaces_is_bound(ns->binding, pool))
			return pool;
	}
	return NULL;
}

/* What a Service that names no group gets where the namespace has no default. (P3.9) */
static const char *namespaces_outcome(const struct checker *ck, const struct served *ns)
{
	const struct pool *fallback = pools_find(&ck->cluster->pools, "default");

	if (ns->binding->enforced)
		return "until then, Services there that name no group are denied an address";
	if (fallback == NULL)
		return "until then, Services there that name no group get no address, as there "
		       "is no group \"default\" either";
	if (fallback->confined && served_listing(ns, fallback) == NULL)
		return "until then, Services there that name no group get no address, as the "
		       "group \"default\" is confined to other namespaces";
	return "until then, Services there that name no group fall back to the group "
	       "\"default\"";
}

/* The end of NS001's sentence. */
static const char *namespaces_consequence(struct checker *ck, const struct served *ns)
{
	const struct pool *rejected = namespaces_rejected_group(ns);

	if (ns->binding == NULL)
		return "PureLB currently rejects all of them; this is the next problem once "
		       "that is fixed";
	if (ns->binding->default_pool == NULL || rejected == NULL)
		return namespaces_outcome(ck, ns);
	return arena_printf(ck->arena,
			    "\"%s\" is its default only as long as PureLB rejects \"%s\"",
			    ns->binding->default_pool->name, rejected->name);
}

static void namespaces_relate_groups(struct checker *ck, struct finding *f,
				     const struct served *ns, const struct listing *at)
{
	for (uint32_t i = 0; i < ns->count; i++) {
		const struct listing *it = &ns->listings[i];
		const bool accepted = it->pool->reject == POOL_ACCEPTED;

		if (it != at)
			finding_related(ck, f, it->entry->pos, "group \"%s\"%s lists it here",
					it->pool->name,
					accepted ? "" : ", which PureLB rejects,");
	}
	for (uint32_t i = 0; i < ns->count && ns->marked > 1; i++) {
		const struct pool *pool = ns->listings[i].pool;

		if (group_marks_default(pool))
			finding_related(ck, f, pool->group->namespace_default.pos,
					"group \"%s\" sets namespaceDefault here", pool->name);
	}
}

/* NS001: as strict as PureLB's own plugin, which counts rejected groups like any other. */
static void namespaces_check_default(struct checker *ck, const struct served *ns)
{
	const bool ambiguous_now = ns->binding != NULL && ns->binding->eligible.count > 1 &&
				   ns->binding->default_pool == NULL;
	const bool ambiguous_fixed = ns->eligible > 1 && ns->marked != 1;
	const struct listing *at = served_first(ns);
	const char *what = "only a group that PureLB rejects sets namespaceDefault";
	struct finding *f;

	if (!ambiguous_now && !ambiguous_fixed)
		return;
	if (ns->marked == 0)
		what = "none sets namespaceDefault";
	else if (ns->marked == ns->eligible)
		what = "all of them set namespaceDefault";
	else if (ns->marked > 1)
		what = arena_printf(ck->arena, "%u of them set namespaceDefault", ns->marked);
	f = report(ck, CHECK_NS001, &at->pool->group->object, at->entry->pos,
		   "namespace \"%s\" is served by [%s] and %s; exactly one must: %s", ns->name,
		   namespaces_group_names(ck, ns), what, namespaces_consequence(ck, ns));
	finding_path(ck, f, "spec.namespaces[%u]", at->index);
	if (ns->marked == 1)
		finding_hint(ck, f, "fix the rejected group, or move the flag to another one");
	else
		finding_hint(ck, f, "set `namespaceDefault: true` in exactly one of them");
	namespaces_relate_groups(ck, f, ns, at);
}

/* NS007 (I8.2) */
void namespaces_check_install(struct checker *ck)
{
	const struct snapshot *snapshot = ck->snapshot;
	const struct object *first = snapshot->namespace_object;
	struct finding *f;

	if (snapshot->namespace_origin != NAMESPACE_GROUPS || first == NULL)
		return;
	f = report(ck, CHECK_NS007, first, first->namespace_given.pos,
		   snapshot->groups.count == 1
			   ? "PureLB is assumed to be installed in namespace \"%s\", where "
			     "the ServiceGroup is"
			   : "PureLB is assumed to be installed in namespace \"%s\", where "
			     "all ServiceGroups are",
		   snapshot->install_namespace);
	finding_path(ck, f, "metadata.namespace");
	finding_hint(ck, f, "confirm it with -n %s, or name another namespace",
		     snapshot->install_namespace);
}

void namespaces_check(struct checker *ck)
{
	struct listings all = { 0 };
	ARRAY_OF(struct served) served = { 0 };
	uint32_t i = 0;

	namespaces_collect(ck, &all);
	while (i < all.list.count)
		ARRAY_ADD(ck->arena, &served, namespaces_next_served(ck, &all, &i));
	ARRAY_FOREACH (const struct served, ns, &served)
		namespaces_check_default(ck, ns);
	check_default_confined(ck, &all);
	check_families(ck, served.items, served.count);
	check_exist(ck, served.items, served.count);
	check_redundant(ck, served.items, served.count);
}
