/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AG108 to AG110: the allocator's Deployment. There must be one allocator at a time, and what
 * external ServiceGroups ask must be able to answer on the socket inside its Pod (P1.1).
 */
#include "validator/agents/agent_checks.h"

#include <string.h>

#include "base/text.h"
#include "purelb/pools/release.h"
#include "purelb/allocation/allocation.h"
#include "config/objects/workloads.h"

#define DEFAULT_SOCKET "/var/run/purelb/ipam.sock"

/* AG108 */
static void agents_check_replicas(struct checker *ck, const struct workload *deployment)
{
	const struct int_value *replicas = &deployment->replicas;
	struct finding *f;

	if (!replicas->set || replicas->v == 1)
		return;
	f = report(ck, CHECK_AG108, &deployment->object, replicas->pos, "%s",
		   replicas->v < 1
			   ? "the allocator has no replicas: no Service gets an address"
			   : arena_printf(ck->arena,
					  "the allocator has %lld replicas, which do not know "
					  "about each other: they allocate the same addresses",
					  (long long)replicas->v));
	f->place.path = "spec.replicas";
	if (replicas->v < 1)
		f->severity = SEVERITY_WARN;
	finding_hint(ck, f, "write replicas: 1");
	finding_fix_value(&ck->findings, f, FIX_LITERAL,
			  arena_printf(ck->arena, "%lld", (long long)replicas->v), "1");
	finding_fix_is_unsafe(f);
}

/* AG109. A Deployment of a cluster always says its strategy: one that does not was written by
 * hand, and perhaps in part. Releases before 0.17 roll, whatever one does. */
static void agents_check_strategy(struct checker *ck, const struct workload *deployment)
{
	const struct str_value *strategy = &deployment->strategy;
	const struct container *container = workload_allocator(deployment);
	struct release release;
	struct finding *f;

	if (strategy->s == NULL || str_equal(strategy->s, "Recreate") ||
	    !release_of_image(container->image.s, &release) ||
	    !release_has(release, RELEASE_RECREATES))
		return;
	f = report(ck, CHECK_AG109, &deployment->object, strategy->pos,
		   "the strategy of the allocator's Deployment is %s: at every update two "
		   "allocators run for a moment and may allocate the same address",
		   strategy->s);
	f->place.path = "spec.strategy.type";
	finding_hint(ck, f, "write strategy: {type: Recreate}");
	if (!str_equal(strategy->s, "RollingUpdate"))
		return;
	finding_fix_value(&ck->findings, f, FIX_VALUE, strategy->s, "Recreate");
	finding_fix_also(
		&ck->findings, f,
		(struct fix){ .kind = FIX_REMOVE, .old = "type", .key = "rollingUpdate" });
	f->fix.title = "write strategy: {type: Recreate}";
	finding_fix_is_unsafe(f);
}

void agents_check_allocator(struct checker *ck)
{
	const struct workload *deployment = allocator_deployment(ck->snapshot);

	if (deployment == NULL)
		return;
	agents_check_replicas(ck, deployment);
	agents_check_strategy(ck, deployment);
}

/* ---- AG110 ---- */

/* The mount of the container that the file is in, or NULL. */
static const struct volume_mount *agents_mount_of(const struct container *container,
						  const char *file)
{
	const struct volume_mount *found = NULL;
	size_t longest = 0;

	ARRAY_FOREACH (const struct volume_mount, mount, &container->mounts.list) {
		size_t len = mount->path.s != NULL ? strlen(mount->path.s) : 0;

		while (len > 0 && mount->path.s[len - 1] == '/')
			len--;
		if (mount->path.s == NULL || strncmp(mount->path.s, file, len) != 0 ||
		    file[len] != '/' || len < longest)
			continue;
		found = mount;
		longest = len;
	}
	return found;
}

static bool agents_volume_is_of_node(const struct workload *deployment, const char *name)
{
	ARRAY_FOREACH (const struct volume, volume, &deployment->volumes.list) {
		if (str_equal(volume->name.s, name))
			return volume->host_path.set;
	}
	return false;
}

static bool agents_mounts_volume(const struct container *container, const char *name)
{
	ARRAY_FOREACH (const struct volume_mount, mount, &container->mounts.list) {
		if (str_equal(mount->name.s, name))
			return true;
	}
	return false;
}

/* Another container that goes on running has the volume. */
static bool agents_volume_is_shared(const struct workload *deployment,
				    const struct container *allocator, const char *name)
{
	ARRAY_FOREACH (const struct container, container, &deployment->containers.list) {
		if (container != allocator && agents_mounts_volume(container, name))
			return true;
	}
	ARRAY_FOREACH (const struct container, container, &deployment->init_containers.list) {
		if (str_equal(container->restart_policy.s, "Always") &&
		    agents_mounts_volume(container, name))
			return true;
	}
	return false;
}

void agents_check_ipam(struct checker *ck, const struct pool *pool)
{
	const struct workload *deployment = allocator_deployment(ck->snapshot);
	const struct str_value *given = &pool->group->external.socket;
	const char *socket =
		given->s != NULL && given->s[0] != '\0' ? given->s : DEFAULT_SOCKET;
	const struct container *allocator;
	const struct volume_mount *mount;
	const char *why;
	struct finding *f;

	if (deployment == NULL || deployment->object.unclear != NULL ||
	    pool->type != POOL_TYPE_EXTERNAL || pool->netbox || pool->reject != POOL_ACCEPTED ||
	    socket[0] != '/')
		return;
	allocator = workload_allocator(deployment);
	mount = agents_mount_of(allocator, socket);
	if (mount == NULL)
		why = arena_printf(ck->arena,
				   "its container mounts no volume there, so nothing else can "
				   "create %s",
				   socket);
	else if (mount->name.s == NULL || agents_volume_is_of_node(deployment, mount->name.s) ||
		 agents_volume_is_shared(deployment, allocator, mount->name.s))
		return;
	else
		why = arena_printf(ck->arena,
				   "no other container of its Pod mounts volume \"%s\", so "
				   "nothing else can create %s",
				   mount->name.s, socket);
	f = report(ck, CHECK_AG110, &deployment->object, allocator->name.pos,
		   "nothing answers the allocator for external ServiceGroup \"%s\": %s",
		   pool->name, why);
	finding_path(ck, f, "%s", agent_container_path(ck, deployment, allocator));
	finding_hint(ck, f,
		     "add the IPAM provider as a second container, and mount one emptyDir "
		     "volume at %.*s in both",
		     (int)(strrchr(socket, '/') - socket), socket);
	finding_related(ck, f, pool->group->external.at.key, "ServiceGroup \"%s\" needs it",
			pool->name);
}
