/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool validate: every check over the inputs, silenced as the project and the command
 * line say, in any number of reports. The exit status follows the threshold: --fail-on, else
 * --strict, else failOn of the project, else FAIL.
 */
#include "cli/cli.h"

#include <string.h>

#include "base/text.h"
#include "cli/common.h"
#include "cli/fix.h"
#include "purelb/agents/cluster.h"
#include "reports/findings/findings.h"
#include "reports/model/json_yaml.h"
#include "config/repository/repository.h"
#include "validator/together.h"
#include "validator/validate.h"

/* ---- the options ---- */

static const char *const validate_levels[] = { "FAIL", "WARN", "INFO", NULL };

enum { FIX_SAFE_ONLY, FIX_UNSAFE_ALSO };
static const char *const validate_fixes[] = { "safe", "unsafe", NULL };

struct settings {
	struct common common;
	bool strict;
	bool quiet;
	bool verbose;
	struct option_number fail_on; /* by index in validate_levels; overrides --strict */
	struct option_number max_findings;
	struct validate_options validate;
	struct option_number fix; /* by index in validate_fixes */
	bool diff;
};

static const char *validate_add_baseline(void *settings, const struct option_spec *option,
					 const char *value)
{
	(void)option;
	return outputs_add_baseline(&((struct settings *)settings)->common.outputs, value);
}

static const struct option_spec validate_options[] = {
	COMMON_NAMESPACE,
	{ .name = "quiet",
	  .letter = 'q',
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct settings, quiet),
	  .help = "print only findings in the table: neither PASS nor the summary" },
	{ .name = "verbose",
	  .letter = 'v',
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct settings, verbose),
	  .help = "list in the table each file with its class, every place of similar "
		  "findings, and everything that was not checked" },
	{ .name = "each",
	  .argument = "DIR",
	  .kind = OPTION_TEXT,
	  .completes = COMPLETES_FOLDERS,
	  .offset = offsetof(struct common, each),
	  .help = "treat every subfolder of DIR as a cluster: each is checked by itself, then "
		  "against the others" },
	{ .name = "fix",
	  .kind = OPTION_CHOICE,
	  .choices = validate_fixes,
	  .bare = "safe",
	  .offset = offsetof(struct settings, fix),
	  .help = "write the fixes that keep what was meant into the files; --fix=unsafe also "
		  "writes those that change what happens" },
	OPT_FLAG("diff", diff, "print what --fix would change, and write nothing"),
	OPT_FLAG("strict", strict, "fail on warnings, as --fail-on WARN does"),
	OPT_CHOICE("fail-on", "LEVEL", fail_on, validate_levels,
		   "exit with 1 when there are findings of this severity or above: FAIL (the "
		   "default), WARN or INFO"),
	COMMON_OUTPUT(
		output_formats_findings,
		"table (the default), json, yaml, sarif, junit, github (workflow commands), "
		"gcc (a line each), markdown, codeclimate (GitLab) or html"),
	COMMON_REQUIRE,
	OPT_NUMBER("max-findings", 0, "NUMBER", max_findings, 0, UINT32_MAX,
		   "list at most this many findings of one code and count the others (default: "
		   "1000; 0: list all)"),
	COMMON_JUDGING_ROWS,
	OPT_VALUE("write-baseline", "FILE", COMPLETES_FILES, validate_add_baseline,
		  "record the findings in FILE, for --baseline; this run still reports them"),
	{ .name = "prune-baseline",
	  .kind = OPTION_FLAG,
	  .offset = offsetof(struct common, prune_baseline),
	  .help = "remove from the baseline what is no longer found" },
	COMMON_ROWS,
};

static const struct help_row validate_statuses[] = {
	{ "0", "no findings at or above the threshold (see --strict and --fail-on)" },
	{ "1", "findings at or above the threshold" },
	COMMON_TROUBLE,
	{ NULL, NULL },
};

