/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema of BGPConfiguration (BG1.3), of Secrets, and of the BGP side of the
 * routers in a NodeInventory.
 */
#include "config/objects/kinds.h"

#include <ctype.h>

#include "base/duration.h"
#include "base/ip.h"

/* ---- numbers: the range is that of the Go type ---- */

#define UINT32 .bounded = true, .min = 0, .max = UINT32_MAX
#define INT32  .bounded = true, .min = INT32_MIN, .max = INT32_MAX
/* The schema's int64 is narrower than the controller's uint64 above, not below. */
#define UINT64 .bounded = true, .min = 0, .max = INT64_MAX

/* ---- rules for texts ---- */

static const char *rule_skip_digits(const char *s, unsigned max)
{
	unsigned n = 0;

	while (n < max && isdigit((unsigned char)s[n]))
		n++;
	return n > 0 ? s + n : NULL;
}

/* `count` runs of 1 to `max` digits with colons between them. */
static bool digit_groups(const char *s, unsigned count, unsigned max)
{
	for (unsigned i = 0; i < count; i++) {
		if (i > 0 && *s++ != ':')
			return false;
		s = rule_skip_digits(s, max);
		if (s == NULL)
			return false;
	}
	return *s == '\0';
}

/* ^\d{1,5}:\d{1,5}$ */
static const char *rule_community(const char *text)
{
	return digit_groups(text, 2, 5) ? NULL : "is not a community such as 65000:100";
}

/* ^\d+:\d+:\d+$ */
static const char *rule_large_community(const char *text)
{
	return digit_groups(text, 3, UINT32_MAX)
		       ? NULL
		       : "is not a large community such as 65000:1:100";
}

/* ---- applyPolicy ---- */

static const struct schema_field policy_assignment_fields[] = {
	{ "name", FIELD_STRING, AT(struct bgp_policy_assignment, name) },
	{ "policies", FIELD_STRINGS, AT(struct bgp_policy_assignment, policies) },
	{ "defaultAction", FIELD_STRING, AT(struct bgp_policy_assignment, default_action) },
};
static const struct schema policy_assignment_schema =
	SCHEMA(policy_assignment_fields, struct bgp_policy_assignment);

static const struct schema_field apply_policy_fields[] = {
	{ "importPolicy", FIELD_OBJECT, AT(struct bgp_apply_policy, import_policy),
	  .schema = &policy_assignment_schema },
	{ "exportPolicy", FIELD_OBJECT, AT(struct bgp_apply_policy, export_policy),
	  .schema = &policy_assignment_schema },
};
static const struct schema apply_policy_schema =
	SCHEMA(apply_policy_fields, struct bgp_apply_policy);

/* ---- gracefulRestart, afiSafis, timers, transport, Secret references ---- */

static const struct schema_field graceful_restart_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_graceful_restart, enabled) },
	{ "restartTime", FIELD_INT, AT(struct bgp_graceful_restart, restart_time), UINT32 },
	{ "helperOnly", FIELD_BOOL, AT(struct bgp_graceful_restart, helper_only) },
};
static const struct schema graceful_restart_schema =
	SCHEMA(graceful_restart_fields, struct bgp_graceful_restart);

static const struct schema_field prefix_limit_fields[] = {
	{ "maxPrefixes", FIELD_INT, AT(struct bgp_prefix_limit, max_prefixes), UINT32,
	  .required = true },
	{ "shutdownThresholdPct", FIELD_INT,
	  AT(struct bgp_prefix_limit, shutdown_threshold_pct), UINT32 },
};
static const struct schema prefix_limit_schema =
	SCHEMA(prefix_limit_fields, struct bgp_prefix_limit);

static const struct schema_field add_paths_fields[] = {
	{ "receive", FIELD_BOOL, AT(struct bgp_add_paths, receive) },
	{ "sendMax", FIELD_INT, AT(struct bgp_add_paths, send_max), UINT32 },
};
static const struct schema add_paths_schema = SCHEMA(add_paths_fields, struct bgp_add_paths);

static const struct schema_field afi_safi_fields[] = {
	{ "family", FIELD_STRING, AT(struct bgp_afi_safi, family), .required = true },
	{ "enabled", FIELD_BOOL, AT(struct bgp_afi_safi, enabled), .required = true },
	{ "prefixLimit", FIELD_OBJECT, AT(struct bgp_afi_safi, prefix_limit),
	  .schema = &prefix_limit_schema, .note = NOTE_IGNORED },
	{ "addPaths", FIELD_OBJECT, AT(struct bgp_afi_safi, add_paths),
	  .schema = &add_paths_schema, .note = NOTE_IGNORED },
};
static const struct schema afi_safi_schema = SCHEMA(afi_safi_fields, struct bgp_afi_safi);

