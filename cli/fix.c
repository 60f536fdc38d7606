/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate --fix: fixes of findings, written into the files they are in. (A1)
 *
 * Fixes that do not touch are tried together on texts in memory, and everything is validated
 * again: a step is kept when each of its findings has gone and no other of the severity of one
 * of them or above has come. Of a step that fails the first half is tried, down to one fix,
 * which is then left out. So two fixes that touch are applied one after another, with a check
 * between. Files are written when all is over, each at once, and only when they are still what
 * was read.
 */
#include "cli/fix.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/fix_diff.h"
#include "config/yaml/fix.h"
#include "config/yaml/fix_parts.h"

enum {
	FIX_TRIALS_MAX = 500,
	/* A trial reads and validates everything, so large inputs get fewer of them. */
	FIX_TRIALS_MIN = 12,
	FIX_WORK_MAX = 20 * 1000 * 1000, /* bytes of texts, and so many for the rest: */
	FIX_WORK_OF_ONE = 200,           /* an object or a finding */
};

/* A file that fixes go into. */
struct fix_target {
	const char *name; /* as the source has it */
	const char *path; /* absolute, as source_text has it */
	bool standard_input;
	bool link; /* the name is that of a symbolic link */
	const char *original;
	size_t original_len;
	const char *text; /* as fixed so far */
	size_t len;
	uint32_t fixes;
};

struct fixing {
	const struct cli *cli;
	struct common *common;
	const struct fix_request *request;
	struct arena *arena; /* of the command: reports read what is in it */
	ARRAY_OF(struct fix_target) targets;
	ARRAY_OF(const char *) refused; /* keys of findings whose fix does not do */
	struct fix_state now;
	uint32_t trials;
	size_t work; /* of the trials, see FIX_WORK_MAX */
	bool unread; /* something could not be read that nobody else tells */
};

struct fix_pick {
	const struct finding *finding;
	uint32_t target;
};

struct fix_picks {
	ARRAY_OF(struct fix_pick) list;
};

/* ---- what a finding is known by ---- */

/*
 * What of that a step changes by itself: one that renames or moves an object the names of all
 * its findings, one that adds or removes entries the numbers of those after them.
 */
struct fix_looseness {
	bool names, numbers;
};

/* A path without the numbers in brackets. */
static const char *fix_loose_path(struct arena *arena, const char *path)
{
	char *copy = arena_strdup(arena, path), *to = copy;

	for (const char *from = path; *from != '\0'; from++)
		if (!isdigit((unsigned char)*from) || to == copy || to[-1] != '[')
			*to++ = *from;
	*to = '\0';
	return copy;
}

static const char *fix_finding_key(struct arena *arena, const struct finding *f,
				   struct fix_looseness loose, bool message)
{
	const struct object *o = loose.names ? NULL : f->place.object;
	const char *path = f->place.path != NULL ? f->place.path : "";

	return arena_printf(arena, "%u %s/%s/%s %s %s", f->code,
			    o != NULL && o->kind_name != NULL ? o->kind_name : "",
			    o != NULL && o->namespace != NULL ? o->namespace : "",
			    o != NULL && o->name.s != NULL ? o->name.s : "",
			    loose.numbers ? fix_loose_path(arena, path) : path,
			    message ? f->message : "");
}

/* With its text: what it was before a step. */
static const char *fix_exact_key(struct arena *arena, const struct finding *f)
{
	return fix_finding_key(arena, f, (struct fix_looseness){ false, false }, true);
}

static struct fix_looseness fix_step_looseness(const struct fix_picks *picks, uint32_t count)
{
	struct fix_looseness loose = { false, false };

	for (uint32_t i = 0; i < count; i++) {
		const struct finding *f = picks->list.items[i].finding;

		loose.numbers = loose.numbers || fix_is_of_parts(f->fix.kind);
		loose.names = loose.names ||
			      (f->place.path != NULL &&
			       str_in(f->place.path,
				      (const char *const[]){ "metadata.name", "metadata",
							     "metadata.namespace", NULL }));
	}
	return loose;
}

struct fix_keys {
	ARRAY_OF(const char *) list; /* sorted */
};

