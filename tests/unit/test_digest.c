/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/digest.h: vectors of FIPS 180-4. */
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
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

Suite *suite_digest(void)
{
	Suite *suite = suite_create("digest");
	TCase *tcase = tcase_create("sha256");

	tcase_add_test(tcase, known_digests);
	tcase_add_test(tcase, a_million_letters);
	tcase_add_test(tcase, bytes_behind_a_nul_count);
	tcase_add_test(tcase, two_pieces_count_as_one);
	suite_add_tcase(suite, tcase);
	return suite;
}
