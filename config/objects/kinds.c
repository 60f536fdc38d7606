/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds that are read and their schemas (P1, C3). */
#include "config/objects/kinds.h"

#include <ctype.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "config/objects/scenario.h"

/* ---- rules for texts ---- */

/* ^(default|/([89]|[1-9][0-9]|1[01][0-9]|12[0-8]))$ (P1.1) */
const char *rule_aggregation(const char *text)
{
	uint64_t bits;

	if (strcmp(text, "default") == 0)
		return NULL;
	if (text[0] == '\0')
		return "is empty: omit the field to use the default";
	if (text[0] == '/' && text[1] != '0' && parse_u64(text + 1, 8, 128, &bits))
		return NULL;
	if (parse_u64(text, 8, 128, &bits))
		return "has no slash";
	return "is neither \"default\" nor a slash and a prefix length of 8 to 128";
}

const char *rule_namespace_name(const char *text)
{
	return dns_label_valid(text) ? NULL : "is not a valid namespace name";
}

static const char *rule_guard_interface(const char *text)
{
	size_t len = strlen(text);

	if (len < 1 || len > 15)
		return "is not an interface name of 1 to 15 bytes";
	for (; *text != '\0'; text++)
		if (*text == '/' || *text == ':' || isspace((unsigned char)*text))
			return "contains a slash, a colon or white space";
	return NULL;
}

/* RFC 3339, as Go reads it. */
static const char *rule_time(const char *text)
{
	int64_t ns;

	return rfc3339_parse(text, &ns) ? NULL : "is not a time such as 2026-01-31T10:00:00Z";
}

/* ---- metadata, the same for every kind ---- */

static const struct schema_field owner_fields[] = {
	{ "apiVersion", FIELD_STRING, AT(struct owner_reference, api_version) },
	{ "kind", FIELD_STRING, AT(struct owner_reference, kind) },
	{ "name", FIELD_STRING, AT(struct owner_reference, name) },
	{ "uid", FIELD_STRING, AT(struct owner_reference, uid) },
	{ "controller", FIELD_BOOL, AT(struct owner_reference, controller) },
	IGNORED("blockOwnerDeletion"),
};
static const struct schema owner_schema = SCHEMA(owner_fields, struct owner_reference);

static const struct schema_field metadata_fields[] = {
	{ "name", FIELD_STRING, AT(struct object, name), .keeps_unknown = true },
	{ "namespace", FIELD_STRING, AT(struct object, namespace_given) },
	{ "labels", FIELD_STRING_MAP, AT(struct object, labels) },
	{ "annotations", FIELD_STRING_MAP, AT(struct object, annotations) },
	{ "creationTimestamp", FIELD_STRING, AT(struct object, creation_time),
	  .rule = rule_time },
	{ "deletionTimestamp", FIELD_STRING, AT(struct object, deletion_time) },
	{ "generateName", FIELD_STRING, AT(struct object, generate_name) },
	{ "finalizers", FIELD_STRINGS, AT(struct object, finalizers) },
	{ "ownerReferences", FIELD_OBJECTS, AT(struct object, owners),
	  .schema = &owner_schema },
	IGNORED("managedFields"),
	{ "uid", FIELD_STRING, AT(struct object, uid) },
	IGNORED("resourceVersion"),
	IGNORED("generation"),
	IGNORED("deletionGracePeriodSeconds"),
	IGNORED("selfLink"),
};
const struct schema metadata_schema = SCHEMA(metadata_fields, struct object);

/* ---- ServiceGroup (P1.1) ---- */

static const struct schema_field address_pool_fields[] = {
	{ "pool", FIELD_STRING, AT(struct address_pool, pool), .required = true,
	  .description = "addresses as CIDR or from-to" },
	{ "subnet", FIELD_STRING, AT(struct address_pool, subnet), .required = true,
	  .description = "the subnet that contains them, as CIDR" },
	{ "aggregation", FIELD_STRING, AT(struct address_pool, aggregation),
	  .rule = rule_aggregation, .rule_is_later = true,
	  .pattern = "^(default|/([89]|[1-9][0-9]|1[01][0-9]|12[0-8]))$",
	  .description = "\"default\" or the prefix length to announce, with its slash",
	  .standard = "default" },
};
static const struct schema address_pool_schema =
	SCHEMA(address_pool_fields, struct address_pool);

