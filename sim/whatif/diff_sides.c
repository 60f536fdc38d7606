/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two sides of a change: what the new one has from the old one, and Services as they are
 * once PureLB has served them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/objects/capture.h"
#include "sim/whatif/diff_parts.h"

#define BRAND_KEY "purelb.io/allocated-by"
#define FROM_KEY  "purelb.io/allocated-from"
#define TYPE_KEY  "purelb.io/pool-type"
#define DAD_KEY   "purelb.io/skip-ipv6-dad"

/* ---- which objects ---- */

struct identity {
	const struct object *object;
};

static int compare_identities(const void *pa, const void *pb)
{
	const struct identity *a = pa;
	const struct identity *b = pb;
	int order;

	if (a->object->kind != b->object->kind)
		return a->object->kind < b->object->kind ? -1 : 1;
	order = str_compare(a->object->namespace, b->object->namespace);
	return order != 0 ? order : str_compare(a->object->name.s, b->object->name.s);
}

/* What the new side has, for questions about it. */
struct new_objects {
	struct identity *sorted;
	uint32_t count;
	bool has[KIND_COUNT];
};

static void index_objects(struct new_objects *out, const struct object_list *objects,
			  struct arena *scratch)
{
	*out = (struct new_objects){ .count = objects->list.count };
	out->sorted = arena_alloc(scratch, out->count * sizeof(*out->sorted));
	for (uint32_t i = 0; i < out->count; i++) {
		const struct object *object = objects->list.items[i];

		out->sorted[i].object = object;
		if (object->kind < KIND_COUNT)
			out->has[object->kind] = true;
	}
	if (out->count > 0)
		qsort(out->sorted, out->count, sizeof(*out->sorted), compare_identities);
}

static bool is_replaced(const struct new_objects *new, const struct object *object)
{
	const struct identity wanted = { object };

	return new->count > 0 && bsearch(&wanted, new->sorted, new->count, sizeof(wanted),
					 compare_identities) != NULL;
}

/* Configuration is what a change changes; of the rest a repository mostly says nothing. */
static bool is_configuration(enum object_kind kind)
{
	return kind == KIND_SERVICE_GROUP || kind == KIND_LBNODEAGENT ||
	       kind == KIND_BGP_CONFIGURATION;
}

/* The new side has all objects of the kind, even if there is none. */
static bool is_told(const struct new_objects *new, const struct snapshot *side,
		    enum object_kind kind)
{
	return is_configuration(kind) || kind == KIND_SCENARIO || new->has[kind] ||
	       capture_read(side, kind);
}

/* ---- views ---- */

/* A snapshot with an arena of its own that shares the sources. */
static struct snapshot *new_view(const struct snapshot *of)
{
	struct snapshot *view = mem_alloc(sizeof(*view));

	*view = (struct snapshot){
		.sources = of->sources,
		.install_namespace = of->install_namespace,
		.namespace_given = of->namespace_given,
	};
	arena_init(&view->arena);
	return view;
}

static void add_problems(struct snapshot *view, const struct snapshot *from, uint32_t begin,
			 uint32_t end)
{
	for (uint32_t i = begin; i < end; i++)
		ARRAY_ADD(&view->arena, &view->problems, from->problems.items[i]);
}

/* What of the old side is on the new one. */
struct borrowing {
	bool *object; /* by order */
	bool *source; /* by number: something is from it */
	bool kind[KIND_COUNT];
};

static void borrow(struct borrowing *out, struct snapshot *view,
		   const struct diff_source *source, struct arena *scratch)
{
	const struct snapshot *old = source->old;
	struct new_objects new;

	index_objects(&new, source->objects, scratch);
	*out = (struct borrowing){
		.object = arena_zalloc(scratch, old->objects.count, sizeof(bool)),
		.source = arena_zalloc(scratch, old->sources.list.count + 1, sizeof(bool)),
	};
	for (uint32_t i = 0; i < old->objects.count; i++) {
		const struct object *object = old->objects.items[i];
		const bool stays = source->options->apply ? !is_replaced(&new, object)
							  : !is_told(&new, view, object->kind);

		if (!stays)
			continue;
		out->object[i] = true;
		out->source[object->pos.source] = true;
		out->kind[object->kind] = true;
	}
}

/* A problem is the new side's if its object is, or if it is of no object and of a source that
 * the new side has something of. */
