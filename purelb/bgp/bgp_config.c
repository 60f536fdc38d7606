/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a BGPConfiguration says whatever the node is: the controller's own validation (2.1),
 * selectors (4.1), passwords (2.2, 4.6), families (4.3), addresses.
 */
#include "purelb/bgp/bgp_parts.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"
#include "purelb/pools/order.h"

/* ---- V1 to V6 ---- */

static struct bgp_invalid *add_invalid(struct bgp_config *config, const char *rule,
				       const struct str_value *value, const char *path)
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
static bool within(const char *digits, size_t len, uint64_t max)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		value = value * 10 + (uint64_t)(digits[i] - '0');
		if (value > max)
			return false;
	}
	return true;
}

static enum community_fault community_check(const struct community_form *form, const char *text)
{
	bool fits = true;

	for (unsigned i = 0; i < form->parts; i++) {
		size_t len;

		if (i > 0 && *text++ != ':')
			return COMMUNITY_SHAPE;
		len = strspn(text, "0123456789");
		if (len == 0 || len > form->digits)
			return COMMUNITY_SHAPE;
		fits &= within(text, len, form->max);
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

static void check_communities(struct bgp_config *config, const struct community_list *of)
{
	struct arena *arena = config->cluster->arena;

	for (uint32_t i = 0; i < of->list->list.count; i++) {
		const struct str_value *value = &of->list->list.items[i];
		enum community_fault fault = community_check(of->form, value->s);
		struct bgp_invalid *invalid;

		if (fault == COMMUNITY_FINE)
			continue;
		invalid = add_invalid(config, of->rule, value,
				      arena_printf(arena, "%s[%u]", of->path, i));
		invalid->by_schema = of->by_schema && fault == COMMUNITY_SHAPE;
		invalid->text = arena_printf(arena, "\"%s\" %s", value->s,
					     fault == COMMUNITY_SHAPE ? of->form->shape
								      : of->form->limit);
	}
}

/* V1 */
static void check_pool(struct bgp_config *config)
{
	const struct str_value *pool = &config->object->global.router_id_pool;
	struct ip_net net;
	struct bgp_invalid *invalid;

	if (pool->s == NULL || pool->s[0] == '\0' || router_id_pool_valid(pool->s, &net))
		return;
	invalid = add_invalid(config, "V1", pool, "spec.global.routerIDPool");
	invalid->text = arena_printf(config->cluster->arena,
				     "\"%s\" is not an IPv4 network of /24 or wider", pool->s);
}

/* V2, V3 */
static void check_export_rules(struct bgp_config *config)
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

		check_communities(config, &lists[0]);
		check_communities(config, &lists[1]);
	}
}

/* V4 */
static void check_vrfs(struct bgp_config *config)
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

		check_communities(config, &lists[0]);
		check_communities(config, &lists[1]);
	}
}

/* V5 */
static void check_policies(struct bgp_config *config)
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

			check_communities(config, &list);
		}
	}
}

/* V6: only the type "community", in exactly these letters. */
static void check_defined_sets(struct bgp_config *config)
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
			check_communities(config, &list);
	}
}

/* ---- selectors (4.1) ---- */

static uint32_t count_matches(const struct cluster *cluster,
			      const struct label_selector *selector)
{
	uint32_t matches = 0;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		matches += node->labels_known && selector_matches(selector, &node->labels);
	return matches;
}

static void add_selector(struct bgp_config *config, const struct label_selector *selector,
			 const char *entry)
{
	const struct bgp_cluster *bgp = config->cluster;
	struct bgp_selector *out = ARRAY_PUSH(bgp->arena, &config->selectors);
	const char *below = NULL;

	out->selector = selector;
	out->path = arena_printf(bgp->arena, "%s.nodeSelector", entry);
	out->error = selector_error(selector, bgp->arena, &out->error_pos, &below);
	if (out->error == NULL)
		out->matches = count_matches(bgp->cluster, selector);
	else if (below != NULL && below[0] != '\0')
		out->error_path = arena_printf(bgp->arena, "%s.%s", out->path, below);
	else
		out->error_path = out->path;
}

