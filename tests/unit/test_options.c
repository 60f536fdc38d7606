/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/options.h. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/options.h"
#include "reports/formats/screen.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { WORDS_MAX = 8 };

static const char *const levels[] = { "FAIL", "WARN", "INFO", NULL };

struct settings {
	bool strict;
	struct option_number fail_on, runs;
	struct option_time at;
	struct name_list down;
	struct name_list parts; /* of --codes */
	const char *file;
};

static struct arena *parts_arena;

static const char *add_part(void *settings, const struct option_spec *option, const char *value)
{
	struct settings *s = settings;

	(void)option;
	if (str_equal(value, "bad"))
		return "bad part";
	ARRAY_ADD(parts_arena, &s->parts.list, value);
	return NULL;
}

static const struct option_spec options[] = {
	{ .name = "namespace", .letter = 'n', .argument = "NS", .help = "where PureLB is" },
	{ .name = "strict", .letter = 's', .help = "warnings fail" },
	OPT_CHOICE("fail-on", "LEVEL", fail_on, levels,
		   "a help text that is so long that it cannot stand on one line of eighty "
		   "columns"),
	{ .name = "help", .letter = 'h', .kind = OPTION_HELP, .help = "this" },
	OPT_END,
};

/* The rows whose values are set. */
static const struct option_spec value_options[] = {
	OPT_FLAG("strict", strict, "fail on warnings"),
	OPT_CHOICE("fail-on", "LEVEL", fail_on, levels, "choose"),
	OPT_NUMBER("runs", 0, "N", runs, 1, 1000, "count"),
	OPT_FILE("file", file, "read FILE"),
	OPT_NAMES("down", "NODE", down, "switch off"),
	OPT_LIST("codes", "CODE", COMPLETES_CODES, add_part, "list"),
	{ .name = "at",
	  .argument = "TIME",
	  .kind = OPTION_TIME,
	  .offset = offsetof(struct settings, at) },
	OPT_END,
};

static const struct help_row rows[] = { { "0", "fine" }, { NULL, NULL } };

static const struct command_spec spec = {
	.name = "check",
	.operands = "[INPUT]...",
	.summary = "check it",
	.description = "Checks what it is given.",
	.options = options,
	.statuses = rows,
	.examples = rows,
};

static uint32_t count_words(const char *const *words)
{
	uint32_t count = 0;

	while (count < WORDS_MAX && words[count] != NULL)
		count++;
	return count;
}

/* What was parsed as text: "strict namespace=a | x y", or "! " and the error. */
static void parse(const char *const *words, struct text *t)
{
	struct arena arena;
	struct arguments arguments;

	arena_init(&arena);
	text_clear(t);

	const char *error = options_parse(&spec, count_words(words), words, &arena, &arguments);

	if (error != NULL) {
		text_printf(t, "! %s", error);
		arena_release(&arena);
		return;
	}
	ARRAY_FOREACH (struct given_option, given, &arguments.options) {
		text_add(t, given->option->name);
		if (given->value != NULL)
			text_printf(t, "=%s", given->value);
		text_add_char(t, ' ');
	}
	text_add_char(t, '|');
	ARRAY_FOREACH (const char *, operand, &arguments.operands)
		text_printf(t, " %s", *operand);
	arena_release(&arena);
}

