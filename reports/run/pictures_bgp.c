/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of BGP in a run (T12.4): the share of the flows that clients lose, the next hops of
 * routes, and sessions, each over time; as SVG and for gnuplot. Lines that take the same course
 * are one, with the name of the first.
 */
#include "reports/run/pictures_bgp.h"

#include <stdlib.h>

#include "base/text.h"
#include "reports/model/report.h"
#include "reports/run/pictures.h"
#include "sim/engine/setup_bgp.h"

enum { PERCENT = 100, LINES_MAX = 8, ROW = 24, ROW_BAR = 14, PLOT_FRAME = 130 };

static const char *const picture_bgp_time = "time since the end of the warm-up [s]";

static double picture_bgp_seconds(sim_ns time)
{
	return (double)time / (double)NS_PER_SEC;
}

/* ---- courses: values that change with time ---- */

struct course {
	const char *name; /* of the first that takes it */
	uint32_t count;   /* how many do */
	struct figure_points points;
};

struct courses {
	ARRAY_OF(struct course) list; /* those to be shown */
	uint32_t left_out;            /* more courses */
	double most;
};

static bool courses_are_equal(const struct figure_points *a, const struct figure_points *b)
{
	bool equal = a->list.count == b->list.count;

	for (uint32_t i = 0; equal && i < a->list.count; i++)
		equal = a->list.items[i].x == b->list.items[i].x &&
			a->list.items[i].y == b->list.items[i].y;
	return equal;
}

/* `from`: of these on it may be equal to one. */
static void courses_add(struct courses *courses, uint32_t from, const char *name,
			const struct figure_points *points, struct arena *arena)
{
	struct course course = { name, 1, *points };

	for (uint32_t i = from; i < courses->list.count; i++) {
		struct course *known = &courses->list.items[i];

		if (courses_are_equal(&known->points, points)) {
			known->count++;
			return;
		}
	}
	if (courses->list.count >= LINES_MAX) {
		courses->left_out++;
		return;
	}
	ARRAY_ADD(arena, &courses->list, course);
	ARRAY_FOREACH (const struct figure_point, point, &points->list)
		courses->most = point->y > courses->most ? point->y : courses->most;
}

static const char *course_name(const struct course *course, struct arena *arena)
{
	if (course->count == 1)
		return course->name;
	return arena_printf(arena, "%s and %u more", course->name, course->count - 1);
}

/* From then on it has this value. */
static void course_point(struct figure_points *points, sim_ns at, double value,
			 struct arena *arena)
{
	const struct figure_point point = { picture_bgp_seconds(at), value };
	const uint32_t count = points->list.count;

	if (count > 0 && points->list.items[count - 1].x == point.x)
		points->list.items[count - 1].y = value;
	else
		ARRAY_ADD(arena, &points->list, point);
}

/* It ends with the run. */
static void course_end(struct figure_points *points, sim_ns end, struct arena *arena)
{
	const uint32_t count = points->list.count;

	if (count > 0)
		course_point(points, end, points->list.items[count - 1].y, arena);
}

/* ---- what is shown ---- */

static int lost_order(const void *left, const void *right)
{
	const struct client_result *a = *(const struct client_result *const *)left;
	const struct client_result *b = *(const struct client_result *const *)right;

	if (a->client != b->client)
		return a->client < b->client ? -1 : 1;
	if (a->lost_flow_seconds != b->lost_flow_seconds)
		return a->lost_flow_seconds > b->lost_flow_seconds ? -1 : 1;
	return (a > b) - (a < b);
}

static void lost_points(struct figure_points *out, const struct client_result *client,
			sim_ns end, struct arena *arena)
{
	*out = (struct figure_points){ 0 };
	course_point(out, 0, 0, arena);
	ARRAY_FOREACH (const struct lost_share, lost, &client->lost) {
		course_point(out, lost->time.from, lost->share * PERCENT, arena);
		if (lost->time.to != SIM_NEVER)
			course_point(out, lost->time.to, 0, arena);
	}
	course_end(out, end, arena);
}

