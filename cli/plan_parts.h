/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the runs of a plan. A part has the command line and what was seen in the runs; the
 * comparison is made again from the inputs, which have to be the same, by whoever merges the
 * parts. (S6.8)
 */
#ifndef CLI_PLAN_PARTS_H
#define CLI_PLAN_PARTS_H

#include "cli/common.h"
#include "cli/simulate_parts.h"
#include "sim/run/part.h"
#include "sim/whatif/diff_time.h"

/* The first line of every part of a plan. */
extern const char plan_part_magic[24];

enum { PLAN_PART_BYTES_MAX = 1 << 27 /* of one part */ };

/* All parts of a plan. */
struct plan_parts {
	struct part_identity identity; /* of the first */
	struct name_list words;        /* what plan was given */
	struct timed_parts timed;      /* by shard */
};

/* Fills in what tells the inputs and options from others; false after a message. */
bool plan_identify(const struct cli *cli, const struct common *common,
		   struct snapshot *snapshot, struct part_identity *identity);

/* Writes a part to every output; `body` is what diff_simulate() left. False after a message. */
bool plan_write_parts(const struct cli *cli, struct common *common,
		      const struct part_identity *identity, const struct text *body);

/* NULL, or why merge could not read an input again, in the arena. */
const char *plan_input_mistake(const struct snapshot *snapshot, struct arena *arena);

/* Reads all parts, of which `first` has the bytes of the first one, into the arena; false after
 * a message. */
bool plan_read_parts(const struct cli *cli, const struct text *first, const char *const *paths,
		     uint32_t count, struct arena *arena, struct plan_parts *out);

/* Whether a part has the option in its command line: not where a report goes to, nor what
 * starts programs. */
bool plan_part_has_option(const struct option_spec *option);

/* Merges parts of a plan and reports it as the outputs of `common` say; the exit status. In
 * plan.c. */
int plan_merge(const struct cli *cli, struct common *common, const struct text *first,
	       const char *const *paths, uint32_t count);

#endif
