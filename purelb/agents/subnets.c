/* SPDX-License-Identifier: Apache-2.0 */
/* P4.4 to P4.6: selected interfaces, advertised subnets, and their annotation. */
#include "purelb/agents/subnets.h"

#include <stdlib.h>
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "purelb/pools/order.h"

/* ---- interfaces ---- */

static enum ip_family subnets_route_family(const struct default_route *route)
{
	struct ip via;

	if (route->via.s != NULL && ip_parse(route->via.s, &via))
		return ip_family(via);
	return str_equal(route->family.s, "v6") ? IP_V6 : IP_V4;
}

static const struct node_interface *
subnets_find_interface(const struct node_interface *interfaces, uint32_t count,
		       const char *name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (str_equal(interfaces[i].name, name))
			return &interfaces[i];
	}
	return NULL;
}

/* P4.4 */
const struct node_interface *default_interface(const struct inventory_node *node,
					       const struct node_interface *interfaces,
					       uint32_t count, enum ip_family family)
{
	const struct default_route *best = NULL;

	if (node == NULL)
		return NULL;
	ARRAY_FOREACH (const struct default_route, route, &node->default_routes.list) {
		if (route->interface.s == NULL || subnets_route_family(route) != family)
			continue;
		/* Lowest metric, first on ties; without one it is 0. */
		if (best == NULL || route->metric.v < best->metric.v)
			best = route;
	}
	return best != NULL ? subnets_find_interface(interfaces, count, best->interface.s)
			    : NULL;
}

/* What is needed while interfaces are picked. */
struct picker {
	const struct node_interface *interfaces;
	uint32_t count;
	const struct node_interface **by_name; /* of each name the first; sorted */
	uint32_t names;
	bool *picked; /* by place in `interfaces` */
	struct arena *arena;
	struct interface_list *out;
};

static int subnets_compare_interfaces(const void *pa, const void *pb)
{
	const struct node_interface *const *a = pa;
	const struct node_interface *const *b = pb;
	int order = str_compare((*a)->name, (*b)->name);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static void subnets_index_names(struct picker *p)
{
	p->by_name = arena_alloc(p->arena, p->count * sizeof(*p->by_name));
	p->picked = arena_zalloc(p->arena, p->count, sizeof(*p->picked));
	for (uint32_t i = 0; i < p->count; i++)
		p->by_name[i] = &p->interfaces[i];
	order_sort(p->by_name, p->count, sizeof(*p->by_name), subnets_compare_interfaces);
	for (uint32_t i = 0; i < p->count; i++) {
		if (i == 0 || !str_equal(p->by_name[i]->name, p->by_name[p->names - 1]->name))
			p->by_name[p->names++] = p->by_name[i];
	}
}

static int subnets_compare_name(const void *name, const void *element)
{
	const struct node_interface *const *interface = element;

	return str_compare(name, (*interface)->name);
}

static void subnets_select(struct picker *p, const struct node_interface *interface)
{
	if (interface == NULL || p->picked[interface - p->interfaces])
		return;
	p->picked[interface - p->interfaces] = true;
	ARRAY_ADD(p->arena, &p->out->list, interface);
}

static void subnets_select_name(struct picker *p, const char *name)
{
	const struct node_interface *const *found =
		p->names > 0 ? bsearch(name, p->by_name, p->names, sizeof(*p->by_name),
				       subnets_compare_name)
			     : NULL;

	if (found != NULL)
		subnets_select(p, *found);
}

/* P4.4: `interfaces` without empty names and the dummy; loopback is fine here. */
static void subnets_select_listed(struct picker *p, const struct agent_rule *rule)
{
	ARRAY_FOREACH (const struct str_value, name, &rule->agent->local.interfaces.list) {
		if (name->s != NULL && name->s[0] != '\0' &&
		    !str_equal(name->s, rule->dummy_interface))
			subnets_select_name(p, name->s);
	}
}

/* P4.4: matches are unanchored; the dummy and loopback are left out. */
static void subnets_select_matching(struct picker *p, const struct agent_rule *rule)
{
	for (uint32_t i = 0; i < p->names; i++) {
		const struct node_interface *interface = p->by_name[i];

		if (!interface->loopback &&
		    !str_equal(interface->name, rule->dummy_interface) &&
		    regex_match(rule->regex, interface->name))
			subnets_select(p, interface);
	}
}

static void subnets_select_defaults(struct picker *p, const struct inventory_node *node)
{
	subnets_select(p, default_interface(node, p->interfaces, p->count, IP_V4));
	subnets_select(p, default_interface(node, p->interfaces, p->count, IP_V6));
}

void node_selected_interfaces(const struct node_config *config,
			      const struct inventory_node *node,
			      const struct node_interface *interfaces, uint32_t count,
			      struct arena *arena, struct interface_list *out)
{
	const struct agent_rule *rule = config->governing;
	struct picker picker = {
		.interfaces = interfaces,
		.count = count,
		.arena = arena,
		.out = out,
	};

	*out = (struct interface_list){ 0 };
	if (config->state == NODE_DESELECTED || config->state == NODE_INVALID)
		return; /* P4.3 */
	subnets_index_names(&picker);
	if (config->state != NODE_CONFIGURED) {
		subnets_select_defaults(&picker, node); /* P4.3: no-local and no-config */
		return;
	}
	subnets_select_listed(&picker, rule);
	if (rule->regex != NULL)
		subnets_select_matching(&picker, rule);
	else
		subnets_select_defaults(&picker, node);
}

/* ---- subnets ---- */

/* P4.4. P4.6: so a deprecated v6 VIP does not count, and a permanent one does. */
bool node_net_counts(const struct node_net *net)
{
	const unsigned bad = ADDRESS_DEPRECATED | ADDRESS_TENTATIVE | ADDRESS_DADFAILED;

	if (ip_family(net->net.address) == IP_V4)
		return true;
	return (net->flags & bad) == 0 && !ip_is_link_local(net->net.address);
}

static int subnets_compare_advertised(const void *pa, const void *pb)
{
	const struct advertised *a = pa;
	const struct advertised *b = pb;

	return strcmp(a->text, b->text);
}

/* The networks of the interfaces' addresses, each with its text. */
static void subnets_add_networks(const struct interface_list *selected, struct arena *arena,
				 struct subnet_list *out)
{
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct node_interface *, interface, &selected->list) {
		ARRAY_FOREACH (const struct node_net, net, &(*interface)->nets) {
			if (!node_net_counts(net))
				continue;

			struct advertised *subnet = ARRAY_PUSH(arena, &out->list);

			subnet->net = net->net;
			subnet->net.address = ip_net_first(net->net);
			subnet->text = arena_strdup(arena, ip_net_format(net->net, text));
			subnet->interface = (*interface)->name;
		}
	}
}

