/* SPDX-License-Identifier: Apache-2.0 */
/* ND002 and ND008: the default routes that `localInterface: default` goes by. */
#include "base/text.h"
#include "validator/nodes/nodes.h"

/* An LBNodeAgent with `localInterface: default` that is in force on the node, or NULL. */
static const struct agent_rule *default_rule(const struct cluster_node *node)
{
	const struct agent_rule *rule = node->config.governing;

	if (node->config.state != NODE_CONFIGURED || rule == NULL || !rule->is_default)
		return NULL;
	return rule;
}

/* True when the list of routes is not to be trusted: other findings say why. */
static bool routes_broken(const struct node_checks *nodes, const struct cluster_node *node)
{
	char *path = arena_printf(nodes->ck->arena, "%s.defaultRoutes", node->inventory_path);

	if (type_errors_at(&nodes->type_errors, node->inventory_object, path))
		return true;
	ARRAY_FOREACH (const struct default_route, route, &node->inventory->default_routes.list)
		if (node_route_family(route) == IP_NONE)
			return true;
	return false;
}

static bool has_route(const struct cluster_node *node, enum ip_family family)
{
	ARRAY_FOREACH (const struct default_route, route, &node->inventory->default_routes.list)
		if (node_route_family(route) == family)
			return true;
	return false;
}

static void report_no_route(const struct node_checks *nodes, const struct cluster_node *node,
			    const struct agent_rule *rule, const struct pool *pool,
			    enum ip_family family)
{
	struct checker *ck = nodes->ck;
	const struct default_routes *routes = &node->inventory->default_routes;
	const struct str_value *setting = &rule->agent->local.local_interface;
	const char *name = ip_family_name(family);
	struct finding *f = report(
		ck, CHECK_ND002, node->inventory_object,
		routes->at.set ? routes->at.pos : node->inventory->name.pos,
		"node \"%s\" has no %s default route, and LBNodeAgent \"%s\" looks nowhere "
		"else: %s addresses, such as those of group \"%s\", are not announced there",
		node->name, name, rule->agent->object.name.s, name, pool->name);

	finding_path(ck, f, "%s.%s", node->inventory_path,
		     routes->at.set ? "defaultRoutes" : "name");
	finding_hint(ck, f,
		     "give the node an %s default route, or list its interface under "
		     "spec.local.interfaces of the LBNodeAgent",
		     name);
	finding_related(ck, f, setting->s != NULL ? setting->pos : rule->agent->object.name.pos,
			"localInterface is \"default\" here");
}

/* ND002: remote addresses are lost too, as the attempt ends before they are reached. (P6.3) */
static void check_no_route(const struct node_checks *nodes, const struct cluster_node *node)
{
	const struct agent_rule *rule = default_rule(node);

	if (rule == NULL || rule->agent->local.interfaces.list.count > 0 ||
	    node->inventory->interfaces.list.count == 0 || routes_broken(nodes, node))
		return;
	if (nodes->any.v4 != NULL && !has_route(node, IP_V4))
		report_no_route(nodes, node, rule, nodes->any.v4, IP_V4);
	if (nodes->any.v6 != NULL && !has_route(node, IP_V6))
		report_no_route(nodes, node, rule, nodes->any.v6, IP_V6);
}

static int64_t metric_of(const struct default_route *route)
{
	return route->metric.set ? route->metric.v : 0;
}

/* The family's route with the lowest metric, the first on ties; NULL: none. */
static const struct default_route *best_route(const struct default_routes *routes,
					      enum ip_family family)
{
	const struct default_route *best = NULL;

	ARRAY_FOREACH (const struct default_route, route, &routes->list) {
		if (node_route_family(route) != family)
			continue;
		if (best == NULL || metric_of(route) < metric_of(best))
			best = route;
	}
	return best;
}

static void report_tie(struct checker *ck, const struct cluster_node *node,
		       const struct default_route *best, const struct default_route *other,
		       enum ip_family family)
{
	const struct default_routes *routes = &node->inventory->default_routes;
	struct finding *f = report(
		ck, CHECK_ND008, node->inventory_object, other->interface.pos,
		"node \"%s\" has %s default routes over \"%s\" and \"%s\" "
		"with one metric: which of them PureLB takes as the default "
		"interface may change with every restart",
		node->name, ip_family_name(family), best->interface.s, other->interface.s);

	finding_path(ck, f, "%s.defaultRoutes[%u].interface", node->inventory_path,
		     (uint32_t)(other - routes->list.items));
	finding_hint(ck, f,
		     "give one of them a higher metric, or name the interface in "
		     "localInterface (^%s$)",
		     best->interface.s);
	finding_related(ck, f, best->interface.pos, "the other default route");
}

/* ND008 */
static void check_tie(struct checker *ck, const struct cluster_node *node,
		      enum ip_family family)
{
	const struct default_routes *routes = &node->inventory->default_routes;
	const struct default_route *best = best_route(routes, family);

	if (best == NULL || best->interface.s == NULL)
		return;
	ARRAY_FOREACH (const struct default_route, route, &routes->list) {
		if (node_route_family(route) != family || route->interface.s == NULL ||
		    metric_of(route) != metric_of(best) ||
		    str_equal(route->interface.s, best->interface.s))
			continue;
		report_tie(ck, node, best, route, family);
		return;
	}
}

/* A node that is governed by a regular expression never asks for the default interface. */
static bool asks_for_default(const struct cluster_node *node)
{
	return node->config.state != NODE_CONFIGURED || default_rule(node) != NULL;
}

void node_check_routes(const struct node_checks *nodes)
{
	ARRAY_FOREACH (const struct cluster_node, node, &nodes->ck->cluster->nodes) {
		if (node->inventory == NULL)
			continue;
		check_no_route(nodes, node);
		if (!asks_for_default(node))
			continue;
		check_tie(nodes->ck, node, IP_V4);
		check_tie(nodes->ck, node, IP_V6);
	}
}
