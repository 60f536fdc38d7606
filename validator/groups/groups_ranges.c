/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of one range and its subnet, as texts: SG001 to SG005 and SG012. */
#include "validator/groups/groups.h"

#include <string.h>

#include "base/text.h"

static struct ip_range groups_net_range_as_written(struct ip_net net)
{
	return (struct ip_range){ net.address, ip_net_last(net) };
}

/* A hint "write VALUE" with nothing around it is a fix: the value in another notation. */
static void groups_fix_written(struct checker *ck, struct finding *f,
			       const struct str_value *old, const char *hint)
{
	static const char write[] = "write ", one[] = " for this one address";
	const size_t end = strlen(hint) - (str_has_suffix(hint, one) ? strlen(one) : 0);
	const char *value;

	finding_hint(ck, f, "%s", hint);
	if (!str_has_prefix(hint, write))
		return;
	value = arena_strndup(ck->arena, hint + strlen(write), end - strlen(write));
	if (strchr(value, ' ') == NULL)
		finding_fix_value(&ck->findings, f, FIX_VALUE, old->s, value);
}

static void groups_hint_range(struct checker *ck, struct finding *f,
			      const struct pool_range *range)
{
	const char *meant = groups_notation_hint(ck->arena, range);

	if (meant != NULL)
		groups_fix_written(ck, f, &range->entry->pool, meant);
	else if (range->subnet_ok)
		finding_hint(ck, f,
			     "write two addresses of %s with a dash between them, or a CIDR",
			     range->entry->subnet.s);
	else if (range->list_family == IP_V4)
		finding_hint(ck, f,
			     "write two addresses, such as 192.168.1.240-192.168.1.250, or a "
			     "CIDR, such as 192.168.1.240/28");
	else
		finding_hint(ck, f,
			     "write two addresses, such as fd00:1::10-fd00:1::20, or a CIDR, "
			     "such as fd00:1::10/124");
}

/* SG001 */
void groups_check_range_text(struct checker *ck, const struct pool *pool,
			     const struct pool_range *range)
{
	const struct str_value *text = &range->entry->pool;

	if (text->s == NULL || range->range_error == RANGE_OK)
		return;

	struct finding *f = report(ck, CHECK_SG001, &pool->group->object, text->pos,
				   "range \"%s\" is %s: PureLB rejects the whole group \"%s\"",
				   text->s, range_error_text(range->range_error), pool->name);

	finding_path(ck, f, "%s.pool", range->path);
	groups_hint_range(ck, f, range);
}

/* SG002 */
void groups_check_subnet_text(struct checker *ck, const struct pool *pool,
			      const struct pool_range *range)
{
	const struct str_value *text = &range->entry->subnet;
	struct ip ip;

	if (text->s == NULL || range->subnet_ok)
		return;

	struct finding *f =
		report(ck, CHECK_SG002, &pool->group->object, text->pos,
		       "subnet \"%s\" is not a CIDR: PureLB rejects the whole group \"%s\"",
		       text->s, pool->name);

	finding_path(ck, f, "%s.subnet", range->path);

	const char *meant = groups_subnet_hint(ck->arena, text->s);

	if (ip_parse(text->s, &ip))
		finding_hint(ck, f, "add the prefix length of the subnet, such as %s/%d",
			     text->s, ip_family(ip) == IP_V4 ? 24 : 64);
	else if (meant != NULL)
		groups_fix_written(ck, f, text, meant);
	else
		finding_hint(ck, f, "write the subnet as %s",
			     range->list_family == IP_V4 ? "192.168.1.0/24" : "fd00:1::/64");
}

static enum ip_family groups_subnet_family(const struct pool_range *range)
{
	return ip_family(ip_net_first(range->subnet));
}

/* `ip` with the network of the subnet, its host bits kept: what it is if the rest is a slip. */
static struct ip groups_moved_into(struct ip_net subnet, struct ip ip)
{
	const struct ip first = ip_net_first(subnet);
	const struct ip last = ip_net_last(subnet);
	const u128 hosts = last.v - first.v;

	return (struct ip){ first.v | (ip.v & hosts) };
}

/* The range whose wrong end has all but its last part from the other one, which is in the
 * subnet: "10.0.1.200-10.0.1.220" for "10.0.1.200-10.0.11.220". */
static struct ip_range groups_with_last_part(const struct pool_range *range)
{
	const struct ip_range own = range->range;
	const u128 last = ip_family(own.from) == IP_V4 ? 0xff : 0xffff;

