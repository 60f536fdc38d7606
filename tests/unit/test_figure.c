/* SPDX-License-Identifier: Apache-2.0 */
/* reports/formats/figure.c: nodes look different, and names neither touch nor are cut. (S6.7)
 */
#include "reports/formats/figure.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "reports/formats/plots.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { NODES = 40 };

struct drawing {
	struct arena arena;
	struct figure figure;
	char *svg;
	size_t size;
};

static void drawing_begin(struct drawing *d)
{
	*d = (struct drawing){ .figure = { .title = "who", .x_most = 60, .y_most = 10 } };
	arena_init(&d->arena);
	d->figure.arena = &d->arena;
	d->figure.out = open_memstream(&d->svg, &d->size);
}

static const char *drawing_end(struct drawing *d)
{
	figure_begin(&d->figure);
	figure_end(&d->figure);
	fclose(d->figure.out);
	return d->svg;
}

static void drawing_release(struct drawing *d)
{
	free(d->svg);
	arena_release(&d->arena);
}

/* What follows `before` in the text, up to `end`. */
static char *drawing_find(struct drawing *d, const char *before, const char *end)
{
	const char *from = strstr(d->svg, before);

	ck_assert_msg(from != NULL, "no %s", before);
	from += strlen(before);
	ck_assert_ptr_nonnull(strstr(from, end));
	return arena_strndup(&d->arena, from, (size_t)(strstr(from, end) - from));
}

/* The fill of a node in the legend; of a hatched one all that its pattern says. */
static const char *drawing_look_of(struct drawing *d, const char *name)
{
	const char *node =
		drawing_find(d, arena_printf(&d->arena, "data-node=\"%s\">", name), "</g>");
	const char *fill = strstr(node, "fill=\"") + strlen("fill=\"");
	const char *hatch = strstr(fill, "#hatch");

	if (hatch == NULL)
		return arena_strndup(&d->arena, fill, strcspn(fill, "\""));
	return drawing_find(d,
			    arena_printf(&d->arena, "<pattern id=\"%.*s\"",
					 (int)strcspn(hatch + 1, ")"), hatch + 1),
			    "</pattern>");
}

START_TEST(forty_nodes_look_different)
{
	const char *looks[NODES];
	struct drawing d;

	drawing_begin(&d);
	for (uint32_t i = 0; i < NODES; i++) {
		const struct figure_entry entry = {
			.name = arena_printf(&d.arena, "node-%u", i), .look = i, .node = true
		};

		ARRAY_ADD(&d.arena, &d.figure.legend, entry);
	}
	(void)drawing_end(&d);
	for (uint32_t i = 0; i < NODES; i++) {
		looks[i] = drawing_look_of(&d, d.figure.legend.items[i].name);
		for (uint32_t k = 0; k < i; k++)
			EXPECT(strcmp(looks[i], looks[k]) != 0, "nodes %u and %u are both %s",
			       i, k, looks[i]);
		/* In the scripts for gnuplot as well. */
		for (uint32_t k = 0; k < i; k++)
			EXPECT(strcmp(palette_color(i), palette_color(k)) != 0 ||
				       strcmp(palette_gnuplot_fill(i),
					      palette_gnuplot_fill(k)) != 0,
			       "nodes %u and %u", i, k);
		ck_assert_str_ne(looks[i], PALETTE_WRONG);
	}
	drawing_release(&d);
}
END_TEST