/* Of each client, by what it lost. */
static void lost_courses(struct courses *out, const struct run_plots *p, struct arena *arena)
{
	const uint32_t count = p->run->clients.count;
	const struct client_result **sorted = arena_zalloc(arena, count + 1, sizeof(*sorted));
	uint32_t from = 0;

	*out = (struct courses){ .most = 1 };
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &p->run->clients.items[i];
	array_sort(sorted, count, sizeof(sorted[0]), lost_order);
	for (uint32_t i = 0; i < count; i++) {
		const struct client_result *client = sorted[i];
		struct figure_points points;

		if (i > 0 && sorted[i - 1]->client != client->client)
			from = out->list.count;
		lost_points(&points, client, p->run->simulated, arena);
		courses_add(out, from,
			    arena_printf(arena, "%s to %s",
					 p->setup->bgp->clients.items[client->client].name,
					 p->setup->vips.items[client->vip].text),
			    &points, arena);
	}
}

static int width_order(const void *left, const void *right)
{
	const struct route_result *a = *(const struct route_result *const *)left;
	const struct route_result *b = *(const struct route_result *const *)right;

	if (a->router != b->router)
		return a->router < b->router ? -1 : 1;
	if (a->full.time != b->full.time)
		return a->full.time > b->full.time ? -1 : 1;
	return (a > b) - (a < b);
}

static void width_points(struct figure_points *out, const struct route_result *route,
			 sim_ns end, struct arena *arena)
{
	*out = (struct figure_points){ 0 };
	ARRAY_FOREACH (const struct route_set, set, &route->sets) {
		uint32_t width = 0;

		ARRAY_FOREACH (const struct route_hop, hop, &set->hops)
			width += hop->alive;
		course_point(out, set->time.from, width, arena);
	}
	course_end(out, end, arena);
}

static void width_courses(struct courses *out, const struct run_plots *p, struct arena *arena)
{
	const struct setup_bgp *bgp = p->setup->bgp;
	const uint32_t count = p->run->routes.count;
	const struct route_result **sorted = arena_zalloc(arena, count + 1, sizeof(*sorted));
	uint32_t from = 0;

	*out = (struct courses){ .most = 1 };
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &p->run->routes.items[i];
	array_sort(sorted, count, sizeof(sorted[0]), width_order);
	for (uint32_t i = 0; i < count; i++) {
		const struct route_result *route = sorted[i];
		struct figure_points points;

		if (i > 0 && sorted[i - 1]->router != route->router)
			from = out->list.count;
		width_points(&points, route, p->run->simulated, arena);
		courses_add(out, from,
			    arena_printf(arena, "%s to %s",
					 bgp->routers.items[route->router].router->name,
					 bgp->prefixes.items[route->prefix].text),
			    &points, arena);
	}
}

/* One kind of picture with lines. */
struct course_plot {
	const char *name; /* of its files */
	const char *title, *y_label;
	void (*find)(struct courses *out, const struct run_plots *p, struct arena *arena);
	bool counts;
};

static const struct course_plot lost_plot = { "lost", "share of the flows that clients lose",
					      "share of the flows [%]", lost_courses, false };
static const struct course_plot width_plot = { "widths", "next hops that work, by route",
					       "next hops", width_courses, true };

static const char *course_title(const struct course_plot *plot, const struct courses *courses,
				struct arena *arena)
{
	if (courses->list.count == 0)
		return arena_printf(arena, "%s: there are none", plot->title);
	if (courses->left_out == 0)
		return plot->title;
	return arena_printf(arena, "%s, the worst of each first: %u of %u courses", plot->title,
			    courses->list.count, courses->list.count + courses->left_out);
}

