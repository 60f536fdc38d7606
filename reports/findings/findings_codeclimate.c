/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as GitLab's code quality report: a subset of the Code Climate format. Each issue
 * needs a path and a line; what is about the input as a whole is put on its first line.
 */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

#include "reports/model/json_yaml.h"

static cJSON *findings_codeclimate_location(const struct finding *f,
					    const struct snapshot *snapshot)
{
	cJSON *location = cJSON_CreateObject();
	cJSON *lines = cJSON_CreateObject();
	const char *file = finding_report_file(snapshot, f->place.pos);

	json_add_text(location, "path", file != NULL ? plain_file_name(file) : "stdin");
	json_add_number(lines, "begin", f->place.pos.line > 0 ? f->place.pos.line : 1);
	json_add_number(lines, "end", f->place.pos.line > 0 ? f->place.pos.line : 1);
	json_add(location, "lines", lines);
	return location;
}

/* Where the findings are that it stands for. */
static void findings_codeclimate_add_others(cJSON *issue, const struct finding *f,
					    const struct snapshot *snapshot)
{
	cJSON *others;

	if (f->also.count == 0)
		return;
	others = cJSON_CreateArray();
	ARRAY_FOREACH (const struct finding, also, &f->also)
		json_append(others, findings_codeclimate_location(also, snapshot));
	json_add(issue, "other_locations", others);
}

static void findings_codeclimate_add_body(cJSON *issue, const struct finding *f)
{
	const struct check *check = &check_table[f->code];
	cJSON *content = cJSON_CreateObject();
	struct text body = { 0 };

	text_printf(&body, "%s\n\n%s", check->why, check->fix);
	json_add_text(content, "body", text_str(&body));
	json_add(issue, "content", content);
	text_release(&body);
}

static cJSON *findings_codeclimate_issue(const struct finding *f,
					 const struct snapshot *snapshot,
					 struct fingerprints *given)
{
	static const char *const severities[] = {
		[SEVERITY_INFO] = "info",
		[SEVERITY_WARN] = "minor",
		[SEVERITY_FAIL] = "critical",
	};
	cJSON *issue = cJSON_CreateObject();
	cJSON *categories = cJSON_CreateArray();
	struct text description = { 0 }, digest = { 0 };

	finding_add_message(&description, f);
	if (f->hint != NULL)
		text_printf(&description, "; fix: %s", f->hint);
	finding_add_own_fingerprint(&digest, f, snapshot,
				    f->own_message != NULL ? f->own_message : f->message,
				    given);
	json_append(categories, json_string("Bug Risk"));
	json_add_text(issue, "type", "issue");
	json_add_text(issue, "check_name", check_table[f->code].code);
	json_add_text(issue, "description", text_str(&description));
	findings_codeclimate_add_body(issue, f);
	json_add(issue, "categories", categories);
	json_add_text(issue, "severity", severities[f->severity]);
	json_add_text(issue, "fingerprint", text_str(&digest));
	json_add(issue, "location", findings_codeclimate_location(f, snapshot));
	findings_codeclimate_add_others(issue, f, snapshot);
	text_release(&description);
	text_release(&digest);
	return issue;
}

cJSON *findings_codeclimate(const struct validation *v, const struct snapshot *snapshot)
{
	cJSON *issues = cJSON_CreateArray();
	struct fingerprints given = { 0 };

	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		if (f->severity != SEVERITY_PASS)
			json_append(issues, findings_codeclimate_issue(f, snapshot, &given));
	}
	fingerprints_release(&given);
	return issues;
}
