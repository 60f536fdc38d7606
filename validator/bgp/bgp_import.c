/* SPDX-License-Identifier: Apache-2.0 */
/* BG063 to BG068, OK004: netlinkImport and names of interfaces (spec/bgp.md 5.2, 5.4, 5.6). */
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "purelb/agents/interfaces.h"
#include "validator/bgp/bgp.h"

static const char default_dummy[] = "kube-lb0";

/* ---- dummy interfaces ---- */

/* A dummy interface that VIPs go on, and who has it. */
struct dummy {
	const char *name;
	const struct agent_rule *rule; /* that names it; NULL: no LBNodeAgent in the input */
	struct bgp_names nodes;        /* empty: nodes are not in the input */
};

struct dummies {
	ARRAY_OF(struct dummy) list;
};

static struct dummy *dummy_named(const struct bgp_checks *c, struct dummies *all,
				 const char *name, const struct agent_rule *rule)
{
	struct dummy dummy = { .name = name, .rule = rule };

	ARRAY_FOREACH (struct dummy, old, &all->list) {
		if (str_equal(old->name, name))
			return old;
	}
	ARRAY_ADD(c->ck->arena, &all->list, dummy);
	return &all->list.items[all->list.count - 1];
}

static void add_dummies_of_nodes(const struct bgp_checks *c, const struct bgp_config *config,
				 struct dummies *all)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->dummy != NULL)
			bgp_names_add(
				c,
				&dummy_named(c, all, node->dummy, node->node->config.governing)
					 ->nodes,
				node->node->name);
	}
}

/* Those of the nodes; without nodes those of all LBNodeAgents that can govern one; without
 * LBNodeAgents what PureLB installs. */
static void find_dummies(const struct bgp_checks *c, const struct bgp_config *config,
			 struct dummies *all)
{
	const struct agent_rules *agents = &c->bgp->cluster->agents;

	if (agents->list.count == 0) {
		dummy_named(c, all, default_dummy, NULL);
		return;
	}
	if (c->bgp->cluster->has_labels) {
		add_dummies_of_nodes(c, config, all);
		return;
	}
	ARRAY_FOREACH (const struct agent_rule, rule, &agents->list) {
		if (rule->agent->local.at.set)
			dummy_named(c, all, rule->dummy_interface, rule);
	}
}

static bool is_dummy(const struct dummies *all, const char *name)
{
	ARRAY_FOREACH (const struct dummy, dummy, &all->list) {
		if (str_equal(dummy->name, name))
			return true;
	}
	return false;
}

/* "kube-lb0", or all of them: what to list. */
static const char *dummy_names(const struct bgp_checks *c, const struct dummies *all)
{
	struct bgp_names names = { 0 };

	ARRAY_FOREACH (const struct dummy, dummy, &all->list)
		bgp_names_add(c, &names, dummy->name);
	return names.list.count > 0 ? bgp_names_text(c, &names) : default_dummy;
}

/* The same as a list in YAML would have them. */
static const char *dummy_list(const struct bgp_checks *c, const struct dummies *all)
{
	const char *text = NULL;

	ARRAY_FOREACH (const struct dummy, dummy, &all->list)
		text = text == NULL ? dummy->name
				    : arena_printf(c->ck->arena, "%s, %s", text, dummy->name);
	return text != NULL ? text : default_dummy;
}

/* ---- patterns ---- */

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* The entry alone covers the name. */
static bool entry_covers(const struct str_value *entry, const char *name,
			 enum bgp_daemon daemon)
{
	struct str_value copy = *entry;
	struct str_list one = { .list = { .items = &copy, .count = 1 } };

	return bgp_import_covers(&one, name, daemon);
}

static struct bgp_place entry_place(const struct bgp_checks *c,
				    const struct bgp_netlink_import *import, uint32_t index)
{
	return (struct bgp_place){
		import->interface_list.list.items[index].pos,
		arena_printf(c->ck->arena, "spec.netlinkImport.interfaceList[%u]", index)
	};
}

/* ---- BG063 ---- */

/* Without remote pools in the input it is a warning: they may be elsewhere. */
static void check_off(const struct bgp_checks *c, const struct bgp_config *config,
		      const struct dummies *dummies)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	struct bgp_place place = bgp_config_place(config);
	struct finding *f;

	if (bgp_type_error(c, config, "spec.netlinkImport"))
		return;
	if (import->enabled.set)
		place = (struct bgp_place){ import->enabled.pos, "spec.netlinkImport.enabled" };
	else if (import->at.set)
		place = (struct bgp_place){ import->at.key, "spec.netlinkImport" };
	f = bgp_report(c, CHECK_BG063, config, place,
		       "netlinkImport of BGPConfiguration \"%s\" is %s: its sessions advertise "
		       "no address of a Service, ever",
		       bgp_config_name(config),
		       import->enabled.set ? "disabled" : "not enabled");
	if (!c->bgp->has_remote)
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "set netlinkImport: {enabled: true, interfaceList: [%s]}",
		     dummy_list(c, dummies));
}

