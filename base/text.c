/* SPDX-License-Identifier: Apache-2.0 */
/* A growable text buffer, and small questions about strings. */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

enum { FIRST_CAPACITY = 64, CHUNK_BYTES = 1 << 16 };

/* Makes room for `more` bytes and the NUL. */
static void text_reserve(struct text *t, size_t more)
{
	if (more >= SIZE_MAX / 2 - t->len)
		mem_exhausted();

	size_t needed = t->len + more + 1;

	if (needed <= t->capacity)
		return;

	size_t capacity = t->capacity != 0 ? t->capacity * 2 : FIRST_CAPACITY;

	t->capacity = capacity > needed ? capacity : needed;
	t->data = mem_resize(t->data, t->capacity, 1);
}

void text_release(struct text *t)
{
	free(t->data);
	*t = (struct text){ 0 };
}

void text_clear(struct text *t)
{
	t->len = 0;
	if (t->data != NULL)
		t->data[0] = '\0';
}

void text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

void text_add_bytes(struct text *t, const char *s, size_t len)
{
	text_reserve(t, len);
	if (len > 0)
		memcpy(t->data + t->len, s, len);
	t->len += len;
	t->data[t->len] = '\0';
}

void text_add_char(struct text *t, char c)
{
	text_add_bytes(t, &c, 1);
}

void text_vprintf(struct text *t, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	if (len >= 0) {
		text_reserve(t, (size_t)len);
		vsnprintf(t->data + t->len, (size_t)len + 1, format, again);
		t->len += (size_t)len;
	}
	va_end(again);
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(t, format, args);
	va_end(args);
}

void text_add_plural(struct text *t, const char *noun)
{
	const bool y = str_has_suffix(noun, "y");

	text_add_bytes(t, noun, strlen(noun) - y);
	text_add(t, y ? "ies" : str_has_suffix(noun, "s") ? "es" : "s");
}

enum text_read text_add_stream(struct text *t, FILE *stream, size_t max)
{
	int next = EOF;

	errno = 0;
	for (size_t left = max, n = 1; left > 0 && n > 0; left -= n) {
		const size_t wanted = left < CHUNK_BYTES ? left : CHUNK_BYTES;

		text_reserve(t, wanted);
		n = fread(t->data + t->len, 1, wanted, stream);
		t->len += n;
		t->data[t->len] = '\0';
	}
	if (!feof(stream) && !ferror(stream) && (next = getc(stream)) != EOF)
		ungetc(next, stream);
	if (ferror(stream)) {
		errno = errno != 0 ? errno : EIO;
		return TEXT_READ_FAILED;
	}
	return next != EOF ? TEXT_READ_MORE : TEXT_READ_ALL;
}

const char *text_str(const struct text *t)
{
	return t->data != NULL ? t->data : "";
}

bool str_equal(const char *a, const char *b)
{
	return str_compare(a, b) == 0;
}

bool str_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_has_suffix(const char *s, const char *suffix)
{
	size_t len = strlen(s);
	size_t suffix_len = strlen(suffix);

	return len >= suffix_len && strcmp(s + len - suffix_len, suffix) == 0;
}

bool str_in(const char *s, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (str_equal(s, *list))
			return true;
	}
	return false;
}

int str_compare(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/*
 * The well-formed sequences by their first byte: how long they are and which second bytes may
 * follow (RFC 3629, section 4). Any further byte is 80..BF.
 */
static const struct utf8_row {
	unsigned char first_min, first_max;
	unsigned char second_min, second_max;
	size_t len;
} utf8_rows[] = {
	{ 0x00, 0x7F, 0x00, 0x00, 1 }, { 0xC2, 0xDF, 0x80, 0xBF, 2 },
	{ 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
	{ 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
	{ 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 },
	{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

static const struct utf8_row *utf8_row(unsigned char first)
{
	for (size_t i = 0; i < ARRAY_LEN(utf8_rows); i++) {
		if (first >= utf8_rows[i].first_min && first <= utf8_rows[i].first_max)
			return &utf8_rows[i];
	}
	return NULL;
}

size_t utf8_sequence(const unsigned char *p, size_t len)
{
	if (len == 0)
		return 0;

	const struct utf8_row *row = utf8_row(p[0]);

	if (row == NULL || row->len > len)
		return 0;
	if (row->len > 1 && (p[1] < row->second_min || p[1] > row->second_max))
		return 0;
	for (size_t i = 2; i < row->len; i++) {
		if (p[i] < 0x80 || p[i] > 0xBF)
			return 0;
	}
	return row->len;
}

bool parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;

		uint64_t digit = (uint64_t)(*s - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}
