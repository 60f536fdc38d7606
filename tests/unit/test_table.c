/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of reports/formats/screen.h, reports/formats/excerpt.h and
 * reports/findings/findings_table.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "reports/formats/screen.h"
#include "reports/findings/findings.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

/* A stream into memory, and what was written to it. */
struct printed {
	FILE *out;
	char *data;
	size_t size;
};

static void capture_begin(struct printed *c)
{
	*c = (struct printed){ 0 };
	c->out = open_memstream(&c->data, &c->size);
	ck_assert_ptr_nonnull(c->out);
}

static void capture_check(struct printed *c, const char *expected)
{
	fclose(c->out);
	ck_assert_str_eq(c->data, expected);
	free(c->data);
}

/* ---- text for a screen ---- */

static const struct harmless_row {
	const char *from;
	const char *to;
	unsigned columns;
} harmless_rows[] = {
	{ "", "", 0 },
	{ "pool-1: a", "pool-1: a", 9 },
	{ "a\033[2Jb", "a\\x1b[2Jb", 9 },
	{ "a\tb\nc\r", "a\\x09b\\x0ac\\x0d", 15 },
	{ "\x7f", "\\x7f", 4 },
	{ "\xc2\x9b", "\\x9b", 4 }, /* CSI as one character */
	{ "\xe2\x80\xae"
	  "x",
	  "\\u202ex", 7 }, /* right to left from here */
	{ "\xe2\x81\xa6", "\\u2066", 6 },
	{ "\xef\xbb\xbf", "\\ufeff", 6 },
	{ "\xf3\xa0\x81\x81", "\\U000e0041", 10 }, /* an invisible tag */
	{ "\xff"
	  "a\xc3",
	  "\\xffa\\xc3", 9 }, /* no UTF-8 */
	{ "K\xc3\xb6ln", "K\xc3\xb6ln", 4 },
	{ "e\xcc\x81", "e\xcc\x81", 1 }, /* a combining accent */
	{ "\xe6\x9d\xb1\xe4\xba\xac", "\xe6\x9d\xb1\xe4\xba\xac", 4 },
	{ "\xf0\x9f\x9a\x80", "\xf0\x9f\x9a\x80", 2 },
};

START_TEST(text_from_outside_becomes_harmless)
{
	const struct harmless_row *row = &harmless_rows[_i];
	struct text t = { 0 };

	screen_add(&t, row->from);
	ck_assert_str_eq(text_str(&t), row->to);
	ck_assert_uint_eq(screen_columns(text_str(&t)), row->columns);
	text_release(&t);
}
END_TEST

static const struct wrap_row {
	const char *s;
	unsigned at, indent, width;
	const char *result;
} wrap_rows[] = {
	{ "", 0, 2, 10, "\n" },
	{ "one two", 0, 2, 7, "one two\n" },
	{ "one two", 0, 2, 6, "one\n  two\n" },
	{ "one two", 1, 2, 7, "one\n  two\n" },
	{ "one two three four", 0, 2, 9, "one two\n  three\n  four\n" },
	{ "  one\n two\t", 0, 2, 20, "one two\n" },
	{ "a fe80:0000:0000:0000 b", 0, 2, 10, "a\n  fe80:0000:0000:0000\n  b\n" },
	{ "verylongword", 8, 2, 10, "verylongword\n" },
	{ "\xc3\xa4\xc3\xb6 \xc3\xbc\xc3\x9f", 0, 0, 5, "\xc3\xa4\xc3\xb6 \xc3\xbc\xc3\x9f\n" },
	{ "\xe6\x9d\xb1 \xe4\xba\xac", 0, 0, 4, "\xe6\x9d\xb1\n\xe4\xba\xac\n" },
};

START_TEST(text_is_wrapped_between_words)
{
	const struct wrap_row *row = &wrap_rows[_i];
	struct printed c;

	capture_begin(&c);
	screen_wrap(c.out, row->s, row->at, row->indent, row->width);
	capture_check(&c, row->result);
}
END_TEST

