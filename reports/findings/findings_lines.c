/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as compilers print them, a line each, which editors and many tools step through:
 *
 *	pools.yaml:12:13: error: Overlapping ranges: ...; fix: use 10.0.0.1-10.0.0.9 [SG006]
 */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

static void findings_gcc_add(struct text *t, const struct finding *f,
			     const struct snapshot *snapshot)
{
	static const char *const words[] = {
		[SEVERITY_PASS] = "note",
		[SEVERITY_INFO] = "note",
		[SEVERITY_WARN] = "warning",
		[SEVERITY_FAIL] = "error",
	};
	const char *source = finding_source(snapshot, f->place.pos);

	text_add(t, source != NULL ? plain_file_name(source) : "purelbtool");
	if (f->place.pos.line > 0)
		text_printf(t, ":%u", (unsigned)f->place.pos.line);
	if (f->place.pos.line > 0 && f->place.pos.column > 0)
		text_printf(t, ":%u", (unsigned)f->place.pos.column);
	text_printf(t, ": %s: ", words[f->severity]);
	finding_add_message(t, f);
	if (f->hint != NULL)
		text_printf(t, "; fix: %s", f->hint);
	text_printf(t, " [%s]", check_table[f->code].code);
}

static void findings_gcc_write(FILE *out, const struct finding *f,
			       const struct snapshot *snapshot)
{
	struct text raw = { 0 }, line = { 0 };

	findings_gcc_add(&raw, f, snapshot);
	screen_add(&line, text_str(&raw));
	for (const char *c = text_str(&line); *c != '\0'; c++)
		fputc(*c == '\n' ? ' ' : *c, out);
	fputc('\n', out);
	text_release(&raw);
	text_release(&line);
}

void findings_gcc(FILE *out, const struct validation *v, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		if (f->severity == SEVERITY_PASS)
			continue;
		findings_gcc_write(out, f, snapshot);
		ARRAY_FOREACH (const struct finding, also, &f->also)
			findings_gcc_write(out, also, snapshot);
	}
}
