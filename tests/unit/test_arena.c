/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/arena.h, base/array.h and base/mem.h. */
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/mem.h"
#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#if defined(WITH_ASAN) && !defined(ARENA_MALLOC)
#include <sanitizer/asan_interface.h>
#define CAN_SEE_POISON 1
#endif

/* Sizes around every border: the alignment, the large piece, the block. */
static const size_t sizes[] = { 0,     1,     15,    16,    17,    100,   4096,   16000,
				16368, 16376, 16377, 16384, 65000, 65536, 100000, 1000000 };

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

START_TEST(pieces_are_aligned_and_apart)
{
	struct arena arena;
	unsigned char *pieces[4 * SIZES];

	arena_init(&arena);
	for (size_t i = 0; i < 4 * SIZES; i++) {
		pieces[i] = arena_alloc(&arena, sizes[i % SIZES]);
		ck_assert_ptr_nonnull(pieces[i]);
		ck_assert_uint_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		memset(pieces[i], (int)i, sizes[i % SIZES]);
	}
	for (size_t i = 0; i < 4 * SIZES; i++) {
		for (size_t j = 0; j < sizes[i % SIZES]; j++)
			EXPECT(pieces[i][j] == (unsigned char)i, "piece %zu", i);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(a_released_arena_is_usable_again)
{
	struct arena arena;

	arena_init(&arena);
	arena_release(&arena);
	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(arena_strdup(&arena, "again"), "again");
		arena_alloc(&arena, 200000);
		arena_release(&arena);
		ck_assert_ptr_null(arena.head);
	}
}
END_TEST

START_TEST(zeroed_memory_is_zero_where_other_data_was)
{
	struct arena arena;

	arena_init(&arena);
	memset(arena_alloc(&arena, 60000), 0xFF, 60000);
	arena_reset(&arena, (struct arena_mark){ .block = NULL });
	for (int i = 0; i < 3; i++) {
		const unsigned char *p = arena_zalloc(&arena, 1000, 17);

		for (size_t j = 0; j < 17000; j++)
			EXPECT(p[j] == 0, "byte %zu", j);
	}
	ck_assert_ptr_nonnull(arena_zalloc(&arena, 0, 8));
	ck_assert_ptr_nonnull(arena_zalloc(&arena, 8, 0));
	arena_release(&arena);
}
END_TEST

START_TEST(texts_are_copied_whole)
{
	struct arena arena;
	char text[5000];

	arena_init(&arena);
	ck_assert_str_eq(arena_strdup(&arena, ""), "");
	ck_assert_str_eq(arena_strndup(&arena, "pool-a", 4), "pool");
	ck_assert_str_eq(arena_strndup(&arena, NULL, 0), "");
	ck_assert_mem_eq(arena_strndup(&arena, "a\0b", 3), "a\0b", 4);
	ck_assert_str_eq(arena_printf(&arena, "%s has %d", "pool", 7), "pool has 7");
	ck_assert_str_eq(arena_printf(&arena, "%s", ""), "");

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';

	const char *printed = arena_printf(&arena, "<%s>", text);

	ck_assert_uint_eq(strlen(printed), sizeof(text) + 1);
	ck_assert_int_eq(printed[sizeof(text)], '>');
	arena_release(&arena);
}
END_TEST

START_TEST(reset_keeps_what_came_before_the_mark)
{
	struct arena arena;
	struct random r = random_new(1);

	arena_init(&arena);
	for (int round = 0; round < 200; round++) {
		size_t size = sizes[random_below(&r, SIZES)];
		unsigned char *kept = arena_alloc(&arena, size);

		memset(kept, round, size);

		struct arena_mark mark = arena_mark(&arena);

		for (uint64_t n = random_below(&r, 4); n > 0; n--) {
			size_t more = sizes[random_below(&r, SIZES)];

			memset(arena_alloc(&arena, more), 0xEE, more);
		}
		arena_reset(&arena, mark);
		memset(arena_alloc(&arena, 100), 0xDD, 100);
		for (size_t j = 0; j < size; j++)
			EXPECT(kept[j] == (unsigned char)round, "round %d", round);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(marks_nest)
{
	struct arena arena;

	arena_init(&arena);

	struct arena_mark empty = arena_mark(&arena);
	char *a = arena_strdup(&arena, "a");
	struct arena_mark outer = arena_mark(&arena);
	char *b = arena_strndup(&arena, "b", 1);

	arena_alloc(&arena, 300000);

	struct arena_mark inner = arena_mark(&arena);

	for (int i = 0; i < 100; i++)
		arena_alloc(&arena, 5000);
	arena_reset(&arena, inner);
	ck_assert_str_eq(a, "a");
	ck_assert_str_eq(b, "b");
	arena_reset(&arena, outer);
	ck_assert_str_eq(a, "a");
	arena_reset(&arena, empty);
	arena_reset(&arena, empty);
	ck_assert_str_eq(arena_strdup(&arena, "c"), "c");
	arena_release(&arena);
}
END_TEST

#ifdef CAN_SEE_POISON
START_TEST(bytes_of_no_piece_are_poisoned)
{
	struct arena arena;

	arena_init(&arena);

	char *before = arena_alloc(&arena, 10);
	struct arena_mark mark = arena_mark(&arena);
	char *after = arena_alloc(&arena, 10);
	char *large = arena_alloc(&arena, 100000);

	ck_assert(!__asan_address_is_poisoned(after + 9));
	ck_assert(__asan_address_is_poisoned(after + 10));
	ck_assert(__asan_address_is_poisoned(before + 10));
	ck_assert(__asan_address_is_poisoned(large + 100000));
	arena_reset(&arena, mark);
	ck_assert(!__asan_address_is_poisoned(before + 9));
	ck_assert(__asan_address_is_poisoned(after));
	ck_assert(__asan_address_is_poisoned(large));
	arena_release(&arena);
}
END_TEST
#endif

struct row {
	uint64_t number;
	const char *name;
	char tail[7];
};

START_TEST(arrays_grow_and_keep_their_elements)
{
	struct arena arena;
	ARRAY_OF(struct row) rows = { 0 };
	uint32_t seen = 0;

	arena_init(&arena);
	for (uint32_t i = 0; i < 10000; i++) {
		struct row *row = ARRAY_PUSH(&arena, &rows);

		EXPECT(row->number == 0 && row->name == NULL, "row %u", i);
		EXPECT(row == &rows.items[i], "row %u", i);
		row->number = i;
		memset(row->tail, 0xFF, sizeof(row->tail));
	}
	ck_assert_uint_eq(rows.count, 10000);
	ARRAY_FOREACH (struct row, row, &rows) {
		EXPECT(row->number == seen, "row %u", seen);
		seen++;
	}
	ck_assert_uint_eq(seen, 10000);
	arena_release(&arena);
}
END_TEST

START_TEST(arrays_of_values_and_the_empty_array)
{
	struct arena arena;
	ARRAY_OF(const char *) names = { 0 };
	ARRAY_OF(uint8_t) bytes = { 0 };

	arena_init(&arena);
	ARRAY_FOREACH (const char *, name, &names)
		ck_abort_msg("an empty array has an element: %s", *name);
	ARRAY_ADD(&arena, &names, "a");
	ARRAY_ADD(&arena, &names, "b");
	ck_assert_uint_eq(names.count, 2);
	ck_assert_str_eq(names.items[0], "a");
	ck_assert_str_eq(names.items[1], "b");
	for (int i = 0; i < 1000; i++)
		ARRAY_ADD(&arena, &bytes, (uint8_t)i);
	for (int i = 0; i < 1000; i++)
		EXPECT(bytes.items[i] == (uint8_t)i, "byte %d", i);
	arena_release(&arena);
}
END_TEST

START_TEST(a_reserved_array_stays_where_it_is)
{
	struct arena arena;
	ARRAY_OF(uint64_t) numbers = { 0 };

	arena_init(&arena);
	ARRAY_ADD(&arena, &numbers, 7);
	ARRAY_RESERVE(&arena, &numbers, 1000);
	ck_assert_uint_eq(numbers.capacity, 1000);
	ck_assert_uint_eq(numbers.count, 1);

	const uint64_t *reserved = numbers.items;

	ARRAY_RESERVE(&arena, &numbers, 10);
	ARRAY_RESERVE(&arena, &numbers, 0);
	for (uint64_t i = 1; i < 1000; i++)
		ARRAY_ADD(&arena, &numbers, i);
	ck_assert_ptr_eq(numbers.items, reserved);
	ARRAY_ADD(&arena, &numbers, 1000);
	ck_assert_uint_eq(numbers.items[0], 7);
	for (uint64_t i = 1; i <= 1000; i++)
		EXPECT(numbers.items[i] == i, "number %u", (unsigned)i);
	arena_release(&arena);
}
END_TEST

START_TEST(memory_of_no_bytes_is_still_memory)
{
	char *p = mem_alloc(0);

	ck_assert_ptr_nonnull(p);
	p = mem_resize(p, 4, 2);
	memcpy(p, "1234567", 8);
	p = mem_resize(p, 100, 100);
	ck_assert_str_eq(p, "1234567");
	p = mem_resize(p, 0, 8);
	ck_assert_ptr_nonnull(p);
	free(p);
}
END_TEST

/* The message on stderr is expected; it would only litter the output of the tests. */
static void be_quiet(void)
{
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

START_TEST(an_overflowing_size_ends_the_program)
{
	be_quiet();
	free(mem_resize(NULL, SIZE_MAX / 2, 3));
}
END_TEST

START_TEST(an_overflowing_count_ends_the_program)
{
	struct arena arena;

	be_quiet();
	arena_init(&arena);
	arena_zalloc(&arena, SIZE_MAX / 8 + 2, 8);
}
END_TEST

static int number_order(const void *a, const void *b)
{
	const int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

START_TEST(the_lower_bound_is_the_first_item_that_does_not_come_before_the_key)
{
	static const int items[] = { 2, 4, 4, 4, 9 };
	static const struct {
		int key;
		uint32_t expected;
	} rows[] = { { 1, 0 }, { 2, 0 }, { 3, 1 }, { 4, 1 }, { 5, 4 }, { 9, 4 }, { 10, 5 } };
	const int key = 1;

	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		ck_assert_uint_eq(array_lower_bound(&rows[i].key, items, ARRAY_LEN(items),
						    sizeof(items[0]), number_order),
				  rows[i].expected);
	ck_assert_uint_eq(array_lower_bound(&key, NULL, 0, sizeof(key), number_order), 0);
}
END_TEST

START_TEST(arrays_are_sorted_and_no_array_is)
{
	int items[] = { 3, 1, 2, 1 };
	static const int expected[] = { 1, 1, 2, 3 };

	array_sort(items, ARRAY_LEN(items), sizeof(items[0]), number_order);
	ck_assert_mem_eq(items, expected, sizeof(expected));
	array_sort(items, ARRAY_LEN(items), sizeof(items[0]), number_order);
	ck_assert_mem_eq(items, expected, sizeof(expected));
	array_sort(NULL, 0, sizeof(items[0]), number_order);
}
END_TEST

Suite *suite_arena(void)
{
	Suite *suite = suite_create("arena");
	TCase *arena = tcase_create("arena");
	TCase *array = tcase_create("array");
	TCase *mem = tcase_create("mem");

	tcase_add_test(arena,
		       the_lower_bound_is_the_first_item_that_does_not_come_before_the_key);
	tcase_add_test(arena, arrays_are_sorted_and_no_array_is);
	tcase_add_test(arena, pieces_are_aligned_and_apart);
	tcase_add_test(arena, a_released_arena_is_usable_again);
	tcase_add_test(arena, zeroed_memory_is_zero_where_other_data_was);
	tcase_add_test(arena, texts_are_copied_whole);
	tcase_add_test(arena, reset_keeps_what_came_before_the_mark);
	tcase_add_test(arena, marks_nest);
#ifdef CAN_SEE_POISON
	tcase_add_test(arena, bytes_of_no_piece_are_poisoned);
#endif
	tcase_add_test(array, arrays_grow_and_keep_their_elements);
	tcase_add_test(array, arrays_of_values_and_the_empty_array);
	tcase_add_test(array, a_reserved_array_stays_where_it_is);
	tcase_add_test(mem, memory_of_no_bytes_is_still_memory);
	tcase_add_exit_test(mem, an_overflowing_size_ends_the_program, 2);
	tcase_add_exit_test(mem, an_overflowing_count_ends_the_program, 2);
	suite_add_tcase(suite, arena);
	suite_add_tcase(suite, array);
	suite_add_tcase(suite, mem);
	return suite;
}
