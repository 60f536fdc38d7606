/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neighbour caches of observers, computed from change to change (S1.6). An observer sends to
 * each VIP of its segment all the time, at multiples of its probe interval: so a stale entry
 * is in use at once, and what it will do next, and when, is known beforehand. Each entry has
 * one timer, for the next thing that it does by itself.
 */
#include "sim/run/control.h"
#include "sim/network/network_state.h"

static const sim_ns retransmit_ns = NS_PER_SEC;         /* between two requests */
static const sim_ns delay_ns = 5 * NS_PER_SEC;          /* stale and in use, not yet probed */
static const sim_ns reachable_min_ns = 15 * NS_PER_SEC; /* after a confirmation */
static const sim_ns reachable_max_ns = 45 * NS_PER_SEC;
static const sim_ns lock_ns = NS_PER_SEC; /* the first of several answers counts */

enum { TRIES = 3 };

static const struct setup_observer *observer_of(const struct sim *sim,
						const struct neighbour *n)
{
	return &sim->setup->observers.items[n->observer];
}

/* When the observer sends its first packet at `at` or later. */
static sim_ns next_use(const struct sim *sim, const struct neighbour *n, sim_ns at)
{
	sim_ns interval = observer_of(sim, n)->probe_interval;
	sim_ns phase = sim->network->observers[n->observer].phase;

	if (interval <= 0 || at > SIM_NEVER - interval)
		return at;
	if (at <= phase)
		return phase;
	return phase + (at - phase + interval - 1) / interval * interval;
}

static void timer(void *context, void *actor, uint64_t arg);

static void set_timer(struct sim *sim, struct neighbour *n, sim_ns at)
{
	engine_cancel(&sim->engine, &n->timer);
	n->timer = engine_at(&sim->engine, at, timer, n, 0);
}

/* ---- what the entry points to ---- */

static void unlink_from_node(struct sim *sim, struct neighbour *n)
{
	if (n->node == SETUP_NONE)
		return;
	if (n->previous_of_node != NULL)
		n->previous_of_node->next_of_node = n->next_of_node;
	else
		sim->network->nodes[n->node].neighbours = n->next_of_node;
	if (n->next_of_node != NULL)
		n->next_of_node->previous_of_node = n->previous_of_node;
	n->next_of_node = n->previous_of_node = NULL;
}

static void forget(struct sim *sim, struct neighbour *n)
{
	unlink_from_node(sim, n);
	n->node = n->interface = SETUP_NONE;
}

static bool points_to(const struct neighbour *n, uint64_t target)
{
	return n->node != SETUP_NONE && endpoint_pack(n->node, n->interface) == target;
}

static void point_to(struct sim *sim, struct neighbour *n, uint64_t target, const char *cause)
{
	unlink_from_node(sim, n);
	n->node = endpoint_node(target);
	n->interface = endpoint_interface(target);

	struct net_node *node = &sim->network->nodes[n->node];

	n->next_of_node = node->neighbours;
	if (node->neighbours != NULL)
		node->neighbours->previous_of_node = n;
	node->neighbours = n;
	n->locked_until = sim->engine.now + lock_ns;
	n->learnt = cause;
	n->learnt_at = sim->engine.now;
	sim_tell(sim, "neighbour-updated", cause, "%s has %s at %s", observer_of(sim, n)->name,
		 sim->setup->vips.items[n->vip].text, sim->setup->nodes.items[n->node].name);
}

/* ---- requests and answers ---- */

/* The entry lives from now on; of a router it ends by age, whatever it rests on. */
static void become_valid(struct sim *sim, struct neighbour *n, bool confirmed)
{
	sim_ns at = sim->engine.now;

	n->state = NEIGHBOUR_VALID;
	if (observer_of(sim, n)->profile == OBSERVER_ROUTER) {
		sim_ns timeout = observer_of(sim, n)->arp_timeout;

		at = timeout > SIM_NEVER - at ? SIM_NEVER : next_use(sim, n, at + timeout);
	} else {
		if (confirmed)
			at += reachable_min_ns +
			      (sim_ns)random_below(
				      &sim->network->reachable_time,
				      (uint64_t)(reachable_max_ns - reachable_min_ns) + 1);
		at = next_use(sim, n, at) + delay_ns;
	}
	set_timer(sim, n, at);
}

static void answer_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct neighbour *n = actor;

	if (n->state == NEIGHBOUR_IDLE || n->state == NEIGHBOUR_ABSENT)
		return;
	if (!points_to(n, arg)) {
		if (n->node != SETUP_NONE && sim->engine.now < n->locked_until)
			return;
		point_to(sim, n, arg, "an answer to its request");
	}
	n->locked_until = sim->engine.now + lock_ns;
	become_valid(sim, n, true);
	reach_assess(sim, n);
}

static void send_answer(struct sim *sim, struct neighbour *n, const struct holding *h)
{
	const struct setup_observer *o = observer_of(sim, n);
	struct ip ip = sim->setup->vips.items[n->vip].ip;
	bool v4 = ip_family(ip) == IP_V4;

	wire_send(sim, o->segment,
		  &(struct frame_words){
			  .kind = v4 ? FRAME_ARP_REPLY : FRAME_NEIGHBOR_ADVERTISEMENT,
			  .source_mac = sim->setup->nodes.items[h->node]
						.interfaces.items[h->interface]
						.mac,
			  .destination_mac = o->mac,
			  .destination = v4 ? o->v4 : o->v6,
			  .target = ip,
		  });
	engine_in(&sim->engine, wire_delay(sim), answer_arrives, n,
		  endpoint_pack(h->node, h->interface));
}

