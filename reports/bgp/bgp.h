/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a cluster as JSON and as text. */
#ifndef REPORTS_BGP_BGP_H
#define REPORTS_BGP_BGP_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "purelb/bgp/bgp.h"
#include "reports/model/report.h"

extern const struct record bgp_document;

/*
 * {"daemon", "configurations": [{"nodes": [...], "routers": [...]}]}. `scratch` is used for
 * the routes, one at a time. The caller frees the tree with cJSON_Delete().
 */
cJSON *bgp_json(const struct bgp_cluster *bgp, struct arena *scratch);

/*
 * Writes, for each configuration, what every node has and advertises, and then what every
 * router gets; 80 columns wide where the names allow it. `scratch` is used for one piece at a
 * time. Errors of `out` are left in it for ferror().
 */
void bgp_table(FILE *out, bool colour, const struct bgp_cluster *bgp, struct arena *scratch);

#endif
