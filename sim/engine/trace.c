/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timeline and the event sink. A note goes to both; what is too fine for people to read
 * only to the sink. Texts are made only if somebody wants them.
 */
#include "sim/engine/trace.h"

#include <stdarg.h>

#include "base/text.h"

bool trace_listens(const struct sim *sim)
{
	return sim->sinks != NULL && sim->sinks->event != NULL;
}

static bool trace_measures(const struct sim *sim)
{
	return sim->measure_from != SIM_NEVER &&
	       (sim->sinks == NULL || !sim->sinks->no_timeline);
}

bool trace_tells(const struct sim *sim)
{
	return trace_measures(sim) || trace_listens(sim);
}

/* What happens to many has one cause, mostly: then they share it. */
static const char *trace_keep_cause(struct sim *sim, const char *cause)
{
	const uint32_t count = sim->result->timeline.count;
	const char *last = count > 0 ? sim->result->timeline.items[count - 1].cause : NULL;

	if (cause == NULL)
		return NULL;
	return last != NULL && str_equal(last, cause) ? last : arena_strdup(sim->arena, cause);
}

const char *trace_words(const struct setup *setup, const struct timeline_entry *entry,
			struct arena *arena)
{
	const char *what;

	if (entry->what != NULL)
		return entry->what;
	what = arena_join(arena, entry->before, " ", setup->vips.items[entry->vip].text);
	if (entry->after != NULL && entry->after[0] != '\0')
		what = arena_join(arena, what, entry->after, "");
	if (entry->length > 0)
		what = arena_printf(arena, "%s, after %.3fs", what,
				    (double)entry->length / (double)NS_PER_SEC);
	return what;
}

/* Tells the sink, and adds to the timeline once measurements have begun. Its texts but the
 * cause are in the run's arena. */
static void trace_add(struct sim *sim, const char *cause, struct timeline_entry entry)
{
	entry.at = sim->engine.now - sim->setup->warmup;
	if (trace_listens(sim))
		sim->sinks->event(sim->sinks->context, entry.at, entry.kind,
				  trace_words(sim->setup, &entry, sim->arena), cause);
	if (!trace_measures(sim))
		return;
	entry.cause = trace_keep_cause(sim, cause);
	ARRAY_ADD(sim->arena, &sim->result->timeline, entry);
}

void trace_note(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
{
	va_list args;
	char *what;

	if (!trace_tells(sim))
		return;
	va_start(args, format);
	what = arena_vprintf(sim->arena, format, args);
	va_end(args);
	trace_add(sim, cause, (struct timeline_entry){ .kind = kind, .what = what });
}

void trace_note_vip(struct sim *sim, const struct vip_note *note)
{
	if (!trace_tells(sim))
		return;
	trace_add(sim, note->cause,
		  (struct timeline_entry){
			  .kind = note->kind,
			  .before = note->before,
			  .after = note->after,
			  .vip = note->vip,
			  .length = note->length,
		  });
}

void trace_detail(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
{
	struct arena_mark mark;
	va_list args;

	if (!trace_listens(sim))
		return;
	mark = arena_mark(sim->arena);
	va_start(args, format);
	sim->sinks->event(sim->sinks->context, sim->engine.now - sim->setup->warmup, kind,
			  arena_vprintf(sim->arena, format, args), cause);
	va_end(args);
	arena_reset(sim->arena, mark);
}
