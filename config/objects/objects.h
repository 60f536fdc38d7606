/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects that purelbtool reads, as typed structs. Each begins with `struct object`; each
 * value keeps its place in the input; absent is absent, defaults are applied by purelb/.
 * A field whose type was wrong in the input is absent here and has a problem of its own.
 */
#ifndef CONFIG_OBJECTS_OBJECTS_H
#define CONFIG_OBJECTS_OBJECTS_H

#include "config/objects/object.h"
#include "config/objects/objects_bgp.h"
#include "config/objects/objects_status.h"
#include "config/objects/objects_other.h"

/* ---- ServiceGroup (P1.1) ---- */

enum pool_list { POOL_V4POOLS, POOL_V6POOLS, POOL_V4POOL, POOL_V6POOL, POOL_LISTS };

struct address_pool {
	struct section at;
	struct str_value pool;
	struct str_value subnet;
	struct str_value aggregation;
	/* Of a group that is set aside: these values are not known. (I6.1a) */
	bool pool_unknown, subnet_unknown;
};

struct address_pools {
	struct section at;
	ARRAY_OF(struct address_pool) list;
};

/* spec.local or spec.remote. */
struct pool_spec {
	struct section at;
	struct address_pools v4pools, v6pools; /* plural lists */
	struct address_pool v4pool, v6pool;    /* singular forms; at.set tells */
	struct bool_value skip_ipv6_dad;       /* local only */
	struct bool_value multi_pool;
	struct bool_value balance_pools;
};

struct external_spec {
	struct section at;
	struct str_value provider;
	struct str_value socket;
	struct str_value announce; /* "local" or "remote" */
};

struct service_group {
	struct object object;
	struct str_list namespaces;
	struct bool_value enforce_namespaces;
	struct bool_value namespace_default;
	struct pool_spec local;
	struct pool_spec remote;
	struct external_spec external;
	struct group_status status;
};

/* ---- LBNodeAgent (P1.2) ---- */

struct garp_config {
	struct section at;
	struct bool_value enabled;
	struct str_value initial_delay;
	struct int_value count;
	struct str_value interval;
	struct bool_value verify_before_send;
};

struct address_options {
	struct section at;
	struct int_value valid_lifetime;     /* seconds */
	struct int_value preferred_lifetime; /* seconds */
	struct bool_value no_prefix_route;
};

struct address_config {
	struct section at;
	struct address_options local_interface;
	struct address_options dummy_interface;
};

struct address_guard {
	struct section at;
	struct str_value mode;
	struct str_value hook;
	struct str_value failure_policy;
	struct int_list allowed_protocols;
	struct str_list extra_interfaces;
	struct str_list exclude_interfaces;
};

struct agent_local {
	struct section at;
	struct str_value local_interface;
	struct str_value dummy_interface;
	struct str_list interfaces;
	struct garp_config garp_config;
	struct address_config address_config;
	struct address_guard address_guard;
};

struct lbnodeagent {
	struct object object;
	struct label_selector node_selector;
	struct agent_local local;
};

/* ---- Kubernetes' own kinds: what is read of them ---- */

struct node_address {
	struct section at;
	struct str_value type; /* "InternalIP", "ExternalIP", "Hostname" */
	struct str_value address;
};

struct node_addresses {
	struct section at;
	ARRAY_OF(struct node_address) list;
};

struct taint {
	struct section at;
	struct str_value key;
	struct str_value value;
	struct str_value effect;
};

struct taints {
	struct section at;
	ARRAY_OF(struct taint) list;
};

struct node {
	struct object object;
	struct str_value pod_cidr;
	struct str_list pod_cidrs;
	struct taints taints;
	struct str_value provider_id; /* "aws:///eu-west-1a/i-0abc" */
	struct node_addresses addresses;
	struct str_value kernel_version;
	struct str_value kubelet_version;
	struct status_conditions conditions;
};

struct lease {
	struct object object;
	struct str_value holder;
	struct int_value duration_seconds;
	struct str_value renew_time;
};