START_TEST(painted_text_is_wrapped_and_each_line_has_its_color)
{
	struct printed c;

	capture_begin(&c);
	ck_assert_uint_eq(screen_wrap_paint(c.out, (struct screen){ true, 7 }, SCREEN_STRONG,
					    "one two three", 0, 2),
			  7);
	fputc('\n', c.out);
	ck_assert_uint_eq(screen_wrap_paint(c.out, (struct screen){ true, 7 }, SCREEN_PLAIN,
					    "one two", 1, 2),
			  5);
	capture_check(&c, "\033[1mone two\033[0m\n  \033[1mthree\033[0m\none\n  two");
}
END_TEST

/* ---- tables ---- */

START_TEST(columns_of_several_tables_have_room_of_their_own)
{
	static const struct column list[] = {
		{ "NAME", false },         { "MINIMUM", true }, { "AVERAGE", true },
		{ "ANNOUNCED BY", false }, { "MAXIMUM", true },
	};
	static const char *const texts[] = { "cut off, total", "10.978s", "10.975s",
					     "cedar, birch", "10.9s" };
	struct printed c;
	struct columns t;
	struct arena arena;

	arena_init(&arena);
	columns_begin(&t, &arena, list, 5, 2);
	columns_heading(&t, "what the client on the other side of the world sees");

	struct cell *cells = columns_row(&t);

	for (int i = 0; i < 5; i++)
		cells[i] = cell_of(&arena, SCREEN_PLAIN, texts[i]);
	capture_begin(&c);
	columns_write(&t, c.out, (struct screen){ false, 39 });
	arena_release(&arena);
	capture_check(&c, "  NAME            MINIMUM  AVERAGE\n"
			  "what the client on the other side of\n"
			  "      the world sees\n"
			  "  cut off, total  10.978s  10.975s\n"
			  "\n"
			  "  NAME            ANNOUNCED BY  MAXIMUM\n"
			  "what the client on the other side of\n"
			  "      the world sees\n"
			  "  cut off, total  cedar, birch    10.9s\n");
}
END_TEST

/* ---- excerpts ---- */

static const struct excerpt_row {
	const char *line;
	uint32_t number, column;
	unsigned width;
	enum excerpt_shown shown;
	const char *result;
} excerpt_rows[] = {
	{ "  pool: 10.0.0.1", 12, 9, 80, EXCERPT_WHOLE,
	  "    12 |   pool: 10.0.0.1\n"
	  "       |         ^~~~~~~~\n" },
	{ "pool: \"a b\" # x", 1, 7, 80, EXCERPT_WHOLE,
	  "     1 | pool: \"a b\" # x\n"
	  "       |       ^~~~~\n" },
	{ "pool: a b # x", 1, 7, 80, EXCERPT_WHOLE,
	  "     1 | pool: a b # x\n"
	  "       |       ^~~\n" },
	{ "pool: fc00::1 ", 1, 1, 80, EXCERPT_WHOLE,
	  "     1 | pool: fc00::1\n"
	  "       | ^~~~\n" },
	{ "{pool: [a, b]}", 1, 12, 80, EXCERPT_WHOLE,
	  "     1 | {pool: [a, b]}\n"
	  "       |            ^\n" },
	{ "- a", 1, 1, 80, EXCERPT_WHOLE,
	  "     1 | - a\n"
	  "       | ^\n" },
	{ "\tb", 1, 1, 80, EXCERPT_WHOLE,
	  "     1 |         b\n"
	  "       | ^~~~~~~~\n" },
	/* A tab is as wide as it takes to the next column of eight. */
	{ "\tb", 1, 2, 80, EXCERPT_WHOLE,
	  "     1 |         b\n"
	  "       |         ^\n" },
	{ "ab\tc:\td", 1, 7, 80, EXCERPT_WHOLE,
	  "     1 | ab      c:      d\n"
	  "       |                 ^\n" },
	/* Columns are characters, whatever their bytes and their width. */
	{ "\xc3\xa4: \xc3\xb6\xc3\xb6", 1, 4, 80, EXCERPT_WHOLE,
	  "     1 | \xc3\xa4: \xc3\xb6\xc3\xb6\n"
	  "       |    ^~\n" },
	{ "\xe6\x9d\xb1: \xe4\xba\xac", 1, 4, 80, EXCERPT_WHOLE,
	  "     1 | \xe6\x9d\xb1: \xe4\xba\xac\n"
	  "       |     ^~\n" },
	/* A hostile line sends nothing to the terminal. */
	{ "\033]0;x\007: b", 1, 9, 80, EXCERPT_WHOLE,
	  "     1 | \\x1b]0;x\\x07: b\n"
	  "       |               ^\n" },
	/* A column behind the end is the end; the empty line has no space behind its bar. */
	{ "a:", 3, 3, 80, EXCERPT_WHOLE,
	  "     3 | a:\n"
	  "       |   ^\n" },
	{ "a:", 3, 99, 80, EXCERPT_WHOLE,
	  "     3 | a:\n"
	  "       |   ^\n" },
	{ "", 3, 1, 80, EXCERPT_WHOLE,
	  "     3 |\n"
	  "       | ^\n" },
	{ "a", 12345678, 1, 80, EXCERPT_WHOLE,
	  "12345678 | a\n"
	  "         | ^\n" },
	/* What is too wide is cut, on the side or sides where something is missing. */
	{ "0123456789abcdefghijklmnopqrstuvwxyz", 1, 4, 29, EXCERPT_CUT,
	  "     1 | 0123456789abcdefghi\xe2\x80\xa6\n"
	  "       |    ^~~~~~~~~~~~~~~~\n" },
	{ "0123456789abcdef x hijklmnopqrstuvwxyz", 1, 18, 29, EXCERPT_CUT,
	  "     1 | \xe2\x80\xa6"
	  "cdef x hijklmnopqr\xe2\x80\xa6\n"
	  "       |       ^~~~~~~~~~~~~\n" },
	{ "0123456789abcdefghijklmnopqrstuvwxyz", 1, 36, 29, EXCERPT_CUT,
	  "     1 | \xe2\x80\xa6hijklmnopqrstuvwxyz\n"
	  "       |                    ^\n" },
	{ "0123456789abcdefghijklmnopqrstuvwxy:", 1, 37, 29, EXCERPT_CUT,
	  "     1 | \xe2\x80\xa6ijklmnopqrstuvwxy:\n"
	  "       |                    ^\n" },
	{ "a", 1, 0, 80, EXCERPT_NONE, "" },
};

