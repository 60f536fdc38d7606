/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet captures (pcap, pcapng) by libpcap: ARP, neighbor discovery, and BGP with the TCP
 * segments that open and refuse its connections. (O1)
 *
 * Link types Ethernet (with VLAN tags) and Linux cooked v1 and v2. Packets that say the same
 * are one record with a count and the first and the last time. A packet that the snap length
 * cut is read up to the cut: what is missing is unknown, never assumed. TCP is not
 * reassembled: BGP messages are found where a segment begins with their marker, which OPEN and
 * NOTIFICATION do, each sent alone.
 */
#include <pcap/pcap.h>
#include <string.h>

#include "base/hash.h"
#include "base/duration.h"
#include "base/text.h"
#include "config/evidence/evidence_read.h"

enum {
	PACKETS_DISTINCT_MAX = 20000, /* records of one file */
	PACKETS_MAX = 20000000,       /* frames of one file that are looked at */
	BGP_PORT = 179,
	BGP_HEADER = 19,
};

enum {
	ETHERTYPE_V4 = 0x0800,
	ETHERTYPE_ARP_ = 0x0806,
	ETHERTYPE_V6 = 0x86DD,
	ETHERTYPE_VLAN_ = 0x8100,
	ETHERTYPE_QINQ = 0x88A8,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_ICMP6 = 58,
};

/* What makes two packets say the same; all of it is compared as bytes. */
struct packet_key {
	uint8_t sender[16], target[16], mac[6], router_id[4];
	uint8_t kind, gratuitous, probe, override, solicited, router, outgoing;
	uint8_t code, subcode, families, four_octets;
	uint16_t sender_port, target_port;
	uint32_t asn, hold, restart, interface;
};

struct packet_known {
	UT_hash_handle hh;
	struct packet_key key;
	uint32_t number; /* in the list of packets */
};

/* The packet that is being read. */
struct packet_reader {
	struct evidence_reader *r;
	struct packet_known *known;
	const uint8_t *at; /* what is left of it */
	size_t left;
	uint32_t number;
	int64_t time_ns;
	uint32_t interface; /* index that the capture names; 0: none */
	bool outgoing;
	struct evidence_mac source; /* of the frame */
	struct ip from, to;         /* of the IP header */
};

static unsigned packet_u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8U | p[1];
}

static uint32_t packet_u32(const uint8_t *p)
{
	return (uint32_t)packet_u16(p) << 16U | packet_u16(p + 2);
}

static struct ip packet_v4(const uint8_t *p)
{
	return (struct ip){ (u128)0xFFFF << 32U | packet_u32(p) };
}

static struct ip packet_v6(const uint8_t *p)
{
	struct ip ip = { 0 };

	for (int i = 0; i < 16; i++)
		ip.v = ip.v << 8U | p[i];
	return ip;
}

static struct evidence_mac packet_mac(const uint8_t *p)
{
	struct evidence_mac mac = { .known = true };

	memcpy(mac.bytes, p, sizeof(mac.bytes));
	return mac;
}

/* Takes `bytes` off the front; NULL when they are not there. */
static const uint8_t *packet_take(struct packet_reader *p, size_t bytes)
{
	const uint8_t *start = p->at;

	if (p->left < bytes)
		return NULL;
	p->at += bytes;
	p->left -= bytes;
	return start;
}

/* ---- records ---- */

static struct packet_key packet_key_of(const struct packet_reader *p,
				       const struct evidence_packet *packet)
{
	struct packet_key key;

	memset(&key, 0, sizeof(key));
	memcpy(key.sender, &packet->sender.v, sizeof(key.sender));
	memcpy(key.target, &packet->target.v, sizeof(key.target));
	memcpy(key.mac, packet->mac.bytes, sizeof(key.mac));
	key.kind = (uint8_t)packet->kind;
	key.gratuitous = packet->gratuitous;
	key.probe = packet->probe;
	key.override = packet->override;
	key.solicited = packet->solicited;
	key.router = packet->router;
	key.outgoing = packet->outgoing;
	key.code = packet->code;
	key.subcode = packet->subcode;
	key.families = (uint8_t)(packet->ipv4_unicast | packet->ipv6_unicast << 1U);
	key.four_octets = packet->four_octet_asn;
	/* The port of the side that connected differs each time, and says nothing. */
	key.sender_port = packet->sender_port == BGP_PORT ? BGP_PORT : 0;
	key.target_port = packet->target_port == BGP_PORT ? BGP_PORT : 0;
	key.asn = (uint32_t)packet->asn;
	key.hold = (uint32_t)packet->hold_s;
	key.restart = (uint32_t)packet->restart_s;
	key.interface = p->interface;
	return key;
}

