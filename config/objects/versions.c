/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of objects of ours that are absent, or that v2 of PureLB does not read. */
#include "config/objects/versions.h"

#include <string.h>

#include "base/text.h"

static const char *version_object_name(const struct tree_node *map)
{
	const struct tree_node *metadata = tree_get(map, "metadata");
	const struct tree_node *name = metadata != NULL ? tree_get(metadata, "name") : NULL;

	return name != NULL && name->type == TREE_STRING ? name->text : "(no name)";
}

void object_report_old_version(struct snapshot *snapshot, const struct tree_node *map,
			       const struct kind_info *info, const char *api_version)
{
	struct finding *p = problem_add(
		snapshot, PROBLEM_OLD_API, NULL, tree_get(map, "apiVersion")->pos, "apiVersion",
		"%s \"%s\" has apiVersion %s, which PureLB v2 does not read", info->name,
		version_object_name(map), api_version);
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

void object_report_no_version(struct snapshot *snapshot, const struct tree_node *map,
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
