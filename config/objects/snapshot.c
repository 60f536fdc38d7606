/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot as a whole: its end, the folders of its sources, and whether it says anything. */
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/objects/snapshot.h"

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
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (kind_table[kind].ours && snapshot->set_aside[kind] > 0)
			return true;
	for (uint32_t i = 0; i < snapshot->objects.count; i++) {
		enum object_kind kind = snapshot->objects.items[i]->kind;

		/* A capture only tells of others. */
		if (kind_table[kind].ours && kind != KIND_CAPTURE)
			return true;
	}
	return false;
}

bool snapshot_is_partial(const struct snapshot *snapshot, enum object_kind kind)
{
	return snapshot->set_aside[kind] > 0 ||
	       (snapshot->hides_ours &&
		(kind == KIND_SERVICE_GROUP || kind == KIND_LBNODEAGENT ||
		 kind == KIND_BGP_CONFIGURATION));
}

/* ---- what they say ---- */

/* Of some kinds only those in the install namespace matter. */
static bool capture_matters_at_home(const struct captured_kind *kind)
{
	static const char *const there[] = { "Lease", "DaemonSet", "Deployment", NULL };

	return str_in(kind->kind.s, there);
}

static const struct captured_kind *capture_find(const struct captured_kinds *kinds,
						enum object_kind kind)
{
	ARRAY_FOREACH (const struct captured_kind, k, &kinds->list)
		if (str_equal(k->kind.s, kind_table[kind].name))
			return k;
	return NULL;
}

bool capture_is_partly(const struct snapshot *snapshot, const struct captured_kind *kind)
{
	if (kind->kind.s == NULL || kind->namespaces.list.count == 0)
		return false;
	if (!capture_matters_at_home(kind))
		return true;
	ARRAY_FOREACH (const struct str_value, name, &kind->namespaces.list)
		if (str_equal(name->s, snapshot->install_namespace))
			return false;
	return true;
}

const struct captured_kind *capture_unread(const struct snapshot *snapshot,
					   enum object_kind kind)
{
	/* What one input could not read, another one may bring along. */
	if (capture_read(snapshot, kind))
		return NULL;
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures) {
		const struct captured_kind *unread = capture_find(&(*capture)->unread, kind);

		if (unread == NULL)
			unread = capture_find(&(*capture)->read, kind);
		if (unread != NULL)
			return unread;
	}
	return NULL;
}

bool capture_read(const struct snapshot *snapshot, enum object_kind kind)
{
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures) {
		const struct captured_kind *read = capture_find(&(*capture)->read, kind);

		if (read != NULL &&
		    !(capture_matters_at_home(read) && capture_is_partly(snapshot, read)))
			return true;
	}
	return false;
}

bool capture_is_redacted(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures)
		if ((*capture)->redacted.v)
			return true;
	return false;
}

bool snapshot_is_complete(const struct snapshot *snapshot, enum object_kind kind)
{
	return snapshot->complete[kind] || capture_read(snapshot, kind);
}

bool snapshot_has_old(const struct snapshot *snapshot, enum object_kind kind, const char *name)
{
	ARRAY_FOREACH (const struct old_object, old, &snapshot->old_objects)
		if (old->kind == kind && (name == NULL || str_equal(old->name, name)))
			return true;
	return false;
}

bool capture_knows_endpoints(const struct snapshot *snapshot)
{
	return snapshot->endpoint_slices.count > 0 ||
	       snapshot_is_complete(snapshot, KIND_ENDPOINT_SLICE);
}

void snapshot_note_filled(struct snapshot *snapshot, const struct substitutions *values,
			  const char *text, struct pos pos)
{
	const struct filled_value filled = { pos, placeholder_origin(text, values) };

	if (filled.origin != NULL)
		ARRAY_ADD(&snapshot->arena, &snapshot->filled.list, filled);
}

const char snapshot_spared_key[] = "kustomize.toolkit.fluxcd.io/substitute";

/* True for an object that Flux is told to leave as it is. */
static bool snapshot_is_spared(const struct label_map *map)
{
	ARRAY_FOREACH (const struct label, label, &map->list)
		if (str_equal(label->key.s, snapshot_spared_key))
			return true;
	return false;
}

void snapshot_report_undefined(struct snapshot *snapshot, const struct substitutions *values,
			       const struct object *object, uint32_t first, uint32_t source)
{
	if (values == NULL || values->whole == NULL ||
	    (object != NULL &&
	     (snapshot_is_spared(&object->labels) || snapshot_is_spared(&object->annotations))))
		return;
	for (uint32_t i = first; i < snapshot->unknown.list.count; i++) {
		const struct unknown_value *value = &snapshot->unknown.list.items[i];
		const char *name =
			value->text != NULL
				? placeholder_undefined(value->text, values, &snapshot->arena)
				: NULL;
		struct nearest near = { .word = name };
		struct finding *problem;

		if (name == NULL || (source != 0 && value->pos.source != source))
			continue;
		problem = problem_add(snapshot, PROBLEM_UNDEFINED, object, value->pos,
				      value->path,
				      "${%s} has no value: Kustomization \"%s\" of Flux, which "
				      "applies this file, sets no such variable",
				      name, values->whole);
		ARRAY_FOREACH (const struct substitution, known, &values->list)
			nearest_offer(&near, known->key);
		problem->hint =
			near.best != NULL
				? arena_printf(&snapshot->arena, "did you mean ${%s}?",
					       near.best)
				: arena_printf(&snapshot->arena,
					       "set %s in its postBuild, or give it a default: "
					       "${%s:=VALUE}",
					       name, name);
	}
}
