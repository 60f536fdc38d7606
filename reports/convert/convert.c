/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conversion as a whole. (I9.2)
 *
 * Every source is read again as trees, so that what the typed objects leave out is kept. What
 * belongs to PureLB is converted at once; MetalLB's objects refer to each other, and are
 * collected first. Values of PureLB's chart are converted as what it makes of them; of its
 * other objects, such as the DaemonSet, nothing is printed. What a kustomization makes of its
 * resources is not looked at: they are converted as they are written, and that is noted.
 */
#include "reports/convert/convert.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/objects/parse.h"
#include "config/repository/charts.h"
#include "config/repository/walk.h"
#include "purelb/agents/nodes.h"
#include "reports/convert/convert_parts.h"
#include "validator/services/services.h"

/* ---- notes and comments ---- */

void convert_note(struct conversion *c, struct pos pos, bool failed, const char *format, ...)
{
	struct conversion_note *note = ARRAY_PUSH(c->arena, &c->notes);
	va_list args;

	va_start(args, format);
	*note = (struct conversion_note){ pos, arena_vprintf(c->arena, format, args), failed };
	va_end(args);
}

void convert_lost(struct conversion *c, const char *origin, const struct tree_node *map,
		  const char *path, const char *why)
{
	const struct tree_node *value = values_get(map, path);

	if (value == NULL || value->type == TREE_NULL)
		return;
	convert_note(c, value->pos, false, "%s: %s has no counterpart: %s", origin, path, why);
}

static const char convert_comment_key[] = "#";

bool convert_is_comment(const struct tree_entry *entry)
{
	return entry->key == convert_comment_key;
}

void convert_comment(struct conversion *c, struct tree_node *map, const char *format, ...)
{
	struct tree_entry *entry = ARRAY_PUSH(c->arena, &map->u.map);
	va_list args;

	va_start(args, format);
	*entry = (struct tree_entry){
		.key = convert_comment_key,
		.value = values_text(c->arena, map->pos, arena_vprintf(c->arena, format, args)),
	};
	va_end(args);
}

const char *convert_origin(struct conversion *c, const char *kind, const char *name)
{
	return arena_printf(c->arena, "%s \"%s\"", kind, name);
}

/* ---- values ---- */

const char *convert_text(const struct tree_node *map, const char *path)
{
	const struct tree_node *node = values_get(map, path);

	return node != NULL && node->type != TREE_NULL && node->type <= TREE_STRING ? node->text
										    : NULL;
}

uint32_t convert_items(const struct tree_node *list)
{
	return list != NULL && list->type == TREE_LIST ? list->u.list.count : 0;
}

struct tree_node *convert_bool(struct conversion *c, struct pos pos, bool value)
{
	struct tree_node *node = values_text(c->arena, pos, value ? "true" : "false");

	node->type = TREE_BOOL;
	node->u.boolean = value;
	return node;
}

struct tree_node *convert_int(struct conversion *c, struct pos pos, int64_t value)
{
	struct tree_node *node =
		values_text(c->arena, pos, arena_printf(c->arena, "%lld", (long long)value));

	node->type = TREE_INT;
	node->u.integer = value;
	return node;
}

/* ---- objects ---- */

/* What a cluster, or whoever applies an object to it, has written into its metadata. */
static bool convert_belongs_to_cluster(const char *key)
{
	return str_equal(key, "kubectl.kubernetes.io/last-applied-configuration") ||
	       str_has_prefix(key, "meta.helm.sh/") || str_has_prefix(key, "helm.sh/") ||
	       str_equal(key, "app.kubernetes.io/managed-by");
}

/* The labels or the annotations of an object; NULL: it keeps none. */
static const struct tree_node *convert_labels(struct conversion *c, const struct tree_node *map)
{
	struct tree_node *out;

	if (map == NULL || map->type != TREE_MAP)
		return NULL;
	out = values_map(c->arena, map->pos);
	ARRAY_FOREACH (const struct tree_entry, entry, &map->u.map)
		if (!entry->shadowed && !convert_belongs_to_cluster(entry->key))
			values_set(c->arena, out, entry->key, entry->value);
	return out->u.map.count > 0 ? out : NULL;
}

bool convert_has_object(const struct conversion *c, enum object_kind kind, const char *name)
{
	ARRAY_FOREACH (const struct converted, object, &c->objects)
		if (str_equal(object->kind, kind_table[kind].name) &&
		    str_equal(object->name, name))
			return true;
	ARRAY_FOREACH (struct object *, object, &c->snapshot->objects)
		if ((*object)->kind == kind && str_equal((*object)->name.s, name) &&
		    str_equal((*object)->namespace, c->namespace))
			return true;
	return false;
}

