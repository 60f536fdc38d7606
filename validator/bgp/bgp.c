/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of BGPConfigurations: what they share, and the list of them.
 *
 * Names and places of neighbors, groups and dynamic neighbors for messages; the remote ranges
 * with the prefixes that BGP makes of them (P6.7); the described routers with their sessions.
 * What a session is and whether it comes up is decided in purelb/bgp/; the checks report it.
 */
#include "validator/bgp/bgp.h"

#include <stdarg.h>

#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "validator/groups/groups.h"

/* ---- findings ---- */

struct finding *bgp_report(const struct bgp_checks *c, enum check_code code,
			   const struct bgp_config *config, struct bgp_place place,
			   const char *format, ...)
{
	va_list args;
	const char *message;
	struct finding *f;

	va_start(args, format);
	message = arena_vprintf(c->ck->arena, format, args);
	va_end(args);
	f = report(c->ck, code, &config->object->object, place.pos, "%s", message);
	f->place.path = place.path;
	return f;
}

/* ---- names ---- */

const char *bgp_config_name(const struct bgp_config *config)
{
	const char *name = config->object->object.name.s;

	return name != NULL ? name : "(no name)";
}

const char *bgp_neighbor_text(const struct bgp_checks *c, const struct bgp_config *config,
			      uint32_t index)
{
	const struct bgp_neighbor_config *own =
		&config->object->neighbors.list.items[index].config;

	if (bgp_given(&own->neighbor_interface))
		return arena_printf(c->ck->arena, "neighbor on \"%s\"",
				    own->neighbor_interface.s);
	if (bgp_given(&own->neighbor_address))
		return arena_printf(c->ck->arena, "neighbor %s", own->neighbor_address.s);
	return arena_printf(c->ck->arena, "neighbor %u", index + 1);
}

const char *bgp_group_text(const struct bgp_checks *c, const struct bgp_config *config,
			   uint32_t index)
{
	const struct str_value *name =
		&config->object->peer_groups.list.items[index].config.peer_group_name;

	return bgp_given(name) ? arena_printf(c->ck->arena, "peer group \"%s\"", name->s)
			       : arena_printf(c->ck->arena, "peer group %u", index + 1);
}

/* 'dynamic neighbor 192.0.2.0/24' */
static const char *bgp_dynamic_text(const struct bgp_checks *c, const struct bgp_config *config,
				    uint32_t index)
{
	const struct str_value *prefix =
		&config->object->dynamic_neighbors.list.items[index].prefix;

	return bgp_given(prefix) ? arena_printf(c->ck->arena, "dynamic neighbor %s", prefix->s)
				 : arena_printf(c->ck->arena, "dynamic neighbor %u", index + 1);
}

const char *bgp_peer_text(const struct bgp_checks *c, const struct bgp_config *config,
			  const struct bgp_peer *peer)
{
	return peer->dynamic != NULL ? bgp_dynamic_text(c, config, peer->index)
				     : bgp_neighbor_text(c, config, peer->index);
}

const char *bgp_ip_text(const struct bgp_checks *c, struct ip ip)
{
	char text[IP_TEXT_MAX];

	return arena_strdup(c->ck->arena, ip_format(ip, text));
}

const char *bgp_net_text(const struct bgp_checks *c, struct ip_net net)
{
	char text[IP_NET_TEXT_MAX];

	return arena_strdup(c->ck->arena, ip_net_format(net, text));
}

void bgp_names_add(const struct bgp_checks *c, struct bgp_names *names, const char *name)
{
	ARRAY_ADD(c->ck->arena, &names->list, name);
}

const char *bgp_names_text(const struct bgp_checks *c, const struct bgp_names *names)
{
	return name_list(c->ck->arena, names->list.items, names->list.count, BGP_NAMES_MAX);
}

