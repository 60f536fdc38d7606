/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that serviceEdit events change: each edit makes a Service of the one before it, as
 * the API server would fill it in, and asks the allocator's rules (P3.11) which addresses it
 * keeps, gives back and gets. All other Services hold what they have by then. What an edit
 * means to the agents is worked out here as well, so that a run only counts edits.
 */
#include "sim/run/setup_internal.h"

#include <string.h>

#include "base/text.h"
#include "config/repository/settle.h"
#include "purelb/announcing/announcing.h"
#include "purelb/election/endpoints.h"

#define BRAND_KEY     "purelb.io/allocated-by"
#define BRAND_VALUE   "PureLB"
#define FROM_KEY      "purelb.io/allocated-from"
#define TYPE_KEY      "purelb.io/pool-type"
#define ALLOW_KEY     "purelb.io/allow-local"
#define FIRST_IN_IPV4 "10.96.0.1"
#define FIRST_IN_IPV6 "fd00:96::1"

/* ---- a Service as it stands in the cluster ---- */

static void edit_set_annotation(struct arena *arena, struct label_map *map, const char *key,
				const char *value)
{
	struct label_map after = { .at = map->at };
	const struct label added = { .key = { .s = key }, .value = { .s = value } };

	ARRAY_FOREACH (const struct label, label, &map->list) {
		if (!str_equal(label->key.s, key))
			ARRAY_ADD(arena, &after.list, *label);
	}
	if (value != NULL)
		ARRAY_ADD(arena, &after.list, added);
	*map = after;
}

static void edit_set_families(struct arena *arena, struct service *service,
			      const enum ip_family *families, unsigned count)
{
	struct str_list list = { .at = service->ip_families.at };

	for (unsigned i = 0; i < count; i++) {
		const struct str_value name = { .s = families[i] == IP_V4 ? "IPv4" : "IPv6" };

		ARRAY_ADD(arena, &list.list, name);
	}
	service->ip_families = list;
}

/* With the addresses that it was given, and what the API server fills in (P3.8c). */
static struct service *edit_as_allocated(struct arena *arena, const struct allocation *a)
{
	struct service *service = arena_alloc(arena, sizeof(*service));
	struct ingresses ingresses = { 0 };
	const struct pool *pool = NULL;
	char text[IP_TEXT_MAX];

	*service = *a->service;
	if (service->cluster_ip.s == NULL && a->state != SERVICE_IGNORED) {
		const bool v6 = a->family_count > 0 && a->families[0] == IP_V6;

		service->cluster_ip.s = v6 ? FIRST_IN_IPV6 : FIRST_IN_IPV4;
		if (service->ip_families.list.count == 0)
			edit_set_families(arena, service, a->families, a->family_count);
	}
	ARRAY_FOREACH (const struct allocated_address, address, &a->addresses) {
		struct ingress *ingress = ARRAY_PUSH(arena, &ingresses.list);

		ingress->ip.s = arena_strdup(arena, ip_format(address->ip, text));
		pool = pool == NULL ? address->pool : pool;
	}
	if (ingresses.list.count == 0)
		return service;
	ingresses.at = service->ingress.at;
	ingresses.at.set = true;
	service->ingress = ingresses;
	service->status.set = true;
	edit_set_annotation(arena, &service->object.annotations, BRAND_KEY, BRAND_VALUE);
	if (pool == NULL)
		return service;
	edit_set_annotation(arena, &service->object.annotations, FROM_KEY, pool->name);
	edit_set_annotation(arena, &service->object.annotations, TYPE_KEY,
			    pool->type == POOL_TYPE_REMOTE ? "remote" : "local");
	return service;
}

/* ---- the edit ---- */

static void edit_take_text(struct str_value *to, const struct str_value *from)
{
	if (from->s != NULL)
		*to = *from;
}

