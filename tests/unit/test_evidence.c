/* SPDX-License-Identifier: Apache-2.0 */
/* O1: readers of evidence, on what real programs printed (tests/evidence/record) and on what
 * none would. */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/evidence/evidence.h"
#include "config/repository/repository.h"
#include "tests/unit/load.h"

static struct snapshot *evidence_lab(const char *path)
{
	const char *inputs[] = { path };
	struct snapshot *s = config_load(inputs, 1, NULL);

	ck_assert_ptr_nonnull(s->evidence);
	ck_assert_uint_eq(s->problems.count, 0);
	ARRAY_FOREACH (struct evidence_file *, file, &s->evidence->files) {
		ck_assert_msg((*file)->cut == NULL, "%s: %s", (*file)->name, (*file)->cut);
		ck_assert_msg((*file)->faulty == 0, "%s: %s", (*file)->name, (*file)->fault);
	}
	return s;
}

static struct ip evidence_ip(const char *text)
{
	struct ip ip;

	ck_assert_msg(ip_parse(text, &ip), "%s", text);
	return ip;
}

/* test: O1 */
START_TEST(addresses_and_neighbors)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab/node-a");
	const struct evidence *e = s->evidence;
	const struct evidence_address *vip = NULL, *remote = NULL;
	bool down = false, router = false;

	ck_assert_str_eq(e->files.items[0]->place, "node-a");
	ARRAY_FOREACH (const struct evidence_address, a, &e->addresses) {
		if (ip_compare(a->ip, evidence_ip("192.168.50.240")) == 0)
			vip = a;
		if (ip_compare(a->ip, evidence_ip("203.0.113.5")) == 0)
			remote = a;
	}
	ck_assert_ptr_nonnull(vip);
	ck_assert_str_eq(vip->interface, "eth0");
	ck_assert_uint_eq(vip->prefix, 24);
	ck_assert(vip->noprefixroute && vip->dynamic && !vip->permanent);
	ck_assert_int_gt(vip->valid_s, 200);
	ck_assert_int_le(vip->valid_s, 300);
	ck_assert_ptr_nonnull(remote);
	ck_assert_str_eq(remote->interface, "kube-lb0");
	ck_assert(remote->permanent);
	ck_assert_int_eq(remote->valid_s, -1);
	ARRAY_FOREACH (const struct evidence_neighbor, n, &e->neighbors) {
		router |= n->router;
		if (ip_compare(n->ip, evidence_ip("192.168.50.99")) == 0) {
			down = !n->mac.known;
			ck_assert_str_eq(n->from.file->place, "node-a");
		}
	}
	ck_assert(down && router);
	ck_assert_uint_gt(e->groups.count, 0);
	ck_assert_uint_eq(e->kernels.count, 1);
	snapshot_release(s);
}
END_TEST

/* test: O1 */
START_TEST(routes_of_both_families)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab/node-a");
	uint32_t v4 = 0, v6 = 0;

	ARRAY_FOREACH (const struct evidence_route, route, &s->evidence->routes) {
		if (ip_net_prefix(route->to) != 0)
			continue;
		v4 += route->family == IP_V4;
		v6 += route->family == IP_V6;
		ck_assert_uint_eq(route->next_hops.count, 1);
		ck_assert_str_eq(route->next_hops.items[0].interface, "eth0");
	}
	ck_assert_uint_eq(v4, 1);
	ck_assert_uint_eq(v6, 1);
	snapshot_release(s);
}
END_TEST

static const struct evidence_session *
evidence_session_with(const struct evidence *e, enum evidence_form form, const char *peer)
{
	ARRAY_FOREACH (const struct evidence_session, session, &e->sessions)
		if (session->from.file->form == form && session->has_peer &&
		    ip_compare(session->peer, evidence_ip(peer)) == 0)
			return session;
	ck_abort_msg("no session with %s", peer);
	return NULL;
}

