/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/ip.h against what Go's net package does. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

#define U128(high, low) ((u128)UINT64_C(high) << 64 | UINT64_C(low))
#define U128_MAX        (~(u128)0)

static struct ip ip(const char *s)
{
	struct ip result = { 0 };

	ck_assert_msg(ip_parse(s, &result), "\"%s\"", s);
	return result;
}

static struct ip_net net(const char *s)
{
	struct ip_net result = { { 0 }, 0, 0 };

	ck_assert_msg(ip_net_parse(s, &result), "\"%s\"", s);
	return result;
}

static struct ip_range range(const char *from, const char *to)
{
	return (struct ip_range){ .from = ip(from), .to = ip(to) };
}

static void assert_ip(struct ip actual, const char *expected)
{
	char buf[IP_TEXT_MAX];

	ck_assert_str_eq(ip_format(actual, buf), expected);
}

/* Addresses of the kinds that are special to somebody: many zeros, small groups, v4-mapped. */
static struct ip random_ip(struct random *r)
{
	struct ip result = { 0 };

	if (random_below(r, 4) == 0)
		return (struct ip){ (u128)0xFFFF << 32 | (uint32_t)random_u64(r) };
	for (int i = 0; i < 8; i++) {
		uint64_t group = random_u64(r) & 0xFFFF;

		result.v = result.v << 16;
		if (random_below(r, 2) == 0)
			result.v |= group >> random_below(r, 16);
	}
	return result;
}

