/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of Services and the use of pools, for programs. */
#ifndef REPORTS_ALLOCATION_ALLOCATE_JSON_H
#define REPORTS_ALLOCATION_ALLOCATE_JSON_H

#include <cjson/cJSON.h>

#include "purelb/allocation/allocation.h"

/*
 * {"services":[...],"pools":[...]}: every Service of type LoadBalancer in (namespace, name)
 * order, then every group in the order that PureLB takes them. The caller owns the tree and
 * frees it with cJSON_Delete(); `scratch` holds texts meanwhile.
 */
cJSON *allocate_json(const struct allocations *all, const struct pools *pools,
		     struct arena *scratch);

#endif
