/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent on one node (P4 to P9): its life, its lease, its copy of the
 * others' leases, its configuration, its work queue, and the addresses it puts on interfaces.
 * Each theme has a file agent_<theme>.c; this is what they share.
 *
 * The struct outlives the process: a new process of the node takes it over, with `instance`
 * counted up, so that what the one before left behind can be told from its own.
 */
#ifndef SIM_AGENT_AGENT_H
#define SIM_AGENT_AGENT_H

#include "base/paged.h"
#include "sim/agent/allocator.h"
#include "sim/agent/queue.h"
#include "sim/agent/views.h"
#include "sim/api/client.h"
#include "sim/api/limiter.h"
#include "sim/engine/cause.h"
#include "sim/network/network.h"

enum agent_phase {
	AGENT_OFF,      /* no process runs */
	AGENT_STARTING, /* no lease or no list of leases yet */
	AGENT_RUNNING,
	AGENT_DRAINING, /* SIGTERM: what is queued is still processed */
	AGENT_STOPPING, /* waits, deletes its lease, withdraws */
};

/* A VIP that is or may be on an interface of the node. */
struct record {
	uint32_t vip;
	bool announced;          /* by this process (P6.9) */
	uint32_t interface;      /* where it was added last */
	struct event_id renewal; /* of the address's lifetime (P6.6) */
	sim_ns every;            /* between renewals */
	struct address_setting how;
};

/* What an agent knows about a Service that it has dealt with. */
struct service_memory {
	uint32_t service;
	uint32_t failures;   /* in a row (P9.6) */
	bool ingress;        /* its addresses are in the agent's own books: */
	const bool *has;     /* these of them, flags by place; NULL: all */
	uint32_t endpoints;  /* version of its EndpointSlices in the cache */
	struct cause cause;  /* why it was queued by itself */
	struct limiter spam; /* Events about it (P9.4) */
};

/* An address of the node itself that came or went during the run. */
struct address_change {
	const char *interface;
	struct ip_net address;
	bool added;
};

/* The Service queue's one worker. */
enum worker_state {
	WORKER_OFF, /* not started yet */
	WORKER_IDLE,
	WORKER_RUN,     /* Services of no interest */
	WORKER_SERVICE, /* one by name */
	WORKER_WAITING, /* for the limiter, with a Service to write */
	WORKER_WRITING,
};

struct worker {
	enum worker_state state;
	uint32_t service; /* by name */
	uint32_t count;   /* of a run: places */
	uint32_t kept;    /* so many of them are of Services that it keeps */
	uint32_t told;    /* and of these it has sent the Events of so many */
	sim_ns since;     /* when the run began */
	sim_ns each;      /* time for one of its places */
	struct event_id timer;
	sim_ns deadline;                /* of the write */
	uint32_t base;                  /* version that the write is based on */
	struct service_version written; /* what it writes */
	struct slot *slots;
	/* Its decision about each VIP of the Service, and agent->knowledge when it took it. */
	struct announcement *decisions;
	uint64_t decided_with;
};

/* Services that it keeps whoever wins (agent_kept.c). */
struct kept {
	bool *services; /* by Service; NULL: there were none yet */
	uint32_t count, vips;
	uint32_t others; /* Services that the last reprocess looked at one by one */
	uint64_t places_left, vips_left; /* of shares that were rounded down */
	struct limiter spam;             /* Events about any of them (P9.4) */
};

/* Events on their way to the API server, one at a time. */
struct recorder {
	uint32_t *services; /* a ring: what they are about; QUEUE_RUN: one that it keeps */
	uint32_t head, count, capacity;
	bool busy;
	uint32_t tries; /* of the first */
	struct event_id timer;
};

/* Deliveries of configuration, one at a time. (P9.2) */
struct config_worker {
	bool running, busy;
	bool applied; /* by this process, at least one */
	uint32_t pending;
	uint32_t failures;
	struct event_id timer, retry;
};

struct agent {
	uint32_t node;
	enum agent_phase phase;
	uint32_t instance;
	uint32_t restarts;     /* failed starts in a row */
	struct event_id start; /* of the next process or of the next step of the start */
	sim_ns asked;          /* since when a starting process waits for its caches */
	bool comes_again;      /* a new process follows the one that stops */
	struct client client;