const char *bgp_nodes_text(const struct bgp_checks *c, const struct bgp_names *names)
{
	if (names->list.count == 2 && c->bgp->cluster->nodes.count == 2)
		return "both nodes";
	if (names->list.count > 1 && names->list.count == c->bgp->cluster->nodes.count)
		return arena_printf(c->ck->arena, "all %u nodes", names->list.count);
	return bgp_names_text(c, names);
}

/* ---- places ---- */

static bool bgp_has_place(struct pos pos)
{
	return pos.source != 0;
}

/* A value below an entry, or what stands for it. */
static struct bgp_place bgp_place_below(const struct bgp_checks *c, const char *list,
					uint32_t index, struct pos pos, const char *below)
{
	return (struct bgp_place){ pos, arena_printf(c->ck->arena, "spec.%s[%u].%s", list,
						     index, below) };
}

static struct bgp_place bgp_entry_place(const struct bgp_checks *c, const char *list,
					uint32_t index, const struct section *at)
{
	return (struct bgp_place){ at->pos,
				   arena_printf(c->ck->arena, "spec.%s[%u]", list, index) };
}

struct bgp_place bgp_neighbor_name_place(const struct bgp_checks *c,
					 const struct bgp_config *config, uint32_t index)
{
	const struct bgp_neighbor *neighbor = &config->object->neighbors.list.items[index];
	const struct bgp_neighbor_config *own = &neighbor->config;

	if (bgp_given(&own->neighbor_interface))
		return bgp_place_below(c, "neighbors", index, own->neighbor_interface.pos,
				       "config.neighborInterface");
	if (own->neighbor_address.s != NULL)
		return bgp_place_below(c, "neighbors", index, own->neighbor_address.pos,
				       "config.neighborAddress");
	return bgp_entry_place(c, "neighbors", index, &neighbor->at);
}

struct bgp_place bgp_group_name_place(const struct bgp_checks *c,
				      const struct bgp_config *config, uint32_t index)
{
	const struct bgp_peer_group *group = &config->object->peer_groups.list.items[index];

	if (group->config.peer_group_name.s != NULL)
		return bgp_place_below(c, "peerGroups", index,
				       group->config.peer_group_name.pos,
				       "config.peerGroupName");
	return bgp_entry_place(c, "peerGroups", index, &group->at);
}

struct bgp_place bgp_dynamic_name_place(const struct bgp_checks *c,
					const struct bgp_config *config, uint32_t index)
{
	const struct bgp_dynamic_neighbor *dynamic =
		&config->object->dynamic_neighbors.list.items[index];

	if (dynamic->prefix.s != NULL)
		return bgp_place_below(c, "dynamicNeighbors", index, dynamic->prefix.pos,
				       "prefix");
	return bgp_entry_place(c, "dynamicNeighbors", index, &dynamic->at);
}

struct bgp_place bgp_peer_place(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_peer *peer)
{
	return peer->dynamic != NULL ? bgp_dynamic_name_place(c, config, peer->index)
				     : bgp_neighbor_name_place(c, config, peer->index);
}

struct bgp_place bgp_neighbor_place(const struct bgp_checks *c, const struct bgp_config *config,
				    uint32_t index, struct pos pos, const char *below)
{
	return bgp_has_place(pos) ? bgp_place_below(c, "neighbors", index, pos, below)
				  : bgp_neighbor_name_place(c, config, index);
}

struct bgp_place bgp_group_place(const struct bgp_checks *c, const struct bgp_config *config,
				 uint32_t index, struct pos pos, const char *below)
{
	return bgp_has_place(pos) ? bgp_place_below(c, "peerGroups", index, pos, below)
				  : bgp_group_name_place(c, config, index);
}

struct bgp_place bgp_dynamic_place(const struct bgp_checks *c, const struct bgp_config *config,
				   uint32_t index, struct pos pos, const char *below)
{
	return bgp_has_place(pos) ? bgp_place_below(c, "dynamicNeighbors", index, pos, below)
				  : bgp_dynamic_name_place(c, config, index);
}

struct bgp_place bgp_config_place(const struct bgp_config *config)
{
	const struct object *object = &config->object->object;

