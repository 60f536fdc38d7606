/* SPDX-License-Identifier: Apache-2.0 */
/* test: BG3: router IDs, bit for bit. */
#include <string.h>

#include "base/text.h"
#include "purelb/bgp/bgp.h"
#include "tests/unit/load.h"
#include "tests/unit/suites.h"

/* ---- HASH ---- */

static const struct vector {
	const char *name;
	const char *ids[3];
} vectors[] = {
	{ "worker-1", { "10.255.26.34", "172.30.0.30", "10.249.51.20" } },
	{ "worker-2", { "10.255.15.105", "172.30.0.67", "10.249.46.85" } },
	{ "node-a", { "10.255.191.26", "172.30.0.52", "10.195.181.156" } },
	{ "node-b", { "10.255.194.173", "172.30.0.209", "10.195.183.49" } },
	{ "ipv6-only-node", { "10.255.170.87", "172.30.0.77", "10.243.78.203" } },
	{ "master-0.example.com", { "10.255.43.10", "172.30.0.152", "10.212.232.160" } },
	{ "", { "10.255.160.0", "172.30.0.132", "10.28.158.200" } },
};

START_TEST(hash_vectors)
{
	static const char *const pools[] = { ROUTER_ID_POOL, "172.30.0.0/24", "10.0.0.0/8" };
	const struct vector *v = &vectors[_i];

	for (size_t i = 0; i < 3; i++) {
		char text[IP_TEXT_MAX];
		struct ip ip;

		ck_assert(router_id_hash(v->name, pools[i], &ip));
		ck_assert_str_eq(ip_format(ip, text), v->ids[i]);
	}
}
END_TEST

START_TEST(hash_collisions)
{
	struct ip a;
	struct ip b;

	ck_assert(router_id_hash("worker-38", "172.30.0.0/24", &a));
	ck_assert(router_id_hash("worker-56", "172.30.0.0/24", &b));
	ck_assert_int_eq(ip_compare(a, b), 0);
	ck_assert(router_id_hash("worker-265", "10.255.0.0/16", &a));
	ck_assert(router_id_hash("worker-988", "10.255.0.0/16", &b));
	ck_assert_int_eq(ip_compare(a, b), 0);
	ck_assert(router_id_hash("worker-989", "10.255.0.0/16", &b));
	ck_assert_int_ne(ip_compare(a, b), 0);
}
END_TEST

START_TEST(collision_odds)
{
	ck_assert_uint_eq(router_id_collision_odds(0, "10.255.0.0/16"), 0);
	ck_assert_uint_eq(router_id_collision_odds(1, "10.255.0.0/16"), 0);
	ck_assert_uint_eq(router_id_collision_odds(2, "10.255.0.0/16"), 65534);
	ck_assert_uint_eq(router_id_collision_odds(10, "10.255.0.0/16"), 1456);
	ck_assert_uint_eq(router_id_collision_odds(20, "172.30.0.0/24"), 1);
	ck_assert_uint_eq(router_id_collision_odds(UINT32_MAX, "172.30.0.0/24"), 1);
	ck_assert_uint_eq(router_id_collision_odds(2, "0.0.0.0/0"), 4294967294);
	ck_assert_uint_eq(router_id_collision_odds(2, "10.255.0.0/25"), 0);
}
END_TEST

/* The ends of the pool are never given out; host bits of its text do not count. */
START_TEST(hash_stays_inside)
{
	for (unsigned i = 0; i < 2000; i++) {
		char name[16];
		struct ip ip;

		snprintf(name, sizeof(name), "n%u", i);
		ck_assert(router_id_hash(name, "192.0.2.77/24", &ip));
		ck_assert_uint_ge((uint32_t)ip.v, 0xc0000201);
		ck_assert_uint_le((uint32_t)ip.v, 0xc00002fe);
	}
}
END_TEST

/* 2^32 wraps to 0 in the size, and so does the modulus. */
START_TEST(hash_whole_space)
{
	char text[IP_TEXT_MAX];
	struct ip ip;

	ck_assert(router_id_hash("worker-1", "0.0.0.0/0", &ip));
	/* 0x73f9322d % 0xfffffffe + 1 */
	ck_assert_str_eq(ip_format(ip, text), "115.249.50.46");
}
END_TEST

static const struct {
	const char *pool;
	bool valid;
} pools[] = {
	{ "10.255.0.0/16", true },      { "10.0.0.5/24", true },
	{ "0.0.0.0/0", true },          { "10.0.0.0/25", false },
	{ "10.0.0.0", false },          { "fd00::/16", false },
	{ "10.0.0.0/", false },         { "", false },
	{ "10.0.0.0/33", false },       { "010.0.0.0/8", false },
	{ "::ffff:10.0.0.0/8", false }, { " 10.0.0.0/8", false },
};

