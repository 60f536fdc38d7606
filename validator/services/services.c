/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of Services: what they share; SV001 to SV007 and SV012, Services that do not get
 * what they ask for; SG024 and SG028, what Services make of pools; OK005.
 *
 * Who gets what, who announces it and why not is decided in purelb/; here it is reported.
 */
#include "validator/services/services.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "validator/consequences.h"
#include "purelb/agents/agentpools.h"
#include "purelb/announcing/announcing.h"
#include "purelb/observed/observed.h"
#include "purelb/pools/order.h"

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

/* OK005: nothing that the API server refuses gets an address. */
static void services_report_all_served(struct checker *ck)
{
	struct observed observed = { 0 };
	uint32_t served = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list) {
		if (allocation->state == SERVICE_PENDING ||
		    allocation->state == SERVICE_UNKNOWN || allocation->service->object.refused)
			return;
		/* That it would get one is no comfort where nobody gives it. */
		if (allocation->state == SERVICE_ASSIGNED) {
			if (observed.cluster == NULL)
				observed_build(&observed, ck->cluster, ck->scratch);
			if (observed_waiting(&observed, allocation) == WAITING)
				return;
		}
		served += service_is_ours(allocation);
	}
	if (served > 0)
		report(ck, CHECK_OK005, NULL, (struct pos){ 0 },
		       served == 1
			       ? "the only Service that requests an address from PureLB gets "
				 "one"
			       : "each of %u Services gets the addresses that it requests",
		       served);
}

/* Which check a reason belongs to, and what to do about it. */
struct verdict {
	enum check_code code; /* CHECK_COUNT: none */
	bool follows;         /* from what the API server is taken to fill in (P3.8) */
	const char *hint;     /* NULL: made for the case */
};

static const struct verdict verdicts[REASON_COUNT] = {
	[REASON_NONE] = { CHECK_COUNT, false, NULL },
	[REASON_NOT_LOAD_BALANCER] = { CHECK_COUNT, false, NULL },
	[REASON_OTHER_CLASS] = { CHECK_COUNT, false, NULL },
	[REASON_OLD_CLASS] = { CHECK_COUNT, false, NULL }, /* SV008 */
	[REASON_NOT_DEFAULT] = { CHECK_COUNT, false, NULL },
	[REASON_NO_CLUSTER_IP] = { CHECK_COUNT, false, NULL },
	[REASON_SYSTEM] = { CHECK_COUNT, false, NULL },
	[REASON_EXTERNAL] = { CHECK_COUNT, false, NULL },
	[REASON_SPANS_POOLS] = { CHECK_COUNT, false, NULL }, /* SV014 */
	[REASON_UNKNOWN_POOL] = { CHECK_SV001, false, NULL },
	[REASON_REJECTED_POOL] = { CHECK_SV002, false,
				   "fix that ServiceGroup, or name another one in the "
				   "annotation " KEY_GROUP },
	[REASON_NO_DEFAULT_POOL] = { CHECK_SV003, false,
				     "name a ServiceGroup in the annotation " KEY_GROUP
				     ", or add one named \"default\"" },
	[REASON_AMBIGUOUS] = { CHECK_SV003, false,
			       "set `namespaceDefault: true` in exactly one of them, or name "
			       "one in the annotation " KEY_GROUP },
	[REASON_EXCLUDED] = { CHECK_SV003, false,
			      "add the namespace to that ServiceGroup's `namespaces`, or name "
			      "another ServiceGroup in the annotation " KEY_GROUP },
	[REASON_CONFINED] = { CHECK_SV003, false,
			      "use one of the namespace's own ServiceGroups, or add the "
			      "namespace to `namespaces` of that one" },
	[REASON_BAD_ADDRESS] = { CHECK_SV004, false, NULL },
	[REASON_NO_POOL_FOR_ADDRESS] = { CHECK_SV004, false,
					 "request an address of a ServiceGroup that PureLB "
					 "accepts, or add it to one" },
	[REASON_KEY_BOUND] = { CHECK_SV005, false,
			       "request the address that the key has, or give the Service its "
			       "own key" },
	[REASON_KEY_CONFLICT] = { CHECK_SV005, false,
				  "request another address, or give both Services the same "
				  "value of the annotation " KEY_SHARING },
	[REASON_PORT_CONFLICT] = { CHECK_SV005, true,
				   "use another port, or give the Service its own address" },
	[REASON_NO_RANGE] = { CHECK_SV006, true,
			      "add a range of that family to the ServiceGroup, or request the "
			      "other family in ipFamilies" },
	[REASON_EXHAUSTED] = { CHECK_SV007, true,
			       "add a range to the ServiceGroup, or delete Services that are "
			       "no longer needed" },
	[REASON_NO_ACTIVE_SUBNET] = { CHECK_SV007, true,
				      "write the subnets as the nodes advertise them, or use a "
				      "ServiceGroup whose subnets they are in" },
	[REASON_HANGS] = { CHECK_SV007, true,
			   "fix the overlapping ranges of the ServiceGroup (SG008)" },
	[REASON_MULTI_WITH_SHARING] = { CHECK_SV012, false,
					"remove the annotation " KEY_SHARING
					", or set " KEY_MULTI " to \"false\"" },
	[REASON_MULTI_WITH_BALANCE] = { CHECK_SV012, false,
					"set the annotation " KEY_MULTI
					" to \"false\", or use a group without balancePools" },
};

