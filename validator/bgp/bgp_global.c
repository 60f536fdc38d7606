/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG004 to BG015: BGPConfigurations as objects (which one k8gobgp reads, names, namespaces,
 * fields that it ignores) and spec.global: AS numbers and where the daemon listens.
 *
 * Router IDs are in bgp_router_ids.c. Errors of the schema are found while reading.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum { PLACES_MAX = 8 }; /* related places of one finding */

/* ---- BG004 ---- */

/* The first remote group that PureLB reads, and how many there are; NULL: none. */
static const struct pool *objects_first_remote_pool(const struct bgp_checks *c, uint32_t *count)
{
	const struct pool *first = NULL;

	*count = 0;
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		if (first == NULL || pool->group->object.order < first->group->object.order)
			first = pool;
		*count += 1;
	}
	return first;
}

static void objects_check_missing(const struct bgp_checks *c)
{
	uint32_t count;
	const struct pool *pool = objects_first_remote_pool(c, &count);
	const char *others = "";
	struct finding *f;

	if (pool == NULL || c->bgp->configs.count > 0)
		return;
	if (count > 1)
		others = arena_printf(c->ck->arena, " and %u more remote group%s", count - 1,
				      count > 2 ? "s" : "");
	f = report(c->ck, CHECK_BG004, &pool->group->object, pool->group->remote.at.key,
		   "no BGPConfiguration in the input: nothing advertises the addresses of "
		   "group \"%s\"%s",
		   pool->name, others);
	finding_path(c->ck, f, "spec.remote");
	finding_hint(
		c->ck, f,
		"add the BGPConfiguration that k8gobgp is to use, or pass its file as well");
}

/* ---- BG005 ---- */

static const char *objects_full_name(const struct bgp_checks *c,
				     const struct bgp_config *config)
{
	return arena_printf(c->ck->arena, "%s/%s", config->object->object.namespace,
			    bgp_config_name(config));
}

static bool objects_in_install_namespace(const struct bgp_checks *c,
					 const struct bgp_config *config)
{
	return str_equal(config->object->object.namespace, c->ck->snapshot->install_namespace);
}

/* The one that is probably meant: the first in the install namespace, or the first. */
static const struct bgp_config *objects_main_config(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		if (objects_in_install_namespace(c, config))
			return config;
	}
	return c->bgp->configs.count > 0 ? &c->bgp->configs.items[0] : NULL;
}

/* The same object twice in the input is one in the cluster (IN007). */
static bool objects_same_identity(const struct bgp_config *a, const struct bgp_config *b)
{
	return str_equal(a->object->object.namespace, b->object->object.namespace) &&
	       str_equal(a->object->object.name.s, b->object->object.name.s);
}

/* What a running daemon does not take from the second one: 2.2 */
static bool objects_differs_for_good(const struct bgp_config *a, const struct bgp_config *b)
{
	const struct bgp_global *x = &a->object->global;
	const struct bgp_global *y = &b->object->global;

	return x->asn.v != y->asn.v || str_compare(x->router_id.s, y->router_id.s) != 0;
}

static void objects_check_several(const struct bgp_checks *c)
{
	const struct bgp_config *first = objects_main_config(c);

	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct finding *f;

		if (objects_same_identity(config, first))
			continue;
		f = bgp_report(
			c, CHECK_BG005, config, bgp_config_place(config),
			"BGPConfiguration \"%s\" and \"%s\" conflict: every node applies both, "
			"and each removes what the other has set up%s",
			objects_full_name(c, config), objects_full_name(c, first),
			objects_differs_for_good(config, first)
				? "; because asn or routerID differ, one of them fails until "
				  "the other is gone"
				: "");
		finding_hint(
			c->ck, f,
			"keep one BGPConfiguration in the cluster, and give what only some "
			"nodes need a nodeSelector");
		finding_related(c->ck, f, bgp_config_place(first).pos, "the other one");
	}
}

/* ---- BG006, BG007 ---- */

