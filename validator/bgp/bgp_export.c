/* SPDX-License-Identifier: Apache-2.0 */
/* BG081 to BG084: netlinkExport, from BGP into the kernel's tables (BG5.5, BG5.6). */
#include "validator/bgp/bgp.h"

#include <inttypes.h>

#include "base/text.h"

enum {
	TABLE_MAIN = 254,
	PROTOCOL_STATIC = 4, /* 1 to 4: redirect, kernel, boot, static; rtnetlink(7) */
	PROTOCOL_MAX = 255,
};

static struct bgp_place export_rule_place(const struct bgp_checks *c, uint32_t index,
					  struct pos pos, const char *below)
{
	return (struct bgp_place){
		pos, arena_printf(c->ck->arena, "spec.netlinkExport.rules[%u].%s", index, below)
	};
}

/* ---- BG081 ---- */

static void export_check_catchall(const struct bgp_checks *c, const struct bgp_config *config,
				  uint32_t index)
{
	const struct bgp_export_rule *rule =
		&config->object->netlink_export.rules.list.items[index];
	const int64_t table = rule->table_id.set ? rule->table_id.v : 0;
	struct finding *f;

	if (rule->community_list.list.count > 0 || rule->large_community_list.list.count > 0 ||
	    (table != 0 && table != TABLE_MAIN) ||
	    (rule->vrf.s != NULL && rule->vrf.s[0] != '\0'))
		return;
	f = bgp_report(
		c, CHECK_BG081, config, export_rule_place(c, index, rule->name.pos, "name"),
		"export rule \"%s\" has neither a community nor a table of its own: every "
		"route that a router advertises goes into the main table of the node, even a "
		"default route",
		rule->name.s != NULL ? rule->name.s : "");
	finding_hint(
		c->ck, f,
		"list the communities of the routes that are meant in communityList, or set "
		"tableId");
}

/* ---- BG082 ---- */

static void export_check_no_rules(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_netlink_export *export = &config->object->netlink_export;
	struct finding *f;

	if (export->rules.list.count > 0 ||
	    bgp_type_error(c, config, "spec.netlinkExport.rules"))
		return;
	f = bgp_report(c, CHECK_BG082, config,
		       (struct bgp_place){ export->enabled.pos, "spec.netlinkExport.enabled" },
		       "netlinkExport is enabled and has no rules: no route goes into the "
		       "kernel");
	finding_hint(c->ck, f, "add a rule, or remove netlinkExport");
}

/* ---- BG083 ---- */

static const char *export_protocol_fault(const struct bgp_checks *c, int64_t protocol)
{
	static const char *const names[] = { "", "redirect", "kernel", "boot", "static" };

	if (protocol < 0 || protocol > PROTOCOL_MAX)
		return "is not a valid protocol number: the kernel has 0 to 255";
	if (protocol == 0 || protocol > PROTOCOL_STATIC)
		return NULL;
	return arena_printf(c->ck->arena,
			    "is the kernel's number for \"%s\" routes: the daemon deletes all "
			    "of them in its tables when it starts",
			    names[protocol]);
}

static void export_check_protocol(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct int_value *protocol = &config->object->netlink_export.route_protocol;
	const char *fault = protocol->set ? export_protocol_fault(c, protocol->v) : NULL;
	struct finding *f;

	if (fault == NULL)
		return;
	f = bgp_report(c, CHECK_BG083, config,
		       (struct bgp_place){ protocol->pos, "spec.netlinkExport.routeProtocol" },
		       "routeProtocol %" PRId64 " %s", protocol->v, fault);
	finding_hint(c->ck, f, "set it to 186, the number of BGP, or remove it");
	finding_fix_remove(&c->ck->findings, f, FIX_REMOVE, "routeProtocol");
	finding_fix_is_unsafe(f);
}

/* ---- BG084 ---- */

static void export_check_names(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_export_rules *rules = &config->object->netlink_export.rules;

	for (uint32_t i = 1; i < rules->list.count; i++) {
		const struct str_value *name = &rules->list.items[i].name;
		struct finding *f;

		for (uint32_t j = 0; j < i && name->s != NULL; j++) {
			const struct str_value *before = &rules->list.items[j].name;

			if (!str_equal(before->s, name->s))
				continue;
			f = bgp_report(
				c, CHECK_BG084, config,
				export_rule_place(c, i, name->pos, "name"),
				"two export rules are named \"%s\": k8gobgp takes them for one "
				"that changes, and applies all rules again at every reconcile",
				name->s);
			finding_hint(c->ck, f, "give each rule a unique name");
			finding_related(c->ck, f, before->pos, "the other one is here");
			break;
		}
	}
}

void bgp_check_export(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		const struct bgp_netlink_export *export = &config->object->netlink_export;

		if (!export->enabled.v)
			continue;
		for (uint32_t i = 0; i < export->rules.list.count; i++)
			export_check_catchall(c, config, i);
		export_check_no_rules(c, config);
		export_check_protocol(c, config);
		export_check_names(c, config);
	}
}
