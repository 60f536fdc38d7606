/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the runs of a plan as files: of other inputs, seeds or versions, missing ones and
 * doubled ones are named and nothing is reported. (S6.8)
 */
#include "cli/plan_parts.h"

#include <string.h>

#include "base/text.h"

const char plan_part_magic[] = "purelbtool plan part 2\n";

enum { PLAN_WORDS_MAX = 1 << 16 };

bool plan_part_has_option(const struct option_spec *option)
{
	static const char *const others[] = { "output", "shard", "color", "no-sandbox",
					      "help" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (str_equal(option->name, others[i]))
			return false;
	}
	return !option->runs_programs;
}

/* The command line as it was given. */
static void plan_words(const struct arguments *arguments, struct arena *arena,
		       struct name_list *out)
{
	ARRAY_FOREACH (const struct given_option, given, &arguments->options) {
		const char *name = given->option->name;

		if (!plan_part_has_option(given->option))
			continue;
		ARRAY_ADD(arena, &out->list,
			  given->value != NULL
				  ? arena_printf(arena, "--%s=%s", name, given->value)
				  : arena_printf(arena, "--%s", name));
	}
	ARRAY_ADD(arena, &out->list, "--");
	ARRAY_FOREACH (const char *const, operand, &arguments->operands)
		ARRAY_ADD(arena, &out->list, *operand);
}

/* ---- writing ---- */

bool plan_identify(const struct cli *cli, const struct common *common,
		   struct snapshot *snapshot, struct part_identity *identity)
{
	struct snapshot *settings = common->project.settings;
	struct name_list words = { 0 };
	struct text options = { 0 };
	bool fine;

	plan_words(common->arguments, &snapshot->arena, &words);
	ARRAY_FOREACH (const char *const, word, &words.list) {
		/* What part_difference() has a name for. */
		if (!str_has_prefix(*word, "--seed=") && !str_has_prefix(*word, "--runs="))
			text_printf(&options, "%s\n", *word);
	}
	ARRAY_FOREACH (const struct substitution, one, &common->substitutions.list)
		text_printf(&options, "%s=%s\n", one->key, one->value);
	fine = settings == NULL || simulation_digest(settings, "settings", identity->inputs);
	if (settings != NULL)
		text_add_bytes(&options, (const char *)identity->inputs, SHA256_BYTES);
	fine = fine && simulation_digest(snapshot, text_str(&options), identity->inputs);
	text_release(&options);
	return fine || common_inputs_readable(cli, snapshot);
}

bool plan_write_parts(const struct cli *cli, struct common *common,
		      const struct part_identity *identity, const struct text *body)
{
	struct name_list words = { 0 };
	struct text bytes = { 0 };
	bool fine;

	plan_words(common->arguments, &common->arena, &words);
	text_add(&bytes, plan_part_magic);
	part_add_identity(&bytes, identity);
	packed_add_number(&bytes, words.list.count);
	ARRAY_FOREACH (const char *const, word, &words.list)
		packed_add_text(&bytes, *word);
	text_add_bytes(&bytes, text_str(body), body->len);
	packed_seal(&bytes);
	fine = bytes.len <= PLAN_PART_BYTES_MAX;
	if (!fine)
		cli_error(cli, "the part would be larger than 128 MiB, more than merge reads: "
			       "distribute the runs over more shards");
	ARRAY_FOREACH (const struct output, output, &common->outputs.list) {
		if (fine)
			fwrite(text_str(&bytes), 1, bytes.len, output->file);
	}
	text_release(&bytes);
	return fine;
}

const char *plan_input_mistake(const struct snapshot *snapshot, struct arena *arena)
{
	ARRAY_FOREACH (const struct source, source, &snapshot->sources.list) {
		if (source->spool != NULL)
			return arena_printf(arena,
					    "--shard cannot use %s: merge reads all inputs "
					    "again, so they have to be files",
					    source->name);
	}
	return NULL;
}

/* ---- reading ---- */

/* A part as it is read. */
struct plan_part {
	struct part_identity identity;
	struct name_list words;
	struct timed_part timed;
};

static const char *plan_part_read(const struct text *bytes, struct arena *arena,
				  struct plan_part *out)
{
	struct packed in;
	uint32_t first;
	/* The body is read later. */
	const void *kept = memcpy(arena_alloc(arena, bytes->len), text_str(bytes), bytes->len);
	const char *damage = packed_open(&in, kept, bytes->len, plan_part_magic,
					 "it is not a part written by plan --shard");
	uint64_t words;

	*out = (struct plan_part){ 0 };
	if (damage != NULL)
		return damage;
	part_read_identity(&in, arena, &out->identity);
	words = packed_number_to(&in, PLAN_WORDS_MAX);
	for (uint64_t i = 0; i < words && !in.broken; i++) {
		const char *word = packed_text(&in, arena);

		in.broken |= word == NULL;
		ARRAY_ADD(arena, &out->words.list, word);
	}
	if (in.broken)
		return "it was not written by this program";
	part_runs(out->identity.runs, out->identity.shard, out->identity.shards, &first,
		  &out->timed.runs);
	out->timed.body = in;
	return NULL;
}

/* Reads one part and puts it in its place; false after a message. */
static bool plan_add_part(const struct cli *cli, const struct text *bytes, const char *path,
			  const char *first, const char ***of_shard, struct arena *arena,
			  struct plan_parts *all)
{
	struct plan_part part;
	const char *error = plan_part_read(bytes, arena, &part);
	const uint32_t shards = part.identity.shards;

	if (error == NULL && *of_shard == NULL)
		error = part_version_mistake(part.identity.version, arena);
	if (error != NULL) {
		cli_error(cli, "cannot merge %s: %s", path, error);
		return false;
	}
	if (*of_shard == NULL) {
		*of_shard = arena_zalloc(arena, shards, sizeof(**of_shard));
		all->identity = part.identity;
		all->words = part.words;
		all->timed.list.items =
			arena_zalloc(arena, shards, sizeof(*all->timed.list.items));
		all->timed.list.count = shards;
	}
	if (!shards_go_together(cli, path, first,
				part_difference(&part.identity, &all->identity), *of_shard,
				part.identity.shard, shards))
		return false;
	(*of_shard)[part.identity.shard - 1] = path;
	all->timed.list.items[part.identity.shard - 1] = part.timed;
	return true;
}

bool plan_read_parts(const struct cli *cli, const struct text *first, const char *const *paths,
		     uint32_t count, struct arena *arena, struct plan_parts *out)
{
	const struct part_form form = { plan_part_magic, PLAN_PART_BYTES_MAX };
	const char **of_shard = NULL;
	bool fine = true;

	*out = (struct plan_parts){ .words = { .list = { 0 } } };
	for (uint32_t i = 0; fine && i < count; i++) {
		struct text bytes = { 0 };

		fine = i == 0 || part_read_file(cli, paths[i], &form, 1, &bytes);
		fine = fine && plan_add_part(cli, i == 0 ? first : &bytes, paths[i], paths[0],
					     &of_shard, arena, out);
		text_release(&bytes);
	}
	return fine && shards_are_whole(cli, of_shard, out->identity.shards);
}
