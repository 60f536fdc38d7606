/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as workflow commands, which GitHub Actions turns into annotations. */
#ifndef REPORTS_FINDINGS_FINDINGS_GITHUB_H
#define REPORTS_FINDINGS_FINDINGS_GITHUB_H

#include <stdio.h>

#include "config/objects/snapshot.h"
#include "validator/validate.h"

/*
 * Writes `::error file=...,line=...,col=...::...` for every FAIL, `::warning` for WARN and
 * `::notice` for INFO, then the counts as a plain line. Errors of `out` are left in it.
 */
void findings_github(FILE *out, const struct validation *v, const struct snapshot *snapshot);

#endif
