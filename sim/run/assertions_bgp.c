/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions about what clients lose and about sessions (T11). */
#include "sim/run/assertions.h"

#include <stdlib.h>

#include "base/duration.h"
#include "base/text.h"
#include "sim/engine/setup_bgp.h"

/* A number of an assertion, not negative; false: it is none. */
static bool assertion_number(const char *text, double *out)
{
	char *end = NULL;

	if (text == NULL)
		return false;
	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out >= 0 && *out < 1e12;
}

/* What a client lost of its flows to a VIP, in the time that an assertion is about. */
struct client_loss {
	double most;         /* at one time */
	double flow_seconds; /* in all */
	sim_ns from;         /* when it first lost the most */
	bool ongoing;        /* it still loses some at the end */
};

static struct client_loss assertion_client_loss(const struct sim *sim,
						const struct scenario_assertion *a,
						const struct client_result *client)
{
	const sim_ns end = a->end != 0 ? a->end : sim->result->simulated;
	struct client_loss loss = { 0 };

	ARRAY_FOREACH (const struct lost_share, lost, &client->lost) {
		const struct interval time = assertion_window(a, lost->time);
		const sim_ns to = time.to == SIM_NEVER ? end : time.to;

		if (to <= time.from)
			continue;
		loss.flow_seconds +=
			lost->share * (double)(to - time.from) / (double)NS_PER_SEC;
		loss.ongoing |= time.to == SIM_NEVER;
		if (lost->share <= loss.most)
			continue;
		loss.most = lost->share;
		loss.from = time.from;
	}
	return loss;
}

/* The worst of all clients and VIPs that the assertion asks. */
void assertion_judge_clients(struct sim *sim, const struct scenario_assertion *a,
			     struct assertion_result *out)
{
	const struct setup *setup = sim->setup;
	const bool share = a->max_lost_share.s != NULL;
	const struct client_result *worst = NULL;
	bool ongoing = false;
	double most = -1, limit = 0;
	sim_ns from = 0;

	(void)assertion_number(share ? a->max_lost_share.s : a->max_lost_flow_seconds.s,
			       &limit);
	ARRAY_FOREACH (const struct client_result, client, &sim->result->clients) {
		struct client_loss loss;

		if ((a->client.s != NULL &&
		     !str_equal(a->client.s, setup->bgp->clients.items[client->client].name)) ||
		    !assertion_asks_vip(setup, a, client->vip))
			continue;
		loss = assertion_client_loss(sim, a, client);
		/* What goes on at the end may become more than any limit. */
		ongoing |= !share && loss.ongoing;
		if ((share ? loss.most : loss.flow_seconds) <= most)
			continue;
		most = share ? loss.most : loss.flow_seconds;
		from = loss.from;
		worst = client;
	}
	out->held = worst != NULL && most <= limit + 1e-9 && !ongoing;
	if (worst == NULL)
		out->detail = "the run ended before anything was measured";
	else if (most <= 0)
		out->detail = "nothing was lost";
	else
		out->detail =
			arena_printf(sim->arena,
				     share ? "%s lost %.3f of its flows to %s%s"
					   : "%s lost %.3f flow seconds to %s%s",
				     setup->bgp->clients.items[worst->client].name, most,
				     setup->vips.items[worst->vip].text,
				     share ? arena_printf(sim->arena, ", from %.3fs on",
							  (double)from / (double)NS_PER_SEC)
					   : "");
	if (ongoing && most <= limit + 1e-9)
		out->detail = assertion_too_short(
			sim,
			arena_printf(sim->arena, "%s, and flows are still lost", out->detail));
}

/* Some VIP of the prefix is one that the assertion is about. */
static bool assertion_asks_prefix(const struct setup *setup, const struct scenario_assertion *a,
				  uint32_t prefix)
{
	const struct setup_prefix *it = &setup->bgp->prefixes.items[prefix];

	if (a->prefix.s != NULL && !str_equal(a->prefix.s, it->text))
		return false;
	ARRAY_FOREACH (const uint32_t, vip, &it->vips) {
		if (assertion_asks_vip(setup, a, *vip))
			return true;
	}
	return false;
}

/* The narrowest route of all that the assertion asks. */
void assertion_judge_width(struct sim *sim, const struct scenario_assertion *a,
			   struct assertion_result *out)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const struct route_result *worst = NULL;
	const struct route_set *narrowest = NULL;
	int64_t from = 0;

	if (a->since.s != NULL)
		(void)duration_parse(a->since.s, &from);
	from += a->begin;
	ARRAY_FOREACH (const struct route_result, route, &sim->result->routes) {
		const char *router = bgp->routers.items[route->router].router->name;

		if ((a->router.s != NULL && !str_equal(a->router.s, router)) ||
		    !assertion_asks_prefix(sim->setup, a, route->prefix))
			continue;
		ARRAY_FOREACH (const struct route_set, set, &route->sets) {
			/* One that was there for no time is no width that it had. */
			if (set->time.to <= from || set->time.to <= set->time.from ||
			    (a->end != 0 && set->time.from >= a->end) ||
			    (narrowest != NULL && narrowest->hops.count <= set->hops.count))
				continue;
			worst = route;
			narrowest = set;
		}
	}
	if (narrowest == NULL || sim->result->simulated < from) {
		out->detail = "the run ended before anything was measured";
		return;
	}
	out->held = (int64_t)narrowest->hops.count >= a->min_width.v;
	if (narrowest->time.from > from)
		from = narrowest->time.from;
	out->detail = arena_printf(sim->arena, "%s had %u next hop%s to %s, from %.3fs on",
				   bgp->routers.items[worst->router].router->name,
				   narrowest->hops.count, narrowest->hops.count == 1 ? "" : "s",
				   bgp->prefixes.items[worst->prefix].text,
				   (double)from / (double)NS_PER_SEC);
}

