/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an upgrade of PureLB asks for and brings, as steps in the order in which they are done:
 * plan with two releases. (A4.5, P10) What it does to pools, Services, VIPs and nodes is in the
 * other lists of the comparison. Left out are downgrades, and upgrades that change no rule.
 */
#include "sim/whatif/diff_parts.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/crd_fields.h"
#include "config/objects/kinds.h"
#include "config/objects/workloads.h"
#include "purelb/announcing/slots.h"

static const struct release_choice *upgrade_release(const struct diff_side *side)
{
	return &side->cluster.release;
}

/* The upgrade brings the rule. */
static bool upgrade_brings(const struct diff *diff, enum release_rule rule)
{
	return !release_has(upgrade_release(&diff->before)->release, rule) &&
	       release_has(upgrade_release(&diff->after)->release, rule);
}

static void upgrade_add(struct diff *diff, enum upgrade_when when, bool breaks,
			const char *subject, const char *text)
{
	struct upgrade_step *step = ARRAY_PUSH(&diff->arena, &diff->upgrade);

	*step = (struct upgrade_step){ when, breaks, subject, text };
}

static const char *upgrade_object(struct diff *diff, const struct object *object)
{
	return arena_printf(&diff->arena, "%s %s/%s", object->kind_name, object->namespace,
			    object->name.s != NULL ? object->name.s : "(no name)");
}

/* ---- before ---- */

static uint32_t upgrade_count_holders(const struct diff *diff, const struct pool *pool)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &diff->before.all.list) {
		bool holds = false;

		ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
			holds |= pool_has(pool, address->ip);
		count += holds;
	}
	return count;
}

/* Another group has the name, so that the two cannot be in one namespace. */
static bool upgrade_shares_name(const struct diff *diff, const struct pool *pool)
{
	ARRAY_FOREACH (const struct pool, other, &diff->after.cluster.pools.list)
		if (other != pool && str_equal(other->name, pool->name))
			return true;
	return false;
}

static void upgrade_move_group(struct diff *diff, const struct pool *pool)
{
	const uint32_t holders = upgrade_count_holders(diff, pool);
	const bool rename = upgrade_shares_name(diff, pool);
	const char *held = "";

	if (holders > 0)
		held = arena_printf(
			&diff->arena, ", and %u Service%s %s of its addresses%s", holders,
			holders == 1 ? "" : "s", holders == 1 ? "holds one" : "hold some",
			pool->type == POOL_TYPE_REMOTE ? ", which every node withdraws" : "");
	upgrade_add(diff, UPGRADE_BEFORE, true, upgrade_object(diff, &pool->group->object),
		    arena_printf(&diff->arena,
				 "create it in namespace %s%s and delete it here%s: 0.17 does "
				 "not read other namespaces%s",
				 diff->after.snapshot->install_namespace,
				 rename ? " under a name of its own" : "",
				 rename ? ", and write that name into purelb.io/service-group "
					  "of its Services"
					: "",
				 held));
}

/* What earlier releases store and 0.17 refuses. (P10.1) */
static void upgrade_check_aggregation(struct diff *diff, const struct pool *pool)
{
	const struct pool_range *lists[] = { pool->v4.items, pool->v6.items };
	const uint32_t counts[] = { pool->v4.count, pool->v6.count };

	for (size_t family = 0; family < ARRAY_LEN(lists); family++)
		for (uint32_t i = 0; i < counts[family]; i++) {
			const struct pool_range *range = &lists[family][i];
			const char *text = range->entry->aggregation.s;

			if (text == NULL || rule_aggregation(text) == NULL)
				continue;
			upgrade_add(diff, UPGRADE_BEFORE, true,
				    upgrade_object(diff, &pool->group->object),
				    arena_printf(&diff->arena,
						 "correct the aggregation \"%s\" of %s to "
						 "\"default\" or a slash and a prefix length "
						 "of 8 to 128, because 0.17 refuses the group "
						 "when it is applied again",
						 text, range->path));
		}
}

