/* SPDX-License-Identifier: Apache-2.0 */
/* sim/run/part.c: what is written is read again, and nothing else is. */
#include "sim/run/part.h"

#include <string.h>

#include "base/packed.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { OBSERVERS = 2 };

static const struct part_identity identity = {
	.version = "1.2.3",
	.inputs = { 1, 2, 3 },
	.seed = UINT64_MAX,
	.runs = 100,
	.shard = 2,
	.shards = 3,
};

/* A part with something in every field. */
static void make_part(struct many_part *part, struct arena *arena)
{
	const struct many_held held[] = {
		{ .text = "maxOutage 9s", .in = 33 },
		{ .text = "maxOutage 1s", .in = 30, .detail = "too long", .run = 40 },
	};

	*part = (struct many_part){
		.subject = { .scenario = "crash", .duration = 60, .warmup = 20, .vips = true },
		.done = 33,
		.cut_off = 1,
		.events = 12345678901,
		.broken = "a VIP is lost",
		.broken_run = 41,
	};
	part->worst[METRIC_ANNOUNCE_GAP][0] =
		(struct many_extreme){ .value = 9, .ongoing = true, .run = 35 };
	ARRAY_ADD(arena, &part->subject.observers, "client");
	ARRAY_ADD(arena, &part->subject.observers, "");
	ARRAY_ADD(arena, &part->held, held[0]);
	ARRAY_ADD(arena, &part->held, held[1]);
	for (uint32_t i = 0; i < many_series(OBSERVERS); i++)
		(void)ARRAY_PUSH(arena, &part->series);
	samples_add(&part->series.items[0], arena, 0);
	samples_add(&part->series.items[0], arena, SIM_NEVER);
	samples_add_ongoing(&part->series.items[0], arena, 5);
	samples_add(&part->series.items[0], arena, 5);
}

START_TEST(a_part_is_read_as_it_was_written)
{
	struct part_identity read_identity;
	struct many_part part, read;
	struct text bytes = { 0 };
	struct arena arena;
	const struct samples *samples;

	arena_init(&arena);
	make_part(&part, &arena);
	part_write(&bytes, &identity, &part);
	ck_assert_ptr_null(part_read(bytes.data, bytes.len, &arena, &read_identity, &read));
	ck_assert_str_eq(read_identity.version, "1.2.3");
	ck_assert_mem_eq(read_identity.inputs, identity.inputs, SHA256_BYTES);
	ck_assert_uint_eq(read_identity.seed, UINT64_MAX);
	ck_assert_uint_eq(read_identity.shard, 2);
	ck_assert_uint_eq(read.events, 12345678901);
	ck_assert_ptr_null(read.subject.description);
	ck_assert_str_eq(read.subject.observers.items[1], "");
	ck_assert_str_eq(read.held.items[1].text, "maxOutage 1s");
	ck_assert_str_eq(read.held.items[1].detail, "too long");
	ck_assert_ptr_null(read.held.items[0].detail);
	ck_assert_int_eq(read.worst[METRIC_ANNOUNCE_GAP][0].value, 9);
	ck_assert_uint_eq(read.series.count, many_series(OBSERVERS));
	samples = &read.series.items[0];
	ck_assert_uint_eq(samples->zeros, 1);
	ck_assert_uint_eq(samples->ongoing, 1);
	ck_assert_int_eq(samples->least_ongoing, 5);
	ck_assert_uint_eq(samples->positive.count, 3);
	ck_assert_int_eq(samples->positive.items[1], 5);
	ck_assert_int_eq(samples->positive.items[2], SIM_NEVER);
	text_release(&bytes);
	arena_release(&arena);
}
END_TEST

/* Neither any beginning of a part nor one with a byte changed is taken for a part. */
START_TEST(damage_is_noticed)
{
	struct part_identity read_identity;
	struct many_part part, read;
	struct text bytes = { 0 };
	struct arena arena;

	arena_init(&arena);
	make_part(&part, &arena);
	part_write(&bytes, &identity, &part);
	for (size_t len = 0; len < bytes.len; len++)
		ck_assert_ptr_nonnull(
			part_read(bytes.data, len, &arena, &read_identity, &read));
	for (size_t at = 0; at < bytes.len; at++) {
		bytes.data[at] ^= 1;
		ck_assert_ptr_nonnull(
			part_read(bytes.data, bytes.len, &arena, &read_identity, &read));
		bytes.data[at] ^= 1;
	}
	text_release(&bytes);
	arena_release(&arena);
}
END_TEST

