/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash tables of uthash with a hash that nobody can foresee: keys come from the input, and
 * one who knows the function can put all of them into one chain. Tables are walked in the order
 * of their entries, so the key of the hash never shows.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/* SipHash-1-3 (Aumasson and Bernstein) with 16 bytes that the kernel gave this process. */
uint32_t hash_keyed(const void *data, size_t len);

#define HASH_FUNCTION(data, len, hash) ((hash) = hash_keyed((data), (len)))
#define uthash_fatal(message)          mem_exhausted()
#include <uthash.h>

#endif
