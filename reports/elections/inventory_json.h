/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes as the NodeInventory that describes them. */
#ifndef REPORTS_ELECTIONS_INVENTORY_JSON_H
#define REPORTS_ELECTIONS_INVENTORY_JSON_H

#include <cjson/cJSON.h>

#include "config/objects/objects.h"

/* The object, of this name. The caller deletes it. */
cJSON *inventory_json(const char *name, const struct inventory_node *nodes, uint32_t count);

#endif
