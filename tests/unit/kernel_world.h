/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of simulated kernels share: holders and duplicates of a VIP in words. */
#ifndef TESTS_UNIT_KERNEL_WORLD_H
#define TESTS_UNIT_KERNEL_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/net_world.h"

/* Owners of a VIP in one line: "a 0+3, b 2+-", seconds and lengths. */
static inline const char *owners(struct net_world *w, uint32_t vip)
{
	const char *text = "";

	ARRAY_FOREACH (const struct ownership, o, &w->result.vips.items[vip].owners) {
		const char *length = "-";

		if (o->time.to != SIM_NEVER)
			length = arena_printf(&w->arena, "%g",
					      (double)(o->time.to - o->time.from) / 1e9);
		text = arena_printf(&w->arena, "%s%s%c %g+%s%s", text,
				    *text != '\0' ? ", " : "", 'a' + (int)o->node,
				    (double)o->time.from / 1e9, length,
				    o->tentative_first ? " dad" : "");
	}
	return text;
}

/* Duplicates: "ab 2+1, abc 3+-". */
static inline const char *duplicates(struct net_world *w, uint32_t vip)
{
	const char *text = "";

	ARRAY_FOREACH (const struct duplicate, d, &w->result.vips.items[vip].duplicates) {
		const char *length = "-", *nodes = "";

		if (d->time.to != SIM_NEVER)
			length = arena_printf(&w->arena, "%g",
					      (double)(d->time.to - d->time.from) / 1e9);
		for (uint32_t i = 0; i < d->nodes.count; i++)
			nodes = arena_printf(&w->arena, "%s%c", nodes,
					     'a' + (int)d->nodes.items[i]);
		text = arena_printf(&w->arena, "%s%s%s %g+%s", text, *text != '\0' ? ", " : "",
				    nodes, (double)d->time.from / 1e9, length);
	}
	return text;
}

static const struct net_options three_nodes = {
	.nodes = 3, .v4 = 2, .v6 = 2, .remote = 1, .from_the_start = true
};

#endif
