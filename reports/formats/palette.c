/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of nodes. */
#include "reports/formats/palette.h"

static const struct {
	const char *colour;
	bool light;
} palette[PALETTE_COLOURS] = {
	{ "#0072b2", false }, { "#e69f00", true }, { "#009e73", false }, { "#cc79a7", true },
	{ "#56b4e9", true },  { "#f0e442", true }, { "#8c8c8c", true },
};

const char *palette_colour(uint32_t number)
{
	return palette[number % PALETTE_COLOURS].colour;
}

bool palette_is_light(uint32_t number)
{
	return palette[number % PALETTE_COLOURS].light;
}
