/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG016 to BG022: the router IDs of the nodes, as routerID, its templates and routerIDPool
 * give them, against each other and against addresses that are in use.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"

enum { PLACES_MAX = 4 }; /* related places of one finding */

/* ---- what is asked ---- */

static const char *router_ids_pool_of(const struct bgp_config *config)
{
	const char *pool = config->object->global.router_id_pool.s;

	return pool != NULL && pool[0] != '\0' ? pool : ROUTER_ID_POOL;
}

static bool router_ids_pool_is_written(const struct bgp_config *config)
{
	const char *pool = config->object->global.router_id_pool.s;

	return pool != NULL && pool[0] != '\0';
}

static struct bgp_place router_ids_place(const struct bgp_checks *c,
					 const struct bgp_config *config)
{
	return bgp_global_place(c, config, config->object->global.router_id.pos, "routerID");
}

static struct bgp_place router_ids_pool_place(const struct bgp_checks *c,
					      const struct bgp_config *config)
{
	if (router_ids_pool_is_written(config))
		return bgp_global_place(c, config, config->object->global.router_id_pool.pos,
					"routerIDPool");
	return router_ids_place(c, config);
}

/* What routerID gives on a node of which nothing is known: the same on all of them, if it is
 * more than "depends on the node". */
static struct router_id router_ids_anywhere(const struct bgp_checks *c,
					    const struct bgp_config *config)
{
	static const struct router_id_node nobody = { .name = "" };
	struct router_id id;

	router_id_resolve(&id, config->object->global.router_id.s,
			  config->object->global.router_id_pool.s, &nobody, c->ck->arena);
	return id;
}

/* ---- BG016 ---- */

static void router_ids_check_shared(const struct bgp_checks *c, const struct bgp_config *config)
{
	const uint32_t nodes = c->bgp->cluster->nodes.count;
	const struct router_id id = router_ids_anywhere(c, config);
	struct finding *f;

	if (id.source != ROUTER_ID_EXPLICIT || nodes == 1)
		return;
	if (nodes > 1) {
		f = bgp_report(
			c, CHECK_BG016, config, router_ids_place(c, config),
			"all %u nodes get the router ID %s: routers take them for one speaker",
			nodes, id.text);
	} else {
		f = bgp_report(
			c, CHECK_BG016, config, router_ids_place(c, config),
			"every node gets the router ID %s: routers take them for one speaker",
			id.text);
		f->severity = SEVERITY_WARN;
		f->inferred = true;
	}
	finding_hint(
		c->ck, f,
		"leave routerID empty, so that each node uses its own IPv4 address, or use a "
		"template such as ${NODE_IP}");
}

/* ---- BG017 ---- */

static int router_ids_compare(const void *left, const void *right)
{
	const struct bgp_node *a = *(const struct bgp_node *const *)left;
	const struct bgp_node *b = *(const struct bgp_node *const *)right;
	int order = ip_compare(a->router_id.ip, b->router_id.ip);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

struct bgp_node_list {
	ARRAY_OF(const struct bgp_node *) list;
};

/* Nodes with an ID of their own, by ID and name. */
static void router_ids_sort_by_id(const struct bgp_checks *c, const struct bgp_config *config,
				  struct bgp_node_list *out)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->router_id.text != NULL &&
		    node->router_id.source != ROUTER_ID_EXPLICIT)
			ARRAY_ADD(c->ck->arena, &out->list, node);
	}
	if (out->list.count > 0)
		qsort(out->list.items, out->list.count, sizeof(*out->list.items),
		      router_ids_compare);
}

/* Where they get it from, and what to do about it. */
struct origin {
	const char *why, *hint;
};

static struct origin router_ids_origin_of(const struct bgp_checks *c,
					  const struct bgp_config *config,
					  const struct bgp_node *const *nodes, uint32_t count)
{
	const enum router_id_source source = nodes[0]->router_id.source;
	struct origin origin = { "it comes from different sources",
				 "give each node its own address" };

	for (uint32_t i = 1; i < count; i++) {
		if (nodes[i]->router_id.source != source)
			return origin;
	}
	if (source == ROUTER_ID_HASH) {
		origin.why = arena_printf(c->ck->arena, "their names hash to it in %s",
					  router_ids_pool_of(config));
		origin.hint = "use a different or larger routerIDPool, or rename one of them";
	} else if (source == ROUTER_ID_NODE_IPV4) {
		origin.why = "it is their first IPv4 InternalIP";
		origin.hint = "give each node its own InternalIP";
	} else {
		origin.why = arena_printf(c->ck->arena, "routerID %s yields it on each",
					  config->object->global.router_id.s);
		origin.hint = "give each node its own value, or leave routerID empty";
	}
	return origin;
}

