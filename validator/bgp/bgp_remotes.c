/* SPDX-License-Identifier: Apache-2.0 */
/* Remote ranges and the prefixes that BGP makes of them, for the checks of both sides. */
#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "validator/bgp/bgp.h"
#include "validator/groups/groups.h"

enum { IPV4_BITS = 32, IPV6_BITS = 128 };

static bool may_announce(const struct cluster_node *node)
{
	return !node->labels_known || node_state_announces(node->config.state);
}

/* The nodes that have a subnet with some of its addresses: they announce these there. (5.1) */
static void look_at_links(const struct bgp_checks *c, struct bgp_remote *remote)
{
	const struct cluster *cluster = c->bgp->cluster;
	bool *seen = NULL;

	remote->link_inferred = true;
	ARRAY_FOREACH (const struct subnet_entry, subnet, &cluster->subnets) {
		if (!ip_range_overlaps(ip_net_range(subnet->net), remote->range->range))
			continue;
		if (seen == NULL)
			seen = arena_zalloc(c->ck->arena, cluster->nodes.count, sizeof(*seen));
		ARRAY_FOREACH (const struct cluster_node *, node, &subnet->nodes) {
			const size_t index = (size_t)(*node - cluster->nodes.items);

			if (!may_announce(*node) || seen[index])
				continue;
			seen[index] = true;
			if (remote->link == NULL)
				remote->link = subnet;
			remote->link_inferred &= (*node)->origin == SUBNETS_INFERRED;
			bgp_names_add(c, &remote->on_link, (*node)->name);
		}
	}
}

static void add_remote(const struct bgp_checks *c, struct bgp_remotes *out,
		       const struct pool *pool, const struct pool_range *range)
{
	struct bgp_remote *remote = ARRAY_PUSH(c->ck->arena, &out->list);
	const struct ip from = range->range.from;

	remote->pool = pool;
	remote->range = range;
	remote->span = range->range;
	look_at_links(c, remote);
	remote->has_prefix =
		range->subnet_ok && announcing_dummy_prefix(range, from, &remote->length);
	if (!remote->has_prefix)
		return;
	remote->host = remote->length == (ip_family(from) == IP_V4 ? IPV4_BITS : IPV6_BITS);
	remote->span.from = ip_net_first(bgp_masked(from, remote->length));
	remote->span.to = ip_net_last(bgp_masked(range->range.to, remote->length));
}

void bgp_remotes_find(const struct bgp_checks *c, struct bgp_remotes *out)
{
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		for (uint32_t i = 0; i < groups_range_count(pool); i++) {
			if (groups_range_usable(groups_range(pool, i)))
				add_remote(c, out, pool, groups_range(pool, i));
		}
	}
}

struct finding *bgp_report_range(const struct bgp_checks *c, enum check_code code,
				 const struct bgp_remote *remote, const struct str_value *value,
				 const char *field, const char *message)
{
	struct finding *f =
		report(c->ck, code, &remote->pool->group->object, value->pos, "%s", message);

	finding_path(c->ck, f, "%s.%s", remote->range->path, field);
	return f;
}

const struct str_value *bgp_mask_value(const struct bgp_remote *remote, const char **field)
{
	const struct address_pool *entry = remote->range->entry;

	*field = entry->aggregation.s != NULL ? "aggregation" : "subnet";
	return entry->aggregation.s != NULL ? &entry->aggregation : &entry->subnet;
}

const char *bgp_prefix_text(const struct bgp_checks *c, const struct bgp_remote *remote)
{
	return bgp_net_text(c, bgp_masked(remote->range->range.from, remote->length));
}
