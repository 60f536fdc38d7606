/* SPDX-License-Identifier: Apache-2.0 */
/* P1.3, P3.1 to P3.3 and P3.6 of the model: scope, order, acceptance, namespaces. */
#include "tests/unit/suites.h"

#include "base/text.h"
#include "purelb/pools/pools.h"
#include "tests/unit/pieces.h"

/* A group in a namespace, and in the one that PureLB is installed in; `spec` in flow style. */
#define GROUP_IN(ns, name, spec)                                                               \
	"apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: " name                 \
	", namespace: " ns "}\nspec: {" spec "}\n"
#define GROUP(name, spec) GROUP_IN("purelb-system", name, spec)
/* What is fine by itself; `n` keeps the addresses apart from those of others. */
#define LOCAL(n) "local: {v4pool: {pool: 10.0." n ".0/24, subnet: 10.0." n ".0/24}}"

/* A resolved snapshot. */
struct world {
	struct snapshot *snapshot;
	struct pools pools;
};

static struct world resolve_pools(const char *const *pieces)
{
	struct world w = { .snapshot = load_pieces(pieces) };

	pools_resolve(&w.pools, &w.snapshot->arena, w.snapshot, RELEASE_0_17);
	return w;
}

static void release_pools(struct world *w)
{
	snapshot_release(w->snapshot);
}

/* The first group of that name, whatever became of it. */
static const struct pool *named(const struct world *w, const char *name)
{
	ARRAY_FOREACH (const struct pool, pool, &w->pools.list) {
		if (str_equal(pool->name, name))
			return pool;
	}
	ck_abort_msg("no group %s", name);
	return NULL;
}

/* "name name ..." in order. */
static void expect_order(const struct world *w, const char *expected)
{
	struct text names = { 0 };

	ARRAY_FOREACH (const struct pool, pool, &w->pools.list)
		text_printf(&names, "%s%s", names.len > 0 ? " " : "", pool->name);
	ck_assert_str_eq(text_str(&names), expected);
	text_release(&names);
}

/* test: P1.3.1 */
START_TEST(scope)
{
	struct world w = resolve_pools(
		PIECES(GROUP("here", LOCAL("1")), GROUP_IN("default", "there", LOCAL("1"))));

	ck_assert(!w.pools.fail_open);
	ck_assert(named(&w, "here")->in_scope);
	ck_assert_int_eq(named(&w, "here")->reject, POOL_ACCEPTED);
	ck_assert(!named(&w, "there")->in_scope);
	ck_assert_int_eq(named(&w, "there")->reject, POOL_OUT_OF_SCOPE);
	/* It is still read, for what can be said about it. */
	ck_assert_uint_eq(named(&w, "there")->v4.count, 1);
	/* What PureLB does not read overlaps nothing. */
	ck_assert_uint_eq(w.pools.overlaps.count, 0);
	ck_assert_ptr_null(pools_find(&w.pools, "there"));
	release_pools(&w);
}
END_TEST

/* test: P1.3.1 */
START_TEST(scope_fails_open)
{
	struct world w = resolve_pools(
		PIECES(GROUP_IN("a", "one", LOCAL("1")), GROUP_IN("b", "two", LOCAL("2"))));

	ck_assert(w.pools.fail_open);
	ck_assert_int_eq(named(&w, "one")->reject, POOL_ACCEPTED);
	ck_assert_int_eq(named(&w, "two")->reject, POOL_ACCEPTED);
	release_pools(&w);

	w = resolve_pools(PIECES(""));
	ck_assert(!w.pools.fail_open);
	ck_assert_uint_eq(w.pools.list.count, 0);
	ck_assert_ptr_null(pools_find(&w.pools, "default"));
	ck_assert_ptr_null(pools_namespace(&w.pools, "default"));
	release_pools(&w);
}
END_TEST

/* test: P1.3.2 */
START_TEST(order)
{
	struct world w = resolve_pools(
		PIECES(GROUP("b", LOCAL("1")), GROUP("a", LOCAL("2")), GROUP("a-b", LOCAL("3")),
		       GROUP_IN("zoo", "aa", ""), GROUP_IN("abc", "zz", "")));

	expect_order(&w, "zz a a-b b aa");
	release_pools(&w);
}
END_TEST

