/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs to a snapshot. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/objects/parse.h"
#include "config/schema/schema.h"

struct snapshot *config_load(const char *const *inputs, uint32_t count,
			     const char *install_namespace)
{
	struct snapshot *snapshot = mem_alloc(sizeof(*snapshot));
	struct arena scratch;

	*snapshot = (struct snapshot){
		.install_namespace =
			install_namespace != NULL ? install_namespace : "purelb-system",
		.namespace_given = install_namespace != NULL,
	};
	arena_init(&snapshot->arena);
	arena_init(&scratch);
	for (uint32_t i = 0; i < count; i++)
		sources_add(&snapshot->sources, &snapshot->arena, inputs[i]);
	for (uint32_t i = 0; i < snapshot->sources.list.count; i++)
		parse_source(snapshot, i, &scratch);
	arena_release(&scratch);
	return snapshot;
}

bool config_load_more(struct snapshot *snapshot, const char *input)
{
	const uint32_t sources = snapshot->sources.list.count;
	const uint32_t errors = snapshot->sources.errors.count;
	struct arena scratch;

	arena_init(&scratch);
	sources_add(&snapshot->sources, &snapshot->arena, input);
	for (uint32_t i = sources; i < snapshot->sources.list.count; i++)
		parse_source(snapshot, i, &scratch);
	arena_release(&scratch);
	return snapshot->sources.errors.count == errors;
}

/* Takes back what was added to the lists since `before` was copied; the items stay. */
static void restore_lists(struct snapshot *s, const struct snapshot *before)
{
	s->groups.count = before->groups.count;
	s->agents.count = before->agents.count;
	s->bgp_configurations.count = before->bgp_configurations.count;
	s->nodes.count = before->nodes.count;
	s->leases.count = before->leases.count;
	s->services.count = before->services.count;
	s->endpoint_slices.count = before->endpoint_slices.count;
	s->namespaces.count = before->namespaces.count;
	s->daemon_sets.count = before->daemon_sets.count;
	s->deployments.count = before->deployments.count;
	s->crds.count = before->crds.count;
	s->secrets.count = before->secrets.count;
	s->inventories.count = before->inventories.count;
	s->scenarios.count = before->scenarios.count;
	s->captures.count = before->captures.count;
	s->objects.count = before->objects.count;
}

bool config_load_apart(struct snapshot *snapshot, const char *input, struct object_list *out)
{
	struct snapshot before = *snapshot;
	const bool readable = config_load_more(snapshot, input);

	for (uint32_t i = before.objects.count; i < snapshot->objects.count; i++)
		ARRAY_ADD(&snapshot->arena, &out->list, snapshot->objects.items[i]);
	restore_lists(snapshot, &before);
	return readable;
}

const char *snapshot_folder(struct snapshot *snapshot, struct pos pos)
{
	const char *name =
		pos.source > 0 ? snapshot->sources.list.items[pos.source - 1].name : "";
	const char *slash = strrchr(name, '/');

	if (slash == NULL)
		return "";
	return arena_strndup(&snapshot->arena, name, (size_t)(slash - name) + 1);
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
	for (uint32_t i = 0; i < snapshot->objects.count; i++) {
		enum object_kind kind = snapshot->objects.items[i]->kind;

		/* A capture only tells of others. */
		if (kind_table[kind].ours && kind != KIND_CAPTURE)
			return true;
	}
	return false;
}
