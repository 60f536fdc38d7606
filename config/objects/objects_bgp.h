/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGPConfiguration (BG1.3) and what it refers to: Secrets, and the BGP side of the
 * routers of a NodeInventory. Part of config/objects/objects.h.
 */
#ifndef CONFIG_OBJECTS_OBJECTS_BGP_H
#define CONFIG_OBJECTS_OBJECTS_BGP_H

#include "config/objects/object.h"

/* ---- shared parts ---- */

struct bgp_policy_assignment {
	struct section at;
	struct str_value name;
	struct str_list policies;
	struct str_value default_action;
};

struct bgp_apply_policy {
	struct section at;
	struct bgp_policy_assignment import_policy;
	struct bgp_policy_assignment export_policy;
};

struct bgp_graceful_restart {
	struct section at;
	struct bool_value enabled;
	struct int_value restart_time; /* seconds */
	struct bool_value helper_only;
};

struct bgp_prefix_limit {
	struct section at;
	struct int_value max_prefixes;
	struct int_value shutdown_threshold_pct;
};

struct bgp_add_paths {
	struct section at;
	struct bool_value receive;
	struct int_value send_max;
};

struct bgp_afi_safi {
	struct section at;
	struct str_value family;
	struct bool_value enabled;
	struct bgp_prefix_limit prefix_limit;
	struct bgp_add_paths add_paths;
};

struct bgp_afi_safis {
	struct section at;
	ARRAY_OF(struct bgp_afi_safi) list;
};

struct bgp_timers_config {
	struct section at;
	struct int_value connect_retry; /* seconds, all of them */
	struct int_value hold_time;
	struct int_value keepalive_interval;
	struct int_value minimum_advertisement_interval;
};

struct bgp_timers {
	struct section at;
	struct bgp_timers_config config;
};

struct bgp_transport {
	struct section at;
	struct str_value local_address;
	struct bool_value passive_mode;
	struct str_value bind_interface;
};

struct secret_ref {
	struct section at;
	struct str_value name;
	struct str_value key;
	struct bool_value optional;
};

/* ---- spec.global ---- */

struct bgp_route_selection {
	struct section at;
	struct bool_value always_compare_med;
	struct bool_value advertise_inactive_routes;
};

struct bgp_route_distance {
	struct section at;
	struct int_value external;
	struct int_value internal;
};

struct bgp_confederation {
	struct section at;
	struct bool_value enabled;
	struct int_value identifier;
	struct int_list member_as_list;
};

struct bgp_node_status {
	struct section at;
	struct bool_value enabled;
	struct int_value heartbeat_seconds;
};

struct bgp_global {
	struct section at;
	struct int_value asn;
	struct str_value router_id;
	struct str_value router_id_pool;
	struct int_value listen_port;
	struct str_list listen_addresses;
	struct str_list families;
	struct bool_value use_multiple_paths;
	struct bgp_route_selection route_selection_options;
	struct bgp_route_distance default_route_distance;
	struct bgp_confederation confederation;
	struct bgp_graceful_restart graceful_restart;
	struct bgp_apply_policy apply_policy;
	struct str_value bind_to_device;
	struct bgp_node_status node_status;
};

/* ---- spec.neighbors, spec.peerGroups, spec.dynamicNeighbors ---- */

struct bgp_neighbor_config {
	struct section at;
	struct str_value neighbor_address;
	struct str_value neighbor_interface;
	struct int_value peer_asn;
	struct int_value local_asn;
	struct str_value peer_group;
	struct str_value description;
	struct bool_value admin_down;
	struct str_value vrf;
	struct str_value auth_password;
	struct secret_ref auth_password_secret_ref;
};

struct bgp_route_reflector {
	struct section at;
	struct bool_value client;
	struct str_value cluster_id;
};

struct bgp_ebgp_multihop {
	struct section at;
	struct bool_value enabled;
	struct int_value ttl;
};

struct bgp_neighbor {
	struct section at;
	struct bgp_neighbor_config config;
	struct label_selector node_selector;
	struct bgp_afi_safis afi_safis;
	struct bgp_apply_policy apply_policy;
	struct bgp_timers timers;
	struct bgp_transport transport;
	struct bgp_graceful_restart graceful_restart;
	struct bgp_route_reflector route_reflector;
	struct bgp_ebgp_multihop ebgp_multihop;
};

struct bgp_neighbors {
	struct section at;
	ARRAY_OF(struct bgp_neighbor) list;
};