static const struct schema_field timers_config_fields[] = {
	{ "connectRetry", FIELD_INT, AT(struct bgp_timers_config, connect_retry), UINT64,
	  .description = "seconds between attempts to connect", .standard = "120" },
	{ "holdTime", FIELD_INT, AT(struct bgp_timers_config, hold_time), UINT64,
	  .description = "seconds without a message until the session ends", .standard = "90" },
	{ "keepaliveInterval", FIELD_INT, AT(struct bgp_timers_config, keepalive_interval),
	  UINT64, .description = "seconds between keepalives; default: a third of holdTime" },
	{ "minimumAdvertisementInterval", FIELD_INT,
	  AT(struct bgp_timers_config, minimum_advertisement_interval), UINT64,
	  .note = NOTE_INEFFECTIVE },
};
static const struct schema timers_config_schema =
	SCHEMA(timers_config_fields, struct bgp_timers_config);

static const struct schema_field timers_fields[] = {
	{ "config", FIELD_OBJECT, AT(struct bgp_timers, config),
	  .schema = &timers_config_schema, .required = true },
};
static const struct schema timers_schema = SCHEMA(timers_fields, struct bgp_timers);

static const struct schema_field transport_fields[] = {
	{ "localAddress", FIELD_STRING, AT(struct bgp_transport, local_address) },
	{ "passiveMode", FIELD_BOOL, AT(struct bgp_transport, passive_mode) },
	{ "bindInterface", FIELD_STRING, AT(struct bgp_transport, bind_interface) },
};
static const struct schema transport_schema = SCHEMA(transport_fields, struct bgp_transport);

/* The daemon does not apply a group's bindInterface. */
static const struct schema_field group_transport_fields[] = {
	{ "localAddress", FIELD_STRING, AT(struct bgp_transport, local_address) },
	{ "passiveMode", FIELD_BOOL, AT(struct bgp_transport, passive_mode) },
	{ "bindInterface", FIELD_STRING, AT(struct bgp_transport, bind_interface),
	  .note = NOTE_INEFFECTIVE },
};
static const struct schema group_transport_schema =
	SCHEMA(group_transport_fields, struct bgp_transport);

static const struct schema_field secret_ref_fields[] = {
	{ "name", FIELD_STRING, AT(struct secret_ref, name) },
	{ "key", FIELD_STRING, AT(struct secret_ref, key), .required = true },
	{ "optional", FIELD_BOOL, AT(struct secret_ref, optional), .note = NOTE_INEFFECTIVE },
};
static const struct schema secret_ref_schema = SCHEMA(secret_ref_fields, struct secret_ref);

/* ---- global ---- */

static const struct schema_field route_selection_fields[] = {
	{ "alwaysCompareMed", FIELD_BOOL, AT(struct bgp_route_selection, always_compare_med) },
	{ "advertiseInactiveRoutes", FIELD_BOOL,
	  AT(struct bgp_route_selection, advertise_inactive_routes) },
};
static const struct schema route_selection_schema =
	SCHEMA(route_selection_fields, struct bgp_route_selection);

static const struct schema_field route_distance_fields[] = {
	{ "externalRouteDistance", FIELD_INT, AT(struct bgp_route_distance, external), UINT32 },
	{ "internalRouteDistance", FIELD_INT, AT(struct bgp_route_distance, internal), UINT32 },
};
static const struct schema route_distance_schema =
	SCHEMA(route_distance_fields, struct bgp_route_distance);

static const struct schema_field confederation_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_confederation, enabled) },
	{ "identifier", FIELD_INT, AT(struct bgp_confederation, identifier), UINT32 },
	{ "memberAsList", FIELD_INTS, AT(struct bgp_confederation, member_as_list), UINT32 },
};
static const struct schema confederation_schema =
	SCHEMA(confederation_fields, struct bgp_confederation);

