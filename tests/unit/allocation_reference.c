/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator once more, slow and obvious, to compare with. */
#include "tests/unit/allocation_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/pools/reserved.h"
#include "tests/unit/expect.h"

enum { STEPS_MAX = 20000 }; /* more than there are addresses: the walk goes round */

static const char *key_of(const struct reference_service *s)
{
	const char *key = reference_annotation(s->service, "purelb.io/allow-shared-ip");

	return key != NULL ? key : "";
}

static bool is_branded(const struct reference_service *s)
{
	return str_equal(reference_annotation(s->service, "purelb.io/allocated-by"), "PureLB");
}

/* ---- pools ---- */

struct list {
	const struct pool_range *items;
	uint32_t count;
};

static struct list list_of(const struct pool *pool, enum ip_family family)
{
	struct list v4 = { pool->v4.items, pool->v4.count };
	struct list v6 = { pool->v6.items, pool->v6.count };

	return family == IP_V4 ? v4 : v6;
}

static bool pool_contains(const struct pool *pool, struct ip ip)
{
	for (unsigned f = IP_V4; f <= IP_V6; f += IP_V6 - IP_V4) {
		struct list list = list_of(pool, (enum ip_family)f);

		for (uint32_t i = 0; i < list.count; i++) {
			if (ip_range_contains(list.items[i].range, ip))
				return true;
		}
	}
	return false;
}

static const struct pool *pool_for(const struct reference *r, struct ip ip)
{
	ARRAY_FOREACH (const struct pool *, pool, &r->cluster->pools.by_name) {
		if (pool_contains(*pool, ip))
			return *pool;
	}
	return NULL;
}

/* ---- tables ---- */

static struct reference_entry *find_entry(struct reference *r, const struct pool *pool,
					  const char *text)
{
	for (unsigned i = 0; i < r->entry_count; i++) {
		if (r->entries[i].pool == pool && str_equal(r->entries[i].text, text))
			return &r->entries[i];
	}
	return NULL;
}

static struct reference_binding *find_binding(struct reference *r, const struct pool *pool,
					      const char *key, enum ip_family family)
{
	for (unsigned i = 0; i < r->binding_count; i++) {
		struct reference_binding *b = &r->bindings[i];

		if (b->pool == pool && str_equal(b->key, key) && b->family == family)
			return b;
	}
	return NULL;
}

static void bind_key(struct reference *r, const struct pool *pool, const char *key,
		     struct ip ip)
{
	struct reference_binding *b = find_binding(r, pool, key, ip_family(ip));

	if (b == NULL) {
		EXPECT(r->binding_count < REFERENCE_ENTRIES, "too many keys");
		b = &r->bindings[r->binding_count++];
	}
	*b = (struct reference_binding){ pool, key, ip_family(ip), ip };
}

static void unbind_key(struct reference *r, const struct pool *pool, const char *key,
		       enum ip_family family)
{
	struct reference_binding *b = find_binding(r, pool, key, family);

	if (b != NULL)
		*b = r->bindings[--r->binding_count];
}

static void take_port(struct reference_entry *e, const struct service_port *port,
		      unsigned owner)
{
	const char *protocol = port->protocol.s != NULL ? port->protocol.s : "TCP";

	for (unsigned i = 0; i < e->port_count; i++) {
		if (str_equal(e->ports[i].protocol, protocol) &&
		    e->ports[i].number == port->port.v) {
			e->ports[i].owner = owner;
			return;
		}
	}
	EXPECT(e->port_count < REFERENCE_PORTS, "too many ports");
	e->ports[e->port_count].protocol = protocol;
	e->ports[e->port_count].number = port->port.v;
	e->ports[e->port_count++].owner = owner;
}

static void notify(struct reference *r, const struct pool *pool, unsigned n)
{
	struct reference_service *s = &r->services[n];

	for (unsigned i = 0; i < s->count; i++) {
		struct reference_entry *e;

		if (!s->ingress[i].valid)
			continue;
		e = find_entry(r, pool, s->ingress[i].text);
		if (e == NULL) {
			EXPECT(r->entry_count < REFERENCE_ENTRIES, "too many addresses");
			e = &r->entries[r->entry_count++];
			*e = (struct reference_entry){ .pool = pool, .ip = s->ingress[i].ip };
			memcpy(e->text, s->ingress[i].text, sizeof(e->text));
		}
		e->key = key_of(s);
		e->users[n] = true;
		ARRAY_FOREACH (const struct service_port, port, &s->service->ports.list)
			take_port(e, port, n);
		if (e->key[0] != '\0')
			bind_key(r, pool, e->key, e->ip);
	}
}

