/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a BGPConfiguration says whatever the node is: the controller's own validation (BG2.1),
 * selectors (BG4.1), passwords (BG2.2, BG4.6), families (BG4.3) and addresses; and what of a
 * neighbor its peer group overwrites (BG4.4).
 */
#include "purelb/bgp/bgp_parts.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/objects/object.h"
#include "purelb/pools/order.h"

/* ---- V1 to V6 ---- */

static struct bgp_invalid *bgp_config_add_invalid(struct bgp_config *config, const char *rule,
						  const struct str_value *value,
						  const char *path)
{
	struct bgp_invalid *invalid = ARRAY_PUSH(config->cluster->arena, &config->invalid);

	invalid->rule = rule;
	invalid->pos = value->pos;
	invalid->path = path;
	return invalid;
}

/* Runs of at most `digits` digits with colons between them, none above `max`. */
struct community_form {
	unsigned parts;
	unsigned digits;
	uint64_t max;
	const char *shape; /* what it should be */
	const char *limit; /* what is wrong with a number that is too large */
};

static const struct community_form community = { 2, 5, UINT16_MAX,
						 "is not a community such as 65000:100",
						 "has a part above 65535" };
static const struct community_form large_community = {
	3, UINT32_MAX, UINT32_MAX, "is not a large community such as 65000:1:100",
	"has a part above 4294967295"
};

enum community_fault { COMMUNITY_FINE, COMMUNITY_SHAPE, COMMUNITY_LIMIT };

/* Whether the digits, leading zeros aside, are a number of at most `max`. */
static bool bgp_config_number_within(const char *digits, size_t len, uint64_t max)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		value = value * 10 + (uint64_t)(digits[i] - '0');
		if (value > max)
			return false;
	}
	return true;
}

static enum community_fault bgp_config_check_community(const struct community_form *form,
						       const char *text)
{
	bool fits = true;

	for (unsigned i = 0; i < form->parts; i++) {
		size_t len;

		if (i > 0 && *text++ != ':')
			return COMMUNITY_SHAPE;
		len = strspn(text, "0123456789");
		if (len == 0 || len > form->digits)
			return COMMUNITY_SHAPE;
		fits &= bgp_config_number_within(text, len, form->max);
		text += len;
	}
	if (*text != '\0')
		return COMMUNITY_SHAPE;
	return fits ? COMMUNITY_FINE : COMMUNITY_LIMIT;
}

/* A list of communities, and what holds for it. */
struct community_list {
	const char *rule;
	const struct community_form *form;
	bool by_schema; /* the schema has the pattern, too */
	const struct str_list *list;
	const char *path;
};

static void bgp_config_check_communities(struct bgp_config *config,
					 const struct community_list *of)
{
	struct arena *arena = config->cluster->arena;

	for (uint32_t i = 0; i < of->list->list.count; i++) {
		const struct str_value *value = &of->list->list.items[i];
		enum community_fault fault = bgp_config_check_community(of->form, value->s);
		struct bgp_invalid *invalid;

		if (fault == COMMUNITY_FINE)
			continue;
		invalid = bgp_config_add_invalid(config, of->rule, value,
						 arena_printf(arena, "%s[%u]", of->path, i));
		invalid->by_schema = of->by_schema && fault == COMMUNITY_SHAPE;
		invalid->text = arena_printf(arena, "\"%s\" %s", value->s,
					     fault == COMMUNITY_SHAPE ? of->form->shape
								      : of->form->limit);
	}
}

/* V1 */
static void bgp_config_check_pool(struct bgp_config *config)
{
	const struct str_value *pool = &config->object->global.router_id_pool;
	struct ip_net net;
	struct bgp_invalid *invalid;

	if (pool->s == NULL || pool->s[0] == '\0' || router_id_pool_valid(pool->s, &net))
		return;
	invalid = bgp_config_add_invalid(config, "V1", pool, "spec.global.routerIDPool");
	invalid->text = arena_printf(config->cluster->arena,
				     "\"%s\" is not an IPv4 network of /24 or wider", pool->s);
}