	if (object->name.s != NULL)
		return (struct bgp_place){ object->name.pos, "metadata.name" };
	return (struct bgp_place){ object->pos, NULL };
}

struct bgp_place bgp_global_place(const struct bgp_checks *c, const struct bgp_config *config,
				  struct pos pos, const char *below)
{
	const struct section *global = &config->object->global.at;

	if (bgp_has_place(pos))
		return (struct bgp_place){ pos, arena_printf(c->ck->arena, "spec.global.%s",
							     below) };
	if (global->set)
		return (struct bgp_place){ global->key, "spec.global" };
	return bgp_config_place(config);
}

/* ---- questions ---- */

bool bgp_type_error(const struct bgp_checks *c, const struct bgp_config *config,
		    const char *path)
{
	return type_errors_below(&c->type_errors, &config->object->object, path);
}

bool bgp_has_subnet(const struct cluster_node *node, enum ip_family family)
{
	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list)
		if (ip_family(subnet->net.address) == family)
			return true;
	return false;
}

/* Peers of a node are by kind, then by index. */
static int bgp_compare_peers(const struct bgp_peer *a, const struct bgp_peer *b)
{
	if ((a->dynamic != NULL) != (b->dynamic != NULL))
		return a->dynamic != NULL ? 1 : -1;
	return (a->index > b->index) - (a->index < b->index);
}

const struct bgp_peer *bgp_peer_on(const struct bgp_node *node, const struct bgp_peer *like)
{
	uint32_t low = 0;
	uint32_t high = node->peers.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = bgp_compare_peers(&node->peers.items[middle], like);

		if (order == 0)
			return &node->peers.items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- all of them ---- */

void check_bgp(struct checker *ck)
{
	static void (*const themes[])(const struct bgp_checks *) = {
		bgp_check_objects,          /* BG004 to BG010 */
		bgp_check_global,           /* BG011 to BG015 */
		bgp_check_router_ids,       /* BG016 to BG022 */
		bgp_check_selection,        /* BG023 to BG027 */
		bgp_check_groups,           /* BG028 to BG030 */
		bgp_check_neighbors,        /* BG031 to BG036, BG048 */
		bgp_check_reach,            /* BG037, BG041 to BG043 */
		bgp_check_families,         /* BG038 to BG040 */
		bgp_check_dynamic,          /* BG044 to BG047 */
		bgp_check_timers,           /* BG049 to BG053 */
		bgp_check_passwords,        /* BG054 to BG057 */
		bgp_check_policies,         /* BG058 to BG062 */
		bgp_check_import,           /* BG063 to BG068, OK004 */
		bgp_check_placing,          /* BG069, BG070, BG085 */
		bgp_check_pools,            /* BG071 to BG080 */
		bgp_check_export,           /* BG081 to BG084 */
		bgp_check_routers,          /* BG086 to BG093, BG100, BG101 */
		bgp_check_routes,           /* BG094 to BG099, BG102, BG103 */
		bgp_check_router_addresses, /* BG105, BG106 */
	};
	struct bgp_checks c = { .ck = ck, .bgp = ck->bgp };

	type_errors_collect(&c.type_errors, ck->snapshot, ck->arena);
	for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++)
		themes[i](&c);
}

enum { IPV4_BITS = 32, IPV6_BITS = 128 };

static bool bgp_may_announce(const struct cluster_node *node)
{
	return !node->labels_known || node_state_announces(node->config.state);
}

/* The nodes that have a subnet with some of its addresses: they announce these there. (BG5.1)
 */