struct service_port {
	struct section at;
	struct str_value name;
	struct str_value protocol;
	struct int_value port;
	struct int_or_string target_port;
	struct int_value node_port;
	struct str_value app_protocol;
};

struct service_ports {
	struct section at;
	ARRAY_OF(struct service_port) list;
};

struct ingress {
	struct section at;
	struct str_value ip;
};

struct ingresses {
	struct section at;
	ARRAY_OF(struct ingress) list;
};

struct service {
	struct object object;
	struct str_value type;
	struct str_value load_balancer_class;
	struct str_value load_balancer_ip;
	struct str_value cluster_ip;
	struct str_list cluster_ips;
	struct str_list ip_families;
	struct str_value ip_family_policy;
	struct str_value external_traffic_policy;
	struct str_value internal_traffic_policy;
	struct str_value traffic_distribution;
	struct service_ports ports;
	struct label_map selector;
	struct str_list external_ips;
	struct str_list source_ranges;
	struct bool_value allocate_node_ports;
	struct bool_value publish_not_ready;
	struct int_value health_check_node_port;
	struct str_value external_name;
	struct str_value session_affinity;
	struct section affinity_config;
	struct int_value affinity_timeout;
	struct section status;
	struct ingresses ingress;
};

struct endpoint {
	struct section at;
	struct str_list addresses;
	struct bool_value ready;
	struct bool_value serving;
	struct bool_value terminating;
	struct str_value node_name;
};

struct endpoints {
	struct section at;
	ARRAY_OF(struct endpoint) list;
};

struct endpoint_slice {
	struct object object; /* the Service is in label kubernetes.io/service-name */
	struct str_value address_type;
	struct endpoints endpoints;
};

struct namespace
{
	struct object object;
};

struct volume_mount {
	struct section at;
	struct str_value name; /* of the volume */
	struct str_value path;
};

struct volume_mounts {
	struct section at;
	ARRAY_OF(struct volume_mount) list;
};

struct container {
	struct section at;
	struct str_value name;
	struct str_value image;
	struct str_value restart_policy; /* "Always": an init container that goes on running */
	struct volume_mounts mounts;
	struct str_list args;
	struct str_list command;
	struct env_vars env;
	struct bool_value privileged;
	struct section security_context;
	struct section capabilities;
	struct str_list capabilities_add;
};

struct containers {
	struct section at;
	ARRAY_OF(struct container) list;
};

struct toleration {
	struct section at;
	struct str_value key;
	struct str_value operator;
	struct str_value value;
	struct str_value effect;
};

struct tolerations {
	struct section at;
	ARRAY_OF(struct toleration) list;
};

struct node_selector_term {
	struct section at;
	struct match_expressions match_expressions; /* about labels */
	struct match_expressions match_fields;      /* about metadata.name */
};

/* Of a required node affinity: one of them has to hold. */
struct node_selector_terms {
	struct section at;
	ARRAY_OF(struct node_selector_term) list;
};

struct volume {
	struct section at;
	struct str_value name;
	struct section host_path; /* set: a folder of the node */
};

struct volumes {
	struct section at;
	ARRAY_OF(struct volume) list;
};

/* A DaemonSet or a Deployment. */
struct workload {
	struct object object;
	struct int_value replicas; /* of a Deployment */
	struct str_value strategy; /* "Recreate", "RollingUpdate" */
	struct containers init_containers;
	struct volumes volumes;
	struct label_map node_selector;
	struct node_selector_terms node_terms;
	struct tolerations tolerations;
	struct containers containers;
	struct workload_status status;
	bool placement_unknown; /* values that say on which nodes its Pods run are not known */
};

struct crd_property;

struct crd_properties {
	struct section at;
	ARRAY_OF(struct crd_property) list;
};