static void objects_check_namespace(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct object *object = &config->object->object;
	struct bgp_place place = { object->namespace_given.pos, "metadata.namespace" };
	struct finding *f;

	if (objects_in_install_namespace(c, config))
		return;
	if (object->namespace_given.s == NULL)
		place = bgp_config_place(config);
	f = bgp_report(
		c, CHECK_BG006, config, place,
		"BGPConfiguration \"%s\" is in namespace \"%s\": k8gobgp follows it, but looks "
		"for its Secrets there, and kubectl purelb looks only in \"%s\"",
		bgp_config_name(config), object->namespace, c->ck->snapshot->install_namespace);
	finding_hint(c->ck, f, "move it to \"%s\"", c->ck->snapshot->install_namespace);
}

static void objects_check_name(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct finding *f;

	if (config->object->object.name.s == NULL ||
	    str_equal(config->object->object.name.s, "default"))
		return;
	f = bgp_report(
		c, CHECK_BG007, config, bgp_config_place(config),
		"the BGPConfiguration is named \"%s\": that works, but PureLB's instructions "
		"assume \"default\"",
		config->object->object.name.s);
	finding_hint(c->ck, f, "name it \"default\" the next time you replace it");
}

/* ---- BG008: what the schema has refused already is BG003. ---- */

static void objects_check_invalid(const struct bgp_checks *c, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_invalid, invalid, &config->invalid) {
		const struct bgp_place place = { invalid->pos, invalid->path };
		struct finding *f;

		if (invalid->by_schema)
			continue;
		f = bgp_report(
			c, CHECK_BG008, config, place,
			"k8gobgp refuses the whole BGPConfiguration because of this value: "
			"%s",
			invalid->text);
		finding_hint(
			c->ck, f,
			"correct it: until then the nodes keep what they had, or start no BGP "
			"at all");
	}
}

/* ---- BG009 ---- */

/* Policies have BG058. */
static bool objects_has_own_check(const struct noted_field *field)
{
	return str_equal(field->name, "applyPolicy");
}

/* The families that the neighbors use, whatever global.families says. */
static unsigned objects_used_families(const struct bgp_config *config)
{
	unsigned used = 0;

	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (peer->refusal == BGP_ACCEPTED)
			used |= peer->families;
	}
	return used;
}

/* What global.families leaves out although neighbors use it. */
static unsigned objects_families_left_out(const struct bgp_config *config)
{
	unsigned listed = 0;

	ARRAY_FOREACH (const struct str_value, name, &config->object->global.families.list)
		listed |= bgp_family_parse(name->s);
	return objects_used_families(config) & ~listed;
}

static const char *objects_ignored_hint(const struct noted_field *field)
{
	static const struct {
		const char *name;
		const char *hint;
	} hints[] = {
		{ "prefixLimit", "remove it, and limit the prefixes on the router" },
		{ "useMultiplePaths",
		  "remove it: the router decides how many paths share traffic" },
		{ "bindToDevice",
		  "remove it; listenAddresses limits where the daemon listens" },
		{ "optional",
		  "remove it: a missing Secret still stops the neighbors of the node" },
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (str_equal(field->name, hints[i].name))
			return hints[i].hint;
	}
	return "remove it, so that no one relies on it";
}

/* Where nothing that it leaves out is in use, it asks for what is so anyway: PureLB's own
 * sample does. */
static void objects_report_families(const struct bgp_checks *c, const struct bgp_config *config,
				    struct bgp_place place)
{
	const unsigned left_out = objects_families_left_out(config);
	struct finding *f;

	if (left_out == 0) {
		f = bgp_report(c, CHECK_BG009, config, place,
			       "families has no effect: the daemon always has all of them, and "
			       "each neighbor uses those of its afiSafis");
		f->severity = SEVERITY_INFO;
	} else {
		f = bgp_report(c, CHECK_BG009, config, place,
			       "families has no effect: neighbors use %s anyway",
			       bgp_families_text(left_out, c->ck->arena));
	}
	finding_hint(c->ck, f, "remove it, and list the families in the neighbors' afiSafis");
}

