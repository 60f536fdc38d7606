/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as JUnit XML, for the test reports of CI servers. */
#ifndef REPORTS_FINDINGS_FINDINGS_JUNIT_H
#define REPORTS_FINDINGS_FINDINGS_JUNIT_H

#include <stdio.h>

#include "config/objects/snapshot.h"
#include "validator/validate.h"

/*
 * One suite. Every finding is a test case: failed from severity `threshold` on, else passed
 * with its text as output; silenced ones and checks without their input are skipped ones, each
 * check that found nothing is one that passed, and an input that cannot be read is an error.
 * Names of cases hold no line numbers, so that servers know them again. Errors of `out` are
 * left in it.
 */
void findings_junit(FILE *out, const struct validation *v, const struct snapshot *snapshot,
		    enum severity threshold);

#endif
