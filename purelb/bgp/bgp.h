/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP side of the cluster as k8gobgp makes it (BG2 to 6): for each
 * BGPConfiguration and each node the router ID, the peers, whether their sessions can come up,
 * and the prefixes; for each router the routes that it gets.
 *
 * bgp_resolve() works all of it out once. Nothing here is per (prefix, node): which nodes carry
 * a prefix is a shared set (struct bgp_carriers), and the routes of a router are made when
 * asked for (bgp_route_find()).
 */
#ifndef PURELB_BGP_BGP_H
#define PURELB_BGP_BGP_H

#include "purelb/agents/cluster.h"
#include "purelb/bgp/bgp_time.h"
#include "purelb/bgp/next_hops.h"

struct router_profile;
struct vips;

/* Which daemon: 1.1 is in the image that PureLB pins, 1.3 is newer (BG5.6). */
enum bgp_daemon { BGP_FORK_1_1, BGP_FORK_1_3 };

struct bgp_options {
	enum bgp_daemon daemon;
	const struct vips *vips; /* NULL: bgp_resolve() works them out */
	/* Over the routers of the inventories by name, and beside them; NULL: none. */
	const struct routers *routers;
	const struct object *routers_object; /* where they are written */
};

/* Timers, in seconds, and keys (BG4.3, BG4.6, BG6.1). */
enum {
	BGP_HOLD_DEFAULT_S = 90,
	BGP_HOLD_MIN_S = 3,      /* RFC 4271: 0, or at least 3 */
	BGP_HOLD_WRAP_S = 65536, /* 16 bits on the wire: what is above is lost */
	BGP_KEEPALIVES_PER_HOLD = 3,
	BGP_CONNECT_RETRY_DEFAULT_S = 120,
	BGP_RESTART_MAX_S = 4095, /* 12 bits on the wire */
	BGP_PASSWORD_MAX = 80,    /* bytes, of the kernel */
};

/* Address families, as a set (BG4.3). */
enum { BGP_IPV4 = 1 << 0, BGP_IPV6 = 1 << 1, BGP_EVPN = 1 << 2 };

/* The bit for a family; 0 for IP_NONE. */
unsigned bgp_family_bit(enum ip_family family);
/* The bit for what afiSafis[].family says, letters in any case; 0: gobgp does not know it. */
unsigned bgp_family_parse(const char *text);
/* "ipv4-unicast, ipv6-unicast"; "none". */
const char *bgp_families_text(unsigned families, struct arena *arena);

/* ---- the router ID of a node (BG3) ---- */

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
	bool waits; /* the Node has no addresses: five minutes pass before it goes on (BG3.3) */
	bool assumed; /* the Node object is not in the input: from what is known instead */
};

