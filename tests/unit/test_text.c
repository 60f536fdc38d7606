/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/text.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

START_TEST(an_unused_buffer_is_the_empty_text)
{
	struct text t = { 0 };

	ck_assert_str_eq(text_str(&t), "");
	text_clear(&t);
	ck_assert_str_eq(text_str(&t), "");
	text_release(&t);
	text_release(&t);
}
END_TEST

START_TEST(a_stream_is_read_to_its_end_or_a_bound)
{
	enum { BYTES = 200000 };
	struct text t = { 0 };
	FILE *stream = tmpfile();

	ck_assert_ptr_nonnull(stream);
	ck_assert_int_eq(text_add_stream(&t, stream, 10), TEXT_READ_ALL);
	ck_assert_str_eq(t.data, "");
	for (int i = 0; i < BYTES; i++)
		fputc('a' + i % 26, stream);
	rewind(stream);
	text_add(&t, "<");
	ck_assert_int_eq(text_add_stream(&t, stream, 3), TEXT_READ_MORE);
	ck_assert_str_eq(t.data, "<abc");
	ck_assert_int_eq(text_add_stream(&t, stream, 0), TEXT_READ_MORE);
	ck_assert_int_eq(text_add_stream(&t, stream, BYTES - 4), TEXT_READ_MORE);
	ck_assert_int_eq(text_add_stream(&t, stream, 1), TEXT_READ_ALL);
	ck_assert_int_eq(text_add_stream(&t, stream, 1), TEXT_READ_ALL);
	ck_assert_uint_eq(t.len, BYTES + 1);
	for (int i = 0; i < BYTES; i++)
		ck_assert_int_eq(t.data[1 + i], 'a' + i % 26);
	fclose(stream);
	text_release(&t);
}
END_TEST

START_TEST(a_stream_that_fails_says_why)
{
	struct text t = { 0 };
	FILE *folder = fopen("/", "r"), *closed = fopen("/dev/null", "w");

	text_add(&t, "x");
	ck_assert_int_eq(text_add_stream(&t, folder, 10), TEXT_READ_FAILED);
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_int_eq(text_add_stream(&t, closed, 10), TEXT_READ_FAILED);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_str_eq(t.data, "x");
	fclose(folder);
	fclose(closed);
	text_release(&t);
}
END_TEST

START_TEST(a_buffer_is_always_a_string)
{
	struct text t = { 0 };

	text_add(&t, "");
	ck_assert_str_eq(text_str(&t), "");
	text_add(&t, "pool");
	text_add_char(&t, ' ');
	text_add_bytes(&t, "abcdef", 3);
	text_add_bytes(&t, NULL, 0);
	text_printf(&t, " %d%s", -5, "!");
	ck_assert_str_eq(text_str(&t), "pool abc -5!");
	ck_assert_uint_eq(t.len, strlen("pool abc -5!"));
	text_clear(&t);
	ck_assert_str_eq(text_str(&t), "");
	text_add(&t, "again");
	ck_assert_str_eq(text_str(&t), "again");
	text_release(&t);
	ck_assert_str_eq(text_str(&t), "");
	text_add(&t, "after release");
	ck_assert_str_eq(text_str(&t), "after release");
	text_release(&t);
}
END_TEST

START_TEST(a_buffer_grows_over_every_border)
{
	struct text t = { 0 };

	for (size_t i = 0; i < 5000; i++) {
		EXPECT(t.len == i, "%zu", i);
		if (i % 2 == 0)
			text_add_char(&t, (char)('a' + i % 26));
		else
			text_printf(&t, "%c", (char)('a' + i % 26));
	}
	for (size_t i = 0; i < 5000; i++)
		EXPECT(t.data[i] == (char)('a' + i % 26), "%zu", i);
	ck_assert_uint_eq(strlen(text_str(&t)), 5000);
	text_release(&t);
}
END_TEST

START_TEST(a_long_format_fits)
{
	struct text t = { 0 };

	text_printf(&t, "%*s", 100000, "x");
	ck_assert_uint_eq(t.len, 100000);
	ck_assert_str_eq(text_str(&t) + 99998, " x");
	text_printf(&t, "%s", "");
	ck_assert_uint_eq(t.len, 100000);
	text_release(&t);
}
END_TEST

