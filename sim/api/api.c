/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server: its objects, and what becomes of a change (S1.1). Every change goes into a
 * log, and from there to everyone who watches its kind: after a delay of its own for each of
 * them, in order. Objects are kept in every version, because agents act on old copies.
 */
#include "sim/api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/api/client.h"

/* ---- the log ---- */

enum { CHUNK_CHANGES = 1024, KIND_BITS = 4, GENERATION_BITS = 16 };

/* Changes, freed when the last delivery of them has fired. */
struct change_chunk {
	uint32_t count;
	uint64_t pending; /* deliveries */
	struct change changes[CHUNK_CHANGES];
};

static struct change_chunk *api_open_chunk(struct sim *sim)
{
	struct api *api = sim->api;

	if (api->changes % CHUNK_CHANGES == 0) {
		struct change_chunk *chunk = mem_alloc(sizeof(*chunk));

		chunk->count = 0;
		chunk->pending = 0;
		ARRAY_ADD(sim->arena, &api->chunks, chunk);
	}
	return api->chunks.items[api->chunks.count - 1];
}

static void api_close_chunk(struct api *api, uint64_t number)
{
	struct change_chunk **chunk = &api->chunks.items[number];

	if (*chunk == NULL || (*chunk)->pending > 0 || (*chunk)->count < CHUNK_CHANGES)
		return;
	free(*chunk);
	*chunk = NULL;
}

static void api_deliver(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct client *client = actor;
	struct api *api = sim->api;
	const enum watch_kind kind = (enum watch_kind)(arg & ((1U << KIND_BITS) - 1));
	const uint16_t generation = (uint16_t)(arg >> KIND_BITS);
	const uint64_t number = arg >> (KIND_BITS + GENERATION_BITS);
	struct change_chunk *chunk = api->chunks.items[number / CHUNK_CHANGES];
	const struct watch_end *end = &api->ends[kind][client->node];

	chunk->pending--;
	if (end->open && end->generation == generation)
		watch_deliver(sim, client, &chunk->changes[number % CHUNK_CHANGES]);
	if (chunk->pending == 0)
		api_close_chunk(api, number / CHUNK_CHANGES);
}

/* Sends a change to all who watch, in order for each of them. */
static void api_broadcast(struct sim *sim, enum watch_kind kind, uint64_t number)
{
	struct api *api = sim->api;
	struct watch_end *ends = api->ends[kind];
	struct change_chunk *chunk = api->chunks.items[number / CHUNK_CHANGES];
	const struct distribution *delay = &sim->setup->timing.watch_delivery;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		sim_ns at;

		if (!ends[n].open)
			continue;
		at = sim->engine.now + distribution_sample(delay, &api->delivery);
		if (at < ends[n].last)
			at = ends[n].last;
		ends[n].last = at;
		chunk->pending++;
		engine_at(&sim->engine, at, api_deliver, api->clients[n],
			  (number << GENERATION_BITS | ends[n].generation) << KIND_BITS | kind);
	}
	api_close_chunk(api, number / CHUNK_CHANGES);
}

/* Adds a change to the log; returns its number, from 1. */
static uint64_t api_commit(struct sim *sim, const struct change *change)
{
	struct api *api = sim->api;
	struct change_chunk *chunk = api_open_chunk(sim);

	chunk->changes[chunk->count++] = *change;
	api->changes++;
	api_broadcast(sim, change->kind, api->changes - 1);
	return api->changes;
}

/* ---- slots ---- */

static void api_unlist_slot(struct slot_lists *lists, uint32_t vip)
{
	const uint32_t node = lists->current[vip].node;

	if (node == SETUP_NONE)
		return;
	if (lists->before[vip] == SETUP_NONE)
		lists->first[node] = lists->next[vip];
	else
		lists->next[lists->before[vip]] = lists->next[vip];
	if (lists->next[vip] != SETUP_NONE)
		lists->before[lists->next[vip]] = lists->before[vip];
}

static void api_set_slot(struct slot_lists *lists, uint32_t vip, struct slot slot)
{
	api_unlist_slot(lists, vip);
	lists->current[vip] = slot;
	if (slot.node == SETUP_NONE)
		return;
	lists->before[vip] = SETUP_NONE;
	lists->next[vip] = lists->first[slot.node];
	if (lists->next[vip] != SETUP_NONE)
		lists->before[lists->next[vip]] = vip;
	lists->first[slot.node] = vip;
}

static void api_init_slots(struct sim *sim)
{
	struct slot_lists *lists = &sim->api->slots;
	const uint32_t nodes = sim->setup->nodes.count;
	const uint32_t vips = sim->setup->vips.count;

	lists->first = arena_alloc(sim->arena, ((size_t)nodes + 1) * sizeof(*lists->first));
	lists->next = arena_alloc(sim->arena, ((size_t)vips + 1) * sizeof(*lists->next));
	lists->before = arena_alloc(sim->arena, ((size_t)vips + 1) * sizeof(*lists->before));
	lists->current = arena_alloc(sim->arena, ((size_t)vips + 1) * sizeof(*lists->current));
	for (uint32_t n = 0; n < nodes; n++)
		lists->first[n] = SETUP_NONE;
	for (uint32_t v = 0; v < vips; v++)
		lists->current[v] = (struct slot){ SETUP_NONE, SETUP_NONE };
}

/* ---- Services, EndpointSlices, configuration ---- */

