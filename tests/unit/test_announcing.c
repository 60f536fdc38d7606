/* SPDX-License-Identifier: Apache-2.0 */
/* P6.3: the interface that an address is announced on. */
#include "tests/unit/suites.h"

#include "base/text.h"
#include "purelb/announcing.h"
#include "purelb/cluster.h"
#include "tests/unit/load.h"

/* eth1 stands before eth0, so that the order of names and that of the input differ. */
#define NODE                                                                                   \
	"---\n"                                                                                \
	"apiVersion: purelbtool.purelb.io/v1\n"                                                \
	"kind: NodeInventory\n"                                                                \
	"metadata: {name: lab}\n"                                                              \
	"spec:\n"                                                                              \
	"  nodes:\n"                                                                           \
	"  - name: a\n"                                                                        \
	"    interfaces:\n"                                                                    \
	"    - {name: lo, addresses: [127.0.0.1/8, 10.9.0.1/24]}\n"                            \
	"    - {name: eth1, addresses: [10.0.0.12/24, \"fd00::12/64\"]}\n"                     \
	"    - {name: eth0, addresses: [10.0.0.11/24, 10.0.0.13/28, 10.1.0.11/24]}\n"          \
	"    - name: eth2\n"                                                                   \
	"      addresses:\n"                                                                   \
	"      - 10.2.0.11/24\n"                                                               \
	"      - {address: \"fd02::11/64\", flags: [deprecated]}\n"                            \
	"      - {address: \"fd03::11/64\", flags: [permanent]}\n"                             \
	"    - {name: kube-lb0, addresses: [10.8.0.1/24]}\n"                                   \
	"    defaultRoutes:\n"                                                                 \
	"    - {interface: eth0, via: 10.0.0.1}\n"                                             \
	"    - {interface: eth1, via: \"fd00::1\"}\n"

#define AGENT                                                                                  \
	"apiVersion: purelb.io/v2\n"                                                           \
	"kind: LBNodeAgent\n"                                                                  \
	"metadata: {name: default, namespace: purelb-system}\n"                                \
	"spec:\n"

static const struct row {
	const char *agent; /* what follows "spec:"; empty: no LBNodeAgent at all */
	const char *vip;
	const char *interface; /* NULL: nowhere */
	const char *net;       /* the address whose prefix length counts */
} rows[] = {
	/* A pattern: by name, whatever the order of the input; loopback too, the dummy not. */
	{ "  local: {localInterface: ^eth}\n", "10.0.0.240", "eth0", "10.0.0.11/24" },
	{ "  local: {localInterface: ^eth}\n", "10.0.0.9", "eth0", "10.0.0.13/28" },
	{ "  local: {localInterface: eth1}\n", "10.0.0.240", "eth1", "10.0.0.12/24" },
	{ "  local: {localInterface: ^eth}\n", "10.9.0.5", NULL, NULL },
	{ "  local: {localInterface: .}\n", "10.9.0.5", "lo", "10.9.0.1/24" },
	{ "  local: {localInterface: .}\n", "10.8.0.5", NULL, NULL },
	{ "  local: {localInterface: ., dummyInterface: x}\n", "10.8.0.5", "kube-lb0",
	  "10.8.0.1/24" },
	/* A v6 address that is going out of use does not count. */
	{ "  local: {localInterface: ^eth}\n", "fd02::5", NULL, NULL },
	{ "  local: {localInterface: ^eth}\n", "fd03::5", "eth2", "fd03::11/64" },
	/* The default-route interface of the address's own family. */
	{ "  local: {localInterface: default}\n", "10.0.0.240", "eth0", "10.0.0.11/24" },
	{ "  local: {localInterface: default}\n", "fd00::5", "eth1", "fd00::12/64" },
	{ "  local: {localInterface: default}\n", "10.2.0.5", NULL, NULL },
	/* The list comes after it, as written; the dummy and what is not there are skipped. */
	{ "  local: {localInterface: default, interfaces: [eth1]}\n", "10.0.0.240", "eth0",
	  "10.0.0.11/24" },
	{ "  local: {localInterface: eth9, interfaces: [eth1, eth0]}\n", "10.0.0.240", "eth1",
	  "10.0.0.12/24" },
	{ "  local: {localInterface: default, interfaces: [kube-lb0, '', eth7, eth2]}\n",
	  "10.2.0.5", "eth2", "10.2.0.11/24" },
	{ "  local: {localInterface: default, interfaces: [kube-lb0]}\n", "10.8.0.5", NULL,
	  NULL },
	/* Not configured: nowhere. */
	{ "  local: {localInterface: '('}\n", "10.0.0.240", NULL, NULL },
	{ "  nodeSelector: {matchLabels: {no: one}}\n  local: {}\n", "10.0.0.240", NULL, NULL },
	{ "  nodeSelector: {}\n", "10.0.0.240", NULL, NULL },
	{ "", "10.0.0.240", NULL, NULL },
};

/* test: P6.3 */
START_TEST(finds_the_interface)
{
	const struct row *row = &rows[_i];
	const bool agent = row->agent[0] != '\0';
	struct text text = { 0 };
	struct snapshot *snapshot;
	struct cluster cluster = { 0 };
	const struct cluster_node *node;
	const struct node_interface *found;
	const struct node_net *net = NULL;
	struct ip vip;

	text_printf(&text, "%s%s" NODE, agent ? AGENT : "", row->agent);
	snapshot = load_text(text_str(&text));
	ck_assert_uint_eq(snapshot->problems.count, 0);
	purelb_resolve(&cluster, snapshot);
	node = cluster_find_node(&cluster, "a");
	ck_assert_ptr_nonnull(node);
	ck_assert(ip_parse(row->vip, &vip));
	found = announcing_interface(&node->config, node->inventory, node->interfaces.items,
				     node->interfaces.count, vip, &net);
	ck_assert_pstr_eq(found != NULL ? found->name : NULL, row->interface);
	ck_assert_pstr_eq(net != NULL ? net->entry->address.s : NULL, row->net);
	cluster_release(&cluster);
	snapshot_release(snapshot);
	text_release(&text);
}
END_TEST

Suite *suite_announcing(void)
{
	Suite *suite = suite_create("announcing");
	TCase *tcase = tcase_create("interface");

	tcase_add_loop_test(tcase, finds_the_interface, 0,
			    (int)(sizeof(rows) / sizeof(rows[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
