/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unified diffs of texts that are alike but for a few lines: where they differ, the nearest two
 * lines that are equal in both, with the ones after them, are where they go on. Where too much
 * differs to look for these, one equal line near by has to do. It may not be the shortest diff,
 * but it always turns one text into the other.
 */
#include "cli/fix_diff.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "reports/formats/screen.h"

enum {
	DIFF_CONTEXT = 3,
	DIFF_CELLS_MAX = 1 << 20,
	DIFF_WORK_MAX = 1 << 22, /* places of a whole diff to look at for two equal lines */
	DIFF_NEAR_LINES = 64     /* lines of both texts to pass over for one equal line */
};

struct diff_lines {
	ARRAY_OF(const char *) list; /* where each begins; the last entry is the end */
};

/* Lines of the old text that are replaced by lines of the new one. */
struct diff_change {
	uint32_t old_from, old_to, new_from, new_to;
};

struct diff {
	struct diff_lines old, new;
	ARRAY_OF(struct diff_change) changes;
	uint32_t work; /* places that were looked at for two equal lines */
};

static void diff_split(struct arena *arena, const char *text, size_t len,
		       struct diff_lines *out)
{
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);

		ARRAY_ADD(arena, &out->list, text + at);
		at = end != NULL ? (size_t)(end - text) + 1 : len;
	}
	ARRAY_ADD(arena, &out->list, text + len);
}

static uint32_t diff_count(const struct diff_lines *lines)
{
	return lines->list.count - 1;
}

static size_t diff_length(const struct diff_lines *lines, uint32_t i)
{
	return (size_t)(lines->list.items[i + 1] - lines->list.items[i]);
}

static bool diff_is_same(const struct diff *d, uint32_t i, uint32_t k)
{
	const size_t len = diff_length(&d->old, i);

	return len == diff_length(&d->new, k) &&
	       memcmp(d->old.list.items[i], d->new.list.items[k], len) == 0;
}

/* True when both go on from here: with this many equal lines, one or two, or with their end. */
static bool diff_goes_on(const struct diff *d, uint32_t i, uint32_t k, uint32_t lines)
{
	const uint32_t old = diff_count(&d->old), new = diff_count(&d->new);

	if (i >= old || k >= new)
		return i == old && k == new;
	if (!diff_is_same(d, i, k))
		return false;
	if (lines == 1)
		return true;
	if (i + 1 == old || k + 1 == new)
		return i + 1 == old && k + 1 == new;
	return diff_is_same(d, i + 1, k + 1);
}

/* From lines that differ to where both go on; to the end when that is too far to look for. */
static struct diff_change diff_next(struct diff *d, uint32_t i, uint32_t k)
{
	for (uint32_t sum = 1; d->work < DIFF_WORK_MAX; sum++)
		for (uint32_t more = 0; more <= sum; more++, d->work++)
			if (diff_goes_on(d, i + sum - more, k + more, 2))
				return (struct diff_change){ i, i + sum - more, k, k + more };
	for (uint32_t sum = 1; sum <= DIFF_NEAR_LINES; sum++)
		for (uint32_t more = 0; more <= sum; more++)
			if (diff_goes_on(d, i + sum - more, k + more, 1))
				return (struct diff_change){ i, i + sum - more, k, k + more };
	return (struct diff_change){ i, diff_count(&d->old), k, diff_count(&d->new) };
}

static void diff_add(struct diff *d, struct arena *arena, uint32_t i, uint32_t k)
{
	const uint32_t count = d->changes.count;
	struct diff_change *last = count > 0 ? &d->changes.items[count - 1] : NULL;

	if (last == NULL || last->old_to != i || last->new_to != k) {
		last = ARRAY_PUSH(arena, &d->changes);
		*last = (struct diff_change){ i, i, k, k };
	}
}

/* Adds a change without the lines that both sides of it have: the most that come in one order.
 */
static void diff_refine(struct diff *d, struct arena *arena, const struct diff_change *whole)
{
	const uint32_t old = whole->old_to - whole->old_from;
	const uint32_t new = whole->new_to - whole->new_from;
	uint32_t i = 0, k = 0, *common;

	if ((uint64_t)(old + 1) * (new + 1) > DIFF_CELLS_MAX) {
		ARRAY_ADD(arena, &d->changes, *whole);
		return;
	}
	/* common[i * (new + 1) + k]: how many lines from i and k on are in both. */
	common = arena_zalloc(arena, (size_t)(old + 1) * (new + 1), sizeof(*common));
	for (uint32_t a = old; a-- > 0;)
		for (uint32_t b = new; b-- > 0;) {
			const uint32_t *here = &common[a * (new + 1) + b];
			const uint32_t below = here[new + 1], right = here[1];

			common[a * (new + 1) + b] =
				diff_is_same(d, whole->old_from + a, whole->new_from + b)
					? here[new + 2] + 1
				: below > right ? below
						: right;
		}
	while (i < old || k < new) {
		const uint32_t a = whole->old_from + i, b = whole->new_from + k;

		if (i < old && k < new &&diff_is_same(d, a, b)) {
			i++;
			k++;
			continue;
		}
		diff_add(d, arena, a, b);
		if (k == new || (i < old && common[(i + 1) * (new + 1) + k] >=
						    common[i * (new + 1) + k + 1]))
			d->changes.items[d->changes.count - 1].old_to = whole->old_from + ++i;
		else
			d->changes.items[d->changes.count - 1].new_to = whole->new_from + ++k;
	}
}

