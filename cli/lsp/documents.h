/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documents that are open in the editor: their text, kept in step by incremental changes,
 * and positions in it. A position is a line and a character of it, both from 0; characters
 * count in UTF-16 code units, or in bytes of UTF-8 where the client can do that.
 */
#ifndef CLI_LSP_DOCUMENTS_H
#define CLI_LSP_DOCUMENTS_H

#include <cjson/cJSON.h>

#include "base/array.h"
#include "base/text.h"
#include "config/yaml/finding.h"

enum encoding { ENCODING_UTF16, ENCODING_UTF8 };

struct document {
	char *uri;  /* as the client writes it */
	char *path; /* of the file, absolute and without links; NULL: it is no file */
	int64_t version;
	struct text text;
	struct text good; /* the last text in which all was YAML; used while `broken` */
	bool has_good;
	bool broken;    /* not all of the text is YAML */
	bool changed;   /* since it was last judged */
	bool closed;    /* its diagnostics are to be taken back */
	bool published; /* it has diagnostics in the editor */
	size_t *lines;  /* where each line begins */
	uint32_t line_count;
	bool ascii; /* a byte is a character, so places on long lines are not counted out */
};

struct documents {
	struct document **items;
	uint32_t count;
	enum encoding encoding;
};

struct position {
	uint32_t line;
	uint32_t character;
};

/* The document with this URI that is open, or NULL. */
struct document *documents_find(const struct documents *documents, const char *uri);

/* The document of the file with this absolute path, or NULL. */
struct document *documents_at(const struct documents *documents, const char *path);

/* Opens a document, or replaces the text of one that is open. Never NULL. */
struct document *documents_open(struct documents *documents, const char *uri, int64_t version,
				const char *text);

/* Takes a document out and frees it. */
void documents_drop(struct documents *documents, struct document *document);
void documents_release(struct documents *documents);

/* Applies one entry of contentChanges; false when it makes no sense. */
bool document_change(struct document *document, enum encoding encoding, const cJSON *change);

/* The byte at a position; one beyond the end of a line is the end of that line. */
size_t document_offset(const struct document *document, enum encoding encoding,
		       struct position position);
struct position document_position(const struct document *document, enum encoding encoding,
				  size_t offset);

/* The byte at a place of a finding, which counts from 1, columns in characters. */
size_t document_offset_of(const struct document *document, uint32_t line, uint32_t column);

/* The end of the word, quoted text or value that begins at a byte. */
size_t document_token_end(const struct document *document, size_t offset);

/* { line, character } of a position of the protocol; false when it has none. */
bool position_read(const cJSON *json, struct position *out);
cJSON *range_json(struct position from, struct position to);

/* The path of a file:// URI, without links, in memory that the caller frees; NULL: another
 * kind of URI. */
char *uri_path(const char *uri);

/* The file:// URI of an absolute path, in the arena. */
const char *path_uri(struct arena *arena, const char *path);

#endif