/* test: O1 */
START_TEST(gobgp)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab/node-a");
	const struct evidence *e = s->evidence;
	const struct evidence_session *up =
		evidence_session_with(e, EVIDENCE_GOBGP_NEIGHBOR, "192.168.50.2");
	const struct evidence_session *down =
		evidence_session_with(e, EVIDENCE_GOBGP_NEIGHBOR, "192.168.50.99");

	ck_assert_int_eq(up->state, BGP_STATE_ESTABLISHED);
	ck_assert_int_eq(up->local_asn, 65000);
	ck_assert_int_eq(up->expected_asn, 64514);
	ck_assert_int_eq(up->hold_s, 9);
	ck_assert_int_ne(up->since_ns, EVIDENCE_UNKNOWN);
	ck_assert(up->password == PASSWORD_NONE);
	ck_assert_int_ne(down->state, BGP_STATE_ESTABLISHED);
	ck_assert_int_eq(down->peer_asn, -1);
	ck_assert_uint_eq(e->paths.count, 3);
	ARRAY_FOREACH (const struct evidence_path, path, &e->paths)
		ck_assert(path->best && path->local && path->since_ns != EVIDENCE_UNKNOWN);
	ck_assert_str_eq(e->paths.items[0].communities, "65000:100");
	snapshot_release(s);
}
END_TEST

/* test: O1 */
START_TEST(frr)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab/tor1");
	const struct evidence *e = s->evidence;
	const struct evidence_session *up =
		evidence_session_with(e, EVIDENCE_FRR_NEIGHBORS, "192.168.50.11");
	const struct evidence_session *wrong =
		evidence_session_with(e, EVIDENCE_FRR_NEIGHBORS, "192.168.50.12");
	const struct evidence_session *off =
		evidence_session_with(e, EVIDENCE_FRR_SUMMARY, "192.168.50.78");
	const struct evidence_route *bgp = NULL;

	ck_assert_int_eq(up->state, BGP_STATE_ESTABLISHED);
	ck_assert_str_eq(up->name, "node-a");
	ck_assert_int_eq(up->families.items[0].accepted, 1);
	ck_assert_str_eq(up->families.items[0].import, "VIPS");
	ck_assert(wrong->notification.known && wrong->notification.sent);
	ck_assert_uint_eq(wrong->notification.code, 2);
	ck_assert_uint_eq(wrong->notification.subcode, 2);
	ck_assert_str_eq(wrong->notification.text, "OPEN Message Error/Bad Peer AS");
	ck_assert_int_eq(wrong->expected_asn, 65001);
	ck_assert(off->admin_down);
	ck_assert_uint_eq(e->paths.count, 2);
	ck_assert(e->paths.items[0].valid && e->paths.items[0].best);
	ck_assert_str_eq(e->paths.items[0].as_path, "65000");
	ARRAY_FOREACH (const struct evidence_route, route, &e->routes)
		if (route->from.file->form == EVIDENCE_FRR_ROUTE && route->family == IP_V4 &&
		    str_equal(route->protocol, "bgp"))
			bgp = route;
	ck_assert_ptr_nonnull(bgp);
	ck_assert(bgp->selected && bgp->installed);
	ck_assert_uint_eq(bgp->next_hops.count, 1);
	ck_assert(bgp->next_hops.items[0].active);
	snapshot_release(s);
}
END_TEST

static const struct evidence_peer *evidence_peer_named(const struct evidence_router *router,
						       const char *name)
{
	ARRAY_FOREACH (const struct evidence_peer, peer, &router->peers)
		if (str_equal(peer->name, name))
			return peer;
	ck_abort_msg("no peer %s", name);
	return NULL;
}

