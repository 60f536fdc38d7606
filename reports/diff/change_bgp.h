/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of plan about BGP and upgrades; used by reports/diff alone. */
#ifndef REPORTS_DIFF_CHANGE_BGP_H
#define REPORTS_DIFF_CHANGE_BGP_H

#include "sim/whatif/diff.h"

struct change_row {
	char sign;        /* a mark of the table */
	const char *what; /* the router, and where nodes find it */
	const char *text;
};

struct change_rows {
	ARRAY_OF(struct change_row) list;
};

/* What changes, the worst first; in the arena. */
void change_session_rows(const struct diff *diff, struct arena *arena, struct change_rows *out);
void change_route_rows(const struct diff *diff, struct arena *arena, struct change_rows *out);
/* The steps of an upgrade, in order. */
void change_upgrade_rows(const struct diff *diff, struct arena *arena, struct change_rows *out);

#endif