struct tree_node *convert_object(struct conversion *c, const char *api_version,
				 const char *kind, const char *name, const char *origin,
				 struct pos pos, const struct tree_node *metadata)
{
	struct tree_node *map = values_map(c->arena, pos);
	struct tree_node *out = values_map(c->arena, pos);
	const char *place = c->snapshot->sources.list.items[pos.source - 1].name;
	struct converted *object = ARRAY_PUSH(c->arena, &c->objects);

	*object = (struct converted){ .tree = map,
				      .kind = kind,
				      .namespace = c->namespace,
				      .name = name,
				      .origin = origin,
				      .pos = pos };
	convert_comment(c, map, "from %s at %s:%u", origin, place, pos.line);
	values_set_text(c->arena, map, "apiVersion", api_version);
	values_set_text(c->arena, map, "kind", kind);
	values_set_text(c->arena, out, "name", name);
	values_set_text(c->arena, out, "namespace", c->namespace);
	values_set(c->arena, out, "labels", convert_labels(c, tree_get(metadata, "labels")));
	values_set(c->arena, out, "annotations",
		   convert_labels(c, tree_get(metadata, "annotations")));
	values_set(c->arena, map, "metadata", out);
	return map;
}

/* ---- documents ---- */

/* MetalLB's annotations where they are no Service's, such as in the values of a chart. */
static void convert_note_annotations(struct conversion *c, const struct tree_node *node)
{
	if (node->type == TREE_LIST) {
		ARRAY_FOREACH (const struct tree_node *, item, &node->u.list)
			convert_note_annotations(c, *item);
	} else if (node->type == TREE_MAP) {
		ARRAY_FOREACH (const struct tree_entry, entry, &node->u.map) {
			const char *owner = NULL;
			const char *ours = services_counterpart(entry->key, &owner);

			if (ours != NULL && str_equal(owner, "MetalLB") && !entry->shadowed)
				convert_note(c, entry->value->pos, false,
					     "annotation %s is not in a Service of type "
					     "LoadBalancer, and is not converted: write %s",
					     entry->key, ours);
			convert_note_annotations(c, entry->value);
		}
	}
}

static void convert_object_tree(struct conversion *c, struct metallb *m,
				const struct tree_node *map)
{
	const char *kind = convert_text(map, "kind");
	const char *api = convert_text(map, "apiVersion");
	const struct tree_node *items = tree_get(map, "items");

	if (metallb_take_values(c, m, map) || kind == NULL || api == NULL)
		return;
	if (str_has_suffix(kind, "List") && items != NULL && items->type == TREE_LIST) {
		for (uint32_t i = 0; i < items->u.list.count; i++)
			if (items->u.list.items[i]->type == TREE_MAP)
				convert_object_tree(c, m, items->u.list.items[i]);
	} else if (str_has_prefix(api, "purelb.io/")) {
		c->current += !convert_purelb(c, map, kind, api + strlen("purelb.io/"));
	} else if (str_has_prefix(api, "metallb.io/") ||
		   str_has_prefix(api, "metallb.universe.tf/")) {
		(void)metallb_take(c, m, map, kind);
	} else if (str_equal(api, "v1") && str_equal(kind, "ConfigMap")) {
		(void)metallb_take_map(c, m, map);
	} else if (str_equal(api, "v1") && str_equal(kind, "Service") &&
		   str_equal(convert_text(map, "spec.type"), "LoadBalancer") &&
		   convert_text(map, "metadata.name") != NULL) {
		metallb_add(c, &m->services, kind, convert_text(map, "metadata.name"), map);
	} else {
		convert_note_annotations(c, map);
	}
}

static void convert_source(struct conversion *c, struct metallb *m, struct charts *charts,
			   uint32_t source)
{
	const uint32_t problems = c->snapshot->problems.count;
	struct tree_list trees = { 0 };

	parse_source_trees(c->snapshot, source, c->arena, &trees);
	c->snapshot->problems.count = problems; /* reading the objects has found them before */
	ARRAY_FOREACH (const struct tree_node *, tree, &trees.list)
		if (*tree != NULL && (*tree)->type == TREE_MAP && !charts_take(charts, *tree))
			convert_object_tree(c, m, *tree);
}