static void objects_report_ignored(const struct bgp_checks *c, const struct bgp_config *config,
				   const struct noted_field *field)
{
	struct finding *f = bgp_report(
		c, CHECK_BG009, config, (struct bgp_place){ field->pos, field->path },
		"%s has no effect: %s", field->name,
		field->note == NOTE_IGNORED ? "k8gobgp does not pass it to the daemon"
					    : "the daemon ignores it");

	finding_hint(c->ck, f, "%s", objects_ignored_hint(field));
}

static void objects_check_ignored(const struct bgp_checks *c, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		if (field->note == NOTE_BEYOND_INT32 || field->note == NOTE_NONE ||
		    field->neutral || objects_has_own_check(field))
			continue;
		if (str_equal(field->path, "spec.global.families"))
			objects_report_families(c, config,
						(struct bgp_place){ field->pos, field->path });
		else
			objects_report_ignored(c, config, field);
	}
}

/* ---- BG010 ---- */

static struct kubernetes_version objects_kubernetes_of(const struct bgp_checks *c)
{
	const struct kubernetes_version told = c->ck->options->kubernetes;

	return told.major != 0 ? told : kubernetes_version_of_nodes(c->ck->snapshot);
}

static void objects_add_others(const struct bgp_checks *c, const struct bgp_config *config,
			       struct finding *f, const struct noted_field *first)
{
	uint32_t more = 0;

	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		if (field->note != NOTE_BEYOND_INT32 || field == first)
			continue;
		if (++more <= PLACES_MAX)
			finding_related(c->ck, f, field->pos, "and %s %" PRId64, field->name,
					field->number);
	}
	if (more > PLACES_MAX)
		finding_related(c->ck, f, first->pos, "and %u more", more - PLACES_MAX);
}

/* One finding for all of them: what mends one, another AS plan, mends all. */
static void objects_check_int32(const struct bgp_checks *c, const struct bgp_config *config)
{
	const bool enforced = kubernetes_enforces_int32(objects_kubernetes_of(c));

	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		const struct bgp_place place = { field->pos, field->path };
		struct finding *f;

		if (field->note != NOTE_BEYOND_INT32)
			continue;
		f = bgp_report(
			c, CHECK_BG010, config, place, "%s %" PRId64 " is above 2147483647: %s",
			field->name, field->number,
			enforced
				? "Kubernetes 1.36 and newer enforce the int32 of the schema "
				  "and refuse the object"
				: "from Kubernetes 1.36 on, the API server refuses it, because "
				  "the schema says int32");
		f->severity = enforced ? SEVERITY_FAIL : SEVERITY_WARN;
		finding_hint(
			c->ck, f,
			"use a number up to 2147483647: the private AS numbers 64512 to 65534 "
			"are always accepted");
		objects_add_others(c, config, f, field);
		return;
	}
}

void bgp_check_objects(const struct bgp_checks *c)
{
	objects_check_missing(c);
	objects_check_several(c);
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		objects_check_namespace(c, config);
		objects_check_name(c, config);
		objects_check_invalid(c, config);
		objects_check_ignored(c, config);
		objects_check_int32(c, config);
	}
}

enum { BGP_PORT = 179 };

/* ---- BG011 ---- */

static void global_check_asn_zero(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct int_value *asn = &config->object->global.asn;
	struct finding *f;

	if (!asn->set || asn->v != 0)
		return;
	f = bgp_report(c, CHECK_BG011, config, bgp_global_place(c, config, asn->pos, "asn"),
		       "AS number 0: the daemon starts on no node and accepts no neighbor");
	finding_hint(c->ck, f, "set it to the AS number of the nodes, such as 65000");
}

/* ---- BG012 ---- */

enum asn_kind { ASN_PRIVATE, ASN_PUBLIC, ASN_DOCUMENTATION, ASN_UNUSABLE };

