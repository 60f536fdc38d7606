/* SPDX-License-Identifier: Apache-2.0 */
/* What libyaml's errors mean to somebody who wrote a manifest. */
#include "config/objects/parse.h"

#include <string.h>

#include "base/text.h"
#include "config/schema/schema.h"

/* One of the parser's problems, said for people. */
struct error_text {
	const char *problem; /* what libyaml says */
	const char *message;
	const char *hint;
};

#define INDENT_HINT "check the indentation of this line against the lines above it"
#define QUOTE_HINT  "put the text in quotes"

static const struct error_text error_texts[] = {
	{ "mapping values are not allowed in this context", "a `key: value` cannot stand here",
	  INDENT_HINT "; a value that has `: ` in it needs quotes" },
	{ "did not find expected key", "this line fits none of the mappings it could belong to",
	  INDENT_HINT },
	{ "did not find expected '-' indicator",
	  "a list item that starts with `- ` is expected", INDENT_HINT },
	{ "block sequence entries are not allowed in this context",
	  "a list item cannot stand here", "put the `- ` on a line of its own below the key" },
	{ "could not find expected ':'", "this line is no `key: value`",
	  "add the colon and a space behind the key, or quote the text above" },
	{ "did not find expected ',' or ']'", "a list opened with [ is not closed before here",
	  "add the missing comma or ]" },
	{ "did not find expected ',' or '}'",
	  "a mapping opened with { is not closed before here", "add the missing comma or }" },
	{ "found unexpected end of stream", "the text ends inside a quoted string",
	  "close the quote" },
	{ "found unexpected document indicator", "a quoted string is not closed before here",
	  "close the quote" },
	{ "did not find expected node content", "a value is expected here", NULL },
	{ "did not find expected <document start>",
	  "the document has ended, and this does not begin a new one",
	  "start a new document with a line of `---`" },
	{ "found unknown escape character", "an unknown escape in a double-quoted string",
	  "write \\\\ for a backslash, or use single quotes" },
	{ "found invalid Unicode character escape code",
	  "half of a UTF-16 pair: YAML knows no such escape",
	  "write the character itself, or \\U and its eight hex digits" },
	{ "did not find expected alphabetic or numeric character",
	  "an anchor or alias needs a name", QUOTE_HINT ": it begins with & or *" },
	{ "found character that cannot start any token",
	  "no value can begin with this character", QUOTE_HINT },
	{ "found a tab character that violates indentation",
	  "a tab is used for indentation; YAML allows only spaces",
	  "replace the tab by spaces" },
	{ "found a tab character where an indentation space is expected",
	  "a tab is used for indentation; YAML allows only spaces",
	  "replace the tab by spaces" },
	{ "found undefined tag handle", "an unknown tag: a value cannot begin with !",
	  QUOTE_HINT },
	{ "exceeded maximum depth", "nested too deep", NULL },
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

static const struct error_text *find_text(const struct error_text *texts, size_t count,
					  const char *problem)
{
	for (size_t i = 0; problem != NULL && i < count; i++)
		if (strcmp(texts[i].problem, problem) == 0)
			return &texts[i];
	return NULL;
}

static struct pos mark_pos(uint32_t source, yaml_mark_t mark, uint32_t first_line)
{
	return (struct pos){ source + 1, (uint32_t)mark.line + first_line,
			     (uint32_t)mark.column + 1 };
}

/* The first byte of a column (counted in characters) of a line. */
static const char *at_column(const char *line, uint32_t column)
{
	while (column > 1 && *line != '\0') {
		line++;
		if (((unsigned char)*line & 0xC0U) != 0x80U)
			column--;
	}
	return line;
}

/* Better words where the line itself shows what happened. */
static void refine(struct diag *diag, const char *line)
{
	const char *at = at_column(line, diag->pos.column);

	if (strstr(line, "{{") != NULL || strstr(line, "{%") != NULL) {
		diag->hint = "this looks like a template: render it first, as in "
			     "`helm template . | purelbtool validate`";
		return;
	}
	if (strspn(line, " ") < strspn(line, " \t")) {
		diag->message = "a tab is used for indentation; YAML allows only spaces";
		diag->hint = "replace the tab by spaces";
		return;
	}
	if (strncmp(line, "<<<<<<<", 7) == 0 || strncmp(line, "=======", 7) == 0 ||
	    strncmp(line, ">>>>>>>", 7) == 0) {
		diag->message = "a conflict marker of a merge";
		diag->hint = "resolve the conflict";
		return;
	}
	if (*at == '\t') {
		diag->message = "a value cannot begin with a tab; YAML allows only spaces here";
		diag->hint = "replace the tab by a space";
		return;
	}
	if (*at == '@' || *at == '`' || *at == '%')
		diag->hint = "put the text in quotes: YAML reserves this character";
}

void parse_error_report(struct snapshot *snapshot, uint32_t source, const yaml_parser_t *parser,
			uint32_t first_line)
{
	struct pos pos = mark_pos(source, parser->problem_mark, first_line);
	const struct error_text *known = find_text(
		error_texts, sizeof(error_texts) / sizeof(error_texts[0]), parser->problem);
	const struct error_text *context =
		find_text(context_texts, sizeof(context_texts) / sizeof(context_texts[0]),
			  parser->context);
	struct problem *problem = problem_add(
		snapshot, PROBLEM_SYNTAX, NULL, pos, NULL, "not valid YAML: %s",
		parser->problem != NULL ? parser->problem : "the parser gave no reason");
	const char *line = NULL;

	if (known != NULL) {
		problem->diag.message = known->message;
		problem->diag.hint = known->hint;
	}
	source_lines(&snapshot->sources, source, &pos.line, 1, &snapshot->arena, &line);
	if (line != NULL)
		refine(&problem->diag, line);
	if (context != NULL && parser->context_mark.line != parser->problem_mark.line) {
		struct related related = { context->message,
					   mark_pos(source, parser->context_mark, first_line) };

		ARRAY_ADD(&snapshot->arena, &problem->diag.related, related);
	}
}
