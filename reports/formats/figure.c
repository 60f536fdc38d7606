/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures as SVG. The frame is laid out first: names of rows get the width that they need, the
 * legend as many lines, the names of events as many lanes as they fill without touching. Names
 * are cut only where no picture could hold them, and are then whole when pointed at.
 */
#include "reports/formats/figure.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "reports/formats/page.h"
#include "reports/formats/plots.h"

enum {
	WIDTH = FIGURE_WIDTH,
	LEFT_MIN = 60,
	LEFT_MAX = 430,
	NAME_LETTERS = 58, /* of the longest name of a row */
	RIGHT = 24,
	TITLE_LINE = 22,
	LINE = 18,
	LEGEND_LINES = 24,
	MARK_LANES = 10,
	MARK_LINE = 14,
	MARKS_PLAIN = 16, /* more of them are faint */
	AXIS = 40,
	BODY = 360, /* height where there are no rows */
};

unsigned figure_text_width(const char *s)
{
	unsigned letters = 0;

	for (; *s != '\0'; s++)
		letters += ((unsigned char)*s & 0xC0) != 0x80;
	return letters * FIGURE_LETTER;
}

double figure_x(const struct figure *f, double x)
{
	const double most = f->x_most > 0 ? f->x_most : 1;

	return f->left + (x < most ? x : most) / most * (f->right - f->left);
}

static double figure_y(const struct figure *f, double y)
{
	return f->bottom - y / (f->y_most > 0 ? f->y_most : 1) * (f->bottom - f->top);
}

/* ---- looks ---- */

static const char *figure_fill(const struct figure *f, uint32_t look)
{
	if (look == LOOK_WRONG)
		return PALETTE_WRONG;
	if (look == LOOK_INK)
		return "currentColor";
	if (look < PALETTE_COLORS)
		return palette_color(look);
	return arena_printf(f->arena, "url(#hatch%u)", look % PALETTE_LOOKS);
}

static void figure_write_patterns(const struct figure *f)
{
	/* Along one diagonal, the other, across, upright, and dots. */
	static const char *const turns[] = { "45", "-45", "90", "0", "0" };
	bool written[PALETTE_LOOKS] = { false };

	fputs("<defs>\n", f->out);
	ARRAY_FOREACH (const struct figure_entry, e, &f->legend) {
		const uint32_t look = e->look % PALETTE_LOOKS;
		const uint32_t hatching = look / PALETTE_COLORS;
		const char *over = palette_is_light(look) ? "#000" : "#fff";

		if (e->look >= LOOK_INK || e->look < PALETTE_COLORS || written[look])
			continue;
		written[look] = true;
		fprintf(f->out,
			"<pattern id=\"hatch%u\" width=\"8\" height=\"8\" patternUnits=\""
			"userSpaceOnUse\" patternTransform=\"rotate(%s)\"><rect width=\"8\" "
			"height=\"8\" fill=\"%s\"/>",
			look, hatching > 0 ? turns[hatching - 1] : "0", palette_color(look));
		if (hatching == ARRAY_LEN(turns))
			fprintf(f->out,
				"<circle cx=\"4\" cy=\"4\" r=\"2\" fill=\"%s\" "
				"opacity=\".7\"/>",
				over);
		else
			fprintf(f->out,
				"<rect width=\"2.5\" height=\"8\" fill=\"%s\" opacity=\".6\"/>",
				over);
		fputs("</pattern>\n", f->out);
	}
	fputs("</defs>\n", f->out);
}

/* ---- text ---- */

/* `more` are attributes. */
static void figure_write_text(const struct figure *f, double x, double y, const char *more,
			      const char *s)
{
	fprintf(f->out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, more);
	xml_text(f->out, s);
	fputs("</text>\n", f->out);
}

/* A name that no picture could hold keeps its end, where addresses and hosts differ. */
static const char *figure_cut(const struct figure *f, const char *name, unsigned letters)
{
	const char *from = name + strlen(name);
	unsigned left = letters - 1;

	if (figure_text_width(name) <= letters * FIGURE_LETTER)
		return name;
	while (from > name && left > 0) {
		from--;
		left -= ((unsigned char)*from & 0xC0) != 0x80;
	}
	return arena_printf(f->arena, "\xE2\x80\xA6%s", from);
}

/* ---- the legend ---- */

static unsigned figure_entry_width(const struct figure_entry *e)
{
	return figure_text_width(e->name) + 36;
}