static void course_draw(FILE *out, const struct run_plots *p, const struct course_plot *plot,
			bool inside)
{
	enum { APART = 2 }; /* pixels between lines that would hide each other */
	struct courses courses;
	struct arena arena;
	struct figure f = { .out = out,
			    .arena = &arena,
			    .inside = inside,
			    .x_label = picture_bgp_time,
			    .y_label = plot->y_label,
			    .x_most = picture_bgp_seconds(p->run->duration) };

	arena_init(&arena);
	plot->find(&courses, p, &arena);
	f.title = course_title(plot, &courses, &arena);
	f.subtitle = run_subtitle(p, &arena);
	f.y_most = plot->counts ? courses.most * 1.05 : PERCENT;
	for (uint32_t i = 0; i < courses.list.count; i++) {
		const struct figure_entry entry = {
			.name = course_name(&courses.list.items[i], &arena),
			.look = i,
			.sign = FIGURE_LINE,
		};

		ARRAY_ADD(&arena, &f.legend, entry);
	}
	run_add_marks(&f, p->run);
	figure_begin(&f);
	for (uint32_t i = 0; i < courses.list.count; i++) {
		const struct figure_points *points = &courses.list.items[i].points;

		ARRAY_FOREACH (struct figure_point, point, &points->list)
			point->y += (double)i * APART / (f.bottom - f.top) * f.y_most;
		figure_steps(&f, points->list.items, points->list.count, i);
	}
	figure_end(&f);
	arena_release(&arena);
}

static void course_data(FILE *out, const struct run_plots *p, const struct course_plot *plot)
{
	struct courses courses;
	struct arena arena;

	arena_init(&arena);
	plot->find(&courses, p, &arena);
	fprintf(out, "# seconds, %s: a block for each line\n", plot->y_label);
	ARRAY_FOREACH (const struct course, course, &courses.list) {
		fputs("# ", out);
		plot_data_quote(out, course_name(course, &arena));
		fputc('\n', out);
		ARRAY_FOREACH (const struct figure_point, point, &course->points.list)
			fprintf(out, "%.6f %.4f\n", point->x, point->y);
		fputs("\n\n", out);
	}
	if (courses.list.count == 0)
		fputs("0 0\n", out);
	arena_release(&arena);
}

static void course_commands(FILE *out, const struct run_plots *p,
			    const struct course_plot *plot)
{
	struct courses courses;
	struct arena arena;

	arena_init(&arena);
	plot->find(&courses, p, &arena);
	run_plot_title(out, p, course_title(plot, &courses, &arena), false);
	run_plot_events(out, p);
	fprintf(out, "set xlabel '%s'\nset ylabel '%s'\nset xrange [0:%.6f]\n",
		picture_bgp_time, plot->y_label, picture_bgp_seconds(p->run->duration));
	if (plot->counts)
		fprintf(out, "set yrange [0:%.0f]\nset ytics %u\n", courses.most + 1,
			(unsigned)courses.most / LINES_MAX + 1);
	else
		fputs("set yrange [0:100]\n", out);
	fputs("plot ", out);
	for (uint32_t i = 0; i < courses.list.count; i++) {
		fprintf(out,
			"%s\\\n  '%s.dat' index %u with steps linewidth 2.5 dashtype %u "
			"linecolor rgb '%s' title ",
			i > 0 ? ", " : "", plot->name, i, i % 4 + 1, palette_color(i));
		plot_quote(out, course_name(&courses.list.items[i], &arena));
	}
	if (courses.list.count == 0)
		fprintf(out, "'%s.dat' with lines notitle", plot->name);
	fputc('\n', out);
	arena_release(&arena);
}

/* ---- sessions ---- */

static int session_order(const void *left, const void *right)
{
	const struct session_result *a = *(const struct session_result *const *)left;
	const struct session_result *b = *(const struct session_result *const *)right;

	if (a->down_total != b->down_total)
		return a->down_total > b->down_total ? -1 : 1;
	return (a > b) - (a < b);
}

/* Those that were down longest first; returns how many are shown. */
static uint32_t sessions_shown(const struct session_result ***out, const struct run_plots *p,
			       struct arena *arena)
{
	const uint32_t count = p->run->sessions.count;
	const struct session_result **sorted = arena_zalloc(arena, count + 1, sizeof(*sorted));

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &p->run->sessions.items[i];
	array_sort(sorted, count, sizeof(sorted[0]), session_order);
	*out = sorted;
	return count < PICTURE_VIPS_MAX ? count : PICTURE_VIPS_MAX;
}

static const char *sessions_title(const struct run_plots *p, uint32_t shown,
				  struct arena *arena)
{
	static const char *const all = "BGP sessions, those down longest first";
	const uint32_t count = p->run->sessions.count;

