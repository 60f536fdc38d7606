/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people write in place of a range or a subnet, and how PureLB wants it (P2.2, P2.4):
 * lists, short ends, single addresses, other dashes, netmasks, wildcards, slips of a key. A
 * hint is made from the values that are there, and only where one reading of them is a range.
 */
#include "validator/groups/groups.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { ITEMS_MAX = 16, TEXT_MAX = 512 };

static bool groups_is_range(const char *text)
{
	struct ip_range range;

	return range_parse(text, &range) == RANGE_OK &&
	       ip_family(range.from) == ip_family(range.to) &&
	       ip_compare(range.from, range.to) <= 0;
}

/*
 * What "192.168.1.240-250" most likely means: the first address up to its last separator also
 * precedes what comes after the dash. NULL when that gives no range.
 */
static const char *groups_completed_range(struct arena *arena, const char *text)
{
	const char *dash = strchr(text, '-');

	if (dash == NULL)
		return NULL;

	const char *rest = dash + 1 + strspn(dash + 1, " ");
	size_t len = (size_t)(dash - text);

	while (len > 0 && text[len - 1] != '.' && text[len - 1] != ':')
		len--;
	return arena_printf(arena, "%.*s-%.*s%s", (int)(dash - text), text, (int)len, text,
			    rest);
}

/* The text without the leading zeros of "192.168.001.010". */
static const char *groups_without_zeros(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	size_t len = 0;
	bool in_number = false;

	if (strchr(text, ':') != NULL)
		return NULL;
	for (const char *p = text; *p != '\0'; p++) {
		const bool digit = isdigit((unsigned char)*p) != 0;

		if (!in_number && *p == '0' && isdigit((unsigned char)p[1]))
			continue;
		in_number = digit;
		out[len++] = *p;
	}
	out[len] = '\0';
	return out;
}

/* "10.0.0.1-10.0.0.5" for "10.0.0.1/24-10.0.0.5/24". */
static const char *groups_without_lengths(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	char *end = out;
	bool length = false;

	if (strchr(text, '-') == NULL)
		return NULL;
	for (const char *p = text; *p != '\0'; p++) {
		length = *p == '/' || (length && isdigit((unsigned char)*p));
		if (!length)
			*end++ = *p;
	}
	*end = '\0';
	return out;
}

/* "10.0.0.240/28" for "10.0.0.240/255.255.255.240". */
static const char *groups_with_length(struct arena *arena, const char *text)
{
	const char *slash = strchr(text, '/');
	struct ip address, mask;
	unsigned bits = 0;

	if (slash == NULL || !ip_parse(slash + 1, &mask) || ip_family(mask) != IP_V4 ||
	    !ip_parse_bytes(text, (size_t)(slash - text), &address))
		return NULL;

	const uint32_t value = (uint32_t)mask.v;

	while (bits < 32 && (value & (0x80000000U >> bits)) != 0)
		bits++;
	if (bits < 32 && (uint32_t)(value << bits) != 0)
		return NULL;
	return arena_printf(arena, "%.*s/%u", (int)(slash - text), text, bits);
}

/* "10.0.0.0/24" for "10.0.0.*" and "10.0.0.x". */
static const char *groups_without_wildcard(struct arena *arena, const char *text)
{
	const size_t len = strlen(text);

	if (len < 2 || strchr("*xX", text[len - 1]) == NULL || text[len - 2] != '.')
		return NULL;
	return arena_printf(arena, "%.*s0/24", (int)len - 1, text);
}

/* The text with the one wrong separator as a dot, where exactly one such gives a range. */
static const char *groups_with_dot(struct arena *arena, const char *text)
{
	const char *found = NULL;

	for (size_t i = 0; i < TEXT_MAX && text[i] != '\0'; i++) {
		if (strchr("-,;: ", text[i]) == NULL)
			continue;

		char *out = arena_strdup(arena, text);

		out[i] = '.';
		if (!groups_is_range(out))
			continue;
		if (found != NULL)
			return NULL;
		found = out;
	}
	return found;
}

/* The text with one of two dots, dashes or slashes in a row. */
static const char *groups_without_doubles(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	size_t len = 0;

	for (const char *p = text; *p != '\0'; p++)
		if (len == 0 || *p != out[len - 1] || strchr(".-/", *p) == NULL)
			out[len++] = *p;
	out[len] = '\0';
	return out;
}

