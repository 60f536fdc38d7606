/* SPDX-License-Identifier: Apache-2.0 */
/* For the files of this folder: what tables and JSON share. */
#ifndef REPORTS_BGP_BGP_TEXT_H
#define REPORTS_BGP_BGP_TEXT_H

#include "base/text.h"
#include "reports/bgp/bgp.h"

enum { BGP_TEXT_INDENT = 2, BGP_TEXT_DEEPER = 4 };

struct bgp_text {
	FILE *out;
	struct screen screen;
	const struct bgp_answer *answer;
	const struct bgp_config *config;
	struct arena *scratch;
	struct text line;
};

/* The node is to be shown; the route has a next hop, used or not, that is. */
bool bgp_answer_shows_node(const struct bgp_answer *answer, uint32_t index);
bool bgp_answer_shows_route(const struct bgp_answer *answer, const struct bgp_route *route);

/* Writes the line that was gathered, wrapped, and empties it. */
void bgp_text_flush_line(struct bgp_text *t, unsigned indent, unsigned hang);
/* "router tor1, AS 65001, at most 4 paths" */
void bgp_text_write_router_head(struct bgp_text *t, const struct bgp_router *router);
/* The prefixes of the group, in a line. */
void bgp_text_write_group(struct bgp_text *t, const struct bgp_route_group *group);
/* "LABEL2 next hops, 50 % each: apple (10.40.0.11), ..."; the route has some. */
void bgp_text_write_used_hops(struct bgp_text *t, const struct bgp_route *route,
			      const char *label);

/* What a loss does to the configuration of `t`. */
void bgp_text_write_down(struct bgp_text *t);

/* Of a struct bgp_config, when something is down: sessions and routes that go. */
extern const struct record bgp_down_record;
/* Lists of a record's members that both have. */
extern const struct record bgp_prefix_text_record; /* of struct bgp_prefix */
void bgp_list_hops(struct report_row *row, const char *key, const struct bgp_route *route);
extern const struct record bgp_hop_record;

#endif