static const struct help_row validate_examples[] = {
	{ "purelbtool validate manifests/", "check every YAML and JSON file below a folder" },
	{ "helm template purelb purelb/purelb | purelbtool validate --strict",
	  "check what a chart renders; warnings also fail the pipeline" },
	{ "purelbtool validate -o table -o json=report.json pools.yaml nodes.yaml",
	  "with the nodes' description, for people and for programs" },
	{ "purelbtool validate --write-baseline known.yaml manifests/",
	  "record what is wrong now; then --baseline known.yaml shows only what is new" },
	{ "purelbtool validate --diff manifests/", "show what --fix would change" },
	{ "purelbtool validate -o github -o sarif=purelb.sarif manifests/",
	  "annotations on a pull request, and a file for code scanning" },
	{ NULL, NULL },
};

/* ---- the run ---- */

static enum severity validate_threshold(const struct settings *s)
{
	enum severity threshold = SEVERITY_FAIL;

	if (s->fail_on.given)
		severity_parse(validate_levels[s->fail_on.value], &threshold);
	else if (s->strict)
		threshold = SEVERITY_WARN;
	else if (s->common.project.file.fail_on.s != NULL)
		severity_parse(s->common.project.file.fail_on.s, &threshold);
	return threshold;
}

struct run {
	const struct cli *cli;
	const struct settings *settings;
	const struct snapshot *snapshot;
	enum severity threshold;
	struct validation validation;
};

/* What could not be read might have findings, which would then look fixed. */
static void validate_write_baseline(const struct run *run, struct output *output)
{
	if (run->snapshot->sources.errors.count == 0) {
		baseline_write(output->file, &run->validation, run->snapshot);
		return;
	}
	cli_error(run->cli, "not writing %s, since not all of the input could be read",
		  output->path);
	outputs_cancel(output);
}

/* The same; a baseline in which nothing is stale stays as it is. */
static void validate_prune_baseline(const struct run *run, struct output *output)
{
	const struct silencings *silencings = &run->settings->common.project.silencings;

	if (run->snapshot->sources.errors.count > 0)
		validate_write_baseline(run, output);
	else if (!baseline_prune(output->file, silencings, &run->validation))
		outputs_cancel(output);
}

static void validate_write(struct run *run, struct output *output)
{
	const struct validation *found = &run->validation;
	const struct table_options table = {
		.screen = common_screen(run->cli, &run->settings->common, output),
		.quiet = run->settings->quiet,
		.verbose = run->settings->verbose,
	};
	cJSON *tree;

	switch (output->format) {
	case OUTPUT_TABLE:
		findings_table(output->file, found, run->snapshot, &table);
		break;
	case OUTPUT_SARIF:
		tree = findings_sarif(found, run->snapshot, PURELBTOOL_VERSION);
		json_write(output->file, tree);
		cJSON_Delete(tree);
		break;
	case OUTPUT_JUNIT:
		findings_junit(output->file, found, run->snapshot, run->threshold);
		break;
	case OUTPUT_GITHUB:
		findings_github(output->file, found, run->snapshot);
		break;
	case OUTPUT_GCC:
		findings_gcc(output->file, found, run->snapshot);
		break;
	case OUTPUT_MARKDOWN:
		findings_markdown(output->file, found, run->snapshot);
		break;
	case OUTPUT_CODECLIMATE:
		tree = findings_codeclimate(found, run->snapshot);
		json_write(output->file, tree);
		cJSON_Delete(tree);
		break;
	case OUTPUT_HTML:
		findings_html(output->file, found, run->snapshot);
		break;
	case OUTPUT_BASELINE:
		validate_write_baseline(run, output);
		break;
	case OUTPUT_PRUNED:
		validate_prune_baseline(run, output);
		break;
	default:
		common_write_tree(output, findings_json(found, run->snapshot));
	}
}

static bool validate_threshold_reached(const struct run *run)
{
	for (unsigned s = run->threshold; s <= SEVERITY_FAIL; s++) {
		if (run->validation.count[s] > 0)
			return true;
	}
	return false;
}