static const struct schema_field node_status_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_node_status, enabled),
	  .description = "whether nodes write a BGPNodeStatus", .standard = "true" },
	{ "heartbeatSeconds", FIELD_INT, AT(struct bgp_node_status, heartbeat_seconds),
	  .bounded = true, .min = 10, .max = INT32_MAX,
	  .description = "seconds between updates of it", .standard = "60" },
};
static const struct schema node_status_schema =
	SCHEMA(node_status_fields, struct bgp_node_status);

/* Templates of k8gobgp itself (BG3.4). */
static const char *const bgp_router_id_templates[] = { "${NODE_IP}", "${NODE_IPV4}",
						       "${NODE_EXTERNAL_IP}", NULL };

/* StartBgp gets the AS, the router ID, the port and the addresses, and nothing else. */
static const struct schema_field global_fields[] = {
	{ "asn", FIELD_INT, AT(struct bgp_global, asn), UINT32, .required = true,
	  .description = "the AS number of the cluster" },
	{ "routerID", FIELD_STRING, AT(struct bgp_global, router_id),
	  .templates = bgp_router_id_templates,
	  .description =
		  "the BGP identifier: an IPv4 address or a template; empty: chosen for each node" },
	{ "routerIDPool", FIELD_STRING, AT(struct bgp_global, router_id_pool),
	  .description =
		  "the IPv4 network that identifiers without an IPv4 address are taken from",
	  .standard = "10.255.0.0/16" },
	{ "listenPort", FIELD_INT, AT(struct bgp_global, listen_port), INT32,
	  .description = "the TCP port for BGP; negative: none", .standard = "179" },
	{ "listenAddresses", FIELD_STRINGS, AT(struct bgp_global, listen_addresses),
	  .description = "addresses to listen on; empty: all" },
	{ "families", FIELD_STRINGS, AT(struct bgp_global, families), .note = NOTE_IGNORED },
	{ "useMultiplePaths", FIELD_BOOL, AT(struct bgp_global, use_multiple_paths),
	  .note = NOTE_IGNORED },
	{ "routeSelectionOptions", FIELD_OBJECT, AT(struct bgp_global, route_selection_options),
	  .schema = &route_selection_schema, .note = NOTE_IGNORED },
	{ "defaultRouteDistance", FIELD_OBJECT, AT(struct bgp_global, default_route_distance),
	  .schema = &route_distance_schema, .note = NOTE_IGNORED },
	{ "confederation", FIELD_OBJECT, AT(struct bgp_global, confederation),
	  .schema = &confederation_schema, .note = NOTE_IGNORED },
	{ "gracefulRestart", FIELD_OBJECT, AT(struct bgp_global, graceful_restart),
	  .schema = &graceful_restart_schema, .note = NOTE_IGNORED },
	{ "applyPolicy", FIELD_OBJECT, AT(struct bgp_global, apply_policy),
	  .schema = &apply_policy_schema, .note = NOTE_IGNORED },
	{ "bindToDevice", FIELD_STRING, AT(struct bgp_global, bind_to_device),
	  .note = NOTE_IGNORED },
	{ "nodeStatus", FIELD_OBJECT, AT(struct bgp_global, node_status),
	  .schema = &node_status_schema,
	  .description = "BGPNodeStatus objects that the nodes write" },
};
static const struct schema global_schema = SCHEMA(global_fields, struct bgp_global);

/* ---- neighbors ---- */

static const struct schema_field neighbor_config_fields[] = {
	{ "neighborAddress", FIELD_STRING, AT(struct bgp_neighbor_config, neighbor_address),
	  .description = "the address of the router" },
	{ "neighborInterface", FIELD_STRING, AT(struct bgp_neighbor_config, neighbor_interface),
	  .description = "the interface to the router, in place of an address (unnumbered)" },
	{ "peerAsn", FIELD_INT, AT(struct bgp_neighbor_config, peer_asn), UINT32,
	  .required = true, .description = "the AS number of the router; 0: any" },
	{ "localAsn", FIELD_INT, AT(struct bgp_neighbor_config, local_asn), UINT32,
	  .description = "the AS number towards this router; 0: that of global" },
	{ "peerGroup", FIELD_STRING, AT(struct bgp_neighbor_config, peer_group),
	  .description = "the peer group whose settings apply" },
	{ "description", FIELD_STRING, AT(struct bgp_neighbor_config, description),
	  .description = "for people" },
	{ "adminDown", FIELD_BOOL, AT(struct bgp_neighbor_config, admin_down),
	  .description = "whether the session stays down", .standard = "false" },
	{ "vrf", FIELD_STRING, AT(struct bgp_neighbor_config, vrf),
	  .description = "the VRF of the session" },
	{ "authPassword", FIELD_STRING, AT(struct bgp_neighbor_config, auth_password),
	  .description = "the TCP MD5 password, in plain text; use authPasswordSecretRef" },
	{ "authPasswordSecretRef", FIELD_OBJECT,
	  AT(struct bgp_neighbor_config, auth_password_secret_ref),
	  .schema = &secret_ref_schema, .description = "the Secret with the TCP MD5 password" },
};
static const struct schema neighbor_config_schema =
	SCHEMA(neighbor_config_fields, struct bgp_neighbor_config);

