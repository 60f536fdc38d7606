/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of the configuration does, for people: what stays is left out.
 *
 *	  WHAT               CHANGE
 *	pools
 *	  ~ default          10 -> 4 addresses; Services hold 2 of those that go
 *	Services
 *	  = shop/cart        keeps 192.0.2.9: ...
 *	VIPs
 *	  > 192.0.2.1        shop/web: node-a -> node-b, off for 0.2..5.2s
 */
#include "reports/diff/change.h"
#include "reports/diff/change_bgp.h"
#include "reports/diff/change_orders.h"
#include "reports/diff/change_time.h"

#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "config/objects/snapshot.h"
#include "reports/elections/elections.h"
#include "reports/allocation/allocation.h"
#include "reports/formats/screen.h"

enum { INDENT = 2, NODES_MAX = 4, SUBNETS_NAMED_MAX = 4 };

struct table {
	FILE *out;
	struct screen screen;
	enum report_form form;
	const struct diff *change;
	struct columns columns;
	struct arena *scratch;
	uint32_t most;    /* so many rows of each part are shown */
	bool heading_due; /* before the next row: */
	const char *heading;
	uint32_t rows;  /* of this part, also those that are not shown */
	bool used[128]; /* marks that the legend explains */
};

/* What is said of one row, piece by piece. */
struct pieces {
	const char *subject; /* "shop/web: " comes before the first; NULL: nothing */
	struct text text;
};

static void diff_add_piece(struct pieces *pieces, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void diff_add_piece(struct pieces *pieces, const char *format, ...)
{
	struct arena arena;
	va_list args;

	arena_init(&arena);
	va_start(args, format);
	if (pieces->text.len > 0)
		text_add(&pieces->text, "; ");
	else if (pieces->subject != NULL)
		text_printf(&pieces->text, "%s: ", pieces->subject);
	text_add(&pieces->text, arena_vprintf(&arena, format, args));
	va_end(args);
	arena_release(&arena);
}

static const struct mark {
	char sign;
	enum screen_role role;
	const char *means;
} marks[] = {
	{ '+', SCREEN_PASS, "is added" },
	{ '-', SCREEN_WARN, "is removed" },
	{ '~', SCREEN_WARN, "changes" },
	{ '>', SCREEN_WARN, "moves" },
	{ '=', SCREEN_INFO, "stays as it is: PureLB never revokes an address" },
	{ '?', SCREEN_WARN, "is unknown afterward" },
	{ '!', SCREEN_FAIL, "stops working" },
};

static enum screen_role diff_role_of(char sign)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (marks[i].sign == sign)
			return marks[i].role;
	}
	return SCREEN_PLAIN;
}

static void diff_begin_section(struct table *t, const char *heading)
{
	t->heading = heading;
	t->heading_due = true;
	t->rows = 0;
}

/* Ends a part: how many rows are not shown. */
static void diff_end_section(struct table *t)
{
	if (t->rows > t->most)
		columns_note(&t->columns,
			     arena_printf(t->scratch,
					  "... and %u more; --top N shows more, and "
					  "-o json everything",
					  t->rows - t->most));
}

/* Adds a row of what the pieces say; ends them. */
static void diff_add_row_as(struct table *t, char sign, enum screen_role role, const char *what,
			    struct pieces *pieces)
{
	struct cell *cells;

	if (t->rows++ >= t->most) {
		text_release(&pieces->text);
		return;
	}
	if (t->heading_due)
		columns_heading(&t->columns, t->heading);
	t->heading_due = false;
	t->used[(unsigned char)sign] = true;
	cells = columns_row(&t->columns);
	cells[0] = cell_of(t->scratch, role, arena_printf(t->scratch, "%c %s", sign, what));
	cells[1] = cell_of(t->scratch, SCREEN_PLAIN, text_str(&pieces->text));
	text_release(&pieces->text);
}

static void diff_add_row(struct table *t, char sign, const char *what, struct pieces *pieces)
{
	diff_add_row_as(t, sign, diff_role_of(sign), what, pieces);
}

/* ---- pools ---- */

static const char *diff_number(const struct table *t, u128 value)
{
	char text[U128_TEXT_MAX];

	return arena_strdup(t->scratch, u128_format(value, text));
}

