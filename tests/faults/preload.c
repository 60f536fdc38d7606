/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the n-th allocation fail: a library to preload. It counts malloc, calloc and realloc
 * together, from the moment when the program has put itself into its sandbox, which is the
 *first thing that it does.
 *
 *	FAULT_NTH=N	the N-th of them returns NULL; without it none does
 *	FAULT_COUNT=FD	at the end, the number of calls is written to that descriptor
 *
 * aligned_alloc and its like are left alone: the program does not call them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static int (*next_prctl)(int, unsigned long, unsigned long, unsigned long, unsigned long);

/* dlsym() allocates a little before the functions are known; this is never freed. */
static _Alignas(16) char early[1 << 16];
static size_t early_used;

static bool counting;
static long calls, fail_at;

static bool is_early(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

static void *early_alloc(size_t size)
{
	void *p = early + early_used;

	early_used += (size + 15) / 16 * 16;
	return early_used <= sizeof(early) ? p : NULL;
}

static void find(void *function, const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(function, &symbol, sizeof(symbol));
}

/* The libraries before this one may call its functions before its constructor has run. */
__attribute__((constructor)) static void find_all(void)
{
	static bool found;

	if (found)
		return;
	found = true;
	find(&next_free, "free");
	find(&next_realloc, "realloc");
	find(&next_calloc, "calloc");
	find(&next_prctl, "prctl");
	find(&next_malloc, "malloc");

	const char *nth = getenv("FAULT_NTH");

	fail_at = nth != NULL ? strtoll(nth, NULL, 10) : 0;
}

__attribute__((destructor)) static void tell(void)
{
	const char *descriptor = getenv("FAULT_COUNT");
	char line[32];

	counting = false;
	if (descriptor == NULL)
		return;

	int length = snprintf(line, sizeof(line), "%ld\n", calls);

	if (write((int)strtoll(descriptor, NULL, 10), line, (size_t)length) < 0)
		_exit(99);
}

static bool fails(void)
{
	if (!counting || __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) != fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

int prctl(int option, ...)
{
	unsigned long arguments[4];
	va_list list;

	va_start(list, option);
	for (int i = 0; i < 4; i++)
		arguments[i] = va_arg(list, unsigned long);
	va_end(list);
	if (option == PR_SET_SECCOMP)
		counting = true;
	find_all();
	return next_prctl(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}

void *malloc(size_t size)
{
	if (next_malloc == NULL)
		return early_alloc(size);
	return fails() ? NULL : next_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	if (next_malloc == NULL)
		return early_alloc(count * size);
	return fails() ? NULL : next_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
	if (next_malloc == NULL)
		return p == NULL ? early_alloc(size) : NULL;
	return fails() ? NULL : next_realloc(p, size);
}

void free(void *p)
{
	if (!is_early(p) && next_free != NULL)
		next_free(p);
}
