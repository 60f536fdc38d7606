/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator once more, slow and obvious, to compare with: addresses are gone over one by
 * one, tables are lists that are searched from their beginning. Local and remote pools only.
 */
#ifndef TESTS_UNIT_ALLOCATION_REFERENCE_H
#define TESTS_UNIT_ALLOCATION_REFERENCE_H

#include "purelb/agents/cluster.h"

enum {
	REFERENCE_SERVICES = 32,
	REFERENCE_ADDRESSES = 64, /* of one Service */
	REFERENCE_ENTRIES = 512,
	REFERENCE_PORTS = 32,
};

/* A Service and its status. */
struct reference_service {
	const struct service *service;
	struct {
		struct ip ip;
		bool valid, added;
		char text[IP_TEXT_MAX];
	} ingress[REFERENCE_ADDRESSES];
	unsigned count;
	bool seen;   /* it is PureLB's */
	bool failed; /* PureLB reports a failure, or a family is missing */
	bool hangs;
};

/* An address that a pool knows of, by its text. */
struct reference_entry {
	const struct pool *pool;
	struct ip ip;
	char text[IP_TEXT_MAX];
	bool users[REFERENCE_SERVICES];
	const char *key; /* NULL: no Service uses it */
	struct {
		const char *protocol;
		int64_t number;
		unsigned owner;
	} ports[REFERENCE_PORTS];
	unsigned port_count;
};

struct reference_binding {
	const struct pool *pool;
	const char *key;
	enum ip_family family;
	struct ip ip;
};

struct reference {
	const struct cluster *cluster;
	bool latest;
	struct reference_service services[REFERENCE_SERVICES]; /* in the order of processing */
	unsigned count;
	struct reference_entry entries[REFERENCE_ENTRIES];
	unsigned entry_count;
	struct reference_binding bindings[REFERENCE_ENTRIES];
	unsigned binding_count;
};

void reference_run(struct reference *r, const struct cluster *cluster, bool latest);

/* How many addresses of the range are in use in its pool. */
unsigned reference_used(const struct reference *r, const struct pool *pool,
			const struct pool_range *range);

/* ---- between the files of the reference ---- */

/* An annotation of the Service; NULL: it has none. */
const char *reference_annotation(const struct service *service, const char *key);

/* The pool, or NULL where its namespaces keep the Service out. */
const struct pool *reference_gate(const struct reference *r, const struct pool *pool,
				  const char *namespace);

/* The pool that a Service gets addresses from; NULL: none. */
const struct pool *reference_choose(const struct reference *r, const struct service *service);

/* Whether a Service gets an address of each range. */
bool reference_is_multi(const struct service *service, const struct pool *pool);

#endif
