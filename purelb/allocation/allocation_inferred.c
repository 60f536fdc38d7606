/* SPDX-License-Identifier: Apache-2.0 */
/* 3.8: what holds for all Services, and what the API server adds to one that is a manifest. */
#include "purelb/allocation/allocation_run.h"

#include "base/text.h"

#define ALLOCATOR      "allocator"
#define ANNOUNCER_NAME "DEFAULT_ANNOUNCER"

/* ---- the cluster as a whole ---- */

/* The allocator's container: named so, or the only one of a Deployment of that name. */
static const struct container *allocator_container(const struct workload *deployment)
{
	ARRAY_FOREACH (const struct container, container, &deployment->containers.list) {
		if (str_equal(container->name.s, ALLOCATOR))
			return container;
	}
	if (deployment->containers.list.count == 1 &&
	    str_equal(deployment->object.name.s, ALLOCATOR))
		return deployment->containers.list.items;
	return NULL;
}

/* What the container says; false when that is not in the input. Of several variables with one
 * name the last one counts. */
static bool container_tells(const struct container *container, bool *is_default)
{
	bool hidden = false;

	*is_default = false;
	ARRAY_FOREACH (const struct env_var, variable, &container->env.list) {
		if (!str_equal(variable->name.s, ANNOUNCER_NAME))
			continue;
		hidden = variable->value.s == NULL;
		*is_default = str_equal(variable->value.s, BRAND);
	}
	return !hidden;
}

bool services_default_announcer(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct workload *, deployment, &snapshot->deployments) {
		const struct container *container = allocator_container(*deployment);
		bool is_default;

		if (container != NULL &&
		    str_equal((*deployment)->object.namespace, snapshot->install_namespace) &&
		    container_tells(container, &is_default))
			return is_default;
	}
	return true;
}

static void see_family(const struct str_value *text, bool seen[static SIDES])
{
	struct ip_net net;
	struct ip ip;

	if (text->s == NULL)
		return;
	if (ip_parse(text->s, &ip))
		seen[side_of(ip)] = true;
	else if (ip_net_parse(text->s, &net))
		seen[side_of(net.address)] = true;
}

static bool node_is_dual_stack(const struct node *node)
{
	bool pods[SIDES] = { false }, addresses[SIDES] = { false };

	ARRAY_FOREACH (const struct str_value, cidr, &node->pod_cidrs.list)
		see_family(cidr, pods);
	ARRAY_FOREACH (const struct node_address, address, &node->addresses.list) {
		if (str_equal(address->type.s, "InternalIP"))
			see_family(&address->address, addresses);
	}
	return (pods[SIDE_V4] && pods[SIDE_V6]) || (addresses[SIDE_V4] && addresses[SIDE_V6]);
}

static bool service_is_dual_stack(const struct service *service)
{
	bool seen[SIDES] = { false };

	ARRAY_FOREACH (const struct str_value, ip, &service->cluster_ips.list)
		see_family(ip, seen);
	return seen[SIDE_V4] && seen[SIDE_V6];
}

bool services_dual_stack(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct node *, node, &snapshot->nodes) {
		if (node_is_dual_stack(*node))
			return true;
	}
	ARRAY_FOREACH (struct service *, service, &snapshot->services) {
		if (service_is_dual_stack(*service))
			return true;
	}
	return false;
}

/* ---- families ---- */

static void add_family(struct allocation *result, enum ip_family family)
{
	for (unsigned i = 0; i < result->family_count; i++) {
		if (result->families[i] == family)
			return;
	}
	result->families[result->family_count++] = family;
}

static void read_families(struct tenant *tenant)
{
	ARRAY_FOREACH (const struct str_value, text, &tenant->service->ip_families.list) {
		if (str_equal(text->s, "IPv4"))
			add_family(tenant->result, IP_V4);
		else if (str_equal(text->s, "IPv6"))
			add_family(tenant->result, IP_V6);
		else
			tenant->odd_family = true;
	}
}

/* A manifest that was never applied: what the API server would fill in. (3.8) */
static void infer(const struct run *run, struct tenant *tenant)
{
	const struct service *service = tenant->service;
	const char *policy = service->ip_family_policy.s;
	struct allocation *result = tenant->result;

	if ((service->cluster_ip.s != NULL && service->cluster_ip.s[0] != '\0') ||
	    service->ingress.list.count > 0)
		return;
	result->inferred = true;
	if (result->family_count == 0)
		add_family(result, IP_V4);
	if (str_equal(policy, "RequireDualStack") ||
	    (str_equal(policy, "PreferDualStack") && run->out->dual_stack)) {
		add_family(result, IP_V4);
		add_family(result, IP_V6);
	}
}

void services_infer(const struct run *run, struct tenant *tenant)
{
	read_families(tenant);
	infer(run, tenant);
}
