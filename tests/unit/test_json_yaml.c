/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of reports/model/json_yaml.h and reports/findings/findings_json.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "reports/findings/findings.h"
#include "reports/model/json_yaml.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

typedef void write_function(FILE *out, const cJSON *tree);

/* Compares what `write` makes of the tree, and frees the tree. */
static void check_written(write_function *write, cJSON *tree, const char *expected)
{
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	write(out, tree);
	fclose(out);
	ck_assert_str_eq(data, expected);
	free(data);
	cJSON_Delete(tree);
}

static cJSON *parsed(const char *json)
{
	cJSON *tree = cJSON_Parse(json);

	ck_assert_msg(tree != NULL, "not JSON: %s", json);
	return tree;
}

/* ---- JSON ---- */

static const struct pair {
	const char *from;
	const char *to;
} json_rows[] = {
	{ "[]", "[]\n" },
	{ "{}", "{}\n" },
	{ "null", "null\n" },
	{ "[1,true,\"a\"]", "[\n  1,\n  true,\n  \"a\"\n]\n" },
	{ "{\"b\":{\"x\":[]},\"a\":[{},{\"y\":4294967295}]}",
	  "{\n  \"b\": {\n    \"x\": []\n  },\n  \"a\": [\n    {},\n    {\n"
	  "      \"y\": 4294967295\n    }\n  ]\n}\n" },
	{ "{\"a\\\"b\":\"\\u0001\\n\\\\\"}", "{\n  \"a\\\"b\": \"\\u0001\\n\\\\\"\n}\n" },
};

START_TEST(json_is_indented_by_two)
{
	check_written(json_write, parsed(json_rows[_i].from), json_rows[_i].to);
}
END_TEST

START_TEST(strings_are_valid_utf8)
{
	check_written(json_write,
		      json_string("a\xff"
				  "b\xc3\xa4\xed\xa0\x80"),
		      "\"a\xef\xbf\xbd"
		      "b\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n");
	check_written(yaml_write, json_string("a\xff"), "a\xef\xbf\xbd\n");
}
END_TEST

START_TEST(raw_numbers_stay_exact)
{
	check_written(json_write, cJSON_CreateRaw("9007199254740993"), "9007199254740993\n");
	check_written(yaml_write, cJSON_CreateRaw("9007199254740993"), "9007199254740993\n");
}
END_TEST

/* ---- YAML ---- */

static const struct pair yaml_rows[] = {
	{ "{\"checks\":[],\"pass\":3}", "checks: []\npass: 3\n" },
	{ "{\"a\":{\"b\":[{\"c\":1,\"d\":true},null]},\"e\":{}}",
	  "a:\n  b:\n  - c: 1\n    d: true\n  - null\ne: {}\n" },
	{ "{\"a\":\"x: y # z\"}", "a: 'x: y # z'\n" },
	{ "{\"a\":\"it's\"}", "a: it's\n" },
	{ "{\"a\":\"one\\ntwo\\n\"}", "a: |\n  one\n  two\n" },
	{ "{\"a\":\"\\u0007\"}", "a: \"\\a\"\n" },
	{ "{\"no\":1,\"yes\":2}", "'no': 1\n'yes': 2\n" },
};

START_TEST(yaml_is_in_block_style)
{
	check_written(yaml_write, parsed(yaml_rows[_i].from), yaml_rows[_i].to);
}
END_TEST

START_TEST(yaml_does_not_fold_lines)
{
	char text[301];
	char expected[302];

	for (size_t i = 0; i < 300; i++)
		text[i] = i % 5 == 4 ? ' ' : 'x';
	text[299] = 'x';
	text[300] = '\0';
	snprintf(expected, sizeof(expected), "%s\n", text);
	check_written(yaml_write, json_string(text), expected);
}
END_TEST

/* Strings that a YAML 1.1 decoder would take for something else when they are plain. */
static const char *const typed_words[] = {
	"",     "y",    "N",    "yes", "No",   "ON",    "off", "true",       "FALSE",
	"null", "~",    "1",    "010", "0x1f", "1_000", "-1",  "+1",         "1.5",
	".5",   ".inf", ".NaN", "1e3", "1:30", "=",     "<<",  "2001-12-14", "0b1",
	"-",    "?",    "*a",   "&a",  "!a",   " a",    "a ",  "a: b",       "#a",
};

static const char *const plain_words[] = {
	"FAIL", "SG006",     "ServiceGroup", "spec.local.v4pools[0].pool", "/srv/pools.yaml",
	"nope", "Yesterday", "onward",
};

START_TEST(strings_stay_strings)
{
	for (size_t i = 0; i < sizeof(typed_words) / sizeof(typed_words[0]); i++) {
		char quoted[64];

		snprintf(quoted, sizeof(quoted), "'%s'\n", typed_words[i]);
		check_written(yaml_write, json_string(typed_words[i]), quoted);
	}
	for (size_t i = 0; i < sizeof(plain_words) / sizeof(plain_words[0]); i++) {
		char plain[64];

		snprintf(plain, sizeof(plain), "%s\n", plain_words[i]);
		check_written(yaml_write, json_string(plain_words[i]), plain);
	}
}
END_TEST

