/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SV008 to SV011 and SV013: what Services ask for, as it is written, whether or not they get
 * it.
 */
#include "validator/services/services.h"

#include <strings.h>

#include "base/nearest.h"
#include "base/text.h"
#include "purelb/election/endpoints.h"

/* SV008 */
void services_check_class(struct checker *ck, const struct allocation *allocation)
{
	struct finding *f;

	if (allocation->reason != REASON_OLD_CLASS)
		return;
	f = report(ck, CHECK_SV008, &allocation->service->object, allocation->reason_pos,
		   "PureLB ignores the Service: %s", allocation->detail);
	f->place.path = allocation->reason_path;
	finding_hint(ck, f, "set loadBalancerClass: purelb.io/purelbv2");
	finding_fix_value(&ck->findings, f, FIX_VALUE,
			  allocation->service->load_balancer_class.s, "purelb.io/purelbv2");
	finding_fix_is_unsafe(f);
}

/* ---- SV009 ---- */

/* The nodes would announce it on a local interface, by election. */
static bool services_pool_is_local(const struct pool *pool)
{
	if (pool == NULL)
		return false;
	return pool->type == POOL_TYPE_LOCAL ||
	       (pool->type == POOL_TYPE_EXTERNAL &&
		str_equal(pool->group->external.announce.s, "local"));
}

/* The local pool that the Service has an address of, or would have; NULL: none. */
static const struct pool *services_local_pool(const struct allocation *allocation)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (services_pool_is_local(address->pool))
			return address->pool;
	}
	if (allocation->addresses.count == 0 && services_pool_is_local(allocation->pool))
		return allocation->pool;
	return NULL;
}

void services_check_policy(struct checker *ck, const struct allocation *allocation)
{
	const struct service *service = allocation->service;
	const struct pool *pool = services_local_pool(allocation);
	struct finding *f;

	if (!service_is_ours(allocation) || pool == NULL ||
	    !str_equal(service->external_traffic_policy.s, "Local"))
		return;
	if (service_value(service, KEY_ALLOW_LOCAL) != NULL &&
	    endpoints_affinity(ck->cluster, service)) {
		f = report(
			ck, CHECK_SV009, &service->object, service->external_traffic_policy.pos,
			"externalTrafficPolicy Local on an address of local group \"%s\": "
			"its traffic is dropped while no node that can win the address hosts "
			"an endpoint of the Service",
			pool->name);
		f->severity = SEVERITY_INFO; /* both annotations: somebody knows (P5.4) */
		finding_hint(ck, f, "keep endpoints on nodes that are in the subnet");
	} else if (service_value(service, KEY_ALLOW_LOCAL) != NULL) {
		f = report(ck, CHECK_SV009, &service->object,
			   service->external_traffic_policy.pos,
			   "externalTrafficPolicy Local on an address of local group \"%s\", "
			   "kept by " KEY_ALLOW_LOCAL ": the node that wins the address drops "
			   "its traffic while it hosts no endpoint of the Service",
			   pool->name);
		finding_hint(ck, f,
			     "remove " KEY_ALLOW_LOCAL " and use Cluster, or add " KEY_AFFINITY
			     ": service-endpoints, so that a node with an endpoint wins");
	} else {
		f = report(ck, CHECK_SV009, &service->object,
			   service->external_traffic_policy.pos,
			   "externalTrafficPolicy Local on an address of local group \"%s\": "
			   "PureLB resets it to Cluster",
			   pool->name);
		finding_hint(ck, f,
			     "set it to Cluster, or use a remote group, where Local works");
	}
	f->place.path = "spec.externalTrafficPolicy";
	finding_related(ck, f, pool->group->object.name.pos, "ServiceGroup \"%s\" is here",
			pool->name);
}

/* ---- SV010 ---- */

#define PREFIX "purelb.io/"

static const char *const known[] = {
	KEY_ADDRESSES,
	KEY_AFFINITY,
	KEY_ALLOW_LOCAL,
	KEY_FROM,
	KEY_GROUP,
	KEY_MULTI,
	KEY_RE_EVALUATE,
	KEY_SHARING,
	KEY_SKIP_DAD,
	"purelb.io/allocated-by",
	"purelb.io/pool-type",
	"purelb.io/announcing-IPv4",
	"purelb.io/announcing-IPv6",
	NULL,
};

