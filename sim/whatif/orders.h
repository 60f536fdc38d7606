/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order the parts of a change can be applied, and what each order costs (S6.6): for
 * pools that go from local to remote, or back. The parts are the kinds of objects that differ.
 */
#ifndef SIM_WHATIF_ORDERS_H
#define SIM_WHATIF_ORDERS_H

#include "sim/whatif/diff.h"

enum { ORDER_PARTS_MAX = 4 };

/* One order. VIPs count that clients reach before the change and after it. */
struct change_order {
	enum object_kind parts[ORDER_PARTS_MAX]; /* in this order; KIND_COUNT: no more */
	uint32_t number;                         /* among equals */
	uint32_t down;    /* VIPs that clients do not reach in between, at its worst moment */
	uint32_t unknown; /* VIPs of which that is not known, at its worst moment */
	uint32_t down_after; /* parts applied when most are down, or most are unknown */
};

struct diff_orders {
	uint32_t parts;                     /* at least 2 */
	ARRAY_OF(struct change_order) list; /* those that cost least first */
};

/* Works out the orders of a change in which a pool goes from local to remote or back and that
 * has several parts; else leaves diff->orders as it is. */
void diff_find_orders(struct diff *diff, const struct diff_options *options);

#endif