/* ---- BG064 ---- */

static void hint_missing(const struct bgp_checks *c, struct finding *f,
			 const struct bgp_netlink_import *import, const struct dummies *all,
			 const struct dummy *dummy)
{
	struct nearest near = { .word = dummy->name };

	ARRAY_FOREACH (const struct str_value, entry, &import->interface_list.list) {
		if (!is_dummy(all, entry->s))
			nearest_offer(&near, entry->s);
	}
	if (near.best != NULL)
		finding_hint(c->ck, f, "write \"%s\" instead of \"%s\"", dummy->name,
			     near.best);
	else
		finding_hint(c->ck, f, "add \"%s\" to interfaceList", dummy->name);
	if (dummy->rule == NULL)
		return;

	const struct str_value *written = &dummy->rule->agent->local.dummy_interface;

	if (written->s != NULL)
		finding_related(c->ck, f, written->pos, "dummyInterface is set here");
	else
		finding_related(c->ck, f, dummy->rule->agent->object.name.pos,
				"this LBNodeAgent leaves dummyInterface at its default");
}

static void report_missing(const struct bgp_checks *c, const struct bgp_config *config,
			   const struct dummies *all, const struct dummy *dummy)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct section *list = &import->interface_list.at;
	const struct bgp_place place =
		list->set ? (struct bgp_place){ list->pos, "spec.netlinkImport.interfaceList" }
			  : (struct bgp_place){ import->at.key, "spec.netlinkImport" };
	const char *of =
		dummy->nodes.list.count > 0
			? arena_printf(c->ck->arena, " of %s", bgp_nodes_text(c, &dummy->nodes))
			: "";
	struct finding *f =
		bgp_report(c, CHECK_BG064, config, place,
			   "netlinkImport does not list \"%s\", the dummy interface%s: "
			   "addresses of remote pools are not advertised from there",
			   dummy->name, of);

	hint_missing(c, f, import, all, dummy);
}

/* A pattern that the daemon does not know would cover it: BG065 speaks of that. */
static bool covered_by_pattern(const struct bgp_netlink_import *import, const char *name)
{
	return bgp_import_covers(&import->interface_list, name, BGP_FORK_1_3);
}

/* True when every dummy interface is imported. */
static bool check_dummies(const struct bgp_checks *c, const struct bgp_config *config,
			  const struct dummies *all)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	bool complete = all->list.count > 0;

	if (bgp_type_error(c, config, "spec.netlinkImport.interfaceList"))
		return false;
	ARRAY_FOREACH (const struct dummy, dummy, &all->list) {
		if (bgp_import_covers(&import->interface_list, dummy->name,
				      c->bgp->options.daemon))
			continue;
		complete = false;
		if (!covered_by_pattern(import, dummy->name))
			report_missing(c, config, all, dummy);
	}
	return complete;
}

/* ---- BG065 ---- */

/* Names of dummy interfaces and others of the input that the pattern stands for. */
static void find_matches(const struct bgp_checks *c, const struct str_value *pattern,
			 const struct dummies *all, struct bgp_names *out, bool *known)
{
	const struct cluster *cluster = c->bgp->cluster;

	ARRAY_FOREACH (const struct dummy, dummy, &all->list) {
		if (entry_covers(pattern, dummy->name, BGP_FORK_1_3))
			bgp_names_add(c, out, dummy->name);
	}
	*known = false;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
			bool repeated = is_dummy(all, interface->name);

			*known = true;
			ARRAY_FOREACH (const char *, name, &out->list)
				repeated |= str_equal(*name, interface->name);
			if (!repeated && entry_covers(pattern, interface->name, BGP_FORK_1_3))
				bgp_names_add(c, out, interface->name);
		}
	}
}

static void check_pattern(const struct bgp_checks *c, const struct bgp_config *config,
			  uint32_t index, const struct dummies *all)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	const struct bgp_place place = entry_place(c, import, index);
	struct bgp_names matches = { 0 };
	bool known;
	struct finding *f;

	find_matches(c, entry, all, &matches, &known);
	if (c->bgp->options.daemon == BGP_FORK_1_1) {
		f = bgp_report(
			c, CHECK_BG065, config, place,
			"\"%s\" is taken as the name of an interface, as the daemon knows "
			"no patterns here: nothing is imported by it",
			entry->s);
		finding_hint(c->ck, f, "write names in full, such as %s",
			     matches.list.count > 0 ? bgp_names_text(c, &matches)
						    : dummy_names(c, all));
		return;
	}
	if (!known || matches.list.count > 0)
		return;
	f = bgp_report(c, CHECK_BG065, config, place,
		       "no interface of a node matches \"%s\": nothing is imported by it",
		       entry->s);
	f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "list %s", dummy_names(c, all));
}

