/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the configuration: one snapshot against another. */
#include "tests/unit/suites.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/random.h"
#include "sim/whatif/diff.h"
#include "config/repository/repository.h"
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"
#include "tests/unit/load.h"
#include "tests/unit/random_cluster.h"

/* ---- a change from two texts ---- */

struct world {
	struct snapshot *old;
	struct diff change;
};

static void open_world(struct world *w, const char *old, const char *new,
		       const struct diff_options *options)
{
	char path[] = "/tmp/purelbtool-test-XXXXXX";
	const int fd = mkstemp(path);
	const char *const input = path;
	const struct load_part part = { .inputs = &input, .count = 1 };
	struct object_list objects = { { 0 } };
	uint32_t problems;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, new, strlen(new)), (ssize_t)strlen(new));
	close(fd);
	w->old = load_text(old);
	problems = w->old->problems.count;
	ck_assert(config_load_apart(w->old, &part, &objects));
	unlink(path);
	diff_run(&w->change,
		 &(struct diff_input){ .old = w->old,
				       .old_problems = problems,
				       .objects = &objects,
				       .read = w->old,
				       .problems_begin = problems,
				       .problems_end = w->old->problems.count },
		 options);
}

static void close_world(struct world *w)
{
	diff_release(&w->change);
	snapshot_release(w->old);
}

/* ---- what changes, as text ---- */

static void describe_pools(const struct diff *change, struct text *out)
{
	static const char *const names[] = { "same",  "added",  "lost",    "rejected", "mended",
					     "grown", "shrunk", "shifted", "changed",  "bad" };
	char size[2][U128_TEXT_MAX];

	for (uint32_t i = 0; i < change->pools.count; i++) {
		const struct pool_change *pool = &change->pools.items[i];

		if (pool->kind == POOL_SAME)
			continue;
		text_printf(out, "%s %s +%s -%s", pool->name, names[pool->kind],
			    u128_format(pool->added, size[0]),
			    u128_format(pool->removed, size[1]));
		if (pool->stranded > 0)
			text_printf(out, " stranded %u", pool->stranded);
		for (uint32_t k = 0; k < pool->options.count; k++)
			text_printf(out, " %s", pool->options.items[k]);
		if (pool->cover_before.nodes != pool->cover_after.nodes)
			text_printf(out, " nodes %u>%u", pool->cover_before.nodes,
				    pool->cover_after.nodes);
		text_add(out, "; ");
	}
}

static void describe_services(const struct diff *change, struct text *out)
{
	static const char *const names[] = { "keeps", "left",  "changes",
					     "loses", "gains", "waits" };

	for (uint32_t i = 0; i < change->services.count; i++) {
		const struct service_change *service = &change->services.items[i];

		if (service->kind == SERVICE_KEEPS && !service->pending)
			continue;
		text_printf(out, "%s %s%s%s", service->service->object.name.s,
			    names[service->kind], service->already ? " already" : "",
			    service->pending ? " pending" : "");
		if (service->reason != NULL)
			text_printf(out, " (%s)", service->reason);
		text_add(out, "; ");
	}
}

static const char *name_of(const struct cluster_node *node)
{
	return node != NULL ? node->name : "nobody";
}

static void describe_vips(const struct diff *change, struct text *out)
{
	static const char *const names[] = { "stays",     "moves",   "spreads", "unreachable",
					     "withdrawn", "appears", "dark",    "unseen" };
	static const char *const causes[] = { "", " handover", " renewal", " crash" };
	char ip[IP_TEXT_MAX];

	for (uint32_t i = 0; i < change->vips.count; i++) {
		const struct vip_change *vip = &change->vips.items[i];
		const struct vip *it = vip->after != NULL ? vip->after : vip->before;

		if (vip->kind == VIP_STAYS || vip->kind == VIP_STILL_DARK ||
		    (vip->kind == VIP_UNSEEN && !vip_is_lost_from_sight(vip)))
			continue;
		text_printf(out, "%s %s %s>%s", ip_format(it->ip, ip), names[vip->kind],
			    name_of(vip->from), name_of(vip->to));
		if (vip->cause != GAP_NONE)
			text_printf(out, "%s %.1f..%.1f", causes[vip->cause],
				    (double)vip->gap.earliest / NS_PER_SEC,
				    (double)vip->gap.latest / NS_PER_SEC);
		text_add(out, "; ");
	}
}

