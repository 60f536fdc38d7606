/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SG030, ND013: pools against addresses that somebody else hands out (I7.4): reserved ranges,
 * and the pools of other load balancers in the input.
 */
#include "validator/groups/groups.h"

#include "base/text.h"
#include "purelb/pools/rivals.h"

static void groups_check_rival(struct checker *ck, const struct rivals *rivals,
			       const struct pool *pool, const struct pool_range *range)
{
	const struct rival_range *rival;
	struct ip_range shared;
	char one[IP_TEXT_MAX];
	const char *rest;
	struct finding *f;

	if (range->range_error != RANGE_OK || range->reversed)
		return;
	rival = rivals_meet(rivals, range->range);
	if (rival == NULL)
		return;
	shared.from = ip_range_first_shared(range->range, rival->range);
	shared.to = ip_compare(range->range.to, rival->range.to) < 0 ? range->range.to
								     : rival->range.to;
	f = report(ck, CHECK_SG030, &pool->group->object, range->entry->pool.pos,
		   "range %s of group \"%s\" overlaps %s (%s): %s %s %s", range->entry->pool.s,
		   pool->name, rival->owner, rival->text,
		   rival->by != NULL ? rival->by : "somebody else",
		   rival->holds ? "holds" : "also hands out",
		   ip_compare(shared.from, shared.to) == 0
			   ? ip_format(shared.from, one)
			   : groups_range_text(ck->arena, shared));
	finding_path(ck, f, "%s.pool", range->path);
	rest = groups_fitting_text(ck, range, range->range);
	if (rest != NULL)
		groups_fix_range(ck, f, range, "use ", rest);
	else
		finding_hint(ck, f,
			     "take the range from addresses that nobody else hands out, or "
			     "free them there first");
	finding_related(ck, f, rival->place.pos, "%s is here", rival->owner);
}

void groups_check_rivals(struct checker *ck)
{
	const struct rivals *rivals = ck->rivals;

	ARRAY_FOREACH (const struct rival_error, error, &rivals->errors) {
		struct finding *f =
			report(ck, CHECK_ND013, error->place.object, error->place.pos,
			       "reserved range \"%s\" %s", error->text, error->why);

		f->place.path = error->place.path;
		finding_hint(ck, f, "write it like 192.0.2.100-192.0.2.199 or 192.0.2.64/27");
	}
	if (rivals->list.count == 0)
		return;
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (!pool->in_scope)
			continue;
		ARRAY_FOREACH (const struct pool_range, range, &pool->v4)
			groups_check_rival(ck, rivals, pool, range);
		ARRAY_FOREACH (const struct pool_range, range, &pool->v6)
			groups_check_rival(ck, rivals, pool, range);
	}
}
