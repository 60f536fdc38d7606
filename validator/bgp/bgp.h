/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of BGPConfigurations share: for validator/bgp/ only. */
#ifndef VALIDATOR_BGP_BGP_H
#define VALIDATOR_BGP_BGP_H

#include "validator/check.h"
#include "validator/type_errors.h"

enum { BGP_NAMES_MAX = 4 }; /* names that a message lists before it says "and N more" */

struct bgp_checks {
	struct checker *ck;
	const struct bgp_cluster *bgp;
	struct type_errors type_errors;
};

/* What a finding points at. */
struct bgp_place {
	struct pos pos;
	const char *path; /* "spec.neighbors[2].config.peerAsn" */
};

/* Starts a finding about a place in a BGPConfiguration, as report() does. */
struct finding *bgp_report(const struct bgp_checks *c, enum check_code code,
			   const struct bgp_config *config, struct bgp_place place,
			   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* There, and not empty. */
static inline bool bgp_given(const struct str_value *text)
{
	return text->s != NULL && text->s[0] != '\0';
}

/* ---- names, for messages ---- */

/* The name of the object; of one that lacks it, "(no name)". */
const char *bgp_config_name(const struct bgp_config *config);
/* 'neighbor 192.0.2.1', 'neighbor on "eth1"'; of one with neither 'neighbor 3' (from 1). */
const char *bgp_neighbor_text(const struct bgp_checks *c, const struct bgp_config *config,
			      uint32_t index);
/* 'peer group "tor"' */
const char *bgp_group_text(const struct bgp_checks *c, const struct bgp_config *config,
			   uint32_t index);
/* One of the above: what the peer was written as. */
const char *bgp_peer_text(const struct bgp_checks *c, const struct bgp_config *config,
			  const struct bgp_peer *peer);
/* The address as text, in the arena. */
const char *bgp_ip_text(const struct bgp_checks *c, struct ip ip);
const char *bgp_net_text(const struct bgp_checks *c, struct ip_net net);

/* Names of nodes or others, collected in the arena. */
struct bgp_names {
	ARRAY_OF(const char *) list;
};

void bgp_names_add(const struct bgp_checks *c, struct bgp_names *names, const char *name);
/* "node-a, node-b and 3 more"; of nodes, "all 5 nodes" when none of the input's is missing
 * and there is more than one. */
const char *bgp_names_text(const struct bgp_checks *c, const struct bgp_names *names);
const char *bgp_nodes_text(const struct bgp_checks *c, const struct bgp_names *names);

/* ---- places ---- */

/* `below` is a path below the entry ("config.peerAsn"); `pos` the value's, or that of the
 * entry's name when it has none (absent values). */
struct bgp_place bgp_neighbor_place(const struct bgp_checks *c, const struct bgp_config *config,
				    uint32_t index, struct pos pos, const char *below);
struct bgp_place bgp_group_place(const struct bgp_checks *c, const struct bgp_config *config,
				 uint32_t index, struct pos pos, const char *below);
struct bgp_place bgp_dynamic_place(const struct bgp_checks *c, const struct bgp_config *config,
				   uint32_t index, struct pos pos, const char *below);

/* The address or interface of a neighbor, the name of a group, the prefix of a dynamic
 * neighbor; where it is absent, the entry. */
struct bgp_place bgp_neighbor_name_place(const struct bgp_checks *c,
					 const struct bgp_config *config, uint32_t index);
struct bgp_place bgp_group_name_place(const struct bgp_checks *c,
				      const struct bgp_config *config, uint32_t index);
struct bgp_place bgp_dynamic_name_place(const struct bgp_checks *c,
					const struct bgp_config *config, uint32_t index);
/* That of a neighbor or dynamic neighbor. */
struct bgp_place bgp_peer_place(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_peer *peer);

/* The name of the object, or its first key. */
struct bgp_place bgp_config_place(const struct bgp_config *config);
/* A value below spec.global, or spec.global itself where it is absent, or the object. */
struct bgp_place bgp_global_place(const struct bgp_checks *c, const struct bgp_config *config,
				  struct pos pos, const char *below);

/* ---- questions ---- */

/* The path, or something below it, was of the wrong type: IN004 speaks of it. */
bool bgp_type_error(const struct bgp_checks *c, const struct bgp_config *config,
		    const char *path);

/* The node is in a subnet of the family, as its lease or inventory says. (P4.4) */
bool bgp_has_subnet(const struct cluster_node *node, enum ip_family family);

/* The peer of the node that this one of config->peers is there, or NULL. */
const struct bgp_peer *bgp_peer_on(const struct bgp_node *node, const struct bgp_peer *like);

/* ---- remote pools ---- */

/* A range of a remote group that PureLB reads, and what is made of its addresses. */
struct bgp_remote {
	const struct pool *pool;
	const struct pool_range *range;
	bool has_prefix;                 /* its mask can be set (P6.7) */
	unsigned length;                 /* of the prefixes, in their own family */
	bool host;                       /* each address is a prefix of its own */
	struct ip_range span;            /* all prefixes of the range together */
	const struct subnet_entry *link; /* a node's own subnet with some of it; NULL: none */
	bool link_inferred;
	struct bgp_names on_link; /* the nodes that are on it */
};

struct bgp_remotes {
	ARRAY_OF(struct bgp_remote) list;
};

/* Those that parse, run forward and stay in one family, in the order of the groups. */
void bgp_remotes_find(const struct bgp_checks *c, struct bgp_remotes *out);

/* The first prefix of a range that has prefixes: "198.51.100.0/28". */
const char *bgp_prefix_text(const struct bgp_checks *c, const struct bgp_remote *remote);
/* Where the mask of a range comes from: its aggregation, or its subnet. */
const struct str_value *bgp_mask_value(const struct bgp_remote *remote, const char **field);
/* Starts a finding about a field of a range: "pool", "subnet", "aggregation". */
struct finding *bgp_report_range(const struct bgp_checks *c, enum check_code code,
				 const struct bgp_remote *remote, const struct str_value *value,
				 const char *field, const char *message);

/* ---- routers with their sessions ---- */

/* A described router and the sessions with it that are not kept down. */
struct bgp_slice {
	const struct bgp_config *config;
	const struct bgp_router *router;
	const struct bgp_session *const *sessions; /* by node */
	uint32_t count;
	/* Of those whose node imports VIPs: */
	unsigned families; /* that some of them exchange */
	uint32_t nodes;    /* how many nodes */
	bool internal, external;
};

struct bgp_slices {
	ARRAY_OF(struct bgp_slice) list;
};

/* Those with sessions, in the order of the inventory. */
void bgp_slices_find(const struct bgp_checks *c, const struct bgp_config *config,
		     struct bgp_slices *out);

/* ---- the checks ---- */

/* BG004 to BG010: objects as a whole. */
void bgp_check_objects(const struct bgp_checks *c);
/* BG011 to BG015: spec.global. */
void bgp_check_global(const struct bgp_checks *c);
/* BG016 to BG022: router IDs. */
void bgp_check_router_ids(const struct bgp_checks *c);

/* BG023 to BG027: whether there are neighbors, selectors, groups that are not there. */
void bgp_check_selection(const struct bgp_checks *c);
/* BG028 to BG030: peer groups. */
void bgp_check_groups(const struct bgp_checks *c);
/* BG031 to BG036, BG048: neighbors by themselves. */
void bgp_check_neighbors(const struct bgp_checks *c);
/* BG037, BG041 to BG043: how nodes and routers reach each other. */
void bgp_check_reach(const struct bgp_checks *c);
/* BG038 to BG040: families. */
void bgp_check_families(const struct bgp_checks *c);
/* BG044 to BG047: dynamic neighbors and VRFs. */
void bgp_check_dynamic(const struct bgp_checks *c);
/* BG049 to BG053: timers and graceful restart. */
void bgp_check_timers(const struct bgp_checks *c);
/* BG054 to BG057: passwords. */
void bgp_check_passwords(const struct bgp_checks *c);
/* BG058 to BG062: policies, defined sets, routes between routers. */
void bgp_check_policies(const struct bgp_checks *c);

/* BG063 to BG068, OK004: netlinkImport and names of interfaces. */
void bgp_check_import(const struct bgp_checks *c);
/* BG069, BG070, BG085: nodes that put no VIP on their dummy interface. */
void bgp_check_placing(const struct bgp_checks *c);
/* BG071 to BG080: remote pools and their prefixes. */
void bgp_check_pools(const struct bgp_checks *c);
/* BG081 to BG084: netlinkExport. */
void bgp_check_export(const struct bgp_checks *c);
/* BG086 to BG093, BG100, BG101: sessions as the described routers see them. */
void bgp_check_routers(const struct bgp_checks *c);
/* BG094 to BG099, BG102, BG103: routes as the described routers take them. */
void bgp_check_routes(const struct bgp_checks *c);
/* BG105, BG106: where the routers are. */
void bgp_check_router_addresses(const struct bgp_checks *c);

#endif
