/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes that a Secret holds. */
#include <string.h>

#include "base/text.h"
#include "config/objects/objects.h"

/* The six bits of a base64 letter, or -1. RFC 4648 section 4 */
static int base64_bits(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(letters, c) : NULL;

	return at != NULL ? (int)(at - letters) : -1;
}

/* Go's decoder skips line ends anywhere, and so does the API server. */
static const char *without_line_ends(const char *text, size_t *len, struct arena *arena)
{
	char *copy = arena_strdup(arena, text);
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text != '\n' && *text != '\r')
			copy[n++] = *text;
	copy[n] = '\0';
	*len = n;
	return copy;
}

/* Writes the bytes of one group of four letters, of which `filled` are not '='. */
static bool decode_group(const char *group, size_t filled, char *out)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int six = i < filled ? base64_bits(group[i]) : 0;

		if (six < 0)
			return false;
		bits = bits << 6 | (uint32_t)six;
	}
	for (size_t i = 0; i + 1 < filled; i++)
		out[i] = (char)(bits >> (16 - 8 * i) & 0xff);
	return true;
}

static bool base64_decode(const char *text, struct arena *arena, struct secret_value *out)
{
	size_t len;
	const char *clean = without_line_ends(text, &len, arena);
	char *bytes = arena_zalloc(arena, len / 4 * 3 + 1, 1);
	size_t padding = 0;

	if (len % 4 != 0)
		return false;
	while (padding < 2 && padding < len && clean[len - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < len; i += 4) {
		size_t filled = i + 4 == len ? 4 - padding : 4;

		if (!decode_group(clean + i, filled, bytes + i / 4 * 3))
			return false;
	}
	out->bytes = bytes;
	out->len = len / 4 * 3 - padding;
	return true;
}

enum secret_state secret_get(const struct secret *secret, const char *key, struct arena *arena,
			     struct secret_value *out)
{
	const struct str_value *plain = label_map_get(&secret->string_data, key);
	const struct str_value *encoded = label_map_get(&secret->data, key);

	if (plain != NULL) {
		*out = (struct secret_value){ plain->s, strlen(plain->s), plain->pos };
		return SECRET_PRESENT;
	}
	if (encoded == NULL)
		return SECRET_ABSENT;
	out->pos = encoded->pos;
	return base64_decode(encoded->s, arena, out) ? SECRET_PRESENT : SECRET_BAD_BASE64;
}
