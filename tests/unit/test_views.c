/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/agent/views.h: whom a view names is whom all hashes name, also where more nodes stand
 * before the winner than a VIP's rank has, and whether a view is made anew or from another.
 */
#include "sim/agent/views.h"

#include <string.h>

#include "base/random.h"
#include "purelb/election/election.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

enum { NODES = 3 * SETUP_RANK_DEPTH, VIPS = 20, STEPS = 30 };

/* P5.3, P5.4, hash by hash. */
static uint32_t plain_winner(const struct setup *setup, const uint32_t *members, uint32_t vip,
			     const bool *preferred)
{
	uint8_t best[SHA256_BYTES], hash[SHA256_BYTES];
	uint32_t winner = SETUP_NONE;

	for (uint32_t n = 0; n < NODES; n++) {
		if (members[n] == VIEW_OUT || (preferred != NULL && !preferred[n]))
			continue;
		election_hash(setup->nodes.items[n].name, setup->vips.items[vip].text, hash);
		if (winner != SETUP_NONE && memcmp(hash, best, SHA256_BYTES) >= 0)
			continue;
		winner = n;
		memcpy(best, hash, SHA256_BYTES);
	}
	return winner == SETUP_NONE && preferred != NULL
		       ? plain_winner(setup, members, vip, NULL)
		       : winner;
}

static void check_view(const struct views *views, const struct view *view,
		       const uint32_t *members, const bool *preferred)
{
	for (uint32_t v = 0; v < VIPS; v++) {
		ck_assert_uint_eq(view->winner[v],
				  plain_winner(views->setup, members, v, NULL));
		ck_assert_uint_eq(view_winner(views, view, v, preferred),
				  plain_winner(views->setup, members, v, preferred));
	}
}

/* The number of the set that has all VIPs, as the prepared nodes have it. */
static uint32_t whole_set(const struct setup *setup)
{
	return setup->prepared->versions[0].nodes[0].subnets;
}

/* Of the nodes as many are in as `share` of a hundred, others each time. */
static void draw(struct random *random, uint64_t share, uint32_t set, uint32_t *members,
		 bool *preferred)
{
	for (uint32_t n = 0; n < NODES; n++) {
		members[n] = random_below(random, 100) < share ? set : VIEW_OUT;
		preferred[n] = random_below(random, 100) < 3;
	}
}

/* A few nodes come or go. */
static void change(struct random *random, uint32_t set, uint32_t *members)
{
	for (uint32_t i = 0; i < 3; i++) {
		const uint32_t n = (uint32_t)random_below(random, NODES);

		members[n] = members[n] == VIEW_OUT ? set : VIEW_OUT;
	}
}

START_TEST(views_name_whom_the_hashes_name)
{
	static const uint64_t shares[] = { 100, 50, 3, 1, 0 };
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = NODES, .services = VIPS, .spec = "  duration: 1s\n" });
	struct random random = random_new((uint64_t)_i);
	uint32_t members[NODES];
	bool preferred[NODES];
	struct views views;
	struct view *view;

	ck_assert(w->fine);
	ck_assert_uint_eq(w->setup.vips.items[0].rank_count, SETUP_RANK_DEPTH);
	views_init(&views, &w->setup, &w->setup.prepared->sets);
	draw(&random, shares[_i], whole_set(&w->setup), members, preferred);
	view = views_take(&views, members, NULL);
	check_view(&views, view, members, preferred);
	for (int step = 0; step < STEPS; step++) {
		struct view *next;

		change(&random, whole_set(&w->setup), members);
		next = views_take(&views, members, view);
		views_drop(&views, view);
		view = next;
		check_view(&views, view, members, preferred);
	}
	views_drop(&views, view);
	views_release(&views);
	sim_world_free(w);
}
END_TEST

Suite *suite_views(void)
{
	Suite *suite = suite_create("views");
	TCase *tcase = tcase_create("views");

	tcase_add_loop_test(tcase, views_name_whom_the_hashes_name, 0, 5);
	suite_add_tcase(suite, tcase);
	return suite;
}
