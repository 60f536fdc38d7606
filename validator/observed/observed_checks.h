/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of a running cluster share, and what other families ask of them. */
#ifndef VALIDATOR_OBSERVED_OBSERVED_CHECKS_H
#define VALIDATOR_OBSERVED_OBSERVED_CHECKS_H

#include "purelb/agents/leases.h"
#include "purelb/observed/observed.h"
#include "purelb/observed/seen.h"
#include "purelb/observed/sessions.h"
#include "validator/check.h"

/* What the input shows of the cluster, never NULL, and the evidence beside it: built when the
 * first check asks, in ck->scratch, for all of them. */
const struct observed *observed_of(struct checker *ck);
const struct seen *observed_seen_of(struct checker *ck);

/* True when all leases had expired when the input was captured, although some were valid at the
 * time of the newest renewal: no agent is alive. */
bool observed_is_dead(const struct cluster *cluster);

/* Reports a finding about the address of a Service that holds it, at its place in the status.
 */
struct finding *observed_report_vip(struct checker *ck, enum check_code code,
				    const struct vip *vip, const char *message);

/* The Node object, or NULL, and the place of its name; the place of a file of evidence. */
const struct object *observed_node_object(const struct cluster_node *node);
struct pos observed_node_pos(const struct cluster_node *node);
struct pos observed_file_pos(const struct evidence_file *file);

/* OB039: part of check_observed_sessions(), which has the sessions. */
void check_observed_asns(struct checker *ck, const struct session_list *sessions);

#endif
