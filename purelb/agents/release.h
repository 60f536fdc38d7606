/* SPDX-License-Identifier: Apache-2.0 */
/* Releases of PureLB: which one an image is of, and their order. (A4) */
#ifndef PURELB_AGENTS_RELEASE_H
#define PURELB_AGENTS_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

struct release {
	uint32_t major, minor, patch;
};

#define RELEASE_0_17 ((struct release){ 0, 17, 0 })

/* The release that the tag of an image names ("...:v0.17.0", "...:0.16.6@sha256:..."); false:
 * it names none. NULL is no image. */
bool release_of_image(const char *image, struct release *out);

bool release_is_before(struct release a, struct release b);

#endif
