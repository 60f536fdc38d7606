/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one place to others: the ServiceGroup that a Service names, the Services that take
 * addresses from a ServiceGroup, the other parties of a conflict, and the objects of a
 * document.
 */
#include "cli/lsp/answers.h"
#include "cli/lsp/rpc.h"

#include <string.h>

#include "base/text.h"

enum { LOCATIONS_MAX = 1000 };

/* Kinds of symbols, by the numbers of the protocol. */
enum symbol_kind { SYMBOL_OBJECT = 19 };

struct locations {
	const struct question *question;
	cJSON *list;
};

static void locations_add(struct locations *l, const char *path, struct pos pos)
{
	cJSON *location;

	if (cJSON_GetArraySize(l->list) >= LOCATIONS_MAX)
		return;
	location = answer_location(l->question, path, pos);
	if (location == NULL)
		return;
	cJSON *known;
	for (known = json_first(l->list); known != NULL; known = known->next) {
		if (cJSON_Compare(known, location, true)) {
			cJSON_Delete(location);
			return;
		}
	}
	cJSON_AddItemToArray(l->list, location);
}

/* Where an object of a snapshot says its name. */
static void locations_add_object(struct locations *l, const struct snapshot *snapshot,
				 const struct object *object)
{
	const struct pos pos = object->name.pos.source > 0 ? object->name.pos : object->pos;

	if (pos.source > 0)
		locations_add(l, snapshot->sources.list.items[pos.source - 1].name, pos);
}

/* The other parties of the findings on this line; and where it is the other party. */
static void locations_add_conflicts(struct locations *l, uint32_t line, bool back)
{
	const struct workspace *workspace = l->question->workspace;
	const char *path = l->question->document->path;

	ARRAY_FOREACH (const struct finding, finding, &workspace->model.found->findings) {
		const struct pos at = finding->place.pos;
		const bool here = at.line == line &&
				  str_equal(workspace_source_path(workspace, at.source), path);

		ARRAY_FOREACH (const struct related, related, &finding->related) {
			const char *other =
				workspace_source_path(workspace, related->pos.source);

			if (here)
				locations_add(l, other, related->pos);
			else if (back && related->pos.line == line && str_equal(other, path))
				locations_add(l, workspace_source_path(workspace, at.source),
					      at);
		}
	}
}

static void locations_add_group(struct locations *l, const char *name)
{
	ARRAY_FOREACH (const struct judged_cluster, judged,
		       &l->question->workspace->model.clusters)
		ARRAY_FOREACH (struct service_group *const, group, &judged->snapshot->groups)
			if (str_equal((*group)->object.name.s, name))
				locations_add_object(l, judged->snapshot, &(*group)->object);
}

/* The Services that take their addresses from this ServiceGroup, or ask for it. */
static void locations_add_users(struct locations *l, const char *group)
{
	struct model *model = &l->question->workspace->model;

	ARRAY_FOREACH (struct judged_cluster, judged, &model->clusters) {
		workspace_predict(l->question->workspace, judged);
		if (judged->allocations == NULL)
			continue;
		ARRAY_FOREACH (const struct allocation, allocation, &judged->allocations->list)
			if (allocation->state != SERVICE_IGNORED &&
			    (str_equal(allocation->wanted_pool, group) ||
			     (allocation->pool != NULL &&
			      str_equal(allocation->pool->name, group))))
				locations_add_object(l, judged->snapshot,
						     &allocation->service->object);
	}
}

/* The name of the ServiceGroup that the cursor is on, or NULL. */
static const char *locations_group(const struct cursor *cursor)
{
	if (str_equal(cursor->key, "purelb.io/service-group"))
		return cursor->value;
	if (str_equal(cursor->kind, "ServiceGroup") && str_equal(cursor->key, "name") &&
	    cursor_is_below(cursor, "metadata"))
		return cursor->value;
	return NULL;
}

/* Where `add` finds the group under the cursor, and the other parties of conflicts on its line.
 */
static cJSON *locations_of(const struct question *question,
			   void (*add)(struct locations *l, const char *group))
{
	struct locations l = { question, cJSON_CreateArray() };
	struct cursor cursor;
	const char *group;

	cursor_find(&cursor, question->document, question->offset, question->arena);
	group = locations_group(&cursor);
	if (group != NULL)
		add(&l, group);
	if (question->document->path != NULL)
		locations_add_conflicts(&l, cursor.line + 1, true);
	return l.list;
}

cJSON *answer_definition(const struct question *question)
{
	return locations_of(question, locations_add_group);
}

cJSON *answer_references(const struct question *question)
{
	return locations_of(question, locations_add_users);
}

/* The range of whole lines. */
static cJSON *symbol_lines(const struct question *question, uint32_t first, uint32_t end)
{
	const struct document *document = question->document;
	const enum encoding encoding = question->documents->encoding;
	const size_t to =
		end < document->line_count ? document->lines[end] : document->text.len;

	return range_json(document_position(document, encoding, document->lines[first]),
			  document_position(document, encoding, to));
}

cJSON *answer_symbols(const struct question *question)
{
	cJSON *symbols = cJSON_CreateArray();
	struct outlines outlines = { 0 };

	cursor_outline(question->document, question->arena, &outlines);
	ARRAY_FOREACH (const struct outline, outline, &outlines.list) {
		cJSON *symbol = cJSON_CreateObject();

		cJSON_AddStringToObject(symbol, "name",
					outline->name != NULL && outline->name[0] != '\0'
						? outline->name
						: outline->kind);
		cJSON_AddStringToObject(symbol, "detail", outline->kind);
		cJSON_AddNumberToObject(symbol, "kind", SYMBOL_OBJECT);
		cJSON_AddItemToObject(symbol, "range",
				      symbol_lines(question, outline->first, outline->end));
		cJSON_AddItemToObject(
			symbol, "selectionRange",
			symbol_lines(question, outline->name_line, outline->name_line));
		cJSON_AddItemToArray(symbols, symbol);
	}
	return symbols;
}
