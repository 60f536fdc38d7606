/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings for people.
 *
 *	FAIL SG006  Overlapping ranges: ...
 *	   --> pools.yaml:12:13  ServiceGroup purelb-system/web
 *	    12 |     - pool: 10.0.0.50-10.0.0.99
 *	       |             ^~~~~~~~~~~~~~~~~~~
 *	  note: pools.yaml:3:13: the range it meets
 *	   fix: give the two groups ranges that share no address
 */
#include "reports/findings/findings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reports/findings/words.h"

enum {
	MESSAGE_INDENT = 12, /* "FAIL SG006  " */
	DETAIL_INDENT = 8,   /* "  note: " */
	SUMMARY_INDENT = 14, /* "not checked:  " */
	PLACES_SHOWN = 4,    /* of like findings */
};

struct printer {
	FILE *out;
	const struct snapshot *snapshot;
	struct screen screen;
	bool verbose;
	struct excerpt_lines lines;
	struct text scratch; /* one line or message at a time */
};

static const enum screen_role severity_roles[] = {
	[SEVERITY_PASS] = SCREEN_PASS,
	[SEVERITY_INFO] = SCREEN_INFO,
	[SEVERITY_WARN] = SCREEN_WARN,
	[SEVERITY_FAIL] = SCREEN_FAIL,
};

static void findings_table_paint(const struct printer *p, enum screen_role role, const char *s)
{
	screen_paint(p->out, p->screen, role, s);
}

/* ---- places and resources ---- */

static void findings_table_add_place(struct text *t, const struct snapshot *snapshot,
				     struct pos pos)
{
	screen_add(t, snapshot->sources.list.items[pos.source - 1].name);
	text_printf(t, ":%u:%u", (unsigned)pos.line, (unsigned)pos.column);
}

/* "ServiceGroup purelb-system/web" */
static void findings_table_add_resource(struct text *t, const struct object *object)
{
	struct text raw = { 0 };

	finding_add_resource(&raw, object);
	screen_add(t, text_str(&raw));
	text_release(&raw);
}

/* The arrow, where it is, and whose; on two lines when one is too short. */
static void findings_table_write_place(struct printer *p, const struct finding *d)
{
	struct text resource = { 0 };
	struct text *place = &p->scratch;

	text_clear(place);
	if (d->place.pos.source != 0)
		findings_table_add_place(place, p->snapshot, d->place.pos);
	findings_table_add_resource(&resource, d->place.object);
	if (place->len == 0 && resource.len == 0)
		return;

	unsigned columns = DETAIL_INDENT + screen_columns(text_str(place)) + 2 +
			   screen_columns(text_str(&resource));

	findings_table_paint(p, SCREEN_FRAME, "   --> ");
	fputs(text_str(place), p->out);
	if (place->len > 0 && resource.len > 0) {
		fputs(columns > p->screen.width ? "\n" : "  ", p->out);
		screen_spaces(p->out, columns > p->screen.width ? DETAIL_INDENT : 0);
	}
	fprintf(p->out, "%s\n", text_str(&resource));
	text_release(&resource);
}

/* ---- one finding ---- */

/* "  note: " and the text after it, wrapped. */
static void findings_table_write_detail(struct printer *p, const char *label, const char *s)
{
	struct text lead = { 0 };

	text_printf(&lead, "%*s:", DETAIL_INDENT - 2, label);
	findings_table_paint(p, SCREEN_STRONG, text_str(&lead));
	fputc(' ', p->out);
	screen_wrap(p->out, s, DETAIL_INDENT, DETAIL_INDENT, p->screen.width);
	text_release(&lead);
}

static void findings_table_write_message(struct printer *p, const struct finding *f)
{
	struct text *t = &p->scratch;

	findings_table_paint(p, severity_roles[f->severity], severity_name(f->severity));
	fputc(' ', p->out);
	findings_table_paint(p, SCREEN_STRONG, check_table[f->code].code);
	fputs("  ", p->out);
	text_clear(t);
	screen_add(t, f->message);
	if (f->inferred)
		text_add(t, " (inferred)");
	if (f->cluster != NULL) {
		struct text cluster = { 0 };

		finding_add_cluster(&cluster, f);
		screen_add(t, text_str(&cluster));
		text_release(&cluster);
	}
	screen_wrap(p->out, text_str(t), MESSAGE_INDENT, MESSAGE_INDENT, p->screen.width);
}

/* The line it is on. A line that cannot be shown whole does not tell the field: the path does.
 */
