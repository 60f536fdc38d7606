/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: a growable buffer that is always a valid C string, and small questions about strings.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A text buffer. Start with `struct text t = { 0 };`, end with text_release(). */
struct text {
	char *data; /* NUL-terminated; NULL while empty and never used */
	size_t len; /* bytes, without the NUL */
	size_t capacity;
};

/* Frees the memory; the buffer is empty and usable again. */
void text_release(struct text *t);
/* Empties the buffer and keeps its memory. */
void text_clear(struct text *t);
/* What is added must not lie in the buffer itself. */
void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const char *s, size_t len);
void text_add_char(struct text *t, char c);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *t, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
/* "Services", "NodeInventories": the plural of an English noun in the usual spelling. */
void text_add_plural(struct text *t, const char *noun);

/* How far a stream was read. */
enum text_read {
	TEXT_READ_ALL,
	TEXT_READ_MORE,   /* as much as was asked for; there is more */
	TEXT_READ_FAILED, /* errno says why; what came before is there */
};
/* Adds what is left of a stream, at most `max` bytes of it. The caller closes it. */
enum text_read text_add_stream(struct text *t, FILE *stream, size_t max);

/* The text as a C string: "" when empty. Borrowed until the next change. */
const char *text_str(const struct text *t);

bool str_equal(const char *a, const char *b); /* both may be NULL: equal only to each other */
bool str_has_prefix(const char *s, const char *prefix);
bool str_has_suffix(const char *s, const char *suffix);
/* True when `s` is one of the NULL-terminated `list`. */
bool str_in(const char *s, const char *const *list);
/* <0, 0, >0 as strcmp(): order of the bytes as unsigned numbers; NULL comes before any text. */
int str_compare(const char *a, const char *b);

/*
 * The number of bytes of the valid UTF-8 sequence at `p` (at most `len` bytes are there), or
 * 0 when it is not valid UTF-8 (overlong forms, surrogates and values above 10FFFF are not).
 * RFC 3629.
 */
size_t utf8_sequence(const unsigned char *p, size_t len);

/*
 * Whole decimal number, digits only (no sign, no space), in [min, max]; false otherwise.
 * Leading zeros are accepted.
 */
bool parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);

#endif
