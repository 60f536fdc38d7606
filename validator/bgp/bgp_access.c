/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG044 to BG047 and BG054 to BG057: who may connect. Dynamic neighbors with the VRFs that they
 * can be put into, and TCP-MD5 passwords with the Secrets that hold them (BG2.2, BG4.6).
 *
 * A password is never part of a message. Whether both ends use the same one is BG091.
 */
#include "validator/bgp/bgp.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"

enum {
	WIDE_IPV4 = 8, /* prefix lengths up to which a network is no longer somebody's own */
	WIDE_IPV6 = 32,
};

/* ---- BG044 ---- */

/* The text is canonical but for the bits behind the prefix length. */
static bool dynamic_only_host_bits(const struct bgp_checks *c, const char *text,
				   struct ip_net net)
{
	return str_equal(text, arena_printf(c->ck->arena, "%s/%u", bgp_ip_text(c, net.address),
					    ip_net_prefix(net)));
}

static void dynamic_check_prefix(const struct bgp_checks *c, const struct bgp_config *config,
				 uint32_t index)
{
	const char *text = config->object->dynamic_neighbors.list.items[index].prefix.s;
	const struct bgp_place place = bgp_dynamic_name_place(c, config, index);
	struct ip_net net;
	const char *canonical;
	struct finding *f;

	if (text == NULL)
		return;
	if (!config->dynamic[index].has_prefix) {
		f = bgp_report(
			c, CHECK_BG044, config, place,
			"prefix \"%s\" is not a network: the daemon refuses it, and only "
			"its log says so",
			text);
		finding_hint(c->ck, f, "write a network such as 192.0.2.0/24");
		return;
	}
	net = config->dynamic[index].prefix;
	canonical = bgp_net_text(c, (struct ip_net){ ip_net_first(net), net.bits, net.family });
	if (str_equal(text, canonical))
		return;
	if (dynamic_only_host_bits(c, text, net)) {
		f = bgp_report(c, CHECK_BG044, config, place,
			       "prefix %s has host bits: the network is %s", text, canonical);
		f->severity = SEVERITY_WARN;
	} else {
		f = bgp_report(
			c, CHECK_BG044, config, place,
			"prefix %s is not in canonical form: k8gobgp does not recognize it at "
			"the next reconcile, and removing it crashes the daemon on every node",
			text);
	}
	finding_set_fix(&c->ck->findings, f, FIX_VALUE, text, canonical, "write ", "");
}

/* ---- BG045 ---- */

/* A subnet of the nodes that shares addresses with the prefix; NULL: none. */
static const char *dynamic_nodes_subnet(const struct bgp_checks *c, struct ip_net prefix)
{
	const struct cluster *cluster = c->bgp->cluster;

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
			ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
				if (!interface->loopback &&
				    ip_net_contains(prefix, net->net.address))
					return node->name;
			}
		}
		if (node->node == NULL)
			continue;
		ARRAY_FOREACH (const struct node_address, address,
			       &node->node->addresses.list) {
			struct ip ip;

			if (str_equal(address->type.s, "InternalIP") &&
			    address->address.s != NULL && ip_parse(address->address.s, &ip) &&
			    ip_net_contains(prefix, ip))
				return node->name;
		}
	}
	return NULL;
}

static bool dynamic_is_wide(struct ip_net prefix)
{
	return ip_net_prefix(prefix) <= (prefix.family == IP_V4 ? WIDE_IPV4 : WIDE_IPV6);
}

/* A password keeps strangers out. */
static bool dynamic_has_password(const struct bgp_peer *peer)
{
	return peer->auth == BGP_AUTH_UNKNOWN ||
	       (peer->auth != BGP_AUTH_NONE && peer->password.len > 0);
}

static void dynamic_check_scope(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_peer *peer)
{
	const char *node;
	struct finding *f;

	if (peer->refusal != BGP_ACCEPTED || dynamic_has_password(peer))
		return;
	node = dynamic_nodes_subnet(c, peer->prefix);
	if (!dynamic_is_wide(peer->prefix) && node == NULL)
		return;
	f = bgp_report(
		c, CHECK_BG045, config, bgp_dynamic_name_place(c, config, peer->index),
		"prefix %s %s: any host there may become a BGP neighbor of the nodes",
		bgp_net_text(c, peer->prefix),
		ip_net_prefix(peer->prefix) == 0 ? "covers every address"
		: node != NULL
			? arena_printf(c->ck->arena,
				       "contains addresses of nodes, such as those of %s", node)
			: "is very wide");
	finding_hint(c->ck, f,
		     "limit it to the routers' addresses, or give %s a password with "
		     "authPasswordSecretRef",
		     bgp_group_text(c, config, peer->group_index));
}

