/* SPDX-License-Identifier: Apache-2.0 */
/* Words for what checks need: names, and what to add to the input. */
#ifndef REPORTS_FINDINGS_NEEDS_H
#define REPORTS_FINDINGS_NEEDS_H

#include "base/text.h"
#include "validator/check.h"

/*
 * `needs` (a set of enum need) without those that come along with another one of the set:
 * who has an inventory has nodes.
 */
unsigned needs_reduce(unsigned needs);

/* Appends the names, joined by `separator`. */
void needs_add_names(struct text *t, unsigned needs, const char *separator);

/* Appends what to give, joined by "and": "Nodes, Leases or a NodeInventory". */
void needs_add_advice(struct text *t, unsigned needs);

#endif