	return shown < count ? arena_printf(arena, "%s: %u of %u", all, shown, count) : all;
}

static const struct setup_session *session_setup(const struct run_plots *p,
						 const struct session_result *session)
{
	return &p->setup->bgp->sessions.items[session->session];
}

static const char *session_name(const struct run_plots *p, const struct session_result *session,
				struct arena *arena)
{
	const struct setup_session *s = session_setup(p, session);

	return arena_printf(arena, "%s to %s", p->setup->nodes.items[s->node].name,
			    p->setup->bgp->routers.items[s->router].router->name);
}

static sim_ns session_until(const struct run_plots *p, const struct session_interval *it)
{
	return it->until < p->run->simulated ? it->until : p->run->simulated;
}

static void session_draw(const struct figure *f, const struct run_plots *p,
			 const struct session_result *session, uint32_t look, unsigned y)
{
	const char *node = p->setup->nodes.items[session_setup(p, session)->node].name;

	ARRAY_FOREACH (const struct session_interval, it, &session->intervals) {
		const double x = figure_x(f, picture_bgp_seconds(it->since));
		const char *state = it->up              ? "up"
				    : it->cause != NULL ? it->cause
							: "not yet up";
		char begin[SECONDS_TEXT_MAX];
		char end[SECONDS_TEXT_MAX];
		const struct figure_box box = {
			.x = x,
			.y = y,
			.width = figure_x(f, picture_bgp_seconds(session_until(p, it))) - x,
			.height = ROW_BAR,
			.look = it->up ? look : LOOK_WRONG,
			.node = node,
			.label = it->up ? node : state,
			.hint = arena_printf(f->arena, "%s, %s to %s", state,
					     seconds_short(it->since, begin),
					     it->until == SIM_NEVER
						     ? "the end"
						     : seconds_short(it->until, end)),
		};

		figure_box(f, &box);
	}
}

void picture_sessions_in(FILE *out, const struct run_plots *p, bool inside)
{
	static const struct figure_entry down = { .name = "down", .look = LOOK_WRONG };
	const struct session_result **sessions;
	struct figure_row *rows;
	const uint32_t *looks;
	struct arena arena;
	bool *named;
	struct figure f = { .out = out,
			    .arena = &arena,
			    .inside = inside,
			    .x_label = picture_bgp_time,
			    .x_most = picture_bgp_seconds(p->run->duration) };

	arena_init(&arena);
	f.row_count = sessions_shown(&sessions, p, &arena);
	f.title = sessions_title(p, f.row_count, &arena);
	f.subtitle = run_subtitle(p, &arena);
	looks = run_looks(p->run, p->setup->nodes.count, &arena);
	rows = arena_zalloc(&arena, f.row_count + 1, sizeof(*rows));
	named = arena_zalloc(&arena, p->setup->nodes.count + 1, sizeof(*named));
	ARRAY_ADD(&arena, &f.legend, down);
	for (uint32_t i = 0; i < f.row_count; i++)
		named[session_setup(p, sessions[i])->node] = true;
	for (uint32_t n = 0; n < p->setup->nodes.count; n++) {
		const struct figure_entry entry = { .name = p->setup->nodes.items[n].name,
						    .look = looks[n],
						    .node = true };

		if (named[n])
			ARRAY_ADD(&arena, &f.legend, entry);
	}
	for (uint32_t i = 0; i < f.row_count; i++)
		rows[i] = (struct figure_row){ .name = session_name(p, sessions[i], &arena),
					       .height = ROW };
	f.rows = rows;
	run_add_marks(&f, p->run);
	figure_begin(&f);
	for (uint32_t i = 0; i < f.row_count; i++)
		session_draw(&f, p, sessions[i], looks[session_setup(p, sessions[i])->node],
			     f.row_tops[i] + (ROW - ROW_BAR) / 2);
	figure_end(&f);
	arena_release(&arena);
}