static void describe_nodes(const struct diff *change, struct text *out)
{
	for (uint32_t i = 0; i < change->nodes.count; i++) {
		const struct node_change *node = &change->nodes.items[i];

		if (!node->changed)
			continue;
		text_add(out, node->name);
		if (node->before != NULL && node->after != NULL &&
		    node->before->config.state != node->after->config.state)
			text_printf(out, " %s>%s", node_state_name(node->before->config.state),
				    node_state_name(node->after->config.state));
		for (uint32_t k = 0; k < node->gained.count; k++)
			text_printf(out, " +%s", node->gained.items[k]);
		for (uint32_t k = 0; k < node->lost.count; k++)
			text_printf(out, " -%s", node->lost.items[k]);
		text_add(out, node->guessed ? " guessed; " : "; ");
	}
}

static void describe(const struct diff *change, struct text *out)
{
	describe_pools(change, out);
	describe_services(change, out);
	describe_vips(change, out);
	describe_nodes(change, out);
	if (change->pools_stay)
		text_add(out, "old pools stay; ");
}

/* ---- cases ---- */

#define LAB                                                                                    \
	"---\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"                      \
	"metadata: {name: lab}\nspec:\n  nodes:\n"
#define HOST(name, last)                                                                       \
	"  - name: " name "\n    labels: {host: " name "}\n"                                   \
	"    interfaces:\n    - {name: eth0, addresses: [192.168.1." last "/24]}\n"            \
	"    - {name: eth1, addresses: [10.9.0." last "/24]}\n"                                \
	"    defaultRoutes: [{interface: eth0, via: 192.168.1.1}]\n"
#define LEASE(name, s, nets)                                                                   \
	"---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"                               \
	"metadata: {name: purelb-node-" name ", namespace: purelb-system,"                     \
	" annotations: {purelb.io/subnets: '" nets "'}}\n"                                     \
	"spec: {leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:" s "Z'}\n"
#define NET    "192.168.1.0/24"
#define LEASES LEASE("node-a", "30", NET) LEASE("node-b", "30", NET) LEASE("node-c", "30", NET)
#define HOSTS  LAB HOST("node-a", "11") HOST("node-b", "12") HOST("node-c", "13")
#define AGENT_FOR(name, more, local)                                                           \
	"---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\n"                                   \
	"metadata: {name: " name "}\nspec: {" more "local: " local "}\n"
#define AGENT AGENT_FOR("default", "", "{localInterface: default}")
#define NOT(host)                                                                              \
	"nodeSelector: {matchExpressions: [{key: host, operator: NotIn, values: [" host "]}]}, "
#define ON(host) "nodeSelector: {matchLabels: {host: " host "}}, "

#define RANGE(range) "{pool: '" range "', subnet: 192.168.1.0/24}"
#define POOL         GROUP("default", "local: {v4pools: [" RANGE("192.168.1.100-192.168.1.109") "]}")
#define OTHER        GROUP("other", "local: {v4pools: [" RANGE("192.168.1.50-192.168.1.59") "]}")
/* The orders of the nodes are those of test_election.c: node-c, node-b, node-a for .100. */
#define WEB_WITH(annotations, spec)                                                            \
	SERVICE("web", BRANDED ", purelb.io/allocated-from: default" annotations, spec)        \
	HOLDS(IP("192.168.1.100"))
#define WEB   WEB_WITH("", ON4)
#define LIVE  HOSTS LEASES WEB
#define OLD   LIVE AGENT POOL
#define EMPTY "---\n{}\n"

