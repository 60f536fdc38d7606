/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peer of GoBGP 4.0 as a state machine, with the dial times of GoBGP 3 as a variant (T3).
 * It knows nothing of the wire: whoever drives it says how its dials end, and which of two
 * connections at once is left. Left out: the 240 s for which an accepted connection waits for
 * an OPEN (T3.5).
 */
#include "purelb/bgp/bgp_speaker.h"

#include "base/duration.h"

enum {
	IDLE_AFTER_LOSS_S = 5,   /* T3.8 */
	IDLE_AFTER_RESET_S = 30, /* T3.8 */
	GOBGP_3_FIRST_S = 5,     /* to 9 s, in whole seconds */
	GOBGP_3_STEPS = 5,
	DIAL_LEAST_S = 2, /* T3.3 */
};

/* W1 of T3.2. */
static const struct bgp_span first_wait = { 1500 * NS_PER_MS, 2000 * NS_PER_MS };

struct bgp_span speaker_first_span(enum speaker_make make)
{
	static const struct bgp_span gobgp_3 = {
		GOBGP_3_FIRST_S * NS_PER_SEC, (GOBGP_3_FIRST_S + GOBGP_3_STEPS - 1) * NS_PER_SEC
	};

	return make == SPEAKER_GOBGP_3 ? gobgp_3 : first_wait;
}

int64_t speaker_first_wait(enum speaker_make make, struct random *random)
{
	if (make == SPEAKER_GOBGP_3)
		return NS_PER_SEC *
		       (int64_t)(GOBGP_3_FIRST_S + random_below(random, GOBGP_3_STEPS));
	return bgp_span_sample(&first_wait, random);
}

/* W2 of T3.2. */
int64_t speaker_next_wait(enum speaker_make make, uint64_t retry_seconds, struct random *random)
{
	const struct bgp_span span = bgp_time_until_redial(retry_seconds);

	if (make == SPEAKER_GOBGP_3)
		return span.max_ns +
		       NS_PER_SEC * (int64_t)random_below(random,
							  (uint64_t)(span.max_ns / NS_PER_SEC));
	return bgp_span_sample(&span, random);
}

/* T3.3: a dial that nothing answers. */
static int64_t speaker_dial_lasts(const struct speaker_settings *settings)
{
	const uint64_t least = DIAL_LEAST_S;

	return bgp_time_seconds(settings->retry_seconds > least ? settings->retry_seconds - 1
								: least);
}

int64_t speaker_longest_wait(const struct speaker_settings *settings)
{
	const int64_t again = bgp_time_until_redial(settings->retry_seconds).max_ns;

	return IDLE_AFTER_RESET_S * NS_PER_SEC + speaker_first_span(settings->make).max_ns +
	       speaker_dial_lasts(settings) +
	       (settings->make == SPEAKER_GOBGP_3 ? 2 * again : again);
}

bool speaker_accepts(const struct speaker *speaker)
{
	return speaker->state == SPEAKER_WAITING || speaker->state == SPEAKER_DIALING;
}

bool speaker_keeps_own(uint32_t own_id, uint32_t other_id, uint32_t own_as, uint32_t other_as)
{
	return own_id != other_id ? own_id > other_id : own_as > other_as;
}

static void speaker_wait(struct speaker *s, const struct speaker_settings *settings,
			 int64_t now, int64_t wait)
{
	s->state = SPEAKER_WAITING;
	s->next = settings->passive ? BGP_NEVER : now + wait;
}

static void speaker_wait_first(struct speaker *s, const struct speaker_settings *settings,
			       int64_t now, struct random *random)
{
	speaker_wait(s, settings, now, speaker_first_wait(settings->make, random));
}

static void speaker_wait_again(struct speaker *s, const struct speaker_settings *settings,
			       int64_t now, struct random *random)
{
	speaker_wait(s, settings, now,
		     speaker_next_wait(settings->make, settings->retry_seconds, random));
}

static void speaker_dial(struct speaker *s, const struct speaker_settings *settings,
			 int64_t now)
{
	s->state = SPEAKER_DIALING;
	s->next = now + speaker_dial_lasts(settings);
}

static void speaker_idle(struct speaker *s, int64_t now, int64_t seconds)
{
	s->state = SPEAKER_IDLE;
	s->next = now + seconds * NS_PER_SEC;
}

static void speaker_halt(struct speaker *s, enum speaker_state state)
{
	s->state = state;
	s->next = BGP_NEVER;
}

static void speaker_open(struct speaker *s, bool accepted)
{
	speaker_halt(s, SPEAKER_OPENING);
	s->accepted = accepted;
}

static void speaker_time_out(struct speaker *s, const struct speaker_settings *settings,
			     int64_t now, struct random *random)
{
	if (s->state == SPEAKER_IDLE)
		speaker_wait_first(s, settings, now, random);
	else if (s->state == SPEAKER_WAITING)
		speaker_dial(s, settings, now);
	else if (s->state == SPEAKER_DIALING)
		speaker_wait_again(s, settings, now, random);
}

/* T3.7a, T3.7c */
static void speaker_fail(struct speaker *s, const struct speaker_settings *settings, bool late,
			 int64_t now, struct random *random)
{
	if (s->state != SPEAKER_OPENING)
		return;
	if (late || s->accepted || settings->make == SPEAKER_GOBGP_3)
		speaker_idle(s, now, IDLE_AFTER_LOSS_S);
	else
		speaker_wait_first(s, settings, now, random);
}

void speaker_step(struct speaker *s, const struct speaker_settings *settings,
		  enum speaker_event event, int64_t now, struct random *random)
{
	const bool runs = s->state != SPEAKER_OFF && s->state != SPEAKER_DISABLED;

	switch (event) {
	case SPEAKER_STARTS:
		if (s->state == SPEAKER_OFF)
			speaker_wait_first(s, settings, now, random);
		break;
	case SPEAKER_EXITS:
		speaker_halt(s, SPEAKER_OFF);
		break;
	case SPEAKER_TIMER:
		speaker_time_out(s, settings, now, random);
		break;
	case SPEAKER_REFUSED:
		if (s->state == SPEAKER_DIALING)
			speaker_wait_again(s, settings, now, random);
		break;
	case SPEAKER_ANSWERED:
	case SPEAKER_INCOMING:
		if (speaker_accepts(s))
			speaker_open(s, event == SPEAKER_INCOMING);
		break;
	case SPEAKER_CLOSED_EARLY:
	case SPEAKER_CLOSED_LATE:
		speaker_fail(s, settings, event == SPEAKER_CLOSED_LATE, now, random);
		break;
	case SPEAKER_OPENED:
		if (s->state == SPEAKER_OPENING)
			speaker_halt(s, SPEAKER_UP);
		break;
	case SPEAKER_LOST:
		if (s->state == SPEAKER_UP)
			speaker_idle(s, now, IDLE_AFTER_LOSS_S);
		break;
	case SPEAKER_RESETS:
		if (runs)
			speaker_idle(s, now, IDLE_AFTER_RESET_S);
		break;
	case SPEAKER_DISABLES:
		if (runs)
			speaker_halt(s, SPEAKER_DISABLED);
		break;
	case SPEAKER_ENABLES:
		if (s->state == SPEAKER_DISABLED)
			speaker_idle(s, now, IDLE_AFTER_LOSS_S);
		break;
	}
}
