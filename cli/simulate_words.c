/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scenario from the command line (S6.5c): `--event '5s nodeCrash node-a'` and
 * `--assert 'maxOutage 10s'` become the text of a Scenario, which is read and checked like any
 * other. Words are taken as they are written; what they cannot be is a finding at their place.
 */
#include "cli/simulate.h"

#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "config/objects/scenario.h"

enum { TAIL_SECONDS = 120 }; /* simulated after the last event or assertion */

/* The next word of `rest`, in the arena; NULL: there is none. What opens a bracket goes on to
 * its end. */
static const char *words_next(const char **rest, struct arena *arena)
{
	const char *begin = *rest + strspn(*rest, " \t\r\n");
	const char *end = begin;
	int depth = 0;

	while (*end != '\0' && (depth > 0 || strchr(" \t\r\n", *end) == NULL)) {
		depth += (*end == '{' || *end == '[') - (*end == '}' || *end == ']');
		end++;
	}
	*rest = end;
	return end > begin ? arena_printf(arena, "%.*s", (int)(end - begin), begin) : NULL;
}

/* "5s", or "5s..15s" for any time between. */
static void words_add_time(struct text *text, const char *time)
{
	const char *between = strstr(time, "..");

	if (between != NULL && time[0] != '{')
		text_printf(text, "{uniform: [%.*s, %s]}", (int)(between - time), time,
			    between + 2);
	else
		text_add(text, time);
}

/* What follows the name of an event: "node-a", "node-a node-b", "node=node-a by=3s", or YAML.
 * What is not named is the `subject` of the event. Returns a word that is half of one, as
 * "by=" is, or NULL. */
static const char *words_add_arguments(struct text *text, const char *subject, const char *rest,
				       struct arena *arena)
{
	const char *half = NULL;
	struct text names = { 0 };
	struct text fields = { 0 };
	uint32_t count = 0;

	for (const char *word = words_next(&rest, arena); word != NULL;
	     word = words_next(&rest, arena)) {
		const char *equals =
			word[0] != '{' && word[0] != '[' ? strchr(word, '=') : NULL;

		if (equals != NULL && (equals == word || equals[1] == '\0'))
			half = word;
		if (equals != NULL) {
			text_printf(&fields, "%s%.*s: %s", fields.len > 0 ? ", " : "",
				    (int)(equals - word), word, equals + 1);
			continue;
		}
		text_printf(&names, "%s%s", names.len > 0 ? ", " : "", word);
		count++;
	}
	if (fields.len > 0 && count > 0)
		text_printf(text, count > 1 ? "{%s: [%s], %s}" : "{%s: %s, %s}", subject,
			    text_str(&names), text_str(&fields));
	else if (fields.len > 0)
		text_printf(text, "{%s}", text_str(&fields));
	else if (count > 1)
		text_printf(text, "[%s]", text_str(&names));
	else if (count == 1)
		text_add(text, text_str(&names));
	text_release(&names);
	text_release(&fields);
	return half;
}

/* Notes when something happens, the latest that it can. */
static void words_note_time(const char *time, int64_t *latest)
{
	const char *last = strstr(time, "..") != NULL ? strstr(time, "..") + 2 : time;
	int64_t at;

	if (duration_parse(last, &at) && at > *latest)
		*latest = at;
}

static const char *words_add_event(struct text *text, const char *event, struct arena *arena,
				   int64_t *latest)
{
	const char *rest = event;
	const char *time = words_next(&rest, arena);
	const char *name = words_next(&rest, arena);
	const char *subject;
	const char *half;

	if (name == NULL)
		return arena_printf(arena,
				    "--event \"%s\" is not a time and an event: write it like "
				    "'5s nodeCrash node-a'",
				    event);
	if (scenario_event_subject(time) != NULL)
		return arena_printf(arena,
				    "--event \"%s\" does not begin with a time: write that "
				    "first, as in '5s nodeCrash node-a'",
				    event);
	words_note_time(time, latest);
	text_add(text, "  - {at: ");
	words_add_time(text, time);
	text_printf(text, ", %s: ", name);
	subject = scenario_event_subject(name);
	half = words_add_arguments(text, subject != NULL ? subject : "node", rest, arena);
	text_add(text, "}\n");
	if (half == NULL)
		return NULL;
	return arena_printf(arena,
			    "--event \"%s\": \"%s\" is not a name and a value: write it like "
			    "by=3s, without spaces around the =",
			    event, half);
}

/* The value of `key`, which is "key=value" or followed by it; NULL: it has none. A flag needs
 * none. *length is that of the name. */
static const char *words_value(const char *key, size_t *length, const char **rest,
			       struct arena *arena)
{
	static const char *const flags[] = { "allAnnounced", "noneAnnounced", NULL };
	static const char *const booleans[] = { "true", "false", NULL };
	const char *after = *rest;
	const char *value;

	*length = strcspn(key, "=");
	if (key[*length] == '=')
		return key + *length + 1;
	value = words_next(&after, arena);
	if (str_in(key, flags) && (value == NULL || !str_in(value, booleans)))
		return "true";
	*rest = after;
	return value;
}

static void words_add_assertion(struct text *text, const char *assertion, struct arena *arena,
				int64_t *latest)
{
	const char *rest = assertion;
	bool first = true;

	text_add(text, "  - {");
	for (const char *key = words_next(&rest, arena); key != NULL;
	     key = words_next(&rest, arena)) {
		size_t length;
		const char *value = words_value(key, &length, &rest, arena);
		const char *name = arena_printf(arena, "%.*s", (int)length, key);

		if (str_equal(name, "at") && value != NULL)
			words_note_time(value, latest);
		text_printf(text, "%s%s: %s", first ? "" : ", ", name,
			    value != NULL ? value : "");
		first = false;
	}
	text_add(text, "}\n");
}

const char *simulation_words(const struct simulation_words *words, struct arena *arena,
			     const char **scenario)
{
	char duration[DURATION_TEXT_MAX];
	struct text lists = { 0 };
	const char *error = NULL;
	int64_t latest = 0;

	if (words->events.count > 0)
		text_add(&lists, "  events:\n");
	ARRAY_FOREACH (const char *const, event, &words->events) {
		if (error == NULL)
			error = words_add_event(&lists, *event, arena, &latest);
	}
	if (words->assertions.count > 0)
		text_add(&lists, "  assertions:\n");
	ARRAY_FOREACH (const char *const, assertion, &words->assertions)
		words_add_assertion(&lists, *assertion, arena, &latest);
	duration_format(latest + TAIL_SECONDS * NS_PER_SEC, duration);
	*scenario = arena_printf(arena,
				 "apiVersion: purelbtool.purelb.io/v1\n"
				 "kind: Scenario\n"
				 "metadata: {name: command-line}\n"
				 "spec:\n"
				 "  duration: %s\n%s",
				 words->duration != NULL ? words->duration : duration,
				 text_str(&lists));
	text_release(&lists);
	return error;
}
