/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks that can be asked quickly which of them share an address with a range.
 *
 * Networks either contain one another or have nothing in common. So, sorted by first address
 * with the larger one first, those that meet a range are the ones that start inside it, which
 * lie side by side, and the ones around its first address, which a chain of parents leads to.
 * A question costs a binary search plus that chain, at most 128 steps.
 */
#ifndef VALIDATOR_GROUPS_GROUPS_NETS_H
#define VALIDATOR_GROUPS_GROUPS_NETS_H

#include "base/array.h"
#include "base/ip.h"
#include "config/yaml/finding.h"

struct net_entry {
	struct ip from;
	struct ip to;
	/* For the caller: */
	const char *what;
	const char *name;
	struct pos pos;
	const void *data;
	/* For the index: */
	uint32_t order;  /* of being added */
	uint32_t parent; /* index of the smallest network around it plus 1; 0: none */
};

struct net_index {
	ARRAY_OF(struct net_entry) list;
};

/* Appends a zeroed entry for a network, to be filled by the caller before the next one. */
struct net_entry *net_index_add(struct net_index *index, struct arena *arena,
				struct ip_net net);

/* Sorts; of equal networks the one added first is kept. Nothing may be added afterwards. */
void net_index_build(struct net_index *index);

/* The entry of exactly this network, or NULL. */
const struct net_entry *net_index_equal(const struct net_index *index, struct ip_net net);

/*
 * Puts the first `max` networks that share an address with the range into `out`, those around
 * its first address before those that start after it, and returns how many there are in all.
 * A reversed range meets none.
 */
uint32_t net_index_find(const struct net_index *index, struct ip_range range,
			const struct net_entry **out, uint32_t max);

#endif
