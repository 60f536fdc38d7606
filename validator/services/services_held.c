/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SV014 to SV017: the addresses that Services hold, against pools, against each other, and
 * against the nodes that are to announce them.
 */
#include "validator/services/services.h"

#include <string.h>

#include "base/text.h"
#include "validator/consequences.h"
#include "purelb/announcing/slots.h"
#include "purelb/election/endpoints.h"

/* ---- SV014 ---- */

/* One of the names in allocated-from, which are joined by ", ". */
static bool services_names_pool(const char *from, const char *name)
{
	const size_t len = strlen(name);

	while (true) {
		const size_t piece = strcspn(from, ",");
		size_t trimmed = piece;

		while (trimmed > 0 && from[trimmed - 1] == ' ')
			trimmed--;
		if (trimmed == len && strncmp(from, name, len) == 0)
			return true;
		if (from[piece] == '\0')
			return false;
		from += piece + 1 + strspn(from + piece + 1, " ");
	}
}

/* Some accepted group that allocated-from names has the address, or may have: what external
 * groups have is not in the input. */
static bool services_from_is_right(const struct checker *ck, const char *from, struct ip ip)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (pool->reject != POOL_ACCEPTED || !services_names_pool(from, pool->name))
			continue;
		if (pool->type == POOL_TYPE_EXTERNAL || pool_has(pool, ip))
			return true;
	}
	return false;
}

static bool services_any_external(const struct checker *ck)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (pool->type == POOL_TYPE_EXTERNAL && pool->reject == POOL_ACCEPTED)
			return true;
	}
	return false;
}

/* What the ranges of a rejected group are meant to have is not known. */
static bool services_ranges_are_unclear(const struct pool *pool)
{
	return pool->reject == POOL_BAD_RANGE || pool->reject == POOL_NOT_CONTAINED ||
	       pool->reject == POOL_EMPTY;
}

/* The group that PureLB does not accept and that has the address, or of which the Service says
 * that it is from there (`from`; NULL: nothing) and whose ranges cannot tell; or NULL. */
static const struct pool *services_rejected_home(const struct checker *ck, struct ip ip,
						 const struct str_value *from)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (pool->reject != POOL_ACCEPTED && pool_has(pool, ip))
			return pool;
	}
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (from != NULL && pool->in_scope && services_ranges_are_unclear(pool) &&
		    services_names_pool(from->s, pool->name))
			return pool;
	}
	return NULL;
}

/* The group of whose range PureLB hands out one address only, because it is reversed (SG004),
 * and the path of that range; NULL: none has the address. */
static const struct pool *services_reversed_home(const struct checker *ck, struct ip ip,
						 const char **path)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		const struct pool_range *lists[] = { pool->v4.items, pool->v6.items };
		const uint32_t counts[] = { pool->v4.count, pool->v6.count };

		for (size_t i = 0; i < ARRAY_LEN(lists); i++)
			for (uint32_t k = 0; k < counts[i]; k++) {
				const struct pool_range *range = &lists[i][k];
				const struct ip_range turned = { range->range.to,
								 range->range.from };

				*path = range->path;
				if (range->range_error == RANGE_OK && range->reversed &&
				    ip_range_contains(turned, ip))
					return pool;
			}
	}
	return NULL;
}

static struct finding *services_report_held(struct checker *ck, const struct service *service,
					    struct ip ip, const char *message)
{
	uint32_t index = 0;
	const struct ingress *ingress = service_ingress(service, ip, &index);
	struct finding *f = report(ck, CHECK_SV014, &service->object,
				   ingress != NULL ? ingress->ip.pos : service->object.name.pos,
				   "%s", message);

	f->place.path = "metadata.name";
	if (ingress != NULL)
		finding_path(ck, f, "status.loadBalancer.ingress[%u].ip", index);
	return f;
}

static void services_report_homeless(struct checker *ck, const struct allocation *allocation,
				     struct ip ip)
{
	const struct pool *rejected =
		services_rejected_home(ck, ip, service_value(allocation->service, KEY_FROM));
	const struct pool *reversed;
	char text[IP_TEXT_MAX];
	const char *path;
	struct finding *f;

	ip_format(ip, text);
	if (rejected == NULL) {
		reversed = services_reversed_home(ck, ip, &path);
		f = services_report_held(
			ck, allocation->service, ip,
			arena_printf(
				ck->arena,
				"the Service holds %s, which is in no ServiceGroup: it keeps "
				"the address, but nothing protects it anymore",
				text));
		finding_hint(
			ck, f,
			"add the address to a ServiceGroup, or delete and recreate the Service "
			"to get another one");
		if (reversed != NULL)
			finding_follows(ck, f, &reversed->group->object, path);
		return;
	}
	f = services_report_held(
		ck, allocation->service, ip,
		arena_printf(ck->arena,
			     "the Service holds %s, which is in no ServiceGroup that "
			     "PureLB accepts: \"%s\" is rejected",
			     text, rejected->name));
	finding_hint(ck, f, "fix ServiceGroup \"%s\"", rejected->name);
	finding_related(ck, f, rejected->group->object.name.pos, "ServiceGroup \"%s\" is here",
			rejected->name);
	finding_follows(ck, f, &rejected->group->object, NULL);
}

