/* SPDX-License-Identifier: Apache-2.0 */
/* 3.8 and P3.11.9: which Services are PureLB's, and in what order they come. */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/pools/order.h"

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

/* ---- 3.8 ---- */

static bool is_load_balancer(const struct service *service)
{
	return str_equal(service->type.s, "LoadBalancer");
}

/* Services that PureLB never looks at, for they only make noise. */
static bool is_system(const struct service *service)
{
	static const char *const names[] = { "kube-dns", "kube-controller-manager",
					     "kube-scheduler", NULL };

	if (str_equal(service->object.namespace, "default"))
		return str_equal(name_of(service), "kubernetes");
	return str_equal(service->object.namespace, "kube-system") &&
	       str_in(name_of(service), names);
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

static enum allocation_reason judge(const struct run *run, const struct tenant *tenant)
{
	const struct service *service = tenant->service;
	enum allocation_reason reason = judge_class(run, service);
	struct ip ip;

	if (is_system(service))
		return REASON_SYSTEM;
	if (reason != REASON_NONE || tenant->result == NULL || tenant->result->inferred)
		return reason;
	if (service->cluster_ip.s != NULL && ip_parse(service->cluster_ip.s, &ip))
		return REASON_NONE;
	return REASON_NO_CLUSTER_IP;
}

/* Why it is not PureLB's, with the value that makes it so. */
static const char *tell_foreign(struct run *run, const struct tenant *tenant)
{
	const struct service *service = tenant->service;
	const char *cluster_ip = service->cluster_ip.s;

	switch (tenant->foreign) {
	case REASON_SYSTEM:
		return arena_printf(run->arena, "PureLB never looks at Service \"%s\"",
				    service_full_name(run, service));
	case REASON_NOT_DEFAULT:
		return "it has no loadBalancerClass, and PureLB is not the default announcer";
	case REASON_OLD_CLASS:
		return "loadBalancerClass \"" CLASS_V1
		       "\" is that of PureLB v1; v2 serves \"" CLASS_V2 "\"";
	case REASON_OTHER_CLASS:
		return arena_printf(
			run->arena,
			"loadBalancerClass \"%s\" is not PureLB's, which is \"" CLASS_V2 "\"",
			service->load_balancer_class.s);
	default:
		if (cluster_ip == NULL || cluster_ip[0] == '\0')
			return "it has no clusterIP";
		return arena_printf(run->arena, "clusterIP \"%s\" is not an address",
				    cluster_ip);
	}
}

static struct cause foreign_cause(const struct tenant *tenant)
{
	const struct service *service = tenant->service;

	if (tenant->foreign == REASON_SYSTEM)
		return (struct cause){ service->object.name.pos, "metadata.name" };
	if (tenant->foreign == REASON_NO_CLUSTER_IP && service->cluster_ip.s != NULL)
		return (struct cause){ service->cluster_ip.pos, "spec.clusterIP" };
	if (service->load_balancer_class.s != NULL)
		return (struct cause){ service->load_balancer_class.pos,
				       "spec.loadBalancerClass" };
	return (struct cause){ service->object.pos, NULL };
}

void service_say_foreign(struct run *run, struct tenant *tenant)
{
	reason_say(tenant, tenant->foreign, foreign_cause(tenant), tell_foreign(run, tenant));
}

/* ---- reading one ---- */

static void read_annotations(struct run *run, struct tenant *tenant)
{
	const char *brand = NULL, *key = NULL;
	struct {
		const char *key;
		const char **value;
	} rows[] = {
		{ KEY_ADDRESSES, &tenant->addresses },
		{ KEY_GROUP, &tenant->group },
		{ KEY_MULTI, &tenant->multi },
		{ KEY_FROM, &tenant->from },
		{ KEY_BRAND, &brand },
		{ KEY_SHARING, &key },
	};

	ARRAY_FOREACH (const struct label, label, &tenant->service->object.annotations.list) {
		if (!str_has_prefix(label->key.s, "purelb.io/"))
			continue;
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			/* As label_map_text(): of one key the first value counts. */
			if (*rows[i].value == NULL && str_equal(label->key.s, rows[i].key))
				*rows[i].value = label->value.s;
		}
	}
	tenant->branded = str_equal(brand, BRAND);
	tenant->key = run_text(run, key);
	if (tenant->result != NULL && tenant->key != 0)
		tenant->result->sharing_key = key;
}