/* V2, V3 */
static void bgp_config_check_export_rules(struct bgp_config *config)
{
	const struct bgp_export_rules *rules = &config->object->netlink_export.rules;
	struct arena *arena = config->cluster->arena;

	for (uint32_t i = 0; i < rules->list.count; i++) {
		const struct bgp_export_rule *rule = &rules->list.items[i];
		const char *path = arena_printf(arena, "spec.netlinkExport.rules[%u]", i);
		const struct community_list lists[] = {
			{ "V2", &community, true, &rule->community_list,
			  arena_printf(arena, "%s.communityList", path) },
			{ "V3", &large_community, true, &rule->large_community_list,
			  arena_printf(arena, "%s.largeCommunityList", path) },
		};

		bgp_config_check_communities(config, &lists[0]);
		bgp_config_check_communities(config, &lists[1]);
	}
}

/* V4 */
static void bgp_config_check_vrfs(struct bgp_config *config)
{
	const struct bgp_vrfs *vrfs = &config->object->vrfs;
	struct arena *arena = config->cluster->arena;

	for (uint32_t i = 0; i < vrfs->list.count; i++) {
		const struct bgp_vrf_export *export = &vrfs->list.items[i].netlink_export;
		const char *path = arena_printf(arena, "spec.vrfs[%u].netlinkExport", i);
		const struct community_list lists[] = {
			{ "V4", &community, true, &export->community_list,
			  arena_printf(arena, "%s.communityList", path) },
			{ "V4", &large_community, true, &export->large_community_list,
			  arena_printf(arena, "%s.largeCommunityList", path) },
		};

		bgp_config_check_communities(config, &lists[0]);
		bgp_config_check_communities(config, &lists[1]);
	}
}

/* V5 */
static void bgp_config_check_policies(struct bgp_config *config)
{
	const struct bgp_policy_definitions *policies = &config->object->policy_definitions;
	struct arena *arena = config->cluster->arena;

	for (uint32_t i = 0; i < policies->list.count; i++) {
		const struct bgp_statements *statements = &policies->list.items[i].statements;

		for (uint32_t j = 0; j < statements->list.count; j++) {
			const struct bgp_actions *actions = &statements->list.items[j].actions;
			const struct community_list list = {
				"V5", &community, false, &actions->community.communities,
				arena_printf(arena,
					     "spec.policyDefinitions[%u].statements[%u]."
					     "actions.community.communities",
					     i, j)
			};

			bgp_config_check_communities(config, &list);
		}
	}
}

/* V6: only the type "community", in exactly these letters. */
static void bgp_config_check_defined_sets(struct bgp_config *config)
{
	const struct bgp_defined_sets *sets = &config->object->defined_sets;
	struct arena *arena = config->cluster->arena;

	for (uint32_t i = 0; i < sets->list.count; i++) {
		const struct bgp_defined_set *set = &sets->list.items[i];
		const struct community_list list = {
			"V6", &community, false, &set->list,
			arena_printf(arena, "spec.definedSets[%u].list", i)
		};

		if (str_equal(set->type.s, "community"))
			bgp_config_check_communities(config, &list);
	}
}

/* ---- selectors (BG4.1) ---- */

static uint32_t bgp_config_count_matches(const struct cluster *cluster,
					 const struct label_selector *selector)
{
	uint32_t matches = 0;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		matches += node->labels_known && selector_matches(selector, &node->labels);
	return matches;
}

static void bgp_config_add_selector(struct bgp_config *config,
				    const struct label_selector *selector, const char *entry)
{
	const struct bgp_cluster *bgp = config->cluster;
	struct bgp_selector *out = ARRAY_PUSH(bgp->arena, &config->selectors);
	const char *below = NULL;

	out->selector = selector;
	out->path = arena_printf(bgp->arena, "%s.nodeSelector", entry);
	out->error = selector_error(selector, bgp->arena, &out->error_pos, &below);
	if (out->error == NULL)
		out->matches = bgp_config_count_matches(bgp->cluster, selector);
	else if (below != NULL && below[0] != '\0')
		out->error_path = arena_printf(bgp->arena, "%s.%s", out->path, below);
	else
		out->error_path = out->path;
}

/* ---- passwords ---- */