/* A second family comes and goes with the policy, unless the edit lists families. */
static void edit_fill_families(struct arena *arena, struct service *service,
			       const struct service *patch, bool dual_stack)
{
	const char *policy = patch->ip_family_policy.s;
	const bool v4_first = service->ip_families.list.count == 0 ||
			      str_equal(service->ip_families.list.items[0].s, "IPv4");
	const enum ip_family families[] = { v4_first ? IP_V4 : IP_V6,
					    v4_first ? IP_V6 : IP_V4 };
	const bool both = str_equal(policy, "RequireDualStack") ||
			  (str_equal(policy, "PreferDualStack") && dual_stack);

	if (policy == NULL || patch->ip_families.list.count > 0)
		return;
	if (both || str_equal(policy, "SingleStack"))
		edit_set_families(arena, service, families, both ? 2 : 1);
}

static void edit_apply(struct arena *arena, struct service *service,
		       const struct scenario_event_args *args, bool dual_stack)
{
	const struct service *patch = &args->patch.service;

	edit_take_text(&service->type, &patch->type);
	edit_take_text(&service->load_balancer_class, &patch->load_balancer_class);
	edit_take_text(&service->load_balancer_ip, &patch->load_balancer_ip);
	edit_take_text(&service->ip_family_policy, &patch->ip_family_policy);
	edit_take_text(&service->external_traffic_policy, &patch->external_traffic_policy);
	if (patch->ip_families.list.count > 0)
		service->ip_families = patch->ip_families;
	edit_fill_families(arena, service, patch, dual_stack);
	if (patch->ports.list.count > 0)
		service->ports = patch->ports;
	ARRAY_FOREACH (const struct label, label, &patch->object.annotations.list)
		edit_set_annotation(arena, &service->object.annotations, label->key.s,
				    label->value.s);
	ARRAY_FOREACH (const struct str_value, key, &args->removed.list)
		edit_set_annotation(arena, &service->object.annotations, key->s, NULL);
}

/* ---- what the allocator makes of it ---- */

static bool edit_same_service(const struct object *a, const struct object *b)
{
	return a->kind == b->kind && str_equal(a->namespace, b->namespace) &&
	       str_equal(a->name.s, b->name.s);
}

/* The pool of that name in the cluster of the setup: the other one goes. */
static const struct pool *edit_pool(const struct setup *setup, const struct pool *pool)
{
	ARRAY_FOREACH (const struct pool, p, &setup->cluster->pools.list) {
		if (pool != NULL && str_equal(p->name, pool->name))
			return p;
	}
	return NULL;
}

static void edit_keep_result(struct setup_builder *b, struct service_edit *edit,
			     const struct allocation *a)
{
	struct arena *arena = b->setup->arena;

	edit->result = *a;
	edit->result.service = edit->service;
	edit->result.addresses.items = NULL;
	edit->result.addresses.count = edit->result.addresses.capacity = 0;
	ARRAY_FOREACH (const struct allocated_address, address, &a->addresses) {
		struct allocated_address *kept = ARRAY_PUSH(arena, &edit->result.addresses);

		*kept = *address;
		kept->pool = edit_pool(b->setup, address->pool);
	}
	edit->result.pool = edit_pool(b->setup, a->pool);
}

/* Runs the allocator over the cluster with every Service as it is now. */
static void edit_allocate(struct setup_builder *b, struct service_edit *edit,
			  struct service *const *now, uint32_t count)
{
	struct snapshot view = { .install_namespace = b->snapshot->install_namespace };
	const struct allocation_options options = { 0 };
	struct cluster cluster = { 0 };
	struct allocations all;
	const struct allocation *found;

	view.problems.arena = &view.arena;
	arena_init(&view.arena);
	for (uint32_t i = 0; i < b->snapshot->objects.count; i++) {
		struct object *o = b->snapshot->objects.items[i];

		for (uint32_t k = 0; o->kind == KIND_SERVICE && k < count; k++) {
			if (edit_same_service(o, &now[k]->object)) {
				o = &now[k]->object;
				break;
			}
		}
		snapshot_add(&view, o);
	}
	settle_twins(&view);
	purelb_resolve(&cluster, &view);
	allocation_run(&all, &cluster, &options, b->setup->arena);
	found = allocation_find(&all, edit->service->object.namespace,
				edit->service->object.name.s);
	if (found != NULL)
		edit_keep_result(b, edit, found);
	cluster_release(&cluster);
	arena_release(&view.arena);
}

