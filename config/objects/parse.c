/* SPDX-License-Identifier: Apache-2.0 */
/* Sources to documents, and where to go on after an error. */
#include "config/objects/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/objects/parse_state.h"

static void anchors_clear(struct parse *p)
{
	struct anchor *a = p->anchors;

	HASH_CLEAR(hh, p->anchors); /* the table; the anchors are still a list */
	while (a != NULL) {
		struct anchor *next = a->hh.next;

		free(a);
		a = next;
	}
	p->anchor_count = 0;
}

/* ---- documents ---- */

/* Keeps the value of the first document, which is the present event. */
static void parse_tree(struct parse *p)
{
	const struct pos pos = parse_pos(p);
	const struct tree_node *value = parse_value(p, (struct guide){ 0 }, 0);

	if (p->failed)
		return;
	if (p->tree == NULL)
		p->tree = value;
	else
		problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, pos, NULL,
			    "a second document where one is expected");
}

/* Reads one document; its first event is DOCUMENT-START. */
static void parse_document(struct parse *p)
{
	struct arena_mark mark = arena_mark(p->scratch);

	p->bad_key = false;
	p->node_count = 0;
	if (p->event.data.document_start.implicit == 0)
		p->document_line = parse_pos(p).line;
	if (parse_next(p)) {
		if (p->as_tree)
			parse_tree(p);
		else
			parse_root(p);
	}
	if (!p->failed)
		parse_next(p); /* DOCUMENT-END */
	anchors_clear(p);
	if (!p->as_tree)
		arena_reset(p->scratch, mark);
}

static void parse_stream(struct parse *p)
{
	while (parse_next(p) && p->event.type != YAML_STREAM_END_EVENT)
		if (p->event.type == YAML_DOCUMENT_START_EVENT)
			parse_document(p);
}

/* ---- sources, and going on after an error ---- */

/* Where a parser begins: an offset and the line it is on. */
struct start {
	long offset_bytes;
	uint32_t line;
};

/* Skips one line (LF, CRLF or CR); false at the end of the file. */
static bool skip_line(FILE *f)
{
	int c = getc_unlocked(f);

	if (c == EOF)
		return false;
	while (c != EOF && c != '\n' && c != '\r')
		c = getc_unlocked(f);
	if (c == '\r') {
		c = getc_unlocked(f);
		if (c != '\n' && c != EOF)
			ungetc(c, f);
	}
	return true;
}

/* True when the next bytes are `text`; the offset is left where it was. */
static bool line_begins_with(FILE *f, const char *text)
{
	long at = ftell(f);
	bool same = true;

	for (; same && *text != '\0'; text++)
		same = getc_unlocked(f) == *text;
	return fseek(f, at, SEEK_SET) == 0 && same;
}

/*
 * Finds where to go on after an error on line `error_line`: the next line that begins with
 * `mark`, is on or behind that line and behind line `after`. `only` means no other line.
 */
static bool find_restart(FILE *f, struct start *start, uint32_t error_line, uint32_t after,
			 const char *mark, bool only)
{
	uint32_t line = start->line;

	if (fseek(f, start->offset_bytes, SEEK_SET) != 0)
		return false;
	while (skip_line(f)) {
		line++;
		if (line < error_line || line <= after)
			continue;
		if (line_begins_with(f, mark)) {
			start->offset_bytes = ftell(f);
			start->line = line;
			return true;
		}
		if (only)
			return false;
	}
	return false;
}

static void report_fault(struct parse *p)
{
	struct reader *r = &p->reader;
	struct pos pos = { p->source, r->fault_line, r->fault_column };

	if (r->fault == READER_OK)
		return;

	struct problem *problem = problem_add(p->snapshot, PROBLEM_SYNTAX, NULL, pos, NULL,
					      "%s", reader_fault_text(r->fault));

	if (r->fault == READER_IO)
		problem->diag.message = arena_printf(&p->snapshot->arena, "a read error: %s",
						     strerror(r->error));
	if (r->fault == READER_BAD_UTF8 || r->fault == READER_CONTROL)
		problem->diag.hint =
			arena_printf(&p->snapshot->arena,
				     "the byte is 0x%02X; save the file as UTF-8 and remove it",
				     r->fault_byte);
	if (r->fault == READER_UTF16)
		problem->diag.hint = "save the file as UTF-8";
}

/* A second JSON object right behind the first is no error: kubectl reads it, too. */
static bool next_json_object(const struct parse *p, FILE *f, struct start *start)
{
	uint32_t line = (uint32_t)p->parser.problem_mark.line + start->line;

	return p->flow_root && p->parser.problem != NULL &&
	       strcmp(p->parser.problem, "did not find expected <document start>") == 0 &&
	       find_restart(f, start, line, 0, "{", true);
}

/* After the parser failed: reports why and moves `start` to where to go on, if anywhere. */
static bool recover(struct parse *p, FILE *f, struct start *start)
{
	uint32_t line = p->fail_line;

	if (!p->failed || reader_fault_is_final(p->reader.fault))
		return false;
	if (!p->gave_up) {
		if (next_json_object(p, f, start))
			return true;
		line = (uint32_t)p->parser.problem_mark.line + start->line;
		parse_error_report(p->snapshot, p->source - 1, &p->parser, start->line);
	}
	return find_restart(f, start, line, p->document_line, "---", false);
}

/* Parses from `start`; returns true and moves it when there is more to read after an error. */
static bool parse_from(struct parse *p, FILE *f, struct start *start)
{
	p->failed = false;
	p->gave_up = false;
	p->flow_root = false;
	p->document_line = 0;
	p->first_line = start->line;
	reader_init(&p->reader, f, start->line, (uint64_t)start->offset_bytes);
	if (yaml_parser_initialize(&p->parser) == 0)
		mem_exhausted();
	yaml_parser_set_input(&p->parser, reader_read, &p->reader);

	parse_stream(p);
	report_fault(p);

	bool more = recover(p, f, start);

	if (p->have_event)
		yaml_event_delete(&p->event);
	p->have_event = false;
	yaml_parser_delete(&p->parser);
	return more;
}

static void parse_all(struct parse *p)
{
	struct snapshot *snapshot = p->snapshot;
	const uint32_t index = p->source - 1;
	struct start start = { 0, 1 };
	uint32_t problems_max = snapshot->problems.count + PARSE_PROBLEMS_MAX;
	FILE *f = source_open(&snapshot->sources, index);

	if (f == NULL) {
		problem_add(snapshot, PROBLEM_SYNTAX, NULL, (struct pos){ .source = index + 1 },
			    NULL, "the file can no longer be read");
		return;
	}
	while (parse_from(p, f, &start) && snapshot->problems.count < problems_max)
		if (fseek(f, start.offset_bytes, SEEK_SET) != 0)
			break;
	source_close(&snapshot->sources, index, f);
}

void parse_source(struct snapshot *snapshot, uint32_t index, struct arena *scratch)
{
	struct parse p = { .snapshot = snapshot, .scratch = scratch, .source = index + 1 };

	parse_all(&p);
}

const struct tree_node *parse_source_tree(struct snapshot *snapshot, uint32_t index,
					  struct arena *arena)
{
	struct parse p = {
		.snapshot = snapshot, .scratch = arena, .source = index + 1, .as_tree = true
	};

	parse_all(&p);
	return p.tree;
}
