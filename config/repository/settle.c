/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from all inputs together. (I2.2, I8)
 *
 * The install namespace comes from the caller, a Capture, PureLB's own workloads, or from
 * ServiceGroups that are all in one place; in this order. A release of the chart says it by the
 * workloads that it makes, which come after those that are in the input themselves. Of two
 * objects with one identity the later one counts, as when both are applied. That holds for what
 * is judged for its own sake; Captures are the exception: several may have one name, and each
 * says what it has read.
 */
#include "config/repository/settle.h"

#include <stdlib.h>

#include "base/text.h"
#include "config/objects/workloads.h"

static bool settle_is_empty(const char *text)
{
	return text == NULL || text[0] == '\0';
}

/* ---- the install namespace ---- */

static void settle_namespace_is(struct snapshot *snapshot, const char *namespace,
				enum namespace_origin origin, const struct object *object)
{
	if (origin <= snapshot->namespace_origin)
		return;
	snapshot->install_namespace = namespace;
	snapshot->namespace_origin = origin;
	snapshot->namespace_object = object;
}

enum { SETTLE_LOOKUPS_MAX = 1000 }; /* of namespaces among those of all ServiceGroups */

/* True when a ServiceGroup says that it is in this namespace. */
static bool settle_has_groups(const struct snapshot *snapshot, const char *namespace,
			      uint32_t *lookups)
{
	if (++*lookups > SETTLE_LOOKUPS_MAX)
		return false;
	ARRAY_FOREACH (struct service_group *const, group, &snapshot->groups)
		if (str_equal((*group)->object.namespace_given.s, namespace))
			return true;
	return false;
}

/* Of workloads in several namespaces, such as while PureLB moves, those count whose namespace
 * has ServiceGroups. */
static void settle_namespace_by_workloads(struct snapshot *snapshot, bool with_groups)
{
	uint32_t lookups = 0;

	ARRAY_FOREACH (struct workload *, daemon_set, &snapshot->daemon_sets) {
		const struct container *agent = workload_agent(*daemon_set);
		const char *namespace =
			agent != NULL ? workload_install_namespace(*daemon_set, agent) : NULL;

		if (namespace != NULL &&
		    (!with_groups || settle_has_groups(snapshot, namespace, &lookups)))
			settle_namespace_is(snapshot, namespace, NAMESPACE_WORKLOAD,
					    &(*daemon_set)->object);
	}
	ARRAY_FOREACH (struct workload *, deployment, &snapshot->deployments) {
		const struct container *allocator = workload_allocator(*deployment);
		const char *namespace =
			allocator != NULL ? workload_install_namespace(*deployment, allocator)
					  : NULL;

		if (namespace != NULL &&
		    (!with_groups || settle_has_groups(snapshot, namespace, &lookups)))
			settle_namespace_is(snapshot, namespace, NAMESPACE_WORKLOAD,
					    &(*deployment)->object);
	}
}

/* True when the object says itself that it is in this namespace. */
static bool settle_is_in(const struct object *object, const char *namespace)
{
	return str_equal(object->namespace_given.s, namespace);
}

/*
 * I8.2: all ServiceGroups are in one other namespace, and nothing of PureLB is in the usual
 * one. Who has an LBNodeAgent there has put a ServiceGroup into the wrong place.
 */
static void settle_namespace_by_groups(struct snapshot *snapshot)
{
	const struct object *first = NULL;

	/* Those of values that nobody is seen to install go wherever the others are. */
	for (uint32_t i = snapshot->groups.count; i > 0; i--)
		if (!snapshot->groups.items[i - 1]->object.namespace_implied)
			first = &snapshot->groups.items[i - 1]->object;
	if (first == NULL || settle_is_empty(first->namespace_given.s) ||
	    !object_namespace_is_valid(first) ||
	    settle_is_in(first, snapshot->install_namespace))
		return;
	ARRAY_FOREACH (struct object *, object, &snapshot->objects) {
		const bool is_group = (*object)->kind == KIND_SERVICE_GROUP;

		if (!kind_table[(*object)->kind].in_install_namespace ||
		    (is_group && (*object)->namespace_implied))
			continue;
		if (is_group ? !settle_is_in(*object, first->namespace_given.s)
			     : settle_is_in(*object, snapshot->install_namespace))
			return;
	}
	settle_namespace_is(snapshot, first->namespace_given.s, NAMESPACE_GROUPS, first);
}

/* What names no namespace is in the one that its kind is taken to be in. (C3) */
static void settle_default_namespace(struct object *object, const char *install_namespace)
{
	if (kind_table[object->kind].in_install_namespace &&
	    settle_is_empty(object->namespace_given.s))
		object->namespace = install_namespace;
}

