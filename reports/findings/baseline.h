/* SPDX-License-Identifier: Apache-2.0 */
/* The findings of a run, recorded so that they do not count again. */
#ifndef REPORTS_FINDINGS_BASELINE_H
#define REPORTS_FINDINGS_BASELINE_H

#include <stdio.h>

#include "config/objects/snapshot.h"
#include "validator/validate.h"

/*
 * Writes every finding that could count (not those that say PASS, and no IN011), and those
 * that only a baseline silenced, as YAML that config/objects/project.h reads: sorted by
 * identity, each once. Errors of `out` are left in it.
 */
void baseline_write(FILE *out, const struct validation *v, const struct snapshot *snapshot);

#endif
