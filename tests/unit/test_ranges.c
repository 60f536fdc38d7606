/* SPDX-License-Identifier: Apache-2.0 */
/* Section 2 of the model: ranges, subnets, aggregation. */
#include "tests/unit/suites.h"

#include <string.h>

#include "base/text.h"
#include "purelb/pools/ranges.h"

static void expect_range(const char *text, enum range_error error, const char *from,
			 const char *to)
{
	struct ip_range range;
	char buf[IP_TEXT_MAX];
	enum range_error actual = range_parse(text, &range);

	ck_assert_msg(actual == error, "\"%s\": %s", text, range_error_text(actual));
	if (error != RANGE_OK)
		return;
	ck_assert_msg(str_equal(ip_format(range.from, buf), from), "\"%s\" from %s", text, buf);
	ck_assert_msg(str_equal(ip_format(range.to, buf), to), "\"%s\" to %s", text, buf);
}

static struct ip_range parsed(const char *text)
{
	struct ip_range range;

	ck_assert_msg(range_parse(text, &range) == RANGE_OK, "\"%s\"", text);
	return range;
}

static struct ip_net subnet(const char *text)
{
	struct ip_net net;

	ck_assert_msg(ip_net_parse(text, &net), "\"%s\"", text);
	return net;
}

/* test: P2.1 */
START_TEST(addresses)
{
	expect_range("192.168.1.1-192.168.1.9", RANGE_OK, "192.168.1.1", "192.168.1.9");
	expect_range("::ffff:10.0.0.1-10.0.0.9", RANGE_OK, "10.0.0.1", "10.0.0.9");
	expect_range("FD00::0001-fd00::2", RANGE_OK, "fd00::1", "fd00::2");
	expect_range("192.168.01.1-192.168.1.9", RANGE_BAD_FROM, NULL, NULL);
	expect_range("192.168.1.1-192.168.1.256", RANGE_BAD_TO, NULL, NULL);
	expect_range("fe80::1%eth0-fe80::2", RANGE_BAD_FROM, NULL, NULL);
}
END_TEST

/* test: P2.2 */
START_TEST(from_to)
{
	expect_range(" 10.0.0.1 - 10.0.0.2\t", RANGE_OK, "10.0.0.1", "10.0.0.2");
	expect_range("10.0.0.1\n-\r\n10.0.0.2\v\f", RANGE_OK, "10.0.0.1", "10.0.0.2");
	expect_range("\xC2\xA0"
		     "10.0.0.1\xE2\x80\x83-\xE3\x80\x80"
		     "10.0.0.2\xC2\x85",
		     RANGE_OK, "10.0.0.1", "10.0.0.2");
	expect_range("10.0.0.1\xE2\x80\x8B-10.0.0.2", RANGE_BAD_FROM, NULL, NULL);
	expect_range("10.0.0.1-10.0.0.2-10.0.0.3", RANGE_BAD_TO, NULL, NULL);
	expect_range("10.0.0.0/24-10.0.0.9", RANGE_BAD_FROM, NULL, NULL);
	expect_range("-", RANGE_BAD_FROM, NULL, NULL);
	expect_range("-10.0.0.2", RANGE_BAD_FROM, NULL, NULL);
	expect_range("10.0.0.1-", RANGE_BAD_TO, NULL, NULL);
	expect_range("10.0.0.1-5", RANGE_BAD_TO, NULL, NULL);
	expect_range("10.0.0.1 10.0.0.2", RANGE_NOT_CIDR, NULL, NULL);
}
END_TEST

/* test: P2.2 */
START_TEST(cidr_starts_where_it_is_written)
{
	expect_range("192.168.1.244/29", RANGE_OK, "192.168.1.244", "192.168.1.247");
	expect_range("192.168.1.240/29", RANGE_OK, "192.168.1.240", "192.168.1.247");
	expect_range("10.1.2.3/32", RANGE_OK, "10.1.2.3", "10.1.2.3");
	expect_range("0.0.0.0/0", RANGE_OK, "0.0.0.0", "255.255.255.255");
	expect_range("fd00::5/64", RANGE_OK, "fd00::5", "fd00::ffff:ffff:ffff:ffff");
	expect_range("fd00::/128", RANGE_OK, "fd00::", "fd00::");
	expect_range("::ffff:10.0.0.4/125", RANGE_OK, "10.0.0.4", "10.0.0.7");
	expect_range("", RANGE_NOT_CIDR, NULL, NULL);
	expect_range("10.0.0.1", RANGE_NOT_CIDR, NULL, NULL);
	expect_range(" 10.0.0.0/24", RANGE_NOT_CIDR, NULL, NULL);
	expect_range("10.0.0.0/33", RANGE_NOT_CIDR, NULL, NULL);
	expect_range("fd00::/129", RANGE_NOT_CIDR, NULL, NULL);
}
END_TEST

