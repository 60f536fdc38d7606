/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many runs as the command line has them: which of them a shard makes, how they are told from
 * those of other inputs, and what is reported of all, made at once or in parts. (S6.8)
 */
#include "cli/simulate_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/yaml/fix.h"
#include "reports/run/run.h"

/* ---- which shard ---- */

enum { SHARDS_MAX = 1 << 20 };

/* A number of digits alone, up to `max`. */
static bool shard_number(const char *s, size_t len, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(s[i] - '0');
		if (value > max)
			return false;
	}
	*out = (uint32_t)value;
	return len > 0;
}

/* A variable that a batch system sets: false when it is not set, or is no number. */
static bool shard_variable(const char *name, uint32_t *out)
{
	const char *value = getenv(name);

	return value != NULL && shard_number(value, strlen(value), UINT32_MAX - 1, out);
}

/* The task of a Slurm array. Where the number of shards is named, the task has the number of
 * its shard, so that some of them can be submitted again; else all tasks from MIN in steps of
 * STEP are the shards. */
static bool shard_of_slurm(struct shard *shard)
{
	uint32_t task, least = 0, step = 1;

	if (!shard_variable("SLURM_ARRAY_TASK_ID", &task))
		return false;
	if (shard->of != 0) {
		shard->number = task;
		return true;
	}
	(void)shard_variable("SLURM_ARRAY_TASK_MIN", &least);
	(void)shard_variable("SLURM_ARRAY_TASK_STEP", &step);
	if (task < least || step == 0 || (task - least) % step != 0)
		return false;
	shard->number = (task - least) / step + 1;
	(void)shard_variable("SLURM_ARRAY_TASK_COUNT", &shard->of);
	return true;
}

/* The Pod of an Indexed Job; Kubernetes does not say how many there are. */
static bool shard_of_kubernetes(struct shard *shard)
{
	uint32_t index;

	if (!shard_variable("JOB_COMPLETION_INDEX", &index))
		return false;
	shard->number = index + 1;
	if (shard->of == 0)
		(void)shard_variable("JOB_COMPLETIONS", &shard->of);
	return true;
}

const char *shard_parse(struct shard *out, const char *value, struct arena *arena)
{
	const char *slash = strchr(value, '/');
	const size_t len = slash != NULL ? (size_t)(slash - value) : strlen(value);
	const bool automatic = len == 4 && memcmp(value, "auto", len) == 0;

	*out = (struct shard){ .given = true };
	if ((slash == NULL && !automatic) ||
	    (slash != NULL &&
	     (!shard_number(slash + 1, strlen(slash + 1), SHARDS_MAX, &out->of) ||
	      out->of == 0)) ||
	    (!automatic && !shard_number(value, len, SHARDS_MAX, &out->number)))
		return arena_printf(arena,
				    "--shard takes I/K, such as 3/8 for the third of eight, or "
				    "auto, not \"%s\"",
				    value);
	if (automatic && !shard_of_kubernetes(out) && !shard_of_slurm(out))
		return "--shard auto finds neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID "
		       "in the environment";
	if (out->of == 0)
		return "--shard auto does not know how many shards there are: write auto/K";
	if (out->number == 0 || out->number > out->of)
		return arena_printf(arena,
				    "--shard %s: there is no shard %u of %u; they count from 1",
				    value, out->number, out->of);
	return NULL;
}

/* ---- what was run ---- */

bool simulation_digest(struct snapshot *snapshot, const char *options,
		       uint8_t out[static SHA256_BYTES])
{
	struct text all = { 0 };
	bool fine = true;

	text_printf(&all, "%s\n", options);
	for (uint32_t i = 0; fine && i < snapshot->sources.list.count; i++) {
		uint8_t digest[SHA256_BYTES];
		size_t len = 0;
		char *bytes = fix_read_source(&snapshot->sources, &snapshot->arena, i, &len);

		fine = bytes != NULL;
		if (fine)
			sha256(bytes, len, digest);
		text_add_bytes(&all, (const char *)digest, fine ? sizeof(digest) : 0);
		free(bytes);
	}
	sha256(text_str(&all), all.len, out);
	text_release(&all);
	return fine;
}

/* ---- the files of parts ---- */

