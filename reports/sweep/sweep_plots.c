/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of losses of nodes. */
#include "reports/sweep/sweep.h"

#include "base/duration.h"
#include "base/text.h"
#include "reports/formats/figure.h"
#include "reports/formats/plots.h"

enum {
	ROWS_MAX = 40, /* rows that can still be read */
	FRAME_PX = 130,
	ROW_PX = 22,
};

static const char *const sweep_title_losses = "what each loss does, the worst on top";
static const char *const sweep_title_pairs =
	"what the loss of two at once does, the worst on top";
static const char *const sweep_title_back =
	"how long until the last VIP that moves is back, the slowest on top";
static const char *const sweep_title_load =
	"VIPs on each node: now, and at most after one loss; most now on top";

static unsigned sweep_plot_rows_height(uint32_t rows)
{
	return FRAME_PX + ROW_PX * (rows + 1);
}

static double sweep_plot_seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_SEC;
}

/* An axis of numbers from 0 to `most`, with marks at whole ones only. */
static void sweep_plot_number_axis(FILE *out, const char *label, uint32_t most)
{
	enum { MARKS = 10 };

	fprintf(out, "set xlabel '%s [number]'\nset xrange [0:%u]\n", label,
		most > 0 ? most : 1);
	if (most <= MARKS)
		fputs("set xtics 1\n", out);
}

static bool sweep_plot_any_loss(const void *about)
{
	return ((const struct sweep_answer *)about)->sweep->single.list.count > 0;
}

/* ---- names of rows ---- */

static void sweep_plot_add_name(struct text *t, const struct sweep_loss *loss)
{
	for (unsigned i = 0; i < SWEEP_LOST_MAX && loss->groups[i] != NULL; i++) {
		text_add(t, i > 0 ? " + " : "");
		text_add(t, loss->groups[i]->name);
	}
}

static void sweep_plot_quote_loss(FILE *out, const struct sweep_loss *loss,
				  void (*quote)(FILE *out, const char *s))
{
	struct text t = { 0 };

	sweep_plot_add_name(&t, loss);
	quote(out, text_str(&t));
	text_release(&t);
}

/* What is shown, in order. */
struct sweep_rows {
	const struct sweep_loss **items;
	uint32_t count;
};

