/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of evidence share: records, texts that are safe to print, lines. */
#include "config/evidence/evidence_read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* ---- records ---- */

bool evidence_take(struct evidence_reader *r)
{
	if (r->file->records >= EVIDENCE_RECORDS_MAX) {
		r->file->dropped++;
		return false;
	}
	r->file->records++;
	return true;
}

struct evidence_origin evidence_from(const struct evidence_reader *r, uint32_t line)
{
	return (struct evidence_origin){ r->file, line };
}

void *evidence_begin(const struct evidence_reader *r, void *record, uint32_t line)
{
	*(struct evidence_origin *)record = evidence_from(r, line);
	return record;
}

void evidence_fault(struct evidence_reader *r, uint32_t line, const char *fault)
{
	if (r->file->faulty++ > 0)
		return;
	r->file->fault = arena_strdup(&r->snapshot->arena, fault);
	r->file->fault_pos = (struct pos){ r->file->source + 1, line, 1 };
}

/* ---- texts ---- */

const char *evidence_text_bytes(struct evidence_reader *r, const char *s, size_t len)
{
	char *text;

	if (len > EVIDENCE_TEXT_BYTES_MAX) {
		len = EVIDENCE_TEXT_BYTES_MAX;
		while (len > 0 && ((unsigned char)s[len] & 0xC0U) == 0x80U)
			len--;
	}
	text = arena_strndup(&r->snapshot->arena, s, len);
	for (size_t i = 0; i < len;) {
		const size_t n = utf8_sequence((const unsigned char *)text + i, len - i);
		/* C0, DEL, and C1 as two bytes. */
		const bool control = n == 1 ? (unsigned char)text[i] < ' ' || text[i] == 0x7F
					    : n == 2 && (unsigned char)text[i] == 0xC2 &&
						      (unsigned char)text[i + 1] < 0xA0;

		if (n == 0 || control)
			text[i] = text[i] == '\t' ? ' ' : '?';
		if (n == 2 && control)
			text[i + 1] = '?';
		i += n == 0 ? 1 : n;
	}
	return text;
}

const char *evidence_text(struct evidence_reader *r, const char *s)
{
	return s != NULL ? evidence_text_bytes(r, s, strlen(s)) : NULL;
}

size_t evidence_hex(const char *s, size_t digits_max, uint32_t *number)
{
	enum { HEX_DIGITS_MAX = 8, LETTERS_FROM = 10 };
	size_t i = 0;

	*number = 0;
	for (; i < digits_max && i < HEX_DIGITS_MAX && isxdigit((unsigned char)s[i]); i++) {
		const int c = tolower((unsigned char)s[i]);

		*number = *number << 4U |
			  (uint32_t)(isdigit(c) ? c - '0' : c - 'a' + LETTERS_FROM);
	}
	return i;
}

bool evidence_mac_parse(const char *s, struct evidence_mac *out)
{
	enum { BYTES = 6 };

	*out = (struct evidence_mac){ 0 };
	for (int i = 0; i < BYTES; i++) {
		uint32_t byte;

		if (s == NULL || evidence_hex(s, 2, &byte) != 2)
			return false;
		out->bytes[i] = (uint8_t)byte;
		s += 2;
		if (i < BYTES - 1 && *s != ':' && *s != '-')
			return false;
		s += i < BYTES - 1 ? 1 : 0;
	}
	out->known = *s == '\0';
	return out->known;
}

enum evidence_bgp_state evidence_bgp_state_parse(const char *s)
{
	for (enum evidence_bgp_state i = BGP_STATE_IDLE;
	     s != NULL && i <= BGP_STATE_ESTABLISHED; i++) {
		const size_t len = strlen(evidence_bgp_state_names[i]);

		if (strncasecmp(s, evidence_bgp_state_names[i], len) == 0 &&
		    !isalnum((unsigned char)s[len]))
			return i;
	}
	return BGP_STATE_UNKNOWN;
}

int64_t evidence_number(const char *s)
{
	enum { DECIMAL = 10, DIGITS_MAX = 18 };
	int64_t number = 0;
	int digits = 0;

	for (; s != NULL && isdigit((unsigned char)s[digits]) && digits < DIGITS_MAX; digits++)
		number = number * DECIMAL + (s[digits] - '0');
	return digits > 0 ? number : -1;
}

bool evidence_net_parse(const char *s, struct ip_net *out)
{
	struct ip ip;
	char buf[IP_NET_TEXT_MAX + 1];

	if (s == NULL)
		return false;
	if (strchr(s, '/') != NULL)
		return ip_net_parse(s, out);
	if (!ip_parse(s, &ip) || strlen(s) > IP_TEXT_MAX)
		return false;
	snprintf(buf, sizeof(buf), "%s%s", s, ip_family(ip) == IP_V4 ? "/32" : "/128");
	return ip_net_parse(buf, out);
}

/* ---- lines ---- */

char *evidence_next_line(struct evidence_reader *r)
{
	const char *start = r->data + r->next;
	const char *end;
	size_t len;

	if (r->next >= r->len)
		return NULL;
	end = memchr(start, '\n', r->len - r->next);
	len = end != NULL ? (size_t)(end - start) : r->len - r->next;
	r->next += len + 1;
	r->line++;
	if (r->line_text == NULL)
		r->line_text = arena_alloc(r->scratch, EVIDENCE_LINE_BYTES_MAX + 1);
	if (len > EVIDENCE_LINE_BYTES_MAX)
		len = EVIDENCE_LINE_BYTES_MAX;
	memcpy(r->line_text, start, len);
	while (len > 0 && strchr(" \t\r", r->line_text[len - 1]) != NULL)
		len--;
	r->line_text[len] = '\0';
	return r->line_text;
}

char *evidence_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word + strcspn(word, " \t");

	if (*word == '\0')
		return NULL;
	*rest = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

char *evidence_after(char *s, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (strncmp(s, prefix, len) != 0)
		return NULL;
	return s + len + strspn(s + len, " \t");
}

/* ---- names ---- */

const struct evidence_name *evidence_name_find(const struct evidence_name *names,
					       const char *name)
{
	const struct evidence_name *found;

	HASH_FIND_STR(names, name, found);
	return found;
}

void evidence_name_set(struct evidence_reader *r, struct evidence_name **names,
		       const char *name, uint32_t number)
{
	struct evidence_name *entry;

	HASH_FIND_STR(*names, name, entry);
	if (entry == NULL) {
		entry = arena_zalloc(r->scratch, 1, sizeof(*entry));
		HASH_ADD_KEYPTR(hh, *names, name, strlen(name), entry);
	}
	entry->number = number;
}

void evidence_names_clear(struct evidence_name **names)
{
	HASH_CLEAR(hh, *names);
}
