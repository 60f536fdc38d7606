/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of one ServiceGroup's own fields: SG009 to SG011, SG019, SG023, SG026, SG027, SG029.
 */
#include "validator/groups/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* sun_path holds 108 bytes with the NUL; see unix(7). */
enum { SOCKET_PATH_MAX = 107 };

/* The three of which a group has exactly one, as they may be written. */
struct choice {
	const char *name;
	const struct section *at;
};

static int groups_compare_choices(const void *a, const void *b)
{
	const struct pos *x = &((const struct choice *)a)->at->key;
	const struct pos *y = &((const struct choice *)b)->at->key;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

/* Puts those that are written into `out`, in the order written; returns how many. */
static uint32_t groups_written_choices(const struct service_group *group, struct choice out[3])
{
	const struct choice all[] = {
		{ "local", &group->local.at },
		{ "remote", &group->remote.at },
		{ "external", &group->external.at },
	};
	uint32_t count = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].at->set)
			out[count++] = all[i];
	}
	qsort(out, count, sizeof(out[0]), groups_compare_choices);
	return count;
}

/* One of these fields is there, but of the wrong type: IN004 has said so. */
static bool groups_any_mistyped(const struct type_errors *errors, const struct object *object,
				const char *const *paths)
{
	for (; *paths != NULL; paths++) {
		if (type_errors_at(errors, object, *paths))
			return true;
	}
	return false;
}

/* SG009 */
void groups_check_one_type(struct checker *ck, const struct pool *pool)
{
	static const char *const paths[] = { "spec", "spec.local", "spec.remote",
					     "spec.external", NULL };
	const struct service_group *group = pool->group;
	const struct object *object = &group->object;
	struct choice written[3] = { 0 };
	const uint32_t count = groups_written_choices(group, written);

	if (count == 1 ||
	    (count == 0 && (groups_any_mistyped(&ck->type_errors, object, paths) ||
			    cluster_lost_field(ck->cluster, object, "spec.external") != NULL)))
		return;
	if (count == 0) {
		const struct pos pos = object->spec.set ? object->spec.pos : object->name.pos;
		struct finding *f =
			report(ck, CHECK_SG009, object, pos,
			       "group \"%s\" has none of local, remote and external: "
			       "the API server refuses it",
			       pool->name);

		finding_path(ck, f, "spec");
		finding_hint(ck, f, "add local, remote or external below spec");
		return;
	}

	struct finding *f = report(
		ck, CHECK_SG009, object, written[1].at->key,
		"group \"%s\" has %s%s%s and %s: the API server refuses a group with more "
		"than one of them",
		pool->name, written[0].name, count == 3 ? ", " : "",
		count == 3 ? written[1].name : "", written[count - 1].name);

	finding_path(ck, f, "spec.%s", written[1].name);
	finding_hint(ck, f, "create a separate group for each");
	finding_related(ck, f, written[0].at->key, "%s is here", written[0].name);
}

/* SG010 */
static void groups_report_multi_and_balance(struct checker *ck, const struct pool *pool,
					    const char *section, const struct pool_spec *spec)
{
	if (!spec->multi_pool.v || !spec->balance_pools.v)
		return;

	struct finding *f =
		report(ck, CHECK_SG010, &pool->group->object, spec->balance_pools.pos,
		       "group \"%s\" sets multiPool and balancePools, which are "
		       "mutually exclusive: the API server refuses it",
		       pool->name);

	finding_path(ck, f, "spec.%s.balancePools", section);
	finding_hint(ck, f, "remove balancePools, or multiPool");
	finding_related(ck, f, spec->multi_pool.pos, "multiPool is set here");
}

void groups_check_multi_and_balance(struct checker *ck, const struct pool *pool)
{
	groups_report_multi_and_balance(ck, pool, "local", &pool->group->local);
	groups_report_multi_and_balance(ck, pool, "remote", &pool->group->remote);
}

