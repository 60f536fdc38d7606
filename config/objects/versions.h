/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of objects of ours that are absent, or that v2 of PureLB does not read. */
#ifndef CONFIG_OBJECTS_VERSIONS_H
#define CONFIG_OBJECTS_VERSIONS_H

#include "config/objects/snapshot.h"
#include "config/schema/schema.h"
#include "config/yaml/tree.h"

/* Reports an object whose apiVersion is not read; where nothing else has to change, with a fix.
 */
void object_report_old_version(struct snapshot *snapshot, const struct tree_node *map,
			       const struct kind_info *info, const char *api_version);

/* Reports an object without apiVersion, with a fix that adds it. */
void object_report_no_version(struct snapshot *snapshot, const struct tree_node *map,
			      const struct kind_info *info);

#endif
