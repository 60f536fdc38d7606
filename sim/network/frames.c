/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames byte for byte: ARP (RFC 826) and neighbor discovery (RFC 4861), as P7.3 and P7.4
 * give the gratuitous ones.
 */
#include "sim/network/frames.h"

#include <string.h>

enum {
	ETHERNET_BYTES = 14,
	ARP_FRAME_BYTES = 60, /* padded to the shortest frame */
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_IPV6 = 0x86DD,
	ICMPV6 = 58,
	SOLICITATION = 135,
	ADVERTISEMENT = 136,
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
	OPTION_SOURCE = 1, /* link-layer addresses */
	OPTION_TARGET = 2,
	OPTION_NONCE = 14, /* RFC 3971, 5.3.2 */
	HOP_LIMIT = 255,
};

static const uint8_t broadcast[6] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF };
static const uint8_t nobody[6] = { 0 };

/* What is written, and how far. */
struct writer {
	uint8_t *bytes;
	uint32_t length;
};

static void frame_put(struct writer *w, const uint8_t *bytes, uint32_t count)
{
	memcpy(w->bytes + w->length, bytes, count);
	w->length += count;
}

static void frame_put_u8(struct writer *w, unsigned value)
{
	w->bytes[w->length++] = (uint8_t)value;
}

static void frame_put_u16(struct writer *w, unsigned value)
{
	frame_put_u8(w, value >> 8);
	frame_put_u8(w, value & 0xFF);
}

/* The last `count` bytes of an address: 4 of a v4, 16 of a v6 one. */
static void frame_put_ip(struct writer *w, struct ip ip, unsigned count)
{
	while (count-- > 0)
		frame_put_u8(w, (unsigned)(ip.v >> (8 * count)) & 0xFF);
}

static void put_ethernet(struct writer *w, const uint8_t *to, const uint8_t *from,
			 unsigned ethertype)
{
	frame_put(w, to, 6);
	frame_put(w, from, 6);
	frame_put_u16(w, ethertype);
}

/* ---- ARP ---- */

struct arp {
	unsigned operation;
	const uint8_t *to; /* of the Ethernet header */
	const uint8_t *sender_mac;
	struct ip sender;
	const uint8_t *target_mac;
	struct ip target;
};

static void put_arp(struct writer *w, const struct arp *arp)
{
	put_ethernet(w, arp->to, arp->sender_mac, ETHERTYPE_ARP);
	frame_put_u16(w, 1);      /* Ethernet */
	frame_put_u16(w, 0x0800); /* IPv4 */
	frame_put_u8(w, 6);
	frame_put_u8(w, 4);
	frame_put_u16(w, arp->operation);
	frame_put(w, arp->sender_mac, 6);
	frame_put_ip(w, arp->sender, 4);
	frame_put(w, arp->target_mac, 6);
	frame_put_ip(w, arp->target, 4);
	while (w->length < ARP_FRAME_BYTES)
		frame_put_u8(w, 0);
}

/* P7.3 */
static void garp(const struct frame_words *words, struct writer *w)
{
	put_arp(w, &(struct arp){
			   words->kind == FRAME_GARP_REQUEST ? ARP_REQUEST : ARP_REPLY,
			   broadcast,
			   words->source_mac,
			   words->target,
			   broadcast,
			   words->target,
		   });
}

static void arp_request(const struct frame_words *words, struct writer *w)
{
	put_arp(w, &(struct arp){
			   ARP_REQUEST,
			   words->destination_mac != NULL ? words->destination_mac : broadcast,
			   words->source_mac,
			   words->source,
			   nobody,
			   words->target,
		   });
}

static void arp_reply(const struct frame_words *words, struct writer *w)
{
	put_arp(w, &(struct arp){
			   ARP_REPLY,
			   words->destination_mac,
			   words->source_mac,
			   words->target,
			   words->destination_mac,
			   words->destination,
		   });
}

/* ---- neighbor discovery ---- */

struct discovery {
	unsigned type, flags;
	const uint8_t *from_mac, *to_mac; /* to_mac NULL: the multicast one of `to` */
	struct ip from, to, target;
	unsigned option; /* with from_mac in it, or the nonce */
	uint64_t nonce;
	uint32_t flow; /* label */
};

/* ff02::1 */
static struct ip all_nodes(void)
{
	return (struct ip){ (u128)0xFF02 << 112 | 1 };
}

/* ff02::1:ffXX:XXXX. RFC 4291, 2.7.1. */
static struct ip solicited_node(struct ip ip)
{
	return (struct ip){ (u128)0xFF02 << 112 | (u128)0x1FF << 24 | (ip.v & 0xFFFFFF) };
}

/* 33:33 and the last four bytes. RFC 2464, 7. */
static void multicast_mac(struct ip group, uint8_t mac[6])
{
	mac[0] = mac[1] = 0x33;
	for (int i = 0; i < 4; i++)
		mac[2 + i] = (uint8_t)(group.v >> (8 * (3 - i)));
}