static const char *diff_plural(u128 count)
{
	return count == 1 ? "" : "es";
}

static bool diff_pool_is_local(const struct pool *pool)
{
	return pool != NULL && pool->reject == POOL_ACCEPTED && pool->type == POOL_TYPE_LOCAL;
}

static void diff_describe_cover(struct pieces *pieces, const struct pool_change *pool)
{
	const struct pool_cover *was = &pool->cover_before, *is = &pool->cover_after;

	if (!is->judged && was->judged && diff_pool_is_local(pool->after))
		diff_add_piece(pieces, "unknown which nodes can announce them");
	if (!is->judged)
		return;
	if (!is->complete && (!was->judged || was->complete))
		diff_add_piece(pieces, "no node announces some of them");
	if (is->complete && was->judged && !was->complete)
		diff_add_piece(pieces, "nodes announce all of them now");
	if (!was->judged)
		diff_add_piece(pieces, "%u node%s can announce %s", is->nodes,
			       is->nodes == 1 ? "" : "s", "them");
	else if (was->nodes != is->nodes)
		diff_add_piece(pieces, "%u -> %u nodes can announce them", was->nodes,
			       is->nodes);
}

static void diff_describe_size(const struct table *t, struct pieces *pieces,
			       const struct pool_change *pool)
{
	if (pool->size_before != pool->size_after)
		diff_add_piece(pieces, "%s -> %s addresses", diff_number(t, pool->size_before),
			       diff_number(t, pool->size_after));
	if (pool->added > 0 && (pool->removed > 0 || pool->size_before == pool->size_after))
		diff_add_piece(pieces, "%s address%s removed and %s added",
			       diff_number(t, pool->removed), diff_plural(pool->removed),
			       diff_number(t, pool->added));
	if (pool->stranded > 0)
		diff_add_piece(pieces, "Services hold %u of those removed", pool->stranded);
}

static void diff_describe_options(struct pieces *pieces, const struct pool_change *pool)
{
	struct text names = { 0 };

	if (pool->options.count == 0)
		return;
	for (uint32_t i = 0; i < pool->options.count; i++) {
		text_add(&names, i > 0 ? ", " : "");
		text_add(&names, pool->options.items[i]);
	}
	diff_add_piece(pieces, "%s changed", text_str(&names));
	text_release(&names);
}

static const char *diff_no_more(const struct table *t, const struct pool_change *pool)
{
	const char *why =
		pool->after != NULL ? pool_reject_text(pool->after, t->scratch) : NULL;

	return why != NULL ? why : "the ServiceGroup is gone";
}

static void diff_add_pool(struct table *t, const struct pool_change *pool)
{
	struct pieces pieces = { .subject = NULL };
	char sign = '~';

	if (pool->kind == POOL_SAME || pool->kind == POOL_STILL_BAD)
		return;
	if (pool->kind == POOL_ADDED || pool->kind == POOL_MENDED) {
		sign = '+';
		diff_add_piece(&pieces, "%s, %s address%s", pool_type_name(pool->after->type),
			       diff_number(t, pool->size_after), diff_plural(pool->size_after));
	} else if (pool->kind == POOL_LOST || pool->kind == POOL_REJECTED) {
		sign = pool->kind == POOL_LOST ? '-' : '!';
		diff_add_piece(&pieces, "%s", diff_no_more(t, pool));
		if (pool->size_before > 0)
			diff_add_piece(&pieces, "%s fewer address%s",
				       diff_number(t, pool->size_before),
				       diff_plural(pool->size_before));
		if (pool->stranded > 0)
			diff_add_piece(&pieces, "Services hold %u of them", pool->stranded);
	} else {
		diff_describe_size(t, &pieces, pool);
		diff_describe_options(&pieces, pool);
	}
	diff_describe_cover(&pieces, pool);
	diff_add_row(t, sign, pool->name, &pieces);
}

/* ---- Services ---- */

static const char *diff_addresses_text(const struct table *t,
				       const struct allocation *allocation)
{
	struct text s = { 0 };
	char ip[IP_TEXT_MAX];
	const char *copy;

	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		text_add(&s, s.len > 0 ? ", " : "");
		text_add(&s, ip_format(address->ip, ip));
	}
	copy = arena_strdup(t->scratch, text_str(&s));
	text_release(&s);
	return copy;
}

