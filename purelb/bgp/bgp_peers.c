/* SPDX-License-Identifier: Apache-2.0 */
/* The peers of a node: groups, selectors, defaults, and which gobgp refuses (section 4). */
#include "purelb/bgp/bgp_parts.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"

enum {
	TTL_ADJACENT = 1,
	TTL_MULTIHOP_DEFAULT = 255,
	TTL_MASK = 0xff,
};

static struct arena *arena_of(const struct bgp_node *node)
{
	return node->config->cluster->arena;
}

/* ---- selectors (4.1) ---- */

/* Absent: every node. One that is invalid, or meets labels that are not known, matches none. */
bool bgp_selector_applies(const struct bgp_node *node, uint32_t selector)
{
	const struct bgp_selector *s = &node->config->selectors.items[selector];

	if (!s->selector->at.set)
		return true;
	return s->error == NULL && node->node->labels_known &&
	       selector_matches(s->selector, &node->node->labels);
}

static bool neighbor_applies(const struct bgp_node *node, uint32_t index)
{
	return bgp_selector_applies(node, index);
}

static bool group_applies(const struct bgp_node *node, uint32_t index)
{
	return bgp_selector_applies(node, node->config->object->neighbors.list.count + index);
}

/* ---- peer groups (4.2, step 2) ---- */

static const char *group_name(const struct bgp_peer_group *group)
{
	return group->config.peer_group_name.s != NULL ? group->config.peer_group_name.s : "";
}

static const struct bgp_peer_group *find_group(const struct bgp_node *node, const char *name)
{
	ARRAY_FOREACH (const struct bgp_peer_group *, group, &node->groups) {
		if (str_equal(group_name(*group), name))
			return *group;
	}
	return NULL;
}

/* A later group of a name replaces an earlier one. */
static void add_group(struct bgp_node *node, const struct bgp_peer_group *group)
{
	ARRAY_FOREACH (const struct bgp_peer_group *, old, &node->groups) {
		if (str_equal(group_name(*old), group_name(group))) {
			*old = group;
			return;
		}
	}
	ARRAY_ADD(arena_of(node), &node->groups, group);
}

static void find_groups(struct bgp_node *node)
{
	const struct bgp_peer_groups *groups = &node->config->object->peer_groups;

	for (uint32_t i = 0; i < groups->list.count; i++)
		if (group_applies(node, i))
			add_group(node, &groups->list.items[i]);
}

/* ---- where the settings come from (4.4) ---- */

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

static int64_t pick_number(const struct settings *s, const struct int_value *own,
			   const struct int_value *group)
{
	const struct int_value *v = PICK(s, own->set && own->v != 0, own, group);

	return v->set ? v->v : 0;
}

static const char *pick_text(const struct settings *s, const struct str_value *own,
			     const struct str_value *group)
{
	const struct str_value *v = PICK(s, own->s != NULL && own->s[0] != '\0', own, group);

	return v->s != NULL && v->s[0] != '\0' ? v->s : NULL;
}

