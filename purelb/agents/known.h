/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of which kinds the input says what does not exist. (I3)
 *
 * A kind is complete where a Capture read it or the caller says so. Of a partial kind only some
 * objects may have been handed over, and then nothing follows from the absence of others,
 * unless what is there shows that the configuration as such is in the input. Objects of an
 * older API count as present.
 */
#ifndef PURELB_AGENTS_KNOWN_H
#define PURELB_AGENTS_KNOWN_H

#include "config/objects/snapshot.h"

/* Complete, or a ServiceGroup of the install namespace is there. (I3.2) */
bool known_groups(const struct snapshot *snapshot);

/* Complete, or an LBNodeAgent is there, or PureLB's DaemonSet without one. (I3.3) */
bool known_agents(const struct snapshot *snapshot);

/* Complete, or PureLB's DaemonSet is there. (I3.4) */
bool known_bgp(const struct snapshot *snapshot);

/* PureLB's DaemonSet, whatever namespace it is in; NULL: it is not in the input. */
const struct workload *known_daemon_set(const struct snapshot *snapshot);

/* True when something in the input is PureLB's: what it shows of other load balancers and of
 * Services may then concern PureLB. (I2.1) */
bool known_purelb(const struct snapshot *snapshot);

/* True when a Service has an annotation of PureLB's. */
bool known_purelb_service(const struct service *service);

#endif