static const struct secret *bgp_config_find_secret(const struct snapshot *snapshot,
						   const char *namespace, const char *name)
{
	ARRAY_FOREACH (struct secret *, secret, &snapshot->secrets) {
		if (str_equal((*secret)->object.namespace, namespace) &&
		    str_equal((*secret)->object.name.s, name))
			return *secret;
	}
	return NULL;
}

/* I3: the input has all Secrets, or one in the namespace with nearly that name, or one of that
 * name in another: a Secret that is not there is missing. */
static bool bgp_config_secrets_known(const struct snapshot *snapshot, const char *namespace,
				     const char *name)
{
	struct nearest near = { .word = name };

	if (snapshot_is_complete(snapshot, KIND_SECRET))
		return true;
	ARRAY_FOREACH (struct secret *, secret, &snapshot->secrets) {
		if (str_equal((*secret)->object.name.s, name))
			return true;
		if (str_equal((*secret)->object.namespace, namespace))
			nearest_offer(&near, (*secret)->object.name.s);
	}
	return near.best != NULL;
}

/* A Secret is looked up in the configuration's own namespace; `optional` changes nothing. */
static void bgp_config_look_up_secret(const struct bgp_config *config,
				      const struct secret_ref *ref, struct bgp_credential *out)
{
	const struct snapshot *snapshot = config->cluster->cluster->snapshot;
	const char *namespace = config->object->object.namespace;
	const struct secret *secret = bgp_config_find_secret(snapshot, namespace, ref->name.s);
	const char *key = ref->key.s != NULL ? ref->key.s : "";
	struct arena *arena = config->cluster->arena;

	out->missing_pos = ref->name.pos;
	if (secret == NULL) {
		out->auth = BGP_AUTH_UNKNOWN;
		if (bgp_config_secrets_known(snapshot, namespace, ref->name.s))
			out->missing = arena_printf(
				arena, "there is no Secret \"%s\" in namespace \"%s\"",
				ref->name.s, namespace);
		return;
	}
	out->auth = BGP_AUTH_SECRET;
	out->secret = secret;
	if (secret_get(secret, key, arena, &out->password) == SECRET_PRESENT)
		return;
	out->auth = BGP_AUTH_UNKNOWN;
	if (secret->sealed || secret->data.partial || secret->string_data.partial)
		return; /* its values are not shown */
	out->missing_pos = ref->key.s != NULL ? ref->key.pos : ref->at.pos;
	out->missing =
		arena_printf(arena, "Secret \"%s\" has no usable key \"%s\"", ref->name.s, key);
}

/* A reference with a name beats the inline password, one without is ignored. */
static void bgp_config_look_up_password(const struct bgp_config *config,
					struct bgp_credential *out)
{
	const struct str_value *given = out->given;

	if (out->ref->name.s != NULL && out->ref->name.s[0] != '\0') {
		bgp_config_look_up_secret(config, out->ref, out);
		return;
	}
	if (given->s == NULL || given->s[0] == '\0')
		return;
	out->auth = BGP_AUTH_INLINE;
	out->password = (struct secret_value){ given->s, strlen(given->s), given->pos };
}

static void bgp_config_add_credential(struct bgp_config *config, const struct str_value *given,
				      const struct secret_ref *ref, struct bgp_entry *entry)
{
	struct arena *arena = config->cluster->arena;

	entry->auth = (struct bgp_credential){
		.path = arena_printf(arena, "%s.config", entry->path),
		.given = given,
		.ref = ref,
	};
	bgp_config_look_up_password(config, &entry->auth);
	ARRAY_ADD(arena, &config->credentials, entry->auth);
}

/* ---- families (BG4.3) ---- */

void bgp_read_families(const struct bgp_afi_safis *list, struct bgp_entry_families *out)
{
	ARRAY_FOREACH (const struct bgp_afi_safi, entry, &list->list) {
		unsigned bit = entry->family.s != NULL ? bgp_family_parse(entry->family.s) : 0;

		out->set |= bit;
		if (bit == 0 && out->unknown == NULL)
			out->unknown = entry->family.s != NULL ? entry->family.s : "";
	}
}

/* ---- addresses ---- */

/* A plain address; an IPv6 one may have a zone. */
static void bgp_config_read_address(const char *text, struct bgp_entry *out,
				    struct arena *arena)
{
	const char *percent;

