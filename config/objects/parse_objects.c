/* SPDX-License-Identifier: Apache-2.0 */
/* Values to objects: documents, items of lists, and a tree to a typed object. */
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/objects/identify.h"
#include "config/objects/parse.h"
#include "config/objects/rules.h"
#include "config/objects/unknown_objects.h"
#include "config/objects/workloads.h"
#include "config/schema/old_words.h"

/* ---- identity ---- */

static const char *object_default_namespace(const struct snapshot *snapshot,
					    const struct kind_info *info, const char *given)
{
	if (info->cluster_scoped)
		return "";
	if (given != NULL && given[0] != '\0')
		return given;
	return info->in_install_namespace ? snapshot->install_namespace : "default";
}

/* Whether a key of an object's metadata has been reported: it was meant to be the name. */
static bool object_name_is_misspelt(const struct snapshot *snapshot, const struct object *o,
				    uint32_t first)
{
	for (uint32_t i = first; i < snapshot->problems.count; i++) {
		const struct finding *p = &snapshot->problems.items[i];

		if (p->place.object == o && p->place.path != NULL &&
		    str_has_prefix(p->place.path, "metadata."))
			return true;
	}
	return false;
}

/* True when the value at this path is among those that are not known. */
static bool object_unknown_at(const struct snapshot *snapshot, uint32_t first, const char *path)
{
	for (uint32_t i = first; i < snapshot->unknown.list.count; i++)
		if (str_equal(snapshot->unknown.list.items[i].path, path))
			return true;
	return false;
}

static void object_check_name(struct snapshot *snapshot, const struct kind_info *info,
			      const struct object *o, uint32_t first_problem,
			      uint32_t first_unknown)
{
	const bool generated =
		o->generate_name.s != NULL ||
		object_unknown_at(snapshot, first_unknown, "metadata.generateName");
	struct finding *p;

	/* With generateName the API server makes a name; of ours PureLB needs a real one. */
	if (o->name.s == NULL && generated && !info->ours)
		return;
	if (o->name.s == NULL && str_equal(info->group, "purelbtool.purelb.io") &&
	    object_name_is_misspelt(snapshot, o, first_problem))
		return;
	if (o->name.s == NULL) {
		struct pos pos = o->metadata.set ? o->metadata.pos : o->pos;

		problem_add(snapshot, PROBLEM_INCOMPLETE, o, pos, "metadata.name",
			    "%s has no name", info->name)
			->hint = "add metadata.name";
		return;
	}
	if (!info->ours)
		return;
	if (!o->name_unknown && !dns_subdomain_valid(o->name.s)) {
		p = problem_add(snapshot, PROBLEM_INCOMPLETE, o, o->name.pos, "metadata.name",
				"\"%s\" is not a valid %s name", o->name.s, info->name);
		object_hint_name(snapshot, o, p);
	}
	if (!info->cluster_scoped)
		object_check_namespace_name(snapshot, o);
}

void snapshot_add(struct snapshot *s, struct object *o)
{
	struct arena *a = &s->arena;

	ARRAY_ADD(a, &s->objects, o);
	switch (o->kind) {
#define LIST(kind_, list_, type_)                                                              \
	case kind_:                                                                            \
		ARRAY_ADD(a, &s->list_, (struct type_ *)(void *)o);                            \
		break
		LIST(KIND_SERVICE_GROUP, groups, service_group);
		LIST(KIND_LBNODEAGENT, agents, lbnodeagent);
		LIST(KIND_BGP_CONFIGURATION, bgp_configurations, bgp_configuration);
		LIST(KIND_NODE, nodes, node);
		LIST(KIND_LEASE, leases, lease);
		LIST(KIND_SERVICE, services, service);
		LIST(KIND_ENDPOINT_SLICE, endpoint_slices, endpoint_slice);
		LIST(KIND_NAMESPACE, namespaces, namespace);
		LIST(KIND_DAEMON_SET, daemon_sets, workload);
		LIST(KIND_DEPLOYMENT, deployments, workload);
		LIST(KIND_CRD, crds, crd);
		LIST(KIND_SECRET, secrets, secret);
		LIST(KIND_POD, pods, pod);
	case KIND_EVENT_NEW:
		LIST(KIND_EVENT, events, event);
		LIST(KIND_BGP_NODE_STATUS, bgp_node_statuses, bgp_node_report);
		LIST(KIND_CONFIG_MAP, config_maps, config_map);
		LIST(KIND_KUBE_PROXY, kube_proxies, kube_proxy);
	case KIND_METALLB_OLD_POOL:
		LIST(KIND_METALLB_POOL, metallb_pools, metallb_pool);
		LIST(KIND_CILIUM_POOL, cilium_pools, cilium_pool);
		LIST(KIND_NODE_INVENTORY, inventories, node_inventory);
		LIST(KIND_SCENARIO, scenarios, scenario);
		LIST(KIND_CAPTURE, captures, capture);
#undef LIST
	case KIND_COUNT:
		break;
	}
}

