/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as JUnit XML. */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

#include "reports/formats/page.h"

struct printer {
	FILE *out;
	const struct validation *v;
	const struct snapshot *snapshot;
	enum severity threshold;
	bool seen[CHECK_COUNT]; /* has a case: found, silenced or skipped */
};

/* ---- cases ---- */

/* Opens a case; the caller writes what is in it and closes it. */
static void findings_junit_begin_case(const struct printer *p, const char *class,
				      const char *name)
{
	fputs("    <testcase classname=\"purelbtool.", p->out);
	xml_text(p->out, class);
	fputs("\" name=\"", p->out);
	xml_text(p->out, name);
	fputs("\" time=\"0\"", p->out);
}

static void findings_junit_write_element(const struct printer *p, const char *element,
					 const char *s)
{
	fprintf(p->out, "      <%s>", element);
	xml_text(p->out, s);
	fprintf(p->out, "</%s>\n", element);
}

/* A case with one element of text in it. */
static void findings_junit_write_case(const struct printer *p, const char *class,
				      const char *name, const char *element, const char *s)
{
	findings_junit_begin_case(p, class, name);
	fputs(">\n", p->out);
	findings_junit_write_element(p, element, s);
	fputs("    </testcase>\n", p->out);
}

/* "overlap-rejected: ServiceGroup purelb-system/web spec.local" */
static void findings_junit_add_name(struct text *t, const struct printer *p,
				    const struct finding *f)
{
	const struct finding *d = f;
	const char *source = finding_source(p->snapshot, d->place.pos);

	text_add(t, check_table[f->code].slug);
	if (d->place.object != NULL) {
		text_add(t, ": ");
		finding_add_resource(t, d->place.object);
	} else if (source != NULL) {
		text_printf(t, ": %s", plain_file_name(source));
	}
	if (d->place.path != NULL)
		text_printf(t, " %s", d->place.path);
	finding_add_cluster(t, f);
}

static void findings_junit_add_place(struct text *t, const struct printer *p, struct pos pos)
{
	const char *source = finding_source(p->snapshot, pos);

	if (source != NULL)
		text_printf(t, "%s:%u:%u", source, (unsigned)pos.line, (unsigned)pos.column);
}

/* All that is said about the finding, in lines. */
static void findings_junit_add_details(struct text *t, const struct printer *p,
				       const struct finding *f)
{
	text_printf(t, "%s %s: ", severity_name(f->severity), check_table[f->code].code);
	finding_add_message(t, f);
	if (f->place.pos.source != 0) {
		text_add(t, "\nat ");
		findings_junit_add_place(t, p, f->place.pos);
	}
	ARRAY_FOREACH (const struct related, r, &f->related) {
		text_add(t, "\nnote: ");
		if (r->pos.source != 0) {
			findings_junit_add_place(t, p, r->pos);
			text_add(t, ": ");
		}
		text_add(t, r->message);
	}
	if (f->hint != NULL)
		text_printf(t, "\nfix: %s", f->hint);
}

static void findings_junit_write_failure(const struct printer *p, const struct finding *f,
					 const char *details)
{
	fprintf(p->out, "      <failure type=\"%s\" message=\"", severity_name(f->severity));
	xml_text(p->out, f->message);
	fputs("\">", p->out);
	xml_text(p->out, details);
	fputs("</failure>\n", p->out);
}

static void findings_junit_write_finding(const struct printer *p, const struct finding *f)
{
	struct text name = { 0 };
	struct text details = { 0 };

	findings_junit_add_name(&name, p, f);
	findings_junit_add_details(&details, p, f);
	findings_junit_begin_case(p, check_table[f->code].code, text_str(&name));
	fputs(">\n", p->out);
	if (f->severity >= p->threshold)
		findings_junit_write_failure(p, f, text_str(&details));
	else
		findings_junit_write_element(p, "system-out", text_str(&details));
	fputs("    </testcase>\n", p->out);
	text_release(&name);
	text_release(&details);
}

