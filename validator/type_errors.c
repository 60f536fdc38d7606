/* SPDX-License-Identifier: Apache-2.0 */
/* The index of problems of kind PROBLEM_WRONG_TYPE. */
#include "validator/type_errors.h"

#include <stdlib.h>

#include "base/text.h"
#include "config/schema/old_words.h"

static int compare(const struct finding *a, const struct finding *b)
{
	uint32_t left = a->place.object->order, right = b->place.object->order;

	if (left != right)
		return left < right ? -1 : 1;
	return str_compare(a->place.path, b->place.path);
}

static int compare_entries(const void *a, const void *b)
{
	return compare(*(const struct finding *const *)a, *(const struct finding *const *)b);
}

/* What an old word stands for is not absent either: one mistake has one finding. (I9.1) */
static void add_counterpart(struct type_errors *errors, const struct finding *problem,
			    struct arena *arena)
{
	const char *path = old_words_counterpart(problem->place.path);
	struct finding *stands_for;

	if (path == NULL)
		return;
	stands_for = arena_zalloc(arena, 1, sizeof(*stands_for));
	*stands_for = *problem;
	stands_for->place.path = path;
	ARRAY_ADD(arena, &errors->list, stands_for);
}

void type_errors_collect(struct type_errors *errors, const struct snapshot *snapshot,
			 struct arena *arena)
{
	*errors = (struct type_errors){ 0 };
	ARRAY_FOREACH (struct finding, problem, &snapshot->problems) {
		if (problem->kind == PROBLEM_WRONG_TYPE && problem->place.object != NULL &&
		    problem->place.path != NULL)
			ARRAY_ADD(arena, &errors->list, problem);
		if (problem->kind == PROBLEM_UNKNOWN_FIELD && problem->place.object != NULL &&
		    problem->place.path != NULL)
			add_counterpart(errors, problem, arena);
	}
	if (errors->list.count > 1)
		qsort(errors->list.items, errors->list.count, sizeof(*errors->list.items),
		      compare_entries);
}

bool type_errors_at(const struct type_errors *errors, const struct object *object,
		    const char *path)
{
	const struct finding wanted = { .place = { .object = object, .path = path } };
	const struct finding *key = &wanted;

	if (errors->list.count == 0)
		return false;
	return bsearch(&key, errors->list.items, errors->list.count,
		       sizeof(*errors->list.items), compare_entries) != NULL;
}

bool type_errors_below(const struct type_errors *errors, const struct object *object,
		       const char *prefix)
{
	ARRAY_FOREACH (const struct finding *, problem, &errors->list) {
		if ((*problem)->place.object->order == object->order &&
		    str_has_prefix((*problem)->place.path, prefix))
			return true;
	}
	return false;
}
