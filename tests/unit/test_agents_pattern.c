/* SPDX-License-Identifier: Apache-2.0 */
/* What AG003 and AG004 say and advise for a localInterface. */
#include "base/text.h"
#include "tests/unit/load.h"
#include "tests/unit/suites.h"
#include "validator/validate.h"

/* An LBNodeAgent with this localInterface, which must need no escapes in single quotes. */
static const char agent_yaml[] = "apiVersion: purelb.io/v2\n"
				 "kind: LBNodeAgent\n"
				 "metadata: {name: default, namespace: purelb-system}\n"
				 "spec: {local: {localInterface: '%s'}}\n"
				 "---\n"
				 "apiVersion: purelbtool.purelb.io/v1\n"
				 "kind: NodeInventory\n"
				 "metadata: {name: lab}\n"
				 "spec: {nodes: [{name: node-a, interfaces: [%s]}]}\n";

struct world {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct validation validation;
};

static void world_open(struct world *world, const char *pattern, const char *interfaces)
{
	struct validate_options options = { 0 };
	struct text yaml = { 0 };

	/* Not text_printf(): the format is checked where it is written out. */
	for (const char *p = agent_yaml; *p != '\0'; p++) {
		if (p[0] != '%') {
			text_add_char(&yaml, *p);
			continue;
		}
		text_add(&yaml, p[2] == '\'' ? pattern : interfaces);
		p++;
	}
	*world = (struct world){ .snapshot = load_text(text_str(&yaml)) };
	text_release(&yaml);
	purelb_resolve(&world->cluster, world->snapshot);
	validate(&world->validation, world->snapshot, &world->cluster, &options, NULL);
}

static void world_close(struct world *world)
{
	cluster_release(&world->cluster);
	snapshot_release(world->snapshot);
}

static const struct finding *find(const struct world *world, enum check_code code)
{
	ARRAY_FOREACH (const struct finding, finding, &world->validation.findings) {
		if (finding->code == code)
			return finding;
	}
	return NULL;
}

START_TEST(advice_is_anchored_and_keeps_the_alternatives)
{
	static const struct {
		const char *pattern;
		const char *hint; /* NULL: AG004 does not fire */
	} rows[] = {
		{ "eth0", "write ^eth0$" },
		{ "^eth0", "write ^eth0$" },
		{ "eth0$", "write ^eth0$" },
		{ "^eth0|eth1$", "write ^(?:eth0|eth1)$" },
		{ "eth0|^eth1$|eth2$", "write ^(?:eth0|eth1|eth2)$" },
		{ "^(eth0|eth1)", "write ^(eth0|eth1)$" },
		{ "^eth0$|(eth1|eth2)", "write ^(?:^eth0$|(eth1|eth2))$" },
		{ "^bond0\\$", "write ^bond0$" },
		{ "eth", "write ^eth[0-9]+$" },
		{ "^ens", "write ^ens[0-9]+$" },
		{ "enp", "write ^enp[0-9]+s[0-9]+$" },
		{ "uplink", "write ^uplink$" },
		{ "bond0.(120|130)", "write ^bond0\\.(120|130)$" },
		{ "^bond0.[0-9]+", "write ^bond0\\.[0-9]+$" },
		{ "ens1.(?:7|8)|eth.2", "write ^(?:ens1\\.(?:7|8)|eth\\.2)$" },
		{ "eth.", "write ^eth.$" },
		{ "^eth[01]", "write ^eth[01]$" },
		{ "^eth[|]", "write ^eth[|]$" },
		{ "(?i)ETH0", "write ^(?i)ETH0$" },
		{ ".*", "write ^.*$" },
		{ "default", NULL },
		{ "", NULL },
		{ "^eth0$", NULL },
		{ "^eth0$|^eth1$", NULL },
		{ "(^eth0$)", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world world;
		const struct finding *finding;

		world_open(&world, rows[i].pattern, "");
		finding = find(&world, CHECK_AG004);
		ck_assert_msg((finding != NULL) == (rows[i].hint != NULL), "%s",
			      rows[i].pattern);
		if (finding != NULL)
			ck_assert_str_eq(finding->hint, rows[i].hint);
		world_close(&world);
	}
}
END_TEST

START_TEST(advice_keeps_what_the_node_has)
{
	static const struct {
		const char *pattern;
		const char *interfaces;
		const char *hint;
	} rows[] = {
		{ "enp", "{name: enp0s31f6}", "write ^enp0s31f6$" },
		{ "vlan", "{name: vlan100}, {name: vlan.7}", "write ^(vlan[.]7|vlan100)$" },
		/* Some of them are kept, so the short form will do. */
		{ "eth", "{name: eth0}, {name: eth0.100}, {name: veth12}",
		  "write ^eth[0-9]+$" },
		/* Too many to list. */
		{ "uplink",
		  "{name: uplink1}, {name: uplink2}, {name: uplink3}, {name: uplink4}",
		  "write ^uplink$" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world world;

		world_open(&world, rows[i].pattern, rows[i].interfaces);
		ck_assert_ptr_nonnull(find(&world, CHECK_AG004));
		ck_assert_str_eq(find(&world, CHECK_AG004)->hint, rows[i].hint);
		world_close(&world);
	}
}
END_TEST

START_TEST(example_is_one_that_the_node_has)
{
	struct world world;

	world_open(&world, "eth0", "{name: eth0}, {name: veth0a}");
	ck_assert_str_eq(find(&world, CHECK_AG004)->message,
			 "localInterface \"eth0\" is not anchored on both sides: it also "
			 "matches \"veth0a\" of node-a");
	world_close(&world);
	world_open(&world, "eth0", "{name: eth0}");
	ck_assert_str_eq(find(&world, CHECK_AG004)->message,
			 "localInterface \"eth0\" is not anchored on both sides: it also "
			 "matches a name like \"eth0.100\"");
	world_close(&world);
}
END_TEST

START_TEST(what_is_no_expression_is_not_called_unanchored)
{
	struct world world;

	world_open(&world, "eth[0", "{name: eth0}");
	ck_assert_ptr_nonnull(find(&world, CHECK_AG003));
	ck_assert_ptr_null(find(&world, CHECK_AG004));
	ck_assert_ptr_null(find(&world, CHECK_AG011));
	world_close(&world);
}
END_TEST

Suite *suite_agents_pattern(void)
{
	Suite *suite = suite_create("agents_pattern");
	TCase *tcase = tcase_create("agents_pattern");

	tcase_add_test(tcase, advice_is_anchored_and_keeps_the_alternatives);
	tcase_add_test(tcase, advice_keeps_what_the_node_has);
	tcase_add_test(tcase, example_is_one_that_the_node_has);
	tcase_add_test(tcase, what_is_no_expression_is_not_called_unanchored);
	suite_add_tcase(suite, tcase);
	return suite;
}