/* What becomes of a group that PureLB ignores. (P1.3.1) */
static const char *groups_ignored_cost(const struct pool *pool)
{
	if (pool->group->remote.at.set)
		return "PureLB ignores it, its pool is not allocatable, and addresses already "
		       "allocated from it are withdrawn from every node";
	return "PureLB ignores it and its pool is not allocatable";
}

/* SG011 */
void groups_check_namespace(struct checker *ck, const struct pool *pool)
{
	const struct object *object = &pool->group->object;
	const char *install = ck->snapshot->install_namespace;
	const char *outcome = groups_ignored_cost(pool);

	/* Of one that cannot be IN002 speaks. */
	if (str_equal(object->namespace, install) || !object_namespace_is_valid(object) ||
	    !release_has(ck->cluster->release.release, RELEASE_SCOPES_GROUPS))
		return;
	if (ck->cluster->pools.fail_open)
		outcome = arena_printf(ck->arena,
				       "PureLB currently reads it, because every ServiceGroup "
				       "is outside; once one is created in \"%s\", %s",
				       install, outcome);

	struct finding *f =
		report(ck, CHECK_SG011, object, object->namespace_given.pos,
		       "group \"%s\" is in namespace \"%s\", not the PureLB install "
		       "namespace \"%s\": %s",
		       pool->name, object->namespace, install, outcome);

	finding_path(ck, f, "metadata.namespace");
	finding_hint(ck, f,
		     "set the namespace to \"%s\", or name the namespace that PureLB runs in "
		     "with -n",
		     install);
}

/* A list of the group is of the wrong type, or all that is in it. */
static bool groups_lists_mistyped(struct checker *ck, const struct pool *pool)
{
	static const char *const lists[] = { "v4pools",    "v6pools", "v4pools[0]",
					     "v6pools[0]", "v4pool",  "v6pool" };
	enum { LISTS = sizeof(lists) / sizeof(lists[0]) };
	const char *paths[LISTS + 1] = { NULL };

	for (size_t i = 0; i < LISTS; i++)
		paths[i] = arena_printf(ck->arena, "spec.%s.%s", pool_type_name(pool->type),
					lists[i]);
	return groups_any_mistyped(&ck->type_errors, &pool->group->object, paths);
}

/* SG019 */
void groups_check_has_ranges(struct checker *ck, const struct pool *pool)
{
	if (!pool->in_scope || pool->spec == NULL || groups_range_count(pool) > 0 ||
	    groups_lists_mistyped(ck, pool))
		return;

	const char *type = pool_type_name(pool->type);
	struct finding *f = report(ck, CHECK_SG019, &pool->group->object, pool->spec->at.pos,
				   "group \"%s\" has no address range in %s: PureLB rejects it",
				   pool->name, type);

	finding_path(ck, f, "spec.%s", type);
	finding_hint(ck, f, "add v4pools or v6pools with at least one entry");
}

/* SG023: an empty path means the default one. */
void groups_check_socket(struct checker *ck, const struct pool *pool)
{
	const struct str_value *socket = &pool->group->external.socket;
	struct finding *f = NULL;

	if (socket->s == NULL || socket->s[0] == '\0')
		return;

	const size_t len = strlen(socket->s);

	if (socket->s[0] != '/') {
		f = report(
			ck, CHECK_SG023, &pool->group->object, socket->pos,
			"socket \"%s\" is not an absolute path: PureLB cannot connect to the "
			"address provider of group \"%s\"",
			socket->s, pool->name);
		finding_hint(ck, f, "write the path from the root, such as %s",
			     "/var/run/purelb/ipam.sock");
	} else if (len > SOCKET_PATH_MAX) {
		f = report(ck, CHECK_SG023, &pool->group->object, socket->pos,
			   "socket path of group \"%s\" has %zu bytes, more than the %d that a "
			   "Unix socket can have: PureLB cannot connect to it",
			   pool->name, len, SOCKET_PATH_MAX);
		finding_hint(ck, f, "choose a path of at most %d bytes", SOCKET_PATH_MAX);
	}
	if (f != NULL)
		finding_path(ck, f, "spec.external.socket");
}

