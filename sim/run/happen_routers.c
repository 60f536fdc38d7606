/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenario does to routers: power, daemons, ports, filters, what they accept (T11). */
#include "base/text.h"
#include "sim/router/router.h"
#include "sim/run/happening.h"

static const char *happen_router_name(const struct happening *h)
{
	return h->sim->setup->bgp->routers.items[h->event->router].router->name;
}

/* Whether the event is about the session: of the router and the nodes that it names, of all
 * where it names none. */
static bool happen_is_about(const struct happening *h, uint32_t number)
{
	const struct setup_bgp *bgp = h->sim->setup->bgp;
	const struct setup_session *session = &bgp->sessions.items[number];
	bool opens = false;

	if (h->event->router != SETUP_NONE && session->router != h->event->router)
		return false;
	/* Now, or once a change has brought it. */
	for (uint32_t k = 0; k < bgp->versions.count; k++) {
		const struct setup_session *then = bgp->versions.items[k].sessions[number];

		opens |= then != NULL && then->outcome != OPENING_NEVER;
	}
	if (!opens)
		return false;
	ARRAY_FOREACH (const uint32_t, node, &h->event->group) {
		if (session->node == *node)
			return true;
	}
	return h->event->group.count == 0;
}

/* The next session that the event is about, from number *from on; NULL: there is none. */
static struct wire *happen_next_session(const struct happening *h, uint32_t *from)
{
	const struct setup_bgp *bgp = h->sim->setup->bgp;

	while (*from < bgp->sessions.count) {
		const uint32_t i = (*from)++;

		if (happen_is_about(h, i))
			return &h->sim->routing->wires[i];
	}
	return NULL;
}

/* The router has nothing of the session: no configuration has brought it yet, or one took it.
 */
static bool happen_is_absent(const struct wire *wire)
{
	return wire->outcome == OPENING_NEVER && wire->far.state == ROUTER_SESSION_OFF &&
	       !wire->lingering;
}

/* Those that the event names: "node-a", "node-a and 2 more nodes". */
static const char *happen_nodes_of(const struct happening *h)
{
	const uint32_t count = h->event->group.count;
	const char *node = h->sim->setup->nodes.items[h->event->group.items[0]].name;

	return count == 1 ? node
			  : arena_printf(h->sim->arena, "%s and %u more node%s", node,
					 count - 1, count == 2 ? "" : "s");
}

/* ---- daemons, power ---- */

static void happen_router_daemon(const struct happening *h, bool start, bool orderly)
{
	const struct setup_router *router =
		&h->sim->setup->bgp->routers.items[h->event->router];
	const struct router_profile *profile = router->settings.profile;
	/* Of BGP alone: zebra sees it go, and takes its routes out (T4.8). */
	const bool alone = !start && !orderly && h->event->flag;
	const sim_ns delay =
		bgp_span_sample(start   ? &profile->start_to_fib
				: alone ? &profile->bgp_dies_to_fib
					: &profile->stop_to_fib,
				&h->sim->routing->routers[h->event->router].random);
	struct wire *wire;

	if (!h->sim->routing->routers[h->event->router].powered) {
		happen_nothing(h, happen_router_name(h), "it has no power");
		return;
	}
	if (h->sim->routing->routers[h->event->router].runs == start) {
		happen_nothing(h, happen_router_name(h),
			       start ? "it is already running" : "it is not running");
		return;
	}
	h->sim->routing->routers[h->event->router].runs = start;
	trace_note(h->sim, start ? "router-started" : "router-stopped", CAUSE_SCENARIO,
		   "the BGP daemon of %s %s", happen_router_name(h),
		   start     ? "starts"
		   : orderly ? "stops"
			     : "died");
	for (uint32_t from = 0; (wire = happen_next_session(h, &from)) != NULL;) {
		if (happen_is_absent(wire))
			continue;
		if (start)
			wire_router_started(h->sim, wire, delay);
		else
			wire_router_stopped(h->sim, wire, orderly, orderly || alone, delay);
	}
}

void happen_router_daemon_stop(const struct happening *h)
{
	happen_router_daemon(h, false, true);
}

void happen_router_daemon_kill(const struct happening *h)
{
	happen_router_daemon(h, false, false);
}

void happen_router_daemon_start(const struct happening *h)
{
	happen_router_daemon(h, true, true);
}

void happen_router_crash(const struct happening *h)
{
	struct routing *routing = h->sim->routing;
	struct wire *wire;

	if (!routing->routers[h->event->router].powered) {
		happen_nothing(h, happen_router_name(h), "it is already down");
		return;
	}
	trace_note(h->sim, "router-down", CAUSE_SCENARIO, "%s went down",
		   happen_router_name(h));
	routing->routers[h->event->router].powered = false;
	routing->routers[h->event->router].runs = false;
	/* Its ends forget their sessions; the nodes hear nothing any more. */
	for (uint32_t from = 0; (wire = happen_next_session(h, &from)) != NULL;) {
		wire_path_changed(h->sim, wire);
		wire_router_crashed(h->sim, wire);
	}
}

