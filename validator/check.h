/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of checks, and the findings that they make.
 *
 * checks.def has one row for each check: its name in code, its code and slug, its severity,
 * what it needs, which absences it concludes from, what it looks at and the function that does
 * so, and its texts. From the rows come the enum, the table, the declarations of the functions,
 * `explain`, docs/checks and the tests. A row without a function does not link, and a function
 * without a row has no declaration and does not compile.
 *
 * The driver (validate.c) walks every scope once and calls, for each thing in it, the functions
 * whose needs are met. So a check never asks whether it may run; and where one function makes
 * several checks, report() drops what one of them must not say.
 *
 * A check reads the cluster and reports; it neither prints nor decides a rule of PureLB by
 * itself: those are in purelb/.
 */
#ifndef VALIDATOR_CHECK_H
#define VALIDATOR_CHECK_H

#include "config/yaml/finding.h"
#include "purelb/bgp/bgp.h"
#include "purelb/agents/cluster.h"
#include "purelb/announcing/vips.h"
#include "purelb/pools/rivals.h"
#include "validator/kubernetes.h"
#include "validator/type_errors.h"

struct checker;
struct silencings;
struct net_index;
struct silenced_list;
struct cluster_members;

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
	uint32_t labeled;                 /* nodes whose labels are known */
	bool complete;                    /* all of the cluster's nodes are */
	struct type_errors type_errors;
};

/* Works them out from the nodes whose labels are known; allocates in the checker's arena. */
void agent_views_build(struct checker *ck, struct agent_views *views);

/* True when there are LBNodeAgents and none of them selects a node whose labels are known. */
bool agent_views_select_none(const struct agent_views *views);

/* What a check cannot do without; a set of bits. */
enum need {
	NEED_NOTHING = 0,
	NEED_NODES = 1 << 0,      /* Nodes, an inventory or leases */
	NEED_LABELS = 1 << 1,     /* Nodes or an inventory */
	NEED_INTERFACES = 1 << 2, /* an inventory */
	NEED_LEASES = 1 << 3,
	NEED_SERVICES = 1 << 4,
	NEED_NAMESPACES = 1 << 5,   /* Namespace objects */
	NEED_DAEMONSET = 1 << 6,    /* the lbnodeagent DaemonSet */
	NEED_CRDS = 1 << 7,         /* the LBNodeAgent CustomResourceDefinition */
	NEED_NODE_OBJECTS = 1 << 8, /* v1/Node objects */
	NEED_SERVICE_CIDR = 1 << 9, /* --service-cidr */
	/* A BGPConfiguration. A check that lacks it has nothing to look at: it is not among
	 * those that were skipped. */
	NEED_BGP = 1 << 10,
	NEED_ROUTERS = 1 << 11, /* routers in an inventory */
	NEED_SECRETS = 1 << 12,
	/* For the column of absences: all objects of a kind, which every input has but a
	 * capture that was not allowed to read them. */
	NEED_ALL_GROUPS = 1 << 13,
	NEED_ALL_AGENTS = 1 << 14,
	NEED_ALL_BGP = 1 << 15,
	NEED_CLUSTER_NETS =
		1 << 16, /* v1/Node objects, for their podCIDRs, or --service-cidr */
	/* Several clusters in one tree. With one there is nothing to compare: such a check is
	 * not among those that were skipped. */
	NEED_CLUSTERS = 1 << 17,
};

/* ---- the table ---- */

/* By name (SG_OVERLAP_REJECTED) and by code (CHECK_SG006). */
enum check_code {
#define CHECK(name, code, slug, severity, needs, absences, function, title, why, fix, bad,     \
	      good)                                                                            \
	name, CHECK_##code = name,
#include "validator/checks.def"
#undef CHECK
	CHECK_COUNT /* how many there are */
};

/*
 * What a check looks at, and the functions that look at it. Things come in the order of the
 * input; ON_SERVICES, ON_SERVICE and ON_VIP know what Services get, ON_FINDINGS comes after
 * all others, and ON_CLUSTERS after all clusters.
 */
