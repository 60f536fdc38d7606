/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the capture of a large cluster to standard output, in the form of `kubectl get -o
 * yaml --show-managed-fields`: one List of Nodes, Leases, ServiceGroups, Services and an
 * LBNodeAgent. Most of it is what nobody reads: image lists and managedFields. The same on
 * every run and machine. The cluster is a correct one: racks of six nodes, each rack with a
 * subnet and a ServiceGroup of its own.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"

enum {
	RACKS = 500,
	NODES_PER_RACK = 6,
	SERVICES = 5000,
	IMAGES = 56,
	FIRST_VIP = 200, /* last byte of the first address of a rack's pool */
	NAME_BYTES = 32,
	DIGEST_WORDS = 4, /* 64 bits each */
};

/* The second and third byte of a rack's 10.x.y.0/24. */
static unsigned rack_high(unsigned rack)
{
	return rack / 250 + 1;
}

static unsigned rack_low(unsigned rack)
{
	return rack % 250;
}

static void hex(struct random *random, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		printf("%016llx", (unsigned long long)random_u64(random));
}

static void uid(struct random *random)
{
	unsigned long long a = random_u64(random), b = random_u64(random);

	printf("    uid: %08llx-%04llx-4%03llx-8%03llx-%012llx\n", a >> 32, a >> 16 & 0xffff,
	       a & 0xfff, b >> 48 & 0xfff, b & 0xffffffffffff);
}

/* What the API server remembers of who set which field. */
static void managed_fields(const char *manager, const char *const *fields)
{
	printf("    - apiVersion: v1\n"
	       "      fieldsType: FieldsV1\n"
	       "      fieldsV1:\n"
	       "        f:metadata:\n"
	       "          f:annotations:\n"
	       "            .: {}\n"
	       "            f:volumes.kubernetes.io/controller-managed-attach-detach: {}\n"
	       "          f:labels:\n"
	       "            .: {}\n"
	       "            f:kubernetes.io/arch: {}\n"
	       "            f:kubernetes.io/hostname: {}\n"
	       "            f:kubernetes.io/os: {}\n"
	       "        f:status:\n");
	for (; *fields != NULL; fields++)
		printf("          f:%s:\n            .: {}\n            f:lastHeartbeatTime: {}\n",
		       *fields);
	printf("      manager: %s\n"
	       "      operation: Update\n"
	       "      subresource: status\n"
	       "      time: \"2026-03-02T10:27:41Z\"\n",
	       manager);
}

static void images(struct random *random)
{
	printf("    images:\n");
	for (unsigned i = 0; i < IMAGES; i++) {
		unsigned app = (unsigned)random_below(random, 400);

		printf("    - names:\n      - registry.example/platform/team-%u/images/application-%u@sha256:",
		       app % 20, app);
		hex(random, DIGEST_WORDS);
		printf("\n      - registry.example/platform/team-%u/images/application-%u:v1.%u.%u\n"
		       "      sizeBytes: %u\n",
		       app % 20, app, app % 30, i,
		       10000000 + (unsigned)random_below(random, 90000000));
	}
}

static void condition(const char *type, const char *status, const char *reason)
{
	printf("    - lastHeartbeatTime: \"2026-03-02T10:27:41Z\"\n"
	       "      lastTransitionTime: \"2026-02-11T08:15:29Z\"\n"
	       "      message: kubelet says %s\n"
	       "      reason: %s\n"
	       "      status: \"%s\"\n"
	       "      type: %s\n",
	       reason, reason, status, type);
}

static void node(struct random *random, unsigned rack, unsigned place)
{
	static const char *const fields[] = { "conditions",   "images",      "nodeInfo",
					      "addresses",    "allocatable", "capacity",
					      "volumesInUse", NULL };

	printf("- apiVersion: v1\n"
	       "  kind: Node\n"
	       "  metadata:\n"
	       "    annotations:\n"
	       "      volumes.kubernetes.io/controller-managed-attach-detach: \"true\"\n"
	       "    creationTimestamp: \"2026-02-11T08:15:04Z\"\n"
	       "    labels:\n"
	       "      kubernetes.io/arch: amd64\n"
	       "      kubernetes.io/hostname: r%03u-n%u\n"
	       "      kubernetes.io/os: linux\n"
	       "      topology.kubernetes.io/zone: rack-%03u\n",
	       rack, place, rack);
	printf("    managedFields:\n");
	managed_fields("kubeadm", fields);
	managed_fields("kube-controller-manager", fields);
	managed_fields("kubelet", fields);
	printf("    name: r%03u-n%u\n"
	       "    resourceVersion: \"%u\"\n",
	       rack, place, 1000000 + rack * NODES_PER_RACK + place);
	uid(random);
	printf("  spec:\n"
	       "    podCIDR: 172.%u.%u.0/24\n"
	       "  status:\n"
	       "    addresses:\n"
	       "    - address: 10.%u.%u.%u\n"
	       "      type: InternalIP\n"
	       "    - address: r%03u-n%u\n"
	       "      type: Hostname\n"
	       "    conditions:\n",
	       16 + (rack * NODES_PER_RACK + place) / 256,
	       (rack * NODES_PER_RACK + place) % 256, rack_high(rack), rack_low(rack),
	       11 + place, rack, place);
	condition("MemoryPressure", "False", "KubeletHasSufficientMemory");
	condition("DiskPressure", "False", "KubeletHasNoDiskPressure");
	condition("PIDPressure", "False", "KubeletHasSufficientPID");
	condition("Ready", "True", "KubeletReady");
	images(random);
	printf("    nodeInfo:\n"
	       "      architecture: amd64\n"
	       "      kernelVersion: 6.12.9-amd64\n"
	       "      kubeletVersion: v1.32.1\n"
	       "      operatingSystem: linux\n");
}