static void router_ids_report_same(const struct bgp_checks *c, const struct bgp_config *config,
				   const struct bgp_node *const *nodes, uint32_t count)
{
	const bool hashed = nodes[0]->router_id.source == ROUTER_ID_HASH;
	const struct origin origin = router_ids_origin_of(c, config, nodes, count);
	struct bgp_names names = { 0 };
	struct finding *f;

	for (uint32_t i = 0; i < count; i++)
		bgp_names_add(c, &names, nodes[i]->node->name);
	f = bgp_report(c, CHECK_BG017, config,
		       hashed ? router_ids_pool_place(c, config) : router_ids_place(c, config),
		       "%s get the same router ID, %s: %s", bgp_nodes_text(c, &names),
		       nodes[0]->router_id.text, origin.why);
	finding_hint(c->ck, f, "%s", origin.hint);
	for (uint32_t i = 0; i < count; i++) {
		const struct node *object = nodes[i]->node->node;

		f->inferred |= nodes[i]->router_id.assumed;
		if (object != NULL && i < PLACES_MAX)
			finding_related(c->ck, f, object->object.name.pos, "node %s",
					nodes[i]->node->name);
	}
}

static void router_ids_check_same(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct bgp_node_list nodes = { 0 };

	router_ids_sort_by_id(c, config, &nodes);
	for (uint32_t i = 0, end = 0; i < nodes.list.count; i = end) {
		const struct ip ip = nodes.list.items[i]->router_id.ip;

		while (end < nodes.list.count &&
		       ip_compare(nodes.list.items[end]->router_id.ip, ip) == 0)
			end++;
		if (end - i > 1)
			router_ids_report_same(c, config, nodes.list.items + i, end - i);
	}
}

/* ---- BG018 ---- */

static bool router_ids_has_internal_session(const struct bgp_node *node,
					    const struct bgp_router *router)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
			if (session->router == router && session->internal)
				return true;
		}
	}
	return false;
}

static bool router_ids_is_internal(const struct bgp_config *config,
				   const struct bgp_router *router)
{
	const struct int_value *asn = &config->object->global.asn;

	return router->has_asn && asn->set && asn->v == router->asn;
}

static void router_ids_check_value(const struct bgp_checks *c, const struct bgp_config *config,
				   const struct bgp_router *router)
{
	bool internal = router_ids_is_internal(config, router);
	struct bgp_names names = { 0 };
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->router_id.text == NULL ||
		    ip_compare(node->router_id.ip, router->router_id) != 0)
			continue;
		internal |= router_ids_has_internal_session(node, router);
		bgp_names_add(c, &names, node->node->name);
	}
	if (names.list.count == 0)
		return;
	f = bgp_report(c, CHECK_BG018, config, router_ids_place(c, config),
		       "the router ID %s of %s is also that of router \"%s\": %s",
		       bgp_ip_text(c, router->router_id), bgp_nodes_text(c, &names),
		       router->name,
		       internal ? "within one AS it refuses the session (OPEN error 2/3)"
				: "routes and logs of the two cannot be told apart");
	f->severity = internal ? SEVERITY_FAIL : SEVERITY_WARN;
	finding_hint(c->ck, f, "give one of them another router ID");
	finding_related(c->ck, f, router->router->bgp.router_id.pos, "router \"%s\" has it",
			router->name);
}

static void router_ids_check_routers(const struct bgp_checks *c,
				     const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_router, router, &c->bgp->routers) {
		if (router->has_router_id)
			router_ids_check_value(c, config, router);
	}
}

/* ---- BG019 ---- */

