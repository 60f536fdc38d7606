/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz targets for the readers of single values. Each compares with a second way of doing the
 * same where there is one: the C library, a plain loop, or reading again what was written.
 */
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/ip.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/pattern.h"
#include "base/regex.h"
#include "base/text.h"
#include "config/evidence/evidence_read.h"
#include "config/yaml/tree.h"
#include "purelb/pools/ranges.h"

static void fuzz_must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static char *fuzz_string(const uint8_t *data, size_t size)
{
	char *string = mem_alloc(size + 1);

	memcpy(string, data, size);
	string[size] = '\0';
	return string;
}

static void fuzz_durations(const uint8_t *data, size_t size)
{
	char *string = fuzz_string(data, size), printed[DURATION_TEXT_MAX];
	int64_t ns = 0, again = 0;

	if (duration_parse(string, &ns))
		fuzz_must(duration_parse(duration_format(ns, printed), &again) && again == ns,
			  "a duration is read again as it was printed");
	(void)rfc3339_parse(string, &ns);
	free(string);
}

/* glibc takes what Go takes, but for dotted quads with leading zeros in IPv6 texts. */
static void fuzz_addresses(const uint8_t *data, size_t size)
{
	char *string = fuzz_string(data, size), printed[IP_TEXT_MAX],
	     net_printed[IP_NET_TEXT_MAX];
	unsigned char other[16];
	struct ip ip, again;
	struct ip_net net, net_again;

	if (ip_parse(string, &ip)) {
		fuzz_must(inet_pton(AF_INET, string, other) == 1 ||
				  inet_pton(AF_INET6, string, other) == 1,
			  "the C library takes the address, too");
		fuzz_must(ip_parse(ip_format(ip, printed), &again) &&
				  ip_compare(ip, again) == 0,
			  "an address is read again as it was printed");
	} else {
		fuzz_must(inet_pton(AF_INET, string, other) != 1 || strlen(string) != size,
			  "the C library refuses the address, too");
	}
	if (ip_net_parse(string, &net)) {
		const struct ip_range range = ip_net_range(net);

		fuzz_must(ip_net_parse(ip_net_format(net, net_printed), &net_again) &&
				  ip_net_equal(net, net_again),
			  "a network is read again as it was printed");
		fuzz_must(ip_compare(range.from, range.to) <= 0, "a network is not reversed");
		fuzz_must(ip_net_contains(net, range.from) && ip_net_contains(net, range.to),
			  "a network contains its ends");
	}
	free(string);
}

static void fuzz_patterns(const uint8_t *data, size_t size)
{
	char *string = fuzz_string(data, size), error[200];
	const char *at = string;
	struct pattern_token token;
	size_t covered = 0;

	while (pattern_next(&at, &token)) {
		fuzz_must(token.len > 0 && token.start + token.len <= string + strlen(string),
			  "a token lies in its expression");
		covered += token.len;
	}
	fuzz_must(covered == strlen(string), "the tokens cover the expression");

	struct regex *regex = regex_new(string, error, sizeof(error));

	if (regex != NULL) {
		(void)regex_anchored(string);
		(void)regex_match(regex, "eth0");
	}
	regex_free(regex);
	free(string);
}

/* Ranges of addresses 0 to 63: sizes and shared addresses counted one by one. */
static void fuzz_ranges(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 4 <= size; i += 4) {
		const unsigned from[2] = { data[i] & 63U, data[i + 2] & 63U };
		const unsigned to[2] = { data[i + 1] & 63U, data[i + 3] & 63U };
		struct ip_range range[2];
		unsigned shared = 0, first = 64;
		char text[64];

		for (int k = 0; k < 2; k++) {
			snprintf(text, sizeof(text), "10.0.0.%u", from[k]);
			fuzz_must(ip_parse(text, &range[k].from), "an address");
			snprintf(text, sizeof(text), "10.0.0.%u", to[k]);
			fuzz_must(ip_parse(text, &range[k].to), "an address");
		}
		for (unsigned n = 0; n < 64; n++) {
			if (n < from[0] || n > to[0] || n < from[1] || n > to[1])
				continue;
			shared++;
			first = n < first ? n : first;
		}
		if (from[0] > to[0] || from[1] > to[1])
			continue;
		fuzz_must(ip_range_overlaps(range[0], range[1]) == (shared > 0), "overlap");
		fuzz_must(ip_range_size(range[0]) == to[0] - from[0] + 1, "size");
		if (shared > 0) {
			char expected[IP_TEXT_MAX], printed[IP_TEXT_MAX];

			snprintf(expected, sizeof(expected), "10.0.0.%u", first);
			ip_format(ip_range_first_shared(range[0], range[1]), printed);
			fuzz_must(strcmp(expected, printed) == 0, "the first shared address");
		}
	}
}

static void fuzz_nearest(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "v4pools", "v6pools", "subnet", "pool",
					     "namespaces" };
	char *string = fuzz_string(data, size);
	struct nearest nearest = { .word = string };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		nearest_offer(&nearest, words[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		fuzz_must(strcmp(string, words[i]) != 0 ||
				  (nearest.best != NULL && strcmp(nearest.best, words[i]) == 0),
			  "a word is nearest to itself");
	free(string);
}

/* JSON of other programs: what is read lies in the bytes, and is read the same again. */
static void fuzz_json(const uint8_t *data, size_t size)
{
	struct arena arena;
	char *string = fuzz_string(data, size);
	const char *fault = NULL;
	uint32_t line = 0;
	size_t used[2] = { 0 };
	uint64_t hash[2];

	arena_init(&arena);
	for (int i = 0; i < 2; i++) {
		const struct tree_node *tree =
			evidence_json_parse(string, size, 0, &arena, &used[i], &fault, &line);

		fuzz_must(used[i] <= size, "no more is read than there is");
		hash[i] = tree_hash(tree);
	}
	fuzz_must(hash[0] == hash[1] && used[0] == used[1], "JSON is read the same again");
	arena_release(&arena);
	free(string);
}

const struct fuzz_values fuzz_values[] = {
	{ "addresses", fuzz_addresses },
	{ "durations", fuzz_durations },
	{ "nearest", fuzz_nearest },
	{ "patterns", fuzz_patterns },
	{ "ranges", fuzz_ranges },
	{ "allocator", fuzz_allocator },
	{ "overlaps", fuzz_overlaps },
	{ "json", fuzz_json },
	{ NULL, NULL },
};