static void figure_write_entry(const struct figure *f, const struct figure_entry *e, double x,
			       unsigned y)
{
	fputs("<g", f->out);
	if (e->node) {
		fputs(" data-node=\"", f->out);
		xml_text(f->out, e->name);
		fputc('"', f->out);
	}
	if (e->sign == FIGURE_BOX)
		fprintf(f->out,
			"><rect x=\"%.1f\" y=\"%u\" width=\"14\" height=\"12\" rx=\"2\" "
			"fill=\"%s\"/>",
			x, y - 10, figure_fill(f, e->look));
	else if (e->sign == FIGURE_DOT)
		fprintf(f->out, "><circle cx=\"%.1f\" cy=\"%u\" r=\"4\" fill=\"%s\"/>", x + 7,
			y - 4, figure_fill(f, e->look));
	else
		fprintf(f->out,
			"><line x1=\"%.1f\" x2=\"%.1f\" y1=\"%u\" y2=\"%u\" stroke=\"%s\" "
			"stroke-width=\"2.5\"%s/>",
			x - 2, x + 16, y - 4, y - 4, palette_line(e->look),
			palette_dashes(e->look));
	figure_write_text(f, x + 19, y, "", e->name);
	fputs("</g>\n", f->out);
}

/* Writes it below `y`, or only counts its lines. Of very many the last are only counted: boxes
 * have their names on them. */
static unsigned figure_legend(const struct figure *f, unsigned y, bool writes)
{
	double x = f->left;
	unsigned line = 0;

	for (uint32_t i = 0; i < f->legend.count; i++) {
		const struct figure_entry *e = &f->legend.items[i];
		const unsigned width = figure_entry_width(e);

		if (x + width > WIDTH && x > f->left) {
			x = f->left;
			line++;
		}
		if (line == LEGEND_LINES) {
			if (writes)
				figure_write_text(f, x, y + line * LINE + 12, " class=\"tick\"",
						  arena_printf(f->arena, "and %u more",
							       f->legend.count - i));
			break;
		}
		if (writes)
			figure_write_entry(f, e, x, y + line * LINE + 12);
		x += width;
	}
	return f->legend.count > 0 ? line + 1 : 0;
}

/* ---- what happened ---- */

static double figure_mark_left(const struct figure *f, const struct figure_mark *m)
{
	const double width = figure_text_width(m->name) + 6;
	const double x = figure_x(f, m->x) + 3;

	if (x + width <= WIDTH)
		return x;
	return WIDTH - width > 0 ? WIDTH - width : 0;
}

/* Lanes for the names, so that none touches another; those that find no place keep their line.
 */
static void figure_place_marks(struct figure *f)
{
	double busy[MARK_LANES] = { 0 };

	f->mark_places = arena_zalloc(f->arena, f->marks.count, sizeof(*f->mark_places));
	f->mark_lanes = 0;
	for (uint32_t i = 0; i < f->marks.count; i++) {
		const struct figure_mark *m = &f->marks.items[i];
		const double x = figure_mark_left(f, m);
		unsigned lane = 0;

		while (lane < MARK_LANES && busy[lane] > x)
			lane++;
		if (lane == MARK_LANES)
			continue;
		busy[lane] = x + figure_text_width(m->name) + 8;
		f->mark_places[i] = (struct mark_place){ lane, true };
		f->mark_lanes = lane >= f->mark_lanes ? lane + 1 : f->mark_lanes;
	}
}

static unsigned figure_mark_y(const struct figure *f, const struct mark_place *p)
{
	return f->top - 4 - (f->mark_lanes - 1 - p->lane) * (unsigned)MARK_LINE;
}

/* The names stand before all lines. Where there are many, lines are so faint that what is
 * behind them can be read. */
static void figure_write_marks(const struct figure *f)
{
	const char *faint = f->marks.count > MARKS_PLAIN ? " faint" : "";
	uint32_t hidden = 0;

	for (uint32_t i = 0; i < f->marks.count; i++) {
		const struct figure_mark *m = &f->marks.items[i];
		const struct mark_place *p = &f->mark_places[i];

		hidden += !p->shown;
		fprintf(f->out,
			"<line class=\"event%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%u\" y2=\"%u\">"
			"<title>%gs ",
			faint, figure_x(f, m->x), figure_x(f, m->x),
			p->shown ? figure_mark_y(f, p) - 10 : f->top, f->bottom, m->x);
		xml_text(f->out, m->name);
		fputs("</title></line>\n", f->out);
	}
	for (uint32_t i = 0; i < f->marks.count; i++) {
		const struct figure_mark *m = &f->marks.items[i];
		const struct mark_place *p = &f->mark_places[i];

		if (p->shown)
			figure_write_text(f, figure_mark_left(f, m), figure_mark_y(f, p),
					  " class=\"what\"", m->name);
	}
	if (hidden > 0)
		figure_write_text(f, f->right, f->bottom + AXIS - 4,
				  " class=\"tick\" text-anchor=\"end\"",
				  arena_printf(f->arena,
					       "%u more events have a line without a name",
					       hidden));
}