/* The mark of the row, or 0: nothing to say. */
static char diff_describe_service(const struct table *t, const struct service_change *service,
				  struct pieces *pieces)
{
	const bool newly = service->pending && (service->before == NULL ||
						service->before->state != SERVICE_PENDING);

	switch (service->kind) {
	case SERVICE_LEFT:
		if (service->already)
			return 0;
		diff_add_piece(pieces, "%s", service->reason);
		return '=';
	case SERVICE_CHANGES:
		diff_add_piece(pieces, "%s -> %s", diff_addresses_text(t, service->before),
			       diff_addresses_text(t, service->after));
		return '~';
	case SERVICE_LOSES:
		diff_add_piece(pieces, "loses %s", diff_addresses_text(t, service->before));
		return '-';
	case SERVICE_GAINS:
		diff_add_piece(pieces, "gets %s", diff_addresses_text(t, service->after));
		return '+';
	default:
		if (!newly)
			return 0;
		diff_add_piece(pieces, "does not get everything that it requests");
		return '!';
	}
}

static void diff_add_service(struct table *t, const struct service_change *service)
{
	struct pieces pieces = { .subject = NULL };
	const char sign = diff_describe_service(t, service, &pieces);

	if (sign == 0)
		return;
	if (service->reason != NULL && sign != '=')
		diff_add_piece(&pieces, "%s", service->reason);
	diff_add_row(t, sign, answer_service(service->service, t->scratch), &pieces);
}

/* ---- VIPs ---- */

const char *change_gap_text(const struct span *gap, struct arena *arena)
{
	if (gap->latest - gap->earliest < NS_PER_MS)
		return arena_printf(arena, "%.1fs", (double)gap->latest / NS_PER_SEC);
	return arena_printf(arena, "%.1f..%.1fs", (double)gap->earliest / NS_PER_SEC,
			    (double)gap->latest / NS_PER_SEC);
}

static const char *diff_announcers_text(const struct table *t, const struct vip *vip)
{
	struct text s = { 0 };
	const char *copy;

	for (uint32_t i = 0; i < vip->announcers.count && i < NODES_MAX; i++) {
		text_add(&s, i > 0 ? ", " : "");
		text_add(&s, vip->announcers.items[i]->name);
	}
	if (vip->announcers.count > NODES_MAX)
		text_printf(&s, " and %u more", vip->announcers.count - NODES_MAX);
	copy = arena_strdup(t->scratch, s.len > 0 ? text_str(&s) : "nobody");
	text_release(&s);
	return copy;
}

/* The mark of the row, or 0: nothing to say. */
static char diff_describe_vip(const struct table *t, const struct vip_change *vip,
			      struct pieces *pieces)
{
	switch (vip->kind) {
	case VIP_MOVES:
		diff_add_piece(pieces, "%s -> %s, off for %s", vip->from->name, vip->to->name,
			       change_gap_text(&vip->gap, t->scratch));
		return '>';
	case VIP_SPREADS:
		diff_add_piece(pieces, "%s -> %s", diff_announcers_text(t, vip->before),
			       diff_announcers_text(t, vip->after));
		return '~';
	case VIP_UNREACHABLE:
		diff_add_piece(pieces, "%s -> nobody", diff_announcers_text(t, vip->before));
		return '!';
	case VIP_APPEARS:
		diff_add_piece(pieces, "announced by %s", diff_announcers_text(t, vip->after));
		return '+';
	case VIP_WITHDRAWN:
		if (vip->announcers_before == 0)
			return 0;
		diff_add_piece(pieces, "announced by %s before",
			       diff_announcers_text(t, vip->before));
		return '-';
	case VIP_STILL_DARK:
		if (vip->before != NULL)
			return 0;
		diff_add_piece(pieces, "nobody announces it");
		return '!';
	case VIP_UNSEEN:
		if (!vip_is_lost_from_sight(vip))
			return 0;
		if (vip->before != NULL)
			diff_add_piece(pieces, "%s -> unknown",
				       diff_announcers_text(t, vip->before));
		else
			diff_add_piece(pieces, "unknown who announces it");
		return '?';
	default:
		return 0;
	}
}

