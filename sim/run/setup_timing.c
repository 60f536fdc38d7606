/* SPDX-License-Identifier: Apache-2.0 */
/* Times and parameters of a setup, with the defaults of spec/simulation.md S2. */
#include "sim/run/setup_internal.h"

#include "purelb/agents/leases.h"

#define MS(n)  ((sim_ns)(n)*NS_PER_MS)
#define SEC(n) ((sim_ns)(n)*NS_PER_SEC)

enum { DEFAULT_QPS = 5, DEFAULT_BURST = 10, DEFAULT_TAKEOVER_EVENTS = 2 };

/* 2026-01-01T00:00:00Z: when the scenario does not say. */
#define DEFAULT_START_NS (INT64_C(1767225600) * NS_PER_SEC)

static void build_delays(struct setup_builder *b)
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

static uint32_t count_or(const struct int_value *value, uint32_t absent)
{
	return value->set && value->v >= 0 && value->v <= UINT32_MAX ? (uint32_t)value->v
								     : absent;
}

/* D: the scenario's, else as P8.1 takes it; whole seconds, at least 1. */
static sim_ns lease_duration(struct setup_builder *b)
{
	const struct lease_duration *known = &b->setup->cluster->lease_duration;
	const struct str_value *given = &b->scenario->timing.lease_duration;

	if (given->s == NULL && known->refused) {
		setup_problem(b, known->pos, NULL,
			      "the lease duration of the input is refused by PureLB: no agent "
			      "would start")
			->diag.hint = "give spec.timing.leaseDuration in the scenario";
		return SEC(10);
	}
	return setup_duration(b, given, "spec.timing.leaseDuration", known->ns, SEC(1));
}

static void build_start(struct setup_builder *b)
{
	const struct str_value *start = &b->scenario->start;

	b->setup->start_unix_ns = DEFAULT_START_NS;
	if (start->s != NULL && !rfc3339_parse(start->s, &b->setup->start_unix_ns))
		setup_problem(b, start->pos, "spec.start",
			      "spec.start is \"%s\", which is no time", start->s)
			->diag.hint = "write it like 2026-01-01T00:00:00Z";
}

void setup_build_timing(struct setup_builder *b)
{
	const struct scenario *s = b->scenario;
	struct setup *setup = b->setup;

	build_delays(b);
	setup->timing.lease_duration = lease_duration(b);
	setup->timing.lease_life = setup->timing.lease_duration / NS_PER_SEC * NS_PER_SEC;
	setup->timing.client_qps = count_or(&s->timing.client_qps, DEFAULT_QPS);
	setup->timing.client_burst = count_or(&s->timing.client_burst, DEFAULT_BURST);
	setup->timing.events_per_keep = count_or(&s->timing.events_per_keep, 1);
	setup->timing.events_per_takeover =
		count_or(&s->timing.events_per_takeover, DEFAULT_TAKEOVER_EVENTS);
	setup->timing.api_restart_410 =
		!s->timing.api_restart_410.set || s->timing.api_restart_410.v;
	setup->duration = setup_duration(b, &s->duration, "spec.duration", SEC(60), 1);
	setup->warmup = setup_duration(b, &s->warmup, "spec.warmup",
				       2 * setup->timing.lease_duration, 0);
	setup->seed = s->seed.set ? (uint64_t)s->seed.v : 1;
	setup->runs = count_or(&s->runs, 1);
	build_start(b);
}
