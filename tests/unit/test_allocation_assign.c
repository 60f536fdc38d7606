/* SPDX-License-Identifier: Apache-2.0 */
/* Section 3.11 of the model: which address it becomes. */
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

struct row {
	const char *what;
	const char *yaml;
	const char *expected;
};

#define EXPECT_ROWS(rows)                                                                      \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                          \
	run_world_expect((rows)[i].what, (rows)[i].yaml, (rows)[i].expected)

#define LOCAL(lists)  GROUP("default", "local: {" lists "}")
#define REMOTE(lists) GROUP("default", "remote: {" lists "}")
#define V4(list)      "v4pools: [" list "]"
#define V6(list)      "v6pools: [" list "]"
#define FOUR(n)       R4("10.0." n ".1-10.0." n ".4")
#define DUAL          LOCAL(V4(FOUR("0")) ", " V6(R6("fd00::1-fd00::4")))

/* test: P3.11.1 */
START_TEST(families)
{
	static const struct row rows[] = {
		{ "in order", DUAL SERVICE("a", "", ON64), "a assigned +fd00::1 +10.0.0.1" },
		{ "any: v6 first", DUAL SERVICE("a", "", ONANY), "a assigned +fd00::1" },
		{ "any: v4 if there is no v6", LOCAL(V4(FOUR("0"))) SERVICE("a", "", ONANY),
		  "a assigned +10.0.0.1" },
		{ "any: v4 if no v6 is left",
		  LOCAL(V4(FOUR("0")) ", " V6(R6("fd00::1/128"))) SERVICE("a", "", ONANY)
			  SERVICE("b", "", ONANY),
		  "a assigned +fd00::1; b assigned +10.0.0.1" },
		{ "any: none",
		  LOCAL(V6(R6("fd00::1/128"))) SERVICE("a", "", ONANY) SERVICE("b", "", ONANY),
		  "a assigned +fd00::1; b pending (exhausted)" },
		{ "no range of the family", LOCAL(V4(FOUR("0"))) SERVICE("a", "", ON6),
		  "a pending (no range)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.11.2 */
START_TEST(families_that_come_and_go)
{
	static const struct row rows[] = {
		{ "kept", DUAL SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.3")),
		  "a kept 10.0.0.3" },
		{ "one comes", DUAL SERVICE("a", BRANDED, ON46) HOLDS(IP("10.0.0.3")),
		  "a assigned 10.0.0.3 +fd00::1" },
		{ "one goes",
		  DUAL SERVICE("a", BRANDED, ON4) HOLDS(IP("fd00::1") ", " IP("10.0.0.3"))
			  SERVICE("b", "", ON6),
		  "a kept 10.0.0.3 -fd00::1; b assigned +fd00::1" },
		{ "one for another", DUAL SERVICE("a", BRANDED, ON6) HOLDS(IP("10.0.0.3")),
		  "a assigned +fd00::1 -10.0.0.3" },
		{ "no families and an address: v4 only",
		  DUAL SERVICE("a", BRANDED, ONANY) HOLDS(IP("10.0.0.3") ", " IP("fd00::2")),
		  "a kept 10.0.0.3 -fd00::2" },
		{ "a v6 address is given back and any is taken",
		  DUAL SERVICE("a", BRANDED, ONANY) HOLDS(IP("fd00::2")),
		  "a assigned +fd00::1 -fd00::2" },
		{ "no group: what is held is kept",
		  SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.3")) SERVICE("b", BRANDED, ON46)
			  HOLDS(IP("10.0.0.4")),
		  "a kept 10.0.0.3; b unknown 10.0.0.4 (no default pool)" },
		{ "a name instead of an address",
		  DUAL SERVICE("a", BRANDED, ON4) HOLDS("{hostname: x.example}"),
		  "a assigned +10.0.0.1" },
		{ "and more than one of a family",
		  DUAL SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.3") ", " IP("10.0.0.1"))
			  SERVICE("b", "", ON4),
		  "a kept 10.0.0.3 10.0.0.1; b assigned +10.0.0.2" },
		{ "a family that there is not",
		  DUAL SERVICE("a", BRANDED, "clusterIP: 172.16.0.1, ipFamilies: [IPv5]")
			  HOLDS(IP("10.0.0.3")),
		  "a assigned +fd00::1 -10.0.0.3" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.11.3, P2.2, P2.7 */
START_TEST(plain)
{
	static const struct row rows[] = {
		{ "the lowest that is free",
		  DUAL SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.1"))
			  SERVICE("b", BRANDED, ON4) HOLDS(IP("10.0.0.3")) SERVICE("c", "", ON4)
				  SERVICE("d", "", ON4) SERVICE("e", "", ON4),
		  "a kept 10.0.0.1; b kept 10.0.0.3; c assigned +10.0.0.2; "
		  "d assigned +10.0.0.4; e pending (exhausted)" },
		{ "ranges in the order written, the singular entry last",
		  LOCAL("v4pool: " R4("10.0.0.1/32") ", " V4(
			  R4("10.0.0.9/32") ", " R4("10.0.0.5/32"))) SERVICE("a", "", ON4)
			  SERVICE("b", "", ON4) SERVICE("c", "", ON4) SERVICE("d", "", ON4),
		  "a assigned +10.0.0.9; b assigned +10.0.0.5; c assigned +10.0.0.1; "
		  "d pending (exhausted)" },
		{ "a CIDR begins as written",
		  LOCAL(V4(R4("10.0.0.254/24"))) SERVICE("a", "", ON4) SERVICE("b", "", ON4)
			  SERVICE("c", "", ON4),
		  "a assigned +10.0.0.254; b assigned +10.0.0.255; c pending (exhausted)" },
		{ "network and broadcast addresses are like others",
		  LOCAL(V4(R4("10.0.0.0/31"))) SERVICE("a", "", ON4) SERVICE("b", "", ON4),
		  "a assigned +10.0.0.0; b assigned +10.0.0.1" },
		{ "and the first v6 address of a subnet",
		  LOCAL(V6(R6("fd00::/64"))) SERVICE("a", "", ON6) SERVICE("b", "", ON6),
		  "a assigned +fd00::; b assigned +fd00::1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P2.7 */
START_TEST(the_release_with_the_guard)
{
	static const struct row rows[] = {
		{ "remote, shorter than a host route",
		  REMOTE("v4pool: {pool: 10.0.0.254-10.0.1.0, subnet: 10.0.0.0/23, "
			 "aggregation: /24}, v6pool: " R6("fd00::/64")) SERVICE("a", "", ON4)
			  SERVICE("b", "", ON4) SERVICE("c", "", ON6) SERVICE("d", "", ON4),
		  "a assigned +10.0.0.254; b assigned +10.0.1.0; c assigned +fd00::1; "
		  "d pending (exhausted)" },
		{ "host routes",
		  REMOTE("v4pool: {pool: 10.0.0.255/32, subnet: 10.0.0.0/24, aggregation: "
			 "/32}") SERVICE("a", "", ON4),
		  "a assigned +10.0.0.255" },
		{ "local",
		  LOCAL("v4pool: {pool: 10.0.0.255/32, subnet: 10.0.0.0/24}")
			  SERVICE("a", "", ON4),
		  "a assigned +10.0.0.255" },
		{ "what is asked for by address is given",
		  REMOTE("v4pool: {pool: 10.0.0.255/32, subnet: 10.0.0.0/24}")
			  SERVICE("a", "", ON4) SERVICE("b", ASKS("10.0.0.255"), ON4),
		  "a pending (exhausted); b assigned +10.0.0.255" },
		{ "the prefix on the dummy interface counts",
		  REMOTE("v6pool: {pool: 'fd00::/127', subnet: 'fd00::/64', aggregation: "
			 "/127}") SERVICE("a", "", ON6) SERVICE("b", "", ON6),
		  "a assigned +fd00::1; b pending (exhausted)" },
		{ "an address that is given back stays out",
		  REMOTE("v4pool: {pool: 10.0.0.254-10.0.0.255, subnet: 10.0.0.0/24}, "
			 "v6pool: {pool: 'fd00::1/128', subnet: 'fd00::/64'}")
			  SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.254"))
				  SERVICE("b", BRANDED, ON6) HOLDS(IP("10.0.0.255"))
					  SERVICE("c", "", ON4),
		  "a kept 10.0.0.254; b assigned +fd00::1 -10.0.0.255; c pending (exhausted)" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_world_expect_latest(rows[i].what, rows[i].yaml, rows[i].expected);
}
END_TEST

/* test: P3.11.3, P2.3, P2.5, P3.5 */
START_TEST(walks_that_end_early_or_never)
{
	static const struct row rows[] = {
		{ "a reversed range hands out one and ends the walk",
		  LOCAL(V4(R4("10.0.0.9-10.0.0.5") ", " FOUR("0"))) SERVICE("a", "", ON4)
			  SERVICE("b", "", ON4),
		  "a assigned +10.0.0.9; b pending (exhausted)" },
		{ "behind another one it is reached",
		  LOCAL(V4(R4("10.0.0.1/32") ", " R4("10.0.0.9-10.0.0.5") ", " FOUR("1")))
			  SERVICE("a", "", ON4) SERVICE("b", "", ON4) SERVICE("c", "", ON4),
		  "a assigned +10.0.0.1; b assigned +10.0.0.9; c pending (exhausted)" },
		{ "a range in the wrong list yields its first address",
		  LOCAL(V6(R4("10.0.0.1-10.0.0.4") ", " R6("fd00::1-fd00::4")))
			  SERVICE("a", "", ON6) SERVICE("b", "", ON6),
		  "a pending +10.0.0.1 (no range); b pending (exhausted)" },
		{ "unless the right list has it, too",
		  LOCAL(V6(R4("10.0.0.3/32")) ", " V4(FOUR("0"))) SERVICE("a", "", ONANY)
			  SERVICE("b", "", ONANY) SERVICE("c", "", ONANY),
		  "a assigned +10.0.0.3; b assigned +10.0.0.4; c assigned +10.0.0.1" },
		/* Its own address is available to it: PureLB adds it again. */
		{ "both lists with one address",
		  LOCAL(V6(R4("10.0.0.1/32")) ", " V4(FOUR("0"))) SERVICE("a", "", ON46),
		  "a pending +10.0.0.1 +10.0.0.1 (no range)" },
		{ "a later range that shares addresses: goes round for ever",
		  LOCAL(V4(R4("10.0.0.12-10.0.0.13") ", " R4("10.0.0.10-10.0.0.20")))
			  SERVICE("a", "", ON4) SERVICE("b", "", ON4) SERVICE("c", "", ON4)
				  SERVICE("d", "", ON4) SERVICE("e", "", ON4)
					  SERVICE("f", ASKS("10.0.0.20"), ON4),
		  "a assigned +10.0.0.12; b assigned +10.0.0.13; c assigned +10.0.0.10; "
		  "d assigned +10.0.0.11; e pending (hangs); f assigned +10.0.0.20" },
		{ "the same range twice",
		  LOCAL(V4(R4("10.0.0.1-10.0.0.2") ", " R4("10.0.0.1-10.0.0.2")))
			  SERVICE("a", "", ON4) SERVICE("b", "", ON4) SERVICE("c", "", ON4),
		  "a assigned +10.0.0.1; b assigned +10.0.0.2; c pending (hangs)" },
		{ "a smaller one first is gone through twice",
		  LOCAL(V4(R4("10.0.0.1-10.0.0.4") ", " R4("10.0.0.4-10.0.0.6")))
			  SERVICE("a", BRANDED, ON4)
				  HOLDS(IP("10.0.0.1") "," IP("10.0.0.2") "," IP("10.0.0.3"))
					  SERVICE("b", "", ON4) SERVICE("c", "", ON4),
		  "a kept 10.0.0.1 10.0.0.2 10.0.0.3; b assigned +10.0.0.4; c pending (hangs)" },
		{ "a free address on the way is found",
		  LOCAL(V4(R4("10.0.0.12-10.0.0.13") ", " R4("10.0.0.10-10.0.0.20")))
			  SERVICE("a", BRANDED, ON4)
				  HOLDS(IP("10.0.0.12") "," IP("10.0.0.13") "," IP("10.0.0.10"))
					  SERVICE("b", "", ON4),
		  "a kept 10.0.0.12 10.0.0.13 10.0.0.10; b assigned +10.0.0.11" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.11.3: no walk over all of it, no overflow at the end of the address space. */
START_TEST(large_pools)
{
	static const struct row rows[] = {
		{ "2^64 addresses",
		  LOCAL(V6("{pool: 'fd00::/64', subnet: 'fd00::/64'}"))
			  SERVICE("a", BRANDED, ON6) HOLDS(IP("fd00::")) SERVICE("b", "", ON6),
		  "a kept fd00::; b assigned +fd00::1" },
		{ "the last address of all",
		  LOCAL(V6("{pool: "
			   "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe-"
			   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', subnet: '::/0'}"))
			  SERVICE("a", "", ON6) SERVICE("b", "", ON6) SERVICE("c", "", ON6),
		  "a assigned +ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe; "
		  "b assigned +ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff; c pending (exhausted)" },
		{ "and of all v4",
		  LOCAL(V4("{pool: 255.255.255.254/31, subnet: 255.0.0.0/8}"))
			  SERVICE("a", "", ON4) SERVICE("b", "", ON4) SERVICE("c", "", ON4),
		  "a assigned +255.255.255.254; b assigned +255.255.255.255; "
		  "c pending (exhausted)" },
		/* The addresses in between are v4 ones, and no list of these has them. */
		{ "a v6 range that runs through the v4-mapped block",
		  LOCAL(V6("{pool: '::fffe:ffff:ffff-::1:0:0:1', subnet: '::/64'}"))
			  SERVICE("a", "", ON6) SERVICE("b", "", ON6) SERVICE("c", "", ON6),
		  "a assigned +::fffe:ffff:ffff; b pending +0.0.0.0 (no range); "
		  "c pending (exhausted)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

#define BALANCED(lists) LOCAL(lists ", balancePools: true")

/* test: P3.11.4 */
START_TEST(balanced)
{
	static const struct row rows[] = {
		{ "the range with the fewest in use, ties by position",
		  BALANCED(V4(FOUR("0") ", " FOUR("1") ", " R4("10.0.2.1/32"))) SERVICE(
			  "a", BRANDED, ON4) HOLDS(IP("10.0.0.3")) SERVICE("b", "", ON4)
			  SERVICE("c", "", ON4) SERVICE("d", "", ON4) SERVICE("e", "", ON4)
				  SERVICE("f", "", ON4) SERVICE("g", "", ON4),
		  "a kept 10.0.0.3; b assigned +10.0.1.1; c assigned +10.0.2.1; "
		  "d assigned +10.0.0.1; e assigned +10.0.1.2; f assigned +10.0.0.2; "
		  "g assigned +10.0.1.3" },
		{ "exhausted ranges are passed over",
		  BALANCED(V4(R4("10.0.0.1/32") ", " R4("10.0.1.1/32"))) SERVICE("a", "", ON4)
			  SERVICE("b", "", ON4) SERVICE("c", "", ON4),
		  "a assigned +10.0.0.1; b assigned +10.0.1.1; c pending (exhausted)" },
		{ "not with a sharing key",
		  BALANCED(V4(FOUR("0") ", " FOUR("1"))) SERVICE("a", BRANDED, ON4)
			  HOLDS(IP("10.0.0.3")) SERVICE("b", SHARES("k"), ON4),
		  "a kept 10.0.0.3; b assigned +10.0.0.1" },
		/* An address counts in the first range that contains it. */
		{ "ranges that share addresses",
		  BALANCED(V4(R4("10.0.0.1-10.0.0.3") ", " R4("10.0.0.2-10.0.0.6")))
			  SERVICE("a", "", ON4) SERVICE("b", "", ON4) SERVICE("c", "", ON4)
				  SERVICE("d", "", ON4) SERVICE("e", "", ON4),
		  "a assigned +10.0.0.1; b assigned +10.0.0.2; c assigned +10.0.0.3; "
		  "d assigned +10.0.0.4; e assigned +10.0.0.5" },
		{ "a reversed range is tried like others",
		  BALANCED(V4(R4("10.0.0.9-10.0.0.5") ", " FOUR("1"))) SERVICE("a", "", ON4)
			  SERVICE("b", "", ON4) SERVICE("c", "", ON4),
		  "a assigned +10.0.0.9; b assigned +10.0.1.1; c assigned +10.0.1.2" },
		{ "no range", BALANCED(V4(FOUR("0"))) SERVICE("a", "", ON6),
		  "a pending (no range)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* A live node with these subnets in its lease. */
#define LEASE(node, renewed, subnets)                                                          \
	"---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"                               \
	"metadata: {name: purelb-node-" node ", namespace: purelb-system, "                    \
	"annotations: {purelb.io/subnets: '" subnets "'}}\n"                                   \
	"spec: {holderIdentity: " node ", leaseDurationSeconds: 10, renewTime: '" renewed      \
	"'}\n"
#define LIVE(node, subnets) LEASE(node, "2026-01-01T00:00:00.000000Z", subnets)
#define DEAD(node, subnets) LEASE(node, "2025-01-01T00:00:00.000000Z", subnets)
/* Ranges with subnets of their own. */
#define NET4(n)         "{pool: 10.0." n ".1-10.0." n ".4, subnet: 10.0." n ".0/24}"
#define NET6(n)         "{pool: 'fd00:" n "::1-fd00:" n "::4', subnet: 'fd00:" n "::/64'}"
#define MULTIPLE(lists) LOCAL(lists ", multiPool: true")

/* test: P3.11.5, P3.7 */
START_TEST(multi_pool)
{
	static const struct row rows[] = {
		{ "one of each range and family",
		  MULTIPLE(V4(NET4("0") ", " NET4("1")) ", " V6(NET6("0")))
			  LIVE("node-a", "10.0.0.0/24,10.0.1.0/24,fd00:0::/64")
				  SERVICE("a", "", ON4) SERVICE("b", "", ON64),
		  "a assigned +10.0.0.1 +10.0.1.1; b assigned +fd00::1 +10.0.0.2 "
		  "+10.0.1.2" },
		{ "also where that is not canonical",
		  MULTIPLE(V4(NET4("0")) ", " V6(NET6("0")))
			  LIVE("node-a", "10.0.0.0/24,fd00::/64") SERVICE("a", "", ON64),
		  "a pending +10.0.0.1 (no active subnet)" },
		{ "by the exact text of the subnet",
		  MULTIPLE(V4(NET4("0") ", {pool: 10.0.1.1/32, subnet: 10.0.1.3/24}"))
			  LIVE("node-a", "10.0.0.0/24,10.0.1.0/24") SERVICE("a", "", ON4),
		  "a assigned +10.0.0.1" },
		{ "of live nodes",
		  MULTIPLE(V4(NET4("0") ", " NET4("1"))) LIVE("node-a", "10.0.1.0/24")
			  DEAD("node-b", "10.0.0.0/24") SERVICE("a", "", ON4),
		  "a assigned +10.0.1.1" },
		{ "none is active",
		  MULTIPLE(V4(NET4("0"))) LIVE("node-a", "10.0.1.0/24") SERVICE("a", "", ON4),
		  "a pending (no active subnet)" },
		{ "remote pools never skip",
		  REMOTE(V4(NET4("0") ", " NET4("1")) ", multiPool: true")
			  LIVE("node-a", "10.9.0.0/24") SERVICE("a", "", ON4),
		  "a assigned +10.0.0.1 +10.0.1.1" },
		{ "nothing is known of nodes",
		  MULTIPLE(V4(NET4("0") ", " NET4("1"))) SERVICE("a", "", ON4),
		  "a assigned +10.0.0.1 +10.0.1.1" },
		{ "no families: v4 only",
		  MULTIPLE(V4(NET4("0")) ", " V6(NET6("1"))) SERVICE("a", "", ONANY),
		  "a assigned +10.0.0.1" },
		{ "switched on and off by the Service",
		  LOCAL(V4(NET4("0") ", " NET4("1"))) SERVICE("a", MULTI("true"), ON4)
			  SERVICE("b", MULTI("yes"), ON4),
		  "a assigned +10.0.0.1 +10.0.1.1; b assigned +10.0.0.2" },
		{ "off", MULTIPLE(V4(NET4("0") ", " NET4("1"))) SERVICE("a", MULTI(""), ON4),
		  "a assigned +10.0.0.1" },
		{ "exhausted ranges are passed over",
		  MULTIPLE(V4(R4("10.0.0.1/32") ", " NET4("1"))) SERVICE("a", "", ON4)
			  SERVICE("b", "", ON4),
		  "a assigned +10.0.0.1 +10.0.1.1; b assigned +10.0.1.2 (exhausted)" },
		{ "all are exhausted",
		  MULTIPLE(V4(R4("10.0.0.1/32"))) SERVICE("a", "", ON4) SERVICE("b", "", ON4),
		  "a assigned +10.0.0.1; b pending (exhausted)" },
		{ "a range that shares its addresses with one before",
		  MULTIPLE(V4(R4("10.0.0.1-10.0.0.4") ", " R4("10.0.0.1-10.0.0.9")))
			  SERVICE("a", "", ON4),
		  "a assigned +10.0.0.1" },
		{ "with a sharing key", MULTIPLE(V4(NET4("0"))) SERVICE("a", SHARES("k"), ON4),
		  "a pending (multi with sharing)" },
		{ "with balancePools",
		  LOCAL(V4(NET4("0")) ", balancePools: true") SERVICE("a", MULTI("true"), ON4),
		  "a pending (multi with balance)" },
		{ "a family without a range",
		  MULTIPLE(V4(NET4("0"))) SERVICE("a", "", ON46) SERVICE("b", "", ON6),
		  "a pending +10.0.0.1 (no range); b pending (no range)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

#define TWO   MULTIPLE(V4(NET4("0") ", " NET4("1")))
#define OTHER GROUP("other", "local: {multiPool: true, " V4(NET4("5") ", " NET4("6")) "}")

/* test: P3.11.5 */
START_TEST(multi_pool_with_addresses)
{
	static const struct row rows[] = {
		{ "all there",
		  TWO SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.2") ", " IP("10.0.1.4")),
		  "a kept 10.0.0.2 10.0.1.4" },
		{ "one is added", TWO SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.1.4")),
		  "a assigned 10.0.1.4 +10.0.0.1" },
		{ "from the pool of its addresses, whatever it names",
		  TWO OTHER SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.6.2")),
		  "a assigned 10.0.6.2 +10.0.5.1" },
		{ "a key binds it to what it has",
		  TWO SERVICE("a", BRANDED ", " SHARES("k"), ON4) HOLDS(IP("10.0.1.4")),
		  "a kept 10.0.1.4 (exhausted)" },
		{ "of two pools",
		  TWO OTHER SERVICE("a", BRANDED, ON4)
			  HOLDS(IP("10.0.0.2") ", " IP("10.0.6.2")),
		  "a pending 10.0.0.2 10.0.6.2 (spans pools)" },
		{ "of no pool", TWO SERVICE("a", BRANDED, ON4) HOLDS(IP("10.9.9.9")),
		  "a pending 10.9.9.9 (spans pools)" },
		{ "a family is not given back",
		  TWO GROUP("six", "local: {" V6(NET6("1")) "}") SERVICE("a", BRANDED, ON6)
			  HOLDS(IP("10.0.0.2") ", " IP("10.0.1.2")),
		  "a pending 10.0.0.2 10.0.1.2 (no range)" },
		/* Without the brand it loses what it has and begins anew. */
		{ "unbranded", TWO SERVICE("a", "", ON4) HOLDS(IP("10.0.1.4")),
		  "a assigned +10.0.0.1 +10.0.1.1 -10.0.1.4" },
		{ "its subnet is not active any more",
		  TWO LIVE("node-a", "10.9.0.0/24") SERVICE("a", BRANDED, ON4)
			  HOLDS(IP("10.0.1.4")),
		  "a pending 10.0.1.4 (no active subnet)" },
		/* A reversed range contains nothing, so it is taken to be missing. */
		{ "a reversed range gives its address again",
		  MULTIPLE(V4(NET4("0") ", " R4("10.0.5.9-10.0.5.5"))) SERVICE(
			  "a", BRANDED, ON4) HOLDS(IP("10.0.0.2")) SERVICE("b", "", ON4),
		  "a assigned 10.0.0.2 +10.0.5.9; b assigned +10.0.0.1 (exhausted)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

#define WEB PORT("TCP", "80")
#define TLS PORT("TCP", "443")

/* test: P3.11.6 */
START_TEST(sharing)
{
	static const struct row rows[] = {
		{ "equal keys, other ports",
		  DUAL SERVICE("a", SHARES("k"), ON4 WEB) SERVICE("b", SHARES("k"), ON4 TLS)
			  SERVICE("c", SHARES("x"), ON4 WEB) SERVICE("d", "", ON4),
		  "a assigned +10.0.0.1; b assigned +10.0.0.1; c assigned +10.0.0.2; "
		  "d assigned +10.0.0.3" },
		{ "equal ports",
		  DUAL SERVICE("a", SHARES("k"), ON4 WEB) SERVICE("b", SHARES("k"), ON4 WEB),
		  "a assigned +10.0.0.1; b pending (port conflict)" },
		{ "of another protocol",
		  DUAL SERVICE("a", SHARES("k"), ON4 PORT("TCP", "53"))
			  SERVICE("b", SHARES("k"), ON4 PORT("UDP", "53"))
				  SERVICE("c", SHARES("k"), ON4 ", ports: [{port: 53}]"),
		  "a assigned +10.0.0.1; b assigned +10.0.0.1; c pending (port conflict)" },
		{ "an empty key shares nothing",
		  DUAL SERVICE("a", SHARES(""), ON4 WEB) SERVICE("b", SHARES(""), ON4 TLS),
		  "a assigned +10.0.0.1; b assigned +10.0.0.2" },
		{ "a key is bound for each family",
		  DUAL SERVICE("a", SHARES("k"), ON4 WEB) SERVICE("b", SHARES("k"), ON6 WEB)
			  SERVICE("c", SHARES("k"), ON46 TLS),
		  "a assigned +10.0.0.1; b assigned +fd00::1; c assigned +10.0.0.1 +fd00::1" },
		{ "and in each pool",
		  DUAL GROUP("x", "local: {" V4(FOUR("1")) "}")
			  SERVICE("a", SHARES("k"), ON4 WEB)
				  SERVICE("b", SHARES("k") ", " FROM("x"), ON4 WEB),
		  "a assigned +10.0.0.1; b assigned +10.0.1.1" },
		{ "what is held binds",
		  DUAL SERVICE("a", BRANDED ", " SHARES("k"), ON4 WEB) HOLDS(IP("10.0.0.3"))
			  SERVICE("b", SHARES("k"), ON4 TLS),
		  "a kept 10.0.0.3; b assigned +10.0.0.3" },
		{ "asked for: bound elsewhere",
		  DUAL SERVICE("a", SHARES("k"), ON4 WEB)
			  SERVICE("b", SHARES("k") ", " ASKS("10.0.0.2"), ON4 TLS),
		  "a assigned +10.0.0.1; b pending (key bound)" },
		{ "asked for: under another key, or none",
		  DUAL SERVICE("a", SHARES("k"), ON4 WEB)
			  SERVICE("b", SHARES("x") ", " ASKS("10.0.0.1"), ON4 TLS)
				  SERVICE("c", ASKS("10.0.0.1"), ON4 TLS),
		  "a assigned +10.0.0.1; b pending (key conflict); c pending (key conflict)" },
		{ "asked for: the port is in use",
		  DUAL SERVICE("a", SHARES("k"), ON4 WEB)
			  SERVICE("b", SHARES("k") ", " ASKS("10.0.0.1"), ON4 WEB),
		  "a assigned +10.0.0.1; b pending (port conflict)" },
		{ "the bound address is in none of the pool's ranges",
		  DUAL GROUP("x", "local: {" V6(R6("fd00:1::1-fd00:1::4")) "}")
			  SERVICE("a", BRANDED ", " SHARES("k"), ON46 WEB)
				  HOLDS(IP("10.0.0.3") ", " IP("fd00:1::3"))
					  SERVICE("b", SHARES("k"), ON6 TLS),
		  "a kept 10.0.0.3 fd00:1::3; b pending (key bound)" },
		{ "given back, the key is free",
		  DUAL SERVICE("a", BRANDED ", " SHARES("k"), ON6 WEB) HOLDS(IP("10.0.0.3"))
			  SERVICE("b", SHARES("k"), ON4 WEB),
		  "a assigned +fd00::1 -10.0.0.3; b assigned +10.0.0.1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.11.6 */
START_TEST(who_is_in_the_way)
{
	struct run_world w;
	const struct allocation *a;
	const struct allocation *b;

	run_world(&w,
		  DUAL SERVICE("a", SHARES("k"), ON4 WEB) SERVICE("b", SHARES("k"), ON4 WEB)
			  SERVICE("c", ASKS("10.0.0.1"), ON4),
		  false);
	a = allocation_find(&w.out, "default", "a");
	b = allocation_find(&w.out, "default", "b");
	ck_assert_ptr_eq(b->holder, a);
	ck_assert_str_eq(b->sharing_key, "k");
	ck_assert_str_eq(b->detail,
			 "port 80/TCP of 10.0.0.1 is in use by Service \"default/a\"");
	b = allocation_find(&w.out, "default", "c");
	ck_assert_ptr_eq(b->holder, a);
	ck_assert_ptr_null(b->sharing_key);
	ck_assert_str_eq(b->reason_path, "metadata.annotations[\"purelb.io/addresses\"]");
	run_world_release(&w);
}
END_TEST

/* test: P3.11.7 */
START_TEST(rolling_back)
{
	static const struct row rows[] = {
		{ "a second family that fails takes the first one back",
		  LOCAL(V4(FOUR("0"))) SERVICE("a", "", ON46) SERVICE("b", "", ON4),
		  "a pending (no range); b assigned +10.0.0.1" },
		{ "also behind a sharing key",
		  DUAL SERVICE("a", SHARES("k"), ON6 WEB) SERVICE("b", SHARES("k"), ON46 WEB)
			  SERVICE("c", "", ON4) SERVICE("d", SHARES("k"), ON4 WEB),
		  "a assigned +fd00::1; b pending (port conflict); c assigned +10.0.0.1; "
		  "d assigned +10.0.0.2" },
		{ "what it held before stays",
		  LOCAL(V4(FOUR("0"))) SERVICE("a", BRANDED, ON64) HOLDS(IP("10.0.0.1"))
			  SERVICE("b", "", ON4),
		  "a pending 10.0.0.1 (no range); b assigned +10.0.0.2" },
		{ "in a balanced pool",
		  BALANCED(V4(FOUR("0") ", " FOUR("1"))) SERVICE("a", "", ON46)
			  SERVICE("b", "", ON4) SERVICE("c", "", ON4),
		  "a pending (no range); b assigned +10.0.0.1; c assigned +10.0.1.1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.11.8 */
START_TEST(failures_are_final)
{
	static const struct row rows[] = {
		{ "what is given back later comes too late",
		  LOCAL(V4(R4("10.0.0.1/32")) ", " V6(R6("fd00::1-fd00::4")))
			  SERVICE("a", "", ON4) SERVICE("b", BRANDED, ON6) HOLDS(
				  IP("10.0.0.1") ", " IP("fd00::1")) SERVICE("c", "", ON4),
		  "a pending (exhausted); b kept fd00::1 -10.0.0.1; c assigned +10.0.0.1" },
		{ "one that fails stands in nobody's way",
		  DUAL SERVICE("a", ASKS("10.9.9.9"), ON4) SERVICE("b", FROM("x"), ON4)
			  SERVICE("c", "", ON4),
		  "a pending (no pool for address); b pending (unknown pool); "
		  "c assigned +10.0.0.1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* A Service with a time of creation. */
#define BORN(name, time, annotations, spec)                                                    \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name                           \
	", creationTimestamp: '" time "', annotations: {" annotations                          \
	"}}\nspec: {type: LoadBalancer, " spec "}\n"

/* test: P3.11.9 */
START_TEST(order)
{
	static const struct row rows[] = {
		{ "by time, then by name; without a time last",
		  DUAL SERVICE("a", "", ON4) BORN("b", "2026-01-01T00:00:02Z", "", ON4)
			  BORN("d", "2026-01-01T00:00:01Z", "", ON4)
				  BORN("c", "2026-01-01T01:00:01+01:00", "", ON4),
		  "a assigned +10.0.0.4; b assigned +10.0.0.3; c assigned +10.0.0.1; "
		  "d assigned +10.0.0.2" },
		{ "a time that is none",
		  DUAL BORN("a", "yesterday", "", ON4) SERVICE("b", "", ON4)
			  BORN("c", "2026-01-01T00:00:02Z", "", ON4),
		  "a assigned +10.0.0.2; b assigned +10.0.0.3; c assigned +10.0.0.1" },
		{ "namespaces before names",
		  DUAL SERVICE_IN("b", "a", "", ON4) SERVICE_IN("a", "z", "", ON4),
		  "a/z assigned +10.0.0.1; b/a assigned +10.0.0.2" },
		{ "what is held comes before what is new",
		  DUAL BORN("a", "2026-01-01T00:00:01Z", "", ON4) SERVICE("b", BRANDED, ON4)
			  HOLDS(IP("10.0.0.1")),
		  "a assigned +10.0.0.2; b kept 10.0.0.1" },
		{ "without the brand nobody knows of it",
		  DUAL SERVICE("a", "", ON4) SERVICE("b", "", ON4) HOLDS(IP("10.0.0.1")),
		  "a assigned +10.0.0.1; b kept 10.0.0.1" },
		{ "of one name the later counts",
		  DUAL SERVICE("a", "", ON4) SERVICE("a", "", ON6), "a assigned +fd00::1" },
		{ "also of another class",
		  DUAL SERVICE("a", "", ON4) SERVICE("b", BRANDED, ON4 ", loadBalancerClass: x")
			  HOLDS(IP("10.0.0.1")),
		  "a assigned +10.0.0.2; b ignored 10.0.0.1 (other class)" },
		/* PureLB keeps what a status says as text. */
		{ "a text that is not canonical is another address",
		  DUAL SERVICE("a", BRANDED, ON6) HOLDS(IP("FD00::1")) SERVICE("b", "", ON6),
		  "a kept fd00::1; b assigned +fd00::1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

#define OTHER_TYPE(name, annotations, spec)                                                    \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name                           \
	", annotations: {" annotations                                                         \
	"}}\nspec: {type: ClusterIP, clusterIP: 172.16.0.1" spec "}\n"
#define TAKEN_FROM "purelb.io/allocated-from: default"

/* test: P3.8, P3.11.9: held by Services that are load balancers no more. */
START_TEST(other_types)
{
	static const struct row rows[] = {
		{ "given back when it comes to them",
		  DUAL BORN("a", "2026-01-01T00:00:01Z", "", ON4)
			  OTHER_TYPE("b", BRANDED ", " TAKEN_FROM, "") HOLDS(IP("10.0.0.1"))
				  SERVICE("c", "", ON4),
		  "a assigned +10.0.0.2; c assigned +10.0.0.1" },
		{ "not without the annotation",
		  DUAL OTHER_TYPE("b", BRANDED, "") HOLDS(IP("10.0.0.1")) SERVICE("c", "", ON4),
		  "c assigned +10.0.0.2" },
		{ "nor of another class",
		  DUAL OTHER_TYPE("b", BRANDED ", " TAKEN_FROM, ", loadBalancerClass: x")
			  HOLDS(IP("10.0.0.1")) SERVICE("c", "", ON4),
		  "c assigned +10.0.0.2" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

Suite *suite_allocation_assign(void)
{
	Suite *suite = suite_create("allocation-assign");
	TCase *tcase = tcase_create("plain");

	tcase_add_test(tcase, families);
	tcase_add_test(tcase, families_that_come_and_go);
	tcase_add_test(tcase, plain);
	tcase_add_test(tcase, the_release_with_the_guard);
	tcase_add_test(tcase, walks_that_end_early_or_never);
	tcase_add_test(tcase, large_pools);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("several ranges");
	tcase_add_test(tcase, balanced);
	tcase_add_test(tcase, multi_pool);
	tcase_add_test(tcase, multi_pool_with_addresses);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("sharing and order");
	tcase_add_test(tcase, sharing);
	tcase_add_test(tcase, who_is_in_the_way);
	tcase_add_test(tcase, rolling_back);
	tcase_add_test(tcase, failures_are_final);
	tcase_add_test(tcase, order);
	tcase_add_test(tcase, other_types);
	suite_add_tcase(suite, tcase);
	return suite;
}
