/* SPDX-License-Identifier: Apache-2.0 */
/* The byte checker in front of the YAML parser. */
#include "config/yaml/reader.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/yaml/source.h"

void reader_init(struct reader *r, FILE *file, uint32_t line, uint64_t offset_bytes)
{
	*r = (struct reader){ .file = file, .line = line, .total_bytes = offset_bytes };
}

bool reader_fault_is_final(enum reader_fault fault)
{
	return fault >= READER_BINARY;
}

const char *reader_fault_text(enum reader_fault fault)
{
	static const char *const texts[] = {
		[READER_OK] = "no fault",
		[READER_BAD_UTF8] = "not valid UTF-8",
		[READER_CONTROL] = "a control character that YAML does not allow",
		[READER_BINARY] =
			"a NUL byte: this is not a text file, and is not read further",
		[READER_UTF16] = "UTF-16 text, which kubectl does not read",
		[READER_TOO_LONG] =
			"a single value of more than 4 MiB; the file is not read further",
		[READER_TOO_LARGE] = "the input is larger than 1 GiB and is not read further",
		[READER_DIRECTIVES] =
			"more than 100 directives in a row; the file is not read further",
		[READER_IO] = "read error",
	};

	return texts[fault];
}

static void reader_set_fault(struct reader *r, enum reader_fault fault, unsigned byte)
{
	if (r->fault != READER_OK && !reader_fault_is_final(fault))
		return;
	r->fault = fault;
	r->fault_line = r->line;
	r->fault_column = r->line_chars + 1;
	r->fault_byte = byte;
}

/* What a byte is to the checker. */
enum byte_class { BYTE_PLAIN, BYTE_LF, BYTE_CR, BYTE_CONTROL, BYTE_NUL, BYTE_HIGH };

static enum byte_class byte_class(unsigned char c)
{
	if (c >= 0x80)
		return BYTE_HIGH;
	if (c >= 0x20 && c != 0x7F)
		return BYTE_PLAIN;
	if (c == '\n')
		return BYTE_LF;
	if (c == '\r')
		return BYTE_CR;
	if (c == '\0')
		return BYTE_NUL;
	return c == '\t' ? BYTE_PLAIN : BYTE_CONTROL;
}

/* Eight plain bytes at once: none below 0x20, none 0x7F or above (Mycroft's test). */
static bool reader_eight_plain(const unsigned char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t v;

	memcpy(&v, p, sizeof(v));

	uint64_t high = v | (v + ones);        /* 0x7F and above set bit 7 */
	uint64_t low = (v - ones * 0x20) & ~v; /* below 0x20 set bit 7 */

	return ((high | low) & (ones * 0x80)) == 0;
}

static void reader_count_line(struct reader *r)
{
	r->line++;
	r->line_chars = 0;
}

/* Code points that YAML text may not have although they are valid UTF-8: C1 controls but
 * NEL, and the non-characters FFFE and FFFF. */
static bool reader_is_forbidden(const unsigned char *p, size_t len)
{
	if (len == 2)
		return p[0] == 0xC2 && p[1] < 0xA0 && p[1] != 0x85;
	return len == 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE;
}

/*
 * Checks a sequence that starts with a high byte and returns how many bytes were dealt with;
 * 0 when the chunk ends inside what may still become a sequence.
 */
static size_t reader_check_high(struct reader *r, unsigned char *p, size_t len, bool at_end)
{
	size_t n = utf8_sequence(p, len);

	if (n > 0 && reader_is_forbidden(p, n)) {
		reader_set_fault(r, READER_CONTROL, p[n - 1]);
		memset(p, '?', n);
		r->line_chars += (uint32_t)n;
		return n;
	}
	if (n > 0) {
		r->line_chars++;
		return n;
	}
	if (!at_end && len < READER_TAIL_MAX)
		return 0;
	reader_set_fault(r, READER_BAD_UTF8, *p);
	*p = '?';
	r->line_chars++;
	return 1;
}

/*
 * A byte order mark at the start of a line, as files have that were joined: kubectl reads
 * over it at the start of a document, the parser would count it as indentation.
 */
