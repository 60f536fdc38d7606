/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of reports/formats/roff.h. */
#include <stdlib.h>
#include <string.h>

#include "reports/formats/roff.h"
#include "tests/unit/suites.h"

static void check_written(void (*write)(FILE *out, const char *s), const char *from,
			  const char *expected)
{
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	write(out, from);
	fclose(out);
	ck_assert_str_eq(data, expected);
	free(data);
}

static const struct pair {
	const char *from;
	const char *to;
} prose[] = {
	{ "one two", "one two\n" },
	{ "  one\n two ", "one two\n" },
	{ "", "\n" },
	/* A sentence ends its line; nothing begins with a dot. */
	{ "One. Two (or three.) Four", "One.\nTwo (or three.)\nFour\n" },
	{ ".hidden 'quoted' a-b \\ ~ ^ \"",
	  "\\&.hidden \\(aqquoted\\(aq a\\-b \\e \\(ti \\(ha \\(dq\n" },
	{ "run `make -j` now", "run \\fBmake \\-j\\fP now\n" },
	{ "an open `mark", "an open \\fBmark\\fP\n" },
};

START_TEST(prose_is_escaped)
{
	check_written(roff_prose, prose[_i].from, prose[_i].to);
}
END_TEST

/* However long the text and whatever is in it: no line is over 80 bytes while its words are
 * short. */
START_TEST(lines_stay_short)
{
	static const char *const words[] = { "a",   "bb-bb", "'q'",  "`x`",
					     "~^~", "\\",    "word", "end." };
	char text[4000] = "";
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	for (unsigned i = 0; i < 300; i++) {
		strncat(text, words[(i * 7 + i / 5) % 8], sizeof(text) - strlen(text) - 1);
		strncat(text, " ", sizeof(text) - strlen(text) - 1);
	}
	roff_prose(out, text);
	fclose(out);
	for (const char *line = data; *line != '\0'; line += strcspn(line, "\n") + 1)
		ck_assert_uint_le(strcspn(line, "\n"), 80);
	free(data);
}
END_TEST

START_TEST(lines_stay_lines)
{
	check_written(roff_lines, "a: 1\n\n.b: '2'\n  c-d",
		      ".RS 4\n.nf\n\\&a: 1\n\\&\n\\&.b: \\(aq2\\(aq\n\\&  c\\-d\n.fi\n.RE\n");
	check_written(roff_lines, "", ".RS 4\n.nf\n.fi\n.RE\n");
}
END_TEST

Suite *suite_roff(void)
{
	Suite *suite = suite_create("roff");
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, prose_is_escaped, 0, sizeof(prose) / sizeof(prose[0]));
	tcase_add_test(all, lines_stay_short);
	tcase_add_test(all, lines_stay_lines);
	suite_add_tcase(suite, all);
	return suite;
}
