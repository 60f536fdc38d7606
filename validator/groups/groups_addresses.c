/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what is in a range and how it is announced: SG013, SG015 to SG018. */
#include "validator/groups/groups.h"

#include "base/text.h"
#include "purelb/pools/reserved.h"

/* Prefix lengths in 128 bits from which a subnet has no addresses with a meaning of their
 * own: RFC 3021 for v4 /31, RFC 6164 for v6 /127. */
enum { V4_OFFSET = 96, PLAIN_BITS = 127 };

/* The range hands out this address of its subnet. (P2.7) */
static bool groups_hands_out(const struct checker *ck, const struct pool *pool,
			     const struct pool_range *range, struct ip ip)
{
	if (!ip_range_contains(range->range, ip))
		return false;
	return !release_has(ck->cluster->release.release, RELEASE_GUARDS) ||
	       !pool_skips_address(pool, range, ip);
}

/* SG013 for v4: the subnet's network and broadcast addresses. */
static void groups_check_v4_ends(struct checker *ck, const struct pool *pool,
				 const struct pool_range *range)
{
	const struct ip first = ip_net_first(range->subnet);
	const struct ip last = ip_net_last(range->subnet);
	const bool has_first = groups_hands_out(ck, pool, range, first);
	const bool has_last = groups_hands_out(ck, pool, range, last);
	char first_text[IP_TEXT_MAX];
	char last_text[IP_TEXT_MAX];

	if (!has_first && !has_last)
		return;

	struct finding *f = report(
		ck, CHECK_SG013, &pool->group->object, range->entry->pool.pos,
		"range %s of group \"%s\" contains its subnet's %s%s%s%s%s: PureLB will "
		"allocate %s",
		range->entry->pool.s, pool->name, has_first ? "network address " : "",
		has_first ? ip_format(first, first_text) : "",
		has_first && has_last ? " and " : "", has_last ? "broadcast address " : "",
		has_last ? ip_format(last, last_text) : "",
		has_first && has_last ? "them" : "it");

	if (pool->type != POOL_TYPE_LOCAL)
		f->severity = SEVERITY_INFO;
	finding_path(ck, f, "%s.pool", range->path);
	groups_hint_fitting(ck, f, range);
}

/* SG013 for v6: the subnet-router anycast address, RFC 4291 2.6.1. */
static void groups_check_v6_first(struct checker *ck, const struct pool *pool,
				  const struct pool_range *range)
{
	const struct ip first = ip_net_first(range->subnet);
	char text[IP_TEXT_MAX];

	if (!groups_hands_out(ck, pool, range, first))
		return;

	struct finding *f =
		report(ck, CHECK_SG013, &pool->group->object, range->entry->pool.pos,
		       "range %s of group \"%s\" contains %s, which every router of the "
		       "subnet answers to: PureLB will allocate it",
		       range->entry->pool.s, pool->name, ip_format(first, text));

	f->severity = SEVERITY_INFO;
	finding_path(ck, f, "%s.pool", range->path);
	groups_hint_fitting(ck, f, range);
}

/* SG013 */
void groups_check_subnet_ends(struct checker *ck, const struct pool *pool,
			      const struct pool_range *range)
{
	if (!pool->in_scope || !groups_range_usable(range))
		return;
	if (!range->contained || range->subnet.bits >= PLAIN_BITS)
		return;
	if (ip_family(range->range.from) == IP_V4)
		groups_check_v4_ends(ck, pool, range);
	else
		groups_check_v6_first(ck, pool, range);
}

/* Addresses that no Service can be reached at. RFC 6890. */
struct special_block {
	const char *text;
	const char *name;
	u128 from;
	u128 to;
};

#define V4(bits)  ((u128)0xFFFF << 32 | (bits))
#define V6(group) ((u128)(group) << 112)

static const struct special_block special_blocks[] = {
	{ "0.0.0.0/8", "this network", V4(0x00000000), V4(0x00FFFFFF) },
	{ "127.0.0.0/8", "loopback", V4(0x7F000000), V4(0x7FFFFFFF) },
	{ "169.254.0.0/16", "link-local", V4(0xA9FE0000), V4(0xA9FEFFFF) },
	{ "224.0.0.0/4", "multicast", V4(0xE0000000), V4(0xEFFFFFFF) },
	{ "240.0.0.0/4", "reserved", V4(0xF0000000), V4(0xFFFFFFFF) },
	{ "::/128", "unspecified", 0, 0 },
	{ "::1/128", "loopback", 1, 1 },
	{ "fe80::/10", "link-local", V6(0xFE80), V6(0xFEC0) - 1 },
	{ "ff00::/8", "multicast", V6(0xFF00), ~(u128)0 },
};

#undef V4
#undef V6

enum { SPECIAL_BLOCKS = sizeof(special_blocks) / sizeof(special_blocks[0]) };