	/* Its lease, and what it makes of all leases. */
	struct event_id tick; /* of the renewals */
	bool renewing;        /* one is under way */
	bool tick_waits;      /* and the next is due */
	int64_t renew_time;   /* that the renewal under way writes */
	uint64_t renew_base;  /* change of the lease that it is based on */
	uint32_t renew_failures;
	bool healthy, synced;
	struct event_id resync; /* of the leases */
	int64_t earliest;       /* no member expires before */
	struct view *view;

	/* Its configuration. */
	uint32_t config;                      /* version in its cache */
	const struct prepared_node *prepared; /* NULL: not configured */
	uint32_t prepared_version;
	bool selected;       /* a configuration says what its lease advertises */
	uint32_t selects;    /* that set of subnets; else P8.2 */
	uint32_t advertises; /* what the next renewal writes */
	ARRAY_OF(struct address_change) addresses; /* of the node, since the start */
	struct prepared_node altered;              /* how it announces with these */
	uint64_t altered_of; /* a digest of what `altered` was made from; 0: not yet made */
	struct config_worker configs;
	struct event_id config_resync;

	/* Its work. */
	struct queue queue;
	struct worker worker;
	struct kept kept;
	struct recorder recorder;
	struct limiter core; /* requests to core/v1 */
	struct limiter retries;
	struct event_id service_resync;
	struct paged seen;  /* by Service: version in the cache */
	uint64_t knowledge; /* counts up when something changes that decisions rest on */
	struct cause cause; /* of what it does now */

	ARRAY_OF(struct record) records;
	struct paged record_of; /* by VIP: place in records plus 1 */
	/* The first `service_count` of them are in use. */
	ARRAY_OF(struct service_memory *) services;
	uint32_t service_count;
	struct paged service_of; /* by Service: the same */
	struct agent_result *result;
};

enum {
	/* How often client libraries look whether a cache is filled. */
	SYNC_POLL_MS = 100,
	SERVICE_RESYNC_S = 600,
	CONFIG_RESYNC_S = 600,
};

/* A gratuitous sequence that is going on. (P7.2) */
struct sequence {
	struct agent *agent;
	uint32_t instance; /* of the process that began it */
	uint32_t vip, interface;
	uint32_t left; /* sends */
	sim_ns interval;
	bool verify;
	const bool *preferred;
	uint32_t next_free; /* number plus 1 */
};

struct sequences {
	struct sequence *items;
	uint32_t count, capacity, free;
};

/* Lists that are made and used at once, again and again. */
struct agent_scratch {
	uint32_t *members;  /* by node */
	uint32_t *services; /* interesting ones */
	uint32_t service_count, service_capacity;
	uint32_t *marks; /* by Service: the last list that it is in */
	uint32_t mark;
};

/* All agents, and what they share. */
struct agents {
	struct agent *items; /* by node */
	const struct prepared *prepared;
	struct subnet_sets sets; /* the set-up's, and what address events bring */
	struct views views;
	struct queue_scratch queue_scratch;
	struct agent_scratch scratch;
	struct sequences sequences;
	struct allocator allocator;
	/* One stream of random numbers for each source, so that none shifts another's. */
	struct random work;     /* time of the workers */
	struct random queue;    /* order of a reprocess */
	struct random begin;    /* phases of agents that run already */
	struct random clock;    /* offsets */
	struct random restart;  /* from stop to start */
	struct random drain;    /* of shutdowns */
	struct random withdraw; /* order of addresses at the end */
	/* Called when a new process has written its lease; NULL: nobody asks. */
	void (*lease_written)(struct sim *sim, uint32_t node);
	/* The containers of the Pod get SIGTERM, or start. NULL: nobody wants to know. */
	void (*pod_changed)(struct sim *sim, uint32_t node, bool runs);
};

/* All agents and the allocator as if they had run for long; agents of expired leases are off.
 */
void agents_init(struct sim *sim);
void agents_free(struct sim *sim);
/* What they counted during the warm-up does not count. */
void agents_forget_warmup(struct sim *sim);
/* How long a process that stopped takes to come again, this time. */
sim_ns agents_restart_time(struct sim *sim);

struct agent *agent_of(const struct sim *sim, uint32_t node);
const char *agent_node_name(const struct sim *sim, const struct agent *agent);
/* Its wall clock now, in ns since the start of the run by a right clock. */
int64_t agent_clock(const struct sim *sim, const struct agent *agent);
/* There is a process. */
bool agent_is_alive(const struct agent *agent);
/* Why it does what it will do now, where no node is named. */
void agent_set_cause(struct sim *sim, struct agent *agent, enum cause_kind kind);

