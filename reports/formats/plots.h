/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures into files: each as SVG, drawn by the program itself (reports/formats/figure.h), and
 * as data with a script that makes a PNG of it by gnuplot, where that is installed. Data and
 * scripts stay, to be changed and run again. And the colors of pictures. (S6.7)
 */
#ifndef REPORTS_FORMATS_PLOTS_H
#define REPORTS_FORMATS_PLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct plot {
	const char *name; /* of its files, without their endings .svg, .dat, .gp, .png */
	const char *what; /* for people: "who held each VIP over time" */
	bool (*wanted)(const void *about); /* false: there is nothing to show; NULL: always */
	void (*data)(FILE *out, const void *about);
	/* The commands between the terminal and the end: labels, axes, plot. */
	void (*commands)(FILE *out, const void *about);
	unsigned (*height)(const void *about);      /* pixels; NULL: PLOT_HEIGHT */
	void (*draw)(FILE *out, const void *about); /* the SVG */
};

enum { PLOT_WIDTH = 1000, PLOT_HEIGHT = 560 };

/* Writes the script of a plot. Errors of `out` are left in it, as with all of them. */
void plot_script(FILE *out, const struct plot *plot, const void *about);

/*
 * Names from the input, the only way for them into scripts and data. In scripts they are in
 * single quotes, where gnuplot runs no command in backquotes and replaces no @name; controls
 * and newlines are escaped as on a screen (screen_add()). A quote becomes U+2019: two of them
 * are an end to gnuplot where the text begins.
 */
void plot_quote(FILE *out, const char *s);

/* In data they are in double quotes, which nothing can escape there: a double quote becomes a
 * single one, a backslash a slash. */
void plot_data_quote(FILE *out, const char *s);

/* ---- colors ---- */

/* Vermillion, "#d55e00", is kept for what is wrong. */
#define PALETTE_WRONG "#d55e00"

enum {
	PALETTE_COLORS = 8,
	PALETTE_HATCHINGS = 6,                              /* none, and five kinds */
	PALETTE_LOOKS = PALETTE_COLORS * PALETTE_HATCHINGS, /* that differ */
};

/* "#0072b2": the color of the thing with this number; they repeat after PALETTE_COLORS. */
const char *palette_color(uint32_t number);

/* Whether dark text is readable on it; else light text is. */
bool palette_is_light(uint32_t number);

/* Of what is drawn as a line, or LOOK_WRONG or LOOK_INK: its color, and the attribute of its
 * dashes, from PALETTE_COLORS on. */
const char *palette_line(uint32_t look);
const char *palette_dashes(uint32_t look);

/* " fillstyle pattern 4", for gnuplot: the hatching of the thing with this number. */
const char *palette_gnuplot_fill(uint32_t number);

#endif
