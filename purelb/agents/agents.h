/* SPDX-License-Identifier: Apache-2.0 */
/* P4.1 to P4.3: which LBNodeAgent governs a node, and what state that puts the node in. */
#ifndef PURELB_AGENTS_AGENTS_H
#define PURELB_AGENTS_AGENTS_H

#include "purelb/pools/release.h"

struct regex;

/* An LBNodeAgent with what can be worked out once. */
struct agent_rule {
	const struct lbnodeagent *agent;
	bool catch_all;             /* selector absent or empty */
	const char *selector_error; /* NULL: valid; else it matches no node (P4.1) */
	struct pos selector_error_pos;
	const char *selector_error_path; /* below spec.nodeSelector */
	bool is_default;                 /* localInterface is "default" or empty */
	struct regex *regex;             /* NULL: default, no spec.local, or invalid */
	const char *regex_error;         /* NULL: valid */
	const char *dummy_interface;     /* "kube-lb0" when not given */
};

struct agent_rules {
	bool lease_by_default;            /* see struct node_config */
	ARRAY_OF(struct agent_rule) list; /* sorted by (namespace, name) */
};

enum node_state {
	NODE_CONFIGURED,
	NODE_DESELECTED, /* LBNodeAgents exist, none matches */
	NODE_INVALID,    /* the governing regex does not compile */
	NODE_NO_LOCAL,   /* agents match, none has spec.local */
	NODE_NO_CONFIG,  /* no LBNodeAgent exists at all */
};

struct node_config {
	enum node_state state;
	/* The lease has the subnets of the default-route interfaces, whatever the configuration
	 * says. (P10.1) */
	bool lease_by_default;
	const struct agent_rule *governing;           /* NULL: none has spec.local */
	ARRAY_OF(const struct agent_rule *) matching; /* in order of precedence (P4.1) */
	uint32_t specific;                            /* how many of them are specific */
};

/* Prepares the agents of the snapshot. Regular expressions must be freed by agents_release().
 */
void agents_prepare(struct agent_rules *rules, struct arena *arena,
		    const struct snapshot *snapshot, struct release release);
void agents_release(struct agent_rules *rules);

/*
 * Drops the rules that the bounds of purelb/agents/bounds.h leave no room for. Returns what is
 * dropped and why, one sentence, or NULL.
 */
const char *agents_apply_bounds(struct agent_rules *rules, struct arena *arena,
				const struct snapshot *snapshot);

/* Resolves P4.1 to P4.3 for a node with these labels. */
void agents_resolve(const struct agent_rules *rules, const struct label_map *labels,
		    struct arena *arena, struct node_config *config);

/* "configured", "deselected", "invalid", "no-local", "no-config". */
const char *node_state_name(enum node_state state);

/* True when the node would put addresses on an interface: state configured only. (P4.3) */
bool node_state_announces(enum node_state state);

#endif
