/* SPDX-License-Identifier: Apache-2.0 */
/* The release of Kubernetes that a cluster runs, as far as checks depend on it. */
#ifndef VALIDATOR_KUBERNETES_H
#define VALIDATOR_KUBERNETES_H

#include "config/objects/snapshot.h"

struct kubernetes_version {
	unsigned major, minor; /* both 0: not known */
};

/* "1.36", "v1.36.2+k3s1"; false when it is something else. */
bool kubernetes_version_parse(const char *text, struct kubernetes_version *out);

/* The newest kubelet of the Nodes: the API server is never older than a kubelet. */
struct kubernetes_version kubernetes_version_of_nodes(const struct snapshot *snapshot);

/* True when the API server refuses numbers beyond int32 where the schema says int32
 * (BG1.3). */
bool kubernetes_enforces_int32(struct kubernetes_version version);

#endif
