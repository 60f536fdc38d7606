/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, networks and ranges from text, for tests. */
#ifndef TESTS_UNIT_IPS_H
#define TESTS_UNIT_IPS_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/random.h"
#include "tests/unit/expect.h"

#define U128(high, low) ((u128)UINT64_C(high) << 64 | UINT64_C(low))
#define U128_MAX        (~(u128)0)

static inline struct ip ip_of(const char *s)
{
	struct ip result = { 0 };

	ck_assert_msg(ip_parse(s, &result), "\"%s\"", s);
	return result;
}

static inline struct ip_net net(const char *s)
{
	struct ip_net result = { { 0 }, 0, 0 };

	ck_assert_msg(ip_net_parse(s, &result), "\"%s\"", s);
	return result;
}

static inline struct ip_range range(const char *from, const char *to)
{
	return (struct ip_range){ .from = ip_of(from), .to = ip_of(to) };
}

static inline void assert_ip(struct ip actual, const char *expected)
{
	char buf[IP_TEXT_MAX];

	ck_assert_str_eq(ip_format(actual, buf), expected);
}

/* Addresses of the kinds that are special to somebody: many zeros, small groups, v4-mapped. */
static inline struct ip random_ip(struct random *r)
{
	struct ip result = { 0 };

	if (random_below(r, 4) == 0)
		return (struct ip){ (u128)0xFFFF << 32 | (uint32_t)random_u64(r) };
	for (int i = 0; i < 8; i++) {
		uint64_t group = random_u64(r) & 0xFFFF;

		result.v = result.v << 16;
		if (random_below(r, 2) == 0)
			result.v |= group >> random_below(r, 16);
	}
	return result;
}

#endif
