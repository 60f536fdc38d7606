/* SPDX-License-Identifier: Apache-2.0 */
/* All checks over one snapshot: what can run, silencing, order, counts. */
#include "validator/validate.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "purelb/leases.h"

#define IGNORE_ANNOTATION "purelbtool.purelb.io/ignore"

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

/* ---- silencing ---- */

/* One code that somebody asked to silence, for one object or (NULL) for all. */
struct silencer {
	const struct object *object;
	struct pos pos;
	const char *path;
	const char *name;     /* as written */
	const char *origin;   /* "--disable", or the annotation's name */
	enum check_code code; /* CHECK_COUNT: no such code */
	bool used;
};

/* Those for all objects, then those of each object in input order. */
struct silencers {
	ARRAY_OF(struct silencer) list;
	uint32_t global; /* how many are for all */
};

/* Adds each of the comma-separated names of an annotation. */
static void silencers_of_object(struct silencers *all, struct arena *arena,
				const struct object *o, const struct str_value *value)
{
	char *names = arena_strdup(arena, value->s);

	for (char *name = names; name != NULL;) {
		char *comma = strchr(name, ',');

		if (comma != NULL)
			*comma = '\0';
		name += strspn(name, " \t\n");
		for (size_t len = strlen(name); len > 0 && strchr(" \t\n", name[len - 1]);
		     len--)
			name[len - 1] = '\0';
		if (name[0] != '\0') {
			struct silencer s = { .object = o,
					      .pos = value->pos,
					      .path = "metadata.annotations." IGNORE_ANNOTATION,
					      .name = name,
					      .origin = "annotation " IGNORE_ANNOTATION,
					      .code = check_find(name) };

			ARRAY_ADD(arena, &all->list, s);
		}
		name = comma != NULL ? comma + 1 : NULL;
	}
}

static void gather_silencers(struct silencers *all, struct checker *ck,
			     const struct silencing *disabled, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct silencer s = { .name = disabled[i].name,
				      .origin = disabled[i].origin,
				      .code = check_find(disabled[i].name) };

		ARRAY_ADD(ck->arena, &all->list, s);
	}
	all->global = all->list.count;
	for (uint32_t i = 0; i < ck->snapshot->objects.count; i++) {
		const struct object *o = ck->snapshot->objects.items[i];
		const struct str_value *v = label_map_get(&o->annotations, IGNORE_ANNOTATION);

		if (v != NULL)
			silencers_of_object(all, ck->arena, o, v);
	}
}

/* The place of the first silencer of the object, or of where it would be. */
static uint32_t first_silencer(const struct silencers *all, const struct object *object)
{
	uint32_t low = all->global;
	uint32_t high = all->list.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (all->list.items[middle].object->order < object->order)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Marks the silencers among [from, to) that name the code; true when there is one. */
static bool mark_used(struct silencers *all, uint32_t from, uint32_t to,
		      const struct object *object, enum check_code code)
{
	bool silent = false;

	for (uint32_t i = from; i < to && all->list.items[i].object == object; i++) {
		struct silencer *s = &all->list.items[i];

		s->used |= s->code == code;
		silent |= s->code == code;
	}
	return silent;
}

static bool is_silenced(struct silencers *all, const struct finding *f)
{
	const struct object *object = f->diag.object;
	bool silent = mark_used(all, 0, all->global, NULL, f->code);

	if (object != NULL)
		silent |= mark_used(all, first_silencer(all, object), all->list.count, object,
				    f->code);
	return silent;
}

/* Takes silenced findings out, from number `from` on, and counts them. */
static void apply_silencers(struct silencers *all, struct checker *ck, struct validation *out,
			    uint32_t from)
{
	uint32_t kept = from;

	for (uint32_t i = from; i < ck->findings.count; i++) {
		if (is_silenced(all, &ck->findings.items[i]))
			out->silenced++;
		else
			ck->findings.items[kept++] = ck->findings.items[i];
	}
	ck->findings.count = kept;
}

static void report_unknown_code(struct checker *ck, const struct silencer *s)
{
	struct nearest near = { .word = s->name };
	struct finding *f = report(ck, CHECK_IN011, s->object, s->pos,
				   "%s names \"%s\", which is no check", s->origin, s->name);

	f->diag.path = s->path;
	for (int i = 0; i < CHECK_COUNT; i++) {
		nearest_offer(&near, check_table[i].code);
		nearest_offer(&near, check_table[i].slug);
	}
	if (near.best != NULL)
		finding_hint(ck, f, "did you mean %s? `purelbtool explain --list` shows all",
			     near.best);
	else
		finding_hint(ck, f, "`purelbtool explain --list` shows all checks");
}

/* A silencing that names nothing known, or that nothing needed any more. (IN011) */
static void report_idle_silencers(const struct silencers *all, struct checker *ck)
{
	ARRAY_FOREACH (const struct silencer, s, &all->list) {
		if (s->code == CHECK_COUNT) {
			report_unknown_code(ck, s);
			continue;
		}
		if (s->used || s->code == CHECK_IN011 || !check_can_run(ck, s->code))
			continue;

		struct finding *f =
			report(ck, CHECK_IN011, s->object, s->pos,
			       "%s silences %s, but nothing reports it", s->origin, s->name);

		f->diag.path = s->path;
		finding_hint(ck, f, "remove %s from it", s->name);
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
		compare_u32(a->diag.pos.source - 1, b->diag.pos.source - 1),
		compare_u32(a->diag.pos.line, b->diag.pos.line),
		compare_u32(a->diag.pos.column, b->diag.pos.column),
		(a->code > b->code) - (a->code < b->code),
		str_compare(a->diag.path, b->diag.path),
		str_compare(a->diag.message, b->diag.message),
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i] != 0)
			return orders[i];
	return 0;
}

