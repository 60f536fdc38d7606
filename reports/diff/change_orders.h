/* SPDX-License-Identifier: Apache-2.0 */
/* The orders in which the parts of a change can be applied, as plan tells of them. */
#ifndef REPORTS_DIFF_CHANGE_ORDERS_H
#define REPORTS_DIFF_CHANGE_ORDERS_H

#include <stdio.h>

#include "reports/model/report.h"
#include "sim/whatif/orders.h"

extern const struct record change_order_record; /* of struct change_order */

/* A table of all orders and what is known of the best; in a page a section of it. Nothing where
 * none were worked out. */
void change_orders_table(FILE *out, enum report_form form, struct screen screen,
			 const struct diff *diff, struct arena *scratch);

/* What to apply first, a sentence in the arena; NULL: no order is known to be harmless. */
const char *change_orders_advice(const struct diff_orders *orders, struct arena *arena);

#endif
