/* SPDX-License-Identifier: Apache-2.0 */
/* IN012: what a capture was not allowed to read, or could read only of some namespaces. */
#include <string.h>

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "validator/check.h"

/* "ServiceGroups": how several objects of a kind are called. */
static const char *input_plural(struct checker *ck, const char *kind)
{
	return arena_printf(ck->arena, "%ss", kind);
}

static const char *input_joined(struct checker *ck, const struct str_list *names)
{
	ARRAY_OF(const char *) texts = { 0 };
	enum { NAMED_MAX = 5 };

	ARRAY_FOREACH (const struct str_value, name, &names->list)
		ARRAY_ADD(ck->arena, &texts, name->s);
	return name_list(ck->arena, texts.items, texts.count, NAMED_MAX);
}

static void input_report_unread(struct checker *ck, const struct capture *capture,
				uint32_t index)
{
	const struct captured_kind *kind = &capture->unread.list.items[index];
	const char *reason = kind->reason.s != NULL ? kind->reason.s : "no reason is given";
	struct finding *f =
		report(ck, CHECK_IN012, &capture->object, kind->kind.pos,
		       "%s of the cluster could not be read (%.*s): nothing that "
		       "depends on them is checked",
		       input_plural(ck, kind->kind.s),
		       (int)(strlen(reason) - (str_has_suffix(reason, ".") ? 1 : 0)), reason);

	finding_path(ck, f, "spec.unread[%u].kind", index);
	finding_hint(ck, f,
		     "ask for permission to list them, or add them to the input from "
		     "elsewhere");
}

static void input_report_partly(struct checker *ck, const struct capture *capture,
				uint32_t index)
{
	const struct captured_kind *kind = &capture->read.list.items[index];
	struct finding *f = report(ck, CHECK_IN012, &capture->object, kind->kind.pos,
				   "only the %s of namespace%s %s could be read: others may "
				   "exist",
				   input_plural(ck, kind->kind.s),
				   kind->namespaces.list.count == 1 ? "" : "s",
				   input_joined(ck, &kind->namespaces));

	finding_path(ck, f, "spec.read[%u].kind", index);
	finding_hint(ck, f, "ask for permission to list them in all namespaces");
}

void input_check_captures(struct checker *ck)
{
	ARRAY_FOREACH (struct capture *, capture, &ck->snapshot->captures) {
		for (uint32_t i = 0; i < (*capture)->read.list.count; i++) {
			const struct captured_kind *kind = &(*capture)->read.list.items[i];

			if (capture_is_partly(ck->snapshot, kind))
				input_report_partly(ck, *capture, i);
		}
		for (uint32_t i = 0; i < (*capture)->unread.list.count; i++)
			if ((*capture)->unread.list.items[i].kind.s != NULL)
				input_report_unread(ck, *capture, i);
	}
}
