/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building a simulation's setup from a cluster and a scenario: the order of the steps,
 * durations and names of the scenario as numbers, and the parameters of S2
 * with their defaults. What the scenario says and cannot be becomes a problem of the snapshot
 * at the value's place; building goes on, so that one pass reports all of them.
 */
#include "sim/run/setup_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "purelb/agents/leases.h"
#include "purelb/announcing/vips.h"
#include "sim/agent/prepare.h"

enum {
	EVENTS_MAX_DEFAULT = 500000000,
	DEFAULT_QPS = 5,
	DEFAULT_BURST = 10,
	DEFAULT_TAKEOVER_EVENTS = 2,
};

#define MS(n)  ((sim_ns)(n)*NS_PER_MS)
#define SEC(n) ((sim_ns)(n)*NS_PER_SEC)

/* 2026-01-01T00:00:00Z: when the scenario does not say. */
#define DEFAULT_START_NS (INT64_C(1767225600) * NS_PER_SEC)

struct finding *setup_problem(struct setup_builder *b, struct pos pos, const char *path,
			      const char *format, ...)
{
	va_list args;
	char *message;

	va_start(args, format);
	message = arena_vprintf(&b->snapshot->arena, format, args);
	va_end(args);
	return problem_add(b->snapshot, PROBLEM_RULE, &b->scenario->object, pos,
			   path != NULL ? arena_strdup(&b->snapshot->arena, path) : NULL, "%s",
			   message);
}

/* ---- durations ---- */

static bool setup_read_duration(struct setup_builder *b, const struct str_value *value,
				const char *path, sim_ns min, sim_ns *out)
{
	char text[DURATION_TEXT_MAX];

	if (!duration_parse(value->s, out)) {
		setup_problem(b, value->pos, path,
			      "%s is \"%s\", which is not a valid duration", path, value->s)
			->hint = "write it like 500ms, 10s or 1m30s";
		return false;
	}
	if (*out > SETUP_TIME_MAX) {
		setup_problem(b, value->pos, path, "%s is %s, which is longer than a year",
			      path, value->s)
			->hint = "write a shorter duration";
		return false;
	}
	if (*out >= min)
		return true;
	setup_problem(b, value->pos, path, "%s must be at least %s, but is %s", path,
		      duration_format(min, text), value->s)
		->hint = "write a longer duration";
	return false;
}

sim_ns setup_duration(struct setup_builder *b, const struct str_value *value, const char *path,
		      sim_ns absent, sim_ns min)
{
	sim_ns v;

	if (value->s == NULL || !setup_read_duration(b, value, path, min, &v))
		return absent;
	return v;
}

sim_ns setup_offset(struct setup_builder *b, const struct str_value *value, const char *path)
{
	return setup_duration(b, value, path, 0, -SETUP_TIME_MAX);
}

static struct distribution setup_uniform(struct setup_builder *b,
					 const struct delay_value *value, const char *path,
					 struct distribution absent, sim_ns min)
{
	sim_ns low;
	sim_ns high;

	if (value->uniform.list.count != 2 && setup_is_faulty(b, path))
		return absent;
	if (value->uniform.list.count != 2) {
		setup_problem(b, value->at.pos, path, "%s.uniform needs two durations", path)
			->hint = "write {uniform: [1s, 2s]}";
		return absent;
	}
	if (!setup_read_duration(b, &value->uniform.list.items[0], path, min, &low) ||
	    !setup_read_duration(b, &value->uniform.list.items[1], path, min, &high))
		return absent;
	if (high < low) {
		setup_problem(b, value->uniform.list.items[1].pos, path,
			      "%s.uniform ends before it begins", path)
			->hint = "write the shorter duration first";
		return absent;
	}
	return distribution_uniform(low, high);
}

static struct distribution setup_lognormal(struct setup_builder *b,
					   const struct delay_value *value, const char *path,
					   struct distribution absent)
{
	sim_ns median;
	sim_ns p99;

	if (value->p99.s == NULL || !setup_read_duration(b, &value->median, path, 1, &median) ||
	    !setup_read_duration(b, &value->p99, path, 1, &p99))
		return absent;
	if (p99 < median) {
		setup_problem(b, value->p99.pos, path, "%s: p99 is less than the median", path)
			->hint = "write the larger of the two as p99";
		return absent;
	}
	return distribution_lognormal(median, p99);
}

