/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the allocator runs, and the agent and the k8gobgp of each node: from Pods, else from
 * the status of the Deployment and of the DaemonSet. (O2.1, O2.3)
 *
 * A container is judged by its own status: a Pod whose k8gobgp crashes has an agent all the
 * same. Of several Pods of the allocator one that runs is enough. Pods and the status of the
 * Deployment that contradict each other make it unknown.
 */
#include "purelb/observed/components.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* ---- one Pod ---- */

static const struct container_status *component_status(const struct pod *pod, const char *name)
{
	ARRAY_FOREACH (const struct container_status, status, &pod->statuses.list) {
		if (str_equal(status->name.s, name))
			return status;
	}
	return NULL;
}

static bool component_has_container(const struct pod *pod, const char *name)
{
	ARRAY_FOREACH (const struct pod_container, container, &pod->containers.list) {
		if (str_equal(container->name.s, name))
			return true;
	}
	return component_status(pod, name) != NULL;
}

bool component_is_pod(const struct observed *observed, const struct pod *pod, const char *name)
{
	return str_equal(pod->object.namespace,
			 observed->cluster->snapshot->install_namespace) &&
	       component_has_container(pod, name);
}

static const struct status_condition *
component_condition(const struct status_conditions *conditions, const char *type)
{
	ARRAY_FOREACH (const struct status_condition, condition, &conditions->list) {
		if (str_equal(condition->type.s, type))
			return condition;
	}
	return NULL;
}

/* " (17 restarts, last exit code 137, OOMKilled)", or "". */
static const char *component_restarts(const struct container_status *status,
				      struct arena *arena)
{
	const char *restarts =
		!status->restarts.set || status->restarts.v <= 0
			? NULL
			: arena_printf(arena, "%" PRId64 " restart%s", status->restarts.v,
				       status->restarts.v == 1 ? "" : "s");
	const char *ended = NULL;

	if (status->last_exit_code.set)
		ended = arena_printf(arena, "last exit code %" PRId64,
				     status->last_exit_code.v);
	if (status->last_reason.s != NULL && !str_equal(status->last_reason.s, "Error"))
		ended = ended == NULL
				? status->last_reason.s
				: arena_printf(arena, "%s, %s", ended, status->last_reason.s);
	if (restarts == NULL && ended == NULL)
		return "";
	if (restarts == NULL || ended == NULL)
		return arena_printf(arena, " (%s)", restarts != NULL ? restarts : ended);
	return arena_printf(arena, " (%s, %s)", restarts, ended);
}

static const char *component_waiting_text(const struct container_status *status,
					  struct arena *arena)
{
	const char *reason = status->waiting_reason.s;

	if (str_equal(reason, "ImagePullBackOff") || str_equal(reason, "ErrImagePull"))
		return arena_printf(arena, "cannot pull its image (%s)", reason);
	if (str_equal(reason, "CrashLoopBackOff"))
		return arena_printf(arena, "is in %s%s", reason,
				    component_restarts(status, arena));
	return arena_printf(arena, "is not running (%s%s%s)", reason,
			    status->waiting_message.s != NULL ? ": " : "",
			    status->waiting_message.s != NULL ? status->waiting_message.s : "");
}

static void component_from_status(struct component *out, const struct container_status *status,
				  struct arena *arena)
{
	out->pos = status->ready.set ? status->ready.pos : status->at.pos;
	out->path = "status.containerStatuses";
	if (status->ready.set && status->ready.v) {
		out->state = COMPONENT_RUNS;
		out->text = "is running";
		return;
	}
	if (!status->ready.set && status->waiting_reason.s == NULL &&
	    status->ended_reason.s == NULL && !status->exit_code.set)
		return;
	out->state = COMPONENT_DOWN;
	out->since = status->last_ended.s;
	if (status->waiting_reason.s != NULL) {
		out->pos = status->waiting_reason.pos;
		out->text = component_waiting_text(status, arena);
	} else if (status->exit_code.set || status->ended_reason.s != NULL) {
		out->text = arena_printf(arena, "has ended (%s, exit code %" PRId64 ")",
					 status->ended_reason.s != NULL ? status->ended_reason.s
									: "no reason",
					 status->exit_code.v);
	} else {
		out->text = arena_printf(arena, "is running but not ready%s",
					 component_restarts(status, arena));
	}
}

