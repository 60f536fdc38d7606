/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports of findings have in common. */
#include "reports/findings/findings.h"

/* ---- places and resources ---- */

const char *finding_source(const struct snapshot *snapshot, struct pos pos)
{
	return pos.source != 0 ? snapshot->sources.list.items[pos.source - 1].name : NULL;
}

const char *finding_file(const struct snapshot *snapshot, struct pos pos)
{
	const char *name = finding_source(snapshot, pos);

	return name == NULL || str_equal(name, "<stdin>") ? NULL : name;
}

void finding_add_resource(struct text *t, const struct object *object)
{
	if (object == NULL)
		return;
	text_add(t, object->kind_name != NULL ? object->kind_name : "object");
	if (object->name.s == NULL) {
		text_add(t, " without a name");
		return;
	}
	text_add_char(t, ' ');
	if (object->namespace != NULL && *object->namespace != '\0')
		text_printf(t, "%s/", object->namespace);
	text_add(t, object->name.s);
}

void finding_add_message(struct text *t, const struct finding *f)
{
	text_add(t, f->message);
	if (f->inferred)
		text_add(t, " (inferred)");
}

void findings_add_counts(struct text *t, const struct validation *v)
{
	for (int s = SEVERITY_FAIL; s >= SEVERITY_PASS; s--)
		text_printf(t, "%s%u %s", s < SEVERITY_FAIL ? ", " : "", (unsigned)v->count[s],
			    severity_name((enum severity)s));
	if (v->silenced > 0)
		text_printf(t, ", %u silenced", (unsigned)v->silenced);
}

/* ---- lines ---- */

static void want_lines(struct excerpt_lines *lines, const struct finding *f)
{
	excerpt_want(lines, f->place.pos);
	ARRAY_FOREACH (const struct related, r, &f->related)
		excerpt_want(lines, r->pos);
}

void findings_read_lines(struct excerpt_lines *lines, const struct validation *v,
			 const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		if (f->severity != SEVERITY_PASS)
			want_lines(lines, f);
	}
	ARRAY_FOREACH (const struct silenced_finding, s, &v->silenced_findings.list)
		want_lines(lines, &s->finding);
	excerpt_read(lines, &snapshot->sources);
}

uint32_t finding_end_column(const struct excerpt_lines *lines, struct pos pos)
{
	const char *line = excerpt_find(lines, pos);

	return line != NULL ? excerpt_token_end(line, pos.column) : 0;
}