void api_write_service(struct sim *sim, uint32_t service, const struct service_version *version,
		       const struct slot *slots)
{
	struct api *api = sim->api;
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_version *added =
		ARRAY_PUSH(sim->arena, &api->services[service].versions);
	const struct change change = {
		.kind = WATCH_SERVICES,
		.subject = service,
		.value = api->services[service].versions.count - 1,
	};

	*added = *version;
	added->slots = arena_alloc(sim->arena, it->vip_count * sizeof(*slots));
	for (uint32_t i = 0; i < it->vip_count; i++) {
		added->slots[i] = slots[i];
		api_set_slot(&api->slots, it->first_vip + i, slots[i]);
	}
	added->change = api_commit(sim, &change);
}

void api_plan_service(struct sim *sim, uint32_t service, uint32_t state)
{
	sim->api->services[service].versions.items[api_service_newest(sim, service)].state =
		state;
}

void api_begin_slot(struct sim *sim, uint32_t vip, struct slot slot)
{
	struct api *api = sim->api;
	const uint32_t service = sim->setup->vips.items[vip].service;
	const uint32_t first = sim->setup->services.items[service].first_vip;

	api->services[service].versions.items[0].slots[vip - first] = slot;
	api_set_slot(&api->slots, vip, slot);
}

void api_write_endpoints(struct sim *sim, uint32_t service, const bool *nodes)
{
	struct endpoint_history *state = &sim->api->endpoints[service];
	struct endpoint_version *added = ARRAY_PUSH(sim->arena, &state->versions);
	const struct change change = {
		.kind = WATCH_SLICES,
		.subject = service,
		.value = state->versions.count - 1,
	};

	added->nodes = nodes;
	(void)api_commit(sim, &change);
}

void api_write_config(struct sim *sim, uint32_t version)
{
	const struct change change = {
		.kind = WATCH_CONFIG,
		.value = version,
	};

	sim->api->config = version;
	(void)api_commit(sim, &change);
}

uint32_t api_service_newest(const struct sim *sim, uint32_t service)
{
	return sim->api->services[service].versions.count - 1;
}

const struct service_version *api_service(const struct sim *sim, uint32_t service)
{
	return &sim->api->services[service].versions.items[api_service_newest(sim, service)];
}

const struct setup_service_state *api_service_state(const struct sim *sim, uint32_t service,
						    const struct service_version *version)
{
	const struct setup_service *it = &sim->setup->services.items[service];

	return it->states.count > 0 ? &it->states.items[version->state] : NULL;
}

uint32_t api_endpoints_newest(const struct sim *sim, uint32_t service)
{
	return sim->api->endpoints[service].versions.count - 1;
}

const bool *api_endpoint_nodes(const struct sim *sim, uint32_t service, uint32_t version)
{
	return sim->api->endpoints[service].versions.items[version].nodes;
}

/* ---- watching ---- */

void api_watch(struct sim *sim, uint32_t node, enum watch_kind kind)
{
	struct watch_end *end = &sim->api->ends[kind][node];

	if (kind == WATCH_LEASES)
		leases_open(sim, node);
	end->generation++;
	end->open = true;
	end->last = sim->engine.now;
}

void api_unwatch(struct sim *sim, uint32_t node, enum watch_kind kind)
{
	if (kind == WATCH_LEASES)
		leases_close(sim, node);
	sim->api->ends[kind][node].open = false;
}

sim_ns api_round_trip(struct sim *sim)
{
	return distribution_sample(&sim->setup->timing.api_request, &sim->api->round_trip);
}

/* ---- life ---- */

/* Each Service as it is before anything happens; nobody is told. */
static void api_init_service(struct sim *sim, uint32_t service)
{
	struct api *api = sim->api;
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_version *first =
		ARRAY_PUSH(sim->arena, &api->services[service].versions);
	struct endpoint_version *endpoints =
		ARRAY_PUSH(sim->arena, &api->endpoints[service].versions);

	first->exists = it->exists;
	first->addressed = it->exists;
	first->policy_local = it->etp_local;
	first->has = it->states.count > 0 ? it->states.items[0].has : NULL;
	first->slots = arena_alloc(sim->arena, it->vip_count * sizeof(*first->slots));
	for (uint32_t i = 0; i < it->vip_count; i++)
		first->slots[i] = (struct slot){ SETUP_NONE, SETUP_NONE };
	endpoints->nodes = it->endpoint_nodes;
}

void api_init(struct sim *sim)
{
	struct api *api = arena_zalloc(sim->arena, 1, sizeof(*api));
	const uint32_t nodes = sim->setup->nodes.count;
	const uint32_t services = sim->setup->services.count;

	sim->api = api;
	api->round_trip = random_split(sim->seed, "control.api");
	api->delivery = random_split(sim->seed, "control.watch");
	api->backoff = random_split(sim->seed, "control.backoff");
	api->clients = arena_zalloc(sim->arena, nodes, sizeof(struct client *));
	api->node_exists = arena_zalloc(sim->arena, nodes, sizeof(*api->node_exists));
	memset(api->node_exists, true, nodes * sizeof(*api->node_exists));
	api->services = arena_zalloc(sim->arena, services, sizeof(*api->services));
	api->endpoints = arena_zalloc(sim->arena, services, sizeof(*api->endpoints));
	for (int kind = 0; kind < WATCHES; kind++)
		api->ends[kind] = arena_zalloc(sim->arena, nodes, sizeof(*api->ends[kind]));
	leases_init(sim);
	api_init_slots(sim);
	for (uint32_t s = 0; s < services; s++)
		api_init_service(sim, s);
}

void api_release(struct sim *sim)
{
	leases_release(sim);
	ARRAY_FOREACH (struct change_chunk *, chunk, &sim->api->chunks)
		free(*chunk);
}
