/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of the configuration does (`purelbtool plan`): both sides, and the comparison
 * as a whole. The new side borrows from the old one what the change says nothing of, by kind,
 * or by object when it is applied; Services hold what PureLB would have given them before the
 * change (P3.10), and leases say what their nodes write once it has arrived (P4.4, P9.2).
 * Findings are compared by code, resource and path. Time does not pass here: for that there is
 * `simulate`.
 */
#include "sim/whatif/diff_parts.h"
#include "sim/whatif/diff_time.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/objects/snapshot.h"
#include "config/repository/settle.h"
#include "purelb/pools/order.h"
#include "validator/grouping.h"

#define BRAND_KEY "purelb.io/allocated-by"
#define FROM_KEY  "purelb.io/allocated-from"
#define TYPE_KEY  "purelb.io/pool-type"
#define DAD_KEY   "purelb.io/skip-ipv6-dad"

/* What the sides are made of. */
struct diff_source {
	const struct diff_input *input;
	const struct diff_options *options;
};

/* ---- which objects ---- */

struct identity {
	const struct object *object;
};

static int identity_order(const void *pa, const void *pb)
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

static void side_index_objects(struct new_objects *out, const struct object_list *objects,
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
		qsort(out->sorted, out->count, sizeof(*out->sorted), identity_order);
}

static bool side_replaces(const struct new_objects *new, const struct object *object)
{
	const struct identity wanted = { object };

	return new->count > 0 && bsearch(&wanted, new->sorted, new->count, sizeof(wanted),
					 identity_order) != NULL;
}

/* Configuration is what a change changes; of the rest a repository mostly says nothing. */
static bool side_is_configuration(enum object_kind kind)
{
	return kind == KIND_SERVICE_GROUP || kind == KIND_LBNODEAGENT ||
	       kind == KIND_BGP_CONFIGURATION;
}

/* The new side has all objects of the kind, even if there is none. */
static bool side_is_complete(const struct new_objects *new, const struct snapshot *side,
			     enum object_kind kind)
{
	return side_is_configuration(kind) || kind == KIND_SCENARIO || new->has[kind] ||
	       capture_read(side, kind);
}

/* ---- views ---- */

static void side_note_kinds(bool has[KIND_COUNT], struct object *const *objects, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (objects[i]->kind < KIND_COUNT)
			has[objects[i]->kind] = true;
}

/* A snapshot with an arena of its own that shares the sources. */
static struct snapshot *side_view(const struct diff_source *source)
{
	const struct snapshot *of = source->input->old;
	struct snapshot *view = mem_alloc(sizeof(*view));
	bool has[KIND_COUNT] = { false };

	*view = (struct snapshot){
		.sources = of->sources,
		.install_namespace = of->install_namespace,
		.namespace_origin = of->namespace_origin,
	};
	/* Two whole configurations are compared: what one of them lacks does not exist there.
	 * What both lack may be elsewhere (I3).
	 */
	side_note_kinds(has, of->objects.items, of->objects.count);
	side_note_kinds(has, source->input->objects->list.items,
			source->input->objects->list.count);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		view->complete[kind] =
			of->complete[kind] ||
			(has[kind] && side_is_configuration((enum object_kind)kind));
	view->problems.arena = &view->arena;
	arena_init(&view->arena);
	return view;
}

static void side_add_problems(struct snapshot *view, const struct snapshot *from,
			      uint32_t begin, uint32_t end)
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

static void side_borrow(struct borrowing *out, struct snapshot *view,
			const struct diff_source *source, struct arena *scratch)
{
	const struct snapshot *old = source->input->old;
	struct new_objects new;

	side_index_objects(&new, source->input->objects, scratch);
	*out = (struct borrowing){
		.object = arena_zalloc(scratch, old->objects.count, sizeof(bool)),
		.source = arena_zalloc(scratch, old->sources.list.count + 1, sizeof(bool)),
	};
	for (uint32_t i = 0; i < old->objects.count; i++) {
		const struct object *object = old->objects.items[i];
		const bool stays = source->options->apply
					   ? !side_replaces(&new, object)
					   : !side_is_complete(&new, view, object->kind);

		if (!stays)
			continue;
		out->object[i] = true;
		out->source[object->pos.source] = true;
		out->kind[object->kind] = true;
	}
}