/* test: P2.3 */
START_TEST(reversed)
{
	ck_assert(range_is_reversed(parsed("10.0.0.9-10.0.0.1")));
	ck_assert(range_is_reversed(parsed("fd00::2-fd00::1")));
	ck_assert(range_is_reversed(parsed("fd00::1-10.0.0.1")));
	ck_assert(!range_is_reversed(parsed("10.0.0.1-10.0.0.1")));
	ck_assert(!range_is_reversed(parsed("10.0.0.1-10.0.0.2")));
	ck_assert(!range_is_reversed(parsed("10.0.0.4/29")));
}
END_TEST

/* test: P2.4 */
START_TEST(containment)
{
	static const struct {
		const char *range;
		const char *subnet;
		bool contained;
	} rows[] = {
		{ "10.0.0.1-10.0.0.255", "10.0.0.0/24", true },
		{ "10.0.0.1-10.0.1.0", "10.0.0.0/24", false },
		{ "9.255.255.255-10.0.0.1", "10.0.0.0/24", false },
		{ "10.0.0.1-10.0.0.9", "10.0.0.77/24", true }, /* host bits do not count */
		{ "10.0.0.9-10.0.0.1", "10.0.0.0/24", true },  /* each end is inside */
		{ "10.0.0.0/24", "10.0.0.0/24", true },
		{ "10.0.0.0/23", "10.0.0.0/24", false },
		{ "10.0.0.0/24", "0.0.0.0/0", true },
		{ "10.0.0.0/24", "::/0", false },
		{ "fd00::/64", "fd00::/64", true },
		{ "fd00::/64", "0.0.0.0/0", false },
		{ "10.0.0.1-fd00::1", "::/0", false },
		{ "10.0.0.1-10.0.0.2", "::ffff:10.0.0.0/120", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(range_in_subnet(parsed(rows[i].range), subnet(rows[i].subnet)) ==
				      rows[i].contained,
			      "%s in %s", rows[i].range, rows[i].subnet);
}
END_TEST

/* test: P2.6, P2.7 */
START_TEST(sizes)
{
	/* Network and broadcast address are handed out like any other. */
	ck_assert(ip_range_size(parsed("10.0.0.0/24")) == 256);
	ck_assert(ip_range_size(parsed("10.0.0.4/29")) == 4);
	ck_assert(ip_range_size(parsed("10.0.0.9-10.0.0.1")) == 1);
	ck_assert(ip_range_size(parsed("fd00::/64")) == (u128)1 << 64);
}
END_TEST

static void expect_prefix(const char *aggregation, const char *net, enum ip_family family,
			  int expected)
{
	unsigned prefix = 999;
	bool known = aggregation_prefix(aggregation, subnet(net), family, &prefix);

	if (expected < 0)
		ck_assert_msg(!known, "%s in %s: /%u", aggregation, net, prefix);
	else
		ck_assert_msg(known && prefix == (unsigned)expected, "%s in %s: /%u",
			      aggregation, net, prefix);
}

/* test: P6.7 */
START_TEST(aggregation)
{
	expect_prefix(NULL, "10.0.0.0/24", IP_V4, 24);
	expect_prefix("", "10.0.0.0/24", IP_V4, 24);
	expect_prefix("default", "10.0.0.0/24", IP_V4, 24);
	expect_prefix("default", "fd00::/48", IP_V6, 48);
	expect_prefix("default", "::ffff:10.0.0.0/120", IP_V4, 24);
	expect_prefix("default", "fd00::/48", IP_V4, -1);
	expect_prefix("/32", "10.0.0.0/24", IP_V4, 32);
	expect_prefix("/8", "10.0.0.0/24", IP_V4, 8);
	expect_prefix("/33", "10.0.0.0/24", IP_V4, -1);
	expect_prefix("/128", "10.0.0.0/24", IP_V4, -1);
	expect_prefix("/128", "fd00::/48", IP_V6, 128);
	expect_prefix("/129", "fd00::/48", IP_V6, -1);
	expect_prefix("32", "10.0.0.0/24", IP_V4, -1);
	expect_prefix("/", "10.0.0.0/24", IP_V4, -1);
	expect_prefix("/3 ", "10.0.0.0/24", IP_V4, -1);
	expect_prefix("/-1", "10.0.0.0/24", IP_V4, -1);
	expect_prefix("Default", "10.0.0.0/24", IP_V4, -1);
}
END_TEST

START_TEST(errors_have_texts)
{
	ck_assert_str_eq(range_error_text(RANGE_NOT_CIDR), "not a CIDR or a from-to range");
	for (int e = RANGE_OK; e <= RANGE_BAD_TO; e++)
		ck_assert_int_gt((int)strlen(range_error_text((enum range_error)e)), 0);
}
END_TEST

Suite *suite_ranges(void)
{
	Suite *suite = suite_create("ranges");
	TCase *tc = tcase_create("ranges");

	tcase_add_test(tc, addresses);
	tcase_add_test(tc, from_to);
	tcase_add_test(tc, cidr_starts_where_it_is_written);
	tcase_add_test(tc, reversed);
	tcase_add_test(tc, containment);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, aggregation);
	tcase_add_test(tc, errors_have_texts);
	suite_add_tcase(suite, tc);
	return suite;
}
