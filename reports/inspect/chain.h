/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `inspect` finds out about a subject: the links from the API to the client, each with its
 * state and its evidence, what is wrong, what to do now, and what is not known. (O4)
 *
 * A link is `ok` or `BROKEN` only by something that was observed, or by a rule that leaves no
 * other way; `predicted` is what the model says without an observation; everything else is
 * `unknown`, with the command that would show it.
 */
#ifndef REPORTS_INSPECT_CHAIN_H
#define REPORTS_INSPECT_CHAIN_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "config/evidence/evidence.h"
#include "purelb/announcing/vips.h"
#include "purelb/bgp/bgp.h"
#include "purelb/observed/observed.h"
#include "purelb/observed/seen.h"
#include "purelb/observed/sessions.h"
#include "reports/formats/screen.h"
#include "validator/validate.h"

enum link_state { LINK_OK, LINK_PREDICTED, LINK_UNKNOWN, LINK_BROKEN };

struct link_evidence {
	const char *source;   /* "annotation", "ip addr of node-a" */
	const char *age;      /* "12s"; NULL: not known */
	const char *text;     /* what it says */
	const char *location; /* "file:line"; NULL: none */
};

struct chain_link {
	const char *name; /* "allocated" */
	enum link_state state;
	const char *text;
	const char
		*predicted; /* what the model says, where it differs or nothing was observed */
	const char *cause;  /* of a broken one: the text in short; NULL: all of it */
	const char *action; /* of a broken one: what to do */
	bool by_interfaces; /* the interfaces of nodes show it */
	ARRAY_OF(struct link_evidence) evidence;
};

/* What is not known, and how to learn it. */
struct chain_unknown {
	const char *what;
	const char *how;
};

/* An address that a node should have, or has. */
struct chain_address {
	struct ip ip;
	const char *service; /* NULL: none has it */
	bool expected, present;
	bool known; /* whether it is present */
};

struct chain {
	const char *subject;          /* "shop/web", "node/node-a", "pool/edge" */
	const char *address;          /* NULL: none */
	const char *about;            /* "pool edge (local)" */
	const char *pool;             /* the name of its pool; NULL: none */
	ARRAY_OF(const char *) nodes; /* that have the address, or should */
	enum link_state state;
	ARRAY_OF(struct chain_link) links;
	const char *cause; /* NULL: nothing is broken */
	ARRAY_OF(const char *) actions;
	ARRAY_OF(struct chain_unknown) unknown;
	ARRAY_OF(struct chain_address) addresses; /* of a node, sorted */
	const char *before;             /* its state in the older input; NULL: none, or new */
	ARRAY_OF(const char *) changes; /* since then: links, and what metrics counted */
};

enum page_verdict { PAGE_FOUND, PAGE_NOT_HERE, PAGE_UNKNOWN };

struct page_row {
	uint32_t number; /* 1 to 26 */
	const char *section;
	const char *cause;
	enum page_verdict verdict;
	const char *evidence; /* or, where it is unknown, what would show it */
};

/* What counts for a session of a node, and another source that says the opposite of it without
 * being older. */
struct session_dispute {
	const struct session_fact *counts, *other;
};

/* What chains are made from. */
struct inspection {
	const struct cluster *cluster;
	const struct observed *observed;
	const struct allocations *all;
	const struct vips *vips;
	const struct bgp_cluster *bgp;
	const struct validation *validation;
	struct arena *arena;
	struct seen seen;
	struct session_list sessions;              /* session_facts() fills it */
	ARRAY_OF(struct session_dispute) disputes; /* by node; chain_compare_sessions() does */
	const bool *looked[5]; /* by enum looked, then by index in cluster->nodes */
	struct seen_list held; /* addresses of Services; empty until lists_held */
	bool lists_held;
	ARRAY_OF(struct chain) chains;
	bool overview;                   /* no subject was named: a line for each Service */
	bool healthy_as_well;            /* --all */
	ARRAY_OF(struct page_row) found; /* causes, for the overview of all Services */
	const struct inspection *before; /* an older input; NULL: none */
	const char *between;             /* "10m": the time from there to here; NULL: unknown */
};

/* ---- what was looked at ---- */

enum looked {
	LOOKED_INTERFACES, /* which addresses they have */
	LOOKED_ARP,        /* arp_ignore and arp_announce where the node announces */
	LOOKED_SESSIONS,   /* by its BGPNodeStatus or its gobgpd, or by a router */
	LOOKED_RENEWALS,   /* metrics of its agent */
	LOOKED_LEASE,      /* its lease, or that it has none */
	LOOKED_KINDS,
};

/* Looks at all nodes once: fills in->looked. */
void looked_build(struct inspection *in);

/* The nodes with an agent that were not looked at: "node-b and node-c"; NULL: all were. */
const char *looked_missing(const struct inspection *in, enum looked what);
/* The same of the nodes that should have a remote address. */
const char *looked_missing_of(const struct inspection *in, const struct vip *vip,
			      enum looked what);
bool looked_at_any(const struct inspection *in, enum looked what);
/* The name of a node, "node-b (not ready)" where it does not answer. */
const char *looked_label(const struct inspection *in, const struct cluster_node *node);

