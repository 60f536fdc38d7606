/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the place of the commands and of what needs most of the program, for a fuzzer that has
 * readers of values alone: after each input a fuzzer looks at the counters of the whole
 * program, which takes longer than most values do.
 */
#include "tests/fuzz/fuzz.h"

const struct fuzz_values fuzz_differential[] = { { NULL, NULL } };

bool fuzz_command_choose(const char *name)
{
	(void)name;
	return false;
}

void fuzz_command_names(FILE *out)
{
	(void)out;
}

void fuzz_command_take(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
}
