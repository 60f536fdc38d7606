/* SPDX-License-Identifier: Apache-2.0 */
/* I7.4: addresses that somebody else hands out; and releases by image tags (A4). */
#include "tests/unit/suites.h"

#include "base/text.h"
#include "purelb/pools/release.h"
#include "purelb/pools/rivals.h"
#include "tests/unit/load.h"

/* ---- which of them meets a range ---- */

static uint32_t rival_number(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525U + 1013904223U;
	return (*state >> 8) % below;
}

/* The list that the accelerator is compared with. */
static bool rival_any_meets(const struct rivals *rivals, struct ip_range range)
{
	ARRAY_FOREACH (const struct rival_range, rival, &rivals->list) {
		if (ip_range_overlaps(rival->range, range))
			return true;
	}
	return false;
}

/* test: I7.4 */
START_TEST(meets_as_a_walk_over_the_list_does)
{
	uint32_t state = 7;

	for (int round = 0; round < 20; round++) {
		struct text yaml = { 0 };
		struct snapshot *snapshot;
		struct rivals rivals;

		text_printf(&yaml, "apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"
				   "metadata: {name: lab}\nspec:\n  nodes: []\n  reserved:\n");
		for (int i = 0; i < 12; i++) {
			const uint32_t from = rival_number(&state, 200);
			const uint32_t to = from + rival_number(&state, 30);

			text_printf(&yaml, "  - {range: 10.0.0.%u-10.0.0.%u}\n", from, to);
		}
		snapshot = load_text(text_str(&yaml));
		rivals_collect(&rivals, snapshot, NULL, &snapshot->arena);
		ck_assert_uint_eq(rivals.list.count, 12);
		for (uint32_t from = 0; from < 250; from += 3) {
			struct ip_range range;
			const struct rival_range *found;

			ck_assert(ip_parse("10.0.0.0", &range.from));
			range.from.v += from;
			range.to.v = range.from.v + rival_number(&state, 6);
			found = rivals_meet(&rivals, range);
			ck_assert_int_eq(found != NULL, rival_any_meets(&rivals, range));
			ck_assert(found == NULL || ip_range_overlaps(found->range, range));
		}
		snapshot_release(snapshot);
		text_release(&yaml);
	}
}
END_TEST

/* ---- releases ---- */

struct release_case {
	const char *image;
	bool known;
	struct release release;
};

/* test: A4 */
START_TEST(releases_of_images)
{
	static const struct release_case rows[] = {
		{ "ghcr.io/purelb/purelb/allocator:v0.17.0", true, { 0, 17, 0 } },
		{ "localhost:5000/allocator:0.16.6", true, { 0, 16, 6 } },
		{ "allocator:v0.15", true, { 0, 15, RELEASE_NEWEST } },
		{ "x/allocator:v0.17.1-rc1", true, { 0, 17, 1 } },
		{ "x/allocator:v0.17.2@sha256:01", true, { 0, 17, 2 } },
		{ "x/allocator@sha256:01", false, { 0, 0, 0 } },
		{ "localhost:5000/allocator", false, { 0, 0, 0 } },
		{ "x/allocator:main", false, { 0, 0, 0 } },
		{ "x/allocator:v0", false, { 0, 0, 0 } },
		{ "x/allocator:v99999.1", false, { 0, 0, 0 } },
		{ "x/allocator:v0.17.x", false, { 0, 0, 0 } },
		{ NULL, false, { 0, 0, 0 } },
	};

	struct release parsed;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct release found = { 0 };

		ck_assert_int_eq(release_of_image(rows[i].image, &found), rows[i].known);
		if (!rows[i].known)
			continue;
		ck_assert(!release_is_before(found, rows[i].release));
		ck_assert(!release_is_before(rows[i].release, found));
	}
	ck_assert(release_parse("v0.16", &parsed));
	ck_assert(release_has(parsed, RELEASE_NOTES_HELD_FIRST));
	ck_assert(!release_has(parsed, RELEASE_SCOPES_GROUPS));
	ck_assert(release_parse("0.16.0", &parsed));
	ck_assert(!release_has(parsed, RELEASE_NOTES_HELD_FIRST));
	ck_assert(release_has(parsed, RELEASE_SPEAKS_BGP));
	ck_assert(release_parse("latest", &parsed));
	ck_assert(release_has(parsed, RELEASE_GUARDS));
	ck_assert(!release_has(RELEASE_0_17, RELEASE_GUARDS));
	ck_assert(!release_parse("0.18", &parsed));
	ck_assert(!release_parse("0.16.x", &parsed));
	ck_assert(release_is_before((struct release){ 0, 16, 9 }, RELEASE_0_17));
	ck_assert(!release_is_before((struct release){ 1, 0, 0 }, RELEASE_0_17));
}
END_TEST

Suite *suite_rivals(void)
{
	Suite *suite = suite_create("rivals");
	TCase *tc = tcase_create("rivals");

	tcase_add_test(tc, meets_as_a_walk_over_the_list_does);
	tcase_add_test(tc, releases_of_images);
	suite_add_tcase(suite, tc);
	return suite;
}
