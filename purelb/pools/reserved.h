/* SPDX-License-Identifier: Apache-2.0 */
/* P2.7: the addresses of a range that mean more than one host, and who skips them. */
#ifndef PURELB_POOLS_RESERVED_H
#define PURELB_POOLS_RESERVED_H

#include "purelb/pools/pools.h"

/*
 * True when the release with the address guard does not hand out `ip` of this range: in
 * remote pools whose aggregation is shorter than a host route, the v4 broadcast address and
 * the v6 subnet-router anycast address of the prefix that goes on the dummy interface.
 * 0.17 skips nothing. The subnet of the range must have been read. (P2.7)
 */
bool pool_skips_address(const struct pool *pool, const struct pool_range *range, struct ip ip);

#endif