/* ---- BG066 ---- */

/* An interface that an entry covers and that is not its node's dummy. */
struct leak {
	const char *interface;
	struct ip_net net; /* the first that is advertised */
	struct bgp_names nodes;
};

static const struct node_net *first_importable(const struct node_interface *interface)
{
	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		if (bgp_imports_address(net->net.address))
			return net;
	}
	return NULL;
}

static void add_leak(const struct bgp_checks *c, struct leak *leak, const struct bgp_node *node,
		     const struct str_value *entry)
{
	const char *dummy = node->dummy != NULL ? node->dummy : default_dummy;

	ARRAY_FOREACH (const struct node_interface, interface, &node->node->interfaces) {
		const struct node_net *net = first_importable(interface);

		if (net == NULL || str_equal(interface->name, dummy) ||
		    !entry_covers(entry, interface->name, c->bgp->options.daemon))
			continue;
		bgp_names_add(c, &leak->nodes, node->node->name);
		if (leak->interface == NULL) {
			leak->interface = interface->name;
			leak->net = net->net;
		}
		return;
	}
}

static void hint_leak(const struct bgp_checks *c, struct finding *f, const struct dummies *all)
{
	finding_hint(c->ck, f, "list dummy interfaces only: [%s]", dummy_list(c, all));
}

/* With an inventory: what the nodes really have by that name. */
static void check_known_leak(const struct bgp_checks *c, const struct bgp_config *config,
			     uint32_t index, const struct dummies *all)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	struct leak leak = { 0 };
	const char *what;
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes)
		add_leak(c, &leak, node, entry);
	if (leak.interface == NULL)
		return;
	what = str_equal(entry->s, leak.interface)
		       ? arena_printf(c->ck->arena, "\"%s\" is no dummy interface", entry->s)
		       : arena_printf(c->ck->arena,
				      "\"%s\" covers \"%s\", which is no dummy interface",
				      entry->s, leak.interface);
	f = bgp_report(c, CHECK_BG066, config, entry_place(c, import, index),
		       "%s: %s advertise%s its subnet %s, too", what,
		       bgp_nodes_text(c, &leak.nodes), leak.nodes.list.count == 1 ? "s" : "",
		       bgp_net_text(c, leak.net));
	hint_leak(c, f, all);
}

/* Names that hosts give to their uplinks. */
static bool is_uplink_name(const char *name)
{
	static const char *const prefixes[] = {
		"eth", "en", "bond", "ib", "wl", "vlan", "team"
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (str_has_prefix(name, prefixes[i]))
			return true;
	return false;
}

/* Without one: what is known by its name, or more than the dummies that are all there. A name
 * that stands in the place of a dummy is rather a slip, and BG064 speaks of it. */
static void check_likely_leak(const struct bgp_checks *c, const struct bgp_config *config,
			      uint32_t index, const struct dummies *all, bool complete)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	struct finding *f;

	if (is_dummy(all, entry->s) || entry->s[0] == '\0')
		return;
	if (!is_uplink_name(entry->s) && !interface_name_is_internal(entry->s) && !complete)
		return;
	f = bgp_report(
		c, CHECK_BG066, config, entry_place(c, import, index),
		"\"%s\" is no dummy interface: nodes that have it advertise its subnets, "
		"too",
		entry->s);
	f->diag.inferred = true;
	hint_leak(c, f, all);
}

/* A pattern that fork-1.1 takes as a name imports nothing, and the leak comes with fork-1.3. */
static void check_later_leak(const struct bgp_checks *c, const struct bgp_config *config,
			     uint32_t index, const struct dummies *all)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	struct finding *f;

	ARRAY_FOREACH (const struct dummy, dummy, &all->list) {
		if (entry_covers(entry, dummy->name, BGP_FORK_1_3))
			return;
	}
	if (!is_uplink_name(entry->s) && !interface_name_is_internal(entry->s))
		return;
	f = bgp_report(
		c, CHECK_BG066, config, entry_place(c, import, index),
		"\"%s\" means interfaces that are no dummy interface: a daemon that knows "
		"patterns (fork-1.3) advertises the subnets of the nodes, too",
		entry->s);
	f->diag.inferred = true;
	hint_leak(c, f, all);
}

static void check_entries(const struct bgp_checks *c, const struct bgp_config *config,
			  const struct dummies *all, bool complete)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const bool literal = c->bgp->options.daemon == BGP_FORK_1_1;

	for (uint32_t i = 0; i < import->interface_list.list.count; i++) {
		const char *name = import->interface_list.list.items[i].s;

		if (is_pattern(name))
			check_pattern(c, config, i, all);
		if (is_pattern(name) && literal) {
			check_later_leak(c, config, i, all);
			continue;
		}
		if (c->bgp->cluster->has_interfaces)
			check_known_leak(c, config, i, all);
		else if (!is_pattern(name) || is_uplink_name(name) || name[0] == '*')
			check_likely_leak(c, config, i, all, complete);
	}
}