/* A field of a schema; a list has the properties of its items. */
struct crd_property {
	struct section at;
	struct str_value name;
	struct crd_properties properties;
	struct section additional;   /* a map: keys of any name */
	struct bool_value preserved; /* x-kubernetes-preserve-unknown-fields */
};

struct crd_version {
	struct section at;
	struct str_value name;
	struct bool_value served;
	struct crd_property root;       /* openAPIV3Schema */
	struct section status_resource; /* subresources.status */
};

struct crd_versions {
	struct section at;
	ARRAY_OF(struct crd_version) list;
};

struct crd {
	struct object object;
	struct str_value group;
	struct str_value crd_kind; /* spec.names.kind */
	struct crd_versions versions;
};

/* ---- NodeInventory (C3) ---- */

struct inventory_address {
	struct section at;
	struct str_value address; /* with prefix length */
	struct str_list flags;
};

struct inventory_addresses {
	struct section at;
	ARRAY_OF(struct inventory_address) list;
};

struct inventory_interface {
	struct section at;
	struct str_value name;
	struct str_value mac;
	struct inventory_addresses addresses;
	struct bool_value up;
	struct str_value segment;
};

struct inventory_interfaces {
	struct section at;
	ARRAY_OF(struct inventory_interface) list;
};

struct default_route {
	struct section at;
	struct str_value interface;
	struct str_value via;
	struct int_value metric;
	struct str_value family; /* "v4" or "v6" where there is no `via` */
};

struct default_routes {
	struct section at;
	ARRAY_OF(struct default_route) list;
};

struct inventory_node {
	struct section at;
	struct str_value name;
	struct label_map labels;
	struct inventory_interfaces interfaces;
	struct default_routes default_routes;
	struct label_map sysctls;
	bool captured; /* nobody wrote it: it is what `ip` and sysctl print there (O1.4) */
	bool partial;  /* likewise, and `ip` was asked for some of its interfaces only */
};

struct inventory_nodes {
	struct section at;
	ARRAY_OF(struct inventory_node) list;
};

struct router {
	struct section at;
	struct str_value name;
	struct int_value asn;
	struct str_list addresses; /* with prefix length */
	struct str_value arp_timeout;
	struct bool_value accepts_gratuitous;
	struct router_bgp bgp;
};

struct routers {
	struct section at;
	ARRAY_OF(struct router) list;
};

/* Addresses that somebody else hands out: DHCP, printers, another load balancer. (I7) */
struct reserved_range {
	struct section at;
	struct str_value name;
	struct str_value range; /* an address, a CIDR or from-to */
};

struct reserved_ranges {
	struct section at;
	ARRAY_OF(struct reserved_range) list;
};

struct node_inventory {
	struct object object;
	struct inventory_nodes nodes;
	struct routers routers;
	struct reserved_ranges reserved;
};

/* ---- Capture ---- */

/* One kind of which all objects are in the input, or none as they could not be read. */
struct captured_kind {
	struct section at;
	struct str_value kind;      /* "ServiceGroup": one of kind_table */
	struct str_list namespaces; /* read: only in these; empty: in all */
	struct str_value reason;    /* unread: what the cluster answered */
};

struct captured_kinds {
	struct section at;
	ARRAY_OF(struct captured_kind) list;
};

/* Something other than objects that was to be read: its file, and why there is none. */
struct captured_item {
	struct section at;
	struct str_value path;    /* in the folder of the capture; "nodes/node-a/addr.json" */
	struct str_value command; /* what printed it */
	struct str_value failure; /* why it could not be read; absent: it is there */
};

struct captured_items {
	struct section at;
	ARRAY_OF(struct captured_item) list;
};

struct capture {
	struct object object;
	struct str_value install_namespace; /* of PureLB */
	struct str_value captured_at;       /* RFC 3339: the clock of leases, Events, ages */
	struct bool_value redacted; /* names and addresses are not those of the cluster */
	struct label_map versions;  /* of programs: "kubernetes", "kubectl", … */
	struct captured_kinds read;
	struct captured_kinds unread;
	struct captured_items items;
};

#endif
