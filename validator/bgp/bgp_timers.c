/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG049 to BG053: timers and graceful restart (BG4.3, BG4.7, BG6.1, BG6.2).
 *
 * A timer that several neighbors share (a YAML alias, a peer group, the default) is reported
 * once.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/bgp/bgp_time.h"
#include "purelb/bgp/router_profiles.h"

enum {
	SLOW_HOLD_S = 30,
	CONNECT_RETRY_LONG_S = 30,
	RESTART_SHORT_S = 10, /* a pod that is replaced: drained, started, sessions up again */
};

/*
 * Where timers come from: a neighbor, or a peer group. What a member of a group has of its own
 * counts under fork-1.3 alone, BG028 speaks of it otherwise. (BG4.4)
 */
struct setter {
	const struct bgp_config *config;
	const struct bgp_timers_config *timers;
	const struct bgp_timers_config *behind; /* what a member leaves out; NULL: no group */
	const struct bgp_neighbor *neighbor;    /* NULL: a group */
	const struct bgp_peer_group *group;     /* NULL: a neighbor */
	uint32_t index;                         /* in the list of neighbors or groups */
	bool passive;                           /* it never dials */
	bool used;                              /* a group with members */
	/* Of the sessions that have their timers from here: */
	uint32_t sessions;
	int64_t longest_hold_s;
	const struct bgp_router *shortens; /* one that shortens its hold timer; or NULL */
};

struct setters {
	ARRAY_OF(struct setter) list;
};

static bool timers_group_is_used(const struct bgp_configuration *object,
				 const struct bgp_peer_group *group)
{
	const char *name = group->config.peer_group_name.s;

	ARRAY_FOREACH (const struct bgp_neighbor, neighbor, &object->neighbors.list) {
		if (name != NULL && str_equal(neighbor->config.peer_group.s, name))
			return true;
	}
	return false;
}

/* The timers of the group that a neighbor is in, or NULL; of two with one name the last. */
static const struct bgp_timers_config *timers_behind(const struct bgp_configuration *object,
						     const struct bgp_neighbor *neighbor)
{
	const struct bgp_timers_config *found = NULL;

	ARRAY_FOREACH (const struct bgp_peer_group, group, &object->peer_groups.list) {
		if (bgp_given(&neighbor->config.peer_group) &&
		    str_equal(group->config.peer_group_name.s, neighbor->config.peer_group.s))
			found = &group->timers.config;
	}
	return found;
}

static void timers_add_neighbors(struct setters *out, const struct bgp_checks *c,
				 const struct bgp_config *config)
{
	const struct bgp_neighbors *neighbors = &config->object->neighbors;

	for (uint32_t i = 0; i < neighbors->list.count; i++) {
		const struct bgp_neighbor *neighbor = &neighbors->list.items[i];
		const struct setter setter = {
			.config = config,
			.timers = &neighbor->timers.config,
			.behind = timers_behind(config->object, neighbor),
			.neighbor = neighbor,
			.index = i,
			.passive = neighbor->transport.passive_mode.v,
			.used = true,
		};

		if (!bgp_given(&neighbor->config.peer_group) ||
		    c->bgp->options.daemon != BGP_FORK_1_1)
			ARRAY_ADD(c->ck->arena, &out->list, setter);
	}
}

static void timers_add_groups(struct setters *out, const struct bgp_checks *c,
			      const struct bgp_config *config)
{
	const struct bgp_peer_groups *groups = &config->object->peer_groups;

	for (uint32_t i = 0; i < groups->list.count; i++) {
		const struct bgp_peer_group *group = &groups->list.items[i];
		const struct setter setter = {
			.config = config,
			.timers = &group->timers.config,
			.group = group,
			.index = i,
			.passive = group->transport.passive_mode.v,
			.used = timers_group_is_used(config->object, group),
		};

		ARRAY_ADD(c->ck->arena, &out->list, setter);
	}
}

/* 0 stands for the default. */
static bool timers_is_set(const struct int_value *timer)
{
	return timer->set && timer->v > 0;
}

static const char *timers_owner_text(const struct bgp_checks *c, const struct setter *s)
{
	return s->group != NULL ? bgp_group_text(c, s->config, s->index)
				: bgp_neighbor_text(c, s->config, s->index);
}

