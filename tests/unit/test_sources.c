/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of config/yaml/source.h: lines that are read again. */
#include "tests/unit/suites.h"

#include <stdio.h>

#include "base/random.h"
#include "config/yaml/source.h"

/* Lines 1 to 8, of which one is empty and the last has no end. */
#define LINES "one\ntwo\r\nthree\r\nfour\n\nsix\rseven\neight"
static const char *const lines_of[] = { "one", "two", "three", "four",
					"",    "six", "seven", "eight" };
enum { LINE_COUNT = 8 };

struct lines_world {
	struct arena arena;
	struct sources sources;
};

/* Source 0 has other bytes before and behind the lines; source 1 is the part of it with them,
 * as a member of a bundle; source 2 has the lines alone. */
static void lines_begin(struct lines_world *w)
{
	struct source member = {
		.name = "member", .bundle = 1, .offset = 7, .bytes = sizeof(LINES) - 1
	};

	*w = (struct lines_world){ 0 };
	arena_init(&w->arena);
	sources_add_text(&w->sources, &w->arena, "bundle", "before\n" LINES "behind\nnine\n");
	ARRAY_ADD(&w->arena, &w->sources.list, member);
	sources_add_text(&w->sources, &w->arena, "alone", LINES);
}

static void lines_are(const char *const *texts, const uint32_t *numbers, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (numbers[i] == 0 || numbers[i] > LINE_COUNT)
			ck_assert_ptr_null(texts[i]);
		else
			ck_assert_pstr_eq(texts[i], lines_of[numbers[i] - 1]);
	}
}

START_TEST(lines_in_any_order)
{
	struct random random = random_new(7);
	struct lines_world w;

	lines_begin(&w);
	for (int round = 0; round < 2000; round++) {
		const uint32_t source = 1 + (uint32_t)random_below(&random, 2);
		const uint32_t count = 1 + (uint32_t)random_below(&random, 3);
		const char *texts[3];
		uint32_t numbers[3] = { 0 };

		for (uint32_t i = 0; i < count; i++)
			numbers[i] = (i > 0 ? numbers[i - 1] : 0) +
				     (uint32_t)random_below(&random, 5);
		ck_assert(source_lines(&w.sources, source, numbers, count, &w.arena, texts));
		lines_are(texts, numbers, count);
		ck_assert(
			source_next_lines(&w.sources, source, numbers, count, &w.arena, texts));
		lines_are(texts, numbers, count);
	}
	arena_release(&w.arena);
}
END_TEST

/* Line after line, nothing is read from the start again. */
START_TEST(what_is_above_is_not_read_again)
{
	struct lines_world w;
	int64_t last = -1;

	lines_begin(&w);
	for (uint32_t line = 1; line <= LINE_COUNT; line++) {
		const char *text;

		ck_assert(source_next_lines(&w.sources, 2, &line, 1, &w.arena, &text));
		ck_assert_pstr_eq(text, lines_of[line - 1]);
		ck_assert_uint_eq(w.sources.list.items[2].lines_before, line - 1);
		ck_assert_int_gt(w.sources.list.items[2].lines_bytes, last);
		last = w.sources.list.items[2].lines_bytes;
	}
	arena_release(&w.arena);
}
END_TEST

Suite *suite_sources(void)
{
	Suite *suite = suite_create("sources");
	TCase *lines = tcase_create("lines");

	tcase_add_test(lines, lines_in_any_order);
	tcase_add_test(lines, what_is_above_is_not_read_again);
	suite_add_tcase(suite, lines);
	return suite;
}
