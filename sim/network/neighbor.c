/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The observers' neighbor caches, computed from change to change (S1.6). An observer sends to
 * each VIP of its segment all the time, at multiples of its probe interval: so a stale entry
 * is in use at once, and what it does next, and when, is known beforehand. Each entry has one
 * timer, for the next thing that it does by itself. Packets of the observer are not events.
 */
#include "sim/engine/trace.h"
#include "sim/network/network.h"

static const sim_ns retransmit_ns = NS_PER_SEC;         /* between two requests */
static const sim_ns delay_ns = 5 * NS_PER_SEC;          /* stale and in use, not yet probed */
static const sim_ns reachable_min_ns = 15 * NS_PER_SEC; /* after a confirmation */
static const sim_ns reachable_max_ns = 45 * NS_PER_SEC;
static const sim_ns lock_ns = NS_PER_SEC; /* the first of several answers counts */

enum { TRIES = 3 };

static const struct setup_observer *neighbor_observer(const struct sim *sim,
						      const struct neighbor *n)
{
	return &sim->setup->observers.items[n->observer];
}

/* When the observer sends its first packet at `at` or later. */
static sim_ns neighbor_next_use(const struct sim *sim, const struct neighbor *n, sim_ns at)
{
	sim_ns interval = neighbor_observer(sim, n)->probe_interval;
	sim_ns phase = sim->network->observers[n->observer].phase;

	if (interval <= 0 || at > SIM_NEVER - interval)
		return at;
	if (at <= phase)
		return phase;
	return phase + (at - phase + interval - 1) / interval * interval;
}

static void neighbor_timer(void *context, void *actor, uint64_t arg);

static void neighbor_set_timer(struct sim *sim, struct neighbor *n, sim_ns at)
{
	engine_cancel(&sim->engine, &n->timer);
	n->timer = engine_at(&sim->engine, at, neighbor_timer, n, 0);
}

/* ---- what the entry points to ---- */

static void neighbor_unlink(struct sim *sim, struct neighbor *n)
{
	if (n->node == SETUP_NONE)
		return;
	if (n->previous_of_node != NULL)
		n->previous_of_node->next_of_node = n->next_of_node;
	else
		sim->network->nodes[n->node].neighbors = n->next_of_node;
	if (n->next_of_node != NULL)
		n->next_of_node->previous_of_node = n->previous_of_node;
	n->next_of_node = n->previous_of_node = NULL;
}

static void neighbor_forget(struct sim *sim, struct neighbor *n)
{
	neighbor_unlink(sim, n);
	n->node = n->interface = SETUP_NONE;
}

static bool neighbor_points_to(const struct neighbor *n, uint64_t target)
{
	return n->node != SETUP_NONE && endpoint_pack(n->node, n->interface) == target;
}

static void neighbor_point_to(struct sim *sim, struct neighbor *n, uint64_t target,
			      const char *cause)
{
	neighbor_unlink(sim, n);
	n->node = endpoint_node(target);
	n->interface = endpoint_interface(target);

	struct net_node *node = &sim->network->nodes[n->node];

	n->next_of_node = node->neighbors;
	if (node->neighbors != NULL)
		node->neighbors->previous_of_node = n;
	node->neighbors = n;
	n->locked_until = sim->engine.now + lock_ns;
	n->learned = cause;
	n->learned_at = sim->engine.now;
	trace_detail(sim, "neighbour-updated", cause, "%s has %s at %s",
		     neighbor_observer(sim, n)->name, sim->setup->vips.items[n->vip].text,
		     sim->setup->nodes.items[n->node].name);
}

/* ---- requests and answers ---- */

/* The entry lives from now on; of a router it ends by age, whatever it rests on. */
static void neighbor_become_valid(struct sim *sim, struct neighbor *n, bool confirmed)
{
	sim_ns at = sim->engine.now;

	n->state = NEIGHBOR_VALID;
	if (neighbor_observer(sim, n)->profile == OBSERVER_ROUTER) {
		sim_ns timeout = neighbor_observer(sim, n)->arp_timeout;

		at = timeout > SIM_NEVER - at ? SIM_NEVER
					      : neighbor_next_use(sim, n, at + timeout);
	} else {
		if (confirmed)
			at += reachable_min_ns +
			      (sim_ns)random_below(
				      &sim->network->reachable_time,
				      (uint64_t)(reachable_max_ns - reachable_min_ns) + 1);
		at = neighbor_next_use(sim, n, at) + delay_ns;
	}
	neighbor_set_timer(sim, n, at);
}

