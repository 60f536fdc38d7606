/* SPDX-License-Identifier: Apache-2.0 */
/* test: BG1.3 (schema) and BG2.1 (the controller's validation); Secrets. */
#include <string.h>

#include "base/text.h"
#include "tests/unit/bgp_world.h"
#include "tests/unit/load.h"
#include "tests/unit/suites.h"

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))
#define GLOBAL      "global: {asn: 65000}"
#define PEER        "config: {neighborAddress: 192.0.2.1, peerAsn: 1}"

/* ---- the schema ---- */

static const struct schema_row {
	const char *spec;
	enum problem_kind kind;
	bool missing;
	const char *path; /* NULL: nothing is wrong */
} schema_rows[] = {
	{ "{" GLOBAL "}", 0, false, NULL },
	{ "{}", PROBLEM_RULE, true, "spec.global" },
	{ "{global: {}}", PROBLEM_RULE, true, "spec.global.asn" },
	{ "{global: {asn: 4294967295}}", 0, false, NULL },
	{ "{global: {asn: 4294967296}}", PROBLEM_RULE, false, "spec.global.asn" },
	{ "{global: {asn: -1}}", PROBLEM_RULE, false, "spec.global.asn" },
	{ "{global: {asn: '65000'}}", PROBLEM_WRONG_TYPE, false, "spec.global.asn" },
	{ "{global: {asn: 1, routerId: a}}", PROBLEM_UNKNOWN_FIELD, false,
	  "spec.global.routerId" },
	{ "{global: {asn: 1, listenPort: -1}}", 0, false, NULL },
	{ "{global: {asn: 1, listenPort: 2147483648}}", PROBLEM_RULE, false,
	  "spec.global.listenPort" },
	{ "{global: {asn: 1, nodeStatus: {heartbeatSeconds: 9}}}", PROBLEM_RULE, false,
	  "spec.global.nodeStatus.heartbeatSeconds" },
	{ "{global: {asn: 1, nodeStatus: {heartbeatSeconds: 10}}}", 0, false, NULL },
	{ "{global: {asn: 1, confederation: {memberAsList: [1, -2]}}}", PROBLEM_RULE, false,
	  "spec.global.confederation.memberAsList[1]" },
	{ "{" GLOBAL ", neighbors: [{config: {neighborAddress: a, peerGroup: g}}]}",
	  PROBLEM_RULE, true, "spec.neighbors[0].config.peerAsn" },
	{ "{" GLOBAL ", neighbors: [{}]}", PROBLEM_RULE, true, "spec.neighbors[0].config" },
	{ "{" GLOBAL ", neighbors: [{" PEER ", timers: {holdTime: 9, config: {}}}]}",
	  PROBLEM_UNKNOWN_FIELD, false, "spec.neighbors[0].timers.holdTime" },
	{ "{" GLOBAL ", neighbors: [{" PEER ", timers: {}}]}", PROBLEM_RULE, true,
	  "spec.neighbors[0].timers.config" },
	{ "{" GLOBAL ", neighbors: [{" PEER ", authPasswordSecretRef: {key: k}}]}",
	  PROBLEM_UNKNOWN_FIELD, false, "spec.neighbors[0].authPasswordSecretRef" },
	{ "{" GLOBAL ", neighbors: [{" PEER ", afiSafis: [{family: ipv4-unicast}]}]}",
	  PROBLEM_RULE, true, "spec.neighbors[0].afiSafis[0].enabled" },
	{ "{" GLOBAL ", neighbors: [{" PEER ", timers: {config: {holdTime: -1}}}]}",
	  PROBLEM_RULE, false, "spec.neighbors[0].timers.config.holdTime" },
	{ "{" GLOBAL ", neighbors: [{" PEER ", ebgpMultihop: {multihopTtl: 3}}]}", PROBLEM_RULE,
	  true, "spec.neighbors[0].ebgpMultihop.enabled" },
	{ "{" GLOBAL ", peerGroups: [{config: {peerGroupName: g}, ebgpMultihop: {enabled: "
	  "true}}]}",
	  PROBLEM_UNKNOWN_FIELD, false, "spec.peerGroups[0].ebgpMultihop" },
	{ "{" GLOBAL ", dynamicNeighbors: [{prefix: 10.0.0.0/8}]}", PROBLEM_RULE, true,
	  "spec.dynamicNeighbors[0].peerGroup" },
	{ "{" GLOBAL ", netlinkExport: {rules: [{name: a, communityList: ['65000:1']}]}}", 0,
	  false, NULL },
	{ "{" GLOBAL ", netlinkExport: {rules: [{name: a, communityList: ['650000:1']}]}}",
	  PROBLEM_RULE, false, "spec.netlinkExport.rules[0].communityList[0]" },
	{ "{" GLOBAL ", netlinkExport: {rules: [{name: a, largeCommunityList: ['1:2']}]}}",
	  PROBLEM_RULE, false, "spec.netlinkExport.rules[0].largeCommunityList[0]" },
	{ "{" GLOBAL ", vrfs: [{name: a, netlinkExport: {communityList: [no-export]}}]}",
	  PROBLEM_RULE, false, "spec.vrfs[0].netlinkExport.communityList[0]" },
	{ "{" GLOBAL ", policyDefinitions: [{name: a, statements: [{name: s, conditions: {}, "
	  "actions: {routeAction: accept, med: {type: mod}}}]}]}",
	  PROBLEM_RULE, true, "spec.policyDefinitions[0].statements[0].actions.med.value" },
	{ "{" GLOBAL ", definedSets: [{type: prefix, name: a, prefixes: [{ipPrefix: a, "
	  "maskLengthMin: -1}]}]}",
	  PROBLEM_RULE, false, "spec.definedSets[0].prefixes[0].maskLengthMin" },
};

