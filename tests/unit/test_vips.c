/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections 5 and 6 together: who wins and who announces every VIP, and why nobody does. The
 * orders of the nodes are those of test_election.c.
 */
#include "tests/unit/suites.h"

#include <string.h>

#include "base/random.h"
#include "purelb/election/endpoints.h"
#include "purelb/announcing/vips.h"
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"

#define INVENTORY                                                                              \
	"---\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"                      \
	"metadata: {name: lab}\nspec:\n  nodes:\n"
#define HOST(name, address, more)                                                              \
	"  - name: " name "\n"                                                                 \
	"    labels: {host: " name "}\n"                                                       \
	"    interfaces: [{name: eth0, addresses: [" address more "]}]\n"                      \
	"    defaultRoutes: [{interface: eth0, via: 192.168.1.1}]\n"
#define V6 ", 'fd00:1::11/64'"
#define THREE                                                                                  \
	INVENTORY HOST("node-a", "192.168.1.11/24", V6) HOST("node-b", "192.168.1.12/24", V6)  \
		HOST("node-c", "192.168.1.13/24", V6)

#define AGENT_FOR(name, more, local)                                                           \
	"---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\n"                                   \
	"metadata: {name: " name "}\nspec: {" more "local: " local "}\n"
#define AGENT        AGENT_FOR("default", "", "{localInterface: eth0}")
#define SELECT(host) "nodeSelector: {matchLabels: {host: " host "}}, "
#define LEASE(name, s, nets)                                                                   \
	"---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"                               \
	"metadata: {name: purelb-node-" name ", namespace: purelb-system,"                     \
	" annotations: {purelb.io/subnets: '" nets "'}}\n"                                     \
	"spec: {leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:" s "Z'}\n"
#define LIVE(name, nets) LEASE(name, "30", nets)
#define DEAD(name, nets) LEASE(name, "01", nets)
#define NET4             "192.168.1.0/24"

#define LOCAL_GROUP  GROUP("default", "local: {v4pool: " R4LOCAL ", v6pool: " R6LOCAL "}")
#define R4LOCAL      "{pool: 192.168.1.100-192.168.1.150, subnet: 192.168.1.0/24}"
#define R6LOCAL      "{pool: 'fd00:1::100-fd00:1::150', subnet: 'fd00:1::/64'}"
#define REMOTE_GROUP REMOTE_WITH("")
#define REMOTE_WITH(more)                                                                      \
	GROUP("far", "remote: {v4pool: {pool: 203.0.113.0/24, subnet: 203.0.113.0/24" more     \
		     "}, v6pool: {pool: 'fd09::/120', subnet: 'fd09::/64'}}")
/* A remote group inside the nodes' own subnet. */
#define NEAR_GROUP                                                                             \
	GROUP("near", "remote: {v4pool: {pool: 192.168.1.200-192.168.1.210, "                  \
		      "subnet: 192.168.1.0/24}}")

#define WEB(annotations, spec, ip) SERVICE("web", annotations, spec) HOLDS(IP(ip))
#define ETP                        ", externalTrafficPolicy: Local"
#define SLICE(name, endpoints)                                                                 \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                          \
	"metadata: {name: s, namespace: default,"                                              \
	" labels: {kubernetes.io/service-name: " name "}}\n"                                   \
	"addressType: IPv4\nendpoints: [" endpoints "]\n"
#define ON(node) "{addresses: [10.9.0.1], nodeName: " node ", conditions: {ready: true}}"

/* ---- outcomes as text ---- */

static const char *node_or_nobody(const struct cluster_node *node)
{
	return node != NULL ? node->name : "nobody";
}