/* ---- axes ---- */

/* The finest round step that leaves few enough marks: of time, or of what is counted. */
static double figure_step(double most, unsigned marks, bool whole)
{
	static const double times[] = { .001, .002, .005, .01, .02,  .05, .1, .2,
					.5,   1,    2,    5,   10,   15,  30, 60,
					120,  300,  600,  900, 1800, 3600 };
	static const double numbers[] = { 1, 2, 5 };
	double step = times[ARRAY_LEN(times) - 1];

	for (uint32_t i = 0; !whole && i < ARRAY_LEN(times); i++) {
		if (most / times[i] <= marks)
			return times[i];
	}
	for (uint32_t i = 0; whole; i++) {
		const uint32_t tens = i / 3;

		step = numbers[i % 3] * pow(10, tens);
		if (most / step <= marks)
			return step;
	}
	while (most / step > marks)
		step *= 2;
	return step;
}

static void figure_write_x_axis(const struct figure *f)
{
	const double step = figure_step(f->x_most, 12, f->counts);

	for (unsigned i = 0; i * step <= f->x_most * 1.000001; i++) {
		const double x = figure_x(f, i * step);

		fprintf(f->out,
			"<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%u\" y2=\"%u\"/>\n",
			x, x, f->top, f->bottom);
		figure_write_text(f, x, f->bottom + 15,
				  " class=\"tick\" text-anchor=\"middle\"",
				  arena_printf(f->arena, "%g", i * step));
	}
	if (f->x_label != NULL)
		figure_write_text(f, f->left, f->bottom + AXIS - 8, " class=\"tick\"",
				  f->x_label);
}

static void figure_write_y_axis(const struct figure *f)
{
	const double step = figure_step(f->y_most, 8, true);

	for (unsigned i = 0; i * step <= f->y_most * 1.000001; i++) {
		const double y = figure_y(f, i * step);

		fprintf(f->out,
			"<line class=\"axis\" x1=\"%u\" x2=\"%u\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
			f->left, f->right, y, y);
		figure_write_text(f, f->left - 8, y + 4, " class=\"tick\" text-anchor=\"end\"",
				  arena_printf(f->arena, "%g", i * step));
	}
	if (f->y_label != NULL)
		figure_write_text(f, 16, (f->top + f->bottom) / 2.0,
				  arena_printf(f->arena,
					       " class=\"tick\" text-anchor=\"middle\" "
					       "transform=\"rotate(-90 16 %.1f)\"",
					       (f->top + f->bottom) / 2.0),
				  f->y_label);
}

static void figure_write_rows(const struct figure *f)
{
	for (uint32_t i = 0; i < f->row_count; i++) {
		const struct figure_row *row = &f->rows[i];
		const double y =
			f->row_tops[i] +
			(row->below != NULL || row->height > 40 ? 13 : row->height / 2.0 + 4);

		figure_write_text(f, f->left - 8, y, " text-anchor=\"end\"",
				  figure_cut(f, row->name, NAME_LETTERS));
		if (row->below != NULL)
			figure_write_text(f, f->left - 8, y + 14,
					  " class=\"tick\" text-anchor=\"end\"", row->below);
	}
}

/* ---- all of it ---- */

static unsigned figure_lay_rows(struct figure *f)
{
	unsigned y = f->top;

	f->row_tops = arena_zalloc(f->arena, f->row_count, sizeof(*f->row_tops));
	for (uint32_t i = 0; i < f->row_count; i++) {
		f->row_tops[i] = y;
		y += f->rows[i].height;
	}
	return f->rows != NULL ? y : f->top + BODY;
}

static unsigned figure_left(const struct figure *f)
{
	unsigned left = LEFT_MIN;

	for (uint32_t i = 0; i < f->row_count; i++) {
		const struct figure_row *row = &f->rows[i];
		const unsigned below = row->below != NULL ? figure_text_width(row->below) : 0;
		const unsigned name = figure_text_width(row->name);
		const unsigned width = 20 + (name > below ? name : below);

		left = width > left ? width : left;
	}
	return left < LEFT_MAX ? left : LEFT_MAX;
}

