/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IN007: objects with one identity.
 *
 * In one folder that is a mistake in one object. In two sibling folders it is most often two
 * clusters, or two variants of one, that were handed over together: that is said once for each
 * pair of folders, with how to tell them apart. (I7.1)
 */
#include "validator/input/input_checks.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "purelb/agents/known.h"

enum { TWIN_PAIRS_MAX = 64 }; /* of folders; what is in more of them is said by itself */

/* Two folders with objects of the same names. */
struct twin_folders {
	const char *first, *second;
	const struct twins *twins; /* to report: the first pair with different contents */
	uint32_t count;
};

/* "purelb-system/web", or the bare name of an object of cluster scope. */
static const char *twins_full_name(struct checker *ck, const struct object *object)
{
	if (object->namespace == NULL || object->namespace[0] == '\0')
		return object->name.s;
	return arena_printf(ck->arena, "%s/%s", object->namespace, object->name.s);
}

static bool twins_are_same(const struct twins *twins)
{
	return twins->first->content == twins->second->content;
}

static void twins_report(struct checker *ck, const struct twins *twins)
{
	const struct object *first = twins->first;
	const struct object *second = twins->second;
	const bool same = twins_are_same(twins);
	struct finding *f = report(ck, CHECK_IN007, second, second->name.pos,
				   "%s \"%s\" is in the input twice%s", second->kind_name,
				   twins_full_name(ck, second),
				   same ? ", with the same content"
					: ": applied, the later one overwrites the other");

	if (same)
		f->severity = SEVERITY_INFO;
	finding_path(ck, f, "metadata.name");
	finding_hint(ck, f, "remove one of them, or rename it");
	finding_related(ck, f, first->name.pos, "the first %s \"%s\" is here", first->kind_name,
			twins_full_name(ck, first));
}

/* ---- sibling folders ---- */

static const char *twins_source(const struct checker *ck, const struct object *object)
{
	const uint32_t source = object->name.pos.source;

	return source > 0 ? ck->snapshot->sources.list.items[source - 1].name : "";
}

/* The folder of `path` in which it parts from the other one, after `common` bytes; NULL: it is
 * a file there. */
static const char *twins_folder(struct checker *ck, const char *path, size_t common)
{
	const char *end = strchr(path + common, '/');

	return end != NULL ? arena_strndup(ck->arena, path, (size_t)(end - path)) : NULL;
}

/* The two sibling folders that the objects are in; false: they are not in such folders. */
static bool twins_siblings(struct checker *ck, const struct twins *twins,
			   struct twin_folders *out)
{
	const char *a = twins_source(ck, twins->first);
	const char *b = twins_source(ck, twins->second);
	size_t common = 0;

	for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == '/')
			common = i + 1;
	if (str_equal(a, b))
		return false;
	*out = (struct twin_folders){ twins_folder(ck, a, common), twins_folder(ck, b, common),
				      twins, 1 };
	return out->first != NULL && out->second != NULL;
}

/* The folder that a folder is in. */
static const char *twins_parent(struct checker *ck, const char *folder)
{
	const char *slash = strrchr(folder, '/');

	if (slash == NULL)
		return ".";
	return arena_strndup(ck->arena, folder, slash > folder ? (size_t)(slash - folder) : 1);
}

static void twins_report_folders(struct checker *ck, const struct twin_folders *pair)
{
	const struct object *second = pair->twins->second;
	const char *others = "";
	struct finding *f;

	if (pair->count > 1)
		others = arena_printf(ck->arena, " and %u more object%s", pair->count - 1,
				      pair->count > 2 ? "s" : "");
	f = report(ck, CHECK_IN007, second, second->name.pos,
		   "%s \"%s\"%s %s in %s and in %s, as in two clusters: checked together, the "
		   "later ones count",
		   second->kind_name, twins_full_name(ck, second), others,
		   pair->count > 1 ? "are" : "is", pair->first, pair->second);
	if (twins_are_same(pair->twins) || !known_purelb(ck->snapshot))
		f->severity = SEVERITY_INFO;
	finding_path(ck, f, "metadata.name");
	finding_hint(
		ck, f,
		"check each cluster by itself: purelbtool validate --each %s, or name them "
		"under clusters: in .purelbtool.yaml; in one cluster, give the objects "
		"different names",
		twins_parent(ck, pair->first));
	finding_related(ck, f, pair->twins->first->name.pos, "the first %s \"%s\" is here",
			second->kind_name, twins_full_name(ck, second));
}

/* Adds a pair of objects to that of its folders; false when there are too many of these. */
static bool twins_add(struct twin_folders *pairs, uint32_t *count,
		      const struct twin_folders *found)
{
	for (uint32_t i = 0; i < *count; i++) {
		if (!str_equal(pairs[i].first, found->first) ||
		    !str_equal(pairs[i].second, found->second))
			continue;
		if (twins_are_same(pairs[i].twins))
			pairs[i].twins = found->twins;
		pairs[i].count++;
		return true;
	}
	if (*count == TWIN_PAIRS_MAX)
		return false;
	pairs[(*count)++] = *found;
	return true;
}

void input_check_twins(struct checker *ck)
{
	struct twin_folders pairs[TWIN_PAIRS_MAX];
	uint32_t count = 0;

	ARRAY_FOREACH (const struct twins, twins, &ck->snapshot->twins) {
		struct twin_folders found;

		if (!twins_siblings(ck, twins, &found) || !twins_add(pairs, &count, &found))
			twins_report(ck, twins);
	}
	for (uint32_t i = 0; i < count; i++)
		twins_report_folders(ck, &pairs[i]);
}
