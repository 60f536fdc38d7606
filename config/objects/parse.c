/* SPDX-License-Identifier: Apache-2.0 */
/* Sources to documents, and where to go on after an error. */
#include "config/objects/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/objects/parse.h"

enum { LINE_SHOWN_MAX = 4096 };

/* Where a parser begins: an offset and the line it is on. */
struct start {
	long offset_bytes;
	uint32_t line;
	int error; /* an errno: the source could not be read from there */
};

/* Goes to an offset of the source; false with start->error set. */
static bool parse_seek(FILE *f, struct start *start, long offset_bytes)
{
	if (fseek(f, offset_bytes, SEEK_SET) == 0)
		return true;
	start->error = errno;
	return false;
}

/* ---- what libyaml's errors mean to the author of a manifest ---- */

/* One of the parser's problems, said for people. */
struct error_text {
	const char *problem; /* what libyaml says */
	const char *message;
	const char *hint;
};

#define INDENT_HINT "check the indentation of this line against the lines above it"
#define QUOTE_HINT  "put the text in quotes"

static const struct error_text error_texts[] = {
	{ "mapping values are not allowed in this context",
	  "a `key: value` pair is not allowed here",
	  INDENT_HINT "; a value that has `: ` in it needs quotes" },
	{ "did not find expected key",
	  "the indentation of this line matches no mapping above it", INDENT_HINT },
	{ "did not find expected '-' indicator",
	  "a list item that starts with `- ` is expected", INDENT_HINT },
	{ "block sequence entries are not allowed in this context",
	  "a list item is not allowed here",
	  "put the `- ` on a line of its own below the key" },
	{ "could not find expected ':'", "this line is not a `key: value` pair",
	  "add a colon and a space after the key, or quote the text above" },
	{ "did not find expected ',' or ']'",
	  "a list opened with [ is not closed before this point",
	  "add the missing comma or ]" },
	{ "did not find expected ',' or '}'",
	  "a mapping opened with { is not closed before this point",
	  "add the missing comma or }" },
	{ "found unexpected end of stream", "the text ends inside a quoted string",
	  "close the quote" },
	{ "found unexpected document indicator",
	  "a quoted string is not closed before this point", "close the quote" },
	{ "did not find expected node content", "a value is expected here", NULL },
	{ "did not find expected <document start>",
	  "unexpected text after the end of the document",
	  "start a new document with a line of `---`" },
	{ "found unknown escape character", "unknown escape sequence in a double-quoted string",
	  "write \\\\ for a backslash, or use single quotes" },
	{ "found invalid Unicode character escape code",
	  "half of a UTF-16 surrogate pair, which YAML cannot escape",
	  "write the character itself, or \\U and its eight hex digits" },
	{ "did not find expected alphabetic or numeric character",
	  "an anchor or alias needs a name", QUOTE_HINT ": it begins with & or *" },
	{ "found character that cannot start any token",
	  "no value can begin with this character", QUOTE_HINT },
	{ "found a tab character that violates indentation",
	  "a tab is used for indentation; YAML allows only spaces",
	  "replace the tab with spaces" },
	{ "found a tab character where an indentation space is expected",
	  "a tab is used for indentation; YAML allows only spaces",
	  "replace the tab with spaces" },
	{ "found undefined tag handle", "unknown tag: a plain value cannot begin with !",
	  QUOTE_HINT },
	{ "exceeded maximum depth", "nested too deeply", NULL },
};

/* Where the parser was when it failed: its context, said for people. */
static const struct error_text context_texts[] = {
	{ "while parsing a flow sequence", "the list was opened here", NULL },
	{ "while parsing a flow mapping", "the mapping was opened here", NULL },
	{ "while parsing a block mapping", "the mapping begins here", NULL },
	{ "while parsing a block collection", "the list begins here", NULL },
	{ "while scanning a quoted scalar", "the quoted string begins here", NULL },
	{ "while scanning a simple key", "the key would begin here", NULL },
};

static const struct error_text *parse_error_find(const struct error_text *texts, size_t count,
						 const char *problem)
{
	for (size_t i = 0; problem != NULL && i < count; i++)
		if (strcmp(texts[i].problem, problem) == 0)
			return &texts[i];
	return NULL;
}

static struct pos parse_mark_pos(uint32_t source, yaml_mark_t mark, uint32_t first_line)
{
	return (struct pos){ source + 1, (uint32_t)mark.line + first_line,
			     (uint32_t)mark.column + 1 };
}

/* The first byte of a column (counted in characters) of a line. */
static const char *parse_line_at_column(const char *line, uint32_t column)
{
	while (column > 1 && *line != '\0') {
		line++;
		if (((unsigned char)*line & 0xC0U) != 0x80U)
			column--;
	}
	return line;
}

