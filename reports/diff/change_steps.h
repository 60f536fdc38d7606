/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to do when a change is applied, as lists of steps to tick off. */
#ifndef REPORTS_DIFF_CHANGE_STEPS_H
#define REPORTS_DIFF_CHANGE_STEPS_H

#include <stdio.h>

#include "base/text.h"
#include "sim/whatif/diff.h"

enum change_steps {
	STEPS_PREPARE,      /* before anything else, of a change in stages */
	STEPS_BEFORE_STAGE, /* before one of its stages */
	STEPS_BEFORE,       /* both, of a change that is one stage */
	STEPS_DURING,
	STEPS_STOP,
	STEPS_AFTER,
};

/* The steps of one kind, with their heading; level 0: without. The change is simulated;
 * STEPS_PREPARE and STEPS_AFTER need none, NULL. */
void change_steps_markdown(struct text *t, unsigned level, enum change_steps which,
			   const struct diff *diff, struct arena *scratch);
void change_steps_html(FILE *out, bool heading, enum change_steps which,
		       const struct diff *diff, struct arena *scratch);

#endif
