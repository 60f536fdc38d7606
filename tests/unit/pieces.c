/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots from several pieces of YAML text. */
#include "tests/unit/pieces.h"

#include <check.h>

#include "base/text.h"
#include "tests/unit/load.h"

struct snapshot *load_pieces(const char *const *pieces)
{
	struct text yaml = { 0 };
	struct snapshot *snapshot;

	for (; *pieces != NULL; pieces++)
		text_printf(&yaml, "---\n%s\n", *pieces);
	snapshot = load_text(text_str(&yaml));
	ck_assert_msg(problem_count(snapshot, PROBLEM_SYNTAX) == 0, "%s", text_str(&yaml));
	text_release(&yaml);
	return snapshot;
}

struct resolved resolve_pieces(const char *const *pieces)
{
	struct resolved r = { .snapshot = load_pieces(pieces) };

	purelb_resolve(&r.cluster, r.snapshot);
	return r;
}

void resolved_release(struct resolved *r)
{
	cluster_release(&r->cluster);
	snapshot_release(r->snapshot);
}
