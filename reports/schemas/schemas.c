/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schemas: of the files and objects that the program reads from the field tables of
 * config/, of its reports from their descriptions (reports/model/report.h). What concerns
 * several fields or objects is in no schema.
 */
#include "reports/schemas/schemas.h"

#include <string.h>

#include "base/text.h"
#include "config/repository/project.h"
#include "reports/allocation/allocation.h"
#include "reports/bgp/bgp.h"
#include "reports/diff/change.h"
#include "reports/diff/change_stages.h"
#include "reports/elections/elections.h"
#include "reports/evidence/evidence.h"
#include "reports/findings/findings.h"
#include "reports/model/json_yaml.h"
#include "reports/model/report.h"
#include "reports/inspect/chain.h"
#include "reports/run/run.h"
#include "reports/settings/settings.h"
#include "reports/sweep/sweep.h"
#include "validator/check.h"

/* The schemas of kinds are in kind_table. */
const struct schema_document schema_documents[] = {
	{ "config", "Settings of a project for purelbtool", PROJECT_FILE_NAME,
	  &project_file_schema, KIND_COUNT, NULL },
	{ "baseline", "Known findings that purelbtool ignores", "baseline.yaml",
	  &baseline_file_schema, KIND_COUNT, NULL },
	{ "NodeInventory", "The nodes of a cluster: interfaces, addresses, routes",
	  "inventory.yaml", NULL, KIND_NODE_INVENTORY, NULL },
	{ "Scenario", "What to simulate, what happens when, and what must hold",
	  "scenario.yaml", NULL, KIND_SCENARIO, NULL },
	{ "Capture", "What was read from a cluster, and what could not be read", "capture.yaml",
	  NULL, KIND_CAPTURE, NULL },
	{ "ServiceGroup", "A PureLB address pool", "pools.yaml", NULL, KIND_SERVICE_GROUP,
	  NULL },
	{ "LBNodeAgent", "How nodes announce PureLB addresses", "agents.yaml", NULL,
	  KIND_LBNODEAGENT, NULL },
	{ "BGPConfiguration", "How nodes speak BGP", "bgp.yaml", NULL, KIND_BGP_CONFIGURATION,
	  NULL },
	{ "validate", "Report of validate -o json", "validate.json", NULL, KIND_COUNT,
	  &findings_document },
	{ "explain", "Report of explain -o json", "explain.json", NULL, KIND_COUNT,
	  &explain_document },
	{ "allocate", "Report of allocate -o json", "allocate.json", NULL, KIND_COUNT,
	  &allocation_document },
	{ "elect", "Report of elect -o json", "elect.json", NULL, KIND_COUNT,
	  &elections_document },
	{ "settings", "Report of config -o json: the settings in force", "settings.json", NULL,
	  KIND_COUNT, &settings_document },
	{ "evidence", "Report of evidence -o json", "evidence.json", NULL, KIND_COUNT,
	  &evidence_document },
	{ "bgp", "Report of bgp -o json", "bgp.json", NULL, KIND_COUNT, &bgp_document },
	{ "inspect", "Report of inspect -o json", "inspect.json", NULL, KIND_COUNT,
	  &inspect_document },
	{ "inspect-page", "Report of inspect --page -o json", "inspect-page.json", NULL,
	  KIND_COUNT, &page_document },
	{ "sweep", "Report of sweep -o json", "sweep.json", NULL, KIND_COUNT, &sweep_document },
	{ "plan", "Report of plan -o json", "plan.json", NULL, KIND_COUNT, &diff_document },
	{ "plan-stages", "Report of plan -o json: several stages", "plan-stages.json", NULL,
	  KIND_COUNT, &stages_document },
	{ "simulate", "Report of simulate -o json: one run", "simulate.json", NULL, KIND_COUNT,
	  &run_document },
	{ "simulate-runs", "Report of simulate --runs N -o json", "simulate-runs.json", NULL,
	  KIND_COUNT, &many_document },
	{ "simulate-events", "A line of simulate --events", "events.jsonl", NULL, KIND_COUNT,
	  &event_document },
	{ NULL, NULL, NULL, NULL, KIND_COUNT, NULL },
};

/* ---- pieces ---- */

static cJSON *schema_of_type(const char *type)
{
	cJSON *value = cJSON_CreateObject();

	json_add_text(value, "type", type);
	return value;
}

/* One of several types. */
static cJSON *schema_of_types(const char *const *types)
{
	cJSON *value = cJSON_CreateObject();
	cJSON *list = cJSON_CreateArray();

	for (; *types != NULL; types++)
		json_append(list, json_string(*types));
	json_add(value, "type", list);
	return value;
}

static cJSON *schema_scalar(void)
{
	static const char *const types[] = { "string", "number", "boolean", NULL };

	return schema_of_types(types);
}

static cJSON *schema_list_of(cJSON *items, uint32_t max_items)
{
	cJSON *value = schema_of_type("array");

	json_add(value, "items", items);
	if (max_items > 0)
		json_add_number(value, "maxItems", max_items);
	return value;
}

