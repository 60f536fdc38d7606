/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XC003 and XC004: what must be unique on a network, in two clusters: router IDs and cluster
 * IDs of BGP, MACs, names of nodes. (I7.3)
 *
 * What two clusters take from one file, such as an inventory of machines that was given for
 * both, is one thing and no duplicate.
 */
#include "validator/clusters/clusters.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "purelb/bgp/bgp.h"

enum identity_kind { IDENTITY_ROUTER_ID, IDENTITY_CLUSTER_ID, IDENTITY_MAC, IDENTITY_NODE };

struct identity {
	enum identity_kind kind;
	const char *text;
	uint32_t member;
	const struct object *object;
	struct pos pos;   /* in the snapshot of all */
	const char *path; /* in the object, or NULL */
};

struct identities {
	struct checker *ck;
	const struct cluster_members *members;
	struct cluster_ties ties;
	ARRAY_OF(struct identity) list;
};

static int clusters_compare_identities(const void *left, const void *right)
{
	const struct identity *a = left;
	const struct identity *b = right;
	const int orders[] = {
		(a->kind > b->kind) - (a->kind < b->kind),
		strcasecmp(a->text, b->text),
		(a->member > b->member) - (a->member < b->member),
		pos_compare(a->pos, b->pos),
	};

	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		if (orders[i] != 0)
			return orders[i];
	return 0;
}

static void clusters_add_identity(struct identities *all, struct identity identity)
{
	if (identity.text == NULL || identity.text[0] == '\0')
		return;
	identity.pos = member_pos(&all->members->list.items[identity.member], identity.pos);
	ARRAY_ADD(all->ck->scratch, &all->list, identity);
}

/* ---- XC003 ---- */

/* The router IDs of a configuration: of each node that is known, else the one for all. */
static void clusters_gather_router_ids(struct identities *all, uint32_t number,
				       const struct bgp_config *config)
{
	static const struct router_id_node nowhere;
	struct arena *arena = all->ck->scratch;
	struct identity identity = { .kind = IDENTITY_ROUTER_ID,
				     .member = number,
				     .object = &config->object->object,
				     .pos = config->object->global.router_id.pos,
				     .path = "spec.global.routerID" };
	struct router_id id;

	if (identity.pos.source == 0)
		identity.pos = config->object->object.pos;
	router_id_resolve(&id, config->object->global.router_id.s,
			  config->object->global.router_id_pool.s, &nowhere, arena);
	if (id.source == ROUTER_ID_EXPLICIT && id.text != NULL) {
		identity.text = id.text;
		clusters_add_identity(all, identity);
		return;
	}
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->router_id.text == NULL || node->router_id.assumed)
			continue;
		identity.text = node->router_id.text;
		clusters_add_identity(all, identity);
	}
}

static void clusters_gather_cluster_ids(struct identities *all, uint32_t number,
					const struct bgp_configuration *config)
{
	ARRAY_FOREACH (const struct bgp_neighbor, neighbor, &config->neighbors.list)
		clusters_add_identity(
			all,
			(struct identity){ .kind = IDENTITY_CLUSTER_ID,
					   .text = neighbor->route_reflector.cluster_id.s,
					   .member = number,
					   .object = &config->object,
					   .pos = neighbor->route_reflector.cluster_id.pos });
}

/* ---- reporting ---- */

static const char *clusters_identity_word(enum identity_kind kind)
{
	static const char *const words[] = {
		[IDENTITY_ROUTER_ID] = "BGP router ID",
		[IDENTITY_CLUSTER_ID] = "route reflector cluster ID",
		[IDENTITY_MAC] = "MAC",
		[IDENTITY_NODE] = "node name",
	};

	return words[kind];
}

static void clusters_report_identity(struct identities *all, enum check_code code,
				     const struct identity *later,
				     const struct identity *earlier)
{
	static const char *const hints[] = {
		[IDENTITY_ROUTER_ID] =
			"leave routerID empty, so that each node uses its own address, or "
			"give each cluster its own routerIDPool",
		[IDENTITY_CLUSTER_ID] = "give the route reflectors of each cluster their own "
					"routeReflectorClusterId",
		[IDENTITY_MAC] = "give one of the interfaces another MAC, or correct the "
				 "inventory",
		[IDENTITY_NODE] = "give the nodes of each cluster different names",
	};
	struct checker *ck = all->ck;
	const struct cluster_member *one = &all->members->list.items[earlier->member];
	const struct cluster_member *two = &all->members->list.items[later->member];
	struct finding *f = clusters_report(
		ck, code, two, later->object, later->pos,
		"%s %s is used by cluster %s and by cluster %s, which %s",
		clusters_identity_word(later->kind), later->text, one->name, two->name,
		later->kind <= IDENTITY_CLUSTER_ID ? "reach one another's routers"
						   : "are on one network");

	f->place.path = later->path;
	finding_hint(ck, f, "%s", hints[later->kind]);
	finding_related(ck, f, earlier->pos, "cluster %s has it here", one->name);
}

