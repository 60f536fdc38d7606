/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema of Service v1, whole: what fields it has, their types, their words and the bounds
 * of their numbers (A5.1). The rules that one field alone cannot state are in service_rules.c.
 *
 * An empty text is the default to the API server in fields that it fills in by itself: their
 * words end with one.
 */
#include "config/objects/kinds.h"

#define PORT_NUMBER .bounded = true, .min = 1, .max = 65535

static const char *const protocol_words[] = { "TCP", "UDP", "SCTP", "", NULL };
static const struct schema_field service_port_fields[] = {
	{ "name", FIELD_STRING, AT(struct service_port, name) },
	{ "protocol", FIELD_STRING, AT(struct service_port, protocol),
	  .words = protocol_words },
	{ "port", FIELD_INT, AT(struct service_port, port), PORT_NUMBER, .required = true },
	{ "targetPort", FIELD_INT_OR_STRING, AT(struct service_port, target_port) },
	{ "nodePort", FIELD_INT, AT(struct service_port, node_port) },
	{ "appProtocol", FIELD_STRING, AT(struct service_port, app_protocol) },
};
static const struct schema service_port_schema =
	SCHEMA(service_port_fields, struct service_port);

static const struct schema_field client_ip_fields[] = {
	{ "timeoutSeconds", FIELD_INT, AT(struct service, affinity_timeout), .bounded = true,
	  .min = 1, .max = 86400 },
};
static const struct schema client_ip_schema = SCHEMA(client_ip_fields, struct service);

static const struct schema_field affinity_config_fields[] = {
	{ "clientIP", FIELD_INLINE, NO_OFFSET, .schema = &client_ip_schema },
};
static const struct schema affinity_config_schema =
	SCHEMA(affinity_config_fields, struct service);

static const char *const type_words[] = { "ClusterIP",    "NodePort", "LoadBalancer",
					  "ExternalName", "",         NULL };
static const char *const family_words[] = { "IPv4", "IPv6", NULL };
static const char *const policy_words[] = { "SingleStack", "PreferDualStack",
					    "RequireDualStack", NULL };
static const char *const external_words[] = { "Cluster", "Local", "", NULL };
static const char *const internal_words[] = { "Cluster", "Local", NULL };
static const char *const affinity_words[] = { "None", "ClientIP", "", NULL };
static const char *const distribution_words[] = { "PreferClose", "PreferSameZone",
						  "PreferSameNode", NULL };
static const struct schema_field service_spec_fields[] = {
	{ "type", FIELD_STRING, AT(struct service, type), .words = type_words,
	  .description = "LoadBalancer: it gets an address from PureLB",
	  .standard = "ClusterIP" },
	{ "loadBalancerClass", FIELD_STRING, AT(struct service, load_balancer_class),
	  .description =
		  "purelb.io/purelbv2: PureLB serves it; absent: the default load balancer does" },
	{ "loadBalancerIP", FIELD_STRING, AT(struct service, load_balancer_ip),
	  .description =
		  "the address that it requests; the annotation purelb.io/addresses takes "
		  "precedence" },
	{ "loadBalancerSourceRanges", FIELD_STRINGS, AT(struct service, source_ranges),
	  .description = "networks of the clients that may reach it; absent: all" },
	{ "allocateLoadBalancerNodePorts", FIELD_BOOL,
	  AT(struct service, allocate_node_ports) },
	{ "clusterIP", FIELD_STRING, AT(struct service, cluster_ip) },
	{ "clusterIPs", FIELD_STRINGS, AT(struct service, cluster_ips) },
	{ "externalIPs", FIELD_STRINGS, AT(struct service, external_ips) },
	{ "externalName", FIELD_STRING, AT(struct service, external_name) },
	{ "ipFamilies", FIELD_STRINGS, AT(struct service, ip_families), .words = family_words,
	  .description = "the families of its addresses, in order" },
	{ "ipFamilyPolicy", FIELD_STRING, AT(struct service, ip_family_policy),
	  .words = policy_words, .description = "whether it has addresses of one family or two",
	  .standard = "SingleStack" },
	{ "externalTrafficPolicy", FIELD_STRING, AT(struct service, external_traffic_policy),
	  .words = external_words,
	  .description =
		  "Local: only nodes with an endpoint take its traffic, and keep the address of the client",
	  .standard = "Cluster" },
	{ "internalTrafficPolicy", FIELD_STRING, AT(struct service, internal_traffic_policy),
	  .words = internal_words,
	  .description = "Local: Pods reach only endpoints on their own node",
	  .standard = "Cluster" },
	{ "trafficDistribution", FIELD_STRING, AT(struct service, traffic_distribution),
	  .words = distribution_words },
	{ "healthCheckNodePort", FIELD_INT, AT(struct service, health_check_node_port),
	  .bounded = true, .min = 0, .max = 65535 },
	{ "publishNotReadyAddresses", FIELD_BOOL, AT(struct service, publish_not_ready) },
	{ "sessionAffinity", FIELD_STRING, AT(struct service, session_affinity),
	  .words = affinity_words,
	  .description = "ClientIP: a client goes to the same endpoint again",
	  .standard = "None" },
	{ "sessionAffinityConfig", FIELD_INLINE, AT(struct service, affinity_config),
	  .schema = &affinity_config_schema },
	{ "selector", FIELD_STRING_MAP, AT(struct service, selector),
	  .description = "labels of the Pods that are its endpoints" },
	{ "ports", FIELD_OBJECTS, AT(struct service, ports), .schema = &service_port_schema,
	  .description = "its ports" },
};
static const struct schema service_spec_schema = SCHEMA(service_spec_fields, struct service);

