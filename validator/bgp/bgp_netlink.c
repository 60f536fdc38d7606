/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG063 to BG068 and OK004: netlinkImport, from interfaces into BGP (BG5.2, BG5.4).
 *
 * A node's dummy follows from its LBNodeAgent, else from all of them, else from the default.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "purelb/agents/interfaces.h"

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

static struct dummy *import_dummy_named(const struct bgp_checks *c, struct dummies *all,
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

static void import_add_dummies_of_nodes(const struct bgp_checks *c,
					const struct bgp_config *config, struct dummies *all)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->dummy != NULL)
			bgp_names_add(c,
				      &import_dummy_named(c, all, node->dummy,
							  node->node->config.governing)
					       ->nodes,
				      node->node->name);
	}
}

/* Those of the nodes; without nodes those of all LBNodeAgents that can govern one; without
 * LBNodeAgents what PureLB installs. */
static void import_find_dummies(const struct bgp_checks *c, const struct bgp_config *config,
				struct dummies *all)
{
	const struct agent_rules *agents = &c->bgp->cluster->agents;

	if (agents->list.count == 0) {
		import_dummy_named(c, all, default_dummy, NULL);
		return;
	}
	if (c->bgp->cluster->has_labels) {
		import_add_dummies_of_nodes(c, config, all);
		return;
	}
	ARRAY_FOREACH (const struct agent_rule, rule, &agents->list) {
		if (rule->agent->local.at.set)
			import_dummy_named(c, all, rule->dummy_interface, rule);
	}
}

static bool import_is_dummy(const struct dummies *all, const char *name)
{
	ARRAY_FOREACH (const struct dummy, dummy, &all->list) {
		if (str_equal(dummy->name, name))
			return true;
	}
	return false;
}

/* "kube-lb0", or all of them: what to list. */
static const char *import_dummy_names(const struct bgp_checks *c, const struct dummies *all)
{
	struct bgp_names names = { 0 };

	ARRAY_FOREACH (const struct dummy, dummy, &all->list)
		bgp_names_add(c, &names, dummy->name);
	return names.list.count > 0 ? bgp_names_text(c, &names) : default_dummy;
}

/* The same as a list in YAML would have them. */
static const char *import_dummy_list(const struct bgp_checks *c, const struct dummies *all)
{
	const char *text = NULL;

	ARRAY_FOREACH (const struct dummy, dummy, &all->list)
		text = text == NULL ? dummy->name
				    : arena_printf(c->ck->arena, "%s, %s", text, dummy->name);
	return text != NULL ? text : default_dummy;
}

/* ---- patterns ---- */

static bool import_is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* The entry alone covers the name. */
static bool import_entry_covers(const struct str_value *entry, const char *name,
				enum bgp_daemon daemon)
{
	struct str_value copy = *entry;
	struct str_list one = { .list = { .items = &copy, .count = 1 } };

	return bgp_import_covers(&one, name, daemon);
}

static struct bgp_place import_entry_place(const struct bgp_checks *c,
					   const struct bgp_netlink_import *import,
					   uint32_t index)
{
	return (struct bgp_place){
		import->interface_list.list.items[index].pos,
		arena_printf(c->ck->arena, "spec.netlinkImport.interfaceList[%u]", index)
	};
}

/* ---- BG063 ---- */

/* Enables it where it is, or adds it with the dummy interfaces. */
static void import_fix_disabled(const struct bgp_checks *c, struct finding *f,
				const struct bgp_config *config, const struct dummies *dummies)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct section *spec = &config->object->object.spec;
	struct text t = { 0 };

	text_add(&t, "{\"enabled\": true, \"interfaceList\": [");
	for (uint32_t i = 0; i < dummies->list.count; i++)
		text_printf(&t, "%s\"%s\"", i > 0 ? ", " : "", dummies->list.items[i].name);
	text_add(&t, "]}");
	if (import->enabled.set)
		finding_fix_value(&c->ck->findings, f, FIX_LITERAL, "false", "true");
	else if (import->at.set)
		finding_fix_add(&c->ck->findings, f, import->at.pos, "netlinkImport", "enabled",
				"true");
	else if (spec->set && dummies->list.count > 0)
		finding_fix_add(&c->ck->findings, f, spec->pos, "spec", "netlinkImport",
				text_str(&t));
	finding_fix_is_unsafe(f);
	text_release(&t);
}