static void findings_table_write_excerpt(struct printer *p, const struct finding *f)
{
	const struct excerpt_style style = { p->screen, severity_roles[f->severity] };
	const struct finding *d = f;
	const char *line = excerpt_find(&p->lines, d->place.pos);
	enum excerpt_shown shown = EXCERPT_NONE;

	if (line != NULL && !d->confidential)
		shown = excerpt_write(p->out, line, d->place.pos, &style);
	if (shown == EXCERPT_WHOLE || d->place.path == NULL)
		return;
	text_clear(&p->scratch);
	screen_add(&p->scratch, d->place.path);
	findings_table_write_detail(p, "at", text_str(&p->scratch));
}

static void findings_table_write_related(struct printer *p, const struct related *r)
{
	struct text *t = &p->scratch;

	text_clear(t);
	if (r->pos.source != 0) {
		findings_table_add_place(t, p->snapshot, r->pos);
		text_add(t, ": ");
	}
	screen_add(t, r->message);
	findings_table_write_detail(p, "note", text_str(t));
}

static void findings_table_write_finding(struct printer *p, const struct finding *f)
{
	const uint32_t alike = f->also.count;
	const uint32_t left_out =
		p->verbose || alike <= PLACES_SHOWN ? 0 : alike - PLACES_SHOWN + 1;

	findings_table_write_message(p, f);
	if (f->severity == SEVERITY_PASS)
		return;
	findings_table_write_place(p, f);
	findings_table_write_excerpt(p, f);
	for (uint32_t i = 0; i < f->related.count - left_out; i++)
		findings_table_write_related(p, &f->related.items[i]);
	if (left_out > 0) {
		text_clear(&p->scratch);
		text_printf(&p->scratch, "%u more places like this one; -v lists them",
			    (unsigned)left_out);
		findings_table_write_detail(p, "note", text_str(&p->scratch));
	}
	if (f->hint != NULL) {
		text_clear(&p->scratch);
		screen_add(&p->scratch, f->hint);
		findings_table_write_detail(p, "fix", text_str(&p->scratch));
	}
	fputc('\n', p->out);
}

/* ---- the summary ---- */

static void findings_table_write_summary(struct printer *p, const char *label)
{
	const char *colon = *label != '\0' ? ":" : "";

	fprintf(p->out, "%s%s%*s", label, colon,
		SUMMARY_INDENT - (int)strlen(label) - (int)strlen(colon), "");
	screen_wrap(p->out, text_str(&p->scratch), SUMMARY_INDENT, SUMMARY_INDENT,
		    p->screen.width);
}

static void findings_table_summarize_read(struct printer *p, const struct validation *v)
{
	text_clear(&p->scratch);
	summary_add_read(&p->scratch, v, p->snapshot);
	findings_table_write_summary(p, "read");
	text_clear(&p->scratch);
	if (!summary_add_unread(&p->scratch, &p->snapshot->sources))
		return;
	if (!p->verbose)
		text_add(&p->scratch, "; -v lists them");
	findings_table_write_summary(p, "not read");
}

/* ---- files, with -v ---- */

struct listed_file {
	const char *path;
	const char *class;
};

static int findings_table_compare_files(const void *left, const void *right)
{
	const struct listed_file *a = left;
	const struct listed_file *b = right;
	const int order = strcmp(a->path, b->path);

	return order != 0 ? order : strcmp(a->class, b->class);
}

/* Lists each file with what it is, by path. (I1.4) */
static void findings_table_list_files(struct printer *p)
{
	const struct sources *sources = &p->snapshot->sources;
	ARRAY_OF(struct listed_file) files = { 0 };
	const char *label = "files:";
	struct arena arena;

	arena_init(&arena);
	ARRAY_FOREACH (const struct source, source, &sources->list) {
		const char *name = strrchr(source->name, '/');
		struct listed_file file = { source->name, "read" };

		name = name != NULL ? name + 1 : source->name;
		if (source->aside && strncasecmp(name, "kustomization", 13) != 0)
			continue;
		if (source->aside)
			file.class = summary_class_name(FILE_KUSTOMIZATION);
		ARRAY_ADD(&arena, &files, file);
	}
	ARRAY_FOREACH (const struct unread_file, unread, &sources->unread) {
		const struct listed_file file = { unread->path,
						  summary_class_name(unread->class) };

		if (file.class != NULL)
			ARRAY_ADD(&arena, &files, file);
	}
	if (files.count > 1)
		qsort(files.items, files.count, sizeof(*files.items),
		      findings_table_compare_files);
	ARRAY_FOREACH (const struct listed_file, file, &files) {
		text_clear(&p->scratch);
		screen_add(&p->scratch, file->path);
		/* A line for each file, however long its name is. */
		fprintf(p->out, "%-*s%s: %s\n", SUMMARY_INDENT, label, text_str(&p->scratch),
			file->class);
		label = "";
	}
	arena_release(&arena);
}