/* "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" */
static void describe(const struct vip *vip, struct text *out)
{
	char ip[IP_TEXT_MAX];

	text_printf(out, "%s %s %s %s>%s",
		    vip->service != NULL ? vip->service->object.name.s : "-",
		    ip_format(vip->ip, ip), vip_type_name(vip->type),
		    node_or_nobody(vip->winner), node_or_nobody(vip->runner_up));
	ck_assert((vip->announcers.count == 0) == (vip->reason != NULL));
	if (vip->announcers.count > 0)
		text_printf(out, " %s/%u by", vip->interface != NULL ? vip->interface : "?",
			    vip->how.prefix);
	for (uint32_t i = 0; i < vip->announcers.count; i++)
		text_printf(out, "%s%s", i > 0 ? "," : " ", vip->announcers.items[i]->name);
	text_add(out, vip->predicted ? " predicted" : "");
	text_add(out, vip->inferred ? " inferred" : "");
	text_add(out, vip->affinity_fallback ? " fallback" : "");
	if (vip->reason != NULL)
		text_printf(out, ": %s", vip->reason);
}

static void describe_all(const struct vips *vips, struct text *out)
{
	text_clear(out);
	for (uint32_t i = 0; i < vips->list.count; i++) {
		text_add(out, i > 0 ? "; " : "");
		describe(&vips->list.items[i], out);
	}
}

/* Names to flags, by index in cluster->nodes. */
static const bool *down_flags(const struct cluster *cluster, const char *const *names,
			      struct arena *arena)
{
	bool *flags = arena_zalloc(arena, cluster->nodes.count, sizeof(*flags));

	for (; *names != NULL; names++) {
		const struct cluster_node *node = cluster_find_node(cluster, *names);

		ck_assert_ptr_nonnull(node);
		flags[node - cluster->nodes.items] = true;
	}
	return flags;
}

