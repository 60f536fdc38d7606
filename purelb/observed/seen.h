/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence by address, by node and by name, so that each of many addresses costs a few
 * steps however much was captured. (O1)
 */
#ifndef PURELB_OBSERVED_SEEN_H
#define PURELB_OBSERVED_SEEN_H

#include "config/evidence/evidence.h"
#include "purelb/observed/observed.h"

/* A record of the evidence that is about an address: its index in its list. */
struct seen_ref {
	struct ip ip;
	uint32_t index;
};

struct seen_list {
	ARRAY_OF(struct seen_ref) refs; /* by address, then by index */
};

/* Without names for all of its routers, an address belongs to no more of them than this. */
enum { SEEN_NAMES_MAX = 64 };

/* The first of the refs to the address, or what would come after it. */
uint32_t seen_first(const struct seen_list *list, struct ip ip);

#define SEEN_FOREACH(i_, list_, ip_)                                                           \
	for (uint32_t i_ = seen_first((list_), (ip_));                                         \
	     i_ < (list_)->refs.count && ip_compare((list_)->refs.items[i_].ip, (ip_)) == 0;   \
	     i_++)

/* For seen*.c. */
void seen_list_add(struct seen_list *list, struct arena *arena, struct ip ip, uint32_t index);
void seen_list_sort(struct seen_list *list);

struct seen_mac {
	struct evidence_mac mac;
	const struct cluster_node *node;
};

struct seen_pod {
	const char *name;
	const struct cluster_node *node;
};

/* The sum of the samples of one name that a Pod of the node has shown. */
struct seen_metric {
	const char *name;
	const struct cluster_node *node;
	double value;
	const struct evidence_sample *sample; /* the first of them */
};

/* An address of a router: its name is its place, or its file where that is not said. */
struct seen_router {
	const char *name;
	struct ip ip;
};

/* A node that has an established session to a router that carries routes of the family,
 * according to all that print it. */
struct seen_speaker {
	const char *router; /* as in seen_router */
	uint32_t node;      /* index in cluster->nodes */
	enum ip_family family;
	bool up;
};

/* A neighbor of the BGPConfigurations. */
struct seen_neighbor {
	struct ip ip;
	unsigned families; /* BGP_IPV4, BGP_IPV6: that it lists, or has by its address */
	unsigned listed;   /* that all of that address list */
	bool unclear;      /* a peer group decides, or a family is not known */
	/* Its own AS and that of the peer; -1: not written, not one thing, or a peer group
	 * decides.
	 */
	int64_t own_asn, peer_asn;
	const struct bgp_configuration *configuration; /* of the first of that address */
	uint32_t index;                                /* of that one in it */
	uint32_t order;                                /* of that one among all neighbors */
};

/* What the BGPConfigurations say of all sessions that a node may have to a router. */
struct seen_configured {
	const char *router;   /* as in seen_router */
	unsigned families[2]; /* BGP_IPV4, BGP_IPV6: by IPv4, by IPv6; 0: not known (BG4.3) */
	bool unclear[2];
	int64_t own_asn, peer_asn;         /* as in seen_neighbor */
	const struct seen_neighbor *first; /* as they are written; never NULL */
};

enum { SEEN_BITS = 129 };

/* What the BGPNodeStatus of a node says of a prefix; one that is stale says nothing. */
struct seen_route {
	uint32_t node; /* index in cluster->nodes */
	uint8_t bits;
	bool there; /* an import: in the RIB; a route: advertised to somebody */
	const struct bgp_local_route *route; /* NULL: an import */
};

struct seen_routes {
	ARRAY_OF(struct seen_route) list;
	struct seen_list by_ip; /* of an import its address, of a route the first one */
	bool lengths[SEEN_BITS];
};

/* What one output of `ip -j addr` has as a whole. */
struct seen_host {
	bool of_node; /* an address of a node */
	/* Global addresses of a family, but for those of kube-proxy: none, this one, or more
	 * than one. */
	struct {
		uint32_t count;
		struct ip first;
		bool others;
	} global[2]; /* IPv4, IPv6 */
};

