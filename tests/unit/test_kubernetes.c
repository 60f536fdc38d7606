/* SPDX-License-Identifier: Apache-2.0 */
/* test: releases of Kubernetes, as users and kubelets write them. */
#include "tests/unit/load.h"
#include "tests/unit/suites.h"
#include "validator/kubernetes.h"

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))

static const struct version_row {
	const char *text;
	bool valid;
	unsigned major, minor;
	bool enforces; /* int32 */
} version_rows[] = {
	{ "1.35", true, 1, 35, false },        { "v1.35.9", true, 1, 35, false },
	{ "1.36", true, 1, 36, true },         { "v1.36.0-rc.1", true, 1, 36, true },
	{ "v1.37.2+k3s1", true, 1, 37, true }, { "2.0", true, 2, 0, true },
	{ "1.9", true, 1, 9, false },          { "", false, 0, 0, false },
	{ "1", false, 0, 0, false },           { "1.", false, 0, 0, false },
	{ "v.36", false, 0, 0, false },        { "1.36x", false, 0, 0, false },
	{ "latest", false, 0, 0, false },      { "1.99999999999", false, 0, 0, false },
};

START_TEST(versions)
{
	const struct version_row *row = &version_rows[_i];
	struct kubernetes_version version = { 0 };

	ck_assert_int_eq(kubernetes_version_parse(row->text, &version), row->valid);
	if (!row->valid)
		return;
	ck_assert_uint_eq(version.major, row->major);
	ck_assert_uint_eq(version.minor, row->minor);
	ck_assert_int_eq(kubernetes_enforces_int32(version), row->enforces);
}
END_TEST

START_TEST(newest_kubelet)
{
	struct snapshot *snapshot = load_text(
		"apiVersion: v1\nkind: List\nitems:\n"
		"- {apiVersion: v1, kind: Node, metadata: {name: a}, status: {nodeInfo: "
		"{kubeletVersion: v1.9.11}}}\n"
		"- {apiVersion: v1, kind: Node, metadata: {name: b}, status: {nodeInfo: "
		"{kubeletVersion: v1.36.1}}}\n"
		"- {apiVersion: v1, kind: Node, metadata: {name: c}, status: {nodeInfo: "
		"{kubeletVersion: unknown}}}\n"
		"- {apiVersion: v1, kind: Node, metadata: {name: d}}\n");
	struct kubernetes_version version = kubernetes_version_of_nodes(snapshot);

	ck_assert_uint_eq(version.major, 1);
	ck_assert_uint_eq(version.minor, 36);
	snapshot_release(snapshot);
}
END_TEST

START_TEST(no_kubelet)
{
	struct snapshot *snapshot =
		load_text("apiVersion: v1\nkind: Node\nmetadata: {name: a}\n");
	struct kubernetes_version version = kubernetes_version_of_nodes(snapshot);

	ck_assert_uint_eq(version.major, 0);
	ck_assert(!kubernetes_enforces_int32(version));
	snapshot_release(snapshot);
}
END_TEST

Suite *suite_kubernetes(void)
{
	Suite *suite = suite_create("kubernetes");
	TCase *tc = tcase_create("versions");

	tcase_add_loop_test(tc, versions, 0, ROWS(version_rows));
	tcase_add_test(tc, newest_kubelet);
	tcase_add_test(tc, no_kubelet);
	suite_add_tcase(suite, tc);
	return suite;
}