/* What is known of a node. */
struct router_id_node {
	const char *name;
	const struct node *object; /* NULL: not in the input */
	/* What is used for its InternalIP without an object: an IPv4 address of its
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
 * more likely than not. 0: it cannot be, or the pool is bad. (BG3) */
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

/* ---- routers of the NodeInventories (BG6.3) ---- */

struct bgp_accept {
	const struct router_accept *entry;
	struct ip_net net;
	unsigned ge, le; /* prefix lengths of its own family */
};

/* One of a router's static neighbors or listen ranges. */
struct bgp_router_peer {
	const struct router_neighbor *entry;
	struct ip_range range; /* one address, or all of a prefix */
	unsigned bits;         /* of the prefix in the 128-bit space: longest match wins */
	bool is_range;
	bool has_asn;
	uint32_t asn;
	const char *password; /* NULL: none */
};

struct bgp_router {
	const struct router *router;
	const struct object *object; /* the NodeInventory */
	const char *path;            /* "spec.routers[0]" */
	const char *name;
	uint32_t index; /* in bgp_cluster.routers */
	bool has_asn;   /* asn given and not 0 */
	uint32_t asn;
	bool has_router_id;
	struct ip router_id;
	ARRAY_OF(struct ip_net) nets;      /* its addresses, those that parse */
	ARRAY_OF(struct ip_net) connected; /* its subnets: of the addresses and `connected` */
	bool lists_peers; /* neighbors or listenRanges are given: nobody else may come in */
	bool lists_asns;  /* peersAllowed is given (router->bgp.peers_allowed): a session
			   * without a remote-as of its own must be of one of them */
	ARRAY_OF(struct bgp_router_peer) peers; /* neighbors, then listen ranges */
	uint32_t listen_limit;                  /* 0: not given */
	unsigned families;                      /* activated; all three when not given */
	bool families_given;
	bool filters; /* acceptPrefixLength or acceptPrefixes is given */
	bool requires_policy;
	unsigned v4_min, v4_max, v6_min, v6_max; /* acceptPrefixLength; 0..32, 0..128 */
	ARRAY_OF(struct bgp_accept) accept;      /* empty: any prefix of those lengths */
	uint32_t max_prefixes;                   /* 0: not given */
	uint32_t max_paths, max_paths_ibgp;      /* 0: not given, taken as no limit */
	bool multipath_relax;
	bool resilient_hash, resilient_hash_given;
	bool passive;
	unsigned multihop; /* TTL; 1: adjacent only */
	bool multihop_given;
	bool hold_given;       /* holdTime */
	bool hold_known;       /* the same, or as its profile has it */
	uint32_t hold_seconds; /* 0: no keepalives at all */
	bool keepalive_given;
	uint32_t keepalive_seconds;
	uint32_t retry_seconds; /* connectRetry, or as its profile has it */
	/* ribToFib, or as its profile has it (T4.1). */
	struct bgp_span update_to_fib, loss_to_fib;
	int64_t timer_late_ns; /* T4.7; 0: never */
	/* What it is and how it is attached (T1.4, T4, T8); NULL: of a stranger. */
	const struct router_profile *profile; /* "generic" when it does not say */
	bool attached_directly;               /* a port for each node */
	bool hash_l3;                         /* by addresses alone */
	enum next_hop_hashing hashing;
	uint32_t buckets; /* of resilient hashing */
	/* Its kernel passes over next hops whose neighbor entry has failed. (T8.7) */
	bool passes_dead;
};

/* ---- prefixes (BG5.1 to BG5.4) ---- */

/* A set of nodes; equal sets are one object, so they compare by pointer. */
struct bgp_carriers {
	uint32_t count;      /* how many nodes are in it */
	uint32_t id;         /* from 0, in order of making */
	const uint64_t *set; /* bit i: cluster->nodes.items[i] */
};

bool bgp_carriers_has(const struct bgp_carriers *carriers, uint32_t node_index);

/* A VIP that nodes put on their dummy interface, or would if they could (BG5.1). */
struct bgp_vip {
	struct ip ip;
	const struct service *service; /* the first that holds it */
	const struct pool *pool;       /* whose mask it has (P6.7) */
	const struct pool_range *range;
	unsigned prefix;     /* its mask's length, of its own family; when aggregation_ok */
	bool aggregation_ok; /* false: the mask cannot be (P6.7): announced nowhere */
	bool predicted;      /* the Service does not hold it yet */
	bool etp_local;      /* a Service that holds it has externalTrafficPolicy Local */
	const struct bgp_carriers *dummies; /* the nodes that put it on their dummy */
	const char *reason; /* why no node does, a sentence; NULL when some do */
	bool unknown;       /* that no node does is not known (I3.5) */
};

/* A distinct prefix that some node originates under one BGPConfiguration. */
struct bgp_prefix {
	struct ip_net net; /* host bits cleared */
	enum ip_family family;
	unsigned length;                       /* in its own family: 0..32, 0..128 */
	const struct bgp_carriers *carriers;   /* the nodes that originate it */
	ARRAY_OF(const struct bgp_vip *) vips; /* in it; empty: an interface's own subnet */
	const char *interface; /* of a prefix without VIPs: the first interface it is on */
	bool predicted;        /* only VIPs that no Service holds yet are in it */
};

/* ---- peers (BG4) ---- */

/* Why a neighbor that applies to a node does not become a peer of its daemon. */
enum bgp_refusal {
	BGP_ACCEPTED,
	BGP_REPLACED,      /* the same key comes again: the last one counts (BG4.2) */
	BGP_GROUP_MISSING, /* no such peer group on this node: skipped (BG2.2) */
	BGP_NO_ADDRESS,    /* neither address nor interface (BG4.5) */
	BGP_BAD_ADDRESS,   /* not an IP address; host names are not looked up (BG4.5) */
	BGP_BAD_PREFIX,    /* a dynamic neighbor's prefix is no CIDR */
	BGP_BAD_FAMILY,    /* an unknown family string (BG4.3) */
	BGP_NO_VRF,        /* the VRF is not defined (BG4.5) */
	BGP_VRF_FAMILY,    /* a VRF and a family that is not unicast (BG4.5) */
	BGP_SAME_ADDRESS,  /* a peer with the same address is there already (BG4.5) */
	BGP_NO_INTERFACE,  /* unnumbered, and the node has no such interface */
	BGP_NOT_P2P,       /* unnumbered, but several neighbors on the segment (BG4.5) */
	BGP_REFUSALS,
};

enum bgp_auth {
	BGP_AUTH_NONE,
	BGP_AUTH_INLINE,  /* authPassword */
	BGP_AUTH_SECRET,  /* the Secret is in the input */
	BGP_AUTH_UNKNOWN, /* by a Secret that is not in the input */
};

/* Whether two ends share a subnet. */
enum bgp_adjacency { BGP_ADJACENT, BGP_NOT_ADJACENT, BGP_ADJACENCY_UNKNOWN };

/*
 * A neighbor or dynamic neighbor as it is on one node, after the defaults (BG4.3) and what its
 * group overwrites (BG4.4). Of a refused one, the fields that are known are filled.
 */
struct bgp_peer {
	const struct bgp_neighbor *neighbor;        /* NULL: dynamic */
	const struct bgp_dynamic_neighbor *dynamic; /* NULL: a neighbor */
	uint32_t index;                             /* in spec.neighbors or dynamicNeighbors */
	const char *path;                           /* "spec.neighbors[2]" */
	const struct bgp_peer_group *group;         /* NULL: none */
	uint32_t group_index;                       /* in spec.peerGroups */
	enum bgp_refusal refusal;
	const char *refusal_text; /* a sentence without full stop; NULL when accepted */

