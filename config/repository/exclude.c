/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching paths against patterns in the syntax of .gitignore.
 *
 * A match remembers only the last star that it passed (one for `*`, one for `**`), so its cost
 * is at most the product of both lengths, whatever the pattern is.
 */
#include "config/repository/exclude.h"

#include <string.h>

/* Matches one character against the set that begins at `*pattern`, after its `[`, and moves
 * *pattern to the character after its `]`. */
static bool exclude_set_matches(const char **pattern, char c)
{
	const char *p = *pattern;
	bool negated = *p == '!' || *p == '^';
	bool matched = false;

	if (negated)
		p++;
	for (bool first = true; *p != '\0' && (first || *p != ']'); first = false) {
		if (*p == '\\' && p[1] != '\0')
			p++;

		unsigned char low = (unsigned char)*p++;
		unsigned char high = low;

		if (*p == '-' && p[1] != ']' && p[1] != '\0') {
			p += p[1] == '\\' && p[2] != '\0' ? 2 : 1;
			high = (unsigned char)*p++;
		}
		if ((unsigned char)c >= low && (unsigned char)c <= high)
			matched = true;
	}
	*pattern = *p == ']' ? p + 1 : p;
	return matched != negated && c != '/';
}

/* One element of the pattern that stands for exactly one character; moves past it. */
static bool exclude_one_matches(const char **pattern, char c)
{
	const char *p = *pattern;

	if (*p == '[') {
		p++;

		bool matched = exclude_set_matches(&p, c);

		*pattern = p;
		return matched;
	}
	*pattern = p + 1;
	if (*p == '?')
		return c != '/';
	if (*p == '\\' && p[1] != '\0') {
		*pattern = p + 2;
		return p[1] == c;
	}
	return *p == c;
}

/* A place to go back to: where the pattern goes on after a star, and what it has swallowed. */
struct exclude_star {
	const char *pattern; /* NULL: none yet */
	const char *path;
	bool whole_folders; /* of a double star and a slash: it swallows whole folders only */
};

/* Lets a double star swallow one character more, or one folder more; false at the end. */
static bool exclude_star_extend(struct exclude_star *star)
{
	if (star->pattern == NULL || *star->path == '\0')
		return false;
	if (!star->whole_folders) {
		star->path++;
		return true;
	}

	const char *slash = strchr(star->path, '/');

	if (slash == NULL)
		return false;
	star->path = slash + 1;
	return true;
}

static bool exclude_glob_matches(const char *pattern, const char *path)
{
	struct exclude_star within = { 0 }; /* one star: swallows no slash */
	struct exclude_star across = { 0 }; /* a double star */

	for (;;) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			while (*pattern == '*')
				pattern++;
			across.whole_folders = *pattern == '/';
			pattern += across.whole_folders ? 1 : 0;
			across.pattern = pattern;
			across.path = path;
			within.pattern = NULL;
			continue;
		}
		if (*pattern == '*') {
			within.pattern = ++pattern;
			within.path = path;
			continue;
		}
		if (*path == '\0' && *pattern == '\0')
			return true;
		if (*path != '\0' && *pattern != '\0') {
			const char *next = pattern;

			if (exclude_one_matches(&next, *path)) {
				pattern = next;
				path++;
				continue;
			}
		}
		if (within.pattern != NULL && *within.path != '\0' && *within.path != '/') {
			pattern = within.pattern;
			path = ++within.path;
		} else if (exclude_star_extend(&across)) {
			pattern = across.pattern;
			path = across.path;
			within.pattern = NULL;
		} else {
			return false;
		}
	}
}

/* One pattern without its `!`. */
static bool exclude_pattern_matches(const char *given, const char *path, bool is_folder)
{
	char pattern[EXCLUDE_PATTERN_BYTES_MAX + 1];
	size_t len = strlen(given);

	if (len == 0 || len > EXCLUDE_PATTERN_BYTES_MAX)
		return false;
	memcpy(pattern, given, len + 1);
	if (pattern[len - 1] == '/') {
		if (!is_folder)
			return false;
		pattern[--len] = '\0';
	}

	bool anchored = strchr(pattern, '/') != NULL;
	const char *glob = pattern[0] == '/' ? pattern + 1 : pattern;
	const char *name = strrchr(path, '/');

	return exclude_glob_matches(glob, anchored || name == NULL ? path : name + 1);
}

/* Paths have no parts that are "." or "..": a pattern with one matches nothing. */
static bool exclude_has_dots(const char *pattern)
{
	for (const char *p = pattern; *p != '\0';) {
		const size_t len = strcspn(p, "/");

		if (len > 0 && len <= 2 && strspn(p, ".") >= len)
			return true;
		p += len + (p[len] == '/');
	}
	return false;
}

const char *exclude_pattern_fault(const char *pattern)
{
	if (pattern[0] == '\0' || strcmp(pattern, "!") == 0)
		return "is empty";
	if (strlen(pattern) > EXCLUDE_PATTERN_BYTES_MAX)
		return "is longer than 1024 bytes";
	if (exclude_has_dots(pattern[0] == '!' ? pattern + 1 : pattern))
		return "matches nothing: paths below a folder have no \".\" or \"..\" in them";
	return NULL;
}

bool exclude_matches(const struct exclude_patterns *patterns, const char *path, bool is_folder)
{
	for (uint32_t i = patterns->count; i > 0; i--) {
		const char *pattern = patterns->items[i - 1];
		bool back = pattern[0] == '!';

		if (exclude_pattern_matches(back ? pattern + 1 : pattern, path, is_folder))
			return !back;
	}
	return false;
}