START_TEST(schema)
{
	const struct schema_row *row = &schema_rows[_i];
	struct text t = { 0 };
	struct snapshot *s = load_text(bgp_yaml(&t, row->spec));
	const struct finding *p = s->problems.count > 0 ? &s->problems.items[0] : NULL;

	if (row->path == NULL) {
		ck_assert_msg(p == NULL, "%s: %s", row->spec, p != NULL ? p->message : "");
	} else {
		ck_assert_msg(s->problems.count == 1, "%s: %u problems", row->spec,
			      s->problems.count);
		ck_assert_int_eq(p->kind, row->kind);
		ck_assert_int_eq(p->missing, row->missing);
		ck_assert_str_eq(p->place.path, row->path);
		ck_assert_uint_eq(p->place.pos.line, 4);
	}
	snapshot_release(s);
	text_release(&t);
}
END_TEST

START_TEST(unknown_fields_are_suggested)
{
	struct text t = { 0 };
	struct snapshot *s = load_text(
		bgp_yaml(&t, "{" GLOBAL
			     ", neighbors: [{config: {neighborAddress: a, peerAsn: 1, peerAS: "
			     "2}}]}"));

	ck_assert_ptr_nonnull(strstr(s->problems.items[0].hint, "peerAsn"));
	snapshot_release(s);
	text_release(&t);
}
END_TEST

/* ---- notes ---- */

static const struct note_row {
	const char *spec;
	const char *notes; /* "ignored spec.a, ineffective! spec.b": ! marks neutral ones */
} note_rows[] = {
	{ "{" GLOBAL "}", "" },
	{ "{global: {asn: 1, routerID: '', nodeStatus: {enabled: false}}}", "" },
	{ "{global: {asn: 1, families: [a], useMultiplePaths: false}}",
	  "ignored spec.global.families, ignored! spec.global.useMultiplePaths" },
	{ "{global: {asn: 1, confederation: {enabled: true, identifier: 4200000000}}}",
	  "ignored spec.global.confederation, int32 spec.global.confederation.identifier" },
	{ "{global: {asn: 1, confederation: {enabled: false, identifier: 5}, "
	  "gracefulRestart: {restartTime: 0}, routeSelectionOptions: {alwaysCompareMed: "
	  "true}}}",
	  "ignored! spec.global.confederation, ignored! spec.global.gracefulRestart, ignored "
	  "spec.global.routeSelectionOptions" },
	{ "{global: {asn: 2147483647}}", "" },
	{ "{global: {asn: 2147483648}}", "int32 spec.global.asn" },
	{ "{global: {asn: 4294967296}}", "" },
	{ "{" GLOBAL ", neighbors: [{" PEER ", applyPolicy: {importPolicy: {name: x}}, timers: "
	  "{config: {minimumAdvertisementInterval: 0}}}]}",
	  "ineffective spec.neighbors[0].applyPolicy, ineffective! "
	  "spec.neighbors[0].timers.config.minimumAdvertisementInterval" },
	{ "{" GLOBAL ", neighbors: [{" PEER
	  ", afiSafis: [{family: ipv4-unicast, enabled: true, "
	  "addPaths: {receive: true}}], transport: {bindInterface: eth0}}]}",
	  "ignored spec.neighbors[0].afiSafis[0].addPaths" },
	{ "{" GLOBAL ", peerGroups: [{config: {peerGroupName: g}, transport: {bindInterface: "
	  "eth0}}]}",
	  "ineffective spec.peerGroups[0].transport.bindInterface" },
};