static void diff_add_vip(struct table *t, const struct vip_change *vip)
{
	const struct vip *it = vip->after != NULL ? vip->after : vip->before;
	struct pieces pieces = { .subject = answer_service(it->service, t->scratch) };
	char ip[IP_TEXT_MAX];
	char sign;

	sign = diff_describe_vip(t, vip, &pieces);
	if (sign == 0)
		return;
	if (vip->reason != NULL)
		diff_add_piece(&pieces, "%s", vip->reason);
	if (it->inferred)
		diff_add_piece(&pieces, "inferred");
	diff_add_row(t, sign, ip_format(it->ip, ip), &pieces);
}

/* ---- nodes ---- */

static void diff_describe_subnets(struct pieces *pieces, const char *what,
				  const char *const *texts, uint32_t count)
{
	struct text s = { 0 };

	if (count == 0)
		return;
	for (uint32_t i = 0; i < count && i < SUBNETS_NAMED_MAX; i++) {
		text_add(&s, i > 0 ? ", " : "");
		text_add(&s, texts[i]);
	}
	if (count > SUBNETS_NAMED_MAX)
		text_printf(&s, " and %u more", count - SUBNETS_NAMED_MAX);
	diff_add_piece(pieces, "%s %s", what, text_str(&s));
	text_release(&s);
}

static const char *diff_agent_text(const struct cluster_node *node, struct arena *scratch)
{
	const char *name = answer_agent(node, scratch);

	return name != NULL ? name : "none";
}

/* Why a node is live now, or is no longer. */
static const char *diff_life_text(const struct cluster_node *was, const struct cluster_node *is,
				  struct arena *scratch)
{
	const char *why = placement_text(is->live ? &was->placement : &is->placement, scratch);

	if (is->live)
		return why != NULL ? "runs an agent now" : "its lease is live again";
	return why != NULL ? arena_printf(scratch, "runs no agent anymore: it %s", why)
			   : "its lease has expired";
}

static void diff_describe_config(const struct table *t, struct pieces *pieces,
				 const struct node_change *node)
{
	const struct cluster_node *was = node->before, *is = node->after;

	if (was->config.state != is->config.state)
		diff_add_piece(pieces, "%s -> %s", node_state_name(was->config.state),
			       node_state_name(is->config.state));
	if (was->live != is->live)
		diff_add_piece(pieces, "%s", diff_life_text(was, is, t->scratch));
	if (!str_equal(diff_agent_text(was, t->scratch), diff_agent_text(is, t->scratch)))
		diff_add_piece(pieces, "LBNodeAgent %s -> %s", diff_agent_text(was, t->scratch),
			       diff_agent_text(is, t->scratch));
}

static char diff_sign_of_node(const struct node_change *node)
{
	if (node->before == NULL)
		return '+';
	if (node->after == NULL)
		return '-';
	if (node_state_announces(node->before->config.state) &&
	    !node_state_announces(node->after->config.state))
		return '!';
	return '~';
}

static void diff_add_node(struct table *t, const struct node_change *node)
{
	struct pieces pieces = { .subject = NULL };

	if (!node->changed)
		return;
	if (node->before != NULL && node->after != NULL)
		diff_describe_config(t, &pieces, node);
	else if (node->after != NULL)
		diff_add_piece(&pieces, "%s", node_state_name(node->after->config.state));
	else
		diff_add_piece(&pieces, "gone");
	diff_describe_subnets(&pieces, "advertises", node->gained.items, node->gained.count);
	diff_describe_subnets(&pieces, "no longer advertises", node->lost.items,
			      node->lost.count);
	if (node->guessed)
		diff_add_piece(&pieces, "assumed to advertise the same as before, because its "
					"interfaces are unknown");
	if (node->vips_before != node->vips_after)
		diff_add_piece(&pieces, "wins %u -> %u VIPs", node->vips_before,
			       node->vips_after);
	diff_add_row(t, diff_sign_of_node(node), node->name, &pieces);
}

/* ---- findings ---- */