static const char *router_ids_unresolved_hint(enum router_id_error error)
{
	static const char *const hints[ROUTER_ID_ERRORS] = {
		[ROUTER_ID_NO_INTERNAL] =
			("leave routerID empty: nodes without an IPv4 address then get an "
			 "ID from their name"),
		[ROUTER_ID_NO_EXTERNAL] = "leave routerID empty, or use ${NODE_IP}",
		[ROUTER_ID_NO_ANNOTATION] = "annotate the nodes, or leave routerID empty",
	};

	return hints[error] != NULL
		       ? hints[error]
		       : "leave routerID empty, so that each node uses its own IPv4 address, "
			 "or write an IPv4 address or a template such as ${NODE_IP}";
}

/* Whatever the node is: true when it was reported. */
static bool router_ids_check_text(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct router_id id = router_ids_anywhere(c, config);
	struct finding *f;

	if (id.error == ROUTER_ID_FINE || id.error == ROUTER_ID_NO_NODE ||
	    id.error == ROUTER_ID_BAD_POOL)
		return false;
	f = bgp_report(c, CHECK_BG019, config, router_ids_place(c, config),
		       "routerID \"%s\" %s: BGP starts on no node",
		       config->object->global.router_id.s, router_id_error_text(id.error));
	finding_hint(c->ck, f, "%s", router_ids_unresolved_hint(id.error));
	return true;
}

/* Where the node's value comes from that is not a router ID. */
static void router_ids_point_at_value(const struct bgp_checks *c, struct finding *f,
				      const struct bgp_node *node)
{
	const struct node *object = node->node->node;
	const struct str_value *value = NULL;

	if (object == NULL)
		return;
	if (node->router_id.annotation != NULL)
		value = label_map_get(&object->object.annotations, node->router_id.annotation);
	if (value != NULL && value->s != NULL && value->s[0] != '\0')
		finding_related(c->ck, f, value->pos, "the annotation of %s is \"%s\"",
				node->node->name, value->s);
	else
		finding_related(c->ck, f, object->object.name.pos, "node %s", node->node->name);
}

/* The nodes with this error. */
static void router_ids_report_unresolved(const struct bgp_checks *c,
					 const struct bgp_config *config,
					 enum router_id_error error)
{
	const struct bgp_node *first = NULL;
	struct bgp_names names = { 0 };
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->router_id.text != NULL || node->router_id.error != error)
			continue;
		bgp_names_add(c, &names, node->node->name);
		first = first == NULL ? node : first;
	}
	if (first == NULL)
		return;
	f = bgp_report(c, CHECK_BG019, config, router_ids_place(c, config),
		       "BGP does not start on %s: routerID \"%s\" %s",
		       bgp_nodes_text(c, &names), config->object->global.router_id.s,
		       router_id_error_text(error));
	f->inferred = first->router_id.assumed;
	finding_hint(c->ck, f, "%s", router_ids_unresolved_hint(error));
	router_ids_point_at_value(c, f, first);
}

static void router_ids_check_unresolved(const struct bgp_checks *c,
					const struct bgp_config *config)
{
	if (router_ids_check_text(c, config))
		return;
	for (int error = ROUTER_ID_FINE + 1; error < ROUTER_ID_ERRORS; error++) {
		/* A bad pool is BG008, a Node that is not in the input no fault. */
		if (error != ROUTER_ID_BAD_POOL && error != ROUTER_ID_NO_NODE)
			router_ids_report_unresolved(c, config, (enum router_id_error)error);
	}
}

/* ---- BG020 ---- */

static void router_ids_check_addresses(const struct bgp_checks *c,
				       const struct bgp_config *config)
{
	const struct bgp_node *first = NULL;
	struct bgp_names names = { 0 };
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (!node->router_id.waits)
			continue;
		bgp_names_add(c, &names, node->node->name);
		first = first == NULL ? node : first;
	}
	if (first == NULL)
		return;
	f = report(c->ck, CHECK_BG020, &first->node->node->object,
		   first->node->node->object.name.pos,
		   "no addresses in the status of %s: k8gobgp waits five minutes for them "
		   "before it starts BGP %s",
		   bgp_nodes_text(c, &names),
		   first->router_id.text != NULL
			   ? "with a router ID derived from the node's name"
			   : "or fails");
	finding_path(c->ck, f, "metadata.name");
	finding_hint(c->ck, f,
		     "find out why the kubelet or the cloud provider reports no addresses; or "
		     "annotate the nodes and use ${node.annotations['...']} as routerID");
	finding_related(c->ck, f, router_ids_place(c, config).pos,
			"routerID is derived from them");
}

