/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes from what `ip` and `sysctl` print on them. (O1.4) */
#include "config/evidence/captured_nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/duration.h"
#include "base/text.h"
#include "config/repository/repository.h"
#include "tests/unit/suites.h"

#define LO                                                                                     \
	"{\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\",\"UP\",\"LOWER_UP\"],"                     \
	"\"link_type\":\"loopback\",\"addr_info\":[]}"
#define INTERFACE(name_, flags_, addresses_)                                                   \
	"{\"ifname\":\"" name_ "\",\"flags\":[" flags_ "],\"link_type\":\"ether\","            \
	"\"address\":\"02:00:00:00:00:0a\",\"addr_info\":[" addresses_ "]}"
#define UP "\"UP\",\"LOWER_UP\""
#define V4(address_, more_)                                                                    \
	"{\"family\":\"inet\",\"local\":\"" address_ "\",\"prefixlen\":24,"                    \
	"\"scope\":\"global\"" more_ "}"
#define V6(address_)                                                                           \
	"{\"family\":\"inet6\",\"local\":\"" address_ "\",\"prefixlen\":64,"                   \
	"\"scope\":\"global\"}"
#define ETH0   INTERFACE("eth0", UP, V4("192.0.2.11", ""))
#define ROUTE4 "[{\"dst\":\"default\",\"gateway\":\"192.0.2.1\",\"dev\":\"eth0\"}]"
#define ROUTE6 "[{\"dst\":\"fe80::/64\",\"dev\":\"eth0\",\"pref\":\"medium\"}]"
#define CAPTURED_AT(time_)                                                                     \
	"apiVersion: purelbtool.purelb.io/v1\nkind: Capture\nmetadata: {name: c}\n"            \
	"spec: {capturedAt: \"" time_ "\"}\n"

/* A file of a folder that is read, with its text. */
struct given {
	const char *name;
	const char *text;
};

enum { GIVEN_MAX = 8 };

struct read_nodes {
	struct snapshot *snapshot;
	struct captured_nodes nodes;
};