static const struct schema_field route_reflector_fields[] = {
	{ "routeReflectorClient", FIELD_BOOL, AT(struct bgp_route_reflector, client),
	  .required = true },
	{ "routeReflectorClusterId", FIELD_STRING, AT(struct bgp_route_reflector, cluster_id),
	  .required = true },
};
static const struct schema route_reflector_schema =
	SCHEMA(route_reflector_fields, struct bgp_route_reflector);

static const struct schema_field multihop_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_ebgp_multihop, enabled), .required = true,
	  .description = "whether the router may be more than one hop away" },
	{ "multihopTtl", FIELD_INT, AT(struct bgp_ebgp_multihop, ttl), UINT32,
	  .description = "the TTL of the packets to it", .standard = "255" },
};
static const struct schema multihop_schema = SCHEMA(multihop_fields, struct bgp_ebgp_multihop);

static const struct schema_field neighbor_fields[] = {
	{ "config", FIELD_OBJECT, AT(struct bgp_neighbor, config),
	  .schema = &neighbor_config_schema, .required = true,
	  .description = "the router and how to reach it" },
	{ "nodeSelector", FIELD_OBJECT, AT(struct bgp_neighbor, node_selector),
	  .schema = &selector_schema,
	  .description = "the nodes that have this session; absent: all" },
	{ "afiSafis", FIELD_OBJECTS, AT(struct bgp_neighbor, afi_safis),
	  .schema = &afi_safi_schema,
	  .description = "the address families; empty: that of the address" },
	{ "applyPolicy", FIELD_OBJECT, AT(struct bgp_neighbor, apply_policy),
	  .schema = &apply_policy_schema, .note = NOTE_INEFFECTIVE },
	{ "timers", FIELD_OBJECT, AT(struct bgp_neighbor, timers), .schema = &timers_schema,
	  .description = "timers of the session" },
	{ "transport", FIELD_OBJECT, AT(struct bgp_neighbor, transport),
	  .schema = &transport_schema, .description = "how the connection is made" },
	{ "gracefulRestart", FIELD_OBJECT, AT(struct bgp_neighbor, graceful_restart),
	  .schema = &graceful_restart_schema },
	{ "routeReflector", FIELD_OBJECT, AT(struct bgp_neighbor, route_reflector),
	  .schema = &route_reflector_schema,
	  .description = "for a router that is a client of the node (iBGP only)" },
	{ "ebgpMultihop", FIELD_OBJECT, AT(struct bgp_neighbor, ebgp_multihop),
	  .schema = &multihop_schema,
	  .description = "for a router that is not on the network of the node" },
};
static const struct schema neighbor_schema = SCHEMA(neighbor_fields, struct bgp_neighbor);

/* ---- peerGroups, dynamicNeighbors ---- */

static const struct schema_field peer_group_config_fields[] = {
	{ "peerGroupName", FIELD_STRING, AT(struct bgp_peer_group_config, peer_group_name),
	  .required = true },
	{ "description", FIELD_STRING, AT(struct bgp_peer_group_config, description) },
	{ "peerAsn", FIELD_INT, AT(struct bgp_peer_group_config, peer_asn), UINT32 },
	{ "localAsn", FIELD_INT, AT(struct bgp_peer_group_config, local_asn), UINT32 },
	{ "authPassword", FIELD_STRING, AT(struct bgp_peer_group_config, auth_password) },
	{ "authPasswordSecretRef", FIELD_OBJECT,
	  AT(struct bgp_peer_group_config, auth_password_secret_ref),
	  .schema = &secret_ref_schema },
};
static const struct schema peer_group_config_schema =
	SCHEMA(peer_group_config_fields, struct bgp_peer_group_config);

