/* SPDX-License-Identifier: Apache-2.0 */
/* The targets of the fuzzer, by name. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* A reader of values: takes any bytes; ends the program when something that must hold does not.
 */
struct fuzz_values {
	const char *name;
	void (*take)(const uint8_t *data, size_t size);
};

extern const struct fuzz_values fuzz_values[]; /* ends with a row without a name */

/* A whole command. The bytes become files; a line "%%%" begins the next one. */
struct fuzz_command {
	const char *name;
	const char *files[5];      /* what the files are called, in the folder of the target */
	const char *arguments[12]; /* "@" at the beginning stands for that folder */
	const char *before;        /* what the first file begins with, or NULL */
};

extern const struct fuzz_command fuzz_commands[]; /* ends with a row without a name */

/* Picks the target of that name for LLVMFuzzerTestOneInput(); ends the program when there is
 * none. */
void fuzz_choose(const char *name);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
