/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of lists and mappings as bytes of a file. (A1) */
#ifndef CONFIG_YAML_PARTS_H
#define CONFIG_YAML_PARTS_H

#include "base/text.h"
#include "config/yaml/layout.h"

/* An entry of a list, with its dash, or of a mapping. */
struct part {
	size_t from, to;
};

bool part_is_blank(char c);
bool part_is_line_end(char c);

/* Where the line of a byte begins. */
size_t part_line_start(const struct layout *l, size_t at);
bool part_is_first_on_line(const struct layout *l, size_t at);
/* The end of the line after a value, past a comment; false when anything else is there. */
bool part_line_rest(const struct layout *l, size_t at, size_t *end);
/* Bytes of the line end at a byte: 0 at the end of the file. */
size_t part_line_end_length(const struct layout *l, size_t at);
/* The line end that lines around a byte have. */
const char *part_line_end(const struct layout *l, size_t at);
uint32_t part_column(const struct layout *l, size_t at);
void part_add_indentation(struct text *t, uint32_t column);

uint32_t part_count(const struct layout_node *whole);
const struct layout_node *part_value(const struct layout *l, const struct layout_node *whole,
				     uint32_t i);
/* Entry `i`; false where there is none, for a key after a question mark or without a colon. */
bool part_of(const struct layout *l, const struct layout_node *whole, uint32_t i,
	     struct part *out);
/* True when an anchor among these bytes has an alias elsewhere. */
bool part_is_referred_to(const struct layout *l, const struct part *part);

/* The end of the blank lines after the line that ends at a byte: before the end of the last
 * one. */
size_t part_blank_lines_end(const struct layout *l, size_t at);
/* True when blank lines after a value belong to it: what is last in it is a block scalar with a
 * plus sign. */
bool part_keeps_blank_lines(const struct layout *l, const struct layout_node *value);

/* Nothing but blanks, line ends and commas. */
bool part_gap_is_simple(const struct layout *l, size_t from, size_t to);
/* What is before the first entry in brackets, where each is on a line of its own: a line end
 * with indentation; else a space. */
const char *part_separator(const struct layout *l, const struct layout_node *whole,
			   const struct part *first, struct arena *arena);

#endif
