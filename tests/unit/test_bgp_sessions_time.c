/* SPDX-License-Identifier: Apache-2.0 */
/* test: purelb/bgp/bgp_speaker.c, router_session.c, router_profiles.c: statements of T14 that
 * the two ends of a session make by themselves, sampled over seeds. */
#include "purelb/bgp/bgp_speaker.h"
#include "purelb/bgp/router_session.h"

#include "base/array.h"
#include "base/duration.h"
#include "config/objects/kinds.h"
#include "tests/unit/suites.h"

enum { SEEDS = 400, PROFILES = 6 };

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))
#define MS(n)       ((int64_t)(n)*NS_PER_MS)

/* What was drawn, over all seeds. */
struct seen_times {
	int64_t least, most;
};

static void see(struct seen_times *seen, int64_t value)
{
	if (seen->most == 0 || value < seen->least)
		seen->least = value;
	if (value > seen->most)
		seen->most = value;
}

/* Inside the span in milliseconds, and over most of it. */
static void check_seen(const struct seen_times *seen, int64_t min_ms, int64_t max_ms)
{
	ck_assert_int_ge(seen->least, MS(min_ms));
	ck_assert_int_le(seen->most, MS(max_ms));
	ck_assert_int_ge((seen->most - seen->least) * 10, (MS(max_ms) - MS(min_ms)) * 8);
}

/* ---- the speaker ---- */

static void check_dial_gaps(const struct speaker_settings *settings, bool silent,
			    int64_t min_ms, int64_t max_ms)
{
	struct seen_times seen = { 0 };

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct random random = random_new(seed);
		struct speaker s = { 0 };
		int64_t first;

		speaker_step(&s, settings, SPEAKER_STARTS, 0, &random);
		first = s.next;
		speaker_step(&s, settings, SPEAKER_TIMER, first, &random);
		ck_assert_int_eq(s.state, SPEAKER_DIALING);
		speaker_step(&s, settings, silent ? SPEAKER_TIMER : SPEAKER_REFUSED,
			     silent ? s.next : first, &random);
		ck_assert_int_eq(s.state, SPEAKER_WAITING);
		see(&seen, s.next - first);
	}
	check_seen(&seen, min_ms, max_ms);
}

/* T14 4: from one dial to the next. */
START_TEST(speaker_dials)
{
	static const struct speaker_settings slow = { SPEAKER_GOBGP_4, 120, false };
	static const struct speaker_settings fast = { SPEAKER_GOBGP_4, 10, false };
	static const struct speaker_settings old = { SPEAKER_GOBGP_3, 10, false };

	check_dial_gaps(&slow, true, 209000, 239000);
	check_dial_gaps(&slow, false, 90000, 120000);
	check_dial_gaps(&fast, true, 16500, 19000);
	check_dial_gaps(&fast, false, 7500, 10000);
	check_dial_gaps(&old, false, 10000, 19000);
}
END_TEST

/* T14 3, 5; T3.7, T3.8: from the end of a connection to the next dial. */
static const struct {
	bool up; /* the session was established */
	enum speaker_event event;
	bool accepted;
	int64_t min_ms, max_ms;
} ends[] = {
	{ true, SPEAKER_LOST, false, 6500, 7000 },
	{ true, SPEAKER_RESETS, false, 31500, 32000 },
	{ false, SPEAKER_CLOSED_EARLY, false, 1500, 2000 },
	{ false, SPEAKER_CLOSED_LATE, false, 6500, 7000 },
	{ false, SPEAKER_CLOSED_EARLY, true, 6500, 7000 },
};

START_TEST(speaker_comes_back)
{
	static const struct speaker_settings settings = { SPEAKER_GOBGP_4, 120, false };
	struct seen_times seen = { 0 };

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct random random = random_new(seed);
		struct speaker s = { .state = SPEAKER_WAITING };

		speaker_step(&s, &settings,
			     ends[_i].accepted ? SPEAKER_INCOMING : SPEAKER_ANSWERED, 0,
			     &random);
		ck_assert(!speaker_accepts(&s));
		if (ends[_i].up)
			speaker_step(&s, &settings, SPEAKER_OPENED, 0, &random);
		speaker_step(&s, &settings, ends[_i].event, 0, &random);
		if (s.state == SPEAKER_IDLE) {
			ck_assert(!speaker_accepts(&s));
			speaker_step(&s, &settings, SPEAKER_TIMER, s.next, &random);
		}
		ck_assert(speaker_accepts(&s));
		see(&seen, s.next);
	}
	check_seen(&seen, ends[_i].min_ms, ends[_i].max_ms);
}
END_TEST