static const struct parse_row {
	const char *words[WORDS_MAX];
	const char *result;
} parse_rows[] = {
	{ { NULL }, "|" },
	{ { "--strict" }, "strict |" },
	{ { "-s" }, "strict |" },
	{ { "--namespace", "a" }, "namespace=a |" },
	{ { "--namespace=a" }, "namespace=a |" },
	{ { "--namespace=a=b" }, "namespace=a=b |" },
	{ { "--namespace=" }, "namespace= |" },
	{ { "--namespace", "" }, "namespace= |" },
	{ { "-n", "a" }, "namespace=a |" },
	{ { "-na" }, "namespace=a |" },
	{ { "-n=a" }, "namespace=a |" },
	{ { "-sna" }, "strict namespace=a |" },
	{ { "-sh" }, "strict help |" },
	{ { "--namespace", "--strict" }, "namespace=--strict |" },
	{ { "-na", "--namespace", "b", "-s", "-s" },
	  "namespace=a namespace=b strict strict |" },
	{ { "x", "--strict", "y", "-n", "a", "z" }, "strict namespace=a | x y z" },
	{ { "-" }, "| -" },
	{ { "x", "-", "-s" }, "strict | x -" },
	{ { "-s", "--", "-n", "--strict" }, "strict | -n --strict" },
	{ { "--", "--" }, "| --" },
	{ { "" }, "| " },
	{ { "--stict" }, "! unknown option --stict; did you mean --strict?" },
	{ { "--STRICT" }, "! unknown option --STRICT; did you mean --strict?" },
	{ { "--name=x" }, "! unknown option --name; did you mean --namespace?" },
	{ { "--colour" }, "! unknown option --colour" },
	{ { "--=x" }, "! unknown option --" },
	{ { "-x" }, "! unknown option -x" },
	{ { "-sx" }, "! unknown option -x" },
	{ { "--strict=yes" }, "! option --strict takes no value" },
	{ { "--namespace" }, "! option --namespace needs a value: --namespace NS" },
	{ { "x", "-n" }, "! option -n needs a value: -n NS" },
	{ { "--stict", "--nmespace" }, "! unknown option --stict; did you mean --strict?" },
};

START_TEST(words_become_options_and_operands)
{
	const struct parse_row *row = &parse_rows[_i];
	struct text t = { 0 };

	parse(row->words, &t);
	ck_assert_str_eq(text_str(&t), row->result);
	text_release(&t);
}
END_TEST

START_TEST(options_before_a_mistake_are_known)
{
	static const char *const words[] = { "--help", "--stict" };
	struct arena arena;
	struct arguments arguments;

	arena_init(&arena);
	ck_assert_ptr_nonnull(options_parse(&spec, 2, words, &arena, &arguments));
	ck_assert_uint_eq(arguments.options.count, 1);
	ck_assert_ptr_eq(arguments.options.items[0].option, &options[3]);
	arena_release(&arena);
}
END_TEST

START_TEST(a_choice_is_found_in_any_case)
{
	ck_assert_int_eq(options_choose(levels, "FAIL", 4), 0);
	ck_assert_int_eq(options_choose(levels, "info", 4), 2);
	ck_assert_int_eq(options_choose(levels, "warn=x", 4), 1);
	ck_assert_int_eq(options_choose(levels, "warn=x", 6), -1);
	ck_assert_int_eq(options_choose(levels, "WAR", 3), -1);
	ck_assert_int_eq(options_choose(levels, "", 0), -1);
}
END_TEST

START_TEST(an_unknown_choice_names_what_was_meant)
{
	static const struct {
		const char *value;
		const char *error;
	} cases[] = {
		{ "wran", "unknown LEVEL wran; did you mean WARN?" },
		{ "f", "unknown LEVEL f; did you mean FAIL?" },
		{ "critical", "unknown LEVEL \"critical\": use one of FAIL, WARN or INFO" },
		{ "", "unknown LEVEL \"\": use one of FAIL, WARN or INFO" },
	};
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(options_unknown(&arena, "LEVEL", cases[i].value, levels),
				 cases[i].error);
	arena_release(&arena);
}
END_TEST

