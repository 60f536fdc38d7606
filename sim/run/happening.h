/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event of the scenario while it fires, and what acts on it:
 *
 *	happen.c	who it is about; the API server, wires, addresses, clocks, objects
 *	happen_nodes.c	nodes and agents, and those that go one after another
 *	happen_bgp.c	BGP daemons of nodes, sessions, the wire between nodes and routers
 *	happen_routers.c	routers, their ports, filters
 *	happen_pods.c	where Pods run: those of the agents and those of the Services
 */
#ifndef SIM_RUN_HAPPENING_H
#define SIM_RUN_HAPPENING_H

#include "sim/agent/agent.h"
#include "sim/engine/trace.h"
#include "sim/run/happen.h"

/* An event that fires. */
struct happening {
	struct sim *sim;
	const struct setup_event *event;
	struct agent *agent; /* of the node it names; NULL: it names none */
	const char *node;    /* its name */
	uint32_t interface;  /* of the node, where the event is about one */
	uint32_t vip;        /* that the node holds and the event names; SETUP_NONE: none */
};

/* An event that finds things as it would make them: the timeline says so and why. */
void happen_nothing(const struct happening *h, const char *to, const char *why);
/* The cluster is not quiet yet: something that an event began goes on. */
void happen_disturb(struct sim *sim);

/* ---- happen_nodes.c ---- */

void happen_nodes_init(struct sim *sim);
void happen_node_crash(const struct happening *h);
void happen_node_recover(const struct happening *h);
void happen_node_reboot(const struct happening *h);
void happen_agent_kill(const struct happening *h);
void happen_agent_stop(const struct happening *h);
void happen_agent_start(const struct happening *h);
void happen_agent_restart(const struct happening *h);
void happen_agent_crash(const struct happening *h);
void happen_rolling_restart(const struct happening *h);
void happen_rolling_reboot(const struct happening *h);
void happen_node_delete(const struct happening *h);
void happen_lease_delete(const struct happening *h);

/* How long the kubelet waits before it starts a container that died again. */
sim_ns happen_crash_delay(struct sim *sim, struct crash_loop *loop);

/* ---- happen_bgp.c ---- */

void happen_bgp_daemon_stop(const struct happening *h);
void happen_bgp_daemon_kill(const struct happening *h);
void happen_bgp_daemon_start(const struct happening *h);
void happen_bgp_session_reset(const struct happening *h);
void happen_cut(const struct happening *h);
void happen_heal(const struct happening *h);
void happen_bgp_daemon_restart(const struct happening *h);
void happen_bgp_daemon_pause(const struct happening *h);
void happen_bgp_daemon_resume(const struct happening *h);
void happen_bgp_drain(const struct happening *h);
void happen_graceful_restart(const struct happening *h);
void happen_bgp_session_down(const struct happening *h);
void happen_bgp_session_up(const struct happening *h);
void happen_password(const struct happening *h);

/* ---- happen_bgp_config.c ---- */

/* The BGPConfiguration may be another one: each node's controller hears of it. */
void happen_bgp_configure(const struct happening *h);

/* ---- happen_routers.c ---- */

void happen_router_daemon_stop(const struct happening *h);
void happen_router_daemon_kill(const struct happening *h);
void happen_router_daemon_start(const struct happening *h);
void happen_router_crash(const struct happening *h);
void happen_router_recover(const struct happening *h);
void happen_router_link_down(const struct happening *h);
void happen_router_link_up(const struct happening *h);
void happen_filter_179(const struct happening *h);
void happen_unfilter_179(const struct happening *h);
void happen_prefix_filter(const struct happening *h);
void happen_max_paths(const struct happening *h);

/* ---- happen_pods.c ---- */

void happen_pods_init(struct sim *sim);
/* The node has a Pod of the DaemonSet, which the kubelet starts again. */
bool happen_pod_is_there(const struct sim *sim, uint32_t node);
/* The agent's Pod is deleted: another takes its place where the DaemonSet makes one. */
void happen_pod_delete(struct sim *sim, struct agent *agent);
void happen_drain(const struct happening *h);
void happen_uncordon(const struct happening *h);
void happen_taint(const struct happening *h);
void happen_untaint(const struct happening *h);
void happen_label(const struct happening *h);
void happen_endpoints(const struct happening *h);

#endif
