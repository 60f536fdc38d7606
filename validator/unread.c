/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects that exist, perhaps, and could not be read (struct capture): a check that would take
 * them for absent is not run.
 */
#include <string.h>

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "validator/check.h"

/* Which checks would be wrong without all objects of a kind, by code or slug. */
static const struct {
	enum object_kind kind;
	enum need need;
	const char *const *checks;
} rests_on[] = {
	{ KIND_SERVICE_GROUP, NEED_ALL_GROUPS,
	  (const char *const[]){ "IN010", "SG020", "SV001", "SV002", "SV003", "SV004", "SV006",
				 "SV007", "SV014", "SV016", "EL001", "EL002", "OK005", NULL } },
	{ KIND_LBNODEAGENT, NEED_ALL_AGENTS,
	  (const char *const[]){ "IN010",        "AG001",       "AG005",         "AG007",
				 "CV001",        "CV002",       "CV003",         "CV004",
				 "CV005",        "ND002",       "ND003",         "ND006",
				 "ND009",        "SG025",       "SV016",         "SV017",
				 "EL001",        "EL002",       "OK003",         "OK004",
				 "import-dummy", "import-leak", "agent-nolocal", "no-defroute",
				 "node-no-peer", NULL } },
	{ KIND_BGP_CONFIGURATION, NEED_ALL_BGP, (const char *const[]){ "cfg-missing", NULL } },
};

enum { ROWS = sizeof(rests_on) / sizeof(rests_on[0]) };

unsigned unread_kinds(const struct snapshot *snapshot)
{
	unsigned unread = 0;

	for (int i = 0; i < ROWS; i++)
		if (capture_unread(snapshot, rests_on[i].kind) != NULL)
			unread |= (unsigned)rests_on[i].need;
	return unread;
}

unsigned unread_needs(enum check_code code, unsigned unread)
{
	const struct check *check = &check_table[code];
	unsigned needs = 0;

	for (int i = 0; i < ROWS; i++)
		if ((unread & rests_on[i].need) != 0 &&
		    (str_in(check->code, rests_on[i].checks) ||
		     str_in(check->slug, rests_on[i].checks)))
			needs |= (unsigned)rests_on[i].need;
	return needs;
}

/* "ServiceGroups": how several objects of a kind are called. */
static const char *plural(struct checker *ck, const char *kind)
{
	return arena_printf(ck->arena, "%ss", kind);
}

static const char *joined(struct checker *ck, const struct str_list *names)
{
	ARRAY_OF(const char *) texts = { 0 };
	enum { NAMED_MAX = 5 };

	ARRAY_FOREACH (const struct str_value, name, &names->list)
		ARRAY_ADD(ck->arena, &texts, name->s);
	return name_list(ck->arena, texts.items, texts.count, NAMED_MAX);
}

static void report_unread(struct checker *ck, const struct capture *capture, uint32_t index)
{
	const struct captured_kind *kind = &capture->unread.list.items[index];
	const char *reason = kind->reason.s != NULL ? kind->reason.s : "no reason is given";
	struct finding *f =
		report(ck, CHECK_IN012, &capture->object, kind->kind.pos,
		       "%s of the cluster could not be read (%.*s): nothing that "
		       "depends on them is checked",
		       plural(ck, kind->kind.s),
		       (int)(strlen(reason) - (str_has_suffix(reason, ".") ? 1 : 0)), reason);

	finding_path(ck, f, "spec.unread[%u].kind", index);
	finding_hint(ck, f,
		     "ask for the right to list them, or add them to the input from elsewhere");
}

static void report_partly(struct checker *ck, const struct capture *capture, uint32_t index)
{
	const struct captured_kind *kind = &capture->read.list.items[index];
	struct finding *f =
		report(ck, CHECK_IN012, &capture->object, kind->kind.pos,
		       "only the %s of namespace%s %s could be read: what others "
		       "there are is not known",
		       plural(ck, kind->kind.s), kind->namespaces.list.count == 1 ? "" : "s",
		       joined(ck, &kind->namespaces));

	finding_path(ck, f, "spec.read[%u].kind", index);
	finding_hint(ck, f, "ask for the right to list them in all namespaces");
}

/* Of some kinds only those in the install namespace matter. */
static bool is_partly(const struct checker *ck, const struct captured_kind *kind)
{
	static const char *const there[] = { "Lease", "DaemonSet", "Deployment", NULL };

	if (kind->kind.s == NULL || kind->namespaces.list.count == 0)
		return false;
	if (!str_in(kind->kind.s, there))
		return true;
	ARRAY_FOREACH (const struct str_value, name, &kind->namespaces.list)
		if (str_equal(name->s, ck->snapshot->install_namespace))
			return false;
	return true;
}

void check_unread(struct checker *ck)
{
	ARRAY_FOREACH (struct capture *, capture, &ck->snapshot->captures) {
		for (uint32_t i = 0; i < (*capture)->read.list.count; i++) {
			const struct captured_kind *kind = &(*capture)->read.list.items[i];

			if (is_partly(ck, kind))
				report_partly(ck, *capture, i);
		}
		for (uint32_t i = 0; i < (*capture)->unread.list.count; i++)
			if ((*capture)->unread.list.items[i].kind.s != NULL)
				report_unread(ck, *capture, i);
	}
}
