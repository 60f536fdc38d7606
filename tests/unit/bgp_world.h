/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters with BGP from YAML text, for tests. */
#ifndef TESTS_UNIT_BGP_WORLD_H
#define TESTS_UNIT_BGP_WORLD_H

#include "base/text.h"
#include "purelb/bgp/bgp.h"
#include "tests/unit/pieces.h"

struct bgp_world {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct bgp_cluster bgp;
};

/* Loads and resolves; the texts are as for load_pieces(). */
void bgp_world_make(struct bgp_world *world, enum bgp_daemon daemon, const char *const *pieces);
void bgp_world_release(struct bgp_world *world);

/* A BGPConfiguration "default" with this `spec` in YAML's flow style. */
const char *bgp_yaml(struct text *t, const char *spec);

/* The only configuration, a node of it, and the peer number `index` of that. */
const struct bgp_config *world_config(const struct bgp_world *world);
const struct bgp_node *world_node(const struct bgp_world *world, const char *name);
const struct bgp_peer *world_peer(const struct bgp_world *world, const char *node,
				  uint32_t index);
/* The first session of that peer. */
const struct bgp_session *world_session(const struct bgp_world *world, const char *node,
					uint32_t index);

/* "172.16.0.0/24 2001:db8::/32": what a node originates. */
const char *world_prefixes(const struct bgp_world *world, const char *node);
/* "node-a node-b | node-c": used next hops of the router's route, then the others; "-": none.
 */
const char *world_route(const struct bgp_world *world, const char *router, const char *prefix);

#endif
