/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IN: what reading the input brought up, and what objects say about themselves: identity and
 * namespace. The rules between fields are in input_rules.c.
 */
#include "validator/input/input_checks.h"

#include "base/text.h"
#include "config/objects/kinds.h"
#include "config/objects/snapshot.h"

/* What the schema of BGPConfiguration finds in its spec has codes of its own; CHECK_COUNT:
 * none. */
static enum check_code input_bgp_code(const struct finding *problem)
{
	if (problem->place.object == NULL ||
	    problem->place.object->kind != KIND_BGP_CONFIGURATION ||
	    (problem->place.path != NULL && str_has_prefix(problem->place.path, "metadata.")))
		return CHECK_COUNT;
	if (problem->kind == PROBLEM_UNKNOWN_FIELD)
		return CHECK_BG001;
	if (problem->kind != PROBLEM_RULE)
		return CHECK_COUNT;
	return problem->missing ? CHECK_BG002 : CHECK_BG003;
}

static enum check_code input_code_of(const struct finding *problem)
{
	static const enum check_code codes[PROBLEM_KINDS] = {
		[PROBLEM_SYNTAX] = CHECK_IN001,
		[PROBLEM_INCOMPLETE] = CHECK_IN002,
		[PROBLEM_UNKNOWN_FIELD] = CHECK_IN003,
		[PROBLEM_WRONG_TYPE] = CHECK_IN004,
		[PROBLEM_RULE] = CHECK_IN005,
		[PROBLEM_DUPLICATE_KEY] = CHECK_IN006,
		[PROBLEM_OLD_API] = CHECK_IN008,
		[PROBLEM_INVENTORY] = CHECK_COUNT, /* nodes/ */
		[PROBLEM_UNRENDERED] = CHECK_IN020,
		[PROBLEM_TEMPLATE] = CHECK_IN020,
		[PROBLEM_VALUE_KEY] = CHECK_IN021,
		[PROBLEM_VALUE_UNUSED] = CHECK_IN022,
		[PROBLEM_KUSTOMIZATION] = CHECK_IN023,
		[PROBLEM_UNDEFINED] = CHECK_IN024,
		[PROBLEM_EVIDENCE] = CHECK_IN050,
		[PROBLEM_UNREAD] = CHECK_IN051,
	};
	enum check_code code = input_bgp_code(problem);

	/* Routers of a Scenario are checked by nobody else. */
	if (problem->kind == PROBLEM_INVENTORY && problem->place.object != NULL &&
	    problem->place.object->kind == KIND_SCENARIO &&
	    str_has_prefix(problem->place.path, "spec.routers"))
		return CHECK_IN005;
	return code != CHECK_COUNT ? code : codes[problem->kind];
}

/* The problems that reading found become findings as they are. */
static void input_report_problems(struct checker *ck)
{
	ARRAY_FOREACH (const struct finding, problem, &ck->snapshot->problems) {
		const enum check_code code = input_code_of(problem);
		/* It is there under an old name, which has its own finding. (I9.1) */
		const bool renamed = problem->missing && problem->place.object != NULL &&
				     problem->place.path != NULL &&
				     type_errors_at(&ck->type_errors, problem->place.object,
						    problem->place.path);

		/* P10.1: releases before spec.external have it. */
		const bool netbox =
			problem->kind == PROBLEM_UNKNOWN_FIELD &&
			str_equal(problem->place.path, NETBOX_PATH) &&
			!release_has(ck->cluster->release.release, RELEASE_HAS_EXTERNAL);
		/* P10.1: releases before 0.17 store any aggregation. */
		const bool stored =
			problem->kind == PROBLEM_RULE && problem->later &&
			!release_has(ck->cluster->release.release, RELEASE_CHECKS_AGGREGATION);

		if (code != CHECK_COUNT && !renamed && !netbox && !stored)
			report_problem(ck, code, problem);
	}
}

/* IN009 */
void input_check_namespace(struct checker *ck, const struct object *object)
{
	const char *given = object->namespace_given.s;

	if (!kind_table[object->kind].in_install_namespace || !object_is_judged(object) ||
	    (given != NULL && given[0] != '\0') || object->namespace_implied ||
	    type_errors_at(&ck->type_errors, object, "metadata.namespace"))
		return;

	struct pos pos = object->metadata.set ? object->metadata.pos : object->pos;
	struct finding *f =
		report(ck, CHECK_IN009, object, pos,
		       "no namespace given: assumed to be in the install namespace \"%s\"",
		       ck->snapshot->install_namespace);

	finding_path(ck, f, "metadata");
	finding_hint(ck, f, "write namespace: %s, or check with -n the namespace it goes to",
		     ck->snapshot->install_namespace);
	if (object->metadata.set && given == NULL) {
		finding_fix_add(
			&ck->findings, f, pos, "metadata", "namespace",
			arena_printf(ck->arena, "\"%s\"", ck->snapshot->install_namespace));
		finding_fix_is_unsafe(f);
	}
}

/* True when PureLB's objects are in a template that is not rendered: IN020 says so. */
static bool input_has_unrendered(const struct checker *ck)
{
	ARRAY_FOREACH (const struct finding, problem, &ck->snapshot->problems)
		if (problem->kind == PROBLEM_UNRENDERED)
			return true;
	return false;
}

/* IN010 */
void input_check_ours(struct checker *ck)
{
	if (snapshot_has_ours(ck->snapshot) || ck->snapshot->old_objects.count > 0 ||
	    input_has_unrendered(ck) ||
	    capture_unread(ck->snapshot, KIND_SERVICE_GROUP) != NULL ||
	    capture_unread(ck->snapshot, KIND_LBNODEAGENT) != NULL)
		return;

	struct finding *f =
		report(ck, CHECK_IN010, NULL, (struct pos){ 0 },
		       "nothing in the input configures PureLB: there is no "
		       "ServiceGroup, LBNodeAgent, BGPConfiguration or NodeInventory");

	finding_hint(ck, f, "name the files or folders that configure PureLB");
}

void input_check_schema(struct checker *ck)
{
	input_report_problems(ck);
	input_check_rules(ck, &ck->type_errors);
}
