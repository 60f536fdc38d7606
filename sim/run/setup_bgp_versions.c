/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prefixes that come with the configuration during a run: an apply, delete or label makes
 * new versions, and VIPs come with them. Their prefixes are added to those of the start;
 * sessions are in setup_bgp_sessions.c. An address that goes from a local pool to a remote one,
 * or back, has its prefix all the time: it is in it while it is on dummy interfaces. Refused,
 * since it would be simulated wrongly: an address whose prefix gets another length (P6.7).
 */
#include "sim/run/setup_internal.h"

#include "purelb/agents/agentpools.h"
#include "purelb/announcing/announcing.h"

/* ---- prefixes ---- */

/* What a VIP is in one version. */
struct version_vip {
	enum pool_type type; /* of the pool that agents find it in */
	bool found;
	struct ip_net net; /* on the dummy interface, of a remote one */
};

static struct version_vip versions_look_up(const struct agent_pools *pools, struct ip ip)
{
	const struct agent_range *range = agent_pools_find(pools, ip);
	struct version_vip vip = { .found = range != NULL };
	unsigned length;

	if (range == NULL)
		return vip;
	vip.type = range->pool->type;
	if (vip.type != POOL_TYPE_REMOTE)
		return vip;
	vip.found = announcing_dummy_prefix(range->range, ip, &length);
	if (vip.found)
		vip.net = bgp_masked(ip, length);
	return vip;
}

/* The number of the prefix, which is added if it is new. */
static uint32_t versions_prefix(struct setup_builder *b, struct setup_bgp *bgp,
				struct ip_net net)
{
	struct arena *arena = b->setup->arena;
	struct bgp_prefix *prefix;
	struct setup_prefix *out;
	char text[IP_NET_TEXT_MAX];

	for (uint32_t p = 0; p < bgp->prefixes.count; p++) {
		if (ip_net_equal(bgp->prefixes.items[p].prefix->net, net))
			return p;
	}
	prefix = arena_zalloc(arena, 1, sizeof(*prefix));
	prefix->net = net;
	prefix->family = ip_family(net.address);
	prefix->length = ip_net_prefix(net);
	out = ARRAY_PUSH(arena, &bgp->prefixes);
	*out = (struct setup_prefix){ .prefix = prefix };
	out->text = arena_strdup(arena, ip_net_format(net, text));
	return bgp->prefixes.count - 1;
}

/* False after a problem. */
static bool versions_add_vip(struct setup_builder *b, struct setup_bgp *bgp,
			     const struct setup_version *version,
			     const struct agent_pools *pools, uint32_t number)
{
	const struct setup_vip *vip = &b->setup->vips.items[number];
	const struct version_vip then = versions_look_up(pools, vip->ip);
	const uint32_t prefix = bgp->prefix_of[number];

	if (!then.found || then.type != POOL_TYPE_REMOTE)
		return true;
	if (prefix != SETUP_NONE &&
	    !ip_net_equal(bgp->prefixes.items[prefix].prefix->net, then.net)) {
		setup_bgp_refuse(
			b,
			arena_printf(&b->snapshot->arena,
				     "%s: %s is announced in another prefix then, and that is "
				     "not simulated",
				     version->what, vip->text),
			"simulate the state before and the state after");
		return false;
	}
	if (prefix == SETUP_NONE) {
		bgp->prefix_of[number] = versions_prefix(b, bgp, then.net);
		ARRAY_ADD(b->setup->arena, &bgp->prefixes.items[bgp->prefix_of[number]].vips,
			  number);
	}
	return true;
}

static int versions_compare_numbers(const void *pa, const void *pb)
{
	const uint32_t a = *(const uint32_t *)pa;
	const uint32_t b = *(const uint32_t *)pb;

	return (a > b) - (a < b);
}

void setup_bgp_later_prefixes(struct setup_builder *b, struct setup_bgp *bgp)
{
	for (uint32_t i = 1; i < b->setup->versions.count; i++) {
		const struct setup_version *version = &b->setup->versions.items[i];
		struct agent_pools pools;

		agent_pools_prepare(&pools, &version->cluster->pools, b->setup->arena);
		for (uint32_t v = 0; v < b->setup->vips.count; v++) {
			if (!versions_add_vip(b, bgp, version, &pools, v))
				return;
		}
	}
	ARRAY_FOREACH (struct setup_prefix, prefix, &bgp->prefixes)
		array_sort(prefix->vips.items, prefix->vips.count, sizeof(uint32_t),
			   versions_compare_numbers);
}
