/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of BGP is captured: the frames of every session, TCP and all (T13). Only where somebody
 * takes frames (struct sim_sinks); all functions do nothing elsewhere. It looks on and decides
 * nothing: what happens does not depend on whether it is captured.
 */
#ifndef SIM_ROUTER_TAP_H
#define SIM_ROUTER_TAP_H

#include "sim/router/router.h"

void tap_init(struct sim *sim);
/* Ends it; no frame comes after this. */
void tap_finish(struct sim *sim);

/* The end begins a dial. */
void tap_dial(struct sim *sim, struct wire *wire, enum wire_end end);
/* What a SYN of the end that dials meets at the other. */
enum tap_answer {
	TAP_REFUSES, /* RST */
	TAP_CLOSES,  /* it is taken and closed at once */
	TAP_LATE,    /* NOTIFICATION 6/7 after both OPENs (T4.4) */
	TAP_OPENS,   /* both send their OPENs; tap_opened() follows `after` */
};
void tap_answers(struct sim *sim, const struct wire *wire, enum wire_end dialer,
		 enum tap_answer answer, sim_ns after);
/* The session is up; or an end refuses the OPEN of the other with this NOTIFICATION. */
void tap_opened(struct sim *sim, const struct wire *wire);

/* The end sends a NOTIFICATION and closes; closes without one. */
void tap_says(struct sim *sim, const struct wire *wire, enum wire_end end, unsigned code,
	      unsigned subcode);
void tap_closes(struct sim *sim, const struct wire *wire, enum wire_end end);
/* The next message of the end meets a RST. */
void tap_meets_rst(struct sim *sim, const struct wire *wire, enum wire_end end);
/* The end is gone without a word. */
void tap_forgets(struct sim *sim, const struct wire *wire, enum wire_end end);

/* The node sends what has changed of its routes, after this time. */
void tap_update_in(struct sim *sim, const struct wire *wire, sim_ns delay);
/* The process of the node goes on. */
void tap_resumed(struct sim *sim, const struct wire *wire);

#endif
