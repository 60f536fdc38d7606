/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for a screen: made harmless, measured in columns, wrapped at words, coloured.
 *
 * What comes out of an input (names, values, whole lines) may hold anything, so nothing of it
 * is printed before control characters, characters that change the direction of writing and
 * bytes that are no UTF-8 have become visible escapes.
 */
#ifndef REPORTS_FORMATS_SCREEN_H
#define REPORTS_FORMATS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

enum { SCREEN_WIDTH = 80 };

/* What a piece of text is, which decides its colour. */
enum screen_role {
	SCREEN_PLAIN,
	SCREEN_FAIL,
	SCREEN_WARN,
	SCREEN_INFO,
	SCREEN_PASS,
	SCREEN_STRONG, /* headings, labels */
	SCREEN_FRAME,  /* arrows and gutters */
	SCREEN_ROLES,  /* how many there are */
};

/*
 * Appends the character at `s` (at most `len` bytes are there, at least one) in its harmless
 * form, adds the columns that it takes to *columns and returns how many bytes of `s` it was.
 */
size_t screen_add_char(struct text *t, const char *s, size_t len, unsigned *columns);

/* Appends all of `s` in its harmless form. */
void screen_add(struct text *t, const char *s);

/* The columns that text from screen_add() takes. */
unsigned screen_columns(const char *s);

/*
 * How many bytes of harmless text go into a line of `width` columns: up to a newline or the
 * end if that fits, else up to and with a space, else with a mark between the parts of a name,
 * else as many characters as fit, but at least one. *columns becomes what they take; a space at
 * the end of a line may be the one column too many.
 */
size_t screen_line(const char *s, unsigned width, unsigned *columns);

/*
 * Writes harmless text, broken between words so that no line is wider than `width`. The cursor
 * is in column `at` (from 0); further lines begin with `indent` spaces. A word that is too long
 * for a line is not broken. White space in `s` only separates words. Ends with a newline.
 */
void screen_wrap(FILE *out, const char *s, unsigned at, unsigned indent, unsigned width);

/* Writes text in the colour of its role, or plain when `colour` is false. */
void screen_paint(FILE *out, bool colour, enum screen_role role, const char *s);

/* Writes `count` spaces. */
void screen_spaces(FILE *out, unsigned count);

#endif
