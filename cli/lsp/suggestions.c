/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be written at the cursor: fields that the mapping does not have yet, words of enums,
 * and names of things that the workspace has.
 */
#include "cli/lsp/answers.h"
#include "cli/lsp/rpc.h"

#include <string.h>

#include "base/text.h"
#include "config/schema/schema.h"

enum { COMPLETION_ITEMS_MAX = 500 };

/* Kinds of items, by the numbers of the protocol. */
enum item_kind { ITEM_FIELD = 5, ITEM_VALUE = 12, ITEM_ENUM = 20, ITEM_NAME = 18 };

struct suggestions {
	const struct question *question;
	const struct cursor *cursor;
	cJSON *items;
	uint32_t count;
	bool cramped; /* the colon is right before the cursor: a blank is missing */
};

/* Names of what the workspace has. */
typedef void suggest_source(struct suggestions *c);

static void suggest_add(struct suggestions *c, const char *label, enum item_kind kind,
			const char *inserted, const char *detail, const char *documentation)
{
	const enum encoding encoding = c->question->documents->encoding;
	const struct document *document = c->question->document;
	cJSON *item, *edit;

	if (label == NULL || label[0] == '\0' || c->count >= COMPLETION_ITEMS_MAX)
		return;
	for (item = json_first(c->items); item != NULL; item = item->next)
		if (str_equal(cJSON_GetObjectItemCaseSensitive(item, "label")->valuestring,
			      label))
			return;
	c->count++;
	item = cJSON_CreateObject();
	cJSON_AddStringToObject(item, "label", label);
	cJSON_AddNumberToObject(item, "kind", kind);
	if (detail != NULL)
		cJSON_AddStringToObject(item, "detail", detail);
	if (documentation != NULL)
		cJSON_AddStringToObject(item, "documentation", documentation);
	cJSON_AddStringToObject(item, "filterText", label);
	edit = cJSON_AddObjectToObject(item, "textEdit");
	cJSON_AddItemToObject(
		edit, "range",
		range_json(document_position(document, encoding, c->cursor->word_start),
			   document_position(document, encoding, c->question->offset)));
	cJSON_AddStringToObject(edit, "newText",
				c->cramped ? arena_printf(c->question->arena, " %s", inserted)
					   : inserted);
	cJSON_AddItemToArray(c->items, item);
}

static void suggest_add_name(struct suggestions *c, const char *name, const char *detail)
{
	suggest_add(c, name, ITEM_NAME, name != NULL ? name : "", detail, NULL);
}

/* ---- names ---- */

static void suggest_groups(struct suggestions *c)
{
	ARRAY_FOREACH (const struct judged_cluster, judged,
		       &c->question->workspace->model.clusters)
		ARRAY_FOREACH (struct service_group *const, group, &judged->snapshot->groups)
			suggest_add_name(c, (*group)->object.name.s, "ServiceGroup");
}

static void suggest_namespaces(struct suggestions *c)
{
	ARRAY_FOREACH (const struct judged_cluster, judged,
		       &c->question->workspace->model.clusters) {
		const struct snapshot *s = judged->snapshot;

		ARRAY_FOREACH (struct namespace *const, namespace, &s->namespaces)
			suggest_add_name(c, (*namespace)->object.name.s, "Namespace");
		suggest_add_name(c, s->install_namespace, "where PureLB is installed");
		ARRAY_FOREACH (struct object *const, object, &s->objects)
			suggest_add_name(c, (*object)->namespace_given.s, "in use");
		ARRAY_FOREACH (struct service_group *const, group, &s->groups)
			ARRAY_FOREACH (const struct str_value, name, &(*group)->namespaces.list)
				suggest_add_name(c, name->s, "in use");
	}
}

static void suggest_nodes(struct suggestions *c)
{
	ARRAY_FOREACH (const struct judged_cluster, judged,
		       &c->question->workspace->model.clusters)
		ARRAY_FOREACH (const struct cluster_node, node, &judged->cluster.nodes)
			suggest_add_name(c, node->name, "node");
}

static void suggest_interfaces(struct suggestions *c)
{
	ARRAY_FOREACH (const struct judged_cluster, judged,
		       &c->question->workspace->model.clusters)
		ARRAY_FOREACH (const struct cluster_node, node, &judged->cluster.nodes)
			ARRAY_FOREACH (const struct node_interface, interface,
				       &node->interfaces)
				suggest_add_name(c, interface->name, "interface");
}

static void suggest_local_interfaces(struct suggestions *c)
{
	suggest_add(c, "default", ITEM_VALUE, "default", "the default-route interface", NULL);
	suggest_interfaces(c);
}

static void suggest_kinds(struct suggestions *c)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (kind_table[kind].ours || kind == KIND_SERVICE || kind == KIND_NAMESPACE)
			suggest_add_name(c, kind_table[kind].name, kind_table[kind].group);
}

static void suggest_api_versions(struct suggestions *c)
{
	const char *wanted = c->cursor->kind;

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		const struct kind_info *info = &kind_table[kind];

		if (info->version == NULL || !info->ours ||
		    (wanted != NULL && !str_equal(info->name, wanted)))
			continue;
		suggest_add_name(
			c,
			arena_printf(c->question->arena, "%s/%s", info->group, info->version),
			info->name);
	}
	suggest_add_name(c, "v1", "Service, Namespace, Node");
}