	bool has_address;
	struct ip address;     /* of a neighbor */
	const char *zone;      /* behind a '%' in it, or NULL */
	const char *interface; /* of an unnumbered neighbor, or NULL */
	struct ip_net prefix;  /* of a dynamic neighbor that parses */

	uint32_t local_as;
	uint32_t peer_as;  /* 0: any */
	bool external;     /* peer_as is neither 0 nor local_as (BG4.6: TTL 1) */
	unsigned families; /* set */
	uint64_t hold_seconds, keepalive_seconds, connect_retry_seconds;
	bool admin_down;
	bool passive;
	bool multihop;
	unsigned ttl;              /* of outgoing packets; 0: the system's */
	const char *local_address; /* transport.localAddress, or NULL */
	const char *bind_interface;
	const char *vrf; /* NULL: none */
	enum bgp_auth auth;
	struct secret_value password; /* BGP_AUTH_INLINE and BGP_AUTH_SECRET */
	bool graceful_restart;
	uint64_t restart_seconds;
	bool route_reflector_client;
	ARRAY_OF(struct bgp_session) sessions;
};

/* ---- sessions (BG6.3) ---- */

enum bgp_verdict {
	BGP_UP,      /* nothing that is known keeps it down */
	BGP_DOWN,    /* it cannot come up: `reasons` says why */
	BGP_UNKNOWN, /* the router is not described; nothing on this side keeps it down */
	BGP_VERDICTS,
};

enum bgp_reason {
	BGP_WHY_NODE,    /* BGP does not run on the node (bgp_node.state) */
	BGP_WHY_REFUSED, /* the peer was refused (bgp_peer.refusal) */
	BGP_WHY_ADMIN_DOWN,
	BGP_WHY_SELF,            /* the address is the node's own or another node's */
	BGP_WHY_LINK_LOCAL,      /* fe80:: without a zone, or with one that is not there */
	BGP_WHY_NO_SOURCE,       /* the node has no address of that family */
	BGP_WHY_LOCAL_ADDRESS,   /* transport.localAddress is not on the node */
	BGP_WHY_TTL,             /* eBGP, not adjacent, no multihop on the node */
	BGP_WHY_ROUTER_TTL,      /* the same on the router */
	BGP_WHY_PEER_AS,         /* peerAsn is not the router's AS: 2/2 from the node */
	BGP_WHY_NOT_ALLOWED,     /* the router does not know the node's address */
	BGP_WHY_REMOTE_AS,       /* the router expects another AS of the node: 2/2 */
	BGP_WHY_PASSWORD,        /* TCP-MD5 on one side only, or not the same */
	BGP_WHY_PASSWORD_LENGTH, /* over 80 bytes: the kernel refuses the key */
	BGP_WHY_PASSIVE,         /* both sides only listen */
	BGP_WHY_NO_LISTENER,     /* the node is passive and does not listen on port 179 */
	BGP_WHY_ROUTER_ID,       /* same AS and same router ID, or 0.0.0.0: 2/3 */
	BGP_WHY_HOLD,            /* a hold time of 1 or 2 seconds: 2/6 */
	BGP_WHY_LISTEN_LIMIT,    /* beyond the router's listen limit, counted by node name */
	BGP_WHYS,
};

struct bgp_why {
	enum bgp_reason reason;
	const char *text; /* a sentence without full stop, with names and numbers */
};

/* A peer of a node and one router; a neighbor that no router description has: router NULL. */
struct bgp_session {
	const struct bgp_node *node;
	const struct bgp_peer *peer;
	const struct bgp_router *router;           /* NULL: not described */
	const struct bgp_router *stranger;         /* what stands for it then; else NULL */
	const struct bgp_router_peer *router_peer; /* the entry of the router, or NULL */
	struct ip router_address;                  /* where the node finds the router */
	bool source_known;
	struct ip source;     /* where the router sees the node */
	bool source_inferred; /* a guess: no interfaces are known */
	enum bgp_adjacency adjacency;
	bool internal; /* iBGP */
	enum bgp_verdict verdict;
	ARRAY_OF(struct bgp_why) reasons; /* in the order of enum bgp_reason */
	unsigned families;                /* that both sides have */
	uint32_t hold_seconds;            /* negotiated (BG6.1) */
	uint32_t keepalive_seconds;       /* what the node sends */
	/* Where the node's routes point to, by family (BG5.2): valid by bit. `no_next_hops` has
	 * the families of which the interface of the session has no address; the others are
	 * not known. */
	unsigned next_hops, no_next_hops;
	struct ip next_hop_v4, next_hop_v6;
};

/* Whether the password of the peer, known or none, is this one; "": none. */
bool bgp_session_same_key(const struct bgp_peer *peer, const char *password);

/* The AS at the other end; 0: unknown. */
uint32_t bgp_far_as(const struct bgp_session *session);

/* ---- nodes ---- */

/* How far the reconcile of a configuration gets on a node; the first error ends it (BG2.2). */
enum bgp_node_state {
	BGP_NODE_RUNS,         /* to its end */
	BGP_NODE_NO_AGENT,     /* the DaemonSet, of which k8gobgp is part, runs no pod (P4.8) */
	BGP_NODE_INVALID,      /* V1 to V6: nothing reaches the daemon */
	BGP_NODE_NO_ROUTER_ID, /* bgp_node.router_id says why; not when it is only unknown */
	BGP_NODE_NO_ASN,       /* asn 0 or absent: the daemon does not start */
	BGP_NODE_LISTEN_ADDRESS, /* the daemon panics */
	BGP_NODE_GROUP_SELECTOR, /* a peer group's selector is invalid */
	BGP_NODE_GROUP_SECRET,   /* a peer group's Secret or key is missing */
	BGP_NODE_SELECTOR,       /* a neighbor's selector is invalid */
	BGP_NODE_SECRET,         /* a neighbor's Secret or key is missing */
	BGP_NODE_VRF_NETLINK,    /* VRF import or export: fails at the very end (BG5.5) */
	BGP_NODE_STATES,
};

struct bgp_node {
	const struct cluster_node *node;
	uint32_t index; /* in cluster->nodes */
	const struct bgp_config *config;
	struct router_id router_id;
	enum bgp_node_state state;
	const char *state_text; /* a sentence without full stop; NULL when it runs */
	struct pos state_pos;   /* the value that causes it, or a zero pos */
	const char *state_path;
	bool has_groups;    /* the step of the peer groups was passed */
	bool has_neighbors; /* the neighbors were added */
	bool imports;       /* netlink import is on */
	const char *dummy;  /* the dummy interface; NULL: not configured (P4.3) */
	bool imports_dummy; /* VIPs reach ordinary peers: imports, the dummy is in
			     * interfaceList, and there is no import VRF (BG5.4) */
	ARRAY_OF(const struct bgp_peer_group *) groups; /* that exist on it, last of a name */
	/* What applies to the node, refused ones too: neighbors, then dynamic neighbors, in
	 * the order written. They are here although the reconcile may end before them: see
	 * has_neighbors. A selector that is invalid matches nothing. */
	ARRAY_OF(struct bgp_peer) peers;
};

/* ---- configurations ---- */

/* A value that the controller's own validation refuses (BG2.1). */
struct bgp_invalid {
	const char *rule; /* "V2" */
	bool by_schema;   /* the API server refuses it before: its pattern does not match */
	struct pos pos;
	const char *path;
	const char *text; /* a sentence without full stop */
};

/* A nodeSelector of a neighbor or a peer group. */
struct bgp_selector {
	const struct label_selector *selector;
	const char *path;  /* "spec.neighbors[0].nodeSelector" */
	const char *error; /* NULL: valid */
	struct pos error_pos;
	const char *error_path; /* whole path */
	uint32_t matches;       /* nodes whose labels are known */
};

/* The password of a neighbor or a peer group: what is written, and what is found (BG2.2,
 * BG4.6). */
struct bgp_credential {
	const char *path; /* "spec.neighbors[0].config" */
	const struct str_value
		*given; /* authPassword; in force when the reference has no name */
	const struct secret_ref *ref; /* its section is not set when there is none */
	enum bgp_auth auth;
	const struct secret *secret;  /* that the reference names, or NULL */
	struct secret_value password; /* BGP_AUTH_INLINE and BGP_AUTH_SECRET */
	const char *missing;    /* a sentence: the Secret or its key is not there; or NULL */
	struct pos missing_pos; /* of what names it */
};

/* Families of an afiSafis list. */
struct bgp_entry_families {
	unsigned set;
	const char *unknown; /* the first that gobgp does not know, or NULL */
};

/* Adds what the list has: all of it counts, whatever its `enabled` says. Borrows it. (BG4.3) */
void bgp_read_families(const struct bgp_afi_safis *list, struct bgp_entry_families *out);

struct bgp_entry {
	const char *path; /* "spec.neighbors[2]" */
	const char *key;  /* what the controller tells neighbors apart by */
	struct bgp_credential auth;
	struct bgp_entry_families families;
	/* Of a neighbor: its address, taken apart. */
	bool has_address;
	struct ip address;
	const char *zone;
	/* The first entry with the same key, or with the same address and zone. */
	uint32_t key_id, address_id;
	/* Of a dynamic neighbor. */
	bool has_prefix;
	struct ip_net prefix;
};

struct bgp_config {
	const struct bgp_configuration *object;
	const struct bgp_cluster *cluster;
	uint32_t index; /* in bgp_cluster.configs */
	ARRAY_OF(struct bgp_invalid) invalid;
	/* One for each neighbor, then one for each peer group, absent ones too. */
	ARRAY_OF(struct bgp_selector) selectors;
	ARRAY_OF(struct bgp_credential) credentials; /* likewise */
	/* By index in spec.neighbors, spec.peerGroups and spec.dynamicNeighbors. */
	const struct bgp_entry *neighbors, *groups, *dynamic;
	/* Each neighbor, then each dynamic neighbor, as it is where its group (the last one
	 * of that name) exists, whatever the node is: settings, and the refusals that do not
	 * depend on a node or on other peers. No sessions. */
	ARRAY_OF(struct bgp_peer) peers;
	ARRAY_OF(struct bgp_node) nodes;      /* one for each of cluster->nodes, same order */
	ARRAY_OF(struct bgp_prefix) prefixes; /* by family, address, length */
	/* Neighbors that no router description has, by name: bare routers, `router` NULL,
	 * named by address or by "interface of node". */
	ARRAY_OF(struct bgp_router) strangers;
	/* All sessions that are not kept down: by router, strangers last, then by node. */
	ARRAY_OF(const struct bgp_session *) live;
};

struct bgp_cluster {
	const struct cluster *cluster;
	struct arena *arena;
	struct bgp_options options;
	/* In (namespace, name) order. They fight when there are several (BG2.4); each is
	 * resolved as if it were alone. */
	ARRAY_OF(struct bgp_config) configs;
	ARRAY_OF(struct bgp_router) routers; /* of all inventories, in input order */
	ARRAY_OF(struct bgp_vip) vips; /* that go on dummies, by address; predicted ones too */
	bool has_remote;               /* a remote pool in scope with a range that parses */
	unsigned remote_families;      /* of remote pools in scope */
	bool vips_known;               /* Services are in the input */
	const char *
		beyond; /* what the bounds left out of `configs`, one sentence; NULL: nothing */
};

/*
 * Works everything out. Borrows the cluster and allocates in `arena`. Without nodes in the
 * input the configurations have no bgp_node, and what does not depend on nodes is there.
 */
void bgp_resolve(struct bgp_cluster *out, const struct cluster *cluster,
		 const struct bgp_options *options, struct arena *arena);

/* True for what listenAddresses may have: a bare IP address; the daemon panics otherwise. */
bool bgp_listen_address_valid(const char *text);

/* True when `interface` is covered by an entry of netlinkImport.interfaceList (BG5.2, BG5.6).
 */
bool bgp_import_covers(const struct str_list *interfaces, const char *interface,
		       enum bgp_daemon daemon);

/* True when the selector of that number (bgp_config.selectors) lets its entry be on the node:
 * absent, or valid and met by labels that are known. (BG4.1) */
bool bgp_selector_applies(const struct bgp_node *node, uint32_t selector);

/* What of a neighbor its peer group can overwrite (BG4.4), as bits of a set. */
enum bgp_member_field {
	BGP_MEMBER_PEER_ASN = 1 << 0,
	BGP_MEMBER_LOCAL_ASN = 1 << 1,
	BGP_MEMBER_DESCRIPTION = 1 << 2,
	BGP_MEMBER_PASSWORD = 1 << 3,
	BGP_MEMBER_TIMERS = 1 << 4,
	BGP_MEMBER_FAMILIES = 1 << 5,
	BGP_MEMBER_TRANSPORT = 1 << 6,
	BGP_MEMBER_GRACEFUL_RESTART = 1 << 7,
	BGP_MEMBER_ROUTE_REFLECTOR = 1 << 8,
	BGP_MEMBER_MULTIHOP = 1 << 9,
};

/* What the neighbor asks for itself and does not get because of its group: nothing under a
 * daemon that lets members' settings stand, or where both ask for the same. */
unsigned bgp_member_overwritten(const struct bgp_config *config, uint32_t neighbor);

/* Whether the router is beyond the node's own subnets, by its interfaces; else by the subnets
 * of its lease, which is a guess. */
bool bgp_session_distant(const struct bgp_session *session, bool *guess);

/* ---- route distinguishers and targets (BG5.5) ---- */

enum bgp_rd_fault {
	BGP_RD_FINE,
	BGP_RD_MISSING,
	BGP_RD_SHAPE,   /* not two numbers with a colon between them */
	BGP_RD_ADDRESS, /* 192.0.2.1:5, which is read as 192:5 */
	BGP_RD_LARGE,   /* an AS above 65535, of which the upper half is lost */
	BGP_RD_NUMBER,  /* a second number above 4294967295 */
};

enum bgp_rd_fault bgp_rd_check(const char *text);
/* True when the daemon takes it as an rd, rightly or wrongly: without one it refuses the
 * VRF. */
bool bgp_rd_usable(const char *text);

/* False for addresses that the daemon leaves out when it lists those of an interface (BG5.2).
 */
bool bgp_imports_address(struct ip ip);

/* The prefix of this length, in the address's own family, that the address is in. */
struct ip_net bgp_masked(struct ip ip, unsigned length);

/* The router that has this address, or NULL. */
const struct bgp_router *bgp_router_with(const struct bgp_cluster *bgp, struct ip address);

/* The first usable InternalIP of a family of the node's Node object; false: none. */
bool bgp_internal_ip(const struct cluster_node *node, enum ip_family family, struct ip *out);

/* True when netlinkImport.vrf is set: ordinary peers then get nothing (BG5.4). */
bool bgp_import_has_vrf(const struct bgp_config *config);

/* ---- what a router makes of it ---- */

enum bgp_filter {
	BGP_TAKEN,
	BGP_FILTER_POLICY,    /* requiresPolicy and no filter: eBGP routes are discarded */
	BGP_FILTER_LENGTH,    /* acceptPrefixLength */
	BGP_FILTER_PREFIX,    /* acceptPrefixes */
	BGP_FILTER_CONNECTED, /* one of the router's own subnets: that route is preferred */
};

/* Whether the router takes this prefix over an iBGP or an eBGP session. */
enum bgp_filter bgp_router_filter(const struct bgp_router *router,
				  const struct bgp_prefix *prefix, bool internal);

/* The router with another list of acceptPrefixes. Borrows both; allocates in `arena`. */
void bgp_router_accept(struct bgp_router *out, const struct bgp_router *router,
		       const struct router_accepts *accepts, struct arena *arena);

/*
 * Whether the router takes every prefix of one length that `span` (their addresses, first to
 * last) is made of, over an eBGP or an iBGP session; of those that it does not take *first is
 * the first one's address. What it prefers its own subnets to is not looked at.
 */
enum bgp_filter bgp_router_filter_all(const struct bgp_router *router, struct ip_range span,
				      unsigned length, bool internal, struct ip *first);

struct bgp_hop {
	const struct bgp_session *session;
	bool known; /* next_hop is known */
	bool none;  /* the node has none to send: the router cannot use the path (BG5.2) */
	struct ip next_hop;
	bool used;       /* in the installed set; else beyond max_paths, or a worse path */
	bool best_paths; /* as good as the best, whatever max_paths is */
};

struct bgp_route {
	const struct bgp_router *router; /* may be a stranger */
	const struct bgp_prefix *prefix;
	enum bgp_filter filter;        /* why nothing is taken, when hops is empty */
	ARRAY_OF(struct bgp_hop) hops; /* used ones first, then by node name */
	uint32_t width;                /* how many are used: each gets 1/width (BG6.2) */
};

/*
 * The route of a router for a prefix: every session that advertises it; of those that have a
 * next hop to send the best paths (shorter AS path, then the lower router ID; the same AS path
 * unless multipathRelax), cut at max_paths. `hops` is allocated in `arena`.
 */
void bgp_route_find(const struct bgp_config *config, const struct bgp_router *router,
		    const struct bgp_prefix *prefix, struct arena *arena,
		    struct bgp_route *out);

/* Prefixes that a router treats alike: of one family, originated by the same nodes, filtered or
 * not, predicted or not. */
struct bgp_route_group {
	struct bgp_route route; /* of the first prefix, and but for `prefix` of all */
	bool predicted;
	ARRAY_OF(const struct bgp_prefix *) prefixes; /* in their order */
};

struct bgp_routes {
	ARRAY_OF(struct bgp_route_group) list; /* in the order of their first prefixes */
};

/* All routes of a router: those that it takes, and those that its filters refuse. Prefixes
 * that no session brings to it are not among them. Allocates in `arena`. */
void bgp_routes_of(const struct bgp_config *config, const struct bgp_router *router,
		   struct arena *arena, struct bgp_routes *out);

/* How the sessions of a configuration stand, those of refused peers aside. */
struct bgp_counts {
	uint32_t sessions[BGP_VERDICTS]; /* by verdict */
	uint32_t refused;                /* peers, each on each of its nodes; not those that a
					  * later entry replaces */
};

struct bgp_counts bgp_count_sessions(const struct bgp_config *config);

/* ---- texts ---- */

/* "fork-1.1", "fork-1.3". */
const char *bgp_daemon_name(enum bgp_daemon daemon);
/* "up", "down", "unknown". */
const char *bgp_verdict_name(enum bgp_verdict verdict);
/* "peer-as", "password", ...: a word for programs. */
const char *bgp_reason_name(enum bgp_reason reason);
/* "group-missing", ...; "accepted". */
const char *bgp_refusal_name(enum bgp_refusal refusal);
/* "runs", "invalid", "no-router-id", ... */
const char *bgp_node_state_name(enum bgp_node_state state);
/* "taken", "policy", "length", "prefix", "connected". */
const char *bgp_filter_name(enum bgp_filter filter);

#endif
