/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P10.2: fields that do not count. A release drops those that its CustomResourceDefinitions do
 * not have, and so does an API server with older definitions than PureLB, since Helm never
 * updates them (A4.4). Objects lose such fields before any rule reads them, so no rule has to
 * ask. Fields below lists are left out.
 */
#include "purelb/pools/release_fields.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "config/objects/crd_fields.h"

/* A field, and what is lost with it. */
struct field_row {
	enum object_kind kind;
	const char *path;
	size_t offset, size, position; /* of the value, and of its position */
	enum release_rule rule;        /* without it the field does not count */
	bool ignored;                  /* releases without the rule have the field */
	bool flag;                     /* a struct bool_value */
	const char *loss;
};

#define FIELD(kind_, type, member, place, ...)                                                 \
	{                                                                                      \
		.kind = (kind_), .offset = offsetof(struct type, member),                      \
		.size = sizeof(((struct type *)NULL)->member),                                 \
		.position = offsetof(struct type, member.place), __VA_ARGS__                   \
	}
#define GROUP(member, place, ...)                                                              \
	FIELD(KIND_SERVICE_GROUP, service_group, member, place, __VA_ARGS__)
#define AGENT(member, place, ...)                                                              \
	FIELD(KIND_LBNODEAGENT, lbnodeagent, member, place, __VA_ARGS__)
#define NO_RULE .rule = RELEASE_RULES

static const char no_addresses[] = "the group has no addresses";
static const char not_allocated[] = "its addresses are not allocated";

/* P10.2 */
static const struct field_row field_rows[] = {
	GROUP(namespaces, at.key, .path = "spec.namespaces", .rule = RELEASE_HAS_NAMESPACES,
	      .loss = "every namespace may use the group"),
	GROUP(enforce_namespaces, pos, .flag = true, .path = "spec.enforceNamespaces",
	      .rule = RELEASE_HAS_NAMESPACES, .loss = "other namespaces are not refused"),
	GROUP(namespace_default, pos, .flag = true, .path = "spec.namespaceDefault",
	      .rule = RELEASE_HAS_NAMESPACES,
	      .loss = "the group is not the default of its namespaces"),
	GROUP(external, at.key, .path = "spec.external", .rule = RELEASE_HAS_EXTERNAL,
	      .loss = no_addresses),
	GROUP(local, at.key, .path = "spec.local", NO_RULE, .loss = no_addresses),
	GROUP(remote, at.key, .path = "spec.remote", NO_RULE, .loss = no_addresses),
	GROUP(local.v4pools, at.key, .path = "spec.local.v4pools", NO_RULE,
	      .loss = not_allocated),
	GROUP(local.v6pools, at.key, .path = "spec.local.v6pools", NO_RULE,
	      .loss = not_allocated),
	GROUP(remote.v4pools, at.key, .path = "spec.remote.v4pools", NO_RULE,
	      .loss = not_allocated),
	GROUP(remote.v6pools, at.key, .path = "spec.remote.v6pools", NO_RULE,
	      .loss = not_allocated),
	GROUP(local.multi_pool, pos, .flag = true, .path = "spec.local.multiPool", NO_RULE,
	      .loss = "Services get one address instead of one of each range"),
	GROUP(remote.multi_pool, pos, .flag = true, .path = "spec.remote.multiPool", NO_RULE,
	      .loss = "Services get one address instead of one of each range"),
	AGENT(node_selector, at.key, .path = "spec.nodeSelector", .rule = RELEASE_HAS_SELECTORS,
	      .loss = "it governs every node"),
	AGENT(local.interfaces, at.key, .path = "spec.local.interfaces",
	      .rule = RELEASE_READS_INTERFACES, .ignored = true,
	      .loss = "VIPs of the subnets of those interfaces are not announced"),
	AGENT(local.garp_config, at.key, .path = "spec.local.garpConfig", NO_RULE,
	      .loss = "nothing gratuitous is sent"),
};

const char *release_loss_of(enum object_kind kind, const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(field_rows); i++)
		if (field_rows[i].kind == kind && str_equal(field_rows[i].path, path))
			return field_rows[i].loss;
	return NULL;
}

/* The paths that the CustomResourceDefinitions of the input do not know of an object. */
static void field_find_dropped(struct snapshot *snapshot, const struct object *object,
			       struct dropped_fields *out)
{
	ARRAY_FOREACH (struct crd *const, crd, &snapshot->crds) {
		const struct crd_version *version = crd_version_of(*crd, object->kind);

		if (version != NULL)
			crd_find_dropped(version, object, &snapshot->arena, out);
	}
}

static bool field_is_dropped(const struct dropped_fields *dropped, const char *path)
{
	ARRAY_FOREACH (const struct dropped_field, it, &dropped->list)
		if (str_equal(it->path, path))
			return true;
	return false;
}

/* A flag that says no says what its absence does. */
static bool field_is_off(const struct object *object, const struct field_row *row)
{
	struct bool_value flag;

	if (!row->flag)
		return false;
	memcpy(&flag, (const char *)object + row->offset, sizeof(flag));
	return !flag.v;
}

/* Takes the field out of a copy of `object`; *copy NULL: there is none yet. */
static void field_drop(struct snapshot *snapshot, const struct object *object, size_t size,
		       const struct field_row *row, bool by_crd, struct object **copy,
		       struct lost_fields *out)
{
	struct lost_field lost = { .object = object, .path = row->path, .loss = row->loss };

	memcpy(&lost.pos, (const char *)object + row->position, sizeof(lost.pos));
	lost.by_crd = by_crd;
	lost.dropped = by_crd || !row->ignored;
	ARRAY_ADD(&snapshot->arena, &out->list, lost);
	if (*copy == NULL) {
		*copy = arena_alloc(&snapshot->arena, size);
		memcpy(*copy, object, size);
	}
	memset((char *)*copy + row->offset, 0, row->size);
}

/* The object as PureLB gets it: itself, or a copy. */
static struct object *field_drop_all(struct snapshot *snapshot, struct object *object,
				     size_t size, struct release release,
				     struct lost_fields *out)
{
	struct dropped_fields dropped = { { 0 } };
	struct object *copy = NULL;

	field_find_dropped(snapshot, object, &dropped);
	for (size_t i = 0; i < ARRAY_LEN(field_rows); i++) {
		const struct field_row *row = &field_rows[i];
		const bool by_release =
			row->rule != RELEASE_RULES && !release_has(release, row->rule);
		struct pos pos;

		if (row->kind != object->kind || field_is_off(object, row))
			continue;
		memcpy(&pos, (const char *)object + row->position, sizeof(pos));
		if (pos.source != 0 && (by_release || field_is_dropped(&dropped, row->path)))
			field_drop(snapshot, object, size, row,
				   !by_release || (row->ignored &&
						   field_is_dropped(&dropped, row->path)),
				   &copy, out);
	}
	return copy != NULL ? copy : object;
}

void release_drop_fields(struct snapshot *snapshot, struct release release,
			 struct lost_fields *out)
{
	*out = (struct lost_fields){ { 0 } };
	ARRAY_FOREACH (struct service_group *, group, &snapshot->groups)
		*group = (struct service_group *)(void *)field_drop_all(
			snapshot, &(*group)->object, sizeof(**group), release, out);
	ARRAY_FOREACH (struct lbnodeagent *, agent, &snapshot->agents)
		*agent = (struct lbnodeagent *)(void *)field_drop_all(
			snapshot, &(*agent)->object, sizeof(**agent), release, out);
}
