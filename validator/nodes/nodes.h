/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of nodes share: for validator/nodes/ only. */
#ifndef VALIDATOR_NODES_NODES_H
#define VALIDATOR_NODES_NODES_H

#include "validator/check.h"
#include "validator/type_errors.h"

enum { NODE_NAMES_SHOWN_MAX = 8 }; /* names in one message */

/* The first pool that uses a family; NULL: none. */
struct family_use {
	const struct pool *v4;
	const struct pool *v6;
};

/* An address that PureLB gave to a Service. */
struct node_vip {
	struct ip ip;
	const struct service *holder;
};

struct node_checks {
	struct checker *ck;
	struct type_errors type_errors;
	bool groups;                    /* PureLB reads at least one ServiceGroup */
	struct family_use local;        /* of local pools */
	struct family_use any;          /* of local and remote pools */
	ARRAY_OF(struct node_vip) vips; /* by address */
};

/* "spec.nodes[2].interfaces[0]" of a node's interface. */
const char *node_interface_path(struct checker *ck, const struct cluster_node *node,
				const struct inventory_interface *interface);

/* As above, of one of its addresses: with ".address" where that is a field of its own. */
const char *node_address_path(struct checker *ck, const struct cluster_node *node,
			      const struct inventory_interface *interface,
			      const struct inventory_address *address);

/* True when an address of that family counts for a subnet of the interface. (P4.4) */
bool node_interface_has(const struct node_interface *interface, enum ip_family family);

/* What a default route is for: by `via`, else by `family`, else v4. IP_NONE when `via` is no
 * address. */
enum ip_family node_route_family(const struct default_route *route);

/* Six pairs of hexadecimal digits with colons between them, as a number. */
bool node_mac_parse(const char *text, uint64_t *out);

/* Where sysctls of a node are written. */
struct node_sysctl_map {
	const struct label_map *map;
	const struct object *object;
	const char *path; /* of the map */
};

/* All of them: that of the inventory, or those of what its machine is set up with, such as the
 * configuration of a machine and patches of it. */
struct node_sysctls {
	ARRAY_OF(struct node_sysctl_map) maps;
};

/* In the scratch arena. */
struct node_sysctls node_sysctls(struct checker *ck, const struct cluster_node *node);

/* What a node's sysctls say of a setting of an interface. */
struct node_sysctl {
	bool given;                /* false: nothing; all else is zero */
	const struct label *label; /* NULL: they differ, or it is no number: unknown */
	const struct node_sysctl_map *from;
	uint64_t value;
};

/* net.ipv4.conf.INTERFACE.NAME, in each of its spellings; the interface may be "all". */
struct node_sysctl node_sysctl_find(const struct node_sysctls *sysctls, const char *interface,
				    const char *name);

/* Fills in nodes->vips. */
void node_find_vips(struct node_checks *nodes);
/* The Service that PureLB gave the address to and that holds it; NULL: none. */
const struct service *node_vip_holder(const struct node_checks *nodes, struct ip ip);
/* "namespace/name", in the arena. */
const char *node_service_title(struct checker *ck, const struct service *service);
/* The node that wins the VIP; NULL: none, or endpoints decide. (P5.2) */
const struct cluster_node *node_vip_winner(struct checker *ck, const struct service *holder,
					   struct ip ip);

void node_check_vips(const struct node_checks *nodes);       /* ND012 */
void node_check_inventory(const struct node_checks *nodes);  /* ND011 */
void node_check_routes(const struct node_checks *nodes);     /* ND002, ND008 */
void node_check_interfaces(const struct node_checks *nodes); /* ND004, ND009, ND010 */
void node_check_sysctls(const struct node_checks *nodes);    /* ND001, ND003 */

#endif