bool part_read_file(const struct cli *cli, const char *path, const struct part_form *forms,
		    uint32_t count, struct text *out)
{
	FILE *file = fopen(path, "re");
	enum text_read read = file != NULL ? TEXT_READ_MORE : TEXT_READ_FAILED;

	for (uint32_t i = 0; i < count && read == TEXT_READ_MORE; i++) {
		read = text_add_stream(out, file, strlen(forms[i].magic) - out->len);
		if (read == TEXT_READ_MORE && str_equal(text_str(out), forms[i].magic)) {
			read = text_add_stream(out, file, forms[i].bytes_max);
			break;
		}
	}
	if (read == TEXT_READ_FAILED)
		cli_error(cli, "cannot read %s: %s", path, strerror(errno));
	if (file != NULL)
		fclose(file);
	return read != TEXT_READ_FAILED;
}

const char *part_version_mistake(const char *version, struct arena *arena)
{
	if (strcmp(version, PURELBTOOL_VERSION) == 0)
		return NULL;
	return arena_printf(arena,
			    "it was written by version %s, and this is %s: use that version",
			    version, PURELBTOOL_VERSION);
}

bool shards_go_together(const struct cli *cli, const char *path, const char *first,
			const char *other, const char *const *of_shard, uint32_t shard,
			uint32_t shards)
{
	if (other != NULL) {
		cli_error(cli, "%s and %s do not belong together: they differ in %s", path,
			  first, other);
		return false;
	}
	if (of_shard[shard - 1] == NULL)
		return true;
	cli_error(cli, "%s and %s are both shard %u of %u: name one of them", path,
		  of_shard[shard - 1], shard, shards);
	return false;
}

bool shards_are_whole(const struct cli *cli, const char *const *of_shard, uint32_t shards)
{
	enum { NAMED_MAX = 10 };
	uint32_t missing = 0;
	struct text names = { 0 };

	for (uint32_t i = 0; i < shards; i++) {
		if (of_shard[i] != NULL)
			continue;
		if (missing++ < NAMED_MAX)
			text_printf(&names, "%s%u", missing > 1 ? ", " : "", i + 1);
	}
	if (missing > NAMED_MAX)
		text_printf(&names, " and %u more", missing - NAMED_MAX);
	if (missing > 0)
		cli_error(cli, "%s %s of %u %s missing", missing == 1 ? "shard" : "shards",
			  text_str(&names), shards, missing == 1 ? "is" : "are");
	text_release(&names);
	return missing == 0;
}

const char *shard_outputs_mistake(const struct cli *cli, struct outputs *outputs, bool shard,
				  const char *has)
{
	const struct output part = { .format = OUTPUT_PART };

	if (shard && outputs->list.count == 0)
		ARRAY_ADD(&outputs->arena, &outputs->list, part);
	ARRAY_FOREACH (const struct output, output, &outputs->list) {
		if ((output->format == OUTPUT_PART) != shard)
			return shard ? arena_printf(&outputs->arena,
						    "a shard has only some %s: it writes "
						    "-o part[=FILE], and merge makes reports "
						    "of all",
						    has)
				     : "-o part needs --shard I/K";
		if (output->format == OUTPUT_PART && output->path == NULL && cli->out_tty)
			return "a part is not meant for a terminal: write -o part=FILE";
	}
	return NULL;
}

/* ---- what is reported ---- */

void many_write_report(const struct output *output, struct screen screen, void *about,
		       struct arena *scratch)
{
	const struct many_result *result = about;

	(void)scratch;
	if (output->format == OUTPUT_TABLE)
		many_table(output->file, result, screen);
	else if (output->format == OUTPUT_JUNIT)
		many_junit(output->file, result);
	else if (output->format == OUTPUT_MARKDOWN)
		many_markdown(output->file, result);
	else if (output->format == OUTPUT_HTML)
		many_html(output->file, result);
	else
		common_write_tree(output, many_json(result));
}

int many_status(const struct cli *cli, const struct many_result *result, bool objects_readable)
{
	bool held = true;

	if (result->broken != NULL) {
		cli_error(cli, "the simulator is at fault: %s (seed %llu)", result->broken,
			  (unsigned long long)result->broken_seed);
		return STATUS_TROUBLE;
	}
	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions)
		held &= a->held_in == result->done;
	return held && result->done == result->runs && result->cut_off == 0 && objects_readable
		       ? STATUS_FINE
		       : STATUS_FINDINGS;
}
