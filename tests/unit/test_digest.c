/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/digest.h: vectors of FIPS 180-4. */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/digest_lanes.h"
#include "base/random.h"
#include "base/array.h"
#include "base/text.h"
#include "tests/unit/suites.h"

static void check_digest(const void *data, size_t len, const char *expected)
{
	uint8_t digest[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];

	sha256(data, len, digest);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	ck_assert_str_eq(hex, expected);
}

START_TEST(known_digests)
{
	static const struct {
		const char *text;
		const char *expected;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_digest(rows[i].text, strlen(rows[i].text), rows[i].expected);
}
END_TEST

START_TEST(a_million_letters)
{
	struct text t = { 0 };

	for (int i = 0; i < 1000000; i++)
		text_add_char(&t, 'a');
	check_digest(text_str(&t), t.len,
		     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	text_release(&t);
}
END_TEST

START_TEST(bytes_behind_a_nul_count)
{
	uint8_t a[SHA256_BYTES];
	uint8_t b[SHA256_BYTES];

	sha256("x\0a", 3, a);
	sha256("x\0b", 3, b);
	ck_assert_mem_ne(a, b, SHA256_BYTES);
}
END_TEST

START_TEST(two_pieces_count_as_one)
{
	static const char text[] = "node-a.example#192.168.1.100 and more than one block of 64";
	const size_t len = sizeof(text) - 1;
	uint8_t whole[SHA256_BYTES];
	uint8_t joined[SHA256_BYTES];

	sha256(text, len, whole);
	for (size_t cut = 0; cut <= len; cut++) {
		sha256_joined(text, cut, text + cut, len - cut, joined);
		ck_assert_mem_eq(joined, whole, SHA256_BYTES);
	}
}
END_TEST

/* ---- several at once ---- */

static const unsigned lane_numbers[] = { 0, 2, 4, 8, 16 };

/* Hashes them with so many lanes and compares them with what nettle makes of each. */
static void check_lanes(unsigned lanes, const char *const *heads, size_t count,
			const char *tail, size_t tail_len)
{
	enum { GUARD = 0xA5 };
	uint8_t out[3 * DIGEST_LANES_MAX + 1][SHA256_BYTES];
	uint8_t expected[SHA256_BYTES];

	memset(out, GUARD, sizeof(out));
	digest_lanes_joined(lanes, heads, count, tail, tail_len, out);
	for (size_t i = 0; i < count; i++) {
		sha256_joined(heads[i], strlen(heads[i]), tail, tail_len, expected);
		ck_assert_mem_eq(out[i], expected, SHA256_BYTES);
	}
	/* Nothing is written behind the last. */
	for (size_t i = 0; i < SHA256_BYTES; i++)
		ck_assert_uint_eq(out[count][i], GUARD);
}

/* Each number of lanes that this processor can do, for a number of messages that fills them,
 * one less, one more, and so on. */
static void check_all_lanes(const char *const *heads, size_t most, const char *tail,
			    size_t tail_len)
{
	for (size_t k = 0; k < ARRAY_LEN(lane_numbers); k++) {
		if (lane_numbers[k] != 0 && !digest_lanes_can(lane_numbers[k]))
			continue;
		for (size_t count = 0; count <= most; count++)
			check_lanes(lane_numbers[k], heads, count, tail, tail_len);
	}
}

/* FIPS 180-4's examples in every lane. */
START_TEST(lanes_of_known_digests)
{
	static const char *const heads[DIGEST_LANES_MAX] = {
		"abc", "",    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"abc", "abc", "abc",
		"abc", "",    "abc",
		"abc", "abc", "abc",
		"abc", "abc", "",
		"abc",
	};
	static const uint8_t abc[] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
	};
	static const uint8_t two_blocks[] = {
		0x24, 0x8d, 0x6a, 0x61, 0xd2, 0x06, 0x38, 0xb8, 0xe5, 0xc0, 0x26,
		0x93, 0x0c, 0x3e, 0x60, 0x39, 0xa3, 0x3c, 0xe4, 0x59, 0x64, 0xff,
		0x21, 0x67, 0xf6, 0xec, 0xed, 0xd4, 0x19, 0xdb, 0x06, 0xc1,
	};
	uint8_t out[DIGEST_LANES_MAX][SHA256_BYTES];

	for (size_t k = 0; k < ARRAY_LEN(lane_numbers); k++) {
		if (lane_numbers[k] != 0 && !digest_lanes_can(lane_numbers[k]))
			continue;
		digest_lanes_joined(lane_numbers[k], heads, DIGEST_LANES_MAX, "", 0, out);
		ck_assert_mem_eq(out[0], abc, sizeof(abc));
		ck_assert_mem_eq(out[2], two_blocks, sizeof(two_blocks));
		ck_assert_mem_eq(out[15], abc, sizeof(abc));
	}
}
END_TEST

/* Every length up to one beyond the longest, around the ends of blocks among them. */
START_TEST(lanes_of_all_lengths)
{
	char text[DIGEST_LANES_MESSAGE_BYTES_MAX + 3];
	const char *heads[DIGEST_LANES_MAX];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t len = 0; len < sizeof(text); len++) {
		for (size_t i = 0; i < DIGEST_LANES_MAX; i++)
			heads[i] = text + sizeof(text) - 1 - len;
		for (size_t k = 0; k < ARRAY_LEN(lane_numbers); k++) {
			if (lane_numbers[k] != 0 && !digest_lanes_can(lane_numbers[k]))
				continue;
			check_lanes(lane_numbers[k], heads, DIGEST_LANES_MAX, "", 0);
			check_lanes(lane_numbers[k], heads, DIGEST_LANES_MAX, "#10.0.0.1", 9);
		}
	}
}
END_TEST

