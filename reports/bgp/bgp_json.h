/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a cluster for programs; docs/bgp.md says what each member means. */
#ifndef REPORTS_BGP_BGP_JSON_H
#define REPORTS_BGP_BGP_JSON_H

#include <cjson/cJSON.h>

#include "purelb/bgp/bgp.h"

/*
 * {"daemon", "configurations": [{"nodes": [...], "routers": [...]}]}. `scratch` is used for
 * the routes, one at a time. The caller frees the tree with cJSON_Delete().
 */
cJSON *bgp_json(const struct bgp_cluster *bgp, struct arena *scratch);

#endif