/* It is where reading met a key that it does not know, as in purelb/pools/pools.c. */
static void upgrade_check_netbox(struct diff *diff)
{
	if (!upgrade_brings(diff, RELEASE_HAS_EXTERNAL))
		return;
	ARRAY_FOREACH (const struct finding, problem, &diff->after.snapshot->problems)
		if (problem->kind == PROBLEM_UNKNOWN_FIELD && problem->place.object != NULL &&
		    str_equal(problem->place.path, NETBOX_PATH))
			upgrade_add(
				diff, UPGRADE_BEFORE, true,
				upgrade_object(diff, problem->place.object),
				"replace spec.netbox with spec.external, and run an IPAM "
				"sidecar next to the allocator: 0.17 refuses netbox, and the "
				"group allocates nothing");
}

static void upgrade_check_groups(struct diff *diff)
{
	const char *install = diff->after.snapshot->install_namespace;

	/* As they will be: what the change corrects is no step any more. */
	ARRAY_FOREACH (const struct pool, pool, &diff->after.cluster.pools.list) {
		const struct object *object = &pool->group->object;

		if (upgrade_brings(diff, RELEASE_SCOPES_GROUPS) &&
		    !str_equal(object->namespace, install))
			upgrade_move_group(diff, pool);
		if (upgrade_brings(diff, RELEASE_CHECKS_AGGREGATION))
			upgrade_check_aggregation(diff, pool);
	}
}

/* Of LBNodeAgents for all nodes the first governs those that no other selects from now on:
 * until now any could govern all of them. (P4.1, P10.1) */
static void upgrade_check_agents(struct diff *diff)
{
	const struct agent_rule *first = NULL;

	if (!upgrade_brings(diff, RELEASE_HAS_SELECTORS))
		return;
	ARRAY_FOREACH (const struct agent_rule, rule, &diff->after.cluster.agents.list) {
		if (!rule->catch_all || !rule->agent->local.at.set)
			continue;
		if (first != NULL)
			upgrade_add(
				diff, UPGRADE_BEFORE, false,
				upgrade_object(diff, &rule->agent->object),
				arena_printf(&diff->arena,
					     "delete it, or give it a nodeSelector after "
					     "the upgrade: from 0.17 on %s governs all nodes "
					     "that no nodeSelector selects; until now any "
					     "of them governed all nodes, unpredictably",
					     upgrade_object(diff, &first->agent->object)));
		first = first == NULL ? rule : first;
	}
}

/* Of groups of which either could be rejected, which one it is from now on. */
static void upgrade_check_order(struct diff *diff)
{
	if (!upgrade_brings(diff, RELEASE_SCOPES_GROUPS))
		return;
	ARRAY_FOREACH (const struct pool, pool, &diff->after.cluster.pools.list) {
		if (pool->reject != POOL_OVERLAPS && pool->reject != POOL_NAME_TAKEN)
			continue;
		upgrade_add(diff, UPGRADE_BEFORE, true,
			    upgrade_object(diff, &pool->group->object),
			    arena_printf(&diff->arena,
					 "%s: %s; until now either of the two was "
					 "used, unpredictably",
					 pool->reject == POOL_OVERLAPS
						 ? "shrink one of the two groups"
						 : "give one of the two groups another name",
					 pool_reject_text(pool, &diff->arena)));
	}
}

/* ---- during ---- */

static bool upgrade_has_env(const struct container *container, const char *name)
{
	ARRAY_FOREACH (const struct env_var, env, &container->env.list)
		if (str_equal(env->name.s, name))
			return true;
	return false;
}

static void upgrade_check_allocator(struct diff *diff)
{
	const struct workload *deployment = allocator_deployment(diff->after.snapshot);
	const struct container *container;
	const char *subject;

	if (deployment == NULL || deployment->object.unclear != NULL ||
	    !upgrade_brings(diff, RELEASE_RECREATES))
		return;
	container = workload_allocator(deployment);
	subject = upgrade_object(diff, &deployment->object);
	if (!str_equal(deployment->strategy.s, "Recreate"))
		upgrade_add(
			diff, UPGRADE_DURING, false, subject,
			"write strategy: {type: Recreate}: otherwise two allocators run for "
			"a moment and may allocate the same address");
	if (!upgrade_has_env(container, "PURELB_NAMESPACE"))
		upgrade_add(
			diff, UPGRADE_DURING, false, subject,
			"set PURELB_NAMESPACE from metadata.namespace: without it 0.17 reads "
			"ServiceGroups of every namespace");
	if (upgrade_has_env(container, "NETBOX_USER_TOKEN"))
		upgrade_add(diff, UPGRADE_DURING, false, subject,
			    "remove NETBOX_USER_TOKEN, which is no longer read");
}