/* test: O1 */
START_TEST(frr_configuration)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab/tor1");
	const struct evidence_router *router = &s->evidence->routers.items[0];
	const struct evidence_peer *member = evidence_peer_named(router, "192.168.50.11");
	const struct evidence_peer *range = evidence_peer_named(router, "192.168.51.0/24");
	const struct evidence_peer *v6 = evidence_peer_named(router, "fd00:50::11");

	ck_assert_uint_eq(s->evidence->routers.count, 1);
	ck_assert_str_eq(router->host_name, "tor1");
	ck_assert_int_eq(router->asn, 64514);
	ck_assert_int_eq(router->max_paths, 4);
	ck_assert(router->ebgp_requires_policy && router->has_router_id);
	ck_assert_int_eq(member->asn, 65000);
	ck_assert_int_eq(member->hold_s, 9);
	ck_assert_str_eq(member->families.items[0].import, "VIPS");
	ck_assert_str_eq(member->families.items[0].export, "NOTHING");
	ck_assert(range->is_range && range->asn == 65000);
	ck_assert(evidence_peer_named(router, "NODES")->is_group);
	ck_assert(evidence_peer_named(router, "192.168.50.77")->password);
	ck_assert(evidence_peer_named(router, "192.168.50.77")->external);
	ck_assert(!member->password);
	ck_assert(evidence_peer_named(router, "192.168.50.78")->shutdown);
	ARRAY_FOREACH (const struct evidence_peer_family, family, &v6->families) {
		ck_assert_int_eq(family->active, family->family == IP_V6);
		if (family->family == IP_V6) {
			ck_assert_int_eq(family->import_limit, 100);
			ck_assert_str_eq(family->import, "ALL");
		}
	}
	ck_assert_uint_eq(router->prefix_rules.count, 2);
	ck_assert(!router->prefix_rules.items[0].permit);
	ck_assert_int_eq(router->prefix_rules.items[1].le, 32);
	ck_assert_uint_eq(router->policies.count, 2);
	snapshot_release(s);
}
END_TEST

/* test: O1 */
START_TEST(frr_instances)
{
	static const char config[] =
		"frr version 8.4.4\n"
		"router bgp 65100\n"
		" bgp confederation identifier 65001\n"
		" bgp confederation peers 65000\n"
		" neighbor nodes peer-group\n"
		" neighbor nodes local-as 65002 no-prepend replace-as dual-as\n"
		" neighbor 192.168.1.11 peer-group nodes\n"
		" neighbor 192.168.1.12 peer-group nodes\n"
		" neighbor 192.168.1.12 local-as 65003\n"
		"router bgp 65200 vrf tenant\n"
		"router bgp 65300 view other\n"
		"router bgp 65400 as-notation dot\n";
	struct snapshot *s = load_text(config);
	const struct evidence_router *routers = s->evidence->routers.items;
	const struct evidence_peer *a = evidence_peer_named(routers, "192.168.1.11");
	const struct evidence_peer *b = evidence_peer_named(routers, "192.168.1.12");

	ck_assert_uint_eq(s->evidence->routers.count, 4);
	ck_assert_int_eq(routers[0].asn, 65100);
	ck_assert_int_eq(routers[0].confederation, 65001);
	ck_assert_int_eq(a->local_asn, 65002);
	ck_assert(a->dual_as && !b->dual_as);
	ck_assert_int_eq(b->local_asn, 65003);
	ck_assert_ptr_null(routers[0].vrf);
	ck_assert_str_eq(routers[1].vrf, "tenant");
	ck_assert_int_eq(routers[1].confederation, -1);
	ck_assert_str_eq(routers[2].vrf, "other");
	ck_assert_ptr_null(routers[3].vrf);
	snapshot_release(s);
}
END_TEST

