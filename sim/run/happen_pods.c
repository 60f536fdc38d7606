/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where Pods run (S6.5). The agents' are a DaemonSet's: they stay on a node that is drained, a
 * NoSchedule taint keeps new ones off, a NoExecute taint or other labels end those that are
 * there (P4.8). The Services' are evicted by a drain and by NoExecute, and each comes up on
 * another node that takes Pods, if there is one. Which node the scheduler chooses is drawn from
 * the seed: one without a Pod of the Service if possible. Pods of Services are assumed to
 * tolerate no taint. Disruption budgets and the eviction from nodes that are down are left out.
 */
#include <string.h>

#include "base/text.h"
#include "sim/run/happening.h"

static const char unschedulable[] = "node.kubernetes.io/unschedulable";

static struct pod_place *happen_place(const struct sim *sim, uint32_t node)
{
	return &sim->happen->places[node];
}

/* The node with its labels as they are now. */
static const struct cluster_node *happen_labeled_node(const struct sim *sim, uint32_t node)
{
	const struct setup *setup = sim->setup;
	const struct cluster_node *now =
		cluster_find_node(setup->versions.items[sim->happen->labels].cluster,
				  setup->nodes.items[node].name);

	return now != NULL ? now : setup->nodes.items[node].cluster_node;
}

/* The DaemonSet as far as it can judge the node: without labels, taints are all that counts. */
static const struct workload *happen_daemon_set(const struct sim *sim,
						const struct cluster_node *node)
{
	return node->labels_known ? placement_daemon_set(sim->setup->cluster->snapshot) : NULL;
}

/* ---- the agents' Pods ---- */

/* Whether the DaemonSet would make a Pod on the node (P4.8). */
static bool happen_pod_may_start(struct sim *sim, uint32_t node)
{
	const struct cluster_node *now = happen_labeled_node(sim, node);

	return sim->api->node_exists[node] &&
	       placement_on_node(happen_daemon_set(sim, now), &happen_place(sim, node)->node,
				 &now->labels)
			       .obstacle == PLACEMENT_FREE;
}

bool happen_pod_is_there(const struct sim *sim, uint32_t node)
{
	return happen_place(sim, node)->agent;
}

static const char *happen_pod_obstacle(struct sim *sim, uint32_t node)
{
	const struct cluster_node *now = happen_labeled_node(sim, node);
	const struct placement placement = placement_on_node(
		happen_daemon_set(sim, now), &happen_place(sim, node)->node, &now->labels);
	const char *text = placement_text(&placement, sim->arena);

	return arena_printf(sim->arena, "%s %s", sim->setup->nodes.items[node].name,
			    text != NULL ? text : "has no Node object");
}

void happen_pod_delete(struct sim *sim, struct agent *agent)
{
	const bool again = happen_pod_may_start(sim, agent->node);

	happen_place(sim, agent->node)->agent = again;
	if (!again)
		trace_note(sim, "agent-gone", happen_pod_obstacle(sim, agent->node),
			   "%s gets no new agent", agent_node_name(sim, agent));
	agent_stop(sim, agent, again);
}

/* The DaemonSet deletes its Pod: SIGTERM, and no other follows. */
static void happen_pod_evict(struct sim *sim, struct agent *agent)
{
	happen_place(sim, agent->node)->agent = false;
	trace_note(sim, "agent-evicted", happen_pod_obstacle(sim, agent->node),
		   "agent of %s is evicted", agent_node_name(sim, agent));
	engine_cancel(&sim->engine, &agent->start);
	if (agent_is_alive(agent))
		agent_stop(sim, agent, false);
}

static void happen_pod_create(struct sim *sim, struct agent *agent)
{
	happen_place(sim, agent->node)->agent = true;
	trace_note(sim, "agent-scheduled", "the DaemonSet selects the node again",
		   "%s gets an agent", agent_node_name(sim, agent));
	if (agent_is_alive(agent))
		agent->comes_again = true; /* the one before has not ended yet */
	else if (kernel_powered(sim, agent->node))
		agent_start_in(sim, agent, agents_restart_time(sim));
}

/* What the DaemonSet does about a node that is not what it was. False: nothing. */
static bool happen_pod_look(struct sim *sim, struct agent *agent)
{
	const struct cluster_node *now = happen_labeled_node(sim, agent->node);
	const bool there = happen_pod_is_there(sim, agent->node);

	if (there && !placement_stays(happen_daemon_set(sim, now),
				      &happen_place(sim, agent->node)->node, &now->labels))
		happen_pod_evict(sim, agent);
	else if (!there && happen_pod_may_start(sim, agent->node))
		happen_pod_create(sim, agent);
	else
		return false;
	return true;
}

/* ---- the Services' Pods ---- */

static const bool *happen_endpoint_nodes(const struct sim *sim, uint32_t service)
{
	return api_endpoint_nodes(sim, service, api_endpoints_newest(sim, service));
}

