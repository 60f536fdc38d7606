/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as SARIF 2.1.0, in what GitHub and GitLab take of it: every result has a file and a
 * line, every rule a page, fingerprints do not depend on lines, and there are no more results
 * than GitHub reads.
 */
#include "reports/findings/findings.h"

#include <string.h>

#include "reports/model/json_yaml.h"
#include "reports/findings/words.h"

#define SCHEMA_URI                                                                             \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"                  \
	"sarif-schema-2.1.0.json"

/* A page about the checks; each is at its code. */
#ifndef PURELBTOOL_DOCS
#define PURELBTOOL_DOCS "https://purelb.io/"
#endif

/* What GitHub takes of a run, and shows of a result. */
enum { RESULTS_MAX = 25000, RELATED_MAX = 100 };

struct sarif {
	const struct validation *v;
	const struct snapshot *snapshot;
	struct excerpt_lines lines;
	struct fingerprints fingerprints;
};

static const char *findings_sarif_level_of(enum severity severity)
{
	switch (severity) {
	case SEVERITY_FAIL:
		return "error";
	case SEVERITY_WARN:
		return "warning";
	case SEVERITY_INFO:
		return "note";
	case SEVERITY_PASS:
		break;
	}
	return "none";
}

/* Adds an empty object or array as a member and returns it. */
static cJSON *findings_sarif_open_object(cJSON *owner, const char *key)
{
	cJSON *object = cJSON_CreateObject();

	json_add(owner, key, object);
	return object;
}

static cJSON *findings_sarif_open_array(cJSON *owner, const char *key)
{
	cJSON *array = cJSON_CreateArray();

	json_add(owner, key, array);
	return array;
}

static cJSON *findings_sarif_open_item(cJSON *array)
{
	cJSON *object = cJSON_CreateObject();

	json_append(array, object);
	return object;
}

/* A message or multiformat message: {"text": ..., "markdown": ...}; markdown may be NULL. */
static void findings_sarif_add_message(cJSON *owner, const char *key, const char *s,
				       const char *markdown)
{
	cJSON *message = findings_sarif_open_object(owner, key);

	json_add_text(message, "text", s);
	json_add_text(message, "markdown", markdown);
}

/* ---- rules ---- */

static void findings_sarif_add_fenced(struct text *t, const char *heading, const char *yaml)
{
	if (*yaml != '\0')
		text_printf(t, "\n\n%s\n\n```yaml\n%s%s```", heading, yaml,
			    str_has_suffix(yaml, "\n") ? "" : "\n");
}

static void findings_sarif_add_help(cJSON *rule, const struct check *check)
{
	struct text plain = { 0 };
	struct text markdown = { 0 };

	text_printf(&plain, "%s\n\nWhat to do: %s", check->why, check->fix);
	text_printf(&markdown, "%s\n\n**What to do:** %s", check->why, check->fix);
	findings_sarif_add_fenced(&markdown, "An example that triggers it:", check->bad);
	findings_sarif_add_fenced(&markdown, "The same, fixed:", check->good);
	findings_sarif_add_message(rule, "help", text_str(&plain), text_str(&markdown));
	text_release(&plain);
	text_release(&markdown);
}

/* What GitHub's code scanning sorts and filters by. */
static void findings_sarif_add_rule_properties(cJSON *rule, const struct check *check)
{
	static const char *const severities[] = {
		[SEVERITY_PASS] = "recommendation",
		[SEVERITY_INFO] = "recommendation",
		[SEVERITY_WARN] = "warning",
		[SEVERITY_FAIL] = "error",
	};
	cJSON *properties = findings_sarif_open_object(rule, "properties");
	cJSON *tags = findings_sarif_open_array(properties, "tags");

	json_append(tags, json_string("kubernetes"));
	json_append(tags, json_string("purelb"));
	json_add_text(properties, "problem.severity", severities[check->severity]);
}

/* In the order of the table, so that a code is the index of its rule. */
static void findings_sarif_add_rules(cJSON *driver)
{
	cJSON *rules = findings_sarif_open_array(driver, "rules");

	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct check *check = &check_table[i];
		cJSON *rule = findings_sarif_open_item(rules);
		struct text page = { 0 };

		json_add_text(rule, "id", check->code);
		json_add_text(rule, "name", check->slug);
		findings_sarif_add_message(rule, "shortDescription", check->title, NULL);
		findings_sarif_add_message(rule, "fullDescription", check->why, NULL);
		findings_sarif_add_help(rule, check);
		text_printf(&page, "%s#%s", PURELBTOOL_DOCS, check->code);
		json_add_text(rule, "helpUri", text_str(&page));
		text_release(&page);
		json_add_text(findings_sarif_open_object(rule, "defaultConfiguration"), "level",
			      findings_sarif_level_of(check->severity));
		findings_sarif_add_rule_properties(rule, check);
	}
}

