/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG011 to BG015: spec.global of a BGPConfiguration: AS numbers, and where the daemon listens.
 *
 * Router IDs are in bgp_router_ids.c.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

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
	{ 23456, 23456, ASN_UNUSABLE, "is a placeholder (AS_TRANS, RFC 6793)" },
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

/* The number was in an earlier place already: once is enough. */
static bool global_seen_before(const struct asn_uses *uses, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++) {
		if (uses->list.items[i].value->v == uses->list.items[index].value->v)
			return true;
	}
	return false;
}

/* A router is described with it, so it is not a typo. */
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
	finding_fix_remove(&c->ck->findings, f, FIX_REMOVE, "listenPort");
	finding_fix_is_unsafe(f);
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

/* Calico writes its address in every mode. With a VXLAN tunnel and no IPIP tunnel it carries
 * packets without BGP. */
static bool global_calico_is_vxlan(const struct node *node)
{
	static const char *const vxlan[] = { "projectcalico.org/IPv4VXLANTunnelAddr",
					     "projectcalico.org/IPv6VXLANTunnelAddr" };
	const struct label_map *all = &node->object.annotations;

	if (label_map_get(all, "projectcalico.org/IPv4IPIPTunnelAddr") != NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(vxlan); i++)
		if (label_map_get(all, vxlan[i]) != NULL)
			return true;
	return false;
}

static const struct label *global_speaker_annotation(const struct node *node,
						     const struct speaker **speaker)
{
	const bool vxlan = global_calico_is_vxlan(node);

	ARRAY_FOREACH (const struct label, annotation, &node->object.annotations.list) {
		*speaker = global_speaker_of(annotation);
		if (*speaker != NULL && !(vxlan && str_equal((*speaker)->name, "Calico")))
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
	finding_path(c->ck, f, "metadata.annotations[\"%s\"]", speaking.annotation->key.s);
	finding_hint(
		c->ck, f,
		"give the other one another port or disable its BGP; or set global.listenPort "
		"to a free port, because k8gobgp itself connects to its neighbors");
	finding_related(c->ck, f, global.pos, "k8gobgp should listen on port 179");
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
