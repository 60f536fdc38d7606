/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of check_agents(), and what they share. */
#ifndef VALIDATOR_AGENTS_AGENT_CHECKS_H
#define VALIDATOR_AGENTS_AGENT_CHECKS_H

#include "validator/check.h"
#include "validator/type_errors.h"

enum { AGENT_NAMES_MAX = 8 }; /* names that a message lists before it says "and N more" */

/* An LBNodeAgent and its nodes. */
struct agent_view {
	const struct agent_rule *rule;
	uint32_t selects; /* nodes whose labels its selector matches */
	/*
	 * The nodes whose configuration it is; where none of a node's LBNodeAgents has
	 * spec.local, the nodes that it comes first for. In name order.
	 */
	ARRAY_OF(const struct cluster_node *) nodes;
};

struct agent_views {
	ARRAY_OF(struct agent_view) list; /* as cluster->agents.list */
	uint32_t labelled;                /* nodes whose labels are known */
	bool complete;                    /* all of the cluster's nodes are */
	struct type_errors type_errors;
};

/* Works them out from the nodes whose labels are known; allocates in the checker's arena. */
void agent_views_build(struct checker *ck, struct agent_views *views);

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

/* AG002, AG005, AG009, OK002: which nodes an LBNodeAgent is for. */
void agent_check_selection(struct checker *ck, const struct agent_views *views);
/* AG006 to AG008: the LBNodeAgents that match a node together. */
void agent_check_precedence(struct checker *ck, const struct agent_views *views);
/* AG003, AG004: the pattern in localInterface by itself. */
void agent_check_patterns(struct checker *ck, const struct agent_views *views);
/* AG010 to AG012: what it selects of its nodes' interfaces. */
void agent_check_interfaces(struct checker *ck, const struct agent_views *views);
/* AG019: the name of the dummy interface. */
void agent_check_dummy(struct checker *ck, const struct agent_views *views);
/* AG013 to AG018: gratuitous frames and address lifetimes. */
void agent_check_announcing(struct checker *ck, const struct agent_views *views);
/* AG021, AG022: how the lbnodeagent container sets the leases. */
void agent_check_leases(struct checker *ck);
/* AG023 to AG026: the address guard. */
void agent_check_guard(struct checker *ck, const struct agent_views *views);

#endif
