/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of Services in the course of a scenario: events in the order of their times (the
 * earliest, where one is drawn), and after each of them what the allocator makes of it, by the
 * rules of P3.8 to P3.11: a Service that comes gets an address that one which has gone leaves;
 * after a change of a ServiceGroup all Services are looked at. Worked out before the run, which
 * only counts states.
 *
 * An apply changes ServiceGroups and LBNodeAgents first, then Services in their order.
 */
#include "sim/run/setup_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/repository/settle.h"

/* An event that is about Services or what they get addresses from. */
struct turn {
	const struct scenario_event *event;
	sim_ns at;
	uint32_t order;   /* as written */
	uint32_t version; /* of the configuration, after it */
};

/* The walk over the turns. */
struct turns {
	struct setup_builder *b;
	const struct allocations *all; /* at the start, with those that come first */
	uint32_t version;
	uint32_t pools;     /* version whose ServiceGroups are in force (P3.9i) */
	uint64_t looked_at; /* objects, by all allocations */
};

sim_ns setup_earliest(const struct delay_value *when)
{
	const char *text =
		when->uniform.list.count > 0 ? when->uniform.list.items[0].s : when->constant.s;
	sim_ns at = 0;

	if (text != NULL)
		(void)duration_parse(text, &at);
	return at;
}

bool setup_is_named(const struct service *service, const char *name)
{
	const size_t length = strlen(service->object.namespace);

	return name != NULL && strncmp(name, service->object.namespace, length) == 0 &&
	       name[length] == '/' && str_equal(name + length + 1, service->object.name.s);
}

/* ---- what happens when ---- */

