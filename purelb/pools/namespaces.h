/* SPDX-License-Identifier: Apache-2.0 */
/* P3.6, for pools.c alone: which groups serve which namespace. */
#ifndef PURELB_POOLS_NAMESPACES_H
#define PURELB_POOLS_NAMESPACES_H

#include "purelb/pools/pools.h"

/*
 * Fills pools->namespaces and each pool's `confined`. Needs pools->by_name and all of the
 * pools' list. `arena` holds the result.
 */
void namespaces_index(struct pools *pools, struct arena *arena);

#endif
