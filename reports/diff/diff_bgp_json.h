/* SPDX-License-Identifier: Apache-2.0 */
/* BGP in the document of plan; used by reports/diff alone. */
#ifndef REPORTS_DIFF_DIFF_BGP_JSON_H
#define REPORTS_DIFF_DIFF_BGP_JSON_H

#include "reports/model/report.h"
#include "sim/whatif/diff.h"

/* Of a struct diff: {"sessions": [...], "routes": [...]}. */
extern const struct record diff_bgp_record;
/* A step of an upgrade. */
extern const struct record diff_upgrade_record;

#endif
