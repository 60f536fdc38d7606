/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to VIPs. */
#include "reports/run/words.h"

#include <stdlib.h>
#include "reports/run/run.h"
#include "base/text.h"
#include "reports/model/report.h"
#include "sim/engine/setup_bgp.h"

sim_ns worst_outage(const struct vip_result *v)
{
	sim_ns worst = 0;

	ARRAY_FOREACH (const struct observer_totals, o, &v->totals) {
		if (o->outage_longest > worst)
			worst = o->outage_longest;
	}
	return worst;
}

bool worst_outage_ongoing(const struct vip_result *v)
{
	const sim_ns worst = worst_outage(v);

	ARRAY_FOREACH (const struct observer_totals, o, &v->totals) {
		if (o->outage_longest == worst && o->longest_ongoing)
			return true;
	}
	return false;
}

/* ---- how long ---- */

const char *length_text(sim_ns time, bool ongoing, char buf[static LENGTH_TEXT_MAX])
{
	char text[SECONDS_TEXT_MAX];

	snprintf(buf, LENGTH_TEXT_MAX, "%s%s", ongoing ? ">= " : "", seconds_short(time, text));
	return buf;
}

const char *metric_text(enum metric metric, sim_ns value, bool ongoing,
			char buf[static LENGTH_TEXT_MAX])
{
	if (!metric_is_share(metric))
		return length_text(value, ongoing, buf);
	snprintf(buf, LENGTH_TEXT_MAX, "%.1f %%", (double)value / (double)NS_PER_SEC * 100);
	return buf;
}

const char *vip_time_text(const struct setup *setup, const struct vip_result *v,
			  enum vip_time which, char buf[static LENGTH_TEXT_MAX])
{
	const bool remote = setup->vips.items[v->vip].remote;

	switch (which) {
	case VIP_GAP:
		if (remote && v->announce_gap == 0)
			return NULL;
		return length_text(v->announce_gap, v->gap_ongoing, buf);
	case VIP_CUT_OFF:
		if (v->totals.count == 0)
			return NULL;
		return length_text(worst_outage(v), worst_outage_ongoing(v), buf);
	case VIP_DUPLICATE:
		if (remote)
			return NULL;
		return length_text(v->duplicate_total, v->duplicate_ongoing, buf);
	case VIP_TIMES:
		break;
	}
	return NULL;
}

const char *not_measured_text(struct setup_unmeasured what, bool many, struct arena *arena)
{
	const char *remote = "not measured for remote VIPs: BGP is not simulated";

	if (what.clients && many)
		what.remote = false; /* they are part of the table */
	if (!what.remote && !what.unseen)
		return NULL;
	if (what.clients)
		remote = "the losses of clients of remote VIPs are below";
	return arena_printf(arena, "%s%s%s%s", what.remote ? "-: " : "",
			    what.remote ? remote : "", what.remote ? "\n" : "",
			    what.unseen ? "-: not measured where no observer is on the segment "
					  "of the VIP\n"
					: "");
}

uint32_t run_basis_of(struct setup_unmeasured what, struct run_basis out[static RUN_BASIS_MAX])
{
	static const struct run_basis agents = {
		"unknown", "the input has no LBNodeAgent, so no node announces anything here; "
			   "add the LBNodeAgents, or give --complete LBNodeAgent if the "
			   "cluster has none"
	};
	static const struct run_basis guessed = {
		"inferred", "based on a guess about the nodes' subnets; a NodeInventory or "
			    "Leases make it certain"
	};
	uint32_t count = 0;

	if (what.agents)
		out[count++] = agents;
	if (what.guessed)
		out[count++] = guessed;
	return count;
}

void run_put_basis(FILE *out, enum report_form form, struct screen screen,
		   struct setup_unmeasured what)
{
	struct run_basis basis[RUN_BASIS_MAX];
	const uint32_t count = run_basis_of(what, basis);

	for (uint32_t i = 0; i < count; i++)
		remark_put(out, form, screen, basis[i].label, basis[i].text);
}

/* ---- what goes on at the end ---- */

enum { STILL_NAMED_MAX = 3 };