	if (ip_net_contains(range->subnet, own.from))
		return (struct ip_range){ own.from,
					  { (own.from.v & ~last) | (own.to.v & last) } };
	return (struct ip_range){ { (own.to.v & ~last) | (own.from.v & last) }, own.to };
}

/* The range as it would be inside its subnet: an end that slipped out moved in, or both. */
static void groups_hint_contained(struct checker *ck, struct finding *f,
				  const struct pool_range *range)
{
	const struct ip_range moved = { groups_moved_into(range->subnet, range->range.from),
					groups_moved_into(range->subnet, range->range.to) };
	const bool one = ip_net_contains(range->subnet, range->range.from) !=
			 ip_net_contains(range->subnet, range->range.to);
	const struct ip_range last = groups_with_last_part(range);
	const char *text = NULL;

	if (ip_compare(moved.from, moved.to) <= 0)
		text = groups_fitting_text(ck, range, moved);
	else if (one && ip_compare(last.from, last.to) <= 0)
		text = groups_fitting_text(ck, range, last);
	else if (one && !range->reversed)
		text = groups_fitting_text(ck, range, range->range);
	if (text != NULL && one) {
		groups_fix_range(ck, f, range, "did you mean ", text);
		f->hint = arena_printf(ck->arena, "%s?", f->hint);
	} else if (text != NULL)
		finding_hint(ck, f, "write %s, or the subnet that has the range", text);
	else
		finding_hint(ck, f, "write addresses of %s, or the subnet that has the range",
			     range->entry->subnet.s);
}

/* SG003: both parse, are of one family, and the range leaves the subnet. (P2.4) */
void groups_check_contained(struct checker *ck, const struct pool *pool,
			    const struct pool_range *range)
{
	if (range->range_error != RANGE_OK || !range->subnet_ok || range->contained)
		return;
	if (groups_range_mixed(range) ||
	    ip_family(range->range.from) != groups_subnet_family(range))
		return;

	const struct address_pool *entry = range->entry;
	struct finding *f = report(ck, CHECK_SG003, &pool->group->object, entry->pool.pos,
				   "range %s is not inside its subnet %s: PureLB rejects the "
				   "whole group \"%s\"",
				   entry->pool.s, entry->subnet.s, pool->name);

	finding_path(ck, f, "%s.pool", range->path);
	groups_hint_contained(ck, f, range);
	finding_related(ck, f, entry->subnet.pos, "the subnet is here");
}

/* SG004: P2.3. A range that leaves its subnet is SG003's, whatever its direction: turned round
 * it would be as wrong. */
void groups_check_direction(struct checker *ck, const struct pool *pool,
			    const struct pool_range *range)
{
	char first[IP_TEXT_MAX];

	if (range->range_error != RANGE_OK || !range->reversed || groups_range_mixed(range) ||
	    (range->subnet_ok && !range->contained))
		return;

	const struct ip_range turned = { range->range.to, range->range.from };
	struct finding *f =
		report(ck, CHECK_SG004, &pool->group->object, range->entry->pool.pos,
		       "range %s of group \"%s\" runs backwards: PureLB hands out "
		       "only one of its addresses, %s",
		       range->entry->pool.s, pool->name, ip_format(range->range.from, first));

	finding_path(ck, f, "%s.pool", range->path);

	const char *fitting = groups_fitting_text(ck, range, turned);

	if (fitting != NULL) {
		groups_fix_range(ck, f, range, "write ", fitting);
		f->fix.unsafe = !str_equal(fitting, groups_range_text(ck->arena, turned));
	} else
		finding_hint(ck, f, "write the lower address first");
}

/* "v4pools" of "spec.local.v4pools[0]": where the range is written, for messages. */
static const char *groups_list_name(const struct pool_range *range)
{
	static const char *const names[POOL_LISTS] = {
		[POOL_V4POOLS] = "v4pools",
		[POOL_V6POOLS] = "v6pools",
		[POOL_V4POOL] = "v4pool",
		[POOL_V6POOL] = "v6pool",
	};

	return names[range->list];
}

static void groups_report_mixed(struct checker *ck, const struct pool *pool,
				const struct pool_range *range)
{
	struct finding *f =
		report(ck, CHECK_SG005, &pool->group->object, range->entry->pool.pos,
		       "range %s begins as %s and ends as %s: no subnet can hold it, "
		       "so PureLB rejects the whole group \"%s\"",
		       range->entry->pool.s, ip_family_name(ip_family(range->range.from)),
		       ip_family_name(ip_family(range->range.to)), pool->name);

	finding_path(ck, f, "%s.pool", range->path);
	finding_hint(ck, f, "write two addresses of one family");
}

