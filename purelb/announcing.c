/* SPDX-License-Identifier: Apache-2.0 */
/* P6.3: the interface of a node on which an address is announced locally. */
#include "purelb/announcing.h"

#include "base/regex.h"
#include "base/text.h"

/* The last address of the interface whose network holds the VIP; NULL: none. */
static const struct node_net *net_for(const struct node_interface *interface, struct ip vip)
{
	const unsigned bad = ADDRESS_DEPRECATED | ADDRESS_TENTATIVE | ADDRESS_DADFAILED;
	const bool v6 = ip_family(vip) == IP_V6;
	const struct node_net *last = NULL;

	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		if (v6 && (net->flags & bad) != 0)
			continue;
		if (ip_net_contains(net->net, vip))
			last = net;
	}
	return last;
}

/* The match of the regular expression that comes first by name and carries the address. */
static const struct node_interface *by_regex(const struct agent_rule *rule,
					     const struct node_interface *interfaces,
					     uint32_t count, struct ip vip)
{
	const struct node_interface *first = NULL;

	for (uint32_t i = 0; i < count; i++) {
		const struct node_interface *it = &interfaces[i];

		if (str_equal(it->name, rule->dummy_interface) ||
		    !regex_match(rule->regex, it->name) || net_for(it, vip) == NULL)
			continue;
		if (first == NULL || str_compare(it->name, first->name) < 0)
			first = it;
	}
	return first;
}

static const struct node_interface *find_interface(const struct node_interface *interfaces,
						   uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++)
		if (str_equal(interfaces[i].name, name))
			return &interfaces[i];
	return NULL;
}

/* The first entry of `interfaces` that exists and carries the address. */
static const struct node_interface *by_list(const struct agent_rule *rule,
					    const struct node_interface *interfaces,
					    uint32_t count, struct ip vip)
{
	ARRAY_FOREACH (const struct str_value, name, &rule->agent->local.interfaces.list) {
		const struct node_interface *it;

		if (name->s == NULL || name->s[0] == '\0' ||
		    str_equal(name->s, rule->dummy_interface))
			continue;
		it = find_interface(interfaces, count, name->s);
		if (it != NULL && net_for(it, vip) != NULL)
			return it;
	}
	return NULL;
}

/* What localInterface gives: regex matches, or the default-route interface. */
static const struct node_interface *by_local_interface(const struct agent_rule *rule,
						       const struct inventory_node *node,
						       const struct node_interface *interfaces,
						       uint32_t count, struct ip vip)
{
	const struct node_interface *it;

	if (rule->regex != NULL)
		return by_regex(rule, interfaces, count, vip);
	it = default_interface(node, interfaces, count, ip_family(vip));
	return it != NULL && net_for(it, vip) != NULL ? it : NULL;
}

const struct node_interface *announcing_interface(const struct node_config *config,
						  const struct inventory_node *node,
						  const struct node_interface *interfaces,
						  uint32_t count, struct ip vip,
						  const struct node_net **net)
{
	const struct node_interface *it;

	if (!node_state_announces(config->state) || config->governing == NULL)
		return NULL;
	it = by_local_interface(config->governing, node, interfaces, count, vip);
	if (it == NULL)
		it = by_list(config->governing, interfaces, count, vip);
	if (it != NULL && net != NULL)
		*net = net_for(it, vip);
	return it;
}