START_TEST(speaker_that_waits)
{
	static const struct speaker_settings passive = { SPEAKER_GOBGP_4, 120, true };
	struct random random = random_new(1);
	struct speaker s = { 0 };

	ck_assert(!speaker_accepts(&s));
	speaker_step(&s, &passive, SPEAKER_STARTS, 0, &random);
	ck_assert_int_eq(s.next, BGP_NEVER);
	ck_assert(speaker_accepts(&s));
	speaker_step(&s, &passive, SPEAKER_DISABLES, 0, &random);
	speaker_step(&s, &passive, SPEAKER_TIMER, 1, &random);
	ck_assert_int_eq(s.state, SPEAKER_DISABLED);
	speaker_step(&s, &passive, SPEAKER_ENABLES, 0, &random);
	ck_assert_int_eq(s.next, MS(5000));
	speaker_step(&s, &passive, SPEAKER_EXITS, 0, &random);
	ck_assert_int_eq(s.state, SPEAKER_OFF);
}
END_TEST

/* ---- the router ---- */

static struct router_session_settings of_profile(const char *name)
{
	const struct router_profile *profile = router_profile_find(name);

	ck_assert_ptr_nonnull(profile);
	return (struct router_session_settings){ profile, profile->retry_seconds, false, 0 };
}

/* T4.1, T4.5, T4.6: from an event to the next dial of a session that was up, `before` more
 * losses of the same kind earlier. */
static const struct {
	const char *profile;
	enum router_session_event event;
	uint32_t before;
	int64_t min_ms, max_ms;
} losses[] = {
	{ "bird", ROUTER_SESSION_LOST_CLOSED, 0, 3750, 5000 },
	{ "bird", ROUTER_SESSION_LOST_CEASE, 0, 3750, 5000 },
	{ "bird", ROUTER_SESSION_LOST_ADDRESS, 0, 3750, 5000 },
	{ "bird", ROUTER_SESSION_LOST_HOLD, 0, 48750, 65000 }, /* the wait, and 3.75..5 s */
	{ "bird", ROUTER_SESSION_LOST_HOLD, 1, 93750, 125000 },
	{ "bird", ROUTER_SESSION_LOST_HOLD, 2, 183750, 245000 },
	{ "bird", ROUTER_SESSION_LOST_CARRIER, 0, 48750, 65000 },
	{ "gobgp", ROUTER_SESSION_LOST_CLOSED, 0, 1500, 2000 },
	{ "generic", ROUTER_SESSION_LOST_HOLD, 0, 1000, 5000 },
};

START_TEST(router_comes_back)
{
	const struct router_session_settings settings = of_profile(losses[_i].profile);
	struct seen_times seen = { 0 };

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct random random = random_new(seed);
		struct router_session s = { 0 };

		for (uint32_t i = 0; i <= losses[_i].before; i++) {
			s.state = ROUTER_SESSION_UP;
			router_session_step(&s, &settings, losses[_i].event, 0, &random);
		}
		if (s.state == ROUTER_SESSION_ERROR) {
			ck_assert(!router_session_accepts(&s));
			router_session_step(&s, &settings, ROUTER_SESSION_TIMER, s.next,
					    &random);
		}
		ck_assert(router_session_accepts(&s));
		see(&seen, s.next);
	}
	check_seen(&seen, losses[_i].min_ms, losses[_i].max_ms);
}
END_TEST

/* T4.5: FRR dials 1 s after a loss, 2, 4, 8 ... 120 s after NOTIFICATIONs, and falls back to
 * its retry time when that dial fails. */
START_TEST(frr_start_timer)
{
	const struct router_session_settings settings = of_profile("frr-datacenter");
	struct random random = random_new(1);
	struct router_session s = { .state = ROUTER_SESSION_UP };
	int64_t wait = MS(2000);

	router_session_step(&s, &settings, ROUTER_SESSION_LOST_CLOSED, 0, &random);
	ck_assert_int_eq(s.next, MS(1000));
	router_session_step(&s, &settings, ROUTER_SESSION_TIMER, s.next, &random);
	ck_assert_int_eq(s.state, ROUTER_SESSION_DIALING);
	router_session_step(&s, &settings, ROUTER_SESSION_REFUSED, MS(1000), &random);
	ck_assert_int_eq(s.next, MS(11000));
	for (int i = 0; i < 10; i++) {
		router_session_step(&s, &settings, ROUTER_SESSION_ANSWERED, 0, &random);
		router_session_step(&s, &settings, ROUTER_SESSION_OPEN_REFUSED, 0, &random);
		ck_assert_int_eq(s.next, wait);
		wait = wait < MS(60000) ? 2 * wait : MS(120000);
	}
	router_session_step(&s, &settings, ROUTER_SESSION_INCOMING, 0, &random);
	router_session_step(&s, &settings, ROUTER_SESSION_OPENED, 0, &random);
	router_session_step(&s, &settings, ROUTER_SESSION_LOST_CEASE, 0, &random);
	ck_assert_int_eq(s.next, MS(2000));
}
END_TEST