static cJSON *schema_words_json(const char *const *words)
{
	cJSON *list = cJSON_CreateArray();

	for (; *words != NULL; words++)
		json_append(list, json_string(*words));
	return list;
}

/* Every code and slug. The program takes codes in any case; an editor offers these. */
static cJSON *schema_check_names(void)
{
	cJSON *value = schema_of_type("string");
	cJSON *list = cJSON_CreateArray();

	for (int i = 0; i < CHECK_COUNT; i++)
		json_append(list, json_string(check_table[i].code));
	for (int i = 0; i < CHECK_COUNT; i++)
		json_append(list, json_string(check_table[i].slug));
	json_add(value, "enum", list);
	return value;
}

/* ---- values ---- */

static cJSON *schema_string_json(const struct schema_field *f)
{
	cJSON *value = schema_of_type("string");

	if (f->min_bytes > 0)
		json_add_number(value, "minLength", f->min_bytes);
	if (f->words != NULL)
		json_add(value, "enum", schema_words_json(f->words));
	json_add_text(value, "pattern", f->pattern);
	return value;
}

/* Bounds that a reader of JSON keeps exact; the others bind nobody. */
static void schema_add_bound(cJSON *value, const char *key, int64_t bound)
{
	const int64_t exact = (int64_t)1 << 53;

	if (bound >= -exact && bound <= exact)
		json_add(value, key, cJSON_CreateNumber((double)bound));
}

static cJSON *schema_int_json(const struct schema_field *f)
{
	cJSON *value = schema_of_type("integer");

	if (f->bounded) {
		schema_add_bound(value, "minimum", f->min);
		schema_add_bound(value, "maximum", f->max);
	}
	return value;
}

/* A value of a label map may be null, which is the empty string. */
static cJSON *schema_string_map_json(const struct schema_field *f)
{
	static const char *const types[] = { "string", "null", NULL };
	cJSON *value = schema_of_type("object");

	json_add(value, "additionalProperties",
		 f->words != NULL ? schema_string_json(f) : schema_of_types(types));
	if (f->names_checks)
		json_add(value, "propertyNames", schema_check_names());
	return value;
}

static cJSON *schema_scalar_map_json(void)
{
	cJSON *value = schema_of_type("object");

	json_add(value, "additionalProperties", schema_scalar());
	return value;
}

/* Adds what names may be beside a mapping: one, or a list. */
static void schema_add_names(cJSON *list, const struct schema_field *f)
{
	json_append(list, schema_string_json(f));
	json_append(list, schema_list_of(schema_string_json(f), 0));
}

/* A name, a list of names, or labels. */
static cJSON *schema_names_json(const struct schema_field *f)
{
	cJSON *value = cJSON_CreateObject();
	cJSON *list = cJSON_CreateArray();

	json_add(value, "anyOf", list);
	schema_add_names(list, f);
	json_append(list, schema_scalar_map_json());
	return value;
}

static cJSON *schema_object_json(const struct schema *schema);

/* Wraps what else may be written instead of the mapping. */
static cJSON *schema_mapping_json(const struct schema_field *f)
{
	const struct schema *schema = f->schema;
	cJSON *object = schema_object_json(schema);

	if (schema->shorthand == NULL && !f->null_counts)
		return object;

	cJSON *value = cJSON_CreateObject();
	cJSON *list = cJSON_CreateArray();

	json_add(value, "anyOf", list);
	if (schema->shorthand != NULL) {
		const struct schema_field *short_form = schema_find(schema, schema->shorthand);

		if (short_form->type == FIELD_NAMES)
			schema_add_names(list, short_form);
		else
			json_append(list, schema_string_json(short_form));
	}
	json_append(list, object);
	if (f->null_counts) {
		cJSON *always = cJSON_CreateObject();

		json_append(list, schema_of_type("null"));
		json_add_bool(always, "const", true);
		json_append(list, always);
	}
	return value;
}

/* A mapping from names to what the schema describes; one that refers to itself has no end. */
static cJSON *schema_named_json(const struct schema_field *f)
{
	cJSON *object = cJSON_CreateObject();

	if (f->schema->shorthand != NULL) {
		json_add_text(object, "type", "object");
		json_add(object, "additionalProperties", schema_mapping_json(f));
	}
	return object;
}

static cJSON *schema_objects_json(const struct schema_field *f)
{
	cJSON *objects = schema_list_of(schema_mapping_json(f), f->max_items);
	cJSON *value;
	cJSON *list;

	if (f->or_bool == 0)
		return objects;
	value = cJSON_CreateObject();
	list = cJSON_CreateArray();
	json_add(value, "anyOf", list);
	json_append(list, objects);
	json_append(list, schema_of_type("boolean"));
	return value;
}

