/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of Services and the use of pools, for programs. */
#include "reports/allocation/allocate_json.h"

#include "reports/allocation/answers.h"
#include "reports/model/json_yaml.h"

static cJSON *addresses_json(const struct allocation *allocation)
{
	cJSON *list = cJSON_CreateArray();
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
		json_append(list, json_string(ip_format(address->ip, ip)));
	return list;
}

static cJSON *service_json(const struct allocation *allocation, struct arena *scratch)
{
	const struct service *service = allocation->service;
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "namespace", service->object.namespace);
	json_add_text(object, "name", answer_name(service));
	json_add_text_or_null(object, "pool", answer_pools(allocation, scratch));
	json_add_text_or_null(object, "poolType", answer_pool_type(allocation));
	json_add(object, "addresses", addresses_json(allocation));
	json_add_text(object, "state", service_state_name(allocation->state));
	json_add_text_or_null(object, "reason", answer_reason(allocation, scratch));
	if (allocation->inferred)
		json_add_bool(object, "inferred", true);
	return object;
}

/* The family of a range is that of its addresses, whichever list it is written in. */
static cJSON *range_json(const struct range_use *use)
{
	const struct address_pool *entry = use->range->entry;
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "pool", entry->pool.s);
	json_add_text(object, "subnet", entry->subnet.s);
	json_add_text(object, "family", ip_family_name(ip_family(use->range->range.from)));
	json_add_u128(object, "size", use->size);
	json_add_u128(object, "used", use->used);
	json_add_u128(object, "available", use->available);
	return object;
}

static cJSON *pool_json(const struct pool *pool, struct arena *scratch)
{
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "name", pool->name);
	json_add_text(object, "type", pool_type_name(pool->type));
	json_add_bool(object, "accepted", pool->reject == POOL_ACCEPTED);
	json_add_text(object, "reason", pool_reject_text(pool, scratch));
	return object;
}

/* The ranges come in the order of their pools. */
static cJSON *pools_json(const struct allocations *all, const struct pools *pools,
			 struct arena *scratch)
{
	cJSON *list = cJSON_CreateArray();
	uint32_t next = 0;

	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		cJSON *object = pool_json(pool, scratch);
		cJSON *ranges = cJSON_CreateArray();

		for (; next < all->ranges.count && all->ranges.items[next].pool == pool; next++)
			json_append(ranges, range_json(&all->ranges.items[next]));
		json_add(object, "ranges", ranges);
		json_append(list, object);
	}
	return list;
}

cJSON *allocate_json(const struct allocations *all, const struct pools *pools,
		     struct arena *scratch)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *services = cJSON_CreateArray();

	json_add(document, "services", services);
	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		json_append(services, service_json(allocation, scratch));
	json_add(document, "pools", pools_json(all, pools, scratch));
	return document;
}