/* A problem is the new side's if its object is, or if it is of no object and of a source that
 * the new side has something of. */
static void side_borrow_problems(struct snapshot *view, const struct diff_source *source,
				 const struct borrowing *borrowing)
{
	const struct snapshot *old = source->input->old;

	for (uint32_t i = 0; i < source->input->old_problems; i++) {
		const struct finding *problem = &old->problems.items[i];
		const struct object *object = problem->place.object;
		bool stays = borrowing->source[problem->place.pos.source];

		if (object != NULL && object->order < old->objects.count &&
		    old->objects.items[object->order] == object)
			stays = borrowing->object[object->order];
		if (stays)
			ARRAY_ADD(&view->arena, &view->problems, *problem);
	}
}

/* ---- Services that are settled ---- */

static void settle_annotation(struct service *service, struct arena *arena, const char *key,
			      const char *value)
{
	struct label_map *map = &service->object.annotations;
	struct label label = { .key = { .s = key }, .value = { .s = value } };

	if (value == NULL || label_map_get(map, key) != NULL)
		return;
	ARRAY_ADD(arena, &map->list, label);
}

/* P3.10: what PureLB writes; what is there stays, as an apply leaves it alone. */
static void settle_annotations(struct service *service, const struct allocation *before,
			       struct arena *arena)
{
	const struct label_map *old = &before->service->object.annotations;
	const struct pool *pool =
		before->addresses.count > 0 ? before->addresses.items[0].pool : NULL;
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
	settle_annotation(service, arena, BRAND_KEY, "PureLB");
	settle_annotation(service, arena, FROM_KEY, from);
	settle_annotation(service, arena, TYPE_KEY, type);
	settle_annotation(service, arena, DAD_KEY, dad);
}

static void settle_family(struct service *service, struct arena *arena, enum ip_family family)
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
		settle_family(service, arena, before->families[i]);
	if (before->family_count > 0 &&
	    (str_equal(policy, "RequireDualStack") ||
	     (str_equal(policy, "PreferDualStack") && dual_stack))) {
		settle_family(service, arena, IP_V4);
		settle_family(service, arena, IP_V6);
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
static struct object *settle_service(const struct service *service,
				     const struct allocation *before, bool dual_stack,
				     struct arena *arena)
{
	struct service *copy = arena_alloc(arena, sizeof(*copy));
	const char *cluster_ip = service->cluster_ip.s;

	*copy = *service;
	settle_status(copy, before, arena);
	settle_families(copy, before, dual_stack, arena);
	settle_annotations(copy, before, arena);
	if (copy->object.creation_time.s == NULL)
		copy->object.creation_time = before->service->object.creation_time;
	if (cluster_ip == NULL || cluster_ip[0] == '\0')
		copy->cluster_ip = before->service->cluster_ip;
	/* The API server has given it one; which one it is does not matter here. */
	if ((copy->cluster_ip.s == NULL || copy->cluster_ip.s[0] == '\0') &&
	    copy->ingress.list.count > 0)
		copy->cluster_ip.s = copy->ingress.list.items[0].ip.s;
	return &copy->object;
}

static bool settle_same_addresses(const struct service *service,
				  const struct allocation *before)
{
	if (service->ingress.list.count != before->addresses.count)
		return false;
	for (uint32_t i = 0; i < before->addresses.count; i++) {
		char text[IP_TEXT_MAX];

		if (!str_equal(service->ingress.list.items[i].ip.s,
			       ip_format(before->addresses.items[i].ip, text)))
			return false;
	}
	return true;
}

/* Adds the object, in place of a Service without addresses what becomes of it; with `all` in
 * place of every one that PureLB gives other addresses than its status says. */
static void side_add_settled(struct snapshot *view, struct object *object,
			     const struct allocations *before, bool all)
{
	const struct service *service = (const struct service *)(const void *)object;
	const struct allocation *allocation;

	if (object->kind == KIND_SERVICE && object->name.s != NULL &&
	    str_equal(service->type.s, "LoadBalancer")) {
		allocation = allocation_find(before, object->namespace, object->name.s);
		if (allocation != NULL && (all || service->ingress.list.count == 0) &&
		    !settle_same_addresses(service, allocation))
			object = settle_service(service, allocation, before->dual_stack,
						&view->arena);
	}
	snapshot_add(view, object);
}

/* ---- both ---- */

static void side_resolve(struct diff_side *side, const struct resolve_options *options)
{
	settle_twins(side->snapshot);
	purelb_resolve_as(&side->cluster, side->snapshot, options);
}

static void side_make_old(struct diff *diff, const struct diff_source *source,
			  const struct allocations *raw)
{
	const struct diff_input *input = source->input;
	struct snapshot *view = side_view(source);

	for (uint32_t i = 0; i < input->old->objects.count; i++)
		side_add_settled(view, input->old->objects.items[i], raw, input->follows);
	side_add_problems(view, input->old, 0, input->old_problems);
	diff->before.snapshot = view;
	side_resolve(&diff->before, &source->options->old);
}

static void side_make_new(struct diff *diff, const struct diff_source *source,
			  const struct allocations *raw)
{
	const struct diff_input *input = source->input;
	struct snapshot *view = side_view(source);
	struct borrowing borrowing;
	struct arena scratch;

	arena_init(&scratch);
	/* What captures say has to be known before anything is borrowed. */
	for (uint32_t i = 0; i < input->objects->list.count; i++) {
		if (input->objects->list.items[i]->kind == KIND_CAPTURE)
			snapshot_add(view, input->objects->list.items[i]);
	}
	side_borrow(&borrowing, view, source, &scratch);
	view->captures.count = 0;
	view->objects.count = 0;
	for (uint32_t i = 0; i < input->old->objects.count; i++) {
		if (borrowing.object[i])
			side_add_settled(view, input->old->objects.items[i], raw,
					 input->follows);
	}
	for (uint32_t i = 0; i < input->objects->list.count; i++)
		side_add_settled(view, input->objects->list.items[i], raw, false);
	side_borrow_problems(view, source, &borrowing);
	side_add_problems(view, input->read, input->problems_begin, input->problems_end);
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		if (borrowing.kind[kind] && kind != KIND_SCENARIO)
			ARRAY_ADD(&diff->arena, &diff->borrowed, (enum object_kind)kind);
	}
	arena_release(&scratch);
	diff->after.snapshot = view;
	side_resolve(&diff->after, &source->options->new);
}