/* A message of the scheduler as a part of a sentence: it ends with a full stop. */
static const char *component_sentence(const char *message, struct arena *arena)
{
	const size_t len = message != NULL ? strlen(message) : 0;

	return len == 0                  ? "no reason is given"
	       : message[len - 1] == '.' ? arena_strndup(arena, message, len - 1)
					 : message;
}

/* Without a status of the container: what the Pod as a whole says. */
static void component_from_phase(struct component *out, const struct pod *pod,
				 struct arena *arena)
{
	const struct status_condition *scheduled =
		component_condition(&pod->conditions, "PodScheduled");
	const struct status_condition *ready = component_condition(&pod->conditions, "Ready");

	out->pos = pod->phase.pos;
	out->path = "status.phase";
	if (scheduled != NULL && str_equal(scheduled->status.s, "False")) {
		out->state = COMPONENT_DOWN;
		out->since = scheduled->since.s;
		out->text = arena_printf(arena, "is not scheduled: %s",
					 component_sentence(scheduled->message.s, arena));
	} else if (str_equal(pod->phase.s, "Failed")) {
		out->state = COMPONENT_DOWN;
		out->text = arena_printf(arena, "has failed (%s)",
					 pod->reason.s != NULL ? pod->reason.s : "Failed");
	} else if (ready != NULL) {
		out->state =
			str_equal(ready->status.s, "True") ? COMPONENT_RUNS : COMPONENT_DOWN;
		out->since = ready->since.s;
		out->text = out->state == COMPONENT_RUNS ? "is running" : "is not ready";
	} else if (str_equal(pod->phase.s, "Pending")) {
		out->state = COMPONENT_DOWN;
		out->text = "is not running yet (Pending)";
	}
}

/* Why the Pods of the node are not to be believed: kubelet, which writes their status, does not
 * answer. NULL: it does, or nothing is known. */
static const struct status_condition *component_node_down(const struct cluster_node *node)
{
	const struct status_condition *ready;

	if (node == NULL || node->node == NULL)
		return NULL;
	ready = component_condition(&node->node->conditions, "Ready");
	return ready != NULL && ready->status.s != NULL && !str_equal(ready->status.s, "True")
		       ? ready
		       : NULL;
}

/* What the status of one of its containers says, and whether its node is ready at all. */
static struct component component_of_pod(const struct observed *observed, const struct pod *pod,
					 const char *name)
{
	const struct container_status *status = component_status(pod, name);
	const struct cluster_node *node =
		pod->node_name.s != NULL
			? cluster_find_node(observed->cluster, pod->node_name.s)
			: NULL;
	const struct status_condition *down = component_node_down(node);
	struct component out = { .pod = pod,
				 .object = &pod->object,
				 .pos = pod->object.name.pos,
				 .path = "metadata.name" };

	if (down != NULL) {
		out.state = COMPONENT_DOWN;
		out.object = &node->node->object;
		out.pos = down->status.pos;
		out.path = "status.conditions";
		out.since = down->since.s;
		out.text = arena_printf(observed->arena,
					"is on node \"%s\", which is not ready%s%s", node->name,
					down->reason.s != NULL ? ": " : "",
					down->reason.s != NULL ? down->reason.s : "");
	} else if (status != NULL) {
		component_from_status(&out, status, observed->arena);
	} else {
		component_from_phase(&out, pod, observed->arena);
	}
	return out;
}

/* ---- the allocator ---- */

static bool component_is_read(const struct observed *observed, enum object_kind kind)
{
	return capture_read(observed->cluster->snapshot, kind);
}

/* Its Deployment: it has a container of the name, or is called so. */
static const struct workload *component_deployment(const struct observed *observed)
{
	const struct snapshot *snapshot = observed->cluster->snapshot;

	ARRAY_FOREACH (struct workload *, deployment, &snapshot->deployments) {
		if (!str_equal((*deployment)->object.namespace, snapshot->install_namespace))
			continue;
		if (str_equal((*deployment)->object.name.s, COMPONENT_ALLOCATOR))
			return *deployment;
		ARRAY_FOREACH (const struct container, container,
			       &(*deployment)->containers.list)
			if (str_equal(container->name.s, COMPONENT_ALLOCATOR))
				return *deployment;
	}
	return NULL;
}

static struct component component_of_deployment(const struct workload *deployment)
{
	const struct workload_status *status = &deployment->status;
	const struct status_condition *available =
		component_condition(&status->conditions, "Available");
	struct component out = { .object = &deployment->object,
				 .pos = deployment->object.name.pos,
				 .path = "metadata.name" };

