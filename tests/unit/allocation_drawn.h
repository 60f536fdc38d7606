/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small clusters that are drawn, and the allocator compared on them with the slow and obvious
 * one: for the tests, from seeds, and for the fuzzer, from its bytes.
 */
#ifndef TESTS_UNIT_ALLOCATION_DRAWN_H
#define TESTS_UNIT_ALLOCATION_DRAWN_H

#include "base/random.h"
#include "base/text.h"
#include "purelb/allocation/allocation.h"
#include "tests/unit/allocation_reference.h"

/* Numbers from bytes as long as there are any, then at random. */
struct draws {
	const uint8_t *at, *end;
	struct random random;
};

uint64_t draws_below(struct draws *draws, uint64_t bound);
bool drawn_chance(struct draws *draws, unsigned percent);

/* Writes a cluster: ranges that overlap, are reversed or in the wrong list, Services that hold,
 * share and ask for addresses. */
void drawn_cluster(struct draws *draws, struct text *out);

/* True when both say the same; otherwise what differs is added to the text. */
bool drawn_agree(const struct reference *slow, const struct allocations *fast,
		 struct text *wrong);

#endif