static const struct schema_field peer_group_fields[] = {
	{ "config", FIELD_OBJECT, AT(struct bgp_peer_group, config),
	  .schema = &peer_group_config_schema, .required = true },
	{ "nodeSelector", FIELD_OBJECT, AT(struct bgp_peer_group, node_selector),
	  .schema = &selector_schema },
	{ "afiSafis", FIELD_OBJECTS, AT(struct bgp_peer_group, afi_safis),
	  .schema = &afi_safi_schema },
	{ "applyPolicy", FIELD_OBJECT, AT(struct bgp_peer_group, apply_policy),
	  .schema = &apply_policy_schema, .note = NOTE_INEFFECTIVE },
	{ "timers", FIELD_OBJECT, AT(struct bgp_peer_group, timers), .schema = &timers_schema },
	{ "transport", FIELD_OBJECT, AT(struct bgp_peer_group, transport),
	  .schema = &group_transport_schema },
};
static const struct schema peer_group_schema = SCHEMA(peer_group_fields, struct bgp_peer_group);

static const struct schema_field dynamic_neighbor_fields[] = {
	{ "prefix", FIELD_STRING, AT(struct bgp_dynamic_neighbor, prefix), .required = true,
	  .description = "the network that sessions are accepted from" },
	{ "peerGroup", FIELD_STRING, AT(struct bgp_dynamic_neighbor, peer_group),
	  .required = true, .description = "the peer group of such sessions" },
};
static const struct schema dynamic_neighbor_schema =
	SCHEMA(dynamic_neighbor_fields, struct bgp_dynamic_neighbor);

/* ---- vrfs ---- */

static const struct schema_field vrf_import_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_vrf_import, enabled) },
	{ "interfaceList", FIELD_STRINGS, AT(struct bgp_vrf_import, interface_list) },
};
static const struct schema vrf_import_schema = SCHEMA(vrf_import_fields, struct bgp_vrf_import);

static const struct schema_field vrf_export_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_vrf_export, enabled) },
	{ "linuxVrf", FIELD_STRING, AT(struct bgp_vrf_export, linux_vrf) },
	{ "linuxTableId", FIELD_INT, AT(struct bgp_vrf_export, linux_table_id), INT32 },
	{ "metric", FIELD_INT, AT(struct bgp_vrf_export, metric), UINT32 },
	{ "validateNexthop", FIELD_BOOL, AT(struct bgp_vrf_export, validate_nexthop) },
	{ "communityList", FIELD_STRINGS, AT(struct bgp_vrf_export, community_list),
	  .rule = rule_community, .pattern = "^[0-9]{1,5}:[0-9]{1,5}$" },
	{ "largeCommunityList", FIELD_STRINGS, AT(struct bgp_vrf_export, large_community_list),
	  .rule = rule_large_community, .pattern = "^[0-9]+:[0-9]+:[0-9]+$" },
};
static const struct schema vrf_export_schema = SCHEMA(vrf_export_fields, struct bgp_vrf_export);

static const struct schema_field vrf_fields[] = {
	{ "name", FIELD_STRING, AT(struct bgp_vrf, name), .required = true },
	{ "rd", FIELD_STRING, AT(struct bgp_vrf, rd) },
	{ "importRt", FIELD_STRINGS, AT(struct bgp_vrf, import_rt) },
	{ "exportRt", FIELD_STRINGS, AT(struct bgp_vrf, export_rt) },
	{ "netlinkImport", FIELD_OBJECT, AT(struct bgp_vrf, netlink_import),
	  .schema = &vrf_import_schema },
	{ "netlinkExport", FIELD_OBJECT, AT(struct bgp_vrf, netlink_export),
	  .schema = &vrf_export_schema },
};
static const struct schema vrf_schema = SCHEMA(vrf_fields, struct bgp_vrf);

/* ---- policyDefinitions ---- */

static const struct schema_field match_set_fields[] = {
	{ "name", FIELD_STRING, AT(struct bgp_match_set, name), .required = true },
	{ "match", FIELD_STRING, AT(struct bgp_match_set, match) },
};
static const struct schema match_set_schema = SCHEMA(match_set_fields, struct bgp_match_set);

