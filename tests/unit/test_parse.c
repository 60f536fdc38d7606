/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to objects: documents, lists, anchors, errors and bounds. */
#include "tests/unit/suites.h"

#include <string.h>

#include "base/text.h"
#include "tests/unit/load.h"

#define GROUP(name)                                                                            \
	"apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: " name "}\nspec: {}\n"

static void expect_groups(const char *text, unsigned groups, unsigned syntax_errors)
{
	struct snapshot *s = load_text(text);

	ck_assert_msg(s->groups.count == groups, "%u groups in:\n%s", s->groups.count, text);
	ck_assert_msg(problem_count(s, PROBLEM_SYNTAX) == syntax_errors,
		      "%u syntax errors in:\n%s", problem_count(s, PROBLEM_SYNTAX), text);
	snapshot_release(s);
}

START_TEST(documents)
{
	expect_groups("", 0, 0);
	expect_groups("# only a comment\n", 0, 0);
	expect_groups("---\n---\n", 0, 0);
	expect_groups(GROUP("a") "---\n" GROUP("b"), 2, 0);
	expect_groups("---\n" GROUP("a") "...\n---\n" GROUP("b"), 2, 0);
	expect_groups("\xef\xbb\xbf" GROUP("a") "---\n\xef\xbb\xbf" GROUP("b"), 2, 0);
	expect_groups(
		"apiVersion: purelb.io/v2\r\nkind: ServiceGroup\r\nmetadata: {name: a}\r\n"
		"spec: {}\r\n---\r\n" GROUP("b"),
		2, 0);
	expect_groups("just text\n", 0, 1);
	expect_groups("- a\n- b\n", 0, 1);
}
END_TEST

START_TEST(one_bad_document_does_not_hide_the_others)
{
	static const char *const bad[] = {
		"a: [1, 2\n",       "a: {b: 1\n",    "a: \"open\n",
		"a: 'open\n",       "a: b: c\n",     "a: 1\n\tb: 2\n",
		"a:\n\tb: 1\n",     "a: @x\n",       "a: 1\n b: 2\n  c: 3\n",
		"- a\nb: 1\n",      "a: |\n b\nc\n", "{- if .x }\n",
		"a: %x\n",          "\"\\ud83d\"\n", "a: !x!y z\n",
		"a: *nope\nb: [\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct text t = { 0 };

		text_printf(&t, "%s---\n%s---\n%s", GROUP("a"), bad[i], GROUP("b"));

		struct snapshot *s = load_text(text_str(&t));

		ck_assert_msg(s->groups.count == 2, "%u groups with:\n%s", s->groups.count,
			      bad[i]);
		ck_assert_msg(problem_count(s, PROBLEM_SYNTAX) >= 1, "no error in:\n%s",
			      bad[i]);

		uint32_t line = problem_first(s, PROBLEM_SYNTAX)->place.pos.line;

		ck_assert_msg(line >= 6 && line <= 9, "line %u for:\n%s", line, bad[i]);
		snapshot_release(s);
		text_release(&t);
	}
}
END_TEST

START_TEST(an_error_on_the_document_line_is_told_once)
{
	expect_groups(GROUP("a") "--- [\n---\n" GROUP("b"), 2, 1);
	expect_groups(GROUP("a") "--- @x\n---\n" GROUP("b"), 2, 1);
	expect_groups(GROUP("a") "--- @x\n" GROUP("b"), 1, 1);
	expect_groups("a: [\n---\n---\n---\nb: [\n---\n" GROUP("b"), 1, 2);
}
END_TEST

START_TEST(lists_are_flattened)
{
	expect_groups(
		"apiVersion: v1\nitems:\n- {apiVersion: purelb.io/v2, kind: ServiceGroup, "
		"metadata: {name: a}, spec: {}}\n- {apiVersion: purelb.io/v2, kind: "
		"ServiceGroup, metadata: {name: b}, spec: {}}\nkind: List\n",
		2, 0);
	/* Items that leave their kind to the list, before and after it is known. */
	expect_groups("kind: ServiceGroupList\napiVersion: purelb.io/v2\nitems:\n"
		      "- {metadata: {name: a}, spec: {}}\n- {metadata: {name: b}, spec: {}}\n",
		      2, 0);
	expect_groups(
		"items:\n- {metadata: {name: a}, spec: {}}\n- {metadata: {name: b}, spec: "
		"{}}\nkind: ServiceGroupList\napiVersion: purelb.io/v2\n",
		2, 0);
	/* A list in a list. */
	expect_groups("kind: List\napiVersion: v1\nitems:\n- kind: List\n  apiVersion: v1\n  "
		      "items:\n  - {apiVersion: purelb.io/v2, kind: ServiceGroup, metadata: "
		      "{name: a}, spec: {}}\n",
		      1, 0);
	/* `items` of something else are not objects. */
	expect_groups("kind: Menu\napiVersion: v1\nitems: [1, 2]\n", 0, 0);
	expect_groups("kind: List\napiVersion: v1\nitems: [1]\n", 0, 1);
	expect_groups("kind: List\napiVersion: v1\nitems: []\n", 0, 0);
	expect_groups("kind: List\napiVersion: v1\nitems: null\n", 0, 0);
}
END_TEST

