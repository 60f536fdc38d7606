/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The templates of PureLB's chart that make what is read here: ServiceGroup,
 * LBNodeAgent, the DaemonSet of the agents, the Deployment of the allocator, extraObjects.
 * (I5.2, I5.3)
 *
 * Left out: RBAC, metrics, and the node selector kubernetes.io/os that every
 * node satisfies.
 */
#include "config/repository/charts_render.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/objects/object.h"
#include "config/objects/parse.h"
#include "config/repository/values.h"

bool chart_has_shape(const struct tree_node *map)
{
	const struct tree_node *group = tree_get(map, "serviceGroup");
	const struct tree_node *agent = tree_get(map, "lbnodeagent");

	if (agent != NULL && agent->type == TREE_MAP)
		return true;
	return group != NULL && group->type == TREE_MAP &&
	       (tree_get(group, "create") != NULL || tree_get(group, "spec") != NULL);
}

/* ---- which values there are (I5.3) ---- */

/* The values below one value of the chart. */
struct chart_level {
	const char *path; /* "" for the top */
	const char *const *keys;
};

static const char *const chart_top[] = { "image",
					 "nameOverride",
					 "fullnameOverride",
					 "Prometheus",
					 "serviceGroup",
					 "extraObjects",
					 "defaultAnnouncer",
					 "memberlistSecretKey",
					 "leaseConfig",
					 "priorityClassName",
					 "imagePullSecrets",
					 "lbnodeagent",
					 "allocator",
					 "gobgp",
					 NULL };
static const char *const chart_image[] = { "repository", "pullPolicy", "tag", NULL };
static const char *const chart_group[] = { "name", "create", "spec", NULL };
static const char *const chart_lease[] = { "leaseDuration", "renewDeadline", "retryPeriod",
					   NULL };
static const char *const chart_agent[] = { "localInterface",
					   "dummyInterface",
					   "garpConfig",
					   "containerSecurityContext",
					   "securityContext",
					   "tolerations",
					   "nodeSelector",
					   "resources",
					   NULL };
static const char *const chart_allocator[] = { "containerSecurityContext", "securityContext",
					       "tolerations", "resources", NULL };
static const char *const chart_gobgp[] = { "enabled", "image", "containerSecurityContext",
					   "resources", NULL };

static const struct chart_level chart_levels[] = {
	{ "", chart_top },
	{ "serviceGroup", chart_group },
	{ "lbnodeagent", chart_agent },
	{ "allocator", chart_allocator },
	{ "gobgp", chart_gobgp },
	{ "leaseConfig", chart_lease },
	{ "image", chart_image },
	{ "gobgp.image", chart_image },
};

/* Values of the v1 chart, and what people take from the LBNodeAgent itself. */
static const char *const chart_moved[][2] = {
	{ "lbnodeagent.localint", "lbnodeagent.localInterface" },
	{ "lbnodeagent.extlbint", "lbnodeagent.dummyInterface" },
	{ "lbnodeagent.sendgarp", "lbnodeagent.garpConfig.enabled" },
	{ "lbnodeagent.sendGratuitousARP", "lbnodeagent.garpConfig.enabled" },
	{ "lbnodeagent.spec", "lbnodeagent.localInterface, dummyInterface and garpConfig" },
	{ "lbnodeagent.local", "lbnodeagent.localInterface, dummyInterface and garpConfig" },
	{ "lbnodeagent.interface", "lbnodeagent.localInterface" },
	{ "lbnodeagent.leaseDuration", "leaseConfig.leaseDuration" },
	{ "serviceGroup.local", "serviceGroup.spec.local" },
	{ "serviceGroup.remote", "serviceGroup.spec.remote" },
	{ "serviceGroup.external", "serviceGroup.spec.external" },
	{ "serviceGroup.enabled", "serviceGroup.create" },
	{ "serviceGroup.v4pools",
	  "serviceGroup.spec.local.v4pools or serviceGroup.spec.remote.v4pools" },
	{ "serviceGroup.v6pools",
	  "serviceGroup.spec.local.v6pools or serviceGroup.spec.remote.v6pools" },
	{ "serviceGroup.v4pool",
	  "serviceGroup.spec.local.v4pool or serviceGroup.spec.remote.v4pool" },
	{ "serviceGroup.v6pool",
	  "serviceGroup.spec.local.v6pool or serviceGroup.spec.remote.v6pool" },
	{ "serviceGroup.subnet", "serviceGroup.spec.local.v4pools[0].subnet" },
	{ "serviceGroup.pool", "serviceGroup.spec.local.v4pools[0].pool" },
	{ "serviceGroup.aggregation", "serviceGroup.spec.remote.v4pools[0].aggregation" },
	{ "serviceGroup.namespaces", "serviceGroup.spec.namespaces" },
	{ "serviceGroup.namespaceDefault", "serviceGroup.spec.namespaceDefault" },
	{ "serviceGroup.enforceNamespaces", "serviceGroup.spec.enforceNamespaces" },
	{ "bgp", "gobgp" },
	{ "k8gobgp", "gobgp" },
};

