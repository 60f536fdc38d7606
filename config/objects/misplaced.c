/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unknown fields that belong elsewhere in their object: `annotations` below spec, `protocol`
 * beside ports. A field is placed where it is known at one place only, first below the mapping
 * it was written in, then in the whole object.
 */
#include "config/objects/rules.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/schema/old_words.h"
#include "config/schema/schema.h"

enum { PLACE_DEPTH_MAX = 8 };

/* Where a name is known: the mappings with a field of it that a search has met. */
struct field_search {
	const char *name;
	const char *path; /* of the last one, "" for the object itself */
	uint32_t found;
	struct arena *arena;
};

static void misplaced_search(struct field_search *search, const struct schema *schema,
			     const char *path, unsigned depth)
{
	if (depth > PLACE_DEPTH_MAX || search->found > 1)
		return;
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct schema_field *f = &schema->fields[i];

		if (str_equal(f->name, search->name)) {
			search->path = path;
			search->found++;
		}
		if (f->schema != NULL)
			misplaced_search(search, f->schema,
					 arena_printf(search->arena, "%s%s%s%s", path,
						      path[0] != '\0' ? "." : "", f->name,
						      f->type == FIELD_OBJECTS ? "[]" : ""),
					 depth + 1);
	}
}

/* The schema of the mapping at `path`, of which only the names count; NULL: not known. */
static const struct schema *misplaced_schema_at(const struct schema *root, const char *path,
						size_t len, struct arena *arena)
{
	const struct schema *schema = root;
	const char *end = path + len;

	while (path < end && schema != NULL) {
		const size_t name_len = strcspn(path, ".[");
		const struct schema_field *f =
			schema_find(schema, arena_strndup(arena, path, name_len));

		schema = f != NULL ? f->schema : NULL;
		path += name_len;
		while (path < end && *path != '.')
			path++;
		path++;
	}
	return schema;
}

/* Where the last name of a path begins. */
static const char *misplaced_last_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL ? dot + 1 : path;
}

/* How many lists and mappings the object is above the mapping with the last name of a path. */
static uint32_t misplaced_levels(const char *path)
{
	uint32_t levels = 0;

	for (; *path != '\0'; path++)
		levels += *path == '.' || *path == '[';
	return levels;
}

/* Whether the problem stays; sets a better hint where there is one. */
static bool misplaced_judge(struct object_rules *r, struct finding *f)
{
	const struct schema *root = kind_table[r->object->kind].schema;
	const char *name = misplaced_last_name(f->place.path);
	const size_t parent_len = name > f->place.path ? (size_t)(name - f->place.path) - 1 : 0;
	struct arena *arena = &r->snapshot->arena;
	const struct schema *parent =
		misplaced_schema_at(root, f->place.path, parent_len, arena);
	struct nearest near = { .word = name };
	struct field_search search = { .name = name, .arena = arena };

	/* What owners have would be of the object itself elsewhere. */
	if (parent == NULL || old_words_counterpart(f->place.path) != NULL ||
	    str_has_prefix(f->place.path, "metadata.ownerReferences"))
		return true;
	for (uint32_t i = 0; i < parent->count; i++)
		nearest_offer(&near, parent->fields[i].name);
	misplaced_search(&search, parent, arena_strndup(arena, f->place.path, parent_len), 0);
	if (search.found != 1) {
		search.found = 0;
		misplaced_search(&search, root, "", 0);
	}
	if (search.found == 1 && search.path[0] != '\0') {
		finding_set_hint(&r->snapshot->problems, f, "move it to %s", search.path);
		if (strchr(search.path, '[') == NULL) {
			finding_fix_move(&r->snapshot->problems, f, name,
					 misplaced_levels(f->place.path), search.path);
			finding_fix_is_unsafe(f);
		}
	}
	return near.best != NULL || search.found == 1 || r->object->uid.s == NULL;
}

void object_place_unknown_fields(struct object_rules *r)
{
	struct finding_sink *all = &r->snapshot->problems;
	uint32_t kept = r->first_problem;

	for (uint32_t i = r->first_problem; i < all->count; i++) {
		struct finding f = all->items[i];

		if (f.kind == PROBLEM_UNKNOWN_FIELD && f.place.object == r->object &&
		    f.place.path != NULL && !misplaced_judge(r, &f))
			continue;
		all->items[kept++] = f;
	}
	all->count = kept;
}
