/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FRR's running configuration (`show running-config`, frr.conf): the BGP instances with their
 * neighbors, groups and ranges, prefix lists and route maps. (O1)
 *
 * A neighbor gets what its group has and it does not. IPv4 unicast is active where nothing says
 * otherwise. Passwords are noted, never kept. Of route maps the lines are kept as they are.
 */
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

/* Where in the file the lines are. */
struct frr_config {
	struct evidence_reader *r;
	const char *host_name, *version;
	bool datacenter;             /* its defaults: no policy is required */
	uint32_t first;              /* number of the first router of this file */
	uint32_t router;             /* the present one's number plus 1; 0: none */
	struct evidence_name *names; /* of the neighbors and groups of the last one */
	enum ip_family family;       /* of the address-family block; IP_NONE: in none */
	bool other_family;     /* in a block of another family: its lines say nothing here */
	bool default_ipv4;     /* neighbors are active for IPv4 without being told */
	const char *route_map; /* the present one's name, or NULL */
	struct text map_text;
	uint32_t map_line;
	ARRAY_OF(struct evidence_prefix_rule) rules;
	ARRAY_OF(struct evidence_policy) policies;
};

static struct evidence_router *frr_config_router(struct frr_config *c)
{
	return c->router == 0 ? NULL : &c->r->evidence->routers.items[c->router - 1];
}

static struct evidence_peer *frr_config_peer(struct frr_config *c,
					     struct evidence_router *router, const char *name)
{
	const struct evidence_name *known = evidence_name_find(c->names, name);
	struct evidence_peer *peer;
	struct ip ip;

	if (known != NULL)
		return &router->peers.items[known->number];
	if (router->peers.count >= EVIDENCE_PEERS_MAX || !evidence_take(c->r))
		return NULL;
	peer = ARRAY_PUSH(&c->r->snapshot->arena, &router->peers);
	peer->line = c->r->line;
	peer->name = evidence_text(c->r, name);
	peer->has_from = ip_parse(name, &ip) && evidence_net_parse(name, &peer->from);
	peer->asn = peer->local_asn = peer->hops = peer->hold_s = peer->keepalive_s = -1;
	evidence_name_set(c->r, &c->names, peer->name, router->peers.count - 1);
	return peer;
}

static struct evidence_peer_family *
frr_config_family(struct frr_config *c, struct evidence_peer *peer, enum ip_family family)
{
	struct evidence_peer_family *out;

	ARRAY_FOREACH (struct evidence_peer_family, known, &peer->families)
		if (known->family == family)
			return known;
	out = ARRAY_PUSH(&c->r->snapshot->arena, &peer->families);
	out->family = family;
	out->active = family == IP_V4 && c->default_ipv4;
	out->import_limit = -1;
	return out;
}

/* ---- neighbor NAME … ---- */

static void frr_config_remote_as(struct evidence_peer *peer, const char *value)
{
	peer->asn = evidence_number(value);
	peer->external = str_equal(value, "external");
	peer->internal = str_equal(value, "internal");
}

/* Lines of a family: outside of a block they are IPv4's. */
static void frr_config_policy(struct frr_config *c, struct evidence_peer *peer,
			      const char *what, const char *value, const char *direction)
{
	struct evidence_peer_family *family =
		frr_config_family(c, peer, c->family != IP_NONE ? c->family : IP_V4);

	if (str_equal(what, "activate"))
		family->active = true;
	else if (str_equal(what, "maximum-prefix"))
		family->import_limit = evidence_number(value);
	else if (str_equal(direction, "in") &&
		 (family->import == NULL || str_equal(what, "route-map")))
		family->import = evidence_text(c->r, value);
	else if (str_equal(direction, "out") &&
		 (family->export == NULL || str_equal(what, "route-map")))
		family->export = evidence_text(c->r, value);
}

