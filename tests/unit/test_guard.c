/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of purelb/agents/guard.h. test: P1.2 */
#include "purelb/agents/guard.h"
#include "tests/unit/suites.h"

START_TEST(kernels_older_than_the_guard)
{
	static const struct {
		const char *release;
		bool too_old;
	} rows[] = {
		{ "5.15.0-91-generic", true },
		{ "6.5.13-1.el9.x86_64", true },
		{ "4.18.0-553.el8_10.x86_64", true },
		{ "6.5", true },
		{ "6.6", false },
		{ "6.6.0", false },
		{ "6.10.0-rc3", false },
		{ "6.12.107+deb13-amd64", false },
		{ "7.0.1", false },
		{ "10.2.0", false },
		{ "06.05.1", true },
		/* What cannot be read is not guessed. */
		{ "custom", false },
		{ "", false },
		{ "5", false },
		{ "5.", false },
		{ "v5.15.0", false },
		{ " 5.15.0", false },
		{ "5,15", false },
		{ "00005.15", false },
		{ "99999999999.1", false },
		{ "5.99999999999", false },
		{ NULL, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(guard_kernel_too_old(rows[i].release) == rows[i].too_old, "%s",
			      rows[i].release);
}
END_TEST

START_TEST(policy_is_closed_unless_open)
{
	struct lbnodeagent agent = { 0 };

	ck_assert(!guard_present(&agent));
	agent.local.at.set = true;
	ck_assert(!guard_present(&agent));
	agent.local.address_guard.at.set = true;
	ck_assert(guard_present(&agent));
	ck_assert(guard_fails_closed(&agent));
	agent.local.address_guard.failure_policy.s = "closed";
	ck_assert(guard_fails_closed(&agent));
	agent.local.address_guard.failure_policy.s = "open";
	ck_assert(!guard_fails_closed(&agent));
}
END_TEST

START_TEST(containers_that_can_load)
{
	static const struct {
		const char *capability;
		bool can;
	} rows[] = {
		{ "BPF", true },        { "CAP_BPF", true },   { "ALL", true },
		{ "NET_ADMIN", false }, { "bpf", false },      { "CAP_NET_RAW", false },
		{ "EBPF", false },      { "CAP_BPF2", false }, { "", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str_value added[] = { { .s = "NET_ADMIN" },
					     { .s = rows[i].capability } };
		struct container container = { 0 };

		container.capabilities_add.list.items = added;
		container.capabilities_add.list.count = 2;
		ck_assert_msg(guard_container_can_load(&container) == rows[i].can, "%s",
			      rows[i].capability);
		container.privileged = (struct bool_value){ .v = false, .set = true };
		ck_assert(guard_container_can_load(&container) == rows[i].can);
		container.privileged.v = true;
		ck_assert(guard_container_can_load(&container));
	}
}
END_TEST

Suite *suite_guard(void)
{
	Suite *suite = suite_create("guard");
	TCase *tcase = tcase_create("guard");

	tcase_add_test(tcase, kernels_older_than_the_guard);
	tcase_add_test(tcase, policy_is_closed_unless_open);
	tcase_add_test(tcase, containers_that_can_load);
	suite_add_tcase(suite, tcase);
	return suite;
}