/* Ranges that are not anybody's, by first number. */
static const struct asn_range {
	uint32_t first, last;
	enum asn_kind kind;
	const char *what;
} asn_ranges[] = {
	{ 23456, 23456, ASN_UNUSABLE, "stands in for 4-byte numbers (AS_TRANS, RFC 6793)" },
	{ 64496, 64511, ASN_DOCUMENTATION, "is reserved for documentation (RFC 5398)" },
	{ 64512, 65534, ASN_PRIVATE, NULL },
	{ 65535, 65535, ASN_UNUSABLE, "is reserved (RFC 7300)" },
	{ 65536, 65551, ASN_DOCUMENTATION, "is reserved for documentation (RFC 5398)" },
	{ 65552, 131071, ASN_UNUSABLE, "is reserved by IANA" },
	{ 4200000000, 4294967294, ASN_PRIVATE, NULL },
	{ 4294967295, 4294967295, ASN_UNUSABLE, "is reserved (RFC 7300)" },
};

static const struct asn_range *global_asn_range(int64_t asn)
{
	for (size_t i = 0; i < sizeof(asn_ranges) / sizeof(asn_ranges[0]); i++) {
		if (asn >= asn_ranges[i].first && asn <= asn_ranges[i].last)
			return &asn_ranges[i];
	}
	return NULL;
}

/* An AS number in a configuration. */
struct asn_use {
	const struct int_value *value;
	struct bgp_place place;
	bool own; /* of the nodes, not of a neighbor */
};

struct asn_uses {
	ARRAY_OF(struct asn_use) list;
};

static void global_add_use(const struct bgp_checks *c, struct asn_uses *uses,
			   const struct int_value *value, struct bgp_place place, bool own)
{
	const struct asn_use use = { value, place, own };

	if (value->set && value->v > 0 && value->v <= UINT32_MAX)
		ARRAY_ADD(c->ck->arena, &uses->list, use);
}

static void global_collect_uses(const struct bgp_checks *c, const struct bgp_config *config,
				struct asn_uses *uses)
{
	const struct bgp_configuration *object = config->object;
	const struct int_value *asn = &object->global.asn;

	global_add_use(c, uses, asn, bgp_global_place(c, config, asn->pos, "asn"), true);
	for (uint32_t i = 0; i < object->neighbors.list.count; i++) {
		const struct bgp_neighbor_config *own = &object->neighbors.list.items[i].config;

		global_add_use(
			c, uses, &own->peer_asn,
			bgp_neighbor_place(c, config, i, own->peer_asn.pos, "config.peerAsn"),
			false);
		global_add_use(
			c, uses, &own->local_asn,
			bgp_neighbor_place(c, config, i, own->local_asn.pos, "config.localAsn"),
			true);
	}
	for (uint32_t i = 0; i < object->peer_groups.list.count; i++) {
		const struct bgp_peer_group_config *group =
			&object->peer_groups.list.items[i].config;

		global_add_use(
			c, uses, &group->peer_asn,
			bgp_group_place(c, config, i, group->peer_asn.pos, "config.peerAsn"),
			false);
		global_add_use(
			c, uses, &group->local_asn,
			bgp_group_place(c, config, i, group->local_asn.pos, "config.localAsn"),
			true);
	}
}

/* The number stands in an earlier place, too: once is enough. */
static bool global_seen_before(const struct asn_uses *uses, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++) {
		if (uses->list.items[i].value->v == uses->list.items[index].value->v)
			return true;
	}
	return false;
}

/* Somebody has described a router with it: it is no slip. */
static bool global_is_described(const struct bgp_checks *c, int64_t asn)
{
	ARRAY_FOREACH (const struct bgp_router, router, &c->bgp->routers) {
		if (router->has_asn && router->asn == asn)
			return true;
	}
	return false;
}

static void global_report_public(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct asn_use *use)
{
	struct finding *f;

	if (global_is_described(c, use->value->v))
		return;
	f = bgp_report(c, CHECK_BG012, config, use->place,
		       "AS %" PRId64 " is a public number, which belongs to some organization",
		       use->value->v);
	if (!use->own)
		f->severity = SEVERITY_INFO;
	finding_hint(
		c->ck, f,
		use->own ? "use a private one, 64512 to 65534, unless it is yours"
			 : "leave it if it is the router's; otherwise use a private one, 64512 "
			   "to 65534");
}