/* P4.4 */
void node_advertised(const struct interface_list *selected, struct arena *arena,
		     struct subnet_list *out)
{
	uint32_t kept = 0;

	*out = (struct subnet_list){ 0 };
	subnets_add_networks(selected, arena, out);
	if (out->list.count == 0)
		return;
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   subnets_compare_advertised);
	for (uint32_t i = 0; i < out->list.count; i++) {
		struct advertised *items = out->list.items;

		if (i == 0 || !str_equal(items[i].text, items[kept - 1].text))
			items[kept++] = items[i];
	}
	out->list.count = kept;
}

/* P4.4, P10.1 */
void node_lease_subnets(const struct node_config *config, const struct inventory_node *node,
			const struct node_interface *interfaces, uint32_t count,
			const struct interface_list *selected, struct arena *arena,
			struct subnet_list *out)
{
	static const struct node_config unconfigured = { .state = NODE_NO_CONFIG };
	struct interface_list defaults;

	if (config->lease_by_default) {
		node_selected_interfaces(&unconfigured, node, interfaces, count, arena,
					 &defaults);
		selected = &defaults;
	}
	node_advertised(selected, arena, out);
}

/* P4.5 */
void subnets_annotation_parse(const char *text, struct arena *arena, struct subnet_list *out)
{
	*out = (struct subnet_list){ 0 };
	while (out->list.count < SUBNETS_MAX) {
		size_t len = strcspn(text, ",");
		const char *entry = arena_strndup(arena, text, len);
		struct ip_net net;

		if (ip_net_parse(entry, &net)) {
			struct advertised *subnet = ARRAY_PUSH(arena, &out->list);

			subnet->net = net;
			subnet->text = entry;
		}
		if (text[len] == '\0')
			return;
		text += len + 1;
	}
}

/* P4.4 */
const char *subnets_annotation_text(const struct subnet_list *list, struct arena *arena)
{
	struct text joined = { 0 };

	ARRAY_FOREACH (const struct advertised, subnet, &list->list) {
		if (joined.len > 0)
			text_add_char(&joined, ',');
		text_add(&joined, subnet->text);
	}

	const char *copy = arena_strdup(arena, text_str(&joined));

	text_release(&joined);
	return copy;
}
