/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of every frame that the simulator puts on a segment. Ethernet, without FCS. */
#ifndef SIM_NETWORK_FRAMES_H
#define SIM_NETWORK_FRAMES_H

#include "base/ip.h"
#include "sim/engine/result.h"

enum { FRAME_BYTES_MAX = 86 };

/*
 * What a frame says. Which fields count depends on the kind:
 *
 *	garp-request, garp-reply	source_mac, target (P7.3)
 *	unsolicited-na			source_mac, source: the link-local address, target
 *(P7.4) dad-probe			source_mac, target (RFC 4862, 5.4.2) arp-request,
 *source_mac, source, target; destination_mac NULL: to all
 *	neighbor-solicitation		(RFC 826; RFC 4861, 7.2.2)
 *	arp-reply			source_mac, target, destination_mac, destination
 *	neighbor-advertisement		the same; destination_mac NULL: to all nodes and not
 *					solicited, the answer to a dad-probe (RFC 4861, 7.2.4)
 */
struct frame_words {
	enum frame_kind kind;
	const uint8_t *source_mac;
	const uint8_t *destination_mac;
	struct ip source, destination;
	struct ip target; /* the VIP */
	uint64_t nonce;   /* dad-probe: its lower six bytes; unsolicited-na: the flow label */
};

/* Builds the frame; returns its length in bytes. */
uint32_t frame_build(const struct frame_words *words, uint8_t bytes[static FRAME_BYTES_MAX]);

#endif
