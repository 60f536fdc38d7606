/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a cluster, and what is lost with nodes and routers, as JSON and as text. */
#ifndef REPORTS_BGP_BGP_H
#define REPORTS_BGP_BGP_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "purelb/bgp/bgp_loss.h"
#include "reports/model/report.h"

struct bgp_answer {
	const struct bgp_cluster *bgp;
	const bool *shown;           /* by index in cluster->nodes; NULL: all */
	const struct bgp_loss *down; /* NULL: nothing is lost */
};

extern const struct record bgp_document;

/*
 * {"daemon", "configurations": [{"nodes": [...], "routers": [...]}]}. `scratch` is used for
 * the routes, one at a time. The caller frees the tree with cJSON_Delete().
 */
cJSON *bgp_json(const struct bgp_answer *answer, struct arena *scratch);

/*
 * Writes, for each configuration, what every node has and advertises, and then what every
 * router gets; or, when something is down, what that does.
 * `scratch` is used for one piece at a time. Errors of `out` are left in it for
 * ferror().
 */
void bgp_table(FILE *out, struct screen screen, const struct bgp_answer *answer,
	       struct arena *scratch);

#endif