struct bgp_peer_group_config {
	struct section at;
	struct str_value peer_group_name;
	struct str_value description;
	struct int_value peer_asn;
	struct int_value local_asn;
	struct str_value auth_password;
	struct secret_ref auth_password_secret_ref;
};

struct bgp_peer_group {
	struct section at;
	struct bgp_peer_group_config config;
	struct label_selector node_selector;
	struct bgp_afi_safis afi_safis;
	struct bgp_apply_policy apply_policy;
	struct bgp_timers timers;
	struct bgp_transport transport;
};

struct bgp_peer_groups {
	struct section at;
	ARRAY_OF(struct bgp_peer_group) list;
};

struct bgp_dynamic_neighbor {
	struct section at;
	struct str_value prefix;
	struct str_value peer_group;
};

struct bgp_dynamic_neighbors {
	struct section at;
	ARRAY_OF(struct bgp_dynamic_neighbor) list;
};

/* ---- spec.vrfs ---- */

struct bgp_vrf_import {
	struct section at;
	struct bool_value enabled;
	struct str_list interface_list;
};

struct bgp_vrf_export {
	struct section at;
	struct bool_value enabled;
	struct str_value linux_vrf;
	struct int_value linux_table_id;
	struct int_value metric;
	struct bool_value validate_nexthop;
	struct str_list community_list;
	struct str_list large_community_list;
};

struct bgp_vrf {
	struct section at;
	struct str_value name;
	struct str_value rd;
	struct str_list import_rt;
	struct str_list export_rt;
	struct bgp_vrf_import netlink_import;
	struct bgp_vrf_export netlink_export;
};

struct bgp_vrfs {
	struct section at;
	ARRAY_OF(struct bgp_vrf) list;
};

/* ---- spec.policyDefinitions, spec.definedSets ---- */

struct bgp_match_set {
	struct section at;
	struct str_value name;
	struct str_value match;
};

struct bgp_conditions {
	struct section at;
	struct bgp_match_set prefix_set;
	struct bgp_match_set neighbor_set;
	struct bgp_match_set as_path_set;
	struct bgp_match_set community_set;
	struct str_value rpki_result;
};

struct bgp_community_action {
	struct section at;
	struct str_value type;
	struct str_list communities;
};

struct bgp_med_action {
	struct section at;
	struct str_value type;
	struct int_value value;
};

struct bgp_as_prepend_action {
	struct section at;
	struct int_value asn;
	struct int_value repeat;
};

struct bgp_actions {
	struct section at;
	struct str_value route_action;
	struct bgp_community_action community;
	struct bgp_med_action med;
	struct bgp_as_prepend_action as_prepend;
	struct int_value local_pref;
};

struct bgp_statement {
	struct section at;
	struct str_value name;
	struct bgp_conditions conditions;
	struct bgp_actions actions;
};

struct bgp_statements {
	struct section at;
	ARRAY_OF(struct bgp_statement) list;
};

struct bgp_policy_definition {
	struct section at;
	struct str_value name;
	struct bgp_statements statements;
};

struct bgp_policy_definitions {
	struct section at;
	ARRAY_OF(struct bgp_policy_definition) list;
};

struct bgp_set_prefix {
	struct section at;
	struct str_value ip_prefix;
	struct int_value mask_length_min;
	struct int_value mask_length_max;
};

struct bgp_set_prefixes {
	struct section at;
	ARRAY_OF(struct bgp_set_prefix) list;
};

struct bgp_defined_set {
	struct section at;
	struct str_value type;
	struct str_value name;
	struct str_list list;
	struct bgp_set_prefixes prefixes;
};

struct bgp_defined_sets {
	struct section at;
	ARRAY_OF(struct bgp_defined_set) list;
};

/* ---- spec.netlinkImport, spec.netlinkExport ---- */

struct bgp_netlink_import {
	struct section at;
	struct bool_value enabled;
	struct str_value vrf;
	struct str_list interface_list;
};

struct bgp_export_rule {
	struct section at;
	struct str_value name;
	struct str_value vrf;
	struct int_value table_id;
	struct int_value metric;
	struct bool_value validate_nexthop;
	struct str_list community_list;
	struct str_list large_community_list;
};

struct bgp_export_rules {
	struct section at;
	ARRAY_OF(struct bgp_export_rule) list;
};

struct bgp_netlink_export {
	struct section at;
	struct bool_value enabled;
	struct int_value dampening_interval; /* milliseconds */
	struct int_value route_protocol;
	struct bgp_export_rules rules;
};