/* The level that has a value of this name, other than `level`; NULL: none. */
static const struct chart_level *chart_level_with(const struct chart_level *level,
						  const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(chart_levels); i++)
		if (&chart_levels[i] != level && str_in(key, chart_levels[i].keys))
			return &chart_levels[i];
	return NULL;
}

/* Where the setting belongs that `path` names; NULL: not known. */
static const char *chart_key_hint(struct arena *arena, const struct chart_level *level,
				  const char *path, const struct tree_entry *entry)
{
	const char *key = entry->key;
	const struct tree_node *value = entry->value;
	const char *dot = level->path[0] != '\0' ? "." : "";
	const struct chart_level *other = chart_level_with(level, key);
	struct nearest near = { .word = key };

	for (size_t i = 0; i < ARRAY_LEN(chart_moved); i++) {
		if (!str_equal(chart_moved[i][0], path))
			continue;
		if (value->text != NULL && value->type <= TREE_STRING)
			return arena_printf(arena, "write %s: %s", chart_moved[i][1],
					    value->text);
		return arena_printf(arena, "write it as %s", chart_moved[i][1]);
	}
	for (const char *const *name = level->keys; *name != NULL; name++)
		nearest_offer(&near, *name);
	if (near.best != NULL)
		return arena_printf(arena, "write it as %s%s%s", level->path, dot, near.best);
	if (other != NULL)
		return arena_printf(arena, "move it to %s%s%s", other->path,
				    other->path[0] != '\0' ? "." : "", key);
	return NULL;
}

static bool chart_key_is_old(const char *path)
{
	enum { OLD = 3 }; /* the first rows */

	for (size_t i = 0; i < OLD; i++)
		if (str_equal(chart_moved[i][0], path))
			return true;
	return false;
}

static void chart_check_key(struct charts *charts, const struct chart_level *level,
			    const struct tree_entry *entry, bool certain)
{
	struct snapshot *snapshot = charts->snapshot;
	struct arena *arena = &snapshot->arena;
	const char *path = arena_printf(arena, "%s%s%s", level->path,
					level->path[0] != '\0' ? "." : "", entry->key);
	const char *hint = chart_key_hint(arena, level, path, entry);

	if (hint == NULL && !certain)
		return;
	problem_add(snapshot, PROBLEM_VALUE_KEY, NULL, entry->key_pos, path,
		    "PureLB's chart has no value \"%s\"%s: Helm ignores it", path,
		    chart_key_is_old(path) ? ", which is a value of its v1" : "")
		->hint = hint != NULL ? hint
				      : "write the name that helm show values purelb/purelb "
					"lists, or remove it";
}

/* What is above the values of the chart may be for others: only what looks meant is reported.
 */
static void chart_check_keys(struct charts *charts, const struct chart_release *release)
{
	static const char *const helm[] = { "global", "tags", "enabled", NULL };

	for (size_t i = 0; i < ARRAY_LEN(chart_levels); i++) {
		const struct chart_level *level = &chart_levels[i];
		const struct tree_node *map = values_get(release->values, level->path);
		const bool top = level->path[0] == '\0';

		if (map == NULL || map->type != TREE_MAP)
			continue;
		ARRAY_FOREACH (const struct tree_entry, entry, &map->u.map)
			if (!entry->shadowed && !str_in(entry->key, level->keys) &&
			    !(top &&
			      (str_in(entry->key, helm) || str_has_prefix(entry->key, "x-"))))
				chart_check_key(charts, level, entry, !top);
	}
}