typedef void check_of_cluster(struct checker *ck);
typedef void check_of_object(struct checker *ck, const struct object *object);
typedef void check_of_group(struct checker *ck, const struct pool *pool);
typedef void check_of_range(struct checker *ck, const struct pool *pool,
			    const struct pool_range *range);
typedef void check_of_agent(struct checker *ck, const struct agent_view *view);
typedef void check_of_node(struct checker *ck, const struct cluster_node *node);
typedef void check_of_service(struct checker *ck, const struct allocation *allocation);
typedef void check_of_vip(struct checker *ck, const struct vip *vip);
typedef void check_of_bgp(struct checker *ck, const struct bgp_config *config);
typedef void check_of_findings(struct checker *ck, const struct silencings *silencings,
			       struct silenced_list *silenced);
typedef void check_of_clusters(struct checker *ck, const struct cluster_members *members);

enum check_scope {
	SCOPE_CLUSTER,  /* once */
	SCOPE_OBJECT,   /* each object of the input */
	SCOPE_GROUP,    /* each ServiceGroup, read by PureLB or not */
	SCOPE_RANGE,    /* each range of each of them: v4 lists, then v6 lists */
	SCOPE_AGENT,    /* each LBNodeAgent, with its nodes */
	SCOPE_NODE,     /* each node that anything in the input speaks of */
	SCOPE_SERVICES, /* once, with ck->allocations and, where nodes are known, ck->vips */
	SCOPE_SERVICE,  /* each Service, with what it gets */
	SCOPE_VIP,      /* each address of a Service */
	SCOPE_BGP,      /* each BGPConfiguration */
	SCOPE_FINDINGS, /* once, with all that was found */
	SCOPE_CLUSTERS, /* once, with all clusters of a tree */
};

struct check {
	const char *code;       /* "SG006" */
	const char *slug;       /* "overlap-rejected" */
	enum severity severity; /* the usual one; some findings are milder or harsher */
	unsigned needs;         /* set of enum need */
	unsigned absences;      /* set of enum need: it takes what is not there for absent */
	enum check_scope scope;
	union check_function {
		check_of_cluster *cluster; /* also SCOPE_SERVICES */
		check_of_object *object;
		check_of_group *group;
		check_of_range *range;
		check_of_agent *agent;
		check_of_node *node;
		check_of_service *service;
		check_of_vip *vip;
		check_of_bgp *bgp;
		check_of_findings *findings;
		check_of_clusters *clusters;
	} run;
	const char *title; /* what it finds, one line */
	const char *why;   /* why it bites */
	const char *fix;   /* what to do */
	const char *bad;   /* YAML that fires it */
	const char *good;  /* the same, fixed */
};

/* Declares the functions of all rows. */
#define CHECK(name, code, slug, severity, needs, absences, function, title, why, fix, bad,     \
	      good)                                                                            \
	function;
#define ON_CLUSTER(f)  check_of_cluster f
#define ON_OBJECT(f)   check_of_object f
#define ON_GROUP(f)    check_of_group f
#define ON_RANGE(f)    check_of_range f
#define ON_AGENT(f)    check_of_agent f
#define ON_NODE(f)     check_of_node f
#define ON_SERVICES(f) check_of_cluster f
#define ON_SERVICE(f)  check_of_service f
#define ON_VIP(f)      check_of_vip f
#define ON_BGP(f)      check_of_bgp f
#define ON_FINDINGS(f) check_of_findings f
#define ON_CLUSTERS(f) check_of_clusters f
#include "validator/checks.def"
#undef CHECK
#undef ON_CLUSTER
#undef ON_OBJECT
#undef ON_GROUP
#undef ON_RANGE
#undef ON_AGENT
#undef ON_NODE
#undef ON_SERVICES
#undef ON_SERVICE
#undef ON_VIP
#undef ON_BGP
#undef ON_FINDINGS
#undef ON_CLUSTERS

extern const struct check check_table[CHECK_COUNT];

/* The check with this code or slug (letters in any case), or CHECK_COUNT. */
enum check_code check_find(const char *name);