static void side_serve(struct diff_side *side)
{
	struct arena *arena = &side->snapshot->arena;

	allocation_run(&side->all, &side->cluster, NULL, arena);
	vips_resolve(&side->vips, &side->cluster, &side->all, NULL, arena);
}

static void diff_sides(struct diff *diff, const struct diff_source *source)
{
	struct diff_side raw = { .snapshot = source->input->old };

	side_resolve(&raw, &source->options->old);
	allocation_run(&raw.all, &raw.cluster, NULL, &source->input->old->arena);
	side_make_old(diff, source, &raw.all);
	side_make_new(diff, source, &raw.all);
	if (diff_renew_leases(diff)) {
		cluster_release(&diff->after.cluster);
		side_resolve(&diff->after, &source->options->new);
	}
	side_serve(&diff->before);
	side_serve(&diff->after);
	cluster_release(&raw.cluster);
}

/* ---- findings ---- */

/* A finding is recognized by code, resource and path. */
static int finding_order(const struct finding *a, const struct finding *b)
{
	const struct object *x = a->place.object;
	const struct object *y = b->place.object;
	int order = (a->code > b->code) - (a->code < b->code);

	if (order != 0)
		return order;
	if (x == NULL || y == NULL) {
		order = (x != NULL) - (y != NULL);
	} else {
		order = str_compare(x->kind_name, y->kind_name);
		if (order == 0)
			order = str_compare(x->namespace, y->namespace);
		if (order == 0)
			order = str_compare(x->name.s, y->name.s);
	}
	return order != 0 ? order : str_compare(a->place.path, b->place.path);
}

struct findings {
	ARRAY_OF(const struct finding *) list;
};

