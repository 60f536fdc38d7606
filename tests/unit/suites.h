/* SPDX-License-Identifier: Apache-2.0 */
/* Every suite of unit tests: one function for each tests/unit/test_<module>.c. */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <check.h>

Suite *suite_arena(void);
Suite *suite_digest(void);
Suite *suite_duration(void);
Suite *suite_ip(void);
Suite *suite_nearest(void);
Suite *suite_random(void);
Suite *suite_regex(void);
Suite *suite_text(void);

#endif