/* What charts with values of v1 make: whoever keeps the values has to change them there. */
static void convert_charts(struct conversion *c, struct metallb *m, struct charts *charts)
{
	const uint32_t problems = c->snapshot->problems.count;
	struct tree_list *made = arena_zalloc(c->arena, 1, sizeof(*made));

	charts->made = made;
	charts_finish(charts);
	c->snapshot->problems.count = problems;
	ARRAY_FOREACH (const struct tree_node *const, tree, &made->list) {
		const char *kind = convert_text(*tree, "kind");
		const uint32_t objects = c->objects.count;

		convert_object_tree(c, m, *tree);
		if (c->objects.count > objects && convert_text(*tree, "metadata.name") != NULL)
			convert_note(
				c, (*tree)->pos, false,
				"%s: PureLB's chart creates it: write its spec into %s of the "
				"chart's values",
				convert_origin(c, kind, convert_text(*tree, "metadata.name")),
				str_equal(kind, "ServiceGroup") ? "serviceGroup.spec"
								: "lbnodeagent");
	}
}

/* True for a file that may be values of MetalLB's chart, or of one that depends on it. */
static bool convert_is_values(const struct conversion *c, uint32_t source)
{
	enum { VALUES_BYTES_MAX = 1 << 20 };
	FILE *stream = source_open(&c->snapshot->sources, source);
	char *text = mem_alloc(VALUES_BYTES_MAX + 1);
	const size_t len = stream != NULL ? fread(text, 1, VALUES_BYTES_MAX, stream) : 0;
	bool found;

	source_close(&c->snapshot->sources, c->arena, source, stream);
	text[len] = '\0';
	found = strstr(text, "configInline") != NULL;
	free(text);
	return found;
}

/* MetalLB's objects that nothing else reads, and its values, are in files that were passed
 * over.
 */
static void convert_unread(struct conversion *c, struct metallb *m, struct charts *charts)
{
	struct sources *sources = &c->snapshot->sources;

	ARRAY_FOREACH (const struct unread_file, file, &sources->unread) {
		const uint32_t source = sources->list.count;

		if (file->class != FILE_FOREIGN && file->class != FILE_OTHER &&
		    file->class != FILE_CHART_VALUES)
			continue;
		sources_add(sources, c->arena, file->path);
		if (sources->list.count > source &&
		    (file->class == FILE_FOREIGN || convert_is_values(c, source)))
			convert_source(c, m, charts, source);
	}
}

/* Kustomizations are not applied. */
static void convert_note_kustomizations(struct conversion *c)
{
	if (c->objects.count == 0)
		return;
	ARRAY_FOREACH (const struct source, source, &c->snapshot->sources.list) {
		const char *slash = strrchr(source->name, '/');

		if (!source->aside ||
		    !walk_is_kustomization(slash != NULL ? slash + 1 : source->name))
			continue;
		convert_note(c, (struct pos){ 0 }, false,
			     "kustomizations such as %s are not applied, and the objects are "
			     "converted as they are written; kubectl kustomize DIR | "
			     "purelbtool convert converts what a kustomization makes",
			     source->name);
		return;
	}
}

static int conversion_note_order(const void *pa, const void *pb)
{
	const struct pos a = ((const struct conversion_note *)pa)->pos;
	const struct pos b = ((const struct conversion_note *)pb)->pos;

	if (a.source != b.source)
		return a.source < b.source ? -1 : 1;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	return (a.column > b.column) - (a.column < b.column);
}

void conversion_sort_notes(struct conversion *conversion)
{
	array_sort(conversion->notes.items, conversion->notes.count,
		   sizeof(*conversion->notes.items), conversion_note_order);
}

/* ---- which objects are printed ---- */

static int converted_order(const struct converted *a, const struct converted *b)
{
	int order = str_compare(a->kind, b->kind);

	if (order == 0)
		order = str_compare(a->namespace, b->namespace);
	return order != 0 ? order : str_compare(a->name, b->name);
}

static int converted_order_all(const void *pa, const void *pb)
{
	const struct converted *a = *(const struct converted *const *)pa;
	const struct converted *b = *(const struct converted *const *)pb;
	const int order = converted_order(a, b);

	return order != 0 ? order : (a > b) - (a < b); /* they are in one array */
}

void conversion_index(const struct conversion *conversion, struct converted_index *out)
{
	out->items = arena_alloc(conversion->arena,
				 (conversion->objects.count + 1) * sizeof(*out->items));
	out->count = 0;
	ARRAY_FOREACH (const struct converted, object, &conversion->objects)
		if (!object->dropped)
			out->items[out->count++] = object;
	array_sort(out->items, out->count, sizeof(*out->items), converted_order_all);
}

