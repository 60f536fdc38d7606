/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One fault, one finding: of two findings of which one follows from the other, the cause is
 * told, with what follows as its related places. (A5.4) A check says what its finding would
 * follow from, finding_follows(); whether that was found is known only when all checks have
 * run and findings have been silenced.
 */
#include "validator/consequences.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { CONSEQUENCES_SHOWN = 20 };

/* A check, and one whose findings tell of the same fault. */
static const struct {
	enum check_code code, by;
} told_by[] = {
	{ CHECK_SV016, CHECK_CV001 }, { CHECK_SV016, CHECK_CV005 },
	{ CHECK_SV016, CHECK_AG105 }, { CHECK_SV016, CHECK_AG003 },
	{ CHECK_SV016, CHECK_AG002 }, { CHECK_SV014, CHECK_SG004 },
	{ CHECK_SV017, CHECK_SV016 }, { CHECK_SV017, CHECK_ND012 },
	{ CHECK_ND006, CHECK_AG011 },
};

/* Any reason for which PureLB or the API server refuses a ServiceGroup explains the missing
 * pool. */
static const enum check_code told_by_groups[] = { CHECK_SV002, CHECK_SV004, CHECK_SV014,
						  CHECK_SV016 };

static bool consequence_is_told(const struct consequence *it, const struct finding *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(told_by); i++)
		if ((uint32_t)told_by[i].code == it->code &&
		    (uint32_t)told_by[i].by == cause->code)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(told_by_groups); i++)
		if ((uint32_t)told_by_groups[i] == it->code && it->path == NULL &&
		    cause->severity == SEVERITY_FAIL &&
		    str_has_prefix(check_table[cause->code].code, "SG"))
			return true;
	return false;
}

void finding_follows(struct checker *ck, const struct finding *f, const struct object *cause,
		     const char *path)
{
	struct consequence *it;

	if (f == &ck->dropped || f->place.object == NULL)
		return;
	it = ARRAY_PUSH(ck->arena, &ck->consequences);
	*it = (struct consequence){ f->code, f->place.object, f->place.pos, cause, path };
}

/* ---- the findings of an object ---- */

struct fold {
	struct checker *ck;
	uint32_t *by_object; /* findings that have one, by its place in the input */
	uint32_t count;
	bool *gone;
	uint32_t *shown; /* of each finding: how many follow from it */
};

/* What is compared while indices are sorted: the findings themselves cannot be moved. */
struct fold_key {
	uint32_t order, index;
};

static int fold_compare(const void *left, const void *right)
{
	const struct fold_key *a = left, *b = right;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static uint32_t fold_order(const struct fold *fold, uint32_t index)
{
	return fold->ck->findings.items[index].place.object->order;
}

static void fold_index(struct fold *fold)
{
	struct checker *ck = fold->ck;
	const size_t most = (size_t)ck->findings.count + 1;
	struct fold_key *keys = arena_alloc(ck->arena, most * sizeof(*keys));

	fold->by_object = arena_alloc(ck->arena, most * sizeof(*fold->by_object));
	fold->gone = arena_zalloc(ck->arena, most, sizeof(*fold->gone));
	fold->shown = arena_zalloc(ck->arena, most, sizeof(*fold->shown));
	for (uint32_t i = 0; i < ck->findings.count; i++) {
		const struct object *object = ck->findings.items[i].place.object;

		if (object != NULL)
			keys[fold->count++] = (struct fold_key){ object->order, i };
	}
	if (fold->count > 1)
		qsort(keys, fold->count, sizeof(*keys), fold_compare);
	for (uint32_t i = 0; i < fold->count; i++)
		fold->by_object[i] = keys[i].index;
}

/* The first place in by_object whose object is not before this one. */
static uint32_t fold_first(const struct fold *fold, const struct object *object)
{
	uint32_t low = 0, high = fold->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (fold_order(fold, fold->by_object[middle]) < object->order)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool fold_same_place(struct pos a, struct pos b)
{
	return a.source == b.source && a.line == b.line && a.column == b.column;
}

/* The finding of the consequence itself, or that of its cause; NULL: there is none. */
static struct finding *fold_find(const struct fold *fold, const struct consequence *it,
				 bool cause)
{
	const struct object *object = cause ? it->cause : it->object;

	for (uint32_t i = fold_first(fold, object);
	     i < fold->count && fold_order(fold, fold->by_object[i]) == object->order; i++) {
		struct finding *f = &fold->ck->findings.items[fold->by_object[i]];

		if (cause ? consequence_is_told(it, f) &&
				    (it->path == NULL ||
				     (f->place.path != NULL &&
				      str_has_prefix(f->place.path, it->path)))
			  : f->code == it->code && fold_same_place(f->place.pos, it->pos) &&
				    !fold->gone[fold->by_object[i]])
			return f;
	}
	return NULL;
}

static void fold_one(struct fold *fold, const struct consequence *it)
{
	struct finding_sink *findings = &fold->ck->findings;
	struct finding *f = fold_find(fold, it, false);
	struct finding *cause = f != NULL ? fold_find(fold, it, true) : NULL;
	const struct object *object;

	if (cause == NULL)
		return;
	object = f->place.object;
	fold->gone[f - findings->items] = true;
	if (f->severity > cause->severity)
		cause->severity = f->severity;
	if (fold->shown[cause - findings->items]++ < CONSEQUENCES_SHOWN)
		finding_add_related(findings, cause, f->place.pos,
				    "what follows for %s \"%s/%s\": %s", object->kind_name,
				    object->namespace,
				    object->name.s != NULL ? object->name.s : "", f->message);
}

void consequences_fold(struct checker *ck)
{
	struct fold fold = { .ck = ck };
	uint32_t kept = 0;

	if (ck->consequences.count == 0)
		return;
	fold_index(&fold);
	ARRAY_FOREACH (const struct consequence, it, &ck->consequences)
		fold_one(&fold, it);
	for (uint32_t i = 0; i < ck->findings.count; i++)
		if (!fold.gone[i])
			ck->findings.items[kept++] = ck->findings.items[i];
	ck->findings.count = kept;
}
