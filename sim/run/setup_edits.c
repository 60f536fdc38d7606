/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Service from one edit to the next: each makes a Service of the one before it, as the API
 * server would fill it in: a patch (serviceEdit), a manifest (apply), one that is created. What
 * an edit means to the agents is worked out here as well, so that a run only counts edits. What
 * the allocator makes of it is in setup_changes.c.
 */
#include "sim/run/setup_internal.h"

#include <string.h>

#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "purelb/election/endpoints.h"

#define BRAND_KEY     "purelb.io/allocated-by"
#define BRAND_VALUE   "PureLB"
#define FROM_KEY      "purelb.io/allocated-from"
#define TYPE_KEY      "purelb.io/pool-type"
#define DAD_KEY       "purelb.io/skip-ipv6-dad"
#define SLOT_KEY      "purelb.io/announcing-"
#define PREFIX        "purelb.io/"
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
struct service *edit_as_allocated(struct arena *arena, const struct allocation *a)
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

static void edit_take(struct arena *arena, struct service *service, const struct service *patch,
		      bool dual_stack)
{
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
}

struct service *edit_by_event(struct arena *arena, const struct service *service,
			      const struct scenario_event_args *args, bool dual_stack)
{
	struct service *after = arena_alloc(arena, sizeof(*after));

	*after = *service;
	edit_take(arena, after, &args->patch.service, dual_stack);
	ARRAY_FOREACH (const struct str_value, key, &args->removed.list)
		edit_set_annotation(arena, &after->object.annotations, key->s, NULL);
	return after;
}

/* PureLB's own annotations: those of `a` that `b` lacks or has otherwise. */
static bool edit_has_labels(const struct label_map *a, const struct label_map *b)
{
	ARRAY_FOREACH (const struct label, label, &a->list) {
		if (strncmp(label->key.s, PREFIX, strlen(PREFIX)) == 0 &&
		    !str_equal(label_map_text(b, label->key.s), label->value.s))
			return false;
	}
	return true;
}

/* PureLB writes it: an apply leaves it alone. */
static bool edit_is_written(const char *key)
{
	static const char *const written[] = { BRAND_KEY, FROM_KEY, TYPE_KEY, DAD_KEY, NULL };

	return str_in(key, written) || strncmp(key, SLOT_KEY, strlen(SLOT_KEY)) == 0;
}

static bool edit_same_ports(const struct service *a, const struct service *b)
{
	if (a->ports.list.count != b->ports.list.count)
		return false;
	for (uint32_t i = 0; i < a->ports.list.count; i++) {
		const struct service_port *x = &a->ports.list.items[i];
		const struct service_port *y = &b->ports.list.items[i];

		const char *of_x = x->protocol.s != NULL ? x->protocol.s : "TCP";
		const char *of_y = y->protocol.s != NULL ? y->protocol.s : "TCP";

		if (x->port.v != y->port.v || !str_equal(of_x, of_y))
			return false;
	}
	return true;
}

static bool edit_same_families(const struct service *a, const struct service *b)
{
	if (a->ip_families.list.count != b->ip_families.list.count)
		return false;
	for (uint32_t i = 0; i < a->ip_families.list.count; i++) {
		if (!str_equal(a->ip_families.list.items[i].s, b->ip_families.list.items[i].s))
			return false;
	}
	return true;
}

/* As far as PureLB looks at them. */
static bool edit_same(const struct service *a, const struct service *b)
{
	return str_equal(a->type.s, b->type.s) &&
	       str_equal(a->load_balancer_class.s, b->load_balancer_class.s) &&
	       str_equal(a->load_balancer_ip.s, b->load_balancer_ip.s) &&
	       str_equal(a->ip_family_policy.s, b->ip_family_policy.s) &&
	       str_equal(a->external_traffic_policy.s, "Local") ==
		       str_equal(b->external_traffic_policy.s, "Local") &&
	       edit_same_families(a, b) && edit_same_ports(a, b) &&
	       edit_has_labels(&a->object.annotations, &b->object.annotations) &&
	       edit_has_labels(&b->object.annotations, &a->object.annotations);
}

struct service *edit_by_apply(struct arena *arena, const struct service *service,
			      const struct service *manifest, bool dual_stack)
{
	struct service *after = arena_alloc(arena, sizeof(*after));

	*after = *manifest;
	after->object.creation_time = service->object.creation_time;
	after->cluster_ip = service->cluster_ip;
	after->status = service->status;
	after->ingress = service->ingress;
	after->load_balancer_class = service->load_balancer_class;
	if (after->ip_families.list.count == 0)
		after->ip_families = service->ip_families;
	if (after->ip_family_policy.s == NULL)
		after->ip_family_policy = service->ip_family_policy;
	else if (manifest->ip_families.list.count == 0)
		edit_fill_families(arena, after, manifest, dual_stack);
	ARRAY_FOREACH (const struct label, label, &service->object.annotations.list) {
		if (edit_is_written(label->key.s))
			edit_set_annotation(arena, &after->object.annotations, label->key.s,
					    label->value.s);
	}
	return edit_same(service, after) ? NULL : after;
}

struct service *edit_as_created(struct arena *arena, const struct service *service)
{
	struct service *after = arena_alloc(arena, sizeof(*after));

	*after = *service;
	after->ingress = (struct ingresses){ .at = service->ingress.at };
	ARRAY_FOREACH (const struct label, label, &service->object.annotations.list) {
		if (edit_is_written(label->key.s))
			edit_set_annotation(arena, &after->object.annotations, label->key.s,
					    NULL);
	}
	return after;
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

void setup_add_states(struct setup_builder *b, struct setup_service *s,
		      const struct known_service *known, uint32_t own)
{
	edit_add_state(b->setup, s, s->service, NULL, own);
	for (uint32_t i = known->first_edit; i != SETUP_NONE; i = b->edits.items[i].next) {
		const struct service_edit *edit = &b->edits.items[i];

		edit_add_state(b->setup, s, edit->service != NULL ? edit->service : s->service,
			       &edit->result, 0);
		s->states.items[s->states.count - 1].cause = edit->cause;
	}
}
