/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a finding the same one in another run: its code, its resource and its path, but
 * not the line it is on or the words of its message. Baselines and fingerprints go by it.
 */
#ifndef VALIDATOR_IDENTITY_H
#define VALIDATOR_IDENTITY_H

#include "validator/check.h"

/* NULL: there is none. */
struct finding_identity {
	const char *code;
	const char *kind;
	const char *namespace;
	const char *name;
	const char *path;
	const char *cluster; /* of several */
	const char *file;    /* only of a finding without a resource: the file it is in */
};

/* Borrows all texts from the finding and the snapshot. */
struct finding_identity finding_identity(const struct finding *f,
					 const struct snapshot *snapshot);

/* <0, 0, >0: an order of identities. */
int identity_compare(const struct finding_identity *a, const struct finding_identity *b);

/* The name of a file without the "./" that some shells and people put before it. */
const char *plain_file_name(const char *name);

#endif