/* A value below timers.config, or what stands for it when it is absent. */
static struct bgp_place timers_place(const struct bgp_checks *c, const struct setter *s,
				     struct pos pos, const char *name)
{
	const char *below = arena_printf(c->ck->arena, "timers.config.%s", name);

	return s->group != NULL ? bgp_group_place(c, s->config, s->index, pos, below)
				: bgp_neighbor_place(c, s->config, s->index, pos, below);
}

static bool timers_peer_is_of(const struct bgp_peer *peer, const struct setter *s)
{
	return s->group != NULL ? peer->group == s->group : peer->neighbor == s->neighbor;
}

/* ---- BG049 ---- */

/* What the router hears, as it is cut to 16 bits. */
static const char *timers_wrapped_text(const struct bgp_checks *c, int64_t sent)
{
	if (sent == 0)
		return "the router receives 0, so a dead node is never noticed";
	if (sent < BGP_HOLD_MIN_S)
		return arena_printf(c->ck->arena,
				    "the router receives %" PRId64 " s and refuses the session",
				    sent);
	return arena_printf(c->ck->arena, "the router receives %" PRId64 " s", sent);
}

static void timers_check_hold(const struct bgp_checks *c, const struct setter *s)
{
	const struct int_value *hold = &s->timers->hold_time;
	const struct bgp_place place = timers_place(c, s, hold->pos, "holdTime");
	struct finding *f;

	if (!hold->set || hold->v <= 0 ||
	    (hold->v >= BGP_HOLD_MIN_S && hold->v < BGP_HOLD_WRAP_S))
		return;
	if (hold->v < BGP_HOLD_MIN_S)
		f = bgp_report(c, CHECK_BG049, s->config, place,
			       "%s has a holdTime of %" PRId64
			       " s: routers accept no less than %d s and refuse the session",
			       timers_owner_text(c, s), hold->v, BGP_HOLD_MIN_S);
	else
		f = bgp_report(c, CHECK_BG049, s->config, place,
			       "%s has a holdTime of %" PRId64 " s, which does not fit into "
			       "the 16 bits it is sent in: %s",
			       timers_owner_text(c, s), hold->v,
			       timers_wrapped_text(c, hold->v % BGP_HOLD_WRAP_S));
	finding_hint(c->ck, f, "set it to 3 to 65535, usually 9 with a keepaliveInterval of 3");
}

/* The router's own offer can be as wrong. */
static void timers_check_router_holds(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_router, router, &c->bgp->routers) {
		struct finding *f;

		if (!router->hold_given || router->hold_seconds == 0 ||
		    router->hold_seconds >= BGP_HOLD_MIN_S)
			continue;
		f = report(c->ck, CHECK_BG049, router->object,
			   router->router->bgp.hold_time.pos,
			   "router \"%s\" offers a holdTime of %" PRIu32
			   " s: the nodes accept no less than %d s and refuse the session",
			   router->name, router->hold_seconds, BGP_HOLD_MIN_S);
		finding_path(c->ck, f, "%s.bgp.holdTime", router->path);
		finding_hint(c->ck, f, "configure 3s or more on the router, or 0s for none");
	}
}

/* ---- BG050 ---- */

/* The setters that a peer may have its timers from, by index of neighbors and groups: their
 * numbers plus 1, 0 where there is none. */
struct setter_index {
	uint32_t *of_neighbor, *of_group;
};

static void timers_index(struct setter_index *out, const struct bgp_config *config,
			 const struct setters *all, struct arena *arena)
{
	out->of_neighbor = arena_zalloc(arena, config->object->neighbors.list.count,
					sizeof(*out->of_neighbor));
	out->of_group = arena_zalloc(arena, config->object->peer_groups.list.count,
				     sizeof(*out->of_group));
	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct setter *s = &all->list.items[i];

		if (s->group != NULL)
			out->of_group[s->index] = i + 1;
		else
			out->of_neighbor[s->index] = i + 1;
	}
}

/* The hold time that is offered, in seconds. */
static int64_t timers_offered_hold(const struct setter *s)
{
	const struct int_value *hold = &s->timers->hold_time;

	if (!timers_is_set(hold) && s->behind != NULL)
		hold = &s->behind->hold_time;
	return timers_is_set(hold) ? hold->v % BGP_HOLD_WRAP_S : BGP_HOLD_DEFAULT_S;
}

