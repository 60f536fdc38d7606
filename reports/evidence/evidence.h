/* SPDX-License-Identifier: Apache-2.0 */
/* The report of evidence: which outputs of other programs were recognized, where and when they
 * were taken, and what nothing in the input tells. (O1) */
#ifndef REPORTS_EVIDENCE_EVIDENCE_H
#define REPORTS_EVIDENCE_EVIDENCE_H

#include <stdio.h>

#include "config/evidence/evidence.h"
#include "reports/model/report.h"

extern const struct record evidence_document;

/* What the report is about. `now_ns`: ages count from it; EVIDENCE_UNKNOWN: from the newest
 * time in the input. */
struct evidence_about {
	const struct snapshot *snapshot;
	int64_t now_ns;
};

/* {"files":[...],"missing":[...]}. The caller frees it with cJSON_Delete(). */
cJSON *evidence_json(const struct snapshot *snapshot, int64_t now_ns, struct arena *scratch);

/* Writes the files by place, and what is missing. Errors of `out` stay in it. */
void evidence_table(FILE *out, struct screen screen, const struct snapshot *snapshot,
		    int64_t now_ns, struct arena *scratch);

#endif