static void diff_add_finding(struct table *t, char sign, const struct finding *finding)
{
	struct pieces pieces = { .subject = NULL };

	if (finding->place.object != NULL && finding->place.object->name.s != NULL)
		text_printf(&pieces.text, "%s %s: ", finding->place.object->kind_name,
			    finding->place.object->name.s);
	text_add(&pieces.text, finding->message);
	/* A warning that appears is nothing good. */
	diff_add_row_as(t, sign,
			sign == '+'   ? SCREEN_WARN
			: sign == '-' ? SCREEN_PASS
				      : diff_role_of(sign),
			arena_printf(t->scratch, "%s %s", check_table[finding->code].code,
				     severity_name(finding->severity)),
			&pieces);
}

/* ---- the lines below ---- */

static void diff_write_remark(const struct table *t, const char *label, const char *s)
{
	remark_put(t->out, t->form, t->screen, label, s);
}

static void diff_write_legend(const struct table *t)
{
	struct text s = { 0 };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (t->used[(unsigned char)marks[i].sign])
			text_printf(&s, "%s%c %s", s.len > 0 ? "; " : "", marks[i].sign,
				    marks[i].means);
	}
	if (s.len > 0)
		diff_write_remark(t, "marks", text_str(&s));
	text_release(&s);
	if (t->change->totals.moved > 0)
		diff_write_remark(
			t, "off",
			"how long nobody announces it: a running node hands over within 0.2 "
			"s; a node that loses it by configuration withdraws at once, but the "
			"others learn of that at its next renewal; the lease of a removed "
			"node has to expire; the new node's queue comes on top; neighbor "
			"caches are not included");
}

static void diff_write_borrowed(const struct table *t)
{
	struct text s = { 0 };

	if (t->change->borrowed.count == 0)
		return;
	for (uint32_t i = 0; i < t->change->borrowed.count; i++)
		text_printf(&s, "%s%s",
			    i == 0                              ? ""
			    : i + 1 < t->change->borrowed.count ? ", "
								: " and ",
			    kind_table[t->change->borrowed.items[i]].name);
	text_add(&s, t->change->applied ? " objects that NEW does not name"
					: " objects, because NEW has none of these");
	diff_write_remark(t, "from OLD", text_str(&s));
	text_release(&s);
}

static void diff_add_total(struct text *s, uint32_t count, const char *one, const char *many)
{
	if (count > 0)
		text_printf(s, "%s%u %s", s->len > 0 ? ", " : "", count,
			    count == 1 ? one : many);
}

static void diff_write_result(const struct table *t)
{
	const struct diff_totals *n = &t->change->totals;
	struct text s = { 0 };

	diff_add_total(&s, n->pools, "pool changes", "pools change");
	diff_add_total(&s, n->addresses, "Service gets or loses addresses",
		       "Services get or lose addresses");
	diff_add_total(&s, n->left, "Service is left as it is",
		       "Services are left as they are");
	diff_add_total(&s, n->pending_new, "Service waits", "Services wait");
	diff_add_total(&s, n->moved, "VIP moves", "VIPs move");
	diff_add_total(&s, n->spread, "VIP has different announcers",
		       "VIPs have different announcers");
	diff_add_total(&s, n->appearing, "VIP appears", "VIPs appear");
	diff_add_total(&s, n->withdrawn, "VIP is withdrawn", "VIPs are withdrawn");
	diff_add_total(&s, n->unreachable, "VIP becomes unreachable",
		       "VIPs become unreachable");
	diff_add_total(&s, n->unseen, "VIP becomes unknown", "VIPs become unknown");
	diff_add_total(&s, n->nodes, "node changes", "nodes change");
	diff_add_total(&s, n->sessions, "BGP session changes", "BGP sessions change");
	diff_add_total(&s, n->routes_lost, "route is lost", "routes are lost");
	diff_add_total(&s, n->routes - n->routes_lost, "route changes", "routes change");
	diff_add_total(&s, n->findings_new, "finding appears", "findings appear");
	diff_add_total(&s, n->findings_gone, "finding disappears", "findings disappear");
	diff_write_remark(t, "result", s.len > 0 ? text_str(&s) : "nothing changes");
	text_release(&s);
}

/* ---- the parts ---- */

