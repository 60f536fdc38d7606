/* SPDX-License-Identifier: Apache-2.0 */
/* P5.2: the advertised subnets that contain an address, by the order of the index. */
#include "base/text.h"
#include "purelb/agents/cluster.h"

/* How many leading bits two addresses have in common. */
static unsigned containing_common_bits(struct ip a, struct ip b)
{
	const u128 differing = a.v ^ b.v;
	const uint64_t high = (uint64_t)(differing >> 64);
	const uint64_t low = (uint64_t)differing;

	if (high != 0)
		return (unsigned)__builtin_clzll(high);
	return low != 0 ? 64 + (unsigned)__builtin_clzll(low) : 128;
}

/* True when the entry comes before the network or is it, in the order of the index. */
static bool containing_not_after(const struct subnet_entry *entry, struct ip first,
				 unsigned bits)
{
	const int order = ip_compare(entry->net.address, first);

	return order != 0 ? order < 0 : entry->net.bits <= bits;
}

/* How many of the first `count` entries do not come behind the network. */
static uint32_t containing_count_until(const struct cluster *cluster, uint32_t count,
				       struct ip first, unsigned bits)
{
	uint32_t low = 0;

	while (low < count) {
		const uint32_t middle = low + (count - low) / 2;

		if (containing_not_after(&cluster->subnets.items[middle], first, bits))
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/*
 * Networks are nested or apart. So when the nearest one before the address does not contain it,
 * whatever does contains that one as well, and has at most the length that the two have in
 * common.
 */
unsigned cluster_containing(const struct cluster *cluster, struct ip ip,
			    const struct subnet_entry *out[static CONTAINING_MAX])
{
	uint32_t end = cluster->subnets.count;
	unsigned found = 0;
	unsigned bits = 128;

	while (true) {
		const struct ip_net net = { .address = ip, .bits = (uint8_t)bits };

		end = containing_count_until(cluster, end, ip_net_first(net), bits);
		if (end == 0)
			return found;

		const struct subnet_entry *entry = &cluster->subnets.items[--end];
		const unsigned common = containing_common_bits(ip, entry->net.address);

		if (common < entry->net.bits) {
			bits = common;
			continue;
		}
		/* P5.2; families must agree, so ::/0 is not for v4. */
		if (ip_net_contains(entry->net, ip))
			out[found++] = entry;
		if (entry->net.bits == 0)
			return found;
		bits = entry->net.bits - 1U;
	}
}

uint32_t cluster_subnets_until(const struct cluster *cluster, struct ip ip)
{
	return containing_count_until(cluster, cluster->subnets.count, ip, 128);
}
