/* SPDX-License-Identifier: Apache-2.0 */
/* All checks over one snapshot: what can run, order, counts. */
#include "validator/validate.h"

#include <stdlib.h>

#include "base/text.h"
#include "purelb/agents/leases.h"

/* ---- what the input has ---- */

static bool has_agent_daemon_set(const struct snapshot *s)
{
	for (uint32_t i = 0; i < s->daemon_sets.count; i++)
		if (lbnodeagent_container(s->daemon_sets.items[i]) != NULL)
			return true;
	return false;
}

static bool has_agent_crd(const struct snapshot *s)
{
	for (uint32_t i = 0; i < s->crds.count; i++)
		if (str_equal(s->crds.items[i]->group.s, "purelb.io") &&
		    str_equal(s->crds.items[i]->crd_kind.s, "LBNodeAgent"))
			return true;
	return false;
}

static bool has_routers(const struct snapshot *s)
{
	for (uint32_t i = 0; i < s->inventories.count; i++)
		if (s->inventories.items[i]->routers.list.count > 0)
			return true;
	return false;
}

static unsigned what_we_have(const struct snapshot *s, const struct cluster *c,
			     const struct validate_options *options)
{
	const struct {
		bool there;
		enum need need;
	} inputs[] = {
		{ c->has_nodes, NEED_NODES },
		{ c->has_labels, NEED_LABELS },
		{ c->has_interfaces, NEED_INTERFACES },
		{ c->has_leases, NEED_LEASES },
		{ s->services.count > 0 || capture_read(s, KIND_SERVICE), NEED_SERVICES },
		{ s->namespaces.count > 0, NEED_NAMESPACES },
		{ has_agent_daemon_set(s), NEED_DAEMONSET },
		{ has_agent_crd(s), NEED_CRDS },
		{ s->nodes.count > 0, NEED_NODE_OBJECTS },
		{ options->service_cidrs.count > 0, NEED_SERVICE_CIDR },
		{ s->bgp_configurations.count > 0, NEED_BGP },
		{ has_routers(s), NEED_ROUTERS },
		{ s->secrets.count > 0, NEED_SECRETS },
	};
	unsigned have = 0;

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (inputs[i].there)
			have |= (unsigned)inputs[i].need;
	return have;
}

/* Takes out what was found without knowing all that the check rests on. */
static void drop_unfounded(struct checker *ck)
{
	uint32_t kept = 0;

	if (ck->unread == 0)
		return;
	for (uint32_t i = 0; i < ck->findings.count; i++) {
		if (unread_needs(ck->findings.items[i].code, ck->unread) == 0)
			ck->findings.items[kept++] = ck->findings.items[i];
	}
	ck->findings.count = kept;
}

/* Some neighbor or peer group names a Secret. */
static bool names_secrets(const struct bgp_cluster *bgp)
{
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_credential, credential, &config->credentials) {
			if (credential->auth == BGP_AUTH_UNKNOWN)
				return true;
		}
	}
	return false;
}

static void list_skipped(struct validation *out, const struct checker *ck, struct arena *arena)
{
	/* What would have nothing to look at is no loss. */
	const unsigned idle = NEED_BGP | (names_secrets(ck->bgp) ? 0 : NEED_SECRETS);

	for (int i = 0; i < CHECK_COUNT; i++) {
		unsigned missing = (check_table[i].needs & ~out->have) |
				   unread_needs((enum check_code)i, ck->unread);

		/* Where nobody could see the BGPConfigurations, that is worth a line. */
		if (missing != 0 &&
		    ((missing & idle) == 0 || (ck->unread & NEED_ALL_BGP) != 0)) {
			struct skipped_check skipped = { (enum check_code)i, missing };

			ARRAY_ADD(arena, &out->skipped, skipped);
		}
	}
}

/* ---- order ---- */

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* Findings without a place come last: source 0 wraps to the largest number. */
static int compare_findings(const void *left, const void *right)
{
	const struct finding *a = left;
	const struct finding *b = right;
	const int orders[] = {
		compare_u32(a->place.pos.source - 1, b->place.pos.source - 1),
		compare_u32(a->place.pos.line, b->place.pos.line),
		compare_u32(a->place.pos.column, b->place.pos.column),
		(a->code > b->code) - (a->code < b->code),
		str_compare(a->place.path, b->place.path),
		str_compare(a->message, b->message),
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i] != 0)
			return orders[i];
	return 0;
}

