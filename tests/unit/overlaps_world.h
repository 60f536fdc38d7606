/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of ranges without YAML, for tests of overlaps. */
#ifndef TESTS_UNIT_OVERLAPS_WORLD_H
#define TESTS_UNIT_OVERLAPS_WORLD_H

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "purelb/pools/overlap.h"
#include "purelb/pools/pools.h"
#include "tests/unit/expect.h"

enum {
	GROUPS_MAX = 8,
	RANGES_MAX = 4, /* of one list of a group */
	ROUNDS = 6000,
};

/* A snapshot that is put together by hand, one range after the other. */
struct setup {
	struct snapshot snapshot;
	struct pools pools;
};

static inline void setup_init(struct setup *s)
{
	*s = (struct setup){ .snapshot.install_namespace = "purelb-system" };
	arena_init(&s->snapshot.arena);
}

static inline void setup_release(struct setup *s)
{
	arena_release(&s->snapshot.arena);
}

static inline struct service_group *add_group(struct setup *s, const char *name)
{
	struct arena *arena = &s->snapshot.arena;
	struct service_group *group = arena_zalloc(arena, 1, sizeof(*group));

	group->object.name.s = arena_strdup(arena, name);
	group->object.namespace = "purelb-system";
	group->object.order = s->snapshot.groups.count;
	group->local.at.set = true;
	ARRAY_ADD(arena, &s->snapshot.groups, group);
	return group;
}

static inline void add_range(struct setup *s, struct service_group *group, enum ip_family list,
			     const char *range)
{
	struct address_pools *pools =
		list == IP_V4 ? &group->local.v4pools : &group->local.v6pools;
	struct address_pool *pool = ARRAY_PUSH(&s->snapshot.arena, &pools->list);

	pool->at.set = true;
	pool->pool.s = arena_strdup(&s->snapshot.arena, range);
	pool->subnet.s = strchr(range, ':') != NULL ? "::/0" : "0.0.0.0/0";
}

/* "g: 1-5 8-9 / fd00::1-fd00::2": a group with the ranges of its v4 lists, a slash, and those
 * of its v6 lists. A number n alone means 10.0.0.n. */
static inline struct service_group *add_text(struct setup *s, const char *text)
{
	struct arena *arena = &s->snapshot.arena;
	const char *colon = strchr(text, ':');
	struct service_group *group =
		add_group(s, arena_strndup(arena, text, (size_t)(colon - text)));
	enum ip_family list = IP_V4;

	for (text = colon + 1; *text != '\0';) {
		size_t len;

		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (len == 1 && *text == '/')
			list = IP_V6;
		else if (len > 0 && memchr(text, ':', len) == NULL) {
			size_t dash = strcspn(text, "-");

			add_range(s, group, list,
				  arena_printf(arena, "10.0.0.%.*s-10.0.0.%.*s", (int)dash,
					       text, (int)(len - dash - 1), text + dash + 1));
		} else if (len > 0) {
			add_range(s, group, list, arena_strndup(arena, text, len));
		}
		text += len;
	}
	return group;
}

static inline void resolve(struct setup *s)
{
	pools_resolve(&s->pools, &s->snapshot.arena, &s->snapshot, RELEASE_0_17);
}

/* Ranges in a small space, so that much overlaps; some of them reversed or in wrong lists. */
static inline void add_random_ranges(struct setup *s, struct random *r,
				     struct service_group *group, unsigned reversed_percent)
{
	uint64_t space = 10 + random_below(r, 200);

	for (uint64_t n = random_below(r, RANGES_MAX) + 1; n > 0; n--) {
		uint64_t from = random_below(r, space);
		uint64_t to = from + random_below(r, random_below(r, 2) == 0 ? 4 : space);
		enum ip_family list = random_below(r, 3) == 0 ? IP_V6 : IP_V4;
		bool v6 = random_below(r, 4) == 0;
		char text[64];

		if (to > 255)
			to = 255;
		if (random_below(r, 100) < reversed_percent) {
			uint64_t swap = from;

			from = to;
			to = swap;
		}
		if (v6)
			snprintf(text, sizeof(text), "fd00::%x-fd00::%x", (unsigned)from,
				 (unsigned)to);
		else
			snprintf(text, sizeof(text), "10.0.0.%u-10.0.0.%u", (unsigned)from,
				 (unsigned)to);
		add_range(s, group, list, text);
	}
}

/* The ranges of a pool: v4 lists, then v6 lists. NULL behind the last. */
static inline const struct pool_range *range_of(const struct pool *pool, uint32_t number)
{
	if (number < pool->v4.count)
		return &pool->v4.items[number];
	number -= pool->v4.count;
	return number < pool->v6.count ? &pool->v6.items[number] : NULL;
}

#endif
