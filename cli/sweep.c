/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool sweep: what every loss of one or two nodes, or racks, does. */
#include "cli/cli.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/plots.h"
#include "reports/sweep/sweep.h"
#include "reports/sweep/sweep_plots.h"

enum {
	OPT_NAMESPACE,
	OPT_OUTPUT,
	OPT_PAIRS,
	OPT_BY,
	OPT_DOWN,
	OPT_TOP,
	OPT_FAIL_ON_UNREACHABLE,
	OPT_PLOTS,
	OPT_AT,
	OPT_PURELB_VERSION,
	OPT_CONFIG,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = COMMON_NAMESPACE,
	[OPT_OUTPUT] = COMMON_OUTPUT_HTML,
	[OPT_PAIRS] = { "pairs", 0, NULL, NULL, "lose every two nodes at once, too" },
	[OPT_BY] = { "by", 0, "LABEL", NULL,
		     "lose all nodes with one value of this label at once, such as "
		     "topology.kubernetes.io/zone; with --pairs every two values" },
	[OPT_DOWN] = { "down", 0, "NODE", NULL,
		       "start from a cluster in which this node is switched off; may be "
		       "repeated" },
	[OPT_TOP] = { "top", 0, "N", NULL,
		      "show the N worst losses of each kind, 0: all (default: 20 in a table; "
		      "all single losses and 1000 pairs otherwise)" },
	[OPT_FAIL_ON_UNREACHABLE] = { "fail-on-unreachable", 0, NULL, NULL,
				      "exit with 1 when a loss leaves a VIP unreachable, or one "
				      "is already" },
	[OPT_PLOTS] = { "plots", 0, "FOLDER", NULL,
			"draw VIPs per node before and after, what each loss does and when VIPs "
			"are back, by gnuplot: as SVG and PNG, with data and scripts" },
	[OPT_AT] = COMMON_AT,
	[OPT_PURELB_VERSION] = COMMON_PURELB_VERSION,
	[OPT_CONFIG] = COMMON_CONFIG,
	[OPT_COLOR] = COMMON_COLOR,
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --fail-on-unreachable a "
	       "VIP is or becomes unreachable" },
	{ "2",
	  "usage error, such as an unknown node or label, an input that cannot be read, or "
	  "a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool sweep manifests/ nodes.yaml", "what the loss of each node does" },
	{ "purelbtool sweep --pairs --fail-on-unreachable manifests/ nodes.yaml",
	  "a pipeline that wants every VIP to survive any two nodes" },
	{ "purelbtool sweep --by topology.kubernetes.io/zone -o json manifests/ nodes.yaml",
	  "what the loss of each zone does, for programs" },
	{ NULL, NULL },
};

const struct command_spec sweep_spec = {
	.name = "sweep",
	.operands = "[INPUT]...",
	.summary = "what the loss of every node, rack or pair of them does",
	.description =
		"Loses every node in turn, with --pairs every two, with --by every rack or zone: "
		"the VIPs that move, those that nobody can announce any more, who takes over "
		"how many, and how long it takes until the last one is back. Worst losses come "
		"first. All losses are crashes of a cluster that had settled. INPUT is a file, "
		"a folder, or - for standard input, which is also read when there is no INPUT "
		"and it is not a terminal.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- the options ---- */

struct settings {
	struct common common;
	struct name_list down;
	const char *label;
	const char *plots; /* a folder; NULL: none */
	uint64_t top;
	bool top_given;
	bool pairs;
	bool fail_on_unreachable;
};

static const char *set_by(void *settings, const char *value)
{
	struct settings *s = settings;

	s->label = value;
	return NULL;
}

static const char *add_down(void *settings, const char *value)
{
	struct settings *s = settings;

	ARRAY_ADD(&s->common.arena, &s->down.list, value);
	return NULL;
}

static const char *set_top(void *settings, const char *value)
{
	struct settings *s = settings;

	if (!parse_u64(value, 0, SWEEP_ALL / 4, &s->top))
		return arena_printf(&s->common.arena, "--top \"%s\" is no number from 0 to %u",
				    value, SWEEP_ALL / 4);
	s->top_given = true;
	return NULL;
}

static const char *set_plots(void *settings, const char *value)
{
	struct settings *s = settings;

	if (value[0] == '\0')
		return "--plots names no folder";
	s->plots = value;
	return NULL;
}

static const struct common_own own[OPT_COUNT] = {
	[OPT_PAIRS] = { .flag = offsetof(struct settings, pairs) },
	[OPT_BY] = { .set = set_by },
	[OPT_DOWN] = { .set = add_down },
	[OPT_TOP] = { .set = set_top },
	[OPT_FAIL_ON_UNREACHABLE] = { .flag = offsetof(struct settings, fail_on_unreachable) },
	[OPT_PLOTS] = { .set = set_plots },
};

/* ---- the run ---- */

enum { TOP_TABLE = 20, TOP_PAIRS = 1000 };

/* How many of the worst losses an output shows. */
static uint32_t shown_in(const struct settings *s, enum output_format format)
{
	if (s->top_given)
		return s->top == 0 ? SWEEP_ALL : (uint32_t)s->top;
	return format == OUTPUT_TABLE ? TOP_TABLE : SWEEP_ALL;
}

/* How many pairs have to be kept for all outputs; 0: all. */
static uint32_t kept_pairs(const struct settings *s)
{
	return s->top_given ? (uint32_t)s->top : TOP_PAIRS;
}

static void offer_labels(struct nearest *nearest, const struct cluster *cluster)
{
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		ARRAY_FOREACH (const struct label, label, &node->labels.list)
			nearest_offer(nearest, label->key.s);
	}
}

