/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG004 to BG010: BGPConfigurations as objects: which one k8gobgp reads, their names and
 * namespaces, the fields that it ignores.
 *
 * Errors of the schema are found while reading.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "config/objects/workloads.h"
#include "purelb/agents/known.h"

enum { PLACES_MAX = 8 }; /* related places of one finding */

/* ---- BG004 ---- */

/* The first remote group that PureLB reads, and how many there are; NULL: none. */
static const struct pool *objects_first_remote_pool(const struct bgp_checks *c, uint32_t *count)
{
	const struct pool *first = NULL;

	*count = 0;
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		if (first == NULL || pool->group->object.order < first->group->object.order)
			first = pool;
		*count += 1;
	}
	return first;
}

/* The agents run without k8gobgp: another daemon of the nodes announces what is on the dummy
 * interface, as PureLB's documentation describes it. (I3.4) */
static void objects_report_other_daemon(const struct bgp_checks *c, const struct pool *pool,
					const struct workload *daemon_set)
{
	struct finding *f = report(
		c->ck, CHECK_BG004, &pool->group->object, pool->group->remote.at.key,
		"DaemonSet \"%s\" has no k8gobgp: another daemon on the nodes, such as BIRD or "
		"FRR, has to advertise the addresses of group \"%s\", and is not checked",
		daemon_set->object.name.s, pool->name);

	f->severity = SEVERITY_INFO;
	finding_path(c->ck, f, "spec.remote");
	finding_hint(c->ck, f,
		     "make sure that it redistributes the addresses of the dummy "
		     "interface, or add the k8gobgp container and a BGPConfiguration");
	finding_related(c->ck, f, daemon_set->object.name.pos, "the DaemonSet is here");
}

static void objects_check_missing(const struct bgp_checks *c)
{
	const struct workload *daemon_set = known_daemon_set(c->ck->snapshot);
	uint32_t count;
	const struct pool *pool = objects_first_remote_pool(c, &count);
	const char *others = "";
	const bool all = capture_read(c->ck->snapshot, KIND_BGP_CONFIGURATION);
	struct finding *f;

	if (pool == NULL || c->bgp->configs.count > 0)
		return;
	if (daemon_set != NULL && workload_speaker(daemon_set) == NULL) {
		objects_report_other_daemon(c, pool, daemon_set);
		return;
	}
	if (count > 1)
		others = arena_printf(c->ck->arena, " and %u more remote group%s", count - 1,
				      count > 2 ? "s" : "");
	f = report(c->ck, CHECK_BG004, &pool->group->object, pool->group->remote.at.key,
		   "%s: nothing advertises the addresses of group \"%s\"%s",
		   all ? "there is no BGPConfiguration" : "no BGPConfiguration in the input",
		   pool->name, others);
	finding_path(c->ck, f, "spec.remote");
	finding_hint(
		c->ck, f,
		all ? "add the BGPConfiguration \"default\" that k8gobgp should use"
		    : "add the BGPConfiguration that k8gobgp should use, or add its file to the input");
}

/* ---- BG005 ---- */

static const char *objects_full_name(const struct bgp_checks *c,
				     const struct bgp_config *config)
{
	return arena_printf(c->ck->arena, "%s/%s", config->object->object.namespace,
			    bgp_config_name(config));
}

static bool objects_in_install_namespace(const struct bgp_checks *c,
					 const struct bgp_config *config)
{
	return str_equal(config->object->object.namespace, c->ck->snapshot->install_namespace);
}

/* The one that is probably meant: the first in the install namespace, or the first. */
static const struct bgp_config *objects_main_config(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		if (objects_in_install_namespace(c, config))
			return config;
	}
	return c->bgp->configs.count > 0 ? &c->bgp->configs.items[0] : NULL;
}

/* The same object twice in the input is one in the cluster (IN007). */
static bool objects_same_identity(const struct bgp_config *a, const struct bgp_config *b)
{
	return str_equal(a->object->object.namespace, b->object->object.namespace) &&
	       str_equal(a->object->object.name.s, b->object->object.name.s);
}

/* What a running daemon does not take from the second one: 2.2 */
static bool objects_differs_for_good(const struct bgp_config *a, const struct bgp_config *b)
{
	const struct bgp_global *x = &a->object->global;
	const struct bgp_global *y = &b->object->global;

	return x->asn.v != y->asn.v || str_compare(x->router_id.s, y->router_id.s) != 0;
}

