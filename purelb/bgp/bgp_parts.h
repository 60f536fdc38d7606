/* SPDX-License-Identifier: Apache-2.0 */
/* For bgp*.c alone: the steps of bgp_resolve(), and what they hand on to each other. */
#ifndef PURELB_BGP_BGP_PARTS_H
#define PURELB_BGP_BGP_PARTS_H

#include "purelb/bgp/bgp.h"
#include "purelb/bgp/bgp_time.h"

/* ---- bgp_config.c: what a configuration says, whatever the node ---- */

struct bgp_prepared {
	struct bgp_config *config;
	struct bgp_entry *neighbors; /* by index in spec.neighbors, ... */
	struct bgp_entry *groups;
	struct bgp_entry *dynamic;
	const char *bad_listen_address; /* NULL: none */
	struct pos bad_listen_pos;
	const char *bad_listen_path;
};

/* Validates (BG2.1), judges selectors and looks up passwords. */
void bgp_config_prepare(struct bgp_prepared *out, struct bgp_config *config);

/* ---- bgp_routers.c ---- */

/* Fills out->routers from the inventories. */
void bgp_routers_resolve(struct bgp_cluster *out);

/* The entry of the router for a neighbor at this address: longest match; NULL: none. */
const struct bgp_router_peer *bgp_router_entry(const struct bgp_router *router, struct ip ip);

/* Fills config->strangers: one for each router that a session of unknown outcome names. */
void bgp_strangers_find(struct bgp_config *config);

/* ---- bgp_paths.c: addresses of nodes ---- */

/* An address of a node. */
struct bgp_own_address {
	struct ip ip;
	uint32_t node;
};

struct bgp_own_addresses {
	ARRAY_OF(struct bgp_own_address) list; /* sorted by address */
};

void bgp_own_addresses_collect(struct bgp_own_addresses *out, const struct cluster *cluster,
			       struct arena *arena);
/* The first node by name that has the address, or NULL. */
const struct cluster_node *bgp_owner_of(const struct bgp_own_addresses *own,
					const struct cluster *cluster, struct ip ip);

/* The IPv4 address that stands for the InternalIP of a node without a Node object. */
bool bgp_assumed_ipv4(const struct cluster_node *node, struct ip *out);

/* How a node reaches an address. */
struct bgp_path {
	enum bgp_adjacency adjacency;
	bool known; /* the source is */
	bool inferred;
	bool no_address; /* the node has no address of that family at all */
	struct ip source;
	const struct node_interface *interface; /* that has the source, or NULL */
};

void bgp_path_find(struct bgp_path *out, const struct cluster_node *node, struct ip to,
		   const struct bgp_router *router);
/* The path from one of the node's own addresses (transport.localAddress); false when it is
 * known not to have it. */
bool bgp_path_from(struct bgp_path *path, const struct cluster_node *node, struct ip local);

/* The interface of that name, or NULL. */
const struct node_interface *bgp_interface(const struct cluster_node *node, const char *name);

/* The first address of a family on the interface that can be a next hop (BG5.2). */
bool bgp_global_address(const struct node_interface *interface, enum ip_family family,
			struct ip *out);

/* Who else is on the link of an unnumbered neighbor. */
struct bgp_link {
	uint32_t nodes;                   /* other nodes on it */
	uint32_t routers;                 /* routers on it */
	const struct cluster_node *other; /* one of the nodes */
	const struct bgp_router *router;  /* the first of the routers */
	struct ip address;                /* the router's on that link */
};
void bgp_link_look(struct bgp_link *out, const struct bgp_cluster *bgp,
		   const struct cluster_node *node, const struct node_interface *interface);

/* ---- bgp_peers.c ---- */

/* Fills a node's groups and peers (BG4); their sessions come later. */
void bgp_peers_resolve(const struct bgp_prepared *prepared, struct bgp_node *node);
/* Sets the timers of a peer; 0: the default (BG4.3). */
void bgp_timers_apply(struct bgp_peer *peer, int64_t hold, int64_t keepalive, int64_t retry);
/* Fills config->peers: whatever the node is. */
void bgp_peers_resolve_anywhere(const struct bgp_prepared *prepared);

/* ---- bgp_sessions.c ---- */

/* Fills the sessions of all peers of a configuration, its strangers and its live sessions. */
void bgp_sessions_resolve(struct bgp_config *config, const struct bgp_own_addresses *own);

/* ---- bgp.c: shared sets of nodes ---- */

struct bgp_carriers_table {
	struct arena *arena;
	uint32_t words;
	uint32_t count;
	uint32_t capacity; /* a power of two */
	const struct bgp_carriers **slots;
};

/* The set with these bits. */
const struct bgp_carriers *bgp_carriers_intern(struct bgp_carriers_table *table,
					       const uint64_t *bits);

/* Adds a node to the bits of a set. */
void bgp_carriers_set_bit(uint64_t *bits, uint32_t index);

/* ---- bgp_routes.c ---- */

void bgp_vips_collect(struct bgp_cluster *out, struct bgp_carriers_table *table);
void bgp_prefixes_resolve(struct bgp_config *config, struct bgp_carriers_table *table);

#endif
