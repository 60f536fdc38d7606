/* SPDX-License-Identifier: Apache-2.0 */
/* The report of `inspect`: JSON by description; the screens, Markdown and HTML as prose. (O4)
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"
#include "reports/formats/markdown.h"
#include "reports/formats/page.h"
#include "reports/formats/screen.h"
#include "reports/model/report.h"

/* ---- JSON ---- */

static const struct member inspect_evidence_members[] = {
	{ "source", "Where it was seen.", REPORT_FIELD(struct link_evidence, source) },
	{ "age", "How long before the capture, such as 12s.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct link_evidence, age) },
	{ "text", "What it says.", REPORT_FIELD(struct link_evidence, text) },
	{ "location", "File and line.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct link_evidence, location) },
};
static const struct record inspect_evidence_record = { MEMBERS(inspect_evidence_members),
						       NULL };

static void inspect_fill_link(struct report_row *row, const void *item)
{
	const struct chain_link *link = item;

	report_text(row, "state", link_state_name(link->state));
}

static const struct member inspect_link_members[] = {
	{ "link", "Name of the link.", REPORT_FIELD(struct chain_link, name) },
	{ "state", "What is known of it.", .type = MEMBER_TEXT,
	  .words = "ok|predicted|unknown|BROKEN" },
	{ "text", "What was seen, or why it is not known.",
	  REPORT_FIELD(struct chain_link, text) },
	{ "evidence", "What proves it.",
	  REPORT_ARRAY(struct chain_link, evidence, inspect_evidence_record) },
	{ "predicted", "What the model says, if that adds anything.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct chain_link, predicted) },
};
static const struct record inspect_link_record = { MEMBERS(inspect_link_members),
						   inspect_fill_link };

static const struct member inspect_unknown_members[] = {
	{ "what", "What is unknown.", REPORT_FIELD(struct chain_unknown, what) },
	{ "how", "What would show it.", REPORT_FIELD(struct chain_unknown, how) },
};
static const struct record inspect_unknown_record = { MEMBERS(inspect_unknown_members), NULL };

static void inspect_fill_address(struct report_row *row, const void *item)
{
	const struct chain_address *it = item;

	if (it->known)
		report_bool(row, "present", it->present);
}

static const struct member inspect_address_members[] = {
	{ "address", "The address.", REPORT_FIELD(struct chain_address, ip) },
	{ "service", "The Service that holds it; null: none, it was left behind.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct chain_address, service) },
	{ "expected", "The node should have it.",
	  REPORT_FIELD(struct chain_address, expected) },
	{ "present", "An interface of the node has it; null: not known.",
	  .presence = MEMBER_NULLABLE, .type = MEMBER_BOOL },
};
static const struct record inspect_address_record = { MEMBERS(inspect_address_members),
						      inspect_fill_address };

static void inspect_fill_chain(struct report_row *row, const void *item)
{
	const struct chain *chain = item;

	report_pointers(row, "nodes", chain->nodes.items, chain->nodes.count);
	report_pointers(row, "changes", chain->changes.items, chain->changes.count);
	report_text(row, "state", link_state_name(chain->state));
	report_pointers(row, "actions", chain->actions.items, chain->actions.count);
}

static const struct member inspect_chain_members[] = {
	{ "subject", "A Service as namespace/name, node/NAME or pool/NAME.",
	  REPORT_FIELD(struct chain, subject) },
	{ "address", "The address.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct chain, address) },
	{ "pool", "The ServiceGroup that it comes from, or would come from.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct chain, pool) },
	{ "nodes", "The nodes that have the address, or should.", .type = MEMBER_LIST,
	  .record = &report_text_record },
	{ "state", "The worst state of its links.", .type = MEMBER_TEXT,
	  .words = "ok|predicted|unknown|BROKEN" },
	{ "links", "From the API to the client.",
	  REPORT_ARRAY(struct chain, links, inspect_link_record) },
	{ "cause", "What is wrong at the first broken link.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct chain, cause) },
	{ "actions", "What to do now.", .type = MEMBER_LIST, .record = &report_text_record },
	{ "unknown", "What is unknown.",
	  REPORT_ARRAY(struct chain, unknown, inspect_unknown_record) },
	{ "addresses", "Of a node: the addresses that it should have, or has.",
	  REPORT_ARRAY(struct chain, addresses, inspect_address_record) },
	{ "before", "Its state in the input of --before; null without one, or if it is new.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct chain, before) },
	{ "changes", "What differs from the input of --before.", .type = MEMBER_LIST,
	  .record = &report_text_record },
};
static const struct record inspect_chain_record = { MEMBERS(inspect_chain_members),
						    inspect_fill_chain };

static const struct member inspect_members[] = {
	{ "subjects",
	  "What was asked about, in the order of the questions; all Services without "
	  "a question, the worst first.",
	  REPORT_ARRAY(struct inspection, chains, inspect_chain_record) },
	{ "found",
	  "The causes of the troubleshooting page that are found; empty with a question.",
	  REPORT_ARRAY(struct inspection, found, page_row_record) },
};
const struct record inspect_document = { MEMBERS(inspect_members), NULL };

cJSON *inspect_json(const struct inspection *in, struct arena *scratch)
{
	return report_json(&inspect_document, in, in, scratch);
}

/* ---- the screen of a subject ---- */

enum { LINK_NAME_AT = 4, LINK_STATE_AT = 19, LINK_TEXT_AT = 29, LABEL_AT = 8, RESULT_AT = 9 };

static enum screen_role inspect_role(enum link_state state)
{
	static const enum screen_role roles[] = { SCREEN_PASS, SCREEN_PLAIN, SCREEN_WARN,
						  SCREEN_FAIL };

	return roles[state];
}

void inspect_wrap(FILE *out, unsigned at, unsigned indent, unsigned width, const char *s)
{
	struct text t = { 0 };

	screen_add(&t, s);
	screen_wrap(out, text_str(&t), at, indent, width);
	text_release(&t);
}

static void inspect_label(FILE *out, struct screen screen, const char *label, const char *s)
{
	screen_paint(out, screen, SCREEN_STRONG, label);
	screen_spaces(out, LABEL_AT - (unsigned)strlen(label));
	inspect_wrap(out, LABEL_AT, LABEL_AT, screen.width, s);
}

/* The text of a link, what the model adds, and how old its evidence is. */
static const char *inspect_link_text(const struct chain_link *link, struct arena *arena)
{
	const char *text = link->predicted != NULL && link->predicted != link->text
				   ? arena_printf(arena, "%s; %s", link->text, link->predicted)
				   : link->text;

	const struct link_evidence *first =
		link->evidence.count > 0 ? link->evidence.items : NULL;

	/* The rest may say something else. */
	return first == NULL || first->age == NULL || strcmp(first->age, "0s") == 0 ||
			       strstr(text, " before") != NULL || link->state == LINK_PREDICTED
		       ? text
		       : arena_printf(arena, "%s (%s, %s before)", text, first->source,
				      first->age);
}

static void inspect_changes(FILE *out, struct screen screen, const struct chain *chain,
			    const struct inspection *in)
{
	if (in->before == NULL)
		return;
	inspect_label(out, screen, "before",
		      arena_printf(in->arena, "%s%s%s", in->between != NULL ? in->between : "",
				   in->between != NULL ? " earlier: " : "",
				   chain->before != NULL ? chain->before : "it did not exist"));
	ARRAY_FOREACH (const char *, change, &chain->changes)
		inspect_label(out, screen, "", *change);
}

/* When the only capture of the input was taken; NULL: not known. */
static const char *inspect_captured(const struct inspection *in)
{
	const struct snapshot *s = in->cluster->snapshot;

	return s->captures.count == 1 ? s->captures.items[0]->captured_at.s : NULL;
}

/* The subject and what is said of it; the line breaks between them. */
static void inspect_head(FILE *out, struct screen screen, const struct chain *chain,
			 const struct inspection *in)
{
	const char *captured = inspect_captured(in);
	const char *parts[] = {
		chain->address,
		chain->about,
		captured != NULL ? arena_printf(in->arena, "captured %s", captured) : NULL,
	};
	const char *subject = cell_of(in->arena, SCREEN_STRONG, chain->subject).s;
	/* Each part begins with a second blank. */
	struct screen_row row = { out, screen, screen_columns(subject), LINK_NAME_AT - 1 };

	screen_paint(out, screen, SCREEN_STRONG, subject);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i] != NULL)
			screen_row_add(&row, "", SCREEN_STRONG,
				       cell_of(in->arena, SCREEN_STRONG,
					       arena_printf(in->arena, " %s", parts[i]))
					       .s);
	fputc('\n', out);
}

static void inspect_screen(FILE *out, struct screen screen, const struct chain *chain,
			   const struct inspection *in)
{
	inspect_head(out, screen, chain, in);
	for (uint32_t i = 0; i < chain->links.count; i++) {
		const struct chain_link *link = &chain->links.items[i];

		fprintf(out, "%3u %-14s ", i + 1, link->name);
		screen_paint(out, screen, inspect_role(link->state),
			     link_state_name(link->state));
		screen_spaces(out, LINK_TEXT_AT - LINK_STATE_AT -
					   (unsigned)strlen(link_state_name(link->state)));
		inspect_wrap(out, LINK_TEXT_AT, LINK_TEXT_AT, screen.width,
			     inspect_link_text(link, in->arena));
	}
	if (chain->cause != NULL)
		inspect_label(out, screen, "cause", chain->cause);
	ARRAY_FOREACH (const char *, action, &chain->actions)
		inspect_label(out, screen, "do now", *action);
	ARRAY_FOREACH (const struct chain_unknown, unknown, &chain->unknown)
		inspect_label(out, screen, unknown == chain->unknown.items ? "unknown" : "",
			      arena_printf(in->arena, "%s: %s", unknown->what, unknown->how));
	inspect_changes(out, screen, chain, in);
}

/* ---- the overview ---- */

static const struct chain_link *inspect_worst(const struct chain *chain)
{
	ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
		if (link->state == chain->state)
			return link;
	}
	return NULL;
}

/* The state, and the one before where that differs. */
static const char *inspect_state_text(const struct inspection *in, const struct chain *chain,
				      struct arena *scratch)
{
	const char *state = link_state_name(chain->state);

	if (in->before == NULL || str_equal(chain->before, state))
		return state;
	return arena_printf(scratch, "%s (was %s)", state,
			    chain->before != NULL ? chain->before : "not there");
}

static const char *inspect_nodes_text(const struct chain *chain, struct arena *scratch)
{
	if (chain->nodes.count == 0)
		return "-";
	return chain->nodes.count <= 2
		       ? name_list(scratch, chain->nodes.items, chain->nodes.count, 2)
		       : arena_printf(scratch, "%u nodes", chain->nodes.count);
}

/* "cause 9 (ARP settings not configured); --page shows what": pools and settings of nodes are
 * in no chain. NULL: none is found. */
static const char *inspect_causes(const struct inspection *in, struct arena *scratch)
{
	ARRAY_OF(const char *) found = { 0 };

	ARRAY_FOREACH (const struct page_row, row, &in->found)
		ARRAY_ADD(scratch, &found,
			  arena_printf(scratch, "%u (%s)", row->number, row->cause));
	if (found.count == 0)
		return NULL;
	return arena_printf(scratch, "cause%s %s; --page shows what",
			    found.count == 1 ? "" : "s",
			    name_list(scratch, found.items, found.count, found.count));
}

/* What is broken, and why; or, where all are listed, where each address is. */
static void inspect_overview(FILE *out, struct screen screen, const struct inspection *in,
			     struct arena *scratch)
{
	static const struct column why[] = {
		{ .head = "SERVICE" }, { .head = "ADDRESS" }, { .head = "STATE" },
		{ .head = "LINK" },    { .head = "WHY" },
	};
	static const struct column where[] = {
		{ .head = "SERVICE" }, { .head = "ADDRESS" }, { .head = "STATE" },
		{ .head = "LINK" },    { .head = "POOL" },    { .head = "NODE" },
	};
	const bool all = in->healthy_as_well;
	const char *causes = inspect_causes(in, scratch);
	uint32_t counts[LINK_BROKEN + 1] = { 0 };
	struct columns t;

	columns_begin(&t, scratch, all ? where : why, all ? ARRAY_LEN(where) : ARRAY_LEN(why),
		      0);
	ARRAY_FOREACH (const struct chain, chain, &in->chains) {
		const struct chain_link *link = inspect_worst(chain);
		const bool fine = link == NULL || chain->state == LINK_OK;
		struct cell *cells;

		counts[chain->state]++;
		if (chain->state != LINK_BROKEN && !all && chain->changes.count == 0)
			continue;
		cells = columns_row(&t);
		cells[0] = cell_of(scratch, SCREEN_PLAIN, chain->subject);
		cells[1] = cell_of(scratch, SCREEN_PLAIN,
				   chain->address != NULL ? chain->address : "-");
		cells[2] = cell_of(scratch, inspect_role(chain->state),
				   inspect_state_text(in, chain, scratch));
		if (!fine)
			cells[3] = cell_of(scratch, SCREEN_PLAIN, link->name);
		if (all) {
			cells[4] = cell_of(scratch, SCREEN_PLAIN,
					   chain->pool != NULL ? chain->pool : "-");
			cells[5] = cell_of(scratch, SCREEN_PLAIN,
					   inspect_nodes_text(chain, scratch));
		} else if (!fine) {
			cells[4] = cell_of(scratch, SCREEN_PLAIN, link->text);
		}
	}
	columns_write(&t, out, screen);
	if (t.rows.count > 0)
		fputc('\n', out);
	if (causes != NULL) {
		fputs("found:   ", out);
		inspect_wrap(out, RESULT_AT, RESULT_AT, screen.width, causes);
	}
	fputs("result:  ", out);
	inspect_wrap(out, RESULT_AT, RESULT_AT, screen.width,
		     arena_printf(scratch, "%u broken, %u unknown, %u predicted, %u ok%s",
				  counts[LINK_BROKEN], counts[LINK_UNKNOWN],
				  counts[LINK_PREDICTED], counts[LINK_OK],
				  all || counts[LINK_BROKEN] == in->chains.count
					  ? ""
					  : " (--all shows those that are not broken)"));
}

void inspect_table(FILE *out, struct screen screen, const struct inspection *in,
		   struct arena *scratch)
{
	if (in->overview) {
		inspect_overview(out, screen, in, scratch);
		return;
	}
	ARRAY_FOREACH (const struct chain, chain, &in->chains) {
		if (chain != in->chains.items)
			fputc('\n', out);
		inspect_screen(out, screen, chain, in);
	}
}

/* "shop/web 192.168.1.243, pool default (local)" */
static const char *inspect_title(const struct chain *chain, struct arena *scratch)
{
	return arena_printf(
		scratch, "%s%s%s%s%s", chain->subject, chain->address != NULL ? " " : "",
		chain->address != NULL ? chain->address : "", chain->about != NULL ? ", " : "",
		chain->about != NULL ? chain->about : "");
}

/* ---- HTML ---- */

static const char *const overview_headings[] = { "Service", "address", "pool", "node",
						 "state",   "link",    "why",  NULL };
enum { OVERVIEW_NODES = 3, OVERVIEW_STATE, OVERVIEW_LINK, OVERVIEW_WHY, OVERVIEW_CELLS };

/* The cells of a line of the overview; false: it is not listed. */
static bool inspect_overview_cells(const struct inspection *in, const struct chain *chain,
				   const char *cells[static OVERVIEW_CELLS],
				   struct arena *scratch)
{
	const struct chain_link *link = inspect_worst(chain);
	const bool fine = link == NULL || chain->state == LINK_OK;
	uint32_t i = 0;

	cells[i++] = chain->subject;
	cells[i++] = chain->address != NULL ? chain->address : "-";
	cells[i++] = chain->pool != NULL ? chain->pool : "-";
	cells[i++] = inspect_nodes_text(chain, scratch);
	cells[i++] = inspect_state_text(in, chain, scratch);
	cells[i++] = fine ? "" : link->name;
	cells[i++] = fine ? "" : link->text;
	return chain->state == LINK_BROKEN || in->healthy_as_well || chain->changes.count > 0;
}

/* The kind of a cell, as page_cell_word() has it. */
static const char *inspect_kind(enum link_state state)
{
	static const char *const kinds[] = { "pass", "info", "warn", "fail" };

	return kinds[state];
}

static void inspect_html_overview(FILE *out, const struct inspection *in, struct arena *scratch)
{
	const char *causes = inspect_causes(in, scratch);
	const char *cells[OVERVIEW_CELLS];
	uint32_t listed = 0;

	page_table_begin(out, overview_headings);
	ARRAY_FOREACH (const struct chain, chain, &in->chains) {
		if (!inspect_overview_cells(in, chain, cells, scratch))
			continue;
		listed++;
		page_row_begin(out);
		for (uint32_t i = 0; i < OVERVIEW_CELLS; i++)
			if (i == OVERVIEW_NODES || i == OVERVIEW_WHY)
				page_cell(out, cells[i]);
			else
				page_cell_word(out,
					       i == OVERVIEW_STATE ? inspect_kind(chain->state)
								   : "",
					       cells[i]);
		page_row_end(out);
	}
	page_table_end(out);
	if (listed == 0)
		page_note(out, "result",
			  "nothing was found to be broken; --all lists the rest");
	if (causes != NULL)
		page_note(out, "found", causes);
}

static const char *const address_headings[] = { "address", "Service", "should be here",
						"is here", NULL };

static const char *inspect_presence(const struct chain_address *it)
{
	return !it->known ? "unknown" : it->present ? "yes" : "no";
}

static void inspect_html_addresses(FILE *out, const struct chain *chain, struct arena *scratch)
{
	char ip[IP_TEXT_MAX];

	if (chain->addresses.count == 0)
		return;
	page_table_begin(out, address_headings);
	ARRAY_FOREACH (const struct chain_address, it, &chain->addresses) {
		const bool wrong = it->known && it->present != it->expected;

		page_row_begin(out);
		page_cell_word(out, "", arena_strdup(scratch, ip_format(it->ip, ip)));
		page_cell(out, it->service != NULL ? it->service : "none");
		page_cell_word(out, "", it->expected ? "yes" : "no");
		page_cell_word(out,
			       wrong       ? "fail"
			       : it->known ? "pass"
					   : "warn",
			       inspect_presence(it));
		page_row_end(out);
	}
	page_table_end(out);
}

static void inspect_html_chain(FILE *out, const struct chain *chain,
			       const struct inspection *in, struct arena *scratch)
{
	static const char *const headings[] = { "link", "state", "what is known", NULL };

	page_section(out, inspect_title(chain, scratch));
	page_table_begin(out, headings);
	ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
		page_row_begin(out);
		page_cell_word(out, "", link->name);
		page_cell_word(out, inspect_kind(link->state), link_state_name(link->state));
		page_cell(out, inspect_link_text(link, scratch));
		page_row_end(out);
	}
	page_table_end(out);
	inspect_html_addresses(out, chain, scratch);
	if (chain->cause != NULL)
		page_note(out, "cause", chain->cause);
	ARRAY_FOREACH (const char *, action, &chain->actions)
		page_note(out, "do now", *action);
	ARRAY_FOREACH (const struct chain_unknown, unknown, &chain->unknown)
		page_note(out, "unknown",
			  arena_printf(scratch, "%s: %s", unknown->what, unknown->how));
	if (in->before != NULL)
		page_note(out, "before",
			  chain->before != NULL ? chain->before : "it did not exist");
	ARRAY_FOREACH (const char *, change, &chain->changes)
		page_note(out, "change", *change);
}

void inspect_html(FILE *out, const struct inspection *in, struct arena *scratch)
{
	const char *captured = inspect_captured(in);

	page_begin(out, "What works and what does not",
		   arena_printf(scratch, "Each address, from the API to the client%s%s",
				captured != NULL ? "; captured " : "",
				captured != NULL ? captured : ""));
	if (in->overview)
		inspect_html_overview(out, in, scratch);
	else
		ARRAY_FOREACH (const struct chain, chain, &in->chains)
			inspect_html_chain(out, chain, in, scratch);
	page_end(out);
}

/* ---- Markdown ---- */

static void inspect_markdown_line(struct text *t, const char *label, const char *s, bool code)
{
	text_printf(t, "**%s:** ", label);
	if (code)
		markdown_add_code(t, s);
	else
		markdown_add(t, s);
	text_add(t, "\n\n");
}

static void inspect_markdown_addresses(struct text *t, const struct chain *chain)
{
	char ip[IP_TEXT_MAX];

	if (chain->addresses.count == 0)
		return;
	markdown_table_begin(t, address_headings);
	ARRAY_FOREACH (const struct chain_address, it, &chain->addresses) {
		text_printf(t, "| %s | ", ip_format(it->ip, ip));
		markdown_add(t, it->service != NULL ? it->service : "none");
		text_printf(t, " | %s | %s |\n", it->expected ? "yes" : "no",
			    inspect_presence(it));
	}
	text_add(t, "\n");
}

static void inspect_markdown_chain(struct text *t, const struct chain *chain,
				   const struct inspection *in, struct arena *scratch)
{
	static const char *const headings[] = { "link", "state", "what is known", NULL };

	markdown_heading(t, 2, inspect_title(chain, scratch));
	markdown_table_begin(t, headings);
	ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
		text_printf(t, "| %s | %s | ", link->name, link_state_name(link->state));
		markdown_add(t, inspect_link_text(link, scratch));
		text_add(t, " |\n");
	}
	text_add(t, "\n");
	inspect_markdown_addresses(t, chain);
	if (chain->cause != NULL)
		inspect_markdown_line(t, "Cause", chain->cause, false);
	ARRAY_FOREACH (const char *, action, &chain->actions)
		inspect_markdown_line(t, "Do now", *action, false);
	ARRAY_FOREACH (const struct chain_unknown, unknown, &chain->unknown)
		inspect_markdown_line(
			t, "Unknown",
			arena_printf(scratch, "%s: %s", unknown->what, unknown->how), false);
	if (in->before != NULL)
		inspect_markdown_line(
			t, "Before", chain->before != NULL ? chain->before : "it did not exist",
			false);
	ARRAY_FOREACH (const char *, change, &chain->changes)
		inspect_markdown_line(t, "Change", *change, false);
}

static void inspect_markdown_overview(struct text *t, const struct inspection *in,
				      struct arena *scratch)
{
	const char *causes = inspect_causes(in, scratch);
	const char *cells[OVERVIEW_CELLS];

	markdown_table_begin(t, overview_headings);
	ARRAY_FOREACH (const struct chain, chain, &in->chains) {
		if (!inspect_overview_cells(in, chain, cells, scratch))
			continue;
		for (uint32_t i = 0; i < OVERVIEW_CELLS; i++) {
			text_add(t, "| ");
			markdown_add(t, cells[i]);
			text_add_char(t, ' ');
		}
		text_add(t, "|\n");
	}
	if (causes != NULL) {
		text_add(t, "\n");
		inspect_markdown_line(t, "Found", causes, false);
	}
}

void inspect_markdown(FILE *out, const struct inspection *in, struct arena *scratch)
{
	struct text t = { 0 };

	if (in->overview)
		inspect_markdown_overview(&t, in, scratch);
	else
		ARRAY_FOREACH (const struct chain, chain, &in->chains)
			inspect_markdown_chain(&t, chain, in, scratch);
	fputs(text_str(&t), out);
	text_release(&t);
}
