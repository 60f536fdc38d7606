/* SPDX-License-Identifier: Apache-2.0 */
/* For the files of this folder: what is lost with routers and BGP sessions. */
#ifndef REPORTS_SWEEP_SWEEP_ROUTERS_H
#define REPORTS_SWEEP_SWEEP_ROUTERS_H

#include "reports/model/report.h"
#include "sim/whatif/sweep_routers.h"

extern const struct record router_losses_record; /* of struct router_losses */

/* A table of the losses, `most` of each kind; the caller writes it. */
void router_losses_columns(struct columns *c, const struct router_losses *losses, uint32_t most,
			   struct arena *arena);

#endif
