/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a cluster for people. */
#ifndef REPORTS_BGP_BGP_TABLE_H
#define REPORTS_BGP_BGP_TABLE_H

#include <stdio.h>

#include "purelb/bgp/bgp.h"

/*
 * Writes, for each configuration, what every node has and advertises, and then what every
 * router gets; 80 columns wide where the names allow it. `scratch` is used for one piece at a
 * time. Errors of `out` are left in it for ferror().
 */
void bgp_table(FILE *out, bool colour, const struct bgp_cluster *bgp, struct arena *scratch);

#endif
