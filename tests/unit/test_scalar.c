/* SPDX-License-Identifier: Apache-2.0 */
/* Types of plain scalars: as kubectl's decoder resolves them. */
#include "tests/unit/suites.h"

#include "config/yaml/tree.h"

struct row {
	const char *text;
	enum tree_type type;
	int64_t integer; /* of TREE_INT; 1 or 0 of TREE_BOOL */
};

static const struct row rows[] = {
	{ "", TREE_NULL, 0 },
	{ "~", TREE_NULL, 0 },
	{ "null", TREE_NULL, 0 },
	{ "NULL", TREE_NULL, 0 },
	{ "nULL", TREE_STRING, 0 },
	{ "y", TREE_BOOL, 1 },
	{ "Y", TREE_BOOL, 1 },
	{ "yes", TREE_BOOL, 1 },
	{ "on", TREE_BOOL, 1 },
	{ "True", TREE_BOOL, 1 },
	{ "tRUE", TREE_STRING, 0 },
	{ "n", TREE_BOOL, 0 },
	{ "NO", TREE_BOOL, 0 },
	{ "Off", TREE_BOOL, 0 },
	{ "oFF", TREE_STRING, 0 },
	{ "yeah", TREE_STRING, 0 },
	{ "0", TREE_INT, 0 },
	{ "12", TREE_INT, 12 },
	{ "-12", TREE_INT, -12 },
	{ "+12", TREE_INT, 12 },
	{ "010", TREE_INT, 8 },
	{ "-010", TREE_INT, -8 },
	{ "0o10", TREE_INT, 8 },
	{ "0x1F", TREE_INT, 31 },
	{ "0b101", TREE_INT, 5 },
	{ "1_000", TREE_INT, 1000 },
	{ "9223372036854775807", TREE_INT, INT64_MAX },
	{ "-9223372036854775808", TREE_INT, INT64_MIN },
	{ "9223372036854775808", TREE_FLOAT, 0 },
	{ "08", TREE_FLOAT, 0 },
	{ "1.5", TREE_FLOAT, 0 },
	{ "1.", TREE_FLOAT, 0 },
	{ ".5", TREE_FLOAT, 0 },
	{ "1e3", TREE_FLOAT, 0 },
	{ ".inf", TREE_FLOAT, 0 },
	{ "-.INF", TREE_FLOAT, 0 },
	{ ".NaN", TREE_FLOAT, 0 },
	{ ".", TREE_STRING, 0 },
	{ "-", TREE_STRING, 0 },
	{ "+", TREE_STRING, 0 },
	{ "e3", TREE_STRING, 0 },
	{ "1e", TREE_STRING, 0 },
	{ "0x", TREE_STRING, 0 },
	{ "0xZZ", TREE_STRING, 0 },
	{ "_1", TREE_STRING, 0 },
	{ "1.2.3", TREE_STRING, 0 },
	{ "192.168.1.1", TREE_STRING, 0 },
	{ "12:30:45", TREE_STRING, 0 },
	{ "2026-01-01", TREE_STRING, 0 },
	{ "<<", TREE_STRING, 0 },
};

START_TEST(resolves)
{
	const struct row *row = &rows[_i];
	struct tree_node node = { 0 };

	scalar_resolve(&node, row->text);
	ck_assert_msg(node.type == row->type, "\"%s\" is %s", row->text,
		      tree_type_name(node.type));
	if (row->type == TREE_INT)
		ck_assert_int_eq(node.u.integer, row->integer);
	if (row->type == TREE_BOOL)
		ck_assert_int_eq(node.u.boolean, row->integer);
}
END_TEST

START_TEST(tags_decide)
{
	struct tree_node node = { 0 };

	scalar_resolve_tagged(&node, "tag:yaml.org,2002:str", "12");
	ck_assert_int_eq(node.type, TREE_STRING);
	scalar_resolve_tagged(&node, "tag:yaml.org,2002:int", "12");
	ck_assert_int_eq(node.type, TREE_INT);
	scalar_resolve_tagged(&node, "!mine", "12");
	ck_assert_int_eq(node.type, TREE_STRING);
}
END_TEST

START_TEST(keys_become_text)
{
	static const struct {
		const char *text;
		const char *key;
	} keys[] = { { "on", "true" }, { "n", "false" }, { "010", "8" }, { "name", "name" } };
	char buf[SCALAR_KEY_MAX];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct tree_node node = { .text = keys[i].text };

		scalar_resolve(&node, keys[i].text);
		ck_assert_str_eq(scalar_key_text(&node, buf), keys[i].key);
	}

	struct tree_node null = { .type = TREE_NULL };

	ck_assert_ptr_null(scalar_key_text(&null, buf));
}
END_TEST

Suite *suite_scalar(void)
{
	Suite *s = suite_create("scalar");
	TCase *tc = tcase_create("typing");

	tcase_add_loop_test(tc, resolves, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, tags_decide);
	tcase_add_test(tc, keys_become_text);
	suite_add_tcase(s, tc);
	return s;
}