static const struct row {
	const char *old, *new, *expected;
	bool apply;
} rows[] = {
	/* ---- what is taken from the old side ---- */
	{ OLD, OLD, "", false },
	{ OLD, AGENT POOL, "", false },
	{ OLD, OTHER, "other added +10 -0 nodes 0>3; ", true },
	{ OLD, EMPTY, "", true },
	/* Nothing at all: no pool, and no LBNodeAgent, so the nodes are black holes. (P4.3) */
	{ OLD, EMPTY,
	  "default lost +0 -10 stranded 1 nodes 3>0; web left (keeps 192.168.1.100, which is in "
	  "no pool: ServiceGroup \"default\" is gone); 192.168.1.100 unreachable "
	  "node-c>nobody; node-a configured>no-config; node-b configured>no-config; node-c "
	  "configured>no-config; ",
	  false },
	/* A capture that has read the Services: there are none. */
	{ OLD,
	  "---\napiVersion: purelbtool.purelb.io/v1\nkind: Capture\nmetadata: {name: c}\n"
	  "spec: {read: [{kind: Service}]}\n" AGENT POOL,
	  "web loses (it is gone); 192.168.1.100 withdrawn node-c>nobody; ", false },
	/* ---- pools ---- */
	{ OLD,
	  AGENT GROUP("default",
		      "local: {v4pools: [" RANGE("192.168.1.100-192.168.1.119") "]}"),
	  "default grown +10 -0; ", false },
	{ OLD,
	  AGENT GROUP("default",
		      "local: {v4pools: [" RANGE("192.168.1.105-192.168.1.109") "]}"),
	  "default shrunk +0 -5 stranded 1; web left (keeps 192.168.1.100, which is in no pool: "
	  "it is now outside ServiceGroup \"default\"); ",
	  false },
	{ OLD,
	  AGENT GROUP("default", "local: {v4pools: [" RANGE(
					 "192.168.1.98-192.168.1.102") "], multiPool: true}"),
	  "default shifted +2 -7 multiPool; ", false },
	{ OLD,
	  AGENT GROUP("default",
		      "namespaces: [default], local: {v4pools: [" RANGE(
			      "192.168.1.100-192.168.1.109") "], balancePools: true}"),
	  "default changed +0 -0 namespaces balancePools; ", false },
	{ OLD,
	  AGENT POOL GROUP("also",
			   "local: {v4pools: [" RANGE("192.168.1.108-192.168.1.119") "]}"),
	  "also added +12 -0 nodes 0>3; default rejected +0 -10 stranded 1 nodes 3>0; web left "
	  "(keeps 192.168.1.100, which is in no pool: PureLB rejects ServiceGroup \"default\": "
	  "it overlaps ServiceGroup \"also\"); ",
	  false },
	{ LIVE AGENT GROUP("default", "local: {v4pools: [" RANGE("nonsense") "]}"), AGENT POOL,
	  "default mended +10 -0 nodes 0>3; ", false },
	/* 3.9: all groups are rejected, so the old pools stay in force. */
	{ OLD, AGENT GROUP("default", "local: {v4pools: [" RANGE("nonsense") "]}"),
	  "default rejected +0 -10 stranded 1 nodes 3>0; web left (keeps 192.168.1.100, which is "
	  "in no pool: PureLB rejects ServiceGroup \"default\": one of its ranges does not parse); "
	  "old pools stay; ",
	  false },
	/* ---- Services (P3.11: an address is never revoked) ---- */
	{ OLD OTHER, LIVE AGENT POOL OTHER, "", false },
	{ OLD OTHER, HOSTS LEASES AGENT POOL OTHER SERVICE("web", FROM("other"), ON4),
	  "web left (keeps 192.168.1.100 from ServiceGroup \"default\", although it would now get "
	  "one from \"other\"); ",
	  false },
	{ OLD, SERVICE("web", FROM("nowhere"), ON4),
	  "web left (keeps 192.168.1.100, although it names ServiceGroup \"nowhere\", which does "
	  "not exist); ",
	  true },
	{ OLD, SERVICE("web", ASKS("192.168.1.105"), ON4),
	  "web left (keeps 192.168.1.100, although it now asks for 192.168.1.105); ", true },
	{ OLD, SERVICE("web", ASKS("192.168.1.100"), ON4), "", true },
	{ OLD, SERVICE("web", "", ON4 ", loadBalancerClass: other"),
	  "web left (keeps 192.168.1.100, although loadBalancerClass \"other\" is not PureLB's, "
	  "which is \"purelb.io/purelbv2\"); ",
	  true },
	{ OLD, SERVICE_IN("default", "api", "", ON4),
	  "api gains; 192.168.1.101 appears nobody>node-c; ", true },
	{ OLD,
	  "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: default}\n"
	  "spec: {type: ClusterIP}\n",
	  "web loses (it is no longer of type LoadBalancer); 192.168.1.100 withdrawn node-c>nobody; ",
	  true },
	{ OLD, SERVICE("api", FROM("nowhere"), ON4),
	  "api waits pending (ServiceGroup \"nowhere\" does not exist); ", true },
	/* P3.11.2: the family that is missing is not there. */
	{ OLD, SERVICE("web", "", ON46),
	  "web keeps pending (ServiceGroup \"default\" has no IPv6 range); ", true },
	{ OLD GROUP("six",
		    "local: {v6pools: [{pool: 'fd00:1::1-fd00:1::9', subnet: 'fd00:1::/64'}]}"),
	  SERVICE("web", FROM("six"), ON64), "web changes; ", true },
	/* Manifests that were never applied: the old side's answer is what they hold. */
	{ AGENT POOL SERVICE("a", "", "ports: [{port: 80}]")
		  SERVICE("b", "", "ports: [{port: 80}]"),
	  AGENT POOL SERVICE("b", "", "ports: [{port: 80}]"),
	  "a loses (it is gone); 192.168.1.100 withdrawn nobody>nobody; ", false },
	/* ---- VIPs and nodes ---- */
	/* P9.2: node-c withdraws at once; the others learn of it within D/2. */
	{ OLD, AGENT_FOR("default", NOT("node-c"), "{localInterface: default}") POOL,
	  "default changed +0 -0 nodes 3>2; 192.168.1.100 moves node-c>node-b renewal 0.2..5.2; "
	  "node-c configured>deselected -192.168.1.0/24; ",
	  false },
	/* The same without leases: what nodes advertise follows from the configuration. */
	{ HOSTS WEB AGENT POOL,
	  AGENT_FOR("default", NOT("node-c"), "{localInterface: default}") POOL,
	  "default changed +0 -0 nodes 3>2; 192.168.1.100 moves node-c>node-b renewal 0.2..5.2; "
	  "node-c configured>deselected -192.168.1.0/24; ",
	  false },
	/* Another interface: node-c loses the subnet that it had and gets one. */
	{ OLD, AGENT AGENT_FOR("c", ON("node-c"), "{localInterface: eth1}") POOL,
	  "default changed +0 -0 nodes 3>2; 192.168.1.100 moves node-c>node-b renewal 0.2..5.2; "
	  "node-c +10.9.0.0/24 -192.168.1.0/24; ",
	  false },
	/* P9.2: a broken expression drops the configuration without a reprocess. */
	{ OLD, AGENT AGENT_FOR("c", ON("node-c"), "{localInterface: '(('}") POOL,
	  "default changed +0 -0 nodes 3>2; 192.168.1.100 moves node-c>node-b handover 0.2..0.2; "
	  "node-c configured>invalid -192.168.1.0/24; ",
	  false },
	/* P8.11: node-c comes back and takes over what it wins. */
	{ HOSTS LEASE("node-a", "30", NET) LEASE("node-b", "30", NET) LEASE("node-c", "30", "")
		  WEB AGENT_FOR("default", NOT("node-c"), "{localInterface: default}") POOL,
	  AGENT POOL,
	  "default changed +0 -0 nodes 2>3; 192.168.1.100 moves node-b>node-c handover 0.2..0.2; "
	  "node-c deselected>configured +192.168.1.0/24; ",
	  false },
	/* The node and its lease are gone. (P8.5) */
	{ OLD,
	  LAB HOST("node-a", "11") HOST("node-b", "12") LEASE("node-a", "31", NET)
		  LEASE("node-b", "31", NET) AGENT POOL,
	  "default changed +0 -0 nodes 3>2; 192.168.1.100 moves node-c>node-b crash 5.0..14.5; "
	  "node-c -192.168.1.0/24; ",
	  false },
	/* A lease that was renewed in between says what the node advertises. */
	{ OLD,
	  LEASE("node-a", "31", NET) LEASE("node-b", "31", NET)
		  LEASE("node-c", "31", "10.9.0.0/24") AGENT POOL,
	  "default changed +0 -0 nodes 3>2; 192.168.1.100 moves node-c>node-b renewal 0.2..5.2; "
	  "node-c +10.9.0.0/24 -192.168.1.0/24; ",
	  false },
	/* Without interfaces nobody knows what another expression would select. */
	{ LEASES WEB AGENT POOL, AGENT_FOR("default", "", "{localInterface: eth1}") POOL,
	  "node-a guessed; node-b guessed; node-c guessed; ", false },
};

