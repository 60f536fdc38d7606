/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs to a snapshot. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/objects/parse.h"

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
	snapshot->problems.arena = &snapshot->arena;
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

struct finding *problem_add(struct snapshot *snapshot, enum problem_kind kind,
			    const struct object *object, struct pos pos, const char *path,
			    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct finding *finding = finding_vadd(
		&snapshot->problems, kind, (struct place){ object, path, pos }, format, args);
	va_end(args);
	return finding;
}

/* Takes back what was added to the lists since `before` was copied; the items stay. */
static void snapshot_restore_lists(struct snapshot *s, const struct snapshot *before)
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
	snapshot_restore_lists(snapshot, &before);
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

/* ---- what they say ---- */

static const struct captured_kind *capture_find(const struct captured_kinds *kinds,
						enum object_kind kind)
{
	ARRAY_FOREACH (const struct captured_kind, k, &kinds->list)
		if (str_equal(k->kind.s, kind_table[kind].name))
			return k;
	return NULL;
}

const struct captured_kind *capture_unread(const struct snapshot *snapshot,
					   enum object_kind kind)
{
	/* What one input could not read, another one may bring along. */
	if (capture_read(snapshot, kind))
		return NULL;
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures) {
		const struct captured_kind *unread = capture_find(&(*capture)->unread, kind);

		if (unread != NULL)
			return unread;
	}
	return NULL;
}

bool capture_read(const struct snapshot *snapshot, enum object_kind kind)
{
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures)
		if (capture_find(&(*capture)->read, kind) != NULL)
			return true;
	return false;
}

bool capture_knows_endpoints(const struct snapshot *snapshot)
{
	return snapshot->endpoint_slices.count > 0 ||
	       capture_read(snapshot, KIND_ENDPOINT_SLICE);
}