/* All routers offer less, so that the node works its keepalives out itself. (BG6.1) */
static bool timers_routers_offer_less(const struct setter *s, int64_t hold)
{
	return s->sessions > 0 && s->longest_hold_s < hold;
}

static void timers_note_sessions(const struct setters *all, uint32_t number,
				 const struct bgp_peer *peer)
{
	struct setter *s = number > 0 ? &all->list.items[number - 1] : NULL;

	if (s == NULL)
		return;
	ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
		const struct bgp_router *router = session->router;

		if (session->hold_seconds > s->longest_hold_s)
			s->longest_hold_s = session->hold_seconds;
		s->sessions++;
		if (s->shortens == NULL && router != NULL && router->profile != NULL &&
		    router->router->bgp.profile.s != NULL && router->profile->hold_varies)
			s->shortens = router;
	}
}

/* What the setters' sessions have, on all nodes. */
static void timers_look_at_sessions(const struct setters *all, const struct bgp_config *config,
				    struct arena *arena)
{
	const struct bgp_configuration *object = config->object;
	struct setter_index index;

	timers_index(&index, config, all, arena);
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
			if (peer->neighbor != NULL)
				timers_note_sessions(
					all,
					index.of_neighbor[peer->neighbor -
							  object->neighbors.list.items],
					peer);
			if (peer->group != NULL)
				timers_note_sessions(
					all,
					index.of_group[peer->group -
						       object->peer_groups.list.items],
					peer);
		}
	}
}

/* What comes of keepalives that are too far apart. */
static const char *timers_keepalive_text(const struct bgp_checks *c,
					 enum bgp_keepalive_risk risk,
					 const struct bgp_router *router, int64_t keepalive,
					 int64_t hold)
{
	if (risk != BGP_KEEPALIVE_FLAPS)
		return "a single lost or late keepalive can end the session";
	if (router == NULL || keepalive >= hold)
		return "the router drops the session before the first keepalive, again and "
		       "again";
	return arena_printf(c->ck->arena,
			    "the hold timer of router \"%s\" (%s) runs for as little "
			    "as %" PRIu32 " s, so it drops the session before a keepalive "
			    "arrives, again and again",
			    router->name, router->profile->name,
			    router_profile_least_hold(router->profile, (uint32_t)hold));
}

static void timers_check_keepalive(const struct bgp_checks *c, const struct setter *s)
{
	const struct bgp_router *shortens = s->shortens;
	const struct int_value *keepalive = &s->timers->keepalive_interval;
	const int64_t hold = timers_offered_hold(s);
	enum bgp_keepalive_risk risk;
	struct finding *f;

	if (!keepalive->set || keepalive->v <= 0 || hold < BGP_HOLD_MIN_S)
		return;
	risk = shortens != NULL
		       ? router_profile_judge_keepalive(shortens->profile,
							(uint64_t)keepalive->v, (uint64_t)hold)
		       : bgp_time_judge_keepalive((uint64_t)keepalive->v, (uint64_t)hold);
	if (risk == BGP_KEEPALIVE_SAFE || timers_routers_offer_less(s, hold))
		return;
	f = bgp_report(c, CHECK_BG050, s->config,
		       timers_place(c, s, keepalive->pos, "keepaliveInterval"),
		       "%s sends a keepalive every %" PRId64 " s, with a hold time of %" PRId64
		       " s%s: %s",
		       timers_owner_text(c, s), keepalive->v, hold,
		       s->timers->hold_time.set ? "" : ", the default",
		       timers_keepalive_text(c, risk, shortens, keepalive->v, hold));
	if (risk != BGP_KEEPALIVE_FLAPS)
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "set keepaliveInterval to a third of holdTime, %" PRIu64,
		     bgp_time_third((uint64_t)hold));
	finding_fix_value(
		&c->ck->findings, f, FIX_LITERAL,
		arena_printf(c->ck->arena, "%" PRId64, keepalive->v),
		arena_printf(c->ck->arena, "%" PRIu64, bgp_time_third((uint64_t)hold)));
	finding_fix_is_unsafe(f);
	if (s->timers->hold_time.set)
		finding_related(c->ck, f, s->timers->hold_time.pos, "holdTime is here");
}

/* ---- one finding for all that say the same ---- */