/* What local and remote have in common. */
#define POOL_FIELDS                                                                                           \
	{ "v4pools", FIELD_OBJECTS, AT(struct pool_spec, v4pools),                                            \
	  .schema = &address_pool_schema,                                                                     \
	  .description = "ranges of IPv4 addresses, used in the order written" },                             \
		{ "v6pools", FIELD_OBJECTS, AT(struct pool_spec, v6pools),                                    \
		  .schema = &address_pool_schema,                                                             \
		  .description = "ranges of IPv6 addresses, used in the order written" },                     \
		{ "v4pool", FIELD_OBJECT, AT(struct pool_spec, v4pool),                                       \
		  .schema = &address_pool_schema,                                                             \
		  .description = "one more IPv4 range, used after those of v4pools" },                        \
		{ "v6pool", FIELD_OBJECT, AT(struct pool_spec, v6pool),                                       \
		  .schema = &address_pool_schema,                                                             \
		  .description = "one more IPv6 range, used after those of v6pools" },                        \
		{ "multiPool", FIELD_BOOL, AT(struct pool_spec, multi_pool),                                  \
		  .description =                                                                              \
			  "whether a Service gets one address of each range; not together with balancePools", \
		  .standard = "false" },                                                                      \
	{                                                                                                     \
		"balancePools", FIELD_BOOL, AT(struct pool_spec, balance_pools),                              \
			.description =                                                                        \
				"whether a Service gets an address of the range with the fewest in use",      \
			.standard = "false"                                                                   \
	}

static const struct schema_field local_pool_fields[] = {
	POOL_FIELDS,
	{ "skipIPv6DAD", FIELD_BOOL, AT(struct pool_spec, skip_ipv6_dad),
	  .description = "whether nodes use IPv6 addresses without duplicate address detection",
	  .standard = "false" },
};
static const struct schema local_pool_schema = SCHEMA(local_pool_fields, struct pool_spec);

static const struct schema_field remote_pool_fields[] = { POOL_FIELDS };
static const struct schema remote_pool_schema = SCHEMA(remote_pool_fields, struct pool_spec);

static const char *const announce_words[] = { "local", "remote", NULL };
static const struct schema_field external_fields[] = {
	{ "provider", FIELD_STRING, AT(struct external_spec, provider), .required = true,
	  .min_bytes = 1, .description = "the name of the external IPAM, for display only" },
	{ "socket", FIELD_STRING, AT(struct external_spec, socket),
	  .description = "the absolute path of the socket of the external IPAM",
	  .standard = "/var/run/purelb/ipam.sock" },
	{ "announce", FIELD_STRING, AT(struct external_spec, announce), .required = true,
	  .words = announce_words, .description = "how nodes announce the addresses" },
};
static const struct schema external_schema = SCHEMA(external_fields, struct external_spec);

static const struct schema_field group_spec_fields[] = {
	{ "local", FIELD_OBJECT, AT(struct service_group, local), .schema = &local_pool_schema,
	  .description = "addresses in the nodes' subnets, announced by ARP and NDP" },
	{ "remote", FIELD_OBJECT, AT(struct service_group, remote),
	  .schema = &remote_pool_schema,
	  .description = "addresses outside the nodes' subnets, for routing protocols" },
	{ "external", FIELD_OBJECT, AT(struct service_group, external),
	  .schema = &external_schema, .description = "addresses from another IPAM" },
	{ "namespaces", FIELD_STRINGS, AT(struct service_group, namespaces), .max_items = 1024,
	  .rule = rule_namespace_name, .pattern = PATTERN_DNS_LABEL,
	  .description = "namespaces that it serves; default: all" },
	{ "enforceNamespaces", FIELD_BOOL, AT(struct service_group, enforce_namespaces),
	  .description = "whether other namespaces are refused", .standard = "false" },
	{ "namespaceDefault", FIELD_BOOL, AT(struct service_group, namespace_default),
	  .description = "whether it is the default group of its namespaces",
	  .standard = "false" },
};
static const struct schema group_spec_schema = SCHEMA(group_spec_fields, struct service_group);

static const struct schema_field group_fields[] = {
	OBJECT_FIELDS,
	{ "spec", FIELD_INLINE, AT(struct object, spec), .schema = &group_spec_schema,
	  .required = true },
	{ "status", FIELD_OBJECT, AT(struct service_group, status),
	  .schema = &group_status_schema },
};
static const struct schema group_schema = SCHEMA(group_fields, struct service_group);

/* ---- label selector ---- */

