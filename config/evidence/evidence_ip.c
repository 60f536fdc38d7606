/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What iproute2, sysctl and uname print: links, addresses, routes, neighbor caches, multicast
 * groups, settings. (O1)
 *
 * All interfaces and all routes, as they were printed; the nodes of a NodeInventory are made of
 * the same output in node_captures_ip.c, by PureLB's rules.
 */
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

#define LIFETIME_FOREVER 4294967295

/* "eth0" of "eth0@if5". */
static const char *evidence_ip_interface(struct evidence_reader *r, const char *s)
{
	return s != NULL ? evidence_text_bytes(r, s, strcspn(s, "@")) : NULL;
}

static int64_t evidence_ip_lifetime(const struct tree_node *map, const char *key)
{
	const int64_t lifetime = json_int(map, key);

	if (lifetime < 0)
		return EVIDENCE_UNKNOWN;
	return lifetime == LIFETIME_FOREVER ? -1 : lifetime;
}

/* The maps of the file's list; others are faulty. Some releases print {} for what they leave
 * out. */
#define EVIDENCE_IP_EACH(r, it)                                                                \
	ARRAY_FOREACH (const struct tree_node *, it, &(r)->json->u.list)                       \
		if (evidence_ip_is_entry((r), *it))

static bool evidence_ip_is_entry(struct evidence_reader *r, const struct tree_node *node)
{
	if (node->type == TREE_MAP)
		return node->u.map.count > 0;
	evidence_fault(r, node->pos.line, "an entry that is not an object");
	return false;
}

/* ---- ip -j addr ---- */

static void evidence_ip_address(struct evidence_reader *r, const struct evidence_link *link,
				const struct tree_node *map)
{
	const int64_t bits = json_int(map, "prefixlen");
	const char *family = json_text(map, "family");
	struct evidence_address *out;
	struct ip ip;

	if (map->type != TREE_MAP || map->u.map.count == 0 ||
	    (family != NULL && !str_has_prefix(family, "inet")))
		return;
	if (!json_ip(map, "local", &ip) || bits < 0 ||
	    bits > (ip_family(ip) == IP_V4 ? 32 : 128)) {
		evidence_fault(r, map->pos.line,
			       "an address without a valid \"local\" and "
			       "\"prefixlen\"");
		return;
	}
	out = EVIDENCE_ADD(r, &r->evidence->addresses, map->pos.line);
	if (out == NULL)
		return;
	out->interface = link->name;
	out->answers = link->up && !link->no_carrier;
	out->ip = ip;
	out->prefix = (uint8_t)bits;
	out->scope = evidence_text(r, json_text(map, "scope"));
	out->label = evidence_ip_interface(r, json_text(map, "label"));
	out->valid_s = evidence_ip_lifetime(map, "valid_life_time");
	out->preferred_s = evidence_ip_lifetime(map, "preferred_life_time");
	out->permanent = out->valid_s == -1;
	out->dynamic = json_true(map, "dynamic");
	out->deprecated = json_true(map, "deprecated");
	out->tentative = json_true(map, "tentative");
	out->dadfailed = json_true(map, "dadfailed");
	out->secondary = json_true(map, "secondary");
	out->noprefixroute = json_true(map, "noprefixroute");
	out->nodad = json_true(map, "nodad");
}

/* Every network namespace has a loopback interface, and the kernel lists it. `ip -4` and `ip
 * -6` leave out "link_type". */
void evidence_read_ip_addr(struct evidence_reader *r)
{
	r->file->partial = true;
	EVIDENCE_IP_EACH(r, it)
	{
		const struct tree_node *flags = json_list(*it, "flags");
		const struct tree_node *addresses = json_list(*it, "addr_info");
		const char *name = evidence_ip_interface(r, json_text(*it, "ifname"));
		struct evidence_link *link, of;

		if (name == NULL) {
			evidence_fault(r, (*it)->pos.line, "an interface without \"ifname\"");
			continue;
		}
		link = EVIDENCE_ADD(r, &r->evidence->links, (*it)->pos.line);
		if (link == NULL)
			continue;
		link->name = name;
		link->up = json_has(flags, "UP");
		link->lower_up = json_has(flags, "LOWER_UP");
		link->no_carrier = json_has(flags, "NO-CARRIER") ||
				   str_equal(json_text(*it, "operstate"), "DOWN");
		link->loopback = json_has(flags, "LOOPBACK");
		link->noarp = json_has(flags, "NOARP");
		link->all_families = json_text(*it, "link_type") != NULL;
		if (link->loopback && link->all_families)
			r->file->partial = false;
		link->kind =
			evidence_text(r, json_text(json_map(*it, "linkinfo"), "info_kind"));
		link->master = evidence_text(r, json_text(*it, "master"));
		link->mtu = json_int(*it, "mtu");
		if (str_equal(json_text(*it, "link_type"), "ether"))
			(void)evidence_mac_parse(json_text(*it, "address"), &link->mac);
		of = *link;
		for (uint32_t i = 0; addresses != NULL && i < addresses->u.list.count; i++)
			evidence_ip_address(r, &of, addresses->u.list.items[i]);
	}
}

/* ---- ip -j route ---- */