/* ---- BG067 ---- */

static void check_vrf(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct str_value *vrf = &config->object->netlink_import.vrf;
	const struct bgp_vrf *defined = NULL;
	struct finding *f;

	if (!bgp_import_has_vrf(config))
		return;
	ARRAY_FOREACH (const struct bgp_vrf, it, &config->object->vrfs.list) {
		if (str_equal(it->name.s, vrf->s))
			defined = it;
	}
	f = bgp_report(
		c, CHECK_BG067, config,
		(struct bgp_place){ vrf->pos, "spec.netlinkImport.vrf" },
		"netlinkImport puts the routes into VRF \"%s\"%s: ordinary neighbors are "
		"told none of them",
		vrf->s, defined == NULL ? ", which is not defined" : "");
	finding_hint(c->ck, f, "remove vrf");
	if (defined != NULL)
		finding_related(c->ck, f, defined->name.pos, "the VRF is here");
}

/* ---- BG068 ---- */

static void check_name(const struct bgp_checks *c, const struct bgp_config *config,
		       const struct str_value *name, const char *path)
{
	struct finding *f;

	if (name->s == NULL || interface_name_valid(name->s))
		return;
	f = bgp_report(c, CHECK_BG068, config, (struct bgp_place){ name->pos, path },
		       "\"%s\" can be the name of no interface: %s", name->s,
		       strlen(name->s) > INTERFACE_NAME_MAX
			       ? "the kernel takes at most 15 bytes"
			       : "the kernel takes no empty name, no white space, / or :");
	finding_hint(c->ck, f, "write the name as `ip link` shows it");
}

/* Where absent and empty are the same, empty is no mistake. */
static void check_optional_name(const struct bgp_checks *c, const struct bgp_config *config,
				const struct str_value *name, const char *path)
{
	if (name->s != NULL && name->s[0] != '\0')
		check_name(c, config, name, path);
}

static void check_list_names(const struct bgp_checks *c, const struct bgp_config *config,
			     const struct str_list *list, const char *path)
{
	for (uint32_t i = 0; i < list->list.count; i++)
		if (!is_pattern(list->list.items[i].s))
			check_name(c, config, &list->list.items[i],
				   arena_printf(c->ck->arena, "%s[%u]", path, i));
}

/* The dummy interface's own name is AG019's. */
static void check_names(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_configuration *object = config->object;
	struct arena *arena = c->ck->arena;

	check_list_names(c, config, &object->netlink_import.interface_list,
			 "spec.netlinkImport.interfaceList");
	for (uint32_t i = 0; i < object->vrfs.list.count; i++)
		check_list_names(
			c, config, &object->vrfs.list.items[i].netlink_import.interface_list,
			arena_printf(arena, "spec.vrfs[%u].netlinkImport.interfaceList", i));
	for (uint32_t i = 0; i < object->neighbors.list.count; i++) {
		const struct bgp_neighbor *neighbor = &object->neighbors.list.items[i];
		const char *path = arena_printf(arena, "spec.neighbors[%u]", i);

		check_optional_name(c, config, &neighbor->config.neighbor_interface,
				    arena_printf(arena, "%s.config.neighborInterface", path));
		check_optional_name(c, config, &neighbor->transport.bind_interface,
				    arena_printf(arena, "%s.transport.bindInterface", path));
	}
	for (uint32_t i = 0; i < object->peer_groups.list.count; i++)
		check_optional_name(
			c, config, &object->peer_groups.list.items[i].transport.bind_interface,
			arena_printf(arena, "spec.peerGroups[%u].transport.bindInterface", i));
}

/* ---- OK004 ---- */

static void report_complete(const struct bgp_checks *c, const struct bgp_config *config,
			    const struct dummies *all)
{
	const struct section *list = &config->object->netlink_import.interface_list.at;
	const struct bgp_place place = { list->pos, "spec.netlinkImport.interfaceList" };

	bgp_report(c, CHECK_OK004, config, place,
		   "BGPConfiguration \"%s\" imports every dummy interface: %s",
		   bgp_config_name(config), dummy_names(c, all));
}

/* ---- all of them ---- */

void bgp_check_import(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct dummies all = { 0 };

		find_dummies(c, config, &all);
		check_names(c, config);
		if (!config->object->netlink_import.enabled.v) {
			check_off(c, config, &all);
			continue;
		}

		const bool complete = check_dummies(c, config, &all);

		check_entries(c, config, &all, complete);
		check_vrf(c, config);
		if (complete && !bgp_import_has_vrf(config))
			report_complete(c, config, &all);
	}
}
