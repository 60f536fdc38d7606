/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation that cannot fail. */
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

void *mem_alloc(size_t size)
{
	return mem_resize(NULL, size, 1);
}

void *mem_resize(void *p, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		mem_exhausted();

	/* realloc() to 0 bytes may free and return NULL: ask for one byte at least. */
	size_t bytes = count * size;
	void *resized = realloc(p, bytes != 0 ? bytes : 1);

	if (resized == NULL)
		mem_exhausted();
	return resized;
}

FILE *mem_open_stream(char **text, size_t *len)
{
	FILE *stream = open_memstream(text, len);

	if (stream == NULL)
		mem_exhausted();
	return stream;
}

void mem_close_stream(FILE *stream, char *const *text)
{
	const bool whole = !ferror(stream);

	/* The last thing that it does is to make room for the end. */
	if (fclose(stream) != 0 || !whole || *text == NULL)
		mem_exhausted();
}

void mem_exhausted(void)
{
	static const char message[] = "purelbtool: out of memory\n";

	/* Nothing here may allocate, so neither stdio nor exit handlers. */
	ssize_t written = write(STDERR_FILENO, message, sizeof(message) - 1);
	(void)written;
	_exit(2);
}
