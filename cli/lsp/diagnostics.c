/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as diagnostics, and places as locations. A document that is not all YAML has the
 * findings about that; all others come from the model.
 */
#include "cli/lsp/answers.h"

#include <string.h>

#include "reports/findings/findings.h"
#include "validator/check.h"

enum { DIAGNOSTICS_MAX = 1000 }; /* of one document */

static cJSON *diagnostic_range(const struct document *document, enum encoding encoding,
			       struct pos pos)
{
	const size_t from = document_offset_of(document, pos.line, pos.column);
	const size_t to = document_token_end(document, from);

	return range_json(document_position(document, encoding, from),
			  document_position(document, encoding, to));
}

cJSON *answer_location(const struct question *question, const char *path, struct pos pos)
{
	const struct document *document =
		path != NULL ? documents_at(question->documents, path) : NULL;
	const struct position at = { pos.line > 0 ? pos.line - 1 : 0,
				     pos.column > 0 ? pos.column - 1 : 0 };
	cJSON *location;

	if (path == NULL || path[0] != '/')
		return NULL;
	location = cJSON_CreateObject();
	cJSON_AddStringToObject(location, "uri",
				document != NULL ? document->uri
						 : path_uri(question->arena, path));
	cJSON_AddItemToObject(
		location, "range",
		document != NULL
			? diagnostic_range(document, question->documents->encoding, pos)
			: range_json(at, at));
	return location;
}

static int diagnostic_severity(enum severity severity)
{
	return severity == SEVERITY_FAIL ? 1 : severity == SEVERITY_WARN ? 2 : 3;
}

static void diagnostic_add_related(const struct question *question, cJSON *diagnostic,
				   const struct finding *finding)
{
	cJSON *list = NULL;

	ARRAY_FOREACH (const struct related, related, &finding->related) {
		const char *path =
			workspace_source_path(question->workspace, related->pos.source);
		cJSON *location = answer_location(question, path, related->pos);
		cJSON *item;

		if (location == NULL)
			continue;
		if (list == NULL)
			list = cJSON_AddArrayToObject(diagnostic, "relatedInformation");
		item = cJSON_CreateObject();
		cJSON_AddItemToObject(item, "location", location);
		cJSON_AddStringToObject(item, "message", related->message);
		cJSON_AddItemToArray(list, item);
	}
}

/* `local`: the places are those of a text by itself, without others. */
static cJSON *diagnostic_json(const struct question *question, const struct finding *finding,
			      bool local)
{
	cJSON *diagnostic = cJSON_CreateObject();

	cJSON_AddItemToObject(diagnostic, "range",
			      diagnostic_range(question->document,
					       question->documents->encoding,
					       finding->place.pos));
	cJSON_AddNumberToObject(diagnostic, "severity", diagnostic_severity(finding->severity));
	cJSON_AddStringToObject(diagnostic, "code", check_table[finding->code].code);
	cJSON_AddStringToObject(diagnostic, "source", "purelbtool");
	cJSON_AddStringToObject(diagnostic, "message",
				finding->hint != NULL
					? arena_printf(question->arena, "%s\nfix: %s",
						       finding->message, finding->hint)
					: finding->message);
	if (!local)
		diagnostic_add_related(question, diagnostic, finding);
	return diagnostic;
}

bool answer_is_about(const struct question *question, const struct finding *finding)
{
	return finding->severity > SEVERITY_PASS && finding->place.pos.line > 0 &&
	       str_equal(workspace_source_path(question->workspace, finding->place.pos.source),
			 question->document->path);
}

cJSON *answer_diagnostic(const struct question *question, const struct finding *finding)
{
	return diagnostic_json(question, finding, false);
}

cJSON *answer_diagnostics(const struct question *question)
{
	const struct document *document = question->document;
	const struct finding_sink *findings = &question->workspace->model.found->findings;
	cJSON *params = cJSON_CreateObject();
	cJSON *list;
	uint32_t count = 0;

	cJSON_AddStringToObject(params, "uri", document->uri);
	cJSON_AddNumberToObject(params, "version", (double)document->version);
	list = cJSON_AddArrayToObject(params, "diagnostics");
	if (document->broken) {
		struct validation found;
		struct snapshot *apart = workspace_check_text(
			question->workspace, document->path, text_str(&document->text), &found);

		ARRAY_FOREACH (const struct finding, finding, &found.findings)
			if (finding->severity > SEVERITY_PASS && finding->place.pos.line > 0 &&
			    count++ < DIAGNOSTICS_MAX)
				cJSON_AddItemToArray(list,
						     diagnostic_json(question, finding, true));
		snapshot_release(apart);
		return params;
	}
	ARRAY_FOREACH (const struct finding, finding, findings)
		if (answer_is_about(question, finding) && count++ < DIAGNOSTICS_MAX)
			cJSON_AddItemToArray(list, diagnostic_json(question, finding, false));
	return params;
}