START_TEST(notes)
{
	static const char *const names[] = {
		[NOTE_IGNORED] = "ignored",
		[NOTE_INEFFECTIVE] = "ineffective",
		[NOTE_BEYOND_INT32] = "int32",
	};
	struct text t = { 0 };
	struct text got = { 0 };
	struct snapshot *s = load_text(bgp_yaml(&t, note_rows[_i].spec));

	ARRAY_FOREACH (struct noted_field, note, &s->bgp_configurations.items[0]->noted.list) {
		text_printf(&got, "%s%s%s %s", got.len > 0 ? ", " : "", names[note->note],
			    note->neutral ? "!" : "", note->path);
		ck_assert_uint_eq(note->pos.line, 4);
	}
	ck_assert_str_eq(text_str(&got), note_rows[_i].notes);
	snapshot_release(s);
	text_release(&t);
	text_release(&got);
}
END_TEST

/* ---- V1 to V6 ---- */

static const struct invalid_row {
	const char *spec;
	const char *rules; /* "V2 path, V2! path": ! marks what the schema refuses, too */
} invalid_rows[] = {
	{ "{" GLOBAL "}", "" },
	{ "{global: {asn: 1, routerIDPool: ''}}", "" },
	{ "{global: {asn: 1, routerIDPool: 10.0.0.0/24}}", "" },
	{ "{global: {asn: 1, routerIDPool: 10.0.0.0/25}}", "V1 spec.global.routerIDPool" },
	{ "{global: {asn: 1, routerIDPool: 'fd00::/16'}}", "V1 spec.global.routerIDPool" },
	{ "{" GLOBAL ", netlinkExport: {rules: [{name: a, communityList: ['1:1', '65536:1', "
	  "'00001:65535', '1:99999', x]}]}}",
	  "V2 spec.netlinkExport.rules[0].communityList[1], V2 "
	  "spec.netlinkExport.rules[0].communityList[3], V2! "
	  "spec.netlinkExport.rules[0].communityList[4]" },
	{ "{" GLOBAL
	  ", netlinkExport: {rules: [{name: a, largeCommunityList: ['1:2:4294967295', "
	  "'1:2:4294967296', '0000000000000000000000001:2:3', "
	  "'99999999999999999999999999:2:3']}]}}",
	  "V3 spec.netlinkExport.rules[0].largeCommunityList[1], V3 "
	  "spec.netlinkExport.rules[0].largeCommunityList[3]" },
	{ "{" GLOBAL ", vrfs: [{name: v, netlinkExport: {communityList: ['1:70000'], "
	  "largeCommunityList: ['1:2:3']}}]}",
	  "V4 spec.vrfs[0].netlinkExport.communityList[0]" },
	{ "{" GLOBAL ", policyDefinitions: [{name: p, statements: [{name: s, conditions: {}, "
	  "actions: {routeAction: accept, community: {type: add, communities: [no-export, "
	  "'1:2']}}}]}]}",
	  "V5 spec.policyDefinitions[0].statements[0].actions.community.communities[0]" },
	{ "{" GLOBAL ", definedSets: [{type: community, name: c, list: ['^65000:']}, {type: "
	  "Community, name: d, list: ['^65000:']}]}",
	  "V6 spec.definedSets[0].list[0]" },
};

