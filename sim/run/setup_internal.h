/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that build a setup share. */
#ifndef SIM_RUN_SETUP_INTERNAL_H
#define SIM_RUN_SETUP_INTERNAL_H

#include "config/objects/snapshot.h"
#include "sim/engine/setup_bgp.h"
#include "sim/run/setup.h"

/* What reading the scenario has reported: where, and whether it is a key that nobody knows. */
struct setup_fault {
	const char *path;
	bool unknown;
	struct pos pos;
};

/* A Service as an event leaves it, and what the allocator does then. */
struct service_edit {
	const struct scenario_event *event;
	uint32_t of; /* place in the builder's list of Services */
	enum service_change_what what;
	struct service *service; /* as it is then; SERVICE_GOES: as it was */
	struct allocation result;
	const char *cause; /* why the allocator looks at it */
	uint32_t next;     /* edit of the same Service, or SETUP_NONE */
};

/* A Service that is there at the start, or that an event brings. */
struct known_service {
	const struct service *of; /* in the input, or in what brings it */
	struct service *now;      /* while edits are worked out; NULL: it is not there */
	uint32_t number;          /* in the setup; SETUP_NONE: it is never PureLB's */
	uint32_t first_edit, last_edit;
};

/* What an apply event applies. */
struct applied {
	const struct scenario_event_args *args;
	ARRAY_OF(const struct service *) services; /* by namespace and name */
	bool whole;                                /* Services that are not among them go */
	bool groups;                               /* a ServiceGroup changes */
	bool routes;                               /* a BGPConfiguration changes */
};

/* A setup while it is being built. */
struct setup_builder {
	struct setup *setup;
	struct snapshot *snapshot;
	const struct scenario *scenario;
	uint32_t problems_before;
	ARRAY_OF(struct setup_fault) faults; /* by path */
	ARRAY_OF(struct applied) applied;
	ARRAY_OF(struct service_edit) edits;  /* in the order of their times */
	ARRAY_OF(struct known_service) known; /* those that are allocated, then others */
	bool too_many_versions;               /* reported */
	bool inputs_faulty;   /* something of the cluster cannot be read: names may be in it */
	bool no_nodes_told;   /* reported: there are none at all */
	bool no_clients_told; /* reported: the scenario has none */
	bool keys_lost; /* a key of the scenario that nobody knows may be one that is absent */
};

