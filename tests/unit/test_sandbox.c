/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the sandbox. Each test is a process of its own, which may enter it for good. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/sandbox.h"
#include "tests/unit/suites.h"

static const int families[] = { AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET };

START_TEST(no_socket_of_any_family)
{
	int pair[2];

	if (!sandbox_enter(false))
		return; /* the kernel has none */
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		errno = 0;
		ck_assert_int_eq(socket(families[i], SOCK_DGRAM, 0), -1);
		ck_assert_int_eq(errno, EPERM);
	}
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), -1);
	ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(programs_that_are_started_are_in_it_as_well)
{
	FILE *pipe;
	char word[8] = "";

	if (!sandbox_enter(true))
		return;
	pipe = popen("sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status", "r");
	ck_assert_ptr_nonnull(pipe);
	ck_assert_ptr_nonnull(fgets(word, sizeof(word), pipe));
	ck_assert_str_eq(word, "2\n");
	ck_assert_int_eq(pclose(pipe), 0);
}
END_TEST

START_TEST(no_program_unless_it_is_wanted)
{
	char name[] = "true";
	char *const words[] = { name, NULL };

	if (!sandbox_enter(false))
		return;
	errno = 0;
	ck_assert_int_eq(execv("/bin/true", words), -1);
	ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(files_are_left_alone)
{
	FILE *file;

	sandbox_enter(false);
	file = tmpfile();
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs("text", file), 0);
	ck_assert_int_eq(fclose(file), 0);
}
END_TEST

Suite *suite_sandbox(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *tcase = tcase_create("sandbox");

	tcase_add_test(tcase, no_socket_of_any_family);
	tcase_add_test(tcase, programs_that_are_started_are_in_it_as_well);
	tcase_add_test(tcase, no_program_unless_it_is_wanted);
	tcase_add_test(tcase, files_are_left_alone);
	suite_add_tcase(suite, tcase);
	return suite;
}