/* test: O1 */
START_TEST(bird)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab/tor2");
	const struct evidence *e = s->evidence;
	const struct evidence_session *up =
		evidence_session_with(e, EVIDENCE_BIRD_PROTOCOLS, "192.168.50.11");
	const struct evidence_session *down =
		evidence_session_with(e, EVIDENCE_BIRD_PROTOCOLS, "192.168.50.12");
	uint32_t filtered = 0, unreachable = 0;

	ck_assert_str_eq(up->name, "node_a");
	ck_assert_int_eq(up->state, BGP_STATE_ESTABLISHED);
	ck_assert_int_eq(up->families.items[0].accepted, 1);
	ck_assert_int_eq(up->families.items[0].received, 2);
	ck_assert_str_eq(up->families.items[0].import, "vips");
	ck_assert_int_eq(up->hold_s, 9);
	ck_assert(up->has_peer_id && up->has_local);
	ck_assert_int_ne(down->state, BGP_STATE_ESTABLISHED);
	ck_assert(!down->admin_down);
	ARRAY_FOREACH (const struct evidence_path, path, &e->paths) {
		filtered += path->filtered;
		unreachable += !path->valid;
		ck_assert(!path->local && path->has_neighbor);
		ck_assert_str_eq(path->as_path, "65000");
		ck_assert_int_eq(path->best, !path->filtered);
	}
	ck_assert_uint_eq(e->paths.count, 3);
	ck_assert_uint_eq(filtered, 1);
	ck_assert_uint_le(unreachable, 1);
	snapshot_release(s);
}
END_TEST

/* test: O1 */
START_TEST(bird_configuration)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab/tor2");
	const struct evidence_router *router = &s->evidence->routers.items[0];
	const struct evidence_peer *a = evidence_peer_named(router, "node_a");
	const struct evidence_peer *range = evidence_peer_named(router, "node_x");
	const struct evidence_peer *v6 = evidence_peer_named(router, "node_a6");

	ck_assert(router->has_router_id);
	ck_assert_int_eq(router->max_paths, 4);
	ck_assert_int_eq(a->asn, 65000); /* by its define */
	ck_assert_int_eq(a->local_asn, 64514);
	ck_assert_int_eq(a->hold_s, 9);
	ck_assert_str_eq(a->families.items[0].import, "filter vips");
	ck_assert_str_eq(a->families.items[0].export, "none");
	ck_assert(evidence_peer_named(router, "node_b")->password && !a->password);
	ck_assert(range->is_range && range->shutdown);
	ck_assert_int_eq(range->families.items[0].import_limit, 10);
	ck_assert(v6->external && v6->multihop);
	ck_assert_int_eq(v6->hops, 2);
	ck_assert_str_eq(router->policies.items[0].name, "vips");
	ck_assert_ptr_nonnull(strstr(router->policies.items[0].text, "{24,32}"));
	snapshot_release(s);
}
END_TEST

/* What a file is, is told from its first lines; names may be many, and of two the later counts.
 */
START_TEST(bird_configuration_with_many_names)
{
	struct text text = { 0 };
	struct snapshot *s;
	const struct evidence_router *router;

	text_add(&text, "router id 192.0.2.1;\n");
	for (unsigned i = 0; i < 2000; i++)
		text_printf(&text, "define AS_%u = %u;\n", i, 65000 + i % 500);
	for (unsigned i = 0; i < 2000; i++)
		text_printf(&text,
			    "template bgp t%u { local as 64514; hold time %u; }\n"
			    "protocol bgp p%u from t%u { neighbor 10.0.%u.%u as AS_%u; }\n",
			    i, i + 3, i, i, i / 250, i % 250 + 1, i);
	text_add(&text, "template bgp t0 { local as 64515; }\n"
			"protocol bgp last from t0 { neighbor 10.9.0.1 as NOBODY; }\n");
	s = load_text(text_str(&text));
	router = &s->evidence->routers.items[0];
	ck_assert_uint_eq(s->evidence->routers.count, 1);
	ck_assert_int_eq(evidence_peer_named(router, "p1999")->asn, 65499);
	ck_assert_int_eq(evidence_peer_named(router, "p1999")->hold_s, 2002);
	ck_assert_int_eq(evidence_peer_named(router, "last")->asn, -1);
	ck_assert_int_eq(evidence_peer_named(router, "last")->local_asn, 64515);
	snapshot_release(s);
	text_release(&text);
}
END_TEST

