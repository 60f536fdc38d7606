/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schemas of what only a running cluster has (O1): Pods, Events, BGPNodeStatus (BG5.7), and the
 * status of workloads and ServiceGroups. What no question needs is not in them, so that it is
 * skipped while parsing.
 */
#include "config/objects/kinds.h"

/* ---- conditions ---- */

static const struct schema_field condition_status_fields[] = {
	{ "type", FIELD_STRING, AT(struct status_condition, type) },
	{ "status", FIELD_STRING, AT(struct status_condition, status) },
	{ "reason", FIELD_STRING, AT(struct status_condition, reason) },
	{ "message", FIELD_STRING, AT(struct status_condition, message) },
	{ "lastTransitionTime", FIELD_STRING, AT(struct status_condition, since) },
};
const struct schema condition_status_schema =
	SCHEMA(condition_status_fields, struct status_condition);

/* ---- DaemonSet, Deployment ---- */

static const struct schema_field workload_status_fields[] = {
	{ "desiredNumberScheduled", FIELD_INT, AT(struct workload_status, desired) },
	{ "numberReady", FIELD_INT, AT(struct workload_status, ready) },
	{ "numberAvailable", FIELD_INT, AT(struct workload_status, available) },
	{ "numberUnavailable", FIELD_INT, AT(struct workload_status, unavailable) },
	{ "updatedNumberScheduled", FIELD_INT, AT(struct workload_status, updated) },
	{ "replicas", FIELD_INT, AT(struct workload_status, replicas) },
	{ "readyReplicas", FIELD_INT, AT(struct workload_status, ready) },
	{ "availableReplicas", FIELD_INT, AT(struct workload_status, available) },
	{ "unavailableReplicas", FIELD_INT, AT(struct workload_status, unavailable) },
	{ "updatedReplicas", FIELD_INT, AT(struct workload_status, updated) },
	{ "conditions", FIELD_OBJECTS, AT(struct workload_status, conditions),
	  .schema = &condition_status_schema },
};
const struct schema workload_status_schema =
	SCHEMA(workload_status_fields, struct workload_status);

/* ---- ServiceGroup ---- */

static const struct schema_field group_status_fields[] = {
	{ "boundNamespaces", FIELD_STRINGS, AT(struct group_status, bound_namespaces) },
	{ "allocatedIPv4", FIELD_INT, AT(struct group_status, allocated_v4) },
	{ "allocatedIPv6", FIELD_INT, AT(struct group_status, allocated_v6) },
	{ "availableIPv4", FIELD_INT, AT(struct group_status, available_v4) },
	{ "availableIPv6", FIELD_INT, AT(struct group_status, available_v6) },
};
/* A newer allocator may write more. */
const struct schema group_status_schema = {
	.fields = group_status_fields,
	.count = ARRAY_LEN(group_status_fields),
	.size = sizeof(struct group_status),
	.lenient = true,
};

/* ---- Pod ---- */

static const struct schema_field waiting_fields[] = {
	{ "reason", FIELD_STRING, AT(struct container_status, waiting_reason) },
	{ "message", FIELD_STRING, AT(struct container_status, waiting_message) },
};
static const struct schema waiting_schema = SCHEMA(waiting_fields, struct container_status);

static const struct schema_field terminated_fields[] = {
	{ "reason", FIELD_STRING, AT(struct container_status, ended_reason) },
	{ "exitCode", FIELD_INT, AT(struct container_status, exit_code) },
};
static const struct schema terminated_schema =
	SCHEMA(terminated_fields, struct container_status);

static const struct schema_field state_fields[] = {
	{ "waiting", FIELD_INLINE, NO_OFFSET, .schema = &waiting_schema },
	{ "terminated", FIELD_INLINE, NO_OFFSET, .schema = &terminated_schema },
};
static const struct schema state_schema = SCHEMA(state_fields, struct container_status);

static const struct schema_field last_terminated_fields[] = {
	{ "reason", FIELD_STRING, AT(struct container_status, last_reason) },
	{ "exitCode", FIELD_INT, AT(struct container_status, last_exit_code) },
	{ "finishedAt", FIELD_STRING, AT(struct container_status, last_ended) },
};
static const struct schema last_terminated_schema =
	SCHEMA(last_terminated_fields, struct container_status);

static const struct schema_field last_state_fields[] = {
	{ "terminated", FIELD_INLINE, NO_OFFSET, .schema = &last_terminated_schema },
};
static const struct schema last_state_schema =
	SCHEMA(last_state_fields, struct container_status);

