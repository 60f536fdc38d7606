/* SPDX-License-Identifier: Apache-2.0 */
/* The winners of VIPs, for programs. */
#ifndef REPORTS_ELECTIONS_ELECT_JSON_H
#define REPORTS_ELECTIONS_ELECT_JSON_H

#include <cjson/cJSON.h>

#include "reports/allocation/answers.h"

/*
 * {"vips":[...],"nodes":[...]}: the VIPs in their order with all candidates, then every node
 * by name. The caller owns the tree and frees it with cJSON_Delete(); `scratch` holds texts
 * meanwhile.
 */
cJSON *elect_json(const struct election_answer *answer, struct arena *scratch);

#endif
