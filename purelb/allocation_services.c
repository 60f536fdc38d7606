/* SPDX-License-Identifier: Apache-2.0 */
/* 3.8 and P3.11.9: which Services are PureLB's, and in what order they come. */
#include "purelb/allocation_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/order.h"

#define CLASS_V2        "purelb.io/purelbv2"
#define CLASS_V1        "purelb.io/purelb"
#define CREATED_UNKNOWN INT64_MAX

const char *service_annotation(const struct service *service, const char *key)
{
	return label_map_text(&service->object.annotations, key);
}

static const char *name_of(const struct service *service)
{
	return service->object.name.s != NULL ? service->object.name.s : "";
}

const char *service_full_name(struct run *run, const struct service *service)
{
	return arena_printf(run->arena, "%s/%s", service->object.namespace, name_of(service));
}

/* ---- lists ---- */

static bool is_load_balancer(const struct service *service)
{
	return str_equal(service->type.s, "LoadBalancer");
}

static int compare_names(const struct service *a, const struct service *b)
{
	int order = str_compare(a->object.namespace, b->object.namespace);

	return order != 0 ? order : str_compare(name_of(a), name_of(b));
}

static int compare_services(const void *pa, const void *pb)
{
	const struct service *const *a = pa;
	const struct service *const *b = pb;
	int order = compare_names(*a, *b);

	return order != 0 ? order
			  : ((*a)->object.order > (*b)->object.order) -
				    ((*a)->object.order < (*b)->object.order);
}

/* P3.11.9; tenants of one time are in the order of their names already. */
static int compare_tenants(const void *pa, const void *pb)
{
	const struct tenant *a = pa;
	const struct tenant *b = pb;

	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? -1 : 1;
	return compare_names(a->service, b->service);
}

static void read_ports(struct run *run, struct tenant *tenant)
{
	const struct service_ports *ports = &tenant->service->ports;

	ARRAY_RESERVE(&run->scratch, &tenant->ports, ports->list.count);
	ARRAY_FOREACH (const struct service_port, port, &ports->list) {
		const char *protocol = port->protocol.s;
		struct port number = {
			.protocol = run_text(run, protocol != NULL ? protocol : "TCP"),
			.number = port->port.set ? port->port.v : 0,
		};

		ARRAY_ADD(&run->scratch, &tenant->ports, number);
	}
}

static void read_ingress(struct run *run, struct tenant *tenant)
{
	ARRAY_FOREACH (const struct ingress, ingress, &tenant->service->ingress.list) {
		struct held *held = ARRAY_PUSH(&run->scratch, &tenant->held);
		const char *text = ingress->ip.s;
		struct pool_state *pool;
		char canonical[IP_TEXT_MAX];

		held->valid = text != NULL && ip_parse(text, &held->ip);
		if (!held->valid)
			continue;
		if (!str_equal(text, ip_format(held->ip, canonical)))
			held->text = run_text(run, text);
		pool = run_pool_for(run, held->ip, &held->ambiguous);
		held->pool = pool != NULL ? pool->pool : NULL;
		ARRAY_ADD(&run->scratch, &tenant->before, held->ip);
	}
}

static void add_tenant(struct run *run, const struct service *service,
		       struct allocation *result)
{
	struct tenant *tenant = ARRAY_PUSH(&run->scratch, &run->tenants);
	const char *created = service->object.creation_time.s;
	const char *key = service_annotation(service, KEY_SHARING);

	tenant->service = service;
	tenant->result = result;
	tenant->branded = str_equal(service_annotation(service, KEY_BRAND), BRAND);
	tenant->key = run_text(run, key);
	if (created == NULL || !rfc3339_parse(created, &tenant->created_ns))
		tenant->created_ns = CREATED_UNKNOWN;
	read_ports(run, tenant);
	read_ingress(run, tenant);
	if (result == NULL)
		return;
	result->service = service;
	result->sharing_key = tenant->key != 0 ? key : NULL;
	services_infer(run, tenant);
}

/* Sorted by (namespace, name); of several with one name the first one that was read. */
static uint32_t sort_services(const struct run *run, const struct service **services)
{
	const struct snapshot *snapshot = run->cluster->snapshot;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < snapshot->services.count; i++)
		services[i] = snapshot->services.items[i];
	order_sort(services, snapshot->services.count, sizeof(*services), compare_services);
	for (uint32_t i = 0; i < snapshot->services.count; i++) {
		if (kept == 0 || compare_names(services[kept - 1], services[i]) != 0)
			services[kept++] = services[i];
	}
	return kept;
}

