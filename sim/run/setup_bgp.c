/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP side of a setup: what purelb/bgp/ says of the input, as numbers (T1, T2). It is made
 * where the scenario has clients. Refused, since it would be simulated wrongly: several
 * BGPConfigurations (BG2.4), paths that are not equally good (T8.1), and what
 * setup_bgp_versions.c says.
 */
#include "sim/run/setup_internal.h"

#include <stdlib.h>

#include "base/bits.h"
#include "base/nearest.h"
#include "base/text.h"
#include "sim/engine/setup_bgp.h"

#define MS(n)  ((sim_ns)(n)*NS_PER_MS)
#define SEC(n) ((sim_ns)(n)*NS_PER_SEC)

enum { WARMUP_LEAST_S = 20, WARMUP_MARGIN_S = 10 };

/* ---- timing ---- */

static void setup_bgp_timing(struct setup_builder *b, struct setup_bgp_timing *out)
{
	const struct scenario_timing *t = &b->scenario->timing;
	const struct {
		struct distribution *out;
		const struct delay_value *value;
		const char *path;
		struct distribution absent;
	} rows[] = {
		{ &out->import_apply, &t->import_apply, "spec.timing.importApply",
		  distribution_uniform(MS(1) / 5, MS(5)) },
		{ &out->session_open, &t->session_open, "spec.timing.sessionOpen",
		  distribution_uniform(3 * MS(1) / 10, MS(5)) },
		{ &out->daemon_start, &t->daemon_start, "spec.timing.daemonStart",
		  distribution_uniform(MS(30), MS(100)) },
		{ &out->speaker_start, &t->speaker_start, "spec.timing.speakerStart",
		  distribution_uniform(SEC(2), SEC(4)) },
		{ &out->carrier_notice, &t->carrier_notice, "spec.timing.carrierNotice",
		  distribution_constant(MS(5)) },
		{ &out->neighbor_reachable, &t->neighbor_reachable,
		  "spec.timing.neighborReachable", distribution_uniform(SEC(15), SEC(45)) },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		*rows[i].out = setup_delay(b, rows[i].value, rows[i].path, rows[i].absent, 0);
	out->make = str_equal(t->speaker.s, "gobgp-3") ? SPEAKER_GOBGP_3 : SPEAKER_GOBGP_4;
	out->daemon = str_equal(t->speaker.s, bgp_daemon_name(BGP_FORK_1_3)) ? BGP_FORK_1_3
									     : BGP_FORK_1_1;
	/* BG5.6: fork-1.3 hears of every change. */
	out->import_poll = setup_duration(b, &t->import_poll, "spec.timing.importPoll",
					  out->daemon == BGP_FORK_1_3 ? 0 : SEC(5), 0);
	out->collision_hang = t->collision_hang.v;
}

/* What would be simulated wrongly. */
void setup_bgp_refuse(struct setup_builder *b, const char *what, const char *hint)
{
	setup_problem(b,
		      b->scenario->every_router.v ? b->scenario->every_router.pos
						  : b->scenario->clients.at.pos,
		      "spec.clients", SETUP_NO_BGP "%s", what)
		->hint = hint;
}

/* ---- prefixes ---- */

/* A VIP of a remote pool, by its number. */
struct remote_vip {
	struct ip ip;
	uint32_t number;
};

static int setup_bgp_order_vips(const void *pa, const void *pb)
{
	const struct remote_vip *a = pa;
	const struct remote_vip *b = pb;

	return ip_compare(a->ip, b->ip);
}

/* By address. */
struct remote_vips {
	ARRAY_OF(struct remote_vip) list;
};

static void setup_bgp_collect_vips(const struct setup *setup, struct remote_vips *out)
{
	ARRAY_RESERVE(setup->arena, &out->list, setup->vips.count);
	for (uint32_t v = 0; v < setup->vips.count; v++) {
		const struct remote_vip vip = { setup->vips.items[v].ip, v };

		if (setup->vips.items[v].remote)
			ARRAY_ADD(setup->arena, &out->list, vip);
	}
	array_sort(out->list.items, out->list.count, sizeof(struct remote_vip),
		   setup_bgp_order_vips);
}

/* Gives the newest prefix the VIPs in it that no prefix of the same length or a longer one
 * has. */
static void setup_bgp_claim_vips(const struct setup_bgp *bgp, const struct remote_vips *vips,
				 uint32_t *prefix_of)
{
	const uint32_t number = bgp->prefixes.count - 1;
	const struct bgp_prefix *prefix = bgp->prefixes.items[number].prefix;
	const struct remote_vip first = { ip_net_first(prefix->net), 0 };
	const struct ip last = ip_net_last(prefix->net);

	for (uint32_t i = array_lower_bound(&first, vips->list.items, vips->list.count,
					    sizeof(first), setup_bgp_order_vips);
	     i < vips->list.count && ip_compare(vips->list.items[i].ip, last) <= 0; i++) {
		uint32_t *holder = &prefix_of[vips->list.items[i].number];

		/* All IPv4 addresses lie within ::/8, and are not of it. */
		if (!ip_net_contains(prefix->net, vips->list.items[i].ip))
			continue;
		if (*holder == SETUP_NONE ||
		    bgp->prefixes.items[*holder].prefix->length < prefix->length)
			*holder = number;
	}
}

static void setup_bgp_prefixes(struct setup_builder *b, struct setup_bgp *bgp,
			       const struct bgp_config *config)
{
	struct setup *setup = b->setup;
	struct remote_vips vips = { 0 };
	uint32_t *prefix_of =
		arena_alloc(setup->arena, (setup->vips.count + 1) * sizeof(*prefix_of));
	char text[IP_NET_TEXT_MAX];

	for (uint32_t v = 0; v < setup->vips.count; v++)
		prefix_of[v] = SETUP_NONE;
	setup_bgp_collect_vips(setup, &vips);
	ARRAY_FOREACH (const struct bgp_prefix, prefix, &config->prefixes) {
		struct setup_prefix *out;

		if (prefix->vips.count == 0)
			continue;
		out = ARRAY_PUSH(setup->arena, &bgp->prefixes);
		*out = (struct setup_prefix){ .prefix = prefix };
		out->text = arena_strdup(setup->arena, ip_net_format(prefix->net, text));
		setup_bgp_claim_vips(bgp, &vips, prefix_of);
	}
	for (uint32_t v = 0; v < setup->vips.count; v++)
		if (prefix_of[v] != SETUP_NONE)
			ARRAY_ADD(setup->arena, &bgp->prefixes.items[prefix_of[v]].vips, v);
	bgp->prefix_of = prefix_of;
}

/* ---- routers and clients ---- */

static uint32_t setup_find_router(const struct setup_bgp *bgp, const char *name)
{
	for (uint32_t r = 0; r < bgp->routers.count; r++)
		if (str_equal(bgp->routers.items[r].router->name, name))
			return r;
	return SETUP_NONE;
}

uint32_t setup_router_number(struct setup_builder *b, const struct str_value *name,
			     const char *path)
{
	const uint32_t number = setup_find_router(b->setup->bgp, name->s);
	struct nearest near = { .word = name->s };

	if (number != SETUP_NONE)
		return number;
	if (setup_is_reported(b, name->pos) || setup_lost_name(b))
		return SETUP_NONE;
	ARRAY_FOREACH (const struct setup_router, router, &b->setup->bgp->routers)
		nearest_offer(&near, router->router->name);
	setup_problem(b, name->pos, path, "%s: the input has no router \"%s\"", path, name->s)
		->hint = near.best != NULL ? arena_printf(&b->snapshot->arena,
							  "did you mean \"%s\"?", near.best)
					   : "write the name of a router in a NodeInventory";
	return SETUP_NONE;
}

static void setup_bgp_routers(struct setup_builder *b, struct setup_bgp *bgp,
			      const struct bgp_cluster *cluster)
{
	ARRAY_FOREACH (const struct bgp_router, router, &cluster->routers) {
		const struct setup_router out = {
			.router = router,
			.settings = { router->profile, router->retry_seconds, router->passive,
				      router->timer_late_ns },
		};

		ARRAY_ADD(b->setup->arena, &bgp->routers, out);
	}
}

/* Whether a NodeInventory has a router of that name. */
static bool setup_bgp_is_described(const struct setup_builder *b, const struct router *router)
{
	ARRAY_FOREACH (struct node_inventory *const, inventory, &b->snapshot->inventories) {
		ARRAY_FOREACH (const struct router, other, &(*inventory)->routers.list) {
			if (str_equal(other->name.s, router->name.s))
				return true;
		}
	}
	return false;
}

/* A timer of a router of the scenario that cannot be, in whole seconds; 0 stands for an absent
 * one. `least`: what it may be, in seconds. */
static sim_ns setup_bgp_timer(struct setup_builder *b, const struct str_value *value,
			      const char *path, const char *name, sim_ns least)
{
	const char *full = arena_printf(b->setup->arena, "%s.timers.%s", path, name);
	sim_ns time;

	if (value->s == NULL || setup_is_reported(b, value->pos))
		return 0;
	time = setup_duration(b, value, full, 0, least);
	if (time <= SEC(UINT16_MAX))
		return time;
	setup_problem(b, value->pos, full,
		      "%s is %s, which is longer than the 65535s that BGP "
		      "can express",
		      full, value->s)
		->hint = "write a shorter duration";
	return 0;
}

/* A router of the scenario: over one of the inventory, or one more. */
static void setup_bgp_check_router(struct setup_builder *b, const struct router *router,
				   const char *path)
{
	const sim_ns hold = setup_bgp_timer(b, &router->bgp.hold_time, path, "holdTime", 0);

	(void)setup_bgp_timer(b, &router->bgp.keepalive_time, path, "keepaliveTime",
			      router->bgp.hold_time.s != NULL && hold == 0 ? 0 : SEC(1));
	(void)setup_bgp_timer(b, &router->bgp.connect_retry, path, "connectRetry", SEC(1));
	if (hold > 0 && hold < SEC(BGP_HOLD_MIN_S))
		setup_problem(b, router->bgp.hold_time.pos, path,
			      "%s: a router cannot offer a holdTime of %s: BGP has 0 s, or 3 s "
			      "and more",
			      path, router->bgp.hold_time.s)
			->hint = "write holdTime: 3s or longer, or 0s for none";
	if (setup_bgp_is_described(b, router) || router->name.s == NULL ||
	    router->addresses.list.count > 0 || setup_lost_name(b) ||
	    setup_is_reported(b, router->name.pos))
		return;
	setup_problem(b, router->name.pos, path,
		      "%s: the input has no router \"%s\", and it has no address here", path,
		      router->name.s)
		->hint = "write the name of a router in a NodeInventory, or give this one an "
			 "asn and addresses";
}

static void setup_bgp_check_routers(struct setup_builder *b)
{
	const struct routers *routers = &b->scenario->routers;

	for (uint32_t i = 0; i < routers->list.count; i++)
		setup_bgp_check_router(b, &routers->list.items[i],
				       arena_printf(b->setup->arena, "spec.routers[%u]", i));
}

/* Another router with an address of this one; NULL: none. */
static const struct bgp_router *setup_bgp_namesake(const struct setup_bgp *bgp,
						   const struct bgp_router *router)
{
	ARRAY_FOREACH (const struct setup_router, other, &bgp->routers) {
		if (other->router == router)
			continue;
		ARRAY_FOREACH (const struct ip_net, theirs, &other->router->nets)
			ARRAY_FOREACH (const struct ip_net, ours, &router->nets)
				if (!ip_is_link_local(ours->address) &&
				    ip_compare(ours->address, theirs->address) == 0)
					return other->router;
	}
	return NULL;
}

/* Why nobody peers with the router, and what to do about it. */
static void setup_bgp_report_idle(struct setup_builder *b, const struct setup_bgp *bgp,
				  const struct bgp_router *router, struct pos pos,
				  const char *path)
{
	const struct bgp_router *same = setup_bgp_namesake(bgp, router);

	if (same != NULL)
		setup_problem(b, pos, path,
			      "%s: router \"%s\" has the address of router \"%s\", which has "
			      "all sessions with it",
			      path, router->name, same->name)
			->hint = "give each router its own address";
	else
		setup_problem(b, pos, path, "%s: no node has a session with router \"%s\"",
			      path, router->name)
			->hint = "give it an address that is a neighborAddress of the "
				 "BGPConfiguration and, unless the session is multihop, in a "
				 "subnet of the nodes";
}

/* Routers that only the scenario has, and that no node ever peers with. */
static void setup_bgp_check_idle(struct setup_builder *b, const struct setup_bgp *bgp)
{
	const struct routers *routers = &b->scenario->routers;

	for (uint32_t i = 0; i < routers->list.count; i++) {
		const struct router *router = &routers->list.items[i];
		const char *path = arena_printf(b->setup->arena, "spec.routers[%u]", i);
		uint32_t number;

		if (router->name.s == NULL || router->addresses.list.count == 0 ||
		    setup_bgp_is_described(b, router) || setup_is_faulty(b, path))
			continue;
		number = setup_find_router(bgp, router->name.s);
		if (number != SETUP_NONE && bgp->routers.items[number].sessions.count == 0)
			setup_bgp_report_idle(b, bgp, bgp->routers.items[number].router,
					      router->addresses.at.pos, path);
	}
}

/* A client behind each router that some node peers with, and none behind a mere gateway: it
 * would lose all it sends. */
static void setup_bgp_every_router(struct setup_builder *b, struct setup_bgp *bgp)
{
	bool *peers = arena_zalloc(b->setup->arena, bgp->routers.count + 1, sizeof(*peers));

	ARRAY_FOREACH (const struct setup_session, session, &bgp->sessions)
		peers[session->router] = true;
	for (uint32_t r = 0; r < bgp->routers.count; r++) {
		const struct setup_client behind = { bgp->routers.items[r].router->name, r, 0 };

		if (peers[r])
			ARRAY_ADD(b->setup->arena, &bgp->clients, behind);
	}
	if (bgp->routers.count == 0)
		setup_bgp_refuse(b, "the input describes no router",
				 "describe the routers in a NodeInventory, below spec.routers");
	else if (bgp->sessions.count == 0)
		setup_bgp_refuse(b, "no node has a session with a router of the input",
				 "describe the neighbors of the BGPConfiguration in a "
				 "NodeInventory, below spec.routers, with their addresses");
}

/* Whether the scenario brings the router, which is then told of it. */
static bool setup_bgp_is_new(const struct setup_builder *b, const char *name)
{
	ARRAY_FOREACH (const struct router, router, &b->scenario->routers.list) {
		if (str_equal(router->name.s, name))
			return !setup_bgp_is_described(b, router);
	}
	return false;
}

static void setup_bgp_clients(struct setup_builder *b, struct setup_bgp *bgp)
{
	uint32_t number = 0;

	if (b->scenario->every_router.v)
		setup_bgp_every_router(b, bgp);
	ARRAY_FOREACH (const struct scenario_client, client, &b->scenario->clients.list) {
		const char *path = arena_printf(b->setup->arena, "spec.clients[%u]", number++);
		struct setup_client out = { .name = client->name.s,
					    .flows = (uint64_t)client->flows.v };

		if (client->name.s == NULL || client->router.s == NULL)
			continue;
		out.router = setup_router_number(b, &client->router, path);
		ARRAY_FOREACH (const struct setup_client, other, &bgp->clients) {
			if (str_equal(other->name, out.name))
				setup_problem(b, client->name.pos, path,
					      "%s: there is another client \"%s\"", path,
					      out.name)
					->hint = "give each client its own name";
		}
		if (out.router == SETUP_NONE)
			continue;
		if (bgp->routers.items[out.router].sessions.count == 0 &&
		    !setup_bgp_is_new(b, client->router.s))
			setup_bgp_report_idle(b, bgp, bgp->routers.items[out.router].router,
					      client->router.pos, path);
		ARRAY_ADD(b->setup->arena, &bgp->clients, out);
	}
}

/* ---- filters ---- */

const uint64_t *setup_bgp_takes(struct arena *arena, const struct setup_bgp *bgp,
				const struct bgp_router *router, bool internal)
{
	uint64_t *out = arena_zalloc(arena, bits_words(bgp->prefixes.count), sizeof(*out));

	for (uint32_t p = 0; p < bgp->prefixes.count; p++)
		bits_set(out, p,
			 bgp_router_filter(router, bgp->prefixes.items[p].prefix, internal) ==
				 BGP_TAKEN);
	return out;
}

static void setup_bgp_families(struct setup_builder *b, struct setup_bgp *bgp)
{
	for (int v6 = 0; v6 < SETUP_FAMILIES; v6++) {
		bgp->families[v6] =
			arena_zalloc(b->setup->arena, bits_words(bgp->prefixes.count),
				     sizeof(*bgp->families[v6]));
		for (uint32_t p = 0; p < bgp->prefixes.count; p++)
			bits_set(bgp->families[v6], p,
				 (bgp->prefixes.items[p].prefix->family == IP_V6) == v6);
	}
}

/* What the router's filters let in. */
static void setup_bgp_filters(struct setup_builder *b, struct setup_bgp *bgp)
{
	ARRAY_FOREACH (struct setup_router, router, &bgp->routers) {
		for (int kind = 0; kind < SETUP_SESSION_KINDS; kind++)
			router->takes[kind] = setup_bgp_takes(
				b->setup->arena, bgp, router->router, kind == SETUP_INTERNAL);
	}
}

/* ---- what would be simulated wrongly ---- */

/* Each session says of each prefix whether it brings it. */
static bool setup_bgp_is_bounded(struct setup_builder *b, const struct setup_bgp *bgp)
{
	enum { PATHS_MAX = 4000000 };

	if ((uint64_t)bgp->sessions.count * bgp->prefixes.count <= PATHS_MAX)
		return true;
	setup_bgp_refuse(b, "there are too many sessions and prefixes",
			 "leave out routers, Services or nodes that do not matter here; bgp "
			 "--down and sweep --routers accept them all");
	return false;
}

/* The first prefix of the group that a VIP is in; NULL: none is. */
static const struct bgp_prefix *setup_bgp_prefix_of(const struct bgp_route_group *group)
{
	ARRAY_FOREACH (const struct bgp_prefix *const, prefix, &group->prefixes) {
		if ((*prefix)->vips.count > 0)
			return *prefix;
	}
	return NULL;
}

static void setup_bgp_check_route(struct setup_builder *b, const struct bgp_route_group *group)
{
	const struct bgp_prefix *prefix = setup_bgp_prefix_of(group);
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct bgp_hop, hop, &group->route.hops) {
		if (prefix == NULL || hop->best_paths || hop->none)
			continue;
		setup_bgp_refuse(
			b,
			arena_printf(&b->snapshot->arena,
				     "router %s has better and worse paths to %s, and a "
				     "change from one to the other is not simulated",
				     group->route.router->name,
				     ip_net_format(prefix->net, text)),
			"give the nodes the same AS");
		return;
	}
}

