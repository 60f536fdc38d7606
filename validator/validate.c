/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver: which checks can run on a snapshot, each scope walked once, then silencing,
 * order and counts.
 */
#include "validator/validate.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/yaml/fix.h"
#include "purelb/agents/known.h"
#include "validator/consequences.h"
#include "validator/grouping.h"
#include "validator/partial.h"

/* ---- what the input has ---- */

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

unsigned validate_inputs(const struct snapshot *s, const struct cluster *c,
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
		{ known_daemon_set(s) != NULL, NEED_DAEMONSET },
		{ has_agent_crd(s), NEED_CRDS },
		{ s->nodes.count > 0, NEED_NODE_OBJECTS },
		{ options->service_cidrs.count > 0, NEED_SERVICE_CIDR },
		{ s->bgp_configurations.count > 0, NEED_BGP },
		{ has_routers(s), NEED_ROUTERS },
		{ s->secrets.count > 0, NEED_SECRETS },
		{ c->knows_groups, NEED_ALL_GROUPS },
		{ c->knows_agents, NEED_ALL_AGENTS },
		{ c->knows_bgp, NEED_ALL_BGP },
		{ s->nodes.count > 0 || s->machines.count > 0 ||
			  options->service_cidrs.count > 0,
		  NEED_CLUSTER_NETS },
	};
	unsigned have = 0;

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (inputs[i].there)
			have |= (unsigned)inputs[i].need;
	return have;
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

/* Needs whose checks are not listed as skipped, because they would have nothing to look at. */
static unsigned idle_needs(const struct checker *ck)
{
	unsigned idle = names_secrets(ck->bgp) ? 0 : NEED_SECRETS;

	/* Where nobody could see the BGPConfigurations, that is worth a line. */
	if (capture_unread(ck->snapshot, KIND_BGP_CONFIGURATION) == NULL)
		idle |= NEED_BGP;
	return idle | NEED_CLUSTERS;
}

/* Absences that nothing in the input could rest on: a check that lacks no more is not listed.
 */
static unsigned idle_absences(const struct checker *ck, unsigned have)
{
	unsigned idle = 0;

	if (!ck->bgp->has_remote || ck->snapshot->bgp_configurations.count > 0)
		idle |= NEED_ALL_BGP;
	if (ck->snapshot->groups.count == 0)
		idle |= NEED_ALL_AGENTS;
	if (ck->snapshot->groups.count == 0 && (have & NEED_SERVICES) == 0)
		idle |= NEED_ALL_GROUPS;
	return idle;
}

static void list_skipped(struct validation *out, const struct checker *ck, struct arena *arena)
{
	const unsigned idle = idle_needs(ck);
	const unsigned absences = idle_absences(ck, out->have);

	for (int i = 0; i < CHECK_COUNT; i++) {
		const unsigned missing = check_lacks((enum check_code)i, out->have);

		if ((missing & ~absences) != 0 && (missing & idle) == 0) {
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

/* Without a place: source 0 wraps to the largest number. */
int finding_compare(const void *left, const void *right)
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

	return finding_compare(&a->finding, &b->finding);
}

/* ---- the driver ---- */

/* The checks whose functions a walk calls: one for each function. */
struct selection {
	const struct check *checks[CHECK_COUNT];
	uint32_t count;
};

static bool selection_has(const struct selection *selection, const struct check *check)
{
	for (uint32_t i = 0; i < selection->count; i++)
		if (selection->checks[i]->run.cluster == check->run.cluster)
			return true;
	return false;
}

/* The functions of a scope that can make at least one of their checks. */
static struct selection select_checks(const struct checker *ck, enum check_scope scope,
				      const char *family)
{
	struct selection selection = { .count = 0 };

	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct check *check = &check_table[i];

		if (check->scope == scope && str_has_prefix(check->code, family) &&
		    check_can_run(ck, (enum check_code)i) && !selection_has(&selection, check))
			selection.checks[selection.count++] = check;
	}
	return selection;
}

/* Calls the functions of a selection for one thing: RUN(ck, agent, view). */
#define RUN(ck, selection, member, ...)                                                        \
	do {                                                                                   \
		for (uint32_t run_ = 0; run_ < (selection).count; run_++) {                    \
			(ck)->running = (selection).checks[run_];                              \
			(ck)->running->run.member(ck, __VA_ARGS__);                            \
		}                                                                              \
		(ck)->running = NULL;                                                          \
	} while (0)

static void run_once(struct checker *ck, enum check_scope scope, const char *family)
{
	const struct selection once = select_checks(ck, scope, family);

	for (uint32_t i = 0; i < once.count; i++) {
		ck->running = once.checks[i];
		ck->running->run.cluster(ck);
	}
	ck->running = NULL;
}

/* What Services get and who announces it: worked out once, for the checks that ask, and then
 * forgotten, for it is as much as all the rest. What findings say of it is copied. */
static void walk_services(struct checker *ck, const char *family)
{
	const struct selection services = select_checks(ck, SCOPE_SERVICE, family);
	const struct selection announced = select_checks(ck, SCOPE_VIP, family);
	struct allocations allocations;
	struct vips vips = { 0 };

	if ((ck->have & NEED_SERVICES) == 0)
		return;
	allocation_run(&allocations, ck->cluster, NULL, ck->scratch);
	ck->allocations = &allocations;
	if ((ck->have & NEED_NODES) != 0) {
		vips_resolve(&vips, ck->cluster, &allocations, NULL, ck->scratch);
		ck->vips = &vips;
	}
	ARRAY_FOREACH (const struct allocation, allocation, &allocations.list)
		RUN(ck, services, service, allocation);
	if (ck->vips != NULL)
		ARRAY_FOREACH (const struct vip, vip, &vips.list)
			RUN(ck, announced, vip, vip);
	run_once(ck, SCOPE_SERVICES, family);
	ck->allocations = NULL;
	ck->requests_first = NULL;
	ck->vips = NULL;
}

static void walk_groups(struct checker *ck, const char *family)
{
	const struct selection groups = select_checks(ck, SCOPE_GROUP, family);
	const struct selection ranges = select_checks(ck, SCOPE_RANGE, family);

	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		RUN(ck, groups, group, pool);
		ARRAY_FOREACH (const struct pool_range, range, &pool->v4)
			RUN(ck, ranges, range, pool, range);
		ARRAY_FOREACH (const struct pool_range, range, &pool->v6)
			RUN(ck, ranges, range, pool, range);
	}
}

