/* SPDX-License-Identifier: Apache-2.0 */
/* A node, its agent and groups, for tests of announcing. */
#ifndef TESTS_UNIT_ANNOUNCING_WORLD_H
#define TESTS_UNIT_ANNOUNCING_WORLD_H

#include "base/random.h"
#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "purelb/agents/cluster.h"
#include "purelb/agents/limits.h"
#include "tests/unit/expect.h"
#include "tests/unit/load.h"
#include "tests/unit/ips.h"

/* eth1 stands before eth0, so that the order of names and that of the input differ. */
#define NODE                                                                                   \
	"---\n"                                                                                \
	"apiVersion: purelbtool.purelb.io/v1\n"                                                \
	"kind: NodeInventory\n"                                                                \
	"metadata: {name: lab}\n"                                                              \
	"spec:\n"                                                                              \
	"  nodes:\n"                                                                           \
	"  - name: a\n"                                                                        \
	"    interfaces:\n"                                                                    \
	"    - {name: lo, addresses: [127.0.0.1/8, 10.9.0.1/24]}\n"                            \
	"    - {name: eth1, addresses: [10.0.0.12/24, \"fd00::12/64\"]}\n"                     \
	"    - {name: eth0, addresses: [10.0.0.11/24, 10.0.0.13/28, 10.1.0.11/24]}\n"          \
	"    - name: eth2\n"                                                                   \
	"      addresses:\n"                                                                   \
	"      - 10.2.0.11/24\n"                                                               \
	"      - {address: \"fd02::11/64\", flags: [deprecated]}\n"                            \
	"      - {address: \"fd03::11/64\", flags: [permanent]}\n"                             \
	"    - {name: kube-lb0, addresses: [10.8.0.1/24]}\n"                                   \
	"    - {name: twin, addresses: [10.4.0.11/24]}\n"                                      \
	"    - {name: twin, addresses: [10.5.0.11/24]}\n"                                      \
	"    defaultRoutes:\n"                                                                 \
	"    - {interface: eth0, via: 10.0.0.1}\n"                                             \
	"    - {interface: eth1, via: \"fd00::1\"}\n"

#define AGENT                                                                                  \
	"apiVersion: purelb.io/v2\n"                                                           \
	"kind: LBNodeAgent\n"                                                                  \
	"metadata: {name: default, namespace: purelb-system}\n"                                \
	"spec:\n"

/* ---- the decision ---- */

/* Two more nodes: one without a v6 default route, one whose interfaces are unknown. */
#define NODES                                                                                  \
	NODE "  - name: b\n"                                                                   \
	     "    interfaces: [{name: eth0, addresses: [10.0.0.12/24, \"fd00::12/64\"]}]\n"    \
	     "    defaultRoutes: [{interface: eth0, via: 10.0.0.1}]\n"                         \
	     "  - name: c\n"                                                                   \
	     "    labels: {kind: bare}\n"

#define GROUP(name, spec)                                                                      \
	"---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"                                  \
	"metadata: {name: " name ", namespace: purelb-system}\nspec: {" spec "}\n"
#define REMOTE(name, pool, subnet, more)                                                       \
	GROUP(name, "remote: {v4pool: {pool: " pool ", subnet: " subnet more "}}")
#define REMOTE6(name, pool, subnet, more)                                                      \
	GROUP(name, "remote: {v6pool: {pool: '" pool "', subnet: '" subnet "'" more "}}")
#define GROUPS                                                                                 \
	GROUP("local", "local: {v4pool: {pool: 10.0.0.200-10.0.0.250, subnet: 10.0.0.0/24}}")  \
	REMOTE("r24", "10.20.0.0/24", "10.20.0.0/24", "")                                      \
	REMOTE("r32", "10.21.0.0/24", "10.21.0.0/24", ", aggregation: /32")                    \
	REMOTE("rdef", "10.22.0.0/24", "10.22.0.0/23", ", aggregation: default")               \
	REMOTE("r64", "10.23.0.0/24", "10.23.0.0/24", ", aggregation: /64")                    \
	REMOTE("near", "10.0.0.100-10.0.0.110", "10.0.0.0/24", "")                             \
	REMOTE6("six", "fd20::/64", "fd20::/64", ", aggregation: /128")

#define DEFAULT "  local: {localInterface: default}\n"

struct stage {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct arena arena;
	struct agent_pools pools;
};

static inline void open_stage(struct stage *stage, const char *agent, const char *rest)
{
	struct text text = { 0 };

	text_printf(&text, "%s%s%s", agent[0] != '\0' ? AGENT : "", agent, rest);
	stage->snapshot = load_text(text_str(&text));
	text_release(&text);
	purelb_resolve(&stage->cluster, stage->snapshot);
	arena_init(&stage->arena);
	agent_pools_prepare(&stage->pools, &stage->cluster.pools, &stage->arena);
}

static inline void close_stage(struct stage *stage)
{
	arena_release(&stage->arena);
	cluster_release(&stage->cluster);
	snapshot_release(stage->snapshot);
}

#endif
