/* SPDX-License-Identifier: Apache-2.0 */
/* Overlapping ranges as a row of pieces, each with the first range that contains it. */
#include "purelb/pools/address_map.h"

#include <stdlib.h>

#include "purelb/pools/order.h"

#define IP_MAX   (~(u128)0)
#define NO_RANGE UINT32_MAX

/* A range as pieces: [begin, end). Those that begin, or end, at one piece are chained. */
struct span {
	uint32_t begin;
	uint32_t end;
	uint32_t next_begin;
	uint32_t next_end;
};

struct builder {
	struct address_map *map;
	const struct ranked_range *ranges;
	uint32_t count;
	struct span *spans;
	uint32_t *begins; /* of each piece: the head of the chain of ranges that begin there */
	uint32_t *ends;
	struct arena scratch;
};

static int address_map_compare_pieces(const void *pa, const void *pb)
{
	const struct address_piece *a = pa;
	const struct address_piece *b = pb;

	return ip_compare(a->from, b->from);
}

/* The last piece that begins at or before `ip`; the first one if there is none. */
static uint32_t address_map_piece_at(const struct address_map *map, struct ip ip)
{
	uint32_t low = 0, high = map->count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ip_compare(map->pieces[middle].from, ip) <= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void address_map_add_cut(struct address_map *map, u128 at)
{
	map->pieces[map->count].from.v = at;
	map->pieces[map->count++].first = ADDRESS_MAP_NONE;
}

/* A piece begins where a range begins and behind the end of one. */
static void address_map_cut(struct builder *b, struct arena *arena)
{
	struct address_map *map = b->map;
	uint32_t kept = 0;

	map->pieces = arena_zalloc(arena, (size_t)b->count * 2, sizeof(*map->pieces));
	for (uint32_t i = 0; i < b->count; i++) {
		struct ip_range range = b->ranges[i].range;

		if (range.from.v > range.to.v)
			continue;
		address_map_add_cut(map, range.from.v);
		if (range.to.v != IP_MAX)
			address_map_add_cut(map, range.to.v + 1);
	}
	order_sort(map->pieces, map->count, sizeof(*map->pieces), address_map_compare_pieces);
	for (uint32_t i = 0; i < map->count; i++) {
		if (kept == 0 || map->pieces[kept - 1].from.v != map->pieces[i].from.v)
			map->pieces[kept++] = map->pieces[i];
	}
	map->count = kept;
}

static void address_map_find_spans(struct builder *b)
{
	struct address_map *map = b->map;
	size_t pieces = (size_t)map->count + 1;

	b->spans = arena_zalloc(&b->scratch, b->count, sizeof(*b->spans));
	b->begins = arena_alloc(&b->scratch, pieces * sizeof(*b->begins));
	b->ends = arena_alloc(&b->scratch, pieces * sizeof(*b->ends));
	for (size_t i = 0; i < pieces; i++)
		b->begins[i] = b->ends[i] = NO_RANGE;
	for (uint32_t i = 0; i < b->count; i++) {
		struct ip_range range = b->ranges[i].range;
		struct span *span = &b->spans[i];

		if (range.from.v > range.to.v)
			continue;
		span->begin = address_map_piece_at(map, range.from);
		span->end = range.to.v == IP_MAX
				    ? map->count
				    : address_map_piece_at(map, (struct ip){ range.to.v + 1 });
		span->next_begin = b->begins[span->begin];
		b->begins[span->begin] = i;
		span->next_end = b->ends[span->end];
		b->ends[span->end] = i;
	}
}

/* The first piece at or behind `piece` that is still bare; halves the paths that it walks. */
static uint32_t address_map_next_bare(uint32_t *next, uint32_t piece)
{
	while (next[piece] != piece) {
		next[piece] = next[next[piece]];
		piece = next[piece];
	}
	return piece;
}

/* The ranges take, in their order, what those before them left bare. */
static void address_map_paint(struct builder *b)
{
	struct address_map *map = b->map;
	uint32_t *next = arena_alloc(&b->scratch, ((size_t)map->count + 1) * sizeof(*next));

	for (uint32_t i = 0; i <= map->count; i++)
		next[i] = i;
	for (uint32_t i = 0; i < b->count; i++) {
		uint32_t piece = address_map_next_bare(next, b->spans[i].begin);

		while (piece < b->spans[i].end) {
			map->pieces[piece].first = i;
			next[piece] = piece + 1;
			piece = address_map_next_bare(next, piece);
		}
	}
}

static void address_map_mark_several(struct builder *b, uint32_t groups)
{
	uint32_t *open = arena_zalloc(&b->scratch, groups, sizeof(*open));
	uint32_t distinct = 0;

	for (uint32_t piece = 0; piece < b->map->count; piece++) {
		for (uint32_t i = b->ends[piece]; i != NO_RANGE; i = b->spans[i].next_end)
			distinct -= --open[b->ranges[i].group] == 0;
		for (uint32_t i = b->begins[piece]; i != NO_RANGE; i = b->spans[i].next_begin)
			distinct += open[b->ranges[i].group]++ == 0;
		b->map->pieces[piece].several = distinct > 1;
	}
}

void address_map_build(struct address_map *map, struct arena *arena,
		       const struct ranked_range *ranges, uint32_t count, uint32_t groups)
{
	struct builder builder = { .map = map, .ranges = ranges, .count = count };

	*map = (struct address_map){ 0 };
	arena_init(&builder.scratch);
	address_map_cut(&builder, arena);
	if (map->count > 0) {
		address_map_find_spans(&builder);
		address_map_paint(&builder);
		address_map_mark_several(&builder, groups);
	}
	arena_release(&builder.scratch);
}

const struct address_piece *address_map_find(const struct address_map *map, struct ip ip)
{
	const struct address_piece *piece;

	if (map->count == 0 || ip_compare(ip, map->pieces[0].from) < 0)
		return NULL;
	piece = &map->pieces[address_map_piece_at(map, ip)];
	return piece->first != ADDRESS_MAP_NONE ? piece : NULL;
}
