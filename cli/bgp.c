/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool bgp: router IDs, sessions, prefixes, and what routers make of them. */
#include "cli/cli.h"

#include <stddef.h>
#include <string.h>

#include "cli/common.h"
#include "purelb/bgp/bgp.h"
#include "reports/bgp/bgp_json.h"
#include "reports/bgp/bgp_table.h"

/* ---- the options ---- */

enum {
	OPT_NAMESPACE,
	OPT_OUTPUT,
	OPT_BGP_DAEMON,
	OPT_CHECK,
	OPT_AT,
	OPT_PURELB_VERSION,
	OPT_CONFIG,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const char *const daemons[] = {
	[BGP_FORK_1_1] = "fork-1.1",
	[BGP_FORK_1_3] = "fork-1.3",
	NULL,
};

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = COMMON_NAMESPACE,
	[OPT_OUTPUT] = COMMON_OUTPUT,
	[OPT_BGP_DAEMON] = { "bgp-daemon", 0, "DAEMON", daemons,
			     "the BGP daemon on the nodes: fork-1.1 (the default, which PureLB "
			     "ships) or fork-1.3" },
	[OPT_CHECK] = { "check", 0, NULL, NULL,
			"exit with 1 when a session stays down that is not switched off, or an "
			"address of a remote pool reaches no router" },
	[OPT_AT] = COMMON_AT,
	[OPT_PURELB_VERSION] = COMMON_PURELB_VERSION,
	[OPT_CONFIG] = COMMON_CONFIG,
	[OPT_COLOR] = COMMON_COLOR,
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --check a session stays "
	       "down or an address reaches no router" },
	{ "2",
	  "usage error, an input that cannot be read, or a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool bgp manifests/ inventory.yaml", "what every node and every router has" },
	{ "purelbtool bgp --check manifests/ inventory.yaml",
	  "for a pipeline: fails when a session would stay down" },
	{ "purelbtool bgp -o json manifests/ | jq '.configurations[].routers'",
	  "the routes of every router, for programs" },
	{ NULL, NULL },
};

const struct command_spec bgp_spec = {
	.name = "bgp",
	.operands = "[INPUT]...",
	.summary = "which BGP sessions come up, and which routes every router gets",
	.description =
		"Resolves the BGPConfiguration for each node as k8gobgp does: the router ID and "
		"where it comes from, every peer with its AS numbers, families and timers, and "
		"the prefixes that are advertised. Routers that a NodeInventory describes are "
		"held against it: whether each session can come up, and the next hops of every "
		"prefix. INPUT is a file, a folder, or - for standard input, which is also read "
		"when there is no INPUT and it is not a terminal.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- what they set ---- */

struct settings {
	struct common common;
	struct bgp_options bgp;
	bool check;
};

static const char *set_daemon(void *settings, const char *value)
{
	struct settings *s = settings;
	const int choice = options_choose(daemons, value, strlen(value));

	if (choice < 0)
		return options_unknown(&s->common.arena, "DAEMON", value, daemons);
	s->bgp.daemon = (enum bgp_daemon)choice;
	return NULL;
}

static const struct common_own own[OPT_COUNT] = {
	[OPT_BGP_DAEMON] = { .set = set_daemon },
	[OPT_CHECK] = { .flag = offsetof(struct settings, check) },
};

/* ---- --check ---- */

static bool session_fine(const struct bgp_session *session)
{
	return session->verdict != BGP_DOWN || session->peer->admin_down;
}

static bool node_fine(const struct bgp_node *node)
{
	if (node->state != BGP_NODE_RUNS)
		return false;
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
			if (!session_fine(session))
				return false;
		}
	}
	return true;
}

/* Notes which prefixes the router has a way to. */
static void note_reached(const struct bgp_config *config, const struct bgp_router *router,
			 bool *reached, struct arena *scratch)
{
	struct bgp_routes routes;

	bgp_routes_of(config, router, scratch, &routes);
	ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
		if (group->route.width == 0)
			continue;
		ARRAY_FOREACH (const struct bgp_prefix *, prefix, &group->prefixes)
			reached[*prefix - config->prefixes.items] = true;
	}
}

/* Every prefix reaches some router. */
static bool prefixes_fine(const struct bgp_config *config, struct arena *scratch)
{
	bool *reached = arena_zalloc(scratch, config->prefixes.count, sizeof(*reached));

	ARRAY_FOREACH (const struct bgp_router, router, &config->cluster->routers)
		note_reached(config, router, reached, scratch);
	ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers)
		note_reached(config, stranger, reached, scratch);
	for (uint32_t i = 0; i < config->prefixes.count; i++) {
		if (!reached[i])
			return false;
	}
	return true;
}

static bool config_fine(const struct bgp_config *config, struct arena *scratch)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (!node_fine(node))
			return false;
	}
	return prefixes_fine(config, scratch);
}

/* Some node that has the address imports its dummy interface. */
static bool vip_imported(const struct bgp_cluster *bgp, const struct bgp_vip *vip)
{
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
			if (node->imports_dummy && bgp_carriers_has(vip->dummies, node->index))
				return true;
		}
	}
	return false;
}

static bool all_fine(const struct bgp_cluster *bgp, struct arena *scratch)
{
	if (bgp->configs.count == 0)
		return !bgp->has_remote;
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		if (!config_fine(config, scratch))
			return false;
	}
	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		if (!vip_imported(bgp, vip))
			return false;
	}
	return true;
}

/* ---- the run ---- */

static void write_reports(const struct cli *cli, const struct common *common,
			  const struct bgp_cluster *bgp)
{
	ARRAY_FOREACH (const struct output, output, &common->outputs.list) {
		struct arena scratch;

		arena_init(&scratch);
		if (output->format == OUTPUT_TABLE)
			bgp_table(output->file, common_with_colour(cli, common, output), bgp,
				  &scratch);
		else
			common_write_tree(output, bgp_json(bgp, &scratch));
		arena_release(&scratch);
	}
}

static int answer(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	struct cluster cluster = { 0 };
	struct bgp_cluster bgp;
	bool fine = common_inputs_readable(cli, snapshot);
	bool readable, passed;

	s->bgp.latest = s->common.latest;
	common_resolve(&s->common, snapshot, &cluster);
	bgp_resolve(&bgp, &cluster, &s->bgp, &snapshot->arena);
	write_reports(cli, &s->common, &bgp);
	fine &= outputs_finish(&s->common.outputs, cli);
	readable = common_objects_readable(cli, &s->common, snapshot, &cluster);
	passed = !s->check || all_fine(&bgp, &snapshot->arena);
	cluster_release(&cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && passed ? STATUS_FINE : STATUS_FINDINGS;
}

int bgp_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	static const struct common_command command = {
		.spec = &bgp_spec,
		.help = OPT_HELP,
		.own = own,
		.answer = answer,
	};
	struct settings s = { 0 };

	return common_run(cli, &command, &s.common, &s, argc, argv);
}