/* ---- BG046 ---- */

static void dynamic_check_vrf_peer(const struct bgp_checks *c, const struct bgp_config *config,
				   const struct bgp_peer *peer)
{
	struct bgp_place place;
	const char *who;
	struct finding *f;

	if (peer->vrf == NULL)
		return;
	place = bgp_neighbor_place(c, config, peer->index, peer->neighbor->config.vrf.pos,
				   "config.vrf");
	who = bgp_peer_text(c, config, peer);
	if (peer->refusal == BGP_NO_VRF || peer->refusal == BGP_VRF_FAMILY)
		f = bgp_report(c, CHECK_BG046, config, place, "the daemon refuses %s: %s", who,
			       peer->refusal_text);
	else
		f = bgp_report(
			c, CHECK_BG046, config, place,
			"%s receives no address of a Service: it is in VRF \"%s\" and receives "
			"only the routes of that VRF",
			who, peer->vrf);
	finding_hint(c->ck, f, "take vrf out");
	finding_fix_remove(&c->ck->findings, f, FIX_REMOVE, "vrf");
	finding_fix_is_unsafe(f);
}

/* ---- BG047 ---- */

static const char *dynamic_rd_fault_text(enum bgp_rd_fault fault)
{
	static const char *const texts[] = {
		[BGP_RD_FINE] = "is fine",
		[BGP_RD_MISSING] = "is missing: the daemon refuses the VRF",
		[BGP_RD_SHAPE] = "is not two numbers separated by a colon",
		[BGP_RD_ADDRESS] = "is read as if it had only the first number of the address",
		[BGP_RD_LARGE] =
			("has an AS number above 65535, of which only the lower 16 bits "
			 "are kept"),
		[BGP_RD_NUMBER] = "has a second number above 4294967295",
	};

	return texts[fault];
}

static void dynamic_report_rd(const struct bgp_checks *c, const struct bgp_config *config,
			      struct bgp_place place, const char *what, const char *text)
{
	const enum bgp_rd_fault fault = bgp_rd_check(text);
	struct finding *f;

	if (fault == BGP_RD_FINE)
		return;
	f = bgp_report(c, CHECK_BG047, config, place, "%s %s%s", what,
		       fault == BGP_RD_MISSING ? ""
					       : arena_printf(c->ck->arena, "\"%s\" ", text),
		       dynamic_rd_fault_text(fault));
	finding_hint(c->ck, f, "write two numbers, the first up to 65535, such as 65000:1");
}

static void dynamic_check_targets(const struct bgp_checks *c, const struct bgp_config *config,
				  const struct str_list *list, const char *what, uint32_t vrf)
{
	for (uint32_t i = 0; i < list->list.count; i++)
		dynamic_report_rd(
			c, config,
			(struct bgp_place){ list->list.items[i].pos,
					    arena_printf(c->ck->arena, "spec.vrfs[%u].%s[%u]",
							 vrf, what, i) },
			what, list->list.items[i].s);
}

static void dynamic_check_vrf(const struct bgp_checks *c, const struct bgp_config *config,
			      uint32_t index)
{
	const struct bgp_vrf *vrf = &config->object->vrfs.list.items[index];
	const char *path = arena_printf(c->ck->arena, "spec.vrfs[%u]", index);
	struct bgp_place place = { vrf->rd.pos, arena_printf(c->ck->arena, "%s.rd", path) };

	if (vrf->rd.s == NULL && bgp_type_error(c, config, place.path))
		return;
	if (vrf->rd.s == NULL)
		place = vrf->name.s != NULL
				? (struct bgp_place){ vrf->name.pos,
						      arena_printf(c->ck->arena, "%s.name",
								   path) }
				: (struct bgp_place){ vrf->at.pos, path };
	dynamic_report_rd(c, config, place,
			  arena_printf(c->ck->arena, "the rd of VRF \"%s\"",
				       vrf->name.s != NULL ? vrf->name.s : ""),
			  vrf->rd.s);
	dynamic_check_targets(c, config, &vrf->import_rt, "importRt", index);
	dynamic_check_targets(c, config, &vrf->export_rt, "exportRt", index);
}

void bgp_check_dynamic(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		for (uint32_t i = 0; i < config->object->dynamic_neighbors.list.count; i++)
			dynamic_check_prefix(c, config, i);
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			if (peer->dynamic != NULL)
				dynamic_check_scope(c, config, peer);
			else
				dynamic_check_vrf_peer(c, config, peer);
		}
		for (uint32_t i = 0; i < config->object->vrfs.list.count; i++)
			dynamic_check_vrf(c, config, i);
	}
}