static void neighbor_answer_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct neighbor *n = actor;

	if (n->state == NEIGHBOR_IDLE || n->state == NEIGHBOR_ABSENT ||
	    segment_loses(sim, neighbor_observer(sim, n)->segment))
		return;
	if (!neighbor_points_to(n, arg)) {
		if (n->node != SETUP_NONE && sim->engine.now < n->locked_until)
			return;
		neighbor_point_to(sim, n, arg, "an answer to a request");
	}
	n->locked_until = sim->engine.now + lock_ns;
	neighbor_become_valid(sim, n, true);
	sim->network->listener->entry_changed(sim, n);
}

static void neighbor_send_answer(struct sim *sim, struct neighbor *n, const struct holding *h)
{
	const struct setup_observer *o = neighbor_observer(sim, n);
	struct ip ip = sim->setup->vips.items[n->vip].ip;
	bool v4 = ip_family(ip) == IP_V4;

	segment_send(sim, o->segment, n->vip,
		     &(struct frame_words){
			     .kind = v4 ? FRAME_ARP_REPLY : FRAME_NEIGHBOR_ADVERTISEMENT,
			     .source_mac = sim->setup->nodes.items[h->node]
						   .interfaces.items[h->interface]
						   .mac,
			     .destination_mac = o->mac,
			     .destination = v4 ? o->v4 : o->v6,
			     .target = ip,
		     });
	engine_in(&sim->engine, segment_sample_delay(sim, o->segment), neighbor_answer_arrives,
		  n, endpoint_pack(h->node, h->interface));
}

/* The request has reached everybody: all who hold the VIP answer, in random order. */
static void neighbor_request_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct network *net = sim->network;
	struct neighbor *n = actor;
	uint32_t segment = neighbor_observer(sim, n)->segment, count = 0;

	(void)arg;
	net->answering.count = 0;
	for (struct holding *h = net->vips[n->vip].local.first; h != NULL; h = h->next_of_vip) {
		if (kernel_answers(sim, h) &&
		    kernel_segment(sim, h->node, h->interface) == segment &&
		    !segment_loses(sim, segment))
			ARRAY_ADD(sim->arena, &net->answering, h);
	}
	count = net->answering.count;
	for (; count > 0; count--) {
		uint32_t chosen =
			count > 1 ? (uint32_t)random_below(&net->answer_order, count) : 0;

		neighbor_send_answer(sim, n, net->answering.items[chosen]);
		net->answering.items[chosen] = net->answering.items[count - 1];
	}
}

/* The request has reached the interface that it was sent to. */
static void neighbor_probe_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct neighbor *n = actor;
	const struct holding *h =
		holding_find(sim->network, endpoint_node(arg), endpoint_interface(arg), n->vip);

	if (h != NULL && kernel_answers(sim, h) &&
	    !segment_loses(sim, neighbor_observer(sim, n)->segment))
		neighbor_send_answer(sim, n, h);
}

/* To everybody, or to the interface that the entry points to. */
static void neighbor_send_request(struct sim *sim, struct neighbor *n, bool unicast)
{
	const struct setup_observer *o = neighbor_observer(sim, n);
	struct ip ip = sim->setup->vips.items[n->vip].ip;
	bool v4 = ip_family(ip) == IP_V4;
	const uint8_t *to = NULL;

	if (unicast)
		to = sim->setup->nodes.items[n->node].interfaces.items[n->interface].mac;
	n->requests++;
	segment_send(sim, o->segment, n->vip,
		     &(struct frame_words){
			     .kind = v4 ? FRAME_ARP_REQUEST : FRAME_NEIGHBOR_SOLICITATION,
			     .source_mac = o->mac,
			     .destination_mac = to,
			     .source = v4 ? o->v4 : o->v6,
			     .target = ip,
		     });
	engine_in(&sim->engine, segment_sample_delay(sim, o->segment),
		  unicast ? neighbor_probe_arrives : neighbor_request_arrives, n,
		  unicast ? endpoint_pack(n->node, n->interface) : 0);
	neighbor_set_timer(sim, n, sim->engine.now + retransmit_ns);
}