/* Reports that a value of the scenario cannot be; returns the problem for a hint. */
struct finding *setup_problem(struct setup_builder *b, struct pos pos, const char *path,
			      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- setup_faults.c: what follows from a mistake is not reported beside it ---- */

void setup_note_faults(struct setup_builder *b);
/* Whether reading has reported something about the value at `path`, or below it. */
bool setup_is_faulty(const struct setup_builder *b, const char *path);
/* Whether reading has reported something about the value at this very place. */
bool setup_is_reported(const struct setup_builder *b, struct pos pos);

/* Keys below `path` that nobody knows. */
struct lost_keys {
	uint32_t others; /* meant for anything but its time */
	bool time;       /* one was meant for its time, or its time is of a wrong type */
};

struct lost_keys setup_lost_keys(const struct setup_builder *b, const char *path);
/* Whether the field of spec may have been lost to a mistake: what it would say is unknown. */
bool setup_lost_field(const struct setup_builder *b, const char *name, bool given);
/* True when the cluster may have what a name stands for in an object that could not be read:
 * then that is the mistake, and the setup says so (struct setup: names_lost). */
bool setup_lost_name(struct setup_builder *b);
/* Reports, once, that the scenario has no clients, though what stands at `path` is about BGP.
 */
void setup_need_clients(struct setup_builder *b, struct pos pos, const char *path);

/* ---- durations, names ---- */

/* Pairs of an observer and a VIP; objects of all states of the configuration. */
enum { SETUP_OBSERVED_MAX = 100000, SETUP_CONFIGURED_MAX = 1000000 };
/* Objects that the allocator looks at before the run, in all. */
enum { SETUP_LOOKED_AT_MAX = 10000000 };

/* The longest that anything may take, and the farthest that a clock may be off. */
#define SETUP_TIME_MAX ((sim_ns)366 * 86400 * NS_PER_SEC)

/* Reads a duration of the scenario; absent gives `absent`. A problem when it does not parse,
 * is below `min` or above SETUP_TIME_MAX. */
sim_ns setup_duration(struct setup_builder *b, const struct str_value *value, const char *path,
		      sim_ns absent, sim_ns min);
/* How far a clock is off; may be negative. */
sim_ns setup_offset(struct setup_builder *b, const struct str_value *value, const char *path);

/* Reads a delay; absent gives `absent`. Bounds below `min` are problems. */
struct distribution setup_delay(struct setup_builder *b, const struct delay_value *value,
				const char *path, struct distribution absent, sim_ns min);

/* Numbers of things by their names in the scenario; SETUP_NONE and a problem with the nearest
 * name when there is none. */
uint32_t setup_node_number(struct setup_builder *b, const struct str_value *name,
			   const char *path);
uint32_t setup_find_node(const struct setup *setup, const char *name);
uint32_t setup_vip_number(struct setup_builder *b, const struct str_value *text,
			  const char *path);
uint32_t setup_service_number(struct setup_builder *b, const struct str_value *name,
			      const char *path);
uint32_t setup_segment_number(struct setup_builder *b, const struct str_value *name,
			      const char *path);
uint32_t setup_observer_number(struct setup_builder *b, const struct str_value *name,
			       const char *path);

/* What the apply event with these arguments applies, or NULL. */
const struct applied *setup_applied(const struct setup_builder *b,
				    const struct scenario_event_args *args);

/* The steps of setup_build(), in order. */
void setup_build_topology(struct setup_builder *b); /* nodes, interfaces, segments */
void setup_build_versions(struct setup_builder *b); /* apply and delete events (P9.2) */
void setup_build_vips(struct setup_builder *b);     /* Services, VIPs, their ranks */
void setup_rank_all(const struct setup_builder *b); /* after the VIPs */

/* ---- setup_edits.c: a Service from one edit to the next ---- */

/* The Service as the cluster has it, with its allocated addresses (P3.8c). */
struct service *edit_as_allocated(struct arena *arena, const struct allocation *a);
/* The Service as its manifest alone would create it. */
struct service *edit_as_created(struct arena *arena, const struct service *service);
/* As serviceEdit makes it of `service`. */
struct service *edit_by_event(struct arena *arena, const struct service *service,
			      const struct scenario_event_args *args, bool dual_stack);
/* As an apply of `manifest` makes it of `service`; NULL: it stays as it is. */
struct service *edit_by_apply(struct arena *arena, const struct service *service,
			      const struct service *manifest, bool dual_stack);
/* The states of a Service whose first `own` VIPs it has at the start. */
void setup_add_states(struct setup_builder *b, struct setup_service *s,
		      const struct known_service *known, uint32_t own);

/* ---- setup_changes.c ---- */

/* The time as written; what is wrong with it is said elsewhere. */
sim_ns setup_earliest(const struct delay_value *when);
/* "namespace/name" is the Service's. */
bool setup_is_named(const struct service *service, const char *name);
/* Works out what events make of the Services that were allocated so. */
void setup_build_edits(struct setup_builder *b, const struct allocations *all);
/* What the event does to Services. */
void setup_add_changes(struct setup_builder *b, struct setup_event *event);

void setup_build_observers(struct setup_builder *b);
/* Sessions, prefixes and clients, where the scenario has clients; the warm-up grows to what
 * sessions need. */
void setup_build_bgp(struct setup_builder *b);
/* The router's number in setup->bgp; SETUP_NONE and a problem when it has none of that name. */
uint32_t setup_router_number(struct setup_builder *b, const struct str_value *name,
			     const char *path);
void setup_build_events(struct setup_builder *b);

/* As many things can an event lack. */
enum { EVENT_LACKS_MAX = 4 };

/* An event that is being built. */
struct event_builder {
	struct setup_builder *b;
	const struct scenario_event_args *args;
	struct setup_event *out;
	const char *path;         /* "spec.events[2]" */
	const char *path_of_args; /* "spec.events[2].linkDown" */
	struct event_lacks {
		const char *what, *hint;
	} lacks[EVENT_LACKS_MAX];
	uint32_t lacks_count;
};

/* The event lacks something: "needs" and `what`. All that it lacks is one problem. */
void event_missing(struct event_builder *e, const char *what, const char *hint);
/* "spec.events[2].linkDown.interface". */
const char *event_path(const struct event_builder *e, const char *argument);

/* ---- setup_events_objects.c: arguments of events that change objects ---- */

void event_taint(struct event_builder *e);
void event_labels(struct event_builder *e);
void event_patch(struct event_builder *e);

/* ---- setup_events_bgp.c: arguments of BGP events (T11) ---- */

/* BGP is simulated. */
void event_bgp(struct event_builder *e);
void event_router(struct event_builder *e);
void event_session(struct event_builder *e);
/* What only some of them have. */
void event_bgp_arguments(struct event_builder *e);
/* Parts of setup_build_bgp(). The sessions of all versions of the configuration, after the
 * routers; the prefixes that later versions bring, refusing what they must not change. */
void setup_bgp_sessions(struct setup_builder *b, struct setup_bgp *bgp);
void setup_bgp_later_prefixes(struct setup_builder *b, struct setup_bgp *bgp);
/* Reports what would be simulated wrongly. */
void setup_bgp_refuse(struct setup_builder *b, const char *what, const char *hint);
/* Bits by prefix: those that the router takes. */
const uint64_t *setup_bgp_takes(struct arena *arena, const struct setup_bgp *bgp,
				const struct bgp_router *router, bool internal);
void setup_check_assertions(struct setup_builder *b);

#endif