static const struct schema_field match_expression_fields[] = {
	{ "key", FIELD_STRING, AT(struct match_expression, key), .required = true,
	  .description = "the label" },
	{ "operator", FIELD_STRING, AT(struct match_expression, operator), .required = true,
	  .description = "In, NotIn, Exists or DoesNotExist" },
	{ "values", FIELD_STRINGS, AT(struct match_expression, values),
	  .description = "for In and NotIn: the values; else none" },
};
static const struct schema match_expression_schema =
	SCHEMA(match_expression_fields, struct match_expression);

static const struct schema_field selector_fields[] = {
	{ "matchLabels", FIELD_STRING_MAP, AT(struct label_selector, match_labels),
	  .description = "labels that must all be present with these values" },
	{ "matchExpressions", FIELD_OBJECTS, AT(struct label_selector, match_expressions),
	  .schema = &match_expression_schema, .description = "conditions that all must hold" },
};
const struct schema selector_schema = SCHEMA(selector_fields, struct label_selector);

/* ---- LBNodeAgent (P1.2) ---- */

static const struct schema_field garp_fields[] = {
	{ "enabled", FIELD_BOOL, AT(struct garp_config, enabled),
	  .description = "whether gratuitous frames are sent", .standard = "true" },
	{ "initialDelay", FIELD_DURATION, AT(struct garp_config, initial_delay),
	  .description = "how long after an address is added the first one is sent",
	  .standard = "100ms" },
	{ "count", FIELD_INT, AT(struct garp_config, count), .bounded = true, .min = 1,
	  .max = 10, .description = "how many are sent", .standard = "3" },
	{ "interval", FIELD_DURATION, AT(struct garp_config, interval),
	  .description = "the time between them", .standard = "500ms" },
	{ "verifyBeforeSend", FIELD_BOOL, AT(struct garp_config, verify_before_send),
	  .description = "whether a node checks that it still has the address before each",
	  .standard = "true" },
};
static const struct schema garp_schema = SCHEMA(garp_fields, struct garp_config);

static const struct schema_field address_options_fields[] = {
	{ "validLifetime", FIELD_INT, AT(struct address_options, valid_lifetime),
	  .bounded = true, .min = 0, .max = INT64_MAX,
	  .description = "seconds that the kernel keeps the address; 0 means forever" },
	{ "preferredLifetime", FIELD_INT, AT(struct address_options, preferred_lifetime),
	  .bounded = true, .min = 0, .max = INT64_MAX,
	  .description = "seconds until the address is deprecated; at most validLifetime" },
	{ "noPrefixRoute", FIELD_BOOL, AT(struct address_options, no_prefix_route),
	  .description = "whether the kernel adds no route for the prefix of the address" },
};
static const struct schema address_options_schema =
	SCHEMA(address_options_fields, struct address_options);

static const struct schema_field address_config_fields[] = {
	{ "localInterface", FIELD_OBJECT, AT(struct address_config, local_interface),
	  .schema = &address_options_schema,
	  .description = "of addresses on local interfaces" },
	{ "dummyInterface", FIELD_OBJECT, AT(struct address_config, dummy_interface),
	  .schema = &address_options_schema,
	  .description = "of addresses on the dummy interface" },
};
static const struct schema address_config_schema =
	SCHEMA(address_config_fields, struct address_config);

static const char *const guard_modes[] = { "enforce", "monitor", NULL };
static const char *const guard_hooks[] = { "tcx", "xdp", NULL };
static const char *const guard_policies[] = { "closed", "open", NULL };
static const struct schema_field guard_fields[] = {
	{ "mode", FIELD_STRING, AT(struct address_guard, mode), .words = guard_modes,
	  .description = "whether frames are dropped or only counted", .standard = "enforce" },
	{ "hook", FIELD_STRING, AT(struct address_guard, hook), .words = guard_hooks,
	  .description = "where in the kernel frames are inspected", .standard = "tcx" },
	{ "failurePolicy", FIELD_STRING, AT(struct address_guard, failure_policy),
	  .words = guard_policies,
	  .description = "what happens to frames when the guard cannot work",
	  .standard = "closed" },
	{ "allowedProtocols", FIELD_INTS, AT(struct address_guard, allowed_protocols),
	  .bounded = true, .min = 0, .max = 255, .max_items = 32,
	  .description = "more IP protocols, by number, that may reach the addresses" },
	{ "extraInterfaces", FIELD_STRINGS, AT(struct address_guard, extra_interfaces),
	  .max_items = 64, .rule = rule_guard_interface, .pattern = "^[^/:\\s]{1,15}$",
	  .description = "more interfaces that are guarded" },
	{ "excludeInterfaces", FIELD_STRINGS, AT(struct address_guard, exclude_interfaces),
	  .max_items = 64, .rule = rule_guard_interface, .pattern = "^[^/:\\s]{1,15}$",
	  .description = "interfaces that are not guarded" },
};
static const struct schema guard_schema = SCHEMA(guard_fields, struct address_guard);

