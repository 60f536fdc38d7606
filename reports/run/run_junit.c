/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions as JUnit XML. */
#include "reports/run/run.h"

#include <inttypes.h>

#include "base/text.h"
#include "reports/run/words.h"
#include "reports/model/report.h"
#include "reports/formats/junit.h"

enum { SEED_TEXT_MAX = 24 };

static void junit_begin_run(FILE *out, const char *suite, uint32_t count, uint32_t failed,
			    uint64_t seed)
{
	char text[SEED_TEXT_MAX];

	snprintf(text, sizeof(text), "%" PRIu64, seed);
	junit_begin_suite(out, suite, count, failed, "seed", text);
}

/* ---- one run ---- */

void run_junit(FILE *out, const struct setup *setup, const struct run_result *result)
{
	const char *scenario = setup->scenario->object.name.s;
	char reached[SECONDS_TEXT_MAX];
	struct text why = { 0 };
	uint32_t failed = result->cut_off ? 1 : 0;
	uint32_t count = result->assertions.count + failed;

	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		failed += !a->held;
	junit_begin_run(out, scenario, count, failed, result->seed);
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		junit_write_case(out, scenario, a->text, a->held, a->detail);
	if (result->cut_off) {
		text_printf(&why, "stopped after %s of simulated time",
			    seconds_short(result->simulated, reached));
		junit_write_case(out, scenario, "the run is complete", false, text_str(&why));
	}
	text_release(&why);
	junit_end_suite(out);
}

/* ---- many runs ---- */

static bool junit_held_in_all(const struct many_assertion *a, const struct many_result *result)
{
	return a->held_in == result->done;
}

static void junit_write_assertion(FILE *out, const char *scenario,
				  const struct many_assertion *a,
				  const struct many_result *result)
{
	struct text detail = { 0 };

	if (!junit_held_in_all(a, result))
		many_add_verdict(&detail, a, result);
	junit_write_case(out, scenario, a->text, junit_held_in_all(a, result),
			 text_str(&detail));
	text_release(&detail);
}

void many_junit(FILE *out, const struct many_result *result)
{
	const char *scenario = result->subject->scenario;
	const bool complete = result->done == result->runs && result->cut_off == 0;
	struct text detail = { 0 };
	uint32_t failed = !complete;

	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions)
		failed += !junit_held_in_all(a, result);
	junit_begin_run(out, scenario, result->assertions.count + !complete, failed,
			result->seed);
	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions)
		junit_write_assertion(out, scenario, a, result);
	many_add_completion(&detail, result);
	if (!complete)
		junit_write_case(out, scenario, "the runs are complete", false,
				 text_str(&detail));
	junit_end_suite(out);
	text_release(&detail);
}
