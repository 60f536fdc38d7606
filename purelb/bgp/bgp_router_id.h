/* SPDX-License-Identifier: Apache-2.0 */
/* The router ID of a node as k8gobgp finds it (spec/bgp.md section 3). */
#ifndef PURELB_BGP_BGP_ROUTER_ID_H
#define PURELB_BGP_BGP_ROUTER_ID_H

#include "base/ip.h"
#include "config/objects/objects.h"

#define ROUTER_ID_POOL "10.255.0.0/16" /* when routerIDPool is empty */

enum router_id_source {
	ROUTER_ID_UNRESOLVED,
	ROUTER_ID_EXPLICIT,  /* routerID as written: the same on every node */
	ROUTER_ID_TEMPLATE,  /* ${NODE_IP} and the like */
	ROUTER_ID_NODE_IPV4, /* the node's first usable IPv4 InternalIP */
	ROUTER_ID_HASH,      /* of the node's name */
};

enum router_id_error {
	ROUTER_ID_FINE,
	ROUTER_ID_TOO_LONG,      /* over 256 bytes */
	ROUTER_ID_NOT_IPV4,      /* no IP address, or an IPv6 one */
	ROUTER_ID_LOOPBACK,      /* 127/8 */
	ROUTER_ID_LINK_LOCAL,    /* 169.254/16 */
	ROUTER_ID_UNSPECIFIED,   /* 0.0.0.0 */
	ROUTER_ID_BAD_TEMPLATE,  /* begins with "${" and is none of the templates */
	ROUTER_ID_NO_INTERNAL,   /* ${NODE_IP}: no usable IPv4 InternalIP */
	ROUTER_ID_NO_EXTERNAL,   /* ${NODE_EXTERNAL_IP}: no usable IPv4 ExternalIP */
	ROUTER_ID_NO_ANNOTATION, /* missing or empty */
	ROUTER_ID_BAD_POOL,      /* routerIDPool is no IPv4 CIDR of /24 or wider */
	ROUTER_ID_NO_NODE,       /* the input has no Node object to look at */
	ROUTER_ID_ERRORS,
};

struct router_id {
	enum router_id_source source;
	enum router_id_error error;
	const char *text;       /* as k8gobgp uses it; NULL when unresolved */
	struct ip ip;           /* valid when text is not NULL */
	const char *annotation; /* key that a template names, or NULL */
	bool waits;   /* the Node has no addresses: five minutes pass before it goes on (3.3) */
	bool assumed; /* the Node object is not in the input: from what is known instead */
};

/* What is known of a node. */
struct router_id_node {
	const char *name;
	const struct node *object; /* NULL: not in the input */
	/* What stands for its InternalIP when there is no object: an IPv4 address of its
	 * inventory; NULL: none, and what needs one is ROUTER_ID_NO_NODE. */
	const struct ip *assumed_ipv4;
	bool known; /* there is an object or an inventory of interfaces */
};

/*
 * The ID of a node for global.routerID and global.routerIDPool (each may be NULL or "").
 * A bad pool counts only where the hash is used (V1 refuses it before).
 */
void router_id_resolve(struct router_id *out, const char *router_id, const char *pool,
		       const struct router_id_node *node, struct arena *arena);

/* FNV-1a of the name into the pool; false: the pool is no IPv4 CIDR of /24 or wider. */
bool router_id_hash(const char *name, const char *pool, struct ip *out);

/* How likely it is that two of that many hashed IDs are equal: about 1 in as many as this; 1:
 * more likely than not. 0: it cannot be, or the pool is bad. (section 3) */
uint64_t router_id_collision_odds(uint32_t nodes, const char *pool);

/* True for a pool that validation rule V1 passes: an IPv4 CIDR with a prefix of at most 24. */
bool router_id_pool_valid(const char *pool, struct ip_net *out);

/* Whether this text can be a router ID; ROUTER_ID_FINE and *out, or why not. (CHECK) */
enum router_id_error router_id_check(const char *text, struct ip *out);

/* "explicit", "template", "node-ipv4", "hash-from-node-name", "unresolved". */
const char *router_id_source_name(enum router_id_source source);

/* The error as the end of "... which " or a sentence about the node: "is not an IPv4
 * address". */
const char *router_id_error_text(enum router_id_error error);

#endif
