/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions as JUnit XML. */
#include "reports/run_junit.h"

#include <inttypes.h>

#include "reports/seconds.h"
#include "reports/xml.h"

static void write_case(FILE *out, const char *scenario, const char *name, bool held,
		       const char *detail)
{
	fputs("    <testcase classname=\"", out);
	xml_text(out, scenario);
	fputs("\" name=\"", out);
	xml_text(out, name);
	if (held) {
		fputs("\"/>\n", out);
		return;
	}
	fputs("\">\n      <failure message=\"", out);
	xml_text(out, detail);
	fputs("\"/>\n    </testcase>\n", out);
}

void run_junit(FILE *out, const struct plan *plan, const struct run_result *result)
{
	const char *scenario = plan->scenario->object.name.s;
	char reached[SECONDS_TEXT_MAX];
	uint32_t failed = result->cut_off ? 1 : 0;
	uint32_t count = result->assertions.count + failed;

	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		failed += !a->held;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	fprintf(out, "<testsuites tests=\"%u\" failures=\"%u\">\n", count, failed);
	fputs("  <testsuite name=\"", out);
	xml_text(out, scenario);
	fprintf(out, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n", count,
		failed);
	fprintf(out,
		"    <properties>\n      <property name=\"seed\" value=\"%" PRIu64
		"\"/>\n    </properties>\n",
		result->seed);
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		write_case(out, scenario, a->text, a->held, a->detail);
	if (result->cut_off)
		write_case(out, scenario, "the run is complete", false,
			   seconds_short(result->simulated, reached));
	fputs("  </testsuite>\n</testsuites>\n", out);
}
