/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of purelb/pools/reserved.h. */
#include "purelb/pools/reserved.h"
#include "tests/unit/suites.h"

/* test: P2.7 */
START_TEST(what_the_release_with_the_guard_skips)
{
	static const struct {
		enum pool_type type;
		const char *subnet;
		const char *aggregation;
		const char *ip;
		bool skipped;
	} rows[] = {
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", NULL, "10.20.0.255", true },
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "default", "10.20.0.255", true },
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "default", "10.20.0.0", false },
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "default", "10.20.0.254", false },
		/* The prefix on the dummy interface counts, not the subnet. */
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "/25", "10.20.0.127", true },
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "/25", "10.20.0.255", true },
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "/16", "10.20.0.255", false },
		{ POOL_TYPE_REMOTE, "10.20.255.0/24", "/16", "10.20.255.255", true },
		/* Host routes have no other address. */
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "/32", "10.20.0.255", false },
		{ POOL_TYPE_REMOTE, "10.20.0.9/32", "default", "10.20.0.9", false },
		{ POOL_TYPE_REMOTE, "fd00::/64", "/128", "fd00::", false },
		/* In IPv6 it is the first address. */
		{ POOL_TYPE_REMOTE, "fd00::/64", "default", "fd00::", true },
		{ POOL_TYPE_REMOTE, "fd00::/64", "default", "fd00::1", false },
		{ POOL_TYPE_REMOTE, "fd00::/64", "/96", "fd00::1:0:0", true },
		{ POOL_TYPE_REMOTE, "fd00::/64", "default", "fd00::ffff:ffff:ffff:ffff",
		  false },
		/* An aggregation that cannot be: the address is announced nowhere. */
		{ POOL_TYPE_REMOTE, "10.20.0.0/24", "/64", "10.20.0.255", false },
		{ POOL_TYPE_LOCAL, "10.20.0.0/24", "default", "10.20.0.255", false },
		{ POOL_TYPE_LOCAL, "fd00::/64", "default", "fd00::", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct address_pool entry = { .aggregation = {
							    .s = rows[i].aggregation } };
		const struct pool pool = { .type = rows[i].type };
		struct pool_range range = { .entry = &entry, .subnet_ok = true };
		struct ip ip;

		ck_assert(ip_net_parse(rows[i].subnet, &range.subnet));
		ck_assert(ip_parse(rows[i].ip, &ip));
		ck_assert_msg(pool_skips_address(&pool, &range, ip) == rows[i].skipped,
			      "row %zu: %s", i, rows[i].ip);
	}
}
END_TEST

Suite *suite_reserved(void)
{
	Suite *suite = suite_create("reserved");
	TCase *tcase = tcase_create("reserved");

	tcase_add_test(tcase, what_the_release_with_the_guard_skips);
	suite_add_tcase(suite, tcase);
	return suite;
}
