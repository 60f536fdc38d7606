/* SPDX-License-Identifier: Apache-2.0 */
/* What PureLB's chart makes of values, and which values it knows. (I5.2, I5.3) */
#ifndef CONFIG_REPOSITORY_CHARTS_RENDER_H
#define CONFIG_REPOSITORY_CHARTS_RENDER_H

#include "config/repository/charts.h"

/* True for a mapping with serviceGroup or lbnodeagent as the chart has them. */
bool chart_has_shape(const struct tree_node *map);

/* Adds the objects of one release to the snapshot, with places in its values. Those of a values
 * file are left out where the snapshot has an object of the name already. */
void chart_render(struct charts *charts, const struct chart_release *release);

#endif
