/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of LBNodeAgents: what their files share. */
#ifndef VALIDATOR_AGENTS_AGENT_CHECKS_H
#define VALIDATOR_AGENTS_AGENT_CHECKS_H

#include "validator/check.h"
#include "validator/type_errors.h"

enum { AGENT_NAMES_MAX = 8 }; /* names that a message lists before it says "and N more" */

/* The one that a node's configuration comes from, as agent_view.nodes says; NULL: none. */
const struct agent_rule *agent_of_node(const struct cluster_node *node);

/* Names for a message, collected in the checker's arena. */
struct agent_names {
	ARRAY_OF(const char *) list;
};

/* Sorts them and drops repeated ones. */
void agent_names_unique(struct agent_names *names);
/* "node-a, node-b and 3 more". */
const char *agent_names_join(struct checker *ck, const struct agent_names *names);
/* The name of an LBNodeAgent, also of one that lacks it; "namespace/name". */
const char *agent_name(const struct agent_rule *rule);
const char *agent_full_name(struct checker *ck, const struct agent_rule *rule);

/* "spec.template.spec.containers[0]" of a container of the DaemonSet. */
const char *agent_container_path(struct checker *ck, const struct workload *daemon_set,
				 const struct container *container);

#endif