START_TEST(json_is_yaml)
{
	expect_groups("{\"apiVersion\":\"purelb.io/v2\",\"kind\":\"ServiceGroup\",\n"
		      "\t\"metadata\":{\"name\":\"a\"},\"spec\":{}}\n",
		      1, 0);
	/* Objects one behind the other, as jq prints them. */
	expect_groups(
		"{\"apiVersion\":\"purelb.io/v2\",\"kind\":\"ServiceGroup\",\"metadata\":{"
		"\"name\":\"a\"},\"spec\":{}}\n{\"apiVersion\":\"purelb.io/v2\",\"kind\":"
		"\"ServiceGroup\",\"metadata\":{\"name\":\"b\"},\"spec\":{}}\n",
		2, 0);
	expect_groups(
		"{\"apiVersion\":\"purelb.io/v2\",\"kind\":\"ServiceGroup\",\"metadata\":{"
		"\"name\":\"a\"},\"spec\":{}}\nrest\n",
		1, 1);
}
END_TEST

START_TEST(anchors_and_aliases)
{
	struct snapshot *s = load_text(
		"apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: &m {name: a, labels: "
		"&l {x: 'y'}}\nspec:\n  local:\n    v4pools:\n    - &p {pool: 10.0.0.0/30, "
		"subnet: 10.0.0.0/24}\n    - <<: *p\n      pool: 10.0.0.8/30\n");

	ck_assert_uint_eq(s->problems.count, 0);

	const struct address_pools *pools = &s->groups.items[0]->local.v4pools;

	ck_assert_uint_eq(pools->list.count, 2);
	ck_assert_str_eq(pools->list.items[1].pool.s, "10.0.0.8/30");
	ck_assert_str_eq(pools->list.items[1].subnet.s, "10.0.0.0/24");
	ck_assert_uint_eq(pools->list.items[1].subnet.pos.line, 7);
	snapshot_release(s);

	/* An anchor in a value that nobody reads is there all the same. */
	s = load_text(
		"apiVersion: purelb.io/v2\nkind: ServiceGroup\nstatus: {deep: [{x: &p {pool: "
		"10.0.0.0/30, subnet: 10.0.0.0/24}}]}\nmetadata: {name: a}\nspec: {local: "
		"{v4pools: [*p]}}\n");
	ck_assert_uint_eq(s->problems.count, 0);
	ck_assert_uint_eq(s->groups.items[0]->local.v4pools.list.count, 1);
	snapshot_release(s);
}
END_TEST

START_TEST(aliases_are_bounded)
{
	struct text t = { 0 };
	struct snapshot *s;

	/* Nine levels of nine: 387 million values when expanded. */
	text_add(&t, "apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a}\nx:\n");
	text_add(&t, "- &a0 [1,2,3,4,5,6,7,8,9]\n");
	for (int i = 1; i < 9; i++) {
		text_printf(&t, "- &a%d [", i);
		for (int k = 0; k < 9; k++)
			text_printf(&t, "%s*a%d", k > 0 ? "," : "", i - 1);
		text_add(&t, "]\n");
	}
	text_add(&t, "spec: {local: {v4pools: *a8}}\n---\n" GROUP("b"));
	s = load_text(text_str(&t));
	ck_assert_uint_eq(problem_count(s, PROBLEM_SYNTAX), 1);
	ck_assert_ptr_nonnull(strstr(problem_first(s, PROBLEM_SYNTAX)->message, "expand"));
	ck_assert_uint_eq(s->groups.count, 1);
	snapshot_release(s);
	text_release(&t);

	expect_groups("a: &a [*a]\n", 0, 1);
	expect_groups("a: &a {b: *a}\n", 0, 1);
	expect_groups("&a {b: *a}\n", 0, 1);
	expect_groups("a: *none\n", 0, 1);
	/* Anchors end with their document. */
	expect_groups("a: &a 1\n---\nb: *a\n", 0, 1);
}
END_TEST