struct seen {
	const struct observed *observed;
	const struct evidence *evidence; /* never NULL */
	uint32_t *addr_files;   /* by index in cluster->nodes: whole outputs of `ip -j addr` */
	uint32_t *addr_outputs; /* likewise: also those of some interfaces only */
	const struct evidence_file **ribs[2]; /* of gobgpd, likewise: of IPv4, of IPv6 */
	bool all_interfaces; /* the interfaces of every node are in the input */
	bool all_macs;       /* likewise, and the MAC address of each that is up */
	bool *sends; /* by index in cluster->nodes: a capture of its packets has some of its own
		      */
	struct seen_list addresses, neighbors;
	/* By index in evidence->addresses: the node it was printed on; NULL: none. */
	const struct cluster_node **address_nodes;
	const struct seen_host **address_hosts; /* likewise: the output that it is in */
	struct seen_list frames; /* ARP and NDP that say who has an address, or ask for it */
	struct seen_list paths;  /* by the first address of the prefix */
	bool lengths[SEEN_BITS]; /* of the prefixes in `paths` */
	struct seen_list router_routes; /* of routing tables of routers, likewise */
	bool route_lengths[SEEN_BITS];
	struct seen_routes imports, routes;
	ARRAY_OF(uint32_t) bgp;         /* packets from or to port 179 */
	struct seen_list sources;       /* addresses of nodes: index in cluster->nodes */
	unsigned source_families;       /* BGP_IPV4, BGP_IPV6: that every node has one of */
	ARRAY_OF(struct seen_mac) macs; /* sorted */
	ARRAY_OF(struct seen_pod) pods; /* sorted */
	ARRAY_OF(struct seen_router) routers;        /* sorted, each once */
	struct seen_list router_ips;                 /* index in routers */
	ARRAY_OF(struct seen_speaker) speakers;      /* sorted */
	ARRAY_OF(struct seen_neighbor) configured;   /* sorted, each address once */
	ARRAY_OF(struct seen_configured) to_routers; /* sorted, each router once */
	bool exports_all; /* the BGPConfigurations are known and have no policies */
	ARRAY_OF(struct seen_metric) metrics; /* by name, then by node */
};

/* For seen.c: fills what is known of routers and sessions. */
void seen_build_routers(struct seen *out, struct arena *arena);

/* Borrows what `observed` is from; allocates in `arena`. */
void seen_build(struct seen *out, const struct observed *observed, struct arena *arena);

/* NULL: none that is known. */
const struct cluster_node *seen_mac_node(const struct seen *seen, struct evidence_mac mac);
const struct cluster_node *seen_source_node(const struct seen *seen, struct ip ip);
/* The node of that name, or that a Pod of PureLB of that name is on; NULL: none. */
const struct cluster_node *seen_place_node(const struct seen *seen, const char *place);

/* The router of that name has the address, as its router ID or on one end of a session. */
bool seen_is_router(const struct seen *seen, const char *name, struct ip ip);
/* The families (BGP_IPV4, BGP_IPV6) of the sessions to that address, by all BGPConfigurations;
 * 0: not known, for none has that neighbor, or a peer group decides. (BG4.3) */
unsigned seen_neighbor_families(const struct seen *seen, struct ip peer);
/* What is configured of sessions to the router of that name; NULL: no neighbor is one of its
 * addresses. */
const struct seen_configured *seen_configured_to(const struct seen *seen, const char *router);
/* Daemons print an established session of the node to the router that carries the family, and
 * none that is not established. */
bool seen_speaks(const struct seen *seen, const char *router, uint32_t node,
		 enum ip_family family);

/*
 * By node: whether its interfaces have the address, in an inventory that shows VIPs or as `ip`
 * printed them not long before the clock. `dummy`: only on its dummy interface. In `arena`.
 */
bool *seen_holders(const struct seen *seen, struct ip ip, bool dummy, struct arena *arena);

/* The address is on a host that is not a node, by a whole output of `ip -j addr` that has none
 * of the addresses of nodes. */
bool seen_is_foreign(const struct seen *seen, const struct evidence_address *address);

/* How long before the clock the file was taken, as observed_age(); NULL: not known. */
const char *seen_age(const struct seen *seen, const struct evidence_file *file);

/* The file was taken so long before the clock that things may have moved since. */
bool seen_is_old(const struct seen *seen, const struct evidence_file *file);

/* <0, 0, >0: the first file was taken before, with, or after the other; 0 also when either
 * has no time. */
int seen_compare_times(const struct evidence_file *a, const struct evidence_file *b);

/* A counter as a whole number; 0 when it is none: negative, not finite or below 1. One that is
 * larger than any real one is cut to 999999999. */
uint32_t seen_count(double value);

/* "once", "twice", "7 times". */
const char *seen_times(struct arena *arena, uint32_t count);

/* What the Pods of the node have shown of the metric; NULL: nothing. */
const struct seen_metric *seen_metric(const struct seen *seen, const struct cluster_node *node,
				      const char *name);

#endif