/* T4.5: what FRR accepts and then refuses, or is refused, delays its own dials only while it
 * lasts. */
START_TEST(frr_dials_beside)
{
	const struct router_session_settings settings = of_profile("frr-datacenter");
	const struct router_session_settings other = of_profile("generic");
	struct random random = random_new(1);
	struct router_session s = { .state = ROUTER_SESSION_WAITING, .next = MS(8000) };

	router_session_step(&s, &settings, ROUTER_SESSION_INCOMING, MS(3000), &random);
	ck_assert(!router_session_accepts(&s));
	ck_assert_int_eq(s.next, BGP_NEVER);
	router_session_step(&s, &settings, ROUTER_SESSION_OPEN_REFUSED, MS(3005), &random);
	ck_assert(router_session_accepts(&s));
	ck_assert_int_eq(s.next, MS(8000));
	router_session_step(&s, &settings, ROUTER_SESSION_INCOMING, MS(7999), &random);
	router_session_step(&s, &settings, ROUTER_SESSION_CLOSED_EARLY, MS(8004), &random);
	ck_assert_int_eq(s.next, MS(8004));
	/* Nor are they counted as errors of its own. */
	router_session_step(&s, &settings, ROUTER_SESSION_TIMER, MS(8004), &random);
	router_session_step(&s, &settings, ROUTER_SESSION_ANSWERED, MS(8004), &random);
	router_session_step(&s, &settings, ROUTER_SESSION_OPEN_REFUSED, MS(8004), &random);
	ck_assert_int_eq(s.next, MS(8004 + 2000));
	/* Others have one connection at a time. */
	s = (struct router_session){ .state = ROUTER_SESSION_WAITING, .next = MS(80000) };
	router_session_step(&s, &other, ROUTER_SESSION_INCOMING, 0, &random);
	router_session_step(&s, &other, ROUTER_SESSION_OPEN_REFUSED, 0, &random);
	ck_assert_int_le(s.next, MS(5000));
}
END_TEST

/* No wait of a peer or a router is longer than it says. */
START_TEST(longest_waits)
{
	static const enum router_session_event ways[] = {
		ROUTER_SESSION_STARTS,    ROUTER_SESSION_LOST_HOLD,  ROUTER_SESSION_LOST_CEASE,
		ROUTER_SESSION_LOST_HOLD, ROUTER_SESSION_LOST_CEASE, ROUTER_SESSION_RESETS
	};
	const struct router_session_settings settings = of_profile(router_profile_names[_i]);
	const int64_t longest = router_session_longest_wait(&settings);

	ck_assert_int_le(longest, MS(700 * 1000));
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct random random = random_new(seed);
		struct router_session s = { 0 };
		int64_t now = 0;

		for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
			const int64_t began = now;

			router_session_step(&s, &settings, ways[i], now, &random);
			do {
				now = s.next;
				router_session_step(&s, &settings, ROUTER_SESSION_TIMER, now,
						    &random);
			} while (s.state != ROUTER_SESSION_DIALING);
			ck_assert_int_le(s.next - began, longest);
			router_session_step(&s, &settings, ROUTER_SESSION_ANSWERED, now,
					    &random);
			router_session_step(&s, &settings, ROUTER_SESSION_OPENED, now, &random);
		}
	}
}
END_TEST

START_TEST(longest_waits_of_speakers)
{
	static const struct speaker_settings all[] = { { SPEAKER_GOBGP_4, 120, false },
						       { SPEAKER_GOBGP_3, 120, false },
						       { SPEAKER_GOBGP_3, 1, false } };
	const int64_t longest = speaker_longest_wait(&all[_i]);
	struct seen_times seen = { 0 };

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct random random = random_new(seed);
		struct speaker s = { .state = SPEAKER_UP };

		/* Its idle time, its first wait, a dial that nothing answers, the next wait. */
		speaker_step(&s, &all[_i], SPEAKER_RESETS, 0, &random);
		for (int i = 0; i < 3; i++)
			speaker_step(&s, &all[_i], SPEAKER_TIMER, s.next, &random);
		see(&seen, s.next);
	}
	ck_assert_int_le(seen.most, longest);
	ck_assert_int_ge(seen.most * 10, longest * 9);
}
END_TEST