void services_list(struct run *run)
{
	uint32_t all = run->cluster->snapshot->services.count;
	const struct service **services = mem_resize(NULL, all, sizeof(*services));
	uint32_t count = sort_services(run, services);
	uint32_t listed = 0;

	for (uint32_t i = 0; i < count; i++)
		listed += is_load_balancer(services[i]);
	/* In one piece, so that pointers into it stay good. */
	ARRAY_RESERVE(run->arena, &run->out->list, listed);
	for (uint32_t i = 0; i < count; i++) {
		struct allocation *result = NULL;

		if (is_load_balancer(services[i]))
			result = ARRAY_PUSH(run->arena, &run->out->list);
		/* The others matter for what they still hold. */
		if (result != NULL || services[i]->ingress.list.count > 0)
			add_tenant(run, services[i], result);
	}
	free(services);
	order_sort(run->tenants.items, run->tenants.count, sizeof(*run->tenants.items),
		   compare_tenants);
	for (uint32_t i = 0; i < run->tenants.count; i++)
		run->tenants.items[i].order = i;
}

/* ---- 3.8 ---- */

/* Services that PureLB never looks at, for they only make noise. */
static bool is_system(const struct service *service)
{
	static const struct {
		const char *namespace, *name;
	} rows[] = {
		{ "default", "kubernetes" },
		{ "kube-system", "kube-dns" },
		{ "kube-system", "kube-controller-manager" },
		{ "kube-system", "kube-scheduler" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (str_equal(service->object.namespace, rows[i].namespace) &&
		    str_equal(name_of(service), rows[i].name))
			return true;
	}
	return false;
}

/* The class is PureLB's, or there is none and it is the default announcer. */
static enum allocation_reason judge_class(const struct run *run, const struct service *service)
{
	const char *class = service->load_balancer_class.s;

	if (class == NULL)
		return run->out->default_announcer ? REASON_NONE : REASON_NOT_DEFAULT;
	if (str_equal(class, CLASS_V2))
		return REASON_NONE;
	return str_equal(class, CLASS_V1) ? REASON_OLD_CLASS : REASON_OTHER_CLASS;
}

bool service_is_seen(const struct run *run, const struct service *service)
{
	return !is_system(service) && judge_class(run, service) == REASON_NONE;
}

static void say_class(struct run *run, struct tenant *tenant, enum allocation_reason reason)
{
	const struct str_value *class = &tenant->service->load_balancer_class;
	struct cause cause = { class->pos, "spec.loadBalancerClass" };

	if (reason == REASON_NOT_DEFAULT) {
		cause = (struct cause){ tenant->service->object.pos, NULL };
		reason_say(tenant, reason, cause,
			   "it has no loadBalancerClass, and PureLB is not the default "
			   "announcer");
	} else if (reason == REASON_OLD_CLASS) {
		reason_say(tenant, reason, cause,
			   "loadBalancerClass \"" CLASS_V1 "\" is that of PureLB v1; v2 serves "
			   "\"" CLASS_V2 "\"");
	} else {
		reason_say(tenant, reason, cause,
			   arena_printf(run->arena,
					"loadBalancerClass \"%s\" is not PureLB's, which is "
					"\"" CLASS_V2 "\"",
					class->s));
	}
}

static void say_cluster_ip(struct run *run, struct tenant *tenant)
{
	const struct str_value *text = &tenant->service->cluster_ip;
	struct cause cause = { text->pos, "spec.clusterIP" };

	if (text->s == NULL || text->s[0] == '\0')
		reason_say(tenant, REASON_NO_CLUSTER_IP,
			   (struct cause){ tenant->service->object.pos, NULL },
			   "it has no clusterIP");
	else
		reason_say(tenant, REASON_NO_CLUSTER_IP, cause,
			   arena_printf(run->arena, "clusterIP \"%s\" is not an address",
					text->s));
}

bool service_is_ours(struct run *run, struct tenant *tenant)
{
	const struct service *service = tenant->service;
	enum allocation_reason reason = judge_class(run, service);
	struct ip ip;

	if (is_system(service)) {
		struct cause cause = { service->object.name.pos, "metadata.name" };

		reason_say(tenant, REASON_SYSTEM, cause,
			   arena_printf(run->arena, "PureLB never looks at Service \"%s\"",
					service_full_name(run, service)));
		return false;
	}
	if (reason != REASON_NONE) {
		say_class(run, tenant, reason);
		return false;
	}
	if (tenant->result->inferred ||
	    (service->cluster_ip.s != NULL && ip_parse(service->cluster_ip.s, &ip)))
		return true;
	say_cluster_ip(run, tenant);
	return false;
}