/* ---- objects ---- */

struct chart_rendering {
	struct charts *charts;
	const struct chart_release *release;
	struct arena *arena;
};

static struct tree_node *chart_object(const struct chart_rendering *r, struct pos pos,
				      const char *api_version, const char *kind,
				      const struct tree_node *name)
{
	struct tree_node *map = values_map(r->arena, pos);
	struct tree_node *metadata = values_map(r->arena, pos);

	values_set_text(r->arena, map, "apiVersion", api_version);
	values_set_text(r->arena, map, "kind", kind);
	values_set(r->arena, metadata, "name", name);
	values_set(r->arena, metadata, "namespace", r->release->namespace);
	values_set(r->arena, map, "metadata", metadata);
	return map;
}

/* True when the snapshot has an object of this kind and name in the release's namespace. */
static bool chart_is_there(const struct chart_rendering *r, const struct tree_node *map)
{
	const struct snapshot *snapshot = r->charts->snapshot;
	const char *kind = values_get_text(map, "kind");
	const char *name = values_get_text(map, "metadata.name");
	const char *namespace = values_get_text(map, "metadata.namespace");

	ARRAY_FOREACH (struct object *, object, &snapshot->objects) {
		if (str_equal((*object)->kind_name, kind) &&
		    str_equal((*object)->name.s, name) &&
		    (namespace == NULL || str_equal((*object)->namespace, namespace)))
			return true;
	}
	return false;
}

/* What values that are elsewhere may say, in the place of `value` where there is none. */
static const struct tree_node *chart_or_unknown(const struct chart_rendering *r,
						const struct tree_node *value)
{
	struct tree_node *unknown;

	if (value != NULL || !r->release->elsewhere || r->charts->made != NULL)
		return value;
	unknown = values_text(r->arena, (struct pos){ 0 }, "");
	unknown->unknown = true;
	return unknown;
}

/* Nobody can give a value for what is not written. */
static void chart_forget_unwritten(struct unknown_values *unknown, uint32_t first)
{
	uint32_t kept = first;

	for (uint32_t i = first; i < unknown->list.count; i++)
		if (unknown->list.items[i].pos.source != 0)
			unknown->list.items[kept++] = unknown->list.items[i];
	unknown->list.count = kept;
}

/* Reports what Flux has no value for in an object that was read last, where it is written in
 * what describes the installation: it puts nothing into files of values. (I6.3g) */
static void chart_report_undefined(const struct chart_rendering *r, uint32_t objects,
				   uint32_t partials, uint32_t first_unknown)
{
	struct snapshot *snapshot = r->charts->snapshot;
	const struct object *object = NULL;

	if (snapshot->objects.count > objects)
		object = snapshot->objects.items[objects];
	else if (snapshot->partials.count > partials)
		object = snapshot->partials.items[partials];
	if (object != NULL && object_is_judged(object))
		snapshot_report_undefined(snapshot, r->release->applied, object, first_unknown,
					  r->release->pos.source);
}

static void chart_add(const struct chart_rendering *r, const struct tree_node *map)
{
	const bool yields = r->release->rank != CHART_RELEASE;
	const bool there = yields && chart_is_there(r, map);
	struct unknown_values *unknown = &r->charts->snapshot->unknown;
	const uint32_t first_unknown = unknown->list.count;
	const uint32_t objects = r->charts->snapshot->objects.count;
	const uint32_t partials = r->charts->snapshot->partials.count;

	if (r->charts->made != NULL) {
		ARRAY_ADD(r->arena, &r->charts->made->list, map);
		return;
	}
	parse_object_tree(r->charts->snapshot, map,
			  (there ? OBJECT_UNLISTED : 0) |
				  (r->release->namespace == NULL ? OBJECT_IMPLIED : 0));
	chart_report_undefined(r, objects, partials, first_unknown);
	for (uint32_t i = objects; i < r->charts->snapshot->objects.count; i++)
		r->charts->snapshot->objects.items[i]->made_by = r->release->installer;
	if (r->release->elsewhere)
		chart_forget_unwritten(unknown, first_unknown);
}

