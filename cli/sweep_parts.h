/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps as the command line has them: reports and the exit status, made at once or of parts.
 * (S6.8) */
#ifndef CLI_SWEEP_PARTS_H
#define CLI_SWEEP_PARTS_H

#include "base/text.h"
#include "cli/common.h"
#include "reports/sweep/sweep.h"
#include "sim/whatif/sweep_part.h"

/* Writes the reports to the outputs, which are open. `routers` may be NULL. */
void sweep_write_reports(const struct cli *cli, struct common *common,
			 const struct sweep_part *part, const struct router_losses *routers,
			 struct arena *arena);

/* Draws the plots into the folder; false after a message. */
bool sweep_draw_plots(const struct cli *cli, const char *folder, const struct sweep_part *part,
		      const struct router_losses *routers, struct arena *arena);

/* The exit status of a whole sweep. */
int sweep_part_status(const struct sweep_part *part);

/* Merges parts of a sweep and reports them; the exit status. The bytes of the first have been
 * read; all are released. */
int sweep_merge(const struct cli *cli, struct common *common, const char *const *paths,
		uint32_t count, struct text *bytes);

#endif
