/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot: everything that was read from the inputs, typed, with positions.
 *
 * All of it lives in one arena; snapshot_release() frees it at once. Objects are in input
 * order within each kind.
 */
#ifndef CONFIG_OBJECTS_SNAPSHOT_H
#define CONFIG_OBJECTS_SNAPSHOT_H

#include "config/objects/objects.h"
#include "config/objects/scenario.h"
#include "config/yaml/placeholder.h"
#include "config/yaml/source.h"

struct evidence;

/* Where the install namespace comes from, the strongest last. (I8) */
enum namespace_origin {
	NAMESPACE_DEFAULT,  /* "purelb-system" */
	NAMESPACE_GROUPS,   /* all ServiceGroups are in it, and nothing says otherwise */
	NAMESPACE_WORKLOAD, /* where PureLB's DaemonSet or Deployment runs */
	NAMESPACE_CAPTURE,  /* a Capture says so */
	NAMESPACE_GIVEN,    /* the caller named it */
};

/* An object of an API that PureLB v2 does not read. It counts as present all the same: what
 * names it does not name something that does not exist. (I9.1) */
struct old_object {
	enum object_kind kind;
	const char *namespace; /* NULL: none given */
	const char *name;
	struct pos pos;
};

/* Two objects with one identity: the first of all that have it, and a later one. */
struct twins {
	const struct object *first, *second;
};

struct snapshot {
	struct arena arena;
	struct sources sources;
	const char *cluster; /* its name among several in one tree; NULL: alone (I7) */
	const char *install_namespace; /* default "purelb-system" */
	enum namespace_origin namespace_origin;
	const struct object *namespace_object; /* that says so; NULL: none */
	struct finding_sink problems; /* what reading found; takes what later steps find */

	ARRAY_OF(struct service_group *) groups;
	ARRAY_OF(struct lbnodeagent *) agents;
	ARRAY_OF(struct bgp_configuration *) bgp_configurations;
	ARRAY_OF(struct node *) nodes;
	ARRAY_OF(struct lease *) leases;
	ARRAY_OF(struct service *) services;
	ARRAY_OF(struct endpoint_slice *) endpoint_slices;
	ARRAY_OF(struct namespace *) namespaces;
	ARRAY_OF(struct workload *) daemon_sets;
	ARRAY_OF(struct workload *) deployments;
	ARRAY_OF(struct crd *) crds;
	ARRAY_OF(struct secret *) secrets;
	ARRAY_OF(struct pod *) pods;
	ARRAY_OF(struct event *) events;
	ARRAY_OF(struct bgp_node_report *) bgp_node_statuses;
	ARRAY_OF(struct config_map *) config_maps; /* those that matter */
	ARRAY_OF(struct kube_proxy *) kube_proxies;
	ARRAY_OF(struct metallb_pool *) metallb_pools; /* of both kinds */
	ARRAY_OF(struct cilium_pool *) cilium_pools;
	ARRAY_OF(struct machine_config *) machines; /* not among the objects */
	ARRAY_OF(struct node_inventory *) inventories;
	ARRAY_OF(struct scenario *) scenarios;
	ARRAY_OF(struct capture *) captures;
	/* All of the above as objects, in input order, and those that were replaced. */
	ARRAY_OF(struct object *) objects;
	ARRAY_OF(struct old_object) old_objects;
	ARRAY_OF(struct twins) twins; /* by identity, in input order */
	bool complete[KIND_COUNT];    /* kinds of which the caller has given all (I3.1) */

	/* What other programs print of nodes, routers and Pods; NULL: the input has none of it.
	 * (config/evidence/evidence.h) */
	struct evidence *evidence;
	const struct substitutions *substitutions; /* borrowed; values of variables; or NULL */
	struct unknown_values unknown;             /* values that are not known (I6) */
	struct filled_values filled;               /* values that files put in (I7.3a) */
	/* Objects that are in no list, since what matters in them is not known. */
	uint32_t set_aside[KIND_COUNT];
	ARRAY_OF(struct object *) partials; /* those of them that are judged (I6.1a) */
	/* ServiceGroups and their like are in what could not be read or built: a template,
	 * broken YAML, a remote base, values that are elsewhere. */
	bool hides_ours;

	uint32_t documents; /* documents and list items with content */
	uint32_t manifests; /* those of them that have an apiVersion and a kind */
	uint32_t skipped;   /* objects of kinds that mean nothing here */
	uint32_t changed; /* objects that Flux or Argo CD change to something unknown (I6.3) */
};

void snapshot_release(struct snapshot *snapshot);

struct object_list {
	ARRAY_OF(struct object *) list;
};

/* Adds a problem and returns it, valid until the next one. `path` may be NULL; it is borrowed.
 */
struct finding *problem_add(struct snapshot *snapshot, enum problem_kind kind,
			    const struct object *object, struct pos pos, const char *path,
			    const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Adds an object to the lists of a snapshot; the object is borrowed. */
void snapshot_add(struct snapshot *snapshot, struct object *object);

/* The folder of a source, with its slash, or "": what relative names in it start from. */
const char *snapshot_folder(struct snapshot *snapshot, struct pos pos);

/* True when the input has objects of a kind that PureLB owns, or an inventory. */
bool snapshot_has_ours(const struct snapshot *snapshot);

/* True when the input has an object of this kind of which too much is not known, or may have
 * one where it could not be read: there may be more than the lists show. (I3, I6) */
bool snapshot_is_partial(const struct snapshot *snapshot, enum object_kind kind);

/* ---- what is complete: captured, or said to be (I3.1) ---- */

/* True when all objects of the kind are in the input. */
bool snapshot_is_complete(const struct snapshot *snapshot, enum object_kind kind);

/* True when an object of this kind in an API that v2 does not read is in the input, of this
 * name unless it is NULL. (I9.1) */
bool snapshot_has_old(const struct snapshot *snapshot, enum object_kind kind, const char *name);

/* What the captures of the input say of a kind. An input without captures says nothing. Leases
 * and workloads that were read elsewhere than in the install namespace count as unread. */
const struct captured_kind *capture_unread(const struct snapshot *snapshot,
					   enum object_kind kind);
bool capture_read(const struct snapshot *snapshot, enum object_kind kind);
/* Only some namespaces were read, and others matter. */
bool capture_is_partly(const struct snapshot *snapshot, const struct captured_kind *kind);

/* True when names and addresses of the input are not those of the cluster (O5.2). */
bool capture_is_redacted(const struct snapshot *snapshot);

/* True when the input has EndpointSlices, or a capture read them and there are none: it is
 * known where the endpoints of Services are. */
bool capture_knows_endpoints(const struct snapshot *snapshot);

/* The label or annotation of an object by which Flux puts no values into it. */
extern const char snapshot_spared_key[];

/* Reports, of the values from the number `first` on that are not known of the object, those
 * (which may be NULL) that have variables for which Flux has no value, which puts in `values`;
 * NULL: nothing is put in. `source`: only those that are written there, by its number plus 1;
 * 0: all. (I6.3g) */
void snapshot_report_undefined(struct snapshot *snapshot, const struct substitutions *values,
			       const struct object *object, uint32_t first, uint32_t source);

/* Notes that `text` at `pos` got a value of a file, if it did. */
void snapshot_note_filled(struct snapshot *snapshot, const struct substitutions *values,
			  const char *text, struct pos pos);

#endif