static void bgp_remotes_find_link(const struct bgp_checks *c, struct bgp_remote *remote)
{
	const struct cluster *cluster = c->bgp->cluster;
	bool *seen = NULL;

	remote->link_inferred = true;
	ARRAY_FOREACH (const struct subnet_entry, subnet, &cluster->subnets) {
		if (!ip_range_overlaps(ip_net_range(subnet->net), remote->range->range))
			continue;
		if (seen == NULL)
			seen = arena_zalloc(c->ck->arena, cluster->nodes.count, sizeof(*seen));
		ARRAY_FOREACH (const struct cluster_node *, node, &subnet->nodes) {
			const size_t index = (size_t)(*node - cluster->nodes.items);

			if (!bgp_may_announce(*node) || seen[index])
				continue;
			seen[index] = true;
			if (remote->link == NULL)
				remote->link = subnet;
			remote->link_inferred &= (*node)->origin == SUBNETS_INFERRED;
			bgp_names_add(c, &remote->on_link, (*node)->name);
		}
	}
}

static void bgp_remotes_add(const struct bgp_checks *c, struct bgp_remotes *out,
			    const struct pool *pool, const struct pool_range *range)
{
	struct bgp_remote *remote = ARRAY_PUSH(c->ck->arena, &out->list);
	const struct ip from = range->range.from;

	remote->pool = pool;
	remote->range = range;
	remote->span = range->range;
	bgp_remotes_find_link(c, remote);
	remote->has_prefix =
		range->subnet_ok && announcing_dummy_prefix(range, from, &remote->length);
	if (!remote->has_prefix)
		return;
	remote->host = remote->length == (ip_family(from) == IP_V4 ? IPV4_BITS : IPV6_BITS);
	remote->span.from = ip_net_first(bgp_masked(from, remote->length));
	remote->span.to = ip_net_last(bgp_masked(range->range.to, remote->length));
}

void bgp_remotes_find(const struct bgp_checks *c, struct bgp_remotes *out)
{
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		for (uint32_t i = 0; i < groups_range_count(pool); i++) {
			if (groups_range_usable(groups_range(pool, i)))
				bgp_remotes_add(c, out, pool, groups_range(pool, i));
		}
	}
}

struct finding *bgp_report_range(const struct bgp_checks *c, enum check_code code,
				 const struct bgp_remote *remote, const struct str_value *value,
				 const char *field, const char *message)
{
	struct finding *f =
		report(c->ck, code, &remote->pool->group->object, value->pos, "%s", message);

	finding_path(c->ck, f, "%s.%s", remote->range->path, field);
	return f;
}

const struct str_value *bgp_mask_value(const struct bgp_remote *remote, const char **field)
{
	const struct address_pool *entry = remote->range->entry;

	*field = entry->aggregation.s != NULL ? "aggregation" : "subnet";
	return entry->aggregation.s != NULL ? &entry->aggregation : &entry->subnet;
}

const char *bgp_prefix_text(const struct bgp_checks *c, const struct bgp_remote *remote)
{
	return bgp_net_text(c, bgp_masked(remote->range->range.from, remote->length));
}

static void bgp_slices_add(const struct bgp_checks *c, struct bgp_slices *out,
			   const struct bgp_config *config, uint32_t from, uint32_t to)
{
	struct bgp_slice *s = ARRAY_PUSH(c->ck->arena, &out->list);

	s->config = config;
	s->router = config->live.items[from]->router;
	s->sessions = config->live.items + from;
	s->count = to - from;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct bgp_session *session = s->sessions[i];

		if (!session->node->imports_dummy)
			continue;
		s->families |= session->families;
		s->internal |= session->internal;
		s->external |= !session->internal;
		s->nodes += i == 0 || s->sessions[i - 1]->node != session->node;
	}
}

/* The live sessions are sorted by router; those whose router is not described come last. */
void bgp_slices_find(const struct bgp_checks *c, const struct bgp_config *config,
		     struct bgp_slices *out)
{
	for (uint32_t i = 0, end; i < config->live.count; i = end) {
		const struct bgp_router *router = config->live.items[i]->router;

		for (end = i + 1;
		     end < config->live.count && config->live.items[end]->router == router;)
			end++;
		if (router != NULL)
			bgp_slices_add(c, out, config, i, end);
	}
}
