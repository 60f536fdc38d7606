/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file that was read turns out to be, by what could and could not be read from it, and
 * how that is taken back. (I1)
 */
#include <errno.h>
#include <string.h>

#include "config/objects/object.h"
#include "config/objects/parse.h"
#include "config/repository/loading.h"
#include "config/repository/settle.h"

/* True when reading the file brought up something that is not YAML or JSON. */
bool load_found_syntax_errors(const struct snapshot *snapshot, uint32_t first_problem)
{
	for (uint32_t i = first_problem; i < snapshot->problems.count; i++)
		if (snapshot->problems.items[i].kind == PROBLEM_SYNTAX &&
		    !snapshot->problems.items[i].foreign)
			return true;
	return false;
}

/* Drops the problems of documents that are no objects: in a folder they may be there. */
void load_drop_foreign_problems(struct snapshot *snapshot, uint32_t first_problem)
{
	uint32_t kept = first_problem;

	for (uint32_t i = first_problem; i < snapshot->problems.count; i++)
		if (!snapshot->problems.items[i].foreign)
			snapshot->problems.items[kept++] = snapshot->problems.items[i];
	snapshot->problems.count = kept;
}

/*
 * True when what could not be read is on a line with a mark of a template language, or on the
 * line after one: a mark in a comment elsewhere makes no template of a file with a mistake.
 */
bool load_fails_at_template_mark(struct snapshot *snapshot, uint32_t source,
				 uint32_t first_problem, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	bool found = false;

	for (uint32_t i = first_problem; i < snapshot->problems.count && !found; i++) {
		const struct finding *problem = &snapshot->problems.items[i];
		const uint32_t line = problem->place.pos.line;
		const uint32_t lines[] = { line > 1 ? line - 1 : line, line };
		const char *texts[2] = { NULL, NULL };

		if (problem->kind != PROBLEM_SYNTAX || problem->foreign)
			continue;
		if (!source_next_lines(&snapshot->sources, source, lines, 2, scratch, texts))
			source_fail(&snapshot->sources, &snapshot->arena, source, EIO);
		found = line_has_template_mark(texts[0]) || line_has_template_mark(texts[1]) ||
			placeholder_in_line(texts[0]) || placeholder_in_line(texts[1]);
		break; /* what comes after the first one may follow from it */
	}
	arena_reset(scratch, mark);
	return found;
}

/* True when a problem of this object was found. */
static bool load_has_problem(const struct snapshot *snapshot, const struct object *object,
			     uint32_t first_problem)
{
	for (uint32_t i = first_problem; i < snapshot->problems.count; i++)
		if (snapshot->problems.items[i].place.object == object)
			return true;
	return false;
}

/* True when an object that is judged was read since `before`; `whole`: and without a problem.
 */
static bool load_has_judged(const struct snapshot *snapshot, const struct snapshot *before,
			    bool whole)
{
	for (uint32_t i = before->objects.count; i < snapshot->objects.count; i++) {
		const struct object *object = snapshot->objects.items[i];

		if (object_is_judged(object) &&
		    !(whole && load_has_problem(snapshot, object, before->problems.count)))
			return true;
	}
	return false;
}

/* True when the source after `before` is a template with PureLB's objects: it fails at a mark
 * of a template language, and nothing that is judged could be read from it as it is. */
bool load_is_template(struct snapshot *snapshot, const struct snapshot *before, uint32_t source,
		      struct arena *scratch)
{
	return !load_has_judged(snapshot, before, true) &&
	       load_fails_at_template_mark(snapshot, source, before->problems.count, scratch);
}

/* What a file is that was read and has objects, or not, and problems, or not. */
enum file_class load_class_of(struct snapshot *snapshot, const struct snapshot *before,
			      const struct file_words *words, struct arena *scratch)
{
	const bool ours = words->purelb_group || words->values ||
			  load_has_judged(snapshot, before, false);

	if (!load_found_syntax_errors(snapshot, before->problems.count))
		return snapshot->manifests > before->manifests ? FILE_OBJECTS : FILE_OTHER;
	if ((words->template_marks && !ours) ||
	    (ours && load_is_template(snapshot, before, before->sources.list.count, scratch)))
		return FILE_TEMPLATE;
	return ours ? FILE_OBJECTS : FILE_BROKEN;
}

/* True when the line has something in it that is put in before it is YAML. */
static bool load_line_is_template(struct snapshot *snapshot, uint32_t source, uint32_t line,
				  struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	const char *text = NULL;
	bool found;

	if (!source_next_lines(&snapshot->sources, source, &line, 1, scratch, &text))
		source_fail(&snapshot->sources, &snapshot->arena, source, EIO);
	found = line_has_template_mark(text) || placeholder_in_line(text);
	arena_reset(scratch, mark);
	return found;
}

/* Drops the errors that are on lines with a mark of a template, in a file of which other
 * documents are read, and tells where the first one was; false: there is none. */
bool load_drop_template_problems(struct snapshot *snapshot, uint32_t source,
				 uint32_t first_problem, struct arena *scratch,
				 struct pos *first)
{
	uint32_t kept = first_problem, line = 0;
	bool found = false, template = false;

	for (uint32_t i = first_problem; i < snapshot->problems.count; i++) {
		const struct finding *problem = &snapshot->problems.items[i];
		const struct pos pos = problem->place.pos;
		const bool syntax = problem->kind == PROBLEM_SYNTAX && !problem->foreign;

		/* A line may have very many. */
		if (syntax && pos.line != line) {
			line = pos.line;
			template = load_line_is_template(snapshot, source, line, scratch);
		}
		if (!syntax || !template) {
			snapshot->problems.items[kept++] = *problem;
			continue;
		}
		if (!found)
			*first = pos;
		found = true;
	}
	snapshot->problems.count = kept;
	return found;
}

/* Notes that objects of PureLB may be in what could not be read of a file. */
void load_note_hidden(struct snapshot *snapshot, const struct snapshot *before,
		      const struct file_words *words)
{
	if (words->group && load_found_syntax_errors(snapshot, before->problems.count))
		snapshot->hides_ours = true;
}

/* Takes back everything that reading the source after `before` has brought. */
void load_take_back(struct snapshot *snapshot, const struct snapshot *before)
{
	settle_restore_lists(snapshot, before);
	snapshot->problems.count = before->problems.count;
	snapshot->unknown.list.count = before->unknown.list.count;
	snapshot->filled.list.count = before->filled.list.count;
	memcpy(snapshot->set_aside, before->set_aside, sizeof(snapshot->set_aside));
	snapshot->hides_ours = before->hides_ours;
	snapshot->documents = before->documents;
	snapshot->manifests = before->manifests;
	snapshot->skipped = before->skipped;
	snapshot->changed = before->changed;
}

void load_report_left_out(struct snapshot *snapshot, const char *path, const char *by)
{
	const struct source source = { .name = path, .aside = true };
	struct pos pos = { 0, 1, 1 };

	ARRAY_ADD(&snapshot->arena, &snapshot->sources.list, source);
	pos.source = snapshot->sources.list.count;
	problem_add(snapshot, PROBLEM_UNRENDERED, NULL, pos, NULL,
		    "an Application of Argo CD in %s leaves out this file with PureLB objects "
		    "in it, and no other one takes it: it is not checked",
		    by)
		->hint = "if it is meant to be applied, correct directory.include or "
			 "directory.exclude of the Application";
}
