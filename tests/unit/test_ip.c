/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/ip.h against what Go's net package does. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/ips.h"
#include "tests/unit/suites.h"

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
		assert_ip(ip_of(rows[i].text), rows[i].canonical);
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
		whole = ip_of(texts[i]);
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
		ck_assert_int_eq(ip_compare(ip_of(ip_format(a, text)), a), 0);
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
		struct ip a = ip_of(in_order[i]);

		ck_assert_int_eq(ip_family(a),
				 strchr(in_order[i], '.') != NULL ? IP_V4 : IP_V6);
		for (int j = 0; j < COUNT; j++) {
			int order = ip_compare(a, ip_of(in_order[j]));

			ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
	ck_assert_int_eq(ip_family(ip_of("::ffff:1.2.3.4")), IP_V4);
	ck_assert_int_eq(ip_family(ip_of("::1.2.3.4")), IP_V6);
	ck_assert_str_eq(ip_family_name(IP_V4), "IPv4");
	ck_assert_str_eq(ip_family_name(IP_V6), "IPv6");
	ck_assert_str_eq(ip_family_name(IP_NONE), "none");
}
END_TEST

enum { LOOPBACK = 1, MULTICAST = 2, LINK_LOCAL = 4, UNSPECIFIED = 8, LINK_MULTICAST = 16 };

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
		{ "224.0.0.0", MULTICAST | LINK_MULTICAST },
		{ "224.0.0.255", MULTICAST | LINK_MULTICAST },
		{ "224.0.1.0", MULTICAST },
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
		{ "ff01:ffff:ffff:ffff:ffff:ffff:ffff:ffff", MULTICAST },
		{ "ff02::", MULTICAST | LINK_MULTICAST },
		{ "ff03::", MULTICAST },
		{ "ff12::1", MULTICAST | LINK_MULTICAST },
		{ "ff15::2", MULTICAST },
		{ "fff2::", MULTICAST | LINK_MULTICAST },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", MULTICAST },
		{ "2001:db8::1", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip a = ip_of(rows[i].ip);
		int kinds = (ip_is_loopback(a) ? LOOPBACK : 0) |
			    (ip_is_multicast(a) ? MULTICAST : 0) |
			    (ip_is_link_local_multicast(a) ? LINK_MULTICAST : 0) |
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

	tcase_set_timeout(addresses, 60);
	tcase_add_test(addresses, P2_1_addresses_that_go_accepts);
	tcase_add_test(addresses, P2_1_addresses_that_go_refuses);
	tcase_add_test(addresses, P2_1_only_the_given_bytes_are_read);
	tcase_add_test(addresses, P2_1_reading_agrees_with_the_c_library);
	tcase_add_test(addresses, P2_1_printing_agrees_with_the_c_library_and_reads_back);
	tcase_add_test(addresses, every_pattern_of_zero_groups_prints_and_reads_back);
	tcase_add_test(addresses, families_and_order);
	tcase_add_test(addresses, special_addresses);
	suite_add_tcase(suite, addresses);
	return suite;
}
