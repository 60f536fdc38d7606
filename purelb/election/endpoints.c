/* SPDX-License-Identifier: Apache-2.0 */
/* Healthy endpoints by node. */
#include "purelb/election/endpoints.h"

#include <stdlib.h>

#include "base/text.h"

#define SERVICE_NAME_LABEL  "kubernetes.io/service-name"
#define AFFINITY_ANNOTATION "purelb.io/node-affinity"
#define AFFINITY_ENDPOINTS  "service-endpoints"
#define SHARING_ANNOTATION  "purelb.io/allow-shared-ip"

/* ---- slices by Service ---- */

static int endpoints_compare_services(const struct indexed_slice *a,
				      const struct indexed_slice *b)
{
	const int order = str_compare(a->namespace, b->namespace);

	return order != 0 ? order : str_compare(a->service, b->service);
}

static int endpoints_compare_slices(const void *pa, const void *pb)
{
	const struct indexed_slice *a = pa;
	const struct indexed_slice *b = pb;
	const int order = endpoints_compare_services(a, b);

	if (order != 0)
		return order;
	return (a->slice->object.order > b->slice->object.order) -
	       (a->slice->object.order < b->slice->object.order);
}

static const char *endpoints_service_name(const struct endpoint_slice *slice)
{
	return label_map_text(&slice->object.labels, SERVICE_NAME_LABEL);
}

void endpoints_index(struct slice_index *index, const struct cluster *cluster,
		     struct arena *arena)
{
	*index = (struct slice_index){ .cluster = cluster };
	ARRAY_FOREACH (struct endpoint_slice *, slice, &cluster->snapshot->endpoint_slices) {
		const char *service = endpoints_service_name(*slice);
		struct indexed_slice *indexed;

		if (service == NULL)
			continue;
		indexed = ARRAY_PUSH(arena, &index->slices);
		indexed->namespace = (*slice)->object.namespace;
		indexed->service = service;
		indexed->slice = *slice;
	}
	if (index->slices.count > 0)
		qsort(index->slices.items, index->slices.count, sizeof(*index->slices.items),
		      endpoints_compare_slices);
}