static void borrow_problems(struct snapshot *view, const struct diff_source *source,
			    const struct borrowing *borrowing)
{
	const struct snapshot *old = source->old;

	for (uint32_t i = 0; i < source->old_problems; i++) {
		const struct problem *problem = &old->problems.items[i];
		const struct object *object = problem->diag.object;
		bool stays = borrowing->source[problem->diag.pos.source];

		if (object != NULL && object->order < old->objects.count &&
		    old->objects.items[object->order] == object)
			stays = borrowing->object[object->order];
		if (stays)
			ARRAY_ADD(&view->arena, &view->problems, *problem);
	}
}

/* ---- Services that are settled ---- */

static void add_annotation(struct service *service, struct arena *arena, const char *key,
			   const char *value)
{
	struct label_map *map = &service->object.annotations;
	struct label label = { .key = { .s = key }, .value = { .s = value } };

	if (value == NULL || label_map_get(map, key) != NULL)
		return;
	ARRAY_ADD(arena, &map->list, label);
}

/* P3.10: what PureLB writes; what is there stays, as an apply leaves it alone. */
static void copy_annotations(struct service *service, const struct allocation *before,
			     struct arena *arena)
{
	const struct label_map *old = &before->service->object.annotations;
	const struct pool *pool = before->addresses.items[0].pool;
	struct label_map *map = &service->object.annotations;
	struct label_map copy = { .at = map->at };
	const char *from = label_map_text(old, FROM_KEY);
	const char *type = label_map_text(old, TYPE_KEY);
	const char *dad = label_map_text(old, DAD_KEY);

	ARRAY_FOREACH (const struct label, label, &map->list)
		ARRAY_ADD(arena, &copy.list, *label);
	*map = copy;
	if (from == NULL && pool != NULL)
		from = pool->name;
	if (type == NULL && pool != NULL)
		type = pool_type_name(pool->type);
	if (dad == NULL && pool != NULL && pool->spec != NULL && pool->spec->skip_ipv6_dad.v)
		dad = "true";
	add_annotation(service, arena, BRAND_KEY, "PureLB");
	add_annotation(service, arena, FROM_KEY, from);
	add_annotation(service, arena, TYPE_KEY, type);
	add_annotation(service, arena, DAD_KEY, dad);
}

static void add_family(struct service *service, struct arena *arena, enum ip_family family)
{
	const struct str_value value = { .s = ip_family_name(family) };

	ARRAY_FOREACH (const struct str_value, given, &service->ip_families.list) {
		if (str_equal(given->s, value.s))
			return;
	}
	ARRAY_ADD(arena, &service->ip_families.list, value);
}

/* 3.8: families that the manifest leaves open are those of before, as far as the policy lets
 * them be. */
static void settle_families(struct service *service, const struct allocation *before,
			    bool dual_stack, struct arena *arena)
{
	const char *policy = service->ip_family_policy.s;
	const unsigned most = str_equal(policy, "SingleStack") ? 1 : before->family_count;

	if (service->ip_families.list.count > 0)
		return;
	for (unsigned i = 0; i < before->family_count && i < most; i++)
		add_family(service, arena, before->families[i]);
	if (before->family_count > 0 &&
	    (str_equal(policy, "RequireDualStack") ||
	     (str_equal(policy, "PreferDualStack") && dual_stack))) {
		add_family(service, arena, IP_V4);
		add_family(service, arena, IP_V6);
	}
}

static void settle_status(struct service *service, const struct allocation *before,
			  struct arena *arena)
{
	char text[IP_TEXT_MAX];

	service->status.set = true;
	service->ingress = (struct ingresses){ .at = { .set = true } };
	ARRAY_FOREACH (const struct allocated_address, address, &before->addresses) {
		struct ingress *ingress = ARRAY_PUSH(arena, &service->ingress.list);

		ingress->at.set = true;
		ingress->ip.s = arena_strdup(arena, ip_format(address->ip, text));
	}
}

