/* SPDX-License-Identifier: Apache-2.0 */
/* The schemas of NodeInventory, which describes nodes and routers, and of Capture, which says
 * what was read of a cluster and what was not. */
#include "config/objects/kinds.h"
#include "base/duration.h"
#include "base/text.h"
#include "config/objects/scenario.h"

/* ---- NodeInventory (C3) ---- */

static const struct schema_field inventory_address_fields[] = {
	{ "address", FIELD_STRING, AT(struct inventory_address, address), .required = true,
	  .description = "address with prefix length" },
	{ "flags", FIELD_STRINGS, AT(struct inventory_address, flags),
	  .description = "deprecated, tentative, dadfailed, permanent" },
};
static const struct schema inventory_address_schema = {
	.fields = inventory_address_fields,
	.count = ARRAY_LEN(inventory_address_fields),
	.size = sizeof(struct inventory_address),
	.shorthand = "address",
};

static const struct schema_field inventory_interface_fields[] = {
	{ "name", FIELD_STRING, AT(struct inventory_interface, name), .required = true,
	  .min_bytes = 1, .description = "as `ip link` names it" },
	{ "mac", FIELD_STRING, AT(struct inventory_interface, mac),
	  .description =
		  "its MAC address; default: derived from the node and interface names" },
	{ "addresses", FIELD_OBJECTS, AT(struct inventory_interface, addresses),
	  .schema = &inventory_address_schema,
	  .description = "its addresses with prefix lengths: [192.168.1.11/24]" },
	{ "up", FIELD_BOOL, AT(struct inventory_interface, up),
	  .description = "whether the link is up; default true" },
	{ "segment", FIELD_STRING, AT(struct inventory_interface, segment),
	  .description = "the L2 segment it is connected to" },
};
static const struct schema inventory_interface_schema =
	SCHEMA(inventory_interface_fields, struct inventory_interface);

static const char *const family_words[] = { "v4", "v6", NULL };
static const struct schema_field default_route_fields[] = {
	{ "interface", FIELD_STRING, AT(struct default_route, interface), .required = true,
	  .description = "the interface it leaves by" },
	{ "via", FIELD_STRING, AT(struct default_route, via),
	  .description = "the address of the gateway" },
	{ "metric", FIELD_INT, AT(struct default_route, metric), .bounded = true, .min = 0,
	  .max = UINT32_MAX, .rule_kind = PROBLEM_INVENTORY, .description = "the lowest wins" },
	{ "family", FIELD_STRING, AT(struct default_route, family), .words = family_words,
	  .rule_kind = PROBLEM_INVENTORY,
	  .description = "v4 or v6, if `via` does not imply it" },
};
static const struct schema default_route_schema =
	SCHEMA(default_route_fields, struct default_route);

static const struct schema_field inventory_node_fields[] = {
	{ "name", FIELD_STRING, AT(struct inventory_node, name), .required = true,
	  .min_bytes = 1, .description = "the name of its Node object" },
	{ "labels", FIELD_STRING_MAP, AT(struct inventory_node, labels),
	  .description = "labels in addition to those of its Node object" },
	{ "interfaces", FIELD_OBJECTS, AT(struct inventory_node, interfaces),
	  .schema = &inventory_interface_schema, .description = "its network interfaces" },
	{ "defaultRoutes", FIELD_OBJECTS, AT(struct inventory_node, default_routes),
	  .schema = &default_route_schema,
	  .description = "its default routes, of both families" },
	{ "sysctls", FIELD_SCALAR_MAP, AT(struct inventory_node, sysctls),
	  .description = "kernel settings: {net.ipv4.conf.all.arp_ignore: 1}" },
};
static const struct schema inventory_node_schema =
	SCHEMA(inventory_node_fields, struct inventory_node);

static const struct schema_field router_fields[] = {
	{ "name", FIELD_STRING, AT(struct router, name), .required = true, .min_bytes = 1,
	  .description = "any name, for reports" },
	{ "asn", FIELD_INT, AT(struct router, asn), .bounded = true, .min = 0,
	  .max = UINT32_MAX, .rule_kind = PROBLEM_INVENTORY,
	  .description = "its autonomous system number" },
	{ "addresses", FIELD_STRINGS, AT(struct router, addresses),
	  .description = "its addresses with prefix length" },
	{ "arpTimeout", FIELD_DURATION, AT(struct router, arp_timeout),
	  .description = "how long it keeps a neighbor entry: 4h" },
	{ "acceptsGratuitous", FIELD_BOOL, AT(struct router, accepts_gratuitous),
	  .description = "whether gratuitous ARP updates its entries" },
	{ "bgp", FIELD_OBJECT, AT(struct router, bgp), .schema = &router_bgp_schema,
	  .description = "its end of the BGP sessions" },
};
static const struct schema router_schema = SCHEMA(router_fields, struct router);