static int sweep_rows_by_time(const void *pa, const void *pb)
{
	const struct sweep_loss *a = *(const struct sweep_loss *const *)pa;
	const struct sweep_loss *b = *(const struct sweep_loss *const *)pb;

	if (a->back.latest != b->back.latest)
		return a->back.latest > b->back.latest ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* The worst losses, or those after which a VIP is back last, in the arena. */
static struct sweep_rows sweep_rows_make(const struct sweep_losses *losses, bool by_time,
					 struct arena *arena)
{
	struct sweep_rows rows = {
		.items = arena_zalloc(arena, losses->list.count, sizeof(*rows.items)),
	};

	ARRAY_FOREACH (const struct sweep_loss, loss, &losses->list) {
		if (!by_time || loss->back.latest > 0)
			rows.items[rows.count++] = loss;
	}
	if (by_time)
		array_sort(rows.items, rows.count, sizeof(*rows.items), sweep_rows_by_time);
	if (rows.count > ROWS_MAX)
		rows.count = ROWS_MAX;
	return rows;
}

/* The axis of rows, the first one on top. */
static void sweep_plot_rows_axis(FILE *out, const struct sweep_rows *rows)
{
	fprintf(out, "set yrange [%.1f:-0.7]\nunset ytics\nset ytics nomirror (",
		rows->count > 0 ? (double)rows->count - 0.3 : 0.7);
	for (uint32_t i = 0; i < rows->count; i++) {
		fputs(i > 0 ? ", " : "", out);
		sweep_plot_quote_loss(out, rows->items[i], plot_quote);
		fprintf(out, " %u", i);
	}
	fputs(")\nset style fill solid 1.0 noborder\n", out);
}

static uint32_t sweep_plot_rows_of(const struct sweep_losses *losses)
{
	return losses->list.count < ROWS_MAX ? losses->list.count : ROWS_MAX;
}

/* ---- VIPs per node before and after ---- */

/* By index in cluster->nodes: the most VIPs it has after any single loss. */
static uint32_t *sweep_plot_most_after(const struct sweep *sweep, struct arena *arena)
{
	const uint32_t nodes = sweep->cluster->nodes.count;
	uint32_t *most = arena_zalloc(arena, nodes, sizeof(*most));

	for (uint32_t i = 0; i < nodes; i++)
		most[i] = sweep->load[i];
	ARRAY_FOREACH (const struct sweep_loss, loss, &sweep->single.list) {
		const struct arena_mark mark = arena_mark(arena);
		struct sweep_detail detail;

		sweep_detail(&detail, sweep, loss, arena);
		ARRAY_FOREACH (const struct sweep_gain, gain, &detail.gains) {
			uint32_t *it = &most[gain->node - sweep->cluster->nodes.items];

			if (gain->after > *it)
				*it = gain->after;
		}
		arena_reset(arena, mark);
	}
	return most;
}

static uint32_t sweep_plot_load_rows(const struct sweep *sweep)
{
	return sweep->by_load_count < ROWS_MAX ? sweep->by_load_count : ROWS_MAX;
}

static void sweep_plot_load_data(FILE *out, const void *about)
{
	const struct sweep *sweep = ((const struct sweep_answer *)about)->sweep;
	const uint32_t *most;
	struct arena arena;

	arena_init(&arena);
	most = sweep_plot_most_after(sweep, &arena);
	fputs("# row, VIPs before, most VIPs after one loss, node\n", out);
	for (uint32_t i = 0; i < sweep_plot_load_rows(sweep); i++) {
		const uint32_t node = sweep->by_load[i];

		fprintf(out, "%u %u %u ", i, sweep->load[node], most[node]);
		plot_data_quote(out, sweep->cluster->nodes.items[node].name);
		fputc('\n', out);
	}
	arena_release(&arena);
}

static unsigned sweep_plot_load_height(const void *about)
{
	return sweep_plot_rows_height(
		sweep_plot_load_rows(((const struct sweep_answer *)about)->sweep));
}

static void sweep_plot_load_commands(FILE *out, const void *about)
{
	const struct sweep_answer *answer = about;
	const struct sweep *sweep = answer->sweep;
	const uint32_t rows = sweep_plot_load_rows(sweep);
	const uint32_t *after;
	struct arena arena;
	uint32_t most = 0;

	arena_init(&arena);
	after = sweep_plot_most_after(sweep, &arena);
	for (uint32_t i = 0; i < sweep->cluster->nodes.count; i++)
		most = after[i] > most ? after[i] : most;
	arena_release(&arena);
	fprintf(out, "set title '%s'\n", sweep_title_load);
	sweep_plot_number_axis(out, "local VIPs", most);
	fprintf(out, "set yrange [%.1f:-0.7]\nunset ytics\nset ytics nomirror (",
		rows > 0 ? (double)rows - 0.3 : 0.7);
	for (uint32_t i = 0; i < rows; i++) {
		fputs(i > 0 ? ", " : "", out);
		plot_quote(out, sweep->cluster->nodes.items[sweep->by_load[i]].name);
		fprintf(out, " %u", i);
	}
	fprintf(out,
		")\nset style fill solid 1.0 noborder\n"
		"plot 'load.dat' using (0):1:(0):3:($1-0.36):($1+0.36) with boxxyerror "
		"linecolor rgb '%s' title 'most after one loss', \\\n"
		"  'load.dat' using (0):1:(0):2:($1-0.20):($1+0.20) with boxxyerror "
		"linecolor rgb '%s' title 'now'\n",
		palette_color(1), palette_color(0));
}

/* ---- what losses do ---- */

static const struct sweep_losses *sweep_plot_single(const void *about)
{
	return &((const struct sweep_answer *)about)->sweep->single;
}

static const struct sweep_losses *sweep_plot_pairs(const void *about)
{
	return &((const struct sweep_answer *)about)->sweep->pairs;
}

static void sweep_plot_write_losses(FILE *out, const struct sweep_losses *losses, bool by_time)
{
	struct sweep_rows rows;
	struct arena arena;

	arena_init(&arena);
	rows = sweep_rows_make(losses, by_time, &arena);
	fputs("# row, VIPs moved, VIPs unreachable, earliest, mean and latest time [s] until the "
	      "last is back, lost\n",
	      out);
	for (uint32_t i = 0; i < rows.count; i++) {
		const struct sweep_loss *loss = rows.items[i];

		fprintf(out, "%u %u %u %.3f %.3f %.3f ", i, loss->moved + loss->revived,
			loss->unreachable, sweep_plot_seconds(loss->back.earliest),
			sweep_plot_seconds(loss->back.mean),
			sweep_plot_seconds(loss->back.latest));
		sweep_plot_quote_loss(out, loss, plot_data_quote);
		fputc('\n', out);
	}
	arena_release(&arena);
}

static uint32_t sweep_plot_most(const struct sweep_rows *rows)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < rows->count; i++) {
		const struct sweep_loss *loss = rows->items[i];
		const uint32_t vips = loss->moved + loss->revived + loss->unreachable;

		most = vips > most ? vips : most;
	}
	return most;
}

