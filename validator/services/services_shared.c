/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SV021: Services that share a remote address, of which one has externalTrafficPolicy Local. A
 * node has the address as soon as one of them asks for it there (P6.7, P6.9), so it attracts
 * traffic for a Service that has no endpoint on it.
 */
#include "validator/services/services.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/election/endpoints.h"
#include "validator/consequences.h"

enum { TOLD_BY_MAX = 8 };

/* A Service that is harmed, and one that harms it. */
struct harmed {
	const struct service *service, *other;
};

/* How many Services share an address, and how many of them are harmed. */
struct sharing {
	uint32_t services, harmed;
};

/* A Service and a remote address of it. */
struct shared_address {
	struct ip ip;
	const struct allocation *allocation;
	const bool *healthy; /* by node: it has an endpoint there; NULL: not known */
};

struct shared_addresses {
	ARRAY_OF(struct shared_address) list;
};

static int services_compare_shared(const void *left, const void *right)
{
	const struct shared_address *a = left;
	const struct shared_address *b = right;
	const int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order
			  : (a->allocation > b->allocation) - (a->allocation < b->allocation);
}

static bool services_is_local(const struct service *service)
{
	return service != NULL && str_equal(service->external_traffic_policy.s, "Local");
}

/* Every node that has the address for the sake of `other` has an endpoint of `own`. */
static bool services_nodes_suffice(const struct checker *ck, const struct shared_address *own,
				   const struct shared_address *other)
{
	if (own->healthy == NULL || !services_is_local(other->allocation->service))
		return false;
	for (uint32_t i = 0; i < ck->cluster->nodes.count; i++) {
		if (other->healthy[i] && !own->healthy[i])
			return false;
	}
	return true;
}

/* Of one of the Services that are harmed, with what harms it. Those before it tell of the same
 * fault, unless they are silenced. */
static void services_report_shared(struct checker *ck, const struct harmed *harmed,
				   uint32_t index, struct ip ip, const struct sharing *sharing)
{
	const struct service *service = harmed[index].service;
	const struct service *other = harmed[index].other;
	const uint32_t more = sharing->services - 2;
	char text[IP_TEXT_MAX];
	const char *with = arena_printf(ck->scratch, more > 0 ? "\"%s\" and %u more" : "\"%s\"",
					service_title(ck, other), (unsigned)more);
	struct finding *f = report(
		ck, CHECK_SV021, &service->object, service->external_traffic_policy.pos,
		"the Service shares %s with %s: nodes announce the address for %s of them, so "
		"traffic for this one is dropped on nodes where it has no endpoint",
		ip_format(ip, text), with, more > 0 ? "any" : "either");

	f->place.path = "spec.externalTrafficPolicy";
	f->address = arena_strdup(ck->arena, text);
	finding_hint(ck, f,
		     sharing->harmed == 1
			     ? "write externalTrafficPolicy: Cluster, or give each Service "
			       "its own address"
			     : "write externalTrafficPolicy: Cluster in each of them, or give "
			       "each Service its own address");
	finding_related(ck, f, other->object.name.pos, "Service \"%s\" is here",
			service_title(ck, other));
	for (uint32_t i = 1; i <= index && i <= TOLD_BY_MAX; i++)
		finding_follows(ck, f, &harmed[index - i].service->object,
				"spec.externalTrafficPolicy");
}

static void services_find_endpoints(struct checker *ck, const struct slice_index *index,
				    struct shared_address *sharer)
{
	struct slice_list slices = { 0 };

	endpoints_of(index, sharer->allocation->service, ck->scratch, &slices);
	sharer->healthy = endpoints_healthy_nodes(ck->cluster, &slices, ck->scratch);
}

/* The first Service of the address whose nodes take traffic for one that has no endpoint
 * there; NULL: none. */
static const struct service *services_harmful_partner(const struct checker *ck,
						      const struct shared_address *sharers,
						      uint32_t count, uint32_t own)
{
	enum { PARTNERS_MAX = 64 };

	if (!services_is_local(sharers[own].allocation->service))
		return NULL;
	for (uint32_t i = 0; i < count && i < PARTNERS_MAX; i++)
		if (i != own && !services_nodes_suffice(ck, &sharers[own], &sharers[i]))
			return sharers[i].allocation->service;
	return NULL;
}

/* The Services of one address. */
static void services_check_sharers(struct checker *ck, const struct slice_index *index,
				   struct shared_address *sharers, uint32_t count)
{
	struct harmed *harmed = arena_alloc(ck->scratch, (size_t)count * sizeof(*harmed));
	struct sharing sharing = { .services = count };

	if (capture_knows_endpoints(ck->snapshot))
		for (uint32_t i = 0; i < count; i++)
			services_find_endpoints(ck, index, &sharers[i]);
	for (uint32_t i = 0; i < count; i++) {
		const struct service *other = services_harmful_partner(ck, sharers, count, i);

		if (other == NULL)
			continue;
		harmed[sharing.harmed++] =
			(struct harmed){ sharers[i].allocation->service, other };
	}
	for (uint32_t i = 0; i < sharing.harmed; i++)
		services_report_shared(ck, harmed, i, sharers[0].ip, &sharing);
}

void services_check_shared(struct checker *ck)
{
	struct shared_addresses all = { 0 };
	struct slice_index index;
	uint32_t begin = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list) {
		if (!service_is_ours(allocation) || allocation->sharing_key == NULL)
			continue;
		ARRAY_FOREACH (const struct allocated_address, address,
			       &allocation->addresses) {
			const struct shared_address shared = { .ip = address->ip,
							       .allocation = allocation };

			if (address->pool != NULL && address->pool->type == POOL_TYPE_REMOTE)
				ARRAY_ADD(ck->scratch, &all.list, shared);
		}
	}
	if (all.list.count < 2)
		return;
	endpoints_index(&index, ck->cluster, ck->scratch);
	qsort(all.list.items, all.list.count, sizeof(*all.list.items), services_compare_shared);
	for (uint32_t i = 1; i <= all.list.count; i++) {
		if (i < all.list.count &&
		    ip_compare(all.list.items[i].ip, all.list.items[begin].ip) == 0)
			continue;
		if (i - begin > 1)
			services_check_sharers(ck, &index, &all.list.items[begin], i - begin);
		begin = i;
	}
}
