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

/*
 * What is left of `range` without the addresses `from` to `to`, as the end of a hint: "use
 * 10.0.0.1-10.0.0.4 and 10.0.0.9/32". NULL when nothing is left.
 */
const char *groups_rest_hint(struct arena *arena, struct ip_range range, struct ip from,
			     struct ip to);

#endif
