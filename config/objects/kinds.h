/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of schema tables (kinds*.c) share. */
#ifndef CONFIG_OBJECTS_KINDS_H
#define CONFIG_OBJECTS_KINDS_H

#include "base/array.h"
#include "config/objects/objects.h"
#include "config/schema/schema.h"

/* A schema over a table of fields; `type` is the struct that they fill. */
#define SCHEMA(fields_, type_)                                                                 \
	{                                                                                      \
		.fields = (fields_), .count = ARRAY_LEN(fields_), .size = sizeof(type_)        \
	}

/* Where a field's value goes. */
#define AT(type_, member_) .offset = offsetof(type_, member_)

/* A field that is known and that nothing reads. */
#define IGNORED(name_)                                                                         \
	{                                                                                      \
		.name = (name_), .type = FIELD_IGNORED,                                        \
	}

/* What rule_namespace_name() accepts. */
#define PATTERN_DNS_LABEL "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"

/* A rule for names of kinds that are read. */
const char *rule_kind_name(const char *text);

/* metadata, the same for every kind. */
extern const struct schema metadata_schema;

/* A Kubernetes label selector. */
extern const struct schema selector_schema;

/* The fields that every object begins with. */
#define OBJECT_FIELDS                                                                          \
	{ "apiVersion", FIELD_STRING, AT(struct object, api_version) }, IGNORED("kind"),       \
	{                                                                                      \
		"metadata", FIELD_INLINE, AT(struct object, metadata),                         \
			.schema = &metadata_schema                                             \
	}

#define STATUS_IGNORED IGNORED("status")

#define SPEC_FIELD(schema_)                                                                    \
	{                                                                                      \
		"spec", FIELD_INLINE, AT(struct object, spec), .schema = &(schema_)            \
	}

/* What the API servers' rules for metadata and ServiceGroup values say. */
const char *rule_namespace_name(const char *text);

/* P1.1: what is wrong with an aggregation, as "has no slash"; NULL: nothing. */
const char *rule_aggregation(const char *text);

/* An entry of acceptPrefixes (kinds_bgp.c). */
extern const struct schema router_accept_schema;

/* Schemas that have a file of their own. */
extern const struct schema scenario_schema;          /* kinds_own.c */
extern const struct schema inventory_schema;         /* kinds_inventory.c */
extern const struct schema capture_schema;           /* kinds_inventory.c */
extern const struct schema bgp_configuration_schema; /* kinds_bgp.c */
extern const struct schema router_bgp_schema;        /* kinds_bgp.c */
extern const struct schema scenario_router_schema;   /* kinds_routers.c */
/* Words of a router's bgp. */
extern const char *const kinds_router_profiles[],
	*const kinds_router_attachments[], *const kinds_router_hashes[],
						   *const kinds_router_hashings[];
extern const struct schema secret_schema;           /* kinds_bgp.c */
extern const struct schema condition_status_schema; /* kinds_status.c */
extern const struct schema workload_status_schema;  /* kinds_status.c */
extern const struct schema group_status_schema;     /* kinds_status.c */
extern const struct schema pod_schema;              /* kinds_status.c */
extern const struct schema kube_event_schema;       /* kinds_status.c */
extern const struct schema bgp_node_status_schema;  /* kinds_status.c */
extern const struct schema env_schema;              /* kinds.c */
extern const struct schema reserved_range_schema;   /* kinds_inventory.c */
extern const struct schema config_map_schema;       /* kinds_other.c */
extern const struct schema kube_proxy_schema;       /* kinds_other.c */
extern const struct schema metallb_pool_schema;     /* kinds_other.c */
extern const struct schema cilium_pool_schema;      /* kinds_other.c */
extern const struct schema service_schema;          /* kinds_service.c */
extern const struct schema service_patch_schema;    /* kinds_service.c */

#endif
