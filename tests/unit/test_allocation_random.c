/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator against the slow and obvious one of allocation_reference.c, on small clusters
 * that are drawn from fixed seeds: ranges that overlap, are reversed or in the wrong list,
 * Services that hold, share and ask for addresses.
 */
#include "base/random.h"
#include "tests/unit/allocation_reference.h"
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { ROUNDS = 3000, WINDOW = 12 };

static bool chance(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

/* An address by number, v4 or v6. */
static void put_address(struct text *out, bool v6, unsigned number)
{
	if (v6)
		text_printf(out, "fd00::%x", number);
	else
		text_printf(out, "10.0.0.%u", number);
}

/* ---- groups ---- */

static void put_range(struct random *random, struct text *out, bool v6, unsigned base)
{
	static const char *const subnets[2][3] = {
		{ "10.0.0.0/8", "10.0.0.0/24", "10.0.0.7/24" },
		{ "fd00::/16", "fd00::/64", "FD00::/64" },
	};
	static const char *const aggregations[] = { "/30", "/32", "/31", "default" };
	unsigned from = base + (unsigned)random_below(random, WINDOW);
	unsigned to = from + (unsigned)random_below(random, 4);

	if (chance(random, 10)) {
		from = to;
		to = base;
	}
	text_add(out, "{pool: '");
	put_address(out, v6, from);
	if (chance(random, 10)) {
		text_add(out, v6 ? "/126" : "/30");
	} else {
		text_add(out, "-");
		put_address(out, v6, to);
	}
	text_printf(out, "', subnet: '%s'", subnets[v6][random_below(random, 3)]);
	if (chance(random, 30))
		text_printf(out, ", aggregation: %s",
			    v6 ? "/126" : aggregations[random_below(random, 4)]);
	text_add(out, "}");
}

static void put_list(struct random *random, struct text *out, bool v6, unsigned base)
{
	unsigned count = (unsigned)random_below(random, 4);

	text_printf(out, ", v%dpools: [", v6 ? 6 : 4);
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			text_add(out, ", ");
		put_range(random, out, v6 != chance(random, 10), base);
	}
	text_add(out, "]");
}

static void put_group(struct random *random, struct text *out, unsigned number)
{
	/* Mostly apart, so that not all but one are rejected. */
	unsigned base = chance(random, 85) ? 1 + 20 * number : 1;

	text_add(out, "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n");
	if (number == 0)
		text_add(out, "metadata: {name: default}\nspec: {");
	else
		text_printf(out, "metadata: {name: group-%u}\nspec: {", number);
	if (chance(random, 20))
		text_printf(out,
			    "namespaces: [team], enforceNamespaces: %s, "
			    "namespaceDefault: %s, ",
			    chance(random, 50) ? "true" : "false",
			    chance(random, 50) ? "true" : "false");
	text_printf(out, "%s: {multiPool: %s, balancePools: %s",
		    chance(random, 70) ? "local" : "remote",
		    chance(random, 20) ? "true" : "false",
		    chance(random, 25) ? "true" : "false");
	put_list(random, out, false, base);
	put_list(random, out, true, base);
	text_add(out, "}}\n");
}

/* ---- Services ---- */

static void put_any_address(struct random *random, struct text *out)
{
	unsigned number = 1 + (unsigned)random_below(random, chance(random, 60) ? 16 : 90);

	put_address(out, chance(random, 40), number);
}

static void put_ports(struct random *random, struct text *out)
{
	unsigned count = (unsigned)random_below(random, 3);

	text_add(out, ", ports: [");
	for (unsigned i = 0; i < count; i++)
		text_printf(out, "%s{port: %u%s}", i > 0 ? ", " : "",
			    chance(random, 50) ? 80 : 443,
			    chance(random, 20) ? ", protocol: UDP" : "");
	text_add(out, "]");
}

