/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of BGP changes with the configuration during a run: an apply, delete or label makes new
 * versions, and VIPs come with them. Their prefixes are added to those of the start. Refused,
 * since it would be simulated wrongly: a version with other sessions (BG2.4), an address whose
 * prefix gets another length (P6.7), and one that goes from a local pool to a remote one or
 * back: clients then reach it by another way, which is not simulated.
 */
#include "sim/run/setup_internal.h"

#include "purelb/agents/agentpools.h"
#include "purelb/announcing/announcing.h"

/* ---- sessions ---- */

static bool versions_same_session(const struct setup_session *a, const struct setup_session *b)
{
	return a->node == b->node && a->router == b->router && a->interface == b->interface &&
	       a->outcome == b->outcome && a->unlocked == b->unlocked && a->hold == b->hold &&
	       a->keepalive == b->keepalive && a->router_keepalive == b->router_keepalive &&
	       a->settings.retry_seconds == b->settings.retry_seconds &&
	       a->settings.passive == b->settings.passive &&
	       a->session->families == b->session->families &&
	       a->session->internal == b->session->internal &&
	       a->session->node->imports_dummy == b->session->node->imports_dummy;
}

/* The first session of one that the other has not, or not like this; NULL: there is none. */
static const struct setup_session *versions_other_session(const struct setup_bgp *a,
							  const struct setup_bgp *b)
{
	for (uint32_t i = 0; i < a->sessions.count; i++) {
		if (i >= b->sessions.count ||
		    !versions_same_session(&a->sessions.items[i], &b->sessions.items[i]))
			return &a->sessions.items[i];
	}
	return NULL;
}

static void versions_check_sessions(struct setup_builder *b, const struct setup_bgp *bgp,
				    const struct setup_version *version)
{
	const struct bgp_options options = { .daemon = BGP_FORK_1_1 };
	struct arena *arena = b->setup->arena;
	struct bgp_cluster *cluster = arena_zalloc(arena, 1, sizeof(*cluster));
	struct setup_bgp *then = arena_zalloc(arena, 1, sizeof(*then));
	const struct setup_session *other;

	bgp_resolve(cluster, version->cluster, &options, arena);
	if (cluster->configs.count != 1)
		return;
	setup_bgp_routers(b, then, cluster);
	setup_bgp_sessions(b, then, &cluster->configs.items[0]);
	other = versions_other_session(bgp, then);
	if (other == NULL)
		other = versions_other_session(then, bgp);
	if (other != NULL)
		setup_bgp_refuse(
			b,
			arena_printf(&b->snapshot->arena,
				     "%s: the session of %s with %s is another one then, and "
				     "how it changes is not simulated",
				     version->what, b->setup->nodes.items[other->node].name,
				     bgp->routers.items[other->router].router->name),
			"simulate the state before and the state after");
}

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
	const char *problem = NULL;

	if (!then.found)
		return true;
	if ((then.type == POOL_TYPE_REMOTE) != vip->remote)
		problem = arena_printf(&b->snapshot->arena,
				       "%s: %s goes %s, and how clients reach it then is not "
				       "simulated",
				       version->what, vip->text,
				       vip->remote ? "from a remote pool to a local one"
						   : "from a local pool to a remote one");
	else if (vip->remote && prefix != SETUP_NONE &&
		 !ip_net_equal(bgp->prefixes.items[prefix].prefix->net, then.net))
		problem =
			arena_printf(&b->snapshot->arena,
				     "%s: %s is announced in another prefix then, and that is "
				     "not simulated",
				     version->what, vip->text);
	if (problem != NULL) {
		setup_bgp_refuse(b, problem, "simulate the state before and the state after");
		return false;
	}
	if (vip->remote && prefix == SETUP_NONE) {
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

void setup_bgp_versions(struct setup_builder *b, struct setup_bgp *bgp)
{
	for (uint32_t i = 1; i < b->setup->versions.count; i++) {
		const struct setup_version *version = &b->setup->versions.items[i];
		const uint32_t before = b->snapshot->problems.count;
		struct agent_pools pools;

		versions_check_sessions(b, bgp, version);
		if (b->snapshot->problems.count > before)
			return;
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