/* RFC 4443, 2.3: over the pseudo-header and the message, which is of even length. */
static unsigned checksum(const uint8_t *addresses, const uint8_t *message, uint32_t length)
{
	uint32_t sum = length + ICMPV6;

	for (uint32_t i = 0; i < 32; i += 2)
		sum += (uint32_t)addresses[i] << 8 | addresses[i + 1];
	for (uint32_t i = 0; i < length; i += 2)
		sum += (uint32_t)message[i] << 8 | message[i + 1];
	while (sum > 0xFFFF)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return ~sum & 0xFFFF;
}

static void put_discovery(struct writer *w, const struct discovery *d)
{
	const uint32_t length = 32;
	uint8_t mac[6];

	multicast_mac(d->to, mac);
	put_ethernet(w, d->to_mac != NULL ? d->to_mac : mac, d->from_mac, ETHERTYPE_IPV6);
	frame_put_u16(w, 0x6000 | (d->flow >> 16 & 0xF));
	frame_put_u16(w, d->flow & 0xFFFF);
	frame_put_u16(w, length);
	frame_put_u8(w, ICMPV6);
	frame_put_u8(w, HOP_LIMIT);
	frame_put_ip(w, d->from, 16);
	frame_put_ip(w, d->to, 16);

	uint8_t *message = w->bytes + w->length;

	frame_put_u8(w, d->type);
	frame_put_u8(w, 0);
	frame_put_u16(w, 0); /* the checksum, filled in below */
	frame_put_u8(w, d->flags);
	frame_put_u8(w, 0);
	frame_put_u16(w, 0);
	frame_put_ip(w, d->target, 16);
	frame_put_u8(w, d->option);
	frame_put_u8(w, 1);
	if (d->option == OPTION_NONCE) {
		for (int i = 5; i >= 0; i--)
			frame_put_u8(w, (unsigned)(d->nonce >> (8 * i)) & 0xFF);
	} else {
		frame_put(w, d->from_mac, 6);
	}

	unsigned sum = checksum(w->bytes + ETHERNET_BYTES + 8, message, length);

	message[2] = (uint8_t)(sum >> 8);
	message[3] = (uint8_t)sum;
}

/* P7.4 */
static void unsolicited_na(const struct frame_words *words, struct writer *w)
{
	put_discovery(w, &(struct discovery){
				 .type = ADVERTISEMENT,
				 .flags = FLAG_OVERRIDE,
				 .from_mac = words->source_mac,
				 .from = words->source,
				 .to = all_nodes(),
				 .target = words->target,
				 .option = OPTION_TARGET,
				 .flow = (uint32_t)(words->nonce & 0xFFFFF),
			 });
}

/* RFC 4862, 5.4.2: from the unspecified address, and so without its link-layer address; with
 * the nonce by which Linux knows its own probe when it comes back (RFC 7527, 4.1). */
static void dad_probe(const struct frame_words *words, struct writer *w)
{
	put_discovery(w, &(struct discovery){
				 .type = SOLICITATION,
				 .from_mac = words->source_mac,
				 .to = solicited_node(words->target),
				 .target = words->target,
				 .option = OPTION_NONCE,
				 .nonce = words->nonce,
			 });
}

static void solicitation(const struct frame_words *words, struct writer *w)
{
	bool unicast = words->destination_mac != NULL;

	put_discovery(w, &(struct discovery){
				 .type = SOLICITATION,
				 .from_mac = words->source_mac,
				 .to_mac = words->destination_mac,
				 .from = words->source,
				 .to = unicast ? words->target : solicited_node(words->target),
				 .target = words->target,
				 .option = OPTION_SOURCE,
			 });
}

static void advertisement(const struct frame_words *words, struct writer *w)
{
	bool solicited = words->destination_mac != NULL;

	put_discovery(
		w, &(struct discovery){
			   .type = ADVERTISEMENT,
			   .flags = solicited ? FLAG_SOLICITED | FLAG_OVERRIDE : FLAG_OVERRIDE,
			   .from_mac = words->source_mac,
			   .to_mac = words->destination_mac,
			   .from = words->target,
			   .to = solicited ? words->destination : all_nodes(),
			   .target = words->target,
			   .option = OPTION_TARGET,
		   });
}

uint32_t frame_build(const struct frame_words *words, uint8_t bytes[static FRAME_BYTES_MAX])
{
	static void (*const build[FRAME_KINDS])(const struct frame_words *, struct writer *) = {
		[FRAME_GARP_REQUEST] = garp,
		[FRAME_GARP_REPLY] = garp,
		[FRAME_UNSOLICITED_NA] = unsolicited_na,
		[FRAME_DAD_PROBE] = dad_probe,
		[FRAME_ARP_REQUEST] = arp_request,
		[FRAME_ARP_REPLY] = arp_reply,
		[FRAME_NEIGHBOR_SOLICITATION] = solicitation,
		[FRAME_NEIGHBOR_ADVERTISEMENT] = advertisement,
	};
	struct writer w = { bytes, 0 };

	build[words->kind](words, &w);
	return w.length;
}
