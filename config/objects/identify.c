/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of object a mapping is: by apiVersion and kind, and by what is nearly one of
 * PureLB's, which is reported (IN002, IN008).
 *
 * Left out: kinds of other software, which are not reported whatever they lack.
 */
#include "config/objects/identify.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/objects/object.h"
#include "config/schema/schema.h"
#include "config/schema/old_words.h"

const char *object_text(const struct tree_node *map, const char *key)
{
	const struct tree_node *n = tree_get(map, key);

	return n != NULL && n->type == TREE_STRING ? n->text : NULL;
}

static struct pos object_pos(const struct tree_node *map, const char *key)
{
	const struct tree_node *n = tree_get(map, key);

	return n != NULL ? n->pos : map->pos;
}

/* ---- kinds ---- */

/* The length of the group in "group/version"; 0: the core group. */
static size_t kind_group_length(const char *api_version)
{
	const char *slash = strchr(api_version, '/');

	return slash != NULL ? (size_t)(slash - api_version) : 0;
}

static bool kind_group_is_ours(const char *api_version)
{
	size_t len = kind_group_length(api_version);

	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kind_table[i].ours && strlen(kind_table[i].group) == len &&
		    strncmp(kind_table[i].group, api_version, len) == 0)
			return true;
	return false;
}

/* One of our kinds by its name alone. */
static const struct kind_info *kind_of_ours(const char *kind)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kind_table[i].ours && strcmp(kind_table[i].name, kind) == 0)
			return &kind_table[i];
	return NULL;
}

static bool kind_is_in_group(const struct kind_info *info, const char *api_version)
{
	size_t len = kind_group_length(api_version);

	return strlen(info->group) == len && strncmp(info->group, api_version, len) == 0;
}

const struct kind_info *kind_of_other_version(const char *kind, const char *api_version)
{
	const struct kind_info *info = kind_of_ours(kind);

	return info != NULL && kind_is_in_group(info, api_version) ? info : NULL;
}

static void object_note_old(struct snapshot *snapshot, const struct tree_node *map,
			    const struct kind_info *info)
{
	const struct tree_node *metadata = tree_get(map, "metadata");
	const char *name = object_text(metadata, "name");
	const char *namespace = object_text(metadata, "namespace");
	struct old_object *old = ARRAY_PUSH(&snapshot->arena, &snapshot->old_objects);

	*old = (struct old_object){ .kind = info->kind, .pos = map->pos };
	if (name != NULL)
		old->name = arena_strdup(&snapshot->arena, name);
	if (namespace != NULL)
		old->namespace = arena_strdup(&snapshot->arena, namespace);
}

static void object_old_version(struct snapshot *snapshot, const struct tree_node *map,
			       const struct kind_info *info, const char *api_version)
{
	struct finding *p = problem_add(
		snapshot, PROBLEM_OLD_API, NULL, object_pos(map, "apiVersion"), "apiVersion",
		"%s \"%s\" has apiVersion %s, which PureLB v2 does not read", info->name,
		object_text(tree_get(map, "metadata"), "name") != NULL
			? object_text(tree_get(map, "metadata"), "name")
			: "(no name)",
		api_version);

	const char *version =
		arena_printf(&snapshot->arena, "%s/%s", info->group, info->version);

	if (strcmp(api_version, "purelb.io/v1") != 0)
		p->hint = arena_printf(&snapshot->arena, "write apiVersion: %s", version);
	else if (info->kind == KIND_SERVICE_GROUP)
		p->hint = "write apiVersion: purelb.io/v2, and move spec.local's subnet, pool "
			  "and aggregation into an entry of v4pools (or v6pools), of "
			  "spec.remote if it is for routing; v1's spec.netbox is "
			  "spec.external; purelbtool convert prints the converted object";
	else
		p->hint = "write apiVersion: purelb.io/v2; v1's spec.local.localint is "
			  "localInterface, extlbint is dummyInterface, and sendgarp is "
			  "garpConfig.enabled; purelbtool convert prints the converted object";
	/* Where nothing has to move, the version is all that is wrong. */
	if (schema_has_all(info->schema, map))
		finding_set_fix(&snapshot->problems, p, FIX_VALUE, api_version, version,
				"write apiVersion: ", "");
}