START_TEST(changes)
{
	const struct diff_options how = { .apply = rows[_i].apply };
	struct text out = { 0 };
	struct world w;

	open_world(&w, rows[_i].old, rows[_i].new, &how);
	describe(&w.change, &out);
	ck_assert_str_eq(text_str(&out), rows[_i].expected);
	text_release(&out);
	close_world(&w);
}
END_TEST

/* ---- findings ---- */

/* They are recognized by code, resource and path: that the pool moved down does not matter. */
START_TEST(findings)
{
	const struct diff_options how = { .apply = false };
	struct world w;

	open_world(&w, AGENT POOL GROUP("bad", "local: {v4pools: [" RANGE("nonsense") "]}"),
		   "# another line\n" AGENT GROUP("bad",
						  "local: {v4pools: [" RANGE("also bad") "]}")
			   POOL GROUP("worse", "local: {v4pools: [" RANGE("nonsense") "]}"),
		   &how);
	ck_assert_uint_gt(w.change.findings_new.count, 0);
	for (uint32_t i = 0; i < w.change.findings_new.count; i++) {
		const struct object *object = w.change.findings_new.items[i]->place.object;

		ck_assert_ptr_nonnull(object);
		ck_assert_str_eq(object->name.s, "worse");
	}
	ck_assert_uint_eq(w.change.findings_gone.count, 0);
	close_world(&w);
	open_world(&w, AGENT POOL GROUP("bad", "local: {v4pools: [" RANGE("nonsense") "]}"),
		   AGENT POOL, &how);
	ck_assert_uint_eq(w.change.findings_new.count, 0);
	ck_assert_uint_gt(w.change.findings_gone.count, 0);
	close_world(&w);
}
END_TEST

