/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The versions of the configuration that `apply` and `delete` events lead to (P9.2), and those
 * that differ in the labels of Nodes only (P9.3). Each is a snapshot of its own, resolved
 * before the run.
 */
#include "sim/run/setup_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "config/repository/repository.h"
#include "config/repository/settle.h"

/* Kinds that PureLB's daemons take as their configuration. */
static bool setup_is_configuration(const struct object *object)
{
	return object->kind == KIND_SERVICE_GROUP || object->kind == KIND_LBNODEAGENT;
}

/* What agents get, or the controller of the BGP daemons. */
static bool version_replaces(const struct object *object)
{
	return setup_is_configuration(object) || object->kind == KIND_BGP_CONFIGURATION;
}

/* Kinds that an apply changes during a run. */
static bool setup_applies(const struct object *object)
{
	return version_replaces(object) || object->kind == KIND_SERVICE;
}

const struct applied *setup_applied(const struct setup_builder *b,
				    const struct scenario_event_args *args)
{
	ARRAY_FOREACH (const struct applied, applied, &b->applied) {
		if (applied->args == args)
			return applied;
	}
	return NULL;
}

static bool version_same_identity(const struct object *a, const struct object *b)
{
	return a->kind == b->kind && strcmp(a->namespace, b->namespace) == 0 &&
	       strcmp(a->name.s, b->name.s) == 0;
}

static const struct object *version_find(const struct object *o, const struct object_list *in)
{
	for (uint32_t i = 0; i < in->list.count; i++)
		if (version_same_identity(o, in->list.items[i]))
			return in->list.items[i];
	return NULL;
}

/* A snapshot with these objects and an arena of its own, resolved. */
static void version_add(struct setup_builder *b, const struct object_list *objects,
			const char *what, uint32_t changed)
{
	if ((uint64_t)objects->list.count * b->setup->versions.count > SETUP_CONFIGURED_MAX) {
		if (!b->too_many_versions)
			setup_problem(
				b, b->scenario->events.at.pos, "spec.events",
				"the events change the configuration too often: %u states of "
				"%u objects are more than can be simulated",
				b->setup->versions.count, objects->list.count)
				->hint = "use fewer apply and delete events";
		b->too_many_versions = true;
		return;
	}

	struct setup_version *v = ARRAY_PUSH(b->setup->arena, &b->setup->versions);
	struct snapshot *view = mem_alloc(sizeof(*view));
	struct cluster *cluster = arena_zalloc(b->setup->arena, 1, sizeof(*cluster));
	const struct resolve_options options = {
		.given = true,
		.release = b->setup->cluster->release.release,
	};

	*view = (struct snapshot){ .install_namespace = b->snapshot->install_namespace };
	view->problems.arena = &view->arena;
	arena_init(&view->arena);
	for (uint32_t i = 0; i < objects->list.count; i++)
		snapshot_add(view, objects->list.items[i]);
	settle_twins(view);
	purelb_resolve_as(cluster, view, &options);
	ARRAY_FOREACH (const char *, beyond, &view->sources.errors)
		setup_problem(b, b->scenario->object.pos, NULL, "%s", *beyond);
	v->cluster = cluster;
	v->owned_cluster = cluster;
	v->owned_snapshot = view;
	v->changed_objects = changed;
	v->what = what;
}

/* The objects as they are before this change: those of the snapshot, or of the last version. */
static void version_objects(const struct setup_builder *b, struct object_list *out)
{
	const struct snapshot *s = b->snapshot;

	if (b->setup->versions.count > 1)
		s = b->setup->versions.items[b->setup->versions.count - 1].owned_snapshot;
	for (uint32_t i = 0; i < s->objects.count; i++)
		ARRAY_ADD(b->setup->arena, &out->list, s->objects.items[i]);
}