static const struct schema_field agent_local_fields[] = {
	{ "localInterface", FIELD_STRING, AT(struct agent_local, local_interface),
	  .description = "\"default\", or a regular expression for interface names",
	  .standard = "default" },
	{ "dummyInterface", FIELD_STRING, AT(struct agent_local, dummy_interface),
	  .description = "the interface that remote addresses are put on",
	  .standard = "kube-lb0" },
	{ "interfaces", FIELD_STRINGS, AT(struct agent_local, interfaces),
	  .description = "more interfaces, by name" },
	{ "garpConfig", FIELD_OBJECT, AT(struct agent_local, garp_config),
	  .schema = &garp_schema,
	  .description = "gratuitous ARP when an address moves; default: none is sent" },
	{ "addressConfig", FIELD_OBJECT, AT(struct agent_local, address_config),
	  .schema = &address_config_schema,
	  .description = "lifetimes and routes of the addresses that nodes add" },
	{ "addressGuard", FIELD_OBJECT, AT(struct agent_local, address_guard),
	  .schema = &guard_schema,
	  .description = "a filter for what is sent to the addresses; absent: off" },
};
static const struct schema agent_local_schema = SCHEMA(agent_local_fields, struct agent_local);

static const struct schema_field agent_spec_fields[] = {
	{ "nodeSelector", FIELD_OBJECT, AT(struct lbnodeagent, node_selector),
	  .schema = &selector_schema, .description = "the nodes it governs; absent: all" },
	{ "local", FIELD_OBJECT, AT(struct lbnodeagent, local), .schema = &agent_local_schema,
	  .description = "how they announce addresses" },
};
static const struct schema agent_spec_schema = SCHEMA(agent_spec_fields, struct lbnodeagent);

static const struct schema_field agent_fields[] = {
	OBJECT_FIELDS,
	{ "spec", FIELD_INLINE, AT(struct object, spec), .schema = &agent_spec_schema,
	  .required = true },
	STATUS_IGNORED,
};
static const struct schema agent_schema = SCHEMA(agent_fields, struct lbnodeagent);

/* ---- Node ---- */

static const struct schema_field taint_fields[] = {
	{ "key", FIELD_STRING, AT(struct taint, key) },
	{ "value", FIELD_STRING, AT(struct taint, value) },
	{ "effect", FIELD_STRING, AT(struct taint, effect) },
};
static const struct schema taint_schema = SCHEMA(taint_fields, struct taint);

static const struct schema_field node_spec_fields[] = {
	{ "podCIDR", FIELD_STRING, AT(struct node, pod_cidr) },
	{ "podCIDRs", FIELD_STRINGS, AT(struct node, pod_cidrs) },
	{ "taints", FIELD_OBJECTS, AT(struct node, taints), .schema = &taint_schema },
	{ "providerID", FIELD_STRING, AT(struct node, provider_id) },
};
static const struct schema node_spec_schema = SCHEMA(node_spec_fields, struct node);

static const struct schema_field node_address_fields[] = {
	{ "type", FIELD_STRING, AT(struct node_address, type) },
	{ "address", FIELD_STRING, AT(struct node_address, address) },
};
static const struct schema node_address_schema =
	SCHEMA(node_address_fields, struct node_address);

static const struct schema_field node_info_fields[] = {
	{ "kernelVersion", FIELD_STRING, AT(struct node, kernel_version) },
	{ "kubeletVersion", FIELD_STRING, AT(struct node, kubelet_version) },
};
static const struct schema node_info_schema = SCHEMA(node_info_fields, struct node);

static const struct schema_field node_status_fields[] = {
	{ "addresses", FIELD_OBJECTS, AT(struct node, addresses),
	  .schema = &node_address_schema },
	{ "conditions", FIELD_OBJECTS, AT(struct node, conditions),
	  .schema = &condition_status_schema },
	{ "nodeInfo", FIELD_INLINE, NO_OFFSET, .schema = &node_info_schema },
};
static const struct schema node_status_schema = SCHEMA(node_status_fields, struct node);

static const struct schema_field node_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(node_spec_schema),
	{ "status", FIELD_INLINE, NO_OFFSET, .schema = &node_status_schema },
};
static const struct schema node_schema = SCHEMA(node_fields, struct node);

