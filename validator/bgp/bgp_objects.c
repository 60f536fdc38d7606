/* SPDX-License-Identifier: Apache-2.0 */
/* BG004 to BG010: BGPConfigurations as objects. */
#include "validator/bgp/bgp.h"

#include <inttypes.h>

#include "base/text.h"

enum { PLACES_MAX = 8 }; /* related places of one finding */

/* ---- BG004 ---- */

/* The first remote group that PureLB reads, and how many there are; NULL: none. */
static const struct pool *first_remote_pool(const struct bgp_checks *c, uint32_t *count)
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

static void check_missing(const struct bgp_checks *c)
{
	uint32_t count;
	const struct pool *pool = first_remote_pool(c, &count);
	const char *others = "";
	struct finding *f;

	if (pool == NULL || c->bgp->configs.count > 0)
		return;
	if (count > 1)
		others = arena_printf(c->ck->arena, " and %u more remote group%s", count - 1,
				      count > 2 ? "s" : "");
	f = report(c->ck, CHECK_BG004, &pool->group->object, pool->group->remote.at.key,
		   "no BGPConfiguration in the input: nothing advertises the addresses of "
		   "group \"%s\"%s",
		   pool->name, others);
	finding_path(c->ck, f, "spec.remote");
	finding_hint(c->ck, f,
		     "add the BGPConfiguration that k8gobgp is to use, or name its file too");
}

/* ---- BG005 ---- */

static const char *full_name(const struct bgp_checks *c, const struct bgp_config *config)
{
	return arena_printf(c->ck->arena, "%s/%s", config->object->object.namespace,
			    bgp_config_name(config));
}

static bool in_install_namespace(const struct bgp_checks *c, const struct bgp_config *config)
{
	return str_equal(config->object->object.namespace, c->ck->snapshot->install_namespace);
}

/* The one that is probably meant: the first in the install namespace, or the first. */
static const struct bgp_config *main_config(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		if (in_install_namespace(c, config))
			return config;
	}
	return c->bgp->configs.count > 0 ? &c->bgp->configs.items[0] : NULL;
}

/* The same object twice in the input is one in the cluster (IN007). */
static bool same_identity(const struct bgp_config *a, const struct bgp_config *b)
{
	return str_equal(a->object->object.namespace, b->object->object.namespace) &&
	       str_equal(a->object->object.name.s, b->object->object.name.s);
}

/* What a running daemon does not take from the second one: 2.2 */
static bool differs_for_good(const struct bgp_config *a, const struct bgp_config *b)
{
	const struct bgp_global *x = &a->object->global;
	const struct bgp_global *y = &b->object->global;

	return x->asn.v != y->asn.v || str_compare(x->router_id.s, y->router_id.s) != 0;
}

static void check_several(const struct bgp_checks *c)
{
	const struct bgp_config *first = main_config(c);

	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct finding *f;

		if (same_identity(config, first))
			continue;
		f = bgp_report(
			c, CHECK_BG005, config, bgp_config_place(config),
			"BGPConfiguration \"%s\" and \"%s\" fight: every node applies both, "
			"and each removes what the other has set up%s",
			full_name(c, config), full_name(c, first),
			differs_for_good(config, first) ? "; as asn or routerID differ, one "
							  "of them fails until it is gone"
							: "");
		finding_hint(c->ck, f,
			     "keep one BGPConfiguration in the cluster; what is for some nodes "
			     "only goes by nodeSelector");
		finding_related(c->ck, f, bgp_config_place(first).pos, "the other one");
	}
}

/* ---- BG006, BG007 ---- */

static void check_namespace(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct object *object = &config->object->object;
	struct bgp_place place = { object->namespace_given.pos, "metadata.namespace" };
	struct finding *f;

	if (in_install_namespace(c, config))
		return;
	if (object->namespace_given.s == NULL)
		place = bgp_config_place(config);
	f = bgp_report(
		c, CHECK_BG006, config, place,
		"BGPConfiguration \"%s\" is in namespace \"%s\": k8gobgp follows it, but "
		"looks there for its Secrets, and kubectl purelb looks only in \"%s\"",
		bgp_config_name(config), object->namespace, c->ck->snapshot->install_namespace);
	finding_hint(c->ck, f, "move it to \"%s\"", c->ck->snapshot->install_namespace);
}

static void check_name(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct finding *f;

	if (config->object->object.name.s == NULL ||
	    str_equal(config->object->object.name.s, "default"))
		return;
	f = bgp_report(c, CHECK_BG007, config, bgp_config_place(config),
		       "the BGPConfiguration is called \"%s\": it works, but PureLB's "
		       "instructions take it to be \"default\"",
		       config->object->object.name.s);
	finding_hint(c->ck, f, "call it \"default\" when you next have a reason to replace it");
}

/* ---- BG008: what the schema has refused already is BG003. ---- */

static void check_invalid(const struct bgp_checks *c, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_invalid, invalid, &config->invalid) {
		const struct bgp_place place = { invalid->pos, invalid->path };
		struct finding *f;

		if (invalid->by_schema)
			continue;
		f = bgp_report(
			c, CHECK_BG008, config, place,
			"k8gobgp refuses the whole BGPConfiguration because of this value: "
			"%s",
			invalid->text);
		finding_hint(c->ck, f,
			     "correct it: until then the nodes go on with what they had, or "
			     "start no BGP at all");
	}
}

