/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IN060: fields that the CustomResourceDefinitions of the input do not know, and so an API
 * server drops. addressGuard has a check of its own (AG026). Said once for each field.
 */
#include "validator/input/input_checks.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/crd_fields.h"

enum { CRD_NAMES_MAX = 4 };

/* A field that is dropped, and the objects that have it. */
struct crd_drop {
	const char *path;
	struct pos pos; /* in the first of them */
	ARRAY_OF(const char *) names;
};

struct crd_drops {
	ARRAY_OF(struct crd_drop) list;
};

static void input_note_dropped(struct checker *ck, struct crd_drops *drops,
			       const struct dropped_field *field, const char *name)
{
	struct crd_drop *drop = NULL;

	for (uint32_t i = 0; i < drops->list.count && drop == NULL; i++)
		if (str_equal(drops->list.items[i].path, field->path))
			drop = &drops->list.items[i];
	if (drop == NULL) {
		drop = ARRAY_PUSH(ck->arena, &drops->list);
		drop->path = field->path;
		drop->pos = field->pos;
	}
	/* Of the items of a list the name comes again and again. */
	if (drop->names.count == 0 || drop->names.items[drop->names.count - 1] != name)
		ARRAY_ADD(ck->arena, &drop->names, name);
}

static void input_report_dropped(struct checker *ck, const struct crd *crd,
				 const struct crd_version *version, const struct crd_drop *drop,
				 enum object_kind kind)
{
	const char *loss = release_loss_of(kind, drop->path);
	struct finding *f = report(
		ck, CHECK_IN060, &crd->object, version->name.pos,
		"the CustomResourceDefinition of %s does not have %s, which %s %s: the API "
		"server drops the field%s%s",
		kind_table[kind].name, drop->path,
		name_list(ck->arena, drop->names.items, drop->names.count, CRD_NAMES_MAX),
		drop->names.count == 1 ? "uses" : "use", loss != NULL ? ", and " : "",
		loss != NULL ? loss : "");

	f->severity = loss != NULL ? SEVERITY_FAIL : SEVERITY_WARN;
	finding_path(ck, f, "spec.versions[%u]",
		     (unsigned)(version - crd->versions.list.items));
	finding_hint(
		ck, f,
		"apply the CustomResourceDefinitions of the release that you run: Helm does "
		"not update them");
	finding_related(ck, f, drop->pos, "this field would be dropped");
}

static void input_check_crd(struct checker *ck, const struct crd *crd, enum object_kind kind)
{
	const struct crd_version *version = crd_version_of(crd, kind);
	struct crd_drops drops = { 0 };

	if (version == NULL)
		return;
	ARRAY_FOREACH (struct object *, object, &ck->snapshot->objects) {
		struct dropped_fields dropped = { 0 };

		if ((*object)->kind != kind)
			continue;
		crd_find_dropped(version, *object, ck->arena, &dropped);
		ARRAY_FOREACH (const struct dropped_field, field, &dropped.list)
			input_note_dropped(ck, &drops, field, (*object)->name.s);
	}
	ARRAY_FOREACH (const struct crd_drop, drop, &drops.list) {
		if (kind != KIND_LBNODEAGENT ||
		    !str_equal(drop->path, "spec.local.addressGuard"))
			input_report_dropped(ck, crd, version, drop, kind);
	}
}

void input_check_crds(struct checker *ck)
{
	static const enum object_kind kinds[] = { KIND_SERVICE_GROUP, KIND_LBNODEAGENT,
						  KIND_BGP_CONFIGURATION };

	ARRAY_FOREACH (struct crd *, crd, &ck->snapshot->crds) {
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			input_check_crd(ck, *crd, kinds[i]);
	}
}