static const struct schema_field container_status_fields[] = {
	{ "name", FIELD_STRING, AT(struct container_status, name) },
	{ "ready", FIELD_BOOL, AT(struct container_status, ready) },
	{ "restartCount", FIELD_INT, AT(struct container_status, restarts) },
	{ "state", FIELD_INLINE, NO_OFFSET, .schema = &state_schema },
	{ "lastState", FIELD_INLINE, NO_OFFSET, .schema = &last_state_schema },
};
static const struct schema container_status_schema =
	SCHEMA(container_status_fields, struct container_status);

static const struct schema_field pod_container_fields[] = {
	{ "name", FIELD_STRING, AT(struct pod_container, name) },
	{ "image", FIELD_STRING, AT(struct pod_container, image) },
	{ "command", FIELD_STRINGS, AT(struct pod_container, command) },
	{ "args", FIELD_STRINGS, AT(struct pod_container, args) },
	{ "env", FIELD_OBJECTS, AT(struct pod_container, env), .schema = &env_schema },
};
static const struct schema pod_container_schema =
	SCHEMA(pod_container_fields, struct pod_container);

static const struct schema_field pod_object_spec_fields[] = {
	{ "nodeName", FIELD_STRING, AT(struct pod, node_name) },
	{ "containers", FIELD_OBJECTS, AT(struct pod, containers),
	  .schema = &pod_container_schema },
};
static const struct schema pod_object_spec_schema = SCHEMA(pod_object_spec_fields, struct pod);

static const struct schema_field pod_status_fields[] = {
	{ "phase", FIELD_STRING, AT(struct pod, phase) },
	{ "reason", FIELD_STRING, AT(struct pod, reason) },
	{ "message", FIELD_STRING, AT(struct pod, message) },
	{ "conditions", FIELD_OBJECTS, AT(struct pod, conditions),
	  .schema = &condition_status_schema },
	{ "containerStatuses", FIELD_OBJECTS, AT(struct pod, statuses),
	  .schema = &container_status_schema },
};
static const struct schema pod_status_schema = SCHEMA(pod_status_fields, struct pod);

static const struct schema_field pod_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(pod_object_spec_schema),
	{ "status", FIELD_INLINE, NO_OFFSET, .schema = &pod_status_schema },
};
const struct schema pod_schema = SCHEMA(pod_fields, struct pod);

/* ---- Event ---- */

static const struct schema_field event_about_fields[] = {
	{ "kind", FIELD_STRING, AT(struct event, about_kind) },
	{ "namespace", FIELD_STRING, AT(struct event, about_namespace) },
	{ "name", FIELD_STRING, AT(struct event, about_name) },
};
static const struct schema event_about_schema = SCHEMA(event_about_fields, struct event);

static const struct schema_field event_series_fields[] = {
	{ "count", FIELD_INT, AT(struct event, count) },
	{ "lastObservedTime", FIELD_STRING, AT(struct event, last_time) },
};
static const struct schema event_series_schema = SCHEMA(event_series_fields, struct event);

/* The same fields under their names in v1 and in events.k8s.io/v1. */
static const struct schema_field event_fields[] = {
	OBJECT_FIELDS,
	{ "involvedObject", FIELD_INLINE, NO_OFFSET, .schema = &event_about_schema },
	{ "regarding", FIELD_INLINE, NO_OFFSET, .schema = &event_about_schema },
	{ "type", FIELD_STRING, AT(struct event, type) },
	{ "reason", FIELD_STRING, AT(struct event, reason) },
	{ "message", FIELD_STRING, AT(struct event, message) },
	{ "note", FIELD_STRING, AT(struct event, message) },
	{ "count", FIELD_INT, AT(struct event, count) },
	{ "deprecatedCount", FIELD_INT, AT(struct event, count) },
	{ "lastTimestamp", FIELD_STRING, AT(struct event, last_time) },
	{ "deprecatedLastTimestamp", FIELD_STRING, AT(struct event, last_time) },
	{ "eventTime", FIELD_STRING, AT(struct event, event_time) },
	{ "series", FIELD_INLINE, NO_OFFSET, .schema = &event_series_schema },
};
const struct schema kube_event_schema = SCHEMA(event_fields, struct event);

/* ---- BGPNodeStatus ---- */