static void frr_config_neighbor(struct frr_config *c, char *rest, bool negated)
{
	static const char *const policies[] = { "activate",    "maximum-prefix", "route-map",
						"prefix-list", "filter-list",    NULL };
	struct evidence_router *router = frr_config_router(c);
	const char *name = evidence_word(&rest);
	const char *what = evidence_word(&rest);
	const char *value = evidence_word(&rest);
	const char *third = evidence_word(&rest);
	struct evidence_peer *peer;

	if (router == NULL || name == NULL || what == NULL)
		return;
	peer = frr_config_peer(c, router, name);
	if (peer == NULL)
		return;
	if (str_in(what, policies)) {
		if (!negated)
			frr_config_policy(c, peer, what, value, third);
		else if (str_equal(what, "activate"))
			frr_config_family(c, peer, c->family != IP_NONE ? c->family : IP_V4)
				->active = false;
	} else if (negated) {
		return;
	} else if (str_equal(what, "remote-as")) {
		frr_config_remote_as(peer, value);
	} else if (str_equal(what, "peer-group")) {
		peer->is_group = value == NULL;
		peer->group = evidence_text(c->r, value);
	} else if (str_equal(what, "interface")) {
		peer->interface = peer->name;
		/* "interface [v6only] peer-group G", "… remote-as N" */
		if (str_equal(value, "v6only")) {
			value = third;
			third = evidence_word(&rest);
		}
		if (str_equal(value, "peer-group"))
			peer->group = evidence_text(c->r, third);
		else if (str_equal(value, "remote-as"))
			frr_config_remote_as(peer, third);
	} else if (str_equal(what, "local-as")) {
		peer->local_asn = evidence_number(value);
		peer->dual_as = str_equal(third, "dual-as") || strstr(rest, "dual-as") != NULL;
	} else if (str_equal(what, "shutdown")) {
		peer->shutdown = true;
	} else if (str_equal(what, "passive")) {
		peer->passive = true;
	} else if (str_equal(what, "password")) {
		peer->password = true;
	} else if (str_equal(what, "ebgp-multihop")) {
		peer->multihop = true;
		peer->hops = evidence_number(value);
	} else if (str_equal(what, "ttl-security")) {
		peer->ttl_security = true;
		peer->hops = evidence_number(third);
	} else if (str_equal(what, "update-source")) {
		peer->source = evidence_text(c->r, value);
	} else if (str_equal(what, "timers") && evidence_number(value) >= 0) {
		peer->keepalive_s = evidence_number(value);
		peer->hold_s = evidence_number(third);
	}
}

/* ---- router bgp ---- */

static void frr_config_inherit(struct frr_config *c, struct evidence_peer *peer,
			       const struct evidence_peer *group)
{
	if (peer->asn < 0 && !peer->external && !peer->internal) {
		peer->asn = group->asn;
		peer->external = group->external;
		peer->internal = group->internal;
	}
	if (peer->local_asn < 0) {
		peer->local_asn = group->local_asn;
		peer->dual_as = group->dual_as;
	}
	if (peer->hold_s < 0) {
		peer->hold_s = group->hold_s;
		peer->keepalive_s = group->keepalive_s;
	}
	peer->hops = peer->hops < 0 ? group->hops : peer->hops;
	peer->shutdown |= group->shutdown;
	peer->passive |= group->passive;
	peer->multihop |= group->multihop;
	peer->ttl_security |= group->ttl_security;
	peer->password |= group->password;
	peer->source = peer->source == NULL ? group->source : peer->source;
	ARRAY_FOREACH (const struct evidence_peer_family, of, &group->families) {
		struct evidence_peer_family *own = frr_config_family(c, peer, of->family);

		own->active |= of->active;
		own->import = own->import == NULL ? of->import : own->import;
		own->export = own->export == NULL ? of->export : own->export;
		if (own->import_limit < 0)
			own->import_limit = of->import_limit;
	}
}

/* After the last line of a router: its neighbors get what their groups have. */
static void frr_config_end_router(struct frr_config *c)
{
	struct evidence_router *router;

	if (c->names == NULL)
		return;
	router = &c->r->evidence->routers.items[c->r->evidence->routers.count - 1];
	ARRAY_FOREACH (struct evidence_peer, peer, &router->peers) {
		const struct evidence_name *group =
			peer->group == NULL ? NULL : evidence_name_find(c->names, peer->group);

		(void)frr_config_family(c, peer, IP_V4);
		if (group != NULL && router->peers.items[group->number].is_group)
			frr_config_inherit(c, peer, &router->peers.items[group->number]);
	}
	evidence_names_clear(&c->names);
}

