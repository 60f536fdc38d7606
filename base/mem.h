/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation that cannot fail: out of memory ends the program with one message and exit
 * status 2, so no caller has a branch for it.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns `size` bytes that the caller owns and frees with free(). Never NULL. */
void *mem_alloc(size_t size);

/*
 * realloc() to count * size bytes; `p` may be NULL. An overflow of the product counts as out
 * of memory. Never NULL, also for 0 bytes.
 */
void *mem_resize(void *p, size_t count, size_t size);

/* A stream into a text in memory, as of open_memstream(); never NULL. */
FILE *mem_open_stream(char **text, size_t *len);

/* Ends it. The text is whole, and the caller's to free. */
void mem_close_stream(FILE *stream, char *const *text);

/*
 * Says on stderr that memory ran out and ends the program with exit status 2. What stdio has
 * not written yet is lost.
 */
void mem_exhausted(void) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