static void diff_add_pools(struct table *t)
{
	diff_begin_section(t, "pools");
	ARRAY_FOREACH (const struct pool_change, pool, &t->change->pools)
		diff_add_pool(t, pool);
	diff_end_section(t);
}

/* What is worse comes first, in case that not all is shown. */
static void diff_add_services(struct table *t)
{
	static const enum service_change_kind order[] = {
		SERVICE_LOSES, SERVICE_WAITS, SERVICE_CHANGES,
		SERVICE_LEFT,  SERVICE_KEEPS, SERVICE_GAINS,
	};

	diff_begin_section(t, "Services");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		ARRAY_FOREACH (const struct service_change, service, &t->change->services) {
			if (service->kind == order[i])
				diff_add_service(t, service);
		}
	}
	diff_end_section(t);
}

static void diff_add_vips(struct table *t)
{
	static const enum vip_change_kind order[] = {
		VIP_UNREACHABLE, VIP_STILL_DARK, VIP_UNSEEN,  VIP_MOVES,
		VIP_SPREADS,     VIP_WITHDRAWN,  VIP_APPEARS,
	};

	diff_begin_section(t, "VIPs");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		ARRAY_FOREACH (const struct vip_change, vip, &t->change->vips) {
			if (vip->kind == order[i])
				diff_add_vip(t, vip);
		}
	}
	diff_end_section(t);
}

static void diff_add_nodes(struct table *t)
{
	diff_begin_section(t, "nodes");
	ARRAY_FOREACH (const struct node_change, node, &t->change->nodes)
		diff_add_node(t, node);
	diff_end_section(t);
}

static void diff_add_rows(struct table *t, const char *heading, const struct change_rows *rows)
{
	diff_begin_section(t, heading);
	ARRAY_FOREACH (const struct change_row, row, &rows->list) {
		struct pieces pieces = { .subject = NULL };

		text_add(&pieces.text, row->text);
		diff_add_row(t, row->sign, row->what, &pieces);
	}
	diff_end_section(t);
}

static void diff_add_findings(struct table *t)
{
	diff_begin_section(t, "findings");
	ARRAY_FOREACH (const struct finding *, finding, &t->change->findings_new)
		diff_add_finding(t, (*finding)->severity == SEVERITY_FAIL ? '!' : '+',
				 *finding);
	ARRAY_FOREACH (const struct finding *, finding, &t->change->findings_gone)
		diff_add_finding(t, '-', *finding);
	diff_end_section(t);
}

static void diff_write_parts(struct table *t)
{
	static const struct column list[] = { { "WHAT", false }, { "CHANGE", false } };
	struct change_rows rows;

	columns_begin(&t->columns, t->scratch, list, sizeof(list) / sizeof(list[0]), INDENT);
	change_upgrade_rows(t->change, t->scratch, &rows);
	diff_add_rows(t, "upgrade", &rows);
	diff_add_pools(t);
	diff_add_services(t);
	diff_add_vips(t);
	diff_add_nodes(t);
	change_session_rows(t->change, t->scratch, &rows);
	diff_add_rows(t, "BGP sessions", &rows);
	change_route_rows(t->change, t->scratch, &rows);
	diff_add_rows(t, "BGP routes", &rows);
	diff_add_findings(t);
	columns_put(&t->columns, t->out, t->form, t->screen);
	diff_write_legend(t);
	diff_write_borrowed(t);
	if (t->change->pools_stay)
		diff_write_remark(
			t, "pools",
			"PureLB rejects every ServiceGroup of NEW, so the pools of OLD stay in "
			"force until its allocator restarts");
	if (t->form != FORM_MARKDOWN)
		diff_write_result(t);
	change_orders_table(t->out, t->form, t->screen, t->change, t->scratch);
	change_time_table(t->out, t->screen, t->form == FORM_PAGE, t->change, t->most,
			  t->scratch);
}

void change_table(FILE *out, enum report_form form, struct screen screen,
		  const struct diff *change, uint32_t most, struct arena *scratch)
{
	struct table t = { .out = out,
			   .screen = screen,
			   .form = form,
			   .change = change,
			   .scratch = scratch,
			   .most = most };

	if (form == FORM_MARKDOWN)
		diff_write_result(&t);
	diff_write_parts(&t);
}
