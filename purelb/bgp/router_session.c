/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state machine of a router for one node, by profile (T4.1, T4.4 to T4.6). Like that of
 * the node it knows nothing of the wire; two connections at once are whoever drives it.
 */
#include "purelb/bgp/router_session.h"

#include "base/duration.h"

enum {
	ERROR_FORGOTTEN_S = 300, /* T4.6 */
	ERROR_FIRST_S = 60,
	ERROR_MOST_S = 300,
	NOTIFIED_MOST_S = 120, /* T4.5 */
	DOUBLINGS_MAX = 16,
	DIAL_LEAST_S = 2,
	LATE_ONE_IN = 4, /* T4.7 */
};

bool router_session_accepts(const struct router_session *s)
{
	return s->state == ROUTER_SESSION_WAITING || s->state == ROUTER_SESSION_DIALING;
}

static void router_session_halt(struct router_session *s, enum router_session_state state)
{
	s->state = state;
	s->next = BGP_NEVER;
}

static void router_session_wait(struct router_session *s,
				const struct router_session_settings *settings, int64_t now,
				int64_t wait)
{
	s->state = ROUTER_SESSION_WAITING;
	s->next = settings->passive ? BGP_NEVER : now + wait;
}

/* Until its first dial, after a start or when nothing says more. */
static void router_session_wait_first(struct router_session *s,
				      const struct router_session_settings *settings,
				      int64_t now, struct random *random)
{
	const struct router_profile *profile = settings->profile;

	router_session_wait(s, settings, now,
			    profile->refused == REDIAL_GOBGP
				    ? speaker_first_wait(profile->make, random)
				    : bgp_span_sample(&profile->first_dial, random));
}

static int64_t router_session_redial(const struct router_session_settings *settings,
				     enum router_redial how, struct random *random)
{
	const int64_t retry = bgp_time_seconds(settings->retry_seconds);
	const struct bgp_span span = { retry - retry / 4, retry };

	switch (how) {
	case REDIAL_FIXED:
		return bgp_span_sample(&settings->profile->redial, random);
	case REDIAL_JITTER:
		return bgp_span_sample(&span, random);
	case REDIAL_GOBGP:
		return speaker_next_wait(settings->profile->make, settings->retry_seconds,
					 random);
	case REDIAL_RETRY:
		break;
	}
	return retry;
}

/* A dial that nothing answers. */
static int64_t router_session_dial_lasts(const struct router_session_settings *settings)
{
	const uint32_t least = DIAL_LEAST_S;

	return bgp_time_seconds(settings->retry_seconds > least ? settings->retry_seconds - 1
								: least);
}

int64_t router_session_longest_wait(const struct router_session_settings *settings)
{
	const struct router_profile *profile = settings->profile;
	const struct speaker_settings as_speaker = { profile->make, settings->retry_seconds,
						     false };
	const int64_t error = profile->error_wait ? ERROR_MOST_S : 0;
	const int64_t notified = profile->notified_dial.max_ns > 0 ? NOTIFIED_MOST_S : 0;

	if (profile->refused == REDIAL_GOBGP)
		return speaker_longest_wait(&as_speaker);
	return (error + notified) * NS_PER_SEC + profile->first_dial.max_ns +
	       router_session_dial_lasts(settings) + bgp_time_seconds(settings->retry_seconds) +
	       profile->redial.max_ns + settings->late_ns;
}

static void router_session_dial(struct router_session *s,
				const struct router_session_settings *settings, int64_t now,
				struct random *random)
{
	const struct router_profile *profile = settings->profile;
	int64_t lasts = router_session_dial_lasts(settings);

	if (profile->redial_from_start)
		lasts = router_session_redial(settings, profile->unanswered, random);
	s->state = ROUTER_SESSION_DIALING;
	s->next = now + lasts;
}

