/* SPDX-License-Identifier: Apache-2.0 */
/* Random clusters for property tests: the same for the same numbers. */
#ifndef TESTS_UNIT_RANDOM_CLUSTER_H
#define TESTS_UNIT_RANDOM_CLUSTER_H

#include "base/random.h"
#include "base/text.h"

enum { RANDOM_CLUSTER_NODES = 9 }; /* at most */

/*
 * Up to nine nodes of two networks with labels `rack` and `kind`, mostly with leases of which
 * some have expired; LBNodeAgents that leave some nodes out; local pools, a remote pool inside
 * a network and one far away; 14 Services that hold addresses, some of them shared, some with
 * node affinity, some with externalTrafficPolicy Local.
 */
void random_cluster_text(struct random *r, struct text *yaml);

#endif
