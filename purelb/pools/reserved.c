/* SPDX-License-Identifier: Apache-2.0 */
/* P2.7: the addresses of a range that mean more than one host, and who skips them. */
#include "purelb/pools/reserved.h"

enum { V4_OFFSET = 96, HOST_BITS = 128 };

bool pool_skips_address(const struct pool *pool, const struct pool_range *range, struct ip ip)
{
	const enum ip_family family = ip_family(ip);
	const char *aggregation = range->entry->aggregation.s;
	unsigned prefix;

	if (pool->type != POOL_TYPE_REMOTE)
		return false;
	if (aggregation == NULL)
		aggregation = "";
	if (!aggregation_prefix(aggregation, range->subnet, family, &prefix))
		return false;

	const unsigned bits = family == IP_V4 ? prefix + V4_OFFSET : prefix;
	if (bits >= HOST_BITS)
		return false;
	const struct ip_net net = { ip, (uint8_t)bits, (uint8_t)family };
	const struct ip special = family == IP_V4 ? ip_net_last(net) : ip_net_first(net);
	return ip_compare(ip, special) == 0;
}