/* How many kinds of distribution are written. */
static unsigned setup_delay_kinds(const struct delay_value *value)
{
	const bool given[] = {
		value->constant.s != NULL,
		value->uniform.at.set,
		value->exponential.s != NULL,
		value->median.s != NULL || value->p99.s != NULL,
	};
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		count += given[i];
	return count;
}

struct distribution setup_delay(struct setup_builder *b, const struct delay_value *value,
				const char *path, struct distribution absent, sim_ns min)
{
	const unsigned kinds = setup_delay_kinds(value);
	sim_ns v;

	if (kinds == 0 && setup_is_faulty(b, path))
		return absent;
	if (kinds > 1 || (kinds == 0 && value->at.set)) {
		setup_problem(b, value->at.pos, path,
			      "%s must name exactly one distribution, not %u", path, kinds)
			->hint = "write one of 5ms, {uniform: [a, b]}, {exponential: "
				 "mean} and {lognormal: {median: m, p99: q}}";
		return absent;
	}
	if (value->uniform.at.set)
		return setup_uniform(b, value, path, absent, min);
	if (value->median.s != NULL)
		return setup_lognormal(b, value, path, absent);
	if (value->exponential.s != NULL)
		return setup_read_duration(b, &value->exponential, path, 1, &v)
			       ? distribution_exponential(v)
			       : absent;
	if (value->constant.s != NULL)
		return setup_read_duration(b, &value->constant, path, min, &v)
			       ? distribution_constant(v)
			       : absent;
	return absent;
}

/* ---- names ---- */

uint32_t setup_find_node(const struct setup *setup, const char *name)
{
	uint32_t low = 0;
	uint32_t high = setup->nodes.count; /* sorted by name, as in the cluster */

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, setup->nodes.items[middle].name);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return SETUP_NONE;
}

/* Says that the cluster has no such thing, and which name is near. */
static void setup_unknown_name(struct setup_builder *b, const struct str_value *name,
			       const char *path, const char *what, const struct nearest *near)
{
	const bool observer = str_equal(what, "observer");
	struct finding *p;

	if (setup_is_reported(b, name->pos))
		return;
	if (observer ? setup_lost_field(b, "observers", b->scenario->observers.at.set)
		     : setup_lost_field(b, "inputs", b->scenario->inputs.at.set))
		return;
	if (!observer && setup_lost_name(b))
		return;
	if (str_equal(what, "node") && b->setup->nodes.count == 0) {
		/* One mistake, whatever names it. */
		if (!b->no_nodes_told)
			setup_problem(
				b, name->pos, path,
				"%s: the input has no node \"%s\": it describes no node at "
				"all",
				path, name->s)
				->hint = "add Node objects or a NodeInventory to the inputs";
		b->no_nodes_told = true;
		return;
	}
	p = setup_problem(b, name->pos, path, "%s: the input has no %s \"%s\"", path, what,
			  name->s);
	if (near->best != NULL)
		p->hint = arena_printf(&b->snapshot->arena, "did you mean \"%s\"?", near->best);
	else
		p->hint = "write a name that is in the input";
}

uint32_t setup_node_number(struct setup_builder *b, const struct str_value *name,
			   const char *path)
{
	uint32_t number = setup_find_node(b->setup, name->s);
	struct nearest near = { .word = name->s };

	if (number != SETUP_NONE)
		return number;
	ARRAY_FOREACH (const struct setup_node, n, &b->setup->nodes)
		nearest_offer(&near, n->name);
	setup_unknown_name(b, name, path, "node", &near);
	return SETUP_NONE;
}

uint32_t setup_vip_number(struct setup_builder *b, const struct str_value *text,
			  const char *path)
{
	struct nearest near = { .word = text->s };
	struct ip ip;

	if (ip_parse(text->s, &ip))
		for (uint32_t i = 0; i < b->setup->vips.count; i++)
			if (ip_compare(b->setup->vips.items[i].ip, ip) == 0)
				return i;
	ARRAY_FOREACH (const struct setup_vip, v, &b->setup->vips)
		nearest_offer(&near, v->text);
	setup_unknown_name(b, text, path, "VIP", &near);
	return SETUP_NONE;
}

