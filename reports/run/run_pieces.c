/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to VIPs. */
#include "reports/run/run_pieces.h"

#include <stdlib.h>

sim_ns worst_outage(const struct vip_result *v)
{
	sim_ns worst = 0;

	ARRAY_FOREACH (const struct observer_totals, o, &v->totals) {
		if (o->outage_longest > worst)
			worst = o->outage_longest;
	}
	return worst;
}

bool is_affected(const struct vip_result *v)
{
	ARRAY_FOREACH (const struct ownership, o, &v->owners) {
		if (o->time.from > 0 || o->time.to != SIM_NEVER)
			return true;
	}
	return v->owners.count == 0 || v->announce_gap > 0 || v->duplicate_total > 0 ||
	       worst_outage(v) > 0;
}

static int by_harm(const void *a, const void *b)
{
	const struct vip_result *x = *(const struct vip_result *const *)a;
	const struct vip_result *y = *(const struct vip_result *const *)b;
	const sim_ns p = worst_outage(x);
	const sim_ns q = worst_outage(y);

	if (p != q)
		return p > q ? -1 : 1;
	if (x->announce_gap != y->announce_gap)
		return x->announce_gap > y->announce_gap ? -1 : 1;
	if (is_affected(x) != is_affected(y))
		return is_affected(x) ? -1 : 1;
	return (x->vip > y->vip) - (x->vip < y->vip);
}

const struct vip_result **vips_by_harm(const struct run_result *result, struct arena *arena)
{
	const uint32_t count = result->vips.count;
	const struct vip_result **sorted = arena_zalloc(arena, count + 1, sizeof(*sorted));

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &result->vips.items[i];
	qsort(sorted, count, sizeof(*sorted), by_harm);
	return sorted;
}