static const struct schema_field conditions_fields[] = {
	{ "prefixSet", FIELD_OBJECT, AT(struct bgp_conditions, prefix_set),
	  .schema = &match_set_schema },
	{ "neighborSet", FIELD_OBJECT, AT(struct bgp_conditions, neighbor_set),
	  .schema = &match_set_schema },
	{ "asPathSet", FIELD_OBJECT, AT(struct bgp_conditions, as_path_set),
	  .schema = &match_set_schema },
	{ "communitySet", FIELD_OBJECT, AT(struct bgp_conditions, community_set),
	  .schema = &match_set_schema },
	{ "rpkiResult", FIELD_STRING, AT(struct bgp_conditions, rpki_result) },
};
static const struct schema conditions_schema = SCHEMA(conditions_fields, struct bgp_conditions);

static const struct schema_field community_action_fields[] = {
	{ "type", FIELD_STRING, AT(struct bgp_community_action, type), .required = true },
	{ "communities", FIELD_STRINGS, AT(struct bgp_community_action, communities),
	  .required = true },
};
static const struct schema community_action_schema =
	SCHEMA(community_action_fields, struct bgp_community_action);

static const struct schema_field med_action_fields[] = {
	{ "type", FIELD_STRING, AT(struct bgp_med_action, type), .required = true },
	{ "value", FIELD_INT, AT(struct bgp_med_action, value), .required = true },
};
static const struct schema med_action_schema = SCHEMA(med_action_fields, struct bgp_med_action);

static const struct schema_field as_prepend_fields[] = {
	{ "asn", FIELD_INT, AT(struct bgp_as_prepend_action, asn), UINT32, .required = true },
	{ "repeat", FIELD_INT, AT(struct bgp_as_prepend_action, repeat), UINT32 },
};
static const struct schema as_prepend_schema =
	SCHEMA(as_prepend_fields, struct bgp_as_prepend_action);

static const struct schema_field actions_fields[] = {
	{ "routeAction", FIELD_STRING, AT(struct bgp_actions, route_action), .required = true },
	{ "community", FIELD_OBJECT, AT(struct bgp_actions, community),
	  .schema = &community_action_schema },
	{ "med", FIELD_OBJECT, AT(struct bgp_actions, med), .schema = &med_action_schema },
	{ "asPrepend", FIELD_OBJECT, AT(struct bgp_actions, as_prepend),
	  .schema = &as_prepend_schema },
	{ "localPref", FIELD_INT, AT(struct bgp_actions, local_pref), UINT32 },
};
static const struct schema actions_schema = SCHEMA(actions_fields, struct bgp_actions);

static const struct schema_field statement_fields[] = {
	{ "name", FIELD_STRING, AT(struct bgp_statement, name), .required = true },
	{ "conditions", FIELD_OBJECT, AT(struct bgp_statement, conditions),
	  .schema = &conditions_schema, .required = true },
	{ "actions", FIELD_OBJECT, AT(struct bgp_statement, actions), .schema = &actions_schema,
	  .required = true },
};
static const struct schema statement_schema = SCHEMA(statement_fields, struct bgp_statement);

static const struct schema_field policy_definition_fields[] = {
	{ "name", FIELD_STRING, AT(struct bgp_policy_definition, name), .required = true },
	{ "statements", FIELD_OBJECTS, AT(struct bgp_policy_definition, statements),
	  .schema = &statement_schema, .required = true },
};
static const struct schema policy_definition_schema =
	SCHEMA(policy_definition_fields, struct bgp_policy_definition);

/* ---- definedSets ---- */

static const struct schema_field set_prefix_fields[] = {
	{ "ipPrefix", FIELD_STRING, AT(struct bgp_set_prefix, ip_prefix), .required = true },
	{ "maskLengthMin", FIELD_INT, AT(struct bgp_set_prefix, mask_length_min), UINT32 },
	{ "maskLengthMax", FIELD_INT, AT(struct bgp_set_prefix, mask_length_max), UINT32 },
};
static const struct schema set_prefix_schema = SCHEMA(set_prefix_fields, struct bgp_set_prefix);

static const struct schema_field defined_set_fields[] = {
	{ "type", FIELD_STRING, AT(struct bgp_defined_set, type), .required = true },
	{ "name", FIELD_STRING, AT(struct bgp_defined_set, name), .required = true },
	{ "list", FIELD_STRINGS, AT(struct bgp_defined_set, list) },
	{ "prefixes", FIELD_OBJECTS, AT(struct bgp_defined_set, prefixes),
	  .schema = &set_prefix_schema },
};
static const struct schema defined_set_schema =
	SCHEMA(defined_set_fields, struct bgp_defined_set);