/* ---- agent_life.c ---- */

/* As if it had run for long: its lease is there, it knows everything. */
void agent_begin(struct sim *sim, struct agent *agent);
/* Announces what it has won, after all have begun. */
void agent_begin_announcing(struct sim *sim, struct agent *agent);
/* A new process, now; nothing happens when there is one. (P8.2) */
void agent_start(struct sim *sim, struct agent *agent);
/* A new process after this time. */
void agent_start_in(struct sim *sim, struct agent *agent, sim_ns delay);
/* The process dies; addresses stay on the interfaces. (P8.8) */
void agent_kill(struct sim *sim, struct agent *agent);

/* ---- agent_start.c, agent_stop.c ---- */

/* The list of leases, or the lists of Services and EndpointSlices, arrived. */
void agent_start_listed(struct sim *sim, struct agent *agent, enum watch_kind kind);
/* SIGTERM. (P8.7) `restart`: a new process follows. */
void agent_stop(struct sim *sim, struct agent *agent, bool restart);
/* The queue of a process that stops is empty. */
void agent_drained(struct sim *sim, struct agent *agent);

/* ---- agent_lease.c: renewals (P8.3) ---- */

void agent_start_renewals(struct sim *sim, struct agent *agent, sim_ns first);
void agent_stop_renewals(struct sim *sim, struct agent *agent);
/* Writes the lease as it is to be at `renew_time`. */
void agent_write_lease(struct sim *sim, struct agent *agent, int64_t renew_time);

/* ---- agent_members.c: copies of leases and membership (P8.4, P8.5) ---- */

void agent_lease_event(struct sim *sim, struct agent *agent, const struct lease_news *news);
/* Takes over what the server has now: after a list, or when a watch is back. */
void agent_take_leases(struct sim *sim, struct agent *agent);
void agent_start_resync(struct sim *sim, struct agent *agent, sim_ns first);
/* Builds the member list; true when it changed. What changed goes into agent->cause. */
bool agent_rebuild(struct sim *sim, struct agent *agent, enum cause_via via, uint32_t node);
/* The winner of a VIP as the agent answers: SETUP_NONE also when it says nobody. (P5.5) */
uint32_t agent_winner(const struct sim *sim, const struct agent *agent, uint32_t vip,
		      const bool *preferred);

/* ---- agent_config.c (P9.2) ---- */

void agent_config_delivered(struct sim *sim, struct agent *agent, uint32_t deliveries);
/* Takes over what the server has; `all`: every object is delivered. */
void agent_take_config(struct sim *sim, struct agent *agent, bool all);
void agent_config_stop(struct sim *sim, struct agent *agent);
/* Takes a version into force at once. */
void agent_apply(struct sim *sim, struct agent *agent, uint32_t version);

/* ---- agent_work.c: the queue and its worker ---- */

void agent_work_start(struct sim *sim, struct agent *agent);
void agent_work_stop(struct sim *sim, struct agent *agent);
/* What comes again every 10 minutes (P9.3) comes first after these times. */
void agent_start_long_resyncs(struct sim *sim, struct agent *agent, sim_ns services,
			      sim_ns config);
/* Looks for work. */
void agent_work(struct sim *sim, struct agent *agent);
void agent_enqueue(struct sim *sim, struct agent *agent, uint32_t service);
/* Queues every known Service. agent->cause says why. */
void agent_reprocess(struct sim *sim, struct agent *agent);
/* The worker is done with its Service; `retry`: it failed. */
void agent_service_done(struct sim *sim, struct agent *agent, bool retry);
/* Something happened to a Service in the agent's cache. */
void agent_service_event(struct sim *sim, struct agent *agent, uint32_t service,
			 uint32_t version);
void agent_endpoints_event(struct sim *sim, struct agent *agent, uint32_t service,
			   uint32_t version);
void agent_take_services(struct sim *sim, struct agent *agent, bool all);
void agent_take_endpoints(struct sim *sim, struct agent *agent);

/* Sends the Events of what the worker has done of its run by now. */
void agent_work_tell(struct sim *sim, struct agent *agent);

/* ---- agent_kept.c ---- */

/* A look at the Service changes nothing until one of the functions below says so; nothing
 * where they are few. */