/* Problems that the parser found inside this object before it existed. */
static void object_adopt_problems(struct snapshot *snapshot, const struct object *o,
				  uint32_t first)
{
	for (uint32_t i = first; i < snapshot->problems.count; i++)
		if (snapshot->problems.items[i].place.object == NULL &&
		    snapshot->problems.items[i].kind == PROBLEM_DUPLICATE_KEY)
			snapshot->problems.items[i].place.object = o;
}

/* By its type, in whatever case, or misspelled. */
static bool service_wants_load_balancer(const struct service *service)
{
	static const char *const types[] = { "LoadBalancer", "NodePort", "ClusterIP",
					     "ExternalName", NULL };
	struct nearest near = { .word = service->type.s };

	if (service->type.s == NULL)
		return false;
	if (str_in(service->type.s, types))
		return str_equal(service->type.s, "LoadBalancer");
	for (size_t i = 0; types[i] != NULL; i++)
		nearest_offer(&near, types[i]);
	return str_equal(near.best, "LoadBalancer");
}

bool object_namespace_is_valid(const struct object *object)
{
	const char *given = object->namespace_given.s;

	return given == NULL || given[0] == '\0' || dns_label_valid(given);
}

bool object_is_judged(const struct object *object)
{
	if (object->kind != KIND_SERVICE)
		return kind_table[object->kind].ours;

	const struct service *service = (const struct service *)(const void *)object;

	if (service_wants_load_balancer(service))
		return true;
	ARRAY_FOREACH (const struct label, annotation, &object->annotations.list)
		if (str_has_prefix(annotation->key.s, "purelb.io/"))
			return true;
	return false;
}

/* Of an object that is not judged, only what is wrong with the text itself matters (I2); of
 * one that is not read, also that it may be PureLB's in another version or misspelled. */
static void object_drop_problems(struct snapshot *snapshot, uint32_t first, struct object *o)
{
	const bool is_read = o != NULL;
	uint32_t kept = first;

	for (uint32_t i = first; i < snapshot->problems.count; i++) {
		const enum problem_kind kind = snapshot->problems.items[i].kind;

		if (o != NULL && kind == PROBLEM_WRONG_TYPE && o->unclear == NULL)
			o->unclear = snapshot->problems.items[i].message;
		if (is_read ? kind == PROBLEM_SYNTAX : kind != PROBLEM_DUPLICATE_KEY)
			snapshot->problems.items[kept++] = snapshot->problems.items[i];
	}
	snapshot->problems.count = kept;
}

/* Where the fields of such an object that are worth a note are listed; NULL: nowhere. */
static struct noted_fields *noted_fields_of(const struct kind_info *info, struct object *o)
{
	return info->noted != 0 ? (void *)((char *)o + info->noted) : NULL;
}

/* What follows a capture came from a cluster whose PureLB is where the capture says. */
static void snapshot_use_capture_namespace(struct snapshot *snapshot, const struct object *o)
{
	const struct capture *capture = (const struct capture *)(const void *)o;

	if (o->kind != KIND_CAPTURE || snapshot->namespace_origin > NAMESPACE_CAPTURE ||
	    capture->install_namespace.s == NULL)
		return;
	snapshot->install_namespace = capture->install_namespace.s;
	snapshot->namespace_origin = NAMESPACE_CAPTURE;
	snapshot->namespace_object = o;
}

/* Where an object comes from. */
struct object_origin {
	const char *list_kind; /* what the list says that it is in; NULL: nothing */
	const char *list_version;
	uint32_t first_problem; /* that the parser found in it */
	unsigned how;           /* OBJECT_UNLISTED, OBJECT_IMPLIED */
};

