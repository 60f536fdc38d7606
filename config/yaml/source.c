/* SPDX-License-Identifier: Apache-2.0 */
/* Sources: naming, copying what cannot be read twice, and reading single lines again. */
#include "config/yaml/source.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

const char source_unreadable_line[] = "(this line cannot be read again)";

enum { COPY_CHUNK = 65536 };

void source_add_error(struct sources *sources, struct arena *arena, const char *name,
		      const char *why)
{
	ARRAY_ADD(arena, &sources->errors,
		  arena_printf(arena, "cannot read %s: %s", name, why));
}

void source_fail(struct sources *sources, struct arena *arena, uint32_t index, int error)
{
	struct source *source = &sources->list.items[index];

	if (!source->failed)
		source_add_error(sources, arena, source->name, strerror(error));
	source->failed = true;
}

static struct source *source_new(struct sources *sources, struct arena *arena, const char *name)
{
	struct source *source = ARRAY_PUSH(arena, &sources->list);

	source->name = arena_strdup(arena, name);
	return source;
}

bool source_is_tar(const char *head, size_t len)
{
	enum { MAGIC_AT = 257, MAGIC_BYTES = 5 };

	return len >= MAGIC_AT + MAGIC_BYTES &&
	       memcmp(head + MAGIC_AT, "ustar", MAGIC_BYTES) == 0;
}

bool source_is_packets(const char *head, size_t len)
{
	/* pcap of both byte orders, in microseconds and nanoseconds, and pcapng. */
	static const char magics[][4] = {
		{ '\xa1', '\xb2', '\xc3', '\xd4' }, { '\xd4', '\xc3', '\xb2', '\xa1' },
		{ '\xa1', '\xb2', '\x3c', '\x4d' }, { '\x4d', '\x3c', '\xb2', '\xa1' },
		{ '\x0a', '\x0d', '\x0d', '\x0a' },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(magics); i++)
		if (len >= sizeof(magics[i]) && memcmp(head, magics[i], sizeof(magics[i])) == 0)
			return true;
	return false;
}

/*
 * Copies a stream into an unlinked file, at most one chunk over the bound. What follows a NUL
 * byte is never read, so it is not copied either: /dev/zero costs one byte. Bundles and packet
 * captures have such bytes, and are copied whole.
 */
static FILE *spool(FILE *in)
{
	FILE *copy = tmpfile();
	char chunk[COPY_CHUNK];
	bool binary = false;
	size_t total = 0;
	size_t n;

	if (copy == NULL)
		return NULL;
	while (total <= SOURCE_BYTES_MAX && (n = fread(chunk, 1, sizeof(chunk), in)) > 0) {
		const char *nul;

		binary |=
			total == 0 && (source_is_tar(chunk, n) || source_is_packets(chunk, n));
		nul = binary ? NULL : memchr(chunk, '\0', n);

		const size_t kept = nul != NULL ? (size_t)(nul - chunk) + 1 : n;

		if (fwrite(chunk, 1, kept, copy) != kept || nul != NULL)
			break;
		total += n;
	}
	if (ferror(in) || ferror(copy) || fflush(copy) != 0) {
		int error = errno;

		fclose(copy);
		errno = error;
		return NULL;
	}
	return copy;
}

/* True when the stream, from its beginning, has nothing but white space, comments and document
 * markers. */
static bool source_stream_is_empty(FILE *f)
{
	bool comment = false, empty = true;
	unsigned column = 0, dashes = 0;
	int c;

	if (fseek(f, 0, SEEK_SET) != 0)
		return false; /* whoever reads it says so */
	while (empty && (c = getc(f)) != EOF) {
		const bool space = c == ' ' || c == '\t' || c == '\r';

		if (c == '\n') {
			empty = dashes == 0 || dashes == 3;
			comment = false;
			column = dashes = 0;
			continue;
		}
		comment = comment || c == '#';
		if (!comment && (c == '-' || c == '.') && column == dashes)
			dashes++;
		else if (!comment && !space)
			empty = false;
		column++;
	}
	return empty && (dashes == 0 || dashes == 3);
}

static void source_add_stream(struct sources *sources, struct arena *arena, const char *name,
			      FILE *in)
{
	FILE *copy = spool(in);

	if (copy == NULL)
		source_add_error(sources, arena, name, strerror(errno));
	else
		source_new(sources, arena, name)->spool = copy;
}

/* What a failed command on the left of a pipe prints, nothing, must not pass for a clean input.
 */
