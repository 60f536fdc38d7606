/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of evidence: a row for each file that was recognized, and a question for each kind
 * of evidence that would answer it and is not in the input, with the command that tells. (O1)
 *
 *	PLACE   FORM      RECORDS  AGE  FILE
 *	node-a  ip-addr         4   0s  captures/node-a/addr.json
 */
#include "reports/evidence/evidence.h"

#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "config/objects/object.h"
#include "reports/formats/screen.h"

enum { EVIDENCE_TIME_MAX = 32, EVIDENCE_NODES_NAMED = 5 };

/* ---- files ---- */

static void evidence_time(struct report_row *row, const char *key, int64_t ns)
{
	const time_t seconds = (time_t)(ns / NS_PER_SEC);
	char text[EVIDENCE_TIME_MAX];
	struct tm tm;

	if (ns == EVIDENCE_UNKNOWN || ns < 0 || gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return;
	report_text(row, key, arena_strdup(row->arena, text));
}

/* What is wrong with a file, as a sentence; NULL: nothing. */
static const char *evidence_fault_text(const struct evidence_file *file, struct arena *arena)
{
	const struct evidence_form_info *form = &evidence_form_table[file->form];
	const char *unit = file->form == EVIDENCE_PACKETS ? "packet" : "line";

	if (file->cut != NULL)
		return arena_printf(arena, "it %s (%s %u); %s", file->cut, unit,
				    file->fault_pos.line,
				    file->records > 0 ? "what comes before was read"
						      : "none of it is used");
	if (file->fault != NULL)
		return arena_printf(
			arena, "line %u: %s%s", file->fault_pos.line, file->fault,
			file->faulty > 1
				? arena_printf(arena, ", and %u more like it", file->faulty - 1)
				: "");
	if (file->dropped > 0)
		return arena_printf(arena, "%u %s more than are kept", file->dropped,
				    form->records);
	return NULL;
}

static void evidence_file_fill(struct report_row *row, const void *item)
{
	const struct evidence_file *file = item;
	const struct evidence_about *about = row->about;
	const int64_t age_s = evidence_age_s(file, about->now_ns);

	report_text(row, "place", file->place);
	report_text(row, "form", evidence_form_table[file->form].name);
	report_number(row, "records", file->records);
	report_text(row, "of", evidence_form_table[file->form].records);
	evidence_time(row, "time", file->time_ns);
	if (age_s >= 0)
		report_time(row, "age", age_s * NS_PER_SEC);
	report_text(row, "file", file->name);
	report_bool(row, "whole", file->cut == NULL && file->dropped == 0);
	report_text(row, "problem", evidence_fault_text(file, row->arena));
}

static struct cell evidence_age_cell(struct report_row *row, const void *item)
{
	const struct evidence_about *about = row->about;
	const int64_t age_s = evidence_age_s(item, about->now_ns);
	char text[DURATION_TEXT_MAX];

	if (age_s < 0)
		return (struct cell){ "-", SCREEN_FRAME };
	return cell_of(row->arena, SCREEN_PLAIN, duration_format(age_s * NS_PER_SEC, text));
}

static const struct member evidence_file_members[] = {
	{ "place",
	  "The node, router, client or Pod where it was taken, by the name of its folder or file.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE, .column = 1, .heading = "PLACE" },
	{ "form", "What it is, by its content.", .type = MEMBER_TEXT, .column = 2,
	  .heading = "FORM" },
	{ "records", "How many entries were read.", .type = MEMBER_NUMBER, .column = 3,
	  .heading = "RECORDS" },
	{ "of", "What the entries are.", .type = MEMBER_TEXT },
	{ "time", "When it was taken, in UTC; null: nothing says so.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "age", "How old it is, in seconds; null: not known.", .type = MEMBER_TIME,
	  .presence = MEMBER_NULLABLE, .column = 4, .heading = "AGE",
	  .cell = evidence_age_cell },
	{ "file", "The file.", .type = MEMBER_TEXT, .column = 5, .heading = "FILE" },
	{ "whole",
	  "Whether it is complete; false if its end is missing or entries were left out.",
	  .type = MEMBER_BOOL },
	{ "problem", "What is wrong with it.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL,
	  .note = true },
};
static const struct record evidence_file_record = { MEMBERS(evidence_file_members),
						    evidence_file_fill };

/* ---- what is missing ---- */

/* Who the evidence for a question is taken from. */
enum evidence_scope { SCOPE_ANY, SCOPE_EACH_NODE };

/* What is asked, which forms answer it, and how to get them. BGP questions are only asked where
 * there is something of BGP. */
static const struct evidence_question {
	const char *question;
	const char *how;
	enum evidence_scope scope;
	bool bgp;
	enum evidence_form forms[4]; /* any of them; EVIDENCE_FORMS ends the list */
} evidence_questions[] = {
	{ "which node has an address on its interfaces",
	  "ip -j addr > NODE/addr.json",
	  SCOPE_EACH_NODE,
	  false,
	  { EVIDENCE_IP_ADDR, EVIDENCE_FORMS } },
	{ "which interface of a node is the default one",
	  "ip -j route > NODE/route.json",
	  SCOPE_EACH_NODE,
	  false,
	  { EVIDENCE_IP_ROUTE, EVIDENCE_FORMS } },
	{ "whether nodes answer ARP for addresses of other interfaces",
	  "sysctl net.ipv4.conf > NODE/sysctl.txt",
	  SCOPE_EACH_NODE,
	  false,
	  { EVIDENCE_SYSCTL, EVIDENCE_FORMS } },
	{ "which MAC address clients and routers send to",
	  "ip -j neigh > CLIENT/neigh.json",
	  SCOPE_ANY,
	  false,
	  { EVIDENCE_IP_NEIGH, EVIDENCE_FRR_ARP, EVIDENCE_FRR_NEIGH6, EVIDENCE_FORMS } },
	{ "who answers for an address, and whether gratuitous frames are sent",
	  "tcpdump -i INTERFACE -w CLIENT/arp.pcap 'arp or icmp6'",
	  SCOPE_ANY,
	  false,
	  { EVIDENCE_PACKETS, EVIDENCE_FORMS } },
	{ "what the allocator refused, and which agents failed to send",
	  "kubectl purelb capture DIR",
	  SCOPE_ANY,
	  false,
	  { EVIDENCE_METRICS, EVIDENCE_FORMS } },
	{ "what the allocator, the agents and k8gobgp logged",
	  "kubectl purelb capture DIR",
	  SCOPE_ANY,
	  false,
	  { EVIDENCE_LOG, EVIDENCE_FORMS } },
	{ "which BGP sessions of a node are up",
	  "gobgp neighbor -j > NODE/gobgp-neighbor.json",
	  SCOPE_EACH_NODE,
	  true,
	  { EVIDENCE_GOBGP_NEIGHBOR, EVIDENCE_FORMS } },
	{ "which addresses a node announces by BGP",
	  "gobgp global rib -j -a ipv4 > NODE/gobgp-rib4.json",
	  SCOPE_EACH_NODE,
	  true,
	  { EVIDENCE_GOBGP_RIB, EVIDENCE_FORMS } },
	{ "which sessions the router has, and why one went down",
	  "vtysh -c 'show bgp neighbors json', or birdc show protocols all",
	  SCOPE_ANY,
	  true,
	  { EVIDENCE_FRR_NEIGHBORS, EVIDENCE_FRR_SUMMARY, EVIDENCE_BIRD_PROTOCOLS,
	    EVIDENCE_FORMS } },
	{ "which addresses the router accepted",
	  "vtysh -c 'show bgp ipv4 unicast json', or birdc show route all",
	  SCOPE_ANY,
	  true,
	  { EVIDENCE_FRR_BGP, EVIDENCE_BIRD_ROUTE, EVIDENCE_FORMS } },
	{ "how many next hops the router uses",
	  "vtysh -c 'show ip route json', or ip -j route on the router",
	  SCOPE_ANY,
	  true,
	  { EVIDENCE_FRR_ROUTE, EVIDENCE_BIRD_ROUTE, EVIDENCE_FORMS } },
	{ "what the router expects of the nodes: AS, password, policies",
	  "vtysh -c 'show running-config', or bird.conf",
	  SCOPE_ANY,
	  true,
	  { EVIDENCE_FRR_CONFIG, EVIDENCE_BIRD_CONFIG, EVIDENCE_FORMS } },
};

struct evidence_gap {
	const char *question, *how;
	const char *places; /* NULL: nothing in the input tells */
};

struct evidence_gaps {
	ARRAY_OF(struct evidence_gap) list;
};

static bool evidence_has(const struct evidence *evidence,
			 const struct evidence_question *question, const char *place)
{
	if (evidence == NULL)
		return false;
	ARRAY_FOREACH (struct evidence_file *, file, &evidence->files) {
		if ((*file)->cut != NULL || (*file)->partial ||
		    (place != NULL && !str_equal((*file)->place, place)))
			continue;
		for (uint32_t i = 0; question->forms[i] != EVIDENCE_FORMS; i++)
			if ((*file)->form == question->forms[i])
				return true;
	}
	return false;
}

/* The nodes that nothing was read from; NULL: there are none. */
static const char *evidence_silent_nodes(const struct snapshot *snapshot,
					 const struct evidence_question *question,
					 struct arena *arena)
{
	const char *text = NULL;
	uint32_t count = 0;

	ARRAY_FOREACH (struct node *, it, &snapshot->nodes) {
		const char *name = (*it)->object.name.s;

		if (name == NULL || evidence_has(snapshot->evidence, question, name))
			continue;
		if (count++ < EVIDENCE_NODES_NAMED)
			text = text == NULL ? name : arena_printf(arena, "%s, %s", text, name);
	}
	return count > EVIDENCE_NODES_NAMED ? arena_printf(arena, "%s and %u more", text,
							   count - EVIDENCE_NODES_NAMED)
					    : text;
}

static bool evidence_concerns_bgp(const struct snapshot *snapshot)
{
	if (snapshot->bgp_configurations.count > 0)
		return true;
	for (enum evidence_form form = EVIDENCE_GOBGP_NEIGHBOR; form <= EVIDENCE_BIRD_CONFIG;
	     form++)
		if (evidence_find(snapshot->evidence, form, NULL) != NULL)
			return true;
	return false;
}

static void evidence_find_gaps(const struct snapshot *snapshot, struct evidence_gaps *out,
			       struct arena *arena)
{
	const bool bgp = evidence_concerns_bgp(snapshot);

	for (uint32_t i = 0; i < ARRAY_LEN(evidence_questions); i++) {
		const struct evidence_question *question = &evidence_questions[i];
		struct evidence_gap gap = { question->question, question->how, NULL };

		if (question->bgp && !bgp)
			continue;
		if (evidence_has(snapshot->evidence, question, NULL)) {
			if (question->scope != SCOPE_EACH_NODE)
				continue;
			gap.places = evidence_silent_nodes(snapshot, question, arena);
			if (gap.places == NULL)
				continue;
		}
		ARRAY_ADD(arena, &out->list, gap);
	}
	if (!capture_knows_endpoints(snapshot))
		ARRAY_ADD(arena, &out->list,
			  ((struct evidence_gap){ "whether Services have ready endpoints",
						  "kubectl get endpointslices -A -o yaml",
						  NULL }));
}

static const struct member evidence_gap_members[] = {
	{ "question", "What the input does not show.",
	  REPORT_FIELD(struct evidence_gap, question) },
	{ "how", "The command that would show it.", REPORT_FIELD(struct evidence_gap, how) },
	{ "places", "The nodes for which it is unknown; omitted: all.",
	  REPORT_FIELD(struct evidence_gap, places), .presence = MEMBER_OPTIONAL },
};
static const struct record evidence_gap_record = { MEMBERS(evidence_gap_members), NULL };

/* ---- what could not be captured ---- */

static const struct member evidence_item_members[] = {
	{ "path", "The file.", .type = MEMBER_TEXT },
	{ "failure", "Why, and what to do.", .type = MEMBER_TEXT },
};

static void evidence_item_fill(struct report_row *row, const void *item)
{
	const struct captured_item *failed = *(const struct captured_item *const *)item;

	report_text(row, "path", failed->path.s);
	report_text(row, "failure", failed->failure.s);
}

static const struct record evidence_item_record = { MEMBERS(evidence_item_members),
						    evidence_item_fill };

struct evidence_failures {
	ARRAY_OF(const struct captured_item *) list;
};

/* Why a file in a folder is not opened. */
static const char *const evidence_unread_reasons[FILE_CLASSES] = {
	[FILE_OUTSIDE] = "it is a link that leads out of the folder",
	[FILE_DANGLING] = "it is a link that leads nowhere",
	[FILE_SPECIAL] = "it is a pipe, socket or device",
};

static void evidence_add_failure(struct evidence_failures *out, const char *path,
				 const char *failure, struct arena *arena)
{
	struct captured_item *item = arena_zalloc(arena, 1, sizeof(*item));

	item->path.s = path;
	item->failure.s = failure;
	ARRAY_ADD(arena, &out->list, item);
}

static void evidence_find_failures(const struct snapshot *snapshot,
				   struct evidence_failures *out, struct arena *arena)
{
	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures)
		ARRAY_FOREACH (const struct captured_item, item, &(*capture)->items.list)
			if (item->failure.s != NULL && item->path.s != NULL)
				ARRAY_ADD(arena, &out->list, item);
	ARRAY_FOREACH (const struct finding, problem, &snapshot->problems)
		if (problem->kind == PROBLEM_UNREAD)
			evidence_add_failure(
				out,
				snapshot->sources.list.items[problem->place.pos.source - 1]
					.name,
				arena_printf(arena, "%s; %s", problem->message, problem->hint),
				arena);
	ARRAY_FOREACH (const struct unread_file, file, &snapshot->sources.unread)
		if (evidence_unread_reasons[file->class] != NULL)
			evidence_add_failure(out, file->path,
					     evidence_unread_reasons[file->class], arena);
}

/* ---- the document ---- */

static void evidence_fill(struct report_row *row, const void *item)
{
	const struct evidence_about *about = item;
	const struct evidence *evidence = about->snapshot->evidence;
	struct evidence_gaps gaps = { 0 };
	struct evidence_failures failures = { 0 };

	evidence_time(row, "now", about->now_ns);
	report_pointers(row, "files", evidence != NULL ? evidence->files.items : NULL,
			evidence != NULL ? evidence->files.count : 0);
	evidence_find_failures(about->snapshot, &failures, row->arena);
	REPORT_LIST(row, "failed", &failures.list);
	evidence_find_gaps(about->snapshot, &gaps, row->arena);
	REPORT_LIST(row, "missing", &gaps.list);
}

static const struct member evidence_members[] = {
	{ "now", "The time that ages count from: --at, or the newest time in the input.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE },
	{ "files", "The files that were recognized, in input order.", .type = MEMBER_LIST,
	  .record = &evidence_file_record },
	{ "failed",
	  "What a capture could not read, is not a regular file, or is in a form that is not read.",
	  .type = MEMBER_LIST, .record = &evidence_item_record },
	{ "missing", "What the input does not show.", .type = MEMBER_LIST,
	  .record = &evidence_gap_record },
};
const struct record evidence_document = { MEMBERS(evidence_members), evidence_fill };

/* The newest time that anything in the input has. */
static int64_t evidence_newest(const struct snapshot *snapshot)
{
	int64_t newest_ns = EVIDENCE_UNKNOWN;
	int64_t ns;

	ARRAY_FOREACH (struct capture *, capture, &snapshot->captures)
		if ((*capture)->captured_at.s != NULL &&
		    rfc3339_parse((*capture)->captured_at.s, &ns) && ns > newest_ns)
			newest_ns = ns;
	if (snapshot->evidence == NULL)
		return newest_ns;
	ARRAY_FOREACH (struct evidence_file *, file, &snapshot->evidence->files)
		if ((*file)->time_ns > newest_ns)
			newest_ns = (*file)->time_ns;
	return newest_ns;
}

static struct evidence_about evidence_about(const struct snapshot *snapshot, int64_t now_ns)
{
	return (struct evidence_about){ snapshot, now_ns != EVIDENCE_UNKNOWN
							  ? now_ns
							  : evidence_newest(snapshot) };
}

cJSON *evidence_json(const struct snapshot *snapshot, int64_t now_ns, struct arena *scratch)
{
	const struct evidence_about about = evidence_about(snapshot, now_ns);

	return report_json(&evidence_document, &about, &about, scratch);
}

/* ---- the table ---- */

static void evidence_write_remarks(FILE *out, struct screen screen,
				   const struct snapshot *snapshot, struct arena *scratch)
{
	struct evidence_gaps gaps = { 0 };
	struct evidence_failures failures = { 0 };

	evidence_find_failures(snapshot, &failures, scratch);
	ARRAY_FOREACH (const struct captured_item *, item, &failures.list)
		remark_write(
			out, screen, "not read",
			arena_printf(scratch, "%s: %s", (*item)->path.s, (*item)->failure.s));
	evidence_find_gaps(snapshot, &gaps, scratch);
	ARRAY_FOREACH (const struct evidence_gap, gap, &gaps.list)
		remark_write(out, screen, "unknown",
			     gap->places == NULL
				     ? arena_printf(scratch, "%s: %s", gap->question, gap->how)
				     : arena_printf(scratch, "%s (%s): %s", gap->question,
						    gap->places, gap->how));
}

void evidence_table(FILE *out, struct screen screen, const struct snapshot *snapshot,
		    int64_t now_ns, struct arena *scratch)
{
	const struct evidence_about about = evidence_about(snapshot, now_ns);
	const struct evidence *evidence = snapshot->evidence;
	const uint32_t count = evidence != NULL ? evidence->files.count : 0;
	struct columns t;

	report_columns(&t, scratch, &evidence_file_record, 0);
	for (uint32_t i = 0; i < count; i++)
		report_add_row(&t, &evidence_file_record, evidence->files.items[i], &about);
	columns_write(&t, out, screen);
	if (count > 0)
		fputc('\n', out);
	evidence_write_remarks(out, screen, snapshot, scratch);
	fprintf(out, "result:      %u file%s of evidence\n", count, count == 1 ? "" : "s");
}