/* ---- all of it ---- */

/* What Services get and who announces it; each is worked out once for all checks. */
struct outcome {
	struct allocations allocations;
	struct vips vips;
};

static void work_out(struct checker *ck, struct outcome *out)
{
	const struct allocation_options options = { .latest = ck->options->latest };

	if ((ck->have & NEED_SERVICES) == 0)
		return;
	allocation_run(&out->allocations, ck->cluster, &options, ck->arena);
	ck->allocations = &out->allocations;
	if ((ck->have & NEED_NODES) == 0)
		return;
	vips_resolve(&out->vips, ck->cluster, &out->allocations, NULL, ck->arena);
	ck->vips = &out->vips;
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
}

void validate(struct validation *out, struct snapshot *snapshot, const struct cluster *cluster,
	      const struct validate_options *options, const struct silencing *disabled,
	      uint32_t disabled_count)
{
	static void (*const families[])(struct checker * ck) = {
		check_input, check_groups,   check_coverage,  check_namespaces, check_agents,
		check_nodes, check_services, check_elections, check_bgp,
	};
	const struct bgp_options bgp_options = { .daemon = options->bgp_daemon,
						 .latest = options->latest };
	struct bgp_cluster bgp;
	struct checker ck = { .snapshot = snapshot,
			      .cluster = cluster,
			      .bgp = &bgp,
			      .options = options,
			      .arena = &snapshot->arena,
			      .have = what_we_have(snapshot, cluster, options),
			      .unread = unread_kinds(snapshot) };
	struct silencers silencers = { 0 };
	struct outcome outcome;

	*out = (struct validation){ .have = ck.have };
	work_out(&ck, &outcome);
	bgp_resolve(&bgp, cluster, &bgp_options, &snapshot->arena);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		families[i](&ck);
	drop_unfounded(&ck);
	gather_silencers(&silencers, &ck, disabled, disabled_count);
	apply_silencers(&silencers, &ck, out, 0);

	uint32_t judged = ck.findings.count;

	report_idle_silencers(&silencers, &ck);
	apply_silencers(&silencers, &ck, out, judged); /* IN011 can be silenced, too */
	hand_over(&ck, out);
	list_skipped(out, &ck, &snapshot->arena);
}

void validate_input(struct validation *out, struct snapshot *snapshot,
		    const struct cluster *cluster)
{
	static const struct validate_options options;
	static const struct bgp_cluster bgp;
	struct checker ck = { .snapshot = snapshot,
			      .cluster = cluster,
			      .bgp = &bgp,
			      .options = &options,
			      .arena = &snapshot->arena,
			      .have = what_we_have(snapshot, cluster, &options),
			      .unread = unread_kinds(snapshot) };
	struct silencers silencers = { 0 };

	*out = (struct validation){ .have = ck.have };
	check_input(&ck);
	drop_unfounded(&ck);
	gather_silencers(&silencers, &ck, NULL, 0);
	apply_silencers(&silencers, &ck, out, 0);
	hand_over(&ck, out);
}