/* A neighbor's or a group's password. */
struct entry {
	const struct bgp_config *config;
	const struct bgp_credential *credential;
	const char *text; /* 'neighbor 192.0.2.1' */
};

/* `below` is a path below `config` of the entry. */
static struct bgp_place passwords_place_of(const struct bgp_checks *c, const struct entry *e,
					   struct pos pos, const char *below)
{
	return (struct bgp_place){ pos, arena_printf(c->ck->arena, "%s.%s", e->credential->path,
						     below) };
}

/* ---- BG054 ---- */

/* The keys of a Secret, for a hint: the nearest, or all. */
static void passwords_hint_keys(const struct bgp_checks *c, struct finding *f,
				const struct secret *secret, const char *wanted)
{
	struct nearest near = { .word = wanted };
	struct bgp_names names = { 0 };
	const struct label_map *const maps[] = { &secret->string_data, &secret->data };

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		ARRAY_FOREACH (const struct label, key, &maps[i]->list) {
			if (str_equal(key->key.s, wanted)) {
				finding_hint(c->ck, f, "encode the value in base64");
				return;
			}
			nearest_offer(&near, key->key.s);
			bgp_names_add(c, &names, key->key.s);
		}
	}
	if (near.best != NULL)
		finding_hint(c->ck, f, "did you mean \"%s\"?", near.best);
	else if (names.list.count > 0)
		finding_hint(c->ck, f, "use one of its keys: %s", bgp_names_text(c, &names));
	else
		finding_hint(c->ck, f, "add the key to the Secret");
}

static void passwords_check_missing(const struct bgp_checks *c, const struct entry *e)
{
	const struct bgp_credential *credential = e->credential;
	const struct secret_ref *ref = credential->ref;
	const bool no_secret = credential->secret == NULL;
	struct finding *f;

	if (credential->missing == NULL || !check_can_run(c->ck, CHECK_BG054))
		return;
	f = bgp_report(
		c, CHECK_BG054, e->config,
		passwords_place_of(c, e, credential->missing_pos,
				   no_secret ? "authPasswordSecretRef.name"
					     : "authPasswordSecretRef.key"),
		"%s, which %s refers to: on the nodes it applies to, no neighbor is set up and "
		"netlinkImport is never enabled%s",
		credential->missing, e->text,
		ref->optional.v ? "; optional: true does not change that" : "");
	if (no_secret) {
		finding_hint(c->ck, f,
			     "create Secret \"%s\" with key \"%s\" in namespace \"%s\"",
			     ref->name.s, ref->key.s != NULL ? ref->key.s : "",
			     e->config->object->object.namespace);
		return;
	}
	passwords_hint_keys(c, f, credential->secret, ref->key.s != NULL ? ref->key.s : "");
	finding_related(c->ck, f, credential->secret->object.name.pos, "the Secret is here");
}

/* ---- BG055 ---- */

/* With an inline password the session is protected all the same, by that one. */
static void passwords_check_name(const struct bgp_checks *c, const struct entry *e)
{
	const struct secret_ref *ref = e->credential->ref;
	const bool inline_too = bgp_given(e->credential->given);
	struct finding *f;

	if (!ref->at.set || bgp_given(&ref->name))
		return;
	f = bgp_report(
		c, CHECK_BG055, e->config,
		passwords_place_of(c, e, ref->name.s != NULL ? ref->name.pos : ref->at.key,
				   ref->name.s != NULL ? "authPasswordSecretRef.name"
						       : "authPasswordSecretRef"),
		"authPasswordSecretRef of %s has no name and is ignored: the session %s",
		e->text,
		inline_too ? "uses the password in authPassword" : "runs without a password");
	if (inline_too)
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "set authPasswordSecretRef.name");
}

/* ---- BG056 ---- */

static void passwords_check_inline(const struct bgp_checks *c, const struct entry *e)
{
	const struct str_value *text = e->credential->given;
	const bool ignored = bgp_given(&e->credential->ref->name);
	struct finding *f;

	if (!bgp_given(text))
		return;
	f = bgp_report(
		c, CHECK_BG056, e->config, passwords_place_of(c, e, text->pos, "authPassword"),
		"%s has a plain-text password: anyone who may read the BGPConfiguration knows "
		"it%s",
		e->text,
		ignored ? ", and it is not even used, because authPasswordSecretRef takes "
			  "precedence"
			: "");
	f->confidential = true;
	finding_hint(c->ck, f,
		     ignored ? "remove authPassword"
			     : "move it to a Secret and name that in authPasswordSecretRef");
	if (ignored) {
		finding_fix_remove(&c->ck->findings, f, FIX_REMOVE, "authPassword");
		finding_fix_is_unsafe(f);
	}
}

