/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry of fuzzers and the choice of a target: FUZZ_TARGET in the environment names it.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 16 /* longer ones are only slower */ };

static struct {
	bool chosen;
	const struct fuzz_values *values; /* NULL: a command */
} fuzz_target;

static const struct fuzz_values *const fuzz_tables[] = { fuzz_values, fuzz_differential, NULL };

void fuzz_must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

void fuzz_choose(const char *name)
{
	for (uint32_t i = 0; fuzz_tables[i] != NULL; i++)
		for (const struct fuzz_values *v = fuzz_tables[i]; v->name != NULL; v++)
			if (strcmp(v->name, name) == 0)
				fuzz_target.values = v;
	fuzz_target.chosen = fuzz_target.values != NULL || fuzz_command_choose(name);
	if (fuzz_target.chosen)
		return;
	fprintf(stderr, "FUZZ_TARGET names none of the targets:");
	for (uint32_t i = 0; fuzz_tables[i] != NULL; i++)
		for (const struct fuzz_values *v = fuzz_tables[i]; v->name != NULL; v++)
			fprintf(stderr, " %s", v->name);
	fuzz_command_names(stderr);
	fputs("\n", stderr);
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!fuzz_target.chosen) {
		const char *name = getenv("FUZZ_TARGET");

		fuzz_choose(name != NULL ? name : "");
	}
	if (size > INPUT_MAX)
		return 0;
	if (fuzz_target.values != NULL)
		fuzz_target.values->take(data, size);
	else
		fuzz_command_take(data, size);
	return 0;
}