/* ---- hints ---- */

static void services_hint_group(struct checker *ck, struct finding *f, const char *wanted)
{
	struct nearest near = { .word = wanted };

	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list)
		nearest_offer(&near, pool->name);
	if (finding_suggest(&ck->findings, f, FIX_VALUE, &near))
		return;
	if (ck->cluster->pools.list.count == 0)
		finding_hint(ck, f, "add the ServiceGroup; the input has none at all");
	else
		finding_hint(ck, f, "add the ServiceGroup, or name one that exists");
}

static bool services_has_space(const char *s)
{
	return s[strcspn(s, " \t\n")] != '\0';
}

/* Addresses with blanks between them, or with the prefix length of one address, as PureLB reads
 * them; NULL: there is something else. */
static const char *services_addresses_meant(struct checker *ck, const char *text)
{
	char *rest = arena_strdup(ck->arena, text), *word;
	struct text all = { 0 };
	const char *meant = NULL;
	bool fine = true;

	while ((word = strtok_r(rest, " ,\t\n", &rest)) != NULL) {
		struct ip_net net;
		struct ip ip;

		if (strchr(word, '/') != NULL) {
			fine = fine && ip_net_parse(word, &net) &&
			       ip_compare(ip_net_first(net), ip_net_last(net)) == 0;
			*strchr(word, '/') = '\0';
		}
		fine = fine && ip_parse(word, &ip);
		text_printf(&all, "%s%s", all.len > 0 ? "," : "", word);
	}
	if (fine && all.len > 0)
		meant = arena_strdup(ck->arena, text_str(&all));
	text_release(&all);
	return meant;
}

static void services_hint_address(struct checker *ck, struct finding *f,
				  const struct service *service)
{
	const struct str_value *asked = service_value(service, KEY_ADDRESSES);
	const char *text = asked != NULL ? asked->s : service->load_balancer_ip.s;
	const char *meant;

	if (text == NULL || *text == '\0')
		finding_hint(ck, f, "write an address, or remove the annotation");
	else if (services_has_space(text))
		finding_hint(ck, f, "write the addresses without spaces, separated by commas");
	else
		finding_hint(
			ck, f,
			"write one address, or several separated by commas, without prefix "
			"lengths");
	meant = text != NULL ? services_addresses_meant(ck, text) : NULL;
	if (meant != NULL)
		finding_fix_value(&ck->findings, f, FIX_VALUE, text, meant);
}

static void services_hint(struct checker *ck, struct finding *f,
			  const struct allocation *allocation, enum allocation_reason reason)
{
	if (reason == REASON_UNKNOWN_POOL)
		services_hint_group(ck, f, allocation->wanted_pool);
	else if (reason == REASON_BAD_ADDRESS)
		services_hint_address(ck, f, allocation->service);
	else if (reason == REASON_NO_DEFAULT_POOL && ck->snapshot->groups.count == 0 &&
		 capture_read(ck->snapshot, KIND_SERVICE_GROUP))
		finding_hint(ck, f, "add a ServiceGroup named \"default\" in namespace %s",
			     ck->snapshot->install_namespace);
	else
		finding_hint(ck, f, "%s", verdicts[reason].hint);
}

