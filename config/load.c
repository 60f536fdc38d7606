/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs to a snapshot. */
#include <stdlib.h>

#include "base/mem.h"
#include "config/parse.h"
#include "config/schema.h"

struct snapshot *config_load(const char *const *inputs, uint32_t count,
			     const char *install_namespace)
{
	struct snapshot *snapshot = mem_alloc(sizeof(*snapshot));
	struct arena scratch;

	*snapshot = (struct snapshot){ .install_namespace = install_namespace };
	arena_init(&snapshot->arena);
	arena_init(&scratch);
	for (uint32_t i = 0; i < count; i++)
		sources_add(&snapshot->sources, &snapshot->arena, inputs[i]);
	for (uint32_t i = 0; i < snapshot->sources.list.count; i++)
		parse_source(snapshot, i, &scratch);
	arena_release(&scratch);
	return snapshot;
}

void snapshot_release(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	sources_release(&snapshot->sources);
	arena_release(&snapshot->arena);
	free(snapshot);
}

bool snapshot_has_ours(const struct snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->objects.count; i++)
		if (kind_table[snapshot->objects.items[i]->kind].ours)
			return true;
	return false;
}
