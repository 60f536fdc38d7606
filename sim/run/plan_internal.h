/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the plan's construction share. */
#ifndef SIM_RUN_PLAN_INTERNAL_H
#define SIM_RUN_PLAN_INTERNAL_H

#include "config/schema/schema.h"
#include "sim/run/plan.h"

/* A plan while it is being built. */
struct plan_builder {
	struct plan *plan;
	struct snapshot *snapshot;
	const struct scenario *scenario;
	uint32_t problems_before;
};

/* Reports that a value of the scenario cannot be; returns the problem for a hint. */
struct problem *plan_problem(struct plan_builder *b, struct pos pos, const char *path,
			     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The longest that anything may take, and the farthest that a clock may be off. */
#define PLAN_TIME_MAX ((sim_ns)366 * 86400 * NS_PER_SEC)

/* Reads a duration of the scenario; absent gives `absent`. A problem when it does not parse,
 * is below `min` or above PLAN_TIME_MAX. */
sim_ns plan_duration(struct plan_builder *b, const struct str_value *value, const char *path,
		     sim_ns absent, sim_ns min);
/* How far a clock is off: negative ones, too. */
sim_ns plan_offset(struct plan_builder *b, const struct str_value *value, const char *path);

/* Reads a delay; absent gives `absent`. Bounds below `min` are problems. */
struct distribution plan_delay(struct plan_builder *b, const struct delay_value *value,
			       const char *path, struct distribution absent, sim_ns min);

/* Numbers of things by their names in the scenario; PLAN_NONE and a problem with the nearest
 * name when there is none. */
uint32_t plan_node_number(struct plan_builder *b, const struct str_value *name,
			  const char *path);
uint32_t plan_find_node(const struct plan *plan, const char *name);
uint32_t plan_vip_number(struct plan_builder *b, const struct str_value *text,
			 const char *path);
uint32_t plan_service_number(struct plan_builder *b, const struct str_value *name,
			     const char *path);
uint32_t plan_segment_number(struct plan_builder *b, const struct str_value *name,
			     const char *path);
uint32_t plan_observer_number(struct plan_builder *b, const struct str_value *name,
			      const char *path);

/* The steps of plan_build(), in order. */
void plan_build_timing(struct plan_builder *b);     /* plan_timing.c */
void plan_build_topology(struct plan_builder *b);   /* plan_topology.c: nodes, segments */
void plan_build_versions(struct plan_builder *b);   /* plan_versions.c: apply, delete */
void plan_build_vips(struct plan_builder *b);       /* plan_vips.c: Services, VIPs, ranks */
void plan_build_observers(struct plan_builder *b);  /* plan_observers.c */
void plan_build_events(struct plan_builder *b);     /* plan_events.c */
void plan_check_assertions(struct plan_builder *b); /* plan_events.c */

#endif