const struct tree_node *snapshot_change(const struct snapshot *snapshot,
					const struct tree_node *object, bool *unknown)
{
	const struct object_change *change =
		snapshot->substitutions != NULL ? snapshot->substitutions->change : NULL;
	const char *kind = object_text(object, "kind");
	const char *api_version = object_text(object, "apiVersion");

	return change != NULL && kind != NULL && api_version != NULL
		       ? change->run(change, object, unknown)
		       : object;
}

static void object_read(struct snapshot *snapshot, const struct tree_node *map,
			const struct object_origin *origin);

/* Reads an object as it is in the input, which may not be as it is applied. */
static void object_take(struct snapshot *snapshot, const struct tree_node *map,
			const struct object_origin *origin)
{
	bool unknown = false;
	const struct tree_node *applied = snapshot_change(snapshot, map, &unknown);
	const struct kind_info *info = NULL;

	if (unknown)
		info = kind_find(object_text(map, "kind"), object_text(map, "apiVersion"));
	if (info == NULL && applied != NULL) {
		object_read(snapshot, applied, origin);
		return;
	}
	snapshot->manifests++; /* its file has objects all the same */
	if (info != NULL) {
		snapshot->set_aside[info->kind]++;
		snapshot->changed++;
	}
}

/* Counts one more object; false: there are too many already. */
static bool object_count(struct snapshot *snapshot, const struct tree_node *map)
{
	if (snapshot->documents >= OBJECTS_MAX)
		return false;
	if (++snapshot->documents == OBJECTS_MAX)
		problem_add(snapshot, PROBLEM_SYNTAX, NULL, map->pos, NULL,
			    "more than 1,000,000 objects; the rest are not read")
			->hint = "split the input";
	return true;
}

static void object_read(struct snapshot *snapshot, const struct tree_node *map,
			const struct object_origin *origin)
{
	const char *list_kind = origin->list_kind;
	const char *list_version = origin->list_version;
	const uint32_t first_problem = origin->first_problem;
	const char *kind = object_text(map, "kind");
	const char *api_version = object_text(map, "apiVersion");
	const bool sealed =
		kind != NULL && api_version != NULL && kind_makes_secret(kind, api_version);
	const struct kind_info *info =
		object_identify(snapshot, map, kind != NULL ? kind : list_kind,
				api_version != NULL ? api_version : list_version);

	if (!object_count(snapshot, map))
		return;
	if ((kind != NULL || list_kind != NULL) &&
	    (api_version != NULL || list_version != NULL))
		snapshot->manifests++;
	if (object_misses_separator(snapshot, map, first_problem)) {
		snapshot->skipped++;
		return;
	}
	if (info == NULL || (info->kind == KIND_CONFIG_MAP && !config_map_matters(map))) {
		object_drop_problems(snapshot, first_problem, NULL);
		if (!machine_config_read(snapshot, map))
			snapshot->skipped++;
		return;
	}

	struct object *o = arena_zalloc(&snapshot->arena, 1, info->size);
	struct binder binder = {
		.sink = &snapshot->problems,
		.object = o,
		.strict = info->ours || info->kind == KIND_SERVICE,
		/* Objects of this program's own kinds never get to an API server. */
		.applied = !str_equal(info->group, "purelbtool.purelb.io"),
		.noted = noted_fields_of(info, o),
		.unknown = &snapshot->unknown,
		.expands = info->kind == KIND_DAEMON_SET || info->kind == KIND_DEPLOYMENT,
	};
	const uint32_t first_unknown = snapshot->unknown.list.count;

	o->kind = info->kind;
	o->kind_name = info->name;
	o->pos = map->pos;
	o->order = snapshot->objects.count;
	o->content = tree_hash(map);
	o->spec_content = tree_hash(tree_get(map, "spec"));
	if (sealed)
		((struct secret *)(void *)o)->sealed = true;
	schema_bind(&binder, info->schema, map, o);
	if (info->kind == KIND_CONFIG_MAP)
		config_map_read(snapshot, (struct config_map *)(void *)o);
	if (info->nameless && o->name.s == NULL)
		o->name = (struct str_value){ "kube-proxy", map->pos };
	const bool hidden = !info->cluster_scoped && binder.applied &&
			    substitutions_hide(snapshot->substitutions, o->namespace_given.s);

	if (!info->cluster_scoped && binder.applied)
		substitutions_move(snapshot->substitutions, &o->namespace_given.s);
	o->namespace_implied = (origin->how & OBJECT_IMPLIED) != 0;
	o->namespace = object_default_namespace(snapshot, info, o->namespace_given.s);
	o->name_unknown = object_unknown_at(snapshot, first_unknown, "metadata.name");
	object_adopt_problems(snapshot, o, first_problem);
	object_check_name(snapshot, info, o, first_problem, first_unknown);
	const bool known = snapshot->unknown.list.count == first_unknown;

	if (object_is_judged(o))
		object_check_rules(snapshot, o, first_problem, binder.applied, known);
	else
		object_drop_problems(snapshot, first_problem, o);
	snapshot_use_capture_namespace(snapshot, o);
	object_place(snapshot, o, origin->how, first_unknown, hidden);
}