static void setup_bgp_check_paths(struct setup_builder *b, const struct setup_bgp *bgp,
				  const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct setup_router, router, &bgp->routers) {
		const uint32_t before = b->snapshot->problems.count;
		struct bgp_routes routes;

		bgp_routes_of(config, router->router, b->setup->arena, &routes);
		ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
			if (b->snapshot->problems.count == before)
				setup_bgp_check_route(b, group);
		}
	}
}

static void setup_bgp_warm_up(struct setup_builder *b, const struct setup_bgp *bgp)
{
	uint64_t retry = 0;
	sim_ns least = WARMUP_LEAST_S * NS_PER_SEC;

	if (b->scenario->warmup.s != NULL)
		return;
	ARRAY_FOREACH (const struct setup_session, session, &bgp->sessions)
		if (session->settings.retry_seconds > retry)
			retry = session->settings.retry_seconds;
	if (bgp_time_seconds(retry) < SETUP_TIME_MAX &&
	    bgp_time_seconds(retry + WARMUP_MARGIN_S) > least)
		least = bgp_time_seconds(retry + WARMUP_MARGIN_S);
	if (b->setup->warmup < least)
		b->setup->warmup = least;
}

/* ---- all of it ---- */

/* BGP under one version of the configuration; NULL after a problem. */
static const struct bgp_config *setup_bgp_resolve(struct setup_builder *b,
						  const struct setup_bgp *bgp,
						  const struct setup_version *version)
{
	const struct bgp_options options = { .daemon = bgp->timing.daemon,
					     .routers = &b->scenario->routers,
					     .routers_object = &b->scenario->object };
	struct bgp_cluster *cluster = arena_zalloc(b->setup->arena, 1, sizeof(*cluster));

	bgp_resolve(cluster, version->cluster, &options, b->setup->arena);
	if (cluster->configs.count == 1)
		return &cluster->configs.items[0];
	/* A change has deleted it. */
	if (cluster->configs.count == 0 && bgp->versions.count > 0)
		return NULL;
	if (!setup_lost_field(b, "inputs", b->scenario->inputs.at.set))
		setup_bgp_refuse(b,
				 cluster->configs.count == 0
					 ? "the input has no BGPConfiguration"
					 : "the input has several BGPConfigurations, which "
					   "overwrite each other",
				 "put one BGPConfiguration into the input");
	return NULL;
}

