/* SPDX-License-Identifier: Apache-2.0 */
/* What wire.c and processes.c share: one session between a node and a router. */
#ifndef SIM_ROUTER_WIRE_PARTS_H
#define SIM_ROUTER_WIRE_PARTS_H

#include "sim/router/tap.h"

const struct setup_router *wire_router(const struct sim *sim, const struct wire *w);

/* An end takes an event; its timer is set to where its state says then. */
void wire_near(struct sim *sim, struct wire *w, enum speaker_event event);
void wire_far(struct sim *sim, struct wire *w, enum router_session_event event);
/* The timer of the node's end. */
void wire_near_fires(void *context, void *actor, uint64_t arg);

/* The session is up, or down, from now on. */
void wire_note(struct sim *sim, struct wire *w, bool up, const char *cause, const char *by);

/* For how long the router keeps the routes of the node; 0: it does not. (T10) */
sim_ns wire_restart_time(const struct sim *sim, const struct wire *w);
/* It keeps them, from now on, if it does so at all. */
void wire_keep_routes(struct sim *sim, struct wire *w);

#endif