static void global_report_special(const struct bgp_checks *c, const struct bgp_config *config,
				  const struct asn_use *use, const struct asn_range *range)
{
	struct finding *f = bgp_report(c, CHECK_BG012, config, use->place, "AS %" PRId64 " %s",
				       use->value->v, range->what);

	finding_hint(c->ck, f, "%s",
		     use->own ? "use a private AS number, 64512 to 65534"
			      : "set it to the AS number of the router");
}

static void global_check_asns(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct asn_uses uses = { 0 };

	global_collect_uses(c, config, &uses);
	for (uint32_t i = 0; i < uses.list.count; i++) {
		const struct asn_use *use = &uses.list.items[i];
		const struct asn_range *range = global_asn_range(use->value->v);

		if (range != NULL && range->kind != ASN_PRIVATE)
			global_report_special(c, config, use, range);
		else if (range == NULL && !global_seen_before(&uses, i))
			global_report_public(c, config, use);
	}
}

/* ---- BG013 ---- */

static void global_check_listen_addresses(const struct bgp_checks *c,
					  const struct bgp_config *config)
{
	const struct str_list *list = &config->object->global.listen_addresses;

	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct str_value *value = &list->list.items[i];
		struct finding *f;

		if (bgp_listen_address_valid(value->s))
			continue;
		f = bgp_report(c, CHECK_BG013, config,
			       (struct bgp_place){
				       value->pos,
				       arena_printf(c->ck->arena,
						    "spec.global.listenAddresses[%u]", i) },
			       "\"%s\" is not an IP address: the daemon crashes on every node "
			       "each time it starts",
			       value->s);
		finding_hint(c->ck, f,
			     "write an address without prefix length, port or name; omit "
			     "listenAddresses to listen on all addresses");
	}
}

/* ---- BG014 ---- */

/* The first that only waits to be called; NULL: none. */
static const struct bgp_peer *global_waiting_peer(const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (peer->passive && !peer->admin_down)
			return peer;
	}
	return NULL;
}

/* What follows from a port that is not 179; NULL: nothing. */
static const char *global_listen_fault(const struct bgp_checks *c,
				       const struct bgp_config *config, int64_t port,
				       const struct bgp_peer *waiting)
{
	if (port > UINT16_MAX)
		return arena_printf(
			c->ck->arena,
			"listenPort %" PRId64
			" is not a valid port: the daemon does not start on any node",
			port);
	if (port < 0 && waiting == NULL)
		return arena_printf(
			c->ck->arena,
			"listenPort %" PRId64
			": the nodes do not listen, so a session comes up only if a node "
			"connects, never if the router does",
			port);
	if (waiting == NULL)
		return NULL;
	return arena_printf(
		c->ck->arena,
		"listenPort %" PRId64 ": %s waits for the router to connect, but %s", port,
		bgp_peer_text(c, config, waiting),
		port < 0 ? "the nodes do not listen" : "routers connect to port 179");
}

static void global_check_listen_port(const struct bgp_checks *c,
				     const struct bgp_config *config)
{
	const struct int_value *port = &config->object->global.listen_port;
	const struct bgp_peer *waiting = global_waiting_peer(config);
	const char *fault;
	struct finding *f;

	if (!port->set || port->v == 0 || port->v == BGP_PORT)
		return;
	fault = global_listen_fault(c, config, port->v, waiting);
	if (fault == NULL)
		return;
	f = bgp_report(c, CHECK_BG014, config,
		       bgp_global_place(c, config, port->pos, "listenPort"), "%s", fault);
	finding_hint(c->ck, f, "remove listenPort, or set it to 179");
	if (waiting == NULL && port->v < 0)
		f->severity = SEVERITY_WARN;
	if (waiting != NULL && port->v <= UINT16_MAX)
		finding_related(c->ck, f, bgp_peer_place(c, config, waiting).pos,
				"this one waits for the router to connect");
}