static void write_given(const char *folder, const struct given *given)
{
	char path[256];
	FILE *file;

	for (const char *end = strchr(given->name, '/'); end != NULL;
	     end = strchr(end + 1, '/')) {
		snprintf(path, sizeof(path), "%s/%.*s", folder, (int)(end - given->name),
			 given->name);
		(void)mkdir(path, 0700);
	}
	snprintf(path, sizeof(path), "%s/%s", folder, given->name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(given->text, file);
	fclose(file);
}

/* At a time, or at none. */
static struct read_nodes read_given(const struct given *given, const char *now)
{
	char folder[] = "/tmp/captured-XXXXXX", command[64];
	const char *inputs[] = { mkdtemp(folder) };
	struct read_nodes out = { 0 };
	int64_t now_ns = 0;

	for (size_t i = 0; i < GIVEN_MAX && given[i].name != NULL; i++)
		write_given(folder, &given[i]);
	out.snapshot = config_load(inputs, 1, NULL);
	ck_assert_ptr_nonnull(out.snapshot->evidence);
	if (now != NULL)
		ck_assert(rfc3339_parse(now, &now_ns));
	captured_nodes_build(&out.nodes, out.snapshot->evidence, now != NULL ? &now_ns : NULL,
			     &out.snapshot->arena);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
	return out;
}

static const struct inventory_node *only_node(const struct read_nodes *read)
{
	ck_assert_uint_eq(read->nodes.list.count, 1);
	ck_assert_uint_eq(read->nodes.list.items[0].inventory.nodes.list.count, 1);
	return &read->nodes.list.items[0].inventory.nodes.list.items[0];
}

/* test: O1.4 */
START_TEST(a_node_is_read)
{
	static const struct given given[GIVEN_MAX] = {
		{ "node-a/addr.json",
		  "[" LO "," ETH0 "," INTERFACE("eth1@if7", "\"UP\"", V6("2001:db8::11")) "]" },
		{ "node-a/route.json", ROUTE4 },
		{ "node-a/route6.json", ROUTE6 },
		{ "node-a/sysctl.txt", "net.ipv4.conf.all.arp_ignore = 1\nkernel.panic = 0\n" },
	};
	struct read_nodes read = read_given(given, NULL);
	const struct inventory_node *node = only_node(&read);

	ck_assert_str_eq(read.nodes.list.items[0].place, "node-a");
	ck_assert_str_eq(node->name.s, "node-a");
	ck_assert(node->captured && !node->partial);
	ck_assert(node->interfaces.at.set && node->default_routes.at.set);
	/* The loopback interface has nothing that others may reach. */
	ck_assert_uint_eq(node->interfaces.list.count, 2);
	ck_assert_str_eq(node->interfaces.list.items[0].name.s, "eth0");
	ck_assert_str_eq(node->interfaces.list.items[0].mac.s, "02:00:00:00:00:0a");
	ck_assert(node->interfaces.list.items[0].up.v);
	ck_assert_str_eq(node->interfaces.list.items[0].addresses.list.items[0].address.s,
			 "192.0.2.11/24");
	ck_assert_str_eq(node->interfaces.list.items[1].name.s, "eth1");
	ck_assert(!node->interfaces.list.items[1].up.v);
	ck_assert_uint_eq(node->default_routes.list.count, 1);
	ck_assert_str_eq(node->default_routes.list.items[0].interface.s, "eth0");
	ck_assert_str_eq(node->default_routes.list.items[0].via.s, "192.0.2.1");
	/* Only what a check asks for. */
	ck_assert_uint_eq(node->sysctls.list.count, 1);
	snapshot_release(read.snapshot);
}
END_TEST

/* Whether the interfaces are known to be all of them, with their default one. */
START_TEST(whole_or_not)
{
	static const struct {
		const char *what;
		struct given given[GIVEN_MAX];
		bool complete, partial;
	} cases[] = {
		{ "all of it",
		  { { "n/addr.json", "[" LO "," ETH0 "]" },
		    { "n/route.json", ROUTE4 },
		    { "n/route6.json", ROUTE6 } },
		  true,
		  false },
		{ "no routes of IPv6",
		  { { "n/addr.json", "[" LO "," ETH0 "]" }, { "n/route.json", ROUTE4 } },
		  false,
		  false },
		{ "some interfaces",
		  { { "n/addr.json", "[" ETH0 "]" },
		    { "n/route.json", ROUTE4 },
		    { "n/route6.json", ROUTE6 } },
		  false,
		  true },
		{ "an empty list of routes beside an address",
		  { { "n/addr.json", "[" LO "," ETH0 "]" },
		    { "n/route.json", "[]" },
		    { "n/route6.json", ROUTE6 } },
		  false,
		  false },
		{ "an empty list of routes of a family without addresses",
		  { { "n/addr.json", "[" LO "," ETH0 "]" },
		    { "n/route.json", ROUTE4 },
		    { "n/route6.json", "[]" } },
		  true,
		  false },
		{ "an empty list of IPv6 routes beside an address",
		  { { "n/addr.json",
		      "[" LO "," ETH0 "," INTERFACE("eth1", UP, V6("2001:db8::11")) "]" },
		    { "n/route.json", ROUTE4 },
		    { "n/route6.json", "[]" } },
		  false,
		  false },
		{ "an interface that is down has no routes",
		  { { "n/addr.json",
		      "[" LO "," INTERFACE("eth0", "", V4("192.0.2.11", "")) "]" },
		    { "n/route.json", "[]" },
		    { "n/route6.json", "[]" } },
		  true,
		  false },
		{ "an address without the route of its network",
		  { { "n/addr.json",
		      "[" LO "," INTERFACE("eth0", UP,
					   V4("192.0.2.11", ",\"noprefixroute\":true")) "]" },
		    { "n/route.json", "[]" },
		    { "n/route6.json", "[]" } },
		  true,
		  false },
		{ "routes of one interface",
		  { { "n/addr.json", "[" LO "," ETH0 "]" },
		    { "n/route.json", "[{\"dst\":\"default\",\"gateway\":\"192.0.2.1\"}]" },
		    { "n/route6.json", ROUTE6 } },
		  false,
		  false },
		{ "addresses that are cut",
		  { { "n/addr.json", "[" LO "," ETH0 "," },
		    { "n/route.json", ROUTE4 },
		    { "n/route6.json", ROUTE6 } },
		  false,
		  false },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct read_nodes read = read_given(cases[i].given, NULL);
		const struct inventory_node *node = only_node(&read);

		ck_assert_msg(node->interfaces.at.set == cases[i].complete, "%s",
			      cases[i].what);
		ck_assert_msg(node->default_routes.at.set == cases[i].complete, "%s",
			      cases[i].what);
		ck_assert_msg(node->partial == cases[i].partial, "%s", cases[i].what);
		snapshot_release(read.snapshot);
	}
}
END_TEST

/* P4.4: of several next hops none is the default route; of a worse metric it does not matter.
 */
START_TEST(default_routes)
{
	static const struct {
		const char *routes;
		uint32_t count;
	} cases[] = {
		{ "[{\"dst\":\"default\",\"nexthops\":[{\"gateway\":\"192.0.2.1\",\"dev\":"
		  "\"eth0\"},{\"gateway\":\"192.0.2.2\",\"dev\":\"eth0\"}]}]",
		  0 },
		{ "[{\"dst\":\"default\",\"gateway\":\"192.0.2.1\",\"dev\":\"eth0\","
		  "\"metric\":1},{\"dst\":\"default\",\"metric\":9,\"nexthops\":["
		  "{\"gateway\":\"192.0.2.1\",\"dev\":\"eth0\"},{\"gateway\":\"192.0.2.2\","
		  "\"dev\":\"eth0\"}]}]",
		  1 },
		{ "[{\"dst\":\"192.0.2.0/24\",\"dev\":\"eth0\"}]", 0 },
		{ "[{\"type\":\"blackhole\",\"dst\":\"default\"}]", 0 },
		{ "[{\"dst\":\"default\",\"dev\":\"eth0\"}]", 1 },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct given given[GIVEN_MAX] = {
			{ "n/addr.json", "[" LO "," ETH0 "]" },
			{ "n/route.json", cases[i].routes },
			{ "n/route6.json", ROUTE6 },
		};
		struct read_nodes read = read_given(given, NULL);

		ck_assert_msg(only_node(&read)->default_routes.list.count == cases[i].count,
			      "%s", cases[i].routes);
		snapshot_release(read.snapshot);
	}
}
END_TEST

/* Of two outputs the newer one, of which none is newer none, and what is old counts not. */
START_TEST(several_outputs)
{
	static const char one[] = "[" LO "," INTERFACE("eth0", UP, V4("192.0.2.11", "")) "]";
	static const char two[] = "[" LO "," INTERFACE("eth0", UP, V4("192.0.2.12", "")) "]";
	static const char early[] = CAPTURED_AT("2026-03-28T03:00:00Z");
	static const char late[] = CAPTURED_AT("2026-03-28T03:01:00Z");
	const struct {
		struct given given[GIVEN_MAX];
		const char *now;
		const char *address; /* NULL: none counts */
	} cases[] = {
		{ { { "x/n/addr.json", one },
		    { "x/n/capture.yaml", early },
		    { "y/n/addr.json", two },
		    { "y/n/capture.yaml", late } },
		  NULL,
		  "192.0.2.12/24" },
		{ { { "x/n/addr.json", one },
		    { "x/n/capture.yaml", late },
		    { "y/n/addr.json", two },
		    { "y/n/capture.yaml", early } },
		  NULL,
		  "192.0.2.11/24" },
		{ { { "x/n/addr.json", one }, { "y/n/addr.json", two } }, NULL, NULL },
		{ { { "x/n/addr.json", one }, { "x/n/capture.yaml", early } },
		  "2026-03-28T03:04:00Z",
		  "192.0.2.11/24" },
		{ { { "x/n/addr.json", one }, { "x/n/capture.yaml", early } },
		  "2026-03-28T03:06:00Z",
		  NULL },
		/* One of all interfaces counts before a newer one of some. */
		{ { { "x/n/addr.json", one },
		    { "x/n/capture.yaml", early },
		    { "y/n/addr.json", "[" INTERFACE("eth0", UP, V4("192.0.2.13", "")) "]" },
		    { "y/n/capture.yaml", late } },
		  NULL,
		  "192.0.2.11/24" },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct read_nodes read = read_given(cases[i].given, cases[i].now);
		const struct inventory_node *node =
			read.nodes.list.count > 0 ? only_node(&read) : NULL;
		const char *address = node != NULL && node->interfaces.list.count > 0
					      ? node->interfaces.list.items[0]
							.addresses.list.items[0]
							.address.s
					      : NULL;

		ck_assert_msg(str_equal(address, cases[i].address), "case %u: %s", i, address);
		snapshot_release(read.snapshot);
	}
}
END_TEST

Suite *suite_captured_nodes(void)
{
	Suite *suite = suite_create("captured-nodes");
	TCase *tc = tcase_create("captured nodes");

	tcase_add_test(tc, a_node_is_read);
	tcase_add_test(tc, whole_or_not);
	tcase_add_test(tc, default_routes);
	tcase_add_test(tc, several_outputs);
	suite_add_tcase(suite, tc);
	return suite;
}
