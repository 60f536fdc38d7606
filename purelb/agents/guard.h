/* SPDX-License-Identifier: Apache-2.0 */
/* 1.2: the address guard of an LBNodeAgent, and what a node and a container must bring. */
#ifndef PURELB_AGENTS_GUARD_H
#define PURELB_AGENTS_GUARD_H

#include "config/objects/objects.h"

enum { GUARD_KERNEL_MAJOR = 6, GUARD_KERNEL_MINOR = 6 }; /* the oldest that can load it */

/* True when the agent has an addressGuard. */
bool guard_present(const struct lbnodeagent *agent);

/*
 * True when a node on which the guard cannot be loaded announces nothing; false when it
 * announces unfiltered. Closed is the default.
 */
bool guard_fails_closed(const struct lbnodeagent *agent);

/*
 * True when a kernel release text such as "5.15.0-91-generic" is older than the guard needs.
 * False also for a text that does not begin with major.minor: nothing is guessed.
 */
bool guard_kernel_too_old(const char *release);

/* True when the container may load BPF programs: privileged, or a capability that allows it
 * is added, with or without "CAP_" before its name. */
bool guard_container_can_load(const struct container *container);

#endif
