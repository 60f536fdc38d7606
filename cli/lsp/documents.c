/* SPDX-License-Identifier: Apache-2.0 */
/* Open documents. Lines end with LF, CRLF or CR, as the protocol and the parser have it. */
#include "cli/lsp/documents.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- URIs ---- */

static int uri_hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static char *uri_copy(const char *text)
{
	const size_t bytes = strlen(text) + 1;

	return memcpy(mem_alloc(bytes), text, bytes);
}

/* The path without links; of a file that is not there yet, its folder's. */
static char *uri_real(char *path)
{
	char *real = realpath(path, NULL);
	char *slash = strrchr(path, '/');
	struct text joined = { 0 };
	char *folder;

	if (real == NULL && slash != NULL && slash != path) {
		*slash = '\0';
		folder = realpath(path, NULL);
		*slash = '/';
		if (folder != NULL) {
			text_printf(&joined, "%s%s", folder, slash);
			real = uri_copy(text_str(&joined));
			text_release(&joined);
			free(folder);
		}
	}
	if (real == NULL)
		return path;
	free(path);
	return real;
}

char *uri_path(const char *uri)
{
	const char *from = uri;
	struct text path = { 0 };
	char *copy;

	if (!str_has_prefix(uri, "file://"))
		return NULL;
	from += strlen("file://");
	if (str_has_prefix(from, "localhost/"))
		from += strlen("localhost");
	if (*from != '/')
		return NULL;
	for (; *from != '\0' && *from != '?' && *from != '#'; from++) {
		const int high = *from == '%' ? uri_hex(from[1]) : -1;
		const int low = high >= 0 ? uri_hex(from[2]) : -1;

		if (low >= 0 && high * 16 + low != 0) {
			text_add_char(&path, (char)(high * 16 + low));
			from += 2;
		} else {
			text_add_char(&path, *from);
		}
	}
	copy = uri_copy(text_str(&path));
	text_release(&path);
	return uri_real(copy);
}

const char *path_uri(struct arena *arena, const char *path)
{
	static const char plain[] = "/-._~";
	struct text uri = { 0 };
	const char *copy;

	text_add(&uri, "file://");
	for (; *path != '\0'; path++) {
		const char c = *path;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr(plain, c) != NULL)
			text_add_char(&uri, c);
		else
			text_printf(&uri, "%%%02X", (unsigned)(unsigned char)c);
	}
	copy = arena_strdup(arena, text_str(&uri));
	text_release(&uri);
	return copy;
}

/* ---- the list ---- */

struct document *documents_find(const struct documents *documents, const char *uri)
{
	for (uint32_t i = 0; i < documents->count; i++)
		if (!documents->items[i]->closed && str_equal(documents->items[i]->uri, uri))
			return documents->items[i];
	return NULL;
}

struct document *documents_at(const struct documents *documents, const char *path)
{
	for (uint32_t i = 0; i < documents->count; i++)
		if (!documents->items[i]->closed && documents->items[i]->path != NULL &&
		    str_equal(documents->items[i]->path, path))
			return documents->items[i];
	return NULL;
}

/* Finds the lines again. */
static void document_index(struct document *document)
{
	const char *text = text_str(&document->text);
	const size_t len = document->text.len;
	uint32_t room = 64;

	document->lines = mem_resize(document->lines, room, sizeof(*document->lines));
	document->lines[0] = 0;
	document->line_count = 1;
	document->ascii = true;
	for (size_t i = 0; i < len; i++) {
		document->ascii &= (unsigned char)text[i] < 0x80;
		if (text[i] != '\n' && !(text[i] == '\r' && text[i + 1] != '\n'))
			continue;
		if (document->line_count == room) {
			room *= 2;
			document->lines =
				mem_resize(document->lines, room, sizeof(*document->lines));
		}
		document->lines[document->line_count++] = i + 1;
	}
}