static void read_ports(struct run *run, struct tenant *tenant)
{
	const struct service_ports *ports = &tenant->service->ports;

	tenant->ports.items = &tenant->first_port;
	tenant->ports.capacity = 1;
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
	tenant->held.items = &tenant->first_held;
	tenant->held.capacity = 1;
	ARRAY_RESERVE(&run->scratch, &tenant->held, tenant->service->ingress.list.count);
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
	}
}

static void fill_tenant(struct run *run, struct tenant *tenant, const struct service *service)
{
	struct allocation *result = tenant->result;

	tenant->service = service;
	tenant->namespace = run_same_text(run, service->object.namespace);
	read_annotations(run, tenant);
	tenant->group = run_same_text(run, tenant->group);
	read_ports(run, tenant);
	read_ingress(run, tenant);
	tenant->field = request_field(service);
	if (result != NULL) {
		result->service = service;
		services_infer(run, tenant);
	}
	tenant->foreign = judge(run, tenant);
	if (service->object.creation_time.s == NULL ||
	    !rfc3339_parse(service->object.creation_time.s, &tenant->created_ns))
		tenant->created_ns = CREATED_UNKNOWN;
}

/* ---- by name ---- */

/* What becomes of a Service of the input. */
enum part {
	PART_NONE,
	PART_LISTED, /* of type LoadBalancer */
	PART_HOLDER, /* of another type; it matters for what it still holds */
};

/* A Service with the beginning of its name, which mostly settles the order in its namespace. */
struct named {
	uint64_t name;
	const struct service *service;
	uint32_t index;     /* in the input */
	uint32_t namespace; /* number of its text (run_text()) */
	enum part part;
};

/* The Services of one namespace. */
struct named_group {
	const char *namespace;
	uint32_t count;
	uint32_t begin; /* where they are among all */
};

/* Ordered as the texts are; equal for texts of which the first eight bytes are equal. */
static uint64_t beginning(const char *text)
{
	uint64_t value = 0;
	unsigned i = 0;

	for (; i < sizeof(value) && text[i] != '\0'; i++)
		value = value << 8 | (unsigned char)text[i];
	for (; i < sizeof(value); i++)
		value <<= 8;
	return value;
}

static int compare_names(const struct named *a, const struct named *b)
{
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	/* A text that ends within the beginning has a zero byte there. */
	return (a->name & 0xFF) == 0 ? 0
				     : str_compare(name_of(a->service), name_of(b->service));
}

static int compare_named(const void *pa, const void *pb)
{
	const struct named *a = pa;
	const struct named *b = pb;
	int order = compare_names(a, b);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static int compare_groups(const void *pa, const void *pb)
{
	const struct named_group *const *a = pa;
	const struct named_group *const *b = pb;

	return str_compare((*a)->namespace, (*b)->namespace);
}

static enum part part_of(const struct service *service)
{
	if (is_load_balancer(service))
		return PART_LISTED;
	return service->ingress.list.count > 0 ? PART_HOLDER : PART_NONE;
}

/* Memory is slower than what is done with it: a Service is asked for before its turn. */
static void ask_for_service(const struct snapshot *snapshot, uint32_t i)
{
	enum { LINE_BYTES = 64 };
	const char *at;

	if (i >= snapshot->services.count)
		return;
	at = (const char *)snapshot->services.items[i];
	for (size_t line = 0; line < sizeof(struct service); line += LINE_BYTES)
		__builtin_prefetch(at + line);
}

enum { SERVICES_AHEAD = 6 };

/* The Services in the order of the input. */
static void read_services(struct run *run, struct named *read)
{
	const struct snapshot *snapshot = run->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->services.count; i++) {
		const struct service *service = snapshot->services.items[i];

		ask_for_service(snapshot, i + SERVICES_AHEAD);
		read[i].service = service;
		read[i].index = i;
		read[i].part = part_of(service);
		read[i].name = beginning(name_of(service));
		read[i].namespace = run_text(run, service->object.namespace);
	}
}

/*
 * Puts them into `services` by namespace, each namespace unsorted, in the order of the
 * namespaces; `groups` has one for each text number. Sorting each by itself then stays within
 * little memory.
 */
static void group_services(const struct named *read, uint32_t count, struct named *services,
			   struct named_group *groups, uint32_t group_count)
{
	struct named_group **order =
		mem_resize(NULL, group_count, sizeof(struct named_group *));
	uint32_t used = 0, begin = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct named_group *group = &groups[read[i].namespace];

		if (group->count++ == 0)
			order[used++] = group;
		group->namespace = read[i].service->object.namespace;
	}
	order_sort(order, used, sizeof(struct named_group *), compare_groups);
	for (uint32_t i = 0; i < used; i++) {
		order[i]->begin = begin;
		begin += order[i]->count;
		order[i]->count = 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct named_group *group = &groups[read[i].namespace];

		services[group->begin + group->count++] = read[i];
	}
	free(order);
}