static void frr_config_begin_router(struct frr_config *c, char *rest)
{
	const char *asn = evidence_word(&rest);
	const char *word = evidence_word(&rest);
	struct evidence_router *router;

	frr_config_end_router(c);
	router = EVIDENCE_ADD(c->r, &c->r->evidence->routers, c->r->line);
	c->router = 0;
	c->family = IP_NONE;
	c->default_ipv4 = true;
	c->other_family = false;
	if (router == NULL)
		return;
	c->router = c->r->evidence->routers.count;
	router->daemon = DAEMON_FRR;
	router->asn = evidence_number(asn);
	router->confederation = router->max_paths = router->max_paths_ibgp = -1;
	if (str_equal(word, "vrf") || str_equal(word, "view"))
		router->vrf = evidence_text(c->r, evidence_word(&rest));
	router->ebgp_requires_policy = !c->datacenter;
}

static void frr_config_listen(struct frr_config *c, struct evidence_router *router, char *rest)
{
	const char *range = evidence_word(&rest);
	const char *word = evidence_word(&rest);
	const char *group = evidence_word(&rest);
	struct evidence_peer *peer;

	if (range == NULL || !str_equal(word, "peer-group"))
		return;
	peer = frr_config_peer(c, router, range);
	if (peer == NULL)
		return;
	peer->is_range = peer->has_from = ip_net_parse(range, &peer->from);
	peer->group = evidence_text(c->r, group);
}

static void frr_config_bgp(struct frr_config *c, struct evidence_router *router, char *line,
			   bool negated)
{
	char *value;

	if ((value = evidence_after(line, "router-id ")) != NULL)
		router->has_router_id = ip_parse(value, &router->router_id);
	else if ((value = evidence_after(line, "confederation identifier ")) != NULL)
		router->confederation = negated ? -1 : evidence_number(value);
	else if ((value = evidence_after(line, "listen range ")) != NULL)
		frr_config_listen(c, router, value);
	else if (str_has_prefix(line, "ebgp-requires-policy"))
		router->ebgp_requires_policy = !negated;
	else if (str_has_prefix(line, "default ipv4-unicast"))
		c->default_ipv4 = !negated;
}

static void frr_config_router_line(struct frr_config *c, char *line)
{
	struct evidence_router *router = frr_config_router(c);
	char *positive = evidence_after(line, "no ");
	const bool negated = positive != NULL;
	char *value;

	if (negated)
		line = positive;
	if ((value = evidence_after(line, "address-family ")) != NULL) {
		const bool unicast = strstr(value, "unicast") != NULL;

		c->family = str_has_prefix(value, "ipv4") ? IP_V4 : IP_V6;
		c->other_family = !unicast || (!str_has_prefix(value, "ipv4 ") &&
					       !str_has_prefix(value, "ipv6 "));
	} else if (str_has_prefix(line, "exit-address-family")) {
		c->family = IP_NONE;
		c->other_family = false;
	} else if (c->other_family) {
		return;
	} else if ((value = evidence_after(line, "neighbor ")) != NULL) {
		frr_config_neighbor(c, value, negated);
	} else if ((value = evidence_after(line, "bgp ")) != NULL) {
		frr_config_bgp(c, router, value, negated);
	} else if ((value = evidence_after(line, "maximum-paths ibgp ")) != NULL) {
		router->max_paths_ibgp = evidence_number(value);
	} else if ((value = evidence_after(line, "maximum-paths ")) != NULL) {
		router->max_paths = evidence_number(value);
	}
}

/* ---- prefix lists and route maps ---- */