/* T4.6: errors are forgotten after 300 s. */
START_TEST(bird_forgets)
{
	const struct router_session_settings settings = of_profile("bird");
	struct random random = random_new(1);
	struct router_session s = { .state = ROUTER_SESSION_UP };

	router_session_step(&s, &settings, ROUTER_SESSION_LOST_HOLD, 0, &random);
	s.state = ROUTER_SESSION_UP;
	router_session_step(&s, &settings, ROUTER_SESSION_LOST_HOLD, MS(299000), &random);
	ck_assert_int_ge(s.next, MS(299000 + 90000));
	s.state = ROUTER_SESSION_UP;
	router_session_step(&s, &settings, ROUTER_SESSION_LOST_HOLD, MS(599000), &random);
	ck_assert_int_le(s.next, MS(599000 + 60000));
}
END_TEST

/* ---- profiles ---- */

/* T6.1, T6.4: keepalives, and when a dead node is noticed. */
static const struct {
	const char *profile;
	uint32_t configured, hold, keepalive;
	int64_t min_ms, max_ms; /* of a node that sends its keepalives at a third */
} rates[] = {
	{ "frr", 0, 180, 60, 120000, 180000 },        { "frr", 0, 9, 3, 6000, 9000 },
	{ "frr", 0, 900, 60, 600000, 900000 },        { "frr", 1, 9, 1, 6000, 9000 },
	{ "frr-datacenter", 0, 90, 3, 60000, 90000 }, { "bird", 0, 9, 3, 3750, 9000 },
	{ "bird", 0, 90, 30, 37500, 90000 },          { "gobgp", 0, 3, 1, 2000, 3000 },
	{ "generic", 0, 4, 1, 3000, 4000 },
};

START_TEST(keepalives_of_profiles)
{
	const struct router_profile *profile = router_profile_find(rates[_i].profile);
	const uint32_t third = rates[_i].hold / 3;
	const struct bgp_span span =
		router_profile_until_noticed(profile, rates[_i].hold, third);

	ck_assert_uint_eq(
		router_profile_keepalive(profile, rates[_i].configured, rates[_i].hold),
		rates[_i].keepalive);
	ck_assert_int_eq(span.max_ns, MS(rates[_i].max_ms));
	ck_assert_int_ge(span.min_ns, MS(rates[_i].min_ms));
	ck_assert_int_le(span.min_ns, MS(rates[_i].min_ms + 400));
}
END_TEST

/* T6.3, T14.2: what checks quote of profiles. */
START_TEST(quotes_of_profiles)
{
	const struct router_profile *bird = router_profile_find("bird");
	const struct router_profile *frr = router_profile_find("frr");
	const struct router_profile *gobgp = router_profile_find("gobgp");
	const struct router_profile *gobgp_3 = router_profile_find("gobgp-3");

	ck_assert_int_eq(router_profile_judge_keepalive(frr, 15, 20), BGP_KEEPALIVE_FRAGILE);
	ck_assert_int_eq(router_profile_judge_keepalive(bird, 15, 20), BGP_KEEPALIVE_FLAPS);
	ck_assert_int_eq(router_profile_judge_keepalive(bird, 14, 20), BGP_KEEPALIVE_FRAGILE);
	ck_assert_int_eq(router_profile_judge_keepalive(bird, 6, 20), BGP_KEEPALIVE_SAFE);
	ck_assert_uint_eq(router_profile_least_hold(bird, 20), 15);
	ck_assert_uint_eq(router_profile_least_hold(frr, 20), 20);
	ck_assert_int_eq(router_profile_until_back(bird).min_ns, MS(3750));
	ck_assert_int_eq(router_profile_until_back(gobgp).max_ns, MS(2000));
	ck_assert_int_eq(router_profile_until_back(gobgp_3).min_ns, MS(5000));
	ck_assert_int_eq(router_profile_until_back(gobgp_3).max_ns, MS(9000));
}
END_TEST

/* T3.9: by router IDs, then AS numbers. */
START_TEST(speaker_of_two_connections)
{
	ck_assert(speaker_keeps_own(2, 1, 1, 2));
	ck_assert(!speaker_keeps_own(1, 2, 2, 1));
	ck_assert(speaker_keeps_own(1, 1, 2, 1));
	ck_assert(!speaker_keeps_own(1, 1, 1, 2));
}
END_TEST