/* Names of events are in lanes in which none reaches into the next one. */
START_TEST(names_of_events_do_not_touch)
{
	struct random r = random_split((uint64_t)_i, "figure");
	double busy[64] = { 0 };
	struct drawing d;
	double at = 0;

	drawing_begin(&d);
	for (uint32_t i = 0; i < 30; i++) {
		const struct figure_mark mark = {
			at, arena_printf(&d.arena, "%.*s", 1 + (int)random_below(&r, 30),
					 "node-a is drained, its agent stays")
		};

		ARRAY_ADD(&d.arena, &d.figure.marks, mark);
		at += (double)random_below(&r, 4);
	}
	(void)drawing_end(&d);
	for (uint32_t i = 0; i < d.figure.marks.count; i++) {
		const struct mark_place *place = &d.figure.mark_places[i];
		const char *name = d.figure.marks.items[i].name;
		double x = figure_x(&d.figure, d.figure.marks.items[i].x) + 3;

		ck_assert_uint_lt(place->lane, 64);
		if (!place->shown)
			continue;
		if (x + figure_text_width(name) + 6 > FIGURE_WIDTH)
			x = FIGURE_WIDTH - figure_text_width(name) - 6;
		ck_assert_double_ge(x, busy[place->lane]);
		busy[place->lane] = x + figure_text_width(name);
	}
	ck_assert_ptr_nonnull(strstr(d.svg, "<title>0s node-a"));
	drawing_release(&d);
}
END_TEST

/* The longest address and the longest label of a host are whole; the end of a longer name is.
 */
START_TEST(names_of_rows_are_whole)
{
	static const char *const whole[] = {
		"2001:0db8:1234:5678:9abc:def0:1234:5678",
		"worker-with-a-rather-long-name-17.rack-4.example.org",
	};
	const char *longer =
		"a-host-with-a-name-that-goes-on-and-on.in-a-domain.that-does-as-well."
		"example.org";
	struct figure_row rows[] = {
		{ .name = whole[0], .height = 20 },
		{ .name = whole[1], .height = 20 },
		{ .name = longer, .height = 20 },
	};
	struct drawing d;

	drawing_begin(&d);
	d.figure.rows = rows;
	d.figure.row_count = ARRAY_LEN(rows);
	(void)drawing_end(&d);
	for (uint32_t i = 0; i < ARRAY_LEN(whole); i++)
		ck_assert_ptr_nonnull(strstr(d.svg, arena_printf(&d.arena, ">%s<", whole[i])));
	ck_assert_ptr_null(strstr(d.svg, longer));
	ck_assert_ptr_nonnull(strstr(d.svg, ".that-does-as-well.example.org<"));
	ck_assert_uint_ge(d.figure.left, figure_text_width(whole[1]));
	drawing_release(&d);
}
END_TEST

START_TEST(names_are_text)
{
	const struct figure_mark mark = { 1, "<script>alert(1)</script>" };
	const struct figure_entry entry = { .name = "\"/><a b='", .node = true };
	struct drawing d;

	drawing_begin(&d);
	ARRAY_ADD(&d.arena, &d.figure.marks, mark);
	ARRAY_ADD(&d.arena, &d.figure.legend, entry);
	d.figure.title = "a & b < c";
	(void)drawing_end(&d);
	ck_assert_ptr_null(strstr(d.svg, "<script"));
	ck_assert_ptr_null(strstr(d.svg, "<a b"));
	ck_assert_ptr_nonnull(strstr(d.svg, "a &amp; b &lt; c"));
	drawing_release(&d);
}
END_TEST

/* An axis has few marks, at round values, the first of them 0. */
START_TEST(marks_of_axes_are_few)
{
	static const double mosts[] = { 0, 0.004, 0.3, 1, 8.4, 60, 599, 3600, 86400, 1e7 };
	struct drawing d;
	uint32_t ticks = 0;

	drawing_begin(&d);
	d.figure.x_most = mosts[_i];
	d.figure.y_most = mosts[_i];
	(void)drawing_end(&d);
	for (const char *s = d.svg; (s = strstr(s, "class=\"tick\"")) != NULL; s++)
		ticks++;
	ck_assert_uint_ge(ticks, 2);
	ck_assert_uint_le(ticks, 13 + 9);
	drawing_release(&d);
}
END_TEST

Suite *suite_figure(void)
{
	Suite *suite = suite_create("figure");
	TCase *tcase = tcase_create("figure");

	tcase_add_test(tcase, forty_nodes_look_different);
	tcase_add_loop_test(tcase, names_of_events_do_not_touch, 0, 10);
	tcase_add_test(tcase, names_of_rows_are_whole);
	tcase_add_test(tcase, names_are_text);
	tcase_add_loop_test(tcase, marks_of_axes_are_few, 0, 10);
	suite_add_tcase(suite, tcase);
	return suite;
}