/* VIPs that the same thing is said about. */
struct still_group {
	const char *what;
	sim_ns least, most;
	uint32_t count;
	const char *names[STILL_NAMED_MAX];
};

struct still_groups {
	ARRAY_OF(struct still_group) list;
};

static struct still_group *still_group_of(struct still_groups *groups, const char *what,
					  struct arena *arena)
{
	struct still_group *group;

	for (uint32_t i = 0; i < groups->list.count; i++) {
		if (str_equal(groups->list.items[i].what, what))
			return &groups->list.items[i];
	}
	group = ARRAY_PUSH(arena, &groups->list);
	group->what = what;
	group->least = SIM_NEVER;
	return group;
}

static void still_add(struct still_groups *groups, const struct setup *setup,
		      const struct vip_result *v, const struct outage *outage,
		      struct arena *arena)
{
	const struct setup_observer *observer = &setup->observers.items[outage->observer];
	const char *what =
		str_has_prefix(outage->still, observer->name)
			? outage->still
			: arena_printf(arena, "%s: %s", observer->name, outage->still);
	struct still_group *group = still_group_of(groups, what, arena);

	ARRAY_FOREACH (const struct observer_totals, totals, &v->totals) {
		if (totals->observer != outage->observer)
			continue;
		if (totals->outage_longest < group->least)
			group->least = totals->outage_longest;
		if (totals->outage_longest > group->most)
			group->most = totals->outage_longest;
	}
	if (group->count < STILL_NAMED_MAX)
		group->names[group->count] = setup->vips.items[v->vip].text;
	group->count++;
}

static void still_add_names(const struct still_group *group, struct text *text)
{
	const uint32_t named =
		group->count < STILL_NAMED_MAX ? group->count : (uint32_t)STILL_NAMED_MAX;

	for (uint32_t i = 0; i < named; i++) {
		const bool last = i + 1 == group->count;

		text_printf(text, "%s%s", i == 0 ? "" : last ? " and " : ", ", group->names[i]);
	}
	if (group->count > named)
		text_printf(text, " and %u more", group->count - named);
}

void run_still(struct still *out, const struct setup *setup, const struct run_result *result,
	       struct arena *arena)
{
	struct still_groups groups = { 0 };
	char least[LENGTH_TEXT_MAX];
	char most[SECONDS_TEXT_MAX];
	struct text text = { 0 };

	*out = (struct still){ 0 };
	ARRAY_FOREACH (const struct vip_result, v, &result->vips) {
		ARRAY_FOREACH (const struct outage, outage, &v->outages) {
			if (outage->still != NULL)
				still_add(&groups, setup, v, outage, arena);
		}
	}
	ARRAY_FOREACH (const struct still_group, group, &groups.list) {
		struct still_line *line = ARRAY_PUSH(arena, &out->list);

		text_clear(&text);
		still_add_names(group, &text);
		text_printf(&text, ": %s", length_text(group->least, true, least));
		seconds_short(group->most, most);
		if (!str_equal(least + 3, most))
			text_printf(&text, " to >= %s", most);
		text_printf(&text, ", still cut off: %s", group->what);
		line->text = arena_strdup(arena, text_str(&text));
	}
	text_release(&text);
}

bool is_affected(const struct vip_result *v)
{
	ARRAY_FOREACH (const struct ownership, o, &v->owners) {
		if (o->time.from > 0 || o->time.to != SIM_NEVER)
			return true;
	}
	return v->owners.count == 0 || v->announce_gap > 0 || v->duplicate_total > 0 ||
	       worst_outage(v) > 0;
}

static int story_by_harm(const void *a, const void *b)
{
	const struct vip_result *x = *(const struct vip_result *const *)a;
	const struct vip_result *y = *(const struct vip_result *const *)b;
	const sim_ns p = worst_outage(x);
	const sim_ns q = worst_outage(y);

	if (p != q)
		return p > q ? -1 : 1;
	if (x->announce_gap != y->announce_gap)
		return x->announce_gap > y->announce_gap ? -1 : 1;
	if (is_affected(x) != is_affected(y))
		return is_affected(x) ? -1 : 1;
	return (x->vip > y->vip) - (x->vip < y->vip);
}