	if (text == NULL || text[0] == '\0')
		return;
	percent = strchr(text, '%');
	if (percent == NULL) {
		out->has_address = ip_parse(text, &out->address);
		return;
	}
	if (percent[1] == '\0' ||
	    !ip_parse_bytes(text, (size_t)(percent - text), &out->address) ||
	    ip_family(out->address) != IP_V6)
		return;
	out->has_address = true;
	out->zone = arena_strdup(arena, percent + 1);
}

static const char *bgp_config_key(const struct bgp_neighbor_config *config, struct arena *arena)
{
	const char *interface = config->neighbor_interface.s;

	if (interface != NULL && interface[0] != '\0')
		return arena_printf(arena, "iface:%s", interface);
	return config->neighbor_address.s != NULL ? config->neighbor_address.s : "";
}

/* ---- entries that are the same ---- */

/* An entry and its place in the list. */
struct ranked {
	const struct bgp_entry *entry;
	uint32_t index;
};

static int bgp_config_compare_index(const struct ranked *a, const struct ranked *b)
{
	return (a->index > b->index) - (a->index < b->index);
}

static int bgp_config_compare_key(const struct bgp_entry *a, const struct bgp_entry *b)
{
	return str_compare(a->key, b->key);
}

static int bgp_config_compare_address(const struct bgp_entry *a, const struct bgp_entry *b)
{
	int order = ip_compare(a->address, b->address);

	if (a->has_address != b->has_address)
		return a->has_address ? 1 : -1;
	return order != 0 ? order : str_compare(a->zone, b->zone);
}

static int bgp_config_compare_keys(const void *pa, const void *pb)
{
	const struct ranked *a = pa;
	const struct ranked *b = pb;
	int order = bgp_config_compare_key(a->entry, b->entry);

	return order != 0 ? order : bgp_config_compare_index(a, b);
}

static int bgp_config_compare_addresses(const void *pa, const void *pb)
{
	const struct ranked *a = pa;
	const struct ranked *b = pb;
	int order = bgp_config_compare_address(a->entry, b->entry);

	return order != 0 ? order : bgp_config_compare_index(a, b);
}

/* Gives equal entries the number of the first of them. */
static void bgp_config_number_entries(struct bgp_entry *entries, uint32_t count,
				      struct ranked *ranked)
{
	for (uint32_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ &entries[i], i };
	order_sort(ranked, count, sizeof(*ranked), bgp_config_compare_keys);
	for (uint32_t i = 0, first = 0; i < count; i++) {
		if (bgp_config_compare_key(ranked[i].entry, ranked[first].entry) != 0)
			first = i;
		entries[ranked[i].index].key_id = ranked[first].index;
	}
	order_sort(ranked, count, sizeof(*ranked), bgp_config_compare_addresses);
	for (uint32_t i = 0, first = 0; i < count; i++) {
		if (bgp_config_compare_address(ranked[i].entry, ranked[first].entry) != 0)
			first = i;
		entries[ranked[i].index].address_id = ranked[first].index;
	}
}

static void bgp_config_find_same(struct bgp_entry *entries, uint32_t count)
{
	struct arena scratch;

	if (count == 0)
		return;
	arena_init(&scratch);
	bgp_config_number_entries(entries, count,
				  arena_zalloc(&scratch, count, sizeof(struct ranked)));
	arena_release(&scratch);
}

/* ---- all of it ---- */

static void bgp_config_prepare_neighbors(struct bgp_prepared *out)
{
	const struct bgp_neighbors *list = &out->config->object->neighbors;
	struct arena *arena = out->config->cluster->arena;

	out->neighbors = arena_zalloc(arena, list->list.count, sizeof(*out->neighbors));
	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct bgp_neighbor *neighbor = &list->list.items[i];
		struct bgp_entry *entry = &out->neighbors[i];

		entry->path = arena_printf(arena, "spec.neighbors[%u]", i);
		entry->key = bgp_config_key(&neighbor->config, arena);
		bgp_config_add_selector(out->config, &neighbor->node_selector, entry->path);
		bgp_config_add_credential(out->config, &neighbor->config.auth_password,
					  &neighbor->config.auth_password_secret_ref, entry);
		bgp_read_families(&neighbor->afi_safis, &entry->families);
		bgp_config_read_address(neighbor->config.neighbor_address.s, entry, arena);
	}
}

