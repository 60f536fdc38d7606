/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ND001 and ND003: kernel settings of the interfaces that a node announces on.
 *
 * For each of them the kernel takes the higher one of the value for all interfaces and that
 * of the interface. What the inventory does not give is not judged.
 */
#include "base/text.h"
#include "validator/nodes.h"

struct setting {
	const char *name;
	enum check_code code;
	bool (*bad)(uint64_t value);
	bool but_default_route; /* the interface of the default route is exempt */
	const char *effect;     /* the end of the message */
	uint64_t wanted;
};

static bool arp_ignore_bad(uint64_t value)
{
	return value != 1 && value != 2;
}

static bool arp_announce_bad(uint64_t value)
{
	return value != 2;
}

static bool rp_filter_bad(uint64_t value)
{
	return value == 1;
}

static const struct setting settings[] = {
	{ "arp_ignore", CHECK_ND001, arp_ignore_bad, false,
	  "the node may answer ARP for addresses that another node announces", 1 },
	{ "arp_announce", CHECK_ND001, arp_announce_bad, false,
	  "the node's ARP requests may carry a service address and lead others to it", 2 },
	{ "rp_filter", CHECK_ND003, rp_filter_bad, true,
	  "clients outside its subnets are dropped there, as the way back to them is over "
	  "another interface",
	  2 },
};

/* The same sysctl, whether its parts are joined by dots or slashes: "eth0.5" is written
 * "eth0/5" in one spelling and "eth0.5" in the other. */
static bool key_matches(const char *key, const char *interface, const char *name)
{
	const char *const parts[] = { "net.ipv4.conf.", interface, ".", name };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (const char *p = parts[i]; *p != '\0'; p++, key++)
			if ((*key == '/' ? '.' : *key) != (*p == '/' ? '.' : *p))
				return false;
	return *key == '\0';
}

/* The entry with a number for that interface (or "all"), or NULL. */
static const struct label *find(const struct label_map *sysctls, const char *interface,
				const char *name, uint64_t *value)
{
	ARRAY_FOREACH (const struct label, label, &sysctls->list) {
		if (label->key.s == NULL || !key_matches(label->key.s, interface, name))
			continue;
		if (label->value.s == NULL || !parse_u64(label->value.s, 0, UINT32_MAX, value))
			return NULL;
		return label;
	}
	return NULL;
}

static void report_setting(const struct node_checks *nodes, const struct cluster_node *node,
			   const struct setting *setting, const struct label *label,
			   const char *interfaces)
{
	struct checker *ck = nodes->ck;
	struct finding *f = report(ck, setting->code, node->inventory_object, label->value.pos,
				   "%s is %s on %s of node \"%s\": %s", setting->name,
				   label->value.s, interfaces, node->name, setting->effect);

	finding_path(ck, f, "%s.sysctls[\"%s\"]", node->inventory_path, label->key.s);
	if (setting->but_default_route)
		finding_hint(ck, f,
			     "set %s to %llu for that interface (the higher value "
			     "counts), or route by source",
			     setting->name, (unsigned long long)setting->wanted);
	else
		finding_hint(ck, f, "set net.ipv4.conf.all.%s=%llu", setting->name,
			     (unsigned long long)setting->wanted);
}

/* Names of interfaces that owe a bad value to the setting for all. */
struct names {
	ARRAY_OF(const char *) list;
};

static void judge_interface(const struct node_checks *nodes, const struct cluster_node *node,
			    const struct setting *setting,
			    const struct node_interface *interface, const struct label **blamed,
			    struct names *names)
{
	const struct label_map *sysctls = &node->inventory->sysctls;
	uint64_t for_all = 0, own = 0;
	const struct label *all = find(sysctls, "all", setting->name, &for_all);
	const struct label *its = find(sysctls, interface->name, setting->name, &own);

	if (all == NULL && its == NULL)
		return;
	if (!setting->bad(for_all > own ? for_all : own))
		return;
	if (all == NULL || (its != NULL && own > for_all)) {
		report_setting(nodes, node, setting, its, interface->name);
		return;
	}
	*blamed = all;
	ARRAY_ADD(nodes->ck->arena, &names->list, interface->name);
}

static void judge_setting(const struct node_checks *nodes, const struct cluster_node *node,
			  const struct setting *setting)
{
	struct arena *arena = nodes->ck->arena;
	const struct node_interface *exempt = NULL;
	const struct label *blamed = NULL;
	struct names names = { 0 };

	if (setting->but_default_route)
		exempt = default_interface(node->inventory, node->interfaces.items,
					   node->interfaces.count, IP_V4);
	for (uint32_t i = 0; i < node->selected.list.count; i++) {
		const struct node_interface *interface = node->selected.list.items[i];

		if (interface == exempt || interface->loopback ||
		    !node_interface_has(interface, IP_V4))
			continue;
		judge_interface(nodes, node, setting, interface, &blamed, &names);
	}
	if (blamed == NULL)
		return;
	report_setting(
		nodes, node, setting, blamed,
		name_list(arena, names.list.items, names.list.count, NODE_NAMES_SHOWN_MAX));
}

void node_check_sysctls(const struct node_checks *nodes)
{
	const bool local_v4 = nodes->local.v4 != NULL;
	/* Without any group there is nothing that says what the nodes are for. */
	const bool any_v4 = nodes->any.v4 != NULL || !nodes->groups;

	ARRAY_FOREACH (const struct cluster_node, node, &nodes->ck->cluster->nodes) {
		if (node->inventory == NULL || node->inventory->sysctls.list.count == 0)
			continue;
		for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
			const bool wanted = settings[i].code == CHECK_ND001 ? local_v4 : any_v4;

			if (wanted)
				judge_setting(nodes, node, &settings[i]);
		}
	}
}