/* The Service as the cluster has it when it is applied over what was there. */
static struct object *settle(const struct service *service, const struct allocation *before,
			     bool dual_stack, struct arena *arena)
{
	struct service *copy = arena_alloc(arena, sizeof(*copy));
	const char *cluster_ip = service->cluster_ip.s;

	*copy = *service;
	settle_status(copy, before, arena);
	settle_families(copy, before, dual_stack, arena);
	copy_annotations(copy, before, arena);
	if (copy->object.creation_time.s == NULL)
		copy->object.creation_time = before->service->object.creation_time;
	if (cluster_ip == NULL || cluster_ip[0] == '\0')
		copy->cluster_ip = before->service->cluster_ip;
	/* The API server has given it one; which one it is does not matter here. */
	if (copy->cluster_ip.s == NULL || copy->cluster_ip.s[0] == '\0')
		copy->cluster_ip.s = copy->ingress.list.items[0].ip.s;
	return &copy->object;
}

/* Adds the object, in place of a Service without addresses what becomes of it. */
static void add_settled(struct snapshot *view, struct object *object,
			const struct allocations *before)
{
	const struct allocation *allocation;

	if (object->kind == KIND_SERVICE && object->name.s != NULL) {
		const struct service *service = (const struct service *)(const void *)object;

		allocation = allocation_find(before, object->namespace, object->name.s);
		if (allocation != NULL && service->ingress.list.count == 0 &&
		    str_equal(service->type.s, "LoadBalancer") &&
		    allocation->addresses.count > 0) {
			snapshot_add(view, settle(service, allocation, before->dual_stack,
						  &view->arena));
			return;
		}
	}
	snapshot_add(view, object);
}

/* ---- both ---- */

static void resolve(struct diff_side *side, const struct diff_options *options)
{
	if (options->at)
		purelb_resolve_at(&side->cluster, side->snapshot, options->at_ns);
	else
		purelb_resolve(&side->cluster, side->snapshot);
}

static void make_old(struct diff *diff, const struct diff_source *source,
		     const struct allocations *raw)
{
	struct snapshot *view = new_view(source->old);

	for (uint32_t i = 0; i < source->old->objects.count; i++)
		add_settled(view, source->old->objects.items[i], raw);
	add_problems(view, source->old, 0, source->old_problems);
	diff->before.snapshot = view;
	resolve(&diff->before, source->options);
}

static void make_new(struct diff *diff, const struct diff_source *source,
		     const struct allocations *raw)
{
	struct snapshot *view = new_view(source->old);
	struct borrowing borrowing;
	struct arena scratch;

	arena_init(&scratch);
	/* What captures say has to be known before anything is borrowed. */
	for (uint32_t i = 0; i < source->objects->list.count; i++) {
		if (source->objects->list.items[i]->kind == KIND_CAPTURE)
			snapshot_add(view, source->objects->list.items[i]);
	}
	borrow(&borrowing, view, source, &scratch);
	view->captures.count = 0;
	view->objects.count = 0;
	for (uint32_t i = 0; i < source->old->objects.count; i++) {
		if (borrowing.object[i])
			add_settled(view, source->old->objects.items[i], raw);
	}
	for (uint32_t i = 0; i < source->objects->list.count; i++)
		add_settled(view, source->objects->list.items[i], raw);
	borrow_problems(view, source, &borrowing);
	add_problems(view, source->old, source->old_problems, source->old->problems.count);
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		if (borrowing.kind[kind] && kind != KIND_SCENARIO)
			ARRAY_ADD(&diff->arena, &diff->borrowed, (enum object_kind)kind);
	}
	arena_release(&scratch);
	diff->after.snapshot = view;
	resolve(&diff->after, source->options);
}

static void serve(struct diff_side *side, const struct diff_options *options)
{
	const struct allocation_options allocation = { .latest = options->latest };
	struct arena *arena = &side->snapshot->arena;

	allocation_run(&side->all, &side->cluster, &allocation, arena);
	vips_resolve(&side->vips, &side->cluster, &side->all, NULL, arena);
}

void diff_sides(struct diff *diff, const struct diff_source *source)
{
	const struct allocation_options allocation = { .latest = source->options->latest };
	struct diff_side raw = { .snapshot = source->old };

	resolve(&raw, source->options);
	allocation_run(&raw.all, &raw.cluster, &allocation, &source->old->arena);
	make_old(diff, source, &raw.all);
	make_new(diff, source, &raw.all);
	if (diff_renew_leases(diff)) {
		cluster_release(&diff->after.cluster);
		resolve(&diff->after, source->options);
	}
	serve(&diff->before, source->options);
	serve(&diff->after, source->options);
	cluster_release(&raw.cluster);
}