enum { MAX_FINDINGS_DEFAULT = 1000 };

/* How many findings of a code there are. */
struct tally {
	uint32_t listed;
	uint32_t also; /* that those in the list stand for */
	uint32_t left_out;
};

/* Whether the finding stays in the list, with as many of those that it stands for as have room.
 */
static bool validate_keep(struct finding *f, struct tally *tally, uint32_t most)
{
	const uint32_t count = f->also.count;

	if (tally->listed == most) {
		tally->left_out += 1 + count;
		return false;
	}
	tally->listed++;
	if (count > most - tally->also) {
		f->also.count = most - tally->also;
		f->related.count -= count - f->also.count;
		tally->left_out += count - f->also.count;
	}
	tally->also += f->also.count;
	return true;
}

/* Leaves at most so many findings of one code in the list, and as many that these stand for;
 * the counts stay. Messages say how many are not listed. */
static void validate_shorten(struct run *run)
{
	const struct option_number *given = &run->settings->max_findings;
	const uint32_t most = given->given ? (uint32_t)given->value : MAX_FINDINGS_DEFAULT;
	struct finding_sink *list = &run->validation.findings;
	struct tally tallies[CHECK_COUNT] = { 0 };
	uint32_t kept = 0;

	if (most == 0)
		return;
	for (uint32_t i = 0; i < list->count; i++) {
		struct finding *f = &list->items[i];

		if (f->code >= CHECK_COUNT || validate_keep(f, &tallies[f->code], most))
			list->items[kept++] = *f;
	}
	list->count = kept;
	for (uint32_t code = 0; code < CHECK_COUNT; code++) {
		const uint32_t left_out = tallies[code].left_out;

		if (left_out > 0)
			cli_error(run->cli,
				  "%u more %s %s not listed: --max-findings 0 lists all",
				  left_out, check_table[code].code,
				  left_out == 1 ? "finding is" : "findings are");
	}
}

/* Validates each of several clusters, and then one against another. */
static bool validate_all(struct run *run, struct settings *s, struct snapshot *together,
			 struct cluster *clusters, struct validation *found)
{
	const struct loaded_inputs *loaded = &s->common.loaded;
	struct cluster_members members = { .declared = loaded->clusters.declared };

	for (uint32_t i = 0; i < loaded->list.count; i++) {
		const struct cluster_member member = {
			.name = loaded->clusters.list.items[i].name,
			.site = loaded->clusters.list.items[i].site,
			.snapshot = loaded->list.items[i],
			.cluster = &clusters[i],
			.found = &found[i],
		};

		project_place(&s->common.project, member.snapshot);
		common_resolve(&s->common, member.snapshot, &clusters[i]);
		validate(&found[i], member.snapshot, &clusters[i], &s->validate,
			 &s->common.project.silencings);
		ARRAY_ADD(&s->common.arena, &members.list, member);
	}
	project_forget_places(&s->common.project);
	run->snapshot = together;
	validate_together(&run->validation, together, &members, &s->validate,
			  &s->common.project.silencings);
	return common_inputs_readable(run->cli, together);
}

/* ---- fixes ---- */

static bool validate_fixes_asked(const struct settings *s)
{
	return s->fix.given || s->diff;
}

/* What --fix and --diff print goes to standard output in place of a report. */
static bool validate_prints_fixes(const struct settings *s)
{
	return s->diff || (s->fix.given && fix_prints_text(&s->common));
}

static void validate_fixed(void *about, struct fix_state *state)
{
	struct settings *s = about;

	project_place(&s->common.project, state->snapshot);
	common_resolve(&s->common, state->snapshot, state->cluster);
	validate(&state->found, state->snapshot, state->cluster, &s->validate,
		 &s->common.project.silencings);
}