static int turn_compare(const void *pa, const void *pb)
{
	const struct turn *a = pa;
	const struct turn *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* All turns in time; returns how many. */
static uint32_t turns_list(const struct setup_builder *b, struct turn *turns)
{
	uint32_t count = 0;
	uint32_t version = 0;
	uint32_t order = 0;

	ARRAY_FOREACH (const struct scenario_event, e, &b->scenario->events.list) {
		const uint32_t kind = e->kind.which;
		const bool configures = scenario_event_configures(kind);

		order++;
		if (e->kind.given != 1)
			continue;
		version += configures;
		if (!configures && kind != EVENT_SERVICE_CREATE &&
		    kind != EVENT_SERVICE_DELETE && kind != EVENT_SERVICE_EDIT)
			continue;
		turns[count].event = e;
		turns[count].at = setup_earliest(&e->when);
		turns[count].order = order;
		turns[count++].version = version;
	}
	if (count > 1)
		qsort(turns, count, sizeof(*turns), turn_compare);
	return count;
}

/* ---- the allocator's turn ---- */

static const struct cluster *turns_cluster(const struct turns *w, uint32_t version)
{
	return w->b->setup->versions.items[version].cluster;
}

static const struct snapshot *turns_snapshot(const struct turns *w, uint32_t version)
{
	const struct snapshot *owned = w->b->setup->versions.items[version].owned_snapshot;

	return owned != NULL ? owned : w->b->snapshot;
}

static void turns_set_version(struct turns *w, uint32_t version)
{
	const struct pools *pools;

	if (version >= w->b->setup->versions.count)
		return; /* it could not be made: that is reported */
	w->version = version;
	pools = &turns_cluster(w, version)->pools;
	if (pools->by_name.count > 0 || pools->list.count == 0)
		w->pools = version;
}

static bool turns_knows(const struct turns *w, const struct object *object)
{
	return allocation_find(w->all, object->namespace, object->name.s) != NULL;
}

/* The objects of the cluster as it is now; false when that has been done too often. */
static bool turns_view(struct turns *w, struct snapshot *view)
{
	const struct snapshot *now = turns_snapshot(w, w->version);
	const struct snapshot *pools = turns_snapshot(w, w->pools);

	w->looked_at += now->objects.count + w->b->known.count;
	if (w->looked_at > SETUP_LOOKED_AT_MAX) {
		if (!w->b->too_many_versions)
			setup_problem(w->b, w->b->scenario->events.at.pos, "spec.events",
				      "the events have the allocator look at %llu objects, "
				      "more than can be simulated",
				      (unsigned long long)w->looked_at)
				->hint = "use fewer events that change Services or "
					 "ServiceGroups";
		w->b->too_many_versions = true;
		return false;
	}
	for (uint32_t i = 0; i < now->objects.count; i++) {
		struct object *o = now->objects.items[i];

		if (o->kind == KIND_SERVICE ? !turns_knows(w, o)
					    : o->kind != KIND_SERVICE_GROUP)
			snapshot_add(view, o);
	}
	for (uint32_t i = 0; i < pools->objects.count; i++) {
		if (pools->objects.items[i]->kind == KIND_SERVICE_GROUP)
			snapshot_add(view, pools->objects.items[i]);
	}
	ARRAY_FOREACH (const struct known_service, known, &w->b->known) {
		if (known->now != NULL)
			snapshot_add(view, &known->now->object);
	}
	return true;
}

/* The pool of that name as the setup keeps it: that of the view goes. */
static const struct pool *turns_pool(const struct turns *w, const struct pool *pool)
{
	ARRAY_FOREACH (const struct pool, p, &turns_cluster(w, w->pools)->pools.list) {
		if (pool != NULL && str_equal(p->name, pool->name))
			return p;
	}
	return NULL;
}

static void turns_keep_result(const struct turns *w, struct service_edit *edit,
			      const struct allocation *a)
{
	struct arena *arena = w->b->setup->arena;

	edit->result = *a;
	edit->result.service = edit->service;
	edit->result.detail = a->detail != NULL ? arena_strdup(arena, a->detail) : NULL;
	edit->result.addresses.items = NULL;
	edit->result.addresses.count = edit->result.addresses.capacity = 0;
	ARRAY_FOREACH (const struct allocated_address, address, &a->addresses) {
		struct allocated_address *kept = ARRAY_PUSH(arena, &edit->result.addresses);

		*kept = *address;
		kept->pool = turns_pool(w, address->pool);
	}
	edit->result.pool = turns_pool(w, a->pool);
}

static struct service_edit *turns_add_edit(struct turns *w, const struct scenario_event *event,
					   uint32_t of, enum service_change_what what)
{
	struct setup_builder *b = w->b;
	struct known_service *known = &b->known.items[of];
	struct service_edit *edit = ARRAY_PUSH(b->setup->arena, &b->edits);
	const uint32_t number = b->edits.count - 1;

	*edit = (struct service_edit){ .event = event,
				       .of = of,
				       .what = what,
				       .service = known->now,
				       .next = SETUP_NONE };
	edit->result.service = edit->service;
	if (known->last_edit == SETUP_NONE)
		known->first_edit = number;
	else
		b->edits.items[known->last_edit].next = number;
	known->last_edit = number;
	return edit;
}

/* The next edit finds what this one led to. */
static void turns_settle(const struct turns *w, const struct service_edit *edit)
{
	if (edit->result.addresses.count > 0)
		w->b->known.items[edit->of].now =
			edit_as_allocated(w->b->setup->arena, &edit->result);
}

/* The allocator over everything as it is now. */
struct look {
	struct snapshot view;
	struct cluster cluster;
	struct allocations all;
};

/* False when there were too many. */
static bool look_begin(struct turns *w, struct look *look)
{
	const struct allocation_options options = { 0 };
	const struct resolve_options how = {
		.given = true,
		.release = w->b->setup->cluster->release.release,
	};

	*look = (struct look){ .view.install_namespace = w->b->snapshot->install_namespace };
	look->view.problems.arena = &look->view.arena;
	arena_init(&look->view.arena);
	if (!turns_view(w, &look->view)) {
		arena_release(&look->view.arena);
		return false;
	}
	settle_twins(&look->view);
	purelb_resolve_as(&look->cluster, &look->view, &how);
	allocation_run(&look->all, &look->cluster, &options, &look->view.arena);
	return true;
}

static void look_end(struct look *look)
{
	cluster_release(&look->cluster);
	arena_release(&look->view.arena);
}

static const struct allocation *look_find(const struct look *look,
					  const struct service *service)
{
	return allocation_find(&look->all, service->object.namespace, service->object.name.s);
}

/* What the allocator makes of the edits from `first` on. */
static void turns_allocate(struct turns *w, uint32_t first)
{
	struct look look;

	if (!look_begin(w, &look))
		return;
	for (uint32_t i = first; i < w->b->edits.count; i++) {
		struct service_edit *edit = &w->b->edits.items[i];
		const struct allocation *found = NULL;

		if (edit->what != SERVICE_GOES)
			found = look_find(&look, edit->service);
		if (found == NULL)
			continue;
		turns_keep_result(w, edit, found);
		turns_settle(w, edit);
	}
	look_end(&look);
}

static bool turns_is_same(const struct service *service, const struct allocation *a)
{
	uint32_t same = 0;

	ARRAY_FOREACH (const struct ingress, ingress, &service->ingress.list) {
		struct ip ip;

		if (same == a->addresses.count || ingress->ip.s == NULL ||
		    !ip_parse(ingress->ip.s, &ip) ||
		    ip_compare(ip, a->addresses.items[same].ip) != 0)
			return false;
		same++;
	}
	return same == a->addresses.count;
}

/* The allocator looks at all Services again after a change of a ServiceGroup. */
static void turns_look_at_all(struct turns *w, const struct scenario_event *event)
{
	const uint32_t first = w->b->edits.count;
	struct look look;

	if (!look_begin(w, &look))
		return;
	for (uint32_t of = 0; of < w->b->known.count; of++) {
		const struct service *now = w->b->known.items[of].now;
		const struct allocation *found = now != NULL ? look_find(&look, now) : NULL;
		struct service_edit *edit;

		if (found == NULL || found->state == SERVICE_IGNORED ||
		    turns_is_same(now, found))
			continue;
		edit = turns_add_edit(w, event, of, SERVICE_LOOKED_AT);
		edit->cause = "a ServiceGroup was changed";
		turns_keep_result(w, edit, found);
	}
	for (uint32_t i = first; i < w->b->edits.count; i++)
		turns_settle(w, &w->b->edits.items[i]);
	look_end(&look);
}

/* ---- the turns ---- */

static uint32_t turns_find(const struct turns *w, const char *name)
{
	for (uint32_t i = 0; i < w->b->known.count; i++) {
		if (setup_is_named(w->b->known.items[i].of, name))
			return i;
	}
	return SETUP_NONE;
}

static void turns_service(struct turns *w, const struct turn *turn, bool first)
{
	struct arena *arena = w->b->setup->arena;
	const uint32_t of = turns_find(w, turn->event->args.service.s);
	const uint32_t edits = w->b->edits.count;
	struct known_service *known;

	if (of == SETUP_NONE)
		return;
	known = &w->b->known.items[of];
	if (turn->event->kind.which == EVENT_SERVICE_CREATE) {
		if (known->now != NULL)
			return;
		/* Nothing has changed yet: it has been allocated with all others. */
		if (first) {
			known->now = edit_as_allocated(arena, &w->all->list.items[of]);
			return;
		}
		known->now = edit_as_created(arena, known->of);
		turns_add_edit(w, turn->event, of, SERVICE_COMES);
	} else if (known->now == NULL) {
		return;
	} else if (turn->event->kind.which == EVENT_SERVICE_DELETE) {
		known->now = NULL;
		return;
	} else {
		known->now = edit_by_event(arena, known->now, &turn->event->args,
					   w->all->dual_stack);
		turns_add_edit(w, turn->event, of, SERVICE_CHANGES_SPEC)->cause =
			"the Service was changed";
	}
	turns_allocate(w, edits);
}

/* ---- what is applied ---- */

static int applied_compare(const void *pa, const void *pb)
{
	const struct service *const *a = pa;
	const struct service *const *b = pb;

	const int order = str_compare((*a)->object.namespace, (*b)->object.namespace);

	return order != 0 ? order : str_compare((*a)->object.name.s, (*b)->object.name.s);
}

static const struct service *applied_service(const struct applied *applied,
					     const struct service *service)
{
	const struct service *const *found = NULL;

	if (applied->services.count > 0)
		found = bsearch(&service, applied->services.items, applied->services.count,
				sizeof(service), applied_compare);
	return found != NULL ? *found : NULL;
}

static void turns_apply_to(struct turns *w, const struct turn *turn,
			   const struct applied *applied, uint32_t of)
{
	struct arena *arena = w->b->setup->arena;
	struct known_service *known = &w->b->known.items[of];
	const struct service *manifest = applied_service(applied, known->of);
	struct service *changed;

	if (manifest == NULL && applied->whole && known->now != NULL) {
		turns_add_edit(w, turn->event, of, SERVICE_GOES);
		known->now = NULL;
	}
	if (manifest == NULL)
		return;
	if (known->now == NULL) {
		known->now = edit_as_created(arena, manifest);
		turns_add_edit(w, turn->event, of, SERVICE_COMES);
		return;
	}
	changed = edit_by_apply(arena, known->now, manifest, w->all->dual_stack);
	if (changed == NULL)
		return;
	known->now = changed;
	turns_add_edit(w, turn->event, of, SERVICE_CHANGES_SPEC)->cause =
		"the Service was changed";
}

static void turns_configure(struct turns *w, const struct turn *turn)
{
	const struct scenario_event_args *args = &turn->event->args;
	const struct applied *applied = setup_applied(w->b, args);
	uint32_t first;

	turns_set_version(w, turn->version);
	if (turn->event->kind.which == EVENT_LABEL)
		return;
	if (applied != NULL ? applied->groups : str_equal(args->kind.s, "ServiceGroup"))
		turns_look_at_all(w, turn->event);
	if (applied == NULL)
		return;
	first = w->b->edits.count;
	for (uint32_t of = 0; of < w->b->known.count; of++)
		turns_apply_to(w, turn, applied, of);
	if (w->b->edits.count > first)
		turns_allocate(w, first);
}

/* ---- all of it ---- */

static void turns_know(struct setup_builder *b, const struct service *of, struct service *now)
{
	struct known_service *known = ARRAY_PUSH(b->setup->arena, &b->known);

	*known = (struct known_service){ .of = of,
					 .now = now,
					 .number = SETUP_NONE,
					 .first_edit = SETUP_NONE,
					 .last_edit = SETUP_NONE };
}

/* Services that only an apply brings. */
static void turns_know_applied(const struct turns *w)
{
	struct setup_builder *b = w->b;

	for (uint32_t i = 0; i < b->applied.count; i++) {
		const struct applied *applied = &b->applied.items[i];

		if (applied->services.count > 1)
			qsort(applied->services.items, applied->services.count,
			      sizeof(struct service *), applied_compare);
		for (uint32_t k = 0; k < applied->services.count; k++) {
			const struct service *service = applied->services.items[k];
			bool known = turns_knows(w, &service->object) ||
				     !str_equal(service->type.s, "LoadBalancer") ||
				     (k > 0 && applied_compare(&applied->services.items[k - 1],
							       &service) == 0);

			for (uint32_t earlier = 0; earlier < i && !known; earlier++)
				known = applied_service(&b->applied.items[earlier], service) !=
					NULL;
			if (!known)
				turns_know(b, service, NULL);
		}
	}
}

/* True when the first that happens to it is that it comes. */
static bool turns_is_late(const struct turn *turns, uint32_t count,
			  const struct service *service)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t kind = turns[i].event->kind.which;

		if ((kind == EVENT_SERVICE_CREATE || kind == EVENT_SERVICE_DELETE) &&
		    setup_is_named(service, turns[i].event->args.service.s))
			return kind == EVENT_SERVICE_CREATE;
	}
	return false;
}

