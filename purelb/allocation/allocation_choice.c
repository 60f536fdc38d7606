/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.9 and P3.10: the pool of a Service, the two gates that stand before any pool, the
 * addresses that a Service requests; and why a Service does not get what it asks for.
 *
 * Of several reasons the first one is kept.
 */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void reason_say(struct claim *claim, enum allocation_reason reason, struct cause cause,
		const char *detail)
{
	struct allocation *result = claim->result;

	if (result->reason != REASON_NONE)
		return;
	result->reason = reason;
	result->detail = detail;
	result->reason_pos = cause.pos;
	result->reason_path = cause.path;
}

void reason_fail(struct claim *claim, enum allocation_reason reason, struct cause cause,
		 const char *detail)
{
	claim->failed = true;
	reason_say(claim, reason, cause, detail);
}

struct cause reason_cause_at(const struct service *service, const char *key, const char *path)
{
	ARRAY_FOREACH (const struct label, label, &service->object.annotations.list) {
		if (str_equal(label->key.s, key) && label->value.s != NULL)
			return (struct cause){ label->value.pos, path };
	}
	return (struct cause){ service->object.pos, NULL };
}

/* ---- an address that is not available (P3.11.6) ---- */

static const char *reason_bound_text(struct run *run, const struct claim *claim,
				     const struct pool_state *pool, struct ip ip,
				     const struct obstacle *why)
{
	char bound[IP_TEXT_MAX], wanted[IP_TEXT_MAX];

	return arena_printf(run->arena,
			    "sharing key \"%s\" is bound to %s in ServiceGroup \"%s\", so it "
			    "cannot have %s",
			    claim->result->sharing_key, ip_format(why->bound, bound),
			    pool->pool->name, ip_format(ip, wanted));
}

static const char *reason_keys_text(struct run *run, const struct claim *claim, struct ip ip,
				    const struct obstacle *why)
{
	const char *theirs = services_annotation(why->holder->service, KEY_SHARING);
	const char *holder = services_full_name(run, why->holder->service);
	char text[IP_TEXT_MAX];

	ip_format(ip, text);
	if (why->holder->key == 0)
		return arena_printf(run->arena,
				    "%s is in use by Service \"%s\", which has no sharing key",
				    text, holder);
	if (claim->key == 0)
		return arena_printf(run->arena,
				    "%s is in use by Service \"%s\" under sharing key \"%s\", "
				    "and this Service has none",
				    text, holder, theirs);
	return arena_printf(run->arena,
			    "%s is in use by Service \"%s\" under sharing key \"%s\", and "
			    "this Service has the key \"%s\"",
			    text, holder, theirs, claim->result->sharing_key);
}

static const char *reason_protocol(const struct claim *claim, const struct port *port)
{
	const char *protocol =
		claim->service->ports.list.items[port - claim->ports.items].protocol.s;

	return protocol != NULL ? protocol : "TCP";
}

static const char *reason_ports_text(struct run *run, const struct claim *claim, struct ip ip,
				     const struct obstacle *why)
{
	char text[IP_TEXT_MAX];

	return arena_printf(run->arena, "port %lld/%s of %s is in use by Service \"%s\"",
			    (long long)why->port->number, reason_protocol(claim, why->port),
			    ip_format(ip, text), services_full_name(run, why->holder->service));
}

void reason_obstacle(struct run *run, struct claim *claim, const struct pool_state *pool,
		     struct ip ip, const struct obstacle *why, struct cause cause)
{
	const char *detail;

	if (why->reason == REASON_KEY_BOUND)
		detail = reason_bound_text(run, claim, pool, ip, why);
	else if (why->reason == REASON_KEY_CONFLICT)
		detail = reason_keys_text(run, claim, ip, why);
	else
		detail = reason_ports_text(run, claim, ip, why);
	if (claim->result->reason == REASON_NONE && why->holder != NULL)
		claim->result->holder = why->holder->result;
	reason_fail(claim, why->reason, cause, detail);
}

void reason_other_family(struct run *run, struct claim *claim, const struct pool_state *pool,
			 enum ip_family family)
{
	reason_fail(claim, REASON_NO_RANGE,
		    reason_cause_at(claim->service, KEY_GROUP, PATH_OF(KEY_GROUP)),
		    arena_printf(run->arena,
				 "ServiceGroup \"%s\" has ranges of the other family in its %s "
				 "list and hands these out instead",
				 pool->pool->name, ip_family_name(family)));
}

#define DEFAULT_GROUP "default"

static void choice_deny(struct pool_choice *choice, enum allocation_reason reason,
			const char *detail)
{
	choice->pool = NULL;
	choice->reason = reason;
	choice->detail = detail;
}

/* ---- names ---- */