static void sweep_plot_plot_losses(FILE *out, const struct sweep_losses *losses,
				   const char *name, const char *title)
{
	struct sweep_rows rows;
	struct arena arena;

	arena_init(&arena);
	rows = sweep_rows_make(losses, false, &arena);
	fprintf(out, "set title '%s'\n", title);
	sweep_plot_number_axis(out, "VIPs", sweep_plot_most(&rows));
	sweep_plot_rows_axis(out, &rows);
	fprintf(out,
		"plot '%s.dat' using (0):1:(0):3:($1-0.34):($1+0.34) with boxxyerror linecolor "
		"rgb '%s' title 'unreachable', \\\n"
		"  '%s.dat' using 3:1:3:($3+$2):($1-0.34):($1+0.34) with boxxyerror linecolor "
		"rgb '%s' title 'move'\n",
		name, PALETTE_WRONG, name, palette_color(0));
	arena_release(&arena);
}

static void sweep_plot_losses_data(FILE *out, const void *about)
{
	sweep_plot_write_losses(out, sweep_plot_single(about), false);
}

static void sweep_plot_back_data(FILE *out, const void *about)
{
	sweep_plot_write_losses(out, sweep_plot_single(about), true);
}

static unsigned sweep_plot_losses_height(const void *about)
{
	return sweep_plot_rows_height(sweep_plot_rows_of(sweep_plot_single(about)));
}

static void sweep_plot_losses_commands(FILE *out, const void *about)
{
	sweep_plot_plot_losses(out, sweep_plot_single(about), "losses", sweep_title_losses);
}

static bool sweep_plot_has_pairs(const void *about)
{
	return ((const struct sweep_answer *)about)->sweep->pairs.list.count > 0;
}

static void sweep_plot_pairs_data(FILE *out, const void *about)
{
	sweep_plot_write_losses(out, sweep_plot_pairs(about), false);
}

static unsigned sweep_plot_pairs_height(const void *about)
{
	return sweep_plot_rows_height(sweep_plot_rows_of(sweep_plot_pairs(about)));
}

static void sweep_plot_pairs_commands(FILE *out, const void *about)
{
	sweep_plot_plot_losses(out, sweep_plot_pairs(about), "pairs", sweep_title_pairs);
}

/* ---- when VIPs are back ---- */

static bool sweep_plot_any_moves(const void *about)
{
	return ((const struct sweep_answer *)about)->sweep->single.slowest.latest > 0;
}