static uint32_t to_asn(int64_t number)
{
	return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static uint64_t seconds_or(int64_t number, uint64_t otherwise)
{
	return number > 0 ? (uint64_t)number : otherwise;
}

static void set_asns(struct bgp_peer *peer, const struct settings *s,
		     const struct bgp_global *global)
{
	const struct bgp_neighbor_config *own = &s->neighbor->config;
	const struct bgp_peer_group_config *group = &s->peer_group->config;

	peer->peer_as = to_asn(pick_number(s, &own->peer_asn, &group->peer_asn));
	peer->local_as = to_asn(pick_number(s, &own->local_asn, &group->local_asn));
	if (peer->local_as == 0)
		peer->local_as = to_asn(global->asn.set ? global->asn.v : 0);
	peer->external = peer->peer_as != 0 && peer->peer_as != peer->local_as;
}

void bgp_timers_apply(struct bgp_peer *peer, int64_t hold, int64_t keepalive, int64_t retry)
{
	peer->hold_seconds = seconds_or(hold, BGP_HOLD_DEFAULT_S);
	peer->keepalive_seconds =
		seconds_or(keepalive, peer->hold_seconds / BGP_KEEPALIVES_PER_HOLD);
	peer->connect_retry_seconds = seconds_or(retry, BGP_CONNECT_RETRY_DEFAULT_S);
}

static void set_timers(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_timers_config *own = &s->neighbor->timers.config;
	const struct bgp_timers_config *group = &s->peer_group->timers.config;

	bgp_timers_apply(peer, pick_number(s, &own->hold_time, &group->hold_time),
			 pick_number(s, &own->keepalive_interval, &group->keepalive_interval),
			 pick_number(s, &own->connect_retry, &group->connect_retry));
}

/* 0.0.0.0 and :: are what the daemon takes without one (4.3). */
static const char *local_address(const char *text)
{
	struct ip ip;

	return text != NULL && ip_parse(text, &ip) && ip_is_unspecified(ip) ? NULL : text;
}

static void set_transport(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_transport *own = &s->neighbor->transport;
	const struct bgp_transport *group = &s->peer_group->transport;

	peer->passive = PICK(s, own->passive_mode.set, own, group)->passive_mode.v;
	peer->local_address =
		local_address(pick_text(s, &own->local_address, &group->local_address));
	/* The daemon applies no group's bindInterface. */
	if (s->how != GROUP_ONLY && own->bind_interface.s != NULL &&
	    own->bind_interface.s[0] != '\0')
		peer->bind_interface = own->bind_interface.s;
}

static void set_auth(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_credential *own = &s->own->auth;
	const struct bgp_credential *auth =
		PICK(s, own->auth != BGP_AUTH_NONE, own, &s->group->auth);

	peer->auth = auth->auth;
	peer->password = auth->password;
}

/* What groups cannot carry: a member loses it under fork-1.1. */
static void set_own(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_graceful_restart *restart = &s->neighbor->graceful_restart;
	const struct bgp_ebgp_multihop *multihop = &s->neighbor->ebgp_multihop;

	if (s->how == GROUP_ONLY)
		return;
	peer->graceful_restart = restart->enabled.v;
	peer->restart_seconds = seconds_or(
		restart->restart_time.set ? restart->restart_time.v : 0, peer->hold_seconds);
	peer->route_reflector_client = s->neighbor->route_reflector.client.v;
	peer->multihop = multihop->enabled.v;
	/* Eight bits go to the daemon, and what is 0 there stands for the default. */
	peer->ttl = (multihop->ttl.set ? (unsigned)multihop->ttl.v : 0) & TTL_MASK;
	if (peer->ttl == 0)
		peer->ttl = TTL_MULTIHOP_DEFAULT;
}

/* 4.6: only eBGP has a limit. */
static void set_ttl(struct bgp_peer *peer)
{
	if (!peer->external)
		peer->ttl = 0;
	else if (!peer->multihop)
		peer->ttl = TTL_ADJACENT;
}

/* The families of an address of that family when none is listed (4.3). */
static unsigned default_families(const struct bgp_peer *peer)
{
	if (peer->interface != NULL)
		return BGP_IPV4 | BGP_IPV6;
	if (peer->dynamic != NULL)
		return bgp_family_bit(ip_family(peer->prefix.address));
	return peer->has_address ? bgp_family_bit(ip_family(peer->address)) : 0;
}

static const struct bgp_entry_families *listed_families(const struct settings *s)
{
	const struct bgp_entry_families *own = &s->own->families;

	return PICK(s, own->set != 0 || own->unknown != NULL, own, &s->group->families);
}

static void set_families(struct bgp_peer *peer, const struct settings *s)
{
	const struct bgp_entry_families *listed = listed_families(s);

	peer->families = listed->set;
	if (listed->set == 0 && listed->unknown == NULL)
		peer->families = default_families(peer);
}

static void apply_settings(struct bgp_peer *peer, const struct settings *s,
			   const struct bgp_config *config)
{
	set_asns(peer, s, &config->object->global);
	set_timers(peer, s);
	set_transport(peer, s);
	set_auth(peer, s);
	set_own(peer, s);
	set_ttl(peer);
	set_families(peer, s);
}

/* ---- what gobgp refuses (4.5) ---- */

static void refuse(struct bgp_peer *peer, enum bgp_refusal refusal, const char *text)
{
	if (peer->refusal != BGP_ACCEPTED)
		return;
	peer->refusal = refusal;
	peer->refusal_text = text;
}

static bool vrf_exists(const struct bgp_config *config, const char *name)
{
	ARRAY_FOREACH (const struct bgp_vrf, vrf, &config->object->vrfs.list) {
		if (str_equal(vrf->name.s, name) && bgp_rd_usable(vrf->rd.s))
			return true;
	}
	return false;
}

static void check_vrf(struct bgp_peer *peer, const struct bgp_node *node)
{
	if (peer->vrf == NULL)
		return;
	if (!vrf_exists(node->config, peer->vrf))
		refuse(peer, BGP_NO_VRF,
		       arena_printf(arena_of(node),
				    "VRF \"%s\" is not defined, or has no "
				    "usable rd",
				    peer->vrf));
	else if ((peer->families & BGP_EVPN) != 0)
		refuse(peer, BGP_VRF_FAMILY,
		       arena_printf(arena_of(node),
				    "only unicast families can be in VRF \"%s\"", peer->vrf));
}

static void check_families(struct bgp_peer *peer, const struct settings *s,
			   const struct bgp_node *node)
{
	const char *unknown = listed_families(s)->unknown;

	if (unknown != NULL)
		refuse(peer, BGP_BAD_FAMILY,
		       arena_printf(arena_of(node), "gobgp knows no family \"%s\"", unknown));
}

/* Unnumbered: the link must have exactly one other end. */
static void check_link(struct bgp_peer *peer, const struct bgp_node *node)
{
	const struct node_interface *interface = bgp_interface(node->node, peer->interface);
	struct bgp_link link;

	if (node->node->interfaces.count == 0)
		return;
	if (interface == NULL) {
		refuse(peer, BGP_NO_INTERFACE,
		       arena_printf(arena_of(node), "%s has no interface \"%s\"",
				    node->node->name, peer->interface));
		return;
	}
	bgp_link_look(&link, node->config->cluster, node->node, interface);
	if (link.nodes + link.routers > 1 && link.other != NULL)
		refuse(peer, BGP_NOT_P2P,
		       arena_printf(arena_of(node),
				    "%s of %s is no point-to-point link: %s is on it, too",
				    peer->interface, node->node->name, link.other->name));
	else if (link.routers > 1)
		refuse(peer, BGP_NOT_P2P,
		       arena_printf(arena_of(node),
				    "%s of %s is no point-to-point link: %u routers are on it",
				    peer->interface, node->node->name, link.routers));
}

static void check_address(struct bgp_peer *peer, const struct bgp_node *node)
{
	const struct str_value *address = &peer->neighbor->config.neighbor_address;

	if (peer->interface != NULL)
		check_link(peer, node);
	else if (address->s == NULL || address->s[0] == '\0')
		refuse(peer, BGP_NO_ADDRESS,
		       "it has neither neighborAddress nor neighborInterface");
	else if (!peer->has_address)
		refuse(peer, BGP_BAD_ADDRESS,
		       arena_printf(arena_of(node), "\"%s\" is not an IP address", address->s));
}

static void check_group(struct bgp_peer *peer, const char *wanted, const struct bgp_node *node)
{
	if (wanted != NULL && peer->group == NULL)
		refuse(peer, BGP_GROUP_MISSING,
		       arena_printf(arena_of(node), "there is no peer group \"%s\" on %s",
				    wanted, node->node->name));
}

/* ---- neighbors and dynamic neighbors ---- */

static struct settings settings_of(const struct bgp_prepared *prepared,
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

static void set_group(struct bgp_peer *peer, const struct bgp_node *node, const char *name)
{
	peer->group = name != NULL ? find_group(node, name) : NULL;
	if (peer->group != NULL)
		peer->group_index =
			(uint32_t)(peer->group - node->config->object->peer_groups.list.items);
}

static const char *text_or_null(const struct str_value *value)
{
	return value->s != NULL && value->s[0] != '\0' ? value->s : NULL;
}

static void add_neighbor(const struct bgp_prepared *prepared, struct bgp_node *node,
			 uint32_t index)
{
	const struct bgp_neighbor *neighbor =
		&node->config->object->neighbors.list.items[index];
	const struct bgp_entry *entry = &prepared->neighbors[index];
	const char *group = text_or_null(&neighbor->config.peer_group);
	struct bgp_peer *peer = ARRAY_PUSH(arena_of(node), &node->peers);
	struct settings settings;

	peer->neighbor = neighbor;
	peer->index = index;
	peer->path = entry->path;
	peer->interface = text_or_null(&neighbor->config.neighbor_interface);
	peer->has_address = peer->interface == NULL && entry->has_address;
	peer->address = entry->address;
	peer->zone = entry->zone;
	peer->vrf = text_or_null(&neighbor->config.vrf);
	peer->admin_down = neighbor->config.admin_down.v;
	set_group(peer, node, group);
	settings = settings_of(prepared, peer);
	apply_settings(peer, &settings, node->config);
	check_group(peer, group, node);
	check_address(peer, node);
	check_families(peer, &settings, node);
	check_vrf(peer, node);
}

static void add_dynamic(const struct bgp_prepared *prepared, struct bgp_node *node,
			uint32_t index)
{
	const struct bgp_dynamic_neighbor *dynamic =
		&node->config->object->dynamic_neighbors.list.items[index];
	const struct bgp_entry *entry = &prepared->dynamic[index];
	struct bgp_peer *peer = ARRAY_PUSH(arena_of(node), &node->peers);
	struct settings settings;

	peer->dynamic = dynamic;
	peer->index = index;
	peer->path = entry->path;
	peer->prefix = entry->prefix;
	set_group(peer, node, dynamic->peer_group.s != NULL ? dynamic->peer_group.s : "");
	settings = settings_of(prepared, peer);
	apply_settings(peer, &settings, node->config);
	/* 4.6: they only wait for the other side. */
	peer->passive = true;
	check_group(peer, dynamic->peer_group.s != NULL ? dynamic->peer_group.s : "", node);
	if (!entry->has_prefix)
		refuse(peer, BGP_BAD_PREFIX,
		       arena_printf(arena_of(node), "\"%s\" is not a network", entry->key));
	check_families(peer, &settings, node);
}

/* ---- keys (4.2, step 4) ---- */

/* Where the peers of a node are, by the number of their key or address; NULL: nowhere. */
struct places {
	struct bgp_peer **neighbors;
	struct bgp_peer **dynamic;
};

static struct places places_new(const struct bgp_node *node, struct arena *scratch)
{
	const struct bgp_configuration *object = node->config->object;

	return (struct places){
		arena_zalloc(scratch, object->neighbors.list.count, sizeof(struct bgp_peer *)),
		arena_zalloc(scratch, object->dynamic_neighbors.list.count,
			     sizeof(struct bgp_peer *)),
	};
}

/* The place of the peer's key. */
static struct bgp_peer **place_of_key(const struct bgp_prepared *prepared,
				      const struct places *places, const struct bgp_peer *peer)
{
	return peer->neighbor != NULL
		       ? &places->neighbors[prepared->neighbors[peer->index].key_id]
		       : &places->dynamic[prepared->dynamic[peer->index].key_id];
}

/* Of several with one key the last one counts. */
static void settle_keys(const struct bgp_prepared *prepared, struct bgp_node *node,
			struct arena *scratch)
{
	const struct places places = places_new(node, scratch);

	for (uint32_t i = node->peers.count; i-- > 0;) {
		struct bgp_peer *peer = &node->peers.items[i];
		struct bgp_peer **place = place_of_key(prepared, &places, peer);

		if (peer->refusal == BGP_GROUP_MISSING)
			continue;
		if (*place == NULL) {
			*place = peer;
			continue;
		}
		peer->refusal = BGP_REPLACED;
		peer->refusal_text = arena_printf(
			arena_of(node), "%s is the same peer and comes later", (*place)->path);
	}
}

/* Of two spellings of one address the daemon takes the peer that comes first. */
static void settle_addresses(const struct bgp_prepared *prepared, struct bgp_node *node,
			     struct arena *scratch)
{
	const struct places places = places_new(node, scratch);

	ARRAY_FOREACH (struct bgp_peer, peer, &node->peers) {
		struct bgp_peer **place;

		if (!peer->has_address || peer->refusal != BGP_ACCEPTED)
			continue;
		place = &places.neighbors[prepared->neighbors[peer->index].address_id];
		if (*place == NULL)
			*place = peer;
		else
			refuse(peer, BGP_SAME_ADDRESS,
			       arena_printf(arena_of(node),
					    "%s has the same address, written another way",
					    (*place)->path));
	}
}

static void settle(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	struct arena scratch;

	if (node->peers.count < 2)
		return;
	arena_init(&scratch);
	settle_keys(prepared, node, &scratch);
	settle_addresses(prepared, node, &scratch);
	arena_release(&scratch);
}

/* ---- how far the reconcile gets (2.2) ---- */

static void stop_at(struct bgp_node *node, enum bgp_node_state state, const char *text,
		    struct pos pos, const char *path)
{
	if (node->state != BGP_NODE_RUNS)
		return;
	node->state = state;
	node->state_text = text;
	node->state_pos = pos;
	node->state_path = path;
}

static void stop_at_selector(struct bgp_node *node, enum bgp_node_state state,
			     uint32_t selector)
{
	const struct bgp_selector *s = &node->config->selectors.items[selector];

	stop_at(node, state,
		arena_printf(arena_of(node), "%s is invalid: %s", s->path, s->error),
		s->error_pos, s->error_path);
}

static void stop_at_secret(struct bgp_node *node, enum bgp_node_state state,
			   const struct bgp_entry *entry)
{
	stop_at(node, state, entry->auth.missing, entry->auth.missing_pos,
		arena_printf(arena_of(node), "%s.authPasswordSecretRef", entry->auth.path));
}

static void judge_groups(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	const struct bgp_configuration *object = node->config->object;

	for (uint32_t i = 0; i < object->peer_groups.list.count; i++) {
		uint32_t selector = object->neighbors.list.count + i;

		if (node->config->selectors.items[selector].error != NULL)
			stop_at_selector(node, BGP_NODE_GROUP_SELECTOR, selector);
		else if (group_applies(node, i) && prepared->groups[i].auth.missing != NULL)
			stop_at_secret(node, BGP_NODE_GROUP_SECRET, &prepared->groups[i]);
	}
	node->has_groups = node->state == BGP_NODE_RUNS;
}

/* The group is looked for before the Secret is. */
static bool needs_secret(const struct bgp_node *node, uint32_t index)
{
	const struct bgp_neighbor *neighbor =
		&node->config->object->neighbors.list.items[index];
	const char *group = text_or_null(&neighbor->config.peer_group);

	return neighbor_applies(node, index) &&
	       (group == NULL || find_group(node, group) != NULL);
}

static void judge_neighbors(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	for (uint32_t i = 0; i < node->config->object->neighbors.list.count; i++) {
		if (node->config->selectors.items[i].error != NULL)
			stop_at_selector(node, BGP_NODE_SELECTOR, i);
		else if (prepared->neighbors[i].auth.missing != NULL && needs_secret(node, i))
			stop_at_secret(node, BGP_NODE_SECRET, &prepared->neighbors[i]);
	}
	node->has_neighbors = node->state == BGP_NODE_RUNS;
}

/* 5.5: the daemon looks for the VRF where AddVrf does not put it; the import that was enabled
 * before goes on. */
static void judge_vrfs(struct bgp_node *node)
{
	const struct bgp_vrfs *vrfs = &node->config->object->vrfs;

	if (node->config->cluster->options.daemon != BGP_FORK_1_1)
		return;
	for (uint32_t i = 0; i < vrfs->list.count; i++) {
		const struct bgp_vrf *vrf = &vrfs->list.items[i];
		const bool import = vrf->netlink_import.enabled.v;

		if ((!import && !vrf->netlink_export.enabled.v) || !bgp_rd_usable(vrf->rd.s))
			continue;
		stop_at(node, BGP_NODE_VRF_NETLINK,
			arena_printf(arena_of(node),
				     "the daemon does not find VRF \"%s\" for its netlink %s",
				     vrf->name.s != NULL ? vrf->name.s : "",
				     import ? "import" : "export"),
			import ? vrf->netlink_import.at.pos : vrf->netlink_export.at.pos,
			arena_printf(arena_of(node), "spec.vrfs[%u].netlink%s", i,
				     import ? "Import" : "Export"));
	}
}

static const char *router_id_text(const struct bgp_node *node, const struct str_value *written)
{
	const char *error = router_id_error_text(node->router_id.error);

	if (written->s == NULL || written->s[0] == '\0')
		return arena_printf(arena_of(node), "the router ID cannot be made: it %s",
				    error);
	return arena_printf(arena_of(node), "routerID \"%s\" %s", written->s, error);
}

static void judge_global(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	const struct bgp_configuration *object = node->config->object;

	if (node->config->invalid.count > 0) {
		const struct bgp_invalid *invalid = &node->config->invalid.items[0];

		stop_at(node, BGP_NODE_INVALID,
			arena_printf(arena_of(node), "the controller refuses %s: %s",
				     invalid->path, invalid->text),
			invalid->pos, invalid->path);
	}
	/* A Node object that is not in the input is there in the cluster. */
	if (node->router_id.text == NULL && node->router_id.error != ROUTER_ID_NO_NODE)
		stop_at(node, BGP_NODE_NO_ROUTER_ID,
			router_id_text(node, &object->global.router_id),
			object->global.router_id.pos, "spec.global.routerID");
	if (to_asn(object->global.asn.set ? object->global.asn.v : 0) == 0)
		stop_at(node, BGP_NODE_NO_ASN, "global.asn is no AS number",
			object->global.asn.pos, "spec.global.asn");
	if (prepared->bad_listen_address != NULL)
		stop_at(node, BGP_NODE_LISTEN_ADDRESS,
			arena_printf(arena_of(node),
				     "the daemon cannot listen on \"%s\", which is no IP "
				     "address",
				     prepared->bad_listen_address),
			prepared->bad_listen_pos, prepared->bad_listen_path);
}

void bgp_peers_resolve(const struct bgp_prepared *prepared, struct bgp_node *node)
{
	const struct bgp_configuration *object = node->config->object;

	find_groups(node);
	for (uint32_t i = 0; i < object->neighbors.list.count; i++)
		if (neighbor_applies(node, i))
			add_neighbor(prepared, node, i);
	for (uint32_t i = 0; i < object->dynamic_neighbors.list.count; i++)
		add_dynamic(prepared, node, i);
	settle(prepared, node);
	judge_global(prepared, node);
	judge_groups(prepared, node);
	judge_neighbors(prepared, node);
	judge_vrfs(node);
}

/* Peers of a node that has every group, and of which nothing else is known. */
void bgp_peers_resolve_anywhere(const struct bgp_prepared *prepared)
{
	static const struct cluster_node anywhere = { .name = "any node" };
	struct bgp_config *config = prepared->config;
	const struct bgp_configuration *object = config->object;
	struct bgp_node node = { .node = &anywhere, .config = config };

	for (uint32_t i = 0; i < object->peer_groups.list.count; i++)
		add_group(&node, &object->peer_groups.list.items[i]);
	for (uint32_t i = 0; i < object->neighbors.list.count; i++)
		add_neighbor(prepared, &node, i);
	for (uint32_t i = 0; i < object->dynamic_neighbors.list.count; i++)
		add_dynamic(prepared, &node, i);
	config->peers.items = node.peers.items;
	config->peers.count = node.peers.count;
	config->peers.capacity = node.peers.capacity;
}