static void packet_add(struct packet_reader *p, struct evidence_packet *packet)
{
	struct evidence_reader *r = p->r;
	struct packet_known *same = NULL;
	struct evidence_packet *out;
	struct packet_key key;

	packet->outgoing = p->outgoing;
	key = packet_key_of(p, packet);
	HASH_FIND(hh, p->known, &key, sizeof(key), same);
	if (same == NULL) {
		if (r->file->records >= PACKETS_DISTINCT_MAX) {
			r->file->dropped++;
			return;
		}
		out = EVIDENCE_ADD(r, &r->evidence->packets, p->number);
		if (out == NULL)
			return;
		packet->from = out->from;
		*out = *packet;
		out->first_ns = p->time_ns;
		if (p->interface != 0)
			out->interface = arena_printf(&r->snapshot->arena, "%u", p->interface);
		same = arena_zalloc(&r->snapshot->arena, 1, sizeof(*same));
		same->key = key;
		same->number = r->evidence->packets.count - 1;
		HASH_ADD(hh, p->known, key, sizeof(key), same);
	}
	out = &r->evidence->packets.items[same->number];
	out->count++;
	out->last_ns = p->time_ns;
	out->last_number = p->number;
}

static struct evidence_packet packet_new(enum evidence_packet_kind kind)
{
	return (struct evidence_packet){
		.kind = kind, .asn = -1, .hold_s = -1, .restart_s = -1
	};
}

/* ---- ARP (RFC 826) and neighbor discovery (RFC 4861) ---- */

static void packet_arp(struct packet_reader *p)
{
	enum { ARP_BYTES = 28, REQUEST = 1, REPLY = 2 };
	const uint8_t *arp = packet_take(p, ARP_BYTES);
	struct evidence_packet packet;
	unsigned operation;

	if (arp == NULL || packet_u16(arp + 2) != ETHERTYPE_V4 || arp[4] != 6 || arp[5] != 4)
		return;
	operation = packet_u16(arp + 6);
	if (operation != REQUEST && operation != REPLY)
		return;
	packet = packet_new(operation == REQUEST ? PACKET_ARP_REQUEST : PACKET_ARP_REPLY);
	packet.mac = packet_mac(arp + 8);
	packet.sender = packet_v4(arp + 14);
	packet.target = packet_v4(arp + 24);
	packet.probe = ip_is_unspecified(packet.sender);
	packet.gratuitous = !packet.probe && ip_compare(packet.sender, packet.target) == 0;
	packet_add(p, &packet);
}

/* The link-layer address among the options of a solicitation or advertisement. */
static void packet_ndp_options(struct packet_reader *p, uint8_t wanted,
			       struct evidence_mac *mac)
{
	enum { UNIT = 8 };
	const uint8_t *option;

	while (p->left >= UNIT) {
		const size_t bytes = (size_t)p->at[1] * UNIT;

		if (bytes == 0)
			return;
		option = packet_take(p, bytes);
		if (option != NULL && option[0] == wanted) {
			*mac = packet_mac(option + 2);
			return;
		}
		if (option == NULL)
			return;
	}
}

