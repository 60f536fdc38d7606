/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool sweep: what every loss of one or two nodes, or racks, does to a cluster that had
 * settled. The losses themselves are worked out in sim/whatif/; nothing here takes time.
 */
#include "cli/cli.h"

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/plots.h"
#include "reports/sweep/sweep.h"

enum { SWEEP_TOP_TABLE = 20, SWEEP_TOP_PAIRS = 1000 };

struct settings {
	struct common common;
	struct name_list down;
	const char *label; /* --by; NULL: each node by itself */
	const char *plots; /* a folder; NULL: none */
	struct option_number top;
	bool pairs;
	bool routers;
	bool fail_on_unreachable;
};

static const struct option_spec sweep_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats_junit,
		      "table (the default), json, yaml, junit, html or markdown"),
	OPT_FLAG("pairs", pairs, "also lose every pair of nodes at once"),
	OPT_TEXT("by", "LABEL", COMPLETES_NOTHING, label,
		 "lose all nodes with one value of this label at once, such as "
		 "topology.kubernetes.io/zone; with --pairs also every pair of values"),
	OPT_FLAG("routers", routers,
		 "also lose every router, every pair of routers and every BGP session: "
		 "which prefixes of VIPs lose all paths, and how many paths the others keep"),
	COMMON_DOWN("start from a cluster in which this node is switched off"),
	OPT_NUMBER("top", 0, "N", top, 0, SWEEP_ALL / 4,
		   "show the N worst losses of each kind, 0: all (default: 20 in a table; all "
		   "single losses and 1000 pairs otherwise)"),
	OPT_FLAG("fail-on-unreachable", fail_on_unreachable,
		 "exit with 1 when a loss leaves a VIP unreachable, or one already is"),
	OPT_FOLDER_RUN(
		"plots", plots,
		"draw VIPs per node before and after, what each loss does and when VIPs are "
		"back, as SVG, with data and scripts for gnuplot, and as PNG where that is installed"),
	COMMON_REQUIRE,
	COMMON_AT,
	COMMON_ROWS,
};

static const struct help_row sweep_statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --fail-on-unreachable a "
	       "VIP is or becomes unreachable" },
	{ "2",
	  "usage error, such as an unknown node or label, an input that cannot be read, or "
	  "a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row sweep_examples[] = {
	{ "purelbtool sweep manifests/ nodes.yaml", "what the loss of each node does" },
	{ "purelbtool sweep --pairs --fail-on-unreachable manifests/ nodes.yaml",
	  "a pipeline that wants every VIP to survive the loss of any two nodes" },
	{ "purelbtool sweep --routers manifests/ inventory.yaml",
	  "which addresses survive the loss of any router or BGP session" },
	{ "purelbtool sweep --by topology.kubernetes.io/zone -o json manifests/ nodes.yaml",
	  "what the loss of each zone does, for programs" },
	{ NULL, NULL },
};

/* ---- the run ---- */

/* How many of the worst losses an output shows. */
static uint32_t sweep_shown_in(const struct settings *s, enum output_format format)
{
	if (s->top.given)
		return s->top.value == 0 ? SWEEP_ALL : (uint32_t)s->top.value;
	return format == OUTPUT_TABLE || format == OUTPUT_MARKDOWN ? SWEEP_TOP_TABLE
								   : SWEEP_ALL;
}

/* How many pairs have to be kept for all outputs; 0: all. */
static uint32_t sweep_kept_pairs(const struct settings *s)
{
	return s->top.given ? (uint32_t)s->top.value : SWEEP_TOP_PAIRS;
}

static void sweep_offer_labels(struct nearest *nearest, const struct cluster *cluster)
{
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		ARRAY_FOREACH (const struct label, label, &node->labels.list)
			nearest_offer(nearest, label->key.s);
	}
}

/* True unless --by names a label that no node has. */
static bool sweep_label_known(const struct cli *cli, const char *label,
			      const struct cluster *cluster)
{
	struct nearest nearest = { .word = label };

	if (label == NULL || cluster->nodes.count == 0)
		return true;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (label_map_get(&node->labels, label) != NULL)
			return true;
	}
	sweep_offer_labels(&nearest, cluster);
	if (nearest.best != NULL)
		cli_error(cli, "--by %s: no node has this label; did you mean %s?", label,
			  nearest.best);
	else
		cli_error(cli, "--by %s: no node has this label", label);
	return false;
}

struct sweep_report {
	const struct settings *settings;
	struct sweep_answer answer;
};