/* Two setters that have one timer in common: written at one place (an alias), or absent. */
static bool timers_same_place(const struct int_value *a, const struct int_value *b)
{
	return a->set == b->set && a->pos.source == b->pos.source &&
	       a->pos.line == b->pos.line && a->pos.column == b->pos.column;
}

typedef const struct int_value *timer_of(const struct bgp_timers_config *timers);

static const struct int_value *hold_of(const struct bgp_timers_config *timers)
{
	return &timers->hold_time;
}

static const struct int_value *retry_of(const struct bgp_timers_config *timers)
{
	return &timers->connect_retry;
}

/* The peer has this timer from here: a member's own one goes first, if it counts at all. */
static bool sets_timer(const struct setter *s, const struct bgp_peer *peer, timer_of *timer)
{
	const bool own = s->config->cluster->options.daemon != BGP_FORK_1_1 &&
			 peer->neighbor != NULL &&
			 timers_is_set(timer(&peer->neighbor->timers.config));

	return timers_peer_is_of(peer, s) && (peer->group == NULL || own == (s->group == NULL));
}

/* Names the other members of `marked` behind the first that share its timer. */
static const char *timers_and_others(const struct bgp_checks *c, const struct setters *all,
				     const bool *marked, uint32_t first, timer_of *timer)
{
	uint32_t others = 0;

	for (uint32_t i = first + 1; i < all->list.count; i++)
		others += marked[i] && timers_same_place(timer(all->list.items[i].timers),
							 timer(all->list.items[first].timers));
	if (others == 0)
		return "";
	return arena_printf(c->ck->arena, " (and %" PRIu32 " more like it)", others);
}

/* An earlier one has spoken for it. */
static bool timers_spoken_for(const struct setters *all, const bool *marked, uint32_t index,
			      timer_of *timer)
{
	for (uint32_t i = 0; i < index; i++)
		if (marked[i] && timers_same_place(timer(all->list.items[i].timers),
						   timer(all->list.items[index].timers)))
			return true;
	return false;
}

/* A timer of the wrong type, which IN004 speaks of, is not the default that it looks like. */
static bool timers_is_broken(const struct bgp_checks *c, const struct setter *s)
{
	return bgp_type_error(c, s->config,
			      arena_printf(c->ck->arena, "spec.%s[%u].timers",
					   s->group != NULL ? "peerGroups" : "neighbors",
					   s->index));
}

/* ---- BG051 ---- */

/* 0 is slower than all. */
static void timers_offer_slowest(const struct setters *all, uint32_t number,
				 const struct bgp_session *session,
				 const struct bgp_session **slowest)
{
	if (number == 0 || number > all->list.count ||
	    !sets_timer(&all->list.items[number - 1], session->peer, hold_of))
		return;
	if (slowest[number - 1] == NULL ||
	    session->hold_seconds - 1 > slowest[number - 1]->hold_seconds - 1)
		slowest[number - 1] = session;
}

/* By setter the slowest of the sessions that its hold time is for and that come up, or NULL. */
static const struct bgp_session **timers_find_slowest(const struct bgp_config *config,
						      const struct setters *all,
						      struct arena *arena)
{
	const struct bgp_session **slowest =
		arena_zalloc(arena, all->list.count, sizeof(struct bgp_session *));
	struct setter_index index;

	timers_index(&index, config, all, arena);
	ARRAY_FOREACH (const struct bgp_session *, live, &config->live) {
		const struct bgp_peer *peer = (*live)->peer;

		if (peer->neighbor != NULL)
			timers_offer_slowest(
				all,
				index.of_neighbor[peer->neighbor -
						  config->object->neighbors.list.items],
				*live, slowest);
		if (peer->group != NULL)
			timers_offer_slowest(
				all,
				index.of_group[peer->group -
					       config->object->peer_groups.list.items],
				*live, slowest);
	}
	return slowest;
}

/* As the profile of the router has it: BIRD shortens its hold timer (T4.1, T6.4). */
static struct bgp_span timers_until_noticed(const struct bgp_session *session)
{
	return session->router != NULL && session->router->profile != NULL
		       ? router_profile_until_noticed(session->router->profile,
						      session->hold_seconds,
						      session->keepalive_seconds)
		       : bgp_time_until_noticed(session->hold_seconds,
						session->keepalive_seconds);
}