/* ---- netlinkImport, netlinkExport ---- */

static const struct schema_field netlink_import_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_netlink_import, enabled),
	  .description = "whether addresses of interfaces become routes", .standard = "false" },
	{ "vrf", FIELD_STRING, AT(struct bgp_netlink_import, vrf),
	  .description = "the VRF that they go into" },
	{ "interfaceList", FIELD_STRINGS, AT(struct bgp_netlink_import, interface_list),
	  .description = "the interfaces, such as kube-lb0" },
};
static const struct schema netlink_import_schema =
	SCHEMA(netlink_import_fields, struct bgp_netlink_import);

static const struct schema_field export_rule_fields[] = {
	{ "name", FIELD_STRING, AT(struct bgp_export_rule, name), .required = true },
	{ "vrf", FIELD_STRING, AT(struct bgp_export_rule, vrf) },
	{ "tableId", FIELD_INT, AT(struct bgp_export_rule, table_id), INT32 },
	{ "metric", FIELD_INT, AT(struct bgp_export_rule, metric), UINT32 },
	{ "validateNexthop", FIELD_BOOL, AT(struct bgp_export_rule, validate_nexthop) },
	{ "communityList", FIELD_STRINGS, AT(struct bgp_export_rule, community_list),
	  .rule = rule_community, .pattern = "^[0-9]{1,5}:[0-9]{1,5}$" },
	{ "largeCommunityList", FIELD_STRINGS, AT(struct bgp_export_rule, large_community_list),
	  .rule = rule_large_community, .pattern = "^[0-9]+:[0-9]+:[0-9]+$" },
};
static const struct schema export_rule_schema =
	SCHEMA(export_rule_fields, struct bgp_export_rule);

static const struct schema_field netlink_export_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct bgp_netlink_export, enabled) },
	{ "dampeningInterval", FIELD_INT, AT(struct bgp_netlink_export, dampening_interval),
	  UINT32 },
	{ "routeProtocol", FIELD_INT, AT(struct bgp_netlink_export, route_protocol), INT32 },
	{ "rules", FIELD_OBJECTS, AT(struct bgp_netlink_export, rules),
	  .schema = &export_rule_schema },
};
static const struct schema netlink_export_schema =
	SCHEMA(netlink_export_fields, struct bgp_netlink_export);

/* ---- BGPConfiguration ---- */

static const struct schema_field bgp_spec_fields[] = {
	{ "global", FIELD_OBJECT, AT(struct bgp_configuration, global),
	  .schema = &global_schema, .required = true },
	{ "neighbors", FIELD_OBJECTS, AT(struct bgp_configuration, neighbors),
	  .schema = &neighbor_schema },
	{ "peerGroups", FIELD_OBJECTS, AT(struct bgp_configuration, peer_groups),
	  .schema = &peer_group_schema },
	{ "dynamicNeighbors", FIELD_OBJECTS, AT(struct bgp_configuration, dynamic_neighbors),
	  .schema = &dynamic_neighbor_schema },
	{ "vrfs", FIELD_OBJECTS, AT(struct bgp_configuration, vrfs), .schema = &vrf_schema },
	{ "policyDefinitions", FIELD_OBJECTS, AT(struct bgp_configuration, policy_definitions),
	  .schema = &policy_definition_schema },
	{ "definedSets", FIELD_OBJECTS, AT(struct bgp_configuration, defined_sets),
	  .schema = &defined_set_schema },
	{ "netlinkImport", FIELD_OBJECT, AT(struct bgp_configuration, netlink_import),
	  .schema = &netlink_import_schema },
	{ "netlinkExport", FIELD_OBJECT, AT(struct bgp_configuration, netlink_export),
	  .schema = &netlink_export_schema },
};
static const struct schema bgp_spec_schema = SCHEMA(bgp_spec_fields, struct bgp_configuration);

static const struct schema_field bgp_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(bgp_spec_schema),
	STATUS_IGNORED,
};
const struct schema bgp_configuration_schema = SCHEMA(bgp_fields, struct bgp_configuration);

/* ---- Secret ---- */

static const struct schema_field secret_fields[] = {
	OBJECT_FIELDS,
	{ "data", FIELD_STRING_MAP, AT(struct secret, data) },
	{ "stringData", FIELD_STRING_MAP, AT(struct secret, string_data) },
};
const struct schema secret_schema = SCHEMA(secret_fields, struct secret);
