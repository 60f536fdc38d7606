/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a running cluster has (O1): Pods, Events, BGPNodeStatus, and the status of the
 * objects of other headers. Part of config/objects/objects.h.
 */
#ifndef CONFIG_OBJECTS_OBJECTS_STATUS_H
#define CONFIG_OBJECTS_OBJECTS_STATUS_H

#include "config/objects/objects_other.h"

/* One of status.conditions, of any kind. */
struct status_condition {
	struct section at;
	struct str_value type;   /* "Ready", "Available", "PodScheduled" */
	struct str_value status; /* "True", "False", "Unknown" */
	struct str_value reason;
	struct str_value message;
	struct str_value since; /* lastTransitionTime, RFC 3339 */
};

struct status_conditions {
	struct section at;
	ARRAY_OF(struct status_condition) list;
};

/* status of a DaemonSet or a Deployment: how many Pods there are and are to be. */
struct workload_status {
	struct section at;
	struct int_value desired;   /* desiredNumberScheduled (DaemonSet) */
	struct int_value ready;     /* numberReady, readyReplicas */
	struct int_value available; /* numberAvailable, availableReplicas; 0 is left out */
	struct int_value unavailable;
	struct int_value updated;
	struct int_value replicas; /* Deployment */
	struct status_conditions conditions;
};

/* status of a ServiceGroup: what the allocator counts. */
struct group_status {
	struct section at;
	struct str_list bound_namespaces;
	struct int_value allocated_v4, allocated_v6;
	struct int_value available_v4, available_v6;
};

/* ---- Pod ---- */

struct container_status {
	struct section at;
	struct str_value name;
	struct bool_value ready;
	struct int_value restarts;
	struct str_value waiting_reason; /* state.waiting: "CrashLoopBackOff" */
	struct str_value waiting_message;
	struct str_value ended_reason; /* state.terminated */
	struct int_value exit_code;
	struct str_value last_reason; /* lastState.terminated: "OOMKilled" */
	struct int_value last_exit_code;
	struct str_value last_ended; /* lastState.terminated.finishedAt */
};

struct container_statuses {
	struct section at;
	ARRAY_OF(struct container_status) list;
};

struct pod_container {
	struct section at;
	struct str_value name;
	struct str_value image;
	struct str_list command;
	struct str_list args;
	struct env_vars env;
};

struct pod_containers {
	struct section at;
	ARRAY_OF(struct pod_container) list;
};

struct pod {
	struct object object;
	struct str_value node_name;
	struct pod_containers containers;
	struct str_value phase; /* "Running", "Pending", "Failed", "Succeeded" */
	struct str_value reason;
	struct str_value message;
	struct status_conditions conditions;
	struct container_statuses statuses;
};

/* ---- Event, of either API group ---- */

struct event {
	struct object object;
	struct str_value about_kind; /* of the object that it is about */
	struct str_value about_namespace;
	struct str_value about_name;
	struct str_value type; /* "Normal", "Warning" */
	struct str_value reason;
	struct str_value message;
	struct int_value count;
	struct str_value last_time; /* lastTimestamp, or of the series */
	struct str_value event_time;
};

/* ---- BGPNodeStatus (BG5.7) ---- */

struct bgp_neighbor_status {
	struct section at;
	struct str_value address;
	struct int_value peer_asn;
	struct str_value state; /* "Established", "Active", ... */
	struct str_value up_since;
	struct int_value prefixes_sent;
	struct str_value last_error;
};

struct bgp_neighbor_statuses {
	struct section at;
	ARRAY_OF(struct bgp_neighbor_status) list;
};

struct bgp_imported {
	struct section at;
	struct str_value address; /* with prefix length */
	struct str_value interface;
	struct bool_value in_rib;
};

struct bgp_imported_list {
	struct section at;
	ARRAY_OF(struct bgp_imported) list;
};

struct bgp_import_interface {
	struct section at;
	struct str_value name;
	struct bool_value exists;
	struct str_value state; /* "up", "down" */
};

struct bgp_import_interfaces {
	struct section at;
	ARRAY_OF(struct bgp_import_interface) list;
};

struct bgp_local_route {
	struct section at;
	struct str_value prefix;
	struct str_list advertised_to;
};

struct bgp_local_routes {
	struct section at;
	ARRAY_OF(struct bgp_local_route) list;
};

struct bgp_node_report {
	struct object object;
	struct str_value node_name;
	struct str_value router_id;
	struct str_value last_updated;
	struct int_value heartbeat_s;
	struct bgp_neighbor_statuses neighbors;
	struct section import; /* netlinkImport */
	struct bool_value import_enabled;
	struct bgp_import_interfaces import_interfaces;
	struct bgp_imported_list imported;
	struct bool_value import_truncated;
	struct section rib;
	struct bgp_local_routes local_routes;
	struct bool_value rib_truncated;
	struct bool_value healthy;
	struct status_conditions conditions;
};

#endif
