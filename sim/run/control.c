/* SPDX-License-Identifier: Apache-2.0 */
/* Everything above the wire: its beginning and its end. */
#include "sim/run/control.h"

#include <math.h>
#include <stdlib.h>

static void init_streams(struct streams *streams, uint64_t seed)
{
	const struct {
		struct random *stream;
		const char *name;
	} names[] = {
		{ &streams->api, "control.api" },
		{ &streams->watch, "control.watch" },
		{ &streams->work, "control.work" },
		{ &streams->queue, "control.queue" },
		{ &streams->backoff, "control.backoff" },
		{ &streams->begin, "control.begin" },
		{ &streams->clock, "control.clock" },
		{ &streams->restart, "control.restart" },
		{ &streams->drain, "control.drain" },
		{ &streams->withdraw, "control.withdraw" },
		{ &streams->when, "control.when" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		*names[i].stream = random_split(seed, names[i].name);
}

static void init_scratch(struct sim *sim)
{
	struct control_scratch *scratch = &sim->control->scratch;
	const struct setup *setup = sim->setup;

	scratch->members =
		arena_alloc(sim->arena, setup->nodes.count * sizeof(*scratch->members));
	scratch->services =
		arena_alloc(sim->arena, setup->services.count * sizeof(*scratch->services));
	scratch->marks =
		arena_zalloc(sim->arena, setup->services.count, sizeof(*scratch->marks));
}

/* The setup's sets, in an array that this run may add to. */
static void copy_sets(struct sim *sim)
{
	const struct subnet_sets *from = &sim->control->prepared->sets;

	ARRAY_RESERVE(sim->arena, &sim->control->sets.list, from->list.count);
	ARRAY_FOREACH (const struct subnet_set, set, &from->list)
		ARRAY_ADD(sim->arena, &sim->control->sets.list, *set);
}

static sim_ns clock_offset(struct sim *sim, const struct setup_node *node)
{
	/* Drawn for every node, so that giving one changes nobody else's. */
	const sim_ns drawn = distribution_sample(&sim->setup->timing.clock_skew,
						 &sim->control->streams.clock);

	return node->clock_skew_given ? node->clock_skew : drawn;
}

static void init_agents(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	struct control *control = sim->control;

	control->agents =
		arena_zalloc(sim->arena, setup->nodes.count, sizeof(*control->agents));
	ARRAY_RESERVE(sim->arena, &sim->result->agents, setup->nodes.count);
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		const struct setup_node *node = &setup->nodes.items[n];

		agent_init(sim, n, ARRAY_PUSH(sim->arena, &sim->result->agents));
		control->agents[n].offset = clock_offset(sim, node);
	}
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		/* A lease that has expired in the input: its agent does not run. */
		if (setup->nodes.items[n].cluster_node->live)
			agent_begin(sim, &control->agents[n]);
	}
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		if (control->agents[n].phase != AGENT_OFF)
			agent_begin_announcing(sim, &control->agents[n]);
	}
	for (uint32_t n = 0; n < setup->nodes.count; n++)
		agent_work(sim, &control->agents[n]);
}

void control_init(struct sim *sim)
{
	struct control *control = arena_zalloc(sim->arena, 1, sizeof(*control));

	sim->control = control;
	control->prepared = sim->setup->prepared != NULL ? sim->setup->prepared
							 : prepare(sim->setup, sim->arena);
	init_streams(&control->streams, sim->seed);
	init_scratch(sim);
	copy_sets(sim);
	views_init(&control->views, sim->setup, &control->sets);
	api_init(sim);
	allocator_init(sim);
	init_agents(sim);
	happen_init(sim);
	assertions_init(sim);
}

void control_release(struct sim *sim)
{
	struct control *control = sim->control;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++)
		agent_release(sim, &control->agents[n]);
	allocator_release(sim);
	api_release(sim);
	views_release(&control->views);
	queue_scratch_release(&control->queue_scratch);
	free(control->sequences.items);
	sim->control = NULL;
}

sim_ns control_round_trip(struct sim *sim)
{
	return distribution_sample(&sim->setup->timing.api_request, &sim->control->streams.api);
}

/* ---- many delays at once ---- */

static double normal(struct random *random)
{
	const double two_pi = 6.283185307179586;
	const double radius = sqrt(-2.0 * log1p(-random_unit(random)));

	return radius * cos(two_pi * random_unit(random));
}

static void moments(const struct distribution *delay, double *mean, double *deviation)
{
	const double a = (double)delay->a;
	const double b = (double)delay->b;

	switch (delay->kind) {
	case DISTRIBUTION_CONSTANT:
		*mean = a;
		*deviation = 0;
		break;
	case DISTRIBUTION_UNIFORM:
		*mean = (a + b) / 2;
		*deviation = (b - a) / sqrt(12);
		break;
	case DISTRIBUTION_EXPONENTIAL:
		*mean = *deviation = a;
		break;
	case DISTRIBUTION_LOGNORMAL:
		*mean = exp(delay->mu + delay->sigma * delay->sigma / 2);
		*deviation = *mean * sqrt(expm1(delay->sigma * delay->sigma));
		break;
	}
}

/* A few are drawn one by one; many add up to a normal distribution. */
sim_ns control_sum(const struct distribution *delay, uint32_t count, struct random *random)
{
	enum { FEW = 32 };
	double mean = 0;
	double deviation = 0;
	double sum = 0;

	if (delay->kind == DISTRIBUTION_CONSTANT)
		return delay->a * (sim_ns)count;
	if (count <= FEW) {
		for (uint32_t i = 0; i < count; i++)
			sum += (double)distribution_sample(delay, random);
		return (sim_ns)llround(sum);
	}
	moments(delay, &mean, &deviation);
	sum = mean * count + deviation * sqrt(count) * normal(random);
	return sum > 0 ? (sim_ns)llround(sum) : 0;
}