/* There is a group that allocated-from names, accepted or not. */
static bool services_any_named(const struct checker *ck, const char *from)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list)
		if (services_names_pool(from, pool->name))
			return true;
	return false;
}

static void services_report_elsewhere(struct checker *ck, const struct allocation *allocation,
				      const struct allocated_address *address,
				      const struct str_value *from)
{
	char text[IP_TEXT_MAX];
	struct finding *f = services_report_held(
		ck, allocation->service, address->ip,
		arena_printf(ck->arena,
			     "the Service holds %s, which is in ServiceGroup \"%s\", "
			     "but " KEY_FROM " says \"%s\"",
			     ip_format(address->ip, text), address->pool->name, from->s));

	finding_hint(
		ck, f,
		"move the address back to \"%s\", or delete and recreate the Service to get "
		"one of that group",
		from->s);
	finding_related(ck, f, from->pos, KEY_FROM " is here");
	/* A group of another name: what the Service names, or "default", does not exist. */
	if (!services_any_named(ck, from->s))
		finding_follows(ck, f, &allocation->service->object, NULL);
}

static bool services_check_address(struct checker *ck, const struct allocation *allocation,
				   const struct allocated_address *address)
{
	const struct str_value *from = service_value(allocation->service, KEY_FROM);

	if (address->added)
		return false;
	/* As it mostly is. */
	if (address->pool != NULL && from != NULL &&
	    services_names_pool(from->s, address->pool->name))
		return false;
	if (from != NULL && services_from_is_right(ck, from->s, address->ip))
		return false;
	if (address->pool == NULL && (from != NULL || !services_any_external(ck)))
		services_report_homeless(ck, allocation, address->ip);
	else if (address->pool != NULL && from != NULL)
		services_report_elsewhere(ck, allocation, address, from);
	else
		return false;
	return true;
}

/* P3.11.5: what it holds keeps it from getting more. */
static void services_check_spanning(struct checker *ck, const struct allocation *allocation)
{
	struct finding *f;

	if (allocation->reason != REASON_SPANS_POOLS)
		return;
	f = report(ck, CHECK_SV014, &allocation->service->object, allocation->reason_pos,
		   "the Service requests one address of each range, but gets no more: %s",
		   allocation->detail);
	f->place.path = allocation->reason_path;
	finding_hint(
		ck, f,
		"delete and recreate the Service, so that all its addresses are of one group");
}

void services_check_held(struct checker *ck, const struct allocation *allocation)
{
	bool told = false;

	if (!service_is_ours(allocation) || services_report_other_writer(ck, allocation))
		return;
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
		told |= services_check_address(ck, allocation, address);
	if (!told)
		services_check_spanning(ck, allocation);
}

/* ---- SV015 ---- */

static struct pos services_holding_pos(const struct service *service, struct ip ip)
{
	uint32_t index;
	const struct ingress *ingress = service_ingress(service, ip, &index);

	return ingress != NULL ? ingress->ip.pos : service->object.name.pos;
}

void services_check_conflicts(struct checker *ck)
{
	ARRAY_FOREACH (const struct allocation_conflict, conflict,
		       &ck->allocations->conflicts) {
		const struct service *first = conflict->first->service;
		const struct service *second = conflict->second->service;
		uint32_t index;
		char text[IP_TEXT_MAX];
		struct finding *f;

		if (!service_is_ours(conflict->first) && !service_is_ours(conflict->second))
			continue;
		f = report(ck, CHECK_SV015, &second->object,
			   services_holding_pos(second, conflict->ip),
			   "Service \"%s\" also holds %s, and the two do not share it%s",
			   service_title(ck, first), ip_format(conflict->ip, text),
			   conflict->predicted ? ": PureLB would allocate it twice" : "");
		f->place.path = "metadata.name";
		if (service_ingress(second, conflict->ip, &index) != NULL)
			finding_path(ck, f, "status.loadBalancer.ingress[%u].ip", index);
		finding_hint(
			ck, f,
			conflict->predicted
				? "fix the overlapping ServiceGroups"
				: "delete and recreate one of the two, or give both the same "
				  "value of " KEY_SHARING " and different ports");
		finding_related(ck, f, services_holding_pos(first, conflict->ip),
				"Service \"%s\" holds it here", service_title(ck, first));
	}
}

