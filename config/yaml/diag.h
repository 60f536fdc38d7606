/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where something is and what is said about it: positions, and the problems that reading
 * the input brings up. The validator turns problems into findings.
 */
#ifndef CONFIG_YAML_DIAG_H
#define CONFIG_YAML_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"

struct object;

/* A place in an input. Lines and columns count from 1, columns in characters. */
struct pos {
	uint32_t source; /* number of the source in the snapshot plus 1; 0: no place */
	uint32_t line;
	uint32_t column;
};

/* Another place that a finding speaks of: the other side of a conflict. */
struct related {
	const char *message;
	struct pos pos;
};

/* What is said about one place. All text lives in the snapshot's arena. */
struct diag {
	const struct object *object; /* whose finding it is; NULL when nobody's */
	struct pos pos;
	const char *path;    /* `spec.local.v4pools[0].pool`; NULL when there is none */
	const char *message; /* one sentence, no full stop needed */
	const char *hint;    /* what to change; NULL when there is nothing to say */
	ARRAY_OF(struct related) related;
	bool inferred;     /* rests on a guess about subnets or defaults */
	bool confidential; /* a password stands there: reports do not show the line */
};

enum problem_kind {
	PROBLEM_SYNTAX,        /* text that is not YAML or JSON, or beyond a bound */
	PROBLEM_INCOMPLETE,    /* no apiVersion, kind or name, or a name that cannot be one */
	PROBLEM_UNKNOWN_FIELD, /* a field that the kind does not have */
	PROBLEM_WRONG_TYPE,
	PROBLEM_RULE, /* required, enum, pattern, bounds, item counts */
	PROBLEM_DUPLICATE_KEY,
	PROBLEM_OLD_API,   /* purelb.io/v1 and other versions that v2 does not read */
	PROBLEM_INVENTORY, /* a value in a NodeInventory that cannot be */
	PROBLEM_KINDS,     /* how many there are */
};

struct problem {
	enum problem_kind kind;
	bool missing; /* of PROBLEM_RULE: a required field is not there */
	struct diag diag;
};

#endif