/* "spec.events[3]": of the event with these arguments. */
static const char *version_path(const struct setup_builder *b,
				const struct scenario_event_args *args)
{
	uint32_t number = 0;

	while (&b->scenario->events.list.items[number].args != args)
		number++;
	return arena_printf(b->setup->arena, "spec.events[%u]", number);
}

/* ---- apply ---- */

/* Whatever a file has of them: it is the wrong file, or belongs to the inputs as well. */
static void version_refuse_kinds(struct setup_builder *b, const struct object_list *applied)
{
	const struct object *first = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < applied->list.count; i++) {
		const struct object *o = applied->list.items[i];

		if (setup_applies(o))
			continue;
		first = first != NULL ? first : o;
		count++;
	}
	if (first == NULL)
		return;
	setup_problem(b, first->pos, NULL,
		      "what is applied contains a %s%s; only ServiceGroups, LBNodeAgents, "
		      "BGPConfigurations and Services can change during a run",
		      first->kind_name,
		      count == 1 ? ""
				 : arena_printf(b->setup->arena,
						" and %u other object%s that "
						"cannot change",
						count - 1, count == 2 ? "" : "s"))
		->hint = count == 1 ? "add it to the inputs" : "add them to the inputs";
}

/* A pipe that the scenario names would be waited for in vain. */
static bool version_is_readable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/* The objects of the file that the event names; false after a problem. */
static bool version_read(struct setup_builder *b, const struct scenario_event_args *args,
			 struct object_list *out)
{
	struct load_part part;
	const char *path;

	if (args->file.s == NULL && setup_is_faulty(b, version_path(b, args)))
		return false;
	if (args->file.s == NULL) {
		setup_problem(b, args->at.pos, version_path(b, args), "apply needs a file")
			->hint = "write {apply: {file: new.yaml}}";
		return false;
	}
	if (setup_is_reported(b, args->file.pos))
		return false;
	path = args->file.s[0] == '/'
		       ? args->file.s
		       : arena_printf(b->setup->arena, "%s%s",
				      snapshot_folder(b->snapshot, args->file.pos),
				      args->file.s);
	part = (struct load_part){ .inputs = &path, .count = 1 };
	if (!version_is_readable(path) || !config_load_apart(b->snapshot, &part, out)) {
		setup_problem(b, args->file.pos, version_path(b, args), "cannot read %s", path)
			->hint = "write the path relative to the scenario's folder";
		return false;
	}
	version_refuse_kinds(b, out);
	return true;
}

/* What of the configuration an apply replaces, and what it adds; how many objects change: each
 * is delivered to the agents (P9.2). */
static uint32_t version_merge(struct setup_builder *b, const struct object_list *from,
			      struct applied *applied, struct object_list *after)
{
	struct arena *arena = b->setup->arena;
	struct object_list before = { 0 };
	struct object_list configured = { 0 };
	uint32_t changed = 0;

	version_objects(b, &before);
	for (uint32_t i = 0; i < before.list.count; i++) {
		struct object *o = before.list.items[i];

		if (!version_replaces(o)) {
			ARRAY_ADD(arena, &after->list, o);
			continue;
		}
		ARRAY_ADD(arena, &configured.list, o);
		if (version_find(o, from) == NULL && !applied->whole)
			ARRAY_ADD(arena, &after->list, o);
		else if (version_find(o, from) == NULL) {
			changed += setup_is_configuration(o);
			applied->groups |= o->kind == KIND_SERVICE_GROUP;
			applied->routes |= o->kind == KIND_BGP_CONFIGURATION;
		}
	}
	for (uint32_t i = 0; i < from->list.count; i++) {
		struct object *o = from->list.items[i];
		const struct object *old;

		if (o->kind == KIND_SERVICE)
			ARRAY_ADD(arena, &applied->services,
				  (const struct service *)(const void *)o);
		if (!version_replaces(o))
			continue;
		ARRAY_ADD(arena, &after->list, o);
		old = version_find(o, &configured);
		if (old != NULL && old->spec_content == o->spec_content)
			continue;
		applied->routes |= o->kind == KIND_BGP_CONFIGURATION;
		changed += setup_is_configuration(o);
		applied->groups |= o->kind == KIND_SERVICE_GROUP;
	}
	return changed;
}

