/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that names from the input stay names in every language that reports are written in:
 * every special character goes through each writer. */
#include <stdlib.h>
#include <string.h>

#include "reports/formats/markdown.h"
#include "reports/formats/page.h"
#include "reports/formats/plots.h"
#include "reports/formats/screen.h"
#include "reports/model/json_yaml.h"
#include "tests/unit/suites.h"

/* All ASCII, C1 controls, bidirectional and zero-width characters, bytes that are not UTF-8. */
static void each_special(void (*check)(const char *s))
{
	static const char *const others[] = {
		"\xc2\x85",
		"\xc2\x9b",
		"\xe2\x80\x8b",
		"\xe2\x80\xaa",
		"\xe2\x80\xae",
		"\xe2\x81\xa6",
		"\xe2\x81\xa9",
		"\xe2\x80\xa8",
		"\xf3\xa0\x80\x81",
		"\xff",
		"\xc3",
		"\xed\xa0\x80",
		"##[set-output]",
		"##vso[task.x]y",
		"::error::x",
		"::stop-commands::t",
		"`touch x`",
		"$(touch x)",
		"@name",
		"a\n::warning::b",
		"';system 'x'",
		"\";system \"x\"",
		"]]>",
		"</script>",
	};
	char s[] = "a?b";

	for (int c = 1; c < 0x80; c++) {
		s[1] = (char)c;
		check(s);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		check(others[i]);
}

static char *written(void (*write)(FILE *out, const char *s), const char *s)
{
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	write(out, s);
	fclose(out);
	ck_assert_uint_eq(size, strlen(data));
	return data;
}

/* Nothing that hides, reorders or commands is left of it. */
static void check_harmless(const char *data)
{
	const size_t len = strlen(data);

	for (size_t i = 0, bytes; i < len; i += bytes) {
		const uint32_t point = screen_point(data + i, len - i, &bytes);

		ck_assert_msg(!screen_is_hidden(point), "U+%04x is left in %s", point, data);
	}
	ck_assert_ptr_null(strstr(data, "##["));
	ck_assert_ptr_null(strstr(data, "##vso["));
	ck_assert_ptr_null(strstr(data, "::e"));
	ck_assert_ptr_null(strstr(data, "::s"));
	ck_assert_ptr_null(strstr(data, "::w"));
}

static void check_screen(const char *s)
{
	struct text t = { 0 };

	screen_add(&t, s);
	check_harmless(text_str(&t));
	text_release(&t);
}

START_TEST(a_screen_shows_and_obeys_nothing)
{
	each_special(check_screen);
}
END_TEST

/* In single quotes, and none inside. */
static void check_script(const char *s)
{
	char *data = written(plot_quote, s);
	const size_t len = strlen(data);

	check_harmless(data);
	ck_assert(len >= 2 && data[0] == '\'' && data[len - 1] == '\'');
	ck_assert_ptr_null(memchr(data + 1, '\'', len - 2));
	free(data);
}

static void check_data(const char *s)
{
	char *data = written(plot_data_quote, s);
	const size_t len = strlen(data);

	check_harmless(data);
	ck_assert(len >= 2 && data[0] == '"' && data[len - 1] == '"');
	ck_assert_ptr_null(memchr(data + 1, '"', len - 2));
	ck_assert_ptr_null(strchr(data, '\\'));
	free(data);
}

START_TEST(gnuplot_reads_one_string)
{
	each_special(check_script);
	each_special(check_data);
}
END_TEST

static void check_xml(const char *s)
{
	char *data = written(xml_text, s);
	const size_t len = strlen(data);

	ck_assert_ptr_null(strpbrk(data, "<>\"\n\t"));
	for (size_t i = 0, bytes; i < len; i += bytes)
		ck_assert(!screen_is_hidden(screen_point(data + i, len - i, &bytes)));
	free(data);
}

START_TEST(xml_has_text_only)
{
	each_special(check_xml);
}
END_TEST

/* The reader finds the same text; what is not UTF-8 is U+FFFD. */
static void check_json(const char *s)
{
	cJSON *string = json_string(s);
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	json_write(out, string);
	fclose(out);
	ck_assert(size > 0 && data[size - 1] == '\n');
	data[size - 1] = '\0';
	for (size_t i = 0, bytes; i + 1 < size; i += bytes)
		ck_assert(!screen_is_hidden(screen_point(data + i, size - 1 - i, &bytes)));

	cJSON *read = cJSON_Parse(data);

	ck_assert_ptr_nonnull(read);
	ck_assert_str_eq(read->valuestring, string->valuestring);
	cJSON_Delete(read);
	cJSON_Delete(string);
	free(data);
}

START_TEST(json_is_read_as_it_was)
{
	each_special(check_json);
}
END_TEST

/* What a renderer of Markdown shows of inline text: escapes, entities and comments undone. */
static void add_rendered(struct text *out, const char *markdown)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;" };
	static const char comment[] = "<!-- -->";

	for (const char *c = markdown; *c != '\0';) {
		if (str_has_prefix(c, comment)) {
			c += strlen(comment);
			continue;
		}
		ck_assert_msg(strchr("`*_[]<>|~$\n", *c) == NULL, "%s", markdown);
		if (*c == '&') {
			size_t i = 0;

			while (!str_has_prefix(c, entities[i]))
				ck_assert_uint_lt(++i, 3);
			text_add_char(out, "&<>"[i]);
			c += strlen(entities[i]);
			continue;
		}
		if (*c == '\\')
			c++;
		text_add_char(out, *c++);
	}
}

