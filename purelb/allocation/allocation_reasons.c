/* SPDX-License-Identifier: Apache-2.0 */
/* Why a Service does not get what it asks for. */
#include "purelb/allocation/allocation_run.h"

#include "base/text.h"

void reason_say(struct tenant *tenant, enum allocation_reason reason, struct cause cause,
		const char *detail)
{
	struct allocation *result = tenant->result;

	if (result->reason != REASON_NONE)
		return;
	result->reason = reason;
	result->detail = detail;
	result->reason_pos = cause.pos;
	result->reason_path = cause.path;
}

void reason_fail(struct tenant *tenant, enum allocation_reason reason, struct cause cause,
		 const char *detail)
{
	tenant->failed = true;
	reason_say(tenant, reason, cause, detail);
}

struct cause cause_at(const struct service *service, const char *key, const char *path)
{
	ARRAY_FOREACH (const struct label, label, &service->object.annotations.list) {
		if (str_equal(label->key.s, key) && label->value.s != NULL)
			return (struct cause){ label->value.pos, path };
	}
	return (struct cause){ service->object.pos, NULL };
}

/* ---- an address that is not available (P3.11.6) ---- */

static const char *tell_bound(struct run *run, const struct tenant *tenant,
			      const struct pool_state *pool, struct ip ip,
			      const struct obstacle *why)
{
	char bound[IP_TEXT_MAX], wanted[IP_TEXT_MAX];

	return arena_printf(run->arena,
			    "sharing key \"%s\" is bound to %s in ServiceGroup \"%s\", so %s "
			    "is not for it",
			    tenant->result->sharing_key, ip_format(why->bound, bound),
			    pool->pool->name, ip_format(ip, wanted));
}

static const char *tell_keys(struct run *run, const struct tenant *tenant, struct ip ip,
			     const struct obstacle *why)
{
	const char *theirs = service_annotation(why->holder->service, KEY_SHARING);
	const char *holder = service_full_name(run, why->holder->service);
	char text[IP_TEXT_MAX];

	ip_format(ip, text);
	if (why->holder->key == 0)
		return arena_printf(run->arena,
				    "%s is in use by Service \"%s\", which has no sharing key",
				    text, holder);
	if (tenant->key == 0)
		return arena_printf(run->arena,
				    "%s is in use by Service \"%s\" under sharing key \"%s\", "
				    "and this Service has none",
				    text, holder, theirs);
	return arena_printf(run->arena,
			    "%s is in use by Service \"%s\" under sharing key \"%s\", and that "
			    "of this Service is \"%s\"",
			    text, holder, theirs, tenant->result->sharing_key);
}

static const char *protocol_of(const struct tenant *tenant, const struct port *port)
{
	const char *protocol =
		tenant->service->ports.list.items[port - tenant->ports.items].protocol.s;

	return protocol != NULL ? protocol : "TCP";
}

static const char *tell_ports(struct run *run, const struct tenant *tenant, struct ip ip,
			      const struct obstacle *why)
{
	char text[IP_TEXT_MAX];

	return arena_printf(run->arena, "port %lld/%s of %s is in use by Service \"%s\"",
			    (long long)why->port->number, protocol_of(tenant, why->port),
			    ip_format(ip, text), service_full_name(run, why->holder->service));
}

void reason_obstacle(struct run *run, struct tenant *tenant, const struct pool_state *pool,
		     struct ip ip, const struct obstacle *why, struct cause cause)
{
	const char *detail;

	if (why->reason == REASON_KEY_BOUND)
		detail = tell_bound(run, tenant, pool, ip, why);
	else if (why->reason == REASON_KEY_CONFLICT)
		detail = tell_keys(run, tenant, ip, why);
	else
		detail = tell_ports(run, tenant, ip, why);
	if (tenant->result->reason == REASON_NONE && why->holder != NULL)
		tenant->result->holder = why->holder->result;
	reason_fail(tenant, why->reason, cause, detail);
}

void reason_other_family(struct run *run, struct tenant *tenant, const struct pool_state *pool,
			 enum ip_family family)
{
	reason_fail(tenant, REASON_NO_RANGE,
		    cause_at(tenant->service, KEY_GROUP, PATH_OF(KEY_GROUP)),
		    arena_printf(run->arena,
				 "ServiceGroup \"%s\" has ranges of the other family in its %s "
				 "list and hands these out instead",
				 pool->pool->name, ip_family_name(family)));
}