static void happen_set_endpoint(struct sim *sim, uint32_t service, uint32_t node, bool there)
{
	const uint32_t count = sim->setup->nodes.count;
	const bool *before = happen_endpoint_nodes(sim, service);
	bool *after = arena_zalloc(sim->arena, (size_t)count + 1, sizeof(*after));

	if (before != NULL)
		memcpy(after, before, count * sizeof(*after));
	after[node] = there;
	api_write_endpoints(sim, service, after);
}

static bool happen_takes_pods(const struct sim *sim, uint32_t node)
{
	const struct pod_place *place = happen_place(sim, node);

	if (place->cordoned || !kernel_powered(sim, node) || !sim->api->node_exists[node])
		return false;
	ARRAY_FOREACH (const struct taint, taint, &place->node.taints.list) {
		if (!str_equal(taint->effect.s, "PreferNoSchedule"))
			return false;
	}
	return true;
}

/* Any node that takes Pods, of those without one of the Service if there are any. */
static uint32_t happen_choose_node(struct sim *sim, uint32_t service)
{
	const bool *has = happen_endpoint_nodes(sim, service);
	uint32_t chosen = SETUP_NONE;
	uint32_t count = 0;
	bool spreads = false;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const bool empty = has == NULL || !has[n];

		if (!happen_takes_pods(sim, n) || (spreads && !empty))
			continue;
		if (empty && !spreads)
			count = 0;
		spreads |= empty;
		if (random_below(&sim->happen->pods, ++count) == 0)
			chosen = n;
	}
	return chosen;
}

static void happen_pod_ready(void *context, void *actor, uint64_t service)
{
	struct sim *sim = context;
	uint32_t node;

	if (sim->api->down) {
		/* Nobody hears of it before the server is back. */
		engine_in(&sim->engine, NS_PER_SEC, happen_pod_ready, actor, service);
		return;
	}
	happen_disturb(sim);
	node = happen_choose_node(sim, (uint32_t)service);
	if (node == SETUP_NONE) {
		sim->happen->homeless[service]++;
		trace_note(sim, "pod-pending", "no node takes Pods",
			   "a Pod of %s waits for a node",
			   sim->setup->services.items[service].name);
		return;
	}
	trace_note(sim, "pod-ready", "it was evicted from another node",
		   "a Pod of %s is ready on %s", sim->setup->services.items[service].name,
		   sim->setup->nodes.items[node].name);
	happen_set_endpoint(sim, (uint32_t)service, node, true);
}

static void happen_pod_starts(struct sim *sim, uint32_t service)
{
	engine_in(&sim->engine,
		  distribution_sample(&sim->setup->timing.pod_restart, &sim->happen->pods),
		  happen_pod_ready, NULL, service);
}

/* Returns how many Services lost their endpoint on the node. */
static uint32_t happen_move_pods(struct sim *sim, uint32_t node)
{
	uint32_t moved = 0;

	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		const bool *has = happen_endpoint_nodes(sim, s);

		if (has == NULL || !has[node] || !api_service(sim, s)->exists)
			continue;
		moved++;
		happen_set_endpoint(sim, s, node, false);
		happen_pod_starts(sim, s);
	}
	return moved;
}

/* A node takes Pods again. */
static void happen_settle_homeless(struct sim *sim)
{
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		while (sim->happen->homeless[s] > 0) {
			sim->happen->homeless[s]--;
			happen_pod_starts(sim, s);
		}
	}
}

/* ---- events ---- */

void happen_endpoints(const struct happening *h)
{
	const char *service = h->sim->setup->services.items[h->event->service].name;
	uint32_t count = 0;

	for (uint32_t n = 0; n < h->sim->setup->nodes.count; n++)
		count += h->event->nodes[n];
	if (count > 0)
		trace_note(h->sim, "endpoints", CAUSE_SCENARIO, "endpoints of %s moved",
			   service);
	else
		trace_note(h->sim, "endpoints", CAUSE_SCENARIO, "%s no longer has any endpoint",
			   service);
	api_write_endpoints(h->sim, h->event->service, h->event->nodes);
}

/* "endpoints of 2 Services move", where that matters to PureLB. */
static const char *happen_moves_text(struct sim *sim, uint32_t moved)
{
	if (moved == 0)
		return "no endpoint that PureLB looks at is on it";
	return arena_printf(sim->arena, "the endpoints of %u Service%s move", moved,
			    moved == 1 ? "" : "s");
}

void happen_drain(const struct happening *h)
{
	struct pod_place *place = happen_place(h->sim, h->agent->node);

	if (place->cordoned) {
		happen_nothing(h, h->node, "it is already cordoned");
		return;
	}
	place->cordoned = true;
	trace_note(h->sim, "drained", CAUSE_SCENARIO, "%s is drained: its agent stays, and %s",
		   h->node,
		   happen_moves_text(h->sim, happen_move_pods(h->sim, h->agent->node)));
}

void happen_uncordon(const struct happening *h)
{
	struct pod_place *place = happen_place(h->sim, h->agent->node);

	if (!place->cordoned) {
		happen_nothing(h, h->node, "it is not cordoned");
		return;
	}
	place->cordoned = false;
	trace_note(h->sim, "uncordoned", CAUSE_SCENARIO, "%s takes Pods again", h->node);
	happen_settle_homeless(h->sim);
}

