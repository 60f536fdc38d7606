/* SPDX-License-Identifier: Apache-2.0 */
/* Findings for programs. */
#include "reports/findings/findings_json.h"

#include "reports/model/json_yaml.h"
#include "reports/findings/needs.h"

static void add_resource(cJSON *finding, const struct object *object)
{
	if (object == NULL)
		return;

	cJSON *resource = cJSON_CreateObject();

	json_add(finding, "resource", resource);
	json_add_text(resource, "kind", object->kind_name);
	if (object->namespace != NULL && *object->namespace != '\0')
		json_add_text(resource, "namespace", object->namespace);
	json_add_text(resource, "name", object->name.s);
}

static void add_location(cJSON *owner, const struct snapshot *snapshot, struct pos pos)
{
	if (pos.source == 0)
		return;

	cJSON *location = cJSON_CreateObject();

	json_add(owner, "location", location);
	json_add_text(location, "file", snapshot->sources.list.items[pos.source - 1].name);
	json_add_number(location, "line", pos.line);
	json_add_number(location, "column", pos.column);
}

static void add_related(cJSON *finding, const struct snapshot *snapshot,
			const struct finding *d)
{
	if (d->related.count == 0)
		return;

	cJSON *list = cJSON_CreateArray();

	json_add(finding, "related", list);
	ARRAY_FOREACH (struct related, r, &d->related) {
		cJSON *related = cJSON_CreateObject();

		cJSON_AddItemToArray(list, related);
		json_add_text(related, "message", r->message);
		add_location(related, snapshot, r->pos);
	}
}

cJSON *finding_json(const struct finding *f, const struct snapshot *snapshot)
{
	const struct check *check = &check_table[f->code];
	cJSON *finding = cJSON_CreateObject();

	json_add_text(finding, "status", severity_name(f->severity));
	json_add_text(finding, "message", f->message);
	json_add_text(finding, "code", check->code);
	json_add_text(finding, "slug", check->slug);
	add_resource(finding, f->place.object);
	json_add_text(finding, "path", f->place.path);
	add_location(finding, snapshot, f->place.pos);
	add_related(finding, snapshot, f);
	json_add_text(finding, "hint", f->hint);
	json_add_bool(finding, "inferred", f->inferred);
	return finding;
}

static cJSON *skipped_json(const struct skipped_check *skipped)
{
	cJSON *object = cJSON_CreateObject();
	struct text needs = { 0 };

	needs_add_names(&needs, skipped->needs, ", ");
	json_add_text(object, "code", check_table[skipped->code].code);
	json_add_text(object, "needs", text_str(&needs));
	text_release(&needs);
	return object;
}

cJSON *findings_json(const struct validation *v, const struct snapshot *snapshot)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *checks = cJSON_CreateArray();
	cJSON *skipped = cJSON_CreateArray();

	json_add(document, "checks", checks);
	ARRAY_FOREACH (struct finding, f, &v->findings)
		cJSON_AddItemToArray(checks, finding_json(f, snapshot));
	json_add_number(document, "pass", v->count[SEVERITY_PASS]);
	json_add_number(document, "warn", v->count[SEVERITY_WARN]);
	json_add_number(document, "fail", v->count[SEVERITY_FAIL]);
	json_add_number(document, "info", v->count[SEVERITY_INFO]);
	json_add_number(document, "silenced", v->silenced);
	json_add(document, "skipped", skipped);
	ARRAY_FOREACH (struct skipped_check, s, &v->skipped)
		cJSON_AddItemToArray(skipped, skipped_json(s));
	return document;
}