/* T3.7c: GoBGP 3.10 rests after every failure. */
START_TEST(speaker_of_gobgp_3)
{
	static const struct speaker_settings settings = { SPEAKER_GOBGP_3, 10, false };
	struct random random = random_new(1);
	struct speaker s = { .state = SPEAKER_WAITING };

	speaker_step(&s, &settings, SPEAKER_ANSWERED, 0, &random);
	speaker_step(&s, &settings, SPEAKER_CLOSED_EARLY, 0, &random);
	ck_assert_int_eq(s.state, SPEAKER_IDLE);
	ck_assert_int_eq(s.next, MS(5000));
}
END_TEST

/* T4.7: about a quarter of the timers are late, none by more. */
START_TEST(lateness_of_timers)
{
	const struct router_session_settings late = { router_profile_find("bird"), 120, false,
						      MS(3000) };
	const struct router_session_settings never = of_profile("bird");
	int count = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct random random = random_new(seed);
		struct router_session s = { 0 };

		router_session_step(&s, &late, ROUTER_SESSION_STARTS, 0, &random);
		ck_assert_int_ge(s.next, MS(3750));
		ck_assert_int_le(s.next, MS(8000));
		count += s.next > MS(5000);
		ck_assert_int_eq(router_session_lateness(&never, &random), 0);
	}
	ck_assert_int_gt(count, SEEDS / 10);
	ck_assert_int_lt(count, SEEDS / 4);
}
END_TEST

/* T5.1 */
START_TEST(syns_of_kernels)
{
	int64_t at;

	ck_assert(bgp_time_syn(false, 2, &at));
	ck_assert_int_eq(at, MS(2050));
	ck_assert(bgp_time_syn(true, 2, &at));
	ck_assert_int_eq(at, MS(3000));
	ck_assert(bgp_time_syn(true, 6, &at));
	ck_assert(!bgp_time_syn(true, 7, &at));
	ck_assert(!bgp_time_syn(false, 11, &at));
}
END_TEST

START_TEST(names_of_profiles)
{
	ck_assert_ptr_null(router_profile_find("cisco"));
	ck_assert_ptr_null(router_profile_find(NULL));
	for (size_t i = 0; router_profile_names[i] != NULL; i++)
		ck_assert_ptr_nonnull(router_profile_find(router_profile_names[i]));
	ck_assert_ptr_null(router_profile_names[PROFILES]);
	ck_assert_str_eq(router_profile_default()->name, "generic");
	/* The words that an inventory may have are the same. */
	for (uint32_t f = 0; f < router_bgp_schema.count; f++) {
		const struct schema_field *field = &router_bgp_schema.fields[f];

		if (strcmp(field->name, "profile") != 0)
			continue;
		for (size_t i = 0; field->words[i] != NULL; i++)
			ck_assert_str_eq(field->words[i], router_profile_names[i]);
	}
}
END_TEST

Suite *suite_bgp_sessions_time(void)
{
	Suite *suite = suite_create("bgp_sessions_time");
	TCase *speaker = tcase_create("speaker");
	TCase *router = tcase_create("router");
	TCase *profile = tcase_create("profiles");

	tcase_add_test(speaker, speaker_dials);
	tcase_add_loop_test(speaker, speaker_comes_back, 0, ROWS(ends));
	tcase_add_test(speaker, speaker_that_waits);
	suite_add_tcase(suite, speaker);
	tcase_add_loop_test(router, router_comes_back, 0, ROWS(losses));
	tcase_add_test(router, frr_start_timer);
	tcase_add_test(router, frr_dials_beside);
	tcase_add_loop_test(router, longest_waits, 0, PROFILES);
	tcase_add_loop_test(router, longest_waits_of_speakers, 0, 3);
	tcase_add_test(router, bird_forgets);
	suite_add_tcase(suite, router);
	tcase_add_loop_test(profile, keepalives_of_profiles, 0, ROWS(rates));
	tcase_add_test(profile, names_of_profiles);
	tcase_add_test(profile, quotes_of_profiles);
	tcase_add_test(profile, speaker_of_two_connections);
	tcase_add_test(profile, speaker_of_gobgp_3);
	tcase_add_test(profile, lateness_of_timers);
	tcase_add_test(profile, syns_of_kernels);
	suite_add_tcase(suite, profile);
	return suite;
}
