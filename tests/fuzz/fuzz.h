/* SPDX-License-Identifier: Apache-2.0 */
/* The targets of the fuzzer, by name. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A reader of values: takes any bytes; ends the program when something that must hold does not.
 */
struct fuzz_values {
	const char *name;
	void (*take)(const uint8_t *data, size_t size);
};

/* Both end with a row without a name. */
extern const struct fuzz_values fuzz_values[];
extern const struct fuzz_values fuzz_differential[];

/* Ends the program with a message when something that must hold does not. */
void fuzz_must(bool holds, const char *what);

/* What is done with the bytes of the first file. */
enum fuzz_form {
	FUZZ_AS_IT_IS,
	FUZZ_PART,       /* gets the head and the checksum of a part of a simulation */
	FUZZ_SWEEP_PART, /* of a sweep */
	FUZZ_FRAMES,     /* is standard input of a language server */
	FUZZ_SESSION,    /* is a document, then another text of it, then messages */
};

/* A whole command. The bytes become files; a line "%%%" begins the next one. */
struct fuzz_command {
	const char *name;
	const char *files[5];      /* what the files are called, in the folder of the target */
	const char *arguments[12]; /* "@" at the beginning stands for that folder */
	const char *before;        /* what the first file begins with, or NULL */
	const char *cluster;       /* what is in cluster.yaml beside them, or NULL */
	enum fuzz_form form;
};

/* The commands: their names, each after a blank; picks one, false when there is none of that
 * name; gives it bytes. */
void fuzz_command_names(FILE *out);
bool fuzz_command_choose(const char *name);
void fuzz_command_take(const uint8_t *data, size_t size);

/* Picks the target of that name for LLVMFuzzerTestOneInput(); ends the program when there is
 * none. */
void fuzz_choose(const char *name);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
