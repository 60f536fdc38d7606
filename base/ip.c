/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses, networks and ranges: reading, printing, comparing. */
#include "base/ip.h"

#include <stdio.h>
#include <string.h>

#define V4_MAPPED ((u128)0xFFFF << 32)
#define U128_MAX  (~(u128)0)

enum { GROUPS = 8, V4_OFFSET_BITS = 96 };

enum ip_family ip_family(struct ip ip)
{
	return ip.v >> 32 == 0xFFFF ? IP_V4 : IP_V6;
}

const char *ip_family_name(enum ip_family family)
{
	static const char *const names[] = { [IP_V4] = "IPv4", [IP_V6] = "IPv6" };

	return family == IP_V4 || family == IP_V6 ? names[family] : "none";
}

int ip_compare(struct ip a, struct ip b)
{
	return (a.v > b.v) - (a.v < b.v);
}

/* The text that is still to be read. */
struct input {
	const char *s;
	const char *end;
};

/* Reads one character if it comes next. */
static bool ip_read_char(struct input *in, char c)
{
	if (in->s == in->end || *in->s != c)
		return false;
	in->s++;
	return true;
}

/* Reads 0..255 without leading zeros. */
static bool ip_read_octet(struct input *in, unsigned *out)
{
	const char *start = in->s;
	unsigned value = 0;

	while (in->s < in->end && in->s - start < 3 && *in->s >= '0' && *in->s <= '9')
		value = value * 10 + (unsigned)(*in->s++ - '0');
	*out = value;
	if (in->s == start || value > 255)
		return false;
	return *start != '0' || in->s - start == 1;
}

/* Reads a dotted quad that must be all there is left. */
static bool ip_read_v4(struct input in, uint32_t *out)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned octet;

		if (i > 0 && !ip_read_char(&in, '.'))
			return false;
		if (!ip_read_octet(&in, &octet))
			return false;
		value = value << 8 | octet;
	}
	*out = value;
	return in.s == in.end;
}

static int ip_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	/* Lower and upper case letters differ in one bit. */
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads one to four hexadecimal digits; a fifth one is left for the caller to stumble on. */
static bool ip_read_group(struct input *in, unsigned *out)
{
	const char *start = in->s;
	unsigned value = 0;

	while (in->s < in->end && in->s - start < 4) {
		int digit = ip_hex_value(*in->s);

		if (digit < 0)
			break;
		value = value << 4 | (unsigned)digit;
		in->s++;
	}
	*out = value;
	return in->s != start;
}

/* The 16-bit groups read so far, and before which of them the "::" is (-1: there is none). */
struct groups {
	u128 value;
	int count;
	int gap;
};

/* Reads a group, or the dotted quad that may stand for the last two. */
static bool ip_read_part(struct input *in, struct groups *g)
{
	struct input start = *in;
	unsigned group;
	uint32_t quad;

	if (!ip_read_group(in, &group))
		return false;
	if (in->s == in->end || *in->s != '.') {
		g->value = g->value << 16 | group;
		g->count++;
		return true;
	}
	if (!ip_read_v4(start, &quad))
		return false;
	g->value = g->value << 32 | quad;
	g->count += 2;
	in->s = in->end;
	return true;
}

/* Fills the gap with zeros. It stands for at least one group. */
static bool ip_close_gap(const struct groups *g, u128 *out)
{
	*out = g->value;
	if (g->gap < 0)
		return g->count == GROUPS;
	if (g->count >= GROUPS)
		return false;
	if (g->gap == 0)
		return true;

	int behind_bits = 16 * (g->count - g->gap);
	u128 behind = g->value & (((u128)1 << behind_bits) - 1);

	*out = (g->value >> behind_bits) << (16 * (GROUPS - g->gap)) | behind;
	return true;
}