/* Each router has its own defaults, groups and names. */
START_TEST(frr_configuration_of_two_routers)
{
	struct snapshot *s = load_text("frr version 8.4.4\n"
				       "router bgp 64514\n no bgp default ipv4-unicast\n"
				       " neighbor NODES peer-group\n"
				       " neighbor NODES remote-as 65000\n"
				       " neighbor 10.0.0.1 peer-group NODES\n"
				       "router bgp 64515 vrf blue\n"
				       " neighbor 10.0.0.1 remote-as 65001\n"
				       " neighbor 10.0.0.2 peer-group NODES\n");
	const struct evidence_router *first = &s->evidence->routers.items[0];
	const struct evidence_router *second = &s->evidence->routers.items[1];

	ck_assert_uint_eq(s->evidence->routers.count, 2);
	ck_assert_int_eq(evidence_peer_named(first, "10.0.0.1")->asn, 65000);
	ck_assert(!evidence_peer_named(first, "10.0.0.1")->families.items[0].active);
	ck_assert_int_eq(evidence_peer_named(second, "10.0.0.1")->asn, 65001);
	ck_assert_int_eq(evidence_peer_named(second, "10.0.0.2")->asn, -1);
	ck_assert(evidence_peer_named(second, "10.0.0.1")->families.items[0].active);
	snapshot_release(s);
}
END_TEST

/* Passwords of routers are in no record. */
START_TEST(passwords_are_not_kept)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab");

	ARRAY_FOREACH (const struct evidence_router, router, &s->evidence->routers) {
		ARRAY_FOREACH (const struct evidence_policy, policy, &router->policies)
			ck_assert_ptr_null(strstr(policy->text, "sesame"));
		ARRAY_FOREACH (const struct evidence_peer, peer, &router->peers)
			ck_assert(peer->source == NULL ||
				  strstr(peer->source, "sesame") == NULL);
	}
	snapshot_release(s);
}
END_TEST

/* test: O3 */
START_TEST(metrics)
{
	static const char text[] =
		"# HELP purelb_address_pool_size n\n# TYPE purelb_address_pool_size gauge\n"
		"purelb_address_pool_size{pool=\"a \\\"b\\\\\"} 11\n"
		"go_goroutines 7\n"
		"purelb_election_member_count 3 1772445600000\n"
		"purelb_lbnodeagent_garp_sent_total{} 5 # {trace_id=\"x\"} 1 1772445600.5\n"
		"purelb_election_lease_healthy NaN\n"
		"purelb_address_pool_size{pool=\"never ends} 1\n";
	struct snapshot *s = load_text(text);
	const struct evidence_sample *samples = s->evidence->samples.items;

	ck_assert_uint_eq(problem_count(s, PROBLEM_EVIDENCE), 1);
	ck_assert_uint_eq(s->evidence->samples.count, 4);
	ck_assert_str_eq(evidence_sample_label(&samples[0], "pool"), "a \"b\\");
	ck_assert(samples[0].value == 11 && samples[0].time_ns == EVIDENCE_UNKNOWN);
	ck_assert_int_eq(samples[1].time_ns, INT64_C(1772445600000000000));
	ck_assert(samples[2].value == 5 && samples[2].time_ns == EVIDENCE_UNKNOWN);
	ck_assert(samples[3].value != samples[3].value);
	ck_assert_uint_eq(s->evidence->files.items[0]->faulty, 1);
	ck_assert_uint_eq(s->evidence->files.items[0]->fault_pos.line, 8);
	snapshot_release(s);
}
END_TEST

