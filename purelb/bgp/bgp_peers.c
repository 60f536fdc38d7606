/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peers of a node: groups, selectors, defaults, and which of them gobgp refuses (BG4); and
 * how far the controller's reconcile of the node gets (BG2.2).
 */
#include "purelb/bgp/bgp_parts.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"

enum {
	TTL_ADJACENT = 1,
	TTL_MULTIHOP_DEFAULT = 255,
	TTL_MASK = 0xff,
};

static struct arena *bgp_peer_arena(const struct bgp_node *node)
{
	return node->config->cluster->arena;
}

/* ---- selectors (BG4.1) ---- */

/* Absent: every node. One that is invalid, or meets labels that are not known, matches none. */
bool bgp_selector_applies(const struct bgp_node *node, uint32_t selector)
{
	const struct bgp_selector *s = &node->config->selectors.items[selector];

	if (!s->selector->at.set)
		return true;
	return s->error == NULL && node->node->labels_known &&
	       selector_matches(s->selector, &node->node->labels);
}

static bool bgp_peer_group_applies(const struct bgp_node *node, uint32_t index)
{
	return bgp_selector_applies(node, node->config->object->neighbors.list.count + index);
}

/* ---- peer groups (BG4.2, step 2) ---- */

static const char *bgp_peer_group_name(const struct bgp_peer_group *group)
{
	return group->config.peer_group_name.s != NULL ? group->config.peer_group_name.s : "";
}

static const struct bgp_peer_group *bgp_peer_find_group(const struct bgp_node *node,
							const char *name)
{
	ARRAY_FOREACH (const struct bgp_peer_group *, group, &node->groups) {
		if (str_equal(bgp_peer_group_name(*group), name))
			return *group;
	}
	return NULL;
}

/* A later group of a name replaces an earlier one. */
static void bgp_peer_add_group(struct bgp_node *node, const struct bgp_peer_group *group)
{
	ARRAY_FOREACH (const struct bgp_peer_group *, old, &node->groups) {
		if (str_equal(bgp_peer_group_name(*old), bgp_peer_group_name(group))) {
			*old = group;
			return;
		}
	}
	ARRAY_ADD(bgp_peer_arena(node), &node->groups, group);
}

static void bgp_peer_find_groups(struct bgp_node *node)
{
	const struct bgp_peer_groups *groups = &node->config->object->peer_groups;

	for (uint32_t i = 0; i < groups->list.count; i++)
		if (bgp_peer_group_applies(node, i))
			bgp_peer_add_group(node, &groups->list.items[i]);
}

/* ---- where the settings come from (BG4.4) ---- */

enum inheritance {
	OWN_ONLY,   /* no group */
	GROUP_ONLY, /* fork-1.1: the group's fields replace all of the member's */
	OWN_FIRST,  /* fork-1.3: the group fills what the member leaves out */
};

/* A neighbor's settings and its group's, which may be absent. */
struct settings {
	enum inheritance how;
	const struct bgp_entry *own;
	const struct bgp_entry *group;
	const struct bgp_neighbor *neighbor;
	const struct bgp_peer_group *peer_group;
};

static const struct bgp_neighbor no_neighbor;
static const struct bgp_peer_group no_group;
static const struct bgp_entry no_entry;

/* One of the two; `own_set` says whether the member gives a value. */
#define PICK(settings_, own_set_, own_, group_)                                                \
	((settings_)->how == GROUP_ONLY || ((settings_)->how == OWN_FIRST && !(own_set_))      \
		 ? (group_)                                                                    \
		 : (own_))

static int64_t bgp_peer_pick_number(const struct settings *s, const struct int_value *own,
				    const struct int_value *group)
{
	const struct int_value *v = PICK(s, own->set && own->v != 0, own, group);

	return v->set ? v->v : 0;
}

static const char *bgp_peer_pick_text(const struct settings *s, const struct str_value *own,
				      const struct str_value *group)
{
	const struct str_value *v = PICK(s, own->s != NULL && own->s[0] != '\0', own, group);

	return v->s != NULL && v->s[0] != '\0' ? v->s : NULL;
}