const struct vip_result **vips_by_harm(const struct run_result *result, struct arena *arena)
{
	const uint32_t count = result->vips.count;
	const struct vip_result **sorted = arena_zalloc(arena, count + 1, sizeof(*sorted));

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &result->vips.items[i];
	qsort(sorted, count, sizeof(*sorted), story_by_harm);
	return sorted;
}

static const struct {
	const char *words, *worst;
} metrics[METRICS] = {
	[METRIC_OUTAGE_TOTAL] = { "cut off, total", "most time cut off" },
	[METRIC_OUTAGE_LONGEST] = { "cut off, longest", "longest time cut off" },
	[METRIC_ANNOUNCE_GAP] = { "no holder", "longest without a holder" },
	[METRIC_DUPLICATE_TOTAL] = { "two holders", "most with two holders" },
	[METRIC_LOST_FLOWS] = { "flow seconds lost", "most flow seconds lost" },
	[METRIC_LOST_LONGEST] = { "longest loss", "longest time with flows lost" },
	[METRIC_LOST_SHARE] = { "lost most", "most flows lost at one time" },
	[METRIC_FULL_WIDTH] = { "not all hops", "longest time without all next hops" },
	[METRIC_STALE] = { "stale hop", "most time with a stale next hop" },
	[METRIC_RE_UP] = { "back after", "longest until a session is back" },
};

const char *metric_words(enum metric metric)
{
	return metrics[metric].words;
}

const char *many_affected_text(const struct many_result *result)
{
	return result->subject->unmeasured.clients
		       ? "AFFECTED: share of VIP-runs with a non-zero value (of routes, of their "
			 "runs; of sessions, of the times that one was lost); the values are of "
			 "these"
		       : "AFFECTED: share of VIP-runs with a non-zero value; the times are of "
			 "these";
}

const char *metric_worst_words(enum metric metric)
{
	return metrics[metric].worst;
}

void many_add_whose(struct text *t, const struct many_distribution *d)
{
	if (d->metric == METRIC_RE_UP)
		text_printf(t, "sessions of %s", d->observer);
	else if (d->metric == METRIC_FULL_WIDTH || d->metric == METRIC_STALE)
		text_printf(t, "routes of %s", d->observer);
	else
		text_printf(t, "%s VIPs%s%s%s", d->remote ? "remote" : "local",
			    d->observer != NULL ? " as " : "",
			    d->observer != NULL ? d->observer : "",
			    d->observer != NULL ? " sees them" : "");
}

const struct many_worst *many_worst_of(const struct many_result *result, enum metric metric)
{
	ARRAY_FOREACH (const struct many_worst, w, &result->worst) {
		if (w->metric == metric)
			return w;
	}
	return NULL;
}

/* A router that has had a route to the prefix all the time, and is not this one; NULL: none. */
static const char *words_other_router(const struct setup *setup,
				      const struct run_result *result, uint32_t prefix,
				      uint32_t router)
{
	ARRAY_FOREACH (const struct route_result, route, &result->routes) {
		if (route->prefix == prefix && route->router != router &&
		    route->full_width > 0 && route->first_path.time == 0)
			return setup->bgp->routers.items[route->router].router->name;
	}
	return NULL;
}

const char *client_remark(const struct setup *setup, const struct run_result *result,
			  struct arena *arena)
{
	ARRAY_FOREACH (const struct client_result, client, &result->clients) {
		const struct setup_client *of = &setup->bgp->clients.items[client->client];
		const char *other;

		if (client->no_route == 0)
			continue;
		other = words_other_router(setup, result, setup->bgp->prefix_of[client->vip],
					   of->router);
		if (other == NULL)
			continue;
		return arena_printf(
			arena,
			"%s keeps to %s, which had no route while %s had one: whether its "
			"traffic goes another way then depends on the routers before them, "
			"which are not simulated",
			of->name, setup->bgp->routers.items[of->router].router->name, other);
	}
	return NULL;
}
