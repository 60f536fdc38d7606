/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is reported of a sweep, and the merging of its parts: of other inputs or versions,
 * missing ones and doubled ones are named and nothing is reported. (S6.8)
 */
#include "cli/sweep_parts.h"

#include <string.h>

#include "base/text.h"
#include "cli/plots.h"
#include "cli/simulate_parts.h"

enum { SWEEP_TOP_TABLE = 20 };

/* ---- reports ---- */

struct sweep_report {
	const struct sweep_part *part;
	struct sweep_answer answer;
	struct remarks remarks;
};

/* How many of the worst losses an output shows. */
static uint32_t sweep_shown_in(const struct sweep_part *part, enum output_format format)
{
	if (part->top_given)
		return part->top == 0 ? SWEEP_ALL : (uint32_t)part->top;
	return format == OUTPUT_TABLE || format == OUTPUT_MARKDOWN ? SWEEP_TOP_TABLE
								   : SWEEP_ALL;
}

static void sweep_report_fill(struct sweep_report *out, const struct sweep_part *part,
			      const struct router_losses *routers, struct arena *arena)
{
	*out = (struct sweep_report){
		.part = part,
		.answer = { .sweep = part->sweep,
			    .routers = routers,
			    .label = part->label,
			    .pairs = part->pairs,
			    .triples = part->triples > 0,
			    .shown = SWEEP_ALL },
	};
	out->answer.remarks = &out->remarks;
	ARRAY_FOREACH (const struct sweep_note, note, &part->notes)
		ARRAY_ADD(arena, &out->remarks.list,
			  ((struct remark){ note->label, note->text }));
}

static void sweep_write(const struct output *output, struct screen screen, void *about,
			struct arena *scratch)
{
	struct sweep_report *report = about;

	report->answer.shown = sweep_shown_in(report->part, output->format);
	if (output->format == OUTPUT_TABLE)
		sweep_table(output->file, screen, &report->answer, scratch);
	else if (output->format == OUTPUT_MARKDOWN)
		sweep_markdown(output->file, &report->answer, scratch);
	else if (output->format == OUTPUT_JUNIT)
		sweep_junit(output->file, &report->answer);
	else if (output->format == OUTPUT_HTML)
		sweep_html(output->file, &report->answer, scratch);
	else
		common_write_tree(output, sweep_json(&report->answer, scratch));
}

void sweep_write_reports(const struct cli *cli, struct common *common,
			 const struct sweep_part *part, const struct router_losses *routers,
			 struct arena *arena)
{
	struct sweep_report report;

	sweep_report_fill(&report, part, routers, arena);
	common_write_reports(cli, common, sweep_write, &report);
}

bool sweep_draw_plots(const struct cli *cli, const char *folder, const struct sweep_part *part,
		      const struct router_losses *routers, struct arena *arena)
{
	struct sweep_report report;

	sweep_report_fill(&report, part, routers, arena);
	return plots_write(cli, folder, sweep_plots, SWEEP_PLOTS, &report.answer);
}

int sweep_part_status(const struct sweep_part *part)
{
	const struct sweep *sweep = part->sweep;
	const bool unreachable = sweep->unreachable > 0 || sweep->single.harmful > 0 ||
				 sweep->pairs.harmful > 0 || sweep->triples.harmful > 0 ||
				 (part->fails_unknown && sweep->unknown > 0);

	return part->unreadable || (part->fails_unreachable && unreachable) ? STATUS_FINDINGS
									    : STATUS_FINE;
}

/* ---- merging ---- */

/* The parts so far. */
struct sweep_merger {
	const struct cli *cli;
	struct arena *arena;
	struct sweep_part all;
	const char *const *paths;
	const char **of_shard;    /* the file of each shard; NULL: not read yet */
	const struct text *first; /* the bytes of the first part */
};

/* False after a message when a part does not go with those before it. */
static bool sweep_merge_goes_with(const struct sweep_merger *m, const char *path,
				  const struct sweep_part *part)
{
	const struct sweep_part *first = &m->all;
	const char *other = NULL;

	if (strcmp(part->version, first->version) != 0)
		other = "the version of purelbtool";
	else if (part->shards != first->shards)
		other = "the number of shards";
	else if (memcmp(part->inputs, first->inputs, SHA256_BYTES) != 0 ||
		 memcmp(part->body, first->body, SHA256_BYTES) != 0)
		other = "an input or an option";
	return shards_go_together(m->cli, path, m->paths[0], other, m->of_shard, part->shard,
				  part->shards);
}

/* Adds the part of one file, which is read into `arena`; false after a message. */
static bool sweep_merge_part(struct sweep_merger *m, const char *path, struct arena *arena)
{
	struct sweep_part part;
	struct text bytes = { 0 };
	const char *error = NULL;
	const struct text *all = m->of_shard == NULL ? m->first : &bytes;
	const bool read =
		all == m->first ||
		part_read_file(m->cli, path,
			       &(struct part_form){ sweep_part_magic, SWEEP_PART_BYTES_MAX }, 1,
			       &bytes);

	if (read)
		error = sweep_part_read(text_str(all), all->len, arena, &part);
	text_release(&bytes);
	if (!read)
		return false;
	if (error == NULL && m->of_shard == NULL)
		error = part_version_mistake(part.version, arena);
	if (error != NULL) {
		cli_error(m->cli, "cannot merge %s: %s", path, error);
		return false;
	}
	if (m->of_shard == NULL) {
		m->all = part;
		m->of_shard = arena_zalloc(m->arena, part.shards, sizeof(*m->of_shard));
	} else if (!sweep_merge_goes_with(m, path, &part)) {
		return false;
	} else {
		sweep_part_add(&m->all, &part, m->arena);
	}
	m->of_shard[part.shard - 1] = path;
	return true;
}

/* The first part is added to; of the others nothing but what was added is needed any longer. */
static bool sweep_merge_add(struct sweep_merger *m, const char *path)
{
	struct arena scratch;
	bool fine;

	if (m->of_shard == NULL)
		return sweep_merge_part(m, path, m->arena);
	arena_init(&scratch);
	fine = sweep_merge_part(m, path, &scratch);
	arena_release(&scratch);
	return fine;
}

int sweep_merge(const struct cli *cli, struct common *common, const struct text *first,
		const char *const *paths, uint32_t count)
{
	struct arena arena;
	struct sweep_merger m = { .cli = cli, .arena = &arena, .paths = paths, .first = first };
	int status = STATUS_TROUBLE;
	bool fine = true;

	arena_init(&arena);
	for (uint32_t i = 0; fine && i < count; i++)
		fine = sweep_merge_add(&m, paths[i]);
	if (fine && shards_are_whole(cli, m.of_shard, m.all.shards) &&
	    outputs_open(&common->outputs, cli)) {
		sweep_part_finish(&m.all);
		sweep_write_reports(cli, common, &m.all, NULL, &arena);
		if (outputs_finish(&common->outputs, cli))
			status = sweep_part_status(&m.all);
	}
	arena_release(&arena);
	return status;
}
