/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena: memory that is given out piece by piece and taken back all at once.
 *
 * One arena holds one snapshot of the input, one run, or scratch. Nothing inside is freed
 * alone. arena_mark() and arena_reset() give stack-like use: a reset frees all that came
 * after the mark. Small pieces share blocks of 64 KiB, a large one has a block of its own.
 * Built with -DARENA_MALLOC every piece is a malloc of its own, so that ASan and valgrind see
 * overruns inside the arena.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head; /* newest block; NULL before the first allocation */
	size_t given_bytes;       /* in all pieces so far, those that were taken back as well */
};

struct arena_mark {
	struct arena_block *block;
	size_t used_bytes;
};

/* An empty arena; allocates nothing. */
void arena_init(struct arena *arena);

/* Frees everything; the arena is empty and usable again. */
void arena_release(struct arena *arena);

/* Returns `size` bytes aligned for any type, not cleared. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc() for `count` zeroed elements of `size` bytes. */
void *arena_zalloc(struct arena *arena, size_t count, size_t size);

/* Returns a copy of `len` bytes of `s` followed by a NUL. */
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_strdup(struct arena *arena, const char *s);

/* Returns the three texts as one. */
char *arena_join(struct arena *arena, const char *first, const char *second, const char *third);

/* Returns formatted text. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/*
 * A place to go back to; arena_reset() frees what was allocated since. Marks nest: a reset to
 * an older mark ends the newer ones.
 */
struct arena_mark arena_mark(const struct arena *arena);
void arena_reset(struct arena *arena, struct arena_mark mark);

#endif