/* "NAME [seq N] permit|deny PREFIX|any [ge N] [le N]". */
static void frr_config_prefix_list(struct frr_config *c, char *rest, bool v6)
{
	struct evidence_prefix_rule rule = { .line = c->r->line, .ge = -1, .le = -1 };
	const char *name = evidence_word(&rest);
	const char *word = evidence_word(&rest);

	if (str_equal(word, "seq")) {
		(void)evidence_word(&rest);
		word = evidence_word(&rest);
	}
	rule.permit = str_equal(word, "permit");
	if (!rule.permit && !str_equal(word, "deny"))
		return; /* a description */
	rule.list = evidence_text(c->r, name);
	word = evidence_word(&rest);
	rule.any = str_equal(word, "any");
	if (rule.any)
		word = v6 ? "::/0" : "0.0.0.0/0";
	if (!evidence_net_parse(word, &rule.prefix)) {
		evidence_fault(c->r, c->r->line, "a prefix list without a valid prefix");
		return;
	}
	while ((word = evidence_word(&rest)) != NULL) {
		const int64_t bits = evidence_number(evidence_word(&rest));

		if (str_equal(word, "ge"))
			rule.ge = bits;
		else if (str_equal(word, "le"))
			rule.le = bits;
	}
	if (evidence_take(c->r))
		ARRAY_ADD(&c->r->snapshot->arena, &c->rules, rule);
}

static void frr_config_end_route_map(struct frr_config *c)
{
	if (c->route_map != NULL && evidence_take(c->r)) {
		const struct evidence_policy policy = {
			.line = c->map_line,
			.name = c->route_map,
			.text = evidence_text(c->r, text_str(&c->map_text)),
		};

		ARRAY_ADD(&c->r->snapshot->arena, &c->policies, policy);
	}
	c->route_map = NULL;
	text_clear(&c->map_text);
}

static void frr_config_begin_route_map(struct frr_config *c, char *rest)
{
	const char *name = evidence_text_bytes(c->r, rest, strcspn(rest, " "));

	c->route_map = name;
	c->map_line = c->r->line;
	text_add(&c->map_text,
		 rest + strcspn(rest, " ") + strspn(rest + strcspn(rest, " "), " "));
}

static void frr_config_map_line(struct frr_config *c, const char *line)
{
	if (c->map_text.len < EVIDENCE_TEXT_BYTES_MAX)
		text_printf(&c->map_text, "; %s", line);
}

/* ---- the file ---- */

static void frr_config_top_line(struct frr_config *c, char *line)
{
	char *value;

	frr_config_end_route_map(c);
	c->router = 0;
	if ((value = evidence_after(line, "hostname ")) != NULL)
		c->host_name = evidence_text(c->r, value);
	else if ((value = evidence_after(line, "frr version ")) != NULL)
		c->version = evidence_text(c->r, value);
	else if ((value = evidence_after(line, "frr defaults ")) != NULL)
		c->datacenter = str_equal(value, "datacenter");
	else if ((value = evidence_after(line, "router bgp ")) != NULL)
		frr_config_begin_router(c, value);
	else if ((value = evidence_after(line, "ip prefix-list ")) != NULL)
		frr_config_prefix_list(c, value, false);
	else if ((value = evidence_after(line, "ipv6 prefix-list ")) != NULL)
		frr_config_prefix_list(c, value, true);
	else if ((value = evidence_after(line, "route-map ")) != NULL)
		frr_config_begin_route_map(c, value);
}

static void frr_config_finish(struct frr_config *c)
{
	frr_config_end_router(c);
	for (uint32_t i = c->first; i < c->r->evidence->routers.count; i++) {
		struct evidence_router *router = &c->r->evidence->routers.items[i];

		router->host_name = c->host_name;
		router->version = c->version;
		memcpy(&router->prefix_rules, &c->rules, sizeof(router->prefix_rules));
		memcpy(&router->policies, &c->policies, sizeof(router->policies));
	}
}

void evidence_read_frr_config(struct evidence_reader *r)
{
	struct frr_config c = { .r = r, .first = r->evidence->routers.count };

	for (char *line = evidence_next_line(r); line != NULL; line = evidence_next_line(r)) {
		char *text = line + strspn(line, " \t");

		if (*text == '\0' || *text == '!' || str_equal(text, "exit"))
			continue;
		if (text == line)
			frr_config_top_line(&c, line);
		else if (c.route_map != NULL)
			frr_config_map_line(&c, text);
		else if (c.router != 0)
			frr_config_router_line(&c, text);
	}
	frr_config_end_route_map(&c);
	frr_config_finish(&c);
	text_release(&c.map_text);
}
