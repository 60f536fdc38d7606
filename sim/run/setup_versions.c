/* SPDX-License-Identifier: Apache-2.0 */
/* States of the configuration: what `apply` and `delete` events make of it. (P9.2) */
#include "sim/run/setup_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"

/* Kinds that a running cluster takes as configuration. */
static bool is_configuration(const struct object *o)
{
	return o->kind == KIND_SERVICE_GROUP || o->kind == KIND_LBNODEAGENT;
}

static bool same_identity(const struct object *a, const struct object *b)
{
	return a->kind == b->kind && strcmp(a->namespace, b->namespace) == 0 &&
	       strcmp(a->name.s, b->name.s) == 0;
}

static bool is_replaced(const struct object *o, const struct object_list *by)
{
	for (uint32_t i = 0; i < by->list.count; i++)
		if (same_identity(o, by->list.items[i]))
			return true;
	return false;
}

/* A snapshot with these objects and an arena of its own, resolved. */
static void add_version(struct setup_builder *b, const struct object_list *objects,
			const char *what, uint32_t changed)
{
	struct setup_version *v = ARRAY_PUSH(b->setup->arena, &b->setup->versions);
	struct snapshot *view = mem_alloc(sizeof(*view));
	struct cluster *cluster = arena_zalloc(b->setup->arena, 1, sizeof(*cluster));

	*view = (struct snapshot){ .install_namespace = b->snapshot->install_namespace };
	arena_init(&view->arena);
	for (uint32_t i = 0; i < objects->list.count; i++)
		snapshot_add(view, objects->list.items[i]);
	purelb_resolve(cluster, view);
	v->cluster = cluster;
	v->owned_cluster = cluster;
	v->owned_snapshot = view;
	v->changed_objects = changed;
	v->what = what;
}

/* The objects as they are before this change: those of the snapshot, or of the last version. */
static void present_objects(const struct setup_builder *b, struct object_list *out)
{
	const struct snapshot *s = b->snapshot;

	if (b->setup->versions.count > 1)
		s = b->setup->versions.items[b->setup->versions.count - 1].owned_snapshot;
	for (uint32_t i = 0; i < s->objects.count; i++)
		ARRAY_ADD(b->setup->arena, &out->list, s->objects.items[i]);
}

/* ---- apply ---- */

static void refuse_other_kinds(struct setup_builder *b, const struct object_list *applied)
{
	for (uint32_t i = 0; i < applied->list.count; i++) {
		const struct object *o = applied->list.items[i];

		if (!is_configuration(o))
			setup_problem(b, o->pos, NULL,
				      "an applied file has a %s: only ServiceGroups and "
				      "LBNodeAgents can change during a run",
				      o->kind_name)
				->diag.hint =
				"put it into the inputs, and use serviceCreate for "
				"a Service that comes later";
	}
}

static void build_apply(struct setup_builder *b, const struct scenario_event_args *args)
{
	struct object_list applied = { 0 };
	struct object_list before = { 0 };
	struct object_list after = { 0 };
	const char *path;

	if (args->file.s == NULL) {
		setup_problem(b, args->at.pos, "spec.events", "apply needs a file")->diag.hint =
			"write {apply: {file: new.yaml}}";
		return;
	}
	path = args->file.s[0] == '/'
		       ? args->file.s
		       : arena_printf(b->setup->arena, "%s%s",
				      snapshot_folder(b->snapshot, args->file.pos),
				      args->file.s);
	if (!config_load_apart(b->snapshot, path, &applied)) {
		setup_problem(b, args->file.pos, "spec.events", "%s cannot be read", path)
			->diag.hint = "the file is looked up from the scenario's folder";
		return;
	}
	refuse_other_kinds(b, &applied);
	present_objects(b, &before);
	for (uint32_t i = 0; i < before.list.count; i++)
		if (!is_replaced(before.list.items[i], &applied))
			ARRAY_ADD(b->setup->arena, &after.list, before.list.items[i]);
	for (uint32_t i = 0; i < applied.list.count; i++)
		if (is_configuration(applied.list.items[i]))
			ARRAY_ADD(b->setup->arena, &after.list, applied.list.items[i]);
	add_version(b, &after, arena_printf(b->setup->arena, "apply %s", args->file.s),
		    applied.list.count);
}

/* ---- delete ---- */

static bool is_named(const struct setup_builder *b, const struct object *o,
		     const struct scenario_event_args *args)
{
	const char *namespace =
		args->namespace.s != NULL ? args->namespace.s : b->snapshot->install_namespace;

	return is_configuration(o) && str_equal(o->kind_name, args->kind.s) &&
	       str_equal(o->name.s, args->name.s) && str_equal(o->namespace, namespace);
}

static void build_delete(struct setup_builder *b, const struct scenario_event_args *args)
{
	struct object_list before = { 0 };
	struct object_list after = { 0 };
	struct nearest near = { .word = args->name.s };

	if (args->kind.s == NULL || args->name.s == NULL) {
		setup_problem(b, args->at.pos, "spec.events", "delete needs a kind and a name")
			->diag.hint = "write {delete: {kind: ServiceGroup, name: web}}";
		return;
	}
	if (!str_equal(args->kind.s, "ServiceGroup") &&
	    !str_equal(args->kind.s, "LBNodeAgent")) {
		setup_problem(b, args->kind.pos, "spec.events",
			      "delete takes a ServiceGroup or an LBNodeAgent, not a %s",
			      args->kind.s)
			->diag.hint = "use serviceDelete for a Service, nodeDelete for a Node";
		return;
	}
	present_objects(b, &before);
	for (uint32_t i = 0; i < before.list.count; i++) {
		struct object *o = before.list.items[i];

		if (!is_named(b, o, args))
			ARRAY_ADD(b->setup->arena, &after.list, o);
		if (str_equal(o->kind_name, args->kind.s))
			nearest_offer(&near, o->name.s);
	}
	if (after.list.count < before.list.count) {
		add_version(b, &after,
			    arena_printf(b->setup->arena, "delete %s %s", args->kind.s,
					 args->name.s),
			    1);
		return;
	}
	setup_problem(b, args->name.pos, "spec.events", "the input has no %s \"%s\" to delete",
		      args->kind.s, args->name.s)
		->diag.hint =
		near.best != NULL
			? arena_printf(&b->snapshot->arena, "did you mean \"%s\"?", near.best)
			: "name a ServiceGroup or an LBNodeAgent of the input";
}

void setup_build_versions(struct setup_builder *b)
{
	struct setup_version *first = ARRAY_PUSH(b->setup->arena, &b->setup->versions);

	first->cluster = b->setup->cluster;
	first->what = "start";
	ARRAY_FOREACH (const struct scenario_event, e, &b->scenario->events.list) {
		if (e->kind.given == 1 && e->kind.which == EVENT_APPLY)
			build_apply(b, &e->args);
		if (e->kind.given == 1 && e->kind.which == EVENT_DELETE)
			build_delete(b, &e->args);
	}
}

void setup_release(struct setup *setup)
{
	ARRAY_FOREACH (struct setup_version, v, &setup->versions) {
		if (v->owned_snapshot == NULL)
			continue;
		cluster_release(v->owned_cluster);
		arena_release(&v->owned_snapshot->arena);
		free(v->owned_snapshot);
	}
	setup->versions.count = 0;
}