/* Without remote pools in the input it is a warning: they may be elsewhere. */
static void import_check_off(const struct bgp_checks *c, const struct bgp_config *config,
			     const struct dummies *dummies)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	struct bgp_place place = bgp_config_place(config);
	struct finding *f;

	/* Where the neighbors have MetalLB's names, the rest is still to be written. (I9.1) */
	if (bgp_type_error(c, config, "spec.netlinkImport") ||
	    (!import->at.set && bgp_type_error(c, config, "spec.neighbors")))
		return;
	if (import->enabled.set)
		place = (struct bgp_place){ import->enabled.pos, "spec.netlinkImport.enabled" };
	else if (import->at.set)
		place = (struct bgp_place){ import->at.key, "spec.netlinkImport" };
	f = bgp_report(
		c, CHECK_BG063, config, place,
		"netlinkImport of BGPConfiguration \"%s\" is %s: its sessions never advertise "
		"an address of a Service",
		bgp_config_name(config), import->enabled.set ? "disabled" : "not enabled");
	if (!c->bgp->has_remote)
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "set netlinkImport: {enabled: true, interfaceList: [%s]}",
		     import_dummy_list(c, dummies));
	import_fix_disabled(c, f, config, dummies);
}

/* ---- BG064 ---- */

/* A name is added to the list or with it, or written instead of the one that is near: then
 * that one is no longer imported, and it may be an interface as well. */
static void import_fix_missing(const struct bgp_checks *c, struct finding *f,
			       const struct bgp_netlink_import *import, const char *name,
			       const char *near)
{
	const char *json = arena_printf(c->ck->arena, "\"%s\"", name);
	const struct str_list *list = &import->interface_list;

	if (near == NULL && list->at.set)
		finding_fix_append(&c->ck->findings, f, list->at.pos, json);
	else if (near == NULL)
		finding_fix_add(&c->ck->findings, f, import->at.pos, "netlinkImport",
				"interfaceList", arena_printf(c->ck->arena, "[%s]", json));
	ARRAY_FOREACH (const struct str_value, entry, &list->list) {
		if (!str_equal(entry->s, near) || near == NULL)
			continue;
		finding_fix_value(&c->ck->findings, f, FIX_VALUE, near, name);
		finding_fix_is_unsafe(f);
		f->fix.at = entry->pos;
	}
}

static void import_hint_missing(const struct bgp_checks *c, struct finding *f,
				const struct bgp_netlink_import *import,
				const struct dummies *all, const struct dummy *dummy)
{
	struct nearest near = { .word = dummy->name };
	const char *slip;

	ARRAY_FOREACH (const struct str_value, entry, &import->interface_list.list) {
		if (!import_is_dummy(all, entry->s))
			nearest_offer(&near, entry->s);
	}
	slip = near.tie ? NULL : near.best; /* of several it is not known which was meant */
	if (slip != NULL)
		finding_hint(c->ck, f, "write \"%s\" instead of \"%s\"", dummy->name, slip);
	else
		finding_hint(c->ck, f, "add \"%s\" to interfaceList", dummy->name);
	import_fix_missing(c, f, import, dummy->name, slip);
	if (dummy->rule == NULL)
		return;

	const struct str_value *written = &dummy->rule->agent->local.dummy_interface;

	if (written->s != NULL)
		finding_related(c->ck, f, written->pos, "dummyInterface is set here");
	else
		finding_related(c->ck, f, dummy->rule->agent->object.name.pos,
				"this LBNodeAgent leaves dummyInterface at its default");
}

static void import_report_missing(const struct bgp_checks *c, const struct bgp_config *config,
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
	struct finding *f = bgp_report(
		c, CHECK_BG064, config, place,
		"netlinkImport does not list \"%s\", the dummy interface%s: addresses of "
		"remote pools there are not advertised",
		dummy->name, of);

	import_hint_missing(c, f, import, all, dummy);
}

