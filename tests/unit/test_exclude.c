/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of config/repository/exclude.h: what gitignore(5) says of each kind of pattern. */
#include "tests/unit/suites.h"

#include <string.h>

#include "config/repository/exclude.h"

static bool excluded(const char *pattern, const char *path, bool is_folder)
{
	const struct exclude_patterns patterns = { &pattern, 1 };

	return exclude_matches(&patterns, path, is_folder);
}

START_TEST(patterns_match_as_gitignore_says)
{
	static const struct {
		const char *pattern;
		const char *path;
		bool is_folder;
		bool matches;
	} rows[] = {
		{ "a.yaml", "a.yaml", false, true },
		{ "a.yaml", "x/y/a.yaml", false, true },
		{ "a.yaml", "x/ba.yaml", false, false },
		{ "/a.yaml", "a.yaml", false, true },
		{ "/a.yaml", "x/a.yaml", false, false },
		{ "x/a.yaml", "x/a.yaml", false, true },
		{ "x/a.yaml", "y/x/a.yaml", false, false },
		{ "*.yaml", "x/a.yaml", false, true },
		{ "x/*.yaml", "x/y/a.yaml", false, false },
		{ "x/**", "x/y/a.yaml", false, true },
		{ "x/**", "x", true, false },
		{ "**/a.yaml", "a.yaml", false, true },
		{ "**/a.yaml", "x/y/a.yaml", false, true },
		{ "**/a.yaml", "x/ya.yaml", false, false },
		{ "x/**/a.yaml", "x/a.yaml", false, true },
		{ "x/**/a.yaml", "x/y/z/a.yaml", false, true },
		{ "x/**/y/**/a.yaml", "x/1/y/2/a.yaml", false, true },
		{ "x/**/y/**/a.yaml", "x/1/2/a.yaml", false, false },
		{ "old/", "x/old", true, true },
		{ "old/", "x/old", false, false },
		{ "?.yaml", "a.yaml", false, true },
		{ "?.yaml", "ab.yaml", false, false },
		{ "[ab].yaml", "b.yaml", false, true },
		{ "[!ab].yaml", "b.yaml", false, false },
		{ "[a-c].yaml", "b.yaml", false, true },
		{ "[]]x", "]x", false, true },
		{ "\\*.yaml", "*.yaml", false, true },
		{ "\\*.yaml", "a.yaml", false, false },
		{ "a*b*c", "axxbyyc", false, true },
		{ "a*b*c", "axxbyy", false, false },
		{ "", "a", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(excluded(rows[i].pattern, rows[i].path, rows[i].is_folder) ==
				      rows[i].matches,
			      "\"%s\" against \"%s\"", rows[i].pattern, rows[i].path);
}
END_TEST

START_TEST(the_last_pattern_decides)
{
	static const char *const items[] = { "*.yaml", "!keep.yaml", "x/keep.yaml" };
	const struct exclude_patterns patterns = { items, 3 };

	ck_assert(exclude_matches(&patterns, "a.yaml", false));
	ck_assert(!exclude_matches(&patterns, "keep.yaml", false));
	ck_assert(exclude_matches(&patterns, "x/keep.yaml", false));
}
END_TEST

START_TEST(a_pattern_of_stars_ends)
{
	char pattern[EXCLUDE_PATTERN_BYTES_MAX + 1];
	char path[4096];

	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	for (size_t i = 0; i + 1 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[sizeof(pattern) - 2] = 'b';
	pattern[sizeof(pattern) - 1] = '\0';
	ck_assert(!excluded(pattern, path, false));
	ck_assert_ptr_null(exclude_pattern_fault("a/**/b"));
	ck_assert_ptr_nonnull(exclude_pattern_fault(""));
	ck_assert_ptr_nonnull(exclude_pattern_fault("!"));
}
END_TEST

/* A pattern that no path can match is a mistake, not one that is looked for in vain. */
START_TEST(a_pattern_with_dots_matches_nothing)
{
	static const char *const wrong[] = { "..",   "../b",  "./b",  "a/../b",
					     "x/..", "!../c", "/./a", "." };
	static const char *const right[] = { "..a",   "a..b", ".github", "...",
					     "a/.b/", "*.",   "!.a" };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ck_assert_msg(exclude_pattern_fault(wrong[i]) != NULL, "%s", wrong[i]);
	for (size_t i = 0; i < ARRAY_LEN(right); i++)
		ck_assert_msg(exclude_pattern_fault(right[i]) == NULL, "%s", right[i]);
}
END_TEST

Suite *suite_exclude(void)
{
	Suite *suite = suite_create("exclude");
	TCase *tests = tcase_create("patterns");

	tcase_add_test(tests, patterns_match_as_gitignore_says);
	tcase_add_test(tests, the_last_pattern_decides);
	tcase_add_test(tests, a_pattern_of_stars_ends);
	tcase_add_test(tests, a_pattern_with_dots_matches_nothing);
	suite_add_tcase(suite, tests);
	return suite;
}