/* ---- places ---- */

static bool findings_sarif_is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-._~/", c) != NULL;
}

/* The name of a file as a URI reference (RFC 3986). */
static void findings_sarif_add_uri(cJSON *artifact, const char *name)
{
	struct text uri = { 0 };

	name = plain_file_name(name);
	if (str_equal(name, "<stdin>"))
		name = "stdin";
	if (*name == '/')
		text_add(&uri, "file://");
	for (const char *c = name; *c != '\0'; c++) {
		if (findings_sarif_is_unreserved(*c))
			text_add_char(&uri, *c);
		else
			text_printf(&uri, "%%%02X", (unsigned)(unsigned char)*c);
	}
	json_add_text(artifact, "uri", text_str(&uri));
	if (*name != '/')
		json_add_text(artifact, "uriBaseId", "%SRCROOT%");
	text_release(&uri);
}

static void findings_sarif_add_physical(const struct sarif *s, cJSON *location, struct pos pos)
{
	const char *file = finding_report_file(s->snapshot, pos);

	/* Without any file it is about the folder. */
	if (file == NULL)
		file = ".";

	cJSON *physical = findings_sarif_open_object(location, "physicalLocation");
	uint32_t end = finding_end_column(&s->lines, pos);

	findings_sarif_add_uri(findings_sarif_open_object(physical, "artifactLocation"), file);

	cJSON *region = findings_sarif_open_object(physical, "region");

	json_add_number(region, "startLine", pos.line > 0 ? pos.line : 1);
	if (pos.column > 0)
		json_add_number(region, "startColumn", pos.column);
	if (pos.column > 0 && end > 0)
		json_add_number(region, "endColumn", end);
}

/* The resource and the path inside it. */
static void findings_sarif_add_logical(cJSON *location, const struct finding *d)
{
	struct text name = { 0 };

	if (d->place.object == NULL)
		return;

	cJSON *logical = findings_sarif_open_item(
		findings_sarif_open_array(location, "logicalLocations"));

	finding_add_resource(&name, d->place.object);
	if (d->place.path != NULL)
		text_printf(&name, " %s", d->place.path);
	json_add_text(logical, "fullyQualifiedName", text_str(&name));
	json_add_text(logical, "kind", "object");
	text_release(&name);
}

static void findings_sarif_add_locations(const struct sarif *s, cJSON *result,
					 const struct finding *d)
{
	cJSON *location =
		findings_sarif_open_item(findings_sarif_open_array(result, "locations"));

	findings_sarif_add_physical(s, location, d->place.pos);
	findings_sarif_add_logical(location, d);
}

static void findings_sarif_add_related(const struct sarif *s, cJSON *result,
				       const struct finding *d)
{
	if (d->related.count == 0)
		return;

	cJSON *list = findings_sarif_open_array(result, "relatedLocations");
	uint32_t id = 0;

	ARRAY_FOREACH (const struct related, r, &d->related) {
		if (++id > RELATED_MAX)
			break;

		cJSON *location = findings_sarif_open_item(list);

		json_add_number(location, "id", id);
		findings_sarif_add_message(location, "message", r->message, NULL);
		if (r->pos.source != 0)
			findings_sarif_add_physical(s, location, r->pos);
	}
}

/* ---- results ---- */

static void findings_sarif_end_sentence(struct text *t)
{
	if (!str_has_suffix(text_str(t), "?") && !str_has_suffix(text_str(t), "."))
		text_add_char(t, '.');
}

static void findings_sarif_add_result_message(cJSON *result, const struct finding *f)
{
	struct text message = { 0 };

	finding_add_message(&message, f);
	findings_sarif_end_sentence(&message);
	if (f->hint != NULL) {
		text_printf(&message, " Fix: %s", f->hint);
		findings_sarif_end_sentence(&message);
	}
	findings_sarif_add_message(result, "message", text_str(&message), NULL);
	text_release(&message);
}

/* GitHub goes by the first one, and takes results that have the same one for the same. */
static void findings_sarif_add_fingerprint(struct sarif *s, cJSON *result,
					   const struct finding *f)
{
	struct text digest = { 0 };

	cJSON *prints = findings_sarif_open_object(result, "partialFingerprints");

	finding_add_own_fingerprint(&digest, f, s->snapshot, "", &s->fingerprints);
	json_add_text(prints, "primaryLocationLineHash", text_str(&digest));
	text_clear(&digest);
	finding_add_fingerprint(&digest, f, s->snapshot, "");
	json_add_text(prints, "codeResourcePath/v1", text_str(&digest));
	text_release(&digest);
}

