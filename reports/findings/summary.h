/* SPDX-License-Identifier: Apache-2.0 */
/* What a validation read and what it could not check, in words, for reports to people. */
#ifndef REPORTS_FINDINGS_SUMMARY_H
#define REPORTS_FINDINGS_SUMMARY_H

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "validator/validate.h"

/* Appends "2 ServiceGroups, 1 Node from pools.yaml; 3 other objects skipped". */
void summary_add_read(struct text *t, const struct snapshot *snapshot);

/*
 * Appends what the next set of skipped checks lacks: "without nodes: CV001-CV004; add Nodes".
 * *at begins with 0. Returns false, and appends nothing, when there is no further one.
 */
bool summary_add_skipped(struct text *t, const struct validation *v, uint32_t *at);

/* Appends what "inferred" means when a finding is; returns whether one is. */
bool summary_add_inferred(struct text *t, const struct validation *v);

#endif
