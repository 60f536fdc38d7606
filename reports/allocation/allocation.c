/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of allocate: which address every Service gets or keeps and why (P3.8 to P3.11),
 * and how full the ranges of each pool are. Services and ranges are described once, for JSON
 * and for the tables:
 *
 *	SERVICE  STATE     ADDRESS        POOL
 *	shop
 *	  web    assigned  192.168.1.200  default
 *	  api    pending   -              default
 *	      ServiceGroup "default" has no free IPv4 address
 *
 *	POOL     TYPE   RANGE                        USED  SIZE   USE
 *	default  local  192.168.1.200-192.168.1.200     1     1  100%
 *
 * Conflicts between Services, and the counts, are in the tables only.
 */
#include "reports/allocation/allocation.h"

#include "reports/formats/screen.h"

enum { PERMILLE = 1000, SERVICE_INDENT = 2, SUMMARY_INDENT = 11 };

/* What the report is about. */
struct allocation_about {
	const struct allocations *all;
	const struct pools *pools;
};

static const enum screen_role allocation_roles[] = {
	[SERVICE_KEPT] = SCREEN_PASS,     [SERVICE_ASSIGNED] = SCREEN_PASS,
	[SERVICE_PENDING] = SCREEN_FAIL,  [SERVICE_UNKNOWN] = SCREEN_WARN,
	[SERVICE_IGNORED] = SCREEN_FRAME,
};

/* ---- words ---- */

const char *answer_name(const struct service *service)
{
	return service->object.name.s != NULL ? service->object.name.s : "";
}

const char *answer_service(const struct service *service, struct arena *arena)
{
	return arena_printf(arena, "%s/%s", service->object.namespace, answer_name(service));
}

/* The address is the first one from its pool. */
static bool allocation_first_of_pool(const struct allocation *allocation,
				     const struct allocated_address *address)
{
	ARRAY_FOREACH (const struct allocated_address, before, &allocation->addresses) {
		if (before == address)
			return true;
		if (before->pool == address->pool)
			return false;
	}
	return true;
}

const char *answer_pools(const struct allocation *allocation, struct arena *arena)
{
	struct text names = { 0 };
	const char *copy;

	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->pool == NULL || !allocation_first_of_pool(allocation, address))
			continue;
		text_add(&names, names.len > 0 ? ", " : "");
		text_add(&names, address->pool->name);
	}
	copy = names.len > 0 ? arena_strdup(arena, text_str(&names)) : NULL;
	text_release(&names);
	if (copy != NULL)
		return copy;
	return allocation->pool != NULL ? allocation->pool->name : allocation->wanted_pool;
}

/* The type of the first of them; NULL: none, or no such pool. */
static const char *allocation_pool_type(const struct allocation *allocation)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->pool != NULL)
			return pool_type_name(address->pool->type);
	}
	return allocation->pool != NULL ? pool_type_name(allocation->pool->type) : NULL;
}

static void allocation_add_sentence(struct text *t, const char *s)
{
	text_add(t, t->len > 0 ? "; " : "");
	text_add(t, s);
}

/*
 * Why the Service is pending or ignored, or what else somebody who looks at its addresses has
 * to know: that one is given back, that the pool of one is open. NULL: nothing.
 */
static const char *allocation_reason(const struct allocation *allocation, struct arena *arena)
{
	struct text t = { 0 };
	char ip[IP_TEXT_MAX];
	const char *copy;

	if (allocation->detail != NULL)
		allocation_add_sentence(&t, allocation->detail);
	ARRAY_FOREACH (const struct ip, released, &allocation->released) {
		if (released == allocation->released.items)
			allocation_add_sentence(&t, "it gives back ");
		else
			text_add(&t, ", ");
		text_add(&t, ip_format(*released, ip));
	}
	if (allocation->released.count > 0)
		text_add(&t, ", whose family it does not request");
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (!address->ambiguous)
			continue;
		allocation_add_sentence(&t, ip_format(address->ip, ip));
		text_add(&t, " is in several pools, and PureLB may take it from any of them");
	}
	copy = t.len > 0 ? arena_strdup(arena, text_str(&t)) : NULL;
	text_release(&t);
	return copy;
}