static void notify_existing(struct reference *r, unsigned n)
{
	struct reference_service *s = &r->services[n];

	for (unsigned i = 0; i < s->count; i++) {
		const struct pool *pool =
			s->ingress[i].valid ? pool_for(r, s->ingress[i].ip) : NULL;

		if (pool != NULL)
			notify(r, pool, n);
	}
}

static bool has_users(const struct reference_entry *e, unsigned except)
{
	for (unsigned i = 0; i < REFERENCE_SERVICES; i++) {
		if (e->users[i] && i != except)
			return true;
	}
	return false;
}

static void leave(struct reference *r, struct reference_entry *e, unsigned n)
{
	e->users[n] = false;
	if (!has_users(e, REFERENCE_SERVICES) && e->key != NULL) {
		if (e->key[0] != '\0')
			unbind_key(r, e->pool, e->key, ip_family(e->ip));
		e->key = NULL;
	}
	for (unsigned i = e->port_count; i-- > 0;) {
		if (e->ports[i].owner == n)
			e->ports[i] = e->ports[--e->port_count];
	}
}

static void unassign(struct reference *r, unsigned n)
{
	for (unsigned i = 0; i < r->entry_count; i++) {
		if (r->entries[i].users[n])
			leave(r, &r->entries[i], n);
	}
}

static void release_ip(struct reference *r, const struct pool *pool, unsigned n, struct ip ip)
{
	char text[IP_TEXT_MAX];
	struct reference_entry *e = find_entry(r, pool, ip_format(ip, text));

	if (e != NULL && e->users[n])
		leave(r, e, n);
}

/* ---- one address ---- */

static bool available(struct reference *r, const struct pool *pool, struct ip ip, unsigned n)
{
	struct reference_service *s = &r->services[n];
	const char *key = key_of(s);
	struct reference_binding *b = find_binding(r, pool, key, ip_family(ip));
	char text[IP_TEXT_MAX];
	struct reference_entry *e = find_entry(r, pool, ip_format(ip, text));

	if (key[0] != '\0' && b != NULL && ip_compare(b->ip, ip) != 0)
		return false;
	if (e == NULL || e->key == NULL)
		return true;
	if ((e->key[0] == '\0' || !str_equal(e->key, key)) && has_users(e, n))
		return false;
	ARRAY_FOREACH (const struct service_port, port, &s->service->ports.list) {
		const char *protocol = port->protocol.s != NULL ? port->protocol.s : "TCP";

		for (unsigned i = 0; i < e->port_count; i++) {
			if (str_equal(e->ports[i].protocol, protocol) &&
			    e->ports[i].number == port->port.v && e->ports[i].owner != n)
				return false;
		}
	}
	return true;
}

static void add(struct reference *r, const struct pool *pool, struct ip ip, unsigned n)
{
	struct reference_service *s = &r->services[n];

	EXPECT(s->count < REFERENCE_ADDRESSES, "too many addresses of a Service");
	s->ingress[s->count].ip = ip;
	s->ingress[s->count].valid = true;
	s->ingress[s->count].added = true;
	ip_format(ip, s->ingress[s->count].text);
	s->count++;
	notify(r, pool, n);
}

static bool assign(struct reference *r, const struct pool *pool, struct ip ip, unsigned n)
{
	if (!available(r, pool, ip, n))
		return false;
	add(r, pool, ip, n);
	return true;
}

/* ---- walks ---- */

static bool skipped(const struct reference *r, const struct pool *pool,
		    const struct pool_range *range, struct ip ip)
{
	return r->latest && pool_skips_address(pool, range, ip);
}