/* With a checksum that fits, what is out of bounds is noticed all the same, or harmless. */
START_TEST(a_forged_part_does_no_harm)
{
	struct part_identity read_identity;
	struct many_part part, read;
	struct text bytes = { 0 };
	struct arena arena;
	uint32_t refused = 0;

	arena_init(&arena);
	make_part(&part, &arena);
	part_write(&bytes, &identity, &part);
	for (size_t at = strlen("purelbtool simulate part 3\n"); at < bytes.len - SHA256_BYTES;
	     at++) {
		struct arena scratch;
		struct many_result result;
		uint8_t sum[SHA256_BYTES];

		arena_init(&scratch);
		bytes.data[at] = (char)(bytes.data[at] ^ (1 << (_i % 8)));
		sha256(bytes.data, bytes.len - SHA256_BYTES, sum);
		memcpy(bytes.data + bytes.len - SHA256_BYTES, sum, sizeof(sum));
		if (part_read(bytes.data, bytes.len, &scratch, &read_identity, &read) == NULL)
			many_sum_up(&read, 1, 100, &scratch, &result);
		else
			refused++;
		bytes.data[at] = (char)(bytes.data[at] ^ (1 << (_i % 8)));
		arena_release(&scratch);
	}
	ck_assert_uint_gt(refused, 0);
	text_release(&bytes);
	arena_release(&arena);
}
END_TEST

/* Every run is in exactly one share, and shares differ by one run at most. */
START_TEST(shares_make_each_run_once)
{
	static const uint32_t all[] = { 1, 2, 7, 100, 1000000 };
	static const uint32_t shares[] = { 1, 2, 3, 7, 64, 1000 };

	for (size_t a = 0; a < sizeof(all) / sizeof(all[0]); a++) {
		for (size_t k = 0; k < sizeof(shares) / sizeof(shares[0]); k++) {
			uint32_t next = 0;

			for (uint32_t i = 1; i <= shares[k]; i++) {
				uint32_t first, count;

				part_runs(all[a], i, shares[k], &first, &count);
				ck_assert_uint_eq(first, next);
				ck_assert_uint_le(count, all[a] / shares[k] + 1);
				ck_assert_uint_ge(count, all[a] / shares[k]);
				next = first + count;
			}
			ck_assert_uint_eq(next, all[a]);
		}
	}
}
END_TEST

START_TEST(packed_numbers_come_back)
{
	static const uint64_t numbers[] = { 0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX };
	static const uint8_t too_large[] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
					     0xFF, 0xFF, 0xFF, 0xFF, 0x02 };
	struct packed in = { .at = too_large, .end = too_large + sizeof(too_large) };
	struct text bytes = { 0 };

	ck_assert_uint_eq(packed_number(&in), 0);
	ck_assert(in.broken);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		packed_add_number(&bytes, numbers[i]);
	in = (struct packed){ .at = (const uint8_t *)bytes.data,
			      .end = (const uint8_t *)bytes.data + bytes.len };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ck_assert_uint_eq(packed_number(&in), numbers[i]);
	ck_assert(!in.broken);
	ck_assert_uint_eq(packed_number(&in), 0);
	ck_assert(in.broken);
	text_release(&bytes);
}
END_TEST

Suite *suite_part(void)
{
	Suite *suite = suite_create("part");
	TCase *tcase = tcase_create("part");

	tcase_add_test(tcase, a_part_is_read_as_it_was_written);
	tcase_add_test(tcase, damage_is_noticed);
	tcase_add_loop_test(tcase, a_forged_part_does_no_harm, 0, 8);
	tcase_add_test(tcase, shares_make_each_run_once);
	tcase_add_test(tcase, packed_numbers_come_back);
	suite_add_tcase(suite, tcase);
	return suite;
}