/* What nobody knows of the end of the newest configuration (BG2.4f): each node retries to
 * delete the neighbors that are not its own, and may or may not come to those behind them. */
static void setup_bgp_check_deleted(struct setup_builder *b, const struct setup_bgp *bgp,
				    const char *what)
{
	const struct bgp_config *config = bgp->versions.items[bgp->versions.count - 1].config;

	for (uint32_t i = 0; config != NULL && i < config->object->neighbors.list.count; i++) {
		if (!config->object->neighbors.list.items[i].node_selector.at.set)
			continue;
		setup_bgp_refuse(
			b,
			arena_printf(&b->snapshot->arena,
				     "%s: which neighbors stay on nodes that a nodeSelector "
				     "leaves out is not known",
				     what),
			"simulate a BGPConfiguration without neighbors instead");
		return;
	}
}

static bool setup_bgp_versions(struct setup_builder *b, struct setup_bgp *bgp)
{
	const uint32_t before = b->snapshot->problems.count;

	ARRAY_FOREACH (const struct setup_version, version, &b->setup->versions) {
		const struct setup_bgp_version out = {
			.config = setup_bgp_resolve(b, bgp, version),
			.reconciles = version->reconciles_bgp,
		};

		if (b->snapshot->problems.count > before ||
		    (out.config == NULL && bgp->versions.count == 0))
			return false;
		if (out.config == NULL)
			setup_bgp_check_deleted(b, bgp, version->what);
		ARRAY_ADD(b->setup->arena, &bgp->versions, out);
	}
	return true;
}