static const struct row {
	const char *yaml;
	const char *down[4];
	const char *expected;
} rows[] = {
	/* ---- local ---- */
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	/* P5.7: each address by itself. */
	{ THREE AGENT LOCAL_GROUP SERVICE("web", BRANDED, ON46)
		  HOLDS(IP("192.168.1.100") ", " IP("fd00:1::101")),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c; "
	  "web fd00:1::101 local node-a>node-c eth0/64 by node-a" },
	/* Held ones first, then those that are predicted. */
	{ THREE AGENT LOCAL_GROUP SERVICE("a", "", ON4)
		  WEB(BRANDED ", purelb.io/allocated-from: default", ON4, "192.168.1.101"),
	  { NULL },
	  "web 192.168.1.101 local node-c>node-a eth0/24 by node-c; "
	  "a 192.168.1.100 local node-c>node-b eth0/24 by node-c predicted" },
	/* --down */
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { "node-c" },
	  "web 192.168.1.100 local node-b>node-a eth0/24 by node-b" },
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { "node-a", "node-b", "node-c" },
	  "web 192.168.1.100 local nobody>nobody: every node that advertises its subnet is "
	  "down" },
	/* P5.6 */
	{ THREE AGENT GROUP("default", "local: {v4pool: {pool: 10.1.0.0/24, subnet: "
				       "10.1.0.0/24}}") WEB(BRANDED, ON4, "10.1.0.5"),
	  { NULL },
	  "web 10.1.0.5 local nobody>nobody: no live node advertises a subnet that contains "
	  "it" },
	{ AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local nobody>nobody: the input has no nodes" },
	/* P5.4 */
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED ", purelb.io/node-affinity: service-endpoints",
				      ON4, "192.168.1.100") SLICE("web", ON("node-a")),
	  { NULL },
	  "web 192.168.1.100 local node-a>node-c eth0/24 by node-a" },
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED ", purelb.io/node-affinity: service-endpoints",
				      ON4, "192.168.1.100") SLICE("web", ON("node-a")),
	  { "node-a" },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c fallback" },
	/* P4.3: a winner that announces nothing is a black hole. */
	{ THREE LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b: the input has no LBNodeAgent, which says on "
	  "which interfaces nodes announce" },
	{ THREE AGENT_FOR("ab",
			  "nodeSelector: {matchExpressions: [{key: host, operator: In, "
			  "values: [node-a, node-b]}]}, ",
			  "{}") "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\n"
				"metadata: {name: empty}\nspec: {}\n" LOCAL_GROUP WEB(
					BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b: node \"node-c\" wins it, but no LBNodeAgent "
	  "that matches it has a spec.local, so it announces nothing" },
	/* ... and one that is deselected or invalid is not even a candidate. */
	{ THREE AGENT_FOR("ab", SELECT("node-a"), "{}")
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-a>nobody eth0/24 by node-a" },
	/* Unless its lease says otherwise. */
	{ THREE AGENT_FOR("a", SELECT("node-a"), "{}") LIVE("node-a", NET4) LIVE("node-c", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-a: node \"node-c\" wins it, but no LBNodeAgent "
	  "matches it, so it announces nothing" },
	{ THREE AGENT_FOR("a", "", "{localInterface: '('}") LIVE("node-c", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>nobody: node \"node-c\" wins it, but the "
	  "localInterface of its LBNodeAgent is not a valid regular expression, so it announces "
	  "nothing" },
	/* P6.4: the lease promises what the interfaces do not keep. */
	{ THREE AGENT_FOR("a", "", "{localInterface: eth1}") LIVE("node-a", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-a>nobody: node \"node-a\" wins it, but none of the "
	  "interfaces that it announces on has a subnet with it" },
	/* P6.3: advertised by the v4 interface, refused for want of a v6 route. */
	{ THREE AGENT_FOR("a", "", "{localInterface: default}")
		  LOCAL_GROUP WEB(BRANDED, ON6, "fd00:1::101"),
	  { NULL },
	  "web fd00:1::101 local node-a>node-c: node \"node-a\" wins it, but has no IPv6 "
	  "default route, and its LBNodeAgent names no interfaces" },
	/* P5.1: expired; and what is known from leases alone has interfaces without names. */
	{ AGENT DEAD("node-c", NET4) LIVE("node-a", NET4) LIVE("node-b", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-b>node-a ?/24 by node-b" },
	{ AGENT LEASE("node-c", "01", NET4) LIVE("x", "")
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { "x" },
	  "web 192.168.1.100 local nobody>nobody: no node is up with a lease that has not "
	  "expired" },
	/* A guess is said to be one. */
	{ AGENT
	  "---\napiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n"
	  "status: {addresses: [{type: InternalIP, address: 192.168.1.11}]}\n" LOCAL_GROUP WEB(
		  BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-a>nobody ?/24 by node-a inferred" },

	/* ---- P6.1: which Services ---- */
	{ THREE AGENT LOCAL_GROUP WEB("", ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	{ THREE AGENT LOCAL_GROUP WEB("a: b", ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local nobody>nobody: the Service lacks the annotation "
	  "purelb.io/allocated-by: PureLB, and agents announce only Services "
	  "with it" },
	/* P3.11.7: the first address is there, the second is not to be had. */
	{ THREE AGENT LOCAL_GROUP SERVICE("web", ASKS("192.168.1.100,10.7.7.7"), ON4)
		  SERVICE("other", BRANDED, ON4) HOLDS(IP("192.168.1.101")),
	  { NULL },
	  "other 192.168.1.101 local node-c>node-a eth0/24 by node-c" },
	/* Of somebody else's Services only those that agents announce all the same. */
	{ THREE AGENT LOCAL_GROUP WEB("", ON4 ", loadBalancerClass: x", "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	{ THREE AGENT LOCAL_GROUP WEB("", ON4 ", loadBalancerClass: x", "8.8.8.8"),
	  { NULL },
	  "" },
	{ THREE AGENT LOCAL_GROUP WEB("a: b", ON4 ", loadBalancerClass: x", "192.168.1.100"),
	  { NULL },
	  "" },
	{ THREE AGENT LOCAL_GROUP SERVICE_IN("kube-system", "kube-dns", BRANDED, ON4)
		  HOLDS(IP("192.168.1.100")),
	  { NULL },
	  "" },

	/* ---- P6.7: remote ---- */
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	{ THREE AGENT REMOTE_WITH(", aggregation: /32") WEB(BRANDED, ON4, "203.0.113.7"),
	  { "node-b" },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/32 by node-a,node-c" },
	{ THREE AGENT REMOTE_WITH(", aggregation: /64") WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: aggregation \"/64\" of spec.remote.v4pool in "
	  "ServiceGroup \"far\" is not a prefix length of an IPv4 address, so no node can add it" },
	/* No lease health: one that has expired keeps it; a node without a lease has no agent.
	 */
	{ THREE AGENT REMOTE_GROUP DEAD("node-a", NET4) LIVE("node-b", NET4)
		  WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b" },
	/* P6.2: only nodes that are configured. */
	{ THREE AGENT_FOR("b", SELECT("node-b"), "{}")
		  REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-b" },
	{ THREE REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: the input has no LBNodeAgent, which says on "
	  "which interfaces nodes announce" },
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { "node-a", "node-b", "node-c" },
	  "web 203.0.113.7 remote nobody>nobody: the input has no node that is up" },
	/* Several dummy interfaces have no one name. */
	{ THREE AGENT AGENT_FOR("b", SELECT("node-b"), "{dummyInterface: lb1}")
		  REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody ?/24 by node-a,node-b,node-c" },
	/* P6.3 */
	{ THREE AGENT_FOR("a", "", "{localInterface: default}")
		  REMOTE_GROUP WEB(BRANDED, ON6, "fd09::7"),
	  { NULL },
	  "web fd09::7 remote nobody>nobody: no configured node has an IPv6 default route, and "
	  "their LBNodeAgents name no interfaces" },
	/* externalTrafficPolicy: Local */
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4 ETP, "203.0.113.7")
		  SLICE("web", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-b" },
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4 ETP, "203.0.113.7")
		  SLICE("other", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: externalTrafficPolicy is Local, and no "
	  "configured node hosts a healthy endpoint of the Service" },
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4 ETP, "203.0.113.7")
		  SLICE("web", ON("node-b")),
	  { "node-b" },
	  "web 203.0.113.7 remote nobody>nobody: externalTrafficPolicy is Local, and no "
	  "configured node hosts a healthy endpoint of the Service" },
	/* P6.3: remote, but inside the nodes' subnet: by election. */
	{ THREE AGENT NEAR_GROUP WEB(BRANDED, ON4, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a" },
	/* A node without the subnet has it on its dummy interface all the same. */
	{ THREE HOST("node-d", "10.0.0.1/24", "")
		  AGENT NEAR_GROUP WEB(BRANDED, ON4, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a,node-d" },
	/* P6.5: those with the interface change the policy, so endpoints do not matter. */
	{ THREE HOST("node-d", "10.0.0.1/24", "")
		  AGENT NEAR_GROUP WEB(BRANDED, ON4 ETP, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a,node-d" },
	{ THREE HOST("node-d", "10.0.0.1/24", "") AGENT NEAR_GROUP WEB(
		  BRANDED ", purelb.io/allow-local: ''", ON4 ETP, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a" },
	/* A local address of the same Service does it for the remote one as well. */
	{ THREE AGENT LOCAL_GROUP REMOTE_GROUP SERVICE("web", BRANDED, ON46 ETP)
		  HOLDS(IP("203.0.113.7") ", " IP("fd00:1::101")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c; "
	  "web fd00:1::101 local node-a>node-c eth0/64 by node-a" },
	/* P6.8: a node writes only if all addresses succeed. An address with a bad prefix fails
	 * where an endpoint is; the other nodes take it off, and one of them writes. */
	{ THREE AGENT LOCAL_GROUP REMOTE_WITH(", aggregation: /64") GROUP(
		  "far2", "remote: {v4pool: {pool: 198.51.100.0/24, subnet: "
			  "198.51.100.0/24}}") SERVICE("web", BRANDED, ON46 ETP)
		  HOLDS(IP("203.0.113.7") ", " IP("fd00:1::101") ", " IP("198.51.100.7"))
			  SLICE("web", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: aggregation \"/64\" of spec.remote.v4pool in "
	  "ServiceGroup \"far\" is not a prefix length of an IPv4 address, so no node can add it; "
	  "web fd00:1::101 local node-a>node-c eth0/64 by node-a; "
	  "web 198.51.100.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	/* An address without a route of its family fails on all of them: the policy stays. */
	{ THREE AGENT_FOR("a", "", "{localInterface: default}")
		  LOCAL_GROUP REMOTE_GROUP SERVICE("web", BRANDED, ON46 ETP)
			  HOLDS(IP("203.0.113.7") ", " IP("fd09::7") ", " IP("192.168.1.100"))
				  SLICE("web", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-b; "
	  "web fd09::7 remote nobody>nobody: no configured node has an IPv6 default route, and "
	  "their LBNodeAgents name no interfaces; "
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },

	/* ---- where pools do not tell ---- */
	/* Rejected groups count for the agents. */
	{ THREE AGENT GROUP("a", "remote: {v4pools: [{pool: 203.0.113.0/24, subnet: "
				 "203.0.113.0/24}, {pool: bad, subnet: bad}]}")
		  WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	/* P6.4: in no group any more; only the annotation tells the type. */
	{ THREE AGENT WEB(BRANDED ", purelb.io/pool-type: remote", ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: no live node advertises a subnet that "
	  "contains it" },
	{ THREE AGENT WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 unknown node-c>node-b eth0/24 by node-c" },
};

/* test: P5.1, P5.2, P5.4, P5.6, P5.7, P6.1, P6.2, P6.3, P6.4, P6.5, P6.7, P6.8 */
START_TEST(resolves)
{
	const struct row *row = &rows[_i];
	struct vips_options options = { 0 };
	struct text found = { 0 };
	struct arena arena;
	struct run_world w;
	struct vips vips;

	arena_init(&arena);
	run_world(&w, row->yaml, false);
	if (row->down[0] != NULL)
		options.down = down_flags(&w.cluster, row->down, &arena);
	vips_resolve(&vips, &w.cluster, &w.out, &options, &arena);
	describe_all(&vips, &found);
	ck_assert_str_eq(text_str(&found), row->expected);
	text_release(&found);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* ---- addresses that are asked about ---- */

static const struct asked {
	const char *ip;
	const char *expected;
} asked_rows[] = {
	{ "192.168.1.100", "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	{ "192.168.1.101",
	  "new 192.168.1.101 local node-c>node-a eth0/24 by node-c predicted" },
	/* Services that share it each have a row. */
	{ "192.168.1.110", "s1 192.168.1.110 local node-c>node-a eth0/24 by node-c; "
			   "s2 192.168.1.110 local node-c>node-a eth0/24 by node-c" },
	/* Nobody has it. */
	{ "192.168.1.103", "- 192.168.1.103 local node-b>node-c eth0/24 by node-b" },
	{ "192.168.1.1", "- 192.168.1.1 unknown node-b>node-c eth0/24 by node-b" },
	{ "203.0.113.9",
	  "- 203.0.113.9 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	{ "198.51.100.1", "- 198.51.100.1 unknown nobody>nobody: no live node advertises a "
			  "subnet that contains it" },
};

#define ASKED                                                                                  \
	THREE AGENT LOCAL_GROUP REMOTE_GROUP WEB(BRANDED, ON4, "192.168.1.100") SERVICE(       \
		"new", "", ON4) SERVICE("s1", BRANDED ", " SHARES("k"), ON4 PORT("TCP", "80")) \
		HOLDS(IP("192.168.1.110"))                                                     \
			SERVICE("s2", BRANDED ", " SHARES("k"), ON4 PORT("TCP", "81"))         \
				HOLDS(IP("192.168.1.110"))

START_TEST(answers_for_an_address)
{
	const struct asked *row = &asked_rows[_i];
	struct text found = { 0 };
	struct arena arena;
	struct run_world w;
	struct vips vips;
	struct ip ip;

	ck_assert(ip_parse(row->ip, &ip));
	arena_init(&arena);
	run_world(&w, ASKED, false);
	vips_of_address(&vips, &w.cluster, &w.out, ip, NULL, &arena);
	describe_all(&vips, &found);
	ck_assert_str_eq(text_str(&found), row->expected);
	text_release(&found);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* A shared address is won once; candidates are listed when asked for. */
START_TEST(wins_and_candidates)
{
	const struct vips_options options = { .candidates = true };
	struct arena arena;
	struct run_world w;
	struct vips vips;

	arena_init(&arena);
	run_world(&w, ASKED, false);
	vips_resolve(&vips, &w.cluster, &w.out, &options, &arena);
	ck_assert_uint_eq(vips.list.count, 4);
	ck_assert_str_eq(w.cluster.nodes.items[2].name, "node-c");
	ck_assert_uint_eq(vips.won[0], 0);
	ck_assert_uint_eq(vips.won[1], 0);
	ck_assert_uint_eq(vips.won[2], 3);
	for (uint32_t i = 0; i < vips.list.count; i++) {
		const struct vip *vip = &vips.list.items[i];

		ck_assert_uint_eq(vip->candidates.count, 3);
		ck_assert_ptr_eq(vip->candidates.items[0].node, vip->winner);
		ck_assert_ptr_eq(vip->candidates.items[1].node, vip->runner_up);
	}
	vips_resolve(&vips, &w.cluster, &w.out, NULL, &arena);
	ck_assert_uint_eq(vips.list.items[0].candidates.count, 0);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* test: P3.11.10, P6.6: what the pool of a predicted address says about DAD is what the
 * annotation will say. */
START_TEST(dad_is_skipped)
{
	static const struct {
		const char *services;
		bool nodad;
	} cases[] = {
		{ SERVICE("web", "", ON6), true },
		{ WEB(BRANDED ", purelb.io/skip-ipv6-dad: 'true'", ON6, "fd00:1::101"), true },
		{ WEB(BRANDED, ON6, "fd00:1::101"), false },
		{ WEB(BRANDED ", purelb.io/skip-ipv6-dad: 'yes'", ON6, "fd00:1::101"), false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text yaml = { 0 };
		struct arena arena;
		struct run_world w;
		struct vips vips;

		text_printf(&yaml, "%s%s",
			    THREE AGENT GROUP("default",
					      "local: {skipIPv6DAD: true, v6pool: " R6LOCAL
					      "}"),
			    cases[i].services);
		arena_init(&arena);
		run_world(&w, text_str(&yaml), false);
		vips_resolve(&vips, &w.cluster, &w.out, NULL, &arena);
		ck_assert_uint_eq(vips.list.count, 1);
		ck_assert_int_eq(vips.list.items[0].how.act, ANNOUNCING_LOCAL);
		ck_assert(vips.list.items[0].how.options.nodad == cases[i].nodad);
		run_world_release(&w);
		arena_release(&arena);
		text_release(&yaml);
	}
}
END_TEST

/* ---- against the obvious way ---- */

/* Nodes of every kind: with and without subnets, governed or not, with or without a lease. */
static void add_random_nodes(struct random *r, struct text *out)
{
	const unsigned nodes = 1 + (unsigned)random_below(r, 6);
	const bool leases = random_below(r, 2) == 0;

	text_add(out, INVENTORY);
	for (unsigned i = 0; i < nodes; i++)
		text_printf(out,
			    "  - name: n%u\n    labels: {k: v%u}\n    interfaces: [{name: "
			    "eth%u, addresses: [10.0.%u.1/24, 10.0.0.%u/2%u, "
			    "'fd00::%x/64']}]\n    defaultRoutes: [{interface: eth0, via: "
			    "'%s'}]\n",
			    i, i % 3, i % 2, i % 3, i, (unsigned)random_below(r, 10), i,
			    random_below(r, 2) == 0 ? "10.0.0.254" : "fd00::fe");
	for (unsigned i = 0; leases && i < nodes; i++)
		if (random_below(r, 4) != 0)
			text_printf(out, LEASE("n%u", "%s", "10.0.%u.0/24"), i, i % 3,
				    random_below(r, 4) == 0 ? "01" : "30");
}

static void add_random_agents(struct random *r, struct text *out)
{
	static const char *const agents[] = {
		AGENT_FOR("all", "", "{}"),
		AGENT_FOR("all", "", "{localInterface: eth}"),
		AGENT_FOR("v1", "nodeSelector: {matchLabels: {k: v1}}, ",
			  "{localInterface: eth1, dummyInterface: lb1}"),
		AGENT_FOR("v0", "nodeSelector: {matchLabels: {k: v0}}, ",
			  "{interfaces: [eth1]}"),
		"",
	};

	text_add(out, agents[random_below(r, 5)]);
	text_add(out, agents[2 + random_below(r, 3)]);
}

static void add_random_service(struct random *r, struct text *out, unsigned number)
{
	text_printf(out,
		    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, namespace: "
		    "default, annotations: {%s%s}}\nspec: {type: LoadBalancer, clusterIP: "
		    "172.16.0.1%s}\nstatus: {loadBalancer: {ingress: [{ip: 10.0.%u.%u}, "
		    "{ip: 'fd00::%x'}, {ip: 10.9.0.%u}]}}\n",
		    number, BRANDED,
		    random_below(r, 3) == 0 ? ", purelb.io/allow-local: x" : "",
		    random_below(r, 2) == 0 ? ETP : "", (unsigned)random_below(r, 4),
		    (unsigned)random_below(r, 256), (unsigned)random_below(r, 64),
		    (unsigned)random_below(r, 256));
	text_printf(out,
		    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
		    "metadata: {name: e%u, namespace: default, labels: "
		    "{kubernetes.io/service-name: s%u}}\naddressType: IPv4\nendpoints: "
		    "[{addresses: [10.99.0.1], nodeName: n%u, conditions: {ready: %s}}]\n",
		    number, number, (unsigned)random_below(r, 6),
		    random_below(r, 4) == 0 ? "false" : "true");
}

#define RANDOM_GROUPS                                                                          \
	GROUP("l", "local: {v4pool: {pool: 10.0.0.0/22, subnet: 10.0.0.0/22}}")                \
	GROUP("r", "remote: {v4pool: {pool: 10.0.1.0/25, subnet: 10.0.1.0/24}, "               \
		   "v6pool: {pool: 'fd00::/122', subnet: 'fd00::/64', aggregation: /48}}")     \
	GROUP("s", "remote: {v4pool: {pool: 10.9.0.0/25, subnet: 10.9.0.0/24}}")

/* What every node does with one VIP, asked one by one. */
struct naive {
	const struct cluster *cluster;
	struct agent_pools pools;
	struct slice_index slices;
	struct arena arena;
};

static bool has_agent(const struct cluster *cluster, const struct cluster_node *node)
{
	return !cluster->has_leases || node->lease != NULL;
}

static struct announcement ask(struct naive *n, const struct vip *vip,
			       const struct cluster_node *node, bool policy_local)
{
	struct announcing_question question = {
		.vip = vip->ip,
		.winner = vip->winner,
		.policy_local = policy_local,
		.allow_local = label_map_get(&vip->service->object.annotations,
					     "purelb.io/allow-local") != NULL,
	};
	struct announcer announcer;
	struct slice_list slices;

	endpoints_of(&n->slices, vip->service, &n->arena, &slices);
	question.healthy_endpoint = endpoints_healthy_nodes(
		n->cluster, &slices, &n->arena)[node - n->cluster->nodes.items];
	announcer_prepare(&announcer, n->cluster, node, &n->arena);
	return announcing_decide(&announcer, &n->pools, &question);
}

/* P6.5: some node changes it, and fails with none of the Service's addresses. */
static bool policy_stays(struct naive *n, const struct vips *vips,
			 const struct service *service)
{
	for (uint32_t i = 0; i < n->cluster->nodes.count; i++) {
		const struct cluster_node *node = &n->cluster->nodes.items[i];
		bool resets = false, fails = false;

		if (!has_agent(n->cluster, node))
			continue;
		for (uint32_t j = 0; j < vips->list.count; j++) {
			struct announcement answer;

			if (vips->list.items[j].service != service)
				continue;
			answer = ask(n, &vips->list.items[j], node, true);
			resets |= answer.resets_policy;
			fails |= announcing_fails(answer.act);
		}
		if (resets && !fails)
			return false;
	}
	return true;
}

static void check_vip(struct naive *n, const struct vips *vips, const struct vip *vip)
{
	const struct election election = { .cluster = n->cluster };
	const bool policy = str_equal(vip->service->external_traffic_policy.s, "Local") &&
			    policy_stays(n, vips, vip->service);
	uint32_t found = 0;
	char ip[IP_TEXT_MAX];

	ip_format(vip->ip, ip);
	/* A remote VIP that no node has an interface for has no winner; any other has. */
	if (vip->winner != NULL || !agent_pools_is_remote(&n->pools, vip->ip))
		EXPECT(vip->winner == election_winner(&election, vip->ip, NULL), "%s", ip);
	for (uint32_t i = 0; i < n->cluster->nodes.count; i++) {
		const struct cluster_node *node = &n->cluster->nodes.items[i];
		struct announcement answer;

		if (!has_agent(n->cluster, node))
			continue;
		answer = ask(n, vip, node, policy);
		EXPECT(vip->winner != NULL || answer.act != ANNOUNCING_NOBODY ||
			       election_winner(&election, vip->ip, NULL) == NULL,
		       "%s on %s", ip, node->name);
		if (!announcing_holds(answer.act))
			continue;
		EXPECT(found < vip->announcers.count && vip->announcers.items[found] == node,
		       "%s on %s", ip, node->name);
		found++;
	}
	EXPECT(found == vip->announcers.count, "%s", ip);
	EXPECT((vip->reason == NULL) == (found > 0), "%s", ip);
}

START_TEST(agrees_with_asking_every_node)
{
	struct random r = random_new(3);

	for (int round = 0; round < 250; round++) {
		struct text yaml = { 0 };
		struct run_world w;
		struct naive n = { 0 };
		struct vips vips;

		add_random_nodes(&r, &yaml);
		add_random_agents(&r, &yaml);
		text_add(&yaml, RANDOM_GROUPS);
		for (unsigned i = 0; i < 6; i++)
			add_random_service(&r, &yaml, i);
		run_world(&w, text_str(&yaml), false);
		arena_init(&n.arena);
		n.cluster = &w.cluster;
		agent_pools_prepare(&n.pools, &w.cluster.pools, &n.arena);
		endpoints_index(&n.slices, &w.cluster, &n.arena);
		vips_resolve(&vips, &w.cluster, &w.out, NULL, &n.arena);
		for (uint32_t i = 0; i < vips.list.count; i++)
			check_vip(&n, &vips, &vips.list.items[i]);
		arena_release(&n.arena);
		run_world_release(&w);
		text_release(&yaml);
	}
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_vips(void)
{
	Suite *suite = suite_create("vips");
	TCase *tcase = tcase_create("vips");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, resolves, 0, ROWS(rows));
	tcase_add_loop_test(tcase, answers_for_an_address, 0, ROWS(asked_rows));
	tcase_add_test(tcase, wins_and_candidates);
	tcase_add_test(tcase, dad_is_skipped);
	tcase_add_test(tcase, agrees_with_asking_every_node);
	suite_add_tcase(suite, tcase);
	return suite;
}
