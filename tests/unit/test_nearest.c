/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/nearest.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

#define SIXTY_FOUR "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(distances)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} rows[] = {
		{ "", "", 0 },
		{ "pool", "pool", 0 },
		{ "", "pool", 8 },
		{ "Pool", "pool", 1 },
		{ "POOL", "pool", 4 },
		{ "poll", "pool", 2 },
		{ "pol", "pool", 2 },
		{ "poool", "pool", 2 },
		{ "opol", "pool", 2 }, /* a swap of neighbors is one edit */
		{ "Opol", "pool", 3 }, /* ... and another case is still half of one */
		{ "ca", "abc", 6 },    /* optimal string alignment: no edit inside a swap */
		{ "subnet", "subnets", 2 },
		{ "aggregation", "agregation", 2 },
		{ "v4pool", "v6pools", 4 },
		{ "abc", "xyz", 6 },
		{ "\xC3\xA4", "a", 4 }, /* bytes, not characters */
		{ SIXTY_FOUR, SIXTY_FOUR "and more", 0 },
		{ SIXTY_FOUR, "", 128 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(edit_distance(rows[i].a, rows[i].b) == rows[i].distance,
			      "\"%s\" to \"%s\" is %u", rows[i].a, rows[i].b,
			      edit_distance(rows[i].a, rows[i].b));
		ck_assert_uint_eq(edit_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
}
END_TEST

static void random_word(struct random *r, char word[static 9])
{
	size_t len = random_below(r, 9);

	for (size_t i = 0; i < len; i++)
		word[i] = "abAB"[random_below(r, 4)];
	word[len] = '\0';
}

START_TEST(distance_is_symmetric_and_bounded_by_the_lengths)
{
	struct random r = random_new(2);
	char a[9];
	char b[9];

	for (int i = 0; i < 20000; i++) {
		random_word(&r, a);
		random_word(&r, b);

		unsigned distance = edit_distance(a, b);
		size_t longer = strlen(a) > strlen(b) ? strlen(a) : strlen(b);
		size_t shorter = strlen(a) + strlen(b) - longer;

		EXPECT(distance == edit_distance(b, a), "%s %s", a, b);
		EXPECT(distance <= 2 * longer, "%s %s", a, b);
		EXPECT(distance >= 2 * (longer - shorter), "%s %s", a, b);
		EXPECT((distance == 0) == (strcmp(a, b) == 0), "%s %s", a, b);
	}
}
END_TEST

/* What is passed over early is never what is near. */
START_TEST(what_is_near_is_what_the_distance_says)
{
	struct random r = random_new(3);
	char word[9], candidate[9];

	for (int i = 0; i < 50000; i++) {
		random_word(&r, word);
		random_word(&r, candidate);

		struct nearest n = { .word = word };
		const unsigned third = (unsigned)strlen(word) * 2 / 3;
		const unsigned distance = edit_distance(word, candidate);
		const bool is_case = strcasecmp(word, candidate) == 0;

		nearest_offer(&n, candidate);
		EXPECT((n.best != NULL) == (word[0] != '\0' &&
					    (is_case || distance <= (third > 2 ? third : 2))),
		       "%s %s", word, candidate);
	}
}
END_TEST

START_TEST(the_nearest_word_is_kept)
{
	static const struct {
		const char *word;
		const char *candidates[4];
		const char *best;
	} rows[] = {
		{ "subnt", { "v4pool", "subnet", "subnets" }, "subnet" },
		{ "subnets", { "subnet", "subnets" }, "subnets" },
		{ "Namespaces", { "namespace", "namespaces" }, "namespaces" },
		{ "poll", { "pool", "poly" }, "pool" }, /* the first of equals */
		{ "interface", { "aggregation" }, NULL },
		{ "abcdef", { "abcdxy" }, "abcdxy" }, /* a third of the letters */
		{ "abcdef", { "abcxyz" }, NULL },
		{ "ab", { "ax" }, "ax" }, /* one edit is always allowed */
		{ "ab", { "xy" }, NULL },
		{ "tcp", { "UDP", "TCP", "SCTP" }, "TCP" }, /* all letters of another case */
		{ "CLUSTERIP", { "LoadBalancer", "ClusterIP" }, "ClusterIP" },
		{ "", { "a" }, NULL },
		{ "word", { NULL }, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nearest n = { .word = rows[i].word };

		for (size_t j = 0; rows[i].candidates[j] != NULL; j++)
			nearest_offer(&n, rows[i].candidates[j]);
		if (rows[i].best == NULL)
			ck_assert_msg(n.best == NULL, "%s: %s", rows[i].word, n.best);
		else
			ck_assert_pstr_eq(n.best, rows[i].best);
	}
}
END_TEST

Suite *suite_nearest(void)
{
	Suite *suite = suite_create("nearest");
	TCase *tcase = tcase_create("nearest");

	tcase_add_test(tcase, distances);
	tcase_add_test(tcase, distance_is_symmetric_and_bounded_by_the_lengths);
	tcase_add_test(tcase, what_is_near_is_what_the_distance_says);
	tcase_add_test(tcase, the_nearest_word_is_kept);
	suite_add_tcase(suite, tcase);
	return suite;
}