/* ---- BG021 ---- */

static void router_ids_report_hashed(const struct bgp_checks *c,
				     const struct bgp_config *config,
				     const struct bgp_names *names,
				     const struct bgp_node *first)
{
	const uint64_t odds =
		router_id_collision_odds(names->list.count, router_ids_pool_of(config));
	struct finding *f;

	if (names->list.count == 1) {
		f = bgp_report(
			c, CHECK_BG021, config, router_ids_pool_place(c, config),
			"%s has no IPv4 InternalIP: its router ID, %s, is derived from its "
			"name and %s",
			first->node->name, first->router_id.text, router_ids_pool_of(config));
	} else {
		f = bgp_report(
			c, CHECK_BG021, config, router_ids_pool_place(c, config),
			"no IPv4 InternalIP on %s: their router IDs are derived from their "
			"names and %s; for arbitrary names the chance that two are equal is "
			"about 1 in %" PRIu64,
			bgp_nodes_text(c, names), router_ids_pool_of(config), odds);
	}
	f->inferred = first->router_id.assumed;
	finding_hint(
		c->ck, f,
		"leave it if no other cluster uses this pool; annotations and a template give "
		"IDs of your choice");
}

static void router_ids_check_hashed(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_node *first = NULL;
	struct bgp_names names = { 0 };

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->router_id.source != ROUTER_ID_HASH || node->router_id.waits)
			continue;
		bgp_names_add(c, &names, node->node->name);
		first = first == NULL ? node : first;
	}
	if (first != NULL)
		router_ids_report_hashed(c, config, &names, first);
}

/* ---- BG022 ---- */

/* What lies in the pool: texts for the message, places beside it. */
struct intruders {
	const struct bgp_checks *c;
	struct ip_net pool;
	struct bgp_names names;
	ARRAY_OF(struct pos) places;
};

static void router_ids_add_intruder(struct intruders *in, const char *name, struct pos pos)
{
	ARRAY_FOREACH (const char *, known, &in->names.list) {
		if (str_equal(*known, name))
			return;
	}
	bgp_names_add(in->c, &in->names, name);
	ARRAY_ADD(in->c->ck->arena, &in->places, pos);
}

static void router_ids_add_ranges(struct intruders *in, const struct pool *pool)
{
	ARRAY_FOREACH (const struct pool_range, range, &pool->v4) {
		if (range->range_error == RANGE_OK &&
		    ip_range_overlaps(range->range, ip_net_range(in->pool)))
			router_ids_add_intruder(in,
						arena_printf(in->c->ck->arena,
							     "range %s of group \"%s\"",
							     range->entry->pool.s, pool->name),
						range->entry->pool.pos);
	}
}

static void router_ids_add_subnets(struct intruders *in)
{
	const struct cluster *cluster = in->c->bgp->cluster;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
			ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
				struct ip_net masked = net->net;

				masked.address = ip_net_first(masked);
				if (!interface->loopback && ip_net_overlaps(net->net, in->pool))
					router_ids_add_intruder(
						in,
						arena_printf(in->c->ck->arena,
							     "subnet %s of the nodes",
							     bgp_net_text(in->c, masked)),
						net->entry->address.pos);
			}
		}
	}
	ARRAY_FOREACH (const struct subnet_entry, subnet, &cluster->subnets) {
		if (ip_net_overlaps(subnet->net, in->pool))
			router_ids_add_intruder(in,
						arena_printf(in->c->ck->arena,
							     "subnet %s of the nodes",
							     bgp_net_text(in->c, subnet->net)),
						(struct pos){ 0 });
	}
}

static void router_ids_add_routers(struct intruders *in)
{
	ARRAY_FOREACH (const struct bgp_router, router, &in->c->bgp->routers) {
		if (router->has_router_id && ip_net_contains(in->pool, router->router_id))
			router_ids_add_intruder(in,
						arena_printf(in->c->ck->arena,
							     "the router ID of router \"%s\"",
							     router->name),
						router->router->bgp.router_id.pos);
	}
}

/* IDs that are addresses of nodes. */
static void router_ids_add_ids(struct intruders *in, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct router_id *id = &node->router_id;

		if (id->source == ROUTER_ID_NODE_IPV4 && ip_net_contains(in->pool, id->ip))
			bgp_names_add(in->c, &in->names,
				      arena_printf(in->c->ck->arena,
						   "the address %s of node %s", id->text,
						   node->node->name));
	}
}

