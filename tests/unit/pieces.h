/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots from several pieces of YAML text, for tests. */
#ifndef TESTS_UNIT_PIECES_H
#define TESTS_UNIT_PIECES_H

#include "config/objects/snapshot.h"
#include "purelb/agents/cluster.h"

/* A list of texts for load_pieces(). */
#define PIECES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Loads the texts, each a document of one file, up to a NULL. They must not have syntax
 * errors. The caller releases the snapshot. */
struct snapshot *load_pieces(const char *const *pieces);

/* What they are resolved to. The caller releases it. */
struct resolved {
	struct snapshot *snapshot;
	struct cluster cluster;
};
struct resolved resolve_pieces(const char *const *pieces);
void resolved_release(struct resolved *r);

#endif
