/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters of leases, and orders of their nodes in words. */
#ifndef TESTS_UNIT_ELECTION_WORLD_H
#define TESTS_UNIT_ELECTION_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "purelb/election/election.h"
#include "purelb/election/endpoints.h"
#include "tests/unit/expect.h"
#include "tests/unit/pieces.h"
#include "tests/unit/ips.h"

/* A node that is live, or whose lease ran out: leases are judged at the newest renewTime. */
#define LEASE(name, spec, subnets)                                                             \
	"apiVersion: coordination.k8s.io/v1\nkind: Lease\n"                                    \
	"metadata: {name: purelb-node-" name ", namespace: purelb-system,"                     \
	" annotations: {purelb.io/subnets: '" subnets "'}}\nspec: {" spec "}\n"
#define LIVE(name, subnets)                                                                    \
	LEASE(name, "leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:30Z'", subnets)
#define DEAD(name, subnets)                                                                    \
	LEASE(name, "leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:20Z'", subnets)

#define NET4 "192.168.1.0/24"
#define NET6 "fd00:1::/64"
#define BOTH NET4 "," NET6
#define FIVE                                                                                   \
	LIVE("node-c", BOTH), LIVE("node-a", BOTH), LIVE("node-e", BOTH),                      \
		LIVE("node-b", BOTH), LIVE("node-d", BOTH)

struct world {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct arena arena;
	struct election election;
};

static inline void open_world(struct world *w, struct snapshot *snapshot)
{
	w->snapshot = snapshot;
	purelb_resolve(&w->cluster, snapshot);
	arena_init(&w->arena);
	w->election = (struct election){ .cluster = &w->cluster, .arena = &w->arena };
}

static inline void close_world(struct world *w)
{
	arena_release(&w->arena);
	cluster_release(&w->cluster);
	snapshot_release(w->snapshot);
}

static inline const char *name_of(const struct cluster_node *node)
{
	return node != NULL ? node->name : "nobody";
}

/* The candidates in order, and that the short ways agree with the long one. */
static inline const char *order_of(struct world *w, struct ip vip, const bool *preferred)
{
	const struct cluster_node *two[2];
	struct election_result result;
	const char *names = "";

	election_candidates(&w->election, vip, preferred, &result);
	for (uint32_t i = 0; i < result.candidates.count; i++)
		names = arena_printf(&w->arena, "%s%s%s", names, i > 0 ? " " : "",
				     result.candidates.items[i].node->name);
	election_first_two(&w->election, vip, preferred, two);
	for (uint32_t i = 0; i < 2; i++) {
		const struct cluster_node *expected =
			i < result.candidates.count ? result.candidates.items[i].node : NULL;

		ck_assert_str_eq(name_of(two[i]), name_of(expected));
	}
	ck_assert_ptr_eq(election_winner(&w->election, vip, preferred), two[0]);
	return names;
}

static inline void expect_order(struct world *w, const char *vip, const char *names)
{
	ck_assert_msg(str_equal(order_of(w, ip_of(vip), NULL), names), "%s: %s", vip,
		      order_of(w, ip_of(vip), NULL));
}

static inline const char *hex_of(const uint8_t hash[SHA256_BYTES],
				 char hex[2 * SHA256_BYTES + 1])
{
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return hex;
}

#endif
