/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of reports/findings*.h for programs, validator/identity.h and validator/silencing.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "reports/formats/screen.h"
#include "reports/findings/findings.h"
#include "tests/unit/expect.h"
#include "tests/unit/load.h"
#include "tests/unit/suites.h"

/* ---- where a value ends ---- */

static const struct end_row {
	const char *line;
	uint32_t column, end;
} end_rows[] = {
	{ "- pool: 10.0.0.1-10.0.0.9 # x", 9, 26 },
	{ "key: value", 1, 4 },
	{ "{a: b, c: d}", 5, 6 },
	{ "a: \"x y\" # z", 4, 9 },
	{ "\ta: b", 5, 6 },
	{ "\xc3\xa4: \xc3\xb6\xc3\xbc.", 4, 7 }, /* characters, not bytes */
	{ "a: |", 4, 5 },
	{ "abc", 4, 4 }, /* the end of the line */
	{ "abc", 5, 0 },
	{ "abc", 0, 0 },
	{ "", 1, 1 },
};

START_TEST(a_value_ends_where_its_line_says)
{
	const struct end_row *row = &end_rows[_i];

	ck_assert_uint_eq(excerpt_token_end(row->line, row->column), row->end);
}
END_TEST

/* ---- a validation of one file ---- */

struct world {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct validation v;
	struct silencings silencings;
};

/* Two groups that overlap, the second with an annotation. */
static const char groups[] = "apiVersion: purelb.io/v2\n"
			     "kind: ServiceGroup\n"
			     "metadata: {name: a, namespace: purelb-system}\n"
			     "spec: {local: {v4pools: [{pool: 10.0.0.10-10.0.0.20, subnet: "
			     "10.0.0.0/24}]}}\n"
			     "---\n"
			     "apiVersion: purelb.io/v2\n"
			     "kind: ServiceGroup\n"
			     "metadata:\n"
			     "  name: b\n"
			     "  namespace: purelb-system\n"
			     "  annotations: {purelbtool.purelb.io/ignore: SG012}\n"
			     "spec: {local: {v4pools: [{pool: 10.0.0.20/30, subnet: "
			     "10.0.0.0/24}, {pool: 10.0.0.41/30, subnet: 10.0.0.0/24}]}}\n";

static void world_open(struct world *w, const char *yaml)
{
	*w = (struct world){ .snapshot = load_text(yaml) };
	purelb_resolve(&w->cluster, w->snapshot);
}

static void world_validate(struct world *w)
{
	static const struct validate_options options;

	validate(&w->v, w->snapshot, &w->cluster, &options, &w->silencings);
}

static void world_close(struct world *w)
{
	cluster_release(&w->cluster);
	snapshot_release(w->snapshot);
}

static void silence(struct world *w, const char *name)
{
	struct silencing silencing = { .name = name, .origin = "--disable" };

	ARRAY_ADD(&w->snapshot->arena, &w->silencings.codes, silencing);
}

static void record(struct world *w, const struct finding_identity *id)
{
	struct recorded_finding recorded = { .id = *id };

	w->silencings.baseline_origin = "baseline old.yaml";
	ARRAY_ADD(&w->snapshot->arena, &w->silencings.baseline, recorded);
}

static const struct finding *find(const struct world *w, enum check_code code)
{
	ARRAY_FOREACH (const struct finding, f, &w->v.findings) {
		if (f->code == code)
			return f;
	}
	return NULL;
}

static const struct silenced_finding *find_silenced(const struct world *w, enum check_code code)
{
	ARRAY_FOREACH (const struct silenced_finding, s, &w->v.silenced_findings.list) {
		if (s->finding.code == code)
			return s;
	}
	return NULL;
}

/* ---- silencing ---- */

START_TEST(what_is_silenced_is_kept_apart_with_what_silenced_it)
{
	struct world w;

	world_open(&w, groups);
	silence(&w, "overlap-rejected");
	world_validate(&w);
	ck_assert_ptr_null(find(&w, CHECK_SG006));
	ck_assert_ptr_null(find(&w, CHECK_SG012));
	ck_assert_ptr_null(find(&w, CHECK_IN011));
	ck_assert_uint_eq(w.v.silenced, 2);
	ck_assert_str_eq(find_silenced(&w, CHECK_SG006)->origin, "--disable");
	ck_assert(!find_silenced(&w, CHECK_SG006)->in_source);
	ck_assert(find_silenced(&w, CHECK_SG012)->in_source);
	world_close(&w);
}
END_TEST

START_TEST(a_baseline_goes_by_code_resource_and_path)
{
	struct finding_identity id = {
		.code = "SG006",
		.kind = "ServiceGroup",
		.namespace = "purelb-system",
		.name = "b",
		.path = "spec.local.v4pools[0].pool",
	};
	struct finding_identity other = id;
	struct world w;

	other.path = "spec.local.v4pools[7].pool";
	world_open(&w, groups);
	record(&w, &other);
	record(&w, &id);
	world_validate(&w);
	ck_assert_ptr_null(find(&w, CHECK_SG006));
	ck_assert(find_silenced(&w, CHECK_SG006)->recorded);
	ck_assert_str_eq(find_silenced(&w, CHECK_SG006)->origin, "baseline old.yaml");

	/* The one that is not there any more is named. */
	const struct finding *idle = find(&w, CHECK_IN011);

	ck_assert_ptr_nonnull(idle);
	ck_assert_str_eq(
		idle->message,
		"baseline old.yaml has the entry SG006 of ServiceGroup purelb-system/b at "
		"spec.local.v4pools[7].pool, but it is no longer reported");
	world_close(&w);
}
END_TEST

