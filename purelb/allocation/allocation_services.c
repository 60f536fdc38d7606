/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.8 and P3.11.9: which Services are PureLB's, what the API server would fill in for one that
 * has not been applied, and the order in which PureLB's allocator processes them.
 */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "config/objects/workloads.h"
#include "purelb/pools/order.h"

#define ANNOUNCER_NAME "DEFAULT_ANNOUNCER"

/* ---- the cluster as a whole ---- */

const struct workload *allocator_deployment(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct workload *, deployment, &snapshot->deployments) {
		if (workload_allocator(*deployment) != NULL &&
		    str_equal((*deployment)->object.namespace, snapshot->install_namespace))
			return *deployment;
	}
	return NULL;
}

/* What the container says; false when that is not in the input. Of several variables with one
 * name the last one counts. */
static bool services_announcer_known(const struct container *container, bool *is_default)
{
	bool hidden = false;

	*is_default = false;
	ARRAY_FOREACH (const struct env_var, variable, &container->env.list) {
		if (!str_equal(variable->name.s, ANNOUNCER_NAME))
			continue;
		hidden = variable->value.s == NULL;
		*is_default = str_equal(variable->value.s, BRAND);
	}
	return !hidden;
}

bool services_default_announcer(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct workload *, deployment, &snapshot->deployments) {
		const struct container *container = workload_allocator(*deployment);
		bool is_default;

		if (container != NULL &&
		    str_equal((*deployment)->object.namespace, snapshot->install_namespace) &&
		    services_announcer_known(container, &is_default))
			return is_default;
	}
	return true;
}

static void services_see_family(const struct str_value *text, bool seen[static SIDES])
{
	struct ip_net net;
	struct ip ip;

	if (text->s == NULL)
		return;
	if (ip_parse(text->s, &ip))
		seen[side_of(ip)] = true;
	else if (ip_net_parse(text->s, &net))
		seen[side_of(net.address)] = true;
}

static bool services_node_dual_stack(const struct node *node)
{
	bool pods[SIDES] = { false }, addresses[SIDES] = { false };

	ARRAY_FOREACH (const struct str_value, cidr, &node->pod_cidrs.list)
		services_see_family(cidr, pods);
	ARRAY_FOREACH (const struct node_address, address, &node->addresses.list) {
		if (str_equal(address->type.s, "InternalIP"))
			services_see_family(&address->address, addresses);
	}
	return (pods[SIDE_V4] && pods[SIDE_V6]) || (addresses[SIDE_V4] && addresses[SIDE_V6]);
}

static bool services_is_dual_stack(const struct service *service)
{
	bool seen[SIDES] = { false };

	ARRAY_FOREACH (const struct str_value, ip, &service->cluster_ips.list)
		services_see_family(ip, seen);
	return seen[SIDE_V4] && seen[SIDE_V6];
}

bool services_dual_stack(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct node *, node, &snapshot->nodes) {
		if (services_node_dual_stack(*node))
			return true;
	}
	ARRAY_FOREACH (struct service *, service, &snapshot->services) {
		if (services_is_dual_stack(*service))
			return true;
	}
	return false;
}

/* ---- families ---- */

static void services_add_family(struct allocation *result, enum ip_family family)
{
	for (unsigned i = 0; i < result->family_count; i++) {
		if (result->families[i] == family)
			return;
	}
	result->families[result->family_count++] = family;
}

static void services_read_families(struct claim *claim)
{
	ARRAY_FOREACH (const struct str_value, text, &claim->service->ip_families.list) {
		if (str_equal(text->s, "IPv4"))
			services_add_family(claim->result, IP_V4);
		else if (str_equal(text->s, "IPv6"))
			services_add_family(claim->result, IP_V6);
		else
			claim->odd_family = true;
	}
}

/* A manifest that was never applied: what the API server would fill in. (P3.8) */
static void services_infer_manifest(const struct run *run, struct claim *claim)
{
	const struct service *service = claim->service;
	const char *policy = service->ip_family_policy.s;
	struct allocation *result = claim->result;

	if ((service->cluster_ip.s != NULL && service->cluster_ip.s[0] != '\0') ||
	    service->ingress.list.count > 0)
		return;
	result->inferred = true;
	if (result->family_count == 0)
		services_add_family(result, IP_V4);
	if (str_equal(policy, "RequireDualStack") ||
	    (str_equal(policy, "PreferDualStack") && run->out->dual_stack)) {
		services_add_family(result, IP_V4);
		services_add_family(result, IP_V6);
	}
}

/* Fills in the families, for a manifest also what the API server would. */
static void services_infer(const struct run *run, struct claim *claim)
{
	services_read_families(claim);
	services_infer_manifest(run, claim);
}

#define CLASS_V2        "purelb.io/purelbv2"
#define CLASS_V1        "purelb.io/purelb"
#define CREATED_UNKNOWN INT64_MAX