static void packet_icmp6(struct packet_reader *p)
{
	enum { NDP_BYTES = 24, SOLICIT = 135, ADVERT = 136, SOURCE_OPTION = 1, TARGET_OPTION };
	enum { ROUTER = 0x80, SOLICITED = 0x40, OVERRIDE = 0x20, UNREACHABLE = 1 };
	const uint8_t *ndp;
	struct evidence_packet packet;

	if (p->left < NDP_BYTES)
		return;
	ndp = packet_take(p, NDP_BYTES);
	if (ndp[0] != SOLICIT && ndp[0] != ADVERT)
		return;
	packet = packet_new(ndp[0] == SOLICIT ? PACKET_NDP_SOLICIT : PACKET_NDP_ADVERT);
	packet.mac = p->source;
	if (ndp[0] == SOLICIT) {
		packet.sender = p->from;
		packet.target = packet_v6(ndp + 8);
		packet.probe = ip_is_unspecified(p->from);
		packet_ndp_options(p, SOURCE_OPTION, &packet.mac);
	} else {
		packet.sender = packet_v6(ndp + 8);
		packet.target = p->to;
		packet.router = (ndp[4] & ROUTER) != 0;
		packet.solicited = (ndp[4] & SOLICITED) != 0;
		packet.override = (ndp[4] & OVERRIDE) != 0;
		packet.gratuitous = !packet.solicited && ip_is_multicast(p->to);
		packet_ndp_options(p, TARGET_OPTION, &packet.mac);
	}
	packet_add(p, &packet);
}

/* ---- BGP (RFC 4271) ---- */

static void packet_capability(struct evidence_packet *packet, uint8_t code,
			      const uint8_t *value, size_t len)
{
	enum { MULTIPROTOCOL = 1, RESTART = 64, FOUR_OCTETS = 65, RESTART_MASK = 0xFFF };

	if (code == MULTIPROTOCOL && len == 4 && value[3] == 1) {
		packet->ipv4_unicast |= packet_u16(value) == 1;
		packet->ipv6_unicast |= packet_u16(value) == 2;
	} else if (code == RESTART && len >= 2) {
		packet->restart_s = packet_u16(value) & RESTART_MASK;
	} else if (code == FOUR_OCTETS && len == 4) {
		packet->four_octet_asn = true;
		packet->asn = packet_u32(value);
	}
}

/* Optional parameters of an OPEN: capabilities (RFC 5492). */
static void packet_open_parameters(struct evidence_packet *packet, const uint8_t *at,
				   size_t len)
{
	enum { CAPABILITIES = 2 };

	while (len >= 2) {
		const size_t bytes = at[1];

		if (bytes > len - 2)
			return;
		for (size_t i = 2; at[0] == CAPABILITIES && i + 2 <= bytes + 2;) {
			const size_t value = at[i + 1];

			if (i + 2 + value > bytes + 2)
				return;
			packet_capability(packet, at[i], at + i + 2, value);
			i += 2 + value;
		}
		at += bytes + 2;
		len -= bytes + 2;
	}
}

static void packet_bgp_open(struct packet_reader *p, struct evidence_packet *packet,
			    size_t body)
{
	enum { OPEN_BYTES = 10 };
	const uint8_t *open = packet_take(p, OPEN_BYTES);
	size_t parameters;

	packet->kind = PACKET_BGP_OPEN;
	if (open == NULL)
		return;
	packet->asn = packet_u16(open + 1);
	packet->hold_s = packet_u16(open + 3);
	packet->router_id = packet_v4(open + 5);
	parameters = open[9];
	if (parameters > body - OPEN_BYTES)
		parameters = body - OPEN_BYTES;
	if (parameters > p->left)
		parameters = p->left;
	packet_open_parameters(packet, p->at, parameters);
}

/* The message at the start of a segment; false when there is none. */
static bool packet_bgp_message(struct packet_reader *p, const struct evidence_packet *segment)
{
	enum { OPEN = 1, UPDATE, NOTIFICATION, KEEPALIVE, MARKER = 16, OPEN_MIN = 29 };
	enum { LENGTH_MAX = 4096, NOTIFICATION_MIN = 21 };
	struct evidence_packet packet = *segment;
	const uint8_t *header;
	size_t length, taken;

	if (p->left < BGP_HEADER)
		return false;
	for (int i = 0; i < MARKER; i++)
		if (p->at[i] != UINT8_MAX)
			return false;
	length = packet_u16(p->at + MARKER);
	if (length < BGP_HEADER || length > LENGTH_MAX)
		return false;
	header = packet_take(p, BGP_HEADER);
	taken = p->left;
	switch (header[BGP_HEADER - 1]) {
	case OPEN:
		if (length < OPEN_MIN)
			return false;
		packet_bgp_open(p, &packet, length - BGP_HEADER);
		break;
	case NOTIFICATION:
		if (length < NOTIFICATION_MIN || p->left < 2)
			return false;
		packet.kind = PACKET_BGP_NOTIFICATION;
		packet.code = p->at[0];
		packet.subcode = p->at[1];
		break;
	case UPDATE:
		packet.kind = PACKET_BGP_UPDATE;
		break;
	case KEEPALIVE:
		packet.kind = PACKET_BGP_KEEPALIVE;
		break;
	default:
		return false;
	}
	packet_add(p, &packet);
	/* To the next message of the segment. */
	taken -= p->left;
	return packet_take(p, length - BGP_HEADER - taken) != NULL;
}

