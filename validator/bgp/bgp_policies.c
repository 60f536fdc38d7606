/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG058 to BG062: policies, their defined sets, and routes that policies let pass from one
 * router to another (BG4.8). What a policy does to a route is decided in purelb/bgp/.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>

#include "base/nearest.h"
#include "base/text.h"

enum { PLACES_MAX = 4 }; /* further places that one finding shows */

/* ---- applyPolicy, wherever it is ---- */

struct application {
	const struct bgp_apply_policy *policy;
	const char *path; /* "spec.neighbors[0].applyPolicy" */
};

struct applications {
	ARRAY_OF(struct application) list;
};

static void policies_add_application(const struct bgp_checks *c, struct applications *out,
				     const struct bgp_apply_policy *policy, const char *path)
{
	const struct application application = { policy, path };

	if (policy->at.set)
		ARRAY_ADD(c->ck->arena, &out->list, application);
}

static void policies_find_applications(const struct bgp_checks *c,
				       const struct bgp_config *config,
				       struct applications *out)
{
	const struct bgp_configuration *object = config->object;
	struct arena *arena = c->ck->arena;

	for (uint32_t i = 0; i < object->neighbors.list.count; i++)
		policies_add_application(
			c, out, &object->neighbors.list.items[i].apply_policy,
			arena_printf(arena, "spec.neighbors[%u].applyPolicy", i));
	for (uint32_t i = 0; i < object->peer_groups.list.count; i++)
		policies_add_application(
			c, out, &object->peer_groups.list.items[i].apply_policy,
			arena_printf(arena, "spec.peerGroups[%u].applyPolicy", i));
	policies_add_application(c, out, &object->global.apply_policy,
				 "spec.global.applyPolicy");
}

/* ---- BG058 ---- */

/* One finding for the whole configuration: it is one belief that is wrong. */
static void policies_check_effect(const struct bgp_checks *c, const struct bgp_config *config,
				  const struct applications *applied)
{
	const struct bgp_policy_definitions *policies = &config->object->policy_definitions;
	struct bgp_place place = { policies->at.key, "spec.policyDefinitions" };
	struct finding *f;

	if (applied->list.count == 0 && policies->list.count == 0)
		return;
	if (applied->list.count > 0)
		place = (struct bgp_place){ applied->list.items[0].policy->at.key,
					    applied->list.items[0].path };
	f = bgp_report(
		c, CHECK_BG058, config, place,
		"the policies of BGPConfiguration \"%s\" have no effect: the daemon applies "
		"them to route-server clients only, and no neighbor here can be one, so every "
		"route passes unchanged",
		bgp_config_name(config));
	finding_hint(c->ck, f, "filter on the routers, and remove the policies here");
	for (uint32_t i = 1; i < applied->list.count && i <= PLACES_MAX; i++)
		finding_related(c->ck, f, applied->list.items[i].policy->at.key,
				"another applyPolicy");
	if (applied->list.count > 0 && policies->list.count > 0)
		finding_related(c->ck, f, policies->at.key, "the policies are defined here");
}

/* ---- BG059 ---- */

static const struct bgp_defined_set *policies_find_set(const struct bgp_config *config,
						       const char *name)
{
	ARRAY_FOREACH (const struct bgp_defined_set, set, &config->object->defined_sets.list) {
		if (str_equal(set->name.s, name))
			return set;
	}
	return NULL;
}

static bool policies_exists(const struct bgp_config *config, const char *name)
{
	ARRAY_FOREACH (const struct bgp_policy_definition, policy,
		       &config->object->policy_definitions.list) {
		if (str_equal(policy->name.s, name))
			return true;
	}
	return false;
}

static void policies_hint_policies(const struct bgp_checks *c, const struct bgp_config *config,
				   struct finding *f, const char *name)
{
	struct nearest near = { .word = name };

	ARRAY_FOREACH (const struct bgp_policy_definition, policy,
		       &config->object->policy_definitions.list) {
		if (bgp_given(&policy->name))
			nearest_offer(&near, policy->name.s);
	}
	if (!finding_suggest(&c->ck->findings, f, FIX_VALUE, &near))
		finding_hint(c->ck, f,
			     "define it in policyDefinitions, or remove the reference");
}

