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
	{ CHECK_ND006, CHECK_AG011 }, { CHECK_CV001, CHECK_ND007 },
	{ CHECK_CV002, CHECK_ND007 }, { CHECK_CV003, CHECK_ND007 },
	{ CHECK_SV014, CHECK_SV001 }, { CHECK_SV014, CHECK_SV003 },
	{ CHECK_SV017, CHECK_ND007 }, { CHECK_ND007, CHECK_OB014 },
	{ CHECK_OB001, CHECK_AG108 }, { CHECK_SG024, CHECK_SV007 },
	{ CHECK_BG075, CHECK_IN005 }, { CHECK_SV016, CHECK_IN005 },
	{ CHECK_SV016, CHECK_BG075 }, { CHECK_SV021, CHECK_SV021 },
	{ CHECK_SV016, CHECK_SG016 },
};

/* Any reason for which PureLB or the API server refuses a ServiceGroup explains the missing
 * pool. */
static const enum check_code told_by_groups[] = { CHECK_SV002, CHECK_SV004, CHECK_SV014,
						  CHECK_SV016 };

/* What is wrong with the spec, or with where it is, as it is read counts only where no check of
 * groups says more. */
static bool consequence_refuses_group(const struct finding *cause, bool as_read)
{
	const char *code = check_table[cause->code].code;

	if (cause->severity != SEVERITY_FAIL)
		return false;
	return as_read ? str_has_prefix(code, "IN") && cause->place.path != NULL &&
				 (str_has_prefix(cause->place.path, "spec") ||
				  str_equal(cause->place.path, "metadata.namespace"))
		       : str_has_prefix(code, "SG");
}

static bool consequence_is_told(const struct consequence *it, const struct finding *cause,
				bool as_read)
{
	for (size_t i = 0; i < ARRAY_LEN(told_by); i++)
		if ((uint32_t)told_by[i].code == it->code &&
		    (uint32_t)told_by[i].by == cause->code)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(told_by_groups); i++)
		if ((uint32_t)told_by_groups[i] == it->code && it->path == NULL &&
		    consequence_refuses_group(cause, as_read))
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
	*it = (struct consequence){ f->code,    f->place.object, f->place.pos,
				    f->address, cause,           path };
}

/* ---- the findings of an object ---- */

struct fold {
	struct checker *ck;
	uint32_t *by_object; /* findings that have one, by its place in the input */
	uint32_t count;
	uint32_t *into;  /* of a finding that is told by another: the number of that, plus 1 */
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
	fold->into = arena_zalloc(ck->arena, most, sizeof(*fold->into));
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

static bool fold_is_below(const struct finding *f, const char *path)
{
	return path == NULL || (f->place.path != NULL && str_has_prefix(f->place.path, path));
}

/* What is found of one address says nothing of another one. */
static bool fold_same_address(const struct consequence *it, const struct finding *cause)
{
	return it->address == NULL || cause->address == NULL ||
	       str_equal(it->address, cause->address);
}

/* The finding that the consequence is about; NULL: it was silenced, or told by another. */
static struct finding *fold_itself(const struct fold *fold, const struct consequence *it)
{
	for (uint32_t i = fold_first(fold, it->object);
	     i < fold->count && fold_order(fold, fold->by_object[i]) == it->object->order;
	     i++) {
		struct finding *f = &fold->ck->findings.items[fold->by_object[i]];

		if (f->code == it->code && fold_same_place(f->place.pos, it->pos) &&
		    str_equal(f->address, it->address) && fold->into[fold->by_object[i]] == 0)
			return f;
	}
	return NULL;
}

/* The finding of its cause, or the one that this was told by; NULL: there is none. */
static struct finding *fold_cause(const struct fold *fold, const struct consequence *it,
				  bool as_read)
{
	struct finding *findings = fold->ck->findings.items;

	for (uint32_t i = fold_first(fold, it->cause);
	     i < fold->count && fold_order(fold, fold->by_object[i]) == it->cause->order; i++) {
		uint32_t index = fold->by_object[i];

		if (!fold_is_below(&findings[index], it->path) ||
		    !fold_same_address(it, &findings[index]) ||
		    !consequence_is_told(it, &findings[index], as_read))
			continue;
		while (fold->into[index] != 0)
			index = fold->into[index] - 1;
		return &findings[index];
	}
	return NULL;
}

/* Shows at `cause` that `f` follows from it. */
static void fold_show(struct fold *fold, struct finding *cause, const struct finding *f)
{
	struct finding_sink *findings = &fold->ck->findings;
	const struct object *object = f->place.object;
	const bool namespaced = object->namespace != NULL && *object->namespace != '\0';

	if (fold->shown[cause - findings->items]++ >= CONSEQUENCES_SHOWN)
		return;
	if (f->code == cause->code)
		finding_add_related(findings, cause, f->place.pos,
				    "the same holds for %s \"%s%s%s\"", object->kind_name,
				    namespaced ? object->namespace : "", namespaced ? "/" : "",
				    object->name.s != NULL ? object->name.s : "");
	else
		finding_add_related(findings, cause, f->place.pos,
				    CONSEQUENCE_PREFIX "%s \"%s%s%s\": %s", object->kind_name,
				    namespaced ? object->namespace : "", namespaced ? "/" : "",
				    object->name.s != NULL ? object->name.s : "", f->message);
}

/* What `f` was shown to cause is shown at `cause`, too. */
static void fold_hand_on(struct fold *fold, struct finding *cause, const struct finding *f)
{
	struct finding_sink *findings = &fold->ck->findings;

	if (fold->shown[f - findings->items] == 0)
		return;
	ARRAY_FOREACH (const struct related, related, &f->related)
		if (str_has_prefix(related->message, CONSEQUENCE_PREFIX) &&
		    fold->shown[cause - findings->items]++ < CONSEQUENCES_SHOWN)
			finding_add_related(findings, cause, related->pos, "%s",
					    related->message);
}

static void fold_one(struct fold *fold, const struct consequence *it)
{
	struct finding *findings = fold->ck->findings.items;
	struct finding *f = fold_itself(fold, it);
	struct finding *cause = f != NULL ? fold_cause(fold, it, false) : NULL;

	if (f != NULL && cause == NULL)
		cause = fold_cause(fold, it, true);
	if (cause == NULL || cause == f)
		return;
	fold->into[f - findings] = (uint32_t)(cause - findings) + 1;
	if (f->severity > cause->severity)
		cause->severity = f->severity;
	fold_show(fold, cause, f);
	fold_hand_on(fold, cause, f);
}

void consequences_fold(struct checker *ck, struct finding_sink *told)
{
	struct fold fold = { .ck = ck };
	uint32_t kept = 0;

	if (ck->consequences.count == 0)
		return;
	fold_index(&fold);
	ARRAY_FOREACH (const struct consequence, it, &ck->consequences)
		fold_one(&fold, it);
	for (uint32_t i = 0; i < ck->findings.count; i++)
		if (fold.into[i] == 0)
			ck->findings.items[kept++] = ck->findings.items[i];
		else
			ARRAY_ADD(told->arena, told, ck->findings.items[i]);
	ck->findings.count = kept;
}
