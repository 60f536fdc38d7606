/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects with values that are not known: those that nothing depends on are among the others,
 * the rest is set aside, with what is not known of them. (I6)
 */
#include "config/objects/unknown_objects.h"

#include "base/text.h"
#include "config/objects/parse.h"
#include "config/objects/workloads.h"

/* True when nothing depends on the value at this path of the object. */
static bool object_unknown_is_harmless(const struct object *o, const char *path)
{
	static const char *const harmless[] = {
		"metadata.labels.",      "metadata.labels[",           "metadata.annotations.",
		"metadata.annotations[", "metadata.creationTimestamp", NULL
	};

	if (str_equal(path, "metadata.name"))
		return o->kind == KIND_SERVICE || o->kind == KIND_LBNODEAGENT;
	if (str_has_prefix(path, "metadata.annotations[\"purelb") ||
	    (o->kind == KIND_NODE && str_has_prefix(path, "metadata.labels")))
		return false;
	for (const char *const *prefix = harmless; *prefix != NULL; prefix++)
		if (str_has_prefix(path, *prefix))
			return true;
	/* What Secrets and workloads lack says so itself, or is not looked for. */
	return (o->kind == KIND_SECRET || o->kind == KIND_DAEMON_SET ||
		o->kind == KIND_DEPLOYMENT) &&
	       !str_has_prefix(path, "metadata.");
}

/* Notes that what is not known of a DaemonSet decides where its Pods run. */
static void object_note_placement(const struct snapshot *snapshot, struct object *o,
				  uint32_t first)
{
	static const char *const paths[] = { "spec.template.spec.tolerations",
					     "spec.template.spec.nodeSelector",
					     "spec.template.spec.affinity" };

	for (uint32_t i = first; i < snapshot->unknown.list.count; i++)
		for (size_t p = 0; o->kind == KIND_DAEMON_SET && p < ARRAY_LEN(paths); p++)
			if (str_has_prefix(snapshot->unknown.list.items[i].path, paths[p]))
				((struct workload *)(void *)o)->placement_unknown = true;
}

/* Keeps the values that something depends on; true when the object is not known well enough. */
static bool object_keep_unknown(struct snapshot *snapshot, struct object *o, uint32_t first)
{
	/* Of an object that is not judged no unknown is a loss; of a Secret of PureLB it is. */
	const bool secret =
		o->kind == KIND_SECRET && str_equal(o->namespace, snapshot->install_namespace);
	const bool kept = secret || object_is_judged(o);
	uint32_t count = first;
	bool unknown = false;

	object_note_placement(snapshot, o, first);
	for (uint32_t i = first; i < snapshot->unknown.list.count; i++) {
		const struct unknown_value *value = &snapshot->unknown.list.items[i];
		const bool harmless = object_unknown_is_harmless(o, value->path);

		unknown = unknown || !harmless;
		if (kept && (!harmless || (secret && !str_has_prefix(value->path, "metadata"))))
			snapshot->unknown.list.items[count++] = *value;
	}
	snapshot->unknown.list.count = count;
	return unknown;
}

/* Marks the values of a list of ranges that are not known. */
static void object_mark_range(struct address_pool *entry, const struct unknown_values *unknown,
			      const char *path, struct arena *arena)
{
	const char *pool = arena_printf(arena, "%s.pool", path);
	const char *subnet = arena_printf(arena, "%s.subnet", path);

	ARRAY_FOREACH (const struct unknown_value, value, &unknown->list) {
		entry->pool_unknown |=
			str_equal(value->path, pool) || str_equal(value->path, path);
		entry->subnet_unknown |= str_equal(value->path, subnet);
	}
}

static void object_mark_ranges(struct pool_spec *spec, const struct unknown_values *unknown,
			       const char *path, struct arena *arena)
{
	const struct {
		const char *name;
		struct address_pools *plural;
		struct address_pool *single;
	} lists[] = { { "v4pool", &spec->v4pools, &spec->v4pool },
		      { "v6pool", &spec->v6pools, &spec->v6pool } };

	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		object_mark_range(lists[l].single, unknown,
				  arena_printf(arena, "%s.%s", path, lists[l].name), arena);
		for (uint32_t i = 0; i < lists[l].plural->list.count; i++)
			object_mark_range(
				&lists[l].plural->list.items[i], unknown,
				arena_printf(arena, "%s.%ss[%u]", path, lists[l].name, i),
				arena);
	}
}

/* Keeps an object that is not known well enough, with what is not known of it: some checks can
 * do without. (I6.1a) */
static void object_set_aside(struct snapshot *snapshot, struct object *o, uint32_t first)
{
	struct arena *arena = &snapshot->arena;
	struct unknown_values *unknown;

	snapshot->set_aside[o->kind]++;
	if (!object_is_judged(o) || o->name.s == NULL)
		return;
	unknown = arena_zalloc(arena, 1, sizeof(*unknown));
	for (uint32_t i = first; i < snapshot->unknown.list.count; i++)
		ARRAY_ADD(arena, &unknown->list, snapshot->unknown.list.items[i]);
	o->unknown = unknown;
	if (o->kind == KIND_SERVICE_GROUP) {
		struct service_group *group = (struct service_group *)(void *)o;

		object_mark_ranges(&group->local, unknown, "spec.local", arena);
		object_mark_ranges(&group->remote, unknown, "spec.remote", arena);
	}
	ARRAY_ADD(arena, &snapshot->partials, o);
}

void object_place(struct snapshot *snapshot, struct object *o, unsigned how,
		  uint32_t first_unknown, bool hidden)
{
	const bool unclear = object_keep_unknown(snapshot, o, first_unknown);
	const uint32_t kept_unknown = snapshot->unknown.list.count;

	if ((how & OBJECT_UNLISTED) != 0)
		return;
	if (object_is_judged(o))
		snapshot_report_undefined(snapshot, snapshot->substitutions, o, first_unknown,
					  0);
	if (hidden) {
		const struct unknown_value namespace = { .pos = o->pos,
							 .path = "metadata.namespace" };

		ARRAY_ADD(&snapshot->arena, &snapshot->unknown.list, namespace);
		object_set_aside(snapshot, o, first_unknown);
		snapshot->unknown.list.count = kept_unknown; /* nobody can give it */
		snapshot->changed++;
	} else if (unclear)
		object_set_aside(snapshot, o, first_unknown);
	else if (o->name.s == NULL && !workload_keep_nameless(o))
		snapshot->skipped++;
	else
		snapshot_add(snapshot, o);
}