static bool ip_read_v6(struct input in, u128 *out)
{
	struct groups g = { .gap = -1 };

	if (in.end - in.s >= 2 && in.s[0] == ':' && in.s[1] == ':') {
		g.gap = 0;
		in.s += 2;
	}
	while (in.s < in.end || g.count == 0) {
		if (in.s == in.end && g.gap == 0)
			break;
		if (g.count >= GROUPS || !ip_read_part(&in, &g))
			return false;
		if (in.s == in.end)
			break;
		/* A colon is never the last character, except as part of "::". */
		if (!ip_read_char(&in, ':') || in.s == in.end)
			return false;
		if (!ip_read_char(&in, ':'))
			continue;
		if (g.gap >= 0)
			return false;
		g.gap = g.count;
	}
	return ip_close_gap(&g, out);
}

bool ip_parse_bytes(const char *s, size_t len, struct ip *out)
{
	struct input in = { .s = s, .end = s + len };
	uint32_t quad;

	/* The first colon or period, at most four digits away, tells the two forms apart. */
	for (size_t i = 0; i < len && i < 5; i++) {
		if (s[i] == ':')
			return ip_read_v6(in, &out->v);
		if (s[i] != '.')
			continue;
		if (!ip_read_v4(in, &quad))
			return false;
		out->v = V4_MAPPED | quad;
		return true;
	}
	return false;
}

bool ip_parse(const char *s, struct ip *out)
{
	return ip_parse_bytes(s, strlen(s), out);
}

/* Writes a number without leading zeros and returns the position after it. */
static char *ip_put_number(char *p, unsigned value, unsigned base)
{
	char digits[8];
	int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	while (count > 0)
		*p++ = digits[--count];
	return p;
}

static void ip_format_v4(uint32_t value, char *p)
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		p = ip_put_number(p, value >> shift & 0xFF, 10);
		*p++ = shift > 0 ? '.' : '\0';
	}
}

static unsigned ip_group_at(struct ip ip, int i)
{
	return (unsigned)(ip.v >> (16 * (GROUPS - 1 - i))) & 0xFFFF;
}

/* The first of the longest runs of two or more zero groups; returns its length, or 0. */
static int ip_longest_zeros(struct ip ip, int *start)
{
	int longest = 1;
	int run = 0;

	for (int i = 0; i < GROUPS; i++) {
		run = ip_group_at(ip, i) == 0 ? run + 1 : 0;
		if (run > longest) {
			longest = run;
			*start = i - run + 1;
		}
	}
	return longest > 1 ? longest : 0;
}

static void ip_format_v6(struct ip ip, char *p)
{
	int gap = -1;
	int gap_len = ip_longest_zeros(ip, &gap);

	for (int i = 0; i < GROUPS; i++) {
		if (i == gap) {
			*p++ = ':';
			*p++ = ':';
			i += gap_len - 1;
			continue;
		}
		if (i > 0 && i != gap + gap_len)
			*p++ = ':';
		p = ip_put_number(p, ip_group_at(ip, i), 16);
	}
	*p = '\0';
}

const char *ip_format(struct ip ip, char buf[static IP_TEXT_MAX])
{
	if (ip_family(ip) == IP_V4)
		ip_format_v4((uint32_t)ip.v, buf);
	else
		ip_format_v6(ip, buf);
	return buf;
}

/* Digits only, leading zeros allowed as Go does, at most `max`. */
static bool ip_read_prefix(const char *s, unsigned max, unsigned *out)
{
	unsigned value = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		value = value * 10 + (unsigned)(*s - '0');
		if (value > max)
			return false;
	}
	*out = value;
	return true;
}

bool ip_net_parse(const char *s, struct ip_net *out)
{
	const char *slash = strchr(s, '/');
	struct ip address;
	unsigned prefix;

	if (slash == NULL || !ip_parse_bytes(s, (size_t)(slash - s), &address))
		return false;

	/* A v4-mapped text is a v4 address, but its length counts in 128 bits. */
	bool is_v6_text = memchr(s, ':', (size_t)(slash - s)) != NULL;

	if (!ip_read_prefix(slash + 1, is_v6_text ? 128 : 32, &prefix))
		return false;
	out->address = address;
	out->bits = (uint8_t)(is_v6_text ? prefix : V4_OFFSET_BITS + prefix);
	out->family = is_v6_text ? IP_V6 : IP_V4;
	return true;
}

unsigned ip_net_prefix(struct ip_net net)
{
	return net.family == IP_V4 ? net.bits - (unsigned)V4_OFFSET_BITS : net.bits;
}