static void policies_check_assignment(const struct bgp_checks *c,
				      const struct bgp_config *config,
				      const struct bgp_policy_assignment *assignment,
				      const char *path)
{
	for (uint32_t i = 0; i < assignment->policies.list.count; i++) {
		const struct str_value *name = &assignment->policies.list.items[i];
		const struct bgp_place place = {
			name->pos, arena_printf(c->ck->arena, "%s.policies[%u]", path, i)
		};
		struct finding *f;

		if (policies_exists(config, name->s))
			continue;
		f = bgp_report(c, CHECK_BG059, config, place,
			       "policy \"%s\" does not exist: k8gobgp only logs that", name->s);
		policies_hint_policies(c, config, f, name->s);
	}
}

static void policies_check_applications(const struct bgp_checks *c,
					const struct bgp_config *config,
					const struct applications *applied)
{
	ARRAY_FOREACH (const struct application, a, &applied->list) {
		policies_check_assignment(
			c, config, &a->policy->import_policy,
			arena_printf(c->ck->arena, "%s.importPolicy", a->path));
		policies_check_assignment(
			c, config, &a->policy->export_policy,
			arena_printf(c->ck->arena, "%s.exportPolicy", a->path));
	}
}

/* A condition that goes by a set. */
struct condition {
	const struct bgp_match_set *set;
	const char *field; /* "prefixSet" */
	const char *type;  /* of the set that it takes */
};

enum { CONDITIONS = 4 };

static void policies_list_conditions(const struct bgp_statement *statement,
				     struct condition out[CONDITIONS])
{
	const struct bgp_conditions *conditions = &statement->conditions;

	out[0] = (struct condition){ &conditions->prefix_set, "prefixSet", "prefix" };
	out[1] = (struct condition){ &conditions->neighbor_set, "neighborSet", "neighbor" };
	out[2] = (struct condition){ &conditions->as_path_set, "asPathSet", "as-path" };
	out[3] = (struct condition){ &conditions->community_set, "communitySet", "community" };
}

static void policies_hint_sets(const struct bgp_checks *c, const struct bgp_config *config,
			       struct finding *f, const struct condition *condition)
{
	struct nearest near = { .word = condition->set->name.s };

	ARRAY_FOREACH (const struct bgp_defined_set, set, &config->object->defined_sets.list) {
		if (bgp_given(&set->name) && str_equal(set->type.s, condition->type))
			nearest_offer(&near, set->name.s);
	}
	if (!finding_suggest(&c->ck->findings, f, FIX_VALUE, &near))
		finding_hint(c->ck, f, "define a set of type %s with this name in definedSets",
			     condition->type);
}

static void policies_check_condition(const struct bgp_checks *c,
				     const struct bgp_config *config,
				     const struct condition *condition, const char *path)
{
	const struct str_value *name = &condition->set->name;
	const struct bgp_defined_set *set;
	const struct bgp_place place = { name->pos, arena_printf(c->ck->arena, "%s.%s.name",
								 path, condition->field) };
	struct finding *f;

	if (!condition->set->at.set || name->s == NULL)
		return;
	set = policies_find_set(config, name->s);
	if (set == NULL) {
		f = bgp_report(c, CHECK_BG059, config, place,
			       "defined set \"%s\" does not exist", name->s);
	} else if (set->type.s != NULL && !str_equal(set->type.s, condition->type)) {
		f = bgp_report(c, CHECK_BG059, config, place,
			       "%s requires a set of type %s, but \"%s\" is of type %s",
			       condition->field, condition->type, name->s, set->type.s);
		finding_related(c->ck, f, set->type.pos, "the set is defined here");
	} else {
		return;
	}
	policies_hint_sets(c, config, f, condition);
}

/* ---- BG060 ---- */

/* What of a statement the daemon refuses. */
static void policies_note_refused(struct finding **f, const struct bgp_checks *c,
				  const struct bgp_config *config,
				  const struct bgp_policy_definition *policy,
				  const struct bgp_place *place, const char *what)
{
	if (*f != NULL) {
		if ((*f)->related.count < PLACES_MAX)
			finding_related(c->ck, *f, place->pos, "%s as well", what);
		return;
	}
	*f = bgp_report(
		c, CHECK_BG060, config, *place,
		"the daemon refuses policy \"%s\" because of its %s, of which k8gobgp drops "
		"the %s; only its log says so",
		policy->name.s != NULL ? policy->name.s : "", what,
		str_equal(what, "community action") ? "type" : "way to match");
	finding_hint(c->ck, *f, "filter and tag on the routers instead");
}