static void sweep_write(const struct output *output, bool color, void *about,
			struct arena *scratch)
{
	struct sweep_report *report = about;

	report->answer.shown = sweep_shown_in(report->settings, output->format);
	if (output->format == OUTPUT_TABLE)
		sweep_table(output->file, color, &report->answer, scratch);
	else if (output->format == OUTPUT_MARKDOWN)
		sweep_markdown(output->file, &report->answer, scratch);
	else if (output->format == OUTPUT_JUNIT)
		sweep_junit(output->file, &report->answer);
	else if (output->format == OUTPUT_HTML)
		sweep_html(output->file, &report->answer, scratch);
	else
		common_write_tree(output, sweep_json(&report->answer, scratch));
}

/* What is unknown before anything is lost counts only with --require. */
static bool sweep_any_unreachable(const struct sweep *sweep, unsigned required)
{
	return sweep->unreachable > 0 || sweep->single.harmful > 0 ||
	       sweep->pairs.harmful > 0 || (required != 0 && sweep->unknown > 0);
}

/* What is lost with routers, into the report. */
static void sweep_add_routers(struct sweep_report *report, struct snapshot *snapshot,
			      const struct cluster *cluster)
{
	const struct bgp_options how = { .daemon = BGP_FORK_1_1 };
	struct arena *arena = &snapshot->arena;
	struct bgp_cluster *bgp = arena_zalloc(arena, 1, sizeof(*bgp));
	struct router_losses *losses = arena_zalloc(arena, 1, sizeof(*losses));

	bgp_resolve(bgp, cluster, &how, arena);
	if (bgp->beyond != NULL)
		ARRAY_ADD(arena, &snapshot->sources.errors, bgp->beyond);
	router_losses_run(losses, bgp, arena);
	report->answer.routers = losses;
}

/* Answers and reports; the exit status. */
static int sweep_report_losses(const struct cli *cli, struct settings *s,
			       struct snapshot *snapshot, const struct cluster *cluster,
			       const bool *down)
{
	const struct sweep_options how = {
		.down = down,
		.label = s->label,
		.pairs = s->pairs,
		.keep = sweep_kept_pairs(s),
	};
	struct sweep_report report = {
		.settings = s,
		.answer = { .label = s->label, .pairs = s->pairs, .at = s->common.at.given },
	};
	struct allocations all;
	struct sweep sweep;
	bool fine, readable;

	if (s->routers)
		sweep_add_routers(&report, snapshot, cluster);
	fine = common_inputs_readable(cli, snapshot);
	allocation_run(&all, cluster, NULL, &snapshot->arena);
	sweep_run(&sweep, cluster, &all, &how, &snapshot->arena);
	report.answer.sweep = &sweep;
	report.answer.pending = common_pending(&all);
	common_write_reports(cli, &s->common, sweep_write, &report);
	fine &= outputs_finish(&s->common.outputs, cli);
	fine &= s->plots == NULL ||
		plots_write(cli, s->plots, sweep_plots, SWEEP_PLOTS, &report.answer);
	readable = common_objects_readable(cli, &s->common, snapshot, cluster);
	fine &= common_requirements_met(cli, &s->common, snapshot, cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && !(s->fail_on_unreachable &&
			     sweep_any_unreachable(&sweep, s->common.require))
		       ? STATUS_FINE
		       : STATUS_FINDINGS;
}

static int sweep_answer_inputs(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	int status = STATUS_TROUBLE;
	struct cluster cluster;
	const bool *down;

	common_resolve(&s->common, snapshot, &cluster);
	down = common_take_down(cli, &cluster, &s->down, &snapshot->arena);
	if (down != NULL && sweep_label_known(cli, s->label, &cluster))
		status = sweep_report_losses(cli, s, snapshot, &cluster, down);
	cluster_release(&cluster);
	return status;
}

const struct command_spec sweep_command = {
	.name = "sweep",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "what the loss of every node, rack or pair of them does",
	.description =
		"Loses every node in turn, with --pairs also every pair of nodes, with --by "
		"every rack or zone: the VIPs that move, those that no node can announce any "
		"longer, who takes over how many, and how long it takes until the last one is "
		"back. The worst losses come first. Every loss is a crash in a settled "
		"cluster. " COMMON_INPUTS,
	.options = sweep_options,
	.statuses = sweep_statuses,
	.examples = sweep_examples,
	.settings_size = sizeof(struct settings),
	.answer = sweep_answer_inputs,
};