START_TEST(validation)
{
	struct text t = { 0 };
	struct text got = { 0 };
	struct bgp_world world;

	bgp_world_make(&world, BGP_FORK_1_1, PIECES(bgp_yaml(&t, invalid_rows[_i].spec)));
	ARRAY_FOREACH (const struct bgp_invalid, invalid, &world_config(&world)->invalid) {
		text_printf(&got, "%s%s%s %s", got.len > 0 ? ", " : "", invalid->rule,
			    invalid->by_schema ? "!" : "", invalid->path);
		ck_assert_ptr_nonnull(invalid->text);
		ck_assert_uint_ge(invalid->pos.line, 4);
	}
	ck_assert_str_eq(text_str(&got), invalid_rows[_i].rules);
	bgp_world_release(&world);
	text_release(&t);
	text_release(&got);
}
END_TEST

/* ---- Secrets ---- */

static const struct secret_row {
	const char *body;
	enum secret_state state;
	const char *bytes;
	size_t len;
} secret_rows[] = {
	{ "data: {k: c2VjcmV0}", SECRET_PRESENT, "secret", 6 },
	{ "data: {k: c2VjcmV0Cg==}", SECRET_PRESENT, "secret\n", 7 },
	{ "data: {k: YWI=}", SECRET_PRESENT, "ab", 2 },
	{ "data: {k: ''}", SECRET_PRESENT, "", 0 },
	{ "data: {k: AAEC}", SECRET_PRESENT, "\0\1\2", 3 },
	{ "data: {k: \"c2Vj\\ncmV0\\n\"}", SECRET_PRESENT, "secret", 6 },
	{ "data: {k: secret}", SECRET_BAD_BASE64, NULL, 0 },
	{ "data: {k: 'c2Vj*mV0'}", SECRET_BAD_BASE64, NULL, 0 },
	{ "data: {k: 'YW=='}", SECRET_PRESENT, "a", 1 },
	{ "data: {k: '===='}", SECRET_BAD_BASE64, NULL, 0 },
	{ "data: {k: 'Y===' }", SECRET_BAD_BASE64, NULL, 0 },
	{ "data: {k: 'YQ==YQ=='}", SECRET_BAD_BASE64, NULL, 0 },
	{ "stringData: {k: plain}", SECRET_PRESENT, "plain", 5 },
	{ "{data: {k: c2VjcmV0}, stringData: {k: wins}}", SECRET_PRESENT, "wins", 4 },
	{ "data: {other: c2VjcmV0}", SECRET_ABSENT, NULL, 0 },
	{ "type: Opaque", SECRET_ABSENT, NULL, 0 },
};

START_TEST(secrets)
{
	const struct secret_row *row = &secret_rows[_i];
	struct secret_value value = { 0 };
	struct text t = { 0 };
	const char *body = row->body;

	text_add(&t, "{apiVersion: v1, kind: Secret, metadata: {name: s}, ");
	if (body[0] == '{')
		text_add(&t, body + 1);
	else
		text_printf(&t, "%s}", body);
	text_add(&t, "\n");

	struct snapshot *s = load_text(text_str(&t));

	ck_assert_uint_eq(s->secrets.count, 1);
	ck_assert_str_eq(s->secrets.items[0]->object.namespace, "default");
	ck_assert_int_eq(secret_get(s->secrets.items[0], "k", &s->arena, &value), row->state);
	if (row->state == SECRET_PRESENT) {
		ck_assert_uint_eq(value.len, row->len);
		ck_assert_mem_eq(value.bytes, row->bytes, row->len + 1);
		ck_assert_uint_ge(value.pos.line, 1);
	}
	snapshot_release(s);
	text_release(&t);
}
END_TEST

Suite *suite_bgp_config(void)
{
	Suite *suite = suite_create("bgp_config");
	TCase *tc = tcase_create("config");

	tcase_add_loop_test(tc, schema, 0, ROWS(schema_rows));
	tcase_add_test(tc, unknown_fields_are_suggested);
	tcase_add_loop_test(tc, notes, 0, ROWS(note_rows));
	tcase_add_loop_test(tc, validation, 0, ROWS(invalid_rows));
	tcase_add_loop_test(tc, secrets, 0, ROWS(secret_rows));
	suite_add_tcase(suite, tc);
	return suite;
}