static cJSON *schema_field_json(const struct schema_field *f)
{
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_DURATION:
		return schema_string_json(f);
	case FIELD_SCALAR:
	case FIELD_INT_OR_STRING:
		return schema_scalar();
	case FIELD_INT:
		return schema_int_json(f);
	case FIELD_BOOL:
		return schema_of_type("boolean");
	case FIELD_STRINGS:
	case FIELD_DURATIONS:
		return schema_list_of(f->names_checks ? schema_check_names()
						      : schema_string_json(f),
				      f->max_items);
	case FIELD_INTS:
		return schema_list_of(schema_int_json(f), f->max_items);
	case FIELD_NAMES:
		return schema_names_json(f);
	case FIELD_STRING_MAP:
		return schema_string_map_json(f);
	case FIELD_SCALAR_MAP:
		return schema_scalar_map_json();
	case FIELD_OBJECT:
	case FIELD_INLINE:
		return schema_mapping_json(f);
	case FIELD_OBJECTS:
		return schema_objects_json(f);
	case FIELD_NAMED:
		return schema_named_json(f);
	case FIELD_PRESENCE:
	case FIELD_IGNORED:
		break;
	}
	return cJSON_CreateObject(); /* anything */
}

/* ---- mappings ---- */

static void schema_add_required(cJSON *object, const struct schema *schema)
{
	cJSON *list = cJSON_CreateArray();

	for (uint32_t i = 0; i < schema->count; i++) {
		if (schema->fields[i].required)
			json_append(list, json_string(schema->fields[i].name));
	}
	if (list->child != NULL)
		json_add(object, "required", list);
	else
		cJSON_Delete(list);
}

/* Of the fields that are a choice exactly one is given. */
static void schema_add_choice(cJSON *object, const struct schema *schema)
{
	cJSON *list = cJSON_CreateArray();

	for (uint32_t i = 0; i < schema->count; i++) {
		if (!schema->fields[i].is_choice)
			continue;

		cJSON *one = cJSON_CreateObject();
		cJSON *names = cJSON_CreateArray();

		json_append(names, json_string(schema->fields[i].name));
		json_add(one, "required", names);
		json_append(list, one);
	}
	if (list->child != NULL)
		json_add(object, "oneOf", list);
	else
		cJSON_Delete(list);
}

static cJSON *schema_object_json(const struct schema *schema)
{
	cJSON *object = schema_of_type("object");
	cJSON *properties = cJSON_CreateObject();

	json_add(object, "properties", properties);
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct schema_field *f = &schema->fields[i];
		cJSON *value = schema_field_json(f);

		json_add_text(value, "description", f->description);
		json_add(properties, f->name, value);
	}
	if (schema->others != 0)
		json_add(object, "additionalProperties", schema_of_type("string"));
	else if (!schema->lenient)
		json_add_bool(object, "additionalProperties", false);
	schema_add_required(object, schema);
	schema_add_choice(object, schema);
	return object;
}

/* ---- documents ---- */

static void schema_set_constant(cJSON *object, const char *property, const char *s)
{
	cJSON *properties = cJSON_GetObjectItemCaseSensitive(object, "properties");
	cJSON *value = cJSON_CreateObject();

	json_add_text(value, "const", s);
	if (!cJSON_ReplaceItemInObjectCaseSensitive(properties, property, value))
		cJSON_Delete(value);
}

/* Adds to what the mapping must have. */
static void schema_require(cJSON *object, const char *const *names)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "required");

	if (list == NULL) {
		list = cJSON_CreateArray();
		json_add(object, "required", list);
	}
	for (; *names != NULL; names++)
		json_append(list, json_string(*names));
}

/* What every Kubernetes object must say about itself (IN002). */
static void schema_add_identity(cJSON *object, const struct kind_info *kind)
{
	static const char *const top[] = { "apiVersion", "kind", "metadata", NULL };
	static const char *const inner[] = { "name", NULL };
	cJSON *properties = cJSON_GetObjectItemCaseSensitive(object, "properties");
	struct text version = { 0 };

	text_printf(&version, "%s/%s", kind->group, kind->version);
	schema_set_constant(object, "apiVersion", text_str(&version));
	schema_set_constant(object, "kind", kind->name);
	schema_require(object, top);
	schema_require(cJSON_GetObjectItemCaseSensitive(properties, "metadata"), inner);
	text_release(&version);
}

cJSON *schema_json(const struct schema_document *document)
{
	const bool is_kind = document->kind != KIND_COUNT;
	const struct kind_info *kind = is_kind ? &kind_table[document->kind] : NULL;
	cJSON *tree = cJSON_CreateObject();
	cJSON *object = document->report != NULL
				? report_schema(document->report)
				: schema_object_json(is_kind ? kind->schema : document->schema);
	struct text id = { 0 };

	if (is_kind)
		schema_add_identity(object, kind);
	text_printf(&id, "urn:purelbtool:schema:%s", document->name);
	json_add_text(tree, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_add_text(tree, "$id", text_str(&id));
	json_add_text(tree, "title", document->title);
	text_release(&id);
	while (object->child != NULL) {
		cJSON *item = cJSON_DetachItemViaPointer(object, object->child);

		json_add(tree, item->string, item);
	}
	cJSON_Delete(object);
	return tree;
}