static void walk_cluster(struct checker *ck, const char *family)
{
	const struct selection objects = select_checks(ck, SCOPE_OBJECT, family);
	const struct selection agents = select_checks(ck, SCOPE_AGENT, family);
	const struct selection nodes = select_checks(ck, SCOPE_NODE, family);
	const struct selection bgp = select_checks(ck, SCOPE_BGP, family);
	struct agent_views views;

	ARRAY_FOREACH (struct object *, object, &ck->snapshot->objects) {
		if ((*object)->replaced_by == NULL)
			RUN(ck, objects, object, *object);
	}
	walk_groups(ck, family);
	agent_views_build(ck, &views);
	ck->agents = &views;
	ARRAY_FOREACH (const struct agent_view, view, &views.list)
		RUN(ck, agents, agent, view);
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes)
		RUN(ck, nodes, node, node);
	ARRAY_FOREACH (const struct bgp_config, config, &ck->bgp->configs)
		RUN(ck, bgp, bgp, config);
	run_once(ck, SCOPE_CLUSTER, family);
	ck->agents = NULL;
}

/* Runs the checks whose codes begin with `family`; all of them: "". */
static void run_checks(struct checker *ck, const char *family)
{
	static void (*const walks[])(struct checker * ck,
				     const char *family) = { walk_services, walk_cluster };
	struct arena seen;

	type_errors_collect(&ck->type_errors, ck->snapshot, ck->arena);
	arena_init(&seen);
	ck->seen_arena = &seen;
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		struct arena scratch;

		arena_init(&scratch);
		ck->scratch = &scratch;
		walks[i](ck, family);
		arena_release(&scratch);
	}
	ck->scratch = NULL;
	ck->observed = NULL;
	ck->seen = NULL;
	ck->seen_arena = NULL;
	arena_release(&seen);
}

/* ---- objects of which not everything is known (I6.1a) ---- */

/* The checks on all objects, those that are set aside among them: of what is found now, what
 * is about these and needs none of the values that are not known is added. */
static void check_partials(struct checker *ck, struct snapshot *snapshot)
{
	const struct resolve_options resolve = { .at = true,
						 .now_ns = ck->cluster->now_ns,
						 .given = true,
						 .release = ck->cluster->release.release };
	const struct bgp_options bgp_options = { .daemon = ck->options->bgp_daemon };
	struct snapshot *whole = partial_snapshot(snapshot);
	struct cluster cluster;
	struct bgp_cluster bgp;
	struct rivals rivals;
	struct checker again = { .snapshot = whole,
				 .cluster = &cluster,
				 .bgp = &bgp,
				 .rivals = &rivals,
				 .options = ck->options,
				 .arena = &whole->arena,
				 .findings = { .arena = &whole->arena } };

	purelb_resolve_as(&cluster, whole, &resolve);
	again.have = validate_inputs(whole, &cluster, ck->options);
	bgp_resolve(&bgp, &cluster, &bgp_options, &whole->arena);
	rivals_collect(&rivals, whole, ck->options->reserved, &whole->arena);
	run_checks(&again, "");
	cluster_release(&cluster);
	snapshot->arena = whole->arena;
	partial_take(ck, &again.findings);
}

/* ---- all of it ---- */

/* What follows from all leases being old is not said beside it (OB010): its advice would be to
 * change a configuration that is fine. */