static void version_apply(struct setup_builder *b, const struct scenario_event_args *args)
{
	struct object_list read = { 0 };
	struct object_list after = { 0 };
	struct applied *applied;
	uint32_t changed;

	if (b->too_many_versions || (args->objects == NULL && !version_read(b, args, &read)))
		return;
	applied = ARRAY_PUSH(b->setup->arena, &b->applied);
	applied->args = args;
	applied->whole = args->objects != NULL;
	changed = version_merge(b, args->objects != NULL ? args->objects : &read, applied,
				&after);
	version_add(b, &after,
		    args->objects != NULL
			    ? "the change is applied"
			    : arena_printf(b->setup->arena, "apply %s", args->file.s),
		    changed);
	if (applied->routes)
		b->setup->versions.items[b->setup->versions.count - 1].reconciles_bgp = true;
}

/* ---- delete ---- */

static bool version_is_named(const struct setup_builder *b, const struct object *o,
			     const struct scenario_event_args *args)
{
	const char *namespace =
		args->namespace.s != NULL ? args->namespace.s : b->snapshot->install_namespace;

	return version_replaces(o) && str_equal(o->kind_name, args->kind.s) &&
	       str_equal(o->name.s, args->name.s) && str_equal(o->namespace, namespace);
}

static void version_delete(struct setup_builder *b, const struct scenario_event_args *args)
{
	struct object_list before = { 0 };
	struct object_list after = { 0 };
	struct nearest near = { .word = args->name.s };
	const bool routes = str_equal(args->kind.s, "BGPConfiguration");

	if (b->too_many_versions)
		return;
	if ((args->kind.s == NULL || args->name.s == NULL) &&
	    setup_is_faulty(b, version_path(b, args)))
		return;
	if (args->kind.s == NULL || args->name.s == NULL) {
		setup_problem(b, args->at.pos, version_path(b, args),
			      "delete needs a kind and a name")
			->hint = "write {delete: {kind: ServiceGroup, name: web}}";
		return;
	}
	if (setup_is_reported(b, args->kind.pos) || setup_is_reported(b, args->name.pos))
		return;
	if (!routes && !str_equal(args->kind.s, "ServiceGroup") &&
	    !str_equal(args->kind.s, "LBNodeAgent")) {
		setup_problem(b, args->kind.pos, version_path(b, args),
			      "delete takes a ServiceGroup, an LBNodeAgent or a "
			      "BGPConfiguration, not a %s",
			      args->kind.s)
			->hint = "use serviceDelete for a Service, or nodeDelete for a Node";
		return;
	}
	version_objects(b, &before);
	for (uint32_t i = 0; i < before.list.count; i++) {
		struct object *o = before.list.items[i];

		if (!version_is_named(b, o, args))
			ARRAY_ADD(b->setup->arena, &after.list, o);
		if (str_equal(o->kind_name, args->kind.s))
			nearest_offer(&near, o->name.s);
	}
	if (after.list.count < before.list.count) {
		version_add(b, &after,
			    arena_printf(b->setup->arena, "delete %s %s", args->kind.s,
					 args->name.s),
			    !routes);
		b->setup->versions.items[b->setup->versions.count - 1].reconciles_bgp = routes;
		return;
	}
	if (setup_lost_field(b, "inputs", b->scenario->inputs.at.set))
		return;
	setup_problem(b, args->name.pos, version_path(b, args),
		      "the input has no %s \"%s\" to delete", args->kind.s, args->name.s)
		->hint = near.best != NULL ? arena_printf(&b->snapshot->arena,
							  "did you mean \"%s\"?", near.best)
					   : "write the name of an object in the input";
}