static const struct value_row {
	const char *words[WORDS_MAX];
	const char *result;
} value_rows[] = {
	{ { NULL }, "" },
	{ { "--strict", "--fail-on", "warn" }, "strict fail-on 1 " },
	{ { "--runs", "7", "--runs=1000" }, "runs 1000 " },
	{ { "--file", "x", "--down", "a", "--down", "b" }, "file x down a down b " },
	{ { "--codes", "a,b", "--codes=c" }, "part a part b part c " },
	{ { "--at", "1970-01-01T00:00:01Z" }, "at 1000000000 " },
	{ { "--runs", "0" }, "! --runs \"0\" is not a number from 1 to 1000" },
	{ { "--runs", "1001" }, "! --runs \"1001\" is not a number from 1 to 1000" },
	{ { "--runs", "seven" }, "! --runs \"seven\" is not a number from 1 to 1000" },
	{ { "--runs", "x", "--fail-on", "y" },
	  "! --runs \"x\" is not a number from 1 to 1000" },
	{ { "--fail-on", "wran" }, "! unknown LEVEL wran; did you mean WARN?" },
	{ { "--file", "" }, "! option --file needs a value: --file FILE" },
	{ { "--codes", "a,,b" }, "! --codes \"a,,b\" contains an empty name" },
	{ { "--codes", "" }, "! --codes \"\" contains an empty name" },
	{ { "--codes", "a,bad,b" }, "! bad part" },
	{ { "--at", "noon" },
	  "! --at \"noon\" is not a valid time, such as 2026-03-02T10:00:00Z" },
};

START_TEST(rows_set_what_they_say)
{
	const struct value_row *row = &value_rows[_i];
	const struct command_spec values = { .name = "values", .options = value_options };
	struct arguments arguments;
	struct settings s = { 0 };
	struct text t = { 0 };
	struct arena arena;
	const char *error;

	arena_init(&arena);
	parts_arena = &arena;
	ck_assert_ptr_null(options_parse(&values, count_words(row->words), row->words, &arena,
					 &arguments));
	error = options_apply(&arguments, &s, &arena);
	if (error != NULL) {
		text_printf(&t, "! %s", error);
	} else {
		text_add(&t, s.strict ? "strict " : "");
		if (s.fail_on.given)
			text_printf(&t, "fail-on %u ", (unsigned)s.fail_on.value);
		if (s.runs.given)
			text_printf(&t, "runs %u ", (unsigned)s.runs.value);
		if (s.file != NULL)
			text_printf(&t, "file %s ", s.file);
		ARRAY_FOREACH (const char *, name, &s.down.list)
			text_printf(&t, "down %s ", *name);
		ARRAY_FOREACH (const char *, part, &s.parts.list)
			text_printf(&t, "part %s ", *part);
		if (s.at.given)
			text_printf(&t, "at %lld ", (long long)s.at.ns);
	}
	ck_assert_str_eq(text_str(&t), row->result);
	text_release(&t);
	arena_release(&arena);
}
END_TEST

START_TEST(help_names_every_option_within_80_columns)
{
	char *help = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&help, &size);

	options_help(out, SCREEN_WIDTH, &spec);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(help, "usage: purelbtool check [OPTION]... [INPUT]...\n"));
	ck_assert_ptr_nonnull(strstr(help, "  -n, --namespace NS    where PureLB is\n"));
	ck_assert_ptr_nonnull(strstr(help, "      --fail-on LEVEL   a help text"));
	ck_assert_ptr_nonnull(
		strstr(help, "\n                        line of eighty columns\n"));
	for (const char *line = help; *line != '\0'; line += strcspn(line, "\n") + 1)
		EXPECT(strcspn(line, "\n") <= SCREEN_WIDTH, "%.100s", line);
	free(help);
}
END_TEST

Suite *suite_options(void)
{
	Suite *suite = suite_create("options");
	TCase *tests = tcase_create("options");

	tcase_add_loop_test(tests, words_become_options_and_operands, 0,
			    (int)(sizeof(parse_rows) / sizeof(parse_rows[0])));
	tcase_add_loop_test(tests, rows_set_what_they_say, 0,
			    (int)(sizeof(value_rows) / sizeof(value_rows[0])));
	tcase_add_test(tests, options_before_a_mistake_are_known);
	tcase_add_test(tests, a_choice_is_found_in_any_case);
	tcase_add_test(tests, an_unknown_choice_names_what_was_meant);
	tcase_add_test(tests, help_names_every_option_within_80_columns);
	suite_add_tcase(suite, tests);
	return suite;
}