static void policies_check_statement(struct finding **f, const struct bgp_checks *c,
				     const struct bgp_config *config,
				     const struct bgp_policy_definition *policy,
				     const struct bgp_statement *statement, const char *path)
{
	const struct section *community = &statement->actions.community.at;
	struct condition conditions[CONDITIONS];
	struct bgp_place place;

	policies_list_conditions(statement, conditions);
	for (int i = 0; i < CONDITIONS; i++) {
		if (!conditions[i].set->at.set)
			continue;
		place.pos = conditions[i].set->at.key;
		place.path = arena_printf(c->ck->arena, "%s.conditions.%s", path,
					  conditions[i].field);
		policies_note_refused(
			f, c, config, policy, &place,
			arena_printf(c->ck->arena, "condition %s", conditions[i].field));
	}
	if (!community->set)
		return;
	place.pos = community->key;
	place.path = arena_printf(c->ck->arena, "%s.actions.community", path);
	policies_note_refused(f, c, config, policy, &place, "community action");
}

static void policies_check_each(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_policy_definitions *policies = &config->object->policy_definitions;

	for (uint32_t i = 0; i < policies->list.count; i++) {
		const struct bgp_policy_definition *policy = &policies->list.items[i];
		struct finding *refused = NULL;

		for (uint32_t j = 0; j < policy->statements.list.count; j++) {
			const struct bgp_statement *statement =
				&policy->statements.list.items[j];
			struct condition conditions[CONDITIONS];
			const char *path =
				arena_printf(c->ck->arena,
					     "spec.policyDefinitions[%u].statements[%u]", i, j);

			policies_check_statement(&refused, c, config, policy, statement, path);
			policies_list_conditions(statement, conditions);
			path = arena_printf(c->ck->arena, "%s.conditions", path);
			for (int k = 0; k < CONDITIONS; k++)
				policies_check_condition(c, config, &conditions[k], path);
		}
	}
}

static void policies_check_set_type(const struct bgp_checks *c, const struct bgp_config *config,
				    const struct bgp_defined_set *set, const char *path)
{
	static const char *const types[] = { "prefix", "neighbor", "as-path", "community",
					     NULL };
	const struct bgp_place place = { set->type.pos,
					 arena_printf(c->ck->arena, "%s.type", path) };
	struct nearest near = { .word = set->type.s };
	struct finding *f;

	if (set->type.s == NULL || str_in(set->type.s, types))
		return;
	f = bgp_report(c, CHECK_BG060, config, place,
		       "\"%s\" is not a valid type of set: the daemon refuses \"%s\"",
		       set->type.s, set->name.s != NULL ? set->name.s : "");
	for (const char *const *type = types; *type != NULL; type++)
		nearest_offer(&near, *type);
	if (!finding_suggest(&c->ck->findings, f, FIX_VALUE, &near))
		finding_hint(c->ck, f, "write prefix, neighbor, as-path or community");
}

/* A neighbor set is of networks: the daemon refuses a bare address. */
static void policies_check_set_entries(const struct bgp_checks *c,
				       const struct bgp_config *config,
				       const struct bgp_defined_set *set, const char *path)
{
	if (!str_equal(set->type.s, "neighbor"))
		return;
	for (uint32_t i = 0; i < set->list.list.count; i++) {
		const struct str_value *entry = &set->list.list.items[i];
		const struct bgp_place place = {
			entry->pos, arena_printf(c->ck->arena, "%s.list[%u]", path, i)
		};
		struct ip_net net;
		struct ip ip;
		struct finding *f;

		if (ip_net_parse(entry->s, &net))
			continue;
		f = bgp_report(
			c, CHECK_BG060, config, place,
			"\"%s\" is not a network: the daemon refuses neighbor set \"%s\"",
			entry->s, set->name.s != NULL ? set->name.s : "");
		if (ip_parse(entry->s, &ip))
			finding_set_fix(&c->ck->findings, f, FIX_VALUE, entry->s,
					arena_printf(c->ck->arena, "%s/%d", entry->s,
						     ip_family(ip) == IP_V4 ? 32 : 128),
					"write ", "");
		else
			finding_hint(c->ck, f, "write an address with its prefix length");
		return;
	}
}