static void sessions_data(FILE *out, const struct run_plots *p)
{
	const struct session_result **sessions;
	struct arena arena;
	uint32_t shown;

	arena_init(&arena);
	shown = sessions_shown(&sessions, p, &arena);
	fputs("# row, from, to, session: a block of when it was up, a block of when it was down\n",
	      out);
	for (int up = 1; up >= 0; up--) {
		/* A block that is not there would shift the other. */
		fprintf(out, "# %s\n-1 -1 -1 \"\"\n", up != 0 ? "up" : "down");
		for (uint32_t i = 0; i < shown; i++) {
			ARRAY_FOREACH (const struct session_interval, it,
				       &sessions[i]->intervals) {
				if (it->up != (up != 0))
					continue;
				fprintf(out, "%u %.6f %.6f ", i, picture_bgp_seconds(it->since),
					picture_bgp_seconds(session_until(p, it)));
				plot_data_quote(out, session_name(p, sessions[i], &arena));
				fputc('\n', out);
			}
		}
		fputs("\n\n", out);
	}
	arena_release(&arena);
}

static void sessions_commands(FILE *out, const struct run_plots *p)
{
	const struct session_result **sessions;
	struct arena arena;
	uint32_t shown;

	arena_init(&arena);
	shown = sessions_shown(&sessions, p, &arena);
	run_plot_title(out, p, sessions_title(p, shown, &arena), false);
	run_plot_events(out, p);
	fprintf(out,
		"set xlabel '%s'\nset xrange [0:%.6f]\nset yrange [%u.7:-0.7]\n"
		"set style fill solid 1.0 noborder\nunset ytics\nset ytics nomirror (",
		picture_bgp_time, picture_bgp_seconds(p->run->duration),
		shown > 0 ? shown - 1 : 0);
	for (uint32_t i = 0; i < shown; i++) {
		fputs(i > 0 ? ", " : "", out);
		plot_quote(out, session_name(p, sessions[i], &arena));
		fprintf(out, " %u", i);
	}
	fprintf(out,
		")\nplot 'sessions.dat' index 0 using 2:1:2:3:($1-0.3):($1+0.3) with boxxyerror "
		"linecolor rgb '%s' title 'up', \\\n"
		"  'sessions.dat' index 1 using 2:1:2:3:($1-0.3):($1+0.3) with boxxyerror "
		"linecolor rgb '%s' title 'down'\n",
		palette_color(0), PALETTE_WRONG);
	arena_release(&arena);
}

/* ---- for the table of plots ---- */

enum { PLOT_ROW = 22, PLOT_ROWS_MIN = 260 };

bool picture_bgp_wanted(const void *about)
{
	const struct run_plots *p = about;

	return p->setup->bgp != NULL;
}

unsigned picture_sessions_height(const void *about)
{
	const struct run_plots *p = about;
	const uint32_t count = p->run->sessions.count;

	const unsigned rows = (count < PICTURE_VIPS_MAX ? count : PICTURE_VIPS_MAX) * PLOT_ROW;

	return PLOT_FRAME + run_plot_events_height(p) +
	       (rows > PLOT_ROWS_MIN ? rows : PLOT_ROWS_MIN);
}

void picture_lost_in(FILE *out, const struct run_plots *p, bool inside)
{
	course_draw(out, p, &lost_plot, inside);
}

void picture_widths_in(FILE *out, const struct run_plots *p, bool inside)
{
	course_draw(out, p, &width_plot, inside);
}

void picture_lost(FILE *out, const void *about)
{
	picture_lost_in(out, about, false);
}

void picture_lost_data(FILE *out, const void *about)
{
	course_data(out, about, &lost_plot);
}

void picture_lost_commands(FILE *out, const void *about)
{
	course_commands(out, about, &lost_plot);
}

void picture_widths(FILE *out, const void *about)
{
	picture_widths_in(out, about, false);
}

void picture_widths_data(FILE *out, const void *about)
{
	course_data(out, about, &width_plot);
}

void picture_widths_commands(FILE *out, const void *about)
{
	course_commands(out, about, &width_plot);
}

void picture_sessions(FILE *out, const void *about)
{
	picture_sessions_in(out, about, false);
}

void picture_sessions_data(FILE *out, const void *about)
{
	sessions_data(out, about);
}

void picture_sessions_commands(FILE *out, const void *about)
{
	sessions_commands(out, about);
}
