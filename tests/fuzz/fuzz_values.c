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
#include "config/objects/object.h"
#include "config/repository/exclude.h"
#include "config/yaml/tree.h"
#include "purelb/pools/ranges.h"

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
		fuzz_must(ip_net_contains(net, range.from), "a network contains its beginning");
		/* One that reaches into the addresses of IPv4 ends in the other family. */
		fuzz_must(ip_net_contains(net, range.to) ||
				  ip_family(range.from) != ip_family(range.to),
			  "a network contains its end");
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
	struct ip base;

	fuzz_must(ip_parse("10.0.0.0", &base), "an address");
	for (size_t i = 0; i + 4 <= size; i += 4) {
		const unsigned from[2] = { data[i] & 63U, data[i + 2] & 63U };
		const unsigned to[2] = { data[i + 1] & 63U, data[i + 3] & 63U };
		struct ip_range range[2];
		unsigned shared = 0, first = 64;

		if (from[0] > to[0] || from[1] > to[1])
			continue;
		for (int k = 0; k < 2; k++)
			range[k] =
				(struct ip_range){ { base.v + from[k] }, { base.v + to[k] } };
		for (unsigned n = 0; n < 64; n++) {
			if (n < from[0] || n > to[0] || n < from[1] || n > to[1])
				continue;
			shared++;
			first = n < first ? n : first;
		}
		fuzz_must(ip_range_overlaps(range[0], range[1]) == (shared > 0), "overlap");
		fuzz_must(ip_range_size(range[0]) == to[0] - from[0] + 1, "size");
		fuzz_must(shared == 0 ||
				  ip_range_first_shared(range[0], range[1]).v == base.v + first,
			  "the first shared address");
	}
}

/* P2.2, told plainly: at the first `-`, trimmed, the C library's addresses; or a network from
 * the address as written to its end. White space of ASCII only. */
static void fuzz_range_texts(const uint8_t *data, size_t size)
{
	static const char white[] = " \t\n\v\f\r";
	char *string = fuzz_string(data, size), printed[IP_TEXT_MAX];
	char *dash = strchr(string, '-');
	struct ip_range range;
	struct ip_net net;
	const enum range_error error = range_parse(string, &range);

	if (dash == NULL) {
		fuzz_must((error == RANGE_OK) ==
				  (ip_net_parse(string, &net) ||
				   error == RANGE_OK /* with white space around it */),
			  "a network is a range");
		if (error == RANGE_OK && ip_net_parse(string, &net))
			fuzz_must(ip_compare(range.from, net.address) == 0 &&
					  ip_compare(range.to, ip_net_last(net)) == 0,
				  "from the address as written to the end of the network");
	} else if (error == RANGE_OK) {
		char *from = string + strspn(string, white),
		     *to = dash + 1 + strspn(dash + 1, white);
		struct ip ends[2];

		*dash = '\0';
		from[strcspn(from, white)] = '\0';
		to[strcspn(to, white)] = '\0';
		/* Other white space, of Unicode, is trimmed as well. */
		if (ip_parse(from, &ends[0]) && ip_parse(to, &ends[1]))
			fuzz_must(ip_compare(range.from, ends[0]) == 0 &&
					  ip_compare(range.to, ends[1]) == 0,
				  "the ends of a range are as written");
		fuzz_must(ip_parse(ip_format(range.to, printed), &ends[1]) &&
				  ip_compare(range.to, ends[1]) == 0,
			  "the end of a range is read again as it was printed");
	}
	free(string);
}

/* Go's filepath.Match over one component: what `*` and `?` mean, told by recursion. */
static bool fuzz_glob_matches(const char *glob, const char *name)
{
	if (*glob == '\0')
		return *name == '\0';
	if (*glob == '*')
		return fuzz_glob_matches(glob + 1, name) ||
		       (*name != '\0' && fuzz_glob_matches(glob, name + 1));
	return *name != '\0' && (*glob == '?' || *glob == *name) &&
	       fuzz_glob_matches(glob + 1, name + 1);
}

/* The first line is a pattern, the rest a path. Patterns of `*`, `?` and letters over one
 * component are also told by recursion. */
static void fuzz_excludes(const uint8_t *data, size_t size)
{
	enum { RECURSION_MAX = 12 };
	char *string = fuzz_string(data, size), *path = strchr(string, '\n');
	const char *items[1] = { string };
	const struct exclude_patterns patterns = { items, 1 };

	if (path != NULL)
		*path++ = '\0';
	else
		path = string + strlen(string);
	if (exclude_pattern_fault(string) == NULL) {
		const bool folder = exclude_matches(&patterns, path, true);
		const bool file = exclude_matches(&patterns, path, false);

		fuzz_must(folder || !file, "what a file matches, a folder matches");
		if (string[0] != '\0' && strpbrk(string, "/[]\\!#\r\t ") == NULL &&
		    strstr(string, "**") == NULL && path[0] != '\0' &&
		    strchr(path, '/') == NULL && strlen(string) <= RECURSION_MAX &&
		    strlen(path) <= RECURSION_MAX)
			fuzz_must(file == fuzz_glob_matches(string, path), "a plain pattern");
	}
	free(string);
}

/* Two labels with keys and values of one letter, and requirements of four bytes each: what
 * metav1.LabelSelector says about them, told plainly. */
static void fuzz_selectors(const uint8_t *data, size_t size)
{
	static const char *const words[] = { "a", "b", "c", "d" };
	static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist" };
	struct label_selector selector = { .at.set = true };
	struct label_map labels = { 0 };
	const char *of_key[4] = { NULL };
	bool expected = true;
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < 2 && i < size; i++) {
		const uint8_t byte = data[i];
		struct label *label;

		if (of_key[byte & 3] != NULL || (byte & 16) != 0)
			continue;
		of_key[byte & 3] = words[byte >> 2 & 3];
		label = ARRAY_PUSH(&arena, &labels.list);
		*label =
			(struct label){ .key.s = words[byte & 3], .value.s = of_key[byte & 3] };
	}
	for (size_t i = 2; i + 3 <= size; i += 3) {
		const unsigned key = data[i] & 3, operator= data[i]>> 2 & 3;
		struct match_expression *e =
			ARRAY_PUSH(&arena, &selector.match_expressions.list);
		bool among = false;

		*e = (struct match_expression){ .key.s = words[key],
						.operator.s = operators[operator] };
		for (size_t k = 1; k < 3 && operator<2; k++) {
			const struct str_value value = { .s = words[data[i + k] & 3] };

			ARRAY_ADD(&arena, &e->values.list, value);
			among |= of_key[key] != NULL && strcmp(value.s, of_key[key]) == 0;
		}
		if (operator== 0)
			expected &= among;
		else if (operator== 1)
			expected &= !among;
		else
			expected &= (of_key[key] != NULL) == (operator== 2);
	}
	fuzz_must(selector_matches(&selector, &labels) == expected, "what a selector matches");
	arena_release(&arena);
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
	{ "addresses", fuzz_addresses }, { "durations", fuzz_durations },
	{ "nearest", fuzz_nearest },     { "patterns", fuzz_patterns },
	{ "ranges", fuzz_ranges },       { "range-texts", fuzz_range_texts },
	{ "excludes", fuzz_excludes },   { "selectors", fuzz_selectors },
	{ "json", fuzz_json },           { NULL, NULL },
};