static void bgp_config_prepare_groups(struct bgp_prepared *out)
{
	const struct bgp_peer_groups *list = &out->config->object->peer_groups;
	struct arena *arena = out->config->cluster->arena;

	out->groups = arena_zalloc(arena, list->list.count, sizeof(*out->groups));
	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct bgp_peer_group *group = &list->list.items[i];
		struct bgp_entry *entry = &out->groups[i];

		entry->path = arena_printf(arena, "spec.peerGroups[%u]", i);
		entry->key = group->config.peer_group_name.s;
		bgp_config_add_selector(out->config, &group->node_selector, entry->path);
		bgp_config_add_credential(out->config, &group->config.auth_password,
					  &group->config.auth_password_secret_ref, entry);
		bgp_read_families(&group->afi_safis, &entry->families);
	}
}

static void bgp_config_prepare_dynamic(struct bgp_prepared *out)
{
	const struct bgp_dynamic_neighbors *list = &out->config->object->dynamic_neighbors;
	struct arena *arena = out->config->cluster->arena;

	out->dynamic = arena_zalloc(arena, list->list.count, sizeof(*out->dynamic));
	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct bgp_dynamic_neighbor *dynamic = &list->list.items[i];
		struct bgp_entry *entry = &out->dynamic[i];

		entry->path = arena_printf(arena, "spec.dynamicNeighbors[%u]", i);
		entry->key = dynamic->prefix.s != NULL ? dynamic->prefix.s : "";
		entry->has_prefix = ip_net_parse(entry->key, &entry->prefix);
	}
}

bool bgp_listen_address_valid(const char *text)
{
	struct ip ip;

	return ip_parse(text, &ip);
}

static void bgp_config_prepare_listener(struct bgp_prepared *out)
{
	const struct str_list *list = &out->config->object->global.listen_addresses;

	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct str_value *value = &list->list.items[i];

		if (bgp_listen_address_valid(value->s))
			continue;
		out->bad_listen_address = value->s;
		out->bad_listen_pos = value->pos;
		out->bad_listen_path = arena_printf(out->config->cluster->arena,
						    "spec.global.listenAddresses[%u]", i);
		return;
	}
}

void bgp_config_prepare(struct bgp_prepared *out, struct bgp_config *config)
{
	*out = (struct bgp_prepared){ .config = config };
	bgp_config_check_pool(config);
	bgp_config_check_export_rules(config);
	bgp_config_check_vrfs(config);
	bgp_config_check_policies(config);
	bgp_config_check_defined_sets(config);
	bgp_config_prepare_neighbors(out);
	bgp_config_prepare_groups(out);
	bgp_config_prepare_dynamic(out);
	bgp_config_find_same(out->neighbors, config->object->neighbors.list.count);
	bgp_config_find_same(out->dynamic, config->object->dynamic_neighbors.list.count);
	bgp_config_prepare_listener(out);
	config->neighbors = out->neighbors;
	config->groups = out->groups;
	config->dynamic = out->dynamic;
}

/* A neighbor and the group that it is in. */
struct member {
	const struct bgp_neighbor *own;
	const struct bgp_peer_group *group;
	const struct bgp_peer *peer; /* as it is in the group */
	const struct bgp_entry *own_entry;
};

static bool bgp_member_number_lost(const struct int_value *own, const struct int_value *group)
{
	const int64_t theirs = group->set ? group->v : 0;

	return own->set && own->v != 0 && own->v != theirs;
}

static bool bgp_member_text_lost(const struct str_value *own, const struct str_value *group)
{
	return own->s != NULL && own->s[0] != '\0' && !str_equal(own->s, group->s);
}

static bool bgp_member_peer_asn_lost(const struct member *m)
{
	return bgp_member_number_lost(&m->own->config.peer_asn, &m->group->config.peer_asn);
}

static bool bgp_member_local_asn_lost(const struct member *m)
{
	return bgp_member_number_lost(&m->own->config.local_asn, &m->group->config.local_asn);
}

