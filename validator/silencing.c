/* SPDX-License-Identifier: Apache-2.0 */
/* Silencing, other severities, and what is left over of both. */
#include "validator/silencing.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"

#define IGNORE_ANNOTATION "purelbtool.purelb.io/ignore"

/* One code that somebody asked to silence, for one object or (NULL) for all. */
struct silencer {
	struct silencing of;
	const struct object *object;
	enum check_code code; /* CHECK_COUNT: no such code */
	bool used;
};

/* A finding of the baseline. */
struct record {
	const struct recorded_finding *of;
	enum check_code code; /* CHECK_COUNT: no such code */
	bool used;
};

struct silencers {
	const struct silencings *settings; /* never NULL */
	ARRAY_OF(struct silencer) list;    /* for all objects, then of each in input order */
	uint32_t global;                   /* how many are for all */
	ARRAY_OF(struct record) records;   /* by identity */
};

/* ---- paths ---- */

static bool path_scope_has_path(const struct path_scope *scope, const char *name,
				struct arena *arena)
{
	const char *whole = name[0] == '/'
				    ? name
				    : arena_printf(arena, "%s/%s", scope->working_folder, name);
	const size_t folder = strlen(scope->folder);
	char *path = arena_strdup(arena, whole);
	size_t len = 0;

	/* "/a/./b/../c" is "/a/c". */
	for (const char *at = whole; *at != '\0';) {
		const size_t step = strcspn(at, "/");

		if (step == 2 && at[0] == '.' && at[1] == '.') {
			while (len > 0 && path[--len] != '/')
				;
		} else if (step > 0 && !(step == 1 && at[0] == '.')) {
			path[len++] = '/';
			memcpy(path + len, at, step);
			len += step;
		}
		at += step + (at[step] == '/' ? 1 : 0);
	}
	path[len] = '\0';
	if (folder > 1 && (strncmp(path, scope->folder, folder) != 0 || path[folder] != '/'))
		return false;
	path += folder > 1 ? folder + 1 : 1;
	for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		bool above;

		*slash = '\0';
		above = exclude_matches(&scope->patterns, path, true);
		*slash = '/';
		if (above)
			return true;
	}
	return exclude_matches(&scope->patterns, path, false);
}

/* True when the file is one of the scope; `name` is that of a source. */
static bool path_scope_has(const struct path_scope *scope, const char *name,
			   struct arena *arena)
{
	const struct arena_mark mark = arena_mark(arena);
	const bool has = path_scope_has_path(scope, name, arena);

	arena_reset(arena, mark);
	return has;
}

/* True when the finding is where the scope says. */
static bool silencing_covers(const struct silencing *of, const struct checker *ck,
			     const struct finding *f)
{
	const struct sources *sources = &ck->snapshot->sources;
	const uint32_t source = f->place.pos.source;

	if (of->scope == NULL)
		return true;
	return source > 0 && source <= sources->list.count &&
	       path_scope_has(of->scope, sources->list.items[source - 1].name, ck->arena);
}

/* ---- what there is ---- */

static void add_silencer(struct silencers *all, struct arena *arena, struct silencing of,
			 const struct object *object)
{
	struct silencer s = { .of = of, .object = object, .code = check_find(of.name) };

	ARRAY_ADD(arena, &all->list, s);
}

/* Adds each of the comma-separated names of an annotation. */
static void silencers_of_object(struct silencers *all, struct arena *arena,
				const struct object *o, const struct str_value *value)
{
	char *names = arena_strdup(arena, value->s);

	for (char *name = names; name != NULL;) {
		char *comma = strchr(name, ',');

		if (comma != NULL)
			*comma = '\0';
		name += strspn(name, " \t\n");
		for (size_t len = strlen(name); len > 0 && strchr(" \t\n", name[len - 1]);
		     len--)
			name[len - 1] = '\0';
		if (name[0] != '\0') {
			struct silencing of = {
				.name = name,
				.origin = "annotation " IGNORE_ANNOTATION,
				.pos = value->pos,
				.path = "metadata.annotations[\"" IGNORE_ANNOTATION "\"]",
			};

			add_silencer(all, arena, of, o);
		}
		name = comma != NULL ? comma + 1 : NULL;
	}
}

static int compare_records(const void *left, const void *right)
{
	const struct record *a = left;
	const struct record *b = right;

	return identity_compare(&a->of->id, &b->of->id);
}

static void gather_records(struct silencers *all, struct arena *arena)
{
	ARRAY_FOREACH (const struct recorded_finding, recorded, &all->settings->baseline) {
		struct record record = { .of = recorded,
					 .code = check_find(recorded->id.code) };

		ARRAY_ADD(arena, &all->records, record);
	}
	if (all->records.count > 1)
		qsort(all->records.items, all->records.count, sizeof(*all->records.items),
		      compare_records);
}

