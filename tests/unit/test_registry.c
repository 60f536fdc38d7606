/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the registry of checks: rows are whole, and the driver keeps to them. */
#include <glob.h>
#include <stdio.h>

#include "base/text.h"
#include "tests/unit/load.h"
#include "tests/unit/suites.h"
#include "validator/validate.h"

#define GROUP                                                                                  \
	"apiVersion: purelb.io/v2\nkind: ServiceGroup\n"                                       \
	"metadata: {name: default, namespace: purelb-system}\n"                                \
	"spec: {remote: {v4pool: {pool: 10.110.0.16/28, subnet: 10.110.0.0/24}}}\n---\n"

/* Validates a text with one Service network, or none (NULL). */
static struct snapshot *validated(struct validation *out, const char *text,
				  const char *service_cidr)
{
	struct snapshot *s = load_text(text);
	struct validate_options options = { .kubernetes = { 0 } };
	struct cluster cluster;

	if (service_cidr != NULL)
		ARRAY_ADD(&s->arena, &options.service_cidrs, service_cidr);
	purelb_resolve(&cluster, s);
	validate(out, s, &cluster, &options, NULL);
	cluster_release(&cluster);
	return s;
}

static bool is_reported(const struct validation *v, enum check_code code)
{
	ARRAY_FOREACH (const struct finding, f, &v->findings)
		if (f->code == (uint32_t)code)
			return true;
	return false;
}

static bool is_skipped(const struct validation *v, enum check_code code)
{
	ARRAY_FOREACH (const struct skipped_check, skipped, &v->skipped)
		if (skipped->code == code)
			return true;
	return false;
}

START_TEST(every_row_has_texts_and_a_name_of_its_own)
{
	const struct check *check = &check_table[_i];

	ck_assert_msg(check->title != NULL && check->title[0] != '\0', "%s", check->code);
	ck_assert_msg(check->why != NULL && check->why[0] != '\0', "%s", check->code);
	ck_assert_msg(check->fix != NULL && check->fix[0] != '\0', "%s", check->code);
	ck_assert_msg(check->bad != NULL && check->bad[0] != '\0', "%s", check->code);
	ck_assert_msg(check->good != NULL && check->good[0] != '\0', "%s", check->code);
	ck_assert_msg(check->run.cluster != NULL, "%s", check->code);
	ck_assert_int_eq(check_find(check->code), _i);
	ck_assert_int_eq(check_find(check->slug), _i);
}
END_TEST

/* A fixture that fires it and one that comes near. */
START_TEST(every_row_has_fixtures)
{
	static const char *const kinds[] = { "fires", "near" };

	if (check_table[_i].severity == SEVERITY_PASS)
		return;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char pattern[128];
		glob_t found;

		snprintf(pattern, sizeof(pattern), "fixtures/checks/%s-%s*.yaml",
			 check_table[_i].code, kinds[i]);
		ck_assert_msg(glob(pattern, 0, NULL, &found) == 0, "%s is missing", pattern);
		globfree(&found);
	}
}
END_TEST

/* What is listed as not checked has no finding, whatever the input. */
START_TEST(what_is_skipped_reports_nothing)
{
	static const char *const cidrs[] = { NULL, "10.96.0.0/12" };

	for (size_t i = 0; i < ARRAY_LEN(cidrs); i++) {
		struct validation v;
		struct snapshot *s = validated(&v, GROUP, cidrs[i]);

		ARRAY_FOREACH (const struct skipped_check, skipped, &v.skipped)
			ck_assert_msg(!is_reported(&v, skipped->code), "%s",
				      check_table[skipped->code].code);
		ck_assert_uint_eq(v.misattributed, 0);
		ck_assert_int_eq(is_reported(&v, SG_CLUSTER_CIDR_OVERLAP), cidrs[i] != NULL);
		ck_assert_int_eq(is_skipped(&v, SG_CLUSTER_CIDR_OVERLAP), cidrs[i] == NULL);
		snapshot_release(s);
	}
}
END_TEST

/* Even a function that reports without asking leaves nothing behind. */
START_TEST(a_report_without_its_needs_is_dropped)
{
	struct snapshot *s = load_text(GROUP);
	struct checker ck = { .snapshot = s,
			      .arena = &s->arena,
			      .findings = { .arena = &s->arena },
			      .have = NEED_NODES };
	struct finding *f =
		report(&ck, SV_UNKNOWN_GROUP, NULL, (struct pos){ 0 }, "not to be seen");

	finding_path(&ck, f, "spec");
	finding_hint(&ck, f, "look elsewhere");
	ck_assert_uint_eq(ck.findings.count, 0);
	report(&ck, CV_RANGE_UNCOVERED, NULL, (struct pos){ 0 }, "absences count as well");
	ck_assert_uint_eq(ck.findings.count, 0);
	ck.have |= NEED_ALL_AGENTS;
	report(&ck, CV_RANGE_UNCOVERED, NULL, (struct pos){ 0 }, "now it counts");
	ck_assert_uint_eq(ck.findings.count, 1);
	snapshot_release(s);
}
END_TEST

/* Whatever a fixture makes the checks say, the rows name the functions that say it. */
START_TEST(rows_name_the_functions_that_report)
{
	glob_t found;

	ck_assert_int_eq(glob("fixtures/checks/*-fires*.yaml", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		static char text[1 << 18];
		FILE *file = fopen(found.gl_pathv[i], "r");
		struct validation v;
		struct snapshot *s;

		ck_assert_ptr_nonnull(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		s = validated(&v, text, "10.96.0.0/12");
		ck_assert_msg(v.misattributed == 0, "%s", found.gl_pathv[i]);
		snapshot_release(s);
	}
	globfree(&found);
}
END_TEST

Suite *suite_registry(void)
{
	Suite *suite = suite_create("registry");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, every_row_has_texts_and_a_name_of_its_own, 0, CHECK_COUNT);
	tcase_add_loop_test(tc, every_row_has_fixtures, 0, CHECK_COUNT);
	tcase_add_test(tc, rows_name_the_functions_that_report);
	tcase_add_test(tc, what_is_skipped_reports_nothing);
	tcase_add_test(tc, a_report_without_its_needs_is_dropped);
	suite_add_tcase(suite, tc);
	return suite;
}