static uint32_t bgp_peer_asn(int64_t number)
{
	return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static uint64_t bgp_peer_seconds_or(int64_t number, uint64_t otherwise)
{
	return number > 0 ? (uint64_t)number : otherwise;
}

static void bgp_peer_set_asns(struct bgp_peer *peer, const struct settings *s,
			      const struct bgp_global *global)
{
	const struct bgp_neighbor_config *own = &s->neighbor->config;
	const struct bgp_peer_group_config *group = &s->peer_group->config;

	peer->peer_as = bgp_peer_asn(bgp_peer_pick_number(s, &own->peer_asn, &group->peer_asn));
	peer->local_as =
		bgp_peer_asn(bgp_peer_pick_number(s, &own->local_asn, &group->local_asn));
	if (peer->local_as == 0)
		peer->local_as = bgp_peer_asn(global->asn.set ? global->asn.v : 0);
	peer->external = peer->peer_as != 0 && peer->peer_as != peer->local_as;
}

void bgp_timers_apply(struct bgp_peer *peer, int64_t hold, int64_t keepalive, int64_t retry)
{
	peer->hold_seconds = bgp_peer_seconds_or(hold, BGP_HOLD_DEFAULT_S);
	peer->keepalive_seconds =
		bgp_peer_seconds_or(keepalive, bgp_time_third(peer->hold_seconds));
	peer->connect_retry_seconds = bgp_peer_seconds_or(retry, BGP_CONNECT_RETRY_DEFAULT_S);
}

static void bgp_peer_set_timers(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_timers_config *own = &s->neighbor->timers.config;
	const struct bgp_timers_config *group = &s->peer_group->timers.config;

	bgp_timers_apply(
		peer, bgp_peer_pick_number(s, &own->hold_time, &group->hold_time),
		bgp_peer_pick_number(s, &own->keepalive_interval, &group->keepalive_interval),
		bgp_peer_pick_number(s, &own->connect_retry, &group->connect_retry));
}

/* 0.0.0.0 and :: are what the daemon takes without one (BG4.3). */
static const char *bgp_peer_local_address(const char *text)
{
	struct ip ip;

	return text != NULL && ip_parse(text, &ip) && ip_is_unspecified(ip) ? NULL : text;
}

static void bgp_peer_set_transport(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_transport *own = &s->neighbor->transport;
	const struct bgp_transport *group = &s->peer_group->transport;

	peer->passive = PICK(s, own->passive_mode.set, own, group)->passive_mode.v;
	peer->local_address = bgp_peer_local_address(
		bgp_peer_pick_text(s, &own->local_address, &group->local_address));
	/* The daemon applies no group's bindInterface. */
	if (s->how != GROUP_ONLY && own->bind_interface.s != NULL &&
	    own->bind_interface.s[0] != '\0')
		peer->bind_interface = own->bind_interface.s;
}

static void bgp_peer_set_auth(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_credential *own = &s->own->auth;
	const struct bgp_credential *auth =
		PICK(s, own->auth != BGP_AUTH_NONE, own, &s->group->auth);

	peer->auth = auth->auth;
	peer->password = auth->password;
}

/* What groups cannot carry: a member loses it under fork-1.1. */
static void bgp_peer_set_own(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_graceful_restart *restart = &s->neighbor->graceful_restart;
	const struct bgp_ebgp_multihop *multihop = &s->neighbor->ebgp_multihop;

	if (s->how == GROUP_ONLY)
		return;
	peer->graceful_restart = restart->enabled.v;
	peer->restart_seconds = bgp_peer_seconds_or(
		restart->restart_time.set ? restart->restart_time.v : 0, peer->hold_seconds);
	peer->route_reflector_client = s->neighbor->route_reflector.client.v;
	peer->multihop = multihop->enabled.v;
	/* Eight bits go to the daemon, and what is 0 there stands for the default. */
	peer->ttl = (multihop->ttl.set ? (unsigned)multihop->ttl.v : 0) & TTL_MASK;
	if (peer->ttl == 0)
		peer->ttl = TTL_MULTIHOP_DEFAULT;
}

/* The families of an address of that family when none is listed (BG4.3). */
static unsigned bgp_peer_default_families(const struct bgp_peer *peer)
{
	if (peer->interface != NULL)
		return BGP_IPV4 | BGP_IPV6;
	if (peer->dynamic != NULL)
		return bgp_family_bit(ip_family(peer->prefix.address));
	return peer->has_address ? bgp_family_bit(ip_family(peer->address)) : 0;
}

static const struct bgp_entry_families *bgp_peer_listed_families(const struct settings *s)
{
	const struct bgp_entry_families *own = &s->own->families;

	return PICK(s, own->set != 0 || own->unknown != NULL, own, &s->group->families);
}

static void bgp_peer_set_families(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_entry_families *listed = bgp_peer_listed_families(s);

	peer->families = listed->set;
	if (listed->set == 0 && listed->unknown == NULL)
		peer->families = bgp_peer_default_families(peer);
}

static void bgp_peer_apply_settings(struct bgp_peer *peer, const struct settings *s,
				    const struct bgp_config *config)
{
	bgp_peer_set_asns(peer, s, &config->object->global);
	bgp_peer_set_timers(peer, s);
	bgp_peer_set_transport(peer, s);
	bgp_peer_set_auth(peer, s);
	bgp_peer_set_own(peer, s);
	/* BG4.6: only eBGP has a limit. */
	if (!peer->external)
		peer->ttl = 0;
	else if (!peer->multihop)
		peer->ttl = TTL_ADJACENT;
	bgp_peer_set_families(peer, s);
}

/* ---- what gobgp refuses (BG4.5) ---- */

/* Of several reasons the first one counts. */
__attribute__((format(printf, 4, 5))) static void bgp_peer_refuse(struct bgp_peer *peer,
								  const struct bgp_node *node,
								  enum bgp_refusal refusal,
								  const char *format, ...)
{
	va_list args;

	if (peer->refusal != BGP_ACCEPTED)
		return;
	va_start(args, format);
	peer->refusal = refusal;
	peer->refusal_text = arena_vprintf(bgp_peer_arena(node), format, args);
	va_end(args);
}

static bool bgp_peer_vrf_exists(const struct bgp_config *config, const char *name)
{
	ARRAY_FOREACH (const struct bgp_vrf, vrf, &config->object->vrfs.list) {
		if (str_equal(vrf->name.s, name) && bgp_rd_usable(vrf->rd.s))
			return true;
	}
	return false;
}

static void bgp_peer_check_vrf(struct bgp_peer *peer, const struct bgp_node *node)
{
	if (peer->vrf == NULL)
		return;
	if (!bgp_peer_vrf_exists(node->config, peer->vrf))
		bgp_peer_refuse(peer, node, BGP_NO_VRF,
				"VRF \"%s\" is not defined, or has no usable rd", peer->vrf);
	else if ((peer->families & BGP_EVPN) != 0)
		bgp_peer_refuse(peer, node, BGP_VRF_FAMILY,
				"only unicast families can be in VRF \"%s\"", peer->vrf);
}

static void bgp_peer_check_families(struct bgp_peer *peer, const struct settings *s,
				    const struct bgp_node *node)
{
	const char *unknown = bgp_peer_listed_families(s)->unknown;

	if (unknown != NULL)
		bgp_peer_refuse(peer, node, BGP_BAD_FAMILY,
				"gobgp has no address family \"%s\"", unknown);
}

/* Unnumbered: the link must have exactly one other end. */
static void bgp_peer_check_link(struct bgp_peer *peer, const struct bgp_node *node)
{
	const struct node_interface *interface = bgp_interface(node->node, peer->interface);
	struct bgp_link link;

	if (node->node->interfaces.count == 0)
		return;
	if (interface == NULL) {
		bgp_peer_refuse(peer, node, BGP_NO_INTERFACE, "%s has no interface \"%s\"",
				node->node->name, peer->interface);
		return;
	}
	bgp_link_look(&link, node->config->cluster, node->node, interface);
	if (link.nodes + link.routers > 1 && link.other != NULL)
		bgp_peer_refuse(peer, node, BGP_NOT_P2P,
				"%s of %s is not a point-to-point link: %s is also on it",
				peer->interface, node->node->name, link.other->name);
	else if (link.routers > 1)
		bgp_peer_refuse(peer, node, BGP_NOT_P2P,
				"%s of %s is not a point-to-point link: %u routers are on it",
				peer->interface, node->node->name, link.routers);
}

static void bgp_peer_check_address(struct bgp_peer *peer, const struct bgp_node *node)
{
	const struct str_value *address = &peer->neighbor->config.neighbor_address;

	if (peer->interface != NULL)
		bgp_peer_check_link(peer, node);
	else if (address->s == NULL || address->s[0] == '\0')
		bgp_peer_refuse(peer, node, BGP_NO_ADDRESS,
				"it has neither neighborAddress nor neighborInterface");
	else if (!peer->has_address)
		bgp_peer_refuse(peer, node, BGP_BAD_ADDRESS, "\"%s\" is not an IP address",
				address->s);
}

static void bgp_peer_check_group(struct bgp_peer *peer, const char *wanted,
				 const struct bgp_node *node)
{
	if (wanted != NULL && peer->group == NULL)
		bgp_peer_refuse(peer, node, BGP_GROUP_MISSING,
				"peer group \"%s\" does not exist on %s", wanted,
				node->node->name);
}

/* ---- neighbors and dynamic neighbors ---- */

static struct settings bgp_peer_settings(const struct bgp_prepared *prepared,
					 const struct bgp_peer *peer)
{
	const enum bgp_daemon daemon = prepared->config->cluster->options.daemon;
	struct settings s = {
		.how = OWN_ONLY,
		.own = peer->neighbor != NULL ? &prepared->neighbors[peer->index] : &no_entry,
		.group = &no_entry,
		.neighbor = peer->neighbor != NULL ? peer->neighbor : &no_neighbor,
		.peer_group = &no_group,
	};

	if (peer->group == NULL)
		return s;
	s.how = daemon == BGP_FORK_1_1 || peer->neighbor == NULL ? GROUP_ONLY : OWN_FIRST;
	s.group = &prepared->groups[peer->group_index];
	s.peer_group = peer->group;
	return s;
}

static void bgp_peer_set_group(struct bgp_peer *peer, const struct bgp_node *node,
			       const char *name)
{
	peer->group = name != NULL ? bgp_peer_find_group(node, name) : NULL;
	if (peer->group != NULL)
		peer->group_index =
			(uint32_t)(peer->group - node->config->object->peer_groups.list.items);
}

static const char *bgp_peer_text_or_null(const struct str_value *value)
{
	return value->s != NULL && value->s[0] != '\0' ? value->s : NULL;
}

static void bgp_peer_add_neighbor(const struct bgp_prepared *prepared, struct bgp_node *node,
				  uint32_t index)
{
	const struct bgp_neighbor *neighbor =
		&node->config->object->neighbors.list.items[index];
	const struct bgp_entry *entry = &prepared->neighbors[index];
	const char *group = bgp_peer_text_or_null(&neighbor->config.peer_group);
	struct bgp_peer *peer = ARRAY_PUSH(bgp_peer_arena(node), &node->peers);
	struct settings settings;

	peer->neighbor = neighbor;
	peer->index = index;
	peer->path = entry->path;
	peer->interface = bgp_peer_text_or_null(&neighbor->config.neighbor_interface);
	peer->has_address = peer->interface == NULL && entry->has_address;
	peer->address = entry->address;
	peer->zone = entry->zone;
	peer->vrf = bgp_peer_text_or_null(&neighbor->config.vrf);
	peer->admin_down = neighbor->config.admin_down.v;
	bgp_peer_set_group(peer, node, group);
	settings = bgp_peer_settings(prepared, peer);
	bgp_peer_apply_settings(peer, &settings, node->config);
	bgp_peer_check_group(peer, group, node);
	bgp_peer_check_address(peer, node);
	bgp_peer_check_families(peer, &settings, node);
	bgp_peer_check_vrf(peer, node);
}

static void bgp_peer_add_dynamic(const struct bgp_prepared *prepared, struct bgp_node *node,
				 uint32_t index)
{
	const struct bgp_dynamic_neighbor *dynamic =
		&node->config->object->dynamic_neighbors.list.items[index];
	const struct bgp_entry *entry = &prepared->dynamic[index];
	struct bgp_peer *peer = ARRAY_PUSH(bgp_peer_arena(node), &node->peers);
	struct settings settings;

	peer->dynamic = dynamic;
	peer->index = index;
	peer->path = entry->path;
	peer->prefix = entry->prefix;
	bgp_peer_set_group(peer, node,
			   dynamic->peer_group.s != NULL ? dynamic->peer_group.s : "");
	settings = bgp_peer_settings(prepared, peer);
	bgp_peer_apply_settings(peer, &settings, node->config);
	/* BG4.6: they only wait for the other side. */
	peer->passive = true;
	bgp_peer_check_group(peer, dynamic->peer_group.s != NULL ? dynamic->peer_group.s : "",
			     node);
	if (!entry->has_prefix)
		bgp_peer_refuse(peer, node, BGP_BAD_PREFIX, "\"%s\" is not a network",
				entry->key);
	bgp_peer_check_families(peer, &settings, node);
}

/* ---- keys (BG4.2, step 4) ---- */

/* Where the peers of a node are, by the number of their key or address; NULL: nowhere. */
struct places {
	struct bgp_peer **neighbors;
	struct bgp_peer **dynamic;
};

static struct places bgp_peer_places_new(const struct bgp_node *node, struct arena *scratch)
{
	const struct bgp_configuration *object = node->config->object;

	return (struct places){
		arena_zalloc(scratch, object->neighbors.list.count, sizeof(struct bgp_peer *)),
		arena_zalloc(scratch, object->dynamic_neighbors.list.count,
			     sizeof(struct bgp_peer *)),
	};
}

/* The place of the peer's key. */
static struct bgp_peer **bgp_peer_place_of_key(const struct bgp_prepared *prepared,
					       const struct places *places,
					       const struct bgp_peer *peer)
{
	return peer->neighbor != NULL
		       ? &places->neighbors[prepared->neighbors[peer->index].key_id]
		       : &places->dynamic[prepared->dynamic[peer->index].key_id];
}

/* Of several with one key the last one counts. */
static void bgp_peer_settle_keys(const struct bgp_prepared *prepared, struct bgp_node *node,
				 struct arena *scratch)
{
	const struct places places = bgp_peer_places_new(node, scratch);

	for (uint32_t i = node->peers.count; i-- > 0;) {
		struct bgp_peer *peer = &node->peers.items[i];
		struct bgp_peer **place = bgp_peer_place_of_key(prepared, &places, peer);

		if (peer->refusal == BGP_GROUP_MISSING)
			continue;
		if (*place == NULL) {
			*place = peer;
			continue;
		}
		peer->refusal = BGP_REPLACED;
		peer->refusal_text =
			arena_printf(bgp_peer_arena(node),
				     "%s is the same peer and comes later", (*place)->path);
	}
}

/* Of two spellings of one address the daemon takes the peer that comes first. */
static void bgp_peer_settle_addresses(const struct bgp_prepared *prepared,
				      struct bgp_node *node, struct arena *scratch)
{
	const struct places places = bgp_peer_places_new(node, scratch);

	ARRAY_FOREACH (struct bgp_peer, peer, &node->peers) {
		struct bgp_peer **place;

		if (!peer->has_address || peer->refusal != BGP_ACCEPTED)
			continue;
		place = &places.neighbors[prepared->neighbors[peer->index].address_id];
		if (*place == NULL)
			*place = peer;
		else
			bgp_peer_refuse(peer, node, BGP_SAME_ADDRESS,
					"%s has the same address, written another way",
					(*place)->path);
	}
}

/* ---- how far the reconcile gets (BG2.2) ---- */

static void bgp_node_stop_at(struct bgp_node *node, enum bgp_node_state state, const char *text,
			     struct pos pos, const char *path)
{
	if (node->state != BGP_NODE_RUNS)
		return;
	node->state = state;
	node->state_text = text;
	node->state_pos = pos;
	node->state_path = path;
}

static void bgp_node_stop_at_selector(struct bgp_node *node, enum bgp_node_state state,
				      uint32_t selector)
{
	const struct bgp_selector *s = &node->config->selectors.items[selector];

	bgp_node_stop_at(
		node, state,
		arena_printf(bgp_peer_arena(node), "%s is invalid: %s", s->path, s->error),
		s->error_pos, s->error_path);
}

static void bgp_node_stop_at_secret(struct bgp_node *node, enum bgp_node_state state,
				    const struct bgp_entry *entry)
{
	bgp_node_stop_at(node, state, entry->auth.missing, entry->auth.missing_pos,
			 arena_printf(bgp_peer_arena(node), "%s.authPasswordSecretRef",
				      entry->auth.path));
}

static void bgp_node_check_groups(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	const struct bgp_configuration *object = node->config->object;

	for (uint32_t i = 0; i < object->peer_groups.list.count; i++) {
		uint32_t selector = object->neighbors.list.count + i;

		if (node->config->selectors.items[selector].error != NULL)
			bgp_node_stop_at_selector(node, BGP_NODE_GROUP_SELECTOR, selector);
		else if (bgp_peer_group_applies(node, i) &&
			 prepared->groups[i].auth.missing != NULL)
			bgp_node_stop_at_secret(node, BGP_NODE_GROUP_SECRET,
						&prepared->groups[i]);
	}
	node->has_groups = node->state == BGP_NODE_RUNS;
}

/* The group is looked for before the Secret is. */
static bool bgp_node_needs_secret(const struct bgp_node *node, uint32_t index)
{
	const struct bgp_neighbor *neighbor =
		&node->config->object->neighbors.list.items[index];
	const char *group = bgp_peer_text_or_null(&neighbor->config.peer_group);

	return bgp_selector_applies(node, index) &&
	       (group == NULL || bgp_peer_find_group(node, group) != NULL);
}

static void bgp_node_check_neighbors(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	for (uint32_t i = 0; i < node->config->object->neighbors.list.count; i++) {
		if (node->config->selectors.items[i].error != NULL)
			bgp_node_stop_at_selector(node, BGP_NODE_SELECTOR, i);
		else if (prepared->neighbors[i].auth.missing != NULL &&
			 bgp_node_needs_secret(node, i))
			bgp_node_stop_at_secret(node, BGP_NODE_SECRET, &prepared->neighbors[i]);
	}
	node->has_neighbors = node->state == BGP_NODE_RUNS;
}

/* BG5.5: the daemon looks for the VRF where AddVrf does not put it; the import that was enabled
 * before goes on. */
static void bgp_node_check_vrfs(struct bgp_node *node)
{
	const struct bgp_vrfs *vrfs = &node->config->object->vrfs;

	if (node->config->cluster->options.daemon != BGP_FORK_1_1)
		return;
	for (uint32_t i = 0; i < vrfs->list.count; i++) {
		const struct bgp_vrf *vrf = &vrfs->list.items[i];
		const bool import = vrf->netlink_import.enabled.v;

		if ((!import && !vrf->netlink_export.enabled.v) || !bgp_rd_usable(vrf->rd.s))
			continue;
		bgp_node_stop_at(
			node, BGP_NODE_VRF_NETLINK,
			arena_printf(bgp_peer_arena(node),
				     "the daemon does not find VRF \"%s\" for its netlink %s",
				     vrf->name.s != NULL ? vrf->name.s : "",
				     import ? "import" : "export"),
			import ? vrf->netlink_import.at.pos : vrf->netlink_export.at.pos,
			arena_printf(bgp_peer_arena(node), "spec.vrfs[%u].netlink%s", i,
				     import ? "Import" : "Export"));
	}
}

static const char *bgp_node_router_id_text(const struct bgp_node *node,
					   const struct str_value *written)
{
	const char *error = router_id_error_text(node->router_id.error);

	if (written->s == NULL || written->s[0] == '\0')
		return arena_printf(bgp_peer_arena(node),
				    "the router ID cannot be determined: it %s", error);
	return arena_printf(bgp_peer_arena(node), "routerID \"%s\" %s", written->s, error);
}

static void bgp_node_check_global(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	const struct bgp_configuration *object = node->config->object;

	if (node->config->invalid.count > 0) {
		const struct bgp_invalid *invalid = &node->config->invalid.items[0];

		bgp_node_stop_at(node, BGP_NODE_INVALID,
				 arena_printf(bgp_peer_arena(node),
					      "the controller refuses %s: %s", invalid->path,
					      invalid->text),
				 invalid->pos, invalid->path);
	}
	/* A Node object that is not in the input is there in the cluster. */
	if (node->router_id.text == NULL && node->router_id.error != ROUTER_ID_NO_NODE)
		bgp_node_stop_at(node, BGP_NODE_NO_ROUTER_ID,
				 bgp_node_router_id_text(node, &object->global.router_id),
				 object->global.router_id.pos, "spec.global.routerID");
	if (bgp_peer_asn(object->global.asn.set ? object->global.asn.v : 0) == 0)
		bgp_node_stop_at(node, BGP_NODE_NO_ASN, "global.asn is not a valid AS number",
				 object->global.asn.pos, "spec.global.asn");
	if (prepared->bad_listen_address != NULL)
		bgp_node_stop_at(
			node, BGP_NODE_LISTEN_ADDRESS,
			arena_printf(bgp_peer_arena(node),
				     "the daemon cannot listen on \"%s\", which is not an IP "
				     "address",
				     prepared->bad_listen_address),
			prepared->bad_listen_pos, prepared->bad_listen_path);
}

void bgp_peers_resolve(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	const struct bgp_configuration *object = node->config->object;
	struct arena scratch;

	bgp_peer_find_groups(node);
	for (uint32_t i = 0; i < object->neighbors.list.count; i++)
		if (bgp_selector_applies(node, i))
			bgp_peer_add_neighbor(prepared, node, i);
	for (uint32_t i = 0; i < object->dynamic_neighbors.list.count; i++)
		bgp_peer_add_dynamic(prepared, node, i);
	arena_init(&scratch);
	bgp_peer_settle_keys(prepared, node, &scratch);
	bgp_peer_settle_addresses(prepared, node, &scratch);
	arena_release(&scratch);
	bgp_node_check_global(prepared, node);
	bgp_node_check_groups(prepared, node);
	bgp_node_check_neighbors(prepared, node);
	bgp_node_check_vrfs(node);
}

/* Peers of a node that has every group, and of which nothing else is known. */
void bgp_peers_resolve_anywhere(const struct bgp_prepared *prepared)
{
	static const struct cluster_node anywhere = { .name = "any node" };
	struct bgp_config *config = prepared->config;
	const struct bgp_configuration *object = config->object;
	struct bgp_node node = { .node = &anywhere, .config = config };

	for (uint32_t i = 0; i < object->peer_groups.list.count; i++)
		bgp_peer_add_group(&node, &object->peer_groups.list.items[i]);
	for (uint32_t i = 0; i < object->neighbors.list.count; i++)
		bgp_peer_add_neighbor(prepared, &node, i);
	for (uint32_t i = 0; i < object->dynamic_neighbors.list.count; i++)
		bgp_peer_add_dynamic(prepared, &node, i);
	config->peers.items = node.peers.items;
	config->peers.count = node.peers.count;
	config->peers.capacity = node.peers.capacity;
}