static void check_markdown(const char *s)
{
	struct text shown = { 0 }, markdown = { 0 }, rendered = { 0 };

	screen_add(&shown, s);
	for (char *c = shown.data; c != NULL && *c != '\0'; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	markdown_add(&markdown, s);
	add_rendered(&rendered, text_str(&markdown));
	ck_assert_str_eq(text_str(&rendered), text_str(&shown));
	ck_assert_ptr_null(strstr(text_str(&markdown), "@name"));
	text_release(&shown);
	text_release(&markdown);
	text_release(&rendered);
}

START_TEST(markdown_shows_what_was_there)
{
	struct text t = { 0 };

	each_special(check_markdown);
	markdown_add_code(&t, "a`b``c|d");
	ck_assert_str_eq(text_str(&t), "``` a`b``c\\|d ```");
	text_clear(&t);
	markdown_add_code(&t, "pools.yaml:12");
	ck_assert_str_eq(text_str(&t), "`pools.yaml:12`");
	text_release(&t);
}
END_TEST

/* Nothing of an input makes a link, mentions somebody or refers to an issue. */
START_TEST(markdown_refers_to_nothing)
{
	static const char *const references[] = {
		"@name",   "@-x.example", "@[x]",   "#1",    "!1",       "GH-1",
		"gh-1",    "://",         "www.x",  "WwW.x", "[issue:1", "[feature_flag:1",
		"%\"v1\"", "&1",          "~label", "$1",
	};

	for (size_t i = 0; i < ARRAY_LEN(references); i++) {
		struct text t = { 0 }, name = { 0 };

		text_printf(&name, "x%s", references[i]);
		markdown_add(&t, text_str(&name));
		ck_assert_msg(strstr(text_str(&t), "<!-- -->") != NULL, "%s", references[i]);
		check_markdown(text_str(&name));
		text_release(&t);
		text_release(&name);
	}
}
END_TEST

/* What looks like a command and is none stays as it is. */
START_TEST(addresses_and_headings_stay)
{
	static const char *const same[] = {
		"::1",        "::ffff:192.0.2.1", "2001:db8::dead",
		"a::",        "## heading",       "#[x]",
		"fd00::1/64", "std: :x",          "fd00::20-fd00::ff"
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct text t = { 0 };

		screen_add(&t, same[i]);
		ck_assert_str_eq(text_str(&t), same[i]);
		text_release(&t);
	}
}
END_TEST

Suite *suite_writers(void)
{
	Suite *suite = suite_create("writers");
	TCase *tcase = tcase_create("writers");

	tcase_add_test(tcase, a_screen_shows_and_obeys_nothing);
	tcase_add_test(tcase, gnuplot_reads_one_string);
	tcase_add_test(tcase, xml_has_text_only);
	tcase_add_test(tcase, json_is_read_as_it_was);
	tcase_add_test(tcase, markdown_shows_what_was_there);
	tcase_add_test(tcase, markdown_refers_to_nothing);
	tcase_add_test(tcase, addresses_and_headings_stay);
	suite_add_tcase(suite, tcase);
	return suite;
}
