/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool elect: which node wins and announces every VIP, and which is next (P5), as things
 * are or with nodes switched off. It answers for one moment: what happens over time is
 * `simulate`.
 */
#include "cli/cli.h"

#include "cli/common.h"
#include "purelb/announcing/vips.h"
#include "reports/elections/elections.h"

struct settings {
	struct common common;
	ARRAY_OF(struct ip) asked; /* --ip, each once */
	struct name_list down;
	const char *node; /* NULL: all */
	bool explain;
	bool check;
};

/* An address that is asked about twice is answered for once. */
static const char *elect_add_ip(void *settings, const struct option_spec *option,
				const char *value)
{
	struct settings *s = settings;
	struct ip ip;

	if (!ip_parse(value, &ip))
		return arena_printf(&s->common.arena, "--%s \"%s\" is not a valid IP address",
				    option->name, value);
	ARRAY_FOREACH (const struct ip, asked, &s->asked) {
		if (ip_compare(*asked, ip) == 0)
			return NULL;
	}
	ARRAY_ADD(&s->common.arena, &s->asked, ip);
	return NULL;
}

static const struct option_spec elect_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats, "table (the default), json or yaml"),
	OPT_VALUE("ip", "ADDR", COMPLETES_NOTHING, elect_add_ip,
		  "ask about this address, whoever holds it, instead of all VIPs; may be "
		  "repeated"),
	OPT_TEXT("node", "NODE", COMPLETES_NOTHING, node,
		 "list only the addresses that this node announces"),
	COMMON_DOWN("answer as if this node were switched off"),
	OPT_FLAG("explain", explain,
		 "show all candidates of each VIP in order, with the hashes that decide"),
	COMMON_REQUIRE,
	COMMON_AT,
	OPT_FLAG("check", check, "exit with 1 when a VIP is known to be announced by no node"),
	COMMON_ROWS,
};

static const struct help_row elect_statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --check nobody "
	       "announces a VIP" },
	{ "2", "usage error, such as an unknown node, an input that cannot be read, or a "
	       "report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row elect_examples[] = {
	{ "purelbtool elect manifests/ nodes.yaml", "who announces what, and who is next" },
	{ "purelbtool elect --down node-a --down node-b manifests/ nodes.yaml",
	  "the same once two nodes are lost" },
	{ "purelbtool elect --ip 192.168.1.200 --explain nodes.yaml manifests/",
	  "one address, with the hash of every candidate" },
	{ NULL, NULL },
};

/* ---- the run ---- */

struct run {
	const struct cli *cli;
	const struct settings *settings;
	struct arena *arena;
	struct cluster cluster;
	struct allocations all;
	struct vips vips;
	const bool *down; /* by index in cluster.nodes */
};

/*
 * The lists of candidates are as many as nodes times VIPs. A report for programs has them all;
 * a table names so few of them that the winner and the next one do when there are very many.
 */
static bool elect_needs_candidates(const struct run *run)
{
	const uint64_t many = UINT64_C(1) << 20;
	uint64_t addresses = run->settings->asked.count;

	if (run->settings->explain)
		return true;
	ARRAY_FOREACH (const struct output, output, &run->settings->common.outputs.list) {
		if (output->format != OUTPUT_TABLE)
			return true;
	}
	ARRAY_FOREACH (const struct allocation, allocation, &run->all.list)
		addresses += allocation->addresses.count;
	return addresses * run->cluster.nodes.count <= many;
}

/* The addresses of --ip in their order; what nodes win is added up. */
static void elect_ask_each(struct run *run, const struct vips_options *how)
{
	const uint32_t nodes = run->cluster.nodes.count;
	uint32_t *won = arena_zalloc(run->arena, nodes, sizeof(*won));

	ARRAY_FOREACH (const struct ip, ip, &run->settings->asked) {
		struct vips one;

		vips_of_address(&one, &run->cluster, &run->all, *ip, how, run->arena);
		ARRAY_FOREACH (const struct vip, vip, &one.list)
			ARRAY_ADD(run->arena, &run->vips.list, *vip);
		for (uint32_t i = 0; i < nodes; i++)
			won[i] += one.won[i];
	}
	run->vips.won = won;
}

