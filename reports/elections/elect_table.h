/* SPDX-License-Identifier: Apache-2.0 */
/* The winners of VIPs, for people. */
#ifndef REPORTS_ELECTIONS_ELECT_TABLE_H
#define REPORTS_ELECTIONS_ELECT_TABLE_H

#include <stdio.h>

#include "reports/allocation/answers.h"

/*
 * Writes who announces each VIP and who is next, then the nodes, and the counts. With
 * answer->explain all candidates with the first digits of their hashes; else those that come
 * next as far as the VIPs list candidates. Errors of `out` are left in it for ferror();
 * `scratch` holds texts meanwhile.
 */
void elect_table(FILE *out, bool colour, const struct election_answer *answer,
		 struct arena *scratch);

#endif