/* ---- Lease ---- */

static const struct schema_field lease_spec_fields[] = {
	{ "holderIdentity", FIELD_STRING, AT(struct lease, holder) },
	{ "leaseDurationSeconds", FIELD_INT, AT(struct lease, duration_seconds) },
	{ "renewTime", FIELD_STRING, AT(struct lease, renew_time) },
};
static const struct schema lease_spec_schema = SCHEMA(lease_spec_fields, struct lease);

static const struct schema_field lease_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(lease_spec_schema),
};
static const struct schema lease_schema = SCHEMA(lease_fields, struct lease);

/* ---- EndpointSlice ---- */

static const struct schema_field condition_fields[] = {
	{ "ready", FIELD_BOOL, AT(struct endpoint, ready) },
	{ "serving", FIELD_BOOL, AT(struct endpoint, serving) },
	{ "terminating", FIELD_BOOL, AT(struct endpoint, terminating) },
};
static const struct schema condition_schema = SCHEMA(condition_fields, struct endpoint);

static const struct schema_field endpoint_fields[] = {
	{ "addresses", FIELD_STRINGS, AT(struct endpoint, addresses) },
	{ "conditions", FIELD_INLINE, NO_OFFSET, .schema = &condition_schema },
	{ "nodeName", FIELD_STRING, AT(struct endpoint, node_name) },
};
static const struct schema endpoint_schema = SCHEMA(endpoint_fields, struct endpoint);

static const struct schema_field endpoint_slice_fields[] = {
	OBJECT_FIELDS,
	{ "addressType", FIELD_STRING, AT(struct endpoint_slice, address_type) },
	{ "endpoints", FIELD_OBJECTS, AT(struct endpoint_slice, endpoints),
	  .schema = &endpoint_schema },
};
static const struct schema endpoint_slice_schema =
	SCHEMA(endpoint_slice_fields, struct endpoint_slice);

/* ---- Namespace ---- */

static const struct schema_field namespace_fields[] = { OBJECT_FIELDS };
static const struct schema namespace_schema = SCHEMA(namespace_fields, struct namespace);

/* ---- DaemonSet, Deployment ---- */

static const struct schema_field env_fields[] = {
	{ "name", FIELD_STRING, AT(struct env_var, name) },
	{ "value", FIELD_STRING, AT(struct env_var, value) },
};
const struct schema env_schema = SCHEMA(env_fields, struct env_var);

static const struct schema_field capability_fields[] = {
	{ "add", FIELD_STRINGS, AT(struct container, capabilities_add) },
};
static const struct schema capability_schema = SCHEMA(capability_fields, struct container);

static const struct schema_field security_fields[] = {
	{ "privileged", FIELD_BOOL, AT(struct container, privileged) },
	{ "capabilities", FIELD_INLINE, AT(struct container, capabilities),
	  .schema = &capability_schema },
};
static const struct schema security_schema = SCHEMA(security_fields, struct container);

static const struct schema_field volume_mount_fields[] = {
	{ "name", FIELD_STRING, AT(struct volume_mount, name) },
	{ "mountPath", FIELD_STRING, AT(struct volume_mount, path) },
};
static const struct schema volume_mount_schema =
	SCHEMA(volume_mount_fields, struct volume_mount);

static const struct schema_field container_fields[] = {
	{ "name", FIELD_STRING, AT(struct container, name) },
	{ "image", FIELD_STRING, AT(struct container, image) },
	{ "restartPolicy", FIELD_STRING, AT(struct container, restart_policy) },
	{ "volumeMounts", FIELD_OBJECTS, AT(struct container, mounts),
	  .schema = &volume_mount_schema },
	{ "args", FIELD_STRINGS, AT(struct container, args) },
	{ "command", FIELD_STRINGS, AT(struct container, command) },
	{ "env", FIELD_OBJECTS, AT(struct container, env), .schema = &env_schema },
	{ "securityContext", FIELD_INLINE, AT(struct container, security_context),
	  .schema = &security_schema },
};
static const struct schema container_schema = SCHEMA(container_fields, struct container);

static const struct schema_field toleration_fields[] = {
	{ "key", FIELD_STRING, AT(struct toleration, key) },
	{ "operator", FIELD_STRING, AT(struct toleration, operator) },
	{ "value", FIELD_STRING, AT(struct toleration, value) },
	{ "effect", FIELD_STRING, AT(struct toleration, effect) },
};
static const struct schema toleration_schema = SCHEMA(toleration_fields, struct toleration);