/* What a fix replaces. */
static void findings_sarif_add_replacement(cJSON *replacements, const struct fix_edit *edit)
{
	cJSON *replacement = findings_sarif_open_item(replacements);
	cJSON *region = findings_sarif_open_object(replacement, "deletedRegion");

	json_add_number(region, "startLine", edit->from.line);
	json_add_number(region, "startColumn", edit->from.column);
	json_add_number(region, "endLine", edit->end_line);
	json_add_number(region, "endColumn", edit->end_column);
	json_add_text(findings_sarif_open_object(replacement, "insertedContent"), "text",
		      edit->text);
}

static int findings_sarif_compare_fixes(const void *left, const void *right)
{
	const struct fix *a = *(const struct fix *const *)left;
	const struct fix *b = *(const struct fix *const *)right;

	if (a->edits->from.source != b->edits->from.source)
		return a->edits->from.source < b->edits->from.source ? -1 : 1;
	if (a->edits->offset != b->edits->offset)
		return a->edits->offset < b->edits->offset ? -1 : 1;
	return (fix_end(a) > fix_end(b)) - (fix_end(a) < fix_end(b));
}

static bool findings_sarif_has_change(const struct sarif *s, const struct finding *f)
{
	return f->fix.edit_count > 0 &&
	       finding_report_file(s->snapshot, f->fix.edits->from) != NULL;
}

/* Adds what each fix replaces, a file's in one change; findings that share a text by an anchor
 * change it once. */
static void findings_sarif_add_changes(const struct sarif *s, cJSON *changes,
				       const struct finding *f)
{
	ARRAY_OF(const struct fix *) fixes = { 0 };
	const struct fix *last = NULL;
	cJSON *replacements = NULL;
	struct arena arena;

	arena_init(&arena);
	ARRAY_ADD(&arena, &fixes, &f->fix);
	ARRAY_FOREACH (const struct finding, also, &f->also)
		if (findings_sarif_has_change(s, also))
			ARRAY_ADD(&arena, &fixes, &also->fix);
	array_sort(fixes.items, fixes.count, sizeof(*fixes.items),
		   findings_sarif_compare_fixes);
	ARRAY_FOREACH (const struct fix *const, fix, &fixes) {
		const struct pos from = (*fix)->edits->from;

		if (last != NULL && findings_sarif_compare_fixes(&last, fix) == 0)
			continue;
		/* Nor may one begin before another has ended. */
		if (last != NULL && last->edits->from.source == from.source &&
		    (*fix)->edits->offset < fix_end(last))
			continue;
		if (last == NULL || last->edits->from.source != from.source) {
			cJSON *change = findings_sarif_open_item(changes);

			findings_sarif_add_uri(
				findings_sarif_open_object(change, "artifactLocation"),
				finding_report_file(s->snapshot, from));
			replacements = findings_sarif_open_array(change, "replacements");
		}
		for (uint32_t i = 0; i < (*fix)->edit_count; i++)
			findings_sarif_add_replacement(replacements, &(*fix)->edits[i]);
		last = *fix;
	}
	arena_release(&arena);
}

static void findings_sarif_add_fixes(const struct sarif *s, cJSON *result,
				     const struct finding *f)
{
	if (!findings_sarif_has_change(s, f))
		return;

	cJSON *item = findings_sarif_open_item(findings_sarif_open_array(result, "fixes"));

	findings_sarif_add_message(item, "description", f->fix.title, NULL);
	findings_sarif_add_changes(s, findings_sarif_open_array(item, "artifactChanges"), f);
}

static void findings_sarif_add_properties(cJSON *result, const struct finding *f)
{
	cJSON *properties = findings_sarif_open_object(result, "properties");

	json_add_text(properties, "severity", severity_name(f->severity));
	json_add_text(properties, "path", f->place.path);
	json_add_text(properties, "hint", f->hint);
	json_add_bool(properties, "inferred", f->inferred);
}

/* Adds a result and returns its list of suppressions, which all results have or none. */
static cJSON *findings_sarif_add_result(struct sarif *s, cJSON *results,
					const struct finding *f)
{
	cJSON *result = findings_sarif_open_item(results);

	json_add_text(result, "ruleId", check_table[f->code].code);
	json_add_number(result, "ruleIndex", f->code);
	json_add_text(result, "level", findings_sarif_level_of(f->severity));
	findings_sarif_add_result_message(result, f);
	findings_sarif_add_locations(s, result, f);
	findings_sarif_add_related(s, result, f);
	findings_sarif_add_fingerprint(s, result, f);
	findings_sarif_add_fixes(s, result, f);
	findings_sarif_add_properties(result, f);
	return findings_sarif_open_array(result, "suppressions");
}

