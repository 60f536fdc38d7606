/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/random.h. */
#include <stdbool.h>
#include <string.h>

#include "base/combination.h"
#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

START_TEST(splitmix64_fills_the_state)
{
	/* The first numbers of the reference splitmix64 for this seed. */
	struct random r = random_new(1234567);

	ck_assert_uint_eq(r.state[0], UINT64_C(6457827717110365317));
	ck_assert_uint_eq(r.state[1], UINT64_C(3203168211198807973));
	ck_assert_uint_eq(r.state[2], UINT64_C(9817491932198370423));
	ck_assert_uint_eq(r.state[3], UINT64_C(4593380528125082431));
}
END_TEST

START_TEST(numbers_are_those_of_xoshiro256starstar)
{
	/* The first numbers of the reference generator for this state. */
	static const uint64_t expected[] = {
		11520,
		0,
		1509978240,
		UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360),
		UINT64_C(607988272756665600),
		UINT64_C(16172922978634559625),
		UINT64_C(8476171486693032832),
		UINT64_C(10595114339597558777),
		UINT64_C(2904607092377533576),
	};
	struct random r = { { 1, 2, 3, 4 } };

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		ck_assert_uint_eq(random_u64(&r), expected[i]);
}
END_TEST

/* Published with Random123: kat_vectors, philox4x32 of 10 rounds. */
START_TEST(numbers_by_counter_are_the_published_ones)
{
	static const struct {
		uint64_t key;
		uint32_t counter[4], expected[4];
	} rows[] = {
		{ 0, { 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ UINT64_MAX,
		  { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX },
		  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ UINT64_C(0x299f31d0a4093822),
		  { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t out[4];

		random_at(rows[i].key, rows[i].counter, out);
		ck_assert_mem_eq(out, rows[i].expected, sizeof(out));
	}
}
END_TEST

START_TEST(the_same_seed_gives_the_same_numbers)
{
	struct random a = random_new(7);
	struct random b = random_new(7);
	struct random c = random_new(8);
	int same = 0;

	for (int i = 0; i < 1000; i++) {
		uint64_t number = random_u64(&a);

		EXPECT(number == random_u64(&b), "number %d", i);
		same += number == random_u64(&c);
	}
	ck_assert_int_eq(same, 0);
}
END_TEST

START_TEST(streams_differ_by_seed_and_by_name)
{
	static const struct {
		uint64_t seed;
		const char *name;
	} rows[] = { { 1, "" }, { 1, "a" }, { 1, "b" }, { 1, "ab" },   { 1, "ba" },
		     { 2, "" }, { 2, "a" }, { 0, "a" }, { 1, "link" }, { 1, "\xFF" } };
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	uint64_t first[ROWS];

	for (size_t i = 0; i < ROWS; i++) {
		struct random r = random_split(rows[i].seed, rows[i].name);
		struct random again = random_split(rows[i].seed, rows[i].name);
		struct random plain = random_new(rows[i].seed);

		first[i] = random_u64(&r);
		ck_assert_uint_eq(first[i], random_u64(&again));
		ck_assert_uint_ne(first[i], random_u64(&plain));
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(first[i], first[j]);
	}
}
END_TEST

START_TEST(streams_are_the_same_on_every_machine)
{
	struct random r = random_split(42, "link");

	ck_assert_uint_eq(random_u64(&r), UINT64_C(1976735344743314933));
	ck_assert_uint_eq(random_below(&r, 1000), 511);
}
END_TEST

START_TEST(below_stays_below)
{
	static const uint64_t bounds[] = {
		1, 2, 3, 10, UINT64_C(1) << 63, (UINT64_C(1) << 63) + 1, UINT64_MAX
	};
	struct random r = random_new(3);

	ck_assert_uint_eq(random_below(&r, 0), 0);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		for (int n = 0; n < 1000; n++)
			EXPECT(random_below(&r, bounds[i]) < bounds[i], "bound %zu", i);
	}
}
END_TEST

START_TEST(below_is_even)
{
	/*
	 * With this bound the remainders by 3 would come out as 2 to 1 to 1 if no number were
	 * refused. Expected are 10000 each, with a standard deviation of less than 100.
	 */
	const uint64_t bound = 3 * (UINT64_C(1) << 62);
	struct random r = random_new(4);
	int dice[6] = { 0 };
	int residues[3] = { 0 };

	for (int n = 0; n < 60000; n++)
		dice[random_below(&r, 6)]++;
	for (int i = 0; i < 6; i++)
		ck_assert(dice[i] > 9500 && dice[i] < 10500);
	for (int n = 0; n < 30000; n++)
		residues[random_below(&r, bound) % 3]++;
	for (int i = 0; i < 3; i++)
		ck_assert(residues[i] > 9500 && residues[i] < 10500);
}
END_TEST

START_TEST(unit_numbers_fill_the_interval)
{
	struct random r = random_new(5);
	double sum = 0;
	int tenths[10] = { 0 };

	for (int n = 0; n < 100000; n++) {
		double x = random_unit(&r);

		EXPECT(x >= 0 && x < 1, "%g", x);
		tenths[(int)(x * 10)]++;
		sum += x;
	}
	ck_assert(sum > 49500 && sum < 50500);
	for (int i = 0; i < 10; i++)
		ck_assert(tenths[i] > 9500 && tenths[i] < 10500);
}
END_TEST

START_TEST(the_largest_unit_number_is_below_one)
{
	/* All ones come out of a state whose second word is this one. */
	struct random r = { { 0, UINT64_C(5748594724359139783), 0, 1 } };
	struct random same = r;

	ck_assert_uint_eq(random_u64(&same), UINT64_MAX);
	ck_assert(random_unit(&r) < 1);
}
END_TEST

/* Whatever the count, each number comes once, and another key has another order. */
START_TEST(places_are_a_permutation)
{
	static const uint64_t counts[] = { 1, 2, 3, 4, 5, 16, 17, 1000, 4096, 4097 };

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		bool seen[4097] = { false };
		uint64_t same = 0;

		for (uint64_t place = 0; place < counts[k]; place++) {
			const uint64_t number = random_place(7, counts[k], place);

			ck_assert_uint_lt(number, counts[k]);
			ck_assert(!seen[number]);
			seen[number] = true;
			same += number == random_place(8, counts[k], place);
		}
		ck_assert_uint_lt(same, counts[k] / 2 + 2);
	}
	ck_assert_uint_lt(random_place(1, UINT64_MAX, UINT64_MAX - 1), UINT64_MAX);
}
END_TEST

/* The first thousand of many numbers lie evenly among them. */
START_TEST(places_are_even)
{
	const uint64_t count = UINT64_C(20820835000);
	int tenths[10] = { 0 };

	for (uint64_t place = 0; place < 10000; place++)
		tenths[random_place(1, count, place) * 10 / count]++;
	for (int i = 0; i < 10; i++)
		EXPECT(tenths[i] > 850 && tenths[i] < 1150, "%d in tenth %d", tenths[i], i);
}
END_TEST

/* By number in order, as the definition lists them. */
START_TEST(combinations_come_in_order)
{
	uint32_t members[3];
	uint64_t number = 0;

	for (uint32_t c = 2; c < 30; c++) {
		for (uint32_t b = 1; b < c; b++) {
			for (uint32_t a = 0; a < b; a++, number++) {
				combination_at(number, 3, members);
				ck_assert_uint_eq(members[0], a);
				ck_assert_uint_eq(members[1], b);
				ck_assert_uint_eq(members[2], c);
			}
		}
	}
	ck_assert_uint_eq(number, combinations(30, 3));
	ck_assert_uint_eq(combinations(5000, 3), UINT64_C(20820835000));
	ck_assert_uint_eq(combinations(2, 3), 0);
	ck_assert_uint_eq(combinations(UINT64_MAX, 2), UINT64_MAX);
	combination_at(UINT64_C(20820834999), 3, members);
	ck_assert_uint_eq(members[0], 4997);
	ck_assert_uint_eq(members[2], 4999);
}
END_TEST

Suite *suite_random(void)
{
	Suite *suite = suite_create("random");
	TCase *tcase = tcase_create("random");

	tcase_add_test(tcase, splitmix64_fills_the_state);
	tcase_add_test(tcase, numbers_are_those_of_xoshiro256starstar);
	tcase_add_test(tcase, numbers_by_counter_are_the_published_ones);
	tcase_add_test(tcase, the_same_seed_gives_the_same_numbers);
	tcase_add_test(tcase, streams_differ_by_seed_and_by_name);
	tcase_add_test(tcase, streams_are_the_same_on_every_machine);
	tcase_add_test(tcase, below_stays_below);
	tcase_add_test(tcase, below_is_even);
	tcase_add_test(tcase, unit_numbers_fill_the_interval);
	tcase_add_test(tcase, the_largest_unit_number_is_below_one);
	tcase_add_test(tcase, places_are_a_permutation);
	tcase_add_test(tcase, places_are_even);
	tcase_add_test(tcase, combinations_come_in_order);
	suite_add_tcase(suite, tcase);
	return suite;
}