const char *services_annotation(const struct service *service, const char *key)
{
	return label_map_text(&service->object.annotations, key);
}

static const char *services_name_of(const struct service *service)
{
	return service->object.name.s != NULL ? service->object.name.s : "";
}

const char *services_full_name(struct run *run, const struct service *service)
{
	return arena_printf(run->arena, "%s/%s", service->object.namespace,
			    services_name_of(service));
}

/* ---- 3.8 ---- */

static bool services_is_load_balancer(const struct service *service)
{
	return str_equal(service->type.s, "LoadBalancer");
}

/* Services that PureLB never looks at, for they only make noise. */
static bool services_is_system(const struct service *service)
{
	static const char *const names[] = { "kube-dns", "kube-controller-manager",
					     "kube-scheduler", NULL };

	if (str_equal(service->object.namespace, "default"))
		return str_equal(services_name_of(service), "kubernetes");
	return str_equal(service->object.namespace, "kube-system") &&
	       str_in(services_name_of(service), names);
}

/* The class is PureLB's, or there is none and it is the default announcer. */
static enum allocation_reason services_class_reason(const struct run *run,
						    const struct service *service)
{
	const char *class = service->load_balancer_class.s;

	if (class == NULL)
		return run->out->default_announcer ? REASON_NONE : REASON_NOT_DEFAULT;
	if (str_equal(class, CLASS_V2))
		return REASON_NONE;
	return str_equal(class, CLASS_V1) ? REASON_OLD_CLASS : REASON_OTHER_CLASS;
}

static enum allocation_reason services_foreign_reason(const struct run *run,
						      const struct claim *claim)
{
	const struct service *service = claim->service;
	enum allocation_reason reason = services_class_reason(run, service);
	struct ip ip;

	if (services_is_system(service))
		return REASON_SYSTEM;
	if (reason != REASON_NONE || claim->result == NULL || claim->result->inferred)
		return reason;
	if (service->cluster_ip.s != NULL && ip_parse(service->cluster_ip.s, &ip))
		return REASON_NONE;
	return REASON_NO_CLUSTER_IP;
}