static void diff_find(struct diff *d, struct arena *arena)
{
	uint32_t i = 0, k = 0;

	while (i < diff_count(&d->old) || k < diff_count(&d->new)) {
		struct diff_change change;

		if (i < diff_count(&d->old) && k < diff_count(&d->new) &&
		    diff_is_same(d, i, k)) {
			i++;
			k++;
			continue;
		}
		change = diff_next(d, i, k);
		diff_refine(d, arena, &change);
		i = change.old_to;
		k = change.new_to;
	}
}

/* ---- writing ---- */

static void diff_write_lines(FILE *out, char sign, const struct diff_lines *lines,
			     uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		const char *line = lines->list.items[i];
		const size_t len = diff_length(lines, i);

		fputc(sign, out);
		fwrite(line, 1, len, out);
		if (line[len - 1] != '\n')
			fputs("\n\\ No newline at end of file\n", out);
	}
}

static void diff_write_range(FILE *out, uint32_t from, uint32_t count)
{
	/* Of no lines the one before them is named. */
	fprintf(out, "%u", count > 0 ? from + 1 : from);
	if (count != 1)
		fprintf(out, ",%u", count);
}

/* True when no terminal and no pipeline takes anything in the line for a command. */
static bool diff_line_is_harmless(const char *line, size_t len)
{
	struct text shown = { 0 };
	bool harmless = true;

	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	for (size_t i = 0, bytes; i < len && harmless; i += bytes) {
		const size_t before = shown.len;
		unsigned columns = 0;

		bytes = screen_add_char(&shown, line + i, len - i, &columns);
		harmless = line[i] == '\t' || shown.len - before == bytes;
	}
	text_release(&shown);
	return harmless;
}

static bool diff_lines_are_harmless(const struct diff_lines *lines, uint32_t from, uint32_t to)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of the order of bytes: it begins a text */

	for (uint32_t i = from; i < to; i++) {
		const char *line = lines->list.items[i], *end = lines->list.items[i + 1];

		if (i == 0 && str_has_prefix(line, mark))
			line += strlen(mark);
		if (!diff_line_is_harmless(line, (size_t)(end - line)))
			return false;
	}
	return true;
}

/* Changes `first` to `last`, which are near each other, with the lines around them; false when
 * they are not shown, after a message. */
static bool diff_write_hunk(const struct diff *d, const struct cli *cli, const char *name,
			    uint32_t first, uint32_t last)
{
	const struct diff_change *begin = &d->changes.items[first];
	const struct diff_change *end = &d->changes.items[last];
	const uint32_t before = begin->old_from < DIFF_CONTEXT ? begin->old_from : DIFF_CONTEXT;
	const uint32_t left = diff_count(&d->old) - end->old_to;
	const uint32_t after = left < DIFF_CONTEXT ? left : DIFF_CONTEXT;
	uint32_t at = begin->old_from - before;
	FILE *out = cli->out;

	if (!diff_lines_are_harmless(&d->old, at, end->old_to + after) ||
	    !diff_lines_are_harmless(&d->new, begin->new_from - before, end->new_to + after)) {
		cli_error(
			cli,
			"%s:%u: the diff of these lines is not shown: they hold what a terminal "
			"or a pipeline would obey; --fix alone applies it",
			name, at + 1);
		return false;
	}
	fputs("@@ -", out);
	diff_write_range(out, at, end->old_to + after - at);
	fputs(" +", out);
	diff_write_range(out, begin->new_from - before,
			 end->new_to + after - (begin->new_from - before));
	fputs(" @@\n", out);
	for (uint32_t i = first; i <= last; i++) {
		const struct diff_change *change = &d->changes.items[i];

		diff_write_lines(out, ' ', &d->old, at, change->old_from);
		diff_write_lines(out, '-', &d->old, change->old_from, change->old_to);
		diff_write_lines(out, '+', &d->new, change->new_from, change->new_to);
		at = change->old_to;
	}
	diff_write_lines(out, ' ', &d->old, at, at + after);
	return true;
}

/* A name as patch(1) reads it: one with spaces ends at a tab, one with other marks is quoted.
 */
static void diff_write_name(FILE *out, const char *mark, const char *name)
{
	bool quoted = false;

	for (const char *p = name; *p != '\0'; p++)
		quoted = quoted || *p == '"' || *p == '\\' || (unsigned char)*p < ' ';
	if (!quoted) {
		fprintf(out, "%s %s%s\n", mark, name, strchr(name, ' ') != NULL ? "\t" : "");
		return;
	}
	fprintf(out, "%s \"", mark);
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if ((unsigned char)*p < ' ')
			fprintf(out, "\\%03o", (unsigned)(unsigned char)*p);
		else
			fputc(*p, out);
	}
	fputs("\"\n", out);
}

bool fix_diff_write(const struct cli *cli, const char *name, const char *old, size_t old_len,
		    const char *new, size_t new_len, struct arena *arena)
{
	struct diff d = { 0 };
	bool whole = true;

	diff_split(arena, old, old_len, &d.old);
	diff_split(arena, new, new_len, &d.new);
	diff_find(&d, arena);
	if (d.changes.count == 0)
		return true;
	if (!diff_line_is_harmless(name, strlen(name))) {
		cli_error(cli, "%s: the diff is not shown: the name holds commands", name);
		return false;
	}
	diff_write_name(cli->out, "---", name);
	diff_write_name(cli->out, "+++", name);
	for (uint32_t first = 0, last; first < d.changes.count; first = last + 1) {
		last = first;
		while (last + 1 < d.changes.count &&
		       d.changes.items[last + 1].old_from - d.changes.items[last].old_to <=
			       2 * DIFF_CONTEXT)
			last++;
		whole = diff_write_hunk(&d, cli, name, first, last) && whole;
	}
	return whole;
}
