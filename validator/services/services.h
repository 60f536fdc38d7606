/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of Services share: for validator/services/ only. */
#ifndef VALIDATOR_SERVICES_SERVICES_H
#define VALIDATOR_SERVICES_SERVICES_H

#include "validator/check.h"

/* The annotations that are spoken of, and the path of one. */
#define KEY_ADDRESSES   "purelb.io/addresses"
#define KEY_AFFINITY    "purelb.io/node-affinity"
#define KEY_ALLOW_LOCAL "purelb.io/allow-local"
#define KEY_FROM        "purelb.io/allocated-from"
#define KEY_GROUP       "purelb.io/service-group"
#define KEY_MULTI       "purelb.io/multi-pool"
#define KEY_RE_EVALUATE "purelb.io/re-evaluate"
#define KEY_SHARING     "purelb.io/allow-shared-ip"
#define KEY_SKIP_DAD    "purelb.io/skip-ipv6-dad"
#define ANNOTATION_PATH "metadata.annotations[\"%s\"]"

/* PureLB cares for it (P3.8). */
bool service_is_ours(const struct allocation *allocation);

/* "namespace/name", in the arena. */
const char *service_title(struct checker *ck, const struct service *service);

/* The annotation's value, or NULL. */
const struct str_value *service_value(const struct service *service, const char *key);

/* Begins a finding about an annotation of the Service: at its value, with its path. */
struct finding *service_report_value(struct checker *ck, enum check_code code,
				     const struct service *service, const char *key,
				     const char *message);

/* How many entries of a status, or slots of an annotation, are looked at: more than anybody
 * has, and few enough that somebody's thousands cost no more than thousands. */
enum { ENTRIES_LOOKED_AT = 1000 };

/* The entry of status.loadBalancer.ingress with this address, or NULL; *index is its place. */
const struct ingress *service_ingress(const struct service *service, struct ip ip,
				      uint32_t *index);

/* The group that was meant to have an address that the Service asks for: between the ends of a
 * range that PureLB reads otherwise, or of a group that it rejects. NULL: none. */
const struct pool *services_pool_meant(struct checker *ck, const struct service *service);

/* True when a Service that does not get what it requests would get it if it were created before
 * those that request no address, and nothing shows in which order they are created. */
bool services_order_decides(struct checker *ck, const struct allocation *allocation);

/* The checks, one Service at a time. */
void services_check_class(struct checker *ck, const struct allocation *allocation);
void services_check_policy(struct checker *ck, const struct allocation *allocation);
void services_check_annotations(struct checker *ck, const struct allocation *allocation);
void services_check_affinity(struct checker *ck, const struct allocation *allocation);
void services_check_requests(struct checker *ck, const struct allocation *allocation);
void services_check_held(struct checker *ck, const struct allocation *allocation);
/* SV015, over all Services. */
void services_check_conflicts(struct checker *ck);
/* SV016 and SV017, over all VIPs. */
void services_check_vips(struct checker *ck);
/* The annotation of PureLB that asks for the same as this one of another load balancer, whose
 * name *owner becomes; NULL: none does. */
const char *services_counterpart(const char *key, const char **owner);
/* SV019 */
void services_check_foreign_annotations(struct checker *ck,
					const struct allocation *allocation);
/* SV020; false: nothing shows that another load balancer wrote its status. */
bool services_report_other_writer(struct checker *ck, const struct allocation *allocation);
/* SV021, over all addresses. */
void services_check_shared(struct checker *ck);
/* SV018, over all ranges. */
void services_check_hazards(struct checker *ck);

/* True when PureLB has given the Service its address: it says so there (P3.11.10). */
bool services_is_branded(const struct service *service);

#endif
