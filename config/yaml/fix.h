/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes as bytes: where in a file a fix goes, and what is put there. (A1) */
#ifndef CONFIG_YAML_FIX_H
#define CONFIG_YAML_FIX_H

#include "config/yaml/source.h"
#include "config/yaml/finding.h"

/*
 * Finds the place of each fix in its file and renders what is put there; texts go into the
 * arena. Each file is read once. A fix whose place does not have exactly what was read is taken
 * back: its kind becomes FIX_NONE. Never a fix outside files that are inputs of their own.
 */
void fix_locate_all(struct finding_sink *findings, struct sources *sources,
		    struct arena *arena);

/*
 * All bytes of a source, in memory that the caller frees; NULL when they cannot be read, which
 * is an error of the sources then (in the arena).
 */
char *fix_read_source(struct sources *sources, struct arena *arena, uint32_t index,
		      size_t *bytes);

#endif