/* The subnets of a live node are a guess, or nothing tells about them. */
static bool services_nodes_unknown(const struct checker *ck)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		if (node->live && node->origin == SUBNETS_UNKNOWN)
			return true;
	}
	return false;
}

/* Where findings about the VIP point. */
static const char *services_vip_path(struct checker *ck, const struct vip *vip)
{
	uint32_t index;

	return service_ingress(vip->service, vip->ip, &index) != NULL
		       ? arena_printf(ck->arena, "status.loadBalancer.ingress[%u].ip", index)
		       : "metadata.name";
}

static struct finding *services_report_vip(struct checker *ck, enum check_code code,
					   const struct vip *vip, const char *message)
{
	const struct service *service = vip->service;
	struct finding *f = report(ck, code, &service->object,
				   services_holding_pos(service, vip->ip), "%s", message);

	f->place.path = services_vip_path(ck, vip);
	f->inferred = vip->inferred;
	return f;
}

/* The path of the range of the pool with the address, or NULL. */
static const char *services_range_of(const struct pool *pool, struct ip ip)
{
	ARRAY_FOREACH (const struct pool_range, range, &pool->v4)
		if (range->range_error == RANGE_OK && ip_range_contains(range->range, ip))
			return range->path;
	ARRAY_FOREACH (const struct pool_range, range, &pool->v6)
		if (range->range_error == RANGE_OK && ip_range_contains(range->range, ip))
			return range->path;
	return NULL;
}

/* The node whose own address the VIP is taken for, as its Node says; else NULL: that the
 * annotation differs follows from it. */
static const struct object *services_taken_by(const struct checker *ck,
					      const struct announce_slot *slot)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes)
		if (node->node != NULL && strlen(node->name) == slot->node_len &&
		    memcmp(node->name, slot->node, slot->node_len) == 0)
			return &node->node->object;
	return NULL;
}

/* What shows that the node of the slot has no valid lease; NULL: it has one, or nothing is
 * known. */
static const struct object *services_dead_lease(const struct checker *ck,
						const struct announce_slot *slot)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes)
		if (strlen(node->name) == slot->node_len &&
		    memcmp(node->name, slot->node, slot->node_len) == 0)
			return cluster_node_lacks_lease(ck->cluster, node)
				       ? cluster_node_lease_place(node, ck->arena).object
				       : NULL;
	return NULL;
}

/* An LBNodeAgent, where none selects any node (AG002); else NULL. */
static const struct object *services_idle_agent(const struct checker *ck)
{
	const struct cluster *cluster = ck->cluster;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		if (node->config.state != NODE_DESELECTED)
			return NULL;
	return cluster->agents.list.count > 0 ? &cluster->agents.list.items[0].agent->object
					      : NULL;
}

/* SV016. Endpoints come and go; that none is ready just now is nothing to fix. */
static void services_check_announced(struct checker *ck, const struct vip *vip)
{
	char text[IP_TEXT_MAX];
	struct finding *f;

	if (vip->reason == NULL || !vip->considered || vip->wants_endpoint || vip->unknown)
		return;
	/* An address that another load balancer gave it is not PureLB's to announce (SV020). */
	if (vip->pool == NULL && !vip->predicted && !services_is_branded(vip->service))
		return;
	f = services_report_vip(ck, CHECK_SV016, vip,
				arena_printf(ck->arena,
					     "the Service %s %s, but nobody announces it: %s",
					     vip->predicted ? "gets" : "holds",
					     ip_format(vip->ip, text), vip->reason));
	if (!vip->predicted && !vip->inferred)
		f->severity = SEVERITY_FAIL;
	if (vip->winner != NULL && vip->winner->config.governing == NULL)
		finding_hint(ck, f,
			     "add an LBNodeAgent with `local: {localInterface: default}` that "
			     "selects node \"%s\"",
			     vip->winner->name);
	else if (vip->winner != NULL)
		finding_hint(
			ck, f,
			"fix the LBNodeAgent that governs node \"%s\", or remove the node from "
			"the subnet",
			vip->winner->name);
	else if (vip->type == VIP_REMOTE)
		finding_hint(
			ck, f,
			"make sure that nodes can put it on their dummy interface: a valid "
			"aggregation, an LBNodeAgent with spec.local, and a default route or "
			"`interfaces`");
	else
		finding_hint(ck, f,
			     "use a ServiceGroup whose addresses are in a subnet of the nodes, "
			     "or select the interfaces that carry it in the LBNodeAgent");
	if (vip->winner != NULL && vip->winner->config.governing != NULL)
		finding_follows(ck, f, &vip->winner->config.governing->agent->object, NULL);
	else if (services_idle_agent(ck) != NULL)
		finding_follows(ck, f, services_idle_agent(ck), NULL);
	if (vip->pool == NULL) {
		const struct pool *rejected = services_rejected_home(
			ck, vip->ip, service_value(vip->service, KEY_FROM));

		if (rejected != NULL)
			finding_follows(ck, f, &rejected->group->object, NULL);
		return;
	}
	finding_related(ck, f, vip->pool->group->object.name.pos, "ServiceGroup \"%s\" is here",
			vip->pool->name);
	if (services_range_of(vip->pool, vip->ip) != NULL)
		finding_follows(ck, f, &vip->pool->group->object,
				services_range_of(vip->pool, vip->ip));
}