static void put_status(struct random *random, struct text *out)
{
	unsigned count = 1 + (unsigned)random_below(random, 3);

	text_add(out, "status: {loadBalancer: {ingress: [");
	for (unsigned i = 0; i < count; i++) {
		text_add(out, i > 0 ? ", " : "");
		if (chance(random, 4)) {
			text_add(out, "{hostname: x}");
		} else if (chance(random, 4)) {
			text_add(out, "{ip: 'FD00::1'}");
		} else {
			text_add(out, "{ip: '");
			put_any_address(random, out);
			text_add(out, "'}");
		}
	}
	text_add(out, "]}}\n");
}

static void put_annotations(struct random *random, struct text *out, bool branded)
{
	text_printf(out, "annotations: {%s", branded ? BRANDED : "x: ''");
	if (chance(random, 35))
		text_printf(out, ", " SHARES("%s"), chance(random, 60) ? "k" : "l");
	if (chance(random, 50))
		text_printf(out, ", " FROM("group-%u"), (unsigned)random_below(random, 5));
	if (chance(random, 12))
		text_printf(out, ", " MULTI("%s"), chance(random, 70) ? "true" : "no");
	if (chance(random, 50))
		text_add(out, ", purelb.io/allocated-from: default");
	if (chance(random, 15)) {
		text_add(out, ", purelb.io/addresses: '");
		put_any_address(random, out);
		if (chance(random, 40)) {
			text_add(out, chance(random, 10) ? ", " : ",");
			put_any_address(random, out);
		}
		text_add(out, "'");
	}
	text_add(out, "}");
}

static void put_service(struct random *random, struct text *out, unsigned number)
{
	static const char *const families[] = { "[IPv4]",       "[IPv4]",       "[IPv6]",
						"[IPv4, IPv6]", "[IPv6, IPv4]", "[]" };
	bool branded = chance(random, 40);

	text_printf(out,
		    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, namespace: %s, ",
		    number, chance(random, 25) ? "team" : "default");
	if (chance(random, 50))
		text_printf(out, "creationTimestamp: '2026-01-01T00:00:0%uZ', ",
			    (unsigned)random_below(random, 6));
	put_annotations(random, out, branded);
	text_printf(out, "}\nspec: {type: %s, clusterIP: 172.16.0.1, ipFamilies: %s",
		    chance(random, 95) ? "LoadBalancer" : "ClusterIP",
		    families[random_below(random, 6)]);
	put_ports(random, out);
	text_add(out, "}\n");
	if (branded ? chance(random, 90) : chance(random, 15))
		put_status(random, out);
}

static void put_cluster(struct random *random, struct text *out)
{
	unsigned groups = 1 + (unsigned)random_below(random, 4);
	unsigned services = 1 + (unsigned)random_below(random, 16);

	text_clear(out);
	for (unsigned i = 0; i < groups; i++)
		put_group(random, out, i);
	for (unsigned i = 0; i < services; i++)
		put_service(random, out, i);
	if (chance(random, 50))
		text_add(out, "---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"
			      "metadata: {name: purelb-node-x, namespace: purelb-system, "
			      "annotations: {purelb.io/subnets: "
			      "'10.0.0.0/24,10.0.0.0/8,fd00::/64'}}\n"
			      "spec: {holderIdentity: x, leaseDurationSeconds: 10, "
			      "renewTime: '2026-01-01T00:00:00.000000Z'}\n");
}

/* ---- the comparison ---- */

static void compare_service(const struct reference_service *slow, const struct allocation *fast,
			    const char *yaml)
{
	const char *name = slow->service->object.name.s;
	unsigned place = 0;

	EXPECT(fast != NULL, "%s is missing\n%.4000s", name, yaml);
	EXPECT((fast->state == SERVICE_PENDING) == slow->failed, "%s: %s, %s\n%.4000s", name,
	       service_state_name(fast->state), fast->detail, yaml);
	EXPECT((fast->reason == REASON_HANGS) == slow->hangs, "%s hangs: %d\n%.4000s", name,
	       slow->hangs, yaml);
	for (unsigned i = 0; i < slow->count; i++) {
		const struct allocated_address *address;

		if (!slow->ingress[i].valid)
			continue;
		EXPECT(place < fast->addresses.count, "%s: too few addresses\n%.4000s", name,
		       yaml);
		address = &fast->addresses.items[place++];
		EXPECT(ip_compare(address->ip, slow->ingress[i].ip) == 0 &&
			       address->added == slow->ingress[i].added,
		       "%s: address %u should be %s\n%.4000s", name, i, slow->ingress[i].text,
		       yaml);
	}
	EXPECT(place == fast->addresses.count, "%s: too many addresses\n%.4000s", name, yaml);
}

