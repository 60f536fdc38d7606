/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a finding the same one in another run. */
#include "validator/identity.h"

#include <strings.h>

#include "base/text.h"

const char *plain_file_name(const char *name)
{
	while (str_has_prefix(name, "./")) {
		name += 2;
		while (*name == '/')
			name++;
	}
	return name;
}

struct finding_identity finding_identity(const struct finding *f,
					 const struct snapshot *snapshot)
{
	struct finding_identity id = {
		.code = check_table[f->code].code,
		.path = f->place.path,
		.cluster = f->cluster,
	};

	if (f->place.object != NULL) {
		id.kind = f->place.object->kind_name;
		id.namespace = f->place.object->namespace;
		id.name = f->place.object->name.s;
		if (id.namespace != NULL && *id.namespace == '\0')
			id.namespace = NULL;
	} else if (f->place.pos.source != 0) {
		id.file = plain_file_name(
			snapshot->sources.list.items[f->place.pos.source - 1].name);
	}
	return id;
}

int identity_compare(const struct finding_identity *a, const struct finding_identity *b)
{
	const int orders[] = {
		strcasecmp(a->code, b->code),
		str_compare(a->kind, b->kind),
		str_compare(a->namespace, b->namespace),
		str_compare(a->name, b->name),
		str_compare(a->path, b->path),
		str_compare(a->file, b->file),
		str_compare(a->cluster, b->cluster),
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (orders[i] != 0)
			return orders[i];
	}
	return 0;
}
