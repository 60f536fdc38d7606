/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers of a tar archive (POSIX.1-1988 ustar, GNU's and pax's long names): which files
 * are in it, and where. Links, folders and devices are passed over: only bytes that are in the
 * archive are ever read.
 */
#include "config/repository/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { TAR_BLOCK = 512 };

/* Fields of a header: where, and how many bytes. */
enum {
	TAR_NAME = 100,
	TAR_SIZE_AT = 124,
	TAR_SIZE = 12,
	TAR_TYPE_AT = 156,
	TAR_CHECKSUM_AT = 148,
	TAR_CHECKSUM = 8,
	TAR_PREFIX_AT = 345,
	TAR_PREFIX = 155,
};

struct bundle {
	struct snapshot *snapshot;
	uint32_t index;
	FILE *file;
	int64_t offset, size; /* of the next header; of the archive */
	char long_name[BUNDLE_NAME_MAX + 1];
	bool has_long_name;
	uint32_t members;
};

/* An octal number; -1 when it is none, or is beyond what an archive can hold. */
static int64_t bundle_octal(const char *field, size_t len)
{
	int64_t number = 0;

	while (len > 0 && *field == ' ') {
		field++;
		len--;
	}
	for (; len > 0 && *field >= '0' && *field <= '7'; field++, len--)
		number = number * 8 + (*field - '0');
	return len == 0 || *field == ' ' || *field == '\0' ? number : -1;
}

static bool bundle_checksum_holds(const char *header)
{
	int64_t sum = 0;

	for (int i = 0; i < TAR_BLOCK; i++)
		sum += i >= TAR_CHECKSUM_AT && i < TAR_CHECKSUM_AT + TAR_CHECKSUM
			       ? ' '
			       : (unsigned char)header[i];
	return bundle_octal(header + TAR_CHECKSUM_AT, TAR_CHECKSUM) == sum;
}

static void bundle_name(const struct bundle *b, const char *header,
			char name[static BUNDLE_NAME_MAX + 1])
{
	const size_t prefix = strnlen(header + TAR_PREFIX_AT, TAR_PREFIX);
	const size_t len = strnlen(header, TAR_NAME);

	if (b->has_long_name)
		memcpy(name, b->long_name, strlen(b->long_name) + 1);
	/* GNU's headers have other things where the prefix is. */
	else if (prefix > 0 && memcmp(header + 257, "ustar\0", 6) == 0)
		snprintf(name, BUNDLE_NAME_MAX + 1, "%.*s/%.*s", (int)prefix,
			 header + TAR_PREFIX_AT, (int)len, header);
	else
		snprintf(name, BUNDLE_NAME_MAX + 1, "%.*s", (int)len, header);
}

/* "27 path=nodes/node-a/addr.json\n" among the records of a pax header. */
static void bundle_pax_name(struct bundle *b, const char *text, size_t len)
{
	const char *found = NULL;

	for (size_t at = 0; at < len;) {
		const char *key = text + at;
		size_t record = 0;

		for (; *key >= '0' && *key <= '9' && record <= len; key++)
			record = 10 * record + (size_t)(*key - '0');
		if (record == 0 || record > len - at || *key != ' ')
			return;
		if (str_has_prefix(key + 1, "path=")) {
			found = key + 1 + strlen("path=");
			len = record - (size_t)(found - (text + at)) - 1;
			if (len <= BUNDLE_NAME_MAX) {
				memcpy(b->long_name, found, len);
				b->long_name[len] = '\0';
				b->has_long_name = true;
			}
			return;
		}
		at += record;
	}
}

/* Reads what an extension header says of the next member. */
static void bundle_long_name(struct bundle *b, char type, int64_t bytes)
{
	enum { EXTENSION_MAX = 65536 };
	char *text;

	if (bytes > EXTENSION_MAX || bytes <= 0)
		return;
	text = arena_alloc(&b->snapshot->arena, (size_t)bytes + 1);
	if (fread(text, 1, (size_t)bytes, b->file) != (size_t)bytes)
		return;
	text[bytes] = '\0';
	if (type == 'x') {
		bundle_pax_name(b, text, (size_t)bytes);
	} else if (strlen(text) <= BUNDLE_NAME_MAX) {
		memcpy(b->long_name, text, strlen(text) + 1);
		b->has_long_name = true;
	}
}

