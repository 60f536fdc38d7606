/* SPDX-License-Identifier: Apache-2.0 */
/* For observed.c alone: whether PureLB's programs run, and why not. */
#ifndef PURELB_OBSERVED_COMPONENTS_H
#define PURELB_OBSERVED_COMPONENTS_H

#include "config/objects/workloads.h"
#include "purelb/observed/observed.h"

#define COMPONENT_ALLOCATOR WORKLOAD_ALLOCATOR
#define COMPONENT_AGENT     WORKLOAD_AGENT
#define COMPONENT_SPEAKER   "k8gobgp"
#define COMPONENT_PROXY     "kube-proxy"

/* The Pod runs a container of this name, and is in the install namespace. */
bool component_is_pod(const struct observed *observed, const struct pod *pod, const char *name);

struct component component_allocator(const struct observed *observed);

/* Fills the agents and the speakers of all nodes. */
void component_agents(struct observed *observed);

#endif
