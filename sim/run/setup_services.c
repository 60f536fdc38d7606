/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is announced in a setup: the Services with the addresses that allocation gives them.
 */
#include "sim/run/setup_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/repository/repository.h"
#include "config/repository/settle.h"
#include "base/nearest.h"
#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "purelb/election/election.h"
#include "purelb/election/endpoints.h"

/* ---- Services and their VIPs ---- */

/* The event that is the first to create or delete the Service, or NULL; as written, of several
 * at one time. */
static const struct scenario_event *arrival_first_event(const struct setup_builder *b,
							const char *name)
{
	const struct scenario_event *first = NULL;

	ARRAY_FOREACH (const struct scenario_event, e, &b->scenario->events.list) {
		const bool comes_or_goes = e->kind.which == EVENT_SERVICE_CREATE ||
					   e->kind.which == EVENT_SERVICE_DELETE;

		if (!comes_or_goes || e->kind.given != 1 || !str_equal(e->args.service.s, name))
			continue;
		if (first == NULL || setup_earliest(&e->when) < setup_earliest(&first->when))
			first = e;
	}
	return first;
}

/* True when it is not there at the start: the first that happens to it is that it comes. */
static bool arrival_is_late(const struct setup_builder *b, const char *name)
{
	const struct scenario_event *first = arrival_first_event(b, name);

	return first != NULL && first->kind.which == EVENT_SERVICE_CREATE;
}

static bool vip_skips_dad(const struct service *service, const struct pool *pool)
{
	const char *given =
		label_map_text(&service->object.annotations, "purelb.io/skip-ipv6-dad");

	if (pool != NULL && pool->spec != NULL && pool->spec->skip_ipv6_dad.set)
		return pool->spec->skip_ipv6_dad.v;
	return str_equal(given, "true");
}

/* The segment of the first node that has a subnet with the address. */
static uint32_t vip_segment_of(const struct setup *setup, struct ip ip)
{
	ARRAY_FOREACH (const struct setup_node, node, &setup->nodes) {
		ARRAY_FOREACH (const struct setup_interface, in, &node->interfaces) {
			ARRAY_FOREACH (const struct node_net, net, &in->nets) {
				if (ip_net_contains(net->net, ip))
					return in->segment;
			}
		}
	}
	return SETUP_NONE;
}

static void vip_add(struct setup *setup, uint32_t service, const struct service *object,
		    const struct allocated_address *a)
{
	struct setup_vip *vip = ARRAY_PUSH(setup->arena, &setup->vips);
	char text[IP_TEXT_MAX];

	vip->ip = a->ip;
	vip->text = arena_strdup(setup->arena, ip_format(a->ip, text));
	vip->service = service;
	vip->pool = a->pool;
	vip->remote = a->pool != NULL && a->pool->type == POOL_TYPE_REMOTE;
	vip->skip_dad = vip_skips_dad(object, a->pool);
	/* P6.3: a remote one in a subnet of the nodes is announced there as well. */
	vip->segment = vip_segment_of(setup, a->ip);
}

static const bool *service_endpoint_nodes(struct setup *setup, const struct slice_index *index,
					  const struct setup_service *s)
{
	struct slice_list slices = { 0 };

	bool counts = s->affinity || s->etp_local;

	ARRAY_FOREACH (const struct setup_service_state, state, &s->states)
		counts |= state->policy_local;
	if (!counts)
		return NULL;
	endpoints_of(index, s->service, setup->arena, &slices);
	return s->etp_local ? endpoints_healthy_nodes(setup->cluster, &slices, setup->arena)
			    : endpoints_ready_nodes(setup->cluster, &slices, setup->arena);
}

/* P6.1: a Service that agents pass by has no VIPs here; one that the allocator passes by and
 * they do not has those of its status. */
static void service_add_own_vips(struct setup *setup, uint32_t number,
				 const struct allocation *a)
{
	if (a->state != SERVICE_ASSIGNED && !announcing_considers(a->service))
		return;
	if (a->state != SERVICE_IGNORED) {
		ARRAY_FOREACH (const struct allocated_address, address, &a->addresses)
			vip_add(setup, number, a->service, address);
	} else {
		ARRAY_FOREACH (const struct ingress, ingress, &a->service->ingress.list) {
			struct allocated_address address = { 0 };

			if (ingress->ip.s != NULL && ip_parse(ingress->ip.s, &address.ip))
				vip_add(setup, number, a->service, &address);
		}
	}
}

static bool service_has_vip(const struct setup *setup, const struct setup_service *s,
			    struct ip ip)
{
	for (uint32_t v = s->first_vip; v < setup->vips.count; v++) {
		if (ip_compare(setup->vips.items[v].ip, ip) == 0)
			return true;
	}
	return false;
}