/* ---- BG057 ---- */

static bool passwords_is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* What is wrong with the bytes, the end of a sentence; NULL: nothing. */
static const char *passwords_content_fault(const struct bgp_checks *c,
					   const struct secret_value *password)
{
	if (password->len == 0)
		return "is empty: the session runs without a password";
	if (password->len > BGP_PASSWORD_MAX)
		return arena_printf(
			c->ck->arena,
			"has %zu bytes, but the kernel accepts at most %d: the session never "
			"comes up",
			password->len, BGP_PASSWORD_MAX);
	if (password->bytes[password->len - 1] == '\n')
		return "ends with a line break, which is part of the password: the router is "
		       "unlikely to have the same";
	if (passwords_is_space(password->bytes[0]) ||
	    passwords_is_space(password->bytes[password->len - 1]))
		return "begins or ends with white space, which is part of the password: the "
		       "router is unlikely to have the same";
	return NULL;
}

/* Another entry has the same value. */
static bool passwords_seen_before(const struct entry *e, const struct secret_value *password)
{
	ARRAY_FOREACH (const struct bgp_credential, other, &e->config->credentials) {
		const struct pos *pos = &other->password.pos;

		if (other == e->credential)
			return false;
		if (other->auth == e->credential->auth && pos->source == password->pos.source &&
		    pos->line == password->pos.line && pos->column == password->pos.column)
			return true;
	}
	return false;
}

static void passwords_report_content(const struct bgp_checks *c, const struct entry *e,
				     const char *fault)
{
	const struct bgp_credential *credential = e->credential;
	const struct secret_ref *ref = credential->ref;
	const bool from_secret = credential->auth == BGP_AUTH_SECRET;
	struct finding *f;

	if (from_secret)
		f = bgp_report(
			c, CHECK_BG057, e->config,
			passwords_place_of(c, e, ref->key.pos, "authPasswordSecretRef.key"),
			"the password of %s, key \"%s\" of Secret \"%s\", %s", e->text,
			ref->key.s, ref->name.s, fault);
	else
		f = bgp_report(c, CHECK_BG057, e->config,
			       passwords_place_of(c, e, credential->given->pos, "authPassword"),
			       "the password of %s %s", e->text, fault);
	f->confidential = !from_secret;
	if (credential->password.len <= BGP_PASSWORD_MAX)
		f->severity = SEVERITY_WARN;
	if (credential->password.len > BGP_PASSWORD_MAX)
		finding_hint(c->ck, f, "use a password of at most %d bytes on both ends",
			     BGP_PASSWORD_MAX);
	else if (credential->password.len == 0)
		finding_hint(c->ck, f, "write the password, or remove the reference");
	else
		finding_hint(
			c->ck, f,
			"remove the white space: `printf %%s PASSWORD | base64` adds no line "
			"break, echo does");
	if (from_secret)
		finding_related(c->ck, f, credential->password.pos, "the value is here");
}

static void passwords_check_content(const struct bgp_checks *c, const struct entry *e)
{
	const struct bgp_credential *credential = e->credential;
	const char *fault;

	if (credential->auth != BGP_AUTH_INLINE &&
	    (credential->auth != BGP_AUTH_SECRET || credential->missing != NULL))
		return;
	fault = passwords_content_fault(c, &credential->password);
	if (fault != NULL && !passwords_seen_before(e, &credential->password))
		passwords_report_content(c, e, fault);
}

/* ---- all of them ---- */

/* The entry is for some node, as far as nodes are known. (BG4.1) */
static bool passwords_applies(const struct bgp_checks *c, const struct bgp_selector *selector)
{
	return !selector->selector->at.set || !c->bgp->cluster->has_labels ||
	       selector->matches > 0;
}

static void passwords_check_entry(const struct bgp_checks *c, const struct bgp_config *config,
				  uint32_t index)
{
	const uint32_t neighbors = config->object->neighbors.list.count;
	const struct entry e = {
		.config = config,
		.credential = &config->credentials.items[index],
		.text = index < neighbors ? bgp_neighbor_text(c, config, index)
					  : bgp_group_text(c, config, index - neighbors),
	};

	if (passwords_applies(c, &config->selectors.items[index]))
		passwords_check_missing(c, &e);
	passwords_check_name(c, &e);
	passwords_check_inline(c, &e);
	passwords_check_content(c, &e);
}

void bgp_check_passwords(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		for (uint32_t i = 0; i < config->credentials.count; i++)
			passwords_check_entry(c, config, i);
	}
}
