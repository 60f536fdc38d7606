/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of config/objects/capture.h, of what checks conclude from absence, and of
 * config/evidence/node_captures.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/repository/repository.h"
#include "config/evidence/node_captures.h"
#include "tests/unit/load.h"
#include "tests/unit/suites.h"
#include "validator/validate.h"

#define HEAD(spec_)                                                                             \
	"apiVersion: purelbtool.purelb.io/v1\nkind: Capture\nmetadata: {name: c}\nspec: " spec_ \
	"\n---\n"
#define GROUP                                                                                  \
	"apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: default}\n"            \
	"spec: {local: {v4pool: {pool: 10.0.0.1/32, subnet: 10.0.0.0/24}}}\n---\n"

/* The kinds that a capture could not read. */
static unsigned unread_kinds(struct snapshot *s)
{
	static const struct validate_options options;
	const unsigned all = NEED_ALL_GROUPS | NEED_ALL_AGENTS | NEED_ALL_BGP;
	struct cluster cluster;

	purelb_resolve(&cluster, s);
	return all & ~validate_inputs(s, &cluster, &options);
}

/* ---- what was asked of a cluster ---- */

START_TEST(nothing_is_said_without_one)
{
	struct snapshot *s = load_text(GROUP);

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		ck_assert_ptr_null(capture_unread(s, (enum object_kind)kind));
		ck_assert(!capture_read(s, (enum object_kind)kind));
	}
	/* A group of the install namespace is there; of the others nothing is known. (I3) */
	ck_assert_uint_eq(unread_kinds(s), NEED_ALL_AGENTS | NEED_ALL_BGP);
	snapshot_release(s);
}
END_TEST

START_TEST(read_and_unread)
{
	struct snapshot *s = load_text(HEAD(
		"{read: [Service, {kind: Node}], unread: [{kind: LBNodeAgent, reason: forbidden}]}"));

	ck_assert_uint_eq(s->problems.count, 0);
	ck_assert(capture_read(s, KIND_SERVICE));
	ck_assert(capture_read(s, KIND_NODE));
	ck_assert(!capture_read(s, KIND_LBNODEAGENT));
	ck_assert_ptr_null(capture_unread(s, KIND_SERVICE));
	ck_assert_str_eq(capture_unread(s, KIND_LBNODEAGENT)->reason.s, "forbidden");
	ck_assert_uint_eq(unread_kinds(s), NEED_ALL_GROUPS | NEED_ALL_AGENTS | NEED_ALL_BGP);
	snapshot_release(s);
}
END_TEST

/* What one capture could not read, another one brings along, whatever their order. */
START_TEST(another_capture_helps)
{
	struct snapshot *s = load_text(HEAD("{unread: [LBNodeAgent, ServiceGroup]}")
					       HEAD("{read: [LBNodeAgent]}"));

	ck_assert_ptr_null(capture_unread(s, KIND_LBNODEAGENT));
	ck_assert_ptr_nonnull(capture_unread(s, KIND_SERVICE_GROUP));
	ck_assert_uint_eq(unread_kinds(s), NEED_ALL_GROUPS | NEED_ALL_BGP);
	snapshot_release(s);
}
END_TEST

START_TEST(checks_that_rest_on_all_objects)
{
	ck_assert_uint_eq(check_table[AG_NO_AGENT].absences, NEED_ALL_AGENTS);
	ck_assert_uint_eq(check_table[IN_NOTHING_OURS].absences, NEED_NOTHING);
	ck_assert_uint_eq(check_table[SG_RANGE_INVALID].absences, NEED_NOTHING);
	ck_assert_uint_eq(check_table[check_find("cfg-missing")].absences, NEED_ALL_BGP);
	ck_assert_uint_eq(check_lacks(AG_NO_AGENT, NEED_ALL_GROUPS | NEED_ALL_BGP),
			  NEED_ALL_AGENTS);
	ck_assert_uint_eq(check_lacks(AG_NO_AGENT, NEED_ALL_AGENTS), 0);
	ck_assert_uint_eq(check_lacks(SG_RANGE_INVALID, 0), 0);
}
END_TEST

