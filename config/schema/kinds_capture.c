/* SPDX-License-Identifier: Apache-2.0 */
/* The schema of captures, and what they say. */
#include "config/objects/capture.h"

#include "base/text.h"
#include "config/schema/kinds.h"
#include "config/objects/labels.h"

static const struct kind_info *kind_named(const char *name)
{
	for (int i = 0; i < KIND_COUNT; i++)
		if (str_equal(kind_table[i].name, name))
			return &kind_table[i];
	return NULL;
}

static const char *rule_kind_name(const char *text)
{
	return kind_named(text) != NULL ? NULL : "is no kind that is read here";
}

#define KIND_FIELD                                                                             \
	{                                                                                      \
		"kind", FIELD_STRING, AT(struct captured_kind, kind),                          \
			.required = true, .rule = rule_kind_name,                              \
			.description = "such as Service"                                       \
	}

static const struct schema_field read_fields[] = {
	KIND_FIELD,
	{ "namespaces", FIELD_STRINGS, AT(struct captured_kind, namespaces),
	  .rule = rule_namespace_name, .description = "only there; absent: in all of them" },
};
static const struct schema read_schema = {
	.fields = read_fields,
	.count = COUNT(read_fields),
	.size = sizeof(struct captured_kind),
	.shorthand = "kind",
};

static const struct schema_field unread_fields[] = {
	KIND_FIELD,
	{ "reason", FIELD_STRING, AT(struct captured_kind, reason),
	  .description = "what the cluster answered" },
};
static const struct schema unread_schema = {
	.fields = unread_fields,
	.count = COUNT(unread_fields),
	.size = sizeof(struct captured_kind),
	.shorthand = "kind",
};

static const struct schema_field capture_spec_fields[] = {
	{ "namespace", FIELD_STRING, AT(struct capture, install_namespace),
	  .rule = rule_namespace_name,
	  .description = "where PureLB is installed; -n and --namespace overrule it" },
	{ "read", FIELD_OBJECTS, AT(struct capture, read), .schema = &read_schema,
	  .description = "kinds of which every object is in the input" },
	{ "unread", FIELD_OBJECTS, AT(struct capture, unread), .schema = &unread_schema,
	  .description = "kinds that could not be read: nothing is known of them" },
};
static const struct schema capture_spec_schema = SCHEMA(capture_spec_fields, struct capture);

static const struct schema_field capture_fields[] = {
	OBJECT_FIELDS,
	{ "spec", FIELD_INLINE, AT(struct object, spec), .schema = &capture_spec_schema,
	  .required = true },
};
const struct schema capture_schema = SCHEMA(capture_fields, struct capture);

/* ---- what they say ---- */

static const struct captured_kind *find(const struct captured_kinds *kinds,
					enum object_kind kind)
{
	ARRAY_FOREACH (const struct captured_kind, k, &kinds->list)
		if (str_equal(k->kind.s, kind_table[kind].name))
			return k;
	return NULL;
}

const struct captured_kind *capture_unread(const struct snapshot *snapshot,
					   enum object_kind kind)
{
	/* What one input could not read, another one may bring along. */
	if (capture_read(snapshot, kind))
		return NULL;
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures) {
		const struct captured_kind *unread = find(&(*capture)->unread, kind);

		if (unread != NULL)
			return unread;
	}
	return NULL;
}

bool capture_read(const struct snapshot *snapshot, enum object_kind kind)
{
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures)
		if (find(&(*capture)->read, kind) != NULL)
			return true;
	return false;
}

bool capture_knows_endpoints(const struct snapshot *snapshot)
{
	return snapshot->endpoint_slices.count > 0 ||
	       capture_read(snapshot, KIND_ENDPOINT_SLICE);
}