static const struct schema_field node_term_fields[] = {
	{ "matchExpressions", FIELD_OBJECTS, AT(struct node_selector_term, match_expressions),
	  .schema = &match_expression_schema },
	{ "matchFields", FIELD_OBJECTS, AT(struct node_selector_term, match_fields),
	  .schema = &match_expression_schema },
};
static const struct schema node_term_schema =
	SCHEMA(node_term_fields, struct node_selector_term);

static const struct schema_field required_affinity_fields[] = {
	{ "nodeSelectorTerms", FIELD_OBJECTS, AT(struct workload, node_terms),
	  .schema = &node_term_schema },
};
static const struct schema required_affinity_schema =
	SCHEMA(required_affinity_fields, struct workload);

static const struct schema_field node_affinity_fields[] = {
	{ "requiredDuringSchedulingIgnoredDuringExecution", FIELD_INLINE, NO_OFFSET,
	  .schema = &required_affinity_schema },
};
static const struct schema node_affinity_schema = SCHEMA(node_affinity_fields, struct workload);

static const struct schema_field affinity_fields[] = {
	{ "nodeAffinity", FIELD_INLINE, NO_OFFSET, .schema = &node_affinity_schema },
};
static const struct schema affinity_schema = SCHEMA(affinity_fields, struct workload);

static const struct schema_field volume_fields[] = {
	{ "name", FIELD_STRING, AT(struct volume, name) },
	{ "hostPath", FIELD_PRESENCE, AT(struct volume, host_path) },
};
static const struct schema volume_schema = SCHEMA(volume_fields, struct volume);

static const struct schema_field pod_spec_fields[] = {
	{ "volumes", FIELD_OBJECTS, AT(struct workload, volumes), .schema = &volume_schema },
	{ "initContainers", FIELD_OBJECTS, AT(struct workload, init_containers),
	  .schema = &container_schema },
	{ "affinity", FIELD_INLINE, NO_OFFSET, .schema = &affinity_schema },
	{ "nodeSelector", FIELD_STRING_MAP, AT(struct workload, node_selector) },
	{ "tolerations", FIELD_OBJECTS, AT(struct workload, tolerations),
	  .schema = &toleration_schema },
	{ "containers", FIELD_OBJECTS, AT(struct workload, containers),
	  .schema = &container_schema },
};
static const struct schema pod_spec_schema = SCHEMA(pod_spec_fields, struct workload);

static const struct schema_field template_fields[] = {
	{ "spec", FIELD_INLINE, NO_OFFSET, .schema = &pod_spec_schema },
};
static const struct schema template_schema = SCHEMA(template_fields, struct workload);

static const struct schema_field strategy_fields[] = {
	{ "type", FIELD_STRING, AT(struct workload, strategy) },
};
static const struct schema strategy_schema = SCHEMA(strategy_fields, struct workload);

static const struct schema_field workload_spec_fields[] = {
	{ "replicas", FIELD_INT, AT(struct workload, replicas) },
	{ "strategy", FIELD_INLINE, NO_OFFSET, .schema = &strategy_schema },
	{ "template", FIELD_INLINE, NO_OFFSET, .schema = &template_schema },
};
static const struct schema workload_spec_schema = SCHEMA(workload_spec_fields, struct workload);

static const struct schema_field workload_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(workload_spec_schema),
	{ "status", FIELD_OBJECT, AT(struct workload, status),
	  .schema = &workload_status_schema },
};
static const struct schema workload_schema = SCHEMA(workload_fields, struct workload);

/* ---- CustomResourceDefinition: which fields its schemas know ---- */

extern const struct schema crd_property_schema;

/* The items of a list count as the list itself. */
static const struct schema_field crd_items_fields[] = {
	{ "properties", FIELD_NAMED, AT(struct crd_property, properties),
	  .schema = &crd_property_schema },
	{ "additionalProperties", FIELD_PRESENCE, AT(struct crd_property, additional) },
	{ "x-kubernetes-preserve-unknown-fields", FIELD_BOOL,
	  AT(struct crd_property, preserved) },
};
static const struct schema crd_items_schema = SCHEMA(crd_items_fields, struct crd_property);

static const struct schema_field crd_property_fields[] = {
	{ "properties", FIELD_NAMED, AT(struct crd_property, properties),
	  .schema = &crd_property_schema },
	{ "items", FIELD_INLINE, NO_OFFSET, .schema = &crd_items_schema },
	{ "additionalProperties", FIELD_PRESENCE, AT(struct crd_property, additional) },
	{ "x-kubernetes-preserve-unknown-fields", FIELD_BOOL,
	  AT(struct crd_property, preserved) },
};
const struct schema crd_property_schema = SCHEMA(crd_property_fields, struct crd_property);