static const struct schema_field neighbor_status_fields[] = {
	{ "address", FIELD_STRING, AT(struct bgp_neighbor_status, address) },
	{ "peerASN", FIELD_INT, AT(struct bgp_neighbor_status, peer_asn) },
	{ "state", FIELD_STRING, AT(struct bgp_neighbor_status, state) },
	{ "sessionUpSince", FIELD_STRING, AT(struct bgp_neighbor_status, up_since) },
	{ "prefixesSent", FIELD_INT, AT(struct bgp_neighbor_status, prefixes_sent) },
	{ "lastError", FIELD_STRING, AT(struct bgp_neighbor_status, last_error) },
};
static const struct schema neighbor_status_schema =
	SCHEMA(neighbor_status_fields, struct bgp_neighbor_status);

static const struct schema_field imported_fields[] = {
	{ "address", FIELD_STRING, AT(struct bgp_imported, address) },
	{ "interface", FIELD_STRING, AT(struct bgp_imported, interface) },
	{ "inRIB", FIELD_BOOL, AT(struct bgp_imported, in_rib) },
};
static const struct schema imported_schema = SCHEMA(imported_fields, struct bgp_imported);

static const struct schema_field import_interface_fields[] = {
	{ "name", FIELD_STRING, AT(struct bgp_import_interface, name) },
	{ "exists", FIELD_BOOL, AT(struct bgp_import_interface, exists) },
	{ "operState", FIELD_STRING, AT(struct bgp_import_interface, state) },
};
static const struct schema import_interface_schema =
	SCHEMA(import_interface_fields, struct bgp_import_interface);

static const struct schema_field import_status_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_node_report, import_enabled) },
	{ "interfaces", FIELD_OBJECTS, AT(struct bgp_node_report, import_interfaces),
	  .schema = &import_interface_schema },
	{ "importedAddresses", FIELD_OBJECTS, AT(struct bgp_node_report, imported),
	  .schema = &imported_schema },
	{ "truncated", FIELD_BOOL, AT(struct bgp_node_report, import_truncated) },
};
static const struct schema import_status_schema =
	SCHEMA(import_status_fields, struct bgp_node_report);

static const struct schema_field local_route_fields[] = {
	{ "prefix", FIELD_STRING, AT(struct bgp_local_route, prefix) },
	{ "advertisedTo", FIELD_STRINGS, AT(struct bgp_local_route, advertised_to) },
};
static const struct schema local_route_schema =
	SCHEMA(local_route_fields, struct bgp_local_route);

static const struct schema_field rib_status_fields[] = {
	{ "localRoutes", FIELD_OBJECTS, AT(struct bgp_node_report, local_routes),
	  .schema = &local_route_schema },
	{ "truncated", FIELD_BOOL, AT(struct bgp_node_report, rib_truncated) },
};
static const struct schema rib_status_schema =
	SCHEMA(rib_status_fields, struct bgp_node_report);

static const struct schema_field bgp_status_fields[] = {
	{ "nodeName", FIELD_STRING, AT(struct bgp_node_report, node_name) },
	{ "routerID", FIELD_STRING, AT(struct bgp_node_report, router_id) },
	{ "lastUpdated", FIELD_STRING, AT(struct bgp_node_report, last_updated) },
	{ "heartbeatSeconds", FIELD_INT, AT(struct bgp_node_report, heartbeat_s) },
	{ "neighbors", FIELD_OBJECTS, AT(struct bgp_node_report, neighbors),
	  .schema = &neighbor_status_schema },
	{ "netlinkImport", FIELD_INLINE, AT(struct bgp_node_report, import),
	  .schema = &import_status_schema },
	{ "rib", FIELD_INLINE, AT(struct bgp_node_report, rib), .schema = &rib_status_schema },
	{ "healthy", FIELD_BOOL, AT(struct bgp_node_report, healthy) },
	{ "conditions", FIELD_OBJECTS, AT(struct bgp_node_report, conditions),
	  .schema = &condition_status_schema },
};
static const struct schema bgp_status_schema =
	SCHEMA(bgp_status_fields, struct bgp_node_report);

static const struct schema_field bgp_node_report_fields[] = {
	OBJECT_FIELDS,
	{ "status", FIELD_INLINE, NO_OFFSET, .schema = &bgp_status_schema },
};
const struct schema bgp_node_status_schema =
	SCHEMA(bgp_node_report_fields, struct bgp_node_report);
