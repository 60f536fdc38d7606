/* SPDX-License-Identifier: Apache-2.0 */
/* The findings of several clusters as one list, and the checks across clusters. (I7) */
#include "validator/together.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct pos member_pos(const struct cluster_member *member, struct pos pos)
{
	if (pos.source > 0)
		pos.source = member->sources[pos.source - 1];
	return pos;
}

/* ---- one snapshot of all ---- */

struct named_source {
	const struct source *source;
	struct cluster_member *member;
	uint32_t index;
};

static int together_compare_names(const void *left, const void *right)
{
	const struct named_source *a = left;
	const struct named_source *b = right;
	const int order = strcmp(a->source->name, b->source->name);

	if (order != 0)
		return order;
	return a->member == b->member  ? (a->index > b->index) - (a->index < b->index)
	       : a->member > b->member ? 1
				       : -1;
}

/* Takes the sources of all members, each file once. */
static void together_take_sources(struct snapshot *together, struct cluster_members *members)
{
	ARRAY_OF(struct named_source) all = { 0 };
	struct arena scratch;

	arena_init(&scratch);
	ARRAY_FOREACH (struct cluster_member, member, &members->list) {
		const uint32_t count = member->snapshot->sources.list.count;

		member->sources =
			arena_zalloc(&together->arena, count + 1, sizeof(*member->sources));
		for (uint32_t i = 0; i < count; i++) {
			const struct named_source named = {
				&member->snapshot->sources.list.items[i], member, i
			};

			ARRAY_ADD(&scratch, &all, named);
		}
	}
	array_sort(all.items, all.count, sizeof(*all.items), together_compare_names);
	for (uint32_t i = 0; i < all.count; i++) {
		const struct named_source *named = &all.items[i];

		if (i == 0 || strcmp(all.items[i - 1].source->name, named->source->name) != 0) {
			struct source *source =
				ARRAY_PUSH(&together->arena, &together->sources.list);

			*source = *named->source;
			source->spool = NULL; /* its member closes it */
		} else if (!named->source->aside) {
			together->sources.list.items[together->sources.list.count - 1].aside =
				false;
		}
		named->member->sources[named->index] = together->sources.list.count;
	}
	arena_release(&scratch);
}

static int together_compare_unread(const void *left, const void *right)
{
	return strcmp(((const struct unread_file *)left)->path,
		      ((const struct unread_file *)right)->path);
}

static void together_take_unread(struct snapshot *together,
				 const struct cluster_members *members)
{
	struct sources *sources = &together->sources;
	uint32_t kept = 0;

	ARRAY_FOREACH (const struct cluster_member, member, &members->list)
		ARRAY_FOREACH (const struct unread_file, file,
			       &member->snapshot->sources.unread)
			ARRAY_ADD(&together->arena, &sources->unread, *file);
	array_sort(sources->unread.items, sources->unread.count, sizeof(*sources->unread.items),
		   together_compare_unread);
	for (uint32_t i = 0; i < sources->unread.count; i++)
		if (kept == 0 || strcmp(sources->unread.items[kept - 1].path,
					sources->unread.items[i].path) != 0)
			sources->unread.items[kept++] = sources->unread.items[i];
	sources->unread.count = kept;
}

static bool together_has_error(const struct sources *sources, const char *error)
{
	ARRAY_FOREACH (const char *const, known, &sources->errors)
		if (str_equal(*known, error))
			return true;
	return false;
}

static bool together_has_unknown(const struct snapshot *together, struct pos pos)
{
	ARRAY_FOREACH (const struct unknown_value, known, &together->unknown.list)
		if (known->pos.source == pos.source && known->pos.line == pos.line &&
		    known->pos.column == pos.column)
			return true;
	return false;
}

