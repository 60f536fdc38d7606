/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading a scenario has reported already: one mistake has one finding, the one that helps
 * (S6.5). A field that is misspelt or of a wrong type is absent to whoever builds the setup;
 * what would be said about its absence, or about names and times that only it would make valid,
 * is left out. The paths of the findings are sorted once; each question is a search.
 */
#include "sim/run/setup_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"

static int fault_compare(const void *a, const void *b)
{
	return strcmp(((const struct setup_fault *)a)->path,
		      ((const struct setup_fault *)b)->path);
}

/* Whatever key nobody knows, in the object or its spec, may have been meant for any that is
 * absent; the same when spec itself is not a mapping. */
static bool fault_loses_keys(const struct setup_fault *fault)
{
	const char *rest = str_has_prefix(fault->path, "spec.") ? fault->path + 5 : fault->path;

	return str_equal(fault->path, "spec") ||
	       (fault->unknown && strpbrk(rest, ".[") == NULL);
}

/* Whether objects of the cluster, or parts of them, may be in what could not be read. */
static bool fault_hides_objects(const struct setup_builder *b, const struct finding *p)
{
	const struct object *o = p->place.object;

	if (p->kind == PROBLEM_SYNTAX)
		return !p->foreign && p->place.pos.source != b->scenario->object.pos.source;
	if (o == NULL || (p->kind != PROBLEM_UNKNOWN_FIELD && p->kind != PROBLEM_WRONG_TYPE))
		return false;
	return o->kind == KIND_NODE || o->kind == KIND_NODE_INVENTORY ||
	       o->kind == KIND_LEASE || o->kind == KIND_SERVICE ||
	       o->kind == KIND_SERVICE_GROUP;
}

bool setup_lost_name(struct setup_builder *b)
{
	b->setup->names_lost |= b->inputs_faulty;
	return b->inputs_faulty;
}

void setup_note_faults(struct setup_builder *b)
{
	for (uint32_t i = 0; i < b->snapshot->problems.count; i++) {
		const struct finding *p = &b->snapshot->problems.items[i];
		struct setup_fault fault = { p->place.path, p->kind == PROBLEM_UNKNOWN_FIELD,
					     p->place.pos };

		if (p->place.object != &b->scenario->object) {
			b->inputs_faulty |= fault_hides_objects(b, p);
			continue;
		}
		/* What it says instead of the value is not what was meant. */
		b->setup->misread |= p->kind == PROBLEM_WRONG_TYPE || p->kind == PROBLEM_RULE;
		if (fault.path == NULL)
			continue;
		ARRAY_ADD(b->setup->arena, &b->faults, fault);
		b->keys_lost |= fault_loses_keys(&fault);
	}
	if (b->faults.count > 1)
		qsort(b->faults.items, b->faults.count, sizeof(*b->faults.items),
		      fault_compare);
}

/* The first whose path is not less than this. */
static uint32_t fault_lower_bound(const struct setup_builder *b, const char *path)
{
	uint32_t low = 0;
	uint32_t high = b->faults.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (strcmp(b->faults.items[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The rest of a fault's path after `path`; NULL: the fault is not below it. */
static const char *fault_below(const struct setup_fault *fault, const char *path)
{
	const size_t len = strlen(path);
	const char *rest = fault->path + len;

	if (strncmp(fault->path, path, len) != 0 || strchr(".[", *rest) == NULL)
		return NULL;
	return rest;
}

bool setup_is_faulty(const struct setup_builder *b, const char *path)
{
	for (uint32_t i = fault_lower_bound(b, path); i < b->faults.count; i++) {
		if (!str_has_prefix(b->faults.items[i].path, path))
			return false;
		if (fault_below(&b->faults.items[i], path) != NULL) {
			b->setup->misread = true;
			return true;
		}
	}
	return false;
}

bool setup_is_reported(const struct setup_builder *b, struct pos pos)
{
	ARRAY_FOREACH (const struct setup_fault, fault, &b->faults) {
		if (pos_compare(fault->pos, pos) == 0) {
			b->setup->misread = true;
			return true;
		}
	}
	return false;
}

/* The field that a key that no schema has was meant to be: the nearest of those named; NULL
 * when it is near none. */
static const char *fault_meant(const char *key, const char *const *fields)
{
	struct nearest near = { .word = key };

	for (size_t i = 0; fields[i] != NULL; i++)
		nearest_offer(&near, fields[i]);
	return near.best;
}

struct lost_keys setup_lost_keys(const struct setup_builder *b, const char *path)
{
	static const char *const time[] = { "at", "when", "time", "after", NULL };
	struct lost_keys lost = { 0, false };

	for (uint32_t i = fault_lower_bound(b, path); i < b->faults.count; i++) {
		const struct setup_fault *fault = &b->faults.items[i];
		const char *rest;

		if (!str_has_prefix(fault->path, path))
			break;
		rest = fault_below(fault, path);
		if (rest == NULL || *rest == '\0')
			continue;
		rest = strrchr(rest, '.') != NULL ? strrchr(rest, '.') + 1 : rest;
		if (str_equal(rest, "at") || (fault->unknown && fault_meant(rest, time)))
			lost.time = true;
		else if (fault->unknown)
			lost.others++;
	}
	b->setup->misread |= lost.time || lost.others > 0;
	return lost;
}

bool setup_lost_field(const struct setup_builder *b, const char *name, bool given)
{
	const bool lost = setup_is_faulty(b, arena_printf(b->setup->arena, "spec.%s", name)) ||
			  (!given && b->keys_lost);

	b->setup->misread |= lost;
	return lost;
}

void setup_need_clients(struct setup_builder *b, struct pos pos, const char *path)
{
	if (b->no_clients_told || b->scenario->every_router.v ||
	    setup_lost_field(b, "clients", b->scenario->clients.at.set))
		return;
	b->no_clients_told = true;
	setup_problem(b, pos, path, "%s is about BGP, which is simulated only with clients",
		      path)
		->hint = "add spec.clients: true, for a client behind each router, or such as "
			 "[{name: internet, router: tor1}]";
}