/* test: O1 */
START_TEST(logs)
{
	static const char text[] =
		"2026-03-02T10:00:00Z {\"caller\":\"a.go:1\",\"op\":\"election\",\"msg\":\"lease renewal failed\",\"error\":\"timeout\"}\n"
		"2026-03-02T10:00:10Z {\"caller\":\"a.go:1\",\"op\":\"election\",\"msg\":\"lease renewal failed\",\"error\":\"timeout\"}\n"
		"2026-03-02T10:00:11Z {\"caller\":\"a.go:1\",\"msg\":\"Starting\"}\n"
		"2026-03-02T10:00:12Z ERROR\tcontrollers.BGP\tcannot add peer\t{\"error\": \"boom\"}\n";
	struct snapshot *s = load_text(text);
	const struct evidence_log_line *lines = s->evidence->log_lines.items;

	ck_assert_uint_eq(s->evidence->log_lines.count, 2);
	ck_assert_uint_eq(lines[0].count, 2);
	ck_assert_str_eq(lines[0].error, "timeout");
	ck_assert_int_eq(lines[0].last_ns - lines[0].first_ns, INT64_C(10000000000));
	ck_assert_str_eq(lines[1].message, "cannot add peer");
	ck_assert_str_eq(lines[1].error, "boom");
	snapshot_release(s);
}
END_TEST

static const struct evidence_packet *evidence_packet_of(const struct evidence *e,
							enum evidence_packet_kind kind,
							const char *place, const char *sender)
{
	ARRAY_FOREACH (const struct evidence_packet, packet, &e->packets)
		if (packet->kind == kind && str_equal(packet->from.file->place, place) &&
		    ip_compare(packet->sender, evidence_ip(sender)) == 0)
			return packet;
	return NULL;
}

/* test: O1 */
START_TEST(packets)
{
	struct snapshot *s = evidence_lab("tests/evidence/lab");
	const struct evidence *e = s->evidence;
	const struct evidence_packet *open =
		evidence_packet_of(e, PACKET_BGP_OPEN, "tor1", "192.168.50.11");
	const struct evidence_packet *refused =
		evidence_packet_of(e, PACKET_BGP_NOTIFICATION, "tor1", "192.168.50.1");
	const struct evidence_packet *cooked =
		evidence_packet_of(e, PACKET_BGP_OPEN, "node-a", "192.168.50.11");
	bool gratuitous = false, advert = false;

	ck_assert_ptr_nonnull(open);
	ck_assert_int_eq(open->asn, 65000);
	ck_assert_int_eq(open->hold_s, 9);
	ck_assert(open->four_octet_asn && open->ipv4_unicast && !open->ipv6_unicast);
	ck_assert_ptr_nonnull(refused);
	ck_assert_uint_eq(refused->code, 2);
	ck_assert_uint_eq(refused->subcode, 2);
	ck_assert_uint_ge(refused->count, 1);
	ck_assert_int_ge(refused->last_ns, refused->first_ns);
	ck_assert_ptr_nonnull(cooked);
	ck_assert(cooked->outgoing && cooked->interface != NULL);
	ARRAY_FOREACH (const struct evidence_packet, packet, &e->packets) {
		if (packet->kind == PACKET_ARP_REQUEST && packet->gratuitous &&
		    str_equal(packet->from.file->place, "client"))
			gratuitous |= packet->mac.bytes[5] == 0x11;
		advert |= packet->kind == PACKET_NDP_ADVERT;
	}
	ck_assert(gratuitous && advert);
	snapshot_release(s);
}
END_TEST

/* test: I1, O5 */
START_TEST(bundles)
{
	static const char *const formats[] = { "gnu", "pax", "ustar" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		char path[] = "/tmp/bundle-XXXXXX";
		char command[128];
		const int fd = mkstemp(path);
		struct snapshot *folder = evidence_lab("tests/evidence/lab");
		struct snapshot *bundle;

		ck_assert_int_ge(fd, 0);
		close(fd);
		snprintf(command, sizeof(command),
			 "tar --format=%s -C tests/evidence -cf %s ./lab", formats[i], path);
		ck_assert_int_eq(system(command), 0);
		bundle = evidence_lab(path);
		ck_assert_uint_eq(bundle->evidence->files.count, folder->evidence->files.count);
		ck_assert_uint_eq(bundle->evidence->packets.count,
				  folder->evidence->packets.count);
		ck_assert_uint_eq(bundle->evidence->neighbors.count,
				  folder->evidence->neighbors.count);
		ck_assert_str_eq(bundle->evidence->files.items[0]->place, "client");
		remove(path);
		snapshot_release(bundle);
		snapshot_release(folder);
	}
}
END_TEST

