/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of purelb/agents/interfaces.h. */
#include "purelb/agents/interfaces.h"
#include "tests/unit/suites.h"

START_TEST(names_that_linux_takes)
{
	static const struct {
		const char *name;
		bool valid;
	} rows[] = {
		{ "eth0", true },
		{ "e", true },
		{ "kube-lb0", true },
		{ "eth0.100", true },
		{ "...", true },
		{ ".x", true },
		{ "123456789012345", true },
		{ "1234567890123456", false },
		{ "", false },
		{ ".", false },
		{ "..", false },
		{ "a/b", false },
		{ "a b", false },
		{ "eth0\t", false },
		{ "eth0\n", false },
		{ "eth0:1", false },
		{ "\xc3\xa9th0", true }, /* bytes count, not characters */
		{ "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(interface_name_valid(rows[i].name) == rows[i].valid, "\"%s\"",
			      rows[i].name);
}
END_TEST

START_TEST(internal_interfaces)
{
	static const char *const internal[] = {
		"veth1a2b3c", "cali1234",     "cni0",   "flannel.1",  "docker0",      "br-1a2b",
		"br-ex",      "cilium_host",  "lxc123", "kube-ipvs0", "kube-lb0",     "tunl0",
		"vxlan100",   "vxlan.calico", "wg0",    "lxc_health", "cilium_vxlan",
	};
	static const char *const uplinks[] = {
		"eth0", "ens192", "enp0s3", "bond0", "br0",    "vlan100",
		"lo",   "team0",  "wlan0",  "kube0", "eveth0", "tun0",
	};

	for (size_t i = 0; i < sizeof(internal) / sizeof(internal[0]); i++)
		ck_assert_msg(interface_name_is_internal(internal[i]), "%s", internal[i]);
	for (size_t i = 0; i < sizeof(uplinks) / sizeof(uplinks[0]); i++)
		ck_assert_msg(!interface_name_is_internal(uplinks[i]), "%s", uplinks[i]);
}
END_TEST

Suite *suite_interfaces(void)
{
	Suite *suite = suite_create("interfaces");
	TCase *tcase = tcase_create("interfaces");

	tcase_add_test(tcase, names_that_linux_takes);
	tcase_add_test(tcase, internal_interfaces);
	suite_add_tcase(suite, tcase);
	return suite;
}