START_TEST(P2_1_addresses_that_go_accepts)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "10.0.200.9", "10.0.200.9" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "0000:0000:0000:0000:0000:0000:0000:0000", "::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:DB8::A", "2001:db8::a" },
		{ "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1" },
		{ "2001:db8::1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8:0:0:1::1", "2001:db8::1:0:0:1" },       /* the first on ties */
		{ "2001:0:0:1::1", "2001:0:0:1::1" },               /* the longest run */
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, /* not for one group */
		{ "0:1:1:1:1:1:1:1", "0:1:1:1:1:1:1:1" },
		{ "1:1:1:1:1:1:1:0", "1:1:1:1:1:1:1:0" },
		{ "::1:1:1:1:1:1:1", "0:1:1:1:1:1:1:1" }, /* "::" for one group is read */
		{ "1:1:1:1:1:1:1::", "1:1:1:1:1:1:1:0" },
		{ "1:1:1::1:1:1:1", "1:1:1:0:1:1:1:1" },
		{ "0:0:1:1:1:1:1:1", "::1:1:1:1:1:1" },
		{ "1:1:1:1:1:1:0:0", "1:1:1:1:1:1::" },
		{ "fe80::0204:61ff:fe9d:f156", "fe80::204:61ff:fe9d:f156" },
		/* v4-mapped is v4, whatever its spelling. */
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "::FFFF:192.0.2.1", "192.0.2.1" },
		{ "::ffff:c000:201", "192.0.2.1" },
		{ "0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1" },
		{ "::ffff:0:0", "0.0.0.0" },
		{ "::ffff:255.255.255.255", "255.255.255.255" },
		/* A dotted quad at the end of another v6 address. */
		{ "::192.0.2.1", "::c000:201" },
		{ "::0.0.0.1", "::1" },
		{ "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
		{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
		{ "1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304" },
		{ "::1:2:3:4:5:1.2.3.4", "0:1:2:3:4:5:102:304" },
		{ "::fffe:1.2.3.4", "::fffe:102:304" },
		{ "::ffff:0:1.2.3.4", "::ffff:0:102:304" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_ip(ip(rows[i].text), rows[i].canonical);
}
END_TEST

START_TEST(P2_1_addresses_that_go_refuses)
{
	static const char *const rows[] = {
		"",
		" ",
		"0",
		"1",
		"1.2",
		"1.2.3",
		"1.2.3.4.5",
		".1.2.3.4",
		"1.2.3.4.",
		"1..3.4",
		"1.2.3.",
		"...",
		"256.0.0.1",
		"1.2.3.256",
		"1.2.3.1000",
		"1.2.3.99999999999999999999",
		"01.2.3.4", /* leading zeros */
		"1.2.3.04",
		"1.2.3.00",
		"1.2.3.001",
		"-1.2.3.4",
		"+1.2.3.4",
		"1.2.3.-4",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.4\n",
		"1.2. 3.4",
		"0x1.2.3.4",
		"a.b.c.d",
		"1.2.3.4/24",
		"1.2.3.4%eth0",
		"1,2,3,4",
		"16909060",
		":",
		":::",
		"::::",
		":1",
		"1:",
		":1::",
		"::1:",
		"1:::2",
		"1::2::3",
		"::1::",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8:",
		":1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8::", /* "::" for no group at all */
		"::1:2:3:4:5:6:7:8",
		"1:2:3:4::5:6:7:8",
		"12345::",
		"00001::", /* at most four digits */
		"::00000",
		"g::",
		"::g",
		"1:2:3:4:5:6:7:g",
		"::1 ",
		" ::1",
		"::1/128",
		"::-1",
		"0x1::",
		"fe80::1%eth0", /* no zone */
		"fe80::1%",
		"%eth0",
		"::%eth0",
		"[::1]",
		"::1.2.3",
		"::1.2.3.4.5",
		"::01.2.3.4",
		"::256.2.3.4",
		"::ffff:1.2.3.4:5",
		"1.2.3.4::",
		"1.2.3.4:5::",
		"::1.2.3.4::",
		"::a.2.3.4",
		"::.1.2.3",
		"::ffff:01.2.3.4",
		"1:2:3:4:5:6:7:1.2.3.4",
		"1:2:3:4:5:1.2.3.4",
		"::1:2:3:4:5:6:1.2.3.4",
		"::1:2:3:4:5:6:7:1.2.3.4",
		"1:2:3:4:5:6:7::1.2.3.4",
		"::12345.1.1.1",
		"\xD9\xA1::",
		"1.2.3.4-1.2.3.5",
		"localhost",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip result;

		ck_assert_msg(!ip_parse(rows[i], &result), "\"%s\"", rows[i]);
	}
}
END_TEST

START_TEST(P2_1_only_the_given_bytes_are_read)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1", "::ffff:1.2.3.4",
					     "::", "1::" };
	struct ip whole;
	struct ip result;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		/* Every beginning, in memory of exactly that size. */
		for (size_t len = 0; len <= strlen(texts[i]); len++) {
			char *exact = malloc(len + (len == 0));

			ck_assert_ptr_nonnull(exact);
			memcpy(exact, texts[i], len);
			ip_parse_bytes(exact, len, &result);
			free(exact);
		}
		whole = ip(texts[i]);
		ck_assert(ip_parse_bytes(texts[i], strlen(texts[i]), &result));
		ck_assert_int_eq(ip_compare(whole, result), 0);
	}
	ck_assert(ip_parse_bytes("1.2.3.45", 7, &result));
	assert_ip(result, "1.2.3.4");
	ck_assert(ip_parse_bytes("1.2.3.4/24", 7, &result));
	ck_assert(!ip_parse_bytes("1.2.3.4\0", 8, &result));
	ck_assert(!ip_parse_bytes("::1\0", 4, &result));
}
END_TEST

/* The address by the C library's reading, which agrees with Go's on every text without %. */
static bool libc_parse(const char *s, struct ip *out)
{
	unsigned char bytes[16] = { [10] = 0xFF, [11] = 0xFF };

	if (inet_pton(AF_INET, s, bytes + 12) != 1 && inet_pton(AF_INET6, s, bytes) != 1)
		return false;
	out->v = 0;
	for (int i = 0; i < 16; i++)
		out->v = out->v << 8 | bytes[i];
	return true;
}

