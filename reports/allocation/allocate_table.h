/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of Services and the use of pools, for people. */
#ifndef REPORTS_ALLOCATION_ALLOCATE_TABLE_H
#define REPORTS_ALLOCATION_ALLOCATE_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"
#include "purelb/allocation/allocation.h"

/*
 * Writes the Services by namespace, addresses that two of them hold, the use of every range,
 * and the counts. Errors of `out` are left in it for ferror(). `scratch` holds texts meanwhile.
 */
void allocate_table(FILE *out, bool colour, const struct allocations *all,
		    const struct pools *pools, struct arena *scratch);

/*
 * A number of addresses as people read it: all digits up to 10^15, else the nearest power of
 * two, "2^64", with a "~" before it when it is not exact. Appends it.
 */
void addresses_add(struct text *t, u128 count);

/* How much of `size` is `used`: "0%", "0.1%" for all that is less and not nothing, "99.9%",
 * and "100%" only for all of it. Appends it. */
void share_add(struct text *t, u128 used, u128 size);

#endif