static const struct schema_field reserved_range_fields[] = {
	{ "name", FIELD_STRING, AT(struct reserved_range, name),
	  .description = "what the range is for, such as dhcp" },
	{ "range", FIELD_STRING, AT(struct reserved_range, range), .required = true,
	  .description = "an address, a CIDR, or from-to" },
};
const struct schema reserved_range_schema =
	SCHEMA(reserved_range_fields, struct reserved_range);

static const struct schema_field inventory_spec_fields[] = {
	{ "nodes", FIELD_OBJECTS, AT(struct node_inventory, nodes),
	  .schema = &inventory_node_schema, .description = "the nodes of the cluster" },
	{ "routers", FIELD_OBJECTS, AT(struct node_inventory, routers),
	  .schema = &router_schema, .description = "gateways and BGP peers" },
	{ "reserved", FIELD_OBJECTS, AT(struct node_inventory, reserved),
	  .schema = &reserved_range_schema,
	  .description = "ranges that somebody else hands out: DHCP, printers" },
};
static const struct schema inventory_spec_schema =
	SCHEMA(inventory_spec_fields, struct node_inventory);

static const struct schema_field inventory_fields[] = {
	OBJECT_FIELDS,
	{ "spec", FIELD_INLINE, AT(struct object, spec), .schema = &inventory_spec_schema,
	  .required = true },
};
const struct schema inventory_schema = SCHEMA(inventory_fields, struct node_inventory);

/* ---- Capture ---- */

static const struct kind_info *kind_named(const char *name)
{
	for (int i = 0; i < KIND_COUNT; i++)
		if (str_equal(kind_table[i].name, name))
			return &kind_table[i];
	return NULL;
}

const char *rule_kind_name(const char *text)
{
	return kind_named(text) != NULL ? NULL : "is not a kind that purelbtool reads";
}

#define KIND_FIELD                                                                             \
	{                                                                                      \
		"kind", FIELD_STRING, AT(struct captured_kind, kind),                          \
			.required = true, .rule = rule_kind_name,                              \
			.description = "such as Service"                                       \
	}

static const struct schema_field read_fields[] = {
	KIND_FIELD,
	{ "namespaces", FIELD_STRINGS, AT(struct captured_kind, namespaces),
	  .rule = rule_namespace_name, .description = "only these namespaces; default: all" },
};
static const struct schema read_schema = {
	.fields = read_fields,
	.count = ARRAY_LEN(read_fields),
	.size = sizeof(struct captured_kind),
	.shorthand = "kind",
};

static const struct schema_field unread_fields[] = {
	KIND_FIELD,
	{ "reason", FIELD_STRING, AT(struct captured_kind, reason),
	  .description = "what the cluster answered" },
};
static const struct schema unread_schema = {
	.fields = unread_fields,
	.count = ARRAY_LEN(unread_fields),
	.size = sizeof(struct captured_kind),
	.shorthand = "kind",
};

static const char *rule_capture_time(const char *text)
{
	int64_t ns;

	return rfc3339_parse(text, &ns) ? NULL : "is not a time such as 2026-03-02T10:00:00Z";
}

static const struct schema_field item_fields[] = {
	{ "path", FIELD_STRING, AT(struct captured_item, path), .required = true,
	  .description = "file in the folder of the capture" },
	{ "command", FIELD_STRING, AT(struct captured_item, command),
	  .description = "the command that printed it" },
	{ "failure", FIELD_STRING, AT(struct captured_item, failure),
	  .description = "why it could not be read; default: it could" },
};
static const struct schema item_schema = SCHEMA(item_fields, struct captured_item);

static const struct schema_field capture_spec_fields[] = {
	{ "capturedAt", FIELD_STRING, AT(struct capture, captured_at),
	  .rule = rule_capture_time,
	  .description =
		  "when the input was read; leases and ages are evaluated at this time" },
	{ "redacted", FIELD_BOOL, AT(struct capture, redacted),
	  .description = "names and addresses were replaced: who wins an election in the "
			 "cluster cannot be computed from them" },
	{ "versions", FIELD_SCALAR_MAP, AT(struct capture, versions),
	  .description = "versions of kubectl, Kubernetes and other programs" },
	{ "items", FIELD_OBJECTS, AT(struct capture, items), .schema = &item_schema,
	  .description = "what else was read, or could not be read" },
	{ "namespace", FIELD_STRING, AT(struct capture, install_namespace),
	  .rule = rule_namespace_name,
	  .description = "where PureLB is installed; -n or --namespace overrides it" },
	{ "read", FIELD_OBJECTS, AT(struct capture, read), .schema = &read_schema,
	  .description = "kinds of which the input contains every object" },
	{ "unread", FIELD_OBJECTS, AT(struct capture, unread), .schema = &unread_schema,
	  .description = "kinds that could not be read: nothing is known about them" },
};
static const struct schema capture_spec_schema = SCHEMA(capture_spec_fields, struct capture);

static const struct schema_field capture_fields[] = {
	OBJECT_FIELDS,
	{ "spec", FIELD_INLINE, AT(struct object, spec), .schema = &capture_spec_schema,
	  .required = true },
};
const struct schema capture_schema = SCHEMA(capture_fields, struct capture);