/* ---- other places ---- */

static const struct pool *services_group_named(const struct checker *ck, const char *name)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (str_equal(pool->name, name))
			return pool;
	}
	return NULL;
}

/* The group that is spoken of, and the Service in the way. */
static void services_relate(struct checker *ck, struct finding *f,
			    const struct allocation *allocation)
{
	const struct pool *pool = allocation->pool;

	if (pool == NULL && allocation->wanted_pool != NULL)
		pool = services_group_named(ck, allocation->wanted_pool);
	if (pool == NULL && allocation->reason == REASON_NO_POOL_FOR_ADDRESS)
		pool = services_pool_meant(ck, allocation->service);
	if (allocation->holder != NULL)
		finding_related(ck, f, allocation->holder->service->object.name.pos,
				"Service \"%s\" is here",
				service_title(ck, allocation->holder->service));
	else if (pool != NULL)
		finding_related(ck, f, pool->group->object.name.pos,
				"ServiceGroup \"%s\" is here", pool->name);
	if (pool != NULL && allocation->holder == NULL)
		finding_follows(ck, f, &pool->group->object, NULL);
}

/* ---- the finding ---- */

static struct pos services_place_of(const struct allocation *allocation)
{
	const struct object *object = &allocation->service->object;

	/* A Service as a whole is pointed at by its name. */
	if (allocation->reason_path == NULL && object->name.s != NULL)
		return object->name.pos;
	return allocation->reason_pos;
}

/* It gets what it requests unless others come first, which would get any address. (P3.11.9b) */
static void services_report_order(struct checker *ck, const struct allocation *allocation)
{
	const char *asked = allocation_requested(allocation->service);
	const char *other =
		allocation->holder != NULL
			? arena_printf(ck->scratch,
				       "Service \"%s\", which requests no "
				       "address, may get it",
				       service_title(ck, allocation->holder->service))
			: "a Service with its sharing key, which requests no address, "
			  "may get another one for that key";
	struct finding *f = report(ck, CHECK_SV005, &allocation->service->object,
				   services_place_of(allocation),
				   "whether the Service gets %s depends on the order: created "
				   "first, %s, and this one then stays pending",
				   asked, other);

	f->severity = SEVERITY_WARN;
	f->place.path = allocation->reason_path;
	finding_hint(ck, f,
		     "request addresses for all Services of the ServiceGroup, or move %s to a "
		     "ServiceGroup that no other Service uses",
		     asked);
	services_relate(ck, f, allocation);
}

static void services_report_pending(struct checker *ck, const struct allocation *allocation)
{
	const struct verdict *verdict = &verdicts[allocation->reason];
	const bool holds = allocation->addresses.count > 0;
	struct finding *f = report(ck, verdict->code, &allocation->service->object,
				   services_place_of(allocation), "%s: %s",
				   holds ? "the Service does not get all that it requests"
					 : "the Service stays pending",
				   allocation->detail);

	f->place.path =
		allocation->reason_path != NULL ? allocation->reason_path : "metadata.name";
	f->inferred = verdict->follows && allocation->inferred;
	services_hint(ck, f, allocation, allocation->reason);
	services_relate(ck, f, allocation);
}

/* It holds all it asks for, and PureLB leaves it alone; but it would get nothing anew. */
static void services_report_lasting(struct checker *ck, const struct allocation *allocation)
{
	const struct verdict *verdict = &verdicts[allocation->choice_reason];
	const struct service *service = allocation->service;
	const struct str_value *group = service_value(service, KEY_GROUP);
	struct finding *f =
		report(ck, verdict->code, &service->object,
		       group != NULL ? group->pos : service->object.name.pos,
		       "the Service keeps its address, but would not get a new one: %s",
		       allocation->choice_detail);

	f->severity = SEVERITY_WARN;
	f->place.path = "metadata.name";
	if (group != NULL)
		finding_path(ck, f, ANNOTATION_PATH, KEY_GROUP);
	services_hint(ck, f, allocation, allocation->choice_reason);
	services_relate(ck, f, allocation);
}