void setup_build_bgp(struct setup_builder *b)
{
	const uint32_t before = b->snapshot->problems.count;
	struct setup *setup = b->setup;
	struct setup_bgp *bgp;

	setup_bgp_check_routers(b);
	if (b->scenario->clients.list.count == 0 && !b->scenario->every_router.v)
		return;
	bgp = arena_zalloc(setup->arena, 1, sizeof(*bgp));
	setup_bgp_timing(b, &bgp->timing);
	if (!setup_bgp_versions(b, bgp))
		return;
	setup->bgp = bgp;
	setup_bgp_prefixes(b, bgp, bgp->versions.items[0].config);
	setup_bgp_routers(b, bgp, bgp->versions.items[0].config->cluster);
	setup_bgp_sessions(b, bgp);
	/* What is wrong already may be why. */
	if (b->snapshot->problems.count == before)
		setup_bgp_check_idle(b, bgp);
	setup_bgp_clients(b, bgp);
	setup_bgp_later_prefixes(b, bgp);
	setup_bgp_families(b, bgp);
	setup_bgp_filters(b, bgp);
	if (!setup_bgp_is_bounded(b, bgp))
		return;
	for (uint32_t k = 0; k < bgp->versions.count; k++)
		if (bgp->versions.items[k].config != NULL)
			setup_bgp_check_paths(b, bgp, bgp->versions.items[k].config);
	setup_bgp_warm_up(b, bgp);
}