static void figure_write_head(const struct figure *f, unsigned height)
{
	fprintf(f->out, "<svg%s viewBox=\"0 0 %d %u\" width=\"%d\" role=\"img\" aria-label=\"",
		f->inside ? "" : " xmlns=\"http://www.w3.org/2000/svg\"", (int)WIDTH, height,
		(int)WIDTH);
	xml_text(f->out, f->title);
	fputs("\">\n", f->out);
	if (f->inside)
		return;
	/* The colors of the pages. */
	fputs("<style>\nsvg { background: #fff; color: #1b1f24; }\n"
	      "text { fill: currentColor; font: 12px system-ui, sans-serif; }\n"
	      ".title { font-size: 16px; font-weight: 600; }\n"
	      ".axis { stroke: #d5dae0; }\n.tick { fill: #59636e; font-size: 11px; }\n"
	      ".event { stroke: #b8430a; stroke-width: 1.5; stroke-dasharray: 4 3; }\n"
	      ".faint { stroke-width: 1; opacity: .45; }\n"
	      ".what { fill: #b8430a; font-size: 11px; stroke: #fff; stroke-width: 3px; "
	      "paint-order: stroke; }\n"
	      "@media (prefers-color-scheme: dark) {\n"
	      "svg { background: #14171b; color: #e6e9ed; }\n.axis { stroke: #363d46; }\n"
	      ".tick { fill: #9aa5b1; }\n.event { stroke: #ff8f5c; }\n"
	      ".what { fill: #ff8f5c; stroke: #14171b; }\n}\n</style>\n",
	      f->out);
	figure_write_text(f, 12, 20, " class=\"title\"", f->title);
	if (f->subtitle != NULL)
		figure_write_text(f, 12, 20 + LINE, " class=\"tick\"", f->subtitle);
}

void figure_begin(struct figure *f)
{
	unsigned legend, y = 6;

	f->left = figure_left(f);
	f->right = WIDTH - RIGHT;
	if (!f->inside)
		y += (unsigned)TITLE_LINE + (f->subtitle != NULL ? (unsigned)LINE : 0);
	figure_place_marks(f);
	legend = figure_legend(f, y, false);
	f->top = y + legend * LINE + 10 + f->mark_lanes * MARK_LINE;
	f->bottom = figure_lay_rows(f);
	figure_write_head(f, f->bottom + AXIS);
	figure_write_patterns(f);
	(void)figure_legend(f, y, true);
	figure_write_x_axis(f);
	if (f->rows == NULL)
		figure_write_y_axis(f);
	figure_write_rows(f);
}

void figure_box(const struct figure *f, const struct figure_box *box)
{
	const bool hatched = box->look >= PALETTE_COLORS && box->look < LOOK_INK;
	const bool dark =
		!hatched && (box->look == LOOK_WRONG ? false : !palette_is_light(box->look));

	fputs("<g", f->out);
	if (box->node != NULL) {
		fputs(" data-node=\"", f->out);
		xml_text(f->out, box->node);
		fputc('"', f->out);
	}
	fprintf(f->out,
		"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"%s fill=\"%s\">",
		box->x, box->y, box->width > 1 ? box->width : 1, box->height,
		box->height > 8 ? " rx=\"2\"" : "", figure_fill(f, box->look));
	if (box->hint != NULL) {
		fputs("<title>", f->out);
		xml_text(f->out, box->hint);
		fputs("</title>", f->out);
	}
	fputs("</rect>", f->out);
	if (box->label != NULL && box->height >= 12 &&
	    box->width > figure_text_width(box->label) + 8)
		figure_write_text(f, box->x + 4, box->y + box->height / 2 + 4,
				  hatched ? " style=\"fill:#000;stroke:#fff;stroke-width:3px;"
					    "paint-order:stroke;pointer-events:none\""
				  : dark  ? " style=\"fill:#fff;pointer-events:none\""
					  : " style=\"fill:#000;pointer-events:none\"",
				  box->label);
	fputs("</g>\n", f->out);
}

void figure_steps(const struct figure *f, const struct figure_point *points, uint32_t count,
		  uint32_t look)
{
	fprintf(f->out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"%s d=\"",
		palette_line(look), palette_dashes(look));
	for (uint32_t i = 0; i < count; i++) {
		const double x = figure_x(f, points[i].x);

		if (i == 0)
			fprintf(f->out, "M%.1f %.1f", x, figure_y(f, points[i].y));
		else
			fprintf(f->out, "H%.1fV%.1f", x, figure_y(f, points[i].y));
	}
	fputs("\"/>\n", f->out);
}

void figure_note(const struct figure *f, double x, double y, const char *s)
{
	figure_write_text(f, x, y, " class=\"tick\"", s);
}

void figure_dot(const struct figure *f, double x, double y, uint32_t look)
{
	fprintf(f->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y,
		figure_fill(f, look));
}

void figure_end(struct figure *f)
{
	figure_write_marks(f);
	fputs("</svg>\n", f->out);
}