static bool bgp_member_description_lost(const struct member *m)
{
	return bgp_member_text_lost(&m->own->config.description, &m->group->config.description);
}

/* The reference counts when it has a name. */
static bool bgp_member_password_lost(const struct member *m)
{
	const struct bgp_neighbor_config *own = &m->own->config;
	const struct bgp_peer_group_config *group = &m->group->config;
	const struct secret_ref *ref = &own->auth_password_secret_ref;
	const struct secret_ref *theirs = &group->auth_password_secret_ref;

	if (ref->name.s != NULL && ref->name.s[0] != '\0')
		return !str_equal(ref->name.s, theirs->name.s) ||
		       !str_equal(ref->key.s, theirs->key.s);
	return bgp_member_text_lost(&own->auth_password, &group->auth_password) ||
	       (own->auth_password.s != NULL && own->auth_password.s[0] != '\0' &&
		theirs->name.s != NULL && theirs->name.s[0] != '\0');
}

/* What it would have by itself is not what it has. */
static bool bgp_member_timers_lost(const struct member *m)
{
	const struct bgp_timers_config *own = &m->own->timers.config;
	struct bgp_peer alone = { 0 };

	if (!own->at.set)
		return false;
	bgp_timers_apply(&alone, own->hold_time.v, own->keepalive_interval.v,
			 own->connect_retry.v);
	return alone.hold_seconds != m->peer->hold_seconds ||
	       alone.keepalive_seconds != m->peer->keepalive_seconds ||
	       alone.connect_retry_seconds != m->peer->connect_retry_seconds;
}

static bool bgp_member_families_lost(const struct member *m)
{
	const struct bgp_entry_families *own = &m->own_entry->families;

	return (own->set != 0 || own->unknown != NULL) && own->set != m->peer->families;
}

static bool bgp_member_transport_lost(const struct member *m)
{
	const struct bgp_transport *own = &m->own->transport;
	const struct bgp_transport *group = &m->group->transport;

	return (own->passive_mode.set && own->passive_mode.v != group->passive_mode.v) ||
	       bgp_member_text_lost(&own->local_address, &group->local_address) ||
	       (own->bind_interface.s != NULL && own->bind_interface.s[0] != '\0');
}

static bool bgp_member_restart_lost(const struct member *m)
{
	return m->own->graceful_restart.enabled.v;
}

static bool bgp_member_reflector_lost(const struct member *m)
{
	return m->own->route_reflector.client.v;
}

static bool bgp_member_multihop_lost(const struct member *m)
{
	return m->own->ebgp_multihop.enabled.v;
}

unsigned bgp_member_overwritten(const struct bgp_config *config, uint32_t neighbor)
{
	static const struct {
		enum bgp_member_field field;
		bool (*lost)(const struct member *m);
	} fields[] = {
		{ BGP_MEMBER_PEER_ASN, bgp_member_peer_asn_lost },
		{ BGP_MEMBER_LOCAL_ASN, bgp_member_local_asn_lost },
		{ BGP_MEMBER_DESCRIPTION, bgp_member_description_lost },
		{ BGP_MEMBER_PASSWORD, bgp_member_password_lost },
		{ BGP_MEMBER_TIMERS, bgp_member_timers_lost },
		{ BGP_MEMBER_FAMILIES, bgp_member_families_lost },
		{ BGP_MEMBER_TRANSPORT, bgp_member_transport_lost },
		{ BGP_MEMBER_GRACEFUL_RESTART, bgp_member_restart_lost },
		{ BGP_MEMBER_ROUTE_REFLECTOR, bgp_member_reflector_lost },
		{ BGP_MEMBER_MULTIHOP, bgp_member_multihop_lost },
	};
	const struct bgp_peer *peer = &config->peers.items[neighbor];
	const struct member member = {
		.own = &config->object->neighbors.list.items[neighbor],
		.group = peer->group,
		.peer = peer,
		.own_entry = &config->neighbors[neighbor],
	};
	unsigned set = 0;

	/* BG5.6: newer daemons let the member's own settings stand. */
	if (peer->group == NULL || config->cluster->options.daemon != BGP_FORK_1_1)
		return 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].lost(&member))
			set |= (unsigned)fields[i].field;
	return set;
}
