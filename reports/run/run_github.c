/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions that did not hold, as workflow commands beside the lines of the scenario. */
#include "reports/run/run.h"

#include "base/text.h"
#include "reports/run/words.h"
#include "reports/findings/words.h"
#include "reports/formats/workflow.h"
#include "reports/model/report.h"

static void run_github_fail(FILE *out, const struct setup *setup, struct pos pos,
			    const char *title, const char *detail)
{
	const char *file = finding_file(setup->cluster->snapshot, pos);

	workflow_annotate(out, "error", file != NULL ? plain_file_name(file) : NULL, pos.line,
			  pos.column, title, detail, NULL);
}

static void run_github_end(FILE *out, uint32_t held, uint32_t count)
{
	fprintf(out, "purelbtool: %u of %u assertion%s held\n", held, count,
		count == 1 ? "" : "s");
}

void run_github(FILE *out, const struct setup *setup, const struct run_result *result)
{
	const struct pos scenario = setup->scenario->object.pos;
	char reached[SECONDS_TEXT_MAX];
	struct text why = { 0 };
	uint32_t held = 0;

	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions) {
		held += a->held;
		if (!a->held)
			run_github_fail(out, setup, a->assertion->at.pos, a->text, a->detail);
	}
	if (result->cut_off) {
		text_printf(&why, "stopped after %s of simulated time",
			    seconds_short(result->simulated, reached));
		run_github_fail(out, setup, scenario, "the run is not complete",
				text_str(&why));
	}
	run_github_end(out, held, result->assertions.count);
	text_release(&why);
}

void many_github(FILE *out, const struct setup *setup, const struct many_result *result)
{
	const struct pos scenario = setup->scenario->object.pos;
	const struct scenario_assertions *written = &setup->scenario->assertions;
	struct text detail = { 0 };
	uint32_t held = 0;

	for (uint32_t i = 0; i < result->assertions.count; i++) {
		const struct many_assertion *a = &result->assertions.items[i];

		if (a->held_in == result->done) {
			held++;
			continue;
		}
		text_clear(&detail);
		many_add_verdict(&detail, a, result);
		run_github_fail(out, setup,
				i < written->list.count ? written->list.items[i].at.pos
							: scenario,
				a->text, text_str(&detail));
	}
	text_clear(&detail);
	many_add_completion(&detail, result);
	if (result->done < result->runs || result->cut_off > 0)
		run_github_fail(out, setup, scenario, "the runs are not complete",
				text_str(&detail));
	run_github_end(out, held, result->assertions.count);
	text_release(&detail);
}