static void settle_default_namespaces(struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct object *, object, &snapshot->objects)
		settle_default_namespace(*object, snapshot->install_namespace);
	ARRAY_FOREACH (struct object *, object, &snapshot->partials)
		settle_default_namespace(*object, snapshot->install_namespace);
}

static void settle_namespace(struct snapshot *snapshot)
{
	settle_namespace_by_workloads(snapshot, true);
	settle_namespace_by_workloads(snapshot, false);
	if (snapshot->namespace_origin == NAMESPACE_DEFAULT)
		settle_namespace_by_groups(snapshot);
	settle_default_namespaces(snapshot);
}

/* ---- objects with one identity ---- */

static int settle_compare_identity(const struct object *a, const struct object *b)
{
	int order;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	order = str_compare(a->namespace, b->namespace);
	if (order == 0)
		order = str_compare(a->name.s, b->name.s);
	return order;
}

static int settle_compare_objects(const void *pa, const void *pb)
{
	const struct object *a = *(const struct object *const *)pa;
	const struct object *b = *(const struct object *const *)pb;
	const int order = settle_compare_identity(a, b);

	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

/* Takes the replaced ones out of the list of a kind. All of them begin with a struct object. */
#define SETTLE_KEEP(list_)                                                                     \
	do {                                                                                   \
		uint32_t kept_ = 0;                                                            \
		for (uint32_t i_ = 0; i_ < (list_).count; i_++)                                \
			if ((list_).items[i_]->object.replaced_by == NULL)                     \
				(list_).items[kept_++] = (list_).items[i_];                    \
		(list_).count = kept_;                                                         \
	} while (0)

static void settle_drop_replaced(struct snapshot *s)
{
	SETTLE_KEEP(s->groups);
	SETTLE_KEEP(s->agents);
	SETTLE_KEEP(s->bgp_configurations);
	SETTLE_KEEP(s->services);
	SETTLE_KEEP(s->inventories);
	SETTLE_KEEP(s->scenarios);
}

void settle_twins(struct snapshot *snapshot)
{
	ARRAY_OF(struct object *) named = { 0 };
	struct arena scratch;

	snapshot->twins.count = 0;
	arena_init(&scratch);
	ARRAY_FOREACH (struct object *, object, &snapshot->objects) {
		(*object)->replaced_by = NULL;
		if (object_is_judged(*object) && (*object)->kind != KIND_CAPTURE &&
		    !(*object)->name_unknown && !settle_is_empty((*object)->name.s))
			ARRAY_ADD(&scratch, &named, *object);
	}
	if (named.count > 1)
		qsort(named.items, named.count, sizeof(*named.items), settle_compare_objects);
	for (uint32_t i = 1, first = 0; i < named.count; i++) {
		const struct twins twins = { named.items[first], named.items[i] };

		if (settle_compare_identity(named.items[i - 1], named.items[i]) != 0) {
			first = i;
			continue;
		}
		named.items[i - 1]->replaced_by = named.items[i];
		ARRAY_ADD(&snapshot->arena, &snapshot->twins, twins);
	}
	arena_release(&scratch);
	if (snapshot->twins.count > 0)
		settle_drop_replaced(snapshot);
}

void settle_snapshot(struct snapshot *snapshot)
{
	settle_namespace(snapshot);
	settle_twins(snapshot);
}

void settle_restore_lists(struct snapshot *s, const struct snapshot *before)
{
	s->groups.count = before->groups.count;
	s->agents.count = before->agents.count;
	s->bgp_configurations.count = before->bgp_configurations.count;
	s->nodes.count = before->nodes.count;
	s->leases.count = before->leases.count;
	s->services.count = before->services.count;
	s->endpoint_slices.count = before->endpoint_slices.count;
	s->namespaces.count = before->namespaces.count;
	s->daemon_sets.count = before->daemon_sets.count;
	s->deployments.count = before->deployments.count;
	s->crds.count = before->crds.count;
	s->secrets.count = before->secrets.count;
	s->pods.count = before->pods.count;
	s->events.count = before->events.count;
	s->bgp_node_statuses.count = before->bgp_node_statuses.count;
	s->config_maps.count = before->config_maps.count;
	s->kube_proxies.count = before->kube_proxies.count;
	s->metallb_pools.count = before->metallb_pools.count;
	s->cilium_pools.count = before->cilium_pools.count;
	s->machines.count = before->machines.count;
	s->inventories.count = before->inventories.count;
	s->scenarios.count = before->scenarios.count;
	s->captures.count = before->captures.count;
	s->objects.count = before->objects.count;
	s->old_objects.count = before->old_objects.count;
	s->partials.count = before->partials.count;
}