/* The place of the first slice of that Service, or where it would be. */
static uint32_t endpoints_first_slice(const struct slice_index *index,
				      const struct indexed_slice *key)
{
	uint32_t low = 0;
	uint32_t high = index->slices.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (endpoints_compare_services(&index->slices.items[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void endpoints_of(const struct slice_index *index, const struct service *service,
		  struct arena *arena, struct slice_list *out)
{
	const struct indexed_slice key = {
		.namespace = service->object.namespace,
		.service = service->object.name.s,
	};

	*out = (struct slice_list){ 0 };
	for (uint32_t i = endpoints_first_slice(index, &key); i < index->slices.count; i++) {
		if (endpoints_compare_services(&index->slices.items[i], &key) != 0)
			return;
		ARRAY_ADD(arena, &out->list, index->slices.items[i].slice);
	}
}

bool endpoints_belongs(const struct endpoint_slice *slice, const struct service *service)
{
	const char *name = endpoints_service_name(slice);

	return name != NULL && str_equal(name, service->object.name.s) &&
	       str_equal(slice->object.namespace, service->object.namespace);
}

/* P5.4 */
bool endpoints_affinity(const struct cluster *cluster, const struct service *service)
{
	const struct label_map *annotations = &service->object.annotations;

	return release_has(cluster->release.release, RELEASE_HAS_AFFINITY) &&
	       str_equal(label_map_text(annotations, AFFINITY_ANNOTATION),
			 AFFINITY_ENDPOINTS) &&
	       label_map_get(annotations, SHARING_ANNOTATION) == NULL;
}

/* ---- health ---- */

/* P5.4, P6.7: terminating endpoints that still serve count; what is absent is false. */
static bool endpoints_is_healthy(const struct endpoint *endpoint)
{
	return endpoint->ready.v || endpoint->serving.v;
}

static bool *endpoints_new_flags(const struct cluster *cluster, struct arena *arena)
{
	return arena_zalloc(arena, (size_t)cluster->nodes.count + 1, sizeof(bool));
}

/* Of a node that nothing else is known about only the last flag tells. */
static void endpoints_set_flag(bool *flags, const struct cluster *cluster,
			       const char *node_name)
{
	const struct cluster_node *node = cluster_find_node(cluster, node_name);

	flags[cluster->nodes.count] = true;
	if (node != NULL)
		flags[node - cluster->nodes.items] = true;
}

/* P5.4 */
const bool *endpoints_ready_nodes(const struct cluster *cluster,
				  const struct slice_list *slices, struct arena *arena)
{
	bool *flags = endpoints_new_flags(cluster, arena);

	ARRAY_FOREACH (const struct endpoint_slice *, slice, &slices->list) {
		ARRAY_FOREACH (const struct endpoint, endpoint, &(*slice)->endpoints.list) {
			if (endpoint->node_name.s != NULL && endpoints_is_healthy(endpoint))
				endpoints_set_flag(flags, cluster, endpoint->node_name.s);
		}
	}
	return flags;
}

/* An address of an endpoint, as one entry of one slice has it. */
struct sighting {
	const char *node;
	const char *address;
	bool healthy;
};

/* Of one address the sick ones come first. */
static int endpoints_compare_sightings(const void *pa, const void *pb)
{
	const struct sighting *a = pa;
	const struct sighting *b = pb;
	int order = str_compare(a->node, b->node);

	if (order == 0)
		order = str_compare(a->address, b->address);
	return order != 0 ? order : a->healthy - b->healthy;
}

struct sightings {
	ARRAY_OF(struct sighting) list;
};

static void endpoints_collect_sightings(const struct slice_list *slices, struct arena *arena,
					struct sightings *out)
{
	ARRAY_FOREACH (const struct endpoint_slice *, slice, &slices->list) {
		ARRAY_FOREACH (const struct endpoint, endpoint, &(*slice)->endpoints.list) {
			if (endpoint->node_name.s == NULL)
				continue;
			ARRAY_FOREACH (const struct str_value, address,
				       &endpoint->addresses.list) {
				struct sighting *sighting = ARRAY_PUSH(arena, &out->list);

				sighting->node = endpoint->node_name.s;
				sighting->address = address->s;
				sighting->healthy = endpoints_is_healthy(endpoint);
			}
		}
	}
}

static bool endpoints_same(const struct sighting *a, const struct sighting *b)
{
	return str_equal(a->node, b->node) && str_equal(a->address, b->address);
}

/* P6.7 */
const bool *endpoints_healthy_nodes(const struct cluster *cluster,
				    const struct slice_list *slices, struct arena *arena)
{
	bool *flags = endpoints_new_flags(cluster, arena);
	const struct arena_mark mark = arena_mark(arena);
	struct sightings seen = { 0 };

	endpoints_collect_sightings(slices, arena, &seen);
	if (seen.list.count > 0)
		qsort(seen.list.items, seen.list.count, sizeof(*seen.list.items),
		      endpoints_compare_sightings);
	for (uint32_t i = 0; i < seen.list.count; i++) {
		const struct sighting *sighting = &seen.list.items[i];

		/* The first one of an address is healthy only when all of them are. */
		if (sighting->healthy && (i == 0 || !endpoints_same(sighting, sighting - 1)))
			endpoints_set_flag(flags, cluster, sighting->node);
	}
	arena_reset(arena, mark);
	return flags;
}

/* P5.4 */
const bool *endpoints_preferred(const struct slice_index *index, const struct service *service,
				struct arena *arena)
{
	struct slice_list slices;

	if (!endpoints_affinity(index->cluster, service))
		return NULL;
	endpoints_of(index, service, arena, &slices);
	return endpoints_ready_nodes(index->cluster, &slices, arena);
}