/* Random bytes of random lengths side by side. */
START_TEST(lanes_of_random_messages)
{
	enum { MESSAGES = 2 * DIGEST_LANES_MAX + 3, BYTES_MAX = 350 };
	static char texts[MESSAGES][BYTES_MAX + 1];
	struct random random = random_new((uint64_t)_i);
	const char *heads[MESSAGES];
	char tail[BYTES_MAX];
	const size_t tail_len = (size_t)random_below(&random, _i % 4 == 0 ? BYTES_MAX : 40);

	for (size_t i = 0; i < sizeof(tail); i++)
		tail[i] = (char)random_below(&random, 256);
	for (size_t i = 0; i < MESSAGES; i++) {
		const size_t len = (size_t)random_below(&random, _i % 2 == 0 ? BYTES_MAX : 60);

		for (size_t at = 0; at < len; at++)
			texts[i][at] = (char)(1 + random_below(&random, 255));
		texts[i][len] = '\0';
		heads[i] = texts[i];
	}
	check_all_lanes(heads, MESSAGES, tail, tail_len);
}
END_TEST

START_TEST(lanes_that_are_chosen_can_be_done)
{
	ck_assert(digest_lanes() == 0 || digest_lanes_can(digest_lanes()));
	ck_assert(!digest_lanes_can(0));
	ck_assert(!digest_lanes_can(5));
}
END_TEST

Suite *suite_digest(void)
{
	Suite *suite = suite_create("digest");
	TCase *tcase = tcase_create("sha256");

	tcase_add_test(tcase, known_digests);
	tcase_add_test(tcase, a_million_letters);
	tcase_add_test(tcase, bytes_behind_a_nul_count);
	tcase_add_test(tcase, two_pieces_count_as_one);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("lanes");
	tcase_add_test(tcase, lanes_of_known_digests);
	tcase_add_test(tcase, lanes_of_all_lengths);
	tcase_add_loop_test(tcase, lanes_of_random_messages, 0, 20);
	tcase_add_test(tcase, lanes_that_are_chosen_can_be_done);
	suite_add_tcase(suite, tcase);
	return suite;
}
