/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses, networks and ranges: one 128-bit type for both families.
 *
 * An IPv4 address is kept as its v4-mapped form ::ffff:a.b.c.d, as Go's net.IP does, so one
 * unsigned comparison orders all addresses, and a v4-mapped IPv6 text IS the IPv4 address
 * (P2.1). A v4 prefix length n is kept as 96 + n.
 */
#ifndef BASE_IP_H
#define BASE_IP_H

#if !defined(__SIZEOF_INT128__) && !defined(__cppcheck__)
#error "purelbtool needs a 64-bit target: IPv6 addresses are numbers of 128 bits"
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 u128;

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

struct ip {
	u128 v; /* network order read as a number; v4 in ::ffff:0:0/96 */
};

/* A network: the address as written and the length in the 128-bit space. */
struct ip_net {
	struct ip address; /* as written, host bits kept */
	uint8_t bits;      /* 0..128; for v4 96 + the prefix length */
	uint8_t family;    /* enum ip_family of the text: what its prefix length counts in */
};

/* From-to, both included. from > to is possible: see ip_range_size(). */
struct ip_range {
	struct ip from;
	struct ip to;
};

enum { IP_TEXT_MAX = 46, IP_NET_TEXT_MAX = 50, U128_TEXT_MAX = 40 }; /* with the NUL */

enum ip_family ip_family(struct ip ip);
const char *ip_family_name(enum ip_family family); /* "IPv4", "IPv6" */
int ip_compare(struct ip a, struct ip b);          /* <0, 0, >0 */

/*
 * What Go's net.ParseIP accepts: dotted quad without leading zeros, any RFC 4291 form
 * (also with an embedded dotted quad), no zone, no surrounding space. (P2.1) False when it is
 * something else; *out is then undefined.
 */
bool ip_parse(const char *s, struct ip *out);
/* As ip_parse() for `len` bytes that need not end with a NUL. */
bool ip_parse_bytes(const char *s, size_t len, struct ip *out);

/* Canonical text, RFC 5952; v4 (also v4-mapped) as a dotted quad. Returns buf. */
const char *ip_format(struct ip ip, char buf[static IP_TEXT_MAX]);

/*
 * What Go's net.ParseCIDR accepts: an address as above, "/", a decimal length; the length may
 * have leading zeros. The length after a v4-mapped text counts in 128 bits, although the
 * address is a v4 address. False when it is something else; *out is then undefined.
 */
bool ip_net_parse(const char *s, struct ip_net *out);
/* The prefix length as it was written: 0..32, or 0..128 after a v6 text. */
unsigned ip_net_prefix(struct ip_net net);
struct ip ip_net_first(struct ip_net net); /* host bits cleared */
struct ip ip_net_last(struct ip_net net);
/*
 * Canonical "address/len" with host bits cleared, as Go's net.IPNet.String(): a network of v4
 * addresses has a v4 length, whatever its text ("::ffff:10.0.0.0/104" gives "10.0.0.0/8").
 * Returns buf.
 */
const char *ip_net_format(struct ip_net net, char buf[static IP_NET_TEXT_MAX]);
/*
 * The address is in the network; families must agree (P2.4). As in Go's net.IPNet.Contains()
 * the network's family is that of its first address: "::/0" contains no v4 address.
 */
bool ip_net_contains(struct ip_net net, struct ip ip);
/* They contain the same addresses, whatever their texts. */
bool ip_net_equal(struct ip_net a, struct ip_net b);
/* The two networks share an address; networks of two families never do. */
bool ip_net_overlaps(struct ip_net a, struct ip_net b);

/* Between the ends in the order of all addresses, as PureLB compares: no look at families. */
bool ip_range_contains(struct ip_range range, struct ip ip);
/* True when the ranges share an address; a reversed range shares none. */
bool ip_range_overlaps(struct ip_range a, struct ip_range b);
/* The first shared address; only when they overlap. */
struct ip ip_range_first_shared(struct ip_range a, struct ip_range b);
struct ip_range ip_net_range(struct ip_net net); /* first..last of the network */
/* to - from + 1; a reversed range counts 1 (P2.6); all of ::/0 saturates at 2^128-1. */
u128 ip_range_size(struct ip_range range);

/* Decimal text of a 128-bit number. Returns buf. */
const char *u128_format(u128 v, char buf[static U128_TEXT_MAX]);

/*
 * Kinds of special address, for findings: 127/8 and ::1, 224/4 and ff00::/8, 169.254/16 and
 * fe80::/10, 0.0.0.0 and ::. RFC 6890.
 */
bool ip_is_loopback(struct ip ip);
bool ip_is_multicast(struct ip ip);
bool ip_is_link_local_multicast(struct ip ip); /* 224.0.0.0/24, ff02::/16 */
bool ip_is_link_local(struct ip ip);
bool ip_is_unspecified(struct ip ip);

#endif
