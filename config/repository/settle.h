/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from all inputs together: which of two objects with one identity counts, and
 * where PureLB is installed. (I2.2, I8) */
#ifndef CONFIG_REPOSITORY_SETTLE_H
#define CONFIG_REPOSITORY_SETTLE_H

#include "config/objects/snapshot.h"

/*
 * Settles a snapshot after inputs were read: finds the install namespace, gives it to objects
 * that name none, and takes objects that a later one replaces out of the lists of their kinds.
 * May be called again after more was read.
 */
void settle_snapshot(struct snapshot *snapshot);

/*
 * The second half alone, for a snapshot that was put together from objects of others: fills
 * `twins` and takes what is replaced out of the lists. (I2.2)
 */
void settle_twins(struct snapshot *snapshot);

/* Takes back what was added to the lists since `before` was copied; the items stay. */
void settle_restore_lists(struct snapshot *s, const struct snapshot *before);

#endif
