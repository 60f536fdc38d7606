/* SPDX-License-Identifier: Apache-2.0 */
/* Of which kinds the input says what does not exist. (I3) */
#include "purelb/agents/known.h"

#include "base/text.h"
#include "config/objects/workloads.h"

const struct workload *known_daemon_set(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct workload *, daemon_set, &snapshot->daemon_sets)
		if (workload_agent(*daemon_set) != NULL)
			return *daemon_set;
	return NULL;
}

/* A capture could not read the kind, values of it are placeholders, or all that is there of it
 * is of an older API. */
static bool known_is_hidden(const struct snapshot *snapshot, enum object_kind kind,
			    uint32_t count)
{
	return capture_unread(snapshot, kind) != NULL || snapshot_is_partial(snapshot, kind) ||
	       (count == 0 && snapshot_has_old(snapshot, kind, NULL));
}

bool known_groups(const struct snapshot *snapshot)
{
	if (known_is_hidden(snapshot, KIND_SERVICE_GROUP, snapshot->groups.count))
		return false;
	if (snapshot_is_complete(snapshot, KIND_SERVICE_GROUP))
		return true;
	ARRAY_FOREACH (struct service_group *, group, &snapshot->groups)
		if (str_equal((*group)->object.namespace, snapshot->install_namespace))
			return true;
	return false;
}

bool known_agents(const struct snapshot *snapshot)
{
	if (known_is_hidden(snapshot, KIND_LBNODEAGENT, snapshot->agents.count))
		return false;
	return snapshot_is_complete(snapshot, KIND_LBNODEAGENT) || snapshot->agents.count > 0 ||
	       known_daemon_set(snapshot) != NULL;
}

bool known_bgp(const struct snapshot *snapshot)
{
	if (known_is_hidden(snapshot, KIND_BGP_CONFIGURATION,
			    snapshot->bgp_configurations.count))
		return false;
	return snapshot_is_complete(snapshot, KIND_BGP_CONFIGURATION) ||
	       known_daemon_set(snapshot) != NULL;
}

bool known_purelb(const struct snapshot *snapshot)
{
	return snapshot_has_ours(snapshot) || snapshot->old_objects.count > 0 ||
	       snapshot->hides_ours || known_daemon_set(snapshot) != NULL;
}

bool known_purelb_service(const struct service *service)
{
	ARRAY_FOREACH (const struct label, annotation, &service->object.annotations.list)
		if (str_has_prefix(annotation->key.s, "purelb.io/"))
			return true;
	return false;
}