struct bgp_configuration {
	struct object object;
	struct bgp_global global;
	struct bgp_neighbors neighbors;
	struct bgp_peer_groups peer_groups;
	struct bgp_dynamic_neighbors dynamic_neighbors;
	struct bgp_vrfs vrfs;
	struct bgp_policy_definitions policy_definitions;
	struct bgp_defined_sets defined_sets;
	struct bgp_netlink_import netlink_import;
	struct bgp_netlink_export netlink_export;
	struct noted_fields noted;
};

/* ---- NodeInventory: the BGP side of a router (BG6.3) ---- */

struct router_prefix_lengths {
	struct section at;
	struct str_value v4; /* "8-32" */
	struct str_value v6;
};

/* One entry of acceptPrefixes: without ge and le exactly this prefix, as in a prefix list. */
struct router_accept {
	struct section at;
	struct str_value prefix;
	struct int_value ge;
	struct int_value le;
};

struct router_accepts {
	struct section at;
	ARRAY_OF(struct router_accept) list;
};

/* A neighbor by its address (`address`), or a range that it listens to (`prefix`). */
struct router_neighbor {
	struct section at;
	struct str_value address; /* of `neighbors` */
	struct str_value prefix;  /* of `listenRanges` */
	struct int_value asn;     /* remote-as; absent: any, or as peersAllowed says */
	struct str_value password;
};

struct router_neighbors {
	struct section at;
	ARRAY_OF(struct router_neighbor) list;
};

struct router_bgp {
	struct section at;
	struct str_value router_id;
	struct int_list peers_allowed; /* ASNs that may open a session */
	struct router_neighbors neighbors;
	struct router_neighbors listen_ranges;
	struct int_value listen_limit;
	struct str_value password;       /* TCP-MD5 for all; that of a neighbor or range wins */
	struct bool_value authenticated; /* TCP-MD5 is on, or off, where no password tells */
	struct str_list families; /* activated: "ipv4-unicast", "ipv6-unicast"; absent: all */
	struct bool_value requires_policy; /* RFC 8212: eBGP without a filter gives no routes */
	struct router_prefix_lengths accept_prefix_length;
	struct router_accepts accept_prefixes;
	struct int_value max_prefixes;     /* of one session */
	struct int_value max_paths;        /* multipath width of eBGP routes */
	struct int_value max_paths_ibgp;   /* of iBGP routes; absent: as max_paths */
	struct bool_value multipath_relax; /* AS paths need only be equally long */
	struct bool_value resilient_hash;
	struct str_value profile;       /* its make: one of router_profile_names (T4) */
	struct str_value attach;        /* "switched", "direct" (T1.4) */
	struct str_value hash;          /* "l3", "l4" (T8.2) */
	struct str_value hashing;       /* "threshold", "resilient", "modulo" (T8.3, T8.4) */
	struct int_value buckets;       /* of resilient hashing */
	struct bool_value use_neighbor; /* its kernel passes over dead neighbors (T8.7) */
	struct bool_value passive;
	struct int_value multihop;  /* TTL of eBGP sessions; absent or 1: adjacent only */
	struct str_value hold_time; /* Go durations */
	struct str_value keepalive_time;
	struct str_value connect_retry;
	struct str_value rib_to_fib; /* T4.1 */
	struct str_value timer_late; /* T4.7 */
	struct bool_value default_originate;
	struct str_list connected; /* subnets besides those of its addresses */
};

/* ---- Secret: what authPasswordSecretRef can name ---- */

struct secret {
	struct object object;
	struct label_map data;        /* values as written: base64 */
	struct label_map string_data; /* values as they are; these win */
	bool sealed;                  /* of a kind that does not show them: SealedSecret */
};

enum secret_state {
	SECRET_ABSENT, /* no such key */
	SECRET_PRESENT,
	SECRET_BAD_BASE64, /* the API server refuses the Secret */
};

/* The bytes under a key; they may contain NUL, and are followed by one. */
struct secret_value {
	const char *bytes;
	size_t len;
	struct pos pos; /* of the value in the Secret */
};

/* Looks a key up, stringData first; *out is set only for SECRET_PRESENT (bytes in the arena)
 * and, the place alone, for SECRET_BAD_BASE64. */
enum secret_state secret_get(const struct secret *secret, const char *key, struct arena *arena,
			     struct secret_value *out);

#endif
