/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A check for loops of many rounds: ck_assert() tells the runner of every single one, this one
 * only of the failure. EXPECT(condition, format, ...)
 */
#ifndef TESTS_UNIT_EXPECT_H
#define TESTS_UNIT_EXPECT_H

#include <check.h>

#define EXPECT(condition, ...)                                                                 \
	do {                                                                                   \
		if (!(condition))                                                              \
			ck_abort_msg(__VA_ARGS__);                                             \
	} while (0)

#endif