/* Notes a value of which nothing is known and which becomes no part of an object: it decides
 * whether there is one. */
static void chart_note_unknown(const struct chart_rendering *r, const struct tree_node *value,
			       const char *path)
{
	struct snapshot *snapshot = r->charts->snapshot;
	const uint32_t first = snapshot->unknown.list.count;
	const struct unknown_value unknown = { .pos = value->pos,
					       .path = path,
					       .text = arena_strdup(&snapshot->arena,
								    value->text),
					       .encrypted = value->encrypted };

	if (r->charts->made != NULL)
		return;
	ARRAY_ADD(&snapshot->arena, &snapshot->unknown.list, unknown);
	snapshot_report_undefined(snapshot, r->release->applied, NULL, first,
				  r->release->pos.source);
}

static void chart_render_group(const struct chart_rendering *r)
{
	const struct tree_node *values = tree_get(r->release->values, "serviceGroup");
	const struct tree_node *create = tree_get(values, "create");
	const struct tree_node *spec = tree_get(values, "spec");
	const struct tree_node *name = tree_get(values, "name");
	struct snapshot *snapshot = r->charts->snapshot;
	struct tree_node *group;

	if (values == NULL || values->type != TREE_MAP)
		return;
	if (create != NULL && create->unknown) {
		snapshot->set_aside[KIND_SERVICE_GROUP]++;
		chart_note_unknown(r, create, "serviceGroup.create");
		return;
	}
	if (!values_is_true(create)) {
		if (spec != NULL && spec->type == TREE_MAP && spec->u.map.count > 0 &&
		    !r->release->elsewhere && create == NULL)
			problem_add(snapshot, PROBLEM_VALUE_UNUSED, NULL, spec->pos,
				    "serviceGroup.spec",
				    "serviceGroup.spec is given without serviceGroup.create: "
				    "the chart creates no ServiceGroup")
				->hint = "add serviceGroup.create: true";
		return;
	}
	if (name == NULL || name->type != TREE_STRING)
		name = values_text(r->arena, values->pos, "default");
	group = chart_object(r, values->pos, "purelb.io/v2", "ServiceGroup", name);
	values_set(r->arena, group, "spec", spec);
	chart_add(r, group);
}

static void chart_render_agent(const struct chart_rendering *r)
{
	static const char *const old[] = { "localint", "extlbint", "sendgarp", NULL };
	const struct tree_node *values = tree_get(r->release->values, "lbnodeagent");
	const struct pos pos = values != NULL ? values->pos : r->release->pos;
	const struct tree_node *local_interface = tree_get(values, "localInterface");
	const struct tree_node *dummy_interface = tree_get(values, "dummyInterface");
	const struct tree_node *garp = tree_get(values, "garpConfig");
	struct tree_node *agent, *spec = values_map(r->arena, pos);
	struct tree_node *local = values_map(r->arena, pos);

	/* A values file without it says nothing of the agents. */
	if (r->release->rank >= CHART_VALUES && values == NULL)
		return;
	if (r->charts->made != NULL)
		for (const char *const *key = old; *key != NULL; key++)
			values_set(r->arena, local, *key, tree_get(values, *key));
	local_interface = chart_or_unknown(r, local_interface);
	garp = chart_or_unknown(r, garp);
	if (r->charts->made == NULL && local_interface == NULL)
		local_interface = values_text(r->arena, pos, "default");
	if (dummy_interface == NULL && r->charts->made == NULL)
		dummy_interface = values_text(r->arena, pos, "kube-lb0");
	values_set(r->arena, local, "localInterface", local_interface);
	values_set(r->arena, local, "dummyInterface", dummy_interface);
	if (values_is_true(garp) || (garp != NULL && garp->unknown))
		values_set(r->arena, local, "garpConfig", garp);
	values_set(r->arena, spec, "local", local);
	agent = chart_object(r, pos, "purelb.io/v2", "LBNodeAgent",
			     values_text(r->arena, pos, "default"));
	values_set(r->arena, agent, "spec", spec);
	chart_add(r, agent);
}

