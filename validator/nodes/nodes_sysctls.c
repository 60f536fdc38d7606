/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ND001 and ND003: kernel settings of the interfaces that a node announces on.
 *
 * For each of them the kernel takes the higher one of the value for all interfaces and that
 * of the interface. What the inventory does not give is not judged.
 */
#include "base/text.h"
#include "validator/nodes/nodes.h"

struct setting {
	const char *name;
	enum check_code code;
	/* What the value does, as the end of a message; NULL: it is as it should be. */
	const char *(*trouble)(uint64_t value);
	bool but_default_route; /* the interface of the default route is exempt */
	unsigned wanted;
};

static const char *arp_ignore_trouble(uint64_t value)
{
	if (value == 0)
		return "the node may answer ARP for addresses that another node announces";
	if (value == 1 || value == 2)
		return NULL;
	return "the kernel leaves ARP requests for service addresses unanswered";
}

static const char *arp_announce_trouble(uint64_t value)
{
	if (value == 2)
		return NULL;
	return "the node may send ARP requests in the name of a service address";
}

static const char *rp_filter_trouble(uint64_t value)
{
	if (value != 1)
		return NULL;
	return "packets of clients outside its subnets are dropped there, as the way back to "
	       "them is over another interface";
}

static const struct setting settings[] = {
	{ "arp_ignore", CHECK_ND001, arp_ignore_trouble, false, 1 },
	{ "arp_announce", CHECK_ND001, arp_announce_trouble, false, 2 },
	{ "rp_filter", CHECK_ND003, rp_filter_trouble, true, 2 },
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

/* A value and the interfaces that it makes trouble on. */
struct blame {
	const struct label *label;
	uint64_t value;
	ARRAY_OF(const char *) interfaces;
};

static void report_blame(const struct node_checks *nodes, const struct cluster_node *node,
			 const struct setting *setting, const struct blame *blame)
{
	struct checker *ck = nodes->ck;
	struct finding *f = report(ck, setting->code, node->inventory_object,
				   blame->label->value.pos, "%s is %s on %s of node \"%s\": %s",
				   setting->name, blame->label->value.s,
				   name_list(ck->arena, blame->interfaces.items,
					     blame->interfaces.count, NODE_NAMES_SHOWN_MAX),
				   node->name, setting->trouble(blame->value));

	finding_path(ck, f, "%s.sysctls[\"%s\"]", node->inventory_path, blame->label->key.s);
	if (setting->but_default_route)
		finding_hint(ck, f,
			     "set net.ipv4.conf.%s.%s=%u (the higher value counts), or route "
			     "by source address",
			     blame->interfaces.items[0], setting->name, setting->wanted);
	else
		finding_hint(ck, f, "set %s=%u", blame->label->key.s, setting->wanted);
}

/* Finds out which value to blame for the interface: its own is reported at once, that for all
 * collects the interfaces in *shared. */
static void judge_interface(const struct node_checks *nodes, const struct cluster_node *node,
			    const struct setting *setting,
			    const struct node_interface *interface, struct blame *shared)
{
	const struct label_map *sysctls = &node->inventory->sysctls;
	uint64_t for_all = 0, own = 0;
	const struct label *all = find(sysctls, "all", setting->name, &for_all);
	const struct label *its = find(sysctls, interface->name, setting->name, &own);
	struct blame alone = { .label = its, .value = own };

	if (all == NULL && its == NULL)
		return;
	if (setting->trouble(for_all > own ? for_all : own) == NULL)
		return;
	if (all == NULL || (its != NULL && own > for_all)) {
		ARRAY_ADD(nodes->ck->arena, &alone.interfaces, interface->name);
		report_blame(nodes, node, setting, &alone);
		return;
	}
	shared->label = all;
	shared->value = for_all;
	ARRAY_ADD(nodes->ck->arena, &shared->interfaces, interface->name);
}

static void judge_setting(const struct node_checks *nodes, const struct cluster_node *node,
			  const struct setting *setting)
{
	const struct node_interface *exempt = NULL;
	struct blame shared = { 0 };

	if (setting->but_default_route)
		exempt = default_interface(node->inventory, node->interfaces.items,
					   node->interfaces.count, IP_V4);
	for (uint32_t i = 0; i < node->selected.list.count; i++) {
		const struct node_interface *interface = node->selected.list.items[i];

		if (interface != exempt && !interface->loopback &&
		    node_interface_has(interface, IP_V4))
			judge_interface(nodes, node, setting, interface, &shared);
	}
	if (shared.label != NULL)
		report_blame(nodes, node, setting, &shared);
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