static bool happen_same_taint(const struct taint *a, const struct taint *b)
{
	return str_equal(a->key.s, b->key.s) &&
	       (b->effect.s == NULL || str_equal(a->effect.s, b->effect.s));
}

static const char *happen_taint_text(struct sim *sim, const struct taint *taint)
{
	const char *value = taint->value.s != NULL ? taint->value.s : "";

	return arena_printf(sim->arena, "%s%s%s%s%s", taint->key.s, *value != '\0' ? "=" : "",
			    value, taint->effect.s != NULL ? ":" : "",
			    taint->effect.s != NULL ? taint->effect.s : "");
}

void happen_taint(const struct happening *h)
{
	struct sim *sim = h->sim;
	struct taints *taints = &happen_place(sim, h->agent->node)->node.taints;
	const bool evicts = str_equal(h->event->taint->effect.s, "NoExecute");
	struct taints more = { 0 };

	ARRAY_FOREACH (const struct taint, taint, &taints->list) {
		if (happen_same_taint(taint, h->event->taint)) {
			happen_nothing(h, h->node, "it already has that taint");
			return;
		}
		ARRAY_ADD(sim->arena, &more.list, *taint);
	}
	ARRAY_ADD(sim->arena, &more.list, *h->event->taint);
	*taints = more;
	trace_note(sim, "tainted", CAUSE_SCENARIO, "%s has the taint %s%s%s", h->node,
		   happen_taint_text(sim, h->event->taint), evicts ? "; " : "",
		   evicts ? happen_moves_text(sim, happen_move_pods(sim, h->agent->node)) : "");
	if (!happen_pod_look(sim, h->agent) && happen_pod_is_there(sim, h->agent->node))
		trace_note(sim, "agent-stays",
			   evicts || happen_pod_may_start(sim, h->agent->node)
				   ? "the DaemonSet tolerates the taint"
				   : "NoSchedule ends no running Pod",
			   "agent of %s keeps running", h->node);
}

void happen_untaint(const struct happening *h)
{
	struct sim *sim = h->sim;
	struct taints *taints = &happen_place(sim, h->agent->node)->node.taints;
	struct taints left = { 0 };

	ARRAY_FOREACH (const struct taint, taint, &taints->list) {
		if (h->event->taint != NULL && !happen_same_taint(taint, h->event->taint))
			ARRAY_ADD(sim->arena, &left.list, *taint);
	}
	if (left.list.count == taints->list.count) {
		happen_nothing(h, h->node, "it has no such taint");
		return;
	}
	*taints = left;
	trace_note(sim, "untainted", CAUSE_SCENARIO, "%s no longer has %s%s", h->node,
		   h->event->taint != NULL ? "the taint " : "any taint",
		   h->event->taint != NULL ? happen_taint_text(sim, h->event->taint) : "");
	(void)happen_pod_look(sim, h->agent);
	happen_settle_homeless(sim);
}

/* The DaemonSet looks at once; an agent counts the labels at its next delivery (P9.3). */
void happen_label(const struct happening *h)
{
	struct sim *sim = h->sim;

	sim->happen->labels = h->event->version;
	trace_note(sim, "labeled", CAUSE_SCENARIO, "%s",
		   sim->setup->versions.items[h->event->version].what);
	api_write_config(sim, h->event->version);
	happen_bgp_configure(h);
	ARRAY_FOREACH (const uint32_t, node, &h->event->group)
		(void)happen_pod_look(sim, agent_of(sim, *node));
}

/* ---- start ---- */

/* What an agent ran with so far it tolerates, unless the input has the DaemonSet. */
static void happen_init_place(struct sim *sim, uint32_t n)
{
	const struct setup_node *node = &sim->setup->nodes.items[n];
	const struct node *object = node->cluster_node->node;
	struct pod_place *place = happen_place(sim, n);
	struct taints taints = { 0 };

	if (object != NULL)
		place->node = *object;
	place->node.object.name.s = node->name;
	ARRAY_FOREACH (const struct taint, taint, &place->node.taints.list) {
		if (str_equal(taint->key.s, unschedulable))
			place->cordoned = true;
		else if (happen_daemon_set(sim, node->cluster_node) != NULL)
			ARRAY_ADD(sim->arena, &taints.list, *taint);
	}
	place->node.taints = taints;
	place->agent = node->cluster_node->live ||
		       node->cluster_node->placement.state != PLACEMENT_NEVER;
}

void happen_pods_init(struct sim *sim)
{
	struct happen *happen = sim->happen;
	const struct setup *setup = sim->setup;

	happen->pods = random_split(sim->seed, "control.pods");
	happen->places = arena_zalloc(sim->arena, setup->nodes.count, sizeof(*happen->places));
	happen->homeless =
		arena_zalloc(sim->arena, setup->services.count, sizeof(*happen->homeless));
	for (uint32_t n = 0; n < setup->nodes.count; n++)
		happen_init_place(sim, n);
}
