/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena: a list of blocks, newest first, that are filled from front to back.
 *
 * A piece too large to share a block is a malloc of its own. A record of it lies in the block
 * where the piece would have been, so that a mark also divides large pieces into those before
 * and after it.
 *
 * With ASan, bytes that belong to no piece are poisoned. With ARENA_MALLOC each piece is a
 * block of its own.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#ifdef ARENA_MALLOC

struct arena_block {
	struct arena_block *older;
	alignas(max_align_t) unsigned char data[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX - sizeof(struct arena_block))
		mem_exhausted();

	struct arena_block *block = mem_alloc(sizeof(*block) + size);

	block->older = arena->head;
	arena->head = block;
	arena->given_bytes += size;
	return block->data;
}

static void *arena_alloc_text(struct arena *arena, size_t size)
{
	return arena_alloc(arena, size);
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ .block = arena->head };
}

void arena_reset(struct arena *arena, struct arena_mark mark)
{
	while (arena->head != mark.block) {
		struct arena_block *block = arena->head;

		arena->head = block->older;
		free(block);
	}
}

void arena_release(struct arena *arena)
{
	arena_reset(arena, (struct arena_mark){ .block = NULL });
}

#else /* !ARENA_MALLOC */

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, size)   ASAN_POISON_MEMORY_REGION((p), (size))
#define UNPOISON(p, size) ASAN_UNPOISON_MEMORY_REGION((p), (size))
enum { RED_ZONE_BYTES = 16 }; /* between two pieces */
#else
#define POISON(p, size)   ((void)(p), (void)(size))
#define UNPOISON(p, size) ((void)(p), (void)(size))
enum { RED_ZONE_BYTES = 0 };
#endif

/* A piece with a malloc of its own; the record lies in a block. */
struct large {
	struct large *older; /* in the same block */
	void *memory;
};

struct arena_block {
	struct arena_block *older;
	struct large *large; /* the newest recorded in this block */
	size_t used_bytes;   /* of data */
	alignas(max_align_t) unsigned char data[];
};

enum {
	ALIGNMENT = alignof(max_align_t),
	BLOCK_BYTES = 64 * 1024 - (int)sizeof(struct arena_block), /* of data */
	LARGE_BYTES = BLOCK_BYTES / 4, /* more than this is a large piece */
};

static struct arena_block *arena_add_block(struct arena *arena)
{
	struct arena_block *block = mem_alloc(sizeof(*block) + BLOCK_BYTES);

	block->older = arena->head;
	block->large = NULL;
	block->used_bytes = 0;
	POISON(block->data, BLOCK_BYTES);
	arena->head = block;
	return block;
}

/* Where in the block the next piece of that alignment, a power of 2, begins. */
static size_t arena_next_offset(const struct arena_block *block, size_t alignment)
{
	return (block->used_bytes + alignment - 1) & ~(alignment - 1);
}

/* `size` is at most LARGE_BYTES, so it always fits into a new block. */
static void *arena_take(struct arena *arena, size_t size, size_t alignment)
{
	struct arena_block *block = arena->head;

	if (block == NULL ||
	    arena_next_offset(block, alignment) + size + RED_ZONE_BYTES > (size_t)BLOCK_BYTES)
		block = arena_add_block(arena);

	const size_t place = arena_next_offset(block, alignment);

	block->used_bytes = place + size + RED_ZONE_BYTES;
	arena->given_bytes += size;
	UNPOISON(block->data + place, size);
	return block->data + place;
}

static void *arena_alloc_large(struct arena *arena, size_t size)
{
	struct large *large = arena_take(arena, sizeof(*large), ALIGNMENT);

	large->memory = mem_alloc(size);
	arena->given_bytes += size;
	large->older = arena->head->large;
	arena->head->large = large;
	return large->memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return size > LARGE_BYTES ? arena_alloc_large(arena, size)
				  : arena_take(arena, size, ALIGNMENT);
}

/* Texts are many and short: they stand side by side, unless their ends are watched. */
static void *arena_alloc_text(struct arena *arena, size_t size)
{
	const size_t alignment = RED_ZONE_BYTES > 0 ? ALIGNMENT : 1;

	return size > LARGE_BYTES ? arena_alloc_large(arena, size)
				  : arena_take(arena, size, alignment);
}

/* Frees what the block got after its first `used_bytes`. */
static void arena_rewind_block(struct arena_block *block, size_t used_bytes)
{
	const unsigned char *from = block->data + used_bytes;

	while (block->large != NULL && (const unsigned char *)block->large >= from) {
		struct large *large = block->large;

		block->large = large->older;
		free(large->memory);
	}
	block->used_bytes = used_bytes;
	POISON(from, BLOCK_BYTES - used_bytes);
}

static void arena_drop_block(struct arena *arena)
{
	struct arena_block *block = arena->head;

	arena_rewind_block(block, 0);
	arena->head = block->older;
	free(block);
}

struct arena_mark arena_mark(const struct arena *arena)
{
	const struct arena_block *head = arena->head;

	return (struct arena_mark){
		.block = arena->head,
		.used_bytes = head != NULL ? head->used_bytes : 0,
	};
}

void arena_reset(struct arena *arena, struct arena_mark mark)
{
	while (arena->head != mark.block) {
		/* Back to empty keeps the oldest block: scratch is reset again and again. */
		if (mark.block == NULL && arena->head->older == NULL)
			break;
		arena_drop_block(arena);
	}
	if (arena->head != NULL)
		arena_rewind_block(arena->head, mark.used_bytes);
}

void arena_release(struct arena *arena)
{
	while (arena->head != NULL)
		arena_drop_block(arena);
}

#endif

void arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

void *arena_zalloc(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		mem_exhausted();
	return memset(arena_alloc(arena, count * size), 0, count * size);
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
	if (len == SIZE_MAX)
		mem_exhausted();

	char *copy = arena_alloc_text(arena, len + 1);

	if (len > 0)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list measured;

	va_copy(measured, args);
	int len = vsnprintf(NULL, 0, format, measured);
	va_end(measured);
	if (len < 0)
		return arena_strndup(arena, "", 0);

	char *text = arena_alloc_text(arena, (size_t)len + 1);

	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

static char *arena_append(char *to, const char *text, size_t length)
{
	memcpy(to, text, length);
	return to + length;
}

char *arena_join(struct arena *arena, const char *first, const char *second, const char *third)
{
	const size_t lengths[] = { strlen(first), strlen(second), strlen(third) };
	char *text = arena_alloc_text(arena, lengths[0] + lengths[1] + lengths[2] + 1);
	char *end = arena_append(text, first, lengths[0]);

	end = arena_append(end, second, lengths[1]);
	end = arena_append(end, third, lengths[2]);
	*end = '\0';
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}
