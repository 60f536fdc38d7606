/* SPDX-License-Identifier: Apache-2.0 */
/* Text for a screen: made harmless, measured in columns, wrapped at words, colored. */
#include "reports/formats/screen.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include "reports/formats/page.h"

enum { ESCAPED = -1 };

/*
 * Characters that do not take one column. Escaped are those that a terminal obeys instead of
 * showing them, or that hide or reorder what stands around them.
 */
static const struct span {
	uint32_t first, last;
	int columns; /* 0, 2 or ESCAPED */
} spans[] = {
	{ 0x00, 0x1F, ESCAPED },       { 0x7F, 0x9F, ESCAPED },     { 0xAD, 0xAD, ESCAPED },
	{ 0x0300, 0x036F, 0 },         { 0x061C, 0x061C, ESCAPED }, { 0x1100, 0x115F, 2 },
	{ 0x180E, 0x180E, ESCAPED },   { 0x1AB0, 0x1AFF, 0 },       { 0x1DC0, 0x1DFF, 0 },
	{ 0x200B, 0x200F, ESCAPED },   { 0x2028, 0x202E, ESCAPED }, { 0x2060, 0x206F, ESCAPED },
	{ 0x20D0, 0x20FF, 0 },         { 0x2E80, 0x303E, 2 },       { 0x3041, 0x4DBF, 2 },
	{ 0x4E00, 0xA4CF, 2 },         { 0xA960, 0xA97F, 2 },       { 0xAC00, 0xD7A3, 2 },
	{ 0xF900, 0xFAFF, 2 },         { 0xFE00, 0xFE0F, 0 },       { 0xFE20, 0xFE2F, 0 },
	{ 0xFE30, 0xFE6F, 2 },         { 0xFEFF, 0xFEFF, ESCAPED }, { 0xFF00, 0xFF60, 2 },
	{ 0xFFE0, 0xFFE6, 2 },         { 0xFFF9, 0xFFFB, ESCAPED }, { 0x1F300, 0x1F64F, 2 },
	{ 0x1F680, 0x1F6FF, 2 },       { 0x1F900, 0x1F9FF, 2 },     { 0x20000, 0x3FFFD, 2 },
	{ 0xE0000, 0xE01EF, ESCAPED },
};

static int screen_columns_of(uint32_t point)
{
	if (point >= ' ' && point < 0x7F)
		return 1;
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		if (point >= spans[i].first && point <= spans[i].last)
			return spans[i].columns;
	}
	return 1;
}

uint32_t screen_point(const char *s, size_t len, size_t *bytes)
{
	static const unsigned char first_mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *p = (const unsigned char *)s;
	const size_t sequence = utf8_sequence(p, len);
	uint32_t point = p[0];

	*bytes = sequence != 0 ? sequence : 1;
	if (sequence > 0)
		point &= first_mask[sequence];
	for (size_t i = 1; i < sequence; i++)
		point = point << 6 | (p[i] & 0x3Fu);
	return point;
}

bool screen_is_hidden(uint32_t point)
{
	return screen_columns_of(point) == ESCAPED;
}

static void screen_add_escape(struct text *t, uint32_t point, unsigned *columns)
{
	size_t before = t->len;

	if (point < 0x100)
		text_printf(t, "\\x%02x", (unsigned)point);
	else if (point < 0x10000)
		text_printf(t, "\\u%04x", (unsigned)point);
	else
		text_printf(t, "\\U%08x", (unsigned)point);
	*columns += (unsigned)(t->len - before);
}

/* The "##[" and "##vso[" of runners, wherever they are in a line. */
static bool screen_begins_marker(const char *s, size_t len)
{
	return len >= 3 && s[0] == '#' && s[1] == '#' &&
	       (s[2] == '[' || (len >= 6 && strncasecmp(s, "##vso[", 6) == 0));
}

/*
 * "::name", which begins a workflow command at the start of a line, and any blank can become
 * one. Of an IPv6 address, or a range of them, all letters are hexadecimal; of no command are.
 */
static bool screen_begins_command(const char *s, size_t len)
{
	bool hexadecimal = true;
	size_t i = 2;

	if (len < 3 || s[0] != ':' || s[1] != ':')
		return false;
	for (; i < len && (isalnum((unsigned char)s[i]) || s[i] == '-' || s[i] == '_'); i++)
		hexadecimal &= !isalpha((unsigned char)s[i]) || isxdigit((unsigned char)s[i]);
	return i > 2 && !hexadecimal;
}

size_t screen_add_char(struct text *t, const char *s, size_t len, unsigned *columns)
{
	const bool valid = utf8_sequence((const unsigned char *)s, len) != 0;
	size_t bytes;
	const uint32_t point = screen_point(s, len, &bytes);
	const int wide = valid ? screen_columns_of(point) : ESCAPED;

	if (wide == ESCAPED || screen_begins_marker(s, len) || screen_begins_command(s, len)) {
		screen_add_escape(t, point, columns);
		return bytes;
	}
	text_add_bytes(t, s, bytes);
	*columns += (unsigned)wide;
	return bytes;
}

void screen_add(struct text *t, const char *s)
{
	size_t len = strlen(s);
	unsigned columns = 0;

	for (size_t i = 0; i < len;)
		i += screen_add_char(t, s + i, len - i, &columns);
}

static unsigned screen_columns_of_bytes(const char *s, size_t len)
{
	unsigned columns = 0;

	for (size_t i = 0, bytes; i < len; i += bytes) {
		const bool valid = utf8_sequence((const unsigned char *)s + i, len - i) != 0;
		const uint32_t point = screen_point(s + i, len - i, &bytes);
		const int wide = valid ? screen_columns_of(point) : 1;

		columns += wide > 0 ? (unsigned)wide : 0;
	}
	return columns;
}