START_TEST(kinds_must_be_known)
{
	struct snapshot *s =
		load_text(HEAD("{read: [Services], unread: [{reason: forbidden}]}"));

	ck_assert_uint_eq(problem_count(s, PROBLEM_RULE), 2);
	snapshot_release(s);
}
END_TEST

/* ---- where PureLB is installed ---- */

static const char *namespace_of_group(const char *text, const char *given)
{
	char path[] = "/tmp/capture-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	const char *inputs[] = { path };
	static char found[64];

	fputs(text, f);
	fclose(f);

	struct snapshot *s = config_load(inputs, 1, given);

	ck_assert_uint_eq(s->groups.count, 1);
	ck_assert_str_eq(s->groups.items[0]->object.namespace, s->install_namespace);
	(void)snprintf(found, sizeof(found), "%s", s->install_namespace);
	snapshot_release(s);
	unlink(path);
	return found;
}

START_TEST(namespace)
{
	ck_assert_str_eq(namespace_of_group(GROUP, NULL), "purelb-system");
	ck_assert_str_eq(namespace_of_group(HEAD("{namespace: lb}") GROUP, NULL), "lb");
	ck_assert_str_eq(namespace_of_group(HEAD("{namespace: lb}") GROUP, "mine"), "mine");
	ck_assert_str_eq(namespace_of_group(HEAD("{read: [Node]}") GROUP, NULL),
			 "purelb-system");
}
END_TEST

/* ---- captures of nodes ---- */

/* A folder with one node in it. */
struct folder {
	char path[32];
	struct snapshot *snapshot;
	struct node_captures captures;
};

static const char *file_of(const struct folder *folder, const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/n%s%s", folder->path, name[0] != '\0' ? "/" : "",
		       name);
	return path;
}

