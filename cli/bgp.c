/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool bgp: router IDs, sessions, prefixes, and what routers make of them. What --check
 * asks is here: that every session comes up and every address reaches a router.
 */
#include "cli/cli.h"

#include "base/nearest.h"
#include "base/text.h"
#include "cli/common.h"
#include "config/objects/workloads.h"
#include "purelb/agents/known.h"
#include "purelb/bgp/bgp.h"
#include "reports/bgp/bgp.h"

struct settings {
	struct common common;
	const char *node;            /* --node; NULL: all */
	ARRAY_OF(const char *) down; /* names of nodes and routers */
	bool check;
};

static const char *bgp_add_down(void *settings, const struct option_spec *option,
				const char *value)
{
	struct settings *s = settings;

	(void)option;
	ARRAY_ADD(&s->common.arena, &s->down, value);
	return NULL;
}

static const struct option_spec bgp_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats, "table (the default), json or yaml"),
	COMMON_BGP_DAEMON,
	OPT_TEXT("node", "NODE", COMPLETES_NOTHING, node,
		 "show only this node, and for each router the routes through it"),
	OPT_LIST("down", "NODE|ROUTER[,NODE|ROUTER]...", COMPLETES_NOTHING, bgp_add_down,
		 "show what is lost when these nodes and routers die at once: sessions, next "
		 "hops before and after, the share of the flows that is lost and for how long, "
		 "and the share that moves; may be repeated"),
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
	{ "purelbtool bgp manifests/ inventory.yaml",
	  "the sessions and routes of every node and router" },
	{ "purelbtool bgp --check manifests/ inventory.yaml",
	  "for a pipeline: fails when a session would stay down" },
	{ "purelbtool bgp --down node-a manifests/ inventory.yaml",
	  "which traffic the crash of a node costs" },
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

/* ---- --node and --down ---- */

/* The routers with this name, strangers as well, into the loss: one of each configuration. */
static bool bgp_take_down_routers(const struct bgp_cluster *bgp, const char *name,
				  struct bgp_loss *loss, struct arena *arena)
{
	ARRAY_OF(const struct bgp_router *) routers = { 0 };
	const uint32_t before = loss->router_count;

	for (uint32_t i = 0; i < before; i++)
		ARRAY_ADD(arena, &routers, loss->routers[i]);
	ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers) {
		if (str_equal(router->name, name))
			ARRAY_ADD(arena, &routers, router);
	}
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers) {
			if (str_equal(stranger->name, name))
				ARRAY_ADD(arena, &routers, stranger);
		}
	}
	loss->routers = routers.items;
	loss->router_count = routers.count;
	return routers.count > before;
}

static void bgp_unknown_end(const struct cli *cli, const struct bgp_cluster *bgp,
			    const char *name)
{
	struct nearest nearest = { .word = name };

	ARRAY_FOREACH (const struct cluster_node, node, &bgp->cluster->nodes)
		nearest_offer(&nearest, node->name);
	ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers)
		nearest_offer(&nearest, router->name);
	if (nearest.best != NULL)
		cli_error(cli, "--down %s: no such node or router; did you mean %s?", name,
			  nearest.best);
	else
		cli_error(cli, "--down %s: no such node or router in the input", name);
}

/* False, after a message, when a name is not known, or is both a node's and a router's. */
static bool bgp_take_down(const struct cli *cli, const struct settings *s,
			  const struct bgp_cluster *bgp, struct bgp_loss *loss,
			  struct arena *arena)
{
	bool *nodes = arena_zalloc(arena, bgp->cluster->nodes.count, sizeof(*nodes));
	bool known = true;

