/* SPDX-License-Identifier: Apache-2.0 */
/* P8.5, P8.11, P9.2: how long VIPs are off when nodes crash, join or are reconfigured. */
#ifndef PURELB_ELECTION_FAILOVER_H
#define PURELB_ELECTION_FAILOVER_H

#include <stdbool.h>
#include <stdint.h>

/* How long something takes; in ns. */
struct span {
	int64_t earliest;
	int64_t mean;
	int64_t latest; /* it takes longer in less than one of a hundred cases */
};

/*
 * From the crash of `lost` nodes at once until the survivors have dropped the last of them.
 *
 * A lease of duration D that is renewed every D/2 expires D/2 to D after the crash of its
 * owner; that is noticed at the next lease event of any node. Each of `survivors` renews every
 * D/2, at a time of its own, so that a single one may notice D/2 late and many at once. All
 * is 0 when nothing is lost or nobody survives. (P8.5)
 */
struct span failover_detection(int64_t lease_duration_ns, uint32_t lost, uint32_t survivors);

/*
 * How long nobody announces a VIP that one node hands over to another, of which both go on,
 * because of a new membership: the old node withdraws it at the lease event, the new one
 * announces it about 0.2 s later, plus its place in the queue when it gains `gained`. (P8.11,
 * P9.4)
 */
struct span failover_handover(uint32_t gained);

/*
 * The same when a new configuration makes the old node withdraw it: at once, while the others
 * learn of that only by the node's next renewal, up to D/2 later. (P9.2)
 */
struct span failover_reconfigured(int64_t lease_duration_ns, uint32_t gained);

#endif
