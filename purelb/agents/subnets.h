/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P4.4 to P4.6: the interfaces of a node that PureLB looks at, and the subnets that the node
 * advertises in its lease.
 */
#ifndef PURELB_AGENTS_SUBNETS_H
#define PURELB_AGENTS_SUBNETS_H

#include "base/ip.h"
#include "purelb/agents/agents.h"

enum {
	ADDRESS_DEPRECATED = 1 << 0,
	ADDRESS_TENTATIVE = 1 << 1,
	ADDRESS_DADFAILED = 1 << 2,
	ADDRESS_PERMANENT = 1 << 3,
	SUBNETS_MAX = 256, /* what readers keep of an annotation (P4.5) */
};

/* An address of an interface. */
struct node_net {
	struct ip_net net;
	unsigned flags; /* ADDRESS_... */
	const struct inventory_address *entry;
};

struct node_interface {
	const char *name;
	const struct inventory_interface *entry;
	ARRAY_OF(struct node_net) nets; /* in the order written; malformed ones left out */
	bool up;
	bool loopback; /* named "lo" */
};

/* One subnet that a node advertises. */
struct advertised {
	struct ip_net net;
	const char *text;      /* as written in the annotation */
	const char *interface; /* NULL when it comes from a lease or a guess */
};

struct subnet_list {
	ARRAY_OF(struct advertised) list;
};

/*
 * The interface of the default route of a family: lowest metric, first on ties. NULL when
 * there is none or it names an interface that the node does not have. A route is of the family
 * of its `via`, else of its `family`, else v4. (P4.4)
 */
const struct node_interface *default_interface(const struct inventory_node *node,
					       const struct node_interface *interfaces,
					       uint32_t count, enum ip_family family);

/*
 * The interfaces that the configuration selects: `interfaces` entries as written, then regex
 * matches by name or the default-route interfaces, v4 before v6; no duplicates. The first two
 * leave out the dummy interface. Nodes in state no-local or no-config use the default-route
 * interfaces; deselected and invalid ones none. (P4.3, P4.4) The pointers go into `out`, and
 * into `interfaces`; of several interfaces with one name only the first is seen.
 */
struct interface_list {
	ARRAY_OF(const struct node_interface *) list;
};
void node_selected_interfaces(const struct node_config *config,
			      const struct inventory_node *node,
			      const struct node_interface *interfaces, uint32_t count,
			      struct arena *arena, struct interface_list *out);

/* True when the address counts for a subnet: v4, or v6 that is neither link-local nor
 * deprecated, tentative or dadfailed. (P4.4) */
bool node_net_counts(const struct node_net *net);

/* The subnets in the lease of a node that selects these interfaces: theirs, or, where the lease
 * does not follow the configuration, those of the default-route interfaces. (P4.4, P10.1) */
void node_lease_subnets(const struct node_config *config, const struct inventory_node *node,
			const struct node_interface *interfaces, uint32_t count,
			const struct interface_list *selected, struct arena *arena,
			struct subnet_list *out);

/* The subnets of the selected interfaces, canonical, without duplicates, sorted bytewise. */
void node_advertised(const struct interface_list *selected, struct arena *arena,
		     struct subnet_list *out);

/*
 * Reads a `purelb.io/subnets` annotation: split at commas, entries that are not CIDRs dropped
 * (no trimming), at most 256 kept. (P4.5)
 */
void subnets_annotation_parse(const char *text, struct arena *arena, struct subnet_list *out);

/* The annotation text that a node with these subnets writes. (P4.4) */
const char *subnets_annotation_text(const struct subnet_list *list, struct arena *arena);

#endif
