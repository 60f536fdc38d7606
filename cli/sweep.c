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
#include "cli/simulate_parts.h"
#include "cli/sweep_parts.h"

enum { SWEEP_TOP_PAIRS = 1000 };

#define SWEEP_TRIPLES_MAX (UINT64_C(1) << 40)

struct settings {
	struct common common;
	struct name_list down;
	const char *label; /* --by; NULL: each node by itself */
	const char *plots; /* a folder; NULL: none */
	struct option_number top;
	struct option_number triples, seed;
	struct shard shard;
	bool pairs;
	bool routers;
	bool fail_on_unreachable;
};

static const char *sweep_set_shard(void *settings, const struct option_spec *option,
				   const char *value)
{
	struct settings *s = settings;

	(void)option;
	return shard_parse(&s->shard, value, &s->common.arena);
}

static const struct option_spec sweep_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats_sweep,
		      "table (the default), json, yaml, junit, html, markdown or, for merge, a "
		      "part"),
	OPT_FLAG("pairs", pairs, "also lose every pair of nodes at once"),
	OPT_NUMBER("triples", 0, "N", triples, 1, SWEEP_TRIPLES_MAX,
		   "also lose three nodes at once: N different triples, drawn at random, and "
		   "the 95% confidence interval for the share of all triples that leave VIPs "
		   "unreachable; all of them when there are no more than N"),
	OPT_NUMBER("seed", 0, "NUMBER", seed, 0, UINT64_MAX,
		   "set the seed from which --triples draws (default: 1)"),
	OPT_VALUE("shard", "I/K", COMPLETES_NOTHING, sweep_set_shard,
		  "do only the I-th of K shares of the pairs and triples and write it as a "
		  "part, to standard output or -o part=FILE, for merge; auto or auto/K: the "
		  "share that an Indexed Job of Kubernetes or a job array of Slurm gives this "
		  "process"),
	OPT_TEXT("by", "LABEL", COMPLETES_NOTHING, label,
		 "lose all nodes with one value of this label at once, such as "
		 "topology.kubernetes.io/zone; with --pairs also every pair of values, with "
		 "--triples three of them"),
	OPT_FLAG("routers", routers,
		 "also lose every router, every pair of routers and every BGP session: "
		 "which prefixes of VIPs lose all paths, and how many paths the others keep"),
	COMMON_DOWN("start from a cluster in which this node is switched off"),
	OPT_NUMBER("top", 0, "N", top, 0, SWEEP_ALL / 4,
		   "show the N worst losses of each kind, 0: all (default: 20 in a table; all "
		   "single losses, 1000 pairs and 1000 triples otherwise)"),
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
	{ "purelbtool sweep --triples 100000 manifests/ nodes.yaml",
	  "how likely it is that the loss of any three nodes leaves a VIP unreachable" },
	{ "purelbtool sweep --pairs --shard 3/8 -o part=part-3 manifests/ nodes.yaml",
	  "the third of eight shares, for another machine and purelbtool merge" },
	{ "purelbtool sweep --routers manifests/ inventory.yaml",
	  "which addresses survive the loss of any router or BGP session" },
	{ "purelbtool sweep --by topology.kubernetes.io/zone -o json manifests/ nodes.yaml",
	  "what the loss of each zone does, for programs" },
	{ NULL, NULL },
};

/* ---- the run ---- */

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

/* What is lost with routers. */
static const struct router_losses *sweep_lose_routers(struct snapshot *snapshot,
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
	return losses;
}

/* What all shards must have in common besides the files that were read. */
static bool sweep_identify(const struct settings *s, struct snapshot *snapshot,
			   const struct cluster *cluster, uint8_t out[static SHA256_BYTES])
{
	const struct release *release = &cluster->release.release;
	struct text options = { 0 };
	bool fine;

	text_printf(&options,
		    "sweep, namespace %s, cluster %s, at %lld, release %u.%u.%u, seed %llu",
		    snapshot->install_namespace,
		    s->common.cluster != NULL ? s->common.cluster : "",
		    s->common.at.given ? (long long)s->common.at.ns : -1LL, release->major,
		    release->minor, release->patch,
		    s->seed.given ? (unsigned long long)s->seed.value : 1ULL);
	ARRAY_FOREACH (const struct substitution, one, &s->common.substitutions.list)
		text_printf(&options, ", %s=%s", one->key, one->value);
	fine = simulation_digest(snapshot, text_str(&options), out);
	text_release(&options);
	return fine;
}