START_TEST(the_caret_stands_below_its_column)
{
	const struct excerpt_row *row = &excerpt_rows[_i];
	const struct excerpt_style style = { { false, row->width }, SCREEN_FAIL };
	const struct pos pos = { 1, row->number, row->column };
	struct printed c;

	capture_begin(&c);

	enum excerpt_shown shown = excerpt_write(c.out, row->line, pos, &style);

	capture_check(&c, row->result);
	ck_assert_int_eq(shown, row->shown);
}
END_TEST

START_TEST(a_place_behind_the_known_start_of_a_line_is_not_shown)
{
	enum { LENGTH = 4090 };
	char *line = mem_alloc(LENGTH + 1);
	const struct excerpt_style style = { { false, SCREEN_WIDTH }, SCREEN_FAIL };
	struct printed c;

	memset(line, 'x', LENGTH);
	line[LENGTH] = '\0';
	capture_begin(&c);
	ck_assert_int_eq(excerpt_write(c.out, line, (struct pos){ 1, 1, 5000 }, &style),
			 EXCERPT_NONE);
	capture_check(&c, "");
	free(line);
}
END_TEST

START_TEST(every_width_keeps_within_itself)
{
	static const char line[] =
		"  {pool: \xe6\x9d\xb1\xe4\xba\xac\t\033 10.0.0.1-10.0.0.9, "
		"subnet: \"10.0.0.0/24\", \xc3\xa4: \xe4\xba\xac\xe4\xba\xac}";

	for (unsigned width = 30; width < 90; width++) {
		for (uint32_t column = 1; column < 64; column++) {
			const struct excerpt_style style = { { false, width }, SCREEN_FAIL };
			struct printed c;

			capture_begin(&c);
			excerpt_write(c.out, line, (struct pos){ 1, 1, column }, &style);
			fclose(c.out);
			for (char *s = c.data, *end; (end = strchr(s, '\n')) != NULL;
			     s = end + 1) {
				*end = '\0';
				EXPECT(screen_columns(s) <= width, "%u %u: %s", width, column,
				       s);
			}
			free(c.data);
		}
	}
}
END_TEST

/* ---- the table ---- */

