/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/regex.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/regex.h"
#include "base/text.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

static bool matches(const char *pattern, const char *s)
{
	char error[100];
	struct regex *re = regex_new(pattern, error, sizeof(error));

	ck_assert_msg(re != NULL, "%s: %s", pattern, error);

	bool result = regex_match(re, s);

	regex_free(re);
	return result;
}

START_TEST(matching_is_unanchored_as_in_go)
{
	static const struct {
		const char *pattern, *s;
		bool match;
	} rows[] = {
		{ "eth0", "eth0", true },
		{ "eth0", "veth01", true },
		{ "^eth0$", "veth01", false },
		{ "^eth0$", "eth0", true },
		{ "^eth0$", "eth0\n", false }, /* $ is the very end, not a line's */
		{ "(?m)^eth0$", "eth0\n", true },
		{ "", "anything", true },
		{ "", "", true },
		{ "ETH", "eth0", false },
		{ "(?i)ETH", "eth0", true },
		{ "en[ps]\\d+", "enp3s0", true },
		{ "^en[^s]", "ens3", false },
		{ "eth.0",
		  "eth\xC3\xA4"
		  "0",
		  true }, /* a character, not a byte */
		{ "\\bbond\\b", "my-bond-0", true },
		{ "^(?P<kind>eth|bond)\\d$", "bond1", true },
		{ "^(?<kind>eth|bond)\\d$", "bond1", true }, /* Go since 1.22 */
		{ "(?P<n>a)(?P<n>b)", "ab", true },
		{ "\\Q(?<a\\E", "(?<a", true },
		{ "[(?<a]{4}", "a?(<", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(matches(rows[i].pattern, rows[i].s) == rows[i].match,
			      "%s on \"%s\"", rows[i].pattern, rows[i].s);
}
END_TEST

START_TEST(expressions_that_go_refuses)
{
	static const struct {
		const char *pattern, *why; /* a part of the message */
	} rows[] = {
		{ "(", "missing" },          { ")", "unexpected )" },
		{ "[a", "missing" },         { "a\\", "trailing \\" },
		{ "*", "no argument" },      { "a**", "repetition" },
		{ "a{1001}", "repetition" }, { "[z-a]", "range" },
		{ "\\1", "escape" },         { "\\C", "\\C" },
		{ "a\\Cb", "\\C" },          { "[\\C]", "escape" },
		{ "\\Z", "escape" },         { "(?=a)", "perl" },
		{ "(?!a)", "perl" },         { "(?<=a)", "named capture" },
		{ "(?<a", "named capture" }, { "(?x)a", "perl" },
		{ "\xFF", "UTF-8" },         { "(?P<>a)", "named capture" },
		{ "\\E", "escape" },         { "\\pX", "range" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char error[100] = "";
		struct regex *re = regex_new(rows[i].pattern, error, sizeof(error));

		ck_assert_msg(re == NULL, "%s", rows[i].pattern);
		ck_assert_msg(strstr(error, rows[i].why) != NULL && error[0] != '\0', "%s: %s",
			      rows[i].pattern, error);
	}
}
END_TEST

START_TEST(a_message_is_cut_off_where_it_ends)
{
	char error[6] = "xxxxx";

	ck_assert_ptr_null(regex_new("(", error, sizeof(error)));
	ck_assert_uint_eq(strlen(error), 5);
	ck_assert_ptr_null(regex_new("(", error, 1));
	ck_assert_str_eq(error, "");
	ck_assert_ptr_null(regex_new("(", NULL, 0));
	regex_free(NULL);
}
END_TEST

static char *repeated(const char *open, int count, const char *middle, const char *close)
{
	struct text t = { 0 };

	for (int i = 0; i < count; i++)
		text_add(&t, open);
	text_add(&t, middle);
	for (int i = 0; i < count; i++)
		text_add(&t, close);
	return t.data;
}

START_TEST(monsters_are_refused_or_fast)
{
	static const struct {
		const char *open;
		int count;
		const char *middle, *close;
		bool valid;
	} rows[] = {
		{ "(", 999, "^a$", ")", true },     { "(", 1000, "^a$", ")", false },
		{ "(?:", 1000, "^a$", ")", false }, { "(", 20000, "", ")", false },
		{ "(", 60000, "", "", false },      { "a", 4096, "", "", true },
		{ "a", 4097, "", "", false },       { "[[:", 20000, "", "", false },
		{ "(a*", 30, "b", ")*", true },     { "(?:", 10, "a", "){10}", false },
		{ "x*", 1000, "y", "", true },      { "\\", 4000, "", "", true },
		{ "\\", 3999, "", "", false },      { "\\pL", 5, "", "", true },
		{ "\\pL", 21, "", "", false },      { "(?:\\pL", 1, "", "){300}", false },
	};
	char *s = repeated("a", 30000, "", "");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *pattern =
			repeated(rows[i].open, rows[i].count, rows[i].middle, rows[i].close);
		char error[100] = "";
		struct regex *re = regex_new(pattern, error, sizeof(error));

		ck_assert_msg((re != NULL) == rows[i].valid, "row %zu: %s", i, error);
		if (re != NULL)
			regex_match(re, s);
		regex_free(re);
		ck_assert_msg(regex_anchored(pattern) == (i == 0), "row %zu", i);
		free(pattern);
	}
	free(s);
}
END_TEST

START_TEST(anchored_expressions)
{
	static const char *const rows[] = {
		"^eth0$",        "^$",
		"^eth.*$",       "^(eth0|eth1)$",
		"^(?:a|b)$",     "^a$|^b$",
		"^a$|^b$|^c$",   "\\Aeth0\\z",
		"^eth0\\z",      "\\Aa$|^b\\z",
		"(^a$|^b$)",     "((^a$))|(?:^b$)",
		"(^a|^b)$",      "^(a$|b$)",
		"(^)a($)",       "(?i)^eth0$",
		"(?i:^eth0$)",   "(?i)(?s)^a$",
		"(?m)^eth0$",    "(?i)^a$|^b$",
		"(?P<name>^a$)", "(?<name>^a$|^b$)",
		"^[|]$",         "^[^]|(]$",
		"^[]|]$",        "^[[:alpha:]|]+$",
		"^[a\\]|b]$",    "^\\|$",
		"^\\Qa|b\\E$",   "^\\Qa|b$\\E$",
		"^eth\\$$",      "^a{2}$",
		"(^a){00}$", /* a leading zero: the braces are text */
		"(^a){,0}$",     "^a{2,}$|^b{0,3}$",
		"(^a)+$",        "(^a){1,3}($)+",
		"(^a$)+?",       "(^a$){2}?",
		"^\\p{Greek}$",  "^\\p{^Greek}$",
		"^\\x{7C}$",     "^^a$$",
		"x*^a$", /* the x* can only be empty */
		"^a$y?",         "^\\ba\\b$",
		"\\b^a$\\b",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(regex_anchored(rows[i]), "%s", rows[i]);
}
END_TEST

START_TEST(expressions_that_are_not_anchored)
{
	static const char *const rows[] = {
		"",
		"eth0",
		"^eth0",
		"eth0$",
		"^eth0|eth1$",
		"^eth0$|eth1",
		"eth0|^eth1$",
		"^a|b$",
		"^a$|^b",
		"^a$|",
		"|^a$",
		"^a$||^b$",
		"^(a|b)",
		"(^a|b)$",
		"^(a$|b)",
		"(^a$|b)",
		"(^a$)|(b)",
		"(?i)^a|b$",
		"(?i:^a|b)$",
		"[^a]$",
		"[^a$]",
		"\\^a$",
		"^a\\$",
		"^a\\\\\\$",
		"\\Q^a$\\E",
		"^\\Qa$",
		"^a[$]",
		"[]^a$]",
		"\\p{^Greek}$",
		"(^a)?b$",
		"(^a)*b$",
		"(^a){0,1}b$",
		"(^a){0}b$",
		"^*a$",
		"^?a$",
		"^{0}a$",
		"^a$*",
		"^a$??",
		"^(?i)*a$",   /* repeats the ^ before the flag */
		"^\\Q\\E*a$", /* likewise */
		"^a{x|y}$",
		"\\Aa|b\\z",
		"^eth0$\\|x|y",
		/* Not valid. */
		"^(a$",
		"^a)$",
		"^[a$",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(!regex_anchored(rows[i]), "%s", rows[i]);
}
END_TEST

/* An expression of up to ten random pieces; most are valid. */
static void random_pattern(struct random *r, char pattern[static 100])
{
	static const char *const pieces[] = {
		"a",   "b",    ".",       "^",    "^",     "$",       "$",
		"|",   "|",    "(",       "(",    ")",     ")",       "*",
		"?",   "+",    "{0}",     "{2}",  "{0,1}", "{1,}",    "{",
		"(?:", "(?i)", "(?i:",    "\\A",  "\\z",   "\\Q^\\E", "\\Q\\E",
		"\\$", "\\^",  "[ab]",    "[^a]", "[$]",   "[]|]",    "[[:alpha:]$]",
		"\\b", "x{2}", "\\x{61}",
	};
	size_t len = 0;

	for (uint64_t n = random_below(r, 11); n > 0; n--) {
		const char *piece = pieces[random_below(r, sizeof(pieces) / sizeof(pieces[0]))];

		memcpy(pattern + len, piece, strlen(piece));
		len += strlen(piece);
	}
	pattern[len] = '\0';
}

START_TEST(an_anchored_expression_matches_whole_texts_only)
{
	static const char *const texts[] = { "",    "a",    "b",   "ab",   "ba", "aa", "x",
					     "aab", "abab", "^a$", "a$",   "^",  "$",  "{",
					     "a{",  "bb",   "]",   "aaaa", "|",  "xab" };
	struct random r = random_new(8);
	int anchored = 0;

	for (int i = 0; i < 30000; i++) {
		char pattern[100];
		char whole[120];

		random_pattern(&r, pattern);
		struct regex *re = regex_new(pattern, NULL, 0);

		if (re == NULL || !regex_anchored(pattern)) {
			regex_free(re);
			continue;
		}
		anchored++;
		snprintf(whole, sizeof(whole), "\\A(?:%s)\\z", pattern);

		struct regex *whole_re = regex_new(whole, NULL, 0);

		EXPECT(re != NULL && whole_re != NULL, "%s", pattern);
		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
			EXPECT(regex_match(re, texts[j]) == regex_match(whole_re, texts[j]),
			       "%s on \"%s\"", pattern, texts[j]);
		regex_free(re);
		regex_free(whole_re);
	}
	ck_assert_int_gt(anchored, 100);
}
END_TEST

Suite *suite_regex(void)
{
	Suite *suite = suite_create("regex");
	TCase *match = tcase_create("match");
	TCase *anchored = tcase_create("anchored");

	tcase_add_test(match, matching_is_unanchored_as_in_go);
	tcase_add_test(match, expressions_that_go_refuses);
	tcase_add_test(match, a_message_is_cut_off_where_it_ends);
	tcase_set_timeout(match, 60);
	tcase_add_test(match, monsters_are_refused_or_fast);
	tcase_set_timeout(anchored, 60);
	tcase_add_test(anchored, anchored_expressions);
	tcase_add_test(anchored, expressions_that_are_not_anchored);
	tcase_add_test(anchored, an_anchored_expression_matches_whole_texts_only);
	suite_add_tcase(suite, match);
	suite_add_tcase(suite, anchored);
	return suite;
}
