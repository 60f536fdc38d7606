/* SPDX-License-Identifier: Apache-2.0 */
/* Many runs, and their parts, as simulate and merge have them. (S6.8) */
#ifndef CLI_SIMULATE_PARTS_H
#define CLI_SIMULATE_PARTS_H

#include "base/digest.h"
#include "base/text.h"
#include "cli/common.h"
#include "sim/run/many.h"

/* Which part of the work this process does. */
struct shard {
	bool given;
	uint32_t number, of; /* the number from 1 */
};

/*
 * Reads "I/K", or "auto" with or without "/K": then an Indexed Job of Kubernetes
 * (JOB_COMPLETION_INDEX, JOB_COMPLETIONS) or a job array of Slurm (SLURM_ARRAY_TASK_ID and its
 * kin: with "/K" the number of the task is that of the shard) says which. Returns NULL, or what
 * is wrong, in the arena.
 */
const char *shard_parse(struct shard *out, const char *value, struct arena *arena);

/*
 * What tells the inputs of a simulation from others: a digest of all files that were read, in
 * order, and of `options`, which says what else the runs depend on. Paths do not count. False
 * when a file cannot be read again, which is an error of the snapshot then.
 */
bool simulation_digest(struct snapshot *snapshot, const char *options,
		       uint8_t out[static SHA256_BYTES]);

/* A form of parts: its first line, and how many bytes may follow. */
struct part_form {
	const char *magic;
	size_t bytes_max;
};

/* The bytes of a part of one of these forms, of which those with shorter first lines come
 * first; of another file only the first ones. The file is read once, so it may be a pipe. False
 * after a message. */
bool part_read_file(const struct cli *cli, const char *path, const struct part_form *forms,
		    uint32_t count, struct text *out);

/* NULL, or that another version of the program wrote the part, in the arena. */
const char *part_version_mistake(const char *version, struct arena *arena);

/* False after a message when a part differs from the first one in `other` (NULL: it does not),
 * or its shard is there already. `of_shard` has the file of each shard, NULL: not yet. */
bool shards_go_together(const struct cli *cli, const char *path, const char *first,
			const char *other, const char *const *of_shard, uint32_t shard,
			uint32_t shards);

/* False after a message that names the shards that no file has. */
bool shards_are_whole(const struct cli *cli, const char *const *of_shard, uint32_t shards);

/* What the outputs of a shard, or of what is none, must not be; NULL: nothing. A shard that has
 * no output gets its part as one. `has` is what it has only some of: "of the runs". */
const char *shard_outputs_mistake(const struct cli *cli, struct outputs *outputs, bool shard,
				  const char *has);

/* Writes a report of many runs; `about` is the struct many_result. For common_write_reports().
 */
void many_write_report(const struct output *output, struct screen screen, void *about,
		       struct arena *scratch);

/* The exit status of many runs, after a message when the simulator is at fault. */
int many_status(const struct cli *cli, const struct many_result *result, bool objects_readable);

#endif