	if (deployment->replicas.set && deployment->replicas.v == 0) {
		out.state = COMPONENT_DOWN;
		out.pos = deployment->replicas.pos;
		out.path = "spec.replicas";
		out.text = "is scaled to 0 replicas";
		return out;
	}
	/* An empty status is what a manifest has. */
	if (!status->at.set || (!status->replicas.set && !status->available.set &&
				!status->unavailable.set && available == NULL))
		return out;
	if (status->available.set && status->available.v > 0) {
		out.state = COMPONENT_RUNS;
		out.text = "is running";
		return out;
	}
	if (!status->available.set && available != NULL &&
	    str_equal(available->status.s, "True")) {
		out.state = COMPONENT_RUNS;
		out.text = "is running";
		return out;
	}
	out.state = COMPONENT_DOWN;
	out.pos = status->available.set     ? status->available.pos
		  : status->unavailable.set ? status->unavailable.pos
					    : status->at.key;
	out.path = status->available.set     ? "status.availableReplicas"
		   : status->unavailable.set ? "status.unavailableReplicas"
					     : "status";
	out.since = available != NULL && str_equal(available->status.s, "False")
			    ? available->since.s
			    : NULL;
	out.text = "is not available (0 replicas are available)";
	return out;
}

struct component component_allocator(const struct observed *observed)
{
	const struct snapshot *snapshot = observed->cluster->snapshot;
	const struct workload *deployment = component_deployment(observed);
	struct component best = { 0 };
	struct component by_deployment = { 0 };

	ARRAY_FOREACH (struct pod *, pod, &snapshot->pods) {
		struct component one;

		if (!component_is_pod(observed, *pod, COMPONENT_ALLOCATOR))
			continue;
		one = component_of_pod(observed, *pod, COMPONENT_ALLOCATOR);
		if (best.object == NULL || one.state == COMPONENT_RUNS)
			best = one;
		if (best.state == COMPONENT_RUNS)
			break;
	}
	if (deployment != NULL)
		by_deployment = component_of_deployment(deployment);
	if (best.state == COMPONENT_UNKNOWN && by_deployment.state != COMPONENT_UNKNOWN)
		return by_deployment;
	if (best.state != COMPONENT_UNKNOWN && by_deployment.state != COMPONENT_UNKNOWN &&
	    best.state != by_deployment.state) {
		best.state = COMPONENT_UNKNOWN;
		best.text = arena_printf(observed->arena,
					 "%s according to its Pod, but %s according to its "
					 "Deployment",
					 best.text, by_deployment.text);
		return best;
	}
	if (best.object != NULL)
		return best;
	if (deployment != NULL) {
		best.object = &deployment->object;
		best.pos = deployment->object.name.pos;
		best.path = "metadata.name";
		if (component_is_read(observed, KIND_POD)) {
			best.state = COMPONENT_ABSENT;
			best.text = "has no Pod";
		}
	} else if (component_is_read(observed, KIND_DEPLOYMENT)) {
		best.state = COMPONENT_ABSENT;
		best.text = arena_printf(observed->arena, "has no Deployment in namespace %s",
					 snapshot->install_namespace);
	}
	return best;
}

/* ---- the agents ---- */

/* Later Pods of a node win where they run: an old one may still be there. */
static void component_merge(struct component *at, struct component one)
{
	if (at->object == NULL || at->state != COMPONENT_RUNS)
		*at = one;
}

static bool component_daemon_set_has(const struct workload *daemon_set, const char *name)
{
	if (daemon_set == NULL)
		return false;
	ARRAY_FOREACH (const struct container, container, &daemon_set->containers.list) {
		if (str_equal(container->name.s, name))
			return true;
	}
	return false;
}

/* Where all of its Pods are ready, that of each node is. */
static void component_from_daemon_set(struct component *agent,
				      const struct workload *daemon_set)
{
	if (daemon_set == NULL || !daemon_set->status.ready.set ||
	    !daemon_set->status.desired.set || daemon_set->status.ready.v <= 0 ||
	    daemon_set->status.ready.v != daemon_set->status.desired.v)
		return;
	agent->state = COMPONENT_RUNS;
	agent->text = "is running, as all Pods of the DaemonSet are ready";
	agent->object = &daemon_set->object;
	agent->pos = daemon_set->status.ready.pos;
	agent->path = "status.numberReady";
}