/* SG027 */
void groups_check_dad(struct checker *ck, const struct pool *pool)
{
	if (!pool->in_scope || pool->spec == NULL || !pool->spec->skip_ipv6_dad.v ||
	    pool->v6.count > 0)
		return;

	struct finding *f =
		report(ck, CHECK_SG027, &pool->group->object, pool->spec->skip_ipv6_dad.pos,
		       "group \"%s\" sets skipIPv6DAD but has no IPv6 range: the "
		       "setting has no effect",
		       pool->name);

	finding_path(ck, f, "spec.%s.skipIPv6DAD", pool_type_name(pool->type));
	finding_hint(ck, f, "remove skipIPv6DAD, or add v6pools");
}

/* SG029 */
void groups_check_external_remote(struct checker *ck, const struct pool *pool)
{
	const struct external_spec *external = &pool->group->external;

	if (!pool->in_scope || !external->at.set || !str_equal(external->announce.s, "remote"))
		return;

	struct finding *f = report(
		ck, CHECK_SG029, &pool->group->object, external->announce.pos,
		"external group \"%s\" announces as remote, but the node agents know only the "
		"ranges of local and remote groups: its addresses are put on no dummy interface",
		pool->name);

	finding_path(ck, f, "spec.external.announce");
	finding_hint(
		ck, f,
		"use announce: local with addresses of the nodes' subnets, or a remote group");
}

/* By subnet text, as PureLB compares it (P3.7), then in walk order. */
static int groups_compare_subnet_texts(const void *a, const void *b)
{
	const struct pool_range *x = *(const struct pool_range *const *)a;
	const struct pool_range *y = *(const struct pool_range *const *)b;
	const int order = str_compare(x->entry->subnet.s, y->entry->subnet.s);

	return order != 0 ? order : (x > y) - (x < y);
}

static void groups_report_shared_subnet(struct checker *ck, const struct pool *pool,
					const struct pool_range *first,
					const struct pool_range *second)
{
	struct finding *f =
		report(ck, CHECK_SG026, &pool->group->object, second->entry->subnet.pos,
		       "multiPool group \"%s\" has two ranges in subnet %s: its "
		       "Services take an address from each",
		       pool->name, second->entry->subnet.s);

	finding_path(ck, f, "%s.subnet", second->path);
	finding_hint(ck, f, "join the two ranges if one address in the subnet is enough");
	finding_related(ck, f, first->entry->subnet.pos, "range %s has the same subnet",
			first->entry->pool.s);
}

/* SG026 for the ranges of one family. */
static void groups_check_family_subnets(struct checker *ck, const struct pool *pool,
					const struct pool_range *ranges, uint32_t range_count)
{
	ARRAY_OF(const struct pool_range *) list = { 0 };
	uint32_t first = 0;

	for (uint32_t i = 0; i < range_count; i++) {
		if (groups_range_usable(&ranges[i]) && ranges[i].subnet_ok)
			ARRAY_ADD(ck->arena, &list, &ranges[i]);
	}
	if (list.count < 2)
		return;
	qsort(list.items, list.count, sizeof(list.items[0]), groups_compare_subnet_texts);
	for (uint32_t i = 1; i < list.count; i++) {
		if (str_equal(list.items[first]->entry->subnet.s,
			      list.items[i]->entry->subnet.s))
			groups_report_shared_subnet(ck, pool, list.items[first], list.items[i]);
		else
			first = i;
	}
}

void groups_check_shared_subnets(struct checker *ck, const struct pool *pool)
{
	if (!pool->in_scope || pool->spec == NULL || !pool->spec->multi_pool.v)
		return;
	groups_check_family_subnets(ck, pool, pool->v4.items, pool->v4.count);
	groups_check_family_subnets(ck, pool, pool->v6.items, pool->v6.count);
}
