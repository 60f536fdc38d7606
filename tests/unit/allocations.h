/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of the allocator over YAML text, for tests, and their outcome as text. */
#ifndef TESTS_UNIT_ALLOCATIONS_H
#define TESTS_UNIT_ALLOCATIONS_H

#include "base/text.h"
#include "purelb/allocation/allocation.h"

/* ---- pieces of YAML ---- */

#define GROUP(name, spec)                                                                      \
	"---\napiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: " name            \
	"}\nspec: {" spec "}\n"
#define GROUP_IN(ns, name, spec)                                                               \
	"---\napiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: " name            \
	", namespace: " ns "}\nspec: {" spec "}\n"
/* Entries of lists: the subnets are wide, so that any range is inside. */
#define R4(range) "{pool: '" range "', subnet: 10.0.0.0/8}"
#define R6(range) "{pool: '" range "', subnet: 'fd00::/16'}"

#define SERVICE_IN(ns, name, annotations, spec)                                                \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: " ns        \
	", annotations: {" annotations "}}\nspec: {type: LoadBalancer, " spec "}\n"
#define SERVICE(name, annotations, spec) SERVICE_IN("default", name, annotations, spec)
/* Behind a Service: what its status holds, a list of {ip: ...}. */
#define HOLDS(list) "status: {loadBalancer: {ingress: [" list "]}}\n"
#define IP(ip)      "{ip: '" ip "'}"

#define BRANDED      "purelb.io/allocated-by: PureLB"
#define FROM(group)  "purelb.io/service-group: '" group "'"
#define ASKS(text)   "purelb.io/addresses: '" text "'"
#define SHARES(key)  "purelb.io/allow-shared-ip: '" key "'"
#define MULTI(value) "purelb.io/multi-pool: '" value "'"

#define ON4                  "clusterIP: 172.16.0.1, ipFamilies: [IPv4]"
#define ON6                  "clusterIP: 'fc00::1', ipFamilies: [IPv6]"
#define ON46                 "clusterIP: 172.16.0.1, ipFamilies: [IPv4, IPv6]"
#define ON64                 "clusterIP: 'fc00::1', ipFamilies: [IPv6, IPv4]"
#define ONANY                "clusterIP: 172.16.0.1"
#define PORT(protocol, port) ", ports: [{protocol: " protocol ", port: " port "}]"

/* ---- runs ---- */

struct run_world {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct allocations out;
};

/* Loads the text, resolves it and runs the allocator; run_world_release() ends it. */
void run_world(struct run_world *w, const char *yaml, bool latest);
void run_world_release(struct run_world *w);

/*
 * Every Service as "name state addresses (reason)", joined by "; ": "+" before an address that
 * was added, "?" behind one of several pools, "-" before one that was released; the namespace
 * only where it is not "default".
 */
void run_world_describe(const struct run_world *w, struct text *out);

/* Fails the test unless the outcome is `expected`. */
void run_world_expect(const char *what, const char *yaml, const char *expected);
void run_world_expect_latest(const char *what, const char *yaml, const char *expected);

#endif