/* True unless --by names a label that no node has. */
static bool label_known(const struct cli *cli, const char *label, const struct cluster *cluster)
{
	struct nearest nearest = { .word = label };

	if (label == NULL || cluster->nodes.count == 0)
		return true;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (label_map_get(&node->labels, label) != NULL)
			return true;
	}
	offer_labels(&nearest, cluster);
	if (nearest.best != NULL)
		cli_error(cli, "--by %s: no node has this label; did you mean %s?", label,
			  nearest.best);
	else
		cli_error(cli, "--by %s: no node has this label", label);
	return false;
}

static void write_reports(const struct cli *cli, const struct settings *s,
			  struct sweep_answer *answer)
{
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		struct arena scratch;

		arena_init(&scratch);
		answer->shown = shown_in(s, output->format);
		if (output->format == OUTPUT_TABLE)
			sweep_table(output->file, common_with_colour(cli, &s->common, output),
				    answer, &scratch);
		else if (output->format == OUTPUT_HTML)
			sweep_html(output->file, answer, &scratch);
		else
			common_write_tree(output, sweep_json(answer, &scratch));
		arena_release(&scratch);
	}
}

static bool any_unreachable(const struct sweep *sweep)
{
	return sweep->unreachable > 0 || sweep->single.harmful > 0 || sweep->pairs.harmful > 0;
}

/* Answers and reports; the exit status. */
static int sweep_and_report(const struct cli *cli, struct settings *s,
			    struct snapshot *snapshot, const struct cluster *cluster,
			    const bool *down)
{
	const struct allocation_options allocation = { .latest = s->common.latest };
	const struct sweep_options how = {
		.down = down,
		.label = s->label,
		.pairs = s->pairs,
		.keep = kept_pairs(s),
	};
	struct sweep_answer answer = { .label = s->label,
				       .pairs = s->pairs,
				       .at = s->common.at };
	bool fine = common_inputs_readable(cli, snapshot);
	struct allocations all;
	struct sweep sweep;
	bool readable;

	allocation_run(&all, cluster, &allocation, &snapshot->arena);
	sweep_run(&sweep, cluster, &all, &how, &snapshot->arena);
	answer.sweep = &sweep;
	answer.pending = common_count_pending(&all);
	write_reports(cli, s, &answer);
	fine &= outputs_finish(&s->common.outputs, cli);
	fine &= s->plots == NULL ||
		plots_write(cli, s->plots, sweep_plots, SWEEP_PLOTS, &answer);
	readable = common_objects_readable(cli, &s->common, snapshot, cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && !(s->fail_on_unreachable && any_unreachable(&sweep))
		       ? STATUS_FINE
		       : STATUS_FINDINGS;
}

static int answer(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	int status = STATUS_TROUBLE;
	struct cluster cluster;
	const bool *down;

	common_resolve(&s->common, snapshot, &cluster);
	down = common_take_down(cli, &cluster, &s->down, &snapshot->arena);
	if (down != NULL && label_known(cli, s->label, &cluster))
		status = sweep_and_report(cli, s, snapshot, &cluster, down);
	cluster_release(&cluster);
	return status;
}

int sweep_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	static const struct common_command command = {
		.spec = &sweep_spec,
		.help = OPT_HELP,
		.own = own,
		.answer = answer,
	};
	struct settings s = { .common.outputs.formats = output_formats_html };

	return common_run(cli, &command, &s.common, &s, argc, argv);
}