static void objects_check_several(const struct bgp_checks *c)
{
	const struct bgp_config *first = objects_main_config(c);

	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct finding *f;

		if (objects_same_identity(config, first))
			continue;
		f = bgp_report(
			c, CHECK_BG005, config, bgp_config_place(config),
			"BGPConfiguration \"%s\" and \"%s\" conflict: every node applies both, "
			"and each removes what the other has set up%s",
			objects_full_name(c, config), objects_full_name(c, first),
			objects_differs_for_good(config, first)
				? "; because asn or routerID differ, one of them fails until "
				  "the other is gone"
				: "");
		finding_hint(
			c->ck, f,
			"keep one BGPConfiguration in the cluster, and add a nodeSelector to "
			"what only some nodes need");
		finding_related(c->ck, f, bgp_config_place(first).pos, "the other one");
	}
}

/* ---- BG006, BG007 ---- */

static void objects_check_namespace(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct object *object = &config->object->object;
	struct bgp_place place = { object->namespace_given.pos, "metadata.namespace" };
	struct finding *f;

	if (objects_in_install_namespace(c, config) || !object_namespace_is_valid(object))
		return;
	if (object->namespace_given.s == NULL)
		place = bgp_config_place(config);
	f = bgp_report(
		c, CHECK_BG006, config, place,
		"BGPConfiguration \"%s\" is in namespace \"%s\": k8gobgp follows it, but looks "
		"for its Secrets there, and kubectl purelb looks only in \"%s\"",
		bgp_config_name(config), object->namespace, c->ck->snapshot->install_namespace);
	finding_hint(c->ck, f, "move it to \"%s\"", c->ck->snapshot->install_namespace);
	ARRAY_FOREACH (const struct bgp_config, other, &c->bgp->configs)
		if (other != config && str_equal(other->object->object.name.s, object->name.s))
			return;
	if (object->namespace_given.s == NULL)
		return;
	finding_fix_value(&c->ck->findings, f, FIX_VALUE, object->namespace_given.s,
			  c->ck->snapshot->install_namespace);
	finding_fix_is_unsafe(f);
}

static void objects_check_name(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct finding *f;

	if (config->object->object.name.s == NULL ||
	    str_equal(config->object->object.name.s, "default"))
		return;
	f = bgp_report(
		c, CHECK_BG007, config, bgp_config_place(config),
		"the BGPConfiguration is named \"%s\": that works, but PureLB's instructions "
		"assume \"default\"",
		config->object->object.name.s);
	finding_hint(c->ck, f, "name it \"default\" the next time you replace it");
}

/* ---- BG008: what the schema has refused already is BG003. ---- */

static void objects_check_invalid(const struct bgp_checks *c, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_invalid, invalid, &config->invalid) {
		const struct bgp_place place = { invalid->pos, invalid->path };
		struct finding *f;

		if (invalid->by_schema)
			continue;
		f = bgp_report(
			c, CHECK_BG008, config, place,
			"k8gobgp refuses the whole BGPConfiguration because of this value: %s",
			invalid->text);
		finding_hint(
			c->ck, f,
			"correct it: until then the nodes keep what they had, or start no BGP "
			"at all");
	}
}

/* ---- BG009 ---- */

/* Policies have BG058. */
static bool objects_has_own_check(const struct noted_field *field)
{
	return str_equal(field->name, "applyPolicy");
}

/* The families that the neighbors use, whatever global.families says. */
static unsigned objects_used_families(const struct bgp_config *config)
{
	unsigned used = 0;

	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (peer->refusal == BGP_ACCEPTED)
			used |= peer->families;
	}
	return used;
}

/* What global.families leaves out although neighbors use it. */
static unsigned objects_families_left_out(const struct bgp_config *config)
{
	unsigned listed = 0;

	ARRAY_FOREACH (const struct str_value, name, &config->object->global.families.list)
		listed |= bgp_family_parse(name->s);
	return objects_used_families(config) & ~listed;
}

static const char *objects_ignored_hint(const struct noted_field *field)
{
	static const struct {
		const char *name;
		const char *hint;
	} hints[] = {
		{ "prefixLimit", "remove it, and limit the prefixes on the router" },
		{ "useMultiplePaths",
		  "remove it: the router decides how many paths share traffic" },
		{ "bindToDevice",
		  "remove it; listenAddresses limits where the daemon listens" },
		{ "optional",
		  "remove it: a missing Secret still stops the neighbors of the node" },
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (str_equal(field->name, hints[i].name))
			return hints[i].hint;
	}
	return "remove it, so that no one relies on it";
}