static void conversion_take_out(struct conversion *conversion, const struct converted *object,
				const char *why)
{
	struct converted *mine = &conversion->objects.items[object - conversion->objects.items];

	if (mine->dropped)
		return;
	mine->dropped = true;
	convert_note(conversion, mine->pos, true, "%s is not converted: %s", mine->origin, why);
}

static const struct converted *conversion_find(const struct converted_index *index,
					       const char *kind, const char *namespace,
					       const char *name)
{
	const struct converted wanted = { .kind = kind, .namespace = namespace, .name = name };
	uint32_t low = 0, high = index->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const int order = converted_order(index->items[middle], &wanted);

		if (order == 0)
			return index->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool conversion_drop(struct conversion *conversion, const struct converted_index *index,
		     const char *kind, const char *namespace, const char *name, const char *why)
{
	const struct converted *object = conversion_find(index, kind, namespace, name);

	if (object != NULL)
		conversion_take_out(conversion, object, why);
	return object != NULL;
}

void conversion_warn(struct conversion *conversion, const struct converted_index *index,
		     const char *kind, const char *namespace, const char *name,
		     const char *what)
{
	const struct converted *object = conversion_find(index, kind, namespace, name);

	if (object != NULL)
		convert_note(conversion, object->pos, false, "%s: %s", object->origin, what);
}

/* Of several objects with one kind and name the first is kept. */
static void conversion_drop_twins(struct conversion *c)
{
	struct converted_index index;
	uint32_t first = 0;

	conversion_index(c, &index);
	for (uint32_t i = 1; i < index.count; i++) {
		const struct converted *kept = index.items[first];

		if (converted_order(kept, index.items[i]) != 0)
			first = i;
		else
			conversion_take_out(
				c, index.items[i],
				arena_printf(
					c->arena,
					"%s of %s:%u already becomes %s \"%s\" of namespace "
					"%s; rename one of them",
					kept->origin,
					c->snapshot->sources.list.items[kept->pos.source - 1]
						.name,
					kept->pos.line, kept->kind, kept->name,
					kept->namespace != NULL ? kept->namespace : ""));
	}
}

/* ---- the nodes ---- */

static int convert_ip_order(const void *pa, const void *pb)
{
	return ip_compare(*(const struct ip *)pa, *(const struct ip *)pb);
}

static void convert_collect_addresses(struct conversion *c)
{
	ARRAY_FOREACH (const struct cluster_node, node, &c->cluster->nodes) {
		if (node->node == NULL)
			continue;
		ARRAY_FOREACH (const struct node_address, address,
			       &node->node->addresses.list) {
			struct ip ip;

			if (node_address_is_internal(address, &ip))
				ARRAY_ADD(c->arena, &c->node_addresses, ip);
		}
	}
	array_sort(c->node_addresses.items, c->node_addresses.count, sizeof(struct ip),
		   convert_ip_order);
}

bool convert_node_is_in(const struct conversion *c, struct ip_net net)
{
	const struct ip_range range = ip_net_range(net);
	uint32_t low = 0, high = c->node_addresses.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(c->node_addresses.items[middle], range.from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->node_addresses.count &&
	       ip_net_contains(net, c->node_addresses.items[low]);
}

void conversion_run(struct conversion *out, struct snapshot *snapshot,
		    const struct cluster *cluster, const char *namespace)
{
	struct metallb m = { 0 };
	struct charts charts = { .snapshot = snapshot, .arena = &snapshot->arena };
	const uint32_t sources = snapshot->sources.list.count;

	*out = (struct conversion){ .snapshot = snapshot,
				    .cluster = cluster,
				    .namespace = namespace,
				    .arena = &snapshot->arena };
	convert_collect_addresses(out);
	for (uint32_t i = 0; i < sources; i++)
		if (!snapshot->sources.list.items[i].aside ||
		    snapshot->sources.list.items[i].built) /* it may install charts */
			convert_source(out, &m, &charts, i);
	convert_unread(out, &m, &charts);
	convert_charts(out, &m, &charts);
	metallb_convert_pools(out, &m);
	metallb_convert_peers(out, &m);
	metallb_convert_services(out, &m);
	convert_note_kustomizations(out);
	conversion_drop_twins(out);
	conversion_sort_notes(out);
}
