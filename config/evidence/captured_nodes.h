/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes as what `ip` and `sysctl` print on them describes them: what `purelbtool inventory`
 * makes of a folder, from the evidence of an input. (O1.4)
 */
#ifndef CONFIG_EVIDENCE_CAPTURED_NODES_H
#define CONFIG_EVIDENCE_CAPTURED_NODES_H

#include "config/evidence/evidence.h"

/* One place; its inventory has one node, named like the place. */
struct captured_node {
	const char *place;
	/*
	 * The interfaces are given (`interfaces.at.set`) only where the default routes of both
	 * families are: without them nobody knows which interface is the default one. They are
	 * listed all the same.
	 */
	struct node_inventory inventory;
};

struct captured_nodes {
	ARRAY_OF(struct captured_node) list; /* by place */
};

/*
 * The places with an output of `ip -j addr`, `ip -j route` or `sysctl` that is not cut. One of
 * `ip -j addr` for some interfaces counts where none is of all; the node is `partial` then. Of
 * several outputs the newest counts; where none is newer, none does. Neither does one that was
 * taken more than five minutes before or after `now_ns`, unless that is NULL. Allocates in
 * `arena`; borrows the evidence.
 */
void captured_nodes_build(struct captured_nodes *out, const struct evidence *evidence,
			  const int64_t *now_ns, struct arena *arena);

/* What was taken longer before or after the clock, in seconds, says nothing of it. (O1.4) */
enum { EVIDENCE_OLD_S = 300 };

/* Taken so long before or after the clock that things may have moved. (O4.9) */
bool evidence_is_old(const struct evidence_file *file, int64_t now_ns);

#endif