/* Better words where the line itself shows what happened. */
static void parse_error_refine(struct finding *finding, const char *line)
{
	const char *at = parse_line_at_column(line, finding->place.pos.column);

	if (strstr(line, "{{") != NULL || strstr(line, "{%") != NULL) {
		finding->hint = "this looks like a template: render it first, as in "
				"`helm template . | purelbtool validate`";
		return;
	}
	if (strspn(line, " ") < strspn(line, " \t")) {
		finding->message = "a tab is used for indentation; YAML allows only spaces";
		finding->hint = "replace the tab with spaces";
		return;
	}
	if (strncmp(line, "<<<<<<<", 7) == 0 || strncmp(line, "=======", 7) == 0 ||
	    strncmp(line, ">>>>>>>", 7) == 0) {
		finding->message = "unresolved merge conflict marker";
		finding->hint = "resolve the conflict";
		return;
	}
	if (*at == '\t') {
		finding->message =
			"a value cannot begin with a tab; YAML allows only spaces here";
		finding->hint = "replace the tab with a space";
		return;
	}
	if (*at == '@' || *at == '`' || *at == '%')
		finding->hint = "put the text in quotes: YAML reserves this character";
}

static bool parse_skip_line(FILE *f);

/* The start of the line `line` of the text that begins at `start`, or NULL. It is read from
 * there and not from the start of the source, which may have many errors far from it. */
static const char *parse_line_read(FILE *f, struct start *start, uint32_t line,
				   struct arena *arena)
{
	char buf[LINE_SHOWN_MAX];
	size_t len;

	if (line < start->line || !parse_seek(f, start, start->offset_bytes))
		return NULL;
	for (uint32_t at = start->line; at < line; at++)
		if (!parse_skip_line(f))
			return NULL;
	len = fread(buf, 1, sizeof(buf), f);
	for (size_t i = 0; i < len; i++)
		if (buf[i] == '\n' || buf[i] == '\r')
			len = i;
	return arena_strndup(arena, buf, len);
}

static void parse_error_report(struct snapshot *snapshot, uint32_t source,
			       const yaml_parser_t *parser, FILE *f, struct start *start)
{
	const uint32_t first_line = start->line;
	struct pos pos = parse_mark_pos(source, parser->problem_mark, first_line);
	const struct error_text *known =
		parse_error_find(error_texts, ARRAY_LEN(error_texts), parser->problem);
	const struct error_text *context =
		parse_error_find(context_texts, ARRAY_LEN(context_texts), parser->context);
	struct finding *problem = problem_add(
		snapshot, PROBLEM_SYNTAX, NULL, pos, NULL, "not valid YAML: %s",
		parser->problem != NULL ? parser->problem : "the parser gave no reason");
	const char *line;

	if (known != NULL) {
		problem->message = known->message;
		problem->hint = known->hint;
	}
	line = parse_line_read(f, start, pos.line, &snapshot->arena);
	if (line != NULL)
		parse_error_refine(problem, line);
	if (context != NULL && parser->context_mark.line != parser->problem_mark.line) {
		struct related related = { context->message,
					   parse_mark_pos(source, parser->context_mark,
							  first_line) };

		ARRAY_ADD(&snapshot->arena, &problem->related, related);
	}
}

static void parse_clear_anchors(struct parse *p)
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
	if (p->trees != NULL)
		ARRAY_ADD(p->scratch, &p->trees->list, value);
	else if (p->tree == NULL)
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
	p->aliased_count = 0;
	p->merged_count = 0;
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
	parse_clear_anchors(p);
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

/* Skips one line (LF, CRLF or CR); false at the end of the file. */
static bool parse_skip_line(FILE *f)
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
static bool parse_line_begins_with(FILE *f, struct start *start, const char *text)
{
	long at = ftell(f);
	bool same = true;

	for (; same && *text != '\0'; text++)
		same = getc_unlocked(f) == *text;
	return parse_seek(f, start, at) && same;
}

/*
 * Finds where to go on after an error on line `error_line`: the next line that begins with
 * `mark`, is on or after that line and after line `after`. `only` means no other line.
 */
static bool parse_find_restart(FILE *f, struct start *start, uint32_t error_line,
			       uint32_t after, const char *mark, bool only)
{
	uint32_t line = start->line;

	if (!parse_seek(f, start, start->offset_bytes))
		return false;
	while (parse_skip_line(f)) {
		line++;
		if (line < error_line || line <= after)
			continue;
		if (parse_line_begins_with(f, start, mark)) {
			start->offset_bytes = ftell(f);
			start->line = line;
			return true;
		}
		if (only)
			return false;
	}
	return false;
}

/* A file that could not be read to its end is an error of the run, which nothing silences;
 * bad bytes in it are a finding. */