/* The address that comes behind `*ip`; `*owner` is the range that it comes from. */
static bool next(const struct pool *pool, struct ip *ip, const struct pool_range **owner)
{
	struct list list = list_of(pool, ip_family(*ip));

	for (uint32_t i = 0; i < list.count; i++) {
		if (!ip_range_contains(list.items[i].range, *ip))
			continue;
		*owner = &list.items[i];
		if (ip_compare(*ip, list.items[i].range.to) < 0) {
			ip->v++;
			return true;
		}
		if (i + 1 == list.count)
			return false;
		*owner = &list.items[i + 1];
		*ip = list.items[i + 1].range.from;
		return true;
	}
	return false;
}

/* The range that an address is taken from: the first of its family's list that contains it,
 * else the one that the walk came by. */
static const struct pool_range *owner_of(const struct pool *pool, struct ip ip,
					 const struct pool_range *came_by)
{
	struct list list = list_of(pool, ip_family(ip));

	for (uint32_t i = 0; i < list.count; i++) {
		if (ip_range_contains(list.items[i].range, ip))
			return &list.items[i];
	}
	return came_by;
}

static bool walk(struct reference *r, const struct pool *pool, enum ip_family family,
		 unsigned n)
{
	struct list list = list_of(pool, family);
	const struct pool_range *owner = list.items;
	struct ip ip;

	if (list.count == 0)
		return false;
	ip = list.items[0].range.from;
	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		if (!skipped(r, pool, owner_of(pool, ip, owner), ip) && assign(r, pool, ip, n))
			return true;
		if (!next(pool, &ip, &owner))
			return false;
	}
	r->services[n].hangs = true;
	return false;
}

static bool from_range(struct reference *r, const struct pool *pool,
		       const struct pool_range *range, unsigned n)
{
	struct ip ip = range->range.from;

	for (;;) {
		if (!skipped(r, pool, range, ip) && assign(r, pool, ip, n))
			return true;
		if (ip_compare(ip, range->range.to) >= 0)
			return false;
		ip.v++;
	}
}

static unsigned count_first(const struct reference *r, const struct pool *pool,
			    struct list list, uint32_t position)
{
	unsigned count = 0;

	for (unsigned i = 0; i < r->entry_count; i++) {
		const struct reference_entry *e = &r->entries[i];
		uint32_t first = 0;

		if (e->pool != pool || e->key == NULL)
			continue;
		while (first < list.count && !ip_range_contains(list.items[first].range, e->ip))
			first++;
		count += first == position;
	}
	return count;
}

static bool balanced(struct reference *r, const struct pool *pool, enum ip_family family,
		     unsigned n)
{
	struct list list = list_of(pool, family);
	bool tried[64] = { false };

	EXPECT(list.count <= 64, "too many ranges");
	for (uint32_t round = 0; round < list.count; round++) {
		uint32_t best = list.count;
		unsigned least = 0;

		for (uint32_t i = 0; i < list.count; i++) {
			unsigned used = count_first(r, pool, list, i);

			if (!tried[i] && (best == list.count || used < least)) {
				best = i;
				least = used;
			}
		}
		tried[best] = true;
		if (from_range(r, pool, &list.items[best], n))
			return true;
	}
	return false;
}

/* ---- families ---- */

static bool has_family(const struct reference_service *s, enum ip_family family)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (s->ingress[i].valid && ip_family(s->ingress[i].ip) == family)
			return true;
	}
	return false;
}

static bool one_family(struct reference *r, const struct pool *pool, enum ip_family family,
		       unsigned n)
{
	struct reference_service *s = &r->services[n];

	if (has_family(s, family))
		return true;
	if (pool->spec->balance_pools.v && key_of(s)[0] == '\0')
		return balanced(r, pool, family, n);
	return walk(r, pool, family, n);
}

static unsigned families_of(const struct service *service, enum ip_family out[2])
{
	unsigned count = 0;

	ARRAY_FOREACH (const struct str_value, text, &service->ip_families.list)
		out[count++] = str_equal(text->s, "IPv4") ? IP_V4 : IP_V6;
	return count;
}