/* Changes, takes out or puts in a character. */
static void mutate(struct random *r, char s[static 100])
{
	static const char alphabet[] = "0012569afF::::....gx /-";
	size_t len = strlen(s);
	size_t at = random_below(r, len + 1);
	char c = alphabet[random_below(r, sizeof(alphabet) - 1)];

	switch (random_below(r, 3)) {
	case 0:
		if (at < len)
			s[at] = c;
		break;
	case 1:
		memmove(s + at, s + at + (at < len), len - at + (at == len));
		break;
	default:
		memmove(s + at + 1, s + at, len - at + 1);
		s[at] = c;
		break;
	}
}

START_TEST(P2_1_reading_agrees_with_the_c_library)
{
	struct random r = random_new(9);
	int valid = 0;

	for (int i = 0; i < 300000; i++) {
		char text[100];
		struct ip expected = { 0 };
		struct ip actual = { 0 };

		ip_format(random_ip(&r), text);
		if (random_below(&r, 4) == 0)
			snprintf(text + strlen(text), 20, ":%u.2.3.4",
				 (unsigned)random_below(&r, 300));
		for (uint64_t n = random_below(&r, 4); n > 0; n--)
			mutate(&r, text);

		bool ok = libc_parse(text, &expected);

		valid += ok;
		EXPECT(ip_parse(text, &actual) == ok, "\"%s\"", text);
		EXPECT(!ok || ip_compare(actual, expected) == 0, "\"%s\"", text);
	}
	ck_assert_int_gt(valid, 50000);
	ck_assert_int_lt(valid, 250000);
}
END_TEST

START_TEST(P2_1_printing_agrees_with_the_c_library_and_reads_back)
{
	struct random r = random_new(10);

	for (int i = 0; i < 100000; i++) {
		struct ip a = random_ip(&r);
		unsigned char bytes[16];
		char expected[IP_TEXT_MAX];
		char actual[IP_TEXT_MAX];
		struct ip back;

		for (int j = 0; j < 16; j++)
			bytes[j] = (unsigned char)(a.v >> (120 - 8 * j));
		ip_format(a, actual);
		EXPECT(ip_parse(actual, &back) && ip_compare(back, a) == 0, "%s", actual);
		if (ip_family(a) == IP_V4) {
			EXPECT(inet_ntop(AF_INET, bytes + 12, expected, sizeof(expected)) !=
				       NULL,
			       "%s", actual);
			EXPECT(strcmp(actual, expected) == 0, "%s %s", actual, expected);
			continue;
		}
		EXPECT(inet_ntop(AF_INET6, bytes, expected, sizeof(expected)) != NULL, "%s",
		       actual);
		/* It prints ::102:304 as ::1.2.3.4; Go does not. */
		if (strchr(expected, '.') == NULL)
			EXPECT(strcmp(actual, expected) == 0, "%s %s", actual, expected);
		else
			EXPECT(strchr(actual, '.') == NULL, "%s", actual);
	}
}
END_TEST

START_TEST(every_pattern_of_zero_groups_prints_and_reads_back)
{
	for (unsigned pattern = 0; pattern < 256; pattern++) {
		struct ip a = { 0 };
		char text[IP_TEXT_MAX];

		for (int i = 0; i < 8; i++)
			a.v = a.v << 16 | (pattern >> i & 1 ? 0xABCD : 0);
		ck_assert_int_eq(ip_compare(ip(ip_format(a, text)), a), 0);
		/* One "::" at most, and never beside another colon. */
		const char *gap = strstr(text, "::");

		ck_assert(gap == NULL || strstr(gap + 1, "::") == NULL);
	}
}
END_TEST

