/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of rules share: how they report and name, in which order they run, and the
 * document that is two objects.
 */
#include "config/objects/rules.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "config/yaml/tree.h"

enum { DNS_NAME_MAX = 253, DNS_LABEL_MAX = 63 };

struct finding *object_refuse(struct object_rules *rules, struct pos pos, const char *path,
			      const char *format, ...)
{
	const struct place place = { rules->object, path, pos };
	va_list args;

	va_start(args, format);

	struct finding *f =
		finding_vadd(&rules->snapshot->problems, PROBLEM_RULE, place, format, args);

	va_end(args);
	return f;
}

/* What is left of `path` behind `begin`, if it is that place or one below it; else NULL. */
static const char *object_path_below(const char *path, const char *begin)
{
	const size_t len = strlen(begin);

	if (path == NULL || strncmp(path, begin, len) != 0)
		return NULL;
	return path[len] == '\0' || path[len] == '.' || path[len] == '[' ? path + len : NULL;
}

bool object_refused_at(const struct object_rules *rules, const char *path)
{
	for (uint32_t i = rules->first_problem; i < rules->snapshot->problems.count; i++) {
		const struct place *place = &rules->snapshot->problems.items[i].place;

		if (place->object == rules->object &&
		    object_path_below(place->path, path) != NULL)
			return true;
	}
	return false;
}

const bool *object_refused_entries(const struct object_rules *rules, const char *list,
				   uint32_t count, const char *field)
{
	struct snapshot *snapshot = rules->snapshot;
	bool *refused = arena_zalloc(&snapshot->arena, (size_t)count + 1, sizeof(*refused));

	for (uint32_t i = rules->first_problem; i < snapshot->problems.count; i++) {
		const struct place *place = &snapshot->problems.items[i].place;
		const char *rest = place->object == rules->object
					   ? object_path_below(place->path, list)
					   : NULL;
		uint64_t index = 0;

		if (rest == NULL || rest[0] != '[' || !isdigit((unsigned char)rest[1]))
			continue;
		for (rest++; isdigit((unsigned char)*rest) && index < count; rest++)
			index = index * 10 + (uint64_t)(*rest - '0');
		if (index < count && *rest == ']' && object_path_below(rest + 1, field) != NULL)
			refused[index] = true;
	}
	return refused;
}

const char *object_name_from(struct object_rules *rules, const char *text, bool lower,
			     size_t max)
{
	char *out = arena_strdup(&rules->snapshot->arena, text);
	size_t len = 0;

	for (const char *p = text; *p != '\0'; p++) {
		const unsigned char c = (unsigned char)*p;
		const bool kept = c < 0x80 && (isalnum(c) || (!lower && strchr("_.", c)));

		if (kept)
			out[len++] = (char)(lower ? tolower(c) : c);
		else if (len > 0 && out[len - 1] != '-')
			out[len++] = '-';
	}
	while (len > 0 && !isalnum((unsigned char)out[len - 1]))
		len--;
	out[len] = '\0';
	while (*out != '\0' && !isalnum((unsigned char)*out))
		out++;
	return *out != '\0' && strlen(out) <= max ? out : NULL;
}

void object_hint_name(struct snapshot *snapshot, const struct object *o, struct finding *f)
{
	struct object_rules rules = { .snapshot = snapshot, .object = o };
	const char *meant = object_name_from(&rules, o->name.s, true, DNS_NAME_MAX);

	if (meant == NULL) {
		f->hint = "use at most 253 lowercase letters, digits, dashes and dots";
		return;
	}
	finding_set_fix(&snapshot->problems, f, FIX_VALUE, o->name.s, meant, "write ", "");
	finding_fix_is_unsafe_but_for_case(f);
}

void object_check_namespace_name(struct snapshot *snapshot, const struct object *o)
{
	const char *given = o->namespace_given.s;
	struct object_rules rules = { .snapshot = snapshot, .object = o };
	const char *meant;
	struct finding *f;

	if (object_namespace_is_valid(o))
		return;
	f = problem_add(snapshot, PROBLEM_INCOMPLETE, o, o->namespace_given.pos,
			"metadata.namespace", "\"%s\" is not a valid namespace name", given);
	meant = object_name_from(&rules, given, true, DNS_LABEL_MAX);
	if (meant == NULL || !dns_label_valid(meant)) {
		f->hint = "use at most 63 lowercase letters, digits and dashes";
		return;
	}
	finding_set_fix(&snapshot->problems, f, FIX_VALUE, given, meant, "write ", "");
	finding_fix_is_unsafe_but_for_case(f);
}

void object_check_rules(struct snapshot *snapshot, struct object *o, uint32_t first_problem,
			bool applied, bool known)
{
	struct object_rules rules = { snapshot, o, first_problem };

	if (!applied)
		return;
	object_place_unknown_fields(&rules);
	object_check_metadata(&rules);
	if (o->kind == KIND_SERVICE && known)
		service_check_rules(&rules);
	for (uint32_t i = first_problem; i < snapshot->problems.count; i++)
		o->refused = o->refused || snapshot->problems.items[i].place.object == o;
}

/* The second of two `apiVersion` keys of a document in which `kind` also comes twice, and one
 * of whose objects is PureLB's; or NULL. */
static const struct tree_entry *object_second_begin(const struct tree_node *map)
{
	const struct tree_entry *second = NULL;
	bool versions = false, kinds = false, ours = false;

	ARRAY_FOREACH (const struct tree_entry, e, &map->u.map) {
		const bool version = strcmp(e->key, "apiVersion") == 0;
		const bool kind = strcmp(e->key, "kind") == 0;

		if (second == NULL && ((version && versions) || (kind && kinds)))
			second = e;
		ours = ours || (version && e->value->type == TREE_STRING &&
				strstr(e->value->text, "purelb.io/") != NULL);
		versions = versions || (version && e->shadowed);
		kinds = kinds || (kind && e->shadowed);
	}
	return versions && kinds && ours ? second : NULL;
}

bool object_misses_separator(struct snapshot *snapshot, const struct tree_node *map,
			     uint32_t first_problem)
{
	const struct tree_entry *second = object_second_begin(map);
	uint32_t kept = first_problem;

	if (second == NULL)
		return false;
	for (uint32_t i = first_problem; i < snapshot->problems.count; i++)
		if (snapshot->problems.items[i].kind != PROBLEM_DUPLICATE_KEY)
			snapshot->problems.items[kept++] = snapshot->problems.items[i];
	snapshot->problems.count = kept;
	problem_add(snapshot, PROBLEM_DUPLICATE_KEY, NULL, second->key_pos, NULL,
		    "a second object begins here without a document separator: neither object "
		    "is checked")
		->hint = "add a line of `---` before it";
	return true;
}