static void plain(struct reference *r, const struct pool *pool, unsigned n)
{
	struct reference_service *s = &r->services[n];
	enum ip_family families[2];
	unsigned count = families_of(s->service, families);
	unsigned keep;
	bool ok = true;

	if (s->count == 0)
		unassign(r, n);
	keep = s->count;
	if (count == 0) {
		ok = one_family(r, pool, IP_V6, n) ||
		     (!s->hangs && one_family(r, pool, IP_V4, n));
	} else {
		for (unsigned i = 0; ok && i < count; i++)
			ok = one_family(r, pool, families[i], n);
	}
	if (!ok) {
		for (unsigned i = keep; i < s->count; i++)
			release_ip(r, pool, n, s->ingress[i].ip);
		s->count = keep;
		s->failed = true;
		return;
	}
	for (unsigned i = 0; i < count; i++)
		s->failed |= !has_family(s, families[i]);
}

/* ---- several ranges ---- */

static bool is_active(const struct reference *r, const struct pool *pool,
		      const struct pool_range *range)
{
	if (pool->type == POOL_TYPE_REMOTE || !r->cluster->has_nodes)
		return true;
	ARRAY_FOREACH (const struct cluster_node, node, &r->cluster->nodes) {
		ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
			if (node->live && str_equal(subnet->text, range->entry->subnet.s))
				return true;
		}
	}
	return false;
}

static void per_range(struct reference *r, const struct pool *pool, unsigned n)
{
	struct reference_service *s = &r->services[n];
	enum ip_family families[2] = { IP_V4 };
	unsigned count = families_of(s->service, families), got = 0;

	if (count == 0)
		count = 1;
	for (unsigned f = 0; f < count; f++) {
		struct list list = list_of(pool, families[f]);

		for (uint32_t i = 0; i < list.count; i++) {
			bool holds = false;

			if (!is_active(r, pool, &list.items[i]))
				continue;
			for (unsigned k = 0; k < s->count; k++)
				holds |= s->ingress[k].valid &&
					 ip_range_contains(list.items[i].range,
							   s->ingress[k].ip);
			got += holds || from_range(r, pool, &list.items[i], n);
		}
	}
	s->failed = got == 0;
	for (unsigned f = 0; f < count; f++)
		s->failed |= !has_family(s, families[f]);
}

static void incremental(struct reference *r, unsigned n)
{
	struct reference_service *s = &r->services[n];
	const struct pool *held = NULL;

	for (unsigned i = 0; i < s->count; i++) {
		const struct pool *pool =
			s->ingress[i].valid ? pool_for(r, s->ingress[i].ip) : NULL;

		if (pool == NULL || (held != NULL && pool != held)) {
			s->failed = true;
			return;
		}
		held = pool;
	}
	per_range(r, held, n);
}

/* ---- one Service ---- */

/* False when none is asked for. */
static bool specific(struct reference *r, unsigned n)
{
	struct reference_service *s = &r->services[n];
	const char *text = reference_annotation(s->service, "purelb.io/addresses");
	struct ip ips[8];
	unsigned count = 0;

	if (text == NULL)
		return false;
	s->failed = true;
	for (const char *piece = text;; piece++) {
		size_t len = strcspn(piece, ",");

		EXPECT(count < 8, "too many addresses");
		if (!ip_parse_bytes(piece, len, &ips[count++]))
			return true;
		piece += len;
		if (*piece == '\0')
			break;
	}
	for (unsigned i = 0; i < count; i++) {
		if (reference_gate(r, pool_for(r, ips[i]), s->service->object.namespace) ==
		    NULL)
			return true;
	}
	unassign(r, n);
	for (unsigned i = 0; i < count; i++) {
		if (!assign(r, pool_for(r, ips[i]), ips[i], n))
			return true;
	}
	s->failed = false;
	return true;
}

static void allocate(struct reference *r, const struct pool *pool, unsigned n)
{
	struct reference_service *s = &r->services[n];

	if (specific(r, n))
		return;
	s->failed = true;
	if (pool == NULL)
		return;
	if (!reference_is_multi(s->service, pool)) {
		s->failed = false;
		plain(r, pool, n);
		return;
	}
	if (pool->spec->balance_pools.v || key_of(s)[0] != '\0')
		return;
	unassign(r, n);
	s->count = 0;
	per_range(r, pool, n);
}

