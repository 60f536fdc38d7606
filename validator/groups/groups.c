/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of ServiceGroups: what their files share, and SG020. */
#include "validator/groups/groups.h"

#include "base/text.h"

uint32_t groups_range_count(const struct pool *pool)
{
	return pool->v4.count + pool->v6.count;
}

const struct pool_range *groups_range(const struct pool *pool, uint32_t index)
{
	if (index < pool->v4.count)
		return &pool->v4.items[index];
	return &pool->v6.items[index - pool->v4.count];
}

bool groups_range_mixed(const struct pool_range *range)
{
	return ip_family(range->range.from) != ip_family(range->range.to);
}

bool groups_range_usable(const struct pool_range *range)
{
	return range->range_error == RANGE_OK && !range->reversed && !groups_range_mixed(range);
}

const char *groups_range_text(struct arena *arena, struct ip_range range)
{
	char from[IP_TEXT_MAX];
	char to[IP_TEXT_MAX];

	ip_format(range.from, from);
	if (ip_compare(range.from, range.to) == 0)
		return arena_printf(arena, "%s/%d", from,
				    ip_family(range.from) == IP_V4 ? 32 : 128);
	return arena_printf(arena, "%s-%s", from, ip_format(range.to, to));
}

const char *groups_shared_text(struct arena *arena, struct ip first, struct ip_range a,
			       struct ip_range b)
{
	const struct ip_range shared = { first, ip_compare(a.to, b.to) < 0 ? a.to : b.to };
	char text[IP_TEXT_MAX];

	if (ip_compare(first, shared.to) < 0)
		return groups_range_text(arena, shared);
	return arena_strdup(arena, ip_format(first, text));
}

/* SG020: Services that nothing sends elsewhere go to the group named "default" (P3.9). */
void groups_check_default(struct checker *ck)
{
	uint32_t read = 0;

	/* One in a namespace that PureLB does not read has SG011. */
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (str_equal(pool->name, "default"))
			return;
		read += pool->in_scope;
	}
	if (read == 0)
		return;

	struct finding *f =
		report(ck, CHECK_SG020, NULL, (struct pos){ 0 },
		       "no ServiceGroup is named \"default\": Services that name no "
		       "group, in namespaces that no group lists, stay pending");
	finding_hint(ck, f,
		     "name one group \"default\", or set the annotation "
		     "purelb.io/service-group on every Service");
}
