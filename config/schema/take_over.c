/* SPDX-License-Identifier: Apache-2.0 */
/* What is written in one mapping over what is written in another. */
#include <string.h>

#include "config/schema/schema.h"

/* Lists and mappings begin with a struct section. */
static size_t take_over_size(const struct schema_field *f)
{
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_DURATION:
	case FIELD_SCALAR:
		return sizeof(struct str_value);
	case FIELD_INT:
		return sizeof(struct int_value);
	case FIELD_BOOL:
		return sizeof(struct bool_value);
	case FIELD_INTS:
		return sizeof(struct int_list);
	case FIELD_STRINGS:
	case FIELD_OBJECTS: /* every list of structs has the shape of this one */
		return sizeof(struct str_list);
	case FIELD_OBJECT:
		return f->schema->size;
	default:
		return 0;
	}
}

static bool take_over_is_written(const struct schema_field *f, const void *value)
{
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_DURATION:
	case FIELD_SCALAR:
		return ((const struct str_value *)value)->s != NULL;
	case FIELD_INT:
		return ((const struct int_value *)value)->set;
	case FIELD_BOOL:
		return ((const struct bool_value *)value)->set;
	default:
		return ((const struct section *)value)->set;
	}
}

void schema_take_over(const struct schema *schema, void *to, const void *from)
{
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct schema_field *f = &schema->fields[i];
		const char *value = (const char *)from + f->offset;

		if (take_over_is_written(f, value))
			memcpy((char *)to + f->offset, value, take_over_size(f));
	}
}
