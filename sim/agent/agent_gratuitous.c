/* SPDX-License-Identifier: Apache-2.0 */
/* Gratuitous sequences: beside the worker, and each reconcile starts another. (P7) */
#include "base/mem.h"
#include "sim/run/control.h"

static uint32_t take(struct sequences *sequences)
{
	if (sequences->free != 0) {
		const uint32_t number = sequences->free - 1;

		sequences->free = sequences->items[number].next_free;
		return number;
	}
	if (sequences->count == sequences->capacity) {
		sequences->capacity = sequences->capacity * 2 + 64;
		sequences->items = mem_resize(sequences->items, sequences->capacity,
					      sizeof(*sequences->items));
	}
	return sequences->count++;
}

static void give_back(struct sequences *sequences, uint32_t number)
{
	sequences->items[number].next_free = sequences->free;
	sequences->free = number + 1;
}

/* The same question that placed the address is asked again. (P7.2) */
static bool goes_on(const struct sim *sim, const struct sequence *sequence)
{
	const struct agent *agent = sequence->agent;

	if (agent->phase == AGENT_OFF || agent->instance != sequence->instance)
		return false;
	return !sequence->verify ||
	       agent_winner(sim, agent, sequence->vip, sequence->preferred) == agent->node;
}

static void send(void *context, void *actor, uint64_t number)
{
	struct sim *sim = context;
	struct sequences *sequences = &sim->control->sequences;
	struct sequence *sequence = &sequences->items[number];

	if (!goes_on(sim, sequence)) {
		give_back(sequences, (uint32_t)number);
		return;
	}
	network_send_gratuitous(sim, sequence->agent->node, sequence->interface, sequence->vip);
	if (--sequence->left > 0)
		engine_in(&sim->engine, sequence->interval, send, actor, number);
	else
		give_back(sequences, (uint32_t)number);
}

void agent_start_sequence(struct sim *sim, struct agent *agent, uint32_t vip,
			  uint32_t interface, const bool *preferred)
{
	const struct gratuitous_schedule *schedule = &agent->prepared->gratuitous;
	struct sequences *sequences = &sim->control->sequences;
	uint32_t number;

	if (!schedule->sends)
		return;
	number = take(sequences);
	sequences->items[number] = (struct sequence){
		.agent = agent,
		.instance = agent->instance,
		.vip = vip,
		.interface = interface,
		.left = schedule->count,
		.interval = schedule->interval_ns,
		.verify = schedule->verify,
		.preferred = preferred,
	};
	network_sequence_started(sim, vip);
	engine_in(&sim->engine, schedule->initial_delay_ns, send, agent, number);
}
