/* SPDX-License-Identifier: Apache-2.0 */
/* The reference allocator's choice of a pool for a Service (P3.9). */
#include "tests/unit/allocation_reference.h"

#include "base/text.h"

const char *reference_annotation(const struct service *service, const char *key)
{
	return label_map_text(&service->object.annotations, key);
}

static bool lists(const struct service_group *group, const char *namespace)
{
	ARRAY_FOREACH (const struct str_value, name, &group->namespaces.list) {
		if (str_equal(name->s, namespace))
			return true;
	}
	return false;
}

static bool is_enforced(const struct reference *r, const char *namespace)
{
	ARRAY_FOREACH (const struct pool *, pool, &r->cluster->pools.by_name) {
		if (lists((*pool)->group, namespace) && (*pool)->group->enforce_namespaces.v)
			return true;
	}
	return false;
}

const struct pool *reference_gate(const struct reference *r, const struct pool *pool,
				  const char *namespace)
{
	const struct service_group *group;
	bool confined = false;

	if (pool == NULL)
		return NULL;
	group = pool->group;
	ARRAY_FOREACH (const struct str_value, name, &group->namespaces.list)
		confined |= is_enforced(r, name->s);
	if (confined && !lists(group, namespace))
		return NULL;
	if (is_enforced(r, namespace) && !lists(group, namespace))
		return NULL;
	return pool;
}

const struct pool *reference_choose(const struct reference *r, const struct service *service)
{
	const char *namespace = service->object.namespace;
	const char *name = reference_annotation(service, "purelb.io/service-group");
	const struct pool *eligible = NULL, *marked = NULL;
	unsigned eligible_count = 0, marked_count = 0;

	ARRAY_FOREACH (const struct pool *, pool, &r->cluster->pools.by_name) {
		if (!lists((*pool)->group, namespace))
			continue;
		eligible = *pool;
		eligible_count++;
		if ((*pool)->group->namespace_default.v) {
			marked = *pool;
			marked_count++;
		}
	}
	if (name != NULL)
		return reference_gate(r, pools_find(&r->cluster->pools, name), namespace);
	if (eligible_count == 1)
		return reference_gate(r, eligible, namespace);
	if (marked_count == 1)
		return reference_gate(r, marked, namespace);
	if (eligible_count > 0 && is_enforced(r, namespace))
		return NULL;
	return reference_gate(r, pools_find(&r->cluster->pools, "default"), namespace);
}

bool reference_is_multi(const struct service *service, const struct pool *pool)
{
	const char *text = reference_annotation(service, "purelb.io/multi-pool");

	return text != NULL ? str_equal(text, "true")
			    : pool != NULL && pool->spec->multi_pool.v;
}
