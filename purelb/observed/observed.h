/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the input shows of the running cluster (O2): whether PureLB's programs run and why not,
 * what Events say of an object, what k8gobgp reports, and which backends are ready. Facts with
 * their places; what follows from them is for the checks of validator/observed and for
 * `inspect`.
 *
 * Each answer has a state "unknown" of its own: what the input does not show is never taken for
 * absent, unless a Capture says that all of it was read (I3).
 */
#ifndef PURELB_OBSERVED_OBSERVED_H
#define PURELB_OBSERVED_OBSERVED_H

#include "purelb/agents/cluster.h"
#include "purelb/allocation/allocation.h"
#include "purelb/election/endpoints.h"

enum component_state {
	COMPONENT_UNKNOWN, /* nothing shows it */
	COMPONENT_RUNS,
	COMPONENT_DOWN,   /* it is there and does not work */
	COMPONENT_ABSENT, /* all Pods, or all Deployments, were read, and it is not there */
};

/* The allocator, or the agent or the k8gobgp of one node. */
struct component {
	enum component_state state;
	/* The end of a sentence whose subject is the component: "is in CrashLoopBackOff (17
	 * restarts)". NULL: unknown. */
	const char *text;
	const struct pod *pod;       /* that shows it; NULL: another object does */
	const struct object *object; /* that shows it; NULL: none does */
	struct pos pos;              /* in that object */
	const char *path;
	const char *since; /* RFC 3339; NULL: not known */
};

/* The Events about one object are neighbors, the newest first. */
struct event_list {
	ARRAY_OF(const struct event *) list;
};

/* A node with an address on an interface, as its inventory shows it. */
struct observed_holder {
	const struct cluster_node *node;
	const struct node_interface *interface;
	const struct node_net *net;
};

struct observed {
	const struct cluster *cluster;
	struct arena *arena;
	bool live;      /* it comes from a running cluster: it has what nobody writes by hand */
	bool has_pods;  /* Pods of PureLB are in the input */
	bool knows_age; /* cluster->now_ns is when the cluster was looked at, not a bound */
	struct component allocator;
	struct component *agents;   /* by index in cluster->nodes */
	struct component *speakers; /* k8gobgp, likewise; all unknown where there is none */
	struct component *proxies;  /* kube-proxy, likewise */
	const struct bgp_node_report **reports; /* BGPNodeStatus, likewise; NULL: none */
	const struct bgp_node_report **fresh;   /* of those: not stale (BG5.7a) */
	/* Likewise: how long after the clock its lease was renewed, where for its own clock the
	 * valid leases of most others have expired by then; else 0. (P8.4) */
	int64_t *ahead_ns;
	struct event_list events; /* by kind, namespace, name; newest first */
	struct slice_index slices;
	ARRAY_OF(struct observed_holder) holders; /* by address, then by node */
	/* The interfaces of the inventory were read from running nodes: at least one address
	 * that a Service holds is on one of them. What `ip` printed there needs no such proof.
	 */
	bool shows_vips;
};

/* Collects what there is. Borrows the cluster; allocates in `arena`. */
void observed_build(struct observed *out, const struct cluster *cluster, struct arena *arena);

/* The newest Event about the object with one of these reasons (NULL-terminated), or NULL. */
const struct event *observed_event(const struct observed *observed, const struct object *about,
				   const char *const *reasons);

/* The newest Event of the node's agent about announcing the address of the Service, when it
 * says that this failed; NULL: none, or it was announced later. */
const struct event *observed_announce_failure(const struct observed *observed,
					      const struct service *service, struct ip ip,
					      const char *node);

/* When the Event was seen last, as written; NULL: it does not say. */
const char *event_last_seen(const struct event *event);

/* "12s", "3m", "2h", "4d": how long before the capture the RFC 3339 time was; NULL when either
 * is not known or the time is not in the past. */
const char *observed_age(const struct observed *observed, const char *time);
/* The same of nanoseconds since 1970. */
const char *observed_age_ns(const struct observed *observed, int64_t ns);

/* True when the node that the BGPNodeStatus is from has not renewed it for more than three of
 * its heartbeats (BG5.7a). */
bool observed_report_is_stale(const struct observed *observed,
			      const struct bgp_node_report *report);

bool bgp_neighbor_is_up(const struct bgp_neighbor_status *neighbor);

/* The Service has no address, and its allocation says that PureLB would give it one; the input
 * comes from a running cluster, so it waits there. */
bool observed_waits(const struct observed *observed, const struct allocation *allocation);

enum waiting {
	WAITING_NOT,   /* it has its address, or nothing shows that it waits */
	WAITING_MAYBE, /* it has none; it may just have been created */
	WAITING,       /* nobody serves it: the allocator is down, said that it failed, or let
			* more than a minute pass */
};
enum waiting observed_waiting(const struct observed *observed,
			      const struct allocation *allocation);

/* ---- advice: one sentence that begins with a verb ---- */

/* About a program that does not run; `name` is its container's. */
const char *component_advice(const struct component *component, const char *name,
			     const char *namespace, struct arena *arena);
/* True when the text of an error has `part` in it, letters in any case; NULL has nothing. */
bool error_mentions(const char *text, const char *part);

/* About a session that is not established; `error` is what was said of it, or NULL. */
const char *bgp_session_advice(const struct bgp_neighbor_status *neighbor, const char *error,
			       struct arena *arena);

/* ---- backends ---- */

struct backends {
	bool known;         /* the input has EndpointSlices of the Service, or all of them */
	uint32_t total;     /* endpoints */
	uint32_t ready;     /* of them; as kube-proxy, an absent condition counts as ready */
	uint32_t serving;   /* not ready, but serving while they terminate */
	const bool *nodes;  /* by index in cluster->nodes: has a ready one */
	const char *places; /* "node-a, node-b"; "" for none */
	const struct endpoint *first; /* of those that are not ready; NULL: none */
	const struct endpoint_slice *slice;
};

/* The endpoints of a Service, in `arena`. */
struct backends observed_backends(const struct observed *observed,
				  const struct service *service);

/* A Pod that the Service selects and that does not run, and which of its containers; false:
 * none of those in the input. */
bool observed_backend_down(const struct observed *observed, const struct service *service,
			   struct component *out, const char **container);

/* ---- who has an address ---- */

/* The first of the holders of the address and, in *count, how many there are, by node. */
const struct observed_holder *observed_holders_of(const struct observed *observed, struct ip ip,
						  uint32_t *count);

/* True when the interfaces of the node, in an inventory, show the address. */
bool observed_holds(const struct observed *observed, const struct cluster_node *node,
		    struct ip ip);

/* The interfaces of the node were looked at: an address that is not on them is not there. */
bool observed_looked_at(const struct observed *observed, const struct cluster_node *node);

/* kube-proxy in IPVS mode has every address of a Service on an interface of its own, on every
 * node: it shows nothing of who announces it. */
bool observed_interface_is_proxy(const char *interface);

/* True when PureLB's brand is on the Service: it allocated what the Service holds (P1.3). */
bool service_is_branded(const struct service *service);

#endif
