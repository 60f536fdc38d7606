/* SPDX-License-Identifier: Apache-2.0 */
/* 3.10: Services that ask for addresses. */
#include "purelb/allocation/allocation_run.h"

#include <string.h>

/* Unlike the annotation an empty field asks for nothing. */
const char *request_field(const struct service *service)
{
	const char *text = service->load_balancer_ip.s;

	return text != NULL && text[0] != '\0' ? text : NULL;
}

void request_find(const struct tenant *tenant, struct request *out)
{
	const struct service *service = tenant->service;

	*out = (struct request){ .text = tenant->addresses };
	if (out->text != NULL) {
		out->cause = cause_at(service, KEY_ADDRESSES, PATH_OF(KEY_ADDRESSES));
		return;
	}
	if (tenant->field == NULL)
		return;
	out->text = tenant->field;
	out->cause = (struct cause){ service->load_balancer_ip.pos, "spec.loadBalancerIP" };
}

const char *allocation_requested(const struct service *service)
{
	const struct tenant tenant = {
		.service = service,
		.addresses = service_annotation(service, KEY_ADDRESSES),
		.field = request_field(service),
	};
	struct request request;

	request_find(&tenant, &request);
	return request.text;
}

/* An address that is asked for and the pool that it is of. */
struct wish {
	struct ip ip;
	struct pool_state *pool;
	bool ambiguous;
};

struct wishes {
	ARRAY_OF(struct wish) list;
};

/* No trimming: a space after a comma is part of what must be an address. */
static bool parse(struct run *run, struct tenant *tenant, const struct request *request,
		  struct wishes *wishes)
{
	const char *piece = request->text;

	for (;;) {
		size_t len = strcspn(piece, ",");
		struct wish *wish = ARRAY_PUSH(&run->scratch, &wishes->list);

		if (!ip_parse_bytes(piece, len, &wish->ip)) {
			reason_fail(
				tenant, REASON_BAD_ADDRESS, request->cause,
				arena_printf(run->arena,
					     "it asks for address \"%.*s\", which is not an "
					     "IP address",
					     len < 100 ? (int)len : 100, piece));
			return false;
		}
		if (piece[len] == '\0')
			return true;
		piece += len + 1;
	}
}

/* What is said of an address that is in no pool: perhaps PureLB does not accept the group that
 * has it. */
static const char *homeless_text(const struct run *run, struct ip ip)
{
	char text[IP_TEXT_MAX];

	ip_format(ip, text);
	ARRAY_FOREACH (const struct pool *const, rejected, &run->rejected) {
		if (pool_has(*rejected, ip))
			return arena_printf(run->arena,
					    "it asks for %s, which is only in a group that "
					    "does not count: %s",
					    text, pool_reject_text(*rejected, run->arena));
	}
	return arena_printf(run->arena, "it asks for %s, which is in no ServiceGroup", text);
}

/* Every address is in a pool that the Service may use. */
static bool resolve(struct run *run, struct tenant *tenant, const struct request *request,
		    struct wishes *wishes)
{
	char text[IP_TEXT_MAX];

	ARRAY_FOREACH (struct wish, wish, &wishes->list) {
		struct pool_choice gate = { 0 };

		wish->pool = run_pool_for(run, wish->ip, &wish->ambiguous);
		if (wish->pool == NULL) {
			reason_fail(tenant, REASON_NO_POOL_FOR_ADDRESS, request->cause,
				    homeless_text(run, wish->ip));
			return false;
		}
		if (!choice_gates(run, tenant, wish->pool, &gate)) {
			reason_fail(tenant, gate.reason, request->cause,
				    arena_printf(run->arena, "it asks for %s: %s",
						 ip_format(wish->ip, text), gate.detail));
			return false;
		}
	}
	return true;
}

void request_assign(struct run *run, struct tenant *tenant, const struct request *request)
{
	struct wishes wishes = { { 0 } };

	if (!parse(run, tenant, request, &wishes) || !resolve(run, tenant, request, &wishes))
		return;
	tenant->result->pool = wishes.list.items[0].pool->pool;
	use_release(run, tenant);
	/* P3.11.7: what one of them gets stays, even if a later one fails. */
	ARRAY_FOREACH (const struct wish, wish, &wishes.list) {
		struct obstacle why;

		if (!use_available(run, wish->pool, wish->ip, tenant, &why)) {
			reason_obstacle(run, tenant, wish->pool, wish->ip, &why,
					request->cause);
			return;
		}
		assign_add(run, tenant, wish->pool, wish->ip);
		tenant->held.items[tenant->held.count - 1].ambiguous = wish->ambiguous;
	}
}
