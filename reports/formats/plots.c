/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts for gnuplot have in common, and the palette of all pictures. */
#include "reports/formats/plots.h"

#include "reports/formats/figure.h"
#include "reports/formats/screen.h"

void plot_quote(FILE *out, const char *s)
{
	struct text harmless = { 0 };

	screen_add(&harmless, s);
	fputc('\'', out);
	for (const char *c = text_str(&harmless); *c != '\0'; c++)
		fputs(*c == '\'' ? "\xe2\x80\x99" : (const char[]){ *c, '\0' }, out);
	fputc('\'', out);
	text_release(&harmless);
}

void plot_data_quote(FILE *out, const char *s)
{
	struct text harmless = { 0 };

	screen_add(&harmless, s);
	fputc('"', out);
	for (const char *c = text_str(&harmless); *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			fputc(*c == '"' ? '\'' : '/', out);
		else
			fputc(*c, out);
	}
	fputc('"', out);
	text_release(&harmless);
}

void plot_script(FILE *out, const struct plot *plot, const void *about)
{
	const unsigned height = plot->height != NULL ? plot->height(about) : PLOT_HEIGHT;

	fprintf(out,
		"# %s: gnuplot %s.gp makes %s.png of %s.dat\n"
		"set encoding utf8\n"
		"set terminal pngcairo size %d,%u noenhanced font 'sans-serif,11' "
		"background '#ffffff'\n"
		"set output '%s.png'\n"
		"set border 3 linecolor rgb '#59636e'\n"
		"set tics nomirror textcolor rgb '#1b1f24'\n"
		"set grid linecolor rgb '#d5dae0' linetype 1\n"
		"set key outside right top vertical Left reverse samplen 2.5 noenhanced\n",
		plot->what, plot->name, plot->name, plot->name, (int)PLOT_WIDTH, height,
		plot->name);
	plot->commands(out, about);
}

/* Colors that people who see colors differently can tell apart as well; they are as far from
 * paper as from a dark page. */
static const struct {
	const char *color;
	bool light;
} palette[PALETTE_COLORS] = {
	{ "#0072b2", false }, { "#e69f00", true }, { "#009e73", false }, { "#cc79a7", true },
	{ "#56b4e9", true },  { "#f0e442", true }, { "#8c8c8c", true },  { "#6f4bb8", false },
};

const char *palette_color(uint32_t number)
{
	return palette[number % PALETTE_COLORS].color;
}

bool palette_is_light(uint32_t number)
{
	return palette[number % PALETTE_COLORS].light;
}

const char *palette_line(uint32_t look)
{
	if (look == LOOK_WRONG)
		return PALETTE_WRONG;
	return look == LOOK_INK ? "currentColor" : palette_color(look);
}

const char *palette_dashes(uint32_t look)
{
	static const char *const dashes[] = {
		"",
		" stroke-dasharray=\"8 3\"",
		" stroke-dasharray=\"2 3\"",
		" stroke-dasharray=\"8 3 2 3\"",
		" stroke-dasharray=\"14 4\"",
		" stroke-dasharray=\"2 6\"",
	};

	if (look == LOOK_INK)
		return dashes[2];
	return look == LOOK_WRONG ? "" : dashes[look / PALETTE_COLORS % PALETTE_HATCHINGS];
}

const char *palette_gnuplot_fill(uint32_t number)
{
	static const char *const fills[PALETTE_HATCHINGS] = {
		"",
		" fillstyle pattern 4",
		" fillstyle pattern 5",
		" fillstyle pattern 2",
		" fillstyle pattern 1",
		" fillstyle pattern 7",
	};

	return fills[number / PALETTE_COLORS % PALETTE_HATCHINGS];
}