static void router_session_time_out(struct router_session *s,
				    const struct router_session_settings *settings, int64_t now,
				    struct random *random)
{
	const struct router_profile *profile = settings->profile;

	if (s->state == ROUTER_SESSION_WAITING ||
	    (s->state == ROUTER_SESSION_DIALING && profile->redial_from_start))
		router_session_dial(s, settings, now, random);
	else if (s->state == ROUTER_SESSION_DIALING)
		router_session_wait(
			s, settings, now,
			router_session_redial(settings, profile->unanswered, random));
	else if (s->state == ROUTER_SESSION_ERROR)
		router_session_wait_first(s, settings, now, random);
}

/* T4.6: 60, 120, 240, 300 s, each U(0.75, 1) of it. */
static void router_session_err(struct router_session *s, int64_t now, struct random *random)
{
	const int64_t forgotten = ERROR_FORGOTTEN_S * NS_PER_SEC;
	const int64_t most = ERROR_MOST_S * NS_PER_SEC;
	struct bgp_span span;
	int64_t wait = ERROR_FIRST_S * NS_PER_SEC;

	if (s->errors > 0 && now - s->last_error >= forgotten)
		s->errors = 0;
	for (uint32_t i = 0; i < s->errors && wait < most; i++)
		wait *= 2;
	if (wait > most)
		wait = most;
	s->errors++;
	s->last_error = now;
	span = (struct bgp_span){ wait - wait / 4, wait };
	s->state = ROUTER_SESSION_ERROR;
	s->next = now + bgp_span_sample(&span, random);
}

/* T4.5: 2, 4, 8 ... 120 s. */
static void router_session_wait_notified(struct router_session *s,
					 const struct router_session_settings *settings,
					 int64_t now, struct random *random)
{
	const int64_t most = NOTIFIED_MOST_S * NS_PER_SEC;
	int64_t wait = bgp_span_sample(&settings->profile->notified_dial, random);

	for (uint32_t i = 0; i < s->notified && wait < most; i++)
		wait *= 2;
	if (s->notified < DOUBLINGS_MAX)
		s->notified++;
	router_session_wait(s, settings, now, wait < most ? wait : most);
}

/* A session, or one that was being opened, has ended. */
static void router_session_end(struct router_session *s,
			       const struct router_session_settings *settings, bool error,
			       bool notified, int64_t now, struct random *random)
{
	const struct router_profile *profile = settings->profile;

	if (error && profile->error_wait)
		router_session_err(s, now, random);
	else if (notified && profile->notified_dial.max_ns > 0)
		router_session_wait_notified(s, settings, now, random);
	else if (profile->closed_dial.max_ns > 0)
		router_session_wait(s, settings, now,
				    bgp_span_sample(&profile->closed_dial, random));
	else
		router_session_wait_first(s, settings, now, random);
}

/* What becomes of an established session. */
static void router_session_lose(struct router_session *s,
				const struct router_session_settings *settings,
				enum router_session_event event, int64_t now,
				struct random *random)
{
	const bool error = event == ROUTER_SESSION_LOST_HOLD ||
			   event == ROUTER_SESSION_LOST_NOTIFIED ||
			   event == ROUTER_SESSION_LOST_CARRIER;
	const bool notified = event == ROUTER_SESSION_LOST_CEASE ||
			      event == ROUTER_SESSION_LOST_NOTIFIED ||
			      event == ROUTER_SESSION_RESETS;

	router_session_end(s, settings, error, notified, now, random);
}

/* A connection comes up: its own dial, or one that it accepts (T4.4). */
static void router_session_open(struct router_session *s,
				const struct router_session_settings *settings, bool accepted)
{
	s->apart = accepted && settings->profile->accepts_apart;
	s->own_next = s->next;
	router_session_halt(s, ROUTER_SESSION_OPENING);
}