/* The range that one item of a list means, or NULL. */
static const char *groups_meant_item(struct arena *arena, const char *text)
{
	static const char *(*const readings[])(struct arena * arena, const char *text) = {
		groups_completed_range, groups_without_zeros,    groups_without_lengths,
		groups_with_length,     groups_without_wildcard, groups_with_dot,
		groups_without_doubles,
	};
	struct ip ip;

	if (groups_is_range(text))
		return text;
	if (ip_parse(text, &ip))
		return arena_printf(arena, "%s/%d", text, ip_family(ip) == IP_V4 ? 32 : 128);
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		const char *meant = readings[i](arena, text);

		if (meant != NULL && groups_is_range(meant))
			return meant;
	}
	return NULL;
}

/* What stands for a dash, as one, without the space around it; brackets and quotes go. */
static const char *groups_plain_dashes(struct arena *arena, const char *text)
{
	static const char *const dashes[] = { "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92",
					      "\xe2\x86\x92", " to ",         "...",
					      "..",           "->",           NULL };
	struct text out = { 0 };

	for (const char *p = text; *p != '\0';) {
		const char *const *dash = dashes;

		while (*dash != NULL && !str_has_prefix(p, *dash))
			dash++;
		if (*dash != NULL) {
			text_add_char(&out, '-');
			p += strlen(*dash);
		} else if (strchr("[]()'\"", *p) == NULL) {
			text_add_char(&out, *p++);
		} else {
			p++;
		}
	}

	char *copy = arena_strdup(arena, text_str(&out));
	char *end = copy;

	text_release(&out);
	for (const char *p = copy; *p != '\0'; p++) {
		const bool beside = *p == ' ' && ((end > copy && strchr("-,;", end[-1])) ||
						  strchr("-,; ", p[1]) != NULL);

		if (!beside && !(*p == ' ' && end == copy))
			*end++ = *p;
	}
	*end = '\0';
	return copy;
}

/* "10.0.0.1/32 and 10.0.0.4/32" for a list; NULL when an item of it is no range. */
static const char *groups_meant_list(struct arena *arena, const char *text, uint32_t *count)
{
	const char *names[ITEMS_MAX];

	*count = 0;
	for (const char *p = text; *p != '\0';) {
		const size_t len = strcspn(p, ",; \t\n");

		if (len > 0) {
			if (*count == ITEMS_MAX)
				return NULL;
			names[*count] = groups_meant_item(arena, arena_strndup(arena, p, len));
			if (names[*count] == NULL)
				return NULL;
			++*count;
		}
		p += len;
		p += strspn(p, ",; \t\n");
	}
	return *count > 0 ? name_list(arena, names, *count, ITEMS_MAX) : NULL;
}

const char *groups_notation_hint(struct arena *arena, const struct pool_range *range)
{
	const char *text = range->entry->pool.s;
	const char *plain, *whole, *list;
	uint32_t count;
	struct ip ip;

	if (strlen(text) > TEXT_MAX)
		return NULL;
	if (ip_parse(text, &ip))
		return arena_printf(arena, "write %s/%d for this one address", text,
				    ip_family(ip) == IP_V4 ? 32 : 128);
	plain = groups_plain_dashes(arena, text);
	list = groups_meant_list(arena, plain, &count);
	whole = groups_meant_item(arena, plain);
	if (list != NULL && count > 1 && (whole == NULL || !str_equal(whole, list)))
		return arena_printf(arena, "write an entry of %s for each: %s",
				    range->list_family == IP_V4 ? "v4pools" : "v6pools", list);
	if (whole != NULL)
		return arena_printf(arena, "write %s", whole);
	return NULL;
}

const char *groups_subnet_hint(struct arena *arena, const char *text)
{
	struct ip_range range;
	struct ip_net net;
	const char *meant;

	if (strlen(text) > TEXT_MAX)
		return NULL;
	meant = groups_meant_item(arena, groups_plain_dashes(arena, text));
	if (meant == NULL)
		return NULL;
	if (ip_net_parse(meant, &net))
		return arena_printf(arena, "write %s", meant);
	if (range_parse(meant, &range) != RANGE_OK)
		return NULL;
	/* Two ends of a network. */
	for (unsigned bits = 1; bits <= 128; bits++) {
		net = (struct ip_net){ range.from, (uint8_t)bits,
				       (uint8_t)ip_family(range.from) };
		if (ip_compare(ip_net_first(net), range.from) == 0 &&
		    ip_compare(ip_net_last(net), range.to) == 0) {
			char buf[IP_NET_TEXT_MAX];

			return arena_printf(arena, "write %s", ip_net_format(net, buf));
		}
	}
	return NULL;
}