static void suggest_classes(struct suggestions *c)
{
	suggest_add_name(c, "purelb.io/purelbv2", "PureLB");
}

/* Which values are names: below these keys, of this key; a NULL key: items of a list. */
static const struct {
	const char *below;
	const char *key;
	suggest_source *source;
} suggest_values[] = {
	{ "", "kind", suggest_kinds },
	{ "", "apiVersion", suggest_api_versions },
	{ "metadata", "namespace", suggest_namespaces },
	{ "metadata.annotations", "purelb.io/service-group", suggest_groups },
	{ "spec.namespaces", NULL, suggest_namespaces },
	{ "spec", "loadBalancerClass", suggest_classes },
	{ "local", "localInterface", suggest_local_interfaces },
	{ "local", "dummyInterface", suggest_interfaces },
	{ "local.interfaces", NULL, suggest_interfaces },
	{ "addressGuard.extraInterfaces", NULL, suggest_interfaces },
	{ "addressGuard.excludeInterfaces", NULL, suggest_interfaces },
	{ "interfaces", "name", suggest_interfaces },
	{ "nodes", "name", suggest_nodes },
	{ "matchLabels", "kubernetes.io/hostname", suggest_nodes },
	{ "nodeSelector", "kubernetes.io/hostname", suggest_nodes },
	{ "", "nodeName", suggest_nodes },
	{ "", "node", suggest_nodes },
	{ "nodes", NULL, suggest_nodes },
};

/* Annotations that PureLB reads of Services. */
static const struct {
	const char *key, *what;
} suggest_annotations[] = {
	{ "purelb.io/service-group", "the ServiceGroup to take addresses from" },
	{ "purelb.io/addresses", "the addresses to request, separated by commas" },
	{ "purelb.io/allow-shared-ip",
	  "a key: Services with the same key may share an address" },
	{ "purelb.io/multi-pool", "one address of each range of the group" },
	{ "purelb.io/node-affinity", "prefer nodes with an endpoint" },
	{ "purelb.io/allow-local", "externalTrafficPolicy: Local is left as it is" },
	{ "purelbtool.purelb.io/ignore", "codes of checks that are silenced for this object" },
};

/* ---- the whole ---- */

static void suggest_fields(struct suggestions *c)
{
	const struct cursor *cursor = c->cursor;
	const struct schema *schema = cursor_schema(cursor);

	if (cursor_is_below(cursor, "metadata.annotations"))
		for (uint32_t i = 0; i < ARRAY_LEN(suggest_annotations); i++)
			suggest_add(c, suggest_annotations[i].key, ITEM_FIELD,
				    arena_printf(c->question->arena,
						 "%s: ", suggest_annotations[i].key),
				    NULL, suggest_annotations[i].what);
	if (schema == NULL && cursor->depth == 0 && cursor->info == NULL) {
		suggest_add(c, "apiVersion", ITEM_FIELD, "apiVersion: ", NULL, NULL);
		suggest_add(c, "kind", ITEM_FIELD, "kind: ", NULL, NULL);
		suggest_add(c, "metadata", ITEM_FIELD, "metadata:", NULL, NULL);
		return;
	}
	for (uint32_t i = 0; schema != NULL && i < schema->count; i++) {
		const struct schema_field *field = &schema->fields[i];
		const bool nested = field->schema != NULL || field->type == FIELD_STRINGS ||
				    field->type == FIELD_STRING_MAP;

		if ((field->type == FIELD_IGNORED && !str_equal(field->name, "kind")) ||
		    str_equal(field->name, "status") || str_in(field->name, cursor->siblings))
			continue;
		suggest_add(c, field->name, ITEM_FIELD,
			    arena_printf(c->question->arena, "%s:%s", field->name,
					 nested ? "" : " "),
			    field->required ? "required" : NULL, field->description);
	}
}

/* Words that the schema lists for the value. */
static void suggest_words(struct suggestions *c)
{
	const struct schema_field *field = cursor_field(c->cursor);

	if (field == NULL)
		return;
	for (const char *const *word = field->words; word != NULL && *word != NULL; word++)
		suggest_add(c, *word, ITEM_ENUM, *word, field->name, NULL);
	if (field->type == FIELD_BOOL) {
		suggest_add(c, "true", ITEM_VALUE, "true", field->name, NULL);
		suggest_add(c, "false", ITEM_VALUE, "false", field->name, NULL);
	}
}

static void suggest_names(struct suggestions *c)
{
	const struct cursor *cursor = c->cursor;

	for (uint32_t i = 0; i < ARRAY_LEN(suggest_values); i++)
		if (cursor_is_below(cursor, suggest_values[i].below) &&
		    str_equal(cursor->key, suggest_values[i].key))
			suggest_values[i].source(c);
}

cJSON *answer_completion(const struct question *question)
{
	struct cursor cursor;
	struct suggestions c = { question, &cursor, cJSON_CreateArray(), 0, false };
	const char *text = text_str(&question->document->text);

	cursor_find(&cursor, question->document, question->offset, question->arena);
	c.cramped =
		cursor.in_value && cursor.word_start > 0 && text[cursor.word_start - 1] == ':';
	if (cursor.in_value || cursor.in_item) {
		suggest_words(&c);
		suggest_names(&c);
	}
	if (!cursor.in_value)
		suggest_fields(&c);
	return c.items;
}
