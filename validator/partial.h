/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of which some values are not known: which checks can do without these. (I6.1a) */
#ifndef VALIDATOR_PARTIAL_H
#define VALIDATOR_PARTIAL_H

#include "validator/check.h"

/* The snapshot with the objects in its lists that were set aside. It takes over the arena,
 * which is to be put back; its lists are its own. */
struct snapshot *partial_snapshot(struct snapshot *snapshot);

/* Adds to the checker's findings those of `found`, made on such a snapshot, that are about an
 * object that was set aside and need none of the values that are not known. */
void partial_take(struct checker *ck, const struct finding_sink *found);

#endif