/* ---- what an entry does by itself ---- */

/* Nobody answered: the next packet starts to ask again. */
static void neighbor_fail(struct sim *sim, struct neighbor *n)
{
	n->state = NEIGHBOR_ABSENT;
	neighbor_set_timer(sim, n, neighbor_next_use(sim, n, sim->engine.now));
}

static void neighbor_ask(struct sim *sim, struct neighbor *n)
{
	if (n->requests < TRIES)
		neighbor_send_request(sim, n, false);
	else
		neighbor_fail(sim, n);
}

static void neighbor_start_asking(struct sim *sim, struct neighbor *n)
{
	n->state = NEIGHBOR_ASKING;
	n->requests = 0;
	neighbor_ask(sim, n);
}

static void neighbor_probe(struct sim *sim, struct neighbor *n)
{
	if (n->requests < TRIES) {
		/* A router asks everybody when an entry has come of age. */
		neighbor_send_request(sim, n,
				      neighbor_observer(sim, n)->profile != OBSERVER_ROUTER);
		return;
	}
	trace_detail(sim, "neighbour-failed", "three requests without an answer",
		     "%s forgets %s at %s", neighbor_observer(sim, n)->name,
		     sim->setup->vips.items[n->vip].text,
		     sim->setup->nodes.items[n->node].name);
	neighbor_forget(sim, n);
	neighbor_fail(sim, n);
	sim->network->listener->entry_changed(sim, n);
}

static void neighbor_start_probing(struct sim *sim, struct neighbor *n)
{
	n->state = NEIGHBOR_PROBING;
	n->requests = 0;
	neighbor_probe(sim, n);
}

static void neighbor_timer(void *context, void *actor, uint64_t arg)
{
	static void (*const next[])(struct sim *, struct neighbor *) = {
		[NEIGHBOR_ABSENT] = neighbor_start_asking,
		[NEIGHBOR_ASKING] = neighbor_ask,
		[NEIGHBOR_VALID] = neighbor_start_probing,
		[NEIGHBOR_PROBING] = neighbor_probe,
	};
	struct neighbor *n = actor;

	(void)arg;
	next[n->state](context, n);
}

/* ---- what happens to it ---- */

static bool neighbor_accepts_gratuitous(const struct setup_observer *o)
{
	return o->profile == OBSERVER_LINUX ||
	       (o->profile == OBSERVER_ROUTER && o->accepts_gratuitous);
}

/*
 * An entry that is there, or being asked for, now points to the sender. It is stale then;
 * but what says nothing new leaves the entry of a `linux` observer as it is, and makes that of
 * a router younger.
 */
static void neighbor_hear(struct sim *sim, struct neighbor *n, uint64_t from)
{
	bool v4 = ip_family(sim->setup->vips.items[n->vip].ip) == IP_V4;

	if (!neighbor_accepts_gratuitous(neighbor_observer(sim, n)) ||
	    n->state == NEIGHBOR_IDLE || n->state == NEIGHBOR_ABSENT)
		return;
	if (!neighbor_points_to(n, from))
		neighbor_point_to(sim, n, from,
				  v4 ? "gratuitous ARP" : "an unsolicited advertisement");
	else if (neighbor_observer(sim, n)->profile == OBSERVER_LINUX)
		return;
	neighbor_become_valid(sim, n, false);
	sim->network->listener->entry_changed(sim, n);
}

static void neighbor_start(struct sim *sim, struct neighbor *n)
{
	neighbor_forget(sim, n);
	neighbor_fail(sim, n);
	sim->network->listener->entry_changed(sim, n);
}

static void neighbor_stop(struct sim *sim, struct neighbor *n)
{
	neighbor_forget(sim, n);
	engine_cancel(&sim->engine, &n->timer);
	n->state = NEIGHBOR_IDLE;
	sim->network->listener->entry_changed(sim, n);
}

