/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks in which some node has an interface to announce on. With a VIP outside all of
 * them every node does the same, so that nobody has to be asked singly.
 */
#ifndef PURELB_ANNOUNCING_REACH_H
#define PURELB_ANNOUNCING_REACH_H

#include "purelb/announcing/announcing.h"

struct reach {
	ARRAY_OF(struct ip_range) list; /* sorted and apart once reach_sort() was called */
};

/* Adds the networks of a node's interfaces, or of its subnets where those are not known. */
void reach_add(struct reach *reach, const struct announcer *announcer, struct arena *arena);

/* Sorts them, and drops those inside others. */
void reach_sort(struct reach *reach);

/* True when the address is in one of them; only after reach_sort(). */
bool reach_contains(const struct reach *reach, struct ip ip);

#endif
