/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as SARIF 2.1.0 (OASIS Standard), for code scanning and viewers of it. */
#ifndef REPORTS_FINDINGS_FINDINGS_SARIF_H
#define REPORTS_FINDINGS_FINDINGS_SARIF_H

#include <cjson/cJSON.h>

#include "config/objects/snapshot.h"
#include "validator/validate.h"

/*
 * One run: every check as a rule, every finding that does not say PASS as a result with its
 * region, related places and a fingerprint that line numbers do not change; what was silenced
 * with its suppression; inputs that could not be read and what was not checked as
 * notifications. `version` is that of the program. The caller owns the tree and frees it with
 * cJSON_Delete().
 */
cJSON *findings_sarif(const struct validation *v, const struct snapshot *snapshot,
		      const char *version);

#endif