/* ---- passwords ---- */

static const struct secret *find_secret(const struct snapshot *snapshot, const char *namespace,
					const char *name)
{
	ARRAY_FOREACH (struct secret *, secret, &snapshot->secrets) {
		if (str_equal((*secret)->object.namespace, namespace) &&
		    str_equal((*secret)->object.name.s, name))
			return *secret;
	}
	return NULL;
}

/* The input shows the namespace's Secrets, or one of that name in another: a Secret that is
 * not among them is missing. */
static bool secrets_known(const struct snapshot *snapshot, const char *namespace,
			  const char *name)
{
	ARRAY_FOREACH (struct secret *, secret, &snapshot->secrets) {
		if (str_equal((*secret)->object.namespace, namespace) ||
		    str_equal((*secret)->object.name.s, name))
			return true;
	}
	return false;
}

/* A Secret is looked up in the configuration's own namespace; `optional` changes nothing. */
static void look_up_secret(const struct bgp_config *config, const struct secret_ref *ref,
			   struct bgp_credential *out)
{
	const struct snapshot *snapshot = config->cluster->cluster->snapshot;
	const char *namespace = config->object->object.namespace;
	const struct secret *secret = find_secret(snapshot, namespace, ref->name.s);
	const char *key = ref->key.s != NULL ? ref->key.s : "";
	struct arena *arena = config->cluster->arena;