void parse_object_tree(struct snapshot *snapshot, const struct tree_node *map, unsigned how)
{
	const struct object_origin origin = { .first_problem = snapshot->problems.count,
					      .how = how };

	object_take(snapshot, map, &origin);
}

/* ---- documents and lists of objects ---- */

/* What is known of an object while its keys come in. */
struct object_state {
	const char *kind;
	const char *api_version;
	bool has_items;
	ARRAY_OF(const struct tree_node *) pending; /* items that do not say their kind */
};

static bool kind_is_list(const char *kind)
{
	return kind == NULL || str_has_suffix(kind, "List");
}

/* What the kind, as far as it is known, says of the value of a top-level key. */
static struct guide object_guide(const struct object_state *state, const struct map_reader *m)
{
	const struct guide skip = { .skip = true };
	const struct guide all = { 0 };

	if (m->key == NULL)
		return skip;
	if (m->merge || state->kind == NULL || state->api_version == NULL)
		return all;

	const struct kind_info *info = kind_find(state->kind, state->api_version);

	/* Of another version of ours, what it has in common with the one that is read. */
	if (info == NULL)
		info = kind_of_other_version(state->kind, state->api_version);
	if (info != NULL)
		return parse_guide(info->schema, m->key);
	if (strcmp(m->key, "items") == 0 && kind_is_list(state->kind))
		return all;
	/* Of a foreign kind only the identity may matter: it may be a misspelt one of ours. */
	return strcmp(m->key, "metadata") == 0 || machine_kind_is_known(state->kind) ? all
										     : skip;
}

static struct tree_node *parse_object(struct parse *p, struct object_state *state,
				      unsigned depth);

static bool object_has_kind(const struct tree_node *map)
{
	const struct tree_node *kind = tree_get(map, "kind");

	return kind != NULL && kind->type == TREE_STRING;
}

/* Reads one item of a list of objects and hands it on, or keeps it until the list's kind is
 * known. Its memory goes at once when nothing can refer to it. */
static void parse_item(struct parse *p, struct object_state *list, unsigned depth)
{
	struct arena_mark mark = arena_mark(p->scratch);
	uint32_t anchors_before = p->anchor_count;
	uint32_t nodes_before = p->node_count;
	const struct object_origin origin = { .first_problem = p->snapshot->problems.count };
	struct object_state state = { 0 };

	if (p->event.type != YAML_MAPPING_START_EVENT) {
		struct tree_node *other = parse_value(p, (struct guide){ 0 }, depth);

		if (!p->failed && other->type == TREE_MAP)
			object_take(p->snapshot, other, &origin);
		else if (!p->failed)
			problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, other->pos, NULL,
				    "an item of a list of objects must be a mapping");
		return;
	}

	struct tree_node *item = parse_object(p, &state, depth);

	if (p->failed)
		return;
	if (!object_has_kind(item) && !state.has_items) {
		ARRAY_ADD(p->scratch, &list->pending, item);
		return;
	}
	if (!state.has_items)
		object_take(p->snapshot, item, &origin);
	if (p->anchor_count == anchors_before && list->pending.count == 0) {
		arena_reset(p->scratch, mark);
		p->node_count = nodes_before;
	}
}

static void parse_items(struct parse *p, struct object_state *list, unsigned depth)
{
	list->has_items = true;
	while (parse_next(p) && p->event.type != YAML_SEQUENCE_END_EVENT) {
		parse_item(p, list, depth + 1);
		if (p->failed)
			return;
	}
}

