/* SPDX-License-Identifier: Apache-2.0 */
/* Colours that stay apart with every kind of colour vision (Okabe and Ito, 2008). */
#ifndef REPORTS_FORMATS_PALETTE_H
#define REPORTS_FORMATS_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

/* Vermillion, "#d55e00", is kept for what is wrong. */
#define PALETTE_WRONG "#d55e00"

enum { PALETTE_COLOURS = 7 };

/* "#0072b2": the colour of the thing with this number; they repeat after PALETTE_COLOURS. */
const char *palette_colour(uint32_t number);

/* Whether dark text is readable on it; else light text is. */
bool palette_is_light(uint32_t number);

#endif