static void compare_runs(const struct reference *slow, const struct allocations *fast,
			 const char *yaml)
{
	for (unsigned i = 0; i < slow->count; i++) {
		const struct object *object = &slow->services[i].service->object;

		if (slow->services[i].seen)
			compare_service(
				&slow->services[i],
				allocation_find(fast, object->namespace, object->name.s), yaml);
	}
	ARRAY_FOREACH (const struct range_use, use, &fast->ranges) {
		EXPECT(use->used == reference_used(slow, use->pool, use->range),
		       "use of %s %s\n%.4000s", use->pool->name, use->range->path, yaml);
		EXPECT(use->available == use->size - use->used, "available\n%.4000s", yaml);
	}
}

/* How often each outcome was seen: a comparison that never meets a case says nothing of it. */
struct tally {
	unsigned states[4];
	unsigned reasons[REASON_COUNT];
	unsigned released;
};

static void count_outcomes(struct tally *tally, const struct allocations *fast)
{
	ARRAY_FOREACH (const struct allocation, a, &fast->list) {
		tally->states[a->state]++;
		tally->reasons[a->reason]++;
		tally->released += a->released.count > 0;
	}
}

static void expect_variety(const struct tally *tally)
{
	static const enum allocation_reason wanted[] = {
		REASON_UNKNOWN_POOL,       REASON_REJECTED_POOL,
		REASON_EXCLUDED,           REASON_CONFINED,
		REASON_BAD_ADDRESS,        REASON_NO_POOL_FOR_ADDRESS,
		REASON_NO_RANGE,           REASON_EXHAUSTED,
		REASON_KEY_BOUND,          REASON_KEY_CONFLICT,
		REASON_PORT_CONFLICT,      REASON_MULTI_WITH_SHARING,
		REASON_MULTI_WITH_BALANCE, REASON_NO_ACTIVE_SUBNET,
		REASON_SPANS_POOLS,        REASON_HANGS,
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		EXPECT(tally->reasons[wanted[i]] >= 5, "reason %d: %u times", (int)wanted[i],
		       tally->reasons[wanted[i]]);
	EXPECT(tally->states[SERVICE_KEPT] > ROUNDS / 10, "kept");
	EXPECT(tally->states[SERVICE_ASSIGNED] > ROUNDS, "assigned");
	EXPECT(tally->released > ROUNDS / 10, "released");
}

static void compare_round(struct random *random, struct text *yaml, struct reference *slow,
			  struct tally *tally)
{
	struct run_world w;
	bool latest = chance(random, 30);

	put_cluster(random, yaml);
	run_world(&w, text_str(yaml), latest);
	reference_run(slow, &w.cluster, latest);
	compare_runs(slow, &w.out, text_str(yaml));
	count_outcomes(tally, &w.out);
	run_world_release(&w);
}

/* test: P3.9, P3.10, P3.11 */
START_TEST(fast_and_slow_agree)
{
	static struct reference slow;
	struct random random = random_new((uint64_t)_i + 1);
	struct text yaml = { 0 };
	struct tally tally = { 0 };

	for (unsigned round = 0; round < ROUNDS; round++)
		compare_round(&random, &yaml, &slow, &tally);
	expect_variety(&tally);
	text_release(&yaml);
}
END_TEST

Suite *suite_allocation_random(void)
{
	Suite *suite = suite_create("allocation-random");
	TCase *tcase = tcase_create("random");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, fast_and_slow_agree, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
