/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool elect: which node wins and announces every VIP, and who is next. */
#include "cli/cli.h"

#include <stddef.h>

#include "cli/common.h"
#include "purelb/announcing/vips.h"
#include "reports/elections/elections.h"

enum {
	OPT_NAMESPACE,
	OPT_OUTPUT,
	OPT_IP,
	OPT_DOWN,
	OPT_EXPLAIN,
	OPT_AT,
	OPT_CHECK,
	OPT_PURELB_VERSION,
	OPT_CONFIG,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = COMMON_NAMESPACE,
	[OPT_OUTPUT] = COMMON_OUTPUT,
	[OPT_IP] = { "ip", 0, "ADDR", NULL,
		     "ask about this address, whoever has it, instead of all VIPs; may be "
		     "repeated" },
	[OPT_DOWN] = { "down", 0, "NODE", NULL,
		       "answer as if this node were switched off; may be repeated" },
	[OPT_EXPLAIN] = { "explain", 0, NULL, NULL,
			  "show all candidates of each VIP in order, with the hashes that decide" },
	[OPT_AT] = COMMON_AT,
	[OPT_CHECK] = { "check", 0, NULL, NULL, "exit with 1 when nobody announces a VIP" },
	[OPT_PURELB_VERSION] = COMMON_PURELB_VERSION,
	[OPT_CONFIG] = COMMON_CONFIG,
	[OPT_COLOR] = COMMON_COLOR,
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --check nobody "
	       "announces a VIP" },
	{ "2", "usage error, such as an unknown node, an input that cannot be read, or a "
	       "report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool elect manifests/ nodes.yaml", "who announces what, and who is next" },
	{ "purelbtool elect --down node-a --down node-b manifests/ nodes.yaml",
	  "the same once two nodes are lost" },
	{ "purelbtool elect --ip 192.168.1.200 --explain nodes.yaml manifests/",
	  "one address, with the hash of every candidate" },
	{ NULL, NULL },
};

const struct command_spec elect_spec = {
	.name = "elect",
	.operands = "[INPUT]...",
	.summary = "which node announces every VIP, and which ones come next",
	.description =
		"Holds PureLB's election for every address that Services hold, then for those "
		"that purelbtool allocate predicts: the winner, the interface that it announces "
		"the address on, and the nodes that come next; or why nobody announces it. "
		"Remote addresses have no winner but are on many nodes. Nodes come from Node "
		"and Lease objects and from NodeInventories. INPUT is a file, a folder, or - "
		"for standard input, which is also read when there is no INPUT and it is not a "
		"terminal.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- the options ---- */

struct settings {
	struct common common;
	ARRAY_OF(struct ip) asked;
	struct name_list down;
	bool explain;
	bool check;
};

/* An address that is asked about twice is answered for once. */
static const char *add_ip(void *settings, const char *value)
{
	struct settings *s = settings;
	struct ip ip;

	if (!ip_parse(value, &ip))
		return arena_printf(&s->common.arena, "--ip \"%s\" is no IP address", value);
	ARRAY_FOREACH (const struct ip, asked, &s->asked) {
		if (ip_compare(*asked, ip) == 0)
			return NULL;
	}
	ARRAY_ADD(&s->common.arena, &s->asked, ip);
	return NULL;
}

static const char *add_down(void *settings, const char *value)
{
	struct settings *s = settings;

	ARRAY_ADD(&s->common.arena, &s->down.list, value);
	return NULL;
}

static const struct common_own own[OPT_COUNT] = {
	[OPT_IP] = { .set = add_ip },
	[OPT_DOWN] = { .set = add_down },
	[OPT_EXPLAIN] = { .flag = offsetof(struct settings, explain) },
	[OPT_CHECK] = { .flag = offsetof(struct settings, check) },
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
static bool needs_candidates(const struct run *run)
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
static void ask_each(struct run *run, const struct vips_options *how)
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

static void elect(struct run *run)
{
	const struct vips_options how = {
		.down = run->down,
		.candidates = needs_candidates(run),
	};

	if (run->settings->asked.count > 0)
		ask_each(run, &how);
	else
		vips_resolve(&run->vips, &run->cluster, &run->all, &how, run->arena);
}

static void write_reports(const struct run *run)
{
	const struct settings *s = run->settings;
	const struct election_answer answer = {
		.cluster = &run->cluster,
		.vips = &run->vips,
		.down = run->down,
		.asked = s->asked.count > 0,
		.explain = s->explain,
		.at = s->common.at,
		.pending = s->asked.count > 0 ? 0 : common_count_pending(&run->all),
	};

	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		struct arena scratch;

		arena_init(&scratch);
		if (output->format == OUTPUT_TABLE)
			elect_table(output->file,
				    common_with_colour(run->cli, &s->common, output), &answer,
				    &scratch);
		else
			common_write_tree(output, elect_json(&answer, &scratch));
		arena_release(&scratch);
	}
}

static bool all_announced(const struct vips *vips)
{
	ARRAY_FOREACH (const struct vip, vip, &vips->list) {
		if (vip->announcers.count == 0)
			return false;
	}
	return true;
}

/* Answers and reports; the exit status. */
static int elect_and_report(struct run *run, struct settings *s, struct snapshot *snapshot)
{
	const struct allocation_options allocation = { .latest = s->common.latest };
	bool fine = common_inputs_readable(run->cli, snapshot);
	bool readable;

	allocation_run(&run->all, &run->cluster, &allocation, run->arena);
	elect(run);
	write_reports(run);
	fine &= outputs_finish(&s->common.outputs, run->cli);
	readable = common_objects_readable(run->cli, &s->common, snapshot, &run->cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && !(s->check && !all_announced(&run->vips)) ? STATUS_FINE
								     : STATUS_FINDINGS;
}

static int answer(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	struct run run = { .cli = cli, .settings = s, .arena = &snapshot->arena };
	int status = STATUS_TROUBLE;

	common_resolve(&s->common, snapshot, &run.cluster);
	run.down = common_take_down(cli, &run.cluster, &s->down, run.arena);
	if (run.down != NULL)
		status = elect_and_report(&run, s, snapshot);
	cluster_release(&run.cluster);
	return status;
}

int elect_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	static const struct common_command command = {
		.spec = &elect_spec,
		.help = OPT_HELP,
		.own = own,
		.answer = answer,
	};
	struct settings s = { 0 };

	return common_run(cli, &command, &s.common, &s, argc, argv);
}
