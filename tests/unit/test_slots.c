/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of purelb/announcing/slots.h. test: P6.8 */
#include "purelb/announcing/slots.h"

#include <check.h>

#include "base/text.h"
#include "tests/unit/suites.h"

static const struct row {
	const char *annotation;
	const char *expected; /* "node|interface|address", joined by "; " */
} rows[] = {
	{ "", "" },
	{ "node-a,eth0,192.168.1.1", "node-a|eth0|192.168.1.1" },
	{ " \tnode-a,eth0,192.168.1.1\n node-b,eth1,fd00::0:1 ",
	  "node-a|eth0|192.168.1.1; node-b|eth1|fd00::1" },
	/* The name of an interface may have commas. */
	{ "node-a,et,h,0,192.168.1.1", "node-a|et,h,0|192.168.1.1" },
	{ "node-a,eth0,::ffff:10.0.0.1", "node-a|eth0|10.0.0.1" },
	/* Malformed ones are passed over, and the others are not lost with them. */
	{ "kube-lb0", "" },
	{ "node-a,eth0", "" },
	{ "node-a,192.168.1.1", "" },
	{ ",eth0,192.168.1.1 node-a,,192.168.1.1 node-a,eth0,", "" },
	{ ",,,", "" },
	{ ",", "" },
	{ "node-a,eth0,fe80::1%eth0", "" },
	{ "x y,z node-a,eth0,10.0.0.256 node-b,eth0,10.0.0.2", "node-b|eth0|10.0.0.2" },
};

START_TEST(reads_slots)
{
	const char *at = rows[_i].annotation;
	struct text found = { 0 };
	struct announce_slot slot;

	while (slots_next(&at, &slot)) {
		char ip[IP_TEXT_MAX];

		text_printf(&found, "%s%.*s|%.*s|%s", found.len > 0 ? "; " : "",
			    (int)slot.node_len, slot.node, (int)slot.interface_len,
			    slot.interface, ip_format(slot.ip, ip));
	}
	ck_assert_str_eq(text_str(&found), rows[_i].expected);
	ck_assert_int_eq(*at, '\0');
	text_release(&found);
}
END_TEST

Suite *suite_slots(void)
{
	Suite *suite = suite_create("slots");
	TCase *tcase = tcase_create("slots");

	tcase_add_loop_test(tcase, reads_slots, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