/* A pattern that the daemon does not know would cover it: BG065 speaks of that. */
static bool import_covered_by_pattern(const struct bgp_netlink_import *import, const char *name)
{
	return bgp_import_covers(&import->interface_list, name, BGP_FORK_1_3);
}

/* True when every dummy interface is imported. */
static bool import_check_dummies(const struct bgp_checks *c, const struct bgp_config *config,
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
		if (!import_covered_by_pattern(import, dummy->name))
			import_report_missing(c, config, all, dummy);
	}
	return complete;
}

/* ---- BG065 ---- */

/* Names of dummy interfaces and others of the input that the pattern stands for. */
static void import_find_matches(const struct bgp_checks *c, const struct str_value *pattern,
				const struct dummies *all, struct bgp_names *out, bool *known)
{
	const struct cluster *cluster = c->bgp->cluster;

	ARRAY_FOREACH (const struct dummy, dummy, &all->list) {
		if (import_entry_covers(pattern, dummy->name, BGP_FORK_1_3))
			bgp_names_add(c, out, dummy->name);
	}
	*known = false;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
			bool repeated = import_is_dummy(all, interface->name);

			*known = true;
			ARRAY_FOREACH (const char *, name, &out->list)
				repeated |= str_equal(*name, interface->name);
			if (!repeated &&
			    import_entry_covers(pattern, interface->name, BGP_FORK_1_3))
				bgp_names_add(c, out, interface->name);
		}
	}
}

static void import_check_pattern(const struct bgp_checks *c, const struct bgp_config *config,
				 uint32_t index, const struct dummies *all)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	const struct bgp_place place = import_entry_place(c, import, index);
	struct bgp_names matches = { 0 };
	bool known;
	struct finding *f;

	import_find_matches(c, entry, all, &matches, &known);
	if (c->bgp->options.daemon == BGP_FORK_1_1) {
		f = bgp_report(c, CHECK_BG065, config, place,
			       "\"%s\" is taken literally, because the daemon does not support "
			       "patterns here: it imports nothing",
			       entry->s);
		finding_hint(c->ck, f, "write the names in full, such as %s",
			     matches.list.count > 0 ? bgp_names_text(c, &matches)
						    : import_dummy_names(c, all));
		return;
	}
	if (!known || matches.list.count > 0)
		return;
	f = bgp_report(c, CHECK_BG065, config, place,
		       "no interface of a node matches \"%s\": it imports nothing", entry->s);
	f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "list %s", import_dummy_names(c, all));
}

/* ---- BG066 ---- */

/* An interface that an entry covers and that is not its node's dummy. */
struct leak {
	const char *interface;
	struct ip_net net; /* the first that is advertised */
	struct bgp_names nodes;
};

static const struct node_net *import_first_importable(const struct node_interface *interface)
{
	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		if (bgp_imports_address(net->net.address))
			return net;
	}
	return NULL;
}

static void import_add_leak(const struct bgp_checks *c, struct leak *leak,
			    const struct bgp_node *node, const struct str_value *entry)
{
	const char *dummy = node->dummy != NULL ? node->dummy : default_dummy;

	ARRAY_FOREACH (const struct node_interface, interface, &node->node->interfaces) {
		const struct node_net *net = import_first_importable(interface);

		if (net == NULL || str_equal(interface->name, dummy) ||
		    !import_entry_covers(entry, interface->name, c->bgp->options.daemon))
			continue;
		bgp_names_add(c, &leak->nodes, node->node->name);
		if (leak->interface == NULL) {
			leak->interface = interface->name;
			leak->net = net->net;
		}
		return;
	}
}

static void import_hint_leak(const struct bgp_checks *c, struct finding *f,
			     const struct dummies *all)
{
	finding_hint(c->ck, f, "list dummy interfaces only: [%s]", import_dummy_list(c, all));
}