/* ---- BG015 ---- */

/* Annotations that other BGP speakers leave on Nodes. */
static const struct speaker {
	const char *prefix;
	const char *name;
} speakers[] = {
	{ "projectcalico.org/IPv4Address", "Calico" },
	{ "projectcalico.org/IPv6Address", "Calico" },
	{ "projectcalico.org/ASNumber", "Calico" },
	{ "cilium.io/bgp-", "Cilium" },
	{ "kube-router.io/node.asn", "kube-router" },
	{ "kube-router.io/peer.", "kube-router" },
};

/* "local-port=1790" among Cilium's settings: it listens there. */
static bool global_listens_elsewhere(const char *settings)
{
	static const char option[] = "local-port=";
	const char *at = settings != NULL ? strstr(settings, option) : NULL;
	const char *port;

	if (at == NULL)
		return false;
	port = at + strlen(option);
	return strspn(port, "0123456789") != strlen("179") || !str_has_prefix(port, "179");
}

static const struct speaker *global_speaker_of(const struct label *annotation)
{
	for (size_t i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++) {
		if (str_has_prefix(annotation->key.s, speakers[i].prefix) &&
		    !global_listens_elsewhere(annotation->value.s))
			return &speakers[i];
	}
	return NULL;
}

static const struct label *global_speaker_annotation(const struct node *node,
						     const struct speaker **speaker)
{
	ARRAY_FOREACH (const struct label, annotation, &node->object.annotations.list) {
		*speaker = global_speaker_of(annotation);
		if (*speaker != NULL)
			return annotation;
	}
	return NULL;
}

/* Nodes that seem to have another speaker; the first and its annotation stand for all. */
struct speaking {
	struct bgp_names nodes;
	const struct node *node;
	const struct label *annotation;
	const struct speaker *speaker;
};

static void global_find_speakers(const struct bgp_checks *c, struct speaking *out)
{
	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		const struct speaker *speaker = NULL;
		const struct label *annotation =
			node->node != NULL ? global_speaker_annotation(node->node, &speaker)
					   : NULL;

		if (annotation == NULL)
			continue;
		bgp_names_add(c, &out->nodes, node->name);
		if (out->node != NULL)
			continue;
		out->node = node->node;
		out->annotation = annotation;
		out->speaker = speaker;
	}
}

static bool global_wants_port(const struct bgp_config *config)
{
	const struct int_value *port = &config->object->global.listen_port;

	return !port->set || port->v == 0 || port->v == BGP_PORT;
}

static void global_check_port_conflict(const struct bgp_checks *c,
				       const struct bgp_config *config)
{
	const struct bgp_place global = bgp_global_place(
		c, config, config->object->global.listen_port.pos, "listenPort");
	struct speaking speaking = { 0 };
	struct finding *f;

	if (!global_wants_port(config))
		return;
	global_find_speakers(c, &speaking);
	if (speaking.node == NULL)
		return;
	f = report(
		c->ck, CHECK_BG015, &speaking.node->object, speaking.annotation->key.pos,
		"%s seems to speak BGP on %s: if it listens on port 179, k8gobgp cannot start "
		"BGP there",
		speaking.speaker->name, bgp_nodes_text(c, &speaking.nodes));
	finding_path(c->ck, f, "metadata.annotations.%s", speaking.annotation->key.s);
	finding_hint(
		c->ck, f,
		"give the other one another port or disable its BGP; or set global.listenPort "
		"to a free port, because k8gobgp itself connects to its neighbors");
	finding_related(c->ck, f, global.pos, "k8gobgp is to listen on port 179");
}

void bgp_check_global(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		global_check_asn_zero(c, config);
		global_check_asns(c, config);
		global_check_listen_addresses(c, config);
		global_check_listen_port(c, config);
		global_check_port_conflict(c, config);
	}
}