struct document *documents_open(struct documents *documents, const char *uri, int64_t version,
				const char *text)
{
	struct document *document = documents_find(documents, uri);

	if (document == NULL) {
		document = mem_alloc(sizeof(*document));
		*document = (struct document){ .uri = uri_copy(uri), .path = uri_path(uri) };
		documents->items = mem_resize(documents->items, documents->count + 1,
					      sizeof(*documents->items));
		documents->items[documents->count++] = document;
	}
	document->version = version;
	document->changed = true;
	text_clear(&document->text);
	text_add(&document->text, text);
	document_index(document);
	return document;
}

static void document_free(struct document *document)
{
	text_release(&document->text);
	text_release(&document->good);
	free(document->uri);
	free(document->path);
	free(document->lines);
	free(document);
}

void documents_drop(struct documents *documents, struct document *document)
{
	for (uint32_t i = 0; i < documents->count; i++) {
		if (documents->items[i] != document)
			continue;
		documents->count--;
		memmove(&documents->items[i], &documents->items[i + 1],
			(documents->count - i) * sizeof(*documents->items));
		document_free(document);
		return;
	}
}

void documents_release(struct documents *documents)
{
	for (uint32_t i = 0; i < documents->count; i++)
		document_free(documents->items[i]);
	free(documents->items);
	*documents = (struct documents){ 0 };
}

/* ---- positions ---- */

/* Where the line ends, without its end of line. */
static size_t document_line_end(const struct document *document, uint32_t line)
{
	const char *text = text_str(&document->text);
	size_t end = line + 1 < document->line_count ? document->lines[line + 1]
						     : document->text.len;

	if (line + 1 < document->line_count) {
		end--;
		if (end > document->lines[line] && text[end] == '\n' && text[end - 1] == '\r')
			end--;
	}
	return end;
}

/* The bytes of the character at `offset`, at least one, and how many units it has. */
static size_t document_character(const struct document *document, size_t offset,
				 enum encoding encoding, uint32_t *units)
{
	const unsigned char *at = (const unsigned char *)text_str(&document->text) + offset;
	const size_t bytes = utf8_sequence(at, document->text.len - offset);

	if (bytes == 0) {
		*units = 1;
		return 1;
	}
	*units = encoding == ENCODING_UTF8 ? (uint32_t)bytes : bytes == 4 ? 2 : 1;
	return bytes;
}

size_t document_offset(const struct document *document, enum encoding encoding,
		       struct position position)
{
	uint32_t at = 0, units;
	size_t offset, end;

	if (position.line >= document->line_count)
		return document->text.len;
	offset = document->lines[position.line];
	end = document_line_end(document, position.line);
	if (document->ascii)
		return position.character < end - offset ? offset + position.character : end;
	while (offset < end && at < position.character) {
		const size_t bytes = document_character(document, offset, encoding, &units);

		if (at + units > position.character) /* inside a character */
			break;
		at += units;
		offset += bytes;
	}
	return offset < end ? offset : end;
}