/* A snapshot of one source, in a file of its own, and its findings. */
struct bench {
	struct snapshot snapshot;
	struct validation v;
	char path[32];
	struct service_group group;
};

static void bench_begin(struct bench *b, const char *content)
{
	*b = (struct bench){ 0 };
	arena_init(&b->snapshot.arena);
	strncpy(b->path, "/tmp/table-XXXXXX", sizeof(b->path) - 1);

	int fd = mkstemp(b->path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, content, strlen(content)), (int)strlen(content));
	close(fd);
	sources_add(&b->snapshot.sources, &b->snapshot.arena, b->path);
	b->group.object = (struct object){
		.kind = KIND_SERVICE_GROUP,
		.kind_name = "ServiceGroup",
		.name = { .s = "web" },
		.namespace = "purelb-system",
	};

	struct object *object = &b->group.object;

	ARRAY_ADD(&b->snapshot.arena, &b->snapshot.objects, object);
}

static struct finding *bench_add(struct bench *b, enum check_code code, enum severity severity,
				 struct pos pos, const char *message)
{
	struct finding *f = ARRAY_PUSH(&b->snapshot.arena, &b->v.findings);

	f->code = code;
	f->severity = severity;
	f->place.pos = pos;
	f->message = message;
	b->v.count[severity]++;
	return f;
}

/* Writes the table; the name of the file is replaced by FILE. */
static void bench_check(struct bench *b, bool color, const char *expected)
{
	const struct table_options options = { .screen = { color, SCREEN_WIDTH } };
	const char *real = b->path;
	struct printed c;

	capture_begin(&c);
	findings_table(c.out, &b->v, &b->snapshot, &options);
	fclose(c.out);

	struct text shown = { 0 };

	for (const char *s = c.data; *s != '\0';) {
		bool name = str_has_prefix(s, real);

		text_add_bytes(&shown, name ? "FILE" : s, name ? 4 : 1);
		s += name ? strlen(real) : 1;
	}
	ck_assert_str_eq(text_str(&shown), expected);
	text_release(&shown);
	free(c.data);
	sources_release(&b->snapshot.sources);
	arena_release(&b->snapshot.arena);
	unlink(real);
}

START_TEST(a_finding_shows_all_that_it_knows)
{
	struct bench b;

	bench_begin(&b, "spec:\n  local:\n    v4pools:\n    - pool: 10.0.0.9-10.0.0.1\n");

	struct finding *f =
		bench_add(&b, CHECK_SG004, SEVERITY_FAIL, (struct pos){ 1, 4, 13 },
			  "10.0.0.9-10.0.0.1 runs backwards, so PureLB hands out one "
			  "address of it");
	struct related related = { "the list it is in", { 1, 3, 5 } };

	f->place.object = &b.group.object;
	f->place.path = "spec.local.v4pools[0].pool";
	f->hint = "swap the two ends";
	f->inferred = true;
	ARRAY_ADD(&b.snapshot.arena, &f->related, related);
	b.v.silenced = 2;
	bench_check(
		&b, false,
		"FAIL SG004  10.0.0.9-10.0.0.1 runs backwards, so PureLB hands out one address of\n"
		"            it (inferred)\n"
		"   --> FILE:4:13  ServiceGroup purelb-system/web\n"
		"     4 |     - pool: 10.0.0.9-10.0.0.1\n"
		"       |             ^~~~~~~~~~~~~~~~~\n"
		"  note: FILE:3:5: the list it is in\n"
		"   fix: swap the two ends\n"
		"\n"
		"read:         1 ServiceGroup from FILE\n"
		"inferred:     based on a guess about the nodes' subnets or on defaults; a\n"
		"              NodeInventory or Leases make it certain\n"
		"result:       1 FAIL, 0 WARN, 0 INFO, 0 PASS, 2 silenced\n");
}
END_TEST

START_TEST(passes_come_last_and_are_short)
{
	struct bench b;

	bench_begin(&b, "a: 1\n");
	bench_add(&b, CHECK_OK003, SEVERITY_PASS, (struct pos){ 1, 1, 1 }, "all ranges covered")
		->hint = "nothing to do";
	bench_add(&b, CHECK_CV006, SEVERITY_INFO, (struct pos){ 0 }, "no nodes");
	b.snapshot.skipped = 1;
	bench_check(&b, false,
		    "INFO CV006  no nodes\n"
		    "\n"
		    "PASS OK003  all ranges covered\n"
		    "\n"
		    "read:         1 ServiceGroup from FILE; 1 other object skipped\n"
		    "result:       0 FAIL, 0 WARN, 1 INFO, 1 PASS\n");
}
END_TEST

