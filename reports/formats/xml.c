/* SPDX-License-Identifier: Apache-2.0 */
/* Text inside XML 1.0. */
#include "reports/formats/xml.h"

#include <string.h>

#include "base/text.h"

#define REPLACEMENT "\xEF\xBF\xBD"

static const char *escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	default:
		return c < 0x20 || c == 0x7F ? REPLACEMENT : NULL;
	}
}

/* U+FFFE and U+FFFF are no XML characters. */
static bool is_noncharacter(const unsigned char *p, size_t len)
{
	return len == 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE;
}

void xml_text(FILE *out, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t left = s != NULL ? strlen(s) : 0;

	while (left > 0) {
		size_t n = utf8_sequence(p, left);
		const char *escape = *p < 0x80 ? escape_of(*p) : NULL;

		if (n == 0 || is_noncharacter(p, n))
			escape = REPLACEMENT;
		n = n > 0 ? n : 1;
		if (escape != NULL)
			fputs(escape, out);
		else
			fwrite(p, 1, n, out);
		p += n;
		left -= n;
	}
}