static void packet_tcp(struct packet_reader *p, size_t payload)
{
	enum { TCP_BYTES = 20, SYN = 2, RST = 4, ACK = 16, WORD = 4 };
	const uint8_t *tcp;
	struct evidence_packet packet = packet_new(PACKET_TCP_SYN);
	size_t header;

	if (p->left < TCP_BYTES)
		return;
	tcp = p->at;
	packet.sender_port = (uint16_t)packet_u16(tcp);
	packet.target_port = (uint16_t)packet_u16(tcp + 2);
	if (packet.sender_port != BGP_PORT && packet.target_port != BGP_PORT)
		return;
	packet.mac = p->source;
	packet.sender = p->from;
	packet.target = p->to;
	if ((tcp[13] & RST) != 0)
		packet.kind = PACKET_TCP_RST;
	else if ((tcp[13] & (SYN | ACK)) == (SYN | ACK))
		packet.kind = PACKET_TCP_SYN_ACK;
	if ((tcp[13] & (SYN | RST)) != 0) {
		packet_add(p, &packet);
		return;
	}
	header = (size_t)(tcp[12] >> 4U) * WORD;
	if (header < TCP_BYTES || header > payload || packet_take(p, header) == NULL)
		return;
	/* Frames are padded; what comes after the segment is not its. */
	if (p->left > payload - header)
		p->left = payload - header;
	while (packet_bgp_message(p, &packet))
		;
}

/* An ICMP error about a packet to or from port 179. */
static void packet_icmp(struct packet_reader *p)
{
	enum { ICMP_BYTES = 8, UNREACHABLE = 3, IP_BYTES = 20, WORD = 4 };
	const uint8_t *icmp = packet_take(p, ICMP_BYTES);
	struct evidence_packet packet = packet_new(PACKET_ICMP_UNREACHABLE);
	const uint8_t *inner = p->at;
	size_t header;

	if (icmp == NULL || icmp[0] != UNREACHABLE || p->left < IP_BYTES ||
	    inner[9] != PROTO_TCP)
		return;
	header = (size_t)(inner[0] & 0xFU) * WORD;
	if (header < IP_BYTES || p->left < header + WORD)
		return;
	packet.sender_port = (uint16_t)packet_u16(inner + header);
	packet.target_port = (uint16_t)packet_u16(inner + header + 2);
	if (packet.sender_port != BGP_PORT && packet.target_port != BGP_PORT)
		return;
	packet.code = icmp[1];
	packet.mac = p->source;
	packet.sender = p->from;
	packet.target = packet_v4(inner + 16);
	packet_add(p, &packet);
}

/* ---- IP ---- */

static void packet_ip4(struct packet_reader *p)
{
	enum { IP_BYTES = 20, WORD = 4, OFFSET_MASK = 0x1FFF };
	const uint8_t *ip = p->at;
	size_t header, total;

	if (p->left < IP_BYTES || ip[0] >> 4U != 4)
		return;
	header = (size_t)(ip[0] & 0xFU) * WORD;
	total = packet_u16(ip + 2);
	/* Only the first fragment has the ports. */
	if (header < IP_BYTES || total < header || (packet_u16(ip + 6) & OFFSET_MASK) != 0 ||
	    packet_take(p, header) == NULL)
		return;
	p->from = packet_v4(ip + 12);
	p->to = packet_v4(ip + 16);
	if (ip[9] == PROTO_TCP)
		packet_tcp(p, total - header);
	else if (ip[9] == PROTO_ICMP)
		packet_icmp(p);
}

static void packet_ip6(struct packet_reader *p)
{
	enum { IP_BYTES = 40 };
	const uint8_t *ip = packet_take(p, IP_BYTES);

	if (ip == NULL || ip[0] >> 4U != 6)
		return;
	p->from = packet_v6(ip + 8);
	p->to = packet_v6(ip + 24);
	if (ip[6] == PROTO_TCP)
		packet_tcp(p, packet_u16(ip + 4));
	else if (ip[6] == PROTO_ICMP6)
		packet_icmp6(p);
}