/* test: P3.1, P3.2 */
START_TEST(what_makes_a_pool)
{
	static const struct {
		const char *spec;
		enum pool_type type;
		enum pool_reject reject;
		const char *path; /* of the range that caused it */
	} rows[] = {
		{ "", POOL_TYPE_NONE, POOL_EMPTY, NULL },
		{ "local: {}", POOL_TYPE_LOCAL, POOL_EMPTY, NULL },
		{ "local: {v4pools: [], v6pools: []}", POOL_TYPE_LOCAL, POOL_EMPTY, NULL },
		{ "local: {v4pool: {pool: 10.0.0.0/24, subnet: 10.0.0.0/24}}", POOL_TYPE_LOCAL,
		  POOL_ACCEPTED, NULL },
		{ "remote: {v6pools: [{pool: 'fd00::/64', subnet: 'fd00::/64'}]}",
		  POOL_TYPE_REMOTE, POOL_ACCEPTED, NULL },
		{ "local: {v4pool: {pool: 10.0.0.0/24}}", POOL_TYPE_LOCAL, POOL_BAD_SUBNET,
		  "spec.local.v4pool" },
		{ "local: {v4pool: {subnet: 10.0.0.0/24}}", POOL_TYPE_LOCAL, POOL_BAD_RANGE,
		  "spec.local.v4pool" },
		{ "local: {v4pool: {pool: x, subnet: y}}", POOL_TYPE_LOCAL, POOL_BAD_RANGE,
		  "spec.local.v4pool" },
		{ "local: {v4pool: {pool: 10.0.1.0/24, subnet: 10.0.0.0/24}}", POOL_TYPE_LOCAL,
		  POOL_NOT_CONTAINED, "spec.local.v4pool" },
		/* v6 before v4, the plural list before the singular entry, the first error. */
		{ "remote: {v4pools: [{pool: x, subnet: x}],"
		  " v6pools: [{pool: 'fd00::/64', subnet: 'fd00::/64'},"
		  " {pool: 'fd00::1-fd00::2', subnet: x}], v6pool: {pool: x, subnet: x}}",
		  POOL_TYPE_REMOTE, POOL_BAD_SUBNET, "spec.remote.v6pools[1]" },
		/* P2.3, P2.5: neither is looked at. */
		{ "local: {v4pool: {pool: 10.0.0.9-10.0.0.1, subnet: 10.0.0.0/24}}",
		  POOL_TYPE_LOCAL, POOL_ACCEPTED, NULL },
		{ "local: {v6pool: {pool: 10.0.0.1-10.0.0.9, subnet: 10.0.0.0/24}}",
		  POOL_TYPE_LOCAL, POOL_ACCEPTED, NULL },
		{ "external: {provider: x, announce: local}", POOL_TYPE_EXTERNAL, POOL_ACCEPTED,
		  NULL },
		{ "external: {provider: x, announce: remote}", POOL_TYPE_EXTERNAL,
		  POOL_ACCEPTED, NULL },
		{ "external: {provider: x}", POOL_TYPE_EXTERNAL, POOL_BAD_EXTERNAL, NULL },
		{ "external: {provider: x, announce: Local}", POOL_TYPE_EXTERNAL,
		  POOL_BAD_EXTERNAL, NULL },
		/* The API server refuses these; PureLB would take the first. */
		{ "remote: {}, local: {}, external: {announce: local}", POOL_TYPE_LOCAL,
		  POOL_EMPTY, NULL },
		{ "external: {announce: local}, remote: {}", POOL_TYPE_REMOTE, POOL_EMPTY,
		  NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text yaml = { 0 };

		text_printf(&yaml, GROUP("g", "%s"), rows[i].spec);

		struct world w = resolve_pools(PIECES(text_str(&yaml)));
		const struct pool *pool = named(&w, "g");
		const char *path = pool->reject_range != NULL ? pool->reject_range->path : NULL;

		ck_assert_msg(pool->type == rows[i].type && pool->reject == rows[i].reject,
			      "%s: type %d, reject %d", rows[i].spec, (int)pool->type,
			      (int)pool->reject);
		ck_assert_msg(str_equal(path, rows[i].path), "%s: %s", rows[i].spec,
			      path != NULL ? path : "no range");
		text_release(&yaml);
		release_pools(&w);
	}
}
END_TEST

/* test: P3.2 */
START_TEST(walk_order)
{
	static const char *const v4[] = { "spec.remote.v4pools[0]", "spec.remote.v4pools[1]",
					  "spec.remote.v4pool" };
	struct world w = resolve_pools(
		PIECES(GROUP("g", "remote: {v4pool: {pool: 10.0.1.0/24, subnet: 10.0.0.0/16},"
				  " v4pools: [{pool: 10.0.3.0/24, subnet: 10.0.0.0/16},"
				  " {pool: 10.0.2.9-10.0.2.1, subnet: 10.0.0.0/16}],"
				  " v6pool: {pool: 10.0.4.0/24, subnet: 10.0.0.0/16}}")));
	const struct pool *pool = named(&w, "g");

	ck_assert_uint_eq(pool->v4.count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_str_eq(pool->v4.items[i].path, v4[i]);
		ck_assert_int_eq(pool->v4.items[i].list_family, IP_V4);
	}
	ck_assert_int_eq(pool->v4.items[0].list, POOL_V4POOLS);
	ck_assert_int_eq(pool->v4.items[2].list, POOL_V4POOL);
	ck_assert(pool->v4.items[1].reversed);
	ck_assert(!pool->v4.items[2].reversed);
	ck_assert_uint_eq(pool->v6.count, 1);
	ck_assert_int_eq(pool->v6.items[0].list, POOL_V6POOL);
	ck_assert_int_eq(pool->v6.items[0].list_family, IP_V6);
	ck_assert_str_eq(pool->v6.items[0].path, "spec.remote.v6pool");
	ck_assert_int_eq(pool->reject, POOL_ACCEPTED);
	release_pools(&w);
}
END_TEST

/* test: P3.3 */
START_TEST(name_taken)
{
	struct world w = resolve_pools(PIECES(GROUP_IN("b", "g", LOCAL("1")),
					      GROUP_IN("a", "g", LOCAL("2")),
					      GROUP_IN("c", "other", LOCAL("3"))));
	const struct pool *first = &w.pools.list.items[0];
	const struct pool *second = &w.pools.list.items[1];

	ck_assert_str_eq(first->group->object.namespace, "a");
	ck_assert_int_eq(first->reject, POOL_ACCEPTED);
	ck_assert_int_eq(second->reject, POOL_NAME_TAKEN);
	ck_assert_ptr_eq(second->reject_by, first);
	ck_assert_ptr_eq(pools_find(&w.pools, "g"), first);
	ck_assert_ptr_nonnull(pools_find(&w.pools, "other"));
	release_pools(&w);
}
END_TEST

/* test: P3.3: a group that is rejected takes no name, and a taken name comes before an overlap
 */
START_TEST(name_is_taken_by_accepted_groups_only)
{
	struct world w =
		resolve_pools(PIECES(GROUP_IN("a", "g", ""), GROUP_IN("b", "g", LOCAL("1")),
				     GROUP_IN("c", "g", LOCAL("1"))));

	ck_assert_int_eq(w.pools.list.items[0].reject, POOL_EMPTY);
	ck_assert_int_eq(w.pools.list.items[1].reject, POOL_ACCEPTED);
	ck_assert_int_eq(w.pools.list.items[2].reject, POOL_NAME_TAKEN);
	ck_assert_ptr_eq(pools_find(&w.pools, "g"), &w.pools.list.items[1]);
	ck_assert_uint_eq(w.pools.overlaps.count, 1);
	release_pools(&w);
}
END_TEST

START_TEST(lookups)
{
	struct world w = resolve_pools(
		PIECES(GROUP("b", LOCAL("1")), GROUP("a", LOCAL("2")), GROUP("bad", "")));

	ck_assert_str_eq(pools_find(&w.pools, "a")->name, "a");
	ck_assert_str_eq(pools_find(&w.pools, "b")->name, "b");
	ck_assert_ptr_null(pools_find(&w.pools, "bad"));
	ck_assert_ptr_null(pools_find(&w.pools, ""));
	ck_assert_str_eq(pool_type_name(POOL_TYPE_NONE), "none");
	ck_assert_str_eq(pool_type_name(POOL_TYPE_LOCAL), "local");
	ck_assert_str_eq(pool_type_name(POOL_TYPE_REMOTE), "remote");
	ck_assert_str_eq(pool_type_name(POOL_TYPE_EXTERNAL), "external");
	release_pools(&w);
}
END_TEST

/* ---- P3.6 ---- */

#define SERVING_IN(ns, name, n, namespaces, flags)                                             \
	GROUP_IN(ns, name, "namespaces: [" namespaces "], " flags LOCAL(n))
#define SERVING(name, n, namespaces, flags)                                                    \
	SERVING_IN("purelb-system", name, n, namespaces, flags)
#define ENFORCED "enforceNamespaces: true, "
#define DEFAULT  "namespaceDefault: true, "

/* The names of the groups in a binding. */
static void expect_groups(const struct pool *const *items, uint32_t count, const char *expected)
{
	struct text names = { 0 };

	for (uint32_t i = 0; i < count; i++)
		text_printf(&names, "%s%s", i > 0 ? " " : "", items[i]->name);
	ck_assert_str_eq(text_str(&names), expected);
	text_release(&names);
}

static void expect_binding(const struct world *w, const char *name, const char *eligible,
			   const char *marked, bool enforced, const char *default_pool)
{
	const struct namespace_binding *binding = pools_namespace(&w->pools, name);

	ck_assert_ptr_nonnull(binding);
	expect_groups(binding->eligible.items, binding->eligible.count, eligible);
	expect_groups(binding->marked.items, binding->marked.count, marked);
	ck_assert_int_eq(binding->enforced, enforced);
	ck_assert_msg(
		str_equal(binding->default_pool != NULL ? binding->default_pool->name : NULL,
			  default_pool),
		"default of %s", name);
}

/* test: P3.6 */
START_TEST(namespace_defaults)
{
	struct world w = resolve_pools(
		PIECES(GROUP("all", LOCAL("0")), SERVING("b", "1", "one, two, three, four", ""),
		       SERVING("a", "2", "two, three, four", DEFAULT),
		       SERVING("c", "3", "three", DEFAULT),
		       SERVING("d", "4", "five, five, six", ""), SERVING("e", "5", "six", "")));

	ck_assert_uint_eq(w.pools.namespaces.count, 6);
	expect_binding(&w, "one", "b", "", false, "b");
	expect_binding(&w, "two", "a b", "a", false, "a");
	expect_binding(&w, "three", "a b c", "a c", false, NULL);
	expect_binding(&w, "four", "a b", "a", false, "a");
	expect_binding(&w, "five", "d", "", false, "d"); /* duplicates collapse */
	expect_binding(&w, "six", "d e", "", false, NULL);
	ck_assert_ptr_null(pools_namespace(&w.pools, "seven"));
	release_pools(&w);
}
END_TEST

/* test: P3.6: confined is each group that is eligible for an enforced namespace */
START_TEST(confinement)
{
	struct world w = resolve_pools(
		PIECES(GROUP("all", LOCAL("0")), SERVING("a", "1", "one", ENFORCED),
		       SERVING("b", "2", "one, two", ""), SERVING("c", "3", "two", "")));

	expect_binding(&w, "one", "a b", "", true, NULL);
	expect_binding(&w, "two", "b c", "", false, NULL);
	ck_assert(named(&w, "a")->confined);
	ck_assert(named(&w, "b")->confined);
	ck_assert(!named(&w, "c")->confined);
	ck_assert(!named(&w, "all")->confined);
	release_pools(&w);
}
END_TEST

/* test: P3.6: rejected groups bind nothing */
START_TEST(rejected_groups_bind_nothing)
{
	struct world w = resolve_pools(PIECES(SERVING("a", "1", "one", ""),
					      SERVING("b", "1", "one, two", ENFORCED),
					      GROUP("c", "namespaces: [one], local: {}"),
					      SERVING_IN("elsewhere", "d", "9", "one", "")));

	ck_assert_int_eq(named(&w, "b")->reject, POOL_OVERLAPS);
	expect_binding(&w, "one", "a", "", false, "a");
	ck_assert_ptr_null(pools_namespace(&w.pools, "two"));
	release_pools(&w);
}
END_TEST

/* test: P3.6: looked up by name, so a rejected group whose name is taken counts */
START_TEST(fail_open_counts_taken_names)
{
	struct world w = resolve_pools(PIECES(SERVING_IN("a", "g", "1", "one", ""),
					      SERVING_IN("b", "g", "2", "one, two", ENFORCED),
					      SERVING_IN("c", "h", "3", "three", "")));
	const struct pool *accepted = pools_find(&w.pools, "g");

	ck_assert_str_eq(accepted->group->object.namespace, "a");
	/* Two of one name look like two that compete ... */
	expect_binding(&w, "one", "g g", "", true, NULL);
	/* ... and the name stands for the pool that lives. */
	expect_binding(&w, "two", "g", "", true, "g");
	ck_assert_ptr_eq(pools_namespace(&w.pools, "two")->default_pool, accepted);
	ck_assert(accepted->confined);
	ck_assert(!named(&w, "h")->confined);
	release_pools(&w);

	/* The same object twice is one object, the later one. (I2.2) */
	w = resolve_pools(
		PIECES(SERVING("g", "1", "one", ""), SERVING("g", "1", "one, two", "")));
	expect_binding(&w, "one", "g", "", false, "g");
	expect_binding(&w, "two", "g", "", false, "g");
	release_pools(&w);
}
END_TEST

Suite *suite_pools(void)
{
	Suite *suite = suite_create("pools");
	TCase *tc = tcase_create("pools");

	tcase_add_test(tc, scope);
	tcase_add_test(tc, scope_fails_open);
	tcase_add_test(tc, order);
	tcase_add_test(tc, what_makes_a_pool);
	tcase_add_test(tc, walk_order);
	tcase_add_test(tc, name_taken);
	tcase_add_test(tc, name_is_taken_by_accepted_groups_only);
	tcase_add_test(tc, lookups);
	tcase_add_test(tc, namespace_defaults);
	tcase_add_test(tc, confinement);
	tcase_add_test(tc, rejected_groups_bind_nothing);
	tcase_add_test(tc, fail_open_counts_taken_names);
	suite_add_tcase(suite, tc);
	return suite;
}