START_TEST(bytes_with_a_nul_are_kept)
{
	struct text t = { 0 };

	text_add_bytes(&t, "a\0b", 3);
	ck_assert_uint_eq(t.len, 3);
	ck_assert_mem_eq(text_str(&t), "a\0b", 4);
	text_release(&t);
}
END_TEST

START_TEST(prefixes_and_suffixes)
{
	static const struct {
		const char *s, *part;
		bool prefix, suffix;
	} rows[] = {
		{ "purelb.io/pool", "purelb.io/", true, false },
		{ "purelb.io/pool", "pool", false, true },
		{ "purelb", "purelb", true, true },
		{ "pure", "purelb", false, false },
		{ "lb", "purelb", false, false },
		{ "purelb", "", true, true },
		{ "", "", true, true },
		{ "", "a", false, false },
		{ "Purelb", "pure", false, false },
		{ "abab", "ab", true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(str_has_prefix(rows[i].s, rows[i].part), rows[i].prefix);
		ck_assert_int_eq(str_has_suffix(rows[i].s, rows[i].part), rows[i].suffix);
	}
}
END_TEST

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

START_TEST(comparison_is_by_bytes_and_null_comes_first)
{
	static const char *const in_order[] = { NULL,   "",         "A",   "AA", "B",
						"a",    "a-b",      "a.b", "ab", "\x7F",
						"\x80", "\xC3\xA4", "\xFF" };
	enum { COUNT = sizeof(in_order) / sizeof(in_order[0]) };

	for (int i = 0; i < COUNT; i++) {
		for (int j = 0; j < COUNT; j++) {
			ck_assert_int_eq(sign(str_compare(in_order[i], in_order[j])),
					 sign(i - j));
			ck_assert_int_eq(str_equal(in_order[i], in_order[j]), i == j);
		}
	}
}
END_TEST

START_TEST(lists_are_searched_whole)
{
	static const char *const list[] = { "local", "remote", "external", NULL };
	static const char *const none[] = { NULL };

	ck_assert(str_in("local", list));
	ck_assert(str_in("external", list));
	ck_assert(!str_in("Local", list));
	ck_assert(!str_in("loc", list));
	ck_assert(!str_in("", list));
	ck_assert(!str_in(NULL, list));
	ck_assert(!str_in("local", none));
}
END_TEST

START_TEST(utf8_sequences_of_rfc_3629)
{
	static const struct {
		const char *bytes;
		size_t len;
		size_t expected;
	} rows[] = {
		{ "", 0, 0 },
		{ "\0", 1, 1 },
		{ "a", 1, 1 },
		{ "\x7F", 1, 1 },
		{ "\x80", 1, 0 },     /* a continuation alone */
		{ "\xC0\x80", 2, 0 }, /* overlong NUL */
		{ "\xC1\xBF", 2, 0 }, /* overlong */
		{ "\xC2\x80", 2, 2 }, /* U+0080 */
		{ "\xDF\xBF", 2, 2 }, /* U+07FF */
		{ "\xC2", 1, 0 },     /* cut off */
		{ "\xC2\x7F", 2, 0 },
		{ "\xC2\xC0", 2, 0 },
		{ "\xE0\x9F\xBF", 3, 0 }, /* overlong */
		{ "\xE0\xA0\x80", 3, 3 }, /* U+0800 */
		{ "\xE0\xA0", 2, 0 },     /* cut off */
		{ "\xE0\xA0\x7F", 3, 0 },
		{ "\xED\x9F\xBF", 3, 3 },     /* U+D7FF */
		{ "\xED\xA0\x80", 3, 0 },     /* the first surrogate */
		{ "\xED\xBF\xBF", 3, 0 },     /* the last surrogate */
		{ "\xEE\x80\x80", 3, 3 },     /* U+E000 */
		{ "\xEF\xBF\xBF", 3, 3 },     /* U+FFFF */
		{ "\xF0\x8F\xBF\xBF", 4, 0 }, /* overlong */
		{ "\xF0\x90\x80\x80", 4, 4 }, /* U+10000 */
		{ "\xF0\x90\x80", 3, 0 },     /* cut off */
		{ "\xF0\x90\x80\xC0", 4, 0 },
		{ "\xF4\x8F\xBF\xBF", 4, 4 }, /* U+10FFFF */
		{ "\xF4\x90\x80\x80", 4, 0 }, /* beyond */
		{ "\xF5\x80\x80\x80", 4, 0 },
		{ "\xFF", 1, 0 },
		{ "\xC3\xA4rest", 6, 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* In memory of exactly that size, so that ASan sees a read too far. */
		unsigned char *exact = malloc(rows[i].len + (rows[i].len == 0));

		ck_assert_ptr_nonnull(exact);
		memcpy(exact, rows[i].bytes, rows[i].len);
		ck_assert_msg(utf8_sequence(exact, rows[i].len) == rows[i].expected, "row %zu",
			      i);
		free(exact);
	}
}
END_TEST

/* The code point's bytes by the definition, without any check. */
static size_t encode(unsigned c, unsigned char out[static 4])
{
	static const unsigned char first[] = { 0, 0x00, 0xC0, 0xE0, 0xF0 };
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = len; i-- > 1; c >>= 6)
		out[i] = (unsigned char)(0x80 | (c & 0x3F));
	out[0] = (unsigned char)(first[len] | c);
	return len;
}

START_TEST(every_code_point_but_the_surrogates_is_valid)
{
	for (unsigned c = 0; c < 0x120000; c++) {
		unsigned char bytes[4];
		size_t len = encode(c, bytes);
		bool valid = c < 0x110000 && (c < 0xD800 || c > 0xDFFF);

		EXPECT(utf8_sequence(bytes, len) == (valid ? len : 0), "U+%04X", c);
		EXPECT(utf8_sequence(bytes, len - 1) == 0, "U+%04X", c);
	}
}
END_TEST

START_TEST(numbers)
{
	static const struct {
		const char *text;
		uint64_t min, max;
		bool ok;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 10, true, 0 },
		{ "10", 0, 10, true, 10 },
		{ "11", 0, 10, false, 0 },
		{ "4", 5, 10, false, 0 },
		{ "5", 5, 10, true, 5 },
		{ "007", 0, 10, true, 7 },
		{ "00000000000000000000000000000007", 0, 10, true, 7 },
		{ "18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", 0, UINT64_MAX, false, 0 },
		{ "18446744073709551620", 0, UINT64_MAX, false, 0 },
		{ "99999999999999999999", 0, UINT64_MAX, false, 0 },
		{ "184467440737095516150", 0, UINT64_MAX, false, 0 },
		{ "", 0, 10, false, 0 },
		{ "-1", 0, UINT64_MAX, false, 0 },
		{ "+1", 0, 10, false, 0 },
		{ " 1", 0, 10, false, 0 },
		{ "1 ", 0, 10, false, 0 },
		{ "1a", 0, 10, false, 0 },
		{ "0x1", 0, 10, false, 0 },
		{ "1.0", 0, 10, false, 0 },
		{ "1e1", 0, 10, false, 0 },
		{ "\xD9\xA1", 0, 10, false, 0 }, /* ARABIC-INDIC DIGIT ONE */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 77;
		bool ok = parse_u64(rows[i].text, rows[i].min, rows[i].max, &value);

		ck_assert_msg(ok == rows[i].ok, "\"%s\"", rows[i].text);
		ck_assert_uint_eq(value, ok ? rows[i].value : 77);
	}
}
END_TEST

Suite *suite_text(void)
{
	Suite *suite = suite_create("text");
	TCase *buffer = tcase_create("buffer");
	TCase *strings = tcase_create("strings");

	tcase_add_test(buffer, an_unused_buffer_is_the_empty_text);
	tcase_add_test(buffer, a_buffer_is_always_a_string);
	tcase_add_test(buffer, a_stream_is_read_to_its_end_or_a_bound);
	tcase_add_test(buffer, a_stream_that_fails_says_why);
	tcase_add_test(buffer, a_buffer_grows_over_every_border);
	tcase_add_test(buffer, a_long_format_fits);
	tcase_add_test(buffer, bytes_with_a_nul_are_kept);
	tcase_add_test(strings, prefixes_and_suffixes);
	tcase_add_test(strings, comparison_is_by_bytes_and_null_comes_first);
	tcase_add_test(strings, lists_are_searched_whole);
	tcase_add_test(strings, utf8_sequences_of_rfc_3629);
	tcase_add_test(strings, every_code_point_but_the_surrogates_is_valid);
	tcase_add_test(strings, numbers);
	suite_add_tcase(suite, buffer);
	suite_add_tcase(suite, strings);
	return suite;
}
