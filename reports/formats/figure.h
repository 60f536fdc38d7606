/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture as SVG, written by the program itself: a frame with a title, the scenario and seed
 * below it, a legend, an axis of x, rows or an axis of y, and vertical lines for what happened,
 * each with its name. (S6.7) It adapts to light and dark like the pages, inside of which it may
 * also be.
 *
 * Fill the struct, call figure_begin(), draw, call figure_end(). Sizes are in pixels.
 */
#ifndef REPORTS_FORMATS_FIGURE_H
#define REPORTS_FORMATS_FIGURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/array.h"

/* How something is drawn: a number is a color of the palette, from PALETTE_COLOURS on with
 * hatching. */
#define LOOK_WRONG UINT32_MAX       /* what is kept for what is wrong */
#define LOOK_INK   (UINT32_MAX - 1) /* that of text */

enum figure_sign { FIGURE_BOX, FIGURE_LINE, FIGURE_DOT };

/* A line of the legend. */
struct figure_entry {
	const char *name;
	uint32_t look;
	enum figure_sign sign;
	bool node; /* the name is of a node, which a page can make stand out */
};

/* Something that happened. */
struct figure_mark {
	double x;
	const char *name;
};

struct figure_row {
	const char *name;
	const char *below; /* a remark below the name; NULL: none */
	unsigned height;
};

struct figure_point {
	double x, y;
};

struct figure {
	/* Given. Texts may hold anything; all is borrowed until figure_end(). */
	FILE *out;
	struct arena *arena;
	bool inside;          /* part of a page, which has its styles and a title */
	const char *title;    /* what is shown, and how it is sorted */
	const char *subtitle; /* whose it is; NULL: none */
	const char *x_label, *y_label;
	double x_most, y_most; /* the axes go from 0 to here */
	bool counts;           /* x is a number of things, not a time */
	/* Rows from top to bottom in place of an axis of y; NULL: none. */
	const struct figure_row *rows;
	uint32_t row_count;
	ARRAY_OF(struct figure_entry) legend;
	ARRAY_OF(struct figure_mark) marks; /* by time */

	/* Where the drawing is; set by figure_begin(). */
	unsigned left, right, top, bottom;
	unsigned *row_tops;
	struct mark_place {
		unsigned lane;
		bool shown;
	} * mark_places;
	unsigned mark_lanes;
};

enum { FIGURE_WIDTH = 1000, FIGURE_LETTER = 7 };

/* The width of a text, about. */
unsigned figure_text_width(const char *s);

void figure_begin(struct figure *f);
double figure_x(const struct figure *f, double x);

/* A box in pixels. `node`: whose it is, for pages; `label` is written on it where it fits;
 * `hint` appears when it is pointed at. Each may be NULL. */
struct figure_box {
	double x, y, width, height;
	uint32_t look;
	const char *node, *label, *hint;
};
void figure_box(const struct figure *f, const struct figure_box *box);

/* A line of steps through points in the units of the axes: the value of each lasts until the
 * next. */
void figure_steps(const struct figure *f, const struct figure_point *points, uint32_t count,
		  uint32_t look);
/* A small text, in pixels. */
void figure_note(const struct figure *f, double x, double y, const char *s);
/* A dot, in pixels. */
void figure_dot(const struct figure *f, double x, double y, uint32_t look);
void figure_end(struct figure *f);

#endif
