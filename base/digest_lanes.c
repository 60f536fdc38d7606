/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many short messages hashed side by side, in the lanes of vectors. (P5.3)
 *
 * The processor is asked when the program runs. On x86-64 there are 16 lanes with AVX-512, 8
 * with AVX2 and 4 with AVX. With the SHA instructions one message after the other is faster
 * than 8 lanes, though not than 16; then two are done in turn, as each instruction waits for
 * the one before it. Elsewhere nettle hashes one after the other.
 */
#include "base/digest_lanes.h"

#include <string.h>

#ifdef __x86_64__

#include <immintrin.h>

enum {
	BLOCK_BYTES = 64,
	LENGTH_BYTES = 8,
	BLOCKS_MAX = DIGEST_LANES_MESSAGE_BYTES_MAX / BLOCK_BYTES + 1,
};

/* A message as FIPS 180-4, 5.1.1, pads it. */
struct digest_padded {
	uint8_t bytes[BLOCKS_MAX * BLOCK_BYTES];
	unsigned blocks;
};

static const uint32_t digest_initial[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const uint32_t digest_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

/* AddressSanitizer of gcc 12 puts variables where vectors of 64 bytes must not be (PR 110027).
 */
#define LANES_PLAIN __attribute__((no_sanitize("address")))

/* Without it, gcc keeps loops of a few steps at -O2 and goes through memory: a sixth more
 * instructions. With what sanitizers add it takes gcc too long. */
#ifdef __SANITIZE_ADDRESS__
#define UNROLLED
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

#define LANES           4
#define LANES_VECTOR    digest_vector_4
#define LANES_BYTES     digest_bytes_4
#define LANES_QUADS(of) of(0)
#define LANES_TURN      digest_turn_4
#define LANES_RUN       digest_run_4
#define LANES_TARGET    __attribute__((target("avx")))
#include "base/digest_lanes.def"

#define LANES           8
#define LANES_VECTOR    digest_vector_8
#define LANES_BYTES     digest_bytes_8
#define LANES_QUADS(of) of(0), of(4)
#define LANES_TURN      digest_turn_8
#define LANES_RUN       digest_run_8
#define LANES_TARGET    __attribute__((target("avx2")))
#include "base/digest_lanes.def"

#define LANES           16
#define LANES_VECTOR    digest_vector_16
#define LANES_BYTES     digest_bytes_16
#define LANES_QUADS(of) of(0), of(4), of(8), of(12)
#define LANES_TURN      digest_turn_16
#define LANES_RUN       digest_run_16
#define LANES_TARGET    __attribute__((target("avx512bw")))
#include "base/digest_lanes.def"

/*
 * Two messages with the SHA instructions. They keep a, b, e and f in one vector, c, d, g and h
 * in the other, the first of them topmost, and do two rounds at a time with the lower half of
 * the words that are given.
 */
enum { PAIR = 2 };

#define PAIR_TARGET __attribute__((target("sha,sse4.1"))) LANES_PLAIN

/* The words of the rounds that are 16 further on, from those of 16. */
#define PAIR_SCHEDULE(w, i)                                                                    \
	_mm_sha256msg2_epu32(                                                                  \
		_mm_add_epi32(_mm_sha256msg1_epu32(w[(i) % 4], w[((i) + 1) % 4]),              \
			      _mm_alignr_epi8(w[((i) + 3) % 4], w[((i) + 2) % 4], 4)),         \
		w[((i) + 3) % 4])

PAIR_TARGET static __m128i digest_pair_swap(__m128i words)
{
	return _mm_shuffle_epi8(words, _mm_set_epi64x(INT64_C(0x0c0d0e0f08090a0b),
						      INT64_C(0x0405060700010203)));
}

PAIR_TARGET static void digest_run_2(const struct digest_padded *messages,
				     uint8_t (*out)[SHA256_BYTES])
{
	const uint32_t *const h = digest_initial;
	const __m128i abef = _mm_set_epi32((int)h[0], (int)h[1], (int)h[4], (int)h[5]);
	const __m128i cdgh = _mm_set_epi32((int)h[2], (int)h[3], (int)h[6], (int)h[7]);
	__m128i state[PAIR][2] = { { abef, cdgh }, { abef, cdgh } };

	for (unsigned block = 0; block < messages[0].blocks || block < messages[1].blocks;
	     block++) {
		__m128i words[PAIR][4], now[PAIR][2];

		for (unsigned k = 0; k < PAIR; k++) {
			/* One that is over does its first block again, for nothing. */
			const bool over = block >= messages[k].blocks;
			const uint8_t *bytes =
				messages[k].bytes + (over ? 0 : (size_t)block * BLOCK_BYTES);

			for (unsigned i = 0; i < 4; i++)
				words[k][i] = digest_pair_swap(
					_mm_loadu_si128((const void *)(bytes + 16 * i)));
			now[k][0] = state[k][0];
			now[k][1] = state[k][1];
		}
#pragma GCC unroll 16
		for (unsigned i = 0; i < 16; i++) {
			const __m128i constants =
				_mm_loadu_si128((const void *)&digest_constants[4 * i]);

#pragma GCC unroll 2
			for (unsigned k = 0; k < PAIR; k++) {
				const __m128i sum = _mm_add_epi32(words[k][i % 4], constants);

				now[k][1] = _mm_sha256rnds2_epu32(now[k][1], now[k][0], sum);
				now[k][0] = _mm_sha256rnds2_epu32(now[k][0], now[k][1],
								  _mm_shuffle_epi32(sum, 0x0e));
				if (i < 12)
					words[k][i % 4] = PAIR_SCHEDULE(words[k], i);
			}
		}
		for (unsigned k = 0; k < PAIR; k++) {
			if (block >= messages[k].blocks)
				continue;
			state[k][0] = _mm_add_epi32(state[k][0], now[k][0]);
			state[k][1] = _mm_add_epi32(state[k][1], now[k][1]);
		}
	}
	for (unsigned k = 0; k < PAIR; k++) {
		const __m128i feba = _mm_shuffle_epi32(state[k][0], 0x1b);
		const __m128i dchg = _mm_shuffle_epi32(state[k][1], 0xb1);
		const __m128i abcd = _mm_blend_epi16(feba, dchg, 0xf0);
		const __m128i efgh = _mm_alignr_epi8(dchg, feba, 8);

		_mm_storeu_si128((void *)out[k], digest_pair_swap(abcd));
		_mm_storeu_si128((void *)(out[k] + 16), digest_pair_swap(efgh));
	}
}

/* clang has no name for the SHA instructions up to version 17. Its programs leave them to
 * nettle, and do without 8 lanes where most processors have them. */
#ifdef __clang__
static const bool digest_names_sha = false;
#define DIGEST_HAS_SHA true
#else
static const bool digest_names_sha = true;
#define DIGEST_HAS_SHA __builtin_cpu_supports("sha")
#endif

bool digest_lanes_can(unsigned lanes)
{
	switch (lanes) {
	case PAIR:
		return digest_names_sha && DIGEST_HAS_SHA && __builtin_cpu_supports("sse4.1");
	case 4:
		return __builtin_cpu_supports("avx");
	case 8:
		return __builtin_cpu_supports("avx2");
	case 16:
		return __builtin_cpu_supports("avx512bw");
	default:
		return false;
	}
}

unsigned digest_lanes(void)
{
	if (digest_lanes_can(16))
		return 16;
	if (digest_lanes_can(PAIR))
		return PAIR;
	if (digest_lanes_can(8))
		return DIGEST_HAS_SHA ? 0 : 8;
	return digest_lanes_can(4) ? 4 : 0;
}

static void digest_lanes_run(unsigned lanes, struct digest_padded *messages,
			     uint8_t (*out)[SHA256_BYTES])
{
	if (lanes == PAIR)
		digest_run_2(messages, out);
	else if (lanes == 4)
		digest_run_4(messages, out);
	else if (lanes == 8)
		digest_run_8(messages, out);
	else
		digest_run_16(messages, out);
}

/* What many messages end with, so that most are padded by copying it. */
struct digest_tail {
	const char *text;
	size_t len;
	/* The text, a one and zeros; where they do not fit, 0 and nothing. */
	size_t head_len_max; /* how long heads are at most for which they do */
	uint8_t block[BLOCK_BYTES];
};

static void digest_tail_init(struct digest_tail *tail, const char *text, size_t len)
{
	*tail = (struct digest_tail){ .text = text, .len = len };
	if (len > BLOCK_BYTES - 1 - LENGTH_BYTES)
		return;
	memcpy(tail->block, text, len);
	tail->block[len] = 0x80;
	tail->head_len_max = BLOCK_BYTES - 1 - LENGTH_BYTES - len;
}

static void digest_pad_length(uint8_t *end, size_t len)
{
	end[-2] = (uint8_t)(len * 8 >> 8);
	end[-1] = (uint8_t)(len * 8);
}

/* False when the message is too long. */
static bool digest_pad(struct digest_padded *out, const char *head,
		       const struct digest_tail *tail)
{
	const size_t head_len = strlen(head);
	const size_t len = head_len + tail->len;
	uint8_t *end;

	if (head_len > DIGEST_LANES_MESSAGE_BYTES_MAX ||
	    tail->len > DIGEST_LANES_MESSAGE_BYTES_MAX - head_len)
		return false;
	memcpy(out->bytes, head, head_len);
	if (head_len <= tail->head_len_max && tail->head_len_max > 0) {
		memcpy(out->bytes + head_len, tail->block, BLOCK_BYTES);
		out->blocks = 1;
		digest_pad_length(out->bytes + BLOCK_BYTES, len);
		return true;
	}
	/* A one, zeros, and the length in bits as eight bytes. */
	out->blocks = (unsigned)(len + 1 + LENGTH_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES;
	end = out->bytes + (size_t)out->blocks * BLOCK_BYTES;
	memcpy(out->bytes + head_len, tail->text, tail->len);
	out->bytes[len] = 0x80;
	memset(out->bytes + len + 1, 0, (size_t)(end - out->bytes) - len - 1);
	digest_pad_length(end, len);
	return true;
}

/* Hashes at most as many as there are lanes; false when one of them is too long. */
static bool digest_lanes_group(unsigned lanes, const char *const *heads, size_t count,
			       const struct digest_tail *tail, uint8_t (*out)[SHA256_BYTES])
{
	uint8_t all[DIGEST_LANES_MAX][SHA256_BYTES];
	struct digest_padded messages[DIGEST_LANES_MAX];

	/* The lanes beyond `count` do the first message again. */
	for (size_t i = 0; i < lanes; i++) {
		if (!digest_pad(&messages[i], heads[i < count ? i : 0], tail))
			return false;
	}
	digest_lanes_run(lanes, messages, count < lanes ? all : out);
	if (count < lanes)
		memcpy(out, all, count * SHA256_BYTES);
	return true;
}

#else

bool digest_lanes_can(unsigned lanes)
{
	(void)lanes;
	return false;
}

unsigned digest_lanes(void)
{
	return 0;
}

struct digest_tail {
	const char *text;
};

static void digest_tail_init(struct digest_tail *tail, const char *text, size_t len)
{
	(void)len;
	tail->text = text;
}

static bool digest_lanes_group(unsigned lanes, const char *const *heads, size_t count,
			       const struct digest_tail *tail, uint8_t (*out)[SHA256_BYTES])
{
	(void)lanes, (void)heads, (void)count, (void)tail, (void)out;
	return false;
}

#endif

void digest_lanes_joined(unsigned lanes, const char *const *heads, size_t count,
			 const char *tail, size_t tail_len, uint8_t (*out)[SHA256_BYTES])
{
	struct digest_tail ending;

	digest_tail_init(&ending, tail, tail_len);
	for (size_t begin = 0, end; begin < count; begin = end) {
		end = lanes > 0 && count - begin > lanes ? begin + lanes : count;
		/* Lanes that are mostly empty cost more than they save. */
		if (lanes > 0 && 2 * (end - begin) >= lanes &&
		    digest_lanes_group(lanes, heads + begin, end - begin, &ending, out + begin))
			continue;
		for (size_t i = begin; i < end; i++)
			sha256_joined(heads[i], strlen(heads[i]), tail, tail_len, out[i]);
	}
}
