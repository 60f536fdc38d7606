/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of a regular expression, and whether it is anchored. */
#include "base/pattern.h"

#include <stdint.h>
#include <string.h>

#include "base/regex.h"

static bool pattern_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The end of a text that ends with `mark`, or of all when the mark is missing. */
static const char *pattern_after(const char *s, const char *mark)
{
	const char *found = strstr(s, mark);

	return found != NULL ? found + strlen(mark) : s + strlen(s);
}

/* The end of the class that begins at `s` with a bracket. */
static const char *pattern_after_class(const char *s)
{
	s++;
	if (*s == '^')
		s++;
	/* A closing bracket that comes first is a member. */
	if (*s == ']')
		s++;
	while (*s != '\0' && *s != ']') {
		const char *name_end = strncmp(s, "[:", 2) == 0 ? strstr(s + 2, ":]") : NULL;

		if (name_end != NULL)
			s = name_end + 2;
		else
			s += *s == '\\' && s[1] != '\0' ? 2 : 1;
	}
	return *s == ']' ? s + 1 : s;
}

/* Reads the number of a repetition; a leading zero is not allowed. NULL when there is none.
 */
static const char *pattern_after_count(const char *s)
{
	if (!pattern_is_digit(*s) || (*s == '0' && pattern_is_digit(s[1])))
		return NULL;
	while (pattern_is_digit(*s))
		s++;
	return s;
}

/* The end of {n}, {n,} or {n,m} at `s`, or NULL when the brace is only a brace. */
static const char *pattern_after_braces(const char *s)
{
	s = pattern_after_count(s + 1);
	if (s != NULL && *s == ',') {
		s++;
		if (*s != '}')
			s = pattern_after_count(s);
	}
	return s != NULL && *s == '}' ? s + 1 : NULL;
}

/* Reads "(", or "(?" up to the colon, the name's end or the parenthesis that ends it. */
static enum pattern_token_kind pattern_read_open(const char **s)
{
	if ((*s)[1] != '?') {
		*s += 1;
		return PATTERN_OPEN;
	}

	bool is_named = (*s)[2] == '<' || ((*s)[2] == 'P' && (*s)[3] == '<');
	const char *end = *s + strcspn(*s, is_named ? ">" : ":)");
	enum pattern_token_kind kind = *end == ')' ? PATTERN_NOTHING : PATTERN_OPEN;

	*s = *end != '\0' ? end + 1 : end;
	return kind;
}

/* Reads a backslash and what belongs to it. */
static enum pattern_token_kind pattern_read_escape(const char **s)
{
	const char *start = *s;
	char c = start[1];

	*s += c != '\0' ? 2 : 1;
	if (c == 'Q') {
		*s = pattern_after(*s, "\\E");
		return strncmp(start, "\\Q\\E", 4) == 0 ? PATTERN_NOTHING : PATTERN_ITEM;
	}
	/* In \p{^Greek} and \x{0} the braces do not mean what they mean elsewhere. */
	if (c != '\0' && strchr("pPx", c) != NULL && **s == '{')
		*s = pattern_after(*s, "}");
	if (c == 'A')
		return PATTERN_BEGIN;
	return c == 'z' ? PATTERN_END : PATTERN_ITEM;
}

/* Reads a repetition with the ? that makes it lazy. */
static enum pattern_token_kind pattern_read_repeat(const char **s, const char *end)
{
	bool is_optional = **s == '*' || **s == '?' || strncmp(*s, "{0", 2) == 0;

	*s = *end == '?' ? end + 1 : end;
	return is_optional ? PATTERN_OPTIONAL : PATTERN_REPEAT;
}

static enum pattern_token_kind pattern_read_token(const char **s)
{
	static const char single[] = "^$|)";
	static const enum pattern_token_kind kinds[] = { PATTERN_BEGIN, PATTERN_END, PATTERN_OR,
							 PATTERN_CLOSE };
	const char *found = strchr(single, **s);
	const char *braces = **s == '{' ? pattern_after_braces(*s) : NULL;

	if (**s == '(')
		return pattern_read_open(s);
	if (**s == '\\')
		return pattern_read_escape(s);
	if (braces != NULL)
		return pattern_read_repeat(s, braces);
	if (**s == '*' || **s == '+' || **s == '?')
		return pattern_read_repeat(s, *s + 1);
	*s = **s == '[' ? pattern_after_class(*s) : *s + 1;
	return found != NULL ? kinds[found - single] : PATTERN_ITEM;
}

bool pattern_next(const char **s, struct pattern_token *out)
{
	if (**s == '\0')
		return false;
	out->start = *s;
	out->kind = pattern_read_token(s);
	out->len = (size_t)(*s - out->start);
	return true;
}

/* What a part of an expression pins down: the start of the text, its end. */
enum { AT_BEGIN = 1, AT_END = 2, AT_BOTH = AT_BEGIN | AT_END };

/* A group that is being read. */
struct group {
	uint8_t alternatives; /* what each alternative so far pins down */
	uint8_t parts;        /* what some part of this alternative does, but for the last */
	uint8_t last;         /* what the last part does: a repetition may still undo it */
};

static void pattern_add_part(struct group *g, uint8_t pins)
{
	g->parts |= g->last;
	g->last = pins;
}

static void pattern_end_alternative(struct group *g)
{
	g->alternatives &= g->parts | g->last;
	g->parts = 0;
	g->last = 0;
}

/* Takes the next token into account and returns the group that is read from there on. */
static struct group *pattern_advance(struct group *g, enum pattern_token_kind kind)
{
	switch (kind) {
	case PATTERN_ITEM:
		pattern_add_part(g, 0);
		return g;
	case PATTERN_BEGIN:
		pattern_add_part(g, AT_BEGIN);
		return g;
	case PATTERN_END:
		pattern_add_part(g, AT_END);
		return g;
	case PATTERN_OR:
		pattern_end_alternative(g);
		return g;
	case PATTERN_OPEN:
		g[1] = (struct group){ .alternatives = AT_BOTH };
		return g + 1;
	case PATTERN_CLOSE:
		pattern_end_alternative(g);
		pattern_add_part(g - 1, g->alternatives);
		return g - 1;
	case PATTERN_OPTIONAL:
		g->last = 0;
		return g;
	case PATTERN_REPEAT:
	case PATTERN_NOTHING:
		return g;
	}
	return g;
}

/*
 * A sequence is pinned down where one of its parts is, wherever it is: in `x*^a` the x*
 * can only be empty. Alternatives are pinned down where each of them is.
 */
bool regex_anchored(const char *pattern)
{
	struct group stack[REGEX_MAX_DEPTH + 1] = { { .alternatives = AT_BOTH } };
	struct group *group = stack;
	struct pattern_token token;

	while (pattern_next(&pattern, &token)) {
		/* A valid expression does neither. */
		if (token.kind == PATTERN_OPEN && group == stack + REGEX_MAX_DEPTH)
			return false;
		if (token.kind == PATTERN_CLOSE && group == stack)
			return false;
		group = pattern_advance(group, token.kind);
	}
	pattern_end_alternative(group);
	return group == stack && group->alternatives == AT_BOTH;
}
