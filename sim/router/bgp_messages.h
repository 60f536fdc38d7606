/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of BGP messages (RFC 4271), as the daemons of T4 send them (T13.5 to T13.7). */
#ifndef SIM_ROUTER_BGP_MESSAGES_H
#define SIM_ROUTER_BGP_MESSAGES_H

#include "base/text.h"
#include "sim/engine/setup_bgp.h"

enum { BGP_MESSAGE_MAX = 4096, BGP_KEEPALIVE_BYTES = 19 };

/* Each appends one message or more. */

/* The OPEN of the node's speaker, GoBGP, or of the router as its profile has it. */
void message_open_node(struct text *out, const struct setup_session *session);
void message_open_router(struct text *out, const struct setup_session *session,
			 const struct bgp_router *router);
void message_keepalive(struct text *out);
/* `data`: the bad value of 2/2 and 2/6, in two octets; SETUP_NONE: none. */
void message_notification(struct text *out, unsigned code, unsigned subcode, uint32_t data);

/* Routes of one family, as the node or the router announces or withdraws them. */
struct message_routes {
	enum ip_family family;
	struct ip next_hop;
	uint32_t path[2]; /* ASes, from the sender on */
	unsigned path_length;
	bool internal; /* LOCAL_PREF */
	const struct setup_bgp *bgp;
	const bool *prefixes; /* by number: those of the family that are meant */
};
void message_announce(struct text *out, const struct message_routes *routes);
void message_withdraw(struct text *out, const struct message_routes *routes);
/* End-of-RIB. */
void message_end(struct text *out, enum ip_family family);

#endif