/* ---- making chains ---- */

/* One for each address of a Service, or one where it has none; adds them to the inspection. */
void chain_of_service(struct inspection *in, const struct allocation *allocation);
void chain_of_node(struct inspection *in, const struct cluster_node *node);
void chain_of_pool(struct inspection *in, const struct pool *pool);

/* For chain*.c: a new chain, whose texts are the caller's. */
struct chain *chain_begin(struct inspection *in, const char *subject);
/* For chain*.c: adds a link, evidence for the last one, and what is not known. */
struct chain_link *chain_add(struct inspection *in, struct chain *chain, const char *name,
			     enum link_state state, const char *text);
void chain_prove(struct inspection *in, struct chain_link *link, const char *source,
		 const char *age, struct pos pos, const char *text);
/* Evidence from a captured file, with its age and its place. */
void chain_prove_file(struct inspection *in, struct chain_link *link,
		      const struct evidence_origin *from, const char *text);
void chain_ask(struct inspection *in, struct chain *chain, const char *what, const char *how);
/* Sets the cause, the actions and the state from the links. */
void chain_finish(struct inspection *in, struct chain *chain);

/* The link "addresses" of a node. */
void chain_node_addresses(struct inspection *in, struct chain *chain,
			  const struct cluster_node *node);
/* The links of a local and of a remote address after the first. */
void chain_local(struct inspection *in, struct chain *chain, const struct vip *vip);
void chain_remote(struct inspection *in, struct chain *chain, const struct vip *vip);
void chain_elected(struct inspection *in, struct chain *chain, const struct vip *vip);
void chain_wire(struct inspection *in, struct chain *chain, const struct vip *vip);
void chain_forward(struct inspection *in, struct chain *chain, const struct vip *vip);
/* A node that should have the address has a BGPNodeStatus, which is too old to count. */
bool chain_reports_are_old(const struct inspection *in, const struct vip *vip);
/* Finds the sources that contradict each other in in->sessions, once: fills in->disputes. */
void chain_compare_sessions(struct inspection *in);
/* The link "session" of a remote address. */
void chain_sessions(struct inspection *in, struct chain *chain, const struct vip *vip);
/* A link that one of these checks breaks, whatever is observed; false: none does. */
bool chain_add_configured(struct inspection *in, struct chain *chain, const char *name,
			  const enum check_code *codes, size_t count);
/* What to do about a node that does not do what it should: its agent's log, or why it is down.
 */
const char *chain_look_at_agent(const struct inspection *in, const struct cluster_node *node);

/* Adds what the metrics of the agent of a node say about the lease that it renews. */
void chain_lease_health(struct inspection *in, struct chain *chain, struct chain_link *link,
			const struct cluster_node *node);
/* "node-a to 192.0.2.1 is Established according to its BGPNodeStatus, but ..." */
const char *chain_dispute_text(const struct inspection *in,
			       const struct session_dispute *dispute);
/* The family that the reason of a Service that waits names; IP_NONE: none. */
enum ip_family chain_family_of(const char *reason);

/* The clock of the node seems to be ahead: its agent takes others for dead. (P8.4) */
bool chain_is_ahead(const struct inspection *in, const struct cluster_node *node);
/* It is known not to run. */
bool chain_is_down(const struct component *component);

/* The first finding of a check about an object (NULL: any), or NULL. */
const struct finding *chain_finding(const struct inspection *in, enum check_code code,
				    const struct object *object);

/* The worst finding about the object, the first of them; NULL: nothing above INFO. */
const struct finding *chain_worst_finding(const struct inspection *in,
					  const struct object *object);

/* "ok", "predicted", "unknown", "BROKEN". */
const char *link_state_name(enum link_state state);

/* ---- an older input (O5.4) ---- */

/* Compares with in->before, which has the same subjects: fills `before` and `changes`. */
void inspection_compare(struct inspection *in);

/* ---- the page (O6) ---- */

struct page {
	ARRAY_OF(struct page_row) rows;
};

/* Needs the chains of all Services. */
void page_build(struct page *page, const struct inspection *in);

/* ---- reports ---- */

extern const struct record inspect_document;
extern const struct record page_document;
/* Of a struct page_row. */
extern const struct record page_row_record;
/* For inspect.c and page_report.c: a text from column `at` on, its other lines from `indent`.
 */
void inspect_wrap(FILE *out, unsigned at, unsigned indent, unsigned width, const char *s);
cJSON *inspect_json(const struct inspection *in, struct arena *scratch);
void inspect_table(FILE *out, struct screen screen, const struct inspection *in,
		   struct arena *scratch);
void inspect_html(FILE *out, const struct inspection *in, struct arena *scratch);
void inspect_markdown(FILE *out, const struct inspection *in, struct arena *scratch);
void page_markdown(FILE *out, const struct page *page);
void page_html(FILE *out, const struct page *page, struct arena *scratch);
cJSON *page_json(const struct page *page, struct arena *scratch);
void page_table(FILE *out, struct screen screen, const struct page *page,
		struct arena *scratch);

#endif