/* ---- labels of Nodes ---- */

/* What a label event does, and to whom. */
struct label_change {
	struct setup_builder *b;
	const struct scenario_event_args *args;
	bool *named;  /* flags by node */
	bool *object; /* by node: it has a Node object, which has the labels */
};

static bool label_is_changed(const struct label_change *change, const char *key)
{
	if (label_map_get(&change->args->labels, key) != NULL)
		return true;
	ARRAY_FOREACH (const struct str_value, removed, &change->args->removed.list) {
		if (str_equal(removed->s, key))
			return true;
	}
	return false;
}

/* The labels without those that change; `adds`: with what they become. */
static void label_alter(const struct label_change *change, struct label_map *labels, bool adds)
{
	struct label_map after = { .at = labels->at, .partial = labels->partial };
	struct arena *arena = change->b->setup->arena;

	ARRAY_FOREACH (const struct label, label, &labels->list) {
		if (!label_is_changed(change, label->key.s))
			ARRAY_ADD(arena, &after.list, *label);
	}
	if (adds) {
		ARRAY_FOREACH (const struct label, label, &change->args->labels.list)
			ARRAY_ADD(arena, &after.list, *label);
	}
	*labels = after;
}

static struct object *label_alter_node(const struct label_change *change, struct object *o)
{
	const uint32_t number = setup_find_node(change->b->setup, o->name.s);
	struct node *node;

	if (number == SETUP_NONE || !change->named[number])
		return o;
	change->object[number] = true;
	node = arena_alloc(change->b->setup->arena, sizeof(*node));
	*node = *(const struct node *)(const void *)o;
	label_alter(change, &node->object.labels, true);
	return &node->object;
}

/* Labels of the inventory come on top of those of the Node. */
static struct object *label_alter_inventory(const struct label_change *change, struct object *o)
{
	struct arena *arena = change->b->setup->arena;
	struct node_inventory *copy = arena_alloc(arena, sizeof(*copy));
	struct inventory_nodes nodes = { 0 };

	*copy = *(const struct node_inventory *)(const void *)o;
	nodes.at = copy->nodes.at;
	ARRAY_FOREACH (const struct inventory_node, node, &copy->nodes.list) {
		struct inventory_node *added = ARRAY_PUSH(arena, &nodes.list);
		const uint32_t number =
			node->name.s != NULL ? setup_find_node(change->b->setup, node->name.s)
					     : SETUP_NONE;

		*added = *node;
		if (number == SETUP_NONE || !change->named[number])
			continue;
		label_alter(change, &added->labels, !change->object[number]);
		change->object[number] = true;
	}
	copy->nodes = nodes;
	return &copy->object;
}

/* A node of which only its lease is known. */
static struct object *label_make_node(const struct label_change *change, uint32_t number)
{
	struct node *node = arena_zalloc(change->b->setup->arena, 1, sizeof(*node));

	node->object.kind = KIND_NODE;
	node->object.kind_name = "Node";
	node->object.namespace = "";
	node->object.name.s = change->b->setup->nodes.items[number].name;
	node->object.pos = change->args->at.pos;
	label_alter(change, &node->object.labels, true);
	return &node->object;
}

/* The event itself reports names that no node has. */
static void label_find_nodes(const struct label_change *change)
{
	const struct scenario_event_args *args = change->args;
	const struct names_value *const names[] = { &args->node, &args->nodes };
	const struct {
		const char *key;
		const struct str_value *value;
	} by_label[] = { { "rack", &args->rack }, { "group", &args->group } };
	const struct setup *setup = change->b->setup;

	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		const struct label_map *has = &setup->nodes.items[n].cluster_node->labels;

		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			bool matches = names[i]->labels.list.count > 0;

			ARRAY_FOREACH (const struct label, label, &names[i]->labels.list)
				matches &= str_equal(label_map_text(has, label->key.s),
						     label->value.s);
			ARRAY_FOREACH (const struct str_value, name, &names[i]->list.list)
				matches |= str_equal(name->s, setup->nodes.items[n].name) ||
					   str_equal(name->s, "all");
			change->named[n] |= matches;
		}
		for (size_t i = 0; i < ARRAY_LEN(by_label); i++) {
			if (by_label[i].value->s != NULL &&
			    str_equal(label_map_text(has, by_label[i].key),
				      by_label[i].value->s))
				change->named[n] = true;
		}
	}
}

