/* SPDX-License-Identifier: Apache-2.0 */
/* Route distinguishers and targets as k8gobgp reads them (spec/bgp.md 5.5). */
#include "purelb/bgp/bgp.h"

#include <string.h>

enum { DIGITS_MAX = 10 };

/* A number of 32 bits at the start of the text, whatever comes behind it. */
static bool begins_with_number(const char *text)
{
	uint64_t number = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && number <= UINT32_MAX; p++)
		number = number * 10 + (uint64_t)(*p - '0');
	return p > text && number <= UINT32_MAX;
}

/* Two texts with a colon between them, each beginning with a number: what the controller makes
 * a route distinguisher of. */
bool bgp_rd_usable(const char *text)
{
	const char *colon = text != NULL ? strchr(text, ':') : NULL;

	return colon != NULL && strchr(colon + 1, ':') == NULL && begins_with_number(text) &&
	       begins_with_number(colon + 1);
}

/* The number that `len` digits make; UINT64_MAX for more of them than matter. */
static uint64_t number_of(const char *digits, size_t len)
{
	uint64_t value = 0;

	if (len > DIGITS_MAX)
		return UINT64_MAX;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	return value;
}

static bool is_address(const char *text, size_t len)
{
	struct ip ip;

	return ip_parse_bytes(text, len, &ip) && ip_family(ip) == IP_V4;
}

enum bgp_rd_fault bgp_rd_check(const char *text)
{
	static const char digits[] = "0123456789";
	const char *colon;
	size_t before;
	size_t behind;

	if (text == NULL || text[0] == '\0')
		return BGP_RD_MISSING;
	colon = strchr(text, ':');
	if (colon == NULL)
		return BGP_RD_SHAPE;
	before = strspn(text, digits);
	behind = strspn(colon + 1, digits);
	if (behind == 0 || colon[1 + behind] != '\0')
		return BGP_RD_SHAPE;
	if (is_address(text, (size_t)(colon - text)))
		return BGP_RD_ADDRESS;
	if (before == 0 || text + before != colon)
		return BGP_RD_SHAPE;
	if (number_of(text, before) > UINT16_MAX)
		return BGP_RD_LARGE;
	return number_of(colon + 1, behind) > UINT32_MAX ? BGP_RD_NUMBER : BGP_RD_FINE;
}
