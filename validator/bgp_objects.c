/* SPDX-License-Identifier: Apache-2.0 */
/* BG004 to BG010: BGPConfigurations as objects. */
#include "validator/bgp.h"

#include "base/text.h"

/* ---- BG004 ---- */

/* The first remote group that PureLB reads, and how many there are; NULL: none. */
static const struct pool *first_remote_pool(const struct bgp_checks *c, uint32_t *count)
{
	const struct pool *first = NULL;

	*count = 0;
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		if (first == NULL || pool->group->object.order < first->group->object.order)
			first = pool;
		*count += 1;
	}
	return first;
}

static void check_missing(const struct bgp_checks *c)
{
	uint32_t count;
	const struct pool *pool = first_remote_pool(c, &count);
	const char *others = "";
	struct finding *f;

	if (pool == NULL || c->bgp->configs.count > 0)
		return;
	if (count > 1)
		others = arena_printf(c->ck->arena, " and %u more remote group%s", count - 1,
				      count > 2 ? "s" : "");
	f = report(c->ck, CHECK_BG004, &pool->group->object, pool->group->remote.at.key,
		   "no BGPConfiguration in the input: nothing advertises the addresses of "
		   "group \"%s\"%s",
		   pool->name, others);
	finding_path(c->ck, f, "spec.remote");
	finding_hint(c->ck, f,
		     "add the BGPConfiguration that k8gobgp is to use, or name its file too");
}

void bgp_check_objects(const struct bgp_checks *c)
{
	check_missing(c);
}
