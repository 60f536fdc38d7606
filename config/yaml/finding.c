/* SPDX-License-Identifier: Apache-2.0 */
/* Adding findings to a sink: all texts are formatted into the sink's arena. */
#include "config/yaml/finding.h"

#include <strings.h>

int pos_compare(struct pos a, struct pos b)
{
	if (a.source != b.source)
		return a.source < b.source ? -1 : 1;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	return (a.column > b.column) - (a.column < b.column);
}

struct finding *finding_vadd(struct finding_sink *sink, enum problem_kind kind,
			     struct place place, const char *format, va_list args)
{
	struct finding *finding = ARRAY_PUSH(sink->arena, sink);

	finding->kind = kind;
	finding->place = place;
	finding->message = arena_vprintf(sink->arena, format, args);
	return finding;
}

struct finding *finding_add(struct finding_sink *sink, enum problem_kind kind,
			    struct place place, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct finding *finding = finding_vadd(sink, kind, place, format, args);
	va_end(args);
	return finding;
}

void finding_set_hint(struct finding_sink *sink, struct finding *finding, const char *format,
		      ...)
{
	va_list args;

	va_start(args, format);
	finding->hint = arena_vprintf(sink->arena, format, args);
	finding->fix = (struct fix){ .kind = FIX_NONE };
	va_end(args);
}

void finding_fix_value(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
		       const char *old, const char *value)
{
	finding->fix = (struct fix){ .kind = kind };
	if (kind == FIX_NONE)
		return;
	finding->fix.old = arena_strdup(sink->arena, old);
	finding->fix.value = arena_strdup(sink->arena, value);
	finding->fix.title =
		kind == FIX_PLAIN || kind == FIX_QUOTE
			? arena_printf(sink->arena,
				       kind == FIX_PLAIN ? "write %s without quotes"
							 : "put %s in quotes",
				       old)
			: arena_printf(sink->arena,
				       kind == FIX_KEY ? "rename %s to %s" : "change %s to %s",
				       old, value);
}

void finding_set_fix(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
		     const char *old, const char *value, const char *before, const char *after)
{
	finding_set_hint(sink, finding, "%s%s%s", before, value, after);
	finding_fix_value(sink, finding, kind, old, value);
}

bool finding_suggest(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
		     const struct nearest *near)
{
	if (near->best == NULL)
		return false;
	finding_set_hint(sink, finding, "did you mean \"%s\"?", near->best);
	if (!near->tie)
		finding_fix_value(sink, finding, kind, near->word, near->best);
	return true;
}

void finding_fix_remove(struct finding_sink *sink, struct finding *finding, enum fix_kind kind,
			const char *old)
{
	finding->fix = (struct fix){
		.kind = kind,
		.old = old != NULL ? arena_strdup(sink->arena, old) : NULL,
		.title = arena_printf(sink->arena, "remove %s", old != NULL ? old : "the item"),
	};
}

void finding_fix_append(struct finding_sink *sink, struct finding *finding, struct pos at,
			const char *value)
{
	finding->fix = (struct fix){
		.kind = FIX_APPEND,
		.at = at,
		.value = arena_strdup(sink->arena, value),
		.title = arena_printf(sink->arena, "add %s to the list", value),
	};
}

void finding_fix_add(struct finding_sink *sink, struct finding *finding, struct pos at,
		     const char *of, const char *key, const char *value)
{
	finding->fix = (struct fix){
		.kind = FIX_ADD,
		.at = at,
		.old = of,
		.key = arena_strdup(sink->arena, key),
		.value = arena_strdup(sink->arena, value),
		.title = arena_printf(sink->arena, "add %s: %s", key, value),
	};
}

void finding_fix_wrap(struct finding_sink *sink, struct finding *finding)
{
	(void)sink;
	finding->fix = (struct fix){ .kind = FIX_WRAP, .title = "write it as a list" };
}

void finding_fix_move(struct finding_sink *sink, struct finding *finding, const char *key,
		      uint32_t levels, const char *path)
{
	finding->fix = (struct fix){
		.kind = FIX_MOVE,
		.old = arena_strdup(sink->arena, key),
		.value = arena_strdup(sink->arena, path),
		.levels = levels,
		.title = arena_printf(sink->arena, "move %s to %s", key, path),
	};
}

void finding_fix_split(struct finding_sink *sink, struct finding *finding, const char *old,
		       const char *values, const char *list)
{
	finding->fix = (struct fix){
		.kind = FIX_SPLIT,
		.old = arena_strdup(sink->arena, old),
		.value = arena_strdup(sink->arena, values),
		.key = list,
		.title = arena_printf(sink->arena, "write several entries instead of %s", old),
	};
}

void finding_fix_also(struct finding_sink *sink, struct finding *finding, struct fix other)
{
	struct fix *copy = arena_alloc(sink->arena, sizeof(*copy));

	*copy = other;
	finding->fix.also = copy;
}

void finding_fix_is_unsafe(struct finding *finding)
{
	finding->fix.unsafe = true;
}

void finding_fix_is_unsafe_but_for_case(struct finding *finding)
{
	const struct fix *fix = &finding->fix;

	finding->fix.unsafe =
		fix->old == NULL || fix->value == NULL || strcasecmp(fix->old, fix->value) != 0;
}

void finding_add_related(struct finding_sink *sink, struct finding *finding, struct pos pos,
			 const char *format, ...)
{
	struct related related = { .pos = pos };
	va_list args;

	va_start(args, format);
	related.message = arena_vprintf(sink->arena, format, args);
	va_end(args);
	ARRAY_ADD(sink->arena, &finding->related, related);
}
