/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects against the schema of a CustomResourceDefinition: which fields it does not know. The
 * typed struct of the object is walked by the tables that filled it, so nothing has to be kept
 * for this of any object. Fields that nothing here reads are not seen; types, bounds and rules
 * of the schema are left to the API server.
 */
#include "config/objects/crd_fields.h"

#include <string.h>

#include "base/text.h"
#include "config/schema/schema.h"

/* A walk over one object. */
struct crd_walk {
	struct arena *arena;
	struct dropped_fields *out;
};

/* Every list of structs has this shape. */
struct crd_list {
	struct section at;
	ARRAY_OF(char) list;
};

static const void *crd_member(const struct schema_field *field, const void *base)
{
	return (const char *)base + field->offset;
}

/* True when the object has the field; *pos is where. */
static bool crd_field_given(const struct schema_field *field, const void *base, struct pos *pos)
{
	const struct str_value *text;
	const struct int_value *number;
	const struct bool_value *flag;
	const struct section *section;

	if (field->type == FIELD_IGNORED || field->offset == NO_OFFSET)
		return false;
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_DURATION:
	case FIELD_SCALAR:
		text = crd_member(field, base);
		*pos = text->pos;
		return text->s != NULL;
	case FIELD_INT:
		number = crd_member(field, base);
		*pos = number->pos;
		return number->set;
	case FIELD_BOOL:
		flag = crd_member(field, base);
		*pos = flag->pos;
		return flag->set;
	default:
		section = crd_member(field, base);
		*pos = section->key;
		return section->set;
	}
}

static const struct crd_property *crd_property_named(const struct crd_property *in,
						     const char *name, size_t len)
{
	ARRAY_FOREACH (const struct crd_property, property, &in->properties.list) {
		if (strlen(property->name.s) == len && memcmp(property->name.s, name, len) == 0)
			return property;
	}
	return NULL;
}

/* What a schema does with fields that it does not list: true, it drops them. */
static bool crd_property_is_closed(const struct crd_property *property)
{
	return property->properties.at.set && !property->additional.set &&
	       !(property->preserved.set && property->preserved.v);
}

static void crd_walk_map(const struct crd_walk *walk, const struct schema *schema,
			 const void *base, const struct crd_property *property,
			 const char *path);

static void crd_walk_field(const struct crd_walk *walk, const struct schema_field *field,
			   const void *base, const struct crd_property *property,
			   const char *path)
{
	const struct crd_list *list;

	switch (field->type) {
	case FIELD_INLINE:
		crd_walk_map(walk, field->schema, base, property, path);
		break;
	case FIELD_OBJECT:
		crd_walk_map(walk, field->schema, crd_member(field, base), property, path);
		break;
	case FIELD_OBJECTS:
	case FIELD_NAMED:
		list = crd_member(field, base);
		for (uint32_t i = 0; i < list->list.count; i++)
			crd_walk_map(walk, field->schema,
				     list->list.items + i * field->schema->size, property,
				     path);
		break;
	default:
		break;
	}
}

static void crd_walk_map(const struct crd_walk *walk, const struct schema *schema,
			 const void *base, const struct crd_property *property,
			 const char *path)
{
	if (!crd_property_is_closed(property))
		return;
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct schema_field *field = &schema->fields[i];
		const struct crd_property *known =
			crd_property_named(property, field->name, strlen(field->name));
		struct dropped_field dropped = { 0 };
		/* A mapping whose fields are in this very struct does not say that it is
		 * there. */
		const bool open = field->type == FIELD_INLINE && field->offset == NO_OFFSET;

		if (!open && !crd_field_given(field, base, &dropped.pos))
			continue;
		dropped.path = arena_printf(walk->arena, "%s.%s", path, field->name);
		if (known != NULL)
			crd_walk_field(walk, field, base, known, dropped.path);
		else if (!open)
			ARRAY_ADD(walk->arena, &walk->out->list, dropped);
	}
}

void crd_find_dropped(const struct crd_version *version, const struct object *object,
		      struct arena *arena, struct dropped_fields *out)
{
	const struct crd_walk walk = { arena, out };
	const struct schema_field *field = schema_find(kind_table[object->kind].schema, "spec");
	const struct crd_property *spec = crd_property_named(&version->root, "spec", 4);

	*out = (struct dropped_fields){ 0 };
	if (field != NULL && spec != NULL)
		crd_walk_map(&walk, field->schema, object, spec, "spec");
}

bool crd_knows_field(const struct crd_version *version, const char *path)
{
	const struct crd_property *property = &version->root;

	while (true) {
		const size_t len = strcspn(path, ".");

		if (!crd_property_is_closed(property))
			return true;
		property = crd_property_named(property, path, len);
		if (property == NULL || path[len] == '\0')
			return property != NULL;
		path += len + 1;
	}
}

const struct crd_version *crd_version_of(const struct crd *crd, enum object_kind kind)
{
	const struct kind_info *info = &kind_table[kind];

	/* Of one with a value of a wrong type nothing is known (AG107). */
	if (crd->object.unclear != NULL || !str_equal(crd->group.s, info->group) ||
	    !str_equal(crd->crd_kind.s, info->name))
		return NULL;
	ARRAY_FOREACH (const struct crd_version, version, &crd->versions.list) {
		if (str_equal(version->name.s, info->version))
			return version->served.set && !version->served.v ? NULL : version;
	}
	return NULL;
}
