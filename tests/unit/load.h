/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots from YAML text, for tests. */
#ifndef TESTS_UNIT_LOAD_H
#define TESTS_UNIT_LOAD_H

#include "config/objects/snapshot.h"

/* Loads `len` bytes as one file; the caller releases the snapshot. */
struct snapshot *load_bytes(const char *text, size_t len);
/* The same for a C string. */
struct snapshot *load_text(const char *text);

/* How many problems of this kind there are. */
unsigned problem_count(const struct snapshot *s, enum problem_kind kind);
/* The first problem of this kind, or NULL. */
const struct finding *problem_first(const struct snapshot *s, enum problem_kind kind);

#endif
