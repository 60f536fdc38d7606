/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges that share addresses: SG006 to SG008, and OK001 when none do. */
#include "validator/groups/groups.h"

#include "base/text.h"

/* What an overlap does to the cluster, as the end of a sentence. (P3.4) */
static const char *groups_overlap_outcome(struct checker *ck, const struct overlap *overlap)
{
	const char *loser = overlap->loser->name;
	const char *keeper = overlap->keeper->name;

	if (overlap->noticed && overlap->loser->reject == POOL_OVERLAPS &&
	    ck->cluster->pools.unordered)
		return arena_printf(
			ck->arena,
			"PureLB %s rejects one of the two groups as a whole; which one is "
			"unpredictable, and may differ after each change",
			release_text(ck->cluster->release.release, ck->arena));
	if (overlap->noticed && overlap->loser->reject == POOL_OVERLAPS)
		return arena_printf(
			ck->arena,
			"PureLB rejects the whole group \"%s\", because \"%s\" comes before it",
			loser, keeper);
	if (overlap->noticed)
		return arena_printf(ck->arena,
				    "PureLB rejects the whole group \"%s\" for another "
				    "reason, and would also reject it for this one",
				    loser);
	if (overlap->loser->reject == POOL_ACCEPTED)
		return arena_printf(
			ck->arena,
			"PureLB does not notice, and both \"%s\" and \"%s\" hand the "
			"addresses out",
			keeper, loser);
	return arena_printf(ck->arena,
			    "PureLB does not notice; it rejects group \"%s\" for another "
			    "reason, and once that is fixed both hand the addresses out",
			    loser);
}

/* SG006 and SG007 */
static void groups_report_overlap(struct checker *ck, const struct overlap *overlap)
{
	const struct pool_range *mine = overlap->loser_range;
	const struct pool_range *other = overlap->keeper_range;
	struct finding *f = report(
		ck, overlap->noticed ? CHECK_SG006 : CHECK_SG007,
		&overlap->loser->group->object, mine->entry->pool.pos,
		"Overlapping ranges: %s/%s and %s/%s share %s: %s", overlap->keeper->name,
		other->entry->pool.s, overlap->loser->name, mine->entry->pool.s,
		groups_shared_text(ck->arena, overlap->first_shared, mine->range, other->range),
		groups_overlap_outcome(ck, overlap));

	finding_path(ck, f, "%s.pool", mine->path);
	groups_hint_fitting(ck, f, mine);
	finding_related(ck, f, other->entry->pool.pos, "group \"%s\" has %s here",
			overlap->keeper->name, other->entry->pool.s);
}

/* SG008: P3.5 */
static void groups_report_self_overlap(struct checker *ck, const struct self_overlap *overlap)
{
	const struct pool_range *first = overlap->first;
	const struct pool_range *second = overlap->second;
	struct finding *f = report(
		ck, CHECK_SG008, &overlap->pool->group->object, second->entry->pool.pos,
		"ranges %s and %s of group \"%s\" share %s: %s", first->entry->pool.s,
		second->entry->pool.s, overlap->pool->name,
		groups_shared_text(ck->arena, overlap->first_shared, first->range,
				   second->range),
		overlap->can_hang ? "once the ranges are used up to that point, PureLB's "
				    "allocator hangs and no Service gets an address any more"
				  : "PureLB does not notice, and counts the addresses twice");

	finding_path(ck, f, "%s.pool", second->path);
	groups_hint_fitting(ck, f, second);
	finding_related(ck, f, first->entry->pool.pos, "the other range is here");
}

/* How many ranges PureLB has read and compared with each other. */
static uint32_t groups_compared_ranges(const struct checker *ck, uint32_t *groups)
{
	uint32_t ranges = 0;

	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (pool->reject != POOL_ACCEPTED || groups_range_count(pool) == 0)
			continue;
		ranges += groups_range_count(pool);
		(*groups)++;
	}
	return ranges;
}

/* OK001 */
void groups_check_no_overlap(struct checker *ck)
{
	uint32_t groups = 0;
	const uint32_t ranges = groups_compared_ranges(ck, &groups);

	if (ranges < 2 || ck->cluster->pools.overlaps.count > 0 ||
	    ck->cluster->pools.self_overlaps.count > 0)
		return;
	report(ck, CHECK_OK001, NULL, (struct pos){ 0 },
	       "no overlapping ranges: the %u ranges of %u group%s share no address", ranges,
	       groups, groups == 1 ? "" : "s");
}

void groups_check_overlaps(struct checker *ck)
{
	ARRAY_FOREACH (const struct overlap, overlap, &ck->cluster->pools.overlaps)
		groups_report_overlap(ck, overlap);
}

void groups_check_self_overlaps(struct checker *ck)
{
	ARRAY_FOREACH (const struct self_overlap, overlap, &ck->cluster->pools.self_overlaps)
		groups_report_self_overlap(ck, overlap);
}