/* An edit gives it its addresses, even the first ones. */
static bool service_comes_later(const struct setup_builder *b, const struct setup_service *s,
				const struct known_service *known)
{
	return !s->exists && known->first_edit != SETUP_NONE &&
	       b->edits.items[known->first_edit].what == SERVICE_COMES;
}

/* Its VIPs: those that it has at the start come first, then those that edits bring. */
static void service_add_vips(struct setup_builder *b, struct setup_service *s, uint32_t number,
			     const struct known_service *known, const struct allocation *a)
{
	struct setup *setup = b->setup;
	uint32_t own;

	s->first_vip = setup->vips.count;
	if (a != NULL && !service_comes_later(b, s, known))
		service_add_own_vips(setup, number, a);
	own = setup->vips.count - s->first_vip;
	for (uint32_t i = known->first_edit; i != SETUP_NONE; i = b->edits.items[i].next) {
		const struct service_edit *edit = &b->edits.items[i];

		ARRAY_FOREACH (const struct allocated_address, address,
			       &edit->result.addresses) {
			if (!service_has_vip(setup, s, address->ip))
				vip_add(setup, number, edit->service, address);
		}
	}
	s->vip_count = setup->vips.count - s->first_vip;
	setup_add_states(b, s, known, own);
}

/* `a` NULL: only an apply brings it. */
static void service_add(struct setup_builder *b, const struct slice_index *index,
			struct known_service *known, const struct allocation *a)
{
	struct setup *setup = b->setup;
	struct setup_service *s = ARRAY_PUSH(setup->arena, &setup->services);

	known->number = setup->services.count - 1;
	s->service = known->of;
	s->name = arena_printf(setup->arena, "%s/%s", known->of->object.namespace,
			       known->of->object.name.s);
	s->exists = a != NULL && !arrival_is_late(b, s->name);
	s->affinity = endpoints_affinity(setup->cluster, known->of);
	s->etp_local = str_equal(known->of->external_traffic_policy.s, "Local");
	service_add_vips(b, s, known->number, known, a);
	s->endpoint_nodes = service_endpoint_nodes(setup, index, s);
}

/* ---- Services that come later ---- */

/* A serviceCreate event: when it comes at the earliest. */
struct arrival {
	sim_ns at;
	uint32_t order; /* as written */
	const struct service *service;
};

static int arrival_compare(const void *pa, const void *pb)
{
	const struct arrival *a = pa;
	const struct arrival *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static const struct service *arrival_service(const struct snapshot *snapshot, const char *name)
{
	for (uint32_t i = 0; i < snapshot->services.count; i++) {
		if (setup_is_named(snapshot->services.items[i], name))
			return snapshot->services.items[i];
	}
	return NULL;
}

/* They get their addresses in the order in which they come. */
static void arrival_list(const struct setup_builder *b, struct allocation_options *options)
{
	struct arena *arena = b->setup->arena;
	const uint32_t events = b->scenario->events.list.count;
	struct arrival *arrivals = arena_zalloc(arena, events, sizeof(*arrivals));
	const struct service **late = arena_zalloc(arena, events, sizeof(*late));
	uint32_t count = 0;

	for (uint32_t i = 0; i < events; i++) {
		const struct scenario_event *e = &b->scenario->events.list.items[i];

		if (e->kind.given != 1 || e->kind.which != EVENT_SERVICE_CREATE ||
		    e->args.service.s == NULL || arrival_first_event(b, e->args.service.s) != e)
			continue;
		arrivals[count].at = setup_earliest(&e->when);
		arrivals[count].order = i;
		arrivals[count++].service = arrival_service(b->snapshot, e->args.service.s);
	}
	if (count > 1)
		qsort(arrivals, count, sizeof(*arrivals), arrival_compare);
	for (uint32_t i = 0; i < count; i++)
		late[i] = arrivals[i].service;
	options->late = late;
	options->late_count = count;
}

/* Services in the order of their names, each with the addresses that allocation gives it. */
void setup_build_vips(struct setup_builder *b)
{
	struct setup *setup = b->setup;
	struct allocation_options options = { 0 };
	struct allocations all;
	struct slice_index index;

	arrival_list(b, &options);
	allocation_run(&all, setup->cluster, &options, setup->arena);
	setup_build_edits(b, &all);
	endpoints_index(&index, setup->cluster, setup->arena);
	for (uint32_t i = 0; i < b->known.count; i++) {
		const struct allocation *a = i < all.list.count ? &all.list.items[i] : NULL;

		if (a == NULL || a->state != SERVICE_IGNORED ||
		    announcing_considers(a->service))
			service_add(b, &index, &b->known.items[i], a);
	}
	setup_rank_all(b);
}