START_TEST(families_and_order)
{
	static const char *const in_order[] = {
		"::",
		"::1",
		"::fffe:ffff:ffff",
		"0.0.0.0",
		"9.255.255.255",
		"10.0.0.0",
		"127.0.0.1",
		"128.0.0.0",
		"255.255.255.255",
		"::1:0:0:0",
		"1::",
		"2001:db8::",
		"8000::",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	enum { COUNT = sizeof(in_order) / sizeof(in_order[0]) };

	for (int i = 0; i < COUNT; i++) {
		struct ip a = ip(in_order[i]);

		ck_assert_int_eq(ip_family(a),
				 strchr(in_order[i], '.') != NULL ? IP_V4 : IP_V6);
		for (int j = 0; j < COUNT; j++) {
			int order = ip_compare(a, ip(in_order[j]));

			ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
	ck_assert_int_eq(ip_family(ip("::ffff:1.2.3.4")), IP_V4);
	ck_assert_int_eq(ip_family(ip("::1.2.3.4")), IP_V6);
	ck_assert_str_eq(ip_family_name(IP_V4), "IPv4");
	ck_assert_str_eq(ip_family_name(IP_V6), "IPv6");
	ck_assert_str_eq(ip_family_name(IP_NONE), "none");
}
END_TEST

START_TEST(networks_that_go_accepts)
{
	static const struct {
		const char *text;
		unsigned prefix;
		const char *canonical, *first, *last;
	} rows[] = {
		{ "0.0.0.0/0", 0, "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
		{ "10.0.0.0/8", 8, "10.0.0.0/8", "10.0.0.0", "10.255.255.255" },
		{ "192.168.1.244/29", 29, "192.168.1.240/29", "192.168.1.240",
		  "192.168.1.247" },
		{ "192.0.2.1/31", 31, "192.0.2.0/31", "192.0.2.0", "192.0.2.1" },
		{ "192.0.2.1/32", 32, "192.0.2.1/32", "192.0.2.1", "192.0.2.1" },
		{ "255.255.255.255/32", 32, "255.255.255.255/32", "255.255.255.255",
		  "255.255.255.255" },
		/* Go reads the length with any number of leading zeros. */
		{ "10.0.0.0/08", 8, "10.0.0.0/8", "10.0.0.0", "10.255.255.255" },
		{ "10.0.0.0/00000000000000000000008", 8, "10.0.0.0/8", "10.0.0.0",
		  "10.255.255.255" },
		{ "10.0.0.1/00", 0, "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
		{ "::/0", 0, "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::5/64", 64, "2001:db8::/64",
		  "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff" },
		{ "2001:DB8:0::/33", 33, "2001:db8::/33",
		  "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::1/127", 127, "2001:db8::/127", "2001:db8::", "2001:db8::1" },
		{ "2001:db8::1/128", 128, "2001:db8::1/128", "2001:db8::1", "2001:db8::1" },
		{ "ffff::/1", 1, "8000::/1",
		  "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		/* The length after a v4-mapped text counts in 128 bits. */
		{ "::ffff:10.0.0.1/104", 104, "10.0.0.0/8", "10.0.0.0", "10.255.255.255" },
		{ "::ffff:10.0.0.1/128", 128, "10.0.0.1/32", "10.0.0.1", "10.0.0.1" },
		{ "::ffff:10.0.0.1/96", 96, "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
		{ "::ffff:a00:1/24", 24, "::/24", "::", "0:ff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "::ffff:10.0.0.1/90", 90, "::ffc0:0:0/90", "::ffc0:0:0", "255.255.255.255" },
	};
	char buf[IP_NET_TEXT_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_net n = net(rows[i].text);

		ck_assert_uint_eq(ip_net_prefix(n), rows[i].prefix);
		ck_assert_str_eq(ip_net_format(n, buf), rows[i].canonical);
		assert_ip(ip_net_first(n), rows[i].first);
		assert_ip(ip_net_last(n), rows[i].last);
		assert_ip(ip_net_range(n).from, rows[i].first);
		assert_ip(ip_net_range(n).to, rows[i].last);
		ck_assert(ip_net_equal(n, net(buf)));
	}
}
END_TEST

START_TEST(networks_that_go_refuses)
{
	static const char *const rows[] = {
		"",
		"/",
		"/8",
		"10.0.0.0",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/032x",
		"10.0.0.0/-1",
		"10.0.0.0/+8",
		"10.0.0.0/ 8",
		"10.0.0.0/8 ",
		"10.0.0.0 /8",
		" 10.0.0.0/8",
		"10.0.0.0/8/8",
		"10.0.0.0//8",
		"10.0.0.0/255.0.0.0",
		"10.0.0.0/0x8",
		"10.0.0.0/8.0",
		"10.0.0/8",
		"10.0.0.0.0/8",
		"010.0.0.0/8",
		"10.0.0.0/4294967304", /* 8 in 32 bits */
		"10.0.0.0/18446744073709551624",
		"::/129",
		"::/",
		"::",
		"::1%eth0/64",
		"fe80::%1/64",
		"1::2::3/64",
		"::ffff:10.0.0.0/129",
		"10.0.0.1-10.0.0.5",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_net n;

		ck_assert_msg(!ip_net_parse(rows[i], &n), "\"%s\"", rows[i]);
	}
}
END_TEST

START_TEST(P2_4_containment_needs_the_same_family)
{
	static const struct {
		const char *net, *ip;
		bool contains;
	} rows[] = {
		{ "192.168.1.244/29", "192.168.1.240", true }, /* host bits do not count */
		{ "192.168.1.244/29", "192.168.1.247", true },
		{ "192.168.1.244/29", "192.168.1.239", false },
		{ "192.168.1.244/29", "192.168.1.248", false },
		{ "10.0.0.1/32", "10.0.0.1", true },
		{ "10.0.0.1/32", "10.0.0.0", false },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::ffff:1.2.3.4", true },
		{ "0.0.0.0/0", "::", false },
		{ "0.0.0.0/0", "::1:0:0:0", false },
		{ "2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", true },
		{ "2001:db8::/64", "2001:db8:0:1::", false },
		{ "2001:db8::/64", "10.0.0.1", false },
		{ "2001:db8::1/128", "2001:db8::1", true },
		{ "::/0", "::", true },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true },
		/* v4 addresses are in no v6 network, although their numbers are. */
		{ "::/0", "10.0.0.1", false },
		{ "::/80", "10.0.0.1", false },
		{ "::/80", "255.255.255.255", false }, /* not even its last number */
		{ "::/80", "::fffe:0:0", true },
		/* A v4-mapped text is a v4 network once it has no bit of the v6 part free. */
		{ "::ffff:10.0.0.0/104", "10.1.2.3", true },
		{ "::ffff:10.0.0.0/104", "11.0.0.0", false },
		{ "::ffff:10.0.0.0/96", "11.0.0.0", true },
		{ "::ffff:10.0.0.0/96", "::1", false },
		{ "::ffff:10.0.0.0/95", "10.0.0.0", false },
		{ "::ffff:10.0.0.0/95", "::fffe:0:1", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(ip_net_contains(net(rows[i].net), ip(rows[i].ip)) ==
				      rows[i].contains,
			      "%s %s", rows[i].net, rows[i].ip);
}
END_TEST

START_TEST(networks_equal_and_overlapping)
{
	static const struct {
		const char *a, *b;
		bool equal, overlap;
	} rows[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", true, true },
		{ "10.0.0.0/8", "10.1.2.3/08", true, true },
		{ "10.0.0.0/8", "::ffff:10.0.0.0/104", true, true },
		{ "10.0.0.0/8", "::ffff:a00:0/104", true, true },
		{ "10.0.0.0/8", "10.0.0.0/9", false, true },
		{ "10.0.0.0/8", "10.200.0.0/24", false, true },
		{ "10.0.0.0/8", "11.0.0.0/8", false, false },
		{ "10.0.0.0/25", "10.0.0.128/25", false, false },
		{ "0.0.0.0/0", "255.255.255.255/32", false, true },
		{ "2001:db8::/32", "2001:DB8:0:0::/32", true, true },
		{ "2001:db8::/32", "2001:db8:5::/48", false, true },
		{ "2001:db8::/64", "2001:db8:0:1::/64", false, false },
		{ "::/0", "::/0", true, true },
		{ "::/0", "8000::/1", false, true },
		{ "::/0", "0.0.0.0/0", false, false },
		{ "::/0", "10.0.0.0/8", false, false },
		{ "::/80", "0.0.0.0/0", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_net a = net(rows[i].a);
		struct ip_net b = net(rows[i].b);

		ck_assert_msg(ip_net_equal(a, b) == rows[i].equal, "%s %s", rows[i].a,
			      rows[i].b);
		ck_assert_msg(ip_net_overlaps(a, b) == rows[i].overlap, "%s %s", rows[i].a,
			      rows[i].b);
		ck_assert_int_eq(ip_net_equal(b, a), rows[i].equal);
		ck_assert_int_eq(ip_net_overlaps(b, a), rows[i].overlap);
	}
}
END_TEST

static struct ip_net random_net(struct random *r)
{
	struct ip address = random_ip(r);
	bool is_v4 = ip_family(address) == IP_V4;
	uint64_t bits = is_v4 ? 96 + random_below(r, 33) : random_below(r, 129);

	return (struct ip_net){ .address = address,
				.bits = (uint8_t)bits,
				.family = is_v4 ? IP_V4 : IP_V6 };
}

START_TEST(random_networks_keep_the_laws)
{
	struct random r = random_new(11);

	for (int i = 0; i < 100000; i++) {
		struct ip_net a = random_net(&r);
		struct ip_net b = random_net(&r);
		struct ip first = ip_net_first(a);
		struct ip last = ip_net_last(a);
		char text[IP_NET_TEXT_MAX];
		struct ip_net back;

		/* Let many be near each other. */
		if (random_below(&r, 2) == 0 && ip_family(a.address) == ip_family(b.address))
			b.address.v = a.address.v ^ (u128)1 << random_below(&r, 32);

		EXPECT(ip_net_contains(a, a.address), "round %d", i);
		EXPECT(ip_net_contains(a, first), "round %d", i);
		EXPECT(ip_family(first) != ip_family(last) || ip_net_contains(a, last),
		       "round %d", i);
		if (first.v > 0)
			EXPECT(!ip_net_contains(a, (struct ip){ first.v - 1 }), "round %d", i);
		if (last.v < U128_MAX)
			EXPECT(!ip_net_contains(a, (struct ip){ last.v + 1 }), "round %d", i);

		EXPECT(ip_net_parse(ip_net_format(a, text), &back), "%s", text);
		EXPECT(ip_net_equal(a, back), "%s", text);
		EXPECT(ip_net_prefix(back) == ip_net_prefix(a), "round %d", i);
		EXPECT(ip_net_overlaps(a, b) == ip_net_overlaps(b, a), "round %d", i);
		EXPECT(ip_net_overlaps(a, a), "round %d", i);
		EXPECT(!ip_net_equal(a, b) || ip_net_overlaps(a, b), "round %d", i);
		if (ip_family(first) == ip_family(ip_net_first(b)))
			EXPECT(ip_net_overlaps(a, b) ==
				       ip_range_overlaps(ip_net_range(a), ip_net_range(b)),
			       "round %d", i);
		else
			EXPECT(!ip_net_overlaps(a, b), "round %d", i);
	}
}
END_TEST

START_TEST(ranges_contain_both_ends)
{
	struct ip_range r = range("10.0.0.5", "10.0.0.9");
	struct ip_range one = range("2001:db8::1", "2001:db8::1");
	struct ip_range reversed = range("10.0.0.9", "10.0.0.5");
	struct ip_range all = range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

	ck_assert(ip_range_contains(r, ip("10.0.0.5")));
	ck_assert(ip_range_contains(r, ip("10.0.0.9")));
	ck_assert(!ip_range_contains(r, ip("10.0.0.4")));
	ck_assert(!ip_range_contains(r, ip("10.0.0.10")));
	ck_assert(ip_range_contains(one, ip("2001:db8::1")));
	ck_assert(!ip_range_contains(one, ip("2001:db8::2")));
	ck_assert(!ip_range_contains(reversed, ip("10.0.0.9")));
	ck_assert(!ip_range_contains(reversed, ip("10.0.0.7")));
	ck_assert(ip_range_contains(all, ip("::")));
	ck_assert(ip_range_contains(all, ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
	/* PureLB compares numbers only. */
	ck_assert(ip_range_contains(all, ip("10.0.0.1")));
}
END_TEST

/* A range of numbers 0..7, as addresses just below and above the first v4 address. */
static struct ip_range small_range(unsigned from, unsigned to)
{
	const u128 base = ((u128)0xFFFF << 32) - 4;

	return (struct ip_range){ .from = { base + from }, .to = { base + to } };
}

START_TEST(overlap_is_what_counting_says)
{
	for (unsigned n = 0; n < 8 * 8 * 8 * 8; n++) {
		struct ip_range a = small_range(n % 8, n / 8 % 8);
		struct ip_range b = small_range(n / 64 % 8, n / 512);
		bool shared = false;

		for (struct ip x = small_range(0, 7).from;
		     x.v <= small_range(0, 7).to.v && !shared; x.v++) {
			shared = ip_range_contains(a, x) && ip_range_contains(b, x);
			if (shared)
				EXPECT(ip_compare(ip_range_first_shared(a, b), x) == 0,
				       "case %u", n);
		}
		EXPECT(ip_range_overlaps(a, b) == shared, "case %u", n);
	}
}
END_TEST

START_TEST(overlap_agrees_with_the_first_shared_address)
{
	struct random r = random_new(12);
	int overlapping = 0;

	for (int i = 0; i < 100000; i++) {
		struct ip_range a = { random_ip(&r), random_ip(&r) };
		struct ip_range b = { random_ip(&r), random_ip(&r) };
		struct ip first = ip_range_first_shared(a, b);
		bool shared = ip_range_contains(a, first) && ip_range_contains(b, first);

		EXPECT(ip_range_overlaps(a, b) == shared, "round %d", i);
		EXPECT(ip_range_overlaps(b, a) == shared, "round %d", i);
		if (!shared)
			continue;
		overlapping++;
		EXPECT(ip_compare(ip_range_first_shared(b, a), first) == 0, "round %d", i);
		if (first.v > 0) {
			struct ip before = { first.v - 1 };

			EXPECT(!ip_range_contains(a, before) || !ip_range_contains(b, before),
			       "round %d", i);
		}
	}
	ck_assert_int_gt(overlapping, 1000);
}
END_TEST

START_TEST(P2_6_sizes_are_exact)
{
	static const struct {
		const char *from, *to, *size;
	} rows[] = {
		{ "10.0.0.0", "10.0.0.0", "1" },
		{ "10.0.0.5", "10.0.0.9", "5" },
		{ "0.0.0.0", "255.255.255.255", "4294967296" },
		{ "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", "18446744073709551616" },
		{ "2001:db8::", "2001:db8:0:1::", "18446744073709551617" },
		{ "::", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "170141183460469231731687303715884105728" },
		{ "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "340282366920938463463374607431768211455" },
		/* All of it would be 2^128: the largest number stands for it. */
		{ "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "340282366920938463463374607431768211455" },
		/* Reversed: the one address it hands out. */
		{ "10.0.0.9", "10.0.0.5", "1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", "1" },
	};
	char buf[U128_TEXT_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(
			u128_format(ip_range_size(range(rows[i].from, rows[i].to)), buf),
			rows[i].size);
}
END_TEST

START_TEST(numbers_of_128_bits_print)
{
	static const struct {
		u128 v;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 1, "1" },
		{ 10, "10" },
		{ UINT64_MAX, "18446744073709551615" },
		{ U128(1, 0), "18446744073709551616" },
		{ U128(5, 0x6BC75E2D63100000), "100000000000000000000" },
		{ U128_MAX, "340282366920938463463374607431768211455" },
	};
	char buf[U128_TEXT_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(u128_format(rows[i].v, buf), rows[i].text);
}
END_TEST

enum { LOOPBACK = 1, MULTICAST = 2, LINK_LOCAL = 4, UNSPECIFIED = 8 };

START_TEST(special_addresses)
{
	static const struct {
		const char *ip;
		int kinds;
	} rows[] = {
		{ "0.0.0.0", UNSPECIFIED },
		{ "0.0.0.1", 0 },
		{ "126.255.255.255", 0 },
		{ "127.0.0.0", LOOPBACK },
		{ "127.255.255.255", LOOPBACK },
		{ "128.0.0.0", 0 },
		{ "169.253.255.255", 0 },
		{ "169.254.0.0", LINK_LOCAL },
		{ "169.254.255.255", LINK_LOCAL },
		{ "169.255.0.0", 0 },
		{ "223.255.255.255", 0 },
		{ "224.0.0.0", MULTICAST },
		{ "239.255.255.255", MULTICAST },
		{ "240.0.0.0", 0 },
		{ "255.255.255.255", 0 },
		{ "::", UNSPECIFIED },
		{ "::1", LOOPBACK },
		{ "::2", 0 },
		{ "::127.0.0.1", 0 },
		{ "::ffff:127.0.0.1", LOOPBACK },
		{ "::ffff:0.0.0.0", UNSPECIFIED },
		{ "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0 },
		{ "fe80::", LINK_LOCAL },
		{ "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", LINK_LOCAL },
		{ "fec0::", 0 },
		{ "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0 },
		{ "ff00::", MULTICAST },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", MULTICAST },
		{ "2001:db8::1", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip a = ip(rows[i].ip);
		int kinds = (ip_is_loopback(a) ? LOOPBACK : 0) |
			    (ip_is_multicast(a) ? MULTICAST : 0) |
			    (ip_is_link_local(a) ? LINK_LOCAL : 0) |
			    (ip_is_unspecified(a) ? UNSPECIFIED : 0);

		ck_assert_msg(kinds == rows[i].kinds, "%s is %d", rows[i].ip, kinds);
	}
}
END_TEST

Suite *suite_ip(void)
{
	Suite *suite = suite_create("ip");
	TCase *addresses = tcase_create("address");
	TCase *networks = tcase_create("network");
	TCase *ranges = tcase_create("range");

	tcase_set_timeout(addresses, 60);
	tcase_add_test(addresses, P2_1_addresses_that_go_accepts);
	tcase_add_test(addresses, P2_1_addresses_that_go_refuses);
	tcase_add_test(addresses, P2_1_only_the_given_bytes_are_read);
	tcase_add_test(addresses, P2_1_reading_agrees_with_the_c_library);
	tcase_add_test(addresses, P2_1_printing_agrees_with_the_c_library_and_reads_back);
	tcase_add_test(addresses, every_pattern_of_zero_groups_prints_and_reads_back);
	tcase_add_test(addresses, families_and_order);
	tcase_add_test(addresses, special_addresses);
	tcase_set_timeout(networks, 60);
	tcase_add_test(networks, networks_that_go_accepts);
	tcase_add_test(networks, networks_that_go_refuses);
	tcase_add_test(networks, P2_4_containment_needs_the_same_family);
	tcase_add_test(networks, networks_equal_and_overlapping);
	tcase_add_test(networks, random_networks_keep_the_laws);
	tcase_add_test(ranges, ranges_contain_both_ends);
	tcase_add_test(ranges, overlap_is_what_counting_says);
	tcase_add_test(ranges, overlap_agrees_with_the_first_shared_address);
	tcase_add_test(ranges, P2_6_sizes_are_exact);
	tcase_add_test(ranges, numbers_of_128_bits_print);
	suite_add_tcase(suite, addresses);
	suite_add_tcase(suite, networks);
	suite_add_tcase(suite, ranges);
	return suite;
}