START_TEST(pool_rules)
{
	struct ip_net net;
	struct ip ip;

	ck_assert_int_eq(router_id_pool_valid(pools[_i].pool, &net), pools[_i].valid);
	ck_assert_int_eq(router_id_hash("a", pools[_i].pool, &ip), pools[_i].valid);
}
END_TEST

/* ---- CHECK ---- */

static const struct {
	const char *text;
	enum router_id_error error;
} checks[] = {
	{ "10.0.0.1", ROUTER_ID_FINE },
	{ "::ffff:10.0.0.1", ROUTER_ID_FINE },
	{ "224.0.0.1", ROUTER_ID_FINE },
	{ "255.255.255.255", ROUTER_ID_FINE },
	{ "0.0.0.1", ROUTER_ID_FINE },
	{ "0.0.0.0", ROUTER_ID_UNSPECIFIED },
	{ "127.0.0.1", ROUTER_ID_LOOPBACK },
	{ "127.255.255.254", ROUTER_ID_LOOPBACK },
	{ "169.254.3.4", ROUTER_ID_LINK_LOCAL },
	{ "fd00::1", ROUTER_ID_NOT_IPV4 },
	{ "10.0.0", ROUTER_ID_NOT_IPV4 },
	{ "10.0.0.01", ROUTER_ID_NOT_IPV4 },
	{ " 10.0.0.1", ROUTER_ID_NOT_IPV4 },
	{ "10.0.0.256", ROUTER_ID_NOT_IPV4 },
	{ "", ROUTER_ID_NOT_IPV4 },
};

START_TEST(check_rules)
{
	struct ip ip;

	ck_assert_int_eq(router_id_check(checks[_i].text, &ip), checks[_i].error);
}
END_TEST

/* ---- resolving ---- */

#define V6_ONLY "status: {addresses: [{type: InternalIP, address: 'fd00::1'}]}"
#define ADDRESSES                                                                              \
	"status: {addresses: [{type: Hostname, address: 10.9.9.9}, "                           \
	"{type: InternalIP, address: 'fd00::1'}, "                                             \
	"{type: InternalIP, address: 169.254.0.9}, "                                           \
	"{type: InternalIP, address: 10.0.0.7}, "                                              \
	"{type: InternalIP, address: 10.0.0.8}, "                                              \
	"{type: ExternalIP, address: 203.0.113.7}]}"

static const struct row {
	const char *router_id;
	const char *pool;
	const char *node; /* what is in the Node beside its metadata */
	const char *text; /* NULL: unresolved */
	enum router_id_source source;
	enum router_id_error error;
	bool waits;
} rows[] = {
	{ "10.1.1.1", NULL, ADDRESSES, "10.1.1.1", ROUTER_ID_EXPLICIT, ROUTER_ID_FINE, false },
	{ "", NULL, ADDRESSES, "10.0.0.7", ROUTER_ID_NODE_IPV4, ROUTER_ID_FINE, false },
	{ NULL, NULL, ADDRESSES, "10.0.0.7", ROUTER_ID_NODE_IPV4, ROUTER_ID_FINE, false },
	{ "", NULL, V6_ONLY, "10.255.26.34", ROUTER_ID_HASH, ROUTER_ID_FINE, false },
	{ "", "172.30.0.0/24", V6_ONLY, "172.30.0.30", ROUTER_ID_HASH, ROUTER_ID_FINE, false },
	{ "", "172.30.0.0/25", V6_ONLY, NULL, ROUTER_ID_UNRESOLVED, ROUTER_ID_BAD_POOL, false },
	{ "", "nonsense", ADDRESSES, "10.0.0.7", ROUTER_ID_NODE_IPV4, ROUTER_ID_FINE, false },
	{ "", NULL, "status: {addresses: []}", "10.255.26.34", ROUTER_ID_HASH, ROUTER_ID_FINE,
	  true },
	{ "${NODE_IP}", NULL, ADDRESSES, "10.0.0.7", ROUTER_ID_TEMPLATE, ROUTER_ID_FINE,
	  false },
	{ "${NODE_IPV4}", NULL, ADDRESSES, "10.0.0.7", ROUTER_ID_TEMPLATE, ROUTER_ID_FINE,
	  false },
	{ "${NODE_IP}", NULL, V6_ONLY, NULL, ROUTER_ID_UNRESOLVED, ROUTER_ID_NO_INTERNAL,
	  false },
	{ "${NODE_EXTERNAL_IP}", NULL, ADDRESSES, "203.0.113.7", ROUTER_ID_TEMPLATE,
	  ROUTER_ID_FINE, false },
	{ "${NODE_EXTERNAL_IP}", NULL, V6_ONLY, NULL, ROUTER_ID_UNRESOLVED,
	  ROUTER_ID_NO_EXTERNAL, false },
	{ "${node.annotations['example.com/rid']}", NULL, ADDRESSES, "10.7.7.7",
	  ROUTER_ID_TEMPLATE, ROUTER_ID_FINE, false },
	{ "${node.annotations['six']}", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED,
	  ROUTER_ID_NOT_IPV4, false },
	{ "${node.annotations['empty']}", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED,
	  ROUTER_ID_NO_ANNOTATION, false },
	{ "${node.annotations['none']}", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED,
	  ROUTER_ID_NO_ANNOTATION, false },
	{ "${node.annotations['bad-']}", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED,
	  ROUTER_ID_BAD_TEMPLATE, false },
	{ "${node.annotations['']}", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED,
	  ROUTER_ID_BAD_TEMPLATE, false },
	{ "${NODE_IP} ", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED, ROUTER_ID_BAD_TEMPLATE,
	  false },
	{ "${node_ip}", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED, ROUTER_ID_BAD_TEMPLATE,
	  false },
	{ " ${NODE_IP}", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED, ROUTER_ID_NOT_IPV4,
	  false },
	{ "0.0.0.0", NULL, ADDRESSES, NULL, ROUTER_ID_UNRESOLVED, ROUTER_ID_UNSPECIFIED,
	  false },
};

