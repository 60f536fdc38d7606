/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of Services and the use of pools, for people.
 *
 *	SERVICE  STATE     ADDRESS        POOL
 *	shop
 *	  web    assigned  192.168.1.200  default
 *	  api    pending   -              default
 *	      ServiceGroup "default" has no free IPv4 address
 *
 *	POOL     TYPE   RANGE                        USED  SIZE   USE
 *	default  local  192.168.1.200-192.168.1.200     1     1  100%
 */
#include "reports/allocation/allocate_table.h"

#include "reports/allocation/answers.h"
#include "reports/formats/columns.h"

enum { PERMILLE = 1000, SERVICE_INDENT = 2, SUMMARY_INDENT = 11 };

static const enum screen_role state_roles[] = {
	[SERVICE_KEPT] = SCREEN_PASS,
	[SERVICE_ASSIGNED] = SCREEN_PASS,
	[SERVICE_PENDING] = SCREEN_FAIL,
	[SERVICE_IGNORED] = SCREEN_FRAME,
};

/* ---- numbers ---- */

/* The number of bits of `v`. */
static unsigned bits_of(u128 v)
{
	unsigned bits = 0;

	for (; v != 0; v >>= 1)
		bits++;
	return bits;
}

void addresses_add(struct text *t, u128 count)
{
	const u128 readable = (u128)1000 * 1000 * 1000 * 1000 * 1000;
	char digits[U128_TEXT_MAX];
	unsigned power;

	if (count <= readable) {
		text_add(t, u128_format(count, digits));
		return;
	}
	power = bits_of(count) - 1;
	if (count == (u128)1 << power) {
		text_printf(t, "2^%u", power);
		return;
	}
	/* From 1.5 on, the power above is nearer. */
	text_printf(t, "~2^%u", power + (count >> (power - 1) == 3));
}

void share_add(struct text *t, u128 used, u128 size)
{
	const unsigned shift = bits_of(size) > 100 ? bits_of(size) - 100 : 0;
	unsigned permille;

	if (used == 0 || used == size) {
		text_add(t, used == 0 ? "0%" : "100%");
		return;
	}
	/* A factor of 1000 takes 10 bits; of a number that long the last ones do not count. */
	permille = (unsigned)(((used >> shift) * PERMILLE) / (size >> shift));
	if (permille == 0)
		permille = 1;
	if (permille == PERMILLE)
		permille--;
	text_printf(t, "%u.%u%%", permille / 10, permille % 10);
}

/* ---- Services ---- */

/* Its addresses, each on a line of its own. */
static const char *address_lines(const struct allocation *allocation, struct arena *arena)
{
	struct text t = { 0 };
	char ip[IP_TEXT_MAX];
	const char *copy;

	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		text_add(&t, t.len > 0 ? "\n" : "");
		text_add(&t, ip_format(address->ip, ip));
	}
	copy = arena_strdup(arena, t.len > 0 ? text_str(&t) : "-");
	text_release(&t);
	return copy;
}

static void add_service(struct columns *t, const struct allocation *allocation)
{
	const char *pools = answer_pools(allocation, t->arena);
	const char *reason = answer_reason(allocation, t->arena);
	struct cell *cells = columns_row(t);

	cells[0] = cell_of(t->arena, SCREEN_PLAIN, answer_name(allocation->service));
	cells[1] = (struct cell){ service_state_name(allocation->state),
				  state_roles[allocation->state] };
	cells[2].s = address_lines(allocation, t->arena);
	cells[3] = cell_of(t->arena, SCREEN_PLAIN, pools != NULL ? pools : "-");
	if (reason != NULL)
		columns_note(t, reason);
}

static void write_services(FILE *out, bool colour, const struct allocations *all,
			   struct arena *scratch)
{
	static const struct column list[] = {
		{ "SERVICE", false },
		{ "STATE", false },
		{ "ADDRESS", false },
		{ "POOL", false },
	};
	const char *namespace = NULL;
	struct columns t;

	columns_begin(&t, scratch, list, sizeof(list) / sizeof(list[0]), SERVICE_INDENT);
	ARRAY_FOREACH (const struct allocation, allocation, &all->list) {
		const char *own = allocation->service->object.namespace;

		if (!str_equal(own, namespace))
			columns_heading(&t, own);
		namespace = own;
		add_service(&t, allocation);
	}
	columns_write(&t, out, colour);
}

/* ---- addresses held twice ---- */

static void write_conflicts(FILE *out, const struct allocations *all, struct arena *scratch)
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
		screen_wrap(out, text_str(&t), 0, SUMMARY_INDENT, SCREEN_WIDTH);
	}
	text_release(&t);
}