/* What ends early proves nothing, and is named. */
START_TEST(half_a_list_is_none)
{
	static const char text[] =
		"[{\"ifname\":\"eth0\",\"flags\":[\"UP\"],\"addr_info\":[{\"family\":\"inet\","
		"\"local\":\"192.0.2.1\",\"prefixlen\":24}]},\n{\"ifname\":\"eth1\",";
	struct snapshot *s = load_text(text);
	const struct evidence_file *file = s->evidence->files.items[0];

	ck_assert_uint_eq(s->evidence->addresses.count, 0);
	ck_assert_uint_eq(file->records, 0);
	ck_assert_str_eq(file->cut, "ends in the middle of a value");
	ck_assert_uint_eq(file->fault_pos.line, 2);
	ck_assert_ptr_null(evidence_find(s->evidence, EVIDENCE_IP_ADDR, NULL));
	snapshot_release(s);
}
END_TEST

/* `ip` that was asked for some interfaces, or for one family, says nothing of the others. */
START_TEST(some_interfaces_are_not_all)
{
	static const struct {
		const char *text;
		bool partial;
	} cases[] = {
		{ "[{\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\"],\"link_type\":\"loopback\","
		  "\"addr_info\":[]}]",
		  false },
		{ "[{},{\"ifname\":\"kube-lb0\",\"flags\":[\"UP\"],\"link_type\":\"ether\","
		  "\"addr_info\":[]}]",
		  true },
		{ "[{\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\"],\"addr_info\":[]}]", true },
		{ "[{\"dst\":\"default\",\"gateway\":\"192.0.2.1\",\"dev\":\"eth0\"},"
		  "{\"type\":\"blackhole\",\"dst\":\"203.0.113.0/24\"}]",
		  false },
		{ "[{\"dst\":\"default\",\"gateway\":\"192.0.2.1\"}]", true },
		{ "[{\"dst\":\"default\",\"nexthops\":[{\"gateway\":\"192.0.2.1\","
		  "\"dev\":\"eth0\"}]}]",
		  false },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *s = load_text(cases[i].text);

		ck_assert_msg(s->evidence->files.items[0]->partial == cases[i].partial, "%s",
			      cases[i].text);
		snapshot_release(s);
	}
}
END_TEST

/* JSON, YAML and text that is nobody's evidence stays what it was. */
START_TEST(other_files_are_no_evidence)
{
	static const char *const texts[] = {
		"{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"ifname\"}}",
		"{\"name\":\"x\",\"peerDependencies\":{\"mac\":\"1\"}}",
		"{\"dst\": 5}",
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
		"[]",
		"{}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct snapshot *s = load_text(texts[i]);

		ck_assert_msg(s->evidence == NULL, "%s", texts[i]);
		snapshot_release(s);
	}
}
END_TEST

Suite *suite_evidence(void)
{
	Suite *suite = suite_create("evidence");
	TCase *tc = tcase_create("evidence");

	tcase_add_test(tc, addresses_and_neighbors);
	tcase_add_test(tc, routes_of_both_families);
	tcase_add_test(tc, gobgp);
	tcase_add_test(tc, frr);
	tcase_add_test(tc, frr_configuration);
	tcase_add_test(tc, frr_instances);
	tcase_add_test(tc, bird);
	tcase_add_test(tc, bird_configuration);
	tcase_add_test(tc, bird_configuration_with_many_names);
	tcase_add_test(tc, frr_configuration_of_two_routers);
	tcase_add_test(tc, passwords_are_not_kept);
	tcase_add_test(tc, metrics);
	tcase_add_test(tc, logs);
	tcase_add_test(tc, packets);
	tcase_add_test(tc, bundles);
	tcase_add_test(tc, half_a_list_is_none);
	tcase_add_test(tc, some_interfaces_are_not_all);
	tcase_add_test(tc, other_files_are_no_evidence);
	suite_add_tcase(suite, tc);
	return suite;
}