/* True when a family is missing. */
static bool settle_families(struct reference *r, unsigned n)
{
	struct reference_service *s = &r->services[n];
	enum ip_family families[2] = { IP_V4 };
	unsigned count = families_of(s->service, families);
	unsigned kept = 0, excess = 0;
	bool missing = false;

	if (count == 0)
		count = 1;
	for (unsigned i = 0; i < s->count; i++) {
		enum ip_family family = ip_family(s->ingress[i].ip);
		bool wanted = family == families[0] || (count == 2 && family == families[1]);

		if (!s->ingress[i].valid || wanted)
			continue;
		excess++;
		if (pool_for(r, s->ingress[i].ip) != NULL)
			release_ip(r, pool_for(r, s->ingress[i].ip), n, s->ingress[i].ip);
		s->ingress[i].valid = false;
	}
	for (unsigned i = 0; excess > 0 && i < s->count; i++) {
		if (s->ingress[i].valid)
			s->ingress[kept++] = s->ingress[i];
	}
	if (excess > 0)
		s->count = kept;
	for (unsigned i = 0; i < count; i++)
		missing |= !has_family(s, families[i]);
	return missing;
}

static void process(struct reference *r, unsigned n)
{
	struct reference_service *s = &r->services[n];
	const struct pool *pool = reference_choose(r, s->service);
	bool multi = reference_is_multi(s->service, pool);

	if (!str_equal(s->service->type.s, "LoadBalancer")) {
		if (reference_annotation(s->service, "purelb.io/allocated-from") != NULL &&
		    s->count > 0)
			unassign(r, n);
		return;
	}
	s->seen = true;
	if (multi && s->count > 0 && is_branded(s)) {
		notify_existing(r, n);
		incremental(r, n);
		return;
	}
	if (!multi && s->count > 0) {
		if (is_branded(s))
			notify_existing(r, n);
		if (!settle_families(r, n))
			return;
	}
	allocate(r, pool, n);
}

/* ---- the whole ---- */

static int64_t created(const struct service *service)
{
	int64_t ns;

	if (service->object.creation_time.s == NULL ||
	    !rfc3339_parse(service->object.creation_time.s, &ns))
		return INT64_MAX;
	return ns;
}

static int compare(const void *pa, const void *pb)
{
	const struct reference_service *a = pa;
	const struct reference_service *b = pb;
	int64_t at = created(a->service), bt = created(b->service);
	int order;

	if (at != bt)
		return at < bt ? -1 : 1;
	order = str_compare(a->service->object.namespace, b->service->object.namespace);
	return order != 0 ? order
			  : str_compare(a->service->object.name.s, b->service->object.name.s);
}

static void read_service(struct reference_service *s, const struct service *service)
{
	*s = (struct reference_service){ .service = service };
	ARRAY_FOREACH (const struct ingress, ingress, &service->ingress.list) {
		const char *text = ingress->ip.s != NULL ? ingress->ip.s : "";

		s->ingress[s->count].valid = ip_parse(text, &s->ingress[s->count].ip);
		snprintf(s->ingress[s->count].text, IP_TEXT_MAX, "%s", text);
		s->count++;
	}
}

void reference_run(struct reference *r, const struct cluster *cluster, bool latest)
{
	memset(r, 0, sizeof(*r));
	r->cluster = cluster;
	r->latest = latest;
	ARRAY_FOREACH (struct service *, service, &cluster->snapshot->services) {
		EXPECT(r->count < REFERENCE_SERVICES, "too many Services");
		read_service(&r->services[r->count++], *service);
	}
	qsort(r->services, r->count, sizeof(r->services[0]), compare);
	for (unsigned i = 0; i < r->count; i++) {
		if (is_branded(&r->services[i]))
			notify_existing(r, i);
	}
	for (unsigned i = 0; i < r->count; i++)
		process(r, i);
}

unsigned reference_used(const struct reference *r, const struct pool *pool,
			const struct pool_range *range)
{
	unsigned count = 0;

	for (unsigned i = 0; i < r->entry_count; i++) {
		const struct reference_entry *e = &r->entries[i];
		bool inside = ip_range_contains(range->range, e->ip) ||
			      (range->reversed && ip_compare(range->range.from, e->ip) == 0);
		bool again = false;

		if (e->pool != pool || e->key == NULL || !inside)
			continue;
		/* An address with two texts counts once. */
		for (unsigned k = 0; k < i; k++)
			again |= r->entries[k].pool == pool && r->entries[k].key != NULL &&
				 ip_compare(r->entries[k].ip, e->ip) == 0;
		count += !again;
	}
	return count;
}