static const struct schema_field crd_version_schema_fields[] = {
	{ "openAPIV3Schema", FIELD_OBJECT, AT(struct crd_version, root),
	  .schema = &crd_property_schema },
};
static const struct schema crd_version_schema_schema =
	SCHEMA(crd_version_schema_fields, struct crd_version);

static const struct schema_field crd_subresource_fields[] = {
	{ "status", FIELD_PRESENCE, AT(struct crd_version, status_resource) },
};
static const struct schema crd_subresource_schema =
	SCHEMA(crd_subresource_fields, struct crd_version);

static const struct schema_field crd_version_fields[] = {
	{ "name", FIELD_STRING, AT(struct crd_version, name) },
	{ "served", FIELD_BOOL, AT(struct crd_version, served) },
	{ "schema", FIELD_INLINE, NO_OFFSET, .schema = &crd_version_schema_schema },
	{ "subresources", FIELD_INLINE, NO_OFFSET, .schema = &crd_subresource_schema },
};
static const struct schema crd_version_schema = SCHEMA(crd_version_fields, struct crd_version);

static const struct schema_field crd_names_fields[] = {
	{ "kind", FIELD_STRING, AT(struct crd, crd_kind) },
};
static const struct schema crd_names_schema = SCHEMA(crd_names_fields, struct crd);

static const struct schema_field crd_spec_fields[] = {
	{ "group", FIELD_STRING, AT(struct crd, group) },
	{ "names", FIELD_INLINE, NO_OFFSET, .schema = &crd_names_schema },
	{ "versions", FIELD_OBJECTS, AT(struct crd, versions), .schema = &crd_version_schema },
};
static const struct schema crd_spec_schema = SCHEMA(crd_spec_fields, struct crd);

static const struct schema_field crd_fields[] = {
	OBJECT_FIELDS,
	SPEC_FIELD(crd_spec_schema),
};
static const struct schema crd_schema = SCHEMA(crd_fields, struct crd);

/* ---- the table of kinds ---- */

#define ROW(kind_, schema_, struct_)                                                           \
	.kind = (kind_), .schema = &(schema_), .size = sizeof(struct_)

