/* SPDX-License-Identifier: Apache-2.0 */
/* BG044 to BG047: dynamic neighbors, and VRFs. */
#include "validator/bgp/bgp.h"

#include <string.h>

#include "base/text.h"

enum {
	WIDE_IPV4 = 8, /* prefix lengths up to which a network is no longer somebody's own */
	WIDE_IPV6 = 32,
};

/* ---- BG044 ---- */

/* The text is canonical but for the bits behind the prefix length. */
static bool only_host_bits(const struct bgp_checks *c, const char *text, struct ip_net net)
{
	return str_equal(text, arena_printf(c->ck->arena, "%s/%u", bgp_ip_text(c, net.address),
					    ip_net_prefix(net)));
}

static void check_prefix(const struct bgp_checks *c, const struct bgp_config *config,
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
	if (only_host_bits(c, text, net)) {
		f = bgp_report(c, CHECK_BG044, config, place,
			       "prefix %s has bits behind its length: the network is %s", text,
			       canonical);
		f->severity = SEVERITY_WARN;
	} else {
		f = bgp_report(
			c, CHECK_BG044, config, place,
			"prefix %s is not in canonical form: k8gobgp does not recognise "
			"it the next time it looks, and removing it crashes the daemon on "
			"every node",
			text);
	}
	finding_hint(c->ck, f, "write %s", canonical);
}

/* ---- BG045 ---- */

/* A subnet of the nodes that shares addresses with the prefix; NULL: none. */
static const char *nodes_subnet(const struct bgp_checks *c, struct ip_net prefix)
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

static bool is_wide(struct ip_net prefix)
{
	return ip_net_prefix(prefix) <= (prefix.family == IP_V4 ? WIDE_IPV4 : WIDE_IPV6);
}

/* A password keeps strangers out. */
static bool has_password(const struct bgp_peer *peer)
{
	return peer->auth == BGP_AUTH_UNKNOWN ||
	       (peer->auth != BGP_AUTH_NONE && peer->password.len > 0);
}

static void check_scope(const struct bgp_checks *c, const struct bgp_config *config,
			const struct bgp_peer *peer)
{
	const char *node;
	struct finding *f;

	if (peer->refusal != BGP_ACCEPTED || has_password(peer))
		return;
	node = nodes_subnet(c, peer->prefix);
	if (!is_wide(peer->prefix) && node == NULL)
		return;
	f = bgp_report(c, CHECK_BG045, config, bgp_dynamic_name_place(c, config, peer->index),
		       "prefix %s %s: any host there may become a BGP neighbor of the nodes",
		       bgp_net_text(c, peer->prefix),
		       ip_net_prefix(peer->prefix) == 0 ? "is every address"
		       : node != NULL                   ? arena_printf(c->ck->arena,
								       "has addresses of nodes in it, such as "
											 "those of %s",
								       node)
							: "is very wide");
	finding_hint(c->ck, f,
		     "name the routers' addresses only, or give %s a password by "
		     "authPasswordSecretRef",
		     bgp_group_text(c, config, peer->group_index));
}

/* ---- BG046 ---- */

static void check_vrf_peer(const struct bgp_checks *c, const struct bgp_config *config,
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
		f = bgp_report(c, CHECK_BG046, config, place,
			       "%s is told of no address of a Service: it is in VRF \"%s\" and "
			       "is sent the routes of that VRF only",
			       who, peer->vrf);
	finding_hint(c->ck, f, "take vrf out");
}

/* ---- BG047 ---- */

static const char *rd_fault_text(enum bgp_rd_fault fault)
{
	static const char *const texts[] = {
		[BGP_RD_FINE] = "is fine",
		[BGP_RD_MISSING] = "is missing: the daemon refuses the VRF",
		[BGP_RD_SHAPE] = "is not two numbers with a colon between them",
		[BGP_RD_ADDRESS] = "is read as if only the first number of the address stood "
				   "there",
		[BGP_RD_LARGE] =
			"has an AS number above 65535, of which only the lower 16 bits "
			"are kept",
		[BGP_RD_NUMBER] = "has a second number above 4294967295",
	};

	return texts[fault];
}

static void report_rd(const struct bgp_checks *c, const struct bgp_config *config,
		      struct bgp_place place, const char *what, const char *text)
{
	const enum bgp_rd_fault fault = bgp_rd_check(text);
	struct finding *f;

	if (fault == BGP_RD_FINE)
		return;
	f = bgp_report(c, CHECK_BG047, config, place, "%s %s%s", what,
		       fault == BGP_RD_MISSING ? ""
					       : arena_printf(c->ck->arena, "\"%s\" ", text),
		       rd_fault_text(fault));
	finding_hint(c->ck, f, "write two numbers, the first up to 65535, such as 65000:1");
}

static void check_targets(const struct bgp_checks *c, const struct bgp_config *config,
			  const struct str_list *list, const char *what, uint32_t vrf)
{
	for (uint32_t i = 0; i < list->list.count; i++)
		report_rd(c, config,
			  (struct bgp_place){ list->list.items[i].pos,
					      arena_printf(c->ck->arena, "spec.vrfs[%u].%s[%u]",
							   vrf, what, i) },
			  what, list->list.items[i].s);
}

static void check_vrf(const struct bgp_checks *c, const struct bgp_config *config,
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
	report_rd(c, config, place,
		  arena_printf(c->ck->arena, "the rd of VRF \"%s\"",
			       vrf->name.s != NULL ? vrf->name.s : ""),
		  vrf->rd.s);
	check_targets(c, config, &vrf->import_rt, "importRt", index);
	check_targets(c, config, &vrf->export_rt, "exportRt", index);
}

void bgp_check_dynamic(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		for (uint32_t i = 0; i < config->object->dynamic_neighbors.list.count; i++)
			check_prefix(c, config, i);
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			if (peer->dynamic != NULL)
				check_scope(c, config, peer);
			else
				check_vrf_peer(c, config, peer);
		}
		for (uint32_t i = 0; i < config->object->vrfs.list.count; i++)
			check_vrf(c, config, i);
	}
}
