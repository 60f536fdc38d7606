/* SPDX-License-Identifier: Apache-2.0 */
/* Findings for programs: one document, a superset of what PureLB's kubectl plugin prints. */
#ifndef REPORTS_FINDINGS_FINDINGS_JSON_H
#define REPORTS_FINDINGS_FINDINGS_JSON_H

#include <cjson/cJSON.h>

#include "config/objects/snapshot.h"
#include "validator/validate.h"

/*
 * The findings in their order, the counts, and the checks that were not run. What a finding
 * does not have (resource, path, location, related, hint) is left out. The caller owns the
 * tree and frees it with cJSON_Delete().
 */
cJSON *findings_json(const struct validation *v, const struct snapshot *snapshot);

/* One of them. */
cJSON *finding_json(const struct finding *f, const struct snapshot *snapshot);

#endif
