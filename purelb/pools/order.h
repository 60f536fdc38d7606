/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting of what is often sorted already: objects as kubectl lists them, names of nodes. */
#ifndef PURELB_POOLS_ORDER_H
#define PURELB_POOLS_ORDER_H

#include <stddef.h>

/* As qsort(), but `items` may be NULL when there are none, and items that are in order cost
 * one comparison each. The comparison must tell all items apart, or not care. */
void order_sort(void *items, size_t count, size_t size,
		int (*compare)(const void *a, const void *b));

#endif
