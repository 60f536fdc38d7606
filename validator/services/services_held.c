/* SPDX-License-Identifier: Apache-2.0 */
/* SV014 and SV015: what Services hold, against pools and against each other. */
#include "validator/services/services.h"

#include <string.h>

#include "base/text.h"

/* ---- SV014 ---- */

/* One of the names in allocated-from, which are joined by ", ". */
static bool names_pool(const char *from, const char *name)
{
	const size_t len = strlen(name);

	while (true) {
		const size_t piece = strcspn(from, ",");
		size_t trimmed = piece;

		while (trimmed > 0 && from[trimmed - 1] == ' ')
			trimmed--;
		if (trimmed == len && strncmp(from, name, len) == 0)
			return true;
		if (from[piece] == '\0')
			return false;
		from += piece + 1 + strspn(from + piece + 1, " ");
	}
}

/* Some accepted group that allocated-from names has the address, or may have: what external
 * groups have is not in the input. */
static bool from_is_right(const struct checker *ck, const char *from, struct ip ip)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (pool->reject != POOL_ACCEPTED || !names_pool(from, pool->name))
			continue;
		if (pool->type == POOL_TYPE_EXTERNAL || pool_has(pool, ip))
			return true;
	}
	return false;
}

static bool any_external(const struct checker *ck)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (pool->type == POOL_TYPE_EXTERNAL && pool->reject == POOL_ACCEPTED)
			return true;
	}
	return false;
}

/* The group that has the address but that PureLB does not accept, or NULL. */
static const struct pool *rejected_home(const struct checker *ck, struct ip ip)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (pool->reject != POOL_ACCEPTED && pool_has(pool, ip))
			return pool;
	}
	return NULL;
}

static struct finding *report_held(struct checker *ck, const struct service *service,
				   struct ip ip, const char *message)
{
	uint32_t index = 0;
	const struct ingress *ingress = service_ingress(service, ip, &index);
	struct finding *f = report(ck, CHECK_SV014, &service->object,
				   ingress != NULL ? ingress->ip.pos : service->object.name.pos,
				   "%s", message);

	f->diag.path = "metadata.name";
	if (ingress != NULL)
		finding_path(ck, f, "status.loadBalancer.ingress[%u].ip", index);
	return f;
}

static void report_homeless(struct checker *ck, const struct allocation *allocation,
			    struct ip ip)
{
	const struct pool *rejected = rejected_home(ck, ip);
	char text[IP_TEXT_MAX];
	struct finding *f;

	ip_format(ip, text);
	if (rejected == NULL) {
		f = report_held(
			ck, allocation->service, ip,
			arena_printf(ck->arena,
				     "the Service holds %s, which is in no ServiceGroup: "
				     "it keeps it, and nothing protects the address any "
				     "more",
				     text));
		finding_hint(ck, f,
			     "add the address to a ServiceGroup, or delete and create the "
			     "Service to get another");
		return;
	}
	f = report_held(ck, allocation->service, ip,
			arena_printf(ck->arena,
				     "the Service holds %s, which is in no ServiceGroup that "
				     "PureLB accepts: \"%s\" is rejected",
				     text, rejected->name));
	finding_hint(ck, f, "mend ServiceGroup \"%s\"", rejected->name);
	finding_related(ck, f, rejected->group->object.name.pos, "ServiceGroup \"%s\" is here",
			rejected->name);
}

static void report_elsewhere(struct checker *ck, const struct allocation *allocation,
			     const struct allocated_address *address,
			     const struct str_value *from)
{
	char text[IP_TEXT_MAX];
	struct finding *f = report_held(
		ck, allocation->service, address->ip,
		arena_printf(ck->arena,
			     "the Service holds %s, which is in ServiceGroup \"%s\", "
			     "but " KEY_FROM " says \"%s\"",
			     ip_format(address->ip, text), address->pool->name, from->s));

	finding_hint(ck, f,
		     "move the address back to \"%s\", or delete and create the Service to get "
		     "one of it",
		     from->s);
	finding_related(ck, f, from->pos, KEY_FROM " is here");
}

static bool check_address(struct checker *ck, const struct allocation *allocation,
			  const struct allocated_address *address)
{
	const struct str_value *from = service_value(allocation->service, KEY_FROM);

	if (address->added)
		return false;
	/* As it mostly is. */
	if (address->pool != NULL && from != NULL && names_pool(from->s, address->pool->name))
		return false;
	if (from != NULL && from_is_right(ck, from->s, address->ip))
		return false;
	if (address->pool == NULL && (from != NULL || !any_external(ck)))
		report_homeless(ck, allocation, address->ip);
	else if (address->pool != NULL && from != NULL)
		report_elsewhere(ck, allocation, address, from);
	else
		return false;
	return true;
}

/* P3.11.5: what it holds keeps it from getting more. */
static void check_spanning(struct checker *ck, const struct allocation *allocation)
{
	struct finding *f;

	if (allocation->reason != REASON_SPANS_POOLS)
		return;
	f = report(ck, CHECK_SV014, &allocation->service->object, allocation->reason_pos,
		   "the Service takes one address of each range, but gets no more: %s",
		   allocation->detail);
	f->diag.path = allocation->reason_path;
	finding_hint(ck, f, "delete and create the Service, so that all are of one group");
}

void services_check_held(struct checker *ck, const struct allocation *allocation)
{
	bool told = false;

	if (!service_is_ours(allocation))
		return;
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
		told |= check_address(ck, allocation, address);
	if (!told)
		check_spanning(ck, allocation);
}

/* ---- SV015 ---- */

static struct pos holding_pos(const struct service *service, struct ip ip)
{
	uint32_t index;
	const struct ingress *ingress = service_ingress(service, ip, &index);

	return ingress != NULL ? ingress->ip.pos : service->object.name.pos;
}

void services_check_conflicts(struct checker *ck)
{
	ARRAY_FOREACH (const struct allocation_conflict, conflict,
		       &ck->allocations->conflicts) {
		const struct service *first = conflict->first->service;
		const struct service *second = conflict->second->service;
		uint32_t index;
		char text[IP_TEXT_MAX];
		struct finding *f;

		if (!service_is_ours(conflict->first) && !service_is_ours(conflict->second))
			continue;
		f = report(ck, CHECK_SV015, &second->object, holding_pos(second, conflict->ip),
			   "%s is held by Service \"%s\", too, and the two do not share it%s",
			   ip_format(conflict->ip, text), service_title(ck, first),
			   conflict->predicted ? ": PureLB would hand it out twice" : "");
		f->diag.path = "metadata.name";
		if (service_ingress(second, conflict->ip, &index) != NULL)
			finding_path(ck, f, "status.loadBalancer.ingress[%u].ip", index);
		finding_hint(
			ck, f,
			conflict->predicted
				? "mend the ServiceGroups that overlap"
				: "delete and create one of the two, or give both the same "
				  "value of " KEY_SHARING " and different ports");
		finding_related(ck, f, holding_pos(first, conflict->ip),
				"Service \"%s\" has it here", service_title(ck, first));
	}
}