static void source_add_standard_input(struct sources *sources, struct arena *arena)
{
	FILE *copy = spool(stdin);

	if (copy == NULL) {
		source_add_error(sources, arena, "<stdin>", strerror(errno));
	} else if (source_stream_is_empty(copy)) {
		source_add_error(sources, arena, "<stdin>", "no input");
		fclose(copy);
	} else {
		source_new(sources, arena, "<stdin>")->spool = copy;
	}
}

static void source_add_file(struct sources *sources, struct arena *arena, const char *path,
			    const struct stat *st)
{
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		source_add_error(sources, arena, path, strerror(errno));
		return;
	}
	if (S_ISREG(st->st_mode))
		source_new(sources, arena, path);
	else
		source_add_stream(sources, arena, path, f);
	fclose(f);
}

/* ---- texts in place of files ---- */

/* True when `name`, relative to the working folder unless it begins with a slash, is `path`. */
static bool source_names(const char *name, const char *path)
{
	char here[PATH_MAX];
	size_t len;

	if (name[0] == '/')
		return strcmp(name, path) == 0;
	while (name[0] == '.' && name[1] == '/')
		name += 2;
	if (!str_has_suffix(path, name) || getcwd(here, sizeof(here)) == NULL)
		return false;
	len = strlen(here) - (str_equal(here, "/") ? 1 : 0);
	return strlen(path) == len + 1 + strlen(name) && strncmp(path, here, len) == 0 &&
	       path[len] == '/';
}

const struct source_text *source_text_find(const struct sources *sources, const char *name)
{
	if (sources->texts == NULL)
		return NULL;
	ARRAY_FOREACH (const struct source_text, text, &sources->texts->list)
		if (source_names(name, text->path))
			return text;
	return NULL;
}

/* A stream over a text. fmemopen() takes no empty one. */
static FILE *source_open_text(const struct source_text *text)
{
	static char nothing[] = "\n";
	char *bytes = text->bytes > 0 ? (char *)(uintptr_t)text->text : nothing;

	return fmemopen(bytes, text->bytes > 0 ? text->bytes : 1, "r");
}