	out->missing_pos = ref->name.pos;
	if (secret == NULL) {
		out->auth = BGP_AUTH_UNKNOWN;
		if (secrets_known(snapshot, namespace, ref->name.s))
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
	out->missing_pos = ref->key.s != NULL ? ref->key.pos : ref->at.pos;
	out->missing =
		arena_printf(arena, "Secret \"%s\" has no usable key \"%s\"", ref->name.s, key);
}

/* A reference with a name beats the inline password, one without is ignored. */
static void look_up_password(const struct bgp_config *config, struct bgp_credential *out)
{
	const struct str_value *given = out->given;

	if (out->ref->name.s != NULL && out->ref->name.s[0] != '\0') {
		look_up_secret(config, out->ref, out);
		return;
	}
	if (given->s == NULL || given->s[0] == '\0')
		return;
	out->auth = BGP_AUTH_INLINE;
	out->password = (struct secret_value){ given->s, strlen(given->s), given->pos };
}

static void find_password(struct bgp_config *config, const struct str_value *given,
			  const struct secret_ref *ref, struct bgp_entry *entry)
{
	struct arena *arena = config->cluster->arena;

	entry->auth = (struct bgp_credential){
		.path = arena_printf(arena, "%s.config", entry->path),
		.given = given,
		.ref = ref,
	};
	look_up_password(config, &entry->auth);
	ARRAY_ADD(arena, &config->credentials, entry->auth);
}

/* ---- families (4.3) ---- */

/* All that are listed count, whatever their `enabled` says. */
static void read_families(const struct bgp_afi_safis *list, struct bgp_entry_families *out)
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
static void read_address(const char *text, struct bgp_entry *out, struct arena *arena)
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

static const char *key_of(const struct bgp_neighbor_config *config, struct arena *arena)
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

static int by_index(const struct ranked *a, const struct ranked *b)
{
	return (a->index > b->index) - (a->index < b->index);
}

static int compare_key(const struct bgp_entry *a, const struct bgp_entry *b)
{
	return str_compare(a->key, b->key);
}

static int compare_address(const struct bgp_entry *a, const struct bgp_entry *b)
{
	int order = ip_compare(a->address, b->address);

	if (a->has_address != b->has_address)
		return a->has_address ? 1 : -1;
	return order != 0 ? order : str_compare(a->zone, b->zone);
}

static int compare_keys(const void *pa, const void *pb)
{
	const struct ranked *a = pa;
	const struct ranked *b = pb;
	int order = compare_key(a->entry, b->entry);

	return order != 0 ? order : by_index(a, b);
}

static int compare_addresses(const void *pa, const void *pb)
{
	const struct ranked *a = pa;
	const struct ranked *b = pb;
	int order = compare_address(a->entry, b->entry);

	return order != 0 ? order : by_index(a, b);
}

/* Gives equal entries the number of the first of them. */
static void number_entries(struct bgp_entry *entries, uint32_t count, struct ranked *ranked)
{
	for (uint32_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ &entries[i], i };
	order_sort(ranked, count, sizeof(*ranked), compare_keys);
	for (uint32_t i = 0, first = 0; i < count; i++) {
		if (compare_key(ranked[i].entry, ranked[first].entry) != 0)
			first = i;
		entries[ranked[i].index].key_id = ranked[first].index;
	}
	order_sort(ranked, count, sizeof(*ranked), compare_addresses);
	for (uint32_t i = 0, first = 0; i < count; i++) {
		if (compare_address(ranked[i].entry, ranked[first].entry) != 0)
			first = i;
		entries[ranked[i].index].address_id = ranked[first].index;
	}
}

static void find_same(struct bgp_entry *entries, uint32_t count)
{
	struct arena scratch;

	if (count == 0)
		return;
	arena_init(&scratch);
	number_entries(entries, count, arena_zalloc(&scratch, count, sizeof(struct ranked)));
	arena_release(&scratch);
}

/* ---- all of it ---- */

static void prepare_neighbors(struct bgp_prepared *out)
{
	const struct bgp_neighbors *list = &out->config->object->neighbors;
	struct arena *arena = out->config->cluster->arena;

	out->neighbors = arena_zalloc(arena, list->list.count, sizeof(*out->neighbors));
	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct bgp_neighbor *neighbor = &list->list.items[i];
		struct bgp_entry *entry = &out->neighbors[i];

		entry->path = arena_printf(arena, "spec.neighbors[%u]", i);
		entry->key = key_of(&neighbor->config, arena);
		add_selector(out->config, &neighbor->node_selector, entry->path);
		find_password(out->config, &neighbor->config.auth_password,
			      &neighbor->config.auth_password_secret_ref, entry);
		read_families(&neighbor->afi_safis, &entry->families);
		read_address(neighbor->config.neighbor_address.s, entry, arena);
	}
}

static void prepare_groups(struct bgp_prepared *out)
{
	const struct bgp_peer_groups *list = &out->config->object->peer_groups;
	struct arena *arena = out->config->cluster->arena;

	out->groups = arena_zalloc(arena, list->list.count, sizeof(*out->groups));
	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct bgp_peer_group *group = &list->list.items[i];
		struct bgp_entry *entry = &out->groups[i];

		entry->path = arena_printf(arena, "spec.peerGroups[%u]", i);
		entry->key = group->config.peer_group_name.s;
		add_selector(out->config, &group->node_selector, entry->path);
		find_password(out->config, &group->config.auth_password,
			      &group->config.auth_password_secret_ref, entry);
		read_families(&group->afi_safis, &entry->families);
	}
}

static void prepare_dynamic(struct bgp_prepared *out)
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

static void prepare_listener(struct bgp_prepared *out)
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
	check_pool(config);
	check_export_rules(config);
	check_vrfs(config);
	check_policies(config);
	check_defined_sets(config);
	prepare_neighbors(out);
	prepare_groups(out);
	prepare_dynamic(out);
	find_same(out->neighbors, config->object->neighbors.list.count);
	find_same(out->dynamic, config->object->dynamic_neighbors.list.count);
	prepare_listener(out);
	config->neighbors = out->neighbors;
	config->groups = out->groups;
	config->dynamic = out->dynamic;
}
