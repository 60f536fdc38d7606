/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a TCP segment over IP and Ethernet, as Linux sends it (T13). Without FCS. */
#ifndef SIM_NETWORK_TCP_FRAME_H
#define SIM_NETWORK_TCP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
};

enum {
	TCP_MSS_V4 = 1460,
	TCP_MSS_V6 = 1440,
	TCP_OPTIONS_MAX = 40,
	TCP_DIGEST_BYTES = 16,
	TCP_FRAME_MAX = 1514,
};

struct tcp_words {
	const uint8_t *from_mac, *to_mac;
	struct ip from, to; /* of one family */
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	unsigned flags;
	uint16_t window;     /* as it is in the header */
	uint8_t ttl, tos;    /* in v6 the hop limit and the traffic class */
	uint16_t ip_id;      /* v4 */
	uint32_t flow_label; /* v6 */
	bool stamped;        /* with timestamps: */
	uint32_t stamp, echo;
	const uint8_t *digest; /* TCP-MD5 (RFC 2385); NULL: none */
	const uint8_t *payload;
	uint32_t length; /* at most tcp_frame_room() */
};

/* How much payload a segment with such options holds. */
uint32_t tcp_frame_room(enum ip_family family, bool stamped, bool digest);

/* Builds the frame, with valid checksums; returns its length in bytes. A SYN has the options
 * MSS, SACK permitted, timestamps and window scale. */
uint32_t tcp_frame_build(const struct tcp_words *words, uint8_t bytes[static TCP_FRAME_MAX]);

#endif