void sources_add(struct sources *sources, struct arena *arena, const char *input)
{
	const struct source_text *text = source_text_find(sources, input);
	struct stat st;

	if (text != NULL)
		source_new(sources, arena, str_equal(input, "-") ? "<stdin>" : input)->text =
			text;
	else if (strcmp(input, "-") == 0)
		source_add_standard_input(sources, arena);
	else if (stat(input, &st) != 0)
		source_add_error(sources, arena, input, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		source_add_error(sources, arena, input, strerror(EISDIR));
	else
		source_add_file(sources, arena, input, &st);
}

/* Closes it; false when it was not opened or could not be read. */
static bool source_end(const struct sources *sources, uint32_t index, FILE *file)
{
	const bool fine = file != NULL && !ferror(file);

	if (file != NULL && file != sources->list.items[index].spool)
		fclose(file);
	return fine;
}

void sources_add_walked(struct sources *sources, struct arena *arena, const char *path,
			bool known)
{
	if (known)
		source_new(sources, arena, path)->text = source_text_find(sources, path);
	else
		sources_add(sources, arena, path);
}

/* The bytes of a member of a bundle, in memory. */
static FILE *source_open_member(const struct sources *sources, const struct source *source)
{
	FILE *bundle = source_open(sources, source->bundle - 1);
	const size_t bytes = (size_t)source->bytes;
	FILE *member = fmemopen(NULL, bytes + 1, "w+");
	char chunk[COPY_CHUNK];
	bool fine = bundle != NULL && member != NULL &&
		    fseeko(bundle, (off_t)source->offset, SEEK_SET) == 0;

	for (size_t left = bytes; fine && left > 0;) {
		const size_t n =
			fread(chunk, 1, left < sizeof(chunk) ? left : sizeof(chunk), bundle);

		fine = n > 0 && fwrite(chunk, 1, n, member) == n;
		left -= n;
	}
	fine &= source_end(sources, source->bundle - 1, bundle);
	fine = fine && fflush(member) == 0;
	if (!fine && member != NULL) {
		fclose(member);
		return NULL;
	}
	if (member != NULL)
		rewind(member);
	return member;
}

void sources_add_text(struct sources *sources, struct arena *arena, const char *name,
		      const char *text)
{
	struct source_text *copy = arena_zalloc(arena, 1, sizeof(*copy));

	copy->bytes = strlen(text);
	copy->text = arena_strndup(arena, text, copy->bytes);
	source_new(sources, arena, name)->text = copy;
}

FILE *source_open(const struct sources *sources, uint32_t index)
{
	const struct source *source = &sources->list.items[index];

	if (source->text != NULL)
		return source_open_text(source->text);
	if (source->bundle != 0)
		return source_open_member(sources, source);
	if (source->spool == NULL)
		return fopen(source->name, "re");
	clearerr(source->spool);
	return fseek(source->spool, 0, SEEK_SET) == 0 ? source->spool : NULL;
}

void source_close(struct sources *sources, struct arena *arena, uint32_t index, FILE *file)
{
	const int error = file == NULL && errno != 0 ? errno : EIO;

	if (!source_end(sources, index, file))
		source_fail(sources, arena, index, error);
}

void sources_release(struct sources *sources)
{
	ARRAY_FOREACH (struct source, source, &sources->list) {
		if (source->spool != NULL)
			fclose(source->spool);
		source->spool = NULL;
	}
}

/* Where in a source lines are read. */
struct source_cursor {
	FILE *file;
	int64_t left; /* bytes until its end; of a member of a bundle other bytes follow */
};

static int source_next_byte(struct source_cursor *at)
{
	if (at->left == 0)
		return EOF;
	at->left--;
	return getc_unlocked(at->file);
}

/*
 * Reads one line without its end (LF, CRLF or CR, as the parser counts lines) and keeps at
 * most `room` bytes of it. False at the end of the file.
 */
static bool source_read_line(struct source_cursor *at, char *buf, size_t room, size_t *len)
{
	int c = source_next_byte(at);

	*len = 0;
	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n' && c != '\r'; c = source_next_byte(at))
		if (*len < room)
			buf[(*len)++] = (char)c;
	if (c == '\r') {
		c = source_next_byte(at);
		if (c != '\n' && c != EOF) {
			ungetc(c, at->file);
			at->left++;
		}
	}
	return true;
}

/* Shortens a text that was cut so that it does not end inside a UTF-8 sequence. */
static size_t source_whole_characters(const char *buf, size_t len)
{
	size_t back = 0;

	while (back < 3 && back < len && ((unsigned char)buf[len - 1 - back] & 0xC0U) == 0x80U)
		back++;
	if (back == len)
		return len;

	size_t lead = len - 1 - back;
	size_t need = utf8_sequence((const unsigned char *)buf + lead, len - lead);

	return need == 0 ? lead : len;
}

/* A place between two lines of a source. */
struct source_mark {
	uint32_t lines; /* before it */
	int64_t bytes;
};

/* Reads on from the mark, and leaves it before the first of the lines. Of a member of a bundle,
 * the bundle is read. */
static bool source_read_lines(const struct sources *sources, uint32_t index,
			      struct source_mark *mark, const uint32_t *lines, uint32_t count,
			      struct arena *arena, const char **texts)
{
	const struct source *source = &sources->list.items[index];
	const bool member = source->bundle != 0;
	const uint32_t opened = member ? source->bundle - 1 : index;
	const int64_t from = mark->bytes, start = from + (member ? source->offset : 0);
	const int64_t all = member ? source->bytes - from : INT64_MAX;
	struct source_cursor at = { source_open(sources, opened), all };
	bool fine =
		at.file != NULL && (start == 0 || fseeko(at.file, (off_t)start, SEEK_SET) == 0);
	uint32_t line = mark->lines;
	char buf[SOURCE_LINE_BYTES_MAX];
	size_t len = 0;

	for (uint32_t i = 0; i < count; i++) {
		texts[i] = NULL;
		for (bool read = fine; read && line < lines[i]; line += read ? 1 : 0) {
			if (i == 0)
				*mark = (struct source_mark){ line, from + (all - at.left) };
			read = source_read_line(&at, buf, sizeof(buf), &len);
		}
		if (line != lines[i] || line == 0)
			continue;
		if (len == sizeof(buf))
			len = source_whole_characters(buf, len);
		texts[i] = arena_strndup(arena, buf, len);
	}
	fine &= source_end(sources, opened, at.file);
	for (uint32_t i = 0; i < count && !fine; i++)
		if (texts[i] == NULL)
			texts[i] = source_unreadable_line;
	return fine;
}

bool source_lines(const struct sources *sources, uint32_t index, const uint32_t *lines,
		  uint32_t count, struct arena *arena, const char **texts)
{
	return source_read_lines(sources, index, &(struct source_mark){ 0 }, lines, count,
				 arena, texts);
}

bool source_next_lines(struct sources *sources, uint32_t index, const uint32_t *lines,
		       uint32_t count, struct arena *arena, const char **texts)
{
	struct source *source = &sources->list.items[index];
	struct source_mark mark = { source->lines_before, source->lines_bytes };
	bool fine;

	if (count > 0 && lines[0] <= mark.lines)
		mark = (struct source_mark){ 0 };
	fine = source_read_lines(sources, index, &mark, lines, count, arena, texts);
	source->lines_before = mark.lines;
	source->lines_bytes = mark.bytes;
	return fine;
}