/* "PASS", "INFO", "WARN", "FAIL". */
const char *severity_name(enum severity severity);
/* The severity of that name in any case; false when it is none. */
bool severity_parse(const char *name, enum severity *out);
/* "nodes", "services", ...: the name of ONE need bit, as --require takes it. */
const char *need_name(enum need need);

struct validate_options {
	/* The cluster's Service networks, valid CIDRs as written: one for each family. */
	ARRAY_OF(const char *) service_cidrs;
	enum bgp_daemon bgp_daemon;             /* --bgp-daemon */
	const struct reserved_ranges *reserved; /* of the configuration file; NULL: none */
	/* --kubernetes-version; not known: as the Nodes say */
	struct kubernetes_version kubernetes;
	/* What is seen of the cluster, where the caller has that already; NULL: it is built
	 * when a check asks. */
	const struct seen *seen;
};

/* A finding that follows if something is found of `cause`; see validator/consequences.h. */
struct consequence {
	uint32_t code;
	const struct object *object;
	struct pos pos;
	const char *address; /* which of the object's it is about, or NULL */
	const struct object *cause;
	const char *path;
};

/* What a check function works with. */
struct checker {
	const struct snapshot *snapshot;
	const struct cluster *cluster;
	const struct bgp_cluster *bgp; /* never NULL */
	const struct rivals *rivals;   /* never NULL */
	/* While the checks of Services and elections run. */
	const struct allocations *allocations; /* NULL: the input has no Services */
	const struct vips *vips;               /* NULL: no Services, or no nodes */
	/* What is seen of the cluster, from when the first check asks: observed_of(). */
	struct arena *seen_arena;
	const struct observed *observed;
	const struct seen *seen;
	const struct validate_options *options;
	struct arena *arena;   /* for texts of findings */
	struct arena *scratch; /* for what a family of checks needs while it runs */
	/* While the other checks run: the LBNodeAgents with their nodes. */
	const struct agent_views *agents;
	/* Addresses of hosts, collected when the first hint asks (groups/groups_hints.c). */
	const struct net_index *owners;
	/* What ServiceGroups were meant to have, built when the first Service asks for an
	 * address of none (services/services_meant.c). */
	const struct meant_ranges *meant;
	/* The allocation in the other order, from when the first Service lacks an address that
	 * it requests (services/services_order.c). */
	const struct allocations *requests_first;
	struct type_errors type_errors; /* fields that are absent for being of a wrong type */
	struct finding_sink findings;
	ARRAY_OF(struct consequence) consequences;
	unsigned have; /* set of enum need: what the input has */
	/* The check whose function runs; NULL: between them. */
	const struct check *running;
	/* Findings of checks whose row names another function than the one that reported them:
	 * always 0 (test_registry.c). */
	uint32_t misattributed;
	struct finding dropped; /* what report() returns for a check that cannot run */
};

/*
 * Starts a finding with the check's usual severity and returns it for more (path, related,
 * inferred, another severity); valid until the next report. `pos` may be a zero pos. The
 * message is formatted into the arena. The caller names the object, or NULL. Of a check that
 * lacks what it needs nothing is kept; what is returned can be written to all the same.
 */
struct finding *report(struct checker *ck, enum check_code code, const struct object *object,
		       struct pos pos, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Sets the path, formatted. */
void finding_path(struct checker *ck, struct finding *f, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Sets the hint, formatted: what to change, as an imperative. */
void finding_hint(struct checker *ck, struct finding *f, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds a related place, formatted. */
void finding_related(struct checker *ck, struct finding *f, struct pos pos, const char *format,
		     ...) __attribute__((format(printf, 4, 5)));

/* Reports a problem that reading the input found, as it is. */
void report_problem(struct checker *ck, enum check_code code, const struct finding *problem);

/* What a check needs, or concludes from the absence of, that is not among `have`. */
unsigned check_lacks(enum check_code code, unsigned have);
/* True when it lacks nothing. Checks themselves need not ask. */
bool check_can_run(const struct checker *ck, enum check_code code);

/*
 * "node-a, node-b and 3 more": at most `max` names of a list, for messages. Names are joined
 * in the order given.
 */
const char *name_list(struct arena *arena, const char *const *names, uint32_t count,
		      uint32_t max);

#endif