static int fix_compare_keys(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void fix_collect_keys(struct fixing *f, const struct validation *found,
			     enum severity severity, struct fix_looseness loose, bool message,
			     struct fix_keys *out)
{
	ARRAY_FOREACH (const struct finding, finding, &found->findings)
		if (finding->severity >= severity)
			ARRAY_ADD(f->arena, &out->list,
				  fix_finding_key(f->arena, finding, loose, message));
	if (out->list.count > 0)
		qsort(out->list.items, out->list.count, sizeof(out->list.items[0]),
		      fix_compare_keys);
}

static uint32_t fix_count_key(const struct fix_keys *keys, const char *key)
{
	uint32_t low = 0, high = keys->list.count, count = 0;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (strcmp(keys->list.items[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < keys->list.count &&
	       strcmp(keys->list.items[low + count], key) == 0)
		count++;
	return count;
}

/* True when the step has done what it was for, and nothing else. */
static bool fix_step_holds(struct fixing *f, const struct fix_picks *picks, uint32_t count,
			   const struct validation *after)
{
	enum severity least = SEVERITY_FAIL;
	const struct fix_looseness loose = fix_step_looseness(picks, count);
	const struct fix_looseness exact = { false, false };
	struct fix_keys old = { 0 }, new = { 0 }, old_texts = { 0 }, new_texts = { 0 };

	for (uint32_t i = 0; i < count; i++)
		if (picks->list.items[i].finding->severity < least)
			least = picks->list.items[i].finding->severity;
	fix_collect_keys(f, &f->now.found, least, loose, false, &old);
	fix_collect_keys(f, after, least, loose, false, &new);
	for (uint32_t i = 0; i < new.list.count; i++)
		if (fix_count_key(&new, new.list.items[i]) >
		    fix_count_key(&old, new.list.items[i]))
			return false;
	fix_collect_keys(f, &f->now.found, least, exact, true, &old_texts);
	fix_collect_keys(f, after, least, exact, true, &new_texts);
	for (uint32_t i = 0; i < count; i++) {
		const char *key = fix_exact_key(f->arena, picks->list.items[i].finding);

		if (fix_count_key(&new_texts, key) >= fix_count_key(&old_texts, key))
			return false;
	}
	return true;
}

/* ---- files ---- */

static bool fix_is_standard_input(const struct source *source)
{
	return str_equal(source->name, "<stdin>");
}

/* The number of the file that a source is, which is read the first time; -1: none to write. */
static int fix_target_of(struct fixing *f, uint32_t index)
{
	struct sources *sources = &f->now.snapshot->sources;
	const struct source *source = &sources->list.items[index];
	const uint32_t errors = sources->errors.count;
	struct fix_target *target;
	size_t len = 0;
	char *bytes, *here;
	struct stat st;
	bool link;

	for (uint32_t i = 0; i < f->targets.count; i++)
		if (str_equal(f->targets.items[i].name, source->name))
			return (int)i;
	if (source->bundle != 0 || (source->aside && !source->layer) ||
	    (source->spool != NULL && !fix_is_standard_input(source)))
		return -1;
	link = lstat(source->name, &st) == 0 && S_ISLNK(st.st_mode);
	bytes = fix_read_source(sources, &f->now.snapshot->arena, index, &len);
	/* The errors of what the command was given are told at its end. */
	if (f->now.loaded.list.count > 0 &&
	    !common_within_bounds(f->cli, f->now.snapshot, errors))
		f->unread = true;
	here = getcwd(NULL, 0);
	if (here == NULL) {
		cli_error(f->cli, "cannot determine the current folder: %s", strerror(errno));
		f->unread = true;
	}
	if (bytes == NULL || here == NULL) {
		free(bytes);
		free(here);
		return -1;
	}
	target = ARRAY_PUSH(f->arena, &f->targets);
	target->name = arena_strdup(f->arena, source->name);
	target->standard_input = fix_is_standard_input(source);
	target->link = link;
	if (source->name[0] == '/') {
		target->path = target->name;
	} else {
		const char *name = target->standard_input ? "-" : target->name;

		while (str_has_prefix(name, "./"))
			name += 2;
		target->path =
			arena_printf(f->arena, "%s/%s", str_equal(here, "/") ? "" : here, name);
	}
	target->original = target->text = arena_strndup(f->arena, bytes, len);
	target->original_len = target->len = len;
	free(bytes);
	free(here);
	return (int)f->targets.count - 1;
}

/* ---- which fixes ---- */

static int fix_compare_picks(const void *left, const void *right)
{
	const struct fix_pick *a = left, *b = right;

	if (a->target != b->target)
		return a->target < b->target ? -1 : 1;
	return (a->finding->fix.edits[0].offset > b->finding->fix.edits[0].offset) -
	       (a->finding->fix.edits[0].offset < b->finding->fix.edits[0].offset);
}

static bool fix_is_refused(struct fixing *f, const struct finding *finding)
{
	const char *key = fix_exact_key(f->arena, finding);

	ARRAY_FOREACH (const char *, refused, &f->refused)
		if (strcmp(*refused, key) == 0)
			return true;
	return false;
}

/* The fixes that can be applied now, in order, none of which touches another. */
static void fix_pick_all(struct fixing *f, struct fix_picks *picks)
{
	uint32_t kept = 0;

	ARRAY_FOREACH (const struct finding, finding, &f->now.found.findings) {
		struct fix_pick pick = { .finding = finding };
		int target;

		if (finding->fix.edit_count == 0 || finding->severity == SEVERITY_PASS ||
		    (finding->fix.unsafe && !f->request->unsafe) || fix_is_refused(f, finding))
			continue;
		target = fix_target_of(f, finding->fix.edits[0].from.source - 1);
		if (target < 0 || fix_end(&finding->fix) > f->targets.items[target].len)
			continue;
		pick.target = (uint32_t)target;
		ARRAY_ADD(f->arena, &picks->list, pick);
	}
	if (picks->list.count > 0)
		qsort(picks->list.items, picks->list.count, sizeof(picks->list.items[0]),
		      fix_compare_picks);
	for (uint32_t i = 0; i < picks->list.count; i++) {
		const struct fix_pick *pick = &picks->list.items[i];
		const struct fix_pick *last = kept > 0 ? &picks->list.items[kept - 1] : NULL;

		if (last != NULL && last->target == pick->target &&
		    pick->finding->fix.edits[0].offset <= fix_end(&last->finding->fix))
			continue;
		picks->list.items[kept++] = *pick;
	}
	picks->list.count = kept;
}

/* ---- a step ---- */

void fix_state_release(struct fix_state *state)
{
	cluster_release(state->cluster);
	clusters_release(&state->loaded);
}

/* What all files hold once the first `count` fixes are in. */
static void fix_texts(struct fixing *f, const struct fix_picks *picks, uint32_t count,
		      struct source_texts *out)
{
	for (uint32_t i = 0; i < f->targets.count; i++) {
		const struct fix_target *target = &f->targets.items[i];
		const struct source_text text = { target->path, target->text, target->len };

		ARRAY_ADD(f->arena, &out->list, text);
	}
	for (uint32_t i = 0, end; i < count; i = end) {
		const uint32_t target = picks->list.items[i].target;
		struct source_text *text = &out->list.items[target];
		struct text new = { 0 };
		size_t at = 0;

		for (end = i; end < count && picks->list.items[end].target == target; end++) {
			const struct fix *fix = &picks->list.items[end].finding->fix;

			for (uint32_t e = 0; e < fix->edit_count; e++) {
				const struct fix_edit *edit = &fix->edits[e];

				text_add_bytes(&new, text->text + at,
					       (size_t)edit->offset - at);
				text_add(&new, edit->text);
				at = (size_t)edit->offset + edit->bytes;
			}
		}
		text_add_bytes(&new, text->text + at, text->bytes - at);
		text->text = arena_strndup(f->arena, text_str(&new), new.len);
		text->bytes = new.len;
		text_release(&new);
	}
}

/* Tries the first `count` fixes; true when they were kept. */
static bool fix_try(struct fixing *f, const struct fix_picks *picks, uint32_t count)
{
	struct source_texts *texts = arena_zalloc(f->arena, 1, sizeof(*texts));
	struct fix_state next = { .cluster = arena_zalloc(f->arena, 1, sizeof(*next.cluster)) };
	bool holds;

	f->trials++;
	fix_texts(f, picks, count, texts);
	ARRAY_FOREACH (const struct source_text, text, &texts->list)
		f->work += text->bytes;
	f->work += (size_t)FIX_WORK_OF_ONE *
		   (f->now.snapshot->objects.count + f->now.found.findings.count);
	f->common->texts = texts;
	clusters_load(f->common, f->common->inputs, f->common->input_count, &next.loaded);
	next.snapshot = next.loaded.list.items[0];
	f->request->validate(f->request->about, &next);
	f->common->texts = NULL;
	holds = next.loaded.list.count == 1 && next.snapshot->sources.errors.count == 0 &&
		fix_step_holds(f, picks, count, &next.found);
	if (!holds) {
		fix_state_release(&next);
		return false;
	}
	for (uint32_t i = 0; i < count; i++)
		f->targets.items[picks->list.items[i].target].fixes++;
	for (uint32_t i = 0; i < f->targets.count; i++) {
		f->targets.items[i].text = texts->list.items[i].text;
		f->targets.items[i].len = texts->list.items[i].bytes;
	}
	if (f->now.loaded.list.count > 0)
		fix_state_release(&f->now);
	f->now = next;
	return true;
}

static bool fix_may_try(const struct fixing *f)
{
	return f->trials < FIX_TRIALS_MIN ||
	       (f->trials < FIX_TRIALS_MAX && f->work < FIX_WORK_MAX);
}

static void fix_apply_all(struct fixing *f)
{
	uint32_t most = UINT32_MAX;

	while (fix_may_try(f)) {
		struct fix_picks picks = { 0 };
		uint32_t count;

		fix_pick_all(f, &picks);
		count = picks.list.count < most ? picks.list.count : most;
		if (count == 0)
			return;
		if (fix_try(f, &picks, count)) {
			most = UINT32_MAX;
			continue;
		}
		most = count / 2;
		if (count > 1)
			continue;
		most = UINT32_MAX;
		ARRAY_ADD(f->arena, &f->refused,
			  fix_exact_key(f->arena, picks.list.items[0].finding));
	}
}

/* ---- what changed ---- */

static bool fix_write_target(struct fixing *f, const struct fix_target *target)
{
	const char *error;

	if (f->request->diff)
		return fix_diff_write(f->cli, target->standard_input ? "-" : target->name,
				      target->original, target->original_len, target->text,
				      target->len, f->arena);
	if (target->standard_input) {
		fwrite(target->text, 1, target->len, f->cli->out);
		return true;
	}
	if (target->fixes == 0)
		return true;
	error = output_replace(target->name, target->link, target->original,
			       target->original_len, target->text, target->len, f->arena);
	if (error == NULL)
		cli_error(f->cli, "fixed %u %s in %s", target->fixes,
			  target->fixes == 1 ? "finding" : "findings", target->name);
	else
		cli_error(f->cli, "cannot fix %s: %s; the file is as it was", target->name,
			  error);
	return error == NULL;
}

bool fix_prints_text(const struct common *common)
{
	for (uint32_t i = 0; i < common->input_count; i++)
		if (str_equal(common->inputs[i], "-"))
			return true;
	return false;
}

bool fix_run(const struct cli *cli, struct common *common, const struct fix_request *request,
	     struct fix_state *state)
{
	struct fixing f = { cli,    common, request, &common->arena, { 0 }, { 0 },
			    *state, 0,      0,       false };
	bool fine;

	for (uint32_t i = 0; i < state->snapshot->sources.list.count; i++)
		if (fix_is_standard_input(&state->snapshot->sources.list.items[i]))
			(void)fix_target_of(&f, i);
	fix_apply_all(&f);
	fine = !f.unread;
	ARRAY_FOREACH (const struct fix_target, target, &f.targets)
		fine = fix_write_target(&f, target) && fine;
	if (!fix_may_try(&f))
		cli_error(cli, "not all fixes were tried: run it again, or on fewer files at "
			       "once");
	/* Findings are about the files as they are. */
	if ((request->diff || !fine) && f.now.loaded.list.count > 0) {
		fix_state_release(&f.now);
		f.now = *state;
	}
	*state = f.now;
	return fine;
}