START_TEST(a_severity_can_be_changed_but_not_of_what_is_fine)
{
	struct severity_change changes[] = {
		{ { .name = "SG006", .origin = "config" }, SEVERITY_INFO },
		{ { .name = "OK001", .origin = "config" }, SEVERITY_FAIL },
		{ { .name = "SG999", .origin = "config" }, SEVERITY_FAIL },
	};
	unsigned useless = 0;
	struct world w;

	world_open(&w, groups);
	w.silencings.severities.items = changes;
	w.silencings.severities.count = 3;
	world_validate(&w);
	ck_assert_int_eq(find(&w, CHECK_SG006)->severity, SEVERITY_INFO);
	ARRAY_FOREACH (const struct finding, f, &w.v.findings)
		useless += f->code == CHECK_IN011;
	ck_assert_uint_eq(useless, 2);
	ck_assert_uint_eq(w.v.count[SEVERITY_FAIL], 0);
	world_close(&w);
}
END_TEST

START_TEST(identities_are_ordered_and_know_no_lines)
{
	struct finding f = { .code = CHECK_IN001, .place = { .pos = { 1, 3, 4 } } };
	struct source source = { .name = "././/a.yaml" };
	struct snapshot snapshot = { .sources.list = { &source, 1, 1 } };
	struct finding_identity a = finding_identity(&f, &snapshot);

	f.place.pos.line = 9;

	struct finding_identity b = finding_identity(&f, &snapshot);

	ck_assert_int_eq(identity_compare(&a, &b), 0);
	ck_assert_str_eq(a.file, "a.yaml");
	b.path = "spec";
	ck_assert_int_lt(identity_compare(&a, &b), 0);
	ck_assert_int_gt(identity_compare(&b, &a), 0);
}
END_TEST

/* ---- GitHub ---- */

START_TEST(nothing_in_a_text_is_a_command)
{
	struct source source = { .name = "./a,b:100%.yaml" };
	struct snapshot snapshot = { .sources.list = { &source, 1, 1 } };
	struct finding f = { .code = CHECK_IN001,
			     .severity = SEVERITY_WARN,
			     .place = { .pos = { 1, 7, 0 } },
			     .message = "a\n::error::b % c\r",
			     .hint = "d, e: f" };
	struct validation v = { .findings = { &f, 1, 1, NULL }, .count = { 0, 0, 1, 0 } };
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	findings_github(out, &v, &snapshot);
	fclose(out);
	ck_assert_str_eq(data, "::warning file=a%2Cb%3A100%25.yaml,line=7,title=IN001 "
			       "syntax-error::a\\x0a\\x3a:error::b %25 c\\x0d%0AFix: d, e: f\n"
			       "purelbtool: 0 FAIL, 1 WARN, 0 INFO, 0 PASS\n");
	free(data);
}
END_TEST

/* ---- JUnit ---- */

/* How often a part occurs in the report. */
static unsigned count_in_junit(const struct world *w, enum severity threshold, const char *part)
{
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);
	unsigned n = 0;

	findings_junit(out, &w->v, w->snapshot, threshold);
	fclose(out);
	for (const char *s = strstr(data, part); s != NULL; s = strstr(s + 1, part))
		n++;
	free(data);
	return n;
}

START_TEST(what_fails_depends_on_the_threshold)
{
	struct world w;

	world_open(&w, groups);
	world_validate(&w);
	ck_assert_uint_eq(count_in_junit(&w, SEVERITY_FAIL, "<failure "),
			  w.v.count[SEVERITY_FAIL]);
	ck_assert_uint_eq(count_in_junit(&w, SEVERITY_INFO, "<failure "),
			  w.v.findings.count - w.v.count[SEVERITY_PASS]);
	ck_assert_uint_eq(count_in_junit(&w, SEVERITY_FAIL, "<skipped>silenced by annotation"),
			  1);
	world_close(&w);
}
END_TEST

/* ---- SARIF ---- */

START_TEST(a_fingerprint_outlives_a_move)
{
	struct world w[2];
	cJSON *trees[2];
	const char *prints[2];

	for (int i = 0; i < 2; i++) {
		struct text yaml = { 0 };

		text_printf(&yaml, "%s%s", i == 0 ? "" : "# a line more\n", groups);
		world_open(&w[i], text_str(&yaml));
		world_validate(&w[i]);
		trees[i] = findings_sarif(&w[i].v, w[i].snapshot, "1.2.3");
		text_release(&yaml);

		const cJSON *run = cJSON_GetObjectItem(trees[i], "runs")->child;
		const cJSON *result = cJSON_GetObjectItem(run, "results")->child;

		prints[i] =
			cJSON_GetObjectItem(result, "partialFingerprints")->child->valuestring;
	}
	ck_assert_str_eq(prints[0], prints[1]);
	ck_assert_uint_eq(strlen(prints[0]), 64);
	for (int i = 0; i < 2; i++) {
		cJSON_Delete(trees[i]);
		world_close(&w[i]);
	}
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_findings(void)
{
	Suite *suite = suite_create("findings");
	TCase *tests = tcase_create("findings");

	tcase_add_loop_test(tests, a_value_ends_where_its_line_says, 0, ROWS(end_rows));
	tcase_add_test(tests, what_is_silenced_is_kept_apart_with_what_silenced_it);
	tcase_add_test(tests, a_baseline_goes_by_code_resource_and_path);
	tcase_add_test(tests, a_severity_can_be_changed_but_not_of_what_is_fine);
	tcase_add_test(tests, identities_are_ordered_and_know_no_lines);
	tcase_add_test(tests, nothing_in_a_text_is_a_command);
	tcase_add_test(tests, what_fails_depends_on_the_threshold);
	tcase_add_test(tests, a_fingerprint_outlives_a_move);
	suite_add_tcase(suite, tests);
	return suite;
}
