/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of config/yaml/placeholder.h: which texts are values, and what others become. (I6) */
#include "tests/unit/suites.h"

#include <string.h>

#include "base/text.h"
#include "config/yaml/placeholder.h"

struct placeholder_row {
	const char *text;
	enum placeholder is;
	const char *becomes; /* of PLACEHOLDER_REPLACED */
};

static void check_rows(const struct placeholder_row *rows, size_t count,
		       const struct substitutions *known)
{
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < count; i++) {
		const char *out = NULL;
		const enum placeholder is = placeholder_read(rows[i].text, known, &arena, &out);

		ck_assert_msg(is == rows[i].is, "%s is %d", rows[i].text, (int)is);
		ck_assert_str_eq(out, rows[i].becomes != NULL ? rows[i].becomes : rows[i].text);
	}
	arena_release(&arena);
}

START_TEST(notations_are_told_from_values)
{
	static const struct placeholder_row rows[] = {
		{ "${VIP_RANGE}", PLACEHOLDER_UNKNOWN, NULL },
		{ "192.0.2.${LAST}", PLACEHOLDER_UNKNOWN, NULL },
		{ "${A}-${B}", PLACEHOLDER_UNKNOWN, NULL },
		{ "${A:=1}-${B}", PLACEHOLDER_UNKNOWN, NULL },
		{ "${A:=192.0.2.0/24}", PLACEHOLDER_REPLACED, "192.0.2.0/24" },
		{ "${A:-192.0.2.0/24}", PLACEHOLDER_REPLACED, "192.0.2.0/24" },
		{ "${A=x}${B-y}z", PLACEHOLDER_REPLACED, "xyz" },
		{ "${A:=}", PLACEHOLDER_REPLACED, "" },
		{ "${A:=${B}}", PLACEHOLDER_UNKNOWN, NULL },
		{ "${A:0:3}", PLACEHOLDER_UNKNOWN, NULL },
		{ "${A%%.*}", PLACEHOLDER_UNKNOWN, NULL },
		{ "$${A}", PLACEHOLDER_REPLACED, "${A}" },
		{ "$NAME", PLACEHOLDER_UNKNOWN, NULL },
		{ "$(NAME)", PLACEHOLDER_UNKNOWN, NULL },
		{ "{{ pool }}", PLACEHOLDER_UNKNOWN, NULL },
		{ "{{ op://vault/item }}", PLACEHOLDER_UNKNOWN, NULL },
		{ "{% if x %}a{% endif %}", PLACEHOLDER_UNKNOWN, NULL },
		{ "<% pool %>", PLACEHOLDER_UNKNOWN, NULL },
		{ "<path:a/b#c>", PLACEHOLDER_UNKNOWN, NULL },
		{ "<YOUR POOL>", PLACEHOLDER_UNKNOWN, NULL },
		{ "((pool))", PLACEHOLDER_UNKNOWN, NULL },
		{ "@POOL@", PLACEHOLDER_UNKNOWN, NULL },
		{ "%POOL%", PLACEHOLDER_UNKNOWN, NULL },
		{ "__POOL__", PLACEHOLDER_UNKNOWN, NULL },
		{ "#{POOL}#", PLACEHOLDER_UNKNOWN, NULL },
		{ "ref+vault://a/b", PLACEHOLDER_UNKNOWN, NULL },
		{ "op://vault/item/field", PLACEHOLDER_UNKNOWN, NULL },
		{ "ENC[AES256_GCM,data:x,type:str]", PLACEHOLDER_ENCRYPTED, NULL },
		{ "-----BEGIN AGE ENCRYPTED FILE-----\nx", PLACEHOLDER_ENCRYPTED, NULL },
		{ "$ANSIBLE_VAULT;1.1;AES256\n6238", PLACEHOLDER_ENCRYPTED, NULL },
		{ "", PLACEHOLDER_NONE, NULL },
		{ "192.0.2.0/24", PLACEHOLDER_NONE, NULL },
		{ "^eth0$", PLACEHOLDER_NONE, NULL },
		{ "^(eth|ens)[0-9]+$", PLACEHOLDER_NONE, NULL },
		{ "^((eth)|(ens))[0-9]{1,2}$", PLACEHOLDER_NONE, NULL },
		{ "${node.annotations['a/b']}", PLACEHOLDER_NONE, NULL },
		{ "${", PLACEHOLDER_NONE, NULL },
		{ "${A", PLACEHOLDER_NONE, NULL },
		{ "${}", PLACEHOLDER_NONE, NULL },
		{ "$", PLACEHOLDER_NONE, NULL },
		{ "user@example.com", PLACEHOLDER_NONE, NULL },
		{ "((eth0))|x", PLACEHOLDER_NONE, NULL },
		{ "<", PLACEHOLDER_NONE, NULL },
		{ "100%", PLACEHOLDER_NONE, NULL },
	};

	check_rows(rows, ARRAY_LEN(rows), NULL);
}
END_TEST

START_TEST(values_are_put_in)
{
	static struct substitution items[] = { { "A", "first", "vars" },
					       { "A", "1", NULL },
					       { "B", "", "vars" },
					       { "C", "${A}", "more" } };
	static const struct substitutions known = { .list = { .items = items, .count = 4 } };
	static const struct placeholder_row rows[] = {
		{ "${A}", PLACEHOLDER_REPLACED, "1" },
		{ "x${A:=2}y", PLACEHOLDER_REPLACED, "x1y" },
		{ "${B:=2}", PLACEHOLDER_REPLACED, "" },
		{ "${C}", PLACEHOLDER_REPLACED, "${A}" },
		{ "${D}", PLACEHOLDER_UNKNOWN, NULL },
		{ "${A}${D}", PLACEHOLDER_UNKNOWN, NULL },
	};

	check_rows(rows, ARRAY_LEN(rows), &known);
}
END_TEST

/* Texts that would take long if each mark looked at all that follows. */
START_TEST(long_texts_take_no_longer_than_they_are)
{
	static const char *const pieces[] = { "${", "${a", "${a:=", "$${a", "$(", "{{", "@a" };
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct text t = { 0 };
		const char *out;

		while (t.len < 2u << 20)
			text_add(&t, pieces[i]);
		ck_assert_int_ne(placeholder_read(text_str(&t), NULL, &arena, &out),
				 PLACEHOLDER_REPLACED);
		text_release(&t);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(lines_show_what_yaml_cannot_begin_with)
{
	ck_assert(placeholder_in_line("pool: @POOL@"));
	ck_assert(placeholder_in_line("  - %POOL%-x"));
	ck_assert(!placeholder_in_line("pool: a@b.example"));
	ck_assert(!placeholder_in_line("pool: @ x@"));
	ck_assert(!placeholder_in_line(NULL));
}
END_TEST

Suite *suite_placeholder(void)
{
	Suite *suite = suite_create("placeholder");
	TCase *tc = tcase_create("placeholder");

	tcase_add_test(tc, notations_are_told_from_values);
	tcase_add_test(tc, values_are_put_in);
	tcase_add_test(tc, long_texts_take_no_longer_than_they_are);
	tcase_add_test(tc, lines_show_what_yaml_cannot_begin_with);
	suite_add_tcase(suite, tc);
	return suite;
}
