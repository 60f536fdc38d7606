/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of the BGP events (T11): which router, and what only some of them have. Refused:
 * what a scenario cannot say without being wrong, such as a password of which nobody knows
 * whether the node has the same.
 */
#include "sim/run/setup_internal.h"

#include "base/text.h"

enum { PATHS_MAX = 4096, RESTART_TIME_MAX_S = 4095 /* RFC 4724, 3: twelve bits */ };

/* Sessions are simulated only where somebody's traffic depends on them. */
void event_bgp(struct event_builder *e)
{
	if (e->b->setup->bgp == NULL)
		setup_need_clients(e->b, e->out->source->kind.pos, e->path);
}

/* A reset is the node's unless the router does it. */
void event_router(struct event_builder *e)
{
	const struct setup_bgp *bgp = e->b->setup->bgp;

	event_bgp(e);
	e->out->flag = str_equal(e->args->by.s, "router");
	/* Without BGP, or any router, another finding says what comes first. */
	if (bgp == NULL || bgp->routers.count == 0)
		return;
	if (e->args->router.s != NULL)
		e->out->router = setup_router_number(e->b, &e->args->router, e->path);
	else
		event_missing(
			e, "a router",
			arena_printf(
				&e->b->snapshot->arena,
				"name it beside the node: {node: %s, router: %s}",
				e->out->group.count == 1
					? e->b->setup->nodes.items[e->out->group.items[0]].name
					: "...",
				bgp->routers.items[0].router->name));
}

/* Of the node with the router, under some version of the configuration. */
static bool event_has_session(const struct setup_bgp *bgp, uint32_t node, uint32_t router)
{
	ARRAY_FOREACH (const struct setup_session, session, &bgp->sessions) {
		if (session->node == node && session->router == router)
			return true;
	}
	return false;
}

/* Of several nodes, such as a rack, some have a session with the router; of one it has to be.
 */
void event_session(struct event_builder *e)
{
	const struct setup_bgp *bgp = e->b->setup->bgp;
	const uint32_t count = e->out->group.count;

	if (bgp == NULL || e->out->router == SETUP_NONE || count == 0)
		return;
	ARRAY_FOREACH (const uint32_t, node, &e->out->group) {
		if (event_has_session(bgp, *node, e->out->router))
			return;
	}
	setup_problem(e->b, e->args->router.pos, e->path,
		      "%s: no configuration makes a session of %s%s with %s", e->path,
		      e->b->setup->nodes.items[e->out->group.items[0]].name,
		      count > 1 ? ", or of the others," : "",
		      bgp->routers.items[e->out->router].router->name)
		->hint = "name a router that is a neighbor of the node, as `purelbtool bgp` "
			 "shows it";
}

static const struct setup_router *event_router_of(const struct event_builder *e)
{
	return e->b->setup->bgp != NULL && e->out->router != SETUP_NONE
		       ? &e->b->setup->bgp->routers.items[e->out->router]
		       : NULL;
}

/* A router behind a switch has one port for all nodes. */
static void event_port(struct event_builder *e)
{
	const struct setup_router *router = event_router_of(e);

	e->out->flag = str_equal(e->args->how.s, "carrier");
	if (router == NULL || e->out->group.count == 0 || router->router->attached_directly)
		return;
	setup_problem(e->b, e->args->router.pos, e->path,
		      "%s: router %s is behind a switch and has one port for all nodes",
		      e->path, router->router->name)
		->hint = "leave out the node, or give the router attach: direct";
}

/* Where BGP and the routes of the kernel are one process there is no part of it. */
static void event_part(struct event_builder *e)
{
	const struct setup_router *router = event_router_of(e);

	e->out->flag = str_equal(e->args->part.s, "bgp");
	if (router == NULL || !e->out->flag || router->settings.profile->bgp_apart)
		return;
	setup_problem(e->b, e->args->part.pos, e->path,
		      "%s: a router of profile %s has one daemon, without parts", e->path,
		      router->settings.profile->name)
		->hint = "leave out `part`, or give the router profile frr";
}

/* At the nodes that are named, else at the router; with both, of their sessions alone. */
static void event_filter(struct event_builder *e)
{
	e->out->flag = str_equal(e->args->how.s, "reject");
	if (e->args->router.s != NULL && e->b->setup->bgp != NULL)
		e->out->router = setup_router_number(e->b, &e->args->router, e->path);
	if (e->args->router.s == NULL && e->out->group.count == 0 &&
	    !e->args->node.list.at.set && !e->args->nodes.list.at.set)
		event_missing(e, "a node or a router", "say where the filter is");
}

static bool event_names_node(const struct event_builder *e, uint32_t node)
{
	ARRAY_FOREACH (const uint32_t, named, &e->out->group) {
		if (*named == node)
			return true;
	}
	return false;
}