START_TEST(a_line_that_is_gone_is_not_shown_but_its_path_is)
{
	struct bench b;

	bench_begin(&b, "a: 1\n");

	struct finding *f = bench_add(&b, CHECK_SG004, SEVERITY_WARN, (struct pos){ 1, 7, 2 },
				      "\033[31mred");

	f->place.path = "spec.local";
	f->place.object = &b.group.object;
	b.group.object.namespace = "";
	b.group.object.name.s = "w\033";
	bench_check(&b, false,
		    "WARN SG004  \\x1b[31mred\n"
		    "   --> FILE:7:2  ServiceGroup w\\x1b\n"
		    "    at: spec.local\n"
		    "\n"
		    "read:         1 ServiceGroup from FILE\n"
		    "result:       0 FAIL, 1 WARN, 0 INFO, 0 PASS\n");
}
END_TEST

START_TEST(colors_are_closed_again)
{
	struct bench b;

	bench_begin(&b, "a: 1\n");
	bench_add(&b, CHECK_SG004, SEVERITY_FAIL, (struct pos){ 1, 1, 4 }, "no")->hint = "yes";
	bench_check(&b, true,
		    "\033[1;31mFAIL\033[0m \033[1mSG004\033[0m  no\n"
		    "\033[34m   --> \033[0mFILE:1:4\n"
		    "\033[34m     1 |\033[0m a: 1\n"
		    "\033[34m       |\033[0m    \033[1;31m^\033[0m\n"
		    "\033[1m   fix:\033[0m yes\n"
		    "\n"
		    "read:         1 ServiceGroup from FILE\n"
		    "result:       \033[1;31m1 FAIL\033[0m, 0 WARN, 0 INFO, 0 PASS\n");
}
END_TEST

START_TEST(checks_that_were_not_run_are_named_by_need)
{
	static const struct skipped_check skipped[] = {
		{ CHECK_CV001, NEED_NODES }, { CHECK_CV002, NEED_NODES },
		{ CHECK_CV003, NEED_NODES }, { CHECK_NS005, NEED_NAMESPACES },
		{ CHECK_CV004, NEED_NODES }, { CHECK_SG014, NEED_INTERFACES | NEED_NODES },
	};
	struct bench b;

	bench_begin(&b, "a: 1\n");
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		ARRAY_ADD(&b.snapshot.arena, &b.v.skipped, skipped[i]);
	bench_check(&b, false,
		    "read:         1 ServiceGroup from FILE\n"
		    "not checked:  for lack of nodes or namespaces; -v lists the checks\n"
		    "result:       0 FAIL, 0 WARN, 0 INFO, 0 PASS\n");
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_table(void)
{
	Suite *suite = suite_create("table");
	TCase *tests = tcase_create("table");

	tcase_add_loop_test(tests, text_from_outside_becomes_harmless, 0, ROWS(harmless_rows));
	tcase_add_loop_test(tests, text_is_wrapped_between_words, 0, ROWS(wrap_rows));
	tcase_add_test(tests, painted_text_is_wrapped_and_each_line_has_its_color);
	tcase_add_test(tests, columns_of_several_tables_have_room_of_their_own);
	tcase_add_loop_test(tests, the_caret_stands_below_its_column, 0, ROWS(excerpt_rows));
	tcase_add_test(tests, a_place_behind_the_known_start_of_a_line_is_not_shown);
	tcase_add_test(tests, every_width_keeps_within_itself);
	tcase_add_test(tests, a_finding_shows_all_that_it_knows);
	tcase_add_test(tests, passes_come_last_and_are_short);
	tcase_add_test(tests, a_line_that_is_gone_is_not_shown_but_its_path_is);
	tcase_add_test(tests, colors_are_closed_again);
	tcase_add_test(tests, checks_that_were_not_run_are_named_by_need);
	suite_add_tcase(suite, tests);
	return suite;
}
