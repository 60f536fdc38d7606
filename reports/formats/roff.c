/* SPDX-License-Identifier: Apache-2.0 */
/* Text as the source of a man page. */
#include "reports/formats/roff.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* The day that the texts are of: in the foot of every page. */
#define TEXTS_DATE "2026-11-27"

enum { LINE_BYTES = 76 };

/* What has a meaning to roff, and how it is written to have none. */
static const char *roff_escape(char c)
{
	switch (c) {
	case '\\':
		return "\\e";
	case '-':
		return "\\-";
	case '\'':
		return "\\(aq";
	case '`':
		return "\\(ga";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	case '"':
		return "\\(dq";
	default:
		return NULL;
	}
}

static void roff_write_char(FILE *out, char c)
{
	const char *escaped = roff_escape(c);

	if (escaped != NULL)
		fputs(escaped, out);
	else
		fputc(c, out);
}

void roff_word(FILE *out, const char *s)
{
	for (; *s != '\0'; s++)
		roff_write_char(out, *s);
}

/* ---- prose ---- */

struct prose {
	FILE *out;
	size_t column; /* bytes on the line so far */
	bool bold;
};

/* Writes a word of the text, in which a backquote turns bold on and off. */
static void roff_write_prose_word(struct prose *p, const char *word, size_t len)
{
	if (*word == '.')
		fputs("\\&", p->out);
	for (size_t i = 0; i < len; i++) {
		if (word[i] != '`') {
			roff_write_char(p->out, word[i]);
			continue;
		}
		p->bold = !p->bold;
		fputs(p->bold ? "\\fB" : "\\fP", p->out);
	}
}

/* The bytes that a word takes in the source. */
static size_t roff_written_bytes(const char *word, size_t len)
{
	size_t bytes = 2; /* of a dot in front */

	for (size_t i = 0; i < len; i++) {
		const char *escaped = word[i] == '`' ? "\\fB" : roff_escape(word[i]);

		bytes += escaped != NULL ? strlen(escaped) : 1;
	}
	return bytes;
}

/* A sentence may end with this word: what follows begins a new line. */
static bool roff_ends_sentence(const char *word, size_t len)
{
	while (len > 0 && strchr(")`\"'", word[len - 1]) != NULL)
		len--;
	return len > 0 && strchr(".!?", word[len - 1]) != NULL;
}

void roff_prose(FILE *out, const char *s)
{
	struct prose p = { .out = out };
	bool fresh = true; /* the next word begins a line */

	for (s += strspn(s, " \n"); *s != '\0'; s += strspn(s, " \n")) {
		const size_t len = strcspn(s, " \n");
		const size_t bytes = roff_written_bytes(s, len);

		if (!fresh && p.column + 1 + bytes <= LINE_BYTES) {
			fputc(' ', out);
			p.column++;
		} else if (p.column > 0) {
			fputc('\n', out);
			p.column = 0;
		}
		roff_write_prose_word(&p, s, len);
		p.column += bytes;
		fresh = roff_ends_sentence(s, len);
		s += len;
	}
	if (p.bold)
		fputs("\\fP", out);
	fputc('\n', out);
}

void roff_lines(FILE *out, const char *s)
{
	fputs(".RS 4\n.nf\n", out);
	while (*s != '\0') {
		const size_t len = strcspn(s, "\n");

		/* A dot or a quote would make it a request; an empty line is none. */
		fputs("\\&", out);
		for (size_t i = 0; i < len; i++)
			roff_write_char(out, s[i]);
		fputc('\n', out);
		s += len;
		s += *s == '\n';
	}
	fputs(".fi\n.RE\n", out);
}

void roff_title(FILE *out, const char *title, const char *section)
{
	fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n.TH ", out);
	for (; *title != '\0'; title++)
		fputc(toupper((unsigned char)*title), out);
	fprintf(out, " %s %s \"purelbtool %s\" \"PureLB tools\"\n", section, TEXTS_DATE,
		PURELBTOOL_VERSION);
}