/* Fixes what can be fixed; the run goes on with what is left. */
static bool validate_fix(struct run *run, struct settings *s, struct fix_state *state)
{
	const struct fix_request request = {
		.unsafe = s->fix.given && s->fix.value == FIX_UNSAFE_ALSO,
		.diff = s->diff,
		.validate = validate_fixed,
		.about = s,
	};
	const bool fine = fix_run(run->cli, &s->common, &request, state);

	run->snapshot = state->snapshot;
	run->validation = state->found;
	return fine;
}

/* False after a message when the options for fixes do not go with the others. */
static bool validate_can_fix(const struct cli *cli, const struct settings *s)
{
	if (!validate_fixes_asked(s))
		return true;
	if (s->common.loaded.list.count > 1) {
		cli_error(cli, "--fix and --diff take one cluster: name it with --cluster");
		return false;
	}
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		if (output->path != NULL || output->format == OUTPUT_TABLE ||
		    !validate_prints_fixes(s))
			continue;
		cli_error(cli, "the fixed text goes to standard output: give the report a "
			       "file, as in --output json=FILE");
		return false;
	}
	return true;
}

static bool validate_report(struct run *run, struct settings *s)
{
	bool fine;

	/* A baseline records them all. */
	ARRAY_FOREACH (struct output, output, &s->common.outputs.list)
		if (output_is_baseline(output))
			validate_write(run, output);
	validation_gather(&run->validation, run->snapshot);
	validate_shorten(run);
	ARRAY_FOREACH (struct output, output, &s->common.outputs.list)
		if (!output_is_baseline(output) &&
		    (output->path != NULL || !validate_prints_fixes(s)))
			validate_write(run, output);
	fine = outputs_finish(&s->common.outputs, run->cli);
	return common_lacks_nothing(run->cli, &s->common, run->validation.have) && fine;
}

/* Validates what was loaded and reports it; the exit status. */
static int validate_run(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	struct project *project = &s->common.project;
	struct run run = {
		.cli = cli,
		.settings = s,
		.snapshot = snapshot,
		.threshold = validate_threshold(s),
	};
	const uint32_t count = s->common.loaded.list.count;
	struct cluster *clusters = arena_zalloc(&s->common.arena, count, sizeof(*clusters));
	struct validation *found = arena_zalloc(&s->common.arena, count, sizeof(*found));
	struct snapshot *together = config_load(NULL, 0, NULL);
	struct fix_state state = { .snapshot = snapshot, .cluster = &clusters[0] };
	bool fine;

	s->validate = common_validate_options(&s->common);
	fine = validate_can_fix(cli, s);
	fine = fine &&
	       project_load_baseline(cli, project, s->common.baseline, &s->common.arena);
	if (fine && count > 1) {
		fine = validate_all(&run, s, together, clusters, found);
		fine = validate_report(&run, s) && fine;
	} else if (fine) {
		fine = common_inputs_readable(cli, snapshot);
		project_place(project, snapshot);
		common_resolve(&s->common, snapshot, &clusters[0]);
		validate(&run.validation, snapshot, &clusters[0], &s->validate,
			 &project->silencings);
		if (fine && validate_fixes_asked(s)) {
			state.found = run.validation;
			fine = validate_fix(&run, s, &state);
		}
		fine = validate_report(&run, s) && fine;
	}
	if (state.loaded.list.count > 0)
		fix_state_release(&state);
	for (uint32_t i = 0; i < count; i++)
		cluster_release(&clusters[i]);
	snapshot_release(together);
	if (!fine)
		return STATUS_TROUBLE;
	return validate_threshold_reached(&run) ? STATUS_FINDINGS : STATUS_FINE;
}

const struct command_spec validate_command = {
	.name = "validate",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "check manifests: what is wrong, where, and what to change",
	.description =
		"Checks the objects that configure PureLB, against each other and against "
		"the nodes if the input describes them. " COMMON_INPUTS
		" All *.yaml, *.yml and *.json files below a folder are read.",
	.options = validate_options,
	.statuses = validate_statuses,
	.examples = validate_examples,
	.settings_size = sizeof(struct settings),
	.several_clusters = true,
	.answer = validate_run,
};
