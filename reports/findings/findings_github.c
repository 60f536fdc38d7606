/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as workflow commands. */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

#include "reports/formats/workflow.h"

struct printer {
	FILE *out;
	const struct snapshot *snapshot;
	struct excerpt_lines lines;
};

static void findings_github_write_place(struct printer *p, struct pos pos)
{
	const char *file = finding_file(p->snapshot, pos);
	uint32_t end = finding_end_column(&p->lines, pos);

	if (file == NULL)
		return;
	workflow_write_property(p->out, "file", plain_file_name(file));
	if (pos.line > 0)
		fprintf(p->out, ",line=%u", (unsigned)pos.line);
	if (pos.column > 0)
		fprintf(p->out, ",col=%u", (unsigned)pos.column);
	if (pos.column > 0 && end > pos.column)
		fprintf(p->out, ",endColumn=%u", (unsigned)end - 1); /* the last one of it */
	fputc(',', p->out);
}

static void findings_github_write_related(struct printer *p, const struct related *r)
{
	const char *source = finding_source(p->snapshot, r->pos);
	struct text t = { 0 };

	if (source != NULL)
		text_printf(&t, "%s:%u:%u: ", source, (unsigned)r->pos.line,
			    (unsigned)r->pos.column);
	text_add(&t, r->message);
	workflow_write_line(p->out, "Note", text_str(&t));
	text_release(&t);
}

static void findings_github_write_finding(struct printer *p, const struct finding *f)
{
	static const char *const commands[] = {
		[SEVERITY_INFO] = "notice",
		[SEVERITY_WARN] = "warning",
		[SEVERITY_FAIL] = "error",
	};
	const struct check *check = &check_table[f->code];
	struct text t = { 0 };

	fprintf(p->out, "::%s ", commands[f->severity]);
	findings_github_write_place(p, f->place.pos);
	text_printf(&t, "%s %s", check->code, check->slug);
	workflow_write_property(p->out, "title", text_str(&t));
	fputs("::", p->out);
	text_clear(&t);
	finding_add_message(&t, f);
	workflow_write_data(p->out, text_str(&t));
	if (f->place.object != NULL) {
		text_clear(&t);
		finding_add_resource(&t, f->place.object);
		if (f->place.path != NULL)
			text_printf(&t, " %s", f->place.path);
		workflow_write_line(p->out, "In", text_str(&t));
	}
	/* The places of those that it stands for have their own annotations. */
	for (uint32_t i = 0; i < f->related.count - f->also.count; i++)
		findings_github_write_related(p, &f->related.items[i]);
	if (f->hint != NULL)
		workflow_write_line(p->out, "Fix", f->hint);
	fputc('\n', p->out);
	text_release(&t);
}

void findings_github(FILE *out, const struct validation *v, const struct snapshot *snapshot)
{
	struct printer p = { .out = out, .snapshot = snapshot };
	struct text counts = { 0 };

	findings_read_lines(&p.lines, v, snapshot);
	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		if (f->severity != SEVERITY_PASS)
			findings_github_write_finding(&p, f);
	}
	/* After them, for GitHub shows ten of a kind. */
	ARRAY_FOREACH (const struct finding, f, &v->findings)
		ARRAY_FOREACH (const struct finding, also, &f->also)
			findings_github_write_finding(&p, also);
	findings_add_counts(&counts, v);
	fprintf(out, "purelbtool: %s\n", text_str(&counts));
	excerpt_release(&p.lines);
	text_release(&counts);
}