static void findings_junit_write_silenced(const struct printer *p,
					  const struct silenced_finding *s)
{
	struct text name = { 0 };
	struct text why = { 0 };

	findings_junit_add_name(&name, p, &s->finding);
	text_printf(&why, "silenced by %s: %s", s->origin, s->finding.message);
	findings_junit_write_case(p, check_table[s->finding.code].code, text_str(&name),
				  "skipped", text_str(&why));
	text_release(&name);
	text_release(&why);
}

static void findings_junit_write_skipped(const struct printer *p, const struct skipped_check *s)
{
	struct text why = { 0 };

	text_add(&why, "not checked: add ");
	needs_add_advice(&why, needs_reduce(s->needs));
	findings_junit_write_case(p, check_table[s->code].code, check_table[s->code].slug,
				  "skipped", text_str(&why));
	text_release(&why);
}

/* ---- the suite ---- */

struct counts {
	uint32_t tests, failures, errors, skipped;
};

/* Whether the check was run and found nothing; checks that say what is fine are none. */
static bool findings_junit_is_quiet(const struct printer *p, int code)
{
	return !p->seen[code] && check_table[code].severity != SEVERITY_PASS;
}

/* Notes which checks get a case of their own kind, and counts. */
static struct counts findings_junit_count_cases(struct printer *p)
{
	const struct validation *v = p->v;
	struct counts c = {
		.errors = p->snapshot->sources.errors.count,
		.skipped = v->silenced_findings.list.count + v->skipped.count,
	};

	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		p->seen[f->code] = true;
		c.failures += f->severity >= p->threshold && f->severity != SEVERITY_PASS;
	}
	ARRAY_FOREACH (const struct silenced_finding, s, &v->silenced_findings.list)
		p->seen[s->finding.code] = true;
	ARRAY_FOREACH (const struct skipped_check, s, &v->skipped)
		p->seen[s->code] = true;
	c.tests = c.errors + c.skipped + v->findings.count;
	for (int i = 0; i < CHECK_COUNT; i++)
		c.tests += findings_junit_is_quiet(p, i);
	return c;
}

static void findings_junit_write_quiet(const struct printer *p)
{
	for (int i = 0; i < CHECK_COUNT; i++) {
		if (!findings_junit_is_quiet(p, i))
			continue;
		findings_junit_begin_case(p, check_table[i].code, check_table[i].slug);
		fputs("/>\n", p->out);
	}
}

static void findings_junit_write_errors(const struct printer *p)
{
	ARRAY_FOREACH (const char *const, error, &p->snapshot->sources.errors)
		findings_junit_write_case(p, "input", *error, "error", *error);
}

static void findings_junit_write_summary(const struct printer *p)
{
	struct text t = { 0 };

	findings_add_counts(&t, p->v);
	fputs("    <system-out>", p->out);
	xml_text(p->out, text_str(&t));
	fputs("</system-out>\n", p->out);
	text_release(&t);
}

void findings_junit(FILE *out, const struct validation *v, const struct snapshot *snapshot,
		    enum severity threshold)
{
	struct printer p = { .out = out, .v = v, .snapshot = snapshot, .threshold = threshold };
	struct counts c = findings_junit_count_cases(&p);

	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"%u\" failures=\"%u\" errors=\"%u\">\n"
		"  <testsuite name=\"purelbtool validate\" tests=\"%u\" failures=\"%u\" "
		"errors=\"%u\" skipped=\"%u\" time=\"0\">\n",
		c.tests, c.failures, c.errors, c.tests, c.failures, c.errors, c.skipped);
	findings_junit_write_errors(&p);
	ARRAY_FOREACH (const struct finding, f, &v->findings)
		findings_junit_write_finding(&p, f);
	ARRAY_FOREACH (const struct silenced_finding, s, &v->silenced_findings.list)
		findings_junit_write_silenced(&p, s);
	ARRAY_FOREACH (const struct skipped_check, s, &v->skipped)
		findings_junit_write_skipped(&p, s);
	findings_junit_write_quiet(&p);
	findings_junit_write_summary(&p);
	fputs("  </testsuite>\n</testsuites>\n", out);
}
