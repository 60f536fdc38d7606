/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assertions of a plan: those of a scenario, and `stage 2` for what is about one stage. They
 * are read as the text of a Scenario without events.
 */
#include "cli/plan_assertions.h"

#include <string.h>

#include "base/text.h"
#include "config/repository/repository.h"
#include "reports/findings/words.h"

/* The line of the first one in the text that simulation_words() makes. */
enum { FIRST_LINE = 7 };

/* True after a word whose value `stage` may be: a Service or a group of that name. */
static bool plan_names_something(const char *text)
{
	static const char *const words[] = { "service", "pool",   "vip",      "node", "router",
					     "session", "client", "observer", NULL };
	const char *word = strrchr(text, ' ');

	return str_in(word != NULL ? word + 1 : text, words);
}

/* Takes the number after the word `stage`, or in stage=2, out of the text; 0: there is none.
 * NULL when it is not a number. */
static const char *plan_take_stage(const char *assertion, struct arena *arena, uint64_t *stage)
{
	static const char blanks[] = " \t\r\n";
	struct text rest = { 0 };
	const char *at = assertion, *copy;
	bool fine = true;

	*stage = 0;
	while (*at != '\0') {
		const size_t gap = strspn(at, blanks);
		const size_t len = strcspn(at + gap, blanks);
		const char *value;

		if (strncmp(at + gap, "stage", 5) != 0 || (len != 5 && at[gap + 5] != '=') ||
		    (len == 5 && plan_names_something(text_str(&rest)))) {
			text_add_bytes(&rest, at, gap + len);
			at += gap + len;
			continue;
		}
		value = at + gap + 5;
		value += *value == '=' ? 1 : strspn(value, blanks);
		at = value + strcspn(value, blanks);
		fine = fine && *stage == 0 &&
		       parse_u64(arena_strndup(arena, value, (size_t)(at - value)), 1,
				 UINT32_MAX, stage);
	}
	copy = arena_strdup(arena, text_str(&rest));
	text_release(&rest);
	return fine ? copy : NULL;
}

void plan_name_mistake(const struct cli *cli, const struct simulation_words *words,
		       const struct finding *mistake)
{
	const uint32_t number = mistake->place.pos.line - FIRST_LINE;
	struct text message = { 0 };

	finding_add_message(&message, mistake);
	if (mistake->hint != NULL)
		text_printf(&message, ": %s", mistake->hint);
	if (number < words->assertions.count)
		cli_error(cli, "--assert \"%s\": %s", words->assertions.items[number],
			  text_str(&message));
	else
		cli_error(cli, "--assert: %s", text_str(&message));
	text_release(&message);
}

/* False after messages: the text is one Scenario without mistakes. */
static bool plan_load_text(const struct cli *cli, const struct simulation_words *words,
			   struct snapshot *snapshot, const char *text)
{
	const uint32_t problems = snapshot->problems.count;
	const uint32_t scenarios = snapshot->scenarios.count;
	const bool fine = config_load_text(snapshot, "<command line>", text);
	const uint32_t found = snapshot->problems.count;

	for (uint32_t i = problems; i < found; i++)
		plan_name_mistake(cli, words, &snapshot->problems.items[i]);
	/* They are about the command line, not about the input. */
	snapshot->problems.count = problems;
	if (found > problems)
		return false;
	if (fine && snapshot->scenarios.count == scenarios + 1)
		return true;
	cli_error(cli, "--assert does not make assertions: check their brackets and quotes");
	return false;
}

bool plan_read_assertions(const struct cli *cli, const struct simulation_words *words,
			  uint32_t stages, struct snapshot *snapshot,
			  struct plan_assertions *out)
{
	struct simulation_words rest = { .duration = "1s" };
	const struct scenario *scenario;
	const char *text;
	uint32_t *of;

	*out = (struct plan_assertions){ .items = NULL };
	if (words->assertions.count == 0)
		return true;
	of = arena_zalloc(&snapshot->arena, words->assertions.count, sizeof(*of));
	for (uint32_t i = 0; i < words->assertions.count; i++) {
		const char *word = words->assertions.items[i];
		uint64_t stage;
		const char *without = plan_take_stage(word, &snapshot->arena, &stage);

		if (without == NULL || stage > stages) {
			cli_error(cli, "--assert \"%s\": stage is a number from 1 to %u", word,
				  stages);
			return false;
		}
		of[i] = (uint32_t)stage;
		ARRAY_ADD(&snapshot->arena, &rest.assertions, without);
	}
	(void)simulation_words(&rest, &snapshot->arena, &text);
	if (!plan_load_text(cli, words, snapshot, text))
		return false;
	scenario = snapshot->scenarios.items[snapshot->scenarios.count - 1];
	*out = (struct plan_assertions){
		.items = scenario->assertions.list.items,
		.stages = of,
		.count = scenario->assertions.list.count,
		.source = scenario->object.pos.source,
	};
	if (out->count == words->assertions.count)
		return true;
	cli_error(cli, "--assert does not make assertions: check their brackets and quotes");
	return false;
}