void setup_build_edits(struct setup_builder *b, const struct allocations *all)
{
	struct arena *arena = b->setup->arena;
	struct turns w = { .b = b, .all = all };
	struct turn *turns =
		arena_zalloc(arena, b->scenario->events.list.count + 1, sizeof(*turns));
	const uint32_t count = turns_list(b, turns);
	bool first = true;
	bool changes = false;

	for (uint32_t i = 0; i < count; i++)
		changes |= turns[i].event->kind.which != EVENT_SERVICE_CREATE;
	ARRAY_FOREACH (const struct allocation, a, &all->list) {
		const bool late = changes && turns_is_late(turns, count, a->service);

		turns_know(b, a->service,
			   changes && !late ? edit_as_allocated(arena, a) : NULL);
	}
	if (!changes)
		return;
	turns_know_applied(&w);
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t kind = turns[i].event->kind.which;

		first &= kind == EVENT_SERVICE_CREATE;
		if (scenario_event_configures(kind))
			turns_configure(&w, &turns[i]);
		else
			turns_service(&w, &turns[i], first);
	}
}

void setup_add_changes(struct setup_builder *b, struct setup_event *event)
{
	ARRAY_FOREACH (const struct service_edit, edit, &b->edits) {
		const struct known_service *known = &b->known.items[edit->of];
		struct setup_change *change;

		if (edit->event != event->source || known->number == SETUP_NONE)
			continue;
		change = ARRAY_PUSH(b->setup->arena, &event->changes);
		change->service = known->number;
		change->what = edit->what;
		change->state = 1;
		for (uint32_t i = known->first_edit; &b->edits.items[i] != edit;
		     i = b->edits.items[i].next)
			change->state++;
	}
}
