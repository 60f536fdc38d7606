/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of checks and the findings they make.
 *
 * checks.def holds every check: code, slug, severity, what it needs, and its texts. From it
 * come the enum, the table, `explain`, the documentation and the tests. A check is a function
 * that reads the cluster and reports findings by code; it neither prints nor decides a rule
 * of PureLB by itself.
 */
#ifndef VALIDATOR_CHECK_H
#define VALIDATOR_CHECK_H

#include "config/yaml/finding.h"
#include "purelb/bgp/bgp.h"
#include "purelb/agents/cluster.h"
#include "validator/kubernetes.h"
#include "purelb/announcing/vips.h"

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
	/* In every input but a capture that could not read them (unread.c). */
	NEED_ALL_GROUPS = 1 << 13,
	NEED_ALL_AGENTS = 1 << 14,
	NEED_ALL_BGP = 1 << 15,
};

enum check_code {
#define CHECK(code, slug, severity, needs, title, why, fix, bad, good) CHECK_##code,
#include "validator/checks.def"
#undef CHECK
	CHECK_COUNT /* how many there are */
};

struct check {
	const char *code;       /* "SG006" */
	const char *slug;       /* "overlap-rejected" */
	enum severity severity; /* the usual one; some findings are milder or harsher */
	unsigned needs;         /* set of enum need */
	const char *title;      /* what it finds, one line */
	const char *why;        /* why it bites */
	const char *fix;        /* what to do */
	const char *bad;        /* YAML that fires it */
	const char *good;       /* the same, mended */
};

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
	bool latest;                /* --purelb-version latest instead of 0.17 (P2.7) */
	enum bgp_daemon bgp_daemon; /* --bgp-daemon */
	/* --kubernetes-version; not known: as the Nodes say */
	struct kubernetes_version kubernetes;
};

/* What a check function works with. */
struct checker {
	const struct snapshot *snapshot;
	const struct cluster *cluster;
	const struct bgp_cluster *bgp; /* never NULL */
	/* While the checks of Services and elections run. */
	const struct allocations *allocations; /* NULL: the input has no Services */
	const struct vips *vips;               /* NULL: no Services, or no nodes */
	const struct validate_options *options;
	struct arena *arena;   /* for texts of findings */
	struct arena *scratch; /* for what a family of checks needs while it runs */
	struct finding_sink findings;
	unsigned have;   /* set of enum need: what the input has */
	unsigned unread; /* set of enum need: what a capture could not read */
};

/*
 * Starts a finding with the check's usual severity and returns it for more (path, related,
 * inferred, another severity); valid until the next report. `pos` may be a zero pos. The
 * message is formatted into the arena. The caller names the object, or NULL.
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

/* True when all that `code` needs is in the input. */
bool check_can_run(const struct checker *ck, enum check_code code);

/* What rests on all objects of a kind being in the input, while a capture could not read them
 * (unread.c): the kinds as a set of enum need, and which of them a check rests on. */
unsigned unread_kinds(const struct snapshot *snapshot);
unsigned unread_needs(enum check_code code, unsigned unread);
/* Reports the kinds that a capture could not read. (IN012) */
void check_unread(struct checker *ck);

/* The families of checks; each runs what the input allows. */
void check_input(struct checker *ck);      /* input.c: IN */
void check_groups(struct checker *ck);     /* groups*.c: SG, OK001 */
void check_coverage(struct checker *ck);   /* coverage.c: CV, OK003 */
void check_namespaces(struct checker *ck); /* namespaces.c: NS */
void check_agents(struct checker *ck);     /* agents*.c: AG, OK002 */
void check_nodes(struct checker *ck);      /* nodes.c: ND */
void check_bgp(struct checker *ck);        /* bgp*.c: BG but for its schema, OK004 */
void check_services(struct checker *ck);   /* services*.c: SV, SG024, SG028, OK005 */
void check_elections(struct checker *ck);  /* elections.c: EL */

/*
 * "node-a, node-b and 3 more": at most `max` names of a list, for messages. Names are joined
 * in the order given.
 */
const char *name_list(struct arena *arena, const char *const *names, uint32_t count,
		      uint32_t max);

#endif