/* ---- BG009 ---- */

/* Policies have BG058. */
static bool has_own_check(const struct noted_field *field)
{
	return str_equal(field->name, "applyPolicy");
}

/* The families that the neighbors use, whatever global.families says. */
static unsigned used_families(const struct bgp_config *config)
{
	unsigned used = 0;

	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (peer->refusal == BGP_ACCEPTED)
			used |= peer->families;
	}
	return used;
}

/* What global.families leaves out although neighbors use it. */
static unsigned families_left_out(const struct bgp_config *config)
{
	unsigned listed = 0;

	ARRAY_FOREACH (const struct str_value, name, &config->object->global.families.list)
		listed |= bgp_family_parse(name->s);
	return used_families(config) & ~listed;
}

static const char *ignored_hint(const struct noted_field *field)
{
	static const struct {
		const char *name;
		const char *hint;
	} hints[] = {
		{ "prefixLimit", "remove it, and limit the prefixes on the router" },
		{ "useMultiplePaths", "remove it: how many paths share traffic is the router's "
				      "to decide" },
		{ "bindToDevice", "remove it; listenAddresses bounds where the daemon "
				  "listens" },
		{ "optional", "remove it: a Secret that is missing stops the neighbors of "
			      "the node all the same" },
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (str_equal(field->name, hints[i].name))
			return hints[i].hint;
	}
	return "remove it, so that nobody relies on it";
}

/* Where nothing that it leaves out is in use, it asks for what is so anyway: PureLB's own
 * sample does. */
static void report_families(const struct bgp_checks *c, const struct bgp_config *config,
			    struct bgp_place place)
{
	const unsigned left_out = families_left_out(config);
	struct finding *f;

	if (left_out == 0) {
		f = bgp_report(c, CHECK_BG009, config, place,
			       "families has no effect: the daemon always has all of them, and "
			       "each neighbor uses those of its afiSafis");
		f->severity = SEVERITY_INFO;
	} else {
		f = bgp_report(c, CHECK_BG009, config, place,
			       "families has no effect: neighbors use %s all the same",
			       bgp_families_text(left_out, c->ck->arena));
	}
	finding_hint(c->ck, f, "remove it, and list the families in the neighbors' afiSafis");
}

static void report_ignored(const struct bgp_checks *c, const struct bgp_config *config,
			   const struct noted_field *field)
{
	struct finding *f = bgp_report(
		c, CHECK_BG009, config, (struct bgp_place){ field->pos, field->path },
		"%s has no effect: %s", field->name,
		field->note == NOTE_IGNORED
			? "k8gobgp does not hand it to the daemon"
			: "the daemon is given it and does nothing with it");

	finding_hint(c->ck, f, "%s", ignored_hint(field));
}

static void check_ignored(const struct bgp_checks *c, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		if (field->note == NOTE_BEYOND_INT32 || field->note == NOTE_NONE ||
		    field->neutral || has_own_check(field))
			continue;
		if (str_equal(field->path, "spec.global.families"))
			report_families(c, config,
					(struct bgp_place){ field->pos, field->path });
		else
			report_ignored(c, config, field);
	}
}

/* ---- BG010 ---- */

static struct kubernetes_version kubernetes_of(const struct bgp_checks *c)
{
	const struct kubernetes_version told = c->ck->options->kubernetes;

	return told.major != 0 ? told : kubernetes_version_of_nodes(c->ck->snapshot);
}

static void add_others(const struct bgp_checks *c, const struct bgp_config *config,
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

/* One finding for all of them: what mends one, another AS plan, mends all. */
static void check_int32(const struct bgp_checks *c, const struct bgp_config *config)
{
	const bool enforced = kubernetes_enforces_int32(kubernetes_of(c));

	ARRAY_FOREACH (const struct noted_field, field, &config->object->noted.list) {
		const struct bgp_place place = { field->pos, field->path };
		struct finding *f;

		if (field->note != NOTE_BEYOND_INT32)
			continue;
		f = bgp_report(c, CHECK_BG010, config, place,
			       "%s %" PRId64 " is above 2147483647: %s", field->name,
			       field->number,
			       enforced ? "Kubernetes 1.36 and newer hold the schema's int32 "
					  "against it and refuse the object"
					: "from Kubernetes 1.36 on the API server refuses it, "
					  "as the schema says int32");
		f->severity = enforced ? SEVERITY_FAIL : SEVERITY_WARN;
		finding_hint(c->ck, f,
			     "use a number up to 2147483647: the private AS numbers 64512 to "
			     "65534 are always taken");
		add_others(c, config, f, field);
		return;
	}
}

void bgp_check_objects(const struct bgp_checks *c)
{
	check_missing(c);
	check_several(c);
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		check_namespace(c, config);
		check_name(c, config);
		check_invalid(c, config);
		check_ignored(c, config);
		check_int32(c, config);
	}
}