static void bundle_member(struct bundle *b, const char *name, int64_t bytes)
{
	struct arena *arena = &b->snapshot->arena;
	struct source *source;
	const char *bundle = b->snapshot->sources.list.items[b->index].name;

	while (str_has_prefix(name, "./"))
		name += 2;
	source = ARRAY_PUSH(arena, &b->snapshot->sources.list);
	source->name = arena_printf(arena, "%s/%s", bundle, name);
	source->found = true;
	source->bundle = b->index + 1;
	source->offset = b->offset;
	source->bytes = bytes;
	b->members++;
}

/* One header and what belongs to it; NULL, or why the archive ends here. */
static const char *bundle_next(struct bundle *b, bool *end)
{
	char header[TAR_BLOCK];
	char name[BUNDLE_NAME_MAX + 1];
	int64_t bytes;
	char type;

	if (fseeko(b->file, (off_t)b->offset, SEEK_SET) != 0 ||
	    fread(header, 1, TAR_BLOCK, b->file) != TAR_BLOCK) {
		/* Some programs leave the empty blocks at the end out. */
		*end = b->offset == b->size;
		return *end ? NULL : "the archive ends in the middle of a header";
	}
	*end = header[0] == '\0';
	if (*end)
		return NULL;
	bytes = bundle_octal(header + TAR_SIZE_AT, TAR_SIZE);
	if (!bundle_checksum_holds(header) || bytes < 0)
		return "the archive is damaged";
	b->offset += TAR_BLOCK;
	if (bytes > b->size - b->offset)
		return "the archive ends in the middle of a file";
	type = header[TAR_TYPE_AT];
	if (type == 'L' || type == 'x') {
		bundle_long_name(b, type, bytes);
	} else {
		bundle_name(b, header, name);
		if ((type == '0' || type == '\0') && bytes > 0 && name[0] != '\0')
			bundle_member(b, name, bytes);
		b->has_long_name = false;
	}
	b->offset += (bytes + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	return b->members > BUNDLE_MEMBERS_MAX ? "too many files (the limit is 100000)" : NULL;
}

bool bundle_is(struct snapshot *snapshot, uint32_t index)
{
	FILE *file = source_open(&snapshot->sources, index);
	char head[TAR_BLOCK];
	const size_t len = file != NULL ? fread(head, 1, sizeof(head), file) : 0;

	source_close(&snapshot->sources, &snapshot->arena, index, file);
	return source_is_tar(head, len);
}

static int bundle_by_name(const void *a, const void *b)
{
	const struct source *x = a, *y = b;
	const int order = strcmp(x->name, y->name);

	/* Of a name that comes twice the later one counts for tar; both are read, in order. */
	return order != 0 ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

void bundle_add(struct snapshot *snapshot, uint32_t index)
{
	struct sources *sources = &snapshot->sources;
	const uint32_t first = sources->list.count;
	struct bundle *b = arena_zalloc(&snapshot->arena, 1, sizeof(*b));
	const char *why = NULL;
	bool end = false;

	b->snapshot = snapshot;
	b->index = index;
	b->file = source_open(sources, index);
	if (b->file == NULL || fseeko(b->file, 0, SEEK_END) != 0) {
		why = strerror(errno);
	} else {
		b->size = (int64_t)ftello(b->file);
		while (why == NULL && !end)
			why = bundle_next(b, &end);
	}
	if (why != NULL)
		source_add_error(sources, &snapshot->arena, sources->list.items[index].name,
				 why);
	source_close(sources, &snapshot->arena, index, b->file);
	sources->list.items[index].aside = true;
	array_sort(sources->list.items + first, sources->list.count - first,
		   sizeof(*sources->list.items), bundle_by_name);
}
