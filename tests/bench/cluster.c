/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a cluster and a scenario to standard output: nodes on one network, a pool, and
 * Services of which each gets one address, and a crash of the node that holds the first.
 *
 *	cluster NODES VIPS [SECONDS]	(of simulated time; default 60)
 */
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

enum { NODES_MAX = 10000, VIPS_MAX = 100000, SECONDS_MAX = 100000, BYTE = 256 };

static void write_scenario(unsigned seconds)
{
	printf("apiVersion: purelbtool.purelb.io/v1\n"
	       "kind: Scenario\n"
	       "metadata: {name: bench}\n"
	       "spec:\n"
	       "  duration: %us\n"
	       "  warmup: 20s\n"
	       "  observers:\n"
	       "  - {name: client, segment: rack, profile: linux}\n"
	       "  events:\n"
	       "  - {at: 5s, nodeCrash: {winnerOf: 10.1.0.1}}\n",
	       seconds);
}

static void write_nodes(unsigned nodes)
{
	printf("---\n"
	       "apiVersion: purelbtool.purelb.io/v1\n"
	       "kind: NodeInventory\n"
	       "metadata: {name: bench}\n"
	       "spec:\n"
	       "  nodes:\n");
	for (unsigned i = 0; i < nodes; i++)
		printf("  - name: node-%u\n"
		       "    interfaces: [{name: eth0, addresses: [10.0.%u.%u/8], segment: rack}]\n"
		       "    defaultRoutes: [{interface: eth0, via: 10.255.0.1}]\n",
		       i, i / BYTE, i % BYTE);
}

static void write_purelb(void)
{
	printf("---\n"
	       "apiVersion: purelb.io/v2\n"
	       "kind: LBNodeAgent\n"
	       "metadata: {name: default, namespace: purelb-system}\n"
	       "spec: {local: {localInterface: default, garpConfig: {}}}\n"
	       "---\n"
	       "apiVersion: purelb.io/v2\n"
	       "kind: ServiceGroup\n"
	       "metadata: {name: default, namespace: purelb-system}\n"
	       "spec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.1.0.1-10.9.255.255}]}}\n");
}

/* They hold their addresses already, so that the run begins with the cluster settled. */
static void write_services(unsigned vips)
{
	for (unsigned i = 1; i <= vips; i++)
		printf("---\n"
		       "apiVersion: v1\n"
		       "kind: Service\n"
		       "metadata:\n"
		       "  name: web-%u\n"
		       "  namespace: shop\n"
		       "  annotations: {purelb.io/allocated-by: PureLB, "
		       "purelb.io/allocated-from: default, purelb.io/pool-type: local}\n"
		       "spec:\n"
		       "  type: LoadBalancer\n"
		       "  clusterIP: 172.16.%u.%u\n"
		       "  ipFamilies: [IPv4]\n"
		       "  ports: [{port: 80}]\n"
		       "status: {loadBalancer: {ingress: [{ip: 10.1.%u.%u}]}}\n",
		       i, i / BYTE % BYTE, i % BYTE, i / BYTE, i % BYTE);
}

int main(int argc, char **argv)
{
	uint64_t nodes, vips, seconds = 60;

	if (argc < 3 || argc > 4 || !parse_u64(argv[1], 1, NODES_MAX, &nodes) ||
	    !parse_u64(argv[2], 1, VIPS_MAX, &vips) ||
	    (argc == 4 && !parse_u64(argv[3], 1, SECONDS_MAX, &seconds))) {
		fputs("usage: cluster NODES VIPS [SECONDS]\n", stderr);
		return 2;
	}
	write_scenario((unsigned)seconds);
	write_nodes((unsigned)nodes);
	write_purelb();
	write_services((unsigned)vips);
	return ferror(stdout) ? 2 : 0;
}