/* Where nothing that it leaves out is in use, it asks for what is so anyway: PureLB's own
 * sample does. */
static void objects_report_families(const struct bgp_checks *c, const struct bgp_config *config,
				    struct bgp_place place)
{
	const unsigned left_out = objects_families_left_out(config);
	struct finding *f;

	if (left_out == 0) {
		f = bgp_report(c, CHECK_BG009, config, place,
			       "families has no effect: the daemon always has all of them, and "
			       "each neighbor uses those of its afiSafis");
		f->severity = SEVERITY_INFO;
	} else {
		f = bgp_report(c, CHECK_BG009, config, place,
			       "families has no effect: neighbors use %s anyway",
			       bgp_families_text(left_out, c->ck->arena));
	}
	finding_hint(c->ck, f, "remove it, and list the families in the neighbors' afiSafis");
	finding_fix_remove(&c->ck->findings, f, FIX_REMOVE, "families");
	finding_fix_is_unsafe(f);
}

static void objects_report_ignored(const struct bgp_checks *c, const struct bgp_config *config,
				   const struct noted_field *field)
{
	struct finding *f = bgp_report(
		c, CHECK_BG009, config, (struct bgp_place){ field->pos, field->path },
		"%s has no effect: %s", field->name,
		field->note == NOTE_IGNORED ? "k8gobgp does not pass it to the daemon"
					    : "the daemon ignores it");

	finding_hint(c->ck, f, "%s", objects_ignored_hint(field));
	finding_fix_remove(&c->ck->findings, f, FIX_REMOVE, field->name);
	finding_fix_is_unsafe(f);
}

static void objects_check_ignored(const struct bgp_checks *c, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		if (field->note == NOTE_BEYOND_INT32 || field->note == NOTE_NONE ||
		    field->neutral || objects_has_own_check(field))
			continue;
		if (str_equal(field->path, "spec.global.families"))
			objects_report_families(c, config,
						(struct bgp_place){ field->pos, field->path });
		else
			objects_report_ignored(c, config, field);
	}
}

/* ---- BG010 ---- */

static struct kubernetes_version objects_kubernetes_of(const struct bgp_checks *c)
{
	const struct kubernetes_version told = c->ck->options->kubernetes;

	return told.major != 0 ? told : kubernetes_version_of_nodes(c->ck->snapshot);
}

static void objects_add_others(const struct bgp_checks *c, const struct bgp_config *config,
			       struct finding *f, const struct noted_field *first)
{
	uint32_t more = 0;

	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		if (field->note != NOTE_BEYOND_INT32 || field == first)
			continue;
		if (++more <= PLACES_MAX)
			finding_related(c->ck, f, field->pos, "and %s %" PRId64, field->name,
					field->number);
	}
	if (more > PLACES_MAX)
		finding_related(c->ck, f, first->pos, "and %u more", more - PLACES_MAX);
}

/* One finding for all of them: what fixes one, another AS plan, fixes all. */
static void objects_check_int32(const struct bgp_checks *c, const struct bgp_config *config)
{
	const bool enforced = kubernetes_enforces_int32(objects_kubernetes_of(c));

	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		const struct bgp_place place = { field->pos, field->path };
		struct finding *f;

		if (field->note != NOTE_BEYOND_INT32)
			continue;
		f = bgp_report(
			c, CHECK_BG010, config, place, "%s %" PRId64 " is above 2147483647: %s",
			field->name, field->number,
			enforced
				? "Kubernetes 1.36 and newer enforce the int32 of the schema "
				  "and refuse the object"
				: "from Kubernetes 1.36 on, the API server refuses it, because "
				  "the schema says int32");
		f->severity = enforced ? SEVERITY_FAIL : SEVERITY_WARN;
		finding_hint(
			c->ck, f,
			"use a number up to 2147483647: the private AS numbers 64512 to 65534 "
			"are always accepted");
		objects_add_others(c, config, f, field);
		return;
	}
}

void bgp_check_objects(const struct bgp_checks *c)
{
	objects_check_missing(c);
	objects_check_several(c);
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		objects_check_namespace(c, config);
		objects_check_name(c, config);
		objects_check_invalid(c, config);
		objects_check_ignored(c, config);
		objects_check_int32(c, config);
	}
}