/* True when it matters that both have it. */
static bool clusters_identities_meet(const struct identities *all, const struct identity *a,
				     const struct identity *b)
{
	const unsigned ties = clusters_tied(&all->ties, a->member, b->member);
	const bool bgp = a->kind <= IDENTITY_CLUSTER_ID;

	if (a->member == b->member)
		return false;
	if (!bgp && a->pos.source != 0 && a->pos.source == b->pos.source)
		return false; /* one machine, in a file that was given for both */
	return (ties & TIE_NETWORK) != 0 || (bgp && (ties & TIE_ROUTER) != 0);
}

/* Reports each identity once, with the first cluster before that it meets. */
static void clusters_report_identities(struct identities *all, enum check_code code)
{
	enum { LOOK_BACK_MAX = 64 };
	uint32_t reported = 0;

	array_sort(all->list.items, all->list.count, sizeof(*all->list.items),
		   clusters_compare_identities);
	for (uint32_t i = 1; i < all->list.count && reported < CLUSTER_FINDINGS_MAX; i++) {
		const struct identity *later = &all->list.items[i];

		for (uint32_t back = 1; back <= i && back <= LOOK_BACK_MAX; back++) {
			const struct identity *earlier = &all->list.items[i - back];

			if (earlier->kind != later->kind ||
			    strcasecmp(earlier->text, later->text) != 0)
				break;
			if (back == 1 && earlier->member == later->member)
				break; /* the first one of its cluster is enough */
			if (!clusters_identities_meet(all, later, earlier))
				continue;
			clusters_report_identity(all, code, later, earlier);
			reported++;
			break;
		}
	}
}

void clusters_check_router_ids(struct checker *ck, const struct cluster_members *members)
{
	const struct bgp_options options = { .daemon = ck->options->bgp_daemon };
	struct identities all = { .ck = ck, .members = members };

	clusters_tie(ck, members, &all.ties);
	for (uint32_t i = 0; i < members->list.count; i++) {
		const struct cluster_member *member = &members->list.items[i];
		struct bgp_cluster bgp;

		if (member->snapshot->bgp_configurations.count == 0)
			continue;
		bgp_resolve(&bgp, member->cluster, &options, ck->scratch);
		ARRAY_FOREACH (const struct bgp_config, config, &bgp.configs) {
			clusters_gather_router_ids(&all, i, config);
			clusters_gather_cluster_ids(&all, i, config->object);
		}
	}
	clusters_report_identities(&all, CHECK_XC003);
}

/* ---- XC004 ---- */

void clusters_check_nodes(struct checker *ck, const struct cluster_members *members)
{
	struct identities all = { .ck = ck, .members = members };

	clusters_tie(ck, members, &all.ties);
	for (uint32_t i = 0; i < members->list.count; i++) {
		const struct cluster *cluster = members->list.items[i].cluster;

		ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
			struct identity identity = { .kind = IDENTITY_NODE,
						     .text = node->name,
						     .member = i };

			if (node->node != NULL) {
				identity.object = &node->node->object;
				identity.pos = node->node->object.name.pos;
			} else if (node->inventory != NULL) {
				identity.object = node->inventory_object;
				identity.pos = node->inventory->name.pos;
			}
			if (identity.object != NULL)
				clusters_add_identity(&all, identity);
			ARRAY_FOREACH (const struct node_interface, interface,
				       &node->interfaces)
				clusters_add_identity(
					&all,
					(struct identity){ .kind = IDENTITY_MAC,
							   .text = interface->entry->mac.s,
							   .member = i,
							   .object = node->inventory_object,
							   .pos = interface->entry->mac.pos });
		}
	}
	clusters_report_identities(&all, CHECK_XC004);
}