/* With an inventory: what the nodes really have by that name. */
static void import_check_known_leak(const struct bgp_checks *c, const struct bgp_config *config,
				    uint32_t index, const struct dummies *all)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	struct leak leak = { 0 };
	const char *what;
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes)
		import_add_leak(c, &leak, node, entry);
	if (leak.interface == NULL)
		return;
	what = str_equal(entry->s, leak.interface)
		       ? arena_printf(c->ck->arena, "\"%s\" is not a dummy interface", entry->s)
		       : arena_printf(c->ck->arena,
				      "\"%s\" matches \"%s\", which is not a dummy interface",
				      entry->s, leak.interface);
	f = bgp_report(c, CHECK_BG066, config, import_entry_place(c, import, index),
		       "%s: %s also advertise%s its subnet %s", what,
		       bgp_nodes_text(c, &leak.nodes), leak.nodes.list.count == 1 ? "s" : "",
		       bgp_net_text(c, leak.net));
	import_hint_leak(c, f, all);
}

/* Names that hosts give to their uplinks. */
static bool import_is_uplink_name(const char *name)
{
	static const char *const prefixes[] = {
		"eth", "en", "bond", "ib", "wl", "vlan", "team"
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (str_has_prefix(name, prefixes[i]))
			return true;
	return false;
}

/* Without one: known by its name, or more than the dummies there are. (BG064: typos) */
static void import_check_likely_leak(const struct bgp_checks *c,
				     const struct bgp_config *config, uint32_t index,
				     const struct dummies *all, bool complete)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	struct finding *f;

	if (import_is_dummy(all, entry->s) || entry->s[0] == '\0')
		return;
	if (!import_is_uplink_name(entry->s) && !interface_name_is_internal(entry->s) &&
	    !complete)
		return;
	f = bgp_report(c, CHECK_BG066, config, import_entry_place(c, import, index),
		       "\"%s\" is not a dummy interface: nodes that have it also advertise its "
		       "subnets",
		       entry->s);
	f->inferred = true;
	import_hint_leak(c, f, all);
}

/* A pattern that fork-1.1 takes as a name imports nothing, and the leak comes with fork-1.3. */
static void import_check_later_leak(const struct bgp_checks *c, const struct bgp_config *config,
				    uint32_t index, const struct dummies *all)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct str_value *entry = &import->interface_list.list.items[index];
	struct finding *f;

	ARRAY_FOREACH (const struct dummy, dummy, &all->list) {
		if (import_entry_covers(entry, dummy->name, BGP_FORK_1_3))
			return;
	}
	if (!import_is_uplink_name(entry->s) && !interface_name_is_internal(entry->s))
		return;
	f = bgp_report(c, CHECK_BG066, config, import_entry_place(c, import, index),
		       "\"%s\" matches interfaces that are not dummy interfaces: a daemon that "
		       "supports patterns (fork-1.3) also advertises the subnets of the nodes",
		       entry->s);
	f->inferred = true;
	import_hint_leak(c, f, all);
}

static void import_check_entries(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct dummies *all, bool complete)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const bool literal = c->bgp->options.daemon == BGP_FORK_1_1;

	for (uint32_t i = 0; i < import->interface_list.list.count; i++) {
		const char *name = import->interface_list.list.items[i].s;

		if (import_is_pattern(name))
			import_check_pattern(c, config, i, all);
		if (import_is_pattern(name) && literal) {
			import_check_later_leak(c, config, i, all);
			continue;
		}
		if (c->bgp->cluster->has_interfaces)
			import_check_known_leak(c, config, i, all);
		else if (!import_is_pattern(name) || import_is_uplink_name(name) ||
			 name[0] == '*')
			import_check_likely_leak(c, config, i, all, complete);
	}
}

/* ---- BG067 ---- */

static void import_check_vrf(const struct bgp_checks *c, const struct bgp_config *config)
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
		"netlinkImport puts the routes into VRF \"%s\"%s: ordinary neighbors receive "
		"none of them",
		vrf->s, defined == NULL ? ", which is not defined" : "");
	finding_hint(c->ck, f, "remove vrf");
	finding_fix_remove(&c->ck->findings, f, FIX_REMOVE, "vrf");
	finding_fix_is_unsafe(f);
	if (defined != NULL)
		finding_related(c->ck, f, defined->name.pos, "the VRF is here");
}

