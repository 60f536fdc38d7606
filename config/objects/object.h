/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all objects have in common: their kinds, their metadata, and the label selectors and
 * names that several kinds use.
 */
#ifndef CONFIG_OBJECTS_OBJECT_H
#define CONFIG_OBJECTS_OBJECT_H

#include "config/schema/values.h"

enum object_kind {
	KIND_SERVICE_GROUP,
	KIND_LBNODEAGENT,
	KIND_BGP_CONFIGURATION,
	KIND_NODE,
	KIND_LEASE,
	KIND_SERVICE,
	KIND_ENDPOINT_SLICE,
	KIND_NAMESPACE,
	KIND_DAEMON_SET,
	KIND_DEPLOYMENT,
	KIND_CRD,
	KIND_SECRET,
	KIND_POD,
	KIND_EVENT,
	KIND_EVENT_NEW, /* of events.k8s.io */
	KIND_BGP_NODE_STATUS,
	KIND_CONFIG_MAP,
	KIND_KUBE_PROXY,
	KIND_METALLB_POOL,
	KIND_METALLB_OLD_POOL, /* AddressPool, before 0.13 */
	KIND_CILIUM_POOL,
	KIND_NODE_INVENTORY,
	KIND_SCENARIO,
	KIND_CAPTURE,
	KIND_COUNT, /* how many there are; as a kind: none of these */
};

/* An entry of metadata.ownerReferences. */
struct owner_reference {
	struct section at;
	struct str_value api_version, kind, name, uid;
	struct bool_value controller;
};

struct owner_references {
	struct section at;
	ARRAY_OF(struct owner_reference) list;
};

struct object {
	enum object_kind kind;
	const char *kind_name; /* "ServiceGroup" */
	struct pos pos;        /* its first key */
	struct str_value api_version;
	struct section metadata;
	struct str_value name;
	bool name_unknown; /* it is a placeholder, kept as written (I6) */
	/* Of an object that is set aside: what is not known of it; else NULL. (I6.1a) */
	const struct unknown_values *unknown;
	struct str_value generate_name;
	struct str_value namespace_given; /* metadata.namespace as written; s NULL: absent */
	bool namespace_implied;           /* that of an installation that is not shown */
	const char *namespace;            /* with the default filled in; "" for cluster scope */
	struct label_map labels;
	struct label_map annotations;
	struct str_list finalizers;
	struct owner_references owners;
	struct str_value uid;           /* set: an API server has accepted the object */
	struct str_value creation_time; /* RFC 3339 */
	struct str_value deletion_time;
	struct section spec;
	/* Of an object that is not judged: what is wrong with a value of it, which is absent
	 * for that; NULL: nothing. */
	const char *unclear;
	/* It is in the part of none of several clusters that were found: each reads it, but
	 * which of them have it is not known. (I7.2) */
	bool anywhere;
	const char *made_by;   /* what installs the chart that makes it; NULL: it is written */
	bool refused;          /* an API server would not accept it as it is */
	uint32_t order;        /* place among all objects of the input, from 0 */
	uint64_t content;      /* hash of all that is read of it: equal for equal objects */
	uint64_t spec_content; /* the same of its spec; 0: it has none */
	/* A later object with this kind, namespace and name, which counts in its place;
	 * NULL: none. (I2.2) */
	const struct object *replaced_by;
};

/*
 * True for what is judged for its own sake: kinds of PureLB and of this program, and Services
 * that ask for a load balancer or name PureLB. A mistake in any other object is the finding of
 * the check that needed the object, and of no other. (I2)
 */
bool object_is_judged(const struct object *object);

/* The namespace that it gives is one, or it gives none; an empty one counts as absent, as for
 * kubectl. */
bool object_namespace_is_valid(const struct object *object);

struct schema;

/* The kinds that are read. */
struct kind_info {
	enum object_kind kind;
	const char *name;    /* "ServiceGroup" */
	const char *group;   /* "purelb.io"; "" for the core group */
	const char *version; /* "v2"; NULL: any */
	const struct schema *schema;
	size_t size; /* of the typed struct */
	bool ours;   /* unknown fields are reported, names are checked */
	bool cluster_scoped;
	bool in_install_namespace; /* when no namespace is given (C3) */
	bool nameless; /* it is a file, not an object of a cluster: it needs no name */
	size_t noted;  /* offset of a struct noted_fields in the typed struct; 0: none */
};

extern const struct kind_info kind_table[KIND_COUNT];

/* The kind of this name in this API group, or NULL when nothing here reads it. */
const struct kind_info *kind_find(const char *name, const char *api_version);

/* True for a kind that stands for a Secret of its name whose values it does not show:
 * SealedSecret, ExternalSecret. They are read as Secrets. (I1) */
bool kind_makes_secret(const char *name, const char *api_version);

/* ---- labels ---- */

/* The value of `key`, or NULL. */
const struct str_value *label_map_get(const struct label_map *map, const char *key);

/* The text of the value of `key`, or NULL. */
const char *label_map_text(const struct label_map *map, const char *key);

/* ---- label selectors ---- */

struct match_expression {
	struct section at;
	struct str_value key;
	struct str_value operator;
	struct str_list values;
};

struct match_expressions {
	struct section at;
	ARRAY_OF(struct match_expression) list;
};

struct label_selector {
	struct section at; /* not set: absent */
	struct label_map match_labels;
	struct match_expressions match_expressions;
};

/* Syntax as the API server checks it; each returns true when `s` is valid. */
bool label_key_valid(const char *s);     /* [prefix/]name, prefix a DNS subdomain <= 253 */
bool label_value_valid(const char *s);   /* empty, or <= 63, alphanumeric at both ends */
bool dns_subdomain_valid(const char *s); /* RFC 1123 subdomain, <= 253 */
bool dns_label_valid(const char *s);     /* RFC 1123 label, <= 63 */

/*
 * Checks a selector as metav1.LabelSelectorAsSelector does: operators In, NotIn, Exists,
 * DoesNotExist; In and NotIn need values, the others must have none; keys and values must be
 * valid. Returns NULL when valid, else one sentence (in the arena) and the place in *pos and
 * the path below the selector in *path ("matchExpressions[0].operator").
 */
const char *selector_error(const struct label_selector *selector, struct arena *arena,
			   struct pos *pos, const char **path);

/* True for a selector that is absent or has neither labels nor expressions (P4.1). */
bool selector_is_catch_all(const struct label_selector *selector);

/*
 * True when the labels satisfy a VALID selector. NotIn and DoesNotExist hold where the key is
 * absent. A catch-all matches everything.
 */
bool selector_matches(const struct label_selector *selector, const struct label_map *labels);

#endif