	*loss = (struct bgp_loss){ .nodes = nodes };
	ARRAY_FOREACH (const char *const, name, &s->down) {
		const struct cluster_node *node = cluster_find_node(bgp->cluster, *name);
		const bool routers = bgp_take_down_routers(bgp, *name, loss, arena);

		if (node != NULL)
			nodes[node - bgp->cluster->nodes.items] = true;
		if (node != NULL && routers)
			cli_error(cli,
				  "--down %s: a node and a router have this name; give the "
				  "router another one in its NodeInventory",
				  *name);
		else if (node == NULL && !routers)
			bgp_unknown_end(cli, bgp, *name);
		known &= (node != NULL) != routers;
	}
	return known;
}

/* False, after a message, when --node names no node. */
static bool bgp_choose_node(const struct cli *cli, const struct settings *s,
			    const struct cluster *cluster, struct bgp_answer *answer,
			    struct arena *arena)
{
	const struct cluster_node *node;
	bool *shown;

	if (s->node == NULL)
		return true;
	node = cluster_find_node(cluster, s->node);
	if (node == NULL) {
		common_unknown_node(cli, cluster, "node", s->node);
		return false;
	}
	shown = arena_zalloc(arena, cluster->nodes.count, sizeof(*shown));
	shown[node - cluster->nodes.items] = true;
	answer->shown = shown;
	return true;
}

/* ---- the run ---- */

static void bgp_write(const struct output *output, struct screen screen, void *about,
		      struct arena *scratch)
{
	if (output->format == OUTPUT_TABLE)
		bgp_table(output->file, screen, about, scratch);
	else
		common_write_tree(output, bgp_json(about, scratch));
}

/* Writes the answer and says how it went. */
static int bgp_answer_inputs(const struct cli *cli, struct settings *s,
			     struct snapshot *snapshot, struct bgp_answer *answer)
{
	const struct bgp_cluster *bgp = answer->bgp;
	bool fine = common_inputs_readable(cli, snapshot);
	bool readable, passed;

	common_write_reports(cli, &s->common, bgp_write, answer);
	fine &= outputs_finish(&s->common.outputs, cli);
	readable = common_objects_readable(cli, &s->common, snapshot, bgp->cluster);
	fine &= common_requirements_met(cli, &s->common, snapshot, bgp->cluster);
	passed = !s->check || bgp_all_fine(bgp, s->common.require, &snapshot->arena);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && passed ? STATUS_FINE : STATUS_FINDINGS;
}

static int bgp_run(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	const struct bgp_options how = {
		.daemon = (enum bgp_daemon)s->common.daemon.value,
	};
	struct cluster cluster = { 0 };
	struct bgp_cluster bgp;
	struct bgp_answer answer = { .bgp = &bgp };
	struct bgp_loss loss;
	int status = STATUS_TROUBLE;

	common_resolve(&s->common, snapshot, &cluster);
	bgp_resolve(&bgp, &cluster, &how, &snapshot->arena);
	if (bgp.beyond != NULL)
		ARRAY_ADD(&snapshot->arena, &snapshot->sources.errors, bgp.beyond);
	if (bgp_choose_node(cli, s, &cluster, &answer, &snapshot->arena) &&
	    bgp_take_down(cli, s, &bgp, &loss, &snapshot->arena)) {
		answer.down = s->down.count > 0 ? &loss : NULL;
		status = bgp_answer_inputs(cli, s, snapshot, &answer);
	}
	cluster_release(&cluster);
	return status;
}

const struct command_spec bgp_command = {
	.name = "bgp",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "which BGP sessions come up, and which routes every router gets",
	.description =
		"Resolves the BGPConfiguration for each node as k8gobgp does: the router ID "
		"and where it comes from, every peer with its AS numbers, families and timers, "
		"and the prefixes that are advertised. For routers that a NodeInventory "
		"describes, shows whether each session can come up, and the next hops of every "
		"prefix. With --down, shows what is lost when nodes and routers die. " COMMON_INPUTS,
	.options = bgp_options,
	.statuses = bgp_statuses,
	.examples = bgp_examples,
	.settings_size = sizeof(struct settings),
	.answer = bgp_run,
};