/* Sets the hint to take an entry of a mapping out, and the fix that does so. */
static void services_hint_removal(struct checker *ck, struct finding *f, const char *hint,
				  const char *key)
{
	finding_hint(ck, f, "%s", hint);
	finding_fix_remove(&ck->findings, f, FIX_REMOVE, key);
	finding_fix_is_unsafe(f);
}

static void services_report_unknown(struct checker *ck, const struct service *service,
				    const struct str_value *key)
{
	struct nearest near = { .word = key->s };
	struct finding *f;

	if (!str_has_prefix(key->s, PREFIX) || str_in(key->s, known))
		return;
	f = report(ck, CHECK_SV010, &service->object, key->pos,
		   "PureLB does not know the annotation %s: it has no effect", key->s);
	finding_path(ck, f, ANNOTATION_PATH, key->s);
	for (const char *const *name = known; *name != NULL; name++)
		nearest_offer(&near, *name);
	if (!finding_suggest(&ck->findings, f, FIX_KEY, &near))
		services_hint_removal(ck, f, "remove it", key->s);
}

/* What other programs take for no. */
static bool services_reads_as_no(const char *value)
{
	static const char *const words[] = { "false", "no", "off", "0", "n", "f", NULL };

	for (const char *const *word = words; *word != NULL; word++) {
		if (strcasecmp(value, *word) == 0)
			return true;
	}
	return false;
}

/* P3.11.5, P6.6: "true" is on, anything else off. */
static void services_check_switch(struct checker *ck, const struct service *service,
				  const char *key)
{
	const struct str_value *value = service_value(service, key);
	struct finding *f;

	if (value == NULL || str_equal(value->s, "true") || str_equal(value->s, "false"))
		return;
	f = service_report_value(
		ck, CHECK_SV010, service, key,
		arena_printf(
			ck->arena,
			"%s is \"%s\": PureLB treats \"true\" as on and anything else as off",
			key, value->s));
	if (strcasecmp(value->s, "true") == 0 || strcasecmp(value->s, "false") == 0)
		finding_set_fix(&ck->findings, f, FIX_VALUE, value->s,
				strcasecmp(value->s, "true") == 0 ? "true" : "false",
				"write \"", "\", in lower case");
	else
		finding_hint(ck, f, "set it to \"true\" or \"false\"");
}

/* P6.5: any value is on. */
static void services_check_allow_local(struct checker *ck, const struct service *service)
{
	const struct str_value *value = service_value(service, KEY_ALLOW_LOCAL);
	struct finding *f;

	if (value == NULL || !services_reads_as_no(value->s))
		return;
	f = service_report_value(
		ck, CHECK_SV010, service, KEY_ALLOW_LOCAL,
		arena_printf(ck->arena, KEY_ALLOW_LOCAL " is \"%s\", but any value enables it",
			     value->s));
	services_hint_removal(ck, f, "remove the annotation to disable it", KEY_ALLOW_LOCAL);
}

/* ---- SV030 ---- */

/* What PureLB reads as annotations does nothing among the labels. */
static void services_check_labels(struct checker *ck, const struct service *service)
{
	ARRAY_FOREACH (const struct label, label, &service->object.labels.list) {
		struct finding *f;

		if (!str_in(label->key.s, known))
			continue;
		f = report(
			ck, CHECK_SV030, &service->object, label->key.pos,
			"%s is among the labels: PureLB reads it among the annotations only, "
			"so it has no effect",
			label->key.s);
		finding_path(ck, f, "metadata.labels[\"%s\"]", label->key.s);
		if (service_value(service, label->key.s) != NULL)
			services_hint_removal(
				ck, f, "remove the label; the annotation is there as well",
				label->key.s);
		else {
			finding_hint(ck, f, "move it to metadata.annotations: %s: \"%s\"",
				     label->key.s,
				     label->value.s != NULL ? label->value.s : "");
			finding_fix_move(&ck->findings, f, label->key.s, 2,
					 "metadata.annotations");
			finding_fix_is_unsafe(f);
		}
	}
}

void services_check_annotations(struct checker *ck, const struct allocation *allocation)
{
	const struct service *service = allocation->service;

	if (!service_is_ours(allocation) && allocation->reason != REASON_OLD_CLASS)
		return;
	ARRAY_FOREACH (const struct label, annotation, &service->object.annotations.list)
		services_report_unknown(ck, service, &annotation->key);
	ARRAY_FOREACH (const struct str_value, key, &service->object.annotations.unknown)
		services_report_unknown(ck, service, key);
	services_check_labels(ck, service);
	services_check_switch(ck, service, KEY_MULTI);
	services_check_switch(ck, service, KEY_SKIP_DAD);
	services_check_allow_local(ck, service);
}