/* ---- SV017 ---- */

/* Without EndpointSlices nobody knows whom the Service prefers. */
static bool services_winner_is_known(const struct checker *ck, const struct vip *vip)
{
	return capture_knows_endpoints(ck->snapshot) ||
	       !endpoints_affinity(ck->cluster, vip->service);
}

static bool services_is_winner(const struct vip *vip, const struct announce_slot *slot)
{
	return vip->winner != NULL && strlen(vip->winner->name) == slot->node_len &&
	       memcmp(vip->winner->name, slot->node, slot->node_len) == 0;
}

static void services_report_slot(struct checker *ck, const struct vip *vip,
				 const struct label *annotation,
				 const struct announce_slot *slot)
{
	const int len = slot->node_len < 253 ? (int)slot->node_len : 253;
	char text[IP_TEXT_MAX];
	struct finding *f;

	ip_format(vip->ip, text);
	f = report(
		ck, CHECK_SV017, &vip->service->object, annotation->value.pos,
		vip->winner != NULL
			? "the annotation names node \"%.*s\" as announcer of %s, but the "
			  "winner is \"%s\""
			: "the annotation names node \"%.*s\" as announcer of %s, but no node "
			  "wins it%s",
		len, slot->node, text, vip->winner != NULL ? vip->winner->name : "");
	finding_path(ck, f, ANNOTATION_PATH, annotation->key.s);
	f->inferred = vip->inferred;
	finding_hint(ck, f,
		     "check the lbnodeagent of \"%.*s\" and the leases; a node that loses an "
		     "address leaves the annotation unchanged until another one announces it",
		     len, slot->node);
	if (vip->winner == NULL)
		finding_follows(ck, f, &vip->service->object, services_vip_path(ck, vip));
	else if (vip->inferred && services_taken_by(ck, slot) != NULL)
		finding_follows(ck, f, services_taken_by(ck, slot), NULL);
	if (services_dead_lease(ck, slot) != NULL)
		finding_follows(ck, f, services_dead_lease(ck, slot), NULL);
}

/* There is one slot for each address. Before 0.17 a node adds its own and nobody removes any:
 * beside that of the winner those of former ones say nothing. (P6.8, P10.1) */
static bool services_winner_has_slot(const struct vip *vip)
{
	ARRAY_FOREACH (const struct label, annotation, &vip->service->object.annotations.list) {
		const char *at = annotation->value.s;
		struct announce_slot slot;

		if (at == NULL || !str_has_prefix(annotation->key.s, SLOTS_PREFIX))
			continue;
		for (uint32_t seen = 0; seen < ENTRIES_LOOKED_AT && slots_next(&at, &slot);
		     seen++)
			if (ip_compare(slot.ip, vip->ip) == 0 && services_is_winner(vip, &slot))
				return true;
	}
	return false;
}

/* Slots of several nodes, none of which wins, are one fault. */
static void services_check_slots(struct checker *ck, const struct vip *vip)
{
	if (services_winner_has_slot(vip))
		return;
	ARRAY_FOREACH (const struct label, annotation, &vip->service->object.annotations.list) {
		const char *at = annotation->value.s;
		struct announce_slot slot;
		uint32_t seen = 0;

		if (at == NULL || !str_has_prefix(annotation->key.s, SLOTS_PREFIX))
			continue;
		while (seen++ < ENTRIES_LOOKED_AT && slots_next(&at, &slot)) {
			if (ip_compare(slot.ip, vip->ip) == 0) {
				services_report_slot(ck, vip, annotation, &slot);
				return;
			}
		}
	}
}

static bool services_has_election(const struct vip *vip)
{
	return vip->considered && !vip->predicted &&
	       (vip->winner != NULL || vip->type != VIP_REMOTE);
}

void services_check_vips(struct checker *ck)
{
	/* Where no agent runs that is said of the DaemonSet, and not of every Service. */
	if (ck->vips == NULL || services_nodes_unknown(ck) ||
	    cluster_runs_no_agent(ck->cluster))
		return;
	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list) {
		services_check_announced(ck, vip);
		if (services_has_election(vip) && services_winner_is_known(ck, vip))
			services_check_slots(ck, vip);
	}
}
