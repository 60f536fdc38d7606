/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes as the NodeInventory that describes them. */
#include "reports/elections/elections.h"

#include "base/text.h"
#include "reports/model/json_yaml.h"

/* An address without flags is its text alone. */
static cJSON *inventory_address_json(const struct inventory_address *address)
{
	cJSON *object, *flags;

	if (address->flags.list.count == 0)
		return json_string(address->address.s);
	object = cJSON_CreateObject();
	flags = cJSON_CreateArray();
	json_add_text(object, "address", address->address.s);
	json_add(object, "flags", flags);
	ARRAY_FOREACH (const struct str_value, flag, &address->flags.list)
		json_append(flags, json_string(flag->s));
	return object;
}

static cJSON *inventory_interface_json(const struct inventory_interface *interface)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *addresses = cJSON_CreateArray();

	json_add_text(object, "name", interface->name.s);
	json_add_text(object, "mac", interface->mac.s);
	json_add(object, "addresses", addresses);
	ARRAY_FOREACH (const struct inventory_address, address, &interface->addresses.list)
		json_append(addresses, inventory_address_json(address));
	if (interface->up.set)
		json_add_bool(object, "up", interface->up.v);
	json_add_text(object, "segment", interface->segment.s);
	return object;
}

static cJSON *inventory_route_json(const struct default_route *route)
{
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "interface", route->interface.s);
	json_add_text(object, "via", route->via.s);
	json_add_text(object, "family", route->family.s);
	if (route->metric.set)
		json_add_number(object, "metric", (uint32_t)route->metric.v);
	return object;
}

static cJSON *inventory_sysctls_json(const struct label_map *sysctls)
{
	cJSON *object = cJSON_CreateObject();

	ARRAY_FOREACH (const struct label, sysctl, &sysctls->list) {
		uint64_t number;

		if (cJSON_GetObjectItemCaseSensitive(object, sysctl->key.s) != NULL)
			cJSON_DeleteItemFromObjectCaseSensitive(object, sysctl->key.s);
		if (parse_u64(sysctl->value.s, 0, UINT32_MAX, &number))
			json_add_number(object, sysctl->key.s, (uint32_t)number);
		else
			json_add_text(object, sysctl->key.s, sysctl->value.s);
	}
	return object;
}

static cJSON *inventory_node_json(const struct inventory_node *node)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *interfaces = cJSON_CreateArray();
	cJSON *routes = cJSON_CreateArray();

	json_add_text(object, "name", node->name.s);
	json_add(object, "interfaces", interfaces);
	ARRAY_FOREACH (const struct inventory_interface, interface, &node->interfaces.list)
		json_append(interfaces, inventory_interface_json(interface));
	json_add(object, "defaultRoutes", routes);
	ARRAY_FOREACH (const struct default_route, route, &node->default_routes.list)
		json_append(routes, inventory_route_json(route));
	if (node->sysctls.at.set)
		json_add(object, "sysctls", inventory_sysctls_json(&node->sysctls));
	return object;
}

cJSON *inventory_json(const char *name, const struct inventory_node *nodes, uint32_t count)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *metadata = cJSON_CreateObject();
	cJSON *spec = cJSON_CreateObject();
	cJSON *list = cJSON_CreateArray();

	json_add_text(document, "apiVersion", "purelbtool.purelb.io/v1");
	json_add_text(document, "kind", "NodeInventory");
	json_add(document, "metadata", metadata);
	json_add_text(metadata, "name", name);
	json_add(document, "spec", spec);
	json_add(spec, "nodes", list);
	for (uint32_t i = 0; i < count; i++)
		json_append(list, inventory_node_json(&nodes[i]));
	return document;
}
