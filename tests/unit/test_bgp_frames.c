/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test: sim/network/tcp_frame.c, sim/router/bgp_messages.c, sim/router/tap.c: messages byte for
 * byte (T13), and the frames of whole simulations as TCP asks for them: checksums, sequence
 * numbers without a gap, nothing acknowledged that was not sent.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/bgp/router_profiles.h"
#include "sim/network/tcp_frame.h"
#include "sim/router/bgp_messages.h"
#include "tests/unit/ips.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

/* ---- messages ---- */

struct pair {
	struct bgp_node node;
	struct cluster_node cluster_node;
	struct bgp_peer peer;
	struct bgp_session session;
	struct setup_session setup;
	struct bgp_router router;
};

/* eBGP between AS 65000 and AS 65001 over IPv4. */
static void make_pair(struct pair *p, const char *node, const char *router, const char *profile)
{
	*p = (struct pair){
		.cluster_node.name = node,
		.peer = { .local_as = 65000, .hold_seconds = 90, .families = BGP_IPV4 },
		.session = { .families = BGP_IPV4 },
		.router = { .name = router,
			    .asn = 65001,
			    .families = BGP_IPV4 | BGP_IPV6 | BGP_EVPN,
			    .hold_known = true,
			    .hold_seconds = 240,
			    .has_router_id = true,
			    .router_id = ip_of("10.0.0.1"),
			    .profile = router_profile_find(profile) },
	};
	p->node.node = &p->cluster_node;
	p->node.router_id.ip = ip_of("10.0.0.11");
	p->session.node = &p->node;
	p->session.peer = &p->peer;
	p->setup.session = &p->session;
}

static void check_bytes(struct text *seen, const char *hex)
{
	struct text digits = { 0 };

	for (size_t i = 0; i < seen->len; i++)
		text_printf(&digits, "%02x", (uint8_t)seen->data[i]);
	ck_assert_str_eq(text_str(&digits), hex);
	text_release(&digits);
	text_release(seen);
}

#define MARK "ffffffffffffffffffffffffffffffff"

/* T13.5: 59 octets with a host name of 8 letters: 2, 73, 1, 65, 5. */
START_TEST(open_of_gobgp)
{
	struct text text = { 0 };
	struct pair p;

	make_pair(&p, "node-abc", "tor1", "bird");
	message_open_node(&text, &p.setup);
	ck_assert_uint_eq(text.len, 59);
	check_bytes(&text, MARK "003b01"
				"04fde8005a0a00000b1e"
				"021c"
				"0200"
				"490a086e6f64652d61626300"
				"010400010001"
				"41040000fde8"
				"0500");
}
END_TEST

/* 53 octets: 1, 2, 64 (120 s, no family), 65, 70, 71. */
START_TEST(open_of_bird)
{
	struct text text = { 0 };
	struct pair p;

	make_pair(&p, "node-abc", "tor1", "bird");
	message_open_router(&text, &p.setup, &p.router);
	ck_assert_uint_eq(text.len, 53);
	check_bytes(&text, MARK "003501"
				"04fde900f00a00000118"
				"0216"
				"010400010001"
				"0200"
				"40020078"
				"41040000fde9"
				"4600"
				"4700");
}
END_TEST

/* 93 octets with a host name of 8 letters, one parameter for each: 1, 128, 2, 70, 65, 6, 69,
 * 73, 64 (R and N flags, 120 s), 71. */
START_TEST(open_of_frr)
{
	struct text text = { 0 };
	struct pair p;

	make_pair(&p, "node-abc", "spine-01", "frr");
	message_open_router(&text, &p.setup, &p.router);
	ck_assert_uint_eq(text.len, 93);
	check_bytes(&text, MARK "005d01"
				"04fde900f00a00000140"
				"0206010400010001"
				"02028000"
				"02020200"
				"02024600"
				"020641040000fde9"
				"02020600"
				"0206450400010101"
				"020c490a087370696e652d303100"
				"02044002c078"
				"02024700");
}
END_TEST