/* ---- kube-proxy, and the Pods of Services ---- */

/* In any namespace; a node where none is in the input may do without. */
static void component_proxies(struct observed *observed)
{
	const struct cluster *cluster = observed->cluster;

	observed->proxies = arena_zalloc(observed->arena, cluster->nodes.count + 1,
					 sizeof(*observed->proxies));
	ARRAY_FOREACH (struct pod *, pod, &cluster->snapshot->pods) {
		const struct cluster_node *node =
			(*pod)->node_name.s != NULL
				? cluster_find_node(cluster, (*pod)->node_name.s)
				: NULL;

		if (node != NULL && component_has_container(*pod, COMPONENT_PROXY))
			component_merge(&observed->proxies[node - cluster->nodes.items],
					component_of_pod(observed, *pod, COMPONENT_PROXY));
	}
}

/* The Service's selector has labels, and the Pod has all of them. */
static bool component_is_selected(const struct service *service, const struct pod *pod)
{
	if (!str_equal(pod->object.namespace, service->object.namespace) ||
	    service->selector.list.count == 0)
		return false;
	ARRAY_FOREACH (const struct label, label, &service->selector.list)
		if (!str_equal(label_map_text(&pod->object.labels, label->key.s),
			       label->value.s))
			return false;
	return true;
}

bool observed_backend_down(const struct observed *observed, const struct service *service,
			   struct component *out, const char **container)
{
	ARRAY_FOREACH (struct pod *, pod, &observed->cluster->snapshot->pods) {
		if (!component_is_selected(service, *pod) ||
		    (*pod)->object.deletion_time.s != NULL)
			continue;
		ARRAY_FOREACH (const struct pod_container, it, &(*pod)->containers.list) {
			*out = component_of_pod(observed, *pod, it->name.s);
			*container = it->name.s;
			if (out->state == COMPONENT_DOWN)
				return true;
		}
	}
	return false;
}

void component_agents(struct observed *observed)
{
	const struct cluster *cluster = observed->cluster;
	const struct workload *daemon_set = placement_daemon_set(cluster->snapshot);
	const bool has_speakers = component_daemon_set_has(daemon_set, COMPONENT_SPEAKER);
	uint32_t count = 0;

	observed->agents = arena_zalloc(observed->arena, cluster->nodes.count + 1,
					sizeof(*observed->agents));
	observed->speakers = arena_zalloc(observed->arena, cluster->nodes.count + 1,
					  sizeof(*observed->speakers));
	component_proxies(observed);
	ARRAY_FOREACH (struct pod *, pod, &cluster->snapshot->pods) {
		const struct cluster_node *node;
		uint32_t index;

		if (!component_is_pod(observed, *pod, COMPONENT_AGENT))
			continue;
		count++;
		node = (*pod)->node_name.s != NULL
			       ? cluster_find_node(cluster, (*pod)->node_name.s)
			       : NULL;
		if (node == NULL)
			continue;
		index = (uint32_t)(node - cluster->nodes.items);
		component_merge(&observed->agents[index],
				component_of_pod(observed, *pod, COMPONENT_AGENT));
		if (component_is_pod(observed, *pod, COMPONENT_SPEAKER))
			component_merge(&observed->speakers[index],
					component_of_pod(observed, *pod, COMPONENT_SPEAKER));
	}
	/* A Pod that is not in the input is missing where all are there, or where the lease
	 * says the same. */
	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		const struct cluster_node *node = &cluster->nodes.items[i];
		struct component *agent = &observed->agents[i];

		if (agent->object != NULL || node->placement.state != PLACEMENT_RUNS)
			continue;
		if (count == 0 && !component_is_read(observed, KIND_POD)) {
			component_from_daemon_set(agent, daemon_set);
			if (has_speakers)
				observed->speakers[i] = *agent;
			continue;
		}
		if (!component_is_read(observed, KIND_POD) &&
		    (!cluster->has_leases || node->live))
			continue;
		agent->state = COMPONENT_ABSENT;
		agent->text = "has no Pod there";
		if (daemon_set != NULL) {
			agent->object = &daemon_set->object;
			agent->pos = daemon_set->object.name.pos;
			agent->path = "metadata.name";
		}
		if (has_speakers)
			observed->speakers[i] = *agent;
	}
}