/* The host part: ones after the first `bits` bits. */
static u128 ip_host_mask(unsigned bits)
{
	return bits < 128 ? U128_MAX >> bits : 0;
}

struct ip ip_net_first(struct ip_net net)
{
	return (struct ip){ .v = net.address.v & ~ip_host_mask(net.bits) };
}

struct ip ip_net_last(struct ip_net net)
{
	return (struct ip){ .v = net.address.v | ip_host_mask(net.bits) };
}

const char *ip_net_format(struct ip_net net, char buf[static IP_NET_TEXT_MAX])
{
	struct ip first = ip_net_first(net);
	unsigned prefix =
		ip_family(first) == IP_V4 ? net.bits - (unsigned)V4_OFFSET_BITS : net.bits;

	ip_format(first, buf);

	char *end = buf + strlen(buf);

	*end++ = '/';
	*ip_put_number(end, prefix, 10) = '\0';
	return buf;
}

bool ip_net_contains(struct ip_net net, struct ip ip)
{
	struct ip first = ip_net_first(net);

	return ip_family(first) == ip_family(ip) && (ip.v & ~ip_host_mask(net.bits)) == first.v;
}

bool ip_net_equal(struct ip_net a, struct ip_net b)
{
	return a.bits == b.bits && ip_net_first(a).v == ip_net_first(b).v;
}

bool ip_net_overlaps(struct ip_net a, struct ip_net b)
{
	return a.bits < b.bits ? ip_net_contains(a, ip_net_first(b))
			       : ip_net_contains(b, ip_net_first(a));
}

bool ip_range_contains(struct ip_range range, struct ip ip)
{
	return range.from.v <= ip.v && ip.v <= range.to.v;
}

bool ip_range_overlaps(struct ip_range a, struct ip_range b)
{
	if (a.from.v > a.to.v || b.from.v > b.to.v)
		return false;
	return a.from.v <= b.to.v && b.from.v <= a.to.v;
}

struct ip ip_range_first_shared(struct ip_range a, struct ip_range b)
{
	return a.from.v > b.from.v ? a.from : b.from;
}

struct ip_range ip_net_range(struct ip_net net)
{
	return (struct ip_range){ .from = ip_net_first(net), .to = ip_net_last(net) };
}

u128 ip_range_size(struct ip_range range)
{
	if (range.from.v > range.to.v)
		return 1;

	u128 steps = range.to.v - range.from.v;

	return steps < U128_MAX ? steps + 1 : U128_MAX;
}

const char *u128_format(u128 v, char buf[static U128_TEXT_MAX])
{
	char digits[U128_TEXT_MAX];
	size_t start = sizeof(digits);

	digits[--start] = '\0';
	do {
		digits[--start] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v != 0);
	return memcpy(buf, digits + start, sizeof(digits) - start);
}

/* True when the v4 or v6 address begins as one of the two prefixes does. */
static bool ip_begins(struct ip ip, uint32_t v4, int v4_bits, unsigned v6_group, int v6_bits)
{
	if (ip_family(ip) == IP_V4)
		return (uint32_t)ip.v >> (32 - v4_bits) == v4 >> (32 - v4_bits);
	return (unsigned)(ip.v >> (128 - v6_bits)) == v6_group >> (16 - v6_bits);
}

bool ip_is_loopback(struct ip ip)
{
	return ip.v == 1 || (ip_family(ip) == IP_V4 && (uint32_t)ip.v >> 24 == 127);
}

bool ip_is_multicast(struct ip ip)
{
	return ip_begins(ip, 0xE0000000, 4, 0xFF00, 8);
}

bool ip_is_link_local_multicast(struct ip ip)
{
	/* The flags between ff and the scope may be any. */
	if (ip_family(ip) == IP_V6)
		return ((unsigned)(ip.v >> 112) & 0xFF0F) == 0xFF02;
	return ip_begins(ip, 0xE0000000, 24, 0xFF02, 16);
}

bool ip_is_link_local(struct ip ip)
{
	return ip_begins(ip, 0xA9FE0000, 16, 0xFE80, 10);
}

bool ip_is_unspecified(struct ip ip)
{
	return ip.v == 0 || ip.v == V4_MAPPED;
}
