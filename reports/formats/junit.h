/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML: a suite of cases that passed or failed, without times. */
#ifndef REPORTS_FORMATS_JUNIT_H
#define REPORTS_FORMATS_JUNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Begins the document and its one suite; `property` with its value, or NULL: none. */
void junit_begin_suite(FILE *out, const char *suite, uint32_t count, uint32_t failed,
		       const char *property, const char *value);

/* `detail` says why a case failed. */
void junit_write_case(FILE *out, const char *suite, const char *name, bool held,
		      const char *detail);

void junit_end_suite(FILE *out);

#endif