START_TEST(a_full_stream_shows_in_its_error_flag)
{
	FILE *out = fopen("/dev/full", "w");

	ck_assert_ptr_nonnull(out);
	setvbuf(out, NULL, _IONBF, 0);

	cJSON *tree = parsed("{\"a\":[1,2]}");

	yaml_write(out, tree);
	ck_assert_int_ne(ferror(out), 0);
	clearerr(out);
	json_write(out, tree);
	ck_assert_int_ne(ferror(out), 0);
	cJSON_Delete(tree);
	fclose(out);
}
END_TEST

/* ---- findings ---- */

START_TEST(findings_hold_what_they_have_in_the_documented_order)
{
	struct snapshot snapshot = { 0 };
	struct source source = { .name = "pools.yaml" };
	struct object group = { .kind_name = "ServiceGroup",
				.name = { .s = "web" },
				.namespace = "purelb-system" };
	struct object node = { .kind_name = "Node", .name = { .s = "n1" }, .namespace = "" };
	struct related related = { "other", { 1, 3, 9 } };
	struct skipped_check skipped = { CHECK_CV001, NEED_NODES | NEED_SERVICES };
	struct validation v = { .count = { 3, 2, 1, 4 }, .silenced = 5 };

	snapshot.sources.list.items = &source;
	snapshot.sources.list.count = 1;
	v.skipped.items = &skipped;
	v.skipped.count = 1;

	struct finding findings[3] = {
		{ .code = CHECK_SG006,
		  .severity = SEVERITY_FAIL,
		  .place.object = &group,
		  .message = "no" },
		{ .code = CHECK_CV001,
		  .severity = SEVERITY_WARN,
		  .place.object = &node,
		  .message = "hm" },
		{ .code = CHECK_CV006, .severity = SEVERITY_INFO, .message = "so" },
	};

	findings[0].place.pos = (struct pos){ 1, 12, 13 };
	findings[0].place.path = "spec.local.v4pools[0].pool";
	findings[0].hint = "do";
	findings[0].inferred = true;
	findings[0].related.items = &related;
	findings[0].related.count = 1;
	v.findings.items = findings;
	v.findings.count = 3;

	cJSON *tree = findings_json(&v, &snapshot);
	char *text = cJSON_PrintUnformatted(tree);
	struct text expected = { 0 };

	text_printf(
		&expected,
		"{\"checks\":[{\"status\":\"FAIL\",\"message\":\"no\",\"code\":\"SG006\","
		"\"slug\":\"%s\",\"resource\":{\"kind\":\"ServiceGroup\",\"namespace\":"
		"\"purelb-system\",\"name\":\"web\"},\"path\":\"spec.local.v4pools[0].pool\","
		"\"location\":{\"file\":\"pools.yaml\",\"line\":12,\"column\":13},\"related\":"
		"[{\"message\":\"other\",\"location\":{\"file\":\"pools.yaml\",\"line\":3,"
		"\"column\":9}}],\"hint\":\"do\",\"inferred\":true},",
		check_table[CHECK_SG006].slug);
	text_printf(
		&expected,
		"{\"status\":\"WARN\",\"message\":\"hm\",\"code\":\"CV001\",\"slug\":\"%s\","
		"\"resource\":{\"kind\":\"Node\",\"name\":\"n1\"},\"inferred\":false},",
		check_table[CHECK_CV001].slug);
	text_printf(
		&expected,
		"{\"status\":\"INFO\",\"message\":\"so\",\"code\":\"CV006\",\"slug\":\"%s\","
		"\"inferred\":false}],\"pass\":3,\"warn\":1,\"fail\":4,\"info\":2,"
		"\"silenced\":5,\"skipped\":[{\"code\":\"CV001\",\"needs\":\"nodes, "
		"services\"}]}",
		check_table[CHECK_CV006].slug);
	ck_assert_str_eq(text, text_str(&expected));
	text_release(&expected);
	cJSON_free(text);
	cJSON_Delete(tree);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_json_yaml(void)
{
	Suite *suite = suite_create("json_yaml");
	TCase *tests = tcase_create("json_yaml");

	tcase_add_loop_test(tests, json_is_indented_by_two, 0, ROWS(json_rows));
	tcase_add_test(tests, strings_are_valid_utf8);
	tcase_add_test(tests, raw_numbers_stay_exact);
	tcase_add_loop_test(tests, yaml_is_in_block_style, 0, ROWS(yaml_rows));
	tcase_add_test(tests, yaml_does_not_fold_lines);
	tcase_add_test(tests, strings_stay_strings);
	tcase_add_test(tests, a_full_stream_shows_in_its_error_flag);
	tcase_add_test(tests, findings_hold_what_they_have_in_the_documented_order);
	suite_add_tcase(suite, tests);
	return suite;
}
