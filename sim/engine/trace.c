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
	return sim->measure_from != SIM_NEVER;
}

/* What happens to many has one cause, mostly: then they share it. */
static const char *trace_keep_cause(struct sim *sim, const char *cause)
{
	const uint32_t count = sim->result->timeline.count;
	const char *last = count > 1 ? sim->result->timeline.items[count - 2].cause : NULL;

	if (cause == NULL)
		return NULL;
	return last != NULL && str_equal(last, cause) ? last : arena_strdup(sim->arena, cause);
}

/* Tells the sink, and adds to the timeline once measurements have begun; NULL before. `what`
 * is in the run's arena. */
static struct timeline_entry *trace_add(struct sim *sim, const char *kind, const char *what,
					const char *cause)
{
	const sim_ns at = sim->engine.now - sim->setup->warmup;
	struct timeline_entry *entry;

	if (trace_listens(sim))
		sim->sinks->event(sim->sinks->context, at, kind, what, cause);
	if (!trace_measures(sim))
		return NULL;
	entry = ARRAY_PUSH(sim->arena, &sim->result->timeline);
	entry->at = at;
	entry->kind = kind;
	entry->what = what;
	entry->cause = trace_keep_cause(sim, cause);
	return entry;
}

void trace_note(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
{
	va_list args;
	char *what;

	if (!trace_measures(sim) && !trace_listens(sim))
		return;
	va_start(args, format);
	what = arena_vprintf(sim->arena, format, args);
	va_end(args);
	(void)trace_add(sim, kind, what, cause);
}

void trace_note_vip(struct sim *sim, const struct vip_note *note)
{
	struct timeline_entry *entry;
	char *what;

	if (!trace_measures(sim) && !trace_listens(sim))
		return;
	what = arena_join(sim->arena, note->before, " ",
			  sim->setup->vips.items[note->vip].text);
	if (note->after[0] != '\0')
		what = arena_join(sim->arena, what, note->after, "");
	if (note->length > 0)
		what = arena_printf(sim->arena, "%s, after %.3fs", what,
				    (double)note->length / (double)NS_PER_SEC);
	entry = trace_add(sim, note->kind, what, note->cause);
	if (entry == NULL)
		return;
	entry->before = note->before;
	entry->after = note->after;
	entry->vip = note->vip;
	entry->length = note->length;
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