START_TEST(as_of_four_octets)
{
	struct text text = { 0 };
	struct pair p;

	make_pair(&p, "n", "tor1", "generic");
	p.router.asn = 4200000001;
	message_open_router(&text, &p.setup, &p.router);
	check_bytes(&text, MARK "002d01"
				"045ba000f00a00000110"
				"020e"
				"010400010001"
				"0200"
				"4104fa56ea01");
}
END_TEST

START_TEST(small_messages)
{
	struct text text = { 0 };

	message_keepalive(&text);
	check_bytes(&text, MARK "001304");
	message_notification(&text, 4, 0, SETUP_NONE);
	check_bytes(&text, MARK "0015030400");
	message_notification(&text, 2, 2, 65001);
	check_bytes(&text, MARK "0017030202fde9");
	message_end(&text, IP_V4);
	check_bytes(&text, MARK "00170200000000");
	message_end(&text, IP_V6);
	check_bytes(&text, MARK "001d0200000006800f03000201");
}
END_TEST

enum { MANY = 1000 };

/* T13.6: 48 octets, 28 of a withdrawal; T3.11: 1000 in two. */
START_TEST(updates)
{
	struct bgp_prefix *list = calloc(MANY, sizeof(*list));
	struct setup_prefix *items = calloc(MANY, sizeof(*items));
	bool *meant = calloc(MANY, sizeof(*meant));
	struct setup_bgp bgp = { 0 };
	struct message_routes routes = { .family = IP_V4,
					 .next_hop = ip_of("10.0.0.11"),
					 .path = { 65000 },
					 .path_length = 1,
					 .bgp = &bgp,
					 .prefixes = meant };
	struct text text = { 0 };

	for (uint32_t i = 0; i < MANY; i++) {
		list[i] = (struct bgp_prefix){ .family = IP_V4, .length = 32 };
		list[i].net = bgp_masked((struct ip){ ip_of("203.0.112.0").v + i }, 32);
		items[i].prefix = &list[i];
	}
	bgp.prefixes.items = items;
	bgp.prefixes.count = MANY;
	meant[1] = true;
	message_announce(&text, &routes);
	ck_assert_uint_eq(text.len, 48);
	check_bytes(&text, MARK "003002"
				"0000"
				"0014"
				"40010100"
				"40020602010000fde8"
				"4003040a00000b"
				"20cb007001");
	message_withdraw(&text, &routes);
	ck_assert_uint_eq(text.len, 28);
	check_bytes(&text, MARK "001c02"
				"0005"
				"20cb007001"
				"0000");
	routes.internal = true;
	routes.path_length = 0;
	message_announce(&text, &routes);
	check_bytes(&text, MARK "003102"
				"0000"
				"0015"
				"40010100"
				"400200"
				"4003040a00000b"
				"40050400000064"
				"20cb007001");
	memset(meant, true, MANY);
	message_announce(&text, &routes);

	const unsigned first = (unsigned)(uint8_t)text.data[16] << 8 | (uint8_t)text.data[17];

	ck_assert_uint_le(first, BGP_MESSAGE_MAX);
	ck_assert_uint_gt(first, BGP_MESSAGE_MAX / 2);
	ck_assert_uint_eq(text.len, 2 * (19 + 4 + 21) + MANY * 5);
	text_release(&text);
	free(list);
	free(items);
	free(meant);
}
END_TEST

