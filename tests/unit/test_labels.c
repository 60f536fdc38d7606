/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors: what is valid and what matches. */
#include "tests/unit/suites.h"

#include <string.h>

#include "config/objects/object.h"
#include "tests/unit/load.h"

#define X63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

START_TEST(keys)
{
	static const char *const good[] = { "a", "A.b_c-9", "example.com/role", X63,
					    ("x.y/" X63) };
	static const char *const bad[] = { "",      "-a",    "a-",  "/a",    "a/",
					   "a/b/c", "A.b/c", "a b", "x_y/c", (X63 "a") };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(label_key_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!label_key_valid(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(values)
{
	ck_assert(label_value_valid(""));
	ck_assert(label_value_valid("a.B_c-9"));
	ck_assert(!label_value_valid("a/b"));
	ck_assert(!label_value_valid("-a"));
	ck_assert(!label_value_valid(X63 "a"));
}
END_TEST

START_TEST(names)
{
	ck_assert(dns_label_valid("web-1"));
	ck_assert(!dns_label_valid("web.1"));
	ck_assert(!dns_label_valid("Web"));
	ck_assert(!dns_label_valid(X63 "a"));
	ck_assert(dns_subdomain_valid("web.1"));
	ck_assert(!dns_subdomain_valid("web..1"));
	ck_assert(!dns_subdomain_valid(""));
	ck_assert(!dns_subdomain_valid("web_1"));
}
END_TEST

struct selector_row {
	const char *selector; /* flow mapping */
	const char *labels;
	bool matches;
	const char *error_path; /* NULL: valid */
};

/* P4.1: selectors as Kubernetes reads them. */
static const struct selector_row selector_rows[] = {
	{ "{}", "{a: b}", true, NULL },
	{ "{matchLabels: {a: b}}", "{a: b, c: d}", true, NULL },
	{ "{matchLabels: {a: b, c: x}}", "{a: b, c: d}", false, NULL },
	{ "{matchExpressions: [{key: a, operator: In, values: [x, b]}]}", "{a: b}", true,
	  NULL },
	{ "{matchExpressions: [{key: a, operator: In, values: [x]}]}", "{a: b}", false, NULL },
	{ "{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{a: b}", false,
	  NULL },
	{ "{matchExpressions: [{key: z, operator: NotIn, values: [b]}]}", "{a: b}", true,
	  NULL },
	{ "{matchExpressions: [{key: a, operator: Exists}]}", "{a: b}", true, NULL },
	{ "{matchExpressions: [{key: z, operator: Exists}]}", "{a: b}", false, NULL },
	{ "{matchExpressions: [{key: z, operator: DoesNotExist}]}", "{a: b}", true, NULL },
	{ "{matchLabels: {a: b}, matchExpressions: [{key: z, operator: Exists}]}", "{a: b}",
	  false, NULL },
	{ "{matchExpressions: [{key: a, operator: in, values: [b]}]}", "{a: b}", false,
	  "matchExpressions[0].operator" },
	{ "{matchExpressions: [{key: a, operator: In}]}", "{a: b}", false,
	  "matchExpressions[0].values" },
	{ "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}", "{a: b}", false,
	  "matchExpressions[0].values" },
	{ "{matchExpressions: [{key: -a, operator: Exists}]}", "{a: b}", false,
	  "matchExpressions[0].key" },
	{ "{matchLabels: {a: 'b c'}}", "{a: b}", false, "matchLabels.a" },
};

START_TEST(selectors)
{
	const struct selector_row *row = &selector_rows[_i];
	char text[1024];

	snprintf(
		text, sizeof(text),
		"apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: a, labels: %s}\n"
		"spec: {nodeSelector: %s}\n",
		row->labels, row->selector);

	struct snapshot *s = load_text(text);

	ck_assert_uint_eq(s->agents.count, 1);

	const struct lbnodeagent *agent = s->agents.items[0];
	struct pos pos;
	const char *path = NULL;
	const char *error = selector_error(&agent->node_selector, &s->arena, &pos, &path);

	if (row->error_path != NULL) {
		ck_assert_ptr_nonnull(error);
		ck_assert_str_eq(path, row->error_path);
		ck_assert_uint_eq(pos.line, 4);
	} else {
		ck_assert_msg(error == NULL, "%s", error);
		ck_assert_int_eq(selector_matches(&agent->node_selector, &agent->object.labels),
				 row->matches);
	}
	snapshot_release(s);
}
END_TEST

Suite *suite_labels(void)
{
	Suite *s = suite_create("labels");
	TCase *tc = tcase_create("syntax");

	tcase_add_test(tc, keys);
	tcase_add_test(tc, values);
	tcase_add_test(tc, names);
	tcase_add_loop_test(tc, selectors, 0,
			    (int)(sizeof(selector_rows) / sizeof(selector_rows[0])));
	suite_add_tcase(s, tc);
	return s;
}