static void write_file(const struct folder *folder, const char *name, const char *text)
{
	FILE *f = fopen(file_of(folder, name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static const char *const file_names[] = { "addr.json", "route.json", "route6.json" };

/* The node of these three captures, or NULL when it was left out. */
static const struct inventory_node *read_node(struct folder *folder, const char *addresses,
					      const char *routes, const char *routes6)
{
	const char *const texts[] = { addresses, routes, routes6 };

	*folder = (struct folder){ .path = "/tmp/captures-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(folder->path));
	ck_assert_int_eq(mkdir(file_of(folder, ""), 0700), 0);
	for (int i = 0; i < 3; i++)
		write_file(folder, file_names[i], texts[i]);
	folder->snapshot = config_load(NULL, 0, NULL);
	ck_assert(node_captures_load(folder->snapshot, folder->path, &folder->captures));
	return folder->captures.nodes.count > 0 ? &folder->captures.nodes.items[0] : NULL;
}

static void remove_folder(struct folder *folder)
{
	snapshot_release(folder->snapshot);
	for (int i = 0; i < 3; i++)
		unlink(file_of(folder, file_names[i]));
	rmdir(file_of(folder, ""));
	rmdir(folder->path);
}

#define LO           "{\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\"],\"link_type\":\"loopback\"}"
#define ETH0         "[" LO ",{\"ifname\":\"eth0\",\"flags\":[\"UP\",\"LOWER_UP\"]}]"
#define ROUTE(more_) "{\"dst\":\"default\"," more_ "}"
#define MULTIPATH    "\"nexthops\":[{\"gateway\":\"10.0.0.1\",\"dev\":\"eth0\"}]"

/* Of several routes with the lowest metric the first one decides. (P4.4) */
static const struct routes {
	const char *text;
	uint32_t kept;
	uint32_t notes;
} route_rows[] = {
	{ "[" ROUTE("\"dev\":\"eth0\"") "]", 1, 0 },
	{ "[" ROUTE(MULTIPATH) "]", 0, 1 },
	{ "[" ROUTE(MULTIPATH) "," ROUTE("\"dev\":\"eth0\",\"metric\":5") "]", 0, 1 },
	{ "[" ROUTE(MULTIPATH ",\"metric\":9") "," ROUTE("\"dev\":\"eth0\",\"metric\":5") "]",
	  1, 0 },
	{ "[" ROUTE("\"dev\":\"eth0\"") "," ROUTE(MULTIPATH) "]", 1, 0 },
	{ "[" ROUTE(MULTIPATH) "," ROUTE("\"dev\":\"eth0\"") "]", 0, 1 },
	{ "[" ROUTE("\"type\":\"unreachable\",\"dev\":\"lo\"") "]", 0, 0 },
	{ "[{\"dst\":\"10.0.0.0/8\",\"dev\":\"eth0\"},{}]", 0, 0 },
};

START_TEST(multipath)
{
	const struct routes *row = &route_rows[_i];
	struct folder folder;
	const struct inventory_node *node = read_node(&folder, ETH0, row->text, "[]");

	ck_assert_ptr_nonnull(node);
	ck_assert_uint_eq(node->default_routes.list.count, row->kept);
	ck_assert_uint_eq(folder.captures.notes.count, row->notes);
	remove_folder(&folder);
}
END_TEST

/* Texts that must be problems with a place, and no more than that. */
static const char *const broken[] = {
	"",
	"[",
	"{}",
	"null",
	"[[]]",
	"[1]",
	"[{\"ifname\":\"a\"}]",
	"[]\n---\n[]\n",
	"[{\"ifname\":\"a\",\"flags\":[],\"addr_info\":[{\"family\":\"inet\"}]}]",
	"[{\"ifname\":\"a\",\"flags\":[],\"addr_info\":7}]",
	"[{\"ifname\":null,\"flags\":[]}]",
	/* ip -j addr show eth0, ip -4 -j addr */
	"[{\"ifname\":\"eth0\",\"flags\":[],\"link_type\":\"ether\"}]",
	"[{\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\"]},{\"ifname\":\"eth0\",\"flags\":[]}]",
	"[{\"ifname\":\"lo\",\"flags\":{},\"link_type\":\"loopback\"}]",
	"[&a [*a]]",
	"\xff\xfe[",
	"[\"\\u0000\"]",
};

START_TEST(broken_captures)
{
	struct folder folder;

	ck_assert_ptr_null(read_node(&folder, broken[_i], "[]", "[]"));
	ck_assert_uint_eq(folder.captures.broken, 1);
	ck_assert_uint_gt(
		folder.snapshot->problems.count + folder.snapshot->sources.errors.count, 0);
	ARRAY_FOREACH (const struct finding, problem, &folder.snapshot->problems)
		ck_assert_uint_gt(problem->place.pos.line, 0);
	remove_folder(&folder);
}
END_TEST

Suite *suite_captures(void)
{
	Suite *suite = suite_create("captures");
	TCase *cluster = tcase_create("cluster");
	TCase *nodes = tcase_create("nodes");

	tcase_add_test(cluster, nothing_is_said_without_one);
	tcase_add_test(cluster, read_and_unread);
	tcase_add_test(cluster, another_capture_helps);
	tcase_add_test(cluster, checks_that_rest_on_all_objects);
	tcase_add_test(cluster, kinds_must_be_known);
	tcase_add_test(cluster, namespace);
	tcase_add_loop_test(nodes, multipath, 0, sizeof(route_rows) / sizeof(route_rows[0]));
	tcase_add_loop_test(nodes, broken_captures, 0, sizeof(broken) / sizeof(broken[0]));
	suite_add_tcase(suite, cluster);
	suite_add_tcase(suite, nodes);
	return suite;
}