START_TEST(resolving)
{
	const struct row *row = &rows[_i];
	struct text t = { 0 };
	struct router_id id;

	text_printf(&t,
		    "apiVersion: v1\nkind: Node\nmetadata: {name: worker-1, annotations: "
		    "{example.com/rid: 10.7.7.7, six: 'fd00::2', empty: ''}}\n%s\n",
		    row->node);

	struct snapshot *s = load_text(text_str(&t));
	const struct router_id_node node = { .name = "worker-1",
					     .object = s->nodes.items[0],
					     .known = true };

	router_id_resolve(&id, row->router_id, row->pool, &node, &s->arena);
	ck_assert_int_eq(id.error, row->error);
	ck_assert_int_eq(id.source, row->source);
	ck_assert_int_eq(id.waits, row->waits);
	if (row->text != NULL)
		ck_assert_str_eq(id.text, row->text);
	else
		ck_assert_ptr_null(id.text);
	snapshot_release(s);
	text_release(&t);
}
END_TEST

START_TEST(too_long)
{
	char text[258];
	struct router_id id;
	struct arena arena;
	const struct router_id_node node = { .name = "a", .known = true };

	arena_init(&arena);
	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	router_id_resolve(&id, text, NULL, &node, &arena);
	ck_assert_int_eq(id.error, ROUTER_ID_TOO_LONG);
	text[256] = '\0';
	router_id_resolve(&id, text, NULL, &node, &arena);
	ck_assert_int_eq(id.error, ROUTER_ID_NOT_IPV4);
	arena_release(&arena);
}
END_TEST

/* Without a Node object: what the inventory says, and nothing when it says nothing. */
START_TEST(without_object)
{
	struct arena arena;
	struct router_id id;
	struct ip ip;
	const struct router_id_node assumed = { .name = "worker-1",
						.assumed_ipv4 = &ip,
						.known = true };
	const struct router_id_node v6_only = { .name = "worker-1", .known = true };
	const struct router_id_node unknown = { .name = "worker-1" };

	arena_init(&arena);
	ck_assert(ip_parse("192.0.2.9", &ip));
	router_id_resolve(&id, "", NULL, &assumed, &arena);
	ck_assert_str_eq(id.text, "192.0.2.9");
	ck_assert(id.assumed);
	router_id_resolve(&id, "${NODE_EXTERNAL_IP}", NULL, &assumed, &arena);
	ck_assert_int_eq(id.error, ROUTER_ID_NO_NODE);
	router_id_resolve(&id, "", NULL, &v6_only, &arena);
	ck_assert_str_eq(id.text, "10.255.26.34");
	router_id_resolve(&id, "", NULL, &unknown, &arena);
	ck_assert_int_eq(id.error, ROUTER_ID_NO_NODE);
	router_id_resolve(&id, "10.0.0.1", NULL, &unknown, &arena);
	ck_assert_str_eq(id.text, "10.0.0.1");
	arena_release(&arena);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *suite_bgp_router_id(void)
{
	Suite *suite = suite_create("bgp_router_id");
	TCase *hash = tcase_create("hash");
	TCase *resolve = tcase_create("resolve");

	tcase_add_loop_test(hash, hash_vectors, 0, ROWS(vectors));
	tcase_add_test(hash, hash_collisions);
	tcase_add_test(hash, collision_odds);
	tcase_add_test(hash, hash_stays_inside);
	tcase_add_test(hash, hash_whole_space);
	tcase_add_loop_test(hash, pool_rules, 0, ROWS(pools));
	suite_add_tcase(suite, hash);
	tcase_add_loop_test(resolve, check_rules, 0, ROWS(checks));
	tcase_add_loop_test(resolve, resolving, 0, ROWS(rows));
	tcase_add_test(resolve, too_long);
	tcase_add_test(resolve, without_object);
	suite_add_tcase(suite, resolve);
	return suite;
}