/* ---- SV011 ---- */

/* The remote pool of all that the Service has or would have; NULL: it has other addresses. */
static const struct pool *services_only_remote_pool(const struct allocation *allocation)
{
	const struct pool *pool = allocation->addresses.count == 0 ? allocation->pool : NULL;

	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->pool == NULL || address->pool->type != POOL_TYPE_REMOTE)
			return NULL;
		pool = address->pool;
	}
	return pool != NULL && pool->type == POOL_TYPE_REMOTE ? pool : NULL;
}

void services_check_affinity(struct checker *ck, const struct allocation *allocation)
{
	const struct service *service = allocation->service;
	const struct str_value *value = service_value(service, KEY_AFFINITY);
	const struct str_value *sharing =
		label_map_get(&service->object.annotations, KEY_SHARING);
	const struct pool *remote = services_only_remote_pool(allocation);
	struct finding *f;

	if (!service_is_ours(allocation) || value == NULL)
		return;
	if (!str_equal(value->s, "service-endpoints")) {
		f = service_report_value(
			ck, CHECK_SV011, service, KEY_AFFINITY,
			arena_printf(ck->arena,
				     KEY_AFFINITY
				     " \"%s\" means nothing to PureLB: the Service "
				     "has no affinity",
				     value->s));
		finding_hint(ck, f, "set it to service-endpoints, the only valid value");
		finding_fix_value(&ck->findings, f, FIX_VALUE, value->s, "service-endpoints");
		finding_fix_is_unsafe_but_for_case(f);
	} else if (sharing != NULL) {
		f = service_report_value(ck, CHECK_SV011, service, KEY_AFFINITY,
					 KEY_AFFINITY
					 " has no effect on a Service with a sharing key");
		finding_hint(ck, f, "remove one of the two annotations");
		finding_related(ck, f, sharing->pos, KEY_SHARING " is here");
	} else if (remote != NULL) {
		f = service_report_value(
			ck, CHECK_SV011, service, KEY_AFFINITY,
			arena_printf(
				ck->arena,
				KEY_AFFINITY
				" has no effect on addresses of remote group \"%s\": they are "
				"announced without an election",
				remote->name));
		services_hint_removal(
			ck, f,
			"remove it; externalTrafficPolicy: Local keeps a remote address "
			"on nodes with an endpoint",
			KEY_AFFINITY);
		finding_related(ck, f, remote->group->object.name.pos,
				"ServiceGroup \"%s\" is here", remote->name);
	}
}

/* ---- SV013 ---- */

static void services_check_deprecated(struct checker *ck, const struct service *service)
{
	const bool asked = service_value(service, KEY_ADDRESSES) != NULL;
	struct finding *f =
		report(ck, CHECK_SV013, &service->object, service->load_balancer_ip.pos, "%s",
		       asked ? "spec.loadBalancerIP is deprecated, and PureLB ignores it: "
			       "" KEY_ADDRESSES " counts"
			     : "spec.loadBalancerIP is deprecated");

	f->place.path = "spec.loadBalancerIP";
	if (asked)
		services_hint_removal(ck, f, "remove it", "loadBalancerIP");
	else
		finding_hint(ck, f, "use the annotation " KEY_ADDRESSES ": \"%s\" instead",
			     service->load_balancer_ip.s);
}

void services_check_requests(struct checker *ck, const struct allocation *allocation)
{
	const struct service *service = allocation->service;
	const struct str_value *addresses = service_value(service, KEY_ADDRESSES);
	const bool field =
		service->load_balancer_ip.s != NULL && service->load_balancer_ip.s[0] != '\0';
	struct finding *f;

	if (!service_is_ours(allocation))
		return;
	if (field)
		services_check_deprecated(ck, service);
	if ((addresses == NULL && !field) || service_value(service, KEY_GROUP) == NULL)
		return;
	f = service_report_value(
		ck, CHECK_SV013, service, KEY_GROUP,
		KEY_GROUP
		" has no effect, because the Service requests addresses: these decide the "
		"group");
	finding_hint(ck, f, "remove one of the two");
	finding_related(ck, f,
			addresses != NULL ? addresses->pos : service->load_balancer_ip.pos,
			"the addresses are requested here");
}
