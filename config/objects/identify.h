/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of object a mapping is. */
#ifndef CONFIG_OBJECTS_IDENTIFY_H
#define CONFIG_OBJECTS_IDENTIFY_H

#include "config/objects/snapshot.h"
#include "config/yaml/tree.h"

/* The text below a key of a mapping; NULL: there is none. Borrowed from the tree. */
const char *object_text(const struct tree_node *map, const char *key);

/* The kind to read this object as, or NULL; reports what an object of PureLB lacks. `kind` and
 * `api_version` are its own, or those that its list says, or NULL. */
const struct kind_info *object_identify(struct snapshot *snapshot, const struct tree_node *map,
					const char *kind, const char *api_version);

#endif
