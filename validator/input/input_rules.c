/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IN005 for rules between fields: what the API server refuses although every field by itself
 * is right. Rules of a single field are in the schema tables of config/.
 */
#include "validator/input/input_checks.h"

#include <stdlib.h>

#include "base/text.h"

/* ---- flags that need namespaces (P1.1) ---- */

static void input_check_needs_namespaces(struct checker *ck, const struct service_group *group,
					 const char *name, const struct bool_value *flag,
					 const char *effect)
{
	if (!flag->set || !flag->v || group->namespaces.list.count > 0)
		return;

	struct finding *f = report(ck, CHECK_IN005, &group->object, flag->pos,
				   "%s without namespaces %s nothing: the API server refuses "
				   "the group",
				   name, effect);

	finding_path(ck, f, "spec.%s", name);
	finding_hint(ck, f, "list the namespaces under spec.namespaces, or remove %s", name);
}

static void input_check_group(struct checker *ck, const struct service_group *group,
			      const struct type_errors *errors)
{
	if (type_errors_at(errors, &group->object, "spec.namespaces"))
		return;
	input_check_needs_namespaces(ck, group, "enforceNamespaces", &group->enforce_namespaces,
				     "encloses");
	input_check_needs_namespaces(ck, group, "namespaceDefault", &group->namespace_default,
				     "is the default of");
}

/* ---- the lists of an addressGuard (P1.2) ---- */

#define GUARD_PATH "spec.local.addressGuard"

/* One item of the lists: a name, or a number as its text. */
struct item {
	const char *text;
	const char *shown; /* as messages show it */
	struct pos pos;
	const char *list;
	uint32_t index; /* in the list */
};

struct items {
	ARRAY_OF(struct item) list;
};

static int input_compare_items(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = str_compare(a->text, b->text);

	if (order == 0)
		order = str_compare(b->list, a->list); /* extraInterfaces comes first */
	if (order == 0)
		order = a->index < b->index ? -1 : a->index > b->index;
	return order;
}

static void input_add_names(struct checker *ck, struct items *items, const char *list,
			    const struct str_list *names)
{
	for (uint32_t i = 0; i < names->list.count; i++) {
		const struct str_value *name = &names->list.items[i];

		if (name->s == NULL)
			continue;

		const char *shown = arena_printf(ck->arena, "\"%s\"", name->s);

		ARRAY_ADD(ck->arena, &items->list,
			  ((struct item){ name->s, shown, name->pos, list, i }));
	}
}

static void input_add_numbers(struct checker *ck, struct items *items, const char *list,
			      const struct int_list *numbers)
{
	for (uint32_t i = 0; i < numbers->list.count; i++) {
		const struct int_value *number = &numbers->list.items[i];

		if (!number->set)
			continue;

		const char *text = arena_printf(ck->arena, "%lld", (long long)number->v);

		ARRAY_ADD(ck->arena, &items->list,
			  ((struct item){ text, text, number->pos, list, i }));
	}
}

/* Two equal items: either one list has it twice, or both lists have it. */
static void input_report_equal_items(struct checker *ck, const struct object *object,
				     const struct item *first, const struct item *second)
{
	bool one_list = str_equal(first->list, second->list);
	const char *where = one_list ? arena_printf(ck->arena, "twice in %s", second->list)
				     : "in extraInterfaces and in excludeInterfaces";
	struct finding *f = report(ck, CHECK_IN005, object, second->pos,
				   "%s is %s: the API server refuses it", second->shown, where);

	finding_path(ck, f, GUARD_PATH ".%s[%u]", second->list, second->index);
	finding_hint(ck, f,
		     one_list ? "remove one of them" : "keep it in one of the two lists");
	if (one_list)
		finding_fix_remove(&ck->findings, f, FIX_REMOVE_ITEM, second->text);
	finding_related(ck, f, first->pos, "it is in %s here", first->list);
}

static void input_check_equal_items(struct checker *ck, const struct object *object,
				    const struct items *items)
{
	if (items->list.count < 2)
		return;
	qsort(items->list.items, items->list.count, sizeof(*items->list.items),
	      input_compare_items);

	const struct item *first = &items->list.items[0];

	for (uint32_t i = 1; i < items->list.count; i++) {
		const struct item *item = &items->list.items[i];

		if (str_equal(first->text, item->text))
			input_report_equal_items(ck, object, first, item);
		if (!str_equal(first->text, item->text) || !str_equal(first->list, item->list))
			first = item;
	}
}

static void input_check_loopback(struct checker *ck, const struct object *object,
				 const struct str_list *extra)
{
	for (uint32_t i = 0; i < extra->list.count; i++) {
		if (!str_equal(extra->list.items[i].s, "lo"))
			continue;

		struct finding *f = report(
			ck, CHECK_IN005, object, extra->list.items[i].pos,
			"the address guard cannot watch \"lo\": the API server refuses it");

		finding_path(ck, f, GUARD_PATH ".extraInterfaces[%u]", i);
		finding_hint(ck, f, "remove it from extraInterfaces");
		finding_fix_remove(&ck->findings, f, FIX_REMOVE_ITEM, "lo");
		finding_fix_is_unsafe(f);
	}
}

static void input_check_guard(struct checker *ck, const struct lbnodeagent *agent)
{
	const struct address_guard *guard = &agent->local.address_guard;
	struct items names = { 0 }, numbers = { 0 };

	if (!guard->at.set)
		return;
	input_add_names(ck, &names, "extraInterfaces", &guard->extra_interfaces);
	input_add_names(ck, &names, "excludeInterfaces", &guard->exclude_interfaces);
	input_check_equal_items(ck, &agent->object, &names);
	input_add_numbers(ck, &numbers, "allowedProtocols", &guard->allowed_protocols);
	input_check_equal_items(ck, &agent->object, &numbers);
	input_check_loopback(ck, &agent->object, &guard->extra_interfaces);
}

void input_check_rules(struct checker *ck, const struct type_errors *errors)
{
	ARRAY_FOREACH (struct service_group *, group, &ck->snapshot->groups)
		input_check_group(ck, *group, errors);
	ARRAY_FOREACH (struct lbnodeagent *, agent, &ck->snapshot->agents)
		input_check_guard(ck, *agent);
}