START_TEST(updates_v6)
{
	struct bgp_prefix prefix = { .family = IP_V6, .length = 64 };
	struct setup_prefix item = { .prefix = &prefix };
	const bool meant = true;
	struct setup_bgp bgp = { 0 };
	struct message_routes routes = { .family = IP_V6,
					 .next_hop = ip_of("fd00::11"),
					 .path = { 65000 },
					 .path_length = 1,
					 .bgp = &bgp,
					 .prefixes = &meant };
	struct text text = { 0 };

	prefix.net = bgp_masked(ip_of("2001:db8:1:2::5"), 64);
	bgp.prefixes.items = &item;
	bgp.prefixes.count = 1;
	message_announce(&text, &routes);
	check_bytes(&text, MARK "004602"
				"0000"
				"002f"
				"900e001e000201"
				"10"
				"fd000000000000000000000000000011"
				"00"
				"4020010db800010002"
				"40010100"
				"40020602010000fde8");
	message_withdraw(&text, &routes);
	check_bytes(&text, MARK "002702"
				"0000"
				"0010"
				"900f000c000201"
				"4020010db800010002");
}
END_TEST

/* ---- whole sessions ---- */

/* One direction of a connection. */
struct flow {
	struct ip from;
	uint16_t from_port, to_port;
	uint32_t next, retransmitted;
	bool begun;
};

struct watcher {
	struct flow flows[4000];
	uint32_t count, frames, opens, notifications;
	uint16_t sums_wrong;
};

static uint32_t read_u(const uint8_t *at, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *at++;
	return value;
}