static void groups_report_wrong_list(struct checker *ck, const struct pool *pool,
				     const struct pool_range *range)
{
	const char *is = ip_family_name(ip_family(range->range.from));
	const char *wanted = ip_family_name(range->list_family);
	struct finding *f;

	if (range->contained)
		f = report(ck, CHECK_SG005, &pool->group->object, range->entry->pool.pos,
			   "%s range %s is in %s of group \"%s\": PureLB hands out its first "
			   "address when %s is requested, and never looks at the ranges after "
			   "it",
			   is, range->entry->pool.s, groups_list_name(range), pool->name,
			   wanted);
	else
		f = report(ck, CHECK_SG005, &pool->group->object, range->entry->pool.pos,
			   "%s range %s is in %s: PureLB rejects the whole group \"%s\"", is,
			   range->entry->pool.s, groups_list_name(range), pool->name);
	finding_path(ck, f, "%s.pool", range->path);
	finding_hint(ck, f, "move the entry to %s, or write %s addresses",
		     range->list_family == IP_V4 ? "v6pools" : "v4pools", wanted);
}

static void groups_report_wrong_subnet(struct checker *ck, const struct pool *pool,
				       const struct pool_range *range)
{
	const struct str_value *subnet = &range->entry->subnet;
	struct finding *f =
		report(ck, CHECK_SG005, &pool->group->object, subnet->pos,
		       "%s subnet %s is in %s: it holds no %s range, so PureLB "
		       "rejects the whole group \"%s\"",
		       ip_family_name(groups_subnet_family(range)), subnet->s,
		       groups_list_name(range), ip_family_name(range->list_family), pool->name);

	finding_path(ck, f, "%s.subnet", range->path);
	finding_hint(ck, f, "write the %s subnet that the range is in",
		     ip_family_name(range->list_family));
}

/* SG005: at the range when it is the one that does not fit, else at the subnet. (P2.5) */
void groups_check_family(struct checker *ck, const struct pool *pool,
			 const struct pool_range *range)
{
	const bool parsed = range->range_error == RANGE_OK;

	if (parsed && groups_range_mixed(range))
		groups_report_mixed(ck, pool, range);
	else if (parsed && ip_family(range->range.from) != range->list_family)
		groups_report_wrong_list(ck, pool, range);
	else if (range->subnet_ok && groups_subnet_family(range) != range->list_family)
		groups_report_wrong_subnet(ck, pool, range);
}

/* SG012: P2.2, a CIDR starts at the address as written. */
void groups_check_host_bits(struct checker *ck, const struct pool *pool,
			    const struct pool_range *range)
{
	const char *text = range->entry->pool.s;
	char start[IP_TEXT_MAX];
	char first[IP_TEXT_MAX];
	char aligned[IP_NET_TEXT_MAX];
	struct ip_net net;

	if (range->range_error != RANGE_OK || !ip_net_parse(text, &net))
		return;
	if (ip_compare(net.address, ip_net_first(net)) == 0)
		return;

	const struct ip_range real = groups_net_range_as_written(net);
	struct finding *f =
		report(ck, CHECK_SG012, &pool->group->object, range->entry->pool.pos,
		       "CIDR range %s of group \"%s\" starts at %s, not at the network's "
		       "first address %s: the addresses before it are never handed out",
		       text, pool->name, ip_format(net.address, start),
		       ip_format(ip_net_first(net), first));

	const struct ip_range whole = { ip_net_first(net), ip_net_last(net) };
	const char *written = groups_range_text(ck->arena, real);
	const char *fitting = groups_fitting_text(ck, range, real);
	const bool all_fit = str_equal(groups_fitting_text(ck, range, whole),
				       groups_range_text(ck->arena, whole));

	finding_path(ck, f, "%s.pool", range->path);
	/* What other checks would object to is not advised. */
	if (fitting != NULL && !str_equal(fitting, written)) {
		groups_fix_range(ck, f, range, "use ", fitting);
		return;
	}
	/* What PureLB hands out stays the same. */
	finding_set_fix(&ck->findings, f, FIX_VALUE, text, written, "write ",
			all_fit ? arena_printf(ck->arena,
					       " if that is meant, or %s for the whole network",
					       ip_net_format(net, aligned))
				: "");
}