const struct kind_info kind_table[KIND_COUNT] = {
	[KIND_SERVICE_GROUP] = { ROW(KIND_SERVICE_GROUP, group_schema, struct service_group),
				 .name = "ServiceGroup", .group = "purelb.io", .version = "v2",
				 .ours = true, .in_install_namespace = true },
	[KIND_LBNODEAGENT] = { ROW(KIND_LBNODEAGENT, agent_schema, struct lbnodeagent),
			       .name = "LBNodeAgent", .group = "purelb.io", .version = "v2",
			       .ours = true, .in_install_namespace = true },
	[KIND_BGP_CONFIGURATION] = { ROW(KIND_BGP_CONFIGURATION, bgp_configuration_schema,
					 struct bgp_configuration),
				     .name = "BGPConfiguration", .group = "bgp.purelb.io",
				     .version = "v1", .ours = true,
				     .in_install_namespace = true,
				     .noted = offsetof(struct bgp_configuration, noted) },
	[KIND_NODE] = { ROW(KIND_NODE, node_schema, struct node), .name = "Node", .group = "",
			.version = "v1", .cluster_scoped = true },
	[KIND_LEASE] = { ROW(KIND_LEASE, lease_schema, struct lease), .name = "Lease",
			 .group = "coordination.k8s.io", .version = NULL,
			 .in_install_namespace = true },
	[KIND_SERVICE] = { ROW(KIND_SERVICE, service_schema, struct service), .name = "Service",
			   .group = "", .version = "v1" },
	[KIND_ENDPOINT_SLICE] = { ROW(KIND_ENDPOINT_SLICE, endpoint_slice_schema,
				      struct endpoint_slice),
				  .name = "EndpointSlice", .group = "discovery.k8s.io",
				  .version = NULL },
	[KIND_NAMESPACE] = { ROW(KIND_NAMESPACE, namespace_schema, struct namespace),
			     .name = "Namespace", .group = "", .version = "v1",
			     .cluster_scoped = true },
	[KIND_DAEMON_SET] = { ROW(KIND_DAEMON_SET, workload_schema, struct workload),
			      .name = "DaemonSet", .group = "apps", .version = NULL,
			      .in_install_namespace = true },
	[KIND_DEPLOYMENT] = { ROW(KIND_DEPLOYMENT, workload_schema, struct workload),
			      .name = "Deployment", .group = "apps", .version = NULL,
			      .in_install_namespace = true },
	[KIND_CRD] = { ROW(KIND_CRD, crd_schema, struct crd),
		       .name = "CustomResourceDefinition", .group = "apiextensions.k8s.io",
		       .version = NULL, .cluster_scoped = true },
	[KIND_SECRET] = { ROW(KIND_SECRET, secret_schema, struct secret), .name = "Secret",
			  .group = "", .version = "v1" },
	[KIND_POD] = { ROW(KIND_POD, pod_schema, struct pod), .name = "Pod", .group = "",
		       .version = "v1" },
	[KIND_EVENT] = { ROW(KIND_EVENT, kube_event_schema, struct event), .name = "Event",
			 .group = "", .version = "v1" },
	[KIND_EVENT_NEW] = { ROW(KIND_EVENT_NEW, kube_event_schema, struct event),
			     .name = "Event", .group = "events.k8s.io", .version = NULL },
	[KIND_BGP_NODE_STATUS] = { ROW(KIND_BGP_NODE_STATUS, bgp_node_status_schema,
				       struct bgp_node_report),
				   .name = "BGPNodeStatus", .group = "bgp.purelb.io",
				   .version = NULL, .cluster_scoped = true },
	[KIND_CONFIG_MAP] = { ROW(KIND_CONFIG_MAP, config_map_schema, struct config_map),
			      .name = "ConfigMap", .group = "", .version = "v1" },
	[KIND_KUBE_PROXY] = { ROW(KIND_KUBE_PROXY, kube_proxy_schema, struct kube_proxy),
			      .name = "KubeProxyConfiguration",
			      .group = "kubeproxy.config.k8s.io", .version = NULL,
			      .cluster_scoped = true, .nameless = true },
	[KIND_METALLB_POOL] = { ROW(KIND_METALLB_POOL, metallb_pool_schema,
				    struct metallb_pool),
				.name = "IPAddressPool", .group = "metallb.io",
				.version = NULL },
	[KIND_METALLB_OLD_POOL] = { ROW(KIND_METALLB_OLD_POOL, metallb_pool_schema,
					struct metallb_pool),
				    .name = "AddressPool", .group = "metallb.io",
				    .version = NULL },
	[KIND_CILIUM_POOL] = { ROW(KIND_CILIUM_POOL, cilium_pool_schema, struct cilium_pool),
			       .name = "CiliumLoadBalancerIPPool", .group = "cilium.io",
			       .version = NULL, .cluster_scoped = true },
	[KIND_NODE_INVENTORY] = { ROW(KIND_NODE_INVENTORY, inventory_schema,
				      struct node_inventory),
				  .name = "NodeInventory", .group = "purelbtool.purelb.io",
				  .version = "v1", .ours = true, .cluster_scoped = true },
	[KIND_SCENARIO] = { ROW(KIND_SCENARIO, scenario_schema, struct scenario),
			    .name = "Scenario", .group = "purelbtool.purelb.io",
			    .version = "v1", .ours = true, .cluster_scoped = true },
	[KIND_CAPTURE] = { ROW(KIND_CAPTURE, capture_schema, struct capture), .name = "Capture",
			   .group = "purelbtool.purelb.io", .version = "v1", .ours = true,
			   .cluster_scoped = true },
};

bool kind_makes_secret(const char *name, const char *api_version)
{
	return (strcmp(name, "SealedSecret") == 0 &&
		str_has_prefix(api_version, "bitnami.com/")) ||
	       (strcmp(name, "ExternalSecret") == 0 &&
		str_has_prefix(api_version, "external-secrets.io/"));
}

const struct kind_info *kind_find(const char *name, const char *api_version)
{
	const char *slash = strchr(api_version, '/');
	size_t group_len = slash != NULL ? (size_t)(slash - api_version) : 0;
	const char *version = slash != NULL ? slash + 1 : api_version;

	if (kind_makes_secret(name, api_version))
		return &kind_table[KIND_SECRET];
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const struct kind_info *k = &kind_table[i];

		if (strcmp(k->name, name) != 0 || strlen(k->group) != group_len ||
		    memcmp(k->group, api_version, group_len) != 0)
			continue;
		return k->version == NULL || strcmp(k->version, version) == 0 ? k : NULL;
	}
	return NULL;
}
