/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes of findings as code actions (A1, A2). Each is an edit that the editor applies: the
 * server writes nothing. A document that is broken has none, as its findings are those of
 * another text.
 */
#include "cli/lsp/answers.h"

#include <string.h>

#include "base/text.h"

/* The range of bytes that the editor asks about. */
struct action_range {
	size_t from, to;
};

static struct action_range action_asked(const struct question *question)
{
	const cJSON *range = cJSON_GetObjectItemCaseSensitive(question->params, "range");
	const enum encoding encoding = question->documents->encoding;
	struct position from = { 0, 0 }, to = { 0, 0 };
	struct action_range out;

	position_read(cJSON_GetObjectItemCaseSensitive(range, "start"), &from);
	position_read(cJSON_GetObjectItemCaseSensitive(range, "end"), &to);
	out.from = document_offset(question->document, encoding, from);
	out.to = document_offset(question->document, encoding, to);
	return out;
}

/* True when the editor asks for quick fixes, or for everything. */
static bool action_is_wanted(const struct question *question)
{
	const cJSON *context = cJSON_GetObjectItemCaseSensitive(question->params, "context");
	const cJSON *only = cJSON_GetObjectItemCaseSensitive(context, "only");
	const cJSON *kind;

	if (!cJSON_IsArray(only) || cJSON_GetArraySize(only) == 0)
		return true;
	cJSON_ArrayForEach(kind, only)
	{
		if (cJSON_IsString(kind) &&
		    (kind->valuestring[0] == '\0' || str_equal(kind->valuestring, "quickfix")))
			return true;
	}
	return false;
}

static cJSON *action_edit(const struct question *question, const struct fix *fix)
{
	const enum encoding encoding = question->documents->encoding;
	cJSON *edit = cJSON_CreateObject();
	cJSON *changes = cJSON_AddObjectToObject(edit, "changes");
	cJSON *list = cJSON_AddArrayToObject(changes, question->document->uri);

	for (uint32_t i = 0; i < fix->edit_count; i++) {
		const size_t from = (size_t)fix->edits[i].offset;
		const size_t to = from + fix->edits[i].bytes;
		cJSON *one = cJSON_CreateObject();

		cJSON_AddItemToObject(
			one, "range",
			range_json(document_position(question->document, encoding, from),
				   document_position(question->document, encoding, to)));
		cJSON_AddStringToObject(one, "newText", fix->edits[i].text);
		cJSON_AddItemToArray(list, one);
	}
	return edit;
}

static cJSON *action_json(const struct question *question, const struct finding *finding)
{
	const struct fix *fix = &finding->fix;
	cJSON *action = cJSON_CreateObject();

	cJSON_AddStringToObject(
		action, "title",
		fix->unsafe
			? arena_printf(question->arena, "%s (changes what happens)", fix->title)
			: fix->title);
	cJSON_AddStringToObject(action, "kind", "quickfix");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(action, "diagnostics"),
			     answer_diagnostic(question, finding));
	cJSON_AddBoolToObject(action, "isPreferred", !fix->unsafe);
	cJSON_AddItemToObject(action, "edit", action_edit(question, fix));
	return action;
}

/* True when the finding has a fix in the document, and is where the editor asks. */
static bool action_applies(const struct question *question, const struct finding *finding,
			   struct action_range asked)
{
	const struct document *document = question->document;
	const struct fix *fix = &finding->fix;
	size_t from, to;

	if (fix->edit_count == 0 || fix_end(fix) > document->text.len ||
	    fix->edits[0].from.source != finding->place.pos.source ||
	    !answer_is_about(question, finding))
		return false;
	from = document_offset_of(document, finding->place.pos.line, finding->place.pos.column);
	to = document_token_end(document, from);
	return asked.from <= to && asked.to >= from;
}

cJSON *answer_actions(const struct question *question)
{
	enum { ACTIONS_MAX = 1000 };
	cJSON *list = cJSON_CreateArray();
	const struct action_range asked = action_asked(question);
	uint32_t count = 0;

	if (question->document->broken || !action_is_wanted(question))
		return list;
	ARRAY_FOREACH (const struct finding, finding,
		       &question->workspace->model.found->findings)
		if (count < ACTIONS_MAX && action_applies(question, finding, asked)) {
			cJSON_AddItemToArray(list, action_json(question, finding));
			count++;
		}
	return list;
}