static void sweep_plot_back_commands(FILE *out, const void *about)
{
	struct sweep_rows rows;
	struct arena arena;

	arena_init(&arena);
	rows = sweep_rows_make(sweep_plot_single(about), true, &arena);
	fprintf(out,
		"set title '%s'\nset xlabel 'time since the crash [s]'\nset xrange [0:*]\n",
		sweep_title_back);
	sweep_plot_rows_axis(out, &rows);
	fprintf(out,
		"plot 'back.dat' using 4:1:4:6:($1-0.26):($1+0.26) with boxxyerror "
		"linecolor rgb '%s' title 'earliest to latest (99 of 100)', \\\n"
		"  'back.dat' using 5:1 with points pointtype 7 pointsize 0.8 "
		"linecolor rgb '%s' title 'mean'\n",
		palette_color(4), palette_color(0));
	arena_release(&arena);
}

/* ---- the same as SVG ---- */

enum { BAR_PX = 13, THIN_PX = 7, BAR_TOP = 4 };

static void sweep_picture_entry(struct figure *f, const char *name, uint32_t look,
				enum figure_sign sign)
{
	const struct figure_entry entry = { .name = name, .look = look, .sign = sign };

	ARRAY_ADD(f->arena, &f->legend, entry);
}

static void sweep_picture_bar(const struct figure *f, uint32_t row, double from, double to,
			      unsigned height, uint32_t look)
{
	const struct figure_box box = {
		.x = figure_x(f, from),
		.y = f->row_tops[row] + BAR_TOP + (BAR_PX - height) / 2.0,
		.width = figure_x(f, to) - figure_x(f, from),
		.height = height,
		.look = look,
	};

	if (to > from)
		figure_box(f, &box);
}

static void sweep_picture_load(FILE *out, const void *about)
{
	const struct sweep *sweep = ((const struct sweep_answer *)about)->sweep;
	const uint32_t count = sweep_plot_load_rows(sweep);
	struct figure_row rows[ROWS_MAX];
	const uint32_t *after;
	struct arena arena;
	struct figure f = { .out = out,
			    .arena = &arena,
			    .title = sweep_title_load,
			    .x_label = "local VIPs",
			    .counts = true,
			    .x_most = 1,
			    .rows = rows,
			    .row_count = count };

	arena_init(&arena);
	after = sweep_plot_most_after(sweep, &arena);
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t node = sweep->by_load[i];

		rows[i] = (struct figure_row){ .name = sweep->cluster->nodes.items[node].name,
					       .height = ROW_PX };
		f.x_most = after[node] > f.x_most ? after[node] : f.x_most;
	}
	sweep_picture_entry(&f, "now", 0, FIGURE_BOX);
	sweep_picture_entry(&f, "most after one loss", 1, FIGURE_BOX);
	figure_begin(&f);
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t node = sweep->by_load[i];

		sweep_picture_bar(&f, i, 0, after[node], BAR_PX, 1);
		sweep_picture_bar(&f, i, 0, sweep->load[node], THIN_PX, 0);
	}
	figure_end(&f);
	arena_release(&arena);
}

/* The rows of a picture of losses, named. */
static void sweep_picture_rows(struct figure *f, const struct sweep_rows *losses,
			       struct figure_row *rows)
{
	for (uint32_t i = 0; i < losses->count; i++) {
		struct text name = { 0 };

		sweep_plot_add_name(&name, losses->items[i]);
		rows[i] = (struct figure_row){ .name = arena_strdup(f->arena, text_str(&name)),
					       .height = ROW_PX };
		text_release(&name);
	}
	f->rows = rows;
	f->row_count = losses->count;
}

