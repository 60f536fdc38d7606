/* SPDX-License-Identifier: Apache-2.0 */
/* How PureLB reads the text of a range and of a subnet. */
#include "purelb/pools/ranges.h"

#include <string.h>

#include "base/text.h"

/* A piece of a text. */
struct slice {
	const char *start;
	size_t len;
};

/* The white space that Go's strings.TrimSpace() knows, as UTF-8. */
static const char *const white_space[] = {
	" ",
	"\t",
	"\n",
	"\v",
	"\f",
	"\r",
	"\xC2\x85",
	"\xC2\xA0",
	"\xE1\x9A\x80",
	"\xE2\x80\x80",
	"\xE2\x80\x81",
	"\xE2\x80\x82",
	"\xE2\x80\x83",
	"\xE2\x80\x84",
	"\xE2\x80\x85",
	"\xE2\x80\x86",
	"\xE2\x80\x87",
	"\xE2\x80\x88",
	"\xE2\x80\x89",
	"\xE2\x80\x8A",
	"\xE2\x80\xA8",
	"\xE2\x80\xA9",
	"\xE2\x80\xAF",
	"\xE2\x81\x9F",
	"\xE3\x80\x80",
};

/* The bytes of the white space at the front (or the end) of the slice; 0 when there is none. */
static size_t range_space_at(struct slice s, bool front)
{
	for (size_t i = 0; i < sizeof(white_space) / sizeof(white_space[0]); i++) {
		size_t len = strlen(white_space[i]);

		if (len > s.len)
			continue;
		if (memcmp(front ? s.start : s.start + s.len - len, white_space[i], len) == 0)
			return len;
	}
	return 0;
}

/* Digits, letters and colons: what nearly every address begins and ends with. */
static bool range_is_plain(char c)
{
	return c > ' ' && c < 0x7F;
}

static struct slice range_trim(struct slice s)
{
	size_t len;

	while (s.len > 0 && !range_is_plain(s.start[0]) &&
	       (len = range_space_at(s, true)) > 0) {
		s.start += len;
		s.len -= len;
	}
	while (s.len > 0 && !range_is_plain(s.start[s.len - 1]) &&
	       (len = range_space_at(s, false)) > 0)
		s.len -= len;
	return s;
}

static bool range_parse_trimmed(const char *start, size_t len, struct ip *out)
{
	struct slice s = range_trim((struct slice){ .start = start, .len = len });

	return ip_parse_bytes(s.start, s.len, out);
}

/* P2.2 */
enum range_error range_parse(const char *text, struct ip_range *out)
{
	const char *dash = strchr(text, '-');
	struct ip_net net;

	if (dash == NULL) {
		if (!ip_net_parse(text, &net))
			return RANGE_NOT_CIDR;
		/* From the address as written, not from the network's first one. */
		out->from = net.address;
		out->to = ip_net_last(net);
		return RANGE_OK;
	}
	if (!range_parse_trimmed(text, (size_t)(dash - text), &out->from))
		return RANGE_BAD_FROM;
	if (!range_parse_trimmed(dash + 1, strlen(dash + 1), &out->to))
		return RANGE_BAD_TO;
	return RANGE_OK;
}

const char *range_error_text(enum range_error error)
{
	static const char *const texts[] = {
		[RANGE_OK] = "valid",
		[RANGE_NOT_CIDR] = "not a CIDR or a from-to range",
		[RANGE_BAD_FROM] = "a from-to range whose first part is not an IP address",
		[RANGE_BAD_TO] = "a from-to range whose second part is not an IP address",
	};

	return texts[error];
}

/* P2.3 */
bool range_is_reversed(struct ip_range range)
{
	return ip_compare(range.from, range.to) > 0;
}

/* P2.4 */
bool range_in_subnet(struct ip_range range, struct ip_net subnet)
{
	return ip_net_contains(subnet, range.from) && ip_net_contains(subnet, range.to);
}

/* P6.7 */
bool aggregation_prefix(const char *aggregation, struct ip_net subnet, enum ip_family family,
			unsigned *prefix)
{
	unsigned max = family == IP_V4 ? 32 : 128;
	unsigned beyond = 128 - max;
	uint64_t n;

	if (aggregation == NULL || *aggregation == '\0' || str_equal(aggregation, "default")) {
		if (ip_family(ip_net_first(subnet)) != family)
			return false;
		*prefix = subnet.bits - beyond;
		return true;
	}
	if (*aggregation != '/' || !parse_u64(aggregation + 1, 0, max, &n))
		return false;
	*prefix = (unsigned)n;
	return true;
}