static void findings_table_summarize_skipped(struct printer *p, const struct validation *v)
{
	const char *label = "not checked";
	uint32_t at = 0;

	text_clear(&p->scratch);
	if (summary_add_unknown(&p->scratch, p->snapshot)) {
		findings_table_write_summary(p, label);
		label = "";
	}
	text_clear(&p->scratch);
	if (!p->verbose) {
		if (summary_add_lacks(&p->scratch, v, p->screen.width - SUMMARY_INDENT))
			findings_table_write_summary(p, label);
		return;
	}
	for (; summary_add_skipped(&p->scratch, v, true, &at); text_clear(&p->scratch)) {
		findings_table_write_summary(p, label);
		label = "";
	}
}

static void findings_table_summarize_inferred(struct printer *p, const struct validation *v)
{
	text_clear(&p->scratch);
	if (summary_add_inferred(&p->scratch, v))
		findings_table_write_summary(p, "inferred");
}

/* A line for each cluster. */
static void findings_table_summarize_clusters(struct printer *p, const struct validation *v)
{
	const char *label = "clusters";

	ARRAY_FOREACH (const struct cluster_result, cluster, &v->clusters) {
		struct text *t = &p->scratch;

		text_clear(t);
		screen_add(t, cluster->name);
		if (cluster->site != NULL) {
			text_add(t, " (site ");
			screen_add(t, cluster->site);
			text_add_char(t, ')');
		}
		for (int s = SEVERITY_FAIL; s >= SEVERITY_PASS; s--)
			text_printf(t, "%s%u %s", s == SEVERITY_FAIL ? ": " : ", ",
				    (unsigned)cluster->count[s],
				    severity_name((enum severity)s));
		if (cluster->silenced > 0)
			text_printf(t, ", %u silenced", (unsigned)cluster->silenced);
		findings_table_write_summary(p, label);
		label = "";
	}
}

static void findings_table_summarize_counts(struct printer *p, const struct validation *v)
{
	static const enum severity order[] = { SEVERITY_FAIL, SEVERITY_WARN, SEVERITY_INFO,
					       SEVERITY_PASS };
	struct text *t = &p->scratch;

	struct screen_row row = { p->out, p->screen, SUMMARY_INDENT - 1, SUMMARY_INDENT };

	fprintf(p->out, "result:%*s", SUMMARY_INDENT - 8, "");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		uint32_t count = v->count[order[i]];

		text_clear(t);
		text_printf(t, "%u %s", (unsigned)count, severity_name(order[i]));
		screen_row_add(&row, i > 0 ? "," : "",
			       count > 0 ? severity_roles[order[i]] : SCREEN_PLAIN,
			       text_str(t));
	}
	text_clear(t);
	text_printf(t, "%u silenced", (unsigned)v->silenced);
	if (v->silenced > 0)
		screen_row_add(&row, ",", SCREEN_PLAIN, text_str(t));
	fputc('\n', p->out);
}

/* ---- all of it ---- */

/* Writes the findings that are PASS, or those that are not; returns how many. */
static uint32_t findings_table_write_findings(struct printer *p, const struct validation *v,
					      bool pass)
{
	uint32_t written = 0;

	ARRAY_FOREACH (struct finding, f, &v->findings) {
		if ((f->severity == SEVERITY_PASS) != pass)
			continue;
		findings_table_write_finding(p, f);
		written++;
	}
	return written;
}

void findings_table(FILE *out, const struct validation *v, const struct snapshot *snapshot,
		    const struct table_options *options)
{
	struct printer p = {
		.out = out,
		.snapshot = snapshot,
		.screen = options->screen,
		.verbose = options->verbose,
	};

	findings_read_lines(&p.lines, v, snapshot);
	findings_table_write_findings(&p, v, false);
	if (!options->quiet) {
		if (findings_table_write_findings(&p, v, true) > 0)
			fputc('\n', out);
		findings_table_summarize_read(&p, v);
		if (options->verbose)
			findings_table_list_files(&p);
		findings_table_summarize_skipped(&p, v);
		findings_table_summarize_inferred(&p, v);
		findings_table_summarize_clusters(&p, v);
		findings_table_summarize_counts(&p, v);
	}
	excerpt_release(&p.lines);
	text_release(&p.scratch);
}
