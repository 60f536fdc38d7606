/* SPDX-License-Identifier: Apache-2.0 */
/* BG: BGPConfigurations. This file has what the themes in bgp_*.c share. */
#include "validator/bgp/bgp.h"

#include <stdarg.h>

#include "base/text.h"

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
	f->diag.path = place.path;
	return f;
}

/* ---- names ---- */

static bool given(const struct str_value *value)
{
	return value->s != NULL && value->s[0] != '\0';
}

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

	if (given(&own->neighbor_interface))
		return arena_printf(c->ck->arena, "neighbor on \"%s\"",
				    own->neighbor_interface.s);
	if (given(&own->neighbor_address))
		return arena_printf(c->ck->arena, "neighbor %s", own->neighbor_address.s);
	return arena_printf(c->ck->arena, "neighbor %u", index + 1);
}

const char *bgp_group_text(const struct bgp_checks *c, const struct bgp_config *config,
			   uint32_t index)
{
	const struct str_value *name =
		&config->object->peer_groups.list.items[index].config.peer_group_name;

	return given(name) ? arena_printf(c->ck->arena, "peer group \"%s\"", name->s)
			   : arena_printf(c->ck->arena, "peer group %u", index + 1);
}

const char *bgp_dynamic_text(const struct bgp_checks *c, const struct bgp_config *config,
			     uint32_t index)
{
	const struct str_value *prefix =
		&config->object->dynamic_neighbors.list.items[index].prefix;

	return given(prefix) ? arena_printf(c->ck->arena, "dynamic neighbor %s", prefix->s)
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

static bool has_place(struct pos pos)
{
	return pos.source != 0;
}

/* A value below an entry, or what stands for it. */
static struct bgp_place place_below(const struct bgp_checks *c, const char *list,
				    uint32_t index, struct pos pos, const char *below)
{
	return (struct bgp_place){ pos, arena_printf(c->ck->arena, "spec.%s[%u].%s", list,
						     index, below) };
}

static struct bgp_place entry_place(const struct bgp_checks *c, const char *list,
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

	if (given(&own->neighbor_interface))
		return place_below(c, "neighbors", index, own->neighbor_interface.pos,
				   "config.neighborInterface");
	if (own->neighbor_address.s != NULL)
		return place_below(c, "neighbors", index, own->neighbor_address.pos,
				   "config.neighborAddress");
	return entry_place(c, "neighbors", index, &neighbor->at);
}

struct bgp_place bgp_group_name_place(const struct bgp_checks *c,
				      const struct bgp_config *config, uint32_t index)
{
	const struct bgp_peer_group *group = &config->object->peer_groups.list.items[index];

	if (group->config.peer_group_name.s != NULL)
		return place_below(c, "peerGroups", index, group->config.peer_group_name.pos,
				   "config.peerGroupName");
	return entry_place(c, "peerGroups", index, &group->at);
}

struct bgp_place bgp_dynamic_name_place(const struct bgp_checks *c,
					const struct bgp_config *config, uint32_t index)
{
	const struct bgp_dynamic_neighbor *dynamic =
		&config->object->dynamic_neighbors.list.items[index];

	if (dynamic->prefix.s != NULL)
		return place_below(c, "dynamicNeighbors", index, dynamic->prefix.pos, "prefix");
	return entry_place(c, "dynamicNeighbors", index, &dynamic->at);
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
	return has_place(pos) ? place_below(c, "neighbors", index, pos, below)
			      : bgp_neighbor_name_place(c, config, index);
}

struct bgp_place bgp_group_place(const struct bgp_checks *c, const struct bgp_config *config,
				 uint32_t index, struct pos pos, const char *below)
{
	return has_place(pos) ? place_below(c, "peerGroups", index, pos, below)
			      : bgp_group_name_place(c, config, index);
}

struct bgp_place bgp_dynamic_place(const struct bgp_checks *c, const struct bgp_config *config,
				   uint32_t index, struct pos pos, const char *below)
{
	return has_place(pos) ? place_below(c, "dynamicNeighbors", index, pos, below)
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

	if (has_place(pos))
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

/* Peers of a node are by kind, then by index. */
static int compare_peers(const struct bgp_peer *a, const struct bgp_peer *b)
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
		int order = compare_peers(&node->peers.items[middle], like);

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
		bgp_check_objects,    /* BG004 to BG010 */
		bgp_check_global,     /* BG011 to BG015 */
		bgp_check_router_ids, /* BG016 to BG022 */
		bgp_check_selection,  /* BG023 to BG027 */
		bgp_check_groups,     /* BG028 to BG030 */
		bgp_check_neighbors,  /* BG031 to BG036, BG048 */
		bgp_check_reach,      /* BG037, BG041 to BG043 */
		bgp_check_families,   /* BG038 to BG040 */
		bgp_check_dynamic,    /* BG044 to BG047 */
		bgp_check_timers,     /* BG049 to BG053 */
		bgp_check_passwords,  /* BG054 to BG057 */
		bgp_check_policies,   /* BG058 to BG062 */
		bgp_check_import,     /* BG063 to BG068, OK004 */
		bgp_check_placing,    /* BG069, BG070, BG085 */
		bgp_check_pools,      /* BG071 to BG080 */
		bgp_check_export,     /* BG081 to BG084 */
		bgp_check_routers,    /* BG086 to BG093, BG100, BG101 */
		bgp_check_routes,     /* BG094 to BG099, BG102, BG103 */
	};
	struct bgp_checks c = { .ck = ck, .bgp = ck->bgp };

	type_errors_collect(&c.type_errors, ck->snapshot, ck->arena);
	for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++)
		themes[i](&c);
}
