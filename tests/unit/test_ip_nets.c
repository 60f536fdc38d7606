/* SPDX-License-Identifier: Apache-2.0 */
/* P2: networks and ranges of addresses, and their sizes. */
#include "tests/unit/ips.h"
#include "tests/unit/suites.h"

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
		ck_assert_msg(ip_net_contains(net(rows[i].net), ip_of(rows[i].ip)) ==
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

	ck_assert(ip_range_contains(r, ip_of("10.0.0.5")));
	ck_assert(ip_range_contains(r, ip_of("10.0.0.9")));
	ck_assert(!ip_range_contains(r, ip_of("10.0.0.4")));
	ck_assert(!ip_range_contains(r, ip_of("10.0.0.10")));
	ck_assert(ip_range_contains(one, ip_of("2001:db8::1")));
	ck_assert(!ip_range_contains(one, ip_of("2001:db8::2")));
	ck_assert(!ip_range_contains(reversed, ip_of("10.0.0.9")));
	ck_assert(!ip_range_contains(reversed, ip_of("10.0.0.7")));
	ck_assert(ip_range_contains(all, ip_of("::")));
	ck_assert(ip_range_contains(all, ip_of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
	/* PureLB compares numbers only. */
	ck_assert(ip_range_contains(all, ip_of("10.0.0.1")));
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

Suite *suite_ip_nets(void)
{
	Suite *suite = suite_create("ip_nets");
	TCase *tcase = tcase_create("ip_nets");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, networks_that_go_accepts);
	tcase_add_test(tcase, networks_that_go_refuses);
	tcase_add_test(tcase, P2_4_containment_needs_the_same_family);
	tcase_add_test(tcase, networks_equal_and_overlapping);
	tcase_add_test(tcase, random_networks_keep_the_laws);
	tcase_add_test(tcase, ranges_contain_both_ends);
	tcase_add_test(tcase, overlap_is_what_counting_says);
	tcase_add_test(tcase, overlap_agrees_with_the_first_shared_address);
	tcase_add_test(tcase, P2_6_sizes_are_exact);
	tcase_add_test(tcase, numbers_of_128_bits_print);
	suite_add_tcase(suite, tcase);
	return suite;
}