/* The request has reached everybody: all who hold the VIP answer, in random order. */
static void request_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct network *net = sim->network;
	struct neighbour *n = actor;
	uint32_t segment = observer_of(sim, n)->segment, count = 0;

	(void)arg;
	net->answering.count = 0;
	for (struct holding *h = net->vips[n->vip].local.first; h != NULL; h = h->next_of_vip) {
		if (kernel_answers(sim, h) &&
		    kernel_segment(sim, h->node, h->interface) == segment)
			ARRAY_ADD(sim->arena, &net->answering, h);
	}
	count = net->answering.count;
	for (; count > 0; count--) {
		uint32_t chosen =
			count > 1 ? (uint32_t)random_below(&net->answer_order, count) : 0;

		send_answer(sim, n, net->answering.items[chosen]);
		net->answering.items[chosen] = net->answering.items[count - 1];
	}
}

/* The request has reached the interface that it was sent to. */
static void probe_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct neighbour *n = actor;
	const struct holding *h =
		holding_find(sim->network, endpoint_node(arg), endpoint_interface(arg), n->vip);

	if (h != NULL && kernel_answers(sim, h))
		send_answer(sim, n, h);
}

/* To everybody, or to the interface that the entry points to. */
static void send_request(struct sim *sim, struct neighbour *n, bool unicast)
{
	const struct setup_observer *o = observer_of(sim, n);
	struct ip ip = sim->setup->vips.items[n->vip].ip;
	bool v4 = ip_family(ip) == IP_V4;
	const uint8_t *to = NULL;

	if (unicast)
		to = sim->setup->nodes.items[n->node].interfaces.items[n->interface].mac;
	n->requests++;
	wire_send(sim, o->segment,
		  &(struct frame_words){
			  .kind = v4 ? FRAME_ARP_REQUEST : FRAME_NEIGHBOR_SOLICITATION,
			  .source_mac = o->mac,
			  .destination_mac = to,
			  .source = v4 ? o->v4 : o->v6,
			  .target = ip,
		  });
	engine_in(&sim->engine, wire_delay(sim), unicast ? probe_arrives : request_arrives, n,
		  unicast ? endpoint_pack(n->node, n->interface) : 0);
	set_timer(sim, n, sim->engine.now + retransmit_ns);
}

/* ---- what an entry does by itself ---- */

/* Nobody answered: the next packet starts to ask again. */
static void fail(struct sim *sim, struct neighbour *n)
{
	n->state = NEIGHBOUR_ABSENT;
	set_timer(sim, n, next_use(sim, n, sim->engine.now));
}

static void ask(struct sim *sim, struct neighbour *n)
{
	if (n->requests < TRIES)
		send_request(sim, n, false);
	else
		fail(sim, n);
}

static void start_asking(struct sim *sim, struct neighbour *n)
{
	n->state = NEIGHBOUR_ASKING;
	n->requests = 0;
	ask(sim, n);
}

static void probe(struct sim *sim, struct neighbour *n)
{
	if (n->requests < TRIES) {
		/* A router asks everybody when an entry has come of age. */
		send_request(sim, n, observer_of(sim, n)->profile != OBSERVER_ROUTER);
		return;
	}
	sim_tell(sim, "neighbour-failed", "three requests without an answer",
		 "%s forgets %s at %s", observer_of(sim, n)->name,
		 sim->setup->vips.items[n->vip].text, sim->setup->nodes.items[n->node].name);
	forget(sim, n);
	fail(sim, n);
	reach_assess(sim, n);
}

static void start_probing(struct sim *sim, struct neighbour *n)
{
	n->state = NEIGHBOUR_PROBING;
	n->requests = 0;
	probe(sim, n);
}

static void timer(void *context, void *actor, uint64_t arg)
{
	static void (*const next[])(struct sim *, struct neighbour *) = {
		[NEIGHBOUR_ABSENT] = start_asking,
		[NEIGHBOUR_ASKING] = ask,
		[NEIGHBOUR_VALID] = start_probing,
		[NEIGHBOUR_PROBING] = probe,
	};
	struct neighbour *n = actor;

	(void)arg;
	next[n->state](context, n);
}

/* ---- what happens to it ---- */

static bool accepts_gratuitous(const struct setup_observer *o)
{
	return o->profile == OBSERVER_LINUX ||
	       (o->profile == OBSERVER_ROUTER && o->accepts_gratuitous);
}

/*
 * An entry that is there, or being asked for, now points to the sender. It is stale then;
 * but what says nothing new leaves the entry of a `linux` observer as it is, and makes that of
 * a router younger.
 */
void neighbour_hear_gratuitous(struct sim *sim, struct neighbour *n, uint64_t from)
{
	bool v4 = ip_family(sim->setup->vips.items[n->vip].ip) == IP_V4;

	if (!accepts_gratuitous(observer_of(sim, n)) || n->state == NEIGHBOUR_IDLE ||
	    n->state == NEIGHBOUR_ABSENT)
		return;
	if (!points_to(n, from))
		point_to(sim, n, from, v4 ? "gratuitous ARP" : "an unsolicited advertisement");
	else if (observer_of(sim, n)->profile == OBSERVER_LINUX)
		return;
	become_valid(sim, n, false);
	reach_assess(sim, n);
}

void neighbour_start(struct sim *sim, struct neighbour *n)
{
	forget(sim, n);
	fail(sim, n);
	reach_assess(sim, n);
}

void neighbour_stop(struct sim *sim, struct neighbour *n)
{
	forget(sim, n);
	engine_cancel(&sim->engine, &n->timer);
	n->state = NEIGHBOUR_IDLE;
	reach_assess(sim, n);
}