/* `"a", "b" and "c"`; of many the first ones. */
static const char *choice_quote_names(struct run *run, const struct pool *const *pools,
				      uint32_t count)
{
	enum { NAMES_MAX = 6 };
	uint32_t noted = count <= NAMES_MAX ? count : NAMES_MAX;
	struct text text = { 0 };
	const char *copy;

	for (uint32_t i = 0; i < noted; i++) {
		const char *before = i == 0 ? "" : i + 1 == count ? " and " : ", ";

		text_printf(&text, "%s\"%s\"", before, pools[i]->name);
	}
	if (noted < count)
		text_printf(&text, " and %u more", count - noted);
	copy = arena_strdup(run->arena, text_str(&text));
	text_release(&text);
	return copy;
}

bool choice_absence_is_known(const struct run *run, const char *name)
{
	return run->cluster->knows_groups &&
	       !snapshot_has_old(run->cluster->snapshot, KIND_SERVICE_GROUP, name);
}

/* A capture that has all ServiceGroups has none. */
static bool choice_has_no_group(const struct run *run)
{
	const struct snapshot *s = run->cluster->snapshot;

	return s->groups.count == 0 && capture_read(s, KIND_SERVICE_GROUP);
}

static void choice_deny_name(struct run *run, struct pool_choice *choice, bool by_default)
{
	const struct pool *rejected = run_rejected(run, choice->wanted);

	if (rejected != NULL)
		choice_deny(choice, REASON_REJECTED_POOL,
			    pool_reject_text(rejected, run->arena));
	else if (by_default)
		choice_deny(choice, REASON_NO_DEFAULT_POOL,
			    !choice_absence_is_known(run, choice->wanted)
				    ? "it names no ServiceGroup, and the input has none named "
				      "\"default\""
			    : choice_has_no_group(run)
				    ? "there is no ServiceGroup"
				    : "it names no ServiceGroup, and there is none named "
				      "\"default\"");
	else
		choice_deny(choice, REASON_UNKNOWN_POOL,
			    arena_printf(run->arena, "ServiceGroup \"%s\" %s", choice->wanted,
					 choice_absence_is_known(run, choice->wanted)
						 ? "does not exist"
						 : "is not in the input"));
}

/* ---- the gates ---- */

static bool choice_serves(const struct service_group *group, const char *namespace)
{
	if (group->namespaces.list.count == 0)
		return true;
	ARRAY_FOREACH (const struct str_value, name, &group->namespaces.list) {
		if (str_equal(name->s, namespace))
			return true;
	}
	return false;
}

static int choice_compare_name(const void *name, const void *element)
{
	const struct pool *const *pool = element;

	return str_compare(name, (*pool)->name);
}

static bool choice_is_eligible(const struct namespace_binding *binding, const char *name)
{
	return binding->eligible.count > 0 &&
	       bsearch(name, binding->eligible.items, binding->eligible.count,
		       sizeof(*binding->eligible.items), choice_compare_name) != NULL;
}

/* Both gates; false when one refuses, and then *out says why. */
static bool choice_gates(struct run *run, const struct claim *claim,
			 const struct pool_state *pool, struct pool_choice *out)
{
	const char *namespace = claim->namespace;
	const struct namespace_binding *binding =
		pools_namespace(&run->cluster->pools, namespace);
	const char *name = pool->pool->name;

	if (pool->pool->confined && !choice_serves(pool->serves, namespace)) {
		choice_deny(
			out, REASON_EXCLUDED,
			arena_printf(run->arena,
				     "ServiceGroup \"%s\" serves an enforced namespace, so it "
				     "refuses namespace \"%s\", which it does not list",
				     name, namespace));
		return false;
	}
	if (binding != NULL && binding->enforced && !choice_is_eligible(binding, name)) {
		choice_deny(
			out, REASON_CONFINED,
			arena_printf(run->arena,
				     "namespace \"%s\" is enforced and may use only %s, not "
				     "ServiceGroup \"%s\"",
				     namespace,
				     choice_quote_names(run, binding->eligible.items,
							binding->eligible.count),
				     name));
		return false;
	}
	return true;
}

/* ---- the choice ---- */

static void choice_take(struct run *run, const struct claim *claim, struct pool_choice *choice,
			const char *name, bool by_default)
{
	choice->wanted = name;
	choice->pool = run_pool(run, pools_find(&run->cluster->pools, name));
	if (choice->pool == NULL)
		choice_deny_name(run, choice, by_default);
	else
		(void)choice_gates(run, claim, choice->pool, choice);
}

/* The namespace is enforced and says not which of its groups is the default. */
static void choice_deny_ambiguous(struct run *run, const struct namespace_binding *binding,
				  struct pool_choice *choice)
{
	bool none = binding->marked.count == 0;
	const char *served =
		choice_quote_names(run, binding->eligible.items, binding->eligible.count);
	const char *marked =
		none ? "none"
		     : choice_quote_names(run, binding->marked.items, binding->marked.count);