/* ---- BG068 ---- */

static void import_check_name(const struct bgp_checks *c, const struct bgp_config *config,
			      const struct str_value *name, const char *path)
{
	struct finding *f;

	if (name->s == NULL || interface_name_valid(name->s))
		return;
	f = bgp_report(c, CHECK_BG068, config, (struct bgp_place){ name->pos, path },
		       "\"%s\" is not a valid interface name: %s", name->s,
		       strlen(name->s) > INTERFACE_NAME_MAX
			       ? "the kernel accepts at most 15 bytes"
			       : "the kernel accepts no empty name, white space, / or :");
	finding_hint(c->ck, f, "write the name as `ip link` shows it");
}

/* Where absent and empty mean the same, empty is not a mistake. */
static void import_check_optional_name(const struct bgp_checks *c,
				       const struct bgp_config *config,
				       const struct str_value *name, const char *path)
{
	if (name->s != NULL && name->s[0] != '\0')
		import_check_name(c, config, name, path);
}

static void import_check_list_names(const struct bgp_checks *c, const struct bgp_config *config,
				    const struct str_list *list, const char *path)
{
	for (uint32_t i = 0; i < list->list.count; i++)
		if (!import_is_pattern(list->list.items[i].s))
			import_check_name(c, config, &list->list.items[i],
					  arena_printf(c->ck->arena, "%s[%u]", path, i));
}

/* The dummy interface's own name is AG019's. */
static void import_check_names(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_configuration *object = config->object;
	struct arena *arena = c->ck->arena;

	import_check_list_names(c, config, &object->netlink_import.interface_list,
				"spec.netlinkImport.interfaceList");
	for (uint32_t i = 0; i < object->vrfs.list.count; i++)
		import_check_list_names(
			c, config, &object->vrfs.list.items[i].netlink_import.interface_list,
			arena_printf(arena, "spec.vrfs[%u].netlinkImport.interfaceList", i));
	for (uint32_t i = 0; i < object->neighbors.list.count; i++) {
		const struct bgp_neighbor *neighbor = &object->neighbors.list.items[i];
		const char *path = arena_printf(arena, "spec.neighbors[%u]", i);

		import_check_optional_name(
			c, config, &neighbor->config.neighbor_interface,
			arena_printf(arena, "%s.config.neighborInterface", path));
		import_check_optional_name(
			c, config, &neighbor->transport.bind_interface,
			arena_printf(arena, "%s.transport.bindInterface", path));
	}
	for (uint32_t i = 0; i < object->peer_groups.list.count; i++)
		import_check_optional_name(
			c, config, &object->peer_groups.list.items[i].transport.bind_interface,
			arena_printf(arena, "spec.peerGroups[%u].transport.bindInterface", i));
}

/* ---- OK004 ---- */

static void import_report_complete(const struct bgp_checks *c, const struct bgp_config *config,
				   const struct dummies *all)
{
	const struct section *list = &config->object->netlink_import.interface_list.at;
	const struct bgp_place place = { list->pos, "spec.netlinkImport.interfaceList" };

	bgp_report(c, CHECK_OK004, config, place,
		   "BGPConfiguration \"%s\" imports every dummy interface: %s",
		   bgp_config_name(config), import_dummy_names(c, all));
}

/* ---- all of them ---- */

void bgp_check_import(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct dummies all = { 0 };

		import_find_dummies(c, config, &all);
		import_check_names(c, config);
		if (!config->object->netlink_import.enabled.v) {
			import_check_off(c, config, &all);
			continue;
		}

		const bool complete = import_check_dummies(c, config, &all);

		import_check_entries(c, config, &all, complete);
		import_check_vrf(c, config);
		if (complete && !bgp_import_has_vrf(config))
			import_report_complete(c, config, &all);
	}
}