/* The ones' complement sum over everything that a checksum covers is 0xFFFF. */
static unsigned sum_of(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
	for (uint32_t i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
	while (sum > 0xFFFF)
		sum = (sum & 0xFFFF) + (sum >> 16);
	return sum;
}

static struct flow *find_flow(struct watcher *w, struct ip from, uint16_t from_port,
			      uint16_t to_port)
{
	struct flow *flow;

	for (uint32_t i = 0; i < w->count; i++) {
		flow = &w->flows[i];
		if (ip_compare(flow->from, from) == 0 && flow->from_port == from_port &&
		    flow->to_port == to_port)
			return flow;
	}
	ck_assert_uint_lt(w->count, 4000);
	flow = &w->flows[w->count++];
	*flow = (struct flow){ .from = from, .from_port = from_port, .to_port = to_port };
	return flow;
}

static void watch(void *context, const struct frame *frame)
{
	struct watcher *w = context;
	const uint8_t *ip = frame->bytes + 14;
	const uint8_t *tcp = ip + 20;
	uint32_t header, length, seq;
	struct flow *flow;

	if (read_u(frame->bytes + 12, 2) != 0x0800)
		return;
	w->frames++;
	ck_assert_uint_eq(read_u(ip + 2, 2) + 14, frame->length);
	ck_assert_uint_eq(sum_of(ip, 20, 0), 0xFFFF);
	ck_assert_uint_eq(
		sum_of(tcp, frame->length - 34, sum_of(ip + 12, 8, 6 + frame->length - 34)),
		0xFFFF);
	header = (uint32_t)(tcp[12] >> 4) * 4;
	length = frame->length - 34 - header;
	seq = read_u(tcp + 4, 4);
	flow = find_flow(w, (struct ip){ read_u(ip + 12, 4) }, (uint16_t)read_u(tcp, 2),
			 (uint16_t)read_u(tcp + 2, 2));
	if ((tcp[13] & TCP_RST) != 0)
		return;
	if (!flow->begun || (tcp[13] & TCP_SYN) != 0) {
		ck_assert_uint_ne(tcp[13] & TCP_SYN, 0);
		flow->begun = true;
		flow->next = seq + 1;
		return;
	}
	/* Nothing is left out: it is new, or it is sent again. */
	if (seq != flow->next) {
		ck_assert_uint_le(seq + length, flow->next);
		flow->retransmitted++;
		return;
	}
	flow->next = seq + length + ((tcp[13] & TCP_FIN) != 0);
	for (uint32_t at = 0; at + 19 <= length; at += read_u(tcp + header + at + 16, 2)) {
		w->opens += tcp[header + at + 18] == 1;
		w->notifications += tcp[header + at + 18] == 3;
	}
}

static const char bgp_more[] =
	"---\napiVersion: bgp.purelb.io/v1\nkind: BGPConfiguration\n"
	"metadata: {name: default, namespace: purelb-system}\nspec:\n"
	"  global: {asn: 65000}\n"
	"  netlinkImport: {enabled: true, interfaceList: [kube-lb0]}\n"
	"  neighbors:\n  - config: {neighborAddress: 192.168.0.250, peerAsn: 65001}\n"
	"    timers: {config: {connectRetry: 10, holdTime: 9, keepaliveInterval: 3}}\n"
	"---\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"
	"metadata: {name: routers}\nspec:\n  routers:\n"
	"  - {name: tor1, asn: 65001, addresses: [192.168.0.250/16], bgp: {profile: %s}}\n";

static const struct {
	const char *event;
	uint32_t least_notifications;
} session_rows[] = {
	{ "nodeCrash: node-0", 1 },
	{ "nodeReboot: {node: node-0, downFor: 4s}", 0 },
	{ "bgpDaemonStop: node-0", 1 },
	{ "bgpDaemonKill: node-0", 0 },
	{ "bgpDaemonPause: node-0", 1 },
	{ "cut: {node: node-0, router: tor1}", 1 },
	{ "filter179: {node: node-0, how: reject}", 0 },
	{ "filter179: {node: node-0}", 1 },
	{ "bgpSessionReset: {node: node-0, router: tor1}", 1 },
	{ "bgpSessionDown: {node: node-0, router: tor1, by: router}", 1 },
	{ "routerDaemonStop: tor1", 2 },
	{ "routerDaemonKill: tor1", 0 },
	{ "routerCrash: tor1", 2 },
	{ "password: {node: node-0, router: tor1, value: new}", 1 },
	{ "linkDown: {node: node-0, interface: eth0}", 1 },
	{ "rollingRestart: {maxUnavailable: 1}", 2 },
};

START_TEST(sessions_are_tcp)
{
	static const char *const profiles[] = { "bird", "frr-datacenter", "gobgp" };

	for (size_t k = 0; k < ARRAY_LEN(profiles); k++) {
		struct watcher *w = calloc(1, sizeof(*w));
		struct text more = { 0 };
		struct text spec = { 0 };
		struct sim_sinks sinks = { .context = w, .frame = watch };
		struct sim_world *world;

		text_printf(&more, bgp_more, profiles[k]);
		text_printf(&spec,
			    "  duration: 60s\n  warmup: 30s\n"
			    "  clients: [{name: internet, router: tor1}]\n"
			    "  events:\n  - {at: 5s, %s}\n",
			    session_rows[_i].event);
		world = sim_world_new(&(struct sim_options){ .nodes = 2,
							     .remote = 3,
							     .more = text_str(&more),
							     .spec = text_str(&spec) });
		ck_assert_msg(world->fine, "%s", sim_world_problem(world));
		sim_run(&world->setup, 7, &sinks, NULL, true, &world->arena, &world->result);
		ck_assert_ptr_null(world->result.broken);
		ck_assert_uint_ge(w->opens, 4);
		ck_assert_msg(w->notifications >= session_rows[_i].least_notifications,
			      "%s, %s: %u", profiles[k], session_rows[_i].event,
			      w->notifications);
		sim_world_free(world);
		text_release(&more);
		text_release(&spec);
		free(w);
	}
}
END_TEST

Suite *suite_bgp_frames(void)
{
	Suite *suite = suite_create("bgp_frames");
	TCase *messages = tcase_create("messages");
	TCase *sessions = tcase_create("sessions");

	tcase_add_test(messages, open_of_gobgp);
	tcase_add_test(messages, open_of_bird);
	tcase_add_test(messages, open_of_frr);
	tcase_add_test(messages, as_of_four_octets);
	tcase_add_test(messages, small_messages);
	tcase_add_test(messages, updates);
	tcase_add_test(messages, updates_v6);
	suite_add_tcase(suite, messages);
	tcase_add_loop_test(sessions, sessions_are_tcp, 0, (int)ARRAY_LEN(session_rows));
	suite_add_tcase(suite, sessions);
	return suite;
}
