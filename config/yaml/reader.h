/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes for the YAML parser: checked on the way.
 *
 * libyaml decodes ahead, and one bad byte makes it forget the documents it had already
 * decoded. So bytes that no YAML text may have are replaced by '?' before it sees them; the
 * first one is remembered as a fault. NUL bytes and UTF-16 end the source; so does a single
 * value so long that it could only exhaust memory.
 */
#ifndef CONFIG_YAML_READER_H
#define CONFIG_YAML_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	VALUE_BYTES_MAX = 4 << 20, /* between two parser events; etcd takes 1.5 MiB an object */
	READER_DIRECTIVES_MAX = 100, /* libyaml compares each %TAG with all before it */
	READER_TAIL_MAX = 4,
};

enum reader_fault {
	READER_OK,
	READER_BAD_UTF8,   /* replaced; reading goes on */
	READER_CONTROL,    /* a control character, replaced; reading goes on */
	READER_BINARY,     /* a NUL byte: the source ends here */
	READER_UTF16,      /* the source ends here */
	READER_TOO_LONG,   /* one value over VALUE_BYTES_MAX: the source ends here */
	READER_TOO_LARGE,  /* the source is over SOURCE_BYTES_MAX: it ends here */
	READER_DIRECTIVES, /* over READER_DIRECTIVES_MAX in one document: the source ends here
			    */
	READER_IO,         /* a read error: the source ends here */
};

struct reader {
	FILE *file;
	uint32_t line;       /* of the next byte, from 1 */
	uint32_t line_chars; /* characters before it on its line */
	bool after_cr;
	uint32_t directives;  /* lines that begin with %, since the last that begins with - */
	uint64_t total_bytes; /* read so far, with what was before a restart */
	size_t pending_bytes; /* handed out since the parser's last event */
	unsigned char tail[READER_TAIL_MAX]; /* a sequence cut at the end of a chunk */
	size_t tail_len;
	enum reader_fault fault; /* the first one; a later one that ends the source beats it */
	uint32_t fault_line;
	uint32_t fault_column;
	unsigned fault_byte;
	int error; /* errno of READER_IO */
};

/* Reads from `file` at its present offset, which is the start of line `line`. */
void reader_init(struct reader *r, FILE *file, uint32_t line, uint64_t offset_bytes);

/* A yaml_read_handler_t: `data` is the struct reader. Always returns 1; zero bytes mean the
 * end. */
int reader_read(void *data, unsigned char *buffer, size_t size, size_t *size_read);

/* True when the fault ends the source: what follows it must not be parsed. */
bool reader_fault_is_final(enum reader_fault fault);

/* What the fault means, one sentence. */
const char *reader_fault_text(enum reader_fault fault);

#endif
