/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings for programs, and what checks mean for programs. The first words of a finding are
 * those that scripts know from `kubectl purelb status`: status and message.
 */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

#include <string.h>

/* ---- one finding ---- */

static void finding_fill_resource(struct report_row *row, const void *item)
{
	const struct object *object = item;
	const char *namespace = object->namespace;

	report_text(row, "namespace",
		    namespace != NULL && *namespace != '\0' ? namespace : NULL);
}

static const struct member resource_members[] = {
	{ "kind", "Its kind.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct object, kind_name) },
	{ "namespace", "Its namespace.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "name", "Its name.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct object, name.s) },
};
static const struct record resource_record = { MEMBERS(resource_members),
					       finding_fill_resource };

/* A place, with the snapshot that has the names of files. */
struct finding_place {
	const struct snapshot *snapshot;
	struct pos pos;
};

static void finding_fill_location(struct report_row *row, const void *item)
{
	const struct finding_place *place = item;

	report_text(row, "file", finding_source(place->snapshot, place->pos));
}

static const struct member location_members[] = {
	{ "file", "The file as it was named, or <stdin>.", .type = MEMBER_TEXT },
	{ "line", "Line, from 1.", REPORT_FIELD(struct finding_place, pos.line) },
	{ "column", "Column in characters, from 1.",
	  REPORT_FIELD(struct finding_place, pos.column) },
};
static const struct record location_record = { MEMBERS(location_members),
					       finding_fill_location };

static void finding_set_location(struct report_row *row, const struct snapshot *snapshot,
				 struct pos pos)
{
	struct finding_place *place = arena_zalloc(row->arena, 1, sizeof(*place));

	*place = (struct finding_place){ snapshot, pos };
	report_item(row, "location", pos.source != 0 ? place : NULL);
}

struct finding_related {
	const struct snapshot *snapshot;
	const struct related *related;
};

static void finding_fill_related(struct report_row *row, const void *item)
{
	const struct finding_related *it = item;

	report_text(row, "message", it->related->message);
	finding_set_location(row, it->snapshot, it->related->pos);
}

#define FINDING_LOCATION                                                                       \
	{                                                                                      \
		"location", "Where it is.", .type = MEMBER_OBJECT,                             \
					    .presence = MEMBER_OPTIONAL,                       \
					    .record = &location_record                         \
	}

static const struct member related_members[] = {
	{ "message", "How this other place is related.", .type = MEMBER_TEXT },
	FINDING_LOCATION,
};
static const struct record related_record = { MEMBERS(related_members), finding_fill_related };

struct finding_change {
	const struct snapshot *snapshot;
	struct fix_edit edit;
};

static void finding_fill_change(struct report_row *row, const void *item)
{
	const struct finding_change *it = item;

	report_text(row, "file", finding_source(it->snapshot, it->edit.from));
}

static const struct member change_members[] = {
	{ "file", "The file as it was named, or <stdin>.", .type = MEMBER_TEXT },
	{ "line", "Line, from 1.", REPORT_FIELD(struct finding_change, edit.from.line) },
	{ "column", "Column of the first character, from 1.",
	  REPORT_FIELD(struct finding_change, edit.from.column) },
	{ "endLine", "Line of the end.", REPORT_FIELD(struct finding_change, edit.end_line) },
	{ "endColumn", "Column after the last character, on that line.",
	  REPORT_FIELD(struct finding_change, edit.end_column) },
	{ "offset", "First byte in the file, from 0.",
	  REPORT_FIELD(struct finding_change, edit.offset) },
	{ "bytes", "How many bytes are replaced.",
	  REPORT_FIELD(struct finding_change, edit.bytes) },
	{ "text", "The replacement.", REPORT_FIELD(struct finding_change, edit.text) },
};
static const struct record change_record = { MEMBERS(change_members), finding_fill_change };

struct finding_fix {
	const struct snapshot *snapshot;
	const struct fix *fix;
};

