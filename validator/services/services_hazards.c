/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SV018: Services with one address of each range that lack one where others hold some: the
 * allocator may give them an address twice (P3.11.9a). Said once for each Service.
 */
#include "validator/services/services.h"

#include "base/text.h"

static void services_report_hazard(struct checker *ck, const struct allocation_hazard *hazard)
{
	const struct service *service = hazard->service->service;
	const char *more = "";
	char text[IP_TEXT_MAX];
	struct finding *f;

	if (hazard->ranges > 1)
		more = arena_printf(ck->arena, " and %u other%s", hazard->ranges - 1,
				    hazard->ranges > 2 ? "s" : "");
	f = report(ck, CHECK_SV018, &service->object, service->object.name.pos,
		   "Service \"%s\" has no address in range %s%s of ServiceGroup \"%s\", where "
		   "Service \"%s\" holds %s: after the next change of a ServiceGroup or "
		   "restart of the allocator, PureLB may allocate an address there twice",
		   service_title(ck, service), hazard->range->entry->pool.s, more,
		   hazard->pool->name, service_title(ck, hazard->holder->service),
		   ip_format(hazard->ip, text));
	f->place.path = "metadata.name";
	finding_hint(ck, f,
		     "delete and recreate the Service, so that it gets all of its addresses at "
		     "once, or set the annotation " KEY_MULTI ": \"false\" on it");
	finding_related(ck, f, hazard->range->entry->pool.pos, "the range is here");
	finding_related(ck, f, hazard->holder->service->object.name.pos,
			"Service \"%s\" is here", service_title(ck, hazard->holder->service));
}

void services_check_hazards(struct checker *ck)
{
	ARRAY_FOREACH (const struct allocation_hazard, hazard, &ck->allocations->hazards)
		services_report_hazard(ck, hazard);
}