/* What the summary says of the input. */
static void together_take(struct snapshot *together, struct cluster_members *members)
{
	together_take_sources(together, members);
	together_take_unread(together, members);
	ARRAY_FOREACH (const struct cluster_member, member, &members->list) {
		const struct snapshot *one = member->snapshot;

		ARRAY_FOREACH (const char *const, error, &one->sources.errors)
			if (together->sources.errors.count < 1000 &&
			    !together_has_error(&together->sources, *error))
				ARRAY_ADD(&together->arena, &together->sources.errors, *error);
		ARRAY_FOREACH (struct object *const, object, &one->objects)
			ARRAY_ADD(&together->arena, &together->objects, *object);
		ARRAY_FOREACH (const struct unknown_value, value, &one->unknown.list) {
			struct unknown_value copy = *value;

			copy.pos = member_pos(member, copy.pos);
			if (together->unknown.list.count < 1000 &&
			    !together_has_unknown(together, copy.pos))
				ARRAY_ADD(&together->arena, &together->unknown.list, copy);
		}
		for (int kind = 0; kind < KIND_COUNT; kind++)
			together->set_aside[kind] += one->set_aside[kind];
		together->hides_ours = together->hides_ours || one->hides_ours;
		together->skipped += one->skipped;
		together->changed += one->changed;
		if (one->sources.charts > together->sources.charts)
			together->sources.charts = one->sources.charts;
	}
	together->install_namespace = members->list.items[0].snapshot->install_namespace;
	together->namespace_origin = members->list.items[0].snapshot->namespace_origin;
	ARRAY_FOREACH (const struct cluster_member, member, &members->list)
		if (!str_equal(member->snapshot->install_namespace,
			       together->install_namespace))
			together->namespace_origin = NAMESPACE_DEFAULT;
	if (together->namespace_origin == NAMESPACE_DEFAULT)
		together->install_namespace = "purelb-system";
}

/* ---- one list of findings ---- */

/* Moves the places of a finding into the snapshot of all. */
static void together_move(struct snapshot *together, const struct cluster_member *member,
			  struct finding *f)
{
	struct related *related =
		arena_alloc(&together->arena, (f->related.count + 1) * sizeof(*related));

	f->place.pos = member_pos(member, f->place.pos);
	for (uint32_t i = 0; i < f->related.count; i++) {
		related[i] = f->related.items[i];
		related[i].pos = member_pos(member, related[i].pos);
	}
	f->related.items = related;
	f->related.capacity = f->related.count;
}

static bool together_same_object(const struct object *a, const struct object *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->kind == b->kind && str_equal(a->kind_name, b->kind_name) &&
	       str_equal(a->namespace, b->namespace) && str_equal(a->name.s, b->name.s);
}

/* Of equal ones those of one cluster come together. */
static int together_compare(const void *left, const void *right)
{
	const int order = finding_compare(left, right);

	return order != 0 ? order
			  : str_compare(((const struct finding *)left)->cluster,
					((const struct finding *)right)->cluster);
}

static bool together_is_same(const struct finding *a, const struct finding *b)
{
	return finding_compare(a, b) == 0 && a->severity == b->severity &&
	       together_same_object(a->place.object, b->place.object);
}

static bool together_may_be_elsewhere(const struct finding *f)
{
	const struct object *object = f->place.object;

	return object != NULL && object->kind == KIND_SERVICE && object->anywhere;
}

/* Makes one finding of those that are alike, with the names of their clusters, a line each.
 * What silences nothing in one cluster may do so in another: only all of them can tell. So it
 * is with a Service that the tree does not show to be in one of them. */
static void together_merge(struct snapshot *together, struct finding_sink *findings,
			   const struct cluster_members *members)
{
	const uint32_t count = members->list.count;
	uint32_t kept = 0;
	struct text names = { 0 };

	array_sort(findings->items, findings->count, sizeof(*findings->items),
		   together_compare);
	for (uint32_t i = 0, end; i < findings->count; i = end) {
		struct finding f = findings->items[i];
		uint32_t clusters = 1;

		text_clear(&names);
		text_add(&names, f.cluster != NULL ? f.cluster : "");
		for (end = i + 1;
		     end < findings->count && together_is_same(&f, &findings->items[end]);
		     end++) {
			const struct finding *next = &findings->items[end];

			if (str_equal(next->cluster, findings->items[end - 1].cluster))
				continue;
			text_printf(&names, "\n%s", next->cluster != NULL ? next->cluster : "");
			clusters++;
		}
		if (f.code == CHECK_IN011 && f.place.object == NULL && clusters < count)
			continue;
		if (together_may_be_elsewhere(&f) && clusters < count)
			continue;
		if (clusters > 1)
			f.cluster = arena_strdup(&together->arena, text_str(&names));
		findings->items[kept++] = f;
	}
	findings->count = kept;
	text_release(&names);
}