static void lease(struct random *random, unsigned rack, unsigned place)
{
	printf("- apiVersion: coordination.k8s.io/v1\n"
	       "  kind: Lease\n"
	       "  metadata:\n"
	       "    annotations:\n"
	       "      purelb.io/subnets: 10.%u.%u.0/24\n"
	       "    creationTimestamp: \"2026-02-11T08:20:00Z\"\n"
	       "    name: purelb-node-r%03u-n%u\n"
	       "    namespace: purelb-system\n",
	       rack_high(rack), rack_low(rack), rack, place);
	uid(random);
	printf("  spec:\n"
	       "    holderIdentity: r%03u-n%u\n"
	       "    leaseDurationSeconds: 10\n"
	       "    renewTime: \"2026-03-02T10:30:0%u.%06uZ\"\n",
	       rack, place, (rack + place) % 5, (unsigned)random_below(random, 1000000));
}

static void service_group(unsigned rack)
{
	printf("- apiVersion: purelb.io/v2\n"
	       "  kind: ServiceGroup\n"
	       "  metadata:\n"
	       "    creationTimestamp: \"2026-02-11T08:30:00Z\"\n"
	       "    generation: 1\n");
	if (rack == 0)
		printf("    name: default\n");
	else
		printf("    name: rack-%03u\n", rack);
	printf("    namespace: purelb-system\n"
	       "  spec:\n"
	       "    local:\n"
	       "      v4pools:\n"
	       "      - aggregation: default\n"
	       "        pool: 10.%u.%u.%d-10.%u.%u.249\n"
	       "        subnet: 10.%u.%u.0/24\n",
	       rack_high(rack), rack_low(rack), FIRST_VIP, rack_high(rack), rack_low(rack),
	       rack_high(rack), rack_low(rack));
}

static void service(struct random *random, unsigned number)
{
	static const char *const fields[] = { "loadBalancer", "conditions", NULL };
	unsigned rack = number % RACKS, vip = FIRST_VIP + number / RACKS;

	printf("- apiVersion: v1\n"
	       "  kind: Service\n"
	       "  metadata:\n"
	       "    annotations:\n"
	       "      purelb.io/allocated-by: PureLB\n");
	if (rack == 0)
		printf("      purelb.io/allocated-from: default\n");
	else
		printf("      purelb.io/allocated-from: rack-%03u\n"
		       "      purelb.io/service-group: rack-%03u\n",
		       rack, rack);
	printf("      purelb.io/pool-type: local\n"
	       "    creationTimestamp: \"2026-02-20T12:%02u:%02uZ\"\n",
	       number / 60 % 60, number % 60);
	printf("    managedFields:\n");
	managed_fields("allocator", fields);
	printf("    name: app-%u\n"
	       "    namespace: team-%u\n",
	       number, number % 20);
	uid(random);
	printf("  spec:\n"
	       "    clusterIP: 192.168.%u.%u\n"
	       "    clusterIPs:\n"
	       "    - 192.168.%u.%u\n"
	       "    externalTrafficPolicy: Cluster\n"
	       "    ipFamilies:\n"
	       "    - IPv4\n"
	       "    ipFamilyPolicy: SingleStack\n"
	       "    ports:\n"
	       "    - name: https\n"
	       "      nodePort: %u\n"
	       "      port: 443\n"
	       "      protocol: TCP\n"
	       "      targetPort: 8443\n"
	       "    selector:\n"
	       "      app: app-%u\n"
	       "    type: LoadBalancer\n"
	       "  status:\n"
	       "    loadBalancer:\n"
	       "      ingress:\n"
	       "      - ip: 10.%u.%u.%u\n"
	       "        ipMode: VIP\n",
	       number / 250, number % 250 + 1, number / 250, number % 250 + 1,
	       30000 + number % 2768, number, rack_high(rack), rack_low(rack), vip);
}

int main(void)
{
	struct random random = random_new(1);

	printf("apiVersion: v1\nitems:\n");
	for (unsigned rack = 0; rack < RACKS; rack++)
		for (unsigned place = 0; place < NODES_PER_RACK; place++)
			node(&random, rack, place);
	for (unsigned rack = 0; rack < RACKS; rack++)
		for (unsigned place = 0; place < NODES_PER_RACK; place++)
			lease(&random, rack, place);
	printf("- apiVersion: purelb.io/v2\n"
	       "  kind: LBNodeAgent\n"
	       "  metadata:\n"
	       "    name: default\n"
	       "    namespace: purelb-system\n"
	       "  spec:\n"
	       "    local:\n"
	       "      dummyInterface: kube-lb0\n"
	       "      localInterface: default\n");
	for (unsigned rack = 0; rack < RACKS; rack++)
		service_group(rack);
	for (unsigned number = 0; number < SERVICES; number++)
		service(&random, number);
	printf("kind: List\nmetadata:\n  resourceVersion: \"\"\n");
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "generate: cannot write\n");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