unsigned screen_columns(const char *s)
{
	return screen_columns_of_bytes(s, strlen(s));
}

/* Where a line can be broken: how much is before it. */
struct line_break {
	size_t bytes;
	unsigned columns;
};

size_t screen_line(const char *s, unsigned width, unsigned *columns)
{
	const size_t len = strcspn(s, "\n");
	struct line_break at = { 0 }, space = { 0 }, mark = { 0 };

	while (at.bytes < len) {
		const unsigned char *p = (const unsigned char *)s + at.bytes;
		size_t sequence = utf8_sequence(p, len - at.bytes);
		const size_t bytes = sequence != 0 ? sequence : 1;
		const unsigned wide = screen_columns_of_bytes(s + at.bytes, bytes);
		const bool blank = *p == ' ';

		/* The space that a line ends with may stand outside. */
		if (at.bytes > 0 && at.columns + wide > width + blank)
			break;
		at.columns += wide;
		at.bytes += bytes;
		if (blank)
			space = at;
		else if (strchr("-/.,:", *p) != NULL)
			mark = at;
	}
	if (at.bytes < len)
		at = space.bytes > 0 ? space : mark.bytes > 0 ? mark : at;
	*columns = at.columns;
	return at.bytes;
}

static const char *const screen_codes[SCREEN_ROLES] = {
	[SCREEN_PLAIN] = NULL,  [SCREEN_FAIL] = "1;31", [SCREEN_WARN] = "1;33",
	[SCREEN_INFO] = "1;36", [SCREEN_PASS] = "1;32", [SCREEN_STRONG] = "1",
	[SCREEN_FRAME] = "34",
};

static bool screen_has_color(struct screen screen, enum screen_role role)
{
	return screen.color && screen_codes[role] != NULL;
}

static void screen_begin_color(FILE *out, struct screen screen, enum screen_role role)
{
	if (screen_has_color(screen, role))
		fprintf(out, "\033[%sm", screen_codes[role]);
}

static void screen_end_color(FILE *out, struct screen screen, enum screen_role role)
{
	if (screen_has_color(screen, role))
		fputs("\033[0m", out);
}

unsigned screen_wrap_paint(FILE *out, struct screen screen, enum screen_role role,
			   const char *s, unsigned at, unsigned indent)
{
	static const char blanks[] = " \t\n";
	bool first = true; /* on its line: no space before it */

	screen_begin_color(out, screen, role);
	for (s += strspn(s, blanks); *s != '\0'; s += strspn(s, blanks)) {
		size_t len = strcspn(s, blanks);
		unsigned columns = screen_columns_of_bytes(s, len);

		if (!first && at + 1 + columns > screen.width) {
			screen_end_color(out, screen, role);
			fputc('\n', out);
			screen_spaces(out, indent);
			screen_begin_color(out, screen, role);
			at = indent;
			first = true;
		}
		if (!first)
			fputc(' ', out);
		fwrite(s, 1, len, out);
		at += columns + (first ? 0 : 1);
		first = false;
		s += len;
	}
	screen_end_color(out, screen, role);
	return at;
}

void screen_wrap(FILE *out, const char *s, unsigned at, unsigned indent, unsigned width)
{
	screen_wrap_paint(out, (struct screen){ false, width }, SCREEN_PLAIN, s, at, indent);
	fputc('\n', out);
}

void screen_paint(FILE *out, struct screen screen, enum screen_role role, const char *s)
{
	screen_begin_color(out, screen, role);
	fputs(s, out);
	screen_end_color(out, screen, role);
}

void screen_printf(FILE *out, struct screen screen, unsigned hang, const char *format, ...)
{
	struct text raw = { 0 };
	struct text harmless = { 0 };
	va_list arguments;

	va_start(arguments, format);
	text_vprintf(&raw, format, arguments);
	va_end(arguments);
	screen_add(&harmless, text_str(&raw));
	screen_wrap(out, text_str(&harmless), 0, hang, screen.width);
	text_release(&harmless);
	text_release(&raw);
}

void screen_row_add(struct screen_row *row, const char *mark, enum screen_role role,
		    const char *piece)
{
	const unsigned columns = screen_columns(piece);

	fputs(mark, row->out);
	row->column += (unsigned)strlen(mark) + 1;
	/* With room for the mark after it; a further line is as long as this one at its start.
	 */
	if (row->column > row->hang && row->column + columns + 1 > row->screen.width) {
		fputc('\n', row->out);
		screen_spaces(row->out, row->hang);
		row->column = row->hang;
	} else {
		fputc(' ', row->out);
	}
	screen_paint(row->out, row->screen, role, piece);
	row->column += columns;
}

void screen_spaces(FILE *out, unsigned count)
{
	fprintf(out, "%*s", (int)count, "");
}

void remark_write(FILE *out, struct screen screen, const char *label, const char *s)
{
	struct text harmless = { 0 };

	screen_add(&harmless, s);
	fprintf(out, "%s:", label);
	screen_spaces(out, REMARK_INDENT - (unsigned)strlen(label) - 1);
	screen_wrap(out, text_str(&harmless), REMARK_INDENT, REMARK_INDENT, screen.width);
	text_release(&harmless);
}

void remark_html(FILE *out, const char *label, const char *s)
{
	fputs("<p class=\"faint\"><b>", out);
	xml_text(out, label);
	fputs("</b>: ", out);
	xml_text(out, s);
	fputs("</p>\n", out);
}