static bool router_ids_any_hashed(const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->router_id.source == ROUTER_ID_HASH)
			return true;
	}
	return false;
}

/* Nodes get IDs from the pool, or somebody has written it for nodes to come. */
static bool router_ids_pool_matters(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct router_id anywhere = router_ids_anywhere(c, config);
	const char *id = config->object->global.router_id.s;

	return router_ids_any_hashed(config) ||
	       (router_ids_pool_is_written(config) && (id == NULL || id[0] == '\0') &&
		anywhere.error != ROUTER_ID_BAD_POOL);
}

static void router_ids_check_pool(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct intruders in = { .c = c };
	struct finding *f;

	if (!router_ids_pool_matters(c, config) ||
	    !router_id_pool_valid(router_ids_pool_of(config), &in.pool))
		return;
	router_ids_add_subnets(&in);
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (pool->in_scope)
			router_ids_add_ranges(&in, pool);
	}
	router_ids_add_routers(&in);
	router_ids_add_ids(&in, config);
	if (in.names.list.count == 0)
		return;
	f = bgp_report(
		c, CHECK_BG022, config, router_ids_pool_place(c, config),
		"router IDs derived from node names come from %s, which also contains %s: a "
		"router ID may be the address of something else",
		bgp_net_text(c, (struct ip_net){ ip_net_first(in.pool), in.pool.bits,
						 in.pool.family }),
		bgp_names_text(c, &in.names));
	finding_hint(
		c->ck, f,
		"set routerIDPool to an IPv4 network of /24 or shorter that nothing else uses");
	for (uint32_t i = 0; i < in.places.count && i < PLACES_MAX; i++) {
		if (in.places.items[i].source != 0)
			finding_related(c->ck, f, in.places.items[i], "%s",
					in.names.list.items[i]);
	}
}

/* ---- BG104 ---- */

/* Classes D and E: k8gobgp passes them, as RFC 6286 does, but not every router. */
static bool router_ids_is_multicast(struct ip ip)
{
	return ip_family(ip) == IP_V4 && ((uint32_t)ip.v >> 29) == 7;
}

static void router_ids_check_class(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct router_id anywhere = router_ids_anywhere(c, config);
	struct bgp_names names = { 0 };
	const char *text = NULL;
	struct ip_net pool;
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->router_id.text == NULL ||
		    !router_ids_is_multicast(node->router_id.ip))
			continue;
		text = text != NULL ? text : node->router_id.text;
		bgp_names_add(c, &names, node->node->name);
	}
	if (text == NULL && anywhere.text != NULL && router_ids_is_multicast(anywhere.ip))
		text = anywhere.text;
	if (text == NULL && router_ids_pool_is_written(config) &&
	    router_id_pool_valid(router_ids_pool_of(config), &pool) &&
	    router_ids_is_multicast(ip_net_first(pool)) && router_ids_pool_matters(c, config))
		text = router_ids_pool_of(config);
	if (text == NULL)
		return;
	f = bgp_report(
		c, CHECK_BG104, config,
		str_equal(text, router_ids_pool_of(config)) || router_ids_any_hashed(config)
			? router_ids_pool_place(c, config)
			: router_ids_place(c, config),
		names.list.count > 0 ? "the router ID of %s is in 224.0.0.0/3 (%s): k8gobgp "
				       "accepts it, but routers refuse the session"
				     : "nodes get router IDs in 224.0.0.0/3%s (%s): k8gobgp "
				       "accepts them, but routers refuse the session",
		names.list.count > 0 ? bgp_nodes_text(c, &names) : "", text);
	finding_hint(c->ck, f,
		     "use router IDs below 224.0.0.0, such as the IPv4 address of the node: "
		     "routerID: ${NODE_IP}");
}

void bgp_check_router_ids(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		router_ids_check_shared(c, config);
		router_ids_check_same(c, config);
		router_ids_check_routers(c, config);
		router_ids_check_unresolved(c, config);
		router_ids_check_addresses(c, config);
		router_ids_check_hashed(c, config);
		router_ids_check_pool(c, config);
		router_ids_check_class(c, config);
	}
}