static int together_compare_skipped(const void *left, const void *right)
{
	const struct skipped_check *a = left;
	const struct skipped_check *b = right;

	return a->code != b->code ? (a->code > b->code) - (a->code < b->code)
				  : (a->needs > b->needs) - (a->needs < b->needs);
}

static void together_take_findings(struct validation *out, struct snapshot *together,
				   const struct cluster_members *members)
{
	struct finding_sink *findings = &out->findings;
	uint32_t kept = 0;

	ARRAY_FOREACH (const struct cluster_member, member, &members->list) {
		const struct validation *found = member->found;
		struct cluster_result result = { .name = member->name, .site = member->site };

		result.silenced = found->silenced;
		result.install_namespace = member->snapshot->install_namespace;
		ARRAY_ADD(&together->arena, &out->clusters, result);
		ARRAY_FOREACH (const struct finding, f, &found->findings) {
			ARRAY_ADD(&together->arena, findings, *f);
			together_move(together, member, &findings->items[findings->count - 1]);
		}
		ARRAY_FOREACH (const struct silenced_finding, s,
			       &found->silenced_findings.list) {
			struct silenced_finding copy = *s;

			together_move(together, member, &copy.finding);
			ARRAY_ADD(&together->arena, &out->silenced_findings.list, copy);
		}
		ARRAY_FOREACH (const struct skipped_check, skipped, &found->skipped)
			ARRAY_ADD(&together->arena, &out->skipped, *skipped);
		out->have |= found->have;
		out->misattributed += found->misattributed;
	}
	/* A check that one cluster at least lacks something for. */
	array_sort(out->skipped.items, out->skipped.count, sizeof(*out->skipped.items),
		   together_compare_skipped);
	for (uint32_t i = 0; i < out->skipped.count; i++)
		if (kept == 0 ||
		    out->skipped.items[kept - 1].code != out->skipped.items[i].code)
			out->skipped.items[kept++] = out->skipped.items[i];
	out->skipped.count = kept;
}

/* ---- all of it ---- */

static bool together_has_run(const struct check *const *run, uint32_t count,
			     const struct check *check)
{
	for (uint32_t i = 0; i < count; i++)
		if (run[i]->run.clusters == check->run.clusters)
			return true;
	return false;
}

/* Runs the checks across clusters. */
static void together_run(struct checker *ck, const struct cluster_members *members)
{
	const struct check *run[CHECK_COUNT];
	uint32_t count = 0;

	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct check *check = &check_table[i];

		if (check->scope != SCOPE_CLUSTERS || together_has_run(run, count, check))
			continue;
		run[count++] = check;
		ck->running = check;
		check->run.clusters(ck, members);
	}
	ck->running = NULL;
}

void validate_together(struct validation *out, struct snapshot *together,
		       struct cluster_members *members, const struct validate_options *options,
		       const struct silencings *silencings)
{
	struct arena scratch;
	struct checker ck = { .snapshot = together,
			      .options = options,
			      .arena = &together->arena,
			      .scratch = &scratch,
			      .findings = { .arena = &together->arena },
			      .have = NEED_CLUSTERS };

	*out = (struct validation){ .findings = { .arena = &together->arena } };
	arena_init(&scratch);
	together_take(together, members);
	together_run(&ck, members);
	silence_quietly(&ck, silencings, &out->silenced_findings);
	together_take_findings(out, together, members);
	ARRAY_FOREACH (const struct finding, f, &ck.findings)
		ARRAY_ADD(&together->arena, &out->findings, *f);
	together_merge(together, &out->findings, members);
	validation_count(out);
	out->release = members->list.items[0].found->release;
	ARRAY_FOREACH (const struct cluster_member, member, &members->list)
		if (out->release != NULL && member->found->release != NULL &&
		    member->found->release->release.minor != out->release->release.minor)
			out->release = NULL; /* each has its own */
	out->silenced = out->silenced_findings.list.count;
	out->unknown = together->unknown.list.count;
	out->misattributed += ck.misattributed;
	arena_release(&scratch);
}