/* k8gobgp comes with the release, beside what announced routes until now. */
static void upgrade_check_speaker(struct diff *diff)
{
	const bool configured = diff->after.snapshot->bgp_configurations.count > 0;

	if (!upgrade_brings(diff, RELEASE_SPEAKS_BGP))
		return;
	ARRAY_FOREACH (const struct pool, pool, &diff->after.cluster.pools.list) {
		if (pool->type != POOL_TYPE_REMOTE)
			continue;
		upgrade_add(diff, UPGRADE_DURING, !configured, "DaemonSet of the node agents",
			    arena_printf(
				    &diff->arena,
				    "where BIRD, FRR or another BGP daemon runs on the nodes, "
				    "set gobgp.enabled=false in the values of the chart: since "
				    "0.16 it adds k8gobgp, which needs TCP port 179%s",
				    configured ? "" : "; otherwise write a BGPConfiguration"));
		return;
	}
}

/* The upgrade itself. */
static void upgrade_check_images(struct diff *diff)
{
	if (upgrade_brings(diff, RELEASE_RECREATES))
		upgrade_add(diff, UPGRADE_DURING, false, "images",
			    "change the tags of the allocator and of the node agents together; "
			    "the agents restart node by node, and VIPs leave each node while "
			    "its agent restarts");
}

/* A CustomResourceDefinition of ServiceGroups in the input is that of an older release. */
static bool upgrade_has_old_crd(const struct diff *diff)
{
	ARRAY_FOREACH (struct crd *const, crd, &diff->after.snapshot->crds) {
		const struct crd_version *version = crd_version_of(*crd, KIND_SERVICE_GROUP);

		if (version != NULL && (!version->status_resource.set ||
					!crd_knows_field(version, "spec.namespaces")))
			return true;
	}
	return false;
}

static void upgrade_check_api(struct diff *diff)
{
	if (!upgrade_brings(diff, RELEASE_HAS_STATUS))
		return;
	upgrade_add(
		diff, UPGRADE_DURING, upgrade_has_old_crd(diff), "CustomResourceDefinitions",
		upgrade_has_old_crd(diff)
			? "apply those of 0.17 (kubectl apply --server-side): the ones in NEW "
			  "are older, and Helm does not update them"
			: "apply those of 0.17 (kubectl apply --server-side): Helm does not "
			  "update them");
	upgrade_add(diff, UPGRADE_DURING, false, "ClusterRole of the allocator",
		    "if it is your own, add update and patch of servicegroups/status: without "
		    "them groups show no status");
}

/* ---- after ---- */

static void upgrade_check_fields(struct diff *diff)
{
	ARRAY_FOREACH (const struct lost_field, lost, &diff->before.cluster.lost.list) {
		if (lost->by_crd ||
		    cluster_lost_field(&diff->after.cluster, lost->object, lost->path) != NULL)
			continue;
		upgrade_add(diff, UPGRADE_AFTER, false, upgrade_object(diff, lost->object),
			    arena_printf(&diff->arena,
					 lost->dropped
						 ? "apply it again: the API server dropped %s, "
						   "which now takes effect"
						 : "%s now takes effect",
					 lost->path));
	}
}

/* The rule takes effect on some node, or nothing is known that keeps it from one. */
static bool upgrade_governs(const struct diff *diff, const struct agent_rule *rule)
{
	const struct cluster *cluster = &diff->after.cluster;

	if (!rule->agent->local.at.set || rule->regex_error != NULL ||
	    rule->selector_error != NULL)
		return false;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		if (!node->labels_known || node->config.governing == rule)
			return true;
	return cluster->nodes.count == 0;
}

