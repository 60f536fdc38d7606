/* SPDX-License-Identifier: Apache-2.0 */
/* What a run reports on its way: the timeline of its result, and the sink of all events. */
#ifndef SIM_ENGINE_TRACE_H
#define SIM_ENGINE_TRACE_H

#include "sim/engine/sim.h"

/*
 * Adds to the timeline (when measuring has begun) and tells the event sink. `kind` is a word
 * for machines; `cause` may be NULL. Both texts are copied.
 */
void trace_note(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Something that happened to one VIP. */
struct vip_note {
	const char *kind;
	const char *cause;
	const char *before; /* the words before its address */
	uint32_t vip;
	const char *after; /* and those after it */
	sim_ns length;     /* of the outage that ended; 0: none did */
};

/* As trace_note(). The cause is copied; the words are in the run's arena. */
void trace_note_vip(struct sim *sim, const struct vip_note *note);

/* What happened, in words: "node-c took 192.168.1.240 on eth0, after 2.000s". */
const char *trace_words(const struct setup *setup, const struct timeline_entry *entry,
			struct arena *arena);

/* Notes go anywhere: what they are made of is worth its time. */
bool trace_tells(const struct sim *sim);

/* Somebody has a sink: what details are made of is worth its time. */
bool trace_listens(const struct sim *sim);

/* Adds to the event sink only: what is too fine for the timeline. Arguments as trace_note(). */
void trace_detail(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
