/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures by gnuplot: for each a file of data and a script that makes an SVG and a PNG of it.
 * Both stay beside the pictures, to be changed and run again. And the colours of pictures.
 */
#ifndef REPORTS_FORMATS_PLOTS_H
#define REPORTS_FORMATS_PLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct plot {
	const char *name; /* of its files, without their endings .dat, .gp, .svg, .png */
	const char *what; /* for people: "who held each VIP over time" */
	bool (*wanted)(const void *about); /* false: there is nothing to show; NULL: always */
	void (*data)(FILE *out, const void *about);
	/* The commands between the terminal and the end: labels, axes, plot. */
	void (*commands)(FILE *out, const void *about);
	unsigned (*height)(const void *about); /* pixels; NULL: PLOT_HEIGHT */
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

/* ---- colours ---- */

/* Vermillion, "#d55e00", is kept for what is wrong. */
#define PALETTE_WRONG "#d55e00"

enum { PALETTE_COLOURS = 7 };

/* "#0072b2": the colour of the thing with this number; they repeat after PALETTE_COLOURS. */
const char *palette_colour(uint32_t number);

/* Whether dark text is readable on it; else light text is. */
bool palette_is_light(uint32_t number);

#endif