/* "node-a and 2 more get rack=r2 and lose zone". */
static const char *label_text(const struct label_change *change)
{
	const struct setup *setup = change->b->setup;
	const struct scenario_event_args *args = change->args;
	const char *first = "nobody";
	const char *result;
	struct text text = { 0 };
	uint32_t count = 0;

	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		if (change->named[n] && count++ == 0)
			first = setup->nodes.items[n].name;
	}
	text_printf(&text, "%s", first);
	if (count > 1)
		text_printf(&text, " and %u more", count - 1);
	for (uint32_t i = 0; i < args->labels.list.count; i++)
		text_printf(&text, "%s %s=%s",
			    i > 0       ? ","
			    : count > 1 ? " get"
					: " gets",
			    args->labels.list.items[i].key.s,
			    args->labels.list.items[i].value.s);
	for (uint32_t i = 0; i < args->removed.list.count; i++)
		text_printf(&text, "%s%s %s",
			    i > 0                         ? ","
			    : args->labels.list.count > 0 ? " and"
							  : "",
			    i > 0       ? ""
			    : count > 1 ? " lose"
					: " loses",
			    args->removed.list.items[i].s);
	result = arena_strdup(setup->arena, text_str(&text));
	text_release(&text);
	return result;
}

/* Agents hear nothing of it (P9.3): no object of theirs changed. */
static void version_label(struct setup_builder *b, const struct scenario_event_args *args)
{
	const uint32_t nodes = b->setup->nodes.count;
	struct arena *arena = b->setup->arena;
	struct label_change change = {
		.b = b,
		.args = args,
		.named = arena_zalloc(arena, (size_t)nodes + 1, sizeof(bool)),
		.object = arena_zalloc(arena, (size_t)nodes + 1, sizeof(bool)),
	};
	struct object_list before = { 0 };
	struct object_list after = { 0 };

	label_find_nodes(&change);
	version_objects(b, &before);
	for (uint32_t i = 0; i < before.list.count; i++) {
		if (before.list.items[i]->kind == KIND_NODE)
			before.list.items[i] = label_alter_node(&change, before.list.items[i]);
	}
	for (uint32_t i = 0; i < before.list.count; i++) {
		struct object *o = before.list.items[i];

		ARRAY_ADD(arena, &after.list,
			  o->kind == KIND_NODE_INVENTORY ? label_alter_inventory(&change, o)
							 : o);
	}
	for (uint32_t n = 0; n < nodes; n++) {
		if (change.named[n] && !change.object[n])
			ARRAY_ADD(arena, &after.list, label_make_node(&change, n));
	}
	version_add(b, &after, label_text(&change), 0);
}

void setup_build_versions(struct setup_builder *b)
{
	struct setup_version *first = ARRAY_PUSH(b->setup->arena, &b->setup->versions);

	first->cluster = b->setup->cluster;
	first->what = "start";
	ARRAY_FOREACH (const struct scenario_event, e, &b->scenario->events.list) {
		if (e->kind.given == 1 && scenario_event_applies(e->kind.which))
			version_apply(b, &e->args);
		if (e->kind.given == 1 && e->kind.which == EVENT_DELETE)
			version_delete(b, &e->args);
		if (e->kind.given == 1 && e->kind.which == EVENT_LABEL)
			version_label(b, &e->args);
	}
}
