/* SPDX-License-Identifier: Apache-2.0 */
/* --plots FOLDER: data and scripts of pictures, and the pictures when gnuplot is there. */
#ifndef CLI_PLOTS_H
#define CLI_PLOTS_H

#include <stdint.h>

#include "cli/cli.h"
#include "reports/formats/plots.h"

/*
 * Writes data and scripts of the plots that have something to show into the folder, which is
 * made when it is not there, and has gnuplot draw them. Without gnuplot it says so in one line
 * and that is not a mistake. Returns false after a message when something could not be written
 * or drawn.
 */
bool plots_write(const struct cli *cli, const char *folder, const struct plot *plots,
		 uint32_t count, const void *about);

#endif
