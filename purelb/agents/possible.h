/* SPDX-License-Identifier: Apache-2.0 */
/* For cluster.c alone: the networks that nodes may be on. */
#ifndef PURELB_AGENTS_POSSIBLE_H
#define PURELB_AGENTS_POSSIBLE_H

#include "purelb/agents/cluster.h"

/* Fills cluster->lans and has_blind_nodes; needs the nodes. (I3.6) */
void possible_lans_collect(struct cluster *cluster);

#endif