static uint32_t document_line_at(const struct document *document, size_t offset)
{
	uint32_t low = 0, high = document->line_count;

	while (high - low > 1) {
		const uint32_t middle = low + (high - low) / 2;

		if (document->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct position document_position(const struct document *document, enum encoding encoding,
				  size_t offset)
{
	struct position position = { .line = document_line_at(document, offset) };
	uint32_t units;

	if (document->ascii) {
		position.character = (uint32_t)(offset - document->lines[position.line]);
		return position;
	}
	for (size_t at = document->lines[position.line]; at < offset;) {
		at += document_character(document, at, encoding, &units);
		position.character += units;
	}
	return position;
}

size_t document_offset_of(const struct document *document, uint32_t line, uint32_t column)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* no column of the parser counts it */
	uint32_t units;
	size_t offset, end;

	if (line == 0)
		return 0;
	if (line > document->line_count)
		return document->text.len;
	offset = document->lines[line - 1];
	end = document_line_end(document, line - 1);
	if (line == 1 && str_has_prefix(text_str(&document->text), mark))
		offset += strlen(mark);
	if (document->ascii && column > 0)
		return column - 1 < end - offset ? offset + column - 1 : end;
	for (uint32_t i = 1; i < column && offset < end; i++)
		offset += document_character(document, offset, ENCODING_UTF8, &units);
	return offset < end ? offset : end;
}

/* The end of a text in quotes, which may be doubled or escaped. */
static size_t document_quoted_end(const char *text, size_t from, size_t end)
{
	const char quote = text[from];

	for (size_t i = from + 1; i < end; i++) {
		if ((quote == '"' && text[i] == '\\') ||
		    (quote == '\'' && text[i] == quote && text[i + 1] == quote))
			i++;
		else if (text[i] == quote)
			return i + 1;
	}
	return end;
}

size_t document_token_end(const struct document *document, size_t offset)
{
	const char *text = text_str(&document->text);
	const size_t line_end = document_line_end(document, document_line_at(document, offset));
	size_t end = offset;

	if (offset >= line_end)
		return offset;
	if (text[offset] == '"' || text[offset] == '\'')
		return document_quoted_end(text, offset, line_end);
	if (text[offset] == '{' || text[offset] == '[')
		return offset + 1;
	while (end < line_end) {
		const char c = text[end];
		const bool last = end + 1 >= line_end;
		const bool blank = !last && (text[end + 1] == ' ' || text[end + 1] == '\t');

		if (c == ',' || c == ']' || c == '}' || (c == ':' && (last || blank)) ||
		    ((c == ' ' || c == '\t') && !last && text[end + 1] == '#'))
			break;
		end++;
	}
	while (end > offset && (text[end - 1] == ' ' || text[end - 1] == '\t'))
		end--;
	return end > offset ? end : offset + 1;
}

/* ---- the protocol ---- */

static bool position_number(const cJSON *json, const char *name, uint32_t *out)
{
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(json, name);

	if (!cJSON_IsNumber(number) || number->valuedouble < 0)
		return false;
	*out = number->valuedouble < (double)INT_MAX ? (uint32_t)number->valuedouble
						     : (uint32_t)INT_MAX;
	return true;
}

bool position_read(const cJSON *json, struct position *out)
{
	return position_number(json, "line", &out->line) &&
	       position_number(json, "character", &out->character);
}

static cJSON *position_json(struct position position)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "line", position.line);
	cJSON_AddNumberToObject(json, "character", position.character);
	return json;
}

cJSON *range_json(struct position from, struct position to)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddItemToObject(json, "start", position_json(from));
	cJSON_AddItemToObject(json, "end", position_json(to));
	return json;
}

bool document_change(struct document *document, enum encoding encoding, const cJSON *change)
{
	const cJSON *text = cJSON_GetObjectItemCaseSensitive(change, "text");
	const cJSON *range = cJSON_GetObjectItemCaseSensitive(change, "range");
	struct text changed = { 0 };
	struct position from, to;
	size_t start, end;

	if (!cJSON_IsString(text))
		return false;
	if (range == NULL) {
		text_clear(&document->text);
		text_add(&document->text, text->valuestring);
	} else {
		if (!position_read(cJSON_GetObjectItemCaseSensitive(range, "start"), &from) ||
		    !position_read(cJSON_GetObjectItemCaseSensitive(range, "end"), &to))
			return false;
		start = document_offset(document, encoding, from);
		end = document_offset(document, encoding, to);
		if (end < start)
			return false;
		text_add_bytes(&changed, text_str(&document->text), start);
		text_add(&changed, text->valuestring);
		text_add_bytes(&changed, text_str(&document->text) + end,
			       document->text.len - end);
		text_release(&document->text);
		document->text = changed;
	}
	document->changed = true;
	document_index(document);
	return true;
}