/* ---- all entries ---- */

void neighbor_hear_gratuitous(struct sim *sim, uint32_t observer, uint32_t vip, uint64_t from)
{
	struct network *net = sim->network;

	/* An observer has entries for VIPs of its own segment. */
	if (sim->setup->vips.items[vip].segment !=
	    sim->setup->observers.items[observer].segment)
		return;
	neighbor_hear(sim, &net->observers[observer].neighbors[net->vips[vip].slot], from);
}

void neighbor_want(struct sim *sim, uint32_t vip, bool wanted)
{
	struct network *net = sim->network;
	uint32_t segment = sim->setup->vips.items[vip].segment;

	if (segment == SETUP_NONE)
		return;
	ARRAY_FOREACH (const uint32_t, observer, &net->segments[segment].observers) {
		struct neighbor *n = &net->observers[*observer].neighbors[net->vips[vip].slot];

		if (wanted)
			neighbor_start(sim, n);
		else
			neighbor_stop(sim, n);
	}
}

void neighbor_reset_observer(struct sim *sim, uint32_t observer)
{
	uint32_t segment = sim->setup->observers.items[observer].segment;

	if (segment == SETUP_NONE)
		return;
	trace_note(sim, "observer-reset", CAUSE_SCENARIO, "%s forgets its whole neighbor cache",
		   sim->setup->observers.items[observer].name);
	for (uint32_t i = 0; i < sim->network->segments[segment].vips.count; i++) {
		struct neighbor *n = &sim->network->observers[observer].neighbors[i];

		if (n->state != NEIGHBOR_IDLE)
			neighbor_start(sim, n);
	}
}

/* ---- start, consistency ---- */

static void neighbor_init_observer(struct sim *sim, uint32_t number, struct random *phases)
{
	struct net_observer *o = &sim->network->observers[number];
	const struct setup_observer *setup = &sim->setup->observers.items[number];

	if (setup->probe_interval > 0)
		o->phase = (sim_ns)random_below(phases, (uint64_t)setup->probe_interval);
	if (setup->segment == SETUP_NONE)
		return;

	struct net_segment *segment = &sim->network->segments[setup->segment];

	ARRAY_ADD(sim->arena, &segment->observers, number);
	o->neighbors = arena_zalloc(sim->arena, segment->vips.count, sizeof(*o->neighbors));
	for (uint32_t i = 0; i < segment->vips.count; i++) {
		o->neighbors[i].observer = number;
		o->neighbors[i].vip = segment->vips.items[i];
		o->neighbors[i].node = o->neighbors[i].interface = SETUP_NONE;
	}
}

void neighbor_init(struct sim *sim)
{
	struct random phases = random_split(sim->seed, "network.phase");

	for (uint32_t i = 0; i < sim->setup->observers.count; i++)
		neighbor_init_observer(sim, i, &phases);
}

static bool neighbor_consistent(const struct sim *sim, const struct neighbor *n)
{
	bool wanted = sim->network->vips[n->vip].wanted;
	bool has_entry = n->state == NEIGHBOR_VALID || n->state == NEIGHBOR_PROBING;

	return wanted == (n->state != NEIGHBOR_IDLE) && has_entry == (n->node != SETUP_NONE) &&
	       (!has_entry || n->interface != INTERFACE_DUMMY);
}

bool neighbors_consistent(const struct sim *sim)
{
	uint32_t pointing = 0, linked = 0;

	for (uint32_t i = 0; i < sim->setup->observers.count; i++) {
		uint32_t segment = sim->setup->observers.items[i].segment;

		for (uint32_t k = 0;
		     segment != SETUP_NONE && k < sim->network->segments[segment].vips.count;
		     k++) {
			const struct neighbor *n = &sim->network->observers[i].neighbors[k];

			if (!neighbor_consistent(sim, n))
				return false;
			pointing += n->node != SETUP_NONE;
		}
	}
	for (uint32_t i = 0; i < sim->setup->nodes.count; i++) {
		for (const struct neighbor *n = sim->network->nodes[i].neighbors; n != NULL;
		     n = n->next_of_node) {
			if (n->node != i)
				return false;
			linked++;
		}
	}
	return pointing == linked;
}