/* It does not come to a session. */
static void router_session_fail(struct router_session *s,
				const struct router_session_settings *settings, bool refused,
				int64_t now, struct random *random)
{
	if (s->state != ROUTER_SESSION_OPENING)
		return;
	if (!s->apart) {
		router_session_end(s, settings, refused, refused, now, random);
		return;
	}
	s->state = ROUTER_SESSION_WAITING;
	s->next = s->own_next > now ? s->own_next : now;
}

static bool router_session_runs(const struct router_session *s)
{
	return s->state != ROUTER_SESSION_OFF && s->state != ROUTER_SESSION_DISABLED;
}

/* Events of a connection that is not established yet. */
static void router_session_step_opening(struct router_session *s,
					const struct router_session_settings *settings,
					enum router_session_event event, int64_t now,
					struct random *random)
{
	const struct router_profile *profile = settings->profile;

	switch (event) {
	case ROUTER_SESSION_REFUSED:
		if (s->state == ROUTER_SESSION_DIALING)
			router_session_wait(
				s, settings, now,
				router_session_redial(settings, profile->refused, random));
		break;
	case ROUTER_SESSION_ANSWERED:
	case ROUTER_SESSION_INCOMING:
		if (router_session_accepts(s))
			router_session_open(s, settings, event == ROUTER_SESSION_INCOMING);
		break;
	case ROUTER_SESSION_CLOSED_EARLY:
	case ROUTER_SESSION_OPEN_REFUSED:
		router_session_fail(s, settings, event == ROUTER_SESSION_OPEN_REFUSED, now,
				    random);
		break;
	default:
		if (s->state == ROUTER_SESSION_OPENING) {
			router_session_halt(s, ROUTER_SESSION_UP);
			s->notified = 0;
		}
		break;
	}
}

int64_t router_session_lateness(const struct router_session_settings *settings,
				struct random *random)
{
	const struct bgp_span late = { 0, settings->late_ns };

	return settings->late_ns > 0 && random_below(random, LATE_ONE_IN) == 0
		       ? bgp_span_sample(&late, random)
		       : 0;
}

static void router_session_take(struct router_session *s,
				const struct router_session_settings *settings,
				enum router_session_event event, int64_t now,
				struct random *random)
{
	switch (event) {
	case ROUTER_SESSION_STARTS:
		*s = (struct router_session){ .state = ROUTER_SESSION_WAITING };
		router_session_wait_first(s, settings, now, random);
		break;
	case ROUTER_SESSION_EXITS:
		router_session_halt(s, ROUTER_SESSION_OFF);
		break;
	case ROUTER_SESSION_TIMER:
		router_session_time_out(s, settings, now, random);
		break;
	case ROUTER_SESSION_REFUSED:
	case ROUTER_SESSION_ANSWERED:
	case ROUTER_SESSION_INCOMING:
	case ROUTER_SESSION_CLOSED_EARLY:
	case ROUTER_SESSION_OPEN_REFUSED:
	case ROUTER_SESSION_OPENED:
		router_session_step_opening(s, settings, event, now, random);
		break;
	case ROUTER_SESSION_RESETS:
		if (router_session_runs(s))
			router_session_lose(s, settings, event, now, random);
		break;
	case ROUTER_SESSION_DISABLES:
		if (router_session_runs(s))
			router_session_halt(s, ROUTER_SESSION_DISABLED);
		break;
	case ROUTER_SESSION_ENABLES:
		if (s->state == ROUTER_SESSION_DISABLED)
			router_session_end(s, settings, false, false, now, random);
		break;
	default:
		if (s->state == ROUTER_SESSION_UP)
			router_session_lose(s, settings, event, now, random);
		break;
	}
}

void router_session_step(struct router_session *s,
			 const struct router_session_settings *settings,
			 enum router_session_event event, int64_t now, struct random *random)
{
	const int64_t before = s->next;

	router_session_take(s, settings, event, now, random);
	if (s->next != BGP_NEVER && s->next != before)
		s->next += router_session_lateness(settings, random);
}
