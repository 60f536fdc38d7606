/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which DaemonSets and Deployments are PureLB's own, and which of their containers. (I8.1)
 *
 * They are known by the name of a container, by an image, or by the labels of PureLB's
 * manifests and chart: a release may be called anything.
 */
#ifndef CONFIG_OBJECTS_WORKLOADS_H
#define CONFIG_OBJECTS_WORKLOADS_H

#include "config/objects/snapshot.h"

/* What PureLB's own manifests call their containers. */
#define WORKLOAD_AGENT     "lbnodeagent"
#define WORKLOAD_ALLOCATOR "allocator"

/* The lbnodeagent container of a DaemonSet: named so, or of that image, or the only one of a
 * DaemonSet that is named or labeled so. NULL when it has none. */
const struct container *workload_agent(const struct workload *daemon_set);

/* The allocator's container of a Deployment, found in the same way. NULL when it has none. */
const struct container *workload_allocator(const struct workload *deployment);

/* The k8gobgp container that speaks BGP for PureLB, or NULL. (BG1) */
const struct container *workload_speaker(const struct workload *daemon_set);

/* The namespace that a workload of PureLB shows to be the install namespace: PURELB_NAMESPACE
 * of its container, else where it is. NULL: it says neither. */
const char *workload_install_namespace(const struct workload *workload,
				       const struct container *container);

/*
 * Keeps an object without a name if it is a workload of PureLB or a CustomResourceDefinition of
 * its API: with an empty name and `unclear`, so that it is reported as not understood. False:
 * it is of no matter.
 */
bool workload_keep_nameless(struct object *object);

#endif
