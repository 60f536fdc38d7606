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
#include "config/objects/workloads.h"

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

static void upgrade_move_group(struct diff *diff, const struct pool *pool)
{
	const uint32_t holders = upgrade_count_holders(diff, pool);
	const char *held = "";

	if (holders > 0)
		held = arena_printf(
			&diff->arena, ", and %u Service%s %s of its addresses%s", holders,
			holders == 1 ? "" : "s", holders == 1 ? "holds one" : "hold some",
			pool->type == POOL_TYPE_REMOTE ? ", which every node withdraws" : "");
	upgrade_add(diff, UPGRADE_BEFORE, true, upgrade_object(diff, &pool->group->object),
		    arena_printf(&diff->arena,
				 "create it in namespace %s and delete it here: 0.17 does not "
				 "read other namespaces%s",
				 diff->after.snapshot->install_namespace, held));
}

static void upgrade_check_groups(struct diff *diff)
{
	const char *install = diff->after.snapshot->install_namespace;

	ARRAY_FOREACH (const struct pool, pool, &diff->before.cluster.pools.list) {
		const struct object *object = &pool->group->object;

		if (upgrade_brings(diff, RELEASE_SCOPES_GROUPS) &&
		    !str_equal(object->namespace, install))
			upgrade_move_group(diff, pool);
		if (upgrade_brings(diff, RELEASE_HAS_EXTERNAL) && pool->netbox)
			upgrade_add(
				diff, UPGRADE_BEFORE, true, upgrade_object(diff, object),
				"replace spec.netbox with spec.external, and run an IPAM "
				"sidecar next to the allocator: 0.17 refuses netbox, and the "
				"group allocates nothing");
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
	const struct workload *deployment = allocator_deployment(diff->before.snapshot);
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
		upgrade_check_groups,    upgrade_check_order,  upgrade_check_api,
		upgrade_check_allocator, upgrade_check_fields, upgrade_check_services,
	};

	if (!release_is_before(upgrade_release(&diff->before)->release,
			       upgrade_release(&diff->after)->release))
		return;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		steps[i](diff);
}