	choice_deny(
		choice, REASON_AMBIGUOUS,
		arena_printf(run->arena,
			     "namespace \"%s\" is enforced and is served by %s, of which %s %s "
			     "namespaceDefault; exactly one must",
			     binding->name, served, marked, none ? "sets" : "set"));
}

void choice_make(struct run *run, const struct claim *claim, struct pool_choice *out)
{
	const struct namespace_binding *binding =
		pools_namespace(&run->cluster->pools, claim->namespace);

	*out = (struct pool_choice){ 0 };
	if (claim->group != NULL) {
		choice_take(run, claim, out, claim->group, false);
	} else if (binding != NULL && binding->default_pool != NULL) {
		choice_take(run, claim, out, binding->default_pool->name, false);
	} else if (binding != NULL && binding->enforced) {
		choice_deny_ambiguous(run, binding, out);
	} else {
		out->ambiguous = binding != NULL;
		choice_take(run, claim, out, DEFAULT_GROUP, true);
	}
}

/* Unlike the annotation an empty field asks for nothing. */
const char *request_field(const struct service *service)
{
	const char *text = service->load_balancer_ip.s;

	return text != NULL && text[0] != '\0' ? text : NULL;
}

void request_find(const struct claim *claim, struct request *out)
{
	const struct service *service = claim->service;

	*out = (struct request){ .text = claim->addresses };
	if (out->text != NULL) {
		out->cause = reason_cause_at(service, KEY_ADDRESSES, PATH_OF(KEY_ADDRESSES));
		return;
	}
	if (claim->field == NULL)
		return;
	out->text = claim->field;
	out->cause = (struct cause){ service->load_balancer_ip.pos, "spec.loadBalancerIP" };
}

const char *allocation_requested(const struct service *service)
{
	const struct claim claim = {
		.service = service,
		.addresses = services_annotation(service, KEY_ADDRESSES),
		.field = request_field(service),
	};
	struct request request;

	request_find(&claim, &request);
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
static bool request_parse(struct run *run, struct claim *claim, const struct request *request,
			  struct wishes *wishes)
{
	const char *piece = request->text;

	for (;;) {
		size_t len = strcspn(piece, ",");
		struct wish *wish = ARRAY_PUSH(&run->scratch, &wishes->list);

		if (!ip_parse_bytes(piece, len, &wish->ip)) {
			reason_fail(
				claim, REASON_BAD_ADDRESS, request->cause,
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
static const char *request_no_pool_text(const struct run *run, struct ip ip)
{
	char text[IP_TEXT_MAX];

	ip_format(ip, text);
	ARRAY_FOREACH (const struct pool *const, rejected, &run->rejected) {
		if (pool_has(*rejected, ip))
			return arena_printf(run->arena,
					    "it asks for %s, which is only in a group that "
					    "PureLB does not use: %s",
					    text, pool_reject_text(*rejected, run->arena));
	}
	return arena_printf(run->arena, "it asks for %s, which is in no ServiceGroup%s", text,
			    choice_absence_is_known(run, NULL) ? "" : " of the input");
}

/* Every address is in a pool that the Service may use. */
static bool request_resolve(struct run *run, struct claim *claim, const struct request *request,
			    struct wishes *wishes)
{
	char text[IP_TEXT_MAX];

	ARRAY_FOREACH (struct wish, wish, &wishes->list) {
		struct pool_choice gate = { 0 };

		wish->pool = run_pool_for(run, wish->ip, &wish->ambiguous);
		if (wish->pool == NULL) {
			reason_fail(claim, REASON_NO_POOL_FOR_ADDRESS, request->cause,
				    request_no_pool_text(run, wish->ip));
			return false;
		}
		if (!choice_gates(run, claim, wish->pool, &gate)) {
			reason_fail(claim, gate.reason, request->cause,
				    arena_printf(run->arena, "it asks for %s: %s",
						 ip_format(wish->ip, text), gate.detail));
			return false;
		}
	}
	return true;
}

void request_assign(struct run *run, struct claim *claim, const struct request *request)
{
	struct wishes wishes = { { 0 } };

	if (!request_parse(run, claim, request, &wishes) ||
	    !request_resolve(run, claim, request, &wishes))
		return;
	claim->result->pool = wishes.list.items[0].pool->pool;
	use_release(run, claim);
	/* P3.11.7: what one of them gets stays, even if a later one fails. */
	ARRAY_FOREACH (const struct wish, wish, &wishes.list) {
		struct obstacle why;

		if (!use_available(run, wish->pool, wish->ip, claim, &why)) {
			reason_obstacle(run, claim, wish->pool, wish->ip, &why, request->cause);
			return;
		}
		assign_add(run, claim, wish->pool, wish->ip);
		claim->held.items[claim->held.count - 1].ambiguous = wish->ambiguous;
	}
}
