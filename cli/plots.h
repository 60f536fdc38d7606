/* SPDX-License-Identifier: Apache-2.0 */
/* --plots FOLDER: pictures. */
#ifndef CLI_PLOTS_H
#define CLI_PLOTS_H

#include <stdint.h>

#include "cli/cli.h"
#include "reports/formats/plots.h"

/*
 * Writes the plots that have something to show into the folder, which is made when it is not
 * there: as SVG, and as data and a script; where gnuplot is installed it makes a PNG of these.
 * Returns false after a message when something could not be written or drawn.
 */
bool plots_write(const struct cli *cli, const char *folder, const struct plot *plots,
		 uint32_t count, const void *about);

#endif