static void sweep_picture_draw_losses(FILE *out, const struct sweep_losses *losses,
				      const char *title)
{
	struct figure_row rows[ROWS_MAX];
	struct sweep_rows shown;
	struct arena arena;
	struct figure f = {
		.out = out, .arena = &arena, .title = title, .x_label = "VIPs", .counts = true
	};

	arena_init(&arena);
	shown = sweep_rows_make(losses, false, &arena);
	sweep_picture_rows(&f, &shown, rows);
	f.x_most = sweep_plot_most(&shown) > 0 ? sweep_plot_most(&shown) : 1;
	sweep_picture_entry(&f, "unreachable", LOOK_WRONG, FIGURE_BOX);
	sweep_picture_entry(&f, "move", 0, FIGURE_BOX);
	figure_begin(&f);
	for (uint32_t i = 0; i < shown.count; i++) {
		const struct sweep_loss *loss = shown.items[i];
		const uint32_t vips = loss->unreachable + loss->moved + loss->revived;

		sweep_picture_bar(&f, i, 0, loss->unreachable, BAR_PX, LOOK_WRONG);
		sweep_picture_bar(&f, i, loss->unreachable, vips, BAR_PX, 0);
	}
	figure_end(&f);
	arena_release(&arena);
}

static void sweep_picture_losses(FILE *out, const void *about)
{
	sweep_picture_draw_losses(out, sweep_plot_single(about), sweep_title_losses);
}

static void sweep_picture_pairs(FILE *out, const void *about)
{
	sweep_picture_draw_losses(out, sweep_plot_pairs(about), sweep_title_pairs);
}

static void sweep_picture_back(FILE *out, const void *about)
{
	struct figure_row rows[ROWS_MAX];
	struct sweep_rows shown;
	struct arena arena;
	struct figure f = { .out = out,
			    .arena = &arena,
			    .title = sweep_title_back,
			    .x_label = "time since the crash [s]" };

	arena_init(&arena);
	shown = sweep_rows_make(sweep_plot_single(about), true, &arena);
	sweep_picture_rows(&f, &shown, rows);
	f.x_most = sweep_plot_seconds(shown.items[0]->back.latest);
	sweep_picture_entry(&f, "earliest to latest (99 of 100)", 4, FIGURE_BOX);
	sweep_picture_entry(&f, "mean", 0, FIGURE_DOT);
	figure_begin(&f);
	for (uint32_t i = 0; i < shown.count; i++) {
		const struct sweep_loss *loss = shown.items[i];

		sweep_picture_bar(&f, i, sweep_plot_seconds(loss->back.earliest),
				  sweep_plot_seconds(loss->back.latest), BAR_PX, 4);
		figure_dot(&f, figure_x(&f, sweep_plot_seconds(loss->back.mean)),
			   f.row_tops[i] + BAR_TOP + BAR_PX / 2.0, 0);
	}
	figure_end(&f);
	arena_release(&arena);
}

const struct plot sweep_plots[SWEEP_PLOTS] = {
	{ .name = "load",
	  .what = "VIPs per node now and after a loss",
	  .wanted = sweep_plot_any_loss,
	  .data = sweep_plot_load_data,
	  .commands = sweep_plot_load_commands,
	  .height = sweep_plot_load_height,
	  .draw = sweep_picture_load },
	{ .name = "losses",
	  .what = "what each loss does",
	  .wanted = sweep_plot_any_loss,
	  .data = sweep_plot_losses_data,
	  .commands = sweep_plot_losses_commands,
	  .height = sweep_plot_losses_height,
	  .draw = sweep_picture_losses },
	{ .name = "back",
	  .what = "when VIPs are back",
	  .wanted = sweep_plot_any_moves,
	  .data = sweep_plot_back_data,
	  .commands = sweep_plot_back_commands,
	  .height = sweep_plot_losses_height,
	  .draw = sweep_picture_back },
	{ .name = "pairs",
	  .what = "what the worst pairs do",
	  .wanted = sweep_plot_has_pairs,
	  .data = sweep_plot_pairs_data,
	  .commands = sweep_plot_pairs_commands,
	  .height = sweep_plot_pairs_height,
	  .draw = sweep_picture_pairs },
};
