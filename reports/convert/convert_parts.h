/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of reports/convert/ share. */
#ifndef REPORTS_CONVERT_CONVERT_PARTS_H
#define REPORTS_CONVERT_CONVERT_PARTS_H

#include "config/repository/values.h"
#include "reports/convert/convert.h"

/* ---- convert.c ---- */

/* Notes something about the object that comes from `origin`. */
void convert_note(struct conversion *c, struct pos pos, bool failed, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Notes that a setting, `key` of `map` if it is there, has no counterpart, and why. */
void convert_lost(struct conversion *c, const char *origin, const struct tree_node *map,
		  const char *path, const char *why);

/* Adds a comment to what a mapping that was made here has next. */
void convert_comment(struct conversion *c, struct tree_node *map, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* True for an entry that is a comment. */
bool convert_is_comment(const struct tree_entry *entry);

/* `kind "name"`, for messages. */
const char *convert_origin(struct conversion *c, const char *kind, const char *name);

/*
 * Begins an object of PureLB in the install namespace and adds it to the output; its labels
 * and annotations are those of `metadata`, which may be NULL, without what belongs to its life
 * in a cluster. Of several with one kind and name the first is kept in the end.
 */
struct tree_node *convert_object(struct conversion *c, const char *api_version,
				 const char *kind, const char *name, const char *origin,
				 struct pos pos, const struct tree_node *metadata);

/* True when there is one already, in the input or in what was converted. */
bool convert_has_object(const struct conversion *c, enum object_kind kind, const char *name);

/* The text of a scalar, or NULL. */
const char *convert_text(const struct tree_node *map, const char *path);
/* The items of a list: their number, 0 when it is none. */
uint32_t convert_items(const struct tree_node *list);
struct tree_node *convert_bool(struct conversion *c, struct pos pos, bool value);
struct tree_node *convert_int(struct conversion *c, struct pos pos, int64_t value);

/* An InternalIP of a node is in the network. */
bool convert_node_is_in(const struct conversion *c, struct ip_net net);

/* ---- convert_groups.c ---- */

/* Where an address is announced. */
enum convert_reach { REACH_UNKNOWN, REACH_LOCAL, REACH_REMOTE };

struct convert_range {
	const char *pool; /* as it is to be written */
	const char *subnet, *aggregation;
	struct pos pos;
	struct ip_range range; /* of a text that is known */
	bool known;
	bool v6;
	const char *comment; /* NULL: nothing is left to decide */
	enum convert_reach reach;
	bool guessed; /* by the nodes' addresses alone */
};

struct convert_ranges {
	ARRAY_OF(struct convert_range) list;
};

/*
 * Reads a range, or several with commas between, as PureLB or MetalLB writes them. Without
 * `subnet` it is found by the nodes' networks, or guessed and left to the reader. `reach` says
 * where the range is announced, unless it is unknown: then the nodes decide.
 */
void convert_add_ranges(struct conversion *c, struct convert_ranges *out, const char *origin,
			const struct tree_node *pool, const struct tree_node *subnet,
			const struct tree_node *aggregation, enum convert_reach reach);

/*
 * Fills the spec of a group from its ranges; a group that has some of both kinds becomes two.
 * `old_name` is the name of the pool that it comes from.
 */
void convert_fill_group(struct conversion *c, struct tree_node *group, const char *name,
			const char *old_name, const char *origin,
			const struct convert_ranges *ranges, const struct tree_node *rest);

/* Objects of purelb.io. False: it has nothing to convert. */
bool convert_purelb(struct conversion *c, const struct tree_node *map, const char *kind,
		    const char *version);

/* ---- convert_metallb.c, convert_metallb_map.c, convert_bgp.c, convert_services.c ---- */

/* Objects of MetalLB, collected until all are known. */
struct metallb_object {
	const struct tree_node *map;
	const char *name;
	const char *origin; /* `BGPPeer "tor1"` */
};

struct metallb_list {
	ARRAY_OF(struct metallb_object) list;
};

struct metallb {
	struct metallb_list pools; /* IPAddressPool, AddressPool */
	struct metallb_list l2_advertisements;
	struct metallb_list bgp_advertisements;
	struct metallb_list peers;
	struct metallb_list communities;
	struct metallb_list bfd_profiles;
	struct metallb_list services; /* that ask for a load balancer */
};

/* Takes an object of MetalLB; false: it is none of its kinds. */
bool metallb_take(struct conversion *c, struct metallb *m, const struct tree_node *map,
		  const char *kind);

/* The ConfigMap that MetalLB was configured with up to 0.12; false: it is another one. */
bool metallb_take_map(struct conversion *c, struct metallb *m, const struct tree_node *map);

/* The same in values of MetalLB's chart (configInline): a file of them, or what installs it;
 * false: there are none. */
bool metallb_take_values(struct conversion *c, struct metallb *m, const struct tree_node *map);

enum {
	METALLB_OBJECTS_MAX = 1000
}; /* of one kind but Services; each is compared with others */

/* Adds one of these; notes it when there are too many. */
void metallb_add(struct conversion *c, struct metallb_list *list, const char *kind,
		 const char *name, const struct tree_node *map);

/* Makes ServiceGroups and an LBNodeAgent of what was taken. */
void metallb_convert_pools(struct conversion *c, const struct metallb *m);

/* Makes a BGPConfiguration of it. */
void metallb_convert_peers(struct conversion *c, const struct metallb *m);

/* Makes the Services ask PureLB for what they asked MetalLB for. */
void metallb_convert_services(struct conversion *c, const struct metallb *m);

#endif