static void parse_report_fault(struct parse *p)
{
	struct snapshot *snapshot = p->snapshot;
	const struct reader *r = &p->reader;
	const struct place place = { .pos = { p->source, r->fault_line, r->fault_column } };

	if (r->fault == READER_OK)
		return;
	if (r->fault == READER_IO) {
		source_fail(&snapshot->sources, &snapshot->arena, p->source - 1, r->error);
		return;
	}

	struct finding *finding = finding_add(&snapshot->problems, PROBLEM_SYNTAX, place, "%s",
					      reader_fault_text(r->fault));

	if (r->fault == READER_BAD_UTF8 || r->fault == READER_CONTROL)
		finding_set_hint(&snapshot->problems, finding,
				 "the byte is 0x%02X; save the file as UTF-8 and remove it",
				 r->fault_byte);
	if (r->fault == READER_UTF16)
		finding->hint = "save the file as UTF-8";
}

/* A second JSON object right after the first is not an error: kubectl also reads it. */
static bool parse_next_json_object(const struct parse *p, FILE *f, struct start *start)
{
	uint32_t line = (uint32_t)p->parser.problem_mark.line + start->line;

	return p->flow_root && p->parser.problem != NULL &&
	       strcmp(p->parser.problem, "did not find expected <document start>") == 0 &&
	       parse_find_restart(f, start, line, 0, "{", true);
}

/* After the parser failed: reports why and moves `start` to where to go on, if anywhere. */
static bool parse_recover(struct parse *p, FILE *f, struct start *start)
{
	uint32_t line = p->fail_line;

	if (!p->failed || reader_fault_is_final(p->reader.fault))
		return false;
	if (!p->gave_up) {
		if (parse_next_json_object(p, f, start))
			return true;
		line = (uint32_t)p->parser.problem_mark.line + start->line;
		parse_error_report(p->snapshot, p->source - 1, &p->parser, f, start);
	}
	return parse_find_restart(f, start, line, p->document_line, "---", false);
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
	if (p->parser.error == YAML_MEMORY_ERROR)
		mem_exhausted();
	parse_report_fault(p);

	bool more = parse_recover(p, f, start);

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
	struct start start = { .line = 1 };
	uint32_t problems_max = snapshot->problems.count + PARSE_PROBLEMS_MAX;
	FILE *f = source_open(&snapshot->sources, index);

	while (f != NULL && parse_from(p, f, &start) && snapshot->problems.count < problems_max)
		if (!parse_seek(f, &start, start.offset_bytes))
			break;
	if (start.error != 0)
		source_fail(&snapshot->sources, &snapshot->arena, index, start.error);
	source_close(&snapshot->sources, &snapshot->arena, index, f);
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

const struct tree_node *parse_text_tree(struct snapshot *snapshot, const char *text,
					struct pos pos, struct arena *arena)
{
	struct parse p = {
		.snapshot = snapshot, .scratch = arena, .source = pos.source, .as_tree = true
	};
	struct start start = { .line = pos.line };
	const size_t len = strlen(text);
	FILE *f = len > 0 ? fmemopen(arena_strdup(arena, text), len, "r") : NULL;

	if (f == NULL)
		return NULL;
	parse_from(&p, f, &start);
	fclose(f);
	return p.tree;
}

void parse_source_trees(struct snapshot *snapshot, uint32_t index, struct arena *arena,
			struct tree_list *out)
{
	struct parse p = { .snapshot = snapshot,
			   .scratch = arena,
			   .source = index + 1,
			   .as_tree = true,
			   .trees = out };

	parse_all(&p);
}

/* Reads the text of a scalar; false: there is none, or it is not valid. */
static bool parse_inside(struct parse *p)
{
	const struct parse_text *text = p->inside;
	struct snapshot *snapshot = p->snapshot;
	struct start start = { .line = text->pos.line + (text->literal ? 1 : 0) };
	const uint32_t problems = snapshot->problems.count;
	const size_t len = strlen(text->text);
	/* The stream only reads. */
	FILE *f = len > 0 ? fmemopen((void *)(uintptr_t)text->text, len, "r") : NULL;

	if (f == NULL)
		return false;
	parse_from(p, f, &start);
	fclose(f);
	for (uint32_t i = problems; i < snapshot->problems.count && !text->literal; i++)
		snapshot->problems.items[i].place.pos = text->pos;
	return !p->failed;
}

const struct tree_node *parse_scalar_tree(struct snapshot *snapshot,
					  const struct parse_text *text, struct arena *arena)
{
	struct parse p = { .snapshot = snapshot,
			   .scratch = arena,
			   .source = text->pos.source,
			   .as_tree = true,
			   .inside = text };

	return parse_inside(&p) ? p.tree : NULL;
}

void parse_scalar_trees(struct snapshot *snapshot, const struct parse_text *text,
			struct arena *arena, struct tree_list *out)
{
	struct parse p = { .snapshot = snapshot,
			   .scratch = arena,
			   .source = text->pos.source,
			   .as_tree = true,
			   .trees = out,
			   .inside = text };

	if (!parse_inside(&p))
		out->list.count = 0;
}
