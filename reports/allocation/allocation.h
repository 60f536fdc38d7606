/* SPDX-License-Identifier: Apache-2.0 */
/* The report of allocate: the addresses of Services and the use of pools; and the words that
 * other reports share with it. */
#ifndef REPORTS_ALLOCATION_ALLOCATION_H
#define REPORTS_ALLOCATION_ALLOCATION_H

#include <stdio.h>

#include "purelb/allocation/allocation.h"
#include "reports/model/report.h"

extern const struct record allocation_document;

/*
 * {"services":[...],"pools":[...]}: every Service of type LoadBalancer in (namespace, name)
 * order, then every group in the order that PureLB takes them. The caller owns the tree and
 * frees it with cJSON_Delete(); `scratch` holds texts meanwhile.
 */
cJSON *allocate_json(const struct allocations *all, const struct pools *pools,
		     struct arena *scratch);

/*
 * Writes the Services by namespace, addresses that two of them hold, the use of every range,
 * and the counts. Errors of `out` are left in it for ferror(). `scratch` holds texts meanwhile.
 */
void allocate_table(FILE *out, struct screen screen, const struct allocations *all,
		    const struct pools *pools, struct arena *scratch);

/* "namespace/name", in the arena. */
const char *answer_service(const struct service *service, struct arena *arena);

/* Its name; "" when it has none. */
const char *answer_name(const struct service *service);

/*
 * The pools that the addresses of the Service are from, each once, joined by ", "; without any
 * the one that was chosen for it, or the name that it asks for. NULL: none. In the arena.
 */
const char *answer_pools(const struct allocation *allocation, struct arena *arena);

#endif
