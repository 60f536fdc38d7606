/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of ServiceGroups: what their files share. Only
 * validator/groups*.c, bgp_pools.c and bgp_remotes.c use this. */
#ifndef VALIDATOR_GROUPS_GROUPS_H
#define VALIDATOR_GROUPS_GROUPS_H

#include "validator/check.h"
#include "validator/type_errors.h"

/* All ranges of a pool in one numbering, in walk order: the v4 lists, then the v6 lists. */
uint32_t groups_range_count(const struct pool *pool);
const struct pool_range *groups_range(const struct pool *pool, uint32_t index);

/* The range parses, runs forward and stays in one family: its addresses can be looked at. */
bool groups_range_usable(const struct pool_range *range);

/* The range's two ends are of different families. Only for a range that parses. */
bool groups_range_mixed(const struct pool_range *range);

/* "a-b" for messages and hints, "a/32" or "a/128" for one address. Lives in the arena. */
const char *groups_range_text(struct arena *arena, struct ip_range range);

/* The addresses that two ranges share, `first` and those after it: "a-b", or one alone. Of a
 * reversed range the first is all that is said. */
const char *groups_shared_text(struct arena *arena, struct ip first, struct ip_range a,
			       struct ip_range b);

struct net_index;

/* The addresses that nodes, routers and gateways of the input have (SG014), in ck->scratch. */
void groups_collect_owners(struct net_index *owners, struct checker *ck);

/*
 * What of `wanted` the range may keep so that no check on its value fires: inside its subnet,
 * without the subnet's ends, without what earlier ranges and hosts have (SG003, SG006 to SG008,
 * SG013, SG014). As a value or several, "10.0.0.1-10.0.0.4 and 10.0.0.9/32"; NULL when nothing
 * is left, or it would be in too many pieces. Lives in the arena.
 */
const char *groups_fitting_text(struct checker *ck, const struct pool_range *range,
				struct ip_range wanted);

/* "use ..." of the above for the range itself, or what to do when nothing fits. */
void groups_hint_fitting(struct checker *ck, struct finding *f, const struct pool_range *range);

/* Hints at a range in place of the one that is written; one range, not several, is a fix that
 * changes what is handed out. */
void groups_fix_range(struct checker *ck, struct finding *f, const struct pool_range *range,
		      const char *before, const char *text);

/*
 * What a text that is no range most likely means, as a hint in the arena; NULL when it is not
 * clear. (P2.2)
 */
const char *groups_notation_hint(struct arena *arena, const struct pool_range *range);

/* The same for a text that is no subnet. */
const char *groups_subnet_hint(struct arena *arena, const char *text);

/* True for an address that `context` has among VIPs. */
typedef bool address_test(const void *context, struct ip ip);

/* True when the node has an own address of the family of this one: another one on the interface
 * that is not a VIP, or as its InternalIP. An address that PureLB gave to a Service is then not
 * the node's, wherever in the list it is. */
bool groups_own_address_is_other(const struct cluster_node *node,
				 const struct node_interface *interface, uint32_t index,
				 address_test *is_vip, const void *context);

#endif