static void timers_report_slow(const struct bgp_checks *c, const struct setters *all,
			       const bool *marked, uint32_t index,
			       const struct bgp_session *session)
{
	const struct setter *s = &all->list.items[index];
	const struct bgp_place place = timers_place(c, s, hold_of(s->timers)->pos, "holdTime");
	const char *who = arena_printf(c->ck->arena, "%s%s", timers_owner_text(c, s),
				       timers_and_others(c, all, marked, index, hold_of));
	const struct bgp_span noticed = timers_until_noticed(session);
	struct finding *f;

	if (session->hold_seconds == 0)
		f = bgp_report(
			c, CHECK_BG051, s->config, place,
			"%s negotiates no hold time at all: routers never notice that a node "
			"has died, and keep sending it its share of the traffic",
			who);
	else
		f = bgp_report(c, CHECK_BG051, s->config, place,
			       "%s has a hold time of %" PRIu32 " s: for %" PRId64
			       " to %" PRId64
			       " s after a node dies, routers keep sending it its share of the "
			       "traffic",
			       who, session->hold_seconds, noticed.min_ns / NS_PER_SEC,
			       noticed.max_ns / NS_PER_SEC);
	finding_hint(c->ck, f,
		     "set timers.config: {holdTime: 9, keepaliveInterval: 3} on both ends");
	if (session->router != NULL && session->router->hold_given)
		finding_related(c->ck, f, session->router->router->bgp.hold_time.pos,
				"what router \"%s\" offers", session->router->name);
}

static void timers_check_detection(const struct bgp_checks *c, const struct bgp_config *config,
				   const struct setters *all)
{
	const struct bgp_session **slowest = timers_find_slowest(config, all, c->ck->arena);
	bool *marked = arena_zalloc(c->ck->arena, all->list.count, sizeof(*marked));

	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct bgp_session *session = slowest[i];

		marked[i] =
			session != NULL && !timers_is_broken(c, &all->list.items[i]) &&
			(session->hold_seconds == 0 || session->hold_seconds >= SLOW_HOLD_S);
	}
	for (uint32_t i = 0; i < all->list.count; i++)
		if (marked[i] && !timers_spoken_for(all, marked, i, hold_of))
			timers_report_slow(c, all, marked, i, slowest[i]);
}

/* ---- BG052 ---- */

static int64_t timers_retry_seconds(const struct setter *s)
{
	const struct int_value *retry = retry_of(s->timers);

	return retry->set && retry->v > 0 ? retry->v : BGP_CONNECT_RETRY_DEFAULT_S;
}

/* What a dial that nothing answers adds to the wait; empty where that is not known. */
static const char *timers_unanswered_text(const struct bgp_checks *c, int64_t retry)
{
	int64_t ns;

	if (!bgp_time_unanswered_dial((uint64_t)retry, &ns))
		return "";
	return arena_printf(c->ck->arena,
			    "; an attempt that gets no answer takes another %" PRId64 " s",
			    ns / NS_PER_SEC);
}

static void timers_report_retry(const struct bgp_checks *c, const struct setters *all,
				const bool *marked, uint32_t index)
{
	const struct setter *s = &all->list.items[index];
	const int64_t retry = timers_retry_seconds(s);
	const struct bgp_span wait = bgp_time_until_redial((uint64_t)retry);
	struct finding *f = bgp_report(
		c, CHECK_BG052, s->config,
		timers_place(c, s, retry_of(s->timers)->pos, "connectRetry"),
		"%s%s %s: after a failed attempt to connect, the node waits %" PRId64
		" to %" PRId64 " s before the next one%s",
		timers_owner_text(c, s), timers_and_others(c, all, marked, index, retry_of),
		retry_of(s->timers)->set && retry_of(s->timers)->v > 0
			? "has a long connectRetry"
			: "has no connectRetry, which defaults to 120 s",
		wait.min_ns / NS_PER_SEC, wait.max_ns / NS_PER_SEC,
		timers_unanswered_text(c, retry));

	finding_hint(c->ck, f, "set timers.config.connectRetry to 5 or 10");
}

