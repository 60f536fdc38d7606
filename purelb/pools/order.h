/* SPDX-License-Identifier: Apache-2.0 */
/* The sorting of base/array.h by the name that it had here. */
#ifndef PURELB_POOLS_ORDER_H
#define PURELB_POOLS_ORDER_H

#include "base/array.h"

#define order_sort array_sort

#endif
