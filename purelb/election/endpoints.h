/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nodes host a healthy endpoint of a Service: for affinity (P5.4), and for
 * externalTrafficPolicy Local on remote addresses (P6.7). The two differ in what healthy is.
 */
#ifndef PURELB_ELECTION_ENDPOINTS_H
#define PURELB_ELECTION_ENDPOINTS_H

#include "purelb/agents/cluster.h"

struct slice_list {
	ARRAY_OF(const struct endpoint_slice *) list;
};

/* An EndpointSlice and the Service that it names. */
struct indexed_slice {
	const char *namespace;
	const char *service;
	const struct endpoint_slice *slice;
};

/* The EndpointSlices by Service, so that each question costs its own slices only. */
struct slice_index {
	const struct cluster *cluster;
	ARRAY_OF(struct indexed_slice) slices; /* sorted by namespace and Service */
};

/* Indexes the EndpointSlices of the cluster's snapshot, in `arena`. Slices without the label
 * kubernetes.io/service-name belong to nobody. */
void endpoints_index(struct slice_index *index, const struct cluster *cluster,
		     struct arena *arena);

/* The slices of a Service, in input order, in `arena`. */
void endpoints_of(const struct slice_index *index, const struct service *service,
		  struct arena *arena, struct slice_list *out);

/* True when the slice is one of the Service: by its label, in the same namespace. */
bool endpoints_belongs(const struct endpoint_slice *slice, const struct service *service);

/* True when affinity counts for the Service: `purelb.io/node-affinity: service-endpoints`, and
 * no annotation `purelb.io/allow-shared-ip`, whatever its value. (P5.4, P10.1) */
bool endpoints_affinity(const struct cluster *cluster, const struct service *service);

/*
 * One flag for each node of the cluster, by index, and one more after them that says whether
 * any endpoint counts at all, also on a node that is not known.
 *
 * endpoints_ready_nodes(): the node hosts an endpoint that is ready or serving; an absent
 * condition is false. (P5.4)
 *
 * endpoints_healthy_nodes(): it hosts an address that is ready or serving in EVERY entry of
 * every slice that names it on that node. (P6.7)
 */
const bool *endpoints_ready_nodes(const struct cluster *cluster,
				  const struct slice_list *slices, struct arena *arena);
const bool *endpoints_healthy_nodes(const struct cluster *cluster,
				    const struct slice_list *slices, struct arena *arena);

/* As election_preferred(), by the index. (P5.4) */
const bool *endpoints_preferred(const struct slice_index *index, const struct service *service,
				struct arena *arena);

#endif