static uint32_t edit_find(const struct allocations *all, const char *name)
{
	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct object *o = &all->list.items[i].service->object;
		const size_t length = strlen(o->namespace);

		if (name != NULL && strncmp(name, o->namespace, length) == 0 &&
		    name[length] == '/' && str_equal(name + length + 1, o->name.s))
			return i;
	}
	return SETUP_NONE;
}

void setup_build_edits(struct setup_builder *b, const struct allocations *all)
{
	struct arena *arena = b->setup->arena;
	struct service **now = NULL;

	ARRAY_FOREACH (const struct scenario_event, e, &b->scenario->events.list) {
		const uint32_t number = edit_find(all, e->args.service.s);
		struct service_edit *edit;

		if (e->kind.given != 1 || e->kind.which != EVENT_SERVICE_EDIT ||
		    number == SETUP_NONE)
			continue;
		if (now == NULL) {
			now = arena_zalloc(arena, all->list.count, sizeof(struct service *));
			for (uint32_t i = 0; i < all->list.count; i++)
				now[i] = edit_as_allocated(arena, &all->list.items[i]);
		}
		edit = ARRAY_PUSH(arena, &b->edits);
		edit->of = all->list.items[number].service;
		edit->service = arena_alloc(arena, sizeof(*edit->service));
		*edit->service = *now[number];
		edit_apply(arena, edit->service, &e->args, all->dual_stack);
		now[number] = edit->service;
		edit->result.service = edit->service;
		edit_allocate(b, edit, now, all->list.count);
		/* The next edit finds what this one led to. */
		if (edit->result.addresses.count > 0)
			now[number] = edit_as_allocated(arena, &edit->result);
	}
}

/* ---- what it means to the agents ---- */

static void edit_note_addresses(const struct setup *setup, const struct setup_service *s,
				const struct allocation *a, bool *has)
{
	ARRAY_FOREACH (const struct allocated_address, address, &a->addresses) {
		for (uint32_t i = 0; i < s->vip_count; i++) {
			if (ip_compare(setup->vips.items[s->first_vip + i].ip, address->ip) ==
			    0)
				has[i] = true;
		}
	}
}

/* `a` NULL: the Service as it is in the input, with the addresses before `count`. */
static void edit_add_state(struct setup *setup, struct setup_service *s,
			   const struct service *service, const struct allocation *a,
			   uint32_t count)
{
	struct setup_service_state *state = ARRAY_PUSH(setup->arena, &s->states);
	bool *has = arena_zalloc(setup->arena, (size_t)s->vip_count + 1, sizeof(*has));

	state->affinity = endpoints_affinity(setup->cluster, service);
	state->allows_local = label_map_get(&service->object.annotations, ALLOW_KEY) != NULL;
	state->policy_local = str_equal(service->external_traffic_policy.s, "Local");
	state->considered =
		a == NULL || a->state == SERVICE_ASSIGNED || announcing_considers(service);
	state->has = has;
	s->affinity |= state->affinity;
	for (uint32_t i = 0; i < count; i++)
		has[i] = true;
	if (a == NULL || !state->considered)
		return;
	edit_note_addresses(setup, s, a, has);
	state->short_of = a->state == SERVICE_PENDING ? a->detail : NULL;
}

void setup_add_states(struct setup_builder *b, struct setup_service *s, uint32_t own)
{
	edit_add_state(b->setup, s, s->service, NULL, own);
	ARRAY_FOREACH (const struct service_edit, edit, &b->edits) {
		if (edit->of == s->service)
			edit_add_state(b->setup, s, edit->service, &edit->result, 0);
	}
}