/* ---- BG061 ---- */

static void policies_check_sets(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_defined_sets *sets = &config->object->defined_sets;
	struct finding *f;

	if (sets->list.count == 0)
		return;
	for (uint32_t i = 0; i < sets->list.count; i++) {
		const char *path = arena_printf(c->ck->arena, "spec.definedSets[%u]", i);

		policies_check_set_type(c, config, &sets->list.items[i], path);
		policies_check_set_entries(c, config, &sets->list.items[i], path);
	}
	f = bgp_report(
		c, CHECK_BG061, config, (struct bgp_place){ sets->at.key, "spec.definedSets" },
		"BGPConfiguration \"%s\" has defined sets: removed entries stay until the pods "
		"restart, and the object cannot be deleted while it has them",
		bgp_config_name(config));
	finding_hint(c->ck, f,
		     "remove definedSets; to delete the object, remove its finalizer "
		     "bgp.purelb.io/finalizer; to drop entries, restart the pods");
}

/* ---- BG062 ---- */

static bool policies_may_leak(const struct bgp_session *session)
{
	return session->verdict != BGP_DOWN && !session->internal && bgp_far_as(session) != 0;
}

/* The families in which the node has sessions with more than one other AS. */
static unsigned policies_mixed_families(const struct bgp_node *node)
{
	enum { FAMILIES_MAX = 3 /* BGP_EVPN is the last */ };
	uint32_t first[FAMILIES_MAX] = { 0 };
	unsigned mixed = 0;

	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
			for (unsigned i = 0; policies_may_leak(session) && i < FAMILIES_MAX;
			     i++) {
				if ((session->families & 1U << i) == 0)
					continue;
				if (first[i] == 0)
					first[i] = bgp_far_as(session);
				else if (first[i] != bgp_far_as(session))
					mixed |= 1U << i;
			}
		}
	}
	return mixed;
}

/* A session of the node that could hand on what `from` brings: eBGP to another AS, with a
 * family in common. What comes from an AS is not taken back by it. */
static const struct bgp_session *policies_way_out(const struct bgp_node *node,
						  const struct bgp_session *from)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, to, &peer->sessions) {
			if (policies_may_leak(to) && bgp_far_as(to) != bgp_far_as(from) &&
			    (to->families & from->families) != 0)
				return to;
		}
	}
	return NULL;
}

/* Two sessions of the node between which routes leak; false: none. */
static bool policies_leaks(const struct bgp_node *node, const struct bgp_session *pair[2])
{
	const unsigned mixed = policies_mixed_families(node);

	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, from, &peer->sessions) {
			if (!policies_may_leak(from) || (from->families & mixed) == 0)
				continue;
			pair[0] = from;
			pair[1] = policies_way_out(node, from);
			if (pair[1] != NULL)
				return true;
		}
	}
	return false;
}

static void policies_check_transit(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_session *first[2] = { NULL, NULL };
	struct bgp_names nodes = { 0 };
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_session *pair[2];

		if (!policies_leaks(node, pair))
			continue;
		bgp_names_add(c, &nodes, node->node->name);
		if (first[0] == NULL) {
			first[0] = pair[0];
			first[1] = pair[1];
		}
	}
	if (first[0] == NULL)
		return;
	f = bgp_report(c, CHECK_BG062, config, bgp_peer_place(c, config, first[1]->peer),
		       "%s pass%s routes between AS %" PRIu32 " and AS %" PRIu32
		       ": the routers may send each other's traffic through the nodes",
		       bgp_nodes_text(c, &nodes), nodes.list.count == 1 ? "es" : "",
		       bgp_far_as(first[1]), bgp_far_as(first[0]));
	finding_hint(
		c->ck, f,
		"let the routers accept only the prefixes of the pools from the nodes, or give "
		"both routers the same AS");
	finding_related(c->ck, f, bgp_peer_place(c, config, first[0]->peer).pos,
			"the other AS");
}

/* ---- all of them ---- */

void bgp_check_policies(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct applications applied = { 0 };

		policies_find_applications(c, config, &applied);
		policies_check_effect(c, config, &applied);
		policies_check_applications(c, config, &applied);
		policies_check_each(c, config);
		policies_check_sets(c, config);
		policies_check_transit(c, config);
	}
}
