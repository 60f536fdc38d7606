/* SPDX-License-Identifier: Apache-2.0 */
/* What all objects have in common, and label selectors, which several kinds use. */
#ifndef CONFIG_OBJECTS_OBJECT_H
#define CONFIG_OBJECTS_OBJECT_H

#include "config/yaml/values.h"

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
	KIND_NODE_INVENTORY,
	KIND_SCENARIO,
	KIND_CAPTURE,
	KIND_COUNT, /* how many there are; as a kind: none of these */
};

struct object {
	enum object_kind kind;
	const char *kind_name; /* "ServiceGroup" */
	struct pos pos;        /* its first key */
	struct str_value api_version;
	struct section metadata;
	struct str_value name;
	struct str_value generate_name;
	struct str_value namespace_given; /* metadata.namespace as written; s NULL: absent */
	const char *namespace;            /* with the default filled in; "" for cluster scope */
	struct label_map labels;
	struct label_map annotations;
	struct str_value creation_time; /* RFC 3339 */
	struct str_value deletion_time;
	struct section spec;
	uint32_t order; /* place among all objects of the input, from 0 */
};

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

#endif
