/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over the files that are named, without a fuzzer: to look at what a
 * fuzzer found, with any compiler and a debugger.
 *
 *	fuzz-onefile TARGET FILE...
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

enum { FILE_MAX = 1 << 20 };

int main(int argc, char **argv)
{
	uint8_t *data = mem_alloc(FILE_MAX);

	fuzz_choose(argc > 1 ? argv[1] : "");
	for (int i = 2; i < argc; i++) {
		FILE *in = fopen(argv[i], "rb");

		if (in == NULL) {
			perror(argv[i]);
			return 2;
		}
		size_t size = fread(data, 1, FILE_MAX, in);
		fclose(in);
		LLVMFuzzerTestOneInput(data, size);
		printf("%s: %zu bytes\n", argv[i], size);
	}
	free(data);
	return 0;
}
