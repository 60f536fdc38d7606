/* SPDX-License-Identifier: Apache-2.0 */
/* The index of problems of kind PROBLEM_WRONG_TYPE. */
#include "validator/type_errors.h"

#include <stdlib.h>

#include "base/text.h"

static int compare(const struct problem *a, const struct problem *b)
{
	uint32_t left = a->diag.object->order, right = b->diag.object->order;

	if (left != right)
		return left < right ? -1 : 1;
	return str_compare(a->diag.path, b->diag.path);
}

static int compare_entries(const void *a, const void *b)
{
	return compare(*(const struct problem *const *)a, *(const struct problem *const *)b);
}

void type_errors_collect(struct type_errors *errors, const struct snapshot *snapshot,
			 struct arena *arena)
{
	*errors = (struct type_errors){ 0 };
	ARRAY_FOREACH (struct problem, problem, &snapshot->problems) {
		if (problem->kind == PROBLEM_WRONG_TYPE && problem->diag.object != NULL &&
		    problem->diag.path != NULL)
			ARRAY_ADD(arena, &errors->list, problem);
	}
	if (errors->list.count > 1)
		qsort(errors->list.items, errors->list.count, sizeof(*errors->list.items),
		      compare_entries);
}

bool type_errors_at(const struct type_errors *errors, const struct object *object,
		    const char *path)
{
	const struct problem wanted = { .diag = { .object = object, .path = path } };
	const struct problem *key = &wanted;

	if (errors->list.count == 0)
		return false;
	return bsearch(&key, errors->list.items, errors->list.count,
		       sizeof(*errors->list.items), compare_entries) != NULL;
}

bool type_errors_below(const struct type_errors *errors, const struct object *object,
		       const char *prefix)
{
	ARRAY_FOREACH (const struct problem *, problem, &errors->list) {
		if ((*problem)->diag.object == object &&
		    str_has_prefix((*problem)->diag.path, prefix))
			return true;
	}
	return false;
}