/* Every table of named things is searched alike. */
#define NUMBER_BY_NAME(function_, list_, type_, what_)                                         \
	uint32_t function_(struct setup_builder *b, const struct str_value *name,              \
			   const char *path)                                                   \
	{                                                                                      \
		struct nearest near = { .word = name->s };                                     \
                                                                                               \
		for (uint32_t i = 0; i < b->setup->list_.count; i++)                           \
			if (strcmp(b->setup->list_.items[i].name, name->s) == 0)               \
				return i;                                                      \
		ARRAY_FOREACH (const struct type_, item, &b->setup->list_)                     \
			nearest_offer(&near, item->name);                                      \
		setup_unknown_name(b, name, path, what_, &near);                               \
		return SETUP_NONE;                                                             \
	}

NUMBER_BY_NAME(setup_service_number, services, setup_service, "Service of type LoadBalancer")
NUMBER_BY_NAME(setup_segment_number, segments, setup_segment, "segment")
NUMBER_BY_NAME(setup_observer_number, observers, setup_observer, "observer")

/* ---- timing ---- */

static void setup_delays(struct setup_builder *b)
{
	const struct scenario_timing *t = &b->scenario->timing;
	struct setup_timing *out = &b->setup->timing;
	struct delay_value skew = t->clock_skew.all;
	const struct {
		struct distribution *out;
		const struct delay_value *value;
		const char *path;
		struct distribution absent;
	} rows[] = {
		{ &out->api_request, &t->api_request, "spec.timing.apiRequest",
		  distribution_lognormal(MS(4), MS(40)) },
		{ &out->watch_delivery, &t->watch_delivery, "spec.timing.watchDelivery",
		  distribution_lognormal(MS(3), MS(30)) },
		{ &out->reconcile_lose, &t->reconcile_lose, "spec.timing.reconcileLose",
		  distribution_constant(300000) },
		{ &out->reconcile_win, &t->reconcile_win, "spec.timing.reconcileWin",
		  distribution_constant(MS(2)) },
		{ &out->allocate, &t->allocate, "spec.timing.allocate",
		  distribution_constant(MS(2)) },
		{ &out->segment_delay, &t->segment_delay, "spec.timing.segmentDelay",
		  distribution_constant(50000) },
		{ &out->shutdown_drain, &t->shutdown_drain, "spec.timing.shutdownDrain",
		  distribution_constant(SEC(2)) },
		{ &out->agent_restart, &t->agent_restart, "spec.timing.agentRestart",
		  distribution_uniform(SEC(3), SEC(10)) },
		{ &out->pod_restart, &t->pod_restart, "spec.timing.podRestart",
		  distribution_uniform(SEC(2), SEC(10)) },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		*rows[i].out = setup_delay(b, rows[i].value, rows[i].path, rows[i].absent, 0);
	/* Clocks run behind as well as ahead; nodes by name need no distribution beside them.
	 */
	if (t->clock_skew.nodes.list.count > 0)
		skew.at.set = false;
	out->clock_skew = setup_delay(b, &skew, "spec.timing.clockSkew",
				      distribution_constant(0), -SEC(86400));
}

static uint32_t setup_count_or(const struct int_value *value, uint32_t absent)
{
	return value->set && value->v >= 0 && value->v <= UINT32_MAX ? (uint32_t)value->v
								     : absent;
}

/* D: the scenario's, else as P8.1 takes it; whole seconds, at least 1. */
static sim_ns setup_lease_duration(struct setup_builder *b)
{
	const struct lease_duration *known = &b->setup->cluster->lease_duration;
	const struct str_value *given = &b->scenario->timing.lease_duration;

	if (given->s == NULL && known->refused) {
		setup_problem(b, known->pos, NULL,
			      "PureLB rejects the lease duration in the input: no agent "
			      "would start")
			->hint = "set spec.timing.leaseDuration in the scenario";
		return SEC(10);
	}
	return setup_duration(b, given, "spec.timing.leaseDuration", known->ns, SEC(1));
}

static void setup_start(struct setup_builder *b)
{
	const struct str_value *start = &b->scenario->start;

	b->setup->start_unix_ns = DEFAULT_START_NS;
	if (start->s != NULL && !rfc3339_parse(start->s, &b->setup->start_unix_ns))
		setup_problem(b, start->pos, "spec.start",
			      "spec.start is \"%s\", which is not a valid time", start->s)
			->hint = "write it like 2026-01-01T00:00:00Z";
}

static void setup_build_timing(struct setup_builder *b)
{
	const struct scenario *s = b->scenario;
	struct setup *setup = b->setup;

	setup_delays(b);
	setup->timing.lease_duration = setup_lease_duration(b);
	setup->timing.lease_life = setup->timing.lease_duration / NS_PER_SEC * NS_PER_SEC;
	setup->timing.client_qps = setup_count_or(&s->timing.client_qps, DEFAULT_QPS);
	setup->timing.client_burst = setup_count_or(&s->timing.client_burst, DEFAULT_BURST);
	setup->timing.events_per_keep = setup_count_or(&s->timing.events_per_keep, 1);
	setup->timing.events_per_takeover =
		setup_count_or(&s->timing.events_per_takeover, DEFAULT_TAKEOVER_EVENTS);
	setup->timing.api_restart_410 =
		!s->timing.api_restart_410.set || s->timing.api_restart_410.v;
	setup->timing.syn_linear = !s->timing.syn_linear.set || s->timing.syn_linear.v;
	setup->timing.client_go_36 = str_equal(s->timing.client_go.s, "0.36");
	setup->timing.resync_uniform = str_equal(s->timing.resync_phase.s, "uniform");
	setup->duration = setup_duration(b, &s->duration, "spec.duration", SEC(60), 1);
	setup->warmup = setup_duration(b, &s->warmup, "spec.warmup",
				       2 * setup->timing.lease_duration, 0);
	setup->seed = s->seed.set ? (uint64_t)s->seed.v : 1;
	setup->runs = setup_count_or(&s->runs, 1);
	setup_start(b);
}

/* ---- all of it ---- */

bool setup_build(struct setup *setup, struct snapshot *snapshot, const struct cluster *cluster,
		 const struct scenario *scenario, struct arena *arena)
{
	struct setup_builder b = { .setup = setup,
				   .snapshot = snapshot,
				   .scenario = scenario,
				   .problems_before = snapshot->problems.count };

	*setup = (struct setup){ .arena = arena,
				 .scenario = scenario,
				 .cluster = cluster,
				 .events_max = EVENTS_MAX_DEFAULT };
	setup_note_faults(&b);
	setup_build_timing(&b);
	setup_build_topology(&b);
	setup_build_versions(&b);
	setup_build_vips(&b);
	setup_build_observers(&b);
	setup_build_bgp(&b);
	setup_build_events(&b);
	setup_check_assertions(&b);
	if (snapshot->problems.count != b.problems_before || setup->names_lost ||
	    setup->misread)
		return false;
	setup_prepare(setup);
	return true;
}

void setup_release(struct setup *setup)
{
	ARRAY_FOREACH (struct setup_version, v, &setup->versions) {
		if (v->owned_snapshot == NULL)
			continue;
		cluster_release(v->owned_cluster);
		arena_release(&v->owned_snapshot->arena);
		free(v->owned_snapshot);
	}
	setup->versions.count = 0;
}

struct setup_unmeasured setup_unmeasured_of(const struct setup *setup)
{
	struct setup_unmeasured what = {
		.clients = setup->bgp != NULL,
		.agents = !setup->cluster->knows_agents,
	};

	ARRAY_FOREACH (const struct setup_vip, vip, &setup->vips) {
		bool seen = false;

		ARRAY_FOREACH (const struct setup_observer, o, &setup->observers)
			seen |= o->segment != SETUP_NONE && o->segment == vip->segment;
		what.remote |= vip->remote;
		what.unseen |= !vip->remote && !seen;
	}
	ARRAY_FOREACH (const struct setup_node, node, &setup->nodes)
		what.guessed |= cluster_node_is_guessed(node->cluster_node);
	return what;
}
