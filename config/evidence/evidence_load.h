/* SPDX-License-Identifier: Apache-2.0 */
/* Reading evidence into a snapshot: what the repository does with a file that may be some. */
#ifndef CONFIG_EVIDENCE_EVIDENCE_LOAD_H
#define CONFIG_EVIDENCE_EVIDENCE_LOAD_H

#include "config/evidence/evidence.h"

/*
 * Reads source number `index` if its content is evidence: true, and it is in
 * snapshot->evidence, with what is wrong with it. Nothing is left of it otherwise.
 * `root_bytes`: how much of its name is the folder or bundle that was named, with its slash; 0
 * for a file that was named itself. `scratch` is empty before and after.
 */
bool evidence_load(struct snapshot *snapshot, uint32_t index, size_t root_bytes,
		   struct arena *scratch);

/* After all inputs: gives each file without a time of its own that of its Capture. May be
 * called again. */
void evidence_set_times(struct snapshot *snapshot);

#endif