/*
 * How many findings of each severity are results: the worst first, as many as GitHub takes.
 * Returns how many are not.
 */
static uint32_t findings_sarif_share(const struct validation *v, uint32_t *left)
{
	uint32_t all = RESULTS_MAX, without = 0;

	ARRAY_FOREACH (const struct finding, f, &v->findings)
		left[f->severity]++;
	left[SEVERITY_PASS] = 0;
	for (int severity = SEVERITY_FAIL; severity > SEVERITY_PASS; severity--) {
		if (left[severity] > all) {
			without += left[severity] - all;
			left[severity] = all;
		}
		all -= left[severity];
	}
	return without;
}

static void findings_sarif_add_results(struct sarif *s, cJSON *run)
{
	cJSON *results = findings_sarif_open_array(run, "results");
	uint32_t left[SEVERITY_FAIL + 1] = { 0 };
	uint32_t count = 0;

	(void)findings_sarif_share(s->v, left);
	ARRAY_FOREACH (const struct finding, f, &s->v->findings) {
		if (left[f->severity] == 0)
			continue;
		left[f->severity]--;
		count++;
		findings_sarif_add_result(s, results, f);
	}
	ARRAY_FOREACH (const struct silenced_finding, silenced, &s->v->silenced_findings.list) {
		const struct finding *f = &silenced->finding;

		if (f->severity == SEVERITY_PASS || ++count > RESULTS_MAX)
			continue;

		cJSON *suppression =
			findings_sarif_open_item(findings_sarif_add_result(s, results, f));

		json_add_text(suppression, "kind",
			      silenced->in_source ? "inSource" : "external");
		json_add_text(suppression, "justification", silenced->origin);
	}
}

/* ---- the run ---- */

static void findings_sarif_add_notification(cJSON *list, const char *level, const char *s)
{
	cJSON *notification = findings_sarif_open_item(list);

	json_add_text(notification, "level", level);
	findings_sarif_add_message(notification, "message", s, NULL);
}

static void findings_sarif_add_invocation(const struct sarif *s, cJSON *run)
{
	const struct sources *sources = &s->snapshot->sources;
	cJSON *invocation =
		findings_sarif_open_item(findings_sarif_open_array(run, "invocations"));
	cJSON *list;
	struct text t = { 0 };
	uint32_t at = 0, left[SEVERITY_FAIL + 1] = { 0 };
	const uint32_t without = findings_sarif_share(s->v, left);

	json_add_bool(invocation, "executionSuccessful", sources->errors.count == 0);
	list = findings_sarif_open_array(invocation, "toolExecutionNotifications");
	ARRAY_FOREACH (const char *const, error, &sources->errors)
		findings_sarif_add_notification(list, "error", *error);
	if (without > 0) {
		text_printf(&t, "%u more findings are not listed: %d is the limit of GitHub",
			    without, RESULTS_MAX);
		findings_sarif_add_notification(list, "warning", text_str(&t));
		text_clear(&t);
	}
	list = findings_sarif_open_array(invocation, "toolConfigurationNotifications");
	for (text_add(&t, "Not checked "); summary_add_skipped(&t, s->v, false, &at);
	     text_clear(&t), text_add(&t, "Not checked "))
		findings_sarif_add_notification(list, "note", text_str(&t));
	text_release(&t);
}

static void findings_sarif_add_driver(cJSON *run, const char *version)
{
	cJSON *driver =
		findings_sarif_open_object(findings_sarif_open_object(run, "tool"), "driver");

	json_add_text(driver, "name", "purelbtool");
	json_add_text(driver, "version", version);
	json_add_text(driver, "semanticVersion", version);
	findings_sarif_add_rules(driver);
}

cJSON *findings_sarif(const struct validation *v, const struct snapshot *snapshot,
		      const char *version)
{
	struct sarif s = { .v = v, .snapshot = snapshot };
	cJSON *document = cJSON_CreateObject();

	json_add_text(document, "$schema", SCHEMA_URI);
	json_add_text(document, "version", "2.1.0");

	cJSON *run = findings_sarif_open_item(findings_sarif_open_array(document, "runs"));

	findings_read_lines(&s.lines, v, snapshot);
	findings_sarif_add_driver(run, version);
	findings_sarif_add_invocation(&s, run);
	findings_sarif_add_message(
		findings_sarif_open_object(
			findings_sarif_open_object(run, "originalUriBaseIds"), "%SRCROOT%"),
		"description", "the folder that purelbtool was called in", NULL);
	json_add_text(run, "columnKind", "unicodeCodePoints");
	findings_sarif_add_results(&s, run);
	excerpt_release(&s.lines);
	fingerprints_release(&s.fingerprints);
	return document;
}
