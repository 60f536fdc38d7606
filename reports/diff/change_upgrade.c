/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of an upgrade: rows of the table of plan, and their description for JSON. */
#include "reports/diff/change_bgp.h"

#include "reports/diff/diff_bgp_json.h"

static const char *const upgrade_when_names[] = {
	[UPGRADE_BEFORE] = "before",
	[UPGRADE_DURING] = "during",
	[UPGRADE_AFTER] = "after",
};

void change_upgrade_rows(const struct diff *diff, struct arena *arena, struct change_rows *out)
{
	*out = (struct change_rows){ { 0 } };
	ARRAY_FOREACH (const struct upgrade_step, step, &diff->upgrade) {
		struct change_row *row = ARRAY_PUSH(arena, &out->list);

		row->sign = step->breaks ? '!' : '~';
		row->what = arena_printf(arena, "%u. %s",
					 (unsigned)(step - diff->upgrade.items) + 1,
					 upgrade_when_names[step->when]);
		row->text = arena_printf(arena, "%s: %s", step->subject, step->text);
	}
}

static void upgrade_fill_step(struct report_row *row, const void *item)
{
	report_text(row, "when", upgrade_when_names[((const struct upgrade_step *)item)->when]);
}

static const struct member upgrade_members[] = {
	{ "when", "When to do it, relative to the change of the images.", .type = MEMBER_TEXT,
	  .words = "before|during|after" },
	{ "breaks", "Something stops working without it.",
	  REPORT_FIELD(struct upgrade_step, breaks) },
	{ "subject", "The object it concerns.", REPORT_FIELD(struct upgrade_step, subject) },
	{ "text", "What to do, or what happens by itself.",
	  REPORT_FIELD(struct upgrade_step, text) },
};
const struct record diff_upgrade_record = { MEMBERS(upgrade_members), upgrade_fill_step };
