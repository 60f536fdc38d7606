/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of BGP sessions: reports, daemons, packets. (O2.6) */
#ifndef PURELB_OBSERVED_SESSIONS_H
#define PURELB_OBSERVED_SESSIONS_H

#include "purelb/observed/seen.h"

/* Why a BGP session is down. */
enum session_fault {
	SESSION_FINE,
	SESSION_PORT,      /* no TCP connection to port 179 */
	SESSION_ASN,       /* NOTIFICATION 2/2 */
	SESSION_ROUTER_ID, /* NOTIFICATION 2/3 */
	SESSION_OTHER,
};

/* What one source says of a session. */
struct session_fact {
	enum { FACT_REPORT, FACT_DAEMON, FACT_PACKETS } kind;
	enum session_fault fault;
	const struct cluster_node *node; /* NULL: not known */
	struct ip peer;
	bool has_peer;
	const char *state; /* "Active"; NULL: packets do not say */
	const char *error; /* NULL: none is given */
	const char *text;  /* a sentence */
	const char *source, *age;
	struct pos pos;
	int64_t time_ns;    /* EVIDENCE_UNKNOWN: none */
	bool old;           /* taken long before the clock */
	const char *router; /* the place that sees it, where that is no node; else NULL */
	struct ip node_ip;  /* with `router`: the node as it has it */
	/* Likewise, where the router does not print its own address: that of the only session
	 * of the node to it; or the node has several, and what it prints of them counts in
	 * place of this. */
	struct ip only_peer;
	bool has_only_peer, among_several;
	bool told; /* another fact of the same session counts in its place: of two that
		      contradict each other the newer one; else a report, then what the
		      node's daemon prints, then the router's, then packets */
	const struct session_fact *reason; /* of the same session, and has the error that this
					      one lacks; NULL: none */
	const struct bgp_neighbor_status *neighbor; /* of a report */
	const char *refuser; /* who refuses connections, if it is not the peer; else NULL */
	unsigned families;   /* BGP_IPV4, BGP_IPV6: that it carries, or would; 0: not known */
	bool beats; /* it is newer than what a source of a lower number says, and contradicts it
		     */
	bool admin_down; /* it is shut down where the fact is from */
};

struct session_list {
	const struct seen *seen;
	struct arena *arena;
	ARRAY_OF(struct session_fact) list;      /* reports, then daemons, then packets */
	ARRAY_OF(struct session_fact *) by_node; /* those of known nodes, node after node */
	uint32_t *first_of_node; /* in by_node, by index in cluster->nodes, and the end */
	bool overflow; /* there were more than are looked at: reports are all that is left, and
			* nothing follows from that */
	bool packets_overflow; /* likewise of hosts that packets are between: no fact is theirs
				*/
};

/* Of all nodes; of one, packets apart; pairs of hosts in packets. (I10) */
enum { SESSION_FACTS_MAX = 16384, SESSION_FACTS_OF_NODE_MAX = 1024, SESSION_TALKS_MAX = 4096 };

/* Facts of one node, in the order of the list. */
struct session_group {
	struct session_fact *const *items;
	uint32_t count;
};

/* Collects what BGPNodeStatus objects, daemons and packets say; borrows `seen`, allocates in
 * `arena`. */
void session_facts(struct session_list *out, const struct seen *seen, struct arena *arena);

/* The facts of a node, those of packets among them; none of NULL. Only they can be of one
 * session with another of that node. Lives as long as the list. */
struct session_group session_of_node(const struct session_list *list,
				     const struct cluster_node *node);

/* What to do about a session that is down: one sentence that begins with a verb. */
const char *session_advice(const struct session_fact *fact, struct arena *arena);

/* Both are about one session of one node: their peers are one address, or the one is at a
 * router to which the other is the node's only session. */
bool session_is_same(const struct session_fact *a, const struct session_fact *b);

/* What else is known of why a session is down that a fact says is down; NULL: nothing. */
const struct session_fact *session_reason(const struct session_list *list,
					  const struct session_fact *fact);

/* Another fact of the same session says the opposite of what this one says, and neither is
 * known to be newer. Packets contradict only a session that is said to be up. */
bool session_is_disputed_by(const struct session_fact *fact, const struct session_fact *other,
			    const struct session_list *list);

/* It carries routes of the family, or nothing is known of what it carries. */
bool session_carries(const struct session_fact *fact, enum ip_family family);

#endif