static void finding_fill_fix(struct report_row *row, const void *item)
{
	const struct finding_fix *it = item;
	struct finding_change *changes =
		arena_zalloc(row->arena, it->fix->edit_count, sizeof(*changes));

	for (uint32_t i = 0; i < it->fix->edit_count; i++)
		changes[i] = (struct finding_change){ it->snapshot, it->fix->edits[i] };

	report_text(row, "title", it->fix->title);
	report_bool(row, "safe", !it->fix->unsafe);
	report_list(row, "changes", changes, it->fix->edit_count, sizeof(*changes));
}

static const struct member fix_members[] = {
	{ "title", "What it does.", .type = MEMBER_TEXT },
	{ "safe", "Whether it keeps the author's intent; if not, it changes what happens.",
	  .type = MEMBER_BOOL },
	{ "changes", "The bytes to replace.", .type = MEMBER_LIST, .record = &change_record },
};
static const struct record fix_record = { MEMBERS(fix_members), finding_fill_fix };

static void finding_set_fixes(struct report_row *row, const struct snapshot *snapshot,
			      const struct fix *fix)
{
	struct finding_fix *it = arena_zalloc(row->arena, 1, sizeof(*it));

	*it = (struct finding_fix){ snapshot, fix };
	if (fix->edit_count > 0)
		report_list(row, "fixes", it, 1, sizeof(*it));
}

/* The names of the clusters that have it. */
static void finding_fill_clusters(struct report_row *row, const struct finding *finding)
{
	ARRAY_OF(const char *) names = { 0 };

	for (const char *name = finding->cluster; name != NULL;) {
		const size_t len = strcspn(name, "\n");

		ARRAY_ADD(row->arena, &names, arena_strndup(row->arena, name, len));
		name = name[len] != '\0' ? name + len + 1 : NULL;
	}
	if (names.count > 0)
		report_pointers(row, "clusters", names.items, names.count);
}

/* What a finding has of its own, also where another one stands for it. */
static void finding_fill_also(struct report_row *row, const void *item)
{
	const struct finding_item *it = item;
	const struct finding *finding = it->finding;
	/* The last ones are where the findings are that it stands for. */
	const uint32_t count = finding->related.count - finding->also.count;
	struct finding_related *related = arena_zalloc(row->arena, count + 1, sizeof(*related));

	for (uint32_t i = 0; i < count; i++)
		related[i] =
			(struct finding_related){ it->snapshot, &finding->related.items[i] };
	report_text(row, "message", finding->message);
	report_item(row, "resource", finding->place.object);
	report_text(row, "path", finding->place.path);
	finding_set_location(row, it->snapshot, finding->place.pos);
	if (count > 0)
		report_list(row, "related", related, count, sizeof(*related));
	report_text(row, "hint", finding->hint);
	finding_set_fixes(row, it->snapshot, &finding->fix);
}

#define FINDING_MESSAGE                                                                        \
	{                                                                                      \
		"message", "What is wrong, in a sentence.", .type = MEMBER_TEXT                \
	}
#define FINDING_PLACE                                                                          \
	{ "resource", "The object that it concerns.", .type = MEMBER_OBJECT,                   \
	  .presence = MEMBER_OPTIONAL, .record = &resource_record },                           \
		{ "path", "The field of the object.", .type = MEMBER_TEXT,                     \
		  .presence = MEMBER_OPTIONAL },                                               \
		FINDING_LOCATION,                                                              \
	{                                                                                      \
		"related", "Other places that matter.", .type = MEMBER_LIST,                   \
							.presence = MEMBER_OPTIONAL,           \
							.record = &related_record              \
	}