static void services_check_reason(struct checker *ck, const struct allocation *allocation)
{
	if (allocation->state == SERVICE_PENDING &&
	    verdicts[allocation->reason].code != CHECK_COUNT) {
		if (services_order_decides(ck, allocation))
			services_report_order(ck, allocation);
		else
			services_report_pending(ck, allocation);
	} else if (allocation->state == SERVICE_KEPT &&
		   allocation->choice_reason != REASON_NONE && !allocation->choice_unknown)
		services_report_lasting(ck, allocation);
}

enum {
	FULL_PERCENT = 90,
	PINNED_MAX = 2,
	NAMES_MAX = 3,
	HOST_BITS_V4 = 32,
	HOST_BITS_V6 = 128
};

/* ---- SG024 ---- */

/* The ranges of one family list of a pool, which lie side by side. */
struct use {
	const struct range_use *first;
	uint32_t ranges;
	u128 size, used;
};

static void services_add_saturated(u128 *sum, u128 more)
{
	*sum = *sum + more < more ? ~(u128)0 : *sum + more;
}

static bool services_is_full(const struct use *use)
{
	const u128 percent = use->size / 100;

	/* One or two addresses are there for the Services that have them. */
	if (use->size <= PINNED_MAX)
		return false;

	/* What is used is never more than there are Services' addresses, so this is exact
	 * wherever it can be true. */
	if (percent > use->used)
		return false;
	return use->used * 100 >= use->size * FULL_PERCENT;
}

/* "9 of 10 IPv4 addresses" */
static const char *services_pool_use_text(struct checker *ck, const struct use *use)
{
	const char *family = ip_family_name(use->first->range->list_family);
	char used[U128_TEXT_MAX], size[U128_TEXT_MAX];

	if (use->used == use->size)
		return use->size == 1 ? arena_printf(ck->arena, "the only %s address", family)
				      : arena_printf(ck->arena, "all %s %s addresses",
						     u128_format(use->size, size), family);
	return arena_printf(ck->arena, "%s of %s %s addresses", u128_format(use->used, used),
			    u128_format(use->size, size), family);
}

/* That a Service gets no address of it tells more than that it is full. */
static void services_name_waiting(struct checker *ck, const struct finding *f,
				  const struct use *use)
{
	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list) {
		if (allocation->state != SERVICE_PENDING ||
		    allocation->reason != REASON_EXHAUSTED ||
		    allocation->pool != use->first->pool)
			continue;
		finding_follows(ck, f, &allocation->service->object, NULL);
		return;
	}
}

static void services_report_full(struct checker *ck, const struct use *use)
{
	const struct pool_range *range = use->first->range;
	const struct pool *pool = use->first->pool;
	struct finding *f = report(
		ck, CHECK_SG024, &pool->group->object, range->entry->pool.pos,
		"%s of group \"%s\" %s in use by Services in the input",
		services_pool_use_text(ck, use), pool->name, use->used == 1 ? "is" : "are");

	finding_path(ck, f, "%s.pool", range->path);
	finding_hint(ck, f,
		     "add a range, or move Services to another group: a Service without a free "
		     "address stays pending");
	services_name_waiting(ck, f, use);
}

/* SG024 and SG028, over all pools. */
static void services_check_use(struct checker *ck)
{
	const struct range_use *items = ck->allocations->ranges.items;
	const uint32_t count = ck->allocations->ranges.count;

	for (uint32_t i = 0; i < count;) {
		struct use use = { .first = &items[i] };

		for (; i < count && items[i].pool == use.first->pool &&
		       items[i].range->list_family == use.first->range->list_family;
		     i++) {
			use.ranges++;
			services_add_saturated(&use.size, items[i].size);
			services_add_saturated(&use.used, items[i].used);
		}
		if (services_is_full(&use))
			services_report_full(ck, &use);
	}
}

/* ---- SG028 ---- */

/* A Service with externalTrafficPolicy Local and an address that is routed with others. */
struct routed {
	const struct agent_range *found;
	const struct service *service;
	unsigned prefix;
};

struct routed_list {
	ARRAY_OF(struct routed) list;
};

static void services_collect_service(struct checker *ck, const struct agent_pools *pools,
				     const struct allocation *allocation,
				     struct routed_list *out)
{
	const struct service *service = allocation->service;

