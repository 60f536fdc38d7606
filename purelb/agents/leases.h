/* SPDX-License-Identifier: Apache-2.0 */
/* Scope and life of leases (P1.3.4, P5.1) and the lease duration D (P8.1). */
#ifndef PURELB_AGENTS_LEASES_H
#define PURELB_AGENTS_LEASES_H

#include "config/objects/snapshot.h"

/* The node that a lease belongs to: what follows "purelb-node-" in its name. NULL when it is
 * not a PureLB lease of the install namespace. (P1.3.4) */
const char *lease_node_name(const struct lease *lease, const char *install_namespace);

/* Live at `now`: renewTime and duration are set and now < renewTime + duration. (P5.1) */
bool lease_is_live(const struct lease *lease, int64_t now_ns);

/* What says at which moment the cluster is looked at. */
enum moment_origin {
	MOMENT_NONE,     /* nothing does */
	MOMENT_LEASES,   /* the newest renewTime: the cluster was seen then or later */
	MOMENT_EVIDENCE, /* an Event or a BGPNodeStatus that is newer by more than a minute */
	MOMENT_CAPTURE,  /* capturedAt of a Capture */
	MOMENT_GIVEN,    /* --at */
};

/* True when the Capture read objects of this kind. */
bool capture_has(const struct capture *capture, const char *kind);

/*
 * The moment at which leases, Events and ages are judged (O1.3), in *now_ns, which stays as it
 * is where nothing tells. Evidence that is newer than the leases by less than a minute says
 * nothing: the clocks of nodes differ, and reading a cluster takes its time.
 */
enum moment_origin leases_moment(const struct snapshot *snapshot, int64_t *now_ns);

/* What says it, after "before": "the input was captured". */
const char *moment_text(enum moment_origin moment);

/* The newest renewTime of the PureLB leases; false when none has one. */
bool leases_newest_renewal(const struct snapshot *snapshot, int64_t *now_ns);

enum duration_origin {
	DURATION_DEFAULT, /* 10 s, as the shipped manifests set it */
	DURATION_LEASE,   /* from a lease's leaseDurationSeconds */
	DURATION_ENV,     /* PURELB_LEASE_DURATION of the lbnodeagent container */
	DURATION_FLAG,    /* --lease-duration of its arguments */
	DURATION_CODE,    /* a DaemonSet that sets neither, or sets it to no duration: 5 s */
};

struct lease_duration {
	int64_t ns;
	enum duration_origin origin;
	const char *text; /* as written; NULL when it comes from no text */
	struct pos pos;
	const char *path;
	const struct object *object; /* the DaemonSet or lease it comes from */
	bool unparsable;             /* text is given but is 0 or not a duration: 5 s is used */
	bool refused; /* the agents never start: below 1 s, negative, or a flag (not a variable)
		       * whose text is not a duration */
};

/*
 * D as the tool takes it: from a DaemonSet of the install namespace, else from a lease, else
 * 10 s. A DaemonSet that takes it from what the input does not show (valueFrom) is passed
 * over. (P8.1)
 */
struct lease_duration lease_duration_resolve(const struct snapshot *snapshot,
					     struct arena *arena);

#endif