/* ---- the DaemonSet ---- */

static void chart_add_env(const struct chart_rendering *r, struct tree_node *list,
			  const char *name, const struct tree_node *value)
{
	struct tree_node *variable;
	struct tree_node *text;

	if (value == NULL || value->type > TREE_STRING || value->text == NULL)
		return;
	variable = values_map(r->arena, value->pos);
	text = values_text(r->arena, value->pos, value->text); /* the template quotes it */
	text->unknown = value->unknown;
	values_set_text(r->arena, variable, "name", name);
	values_set(r->arena, variable, "value", text);
	values_add(r->arena, list, variable);
}

static const struct tree_node *chart_security_context(const struct chart_rendering *r,
						      struct pos pos)
{
	static const char *const capabilities[] = { "NET_ADMIN", "NET_RAW", NULL };
	const struct tree_node *given =
		values_get(r->release->values, "lbnodeagent.containerSecurityContext");
	struct tree_node *add = values_list(r->arena, pos);
	const struct tree_node *context = NULL;

	for (const char *const *name = capabilities; *name != NULL; name++)
		values_add(r->arena, add, values_text(r->arena, pos, *name));
	context = values_set_path(r->arena, NULL, "capabilities.add", add);
	return values_merge(r->arena, context, given);
}

/* Where Pods may run: a value that is given, or may be elsewhere. */
static void chart_set_placement(const struct chart_rendering *r, struct tree_node *pod,
				const char *key, const char *path)
{
	const struct tree_node *value =
		chart_or_unknown(r, values_get(r->release->values, path));

	if (values_is_true(value) || (value != NULL && value->unknown))
		values_set(r->arena, pod, key, value);
}

static void chart_render_daemon_set(const struct chart_rendering *r)
{
	static const char *const lease[][2] = {
		{ "PURELB_LEASE_DURATION", "leaseConfig.leaseDuration" },
		{ "PURELB_RENEW_DEADLINE", "leaseConfig.renewDeadline" },
		{ "PURELB_RETRY_PERIOD", "leaseConfig.retryPeriod" },
		{ "DEFAULT_ANNOUNCER", "defaultAnnouncer" },
	};
	const struct tree_node *values = r->release->values;
	const struct tree_node *gobgp = values_get(values, "gobgp.enabled");
	const struct pos pos = r->release->pos;
	struct tree_node *containers = values_list(r->arena, pos);
	struct tree_node *container = values_map(r->arena, pos);
	struct tree_node *env = values_list(r->arena, pos);
	struct tree_node *set = chart_object(r, pos, "apps/v1", "DaemonSet",
					     values_text(r->arena, pos, "lbnodeagent"));
	struct tree_node *pod = values_map(r->arena, pos);

	for (size_t i = 0; i < ARRAY_LEN(lease); i++)
		chart_add_env(r, env, lease[i][0], values_get(values, lease[i][1]));
	values_set_text(r->arena, container, "name", "lbnodeagent");
	values_set(r->arena, container, "env", env);
	values_set(r->arena, container, "securityContext", chart_security_context(r, pos));
	values_add(r->arena, containers, container);
	if (gobgp != NULL && gobgp->unknown)
		chart_note_unknown(r, gobgp, "gobgp.enabled");
	if (gobgp == NULL || values_is_true(gobgp)) {
		container = values_map(r->arena, pos);
		values_set_text(r->arena, container, "name", "k8gobgp");
		values_add(r->arena, containers, container);
	}
	values_set(r->arena, pod, "containers", containers);
	chart_set_placement(r, pod, "nodeSelector", "lbnodeagent.nodeSelector");
	chart_set_placement(r, pod, "tolerations", "lbnodeagent.tolerations");
	values_set(r->arena, set, "spec",
		   values_set_path(r->arena, NULL, "template.spec", pod));
	chart_add(r, set);
}

/* ---- the Deployment ---- */

