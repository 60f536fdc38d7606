/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of purelb/announcing/lifetimes.h. test: P6.6 */
#include "purelb/announcing/lifetimes.h"
#include "tests/unit/suites.h"

enum { ABSENT = -1000 };

static void set(struct int_value *value, int64_t v)
{
	*value = (struct int_value){ .v = v, .set = v != ABSENT };
}

START_TEST(lifetimes_as_the_agent_uses_them)
{
	static const struct {
		bool dummy;
		int64_t valid, preferred;
		int64_t used_valid, used_preferred;
		bool raised, capped;
	} rows[] = {
		{ false, ABSENT, ABSENT, 300, 300, false, false },
		{ true, ABSENT, ABSENT, 0, 0, false, false },
		{ false, 600, ABSENT, 600, 600, false, false },
		{ false, 1, ABSENT, 60, 60, true, false },
		{ false, 59, ABSENT, 60, 60, true, false },
		{ false, 60, ABSENT, 60, 60, false, false },
		{ false, 0, ABSENT, 0, 0, false, false },
		{ false, 120, 90, 120, 90, false, false },
		{ false, 120, 120, 120, 120, false, false },
		{ false, 120, 121, 120, 120, false, true },
		/* Judged by what is used, not by what is written. */
		{ false, 30, 60, 60, 60, true, false },
		{ false, 30, 61, 60, 60, true, true },
		{ false, ABSENT, 300, 300, 300, false, false },
		{ false, ABSENT, 301, 300, 300, false, true },
		{ false, ABSENT, 0, 300, 0, false, false },
		/* 0 is for ever, and no preferred lifetime is left beside it. */
		{ true, ABSENT, 300, 0, 0, false, true },
		{ true, 0, 0, 0, 0, false, false },
		{ true, 45, ABSENT, 60, 60, true, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_local local = { 0 };
		struct address_options *options =
			rows[i].dummy ? &local.address_config.dummy_interface
				      : &local.address_config.local_interface;
		struct lifetimes used;

		set(&options->valid_lifetime, rows[i].valid);
		set(&options->preferred_lifetime, rows[i].preferred);
		used = rows[i].dummy ? lifetimes_dummy(&local) : lifetimes_local(&local);
		ck_assert_msg(used.valid_s == rows[i].used_valid, "row %zu", i);
		ck_assert_msg(used.preferred_s == rows[i].used_preferred, "row %zu", i);
		ck_assert_msg(used.raised == rows[i].raised, "row %zu", i);
		ck_assert_msg(used.capped == rows[i].capped, "row %zu", i);
	}
}
END_TEST

Suite *suite_lifetimes(void)
{
	Suite *suite = suite_create("lifetimes");
	TCase *tcase = tcase_create("lifetimes");

	tcase_add_test(tcase, lifetimes_as_the_agent_uses_them);
	suite_add_tcase(suite, tcase);
	return suite;
}
