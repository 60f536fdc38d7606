/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP segments byte for byte (RFC 791, 8200, 9293, 7323, 2385), with the options in the order
 * in which Linux has them (T13.1, T13.2). Left out: fragments, urgent data, SACK blocks.
 */
#include "sim/network/tcp_frame.h"

#include <string.h>

enum {
	ETHERNET = 14,
	ETHERTYPE_V4 = 0x0800,
	ETHERTYPE_V6 = 0x86DD,
	V4_HEADER = 20,
	V6_HEADER = 40,
	TCP_HEADER = 20,
	PROTOCOL_TCP = 6,
	DONT_FRAGMENT = 0x4000,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_SCALE = 3,
	OPTION_SACK = 4,
	OPTION_STAMPS = 8,
	OPTION_DIGEST = 19,
	SCALE = 7,
	STAMPED_BYTES = 12,
	DIGEST_BYTES = 20,
};

/* What is written, and how far. */
struct segment_writer {
	uint8_t *bytes;
	uint32_t length;
};

static void tcp_put(struct segment_writer *w, uint64_t value, unsigned bytes)
{
	while (bytes-- > 0)
		w->bytes[w->length++] = (uint8_t)(value >> (8 * bytes));
}

static void tcp_put_bytes(struct segment_writer *w, const uint8_t *bytes, uint32_t count)
{
	if (count > 0)
		memcpy(w->bytes + w->length, bytes, count);
	w->length += count;
}

static void tcp_put_ip(struct segment_writer *w, struct ip ip, unsigned bytes)
{
	while (bytes-- > 0)
		tcp_put(w, (unsigned)(ip.v >> (8 * bytes)) & 0xFF, 1);
}

static uint32_t tcp_sum(uint32_t sum, const uint8_t *bytes, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
	return sum;
}

static unsigned tcp_fold(uint32_t sum)
{
	while (sum > 0xFFFF)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return ~sum & 0xFFFF;
}

static void tcp_set_u16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* ---- options ---- */

static void tcp_put_stamps(struct segment_writer *w, const struct tcp_words *words)
{
	tcp_put(w, OPTION_STAMPS << 8 | 10, 2);
	tcp_put(w, words->stamp, 4);
	tcp_put(w, words->echo, 4);
}

static void tcp_put_options(struct segment_writer *w, const struct tcp_words *words)
{
	const bool syn = (words->flags & TCP_SYN) != 0;
	const unsigned mss = ip_family(words->from) == IP_V4 ? TCP_MSS_V4 : TCP_MSS_V6;

	if (words->digest != NULL) {
		tcp_put(w, OPTION_NOP << 8 | OPTION_NOP, 2);
		tcp_put(w, OPTION_DIGEST << 8 | 18, 2);
		tcp_put_bytes(w, words->digest, TCP_DIGEST_BYTES);
	}
	if (syn) {
		tcp_put(w, OPTION_MSS << 8 | 4, 2);
		tcp_put(w, mss, 2);
		if (!words->stamped)
			tcp_put(w, OPTION_NOP << 8 | OPTION_NOP, 2);
		tcp_put(w, OPTION_SACK << 8 | 2, 2);
	} else if (words->stamped) {
		tcp_put(w, OPTION_NOP << 8 | OPTION_NOP, 2);
	}
	if (words->stamped)
		tcp_put_stamps(w, words);
	if (syn) {
		tcp_put(w, OPTION_NOP, 1);
		tcp_put(w, OPTION_SCALE << 16 | 3 << 8 | SCALE, 3);
	}
}

uint32_t tcp_frame_room(enum ip_family family, bool stamped, bool digest)
{
	return (uint32_t)(family == IP_V4 ? TCP_MSS_V4 : TCP_MSS_V6) -
	       (stamped ? STAMPED_BYTES : 0) - (digest ? DIGEST_BYTES : 0);
}

/* ---- headers ---- */

static void tcp_put_v4(struct segment_writer *w, const struct tcp_words *words)
{
	tcp_put(w, 0x45, 1);
	tcp_put(w, words->tos, 1);
	tcp_put(w, 0, 2); /* the length, filled in below */
	tcp_put(w, words->ip_id, 2);
	tcp_put(w, DONT_FRAGMENT, 2);
	tcp_put(w, words->ttl, 1);
	tcp_put(w, PROTOCOL_TCP, 1);
	tcp_put(w, 0, 2); /* the checksum */
	tcp_put_ip(w, words->from, 4);
	tcp_put_ip(w, words->to, 4);
}

static void tcp_put_v6(struct segment_writer *w, const struct tcp_words *words)
{
	tcp_put(w, 0x60000000U | (uint32_t)words->tos << 20 | (words->flow_label & 0xFFFFF), 4);
	tcp_put(w, 0, 2); /* the length */
	tcp_put(w, PROTOCOL_TCP, 1);
	tcp_put(w, words->ttl, 1);
	tcp_put_ip(w, words->from, 16);
	tcp_put_ip(w, words->to, 16);
}

uint32_t tcp_frame_build(const struct tcp_words *words, uint8_t bytes[static TCP_FRAME_MAX])
{
	const bool v4 = ip_family(words->from) == IP_V4;
	const uint32_t header = v4 ? V4_HEADER : V6_HEADER;
	struct segment_writer w = { bytes, 0 };
	uint8_t *ip = bytes + ETHERNET;
	uint8_t *tcp = ip + header;
	uint32_t length, sum;

	tcp_put_bytes(&w, words->to_mac, 6);
	tcp_put_bytes(&w, words->from_mac, 6);
	tcp_put(&w, v4 ? ETHERTYPE_V4 : ETHERTYPE_V6, 2);
	if (v4)
		tcp_put_v4(&w, words);
	else
		tcp_put_v6(&w, words);
	tcp_put(&w, words->from_port, 2);
	tcp_put(&w, words->to_port, 2);
	tcp_put(&w, words->seq, 4);
	tcp_put(&w, words->ack, 4);
	tcp_put(&w, words->flags, 2); /* with the offset, filled in below */
	tcp_put(&w, words->window, 2);
	tcp_put(&w, 0, 4); /* the checksum; nothing is urgent */
	tcp_put_options(&w, words);
	tcp[12] = (uint8_t)((w.length - ETHERNET - header) / 4 << 4);
	tcp_put_bytes(&w, words->payload, words->length);
	length = w.length - ETHERNET - header;
	/* Over the addresses, the protocol and the length, and the segment. */
	sum = tcp_sum(length + PROTOCOL_TCP, v4 ? ip + 12 : ip + 8, v4 ? 8 : 32);
	tcp_set_u16(tcp + 16, tcp_fold(tcp_sum(sum, tcp, length)));
	if (v4) {
		tcp_set_u16(ip + 2, header + length);
		tcp_set_u16(ip + 10, tcp_fold(tcp_sum(0, ip, header)));
	} else {
		tcp_set_u16(ip + 4, length);
	}
	return w.length;
}