/* ---- Services ---- */

static void allocation_fill_address(struct report_row *row, const void *item)
{
	const struct allocated_address *address = item;

	report_ip(row, NULL, address->ip);
}

static const struct member address_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };
static const struct record address_record = { MEMBERS(address_members),
					      allocation_fill_address };

static void allocation_fill_service(struct report_row *row, const void *item)
{
	const struct allocation *allocation = item;

	report_text(row, "namespace", allocation->service->object.namespace);
	report_text(row, "name", answer_name(allocation->service));
	report_text(row, "pool", answer_pools(allocation, row->arena));
	report_text(row, "poolType", allocation_pool_type(allocation));
	report_text(row, "state", service_state_name(allocation->state));
	report_text(row, "reason", allocation_reason(allocation, row->arena));
}

static struct cell allocation_state_cell(struct report_row *row, const void *item)
{
	const struct allocation *allocation = item;

	(void)row;
	return (struct cell){ service_state_name(allocation->state),
			      allocation_roles[allocation->state] };
}

static const struct member service_members[] = {
	{ "namespace", "Namespace of the Service.", .type = MEMBER_TEXT },
	{ "name", "Name of the Service.", .type = MEMBER_TEXT, .column = 1,
	  .heading = "SERVICE" },
	{ "pool",
	  "ServiceGroups that its addresses come from, joined by \", \"; without an address, "
	  "the one that would provide it.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE, .column = 4, .heading = "POOL" },
	{ "poolType", "Type of the first of these.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE, .words = "local|remote|external|none" },
	{ "addresses", "Its addresses, as its status lists them.",
	  REPORT_ARRAY(struct allocation, addresses, address_record), .column = 3,
	  .heading = "ADDRESS" },
	{ "state",
	  "Whether it keeps its addresses, gets some, waits, or is not served by PureLB.",
	  .type = MEMBER_TEXT, .words = "kept|assigned|pending|unknown|ignored", .column = 2,
	  .heading = "STATE", .cell = allocation_state_cell },
	{ "reason", "Why it is pending or ignored, or what is special about its addresses.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE, .note = true },
	{ "inferred", "Assumes the families or protocols that the API server would fill in.",
	  .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct allocation, inferred) },
};
static const struct record service_record = { MEMBERS(service_members),
					      allocation_fill_service };

static void allocation_write_services(FILE *out, struct screen screen,
				      const struct allocations *all, struct arena *scratch)
{
	const char *namespace = NULL;
	struct columns t;

	report_columns(&t, scratch, &service_record, SERVICE_INDENT);
	ARRAY_FOREACH (const struct allocation, allocation, &all->list) {
		const char *own = allocation->service->object.namespace;

		if (!str_equal(own, namespace))
			columns_heading(&t, own);
		namespace = own;
		report_add_row(&t, &service_record, allocation, NULL);
	}
	columns_write(&t, out, screen);
}

/* ---- pools ---- */

/*
 * A number of addresses as people read it: all digits up to 10^15, else the nearest power of
 * two, "2^64", with a "~" before it when it is not exact.
 */
static const char *allocation_size_text(u128 count, struct arena *arena)
{
	const u128 readable = (u128)1000 * 1000 * 1000 * 1000 * 1000;
	char digits[U128_TEXT_MAX];
	unsigned power = 0;

	if (count <= readable)
		return arena_strdup(arena, u128_format(count, digits));
	while (count >> power > 1)
		power++;
	if (count == (u128)1 << power)
		return arena_printf(arena, "2^%u", power);
	/* From 1.5 on, the power above is nearer. */
	return arena_printf(arena, "~2^%u", power + (count >> (power - 1) == 3));
}

/* How much of the range is used: "0.1%" is all that is less and not nothing, "99.9%" all that
 * is more and not everything. */
static const char *allocation_share_text(const struct range_use *use, struct arena *arena)
{
	unsigned shift = 0, permille;

	if (use->used == 0 || use->used == use->size)
		return use->used == 0 ? "0%" : "100%";
	/* A factor of 1000 takes 10 bits; of a number that long the last ones do not count. */
	while (use->size >> shift >> 100 != 0)
		shift++;
	permille = (unsigned)(((use->used >> shift) * PERMILLE) / (use->size >> shift));
	if (permille == 0)
		permille = 1;
	if (permille == PERMILLE)
		permille--;
	return arena_printf(arena, "%u.%u%%", permille / 10, permille % 10);
}

static struct cell allocation_used_cell(struct report_row *row, const void *item)
{
	const struct range_use *use = item;

	return (struct cell){ allocation_size_text(use->used, row->arena), SCREEN_PLAIN };
}

static struct cell allocation_size_cell(struct report_row *row, const void *item)
{
	const struct range_use *use = item;

	return (struct cell){ allocation_size_text(use->size, row->arena), SCREEN_PLAIN };
}

static struct cell allocation_share_cell(struct report_row *row, const void *item)
{
	const struct range_use *use = item;

	return (struct cell){ allocation_share_text(use, row->arena),
			      use->available == 0 ? SCREEN_WARN : SCREEN_PLAIN };
}

/* The first range of a pool has the pool's name beside it. The family of a range is that of its
 * addresses, whichever list it is written in. */
static void allocation_fill_range(struct report_row *row, const void *item)
{
	const struct allocation_about *about = row->about;
	const struct range_use *use = item;
	const struct address_pool *entry = use->range->entry;

	if (use == about->all->ranges.items || use[-1].pool != use->pool) {
		report_text(row, "group", use->pool->name);
		report_text(row, "type", pool_type_name(use->pool->type));
	}
	report_text(row, "pool", entry->pool.s);
	report_text(row, "subnet", entry->subnet.s);
	report_text(row, "family", ip_family_name(ip_family(use->range->range.from)));
}

static const struct member range_members[] = {
	{ "group", NULL, .table_only = true, .column = 1, .heading = "POOL" },
	{ "type", NULL, .table_only = true, .column = 2, .heading = "TYPE" },
	{ "pool", "The range as the ServiceGroup has it.", .type = MEMBER_TEXT, .column = 3,
	  .presence = MEMBER_OPTIONAL, .heading = "RANGE" },
	{ "subnet", "The subnet of the range.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "family", "The family of its addresses.", .type = MEMBER_TEXT, .words = "IPv4|IPv6" },
	{ "size", "How many addresses it has.", REPORT_FIELD(struct range_use, size),
	  .column = 5, .heading = "SIZE", .cell = allocation_size_cell },
	{ "used", "How many are in use.", REPORT_FIELD(struct range_use, used), .column = 4,
	  .heading = "USED", .cell = allocation_used_cell },
	{ "available", "How many are free.", REPORT_FIELD(struct range_use, available),
	  .column = 6, .heading = "USE", .cell = allocation_share_cell },
};
static const struct record range_record = { MEMBERS(range_members), allocation_fill_range };

/* A pool with its part of the ranges, which are in the order of the pools. */
struct allocation_pool {
	const struct pool *pool;
	const struct range_use *ranges;
	uint32_t count;
};

static void allocation_fill_pool(struct report_row *row, const void *item)
{
	const struct allocation_pool *it = item;

	report_text(row, "name", it->pool->name);
	report_text(row, "type", pool_type_name(it->pool->type));
	report_bool(row, "accepted", it->pool->reject == POOL_ACCEPTED);
	report_text(row, "reason", pool_reject_text(it->pool, row->arena));
	report_text(row, "either", it->pool->either != NULL ? it->pool->either->name : NULL);
	report_list(row, "ranges", it->ranges, it->count, sizeof(*it->ranges));
}

static const struct member pool_members[] = {
	{ "name", "Name of the ServiceGroup.", .type = MEMBER_TEXT },
	{ "type", "Its type.", .type = MEMBER_TEXT, .words = "local|remote|external|none" },
	{ "accepted", "PureLB accepts it.", .type = MEMBER_BOOL },
	{ "reason", "Why PureLB rejects it.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "either",
	  "Name of a group that conflicts with this one: before 0.17, PureLB rejects either of "
	  "them. The other members are as if the order of names decided.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "ranges", "Its ranges, in the order in which addresses are taken from them.",
	  .type = MEMBER_LIST, .record = &range_record },
};
static const struct record pool_record = { MEMBERS(pool_members), allocation_fill_pool };

static struct allocation_pool *allocation_pools(const struct allocation_about *about,
						struct arena *arena)
{
	struct allocation_pool *list =
		arena_zalloc(arena, about->pools->list.count + 1, sizeof(*list));
	const struct range_use *ranges = about->all->ranges.items;
	const uint32_t count = about->all->ranges.count;
	uint32_t next = 0;

	for (uint32_t i = 0; i < about->pools->list.count; i++) {
		const struct pool *pool = &about->pools->list.items[i];

		list[i].pool = pool;
		list[i].ranges = next < count ? &ranges[next] : NULL;
		for (; next < count && ranges[next].pool == pool; next++)
			list[i].count++;
	}
	return list;
}

/* A row for each range; a pool without any has a row all the same. */
static void allocation_write_pools(FILE *out, struct screen screen,
				   const struct allocation_about *about, struct arena *scratch)
{
	const struct allocation_pool *pools = allocation_pools(about, scratch);
	struct columns t;

	report_columns(&t, scratch, &range_record, 0);
	for (uint32_t i = 0; i < about->pools->list.count; i++) {
		const struct pool *pool = pools[i].pool;
		const char *reject = pool_reject_text(pool, scratch);

		if (reject != NULL || pools[i].count == 0) {
			struct cell *cells = columns_row(&t);

			cells[0] = cell_of(scratch, SCREEN_PLAIN, pool->name);
			cells[1].s = pool_type_name(pool->type);
			if (reject != NULL)
				cells[2] = (struct cell){ "rejected", SCREEN_FAIL };
		}
		if (reject != NULL)
			columns_note(&t, reject);
		for (uint32_t range = 0; range < pools[i].count; range++)
			report_add_row(&t, &range_record, &pools[i].ranges[range], about);
		if (pool->either != NULL)
			columns_note(&t, arena_printf(scratch,
						      "before 0.17, PureLB rejects either this "
						      "group or \"%s\", unpredictably",
						      pool->either->name));
	}
	if (about->all->list.count > 0 && t.rows.count > 0)
		fputc('\n', out);
	columns_write(&t, out, screen);
}

/* ---- addresses that two Services hold ---- */

static void allocation_write_conflicts(FILE *out, struct screen screen,
				       const struct allocations *all, struct arena *scratch)
{
	struct text t = { 0 };
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct allocation_conflict, conflict, &all->conflicts) {
		const char *first = answer_service(conflict->first->service, scratch);
		const char *second = answer_service(conflict->second->service, scratch);

		if (conflict == all->conflicts.items)
			fputc('\n', out);
		text_clear(&t);
		text_printf(&t, "conflict: %s is held by ", ip_format(conflict->ip, ip));
		screen_add(&t, first);
		text_add(&t, " and by ");
		screen_add(&t, second);
		text_add(&t, ", which do not share it");
		screen_wrap(out, text_str(&t), 0, SUMMARY_INDENT, screen.width);
	}
	text_release(&t);
}

/* ---- the summary ---- */

static void allocation_write_counts(FILE *out, struct screen screen,
				    const struct allocations *all)
{
	struct screen_row row = { out, screen, SUMMARY_INDENT - 1, SUMMARY_INDENT };
	uint32_t counts[SERVICE_IGNORED + 1] = { 0 };
	const char *mark = ":";
	struct text t = { 0 };

	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		counts[allocation->state]++;
	fputs("result:   ", out);
	text_printf(&t, "%u Service%s", all->list.count, all->list.count == 1 ? "" : "s");
	screen_row_add(&row, "", SCREEN_PLAIN, text_str(&t));
	for (int state = SERVICE_KEPT; state <= SERVICE_IGNORED; state++) {
		if (counts[state] == 0)
			continue;
		text_clear(&t);
		text_printf(&t, "%u %s", counts[state],
			    service_state_name((enum service_state)state));
		screen_row_add(&row, mark, allocation_roles[state], text_str(&t));
		mark = ",";
	}
	fputc('\n', out);
	text_release(&t);
}

static void allocation_write_summary(FILE *out, struct screen screen,
				     const struct allocations *all, const struct pools *pools)
{
	uint32_t inferred = 0, anywhere = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &all->list) {
		inferred += allocation->inferred;
		anywhere += allocation->service->object.anywhere;
	}
	if (inferred > 0) {
		struct text t = { 0 };

		fprintf(out, "inferred:%*s", SUMMARY_INDENT - 9, "");
		text_printf(&t,
			    "%u of the Services %s no clusterIP yet; what the API "
			    "server fills in (families, protocols) was assumed",
			    inferred, inferred == 1 ? "has" : "have");
		screen_wrap(out, text_str(&t), SUMMARY_INDENT, SUMMARY_INDENT, screen.width);
		text_release(&t);
	}
	if (anywhere > 0) {
		struct text t = { 0 };

		fputs("clusters:  ", out);
		text_printf(
			&t,
			anywhere == 1
				? "1 of the Services is in the files of no cluster, and may be "
				  "for another one: it comes after the others"
				: "%u of the Services are in the files of no cluster, and may be "
				  "for other ones: they come after the others",
			anywhere);
		screen_wrap(out, text_str(&t), SUMMARY_INDENT, SUMMARY_INDENT, screen.width);
		text_release(&t);
	}
	if (pools->list.count == 0) {
		fputs("pools:     ", out);
		screen_wrap(out,
			    pools->partial ? "no ServiceGroup of the input is known well enough"
					   : "there is no ServiceGroup in the input",
			    SUMMARY_INDENT, SUMMARY_INDENT, screen.width);
	}
	allocation_write_counts(out, screen, all);
}

/* ---- the document ---- */

static void allocation_fill(struct report_row *row, const void *item)
{
	const struct allocation_about *about = item;

	REPORT_LIST(row, "services", &about->all->list);
	report_list(row, "pools", allocation_pools(about, row->arena), about->pools->list.count,
		    sizeof(struct allocation_pool));
}

static const struct member allocation_members[] = {
	{ "services", "The Services of type LoadBalancer.", .type = MEMBER_LIST,
	  .record = &service_record },
	{ "pools", "The ServiceGroups.", .type = MEMBER_LIST, .record = &pool_record },
};
const struct record allocation_document = { MEMBERS(allocation_members), allocation_fill };

cJSON *allocate_json(const struct allocations *all, const struct pools *pools,
		     struct arena *scratch)
{
	const struct allocation_about about = { all, pools };

	return report_json(&allocation_document, &about, &about, scratch);
}

/* ---- the tables ---- */

void allocate_table(FILE *out, struct screen screen, const struct allocations *all,
		    const struct pools *pools, struct arena *scratch)
{
	const struct allocation_about about = { all, pools };

	allocation_write_services(out, screen, all, scratch);
	allocation_write_conflicts(out, screen, all, scratch);
	allocation_write_pools(out, screen, &about, scratch);
	if (all->list.count + pools->list.count > 0)
		fputc('\n', out);
	allocation_write_summary(out, screen, all, pools);
}
