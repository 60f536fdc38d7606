/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters with BGP from YAML text, for tests. */
#include "tests/unit/bgp_world.h"

#include <check.h>

#include "base/text.h"

void bgp_world_make(struct bgp_world *world, enum bgp_daemon daemon, const char *const *pieces)
{
	const struct bgp_options options = { .daemon = daemon };

	world->snapshot = load_pieces(pieces);
	purelb_resolve(&world->cluster, world->snapshot);
	bgp_resolve(&world->bgp, &world->cluster, &options, &world->snapshot->arena);
}

void bgp_world_release(struct bgp_world *world)
{
	cluster_release(&world->cluster);
	snapshot_release(world->snapshot);
}

const char *bgp_yaml(struct text *t, const char *spec)
{
	text_clear(t);
	text_printf(t,
		    "apiVersion: bgp.purelb.io/v1\n"
		    "kind: BGPConfiguration\n"
		    "metadata: {name: default, namespace: purelb-system}\n"
		    "spec: %s\n",
		    spec);
	return text_str(t);
}

const struct bgp_config *world_config(const struct bgp_world *world)
{
	ck_assert_uint_eq(world->bgp.configs.count, 1);
	return &world->bgp.configs.items[0];
}

const struct bgp_node *world_node(const struct bgp_world *world, const char *name)
{
	const struct bgp_config *config = world_config(world);

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (str_equal(node->node->name, name))
			return node;
	}
	ck_abort_msg("no node %s", name);
	return NULL;
}

const struct bgp_peer *world_peer(const struct bgp_world *world, const char *node,
				  uint32_t index)
{
	const struct bgp_node *n = world_node(world, node);

	ck_assert_msg(index < n->peers.count, "%s has %u peers", node, n->peers.count);
	return &n->peers.items[index];
}

const struct bgp_session *world_session(const struct bgp_world *world, const char *node,
					uint32_t index)
{
	const struct bgp_peer *peer = world_peer(world, node, index);

	ck_assert_msg(peer->sessions.count > 0, "%s has no session", peer->path);
	return &peer->sessions.items[0];
}

const char *world_prefixes(const struct bgp_world *world, const char *node)
{
	const struct bgp_node *n = world_node(world, node);
	struct arena *arena = &world->snapshot->arena;
	const char *all = "";

	ARRAY_FOREACH (const struct bgp_prefix, prefix, &world_config(world)->prefixes) {
		char text[IP_NET_TEXT_MAX];

		if (bgp_carriers_has(prefix->carriers, n->index))
			all = arena_printf(arena, "%s%s%s", all, *all != '\0' ? " " : "",
					   ip_net_format(prefix->net, text));
	}
	return all;
}

static const struct bgp_router *find_router(const struct bgp_world *world, const char *name)
{
	ARRAY_FOREACH (const struct bgp_router, router, &world->bgp.routers) {
		if (str_equal(router->name, name))
			return router;
	}
	ARRAY_FOREACH (const struct bgp_router, router, &world_config(world)->strangers) {
		if (str_equal(router->name, name))
			return router;
	}
	ck_abort_msg("no router %s", name);
	return NULL;
}

static const struct bgp_prefix *find_prefix(const struct bgp_world *world, const char *wanted)
{
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct bgp_prefix, prefix, &world_config(world)->prefixes) {
		if (str_equal(ip_net_format(prefix->net, text), wanted))
			return prefix;
	}
	ck_abort_msg("no prefix %s", wanted);
	return NULL;
}

const char *world_route(const struct bgp_world *world, const char *router, const char *prefix)
{
	struct arena *arena = &world->snapshot->arena;
	const char *all = "";
	struct bgp_route route;
	bool unused = false;

	bgp_route_find(world_config(world), find_router(world, router),
		       find_prefix(world, prefix), arena, &route);
	if (route.hops.count == 0)
		return bgp_filter_name(route.filter);
	ARRAY_FOREACH (const struct bgp_hop, hop, &route.hops) {
		const char *between = *all != '\0' ? " " : "";

		if (!hop->used && !unused) {
			unused = true;
			between = *all != '\0' ? " | " : "| ";
		}
		all = arena_printf(arena, "%s%s%s", all, between,
				   hop->session->node->node->name);
	}
	return all;
}