static void drop_consequences(struct checker *ck)
{
	static const enum check_code consequences[] = {
		CHECK_CV001, CHECK_CV002, CHECK_CV003, CHECK_CV004, CHECK_ND007,
		CHECK_SV016, CHECK_SV017, CHECK_EL001, CHECK_EL002, CHECK_AG105,
	};
	bool dead = false;
	uint32_t kept = 0;

	ARRAY_FOREACH (const struct finding, f, &ck->findings)
		dead |= f->code == (uint32_t)CHECK_OB010;
	for (uint32_t i = 0; dead && i < ck->findings.count; i++) {
		bool follows = false;

		for (size_t j = 0; j < sizeof(consequences) / sizeof(consequences[0]); j++)
			follows |= ck->findings.items[i].code == (uint32_t)consequences[j];
		if (!follows)
			ck->findings.items[kept++] = ck->findings.items[i];
	}
	if (dead)
		ck->findings.count = kept;
}

/* Puts what is left in order and counts it. */
static void hand_over(struct checker *ck, struct sources *sources, struct validation *out)
{
	if (ck->findings.count > 0)
		qsort(ck->findings.items, ck->findings.count, sizeof(*ck->findings.items),
		      finding_compare);
	grouping_drop_echoes(&ck->findings);
	ARRAY_FOREACH (const struct finding, f, &ck->findings)
		out->count[f->severity]++;
	fix_locate_all(&ck->findings, sources, ck->arena);
	out->findings = ck->findings;
	out->silenced = out->silenced_findings.list.count;
	if (out->silenced > 0)
		qsort(out->silenced_findings.list.items, out->silenced,
		      sizeof(*out->silenced_findings.list.items), compare_silenced);
}

void validate(struct validation *out, struct snapshot *snapshot, const struct cluster *cluster,
	      const struct validate_options *options, const struct silencings *silencings)
{
	const struct bgp_options bgp_options = { .daemon = options->bgp_daemon };
	struct bgp_cluster bgp;
	struct rivals rivals;
	struct checker ck = { .snapshot = snapshot,
			      .cluster = cluster,
			      .bgp = &bgp,
			      .rivals = &rivals,
			      .options = options,
			      .arena = &snapshot->arena,
			      .findings = { .arena = &snapshot->arena },
			      .have = validate_inputs(snapshot, cluster, options) };

	*out = (struct validation){ .have = ck.have,
				    .release = &cluster->release,
				    .nodes = cluster->nodes.count,
				    .unknown = snapshot->unknown.list.count };
	bgp_resolve(&bgp, cluster, &bgp_options, &snapshot->arena);
	if (bgp.beyond != NULL)
		ARRAY_ADD(&snapshot->arena, &snapshot->sources.errors, bgp.beyond);
	rivals_collect(&rivals, snapshot, options->reserved, &snapshot->arena);
	run_checks(&ck, "");
	if (snapshot->partials.count > 0)
		check_partials(&ck, snapshot);
	drop_consequences(&ck);
	ck.running = &check_table[IN_USELESS_SILENCING];
	ck.running->run.findings(&ck, silencings, &out->silenced_findings);
	out->misattributed = ck.misattributed;
	out->told.arena = ck.arena;
	consequences_fold(&ck, &out->told);
	hand_over(&ck, &snapshot->sources, out);
	list_skipped(out, &ck, &snapshot->arena);
}

void validate_input(struct validation *out, struct snapshot *snapshot,
		    const struct cluster *cluster, const struct silencings *silencings)
{
	static const struct validate_options options;
	static const struct bgp_cluster bgp;
	static const struct rivals rivals;
	struct checker ck = { .snapshot = snapshot,
			      .cluster = cluster,
			      .bgp = &bgp,
			      .rivals = &rivals,
			      .options = &options,
			      .arena = &snapshot->arena,
			      .findings = { .arena = &snapshot->arena },
			      .have = validate_inputs(snapshot, cluster, &options) };

	*out = (struct validation){ .have = ck.have };
	run_checks(&ck, "IN");
	silence_quietly(&ck, silencings, &out->silenced_findings);
	hand_over(&ck, &snapshot->sources, out);
}

/* ---- for reports ---- */

static bool validation_is_of_cluster(const struct finding *f, const char *name)
{
	const size_t len = strlen(name);

	for (const char *p = f->cluster; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, name, len) == 0 && (p[len] == '\n' || p[len] == '\0'))
			return true;
	}
	return false;
}

void validation_count(struct validation *v)
{
	memset(v->count, 0, sizeof(v->count));
	ARRAY_FOREACH (struct cluster_result, cluster, &v->clusters)
		memset(cluster->count, 0, sizeof(cluster->count));
	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		v->count[f->severity]++;
		ARRAY_FOREACH (struct cluster_result, cluster, &v->clusters)
			cluster->count[f->severity] +=
				validation_is_of_cluster(f, cluster->name);
	}
}

void validation_gather(struct validation *v, const struct snapshot *snapshot)
{
	const struct grouping_whole whole = { snapshot, v->nodes };
	const uint32_t before = v->findings.count;

	grouping_gather(&v->findings, v->clusters.count == 0 ? &whole : NULL);
	if (v->findings.count < before)
		validation_count(v);
}
