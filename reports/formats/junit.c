/* SPDX-License-Identifier: Apache-2.0 */
/* What JUnit XML of assertions and losses is made of. */
#include "reports/formats/junit.h"

#include "reports/formats/page.h"

void junit_begin_suite(FILE *out, const char *suite, uint32_t count, uint32_t failed,
		       const char *property, const char *value)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	fprintf(out, "<testsuites tests=\"%u\" failures=\"%u\">\n", count, failed);
	fputs("  <testsuite name=\"", out);
	xml_text(out, suite);
	fprintf(out, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\">\n", count,
		failed);
	if (property == NULL)
		return;
	fputs("    <properties>\n      <property name=\"", out);
	xml_text(out, property);
	fputs("\" value=\"", out);
	xml_text(out, value);
	fputs("\"/>\n    </properties>\n", out);
}

void junit_write_case(FILE *out, const char *suite, const char *name, bool held,
		      const char *detail)
{
	fputs("    <testcase classname=\"", out);
	xml_text(out, suite);
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

void junit_end_suite(FILE *out)
{
	fputs("  </testsuite>\n</testsuites>\n", out);
}
