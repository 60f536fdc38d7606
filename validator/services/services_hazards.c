/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SV018: Services with one address of each range that lack one where others hold some: the
 * allocator may give them an address twice (P3.11.9a). Said once for each range.
 */
#include "validator/services/services.h"

#include <stdlib.h>

enum { HAZARD_NAMES_MAX = 4 };

static int services_compare_hazards(const void *left, const void *right)
{
	const struct allocation_hazard *a = left;
	const struct allocation_hazard *b = right;

	if (a->range != b->range)
		return a->range < b->range ? -1 : 1;
	return (a->service > b->service) - (a->service < b->service);
}

/* Hazards of one range: the Services that lack an address of it. */
static void services_report_hazards(struct checker *ck, const struct allocation_hazard *all,
				    uint32_t count)
{
	const struct service *first = all->service->service;
	const char **names = arena_alloc(ck->arena, count * sizeof(*names));
	char text[IP_TEXT_MAX];
	struct finding *f;

	for (uint32_t i = 0; i < count; i++)
		names[i] = service_title(ck, all[i].service->service);
	f = report(ck, CHECK_SV018, &first->object, first->object.name.pos,
		   "%s %s no address in range %s of ServiceGroup \"%s\", where Service \"%s\" "
		   "holds %s: after the next change of a ServiceGroup or restart of the "
		   "allocator, PureLB may allocate an address there twice",
		   name_list(ck->arena, names, count, HAZARD_NAMES_MAX),
		   count == 1 ? "has" : "have", all->range->entry->pool.s, all->pool->name,
		   service_title(ck, all->holder->service), ip_format(all->ip, text));
	f->place.path = "metadata.name";
	finding_hint(ck, f,
		     "delete and recreate %s, so that it gets all of its addresses at once, or "
		     "set the annotation " KEY_MULTI ": \"false\" on it",
		     count == 1 ? "the Service" : "each of these Services");
	finding_related(ck, f, all->range->entry->pool.pos, "the range is here");
	finding_related(ck, f, all->holder->service->object.name.pos, "Service \"%s\" is here",
			service_title(ck, all->holder->service));
}

void services_check_hazards(struct checker *ck)
{
	const uint32_t count = ck->allocations->hazards.count;
	struct allocation_hazard *sorted;
	uint32_t begin = 0;

	if (count == 0)
		return;
	sorted = arena_alloc(ck->arena, count * sizeof(*sorted));
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = ck->allocations->hazards.items[i];
	qsort(sorted, count, sizeof(*sorted), services_compare_hazards);
	for (uint32_t i = 1; i <= count; i++) {
		if (i < count && sorted[i].range == sorted[begin].range)
			continue;
		services_report_hazards(ck, &sorted[begin], i - begin);
		begin = i;
	}
}