static void gather(struct silencers *all, struct checker *ck)
{
	ARRAY_FOREACH (const struct silencing, of, &all->settings->codes)
		add_silencer(all, ck->arena, *of, NULL);
	all->global = all->list.count;
	ARRAY_FOREACH (struct object *const, object, &ck->snapshot->objects) {
		const struct str_value *v =
			label_map_get(&(*object)->annotations, IGNORE_ANNOTATION);

		if (v != NULL && !all->settings->ignore_annotations)
			silencers_of_object(all, ck->arena, *object, v);
	}
	gather_records(all, ck->arena);
}

/* ---- silencing ---- */

/* The place of the first silencer of the object, or of where it would be. */
static uint32_t first_silencer(const struct silencers *all, const struct object *object)
{
	uint32_t low = all->global;
	uint32_t high = all->list.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (all->list.items[middle].object->order < object->order)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Marks the silencers among [from, to) that name the code; the first one's origin, or NULL. */
static const char *mark_used(struct silencers *all, uint32_t from, uint32_t to,
			     const struct object *object, const struct checker *ck,
			     const struct finding *f)
{
	const char *origin = NULL;

	for (uint32_t i = from; i < to && all->list.items[i].object == object; i++) {
		struct silencer *s = &all->list.items[i];

		if (s->code != f->code || !silencing_covers(&s->of, ck, f))
			continue;
		s->used = true;
		origin = origin != NULL ? origin : s->of.origin;
	}
	return origin;
}

/* The place of the first record that is not before the identity. */
static uint32_t first_record(const struct silencers *all, const struct finding_identity *id)
{
	uint32_t low = 0;
	uint32_t high = all->records.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (identity_compare(&all->records.items[middle].of->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Marks the records of the finding; true when there is one. */
static bool mark_recorded(struct silencers *all, const struct checker *ck,
			  const struct finding *f)
{
	struct finding_identity id = finding_identity(f, ck->snapshot);
	bool found = false;

	for (uint32_t i = first_record(all, &id);
	     i < all->records.count &&
	     identity_compare(&all->records.items[i].of->id, &id) == 0;
	     i++) {
		all->records.items[i].used = true;
		found = true;
	}
	return found;
}

/* What is fine is not recorded, and the code of a check must be. */
static bool is_silenced(struct silencers *all, const struct checker *ck,
			const struct finding *f, struct silenced_finding *out)
{
	const struct object *object = f->place.object;
	const char *globally = mark_used(all, 0, all->global, NULL, ck, f);
	const char *locally = NULL;
	bool recorded = f->severity != SEVERITY_PASS && mark_recorded(all, ck, f);

	if (object != NULL)
		locally = mark_used(all, first_silencer(all, object), all->list.count, object,
				    ck, f);
	*out = (struct silenced_finding){
		.finding = *f,
		.origin = locally != NULL ? locally : globally,
		.in_source = locally != NULL,
		.recorded = locally == NULL && globally == NULL,
	};
	if (out->recorded)
		out->origin = all->settings->baseline_origin;
	return locally != NULL || globally != NULL || recorded;
}

/* Takes silenced findings out, from number `from` on. */
static void apply(struct silencers *all, struct checker *ck, struct silenced_list *silenced,
		  uint32_t from)
{
	uint32_t kept = from;

	for (uint32_t i = from; i < ck->findings.count; i++) {
		struct silenced_finding s;

		if (is_silenced(all, ck, &ck->findings.items[i], &s))
			ARRAY_ADD(ck->arena, &silenced->list, s);
		else
			ck->findings.items[kept++] = ck->findings.items[i];
	}
	ck->findings.count = kept;
}

/* ---- other severities ---- */

static void change_severity(struct checker *ck, const struct severity_change *change)
{
	const enum check_code code = check_find(change->of.name);

	ARRAY_FOREACH (struct finding, f, &ck->findings) {
		if (f->code == code && f->severity != SEVERITY_PASS &&
		    silencing_covers(&change->of, ck, f))
			f->severity = change->severity;
	}
}

static void change_severities(struct checker *ck, const struct silencings *settings)
{
	ARRAY_FOREACH (const struct severity_change, change, &settings->severities)
		change_severity(ck, change);
}

/* ---- what is left over (IN011) ---- */

static struct finding *report_idle(struct checker *ck, const struct silencing *of,
				   const struct object *object, const char *message)
{
	struct finding *f = report(ck, CHECK_IN011, object, of->pos, "%s", message);

	f->place.path = of->path;
	return f;
}

const char *silencing_fault(const struct silencing *of, struct arena *arena, const char **hint)
{
	struct nearest near = { .word = of->name };

	if (check_find(of->name) != CHECK_COUNT)
		return NULL;
	for (int i = 0; i < CHECK_COUNT; i++) {
		nearest_offer(&near, check_table[i].code);
		nearest_offer(&near, check_table[i].slug);
	}
	*hint = near.best != NULL
			? arena_printf(arena,
				       "did you mean %s? `purelbtool explain --list` shows all",
				       near.best)
			: "`purelbtool explain --list` shows all checks";
	return arena_printf(arena, "%s names \"%s\", which is not a check", of->origin,
			    of->name);
}

static bool report_unknown_code(struct checker *ck, const struct silencing *of,
				const struct object *object)
{
	const char *hint = NULL;
	const char *fault = silencing_fault(of, ck->arena, &hint);

	if (fault != NULL)
		finding_hint(ck, report_idle(ck, of, object, fault), "%s", hint);
	return fault != NULL;
}

static void report_idle_silencers(const struct silencers *all, struct checker *ck)
{
	ARRAY_FOREACH (const struct silencer, s, &all->list) {
		if (report_unknown_code(ck, &s->of, s->object) || s->used ||
		    s->code == CHECK_IN011 || !check_can_run(ck, s->code))
			continue;

		const char *message =
			arena_printf(ck->arena, "%s silences %s, but nothing reports it",
				     s->of.origin, s->of.name);
		struct finding *f = report_idle(ck, &s->of, s->object, message);

		finding_hint(ck, f, "remove %s from it", s->of.name);
	}
}

/* "SG006 of ServiceGroup purelb-system/web at spec.local", for messages. */
static const char *identity_text(struct arena *arena, const struct finding_identity *id)
{
	const char *slash = id->namespace != NULL ? "/" : "";
	const char *of = "";

	if (id->kind != NULL)
		of = arena_printf(arena, " of %s %s%s%s", id->kind,
				  id->namespace != NULL ? id->namespace : "", slash,
				  id->name != NULL ? id->name : "without a name");
	else if (id->file != NULL)
		of = arena_printf(arena, " in %s", id->file);
	return arena_printf(arena, "%s%s%s%s", id->code, of, id->path != NULL ? " at " : "",
			    id->path != NULL ? id->path : "");
}

static void report_idle_records(const struct silencers *all, struct checker *ck)
{
	ARRAY_FOREACH (const struct record, record, &all->records) {
		const struct silencing of = {
			.name = record->of->id.code,
			.origin = all->settings->baseline_origin,
			.pos = record->of->pos,
			.path = record->of->path,
		};

		if (record->code == CHECK_COUNT) {
			report_unknown_code(ck, &of, NULL);
			continue;
		}
		if (record->used || record->code == CHECK_IN011 ||
		    !check_can_run(ck, record->code))
			continue;

		const char *message = arena_printf(
			ck->arena, "%s has the entry %s, but it is no longer reported",
			of.origin, identity_text(ck->arena, &record->of->id));
		struct finding *f = report_idle(ck, &of, NULL, message);

		f->severity = SEVERITY_INFO; /* it was fixed */
		finding_hint(ck, f,
			     "remove the entry, or all such entries with --prune-baseline");
	}
}

bool recorded_is_stale(const struct recorded_finding *recorded, const struct finding *finding)
{
	return finding->code == CHECK_IN011 && finding->place.object == NULL &&
	       str_equal(finding->place.path, recorded->path) &&
	       check_find(recorded->id.code) != CHECK_COUNT;
}

static void report_idle_severities(const struct silencers *all, struct checker *ck)
{
	ARRAY_FOREACH (const struct severity_change, change, &all->settings->severities) {
		if (report_unknown_code(ck, &change->of, NULL) ||
		    check_table[check_find(change->of.name)].severity != SEVERITY_PASS)
			continue;

		const char *message = arena_printf(
			ck->arena,
			"%s changes the severity of %s, which only confirms what is fine",
			change->of.origin, change->of.name);
		struct finding *f = report_idle(ck, &change->of, NULL, message);

		finding_hint(ck, f, "remove %s from it", change->of.name);
	}
}

/* ---- all of it ---- */

static void begin(struct silencers *all, struct checker *ck, const struct silencings *settings)
{
	static const struct silencings none;

	*all = (struct silencers){ .settings = settings != NULL ? settings : &none };
	change_severities(ck, all->settings);
	gather(all, ck);
}

void silence_findings(struct checker *ck, const struct silencings *silencings,
		      struct silenced_list *silenced)
{
	struct silencers all;

	begin(&all, ck, silencings);
	apply(&all, ck, silenced, 0);

	uint32_t judged = ck->findings.count;

	report_idle_silencers(&all, ck);
	report_idle_severities(&all, ck);
	report_idle_records(&all, ck);
	apply(&all, ck, silenced, judged);
	change_severities(ck, all.settings);
}

void silence_quietly(struct checker *ck, const struct silencings *silencings,
		     struct silenced_list *silenced)
{
	struct silencers all;

	begin(&all, ck, silencings);
	apply(&all, ck, silenced, 0);
}
