/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SV, SG024, SG028 and OK005: what Services ask for, against what they get. Who gets what, who
 * announces it and why not is worked out by purelb/; here it is told.
 */
#include "validator/services/services.h"

#include "base/text.h"

bool service_is_ours(const struct allocation *allocation)
{
	return allocation->state != SERVICE_IGNORED;
}

const char *service_title(struct checker *ck, const struct service *service)
{
	const char *name = service->object.name.s;

	return arena_printf(ck->arena, "%s/%s", service->object.namespace,
			    name != NULL ? name : "");
}

const struct str_value *service_value(const struct service *service, const char *key)
{
	const struct str_value *value = label_map_get(&service->object.annotations, key);

	return value != NULL && value->s != NULL ? value : NULL;
}

struct finding *service_report_value(struct checker *ck, enum check_code code,
				     const struct service *service, const char *key,
				     const char *message)
{
	struct finding *f = report(ck, code, &service->object, service_value(service, key)->pos,
				   "%s", message);

	finding_path(ck, f, ANNOTATION_PATH, key);
	return f;
}

const struct ingress *service_ingress(const struct service *service, struct ip ip,
				      uint32_t *index)
{
	const struct ingresses *all = &service->ingress;

	for (uint32_t i = 0; i < all->list.count && i < ENTRIES_LOOKED_AT; i++) {
		const struct ingress *ingress = &all->list.items[i];
		struct ip here;

		*index = i;
		if (ingress->ip.s != NULL && ip_parse(ingress->ip.s, &here) &&
		    ip_compare(here, ip) == 0)
			return ingress;
	}
	return NULL;
}

/* OK005 */
static void report_all_served(struct checker *ck)
{
	uint32_t served = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list) {
		if (allocation->state == SERVICE_PENDING)
			return;
		served += service_is_ours(allocation);
	}
	if (served > 0)
		report(ck, CHECK_OK005, NULL, (struct pos){ 0 },
		       served == 1 ? "the one Service that asks PureLB for an address gets it"
				   : "each of %u Services gets the addresses that it asks for",
		       served);
}

void check_services(struct checker *ck)
{
	static void (*const each[])(struct checker * ck,
				    const struct allocation *allocation) = {
		services_check_reason,      services_check_class,    services_check_policy,
		services_check_annotations, services_check_affinity, services_check_requests,
		services_check_held,
	};

	if (ck->allocations == NULL)
		return;
	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list) {
		for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
			each[i](ck, allocation);
	}
	services_check_conflicts(ck);
	services_check_vips(ck);
	services_check_use(ck);
	services_check_routes(ck);
	report_all_served(ck);
}