START_TEST(depth_is_bounded)
{
	static const char *const openers[] = { "[", "{a: ", "{\"a\":" };

	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		struct text t = { 0 };

		text_add(&t, "a: ");
		for (int k = 0; k < 10000; k++)
			text_add(&t, openers[i]);
		text_add(&t, "\n---\n" GROUP("b"));

		struct snapshot *s = load_text(text_str(&t));

		ck_assert_uint_eq(problem_count(s, PROBLEM_SYNTAX), 1);
		ck_assert_ptr_nonnull(
			strstr(problem_first(s, PROBLEM_SYNTAX)->message, "deeper"));
		ck_assert_uint_eq(s->groups.count, 1);
		snapshot_release(s);
		text_release(&t);
	}
}
END_TEST

START_TEST(bytes_that_are_no_text)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *message;
	} rows[] = {
		{ "a: \xff\xfe x\n", 8, "UTF-8" },
		{ "a: \xc3", 4, "UTF-8" },
		{ "a: \x01\n", 5, "control" },
		{ "a: b\0c\n", 7, "NUL" },
		{ "\xff\xfe"
		  "a\0:\0",
		  6, "UTF-16" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t = { 0 };

		text_add_bytes(&t, GROUP("a") "---\n", strlen(GROUP("a") "---\n"));
		if (strcmp(rows[i].message, "UTF-16") == 0)
			text_clear(&t);
		text_add_bytes(&t, rows[i].bytes, rows[i].len);

		struct snapshot *s = load_bytes(text_str(&t), t.len);
		const struct finding *p = problem_first(s, PROBLEM_SYNTAX);

		ck_assert_msg(p != NULL, "row %zu", i);
		ck_assert_msg(strstr(p->message, rows[i].message) != NULL, "%s", p->message);
		snapshot_release(s);
		text_release(&t);
	}
}
END_TEST

START_TEST(a_bad_byte_spares_the_documents_around_it)
{
	struct snapshot *s =
		load_text(GROUP("a") "---\n# caf\xe9\n" GROUP("b") "---\n" GROUP("c"));
	const struct finding *p = problem_first(s, PROBLEM_SYNTAX);

	ck_assert_uint_eq(s->groups.count, 3);
	ck_assert_uint_eq(p->place.pos.line, 6);
	ck_assert_uint_eq(p->place.pos.column, 6);
	snapshot_release(s);
}
END_TEST

START_TEST(duplicate_keys)
{
	struct snapshot *s =
		load_text("apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata:\n"
			  "  name: a\n  name: b\nspec: {}\n");
	const struct finding *p = problem_first(s, PROBLEM_DUPLICATE_KEY);

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p->place.pos.line, 5);
	ck_assert_uint_eq(p->related.items[0].pos.line, 4);
	ck_assert_ptr_eq(p->place.object, &s->groups.items[0]->object);
	ck_assert_str_eq(s->groups.items[0]->object.name.s, "b");
	snapshot_release(s);

	/* Of an object that means nothing here they mean nothing either. */
	s = load_text("a: 1\na: 2\napiVersion: v1\nkind: ConfigMap\n");
	ck_assert_uint_eq(s->problems.count, 0);
	snapshot_release(s);
}
END_TEST

START_TEST(places_are_exact)
{
	struct snapshot *s =
		load_text("# \xc3\xa4\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
			  "metadata:\n  name: \"a\"\nspec:\n  local:\n    v4pool: {subnet: "
			  "10.0.0.0/24, pool: 10.0.0.1/32}\n");
	const struct service_group *g = s->groups.items[0];

	ck_assert_uint_eq(g->object.name.pos.line, 5);
	ck_assert_uint_eq(g->object.name.pos.column, 9);
	ck_assert_uint_eq(g->local.v4pool.pool.pos.line, 8);
	ck_assert_uint_eq(g->local.v4pool.pool.pos.column, 41);
	ck_assert_uint_eq(g->local.at.key.line, 7);
	ck_assert_uint_eq(g->local.at.key.column, 3);
	snapshot_release(s);
}
END_TEST

Suite *suite_parse(void)
{
	Suite *s = suite_create("parse");
	TCase *tc = tcase_create("objects");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, documents);
	tcase_add_test(tc, one_bad_document_does_not_hide_the_others);
	tcase_add_test(tc, an_error_on_the_document_line_is_told_once);
	tcase_add_test(tc, lists_are_flattened);
	tcase_add_test(tc, json_is_yaml);
	tcase_add_test(tc, anchors_and_aliases);
	tcase_add_test(tc, aliases_are_bounded);
	tcase_add_test(tc, depth_is_bounded);
	tcase_add_test(tc, bytes_that_are_no_text);
	tcase_add_test(tc, a_bad_byte_spares_the_documents_around_it);
	tcase_add_test(tc, duplicate_keys);
	tcase_add_test(tc, places_are_exact);
	suite_add_tcase(s, tc);
	return s;
}