/* What the sweep is for its reports, and for its part. */
static void sweep_describe(const struct settings *s, const struct cluster *cluster,
			   uint32_t pending, struct arena *arena, struct sweep_part *out)
{
	struct remarks remarks;

	*out = (struct sweep_part){
		.version = PURELBTOOL_VERSION,
		.shard = s->shard.given ? s->shard.number : 1,
		.shards = s->shard.given ? s->shard.of : 1,
		.fails_unreachable = s->fail_on_unreachable,
		.fails_unknown = s->common.require != 0,
		.top_given = s->top.given,
		.top = s->top.given ? s->top.value : 0,
		.label = s->label,
		.pairs = s->pairs,
		.triples = s->triples.given ? s->triples.value : 0,
		.keep = sweep_kept_pairs(s),
	};
	answer_remarks(&remarks, cluster, s->common.at.given, pending, arena);
	ARRAY_FOREACH (const struct remark, remark, &remarks.list)
		ARRAY_ADD(arena, &out->notes,
			  ((struct sweep_note){ remark->label, remark->text }));
}

static bool sweep_write_shard(const struct cli *cli, struct settings *s,
			      struct snapshot *snapshot, const struct cluster *cluster,
			      struct sweep_part *part)
{
	struct text bytes = { 0 };
	bool fine = sweep_identify(s, snapshot, cluster, part->inputs);
	const char *error;

	if (!fine) {
		(void)common_inputs_readable(cli, snapshot);
		return false;
	}
	error = sweep_part_write(&bytes, part);
	if (error != NULL) {
		cli_error(cli, "the part is too large: %s", error);
		fine = false;
	}
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		if (fine)
			fwrite(text_str(&bytes), 1, bytes.len, output->file);
	}
	text_release(&bytes);
	return fine;
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
		.triples = s->triples.given ? s->triples.value : 0,
		.seed = s->seed.given ? s->seed.value : 1,
		.keep = sweep_kept_pairs(s),
		.shard = s->shard.number,
		.shards = s->shard.of,
	};
	const struct router_losses *routers = NULL;
	struct allocations all;
	struct sweep_part part;
	struct sweep sweep;
	bool fine;

	if (s->routers)
		routers = sweep_lose_routers(snapshot, cluster);
	fine = common_inputs_readable(cli, snapshot);
	allocation_run(&all, cluster, NULL, &snapshot->arena);
	sweep_run(&sweep, cluster, &all, &how, &snapshot->arena);
	sweep_describe(s, cluster, common_pending(&all), &snapshot->arena, &part);
	part.sweep = &sweep;
	if (!s->shard.given)
		sweep_write_reports(cli, &s->common, &part, routers, &snapshot->arena);
	part.unreadable = !common_objects_readable(cli, &s->common, snapshot, cluster);
	fine &= common_requirements_met(cli, &s->common, snapshot, cluster);
	/* A part of something else than what was asked for is none. */
	if (s->shard.given && !(fine && sweep_write_shard(cli, s, snapshot, cluster, &part)))
		return STATUS_TROUBLE;
	fine &= outputs_finish(&s->common.outputs, cli);
	fine &= s->plots == NULL ||
		sweep_draw_plots(cli, s->plots, &part, routers, &snapshot->arena);
	if (!fine)
		return STATUS_TROUBLE;
	return s->shard.given ? STATUS_FINE : sweep_part_status(&part);
}

/* What does not go with --shard, or with a part; NULL: nothing. */
static const char *sweep_shard_mistake(const struct cli *cli, void *settings)
{
	struct settings *s = settings;
	const char *error =
		shard_outputs_mistake(cli, &s->common.outputs, s->shard.given, "of the losses");

	if (error != NULL || !s->shard.given)
		return error;
	if (!s->pairs && !s->triples.given)
		return "--shard distributes losses of two and three: add --pairs or --triples N";
	if (s->routers)
		return "--routers is not distributed: leave it out of the shards and run it by "
		       "itself";
	if (s->plots != NULL)
		return "--plots is about all losses, and a shard has some of them";
	if (s->common.each != NULL)
		return "--shard is about one cluster: name it with --cluster instead of --each";
	return NULL;
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
		"Loses every node in turn, with --pairs also every pair of nodes, with "
		"--triples also a sample of triples, with --by every rack or zone: the VIPs "
		"that move, those that no node can announce any longer, who takes over how "
		"many, and how long it takes until the last one is back. The worst losses come "
		"first. Every loss is a crash in a settled cluster. " COMMON_INPUTS,
	.options = sweep_options,
	.statuses = sweep_statuses,
	.examples = sweep_examples,
	.settings_size = sizeof(struct settings),
	.answer = sweep_answer_inputs,
	.mistake = sweep_shard_mistake,
};