#define FINDING_HINT                                                                           \
	{ "hint", "How to fix it.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },        \
	{                                                                                      \
		"fixes", "Changes to the input, each of which resolves it; see --fix.",        \
			.type = MEMBER_LIST, .presence = MEMBER_OPTIONAL,                      \
			.record = &fix_record                                                  \
	}

static const struct member also_members[] = { FINDING_MESSAGE, FINDING_PLACE, FINDING_HINT };
static const struct record also_record = { MEMBERS(also_members), finding_fill_also };

static void finding_fill(struct report_row *row, const void *item)
{
	const struct finding_item *it = item;
	const struct finding *finding = it->finding;
	const struct check *check = &check_table[finding->code];
	const uint32_t count = finding->also.count;
	struct finding_item *also = arena_zalloc(row->arena, count + 1, sizeof(*also));

	for (uint32_t i = 0; i < count; i++)
		also[i] = (struct finding_item){ &finding->also.items[i], it->snapshot };
	finding_fill_also(row, item);
	report_text(row, "status", severity_name(finding->severity));
	report_text(row, "code", check->code);
	report_text(row, "slug", check->slug);
	finding_fill_clusters(row, finding);
	report_bool(row, "inferred", finding->inferred);
	if (count > 0)
		report_list(row, "also", also, count, sizeof(*also));
}

static const struct member finding_members[] = {
	{ "status", "Its severity.", .type = MEMBER_TEXT, .words = "FAIL|WARN|INFO|PASS" },
	FINDING_MESSAGE,
	{ "code", "Code of the check, such as SG001.", .type = MEMBER_TEXT },
	{ "slug", "Name of the check in words.", .type = MEMBER_TEXT },
	FINDING_PLACE,
	{ "clusters", "With several clusters in the input, those that it concerns.",
	  .type = MEMBER_LIST, .presence = MEMBER_OPTIONAL, .record = &report_text_record },
	FINDING_HINT,
	{ "also", "Similar findings about other nodes or objects, which this one stands for.",
	  .type = MEMBER_LIST, .presence = MEMBER_OPTIONAL, .record = &also_record },
	{ "inferred", "Based on a guess, or on defaults.", .type = MEMBER_BOOL },
};
const struct record finding_record = { MEMBERS(finding_members), finding_fill };

/* ---- the report ---- */

static void findings_fill_skipped(struct report_row *row, const void *item)
{
	const struct skipped_check *skipped = item;
	struct text needs = { 0 };

	needs_add_names(&needs, skipped->needs, ", ");
	report_text(row, "code", check_table[skipped->code].code);
	report_text(row, "needs", arena_strdup(row->arena, text_str(&needs)));
	text_release(&needs);
}

static const struct member skipped_members[] = {
	{ "code", "Code of the check.", .type = MEMBER_TEXT },
	{ "needs", "What it needs and the input lacks, joined by \", \".",
	  .type = MEMBER_TEXT },
};
static const struct record skipped_record = { MEMBERS(skipped_members), findings_fill_skipped };

static void findings_fill_cluster(struct report_row *row, const void *item)
{
	const struct cluster_result *cluster = item;

	report_text(row, "installNamespace",
		    str_equal(cluster->install_namespace, "purelb-system")
			    ? NULL
			    : cluster->install_namespace);
}

static const struct member cluster_members[] = {
	{ "name", "Its name.", REPORT_FIELD(struct cluster_result, name) },
	{ "site", "Where it is.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct cluster_result, site) },
	{ "pass", "How many are PASS.",
	  REPORT_FIELD(struct cluster_result, count[SEVERITY_PASS]) },
	{ "warn", "How many are WARN.",
	  REPORT_FIELD(struct cluster_result, count[SEVERITY_WARN]) },
	{ "fail", "How many are FAIL.",
	  REPORT_FIELD(struct cluster_result, count[SEVERITY_FAIL]) },
	{ "info", "How many are INFO.",
	  REPORT_FIELD(struct cluster_result, count[SEVERITY_INFO]) },
	{ "silenced", "How many were silenced.",
	  REPORT_FIELD(struct cluster_result, silenced) },
	{ "installNamespace", "Where PureLB is installed, if not in purelb-system.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
};
static const struct record cluster_record = { MEMBERS(cluster_members), findings_fill_cluster };

static void findings_fill(struct report_row *row, const void *item)
{
	const struct validation *v = item;
	const uint32_t count = v->findings.count;
	struct finding_item *items = arena_zalloc(row->arena, count + 1, sizeof(*items));

	for (uint32_t i = 0; i < count; i++)
		items[i] = (struct finding_item){ &v->findings.items[i], row->about };
	report_list(row, "checks", items, count, sizeof(*items));
	if (v->clusters.count > 0)
		REPORT_LIST(row, "clusters", &v->clusters);
	if (v->unknown > 0)
		report_number(row, "unknown", v->unknown);
	if (summary_release(v, row->arena) != NULL)
		report_text(row, "purelbVersion", summary_release(v, row->arena));
	if (summary_namespace_origin(row->about) != NULL) {
		const struct snapshot *snapshot = row->about;

		report_text(row, "installNamespace", snapshot->install_namespace);
	}
}

static const struct member findings_members[] = {
	{ "checks", "The findings.", .type = MEMBER_LIST, .record = &finding_record },
	{ "pass", "How many are PASS.", REPORT_FIELD(struct validation, count[SEVERITY_PASS]) },
	{ "warn", "How many are WARN.", REPORT_FIELD(struct validation, count[SEVERITY_WARN]) },
	{ "fail", "How many are FAIL.", REPORT_FIELD(struct validation, count[SEVERITY_FAIL]) },
	{ "info", "How many are INFO.", REPORT_FIELD(struct validation, count[SEVERITY_INFO]) },
	{ "silenced", "How many were silenced.", REPORT_FIELD(struct validation, silenced) },
	{ "unknown", "How many values of the input are placeholders or encrypted.",
	  .type = MEMBER_NUMBER, .presence = MEMBER_OPTIONAL },
	{ "purelbVersion", "The release of PureLB whose rules apply, if not 0.17.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "installNamespace", "Where PureLB is installed, if not in purelb-system.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "clusters", "For several clusters in the input: the result of each by itself.",
	  .type = MEMBER_LIST, .presence = MEMBER_OPTIONAL, .record = &cluster_record },
	{ "skipped", "Checks that were not run.",
	  REPORT_ARRAY(struct validation, skipped, skipped_record) },
};
const struct record findings_document = { MEMBERS(findings_members), findings_fill };

cJSON *findings_json(const struct validation *v, const struct snapshot *snapshot)
{
	struct arena scratch;
	cJSON *document;

	arena_init(&scratch);
	document = report_json(&findings_document, v, snapshot, &scratch);
	arena_release(&scratch);
	return document;
}

/* ---- what checks mean ---- */

static void explain_fill_check(struct report_row *row, const void *item)
{
	const struct check *check = &check_table[*(const enum check_code *)item];
	struct text needs = { 0 };

	needs_add_names(&needs, check->needs, ", ");
	report_text(row, "code", check->code);
	report_text(row, "slug", check->slug);
	report_text(row, "severity", severity_name(check->severity));
	report_text(row, "needs", arena_strdup(row->arena, text_str(&needs)));
	report_text(row, "title", check->title);
	report_text(row, "why", check->why);
	report_text(row, "fix", check->fix);
	report_text(row, "bad", check->bad);
	report_text(row, "good", check->good);
	text_release(&needs);
}

static const struct member explain_check_members[] = {
	{ "code", "Its code, such as SG001.", .type = MEMBER_TEXT },
	{ "slug", "Its name in words.", .type = MEMBER_TEXT },
	{ "severity", "How bad it is.", .type = MEMBER_TEXT, .words = "FAIL|WARN|INFO|PASS" },
	{ "needs", "What it needs in the input, joined by \", \".", .type = MEMBER_TEXT },
	{ "title", "What it finds.", .type = MEMBER_TEXT },
	{ "why", "Why it matters.", .type = MEMBER_TEXT },
	{ "fix", "What to do.", .type = MEMBER_TEXT },
	{ "bad", "An example that it finds, in YAML.", .type = MEMBER_TEXT },
	{ "good", "The same, fixed.", .type = MEMBER_TEXT },
};
static const struct record explain_check_record = { MEMBERS(explain_check_members),
						    explain_fill_check };

struct explain_about {
	const enum check_code *codes;
	uint32_t count;
};

static void explain_fill(struct report_row *row, const void *item)
{
	const struct explain_about *about = item;

	report_list(row, "checks", about->codes, about->count, sizeof(*about->codes));
}

static const struct member explain_members[] = {
	{ "checks", "The checks.", .type = MEMBER_LIST, .record = &explain_check_record },
};
const struct record explain_document = { MEMBERS(explain_members), explain_fill };

cJSON *explain_json(const enum check_code *codes, uint32_t count)
{
	const struct explain_about about = { codes, count };
	struct arena scratch;
	cJSON *document;

	arena_init(&scratch);
	document = report_json(&explain_document, &about, NULL, &scratch);
	arena_release(&scratch);
	return document;
}