static void chart_render_deployment(const struct chart_rendering *r)
{
	const struct tree_node *values = r->release->values;
	const struct tree_node *tolerations = values_get(values, "allocator.tolerations");
	const struct tree_node *announcer = values_get(values, "defaultAnnouncer");
	const struct pos pos = r->release->pos;
	struct tree_node *containers = values_list(r->arena, pos);
	struct tree_node *container = values_map(r->arena, pos);
	struct tree_node *env = values_list(r->arena, pos);
	struct tree_node *pod = values_map(r->arena, pos);
	struct tree_node *one = values_text(r->arena, pos, "1");
	struct tree_node *deployment = chart_object(r, pos, "apps/v1", "Deployment",
						    values_text(r->arena, pos, "allocator"));
	const struct tree_node *spec;

	scalar_resolve(one, one->text);
	if (announcer == NULL)
		announcer = values_text(r->arena, pos, "PureLB");
	chart_add_env(r, env, "DEFAULT_ANNOUNCER", announcer);
	values_set_text(r->arena, container, "name", "allocator");
	values_set(r->arena, container, "env", env);
	values_add(r->arena, containers, container);
	values_set(r->arena, pod, "containers", containers);
	if (values_is_true(tolerations))
		values_set(r->arena, pod, "tolerations", tolerations);
	spec = values_set_path(r->arena, NULL, "template.spec", pod);
	spec = values_set_path(r->arena, spec, "strategy.type",
			       values_text(r->arena, pos, "Recreate"));
	values_set(r->arena, deployment, "spec",
		   values_set_path(r->arena, spec, "replicas", one));
	chart_add(r, deployment);
}

/* ---- extraObjects ---- */

/* Helm puts what names no namespace into that of the release. */
static void chart_add_extra(const struct chart_rendering *r, const struct tree_node *map)
{
	const struct tree_node *namespace = r->release->namespace;

	if (map == NULL || map->type != TREE_MAP)
		return;
	if (namespace != NULL)
		map = values_merge(r->arena,
				   values_set_path(r->arena, values_map(r->arena, map->pos),
						   "metadata.namespace", namespace),
				   map);
	chart_add(r, map);
}

static void chart_render_extra(const struct chart_rendering *r, const struct tree_node *item)
{
	struct substitution items[] = {
		{ .key = "Release.Namespace",
		  .value = r->release->namespace != NULL &&
					   r->release->namespace->type == TREE_STRING
				   ? r->release->namespace->text
				   : r->charts->snapshot->install_namespace },
		{ .key = "Release.Name", .value = r->release->name },
		{ .key = "Release.Service", .value = "Helm" },
	};
	const struct substitutions known = { .list = { .items = items,
						       .count = ARRAY_LEN(items) } };
	struct tree_list trees = { 0 };

	if (item->type == TREE_MAP)
		chart_add_extra(r, values_expand(item, &known, r->arena));
	else if (values_all_of_text(r->charts->snapshot, item, &known, r->arena, &trees))
		ARRAY_FOREACH (const struct tree_node *, tree, &trees.list)
			chart_add_extra(r, *tree);
	else if (item->type == TREE_STRING && strstr(item->text, "ServiceGroup") != NULL)
		/* What a template makes is not known. */
		r->charts->snapshot->set_aside[KIND_SERVICE_GROUP]++;
}

void chart_render(struct charts *charts, const struct chart_release *release)
{
	const struct chart_rendering r = { charts, release, charts->arena };
	const struct tree_node *extra = tree_get(release->values, "extraObjects");

	/* Values that are elsewhere may make any object. */
	charts->snapshot->hides_ours = charts->snapshot->hides_ours || release->elsewhere;
	chart_check_keys(charts, release);
	chart_render_group(&r);
	chart_render_agent(&r);
	if (release->rank < CHART_VALUES) {
		chart_render_daemon_set(&r);
		/* Values that are elsewhere may make it another announcer. */
		if (!release->elsewhere)
			chart_render_deployment(&r);
	}
	for (uint32_t i = 0;
	     extra != NULL && extra->type == TREE_LIST && i < extra->u.list.count; i++)
		chart_render_extra(&r, extra->u.list.items[i]);
}