/* Of sessions whose key at the node is not known it is not known whether they fit. */
static void event_password(struct event_builder *e)
{
	const struct setup_bgp *bgp = e->b->setup->bgp;

	if (e->args->value.s == NULL)
		event_missing(e, "a value",
			      "write the password that the router gets, such as value: secret, "
			      "or value: \"\" for none");
	for (uint32_t i = 0; bgp != NULL && i < bgp->sessions.count; i++) {
		const struct setup_session *s = &bgp->sessions.items[i];

		if (s->router != e->out->router || !event_names_node(e, s->node) ||
		    s->session->peer->auth != BGP_AUTH_UNKNOWN)
			continue;
		setup_problem(e->b, e->args->value.pos, e->path,
			      "%s: the password of the node is in a Secret that is not in the "
			      "input",
			      e->path)
			->hint = "add the Secret to the input";
		return;
	}
}

/* One that cannot be read would accept nothing, and say nothing. */
static void event_check_accept(struct event_builder *e, const struct router_accept *entry,
			       uint32_t number)
{
	const char *path =
		arena_printf(e->b->setup->arena, "%s.accept[%u]", e->path_of_args, number);
	struct ip_net net = { 0 };
	int64_t ge, le;
	unsigned bits;

	if (setup_is_faulty(e->b, path))
		return;
	if (entry->prefix.s == NULL) {
		setup_problem(e->b, entry->at.pos, e->path, "%s: an entry has no prefix",
			      e->path)
			->hint = "write an entry such as {prefix: 203.0.113.0/24, le: 32}";
		return;
	}
	if (!ip_net_parse(entry->prefix.s, &net)) {
		setup_problem(e->b, entry->prefix.pos, e->path, "%s: \"%s\" is not a prefix",
			      e->path, entry->prefix.s)
			->hint = "write a prefix such as 203.0.113.0/24";
		return;
	}
	bits = ip_family(ip_net_first(net)) == IP_V4 ? 32 : 128;
	ge = entry->ge.set ? entry->ge.v : ip_net_prefix(net);
	le = entry->le.set ? entry->le.v : bits;
	if (ge >= ip_net_prefix(net) && ge <= le && le <= bits)
		return;
	setup_problem(e->b, entry->prefix.pos, e->path,
		      "%s: ge and le of %s must be lengths from %u to %u, ge not above le",
		      e->path, entry->prefix.s, ip_net_prefix(net), bits)
		->hint = "write lengths such as {prefix: 203.0.113.0/24, ge: 24, le: 32}";
}

static void event_prefixes(struct event_builder *e)
{
	const struct setup_router *router = event_router_of(e);
	struct bgp_router filtered;

	if (!e->args->accept.at.set)
		event_missing(
			e, "a list of prefixes",
			"write accept: [{prefix: 203.0.113.0/24, le: 32}], or [] for none");
	for (uint32_t i = 0; i < e->args->accept.list.count; i++)
		event_check_accept(e, &e->args->accept.list.items[i], i);
	if (router == NULL)
		return;
	bgp_router_accept(&filtered, router->router, &e->args->accept, e->b->setup->arena);
	for (int kind = 0; kind < SETUP_SESSION_KINDS; kind++)
		e->out->takes[kind] = setup_bgp_takes(e->b->setup->arena, e->b->setup->bgp,
						      &filtered, kind == SETUP_INTERNAL);
}

static void event_paths(struct event_builder *e)
{
	const struct int_value *paths = &e->args->paths;

	if (!paths->set)
		event_missing(e, "a number of paths", "write paths: 4");
	else if (paths->v < 1 || paths->v > PATHS_MAX)
		setup_problem(e->b, paths->pos, e->path, "%s: paths must be from 1 to %d",
			      e->path, PATHS_MAX)
			->hint = "write how many next hops a route may have";
}

static void event_duration(struct event_builder *e, const char *name, sim_ns absent, sim_ns min)
{
	e->out->amount =
		setup_duration(e->b, &e->args->down_for, event_path(e, name), absent, min);
}

static void event_restart_time(struct event_builder *e)
{
	event_duration(e, "restartTime", 120 * NS_PER_SEC, 0);
	if (e->out->amount > RESTART_TIME_MAX_S * NS_PER_SEC)
		setup_problem(e->b, e->args->down_for.pos, e->path,
			      "%s: restartTime must be at most %d s", e->path,
			      RESTART_TIME_MAX_S)
			->hint = "write a time such as 120s: BGP cannot express a longer one";
}

void event_bgp_arguments(struct event_builder *e)
{
	switch (e->out->kind) {
	case EVENT_ROUTER_LINK_DOWN:
	case EVENT_ROUTER_LINK_UP:
		event_port(e);
		break;
	case EVENT_ROUTER_DAEMON_STOP:
	case EVENT_ROUTER_DAEMON_KILL:
	case EVENT_ROUTER_DAEMON_START:
		event_part(e);
		break;
	case EVENT_FILTER_179:
	case EVENT_UNFILTER_179:
		event_filter(e);
		break;
	case EVENT_PASSWORD:
		event_password(e);
		break;
	case EVENT_PREFIX_FILTER:
		event_prefixes(e);
		break;
	case EVENT_MAX_PATHS:
		event_paths(e);
		break;
	case EVENT_BGP_DAEMON_RESTART:
		event_duration(e, "after", 0, 0);
		break;
	case EVENT_BGP_DRAIN:
		event_duration(e, "drainFor", 10 * NS_PER_SEC, 0);
		break;
	default:
		event_restart_time(e);
		break;
	}
}