/* ---- pools ---- */

static const char *number(struct arena *arena, u128 count)
{
	struct text t = { 0 };
	const char *copy;

	addresses_add(&t, count);
	copy = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return copy;
}

static const char *share(struct arena *arena, const struct range_use *use)
{
	struct text t = { 0 };
	const char *copy;

	share_add(&t, use->used, use->size);
	copy = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return copy;
}

static void fill_range(struct cell *cells, struct arena *arena, const struct range_use *use)
{
	const char *range = use->range->entry->pool.s;

	cells[2] = cell_of(arena, SCREEN_PLAIN, range != NULL ? range : "");
	cells[3].s = number(arena, use->used);
	cells[4].s = number(arena, use->size);
	cells[5].s = share(arena, use);
	cells[5].role = use->available == 0 ? SCREEN_WARN : SCREEN_PLAIN;
}

/* A row for each range, the first one with the pool's name; a pool without any has a row all
 * the same. Returns the first range that is another pool's. */
static uint32_t add_pool(struct columns *t, const struct allocations *all,
			 const struct pool *pool, uint32_t next)
{
	const char *reject = pool_reject_text(pool, t->arena);
	struct cell *cells = columns_row(t);

	cells[0] = cell_of(t->arena, SCREEN_PLAIN, pool->name);
	cells[1].s = pool_type_name(pool->type);
	if (reject != NULL) {
		cells[2] = (struct cell){ "rejected", SCREEN_FAIL };
		columns_note(t, reject);
		return next;
	}
	for (; next < all->ranges.count && all->ranges.items[next].pool == pool; next++) {
		fill_range(cells != NULL ? cells : columns_row(t), t->arena,
			   &all->ranges.items[next]);
		cells = NULL;
	}
	return next;
}

static void write_pools(FILE *out, bool colour, const struct allocations *all,
			const struct pools *pools, struct arena *scratch)
{
	static const struct column list[] = {
		{ "POOL", false }, { "TYPE", false }, { "RANGE", false },
		{ "USED", true },  { "SIZE", true },  { "USE", true },
	};
	uint32_t next = 0;
	struct columns t;

	columns_begin(&t, scratch, list, sizeof(list) / sizeof(list[0]), 0);
	ARRAY_FOREACH (const struct pool, pool, &pools->list)
		next = add_pool(&t, all, pool, next);
	if (all->list.count > 0 && t.rows.count > 0)
		fputc('\n', out);
	columns_write(&t, out, colour);
}

/* ---- the summary ---- */

static void write_counts(FILE *out, bool colour, const struct allocations *all)
{
	uint32_t counts[SERVICE_IGNORED + 1] = { 0 };
	const char *separator = ": ";

	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		counts[allocation->state]++;
	fprintf(out, "result:    %u Service%s", all->list.count,
		all->list.count == 1 ? "" : "s");
	for (int state = SERVICE_KEPT; state <= SERVICE_IGNORED; state++) {
		struct text t = { 0 };

		if (counts[state] == 0)
			continue;
		text_printf(&t, "%u %s", counts[state],
			    service_state_name((enum service_state)state));
		fputs(separator, out);
		screen_paint(out, colour, state_roles[state], text_str(&t));
		text_release(&t);
		separator = ", ";
	}
	fputc('\n', out);
}

static void write_summary(FILE *out, bool colour, const struct allocations *all,
			  const struct pools *pools)
{
	uint32_t inferred = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		inferred += allocation->inferred;
	if (inferred > 0) {
		struct text t = { 0 };

		fprintf(out, "inferred:%*s", SUMMARY_INDENT - 9, "");
		text_printf(&t,
			    "%u of the Services %s no clusterIP yet; what the API "
			    "server fills in (families, protocols) was assumed",
			    inferred, inferred == 1 ? "has" : "have");
		screen_wrap(out, text_str(&t), SUMMARY_INDENT, SUMMARY_INDENT, SCREEN_WIDTH);
		text_release(&t);
	}
	if (pools->list.count == 0)
		fputs("pools:     there is no ServiceGroup in the input\n", out);
	write_counts(out, colour, all);
}

void allocate_table(FILE *out, bool colour, const struct allocations *all,
		    const struct pools *pools, struct arena *scratch)
{
	write_services(out, colour, all, scratch);
	write_conflicts(out, all, scratch);
	write_pools(out, colour, all, pools, scratch);
	if (all->list.count + pools->list.count > 0)
		fputc('\n', out);
	write_summary(out, colour, all, pools);
}
