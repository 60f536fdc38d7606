/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool bgp: router IDs, sessions, prefixes, and what routers make of them. What --check
 * asks is here: that every session comes up and every address reaches a router.
 */
#include "cli/cli.h"

#include "cli/common.h"
#include "config/objects/workloads.h"
#include "purelb/agents/known.h"
#include "purelb/bgp/bgp.h"
#include "reports/bgp/bgp.h"

struct settings {
	struct common common;
	struct option_number daemon; /* an enum bgp_daemon */
	bool check;
};

static const struct option_spec bgp_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats, "table (the default), json or yaml"),
	COMMON_BGP_DAEMON,
	OPT_FLAG(
		"check", check,
		"exit with 1 when a session stays down that is not switched off, or an address "
		"of a remote pool reaches no router"),
	COMMON_REQUIRE,
	COMMON_AT,
	COMMON_ROWS,
};

static const struct help_row bgp_statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --check a session stays "
	       "down or an address reaches no router" },
	COMMON_TROUBLE,
	{ NULL, NULL },
};

static const struct help_row bgp_examples[] = {
	{ "purelbtool bgp manifests/ inventory.yaml", "what every node and every router has" },
	{ "purelbtool bgp --check manifests/ inventory.yaml",
	  "for a pipeline: fails when a session would stay down" },
	{ "purelbtool bgp -o json manifests/ | jq '.configurations[].routers'",
	  "the routes of every router, for programs" },
	{ NULL, NULL },
};

/* ---- --check ---- */

static bool bgp_session_fine(const struct bgp_session *session)
{
	return session->verdict != BGP_DOWN || session->peer->admin_down;
}

static bool bgp_node_fine(const struct bgp_node *node)
{
	if (node->state == BGP_NODE_NO_AGENT)
		return true;
	if (node->state != BGP_NODE_RUNS)
		return false;
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
			if (!bgp_session_fine(session))
				return false;
		}
	}
	return true;
}

/* Notes which prefixes the router has a way to. */
static void bgp_note_reached(const struct bgp_config *config, const struct bgp_router *router,
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
static bool bgp_prefixes_fine(const struct bgp_config *config, struct arena *scratch)
{
	bool *reached = arena_zalloc(scratch, config->prefixes.count, sizeof(*reached));

	ARRAY_FOREACH (const struct bgp_router, router, &config->cluster->routers)
		bgp_note_reached(config, router, reached, scratch);
	ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers)
		bgp_note_reached(config, stranger, reached, scratch);
	for (uint32_t i = 0; i < config->prefixes.count; i++) {
		if (!reached[i])
			return false;
	}
	return true;
}

static bool bgp_config_fine(const struct bgp_config *config, struct arena *scratch)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (!bgp_node_fine(node))
			return false;
	}
	return bgp_prefixes_fine(config, scratch);
}

/* Some node that has the address imports its dummy interface. */
static bool bgp_vip_imported(const struct bgp_cluster *bgp, const struct bgp_vip *vip)
{
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
			if (node->imports_dummy && bgp_carriers_has(vip->dummies, node->index))
				return true;
		}
	}
	return false;
}

/* Something that only what is not in the input could tell. (I3.5) */
static bool bgp_any_unknown(const struct bgp_cluster *bgp)
{
	if (bgp->configs.count == 0)
		return bgp->has_remote && !bgp->cluster->knows_bgp;
	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		if (vip->unknown)
			return true;
	}
	return bgp->cluster->nodes.count == 0;
}

/* It is known that k8gobgp is to advertise remote pools. (I3.4) */
static bool bgp_speaks(const struct bgp_cluster *bgp)
{
	const struct workload *daemon_set = known_daemon_set(bgp->cluster->snapshot);

	return bgp->cluster->knows_bgp &&
	       (daemon_set == NULL || workload_speaker(daemon_set) != NULL);
}

static bool bgp_all_fine(const struct bgp_cluster *bgp, unsigned required,
			 struct arena *scratch)
{
	if (required != 0 && bgp_any_unknown(bgp))
		return false;
	if (bgp->configs.count == 0)
		return !bgp->has_remote || !bgp_speaks(bgp);
	if (bgp->cluster->nodes.count == 0)
		return true;
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		if (!bgp_config_fine(config, scratch))
			return false;
	}
	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		if (!vip->unknown && !bgp_vip_imported(bgp, vip))
			return false;
	}
	return true;
}

/* ---- the run ---- */

static void bgp_write(const struct output *output, bool color, void *about,
		      struct arena *scratch)
{
	if (output->format == OUTPUT_TABLE)
		bgp_table(output->file, color, about, scratch);
	else
		common_write_tree(output, bgp_json(about, scratch));
}

static int bgp_run(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	const struct bgp_options how = {
		.daemon = (enum bgp_daemon)s->daemon.value,
	};
	struct cluster cluster = { 0 };
	struct bgp_cluster bgp;
	bool fine = common_inputs_readable(cli, snapshot);
	bool readable, passed;

	common_resolve(&s->common, snapshot, &cluster);
	bgp_resolve(&bgp, &cluster, &how, &snapshot->arena);
	if (bgp.beyond != NULL)
		ARRAY_ADD(&snapshot->arena, &snapshot->sources.errors, bgp.beyond);
	common_write_reports(cli, &s->common, bgp_write, &bgp);
	fine &= outputs_finish(&s->common.outputs, cli);
	readable = common_objects_readable(cli, &s->common, snapshot, &cluster);
	fine &= common_requirements_met(cli, &s->common, snapshot, &cluster);
	passed = !s->check || bgp_all_fine(&bgp, s->common.require, &snapshot->arena);
	cluster_release(&cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && passed ? STATUS_FINE : STATUS_FINDINGS;
}

const struct command_spec bgp_command = {
	.name = "bgp",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "which BGP sessions come up, and which routes every router gets",
	.description =
		"Resolves the BGPConfiguration for each node as k8gobgp does: the router ID and "
		"where it comes from, every peer with its AS numbers, families and timers, and "
		"the prefixes that are advertised. Routers that a NodeInventory describes are "
		"held against it: whether each session can come up, and the next hops of every "
		"prefix. " COMMON_INPUTS,
	.options = bgp_options,
	.statuses = bgp_statuses,
	.examples = bgp_examples,
	.settings_size = sizeof(struct settings),
	.answer = bgp_run,
};