/* Why it is not PureLB's, with the value that makes it so. */
static const char *services_foreign_text(struct run *run, const struct claim *claim)
{
	const struct service *service = claim->service;
	const char *cluster_ip = service->cluster_ip.s;

	switch (claim->foreign) {
	case REASON_SYSTEM:
		return arena_printf(run->arena, "PureLB ignores Service \"%s\"",
				    services_full_name(run, service));
	case REASON_NOT_DEFAULT:
		return "it has no loadBalancerClass, and PureLB is not the default announcer";
	case REASON_OLD_CLASS:
		return "loadBalancerClass \"" CLASS_V1
		       "\" belongs to PureLB v1; v2 serves \"" CLASS_V2 "\"";
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

static struct cause services_foreign_cause(const struct claim *claim)
{
	const struct service *service = claim->service;

	if (claim->foreign == REASON_SYSTEM)
		return (struct cause){ service->object.name.pos, "metadata.name" };
	if (claim->foreign == REASON_NO_CLUSTER_IP && service->cluster_ip.s != NULL)
		return (struct cause){ service->cluster_ip.pos, "spec.clusterIP" };
	if (service->load_balancer_class.s != NULL)
		return (struct cause){ service->load_balancer_class.pos,
				       "spec.loadBalancerClass" };
	return (struct cause){ service->object.pos, NULL };
}

void services_explain_foreign(struct run *run, struct claim *claim)
{
	reason_say(claim, claim->foreign, services_foreign_cause(claim),
		   services_foreign_text(run, claim));
}

/* ---- reading one ---- */

static void services_read_annotations(struct run *run, struct claim *claim)
{
	const char *brand = NULL, *key = NULL;
	struct {
		const char *key;
		const char **value;
	} rows[] = {
		{ KEY_ADDRESSES, &claim->addresses },
		{ KEY_GROUP, &claim->group },
		{ KEY_MULTI, &claim->multi },
		{ KEY_FROM, &claim->from },
		{ KEY_BRAND, &brand },
		{ KEY_SHARING, &key },
	};

	ARRAY_FOREACH (const struct label, label, &claim->service->object.annotations.list) {
		if (!str_has_prefix(label->key.s, "purelb.io/"))
			continue;
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			/* As label_map_text(): of one key the first value counts. */
			if (*rows[i].value == NULL && str_equal(label->key.s, rows[i].key))
				*rows[i].value = label->value.s;
		}
	}
	claim->branded = str_equal(brand, BRAND);
	claim->key = run_text(run, key);
	if (claim->result != NULL && claim->key != 0)
		claim->result->sharing_key = key;
}

static void services_read_ports(struct run *run, struct claim *claim)
{
	const struct service_ports *ports = &claim->service->ports;

	claim->ports.items = &claim->first_port;
	claim->ports.capacity = 1;
	ARRAY_RESERVE(&run->scratch, &claim->ports, ports->list.count);
	ARRAY_FOREACH (const struct service_port, port, &ports->list) {
		const char *protocol = port->protocol.s;
		struct port number = {
			.protocol = run_text(run, protocol != NULL ? protocol : "TCP"),
			.number = port->port.set ? port->port.v : 0,
		};

		ARRAY_ADD(&run->scratch, &claim->ports, number);
	}
}

static void services_read_ingress(struct run *run, struct claim *claim)
{
	claim->held.items = &claim->first_held;
	claim->held.capacity = 1;
	ARRAY_RESERVE(&run->scratch, &claim->held, claim->service->ingress.list.count);
	ARRAY_FOREACH (const struct ingress, ingress, &claim->service->ingress.list) {
		struct held *held = ARRAY_PUSH(&run->scratch, &claim->held);
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

static void services_fill_claim(struct run *run, struct claim *claim,
				const struct service *service)
{
	struct allocation *result = claim->result;

	claim->service = service;
	claim->namespace = run_same_text(run, service->object.namespace);
	services_read_annotations(run, claim);
	claim->group = run_same_text(run, claim->group);
	services_read_ports(run, claim);
	services_read_ingress(run, claim);
	claim->field = request_field(service);
	if (result != NULL) {
		result->service = service;
		services_infer(run, claim);
	}
	claim->foreign = services_foreign_reason(run, claim);
	if (service->object.creation_time.s == NULL ||
	    !rfc3339_parse(service->object.creation_time.s, &claim->created_ns))
		claim->created_ns = CREATED_UNKNOWN;
}

/* ---- by name ---- */

/* What becomes of a Service of the input. */
enum listing {
	LISTING_NONE,
	LISTING_LISTED, /* of type LoadBalancer */
	LISTING_HOLDER, /* of another type; it matters for what it still holds */
};

/* A Service with the services_name_beginning of its name, which mostly settles the order in its
 * namespace. */
struct named {
	uint64_t name;
	const struct service *service;
	uint32_t index;     /* in the input */
	uint32_t namespace; /* number of its text (run_text()) */
	enum listing listing;
};

/* The Services of one namespace. */
struct named_group {
	const char *namespace;
	uint32_t count;
	uint32_t begin; /* where they are among all */
};

/* Ordered as the texts are; equal for texts of which the first eight bytes are equal. */
static uint64_t services_name_beginning(const char *text)
{
	uint64_t value = 0;
	unsigned i = 0;

	for (; i < sizeof(value) && text[i] != '\0'; i++)
		value = value << 8 | (unsigned char)text[i];
	for (; i < sizeof(value); i++)
		value <<= 8;
	return value;
}

static int services_compare_names(const struct named *a, const struct named *b)
{
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	/* A text that ends within the services_name_beginning has a zero byte there. */
	return (a->name & 0xFF) == 0 ? 0
				     : str_compare(services_name_of(a->service),
						   services_name_of(b->service));
}

static int services_compare_named(const void *pa, const void *pb)
{
	const struct named *a = pa;
	const struct named *b = pb;
	int order = services_compare_names(a, b);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static int services_compare_namespaces(const void *pa, const void *pb)
{
	const struct named_group *const *a = pa;
	const struct named_group *const *b = pb;

	return str_compare((*a)->namespace, (*b)->namespace);
}

static enum listing services_kind_of(const struct service *service)
{
	if (services_is_load_balancer(service))
		return LISTING_LISTED;
	return service->ingress.list.count > 0 ? LISTING_HOLDER : LISTING_NONE;
}

/* Memory is slower than what is done with it: a Service is asked for before its turn. */
static void services_prefetch(const struct snapshot *snapshot, uint32_t i)
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
static void services_read(struct run *run, struct named *read)
{
	const struct snapshot *snapshot = run->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->services.count; i++) {
		const struct service *service = snapshot->services.items[i];

		services_prefetch(snapshot, i + SERVICES_AHEAD);
		read[i].service = service;
		read[i].index = i;
		read[i].listing = services_kind_of(service);
		read[i].name = services_name_beginning(services_name_of(service));
		read[i].namespace = run_text(run, service->object.namespace);
	}
}

/*
 * Puts them into `services` by namespace, each namespace unsorted, in the order of the
 * namespaces; `groups` has one for each text number. Sorting each by itself then stays within
 * little memory.
 */
static void services_group(const struct named *read, uint32_t count, struct named *services,
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
	order_sort(order, used, sizeof(struct named_group *), services_compare_namespaces);
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
static uint32_t services_sort(struct run *run, struct named *services)
{
	const uint32_t count = run->cluster->snapshot->services.count;
	struct named *read = mem_resize(NULL, count, sizeof(*read));
	struct named_group *groups;
	uint32_t group_count, kept = 0;

	services_read(run, read);
	group_count = run_texts(run) + 1;
	groups = arena_zalloc(&run->scratch, group_count, sizeof(*groups));
	services_group(read, count, services, groups, group_count);
	free(read);
	for (uint32_t i = 0; i < group_count; i++)
		order_sort(&services[groups[i].begin], groups[i].count, sizeof(*services),
			   services_compare_named);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || services[kept - 1].namespace != services[i].namespace ||
		    services_compare_names(&services[kept - 1], &services[i]) != 0)
			services[kept++] = services[i];
	}
	return kept;
}

/* Where the claim of each Service of the input is, plus 1; 0: it has none. */
static void services_place_claims(struct run *run, const struct named *services, uint32_t count,
				  uint32_t *places)
{
	uint32_t listed = 0;

	for (uint32_t i = 0; i < count; i++)
		listed += services[i].listing == LISTING_LISTED;
	/* In one piece, so that pointers into them stay good. */
	ARRAY_RESERVE(run->arena, &run->out->list, listed);
	ARRAY_RESERVE(&run->scratch, &run->claims, count);
	for (uint32_t i = 0; i < count; i++) {
		struct claim *claim;

		if (services[i].listing == LISTING_NONE)
			continue;
		claim = ARRAY_PUSH(&run->scratch, &run->claims);
		if (services[i].listing == LISTING_LISTED)
			claim->result = ARRAY_PUSH(run->arena, &run->out->list);
		places[services[i].index] = run->claims.count;
	}
}

/*
 * The claims are in the order of names, but filled in the order of the input: there the
 * Services lie one behind the other, and memory that is read in its order is read much faster.
 */
static void services_list_claims(struct run *run, const struct named *services, uint32_t count)
{
	const struct snapshot *snapshot = run->cluster->snapshot;
	const uint32_t all = snapshot->services.count;
	uint32_t *places = arena_zalloc(&run->scratch, all, sizeof(*places));

	services_place_claims(run, services, count, places);
	for (uint32_t i = 0; i < all; i++) {
		services_prefetch(snapshot, i + SERVICES_AHEAD);
		if (places[i] > 0)
			services_fill_claim(run, &run->claims.items[places[i] - 1],
					    snapshot->services.items[i]);
	}
}

/* ---- in the order of processing ---- */

struct turn {
	uint32_t late; /* 0: it is there already; else its place among those that come */
	int64_t created_ns;
	bool anywhere; /* it may be of another cluster (I7.2) */
	bool behind;   /* those that request addresses */
	uint32_t claim;
};

static int services_compare_turns(const void *pa, const void *pb)
{
	const struct turn *a = pa;
	const struct turn *b = pb;

	if (a->late != b->late)
		return a->late < b->late ? -1 : 1;
	if (a->anywhere != b->anywhere)
		return b->anywhere ? -1 : 1;
	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? -1 : 1;
	if (a->behind != b->behind)
		return b->behind ? -1 : 1;
	return (a->claim > b->claim) - (a->claim < b->claim);
}

static uint32_t services_late_place(const struct run *run, const struct service *service)
{
	for (uint32_t i = 0; i < run->late_count; i++) {
		if (run->late[i] == service)
			return i + 1;
	}
	return 0;
}

/* P3.11.9 */
static void services_list_turns(struct run *run)
{
	uint32_t count = run->claims.count;
	struct turn *turns = mem_resize(NULL, count, sizeof(*turns));

	for (uint32_t i = 0; i < count; i++) {
		const struct claim *claim = &run->claims.items[i];

		turns[i].claim = i;
		turns[i].late = services_late_place(run, claim->service);
		turns[i].anywhere = claim->service->object.anywhere;
		turns[i].created_ns = claim->created_ns;
		turns[i].behind = run->requests_first && claim->created_ns == CREATED_UNKNOWN &&
				  claim->addresses == NULL && claim->field == NULL;
	}
	order_sort(turns, count, sizeof(*turns), services_compare_turns);
	run->turns = arena_alloc(&run->scratch, count * sizeof(*run->turns));
	for (uint32_t i = 0; i < count; i++) {
		run->turns[i] = &run->claims.items[turns[i].claim];
		run->turns[i]->order = i;
	}
	free(turns);
}

void services_list(struct run *run)
{
	struct named *services =
		mem_resize(NULL, run->cluster->snapshot->services.count, sizeof(*services));
	uint32_t count = services_sort(run, services);

	services_list_claims(run, services, count);
	free(services);
	use_reserve(run, count > UINT32_MAX / 2 ? UINT32_MAX : 2 * count);
	services_list_turns(run);
}