static int finding_pointer_order(const void *pa, const void *pb)
{
	const struct finding *const *a = pa;
	const struct finding *const *b = pb;
	const int order = finding_order(*a, *b);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static void diff_sort_findings(const struct validation *validation, struct arena *scratch,
			       struct findings *out)
{
	*out = (struct findings){ { 0 } };
	ARRAY_FOREACH (const struct finding, finding, &validation->findings) {
		/* That the project's settings have nothing to silence is not about the change.
		 */
		const bool idle = finding->code == CHECK_IN011 && finding->place.object == NULL;

		if (finding->severity != SEVERITY_PASS && !idle)
			ARRAY_ADD(scratch, &out->list, finding);
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   finding_pointer_order);
}

static int finding_place_order(const void *pa, const void *pb)
{
	const struct finding *const *a = pa;
	const struct finding *const *b = pb;

	return (*a > *b) - (*a < *b);
}

/* Both lists are sorted; of several that are alike as many are told as there are more. */
static void diff_only_in_first(const struct findings *first, const struct findings *second,
			       struct arena *arena, struct findings *out)
{
	uint32_t k = 0;

	*out = (struct findings){ { 0 } };
	for (uint32_t i = 0; i < first->list.count; i++) {
		const struct finding *finding = first->list.items[i];

		while (k < second->list.count &&
		       finding_order(second->list.items[k], finding) < 0)
			k++;
		if (k < second->list.count &&
		    finding_order(second->list.items[k], finding) == 0)
			k++;
		else
			ARRAY_ADD(arena, &out->list, finding);
	}
	/* As the validation has them. */
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   finding_place_order);
}

static void side_validate(struct diff_side *side, const struct diff_options *options)
{
	static const struct validate_options how;

	validate(&side->validation, side->snapshot, &side->cluster, &how, options->silencings);
}

/* Makes one of those that are alike. */
static void diff_gather(struct findings *findings, const struct diff_side *side,
			struct arena *arena)
{
	const struct grouping_whole whole = { side->snapshot, side->cluster.nodes.count };
	struct finding_sink all = { .arena = arena };
	const uint32_t count = findings->list.count;

	for (uint32_t i = 0; i < count; i++)
		ARRAY_ADD(arena, &all, *findings->list.items[i]);
	grouping_gather(&all, &whole);
	/* Never more than there were. */
	findings->list.count = all.count < count ? all.count : count;
	for (uint32_t i = 0; i < findings->list.count; i++)
		findings->list.items[i] = &all.items[i];
}

static void diff_findings(struct diff *diff, const struct diff_options *options)
{
	struct findings old, new, gone, fresh;
	struct arena scratch;

	arena_init(&scratch);
	side_validate(&diff->before, options);
	side_validate(&diff->after, options);
	diff_sort_findings(&diff->before.validation, &scratch, &old);
	diff_sort_findings(&diff->after.validation, &scratch, &new);
	diff_only_in_first(&new, &old, &diff->arena, &fresh);
	diff_only_in_first(&old, &new, &diff->arena, &gone);
	diff_gather(&fresh, &diff->after, &diff->arena);
	diff_gather(&gone, &diff->before, &diff->arena);
	diff->findings_new.items = fresh.list.items;
	diff->findings_new.count = fresh.list.count;
	diff->findings_gone.items = gone.list.items;
	diff->findings_gone.count = gone.list.count;
	diff->totals.findings_new = fresh.list.count;
	diff->totals.findings_gone = gone.list.count;
	for (uint32_t i = 0; i < fresh.list.count; i++)
		diff->totals.fails_new += fresh.list.items[i]->severity == SEVERITY_FAIL;
	arena_release(&scratch);
}

/* ---- the whole ---- */

static bool diff_any(const struct diff_totals *t)
{
	return t->pools + t->left + t->addresses + t->pending_new + t->moved + t->unreachable +
		       t->unseen + t->withdrawn + t->appearing + t->spread + t->nodes +
		       t->sessions + t->routes + t->findings_new + t->findings_gone >
	       0;
}

void diff_run(struct diff *out, const struct diff_input *input,
	      const struct diff_options *options)
{
	const struct diff_source source = { .input = input, .options = options };

	*out = (struct diff){ .applied = options->apply };
	arena_init(&out->arena);
	diff_sides(out, &source);
	diff_pools(out);
	diff_services(out);
	diff_vips(out);
	diff_nodes(out);
	diff_bgp(out);
	diff_upgrade(out);
	diff_findings(out, options);
	out->totals.any = diff_any(&out->totals);
}

static void side_release(struct diff_side *side)
{
	cluster_release(&side->cluster);
	arena_release(&side->snapshot->arena);
	free(side->snapshot);
}

void diff_release(struct diff *diff)
{
	if (diff->time != NULL)
		diff_time_release(diff->time);
	side_release(&diff->before);
	side_release(&diff->after);
	arena_release(&diff->arena);
}
