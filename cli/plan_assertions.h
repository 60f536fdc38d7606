/* SPDX-License-Identifier: Apache-2.0 */
/* The assertions of `purelbtool plan --simulate --assert`. (S6.6) */
#ifndef CLI_PLAN_ASSERTIONS_H
#define CLI_PLAN_ASSERTIONS_H

#include "cli/simulate.h"
#include "sim/whatif/diff_asserted.h"

/* Reads the texts beside a snapshot, about at most `stages` stages; false after messages. */
bool plan_read_assertions(const struct cli *cli, const struct simulation_words *words,
			  uint32_t stages, struct snapshot *snapshot,
			  struct plan_assertions *out);

/* Names what is wrong with an assertion. */
void plan_name_mistake(const struct cli *cli, const struct simulation_words *words,
		       const struct finding *mistake);

#endif