static void timers_check_retries(const struct bgp_checks *c, const struct setters *all)
{
	bool *marked = arena_zalloc(c->ck->arena, all->list.count, sizeof(*marked));

	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct setter *s = &all->list.items[i];

		/* What a member leaves to its group is the group's. */
		marked[i] = s->used && !s->passive && !timers_is_broken(c, s) &&
			    (s->behind == NULL || timers_is_set(retry_of(s->timers))) &&
			    timers_retry_seconds(s) > CONNECT_RETRY_LONG_S;
	}
	for (uint32_t i = 0; i < all->list.count; i++)
		if (marked[i] && !timers_spoken_for(all, marked, i, retry_of))
			timers_report_retry(c, all, marked, i);
}

/* ---- BG053 ---- */

/* fork-1.1: the capability goes out without families. (BG4.7) */
static void timers_report_no_families(const struct bgp_checks *c,
				      const struct bgp_config *config, uint32_t index)
{
	const struct bgp_graceful_restart *restart =
		&config->object->neighbors.list.items[index].graceful_restart;
	struct finding *f = bgp_report(
		c, CHECK_BG053, config,
		bgp_neighbor_place(c, config, index, restart->enabled.pos,
				   "gracefulRestart.enabled"),
		"gracefulRestart of %s protects nothing: k8gobgp offers it for no family, so "
		"the router drops the node's routes at once when the session ends",
		bgp_neighbor_text(c, config, index));

	finding_hint(c->ck, f, "remove gracefulRestart, and rely on the other nodes instead");
}

/* fork-1.3: it works, within its bounds. (BG5.6) */
static void timers_check_restart_time(const struct bgp_checks *c,
				      const struct bgp_config *config, uint32_t index)
{
	const struct bgp_neighbor *neighbor = &config->object->neighbors.list.items[index];
	const struct int_value *written = &neighbor->graceful_restart.restart_time;
	const struct setter setter = { .config = config,
				       .timers = &neighbor->timers.config,
				       .behind = timers_behind(config->object, neighbor) };
	const bool own = written->set && written->v > 0;
	const int64_t seconds = own ? written->v : timers_offered_hold(&setter);
	const struct bgp_place place = bgp_neighbor_place(
		c, config, index, own ? written->pos : neighbor->graceful_restart.at.key,
		own ? "gracefulRestart.restartTime" : "gracefulRestart");
	struct finding *f;

	if (seconds > BGP_RESTART_MAX_S)
		f = bgp_report(
			c, CHECK_BG053, config, place,
			"the restartTime of %s, %" PRId64
			" s, does not fit into the 12 bits it is sent in: the router receives "
			"another value",
			bgp_neighbor_text(c, config, index), seconds);
	else if (seconds < RESTART_SHORT_S)
		f = bgp_report(
			c, CHECK_BG053, config, place,
			"the restartTime of %s is %" PRId64
			" s%s: replacing a pod takes longer, and the router drops the routes "
			"meanwhile",
			bgp_neighbor_text(c, config, index), seconds,
			own ? "" : ", its hold time");
	else
		return;
	finding_hint(c->ck, f, "set restartTime to at least 60 and at most 4095");
}

static void timers_check_restart(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_neighbors *neighbors = &config->object->neighbors;

	for (uint32_t i = 0; i < neighbors->list.count; i++) {
		const struct bgp_neighbor *neighbor = &neighbors->list.items[i];
		const struct bgp_graceful_restart *restart = &neighbor->graceful_restart;

		/* Helping a router over its own restart needs no families of ours. */
		if (!restart->enabled.v || restart->helper_only.v)
			continue;
		if (c->bgp->options.daemon == BGP_FORK_1_3)
			timers_check_restart_time(c, config, i);
		else if (!bgp_given(&neighbor->config.peer_group))
			timers_report_no_families(c, config, i);
	}
}

/* ---- all of them ---- */

void bgp_check_timers(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct setters all = { 0 };

		timers_add_neighbors(&all, c, config);
		timers_add_groups(&all, c, config);
		timers_look_at_sessions(&all, config, c->ck->arena);
		ARRAY_FOREACH (const struct setter, s, &all.list) {
			timers_check_hold(c, s);
			timers_check_keepalive(c, s);
		}
		timers_check_detection(c, config, &all);
		timers_check_retries(c, &all);
		timers_check_restart(c, config);
	}
	if (c->bgp->configs.count > 0)
		timers_check_router_holds(c);
}