static bool reader_is_bom(const struct reader *r, const unsigned char *p, size_t len)
{
	return r->line_chars == 0 && len >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF;
}

/* Counts the line that begins with this byte; true when there are too many, a fault. */
static bool reader_has_too_many_directives(struct reader *r, unsigned char first)
{
	if (first == '-')
		r->directives = 0;
	if (first != '%' || ++r->directives <= READER_DIRECTIVES_MAX)
		return false;
	reader_set_fault(r, READER_DIRECTIVES, 0);
	return true;
}

/*
 * Checks p[0..len) in place; returns how many bytes may be handed out. What is left out makes
 * len smaller.
 */
static size_t reader_check_bytes(struct reader *r, unsigned char *p, size_t *length,
				 bool at_end)
{
	size_t i = 0;
	size_t len = *length;

	while (i < len) {
		if (r->line_chars == 0 && reader_has_too_many_directives(r, p[i])) {
			*length = i;
			return i;
		}
		if (len - i >= 8 && !r->after_cr && reader_eight_plain(p + i)) {
			i += 8;
			r->line_chars += 8;
			continue;
		}

		bool after_cr = r->after_cr;
		size_t n = 1;

		r->after_cr = false;
		switch (byte_class(p[i])) {
		case BYTE_PLAIN:
			r->line_chars++;
			break;
		case BYTE_LF:
			if (!after_cr)
				reader_count_line(r);
			break;
		case BYTE_CR:
			reader_count_line(r);
			r->after_cr = true;
			break;
		case BYTE_CONTROL:
			reader_set_fault(r, READER_CONTROL, p[i]);
			p[i] = '?';
			r->line_chars++;
			break;
		case BYTE_NUL:
			reader_set_fault(r, READER_BINARY, 0);
			*length = i;
			return i;
		case BYTE_HIGH:
			if (reader_is_bom(r, p + i, len - i)) {
				len -= 3;
				memmove(p + i, p + i + 3, len - i);
				continue;
			}
			n = reader_check_high(r, p + i, len - i, at_end);
			break;
		}
		if (n == 0)
			break;
		i += n;
	}
	*length = len;
	return i;
}

/* Fills buffer[0..size): first what was kept back, then from the file. */
static size_t reader_fill(struct reader *r, unsigned char *buffer, size_t size)
{
	size_t len = r->tail_len;

	memcpy(buffer, r->tail, len);
	r->tail_len = 0;

	size_t n = fread(buffer + len, 1, size - len, r->file);

	if (n == 0 && ferror(r->file)) {
		r->error = errno;
		reader_set_fault(r, READER_IO, 0);
	}
	r->total_bytes += n;
	return len + n;
}

static bool reader_is_utf16(const struct reader *r, const unsigned char *p, size_t len)
{
	return r->line == 1 && r->line_chars == 0 && r->total_bytes == len && len >= 2 &&
	       ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF));
}

int reader_read(void *data, unsigned char *buffer, size_t size, size_t *size_read)
{
	struct reader *r = data;

	*size_read = 0;
	if (reader_fault_is_final(r->fault) || size <= READER_TAIL_MAX)
		return 1;
	if (r->pending_bytes > VALUE_BYTES_MAX) {
		reader_set_fault(r, READER_TOO_LONG, 0);
		return 1;
	}
	if (r->total_bytes > SOURCE_BYTES_MAX) {
		reader_set_fault(r, READER_TOO_LARGE, 0);
		return 1;
	}

	size_t len = reader_fill(r, buffer, size);

	if (reader_is_utf16(r, buffer, len)) {
		reader_set_fault(r, READER_UTF16, 0);
		return 1;
	}

	bool at_end = len < size;
	size_t done = reader_check_bytes(r, buffer, &len, at_end);

	if (done < len && !reader_fault_is_final(r->fault)) {
		r->tail_len = len - done;
		memcpy(r->tail, buffer + done, r->tail_len);
	}
	r->pending_bytes += done;
	*size_read = done;
	return 1;
}