/* The leases follow localInterface, and IPv6 addresses are advertised. */
static void upgrade_check_nodes(struct diff *diff)
{
	bool v6 = false;

	ARRAY_FOREACH (const struct pool, pool, &diff->after.cluster.pools.list)
		v6 |= pool->type == POOL_TYPE_LOCAL && pool->v6.count > 0;
	ARRAY_FOREACH (const struct agent_rule, rule, &diff->after.cluster.agents.list) {
		const struct agent_local *local = &rule->agent->local;
		const char *subject;

		if (!upgrade_governs(diff, rule))
			continue;
		subject = upgrade_object(diff, &rule->agent->object);
		if (upgrade_brings(diff, RELEASE_LEASE_FOLLOWS) && !rule->is_default)
			upgrade_add(
				diff, UPGRADE_AFTER, false, subject,
				arena_printf(&diff->arena,
					     "leases now list the subnets of the "
					     "interfaces that \"%s\" matches, and no longer "
					     "those of the default route: check that VIPs "
					     "and nodes below are as you want them",
					     local->local_interface.s));
		if (v6 && upgrade_brings(diff, RELEASE_ADVERTISES_V6) &&
		    local->garp_config.at.set &&
		    (!local->garp_config.enabled.set || local->garp_config.enabled.v))
			upgrade_add(diff, UPGRADE_AFTER, false, subject,
				    "garpConfig now also sends neighbor advertisements for "
				    "IPv6 addresses");
	}
}

/* Some address of the Service has slots of several nodes. */
static bool upgrade_has_old_slots(const struct service *service)
{
	ARRAY_FOREACH (const struct ingress, ingress, &service->ingress.list) {
		struct announce_slot slot;
		struct ip ip;

		if (ingress->ip.s != NULL && ip_parse(ingress->ip.s, &ip) &&
		    slots_find(service, ip, &slot) != NULL &&
		    slots_find_last(service, ip, &slot) == NULL)
			return true;
	}
	return false;
}

static void upgrade_check_slots(struct diff *diff)
{
	uint32_t count = 0;

	if (!upgrade_brings(diff, RELEASE_SLOTS_BY_ADDRESS))
		return;
	ARRAY_FOREACH (struct service *const, service, &diff->before.snapshot->services)
		count += upgrade_has_old_slots(*service);
	if (count > 0)
		upgrade_add(
			diff, UPGRADE_AFTER, false, "purelb.io/announcing-IPv4 and -IPv6",
			arena_printf(&diff->arena,
				     "the entries of former announcers, which %u Service%s, "
				     "disappear: one node remains for each address",
				     count, count == 1 ? " has" : "s have"));
}

static void upgrade_check_services(struct diff *diff)
{
	uint32_t affine = 0;
	const struct service *first = NULL;

	ARRAY_FOREACH (struct service *const, service, &diff->after.snapshot->services) {
		if (!str_equal((*service)->type.s, "LoadBalancer") ||
		    label_map_get(&(*service)->object.annotations, "purelb.io/node-affinity") ==
			    NULL)
			continue;
		first = affine++ == 0 ? *service : first;
	}
	if (first != NULL && upgrade_brings(diff, RELEASE_HAS_AFFINITY))
		upgrade_add(diff, UPGRADE_AFTER, false, upgrade_object(diff, &first->object),
			    affine == 1
				    ? "purelb.io/node-affinity now takes effect"
				    : arena_printf(&diff->arena,
						   "purelb.io/node-affinity now takes effect, "
						   "as for %u other Services",
						   affine - 1));
}

void diff_upgrade(struct diff *diff)
{
	static void (*const steps[])(struct diff * diff) = {
		upgrade_check_netbox,    upgrade_check_groups,   upgrade_check_order,
		upgrade_check_agents,    upgrade_check_api,      upgrade_check_speaker,
		upgrade_check_allocator, upgrade_check_images,   upgrade_check_fields,
		upgrade_check_nodes,     upgrade_check_services, upgrade_check_slots,
	};

	if (!release_is_before(upgrade_release(&diff->before)->release,
			       upgrade_release(&diff->after)->release))
		return;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		steps[i](diff);
}