/* Hands on the items that left their kind to the list. */
static void parse_deliver_pending(struct parse *p, const struct object_state *list)
{
	const char *kind = NULL;

	if (list->kind != NULL && str_has_suffix(list->kind, "List") &&
	    strcmp(list->kind, "List") != 0)
		kind = arena_strndup(p->scratch, list->kind, strlen(list->kind) - 4);
	for (uint32_t i = 0; i < list->pending.count; i++) {
		const struct object_origin origin = { kind, list->api_version,
						      p->snapshot->problems.count, 0 };

		object_take(p->snapshot, list->pending.items[i], &origin);
	}
}

static void parse_note_identity(struct object_state *state, const struct map_reader *m,
				const struct tree_node *value)
{
	if (m->key == NULL || value->type != TREE_STRING)
		return;
	if (strcmp(m->key, "kind") == 0)
		state->kind = value->text;
	else if (strcmp(m->key, "apiVersion") == 0)
		state->api_version = value->text;
}

/* True when the value of the present key is a list of objects to be handed on one by one. */
static bool parse_is_item_list(const struct parse *p, const struct object_state *state,
			       const struct map_reader *m, unsigned depth)
{
	return m->key != NULL && !m->merge && strcmp(m->key, "items") == 0 &&
	       p->event.type == YAML_SEQUENCE_START_EVENT && kind_is_list(state->kind) &&
	       parse_anchor(p) == NULL && depth < PARSE_DEPTH_MAX;
}

/* Reads the value of one top-level key. */
static void parse_member(struct parse *p, struct object_state *state, struct map_reader *m,
			 unsigned depth)
{
	if (parse_is_item_list(p, state, m, depth)) {
		parse_items(p, state, depth);
		return;
	}

	const struct tree_node *value = parse_value(p, object_guide(state, m), depth);

	parse_map_add(p, m, value);
	if (!p->failed)
		parse_note_identity(state, m, value);
}

/* Reports the items of a list kind when they are something else than a list. */
static void parse_check_items(struct parse *p, struct object_state *state,
			      const struct tree_node *map)
{
	const struct tree_node *items = tree_get(map, "items");

	if (state->has_items || state->kind == NULL || !kind_is_list(state->kind) ||
	    items == NULL || items->type == TREE_NULL || items->type == TREE_LIST)
		return;
	problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, items->pos, NULL,
		    "items of a %s must be a list, but this is %s", state->kind,
		    tree_type_name(items->type))
		->hint = "write each object as a list item with its own dash";
	state->has_items = true;
}

/* Reads a mapping that is an object or a list of objects. */
static struct tree_node *parse_object(struct parse *p, struct object_state *state,
				      unsigned depth)
{
	struct map_reader m;

	parse_map_begin(p, &m);
	while (parse_map_key(p, &m))
		parse_member(p, state, &m, depth + 1);
	parse_map_end(p, &m);
	if (!p->failed)
		parse_check_items(p, state, m.map);
	if (!p->failed && state->has_items)
		parse_deliver_pending(p, state);
	/* kubectl prints an empty list where there is nothing. */
	if (!p->failed && state->has_items && state->kind != NULL && state->api_version != NULL)
		p->snapshot->manifests++;
	return m.map;
}

void parse_root(struct parse *p)
{
	const struct object_origin origin = { .first_problem = p->snapshot->problems.count };
	struct object_state state = { 0 };

	if (p->event.type == YAML_MAPPING_START_EVENT) {
		p->flow_root = p->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;

		struct tree_node *map = parse_object(p, &state, 1);

		if (!p->failed && !state.has_items)
			object_take(p->snapshot, map, &origin);
		return;
	}

	struct tree_node *other = parse_value(p, (struct guide){ .skip = true }, 1);

	/* What is cut short by something unreadable has that finding and needs no other. */
	if (p->failed || other->type == TREE_NULL || reader_fault_is_final(p->reader.fault))
		return;

	struct finding *problem = problem_add(
		p->snapshot, PROBLEM_SYNTAX, NULL, other->pos, NULL,
		"a document must be a mapping with apiVersion and kind, but this is %s",
		other->type == TREE_UNREAD ? "a list" : tree_type_name(other->type));

	problem->foreign = true;
	problem->hint = other->type == TREE_UNREAD ? "write one object for each document"
			: other->encrypted
				? "decrypt it first, or name the folder that it is in"
				: "is this a Kubernetes manifest?";
}