static void elect_vips(struct run *run)
{
	const struct vips_options how = {
		.down = run->down,
		.candidates = elect_needs_candidates(run),
	};

	if (run->settings->asked.count > 0)
		elect_ask_each(run, &how);
	else
		vips_resolve(&run->vips, &run->cluster, &run->all, &how, run->arena);
}

/* --node: the VIPs that the node wins or has. */
static void elect_choose(struct run *run, const struct cluster_node *node)
{
	const struct vips whole = run->vips;

	run->vips.list.items = NULL;
	run->vips.list.count = run->vips.list.capacity = 0;
	ARRAY_FOREACH (const struct vip, vip, &whole.list) {
		bool has = vip->winner == node;

		ARRAY_FOREACH (const struct cluster_node *, it, &vip->announcers)
			has |= *it == node;
		if (has)
			ARRAY_ADD(run->arena, &run->vips.list, *vip);
	}
}

static void elect_write(const struct output *output, struct screen screen, void *about,
			struct arena *scratch)
{
	if (output->format == OUTPUT_TABLE)
		elect_table(output->file, screen, about, scratch);
	else
		common_write_tree(output, elect_json(about, scratch));
}

/* What is unknown counts only with --require. (I3.5) */
static bool elect_all_announced(const struct vips *vips, unsigned required)
{
	ARRAY_FOREACH (const struct vip, vip, &vips->list) {
		if (vip->unknown ? required != 0 : vip->announcers.count == 0)
			return false;
	}
	return true;
}

/* Answers and reports; the exit status. */
static int elect_report(struct run *run, struct settings *s, struct snapshot *snapshot)
{
	struct election_answer answer = {
		.cluster = &run->cluster,
		.vips = &run->vips,
		.down = run->down,
		.asked = s->asked.count > 0,
		.explain = s->explain,
		.at = s->common.at.given,
	};
	bool fine = common_inputs_readable(run->cli, snapshot);
	bool readable;

	allocation_run(&run->all, &run->cluster, NULL, run->arena);
	elect_vips(run);
	if (s->node != NULL) {
		const struct cluster_node *node = cluster_find_node(&run->cluster, s->node);

		if (node == NULL) {
			common_unknown_node(run->cli, &run->cluster, "node", s->node);
			return STATUS_TROUBLE;
		}
		elect_choose(run, node);
	}
	answer.pending = s->asked.count > 0 ? 0 : common_pending(&run->all);
	common_write_reports(run->cli, &s->common, elect_write, &answer);
	fine &= outputs_finish(&s->common.outputs, run->cli);
	readable = common_objects_readable(run->cli, &s->common, snapshot, &run->cluster);
	fine &= common_requirements_met(run->cli, &s->common, snapshot, &run->cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && !(s->check && !elect_all_announced(&run->vips, s->common.require))
		       ? STATUS_FINE
		       : STATUS_FINDINGS;
}

static int elect_run(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	struct run run = { .cli = cli, .settings = s, .arena = &snapshot->arena };
	int status = STATUS_TROUBLE;

	common_resolve(&s->common, snapshot, &run.cluster);
	run.down = common_take_down(cli, &run.cluster, &s->down, run.arena);
	if (run.down != NULL)
		status = elect_report(&run, s, snapshot);
	cluster_release(&run.cluster);
	return status;
}

const struct command_spec elect_command = {
	.name = "elect",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "which node announces every VIP, and which ones come next",
	.description =
		"Holds PureLB's election for every address that Services hold, then for those "
		"that purelbtool allocate predicts: the winner, the interface that it announces "
		"the address on, and the nodes that come next; or why nobody announces it. "
		"Remote addresses have no winner but are on many nodes. Nodes come from Node "
		"and Lease objects and from NodeInventories. " COMMON_INPUTS,
	.options = elect_options,
	.statuses = elect_statuses,
	.examples = elect_examples,
	.settings_size = sizeof(struct settings),
	.answer = elect_run,
};
