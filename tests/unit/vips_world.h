/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters for tests of VIPs. */
#ifndef TESTS_UNIT_VIPS_WORLD_H
#define TESTS_UNIT_VIPS_WORLD_H

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

#endif
