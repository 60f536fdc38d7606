/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The orders in which the parts of a change can be applied (S6.6). An order is advised only
 * where it is known that clients reach every VIP in between.
 */
#include "reports/diff/change_orders.h"

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "reports/formats/page.h"

/* The parts from one to another: "BGPConfigurations, ServiceGroups". */
static const char *order_names(const struct change_order *order, uint32_t from, uint32_t to,
			       struct arena *arena)
{
	const char *names = "";

	for (uint32_t i = from; i < to; i++)
		names = arena_printf(arena, "%s%s%ss", names, i > from ? ", " : "",
				     kind_table[order->parts[i]].name);
	return names;
}

/* ---- JSON ---- */

static void order_fill(struct report_row *row, const void *item)
{
	const struct change_order *order = item;
	const char **names = arena_zalloc(row->arena, ORDER_PARTS_MAX, sizeof(*names));
	uint32_t count = 0;

	while (count < ORDER_PARTS_MAX && order->parts[count] != KIND_COUNT) {
		names[count] = kind_table[order->parts[count]].name;
		count++;
	}
	report_list(row, "kinds", names, count, sizeof(*names));
}

static const struct member change_order_members[] = {
	{ "kinds", "What is applied, in this order.", .type = MEMBER_LIST,
	  .record = &report_text_record },
	{ "down",
	  "VIPs that clients reach before and after the change and not in between, at its worst "
	  "moment.",
	  REPORT_FIELD(struct change_order, down) },
	{ "unknown", "VIPs of which that is unknown.",
	  REPORT_FIELD(struct change_order, unknown) },
	{ "after", "How many of the kinds are applied at that moment.",
	  REPORT_FIELD(struct change_order, down_after) },
};
const struct record change_order_record = { MEMBERS(change_order_members), order_fill };

/* ---- for people ---- */

/* All orders cost the same. */
static bool change_orders_are_alike(const struct diff_orders *orders)
{
	const struct change_order *best = &orders->list.items[0];
	const struct change_order *worst = &orders->list.items[orders->list.count - 1];

	return best->down == worst->down && best->unknown == worst->unknown;
}

const char *change_orders_advice(const struct diff_orders *orders, struct arena *arena)
{
	const struct change_order *best = &orders->list.items[0];

	if (best->down + best->unknown > 0)
		return NULL;
	if (change_orders_are_alike(orders))
		return "it does not matter: clients reach every VIP in between, whatever "
		       "is applied first";
	return arena_printf(arena, "%s first, then %s: clients reach every VIP in between",
			    order_names(best, 0, 1, arena),
			    order_names(best, 1, orders->parts, arena));
}

static const char *order_moment(const struct change_order *order, struct arena *arena)
{
	return order->down + order->unknown > 0
		       ? arena_printf(arena, "after %s",
				      order_names(order, 0, order->down_after, arena))
		       : "";
}

void change_orders_table(FILE *out, enum report_form form, struct screen screen,
			 const struct diff *diff, struct arena *scratch)
{
	static const struct column list[] = {
		{ "IN THIS ORDER", false },
		{ "DOWN", true },
		{ "UNKNOWN", true },
		{ "WORST", false },
	};
	const struct diff_orders *orders = diff->orders;
	const char *advice;
	struct columns columns;
	bool every_one;

	if (orders == NULL)
		return;
	every_one = change_orders_are_alike(orders);
	advice = change_orders_advice(orders, scratch);
	if (advice == NULL)
		advice = "no order is known to be harmless: VIPs are down in between, or it is "
			 "unknown whether they are";
	columns_begin(&columns, scratch, list, ARRAY_LEN(list), 0);
	ARRAY_FOREACH (const struct change_order, order, &orders->list) {
		/* One row says it where every order costs the same, and where none costs
		 * anything even that is too much. */
		if (every_one && (order->number > 0 || order->down + order->unknown == 0))
			continue;

		struct cell *cells = columns_row(&columns);
		const char *const texts[] = {
			order_names(order, 0, orders->parts, scratch),
			arena_printf(scratch, "%u", order->down),
			arena_printf(scratch, "%u", order->unknown),
			order_moment(order, scratch),
		};

		for (size_t k = 0; k < ARRAY_LEN(texts); k++)
			cells[k] = cell_of(scratch, SCREEN_PLAIN, texts[k]);
	}
	if (form == FORM_PAGE)
		page_section(out, "In which order");
	else
		fputc('\n', out);
	columns_put(&columns, out, form, screen);
	remark_put(out, form, screen, "order", advice);
}