/* The state of the session at the moment, of several with that router the first. */
void assertion_judge_session(struct sim *sim, const struct scenario_assertion *a,
			     struct assertion_result *out)
{
	const struct setup *setup = sim->setup;
	const bool wanted = str_equal(a->session.s, "up");
	bool up = false;
	int64_t at = 0;

	(void)duration_parse(a->when.s, &at);
	at += a->begin;
	ARRAY_FOREACH (const struct session_result, session, &sim->result->sessions) {
		const struct setup_session *s = &setup->bgp->sessions.items[session->session];

		if (!str_equal(setup->nodes.items[s->node].name, a->node.s) ||
		    !str_equal(setup->bgp->routers.items[s->router].router->name, a->router.s))
			continue;
		ARRAY_FOREACH (const struct session_interval, it, &session->intervals)
			up |= it->up && it->since <= at && at < it->until;
	}
	out->held = sim->result->simulated >= at && up == wanted;
	out->detail = sim->result->simulated < at ? "the run ended before"
		      : up                        ? "the session was up"
						  : "the session was down";
}

/* ---- before the run ---- */

static void assertion_check_number(struct setup_builder *b, const struct str_value *value,
				   const char *path, double most)
{
	double number;

	if (value->s == NULL || (assertion_number(value->s, &number) && number <= most))
		return;
	setup_problem(b, value->pos, path, "%s: \"%s\" is not a number from 0 %s", path,
		      value->s, most <= 1 ? "to 1" : "upwards")
		->hint = most <= 1 ? "write a share such as 0.34" : "write seconds such as 30";
}

static bool assertion_client_is_known(const struct setup_bgp *bgp, const char *name)
{
	ARRAY_FOREACH (const struct setup_client, client, &bgp->clients) {
		if (str_equal(client->name, name))
			return true;
	}
	return false;
}

static bool assertion_prefix_is_known(const struct setup *setup,
				      const struct scenario_assertion *a)
{
	for (uint32_t p = 0; p < setup->bgp->prefixes.count; p++)
		if (assertion_asks_prefix(setup, a, p))
			return true;
	return false;
}

static void assertion_check_width(struct setup_builder *b, const struct scenario_assertion *a,
				  const char *path)
{
	if (a->min_width.v < 1)
		setup_problem(b, a->min_width.pos, path, "%s: minWidth must be at least 1",
			      path)
			->hint = "write how many next hops routes must have";
	if (setup_duration(b, &a->since, path, 0, 0) >
	    (a->end != 0 ? a->end - a->begin : b->setup->duration))
		setup_problem(b, a->since.pos, path, "%s begins after the end of the %s", path,
			      a->end != 0 ? "stage" : "run")
			->hint = assertion_earlier_time(b);
	if (a->router.s != NULL)
		(void)setup_router_number(b, &a->router, path);
	if (a->prefix.s != NULL && !assertion_prefix_is_known(b->setup, a))
		setup_problem(b, a->prefix.pos, path, "%s: no node announces the prefix \"%s\"",
			      path, a->prefix.s)
			->hint = "write a prefix as `purelbtool bgp` shows it, such as "
				 "203.0.113.1/32";
}

void assertion_check_bgp(struct setup_builder *b, const struct scenario_assertion *a,
			 const char *path)
{
	const bool about_flows =
		a->max_lost_share.s != NULL || a->max_lost_flow_seconds.s != NULL;
	const struct setup_bgp *bgp = b->setup->bgp;

	assertion_check_number(b, &a->max_lost_share, path, 1);
	assertion_check_number(b, &a->max_lost_flow_seconds, path, 1e12);
	if (!about_flows && a->client.s != NULL)
		setup_problem(b, a->client.pos, path,
			      "%s is not about a client: it has no effect", path)
			->hint = "remove `client`, or assert maxLostShare";
	if (a->session.s == NULL &&
	    (a->node.s != NULL || (a->router.s != NULL && !a->min_width.set)))
		setup_problem(b, a->at.pos, path,
			      "%s is not about a session: node and router have no effect", path)
			->hint = "remove them, or assert session";
	if (!a->min_width.set && (a->prefix.s != NULL || a->since.s != NULL))
		setup_problem(b, a->at.pos, path,
			      "%s is not about a route: prefix and from have no effect", path)
			->hint = "remove them, or assert minWidth";
	if (!about_flows && a->session.s == NULL && !a->min_width.set)
		return;
	if (bgp == NULL) {
		setup_need_clients(b, a->at.pos, path);
		return;
	}
	if (about_flows && a->client.s != NULL && !assertion_client_is_known(bgp, a->client.s))
		setup_problem(b, a->client.pos, path, "%s: the scenario has no client \"%s\"",
			      path, a->client.s)
			->hint = "write a name of spec.clients";
	if (a->min_width.set)
		assertion_check_width(b, a, path);
	if (a->session.s == NULL)
		return;
	if (a->node.s == NULL || a->router.s == NULL) {
		setup_problem(b, a->at.pos, path, "%s needs a node and a router", path)->hint =
			"write {session: up, node: node-a, router: tor1, at: 60s}";
		return;
	}
	(void)setup_node_number(b, &a->node, path);
	(void)setup_router_number(b, &a->router, path);
}
