/* SPDX-License-Identifier: Apache-2.0 */
/* The findings of a run, recorded. */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "reports/model/json_yaml.h"

struct entry {
	struct finding_identity id;
	const char *message;
};

struct entries {
	ARRAY_OF(struct entry) list;
};

static int baseline_compare_entries(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;
	int order = identity_compare(&a->id, &b->id);

	return order != 0 ? order : str_compare(a->message, b->message);
}

static void baseline_add_entry(struct entries *entries, struct arena *arena,
			       const struct finding *f, const struct snapshot *snapshot)
{
	struct entry entry = { finding_identity(f, snapshot), f->message };

	const char *names = f->cluster;

	if (f->severity == SEVERITY_PASS || f->code == CHECK_IN011)
		return;
	do { /* one for each cluster that has it */
		if (names != NULL) {
			const size_t len = strcspn(names, "\n");

			entry.id.cluster = arena_strndup(arena, names, len);
			names = names[len] != '\0' ? names + len + 1 : NULL;
		}
		ARRAY_ADD(arena, &entries->list, entry);
	} while (names != NULL);
}

static void baseline_gather(struct entries *entries, struct arena *arena,
			    const struct validation *v, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const struct finding, f, &v->findings)
		baseline_add_entry(entries, arena, f, snapshot);
	ARRAY_FOREACH (const struct silenced_finding, s, &v->silenced_findings.list) {
		if (s->recorded)
			baseline_add_entry(entries, arena, &s->finding, snapshot);
	}
	if (entries->list.count > 1)
		qsort(entries->list.items, entries->list.count, sizeof(*entries->list.items),
		      baseline_compare_entries);
}

static cJSON *baseline_entry_json(const struct entry *e)
{
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "code", e->id.code);
	json_add_text(object, "kind", e->id.kind);
	json_add_text(object, "namespace", e->id.namespace);
	json_add_text(object, "name", e->id.name);
	json_add_text(object, "path", e->id.path);
	json_add_text(object, "file", e->id.file);
	json_add_text(object, "cluster", e->id.cluster);
	json_add_text(object, "message", e->message);
	return object;
}

/* Writes entries that are sorted, each once. */
static void baseline_write_entries(FILE *out, const struct entries *entries)
{
	cJSON *document = cJSON_CreateObject();
	cJSON *findings = cJSON_CreateArray();
	const struct entry *last = NULL;

	json_add_number(document, "version", 1);
	json_add(document, "findings", findings);
	ARRAY_FOREACH (const struct entry, e, &entries->list) {
		if (last == NULL || identity_compare(&last->id, &e->id) != 0)
			json_append(findings, baseline_entry_json(e));
		last = e;
	}
	fputs("# Known findings to ignore, recognized by everything but the message.\n"
	      "# Made by purelbtool validate --write-baseline, read by --baseline.\n",
	      out);
	yaml_write(out, document);
	cJSON_Delete(document);
}

void baseline_write(FILE *out, const struct validation *v, const struct snapshot *snapshot)
{
	struct entries entries = { 0 };
	struct arena arena;

	arena_init(&arena);
	baseline_gather(&entries, &arena, v, snapshot);
	baseline_write_entries(out, &entries);
	arena_release(&arena);
}

static bool baseline_is_stale(const struct recorded_finding *recorded,
			      const struct validation *v)
{
	ARRAY_FOREACH (const struct finding, f, &v->findings)
		if (recorded_is_stale(recorded, f))
			return true;
	ARRAY_FOREACH (const struct silenced_finding, s, &v->silenced_findings.list)
		if (recorded_is_stale(recorded, &s->finding))
			return true;
	return false;
}

bool baseline_prune(FILE *out, const struct silencings *silencings, const struct validation *v)
{
	struct entries entries = { 0 };
	struct arena arena;
	bool pruned;

	arena_init(&arena);
	ARRAY_FOREACH (const struct recorded_finding, recorded, &silencings->baseline)
		if (!baseline_is_stale(recorded, v))
			ARRAY_ADD(&arena, &entries.list,
				  ((struct entry){ recorded->id, recorded->message }));
	pruned = entries.list.count < silencings->baseline.count;
	if (pruned) {
		array_sort(entries.list.items, entries.list.count, sizeof(*entries.list.items),
			   baseline_compare_entries);
		baseline_write_entries(out, &entries);
	}
	arena_release(&arena);
	return pruned;
}
