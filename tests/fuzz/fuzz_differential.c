/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz targets that compare PureLB's rules with plain second implementations: the allocator
 * with the slow and obvious one of the unit tests, and overlaps between groups (P3.4) with a
 * walk over single addresses. The bytes are what is drawn from. Trees of YAML are compared with
 * themselves: the same bytes as a file and as a text of another file mean the same.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/objects/parse.h"
#include "config/repository/repository.h"
#include "tests/unit/allocation_drawn.h"
#include "tests/unit/overlaps_world.h"

static void fuzz_differs(const char *what, const char *input)
{
	fprintf(stderr, "does not hold: %s\n%s\n", what, input);
	abort();
}

/* ---- the allocator ---- */

static void fuzz_allocator(const uint8_t *data, size_t size)
{
	static struct reference slow;
	struct draws draws = { data, data + size, random_new(size) };
	const bool latest = drawn_chance(&draws, 30);
	const struct resolve_options options = { .given = true,
						 .release = latest ? RELEASE_LATEST
								   : RELEASE_0_17 };
	struct text yaml = { 0 }, wrong = { 0 };
	struct snapshot *snapshot = config_load(NULL, 0, "purelb-system");
	struct allocations fast;
	struct cluster cluster;

	drawn_cluster(&draws, &yaml);
	config_load_text(snapshot, "input.yaml", text_str(&yaml));
	purelb_resolve_as(&cluster, snapshot, &options);
	allocation_run(&fast, &cluster, NULL, &snapshot->arena);
	reference_run(&slow, &cluster, latest);
	if (!drawn_agree(&slow, &fast, &wrong))
		fuzz_differs(text_str(&wrong), text_str(&yaml));
	cluster_release(&cluster);
	snapshot_release(snapshot);
	text_release(&yaml);
	text_release(&wrong);
}

/* ---- overlaps ---- */

enum { FUZZ_GROUPS = 6, FUZZ_RANGES = 24, FUZZ_ADDRESSES = 64 };

struct fuzz_range {
	unsigned group, from, to;
	bool list_v6;
};

static bool fuzz_range_has(const struct fuzz_range *range, unsigned address)
{
	return address >= range->from && address <= range->to;
}

/* P3.4, told plainly: an end of the old range lies in the new one, in lists of one family. */
static bool fuzz_group_is_refused(const struct fuzz_range *ranges, unsigned count,
				  const bool *accepted, unsigned group)
{
	for (unsigned i = 0; i < count; i++) {
		const struct fuzz_range *new = &ranges[i];

		if (new->group != group)
			continue;
		for (unsigned k = 0; k < count; k++) {
			const struct fuzz_range *old = &ranges[k];

			if (old->group < group && accepted[old->group] &&
			    old->list_v6 == new->list_v6 &&
			    (fuzz_range_has(new, old->from) || fuzz_range_has(new, old->to)))
				return true;
		}
	}
	return false;
}

static unsigned fuzz_last_byte(struct ip ip)
{
	return (unsigned)(ip.v & 0xFFU);
}

/* What is said to be the first shared address is in both, and none before it is. */
static void fuzz_check_shared(const struct overlap *overlap)
{
	const struct ip_range *a = &overlap->loser_range->range;
	const struct ip_range *b = &overlap->keeper_range->range;
	const unsigned said = fuzz_last_byte(overlap->first_shared);

	for (unsigned n = 0; n < FUZZ_ADDRESSES; n++) {
		const bool shared = n >= fuzz_last_byte(a->from) &&
				    n <= fuzz_last_byte(a->to) &&
				    n >= fuzz_last_byte(b->from) && n <= fuzz_last_byte(b->to);

		if (shared != (n == said) && n <= said)
			fuzz_differs("the first shared address", overlap->loser->name);
	}
}

static void fuzz_overlaps(const uint8_t *data, size_t size)
{
	struct fuzz_range ranges[FUZZ_RANGES];
	struct service_group *groups[FUZZ_GROUPS];
	bool accepted[FUZZ_GROUPS];
	unsigned count = 0;
	struct setup s;

	setup_init(&s);
	for (unsigned i = 0; i < FUZZ_GROUPS; i++)
		groups[i] = add_group(&s, (const char[]){ (char)('a' + (int)i), '\0' });
	for (size_t i = 0; i + 3 <= size && count < FUZZ_RANGES; i += 3) {
		const unsigned x = data[i + 1] % FUZZ_ADDRESSES,
			       y = data[i + 2] % FUZZ_ADDRESSES;
		struct fuzz_range *range = &ranges[count++];
		char text[64];

		*range = (struct fuzz_range){ data[i] % FUZZ_GROUPS, x < y ? x : y,
					      x < y ? y : x, data[i] >= 192 };
		snprintf(text, sizeof(text), "10.0.0.%u-10.0.0.%u", range->from, range->to);
		add_range(&s, groups[range->group], range->list_v6 ? IP_V6 : IP_V4, text);
	}
	resolve(&s);
	for (unsigned i = 0; i < FUZZ_GROUPS; i++)
		accepted[i] = !fuzz_group_is_refused(ranges, count, accepted, i);
	ARRAY_FOREACH (const struct pool, pool, &s.pools.list)
		if ((pool->reject == POOL_OVERLAPS) == accepted[pool->name[0] - 'a'])
			fuzz_differs("which group is rejected", pool->name);
	ARRAY_FOREACH (const struct overlap, overlap, &s.pools.overlaps)
		fuzz_check_shared(overlap);
	setup_release(&s);
}

/* ---- trees ---- */

static void fuzz_trees(const uint8_t *data, size_t size)
{
	struct snapshot *snapshot = config_load(NULL, 0, "purelb-system");
	char *text = arena_strndup(&snapshot->arena, (const char *)data, size);
	const struct tree_node *tree[2];
	struct tree_list all = { 0 };
	uint32_t problems;

	/* The rest is a file of its own, which ends before the first NUL byte. */
	sources_add_text(&snapshot->sources, &snapshot->arena, "input.yaml", text);
	tree[0] = parse_source_tree(snapshot, 0, &snapshot->arena);
	problems = snapshot->problems.count;
	tree[1] = parse_text_tree(snapshot, text, (struct pos){ 1, 1, 1 }, &snapshot->arena);
	if (problems == 0 && snapshot->problems.count == 0 && tree[1] != NULL)
		fuzz_must(tree_hash(tree[0]) == tree_hash(tree[1]),
			  "a file and a text with the same bytes are the same tree");
	parse_source_trees(snapshot, 0, &snapshot->arena, &all);
	snapshot_release(snapshot);
}

const struct fuzz_values fuzz_differential[] = {
	{ "allocator", fuzz_allocator },
	{ "overlaps", fuzz_overlaps },
	{ "trees", fuzz_trees },
	{ NULL, NULL },
};
