/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of losses of nodes. */
#include "reports/sweep/sweep.h"

#include "base/duration.h"
#include "base/text.h"
#include "reports/formats/plots.h"

enum {
	ROWS_MAX = 40, /* rows that can still be read */
	FRAME_PX = 130,
	ROW_PX = 22,
};

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

/* The axis of rows, the first one on top. */
static void sweep_plot_rows_axis(FILE *out, const struct sweep_losses *losses, uint32_t rows)
{
	fprintf(out, "set yrange [%.1f:-0.7]\nunset ytics\nset ytics nomirror (",
		rows > 0 ? (double)rows - 0.3 : 0.7);
	for (uint32_t i = 0; i < rows; i++) {
		fputs(i > 0 ? ", " : "", out);
		sweep_plot_quote_loss(out, &losses->list.items[i], plot_quote);
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
	fputs("set title 'VIPs on each node: now, and at most after one loss'\n", out);
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
		palette_colour(1), palette_colour(0));
}

/* ---- what losses do ---- */

static void sweep_plot_write_losses(FILE *out, const struct sweep_losses *losses)
{
	fputs("# row, VIPs moved, VIPs unreachable, earliest, mean and latest time [s] until the "
	      "last is back, lost\n",
	      out);
	for (uint32_t i = 0; i < sweep_plot_rows_of(losses); i++) {
		const struct sweep_loss *loss = &losses->list.items[i];

		fprintf(out, "%u %u %u %.3f %.3f %.3f ", i, loss->moved + loss->revived,
			loss->unreachable, sweep_plot_seconds(loss->back.earliest),
			sweep_plot_seconds(loss->back.mean),
			sweep_plot_seconds(loss->back.latest));
		sweep_plot_quote_loss(out, loss, plot_data_quote);
		fputc('\n', out);
	}
}

static void sweep_plot_plot_losses(FILE *out, const struct sweep_losses *losses,
				   const char *name, const char *title)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < sweep_plot_rows_of(losses); i++) {
		const struct sweep_loss *loss = &losses->list.items[i];
		const uint32_t vips = loss->moved + loss->revived + loss->unreachable;

		most = vips > most ? vips : most;
	}
	fprintf(out, "set title '%s'\n", title);
	sweep_plot_number_axis(out, "VIPs", most);
	sweep_plot_rows_axis(out, losses, sweep_plot_rows_of(losses));
	fprintf(out,
		"plot '%s.dat' using (0):1:(0):3:($1-0.34):($1+0.34) with boxxyerror linecolor "
		"rgb '%s' title 'unreachable', \\\n"
		"  '%s.dat' using 3:1:3:($3+$2):($1-0.34):($1+0.34) with boxxyerror linecolor "
		"rgb '%s' title 'move'\n",
		name, PALETTE_WRONG, name, palette_colour(0));
}

static void sweep_plot_losses_data(FILE *out, const void *about)
{
	sweep_plot_write_losses(out, &((const struct sweep_answer *)about)->sweep->single);
}

static unsigned sweep_plot_losses_height(const void *about)
{
	return sweep_plot_rows_height(
		sweep_plot_rows_of(&((const struct sweep_answer *)about)->sweep->single));
}

static void sweep_plot_losses_commands(FILE *out, const void *about)
{
	sweep_plot_plot_losses(out, &((const struct sweep_answer *)about)->sweep->single,
			       "losses", "what each loss does, the worst on top");
}

static bool sweep_plot_has_pairs(const void *about)
{
	return ((const struct sweep_answer *)about)->sweep->pairs.list.count > 0;
}

static void sweep_plot_pairs_data(FILE *out, const void *about)
{
	sweep_plot_write_losses(out, &((const struct sweep_answer *)about)->sweep->pairs);
}

static unsigned sweep_plot_pairs_height(const void *about)
{
	return sweep_plot_rows_height(
		sweep_plot_rows_of(&((const struct sweep_answer *)about)->sweep->pairs));
}

static void sweep_plot_pairs_commands(FILE *out, const void *about)
{
	sweep_plot_plot_losses(out, &((const struct sweep_answer *)about)->sweep->pairs,
			       "pairs", "what the loss of two at once does, the worst on top");
}

/* ---- when VIPs are back ---- */

static bool sweep_plot_any_moves(const void *about)
{
	return ((const struct sweep_answer *)about)->sweep->single.slowest.latest > 0;
}

static void sweep_plot_back_commands(FILE *out, const void *about)
{
	const struct sweep_losses *losses =
		&((const struct sweep_answer *)about)->sweep->single;

	fputs("set title 'how long until the last VIP that moves is back'\n"
	      "set xlabel 'time since the crash [s]'\nset xrange [0:*]\n",
	      out);
	sweep_plot_rows_axis(out, losses, sweep_plot_rows_of(losses));
	fprintf(out,
		"plot 'back.dat' using ($6>0?$4:NaN):1:4:6:($1-0.26):($1+0.26) with boxxyerror "
		"linecolor rgb '%s' title 'earliest to latest (99 of 100)', \\\n"
		"  'back.dat' using ($6>0?$5:NaN):1 with points pointtype 7 pointsize 0.8 "
		"linecolor rgb '%s' title 'mean'\n",
		palette_colour(4), palette_colour(0));
}

const struct plot sweep_plots[SWEEP_PLOTS] = {
	{ "load", "VIPs per node before and after", sweep_plot_any_loss, sweep_plot_load_data,
	  sweep_plot_load_commands, sweep_plot_load_height },
	{ "losses", "what each loss does", sweep_plot_any_loss, sweep_plot_losses_data,
	  sweep_plot_losses_commands, sweep_plot_losses_height },
	{ "back", "when VIPs are back", sweep_plot_any_moves, sweep_plot_losses_data,
	  sweep_plot_back_commands, sweep_plot_losses_height },
	{ "pairs", "what the worst pairs do", sweep_plot_has_pairs, sweep_plot_pairs_data,
	  sweep_plot_pairs_commands, sweep_plot_pairs_height },
};