	if (!service_is_ours(allocation) ||
	    !str_equal(service->external_traffic_policy.s, "Local"))
		return;
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		const bool v4 = ip_family(address->ip) == IP_V4;
		struct routed routed = { .service = service };

		if (!agent_pools_is_remote(pools, address->ip))
			continue;
		routed.found = agent_pools_find(pools, address->ip);
		if (routed.found->pool->type != POOL_TYPE_REMOTE ||
		    !announcing_dummy_prefix(routed.found->range, address->ip,
					     &routed.prefix) ||
		    routed.prefix >= (v4 ? HOST_BITS_V4 : HOST_BITS_V6))
			continue;
		ARRAY_ADD(ck->scratch, &out->list, routed);
	}
}

static int services_compare_routed(const void *pa, const void *pb)
{
	const struct routed *a = pa;
	const struct routed *b = pb;

	if (a->found->range != b->found->range)
		return a->found->range < b->found->range ? -1 : 1;
	return (a->service->object.order > b->service->object.order) -
	       (a->service->object.order < b->service->object.order);
}

/* Those of one range. */
static void services_report_routed(struct checker *ck, const struct routed *items,
				   uint32_t count)
{
	const struct pool_range *range = items->found->range;
	const struct str_value *aggregation = &range->entry->aggregation;
	const bool written = aggregation->s != NULL;
	const char *host = arena_printf(
		ck->arena, "/%d", range->list_family == IP_V4 ? HOST_BITS_V4 : HOST_BITS_V6);
	const char *names[NAMES_MAX];
	struct finding *f;

	for (uint32_t i = 0; i < count && i < NAMES_MAX; i++)
		names[i] =
			arena_printf(ck->arena, "\"%s\"", service_title(ck, items[i].service));
	f = report(ck, CHECK_SG028, &items->found->pool->group->object,
		   written ? aggregation->pos : range->entry->pool.pos,
		   "addresses of remote range %s are routed as a /%u, and Service%s %s %s "
		   "externalTrafficPolicy Local: a node whose last endpoint is gone keeps "
		   "attracting traffic while it has another address of that network",
		   range->entry->pool.s, items->prefix, count == 1 ? "" : "s",
		   name_list(ck->arena, names, count, NAMES_MAX), count == 1 ? "has" : "have");
	finding_path(ck, f, "%s.%s", range->path, written ? "aggregation" : "pool");
	finding_hint(ck, f, "set `aggregation: %s`, so that each address has its own route",
		     host);
	if (written)
		finding_fix_value(&ck->findings, f, FIX_VALUE, range->entry->aggregation.s,
				  host);
	else
		finding_fix_add(&ck->findings, f, range->entry->at.pos, NULL, "aggregation",
				arena_printf(ck->arena, "\"%s\"", host));
	finding_fix_is_unsafe(f);
	finding_related(ck, f, items->service->external_traffic_policy.pos,
			"Service \"%s\" requests it here", service_title(ck, items->service));
}

static void services_check_routes(struct checker *ck)
{
	struct routed_list all = { { 0 } };
	struct agent_pools pools;
	uint32_t begin = 0;

	agent_pools_prepare(&pools, &ck->cluster->pools, ck->scratch);
	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list)
		services_collect_service(ck, &pools, allocation, &all);
	order_sort(all.list.items, all.list.count, sizeof(*all.list.items),
		   services_compare_routed);
	for (uint32_t i = 1; i <= all.list.count; i++) {
		const struct routed *first = &all.list.items[begin];

		if (i < all.list.count && all.list.items[i].found->range == first->found->range)
			continue;
		services_report_routed(ck, first, i - begin);
		begin = i;
	}
}

void check_services(struct checker *ck)
{
	static void (*const each[])(struct checker * ck,
				    const struct allocation *allocation) = {
		services_check_reason,   services_check_class,
		services_check_policy,   services_check_annotations,
		services_check_affinity, services_check_requests,
		services_check_held,     services_check_foreign_annotations,
	};

	if (ck->allocations == NULL)
		return;
	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list) {
		for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
			each[i](ck, allocation);
	}
	services_check_conflicts(ck);
	services_check_hazards(ck);
	services_check_shared(ck);
	services_check_vips(ck);
	services_check_use(ck);
	services_check_routes(ck);
	services_report_all_served(ck);
}