/* ---- random clusters ---- */

/* Nothing changes from a cluster to itself, and each VIP and Service is accounted for. */
START_TEST(nothing_changes)
{
	struct random r = random_new(23);

	for (int round = 0; round < 40; round++) {
		const struct diff_options how = { .apply = round % 2 == 0 };
		struct text yaml = { 0 };
		struct text out = { 0 };
		struct world w;

		random_cluster_text(&r, &yaml);
		open_world(&w, text_str(&yaml), text_str(&yaml), &how);
		describe(&w.change, &out);
		/* What was stale before is told, and no change. */
		EXPECT(!w.change.totals.any, "round %d: %s", round, text_str(&out));
		text_release(&out);
		text_release(&yaml);
		close_world(&w);
	}
}
END_TEST

static const struct vip *find_vip(const struct vips *vips, const struct vip *like)
{
	for (uint32_t i = 0; i < vips->list.count; i++) {
		const struct vip *vip = &vips->list.items[i];

		if (ip_compare(vip->ip, like->ip) == 0 &&
		    str_equal(vip->service->object.name.s, like->service->object.name.s))
			return vip;
	}
	return NULL;
}

/* What a VIP's change says, looked up the slow way. */
static void check_vip(const struct diff *change, const struct vip_change *vip,
		      const struct vip *it)
{
	const struct vip *was = find_vip(&change->before.vips, it);
	const struct vip *is = find_vip(&change->after.vips, it);

	EXPECT(was == vip->before && is == vip->after, "the same VIP");
	EXPECT((vip->kind == VIP_UNREACHABLE) ==
		       (was != NULL && is != NULL && was->announcers.count > 0 &&
			is->announcers.count == 0),
	       "unreachable");
	EXPECT((vip->kind == VIP_MOVES) == (vip->cause != GAP_NONE), "a gap");
	if (vip->kind != VIP_MOVES)
		return;
	EXPECT(was != NULL && is != NULL && is->winner != NULL, "moves");
	if (was != NULL && is != NULL)
		EXPECT(!str_equal(was->announcers.items[0]->name, is->winner->name) ||
			       was->announcers.count > 1,
		       "moves");
}