/* SG015 */
void groups_check_special(struct checker *ck, const struct pool *pool,
			  const struct pool_range *range)
{
	const char *names[SPECIAL_BLOCKS];
	uint32_t count = 0;

	if (!pool->in_scope || !groups_range_usable(range))
		return;
	for (size_t i = 0; i < SPECIAL_BLOCKS; i++) {
		const struct special_block *block = &special_blocks[i];
		const struct ip_range addresses = { { block->from }, { block->to } };

		if (ip_range_overlaps(range->range, addresses))
			names[count++] =
				arena_printf(ck->arena, "%s (%s)", block->text, block->name);
	}
	if (count == 0)
		return;

	struct finding *f =
		report(ck, CHECK_SG015, &pool->group->object, range->entry->pool.pos,
		       "range %s of group \"%s\" contains addresses of %s: clients "
		       "cannot reach a Service at them",
		       range->entry->pool.s, pool->name,
		       name_list(ck->arena, names, count, SPECIAL_BLOCKS));

	finding_path(ck, f, "%s.pool", range->path);
	finding_hint(ck, f, "choose ordinary unicast addresses");
}

enum { AGGREGATION_MIN = 8 };

/* The aggregation is not the default. Where the schema has a rule for it, "/n" and n a length
 * that the rule takes: others have a finding of their own. (P10.1) */
static bool groups_aggregation_counts(const struct checker *ck, const struct pool_range *range)
{
	const char *text = range->entry->aggregation.s;
	unsigned prefix;

	if (text == NULL || *text == '\0' || str_equal(text, "default"))
		return false;
	if (!release_has(ck->cluster->release.release, RELEASE_CHECKS_AGGREGATION))
		return true;
	if (text[0] != '/')
		return false;
	return aggregation_prefix(text, range->subnet, IP_V6, &prefix) &&
	       prefix >= AGGREGATION_MIN;
}

/* "/24": what some family has as a prefix length. */
static bool groups_is_length(const char *text)
{
	uint64_t bits;

	return text[0] == '/' && parse_u64(text + 1, 0, 128, &bits);
}

/* SG018 */
static void groups_report_unused(struct checker *ck, const struct pool *pool,
				 const struct pool_range *range)
{
	const struct str_value *aggregation = &range->entry->aggregation;
	struct finding *f = report(ck, CHECK_SG018, &pool->group->object, aggregation->pos,
				   "aggregation %s has no effect in local group \"%s\": local "
				   "addresses get the prefix length of the node's interface",
				   aggregation->s, pool->name);

	finding_path(ck, f, "%s.aggregation", range->path);
	finding_hint(ck, f, "remove aggregation, or set it to default");
	finding_fix_remove(&ck->findings, f, FIX_REMOVE, "aggregation");
	finding_fix_is_unsafe(f);
}

/* SG016: P6.7 */
static void groups_report_no_prefix(struct checker *ck, const struct pool *pool,
				    const struct pool_range *range)
{
	const struct str_value *aggregation = &range->entry->aggregation;
	const enum ip_family family = ip_family(range->range.from);
	const char *slashed = arena_printf(ck->arena, "/%s", aggregation->s);
	unsigned prefix;
	struct finding *f = report(
		ck, CHECK_SG016, &pool->group->object, aggregation->pos,
		groups_is_length(aggregation->s)
			? "aggregation %s is longer than an IPv4 prefix can be: the "
			  "addresses of range %s are announced nowhere"
			: "aggregation \"%s\" is neither \"default\" nor a slash and a valid "
			  "prefix length: the addresses of range %s are announced nowhere",
		aggregation->s, range->entry->pool.s);

	finding_path(ck, f, "%s.aggregation", range->path);
	if (aggregation_prefix(slashed, range->subnet, family, &prefix))
		finding_set_fix(&ck->findings, f, FIX_VALUE, aggregation->s, slashed,
				"write \"", "\"");
	else
		finding_hint(ck, f,
			     "write %s for a route to each address, or default for the subnet",
			     family == IP_V4 ? "/32" : "/128");
}

/* SG017 */
static void groups_report_too_short(struct checker *ck, const struct pool *pool,
				    const struct pool_range *range, struct ip_net route)
{
	const struct address_pool *entry = range->entry;
	char text[IP_NET_TEXT_MAX];
	struct finding *f =
		report(ck, CHECK_SG017, &pool->group->object, entry->aggregation.pos,
		       "aggregation %s is shorter than subnet %s: the nodes announce "
		       "%s and attract traffic for addresses outside the subnet",
		       entry->aggregation.s, entry->subnet.s, ip_net_format(route, text));

	finding_path(ck, f, "%s.aggregation", range->path);
	finding_hint(ck, f, "write default for the subnet, or a longer prefix");
	finding_related(ck, f, entry->subnet.pos, "the subnet is here");
}

/* SG016 to SG018 */
void groups_check_aggregation(struct checker *ck, const struct pool *pool,
			      const struct pool_range *range)
{
	const enum ip_family family = ip_family(range->range.from);
	const char *text = range->entry->aggregation.s;
	unsigned own;
	unsigned prefix;

	if (!pool->in_scope || !groups_range_usable(range))
		return;
	if (!groups_aggregation_counts(ck, range))
		return;
	if (pool->type == POOL_TYPE_LOCAL) {
		groups_report_unused(ck, pool, range);
		return;
	}
	if (!aggregation_prefix(text, range->subnet, family, &prefix)) {
		groups_report_no_prefix(ck, pool, range);
		return;
	}
	if (!range->contained || !aggregation_prefix("", range->subnet, family, &own) ||
	    prefix >= own)
		return;

	const unsigned bits = family == IP_V4 ? prefix + V4_OFFSET : prefix;
	const struct ip_net route = { range->range.from, (uint8_t)bits, (uint8_t)family };

	groups_report_too_short(ck, pool, range, route);
}