static int compare_silenced(const void *left, const void *right)
{
	const struct silenced_finding *a = left;
	const struct silenced_finding *b = right;

	return compare_findings(&a->finding, &b->finding);
}

/* ---- all of it ---- */

/*
 * What Services get and who announces it: worked out once, for the checks that ask, and then
 * forgotten, for it is as much as all the rest. What findings say of it is copied.
 */
static void check_what_services_get(struct checker *ck)
{
	const struct allocation_options options = { .latest = ck->options->latest };
	struct allocations allocations;
	struct vips vips;

	if ((ck->have & NEED_SERVICES) == 0)
		return;
	allocation_run(&allocations, ck->cluster, &options, ck->scratch);
	ck->allocations = &allocations;
	if ((ck->have & NEED_NODES) != 0) {
		vips_resolve(&vips, ck->cluster, &allocations, NULL, ck->scratch);
		ck->vips = &vips;
	}
	check_services(ck);
	check_elections(ck);
	ck->allocations = NULL;
	ck->vips = NULL;
}

static void run_families(struct checker *ck)
{
	static void (*const families[])(struct checker * ck) = {
		check_what_services_get, check_input,  check_groups, check_coverage,
		check_namespaces,        check_agents, check_nodes,  check_bgp,
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct arena scratch;

		arena_init(&scratch);
		ck->scratch = &scratch;
		families[i](ck);
		arena_release(&scratch);
	}
	ck->scratch = NULL;
}

/* Puts what is left in order and counts it. */
static void hand_over(struct checker *ck, struct validation *out)
{
	if (ck->findings.count > 0)
		qsort(ck->findings.items, ck->findings.count, sizeof(*ck->findings.items),
		      compare_findings);
	ARRAY_FOREACH (const struct finding, f, &ck->findings)
		out->count[f->severity]++;
	out->findings = ck->findings;
	out->silenced = out->silenced_findings.list.count;
	if (out->silenced > 0)
		qsort(out->silenced_findings.list.items, out->silenced,
		      sizeof(*out->silenced_findings.list.items), compare_silenced);
}

void validate(struct validation *out, struct snapshot *snapshot, const struct cluster *cluster,
	      const struct validate_options *options, const struct silencings *silencings)
{
	const struct bgp_options bgp_options = { .daemon = options->bgp_daemon,
						 .latest = options->latest };
	struct bgp_cluster bgp;
	struct checker ck = { .snapshot = snapshot,
			      .cluster = cluster,
			      .bgp = &bgp,
			      .options = options,
			      .arena = &snapshot->arena,
			      .findings = { .arena = &snapshot->arena },
			      .have = what_we_have(snapshot, cluster, options),
			      .unread = unread_kinds(snapshot) };

	*out = (struct validation){ .have = ck.have };
	bgp_resolve(&bgp, cluster, &bgp_options, &snapshot->arena);
	run_families(&ck);
	drop_unfounded(&ck);
	silence_findings(&ck, silencings, &out->silenced_findings);
	hand_over(&ck, out);
	list_skipped(out, &ck, &snapshot->arena);
}

void validate_input(struct validation *out, struct snapshot *snapshot,
		    const struct cluster *cluster, const struct silencings *silencings)
{
	static const struct validate_options options;
	static const struct bgp_cluster bgp;
	struct checker ck = { .snapshot = snapshot,
			      .cluster = cluster,
			      .bgp = &bgp,
			      .options = &options,
			      .arena = &snapshot->arena,
			      .findings = { .arena = &snapshot->arena },
			      .have = what_we_have(snapshot, cluster, &options),
			      .unread = unread_kinds(snapshot) };

	*out = (struct validation){ .have = ck.have };
	check_input(&ck);
	drop_unfounded(&ck);
	silence_quietly(&ck, silencings, &out->silenced_findings);
	hand_over(&ck, out);
}
