/* SPDX-License-Identifier: Apache-2.0 */
/* 3.9: the pool of a Service that asks for no address, and the two gates before any pool. */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "base/text.h"

#define DEFAULT_GROUP "default"

static void deny(struct pool_choice *choice, enum allocation_reason reason, const char *detail)
{
	choice->pool = NULL;
	choice->reason = reason;
	choice->detail = detail;
}

/* ---- names ---- */

/* `"a", "b" and "c"`; of many the first ones. */
static const char *quote_names(struct run *run, const struct pool *const *pools, uint32_t count)
{
	enum { TOLD_MAX = 6 };
	uint32_t told = count <= TOLD_MAX ? count : TOLD_MAX;
	struct text text = { 0 };
	const char *copy;

	for (uint32_t i = 0; i < told; i++) {
		const char *before = i == 0 ? "" : i + 1 == count ? " and " : ", ";

		text_printf(&text, "%s\"%s\"", before, pools[i]->name);
	}
	if (told < count)
		text_printf(&text, " and %u more", count - told);
	copy = arena_strdup(run->arena, text_str(&text));
	text_release(&text);
	return copy;
}

static void deny_name(struct run *run, struct pool_choice *choice, bool by_default)
{
	const struct pool *rejected = run_rejected(run, choice->wanted);

	if (rejected != NULL)
		deny(choice, REASON_REJECTED_POOL, pool_reject_text(rejected, run->arena));
	else if (by_default)
		deny(choice, REASON_NO_DEFAULT_POOL,
		     "it names no ServiceGroup, and there is none named \"default\"");
	else
		deny(choice, REASON_UNKNOWN_POOL,
		     arena_printf(run->arena, "ServiceGroup \"%s\" does not exist",
				  choice->wanted));
}

/* ---- the gates ---- */

static bool serves(const struct service_group *group, const char *namespace)
{
	if (group->namespaces.list.count == 0)
		return true;
	ARRAY_FOREACH (const struct str_value, name, &group->namespaces.list) {
		if (str_equal(name->s, namespace))
			return true;
	}
	return false;
}

static int compare_name_to_pool(const void *name, const void *element)
{
	const struct pool *const *pool = element;

	return str_compare(name, (*pool)->name);
}

static bool is_eligible(const struct namespace_binding *binding, const char *name)
{
	return binding->eligible.count > 0 &&
	       bsearch(name, binding->eligible.items, binding->eligible.count,
		       sizeof(*binding->eligible.items), compare_name_to_pool) != NULL;
}

bool choice_gates(struct run *run, const struct tenant *tenant, const struct pool_state *pool,
		  struct pool_choice *out)
{
	const char *namespace = tenant->namespace;
	const struct namespace_binding *binding =
		pools_namespace(&run->cluster->pools, namespace);
	const char *name = pool->pool->name;

	if (pool->pool->confined && !serves(pool->serves, namespace)) {
		deny(out, REASON_EXCLUDED,
		     arena_printf(run->arena,
				  "ServiceGroup \"%s\" serves a namespace that is enforced, so "
				  "it refuses namespace \"%s\", which it does not list",
				  name, namespace));
		return false;
	}
	if (binding != NULL && binding->enforced && !is_eligible(binding, name)) {
		deny(out, REASON_CONFINED,
		     arena_printf(
			     run->arena,
			     "namespace \"%s\" is enforced and may use only %s, not "
			     "ServiceGroup \"%s\"",
			     namespace,
			     quote_names(run, binding->eligible.items, binding->eligible.count),
			     name));
		return false;
	}
	return true;
}

/* ---- the choice ---- */

static void take(struct run *run, const struct tenant *tenant, struct pool_choice *choice,
		 const char *name, bool by_default)
{
	choice->wanted = name;
	choice->pool = run_pool(run, pools_find(&run->cluster->pools, name));
	if (choice->pool == NULL)
		deny_name(run, choice, by_default);
	else
		(void)choice_gates(run, tenant, choice->pool, choice);
}

/* The namespace is enforced and says not which of its groups is the default. */
static void deny_ambiguous(struct run *run, const struct namespace_binding *binding,
			   struct pool_choice *choice)
{
	bool none = binding->marked.count == 0;
	const char *served = quote_names(run, binding->eligible.items, binding->eligible.count);
	const char *marked =
		none ? "none" : quote_names(run, binding->marked.items, binding->marked.count);

	deny(choice, REASON_AMBIGUOUS,
	     arena_printf(run->arena,
			  "namespace \"%s\" is enforced and is served by %s, of which %s %s "
			  "namespaceDefault; exactly one must",
			  binding->name, served, marked, none ? "sets" : "set"));
}

void choice_make(struct run *run, const struct tenant *tenant, struct pool_choice *out)
{
	const struct namespace_binding *binding =
		pools_namespace(&run->cluster->pools, tenant->namespace);

	*out = (struct pool_choice){ 0 };
	if (tenant->group != NULL) {
		take(run, tenant, out, tenant->group, false);
	} else if (binding != NULL && binding->default_pool != NULL) {
		take(run, tenant, out, binding->default_pool->name, false);
	} else if (binding != NULL && binding->enforced) {
		deny_ambiguous(run, binding, out);
	} else {
		out->ambiguous = binding != NULL;
		take(run, tenant, out, DEFAULT_GROUP, true);
	}
}