/* One random cluster into another one: all VIPs of both are told, each once. */
START_TEST(everything_is_told)
{
	struct random r = random_new(29);
	uint32_t moved = 0, unreachable = 0;

	for (int round = 0; round < 40; round++) {
		const struct diff_options how = { .apply = false };
		struct text yaml[2] = { { 0 }, { 0 } };
		uint32_t before = 0, after = 0;
		struct world w;

		random_cluster_text(&r, &yaml[0]);
		random_cluster_text(&r, &yaml[1]);
		open_world(&w, text_str(&yaml[0]), text_str(&yaml[1]), &how);
		for (uint32_t i = 0; i < w.change.vips.count; i++) {
			const struct vip_change *vip = &w.change.vips.items[i];

			before += vip->before != NULL;
			after += vip->after != NULL;
			if (vip->before != NULL)
				check_vip(&w.change, vip, vip->before);
			else if (vip->after != NULL)
				check_vip(&w.change, vip, vip->after);
		}
		EXPECT(before == w.change.before.vips.list.count, "VIPs before");
		EXPECT(after == w.change.after.vips.list.count, "VIPs after");
		moved += w.change.totals.moved;
		unreachable += w.change.totals.unreachable;
		text_release(&yaml[0]);
		text_release(&yaml[1]);
		close_world(&w);
	}
	ck_assert_uint_gt(moved, 10);
	ck_assert_uint_gt(unreachable, 10);
}
END_TEST

/* ---- sets of addresses, one by one ---- */

/* Ranges of few addresses, also reversed ones and ones that overlap. */
static void random_pool(struct random *r, struct text *yaml, bool has[static 256])
{
	const unsigned ranges = 1 + (unsigned)random_below(r, 4);

	memset(has, 0, 256 * sizeof(*has));
	text_add(yaml,
		 "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: p}\n"
		 "spec: {local: {multiPool: true, v4pools: [");
	for (unsigned i = 0; i < ranges; i++) {
		const unsigned from = (unsigned)random_below(r, 256);
		const unsigned to = random_below(r, 6) == 0
					    ? (unsigned)random_below(r, 256)
					    : from + (unsigned)random_below(r, 256 - from);

		text_printf(yaml, "%s{pool: 10.0.0.%u-10.0.0.%u, subnet: 10.0.0.0/24}",
			    i > 0 ? ", " : "", from, to);
		has[from] = true;
		for (unsigned k = from; k <= to; k++)
			has[k] = true;
	}
	text_add(yaml, "]}}\n");
}

/* test: P2.3, P2.6 */
START_TEST(addresses_come_and_go)
{
	struct random r = random_new(31);

	for (int round = 0; round < 200; round++) {
		const struct diff_options how = { .apply = false };
		struct text yaml[2] = { { 0 }, { 0 } };
		bool was[256], is[256];
		unsigned added = 0, removed = 0;
		const struct pool_change *pool;
		struct world w;

		random_pool(&r, &yaml[0], was);
		random_pool(&r, &yaml[1], is);
		for (unsigned i = 0; i < 256; i++) {
			added += is[i] && !was[i];
			removed += was[i] && !is[i];
		}
		open_world(&w, text_str(&yaml[0]), text_str(&yaml[1]), &how);
		EXPECT(w.change.pools.count == 1, "one pool");
		pool = &w.change.pools.items[0];
		EXPECT(pool->added == added, "%u added, not %u", (unsigned)pool->added, added);
		EXPECT(pool->removed == removed, "%u removed, not %u", (unsigned)pool->removed,
		       removed);
		text_release(&yaml[0]);
		text_release(&yaml[1]);
		close_world(&w);
	}
}
END_TEST

Suite *suite_diff(void)
{
	Suite *suite = suite_create("diff");
	TCase *tcase = tcase_create("diff");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, changes, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, findings);
	tcase_add_test(tcase, nothing_changes);
	tcase_add_test(tcase, everything_is_told);
	tcase_add_test(tcase, addresses_come_and_go);
	suite_add_tcase(suite, tcase);
	return suite;
}
