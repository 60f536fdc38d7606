/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others have for a local address: entries of neighbor tables, and frames that say who has
 * it. (O2.4)
 */
#ifndef PURELB_OBSERVED_WIRE_H
#define PURELB_OBSERVED_WIRE_H

#include "purelb/announcing/vips.h"
#include "purelb/observed/seen.h"

enum wire_state {
	WIRE_UNSEEN,       /* nothing shows it */
	WIRE_UNCLEAR,      /* old, or about a MAC address that may be anybody's */
	WIRE_RIGHT,        /* the winner is what they have, or who answered last */
	WIRE_CONTRADICTED, /* two things that were seen cannot both be so */
	WIRE_STALE,        /* a neighbor table has another MAC address */
	WIRE_ELSEWHERE,    /* another node answered for it last */
	WIRE_SILENT,       /* the winner was asked and did not answer */
	WIRE_BY_TURNS,     /* two nodes answer for it */
};

struct wire_proof {
	const struct evidence_origin *from;
	const char *text;
};

struct wire_view {
	enum wire_state state;
	const char *text; /* NULL: unseen */
	/* The node that WIRE_STALE and WIRE_ELSEWHERE are about; NULL: none that is known. */
	const struct cluster_node *other;
	ARRAY_OF(struct wire_proof) proofs; /* all that was seen, whatever became of it */
	/* The winner took the address over and sent nothing gratuitous, in a capture that would
	 * show it: where the winner first answers. NULL: not so, or not known. */
	const struct evidence_packet *quiet;
	const struct cluster_node *quiet_from; /* who had it before */
	bool overflow; /* there is more than is looked at: nothing is wrong */
};

/* Neighbor tables, and MAC addresses that answer, of one address; more than any real network
 * shows. */
enum { WIRE_PLACES_MAX = 64 };

/*
 * Judges what was seen of the address against its winner, which it must have. Two outputs of
 * one place that differ are judged by their times. What was taken long before the clock proves
 * nothing. Nothing is wrong where the winner rests on a guess (vip->inferred): that is unclear.
 * Allocates in `arena`; borrows the rest.
 */
void wire_judge(struct wire_view *out, const struct seen *seen, const struct vip *vip,
		struct arena *arena);

#endif