void happen_router_recover(const struct happening *h)
{
	struct routing *routing = h->sim->routing;
	struct wire *wire;

	if (routing->routers[h->event->router].powered) {
		happen_nothing(h, happen_router_name(h), "it is already up");
		return;
	}
	trace_note(h->sim, "router-up", CAUSE_SCENARIO, "%s is back", happen_router_name(h));
	routing->routers[h->event->router].powered = true;
	routing->routers[h->event->router].runs = true;
	for (uint32_t from = 0; (wire = happen_next_session(h, &from)) != NULL;) {
		wire_path_changed(h->sim, wire);
		if (!happen_is_absent(wire))
			wire_router_started(h->sim, wire, 0);
	}
}

/* ---- ports, filters ---- */

static void happen_router_link(const struct happening *h, bool down)
{
	const struct setup_router *router =
		&h->sim->setup->bgp->routers.items[h->event->router];
	const uint32_t nodes = h->event->group.count;
	const bool several = nodes > 1 || (nodes == 0 && router->router->attached_directly);
	const char *ports =
		arena_printf(h->sim->arena, "its port%s%s%s", several ? "s" : "",
			     nodes == 0 ? "" : " to ", nodes == 0 ? "" : happen_nodes_of(h));
	struct wire *wire;
	bool changes = false;

	for (uint32_t from = 0; (wire = happen_next_session(h, &from)) != NULL;)
		changes |= wire->port_down != down;
	if (!changes) {
		happen_nothing(h, happen_router_name(h),
			       down ? "the port is already down, or it has none"
				    : "no port of it is down");
		return;
	}
	trace_note(h->sim, down ? "port-down" : "port-up", CAUSE_SCENARIO,
		   !down            ? "%s: %s %s up again"
		   : h->event->flag ? "%s: %s %s without carrier"
				    : "%s: %s %s shut down",
		   happen_router_name(h), ports, several ? "are" : "is");
	for (uint32_t from = 0; (wire = happen_next_session(h, &from)) != NULL;)
		wire_set_port(h->sim, wire, down, !h->event->flag);
	paths_look_at_members(h->sim, h->event->router,
			      arena_printf(h->sim->arena, "%s %s %s", ports,
					   several ? "are" : "is", down ? "down" : "up again"));
}

void happen_router_link_down(const struct happening *h)
{
	happen_router_link(h, true);
}

void happen_router_link_up(const struct happening *h)
{
	happen_router_link(h, false);
}

static void happen_filter(const struct happening *h, enum wire_filter filter)
{
	const enum wire_end end = h->event->group.count == 0 ? WIRE_ROUTER : WIRE_NODE;
	const char *where = end == WIRE_ROUTER ? happen_router_name(h) : happen_nodes_of(h);
	struct wire *wire;
	bool changes = false;

	for (uint32_t from = 0; (wire = happen_next_session(h, &from)) != NULL;) {
		changes |= wire->filter[end] != filter;
		wire->filter[end] = filter;
		wire_path_changed(h->sim, wire);
	}
	if (!changes)
		happen_nothing(h, where, "it makes no difference to any session");
	else
		trace_note(h->sim, "filter", CAUSE_SCENARIO,
			   filter == FILTER_NONE    ? "the BGP filter at %s is gone"
			   : filter == FILTER_DROPS ? "a filter at %s drops BGP"
						    : "a filter at %s rejects BGP",
			   where);
}

void happen_filter_179(const struct happening *h)
{
	happen_filter(h, h->event->flag ? FILTER_REJECTS : FILTER_DROPS);
}

void happen_unfilter_179(const struct happening *h)
{
	happen_filter(h, FILTER_NONE);
}

/* ---- what it accepts and uses ---- */

/* Of a new configuration. */
static const char *happen_from_when(const struct happening *h)
{
	return h->sim->routing->routers[h->event->router].runs
		       ? ""
		       : " when its BGP daemon runs again";
}

void happen_prefix_filter(const struct happening *h)
{
	trace_note(h->sim, "prefix-filter", CAUSE_SCENARIO, "%s accepts different prefixes%s",
		   happen_router_name(h), happen_from_when(h));
	paths_accept(h->sim, h->event->router, h->event->takes);
}

void happen_max_paths(const struct happening *h)
{
	const uint32_t paths = (uint32_t)h->event->source->args.paths.v;

	trace_note(h->sim, "max-paths", CAUSE_SCENARIO, "%s uses at most %u next hop%s%s",
		   happen_router_name(h), paths, paths == 1 ? "" : "s", happen_from_when(h));
	paths_limit(h->sim, h->event->router, paths);
}