static const struct schema_field ingress_fields[] = {
	{ "ip", FIELD_STRING, AT(struct ingress, ip) },
	IGNORED("hostname"),
	IGNORED("ipMode"),
	IGNORED("ports"),
};
static const struct schema ingress_schema = SCHEMA(ingress_fields, struct ingress);

static const struct schema_field load_balancer_fields[] = {
	{ "ingress", FIELD_OBJECTS, AT(struct service, ingress), .schema = &ingress_schema },
};
static const struct schema load_balancer_schema = SCHEMA(load_balancer_fields, struct service);

static const struct schema_field service_status_fields[] = {
	{ "loadBalancer", FIELD_INLINE, NO_OFFSET, .schema = &load_balancer_schema },
	IGNORED("conditions"),
};
static const struct schema service_status_schema =
	SCHEMA(service_status_fields, struct service);

static const struct schema_field service_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(service_spec_schema),
	{ "status", FIELD_INLINE, AT(struct service, status),
	  .schema = &service_status_schema },
};
const struct schema service_schema = SCHEMA(service_fields, struct service);

/* ---- a patch of one, in a scenario ---- */

static const struct schema_field patch_metadata_fields[] = {
	{ "annotations", FIELD_STRING_MAP, AT(struct object, annotations) },
	{ "labels", FIELD_STRING_MAP, AT(struct object, labels) },
};
static const struct schema patch_metadata_schema =
	SCHEMA(patch_metadata_fields, struct service);

/* What matters most may be written without `spec` or `metadata`. */
static const struct schema_field service_patch_fields[] = {
	{ "metadata", FIELD_INLINE, AT(struct object, metadata),
	  .schema = &patch_metadata_schema },
	SPEC_FIELD(service_spec_schema),
	{ "annotations", FIELD_STRING_MAP, AT(struct object, annotations) },
	{ "type", FIELD_STRING, AT(struct service, type), .words = type_words },
	{ "externalTrafficPolicy", FIELD_STRING, AT(struct service, external_traffic_policy),
	  .words = external_words },
	{ "ipFamilies", FIELD_STRINGS, AT(struct service, ip_families), .words = family_words },
	{ "ipFamilyPolicy", FIELD_STRING, AT(struct service, ip_family_policy),
	  .words = policy_words },
	{ "ports", FIELD_OBJECTS, AT(struct service, ports), .schema = &service_port_schema },
};
const struct schema service_patch_schema = SCHEMA(service_patch_fields, struct service);