/* Sorts them by namespace and name; of several with one name the first one that was read
 * stays. */
static uint32_t sort_services(struct run *run, struct named *services)
{
	const uint32_t count = run->cluster->snapshot->services.count;
	struct named *read = mem_resize(NULL, count, sizeof(*read));
	struct named_group *groups;
	uint32_t group_count, kept = 0;

	read_services(run, read);
	group_count = run_texts(run) + 1;
	groups = arena_zalloc(&run->scratch, group_count, sizeof(*groups));
	group_services(read, count, services, groups, group_count);
	free(read);
	for (uint32_t i = 0; i < group_count; i++)
		order_sort(&services[groups[i].begin], groups[i].count, sizeof(*services),
			   compare_named);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || services[kept - 1].namespace != services[i].namespace ||
		    compare_names(&services[kept - 1], &services[i]) != 0)
			services[kept++] = services[i];
	}
	return kept;
}

/* Where the tenant of each Service of the input is, plus 1; 0: it has none. */
static void place_tenants(struct run *run, const struct named *services, uint32_t count,
			  uint32_t *places)
{
	uint32_t listed = 0;

	for (uint32_t i = 0; i < count; i++)
		listed += services[i].part == PART_LISTED;
	/* In one piece, so that pointers into them stay good. */
	ARRAY_RESERVE(run->arena, &run->out->list, listed);
	ARRAY_RESERVE(&run->scratch, &run->tenants, count);
	for (uint32_t i = 0; i < count; i++) {
		struct tenant *tenant;

		if (services[i].part == PART_NONE)
			continue;
		tenant = ARRAY_PUSH(&run->scratch, &run->tenants);
		if (services[i].part == PART_LISTED)
			tenant->result = ARRAY_PUSH(run->arena, &run->out->list);
		places[services[i].index] = run->tenants.count;
	}
}

/*
 * The tenants are in the order of names, but filled in the order of the input: there the
 * Services lie one behind the other, and memory that is read in its order is read much faster.
 */
static void list_tenants(struct run *run, const struct named *services, uint32_t count)
{
	const struct snapshot *snapshot = run->cluster->snapshot;
	const uint32_t all = snapshot->services.count;
	uint32_t *places = arena_zalloc(&run->scratch, all, sizeof(*places));

	place_tenants(run, services, count, places);
	for (uint32_t i = 0; i < all; i++) {
		ask_for_service(snapshot, i + SERVICES_AHEAD);
		if (places[i] > 0)
			fill_tenant(run, &run->tenants.items[places[i] - 1],
				    snapshot->services.items[i]);
	}
}

/* ---- in the order of processing ---- */

struct turn {
	uint32_t late; /* 0: it is there already; else its place among those that come */
	int64_t created_ns;
	uint32_t tenant;
};

static int compare_turns(const void *pa, const void *pb)
{
	const struct turn *a = pa;
	const struct turn *b = pb;

	if (a->late != b->late)
		return a->late < b->late ? -1 : 1;
	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? -1 : 1;
	return (a->tenant > b->tenant) - (a->tenant < b->tenant);
}

static uint32_t late_place(const struct run *run, const struct service *service)
{
	for (uint32_t i = 0; i < run->late_count; i++) {
		if (run->late[i] == service)
			return i + 1;
	}
	return 0;
}

/* P3.11.9 */
static void list_turns(struct run *run)
{
	uint32_t count = run->tenants.count;
	struct turn *turns = mem_resize(NULL, count, sizeof(*turns));

	for (uint32_t i = 0; i < count; i++) {
		turns[i].tenant = i;
		turns[i].late = late_place(run, run->tenants.items[i].service);
		turns[i].created_ns = run->tenants.items[i].created_ns;
	}
	order_sort(turns, count, sizeof(*turns), compare_turns);
	run->turns = arena_alloc(&run->scratch, count * sizeof(*run->turns));
	for (uint32_t i = 0; i < count; i++) {
		run->turns[i] = &run->tenants.items[turns[i].tenant];
		run->turns[i]->order = i;
	}
	free(turns);
}

void services_list(struct run *run)
{
	struct named *services =
		mem_resize(NULL, run->cluster->snapshot->services.count, sizeof(*services));
	uint32_t count = sort_services(run, services);

	list_tenants(run, services, count);
	free(services);
	use_reserve(run, count > UINT32_MAX / 2 ? UINT32_MAX : 2 * count);
	list_turns(run);
}