void agent_kept_add(struct sim *sim, struct agent *agent, uint32_t service);
void agent_kept_drop(const struct sim *sim, struct agent *agent, uint32_t service);
void agent_kept_drop_all(const struct sim *sim, struct agent *agent);
bool agent_keeps(const struct agent *agent, uint32_t service);
/* How many of so many unnamed places are theirs. */
uint32_t agent_kept_among(struct agent *agent, uint32_t places);
/* How many Events so many of their places send. */
uint32_t agent_kept_events(const struct sim *sim, struct agent *agent, uint32_t places);

/* ---- agent_interest.c ---- */

/* Services that this agent cannot pass by: valid until the next call. */
const uint32_t *agent_interests(struct sim *sim, struct agent *agent, uint32_t *count);

/* ---- agent_reconcile.c ---- */

/* What the agent would do with a VIP that this node wins (SETUP_NONE: nobody). (P6.1 to P6.5)
 */
/* The Service as the agent's cache has it. */
const struct service_version *agent_service_seen(const struct sim *sim,
						 const struct agent *agent, uint32_t service);
struct announcement agent_decide(const struct sim *sim, const struct agent *agent, uint32_t vip,
				 uint32_t winner, bool policy_local);
/* Decides about every VIP of the Service, once: worker.decisions. True: it holds one. */
bool agent_decide_service(struct sim *sim, struct agent *agent, uint32_t service);
/* Of a Service that it decided about: if only its own end can change that, it is kept. */
void agent_keep_settled(struct sim *sim, struct agent *agent, uint32_t service);
/* Does what was decided; decides again only if something changed since. Goes on to the write
 * of the Service, or is done. */
void agent_reconcile(struct sim *sim, struct agent *agent, uint32_t service);

/* ---- agent_announce.c: addresses on interfaces ---- */

struct record *agent_record(const struct agent *agent, uint32_t vip);
/* Puts it on an interface, or refreshes it there; from then on it is renewed. */
struct record *agent_add_address(struct sim *sim, struct agent *agent, uint32_t vip,
				 const struct announcement *how, const char *cause);
/* Somebody else configures it on the interface, for good: the agent finds it there. */
void agent_take_foreign(struct sim *sim, struct agent *agent, uint32_t vip, uint32_t interface);
/* The next renewal of its lifetime comes after this time. */
void agent_renew_in(struct sim *sim, struct agent *agent, struct record *record, sim_ns delay);
/* Removes it from every interface. */
void agent_remove_address(struct sim *sim, struct agent *agent, uint32_t vip,
			  const char *reason);
/* The number in the setup of the interface that a decision names. */
uint32_t agent_interface(const struct sim *sim, const struct agent *agent,
			 const struct announcement *how);
/* The process is gone: nobody renews any more. */
void agent_forget_announced(struct sim *sim, struct agent *agent);
/* The node lost its power. */
void agent_forget_records(struct sim *sim, struct agent *agent);

/* ---- agent_write.c, agent_events.c ---- */

/* The worker writes agent->worker.written. */
void agent_write_service(struct sim *sim, struct agent *agent);
void agent_write_cancel(struct sim *sim, struct agent *agent);
void agent_emit(struct sim *sim, struct agent *agent, uint32_t service, uint32_t count);
void agent_emit_stop(struct sim *sim, struct agent *agent);

/* ---- agent_address.c: addresses of the node itself ---- */

/* Looks at the interfaces: sets what the lease will advertise. */
void agent_refresh_subnets(struct sim *sim, struct agent *agent);

/* Whether the interface has the address now. One that nobody described may have any. */
bool agent_has_address(const struct sim *sim, const struct agent *agent, uint32_t interface,
		       struct ip_net address, bool otherwise);
void agent_change_address(struct sim *sim, struct agent *agent, uint32_t interface,
			  struct ip_net address, bool add);

/* At most so many Events about one Service at once, and then one so often. (P9.4) */
enum { EVENTS_PER_SERVICE = 25, EVENT_EVERY_S = 300 };

/* What the agent knows about a Service; made when there is none. */
struct service_memory *agent_service_memory(struct sim *sim, struct agent *agent,
					    uint32_t service);
void agent_forget_services(struct agent *agent);
/* Nodes with an endpoint as the agent's cache has them; NULL: none. */
const bool *agent_endpoints(const struct sim *sim, const struct agent *agent, uint32_t service);
/* The same, as an affinity: NULL when the Service asks for none. (P5.4) */
const bool *agent_preferred(const struct sim *sim, const struct agent *agent, uint32_t service);

#endif