/* ---- frames ---- */

static void packet_payload(struct packet_reader *p, unsigned type)
{
	const uint8_t *tag;

	while ((type == ETHERTYPE_VLAN_ || type == ETHERTYPE_QINQ) &&
	       (tag = packet_take(p, 4)) != NULL)
		type = packet_u16(tag + 2);
	if (type == ETHERTYPE_ARP_)
		packet_arp(p);
	else if (type == ETHERTYPE_V4)
		packet_ip4(p);
	else if (type == ETHERTYPE_V6)
		packet_ip6(p);
}

static void packet_frame(struct packet_reader *p, int link_type)
{
	enum { ETHERNET = 14, COOKED = 16, COOKED2 = 20, OUTGOING = 4, MAC_BYTES = 6 };
	const uint8_t *header;

	if (link_type == DLT_EN10MB && (header = packet_take(p, ETHERNET)) != NULL) {
		p->source = packet_mac(header + 6);
		packet_payload(p, packet_u16(header + 12));
	} else if (link_type == DLT_LINUX_SLL && (header = packet_take(p, COOKED)) != NULL) {
		p->outgoing = packet_u16(header) == OUTGOING;
		if (packet_u16(header + 4) == MAC_BYTES)
			p->source = packet_mac(header + 6);
		packet_payload(p, packet_u16(header + 14));
	} else if (link_type == DLT_LINUX_SLL2 && (header = packet_take(p, COOKED2)) != NULL) {
		p->interface = packet_u32(header + 4);
		p->outgoing = header[10] == OUTGOING;
		if (header[11] == MAC_BYTES)
			p->source = packet_mac(header + 12);
		packet_payload(p, packet_u16(header));
	}
}

/* ---- the file ---- */

static void packets_read(struct packet_reader *p, pcap_t *pcap, int link_type)
{
	struct evidence_file *file = p->r->file;
	struct pcap_pkthdr *header;
	const u_char *data;
	int got = 0;

	while (p->number < PACKETS_MAX && (got = pcap_next_ex(pcap, &header, &data)) == 1) {
		p->number++;
		p->at = data;
		p->left = header->caplen;
		p->time_ns = (int64_t)header->ts.tv_sec * NS_PER_SEC + header->ts.tv_usec;
		p->outgoing = false;
		p->interface = 0;
		p->source = (struct evidence_mac){ 0 };
		if (file->time_ns == EVIDENCE_UNKNOWN || p->time_ns > file->time_ns)
			file->time_ns = p->time_ns;
		file->clock = EVIDENCE_DATED_ITSELF;
		packet_frame(p, link_type);
	}
	if (got == 1)
		file->cut = "has more than 20000000 packets";
	else if (got == PCAP_ERROR)
		file->cut = "ends in the middle of a packet, or is damaged";
	if (file->cut != NULL)
		file->fault_pos = (struct pos){ file->source + 1, p->number + 1, 1 };
}

void evidence_read_packets(struct evidence_reader *r)
{
	struct packet_reader p = { .r = r };
	char error[PCAP_ERRBUF_SIZE] = "";
	/* libpcap closes what it was given. */
	FILE *copy = fmemopen((void *)(uintptr_t)r->data, r->len, "rb");
	pcap_t *pcap = copy == NULL ? NULL
				    : pcap_fopen_offline_with_tstamp_precision(
					      copy, PCAP_TSTAMP_PRECISION_NANO, error);
	int link_type;

	if (pcap == NULL) {
		if (copy != NULL)
			fclose(copy);
		r->file->cut = "is not a capture that can be read";
		r->file->fault_pos = (struct pos){ r->file->source + 1, 1, 1 };
		return;
	}
	link_type = pcap_datalink(pcap);
	if (link_type == DLT_EN10MB || link_type == DLT_LINUX_SLL ||
	    link_type == DLT_LINUX_SLL2)
		packets_read(&p, pcap, link_type);
	else
		evidence_fault(r, 1, "a link type that is neither Ethernet nor Linux cooked");
	pcap_close(pcap);
	HASH_CLEAR(hh, p.known);
}