static void evidence_ip_next_hop(struct evidence_reader *r, struct evidence_route *route,
				 const struct tree_node *map, bool only)
{
	const struct tree_node *via = json_map(map, "via");
	const struct tree_node *flags = json_list(map, "flags");
	struct evidence_next_hop hop = { .interface = evidence_text(r, json_text(map, "dev")) };

	hop.has_via = json_ip(map, "gateway", &hop.via) || json_ip(via, "host", &hop.via);
	if (only && !hop.has_via && hop.interface == NULL)
		return;
	hop.weight = only ? 1 : json_int(map, "weight");
	hop.active = !json_has(flags, "dead") && !json_has(flags, "linkdown");
	ARRAY_ADD(&r->snapshot->arena, &route->next_hops, hop);
}

void evidence_read_ip_route(struct evidence_reader *r)
{
	bool v6 = false;

	/* "default" is of the family of the others: of their addresses, or of `pref`, which
	 * only IPv6 has. */
	EVIDENCE_IP_EACH(r, look)
	{
		const char *to = json_text(*look, "dst");
		struct ip ip;

		v6 |= json_at(*look, "pref") != NULL ||
		      (to != NULL && strchr(to, ':') != NULL) ||
		      (json_ip(*look, "gateway", &ip) && ip_family(ip) == IP_V6);
	}
	r->file->family = v6 ? IP_V6 : IP_V4;
	EVIDENCE_IP_EACH(r, it)
	{
		const struct tree_node *hops = json_list(*it, "nexthops");
		const char *to = json_text(*it, "dst");
		struct evidence_route *out;
		struct ip_net net;

		if (str_equal(to, "default"))
			to = v6 ? "::/0" : "0.0.0.0/0";
		if (!evidence_net_parse(to, &net)) {
			evidence_fault(r, (*it)->pos.line, "a route without a valid \"dst\"");
			continue;
		}
		out = EVIDENCE_ADD(r, &r->evidence->routes, (*it)->pos.line);
		if (out == NULL)
			continue;
		out->to = net;
		out->family = strchr(to, ':') != NULL ? IP_V6 : IP_V4;
		out->table = evidence_text(r, json_text(*it, "table"));
		out->protocol = evidence_text(r, json_text(*it, "protocol"));
		out->type = evidence_text(r, json_text(*it, "type"));
		out->metric = json_int(*it, "metric");
		out->selected = out->installed = true;
		if (hops == NULL)
			evidence_ip_next_hop(r, out, *it, true);
		/* `ip route show dev X` does not repeat X. */
		if (hops == NULL && json_text(*it, "dev") == NULL &&
		    (out->type == NULL || str_equal(out->type, "unicast")))
			r->file->partial = true;
		for (uint32_t i = 0; hops != NULL && i < hops->u.list.count; i++)
			evidence_ip_next_hop(r, out, hops->u.list.items[i], false);
	}
}

/* ---- ip -j neigh, ip -j maddr ---- */

void evidence_read_ip_neigh(struct evidence_reader *r)
{
	EVIDENCE_IP_EACH(r, it)
	{
		const struct tree_node *states = json_list(*it, "state");
		struct evidence_neighbor *out;
		struct ip ip;

		if (!json_ip(*it, "dst", &ip)) {
			evidence_fault(r, (*it)->pos.line, "an entry without a valid \"dst\"");
			continue;
		}
		out = EVIDENCE_ADD(r, &r->evidence->neighbors, (*it)->pos.line);
		if (out == NULL)
			continue;
		out->ip = ip;
		out->interface = evidence_text(r, json_text(*it, "dev"));
		/* `router` is a key with null for its value. */
		out->router = tree_get(*it, "router") != NULL;
		(void)evidence_mac_parse(json_text(*it, "lladdr"), &out->mac);
		if (states != NULL && states->u.list.count > 0 &&
		    states->u.list.items[0]->type == TREE_STRING)
			out->state = evidence_text(r, states->u.list.items[0]->text);
	}
}

void evidence_read_ip_maddr(struct evidence_reader *r)
{
	EVIDENCE_IP_EACH(r, it)
	{
		const struct tree_node *groups = json_list(*it, "maddr");
		const char *name = evidence_ip_interface(r, json_text(*it, "ifname"));

		for (uint32_t i = 0; groups != NULL && i < groups->u.list.count; i++) {
			struct evidence_group *out;
			struct ip ip;

			/* Link-layer groups have no "address". */
			if (!json_ip(groups->u.list.items[i], "address", &ip))
				continue;
			out = EVIDENCE_ADD(r, &r->evidence->groups, (*it)->pos.line);
			if (out == NULL)
				break;
			out->interface = name;
			out->ip = ip;
		}
	}
}

/* ---- lines ---- */

void evidence_read_sysctl(struct evidence_reader *r)
{
	for (char *line = evidence_next_line(r); line != NULL; line = evidence_next_line(r)) {
		char *equals = strchr(line, '=');
		const char *key = line + strspn(line, " \t");
		struct evidence_sysctl *out;
		size_t len;

		if (equals == NULL || equals == key || *key == '#')
			continue;
		len = (size_t)(equals - key);
		while (len > 0 && (key[len - 1] == ' ' || key[len - 1] == '\t'))
			len--;
		out = EVIDENCE_ADD(r, &r->evidence->sysctls, r->line);
		if (out == NULL)
			continue;
		out->key = evidence_text_bytes(r, key, len);
		out->value = evidence_text(r, equals + 1 + strspn(equals + 1, " \t"));
	}
}

void evidence_read_uname(struct evidence_reader *r)
{
	struct evidence_kernel *out = EVIDENCE_ADD(r, &r->evidence->kernels, 1);
	const char *line = evidence_next_line(r);

	if (out != NULL)
		out->release = evidence_text(r, line != NULL ? line : "");
}