static void object_no_version(struct snapshot *snapshot, const struct tree_node *map,
			      const struct kind_info *info)
{
	const char *version =
		arena_printf(&snapshot->arena, "%s/%s", info->group, info->version);
	struct finding *p = problem_add(snapshot, PROBLEM_INCOMPLETE, NULL, map->pos,
					"apiVersion", "%s has no apiVersion", info->name);

	finding_set_hint(&snapshot->problems, p, "add apiVersion: %s", version);
	finding_fix_add(&snapshot->problems, p, map->pos, NULL, "apiVersion",
			arena_printf(&snapshot->arena, "\"%s\"", version));
}

static void object_unknown_kind(struct snapshot *snapshot, const struct tree_node *map,
				const char *kind, const char *api_version)
{
	struct nearest near = { .word = kind };
	struct finding *p =
		problem_add(snapshot, PROBLEM_INCOMPLETE, NULL, object_pos(map, "kind"), "kind",
			    "%s has no kind \"%s\"", api_version, kind);

	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kind_table[i].ours && kind_is_in_group(&kind_table[i], api_version))
			nearest_offer(&near, kind_table[i].name);
	p->hint = old_words_kind(kind, &snapshot->arena);
	(void)finding_suggest(&snapshot->problems, p, FIX_VALUE, &near);
}

/* An object of ours that does not say so whole: with metadata it is one also in a folder, where
 * others may have the same words. */
static void object_is_meant(struct snapshot *snapshot, const struct tree_node *map)
{
	const struct tree_node *metadata = tree_get(map, "metadata");

	if (metadata != NULL && metadata->type == TREE_MAP)
		snapshot->manifests++;
}

/* True for the apiVersion of a kind of PureLB in which its group is misspelt or left out. */
static bool object_misspells_group(const struct kind_info *info, const char *api_version)
{
	return str_has_suffix(info->group, "purelb.io") &&
	       !str_equal(info->group, "purelbtool.purelb.io") &&
	       (strchr(api_version, '/') == NULL || strstr(api_version, "purelb") != NULL);
}

static void object_wrong_group(struct snapshot *snapshot, const struct tree_node *map,
			       const struct kind_info *info, const char *api_version)
{
	const char *right = arena_printf(&snapshot->arena, "%s/%s", info->group, info->version);
	struct finding *p = problem_add(
		snapshot, PROBLEM_INCOMPLETE, NULL, object_pos(map, "apiVersion"), "apiVersion",
		"%s does not exist in %s, but in %s", info->name, api_version, right);

	finding_set_fix(&snapshot->problems, p, FIX_VALUE, api_version, right,
			"write apiVersion: ", "");
	object_note_old(snapshot, map, info);
}

const struct kind_info *object_identify(struct snapshot *snapshot, const struct tree_node *map,
					const char *kind, const char *api_version)
{
	const struct kind_info *info;

	if (kind == NULL) {
		if (api_version == NULL || !kind_group_is_ours(api_version))
			return NULL;
		object_is_meant(snapshot, map);
		problem_add(snapshot, PROBLEM_INCOMPLETE, NULL, map->pos, "kind",
			    "an object of %s has no kind", api_version)
			->hint = "add `kind:`, such as ServiceGroup";
		return NULL;
	}
	info = kind_of_ours(kind);
	if (api_version == NULL) {
		if (info == NULL)
			return NULL;
		object_is_meant(snapshot, map);
		object_no_version(snapshot, map, info);
		return info;
	}

	const struct kind_info *exact = kind_find(kind, api_version);

	if (exact != NULL)
		return exact;
	if (info != NULL && kind_is_in_group(info, api_version)) {
		object_note_old(snapshot, map, info);
		object_old_version(snapshot, map, info, api_version);
	} else if (info != NULL && object_misspells_group(info, api_version)) {
		object_wrong_group(snapshot, map, info, api_version);
	} else if (kind_group_is_ours(api_version))
		object_unknown_kind(snapshot, map, kind, api_version);
	return NULL;
}
